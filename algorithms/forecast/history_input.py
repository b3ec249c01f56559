"""What fit and forecast have in common: a table of units and years with emission and what drives it."""

from __future__ import annotations

from typing import NamedTuple

from qgis.core import Qgis, QgsProcessingParameterFeatureSource

from ...core.errors import InputDataError
from ...core.forecast.history import RESPONSE, History, history_of
from ...core.forecast.variables import STIRPAT_AMOUNTS
from ...core.tables import Table
from ...core.trend.unit_trend import UnitSeries, long_series
from ..base import tr
from ..layers import Layer
from ..pattern.dated_units import YEAR_FIELD
from ..tables import INPUT, TableSource, unit_field

UNIT_FIELD = "UNIT_FIELD"
UNIT = "unit"  # the default of UNIT_FIELD; an input without it is one unit


class HistoryInput(NamedTuple):
    """The input with its rows."""

    source: TableSource
    layer: Layer
    table: Table
    unit: str | None  # its columns
    year: str


class ReadHistory(NamedTuple):
    """The history and its rows in the input."""

    history: History
    series: UnitSeries


def add_history(algorithm, text):
    """Add the input with its units, years and response."""
    algorithm.add(
        QgsProcessingParameterFeatureSource(
            INPUT, tr("History of units"), [Qgis.ProcessingSourceType.Vector]
        ),
        text,
    )
    for name, label, default, optional, text in (
        (
            UNIT_FIELD,
            tr("Name or code of the units"),
            UNIT,
            True,
            tr("Field with the key of every unit; empty, or no field 'unit', for one region."),
        ),
        (YEAR_FIELD, tr("Year"), "year", False, tr("Field with the year of every row.")),
        (
            RESPONSE,
            tr("Carbon emission (CE)"),
            "ce_t",
            False,
            tr("Field with the emission that is modelled [t], above 0."),
        ),
    ):
        algorithm.add(unit_field(name, label, default, optional), text)


def add_amounts(algorithm):
    """Add the fields that the drivers of the STIRPAT model are made of."""
    for name, label, default, text in (
        ("POP", tr("Population"), "pop", tr("Makes the driver P, and W and UR with others.")),
        ("GDP", tr("GDP"), "gdp", tr("W = GDP / population; also in IS, TI and CEI. Constant prices.")),
        (
            "SECONDARY",
            tr("Value added of secondary industry"),
            "secondary",
            tr("IS = secondary industry / GDP [%]. In the currency of the GDP."),
        ),
        ("ENERGY", tr("Energy consumption"), "energy", tr("TI = GDP / energy.")),
        ("URBAN_POP", tr("Urban population"), "urban_pop", tr("UR = urban / whole population [%].")),
        (
            "CE",
            tr("Emission of the intensity CEI"),
            "ce_t",
            tr(
                "CEI = CE / GDP. If this is the emission that is modelled, the model is the identity CE = P "
                "W CEI, as in Huo et al. 2025; empty: no CEI."
            ),
        ),
    ):
        algorithm.add(unit_field(name, label, default, optional=True), text)


def read_input(algorithm, source, parameters, context, record):
    """Read the rows of the input, and find its units and years.

    Raises
    ------
    InputDataError
        There is no such column.
    """
    layer, table = source.read_rows(record)
    unit = field_name(algorithm, UNIT_FIELD, parameters, context)
    if unit == UNIT and not table.has(UNIT):
        record.decision("{table} has no field 'unit'; it is taken as one region.", table=table.name)
        unit = ""
    unit = source.column(table, unit) if unit else None
    year = chosen_column(algorithm, source, table, YEAR_FIELD, parameters, context)
    return HistoryInput(source, layer, table, unit, year)


def field_name(algorithm, name, parameters, context):
    """The field that a parameter names; '' if it was left empty, which QGIS takes for the default."""
    if name in parameters and parameters[name] is None:
        return ""
    return algorithm.parameterAsString(parameters, name, context).strip()


def chosen_column(algorithm, source, table, name, parameters, context):
    """The column of a field that has to be chosen.

    Raises
    ------
    InputDataError
        None is, or there is no such column.
    """
    field = field_name(algorithm, name, parameters, context)
    if not field:
        label = algorithm.parameterDefinition(name).description()
        raise InputDataError("Choose the field '{label}'.", label=label)
    return source.column(table, field)


def amount_columns(algorithm, parameters, context):
    """The columns of the amounts that are chosen, by their keys."""
    chosen = {name: field_name(algorithm, name, parameters, context) for name in STIRPAT_AMOUNTS}
    return {name: field for name, field in chosen.items() if field}


def read_history(found, variables, columns):
    """The history of some variables.

    Parameters
    ----------
    found : HistoryInput
    variables : sequence of Variable
    columns : dict of str to str
        Field of every amount that may be needed, by key; those that are not needed need not exist.

    Raises
    ------
    InputDataError
        There is no such column, a key, year or number cannot be read, a (unit, year) is there twice.
    """
    needed = [RESPONSE, *dict.fromkeys(key for variable in variables for key in variable.amounts)]
    columns = {key: found.source.column(found.table, columns[key]) for key in needed}
    series = long_series(found.table, found.unit, found.year, list(dict.fromkeys(columns.values())))
    return ReadHistory(history_of(series, variables, columns), series)
