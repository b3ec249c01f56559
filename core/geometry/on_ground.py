"""Areas, lengths and scales of shapes on the ellipsoid, wherever their coordinates come from.

Edges are straight in the coordinates of their layer, as maps draw them. A ring is carried to the cylinder on
which areas are those of the ellipsoid: longitude across, and the area between parallels along. There an edge
is taken for the parabola through its ends and its middle, which for edges of some kilometres is exact to
1e-9.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputDataError
from .ground import Ground, band_area
from .polygons import Polygons
from .ragged import portions, spread, with_next

_LONGEST_M = 5000.0  # of an edge, before it is parted
_STEP_M = 10.0  # that scales are measured over
_VERTICES = 1 << 18  # that are measured together


@dataclass(frozen=True)
class OnGround:
    """The coordinates of a layer on the ellipsoid.

    Attributes
    ----------
    ground : Ground
        Of longitude and latitude.
    geographic : callable
        Takes places, float array (places, 2), in the coordinates of the layer, and gives longitude and
        latitude in the units of `ground`, likewise.
    per_metre : float
        About how many units of the layer's coordinates are a metre.
    turns : bool
        Whether longitudes may jump by a turn along an edge, as those of projected coordinates do.
    """

    ground: Ground
    geographic: object
    per_metre: float
    turns: bool = True

    def areas_m2(self, polygons: Polygons):
        """Area of each polygon.

        Returns
        -------
        float array, shape (count,)
            0 without a geometry.

        Raises
        ------
        InputDataError
            A polygon reaches half way round the Earth, or holds a pole; its number is named.
        """
        out = np.zeros(polygons.count)
        rings = np.bincount(polygons.ring_owner, np.diff(polygons.ring_start), polygons.count)
        for part in portions(rings.astype(np.int64), _VERTICES):
            places = np.arange(part.start, part.stop)
            out[part] = self._areas(polygons.some(places), part.start)
        return out

    def _areas(self, polygons, number):
        if not len(polygons.ring_owner):
            return np.zeros(polygons.count)
        ring, begin, middle = _pieces(polygons, _LONGEST_M * self.per_metre)
        places = self.geographic(np.concatenate((begin, middle))) * self.ground.unit
        first = np.flatnonzero(np.diff(ring, prepend=-1))
        after = np.append(first[1:], len(ring))
        origin = places[np.repeat(first, after - first)]
        x1, y1 = self._on_cylinder(places[: len(ring)], origin)
        x, y = self._on_cylinder(places[len(ring) :], origin)
        # Rings are closed: a piece ends where the next one begins, the last one where the first one does.
        following = np.arange(1, len(ring) + 1)
        following[after - 1] = first
        x2, y2 = x1[following], y1[following]
        wide = np.flatnonzero((np.abs(x2 - x1) > np.pi / 2) | (np.abs(x1) > 0.99 * np.pi))
        if self.turns and len(wide):
            raise InputDataError(
                "Feature {number} reaches half way round the Earth or holds a pole, so its area cannot be "
                "measured on these coordinates; split it, or use another projection.",
                number=number + int(polygons.ring_owner[ring[wide[0]]]) + 1,
            )
        chord = (x1 * y2 - x2 * y1) / 2
        bulge = 2 / 3 * ((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1))
        return polygons.sum_of_rings(np.abs(np.bincount(ring, chord + bulge, len(polygons.ring_owner))))

    def _on_cylinder(self, places, origin):
        """Radians east of an origin, and the area between parallels north of it [m2/rad]."""
        across = places[:, 0] - origin[:, 0]
        if self.turns:
            across -= 2 * np.pi * np.rint(across / (2 * np.pi))
        latitude, start = places[:, 1], origin[:, 1]
        along = band_area(start, latitude, self.ground.semi_major_m, self.ground.flattening)
        return across, np.copysign(along, latitude - start)

    def lengths_m(self, start, end):
        """Length of straight stretches [m].

        Parameters
        ----------
        start, end : float arrays, shape (stretches, 2)

        Returns
        -------
        float array, shape (stretches,)
        """
        if not len(start):
            return np.empty(0)
        # The stretches of a line follow one another: most ends are the next one's start.
        last = np.append((end[:-1] != start[1:]).any(axis=1), True)
        places = self.geographic(np.concatenate((start, end[last])))
        place = np.arange(1, len(start) + 1)
        place[last] = len(start) + np.arange(last.sum())
        return self.ground.lengths_m(places[: len(start)], places[place])

    def scales(self, places):
        """Metres in a unit of x and of y at places.

        Parameters
        ----------
        places : float array, shape (places, 2)

        Returns
        -------
        float array, shape (places, 2)
        """
        places = np.asarray(places, dtype=float)
        half = _STEP_M * self.per_metre / 2
        out = np.empty(places.shape)
        for axis, step in enumerate(np.eye(2) * half):
            out[:, axis] = self.lengths_m(places - step, places + step) / (2 * half)
        return out


@dataclass(frozen=True)
class OnPlane:
    """The coordinates of a layer as a plane; its methods are those of `OnGround`.

    Attributes
    ----------
    unit_m : float
        Metres in a unit of the coordinates.
    """

    unit_m: float

    def areas_m2(self, polygons):
        """Area of each polygon: float array, shape (count,)."""
        return polygons.areas() * self.unit_m**2

    def lengths_m(self, start, end):
        """Length of straight stretches [m]: float array, shape (stretches,)."""
        return np.hypot(*(end - start).T) * self.unit_m

    def scales(self, places):
        """Metres in a unit of x and of y at places: float array, shape (places, 2)."""
        return np.full(np.shape(places), self.unit_m)


def _pieces(polygons, longest):
    """The edges of all rings, in order, in pieces no longer than asked.

    Returns the ring of each piece, and where its begin and its middle are.
    """
    first = with_next(polygons.ring_start)
    ring = np.repeat(np.arange(len(polygons.ring_owner)), np.diff(polygons.ring_start) - 1)
    start, step = polygons.xy[first], polygons.xy[first + 1] - polygons.xy[first]
    pieces = np.maximum(np.ceil(np.hypot(*step.T) / longest), 1).astype(np.int64)
    edge, number = spread(np.zeros(len(first), dtype=np.int64), pieces)
    start, step = start[edge], step[edge] / pieces[edge, None]
    return ring[edge], start + step * number[:, None], start + step * (number + 0.5)[:, None]
