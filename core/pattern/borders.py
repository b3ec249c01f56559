"""Where the borders of polygons meet: in points, and along how many metres.

Borders are compared edge by edge, whatever their vertices: a shared border may have a vertex on one side that
is missing on the other.
"""

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..geometry.boxes import overlapping_pairs
from ..geometry.ground import Ground
from ..geometry.wkb import polygon_paths

_LEAST_SCALE = 1e-6  # metres per unit of longitude at the poles are none: a box there reaches round the Earth


class SharedBorders(NamedTuple):
    """Pairs of units whose borders meet, ordered by the two units.

    Attributes
    ----------
    first, second : int arrays, shape (pairs,)
        `first` < `second`.
    length_m : float array, shape (pairs,)
        Of the border that they share; 0 where they meet in points only.
    """

    first: np.ndarray
    second: np.ndarray
    length_m: np.ndarray


class _Edges(NamedTuple):
    """Edges of all rings: coordinates, shape (edges, 2), and the unit of each."""

    start: np.ndarray
    end: np.ndarray
    unit: np.ndarray


def shared_borders(polygons, ground=None, tolerance_m=0.0):
    """Find the pairs of polygons whose borders meet.

    Parameters
    ----------
    polygons : sequence of bytes
        Well-known binary of a polygon or multipolygon for each unit.
    ground : Ground, optional
        What the coordinates mean; not given, their unit is taken for a metre.
    tolerance_m : float
        Borders that are no farther apart meet. Whatever it is, places are the same that differ by the
        rounding of the layer's coordinates (about 1e-8 m).

    Returns
    -------
    SharedBorders

    Raises
    ------
    InputDataError
        A geometry is no polygon, or a coordinate is not finite.

    Notes
    -----
    Borders that cross meet, too, so units that overlap are found; a unit inside another one (without a hole
    for it) is not. Lengths count where edges lie within the tolerance of each other over all of their common
    stretch, so at a corner there is none.

    References
    ----------
    docs/decisions/0090-contiguity.md.
    """
    edges = _edges_of(polygons)
    ground = Ground(False, 1.0) if ground is None else ground
    within = max(float(tolerance_m), ground.rounding_m(np.concatenate((edges.start, edges.end))))
    keys, lengths = [], []
    for i, j in overlapping_pairs(*_boxes(edges, ground, within), edges.unit):
        met, length = _meetings(edges, i, j, ground, within)
        one, other = edges.unit[i[met]].astype(np.int64), edges.unit[j[met]].astype(np.int64)
        keys.append(np.minimum(one, other) * len(polygons) + np.maximum(one, other))
        lengths.append(length[met])
    if not keys:
        return SharedBorders(*(np.empty(0, dtype=kind) for kind in (np.int64, np.int64, float)))
    pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
    total = np.bincount(place, np.concatenate(lengths), len(pairs))
    total[total <= 2 * within] = 0.0  # what two corners within the tolerance may have in common
    return SharedBorders(*np.divmod(pairs, len(polygons)), total)


def _edges_of(polygons):
    """The edges of all units, without those of no length."""
    paths = polygon_paths(polygons)
    unit = paths.of_vertices(paths.owner).astype(np.int32)
    wrong = ~np.isfinite(paths.xy).all(axis=1)
    if wrong.any():
        raise InputDataError(
            "Polygon {number} has a coordinate that is not finite; repair it "
            "(native:fixgeometries), or remove it.",
            number=int(unit[np.argmax(wrong)]) + 1,
        )
    start, end = paths.xy, paths.xy[paths.following()]  # closes a ring that is not closed
    real = (start != end).any(axis=1)
    return _Edges(start[real], end[real], unit[real])


def _boxes(edges, ground, within):
    """The boxes of edges, wider by what counts as meeting: lower left and upper right corners."""
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    farthest = np.maximum(np.abs(low[:, 1]), np.abs(high[:, 1]))  # from the equator, where x is shortest
    across, _ = ground.metres_per_unit(farthest)
    _, along = ground.metres_per_unit(np.zeros(len(low)))
    margin = within / np.column_stack((np.maximum(across, _LEAST_SCALE), along))
    return low - margin, high + margin


def _meetings(edges, i, j, ground, within):
    """Which pairs of edges meet, and along how many metres."""
    _, y = ((edges.start[i] + edges.end[i] + edges.start[j] + edges.end[j]) / 4).T
    scale = np.column_stack(ground.metres_per_unit(y))
    origin = edges.start[i]
    # Near places are subtracted first, which is exact, so that large coordinates cost no digits.
    a, b, c, d = ((place - origin) * scale for place in (origin, edges.end[i], edges.start[j], edges.end[j]))
    met = np.zeros(len(i), dtype=bool)
    for point, start, end in ((a, c, d), (b, c, d), (c, a, b), (d, a, b)):
        met |= _squared_distance(point, start, end) <= within**2
    met |= (_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)
    return met, _common_length(b, c, d, within)


def _side(start, end, point):
    """Twice the area of the triangle: above 0 if the point is left of the line."""
    along, to = end - start, point - start
    return along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]


def _squared_distance(point, start, end):
    """Of points from edges."""
    along, to = end - start, point - start
    share = np.clip((along * to).sum(axis=1) / (along * along).sum(axis=1), 0.0, 1.0)
    rest = to - share[:, None] * along
    return (rest * rest).sum(axis=1)


def _common_length(end, c, d, within):
    """How long the edges c-d lie along the edges that go from 0 to `end`; 0 if they part on the way."""
    length = np.hypot(*end.T)
    (along_c, off_c), (along_d, off_d) = (
        (
            (end * point).sum(axis=1) / length,
            (end[:, 0] * point[:, 1] - end[:, 1] * point[:, 0]) / length,
        )
        for point in (c, d)
    )
    low = np.maximum(np.minimum(along_c, along_d), 0.0)
    high = np.minimum(np.maximum(along_c, along_d), length)
    rise = along_d - along_c
    lean = np.divide(off_d - off_c, rise, out=np.zeros_like(rise), where=rise != 0)
    close = (high > low) & (rise != 0)
    for place in (low, high):
        close &= np.abs(off_c + lean * (place - along_c)) <= within
    return np.where(close, high - low, 0.0)
