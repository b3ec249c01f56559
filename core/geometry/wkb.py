"""Well-known binary to arrays of vertices: many polygons or lines at once.

The headers are read one by one, the vertices of all of them in one go, as they are nearly all of the bytes.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError

_LINE, _POLYGON, _COLLECTION = 2, 3, 3  # a collection's code is that of its members plus 3
_AT_ONCE = 1 << 26  # bytes of geometries whose vertices are read together
_MESSAGES = {
    _POLYGON: "A unit is no polygon (geometry type {kind}); use a polygon layer.",
    _LINE: "Feature {number} is no line (geometry type {kind}); use a line layer.",
}


class Paths(NamedTuple):
    """Rings of polygons, or lines, one after the other.

    Attributes
    ----------
    xy : float array, shape (vertices, 2)
    start : int64 array, shape (paths + 1,)
        First vertex of each path, and the number of vertices at the end.
    owner : int64 array, shape (paths,)
        Place of the geometry that the path belongs to.
    hole : bool array, shape (paths,)
        Whether it is not the first ring of a polygon.
    """

    xy: np.ndarray
    start: np.ndarray
    owner: np.ndarray
    hole: np.ndarray

    def following(self):
        """The next vertex of each one, the first again after the last: int64 array, shape (vertices,)."""
        after = np.arange(1, len(self.xy) + 1)
        after[self.start[1:] - 1] = self.start[:-1]
        return after

    def of_vertices(self, values):
        """One value per path, such as `owner`, for each vertex."""
        return np.repeat(values, np.diff(self.start))


def polygon_paths(geometries):
    """The rings of polygons and multipolygons; Z and M are ignored.

    Parameters
    ----------
    geometries : sequence of (bytes or None)
        Well-known binary, ISO or extended; None has no rings.

    Returns
    -------
    Paths
        Rings as they are, closed or not; those without a vertex are left out.

    Raises
    ------
    InputDataError
        A geometry is something else.
    """
    return _read_paths(geometries, _POLYGON)


def line_paths(geometries):
    """The parts of lines and multilines; see `polygon_paths`."""
    return _read_paths(geometries, _LINE)


def rings_of(wkb):
    """The rings of one polygon or multipolygon as float arrays of shape (points, 2); see `polygon_paths`."""
    paths = polygon_paths([wkb])
    return np.split(paths.xy, paths.start[1:-1]) if len(paths.owner) else []


class _Found(NamedTuple):
    """Where the vertices of a path lie in the bytes."""

    offset: int
    points: int
    dimensions: int
    order: str
    owner: int
    hole: bool


def _read_paths(geometries, kind):
    xy, found, blocks, held = [], [], [], 0
    begin = 0
    for number, wkb in enumerate(geometries):
        if wkb is None:
            continue
        wkb = bytes(wkb)
        _find_paths(wkb, 0, held, number, kind, found)
        blocks.append(wkb)
        held += len(wkb)
        if held > _AT_ONCE:
            xy.append(_vertices(b"".join(blocks), found[begin:]))
            blocks, held, begin = [], 0, len(found)
    xy.append(_vertices(b"".join(blocks), found[begin:]))
    points = np.array([path.points for path in found], dtype=np.int64)
    start = np.zeros(len(found) + 1, dtype=np.int64)
    np.cumsum(points, out=start[1:])
    owner = np.array([path.owner for path in found], dtype=np.int64)
    return Paths(np.concatenate(xy), start, owner, np.array([path.hole for path in found], dtype=bool))


def _find_paths(wkb, at, base, number, kind, found):
    """Append the paths of the geometry at a place of its bytes, which lie at `base` among all; returns the
    place after it."""
    order = "<" if wkb[at] == 1 else ">"
    code, count = struct.unpack_from(order + "II", wkb, at + 1)
    at += 5
    dimensions = 2 + bool(code & 0x80000000) + bool(code & 0x40000000)
    if code & 0x20000000:  # an embedded SRID
        at += 4
        (count,) = struct.unpack_from(order + "I", wkb, at)
    at += 4
    dimensions += {0: 0, 1: 1, 2: 1, 3: 2}[(code & 0x1FFFFFFF) // 1000]
    code = (code & 0x1FFFFFFF) % 1000
    if code == kind + _COLLECTION:
        for _ in range(count):
            at = _find_paths(wkb, at, base, number, kind, found)
        return at
    if code != kind:
        raise InputDataError(_MESSAGES[kind], number=number + 1, kind=code)
    if kind == _LINE:
        if count:
            found.append(_Found(base + at, count, dimensions, order, number, False))
        return at + 8 * dimensions * count
    for ring in range(count):
        (points,) = struct.unpack_from(order + "I", wkb, at)
        at += 4
        if points:
            found.append(_Found(base + at, points, dimensions, order, number, ring > 0))
        at += 8 * dimensions * points
    return at


def _vertices(buffer, found):
    """The vertices of paths, path by path."""
    points = np.array([path.points for path in found], dtype=np.int64)
    kinds = [(path.order, path.dimensions) for path in found]
    out = np.empty((int(points.sum()), 2))
    for order, dimensions in sorted(set(kinds)):
        some = np.array([kind == (order, dimensions) for kind in kinds], dtype=bool)
        offset = np.array([path.offset for path in found], dtype=np.int64)[some]
        length = points[some] * 8 * dimensions
        # Headers and vertices take turns.
        turns = np.empty(2 * len(offset) + 1, dtype=np.int64)
        turns[1::2] = length
        turns[0:-1:2] = np.diff(offset, prepend=0)
        turns[2:-1:2] -= length[:-1]
        turns[-1] = len(buffer) - turns[:-1].sum()
        taken = np.repeat(np.arange(len(turns)) % 2 == 1, turns)
        values = np.frombuffer(buffer, dtype=np.uint8)[taken].view(order + "f8")
        out[np.repeat(some, points)] = values.reshape(-1, dimensions)[:, :2]
    return out
