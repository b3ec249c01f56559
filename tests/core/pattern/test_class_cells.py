"""Cells of classes as points: the same ellipse as cell by cell, bit for bit for any threads and memory."""

from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.ground import Ground
from landcarbon.core.pattern.class_cells import class_cells
from landcarbon.core.pattern.deviational_ellipse import deviational_ellipse
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import open_source

DEGREES = (100.0, 0.05, 0.0, 45.0, 0.0, -0.05)
METRES = (3e5, 1000.0, 0.0, 4.5e6, 0.0, -1000.0)


def blobs(rows, columns, seed=1):
    """Classes 1 to 4 in patches, with some cells each of a code of their own."""
    y, x = np.mgrid[:rows, :columns]
    values = 1 + (np.sin(x / 17) + np.cos(y / 11) > 0) + 2 * (np.sin((x + 2 * y) / 29) > 0.3)
    noise = np.random.default_rng(seed).random((rows, columns))
    return np.where(noise < 0.02, 9, values).astype(np.uint8)


def ellipse_of_cells(values, code, source, areas):
    """Cell by cell, at their centres, with their areas [ha]."""
    rows, columns = np.nonzero(values == code)
    x, y = source.grid.to_map(columns + 0.5, rows + 0.5)
    shape = values.shape
    weights = np.broadcast_to(areas.window_ha(0, shape[0], 0, shape[1]), shape)[rows, columns]
    ground = Ground.of_crs(source.grid.crs_wkt)
    return deviational_ellipse(np.column_stack((x, y)), weights, ground), weights.sum()


def same(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[code].points, other[code].points)
        and np.array_equal(one[code].weights, other[code].weights)
        and one[code][2:] == other[code][2:]
        for code in one
    )


@pytest.mark.parametrize(
    "geotransform, crs",
    [
        (DEGREES, "EPSG:4326"),
        (METRES, "EPSG:32650"),  # areas vary along rows
        ((3e5, 800.0, 300.0, 4.5e6, 300.0, -800.0), "EPSG:32650"),  # rotated
        ((-2e6, 20e3, 0.0, 5e6, 0.0, -20e3), "EPSG:6933"),  # equal-area, far across
    ],
)
def test_ellipses_are_those_of_the_cells(make_raster, geotransform, crs):
    values = blobs(150, 210)  # tiles of 4 x 4 cells
    source = open_source(make_raster(values, geotransform=geotransform, crs=crs))
    areas = cell_areas(source.grid)
    found = class_cells(source, areas)
    assert list(found) == np.unique(values).tolist()
    for code, part in found.items():
        expected, area_ha = ellipse_of_cells(values, code, source, areas)
        ground = Ground.of_crs(source.grid.crs_wkt)
        ellipse = deviational_ellipse(part.points, part.weights, ground, part.cells)
        assert ellipse == pytest.approx(expected, rel=1e-7)
        assert part.cells == (values == code).sum()
        assert part.area_ha == pytest.approx(area_ha, rel=1e-7)


def test_tiles_of_one_cell_are_the_cells(make_raster):
    values = blobs(40, 60)
    source = open_source(make_raster(values, geotransform=DEGREES))
    part = class_cells(source, cell_areas(source.grid))[9]
    rows, columns = np.nonzero(values == 9)
    assert part.points == pytest.approx(
        np.column_stack((100 + 0.05 * (columns + 0.5), 45 - 0.05 * (rows + 0.5)))
    )


@pytest.mark.parametrize("geotransform, crs", [(DEGREES, "EPSG:4326"), (METRES, "EPSG:32650")])
@pytest.mark.parametrize("budget", [600, 5_000, 200_000])
@pytest.mark.parametrize("workers", [1, 3])
def test_threads_and_memory_change_no_bit(make_raster, geotransform, crs, budget, workers):
    source = open_source(make_raster(blobs(66, 130), geotransform=geotransform, crs=crs))
    areas = cell_areas(source.grid)
    assert same(class_cells(source, areas, workers=workers, budget=budget), class_cells(source, areas))


