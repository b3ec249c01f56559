"""How much a metre of road counts by its class: points of transport along it against all roads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..geometry.ragged import portions, spread
from ..notes import Note, decision, listing, warning
from ..sequences import zip_equal

WITHIN_M = 50.0  # how far a point of transport may be from its road
_PIECE = 2 / 3  # of a search cell: the longest piece of a road, along x and y
_SAME_M = 1e-4  # rounding of distances: at a junction, which of two roads is nearer is no question of digits
_AT_ONCE = 1 << 18  # pieces of roads, or pairs of a piece and a point, that are looked at together


class RoadFactors(NamedTuple):
    """Factors of road classes.

    Attributes
    ----------
    factors : float array, shape (classes,)
        1 = as many points per metre as along all roads.
    points : int array, shape (classes,)
        Points whose nearest road, at most 50 m away, is of the class.
    notes : tuple of Note
    """

    factors: np.ndarray
    points: np.ndarray
    notes: tuple[Note, ...]


def road_factors(points, metres, start, end, road_class, length_m, names):
    """Factor of every class of roads.

    `f_c = (points of class c / length of c) / (all such points / all length)`. A point is of the class of the
    nearest road within 50 m, of two that are equally near (at a junction) of the first by name; what is
    farther from all roads counts nowhere. So the sum of factor times length is the length of all roads, and
    the order of points, roads and classes changes no factor.

    Parameters
    ----------
    points : float array, shape (points, 2)
        Points of transport.
    metres : float array, shape (points, 2)
        Metres in a unit of x and of y at each point.
    start, end : float arrays, shape (segments, 2)
        Of the roads' segments, in the units of the points.
    road_class : int array, shape (segments,)
        Place of the class in `names`.
    length_m : float array, shape (classes,)
        Length of all roads of each class [m].
    names : sequence of str
        Of the classes; '' = none.

    Returns
    -------
    RoadFactors
        All factors are 1 where no point is near a road.

    References
    ----------
    methods.md, section 1.4; Zhang et al. 2023, table 2; docs/decisions/0151-factors-of-roads.md.

    Examples
    --------
    >>> road = np.array([[0.0, 0.0], [0.0, 900.0]])
    >>> road_factors(
    ...     np.array([[5.0, 10.0]] * 3 + [[5.0, 890.0]]), np.ones((4, 2)), road, road + [100.0, 0.0],
    ...     np.array([0, 1]), np.array([100.0, 100.0]), ("primary", "residential"),
    ... ).factors
    array([1.5, 0.5])
    """
    by_name = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    nearest = nearest_class(points, metres, start, end, np.argsort(by_name)[road_class])
    near = np.bincount(by_name[nearest[nearest >= 0]], minlength=len(names))
    exists = length_m > 0
    if not near.sum():
        text = (
            "There are no points of transport within {within:g} m of roads; all roads count by their length."
        )
        return RoadFactors(np.ones(len(names)), near, (warning(text, within=WITHIN_M),))
    mean = near.sum() / length_m.sum()
    factors = np.zeros(len(names))
    factors[exists] = near[exists] / length_m[exists] / mean
    return RoadFactors(factors, near, _notes(factors, near, length_m, names))


def _notes(factors, near, length_m, names):
    named = [name or "(no class)" for name in names]
    rows = sorted(zip_equal(named, factors.tolist(), near.tolist(), length_m.tolist()))
    notes = [
        decision(
            "Factors of road classes by {count} points of transport within {within:g} m: {factors}.",
            count=int(near.sum()),
            within=WITHIN_M,
            factors=listing(
                [f"{name} {factor:.3g} ({n} points, {m / 1000:,.4g} km)" for name, factor, n, m in rows if m],
                30,
            ),
        )
    ]
    empty = [f"{name} ({m / 1000:,.4g} km)" for name, _, n, m in rows if m and not n]
    if empty:
        notes.append(
            warning(
                "{count} road classes have no point of transport within {within:g} m, so that their roads "
                "get nothing: {classes}. A rule with the proxy length counts all roads alike.",
                len(empty),
                within=WITHIN_M,
                classes=listing(empty),
            )
        )
    return tuple(notes)


def nearest_class(points, metres, start, end, road_class):
    """The class of the road that is nearest to each point, at most 50 m away.

    Points are sorted into cells of 75 m or a little more, roads are cut into pieces of at most 50 m, and a
    piece is compared with the points of the nine cells around its middle.

    Parameters
    ----------
    points, metres : float arrays, shape (points, 2)
    start, end : float arrays, shape (segments, 2)
    road_class : int array, shape (segments,)

    Returns
    -------
    int array, shape (points,)
        -1 = no road is near. Of two classes that are equally near, to a tenth of a millimetre, the lower.
    """
    nearest = np.full(len(points), -1, dtype=np.int64)
    if not len(points) or not len(start):
        return nearest
    distance = np.full(len(points), np.inf)
    cell = WITHIN_M / _PIECE / metres.min(axis=0)
    low = points.min(axis=0)
    order, keys, stride = _in_cells(points, low, cell)
    for piece_start, piece_end, code in _pieces(start, end, road_class, low, cell, points.max(axis=0)):
        for piece, point in _pairs(piece_start, piece_end, low, cell, keys, stride):
            own = order[point]
            away = _distances(points[own], metres[own], piece_start[piece], piece_end[piece])
            _keep_nearest(own, away, code[piece], distance, nearest)
    return nearest


def _in_cells(points, low, cell):
    """Points sorted by their cell: their order, the cells' keys, and what lies between two rows of cells."""
    at = np.floor((points - low) / cell).astype(np.int64)
    stride = int(at[:, 1].max()) + 2  # the last cell of each column is empty
    keys = at[:, 0] * stride + at[:, 1]
    order = np.argsort(keys, kind="stable")
    return order, keys[order], stride


