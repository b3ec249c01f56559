"""Emerging hot spots: how hot and cold spots came and went over the years."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..notes import listing, warning
from ..progress import no_progress
from ..trend.series import Trend, least_valid, trends
from .hot_spot import HotSpots, hot_spots_of
from .places import LEAST_UNITS, check_places
from .yearly import check_values, parts_by_year

SIGNIFICANT = 2  # |bin| from which a year is hot or cold: 95 %
TREND = 1.96  # |Z| of Mann and Kendall beyond which Gi* rises or falls: 95 %
MOST = 0.9  # share of the years that makes a spot lasting

NONE = 0
HOT = {  # code, name and rule of a hot spot; cold spots have the codes below 0
    1: "New",
    2: "Consecutive",
    3: "Intensifying",
    4: "Persistent",
    5: "Diminishing",
    6: "Sporadic",
    7: "Oscillating",
    8: "Historical",
}
PATTERNS = {
    **{code: f"{name} hot spot" for code, name in HOT.items()},
    NONE: "No pattern",
    **{-code: f"{name} cold spot" for code, name in HOT.items()},
}


class EmergingHotSpots(NamedTuple):
    """Patterns of units over the years.

    Attributes
    ----------
    years : int array, shape (years,)
        Those with a result, ascending.
    pattern : float array, shape (units,)
        Codes of `PATTERNS`; NaN = no result.
    trend : Trend
        Of Gi*; Z is `trend.z`.
    hot_years, cold_years : int arrays, shape (units,)
    gi : HotSpots
        Of every row.
    notes : tuple of Note
    """

    years: np.ndarray
    pattern: np.ndarray
    trend: Trend
    hot_years: np.ndarray
    cold_years: np.ndarray
    gi: HotSpots
    notes: tuple


def emerging_hot_spots(values, years, unit_of, places, neighbourhood, fdr=False, progress=no_progress):
    """Gi* of every year on one set of weights, its trend, and the pattern of every unit.

    Parameters
    ----------
    values : float array, shape (rows,)
        Of a unit in a year; NaN = missing.
    years : int array, shape (rows,)
    unit_of : int array, shape (rows,)
        Which of the units a row is about; each unit once in a year.
    places : Places
        Of the units.
    neighbourhood : Neighbourhood
    fdr : bool
        Whether hot and cold need to pass the false discovery rate in their year.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    EmergingHotSpots

    Raises
    ------
    InputDataError
        Two units with the same shape, fewer than 4 years with a result, or what the weights refuse.

    References
    ----------
    methods.md, section 7; docs/decisions/0096-emerging-hot-spots.md.
    """
    check_places(places, keyed=True)
    usable = np.flatnonzero(places.usable)
    if len(usable) < LEAST_UNITS:
        check_values(np.zeros(len(usable)))
    weights, notes = neighbourhood.weights(places.some(usable))
    place = np.full(len(places.points), -1)
    place[usable] = np.arange(len(usable))

    def weights_of(rows):
        return weights.of(place[unit_of[rows]]), ()

    every = _of_rows(places, unit_of)
    parts = parts_by_year(values, years, every, weights_of)
    gi = hot_spots_of(parts, every, years, fdr, progress)
    times, date = np.unique(years, return_inverse=True)
    z, bins = np.full((2, len(times), len(places.points)), np.nan)
    z[date, unit_of], bins[date, unit_of] = gi.z, gi.bins
    computed = np.isfinite(z).any(axis=1)
    times, z, bins = times[computed], z[computed], bins[computed]
    trend = trends(z, times, intercept=False)
    pattern = patterns_of(bins, trend.z)
    return EmergingHotSpots(
        times,
        pattern,
        trend,
        (bins >= SIGNIFICANT).sum(axis=0),
        (bins <= -SIGNIFICANT).sum(axis=0),
        gi,
        (*notes, *gi.notes, *_without_pattern(pattern, places, times)),
    )


def _of_rows(places, unit_of):
    """The places of the units of rows."""
    part = places.some(unit_of)
    return part._replace(label=lambda row: places.label(int(unit_of[row])))


def patterns_of(bins, trend_z):
    """The pattern of every unit: the first rule that fits.

    Parameters
    ----------
    bins : float array, shape (years, units)
        -3 to 3 as of `hot_spot.bins_of`, years ascending; NaN = missing.
    trend_z : float array, shape (units,)
        Mann and Kendall's Z of Gi*; NaN = no trend computed.

    Returns
    -------
    float array, shape (units,)
        Codes of `PATTERNS`; NaN for a unit without a trend or without a result in the last year.

    Examples
    --------
    >>> bins = np.array([[0, 3, 2], [0, 3, 0], [0, 3, 0], [0, 3, 0], [2, 3, 0]])
    >>> patterns_of(bins, np.array([0.5, 2.2, -0.5])).tolist()
    [1.0, 3.0, 0.0]
    """
    hot, cold, there = bins >= SIGNIFICANT, bins <= -SIGNIFICANT, np.isfinite(bins)
    as_hot, as_cold = _codes(hot, cold, there, trend_z), -_codes(cold, hot, there, -trend_z)
    # What a unit is in the last year comes before what it was.
    codes = np.where(cold[-1] | (as_hot == NONE), as_cold, as_hot)
    return np.where(there[-1] & np.isfinite(trend_z), codes.astype(float), np.nan)


def _codes(spot, opposite, there, trend_z):
    """Codes of one side, such as hot; `opposite` is where the other side was significant."""
    count = spot.sum(axis=0)
    last = spot[-1]
    lasting = count >= MOST * there.sum(axis=0)
    years = np.arange(len(spot))[:, None]
    last_without = np.where(there & ~spot, years, -1).max(axis=0)
    run = (spot & (years > last_without)).sum(axis=0)
    passing = last & ~lasting
    rules = (
        (1, passing & (count == 1)),
        (2, passing & (count == run)),
        (3, last & lasting & (trend_z > TREND)),
        (5, last & lasting & (trend_z < -TREND)),
        (4, last & lasting),
        (7, passing & opposite.any(axis=0)),
        (6, passing),
        (8, ~last & lasting & (count > 0)),
    )
    return np.select([rule for _, rule in rules], [code for code, _ in rules], NONE)


def _without_pattern(pattern, places, times):
    """A warning that names the units with a shape but no pattern, if there are any."""
    which = np.flatnonzero(np.isnan(pattern) & places.usable)
    if not len(which):
        return ()
    return (
        warning(
            "{count} units have Gi* in fewer than {least} years or not in {last}, and get no pattern: "
            "{units}.",
            len(which),
            least=least_valid(len(times)),
            last=int(times[-1]),
            units=listing(places.label(unit) for unit in which.tolist()),
        ),
    )
