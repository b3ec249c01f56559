"""Class areas against sums in numpy alone, and the same to the last bit however they are computed."""

import os
import runpy
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from landcarbon.core.accounting.class_areas import class_areas
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import close_sources, open_source
from landcarbon.core.raster.zones import zone_edges
from osgeo import gdal

ROOT_CONFTEST = Path(__file__).resolve().parents[2] / "conftest.py"

ROWS, COLUMNS = 61, 83
GEOGRAPHIC = (100.0, 0.25, 0, 47.0, 0, -0.25)
UTM = (-200000.0, 20000.0, 0, 6000000.0, 0, -20000.0)  # far past the zone: the area factor varies


class Case(NamedTuple):
    """A raster, its units, and what numpy says about them."""

    values: np.ndarray
    geotransform: tuple
    crs: str
    rings: list  # of each unit, one ring of (x, y)
    zone: np.ndarray  # of each cell; units in order, then outside


def mesh(geotransform, rng):
    """Rings of a mesh of units with shared borders, some of them straight through cell centres."""
    x0, dx, _, y0, _, dy = geotransform
    # In cells: at centres, at borders of cells, and anywhere, with a margin outside.
    columns = np.array([3.5, 17.5, 30.0, 46.3, 60.5, 78.5])
    rows = np.array([2.5, 14.5, 27.0, 40.7, 57.5])
    node = np.stack(np.meshgrid(columns, rows), axis=-1)
    node[1:-1, 3] += rng.uniform(-2, 2, (3, 2))
    rings = []
    for i in range(len(rows) - 1):
        for j in range(len(columns) - 1):
            corners = [node[i, j], node[i, j + 1], node[i + 1, j + 1], node[i + 1, j]]
            rings.append([(x0 + c * dx, y0 + r * dy) for c, r in corners])
    return rings


def zone_of_cells(rings, geotransform, rows, columns):
    """Which ring holds each cell's centre, by the parity of crossings to its west; the first one wins."""
    x0, dx, _, y0, _, dy = geotransform
    centre = np.arange(columns) + 0.5
    zone = np.full((rows, columns), len(rings))
    for number in reversed(range(len(rings))):
        corners = [((x - x0) / dx, (y - y0) / dy) for x, y in rings[number]]
        for row in range(rows):
            y, odd = row + 0.5, np.zeros(columns, dtype=bool)
            for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
                if min(y1, y2) <= y < max(y1, y2):
                    odd ^= x1 + (y - y1) / (y2 - y1) * (x2 - x1) <= centre
            zone[row, odd] = number
    return zone


def summed(values, zone, area_m2, zones, missing=None):
    """Area by unit and code, area without data by unit, cells by unit."""
    area_m2 = np.broadcast_to(area_m2, values.shape)
    missing = np.zeros(values.shape, bool) if missing is None else missing
    codes = np.unique(values[~missing])
    area = np.zeros((zones + 1, len(codes)))
    nodata, cells = np.zeros(zones + 1), np.zeros(zones + 1, dtype=int)
    np.add.at(area, (zone[~missing], np.searchsorted(codes, values[~missing])), area_m2[~missing])
    np.add.at(nodata, zone[missing], area_m2[missing])
    np.add.at(cells, zone.ravel(), 1)
    return codes, area, nodata, cells


@pytest.fixture(autouse=True)
def no_open_files():
    yield
    close_sources()


@pytest.fixture(scope="module", params=["geographic", "UTM"])
def case(request):
    rng = np.random.default_rng(5)
    geotransform, crs = {"geographic": (GEOGRAPHIC, "EPSG:4326"), "UTM": (UTM, "EPSG:32650")}[request.param]
    values = rng.integers(0, 9, (ROWS, COLUMNS)).astype(np.uint8)
    values[20:30, 20:60] = 4  # long runs of one class besides salt and pepper
    rings = mesh(geotransform, rng)
    return Case(values, geotransform, crs, rings, zone_of_cells(rings, geotransform, ROWS, COLUMNS))


@pytest.fixture
def run(make_polygon):
    """`run(path, rings, known=(), ...)`: class areas of a raster file in units of one ring each."""

    def compute(path, rings, known=(), planar=False, **options):
        source = open_source(path)
        edges = zone_edges([make_polygon(ring) for ring in rings], source.grid)
        return class_areas(source, edges, cell_areas(source.grid, planar), known, **options)

    return compute


