"""Benjamini and Hochberg's false discovery rate, also for more p values than fit into memory."""

import numpy as np

from ..sequences import zip_equal


class PValues:
    """p values that are added block by block.

    p of a Mann-Kendall test takes few different values, so only these and how often each occurs are kept.
    """

    def __init__(self):
        self._counts = {}

    def add(self, p):
        """Add an array of p values; NaN = not tested."""
        values, counts = np.unique(p[~np.isnan(p)], return_counts=True)
        self._count(zip_equal(values.tolist(), counts.tolist()))

    def merge(self, other):
        """Add the p values of another block."""
        self._count(other._counts.items())

    def _count(self, counts):
        for value, count in counts:
            self._counts[value] = self._counts.get(value, 0) + count

    def largest_significant(self, level):
        """The largest p that is significant; -1 if none is.

        With m tests the p values in ascending order are compared with `rank / m * level`; all up to the last
        one that is not above its bound are significant.

        Parameters
        ----------
        level : float
            Share of false discoveries among the significant.

        References
        ----------
        Benjamini and Hochberg 1995, JRSS B 57:289.

        Examples
        --------
        >>> p_values = PValues()
        >>> p_values.add(np.array([0.01, 0.04, 0.03, 0.8]))
        >>> p_values.largest_significant(0.05)
        0.01
        """
        values = sorted(self._counts)
        rank = np.cumsum([self._counts[value] for value in values])  # of the last of equal values
        if not values:
            return -1.0
        passed = np.flatnonzero(np.array(values) <= rank / rank[-1] * level)
        return values[passed[-1]] if len(passed) else -1.0
