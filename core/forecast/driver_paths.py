"""Paths of drivers: from the unit's own history and a scenario to a value for every year."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, listing, warning
from ..sequences import zip_equal
from .scenarios import CAP, LEVEL, STATISTICS, periods


class Statistics(NamedTuple):
    """Minimum, mean and maximum of the history of units.

    Attributes
    ----------
    rates : float array, shape (3, units)
        Of the growth per year between consecutive observations [1]; NaN = fewer than two.
    levels : float array, shape (3, units)
        Of the values.
    """

    rates: np.ndarray
    levels: np.ndarray


def history_statistics(values, years):
    """Growth and levels of a driver.

    Parameters
    ----------
    values : float array, shape (years, units)
        Positive; NaN = missing.
    years : int array, shape (years,)
        Ascending.

    Returns
    -------
    Statistics
        The rate between observations a and b is `(x_b / x_a) ** (1 / (t_b - t_a)) - 1`.

    Examples
    --------
    >>> history_statistics(np.array([[100.0], [110.0], [121.0]]), np.array([2000, 2001, 2002])).rates.round(9)
    array([[0.1],
           [0.1],
           [0.1]])
    """
    rates, last, since = [], np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    for value, year in zip_equal(values, years):
        rates.append((value / last) ** (1.0 / (year - since)) - 1.0)
        seen = np.isfinite(value)
        last, since = np.where(seen, value, last), np.where(seen, year, since)
    return Statistics(_min_mean_max(np.array(rates)), _min_mean_max(values))


def _min_mean_max(values):
    """Over the first axis, without missing values; NaN where there are none."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    least = np.where(known, values, np.inf).min(axis=0)
    most = np.where(known, values, -np.inf).max(axis=0)
    sums = np.where(known, values, 0.0).sum(axis=0)
    mean = np.divide(sums, count, out=np.full(len(count), np.nan), where=count > 0)
    return np.where(count > 0, [least, mean, most], np.nan)


class Paths(NamedTuple):
    """Drivers of units over the years.

    Attributes
    ----------
    values : float array, shape (scenarios, drivers, years, units)
        From the base year on; NaN = missing.
    notes : tuple of Note
    """

    values: np.ndarray
    notes: tuple[Note, ...]


def driver_paths(history, scenarios, regions, base_year, to_year):
    """Yearly paths of all drivers in all scenarios.

    Parameters
    ----------
    history : History
    scenarios : sequence of Scenario
    regions : sequence of str or None, one per unit
    base_year, to_year : int

    Returns
    -------
    Paths

    Raises
    ------
    InputDataError
        See `scenarios.periods`; a rate that makes a driver 0 or negative.

    References
    ----------
    methods.md, section 6; Huo et al. 2025, table 5; docs/decisions/0124 and 0125.
    """
    until = history.years <= base_year
    years = history.years[until]
    steps = to_year - base_year + 1
    shape = len(scenarios), len(history.variables), steps, len(history.units)
    values, kept = np.full(shape, np.nan), _Kept(history.units)
    members = _members(regions)
    for place, variable in enumerate(history.variables):
        known = variable.of({key: amounts[until] for key, amounts in history.amounts.items()})
        statistics = history_statistics(known, years)
        for number, scenario in enumerate(scenarios):
            for region, units in members.items():
                plan = periods(scenario, variable.name, region, base_year, to_year)
                own = Statistics(statistics.rates[:, units], statistics.levels[:, units])
                follow = _Following(history, scenario, variable.name, units, kept)
                values[number, place][:, units] = follow.path(known[-1, units], own, plan)
    return Paths(values, kept.notes())


def _members(regions):
    """Places of the units of every region."""
    members = {}
    for place, region in enumerate(regions):
        members.setdefault(region, []).append(place)
    return {region: np.array(places) for region, places in members.items()}


class _Kept:
    """What could not be done as the scenario says, by unit."""

    def __init__(self, units):
        self.units, self.capped, self.levels = units, {}, {}

    def notes(self):
        """Warnings that list the units by variable."""
        above = "{count} units are above a cap of {variable} and stay there: {units}."
        below = (
            "{count} units would come to a level of {variable} of 0 or less, which has no logarithm, and "
            "keep their value: {units}."
        )
        return tuple(
            warning(text, len(found), variable=variable, units=self._listed(found))
            for text, by_variable in ((above, self.capped), (below, self.levels))
            for variable, found in by_variable.items()
        )

    def _listed(self, places):
        return listing(self.units[place] for place in sorted(places))


class _Following:
    """A scenario's rules followed by some units in one driver."""

    def __init__(self, history, scenario, variable, units, kept):
        self.names, self.scenario, self.variable = history.units, scenario, variable
        self.units, self.kept = units, kept

    def path(self, start, statistics, plan):
        """Values from the base year on, shape (years, units)."""
        parts = [start[None]]
        for first, last, rule in plan:
            steps = np.arange(1, last - first + 1, dtype=float)[:, None]
            if rule.kind == LEVEL:
                part = self._to_level(start, _number(rule, statistics.levels), steps, rule, last)
            else:
                part = self._growing(start, _number(rule, statistics.rates), steps, rule)
            parts.append(part)
            start = part[-1]
        return np.concatenate(parts)

    def _growing(self, start, rate, steps, rule):
        impossible = rate <= -1.0
        if impossible.any():
            raise InputDataError(
                "Scenario '{scenario}', {where}: {variable} would shrink by 100 % a year or more in {units}; "
                "lower the multiplier or the offset.",
                scenario=self.scenario.name,
                where=rule.where,
                variable=self.variable,
                units=listing(self.names[i] for i in self.units[impossible]),
            )
        path = start * (1.0 + rate) ** steps
        if rule.kind != CAP:
            return path
        above = start > rule.cap
        self._keep(self.kept.capped, above)
        return np.where(start >= rule.cap, start, np.minimum(path, rule.cap))

    def _to_level(self, start, level, steps, rule, last):
        share = steps / (rule.to_year - last + len(steps))  # a period cut off at the last year stays straight
        lost = level <= 0.0
        self._keep(self.kept.levels, lost)
        return start + share * np.where(lost, 0.0, level - start)

    def _keep(self, found, which):
        if which.any():
            found.setdefault(self.variable, set()).update(self.units[which].tolist())


def _number(rule, statistics):
    """Rate or level of a rule, by unit.

    Parameters
    ----------
    rule : Rule
    statistics : float array, shape (3, units)
        Minimum, mean and maximum of the units' history.
    """
    if rule.statistic is None:
        return np.where(np.isnan(statistics[0]), np.nan, rule.offset)
    if rule.sign:
        statistics = rule.sign * np.abs(statistics)
    if rule.ordered:
        statistics = np.sort(statistics, axis=0)
    return rule.offset + rule.multiplier * statistics[STATISTICS.index(rule.statistic)]
