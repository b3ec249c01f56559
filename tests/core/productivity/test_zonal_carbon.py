"""Carbon of units against sums in numpy and exactextract, and the same to the last bit at any budget."""

import json
import runpy
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.productivity.zonal_carbon import zonal_carbon
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import close_sources, open_source
from osgeo import gdal, ogr

ROOT_CONFTEST = Path(__file__).resolve().parents[2] / "conftest.py"

ROWS, COLUMNS = 53, 71
GEOGRAPHIC = (100.0, 0.25, 0, 47.0, 0, -0.25)
UTM = (-200000.0, 20000.0, 0, 6000000.0, 0, -20000.0)  # far past the zone: the area factor varies
GRIDS = {"geographic": (GEOGRAPHIC, "EPSG:4326"), "UTM": (UTM, "EPSG:32650")}
COVERAGES = ("centre", "fraction")


def mesh(geotransform, seed=5):
    """Rings of 12 units with crooked shared borders, with a margin outside."""
    random = np.random.default_rng(seed)
    x0, dx, _, y0, _, dy = geotransform
    columns = np.array([3.2, 20.0, 33.7, 50.4, 68.9]) + random.uniform(-1.5, 1.5, (4, 5))
    rows = np.array([2.6, 18.3, 35.0, 50.2])[:, None] + random.uniform(-1.5, 1.5, (4, 5))
    x, y = x0 + columns * dx, y0 + rows * dy
    corners = lambda i, j: ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))  # noqa: E731
    return [[(x[at], y[at]) for at in corners(i, j)] for i in range(3) for j in range(4)]


def flux_values(seed=6):
    """NEP with a fifth of the cells missing (NaN), negative ones among the others."""
    random = np.random.default_rng(seed)
    values = random.normal(80, 150, (ROWS, COLUMNS)).astype(np.float32)
    values[random.random(values.shape) < 0.2] = np.nan
    return values


@pytest.fixture(autouse=True)
def no_open_files():
    yield
    close_sources()


@pytest.fixture
def flux(make_raster):
    """`flux(values, ...)`: the path of a flux raster; NaN = missing, as nodata -9999."""

    def make(
        values, geotransform=GEOGRAPHIC, crs="EPSG:4326", name="nep.tif", unit="", scale=None, **options
    ):
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), -9999, values).astype(values.dtype)
            options = {"nodata": -9999.0} | options
        path = make_raster(values, geotransform, crs, name=name, **options)
        if unit or scale:
            raster = gdal.Open(path, gdal.GA_Update)
            raster.GetRasterBand(1).SetUnitType(unit)
            if scale:
                raster.GetRasterBand(1).SetScale(scale[0])
                raster.GetRasterBand(1).SetOffset(scale[1])
            del raster
        return path

    return make


@pytest.fixture
def run(make_polygon):
    """`run(path, rings, ...)`: carbon of units of one ring each; several paths are years from 2001 on."""

    def compute(paths, rings, coverage="centre", planar=False, **options):
        paths = [paths] if isinstance(paths, str) else paths
        series = [(2001 + i, open_source(path)) for i, path in enumerate(paths)]
        polygons = [ring if ring is None or isinstance(ring, bytes) else make_polygon(ring) for ring in rings]
        units = [f"u{i}" for i in range(len(rings))]
        areas = cell_areas(series[0][1].grid, planar)
        return zonal_carbon(series, polygons, units, areas, coverage, **options)

    return compute


@pytest.fixture
def small(flux, run):
    """`small(values, rings, ...)`: the same on a planar grid of cells of 100 m, so of 1 ha."""

    def compute(values, rings, coverage="centre", unit="", scale=None, nodata=None, mask=None, **options):
        values = np.atleast_2d(values)
        grid = (0, 100, 0, 0, 0, -100)
        given = {"mask": mask} | ({} if nodata is None else {"nodata": nodata})
        path = flux(values, grid, "EPSG:32650", unit=unit, scale=scale, **given)
        return run(path, rings, coverage, planar=True, **options)

    return compute


def rectangle(left, top, right, bottom):
    """A ring on the grid of `small`, in columns and rows."""
    return [(100 * x, -100 * y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]


def texts(found):
    return [note.text for note in found.notes]


def assert_same_bits(one, other):
    assert np.array_equal(one.area_ha, other.area_ha, equal_nan=True)
    assert np.array_equal(one.cells, other.cells)
    for mine, theirs in zip(one.years, other.years, strict=True):
        assert mine.year == theirs.year
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine[1:], theirs[1:], strict=True))
    assert texts(one) == texts(other)


