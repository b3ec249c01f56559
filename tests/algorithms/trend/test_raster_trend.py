"""Raster trend through QGIS: a series of rasters in, styled rasters and a summary out."""

import json
from pathlib import Path

import numpy as np
import pytest
from landcarbon.algorithms.styles.trend import SLOPE, TREND
from osgeo import gdal
from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject, QgsRasterLayer

from ..conftest import RunFailed
from ..limited import run_limited

# 4 x 2 cells of half a degree over 6 dates: rising, falling, constant, empty; below: up and down, and a gap
YEARS = range(2000, 2006)
UP_AND_DOWN = (1, 3, 2, 2.5, 1.5, 2)


def values_of(year):
    i = year - 2000
    gap = -1.0 if year == 2003 else 2.0 * i
    return np.float32([[i, -3.0 * i, 4.0, -1.0], [UP_AND_DOWN[i], gap, 0.5 * i, -0.5 * i]])


@pytest.fixture
def series(make_raster):
    return [make_raster(f"npp_{year}.tif", values_of(year), nodata=-1.0) for year in YEARS]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


@pytest.fixture
def trend(run, series, folder):
    """Run on the series; `trend("SLOPE", "CLASS", FDR=True)` writes these outputs."""

    def trend(*outputs, **parameters):
        files = {
            name: str(folder / f"{name.lower()}.{'csv' if name == 'CLASS_SUMMARY' else 'tif'}")
            for name in outputs
        }
        return run("rastertrend", **{"SERIES": series} | files | parameters)

    return trend


def values(path):
    raster = gdal.Open(str(path))
    band = raster.GetRasterBand(1)
    found = band.ReadAsArray().astype(float)
    return np.where(found == band.GetNoDataValue(), np.nan, found).tolist()


def same(found, expected):
    return np.array_equal(np.array(found), np.array(expected), equal_nan=True)


NAN = float("nan")


def test_slope_and_class(trend, folder):
    trend("SLOPE", "CLASS")
    # 3/4 of 6 dates are 4.5: 5 values are needed, which the cell with a gap has.
    # UP_AND_DOWN: of 15 pairs 7 rise (1 to all others: 5, 2 to 2.5, 1.5 to 2), 7 fall, one is tied: S = 0
    assert same(values(folder / "slope.tif")[0], [1, -3, 0, NAN])
    assert same(values(folder / "slope.tif")[1][1:], [2, 0.5, -0.5])
    assert same(values(folder / "class.tif"), [[2, -2, 0, NAN], [0, 2, 2, -2]])


def test_other_rasters(trend, folder):
    trend("Z", "P", "TAU", "INTERCEPT")
    # 15 rising pairs of 6: Z = 14 / sqrt(6 * 5 * 17 / 18) = 2.6301
    assert values(folder / "z.tif")[0][:3] == pytest.approx([2.6301, -2.6301, 0], abs=1e-4)
    assert values(folder / "p.tif")[0][2] == 1
    assert values(folder / "tau.tif")[0][:3] == [1, -1, 0]
    # y = t - 2000, y = -3 (t - 2000), y = 4
    assert values(folder / "intercept.tif")[0][:3] == [-2000, 6000, 4]


def test_summary(trend, folder, rows, row_areas_ha):
    done = trend("CLASS", "CLASS_SUMMARY")
    found = {row["name"]: row for row in rows(done.results["CLASS_SUMMARY"])}
    counts = {name: float(row["cells"]) for name, row in found.items()}
    assert counts == {
        "Marked decrease": 2,
        "Moderate decrease": 0,
        "Unchanged": 2,
        "Moderate increase": 0,
        "Marked increase": 3,
        "No trend": 1,
    }
    north, south = row_areas_ha
    assert float(found["Marked increase"]["area_ha"]) == pytest.approx(north + 2 * south, rel=1e-5)


@pytest.fixture
def row_areas_ha():
    """Area of a cell of both rows: a2 (1 - e2) cos(latitude) dlat dlon, good to 1e-5 so near the equator."""
    semi_minor2 = 6378137.0**2 * (1 - 0.00669438)
    edges = np.radians([1.0, 0.5, 0.0])
    return semi_minor2 * np.radians(0.5) * -np.diff(np.sin(edges)) / 1e4


