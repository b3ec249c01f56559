"""Pages of reports: sections of text, tables and charts in one template set, all in one HTML file.

A report says what it shows as `Section`s; how that looks is in `resources/templates` alone. Charts are SVG
within the page, so that it can be read without a network, printed and searched.
"""

from __future__ import annotations

import io
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np
from qgis.core import QgsProcessingParameterFileDestination

from .base import message, tr

PACKAGES = ("jinja2", "matplotlib")  # without them there is no page
TEMPLATES = Path(__file__).parents[1] / "resources" / "templates"

LONGEST = 40  # letters of a text in a chart
LINE, BAND, POINT = "#0f4c9c", "#7fb8e6", "#222222"  # of charts
MOST_POINTS = 2000  # of a scatter plot
SEQUENTIAL = ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b")  # ColorBrewer's Blues
DIVERGING = ("#542788", "#998ec3", "#f7f7f7", "#f1a340", "#b35806")  # ColorBrewer's PuOr

_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]")
_STAND_IN = re.compile("\N{SECTION SIGN}(\\d+)\N{SECTION SIGN}0*")
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_IDS = re.compile(r'(?<=\bid=")[^"]+|(?<=href="#)[^"]+|(?<=url\(#)[^)]+')


class Section(NamedTuple):
    """A headline with what stands below it.

    Attributes
    ----------
    title : str
    blocks : sequence of str, PageTable or PageChart
        A str is a paragraph.
    """

    title: str
    blocks: tuple


class PageTable(NamedTuple):
    """A table of a page.

    Attributes
    ----------
    heads : sequence of str
    rows : sequence of sequences
        Cells: text, whole numbers, or floats, which get six digits; None and NaN = missing.
    caption : str
    colours : sequence of str
        A key before the first cell of every row, '#rrggbb'.
    """

    heads: tuple
    rows: tuple
    caption: str = ""
    colours: tuple = ()

    kind = "table"

    @property
    def numeric(self):
        """Whether each column holds numbers only: these stand on the right."""
        return [
            all(row[place] is None or isinstance(row[place], (int, float)) for row in self.rows)
            for place in range(len(self.heads))
        ]


class PageChart(NamedTuple):
    """A chart of a page.

    Attributes
    ----------
    svg : str
        From `Drawing.svg`.
    caption : str
    note : str
        Small print below the caption, such as an equation.
    """

    svg: str
    caption: str
    note: str = ""

    kind = "chart"


def add_report(algorithm, name, label, text):
    """Add an HTML output that is made only if asked for."""
    algorithm.add(
        QgsProcessingParameterFileDestination(
            name, label, tr("HTML files (*.html)"), optional=True, createByDefault=False
        ),
        text,
    )


def page(title, method, sections, notes=()):
    """A report as text.

    Parameters
    ----------
    title, method : str
        Headline, and a sentence on what was computed.
    sections : sequence of Section
    notes : sequence of Note
        Decisions and warnings of the run; they close the page.

    Returns
    -------
    str
        HTML that needs no other file.
    """
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["cell"] = cell
    return environment.get_template("report.html").render(
        title=title,
        method=method,
        sections=sections,
        notes_title=tr("Decisions and warnings"),
        notes=[message(note) for note in notes],
    )


def cell(value):
    """A cell as text; '–' = missing.

    Examples
    --------
    >>> cell("forest"), cell(12345), cell(0.25), cell(None)
    ('forest', '12,345', '0.25', '–')
    """
    if value is None or value != value:
        return "\N{EN DASH}"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "\N{MINUS SIGN}")
    return number(value) if isinstance(value, float) else value


def rounded(row):
    """A row of a table with four digits of its floats, such as shares and p."""
    return [float(f"{value:.4g}") if isinstance(value, float) else value for value in row]


def fixed(value, digits):
    """A number with so many decimals.

    Examples
    --------
    >>> fixed(-0.5, 2)
    '−0.50'
    """
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def number(value):
    """Six digits or more, with marks between thousands.

    Examples
    --------
    >>> number(110015300.2), number(-0.04123154)
    ('110,015,300', '−0.0412315')
    """
    text = f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"
    return text.replace("-", "\N{MINUS SIGN}")


