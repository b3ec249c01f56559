"""Hot spots: Getis and Ord's Gi* of every unit."""

from qgis.core import QgsProcessingParameterBoolean, QgsProcessingParameterFeatureSink

from ...core.pattern.hot_spot import hot_spots
from ...core.trend.unit_trend import whole
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.pattern import hot_spot_bins
from .spatial_units import (
    OUTPUT,
    add_field,
    add_neighbourhood,
    add_units,
    chosen_fields,
    neighbourhood_of,
    read_spatial_units,
)


class HotSpot(LandCarbonAlgorithm):
    """Hot and cold spots of a field."""

    NAME = "hotspot"
    GROUP = Group.PATTERN
    REQUIRES = ("scipy",)

    FIELD, FDR, OUTPUT = "FIELD", "FDR", OUTPUT

    def displayName(self):
        return tr("Hot spots")

    def summary(self):
        return tr(
            "Where high or low values gather: Getis and Ord's Gi* of every unit, as hot and cold spots at "
            "90, 95 and 99 %."
        )

    def initAlgorithm(self, config=None):
        add_units(self, tr("Polygons or points with the number whose hot spots are looked for."))
        add_field(self, self.FIELD)
        add_neighbourhood(self, standardising_matters=False)
        self.add(
            QgsProcessingParameterBoolean(self.FDR, tr("Control the false discovery rate"), False),
            tr("Each level has to be passed by the procedure of Benjamini and Hochberg over all units."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Hot spots")),
            tr(
                "The units with gi_z, its two-sided p gi_p, gi_bin (-3 cold at 99 % to 3 hot at 99 %, 0 not "
                "significant) and the number of neighbours."
            ),
        )

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        (name,) = chosen_fields(self, self.FIELD, parameters, context)
        units = read_spatial_units(self, (name,), parameters, context, record)

        # Hot spots
        found = hot_spots(
            units.table.numbers(name),
            units.year,
            units.places(record),
            neighbourhood_of(self, parameters, context),
            self.parameterAsBoolean(parameters, self.FDR, context),
            progress_of(feedback),
        )
        record.note(*found.notes)

        # Results
        columns = {
            "gi_z": (float, found.z.tolist()),
            "gi_p": (float, found.p.tolist()),
            "gi_bin": (int, whole(found.bins)),
            "neighbours": (int, whole(found.neighbours)),
        }
        with results:
            units.write(results, columns, tr("Hot spots of {field}").format(field=name), hot_spot_bins())
        return results.values
