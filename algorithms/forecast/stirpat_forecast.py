"""STIRPAT forecast: emission of units in scenarios, peak, neutrality and emission potential."""

import math

import numpy as np
from qgis.core import (
    Qgis,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
)

from ...core.accounting.unit_panel import table_mass
from ...core.errors import InputDataError
from ...core.forecast.history import RESPONSE
from ...core.forecast.model import model_variables, read_model
from ...core.forecast.scenarios import ROLES, read_scenarios
from ...core.forecast.sequestration import sequestration_paths
from ...core.forecast.stirpat_forecast import Targets, check_targets, stirpat_forecast
from ...core.notes import listing
from ...core.resources import presets, read_preset
from ...core.sequences import zip_equal
from ...core.trend.unit_trend import long_series
from ...core.units import MASSES, mass_factor
from ...core.years import FIRST_YEAR
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import KeptFields, fields_of, first_shape, free_name, read_units
from ..pages import PACKAGES, add_report
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..styles.forecast import emission_potential, peak_year
from ..styles.loading import choice
from ..tables import INPUT, preset_parameter, required_source, table_parameter, table_source, unit_field
from .history_input import (
    add_amounts,
    add_history,
    amount_columns,
    chosen_column,
    field_name,
    read_history,
    read_input,
)
from .stirpat_forecast_report import report

SCENARIOS = "scenarios"  # the folder of the presets
PRESET = "huo2025"
MOST_DRAWS = 100_000


