"""Many lines as flat arrays of their segments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .polygons import check_finite
from .ragged import with_next
from .wkb import line_paths


@dataclass(frozen=True)
class Lines:
    """The segments of lines and multilines, line by line.

    Attributes
    ----------
    count : int
        Number of lines, those without a geometry too.
    start, end : float arrays, shape (segments, 2)
        Coordinates of the ends of each segment.
    owner : int64 array, shape (segments,)
        Place of its line, ascending.
    """

    count: int
    start: np.ndarray
    end: np.ndarray
    owner: np.ndarray

    def lengths(self):
        """Length of each segment on the plane, in units of the coordinates: float array, (segments,)."""
        return np.hypot(*(self.end - self.start).T)


def pack_lines(geometries):
    """Lines from well-known binary.

    Parameters
    ----------
    geometries : sequence of (bytes or None)
        Lines and multilines; None for a feature without a geometry.

    Returns
    -------
    Lines

    Raises
    ------
    InputDataError
        A geometry is no line, or a coordinate is not finite.
    """
    geometries = list(geometries)
    paths = line_paths(geometries)
    check_finite(paths.xy, paths.start, paths.owner)
    first = with_next(paths.start)
    owner = np.repeat(paths.owner, np.diff(paths.start) - 1)
    return Lines(len(geometries), paths.xy[first], paths.xy[first + 1], owner)
