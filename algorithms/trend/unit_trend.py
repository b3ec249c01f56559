"""Unit trends: Theil-Sen slope, Mann-Kendall test and class of every unit, in long or wide tables."""

from typing import NamedTuple

from qgis.core import (
    Qgis,
    QgsFields,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
)

from ...core.errors import InputDataError
from ...core.sequences import zip_equal
from ...core.trend.classes import THRESHOLD
from ...core.trend.serial_correlation import TESTS
from ...core.trend.unit_trend import (
    UnitSeries,
    class_counts,
    long_series,
    trend_table,
    unit_trends,
    whole,
    wide_series,
)
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import KeptFields, Layer, columns_as_rows, fields_of, first_shape, same_in_units
from ..pages import add_report
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.dates import year_span
from ..styles.loading import choice
from ..styles.trend import trend_classes, trend_slope
from ..tables import required_source, unit_field
from .unit_trend_report import PACKAGES, report, signs_text

YEAR = "year"  # the default of YEAR_FIELD; an input without it has the years in its fields' names

TREND_TYPES = {
    **dict.fromkeys(("slope", "intercept", "s", "var", "z", "p", "tau"), float),
    **{"trend": str, "class": int, "class_fdr": int},
}
COUNT_TYPES = {"class": int, "units_fdr": int, "sign": int}


class SourceSeries(NamedTuple):
    """The input with its series."""

    layer: Layer
    series: UnitSeries
    unit_field: str
    changing: tuple  # names of the fields that belong to a year: the year itself and what is tested


