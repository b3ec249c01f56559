"""Takes pictures of a real QGIS: every algorithm is run on the sample from its dialog.

Run by hand after `./dev demo`, which makes the profile, where there is Xvfb (apt package `xvfb`):

    QGIS_PLUGINPATH="$PWD/.dev/plugins" QGIS_CUSTOM_CONFIG_PATH="$PWD/.dev/demo-profile" \\
        xvfb-run -a -s "-screen 0 1600x1000x24" qgis --nologo --code "$PWD/tools/pictures/take_pictures.py"

The pictures go to `.dev/pictures`, or to the folder in LANDCARBON_PICTURES, with the reports as HTML and the
rasters that are made up for trends of cells. The documentation shows `desktop.png`, `trends.png`,
`zonalcarbon_map.png` (as `zonalcarbon.png`), `model_map_carbon_balance_zones.png` (as `nep_zones.png`),
`landtransition_map.png` (as `land_change.png`), `model_map_neutrality_zones.png` (as `neutrality_zones.png`)
and the demo's `map.png` (as `demo_map.png`), which are copied to `docs/pictures`, and parts of other maps;
`draw_city.py` draws `city.png`, and `sectorinventory.png` is the top of the report of the inventory.
"""

import os
import sys
import time
import traceback
from pathlib import Path

import landcarbon
import numpy as np
import processing
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtGui import QColor
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
    picture = name.replace(" ", "_")
    save(dialog, f"{picture}_dialog")
    dialog.runButton().click()
    end = time.monotonic() + PATIENCE
    while not dialog.wasExecuted() and time.monotonic() < end:
        wait(0.2)
    wait(2)
    save(dialog, f"{picture}_log")
    results = dialog.results()
    dialog.close()
    if not results:
        raise RuntimeError(f"{name} gave no results; see {PICTURES / picture}_log.png")
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
        if dock.objectName() in ("Browser", "Browser2", "ResultsViewer"):
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
    provinces = QgsVectorLayer(str(SAMPLE / "provinces.gpkg"), "provinces", "ogr")
    project.addMapLayer(provinces)
    wait(1)  # QGIS sets the coordinate system of the first layer
    project.setCrs(QgsCoordinateReferenceSystem(ALBERS_CHINA))
    zone_pictures(provinces)
    trend_pictures(provinces)
    pattern_pictures(provinces)
    ellipse_pictures(provinces, cover_of_sample())
    nep_pictures()
    forecast_pictures(provinces)
    neutrality_pictures()
    city_pictures()


def zone_pictures(provinces):
    """From land cover to zones."""
    cover = QgsRasterLayer(str(SAMPLE / "land_cover_2019.tif"), "land_cover_2019")
    statistics = QgsVectorLayer(str(SAMPLE / "statistics_2019.csv"), "statistics_2019", "ogr")
    QgsProject.instance().addMapLayers([cover, statistics])
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
    driver_pictures(result_layer(panel, "OUTPUT"))

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


def trend_pictures(provinces):
    """Trends of the made-up panel and of made-up rasters."""
    panel = QgsVectorLayer(str(SAMPLE / "panel.csv"), "panel", "ogr")
    QgsProject.instance().addMapLayer(panel)
    run("fillseries", {"INPUT": panel.id(), "FIELDS": ["ce_t", "cs_t"]})
    joined = run("unitpanel", {"TABLES": [panel.id()], "UNITS": provinces.id(), "UNIT_FIELD": "unit"})
    trends = run(
        "unittrend",
        {
            "INPUT": result_layer(joined, "OUTPUT").id(),
            "FIELDS": ["ce_t", "cs_t", "net_t"],
            "FDR": True,
            "TRENDS": TEMPORARY,
            "COUNTS": TEMPORARY,
            "REPORT": str(PICTURES / "unittrend_report.html"),
        },
    )
    layer = result_layer(trends, "OUTPUT")
    show_toolbox()
    zoom_to(layer)
    picture_of_desktop("trends")
    for name in layer.styleManager().styles():
        layer.styleManager().setCurrentStyle(name)
        picture_of_desktop(f"unittrend_map_{name.replace(': ', '_').replace(' ', '_')}")
    rasters = [QgsRasterLayer(path, Path(path).stem) for path in made_rasters()]
    QgsProject.instance().addMapLayers(rasters)
    cells = run(
        "rastertrend",
        {
            "SERIES": [raster.id() for raster in rasters],
            "FDR": True,
            "CLASS_FDR": TEMPORARY,
            "Z": TEMPORARY,
            "P": TEMPORARY,
            "TAU": TEMPORARY,
            "CLASS_SUMMARY": TEMPORARY,
        },
    )
    show_toolbox()
    for name in ("SLOPE", "CLASS", "CLASS_FDR", "Z", "P", "TAU"):
        zoom_to(result_layer(cells, name))
        picture_of_desktop(f"rastertrend_map_{name.lower()}")