class StirpatForecast(LandCarbonAlgorithm):
    """Emission of units in the years to come."""

    NAME = "stirpatforecast"
    GROUP = Group.FORECAST
    REQUIRES = ("scipy",)

    REGION_FIELD, COEFFICIENTS = "REGION_FIELD", "COEFFICIENTS"
    SCENARIO_PRESET, SCENARIO_TABLE = "SCENARIO_PRESET", "SCENARIO_TABLE"
    UNITS, UNITS_FIELD = "UNITS", "UNITS_FIELD"
    CS_FIELD, CS_PATHS, MASS = "CS_FIELD", "CS_PATHS", "MASS"
    BASE_YEAR, TO_YEAR, STEP, PEAK_BY, NEUTRAL_BY = "BASE_YEAR", "TO_YEAR", "STEP", "PEAK_BY", "NEUTRAL_BY"
    CALIBRATE, DRAWS, SEED = "CALIBRATE", "DRAWS", "SEED"
    PATHS, OUTPUT, REPORT = "PATHS", "OUTPUT", "REPORT"

    def displayName(self):
        return tr("STIRPAT forecast")

    def summary(self):
        return tr(
            "Emission of every unit in low-carbon, baseline and high-carbon scenarios: yearly paths with "
            "intervals, the year of the peak, neutrality, and the emission potential (CEP)."
        )

    def initAlgorithm(self, config=None):
        add_history(self, tr("Layer or table with a row per unit and year: emission and its drivers."))
        self.add(
            unit_field(self.REGION_FIELD, tr("Region"), optional=True),
            tr("Field with the region of every unit, for rows of scenarios that name a region."),
        )
        table = [Qgis.ProcessingSourceType.Vector]
        self.add(
            QgsProcessingParameterFeatureSource(self.COEFFICIENTS, tr("Coefficients"), table),
            tr(
                "The table of STIRPAT fit, or one with columns variable and ridge_b; a row 'constant' is the "
                "intercept. Without columns pool and k there are no intervals."
            ),
        )
        self.add_scenarios()
        add_amounts(self)
        self.add_sequestration()
        self.add_years()
        self.add_model()
        self.add_outputs()

    def add_scenarios(self):
        """Add the scenarios."""
        self.add(
            preset_parameter(self.SCENARIO_PRESET, tr("Scenarios"), presets(SCENARIOS), PRESET),
            tr(
                "huo2025: the three scenarios of Huo et al. 2025 to 2030 and 2060; its caps of the urban "
                "share are those of Shaanxi."
            ),
        )
        self.add(
            table_parameter(self.SCENARIO_TABLE, tr("Your own scenarios")),
            tr(
                "In place of the preset, a row per scenario, driver and period: scenario, role (low, base, "
                "high), variable, from_year (empty: the base year), to_year, kind (growth, level, cap), "
                "statistic (min, mean, max of the unit's own history), multiplier, offset, sign (positive, "
                "negative), cap, region."
            ),
        )

    def add_sequestration(self):
        """Add the polygons and the sequestration."""
        self.add(
            QgsProcessingParameterFeatureSource(
                self.UNITS,
                tr("Polygons of the units"),
                [Qgis.ProcessingSourceType.VectorPolygon],
                optional=True,
            ),
            tr("For the map, where the history has no shapes."),
        )
        self.add(
            QgsProcessingParameterField(
                self.UNITS_FIELD,
                tr("Name or code of the polygons"),
                "unit",
                self.UNITS,
                Qgis.ProcessingFieldParameterDataType.Any,
                optional=True,
            ),
            tr("Field with the keys that the history has."),
        )
        self.add(
            unit_field(self.CS_FIELD, tr("Carbon sequestration (CS)"), optional=True),
            tr(
                "Field of the history; that of the base year is kept. Without sequestration nothing is known "
                "of neutrality."
            ),
        )
        self.add(
            table_parameter(self.CS_PATHS, tr("Paths of sequestration")),
            tr("In place of the field, a table with unit, year, cs_t; straight between its years."),
        )
        self.add(
            QgsProcessingParameterEnum(self.MASS, tr("Mass"), list(MASSES), defaultValue=0),
            tr("Of emission and sequestration, where a table has no column 'mass'."),
        )

    def add_years(self):
        """Add the years."""
        for name, label, default, text in (
            (self.BASE_YEAR, tr("Base year"), None, tr("Where paths start; empty: the last year.")),
            (self.TO_YEAR, tr("Last year"), 2060, tr("Where paths end.")),
            (self.STEP, tr("Step"), 1, tr("Every so many years get a row; all are computed.")),
            (self.PEAK_BY, tr("Peak by"), 2030, tr("A peak in this year or before is in time.")),
            (
                self.NEUTRAL_BY,
                tr("Neutral by"),
                2060,
                tr("Neutral is a unit whose emission is not above its sequestration in this year."),
            ),
        ):
            least = 1 if name == self.STEP else FIRST_YEAR
            self.add(self.whole_number(name, label, default, least, optional=default is None), text)

    def add_model(self):
        """Add how to predict."""
        self.add(
            QgsProcessingParameterBoolean(self.CALIBRATE, tr("Calibrate"), True),
            tr(
                "Every unit keeps its residual of the base year, so that its path starts at the observed "
                "emission. Coefficients of a region need it."
            ),
        )
        self.add(
            self.whole_number(self.DRAWS, tr("Draws"), 1000, 0, MOST_DRAWS),
            tr("Of the bootstrap over units and residuals, for 95 % intervals; 0: none."),
        )
        self.add(
            self.whole_number(self.SEED, tr("Seed"), 1, 0),
            tr("Start of the random numbers: the same seed gives the same intervals."),
        )

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Peak and emission potential")),
            tr(
                "One feature per unit: year of the peak and of neutrality by scenario, and the emission "
                "potential (CEP) from 5, peak and neutrality in time, to 1."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.PATHS, tr("Paths"), optional=True, createByDefault=True),
            tr("Table with the emission of every unit, scenario and year, its interval and the drivers."),
        )
        add_report(
            self,
            self.REPORT,
            tr("Report"),
            tr("Paths of the region and of units as charts. Needs jinja2 and matplotlib, too."),
        )

    def whole_number(self, name, label, default, least, most=2**31 - 1, optional=False):
        """A parameter of a whole number."""
        kind = Qgis.ProcessingNumberParameterType.Integer
        return QgsProcessingParameterNumber(name, label, kind, default, optional, least, most)

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.source = required_source(self, parameters, INPUT, context)
        self.tables = {
            name: table_source(self, parameters, name, context)
            for name in (self.COEFFICIENTS, self.SCENARIO_TABLE, self.CS_PATHS)
        }
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        if results.wants(self.REPORT):
            check_packages(tr("The report"), PACKAGES)
        model = read_model(self.tables[self.COEFFICIENTS].read(record))
        scenarios = read_scenarios(self.scenario_table(parameters, context, record), model.variables)
        found, read, mass = self.read(model, parameters, context, record)
        targets = self.targets(read.history, parameters, context)
        check_targets(targets, read.history.years)
        cs = self.sequestration(found, read.history.units, targets, mass, parameters, context, record)
        polygons = self.polygons(read.history.units, parameters, context, record)

        # Forecast
        forecast = stirpat_forecast(
            read.history,
            model,
            scenarios,
            targets,
            regions=self.regions(found, read, parameters, context),
            cs=cs,
            calibrate=self.parameterAsBoolean(parameters, self.CALIBRATE, context),
            draws=self.parameterAsInt(parameters, self.DRAWS, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            progress=progress_of(feedback),
        )
        record.note(*forecast.notes)
        page = None
        if results.wants(self.REPORT):
            page = report(forecast, read.history, targets, mass, record.notes)

        # Results
        with results:
            self.write_units(results, forecast, found, read, polygons, targets)
            self.write_paths(results, forecast, mass, parameters, context)
            if page is not None:
                results.page(self.REPORT, page)
        return results.values

    def scenario_table(self, parameters, context, record):
        """The user's scenarios, else those of the preset."""
        if self.tables[self.SCENARIO_TABLE] is not None:
            return self.tables[self.SCENARIO_TABLE].read(record)
        return read_preset(SCENARIOS, self.parameterAsString(parameters, self.SCENARIO_PRESET, context))

    def read(self, model, parameters, context, record):
        """The input, the history of the model's drivers, and the mass of its emission."""
        found = read_input(self, self.source, parameters, context, record)
        amounts = amount_columns(self, parameters, context)
        variables = model_variables(model, found.table, amounts)
        columns = {RESPONSE: chosen_column(self, self.source, found.table, RESPONSE, parameters, context)}
        columns |= amounts | {name: name for name in model.variables}
        direct = [variable.name for variable in variables if variable.amount == variable.name]
        if direct:
            record.decision(
                "Drivers that are columns of {table}: {drivers}.",
                table=found.table.name,
                drivers=listing(direct, 30),
            )
        mass = table_mass(found.table, MASSES[self.parameterAsEnum(parameters, self.MASS, context)])
        if not found.table.has("mass"):
            record.decision(
                "{table} has no column 'mass': its amounts are taken as {mass}.",
                table=found.table.name,
                mass=mass,
            )
        return found, read_history(found, variables, columns), mass

    def targets(self, history, parameters, context):
        """The years that matter."""
        base, *others = (
            self.parameterAsInt(parameters, name, context)
            for name in (self.BASE_YEAR, self.TO_YEAR, self.PEAK_BY, self.NEUTRAL_BY)
        )
        if parameters.get(self.BASE_YEAR) is None:
            base = int(history.years[-1])
        return Targets(base, *others)

    def sequestration(self, found, units, targets, mass, parameters, context, record):
        """Sequestration by year and unit, None if nothing is known."""
        years = np.arange(targets.base_year, targets.to_year + 1)
        if self.tables[self.CS_PATHS] is not None:
            table = self.tables[self.CS_PATHS].read(record)
            own = table_mass(table, MASSES[self.parameterAsEnum(parameters, self.MASS, context)])
            paths, notes = sequestration_paths(table, units, years, mass_factor(own, mass))
            record.note(*notes)
            return paths
        field = field_name(self, self.CS_FIELD, parameters, context)
        if not field:
            record.decision("No sequestration is given, so nothing is known of neutrality.")
            return None
        column = self.source.column(found.table, field)
        series = long_series(found.table, found.unit, found.year, [column]).fields[0]
        return np.repeat(series.values[series.times == targets.base_year], len(years), axis=0)

    def regions(self, found, read, parameters, context):
        """The region of every unit, None if there are none.

        Raises
        ------
        InputDataError
            A unit is in two.
        """
        field = field_name(self, self.REGION_FIELD, parameters, context)
        if not field:
            return None
        texts = found.table.text(self.source.column(found.table, field))
        regions = []
        for unit, rows in zip_equal(read.history.units, read.series.rows):
            own = sorted({texts[row] for row in rows} - {None})
            if len(own) > 1:
                raise InputDataError(
                    "The unit '{unit}' is in the regions {regions}; give it one in all years.",
                    unit=unit,
                    regions=listing(own),
                )
            regions.append(own[0] if own else None)
        return regions

    def polygons(self, units, parameters, context, record):
        """The polygons of the units, None if there are none."""
        source = self.parameterAsSource(parameters, self.UNITS, context)
        if source is None:
            return None
        field = self.parameterAsString(parameters, self.UNITS_FIELD, context)
        if not field:
            raise InputDataError("Choose the field with the name or code of the units in the polygons.")
        polygons = read_units(source, field, record.feedback)
        compare_units(polygons, units, record)
        return polygons

    def write_units(self, results, forecast, found, read, polygons, targets):
        """Write OUTPUT: on the polygons, else with the shapes of the history."""
        columns = unit_columns(forecast)
        ours = fields_of(*((name, str if name == "unit" else int) for name in columns))
        values = list(zip_equal(*columns.values()))
        title = tr("Peak and emission potential {first}-{last}").format(
            first=targets.base_year, last=targets.to_year
        )
        style = choice(styles(targets))
        if polygons is None:
            rows = ((first_shape(found.layer, own), row) for own, row in zip_equal(read.series.rows, values))
            results.layer(self.OUTPUT, ours, rows, found.layer.wkb_type, found.layer.crs, title, style)
            return
        by_unit = dict(zip_equal(forecast.units, values))
        kept = KeptFields(polygons.fields, ours, results.record, restated=(polygons.key_field,))
        nothing = (None,) * (len(columns) - 1)
        rows = (
            (shape, kept.row(attributes, by_unit.get(key, (key, *nothing))))
            for key, shape, attributes in zip_equal(polygons.keys, polygons.geometries, polygons.attributes)
        )
        results.layer(self.OUTPUT, kept.fields, rows, polygons.wkb_type, polygons.crs, title, style)

    def write_paths(self, results, forecast, mass, parameters, context):
        """Write PATHS: every step, and the last year."""
        step = self.parameterAsInt(parameters, self.STEP, context)
        times = [*range(0, len(forecast.years) - 1, step), len(forecast.years) - 1]
        fixed = {
            **{"unit": str, "scenario": str, "role": str, "year": int},
            **{"ce_t": float, "lower": float, "upper": float, "mass": str},
        }
        taken = set(fixed)
        for name in forecast.variables:
            field = free_name(name, taken) if name.lower() in taken else name
            taken.add(field.lower())
            fixed[field] = float
        title = tr("Paths of emission {first}-{last}").format(
            first=forecast.years[0], last=forecast.years[-1]
        )
        results.table(self.PATHS, fields_of(*fixed.items()), path_rows(forecast, times, mass), title)


def unit_columns(forecast):
    """Columns of OUTPUT: whole years, None = missing."""
    columns = {"unit": list(forecast.units)}
    places = {scenario.role: place for place, scenario in enumerate(forecast.scenarios)}
    nothing = np.full(len(forecast.units), np.nan)
    bounds = forecast.intervals

    def add(name, values, role):
        columns[name] = [
            None if math.isnan(value) else int(value)
            for value in (nothing if values is None or role not in places else values[places[role]])
        ]

    for stem, years, low, high in (
        ("peak", forecast.peak, bounds and bounds.peak_lo, bounds and bounds.peak_hi),
        ("neut", forecast.neutral, bounds and bounds.neutral_lo, bounds and bounds.neutral_hi),
    ):
        for suffix, values in (("", years), ("_lo", low), ("_hi", high)):
            for role in ROLES:
                add(f"{stem}_{role}{suffix}", values, role)
    columns["cep"] = [None if math.isnan(value) else int(value) for value in forecast.cep]
    return columns


def path_rows(forecast, times, mass):
    """Rows of PATHS: unit by unit, scenario by scenario, year by year."""
    bounds = forecast.intervals
    for place, unit in enumerate(forecast.units):
        for number, scenario in enumerate(forecast.scenarios):
            for time in times:
                edges = (
                    (None, None)
                    if bounds is None
                    else (bounds.lower[number, time, place], bounds.upper[number, time, place])
                )
                yield (
                    *(unit, scenario.name, scenario.role, int(forecast.years[time])),
                    *(forecast.ce[number, time, place], *edges, mass),
                    *forecast.drivers[number, :, time, place],
                )


def compare_units(polygons, units, record):
    """Say which units have a polygon but no history, and which a history but no polygon.

    Raises
    ------
    InputDataError
        They have no unit in common.
    """
    without = sorted(set(polygons.keys) - set(units))
    if len(without) == len(polygons.keys):
        raise InputDataError(
            "No unit of the history is in {layer}; its units start with {theirs}, those of the history with "
            "{ours}.",
            layer=polygons.name,
            theirs=listing(polygons.keys, 3),
            ours=listing(units, 3),
        )
    if without:
        record.warning(
            "{count} units of {layer} have no history and get no values: {units}.",
            len(without),
            layer=polygons.name,
            units=listing(without),
        )
    unused = sorted(set(units) - set(polygons.keys))
    if unused:
        record.warning(
            "{count} units have no polygon in {layer}; they are in the paths only: {units}.",
            len(unused),
            layer=polygons.name,
            units=listing(unused),
        )


def styles(targets):
    """Emission potential, on top, and the year of the peak by scenario."""
    named = {tr("Emission potential (CEP)"): emission_potential()}
    for role, label in (
        ("base", tr("Year of the peak: baseline")),
        ("low", tr("Year of the peak: low carbon")),
        ("high", tr("Year of the peak: high carbon")),
    ):
        named[label] = peak_year(f"peak_{role}", targets.base_year, targets.peak_by, targets.to_year)
    return named
