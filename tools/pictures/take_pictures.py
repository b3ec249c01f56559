"""Takes pictures of a real QGIS: every algorithm is run on the sample from its dialog.

Run by hand after `./dev demo`, which makes the profile, where there is Xvfb (apt package `xvfb`):

    QGIS_PLUGINPATH="$PWD/.dev/plugins" QGIS_CUSTOM_CONFIG_PATH="$PWD/.dev/demo-profile" \\
        xvfb-run -a -s "-screen 0 1600x1000x24" qgis --nologo --code "$PWD/tools/pictures/take_pictures.py"

The pictures go to `.dev/pictures`, or to the folder in LANDCARBON_PICTURES. The documentation shows
`desktop.png` and the demo's `map.png` (as `demo_map.png`), which are copied to `docs/pictures`.
"""

import os
import time
import traceback
from pathlib import Path

import landcarbon
import processing
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QTreeView
from qgis.utils import iface

ROOT = Path(landcarbon.__file__).resolve().parent
SAMPLE = ROOT / "resources" / "sample"
PICTURES = Path(os.environ.get("LANDCARBON_PICTURES") or ROOT / ".dev" / "pictures")
ALBERS_CHINA = "PROJ:+proj=aea +lat_1=25 +lat_2=47 +lat_0=35 +lon_0=105 +datum=WGS84 +units=m"
TEMPORARY = "TEMPORARY_OUTPUT"
PATIENCE = 120  # seconds that a run may take


def wait(seconds):
    """Let QGIS work for some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.02)


def save(widget, name):
    """A picture of a widget."""
    if not widget.grab().save(str(PICTURES / f"{name}.png")):
        raise OSError(f"{PICTURES / name}.png could not be written")


def run(name, parameters):
    """Open a dialog, take its pictures, run it, and return its results."""
    dialog = processing.createAlgorithmDialog(f"landcarbon:{name}", parameters)
    dialog.resize(980, 900)
    dialog.show()
    wait(1)
    save(dialog, f"{name}_dialog")
    dialog.runButton().click()
    end = time.monotonic() + PATIENCE
    while not dialog.wasExecuted() and time.monotonic() < end:
        wait(0.2)
    wait(2)
    save(dialog, f"{name}_log")
    results = dialog.results()
    dialog.close()
    if not results:
        raise RuntimeError(f"{name} gave no results; see {PICTURES / name}_log.png")
    return results


def picture_of_desktop(name):
    """The main window once the map is drawn."""
    iface.mapCanvas().waitWhileRendering()
    iface.messageBar().clearWidgets()
    wait(2)
    save(iface.mainWindow(), name)


def show_toolbox():
    """Open the Processing toolbox at LandCarbon, and give the layers' names room."""
    window = iface.mainWindow()
    for dock in window.findChildren(QDockWidget):
        if dock.objectName() in ("Browser", "Browser2"):
            dock.hide()
        if dock.objectName() == "Layers":
            window.resizeDocks([dock], [380], Qt.Orientation.Horizontal)
        if dock.objectName() == "ProcessingToolbox":
            dock.show()
            dock.raise_()
            tree = dock.findChild(QTreeView)
            tree.collapseAll()
            model = tree.model()
            for row in range(model.rowCount()):
                index = model.index(row, 0)
                if index.data() == "LandCarbon":
                    tree.expandRecursively(index)
                    tree.scrollTo(index, QTreeView.ScrollHint.PositionAtTop)


def zoom_to(layer):
    """Show a layer and hide the others."""
    tree = QgsProject.instance().layerTreeRoot()
    for node in tree.findLayers():
        node.setItemVisibilityChecked(node.layer() is layer)
        node.setExpanded(node.layer() is layer)
        node.parent().setExpanded(node.layer() is layer)
    shown = tree.findLayer(layer.id())
    shown.setItemVisibilityCheckedParentRecursive(True)
    shown.parent().setExpanded(True)
    iface.setActiveLayer(layer)
    canvas = iface.mapCanvas()
    extent = canvas.mapSettings().layerExtentToOutputExtent(layer, layer.extent())
    extent.scale(1.05)
    canvas.setExtent(extent)
    canvas.refresh()


def result_layer(results, name):
    """The layer of the project that holds an output."""
    return QgsProject.instance().mapLayer(results[name]) or next(
        layer for layer in QgsProject.instance().mapLayers().values() if layer.source() == results[name]
    )


def take_pictures():
    """All pictures, in the order in which an analyst would work."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    iface.mainWindow().resize(1600, 1000)
    project = QgsProject.instance()
    cover = QgsRasterLayer(str(SAMPLE / "land_cover_2019.tif"), "land_cover_2019")
    provinces = QgsVectorLayer(str(SAMPLE / "provinces.gpkg"), "provinces", "ogr")
    statistics = QgsVectorLayer(str(SAMPLE / "statistics_2019.csv"), "statistics_2019", "ogr")
    project.addMapLayers([cover, provinces, statistics])
    wait(1)  # QGIS sets the coordinate system of the first layer
    project.setCrs(QgsCoordinateReferenceSystem(ALBERS_CHINA))
    show_toolbox()

    budget = run(
        "landusebudget",
        {
            "LAND_COVER": [cover.id()],
            "UNITS": provinces.id(),
            "UNIT_FIELD": "unit",
            "REGION_FIELD": "region",
            "BUDGET": TEMPORARY,
            "CLASS_AREAS": TEMPORARY,
            "CLASS_AUDIT": TEMPORARY,
            "DENSITY": TEMPORARY,
        },
    )
    zoom_to(result_layer(budget, "OUTPUT"))
    picture_of_desktop("landusebudget_map")
    zoom_to(result_layer(budget, "DENSITY"))
    picture_of_desktop("density_map")

    panel = run(
        "unitpanel",
        {
            "TABLES": [result_layer(budget, "BUDGET").id(), statistics.id()],
            "UNITS": provinces.id(),
            "UNIT_FIELD": "unit",
            "GROUP_FIELD": "region",
            "GROUPS": TEMPORARY,
            "UNMATCHED": TEMPORARY,
        },
    )
    zoom_to(result_layer(panel, "OUTPUT"))
    picture_of_desktop("unitpanel_map")

    indices = run(
        "carbonindices",
        {
            "INPUT": result_layer(budget, "OUTPUT").id(),
            "STATISTICS": statistics.id(),
            "GROUP_FIELD": "region",
            "SINKS": [result_layer(budget, "CLASS_AREAS").id()],
            "GROUPS": TEMPORARY,
            "REGION": TEMPORARY,
        },
    )
    zoom_to(result_layer(indices, "OUTPUT"))
    picture_of_desktop("carbonindices_map")

    zones = run(
        "balancezoning",
        {"INPUT": result_layer(indices, "OUTPUT").id(), "SUMMARY": TEMPORARY},
    )
    show_toolbox()
    zoom_to(result_layer(zones, "OUTPUT"))
    picture_of_desktop("desktop")


def main():
    """Take the pictures and leave QGIS, with the reason on standard output if something fails."""
    try:
        take_pictures()
    except Exception:
        traceback.print_exc()
    finally:
        QgsProject.instance().setDirty(False)
        iface.actionExit().trigger()


QTimer.singleShot(2000, main)
