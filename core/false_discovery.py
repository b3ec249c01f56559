"""Benjamini and Hochberg's false discovery rate, also for more p values than fit into memory."""

import numpy as np

from .notes import decision


class PValues:
    """p values that are added block by block.

    p of a Mann-Kendall test takes few different values, so only these and how often each occurs are kept.
    """

    def __init__(self):
        self._values = np.empty(0)  # ascending
        self._counts = np.empty(0, dtype=np.int64)

    def add(self, p):
        """Add an array of p values; NaN = not tested."""
        self._count(*np.unique(p[~np.isnan(p)], return_counts=True))

    def merge(self, other):
        """Add the p values of another block."""
        self._count(other._values, other._counts)

    def _count(self, values, counts):
        values = np.concatenate((self._values, values))
        self._values, place = np.unique(values, return_inverse=True)
        counts = np.concatenate((self._counts, counts))
        self._counts = np.zeros(len(self._values), dtype=np.int64)
        np.add.at(self._counts, place, counts)

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
        if len(self._values) == 0:
            return -1.0
        rank = np.cumsum(self._counts)  # of the last of equal values
        passed = np.flatnonzero(self._values <= rank / rank[-1] * level)
        return float(self._values[passed[-1]]) if len(passed) else -1.0


def largest_significant(p, level):
    """The largest significant of an array of p values, -1 if none is; see `PValues`.

    Parameters
    ----------
    p : float array
        NaN = not tested.
    level : float

    Examples
    --------
    >>> largest_significant(np.array([0.01, 0.04, np.nan, 0.03, 0.8]), 0.05)
    0.01
    """
    p_values = PValues()
    p_values.add(p)
    return p_values.largest_significant(level)


def rate_note(p, largest, level):
    """How many units pass, as a note.

    Parameters
    ----------
    p : float array
        Of the units; NaN = not tested.
    largest : float
        The largest p that is significant.
    level : float
    """
    return decision(
        "With a false discovery rate of {level:.3g}, {count} of {tested} units are significant.",
        level=level,
        count=int((p <= largest).sum()),
        tested=int(np.isfinite(p).sum()),
    )
