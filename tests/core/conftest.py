"""Rasters and polygons made on the spot, for tests of the raster engine and of what stands on it."""

import struct

import numpy as np
import pytest
from osgeo import gdal, gdal_array, osr


@pytest.fixture
def wkt_of():
    """`wkt_of("EPSG:4326")`: a coordinate system as WKT, from anything GDAL understands."""

    def make(text):
        crs = osr.SpatialReference()
        crs.SetFromUserInput(text)
        return crs.ExportToWkt()

    return make


@pytest.fixture
def make_raster(tmp_path, wkt_of):
    """`make_raster(values, ...)`: the path of a raster file that holds `values` (rows, columns)."""

    def make(
        values,
        geotransform=(100.0, 0.5, 0.0, 40.0, 0.0, -0.5),
        crs="EPSG:4326",
        nodata=None,
        name="cover.tif",
        options=(),
        mask=None,
        internal_mask=False,
    ):
        values = np.atleast_2d(values)
        path = str(tmp_path / name)
        kind = gdal_array.NumericTypeCodeToGDALTypeCode(values.dtype)
        rows, columns = values.shape
        dataset = gdal.GetDriverByName("GTiff").Create(path, columns, rows, 1, kind, list(options))
        dataset.SetGeoTransform(geotransform)
        if crs:
            dataset.SetProjection(wkt_of(crs))
        band = dataset.GetRasterBand(1)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        band.WriteArray(values)
        if mask is not None:
            before = gdal.GetConfigOption("GDAL_TIFF_INTERNAL_MASK")
            gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES" if internal_mask else "NO")
            dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
            band.GetMaskBand().WriteArray(np.where(mask, 255, 0).astype(np.uint8))
            gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", before)
        del band, dataset
        return path

    return make


@pytest.fixture
def make_vrt(tmp_path):
    """`make_vrt(path)`: the path of a virtual raster of a raster file."""

    def make(path, name="cover.vrt", **options):
        target = str(tmp_path / name)
        made = gdal.Translate(target, path, format="VRT", **options)
        made.FlushCache()
        del made
        return target

    return make


@pytest.fixture
def make_polygon():
    """`make_polygon(outer, hole, ...)`: well-known binary of a polygon, rings as lists of (x, y).

    `parts=[[outer, hole], [outer], ...]` makes a multipolygon. `order` is '<' or '>', `z` and `m` add
    ordinates, `extended` writes them as PostGIS does, `srid` implies it.
    """

    def header(kind, order, z, m, extended, srid):
        if extended:
            kind |= 0x80000000 * z | 0x40000000 * m | 0x20000000 * (srid is not None)
        else:
            kind += 1000 * z + 2000 * m
        text = struct.pack("B", 1 if order == "<" else 0) + struct.pack(order + "I", kind)
        return text + (struct.pack(order + "I", srid) if srid is not None else b"")

    def make(*rings, parts=None, order="<", z=False, m=False, extended=False, srid=None):
        extended = extended or srid is not None
        if parts is not None:
            text = header(6, order, z, m, extended, srid) + struct.pack(order + "I", len(parts))
            return text + b"".join(make(*part, order=order, z=z, m=m, extended=extended) for part in parts)
        text = header(3, order, z, m, extended, srid) + struct.pack(order + "I", len(rings))
        for ring in rings:
            closed = [*ring, ring[0]] if ring else []
            text += struct.pack(order + "I", len(closed))
            for x, y in closed:
                text += struct.pack(f"{order}{2 + z + m}d", x, y, *([-7777.25] * (z + m)))
        return text

    return make


@pytest.fixture
def row_areas():
    """`row_areas(edges, a, inverse_flattening, degrees_wide)`: area of one cell of every row [m2].

    Snyder 1987, eq. 3-12, as printed, in extended precision; `edges` are latitudes between rows [deg].
    """

    def q(latitude, e):
        sine = np.sin(latitude)
        if e == 0:
            return 2 * sine
        return (1 - e**2) * (sine / (1 - (e * sine) ** 2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))

    def areas(edges, degrees_wide, a=6378137.0, inverse_flattening=298.257223563):
        f = np.longdouble(1) / np.longdouble(inverse_flattening) if inverse_flattening else np.longdouble(0)
        e = np.sqrt(f * (2 - f))
        radians = np.longdouble("3.14159265358979323846264338327950288") / 180
        latitudes = np.clip(np.asarray(edges, dtype=np.longdouble), -90, 90) * radians
        wide = np.longdouble(degrees_wide) * radians
        return (np.longdouble(a) ** 2 / 2 * np.abs(np.diff(q(latitudes, e))) * wide).astype(float)

    return areas
