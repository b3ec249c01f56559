"""Polygons as zones of a grid: which cells have their centre in which polygon.

Polygons become edges in pixel coordinates of the whole raster once; a window asks for its spans (runs of
cells of a row that belong to one zone). Where an edge crosses the centre line of a row is computed from the
edge and the row alone, so neither the window nor the order of the polygons can move a cell, and two polygons
that share an edge share every cell along it without gap or overlap: a centre exactly on a border belongs to
the polygon east of it, and one exactly on a horizontal border to the polygon south of it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..geometry.wkb import polygon_paths
from ..sequences import zip_equal

OVERLAP_POLICIES = ("error", "first")  # in the order of the parameter OVERLAP
_LONG_RUN = 50  # cells


@dataclass(frozen=True)
class ZoneEdges:
    """The borders of all zones in pixel coordinates, ordered by their first row.

    Attributes
    ----------
    zones : int
        Number of zones; they are numbered from 0 in the order given.
    width, height : int
        Columns and rows of the grid.
    first, last : int64 arrays, shape (edges,)
        First row whose centre line an edge crosses, and one past the last.
    reach : int64 array
        Largest `last` up to each edge, which finds the edges of a window.
    x, y, slope : float arrays
        A point of the edge and columns per row.
    zone : int32 array
    """

    zones: int
    width: int
    height: int
    first: np.ndarray
    last: np.ndarray
    reach: np.ndarray
    x: np.ndarray
    y: np.ndarray
    slope: np.ndarray
    zone: np.ndarray


class Spans(NamedTuple):
    """Runs of cells with one zone each, ordered by row and column; they do not overlap.

    `start` and `stop` are columns of the raster, `stop` is one past the last.
    """

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    zone: np.ndarray


class Overlaps(NamedTuple):
    """Runs of cells claimed by two zones, `first` being the one that is earlier in the input."""

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    first: np.ndarray
    second: np.ndarray


def zone_edges(polygons, grid):
    """Turn polygons into the edges that `zone_spans` needs.

    Parameters
    ----------
    polygons : sequence of (bytes or None)
        Well-known binary of a polygon or multipolygon, in the coordinate system of the grid; None for
        a unit without geometry. A ring inside a ring is a hole (even-odd rule).
    grid : Grid

    Returns
    -------
    ZoneEdges

    Raises
    ------
    InputDataError
        A geometry is no polygon, or a coordinate is not finite.
    """
    x1, y1, x2, y2, zone, _ = polygon_edges(polygons, grid)
    first = np.ceil(np.clip(y1, -1, grid.height + 1) - 0.5).astype(np.int64)
    last = np.ceil(np.clip(y2, -1, grid.height + 1) - 0.5).astype(np.int64)
    first, last = np.maximum(first, 0), np.minimum(last, grid.height)
    keep = np.flatnonzero(first < last)
    order = keep[np.argsort(first[keep], kind="stable")]
    first, last = first[order], last[order]
    slope = (x2[order] - x1[order]) / (y2[order] - y1[order])
    return ZoneEdges(
        len(polygons),
        grid.width,
        grid.height,
        first,
        last,
        np.maximum.accumulate(last),
        x1[order],
        y1[order],
        slope,
        zone[order],
    )


class PolygonEdges(NamedTuple):
    """Edges of all polygons in pixel coordinates, each from its upper to its lower end.

    `inside` is 1 where the polygon lies east of the edge and -1 where it lies west of it.
    """

    x1: np.ndarray
    y1: np.ndarray
    x2: np.ndarray
    y2: np.ndarray
    zone: np.ndarray
    inside: np.ndarray


def polygon_edges(polygons, grid):
    """The edges of polygons, turned so that neighbours compute the same crossings along a shared border.

    Parameters and errors are those of `zone_edges`.

    Returns
    -------
    PolygonEdges
    """
    paths = polygon_paths(polygons)
    wrong = ~np.isfinite(paths.xy).all(axis=1)
    if wrong.any():
        raise InputDataError(
            "Polygon {number} has a vertex outside the area where the raster's coordinate system "
            "is defined; clip it or use another raster.",
            number=int(paths.of_vertices(paths.owner)[np.argmax(wrong)]) + 1,
        )
    starts, after = grid.to_pixels(paths.xy), paths.following()
    ends = starts[after]  # closes a ring that is not closed; of one that is, the last edge is empty
    down = starts[:, 1] <= ends[:, 1]
    upper, lower = (
        np.where(down[:, None], first, second) for first, second in ((starts, ends), (ends, starts))
    )
    outward = down == paths.of_vertices(_clockwise(paths, starts, after) == paths.hole)
    inside = np.where(outward, 1, -1).astype(np.int32)
    zone = paths.of_vertices(paths.owner).astype(np.int32)
    return PolygonEdges(*upper.T, *lower.T, zone, inside)


def _clockwise(paths, starts, after):
    """Whether each ring turns clockwise, as seen with rows counted downwards; a shell has its inside within,
    a hole around it, whichever way they turn."""
    if not len(paths.owner):
        return np.empty(0, dtype=bool)
    x, y = (starts - starts[paths.of_vertices(paths.start[:-1])]).T
    return np.add.reduceat(x * y[after] - x[after] * y, paths.start[:-1]) > 0


def zone_spans(edges, window):
    """The runs of cells of every zone in a window.

    Parameters
    ----------
    edges : ZoneEdges
    window : Window

    Returns
    -------
    spans : Spans
        Without overlap: a cell claimed twice is in the zone that comes first.
    overlaps : Overlaps
        Where that happened.
    """
    top = window.row
    left, right = window.column, window.column + window.columns
    edge, rows = rows_of_edges(edges, window)
    crossing = edges.x[edge] + (rows + 0.5 - edges.y[edge]) * edges.slope[edge]
    columns = np.ceil(np.clip(crossing, left - 1, right + 1) - 0.5).astype(np.int64)
    columns = np.clip(columns, left, right)
    # Crossings of a zone in a row come in pairs, in and out.
    breadth = right - left + 1
    key = (rows - top) * edges.zones + edges.zone[edge]
    key = np.sort(key * breadth + (columns - left))
    starts, stops = key[0::2], key[1::2]
    real = starts != stops
    starts, stops = starts[real], stops[real]
    row_zone, start = np.divmod(starts, breadth)
    row, zone = np.divmod(row_zone, edges.zones)
    stop = stops % breadth
    order = np.argsort(row * breadth + start, kind="stable")
    spans = Spans(row[order] + top, start[order] + left, stop[order] + left, zone[order])
    return _without_overlap(spans)


def rows_of_edges(edges, window):
    """The edges that a window needs, once for every row of the window that they reach.

    Parameters
    ----------
    edges : ZoneEdges or CoverEdges
        Ordered by their first row.
    window : Window

    Returns
    -------
    edge, row : int64 arrays
    """
    top, bottom = window.row, window.row + window.rows
    low = np.searchsorted(edges.reach, top, side="right")
    high = np.searchsorted(edges.first, bottom, side="left")
    some = np.arange(low, max(low, high))
    some = some[edges.last[some] > top]
    begin = np.maximum(edges.first[some], top)
    count = np.minimum(edges.last[some], bottom) - begin
    edge = np.repeat(some, count)
    # Rows of each edge: a running number minus where the edge's own numbers start.
    return edge, np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)


_NO_OVERLAPS = Overlaps(*(np.empty(0, dtype=np.int64) for _ in range(5)))


def _without_overlap(spans):
    clash = (spans.row[1:] == spans.row[:-1]) & (spans.start[1:] < spans.stop[:-1])
    if not clash.any():
        return spans, _NO_OVERLAPS
    clashing = np.isin(spans.row, spans.row[1:][clash])
    kept, overlaps = [], []
    for row in np.unique(spans.row[clashing]):
        of_row = spans.row == row
        ordered = sorted(zip_equal(spans.zone[of_row], spans.start[of_row], spans.stop[of_row]))
        taken = []  # (start, stop, zone) of this row, which earlier zones hold
        for zone, start, stop in ordered:
            free = [(start, stop)]
            for other_start, other_stop, other in taken:
                if other != zone and max(start, other_start) < min(stop, other_stop):
                    overlaps.append((row, max(start, other_start), min(stop, other_stop), other, zone))
                free = [piece for part in free for piece in _minus(part, (other_start, other_stop))]
            taken += [(a, b, zone) for a, b in free]
        kept += [(row, a, b, zone) for a, b, zone in sorted(taken)]
    kept = np.array(kept, dtype=np.int64).reshape(-1, 4)
    together = Spans(*(np.concatenate((column[~clashing], kept[:, i])) for i, column in enumerate(spans)))
    order = np.lexsort((together.start, together.row))
    overlaps = np.array(overlaps, dtype=np.int64).reshape(-1, 5)
    return Spans(*(column[order] for column in together)), Overlaps(*overlaps.T)


def _minus(part, taken):
    """What is left of a run of cells without another."""
    left, right = (part[0], min(part[1], taken[0])), (max(part[0], taken[1]), part[1])
    return [run for run in (left, right) if run[0] < run[1]]


class Runs(NamedTuple):
    """All cells of a window, cut into runs of one zone and one row each, without gaps.

    `begin` counts cells along the window's rows, `row` is the raster's, and zone `zones` is outside all
    zones.
    """

    begin: np.ndarray
    length: np.ndarray
    row: np.ndarray
    zone: np.ndarray


def runs_of(spans, window, zones):
    """Cut a window into runs.

    Parameters
    ----------
    spans : Spans
        Of this window, or of one with the same columns that holds it.
    window : Window
    zones : int
        Number of zones.

    Returns
    -------
    Runs
    """
    some = slice(*np.searchsorted(spans.row, (window.row, window.row + window.rows)))
    offset = (spans.row[some] - window.row) * window.columns - window.column
    row_ends = np.arange(1, window.rows + 1) * window.columns
    # An empty run at the end of every row cuts what is outside at the row; it sorts before a span that
    # starts there.
    begin = np.concatenate((row_ends, offset + spans.start[some]))
    end = np.concatenate((row_ends, offset + spans.stop[some]))
    order = np.argsort(begin, kind="stable")
    edges = np.empty(2 * len(order) + 1, dtype=np.int64)
    edges[0], edges[1::2], edges[2::2] = 0, begin[order], end[order]
    zone = np.full(2 * len(order), zones, dtype=np.int64)
    zone[1::2] = np.concatenate((np.full(window.rows, zones), spans.zone[some]))[order]
    length = np.diff(edges)
    real = length > 0
    begin = edges[:-1][real]
    return Runs(begin, length[real], window.row + begin // window.columns, zone[real])


def fill_runs(begin, values, cells):
    """Give every cell the whole number of its run.

    Parameters
    ----------
    begin : int64 array, shape (runs,)
        First cell of each run, ascending, from 0.
    values : int64 array, shape (runs,)
    cells : int
        Number of cells.

    Returns
    -------
    int64 array, shape (cells,)
    """
    if cells > _LONG_RUN * len(values):
        # Filling long runs one by one beats a pass over all cells.
        filled = np.empty(cells, dtype=np.int64)
        ends = np.append(begin[1:], cells).tolist()
        for value, start, end in zip_equal(values.tolist(), begin.tolist(), ends):
            filled[start:end] = value
        return filled
    filled = np.zeros(cells, dtype=np.int64)
    filled[begin] = np.diff(values, prepend=0)
    return np.cumsum(filled, out=filled)