@pytest.fixture
def count(make_raster, run):
    """`count(values, rings, ...)`: class areas of values on a planar grid of cells of 1 m2."""

    def compute(values, rings=(), known=(), nodata=None, mask=None, **options):
        values = np.atleast_2d(values)
        path = make_raster(values, (0, 1, 0, 0, 0, -1), "EPSG:32650", nodata=nodata, mask=mask)
        return run(path, rings, known, planar=True, **options)

    return compute


def square(left, top, right, bottom):
    """A ring on a grid of cells of 1 m whose corner is (0, 0), in columns and rows."""
    return [(left, -top), (right, -top), (right, -bottom), (left, -bottom)]


def table(result):
    """Areas as {code: [of each unit, outside]}."""
    return {int(code): area.tolist() for code, area in zip(result.values, result.area_m2.T, strict=True)}


def assert_same_bits(one, other):
    for name in ("values", "area_m2", "nodata_m2", "cells"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.dtype == theirs.dtype
        assert (mine == theirs).all(), name
        assert mine.shape == theirs.shape
    assert one.overlaps == other.overlaps


# Right


def test_areas_on_a_geographic_grid_are_those_of_the_closed_form(make_raster, run, row_areas):
    rng = np.random.default_rng(6)
    values = rng.integers(0, 9, (ROWS, COLUMNS)).astype(np.uint8)
    rings = mesh(GEOGRAPHIC, rng)
    zone = zone_of_cells(rings, GEOGRAPHIC, ROWS, COLUMNS)
    area_m2 = row_areas(47.0 - 0.25 * np.arange(ROWS + 1), 0.25)[:, None]
    codes, area, nodata, cells = summed(values, zone, area_m2, len(rings), values == 3)
    result = run(make_raster(values, GEOGRAPHIC, nodata=3), rings)
    np.testing.assert_array_equal(result.values, codes)
    np.testing.assert_allclose(result.area_m2, area, rtol=1e-9)
    np.testing.assert_allclose(result.nodata_m2, nodata, rtol=1e-9)
    np.testing.assert_array_equal(result.cells, cells)
    assert result.overlaps == {}


def test_areas_on_a_projected_grid_are_the_sums_of_its_cells(make_raster, run):
    rng = np.random.default_rng(7)
    values = rng.integers(0, 9, (ROWS, COLUMNS)).astype(np.uint8)
    rings = mesh(UTM, rng)
    zone = zone_of_cells(rings, UTM, ROWS, COLUMNS)
    path = make_raster(values, UTM, "EPSG:32650", nodata=3)
    areas = cell_areas(open_source(path).grid)
    assert not areas.by_row
    area_m2 = areas.window_ha(0, ROWS, 0, COLUMNS) * 1e4
    codes, area, nodata, cells = summed(values, zone, area_m2, len(rings), values == 3)
    result = run(path, rings)
    np.testing.assert_array_equal(result.values, codes)
    np.testing.assert_allclose(result.area_m2, area, rtol=1e-12)
    np.testing.assert_allclose(result.nodata_m2, nodata, rtol=1e-12)
    np.testing.assert_array_equal(result.cells, cells)


@pytest.mark.parametrize("known", [(), (4,), range(9), range(-3, 40)])
def test_units_outside_and_nodata_make_up_the_grid(make_raster, run, case, known):
    path = make_raster(case.values, case.geotransform, case.crs, nodata=2)
    result = run(path, case.rings, known)
    total = cell_areas(open_source(path).grid).window_ha(0, ROWS, 0, COLUMNS) * 1e4
    total = np.broadcast_to(total, (ROWS, COLUMNS)).sum()
    assert result.area_m2.sum() + result.nodata_m2.sum() == pytest.approx(total, rel=1e-12)
    assert result.cells.sum() == ROWS * COLUMNS


# The same to the last bit


@pytest.fixture
def expected(make_raster, run, case):
    """One worker, the whole raster at once."""
    path = make_raster(case.values, case.geotransform, case.crs, nodata=2, name="expected.tif")
    result = run(path, case.rings, range(5), workers=1)
    np.testing.assert_array_equal(result.cells, np.bincount(case.zone.ravel()))
    return result


BUDGETS = {
    "tiles narrower than a row": 2 * 3 * 2 * 20,  # 20 cells for each of 4 tasks of 3 bytes a cell
    "one row": 2 * 3 * 2 * COLUMNS,
    "seven rows": 2 * 3 * 2 * COLUMNS * 7,
    "whole": 2**30,
}


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=BUDGETS)
def test_any_budget(make_raster, run, case, expected, budget):
    path = make_raster(case.values, case.geotransform, case.crs, nodata=2)
    assert_same_bits(run(path, case.rings, range(5), workers=2, budget=budget), expected)


