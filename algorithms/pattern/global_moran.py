"""Global Moran's I of fields: whether similar values lie near each other."""

from qgis.core import QgsProcessingParameterFeatureSink

from ...core.pattern.global_moran import global_morans
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import columns_as_rows
from ..pages import PACKAGES, add_report
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..tables import unit_field
from .global_moran_report import report
from .spatial_units import (
    add_neighbourhood,
    add_permutations,
    add_units,
    chosen_fields,
    neighbourhood_of,
    permutations_of,
    read_spatial_units,
)

TYPES = {
    "year": int,
    **dict.fromkeys(("i", "expected", "variance", "z", "p", "p_perm"), float),
}


class GlobalMoran(LandCarbonAlgorithm):
    """Spatial autocorrelation of fields."""

    NAME = "globalmoran"
    GROUP = Group.PATTERN
    REQUIRES = ("scipy",)

    FIELDS, OUTPUT, REPORT = "FIELDS", "OUTPUT", "REPORT"

    def displayName(self):
        return tr("Global Moran's I")

    def summary(self):
        return tr(
            "Whether similar values lie near each other in the whole layer: Moran's I with its expectation, "
            "variance, Z, and p of the normal distribution and of permutations."
        )

    def initAlgorithm(self, config=None):
        add_units(self, tr("Polygons or points with the numbers whose pattern is looked for."))
        self.add(
            unit_field(self.FIELDS, tr("Fields"), several=True),
            tr("Numbers such as emission and sequestration; features without a value are left out."),
        )
        add_neighbourhood(self)
        add_permutations(self, least=0)
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Global Moran's I")),
            tr(
                "Table with a row per field and year: units n, islands, Moran's i, its expectation and "
                "variance, z, two-sided p, and p_perm of the permutations."
            ),
        )
        add_report(
            self,
            self.REPORT,
            tr("Report"),
            tr(
                "The table with a Moran scatter plot of every field and year. Needs the Python packages "
                "jinja2 and matplotlib, too."
            ),
        )

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        wants_report = results.wants(self.REPORT)
        if wants_report:
            check_packages(tr("The report"), PACKAGES)
        names = chosen_fields(self, self.FIELDS, parameters, context)
        units = read_spatial_units(self, names, parameters, context, record)

        # Moran's I
        neighbourhood = neighbourhood_of(self, parameters, context)
        found = global_morans(
            {name: units.table.numbers(name) for name in names},
            units.year,
            units.places(record),
            neighbourhood,
            *permutations_of(self, parameters, context),
            scatter=wants_report,
            progress=progress_of(feedback),
        )
        record.note(*found.notes)
        title = tr("Global Moran's I {years}").format(years=units.span).strip()
        page = report(found, title, neighbourhood.standardised, record.notes) if wants_report else None

        # Results
        with results:
            results.table(self.OUTPUT, *columns_as_rows(found.table, **TYPES), title)
            if page is not None:
                results.page(self.REPORT, page)
        return results.values
