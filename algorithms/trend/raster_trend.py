"""Raster trend: Theil-Sen slope and Mann-Kendall test of every cell of a series."""

from qgis.core import (
    Qgis,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from ...core.errors import InputDataError
from ...core.raster.grid import cell_areas
from ...core.raster.source import ALIGNMENTS
from ...core.trend.classes import CLASSES, THRESHOLD
from ...core.trend.raster_trend import write_raster_trends
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import fields_of
from ..rasters import open_values, progress_of, raster_inputs
from ..record import RunRecord
from ..sinks import Results
from ..styles.cells import class_raster
from ..styles.dates import year_span
from ..styles.trend import P_BREAKS, P_VALUE, SLOPE, TAU_BREAKS, Z_BREAKS, slope_raster, trend_raster
from ..units_on_rasters import add_value_alignment


class RasterTrend(LandCarbonAlgorithm):
    """A series of rasters to slope, significance and class of trend of every cell."""

    NAME = "rastertrend"
    GROUP = Group.TREND

    SERIES, YEARS, MIN_VALID, THRESHOLD = "SERIES", "YEARS", "MIN_VALID", "THRESHOLD"
    FDR, ALIGNMENT = "FDR", "ALIGNMENT"
    SLOPE, Z, P, TAU, INTERCEPT = "SLOPE", "Z", "P", "TAU", "INTERCEPT"
    CLASS, CLASS_FDR, CLASS_SUMMARY = "CLASS", "CLASS_FDR", "CLASS_SUMMARY"

    def displayName(self):
        return tr("Raster trend")

    def summary(self):
        return tr(
            "Theil-Sen slope and Mann-Kendall test of every cell of a series of rasters, on its valid values "
            "at their real dates, and five classes from marked decrease to marked increase."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterMultipleLayers(self.SERIES, tr("Series"), Qgis.ProcessingSourceType.Raster),
            tr("A raster per year, or one raster with a band per year. Scale and offset of the bands apply."),
        )
        self.add(
            QgsProcessingParameterString(self.YEARS, tr("Years"), optional=True),
            tr(
                "One per raster or band, in their order: '2000,2005,2010,2020' or '2000-2020'. Empty: the "
                "year in the name of each layer or band, such as NPP_2020."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.THRESHOLD,
                tr("Threshold of |Z|"),
                Qgis.ProcessingNumberParameterType.Double,
                THRESHOLD,
                minValue=0.0,
            ),
            tr("A trend is marked above it; 1.96 is the 5 % level, two-sided."),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.MIN_VALID,
                tr("Fewest valid values"),
                Qgis.ProcessingNumberParameterType.Integer,
                None,
                optional=True,
                minValue=4,
            ),
            tr(
                "Cells with fewer have no trend. Empty: 8, or three quarters of the series if that is less, "
                "but at least 4."
            ),
        )
        self.add(
            QgsProcessingParameterBoolean(self.FDR, tr("Control the false discovery rate"), False),
            tr(
                "A second class, the last raster output, in which trends are marked after Benjamini and "
                "Hochberg over all cells, at the two-sided level of the threshold."
            ),
        )
        add_value_alignment(self)
        for name, label, default, text in self.rasters():
            self.add(
                QgsProcessingParameterRasterDestination(name, label, optional=True, createByDefault=default),
                text,
            )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.CLASS_SUMMARY, tr("Class summary"), optional=True, createByDefault=False
            ),
            tr("Table with the cells and the true area [ha] of every class."),
        )

    def rasters(self):
        """Name, label, whether it is made by default, and help of every raster output."""
        return (
            (self.SLOPE, tr("Slope"), True, tr("Median change per year, in the unit of the series.")),
            (
                self.CLASS,
                tr("Trend class"),
                True,
                tr(
                    "-2 marked decrease, -1 moderate decrease, 0 unchanged, 1 moderate and 2 marked increase."
                ),
            ),
            (self.Z, tr("Z"), False, tr("Mann-Kendall Z with continuity correction.")),
            (self.P, tr("p"), False, tr("Two-sided p of the Mann-Kendall test.")),
            (self.TAU, tr("Tau"), False, tr("Kendall's tau-b.")),
            (self.INTERCEPT, tr("Intercept"), False, tr("Value of the trend line at year 0.")),
            (
                self.CLASS_FDR,
                tr("Trend class, false discovery rate"),
                False,
                tr("The class with trends marked by false discovery rate over all cells."),
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.inputs = raster_inputs(self, parameters, self.SERIES, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        self.check_outputs(parameters, context, results)
        threshold = self.parameterAsDouble(parameters, self.THRESHOLD, context)
        min_valid = parameters.get(self.MIN_VALID)
        if min_valid is not None:
            min_valid = self.parameterAsInt(parameters, self.MIN_VALID, context)
        series = open_values(
            self.inputs,
            self.parameterAsString(parameters, self.YEARS, context),
            ALIGNMENTS[self.parameterAsEnum(parameters, self.ALIGNMENT, context)],
            record,
        )
        areas = cell_areas(series[0][1].grid) if results.wants(self.CLASS_SUMMARY) else None

        def write(paths):
            targets = {name.lower(): path for name, path in paths.items()}
            progress = progress_of(feedback)
            return write_raster_trends(targets, series, areas, min_valid, threshold, progress=progress)

        # Trends and results
        with results:
            found = results.rasters(self.titles(series), write) or write({})  # the summary alone
            record.note(*found.notes)
            if areas is not None:
                results.table(
                    self.CLASS_SUMMARY,
                    fields_of(("class", int), ("name", str), ("cells", float), ("area_ha", float)),
                    summary_rows(found.classes),
                    tr("Trend classes {years}").format(years=span_of(series)),
                )
        return results.values

    def check_outputs(self, parameters, context, results):
        """Refuse a run without an output, or a false discovery rate without a place for its classes."""
        if self.parameterAsBool(parameters, self.FDR, context) and not results.wants(self.CLASS_FDR):
            raise InputDataError(
                "The false discovery rate is asked for, but not where its classes go; choose a file for the "
                "output CLASS_FDR."
            )
        if not any(results.wants(output.name()) for output in self.destinationParameterDefinitions()):
            raise InputDataError("No output is asked for; choose at least one, such as CLASS.")

    def titles(self, series):
        """Layer title and style of every raster output."""
        span = span_of(series)
        styles = {
            self.SLOPE: (tr("Trend slope {years}"), slope_raster()),
            self.CLASS: (tr("Trend class {years}"), trend_raster()),
            self.Z: (tr("Mann-Kendall Z {years}"), class_raster(Z_BREAKS, SLOPE, "Z")),
            self.P: (tr("Mann-Kendall p {years}"), class_raster(P_BREAKS, P_VALUE, "p")),
            self.TAU: (tr("Kendall's tau {years}"), class_raster(TAU_BREAKS, SLOPE, "tau")),
            self.INTERCEPT: (tr("Trend intercept {years}"), None),
            self.CLASS_FDR: (tr("Trend class, false discovery rate {years}"), trend_raster()),
        }
        return {name: (title.format(years=span), style) for name, (title, style) in styles.items()}


def span_of(series):
    """'2000-2020': the years of a series."""
    return year_span([year for year, _ in series])


def summary_rows(classes):
    """Rows of CLASS_SUMMARY: class, name, cells and area; cells without a trend last."""
    for code, name in (*CLASSES.items(), (None, "No trend")):
        yield code, name, classes.cells[code], classes.area_ha[code]
