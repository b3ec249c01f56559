"""The examples of the documentation run as they are printed, one page after the other."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsProcessingContext, QgsProcessingFeedback

ROOT = Path(__file__).parents[2]
PAGES = (
    "landusebudget",
    "unitpanel",
    "carbonindices",
    "balancezoning",
    "unittrend",
    "fillseries",
    "rastertrend",
    "globalmoran",
    "localmoran",
    "hotspot",
    "emerginghotspots",
    "geodetector",
    "stepwiseregression",
    "hierarchicalclusters",
)
"""In this order: a page may use what the ones before it wrote."""
EXAMPLE = re.compile(r"qgis_process run landcarbon:(\w+) -\n+```json\n(.*?)```", re.DOTALL)


def examples():
    for page in PAGES:
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        yield from (
            (page, name, json.loads(parameters)["inputs"]) for name, parameters in EXAMPLE.findall(text)
        )


@pytest.fixture
def algorithms(qgis_app):
    from landcarbon.provider import ALGORITHMS

    return {kind.NAME: kind for kind in ALGORITHMS}


def make_npp(folder):
    """The series of the page of rastertrend: the sample has one date only."""
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    random = np.random.default_rng(1)
    for year in range(2000, 2026, 5):
        raster = gdal.GetDriverByName("GTiff").Create(
            str(folder / f"npp_{year}.tif"), 20, 10, 1, gdal.GDT_Float32
        )
        raster.SetGeoTransform((105.0, 0.1, 0.0, 34.0, 0.0, -0.1))
        raster.SetProjection(crs.ExportToWkt())
        raster.GetRasterBand(1).WriteArray(random.normal(500 + 2 * (year - 2000), 20, (10, 20)))
        del raster


def test_examples_run_on_the_sample(algorithms, tmp_path, monkeypatch):
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    make_npp(tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = set()
    for page, name, parameters in examples():
        feedback, context = QgsProcessingFeedback(False), QgsProcessingContext()
        algorithm = algorithms[name]().create()
        results, succeeded = algorithm.run(parameters, context, feedback)
        assert succeeded, feedback.textLog()
        assert {key for key, value in parameters.items() if results.get(key) == value} == {
            output.name()
            for output in algorithm.destinationParameterDefinitions()
            if output.name() in parameters
        }
        ran.add(page)
    assert ran == set(PAGES)