def pattern_pictures(provinces):
    """Moran's I and hot spots of the made-up panel."""
    panel = QgsVectorLayer(str(SAMPLE / "panel.csv"), "panel", "ogr")
    QgsProject.instance().addMapLayer(panel)
    joined = run("unitpanel", {"TABLES": [panel.id()], "UNITS": provinces.id(), "UNIT_FIELD": "unit"})
    units = result_layer(joined, "OUTPUT")
    run(
        "globalmoran",
        {
            "INPUT": units.id(),
            "FIELDS": ["ce_t", "cs_t"],
            "REPORT": str(PICTURES / "globalmoran_report.html"),
        },
    )
    show_toolbox()
    for name, field in (("localmoran", "cs_t"), ("hotspot", "cs_t"), ("emerginghotspots", "ce_t")):
        results = run(name, {"INPUT": units.id(), "FIELD": field})
        zoom_to(result_layer(results, "OUTPUT"))
        picture_of_desktop(f"{name}_map")


def driver_pictures(panel):
    """Factors, drivers and clusters of the budget of the sample with its GDP."""
    run(
        "geodetector",
        {
            "INPUT": panel.id(),
            "RESPONSE": "net_t",
            "FACTORS": ["gdp", "area_ha", "forest_t", "cropland_t", "region"],
            "INTERACTIONS": TEMPORARY,
            "RISK": TEMPORARY,
            "ECOLOGICAL": TEMPORARY,
            "SEARCH": TEMPORARY,
            "REPORT": str(PICTURES / "geodetector_report.html"),
        },
    )
    run(
        "stepwiseregression",
        {
            "INPUT": panel.id(),
            "RESPONSE": "net_t",
            "DRIVERS": ["gdp", "area_ha", "forest_t", "cropland_t"],
            "STEPS": TEMPORARY,
            "CORRELATIONS": TEMPORARY,
            "REPORT": str(PICTURES / "stepwiseregression_report.html"),
        },
    )
    clusters = run(
        "hierarchicalclusters",
        {
            "INPUT": panel.id(),
            "FIELDS": ["construction_t", "cropland_t", "forest_t", "grassland_t", "water_t", "unused_t"],
            "LINKAGE": 1,
            "PROFILE": TEMPORARY,
            "DENDROGRAM": str(PICTURES / "hierarchicalclusters_dendrogram.html"),
        },
    )
    show_toolbox()
    zoom_to(result_layer(clusters, "OUTPUT"))
    picture_of_desktop("hierarchicalclusters_map")


def cover_of_sample():
    """The land cover of the sample, in the project."""
    cover = QgsRasterLayer(str(SAMPLE / "land_cover_2019.tif"), "land_cover_2019")
    QgsProject.instance().addMapLayer(cover)
    return cover


def ellipse_pictures(provinces, cover):
    """Ellipses of the made-up panel over the years, and of classes of land."""
    panel = QgsVectorLayer(str(SAMPLE / "panel.csv"), "panel", "ogr")
    QgsProject.instance().addMapLayer(panel)
    joined = run("unitpanel", {"TABLES": [panel.id()], "UNITS": provinces.id(), "UNIT_FIELD": "unit"})
    units = result_layer(joined, "OUTPUT")
    units.setSubsetString("year IN (2000, 2005, 2010, 2015, 2019)")
    provinces.renderer().symbol().setColor(QColor("#ececec"))
    weights = {"INPUT": units.id(), "WEIGHT_FIELD": "ce_t", "PATH": TEMPORARY}
    classes = {
        "CLASS_RASTERS": [cover.id()],
        "CLASS_PRESET": "igbp",
        "CLASSES": "cropland, forest, construction",
    }
    results = run("deviationalellipse", weights)
    path = result_layer(results, "PATH")
    show_toolbox()
    zoom_to(result_layer(results, "OUTPUT"))
    show_too(path, provinces)
    picture_of_desktop("deviationalellipse_map_years")
    zoom_to(path)
    picture_of_desktop("deviationalellipse_path")
    results = run("deviationalellipse", classes)
    zoom_to(result_layer(results, "OUTPUT"))
    show_too(provinces)
    picture_of_desktop("deviationalellipse_map_classes")


def show_too(*layers):
    """Show layers besides the one that was zoomed to."""
    for layer in layers:
        node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
        node.setItemVisibilityCheckedParentRecursive(True)


