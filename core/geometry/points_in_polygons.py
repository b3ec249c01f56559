"""Which polygon holds each of many points.

A point is inside where the borders cross the horizontal ray from it to the west an odd number of times. An
edge counts from above its lower end to its upper end, and where it crosses the ray is computed from the edge
and the ray alone, whichever polygon it belongs to. So a point on the border of two neighbours is in exactly
one of them: in the one east of the border, or south of a level one, as cell centres are on a grid
(`raster.zones`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..progress import no_progress
from .polygons import Edges, Polygons
from .ragged import portions, spread

_ROWS = 1 << 16  # of points, at most
_FEW = 8  # edges in a slab of a polygon
_REPEATED = 3  # times the edges of a polygon that its slabs may hold
_PAIRS = 1 << 18  # of a point and a polygon that are looked at together
_TESTS = 1 << 20  # of a point and an edge


class Located(NamedTuple):
    """Where points are.

    Attributes
    ----------
    polygon : int64 array, shape (points,)
        Place of the polygon that holds the point, the first one where polygons overlap; -1: none.
    in_several : int
        Number of points that more than one polygon holds.
    """

    polygon: np.ndarray
    in_several: int


def points_in_polygons(x, y, polygons, progress=no_progress):
    """Find the polygon that holds each point.

    Parameters
    ----------
    x, y : float arrays, shape (points,)
        In the coordinates of the polygons. A point with a coordinate that is not finite is in none.
    polygons : Polygons
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    Located

    Examples
    --------
    Two squares side by side, and a point on the border that they share.

    >>> squares = pack_boxes([[0, 0], [1, 0]], [[1, 1], [2, 1]])
    >>> points_in_polygons([0.5, 1.0, 9.0], [0.5, 0.5, 0.5], squares).polygon
    array([ 0,  1, -1])
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    first = np.full(len(x), polygons.count, dtype=np.int64)
    holders = np.zeros(len(x), dtype=np.int64)
    for point, polygon in holding_pairs(x, y, polygons, progress):
        np.minimum.at(first, point, polygon)
        np.add.at(holders, point, 1)
    first[first == polygons.count] = -1
    return Located(first, int((holders > 1).sum()))


def holding_pairs(x, y, polygons, progress=no_progress):
    """All pairs of a point and a polygon that holds it.

    Parameters
    ----------
    x, y : float arrays, shape (points,)
    polygons : Polygons
    progress : callable
        See `points_in_polygons`.

    Yields
    ------
    tuple of two int64 arrays
        Places of the point and of the polygon of some pairs; every pair comes once.
    """
    if not len(x) or not len(polygons.ring_owner):
        return
    slabs = _slabs(polygons)
    for point, polygon in _near_pairs(x, y, polygons, progress):
        inside = _in_box(x[point], y[point], polygons, polygon)
        point, polygon = point[inside], polygon[inside]
        slab = slabs.of(polygon, y[point])
        start, count = slabs.start[slab], slabs.start[slab + 1] - slabs.start[slab]
        for some in portions(count, _TESTS):
            odd = _odd_crossings(x, y, point[some], slabs, start[some], count[some])
            if odd.any():
                yield point[some][odd], polygon[some][odd]


def _odd_crossings(x, y, point, slabs, start, count):
    """Whether an odd number of the edges of each list cross the ray of its point."""
    of, member = spread(start, count)
    of_point = point[of]
    x, y = x[of_point], y[of_point]
    edges = slabs.edges
    reached = np.flatnonzero((edges.y1[member] < y) & (y <= edges.y2[member]))
    edge, of, x, y = member[reached], of[reached], x[reached], y[reached]
    crossing = edges.x1[edge] + (y - edges.y1[edge]) * slabs.slope[edge]
    # Rounding must not carry a crossing past the ends of its edge.
    crossing = np.clip(crossing, slabs.left[edge], slabs.right[edge])
    return np.bincount(of[crossing <= x], minlength=len(point)) % 2 == 1


def _in_box(x, y, polygons, polygon):
    """Whether points are in the boxes of polygons, borders included."""
    (left, bottom), (right, top) = polygons.low[polygon].T, polygons.high[polygon].T
    return (left <= x) & (x <= right) & (bottom <= y) & (y <= top)


