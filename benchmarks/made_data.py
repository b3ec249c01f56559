"""Seeded data of any size: a land cover raster of 30 m cells and irregular units that share their borders."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from osgeo import gdal, ogr, osr

CLASSES = 9
NODATA = 0
CORNER = 105.0, 34.0  # degrees east and north
CELL = 0.00027  # degrees
PATCH = 8  # cells across a patch of one class
SHARES = (0.24, 0.30, 0.08, 0.16, 0.04, 0.02, 0.05, 0.08, 0.03)


def make_land_cover(path, side, seed=1):
    """Write a square raster of patches with speckle: tiled, DEFLATE, codes 1-9, nodata 0.

    Parameters
    ----------
    path : Path
    side : int
        Cells along an edge.
    seed : int
    """
    if Path(path).exists():
        return
    random = np.random.default_rng(seed)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    unfinished = Path(path).with_suffix(".part.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(
        str(unfinished), side, side, 1, gdal.GDT_Byte, ["TILED=YES", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER"]
    )
    dataset.SetGeoTransform((CORNER[0], CELL, 0, CORNER[1], 0, -CELL))
    dataset.SetProjection(crs.ExportToWkt())
    band = dataset.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    rows = 32 * PATCH
    for row in range(0, side, rows):
        high = min(rows, side - row)
        patches = random.choice(CLASSES, p=SHARES, size=(-(-high // PATCH), -(-side // PATCH))) + 1
        block = np.kron(patches, np.ones((PATCH, PATCH)))[:high, :side].astype(np.uint8)
        speckle = random.random(block.shape) < 0.05
        block[speckle] = random.integers(NODATA, CLASSES + 1, speckle.sum())
        band.WriteArray(block, 0, row)
    del band, dataset
    unfinished.rename(path)


def make_units(path, side, across=9, vertices=60, seed=2):
    """Write `across` x `across` polygons with wavy shared borders that fill most of the raster.

    Parameters
    ----------
    path : Path
        A GeoPackage with the layer `units` and the field `unit`.
    side : int
        Cells along an edge of the raster.
    across : int
    vertices : int
        Along each border.
    seed : int
    """
    if Path(path).exists():
        return
    random = np.random.default_rng(seed)
    width = side * CELL
    places = np.linspace(0.02, 0.98, across + 1) * width
    x = CORNER[0] + places[None, :] + random.normal(0, 0.01 * width, (across + 1, across + 1))
    y = CORNER[1] - places[:, None] + random.normal(0, 0.01 * width, (across + 1, across + 1))
    borders = {}

    def border(start, end):
        key = min(start, end), max(start, end)
        if key not in borders:
            a, b = (np.array([x[node], y[node]]) for node in key)
            wave = random.normal(0, 0.0004 * width, vertices).cumsum()
            wave -= np.linspace(wave[0], wave[-1], vertices)
            across_border = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
            borders[key] = a + np.linspace(0, 1, vertices)[:, None] * (b - a) + wave[:, None] * across_border
        return borders[key] if key == (start, end) else borders[key][::-1]

    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = dataset.CreateLayer("units", crs, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("unit", ogr.OFTString))
    for row in range(across):
        for column in range(across):
            nodes = [
                (row, column),
                (row, column + 1),
                (row + 1, column + 1),
                (row + 1, column),
                (row, column),
            ]
            points = np.vstack([border(a, b)[:-1] for a, b in pairwise(nodes)])
            ring = ogr.Geometry(ogr.wkbLinearRing)
            for point in (*points, points[0]):
                ring.AddPoint_2D(*map(float, point))
            polygon = ogr.Geometry(ogr.wkbPolygon)
            polygon.AddGeometry(ring)
            feature = ogr.Feature(layer.GetLayerDefn())
            feature["unit"] = f"{row + 1}-{column + 1}"
            feature.SetGeometry(polygon)
            layer.CreateFeature(feature)
    del layer, dataset
