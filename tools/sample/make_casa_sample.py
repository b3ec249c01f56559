"""Make the demonstration inputs of CASA: monthly NDVI, temperature, rain and radiation in the south of China.

Run it with a Python that has GDAL and the package BESS-JPL (its rasters of highest and lowest NDVI are
used; no code of it runs), after `make_sample.py`:

    python tools/sample/make_casa_sample.py

Only where it is green, and how green at most and at least, is measured. The months between are curves, and
the climate is made of latitude and month alone: plausible, and no data of 2019 or of any year. What it writes
does not depend on when or how often it runs. `resources/sample/SOURCES.md` says where the rasters are from.
"""

import argparse
import csv
import importlib.util
import sys
from pathlib import Path

import numpy as np
from osgeo import gdal, ogr, osr

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SAMPLE = ROOT / "resources" / "sample"
YEAR = 2019
WEST, SOUTH, EAST, NORTH = 103.5, 23.5, 123.0, 36.5
CELL, CLIMATE_CELL = 0.05, 0.25  # degrees; the climate is coarse, as it is in practice
UNITS = (  # those that lie wholly inside
    "Shanghai", "Jiangsu", "Zhejiang", "Anhui", "Fujian", "Jiangxi", "Henan", "Hubei", "Hunan", "Chongqing",
    "Guizhou",
)  # fmt: skip
MONTHS = np.arange(1, 13)
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
GREENEST = 7.5  # month
WARMEST = 7.3
WETTEST = 6.5
NDVI_NODATA = 255


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ndvi", type=Path, help="folder with NDVI_maximum.tif (default: the package's)")
    parser.add_argument("--to", type=Path, default=SAMPLE, help="folder to write to (default: %(default)s)")
    arguments = parser.parse_args()
    gdal.UseExceptions()
    arguments.to.mkdir(parents=True, exist_ok=True)
    written = (
        write_ndvi(arguments.ndvi or packaged_ndvi(), arguments.to),
        *write_climate(arguments.to),
        write_emission(arguments.to),
    )
    for path in written:
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


def packaged_ndvi():
    """The folder of the installed package."""
    package = importlib.util.find_spec("BESS_JPL")
    if package is None:
        raise SystemExit("Install BESS-JPL with pip --no-deps, or give --ndvi.")
    return Path(package.submodule_search_locations[0])


def monthly_ndvi(lowest, highest):
    """NDVI of twelve months, from the lowest in January to the highest in July and August.

    `lowest + (highest - lowest) * (1 + cos(2 pi (month - 7.5) / 12)) / 2`
    """
    season = (1 + np.cos(2 * np.pi * (MONTHS - GREENEST) / 12)) / 2
    return lowest + (highest - lowest) * season[:, None, None]


def temperature(latitude):
    """Mean temperature of twelve months [deg C] at a latitude of eastern China, near sea level.

    A yearly mean of 22 deg C at 24 N that falls by 0.65 a degree, and half a range of 7.5 that rises by as
    much: about 16.5 +- 12 at 30.6 N, where Wuhan is. Mountains are too warm.
    """
    north = latitude - 24.0
    season = np.cos(2 * np.pi * (MONTHS - WARMEST) / 12)
    return 22.0 - 0.65 * north + (7.5 + 0.65 * north) * season[:, None]


def precipitation(latitude):
    """Rain of twelve months [mm] at a latitude: 1700 a year at 24 N, 85 less a degree, most in summer."""
    season = (1 + 0.75 * np.cos(2 * np.pi * (MONTHS - WETTEST) / 12)) / 12
    return (1700.0 - 85.0 * (latitude - 24.0)) * season[:, None]


def radiation(latitude, rain):
    """Total solar radiation of twelve months [MJ/m2] at a latitude.

    Extraterrestrial radiation of the middle of the month (Allen et al. 1998, FAO-56 eq. 21) times the days of
    the month and a share that reaches the ground: 0.45, less 0.1 in a month of 200 mm of rain.
    """
    day = np.cumsum(DAYS) - DAYS / 2
    phase = 2 * np.pi * day / 365
    distance = (1 + 0.033 * np.cos(phase))[:, None]
    declination = (0.409 * np.sin(phase - 1.39))[:, None]
    phi = np.radians(latitude)
    sunset = np.arccos(-np.tan(phi) * np.tan(declination))
    sun = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    daily = 24 * 60 / np.pi * 0.0820 * distance * sun
    return daily * DAYS[:, None] * (0.45 - 0.1 * rain / 200.0)


def write_ndvi(folder, target):
    """NDVI as bytes of 0.005 from -0.2, on the grid of the land cover."""
    lowest, highest = (_window(folder / f"NDVI_{name}.tif") for name in ("minimum", "maximum"))
    values = monthly_ndvi(lowest, highest)
    missing = np.isnan(values)
    stored = np.where(missing, NDVI_NODATA, np.rint((np.nan_to_num(values) + 0.2) / 0.005))
    path = target / "casa_ndvi.tif"
    _write(path, stored.astype(np.uint8), CELL, "NDVI", "", 0.005, -0.2, NDVI_NODATA)
    return path


def write_climate(target):
    """Temperature, rain and radiation in tenths, on a coarser grid."""
    rows, columns = round((NORTH - SOUTH) / CLIMATE_CELL), round((EAST - WEST) / CLIMATE_CELL)
    latitude = NORTH - CLIMATE_CELL * (np.arange(rows) + 0.5)
    rain = precipitation(latitude)
    series = {
        "temperature": (temperature(latitude), "deg C"),
        "precipitation": (rain, "mm/month"),
        "radiation": (radiation(latitude, rain), "MJ/m2/month"),
    }
    for name, (values, unit) in series.items():
        stored = np.broadcast_to(np.rint(values * 10)[:, :, None], (12, rows, columns))
        path = target / f"casa_{name}.tif"
        _write(path, stored.astype(np.int16), CLIMATE_CELL, name, unit, 0.1, 0.0, -9999)
        yield path


def write_emission(target):
    """Emission of the units from the land cover of the sample, as Land-use carbon budget counts it [t C]."""
    path = target / "casa_emission_2019.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("unit", "year", "ce_t", "mass", "source"))
        writer.writerows(
            (unit, YEAR, f"{ce_t:.0f}", "t C", "land_cover_2019.tif, liu2025") for unit, ce_t in emissions()
        )
    return path


def emissions():
    """Unit and emission [t C] of the units, from the land cover of the sample and the preset liu2025."""
    sys.path.insert(0, str(ROOT / "tools" / "dev"))
    from checkout import register_package

    register_package()
    from landcarbon.core.accounting.classes import class_preset
    from landcarbon.core.accounting.coefficients import coefficient_preset
    from landcarbon.core.accounting.land_use_budget import budget_series
    from landcarbon.core.raster.grid import cell_areas
    from landcarbon.core.raster.source import open_source
    from landcarbon.core.raster.zones import zone_edges
    from landcarbon.core.units import MASS_C

    dataset = ogr.Open(str(SAMPLE / "provinces.gpkg"))
    features = {feature["unit"]: feature for feature in dataset.GetLayer()}
    polygons = [bytes(features[unit].GetGeometryRef().ExportToIsoWkb()) for unit in UNITS]
    regions = [features[unit]["region"] for unit in UNITS]
    source = open_source(SAMPLE / f"land_cover_{YEAR}.tif")
    edges, areas = zone_edges(polygons, source.grid), cell_areas(source.grid)
    classes, coefficients = class_preset("igbp"), coefficient_preset("liu2025")
    per_hectare = coefficients.resolve(classes.classes, regions, MASS_C, UNITS).for_units(len(UNITS))
    ((found,), _) = budget_series([(YEAR, source)], edges, areas, classes, coefficients, per_hectare, UNITS)
    return zip(UNITS, found.budget.ce_t, strict=True)


def _window(path):
    """The cells of a global raster in the region; NaN = missing."""
    world = gdal.Open(str(path))
    west, width, _, north, _, minus_height = world.GetGeoTransform()
    window = (
        round((WEST - west) / width),
        round((NORTH - north) / minus_height),
        round((EAST - WEST) / width),
        round((NORTH - SOUTH) / -minus_height),
    )
    band = world.GetRasterBand(1)
    values = band.ReadAsArray(*window).astype(float)
    values[values == band.GetNoDataValue()] = np.nan
    return values


def _write(path, stored, cell, name, unit, scale, offset, nodata):
    """A GeoTIFF with a band per month."""
    path.unlink(missing_ok=True)
    months, rows, columns = stored.shape
    kind = gdal.GDT_Byte if stored.dtype == np.uint8 else gdal.GDT_Int16
    raster = gdal.GetDriverByName("GTiff").Create(
        str(path),
        columns,
        rows,
        months,
        kind,
        ["COMPRESS=DEFLATE", "ZLEVEL=9", "PREDICTOR=2", "TILED=YES", "INTERLEAVE=BAND"],
    )
    raster.SetGeoTransform((WEST, cell, 0, NORTH, 0, -cell))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    raster.SetSpatialRef(crs)
    for month, values in enumerate(stored, 1):
        band = raster.GetRasterBand(month)
        band.SetDescription(f"{name} {YEAR}-{month:02}")
        band.SetNoDataValue(nodata)
        band.SetScale(scale)
        band.SetOffset(offset)
        band.SetUnitType(unit)
        band.WriteArray(values)
    raster.FlushCache()


if __name__ == "__main__":
    main()
