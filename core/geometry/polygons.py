"""Many polygons as flat arrays: their rings, boxes, edges and areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from .ragged import with_next
from .wkb import polygon_paths


class Edges(NamedTuple):
    """Edges from their lower to their upper end (from left to right where level), so that two polygons have
    the same numbers for an edge that they share.

    Attributes
    ----------
    x1, y1, x2, y2 : float arrays, shape (edges,)
    owner : int64 array, shape (edges,)
        Place of the polygon.
    """

    x1: np.ndarray
    y1: np.ndarray
    x2: np.ndarray
    y2: np.ndarray
    owner: np.ndarray


@dataclass(frozen=True)
class Polygons:
    """Polygons and multipolygons, each given by its rings: inside is what an odd number of rings surrounds.

    Attributes
    ----------
    count : int
        Number of polygons, those without a geometry too.
    xy : float array, shape (vertices, 2)
        Of all rings, which are closed.
    ring_start : int64 array, shape (rings + 1,)
        First vertex of each ring, and the number of vertices at the end.
    ring_owner : int64 array, shape (rings,)
        Place of the polygon, ascending.
    ring_is_hole : bool array, shape (rings,)
    low, high : float arrays, shape (count, 2)
        Lower left and upper right corner of each polygon's box; infinity and minus infinity without a
        geometry.
    """

    count: int
    xy: np.ndarray
    ring_start: np.ndarray
    ring_owner: np.ndarray
    ring_is_hole: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def edges(self):
        """The edges of all rings, polygon by polygon, without those of no length.

        Returns
        -------
        Edges
        """
        first = with_next(self.ring_start)
        owner = np.repeat(self.ring_owner, np.diff(self.ring_start) - 1)
        return turned(self.xy[first], self.xy[first + 1], owner)

    def areas(self):
        """Area of each polygon on the plane, in squared units of its coordinates; 0 without a geometry.

        Returns
        -------
        float array, shape (count,)
        """
        return self.sum_of_rings(np.abs(self.ring_areas()))

    def sum_of_rings(self, areas):
        """Area of each polygon from what its rings surround, holes taken off: float array, shape (count,)."""
        return np.bincount(self.ring_owner, np.where(self.ring_is_hole, -areas, areas), self.count)

    def ring_areas(self):
        """Area that each ring surrounds, above 0 where it runs counter-clockwise.

        Returns
        -------
        float array, shape (rings,)
        """
        if not len(self.ring_owner):
            return np.empty(0)
        points = np.diff(self.ring_start)
        x, y = (self.xy - np.repeat(self.xy[self.ring_start[:-1]], points, axis=0)).T
        cross = np.zeros(len(x))
        cross[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
        cross[self.ring_start[1:] - 1] = 0.0  # from ring to ring
        return np.add.reduceat(cross, self.ring_start[:-1]) / 2

    def some(self, places):
        """A part of the polygons.

        Parameters
        ----------
        places : int array
            Ascending.

        Returns
        -------
        Polygons
        """
        number = np.full(self.count, -1, dtype=np.int64)
        number[places] = np.arange(len(places))
        ring = number[self.ring_owner] >= 0
        points = np.diff(self.ring_start)
        return _packed(
            len(places),
            self.xy[np.repeat(ring, points)],
            points[ring],
            number[self.ring_owner[ring]],
            self.ring_is_hole[ring],
        )


def pack_polygons(geometries):
    """Polygons from well-known binary.

    Parameters
    ----------
    geometries : sequence of (bytes or None)
        Polygons and multipolygons; None for a feature without a geometry.

    Returns
    -------
    Polygons

    Raises
    ------
    InputDataError
        A geometry is no polygon, or a coordinate is not finite.
    """
    geometries = list(geometries)
    xy, start, owner, hole = polygon_paths(geometries)
    check_finite(xy, start, owner)
    points = np.diff(start)
    open_rings = np.flatnonzero((xy[start[:-1]] != xy[start[1:] - 1]).any(axis=1))
    if len(open_rings):
        xy = np.insert(xy, start[1:][open_rings], xy[start[:-1][open_rings]], axis=0)
        points[open_rings] += 1
    return _packed(len(geometries), xy, points, owner, hole)


def pack_boxes(low, high):
    """Boxes as polygons, such as the cells of a grid.

    Parameters
    ----------
    low, high : float arrays, shape (boxes, 2)
        Lower left and upper right corners.

    Returns
    -------
    Polygons
    """
    (left, bottom), (right, top) = np.transpose(low), np.transpose(high)
    x = np.column_stack((left, right, right, left, left)).ravel()
    y = np.column_stack((bottom, bottom, top, top, bottom)).ravel()
    count = len(left)
    owner = np.arange(count)
    return _packed(count, np.column_stack((x, y)), np.full(count, 5), owner, np.zeros(count, dtype=bool))


def _packed(count, xy, points, owner, hole):
    """Polygons of closed rings."""
    start = np.zeros(len(points) + 1, dtype=np.int64)
    np.cumsum(points, out=start[1:])
    low, high = boxes_of(xy, start, owner, count)
    return Polygons(count, xy, start, owner, hole, low, high)


def boxes_of(xy, start, owner, count):
    """The boxes of paths by their owners, which ascend; see `Polygons.low`."""
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    if len(owner):
        fresh = np.flatnonzero(np.diff(owner, prepend=-1))
        low[owner[fresh]] = np.minimum.reduceat(xy, start[fresh])
        high[owner[fresh]] = np.maximum.reduceat(xy, start[fresh])
    return low, high


def turned(start, end, owner):
    """Edges from lower to upper end, without those of no length."""
    up = (start[:, 1] < end[:, 1]) | ((start[:, 1] == end[:, 1]) & (start[:, 0] <= end[:, 0]))
    lower, upper = np.where(up[:, None], start, end), np.where(up[:, None], end, start)
    real = (start != end).any(axis=1)
    return Edges(*lower[real].T.copy(), *upper[real].T.copy(), owner[real])


def check_finite(xy, start, owner):
    """Refuse coordinates that are not finite; the message names the feature."""
    wrong = ~np.isfinite(xy).all(axis=1)
    if wrong.any():
        path = np.searchsorted(start, np.argmax(wrong), side="right") - 1
        raise InputDataError(
            "Feature {number} has a coordinate that is not finite; repair it (native:fixgeometries), or "
            "remove it.",
            number=int(owner[path]) + 1,
        )
