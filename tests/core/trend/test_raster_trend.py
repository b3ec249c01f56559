"""Trends of cells: against pymannkendall and scipy cell by cell, and whole files or none."""

import math
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import align, open_source
from landcarbon.core.trend.classes import level_of
from landcarbon.core.trend.raster_trend import OUTPUTS, write_raster_trends
from osgeo import gdal

pymannkendall = pytest.importorskip("pymannkendall")
stats = pytest.importorskip("scipy.stats")

NAN = math.nan
YEARS = (2000, 2001, 2003, 2004, 2008, 2010, 2011, 2015, 2019)  # uneven; 7 of 9 values are needed


@pytest.fixture
def written(tmp_path, make_raster):
    """`written(stack, years)`: outputs as arrays by name (NaN = missing), and what the run found."""

    def make(stack, years=None, outputs=OUTPUTS, sources=None, raster=None, **options):
        years = YEARS[: len(stack)] if years is None else years
        if sources is None:
            paths = (
                make_raster(values, name=f"npp_{year}.tif", **(raster or {}))
                for values, year in zip(stack, years, strict=True)
            )
            sources = [open_source(path) for path in paths]
        folder = tmp_path / "outputs"
        folder.mkdir(exist_ok=True)
        targets = {name: folder / f"{name}.tif" for name in outputs}
        found = write_raster_trends(targets, list(zip(years, sources, strict=True)), **options)
        return {name: as_array(path) for name, path in targets.items()}, found

    make.folder = tmp_path / "outputs"
    return make


def as_array(path):
    raster = gdal.Open(str(path))
    band = raster.GetRasterBand(1)
    values = band.ReadAsArray()
    return np.where(values == band.GetNoDataValue(), np.nan, values)


def described(path, scale=1.0, offset=0.0, unit=""):
    """The raster with scale, offset and unit of its band in the file."""
    raster = gdal.Open(path, gdal.GA_Update)
    band = raster.GetRasterBand(1)
    band.SetScale(scale)
    band.SetOffset(offset)
    band.SetUnitType(unit)
    del band, raster
    return path


def column(*values):
    """A stack of one cell: a value per year."""
    return [np.array([[value]], dtype=np.float32) for value in values]


def expected_of(values, years, least):
    """Trend of one cell by pymannkendall and scipy; NaN where it has too few values."""
    valid = np.isfinite(values)
    if valid.sum() < least:
        return dict.fromkeys(("slope", "z", "p", "tau", "intercept"), NAN)
    y, t = values[valid], np.array(years, dtype=float)[valid]
    test = pymannkendall.original_test(y)
    line = stats.theilslopes(y, t, method="separate")
    tau = 0.0 if np.ptp(y) == 0 else stats.kendalltau(t, y, variant="b").statistic
    return {"slope": line.slope, "z": test.z, "p": test.p, "tau": tau, "intercept": line.intercept}


def expected_class(slope, z, threshold=1.66):
    if math.isnan(slope):
        return NAN
    if slope == 0 or z == 0:
        return 0
    return math.copysign(2 if abs(z) > threshold else 1, slope)


@pytest.fixture(scope="module")
def stack():
    """9 dates of 12 x 10 cells: smooth, with many ties, constant, with gaps, and empty ones."""
    rng = np.random.default_rng(5)
    values = rng.normal(size=(9, 12, 10)).cumsum(axis=0)
    values[:, :4] = np.round(values[:, :4])
    values[:, 4] = np.round(values[:, 4, :1])  # a row of equal cells
    values[:, 5, :5] = 2.5
    values[rng.random(values.shape) < 0.1] = np.nan
    values[:, 6, 3:6] = np.nan
    return values.astype(np.float32)


def assert_as_expected(found, stack, years=YEARS, least=7):
    for place in np.ndindex(stack[0].shape):
        values = np.array([layer[place] for layer in stack], dtype=float)
        expected = expected_of(values, years, least)
        for name, value in expected.items():
            # float32 keeps 24 binary digits, 6e-8; the intercept is a slope times 2000 years
            tolerance = 1e-9 * 2000 * np.nanmax(np.abs(values), initial=0) if name == "intercept" else 1e-9
            assert found[name][place] == pytest.approx(value, rel=6e-8, abs=tolerance, nan_ok=True), name
        assert found["class"][place] == pytest.approx(
            expected_class(expected["slope"], expected["z"]), nan_ok=True
        )


