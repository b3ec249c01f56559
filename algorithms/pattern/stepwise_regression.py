"""Stepwise regression: the linear model of a response that steps lead to, and the correlations."""

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
)

from ...core.errors import InputDataError
from ...core.pattern.stepwise_regression import CRITERIA, stepwise_regression
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import columns_as_rows
from ..pages import PACKAGES, add_report
from ..record import RunRecord
from ..sinks import Results
from ..tables import INPUT, required_source, unit_field
from .dated_units import add_units, by_date, chosen_field, each_date, read_dated_units
from .stepwise_regression_report import equation, report

TYPES = {
    **dict.fromkeys(("year", "step"), int),
    **dict.fromkeys(("variable", "action", "variable_1", "variable_2"), str),
}


class StepwiseRegression(LandCarbonAlgorithm):
    """A linear model of a response by the drivers that matter."""

    NAME = "stepwiseregression"
    GROUP = Group.PATTERN
    REQUIRES = ("scipy",)

    RESPONSE, DRIVERS, CRITERION = "RESPONSE", "DRIVERS", "CRITERION"
    COEFFICIENTS, STEPS, CORRELATIONS, REPORT = "COEFFICIENTS", "STEPS", "CORRELATIONS", "REPORT"
    ADJUSTED_R2 = "ADJUSTED_R2"

    def displayName(self):
        return tr("Stepwise regression")

    def summary(self):
        return tr(
            "Which drivers a linear model of emission or sequestration needs: drivers enter and leave step "
            "by step; coefficients, importance, VIF and correlations."
        )

    def initAlgorithm(self, config=None):
        add_units(self, tr("Polygons, points or a table: a row per unit, with the response and its drivers."))
        self.add(
            unit_field(self.RESPONSE, tr("Response")),
            tr("Field with the number to explain, such as the emission or its density."),
        )
        self.add(
            unit_field(self.DRIVERS, tr("Drivers"), several=True),
            tr("Fields with the numbers that may explain it; there must be 3 more units than drivers."),
        )
        self.add(
            QgsProcessingParameterEnum(
                self.CRITERION, tr("Steps by"), [tr("AICc"), tr("p")], defaultValue=CRITERIA.index("AICc")
            ),
            tr(
                "AICc: every step is the one that lowers it most. p: a driver enters below 0.05 and leaves "
                "above 0.10."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSink(self.COEFFICIENTS, tr("Coefficients")),
            tr(
                "Table with the constant and the drivers of the model: coefficient, standard error, t, p, "
                "standardised coefficient, VIF and importance."
            ),
        )
        for name, label, text in (
            (
                self.STEPS,
                tr("Steps"),
                tr("Table with the driver that entered or left at every step, and the model after it."),
            ),
            (
                self.CORRELATIONS,
                tr("Correlations"),
                tr("Table with the correlations of Pearson and Spearman of every two fields."),
            ),
        ):
            self.add(
                QgsProcessingParameterFeatureSink(name, label, optional=True, createByDefault=False), text
            )
        add_report(
            self,
            self.REPORT,
            tr("Report"),
            tr("All tables, with charts. Needs the Python packages jinja2 and matplotlib, too."),
        )
        self.add(
            QgsProcessingOutputNumber(self.ADJUSTED_R2, tr("Adjusted R²")),
            tr("Of the model; of several years that of the latest."),
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
        if results.wants(self.REPORT):
            check_packages(tr("The report"), PACKAGES)
        units = read_dated_units(self, self.source, parameters, context, record)
        name = chosen_field(self, units, self.RESPONSE, parameters, context)
        response, drivers = units.table.numbers(name), self.read_drivers(units, name, parameters, context)
        criterion = CRITERIA[self.parameterAsEnum(parameters, self.CRITERION, context)]
        correlations = results.wants(self.CORRELATIONS) or results.wants(self.REPORT)

        # Models
        def analyse(rows):
            own = {driver: values[rows] for driver, values in drivers.items()}
            return stepwise_regression(response[rows], own, criterion, correlations, name)

        found = each_date(units, analyse, record)
        page = report(found, name, units.span, record.notes) if results.wants(self.REPORT) else None

        # Results
        with results:
            self.write_tables(results, found, name, units.span)
            results.numbers(**{self.ADJUSTED_R2: found[-1][1].adjusted_r2})
            if page is not None:
                results.page(self.REPORT, page)
        return results.values

    def read_drivers(self, units, response, parameters, context):
        """The drivers as numbers, by name."""
        names = units.chosen(self, self.DRIVERS, parameters, context)
        if not names:
            raise InputDataError("Choose at least one driver.")
        if response in names:
            raise InputDataError(
                "'{field}' is the response, so it cannot be a driver; leave it out.", field=response
            )
        return {name: units.table.numbers(name) for name in names}

    def write_tables(self, results, found, response, span):
        """Write the tables, and say in the log what the models are."""
        for year, one in found:
            model = equation(one.coefficients, response)
            results.feedback.pushInfo(f"{model} ({year})" if year is not None else model)
        for name, title in (
            (self.COEFFICIENTS, tr("Coefficients {years}")),
            (self.STEPS, tr("Steps of the regression {years}")),
            (self.CORRELATIONS, tr("Correlations {years}")),
        ):
            if results.wants(name):
                table = by_date((year, getattr(one, name.lower())) for year, one in found)
                kinds = {key: TYPES.get(key, float) for key in table}
                results.table(name, *columns_as_rows(table, **kinds), title.format(years=span).strip())
