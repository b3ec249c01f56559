"""Features in classes: by code, between breaks, in natural levels, with what is missing in grey."""

import numpy as np
from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsExpression,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsRendererCategory,
    QgsRuleBasedRenderer,
    QgsSymbol,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtGui import QColor

from ...core.classification import NATURAL, class_breaks, class_of
from ...core.sequences import pairwise, zip_equal
from ..base import tr
from .colours import NO_ZONE, OUTLINE


def natural_levels(field, colours, unit=""):
    """Five levels of a field by exact natural breaks over all years, with the share of units in each.

    Shares are those of the latest year, the one on top. Where there are fewer than five different values,
    each is a level; units without a value are grey.

    Parameters
    ----------
    field : str
    colours : sequence of str
        One per level, least first.
    unit : str
        For the legend.
    """

    def style(layer):
        values, year = values_and_years(layer, field)
        different = np.unique(values[~np.isnan(values)])
        count = min(len(colours), len(different))
        breaks = class_breaks(values, NATURAL, [count])[count] if count > 1 else different[:0]
        latest = values[year == year.max()] if len(year) else values
        level = class_of(latest, breaks)
        value = QgsExpression.quotedColumnRef(field)
        edges = breaks.tolist()
        tests = [f"{value} <= {edge!r}" for edge in edges] + [f"{value} IS NOT NULL"]
        tests[1:] = [f"{value} > {edge!r} AND {test}" for edge, test in zip_equal(edges, tests[1:])]
        numbered = enumerate(zip_equal(tests, level_labels(breaks, unit)))
        classes = [
            (test, colours[number], f"{label} ({share_text(level == number)})")
            for number, (test, label) in numbered
        ]
        if np.isnan(values).any():
            classes.append((f"{value} IS NULL", NO_ZONE, f"{tr('no value')} ({share_text(level < 0)})"))
        by_rules(layer, classes)
        by_year(layer)

    return style


def values_and_years(layer, field):
    """The numbers of a field (NaN = missing) and the years of all features; 0 without a field of years."""
    found, _ = QgsVectorLayerUtils.getValues(layer, field)
    values = [value if isinstance(value, (int, float)) else np.nan for value in found]
    years = np.zeros(len(values), dtype=int)
    if layer.fields().lookupField("year") >= 0:
        found, _ = QgsVectorLayerUtils.getValues(layer, "year")
        years[:] = [year if isinstance(year, int) else 0 for year in found]
    return np.array(values, dtype=float), years


def level_labels(breaks, unit):
    """Labels of the levels that hold their upper break, with as few digits as tell the breaks apart.

    Examples
    --------
    >>> level_labels(np.array([0.51, 12345.6]), "t C")
    ['up to 0.51 t C', '0.51 to 12,350 t C', 'above 12,350 t C']
    """
    if not len(breaks):
        return [tr("all values")]
    for digits in range(4, 18):
        texts = [f"{float(f'{edge:.{digits}g}'):,.15g}" for edge in breaks.tolist()]
        if len(set(texts)) == len(texts):
            break
    texts = [text.replace("-", "\N{MINUS SIGN}") for text in texts]
    inner = [tr("{lower} to {upper}").format(lower=lower, upper=upper) for lower, upper in pairwise(texts)]
    ends = tr("up to {value}").format(value=texts[0]), tr("above {value}").format(value=texts[-1])
    return [f"{text} {unit}".strip() for text in (ends[0], *inner, ends[1])]


def share_text(which):
    """'23.1 % of units': the share of what is true."""
    return tr("{share} % of units").format(share=f"{100 * np.mean(which):.1f}" if len(which) else "0")


def coded(field, classes, missing):
    """Classes by code in fixed colours, `missing` the label of units without one."""

    def style(layer):
        categories = [
            QgsRendererCategory(code, symbol(layer, colour), tr(name)) for code, name, colour in classes
        ]
        if has_missing(layer, field):
            categories.append(QgsRendererCategory(None, symbol(layer, NO_ZONE), missing))
        layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
        by_year(layer)

    return style


def symbol(layer, colour):
    """A symbol that fits the shapes of a layer: polygons with a thin outline, points, lines."""
    if layer.geometryType() == Qgis.GeometryType.Polygon:
        return polygon(colour)
    fitting = QgsSymbol.defaultSymbol(layer.geometryType())
    fitting.setColor(QColor(colour))
    return fitting


def polygon(colour):
    """A filled polygon with a thin outline."""
    return QgsFillSymbol.createSimple({"color": colour, "outline_color": OUTLINE, "outline_width": "0.2"})


