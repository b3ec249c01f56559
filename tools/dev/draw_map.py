"""Draws a zones layer in its own style as a map with title, legend, scale bar and sources.

Usage: python3 draw_map.py ZONES_FILE PICTURE; without a screen under QT_QPA_PLATFORM=offscreen.
"""

import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsTextFormat,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QFont

# the equal-area projection that is usual for maps of China, with a scale bar that is right in the middle
ALBERS_CHINA = "PROJ:+proj=aea +lat_1=25 +lat_2=47 +lat_0=35 +lon_0=105 +datum=WGS84 +units=m"
PAGE = (240.0, 174.0)  # mm
MARGIN = 6.0
MAP = (62.0, 19.0, 172.0, 143.0)  # x, y, width, height [mm]; the legend stands to its left
RESOLUTION = 150  # dots per inch
TITLE = "Carbon balance zones of the provincial units of China, 2019"
SOURCES = "Land cover: MODIS MCD12C1, NASA. Units: Natural Earth. GDP: National Bureau of Statistics."


def text_format(size, bold=False):
    """Text of a size [pt]."""
    font = QFont("DejaVu Sans")
    font.setBold(bold)
    layout = QgsTextFormat()
    layout.setFont(font)
    layout.setSize(size)
    layout.setSizeUnit(Qgis.RenderUnit.Points)
    return layout


def place(layout, item, x, y, width=None, height=None):
    """Put an item on the page [mm]."""
    layout.addLayoutItem(item)
    item.attemptMove(QgsLayoutPoint(x, y, Qgis.LayoutUnit.Millimeters))
    if width is not None:
        item.attemptResize(QgsLayoutSize(width, height, Qgis.LayoutUnit.Millimeters))


def add_label(layout, text, y, size, bold=False):
    """One line of text over the width of the page."""
    label = QgsLayoutItemLabel(layout)
    label.setText(text)
    label.setTextFormat(text_format(size, bold))
    place(layout, label, MARGIN, y, PAGE[0] - 2 * MARGIN, 10.0)


def add_map(layout, layer):
    """The layer, filling its frame."""
    crs = QgsCoordinateReferenceSystem(ALBERS_CHINA)
    to_map = QgsCoordinateTransform(layer.crs(), crs, layout.project())
    extent = QgsRectangle()
    for feature in layer.getFeatures():
        shape = feature.geometry()
        shape.transform(to_map)
        extent.combineExtentWith(shape.boundingBox())
    extent.scale(1.02)
    item = QgsLayoutItemMap(layout)
    item.setCrs(crs)
    item.setLayers([layer])
    place(layout, item, *MAP)
    item.zoomToExtent(extent)
    return item


def add_legend(layout, shown):
    """One entry per zone."""
    legend = QgsLayoutItemLegend(layout)
    legend.setLinkedMap(shown)
    legend.rstyle(QgsLegendStyle.Style.Subgroup).setTextFormat(text_format(10, bold=True))
    legend.rstyle(QgsLegendStyle.Style.SymbolLabel).setTextFormat(text_format(9))
    place(layout, legend, MARGIN - 2, MAP[1] + MAP[3] - 52)
    legend.adjustBoxSize()


def add_scale_bar(layout, shown, segment_km, size, x, y):
    """A bar of two segments."""
    bar = QgsLayoutItemScaleBar(layout)
    bar.setStyle("Single Box")
    bar.setLinkedMap(shown)
    bar.setUnits(Qgis.DistanceUnit.Kilometers)
    bar.setUnitLabel("km")
    bar.setNumberOfSegmentsLeft(0)
    bar.setNumberOfSegments(2)
    bar.setUnitsPerSegment(segment_km)
    bar.setTextFormat(text_format(size))
    place(layout, bar, x, y)


def layer_of(path, name):
    """A layer in its own style."""
    layer = QgsVectorLayer(path, name, "ogr")
    if not layer.isValid():
        raise SystemExit(f"{path} is no vector layer.")
    return layer


def empty_page(project, layers, size):
    """A page of a size [mm] in an empty project, for maps of layers."""
    project.addMapLayers(layers)
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(*size, Qgis.LayoutUnit.Millimeters))
    return layout


def save(layout, picture):
    """Write the page as a PNG."""
    if not QgsLayoutExporter(layout).renderPageToImage(0, dpi=RESOLUTION).save(picture):
        raise SystemExit(f"{picture} could not be written.")


def draw(zones, picture):
    """Write the map of a zones file as a PNG."""
    layer = layer_of(zones, "Zone")
    project = QgsProject()  # a layout does not keep its project
    layout = empty_page(project, [layer], PAGE)
    add_label(layout, TITLE, 7.0, 15, bold=True)
    shown = add_map(layout, layer)
    add_legend(layout, shown)
    add_scale_bar(layout, shown, 500, 8, MAP[0] + 24, MAP[1] + MAP[3] - 14)
    add_label(layout, SOURCES, PAGE[1] - 8, 7)
    save(layout, picture)


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    draw(*sys.argv[1:3])
    application.exitQgis()
