"""What units emitted and what drove it, year by year, and the rows that a model is fitted to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from .variables import Variable

REGION, PANEL, UNIT_EFFECTS = POOLS = ("region", "panel", "panel with unit effects")
RESPONSE = "RESPONSE"  # key of the amount that is explained


class History(NamedTuple):
    """Amounts of units by year.

    Attributes
    ----------
    units : tuple of str
    years : int array, shape (years,)
        Ascending.
    amounts : dict of str to float array, shape (years, units)
        `RESPONSE`, and the amounts that the variables are made of. NaN = missing.
    variables : tuple of Variable
        The drivers.
    columns : dict of str to str
        What each amount is called in the table, for messages.
    """

    units: tuple[str, ...]
    years: np.ndarray
    amounts: dict
    variables: tuple[Variable, ...]
    columns: dict

    @property
    def names(self):
        """Names of the drivers."""
        return tuple(variable.name for variable in self.variables)

    @property
    def complete(self):
        """Which years of which units have all amounts, bool, shape (years, units)."""
        return np.logical_and.reduce([np.isfinite(values) for values in self.amounts.values()])

    def of_units(self, which):
        """The same for some of the units, by a mask or by places."""
        units = tuple(np.array(self.units, dtype=object)[which])
        amounts = {key: values[:, which] for key, values in self.amounts.items()}
        return self._replace(units=units, amounts=amounts)


class Rows(NamedTuple):
    """Logarithms that a model is fitted to.

    Attributes
    ----------
    response : float array, shape (rows,)
    drivers : float array, shape (rows, drivers)
    group : int array, shape (rows,)
        What is left out together: the year of a region, the unit of a panel. 0, 1, ...
    year : int array, shape (rows,)
    unit : tuple of str or None
        Of every row; None: the region.
    effects : bool
        Whether every group has a constant of its own.
    notes : tuple of Note
    """

    response: np.ndarray
    drivers: np.ndarray
    group: np.ndarray
    year: np.ndarray
    unit: tuple[str, ...] | None
    effects: bool
    notes: tuple[Note, ...]

    @property
    def groups(self):
        """How many groups there are."""
        return int(self.group.max()) + 1

    def group_means(self, values):
        """Means of each group, shape (groups, ...)."""
        sums = np.zeros((self.groups, *values.shape[1:]))
        np.add.at(sums, self.group, values)
        counts = np.bincount(self.group, minlength=self.groups)
        return sums / counts.reshape(-1, *[1] * (values.ndim - 1))

    def within(self):
        """Response and drivers as they are fitted: with effects as deviations from the unit's mean."""
        if not self.effects:
            return self.response, self.drivers
        return tuple(
            values - self.group_means(values)[self.group] for values in (self.response, self.drivers)
        )


def history_of(series, variables, columns):
    """The history in the series of a table.

    Parameters
    ----------
    series : UnitSeries
        One field per column in use; see `core.trend.unit_trend.long_series`.
    variables : tuple of Variable
    columns : dict of str to str
        The column of every amount; `RESPONSE` is one of them.

    Returns
    -------
    History
    """
    fields = {field.field: field for field in series.fields}
    years = next(iter(fields.values())).times.astype(int)
    amounts = {key: fields[column].values for key, column in columns.items()}
    return History(series.units, years, amounts, tuple(variables), dict(columns))


def pooled_rows(history, pool=REGION):
    """The rows of a model: sums of the region by year, or units and years.

    Region: amounts are summed over the units that have them all in every year, then ratios are formed.
    Panels: every unit and year that has all amounts is a row.

    Parameters
    ----------
    history : History
    pool : str
        One of `POOLS`.

    Returns
    -------
    Rows

    Raises
    ------
    InputDataError
        A value is 0 or negative where its logarithm is needed; no unit has all years; a panel of one unit.

    References
    ----------
    docs/decisions/0121-pooling.md
    """
    if pool == REGION:
        return _region_rows(history)
    if len(history.units) < 2:
        raise InputDataError(
            "A panel needs two units or more, and there is {count}; choose the field of the units, or pool "
            "by region.",
            count=len(history.units),
        )
    return _panel_rows(history, pool)


