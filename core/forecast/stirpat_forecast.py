"""Paths of emission of units in scenarios: a STIRPAT model run into the future."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..progress import no_progress
from ..sequences import zip_equal
from .bootstrap import coefficient_draws
from .driver_paths import driver_paths
from .history import RESPONSE, check_positive
from .scenarios import BASE, HIGH, LOW, Scenarios, check_regions
from .stirpat_fit import GIVEN, IDENTITY, stirpat_fit
from .targets import emission_potential, neutral_years, peak_years

LOWER, UPPER = 0.025, 0.975  # of the draws

_NUMBERS_AT_ONCE = 8000  # draws times units; sums of the region depend on it in their last digits


class Targets(NamedTuple):
    """Years that matter.

    Attributes
    ----------
    base_year, to_year : int
        First and last year of the paths.
    peak_by, neutral_by : int
        By when emission is to peak, and to be offset.
    """

    base_year: int
    to_year: int
    peak_by: int = 2030
    neutral_by: int = 2060


class Intervals(NamedTuple):
    """Between which values 95 % of the draws are; shapes like those of what they surround.

    Attributes
    ----------
    lower, upper : float arrays, shape (scenarios, years, units)
    region_lower, region_upper : float arrays, shape (scenarios, years)
    peak_lo, peak_hi, neutral_lo, neutral_hi : float arrays, shape (scenarios, units)
        Whole years; NaN of a neutrality = not by then.
    """

    lower: np.ndarray
    upper: np.ndarray
    region_lower: np.ndarray
    region_upper: np.ndarray
    peak_lo: np.ndarray
    peak_hi: np.ndarray
    neutral_lo: np.ndarray
    neutral_hi: np.ndarray


class Forecast(NamedTuple):
    """Paths of units.

    Attributes
    ----------
    units : tuple of str
    years : int array, shape (years,)
        Base year to last year.
    scenarios : tuple of Scenario
    variables : tuple of str
    drivers : float array, shape (scenarios, drivers, years, units)
    ce : float array, shape (scenarios, years, units)
        Emission, in the mass of the history. NaN = missing.
    region : float array, shape (scenarios, years)
        Sum over the units that have a path.
    peak, neutral : float arrays, shape (scenarios, units)
        Year of the peak, and from which year on the unit is neutral; NaN = missing, not neutral.
    cep : float array, shape (units,)
        1 to 5; NaN = missing.
    intervals : Intervals or None
    notes : tuple of Note
    """

    units: tuple[str, ...]
    years: np.ndarray
    scenarios: tuple
    variables: tuple[str, ...]
    drivers: np.ndarray
    ce: np.ndarray
    region: np.ndarray
    peak: np.ndarray
    neutral: np.ndarray
    cep: np.ndarray
    intervals: Intervals | None
    notes: tuple[Note, ...]


def stirpat_forecast(
    history,
    model,
    scenarios: Scenarios,
    targets: Targets,
    regions=None,
    cs=None,
    calibrate=True,
    draws=0,
    seed=1,
    progress=no_progress,
):
    """Emission of every unit in every scenario and year, its peak, neutrality and potential.

    `ln CE = a + sum of b ln driver`. Calibrated, the unit's residual in the base year stays, so that the path
    starts at the observed emission: `CE = CE(base) * product of (driver / driver(base)) ** b`.

    Parameters
    ----------
    history : History
        Its variables are those of the model.
    model : Model
    scenarios : Scenarios
    targets : Targets
    regions : sequence of str or None, one per unit, optional
        For rules of regions.
    cs : float array, shape (years, units), optional
        Sequestration from the base year to the last, in the mass of the history. NaN = missing.
    calibrate : bool
    draws : int
        Of the bootstrap of the coefficients; 0: no intervals.
    seed : int
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    Forecast

    Raises
    ------
    InputDataError
        The base year is not in the history, years that do not follow each other, a value without a logarithm,
        a model of a region without calibration, a scenario with a gap; see `driver_paths`.

    References
    ----------
    methods.md, section 6; Huo et al. 2025, tables 5 and 7; docs/decisions/0124 to 0128.
    """
    check_targets(targets, history.years)
    check_positive(history)
    _check_constant(model, history, calibrate)
    regions = [None] * len(history.units) if regions is None else list(regions)
    paths = driver_paths(history, scenarios.scenarios, regions, targets.base_year, targets.to_year)
    years = np.arange(targets.base_year, targets.to_year + 1)
    start = np.log(history.amounts[RESPONSE][np.searchsorted(history.years, targets.base_year)])
    logs = np.log(paths.values)
    if calibrate:
        logs = logs - logs[:, :, :1]
    constant = start if calibrate else np.full(len(start), model.constant)
    constant = np.where(np.isnan(start) | np.isnan(logs).any(axis=(0, 1, 2)), np.nan, constant)
    ce = np.exp(constant + np.einsum("j,sjtu->stu", model.slopes, logs))
    has_path = np.isfinite(constant)
    cs = np.full((len(years), len(start)), np.nan) if cs is None else cs
    until = years <= targets.neutral_by
    neutral = neutral_years(ce[:, until], cs[until], years[until])
    peak = peak_years(ce, years)
    coefficients, notes = (None, ()) if draws == 0 else _draws(history, model, draws, seed)
    intervals = None
    if coefficients is not None:
        offset = None if calibrate else coefficients[1]
        work = _Work(logs[..., has_path], constant[has_path], coefficients[0], offset)
        intervals = _intervals(work, cs[:, has_path], years, targets, has_path, progress)
    progress(1.0)
    return Forecast(
        units=history.units,
        years=years,
        scenarios=scenarios.scenarios,
        variables=history.names,
        drivers=paths.values,
        ce=ce,
        region=ce[..., has_path].sum(axis=-1),
        peak=peak,
        neutral=neutral,
        cep=_potential(scenarios, peak, neutral, ce, cs, years, targets),
        intervals=intervals,
        notes=(
            *scenarios.notes,
            *check_regions(scenarios, regions),
            *_missing_notes(history, has_path, targets),
            *paths.notes,
            *notes,
        ),
    )


def check_targets(targets, years):
    """Refuse years that the history does not have or that do not follow each other.

    Raises
    ------
    InputDataError
    """
    if targets.base_year not in years:
        raise InputDataError(
            "The base year {year} is not in the history, which has {first}-{last}; choose a year of it.",
            year=targets.base_year,
            first=int(years[0]),
            last=int(years[-1]),
        )
    if not targets.base_year <= targets.peak_by < targets.neutral_by <= targets.to_year:
        raise InputDataError(
            "Base year {base}, peak by {peak}, neutral by {neutral} and last year {last} do not follow each "
            "other; correct them.",
            base=targets.base_year,
            peak=targets.peak_by,
            neutral=targets.neutral_by,
            last=targets.to_year,
        )


def _check_constant(model, history, calibrate):
    if calibrate or model.predicts_units:
        return
    if not math.isfinite(model.constant):
        raise InputDataError(
            "{model} has no row 'constant', so it predicts no amount; add it, or calibrate.", model=model.name
        )
    if len(history.units) > 1:
        raise InputDataError(
            "The constant of {model} ({pool}) predicts no single unit; calibrate, so that every unit starts "
            "at its observed emission, or use the coefficients of a panel without unit effects.",
            model=model.name,
            pool=model.pool or "pooling unknown",
        )


def _missing_notes(history, has_path, targets):
    without = [history.units[place] for place in np.flatnonzero(~has_path)]
    if not without:
        return ()
    text = (
        "{count} units lack a value in {year}, or have fewer than two years, and get no path: {units}. Fill "
        "series fills gaps."
    )
    return (warning(text, len(without), year=targets.base_year, units=listing(without)),)


def _potential(scenarios, peak, neutral, ce, cs, years, targets):
    """CEP of the units; NaN without the three roles."""
    places = [scenarios.of_role(role) for role in (LOW, BASE, HIGH)]
    if None in places:
        return np.full(peak.shape[1], np.nan)
    in_time = peak[places] <= targets.peak_by
    base = places[1]
    at_peak, at_end = (
        ce[base, np.searchsorted(years, year)] for year in (targets.peak_by, targets.neutral_by)
    )
    growth = (at_end / at_peak) ** (1.0 / (targets.neutral_by - targets.peak_by)) - 1.0
    known = np.isfinite(cs[np.searchsorted(years, targets.neutral_by)])
    is_neutral = np.where(known, np.isfinite(neutral[base]).astype(float), np.nan)
    return emission_potential(*in_time, is_neutral, growth)


def _draws(history, model, draws, seed):
    """Slopes and constants of the draws, None if the model does not say how it was fitted; and notes."""
    if model.pool is None or math.isnan(model.k):
        text = (
            "{model} has no columns 'pool' and 'k', which say how its coefficients were fitted, so there are "
            "no intervals."
        )
        return None, (warning(text, model=model.name),)
    fit = stirpat_fit(history, model.pool, GIVEN, model.k)
    again = np.array(fit.coefficients["ridge_b"])
    slopes, constants = coefficient_draws(history, model.pool, model.k, draws, seed)
    given = np.concatenate([[model.constant], model.slopes])
    shift = np.where(np.isfinite(given), given - again, 0.0)
    text = "Intervals hold 95 % of {draws} draws of the coefficients (seed {seed})."
    notes = [decision(text, draws=draws, seed=seed)]
    if (np.abs(shift) > 1e-6 * np.maximum(1.0, np.abs(given))).any():
        text = (
            "The coefficients of {model} are not those of this history; the intervals are as wide as those "
            "of its own coefficients."
        )
        notes.append(warning(text, model=model.name))
    if fit.ols.r2 > IDENTITY:
        notes.append(warning("The model is an identity, so the intervals have no width."))
    return (slopes + shift[1:], constants + shift[0]), tuple(notes)


class _Work(NamedTuple):
    """What draws of emissions are computed from.

    Attributes
    ----------
    logs : float array, shape (scenarios, drivers, years, units)
        Logarithms of drivers; calibrated, minus those of the base year.
    start : float array, shape (units,)
        Logarithm of the observed emission.
    slopes : float array, shape (draws, drivers)
    constants : float array, shape (draws,), or None
        In place of `start` where nothing is calibrated.
    """

    logs: np.ndarray
    start: np.ndarray
    slopes: np.ndarray
    constants: np.ndarray | None

    def ce(self, time, units):
        """Emissions of one year, shape (scenarios, units, draws).

        Driver by driver, because a matrix product rounds differently with the number of threads.
        """
        values = self.start[units, None] if self.constants is None else self.constants
        for driver in range(self.logs.shape[1]):
            values = values + self.logs[:, driver, time, units, None] * self.slopes[:, driver]
        return np.exp(values)


def _intervals(work, cs, years, targets, has_path, progress):
    """Intervals over all draws, some units at a time: all draws of a unit are there, so they are exact."""
    scenarios, _, times, count = work.logs.shape
    draws = len(work.slopes)
    bounds = np.full((2, scenarios, times, count), np.nan)
    dates = np.full((4, scenarios, count), np.nan)
    region = np.zeros((times, scenarios, draws))
    at_once = max(1, _NUMBERS_AT_ONCE // draws)
    for first in range(0, count, at_once):
        progress(first / count)
        units = slice(first, min(first + at_once, count))
        counted = _Dates(years, targets, cs[:, units, None])
        for time in range(times):
            ce = work.ce(time, units)
            region[time] += ce.sum(axis=1)
            counted.add(time, ce)
            bounds[:, :, time, units] = _quantiles(ce)
        dates[:, :, units] = counted.bounds()
    region_bounds = _quantiles(region).swapaxes(1, 2)
    bounds, dates = (_spread(values, has_path) for values in (bounds, dates))
    return Intervals(*bounds, *region_bounds, *dates)


class _Dates:
    """Years of peak and neutrality in all draws, year by year."""

    def __init__(self, years, targets, cs):
        self.years, self.until, self.cs = years, targets.neutral_by, cs
        self.known = np.isfinite(cs[years == targets.neutral_by][0])
        self.highest = self.peak = self.neutral = None

    def add(self, time, ce):
        """Go on with a year; `ce` has the shape (scenarios, units, draws)."""
        if self.highest is None:
            self.highest = np.full(ce.shape, -np.inf)
            self.peak, self.neutral = np.empty(ce.shape), np.full(ce.shape, float(self.years[0]))
        higher = ce > self.highest
        self.highest = np.maximum(self.highest, ce)
        self.peak[higher] = self.years[time]
        if self.years[time] <= self.until:
            following = self.years[time] + 1.0 if self.years[time] < self.until else np.inf
            self.neutral[~(ce <= self.cs[time])] = following

    def bounds(self):
        """Bounds of peak and neutrality, shape (4, scenarios, units); NaN = not neutral, or unknown."""
        neutral = _quantiles(self.neutral, whole=True)
        neutral[~np.isfinite(neutral)] = np.nan
        return np.concatenate([_quantiles(self.peak, whole=True), neutral])


def _quantiles(values, whole=False):
    """The bounds over the last axis, shape (2, ...): between two draws in proportion, or the outer one."""
    last = values.shape[-1] - 1
    places = LOWER * last, UPPER * last
    kth = sorted({int(edge) for place in places for edge in (math.floor(place), math.ceil(place))})
    ordered = np.partition(values, kth, axis=-1)
    below, above = ([ordered[..., int(edge(place))] for place in places] for edge in (math.floor, math.ceil))
    if whole:
        return np.stack([below[0], above[1]])
    shares = [place - math.floor(place) for place in places]
    return np.stack([low + share * (high - low) for low, high, share in zip_equal(below, above, shares)])


def _spread(values, has_path):
    """The values with NaN for the units without a path."""
    out = np.full((*values.shape[:-1], len(has_path)), np.nan)
    out[..., has_path] = values
    return out
