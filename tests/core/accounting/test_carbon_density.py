"""The density raster: the coefficient of every cell, and the same carbon as the budget."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from landcarbon.core.accounting.carbon_density import write_carbon_density
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.output import RasterOutput
from landcarbon.core.raster.source import open_source
from landcarbon.core.raster.zones import zone_edges
from osgeo import gdal

NAN = float("nan")
NODATA = -9999.0
X0, Y0, CELL = 100.0, 40.0, 0.5  # of the rasters that the fixture makes

# Two units, three known codes and, last, all other codes
KNOWN = (1, 2, 5)
DENSITY = np.array([[0.5, -0.6, 1.5, NAN], [10.0, -20.0, 30.0, 40.0]])


def box(make_polygon, columns, rows):
    """A rectangle of cells: from column to column, from row to row, the last excluded."""
    left, right = (X0 + CELL * column for column in columns)
    top, bottom = (Y0 - CELL * row for row in rows)
    return make_polygon([(left, top), (right, top), (right, bottom), (left, bottom)])


@pytest.fixture
def written(tmp_path, make_raster, make_polygon):
    """`written({2000: codes}, boxes)`: the bands that are written for the codes."""

    def make(
        values, boxes=(((0, 2), (0, 2)), ((2, 4), (0, 2))), known=KNOWN, density=DENSITY, nodata=255, **more
    ):
        series = []
        for year, codes in values.items():
            path = make_raster(np.array(codes), nodata=nodata, name=f"lc_{year}.tif")
            series.append((year, open_source(path)))
        edges = zone_edges([box(make_polygon, *one) for one in boxes], series[0][1].grid)
        target = tmp_path / "density.tif"
        write_carbon_density(target, series, edges, known, density, more.pop("mass", "t C"), **more)
        raster = gdal.Open(str(target))
        bands = raster.ReadAsArray()
        return bands if bands.ndim == 3 else bands[None]

    make.folder = tmp_path
    return make


def as_float32(values):
    return np.array(values, dtype=np.float32).tolist()


def test_coefficient_of_class_and_unit(written):
    codes = np.array([[1, 2, 1, 2, 1], [5, 2, 5, 5, 5]], dtype=np.uint8)
    (band,) = written({2000: codes})
    assert band.tolist() == as_float32([[0.5, -0.6, 10, -20, NODATA], [1.5, -0.6, 30, 30, NODATA]])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32"])
def test_type_of_the_codes(written, dtype):
    (band,) = written({2000: np.array([[1, 2, 5, 255], [255, 5, 2, 1]], dtype=dtype)})
    assert band.tolist() == as_float32([[0.5, -0.6, 30, NODATA], [NODATA, 1.5, -20, 10]])


def test_codes_that_are_not_known(written):
    (band,) = written({2000: np.array([[77, 1, 77, 1], [1, 1, 1, 1]], dtype=np.uint8)})
    # Without a value in the first unit, 40 in the second
    assert band[0].tolist() == as_float32([NODATA, 0.5, 40, 10])


def test_nodata_0_against_a_known_code_0(written):
    density = np.array([[7.0, 0.5, NAN]] * 2)
    (band,) = written(
        {2000: np.array([[0, 1, 0, 1], [1, 1, 1, 1]], dtype=np.uint8)},
        known=(0, 1),
        density=density,
        nodata=0,
    )
    assert band[0].tolist() == as_float32([NODATA, 0.5, NODATA, 0.5])


def test_negative_codes(written):
    density = np.array([[7.0, 0.5, NAN]] * 2)
    codes = np.array([[-3, 1, -32768, 1], [1, 1, 1, -3]], dtype=np.int16)
    (band,) = written({2000: codes}, known=(-3, 1), density=density, nodata=-32768)
    assert band.tolist() == as_float32([[7, 0.5, NODATA, 0.5], [0.5, 0.5, 0.5, 7]])


def test_hole_and_outside_are_nodata(written):
    codes = np.full((4, 6), 1, dtype=np.uint8)
    (band,) = written({2000: codes}, boxes=(((1, 3), (1, 3)), ((4, 5), (0, 4))))
    expected = np.full((4, 6), NODATA)
    expected[1:3, 1:3], expected[:, 4] = 0.5, 10.0
    assert band.tolist() == as_float32(expected)


def test_a_band_per_year_in_the_given_order(written):
    codes = np.array([[1, 2, 1, 2]], dtype=np.uint8)
    bands = written(
        {2000: codes, 2010: codes[:, ::-1]}, boxes=(((0, 2), (0, 1)), ((2, 4), (0, 1))), mass="t CO2"
    )
    assert bands[:, 0].tolist() == [as_float32([0.5, -0.6, 10, -20]), as_float32([-0.6, 0.5, -20, 10])]
    raster = gdal.Open(str(written.folder / "density.tif"))
    found = [raster.GetRasterBand(i) for i in (1, 2)]
    assert [band.GetDescription() for band in found] == [
        "Net carbon emission 2000 [t CO2/ha]",
        "Net carbon emission 2010 [t CO2/ha]",
    ]
    assert {band.GetUnitType() for band in found} == {"t CO2/ha"}


@pytest.fixture
def large():
    """Codes, units whose borders cross blocks, and their densities."""
    generator = np.random.default_rng(3)
    codes = generator.choice(np.array([1, 2, 5, 9, 255], dtype=np.uint8), (300, 280))
    boxes = (((3, 150), (7, 290)), ((150, 279), (100, 300)))
    return codes, boxes


def expected_of(codes, boxes):
    """The densities cell by cell."""
    place = {1: 0, 2: 1, 5: 2, 9: 3}
    out = np.full(codes.shape, NODATA, dtype=np.float32)
    for unit, ((left, right), (top, bottom)) in enumerate(boxes):
        for code, at in place.items():
            part = out[top:bottom, left:right]
            part[codes[top:bottom, left:right] == code] = np.nan_to_num(DENSITY[unit, at], nan=NODATA)
    return out


@pytest.mark.parametrize("budget", [20_000, 300_000, 2**27])
def test_any_memory_budget_gives_the_same(written, large, budget):
    codes, boxes = large
    (band,) = written({2000: codes}, boxes, budget=budget)
    assert (band == expected_of(codes, boxes)).all()


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_number_of_threads_gives_the_same(written, large, workers):
    codes, boxes = large
    (band,) = written({2000: codes}, boxes, budget=200_000, workers=workers)
    assert (band == expected_of(codes, boxes)).all()


def test_executor_of_the_caller_is_used(written, large):
    codes, boxes = large
    before = threading.active_count()
    with ThreadPoolExecutor(2) as executor:
        (band,) = written({2000: codes}, boxes, executor=executor, budget=200_000)
        assert threading.active_count() > before
    assert (band == expected_of(codes, boxes)).all()


def test_threads_end_with_a_write_that_fails(written, large, monkeypatch):
    def fail(*arguments):
        raise InputDataError("disk full")

    codes, boxes = large
    monkeypatch.setattr(RasterOutput, "write", fail)
    with pytest.raises(InputDataError, match="disk full"):
        written({2000: codes}, boxes, budget=200_000)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("landcarbon")] == []


def test_density_times_cell_area_is_the_carbon(written, large, make_raster):
    codes, boxes = large
    (band,) = written({2000: codes}, boxes)
    grid = open_source(make_raster(codes)).grid
    area_ha = cell_areas(grid).window_ha(0, grid.height, 0, grid.width)
    inside = np.where(band == NODATA, 0.0, band.astype(float) * area_ha)
    total = 0.0
    for unit, ((left, right), (top, bottom)) in enumerate(boxes):
        part = codes[top:bottom, left:right]
        for at, code in enumerate((1, 2, 5, 9)):
            hectares = (area_ha[top:bottom] * (part == code)).sum()
            total += hectares * np.nan_to_num(DENSITY[unit, at])
    # Float32 keeps 24 binary digits of a coefficient: 6e-8.
    assert inside.sum() == pytest.approx(total, rel=1e-7)


def test_progress_goes_from_0_to_1_once(written, large):
    codes, boxes = large
    seen = []
    written({2000: codes, 2010: codes}, boxes, budget=200_000, progress=seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_cancel_leaves_no_file(written, large, at):
    codes, boxes = large

    def progress(fraction):
        if fraction >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        written({2000: codes, 2010: codes}, boxes, budget=200_000, progress=progress)
    assert sorted(path.name for path in written.folder.iterdir()) == ["lc_2000.tif", "lc_2010.tif"]


def test_raster_that_cannot_be_read_leaves_no_file(written, make_raster, make_polygon, large):
    codes, boxes = large
    path = make_raster(codes, name="lc.tif")
    source = open_source(path)
    with open(path, "r+b") as file:
        file.truncate(2000)  # of 84 000
    edges = zone_edges([box(make_polygon, *one) for one in boxes], source.grid)
    target = written.folder / "density.tif"
    with pytest.raises(InputDataError, match=r"lc\.tif cannot be read at rows"):
        write_carbon_density(target, [(2000, source)], edges, KNOWN, DENSITY, "t C")
    assert [file.name for file in written.folder.iterdir()] == ["lc.tif"]
