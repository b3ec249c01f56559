"""Local Moran's I (LISA): clusters of high and low values, and units that stand out."""

from qgis.core import QgsProcessingParameterBoolean, QgsProcessingParameterFeatureSink

from ...core.pattern.local_moran import local_morans
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.pattern import lisa_quadrants
from .spatial_units import (
    OUTPUT,
    add_field,
    add_neighbourhood,
    add_permutations,
    add_units,
    chosen_fields,
    neighbourhood_of,
    permutations_of,
    read_spatial_units,
)


class LocalMoran(LandCarbonAlgorithm):
    """Local indicators of spatial association."""

    NAME = "localmoran"
    GROUP = Group.PATTERN
    REQUIRES = ("scipy",)

    FIELD, FDR, OUTPUT = "FIELD", "FDR", OUTPUT

    def displayName(self):
        return tr("Local Moran's I (LISA)")

    def summary(self):
        return tr(
            "Which units lie among similar ones (high among high, low among low), and which stand out (high "
            "among low, low among high): local Moran's I with p of permutations."
        )

    def initAlgorithm(self, config=None):
        add_units(self, tr("Polygons or points with the number whose clusters are looked for."))
        add_field(self, self.FIELD)
        add_neighbourhood(self)
        add_permutations(self, least=99)
        self.add(
            QgsProcessingParameterBoolean(self.FDR, tr("Control the false discovery rate"), False),
            tr(
                "A quadrant has to pass the procedure of Benjamini and Hochberg over all units at 5 %. Take "
                "more permutations than there are units."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Local Moran's I")),
            tr(
                "The units with lisa_i, its p of permutations lisa_p, and the quadrant: HH, LL, HL, LH, or "
                "ns where it is not significant."
            ),
        )

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        (name,) = chosen_fields(self, self.FIELD, parameters, context)
        units = read_spatial_units(self, (name,), parameters, context, record)

        # Local Moran's I
        found = local_morans(
            units.table.numbers(name),
            units.year,
            units.places(record),
            neighbourhood_of(self, parameters, context),
            *permutations_of(self, parameters, context),
            self.parameterAsBoolean(parameters, self.FDR, context),
            progress_of(feedback),
        )
        record.note(*found.notes)

        # Results
        columns = {
            "lisa_i": (float, found.i.tolist()),
            "lisa_p": (float, found.p.tolist()),
            "quadrant": (str, found.quadrant),
        }
        with results:
            units.write(
                results, columns, tr("Local Moran's I of {field}").format(field=name), lisa_quadrants()
            )
        return results.values