# By hand


def test_centre_by_hand(small):
    # Cells of 1 ha: 1 g/m2 is 0.01 t/ha
    found = small(np.float32([[100, 200, -50, 400]]), [rectangle(0, 0, 2, 1), rectangle(2, 0, 4, 1)])
    assert found.area_ha.tolist() == [2, 2]
    assert found.cells.tolist() == [2, 2]
    (year,) = found.years
    assert year.mean_gm2.tolist() == [150, 175]
    assert year.cs_t.tolist() == [3, 3.5]
    assert year.valid_pct.tolist() == [100, 100]


def test_fraction_by_hand(small):
    # A quarter of the first cell, all of the second, half of the third
    found = small(
        np.float32([[100, 200, -50, 400]]), [rectangle(0.5, 0.5, 1, 1), rectangle(1, 0, 2.5, 1)], "fraction"
    )
    assert found.area_ha.tolist() == [0.25, 1.5]
    (year,) = found.years
    assert year.cs_t.tolist() == [0.25 * 1, 2 - 0.5 * 0.5]
    assert year.mean_gm2.tolist() == [100, 175 / 1.5]


def test_a_negative_sum_is_given_as_it_is(small):
    found = small(np.float32([[-100, 40]]), [rectangle(0, 0, 2, 1)])
    assert found.years[0].cs_t.tolist() == [-0.6]
    assert found.years[0].mean_gm2.tolist() == [-30]


def test_missing_cells_add_nothing(small):
    found = small(np.float32([[100, np.nan, np.nan, 300]]), [rectangle(0, 0, 4, 1)])
    (year,) = found.years
    assert year.valid_pct.tolist() == [50]
    assert year.mean_gm2.tolist() == [200]
    assert year.cs_t.tolist() == [4]
    assert found.area_ha.tolist() == [4]
    (text,) = (text for text in texts(found) if "no data" in text)
    assert text.startswith("2001: 2 ha in 1 units have no data and add nothing to cs_t; nothing is extrapol")
    assert text.endswith("u0 (50 %).")


def test_missing_parts_of_cells(small):
    found = small(np.float32([[100, np.nan]]), [rectangle(0.5, 0, 1.25, 1)], "fraction")
    assert found.years[0].valid_pct.tolist() == [pytest.approx(100 * 0.5 / 0.75, rel=1e-12)]
    assert found.years[0].cs_t.tolist() == [0.5]


def test_mass_of_carbon_dioxide(small):
    found = small(np.float32([[120]]), [rectangle(0, 0, 1, 1)], mass="t CO2")
    assert found.years[0].cs_t.tolist() == [pytest.approx(1.2 * 44 / 12, rel=1e-15)]
    assert found.years[0].mean_gm2.tolist() == [120]


def test_a_hole_and_two_parts(small, make_polygon):
    hole = rectangle(1, 1, 2, 2)
    unit = make_polygon(parts=[[rectangle(0, 0, 3, 3), hole], [rectangle(4, 0, 5, 1)]])
    values = np.float32([[1, 2, 4, 8, 16], [32, 64, 128, 256, 512], [1024, 2048, 4096, 8192, 16384]])
    for coverage in COVERAGES:
        found = small(values, [unit], coverage)
        assert found.area_ha.tolist() == [9]
        assert found.years[0].cs_t.tolist() == [(1 + 2 + 4 + 32 + 128 + 1024 + 2048 + 4096 + 16) / 100]


def test_a_unit_smaller_than_a_cell(small):
    inside = rectangle(0.2, 0.2, 0.45, 0.4)
    found = small(np.float32([[100]]), [inside, rectangle(0, 0, 1, 1)])
    assert np.isnan(found.years[0].cs_t[0])
    assert "1 units hold no cell centre of the raster, and are kept without values: u0." in texts(found)[1]
    found = small(np.float32([[100]]), [inside], "fraction")
    assert found.area_ha.tolist() == [pytest.approx(0.05, rel=1e-11)]
    assert found.years[0].cs_t.tolist() == [pytest.approx(0.05, rel=1e-11)]


# Against independent sums