def test_processes_change_no_bit(make_raster):
    source = open_source(make_raster(blobs(66, 130), geotransform=DEGREES))
    areas = cell_areas(source.grid)
    with ProcessPoolExecutor(2) as executor:
        assert same(class_cells(source, areas, executor, budget=20_000), class_cells(source, areas))


def test_tiles_of_the_file_change_no_bit(make_raster):
    values = blobs(150, 210)
    strips = open_source(make_raster(values, geotransform=DEGREES))
    tiled = open_source(
        make_raster(
            values,
            geotransform=DEGREES,
            name="tiled.tif",
            options=["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"],
        )
    )
    areas = cell_areas(strips.grid)
    assert same(class_cells(strips, areas), class_cells(tiled, areas, budget=20_000))


def test_sums_of_the_largest_tiles_fit(make_raster):
    # one class on 65 537 columns: tiles of 1024 cells along a side, the first one whole
    values = np.ones((1024, 65_537), np.uint8)
    source = open_source(
        make_raster(values, geotransform=(0.0, 1e-3, 0.0, 1.0, 0.0, -1e-3), options=["COMPRESS=DEFLATE"])
    )
    (part,) = class_cells(source, cell_areas(source.grid)).values()
    x, y = part.points.T
    share = part.weights / part.weights.sum()
    # columns are even: their mean, and the variance (n^2 - 1) / 12 of n values
    assert share @ x == pytest.approx(65_537e-3 / 2, rel=1e-9)
    assert share @ (x - share @ x) ** 2 == pytest.approx((65_537**2 - 1) / 12 * 1e-6, rel=1e-9)
    # rows at the equator weigh the same to 2e-4
    assert share @ (y - share @ y) ** 2 == pytest.approx((1024**2 - 1) / 12 * 1e-6, rel=1e-3)


def test_missing_cells_are_left_out(make_raster):
    values = np.array([[1, 1, 0], [1, 0, 2]], np.uint8)
    source = open_source(make_raster(values, nodata=0))
    assert {code: part.cells for code, part in class_cells(source, cell_areas(source.grid)).items()} == {
        1: 3,
        2: 1,
    }


def test_masked_cells_are_left_out(make_raster):
    source = open_source(
        make_raster(np.ones((2, 3), np.uint8), mask=[[True, True, False], [True, False, True]])
    )
    (part,) = class_cells(source, cell_areas(source.grid)).values()
    assert part.cells == 4


def test_codes_below_0_and_in_floats(make_raster):
    for number, kind in enumerate((np.int16, np.float32)):
        source = open_source(make_raster(np.array([[-5, 3, 3]], kind), name=f"{number}.tif"))
        assert list(class_cells(source, cell_areas(source.grid))) == [-5, 3]


def test_a_raster_without_data_is_an_error(make_raster):
    source = open_source(make_raster(np.zeros((2, 2), np.uint8), nodata=0))
    with pytest.raises(InputDataError, match="has no cell with data"):
        class_cells(source, cell_areas(source.grid))


@pytest.mark.parametrize("value", [0.5, 1e30])
def test_values_that_are_no_codes_are_an_error(make_raster, value):
    source = open_source(make_raster(np.array([[value, 1.0]], np.float32)))
    with pytest.raises(InputDataError, match="which is no class code"):
        class_cells(source, cell_areas(source.grid))


def test_a_raster_of_measurements_is_an_error(make_raster):
    source = open_source(make_raster(np.arange(600, dtype=np.int16).reshape(20, 30)))
    with pytest.raises(InputDataError, match="more than 500 different values; choose a raster of classes"):
        class_cells(source, cell_areas(source.grid))


def test_progress_goes_to_1(make_raster):
    source = open_source(make_raster(blobs(66, 130)))
    seen = []
    class_cells(source, cell_areas(source.grid), workers=2, budget=20_000, progress=seen.append)
    assert seen == sorted(seen) and seen[0] == 0 and seen[-1] == 1
