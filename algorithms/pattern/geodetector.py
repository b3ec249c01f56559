"""Geographic detector: what share of a response the strata of factors explain, alone and in pairs."""

from qgis.core import (
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterString,
)

from ...core.classification import METHODS
from ...core.errors import InputDataError
from ...core.notes import listing
from ...core.pattern.geodetector import geodetector
from ...core.pattern.strata import factor_of, strata_counts
from ..base import Group, LandCarbonAlgorithm, check_packages, shows_input_errors, tr
from ..layers import columns_as_rows
from ..pages import PACKAGES, add_report
from ..rasters import progress_of
from ..record import RunRecord
from ..sinks import Results
from ..tables import INPUT, required_source, unit_field
from .dated_units import add_units, by_date, chosen_field, each_date, read_dated_units
from .geodetector_report import report

TYPES = {
    **dict.fromkeys(("q", "q1", "q2", "q12", "f", "p", "p_wang", "ssw_1", "ssw_2", "t", "df"), float),
    **dict.fromkeys(("factor", "factor_1", "factor_2", "method", "type", "reason"), str),
    **dict.fromkeys(("year", "k", "chosen", "cells_of_one"), int),
}


class Geodetector(LandCarbonAlgorithm):
    """Factors behind the pattern of a response."""

    NAME = "geodetector"
    GROUP = Group.PATTERN
    REQUIRES = ("scipy",)

    RESPONSE, FACTORS, STRATA_FACTORS = "RESPONSE", "FACTORS", "STRATA_FACTORS"
    STRATA_METHOD, STRATA = "STRATA_METHOD", "STRATA"
    FACTOR_Q, INTERACTIONS, RISK = "FACTOR_Q", "INTERACTIONS", "RISK"
    ECOLOGICAL, SEARCH, REPORT = "ECOLOGICAL", "SEARCH", "REPORT"

    def displayName(self):
        return tr("Geographic detector")

    def summary(self):
        return tr(
            "Which factors explain where emission or sequestration is high: the share q of its variance "
            "between the strata of every factor and of every two factors (Wang et al. 2010)."
        )

    def initAlgorithm(self, config=None):
        add_units(self, tr("Polygons, points or a table: a row per unit, with the response and its factors."))
        self.add(
            unit_field(self.RESPONSE, tr("Response")),
            tr("Field with the number to explain, such as the emission or its density."),
        )
        self.add(
            unit_field(self.FACTORS, tr("Factors"), several=True),
            tr(
                "Fields that may explain it. Numbers are cut into strata; a field of words is taken as "
                "strata."
            ),
        )
        self.add(
            unit_field(self.STRATA_FACTORS, tr("Factors that are strata"), optional=True, several=True),
            tr(
                "Those of the factors whose numbers are codes of strata, such as soil types; fields that "
                "are not among the factors are added to them."
            ),
        )
        self.add_strata()
        self.add_outputs()

    def add_strata(self):
        """Add how to cut numbers into strata."""
        methods = [
            tr("Quantile"),
            tr("Natural breaks"),
            tr("Equal interval"),
            tr("Geometric"),
            tr("Standard deviation"),
            tr("Best of all"),
        ]
        self.add(
            QgsProcessingParameterEnum(self.STRATA_METHOD, tr("Cut numbers by"), methods, defaultValue=0),
            tr(
                "Best of all takes, for every factor, the method and the number of strata with the highest q."
            ),
        )
        self.add(
            QgsProcessingParameterString(self.STRATA, tr("Number of strata"), "5"),
            tr(
                "One number, or a range such as 3-8, of which the one with the highest q is taken. Strata of "
                "one unit are never made."
            ),
        )

    def add_outputs(self):
        """Add the outputs."""
        self.add(
            QgsProcessingParameterFeatureSink(self.FACTOR_Q, tr("Factors by q")),
            tr("Table with q, F and p of every factor, and p as other programs compute it (p_wang)."),
        )
        for name, label, text in (
            (
                self.INTERACTIONS,
                tr("Interactions"),
                tr("Table with q of every two factors together, and the type of their interaction."),
            ),
            (
                self.RISK,
                tr("Risk detector"),
                tr("Table with the means of every two strata of a factor and Welch's t test between them."),
            ),
            (
                self.ECOLOGICAL,
                tr("Ecological detector"),
                tr("Table with the F test of whether two factors differ in what they explain."),
            ),
            (
                self.SEARCH,
                tr("Search for strata"),
                tr("Table with q of every factor, method and number of strata, and why a cut was skipped."),
            ),
        ):
            self.add(
                QgsProcessingParameterFeatureSink(name, label, optional=True, createByDefault=False), text
            )
        add_report(
            self,
            self.REPORT,
            tr("Report"),
            tr("All tables, with a heat map of q. Needs the Python packages jinja2 and matplotlib, too."),
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
        counts = strata_counts(self.parameterAsString(parameters, self.STRATA, context))
        method = self.parameterAsEnum(parameters, self.STRATA_METHOD, context)
        methods = METHODS if method == len(METHODS) else METHODS[method : method + 1]
        units = read_dated_units(self, self.source, parameters, context, record)
        name = chosen_field(self, units, self.RESPONSE, parameters, context)
        response, factors = (
            units.table.numbers(name),
            self.read_factors(units, name, parameters, context, record),
        )

        # Detectors
        progress = progress_of(feedback)

        def analyse(rows):
            own = [factor.of(rows) for factor in factors]
            return geodetector(response[rows], own, methods, counts, progress)

        found = each_date(units, analyse, record)
        page = report(found, name, units.span, record.notes) if results.wants(self.REPORT) else None

        # Results
        with results:
            self.write_tables(results, found, units.span)
            if page is not None:
                results.page(self.REPORT, page)
        return results.values

    def read_factors(self, units, response, parameters, context, record):
        """The factors, those that are strata by their names."""
        given = units.chosen(self, self.STRATA_FACTORS, parameters, context)
        names = list(dict.fromkeys((*units.chosen(self, self.FACTORS, parameters, context), *given)))
        if not names:
            raise InputDataError("Choose at least one factor.")
        if response in names:
            raise InputDataError(
                "'{field}' is the response, so it cannot be a factor; leave it out.", field=response
            )
        factors = [factor_of(units.table, name, name in given) for name in names]
        words = [factor.name for factor in factors if factor.is_given and factor.name not in given]
        if words:
            record.decision("Fields of words are taken as strata: {fields}.", fields=listing(words, 30))
        return factors

    def write_tables(self, results, found, span):
        """Write the tables."""
        for name, title in (
            (self.FACTOR_Q, tr("Factors by q {years}")),
            (self.INTERACTIONS, tr("Interactions of factors {years}")),
            (self.RISK, tr("Risk detector {years}")),
            (self.ECOLOGICAL, tr("Ecological detector {years}")),
            (self.SEARCH, tr("Search for strata {years}")),
        ):
            table = by_date((year, getattr(one, name.lower())) for year, one in found)
            fields, rows = columns_as_rows(table, **{key: TYPES[key] for key in table if key in TYPES})
            results.table(name, fields, rows, title.format(years=span).strip())
