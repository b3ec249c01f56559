"""Neutrality zoning: every unit scored by the trends of its indices, and put into a zone by its sum."""

from qgis.core import (
    Qgis,
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
)

from ...core.sequences import zip_equal
from ...core.trend.unit_trend import whole
from ...core.zoning.neutrality_rules import neutrality_rules, rule_preset, rule_presets
from ...core.zoning.neutrality_zoning import (
    MOST_ZONES,
    neutrality_zones,
    score_parts,
    zone_breaks,
    zone_names,
)
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import KeptFields, columns_as_rows, fields_of, read_units
from ..record import RunRecord
from ..sinks import Results
from ..styles.zoning import scored_zones
from ..tables import preset_parameter, table_parameter, table_source
from ..units_on_rasters import add_advanced, add_units
from .balance_zoning import coded


class NeutralityZoning(LandCarbonAlgorithm):
    """Zones for carbon neutrality from trends, emission potential and land use intensity."""

    NAME = "neutralityzoning"
    GROUP = Group.ZONING

    UNITS, UNIT_FIELD = "UNITS", "UNIT_FIELD"
    TRENDS, CEP, CEP_FIELD, CLI, CLI_YEAR = "TRENDS", "CEP", "CEP_FIELD", "CLI", "CLI_YEAR"
    RULE_PRESET, RULE_TABLE = "RULE_PRESET", "RULE_TABLE"
    BY_Z_ONLY, CLASS_COUNT = "BY_Z_ONLY", "CLASS_COUNT"
    OUTPUT, BREAKS, SCORES = "OUTPUT", "BREAKS", "SCORES"

    def displayName(self):
        return tr("Neutrality zoning")

    def summary(self):
        return tr(
            "Scores every unit from 1 to 5 by the trend of each index, its emission potential and its land "
            "use intensity, and puts it into a zone by the sum (Huo et al. 2025)."
        )

    def initAlgorithm(self, config=None):
        add_units(self)
        self.add_tables()
        self.add_rules()
        self.add_outputs()

    def add_tables(self):
        """Add what is scored."""
        whole = Qgis.ProcessingNumberParameterType.Integer
        self.add(
            QgsProcessingParameterFeatureSource(
                self.TRENDS, tr("Trends"), [Qgis.ProcessingSourceType.Vector]
            ),
            tr(
                "Table with the columns unit, field, class and z: all trends of Trends of units, of the "
                "fields that the rules name."
            ),
        )
        self.add(
            table_parameter(self.CEP, tr("Emission potential (CEP)")),
            tr(
                "Layer or table with the column unit and a class from 1 to 5: the result of STIRPAT forecast."
            ),
        )
        self.add(
            QgsProcessingParameterField(
                self.CEP_FIELD,
                tr("Class of the potential"),
                "cep",
                self.CEP,
                Qgis.ProcessingFieldParameterDataType.Any,
                optional=True,
            ),
            tr("Field with the class; 5 is the most favourable. Empty: cep."),
        )
        self.add(
            table_parameter(self.CLI, tr("Land use intensity (CLI)")),
            tr("Table with the columns unit, year and cli: the result of Land use intensity."),
        )
        self.add(
            QgsProcessingParameterNumber(self.CLI_YEAR, tr("Year of the intensity"), whole, optional=True),
            tr("Empty: the latest."),
        )

    def add_rules(self):
        """Add how it is scored."""
        self.add(
            preset_parameter(self.RULE_PRESET, tr("Rules"), rule_presets(), "huo2025"),
            tr(
                "Which indices are scored: huo2025 scores the trends of CS, ECC, ESC and carrying capacity "
                "(a rise is favourable) and of net emission, CE, footprint and deficit (a fall is), the "
                "potential and the intensity. A rule table replaces it."
            ),
        )
        self.add(
            table_parameter(self.RULE_TABLE, tr("Rule table")),
            tr(
                "Your own: a row per index with the columns index, field (in the table of trends; empty for "
                "cep and cli), direction ('positive' or 'negative') and, if you like, weight."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.CLASS_COUNT,
                tr("Number of zones"),
                Qgis.ProcessingNumberParameterType.Integer,
                5,
                minValue=2,
                maxValue=MOST_ZONES,
            ),
            tr("Natural breaks of the sums; five zones have names, others are numbered."),
        )
        add_advanced(
            self,
            QgsProcessingParameterBoolean(self.BY_Z_ONLY, tr("Trends by Z alone"), False),
            tr("Class trends by Z and 1.66 as the study prints it, instead of the class by slope and Z."),
        )

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Neutrality zones")),
            tr(
                "The units with the score of every index, their weighted sum score, zone (1 has the highest "
                "sums) and zone_name; NULL where an index is missing."
            ),
        )
        for name, label, text in (
            (
                self.BREAKS,
                tr("Breaks of the zones"),
                tr("Table with a row per zone: its number, its highest sum and its number of units."),
            ),
            (
                self.SCORES,
                tr("Scores of the indices"),
                tr(
                    "Table with a row per unit and index: the value that was scored, the score, the weight, "
                    "and the part of the sum."
                ),
            ),
        ):
            self.add(
                QgsProcessingParameterFeatureSink(name, label, optional=True, createByDefault=False), text
            )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.sources = {
            name: table_source(self, parameters, name, context)
            for name in (self.TRENDS, self.CEP, self.CLI, self.RULE_TABLE)
        }
        if self.sources[self.TRENDS] is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.TRENDS))
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        key = self.parameterAsString(parameters, self.UNIT_FIELD, context)
        units = read_units(self.parameterAsSource(parameters, self.UNITS, context), key, feedback)
        tables = {name: source and source.read(record) for name, source in self.sources.items()}
        rules = self.rules(tables[self.RULE_TABLE], parameters, context, record)

        # Zones
        found = neutrality_zones(
            units.keys,
            rules,
            tables[self.TRENDS],
            tables[self.CEP],
            tables[self.CLI],
            potential_column=self.potential_column(tables[self.CEP], parameters, context),
            intensity_year=self.intensity_year(parameters, context),
            by_z_only=self.parameterAsBoolean(parameters, self.BY_Z_ONLY, context),
            count=self.parameterAsInt(parameters, self.CLASS_COUNT, context),
        )
        record.note(*found.notes)

        # Results
        with results:
            self.write_units(results, units, found)
            self.write_tables(results, units, found)
        return results.values

    def rules(self, table, parameters, context, record):
        """The user's rules, else those of the preset."""
        if table is not None:
            return neutrality_rules(table)
        name = self.parameterAsEnumString(parameters, self.RULE_PRESET, context)
        record.decision("Indices are scored by the rules {name}.", name=name)
        return rule_preset(name)

    def potential_column(self, table, parameters, context):
        """The column with the class of potential."""
        field = self.parameterAsString(parameters, self.CEP_FIELD, context).strip() or "cep"
        return field if table is None else self.sources[self.CEP].column(table, field)

    def intensity_year(self, parameters, context):
        """The year that was chosen, None for the latest."""
        if parameters.get(self.CLI_YEAR) is None:
            return None
        return self.parameterAsInt(parameters, self.CLI_YEAR, context)

    def write_units(self, results, units, found):
        """Write OUTPUT."""
        names = zone_names(len(found.upper))
        columns = {
            "unit": (str, units.keys),
            **{f"{one.rule.index}_s": (int, whole(one.scores)) for one in found.indices},
            "score": (float, found.score.tolist()),
            "zone": (int, coded(found.codes)),
            "zone_name": (str, [names.get(code) for code in found.codes.tolist()]),
        }
        added = fields_of(*((name, kind) for name, (kind, _) in columns.items()))
        kept = KeptFields(units.fields, added, results.record, restated=(units.key_field,))
        values = zip_equal(*(values for _, values in columns.values()))
        rows = (
            (shape, kept.row(attributes, row))
            for shape, attributes, row in zip_equal(units.geometries, units.attributes, values)
        )
        style = scored_zones(len(found.upper), {one.rule.index: one.rule.weight for one in found.indices})
        title = tr("Neutrality zones")
        results.layer(self.OUTPUT, kept.fields, rows, units.wkb_type, units.crs, title, style)

    def write_tables(self, results, units, found):
        """Write BREAKS and SCORES."""
        for name, columns, types, title in (
            (self.BREAKS, zone_breaks(found), {}, tr("Breaks of the neutrality zones")),
            (self.SCORES, score_parts(units.keys, found), {"score": int}, tr("Scores of the indices")),
        ):
            if results.wants(name):
                results.table(name, *columns_as_rows(columns, **types), title)