LAYOUTS = {
    "strips": [],
    "one strip": ["BLOCKYSIZE=61"],
    "tiles": ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=32"],
    "compressed tiles": ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "COMPRESS=DEFLATE", "PREDICTOR=2"],
    "sparse": ["SPARSE_OK=YES", "COMPRESS=LZW"],
}


@pytest.mark.parametrize("budget", [2 * 3 * 2 * 600, 2**30])
@pytest.mark.parametrize("options", LAYOUTS.values(), ids=LAYOUTS)
def test_any_layout_of_the_file(make_raster, run, case, expected, options, budget):
    path = make_raster(case.values, case.geotransform, case.crs, nodata=2, options=options)
    assert_same_bits(run(path, case.rings, range(5), workers=2, budget=budget), expected)


@pytest.mark.parametrize("budget", [2 * 3 * 2 * 600, 2**30])
def test_a_virtual_raster(make_raster, make_vrt, run, case, expected, budget):
    path = make_vrt(make_raster(case.values, case.geotransform, case.crs, nodata=2))
    assert_same_bits(run(path, case.rings, range(5), workers=2, budget=budget), expected)


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_any_type_of_the_codes(make_raster, run, case, expected, dtype):
    path = make_raster(case.values.astype(dtype), case.geotransform, case.crs, nodata=2)
    assert_same_bits(run(path, case.rings, range(5), budget=2 * 9 * 2 * 600), expected)


def test_a_mask_instead_of_nodata(make_raster, run, case, expected):
    values = np.where(case.values == 2, 7, case.values).astype(np.uint8)
    path = make_raster(values, case.geotransform, case.crs, mask=case.values != 2)
    assert_same_bits(run(path, case.rings, range(5), workers=2, budget=2 * 3 * 2 * 600), expected)


@pytest.mark.parametrize("known", [(), (0, 1, 3, 4, 5, 6, 7, 8), (8, 0, 8)])
def test_codes_known_or_found(make_raster, run, case, expected, known):
    path = make_raster(case.values, case.geotransform, case.crs, nodata=2)
    found = run(path, case.rings, known, workers=2, budget=2 * 3 * 2 * 600)
    assert expected.values.tolist() == list(range(9))
    listed = np.isin(expected.values, found.values)
    assert expected.values[~listed].tolist() == [2]  # nodata, listed only because it was known
    assert not expected.area_m2[:, ~listed].any()
    assert_same_bits(found, expected._replace(values=found.values, area_m2=expected.area_m2[:, listed]))


def test_windows_of_one_cell(make_raster, run):
    values = np.random.default_rng(10).integers(0, 4, (9, 13)).astype(np.uint8)
    rings = [[(100, 47), (101.125, 47), (102, 44.5), (100, 44.5)], [(101.125, 47), (103.5, 47), (102, 44.5)]]
    path = make_raster(values, GEOGRAPHIC, nodata=2)
    assert_same_bits(run(path, rings, range(3), budget=1), run(path, rings, range(3), workers=1))


def test_a_given_pool_of_threads(make_raster, run, case, expected):
    path = make_raster(case.values, case.geotransform, case.crs, nodata=2)
    with ThreadPoolExecutor(3) as pool:
        assert_same_bits(run(path, case.rings, range(5), executor=pool, budget=5000), expected)


@pytest.fixture(scope="module")
def processes():
    # A process that is started anew knows `landcarbon` only after the conftest has registered it.
    with ProcessPoolExecutor(
        2, mp_context=get_context("spawn"), initializer=runpy.run_path, initargs=(str(ROOT_CONFTEST),)
    ) as pool:
        yield pool


