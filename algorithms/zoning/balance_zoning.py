"""Carbon balance zoning: every unit into one of four or five zones."""

from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsWkbTypes,
)

from ...core.accounting.unit_panel import table_mass
from ...core.errors import InputDataError
from ...core.units import MASS_C
from ...core.zoning.balance_zoning import (
    NO_ZONE,
    SCHEMES,
    balance_zones,
    zone_names,
    zone_summary,
    zone_transitions,
)
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import columns_as_rows, has_crs
from ..measures import areas_ha, measure_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.zoning import zones
from ..tables import unit_field
from .yearly_units import CE_FIELD, CS_FIELD, add_units, read_units_by_year, units_source

AREA_FIELD = "area_ha"


class BalanceZoning(LandCarbonAlgorithm):
    """Zones by balance, economic contribution and ecological support."""

    NAME = "balancezoning"
    GROUP = Group.ZONING

    ECC_FIELD, ESC_FIELD, SCHEME = "ECC_FIELD", "ESC_FIELD", "SCHEME"
    OUTPUT, SUMMARY, TRANSITIONS = "OUTPUT", "SUMMARY", "TRANSITIONS"

    def displayName(self):
        return tr("Carbon balance zoning")

    def summary(self):
        return tr(
            "Puts every unit into a zone by its carbon balance, economic contribution (ECC) and ecological "
            "support (ESC): four zones (Zhang et al. 2023) or five (Fan et al. 2024)."
        )

    def initAlgorithm(self, config=None):
        add_units(
            self,
            tr("Carbon indices"),
            tr(
                "Polygons or a table with emission, sequestration, ECC and ESC: the result of Carbon indices."
            ),
        )
        self.add(
            unit_field(self.ECC_FIELD, tr("Economic contribution (ECC)"), "ecc"),
            tr("Field with the share of GDP over the share of emission."),
        )
        self.add(
            unit_field(self.ESC_FIELD, tr("Ecological support (ESC)"), "esc"),
            tr("Field with the share of sequestration over the share of emission."),
        )
        self.add(
            QgsProcessingParameterEnum(
                self.SCHEME, tr("Zones"), [tr("Four zones"), tr("Five zones")], defaultValue=1
            ),
            tr(
                "Four zones are told apart by ECC and ESC, below and above 1. Of five, the first is for "
                "units that take up more than they emit, with ESC of 1 or more."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Carbon balance zones")),
            tr(
                "The units with zone (its number in the scheme) and zone_name; NULL where an index is "
                "missing."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.SUMMARY, tr("Summary of zones"), optional=True, createByDefault=False
            ),
            tr(
                "Table with the number of units and the share of the area of every zone by year; areas are "
                "those of the field area_ha, else of the polygons on the ellipsoid."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.TRANSITIONS, tr("Transitions between zones"), optional=True, createByDefault=False
            ),
            tr(
                "Table with the number of units that went from one zone to another, or stayed, from each "
                "year to the next; made only if there are several years."
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.source = units_source(self, parameters, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        units = read_units_by_year(self, self.source, parameters, context, record)
        table_mass(units.table, MASS_C)  # refuses a mix
        columns = (units.names[CE_FIELD], units.names[CS_FIELD], *self.coefficients(parameters, context))
        scheme = tuple(SCHEMES)[self.parameterAsEnum(parameters, self.SCHEME, context)]

        # Zones
        found = balance_zones(*(units.numbers(column) for column in columns), scheme=scheme)
        record.note(*found.notes)

        # Results
        with results:
            self.write_units(results, units, found.codes, scheme)
            if results.wants(self.SUMMARY):
                self.write_summary(results, units, found.codes, scheme, context)
            if results.wants(self.TRANSITIONS):
                self.write_transitions(results, units, found.codes)
        return results.values

    def coefficients(self, parameters, context):
        """The fields of ECC and ESC."""
        for name in (self.ECC_FIELD, self.ESC_FIELD):
            field = self.parameterAsString(parameters, name, context)
            if not field:
                label = self.parameterDefinition(name).description()
                raise InputDataError("Choose the field '{label}'.", label=label)
            yield field

    def write_units(self, results, units, codes, scheme):
        """Write OUTPUT."""
        names = zone_names(scheme)
        columns = {
            "zone": (int, coded(codes)),
            "zone_name": (str, [names.get(code) for code in codes.tolist()]),
        }
        fields, rows = units.output(columns, results.record)
        title = tr("Carbon balance zones {years}").format(years=units.span)
        shapes, crs = units.layer.wkb_type, units.layer.crs
        results.layer(self.OUTPUT, fields, rows, shapes, crs, title, zones(scheme))

    def write_summary(self, results, units, codes, scheme, context):
        """Write SUMMARY."""
        summary = zone_summary(units.year, codes, scheme, areas_of(units, context, results.record))
        summary["zone"] = coded(summary["zone"])
        title = tr("Summary of carbon balance zones {years}").format(years=units.span)
        results.table(self.SUMMARY, *columns_as_rows(summary, year=int), title)

    def write_transitions(self, results, units, codes):
        """Write TRANSITIONS, where there are several years."""
        transitions, notes = zone_transitions(units.unit, units.year, codes)
        results.record.note(*notes)
        if not transitions["units"]:
            results.record.warning("There are no transitions: no unit is there in two years.")
            return
        for name in ("from_zone", "to_zone"):
            transitions[name] = coded(transitions[name])
        title = tr("Transitions between carbon balance zones {years}").format(years=units.span)
        results.table(self.TRANSITIONS, *columns_as_rows(transitions, from_zone=int, to_zone=int), title)


def coded(codes):
    """Zone codes as a field holds them: NULL for no zone."""
    return [None if code == NO_ZONE else int(code) for code in codes]


def areas_of(units, context, record):
    """Areas of the units for their shares, in one measure; None where they are not known.

    From the field `area_ha`, else true areas of the polygons on the ellipsoid.
    """
    if units.table.has(AREA_FIELD):
        return units.numbers(AREA_FIELD)
    layer = units.layer
    if QgsWkbTypes.geometryType(layer.wkb_type) != Qgis.GeometryType.Polygon:
        record.decision(
            "{layer} has no field 'area_ha' and no polygons: there are no shares of the area.",
            layer=layer.name,
        )
        return None
    if not has_crs(layer.crs):
        record.warning(
            "{layer} has no coordinate reference system: there are no shares of the area.", layer=layer.name
        )
        return None
    record.decision(
        "Shares of the area are of the polygons on the ellipsoid of {crs}.",
        crs=layer.crs.userFriendlyIdentifier(),
    )
    return areas_ha(layer.geometries, measure_of(layer.crs, context))
