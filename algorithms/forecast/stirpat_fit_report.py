"""The HTML report of a STIRPAT fit: model, choice of K, prediction against observation, all in one file."""

import math

import numpy as np

from ...core.forecast.stirpat_fit import GRID, MOST_VIF
from ...core.sequences import zip_equal
from ..base import tr
from ..pages import (
    LINE,
    POINT,
    Drawing,
    PageChart,
    PageTable,
    Section,
    legend_beside,
    number,
    observed_chart,
    page,
    plain_axes,
    rounded,
)

HUES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222")  # after Okabe and Ito
TICKS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # of K
DASHES = ("-", "--", ":")  # one after the other, where there are more drivers than hues


def report(fit, response, span, notes):
    """The report as text.

    Parameters
    ----------
    fit : StirpatFit
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
    title = tr("STIRPAT model of {response} {years}").format(response=response, years=span).strip()
    method = tr(
        "ln CE = a + sum of b ln driver: b is the elasticity, the percent of emission per percent of a "
        "driver. Least squares first, then ridge regression with K = {k:.4g}, which gives up some fit for "
        "coefficients that depend less on each other. A prediction is exp of the logarithm, the median."
    ).format(k=fit.k)
    sections = (
        Section(tr("Model"), _model(fit, response)),
        Section(tr("Choice of K"), _choice(fit)),
        Section(tr("Predicted and actual emission"), _fit(fit, response)),
    )
    return page(title, method, sections, notes)


def equation(table, column, response):
    """'ln ce_t = 12 + 0.5 ln P − 0.1 ln TI'."""
    constant, *slopes = table[column]
    terms = [number(float(f"{constant:.5g}"))]
    for name, slope in zip_equal(table["variable"][1:], slopes):
        sign = "\N{MINUS SIGN}" if slope < 0 else "+"
        terms.append(f"{sign} {number(float(f'{abs(slope):.4g}'))} ln {name}")
    return f"ln {response} = {' '.join(terms)}"


def _model(fit, response):
    """Equation, quality and coefficients."""
    table = fit.coefficients
    errors = tr("Standard error"), "t", "p"
    yield equation(table, "ridge_b", response)
    for caption, columns, more in (
        (tr("Ridge"), ("ridge_b", "ridge_beta", "ridge_vif"), ()),
        (
            tr("Least squares"),
            ("ols_b", "ols_beta", "vif", "tolerance", "ols_se", "ols_t", "ols_p"),
            (tr("Tolerance"), *errors),
        ),
    ):
        heads = tr("Variable"), tr("Coefficient"), tr("Standardised"), "VIF", *more
        rows = zip_equal(table["variable"], *(table[name] for name in columns))
        yield PageTable(heads, [rounded(row) for row in rows], caption)
    heads = "", tr("Rows"), tr("Degrees of freedom"), "R²", tr("Adjusted R²"), "F", "p", "RMSE"
    yield PageTable(
        (*heads, tr("p of t test")),
        [_quality(tr("Least squares"), fit.ols), _quality(tr("Ridge"), fit.ridge)],
        tr("RMSE in the unit of the emission; t test of predicted against actual emission."),
    )


def _quality(name, quality):
    cells = (value if not isinstance(value, float) or math.isfinite(value) else None for value in quality)
    return [name, *rounded(cells)]


def _choice(fit):
    """Ways to choose K, the ridge trace and VIF over K."""
    names = {
        "given": tr("Given"),
        "stable trace": tr("Stable ridge trace"),
        "VIF": tr("VIF below 10"),
        "Hoerl-Kennard-Baldwin": tr("Hoerl, Kennard and Baldwin"),
        "leave out": tr("Least leave-out error"),
    }
    rows = []
    for method, *values in zip_equal(*fit.choices.values()):
        mark = " \N{LEFTWARDS ARROW}" if method == fit.method else ""
        rows.append([names[method] + mark, *rounded(values)])
    heads = (tr("Method"), "K", "R²", "RMSE", tr("Leave-out RMSE (ln)"))
    yield PageTable(heads, rows, tr("The arrow marks the choice of this run."))
    beta, vif = (_over_k(fit, name) for name in ("beta", "vif"))
    caption = tr("Ridge trace: standardised coefficients over K; the grey line is the chosen K.")
    yield PageChart(_lines("trace", fit, beta, tr("Standardised coefficient")), caption)
    caption = tr("VIF over K, on a logarithmic scale; the dashed line is {most:g}.").format(most=MOST_VIF)
    yield PageChart(_lines("vif", fit, vif, "VIF", most=MOST_VIF), caption)


def _over_k(fit, column):
    """{driver: (K, values)}."""
    curves = {}
    for k, name, value in zip_equal(fit.trace["k"], fit.trace["variable"], fit.trace[column]):
        ks, values = curves.setdefault(name, ([], []))
        ks.append(k)
        values.append(value)
    return curves


def _lines(name, fit, curves, label, most=None):
    drawing = Drawing(name, 7.5, 4.2)
    axes = drawing.figure.subplots()
    axes.axvline(min(fit.k, 1.0), color="#b4b4b4", linewidth=3)
    for place, (driver, (ks, values)) in enumerate(curves.items()):
        dash = DASHES[place // len(HUES) % len(DASHES)]
        axes.plot(ks, values, dash, color=HUES[place % len(HUES)], label=drawing.text(driver))
    axes.set_xscale("symlog", linthresh=GRID[1], linscale=0.4)  # most happens at the smallest K
    axes.set_xticks(TICKS, [f"{k:g}" for k in TICKS])
    axes.minorticks_off()
    axes.set_xlabel("K")
    axes.set_ylabel(drawing.text(label))
    axes.spines[["top", "right"]].set_visible(False)
    if most is None:
        axes.axhline(0.0, color=POINT, linewidth=0.6)
    else:
        axes.set_yscale("log")
        axes.axhline(most, color=POINT, linewidth=0.8, linestyle="--")
    legend_beside(axes)
    return drawing.svg()


def _fit(fit, response):
    """Predicted against actual emission; of a region over the years, too."""
    if fit.unit is None:
        drawing = Drawing("years", 7.5, 3.6)
        axes = drawing.figure.subplots()
        axes.plot(fit.year, fit.observed, "o", color=POINT, markersize=4, label=drawing.text(tr("Actual")))
        axes.plot(fit.year, fit.predicted, color=LINE, label=drawing.text(tr("Predicted")))
        axes.xaxis.get_major_locator().set_params(integer=True)
        plain_axes(axes)
        legend_beside(axes)
        yield PageChart(drawing.svg(), tr("{response} over the years.").format(response=response))
    yield PageChart(_scatter(fit), tr("Actual against predicted emission; on the line they are equal."))


def _scatter(fit):
    both = np.concatenate([fit.observed, fit.predicted])
    labels = tr("Predicted"), tr("Actual")
    logarithmic = both.max() / both.min() > 20
    return observed_chart(Drawing("fit", 6.0, 4.2), fit.observed, fit.predicted, labels, logarithmic)
