"""A graphical model from land cover of five dates to trends of units, as a user runs it: `qgis_process`.

The land cover and GDP of the sample are changed date by date by a seeded generator; they are no statistics.
"""

import csv
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from landcarbon.core.trend.classes import trend_classes
from landcarbon.core.trend.series import trends
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
)

from ..algorithms.conftest import provider, read_rows  # noqa: F401 (a fixture)
from ..test_plugin import needs_qgis_process, qgis_process  # noqa: F401 (a fixture)

SAMPLE = RESOURCES / "sample"
YEARS = (2000, 2005, 2010, 2015, 2019)
FIELDS = ("ce_t", "cs_t", "ecc", "esc")
UNITS = 31
MODEL = "trends.model3"
FOREST, CROPLAND, CONSTRUCTION = (1, 2, 3, 4, 5, 8), (12, 14), 13  # IGBP
TILE = 100  # cells; land use goes one way in each tile, more or less

CHAIN = (  # id, algorithm, its parameters, its outputs that are the model's
    (
        "budget",
        "landcarbon:landusebudget",
        {"LAND_COVER": "<covers>", "UNITS": "<units>", "UNIT_FIELD": "unit", "REGION_FIELD": "region"},
        {},
    ),
    (
        "panel",
        "landcarbon:unitpanel",
        {"TABLES": ["budget:BUDGET", "<statistics>"], "UNITS": "<units>", "UNIT_FIELD": "unit"},
        {},
    ),
    (
        "indices",
        "landcarbon:carbonindices",
        {"INPUT": "panel:OUTPUT", "GDP_FIELD": "gdp"},
        {"OUTPUT": "indices"},
    ),
    (
        "trends",
        "landcarbon:unittrend",
        {"INPUT": "indices:OUTPUT", "FIELDS": list(FIELDS)},
        {"OUTPUT": "trends", "TRENDS": "all_trends", "COUNTS": "counts"},
    ),
)