def inside(ring, geotransform):
    """Which cells have their centre in a ring, by the parity of crossings; no centre is on a border here."""
    x0, dx, _, y0, _, dy = geotransform
    corners = [((x - x0) / dx, (y - y0) / dy) for x, y in ring]
    column, row = np.meshgrid(np.arange(COLUMNS) + 0.5, np.arange(ROWS) + 0.5)
    odd = np.zeros((ROWS, COLUMNS), dtype=bool)
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if y1 != y2:
            between = (row >= min(y1, y2)) & (row < max(y1, y2))
            odd ^= between & (x1 + (row - y1) / (y2 - y1) * (x2 - x1) <= column)
    return odd


@pytest.fixture(scope="module")
def cell_areas_m2():
    """Area of every cell of a grid, from a closed form where there is one."""

    def areas(name, row_areas):
        if name == "geographic":
            by_row = row_areas(47.0 - 0.25 * np.arange(ROWS + 1), 0.25)
            return np.broadcast_to(by_row[:, None], (ROWS, COLUMNS))
        from landcarbon.core.raster.grid import Grid
        from osgeo import osr

        crs = osr.SpatialReference()
        crs.ImportFromEPSG(32650)
        grid = Grid(COLUMNS, ROWS, UTM, crs.ExportToWkt())
        return cell_areas(grid).window_ha(0, ROWS, 0, COLUMNS) * 1e4

    return areas


@pytest.mark.parametrize("grid", GRIDS)
def test_centre_equals_sums_in_numpy(flux, run, cell_areas_m2, row_areas, grid):
    geotransform, crs = GRIDS[grid]
    values, area_m2 = flux_values(), cell_areas_m2(grid, row_areas)
    found = run(flux(values, geotransform, crs), mesh(geotransform))
    (year,) = found.years
    for unit, ring in enumerate(mesh(geotransform)):
        cells = inside(ring, geotransform)
        valid = cells & np.isfinite(values)
        grams = (values[valid].astype(float) * area_m2[valid]).sum()
        assert found.cells[unit] == cells.sum()
        assert found.area_ha[unit] == pytest.approx(area_m2[cells].sum() / 1e4, rel=1e-9)
        assert year.cs_t[unit] == pytest.approx(grams / 1e6, rel=1e-9)
        assert year.mean_gm2[unit] == pytest.approx(grams / area_m2[valid].sum(), rel=1e-9)
        share = area_m2[valid].sum() / area_m2[cells].sum()
        assert year.valid_pct[unit] == pytest.approx(100 * share, rel=1e-9)


@pytest.fixture
def exactextract(make_polygon, tmp_path):
    """`exactextract(path, rings)`: share of every cell of every unit, (units, rows, columns)."""
    package = pytest.importorskip("exactextract")

    def extract(path, rings):
        features = []
        for number, ring in enumerate(rings):
            geometry = ogr.CreateGeometryFromWkb(make_polygon(ring))
            shape = json.loads(geometry.ExportToJson(["COORDINATE_PRECISION=17"]))
            features.append({"type": "Feature", "id": number, "properties": {}, "geometry": shape})
        shares = np.zeros((len(rings), ROWS * COLUMNS))
        found = package.exact_extract(path, features, ["cell_id", "coverage"])
        for number, feature in enumerate(found):
            properties = feature["properties"]
            shares[number, np.asarray(properties["cell_id"])] = properties["coverage"]
        return shares.reshape(-1, ROWS, COLUMNS)

    return extract


@pytest.mark.parametrize("grid", GRIDS)
def test_fraction_equals_the_shares_of_exactextract(flux, run, cell_areas_m2, row_areas, exactextract, grid):
    geotransform, crs = GRIDS[grid]
    values, area_m2 = flux_values(), cell_areas_m2(grid, row_areas)
    whole = flux(np.where(np.isnan(values), 0, values), geotransform, crs, name="whole.tif")
    shares = exactextract(whole, mesh(geotransform)) * area_m2
    found = run(flux(values, geotransform, crs), mesh(geotransform), "fraction")
    (year,) = found.years
    valid = np.isfinite(values)
    grams = (shares * np.where(valid, values, 0).astype(float)).sum(axis=(1, 2))
    # exactextract keeps shares as float32
    np.testing.assert_allclose(found.area_ha, shares.sum(axis=(1, 2)) / 1e4, rtol=1e-7)
    np.testing.assert_allclose(year.cs_t, grams / 1e6, rtol=1e-6)
    np.testing.assert_allclose(year.mean_gm2, grams / (shares * valid).sum(axis=(1, 2)), rtol=1e-6)


