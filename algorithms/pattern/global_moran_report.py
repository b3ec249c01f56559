"""The HTML report of global Moran's I: the table, and a Moran scatter plot of every field and year."""

import numpy as np

from ...core.sequences import zip_equal
from ..base import tr
from ..pages import LINE, POINT, Drawing, PageChart, PageTable, Section, page, plain_axes

MOST_POINTS = 2000  # above, units are counted in hexagons: so many marks say nothing, and take long to draw


def report(found, title, standardised, notes):
    """The report as text.

    Parameters
    ----------
    found : MoranResult
        With its scatter.
    title : str
    standardised : bool
        Whether the weights of a unit sum to 1.
    notes : sequence of Note
        Decisions and warnings of the run.

    Returns
    -------
    str
        HTML that needs no other file.
    """
    method = tr(
        "Moran's I is the slope of the line in the scatter plot: above its expectation similar values lie "
        "near each other, below it they avoid each other. p is two-sided under randomisation; the pseudo p "
        "of the permutations is one-sided on the nearer tail."
    )
    return page(title, method, (_results(found.table), *_plots(found, standardised)), notes)


def _results(table):
    """The table of all fields and years."""
    heads = {
        "field": tr("Field"),
        "year": tr("Year"),
        "n": tr("Units"),
        "islands": tr("Islands"),
        "i": tr("I"),
        "expected": tr("Expected"),
        "variance": tr("Variance"),
        "z": tr("Z"),
        "p": tr("p"),
        "p_perm": tr("Pseudo p"),
    }
    columns = {name: table[name] for name in heads}
    if all(year is None for year in table["year"]):
        del columns["year"]
    else:  # a year is no amount: it has no mark between thousands
        columns["year"] = [str(year) for year in table["year"]]
    rows = tuple(zip_equal(*(map(_shown, values) for values in columns.values())))
    return Section(tr("Results"), (PageTable(tuple(heads[name] for name in columns), rows),))


def _shown(value):
    """Four digits of a number, so that all columns fit the page; the table of the run has them all."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _plots(found, standardised):
    """A section with a scatter plot for every field and year that could be computed."""
    names = zip_equal(found.table["field"], found.table["year"], found.table["i"])
    computed = [(field, year) for field, year, i in names if np.isfinite(i)]
    for place, ((field, year), points) in enumerate(zip_equal(computed, found.scatter)):
        heading = field if year is None else f"{field}, {year}"
        yield Section(heading, (_plot(f"moran-{place}", *points[1:], standardised),))


def _plot(name, z, lag, standardised):
    """Standard scores of units against those of their neighbours, with the line whose slope is I."""
    drawing = Drawing(name, width=6.5, height=5.5)
    axes = drawing.figure.subplots()
    axes.axhline(0, color="#999999", linewidth=0.8)
    axes.axvline(0, color="#999999", linewidth=0.8)
    if len(z) > MOST_POINTS:
        axes.hexbin(z, lag, gridsize=40, bins="log", mincnt=1, cmap="Blues", linewidths=0)
        caption = tr("{units} units, counted in hexagons: the darker, the more.")
    else:
        axes.plot(z, lag, "o", color=POINT, markersize=4, alpha=0.6)
        caption = tr("{units} units.")
    slope = float((z * lag).sum() / (z * z).sum())
    ends = np.array([z.min(), z.max()])
    axes.plot(ends, slope * ends, color=LINE)
    axes.set_xlabel(drawing.text(tr("Standard score of the unit")))
    label = (
        tr("Mean of its neighbours")
        if standardised
        else tr("Weighted sum of its neighbours, by the mean sum of weights")
    )
    axes.set_ylabel(drawing.text(label))
    for (x, y), text in zip_equal(
        ((0.98, 0.98), (0.02, 0.98), (0.02, 0.02), (0.98, 0.02)), ("HH", "LH", "LL", "HL")
    ):
        axes.text(
            x,
            y,
            drawing.text(text),
            transform=axes.transAxes,
            ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom",
            color="#666666",
        )
    plain_axes(axes)
    text = caption.format(units=f"{len(z):,}")
    note = tr("Slope of the line: {slope}.").format(slope=f"{slope:.6g}".replace("-", "\N{MINUS SIGN}"))
    return PageChart(drawing.svg(), text, note)
