"""The HTML report of unit trends: counts by class, and the region's series as a chart, all in one file."""

import io
from pathlib import Path

import numpy as np

from ...core.sequences import zip_equal
from ...core.trend.region_series import polynomial_trend, region_mean
from ...core.trend.unit_trend import class_counts
from ..base import message, tr
from ..styling import NO_ZONE, TREND

PACKAGES = ("jinja2", "matplotlib", "scipy")
TEMPLATES = Path(__file__).parents[2] / "resources" / "templates"
LINE, BAND, POINT = "#0f4c9c", "#7fb8e6", "#222222"
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
    from jinja2 import Environment, FileSystemLoader

    heads = [tr("Class"), tr("Units")]
    if any(field.classes_fdr is not None for field in found.fields):
        heads.append(tr("Units by false discovery rate"))
    counts = class_counts(found)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    return environment.get_template("unit_trend.html").render(
        title=title,
        method=method,
        heads=heads,
        fields=[_section(field, counts) for field in found.fields],
        notes_title=tr("Decisions and warnings"),
        notes=[message(note) for note in notes],
    )


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


def _section(field, counts):
    """What the template shows of one field."""
    names = {code: (tr(name), colour) for code, name, colour in TREND}
    names[None] = tr("No trend computed"), NO_ZONE
    rows = []
    for i, name in enumerate(counts["field"]):
        if name == field.field:
            label, colour = names[counts["class"][i]]
            numbers = [counts["units"][i]]
            if counts["units_fdr"][i] is not None:
                numbers.append(counts["units_fdr"][i])
            rows.append({"name": label, "colour": colour, "counts": numbers})
    section = {"name": field.field, "signs": signs_text(field, counts), "rows": rows, "chart": ""}
    return section | _region(field)


def _region(field):
    """Chart, caption and equation of the region's series."""
    mean, units = region_mean(field.values)
    if units == 0:
        return {"caption": tr("No unit has a value in every year, so there is no series of the region.")}
    grid = np.linspace(field.times[0], field.times[-1], POINTS)
    polynomial = polynomial_trend(field.times, mean, grid)
    caption = tr(
        "Mean of the {units} units with a value in every year, polynomial of degree {degree}, and its 95 % "
        "bands: of the polynomial (dark) and of a new value (light)."
    ).format(units=units, degree=polynomial.degree)
    return {
        "caption": caption,
        "chart": chart(field.times, mean, polynomial),
        "equation": equation(polynomial),
    }


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


def number(value):
    """Six digits or more, with marks between thousands.

    Examples
    --------
    >>> number(110015300.2), number(-0.04123154)
    ('110,015,300', '−0.0412315')
    """
    text = f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"
    return text.replace("-", "\N{MINUS SIGN}")


def chart(times, values, polynomial):
    """The series with its polynomial and bands as SVG; figures only, so that no font lacks a sign."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    figure = Figure(figsize=(8, 4), layout="constrained")  # of its own: nothing of pyplot's shared state
    axes = figure.subplots()
    axes.fill_between(polynomial.at, *polynomial.prediction, color=BAND, alpha=0.3, linewidth=0)
    axes.fill_between(polynomial.at, *polynomial.confidence, color=BAND, alpha=0.8, linewidth=0)
    axes.plot(polynomial.at, polynomial.fitted, color=LINE)
    axes.plot(times, values, "o", color=POINT, markersize=4)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    axes.spines[["top", "right"]].set_visible(False)
    svg = io.StringIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    text = svg.getvalue()
    return text[text.index("<svg") :]
