"""Which share of the area of each of many polygons lies in which other one.

Most polygons lie wholly in one other, and that is found from boxes and edges alone. Else the plane is cut
into level strips at every vertex and every crossing of two edges; in a strip no edges cross, so sorted from
west to east they bound trapezoids, each in or out of either polygon. Borders that coincide, or nearly, bound
trapezoids of no width, or nearly, and nothing else can go wrong with them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..progress import no_progress
from ..sequences import zip_equal
from .boxes import touching_pairs
from .parts import parts_of
from .polygons import Polygons
from .ragged import portions, spread

_ROUNDINGS = 4  # units in the last place of the largest coordinate by which a border may be displaced
_AT_MOST = 1e-6  # share that counts as rounding, of slivers too
_TESTS = 1 << 19  # of two edges that are looked at together


class AreaShares(NamedTuple):
    """Shares of the inner polygons' areas, ordered by inner and outer polygon; without those of nothing.

    Attributes
    ----------
    inner, outer : int64 arrays, shape (pairs,)
    share : float array
        Above 0, up to 1.
    """

    inner: np.ndarray
    outer: np.ndarray
    share: np.ndarray


def area_shares(inner: Polygons, outer: Polygons, progress=no_progress):
    """Find the share of the area of each inner polygon in each outer one.

    Parameters
    ----------
    inner, outer : Polygons
        In the same coordinates; areas are those on their plane.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    AreaShares
        Outer polygons may overlap; the shares of an inner polygon then sum to more than 1. Where the shares
        of an inner polygon sum to 1 but for the rounding of its coordinates, they are scaled to it. An inner
        polygon without an area has no shares.

    Examples
    --------
    A square of which a quarter lies outside of two others.

    >>> squares = pack_boxes([[0, 0], [1, 0]], [[1, 1], [2, 1]])
    >>> area_shares(pack_boxes([[0.5, 0]], [[2.5, 1]]), squares).share
    array([0.25, 0.5 ])
    """
    areas = inner.areas()
    inner_parts, outer_parts = parts_of(inner), parts_of(outer)
    part_areas = _part_areas(inner_parts, areas)
    keys, found = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    boxes = inner_parts.low, inner_parts.high, outer_parts.low, outer_parts.high
    for i, o in touching_pairs(*boxes, progress):
        keys.append(inner_parts.polygon[i] * outer.count + outer_parts.polygon[o])
        found.append(_common_areas(inner_parts, i, outer_parts, o, part_areas))
    pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
    of_inner, of_outer = np.divmod(pairs, max(outer.count, 1))
    common = np.bincount(place, np.concatenate(found), len(pairs))
    share = np.divide(common, areas[of_inner], out=np.zeros(len(pairs)), where=areas[of_inner] > 0)
    return _without_rounding(of_inner, of_outer, share, _rounding(inner, outer, areas))


def _rounding(inner, outer, areas):
    """What the rounding of coordinates may do to the shares of each inner polygon."""
    largest = max((np.abs(polygons.xy).max() for polygons in (inner, outer) if len(polygons.xy)), default=0.0)
    edges = inner.edges()
    border = np.bincount(edges.owner, np.hypot(edges.x2 - edges.x1, edges.y2 - edges.y1), inner.count)
    moved = _ROUNDINGS * np.spacing(largest) * border
    return np.minimum(np.divide(moved, areas, out=np.zeros(inner.count), where=areas > 0), _AT_MOST)


def _without_rounding(inner, outer, share, rounding):
    """Shares without what is rounding only; those that sum to 1 but for rounding are scaled to it."""
    allowed = np.minimum(rounding * np.bincount(inner, minlength=len(rounding)), _AT_MOST)
    real = share > rounding[inner]
    inner, outer, share = inner[real], outer[real], share[real]
    total = np.bincount(inner, share, len(rounding))
    whole = np.where(np.abs(total - 1) <= allowed, total, 1.0)
    return AreaShares(inner, outer, share / whole[inner])


def _part_areas(parts, areas):
    """Area of each part; that of a polygon that is not cut is known."""
    out = areas[parts.polygon]
    cut = np.flatnonzero(np.bincount(parts.polygon, minlength=len(areas))[parts.polygon] > 1)
    out[cut] = _in_portions(_strip_areas, parts, cut, parts, cut)
    return out


def _common_areas(inner, i, outer, o, areas):
    """Area that pairs of parts have in common."""
    touched, holds = (
        np.concatenate(columns)
        for columns in zip_equal(
            *(_touched_boxes(inner, i[some], outer, o[some]) for some in portions(_edges(outer, o), _TESTS))
        )
    )
    out = np.where(holds, areas[i], 0.0)
    out[touched] = _in_portions(_strip_areas, inner, i[touched], outer, o[touched])
    return out


def _edges(parts, some):
    """Number of edges of some parts."""
    return parts.start[some + 1] - parts.start[some]


def _in_portions(areas_of, inner, i, outer, o):
    """Areas of many pairs, a few at a time."""
    tests = _edges(inner, i) * _edges(outer, o)
    found = [areas_of(inner, i[some], outer, o[some]) for some in portions(tests, _TESTS)]
    return np.concatenate([np.empty(0), *found])


def _touched_boxes(inner, i, outer, o):
    """Whether an edge of the outer part passes through the box of the inner one; and if none does, whether
    the outer part holds the box."""
    of, edge = spread(outer.start[o], _edges(outer, o))
    low, high = inner.low[i][of].T, inner.high[i][of].T
    x1, y1, x2, y2 = (column[edge] for column in outer.edges[:4])
    (left, bottom), (right, top) = low, high
    near = (np.maximum(x1, x2) > left) & (np.minimum(x1, x2) < right) & (y2 > bottom) & (y1 < top)
    some = np.flatnonzero(near)
    dx, dy = (x2 - x1)[some], (y2 - y1)[some]
    sides = [
        dx * (y[some] - y1[some]) - dy * (x[some] - x1[some])
        for x, y in ((left, bottom), (right, bottom), (left, top), (right, top))
    ]
    near[some] = (np.minimum.reduce(sides) < 0) & (np.maximum.reduce(sides) > 0)
    touched = np.bincount(of[near], minlength=len(i)) > 0
    x, y = (left + right) / 2, (bottom + top) / 2
    above = np.flatnonzero((y1 < y) & (y <= y2))
    x1, y1, x2, y2, x, y = (values[above] for values in (x1, y1, x2, y2, x, y))
    crossing = x1 + (y - y1) * ((x2 - x1) / (y2 - y1))
    holds = np.bincount(of[above][crossing <= x], minlength=len(i)) % 2 == 1
    return touched, holds & ~touched


class _Reaching(NamedTuple):
    """Edges of pairs of parts that matter to what the two have in common, pair by pair, about a near origin;
    none is level."""

    pair: np.ndarray
    x1: np.ndarray
    y1: np.ndarray
    x2: np.ndarray
    y2: np.ndarray


def _strip_areas(inner, i, outer, o):
    """Area that pairs of parts have in common, by strips."""
    origin = inner.low[i]
    low = np.maximum(inner.low[i], outer.low[o]) - origin
    high = np.minimum(inner.high[i], outer.high[o]) - origin
    first, second = (_reaching(*of, origin, low, high) for of in ((inner, i), (outer, o)))
    crossing = _crossings(first, second, len(i))
    strips, spans = _strips(first, second, crossing, low[:, 1], high[:, 1])
    edges = _Reaching(*(np.concatenate(columns) for columns in zip_equal(first, second)))
    is_inner = np.arange(len(edges.pair)) < len(first.pair)
    edge, strip = spread(*spans)
    y = (strips.bottom + strips.top)[strip] / 2
    x1, y1, x2, y2 = (column[edge] for column in edges[1:])
    x = np.clip(x1 + (y - y1) * ((x2 - x1) / (y2 - y1)), np.minimum(x1, x2), np.maximum(x1, x2))
    order = np.lexsort((x, strip))
    x, strip, is_inner = x[order], strip[order], is_inner[edge[order]]
    within = _is_odd(is_inner, strip) & _is_odd(~is_inner, strip)
    within[:-1] &= strip[1:] == strip[:-1]
    within[-1:] = False
    at = np.flatnonzero(within)
    area = (x[at + 1] - x[at]) * (strips.top - strips.bottom)[strip[at]]
    return np.bincount(strips.pair[strip[at]], area, len(i))


def _is_odd(counted, strip):
    """Whether the number of edges up to each one in its strip is odd; strips follow one another."""
    through = np.cumsum(counted)
    fresh = np.flatnonzero(np.diff(strip, prepend=-1))
    before = np.zeros(len(strip), dtype=np.int64)
    before[fresh] = np.diff(through[fresh] - counted[fresh], prepend=0)
    return (through - np.cumsum(before)) % 2 == 1


def _reaching(parts, some, origin, low, high):
    of, edge = spread(parts.start[some], _edges(parts, some))
    x0, y0 = origin[of].T
    x1, y1, x2, y2 = (column[edge] - start for column, start in zip_equal(parts.edges[:4], (x0, y0, x0, y0)))
    # What lies east of the common box bounds nothing in it; what lies west says whether it is inside.
    matter = (y1 < y2) & (y2 > low[of, 1]) & (y1 < high[of, 1]) & (np.minimum(x1, x2) <= high[of, 0])
    return _Reaching(*(values[matter] for values in (of, x1, y1, x2, y2)))


def _crossings(first, second, pairs):
    """Pair and y of where edges of the two cross."""
    count1, count2 = (np.bincount(edges.pair, minlength=pairs) for edges in (first, second))
    start1, start2 = np.cumsum(count1) - count1, np.cumsum(count2) - count2
    pair, number = spread(np.zeros(pairs, dtype=np.int64), count1 * count2)
    one, other = np.divmod(number, np.maximum(count2[pair], 1))
    one, other = one + start1[pair], other + start2[pair]
    near = (first.y2[one] > second.y1[other]) & (second.y2[other] > first.y1[one])
    one, other, pair = one[near], other[near], pair[near]
    a, b = ([values[place] for values in edges[1:]] for edges, place in ((first, one), (second, other)))
    dx, dy, other_dx, other_dy = a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]
    x, y = b[0] - a[0], b[1] - a[1]
    turn = dx * other_dy - dy * other_dx
    with np.errstate(divide="ignore", invalid="ignore"):
        along, other_along = (x * other_dy - y * other_dx) / turn, (x * dy - y * dx) / turn
        met = (along > 0) & (along < 1) & (other_along > 0) & (other_along < 1)
    return pair[met], (a[1] + along * dy)[met]


class _Strips(NamedTuple):
    """Strips of pairs, from below."""

    pair: np.ndarray
    bottom: np.ndarray
    top: np.ndarray


def _strips(first, second, crossing, low, high):
    """The strips of all pairs between their lowest and highest y; the first strip of each edge, and how many
    it has."""
    edge_pair = np.concatenate((first.pair, second.pair))
    count = len(edge_pair)
    every = np.arange(len(low))
    pair = np.concatenate((edge_pair, edge_pair, crossing[0], every, every))
    y = np.concatenate((first.y1, second.y1, first.y2, second.y2, crossing[1], low, high))
    y = np.clip(y, low[pair], np.maximum(low, high)[pair])
    order = np.lexsort((y, pair))
    y, pair = y[order], pair[order]
    begins = np.flatnonzero((pair[1:] == pair[:-1]) & (y[1:] > y[:-1]))
    # How many strips lie before each y, those of other pairs too.
    before = np.empty(len(order), dtype=np.int64)
    before[order] = np.searchsorted(begins, np.arange(len(order)))
    from_strip, to_strip = before[:count], before[count : 2 * count]
    return _Strips(pair[begins], y[begins], y[begins + 1]), (from_strip, to_strip - from_strip)