def test_a_pool_of_processes(make_raster, run, case, expected, processes):
    path = make_raster(case.values, case.geotransform, case.crs, nodata=2)
    assert_same_bits(run(path, case.rings, range(5), executor=processes, budget=20000), expected)


def test_an_error_in_a_process_is_as_clear_as_in_a_thread(count, processes):
    with pytest.raises(InputDataError, match=r"cover\.tif holds 1\.5, which is no class code"):
        count(np.array([[1, 1.5]]), executor=processes)


def test_overlaps_do_not_depend_on_the_blocks(make_raster, run, case):
    path = make_raster(case.values, case.geotransform, case.crs)
    x0, dx, _, y0, _, dy = case.geotransform
    rings = [
        [(x0 + dx * c, y0 + dy * r) for c, r in corners]
        for corners in (
            [(5, 5), (40.5, 9), (30, 50.5)],
            [(20.5, 5.5), (60, 20), (9, 55)],
            [(0, 30), (80, 33), (70, 44)],
        )
    ]
    expected = run(path, rings, range(9), workers=1)
    assert set(expected.overlaps) == {(0, 1), (0, 2), (1, 2)}
    for budget in BUDGETS.values():
        assert_same_bits(run(path, rings, range(9), workers=2, budget=budget), expected)


def test_long_rows_and_many_parts(make_raster, run):
    # More than 2^17 cells in a window, more cells than a part, an odd number of columns, short and long runs.
    rng = np.random.default_rng(8)
    values = np.repeat(rng.integers(0, 4, (401, 167)), 9, axis=1).astype(np.uint8)
    values[::3] = rng.integers(0, 4, (134, 1503))
    geotransform = (100, 1 / 64, 0, 47, 0, -1 / 64)
    rings = [
        [(100 + c / 64, 47 - r / 64) for c, r in corners]
        for corners in (
            [(0, 0), (700.5, 0), (900, 401), (0, 401)],
            [(700.5, 0), (1503, 0), (1503, 401), (900, 401)],
        )
    ]
    path = make_raster(values, geotransform, options=["TILED=YES"])
    expected = run(path, rings, range(4), workers=1)
    cells = np.bincount(zone_of_cells(rings, geotransform, 401, 1503).ravel(), minlength=3)
    np.testing.assert_array_equal(expected.cells, cells)
    assert_same_bits(run(path, rings, range(4), workers=2, budget=2 * 2 * 3 * 1503), expected)
    assert_same_bits(run(path, rings, (), workers=2, budget=2 * 2 * 3 * 100_000), expected)


# Codes


def test_codes_are_listed_in_order_with_and_without_area(count):
    result = count(np.array([[7, 3, 3]], np.uint8), known=(200, 5, 3))
    assert table(result) == {3: [2.0], 5: [0.0], 7: [1.0], 200: [0.0]}


@pytest.mark.parametrize("known", [(), (-1, 4), (-32768,)])
def test_negative_codes(count, known):
    result = count(np.array([[-1, -32768, 4, -1]], np.int16), known=known)
    assert table(result) == {-32768: [1.0], -1: [2.0], 4: [1.0]}


@pytest.mark.parametrize("known", [(), (-2,)])
def test_signed_bytes(make_raster, run, known):
    values = np.array([[254, 254, 3, 128]], dtype=np.uint8)  # -2, -2, 3, -128
    path = make_raster(values, (0, 1, 0, 0, 0, -1), "EPSG:32650", options=["PIXELTYPE=SIGNEDBYTE"])
    assert table(run(path, [], known, planar=True)) == {-128: [1.0], -2: [2.0], 3: [1.0]}


@pytest.mark.parametrize("known", [(), (4294967295,), (-1,)])
def test_big_codes(count, known):
    found = table(count(np.array([[4294967295, 0, 4294967295]], np.uint32), known=known))
    assert found.pop(-1, [0.0]) == [0.0]
    assert found == {0: [1.0], 4294967295: [2.0]}


@pytest.mark.parametrize("known", [(), (2**53 - 1,)])
def test_whole_floats_up_to_two_to_the_53(count, known):
    assert table(count(np.array([[2.0**53 - 1, -5.0]]), known=known)) == {-5: [1.0], 2**53 - 1: [1.0]}


