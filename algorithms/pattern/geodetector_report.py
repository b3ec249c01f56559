"""The HTML report of the geographic detector: heat map of q, and the tables of the detectors."""

import numpy as np

from ...core.pattern.geodetector import (
    BI_ENHANCE,
    INDEPENDENT,
    NONLINEAR_ENHANCE,
    NONLINEAR_WEAKEN,
    UNI_WEAKEN,
)
from ...core.sequences import zip_equal
from ..base import tr
from ..pages import Drawing, PageChart, PageTable, Section, heat_map, page, rounded, size_of_map
from .dated_units import each_section

LEVEL = 0.05
SIGNS = {
    NONLINEAR_ENHANCE: "\N{BLACK UP-POINTING TRIANGLE}",
    BI_ENHANCE: "\N{WHITE UP-POINTING TRIANGLE}",
    INDEPENDENT: "\N{WHITE CIRCLE}",
    UNI_WEAKEN: "\N{WHITE DOWN-POINTING TRIANGLE}",
    NONLINEAR_WEAKEN: "\N{BLACK DOWN-POINTING TRIANGLE}",
}


def report(found, response, span, notes):
    """The report as text.

    Parameters
    ----------
    found : sequence of (int or None, Detection)
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
    title = tr("What explains {response} {years}").format(response=response, years=span).strip()
    method = tr(
        "Geographic detector: q is the share of the variance of the response between the strata of a factor, "
        "from 0 to 1. p is that of the F test of q = 0."
    )
    return page(title, method, each_section(found, _sections), notes)


def _sections(place, one):
    """Sections of one date."""
    yield Section(tr("Factors"), (_strongest(one), _factors(one)))
    if one.interactions["q12"]:
        yield Section(tr("Interactions"), (_map(place, one), _interactions(one)))
    yield Section(tr("Strata"), (*_differences(one.risk), _strata(one.means)))
    if one.ecological["f"]:
        yield Section(tr("Differences between factors"), (_ecological(one.ecological),))


def _strongest(one):
    """A sentence on the factor with the highest q."""
    q = one.factor_q["q"]
    place = int(np.argmax(q))
    return tr("In {units} units, '{factor}' explains most of the variance: q = {q:.3f}.").format(
        units=one.units, factor=one.factor_q["factor"][place], q=q[place]
    )


def _factors(one):
    heads = tr("Factor"), tr("Cut by"), tr("Strata"), "q", "F", "p", "p_wang"
    rows = sorted(zip_equal(*one.factor_q.values()), key=lambda row: -row[3])
    return PageTable(heads, [rounded(row) for row in rows])


def _interactions(one):
    heads = (
        *(tr("Factor"), tr("Other factor"), "q1", "q2", "q12", tr("Type")),
        tr("Cells of one unit"),
    )
    rows = sorted(zip_equal(*one.interactions.values()), key=lambda row: -row[4])
    whole = "\N{NON-BREAKING HYPHEN}"
    return PageTable(heads, [rounded((*row[:5], row[5].replace("-", whole), row[6])) for row in rows])


def _strata(means):
    heads = tr("Factor"), tr("Stratum"), tr("Units"), tr("Mean of the response")
    return PageTable(heads, list(zip_equal(*means.values())))


def _differences(risk):
    """A sentence for every factor on how many of its strata differ."""
    for factor in dict.fromkeys(risk["factor"]):
        p = np.array([p for name, p in zip_equal(risk["factor"], risk["p"]) if name == factor])
        yield tr("{factor}: of {pairs} pairs of strata {count} differ at 5 % (Welch's t test).").format(
            factor=factor, pairs=len(p), count=int((p < LEVEL).sum())
        )


def _ecological(table):
    heads = (
        *(tr("Factor"), tr("Other factor"), tr("Within its strata"), tr("Within those of the other")),
        *("F", "p"),
    )
    return PageTable(
        heads,
        [rounded(row) for row in zip_equal(*table.values())],
        tr("Sums of squares of the response; p below 0.05: one factor explains more than the other."),
    )


def _map(place, one):
    """Heat map of q: of the factors along the diagonal, of pairs below it."""
    names = one.factor_q["factor"]
    row = {name: i for i, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(values, one.factor_q["q"])
    texts = {(i, i): f"{q:.3f}" for i, q in enumerate(one.factor_q["q"])}
    pairs = one.interactions
    for first, second, q, kind in zip_equal(
        pairs["factor_1"], pairs["factor_2"], pairs["q12"], pairs["type"]
    ):
        cell = row[second], row[first]
        values[cell], texts[cell] = q, f"{q:.3f} {SIGNS[kind]}"
    drawing = Drawing(f"q-{place}", *size_of_map(len(names)))
    heat_map(drawing, values, names, names, texts)
    caption = tr(
        "q of every factor (diagonal) and of two factors together. \N{BLACK UP-POINTING TRIANGLE} more than "
        "the sum of both, \N{WHITE UP-POINTING TRIANGLE} more than each, \N{WHITE CIRCLE} the sum, "
        "\N{WHITE DOWN-POINTING TRIANGLE} less than one, \N{BLACK DOWN-POINTING TRIANGLE} less than each."
    )
    return PageChart(drawing.svg(), caption)