@pytest.mark.parametrize("coverage", COVERAGES)
@pytest.mark.parametrize("grid", GRIDS)
def test_units_without_gaps_sum_to_the_unit_around_them(flux, run, grid, coverage):
    geotransform, crs = GRIDS[grid]
    x0, dx, _, y0, _, dy = geotransform
    left, right = [
        [(x0 + c * dx, y0 + r * dy) for c, r in half]
        for half in (
            ((2.3, 1.7), (30.1, 1.7), (41.9, 50.6), (2.3, 50.6)),
            ((30.1, 1.7), (68.8, 1.7), (68.8, 50.6), (41.9, 50.6)),
        )
    ]
    around = [left[0], right[1], right[2], left[3]]
    path = flux(flux_values(), geotransform, crs)
    parts, whole = run(path, [left, right], coverage), run(path, [around], coverage)
    assert parts.area_ha.sum() == pytest.approx(whole.area_ha[0], rel=1e-14)
    assert parts.years[0].cs_t.sum() == pytest.approx(whole.years[0].cs_t[0], rel=1e-12)


# The same to the last bit


@pytest.fixture(params=[(grid, coverage) for grid in GRIDS for coverage in COVERAGES], ids="-".join)
def case(request, flux):
    """A path, its units and coverage."""
    grid, coverage = request.param
    return flux(flux_values(), *GRIDS[grid]), mesh(GRIDS[grid][0]), coverage


@pytest.mark.parametrize(("budget", "workers"), [(5_000, 1), (20_000, 3), (200_000, 2), (2_000_000, 3)])
def test_any_budget_and_threads(run, case, budget, workers):
    assert_same_bits(run(*case, workers=workers, budget=budget), run(*case, workers=1, budget=2**30))


@pytest.mark.parametrize(
    "options", [["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=32"], ["BLOCKYSIZE=53", "COMPRESS=LZW"]]
)
def test_any_layout_of_the_file(flux, run, make_vrt, options):
    for coverage in COVERAGES:
        expected = run(flux(flux_values()), mesh(GEOGRAPHIC), coverage)
        path = flux(flux_values(), options=options, name="nep.tif")
        assert_same_bits(run(path, mesh(GEOGRAPHIC), coverage, budget=20_000), expected)
        close_sources()


def test_a_virtual_raster(flux, run, make_vrt):
    path = flux(flux_values())
    expected, found = (run(one, mesh(GEOGRAPHIC), "fraction") for one in (path, make_vrt(path, "nep.vrt")))
    assert found.years[0].cs_t.tolist() == expected.years[0].cs_t.tolist()


def test_a_given_pool_of_threads(run, case):
    with ThreadPoolExecutor(3) as pool:
        assert_same_bits(run(*case, executor=pool, budget=30_000), run(*case))


def test_a_pool_of_processes(run, case):
    # A process that is started anew knows `landcarbon` only after the conftest has registered it.
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=runpy.run_path, initargs=(str(ROOT_CONFTEST),)
    ) as pool:
        assert_same_bits(run(*case, executor=pool, budget=60_000), run(*case))


def test_order_of_units_does_not_matter(run, case):
    path, rings, coverage = case
    back = run(path, rings[::-1], coverage)
    assert run(path, rings, coverage).years[0].cs_t.tolist() == back.years[0].cs_t[::-1].tolist()


# Several years


def test_several_years_are_those_one_by_one(flux, run):
    paths = [flux(flux_values(seed), name=f"nep_{seed}.tif") for seed in (1, 2, 3)]
    for coverage in COVERAGES:
        together = run(paths, mesh(GEOGRAPHIC), coverage)
        assert [year.year for year in together.years] == [2001, 2002, 2003]
        for year, path in zip(together.years, paths, strict=True):
            (alone,) = run(path, mesh(GEOGRAPHIC), coverage).years
            assert all(np.array_equal(a, b) for a, b in zip(year[1:], alone[1:], strict=True))


# Missing cells and values


NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "nodata"),
    [
        (np.float32([[5, -9999]]), -9999.0),
        (np.float32([[5, NAN]]), None),
        (np.float32([[5, NAN]]), NAN),
        (np.float32([[5, np.inf]]), None),
        (np.float32([[5, 0]]), 0.0),
        (np.float64([[5, -1.7e308]]), -1.7e308),
        (np.int16([[5, -32768]]), -32768.0),
        (np.uint8([[5, 255]]), 255.0),
    ],
)
def test_all_kinds_of_nodata(make_raster, run, values, nodata):
    path = make_raster(values, (0, 100, 0, 0, 0, -100), "EPSG:32650", nodata=nodata)
    found = run(path, [rectangle(0, 0, 2, 1)], planar=True)
    assert found.years[0].valid_pct.tolist() == [50]
    assert found.years[0].mean_gm2.tolist() == [5]