def test_known_codes_that_the_type_cannot_hold(count):
    result = count(np.array([[1, 44]], np.uint8), known=(-1, 1, 300))
    assert table(result) == {-1: [0.0], 1: [1.0], 44: [1.0], 300: [0.0]}


@pytest.mark.parametrize("value", [1.5, -0.25, 1e-9])
def test_a_value_that_is_no_code(count, value):
    with pytest.raises(InputDataError, match=r"cover\.tif holds .*, which is no class code"):
        count(np.array([[1, 2, value]]))


@pytest.mark.parametrize("value", [-3.4028234663852886e38, 1e20, -(2.0**63)])
def test_a_whole_number_too_big_for_a_code(count, value):
    # The usual undeclared nodata of float rasters is a whole number.
    with pytest.raises(InputDataError, match=r"cover\.tif holds .*, which is no class code"):
        count(np.array([[1, 2, value]]), known=(1,))


def test_a_value_that_is_no_code_is_fine_where_it_is_missing(count):
    result = count(np.array([[1, 0.5, np.nan, np.inf]]), nodata=0.5)
    assert table(result) == {1: [1.0]}
    assert result.nodata_m2.tolist() == [3.0]


def test_many_codes_in_many_units(make_raster, run, row_areas):
    # An elevation model taken for land cover: thousands of codes that nobody knows.
    values = np.arange(-3000, 3000).reshape(60, 100).astype(np.int16)
    rings = [[(100 + i, 40), (101 + i, 40), (101 + i, 10), (100 + i, 10)] for i in range(50)]
    result = run(make_raster(values), rings)
    np.testing.assert_array_equal(result.values, np.arange(-3000, 3000))
    area = row_areas(40 - 0.5 * np.arange(61), 0.5)
    np.testing.assert_allclose(result.area_m2.sum(axis=0), np.repeat(area, 100), rtol=1e-9)
    np.testing.assert_array_equal((result.area_m2 > 0).sum(axis=1), [120] * 50 + [0])


def test_a_code_only_beyond_the_pole_is_found_by_any_blocks(make_raster, run):
    # The first row lies past the pole, where cells have no area.
    values = np.array([[9, 9], [1, 2], [2, 1]], np.uint8)
    path = make_raster(values, (0, 1, 0, 91, 0, -1))
    expected = run(path, [], workers=1)
    assert expected.values.tolist() == [1, 2, 9]
    for budget in (1, 2 * 3 * 2 * 2, 2**30):
        assert_same_bits(run(path, [], workers=2, budget=budget), expected)


# Missing cells


def test_nodata_zero_is_no_class(count):
    result = count(np.array([[0, 1], [1, 0]], np.uint8), known=(0, 1), nodata=0)
    assert table(result) == {0: [0.0], 1: [2.0]}
    assert result.nodata_m2.tolist() == [2.0]


def test_without_nodata_zero_is_a_class(count):
    result = count(np.array([[0, 1], [1, 0]], np.uint8), known=(0, 1))
    assert table(result) == {0: [2.0], 1: [2.0]}
    assert result.nodata_m2.tolist() == [0.0]


@pytest.mark.parametrize("nodata", [-9999, 300, 0.5, float("nan"), float("inf")])
def test_nodata_that_the_type_cannot_hold(count, nodata):
    result = count(np.array([[0, 1, 255]], np.uint8), nodata=nodata)
    assert table(result) == {0: [1.0], 1: [1.0], 255: [1.0]}
    assert result.nodata_m2.tolist() == [0.0]


def test_missing_cells_belong_to_their_units(count):
    values = np.array([[5, 1, 5, 1], [5, 5, 1, 1]], np.uint8)
    result = count(values, [square(0, 0, 2, 2), square(2, 0, 3, 2)], nodata=5)
    assert result.nodata_m2.tolist() == [3.0, 1.0, 0.0]
    assert result.cells.tolist() == [4, 2, 2]


def test_nodata_and_a_mask(count):
    result = count(np.array([[1, 2, 3, 3]], np.uint8), known=(1,), nodata=1, mask=np.array([[1, 1, 0, 1]]))
    assert table(result) == {1: [0.0], 2: [1.0], 3: [1.0]}
    assert result.nodata_m2.tolist() == [2.0]


