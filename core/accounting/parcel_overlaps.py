"""Parcels that overlap, found by points a little inside of their edges."""

from __future__ import annotations

import numpy as np

from ..geometry.points_in_polygons import holding_pairs
from ..notes import listing, warning
from ..progress import no_progress

INSIDE = 1e-3  # of an edge: how far inside of it a point is; thinner slivers are not found
EDGES = 8  # of a ring, at most, spread evenly
_NAMED = 5


def overlap_notes(polygons, names, progress=no_progress):
    """A warning of parcels that overlap; an empty tuple where none was found.

    Parameters
    ----------
    polygons : Polygons
    names : sequence of str
        Of the parcels.
    progress : callable
        Gets the finished fraction and may raise `Cancelled`.

    Returns
    -------
    tuple of Note

    References
    ----------
    docs/decisions/0173-parcels-that-overlap.md.
    """
    pairs = overlapping_pairs(polygons, progress)
    if not len(pairs):
        return ()
    return (
        warning(
            "{count} pairs of parcels overlap: {pairs}. Land in both counts twice by area and by lines, and "
            "its points count in the first; repair the layer where that matters.",
            len(pairs),
            pairs=listing((f"{names[one]} and {names[two]}" for one, two in pairs.tolist()), _NAMED),
        ),
    )


def overlapping_pairs(polygons, progress=no_progress):
    """Pairs of polygons that hold a point a little inside of an edge of one of them.

    Parameters
    ----------
    polygons : Polygons
    progress : callable
        Gets the finished fraction and may raise `Cancelled`.

    Returns
    -------
    int64 array, shape (pairs, 2)
        Places of the polygons, the lower one first; sorted, each pair once.
    """
    xy, owner = _points_inside(polygons)
    found = [np.empty((0, 2), dtype=np.int64)]
    own = np.zeros(len(xy), dtype=bool)
    for point, polygon in holding_pairs(xy[:, 0], xy[:, 1], polygons, progress):
        other = polygon != owner[point]
        own[point[~other]] = True
        found.append(np.column_stack((point[other], polygon[other])))
    point, polygon = np.concatenate(found).T
    held = own[point]  # else the point is beyond a thin polygon of its own
    return np.unique(np.sort(np.column_stack((owner[point[held]], polygon[held])), axis=1), axis=0)


def _points_inside(polygons):
    """Points a little inside of the middles of edges, and the polygons that these are of."""
    count = np.diff(polygons.ring_start) - 1  # edges of each ring
    ring = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(ring)) - np.repeat(np.cumsum(count) - count, count)
    chosen = place % np.repeat(-(-count // EDGES), count) == 0
    first = polygons.ring_start[ring[chosen]] + place[chosen]
    start, end = polygons.xy[first], polygons.xy[first + 1]
    along = end - start
    to_left = np.column_stack((-along[:, 1], along[:, 0]))
    side = np.where(_runs_left(polygons) != polygons.ring_is_hole, 1.0, -1.0)[ring[chosen]]
    points = (start + end) / 2 + INSIDE * side[:, None] * to_left
    return points, polygons.ring_owner[ring[chosen]]


def _runs_left(polygons):
    """Whether each ring runs counter-clockwise."""
    origin = np.repeat(polygons.xy[polygons.ring_start[:-1]], np.diff(polygons.ring_start), axis=0)
    x, y = (polygons.xy - origin).T
    cross = np.zeros(len(x))
    cross[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    cross[polygons.ring_start[1:] - 1] = 0.0  # from the end of a ring to the start of the next
    return np.add.reduceat(cross, polygons.ring_start[:-1]) > 0 if len(cross) else np.zeros(0, dtype=bool)