def has_missing(layer, field):
    """Whether a feature has no value in the field."""
    request = QgsFeatureRequest().setFilterExpression(f"{QgsExpression.quotedColumnRef(field)} IS NULL")
    return any(True for _ in layer.getFeatures(request.setLimit(1)))


def graduated(layer, field, breaks, colours, unit, name=""):
    """Set classes between `breaks`, open at both ends; where there are missing values, they are grey.

    A value on a break belongs to the class above it. The classes are rules: a range of QGIS's graduated
    renderer holds both its ends, and what is missing is not drawn by it.
    """
    value = QgsExpression.quotedColumnRef(field)
    tests = [
        f"{value} < {breaks[0]!r}",
        *(f"{value} >= {lower!r} AND {value} < {upper!r}" for lower, upper in pairwise(breaks)),
        f"{value} >= {breaks[-1]!r}",
    ]
    classes = list(zip_equal(tests, colours, class_labels(breaks, unit, name)))
    by_rules(layer, and_missing(layer, field, classes, name))


def and_missing(layer, field, classes, name=""):
    """The classes of a field and, where there are missing values, a grey one for them."""
    if not has_missing(layer, field):
        return classes
    missing = f"{QgsExpression.quotedColumnRef(field)} IS NULL"
    return [*classes, (missing, NO_ZONE, " ".join(filter(None, (name, tr("no value")))))]


def by_rules(layer, classes, symbol_of=symbol):
    """Set classes by rules: triples of test, colour and label; `symbol_of` makes a symbol of a colour."""
    rules = QgsRuleBasedRenderer.Rule(None)
    for test, colour, label in classes:
        rules.appendChild(QgsRuleBasedRenderer.Rule(symbol_of(layer, colour), filterExp=test, label=label))
    layer.setRenderer(QgsRuleBasedRenderer(rules))


def class_labels(breaks, unit, name=""):
    """Labels of the classes between `breaks`: one more than breaks.

    Examples
    --------
    >>> class_labels((0.5, 1.0), "", "ECC")
    ['ECC < 0.5', 'ECC 0.5 to 1', 'ECC ≥ 1']
    """
    # A dash between negative numbers would be one minus among others.
    texts = [f"{value:,.10g}".replace("-", "\N{MINUS SIGN}") for value in breaks]
    inner = [tr("{lower} to {upper}").format(lower=lower, upper=upper) for lower, upper in pairwise(texts)]
    classes = [f"< {texts[0]}", *inner, f"≥ {texts[-1]}"]
    return [" ".join(part for part in (name, text, unit) if part) for text in classes]


def symmetric_breaks(values):
    """Five breaks centred on 0, so that about a third of the values is in each step of size.

    Parameters
    ----------
    values : float array
        NaN = missing.

    Returns
    -------
    tuple of float
        -b, -a, 0, a, b with a and b at the thirds of the absolute values, rounded to 1, 2 or 5 times a power
        of ten; b is at least 2 a.

    Examples
    --------
    >>> symmetric_breaks(np.array([-1.0, 3.0, 40.0, 60.0, 100.0]))
    (-50.0, -20.0, 0.0, 20.0, 50.0)
    """
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if sizes.size == 0:
        return (-2.0, -1.0, 0.0, 1.0, 2.0)
    low, high = (round_125(float(np.quantile(sizes, part))) for part in (1 / 3, 2 / 3))
    high = max(high, round_125(2 * low))
    return (-high, -low, 0.0, low, high)


def round_125(value):
    """The nearest of 1, 2 and 5 times a power of ten, by ratio; `value` > 0."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = power * np.array([1.0, 2.0, 5.0, 10.0])
    return float(steps[np.argmin(np.abs(np.log(steps / value)))])


def by_year(layer, field="year"):
    """Give a layer with a whole-number field of years its temporal range, row by row.

    Where the map shows no time, all years lie on top of each other: the latest is drawn last.
    """
    if layer.fields().lookupField(field) < 0:
        return
    if layer.renderer() is not None:
        latest_last = QgsFeatureRequest.OrderByClause(f'"{field}"', True, True)
        layer.renderer().setOrderBy(QgsFeatureRequest.OrderBy([latest_last]))
        layer.renderer().setOrderByEnabled(True)
    temporal = layer.temporalProperties()
    temporal.setMode(Qgis.VectorTemporalMode.FeatureDateTimeStartAndEndFromExpressions)
    temporal.setStartExpression(f'make_datetime("{field}", 1, 1, 0, 0, 0)')
    temporal.setEndExpression(f'make_datetime("{field}", 12, 31, 23, 59, 59)')
    temporal.setIsActive(True)
