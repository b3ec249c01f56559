"""Comprehensive land use index: how intensively the land of a unit is used (methods.md, section 3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..raster.units_on_grid import area_text
from ..resources import read_preset
from ..sequences import pairwise, zip_equal
from ..units import ratio

GRADES_PRESET = "zhuang1997"


class LandUseIntensity(NamedTuple):
    """One row per unit and year: units by first appearance, then by year.

    Attributes
    ----------
    unit : list of str
    year : list of int or None
        None where the table has no years.
    cli : float array, shape (rows,)
        Comprehensive land use index; NaN for a unit without graded area.
    cli_change : float array, shape (rows,)
        Change per year [%] since the unit's previous index; NaN for its first.
    notes : tuple of Note
    """

    unit: list
    year: list
    cli: np.ndarray
    cli_change: np.ndarray
    notes: tuple[Note, ...]


def class_grades(table):
    """Grades of a table with the columns class and grade.

    Parameters
    ----------
    table : Table
        A grade is a positive number; an empty one leaves the class out of the index.

    Returns
    -------
    dict
        Class name without regard to case -> grade; NaN = left out.

    Raises
    ------
    InputDataError
        A class that is empty or there twice, or a grade that is not positive; the row is named.
    """
    grades = {}
    for i, (name, grade) in enumerate(zip_equal(table.text("class"), table.numbers("grade").tolist())):
        place = {"table": table.name, "row": table.where(i)}
        if name is None:
            raise InputDataError("{table}, {row}: the class is empty; write its name.", **place)
        if name.casefold() in grades:
            raise InputDataError(
                "{table}, {row}: class '{name}' is there twice; keep one row.", name=name, **place
            )
        if grade <= 0:
            raise InputDataError(
                "{table}, {row}: the grade of '{name}' is {grade:g}; write a number above 0, or leave it "
                "empty to leave the class out.",
                name=name,
                grade=grade,
                **place,
            )
        grades[name.casefold()] = grade
    return grades


def land_use_intensity(class_areas, grades=None):
    """Comprehensive land use index of units and its annual dynamic degree.

    `CLI = 100 * sum(grade * area) / sum(area)` over the classes of a unit; the dynamic degree is
    `(CLI_b - CLI_a) / CLI_a / (b - a) * 100 %` with the years a < b of two consecutive indices of the unit.

    Parameters
    ----------
    class_areas : Table
        Columns unit, class, area_ha [ha] and, where there are several dates, year: a row per class that a
        unit has.
    grades : Table, optional
        Columns class and grade, see `class_grades`; empty: the preset `zhuang1997`.

    Returns
    -------
    LandUseIntensity
        Every unit has a row in every year of the table. A missing area makes the index of its unit missing.

    Raises
    ------
    InputDataError
        A class with area has no row of grades; an area is negative; a class is empty or twice in a unit and
        year; a key or a year cannot be read.

    References
    ----------
    methods.md, section 3; Zhuang and Liu 1997; docs/decisions/0130-dynamic-degree.md,
    0131-classes-without-a-grade.md.

    Examples
    --------
    >>> from landcarbon.core.tables import table_from_columns
    >>> areas = {"unit": ["a", "a"], "class": ["forest", "cropland"], "area_ha": [60.0, 40.0]}
    >>> land_use_intensity(table_from_columns("areas", areas)).cli  # grades 2 and 3
    array([240.])
    """
    grade_of = class_grades(read_preset("grades", GRADES_PRESET) if grades is None else grades)
    units, years, rows = _places(class_areas)
    area_ha = _areas(class_areas)
    grade, notes = _graded(class_areas, grade_of, area_ha)
    size = len(units) * len(years)
    counted = ~np.isnan(grade)
    total, weighted = (
        np.bincount(rows[counted], weights=amounts[counted], minlength=size)
        for amounts in (area_ha, area_ha * grade)
    )
    cli = 100 * ratio(weighted, total)
    change = dynamic_degrees(cli.reshape(len(units), len(years)), years).ravel()
    unit = [key for key in units for _ in years]
    year = list(years) * len(units)
    notes += _without_index(cli, unit, year)
    return LandUseIntensity(unit, year, cli, change, tuple(notes))


def dynamic_degrees(cli, years):
    """Change of the index per year since the unit's previous one.

    Parameters
    ----------
    cli : float array, shape (units, dates)
        NaN = missing.
    years : sequence of int
        Ascending, one per date; a single date may be None.

    Returns
    -------
    float array, shape (units, dates)
        [% per year]; NaN where there is no index, or none before. Dates without an index are passed over.

    Examples
    --------
    >>> dynamic_degrees(np.array([[200.0, np.nan, 220.0]]), [2000, 2005, 2010])
    array([[nan, nan,  1.]])
    """
    change = np.full(cli.shape, np.nan)
    for unit, values in enumerate(cli):
        for before, now in pairwise(np.flatnonzero(~np.isnan(values))):
            rise = (values[now] - values[before]) / values[before]
            change[unit, now] = 100 * rise / (years[now] - years[before])
    return change


def _places(table):
    """Units, years, and the place of every row in a list of units by years; one row per class there."""
    keys, classes = table.keys("unit"), table.text("class")
    dates = table.years("year").tolist() if table.has("year") else [None] * table.rows
    units = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    years = {year: place for place, year in enumerate(sorted(set(dates)))}
    seen = {}
    for i, (key, year, name) in enumerate(zip_equal(keys, dates, classes)):
        if name is None:
            raise InputDataError(
                "{table}, {row}: the class is empty; write its name.", table=table.name, row=table.where(i)
            )
        before = seen.setdefault((key, year, name.casefold()), i)
        if before != i:
            raise InputDataError(
                "{table}: {before} and {row} are both class '{name}' of unit '{unit}'{date}; keep one of "
                "them, or add their areas up in one row.",
                table=table.name,
                before=table.where(before),
                row=table.where(i),
                name=name,
                unit=key,
                date="" if year is None else f" in {year}",
            )
    rows = np.array([units[key] * len(years) + years[year] for key, year in zip_equal(keys, dates)])
    return tuple(units), tuple(years), rows


def _areas(table):
    """Areas of the rows [ha], none of them negative."""
    area_ha = table.numbers("area_ha")
    negative = np.flatnonzero(area_ha < 0)
    if len(negative):
        raise InputDataError(
            "{table}, {row}: the area is {area:g} ha; an area is 0 or more.",
            table=table.name,
            row=table.where(negative[0]),
            area=area_ha[negative[0]],
        )
    return area_ha


def _graded(table, grade_of, area_ha):
    """The grade of every row, NaN where the class is left out, and a note on what is."""
    names = table.text("class")
    unknown, left_out = {}, {}
    for name, area in zip_equal(names, area_ha.tolist()):
        if name.casefold() not in grade_of:
            unknown[name] = unknown.get(name, 0.0) + area
        elif np.isnan(grade_of[name.casefold()]):
            left_out[name] = left_out.get(name, 0.0) + area
    unknown = {name: area for name, area in unknown.items() if area != 0}
    if unknown:
        raise InputDataError(
            "No grade for the classes of {table}: {classes}; add rows to the grade table, with an empty "
            "grade for what is to be left out.",
            table=table.name,
            classes=_with_areas(unknown),
        )
    grade = np.array([grade_of.get(name.casefold(), np.nan) for name in names])
    notes = []
    if left_out:
        notes.append(
            decision(
                "Classes with an empty grade are left out of the index: {classes}.",
                classes=_with_areas(left_out),
            )
        )
    return grade, notes


def _with_areas(areas):
    return listing(f"'{name}' ({area_text(area)} ha)" for name, area in areas.items())


def _without_index(cli, unit, year):
    """A warning that names the units and years without an index."""
    lacking = [
        key if date is None else f"{key} ({date})"
        for key, date, value in zip_equal(unit, year, cli.tolist())
        if np.isnan(value)
    ]
    if not lacking:
        return []
    return [
        warning(
            "{count} units and years have no graded area, or a class without an area, and no index: {names}.",
            len(lacking),
            names=listing(lacking),
        )
    ]
