"""STIRPAT fit: emission as a product of powers of its drivers, by least squares and ridge regression."""

from qgis.core import (
    Qgis,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
)

from ...core.errors import InputDataError
from ...core.forecast.history import POOLS, RESPONSE
from ...core.forecast.stirpat_fit import K_METHODS, PLAIN_K, STABLE, stirpat_fit
from ...core.forecast.variables import Variable, stirpat_variables
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import columns_as_rows
from ..pages import PACKAGES, add_report
from ..record import RunRecord
from ..sinks import Results
from ..styles.dates import year_span
from ..tables import INPUT, required_source, unit_field
from .history_input import (
    add_amounts,
    add_history,
    amount_columns,
    chosen_column,
    read_history,
    read_input,
)
from .stirpat_fit_report import equation, report


class StirpatFit(LandCarbonAlgorithm):
    """Elasticities of an emission."""

    NAME = "stirpatfit"
    GROUP = Group.FORECAST
    REQUIRES = ("scipy",)

    DRIVERS, POOL, K_METHOD, K = "DRIVERS", "POOL", "K_METHOD", "K"
    COEFFICIENTS, TRACE, CHOICES, REPORT = "COEFFICIENTS", "TRACE", "CHOICES", "REPORT"
    CHOSEN_K, R2, T_TEST_P = "CHOSEN_K", "R2", "T_TEST_P"

    def displayName(self):
        return tr("STIRPAT fit")

    def summary(self):
        return tr(
            "By how many percent emission changes with one percent more of population, wealth, industry and "
            "other drivers: least squares with VIF, ridge regression with five ways to choose K."
        )

    def initAlgorithm(self, config=None):
        add_history(self, tr("Layer or table with a row per unit and year: emission and its drivers."))
        self.add(
            unit_field(self.DRIVERS, tr("Drivers"), optional=True, several=True),
            tr(
                "Fields with positive numbers that drive the emission. Empty: the drivers of the STIRPAT "
                "model, as far as their fields below are chosen."
            ),
        )
        add_amounts(self)
        self.add_model()
        self.add_outputs()

    def add_model(self):
        """Add how to fit."""
        pools = [tr("Region"), tr("Panel"), tr("Panel with unit effects")]
        self.add(
            QgsProcessingParameterEnum(self.POOL, tr("Pooling"), pools, defaultValue=0),
            tr(
                "Region: amounts summed over all units, a row per year. Panel: a row per unit and year, with "
                "one constant, or with one for every unit."
            ),
        )
        methods = [
            *(tr("Given"), tr("Stable ridge trace"), tr("VIF below 10")),
            *(tr("Hoerl, Kennard and Baldwin"), tr("Least leave-out error")),
        ]
        self.add(
            QgsProcessingParameterEnum(
                self.K_METHOD, tr("Choice of K"), methods, defaultValue=K_METHODS.index(STABLE)
            ),
            tr("How the ridge parameter is found. The table of choices has all five side by side."),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.K, tr("K, if given"), Qgis.ProcessingNumberParameterType.Double, PLAIN_K, minValue=0.0
            ),
            tr("Added to the diagonal of the correlation matrix; 0 is least squares."),
        )

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.COEFFICIENTS, tr("Coefficients")),
            tr(
                "Table with the constant and the drivers: coefficients by least squares with standard error, "
                "t, p, VIF, and by ridge regression. STIRPAT forecast reads it."
            ),
        )
        for name, label, text in (
            (
                self.TRACE,
                tr("Ridge trace"),
                tr("Table with the standardised coefficient and VIF of every driver for K from 0 to 1."),
            ),
            (
                self.CHOICES,
                tr("Choices of K"),
                tr("Table with K, R² and errors by every way to choose K."),
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
        for name, label, text in (
            (self.CHOSEN_K, tr("Chosen K"), tr("The ridge parameter of the coefficients.")),
            (self.R2, tr("R²"), tr("Of the ridge model, on the logarithm of the emission.")),
            (
                self.T_TEST_P,
                tr("p of the t test"),
                tr("Of predicted against actual emission; above 0.05 they do not differ."),
            ),
        ):
            self.add(QgsProcessingOutputNumber(name, label), text)

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
        history = self.read(parameters, context, record)
        pool = POOLS[self.parameterAsEnum(parameters, self.POOL, context)]
        method = K_METHODS[self.parameterAsEnum(parameters, self.K_METHOD, context)]

        # Model
        fit = stirpat_fit(history, pool, method, self.parameterAsDouble(parameters, self.K, context))
        record.note(*fit.notes)
        response, span = history.columns[RESPONSE], year_span(fit.year.tolist())
        feedback.pushInfo(equation(fit.coefficients, "ridge_b", response))
        page = report(fit, response, span, record.notes) if results.wants(self.REPORT) else None

        # Results
        with results:
            for name, table, title in (
                (self.COEFFICIENTS, fit.coefficients, tr("STIRPAT coefficients {years}")),
                (self.TRACE, fit.trace, tr("Ridge trace {years}")),
                (self.CHOICES, fit.choices, tr("Choices of K {years}")),
            ):
                kinds = {key: str if key in ("variable", "method", "pool") else float for key in table}
                results.table(name, *columns_as_rows(table, **kinds), title.format(years=span))
            results.numbers(
                **{self.CHOSEN_K: fit.k, self.R2: fit.ridge.r2, self.T_TEST_P: fit.ridge.t_test_p}
            )
            if page is not None:
                results.page(self.REPORT, page)
        return results.values

    def read(self, parameters, context, record):
        """The history with its drivers: those that are chosen, else those of the STIRPAT model."""
        found = read_input(self, self.source, parameters, context, record)
        columns = {RESPONSE: chosen_column(self, self.source, found.table, RESPONSE, parameters, context)}
        names = self.parameterAsStrings(parameters, self.DRIVERS, context)
        names = list(dict.fromkeys(self.source.column(found.table, name) for name in names))
        if columns[RESPONSE] in names:
            raise InputDataError(
                "'{field}' is the response, so it cannot be a driver; leave it out.", field=columns[RESPONSE]
            )
        if names:
            variables = tuple(Variable(name, name) for name in names)
            columns |= {name: name for name in names}
        else:
            columns |= amount_columns(self, parameters, context)
            variables = stirpat_variables(columns)
        if not variables:
            raise InputDataError("Choose drivers, or the fields that the STIRPAT drivers are made of.")
        return read_history(found, variables, columns).history
