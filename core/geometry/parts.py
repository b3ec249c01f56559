"""Polygons cut into parts of few edges, so that nothing has to be compared with all edges of a large one.

A part is cut in two at a level or upright line through the middle of its edges, again and again. Where an
edge meets the line is computed once and is a vertex of both sides, and along the line the vertices are joined
in pairs; so every vertex of a part ends an even number of its edges, whatever is rounded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..sequences import zip_equal
from .polygons import Edges, Polygons

FEW = 16  # edges of a part
_DEPTH = 64  # cuts one after the other, at most
_GAIN = 0.9  # of the edges that the larger half of a cut may keep


class Parts(NamedTuple):
    """Parts of polygons.

    Attributes
    ----------
    edges : Edges
        Ordered by part, which is their `owner`.
    start : int64 array, shape (parts + 1,)
        First edge of each part.
    polygon : int64 array, shape (parts,)
        The polygon it is a part of, in no order.
    low, high : float arrays, shape (parts, 2)
        Lower left and upper right corners.
    """

    edges: Edges
    start: np.ndarray
    polygon: np.ndarray
    low: np.ndarray
    high: np.ndarray


def parts_of(polygons: Polygons, few=FEW):
    """Cut polygons into parts of few edges.

    Parameters
    ----------
    polygons : Polygons
    few : int
        Parts with no more edges are not cut.

    Returns
    -------
    Parts
        They cover the polygons, without overlap. A part may have more edges where cuts do not lessen them.
    """
    edges, polygon = polygons.edges(), np.arange(polygons.count)
    done, of_done = [], []
    for depth in range(_DEPTH):
        count = np.bincount(edges.owner, minlength=len(polygon))
        small = (count <= few) if depth < _DEPTH - 1 else np.ones(len(polygon), dtype=bool)
        done.append(_some(edges, small[edges.owner]))
        of_done.append(polygon)
        edges = _some(edges, ~small[edges.owner])
        if not len(edges.owner):
            break
        edges, polygon, final, of_final = _halves(edges, polygon)
        done.append(final)
        of_done.append(of_final)
    return _ordered(done, of_done)


def _some(edges, chosen):
    return Edges(*(column[chosen] for column in edges))


def _joined(*several):
    return Edges(*(np.concatenate(columns) for columns in zip_equal(*several)))


def _ordered(done, of_done):
    """Parts numbered one after the other, without those that have no edge."""
    base = np.cumsum([0] + [len(polygon) for polygon in of_done[:-1]])
    edges = _joined(*(part._replace(owner=part.owner + first) for part, first in zip_equal(done, base)))
    edges = _some(edges, np.argsort(edges.owner, kind="stable"))
    start = np.flatnonzero(np.diff(edges.owner, prepend=-1))
    polygon = np.concatenate(of_done)[edges.owner[start]]
    owner = np.repeat(np.arange(len(start)), np.diff(start, append=len(edges.owner)))
    edges = edges._replace(owner=owner)
    low, high = _boxes(edges, start)
    return Parts(edges, np.append(start, len(owner)), polygon, low, high)


def _boxes(edges, start):
    if not len(start):
        return np.empty((0, 2)), np.empty((0, 2))
    x = np.minimum(edges.x1, edges.x2), np.maximum(edges.x1, edges.x2)
    low = np.column_stack((np.minimum.reduceat(x[0], start), np.minimum.reduceat(edges.y1, start)))
    high = np.column_stack((np.maximum.reduceat(x[1], start), np.maximum.reduceat(edges.y2, start)))
    return low, high


def _halves(edges, polygon):
    """Cut every part in two.

    Returns the edges of the halves, the polygon of each; and the edges of the parts that a cut does not
    lessen, the polygon of each part.
    """
    edges = _some(edges, np.argsort(edges.owner, kind="stable"))
    start = np.flatnonzero(np.diff(edges.owner, prepend=-1))
    of = polygon[edges.owner[start]]
    count = np.diff(start, append=len(edges.owner))
    edges = edges._replace(owner=np.repeat(np.arange(len(start)), count))
    low, high = _boxes(edges, start)
    upright = (high - low)[:, 0] >= (high - low)[:, 1]  # the line across the longer side of the box
    at = _middles(edges, start, count, upright)
    lower, upper, corner = _cut(edges, upright, at)
    closing = _closing(corner, upright, at)
    sides = [_joined(lower, closing), _joined(upper, closing)]
    largest = np.maximum(*(np.bincount(side.owner, minlength=len(of)) for side in sides))
    useful = largest <= _GAIN * count
    lower, upper = (_some(side, useful[side.owner]) for side in sides)
    upper = upper._replace(owner=upper.owner + len(of))
    return _joined(lower, upper), np.concatenate((of, of)), _some(edges, ~useful[edges.owner]), of


def _middles(edges, start, count, upright):
    """Where to cut each part: the median of the middles of its edges along the longer side."""
    across = upright[edges.owner]
    middle = np.where(across, (edges.x1 + edges.x2) / 2, (edges.y1 + edges.y2) / 2)
    order = np.lexsort((middle, edges.owner))
    return middle[order][start + count // 2]


def _cut(edges, upright, at):
    """Edges below and above the lines, and where they cross them: part and place along the line."""
    across, line = upright[edges.owner], at[edges.owner]
    p1, p2 = np.where(across, edges.x1, edges.y1), np.where(across, edges.x2, edges.y2)
    above1, above2 = p1 >= line, p2 >= line
    both = above1 != above2
    below_only, above_only = ~above1 & ~above2, above1 & above2
    cut, p1, p2, line, across = _some(edges, both), p1[both], p2[both], line[both], across[both]
    q1, q2 = np.where(across, cut.y1, cut.x1), np.where(across, cut.y2, cut.x2)
    q = np.clip(q1 + (line - p1) * ((q2 - q1) / (p2 - p1)), np.minimum(q1, q2), np.maximum(q1, q2))
    x, y = np.where(across, line, q), np.where(across, q, line)
    # Each edge goes from its lower end, so both pieces do.
    first, second = cut._replace(x2=x, y2=y), cut._replace(x1=x, y1=y)
    first_below = ~above1[both]
    lower = _joined(_some(edges, below_only), _some(first, first_below), _some(second, ~first_below))
    upper = _joined(_some(edges, above_only), _some(second, first_below), _some(first, ~first_below))
    return _real(lower), _real(upper), (cut.owner, q)


def _closing(corner, upright, at):
    """Edges along the lines, between corners in pairs: an even number of edges crosses a line."""
    owner, q = corner
    order = np.lexsort((q, owner))
    owner, from_q, to_q = owner[order][0::2], q[order][0::2], q[order][1::2]
    across, line = upright[owner], at[owner]
    return _real(
        Edges(
            np.where(across, line, from_q),
            np.where(across, from_q, line),
            np.where(across, line, to_q),
            np.where(across, to_q, line),
            owner,
        )
    )


def _real(edges):
    """Edges without those of no length, from their lower end (from the left where level)."""
    edges = _some(edges, (edges.x1 != edges.x2) | (edges.y1 != edges.y2))
    turn = (edges.y1 > edges.y2) | ((edges.y1 == edges.y2) & (edges.x1 > edges.x2))
    x1, x2 = np.where(turn, edges.x2, edges.x1), np.where(turn, edges.x1, edges.x2)
    y1, y2 = np.where(turn, edges.y2, edges.y1), np.where(turn, edges.y1, edges.y2)
    return Edges(x1, y1, x2, y2, edges.owner)