class Drawing:
    """A chart on its way to SVG: a figure of its own, without pyplot's shared state.

    Texts stay texts, in the reader's own fonts: they can be searched, and no script lacks a sign. Ids begin
    with the name, because all charts of a page share one space of ids, and are the same in every run.

    Parameters
    ----------
    name : str
        Letters, digits and hyphens; its own for every chart of a page.
    width, height : float
        [inch]

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    """

    def __init__(self, name, width=8.0, height=4.0):
        from matplotlib.figure import Figure

        self.name = name
        self.figure = Figure(figsize=(width, height), layout="constrained")
        self._texts = []

    def text(self, text):
        """What to write in the figure in place of a text of the user: a stand-in about as wide.

        The figure is laid out in a font of few scripts, which would also take `$` for a formula.
        """
        self._texts.append(text if len(text) <= LONGEST else text[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}")
        digits = round(sum(1.6 if _WIDE.match(letter) else 1.0 for letter in self._texts[-1]))
        return f"\N{SECTION SIGN}{len(self._texts) - 1}\N{SECTION SIGN}".ljust(digits, "0")

    def svg(self):
        """The figure as the text of an SVG element, to be put into a page as it is."""
        from matplotlib import rc_context

        buffer = io.StringIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": self.name}):
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()
        text = _COMMENT.sub("", text[text.index("<svg") :])  # they repeat the texts
        text = _IDS.sub(lambda found: f"{self.name}-{found.group()}", text)
        return _STAND_IN.sub(lambda found: escape(self._texts[int(found.group(1))]), text)


def plain_axes(axes):
    """Axes without a frame; values with marks between thousands, without powers of ten."""
    thousands(axes.yaxis)
    axes.spines[["top", "right"]].set_visible(False)


def legend_beside(axes):
    """A legend to the right of the axes, where it covers nothing."""
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)


def thousands(axis, most=6):
    """Marks between thousands along an axis, without powers of ten; at most so many."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(most))
    axis.set_major_formatter(StrMethodFormatter("{x:,.12g}"))


def observed_chart(drawing, observed, fitted, labels, logarithmic=False):
    """Observed against fitted values, with the line on which they are equal.

    Parameters
    ----------
    drawing : Drawing
    observed, fitted : float arrays
    labels : (str, str)
        Of the fitted and of the observed values.
    logarithmic : bool
        Both axes.

    Returns
    -------
    str
        SVG; of many points it shows some, evenly spread over their order.
    """
    axes = drawing.figure.subplots()
    ends = min(fitted.min(), observed.min()), max(fitted.max(), observed.max())
    axes.plot(ends, ends, color=LINE, linewidth=1)
    shown = np.linspace(0, len(observed) - 1, min(len(observed), MOST_POINTS)).astype(int)
    axes.plot(fitted[shown], observed[shown], "o", color=POINT, markersize=4, alpha=0.7)
    for axis in (axes.xaxis, axes.yaxis):
        thousands(axis, 4)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    axes.set_xlabel(drawing.text(labels[0]))
    axes.set_ylabel(drawing.text(labels[1]))
    axes.spines[["top", "right"]].set_visible(False)
    return drawing.svg()


def size_of_map(count):
    """Width and height of a heat map of so many rows and columns [inch]."""
    return max(4.0, 1.6 + 0.72 * count), max(2.6, 1.0 + 0.42 * count)


def heat_map(drawing, values, rows, columns, texts, least=0.0, greatest=1.0, colours=SEQUENTIAL):
    """Cells coloured by their values, with the values written in them.

    Parameters
    ----------
    drawing : Drawing
    values : float array, shape (rows, columns)
        NaN = an empty cell.
    rows, columns : sequence of str
        Names along the sides.
    texts : dict of (int, int) to str
        What is written in the cells, by row and column.
    least, greatest : float
        Values of the first and the last colour.
    colours : sequence of str
        From one end to the other, '#rrggbb'.
    """
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    axes = drawing.figure.subplots()
    shades = LinearSegmentedColormap.from_list("shades", colours)
    scale = Normalize(least, greatest)
    axes.pcolormesh(values, cmap=shades, norm=scale, edgecolors="white", linewidth=1.5)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            text = texts.get((row, column), "")
            ink = "white" if luminance(shades(scale(value))) < 0.18 else POINT  # the greater contrast
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=ink, fontsize=9)
    axes.set_yticks(np.arange(len(rows)) + 0.5, [drawing.text(name) for name in rows])
    axes.set_xticks(np.arange(len(columns)) + 0.5, [drawing.text(name) for name in columns])
    axes.tick_params(length=0)
    for tick in axes.get_xticklabels():
        tick.set(rotation=40, ha="right", rotation_mode="anchor")
    axes.invert_yaxis()
    for side in axes.spines.values():
        side.set_visible(False)


def luminance(colour):
    """Relative luminance of red, green and blue from 0 to 1, about as IEC 61966-2-1 has it."""
    red, green, blue, *_ = (part**2.2 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
