"""Unit panel: tables of units and years to one layer with emission, sequestration and net emission."""

import re

from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from ...core.accounting.unit_panel import DUPLICATES, group_sums, unit_panel
from ...core.errors import InputDataError
from ...core.sequences import zip_equal
from ...core.tables import unit_key
from ...core.units import MASSES
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import KeptFields, columns_as_rows, read_units
from ..record import RunRecord
from ..sinks import Results
from ..styles.accounting import net_emission
from ..styles.classes import by_year
from ..styles.dates import year_span
from ..tables import table_sources


class UnitPanel(LandCarbonAlgorithm):
    """Tables of units and years to one row per unit and year."""

    NAME = "unitpanel"
    GROUP = Group.ACCOUNTING

    TABLES, TABLE_UNIT, TABLE_YEAR = "TABLES", "TABLE_UNIT", "TABLE_YEAR"
    CE_FIELDS, CS_FIELDS, MASS, DUPLICATES = "CE_FIELDS", "CS_FIELDS", "MASS", "DUPLICATES"
    UNITS, UNIT_FIELD, GROUP_FIELD = "UNITS", "UNIT_FIELD", "GROUP_FIELD"
    OUTPUT, GROUPS, UNMATCHED = "OUTPUT", "GROUPS", "UNMATCHED"

    def displayName(self):
        return tr("Unit panel")

    def summary(self):
        return tr(
            "Merges tables of units and years (budgets, inventories, statistics) to one row per unit and "
            "year, and sums their carbon emission and sequestration."
        )

    def initAlgorithm(self, config=None):
        table = Qgis.ProcessingSourceType.Vector
        self.add(
            QgsProcessingParameterMultipleLayers(self.TABLES, tr("Tables"), table),
            tr(
                "Layers, CSV or Excel files with a column of units and, where values change with time, of "
                "years. Tables with the same columns for other units or years are taken as one. A column "
                "'mass' says 't C' or 't CO2'."
            ),
        )
        self.add(
            QgsProcessingParameterString(self.TABLE_UNIT, tr("Column of the units in the tables"), "unit"),
            tr("The same in all tables."),
        )
        self.add(
            QgsProcessingParameterString(self.TABLE_YEAR, tr("Column of the years in the tables"), "year"),
            tr(
                "A table without this column holds for all years; amounts and GDP need it if there are "
                "several."
            ),
        )
        self.add(
            QgsProcessingParameterString(
                self.CE_FIELDS, tr("Columns with carbon emission"), "ce_t", optional=True
            ),
            tr("Summed over all tables that have them; several names are separated by a semicolon."),
        )
        self.add(
            QgsProcessingParameterString(
                self.CS_FIELDS, tr("Columns with carbon sequestration"), "cs_t", optional=True
            ),
            tr("Positive amounts, summed likewise."),
        )
        self.add(
            QgsProcessingParameterEnum(self.MASS, tr("Mass"), list(MASSES), defaultValue=0),
            tr("Of the result, and of a table that has no column 'mass'."),
        )
        self.add(
            QgsProcessingParameterEnum(
                self.DUPLICATES,
                tr("Several rows of a unit and year"),
                [tr("Error"), tr("Sum")],
                defaultValue=0,
            ),
            tr("What to do if a table has a unit twice in a year."),
        )
        polygons = [Qgis.ProcessingSourceType.VectorPolygon]
        self.add(
            QgsProcessingParameterFeatureSource(self.UNITS, tr("Units"), polygons, optional=True),
            tr(
                "Polygons: the result then has these units, all of them and no others, with their shapes "
                "and fields."
            ),
        )
        self.add(
            QgsProcessingParameterField(
                self.UNIT_FIELD, tr("Name or code of the units"), None, self.UNITS, optional=True
            ),
            tr("Field of the polygons that holds what the tables' column of units holds."),
        )
        self.add(
            QgsProcessingParameterString(self.GROUP_FIELD, tr("Field of the groups"), optional=True),
            tr(
                "Field of the polygons or column of a table with the group (province, agglomeration) of a "
                "unit."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Unit panel")),
            tr(
                "One row per unit and year: unit, year, all columns of the tables, ce_t, cs_t, net_t and "
                "mass."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.GROUPS, tr("Groups"), optional=True, createByDefault=False
            ),
            tr("Table with the sums of every group and year."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.UNMATCHED, tr("Unmatched"), optional=True, createByDefault=False
            ),
            tr("Table of the units and years that one side has and the other lacks, with the reason."),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.tables = table_sources(self, parameters, self.TABLES, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        units = self.units(parameters, context, feedback)
        group_field = self.parameterAsString(parameters, self.GROUP_FIELD, context).strip()
        if results.wants(self.GROUPS) and not group_field:
            raise InputDataError("Groups are asked for, but no field of the groups is given.")
        tables = [table.read(record) for table in self.tables]

        # Panel
        panel = unit_panel(
            tables,
            ce_columns=names_in(self.parameterAsString(parameters, self.CE_FIELDS, context)),
            cs_columns=names_in(self.parameterAsString(parameters, self.CS_FIELDS, context)),
            mass=MASSES[self.parameterAsEnum(parameters, self.MASS, context)],
            duplicates=DUPLICATES[self.parameterAsEnum(parameters, self.DUPLICATES, context)],
            units=None if units is None else units.keys,
            unit_column=self.parameterAsString(parameters, self.TABLE_UNIT, context).strip(),
            year_column=self.parameterAsString(parameters, self.TABLE_YEAR, context).strip(),
        )
        record.note(*panel.notes)
        sums = None
        if group_field:
            sums, notes = group_sums(
                groups_of(panel, units, group_field), panel.year, panel.ce_t, panel.cs_t, panel.mass
            )
            record.note(*notes)

        # Results
        span = year_span(panel.year)
        with results:
            self.write_panel(results, panel, units, span)
            if sums is not None:
                results.table(
                    self.GROUPS,
                    *columns_as_rows(sums, year=int),
                    tr("Groups {years}").format(years=span).strip(),
                    by_year,
                )
            results.table(self.UNMATCHED, *columns_as_rows(panel.unmatched, year=int), tr("Unmatched units"))
        return results.values

    def units(self, parameters, context, feedback):
        """The polygons, None if there are none."""
        source = self.parameterAsSource(parameters, self.UNITS, context)
        if source is None:
            return None
        field = self.parameterAsString(parameters, self.UNIT_FIELD, context)
        if not field:
            raise InputDataError("Choose the field with the name or code of the units in the polygons.")
        return read_units(source, field, feedback)

    def write_panel(self, results, panel, units, span):
        """Write OUTPUT: with polygons their fields come first."""
        years = {} if panel.year is None else {"year": panel.year}
        amounts = {"ce_t": panel.ce_t, "cs_t": panel.cs_t, "net_t": panel.net_t}
        added, rows = columns_as_rows(
            {"unit": panel.unit, **years, **panel.columns, **amounts, "mass": [panel.mass] * len(panel.unit)}
        )
        title = tr("Unit panel {years}").format(years=span).strip()
        if units is None:
            results.table(self.OUTPUT, added, rows, title, by_year)
            return
        kept = KeptFields(units.fields, added, results.record, restated=(units.key_field,))
        index = {key: i for i, key in enumerate(units.keys)}
        places = [index[key] for key in panel.unit]
        features = (
            (units.geometries[place], kept.row(units.attributes[place], row))
            for place, row in zip_equal(places, rows)
        )
        style = net_emission(panel.mass)
        results.layer(self.OUTPUT, kept.fields, features, units.wkb_type, units.crs, title, style)


def names_in(text):
    """The names in a text, separated by semicolons or commas."""
    return [name.strip() for name in re.split("[;,；，]", text) if name.strip()]


def groups_of(panel, units, field):
    """The group of every row of a panel: from the polygons, else from a column of the tables."""
    if units is not None and units.fields.lookupField(field) >= 0:
        of_unit = dict(zip_equal(units.keys, units.column(field)))
        values = [of_unit[unit] for unit in panel.unit]
    else:
        name = next((name for name in panel.columns if name.lower() == field.lower()), None)
        if name is None:
            raise InputDataError(
                "No field '{field}' for the groups in the polygons or the tables; the tables have: "
                "{columns}.",
                field=field,
                columns=", ".join(panel.columns),
            )
        values = panel.columns[name]
    return [None if value is None or value != value else unit_key(value) for value in values]
