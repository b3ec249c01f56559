"""Styles of emission per hectare, which differs by powers of ten from parcel to parcel."""

import numpy as np
from qgis.core import QgsExpression, QgsFillSymbol

from ...core.sequences import pairwise
from ..base import tr
from .classes import and_missing, by_rules, by_year, round_125, values_and_years
from .colours import between

# ColorBrewer's PuOr, each half from pale to dark: orange emits, purple absorbs.
EMITTED = ("#fee0b6", "#fdb863", "#e08214", "#b35806", "#7f3b08")
ABSORBED = ("#d8daeb", "#998ec3", "#542788")
NOTHING = "#f2f2f2"
EMITTED_PARTS = (0.25, 0.5, 0.75, 0.95)  # of what emits, by number; the last class is the hottest twentieth
ABSORBED_PARTS = (1 / 3, 2 / 3)


def emission_intensity(mass, field="t_ha"):
    """Net emission per hectare, in classes that few parcels of very high values do not swallow.

    Sources and sinks have classes of their own, each of about as many parcels, with breaks rounded to 1, 2 or
    5 times a power of ten; a parcel without either is pale grey.

    Parameters
    ----------
    mass : str
        't C' or 't CO2', for the legend.
    field : str
        Holds the net emission per hectare.
    """

    def style(layer):
        values, _ = values_and_years(layer, field)
        classes = intensity_classes(values, f"{mass}/ha", field)
        by_rules(layer, and_missing(layer, field, classes), without_outline)
        by_year(layer)

    return style


def intensity_classes(values, unit, field):
    """The classes of a style, from the strongest sink to the strongest source: test, colour, label.

    Parameters
    ----------
    values : float array
        NaN = missing.
    unit : str
    field : str

    Returns
    -------
    list of (str, str, str)
    """
    value = QgsExpression.quotedColumnRef(field)
    sinks = [
        (
            f"{value} < {-lower!r}" if upper is None else f"{value} < {-lower!r} AND {value} >= {-upper!r}",
            hue,
            text,
        )
        for lower, upper, hue, text in _side(
            -values[values < 0], ABSORBED_PARTS, ABSORBED, unit, "\N{MINUS SIGN}"
        )
    ]
    sources = [
        (
            f"{value} > {lower!r}" if upper is None else f"{value} > {lower!r} AND {value} <= {upper!r}",
            hue,
            text,
        )
        for lower, upper, hue, text in _side(values[values > 0], EMITTED_PARTS, EMITTED, unit, "")
    ]
    none = [(f"{value} = 0", NOTHING, tr("0, neither source nor sink"))] if (values == 0).any() else []
    return sinks[::-1] + none + sources


def _side(sizes, parts, colours, unit, sign):
    """Classes of sources or of sinks by their size: lower, upper (None = open), colour, label."""
    if not sizes.size:
        return []
    rounded = {round_125(float(size)) for size in np.quantile(sizes, parts)}
    breaks = sorted(edge for edge in rounded if sizes.min() <= edge < sizes.max())
    edges = [0.0, *breaks, None]
    texts = [f"{sign}{edge:,.10g}" if edge else "0" for edge in edges[:-1]]
    labels = [tr("{lower} to {upper}").format(lower=one, upper=other) for one, other in pairwise(texts)]
    more = tr("beyond {value}") if sign else tr("above {value}")
    labels.append(more.format(value=texts[-1]))
    hues = between(colours, len(labels)) if len(labels) > 1 else [colours[len(colours) // 2]]
    return [
        (lower, upper, hue, f"{label} {unit}")
        for (lower, upper), hue, label in zip(pairwise(edges), hues, labels)
    ]


def without_outline(layer, colour):
    """A polygon whose border has its own colour: many small ones would else be lost between their borders."""
    return QgsFillSymbol.createSimple(
        {"color": colour, "outline_color": colour, "outline_width": "0.05", "joinstyle": "miter"}
    )
