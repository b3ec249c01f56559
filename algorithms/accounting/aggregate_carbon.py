"""Aggregation: amounts of parcels to a square grid or to other units, by the share of each parcel's area."""

from qgis.core import (
    Qgis,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
)

from ...core.accounting.aggregation import closure_columns, outside_note, per_hectare, sum_by_shares
from ...core.sequences import zip_equal
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import KeptFields, columns_as_rows
from ..record import RunRecord
from ..sinks import Results
from ..styles.classes import natural_levels
from ..styles.colours import EMISSION_LEVELS
from ..styles.intensity import emission_intensity
from ..units_on_rasters import add_mass
from .aggregation_target import grid_target, units_target
from .amount_input import read_amounts

CELL_SIZE_M = 1000.0  # Zhang et al. 2023


class AggregateCarbon(LandCarbonAlgorithm):
    """Amounts of parcels summed to cells or units."""

    NAME = "aggregatecarbon"
    GROUP = Group.ACCOUNTING

    INPUT, FIELDS, MASS = "INPUT", "FIELDS", "MASS"
    UNITS, UNIT_FIELD, CELL_SIZE = "UNITS", "UNIT_FIELD", "CELL_SIZE"
    OUTPUT, CLOSURE, LOST = "OUTPUT", "CLOSURE", "LOST"

    def displayName(self):
        return tr("Aggregate carbon")

    def summary(self):
        return tr(
            "Sums amounts of parcels to a square grid or to other units, such as townships: every unit gets "
            "the share of a parcel's amount that it has of the parcel's area. Sums are closed: what lies in "
            "no unit is reported."
        )

    def initAlgorithm(self, config=None):
        polygons = [Qgis.ProcessingSourceType.VectorPolygon]
        self.add(
            QgsProcessingParameterFeatureSource(self.INPUT, tr("Polygons with amounts"), polygons),
            tr("Parcels with emission and sequestration, such as those of Allocation of emissions."),
        )
        self.add(
            QgsProcessingParameterField(
                self.FIELDS,
                tr("Fields with amounts"),
                None,
                self.INPUT,
                Qgis.ProcessingFieldParameterDataType.Numeric,
                allowMultiple=True,
                optional=True,
            ),
            tr(
                "Amounts that can be summed: tonnes, people, money, not densities. Empty: all numbers whose "
                "name ends in _t, such as ce_t, cs_t and net_t."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSource(self.UNITS, tr("Units"), polygons, optional=True),
            tr("Polygons that amounts are summed to. Empty: the cells of a grid."),
        )
        self.add(
            QgsProcessingParameterField(
                self.UNIT_FIELD, tr("Name or code of the units"), None, self.UNITS, optional=True
            ),
            tr("Field with a value of its own for every unit; it becomes the field unit of the result."),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.CELL_SIZE,
                tr("Size of cells [m]"),
                Qgis.ProcessingNumberParameterType.Double,
                CELL_SIZE_M,
                minValue=0.001,
            ),
            tr(
                "Side of the square cells where no units are given. Their corners are multiples of it, so "
                "that the cells of different runs are the same."
            ),
        )
        add_mass(self)
        self.parameterDefinition(self.MASS).setHelp(tr("Of a layer that has no field 'mass'."))
        self.add_outputs()

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Aggregated carbon")),
            tr(
                "The units, or the cells that a polygon lies in, with the sum of every field, their true "
                "area area_ha and t_ha, net emission per hectare."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.CLOSURE, tr("Closure"), optional=True, createByDefault=False
            ),
            tr("Table with a row per field: its total, what is in units, and what is lost outside of them."),
        )
        self.add(
            QgsProcessingOutputNumber(self.LOST, tr("Lost")),
            tr("What of ce_t (or of the first field, where there is no ce_t) lies in no unit."),
        )

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        given = read_amounts(self, parameters, context, record)
        target = self.target(given, parameters, context, record)

        # Sums
        sums = sum_by_shares(
            given.amounts, target.polygon, target.unit, target.share, len(target.names), target.names
        )
        record.note(*sums.notes, *outside_note(sums, given.layer.keys, given.mass))

        # Results
        with results:
            self.write_units(results, given, target, sums)
            results.table(self.CLOSURE, *columns_as_rows(closure_columns(sums, given.mass)), tr("Closure"))
            results.numbers(LOST=sums.lost.get("ce_t", next(iter(sums.lost.values()))))
        return results.values

    def target(self, given, parameters, context, record):
        """The units, else the cells."""
        units = self.parameterAsSource(parameters, self.UNITS, context)
        if units is not None:
            key = self.parameterAsString(parameters, self.UNIT_FIELD, context)
            return units_target(units, key, given.layer, context, record)
        size_m = self.parameterAsDouble(parameters, self.CELL_SIZE, context)
        source = self.parameterAsSource(parameters, self.INPUT, context)
        return grid_target(source, size_m, given.layer, context, record)

    def write_units(self, results, given, target, sums):
        """Write OUTPUT."""
        keys = {"unit": target.names} if target.keyed else {}
        years = {} if given.year is None else {"year": [given.year] * len(target.names)}
        columns = {**keys, **years, **sums.units, "area_ha": target.area_ha}
        net = next((values for name, values in sums.units.items() if name.lower() == "net_t"), None)
        if net is not None:
            columns["t_ha"] = per_hectare(net, target.area_ha)
        kinds = dict.fromkeys(sums.units, float)
        added, rows = columns_as_rows(
            {**columns, "mass": [given.mass] * len(target.names)}, **kinds, area_ha=float, t_ha=float
        )
        kept = KeptFields(target.fields, added, results.record, restated=(target.key_field,))
        features = (
            (target.shape(place), kept.row(attributes, row))
            for place, (attributes, row) in enumerate(zip_equal(target.attributes, rows))
        )
        title = tr("Aggregated carbon {year}").format(year=given.year or "").strip() + f" ({target.label})"
        if net is None:
            style = natural_levels(next(iter(sums.units)), EMISSION_LEVELS, given.mass)
        else:
            style = emission_intensity(given.mass)
        results.layer(self.OUTPUT, kept.fields, features, target.wkb_type, target.crs, title, style)