def _region_rows(history):
    whole, notes = units_with_all_years(history)
    check_positive(whole, below_zero_only=True)
    sums = {key: values.sum(axis=1) for key, values in whole.amounts.items()}
    check_positive(
        whole._replace(units=("the region",), amounts={key: values[:, None] for key, values in sums.items()})
    )
    response, drivers = logarithms(sums, whole.variables)
    if len(whole.units) > 1:
        summed = listing(dict.fromkeys(whole.columns.values()), 30)
        text = "Amounts are summed over {count} units per year before ratios are formed: {columns}."
        notes = (*notes, decision(text, count=len(whole.units), columns=summed))
    places = np.arange(len(whole.years))
    return Rows(response, drivers, places, whole.years, None, False, notes)


def _panel_rows(history, pool):
    check_positive(history)
    complete = history.complete.T  # unit by unit
    amounts = {key: values.T[complete] for key, values in history.amounts.items()}
    response, drivers = logarithms(amounts, history.variables)
    unit, year = np.nonzero(complete)
    present, group = np.unique(unit, return_inverse=True)
    notes = ()
    if not complete.all():
        text = "{count} of {rows} rows of units and years lack a value and are left out."
        notes = (warning(text, int((~complete).sum()), rows=complete.size),)
    names = tuple(history.units[place] for place in unit)
    if len(present) == 0:
        raise InputDataError("No unit has all values in any year; fill the gaps, or choose other fields.")
    return Rows(response, drivers, group, history.years[year], names, pool == UNIT_EFFECTS, notes)


def units_with_all_years(history):
    """The history of the units that have all amounts in every year, and a warning that names the others.

    Raises
    ------
    InputDataError
        There is no such unit.
    """
    whole = history.complete.all(axis=0)
    if whole.all():
        return history, ()
    gaps = []
    for place in np.flatnonzero(~whole):
        missing = history.years[~history.complete[:, place]]
        gaps.append(f"{history.units[place]} ({listing(missing, 3)})")
    if not whole.any():
        raise InputDataError(
            "No unit has all values in every year, so there is no series of the region; fill the gaps (Fill "
            "series), or leave out years or fields. Missing: {gaps}.",
            gaps=listing(gaps),
        )
    note = warning(
        "{count} units lack values in some years and are left out of the region's sums: {gaps}. Fill series "
        "fills gaps.",
        len(gaps),
        gaps=listing(gaps),
    )
    return history.of_units(whole), (note,)


def logarithms(amounts, variables):
    """Logarithms of response and drivers.

    Parameters
    ----------
    amounts : dict of str to float array, shape (...,)
        Positive; NaN = missing.
    variables : sequence of Variable

    Returns
    -------
    float array, shape (...,)
    float array, shape (..., drivers)
    """
    response = np.log(amounts[RESPONSE])
    return response, np.stack([np.log(variable.of(amounts)) for variable in variables], axis=-1)


def check_positive(history, below_zero_only=False):
    """Refuse amounts that have no logarithm.

    Parameters
    ----------
    history : History
    below_zero_only : bool
        Whether 0 may pass, because amounts are summed first.

    Raises
    ------
    InputDataError
        Lists unit, year and column.
    """
    found = []
    for key, values in history.amounts.items():
        bad = values < 0 if below_zero_only else values <= 0
        for year, unit in np.argwhere(bad):
            entry = f"{history.units[unit]} {history.years[year]} {history.columns[key]} = "
            found.append(entry + f"{values[year, unit]:g}")
    found = list(dict.fromkeys(found))
    if not found:
        return
    limit = "negative" if below_zero_only else "0 or negative"
    raise InputDataError(
        "{count} values are " + limit + ", and a logarithm needs positive ones: {values}. Correct them, or "
        "leave them empty.",
        count=len(found),
        values=listing(found),
    )