def _pieces(start, end, road_class, low, cell, high):
    """Pieces of segments near the box of the points, some at a time: start, end, class."""
    near = np.ones(len(start), dtype=bool)
    for axis in (0, 1):
        near &= np.minimum(start[:, axis], end[:, axis]) <= high[axis] + cell[axis]
        near &= np.maximum(start[:, axis], end[:, axis]) >= low[axis] - cell[axis]
    start, end, road_class = start[near], end[near], road_class[near]
    parts = np.maximum(1, np.ceil((np.abs(end - start) / cell).max(axis=1, initial=0) / _PIECE)).astype(int)
    for portion in portions(parts, _AT_ONCE):
        some, number = spread(np.zeros(len(parts[portion]), dtype=np.int64), parts[portion])
        origin = start[portion][some]
        step = (end[portion][some] - origin) / parts[portion][some, None]
        pieces = origin + step * number[:, None], origin + step * (number[:, None] + 1)
        yield *pieces, road_class[portion][some]


def _pairs(piece_start, piece_end, low, cell, keys, stride):
    """Pieces with the places, in the order of cells, of the points in the cells around them."""
    at = np.floor(((piece_start + piece_end) / 2 - low) / cell).astype(np.int64)
    piece = np.flatnonzero((at[:, 1] >= -1) & (at[:, 1] < stride))
    at = at[piece]
    # Three cells of a column lie one after the other.
    lowest, highest = np.maximum(at[:, 1] - 1, 0), np.minimum(at[:, 1] + 1, stride - 1)
    for column in (-1, 0, 1):
        base = (at[:, 0] + column) * stride
        begin = np.searchsorted(keys, base + lowest, "left")
        count = np.searchsorted(keys, base + highest, "right") - begin
        for portion in portions(count, _AT_ONCE):
            of, place = spread(begin[portion], count[portion])
            yield piece[portion][of], place


def _distances(points, metres, start, end):
    """Distances of points from segments [m]."""
    along, apart = (end - start) * metres, (points - start) * metres
    square = (along**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(square > 0, (along * apart).sum(axis=1) / square, 0.0)
    return np.hypot(*(apart - np.clip(share, 0.0, 1.0)[:, None] * along).T)


def _keep_nearest(point, away, code, distance, nearest):
    """Update the distance, in units of `_SAME_M`, and class of points that are nearer than before."""
    close = np.flatnonzero(away <= WITHIN_M)
    away = np.rint(away / _SAME_M)
    order = close[np.lexsort((code[close], away[close], point[close]))]
    first = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
    own, away, code = point[first], away[first], code[first]
    better = (away < distance[own]) | ((away == distance[own]) & (code < nearest[own]))
    distance[own[better]] = away[better]
    nearest[own[better]] = code[better]