def test_false_discovery_rate(trend, folder):
    trend("CLASS", "CLASS_FDR", FDR=True, THRESHOLD=1.959964)
    # Of 7 tests five have p = 0.0085 or, with 5 values, 0.027: below 5 / 7 * 0.05 = 0.0357
    assert same(values(folder / "class_fdr.tif"), values(folder / "class.tif"))
    # At Z of 2.5, p 0.0124: 0.0085 of four are below 4 / 7 * 0.0124 = 0.0071 no more
    trend("CLASS", "CLASS_FDR", FDR=True, THRESHOLD=2.5)
    assert values(folder / "class.tif")[0][0] == 2
    assert values(folder / "class_fdr.tif")[0][0] == 1


def test_rate_without_its_output_is_an_error(trend, folder):
    with pytest.raises(RunFailed, match="choose a file for the output CLASS_FDR"):
        trend("CLASS", FDR=True)
    assert list(folder.iterdir()) == []


def test_no_output_is_an_error(trend, folder):
    with pytest.raises(RunFailed, match="No output is asked for"):
        trend()
    assert list(folder.iterdir()) == []


def test_summary_alone(trend, folder, rows):
    done = trend("CLASS_SUMMARY")
    assert [float(row["cells"]) for row in rows(done.results["CLASS_SUMMARY"])] == [2, 0, 2, 0, 3, 1]
    assert [path.suffix for path in folder.iterdir() if path.suffix == ".tif"] == []


def test_minimum_of_valid_values(trend, folder):
    trend("SLOPE", MIN_VALID=6)
    assert np.isnan(values(folder / "slope.tif")[1][1])


def test_minimum_beyond_the_dates(trend):
    with pytest.raises(RunFailed, match="7 valid values are asked for, and there are only 6 dates"):
        trend("SLOPE", MIN_VALID=7)


def test_raster_without_coordinate_system(trend, folder, series):
    for path in series:
        gdal.Open(path, gdal.GA_Update).SetProjection("")
    trend("SLOPE")
    assert values(folder / "slope.tif")[0][0] == 1
    with pytest.raises(RunFailed, match="no coordinate system, so its cells have no area"):
        trend("SLOPE", "CLASS_SUMMARY")


# Years and bands


def test_layers_in_any_order(trend, folder, series):
    trend("SLOPE", SERIES=series[::-1])
    assert values(folder / "slope.tif")[0][:2] == [1, -3]


def test_years_of_the_user(trend, folder):
    trend("SLOPE", YEARS="2000,2010,2020,2030,2040,2050")
    assert values(folder / "slope.tif")[0][1] == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("npp.tif", "no year from 1900 to 2100 in the name"),
        ("npp_20200101-20211231.tif", "more than one year in the name"),
        ("GLC_FCS30D_20002022.tif", "no year from 1900 to 2100 in the name"),
        ("other_2000.tif", "The year 2000 is there twice"),
    ],
)
def test_names_without_one_year(trend, series, make_raster, name, reason):
    with pytest.raises(RunFailed, match=reason):
        trend("SLOPE", SERIES=[*series, make_raster(name, values_of(2000))])


def test_year_of_a_modis_name(trend, folder, series, make_raster):
    name = "MCD12C1.A2006001.006.2020220162300.tif"
    trend("SLOPE", SERIES=[*series, make_raster(name, values_of(2006 - 1) + 1)])
    assert values(folder / "slope.tif")[0][0] == 1


def test_three_dates_are_too_few(trend, series):
    with pytest.raises(RunFailed, match="at least 4 dates, and there are 3"):
        trend("SLOPE", SERIES=series[:3])


@pytest.fixture
def one_raster(series, tmp_path):
    """The series as bands of one file; `one_raster(names)` describes them."""

    def one_raster(names):
        path = str(tmp_path / "stack.tif")
        stack = gdal.Translate(path, gdal.BuildVRT("", series, separate=True))
        for number, name in enumerate(names, 1):
            stack.GetRasterBand(number).SetDescription(name)
        del stack
        return path

    return one_raster


def test_band_per_year(trend, folder, one_raster):
    trend("SLOPE", SERIES=[one_raster([f"NPP {year}" for year in YEARS])])
    assert values(folder / "slope.tif")[0][:2] == [1, -3]


def test_bands_without_names_and_years_of_the_user(trend, folder, one_raster):
    path = one_raster([])
    with pytest.raises(RunFailed, match="no year from 1900 to 2100 in the name 'Band 1'"):
        trend("SLOPE", SERIES=[path])
    trend("SLOPE", SERIES=[path], YEARS="2000-2005")
    assert values(folder / "slope.tif")[0][:2] == [1, -3]