class UnitTrend(LandCarbonAlgorithm):
    """Trends of units over years."""

    NAME = "unittrend"
    GROUP = Group.TREND

    INPUT, UNIT_FIELD, YEAR_FIELD, FIELDS = "INPUT", "UNIT_FIELD", "YEAR_FIELD", "FIELDS"
    TEST, THRESHOLD, MIN_VALID, FDR = "TEST", "THRESHOLD", "MIN_VALID", "FDR"
    OUTPUT, TRENDS, COUNTS, REPORT = "OUTPUT", "TRENDS", "COUNTS", "REPORT"

    def displayName(self):
        return tr("Trends of units")

    def summary(self):
        return tr(
            "Theil-Sen slope and Mann-Kendall test of every unit over the years: where emission, "
            "sequestration or an index rises or falls, and how sure that is."
        )

    def initAlgorithm(self, config=None):
        self.add_input()
        self.add_test()
        self.add_outputs()

    def add_input(self):
        """Add the input and its fields."""
        self.add(
            QgsProcessingParameterFeatureSource(
                self.INPUT, tr("Units by year"), [Qgis.ProcessingSourceType.Vector]
            ),
            tr(
                "Polygons or a table: either a row per unit and year, such as the result of Unit panel or "
                "Carbon indices, or a row per unit and a field per year."
            ),
        )
        self.add(
            unit_field(self.UNIT_FIELD, tr("Name or code of the units"), "unit"),
            tr("Field with the key of every unit."),
        )
        self.add(
            unit_field(self.YEAR_FIELD, tr("Year"), YEAR, optional=True),
            tr(
                "Field with the year of every row. Empty, or no field 'year': the years are in the names of "
                "the fields."
            ),
        )
        self.add(
            unit_field(self.FIELDS, tr("Fields"), None, several=True),
            tr(
                "Numbers to look for trends in. With a year in each name, such as ce_2000, ce_2005, fields "
                "that differ in the year only are one series."
            ),
        )

    def add_test(self):
        """Add how to test and class."""
        number = Qgis.ProcessingNumberParameterType
        tests = [
            tr("Mann-Kendall"),
            tr("Hamed and Rao 1998"),
            tr("Yue and Wang 2004"),
            tr("Pre-whitening"),
            tr("Trend-free pre-whitening"),
        ]
        self.add(
            QgsProcessingParameterEnum(self.TEST, tr("Test"), tests, defaultValue=0),
            tr(
                "The others allow for values that depend on the year before. They need the Python package "
                "pymannkendall and series without gaps, at even steps. The slope is the same in all."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.THRESHOLD, tr("Threshold of |Z|"), number.Double, THRESHOLD, minValue=0.0
            ),
            tr("A trend with |Z| above it is marked; 1.96 is the two-sided 5 % level, 1.66 that of 9.7 %."),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.MIN_VALID, tr("Fewest valid values"), number.Integer, optional=True, minValue=4
            ),
            tr(
                "A unit with fewer gets no trend. Empty: 8, or 3/4 of the years if that is less, but at "
                "least 4."
            ),
        )
        self.add(
            QgsProcessingParameterBoolean(self.FDR, tr("Control the false discovery rate"), False),
            tr(
                "Adds classes in which a trend is marked if it passes the procedure of Benjamini and "
                "Hochberg over all units of a field, at the level of the threshold."
            ),
        )

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Trends of units")),
            tr(
                "One feature per unit: slope per year, Z, p and class (-2 marked decrease to 2 marked "
                "increase) of every field."
            ),
        )
        for name, label, text in (
            (
                self.TRENDS,
                tr("All trends"),
                tr(
                    "Table with a row per field and unit: n, slope, intercept, S, its variance, Z, p, "
                    "Kendall's tau-b, trend and class."
                ),
            ),
            (
                self.COUNTS,
                tr("Counts"),
                tr("Table with the number of units in each class, and of those that rise or fall."),
            ),
        ):
            self.add(
                QgsProcessingParameterFeatureSink(name, label, optional=True, createByDefault=False), text
            )
        add_report(
            self,
            self.REPORT,
            tr("Report"),
            tr(
                "Counts, and the mean of the units over the years with a polynomial and its 95 % bands. "
                "Needs the Python packages jinja2, matplotlib and scipy."
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
        test = TESTS[self.parameterAsEnum(parameters, self.TEST, context)]
        if test != TESTS[0]:
            check_packages(tr("The modified test"), ("pymannkendall",))
        if results.wants(self.REPORT):
            check_packages(tr("The report"), PACKAGES)
        source = self.read(parameters, context, record)

        # Trends
        found = unit_trends(
            source.series,
            test=test,
            threshold=self.parameterAsDouble(parameters, self.THRESHOLD, context),
            min_valid=self.min_valid(parameters, context),
            fdr=self.parameterAsBoolean(parameters, self.FDR, context),
            progress=progress_of(feedback),
        )
        record.note(*found.notes)
        page = None
        span = year_span([int(year) for field in found.fields for year in field.times[[0, -1]]])
        if results.wants(self.REPORT):
            title = tr("Trends of units {years}").format(years=span)
            page = report(found, title, self.method(parameters, context), record.notes)

        # Results
        with results:
            self.write_units(results, source, found, span)
            self.write_tables(results, found, span)
            if page is not None:
                results.page(self.REPORT, page)
        return results.values

    def min_valid(self, parameters, context):
        """The user's minimum of values, None if there is none."""
        if parameters.get(self.MIN_VALID) is None:
            return None
        return self.parameterAsInt(parameters, self.MIN_VALID, context)

    def read(self, parameters, context, record):
        """The input and its series: by a field of years, or by the years in the fields' names."""
        layer, table = self.source.read_rows(record)
        unit = self.source.column(table, self.chosen(self.UNIT_FIELD, parameters, context))
        names = self.parameterAsStrings(parameters, self.FIELDS, context)
        fields = list(dict.fromkeys(self.source.column(table, name) for name in names))
        if not fields:
            raise InputDataError("Choose at least one field to look for trends in.")
        year = self.parameterAsString(parameters, self.YEAR_FIELD, context).strip()
        if year == YEAR and not table.has(YEAR):
            record.decision(
                "{table} has no field 'year'; the years are taken from the names of the fields.",
                table=table.name,
            )
            year = ""
        if not year:
            return SourceSeries(layer, wide_series(table, unit, fields), unit, ())
        year = self.source.column(table, year)
        return SourceSeries(layer, long_series(table, unit, year, fields), unit, (year, *fields))

    def chosen(self, name, parameters, context):
        """A field that has to be chosen."""
        field = self.parameterAsString(parameters, name, context).strip()
        if not field:
            label = self.parameterDefinition(name).description()
            raise InputDataError("Choose the field '{label}'.", label=label)
        return field

    def write_units(self, results, source, found, span):
        """Write OUTPUT: what does not change with the year is kept, with the first shape of the unit."""
        layer, rows_of = source.layer, source.series.rows
        columns = {"unit": (str, found.units)}
        for field in found.fields:
            columns |= {
                f"{field.field}_slope": (float, field.trend.slope),
                f"{field.field}_z": (float, field.trend.z),
                f"{field.field}_p": (float, field.trend.p),
                f"{field.field}_class": (int, whole(field.classes)),
            }
            if field.classes_fdr is not None:
                columns[f"{field.field}_class_fdr"] = (int, whole(field.classes_fdr))
        same = same_in_units(layer, rows_of, source.changing, results.record)
        fields = QgsFields()
        for index in same:
            fields.append(layer.fields[index])
        added = fields_of(*((name, kind) for name, (kind, _) in columns.items()))
        kept = KeptFields(fields, added, results.record, restated=(source.unit_field,))
        values = zip_equal(*(values for _, values in columns.values()))
        rows = (
            (first_shape(layer, own), kept.row([layer.attributes[own[0]][index] for index in same], row))
            for own, row in zip_equal(rows_of, values)
        )
        style = choice(styles(found))
        title = tr("Trends of units {years}").format(years=span)
        results.layer(self.OUTPUT, kept.fields, rows, layer.wkb_type, layer.crs, title, style)

    def write_tables(self, results, found, span):
        """Write TRENDS and COUNTS, and say in the log how many units rise and fall."""
        counts = class_counts(found)
        for field in found.fields:
            results.feedback.pushInfo(f"{field.field}: {signs_text(field, counts)}")
        for name, columns, types, title in (
            (self.TRENDS, trend_table(found), TREND_TYPES, tr("All trends {years}")),
            (self.COUNTS, counts, COUNT_TYPES, tr("Units by trend {years}")),
        ):
            results.table(name, *columns_as_rows(columns, **types), title.format(years=span))

    def method(self, parameters, context):
        """A sentence on what was computed, for the report."""
        definition = self.parameterDefinition(self.TEST)
        return tr(
            "Theil-Sen slope with the real years; test: {test}; a trend with |Z| above {threshold:g} is "
            "marked."
        ).format(
            test=definition.options()[self.parameterAsEnum(parameters, self.TEST, context)],
            threshold=self.parameterAsDouble(parameters, self.THRESHOLD, context),
        )


def styles(found):
    """Classes and slopes of every field, the classes of the first one on top."""
    named = {}
    for field in found.fields:
        name = field.field
        named[tr("{field}: class").format(field=name)] = trend_classes(f"{name}_class", name)
    for field in found.fields:
        name = field.field
        named[tr("{field}: slope per year").format(field=name)] = trend_slope(f"{name}_slope", name)
        if field.classes_fdr is not None:
            label = tr("{field}: class by false discovery rate").format(field=name)
            named[label] = trend_classes(f"{name}_class_fdr", tr("{field} (FDR)").format(field=name))
    return named
