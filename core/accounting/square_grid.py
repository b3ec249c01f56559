"""Square cells of a plane, and which share of every polygon lies in which of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..progress import no_progress
from ..raster.blocks import windows
from ..raster.coverage import claimed_cells, cover_edges
from ..raster.grid import Grid, cell_areas
from ..sequences import zip_equal

MOST_CELLS = 50_000_000
_BYTES_PER_CELL = 64.0  # of a window, were a polygon in every cell


class CellShares(NamedTuple):
    """Shares of polygons in the cells of a grid, in the order of the cells.

    Attributes
    ----------
    polygon : int64 array, shape (pairs,)
    cell : int64 array
        Row times width plus column, both from the north-west corner.
    share : float array
        Of the polygon's area, above 0; those of a polygon sum to 1.
    """

    polygon: np.ndarray
    cell: np.ndarray
    share: np.ndarray


def square_grid(low, high, size, crs_wkt):
    """The square cells that cover a box; their corners are multiples of their size, so that the cells of
    different layers are the same.

    Parameters
    ----------
    low, high : float arrays, shape (2,)
        Lower left and upper right corner of the box.
    size : float
        Side of a cell [m].
    crs_wkt : str
        Of a plane in metres.

    Returns
    -------
    Grid

    Raises
    ------
    InputDataError
        More than 50 million cells.
    """
    left, bottom = np.floor(np.asarray(low) / size)
    right, top = np.maximum(np.ceil(np.asarray(high) / size), (left + 1, bottom + 1))
    width, height = right - left, top - bottom
    if width * height > MOST_CELLS:
        least = _rounded_up(size * np.sqrt(width * height / MOST_CELLS))
        raise InputDataError(
            "A grid with cells of {size:g} m would have {cells:,.0f} cells ({width:,.0f} x {height:,.0f}), "
            "more than the {most:,} that can be; make cells of {least:g} m or larger, or leave out polygons "
            "that are far away.",
            size=float(size),
            cells=float(width * height),
            width=float(width),
            height=float(height),
            most=MOST_CELLS,
            least=least,
        )
    geotransform = float(left * size), float(size), 0.0, float(top * size), 0.0, -float(size)
    return Grid(int(width), int(height), geotransform, crs_wkt)


def _rounded_up(value):
    """A number above 0 with two digits.

    Examples
    --------
    >>> _rounded_up(14.142)
    15.0
    """
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.ceil(value / step) * step)


def cell_shares(polygons, grid, progress=no_progress):
    """Find the share of each polygon in each cell of a grid that covers them all.

    Parameters
    ----------
    polygons : sequence of (bytes or None)
        Valid polygons as well-known binary, in the coordinates of the grid; they may overlap.
    grid : Grid
    progress : callable
        Takes the fraction done; may raise `Cancelled`.

    Returns
    -------
    CellShares
        None of a polygon without an area.

    References
    ----------
    methods.md, section 1.4; docs/decisions/0080-shares-of-cells.md.
    """
    edges = cover_edges(polygons, grid)
    found = []
    for window in windows(grid, _BYTES_PER_CELL):
        progress(window.row / grid.height)
        cells = claimed_cells(edges, window)
        found.append((cells.zone, cells.row * grid.width + cells.column, cells.share))
    polygon, cell, share = (np.concatenate(parts) for parts in zip(*found))
    whole = np.bincount(polygon, share, edges.zones)
    order = np.lexsort((polygon, cell))
    return CellShares(polygon[order], cell[order], (share / whole[polygon])[order])


def cell_corners(cells, grid):
    """The corners of cells.

    Parameters
    ----------
    cells : int64 array, shape (cells,)
        As in `CellShares`.
    grid : Grid

    Returns
    -------
    low, high : float arrays, shape (cells, 2)
        Lower left and upper right corners.
    """
    row, column = np.divmod(cells, grid.width)
    left, size, _, top, _, _ = grid.geotransform
    # Whole numbers of the size first: neighbours have the same corner.
    column, row = column + round(left / size), round(top / size) - row
    return (
        np.column_stack((column * size, (row - 1) * size)),
        np.column_stack(((column + 1) * size, row * size)),
    )


def true_areas_ha(cells, grid):
    """Areas of cells on the ellipsoid.

    Parameters
    ----------
    cells : int64 array, shape (cells,)
        Ascending.
    grid : Grid

    Returns
    -------
    float array, shape (cells,)
        [ha]
    """
    areas, out = cell_areas(grid), np.empty(len(cells))
    row, column = np.divmod(cells, grid.width)
    rows, start = np.unique(row, return_index=True)
    for number, own in zip_equal(rows.tolist(), np.split(np.arange(len(cells)), start[1:])):
        first, last = int(column[own[0]]), int(column[own[-1]])
        of_row = areas.window_ha(number, 1, first, last - first + 1)
        out[own] = np.broadcast_to(of_row, (1, last - first + 1))[0, column[own] - first]
    return out


def cell_names(cells, grid):
    """Names of cells that are the same in every grid of this size and system: 'E512N3345' has its lower left
    corner 512 sizes east and 3345 sizes north of the origin.

    Returns
    -------
    list of str
    """
    low, _ = cell_corners(cells, grid)
    places = np.rint(low / grid.geotransform[1]).astype(np.int64).tolist()
    return [f"{'E' if x >= 0 else 'W'}{abs(x)}{'N' if y >= 0 else 'S'}{abs(y)}" for x, y in places]
