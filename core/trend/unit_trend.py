"""Trends of units: from tables with a row per unit and year, or with a column per year."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..false_discovery import largest_significant, rate_note
from ..notes import Note, decision, listing, warning
from ..progress import no_progress, step_of
from ..tables import unique_rows
from ..years import year_places
from .classes import CLASSES, THRESHOLD, level_of, marked_classes, trend_classes
from .serial_correlation import TESTS, modified_test
from .series import Trend, least_valid, trends

LEAST_DATES = 4
MISSING = "No trend computed"  # the row of COUNTS for units without a class
WHOLE = "region"  # the unit of a table without units
VALUE = "value"  # what a field is called whose name is a year and nothing else

COLUMNS = (  # of the table of all trends
    *("unit", "field", "n", "slope", "intercept", "s", "var", "z", "p", "tau"),
    *("trend", "class", "class_fdr"),
)

_SEPARATORS = " _.-"


class FieldSeries(NamedTuple):
    """The values of a field by date and unit."""

    field: str
    times: np.ndarray  # float, shape (times,): ascending years
    values: np.ndarray  # float, shape (times, units); NaN = missing


class UnitSeries(NamedTuple):
    """Units with their series.

    Attributes
    ----------
    units : tuple of str
        By first appearance.
    rows : tuple of tuple of int
        The table's rows of every unit.
    fields : tuple of FieldSeries
    """

    units: tuple
    rows: tuple
    fields: tuple


class FieldTrend(NamedTuple):
    """Trends of the units in one field.

    Attributes
    ----------
    field : str
    times : float array, shape (times,)
        The years with a value of any unit.
    values : float array, shape (times, units)
    trend : Trend
    classes : float array, shape (units,)
        -2 to 2, NaN = missing; see `classes.CLASSES`.
    classes_fdr : float array or None
        The same under the false discovery rate, if asked for.
    """

    field: str
    times: np.ndarray
    values: np.ndarray
    trend: Trend
    classes: np.ndarray
    classes_fdr: np.ndarray | None


class UnitTrends(NamedTuple):
    """Trends of the units in all fields."""

    units: tuple
    fields: tuple  # of FieldTrend
    notes: tuple[Note, ...]


def long_series(table, unit_column, year_column, columns):
    """Series of a table with a row per unit and year.

    Parameters
    ----------
    table : Table
    unit_column : str or None
        None: all rows are one unit, the region.
    year_column : str
    columns : sequence of str
        The fields.

    Returns
    -------
    UnitSeries
        All fields have all years of the table.

    Raises
    ------
    InputDataError
        A (unit, year) twice, a key or a year that cannot be read, a text in a field; the row is named.
    """
    keys = [WHOLE] * table.rows if unit_column is None else table.keys(unit_column)
    years = table.years(year_column)
    unique_rows(table, keys, years)
    rows = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    place = {key: i for i, key in enumerate(rows)}
    times, date = np.unique(years, return_inverse=True)
    unit = np.array([place[key] for key in keys])
    fields = []
    for column in columns:
        values = np.full((len(times), len(rows)), np.nan)
        values[date, unit] = table.numbers(column)
        fields.append(FieldSeries(column, times.astype(float), values))
    return UnitSeries(tuple(rows), tuple(map(tuple, rows.values())), tuple(fields))


def wide_series(table, unit_column, columns):
    """Series of a table with a row per unit and a column per year.

    Columns whose names differ in the year only are one field, named by what they have in common: ce_2000 and
    ce_2005 are `ce`.

    Parameters
    ----------
    table : Table
    unit_column : str
    columns : sequence of str

    Returns
    -------
    UnitSeries

    Raises
    ------
    InputDataError
        A unit twice, a name with no year or with two, a year twice in one field, a text in a field.
    """
    names, dated = {}, {}
    for column in columns:
        stem, year = split_year(column)
        name = names.setdefault(stem.casefold(), stem)
        other = dated.setdefault(name, {}).setdefault(year, column)
        if other != column:
            raise InputDataError(
                "The year {year} is there twice: fields '{first}' and '{second}'; leave one out.",
                year=year,
                first=other,
                second=column,
            )
    keys = table.keys(unit_column)
    unique_rows(table, keys)
    fields = tuple(
        FieldSeries(
            name,
            np.array(sorted(by_year), dtype=float),
            np.stack([table.numbers(by_year[year]) for year in sorted(by_year)]),
        )
        for name, by_year in dated.items()
    )
    return UnitSeries(tuple(keys), tuple((row,) for row in range(table.rows)), fields)


def split_year(name):
    """What is left of a field's name without its year, and the year.

    Raises
    ------
    InputDataError
        There is no year from 1900 to 2100, or there are two.

    Examples
    --------
    >>> split_year("ce_2000"), split_year("ndvi_20050101_mean"), split_year("2019")
    (('ce', 2000), ('ndvi_mean', 2005), ('value', 2019))
    """
    places = year_places(name)
    years = sorted({year for year, _, _ in places})
    if len(years) != 1:
        found = f"{len(years)} years ({listing(years)})" if years else "no year from 1900 to 2100"
        raise InputDataError(
            "The name of the field '{field}' holds {found}; without a field of years every field needs one "
            "year in its name, such as ce_2000. Choose other fields, or the field of years.",
            field=name,
            found=found,
        )
    rest = name
    for _, start, end in reversed(places):
        rest = rest[:start] + rest[end:].removeprefix("年")
    rest = re.sub(f"[{_SEPARATORS}]{{2,}}", lambda marks: marks.group()[0], rest).strip(_SEPARATORS)
    return rest or VALUE, years[0]


def unit_trends(
    series,
    test="original",
    threshold=THRESHOLD,
    min_valid=None,
    fdr=False,
    progress=no_progress,
):
    """Theil-Sen slope, Mann-Kendall test and class of every unit and field.

    Parameters
    ----------
    series : UnitSeries
    test : str
        One of `serial_correlation.TESTS`. The slope is Theil-Sen's with the real times in all of them.
    threshold : float
        Of |Z|, above which a trend is marked.
    min_valid : int, optional
        Units with fewer valid values get no trend; see `series.least_valid`.
    fdr : bool
        Whether to class by the false discovery rate, too, at the two-sided level of the threshold, over the
        units of each field.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    UnitTrends

    Raises
    ------
    InputDataError
        Fewer than 4 dates have a value of a field.

    References
    ----------
    methods.md, section 5; docs/decisions/0050 to 0053.
    """
    notes, fields = [], []
    for done, field in enumerate(series.fields):
        step = step_of(progress, done, len(series.fields))
        found, more = _field_trend(field, series.units, test, threshold, min_valid, fdr, step)
        fields.append(found)
        notes += [replace(note, about=field.field) for note in more]
    progress(1.0)
    return UnitTrends(series.units, tuple(fields), tuple(notes))


def _field_trend(field, units, test, threshold, min_valid, fdr, progress):
    """The trends of one field, and its notes."""
    times, values, notes = _dates_with_values(field)
    trend = trends(values, times, min_valid)
    least = least_valid(len(times)) if min_valid is None else min_valid
    notes += _named(
        "{count} units have fewer than {least} values and get no trend: {units}.",
        np.isnan(trend.slope),
        units,
        least=least,
    )
    if test != TESTS[0]:
        tested = modified_test(values, times, trend, test, progress)
        trend = trend._replace(s=tested.s, variance=tested.variance, z=tested.z, p=tested.p)
        notes += _named(
            "{count} units have gaps or uneven years, with which the modified test does not work; they get a "
            "slope, but no Z, p and class: {units}.",
            tested.broken,
            units,
        )
        notes += _named(
            "The modified test gives {count} units no positive variance; they get no Z, p and class: "
            "{units}.",
            tested.unsound,
            units,
        )
    classes, classes_fdr = trend_classes(trend.slope, trend.z, threshold), None
    if fdr:
        level = level_of(threshold)
        largest = largest_significant(trend.p, level)
        classes_fdr = marked_classes(trend.slope, trend.z, trend.p <= largest)
        notes.append(rate_note(trend.p, largest, level))
    return FieldTrend(field.field, times, values, trend, classes, classes_fdr), notes


def _dates_with_values(field):
    """Times and values of a field without the dates at which no unit has a value."""
    used = np.isfinite(field.values).any(axis=1)
    times = field.times[used]
    if len(times) < LEAST_DATES:
        raise InputDataError(
            "The field '{field}' has values of {count} dates ({years}), and a trend needs at least {least}; "
            "add years.",
            field=field.field,
            count=len(times),
            years=listing(times.astype(int)) or "none",
            least=LEAST_DATES,
        )
    notes = []
    if not used.all():
        empty = listing(field.times[~used].astype(int), 30)
        notes.append(decision("Years in which no unit has a value are left out: {years}.", years=empty))
    return times, field.values[used], notes


def _named(template, which, units, **values):
    """A warning that names the units, if there are any."""
    if not which.any():
        return []
    named = listing(units[i] for i in np.flatnonzero(which))
    return [warning(template, int(which.sum()), units=named, **values)]


def trend_table(trends_of_units):
    """All trends, a row per field and unit.

    Returns
    -------
    dict
        Columns unit, field, n, slope, intercept, s, var, z, p, tau, trend (the name of the class), class,
        class_fdr; None or NaN = missing.
    """
    columns = {name: [] for name in COLUMNS}
    for field in trends_of_units.fields:
        trend, codes = field.trend, whole(field.classes)
        empty = [None] * len(codes)
        parts = {
            "unit": trends_of_units.units,
            "field": [field.field] * len(codes),
            "n": trend.n.tolist(),
            "var": trend.variance.tolist(),
            "trend": [CLASSES.get(code) for code in codes],
            "class": codes,
            "class_fdr": empty if field.classes_fdr is None else whole(field.classes_fdr),
            **{name: getattr(trend, name).tolist() for name in ("slope", "intercept", "s", "z", "p", "tau")},
        }
        for name, column in columns.items():
            column.extend(parts[name])
    return columns


def class_counts(trends_of_units):
    """How many units are in each class, and how many rise and fall.

    Returns
    -------
    dict
        Columns field, class, name, units, units_fdr, sign (-1, 0, 1), sign_units (of all classes of that
        sign); the last row of each field counts the units without a class.
    """
    columns = {name: [] for name in ("field", "class", "name", "units", "units_fdr", "sign", "sign_units")}
    for field in trends_of_units.fields:
        found, by_fdr = field.classes, field.classes_fdr
        for code, name in (*CLASSES.items(), (None, MISSING)):
            sign = None if code is None else (code > 0) - (code < 0)
            row = {
                "field": field.field,
                "class": code,
                "name": name,
                "units": count_of(found, code),
                "units_fdr": None if by_fdr is None else count_of(by_fdr, code),
                "sign": sign,
                "sign_units": count_of(np.sign(found), sign),
            }
            for key, value in row.items():
                columns[key].append(value)
    return columns


def count_of(codes, code):
    """How many codes are `code`; None counts the missing ones."""
    return int((np.isnan(codes) if code is None else codes == code).sum())


def whole(codes):
    """Codes as int; NaN becomes None."""
    return [None if math.isnan(code) else int(code) for code in codes.tolist()]