def nep_pictures():
    """From NDVI and climate to zones: step by step, then the model, of the units with an emission."""
    series = {
        name: QgsRasterLayer(str(SAMPLE / f"casa_{name.lower()}.tif"), f"casa_{name.lower()}")
        for name in ("NDVI", "TEMPERATURE", "PRECIPITATION", "RADIATION")
    }
    cover = QgsRasterLayer(str(SAMPLE / "land_cover_2019.tif"), "land_cover_2019")
    emission, statistics = (
        QgsVectorLayer(str(SAMPLE / f"{name}.csv"), name, "ogr")
        for name in ("casa_emission_2019", "statistics_2019")
    )
    provinces = QgsVectorLayer(str(SAMPLE / "provinces.gpkg"), "provinces_inside", "ogr")
    names = ", ".join(f"'{feature['unit']}'" for feature in emission.getFeatures())
    provinces.setSubsetString(f"unit IN ({names})")
    QgsProject.instance().addMapLayers([*series.values(), cover, emission, statistics, provinces])
    inputs = {name: [layer.id()] for name, layer in series.items()} | {"VEGETATION": cover.id()}
    cells = run("casanep", inputs | {"ALIGNMENT": 2, "MONTHLY_NPP": TEMPORARY, "PARAMETERS": TEMPORARY})
    show_toolbox()
    for name in ("NPP", "RH", "NEP", "MONTHLY_NPP"):
        zoom_to(result_layer(cells, name))
        picture_of_desktop(f"casanep_map_{name.lower()}")
    units = {"UNITS": provinces.id(), "UNIT_FIELD": "unit", "COVERAGE": 1}
    flux = result_layer(cells, "NEP").id()
    zonal = run("zonalcarbon", units | {"FLUX": [flux], "TABLE": TEMPORARY})
    zoom_to(result_layer(zonal, "OUTPUT"))
    picture_of_desktop("zonalcarbon_map")
    tables = {"EMISSION": emission.id(), "STATISTICS": statistics.id(), "YEAR": 2019}
    zones = run("Carbon balance zoning from NEP", inputs | units | tables)
    show_toolbox()
    for name in ("zonal_carbon", "carbon_indices", "carbon_balance_zones"):
        zoom_to(result_layer(zones, name))
        picture_of_desktop(f"model_map_{name}")


def forecast_pictures(provinces):
    """A model of the made-up panel, and where it leads to."""
    panel = QgsVectorLayer(str(SAMPLE / "stirpat_panel.csv"), "stirpat_panel", "ogr")
    QgsProject.instance().addMapLayer(panel)
    fit = run(
        "stirpatfit",
        {
            "INPUT": panel.id(),
            "CE": "",
            "POOL": 1,
            "TRACE": TEMPORARY,
            "CHOICES": TEMPORARY,
            "REPORT": str(PICTURES / "stirpatfit_report.html"),
        },
    )
    forecast = run(
        "stirpatforecast",
        {
            "INPUT": panel.id(),
            "COEFFICIENTS": result_layer(fit, "COEFFICIENTS").id(),
            "UNITS": provinces.id(),
            "UNITS_FIELD": "unit",
            "CS_FIELD": "cs_t",
            "PATHS": TEMPORARY,
            "REPORT": str(PICTURES / "stirpatforecast_report.html"),
        },
    )
    layer = result_layer(forecast, "OUTPUT")
    show_toolbox()
    zoom_to(layer)
    for name in layer.styleManager().styles():
        layer.styleManager().setCurrentStyle(name)
        picture_of_desktop(f"stirpatforecast_map_{name.replace(': ', '_').replace(' ', '_')}")


def neutrality_pictures():
    """Land transition, land use intensity and neutrality zones of land cover and tables that are made up."""
    sys.path.insert(0, str(ROOT / "tools" / "sample"))
    import make_dated_sample

    provinces = QgsVectorLayer(str(SAMPLE / "provinces.gpkg"), "provinces_of_zones", "ogr")
    names = [feature["unit"] for feature in provinces.getFeatures()]
    paths = make_dated_sample.write_covers(SAMPLE / "land_cover_2019.tif", PICTURES)
    covers = [QgsRasterLayer(path, Path(path).stem) for path in paths]
    activities, statistics = (
        QgsVectorLayer(path, Path(path).stem, "ogr")
        for path in make_dated_sample.write_tables(names, PICTURES)
    )
    QgsProject.instance().addMapLayers([provinces, *covers, activities, statistics])
    units = {"UNITS": provinces.id(), "UNIT_FIELD": "unit"}
    change = run(
        "landtransition",
        units
        | {"FROM": covers[0].id(), "TO": covers[-1].id(), "REGION_FIELD": "region", "CHANGE": TEMPORARY},
    )
    zoom_to(result_layer(change, "CHANGE"))
    picture_of_desktop("landtransition_map")
    zones = run(
        "Neutrality zoning from land cover",
        units
        | {"LAND_COVER": [cover.id() for cover in covers]}
        | {"ACTIVITIES": activities.id(), "STATISTICS": statistics.id()},
    )
    show_toolbox()
    for name in ("neutrality_zones", "peak_and_neutrality", "trends_of_units"):
        zoom_to(result_layer(zones, name))
        picture_of_desktop(f"model_map_{name}")


