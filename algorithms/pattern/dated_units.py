"""What analyses of drivers have in common: units, perhaps of several years, with fields of numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from qgis.core import (
    Qgis,
    QgsProcessingParameterFeatureSource,
)

from ...core.errors import InputDataError
from ...core.tables import Table
from ..base import message, tr
from ..layers import Layer
from ..pages import Section
from ..styles.dates import year_span
from ..tables import INPUT, TableSource, unit_field

YEAR_FIELD = "YEAR_FIELD"
YEAR = "year"  # the default of YEAR_FIELD; an input without it has one date


@dataclass(frozen=True)
class DatedUnits:
    """The rows of the input, each a unit (in a year).

    Attributes
    ----------
    source : TableSource
    layer : Layer
        Fields, attributes and shapes.
    table : Table
        The same rows.
    year : int array or None
        None: one date.
    year_field : str
        Its name in the table; '' if there is none.
    """

    source: TableSource
    layer: Layer
    table: Table
    year: np.ndarray | None
    year_field: str

    @property
    def span(self):
        """'2019', '2000-2020' or ''."""
        return year_span(None if self.year is None else self.year.tolist())

    def dates(self):
        """Each year, ascending, with the places of its rows; None for one date."""
        if self.year is None:
            return [(None, np.arange(self.table.rows))]
        return [(int(year), np.flatnonzero(self.year == year)) for year in np.unique(self.year)]

    def chosen(self, algorithm, name, parameters, context):
        """The columns that a parameter of several fields names, each once."""
        names = algorithm.parameterAsStrings(parameters, name, context)
        return list(dict.fromkeys(self.source.column(self.table, field) for field in names))


def add_units(algorithm, text):
    """Add the input and its field of years."""
    algorithm.add(
        QgsProcessingParameterFeatureSource(INPUT, tr("Units"), [Qgis.ProcessingSourceType.Vector]), text
    )
    algorithm.add(
        unit_field(YEAR_FIELD, tr("Year"), YEAR, optional=True),
        tr(
            "Field with the year of every row; each year is analysed on its own. Empty, or no field 'year', "
            "for one date."
        ),
    )


def read_dated_units(algorithm, source, parameters, context, record):
    """Read the input.

    Raises
    ------
    InputDataError
        There is no such column, a year cannot be read, or two units of one date have the same shape.
    """
    layer, table = source.read_rows(record)
    field = algorithm.parameterAsString(parameters, YEAR_FIELD, context).strip()
    if field == YEAR and not table.has(YEAR):
        record.decision("{table} has no field 'year'; it is taken as one date.", table=table.name)
        field = ""
    if field:
        field = source.column(table, field)
    year = table.years(field) if field else None
    refuse_same_shapes(layer, table, year)
    return DatedUnits(source, layer, table, year, field)


def refuse_same_shapes(layer, table, year):
    """Refuse a shape that is there twice in one date: rows of several years would be taken for units."""
    years = [None] * table.rows if year is None else year.tolist()
    first = {}
    for place, shape in enumerate(layer.geometries):
        if shape.isEmpty():
            continue
        before = first.setdefault((shape.asWkb().data(), years[place]), place)
        if before != place:
            raise InputDataError(
                "{table}: {before} and {row} have the same shape. If they are years of one unit, choose the "
                "field of the year; else remove one of them.",
                table=table.name,
                before=table.where(before),
                row=table.where(place),
            )


def chosen_field(algorithm, units, name, parameters, context):
    """The column of a field that has to be chosen.

    Raises
    ------
    InputDataError
        None is, or there is no such column.
    """
    field = algorithm.parameterAsString(parameters, name, context).strip()
    if not field:
        label = algorithm.parameterDefinition(name).description()
        raise InputDataError("Choose the field '{label}'.", label=label)
    return units.source.column(units.table, field)


def each_date(units, analyse, record):
    """Analyse every date on its own; notes go to the record.

    Parameters
    ----------
    units : DatedUnits
    analyse : callable
        Gets the places of the rows of a date; its result has `notes`.
    record : RunRecord

    Returns
    -------
    list of (int or None, result)
        By year; None for one date.

    Raises
    ------
    InputDataError
        Of `analyse`, with the year.
    """
    found = []
    for year, rows in units.dates():
        try:
            result = analyse(rows)
        except InputDataError as error:
            if year is None:
                raise
            raise InputDataError("{year}: {reason}", year=year, reason=message(error)) from None
        record.note(*(note if year is None else replace(note, about=str(year)) for note in result.notes))
        found.append((year, result))
    return found


def each_section(found, sections):
    """The sections of every date, with the year in the headlines where there are several.

    Parameters
    ----------
    found : sequence of (int or None, result)
    sections : callable
        Gets the place of the date and its result, and gives `Section`s.

    Returns
    -------
    list of Section
    """
    whole = []
    for place, (year, one) in enumerate(found):
        before = f"{year}: " if len(found) > 1 else ""
        whole += [Section(before + title, blocks) for title, blocks in sections(place, one)]
    return whole


def by_date(tables):
    """Tables of several dates as one, the year in front where there are years.

    Parameters
    ----------
    tables : iterable of (int or None, dict of lists)
        Year and columns.

    Returns
    -------
    dict of lists
    """
    whole = {}
    for year, table in tables:
        length = len(next(iter(table.values())))
        dated = table if year is None else {YEAR: [year] * length} | table
        for name, values in dated.items():
            whole.setdefault(name, []).extend(values)
    return whole
