"""Polygons as zones of a grid by coverage: which share of every cell lies in which polygon.

Edges are cut at the rows and columns of the grid. In each cell that an edge passes, the area between the edge
and the cell's eastern side counts for the polygon on that side, and the height of the edge counts for all
cells further east, so that one running sum along a row gives the share of every cell, whatever lies between
(as font rasterisers do it). Heights and areas are whole numbers of 2^-40 of a cell: sums are exact, do not
depend on windows, and two polygons that share an edge share each cell along it without a rest.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..geometry.ragged import spread
from ..sequences import zip_equal
from .zones import Spans, polygon_edges, rows_of_edges

WHOLE = 1 << 40  # a whole cell
_TOLERANCE = WHOLE // 1_000_000  # rounding of shares, and borders that neighbours do not share exactly


@dataclass(frozen=True)
class CoverEdges:
    """The borders of all zones in pixel coordinates, ordered by their first row.

    Attributes
    ----------
    zones : int
        Number of zones; they are numbered from 0 in the order given.
    width, height : int
        Columns and rows of the grid.
    first, last : int64 arrays, shape (edges,)
        First row that an edge reaches, and one past the last.
    reach : int64 array
        Largest `last` up to each edge, which finds the edges of a window.
    x1, y1, x2, y2 : float arrays
        Upper and lower end; y in whole numbers of 2^-40.
    inside : int64 array
        1 where the zone is east of the edge, -1 where it is west of it.
    zone : int64 array
    """

    zones: int
    width: int
    height: int
    first: np.ndarray
    last: np.ndarray
    reach: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    x2: np.ndarray
    y2: np.ndarray
    inside: np.ndarray
    zone: np.ndarray


class PartCells(NamedTuple):
    """Cells of which a zone covers a part: `share` counts 2^-40 of the cell."""

    row: np.ndarray
    column: np.ndarray
    zone: np.ndarray
    share: np.ndarray


class SharedCells(NamedTuple):
    """Runs of cells of which two zones claim the same part, `first` being earlier in the input."""

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    first: np.ndarray
    second: np.ndarray
    share: np.ndarray


class Covered(NamedTuple):
    """What zones cover in a window.

    Attributes
    ----------
    spans : Spans
        Runs of cells that a zone covers wholly.
    cells : PartCells
        Other cells. A cell is in spans and parts together at most once, up to a millionth of it.
    shared : SharedCells
        What was claimed twice; it is with the zone that comes first.
    crossing : int64 array
        Zones whose border crosses itself in the window: their shares are not to be used.
    """

    spans: Spans
    cells: PartCells
    shared: SharedCells
    crossing: np.ndarray


def cover_edges(polygons, grid):
    """Turn polygons into the edges that `covered` needs.

    Parameters
    ----------
    polygons : sequence of (bytes or None)
        Well-known binary of a polygon or multipolygon, in the coordinate system of the grid; None for a unit
        without geometry. The first ring of a polygon is its shell, the others are holes.
    grid : Grid

    Returns
    -------
    CoverEdges

    Raises
    ------
    InputDataError
        A geometry is no polygon, or a coordinate is not finite.
    """
    edges = polygon_edges(polygons, grid)
    y1, y2 = (np.rint(y * WHOLE) / WHOLE for y in (edges.y1, edges.y2))
    top, bottom = np.clip(y1, 0, grid.height), np.clip(y2, 0, grid.height)
    keep = np.flatnonzero(top < bottom)
    first, last = np.floor(top).astype(np.int64), np.ceil(bottom).astype(np.int64)
    some = keep[np.argsort(first[keep], kind="stable")]
    last = last[some]
    return CoverEdges(
        len(polygons),
        grid.width,
        grid.height,
        first[some],
        last,
        np.maximum.accumulate(last),
        edges.x1[some],
        y1[some],
        edges.x2[some],
        y2[some],
        edges.inside[some].astype(np.int64),
        edges.zone[some].astype(np.int64),
    )


def covered(edges, window):
    """Which share of every cell of a window every zone covers.

    Parameters
    ----------
    edges : CoverEdges
    window : Window

    Returns
    -------
    Covered

    Examples
    --------
    A polygon that covers the western 1.25 of two cells: the first one wholly, a quarter of the second.

    >>> found = covered(cover_edges([polygon], grid), Window(0, 0, 2, 1))
    >>> found.spans.start, found.spans.stop, found.cells.column, found.cells.share / WHOLE
    (array([0]), array([1]), array([1]), array([0.25]))
    """
    runs = _claims(edges, window)
    wrong = (runs.share < -_TOLERANCE) | (runs.share > WHOLE + _TOLERANCE)
    crossing = np.unique(runs.zone[wrong])
    runs = _Runs(*(column[~np.isin(runs.zone, crossing)] for column in runs))
    crowded = _crowded_rows(runs, edges.width)
    shared = _NOT_SHARED
    if len(crowded):
        runs, shared = _first_come(runs, crowded, window)
    return Covered(*_spans_and_cells(runs), shared, crossing)


def claimed_cells(edges, window):
    """Which share of every cell of a window every zone would cover if it were alone.

    Parameters
    ----------
    edges : CoverEdges
        Of zones that may overlap, but none of which has a border that crosses itself.
    window : Window

    Returns
    -------
    PartCells
        Of cells that a zone covers wholly, too.
    """
    runs = _claims(edges, window)
    return _one_by_one(runs, runs.share > 0)


def _claims(edges, window):
    return _within(_runs(_passed_cells(edges, window), edges.width), window)


class _Passed(NamedTuple):
    """Cells that edges of a zone pass, ordered by row, zone and column; column -1 is all that lies west of
    the grid.

    `height` is that of the edges, `area` the part of the cell east of them, both in 2^-40 of a cell, positive
    where the zone begins.
    """

    row: np.ndarray
    zone: np.ndarray
    column: np.ndarray
    height: np.ndarray
    area: np.ndarray


class _Runs(NamedTuple):
    """Runs of cells of which a zone covers the same share."""

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    zone: np.ndarray
    share: np.ndarray


_NOT_SHARED = SharedCells(*(np.empty(0, dtype=np.int64) for _ in range(6)))


class _Pieces(NamedTuple):
    """Edges cut at rows: ends in columns and in rows below the top of their own row, downwards."""

    edge: np.ndarray
    row: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    x2: np.ndarray
    y2: np.ndarray


def _row_pieces(edges, window):
    edge, row = rows_of_edges(edges, window)
    x1, y1, x2, y2 = (column[edge] for column in (edges.x1, edges.y1, edges.x2, edges.y2))
    slope = (x2 - x1) / (y2 - y1)
    low, high = np.minimum(x1, x2), np.maximum(x1, x2)
    # From the edge and the row alone, and the same number below a line as above it.
    x_top = np.where(y1 >= row, x1, np.clip(x1 + (row - y1) * slope, low, high))
    x_bottom = np.where(y2 <= row + 1, x2, np.clip(x1 + (row + 1 - y1) * slope, low, high))
    return _Pieces(edge, row, x_top, np.maximum(y1 - row, 0), x_bottom, np.minimum(y2 - row, 1))


def _passed_cells(edges, window):
    """Cut edges at rows and columns, and sum them by cell."""
    edge, row, column, height, area = _cell_pieces(_row_pieces(edges, window), edges.width)
    inside = edges.inside[edge]
    key = ((row - window.row) * edges.zones + edges.zone[edge]) * (edges.width + 2) + column + 1
    order = np.argsort(key, kind="stable")
    key = key[order]
    begin = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    height, area = ((amount * inside)[order] for amount in (height, area))
    if len(begin):
        height, area = (np.add.reduceat(amount, begin) for amount in (height, area))
    row_zone, column = np.divmod(key[begin], edges.width + 2)
    row, zone = np.divmod(row_zone, edges.zones)
    return _Passed(row + window.row, zone, column - 1, height, area)


def _cell_pieces(piece, width):
    """Pieces cut at columns: edge, row, column, height, and area of the cell east of them.

    All that lies west of the grid is one piece, and what lies east of it is left out.
    """
    west, east = np.minimum(piece.x1, piece.x2), np.maximum(piece.x1, piece.x2)
    first = np.clip(np.floor(west), -1, width).astype(np.int64)
    last = np.maximum(first, np.clip(np.ceil(east) - 1, -1, width).astype(np.int64))
    count = last - first + 1
    of = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    column = first[of] + step
    at_west, at_east = step == 0, step == count[of] - 1
    x_west, x_east = np.where(at_west, west[of], column), np.where(at_east, east[of], column + 1)
    eastward = piece.x2 >= piece.x1
    y_west = np.where(at_west, np.where(eastward, piece.y1, piece.y2)[of], _y_at(column, piece, of))
    y_east = np.where(at_east, np.where(eastward, piece.y2, piece.y1)[of], _y_at(column + 1, piece, of))
    height = np.abs(np.rint(y_east * WHOLE).astype(np.int64) - np.rint(y_west * WHOLE).astype(np.int64))
    # Limited for the piece west of the grid, which may be long and whose area is not asked for.
    area = np.rint(height * np.clip(1 - (x_west + x_east - 2 * column) / 2, 0, 1)).astype(np.int64)
    on_grid = column < width
    return tuple(values[on_grid] for values in (piece.edge[of], piece.row[of], column, height, area))


def _y_at(x, piece, of):
    """Where pieces cross a column's side, within their ends; no number where a piece is upright."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (piece.y2 - piece.y1) / (piece.x2 - piece.x1)
        return np.clip(piece.y1[of] + (x - piece.x1[of]) * ratio[of], piece.y1[of], piece.y2[of])