def _near_pairs(x, y, polygons, progress):
    """Pairs of a point and a polygon whose box is near it: points are put into rows and sorted in each, and a
    box takes a run of every row that it reaches."""
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    some = np.flatnonzero(polygons.low[:, 0] <= polygons.high[:, 0])
    if not len(finite) or not len(some):
        return
    rows = _Rows(x[finite], y[finite], (polygons.high - polygons.low)[some, 1])
    place = rows.place(x[finite], rows.row(y[finite]))
    order = np.argsort(place, kind="stable")
    place, order = place[order], finite[order]
    low, high = polygons.low[some], polygons.high[some]
    reached = (low <= rows.high).all(axis=1) & (high >= rows.low).all(axis=1)
    some, low, high = some[reached], low[reached], high[reached]
    first, last = rows.row(low[:, 1]), rows.row(high[:, 1])
    for part in portions(last - first + 1, _PAIRS):
        progress(part.start / len(some))
        of, row = spread(first[part], (last - first + 1)[part])
        start = np.searchsorted(place, rows.place(low[part, 0][of], row), side="left")
        stop = np.searchsorted(place, rows.place(high[part, 0][of], row), side="right")
        for begin, end, box in _cut(start, stop, of):
            run, member = spread(begin, end - begin)
            yield order[member], some[part][box[run]]


def _cut(start, stop, of):
    """Runs that hold at most so many points together, long ones cut."""
    pieces = -(-(stop - start) // _PAIRS)
    run, number = spread(np.zeros(len(start), dtype=np.int64), pieces)
    begin = start[run] + number * _PAIRS
    end = np.minimum(begin + _PAIRS, stop[run])
    for part in portions(end - begin, _PAIRS):
        yield begin[part], end[part], of[run[part]]


class _Rows:
    """Rows of points, about a quarter as high as a polygon; a place is the row plus how far east, below 1.

    Both grow with the coordinate, whatever is rounded, so runs between places miss no point.
    """

    def __init__(self, x, y, heights):
        self.low, self.high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
        self.across, self.along = np.where(self.high > self.low, self.high - self.low, 1.0)
        total = heights.sum()
        wanted = 4 * len(heights) * self.along / total if total > 0 else _ROWS
        self.rows = int(np.clip(wanted, 1, _ROWS))

    def row(self, y):
        share = (np.clip(y, self.low[1], self.high[1]) - self.low[1]) / self.along
        return np.minimum((share * self.rows).astype(np.int64), self.rows - 1)

    def place(self, x, row):
        return row + (np.clip(x, self.low[0], self.high[0]) - self.low[0]) / self.across * 0.999


class _Slabs(NamedTuple):
    """Polygons cut into level slabs of the same height, each with the edges that reach it.

    Attributes
    ----------
    edges : Edges
        Ordered by slab; an edge that reaches several is there several times.
    slope, left, right : float arrays
        Of the edges: x per y, and the ends by x.
    start : int64 array, shape (slabs + 1,)
        First edge of each slab.
    first, count : int64 arrays, shape (polygons,)
        First slab of each polygon and how many it has.
    low, per_y : float arrays, shape (polygons,)
        Where the slabs begin, and slabs per unit of y.
    """

    edges: Edges
    slope: np.ndarray
    left: np.ndarray
    right: np.ndarray
    start: np.ndarray
    first: np.ndarray
    count: np.ndarray
    low: np.ndarray
    per_y: np.ndarray

    def of(self, polygon, y):
        """The slab of each y; grows with it, so an edge is in all slabs between those of its ends."""
        number = ((y - self.low[polygon]) * self.per_y[polygon]).astype(np.int64)
        return self.first[polygon] + np.clip(number, 0, self.count[polygon] - 1)


def _slabs(polygons: Polygons):
    edges = polygons.edges()
    upright = edges.y1 < edges.y2
    edges = Edges(*(column[upright] for column in edges))
    height = np.where(np.isfinite(polygons.low[:, 1]), polygons.high[:, 1] - polygons.low[:, 1], 0.0)
    of_edges = np.bincount(edges.owner, minlength=polygons.count)
    reach = np.bincount(edges.owner, edges.y2 - edges.y1, polygons.count)
    # As many slabs as there are few edges, unless long edges would be in too many of them.
    wanted = np.minimum(
        of_edges / _FEW,
        np.divide(_REPEATED * of_edges * height, reach, out=np.zeros(polygons.count), where=reach > 0),
    )
    count = np.maximum(wanted.astype(np.int64), 1)
    first = np.cumsum(count) - count
    per_y = np.divide(count, height, out=np.zeros(polygons.count), where=height > 0)
    low = np.where(np.isfinite(polygons.low[:, 1]), polygons.low[:, 1], 0.0)
    nothing = np.empty(0)
    plan = _Slabs(edges, nothing, nothing, nothing, nothing, first, count, low, per_y)
    from_slab, to_slab = plan.of(edges.owner, edges.y1), plan.of(edges.owner, edges.y2)
    of, slab = spread(from_slab, to_slab - from_slab + 1)
    order = np.argsort(slab, kind="stable")
    edges = Edges(*(column[of[order]] for column in edges))
    start = np.searchsorted(slab[order], np.arange(int(count.sum()) + 1))
    slope = (edges.x2 - edges.x1) / (edges.y2 - edges.y1)
    left, right = np.minimum(edges.x1, edges.x2), np.maximum(edges.x1, edges.x2)
    return plan._replace(edges=edges, slope=slope, left=left, right=right, start=start)