def land_covers(folder):
    """Land cover of every date: the sample first, then each date from the one before."""
    sample = gdal.Open(str(SAMPLE / "land_cover_2019.tif"))
    cover = sample.ReadAsArray()
    dice = np.random.default_rng(3)
    tiles = [size // TILE + 1 for size in cover.shape]
    habit = dice.random(tiles)
    paths = []
    for year in YEARS:
        path = folder / f"land_cover_{year}.tif"
        raster = gdal.GetDriverByName("GTiff").CreateCopy(str(path), sample)
        raster.GetRasterBand(1).WriteArray(cover)
        raster = None
        paths.append(str(path))
        way = np.kron(habit + dice.random(tiles), np.ones((TILE, TILE)))[: len(cover), : cover.shape[1]]
        before, chance = cover.copy(), dice.random(cover.shape)
        forest, cropland, built = (np.isin(before, codes) for codes in (FOREST, CROPLAND, CONSTRUCTION))
        cover[forest & (way < 0.9) & (chance < 0.04)] = CROPLAND[0]
        cover[cropland & (way < 0.9) & (chance < 0.02)] = CONSTRUCTION
        cover[cropland & (way > 1.1) & (chance < 0.05)] = FOREST[0]
        cover[built & (way > 1.1) & (chance < 0.3)] = CROPLAND[0]
    return paths


def statistics(folder):
    """GDP of every unit and date: that of 2019 less some growth."""
    dice = np.random.default_rng(4)
    path = folder / "statistics.csv"
    with (SAMPLE / "statistics_2019.csv").open(encoding="utf-8") as file:
        gdp = {row["unit"]: float(row["gdp"]) for row in csv.DictReader(file)}
    lines = ["unit,year,gdp"]
    for unit, latest in gdp.items():
        growth = dice.uniform(1.05, 1.13)
        lines += [f"{unit},{year},{latest * growth ** (year - YEARS[-1]):.2f}" for year in YEARS]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def trend_model(model_file):
    """The chain as a model."""
    kinds = Qgis.ProcessingSourceType
    parameters = (
        QgsProcessingParameterMultipleLayers("covers", "Land cover", kinds.Raster),
        QgsProcessingParameterFeatureSource("units", "Units", [kinds.VectorPolygon]),
        QgsProcessingParameterFeatureSource("statistics", "GDP by unit and year", [kinds.Vector]),
    )
    children = [model_file.Child(*step) for step in CHAIN]
    return model_file.made_model("Trends of the land-use carbon balance", parameters, children, group="Tests")


class Run(NamedTuple):
    """What a run of the model gave: `results` as printed, and the rows of its outputs."""

    folder: Path
    results: dict

    def rows(self, name):
        return read_rows(QgsProcessingContext(), str(self.folder / f"{name}.gpkg"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def model(provider, folder, model_file):  # noqa: F811
    """The model as its file says."""
    assert trend_model(model_file).toFile(str(folder / MODEL))
    model = QgsProcessingModelAlgorithm()
    assert model.fromFile(str(folder / MODEL))
    return model


@pytest.fixture(scope="module")
def run(qgis_process, model, folder):  # noqa: F811
    """The model run once."""
    inputs = {
        "covers": land_covers(folder),
        "units": str(SAMPLE / "provinces.gpkg"),
        "statistics": statistics(folder),
    }
    outputs = {title: str(folder / f"{title}.gpkg") for *_, outputs in CHAIN for title in outputs.values()}
    done = qgis_process("run", str(folder / MODEL), "-", text=json.dumps({"inputs": inputs | outputs}))
    assert done.returncode == 0, done.stderr
    return Run(folder, json.loads(done.stdout)["results"])


@pytest.fixture
def series(run):
    """Values by field, shape (dates, units), and the units."""
    found = sorted(run.rows("indices"), key=lambda row: (row["year"], row["unit"]))
    assert [row["year"] for row in found] == [year for year in YEARS for _ in range(UNITS)]
    shape = len(YEARS), UNITS
    values = {name: np.array([row[name] for row in found], dtype=float).reshape(shape) for name in FIELDS}
    return [row["unit"] for row in found[:UNITS]], values


def test_children_are_ours_or_native(model):
    children = model.childAlgorithms().values()
    assert {child.algorithmId().split(":")[0] for child in children} <= {"landcarbon", "native"}
    assert all(child.algorithm() is not None for child in children)


@needs_qgis_process
def test_every_key_is_declared(run, model):
    declared = {output.name() for output in model.outputDefinitions()}
    assert set(run.results) == declared == {"indices", "trends", "all_trends", "counts"}


@needs_qgis_process
def test_a_row_per_unit_and_year(run):
    assert len(run.rows("indices")) == len(YEARS) * UNITS
    assert len(run.rows("trends")) == UNITS
    assert len(run.rows("all_trends")) == len(FIELDS) * UNITS
    assert len(run.rows("counts")) == len(FIELDS) * 6  # five classes and none


@needs_qgis_process
def test_classes_are_those_of_the_fields(run, series):
    units, values = series
    found = {row["unit"]: row for row in run.rows("trends")}
    for name in FIELDS:
        trend = trends(values[name], np.array(YEARS, dtype=float))
        assert [found[unit][f"{name}_class"] for unit in units] == trend_classes(
            trend.slope, trend.z
        ).tolist()
        np.testing.assert_allclose([found[unit][f"{name}_slope"] for unit in units], trend.slope, rtol=1e-12)


@needs_qgis_process
def test_all_classes_occur(run):
    """Else the test above would say little."""
    for name in FIELDS:
        assert {row[f"{name}_class"] for row in run.rows("trends")} == {-2, -1, 0, 1, 2}


@needs_qgis_process
def test_counts_are_those_of_the_classes(run):
    classes = [(name, row[f"{name}_class"]) for row in run.rows("trends") for name in FIELDS]
    for row in run.rows("counts"):
        assert row["units"] == classes.count((row["field"], row["class"]))
