"""How much of each of many lines lies in which polygon.

The straight line that carries a segment crosses the edges of a polygon an even number of times, so its
crossings, sorted along it, are in and out by turns; the segment is then cut out of it. So no test of its ends
is needed, which rounding could turn, for roads end on the borders of parcels and run along them. An edge is
crossed if one end is left of the line and the other is not, and an end on the line is not: a stretch along
the border of two neighbours is in exactly one of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..progress import no_progress
from .boxes import touching_pairs
from .lines import Lines
from .parts import parts_of
from .polygons import Polygons
from .ragged import portions, spread

_ROUNDINGS = 64  # units in the last place of the largest coordinate within which an end is on the line
_MORE = 4  # pieces per segment, at most, on average
_TESTS = 1 << 20  # of a segment and an edge that are looked at together


class LineLengths(NamedTuple):
    """Lengths of lines in polygons, ordered by line and polygon; without those of nothing.

    Attributes
    ----------
    line, polygon : int64 arrays, shape (pairs,)
    length : float array
    """

    line: np.ndarray
    polygon: np.ndarray
    length: np.ndarray


def lengths_in_polygons(lines: Lines, polygons: Polygons, lengths=None, progress=no_progress):
    """Find the length of each line in each polygon.

    Parameters
    ----------
    lines : Lines
    polygons : Polygons
    lengths : float array, shape (segments,), optional
        Length of each segment of the lines, such as its metres on the ellipsoid; a part of a segment has its
        share of it. Not given: lengths on the plane.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    LineLengths
        What lies in several polygons that overlap counts in each of them.

    Examples
    --------
    >>> squares = pack_boxes([[0, 0], [1, 0]], [[1, 1], [2, 1]])
    >>> found = lengths_in_polygons(pack_lines([line_from_0_5_to_5]), squares)  # along y = 0.5
    >>> found.polygon, found.length
    (array([0, 1]), array([0.5, 1. ]))
    """
    lengths = lines.lengths() if lengths is None else np.asarray(lengths, dtype=float)
    keys, found = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    for segment, polygon, share in segment_shares(lines, polygons, progress):
        keys.append(lines.owner[segment] * polygons.count + polygon)
        found.append(share * lengths[segment])
    pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
    length = np.bincount(place, np.concatenate(found), len(pairs))
    line, polygon = np.divmod(pairs, max(polygons.count, 1))
    real = length > 0
    return LineLengths(line[real], polygon[real], length[real])


def segment_shares(lines: Lines, polygons: Polygons, progress=no_progress):
    """The share of segments in polygons.

    Parameters
    ----------
    lines : Lines
    polygons : Polygons
    progress : callable
        See `lengths_in_polygons`.

    Yields
    ------
    tuple of two int64 arrays and a float array
        Places of the segment and of the polygon, and the share of the segment in it, above 0; a pair may come
        several times, each with another stretch.
    """
    parts = parts_of(polygons)
    some = np.flatnonzero((lines.start != lines.end).any(axis=1))
    if not len(some) or not len(parts.polygon):
        return
    largest = max(np.abs(values).max() for values in (lines.start, lines.end, parts.low, parts.high))
    within = _ROUNDINGS * np.spacing(largest)
    segment, begin, end = _pieces(lines, some, parts)
    start, along = lines.start[segment], (lines.end - lines.start)[segment]
    ends = start + begin[:, None] * along, start + end[:, None] * along
    # The ends of a piece are rounded.
    low, high = np.minimum(*ends) - within, np.maximum(*ends) + within
    counts = np.diff(parts.start)
    for piece, part in touching_pairs(low, high, parts.low, parts.high, progress):
        for chunk in portions(counts[part], _TESTS):
            some, of = piece[chunk], part[chunk]
            pair, share = _shares_in_parts(lines, parts, segment[some], of, begin[some], end[some], within)
            yield segment[some][pair], parts.polygon[of][pair], share


def _pieces(lines, some, parts):
    """Segments cut into pieces about as large as a part, as few parts touch the box of a short piece.

    Returns the segment of each piece and where it begins and ends, as shares of the segment.
    """
    size = np.abs(lines.end - lines.start)[some].max(axis=1)
    step = 2 * np.median((parts.high - parts.low).max(axis=1))
    step = max(step, size.sum() / (_MORE * len(some)))
    count = np.maximum(np.ceil(size / step), 1).astype(np.int64)
    of, number = spread(np.zeros(len(some), dtype=np.int64), count)
    return some[of], number / count[of], (number + 1) / count[of]


def _shares_in_parts(lines, parts, segment, part, begin, end, within):
    """Which pairs of a piece and a part have something in common, and how much, as share of the segment."""
    of, edge = spread(parts.start[part], np.diff(parts.start)[part])
    ox, oy = lines.start[segment].T
    dx, dy = (lines.end[segment] - lines.start[segment]).T
    squared = dx * dx + dy * dy
    limit = within * np.sqrt(squared)
    # Near places are subtracted first, so that large coordinates cost no digits.
    places = []
    for x, y in ((parts.edges.x1, parts.edges.y1), (parts.edges.x2, parts.edges.y2)):
        x, y = x[edge] - ox[of], y[edge] - oy[of]
        places.append((x, y, dx[of] * y - dy[of] * x))
    (x1, y1, side1), (x2, y2, side2) = places
    crossed = np.flatnonzero((side1 > limit[of]) != (side2 > limit[of]))
    of = of[crossed]
    x1, y1, side1, x2, y2, side2 = (values[crossed] for values in (x1, y1, side1, x2, y2, side2))
    along1 = (dx[of] * x1 + dy[of] * y1) / squared[of]
    along2 = (dx[of] * x2 + dy[of] * y2) / squared[of]
    at = along1 + (along2 - along1) * (side1 / (side1 - side2))
    at = np.clip(at, np.minimum(along1, along2), np.maximum(along1, along2))
    order = np.lexsort((at, of))
    at, of = np.clip(at[order], begin[of[order]], end[of[order]]), of[order][0::2]
    stretch = at[1::2] - at[0::2]
    real = stretch > 0
    return of[real], stretch[real]
