"""Allocation of emissions: totals of sectors to the parcels where they arise."""

from qgis.core import (
    Qgis,
    QgsProcessingException,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...core.accounting.allocation import (
    allocate,
    allocation_columns,
    closure_columns,
    column_of,
    needed_rules,
)
from ...core.accounting.allocation_rules import allocation_rules, rule_preset, rule_presets
from ...core.accounting.allocation_tasks import allocation_tasks
from ...core.accounting.land_types import land_type_map, land_type_preset, land_type_presets
from ...core.accounting.proxy_weights import proxy_weights
from ...core.accounting.sector_totals import sector_totals
from ...core.sequences import zip_equal
from ...core.units import MASSES
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import KeptFields, columns_as_rows
from ..measures import MEASURES, add_area, measure_of
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.intensity import emission_intensity
from ..tables import preset_parameter, required_source, table_parameter, table_source
from ..units_on_rasters import add_advanced, add_mass
from .parcel_input import DUPLICATES, read_parcels
from .proxy_input import check_layers, proxy_data


class AllocateEmissions(LandCarbonAlgorithm):
    """Totals of sectors and parcels to emission and sequestration of every parcel."""

    NAME = "allocateemissions"
    GROUP = Group.ACCOUNTING

    PARCELS, LAND_TYPE_FIELD, PARENT_FIELD = "PARCELS", "LAND_TYPE_FIELD", "PARENT_FIELD"
    PARCEL_FIELD, DUPLICATES, AREA = "PARCEL_FIELD", "DUPLICATES", "AREA"
    LAND_TYPE_PRESET, LAND_TYPE_TABLE = "LAND_TYPE_PRESET", "LAND_TYPE_TABLE"
    TOTALS, YEAR, MASS = "TOTALS", "YEAR", "MASS"
    RULE_PRESET, RULE_TABLE = "RULE_PRESET", "RULE_TABLE"
    POINTS, CATEGORY_FIELD, TRANSPORT = "POINTS", "CATEGORY_FIELD", "TRANSPORT"
    PEOPLE, COUNT_FIELD = "PEOPLE", "COUNT_FIELD"
    ROADS, ROAD_CLASS_FIELD = "ROADS", "ROAD_CLASS_FIELD"
    OUTPUT, CLOSURE = "OUTPUT", "CLOSURE"

    def displayName(self):
        return tr("Allocation of emissions")

    def summary(self):
        return tr(
            "Puts the totals of sectors on parcels: every sub-sector on the parcels of its land types, by "
            "points of interest, people, roads, areas or a field. What is put on parcels sums to the totals."
        )

    def initAlgorithm(self, config=None):
        self.add_parcels()
        self.add_totals()
        self.add_proxies()
        add_mass(self)
        self.add_advanced()
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Emissions of parcels")),
            tr(
                "The parcels with the amount of every sector, emission ce_t, sequestration cs_t, net "
                "emission net_t [t] and t_ha, net emission per hectare."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.CLOSURE, tr("Closure"), optional=True, createByDefault=False
            ),
            tr(
                "Table with a row per total: what is on parcels, how many parcels share it by what, and "
                "which points, people or lines were of no use."
            ),
        )

    def add_parcels(self):
        """Add the parcels and their fields."""
        self.add(
            QgsProcessingParameterFeatureSource(
                self.PARCELS, tr("Parcels"), [Qgis.ProcessingSourceType.VectorPolygon]
            ),
            tr("Polygons of one land type each that do not overlap, such as those of a land survey."),
        )
        self.add(
            self.field(self.LAND_TYPE_FIELD, tr("Land type"), self.PARCELS),
            tr(
                "Field with the land type as the rules name it, or as a code that the table of land types "
                "knows. Not needed where the rules hold for all parcels."
            ),
        )
        self.add(
            self.field(self.PARENT_FIELD, tr("Parent area"), self.PARCELS),
            tr(
                "Field with the district, city or other area that the totals are of. Empty: all totals are "
                "of one area."
            ),
        )

    def add_totals(self):
        """Add the totals and the rules."""
        self.add(
            QgsProcessingParameterFeatureSource(
                self.TOTALS, tr("Totals of sectors"), [Qgis.ProcessingSourceType.Vector]
            ),
            tr(
                "Table with the columns sector, subsector, total [t], kind ('source' or 'sink'), and where "
                "there are such parent, year and mass ('t C' or 't CO2'): the totals of Sector inventory."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.YEAR, tr("Year"), Qgis.ProcessingNumberParameterType.Integer, optional=True
            ),
            tr("Of the totals. Empty: the only one there is."),
        )
        self.add(
            preset_parameter(self.RULE_PRESET, tr("Rules"), rule_presets(), "zhang2023"),
            tr(
                "Which land types share the total of a sub-sector, and by what: zhang2023 knows industry, "
                "construction, transport, agriculture, waste and sinks on 15 land types. A rule table "
                "replaces it."
            ),
        )
        self.add(
            table_parameter(self.RULE_TABLE, tr("Rule table")),
            tr(
                "Your own: a row per sub-sector and land type (* is every parcel) with the columns sector, "
                "subsector, land_type, proxy (points, people, road, length, area or field), category, field "
                "and, for totals of whole sectors, share."
            ),
        )

    def add_proxies(self):
        """Add the layers that parcels are weighed by."""
        for name, label, kind, text in (
            (
                self.POINTS,
                tr("Points of interest"),
                Qgis.ProcessingSourceType.VectorPoint,
                tr("Businesses, works and stations: rules with the proxy points count them in parcels."),
            ),
            (
                self.PEOPLE,
                tr("People"),
                Qgis.ProcessingSourceType.VectorPoint,
                tr("Points where people live, from mobile phones, a census or a raster of population."),
            ),
            (
                self.ROADS,
                tr("Roads and other lines"),
                Qgis.ProcessingSourceType.VectorLine,
                tr("Lines of roads, and of rails, waterways and runways if you like, told apart by class."),
            ),
        ):
            self.add(QgsProcessingParameterFeatureSource(name, label, [kind], optional=True), text)
            self.add(*self.field_of_proxy(name))

    def field_of_proxy(self, name):
        """The field of a layer that parcels are weighed by, and its help."""
        return {
            self.POINTS: (
                self.field(self.CATEGORY_FIELD, tr("Category of points"), self.POINTS),
                tr(
                    "Field with the category as the rules name it: mining, manufacturing, supply, business. "
                    "A type in levels (company;factory) is of each of them."
                ),
            ),
            self.PEOPLE: (
                self.field(self.COUNT_FIELD, tr("Number of people"), self.PEOPLE),
                tr("Field with the people at a point. Empty: one each."),
            ),
            self.ROADS: (
                self.field(self.ROAD_CLASS_FIELD, tr("Class of lines"), self.ROADS),
                tr("Field with the class: motorway, primary ... rail, waterway, runway."),
            ),
        }[name]

    def add_advanced(self):
        """Parameters that most users leave as they are."""
        codes = preset_parameter(self.LAND_TYPE_PRESET, tr("Codes of land types"), land_type_presets(), None)
        codes.setFlags(codes.flags() | Qgis.ProcessingParameterFlag.Optional)
        add_advanced(
            self,
            codes,
            tr(
                "What codes of the land type field mean: tnls2019 is the Third National Land Survey of "
                "China. Not set: the field holds land types. A table of land types replaces it."
            ),
        )
        add_advanced(
            self,
            table_parameter(self.LAND_TYPE_TABLE, tr("Table of land types")),
            tr("Your own: a row per code with the columns code and land_type."),
        )
        add_advanced(
            self,
            self.field(self.PARCEL_FIELD, tr("Name of parcels"), self.PARCELS),
            tr("Field with what messages call a parcel. Empty: its feature id."),
        )
        add_advanced(
            self,
            QgsProcessingParameterString(
                self.TRANSPORT, tr("Category of points of transport"), "transport", optional=True
            ),
            tr("Points that say how much a metre of road counts by its class; several by semicolons."),
        )
        add_advanced(
            self,
            QgsProcessingParameterEnum(
                self.DUPLICATES,
                tr("Parcels of one shape"),
                [tr("Stop with an error"), tr("The first one gets all")],
                defaultValue=0,
            ),
            tr("What to do with a parcel that is there twice."),
        )
        add_area(self)

    def field(self, name, label, of):
        """An optional field of a layer."""
        return QgsProcessingParameterField(name, label, None, of, optional=True)

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.totals = required_source(self, parameters, self.TOTALS, context)
        self.own_rules = table_source(self, parameters, self.RULE_TABLE, context)
        self.own_land_types = table_source(self, parameters, self.LAND_TYPE_TABLE, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        mass = MASSES[self.parameterAsEnum(parameters, self.MASS, context)]
        totals = sector_totals(self.totals.read(record), mass, self.year(parameters, context))
        tasks, notes = allocation_tasks(totals, self.rules(parameters, context, record))
        record.note(*totals.notes, *notes)
        rules = needed_rules(tasks)
        check_layers(self, rules, parameters, context)
        parcels = self.parcels(parameters, context, record)
        feedback.setProgress(30)
        measure = self.measured(parameters, context)(parcels.layer.crs)
        data = proxy_data(self, rules, parcels, measure, parameters, context, record)

        # Allocation
        weights, notes = proxy_weights(rules, data, progress_of(feedback, 70, 80))
        record.note(*notes)
        found = allocate(tasks, parcels.parcels, weights, totals.mass)
        record.note(*found.notes)
        feedback.setProgress(80)

        # Results
        with results:
            self.write_parcels(results, parcels, found, totals)
            results.table(
                self.CLOSURE,
                *columns_as_rows(closure_columns(found, totals), year=int, unused=float),
                tr("Closure {year}").format(year=totals.year or "").strip(),
            )
        return results.values

    def year(self, parameters, context):
        """The year that was chosen, None for the only one."""
        if parameters.get(self.YEAR) is None:
            return None
        return self.parameterAsInt(parameters, self.YEAR, context)

    def rules(self, parameters, context, record):
        """The user's rules, else those of the preset; they go to the record."""
        if self.own_rules is not None:
            rules = allocation_rules(self.own_rules.read(record))
        else:
            name = self.parameterAsEnumString(parameters, self.RULE_PRESET, context)
            record.decision("Totals are put on parcels by the rules {name}.", name=name)
            rules = rule_preset(name)
        record.used_coefficients(
            {"rule": rule.label, "land_types": rule.land_types, "proxy": rule.proxy, "source": rule.source}
            for rule in rules
        )
        return rules

    def land_types(self, parameters, context, record):
        """Land types by code: the user's table, else the preset that was chosen, else None."""
        if self.own_land_types is not None:
            return land_type_map(self.own_land_types.read(record))
        name = self.parameterAsEnumString(parameters, self.LAND_TYPE_PRESET, context)
        return land_type_preset(name) if name else None

    def measured(self, parameters, context):
        """How areas and lengths are measured, by the coordinate reference system."""
        kind = MEASURES[self.parameterAsEnum(parameters, self.AREA, context)]
        return lambda crs: measure_of(crs, context, kind)

    def parcels(self, parameters, context, record):
        """The parcels."""
        source = self.parameterAsSource(parameters, self.PARCELS, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.PARCELS))
        names = (self.LAND_TYPE_FIELD, self.PARENT_FIELD, self.PARCEL_FIELD)
        return read_parcels(
            source,
            tuple(self.parameterAsString(parameters, name, context) for name in names),
            self.land_types(parameters, context, record),
            self.measured(parameters, context),
            DUPLICATES[self.parameterAsEnum(parameters, self.DUPLICATES, context)],
            record,
        )

    def write_parcels(self, results, parcels, found, totals):
        """Write OUTPUT."""
        added, rows = columns_as_rows(allocation_columns(found, parcels.parcels, totals), year=int)
        layer = parcels.layer
        kept = KeptFields(layer.fields, added, results.record)
        features = (
            (shape, kept.row(attributes, row))
            for shape, attributes, row in zip_equal(layer.geometries, layer.attributes, rows)
        )
        title = tr("Emissions of parcels {year}").format(year=totals.year or "").strip()
        tip = [*map(column_of, found.sectors), "net_t"]
        style = emission_intensity(totals.mass, amounts=tip)
        results.layer(self.OUTPUT, kept.fields, features, layer.wkb_type, layer.crs, title, style)