def test_bands_that_are_not_used_are_warned_of(trend, series, one_raster, feedback):
    path = one_raster([])
    trend("SLOPE", SERIES=[*series, path], YEARS="2000-2006")
    assert "stack has 6 bands, and only the first one is used" in "\n".join(feedback.warnings)


# Other grids


def test_other_grid_is_an_error(trend, series, make_raster):
    other = make_raster("npp_2006.tif", values_of(2005), left=0.25, nodata=-1.0)
    with pytest.raises(RunFailed, match=r"npp_2006.* is not on the grid of the first raster"):
        trend("SLOPE", SERIES=[*series, other])


@pytest.mark.parametrize("alignment", [1, 2])
def test_other_grid_is_aligned(trend, folder, series, make_raster, feedback, alignment):
    # Cells of a quarter degree that hold the values of the next year
    following = values_of(2005) + np.float32([[1, -3, 0, 0], [0, 2, 0.5, -0.5]])
    finer = np.kron(following, np.ones((2, 2)))
    other = make_raster("npp_2006.tif", finer.astype(np.float32), cell=0.25, nodata=-1.0)
    trend("SLOPE", SERIES=[*series, other], ALIGNMENT=alignment)
    assert values(folder / "slope.tif")[0][0] == 1
    method = {1: "nearest neighbour", 2: "bilinear"}[alignment]
    assert f"by {method}" in "\n".join(feedback.infos)


# Styles, names, records and ends


def test_rasters_open_in_the_colours_of_trends(trend, folder):
    trend("CLASS", "SLOPE")
    classes = QgsRasterLayer(str(folder / "class.tif"), "class")
    assert classes.loadNamedStyle(str(folder / "class.qml"))[1]
    found = [(one.value, one.label, one.color.name()) for one in classes.renderer().classes()]
    assert found == list(TREND)
    slopes = QgsRasterLayer(str(folder / "slope.tif"), "slope")
    assert slopes.loadNamedStyle(str(folder / "slope.qml"))[1]
    items = slopes.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert [item.color.name() for item in items] == list(SLOPE)


def test_layer_names_have_the_years(run, series, folder, context):
    outputs = {
        name: QgsProcessingOutputLayerDefinition(str(folder / f"{name}.tif"), QgsProject.instance())
        for name in ("SLOPE", "CLASS", "CLASS_FDR")
    }
    done = run("rastertrend", SERIES=series, **outputs)
    assert [context.layerToLoadOnCompletionDetails(done.results[name]).name for name in outputs] == [
        "Trend slope 2000-2005",
        "Trend class 2000-2005",
        "Trend class, false discovery rate 2000-2005",
    ]


def test_record_tells_years_and_rule(trend, folder):
    trend("CLASS", "CLASS_FDR")
    record = json.loads((folder / "class.tif.landcarbon.json").read_text())
    text = "\n".join(record["decisions"])
    assert "npp_2000 = 2000, npp_2001 = 2001" in text
    assert "Cells with fewer than 5 valid values of 6 have no trend." in text
    assert "False discovery rate of 0.0969" in text  # erfc(1.66 / sqrt 2)
    assert record["warnings"] == []  # a cell without any value, as the sea, is none


def test_cancel_while_cells_are_tested(trend, folder, feedback, monkeypatch):
    monkeypatch.setattr(feedback, "setProgress", lambda percent: feedback.cancel(), raising=False)
    with pytest.raises(RunFailed, match="cancelled"):
        trend("SLOPE", "CLASS", "CLASS_FDR", "CLASS_SUMMARY")
    assert list(folder.iterdir()) == []


def test_summary_that_cannot_be_written_takes_the_rasters_with_it(series, folder):
    # Rasters of 8 cells have about 1 kB, a GeoPackage 98 kB.
    files = {"SLOPE": str(folder / "slope.tif"), "CLASS_SUMMARY": str(folder / "summary.gpkg")}
    done = run_limited(20_000, "rastertrend", {"SERIES": series, **files})
    assert not done["succeeded"]
    assert [Path(path).name for path in folder.iterdir()] == []


def test_output_that_is_an_input_is_an_error(trend, series):
    before = Path(series[0]).read_bytes()
    with pytest.raises(RunFailed, match="would overwrite the input"):
        trend(SLOPE=series[0])
    assert Path(series[0]).read_bytes() == before