def city_pictures():
    """Inventory, parcels, grid and townships of the made-up city, step by step, then the model."""
    layers = {
        name: QgsVectorLayer(f"{SAMPLE / 'city.gpkg'}|layername={name}", name, "ogr")
        for name in ("parcels", "townships", "points", "people", "roads")
    }
    activities = QgsVectorLayer(str(SAMPLE / "city_activities_2020.csv"), "city_activities_2020", "ogr")
    QgsProject.instance().addMapLayers([*layers.values(), activities])
    QgsProject.instance().setCrs(layers["parcels"].crs())
    inventory = run(
        "sectorinventory",
        {
            "ACTIVITIES": activities.id(),
            "MASS": 1,
            "TOTALS": TEMPORARY,
            "GASES": TEMPORARY,
            "REPORT": str(PICTURES / "sectorinventory_report.html"),
        },
    )
    ground = {
        "PARCELS": layers["parcels"].id(),
        "LAND_TYPE_FIELD": "land_type",
        "POINTS": layers["points"].id(),
        "CATEGORY_FIELD": "category",
        "PEOPLE": layers["people"].id(),
        "COUNT_FIELD": "people",
        "ROADS": layers["roads"].id(),
        "ROAD_CLASS_FIELD": "class",
    }
    totals = {"TOTALS": result_layer(inventory, "TOTALS").id(), "MASS": 1, "CLOSURE": TEMPORARY}
    parcels = result_layer(run("allocateemissions", ground | totals), "OUTPUT")
    show_toolbox()
    zoom_to(parcels)
    picture_of_desktop("allocateemissions_map")
    for name, units in (("grid", {"CELL_SIZE": 1000}), ("townships", {"UNITS": layers["townships"].id()})):
        sums = run("aggregatecarbon", {"INPUT": parcels.id()} | units)
        zoom_to(result_layer(sums, "OUTPUT"))
        picture_of_desktop(f"aggregatecarbon_map_{name}")
    units = {"UNITS": layers["townships"].id(), "UNIT_FIELD": "township", "GDP_FIELD": "gdp"}
    zones = run(
        "Carbon balance zoning from sector statistics", ground | units | {"ACTIVITIES": activities.id()}
    )
    show_toolbox()
    for name in ("emissions_of_parcels", "emissions_of_cells", "carbon_indices", "carbon_balance_zones"):
        zoom_to(result_layer(zones, name))
        picture_of_desktop(f"sector_model_map_{name}")


def made_rasters(seed=11):
    """Made-up rasters of uneven years: production of plants that rises in some places and falls in others."""
    dice = np.random.default_rng(seed)
    rows, columns = 148, 252  # a quarter of a degree
    y, x = np.mgrid[0:rows, 0:columns]
    mean = 600 - 2.5 * y[::-1] - x[:, ::-1] + 100 * np.sin(x / 30)
    rise = 6 * np.sin(x / 40) * np.cos(y / 25)
    land = gdal.Open(str(SAMPLE / "land_cover_2019.tif")).ReadAsArray()[::5, ::5] != 0  # IGBP: 0 is water
    paths = []
    for year in (2000, 2002, 2005, 2007, 2010, 2011, 2013, 2015, 2018, 2020):
        values = mean + rise * (year - 2000) + dice.normal(0, 25, mean.shape)
        paths.append(str(PICTURES / f"npp_{year}.tif"))
        write_made(paths[-1], np.where(land, values, -9999)[None], 0.25)
    return paths


def write_made(path, bands, cell):
    """Write bands of float32 from 73 deg E and 54 deg N on."""
    count, rows, columns = bands.shape
    raster = gdal.GetDriverByName("GTiff").Create(path, columns, rows, count, gdal.GDT_Float32)
    raster.SetGeoTransform((73.0, cell, 0.0, 54.0, 0.0, -cell))
    raster.SetProjection(QgsCoordinateReferenceSystem("EPSG:4326").toWkt())
    for number, values in enumerate(bands, 1):
        raster.GetRasterBand(number).SetNoDataValue(-9999)
        raster.GetRasterBand(number).WriteArray(values)
    raster = None


def main():
    """Take the pictures and leave QGIS, with the reason on standard output if something fails."""
    try:
        take_pictures()
    except Exception:
        traceback.print_exc()
    finally:
        QgsProject.instance().clear()  # else QGIS asks whether to give up the temporary layers
        iface.actionExit().trigger()


QTimer.singleShot(2000, main)