def test_every_cell_is_that_of_pymannkendall_and_scipy(written, stack):
    found, _ = written(stack, raster={"nodata": NAN})
    assert_as_expected(found, stack)


@pytest.mark.parametrize("nodata", [0.0, -9999.0, -3.4028234663852886e38, None])
def test_nodata(written, stack, nodata):
    shifted = stack + 1000  # so that no value is 0
    stored = shifted if nodata is None else np.where(np.isnan(shifted), np.float32(nodata), shifted)
    found, _ = written(stored, raster={"nodata": nodata})
    assert_as_expected(found, shifted)


@pytest.mark.parametrize("internal", [True, False])
def test_mask_band(written, stack, make_raster, internal):
    missing = np.isnan(stack)
    sources = [
        open_source(
            make_raster(np.where(gone, 7, values), name=f"{i}.tif", mask=~gone, internal_mask=internal)
        )
        for i, (values, gone) in enumerate(zip(stack, missing, strict=True))
    ]
    found, _ = written(stack, sources=sources)
    assert_as_expected(found, stack)


def test_whole_numbers_with_scale_and_offset(written, stack, make_raster):
    stored = np.where(np.isnan(stack), -32768, np.round(stack * 100)).astype(np.int16)
    sources = []
    for i, values in enumerate(stored):
        path = make_raster(values, name=f"{i}.tif", nodata=-32768)
        sources.append(open_source(described(path, scale=0.01, offset=5.0)))
    found, _ = written(stored, sources=sources)
    values = np.where(stored == -32768, np.nan, stored * 0.01 + 5.0)
    assert_as_expected(found, values)


def test_one_layer_with_another_scale(written, make_raster):
    # 0 1 2 3 4, the last one stored as 40 with a scale of 0.1
    sources = [open_source(make_raster(np.float32([[i]]), name=f"{i}.tif")) for i in range(4)]
    last = open_source(described(make_raster(np.float32([[40]]), name="4.tif"), scale=0.1))
    found, _ = written(range(5), years=range(2000, 2005), sources=[*sources, last])
    assert found["slope"] == 1


def test_bands_of_one_file(written, stack, tmp_path, make_raster):
    path = str(tmp_path / "npp.tif")
    parts = [make_raster(values, name=f"{i}.tif") for i, values in enumerate(stack)]
    gdal.Translate(path, gdal.BuildVRT("", parts, separate=True), creationOptions=["INTERLEAVE=PIXEL"])
    found, _ = written(stack, sources=[open_source(path, band) for band in range(1, 10)])
    assert_as_expected(found, stack)


def test_what_is_not_asked_for_is_not_written(written, stack):
    whole, _ = written(stack)
    for path in written.folder.iterdir():
        path.unlink()
    found, _ = written(stack, outputs=("tau",))
    assert [path.name for path in written.folder.iterdir()] == ["tau.tif"]
    assert np.array_equal(found["tau"], whole["tau"], equal_nan=True)


def test_no_output_still_counts_the_classes(written, stack):
    _, with_rasters = written(stack)
    _, without = written(stack, outputs=())
    assert without.classes == with_rasters.classes


def test_bands_say_what_they_are(written, stack, make_raster):
    sources = [open_source(described(make_raster(stack[0], name="0.tif"), unit="g C/m2"))] * 9
    written(stack, sources=sources)

    def said(name):
        raster = gdal.Open(str(written.folder / f"{name}.tif"))
        band = raster.GetRasterBand(1)
        return band.GetDescription(), band.GetUnitType(), band.GetNoDataValue(), band.DataType

    assert said("slope") == ("Theil-Sen slope 2000-2019", "g C/m2/year", -9999, gdal.GDT_Float32)
    assert said("intercept") == (
        "Theil-Sen intercept at year 0 2000-2019",
        "g C/m2",
        -9999,
        gdal.GDT_Float64,
    )
    assert said("class") == ("Trend class 2000-2019, marked where |Z| > 1.66", "", -128, gdal.GDT_Int16)


