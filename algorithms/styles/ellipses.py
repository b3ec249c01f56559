"""Styles of ellipses and of the paths of their centres."""

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsLineSymbol,
    QgsMarkerLineSymbolLayer,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsRendererCategory,
    QgsRuleBasedLabeling,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
)
from qgis.PyQt.QtGui import QColor

from .classes import by_year

# Okabe and Ito's without yellow, which is lost on white; for lines, which need more contrast than areas.
GROUPS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9")
DATES = ("#f9a242", "#d6556d", "#8a2da0", "#1b0c6b")  # earliest to latest: lighter to darker


def ellipses(groups, years):
    """Ellipses in the colours of their groups; those of one group from the lightest year to the darkest.

    Parameters
    ----------
    groups : sequence of str
    years : sequence of int
    """

    def style(layer):
        if len(groups) > 1 or not years:
            field, colours = "group", group_colours(groups)
        else:
            field, colours = "year", date_colours(years)
        categories = [
            QgsRendererCategory(value, ellipse_symbol(colour), str(value))
            for value, colour in colours.items()
        ]
        if categories:
            layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
        else:
            layer.setRenderer(QgsSingleSymbolRenderer(ellipse_symbol(GROUPS[0])))
        by_year(layer)

    return style


def centre_paths(groups):
    """Arrows from centre to centre in the colours of their groups, with the years as labels."""

    def style(layer):
        categories = [
            QgsRendererCategory(group, arrow(colour), group)
            for group, colour in group_colours(groups).items()
        ]
        if categories:
            layer.setRenderer(QgsCategorizedSymbolRenderer("group", categories))
        else:
            layer.setRenderer(QgsSingleSymbolRenderer(arrow("#000000")))
        first = "from_year = minimum(from_year, group_by:=coalesce(\"group\", ''))"
        rules = QgsRuleBasedLabeling.Rule(None)
        for field, place, test in (
            ("to_year", "end_point($geometry)", ""),
            ("from_year", "start_point($geometry)", first),
        ):
            rules.appendChild(QgsRuleBasedLabeling.Rule(label_at(field, place), filterExp=test))
        layer.setLabeling(QgsRuleBasedLabeling(rules))
        layer.setLabelsEnabled(True)

    return style


def group_colours(groups):
    """{group: colour}, without what has no name."""
    named = [group for group in groups if group is not None]
    return {group: GROUPS[place % len(GROUPS)] for place, group in enumerate(named)}


def date_colours(years):
    """{year: colour}, from the lightest for the earliest to the darkest for the latest."""
    first, *middle, last = (QColor(colour) for colour in DATES)
    stops = [
        QgsGradientStop(place / (len(DATES) - 1), colour) for place, colour in enumerate(middle, start=1)
    ]
    ramp = QgsGradientColorRamp(first, last, False, stops)
    years = sorted(set(years))
    return {year: ramp.color(place / max(1, len(years) - 1)).name() for place, year in enumerate(years)}


def ellipse_symbol(colour):
    """A border without a fill: many ellipses lie on each other."""
    return QgsFillSymbol.createSimple({"style": "no", "outline_color": colour, "outline_width": "0.7"})


def arrow(colour):
    """A line with a head at its end."""
    line = QgsLineSymbol.createSimple({"color": colour, "width": "0.6"})
    head = QgsMarkerSymbol.createSimple(
        {"name": "filled_arrowhead", "color": colour, "outline_color": colour, "size": "2.6"}
    )
    at_end = QgsMarkerLineSymbolLayer(True)
    at_end.setPlacements(Qgis.MarkerLinePlacement.LastVertex)
    at_end.setSubSymbol(head)
    line.appendSymbolLayer(at_end)
    return line


def label_at(field, place):
    """Labels of a field beside a place of the shape, readable on any map."""
    text = QgsTextFormat()
    text.setSize(9)
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(0.8)
    text.setBuffer(halo)
    settings = QgsPalLayerSettings()
    settings.fieldName = field
    settings.geometryGenerator = place
    settings.geometryGeneratorEnabled = True
    settings.geometryGeneratorType = Qgis.GeometryType.Point
    settings.placement = Qgis.LabelPlacement.OrderedPositionsAroundPoint
    settings.dist = 1.5
    settings.setFormat(text)
    return settings
