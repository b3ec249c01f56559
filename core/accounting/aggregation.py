"""Amounts of polygons summed to other units by the share of each polygon's area in each unit."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..geometry.area_shares import area_shares
from ..notes import Note, listing, warning
from ..progress import no_progress
from ..sequences import zip_equal
from ..units import ratio

OVERLAP_TOLERANCE = (
    1e-3  # of the smaller unit's area: what neighbours may overlap by because of their drawing
)
_LEAST_OVERLAP = 1e-9  # below, borders coincide


class Sums(NamedTuple):
    """Amounts of units.

    Attributes
    ----------
    units : dict of str to float array, shape (units,)
        Sum of each field; NaN where a polygon without an amount lies in the unit, and where no polygon does.
    total, lost : dict of str to float
        Of each field: the sum over all polygons with an amount, and what lies in no unit.
    polygons : int64 array, shape (units,)
        Number of polygons that lie in each unit, wholly or in part.
    outside : int64 array
        Places of the polygons that have some of their area in no unit, or none at all.
    missing : dict of str to int
        Of each field: the number of polygons without an amount.
    notes : tuple of Note
    """

    units: dict
    total: dict
    lost: dict
    polygons: np.ndarray
    outside: np.ndarray
    missing: dict
    notes: tuple[Note, ...]


def sum_by_shares(amounts, polygon, unit, share, units, names=None):
    """Sum amounts of polygons to units.

    Parameters
    ----------
    amounts : dict of str to float array, shape (polygons,)
        NaN = missing.
    polygon, unit : int64 arrays, shape (pairs,)
    share : float array
        Of the polygon's area in the unit; those of a polygon sum to 1 at most.
    units : int
        How many there are.
    names : sequence of str, optional
        Of the units, for notes.

    Returns
    -------
    Sums
        Over the units and `lost`, every field sums to its `total`.

    References
    ----------
    methods.md, section 1.4; docs/decisions/0163-missing-amounts-in-sums.md.
    """
    count = len(next(iter(amounts.values())))
    rest = 1.0 - np.bincount(polygon, share, count)
    rest[np.abs(rest) < 1e-12] = 0.0  # rounding of the sum
    polygons = np.bincount(unit, minlength=units)
    sums, total, lost, without, notes = {}, {}, {}, {}, []
    for field, values in amounts.items():
        missing = np.isnan(values)
        known = np.where(missing, 0.0, values)
        summed = np.bincount(unit, share * known[polygon], units)
        unknown = np.bincount(unit[missing[polygon]], minlength=units) > 0
        sums[field] = np.where(unknown | (polygons == 0), np.nan, summed)
        total[field], lost[field] = math.fsum(known.tolist()), math.fsum((known * rest).tolist())
        without[field] = int(missing.sum())
        if missing.any():
            notes.append(_missing_note(field, int(missing.sum()), np.flatnonzero(unknown), names))
    empty = np.flatnonzero(polygons == 0)
    if len(empty):
        notes.append(
            warning(
                "{count} units have no polygon in them, and are kept without values: {names}.",
                count=len(empty),
                names=listing(empty if names is None else (names[i] for i in empty.tolist())),
            )
        )
    return Sums(sums, total, lost, polygons, np.flatnonzero(rest > 0), without, tuple(notes))


def _missing_note(field, count, units, names):
    return warning(
        "{count} polygons have no amount in '{field}', so {units} units that they lie in have none either: "
        "{names}. Write 0 where nothing is emitted.",
        count=count,
        field=field,
        units=len(units),
        names=listing(units if names is None else (names[i] for i in units.tolist())),
    )


def outside_note(sums, names, mass):
    """What of the amounts lies in no unit, as a warning; an empty tuple where nothing does.

    Parameters
    ----------
    sums : Sums
    names : sequence of str
        Of the polygons.
    mass : str
        't C' or 't CO2', of fields whose name ends in `_t`.

    Returns
    -------
    tuple of Note
    """
    if not len(sums.outside):
        return ()
    lost = [
        f"{field} {amount:,.6g}{' ' + mass if field.lower().endswith('_t') else ''}"
        + (f" ({100 * amount / sums.total[field]:.3g} %)" if sums.total[field] else "")
        for field, amount in sums.lost.items()
        if amount
    ]
    return (
        warning(
            "{count} polygons lie in no unit with some or all of their area, or have no shape: {names}. Lost "
            "there: {lost}.",
            count=len(sums.outside),
            names=listing((names[i] for i in sums.outside.tolist()), most=5),
            lost=listing(lost, most=20) or "nothing",
        ),
    )


def closure_columns(sums, mass):
    """A row per field: what became of its total.

    Parameters
    ----------
    sums : Sums
    mass : str
        't C' or 't CO2', of fields whose name ends in `_t`.

    Returns
    -------
    dict of str to list
        field, total, placed, lost, lost_pct [%], missing (polygons without an amount), mass. What is in units
        without a value, because an amount is missing there, is placed.
    """
    total, lost = (np.array(list(of.values())) for of in (sums.total, sums.lost))
    return {
        "field": list(sums.total),
        "total": total,
        "placed": total - lost,
        "lost": lost,
        "lost_pct": 100 * ratio(lost, total),
        "missing": list(sums.missing.values()),
        "mass": [mass if field.lower().endswith("_t") else None for field in sums.total],
    }


def overlapping_units(units, names, progress=no_progress):
    """Refuse units that overlap, as what lies in both would count twice.

    Parameters
    ----------
    units : Polygons
    names : sequence of str
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    tuple of Note
        A warning where units overlap by no more than a thousandth of the smaller one.

    Raises
    ------
    InputDataError
        They overlap by more; names the pairs.

    References
    ----------
    docs/decisions/0162-overlapping-units.md.
    """
    shares = area_shares(units, units, progress)
    other = (shares.inner != shares.outer) & (shares.share > _LEAST_OVERLAP)
    pairs = {}
    for one, two, share in zip_equal(*(column[other].tolist() for column in shares)):
        key = min(one, two), max(one, two)
        pairs[key] = max(share, pairs.get(key, 0.0))
    if not pairs:
        return ()
    largest = sorted(pairs.items(), key=lambda pair: -pair[1])
    texts = [f"'{names[one]}' and '{names[two]}' ({100 * share:.3g} %)" for (one, two), share in largest]
    if largest[0][1] > OVERLAP_TOLERANCE:
        raise InputDataError(
            "Units overlap, and amounts there would count twice: {pairs} of the smaller one. Repair the "
            "layer, or keep units of one level only.",
            pairs=listing(texts, most=5),
        )
    return (
        warning(
            "{count} pairs of units overlap a little, up to a thousandth of the smaller one; what lies in "
            "both is parted between them: {pairs}.",
            count=len(texts),
            pairs=listing(texts, most=5),
        ),
    )


def parted_overlaps(polygon, share, polygons):
    """Shares of polygons that sum to more than 1, because units overlap, scaled to 1.

    Parameters
    ----------
    polygon : int64 array, shape (pairs,)
    share : float array
    polygons : int

    Returns
    -------
    float array, shape (pairs,)
    """
    total = np.bincount(polygon, share, polygons)
    return share / np.maximum(total, 1.0)[polygon]


def per_hectare(amounts, area_ha):
    """Amounts per hectare [t/ha]; NaN where an amount is missing or there is no area."""
    return ratio(amounts, area_ha)
