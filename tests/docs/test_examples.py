"""The examples of the documentation run as they are printed, one page after the other."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..models.conftest import dated_sample  # noqa: F401 (a fixture)

ROOT = Path(__file__).parents[2]
PAGES = (
    "landusebudget",
    "unitpanel",
    "carbonindices",
    "balancezoning",
    "unittrend",
    "fillseries",
    "rastertrend",
    "casanep",
    "zonalcarbon",
    "globalmoran",
    "localmoran",
    "hotspot",
    "emerginghotspots",
    "geodetector",
    "stepwiseregression",
    "hierarchicalclusters",
    "zonalcarbon",
    "deviationalellipse",
    "landtransition",
    "landuseintensity",
    "neutralityzoning",
    "zonalcarbon",
    "stirpatfit",
    "stirpatforecast",
    "allocateemissions",
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


def make_casa(folder):
    """The series of the page of casanep: climate is coarser than NDVI and reaches beyond it."""
    random = np.random.default_rng(2)
    warmth = -np.cos(2 * np.pi * np.arange(1, 13) / 12)[:, None, None]
    series = {
        "ndvi": (0.1, 0.4 + 0.2 * warmth),
        "temperature": (0.5, 14 + 12 * warmth),
        "precipitation": (0.5, 70 + 50 * warmth),
        "radiation": (0.5, 430 + 150 * warmth),
    }
    for name, (cell, year) in series.items():
        fine = cell == 0.1
        shape = (12, 10, 20) if fine else (12, 4, 6)
        corner = (105.0, 34.0) if fine else (104.5, 34.5)
        write_bands(folder / f"casa_2019_{name}.tif", corner, cell, year * random.uniform(0.9, 1.1, shape))
    classes = random.choice([0, 1, 5, 10, 12, 13], (1, 10, 20))
    write_bands(folder / "casa_2019_vegetation.tif", (105.0, 34.0), 0.1, classes)


def table_of_the_page(page, header):
    """The table that a page prints; its header starts like that."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    start = text.index(f"    {header}")
    return text[start : text.index("\n\n", start)].replace("    ", "") + "\n"


def write_bands(path, corner, cell, values):
    bands, rows, columns = values.shape
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    raster = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, bands, gdal.GDT_Float32)
    raster.SetGeoTransform((corner[0], cell, 0.0, corner[1], 0.0, -cell))
    raster.SetProjection(crs.ExportToWkt())
    raster.WriteArray(values)
    del raster


def test_examples_run_on_the_sample(algorithms, dated_sample, tmp_path, monkeypatch):  # noqa: F811
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    make_npp(tmp_path)
    make_casa(tmp_path)
    dated_sample.write_covers(ROOT / "resources" / "sample" / "land_cover_2019.tif", tmp_path)
    for page, header, name in (
        ("neutralityzoning", "index,field", "rules.csv"),
        ("allocateemissions", "year,sector", "suzhou.csv"),
    ):
        (tmp_path / name).write_text(table_of_the_page(page, header), encoding="utf-8")
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
