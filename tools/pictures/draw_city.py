"""Draws the made-up city: emission of its parcels, and the zones of its townships.

Usage: python3 draw_city.py PARCELS_FILE ZONES_FILE PICTURE, with what the model from sector statistics
to zones wrote; without a screen under QT_QPA_PLATFORM=offscreen. The README shows it as
`docs/pictures/city.png`.
"""

import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsFillSymbol,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLegendStyle,
    QgsPalLayerSettings,
    QgsProject,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsVectorLayerSimpleLabeling,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dev"))

from draw_map import MARGIN, add_label, add_scale_bar, empty_page, layer_of, place, save, text_format

PAGE = (240.0, 150.0)  # mm
SIZE = (112.0, 87.0)  # of a map
TOP = 17.0
LEFT, RIGHT = MARGIN, PAGE[0] - MARGIN - SIZE[0]
TITLE = "From sector totals to parcels and townships: a made-up city"
SOURCES = "City: synthetic, made by a seeded script. Sector totals: Suzhou 2020, Zhang et al. 2023, table 3."
BORDER = {"color": "0,0,0,0", "outline_color": "#303030", "outline_width": "0.4"}


def borders(path):
    """The townships as outlines."""
    layer = layer_of(path, "Townships")
    layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(BORDER)))
    return layer


def add_names(layer, field):
    """Write the names of the townships on the map."""
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(0.6)
    text = text_format(7)
    text.setBuffer(halo)
    labels = QgsPalLayerSettings()
    labels.fieldName = field
    labels.setFormat(text)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(labels))
    layer.setLabelsEnabled(True)


def add_map(layout, layers, x):
    """Layers, the first on top, filling their frame."""
    item = QgsLayoutItemMap(layout)
    item.setCrs(layers[-1].crs())
    item.setLayers(layers)
    place(layout, item, x, TOP, *SIZE)
    extent = layers[-1].extent()
    extent.scale(1.03)
    item.zoomToExtent(extent)
    return item


def add_legend(layout, layer, x):
    """The classes of a layer below its map, in two columns."""
    legend = QgsLayoutItemLegend(layout)
    legend.setAutoUpdateModel(False)
    legend.model().rootGroup().clear()
    legend.model().rootGroup().addLayer(layer)
    legend.setColumnCount(2)
    legend.setSplitLayer(True)
    legend.rstyle(QgsLegendStyle.Style.Subgroup).setTextFormat(text_format(9, bold=True))
    legend.rstyle(QgsLegendStyle.Style.SymbolLabel).setTextFormat(text_format(8))
    place(layout, legend, x - 2, TOP + SIZE[1] + 5)
    legend.adjustBoxSize()


def draw(parcels_path, zones_path, picture):
    """Write both maps as one PNG."""
    parcels = layer_of(parcels_path, "Net emission of the parcels")
    zones = layer_of(zones_path, "Zones of the townships")
    outlines = borders(zones_path)
    add_names(zones, "unit")
    project = QgsProject()  # a layout does not keep its project
    layout = empty_page(project, [parcels, zones, outlines], PAGE)
    add_label(layout, TITLE, 6.0, 14, bold=True)
    shown = add_map(layout, [outlines, parcels], LEFT)
    add_scale_bar(layout, shown, 5, 7, LEFT + 1, TOP + SIZE[1] - 5)
    add_map(layout, [zones], RIGHT)
    add_legend(layout, parcels, LEFT)
    add_legend(layout, zones, RIGHT)
    add_label(layout, SOURCES, PAGE[1] - 7, 7)
    save(layout, picture)


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    draw(*sys.argv[1:4])
    application.exitQgis()
