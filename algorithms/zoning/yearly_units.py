"""What indices and zones have in common: units, perhaps by year, with emission and sequestration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from qgis.core import (
    Qgis,
    QgsProcessingParameterFeatureSource,
)

from ...core.errors import InputDataError
from ...core.sequences import zip_equal
from ...core.tables import Table, unique_rows
from ..base import tr
from ..layers import KeptFields, Layer, fields_of
from ..styles.dates import year_span
from ..tables import INPUT, TableSource, required_source, unit_field

UNIT_FIELD, YEAR_FIELD, CE_FIELD, CS_FIELD = "UNIT_FIELD", "YEAR_FIELD", "CE_FIELD", "CS_FIELD"
YEAR = "year"  # the default of YEAR_FIELD; an input without it has one date


@dataclass(frozen=True)
class YearlyUnits:
    """The rows of the input, each a unit (in a year).

    Attributes
    ----------
    source : TableSource
    layer : Layer
        Fields, attributes and shapes.
    table : Table
        The same rows.
    unit : list of str
    year : int array or None
        None: one date.
    names : dict
        Parameter -> name of the column that was chosen.
    """

    source: TableSource
    layer: Layer
    table: Table
    unit: list
    year: np.ndarray | None
    names: dict

    @property
    def span(self):
        """'2019', '2000-2020' or ''."""
        return year_span(None if self.year is None else self.year.tolist())

    def numbers(self, field):
        """A chosen field as numbers; NaN = missing."""
        return self.table.numbers(self.source.column(self.table, field))

    def output(self, columns, record, restated=()):
        """Fields and rows of an output: the input's fields, `unit`, `year`, then ours.

        Parameters
        ----------
        columns : dict of str to (type, sequence)
            Ours, one value per row.
        record : RunRecord
        restated : tuple of str
            Columns of the input that ours of the same name repeat.

        Returns
        -------
        QgsFields
        generator of (QgsGeometry, list)
        """
        keys = {"unit": (str, self.unit)}
        if self.year is not None:
            keys["year"] = (int, self.year.tolist())
        columns = keys | columns
        chosen = self.names[UNIT_FIELD], self.names[YEAR_FIELD] or "", *restated
        ours = fields_of(*((name, kind) for name, (kind, _) in columns.items()))
        kept = KeptFields(self.layer.fields, ours, record, restated=chosen)
        values = zip_equal(*(values for _, values in columns.values()))
        rows = zip_equal(self.layer.geometries, self.layer.attributes, values)
        return kept.fields, ((shape, kept.row(attributes, row)) for shape, attributes, row in rows)


def add_units(algorithm, label, text):
    """Add the input and the fields with unit, year, emission and sequestration."""
    algorithm.add(QgsProcessingParameterFeatureSource(INPUT, label, [Qgis.ProcessingSourceType.Vector]), text)
    for name, label, default, optional, text in (
        (
            UNIT_FIELD,
            tr("Name or code of the units"),
            "unit",
            False,
            tr("Field with the key of every unit, one row per unit and year."),
        ),
        (
            YEAR_FIELD,
            tr("Year"),
            YEAR,
            True,
            tr("Field with the year of every row; empty, or no field 'year', for one date."),
        ),
        (
            CE_FIELD,
            tr("Carbon emission (CE)"),
            "ce_t",
            False,
            tr("Field with the emission [t], 0 or more."),
        ),
        (
            CS_FIELD,
            tr("Carbon sequestration (CS)"),
            "cs_t",
            False,
            tr("Field with the sequestration [t], a positive amount in the same mass as the emission."),
        ),
    ):
        algorithm.add(unit_field(name, label, default, optional), text)


def units_source(algorithm, parameters, context):
    """The source of the input. Call it in `prepareAlgorithm`.

    Raises
    ------
    QgsProcessingException
        The input cannot be loaded.
    """
    return required_source(algorithm, parameters, INPUT, context)


def read_units_by_year(algorithm, source, parameters, context, record):
    """Read the input.

    Parameters
    ----------
    algorithm : LandCarbonAlgorithm
    source : TableSource
    parameters : dict
    context : QgsProcessingContext
    record : RunRecord

    Returns
    -------
    YearlyUnits

    Raises
    ------
    InputDataError
        A column is missing, a key or a year cannot be read, a (unit, year) is there twice.
    """
    layer, table = source.read_rows(record)
    chosen = {
        name: algorithm.parameterAsString(parameters, name, context).strip()
        for name in (UNIT_FIELD, YEAR_FIELD, CE_FIELD, CS_FIELD)
    }
    if chosen[YEAR_FIELD] == YEAR and not table.has(YEAR):
        record.decision("{table} has no field 'year'; it is taken as one date.", table=table.name)
        chosen[YEAR_FIELD] = ""
    for name, field in chosen.items():
        if field:
            chosen[name] = source.column(table, field)
        elif name != YEAR_FIELD:
            label = algorithm.parameterDefinition(name).description()
            raise InputDataError("Choose the field '{label}'.", label=label)
    unit = table.keys(chosen[UNIT_FIELD])
    year = table.years(chosen[YEAR_FIELD]) if chosen[YEAR_FIELD] else None
    unique_rows(table, unit, year)
    return YearlyUnits(source, layer, table, unit, year, chosen)