def test_a_mask(small):
    found = small(np.int16([[7, 9]]), [rectangle(0, 0, 2, 1)], mask=np.array([[False, True]]))
    assert found.years[0].mean_gm2.tolist() == [9]


def test_scale_and_offset_of_the_band(small):
    found = small(np.int16([[1000, 2000]]), [rectangle(0, 0, 2, 1)], scale=(0.1, -20.0))
    assert found.years[0].mean_gm2.tolist() == [pytest.approx(150 - 20, rel=1e-9)]


def test_all_missing_in_a_unit_is_no_value(small):
    found = small(np.float32([[NAN, 7]]), [rectangle(0, 0, 1, 1), rectangle(1, 0, 2, 1)])
    (year,) = found.years
    assert np.isnan(year.cs_t[0]) and np.isnan(year.mean_gm2[0])
    assert year.valid_pct.tolist() == [0, 100]
    assert "2001: 1 units have no data, and are kept without values: u0." in texts(found)


def test_a_year_without_any_value_in_the_units_is_an_error(small):
    with pytest.raises(InputDataError, match=r"nep\.tif has only missing cells in the units"):
        small(np.float32([[NAN, 7]]), [rectangle(0, 0, 1, 1)])


# Units on the grid


def test_units_without_geometry_are_kept(small):
    found = small(np.float32([[50]]), [None, rectangle(0, 0, 1, 1)])
    assert np.isnan(found.area_ha[0]) and np.isnan(found.years[0].cs_t[0])
    assert found.years[0].cs_t[1] == 0.5


@pytest.mark.parametrize("coverage", COVERAGES)
def test_no_unit_on_the_raster_is_an_error(small, coverage):
    with pytest.raises(InputDataError, match=r"No unit holds a cell of the raster nep\.tif; check the coord"):
        small(np.float32([[50]]), [rectangle(5, 5, 8, 8)], coverage)


@pytest.mark.parametrize("coverage", COVERAGES)
def test_overlaps_are_an_error_that_names_both_and_the_area(small, coverage):
    rings = [rectangle(0, 0, 3, 1), rectangle(1, 0, 4, 1)]
    with pytest.raises(InputDataError, match=r"Units overlap: 'u0' and 'u1' \(2 ha\)"):
        small(np.float32([[1, 2, 4, 8]]), rings, coverage)
    found = small(np.float32([[1, 2, 4, 8]]), rings, coverage, overlap="first")
    assert found.years[0].cs_t.tolist() == [0.07, 0.08]
    assert "the first unit got the cells: 'u0' and 'u1' (2 ha)" in "\n".join(texts(found))


def test_overlaps_on_a_projected_grid(flux, run):
    x0, dx, _, y0, _, dy = UTM
    rings = [
        [(x0 + c * dx, y0 + r * dy) for c, r in ((a, 2), (a + 10, 2), (a + 10, 12), (a, 12))] for a in (5, 9)
    ]
    path = flux(flux_values(), UTM, "EPSG:32650")
    area_ha = cell_areas(open_source(path).grid).window_ha(2, 10, 9, 6).sum()
    for coverage in COVERAGES:
        with pytest.raises(InputDataError, match="Units overlap") as error:
            run(path, rings, coverage)
        assert f"({area_ha:,.0f} ha)" in str(error.value)


def test_a_border_that_crosses_itself_is_an_error_of_fractions(small):
    bow_tie = [(0, 0), (300, -300), (300, 0), (0, -300)]
    values = np.full((3, 3), 5, dtype=np.float32)
    with pytest.raises(InputDataError, match="The border of 'u0' crosses itself"):
        small(values, [bow_tie], "fraction")
    assert small(values, [bow_tie]).cells[0] > 0


def test_a_coarse_grid_is_warned_of(small):
    found = small(np.full((10, 20), 50, np.float32), [rectangle(0, 0, 9, 11), rectangle(9, 0, 19, 10)])
    assert "The grid is coarse for 1 units, which hold fewer than 100 cells: u0 (90)." in texts(found)


def test_units_beyond_the_raster_are_warned_of(small):
    found = small(np.full((10, 10), 50, np.float32), [rectangle(-3, 0, 5, 10), rectangle(5, 0, 10, 10)])
    assert "1 units reach beyond the raster, and only what is on it is counted: u0." in texts(found)


