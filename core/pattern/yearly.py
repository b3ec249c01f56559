"""Patterns year by year: the units of each year that have a value and a shape, with their weights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, listing, warning
from .neighbourhood import Neighbourhood
from .places import LEAST_UNITS, Places
from .weights import Weights


class Part(NamedTuple):
    """The units of one year.

    Attributes
    ----------
    year : int or None
        None: all are of one date.
    about : str
        What notes on it are about: the year, with the name of the values if there are several.
    rows : int array
        Their places in the layer, ascending.
    values : float array
        Of these units, none missing.
    weights : Weights or None
        Among these units; None where the year cannot be computed, and a note says why.
    notes : tuple of Note
    """

    year: int | None
    about: str
    rows: np.ndarray
    values: np.ndarray
    weights: Weights | None
    notes: tuple[Note, ...]


@dataclass
class WeightsOfPlaces:
    """The weights of units in a neighbourhood, made again only where the shapes are others than last time.

    Attributes
    ----------
    neighbourhood : Neighbourhood
    places : Places
        Of all units.
    """

    neighbourhood: Neighbourhood
    places: Places
    _last: tuple = field(default=(), repr=False)

    def of(self, rows):
        """Weights and notes of some units, by their places in the layer; see `Neighbourhood.weights`."""
        places = self.places.some(rows)
        if not self._last or not places.same_as(self._last[0]):
            self._last = places, self.neighbourhood.weights(places)
        return self._last[1]


def parts_by_year(values, years, places, weights_of, name=""):
    """The units with a value and a shape, year by year.

    A year that cannot be computed (too few units, equal values) is passed over with a warning, unless all
    are.

    Parameters
    ----------
    values : float array, shape (units,)
        NaN = missing.
    years : int array or None
        None: all units are of one date.
    places : Places
    weights_of : callable
        Gets places in the layer, gives the weights of these units and a tuple of notes.
    name : str
        Of the values, for messages.

    Yields
    ------
    Part

    Raises
    ------
    InputDataError
        No year can be computed: what is wrong with the first.
    """
    year_of = np.zeros(len(values), dtype=np.int64) if years is None else years
    first_error, computed = None, False
    for year in np.unique(year_of).tolist():
        about = " ".join(filter(None, (name, "" if years is None else str(year))))
        rows = np.flatnonzero((year_of == year) & places.usable)
        found = np.isfinite(values[rows])
        notes = _left_out(places, rows[~found])
        rows = rows[found]
        weights = None
        try:
            check_values(values[rows])
            weights, more = weights_of(rows)
            notes += more
            computed = True
        except InputDataError as error:
            first_error = first_error or error
            notes += (Note("warning", error.template, error.values),)
        notes = tuple(replace(note, about=about) for note in notes)
        yield Part(None if years is None else year, about, rows, values[rows], weights, notes)
    if not computed:
        raise first_error


def check_values(values):
    """Refuse values that make no pattern.

    Raises
    ------
    InputDataError
        Fewer than 3, or all are equal.
    """
    if len(values) < LEAST_UNITS:
        raise InputDataError(
            "{count} units have a value and a shape, and a pattern needs at least {least}; add units, or "
            "choose another field.",
            count=len(values),
            least=LEAST_UNITS,
        )
    if values.max() == values.min():
        raise InputDataError(
            "All {count} units have the same value, {value:,.10g}, which makes no pattern; choose another "
            "field.",
            count=len(values),
            value=float(values[0]),
        )


def merged(notes):
    """Notes that say the same of several years as one.

    Parameters
    ----------
    notes : sequence of Note

    Returns
    -------
    tuple of Note
        In the order of the first of each; what they are about is listed.
    """
    about = {}
    for note in notes:
        key = note.kind, note.template, tuple(note.values.items())
        about.setdefault(key, (note, []))[1].append(note.about)
    return tuple(replace(note, about=listing(filter(None, names), 3)) for note, names in about.values())


def shapeless(places):
    """A warning that names the units without a usable shape, if there are any: a tuple of notes."""
    which = np.flatnonzero(~places.usable)
    if not len(which):
        return ()
    return (
        warning(
            "{count} units have no shape, or one that is empty; they are left out: {units}.",
            len(which),
            units=listing(places.label(unit) for unit in which.tolist()),
        ),
    )


def _left_out(places: Places, rows):
    """A warning that names units without a value, if there are any."""
    if not len(rows):
        return ()
    return (
        warning(
            "{count} units have no value and are left out: {units}.",
            len(rows),
            units=listing(places.label(unit) for unit in rows.tolist()),
        ),
    )
