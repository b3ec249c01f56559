"""Where the cells of every class of a raster lie, as few weighted points.

A raster is cut into at most 64 x 64 tiles (more where one would be larger than 1024 cells). The cells of a
class in a tile become four points with the same area, mean and covariance; tiles of one cell become that
cell. The sums behind them are whole numbers, so they do not depend on windows, threads or memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..accounting.class_codes import CodeSlots
from ..errors import InputDataError
from ..progress import no_progress
from ..raster.blocks import MEMORY_BUDGET, Window, stream, windows, workers_of
from ..raster.grid import ExactAreas
from ..raster.source import RasterSource, read
from ..units import M2_PER_HA

_TILES = 64  # along the longer side
_LARGEST_TILE = 1024  # cells along a side; sums of more would leave 63 bits
_CELLS_OF_A_PART = 1 << 18  # keys of a part stay in a core's cache
_SUMS_OF_A_PART = 1 << 18  # by row, tile and code
_MOST_CODES = 500  # a class table has tens


class CellPoints(NamedTuple):
    """The cells of a class as points.

    Attributes
    ----------
    points : float array, shape (points, 2)
        x and y in the coordinate system of the raster.
    weights : float array, shape (points,)
        Proportional to the true area that a point stands for.
    cells : int
        How many cells they stand for.
    area_ha : float
        True area of these [ha].
    """

    points: np.ndarray
    weights: np.ndarray
    cells: int
    area_ha: float

    @classmethod
    def union(cls, parts):
        """Several classes as one."""
        points, weights, cells, areas = zip(*parts)
        return cls(np.concatenate(points), np.concatenate(weights), sum(cells), sum(areas))


@dataclass(frozen=True)
class _Task:
    source: RasterSource
    window: Window
    areas: ExactAreas
    tile: int


class _Counted(NamedTuple):
    """What a window has of each of its codes.

    `moments` is of shape (codes, 6, tile rows, tile columns): area, and area times column, row, column
    squared, column times row, row squared, as whole numbers; columns and rows are counted from the middle of
    their tile.
    """

    codes: list
    cells: list
    first_tile_row: int
    moments: np.ndarray


def class_cells(source, areas, executor=None, workers=None, budget=MEMORY_BUDGET, progress=no_progress):
    """The cells of every class code as weighted points.

    Parameters
    ----------
    source : RasterSource
        Whole numbers; missing cells are left out.
    areas : ExactAreas
        True areas of the cells of its grid; they are taken to 26 bits (1.5e-8 of the largest).
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Returns
    -------
    dict of int to CellPoints
        By code, ascending. Area, mean and covariance are those of the cells, in columns and rows; bit for bit
        the same for any executor, number of threads, memory budget and file layout.

    Raises
    ------
    InputDataError
        A value is no whole number, there are more than 500 codes or no cell with data, or the file cannot be
        read.

    References
    ----------
    docs/decisions/0112-cells-of-classes.md.
    """
    grid = source.grid
    tile = min(_LARGEST_TILE, -(-max(grid.width, grid.height) // _TILES))
    shape = -(-grid.height // tile), -(-grid.width // tile)
    workers = workers or workers_of(executor)
    tasks = [
        _Task(source, window, areas, tile)
        for window in windows(grid, source.dtype.itemsize + 2, source.block, budget, workers)
    ]
    moments, cells = {}, {}
    for found in stream(_count_window, tasks, executor, workers, progress):
        rows = slice(found.first_tile_row, found.first_tile_row + found.moments.shape[2])
        for place, code in enumerate(found.codes):
            if code not in moments:
                _check_codes(source, len(moments) + 1)
                moments[code], cells[code] = np.zeros((6, *shape), dtype=np.int64), 0
            moments[code][:, rows] += found.moments[place]
            cells[code] += found.cells[place]
    if not moments:
        raise InputDataError(
            "Raster {name} has no cell with data; is its nodata value set rightly?", name=source.name
        )
    on_earth = (code for code in sorted(moments) if moments[code][0].any())  # rows past a pole have no area
    return {code: _points_of(moments[code], cells[code], grid, areas, tile) for code in on_earth}


def _check_codes(source, count):
    if count > _MOST_CODES:
        raise InputDataError(
            "Raster {name} holds more than {most} different values; choose a raster of classes.",
            name=source.name,
            most=_MOST_CODES,
        )


def _count_window(task):
    """Read a window and sum its cells by code and tile."""
    window, tile = task.window, task.tile
    values, valid = read(task.source, *window)
    known = _codes_of(values, valid)
    _check_codes(task.source, len(known))
    slots = CodeSlots(known, task.source)
    first, last = window.row // tile, (window.row + window.rows - 1) // tile
    columns = -(-task.source.grid.width // tile)
    moments = np.zeros((6, last - first + 1, columns, len(known)), dtype=np.int64)
    cells = np.zeros(len(known), dtype=np.int64)
    for band in window.parts(min(_CELLS_OF_A_PART, _SUMS_OF_A_PART * tile // slots.count)):
        rows = slice(band.row - window.row, band.row - window.row + band.rows)
        slot = slots.of(values[rows], None if valid is None else valid[rows])
        counts, sums = _row_sums(slot, slots.count, band, task.areas, tile, columns)
        cells += counts[..., : len(known)].sum(axis=(0, 1))
        _add_rows(moments, sums[..., : len(known)], band, first, tile)
    return _Counted(known.tolist(), cells.tolist(), first, np.moveaxis(moments, 3, 0))


def _codes_of(values, valid):
    """The codes of valid cells, ascending, int64."""
    if values.dtype.kind == "f" or values.itemsize > 2:
        with np.errstate(invalid="ignore"):  # what is no code is refused by its slot
            return np.unique(values if valid is None else values[valid]).astype(np.int64)
    # Codes of few bits are ticked off in a list of all: sorting them takes longer.
    codes = values.view(f"u{values.itemsize}")
    seen = np.zeros(1 << 8 * values.itemsize, dtype=bool)
    for row in range(len(codes)):  # an index is widened to 64 bits
        seen[codes[row] if valid is None else codes[row][valid[row]]] = True
    return np.sort(np.flatnonzero(seen).astype(codes.dtype).view(values.dtype).astype(np.int64))


def _row_sums(slot, slots, band, areas, tile, columns):
    """Cells by row, tile column and slot, and their areas times 1, column and column squared."""
    column = band.column + np.arange(band.columns)
    key = (np.arange(band.rows)[:, None] * columns + column // tile) * slots
    key = key.ravel() + slot
    shape = band.rows, columns, slots
    size = band.rows * columns * slots
    counts = np.bincount(key, minlength=size).reshape(shape)
    middle = np.tile((column % tile - tile // 2).astype(float), band.rows)
    # Whole numbers below 2^53 throughout, which sums of floats hold exactly.
    if areas.by_row:
        weight = areas.high[band.row : band.row + band.rows][:, None, None]
        first, second = (np.bincount(key, middle**power, size).reshape(shape) for power in (1, 2))
        return counts, np.stack((counts, first.astype(np.int64), second.astype(np.int64))) * weight
    weight = areas.cell_weights(band.row, band.rows, band.column, band.columns).ravel()
    sums = [np.bincount(key, weight * middle**power, size).reshape(shape) for power in (0, 1, 2)]
    return counts, np.stack(sums).astype(np.int64)


def _add_rows(moments, sums, band, first_tile_row, tile):
    """Add the sums of rows to their tiles."""
    area, column, square = sums
    rows = np.arange(band.row, band.row + band.rows)
    middle = (rows % tile - tile // 2)[:, None, None]
    starts = np.flatnonzero(np.append(True, rows[1:] // tile != rows[:-1] // tile))
    tiles = slice(rows[0] // tile - first_tile_row, rows[-1] // tile - first_tile_row + 1)
    for place, values in enumerate((area, column, area * middle, square, column * middle, area * middle**2)):
        moments[place, tiles] += np.add.reduceat(values, starts, axis=0)


def _points_of(moments, cells, grid, areas, tile):
    """The points of a class: four in every tile, or one where a tile is a cell."""
    where = np.flatnonzero(moments[0])
    area, *sums = moments.reshape(6, -1)[:, where].astype(float)
    column, row, columns2, both, rows2 = (one / area for one in sums)
    tile_row, tile_column = np.divmod(where, moments.shape[2])
    mean = np.stack((tile_column, tile_row)) * tile + tile // 2 + 0.5 + np.stack((column, row))
    places, weights = mean[None], area
    if tile > 1:
        offsets = _offsets(columns2 - column**2, both - column * row, rows2 - row**2)
        places, weights = mean + offsets, np.tile(area / 4, 4)
    x, y = grid.to_map(places[:, 0].ravel(), places[:, 1].ravel())
    if grid.is_geographic:
        pole = np.pi / 2 / grid.crs.GetAngularUnits()
        y = np.clip(y, -pole, pole)
    total = moments[0].sum(dtype=np.int64)
    area_ha = float(areas.area_m2(total, np.int64(0))) / M2_PER_HA
    return CellPoints(np.column_stack((x, y)), weights, int(cells), area_ha)


def _offsets(columns2, both, rows2):
    """Four places about a mean with these covariances, float array of shape (4, 2, tiles)."""
    down = np.sqrt(np.maximum(columns2, 0.0))
    slant = np.divide(both, down, out=np.zeros_like(both), where=down > 0)
    rest = np.sqrt(np.maximum(rows2 - slant**2, 0.0))
    one, other = np.stack((down, slant)), np.stack((np.zeros_like(rest), rest))
    return np.sqrt(2) * np.stack((one, -one, other, -other))
