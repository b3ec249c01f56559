"""Land-use carbon budget: class areas of land cover rasters times coefficients, per unit and year."""

import numpy as np
from qgis.core import (
    Qgis,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from ...core.accounting.carbon_density import write_carbon_density
from ...core.accounting.land_use_budget import UNMAPPED_POLICIES, budget_series, code_densities
from ...core.raster.grid import cell_areas
from ...core.raster.source import ALIGNMENTS
from ...core.raster.zones import OVERLAP_POLICIES, zone_edges
from ...core.units import MASSES
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import KeptFields, fields_of, free_name, polygons_in, read_units
from ..rasters import crs_of, open_series, progress_of, raster_inputs
from ..record import RunRecord
from ..sinks import Results
from ..styles.accounting import density, net_emission
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


class LandUseBudget(LandCarbonAlgorithm):
    """Land cover rasters and units to emission and sequestration per unit and year."""

    NAME = "landusebudget"
    GROUP = Group.ACCOUNTING

    LAND_COVER, YEARS, BAND = "LAND_COVER", "YEARS", "BAND"
    UNITS, UNIT_FIELD, REGION_FIELD = "UNITS", "UNIT_FIELD", "REGION_FIELD"
    CLASS_PRESET, CLASS_TABLE = "CLASS_PRESET", "CLASS_TABLE"
    COEFFICIENT_PRESET, COEFFICIENT_TABLE = "COEFFICIENT_PRESET", "COEFFICIENT_TABLE"
    UNMAPPED, AREA, OVERLAP, ALIGNMENT, MASS = "UNMAPPED", "AREA", "OVERLAP", "ALIGNMENT", "MASS"
    OUTPUT, BUDGET, CLASS_AREAS = "OUTPUT", "BUDGET", "CLASS_AREAS"
    CLASS_AUDIT, DENSITY = "CLASS_AUDIT", "DENSITY"
    TOTAL_CE, TOTAL_CS, TOTAL_NET, OUTSIDE_HA = "TOTAL_CE", "TOTAL_CS", "TOTAL_NET", "OUTSIDE_HA"

    def displayName(self):
        return tr("Land-use carbon budget")

    def summary(self):
        return tr(
            "Counts the true area of every land class in every unit and turns it into carbon emission and "
            "sequestration with a coefficient per class. A cell belongs to the unit that holds its centre."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterMultipleLayers(
                self.LAND_COVER, tr("Land cover"), Qgis.ProcessingSourceType.Raster
            ),
            tr("One raster of class codes per year."),
        )
        self.add(
            QgsProcessingParameterString(self.YEARS, tr("Years"), optional=True),
            tr(
                "One per raster, in their order: '2000,2005' or '2000-2020'. Empty: the year in the name of "
                "each layer, such as CLCD_2020 or MCD12C1.A2019001."
            ),
        )
        add_units(self)
        add_classes_and_coefficients(self)
        add_mass(self)
        add_unmapped(self)
        self.add_advanced()
        self.add_outputs()

    def add_advanced(self):
        """Parameters that most users leave as they are."""
        advanced = (
            band_parameter(self),
            (
                QgsProcessingParameterEnum(
                    self.AREA,
                    tr("Areas"),
                    [tr("True areas on the ellipsoid"), tr("Planar areas")],
                    defaultValue=0,
                ),
                tr("Planar areas need a projected raster and carry the distortion of its projection."),
            ),
            overlap_parameter(self, tr("What to do with a cell whose centre is in two units.")),
            class_alignment_parameter(self),
        )
        for definition, text in advanced:
            add_advanced(self, definition, text)

    def add_outputs(self):
        """Sinks, rasters and numbers."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Carbon budget")),
            tr(
                "The units per year: area [ha], emission ce_t, sequestration cs_t, net emission net_t [t], "
                "and the net emission of every class."
            ),
        )
        for name, label, text in (
            (self.BUDGET, tr("Carbon budget table"), tr("The same without polygons.")),
            (
                self.CLASS_AREAS,
                tr("Class areas"),
                tr(
                    "A row per unit, year and class: area [ha], coefficient [t/ha], emission and "
                    "sequestration [t]."
                ),
            ),
            (
                self.CLASS_AUDIT,
                tr("Class audit"),
                tr(
                    "A row per raster value and year: the class it was taken for, its area in all units, its "
                    "coefficients."
                ),
            ),
        ):
            self.add(
                QgsProcessingParameterFeatureSink(name, label, optional=True, createByDefault=False), text
            )
        self.add(
            QgsProcessingParameterRasterDestination(
                self.DENSITY, tr("Carbon density"), optional=True, createByDefault=False
            ),
            tr("Raster of net emission per hectare [t/ha], a band per year."),
        )
        for name, label, text in (
            (self.TOTAL_CE, tr("Total emission"), tr("Of all units in the latest year [t].")),
            (self.TOTAL_CS, tr("Total sequestration"), tr("Of all units in the latest year [t].")),
            (self.TOTAL_NET, tr("Total net emission"), tr("Of all units in the latest year [t].")),
            (
                self.OUTSIDE_HA,
                tr("Area outside the units"),
                tr("Cells with data outside all units, latest year [ha]."),
            ),
        ):
            self.add(QgsProcessingOutputNumber(name, label), text)

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.rasters = raster_inputs(self, parameters, self.LAND_COVER, context)
        self.class_sources = class_sources(self, parameters, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        mass = MASSES[self.parameterAsEnum(parameters, self.MASS, context)]
        policy = UNMAPPED_POLICIES[self.parameterAsEnum(parameters, self.UNMAPPED, context)]
        overlap = OVERLAP_POLICIES[self.parameterAsEnum(parameters, self.OVERLAP, context)]
        key = self.parameterAsString(parameters, self.UNIT_FIELD, context)
        units = read_units(self.parameterAsSource(parameters, self.UNITS, context), key, feedback)
        classes, coefficients = read_classes(self, self.class_sources, parameters, context, record)
        series = self.series(parameters, context, record)
        per_hectare = coefficients_of_units(
            self, parameters, context, units, classes, coefficients, mass, record
        )
        grid = series[0][1].grid
        areas = cell_areas(grid, planar=self.parameterAsEnum(parameters, self.AREA, context) == 1)
        edges = zone_edges(polygons_in(units, crs_of(grid), context, record, grid.edge_spacing_m), grid)

        # Budget
        share = 70.0 if results.wants(self.DENSITY) else 100.0
        years, notes = budget_series(
            series,
            edges,
            areas,
            classes,
            coefficients,
            per_hectare,
            units.keys,
            policy,
            overlap,
            progress=progress_of(feedback, 0.0, share),
        )
        record.note(*notes)

        # Results
        with results:
            densities = code_densities(classes, per_hectare, policy)
            progress = progress_of(feedback, share, 100.0)
            self.write_density(results, series, edges, classes.values, densities, mass, progress)
            write_budgets(self, results, record, units, key, years, mass)
        return results.values

    def series(self, parameters, context, record):
        """Year and raster, on one grid."""
        return open_series(
            self.rasters,
            self.parameterAsString(parameters, self.YEARS, context),
            self.parameterAsInt(parameters, self.BAND, context),
            ALIGNMENTS[self.parameterAsEnum(parameters, self.ALIGNMENT, context)],
            True,
            record,
        )

    def write_density(self, results, series, edges, codes, densities, mass, progress):
        """Write DENSITY."""
        years = [year for year, _ in series]
        results.raster(
            self.DENSITY,
            lambda path: write_carbon_density(path, series, edges, codes, densities, mass, progress=progress),
            tr("Carbon density {years}").format(years=year_span(years)),
            density(mass, years),
        )


def write_budgets(algorithm, results, record, units, unit_field, years, mass):
    """Write the vector outputs and numbers of a series of budgets."""
    span = year_span([one.year for one in years])
    classes = tuple(dict.fromkeys(name for one in years for name in one.budget.classes))
    ours = budget_fields(classes)
    rows = [row for one in years for row in budget_rows(one, units.keys, classes, mass)]
    kept = KeptFields(units.fields, ours, record, restated=(unit_field,))
    polygons = (
        (units.geometries[i % len(units)], kept.row(units.attributes[i % len(units)], row))
        for i, row in enumerate(rows)
    )
    title = tr("Carbon budget {years}").format(years=span)
    results.layer(
        algorithm.OUTPUT, kept.fields, polygons, units.wkb_type, units.crs, title, net_emission(mass)
    )
    results.table(algorithm.BUDGET, ours, rows, tr("Carbon budget table {years}").format(years=span))
    results.table(
        algorithm.CLASS_AREAS,
        fields_of(
            ("unit", str),
            ("year", int),
            ("class", str),
            *((name, float) for name in ("area_ha", "coef", "ce_t", "cs_t")),
            ("mass", str),
        ),
        (row for one in years for row in class_rows(one, units.keys, mass)),
        tr("Class areas {years}").format(years=span),
    )
    results.table(
        algorithm.CLASS_AUDIT,
        fields_of(
            ("value", int), ("year", int), ("class", str), ("area_ha", float), ("coefs", str), ("note", str)
        ),
        ((row[0], one.year, *row[1:]) for one in years for row in one.audit),
        tr("Class audit {years}").format(years=span),
    )
    last = years[-1]
    results.numbers(
        TOTAL_CE=total(last.budget.ce_t),
        TOTAL_CS=total(last.budget.cs_t),
        TOTAL_NET=total(last.budget.net_t),
        OUTSIDE_HA=last.outside_ha,
    )


def total(amounts):
    """Sum of the units that have a value; NaN if none has."""
    return np.nansum(amounts) if np.isfinite(amounts).any() else np.nan


def budget_fields(classes):
    """Fields of OUTPUT and BUDGET: the fixed ones, then one per class, all with different names."""
    fixed = [("unit", str), ("year", int)]
    fixed += [(name, float) for name in ("area_ha", "nodata_ha", "unmap_ha", "ce_t", "cs_t", "net_t")]
    fixed += [("mass", str)]
    taken = {name for name, _ in fixed}
    by_class = []
    for name in classes:
        field = f"{name}_t"
        if field.lower() in taken:  # a class may be called 'ce' or 'net'
            field = free_name(field, taken)
        taken.add(field.lower())
        by_class.append((field, float))
    return fields_of(*fixed, *by_class)


def budget_rows(one, keys, classes, mass):
    """Rows of OUTPUT and BUDGET of a year: unit, year, areas, amounts, mass, net emission of every class."""
    budget = one.budget
    place = {name: i for i, name in enumerate(budget.classes)}
    for i, key in enumerate(keys):
        amounts = (
            budget.area_ha[i],
            budget.nodata_ha[i],
            budget.unmapped_ha[i],
            budget.ce_t[i],
            budget.cs_t[i],
            budget.net_t[i],
        )
        known = not np.isnan(budget.ce_t[i])
        by_class = (
            budget.class_net_t[i, place[name]] if name in place and known else None for name in classes
        )
        yield (key, one.year, *amounts, mass, *by_class)


def class_rows(one, keys, mass):
    """Rows of CLASS_AREAS of a year, for the classes that a unit has."""
    budget = one.budget
    for i, key in enumerate(keys):
        for j in np.flatnonzero(budget.class_area_ha[i]):
            yield (
                key,
                one.year,
                budget.classes[j],
                budget.class_area_ha[i, j],
                budget.coefficient_t_ha[i, j],
                budget.class_ce_t[i, j],
                budget.class_cs_t[i, j],
                mass,
            )
