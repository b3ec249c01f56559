"""Sector inventory: what units burn, make, grow and throw away, as emission and sequestration by sector."""

from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
)

from ...core.accounting.factor_table import factor_preset, factor_presets, factor_table
from ...core.accounting.greenhouse_gases import GWP_SETS
from ...core.accounting.sector_inventory import sector_inventory
from ...core.errors import InputDataError
from ...core.units import MASSES
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import columns_as_rows
from ..pages import PACKAGES, add_report
from ..record import RunRecord
from ..sinks import Results
from ..styles.classes import by_year
from ..styles.dates import year_span
from ..tables import preset_parameter, required_source, table_parameter, table_source
from .sector_inventory_report import report

NONE = "none"  # of the presets: the user's table alone


class SectorInventory(LandCarbonAlgorithm):
    """Activities and factors to emission and sequestration by sector."""

    NAME = "sectorinventory"
    GROUP = Group.ACCOUNTING

    ACTIVITIES, FACTOR_PRESET, FACTOR_TABLE = "ACTIVITIES", "FACTOR_PRESET", "FACTOR_TABLE"
    GWP, MASS = "GWP", "MASS"
    OUTPUT, BUDGET, TOTALS, GASES, REPORT = "OUTPUT", "BUDGET", "TOTALS", "GASES", "REPORT"

    def displayName(self):
        return tr("Sector inventory")

    def summary(self):
        return tr(
            "Multiplies what units burn, make, transport, farm and throw away by emission factors, line by "
            "line with the source of every factor, and sums the lines to sectors and to a carbon budget."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFeatureSource(
                self.ACTIVITIES, tr("Activities"), [Qgis.ProcessingSourceType.Vector]
            ),
            tr(
                "Table with a row per unit, year and activity and the columns unit, year, activity, amount "
                "and per ('1e4 t', '万吨', 'kWh', 'head'); if you like sector and subsector (where the "
                "carbon of a fuel goes) and amount_2, amount_3 (more amounts or shares that multiply)."
            ),
        )
        self.add(
            preset_parameter(self.FACTOR_PRESET, tr("Factors"), (*factor_presets(), NONE), "zhang2023"),
            tr(
                "zhang2023 (energy, products, transport, buildings, farming, waste and sinks of a city), "
                "huo2025 (energy, farming, human respiration and crops as in that study) or huo2025_ch4 (the "
                "same with the CH4 of livestock as CH4); ipcc2006 (fuels by heat, products, livestock and "
                "wastewater by the defaults of the IPCC); none: only the factor table."
            ),
        )
        self.add(
            table_parameter(self.FACTOR_TABLE, tr("Factor table")),
            tr(
                "Your own: a row per activity with the columns activity, sector, factor, per ('t C/t', 'kg "
                "CH4/head') and gas, if you like subsector, kind (source or sink), source and more. Its rows "
                "replace those of the preset for the activities that it names; the others stay."
            ),
        )
        self.add(
            QgsProcessingParameterEnum(self.GWP, tr("Warming potentials"), list(GWP_SETS), defaultValue=1),
            tr(
                "What CH4 and N2O count as CO2 over 100 years, by assessment report of the IPCC: CH4 25, 28 "
                "or 27 (29.8 of fossil origin), N2O 298, 265 or 273."
            ),
        )
        self.add(
            QgsProcessingParameterEnum(self.MASS, tr("Mass"), list(MASSES), defaultValue=0),
            tr("Of the result. CO2 equivalents become t C with 12/44."),
        )
        self.add_outputs()

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Sector inventory")),
            tr(
                "Table with a row per activity and process: amount, whole factor in t of the gas, how it was "
                "put together, emission, sequestration and source."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.BUDGET, tr("Carbon budget"), optional=True),
            tr("Table with a row per unit and year: ce_t, cs_t, net_t. It goes into Unit panel."),
        )
        for name, label, text in (
            (
                self.TOTALS,
                tr("Sector totals"),
                tr(
                    "Table with a row per unit, year, part of a sector and kind (source or sink), to be "
                    "put on parcels."
                ),
            ),
            (
                self.GASES,
                tr("Gases"),
                tr("Table with CO2, CH4 and N2O of every unit and year [t], and as CO2 equivalent."),
            ),
        ):
            self.add(
                QgsProcessingParameterFeatureSink(name, label, optional=True, createByDefault=False), text
            )
        add_report(
            self,
            self.REPORT,
            tr("Report"),
            tr(
                "Sectors of every unit as bars, sinks below zero, gases, and the factors used with their "
                "sources. Needs the Python packages jinja2 and matplotlib."
            ),
        )

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.activities = required_source(self, parameters, self.ACTIVITIES, context)
        self.own_factors = table_source(self, parameters, self.FACTOR_TABLE, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        if results.wants(self.REPORT):
            check_packages(tr("The report"), PACKAGES)
        factors = self.factors(parameters, context, record)
        activities = self.activities.read(record)

        # Inventory
        found = sector_inventory(
            activities,
            factors,
            GWP_SETS[self.parameterAsEnum(parameters, self.GWP, context)],
            MASSES[self.parameterAsEnum(parameters, self.MASS, context)],
        )
        record.note(*found.notes)
        record.used_coefficients(used(row) for row in found.rows_used)
        span = year_span([line.year for line in found.lines if line.year is not None])
        page = report(found, span, record.notes) if results.wants(self.REPORT) else None

        # Results
        with results:
            for name, columns, title in (
                (self.OUTPUT, line_columns(found), tr("Sector inventory {years}")),
                (self.BUDGET, found.budget, tr("Carbon budget by sectors {years}")),
                (self.TOTALS, found.totals, tr("Sector totals {years}")),
                (self.GASES, found.gases, tr("Gases {years}")),
            ):
                results.table(
                    name, *columns_as_rows(columns, year=int), title.format(years=span).strip(), by_year
                )
            if page is not None:
                results.page(self.REPORT, page)
        return results.values

    def factors(self, parameters, context, record):
        """The preset, with the rows of the user's table in place of its own."""
        preset = self.parameterAsEnumString(parameters, self.FACTOR_PRESET, context)
        own = None if self.own_factors is None else factor_table(self.own_factors.read(record))
        if preset == NONE and own is None:
            raise InputDataError("There are no factors: choose a preset, or give a factor table.")
        if preset == NONE:
            return own
        return factor_preset(preset) if own is None else factor_preset(preset).replaced_by(own)


def line_columns(found):
    """The columns of OUTPUT."""
    lines = found.lines

    def columns(*names):
        values = {name: [getattr(line, name) for line in lines] for name in names}
        return {name: [None if value == "" else value for value in column] for name, column in values.items()}

    amounts = {name: [line.amounts[place] for line in lines] for place, name in enumerate(found.amount_names)}
    return (
        columns("unit", "year", "sector", "subsector", "activity", "process", "gas")
        | amounts
        | columns("per", "factor", "gas_t", "ce_t", "cs_t")
        | {"mass": [found.mass] * len(lines)}
        | columns("formula", "source")
    )


def used(row):
    """A factor row for the record of the run."""
    return {
        "activity": row.activity,
        "process": row.process,
        "sector": row.sector,
        "subsector": row.subsector,
        "factor": row.factor,
        "per": row.rate.text,
        "gas": row.gas.name,
        "kind": row.kind,
        "table": row.table,
        "row": row.where,
        "source": row.source,
    }