def _runs(passed, width):
    """The share of every passed cell, and of the cells from there to the next one."""
    fresh = np.append(True, (np.diff(passed.row) != 0) | (np.diff(passed.zone) != 0))[: len(passed.row)]
    begin = np.flatnonzero(fresh)
    # The sum starts anew with every row and zone; whole numbers may wrap around before that.
    through = np.cumsum(passed.height)
    before = through - passed.height
    through = through - np.repeat(before[begin], np.diff(begin, append=len(fresh)))
    following = np.append(passed.column[1:], width)[: len(fresh)]
    following[np.append(fresh[1:], True)[: len(fresh)]] = width
    here = _Runs(
        passed.row, passed.column, passed.column + 1, passed.zone, through - passed.height + passed.area
    )
    beyond = _Runs(passed.row, passed.column + 1, following, passed.zone, through)
    return _Runs(*(np.concatenate(columns) for columns in zip_equal(here, beyond)))


def _within(runs, window):
    """Runs cut to the columns of a window, without empty ones."""
    start = np.maximum(runs.start, window.column)
    stop = np.minimum(runs.stop, window.column + window.columns)
    runs = runs._replace(start=start, stop=stop)
    some = (start < stop) & (runs.share != 0)
    return _Runs(*(column[some] for column in runs))


