"""Carbon indices: balance, compensation, ECC, ESC and footprint of units, groups and the region."""

import numpy as np
from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
)

from ...core.accounting.unit_panel import table_mass
from ...core.errors import InputDataError
from ...core.tables import unit_key
from ...core.units import MASSES
from ...core.zoning.gdp import match_gdp
from ...core.zoning.indices import carbon_indices
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import columns_as_rows
from ..record import RunRecord
from ..sinks import Results
from ..styles.accounting import net_emission
from ..styles.classes import natural_levels
from ..styles.colours import COMPENSATION_LEVELS, EMISSION_LEVELS, SEQUESTRATION_LEVELS
from ..styles.loading import choice
from ..styles.zoning import coefficient
from ..tables import table_source, table_sources, unit_field
from .yearly_units import CE_FIELD, CS_FIELD, add_units, read_units_by_year, units_source

INDICES = ("cb", "cbi", "ccr", "ecc", "esc", "cf_ha", "ec_ha", "ed_ha")


class CarbonIndices(LandCarbonAlgorithm):
    """Indices of the carbon balance of units by year."""

    NAME = "carbonindices"
    GROUP = Group.ZONING

    GDP_FIELD, STATISTICS, GROUP_FIELD = "GDP_FIELD", "STATISTICS", "GROUP_FIELD"
    SINKS, NEP_TABLE, RESERVE, MASS = "SINKS", "NEP_TABLE", "RESERVE", "MASS"
    OUTPUT, GROUPS, REGION = "OUTPUT", "GROUPS", "REGION"

    def displayName(self):
        return tr("Carbon indices")

    def summary(self):
        return tr(
            "Compares every unit's carbon emission with its sequestration, its GDP and the region: carbon "
            "balance index, compensation rate, economic contribution (ECC), ecological support (ESC) and "
            "carbon footprint."
        )

    def initAlgorithm(self, config=None):
        table = [Qgis.ProcessingSourceType.Vector]
        add_units(
            self,
            tr("Carbon budget"),
            tr(
                "Polygons or a table with emission and sequestration, such as the result of Land-use "
                "carbon budget or Unit panel. All units of a year are the region that the coefficients "
                "refer to. A column 'mass' says 't C' or 't CO2'."
            ),
        )
        self.add(
            unit_field(self.GDP_FIELD, tr("GDP"), optional=True),
            tr("Field with the GDP of every row, in any currency; or give a table of statistics."),
        )
        self.add(
            QgsProcessingParameterFeatureSource(self.STATISTICS, tr("Table with GDP"), table, optional=True),
            tr(
                "Columns unit, year and gdp; the year may be left out for a budget of one year. Without "
                "GDP there is no ECC."
            ),
        )
        self.add(
            unit_field(self.GROUP_FIELD, tr("Group of the units"), optional=True),
            tr("Field with the group (province, agglomeration) of every unit."),
        )
        self.add(
            QgsProcessingParameterMultipleLayers(
                self.SINKS,
                tr("Sequestration by class"),
                Qgis.ProcessingSourceType.Vector,
                optional=True,
            ),
            tr(
                "Tables with the columns unit, year, class and cs_t, such as the class areas of Land-use "
                "carbon budget. Without them there is no footprint, carrying capacity and deficit."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                self.NEP_TABLE, tr("Productivity by class"), table, optional=True
            ),
            tr(
                "Your own: a row per vegetation class with the columns class, nep and per ('t C/ha'). "
                "Empty: cropland 4.05, shrubland 2.93, forest 3.81 and grassland 0.95 t C/ha (Huo et al. "
                "2025)."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.RESERVE,
                tr("Reserve for biodiversity"),
                Qgis.ProcessingNumberParameterType.Double,
                0.0,
                minValue=0.0,
                maxValue=1.0,
            ),
            tr(
                "Share of the carrying capacity that is kept free, at least 0 and below 1; 0.12 is customary."
            ),
        )
        self.add(
            QgsProcessingParameterEnum(self.MASS, tr("Mass"), list(MASSES), defaultValue=0),
            tr("Of a budget or a table that has no column 'mass'."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Carbon indices")),
            tr(
                "The budget with net emission cb [t], indices cbi, ccr, ecc and esc, footprint cf_ha, "
                "carrying capacity ec_ha and deficit ed_ha [ha], and the state of the balance."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.GROUPS, tr("Indices of groups"), optional=True, createByDefault=False
            ),
            tr("Table with the indices of every group and year, from the sums of its units."),
        )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.REGION, tr("Indices of the region"), optional=True, createByDefault=False
            ),
            tr(
                "Table with a row per year: sums, ratios of the sums, means of ECC and ESC, and changes in "
                "% since the first and the previous year."
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.budget = units_source(self, parameters, context)
        self.statistics = table_source(self, parameters, self.STATISTICS, context)
        self.sinks = table_sources(self, parameters, self.SINKS, context)
        self.productivity = table_source(self, parameters, self.NEP_TABLE, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        units = read_units_by_year(self, self.budget, parameters, context, record)
        mass = self.mass(units, parameters, context, record)
        ce, cs = (units.numbers(units.names[field]) for field in (CE_FIELD, CS_FIELD))

        # Indices
        indices = carbon_indices(
            units.unit,
            units.year,
            ce,
            cs,
            gdp=self.gdp(units, parameters, context, record),
            group=self.groups(units, results, parameters, context),
            sinks=[table.read(record) for table in self.sinks],
            nep=None if self.productivity is None else self.productivity.read(record),
            reserve=self.parameterAsDouble(parameters, self.RESERVE, context),
            mass=mass,
        )
        record.note(*indices.notes)

        # Results
        with results:
            self.write_units(results, units, indices, ce, cs, mass)
            self.write_tables(results, units, indices)
        return results.values

    def write_units(self, results, units, indices, ce, cs, mass):
        """Write OUTPUT."""
        columns = {
            "ce_t": (float, ce),
            "cs_t": (float, cs),
            **{name: (float, getattr(indices, name)) for name in INDICES},
            "state": (str, indices.state),
            "mass": (str, [mass] * len(ce)),
        }
        restated = (units.names[CE_FIELD], units.names[CS_FIELD], "mass")
        fields, rows = units.output(columns, results.record, restated)
        title = tr("Carbon indices {years}").format(years=units.span)
        shapes, crs = units.layer.wkb_type, units.layer.crs
        results.layer(self.OUTPUT, fields, rows, shapes, crs, title, self.style(indices, mass))

    def write_tables(self, results, units, indices):
        """Write GROUPS and REGION."""
        for name, columns, title in (
            (self.GROUPS, indices.groups, tr("Carbon indices of groups {years}")),
            (self.REGION, indices.region, tr("Carbon indices of the region {years}")),
        ):
            if columns is not None:
                results.table(name, *columns_as_rows(columns, year=int), title.format(years=units.span))

    def mass(self, units, parameters, context, record):
        """The mass of CE and CS: the input's own, else the one chosen."""
        chosen = MASSES[self.parameterAsEnum(parameters, self.MASS, context)]
        mass = table_mass(units.table, chosen)
        if units.table.has("mass"):
            record.decision("Amounts are {mass}, as {table} says.", mass=mass, table=units.table.name)
        else:
            record.decision(
                "{table} has no column 'mass': its amounts are taken as {mass}.",
                table=units.table.name,
                mass=mass,
            )
        return mass

    def gdp(self, units, parameters, context, record):
        """GDP of every row: from a field, or from a table of statistics; None without either."""
        field = self.parameterAsString(parameters, self.GDP_FIELD, context)
        if field and self.statistics is not None:
            raise InputDataError(
                "GDP is given twice, as field '{field}' and as a table; keep one.", field=field
            )
        if field:
            return units.numbers(field)
        if self.statistics is None:
            return None
        gdp, notes = match_gdp(self.statistics.read(record), units.unit, units.year)
        record.note(*notes)
        return gdp

    def groups(self, units, results, parameters, context):
        """The group of every row, None for a row in none; None without a field."""
        field = self.parameterAsString(parameters, self.GROUP_FIELD, context)
        if field:
            texts = units.table.text(units.source.column(units.table, field))
            return [None if text is None else unit_key(text) for text in texts]
        if results.wants(self.GROUPS):
            raise InputDataError("Indices of groups are asked for, but no field with the groups is given.")
        return None

    def style(self, indices, mass):
        """ECC first; without GDP it is ESC."""
        styles = {
            tr("Economic contribution (ECC)"): coefficient("ecc"),
            tr("Ecological support (ESC)"): coefficient("esc"),
            tr("Net emission (CB)"): net_emission(mass, "cb"),
            tr("Emission, five levels"): natural_levels("ce_t", EMISSION_LEVELS, mass),
            tr("Sequestration, five levels"): natural_levels("cs_t", SEQUESTRATION_LEVELS, mass),
            tr("Compensation rate, five levels"): natural_levels("ccr", COMPENSATION_LEVELS),
        }
        if np.isnan(indices.ecc).all():
            del styles[tr("Economic contribution (ECC)")]
        return choice(styles)
