"""Land use intensity: the comprehensive land use index of units by year, and how it changes."""

from qgis.core import (
    Qgis,
    QgsProcessingException,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
)

from ...core.zoning.land_use_intensity import land_use_intensity
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import columns_as_rows
from ..record import RunRecord
from ..sinks import Results
from ..styles.dates import year_span
from ..tables import table_parameter, table_source


class LandUseIntensity(LandCarbonAlgorithm):
    """Class areas and grades to an index of land use intensity."""

    NAME = "landuseintensity"
    GROUP = Group.ZONING

    CLASS_AREAS, GRADE_TABLE, OUTPUT = "CLASS_AREAS", "GRADE_TABLE", "OUTPUT"

    def displayName(self):
        return tr("Land use intensity")

    def summary(self):
        return tr(
            "Comprehensive land use index (CLI) of every unit and year: the mean grade of its land, weighted "
            "by area, times 100; 100 is unused land, 400 all built up. And its change per year."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFeatureSource(
                self.CLASS_AREAS, tr("Class areas"), [Qgis.ProcessingSourceType.Vector]
            ),
            tr(
                "Table with the columns unit, year, class and area_ha: the class areas of Land-use carbon "
                "budget. The year may be left out for one date."
            ),
        )
        self.add(
            table_parameter(self.GRADE_TABLE, tr("Grades of the classes")),
            tr(
                "Your own: a row per class with the columns class and grade; an empty grade leaves a class "
                "out. Empty: unused 1; forest, shrubland, grassland and water 2; cropland 3; construction 4 "
                "(Zhuang and Liu 1997)."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Land use intensity")),
            tr(
                "Table with a row per unit and year: cli, and cli_change, its change per year [%] since the "
                "year before."
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.areas = table_source(self, parameters, self.CLASS_AREAS, context)
        if self.areas is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.CLASS_AREAS))
        self.grades = table_source(self, parameters, self.GRADE_TABLE, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        areas = self.areas.read(record)
        grades = None if self.grades is None else self.grades.read(record)

        # Intensity
        found = land_use_intensity(areas, grades)
        record.note(*found.notes)

        # Results
        with results:
            columns = {name: getattr(found, name) for name in ("unit", "year", "cli", "cli_change")}
            span = year_span([year for year in found.year if year is not None])
            title = tr("Land use intensity {years}").format(years=span)
            results.table(self.OUTPUT, *columns_as_rows(columns, year=int), title)
        return results.values
