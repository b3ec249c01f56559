"""Emerging hot spots: how hot and cold spots of units came and went over the years."""

import numpy as np
from qgis.core import QgsFields, QgsProcessingParameterBoolean, QgsProcessingParameterFeatureSink

from ...core.pattern.emerging_hot_spots import PATTERNS, emerging_hot_spots
from ...core.sequences import zip_equal
from ...core.tables import unique_rows
from ...core.trend.unit_trend import whole
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import KeptFields, columns_as_rows, fields_of, first_shape, same_in_units
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.dates import year_span
from ..styles.pattern import emerging_patterns
from ..tables import unit_field
from .spatial_units import (
    YEAR_FIELD,
    add_neighbourhood,
    add_units,
    chosen_fields,
    neighbourhood_of,
    places_of,
    read_spatial_units,
)

GI_TYPES = {"gi_z": float, "gi_p": float, "gi_bin": int}


class EmergingHotSpots(LandCarbonAlgorithm):
    """Patterns of hot and cold spots over the years."""

    NAME = "emerginghotspots"
    GROUP = Group.PATTERN
    REQUIRES = ("scipy",)

    UNIT_FIELD, FIELD, FDR = "UNIT_FIELD", "FIELD", "FDR"
    OUTPUT, GI = "OUTPUT", "GI"

    def displayName(self):
        return tr("Emerging hot spots")

    def summary(self):
        return tr(
            "How hot and cold spots came and went: Gi* of every year, its trend, and a pattern of every unit "
            "such as new, intensifying, persistent or historical."
        )

    def initAlgorithm(self, config=None):
        add_units(
            self,
            tr("Polygons or points with a feature per unit and year, such as the result of Unit panel."),
            year_optional=False,
        )
        self.add(
            unit_field(self.UNIT_FIELD, tr("Name or code of the units"), "unit"),
            tr("Field with the key of every unit, the same in all years."),
        )
        self.add(
            unit_field(self.FIELD, tr("Field")),
            tr("Number such as an emission, in 4 years or more."),
        )
        add_neighbourhood(self, standardising_matters=False)
        self.add(
            QgsProcessingParameterBoolean(self.FDR, tr("Control the false discovery rate"), False),
            tr("Hot and cold have to pass the procedure of Benjamini and Hochberg over the units of a year."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Emerging hot spots")),
            tr(
                "One feature per unit: pattern (1 to 8 hot, -1 to -8 cold, 0 none) and its name, Z of the "
                "trend of Gi*, and the numbers of hot and cold years."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.GI, tr("Gi* by year"), optional=True, createByDefault=False
            ),
            tr("Table with Gi* of every unit and year."),
        )

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        (key,) = chosen_fields(self, self.UNIT_FIELD, parameters, context)
        (year,) = chosen_fields(self, YEAR_FIELD, parameters, context)
        (name,) = chosen_fields(self, self.FIELD, parameters, context)
        units = read_spatial_units(self, (key, year, name), parameters, context, record)
        keys = units.table.keys(key)
        unique_rows(units.table, keys, units.year)
        rows_of = rows_by_key(keys)

        # Patterns
        values = units.table.numbers(name)
        unit_of = np.empty(len(keys), dtype=np.int64)
        for place, rows in enumerate(rows_of.values()):
            unit_of[rows] = place
        shapes = [first_shape(units.layer, rows) for rows in rows_of.values()]
        found = emerging_hot_spots(
            values,
            units.year,
            unit_of,
            places_of(units.layer, shapes, list(rows_of).__getitem__, record),
            neighbourhood_of(self, parameters, context),
            self.parameterAsBoolean(parameters, self.FDR, context),
            progress_of(feedback),
        )
        record.note(*found.notes)

        # Results
        with results:
            self.write_units(results, units, rows_of, shapes, found, (key, year, name))
            self.write_gi(results, units, keys, values, found)
        return results.values

    def write_units(self, results, units, rows_of, shapes, found, chosen):
        """Write OUTPUT: what does not change with the year is kept."""
        key, *changing = chosen
        codes = whole(found.pattern)
        columns = {
            "unit": (str, list(rows_of)),
            "pattern": (int, codes),
            "pattern_nm": (str, [PATTERNS.get(code) for code in codes]),
            "gi_trend": (float, found.trend.z.tolist()),
            "hot_years": (int, found.hot_years.tolist()),
            "cold_years": (int, found.cold_years.tolist()),
        }
        layer = units.layer
        same = same_in_units(layer, rows_of.values(), changing, results.record)
        fields = QgsFields()
        for index in same:
            fields.append(layer.fields[index])
        added = fields_of(*((name, kind) for name, (kind, _) in columns.items()))
        kept = KeptFields(fields, added, results.record, restated=(key,))
        values = zip_equal(*(values for _, values in columns.values()))
        rows = (
            (shape, kept.row([layer.attributes[own[0]][index] for index in same], row))
            for shape, own, row in zip_equal(shapes, rows_of.values(), values)
        )
        title = tr("Emerging hot spots of {field} {years}").format(
            field=chosen[2], years=year_span(found.years.tolist())
        )
        style = emerging_patterns()
        results.layer(self.OUTPUT, kept.fields, rows, layer.wkb_type, layer.crs, title, style)

    def write_gi(self, results, units, keys, values, found):
        """Write GI."""
        columns = {
            "unit": keys,
            "year": units.year,
            "value": values,
            "gi_z": found.gi.z,
            "gi_p": found.gi.p,
            "gi_bin": whole(found.gi.bins),
        }
        title = tr("Gi* by year {years}").format(years=units.span)
        results.table(self.GI, *columns_as_rows(columns, **GI_TYPES), title)


def rows_by_key(keys):
    """The rows of every unit by its key, in the order of the layer."""
    rows_of = {}
    for row, key in enumerate(keys):
        rows_of.setdefault(key, []).append(row)
    return rows_of