# Any way to run it


@pytest.fixture(scope="module")
def large():
    """9 dates of 300 x 280 cells, more than a tile, with ties and gaps."""
    rng = np.random.default_rng(7)
    values = rng.normal(size=(9, 300, 280)).cumsum(axis=0).round(1)
    values[rng.random(values.shape) < 0.1] = np.nan
    values[:, 40:90, 200:] = np.nan
    return values.astype(np.float32)


def contents(folder):
    """Decoded cells of all outputs, bit for bit."""
    return {path.name: gdal.Open(str(path)).ReadAsArray().tobytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(large, tmp_path_factory):
    """The outputs of one thread and one block, written without the engine's fixtures."""
    folder = tmp_path_factory.mktemp("whole")
    series = []
    for year, values in zip(YEARS, large, strict=True):
        path = folder / f"npp_{year}.tif"
        raster = gdal.GetDriverByName("GTiff").Create(str(path), 280, 300, 1, gdal.GDT_Float32)
        raster.SetGeoTransform((100.0, 0.5, 0.0, 40.0, 0.0, -0.5))
        raster.GetRasterBand(1).WriteArray(values)
        del raster
        series.append((year, open_source(path)))
    outputs = folder / "outputs"
    outputs.mkdir()
    found = write_raster_trends(
        {name: outputs / f"{name}.tif" for name in OUTPUTS}, series, workers=1, budget=2**30
    )
    return contents(outputs), found


@pytest.mark.parametrize(
    "options", [(), ("TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=32"), ("BLOCKYSIZE=1",), ("COMPRESS=DEFLATE",)]
)
@pytest.mark.parametrize("budget", [600_000, 3_000_000])
def test_any_file_layout_and_budget_gives_the_same(written, large, whole, options, budget):
    _, found = written(large, raster={"options": options}, budget=budget)
    assert contents(written.folder) == whole[0]
    assert found == whole[1]


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_threads_gives_the_same(written, large, whole, workers):
    _, found = written(large, budget=1_000_000, workers=workers)
    assert contents(written.folder) == whole[0]
    assert found == whole[1]


def test_virtual_rasters_give_the_same(written, large, whole, make_raster, make_vrt):
    paths = [
        make_vrt(make_raster(values, name=f"{i}.tif"), name=f"{i}.vrt") for i, values in enumerate(large)
    ]
    written(large, sources=[open_source(path) for path in paths], budget=1_000_000)
    assert contents(written.folder) == whole[0]


def test_block_of_a_row(written, stack):
    written(stack)
    before = contents(written.folder)
    written(stack, budget=1)  # a cell at a time
    assert contents(written.folder) == before


def test_float64_gives_the_same(written, stack):
    written(stack)
    before = contents(written.folder)
    written(stack.astype(float))
    assert contents(written.folder) == before


def test_executor_of_the_caller_is_used(written, large, whole):
    before = threading.active_count()
    with ThreadPoolExecutor(2) as executor:
        written(large, executor=executor, budget=1_000_000)
        assert threading.active_count() > before
    assert contents(written.folder) == whole[0]


def test_progress_goes_from_0_to_1_once(written, large):
    seen = []
    written(large, budget=1_000_000, progress=seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert len(seen) > 10


# Classes, areas and the false discovery rate


def test_classes_of_five_cells(written):
    # 8 dates, variance 8 * 7 * 21 / 18 = 65.33: S = 28 gives Z = 27 / 8.083 = 3.34
    rising = np.arange(8.0)
    # one pair of neighbours after the other: S = 4, Z = 3 / 8.083 = 0.37
    weak = np.array([1, 0, 3, 2, 1.5, 0.5, 2.5, 1.7])
    cells = [rising, -rising, np.full(8, 3.0), weak, -weak]
    stack = [np.float32([[cell[i] for cell in cells]]) for i in range(8)]
    found, result = written(stack, years=range(2000, 2008))
    assert found["class"].tolist() == [[2, -2, 0, 1, -1]]
    assert result.classes.cells == {-2: 1, -1: 1, 0: 1, 1: 1, 2: 1, None: 0}
    assert found["p"][0, 2] == 1


def test_threshold_of_the_user(written):
    # 4 ascending values: S = 6, variance 4 * 3 * 13 / 18 = 8.667, Z = 5 / 2.944 = 1.698
    ascending = column(1, 2, 3, 4)
    assert written(ascending)[0]["class"] == 2
    assert written(ascending, threshold=1.70)[0]["class"] == 1


def test_areas_of_classes_on_a_geographic_grid(written, stack, row_areas):
    grid = {"geotransform": (100.0, 0.5, 0.0, 40.0, 0.0, -0.5)}
    series_grid = open_source(write_one(written, stack, grid)).grid
    found, result = written(stack, raster=grid, areas=cell_areas(series_grid))
    of_rows = row_areas(40.0 - 0.5 * np.arange(13), 0.5) / 1e4
    assert_class_sums(result.classes, found["class"], np.repeat(of_rows[:, None], 10, axis=1), 1e-12)


def test_areas_of_classes_on_a_projected_grid(written, stack):
    grid = {"geotransform": (500_000.0, 30_000.0, 0.0, 4_000_000.0, 0.0, -30_000.0), "crs": "EPSG:32650"}
    areas = cell_areas(open_source(write_one(written, stack, grid)).grid)
    found, result = written(stack, raster=grid, areas=areas)
    assert not areas.by_row
    assert_class_sums(result.classes, found["class"], areas.window_ha(0, 12, 0, 10), 1e-7)


def write_one(written, stack, grid):
    """A raster on the grid."""
    written(stack, raster=grid, outputs=())
    return str(written.folder.parent / "npp_2000.tif")


def assert_class_sums(classes, raster, area_ha, tolerance):
    for code in (-2, -1, 0, 1, 2, None):
        cells = np.isnan(raster) if code is None else raster == code
        assert classes.cells[code] == cells.sum()
        assert classes.area_ha[code] == pytest.approx(area_ha[cells].sum(), rel=tolerance)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32650"])
def test_areas_do_not_depend_on_blocks(written, stack, crs):
    cell = 0.5 if crs == "EPSG:4326" else 30_000.0
    grid = {"geotransform": (100.0, cell, 0.0, 40.0, 0.0, -cell), "crs": crs}
    areas = cell_areas(open_source(write_one(written, stack, grid)).grid)
    _, at_once = written(stack, raster=grid, areas=areas, outputs=())
    _, in_parts = written(stack, raster=grid, areas=areas, outputs=(), budget=20_000)
    assert in_parts.classes == at_once.classes


def test_without_areas_and_coordinate_system(written, stack):
    _, found = written(stack, raster={"crs": ""})
    assert found.classes.area_ha is None
    assert sum(found.classes.cells.values()) == 120


def benjamini_hochberg(p, level):
    """Which p are significant: all up to the last one at or below its rank / m * level."""
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= np.arange(1, len(p) + 1) / len(p) * level)
    significant = np.zeros(len(p), dtype=bool)
    significant[order[: passed[-1] + 1 if len(passed) else 0]] = True
    return significant


@pytest.mark.parametrize("threshold", [1.66, 1.959964, 2.2])
def test_false_discovery_rate_over_all_cells(written, large, threshold):
    part = large[:, :40, :40] + np.linspace(0, 4, 9, dtype=np.float32)[:, None, None]
    found, result = written(part, threshold=threshold, budget=300_000)
    p = np.full((40, 40), NAN)
    for place in np.ndindex(p.shape):
        values = part[(slice(None), *place)].astype(float)
        if np.isfinite(values).sum() >= 7:
            p[place] = pymannkendall.original_test(values).p
    tested = ~np.isnan(p)
    marked = np.zeros(p.shape, dtype=bool)
    marked[tested] = benjamini_hochberg(p[tested], math.erfc(threshold / math.sqrt(2)))
    assert 0 < marked.sum() < tested.sum()
    expected = np.where(tested, np.sign(found["class"]) * np.where(marked, 2, 1), NAN)
    assert np.array_equal(found["class_fdr"], expected, equal_nan=True)
    assert result.significant_p == pytest.approx(p[marked].max(), abs=1e-12)


def test_same_rejections_as_statsmodels(written, large):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    part = large[:, :30, :30] + np.linspace(0, 6, 9, dtype=np.float32)[:, None, None]
    found, _ = written(part)
    p = found["p"][~np.isnan(found["p"])]
    rejected = multitest.multipletests(p, level_of(1.66), method="fdr_bh")[0]
    assert (np.abs(found["class_fdr"]) == 2).sum() == (
        rejected & (found["class"][~np.isnan(found["p"])] != 0)
    ).sum()


def test_rate_that_nothing_passes(written):
    # Z = 1.698 has p = 0.0895, not below erfc(1.70 / sqrt 2) = 0.0891
    found, result = written(column(1, 2, 3, 4), threshold=1.70)
    assert found["class_fdr"] == 1
    assert result.significant_p == -1
    assert "no trend is marked" in result.notes[-1].text


def test_p_of_zero_is_marked(written):
    # 700 ascending values: Z = 244649 / sqrt(700 * 699 * 1405 / 18) = 39.6, whose p is below any float
    years = range(1401, 2101)
    found, result = written(column(*range(700)), years=years, outputs=("p", "class_fdr"))
    assert result.significant_p == 0
    assert (found["p"], found["class_fdr"]) == (0, 2)


def test_constant_cells_are_unchanged_with_the_rate(written):
    found, _ = written(column(*[5.0] * 6))
    assert (found["class_fdr"], found["class"], found["p"], found["slope"]) == (0, 0, 1, 0)


def test_rate_is_noted_with_its_level(written, stack):
    _, result = written(stack, threshold=1.959964)
    assert "False discovery rate of 0.05 (two-sided, of |Z| = 1.95996)" in result.notes[-1].text


def test_rate_that_is_not_asked_for(written, stack):
    _, result = written(stack, outputs=("class",))
    assert result.significant_p is None
    assert "rate" not in " ".join(note.text for note in result.notes)


# Missing values


def test_all_cells_are_missing(written):
    found, result = written([np.full((2, 3), -1, dtype=np.int16)] * 5, raster={"nodata": -1})
    assert all(np.isnan(values).all() for values in found.values())
    assert result.classes.cells[None] == 6
    assert result.classes.empty == 6
    assert "No cell has a value in any raster" in result.notes[1].text


def test_cells_with_too_few_values_are_not_those_without_any(written):
    # The first cell has 5 values, the second 2, the third none: the sea is no reason for a warning.
    rasters = [np.array([[i, i if i < 2 else -1, -1]], dtype=np.int16) for i in range(5)]
    _, result = written(rasters, raster={"nodata": -1})
    assert (result.classes.cells[None], result.classes.empty) == (2, 1)
    assert [note.text for note in result.notes if note.kind == "warning"] == [
        "1 cells have values, but too few for a trend."
    ]


def test_infinite_values_are_missing(written):
    found, _ = written(column(1, np.inf, 3, -np.inf, 5, 6), years=range(2000, 2006), min_valid=4)
    # 1, 3, 5, 6 in 2000, 2002, 2004, 2005: five slopes of 1 and 1.0 of 2004 to 2005
    assert (found["slope"], found["class"]) == (1, 2)


def test_minimum_of_valid_values(written):
    values = column(1, 2, 3, 4, 5, NAN, NAN)
    # 3/4 of 7 dates are 5.25, so 6 are needed
    assert np.isnan(written(values)[0]["slope"])
    assert written(values, min_valid=5)[0]["slope"] > 0


def test_minimum_beyond_the_dates(written):
    with pytest.raises(InputDataError, match="6 valid values are asked for, and there are only 5 dates"):
        written(column(1, 2, 3, 4, 5), min_valid=6)


def test_three_dates_are_too_few(written):
    with pytest.raises(InputDataError, match="at least 4 dates, and there are 3"):
        written(column(1, 2, 3))
    assert list(written.folder.iterdir()) == []


# Other grids


def test_raster_on_another_grid_is_aligned(written, make_raster):
    # The same plane in cells of half the size: bilinear in the middle of four is their mean.
    rows, columns = np.mgrid[:4, :4]
    plane = (10 * rows + columns).astype(np.float32)
    fine_rows, fine_columns = np.mgrid[:8, :8] / 2 - 0.25
    fine = (10 * fine_rows + fine_columns).astype(np.float32)
    sources = [open_source(make_raster(plane + i, name=f"{i}.tif")) for i in range(3)]
    path = make_raster(fine + 3, name="3.tif", geotransform=(100.0, 0.25, 0, 40.0, 0, -0.25))
    aligned, _ = align(open_source(path), sources[0].grid, "bilinear", False)
    found, _ = written(range(4), years=range(2000, 2004), sources=[*sources, aligned])
    # the margin has no four neighbours
    assert found["slope"][1:3, 1:3] == pytest.approx(np.ones((2, 2)), rel=1e-6)


# All files or none


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("at", [0.0, 0.02, 0.5, 0.9, 0.95, 1.0])
def test_cancel_leaves_no_file(written, large, at):
    def progress(fraction):
        if fraction >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        written(large, budget=1_000_000, progress=progress)
    assert names(written.folder) == []


def test_error_keeps_the_files_there_were(written, stack, large):
    written(stack)
    before = contents(written.folder)

    def progress(fraction):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        written(large, budget=1_000_000, progress=progress)
    assert contents(written.folder) == before


def test_raster_that_cannot_be_read_leaves_no_file(written, large, make_raster):
    sources = [open_source(make_raster(values, name=f"{i}.tif")) for i, values in enumerate(large)]
    with open(sources[4].path, "r+b") as file:
        file.truncate(100_000)  # of 336 000
    with pytest.raises(InputDataError, match=r"4\.tif cannot be read at rows"):
        written(large, sources=sources, budget=1_000_000)
    assert names(written.folder) == []


def test_a_name_that_cannot_be_had_leaves_what_was_there(written, stack, large):
    written(stack[:, :5])
    (written.folder / "z.tif").unlink()
    (written.folder / "z.tif").mkdir()
    before = {path.name: path.read_bytes() for path in written.folder.iterdir() if path.is_file()}
    with pytest.raises(InputDataError, match=r"z\.tif could not be written"):
        written(stack)
    after = {path.name: path.read_bytes() for path in written.folder.iterdir() if path.is_file()}
    assert after == before
    assert names(written.folder) == sorted([*before, "z.tif"])


def test_files_are_replaced(written, stack):
    written(stack[:, :5])
    found, _ = written(stack)
    assert found["slope"].shape == (12, 10)
    assert names(written.folder) == sorted(f"{name}.tif" for name in OUTPUTS)


LIMITED = """
import resource, signal, sys
sys.path.insert(0, {tests!r})
import conftest
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.source import open_source
from landcarbon.core.trend.raster_trend import OUTPUTS, write_raster_trends
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
series = [(2000 + i, open_source(path)) for i, path in enumerate({paths!r})]
try:
    write_raster_trends({{name: {folder!r} + name + ".tif" for name in OUTPUTS}}, series, budget=2_000_000)
except InputDataError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [50_000, 300_000])
def test_full_disk_leaves_no_file(large, make_raster, tmp_path, limit):
    # 84 000 cells: class rasters of some 20 kB fit into either limit, slopes of 330 kB into none; p of the
    # second pass is a file of its own.
    paths = [make_raster(values, name=f"{i}.tif") for i, values in enumerate(large)]
    folder = tmp_path / "outputs"
    folder.mkdir()
    tests = str(Path(__file__).resolve().parents[2])
    code = LIMITED.format(tests=tests, limit=limit, paths=paths, folder=str(folder) + os.sep)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True
    )
    assert "could not be written" in done.stdout
    assert names(folder) == []
