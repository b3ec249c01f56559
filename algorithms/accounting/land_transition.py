"""Land transition: from which class to which class land went between two dates, and its carbon effect."""

from qgis.core import (
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ...core.accounting.land_transition import (
    change_rows,
    land_transition,
    transition_rows,
    write_land_change,
)
from ...core.accounting.land_use_budget import UNMAPPED_POLICIES
from ...core.errors import InputDataError
from ...core.raster.grid import cell_areas
from ...core.raster.source import ALIGNMENTS
from ...core.raster.zones import OVERLAP_POLICIES, zone_edges
from ...core.units import MASSES
from ...core.years import years_of
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import fields_of, polygons_in, read_units
from ..rasters import crs_of, open_series, progress_of, raster_input
from ..record import RunRecord
from ..sinks import Results
from ..styles.accounting import land_change
from ..styles.dates import year_span
from ..units_on_rasters import add_advanced, add_mass, add_units, overlap_parameter
from .class_parameters import (
    add_classes_and_coefficients,
    add_unmapped,
    band_parameter,
    class_alignment_parameter,
    class_sources,
    coefficients_of_units,
    read_classes,
)


class LandTransition(LandCarbonAlgorithm):
    """Land cover of two dates and units to transitions with their carbon effect."""

    NAME = "landtransition"
    GROUP = Group.ACCOUNTING

    FROM, TO, YEARS, BAND = "FROM", "TO", "YEARS", "BAND"
    UNITS, UNIT_FIELD, REGION_FIELD = "UNITS", "UNIT_FIELD", "REGION_FIELD"
    CLASS_PRESET, CLASS_TABLE = "CLASS_PRESET", "CLASS_TABLE"
    COEFFICIENT_PRESET, COEFFICIENT_TABLE = "COEFFICIENT_PRESET", "COEFFICIENT_TABLE"
    UNMAPPED, OVERLAP, ALIGNMENT, MASS = "UNMAPPED", "OVERLAP", "ALIGNMENT", "MASS"
    OUTPUT, CHANGE = "OUTPUT", "CHANGE"

    def displayName(self):
        return tr("Land transition")

    def summary(self):
        return tr(
            "Counts how much land of every unit went from which class to which between two dates, with true "
            "areas, and what that changes in its net emission by the coefficients of both classes."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterRasterLayer(self.FROM, tr("Land cover before")),
            tr("Raster of class codes of the first date."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.TO, tr("Land cover after")),
            tr("Raster of class codes of the second date, of the same product."),
        )
        self.add(
            QgsProcessingParameterString(self.YEARS, tr("Years"), optional=True),
            tr("Of both dates: '2000,2020'. Empty: the years in the names of the layers."),
        )
        add_units(self)
        add_classes_and_coefficients(self)
        add_mass(self)
        add_unmapped(self)
        for definition, text in (
            band_parameter(self),
            overlap_parameter(self, tr("What to do with a cell whose centre is in two units.")),
            class_alignment_parameter(self),
        ):
            add_advanced(self, definition, text)
        self.add_outputs()

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Land transitions")),
            tr(
                "Table with a row per unit and pair of classes, unchanged land included: from, to, area [ha] "
                "and effect_t, the change of net emission per year [t]."
            ),
        )
        self.add(
            QgsProcessingParameterRasterDestination(
                self.CHANGE, tr("Land change"), optional=True, createByDefault=False
            ),
            tr(
                "Raster of from * 1000 + to, the places of both classes in their list, within the units; its "
                "attribute table has their names and areas."
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.rasters = [raster_input(self, parameters, name, context) for name in (self.FROM, self.TO)]
        self.class_sources = class_sources(self, parameters, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        mass = MASSES[self.parameterAsEnum(parameters, self.MASS, context)]
        key = self.parameterAsString(parameters, self.UNIT_FIELD, context)
        units = read_units(self.parameterAsSource(parameters, self.UNITS, context), key, feedback)
        classes, coefficients = read_classes(self, self.class_sources, parameters, context, record)
        series = self.series(parameters, context, record)
        per_hectare = coefficients_of_units(
            self, parameters, context, units, classes, coefficients, mass, record
        )
        grid = series[0][1].grid
        edges = zone_edges(polygons_in(units, crs_of(grid), context, record, grid.edge_spacing_m), grid)

        # Transitions
        share = 70.0 if results.wants(self.CHANGE) else 100.0
        found = land_transition(
            series,
            edges,
            cell_areas(grid),
            classes,
            coefficients,
            per_hectare,
            units.keys,
            UNMAPPED_POLICIES[self.parameterAsEnum(parameters, self.UNMAPPED, context)],
            OVERLAP_POLICIES[self.parameterAsEnum(parameters, self.OVERLAP, context)],
            progress=progress_of(feedback, 0.0, share),
        )
        record.note(*found.notes)

        # Results
        with results:
            self.write_change(results, series, edges, found, progress_of(feedback, share, 100.0))
            self.write_table(results, found, units.keys, mass)
        return results.values

    def series(self, parameters, context, record):
        """Year and raster of both dates, on the grid of the first."""
        text = self.parameterAsString(parameters, self.YEARS, context)
        (before, after), _ = years_of([one.year_name for one in self.rasters], text)
        if before > after:
            raise InputDataError(
                "The land cover before is of {before} and the one after of {after}; swap them.",
                before=before,
                after=after,
            )
        return open_series(
            self.rasters,
            text,
            self.parameterAsInt(parameters, self.BAND, context),
            ALIGNMENTS[self.parameterAsEnum(parameters, self.ALIGNMENT, context)],
            True,
            record,
        )

    def write_change(self, results, series, edges, found, progress):
        """Write CHANGE."""
        results.raster(
            self.CHANGE,
            lambda path: write_land_change(path, series, edges, found, progress=progress),
            tr("Land change {years}").format(years=year_span(found.years)),
            land_change(change_rows(found)),
        )

    def write_table(self, results, found, keys, mass):
        """Write OUTPUT."""
        results.table(
            self.OUTPUT,
            fields_of(
                *((name, str) for name in ("unit", "from", "to")),
                *((name, float) for name in ("area_ha", "effect_t")),
                ("mass", str),
            ),
            ((*row, mass) for row in transition_rows(found, keys)),
            tr("Land transitions {years}").format(years=year_span(found.years)),
        )