# Units of measure


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("g C/m2", 1),
        ("g C/m2/year", 1),
        ("kg C/m2", 1000),
        ("kg_C/m^2/year", 1000),
        ("t C/ha", 100),
        ("g CO2 m-2 yr-1", 12 / 44),
    ],
)
def test_a_unit_that_the_file_says_is_converted_and_said(small, unit, factor):
    found = small(np.float32([[0.5, 1.5]]), [rectangle(0, 0, 2, 1)], unit=unit)
    assert found.years[0].mean_gm2.tolist() == [pytest.approx(factor, rel=1e-7)]
    said = [text for text in texts(found) if "were multiplied by" in text]
    text = (
        f"nep.tif is in {unit}, as the file says; its values were multiplied by {factor:.10g} to be g C/m2."
    )
    assert said == ([text] if factor != 1 else [])


@pytest.mark.parametrize("unit", ["mm", "g C/m2/day", "kg/m2", "NDVI"])
def test_another_unit_is_warned_of_and_not_converted(small, unit):
    found = small(np.float32([[50]]), [rectangle(0, 0, 1, 1)], unit=unit)
    assert found.years[0].mean_gm2.tolist() == [50]
    assert f"The file says that nep.tif is in '{unit}', which is no mass of carbon" in texts(found)[0]


def test_a_file_without_a_unit_is_taken_as_grams_and_said(small):
    found = small(np.float32([[50]]), [rectangle(0, 0, 1, 1)])
    assert "nep.tif does not say its unit; it was taken as g C/m2." in texts(found)


def test_kilograms_without_a_unit_are_hinted_at(small):
    found = small(np.float32([[0.6, 1.1, -0.2]]), [rectangle(0, 0, 2, 1), rectangle(2, 0, 3, 1)])
    hint = "no unit has a mean flux of 2 g C/m2. If the raster is in kg C/m2, multiply it by 1000."
    assert hint in texts(found)[-1]
    found = small(np.float32([[0.5, 3]]), [rectangle(1, 0, 2, 1)])
    assert not any("multiply it" in text for text in texts(found))


@pytest.mark.parametrize("value", [2e5, -2e5, -3.4e38, 65535.0 * 100])
def test_a_flux_that_cannot_be_one_is_an_error(small, value):
    with pytest.raises(InputDataError, match=r"nep\.tif holds .* in 'u1', and no flux of a year is beyond"):
        small(np.float32([[50, value]]), [rectangle(0, 0, 1, 1), rectangle(1, 0, 2, 1)])


def test_the_error_tells_the_value_in_the_unit(small):
    values = np.float32([[9e5, 50, 2e5]])  # the first cell is in no unit
    for coverage in COVERAGES:
        with pytest.raises(InputDataError, match="holds 200000 in 'u0'"):
            small(values, [rectangle(1, 0, 2.6, 1)], coverage)


def test_such_a_flux_outside_all_units_does_not_matter(small):
    for coverage in COVERAGES:
        found = small(np.float32([[50, 3e38, 70]]), [rectangle(0, 0, 1, 1), rectangle(2, 0, 3, 1)], coverage)
        assert found.years[0].cs_t.tolist() == [0.5, 0.7]


def test_the_largest_flux_that_is_taken(small):
    assert small(np.float32([[1e5, -1e5]]), [rectangle(0, 0, 1, 1)]).years[0].cs_t.tolist() == [1000]


# Ends


def test_a_raster_without_coordinate_system_has_no_areas(flux, run):
    with pytest.raises(InputDataError, match="no coordinate system, so its cells have no area"):
        run(flux(flux_values(), crs=""), mesh(GEOGRAPHIC))


def test_a_truncated_file_is_named_with_its_rows(flux, run):
    path = flux(flux_values(), options=["COMPRESS=DEFLATE", "BLOCKYSIZE=4"])
    Path(path).write_bytes(Path(path).read_bytes()[:-4000])
    with pytest.raises(InputDataError, match=r"nep\.tif cannot be (read at rows|opened)"):
        run(path, mesh(GEOGRAPHIC), budget=20_000)


def test_a_cancel(flux, run):
    def progress(fraction):
        if fraction >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(flux(flux_values()), mesh(GEOGRAPHIC), progress=progress, budget=20_000)


def test_inputs_are_not_changed(flux, run):
    path = flux(flux_values())
    before = Path(path).read_bytes()
    run(path, mesh(GEOGRAPHIC), "fraction")
    assert Path(path).read_bytes() == before
