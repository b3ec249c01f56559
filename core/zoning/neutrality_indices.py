"""What the neutrality zoning scores: classes of trends, classes of emission potential, land use intensity
(methods.md, section 4.3)."""

from __future__ import annotations

import numpy as np

from ..errors import InputDataError
from ..notes import decision, listing, warning
from ..sequences import zip_equal
from ..tables import unique_rows
from ..trend.classes import trend_classes
from .indices import ROUNDING
from .neutrality_rules import HIGHEST, LOWEST, POTENTIAL


def index_values(units, rules, trends, potential, intensity, potential_column, intensity_year, by_z_only):
    """What every rule scores, of all units.

    Parameters
    ----------
    units, rules, trends, potential, intensity, potential_column, intensity_year, by_z_only
        See `neutrality_zoning.neutrality_zones`.

    Returns
    -------
    list of float arrays, shape (units,)
        In the order of the rules: classes of trends from -2 to 2, of potential from 1 to 5, intensities
        scaled to 0..1. NaN = missing.
    list of Note

    Raises
    ------
    InputDataError
        See `neutrality_zoning.neutrality_zones`.
    """
    tables = {"TRENDS": trends, "CEP": potential, "CLI": intensity}
    for rule in rules:
        if tables[_parameter_of(rule)] is None:
            raise InputDataError(
                "The rules score the index '{index}', which needs the table {parameter}; give it, or take "
                "the index out of the rules.",
                index=rule.index,
                parameter=_parameter_of(rule),
            )
    place = {key: i for i, key in enumerate(units)}
    values, notes = [], []
    classes = None
    for rule in rules:
        if rule.is_trend:
            classes = classes or _Trends(trends, place, by_z_only, notes)
            values.append(classes.of(rule))
        elif rule.index.casefold() == POTENTIAL:
            values.append(potential_classes(potential, potential_column, place, notes))
        else:
            values.append(scaled_intensity(intensity, intensity_year, place, notes))
        notes += _missing(rule, values[-1], units)
    return values, notes


class _Trends:
    """The classes of trends by field, for the units."""

    def __init__(self, table, place, by_z_only, notes):
        self._table = table
        self._place = place
        keys, fields = table.keys("unit"), [field or "" for field in table.text("field")]
        found = trend_classes(*[table.numbers("z")] * 2) if by_z_only else _whole_classes(table)
        self._classes = {}
        for (key, field), row in _unique_fields(table, keys, fields).items():
            self._classes.setdefault(field.casefold(), {})[key] = found[row]
        self._names = list(dict.fromkeys(fields))
        notes += _other_units(table, keys, place)

    def of(self, rule):
        """The class of every unit, NaN where it is missing."""
        by_unit = self._classes.get(rule.field.casefold())
        if by_unit is None:
            raise InputDataError(
                "{table} has no trends of '{field}', the field of the index '{index}'; it has those of: "
                "{fields}. Compute them with Trends of units, or take the index out of the rules.",
                table=self._table.name,
                field=rule.field,
                index=rule.index,
                fields=listing(self._names, 30),
            )
        return np.array([by_unit.get(key, np.nan) for key in self._place])


def potential_classes(table, column, place, notes):
    """Classes of emission potential of the units, 1 to 5; NaN = missing.

    Parameters
    ----------
    table : Table
        A row per unit.
    column : str
    place : dict
        Units -> place.
    notes : list
        Gets a warning of units of the table that are no units here.

    Raises
    ------
    InputDataError
        A unit twice, no unit in common, or a class that is none of the five.
    """
    keys, classes = table.keys("unit"), table.numbers(column)
    rows = unique_rows(table, keys)
    notes += _other_units(table, keys, place)
    wrong = np.flatnonzero(~np.isnan(classes) & ~np.isin(classes, range(LOWEST, HIGHEST + 1)))
    if len(wrong):
        raise InputDataError(
            "{table}, {row}: the potential in '{column}' is {value:g}; it is a class from 1 to 5.",
            table=table.name,
            row=table.where(wrong[0]),
            column=column,
            value=classes[wrong[0]],
        )
    return np.array([classes[rows[key]] if key in rows else np.nan for key in place])


