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

from .base import message, tr

PACKAGES = ("jinja2", "matplotlib")  # without them there is no page
TEMPLATES = Path(__file__).parents[1] / "resources" / "templates"

LONGEST = 40  # letters of a text in a chart
LINE, BAND, POINT = "#0f4c9c", "#7fb8e6", "#222222"  # of charts

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
    from matplotlib.ticker import StrMethodFormatter

    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    axes.spines[["top", "right"]].set_visible(False)
