"""Fill series: the gaps of yearly series of units, every filled value flagged."""

import numpy as np
from qgis.core import (
    Qgis,
    QgsFields,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...core.accounting.unit_panel import table_mass
from ...core.errors import InputDataError
from ...core.notes import listing
from ...core.sequences import zip_equal
from ...core.tables import unique_rows
from ...core.trend.arima import parse_order
from ...core.trend.gaps import ADDED, FILLS, fill_series
from ...core.units import MASS_C
from ...core.years import FIRST_YEAR, LAST_YEAR
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import KeptFields, fields_of
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.classes import by_year
from ..styles.dates import year_span
from ..tables import required_source, unit_field

FILLED = "filled"
PACKAGES = {"linear": (), "cubic spline": ("scipy",), "ARIMA": ("statsmodels",)}


class FillSeries(LandCarbonAlgorithm):
    """Yearly series of units without gaps."""

    NAME = "fillseries"
    GROUP = Group.TREND

    INPUT, UNIT_FIELD, YEAR_FIELD, FIELDS = "INPUT", "UNIT_FIELD", "YEAR_FIELD", "FIELDS"
    FILL, TO_YEAR, ORDER, OUTPUT = "FILL", "TO_YEAR", "ORDER", "OUTPUT"

    def displayName(self):
        return tr("Fill series")

    def summary(self):
        return tr(
            "Fills missing years and values in the series of units: linear or cubic spline between known "
            "values, ARIMA also after the last one. Every filled value is flagged."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFeatureSource(
                self.INPUT, tr("Units by year"), [Qgis.ProcessingSourceType.Vector]
            ),
            tr("Layer or table with a row per unit and year, such as the result of Unit panel."),
        )
        self.add(
            unit_field(self.UNIT_FIELD, tr("Name or code of the units"), "unit"),
            tr("Field with the key of every unit."),
        )
        self.add(
            unit_field(self.YEAR_FIELD, tr("Year"), "year"),
            tr("Field with the year of every row; years without a row are gaps, too."),
        )
        self.add(
            unit_field(self.FIELDS, tr("Fields"), None, several=True),
            tr("Numbers whose gaps are filled, each on its own."),
        )
        self.add(
            QgsProcessingParameterEnum(
                self.FILL, tr("Method"), [tr("Linear"), tr("Cubic spline"), tr("ARIMA")], defaultValue=0
            ),
            tr(
                "Linear and cubic spline fill between the first and the last value of a series, never "
                "beyond. ARIMA fills there and after the last value; it needs 15 values, about a second for "
                "each series and the Python package statsmodels. The spline needs scipy."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.TO_YEAR,
                tr("Fill to the year (ARIMA)"),
                Qgis.ProcessingNumberParameterType.Integer,
                optional=True,
                minValue=FIRST_YEAR,
                maxValue=LAST_YEAR,
            ),
            tr("For ARIMA only: the last year of every series. Empty: the last year of the input."),
        )
        self.add(
            QgsProcessingParameterString(self.ORDER, tr("Order of the ARIMA models"), optional=True),
            tr(
                "For ARIMA only: p,d,q, such as 1,1,0, for all series. Empty: searched for every series, d "
                "by the KPSS test, p and q by AICc."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Filled series")),
            tr(
                "Table with a row per unit and year: the other fields of the input, unit, year, the filled "
                "fields, and 'filled', which names the fields that were filled in the row, and the method."
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.source = required_source(self, parameters, self.INPUT, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        fill = FILLS[self.parameterAsEnum(parameters, self.FILL, context)]
        check_packages(self.parameterDefinition(self.FILL).options()[FILLS.index(fill)], PACKAGES[fill])
        order = self.parameterAsString(parameters, self.ORDER, context).strip()
        to_year = parameters.get(self.TO_YEAR)
        layer, table = self.source.read_rows(record)
        unit_field, year_field, *fields = self.chosen(table, parameters, context)
        unit, year = table.keys(unit_field), table.years(year_field)
        unique_rows(table, unit, year)
        if table.has("mass"):
            table_mass(table, MASS_C)  # one quantity cannot be in two masses

        # Series
        series = fill_series(
            unit,
            year,
            {name: table.numbers(name) for name in fields},
            fill,
            None if to_year is None else self.parameterAsInt(parameters, self.TO_YEAR, context),
            parse_order(order) if order else None,
            progress_of(feedback),
        )
        record.note(*series.notes)

        # Results
        with results:
            self.write(results, layer, series, (unit_field, year_field, *fields))
        return results.values

    def chosen(self, table, parameters, context):
        """The table's names of the fields of units, years and quantities."""
        keys = []
        for name in (self.UNIT_FIELD, self.YEAR_FIELD):
            field = self.parameterAsString(parameters, name, context).strip()
            if not field:
                label = self.parameterDefinition(name).description()
                raise InputDataError("Choose the field '{label}'.", label=label)
            keys.append(self.source.column(table, field))
        names = self.parameterAsStrings(parameters, self.FIELDS, context)
        fields = list(dict.fromkeys(self.source.column(table, name) for name in names))
        if not fields:
            raise InputDataError("Choose at least one field to fill.")
        for field in fields:
            if field in keys:
                raise InputDataError("'{field}' is the unit or the year, it cannot be filled.", field=field)
            if field.lower() in ("unit", "year", FILLED):
                raise InputDataError(
                    "The result has a field '{field}' of its own; rename that of the input.", field=field
                )
        return *keys, *fields

    def write(self, results, layer, series, chosen):
        """Write OUTPUT: an added row takes over the texts that are the same in all rows of its unit."""
        chosen = {name.lower() for name in chosen}
        others = [i for i, name in enumerate(layer.fields.names()) if name.lower() not in chosen]
        fields = QgsFields()
        for index in others:
            fields.append(layer.fields[index])
        ours = fields_of(
            ("unit", str), ("year", int), *((name, float) for name in series.columns), (FILLED, str)
        )
        kept = KeptFields(fields, ours, results.record)
        texts = same_texts(layer, others, series)
        columns = series.unit, series.year, *series.columns.values(), series.filled
        rows = []
        for row, *values in zip_equal(series.row, *columns):
            attributes = texts[values[0]] if row == ADDED else [layer.attributes[row][i] for i in others]
            rows.append(kept.row(attributes, values))
        added = int(np.count_nonzero(series.row == ADDED))
        if added and others:
            results.record.decision(
                "{count} rows were added; beside the filled fields they have the texts that are the same in "
                "all rows of their unit, of: {fields}.",
                count=added,
                fields=listing(fields.names(), 30),
            )
        span = year_span(series.year.tolist())
        title = tr("Filled series {years}").format(years=span).strip()
        results.table(self.OUTPUT, kept.fields, rows, title, by_year)


def same_texts(layer, places, series):
    """{unit: values of some fields}: the text that all rows of the unit have, else None.

    A number is never taken over: the same in all rows, it may still be a quantity with a gap.
    """
    same = {}
    for unit, row in zip_equal(series.unit, series.row):
        if row == ADDED:
            continue
        values = [layer.attributes[row][i] for i in places]
        if unit not in same:
            same[unit] = [value if isinstance(value, str) else None for value in values]
        else:
            same[unit] = [text if text == value else None for text, value in zip_equal(same[unit], values)]
    return same
