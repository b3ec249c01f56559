"""Area-weighted means over the cells of a raster that do not depend on how it is cut into windows."""

from __future__ import annotations

import numpy as np

_STEPS = 1024.0  # values are rounded to so many steps of their unit
_LOW_BITS = 25


class AreaMean:
    """A weighted mean as sums of whole numbers, which are exact in any order.

    Values are rounded to 1/1024 of their unit; weights are the whole numbers of `ExactAreas`.
    """

    def __init__(self):
        self._sum = self._weight = 0

    def add(self, values, weights):
        """Add cells.

        Parameters
        ----------
        values : float array, shape (cells,)
            Below 16 000 in size; no NaN.
        weights : int64 array, shape (cells,)
            Whole numbers from 0 to 2^26.
        """
        product = np.rint(values * _STEPS).astype(np.int64) * weights
        # In two parts, so that the sum of many cells does not leave 64 bits.
        low = product & ((1 << _LOW_BITS) - 1)
        self._sum += (int((product >> _LOW_BITS).sum()) << _LOW_BITS) + int(low.sum())
        self._weight += int(weights.sum())

    def merge(self, other):
        """Add what another one has seen."""
        self._sum += other._sum
        self._weight += other._weight

    @property
    def value(self):
        """The mean; NaN without cells."""
        return self._sum / _STEPS / self._weight if self._weight else float("nan")


def area_weights(areas, window, cells):
    """Weights of some cells of a window for `AreaMean`.

    Parameters
    ----------
    areas : ExactAreas or None
        None: all cells weigh the same.
    window : Window
    cells : int64 array, shape (cells,)
        Their places in the window, counted along its rows.

    Returns
    -------
    int64 array, shape (cells,)
    """
    if areas is None:
        return np.ones(len(cells), dtype=np.int64)
    if areas.by_row:
        return areas.high[window.row + cells // window.columns]
    weights = areas.cell_weights(window.row, window.rows, window.column, window.columns)
    return weights.ravel()[cells].astype(np.int64)