@pytest.mark.parametrize("known", [(), (1, 2)])
def test_all_nodata(count, known):
    result = count(np.full((3, 3), 7, np.uint8), [square(0, 0, 2, 2)], known, nodata=7)
    assert table(result) == {code: [0.0, 0.0] for code in known}
    assert result.nodata_m2.tolist() == [4.0, 5.0]


# Shapes and units


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (1, 2), (3, 3)])
@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_small_rasters(count, shape, dtype):
    result = count(np.full(shape, 3, dtype), [square(-1, -1, 100, 100)], known=(3,))
    assert table(result) == {3: [float(shape[0] * shape[1]), 0.0]}


def test_pairs_of_cells_of_different_units(count):
    # 8-bit codes are counted in pairs; narrow units make borders fall into a pair and between two.
    codes = np.random.default_rng(9).integers(0, 3, (5, 401)).astype(np.uint8)
    rings = [square(c, 0, c + w, 5) for c, w in [(1, 1), (2, 1), (5, 2), (7, 1), (10, 3), (399, 1), (400, 1)]]
    result = count(codes, rings, known=(0, 1, 2))
    for number, (left, wide) in enumerate([(1, 1), (2, 1), (5, 2), (7, 1), (10, 3), (399, 1), (400, 1)]):
        expected = np.bincount(codes[:, left : left + wide].ravel(), minlength=3)
        assert result.area_m2[number].tolist() == expected.tolist()
    assert result.area_m2.sum(axis=0).tolist() == np.bincount(codes.ravel(), minlength=3).tolist()


def test_no_units(count):
    result = count(np.array([[1, 2]], np.uint8))
    assert table(result) == {1: [1.0], 2: [1.0]}
    assert result.cells.tolist() == [2]


def test_a_unit_without_a_cell_and_one_without_geometry(make_raster, make_polygon):
    source = open_source(make_raster(np.ones((2, 2), np.uint8), (0, 1, 0, 0, 0, -1), "EPSG:32650"))
    tiny = make_polygon([(0.1, -0.1), (0.2, -0.1), (0.2, -0.2)])
    edges = zone_edges([tiny, None, make_polygon(square(0, 0, 1, 1))], source.grid)
    result = class_areas(source, edges, cell_areas(source.grid, planar=True))
    assert result.cells.tolist() == [0, 0, 1, 3]
    assert result.area_m2[:, 0].tolist() == [0.0, 0.0, 1.0, 3.0]


def test_units_that_overlap(count):
    # Columns 0-3, 2-5 and 3-6 of two rows: 2 and 3 are the first's, 4 and 5 the second's, 6 the third's.
    rings = [square(0, 0, 4, 2), square(2, 0, 6, 2), square(3, 0, 7, 2)]
    result = count(np.ones((2, 8), np.uint8), rings)
    assert result.cells.tolist() == [8, 4, 2, 2]
    assert result.area_m2[:, 0].tolist() == [8.0, 4.0, 2.0, 2.0]
    # 1 and 2: columns 2, 3; 1 and 3: column 3; 2 and 3: columns 4, 5, since column 3 is the first's
    assert result.overlaps == {(0, 1): 4.0, (0, 2): 2.0, (1, 2): 4.0}


def test_twice_the_same_unit(count):
    result = count(np.ones((2, 2), np.uint8), [square(0, 0, 2, 2)] * 2)
    assert result.area_m2[:, 0].tolist() == [4.0, 0.0, 0.0]
    assert result.overlaps == {(0, 1): 4.0}


# Broken files and cancels


@pytest.mark.parametrize("workers", [1, 2])
def test_a_truncated_file(make_raster, run, workers):
    values = np.random.default_rng(1).integers(0, 255, (256, 256)).astype(np.uint8)
    path = make_raster(values, options=["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"])
    os.truncate(path, os.path.getsize(path) * 6 // 10)
    before = gdal.GetUseExceptions()
    with pytest.raises(InputDataError, match=r"cover\.tif cannot be read at rows 1\d\d to \d+ \(.+\)"):
        run(path, [], workers=workers, budget=2 * 2 * 3 * 256 * 64)
    assert gdal.GetUseExceptions() == before


def test_a_cancel(make_raster, run):
    path = make_raster(np.ones((64, 64), np.uint8))

    def progress(fraction):
        if fraction >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(path, [], progress=progress, budget=5000)
