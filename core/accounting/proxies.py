"""What parcels share a total by: points, people, lengths, areas and fields, measured per parcel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import warning

ROUNDING = 1e-9  # of all there is, that sums of lengths may differ by


class Weights(NamedTuple):
    """The weight of every parcel for one proxy.

    Attributes
    ----------
    values : float array, shape (parcels,)
        0 or more, never missing.
    measured : float array, shape (parcels,), or None
        What was counted in the parcel: points, people, metres. None for areas and fields.
    everywhere : float
        The same in and outside all parcels; NaN for areas and fields.
    measure : str
        'points', 'people', 'm' or ''.
    """

    values: np.ndarray
    measured: np.ndarray | None = None
    everywhere: float = np.nan
    measure: str = ""

    def unused(self, members):
        """What is in none of the parcels `members` (bool array), 0 where that is rounding; None for areas and
        fields."""
        if self.measured is None:
            return None
        rest = self.everywhere - float(self.measured[members].sum())
        return rest if rest > ROUNDING * self.everywhere else 0.0


class Placed(NamedTuple):
    """Points, people or stretches of lines, each with its parcel and category.

    Attributes
    ----------
    measure : str
        'points', 'people' or 'm'.
    parcel : int array, shape (pieces,)
        Place of the parcel; -1 = in none.
    code : int array, shape (pieces,)
        Place of the category in `names`.
    amount : float array, shape (pieces,)
        Points, people, or length [m].
    names : tuple of str
        Categories; '' = none.
    everywhere : float array, shape (names,)
        Amount per category, also of what is in no parcel.
    """

    measure: str
    parcel: np.ndarray
    code: np.ndarray
    amount: np.ndarray
    names: tuple[str, ...]
    everywhere: np.ndarray

    def wanted(self, categories):
        """Which of `names` are among the categories (see `allocation_rules.Categories`): bool array."""
        return np.array([name in categories for name in self.names], dtype=bool)

    def weights(self, categories, parcels, factors=None):
        """The weights of parcels.

        Parameters
        ----------
        categories : Categories
        parcels : int
            Number of parcels.
        factors : float array, shape (names,), optional
            What a piece counts by its category; 1 if not given.

        Returns
        -------
        Weights
        """
        wanted = self.wanted(categories)
        chosen = np.flatnonzero(wanted[self.code] & (self.parcel >= 0)) if wanted.any() else np.arange(0)
        parcel, code, amount = self.parcel[chosen], self.code[chosen], self.amount[chosen]
        measured = np.bincount(parcel, amount, parcels)
        values = measured if factors is None else np.bincount(parcel, amount * factors[code], parcels)
        return Weights(values, measured, float(self.everywhere[wanted].sum()), self.measure)


def placed_pieces(measure, parcel, code, amount, names, everywhere=None):
    """`Placed`, with what is everywhere summed up from the pieces where they are all there is."""
    if everywhere is None:
        everywhere = np.bincount(code, amount, len(names))
    return Placed(measure, parcel, code, amount, tuple(names), everywhere)


def area_weights(area_ha):
    """Areas as weights; a parcel without a polygon has none.

    Parameters
    ----------
    area_ha : float array, shape (parcels,)
        NaN = no polygon.
    """
    return Weights(np.nan_to_num(area_ha, nan=0.0))


def field_weights(values, members, field, label):
    """A field of the parcels as weights.

    Parameters
    ----------
    values : float array, shape (parcels,)
        NaN = missing, which counts as 0.
    members : bool array, shape (parcels,)
        The parcels that take part; values of the others do not matter.
    field : str
    label : callable
        What the parcel at a place is called in messages.

    Returns
    -------
    Weights
    tuple of Note

    Raises
    ------
    InputDataError
        A parcel that takes part has a negative value.
    """
    wrong = np.flatnonzero(members & (values < 0))
    if wrong.size:
        raise InputDataError(
            "Field '{field}' is negative in {count} parcels ({first}: {value:g}); weights are 0 or more. "
            "Correct it, or use another field.",
            field=field,
            count=wrong.size,
            first=label(int(wrong[0])),
            value=float(values[wrong[0]]),
        )
    missing = np.flatnonzero(members & np.isnan(values))
    notes = ()
    if missing.size:
        notes = (
            warning(
                "Field '{field}' is empty in {count} parcels, which get nothing by it; {first} is the first.",
                missing.size,
                field=field,
                first=label(int(missing[0])),
            ),
        )
    return Weights(np.where(members, np.nan_to_num(values, nan=0.0), 0.0)), notes
