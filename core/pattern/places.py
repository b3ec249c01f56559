"""The units whose pattern is looked for: where they are, and what they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..sequences import zip_equal

LEAST_UNITS = 3


class Places(NamedTuple):
    """Where units are, in the order of the layer.

    Attributes
    ----------
    points : float array, shape (units, 2)
        Centroids of polygons, or the points; NaN for a unit without a usable shape.
    polygons : list of (bytes or None), or None
        Well-known binary, None for a unit without a usable shape; None for a layer of points.
    crs_wkt : str
        Coordinate reference system, '' if there is none.
    label : callable
        What the unit at a place of the layer is called in messages.
    """

    points: np.ndarray
    polygons: list | None
    crs_wkt: str
    label: Callable[[int], str]

    @property
    def usable(self):
        """Which units have a shape: bool array."""
        return np.isfinite(self.points).all(axis=1)

    def some(self, rows):
        """A part of the units.

        Parameters
        ----------
        rows : int array
            Their places, ascending.
        """
        polygons = None if self.polygons is None else [self.polygons[row] for row in rows.tolist()]
        return Places(self.points[rows], polygons, self.crs_wkt, lambda i: self.label(int(rows[i])))

    def same_as(self, other):
        """Whether the shapes are the same, one by one; whatever the units are called."""
        return np.array_equal(self.points, other.points) and self.polygons == other.polygons


def check_places(places, years=None, keyed=False):
    """Refuse two units with the same shape (in one year, where there are years).

    Parameters
    ----------
    places : Places
    years : int array, optional
        One per unit.
    keyed : bool
        Whether the units have keys, so that the same shape means two keys of one unit.

    Raises
    ------
    InputDataError
        Names the two, and says what to do.

    References
    ----------
    docs/decisions/0091-one-shape-one-unit.md.
    """
    pair = _same_shape(places, years)
    if pair is None:
        return
    values = {"first": places.label(pair[0]), "second": places.label(pair[1])}
    if keyed:
        raise InputDataError(
            "{first} and {second} have the same shape; if they are one unit, write its key the same way in "
            "all years, else keep one of them.",
            **values,
        )
    if years is None:
        raise InputDataError(
            "{first} and {second} have the same shape. If they belong to several years, choose the field "
            "with the year; else make one of the features that lie on each other "
            "(native:deleteduplicategeometries, or native:aggregate to sum them up).",
            **values,
        )
    raise InputDataError(
        "{first} and {second} have the same shape in {year}; make one of the features of a year that lie on "
        "each other (native:aggregate sums them up).",
        year=int(years[pair[0]]),
        **values,
    )


def _same_shape(places, years):
    """The first pair of units with the same shape in a year; None if there is none."""
    usable = np.flatnonzero(places.usable)
    year = np.zeros(len(usable)) if years is None else years[usable]
    x, y = places.points[usable].T
    order = np.lexsort((y, x, year))
    keys = np.column_stack((year, x, y))[order]
    same = np.flatnonzero((keys[1:] == keys[:-1]).all(axis=1))
    pairs = zip_equal(usable[order[same]].tolist(), usable[order[same + 1]].tolist())
    alike = (
        (min(i, j), max(i, j))
        for i, j in pairs
        if places.polygons is None or places.polygons[i] == places.polygons[j]
    )
    return next(alike, None)
