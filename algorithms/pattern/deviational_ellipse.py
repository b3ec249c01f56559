"""Standard deviational ellipse: where units or classes of land gather, how they spread, how centres move."""

from qgis.core import (
    Qgis,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from ...core.accounting.classes import class_map, class_preset, class_presets
from ...core.errors import InputDataError
from ...core.pattern.centre_path import centre_path
from ...core.pattern.grouped_ellipses import ellipses_of_classes, ellipses_of_units
from ...core.raster.grid import cell_areas
from ...core.raster.source import ALIGNMENTS
from ...core.sequences import zip_equal
from ...core.tables import unit_key
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import columns_as_rows
from ..rasters import crs_of, note_unused_bands, open_series, progress_of, raster_inputs
from ..record import RunRecord
from ..sinks import Results
from ..styles.dates import year_span
from ..styles.ellipses import centre_paths, ellipses
from ..tables import preset_parameter, table_parameter, table_source, unit_field
from ..units_on_rasters import add_advanced
from .spatial_units import INPUT, add_units, read_spatial_units

TYPES = {"group": str, "year": int, **dict.fromkeys(("rotation", "n", "weight", "direction"), float)}


class DeviationalEllipse(LandCarbonAlgorithm):
    """Ellipses of units or classes of land, and the path of their centres."""

    NAME = "deviationalellipse"
    GROUP = Group.PATTERN

    WEIGHT_FIELD, GROUP_FIELD = "WEIGHT_FIELD", "GROUP_FIELD"
    CLASS_RASTERS, YEARS, CLASSES = "CLASS_RASTERS", "YEARS", "CLASSES"
    CLASS_PRESET, CLASS_TABLE, ALIGNMENT = "CLASS_PRESET", "CLASS_TABLE", "ALIGNMENT"
    SQRT_2, CORRECTION = "SQRT_2", "CORRECTION"
    OUTPUT, PATH = "OUTPUT", "PATH"

    def displayName(self):
        return tr("Standard deviational ellipse")

    def summary(self):
        return tr(
            "Where units (or classes of land) gather, how far and in which direction they spread, and how "
            "their centre moves over the years. Give units or class rasters."
        )

    def initAlgorithm(self, config=None):
        add_units(
            self, tr("Polygons, which count at their centroids, or points. Or give rasters."), optional=True
        )
        self.add(
            unit_field(self.WEIGHT_FIELD, tr("Weight"), optional=True),
            tr("Number above 0, such as an emission or a population. Empty: all units weigh the same."),
        )
        self.add(
            unit_field(self.GROUP_FIELD, tr("Group"), optional=True),
            tr("Field with the group of every unit, such as its province or zone: an ellipse for each."),
        )
        self.add(
            QgsProcessingParameterMultipleLayers(
                self.CLASS_RASTERS, tr("Class rasters"), Qgis.ProcessingSourceType.Raster, optional=True
            ),
            tr(
                "Instead of units: land cover, a raster per year; an ellipse per class and year. Every cell "
                "weighs its true area."
            ),
        )
        self.add(
            QgsProcessingParameterString(self.YEARS, tr("Years of the rasters"), optional=True),
            tr("One per raster, in their order. Empty: the year in the name of each layer."),
        )
        preset = preset_parameter(self.CLASS_PRESET, tr("Land cover product"), class_presets(), None)
        preset.setFlags(preset.flags() | Qgis.ProcessingParameterFlag.Optional)
        self.add(
            preset, tr("Groups the values of the rasters to classes of land. Not set: every value alone.")
        )
        self.add(
            table_parameter(self.CLASS_TABLE, tr("Class table")),
            tr("Your own, with the columns value and class; it replaces the product."),
        )
        self.add(
            QgsProcessingParameterString(self.CLASSES, tr("Classes"), optional=True),
            tr("Only these, with commas between: 'forest, cropland', or '1, 12' of values. Empty: all."),
        )
        self.add(
            QgsProcessingParameterBoolean(self.SQRT_2, tr("Axes √2 times the deviations"), True),
            tr("As ArcGIS has them; of normally spread units 63 % are inside, else 39 %."),
        )
        self.add(
            QgsProcessingParameterBoolean(self.CORRECTION, tr("Correct for degrees of freedom"), False),
            tr("Axes √(n / (n - 2)) times as long, as CrimeStat has them: for few units."),
        )
        alignment = QgsProcessingParameterEnum(
            self.ALIGNMENT,
            tr("Rasters on other grids"),
            [tr("Stop with an error"), tr("Nearest, or most frequent class")],
            defaultValue=0,
        )
        add_advanced(
            self, alignment, tr("Rasters that do not share the grid of the first one are put on it this way.")
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Ellipses")),
            tr(
                "A polygon per group and year: centre cx and cy, half axes major_m and minor_m [m], rotation "
                "of the major axis clockwise from north [deg], units or cells n, and the sum of weights (of "
                "cells their area [ha])."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.PATH, tr("Path of the centres"), optional=True, createByDefault=False
            ),
            tr("A line per group and step from year to year: shift [m] and direction from north [deg]."),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.rasters = raster_inputs(self, parameters, self.CLASS_RASTERS, context)
        self.class_table = table_source(self, parameters, self.CLASS_TABLE, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        has_units = parameters.get(INPUT) not in (None, "")
        if has_units == bool(self.rasters):
            raise InputDataError("Give units or class rasters: one of the two.")

        # Ellipses
        of_inputs = self.of_units if has_units else self.of_classes
        found, crs, crs_wkt = of_inputs(parameters, context, record)
        record.note(*found.notes)
        path = centre_path(found.table, crs_wkt) if results.wants(self.PATH) else None

        # Results
        with results:
            self.write_ellipses(results, found, crs)
            if path is not None:
                self.write_path(results, found, path, crs)
        return results.values

    def write_ellipses(self, results, found, crs):
        """Write OUTPUT."""
        fields, rows = columns_as_rows(found.table, **TYPES)
        polygons = (None if ring is None else QgsGeometry.fromPolygonXY([xy(ring)]) for ring in found.rings)
        title = tr("Deviational ellipses {years}").format(years=year_span(found.years)).strip()
        style = ellipses(found.groups, found.years)
        rows = zip_equal(polygons, rows)
        results.layer(self.OUTPUT, fields, rows, Qgis.WkbType.Polygon, crs, title, style)

    def write_path(self, results, found, path, crs):
        """Write PATH."""
        fields, rows = columns_as_rows(path.table, **TYPES)
        lines = (QgsGeometry.fromPolylineXY(xy(line)) for line in path.lines)
        title = tr("Path of centres {years}").format(years=year_span(found.years))
        style = centre_paths(found.groups)
        rows = zip_equal(lines, rows)
        results.layer(self.PATH, fields, rows, Qgis.WkbType.LineString, crs, title, style)

    def of_units(self, parameters, context, record):
        """Ellipses of the units, and their coordinate reference system for QGIS and as WKT."""
        weight, group = (
            self.parameterAsString(parameters, name, context).strip()
            for name in (self.WEIGHT_FIELD, self.GROUP_FIELD)
        )
        units = read_spatial_units(self, list(filter(None, (weight, group))), parameters, context, record)
        places = units.places(record)
        found = ellipses_of_units(
            places,
            units.table.numbers(weight) if weight else None,
            [text and unit_key(text) for text in units.table.text(group)] if group else None,
            units.year,
            **self.lengths(parameters, context),
            progress=progress_of(record.feedback),
        )
        return found, units.layer.crs, places.crs_wkt

    def of_classes(self, parameters, context, record):
        """Ellipses of the classes of the rasters, and their coordinate reference system."""
        for one in self.rasters:
            note_unused_bands(one, "{name} has {bands} bands, and only the first one is used.", record)
        series = open_series(
            self.rasters,
            self.parameterAsString(parameters, self.YEARS, context),
            1,
            ALIGNMENTS[self.parameterAsEnum(parameters, self.ALIGNMENT, context)],
            True,
            record,
        )
        grid = series[0][1].grid
        classes = self.classes(parameters, context, record)
        chosen = self.parameterAsString(parameters, self.CLASSES, context).replace("，", ",").split(",")
        found = ellipses_of_classes(
            series,
            cell_areas(grid),
            classes,
            [name.strip() for name in chosen if name.strip()],
            **self.lengths(parameters, context),
            progress=progress_of(record.feedback),
        )
        return found, crs_of(grid), grid.crs_wkt

    def classes(self, parameters, context, record):
        """The class map: the user's, a product's, or None."""
        if self.class_table is not None:
            classes = class_map(self.class_table.read(record))
        elif parameters.get(self.CLASS_PRESET) not in (None, ""):
            classes = class_preset(self.parameterAsEnumString(parameters, self.CLASS_PRESET, context))
        else:
            return None
        record.note(*classes.notes)
        return classes

    def lengths(self, parameters, context):
        """How long axes are made."""
        return {
            "doubled": self.parameterAsBoolean(parameters, self.SQRT_2, context),
            "corrected": self.parameterAsBoolean(parameters, self.CORRECTION, context),
        }


def xy(points):
    """Points for QGIS."""
    return [QgsPointXY(*point) for point in points.tolist()]
