"""Zonal carbon: rasters of a carbon flux, such as NEP, summed by unit and year."""

from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from ...core.productivity.zonal_carbon import COVERAGES, zonal_carbon
from ...core.raster.grid import cell_areas
from ...core.raster.source import ALIGNMENTS
from ...core.raster.zones import OVERLAP_POLICIES
from ...core.units import MASSES
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import KeptFields, fields_of, polygons_in, read_units
from ..rasters import crs_of, open_values, progress_of, raster_inputs
from ..record import RunRecord
from ..sinks import Results
from ..styles.classes import by_year
from ..styles.dates import year_span
from ..styles.productivity import mean_flux
from ..units_on_rasters import add_advanced, add_mass, add_units, add_value_alignment, overlap_parameter


class ZonalCarbon(LandCarbonAlgorithm):
    """Flux rasters and units to sequestration per unit and year."""

    NAME = "zonalcarbon"
    GROUP = Group.PRODUCTIVITY

    FLUX, YEARS, UNITS, UNIT_FIELD = "FLUX", "YEARS", "UNITS", "UNIT_FIELD"
    COVERAGE, MASS, OVERLAP, ALIGNMENT = "COVERAGE", "MASS", "OVERLAP", "ALIGNMENT"
    OUTPUT, TABLE = "OUTPUT", "TABLE"

    def displayName(self):
        return tr("Zonal carbon")

    def summary(self):
        return tr(
            "Sums rasters of a yearly carbon flux, such as NEP in g C/m2, to the sequestration of every unit "
            "and year [t], with the true area of every cell. Cells without data add nothing, and nothing is "
            "extrapolated to them."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterMultipleLayers(
                self.FLUX, tr("Carbon flux"), Qgis.ProcessingSourceType.Raster
            ),
            tr(
                "A raster per year, or one raster of a band per year, such as NEP or NPP [g C/m2 per year]. "
                "Positive is uptake. Scale and offset of the bands apply; a band that says kg C/m2 or t C/ha "
                "is converted."
            ),
        )
        self.add(
            QgsProcessingParameterString(self.YEARS, tr("Years"), optional=True),
            tr(
                "One per raster or band, in their order: '2000,2005' or '2000-2020'. Empty: the year in the "
                "name of each layer or band, such as NEP_2020."
            ),
        )
        add_units(self)
        self.add(
            QgsProcessingParameterEnum(
                self.COVERAGE,
                tr("Cells on borders"),
                [tr("Whole, in the unit that holds their centre"), tr("By the part that a unit covers")],
                defaultValue=0,
            ),
            tr(
                "By centre a small unit is coarse, as it has whole cells only; by part every unit has the "
                "exact area of its polygon."
            ),
        )
        add_mass(self)
        add_advanced(self, *overlap_parameter(self, tr("What to do with cells, or parts, of two units.")))
        add_value_alignment(self)
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Zonal carbon")),
            tr(
                "The units per year: area [ha], share of it with data valid_pct [%], mean flux mean_gm2 "
                "[g C/m2], sequestration cs_t [t]; negative where the unit gives off carbon."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.TABLE, tr("Zonal carbon table"), optional=True, createByDefault=False
            ),
            tr("The same without polygons."),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.rasters = raster_inputs(self, parameters, self.FLUX, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        mass = MASSES[self.parameterAsEnum(parameters, self.MASS, context)]
        key = self.parameterAsString(parameters, self.UNIT_FIELD, context)
        units = read_units(self.parameterAsSource(parameters, self.UNITS, context), key, feedback)
        series = open_values(
            self.rasters,
            self.parameterAsString(parameters, self.YEARS, context),
            ALIGNMENTS[self.parameterAsEnum(parameters, self.ALIGNMENT, context)],
            record,
        )
        grid = series[0][1].grid

        # Carbon
        found = zonal_carbon(
            series,
            polygons_in(units, crs_of(grid), context, record, grid.edge_spacing_m),
            units.keys,
            cell_areas(grid),
            COVERAGES[self.parameterAsEnum(parameters, self.COVERAGE, context)],
            OVERLAP_POLICIES[self.parameterAsEnum(parameters, self.OVERLAP, context)],
            mass,
            progress=progress_of(feedback),
        )
        record.note(*found.notes)

        # Results
        with results:
            self.write_units(results, units, found, mass)
        return results.values

    def write_units(self, results, units, found, mass):
        """Write OUTPUT and TABLE."""
        span = year_span([one.year for one in found.years])
        rows = list(carbon_rows(found, units.keys, mass))
        kept = KeptFields(units.fields, FIELDS, results.record, restated=(units.key_field,))
        polygons = (
            (units.geometries[i % len(units)], kept.row(units.attributes[i % len(units)], row))
            for i, row in enumerate(rows)
        )
        title = tr("Zonal carbon {years}").format(years=span)
        results.layer(self.OUTPUT, kept.fields, polygons, units.wkb_type, units.crs, title, mean_flux())
        results.table(self.TABLE, FIELDS, rows, tr("Zonal carbon table {years}").format(years=span), by_year)


FIELDS = fields_of(
    ("unit", str),
    ("year", int),
    *((name, float) for name in ("area_ha", "valid_pct", "mean_gm2", "cs_t")),
    ("mass", str),
)


def carbon_rows(found, keys, mass):
    """Rows of OUTPUT and TABLE, year by year in the order of the units."""
    for one in found.years:
        columns = (found.area_ha, one.valid_pct, one.mean_gm2, one.cs_t)
        for i, key in enumerate(keys):
            yield (key, one.year, *(column[i] for column in columns), mass)