def scaled_intensity(table, year, place, notes):
    """Land use intensity of the units in one year, scaled to 0..1 over them; NaN = missing.

    Parameters
    ----------
    table : Table
        Columns unit, cli and, where there are several dates, year.
    year : int or None
        None: the latest.
    place : dict
        Units -> place.
    notes : list
        Gets what was decided.

    Returns
    -------
    float array, shape (units,)
        0.5 for all where all are equal: they score 3.

    Raises
    ------
    InputDataError
        A unit twice in a year, no unit in common, or no such year.
    """
    keys, cli = table.keys("unit"), table.numbers("cli")
    years = table.years("year") if table.has("year") else None
    rows = unique_rows(table, keys, years)
    notes += _other_units(table, keys, place)
    if years is not None:
        year = _year_of(table, years, year, notes)
        rows = {key: row for (key, date), row in rows.items() if date == year}
    values = np.array([cli[rows[key]] if key in rows else np.nan for key in place])
    known = values[~np.isnan(values)]
    if not len(known):
        return values
    least, span = known.min(), np.ptp(known)
    if span <= ROUNDING * abs(least):
        notes.append(decision("All units have the same land use intensity; it scores 3."))
        return np.where(np.isnan(values), np.nan, 0.5)
    return (values - least) / span


def _year_of(table, years, year, notes):
    found = np.unique(years).tolist()
    if year is None:
        if len(found) > 1:
            notes.append(
                decision(
                    "{table}: the intensity is that of the latest year, {year}.",
                    table=table.name,
                    year=found[-1],
                )
            )
        return found[-1]
    if year not in found:
        raise InputDataError(
            "{table} has no intensity of {year} (CLI_YEAR); it has: {years}.",
            table=table.name,
            year=year,
            years=listing(found, 30),
        )
    return year


def _parameter_of(rule):
    """The parameter whose table a rule looks at."""
    return "TRENDS" if rule.is_trend else rule.index.upper()


def _whole_classes(table):
    classes = table.numbers("class")
    wrong = np.flatnonzero(~np.isnan(classes) & ~np.isin(classes, range(-2, 3)))
    if len(wrong):
        raise InputDataError(
            "{table}, {row}: the class of trend is {value:g}; it is a whole number from -2 to 2.",
            table=table.name,
            row=table.where(wrong[0]),
            value=classes[wrong[0]],
        )
    return classes


def _unique_fields(table, keys, fields):
    """Row by (unit, field); a pair that is there twice is refused."""
    rows = {}
    for row, pair in enumerate(zip_equal(keys, fields)):
        before = rows.setdefault(pair, row)
        if before != row:
            raise InputDataError(
                "{table}: {before} and {row} are both the trend of '{field}' of unit '{unit}'; keep one.",
                table=table.name,
                before=table.where(before),
                row=table.where(row),
                field=pair[1],
                unit=pair[0],
            )
    return rows


def _other_units(table, keys, place):
    """A warning of the table's units that are no units here; none in common is refused."""
    found = list(dict.fromkeys(keys))
    others = [key for key in found if key not in place]
    if len(others) == len(found):
        raise InputDataError(
            "No unit of {table} is among the units; its start with {theirs}, the units with {ours}.",
            table=table.name,
            theirs=listing(found, 3),
            ours=listing(list(place), 3),
        )
    if not others:
        return []
    return [
        warning(
            "{count} units of {table} are not among the units and are left out: {names}.",
            len(others),
            table=table.name,
            names=listing(others),
        )
    ]


def _missing(rule, values, units):
    """A warning that names the units without a value of an index."""
    lacking = np.flatnonzero(np.isnan(values))
    if not len(lacking):
        return []
    return [
        warning(
            "Index '{index}' is missing for {count} units: {units}.",
            len(lacking),
            index=rule.index,
            units=listing(units[i] for i in lacking),
        )
    ]
