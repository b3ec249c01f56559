"""Styles of emission per hectare, which differs by powers of ten from parcel to parcel."""

import numpy as np
from qgis.core import QgsExpression, QgsFillSymbol

from ...core.sequences import pairwise, zip_equal
from ..base import tr
from .classes import and_missing, by_rules, by_year, round_125, symbol, values_and_years
from .colours import between

# After ColorBrewer's PuOr, each half from pale to dark: orange emits, purple absorbs.
EMITTED = ("#fdd5a0", "#f5a84a", "#d9780f", "#b35806", "#7f3b08")
ABSORBED = ("#ceccec", "#9488c6", "#542788")
NOTHING = "#f2f2f2"
EMITTED_PARTS = (0.25, 0.5, 0.75, 0.95)  # of what emits, by number; the last class is the hottest twentieth
ABSORBED_PARTS = (1 / 3, 2 / 3)
MANY = 100  # polygons that would be lost between their borders


def emission_intensity(mass, field="t_ha", amounts=()):
    """Net emission per hectare, in classes that few parcels of very high values do not swallow.

    Sources and sinks have classes of their own, each of about as many parcels, with breaks rounded to 1, 2 or
    5 times a power of ten, or to two digits where values are close to each other; a parcel without either is
    pale grey.

    Parameters
    ----------
    mass : str
        't C' or 't CO2', for the legend.
    field : str
        Holds the net emission per hectare.
    amounts : sequence of str
        Fields that the map tip lists, in `mass`; none: the map tip stays as it is.
    """

    def style(layer):
        if amounts:
            layer.setMapTipTemplate(amounts_tip(mass, field, amounts))
        values, _ = values_and_years(layer, field)
        classes = intensity_classes(values, f"{mass}/ha", field)
        many = layer.featureCount() >= MANY
        by_rules(layer, and_missing(layer, field, classes), without_outline if many else symbol)
        by_year(layer)

    return style


def amounts_tip(mass, field, amounts):
    """The amounts of a polygon that are not 0, and its net emission per hectare, as HTML with expressions."""

    def line(name, unit):
        value = QgsExpression.quotedColumnRef(name)
        text = f"{QgsExpression.quotedString(name + ': ')} || format_number({value}, 2) || ' {unit}<br>'"
        return f"[% if({value} <> 0, {text}, '') %]"

    return "".join([*(line(name, mass) for name in amounts), line(field, f"{mass}/ha")])


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
    sinks, sources = [], []
    for lower, upper, hue in _side(-values[values < 0], ABSORBED_PARTS, ABSORBED):
        test = f"{value} < {-lower!r}" + ("" if upper is None else f" AND {value} >= {-upper!r}")
        sinks.append((test, hue, _label(None if upper is None else -upper, -lower, unit)))
    for lower, upper, hue in _side(values[values > 0], EMITTED_PARTS, EMITTED):
        test = f"{value} > {lower!r}" + ("" if upper is None else f" AND {value} <= {upper!r}")
        sources.append((test, hue, _label(lower, upper, unit)))
    nothing = [(f"{value} = 0", NOTHING, tr("neither source nor sink"))] if (values == 0).any() else []
    return sinks[::-1] + nothing + sources


def _side(sizes, parts, colours):
    """Classes of sources or of sinks by their size: lower, upper (None = open), colour."""
    if not sizes.size:
        return []
    edges = [0.0, *_breaks(sizes, parts), None]
    hues = between(colours, len(edges) - 1) if len(edges) > 2 else [colours[len(colours) // 2]]
    return [(lower, upper, hue) for (lower, upper), hue in zip_equal(pairwise(edges), hues)]


def _breaks(sizes, parts):
    """Rounded quantiles; to two digits where 1, 2 and 5 times a power of ten leave less than half of them."""
    wanted, least, largest = np.quantile(sizes, parts).tolist(), sizes.min(), sizes.max()
    plain = sorted({edge for edge in (_edge(size, largest) for size in wanted) if least <= edge})
    if 2 * len(plain) >= len(parts):
        return plain
    fine = sorted({edge for edge in (float(f"{size:.2g}") for size in wanted) if least <= edge < largest})
    return fine if len(fine) > len(plain) else plain


def _edge(size, largest):
    """A size as a break: rounded, to the next lower step where nothing would be above it."""
    edge = round_125(size)
    return edge if edge < largest else round_125(edge / 2.2)  # 10, 5, 2, 1 to 5, 2, 1, 0.5


def _label(lower, upper, unit):
    """'0 to 5 t C/ha', '> 5 t C/ha' or '< −2 t C/ha'."""
    below, above = (
        None if edge is None else f"{edge or 0.0:,.10g}".replace("-", "\N{MINUS SIGN}")
        for edge in (lower, upper)
    )
    if above is None:
        return f"> {below} {unit}"
    if below is None:
        return f"< {above} {unit}"
    return f"{tr('{lower} to {upper}').format(lower=below, upper=above)} {unit}"


def without_outline(layer, colour):
    """A polygon whose border has its own colour: many small ones would else be lost between their borders."""
    return QgsFillSymbol.createSimple(
        {"color": colour, "outline_color": colour, "outline_width": "0.05", "joinstyle": "miter"}
    )
