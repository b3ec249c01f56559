"""How many cells of a raster are in each place of a list, such as its classes, and their true area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..units import M2_PER_HA


@dataclass
class CellCounts:
    """Cells by place, and their areas as whole numbers, so that sums do not depend on the windows.

    Attributes
    ----------
    cells, high, low : int64 arrays, shape (places,)
        `high` and `low` are sums of those of `ExactAreas`; 0 where no areas were given.
    """

    cells: np.ndarray
    high: np.ndarray
    low: np.ndarray

    @classmethod
    def zeros(cls, places):
        """No cells in so many places."""
        return cls(*np.zeros((3, places), dtype=np.int64))

    @classmethod
    def of(cls, place, places, window, areas=None):
        """The cells of a window.

        Parameters
        ----------
        place : int64 array, shape (rows, columns)
            From 0 to `places` - 1.
        places : int
        window : Window
        areas : ExactAreas, optional
            Of the cells of the raster; without them only cells are counted.
        """
        key = place + (np.arange(window.rows) * places)[:, None]
        cells = np.bincount(key.ravel(), minlength=window.rows * places).reshape(window.rows, places)
        high, low = np.zeros((2, places), dtype=np.int64)
        if areas is None:
            pass
        elif areas.by_row:
            rows = slice(window.row, window.row + window.rows)
            high = (cells * areas.high[rows][:, None]).sum(axis=0)
            low = (cells * areas.low[rows][:, None]).sum(axis=0)
        else:
            weights = areas.cell_weights(window.row, window.rows, window.column, window.columns)
            high = np.bincount(place.ravel(), weights=weights.ravel(), minlength=places).astype(np.int64)
        return cls(cells.sum(axis=0), high, low)

    def add(self, other):
        """Add the counts of another window."""
        self.cells += other.cells
        self.high += other.high
        self.low += other.low

    def area_ha(self, areas):
        """Area of every place [ha], float array."""
        return areas.area_m2(self.high, self.low) / M2_PER_HA
