"""Hierarchical clusters: units in groups that are alike in several fields."""

from qgis.core import (
    Qgis,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from ...core.errors import InputDataError
from ...core.pattern.hierarchical_clusters import LINKAGES, NONE, hierarchical_clusters
from ...core.pattern.weights import contiguity
from ...core.sequences import zip_equal
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import KeptFields, columns_as_rows, fields_of, without_curves
from ..pages import PACKAGES, add_report
from ..record import RunRecord
from ..sinks import Results
from ..styles.pattern import clusters
from ..tables import INPUT, required_source, unit_field
from .dated_units import add_units, by_date, each_date, read_dated_units
from .hierarchical_clusters_report import report

UNIT = "unit"  # the default of UNIT_FIELD; an input without it has numbered units
TYPES = {"year": int, "cluster": int, "units": int, "field": str}


class HierarchicalClusters(LandCarbonAlgorithm):
    """Groups of units that are alike."""

    NAME = "hierarchicalclusters"
    GROUP = Group.PATTERN
    REQUIRES = ("scipy",)

    UNIT_FIELD, FIELDS, STANDARDISE = "UNIT_FIELD", "FIELDS", "STANDARDISE"
    LINKAGE, CONTIGUOUS, CLUSTERS = "LINKAGE", "CONTIGUOUS", "CLUSTERS"
    OUTPUT, PROFILE, DENDROGRAM = "OUTPUT", "PROFILE", "DENDROGRAM"

    def displayName(self):
        return tr("Hierarchical clusters")

    def summary(self):
        return tr(
            "Groups units that are alike in several fields, such as the emission and sequestration of each "
            "class of land, by merging the nearest two again and again."
        )

    def initAlgorithm(self, config=None):
        number = Qgis.ProcessingNumberParameterType
        add_units(self, tr("Polygons, points or a table: a row per unit."))
        self.add(
            unit_field(self.UNIT_FIELD, tr("Name or code of the units"), UNIT, optional=True),
            tr("Field with the name of every unit, for the dendrogram."),
        )
        self.add(
            unit_field(self.FIELDS, tr("Fields"), several=True),
            tr("The numbers that units are compared by, such as forest_t and water_t of a land-use budget."),
        )
        self.add(
            QgsProcessingParameterBoolean(self.STANDARDISE, tr("Standardise"), True),
            tr("Compare z-scores, so that all fields count the same; else the numbers as they are."),
        )
        linkages = [tr("Average between groups"), tr("Ward"), tr("Complete"), tr("Single")]
        self.add(
            QgsProcessingParameterEnum(self.LINKAGE, tr("Linkage"), linkages, defaultValue=0),
            tr("How the distance of two clusters is measured, on squared Euclidean distances of units."),
        )
        self.add(
            QgsProcessingParameterBoolean(self.CONTIGUOUS, tr("Only neighbours merge"), False),
            tr(
                "Clusters are connected areas: only polygons that touch merge, by Ward's or single linkage. "
                "Needs the Python package scikit-learn."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.CLUSTERS, tr("Number of clusters"), number.Integer, 5, minValue=2
            ),
            tr("How many clusters are left."),
        )
        self.add_outputs()

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Clusters")),
            tr(
                "The units with cluster, numbered from 1 by their first units; NULL where a value is missing."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.PROFILE, tr("Profile of the clusters"), optional=True, createByDefault=False
            ),
            tr("Table with the units of every cluster, and mean, deviation and range of every field in it."),
        )
        add_report(
            self,
            self.DENDROGRAM,
            tr("Dendrogram"),
            tr(
                "The tree of merges with the profile of the clusters, as one page. Needs the Python packages "
                "jinja2 and matplotlib, too."
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.source = required_source(self, parameters, INPUT, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        if self.parameterAsBoolean(parameters, self.CONTIGUOUS, context):
            check_packages(tr("Clusters of neighbours"), ("scikit-learn",))
        if results.wants(self.DENDROGRAM):
            check_packages(tr("The dendrogram"), PACKAGES)
        units = read_dated_units(self, self.source, parameters, context, record)
        key_field = self.key_field(units, parameters, context, record)
        keys = units.table.keys(key_field) if key_field else None

        # Clusters
        found = each_date(units, self.analysis(units, parameters, context), record)
        page = None
        if results.wants(self.DENDROGRAM):
            method = self.method(parameters, context)
            page = report(found, units, keys, method, record.notes)

        # Results
        with results:
            self.write_units(results, units, key_field, keys, found)
            self.write_profile(results, units, found)
            if page is not None:
                results.page(self.DENDROGRAM, page)
        return results.values

    def analysis(self, units, parameters, context):
        """The function that makes clusters of the rows of a date."""
        fields = units.chosen(self, self.FIELDS, parameters, context)
        if not fields:
            raise InputDataError("Choose at least one field to compare the units by.")
        numbers = {field: units.table.numbers(field) for field in fields}
        count = self.parameterAsInt(parameters, self.CLUSTERS, context)
        linkage = LINKAGES[self.parameterAsEnum(parameters, self.LINKAGE, context)]
        standardise = self.parameterAsBoolean(parameters, self.STANDARDISE, context)
        contiguous = self.parameterAsBoolean(parameters, self.CONTIGUOUS, context)

        def analyse(rows):
            own = {field: values[rows] for field, values in numbers.items()}
            neighbours = contiguity(polygons(units, rows)).matrix if contiguous else None
            return hierarchical_clusters(own, count, linkage, standardise, neighbours)

        return analyse

    def key_field(self, units, parameters, context, record):
        """The field of the names of the units, '' if there is none."""
        field = self.parameterAsString(parameters, self.UNIT_FIELD, context).strip()
        if field == UNIT and not units.table.has(UNIT):
            record.decision(
                "{table} has no field 'unit'; units are called by their places.", table=units.table.name
            )
            return ""
        return units.source.column(units.table, field) if field else ""

    def method(self, parameters, context):
        """A sentence on what was computed, for the page."""
        linkages = self.parameterDefinition(self.LINKAGE).options()
        parts = [
            tr("Linkage: {linkage}.").format(
                linkage=linkages[self.parameterAsEnum(parameters, self.LINKAGE, context)]
            )
        ]
        if self.parameterAsBoolean(parameters, self.STANDARDISE, context):
            parts.append(tr("Units are compared by z-scores, with the sample deviation."))
        if self.parameterAsBoolean(parameters, self.CONTIGUOUS, context):
            parts.append(tr("Only neighbours merge."))
        return " ".join(parts)

    def write_units(self, results, units, key_field, keys, found):
        """Write OUTPUT."""
        cluster = [None] * units.table.rows
        for (_, rows), (_, one) in zip_equal(units.dates(), found):
            for row, number in zip_equal(rows.tolist(), one.cluster.tolist()):
                cluster[row] = None if number == NONE else number
        columns = {"cluster": (int, cluster)}
        if units.year is not None:
            columns = {"year": (int, units.year.tolist())} | columns
        if keys is not None:
            columns = {"unit": (str, keys)} | columns
        ours = fields_of(*((name, kind) for name, (kind, _) in columns.items()))
        layer, restated = units.layer, (key_field, units.year_field)
        kept = KeptFields(layer.fields, ours, results.record, restated)
        values = zip_equal(*(values for _, values in columns.values()))
        rows = (
            (shape, kept.row(attributes, row))
            for shape, attributes, row in zip_equal(layer.geometries, layer.attributes, values)
        )
        title = tr("Clusters {years}").format(years=units.span).strip()
        style = clusters(max(number for number in cluster if number is not None))
        results.layer(self.OUTPUT, kept.fields, rows, layer.wkb_type, layer.crs, title, style)

    def write_profile(self, results, units, found):
        """Write PROFILE."""
        table = by_date((year, one.profile) for year, one in found)
        kinds = {name: TYPES.get(name, float) for name in table}
        title = tr("Profile of the clusters {years}").format(years=units.span).strip()
        results.table(self.PROFILE, *columns_as_rows(table, **kinds), title)


def polygons(units, rows):
    """The polygons of some rows as WKB, with straight edges.

    Raises
    ------
    InputDataError
        There are no polygons, or a unit has none.
    """
    layer = units.layer
    if QgsWkbTypes.geometryType(layer.wkb_type) != Qgis.GeometryType.Polygon:
        raise InputDataError(
            "{layer} has no polygons, so no unit touches another; do without contiguity.", layer=layer.name
        )
    found = []
    for row in rows.tolist():
        shape = layer.geometries[row]
        if shape.isEmpty():
            raise InputDataError(
                "{layer}: {row} has no polygon, so it touches no other; remove it, or do without contiguity.",
                layer=layer.name,
                row=units.table.where(row),
            )
        found.append(without_curves(shape).asWkb().data())
    return found
