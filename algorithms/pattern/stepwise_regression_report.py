"""The HTML report of a stepwise regression: model, importance, fit, correlations, all in one file."""

import math

import numpy as np

from ...core.sequences import zip_equal
from ..base import tr
from ..pages import (
    DIVERGING,
    LINE,
    Drawing,
    PageChart,
    PageTable,
    Section,
    fixed,
    heat_map,
    number,
    observed_chart,
    page,
    rounded,
    size_of_map,
)
from .dated_units import each_section


def report(found, response, span, notes):
    """The report as text.

    Parameters
    ----------
    found : sequence of (int or None, Regression)
        By year.
    response : str
        Its field.
    span : str
        The years, for the title.
    notes : sequence of Note

    Returns
    -------
    str
        HTML that needs no other file.
    """
    title = tr("Drivers of {response} {years}").format(response=response, years=span).strip()
    method = tr(
        "Stepwise linear regression by least squares. Importance is the rise of the sum of squared errors "
        "when a driver is left out, scaled to the sum 1. p of a model that was searched for is too small."
    )
    sections = each_section(found, lambda place, one: _sections(place, one, response))
    return page(title, method, sections, notes)


def equation(coefficients, response):
    """'ce_t = 12 + 0.5 energy − 3 npp'."""
    constant, *slopes = coefficients["b"]
    terms = [number(constant)]
    for name, slope in zip_equal(coefficients["variable"][1:], slopes):
        sign = "\N{MINUS SIGN}" if slope < 0 else "+"
        terms.append(f"{sign} {number(abs(slope))} {name}")
    return f"{response} = {' '.join(terms)}"


def _sections(place, one, response):
    """Sections of one date."""
    model = [equation(one.coefficients, response), _quality(one), _coefficients(one.coefficients)]
    if one.drivers:
        model.append(_importance(one.coefficients, place))
    yield Section(tr("Model"), (*model, _fit(one, place)))
    yield Section(tr("Steps"), (_steps(one.steps),))
    yield Section(tr("Correlations"), _correlations(one.correlations, place))


def _quality(one):
    text = tr("{units} units, R² = {r2:.4f}, adjusted R² = {adjusted:.4f}").format(
        units=one.units, r2=one.r2, adjusted=one.adjusted_r2
    )
    if math.isfinite(one.f):
        text += f", F = {number(float(f'{one.f:.4g}'))}, p = {number(float(f'{one.p:.3g}'))}"
    return text


def _coefficients(table):
    heads = (
        *(tr("Variable"), tr("Coefficient"), tr("Standard error"), "t", "p"),
        *(tr("Standardised"), "VIF", tr("Importance")),
    )
    return PageTable(heads, [(*row[:3], *rounded(row[3:])) for row in zip_equal(*table.values())])


def _steps(table):
    heads = (
        *(tr("Step"), tr("Action"), tr("Driver"), "AICc", "p", "R²"),
        tr("Adjusted R²"),
    )
    shown = (column for name, column in table.items() if name != "sse")
    return PageTable(heads, [(*row[:4], *rounded(row[4:])) for row in zip_equal(*shown)])


def _importance(table, place):
    """Bars of the importance of the drivers."""
    pairs = sorted(zip_equal(table["importance"][1:], table["variable"][1:]))
    drawing = Drawing(f"importance-{place}", 6.5, 0.8 + 0.32 * len(pairs))
    axes = drawing.figure.subplots()
    places = np.arange(len(pairs))
    axes.barh(places, [share for share, _ in pairs], color=LINE, height=0.6)
    axes.set_yticks(places, [drawing.text(name) for _, name in pairs])
    axes.set_xlim(0, 1)
    axes.spines[["top", "right"]].set_visible(False)
    return PageChart(drawing.svg(), tr("Importance of the drivers of the model."))


def _fit(one, place):
    """Observed against fitted values."""
    labels = tr("Fitted"), tr("Observed")
    chart = observed_chart(Drawing(f"fit-{place}", 6.5, 4.2), one.observed, one.fitted, labels)
    caption = tr("Observed values against those of the model; on the line they are equal.")
    return PageChart(chart, caption)


def _correlations(table, place):
    """Heat maps of Pearson's and Spearman's correlations."""
    names = list(dict.fromkeys([*table["variable_1"], *table["variable_2"]]))
    row = {name: i for i, name in enumerate(names)}
    for kind, caption in (
        ("pearson", tr("Correlations of Pearson; * p below 0.05, ** below 0.01.")),
        ("spearman", tr("Rank correlations of Spearman; * p below 0.05, ** below 0.01.")),
    ):
        values, stars = np.full((len(names), len(names)), np.nan), {}
        for first, second, r, p in zip_equal(
            table["variable_1"], table["variable_2"], table[kind], table[f"{kind}_p"]
        ):
            cell = row[second], row[first]
            values[cell], stars[cell] = r, "*" * ((p < 0.05) + (p < 0.01))
        drawing = Drawing(f"{kind}-{place}", *size_of_map(len(names)))

        texts = {
            (below - 1, column): fixed(values[below, column], 2) + stars[below, column]
            for below, column in stars
        }
        heat_map(drawing, values[1:, :-1], names[1:], names[:-1], texts, -1.0, 1.0, DIVERGING)
        yield PageChart(drawing.svg(), caption)
