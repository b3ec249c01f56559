"""The HTML report of unit trends: counts by class, and the region's series as a chart, all in one file."""

import numpy as np

from ...core.sequences import zip_equal
from ...core.trend.region_series import polynomial_trend, region_mean
from ...core.trend.unit_trend import class_counts
from .. import pages
from ..base import tr
from ..pages import BAND, LINE, POINT, Drawing, PageChart, PageTable, Section, number, page
from ..styles.colours import NO_ZONE
from ..styles.trend import TREND

PACKAGES = (*pages.PACKAGES, "scipy")
POWERS = "", "", "²", "³"
POINTS = 200  # along the polynomial


def report(found, title, method, notes):
    """The report as text.

    Parameters
    ----------
    found : UnitTrends
    title, method : str
        Headline, and a sentence on what was computed.
    notes : sequence of Note
        Decisions and warnings of the run.

    Returns
    -------
    str
        HTML that needs no other file.
    """
    counts = class_counts(found)
    sections = [
        Section(field.field, (signs_text(field, counts), _classes(field, counts), _region(field, place)))
        for place, field in enumerate(found.fields)
    ]
    return page(title, method, sections, notes)


def signs_text(field, counts):
    """'Of 31 units 12 rise, 14 fall, 3 are unchanged and 2 have no trend.'"""
    signs = {
        sign: units
        for name, sign, units in zip_equal(counts["field"], counts["sign"], counts["sign_units"])
        if name == field.field
    }
    return tr(
        "Of {units} units {rise} rise, {fall} fall, {same} are unchanged and {missing} have no trend."
    ).format(units=len(field.classes), rise=signs[1], fall=signs[-1], same=signs[0], missing=signs[None])


def _classes(field, counts):
    """Table of the units in every class of one field."""
    names = {code: (tr(name), colour) for code, name, colour in TREND}
    names[None] = tr("No trend computed"), NO_ZONE
    heads = [tr("Class"), tr("Units")]
    if field.classes_fdr is not None:
        heads.append(tr("Units by false discovery rate"))
    rows, colours = [], []
    for i, name in enumerate(counts["field"]):
        if name == field.field:
            label, colour = names[counts["class"][i]]
            rows.append((label, counts["units"][i], counts["units_fdr"][i])[: len(heads)])
            colours.append(colour)
    return PageTable(heads, rows, colours=colours)


def _region(field, place):
    """Chart of the region's series with its equation, or why there is none."""
    mean, units = region_mean(field.values)
    if units == 0:
        return tr("No unit has a value in every year, so there is no series of the region.")
    grid = np.linspace(field.times[0], field.times[-1], POINTS)
    polynomial = polynomial_trend(field.times, mean, grid)
    caption = tr(
        "Mean of the {units} units with a value in every year, polynomial of degree {degree}, and its 95 % "
        "bands: of the polynomial (dark) and of a new value (light)."
    ).format(units=units, degree=polynomial.degree)
    return PageChart(chart(field.times, mean, polynomial, f"region-{place}"), caption, equation(polynomial))


def equation(polynomial):
    """'y = 3 + 0.5 (year − 2010); R² = 0.9800; AICc 4.1 (degree 1), 6.3 (degree 2)'."""
    distance = f"(year \N{MINUS SIGN} {polynomial.origin:g})"
    terms = [number(polynomial.coefficients[0])]
    for power, coefficient in enumerate(polynomial.coefficients[1:], 1):
        sign = "\N{MINUS SIGN}" if coefficient < 0 else "+"
        terms.append(f"{sign} {number(abs(coefficient))} {distance}{POWERS[power]}")
    criteria = ", ".join(
        tr("{value} (degree {degree})").format(value=f"{value:.4g}", degree=degree)
        for degree, value in polynomial.criteria.items()
    )
    parts = [f"y = {' '.join(terms)}", f"AICc {criteria}"]
    if np.isfinite(polynomial.r2):
        parts.insert(1, f"R² = {polynomial.r2:.4f}")
    return "; ".join(parts)


def chart(times, values, polynomial, name):
    """The series with its polynomial and bands as SVG."""
    from matplotlib.ticker import MaxNLocator

    drawing = Drawing(name)
    axes = drawing.figure.subplots()
    axes.fill_between(polynomial.at, *polynomial.prediction, color=BAND, alpha=0.3, linewidth=0)
    axes.fill_between(polynomial.at, *polynomial.confidence, color=BAND, alpha=0.8, linewidth=0)
    axes.plot(polynomial.at, polynomial.fitted, color=LINE)
    axes.plot(times, values, "o", color=POINT, markersize=4)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    pages.plain_axes(axes)
    return drawing.svg()