def _spans_and_cells(runs):
    """Whole cells as spans, others one by one."""
    whole = runs.share >= WHOLE
    cells = _one_by_one(runs, (runs.share > 0) & ~whole)
    return Spans(*(column[whole] for column in runs[:4])), cells


def _one_by_one(runs, some):
    """The cells of some runs."""
    of, column = spread(runs.start[some], (runs.stop - runs.start)[some])
    return PartCells(runs.row[some][of], column, runs.zone[some][of], runs.share[some][of])


def _crowded_rows(runs, width):
    """Rows with a cell of which more is claimed than there is."""
    key = np.concatenate((runs.row * (width + 1) + runs.start, runs.row * (width + 1) + runs.stop))
    order = np.argsort(key, kind="stable")
    key = key[order]
    claimed = np.cumsum(np.concatenate((runs.share, -runs.share))[order])
    last = np.append(key[1:] != key[:-1], True)[: len(key)]
    return np.unique(key[last][claimed[last] > WHOLE + _TOLERANCE] // (width + 1))


def _first_come(runs, crowded, window):
    """Give crowded cells to zones in their order, as far as there is room."""
    kept, shared = [], []
    for row in crowded:
        here = np.flatnonzero(runs.row == row)
        zones = np.unique(runs.zone[here])
        claims = np.zeros((len(zones), window.columns), dtype=np.int64)
        for i, place in zip_equal(here, np.searchsorted(zones, runs.zone[here])):
            claims[place, runs.start[i] - window.column : runs.stop[i] - window.column] = runs.share[i]
        claims = np.clip(claims, 0, WHOLE)
        is_crowded = claims.sum(axis=0) > WHOLE + _TOLERANCE
        before = np.cumsum(claims, axis=0) - claims
        given = np.where(is_crowded, np.clip(claims, 0, np.maximum(WHOLE - before, 0)), claims)
        holder = zones[np.argmax(claims > 0, axis=0)]
        for zone, claim, share in zip_equal(zones, claims, given):
            kept += [(row, column, column + 1, zone, share[column]) for column in np.flatnonzero(share)]
            shared += [
                (row, column, column + 1, holder[column], zone, claim[column] - share[column])
                for column in np.flatnonzero(claim > share)
            ]
    kept, shared = (np.array(rows, dtype=np.int64) for rows in (kept, shared))
    for rows in (kept, shared):
        rows[:, 1:3] += window.column
    loose = ~np.isin(runs.row, crowded)
    together = (np.concatenate((column[loose], kept[:, i])) for i, column in enumerate(runs))
    return _Runs(*together), SharedCells(*shared.T)
