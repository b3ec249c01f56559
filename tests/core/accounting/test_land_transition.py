"""Land transitions against a cross table in numpy, and the land-use budgets of both dates to the last bit."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pytest
from landcarbon.core.accounting.class_areas import class_areas
from landcarbon.core.accounting.classes import class_map
from landcarbon.core.accounting.coefficients import coefficient_table
from landcarbon.core.accounting.cross_areas import cross_areas
from landcarbon.core.accounting.land_transition import (
    land_transition,
    transition_rows,
    write_land_change,
)
from landcarbon.core.accounting.land_use_budget import budget_series
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import close_sources, open_source
from landcarbon.core.raster.zones import zone_edges
from landcarbon.core.tables import table_from_columns
from osgeo import gdal

PLANE = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)  # cells of 1 m2
GRIDS = {
    "geographic": ((100.0, 0.25, 0, 47.0, 0, -0.25), "EPSG:4326"),
    "projected": ((-200000.0, 20000.0, 0, 6000000.0, 0, -20000.0), "EPSG:32650"),  # the area factor varies
}
ROWS, COLUMNS = 41, 53
NODATA = 9
# Two values of one class, so that sums over codes are more than a copy
CLASSES = {1: "forest", 2: "forest", 3: "cropland", 4: "construction", 5: "water"}
COEFFICIENTS = {"forest": -0.6, "cropland": 0.5, "construction": 80.0, "water": -0.25}
NAN = float("nan")


class Case(NamedTuple):
    series: list
    edges: object
    areas: object
    units: tuple
    zone: np.ndarray  # of each cell, the last is outside


def ring(geotransform, left, top, right, bottom):
    x0, dx, _, y0, _, dy = geotransform
    return [
        (x0 + dx * c, y0 + dy * r) for c, r in ((left, top), (right, top), (right, bottom), (left, bottom))
    ]


@pytest.fixture(autouse=True)
def no_open_files():
    yield
    close_sources()


@pytest.fixture
def make_case(make_raster, make_polygon):
    """`make_case(before, after, boxes, ...)`: two rasters and units that are boxes of cells."""

    def make(before, after, boxes, geotransform=PLANE, crs="EPSG:32650", planar=True, options=()):
        series = []
        for year, values in ((2000, before), (2020, after)):
            values = np.atleast_2d(np.asarray(values))
            path = make_raster(
                values,
                geotransform,
                crs,
                nodata=NODATA,
                name=f"lc_{year}_{len(options)}.tif",
                options=options,
            )
            series.append((year, open_source(path)))
        grid = series[0][1].grid
        edges = zone_edges([make_polygon(ring(geotransform, *box)) for box in boxes], grid)
        zone = np.full(values.shape, len(boxes))
        for number, (left, top, right, bottom) in enumerate(boxes):
            zone[top:bottom, left:right] = number
        units = tuple(f"u{number}" for number in range(len(boxes)))
        return Case(series, edges, cell_areas(grid, planar), units, zone)

    return make


@pytest.fixture(params=GRIDS)
def large(request, make_case):
    """`large(options)`: random codes with long runs, missing cells and codes without a class."""
    rng = np.random.default_rng(3)
    before, after = (rng.choice([1, 2, 3, 4, 5, NODATA], (ROWS, COLUMNS)).astype(np.uint8) for _ in range(2))
    before[10:20, 5:40] = after[10:20, 5:40] = 3
    boxes = [(0, 0, 20, 21), (20, 0, 53, 21), (3, 21, 40, 38)]
    geotransform, crs = GRIDS[request.param]
    large = lambda options=(): make_case(before, after, boxes, geotransform, crs, False, options)  # noqa: E731
    large.before, large.after = before, after
    return large


def classes(of=None):
    of = CLASSES if of is None else of
    return class_map(table_from_columns("classes", {"value": list(of), "class": list(of.values())}))


def inputs(case, of=None, coefficients=COEFFICIENTS):
    """Class map, coefficients, and coefficients of the units."""
    columns = {"class": list(coefficients), "coefficient": list(coefficients.values())}
    table = coefficient_table(table_from_columns("rates", columns | {"per": ["t C/ha"] * len(coefficients)}))
    found = classes(of)
    return found, table, table.resolve(found.classes).for_units(len(case.units))


def run(case, of=None, coefficients=COEFFICIENTS, **more):
    return land_transition(
        case.series, case.edges, case.areas, *inputs(case, of, coefficients), case.units, **more
    )


def rows(case, found):
    return {row[:3]: row[3:] for row in transition_rows(found, case.units)}


# Right


def test_areas_are_those_of_a_cross_table(large):
    case = large()
    found = run(case)
    area_ha = np.broadcast_to(case.areas.window_ha(0, ROWS, 0, COLUMNS), (ROWS, COLUMNS))
    names = (*found.classes, None)
    of = CLASSES | {NODATA: None}
    expected = {}
    for zone, start, end, area in zip(
        case.zone.ravel(), large.before.ravel(), large.after.ravel(), area_ha.ravel(), strict=True
    ):
        if zone < len(case.units):
            key = zone, names.index(of[start]), names.index(of[end])
            expected[key] = expected.get(key, 0.0) + area
    assert len(expected) == 3 * 5 * 5  # every pair occurs
    for key, area in expected.items():
        assert found.area_ha[key] == pytest.approx(area, rel=1e-12)


def test_counts_of_cells_are_exact(make_case):
    rng = np.random.default_rng(4)
    before, after = (rng.integers(1, 6, (30, 30)).astype(np.uint8) for _ in range(2))
    case = make_case(before, after, [(0, 0, 30, 30)])
    codes = np.array(list(CLASSES))
    table = np.zeros((5, 5), dtype=int)
    np.add.at(table, (np.searchsorted(codes, before), np.searchsorted(codes, after)), 1)
    source = [one for _, one in case.series]
    cross = cross_areas(source, case.edges, case.areas, [codes, codes])
    assert case.areas.area_m2(cross.high, cross.low)[0, :-1, :-1].tolist() == table.tolist()


def test_rows_and_columns_are_the_class_areas_to_the_last_bit(large):
    case = large()
    sources = [source for _, source in case.series]
    counted = [class_areas(source, case.edges, case.areas, tuple(CLASSES)) for source in sources]
    cross = cross_areas(sources, case.edges, case.areas, [one.values for one in counted])
    for one, axis in zip(counted, (2, 1), strict=True):
        sums = case.areas.area_m2(cross.high.sum(axis=axis), cross.low.sum(axis=axis))
        assert (sums[:, :-1] == one.area_m2).all()
        assert (sums[:, -1] == one.nodata_m2).all()


def test_budgets_of_both_dates_are_those_of_the_land_use_budget_to_the_last_bit(large):
    case = large()
    expected, _ = budget_series(case.series, case.edges, case.areas, *inputs(case), case.units)
    for mine, theirs in zip(run(case).budgets, expected, strict=True):
        assert (mine.budget.class_area_ha == theirs.budget.class_area_ha).all()
        assert (mine.budget.net_t == theirs.budget.net_t).all()


def test_rows_and_columns_of_the_table_are_the_class_areas_of_the_budget(large):
    # The table rounds every area once, so sums of its rows differ by the last digits at most.
    found = run(large())
    for one, axis in zip(found.budgets, (2, 1), strict=True):
        np.testing.assert_allclose(found.area_ha.sum(axis=axis)[:, :-1], one.budget.class_area_ha, rtol=1e-13)


def test_effect_is_area_times_the_difference_of_coefficients(make_case):
    case = make_case([1, 1, 3, 3], [1, 4, 4, 1], [(0, 0, 4, 1)])
    ha = 1e-4
    assert rows(case, run(case)) == {
        ("u0", "forest", "forest"): (ha, 0.0),
        ("u0", "forest", "construction"): (ha, pytest.approx(80.6 * ha, rel=1e-14)),
        ("u0", "cropland", "construction"): (ha, pytest.approx(79.5 * ha, rel=1e-14)),
        ("u0", "cropland", "forest"): (ha, pytest.approx(-1.1 * ha, rel=1e-14)),
    }


def test_effects_sum_to_the_change_of_net_emission(make_case):
    rng = np.random.default_rng(5)
    before, after = (rng.integers(1, 6, (30, 30)).astype(np.uint8) for _ in range(2))
    found = run(make_case(before, after, [(0, 0, 10, 30), (10, 0, 30, 30)]))
    change = found.budgets[1].budget.net_t - found.budgets[0].budget.net_t
    np.testing.assert_allclose(found.effect_t[:, :-1, :-1].sum(axis=(1, 2)), change, rtol=1e-9)


def test_values_of_one_class_are_no_transition(make_case):
    case = make_case([1, 2], [2, 1], [(0, 0, 2, 1)])
    assert rows(case, run(case)) == {("u0", "forest", "forest"): (2e-4, 0.0)}


# The same to the last bit


def assert_same_bits(one, other):
    assert one.area_ha.tobytes() == other.area_ha.tobytes()
    assert one.effect_t.tobytes() == other.effect_t.tobytes()


@pytest.mark.parametrize("budget", [2 * 4 * 20 * 20, 2 * 4 * 20 * COLUMNS, 2**30])
@pytest.mark.parametrize("workers", [1, 3])
def test_any_budget_and_number_of_threads(large, budget, workers):
    case = large()
    assert_same_bits(run(case, budget=budget, workers=workers), run(case, workers=1))


def test_any_layout_of_the_file_and_a_given_pool(large):
    options = ("TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "COMPRESS=DEFLATE")
    with ThreadPoolExecutor(2) as pool:
        assert_same_bits(run(large(options), budget=20000, executor=pool), run(large(), workers=1))


def test_short_runs_are_counted_in_small_parts(large, monkeypatch):
    monkeypatch.setattr("landcarbon.core.accounting.class_areas._COUNTS_OF_A_PART", 1)
    case = large()
    parts = run(case)
    monkeypatch.undo()
    assert_same_bits(parts, run(case))


# Missing


def test_cell_without_data_at_one_date_has_an_empty_class_and_no_effect(make_case):
    case = make_case([1, NODATA, NODATA], [NODATA, 3, NODATA], [(0, 0, 3, 1)])
    found = run(case)
    made = rows(case, found)
    assert made.keys() == {("u0", "forest", None), ("u0", None, "cropland")}
    assert np.isnan([effect for _, effect in made.values()]).all()
    assert found.notes[-1].text.startswith("0.0002 ha in 1 units have a class at one of the two dates only")


def test_unit_without_a_cell_keeps_a_row(make_case):
    case = make_case([1, 1], [3, 3], [(0, 0, 2, 1), (7, 0, 9, 1)])
    assert list(transition_rows(run(case), case.units))[-1] == ("u1", None, None, None, None)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("zero", {("u0", "forest", "forest"): 0.0, ("u0", "forest", "unmapped"): 0.6e-4}),
        ("skip", {("u0", "forest", "forest"): 0.0, ("u0", "forest", None): NAN}),
    ],
)
def test_codes_without_a_class(make_case, policy, expected):
    case = make_case([1, 1], [1, 7], [(0, 0, 2, 1)])
    made = {key: effect for key, (_, effect) in rows(case, run(case, policy=policy)).items()}
    assert made == pytest.approx(expected, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize(("policy", "effect"), [("zero", 0.6e-4), ("skip", NAN)])
def test_classes_without_a_coefficient(make_case, policy, effect):
    case = make_case([1], [5], [(0, 0, 1, 1)])
    some = {name: rate for name, rate in COEFFICIENTS.items() if name != "water"}
    made = rows(case, run(case, coefficients=some, policy=policy))
    assert made["u0", "forest", "water"][1] == pytest.approx(effect, nan_ok=True)


# Bad input


def test_codes_without_a_class_are_an_error_unless_asked_for(make_case):
    with pytest.raises(InputDataError, match=r"no class for the raster values 7 \(0.0001 ha\)"):
        run(make_case([1, 1], [1, 7], [(0, 0, 2, 1)]))


def test_class_without_a_coefficient_is_an_error_unless_asked_for(make_case):
    with pytest.raises(InputDataError, match="No coefficient for class 'water'"):
        run(
            make_case([1], [5], [(0, 0, 1, 1)]),
            coefficients={"forest": -1.0, "cropland": 1.0, "construction": 2},
        )


def test_units_that_overlap_are_an_error_unless_asked_for(make_case):
    case = make_case([1, 1, 1], [3, 3, 3], [(0, 0, 2, 1), (1, 0, 3, 1)])
    with pytest.raises(InputDataError, match="Units overlap: 'u0' and 'u1'"):
        run(case)
    assert rows(case, run(case, overlap="first"))["u0", "forest", "cropland"][0] == 2e-4


# The raster


@pytest.fixture
def written(tmp_path):
    """`written(case, ...)`: codes and attribute table of the raster of changes."""

    def make(case, of=None, coefficients=COEFFICIENTS, **more):
        target = tmp_path / "change.tif"
        write_land_change(target, case.series, case.edges, run(case, of, coefficients), **more)
        raster = gdal.Open(str(target))
        table = raster.GetRasterBand(1).GetDefaultRAT()
        columns = {
            table.GetNameOfCol(j): [table.GetValueAsString(i, j) for i in range(table.GetRowCount())]
            for j in range(table.GetColumnCount())
        }
        assert raster.GetRasterBand(1).GetNoDataValue() == 0
        return raster.ReadAsArray(), columns

    return make


def test_codes_are_both_places_in_the_list_of_classes(make_case, written):
    # classes in their order: cropland 1, forest 2, water 3, construction 4; the last cell is outside
    case = make_case([[1, 3, 5, 4, 1]], [[3, 3, NODATA, 2, 3]], [(0, 0, 4, 1)])
    codes, columns = written(case)
    assert codes.tolist() == [[2001, 1001, 0, 4002, 0]]
    assert columns["Value"] == ["1001", "2001", "4002"]
    assert columns["Name"] == ["cropland -> cropland", "forest -> cropland", "construction -> forest"]
    assert columns["From"] == ["cropland", "forest", "construction"]
    assert [float(area) for area in columns["Area_ha"]] == [1e-4] * 3


@pytest.mark.parametrize("budget", [2 * 4 * 20 * 20, 2**30])
@pytest.mark.parametrize("workers", [1, 3])
def test_raster_has_the_areas_of_the_table(large, written, budget, workers):
    case = large()
    codes, columns = written(case, budget=budget, workers=workers)
    area_ha = np.broadcast_to(case.areas.window_ha(0, ROWS, 0, COLUMNS), codes.shape)
    assert sorted(set(codes.ravel()) - {0}) == [int(value) for value in columns["Value"]]
    for value, area in zip(columns["Value"], columns["Area_ha"], strict=True):
        assert float(area) == pytest.approx(area_ha[codes == int(value)].sum(), rel=1e-12)


def test_as_many_classes_as_codes_do_not_hold_are_refused(make_case, written):
    of = {value: f"c{value}" for value in range(10, 1010)}
    case = make_case(np.array([10, 11], np.int16), np.array([10, 11], np.int16), [(0, 0, 2, 1)])
    with pytest.raises(
        InputDataError, match="There are 1000 classes, and the codes of changes hold up to 999"
    ):
        written(case, of, dict.fromkeys(of.values(), 1.0))


def test_raster_without_a_pair_has_an_empty_attribute_table(make_case, written):
    codes, columns = written(make_case([1, NODATA], [NODATA, 1], [(0, 0, 2, 1)]))
    assert codes.tolist() == [[0, 0]]
    assert columns.get("Value", []) == []
