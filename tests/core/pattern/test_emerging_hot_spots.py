"""Patterns of hot and cold spots over the years: every rule, gaps, one set of weights."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.emerging_hot_spots import PATTERNS, emerging_hot_spots, patterns_of
from landcarbon.core.pattern.hot_spot import gi_star
from landcarbon.core.pattern.neighbourhood import Neighbourhood
from landcarbon.core.pattern.weights import contiguity
from landcarbon.core.trend.series import trends

H, C, o, N = 3.0, -2.0, 0.0, np.nan

RULES = [  # ten years, Z of Gi*'s trend, name
    ([o, o, o, o, o, o, o, o, o, H], 0.0, "New hot spot"),
    ([C, o, o, o, o, o, o, o, o, H], 0.0, "New hot spot"),
    ([o, o, o, o, o, o, o, o, H, H], 0.0, "Consecutive hot spot"),
    ([o, o, H, H, H, H, H, H, H, H], 9.0, "Consecutive hot spot"),
    ([H, H, H, H, H, H, H, H, H, H], 1.97, "Intensifying hot spot"),
    ([H, o, H, H, H, H, H, H, H, H], 1.97, "Intensifying hot spot"),
    ([H, H, H, H, H, H, H, H, H, H], 1.96, "Persistent hot spot"),
    ([H, H, H, H, H, H, H, H, H, H], -1.96, "Persistent hot spot"),
    ([o, H, H, H, H, H, H, H, H, H], 0.0, "Persistent hot spot"),
    ([H, H, H, H, H, H, H, H, H, H], -1.97, "Diminishing hot spot"),
    ([H, o, o, o, o, o, o, o, o, H], 0.0, "Sporadic hot spot"),
    ([o, H, H, o, H, H, H, H, H, H], 3.0, "Sporadic hot spot"),
    ([H, o, o, C, o, o, o, o, o, H], 0.0, "Oscillating hot spot"),
    ([H, H, H, H, H, H, H, H, H, o], -3.0, "Historical hot spot"),
    ([H, H, H, H, H, H, H, H, H, C], -3.0, "New cold spot"),
    ([H, H, H, H, H, H, H, H, o, o], 0.0, "No pattern"),
    ([o, o, o, o, o, o, o, o, o, o], 0.0, "No pattern"),
    ([1.0] * 10, 0.0, "No pattern"),  # 90 % is not enough
]


@pytest.mark.parametrize(("bins", "trend", "name"), RULES)
def test_rules_of_hot_spots(bins, trend, name):
    (code,) = patterns_of(np.array(bins)[:, None], np.array([trend]))
    assert PATTERNS[code] == name


@pytest.mark.parametrize(("bins", "trend", "name"), RULES)
def test_rules_of_cold_spots_mirror_them(bins, trend, name):
    (code,) = patterns_of(-np.array(bins)[:, None], np.array([-trend]))
    swapped = {"hot": "cold", "cold": "hot"}
    assert PATTERNS[code] == " ".join(swapped.get(word, word) for word in name.split())


def test_missing_years_break_no_run_and_count_for_no_share():
    bins = np.array([[o, H], [o, N], [H, H], [N, H], [H, H], [H, N]])
    assert [PATTERNS[code] for code in patterns_of(bins[:5], np.zeros(2))] == [
        "Consecutive hot spot",
        "Persistent hot spot",
    ]


def test_no_result_in_the_last_year_or_no_trend_is_no_pattern():
    bins = np.array([[H, H], [H, H], [H, H], [N, H]])
    assert np.isnan(patterns_of(bins, np.array([0.0, np.nan]))).all()


# From values


@pytest.fixture
def panel(grid, places_of):
    """Values of 5 x 5 squares in 6 years, year by year: a corner that gets ever hotter."""
    random = np.random.default_rng(3)
    values = random.normal(0, 1, (6, 25))
    values[:, [0, 1, 5, 6]] += 3 + 2 * np.arange(6)[:, None]
    return values, places_of(grid(5, 5))


def run(values, places, **options):
    years = np.repeat(np.arange(2015, 2015 + len(values)), values.shape[1])
    unit_of = np.tile(np.arange(values.shape[1]), len(values))
    return emerging_hot_spots(values.ravel(), years, unit_of, places, Neighbourhood(), **options)


def test_gi_star_and_its_trend(panel, grid):
    values, places = panel
    found = run(values, places)
    z = np.array([gi_star(of_year, contiguity(grid(5, 5))) for of_year in values])
    assert found.gi.z.reshape(6, 25) == pytest.approx(z, rel=1e-12)
    assert found.trend.z.tolist() == trends(z, np.arange(2015.0, 2021.0)).z.tolist()
    assert found.years.tolist() == list(range(2015, 2021))
    assert found.hot_years.tolist() == (found.gi.bins.reshape(6, 25) >= 2).sum(axis=0).tolist()
    assert found.hot_years[0] == 6


def test_order_of_rows_changes_nothing(panel):
    values, places = panel
    order = np.random.default_rng(9).permutation(150)
    years, unit_of = np.repeat(np.arange(2015, 2021), 25), np.tile(np.arange(25), 6)
    mixed = emerging_hot_spots(values.ravel()[order], years[order], unit_of[order], places, Neighbourhood())
    found = run(values, places)
    assert mixed.pattern.tolist() == found.pattern.tolist()
    assert mixed.gi.z == pytest.approx(found.gi.z[order], rel=1e-9)


def test_weights_are_those_of_all_units_also_where_a_year_lacks_some(panel, grid):
    values, places = panel
    values[2, 24] = np.nan
    found = run(values, places)
    kept = np.arange(24)
    expected = gi_star(values[2, :24], contiguity(grid(5, 5)).of(kept))
    assert found.gi.z.reshape(6, 25)[2, :24] == pytest.approx(expected, rel=1e-12)


def test_unit_with_too_few_years_is_named(panel):
    values, places = panel
    values[1:4, 7] = np.nan
    found = run(values, places)
    assert np.isnan(found.pattern[7])
    assert "1 units have Gi* in fewer than 5 years or not in 2020, and get no pattern: unit 7." in [
        note.text for note in found.notes
    ]


def test_year_without_values_is_left_out(panel):
    values, places = panel
    values[3] = np.nan
    found = run(values, places)
    assert found.years.tolist() == [2015, 2016, 2017, 2019, 2020]
    assert np.isfinite(found.pattern).all()


def test_three_years_are_too_few(panel):
    values, places = panel
    with pytest.raises(InputDataError, match="at least 4 dates, and there are 3"):
        run(values[:3], places)


def test_two_keys_of_one_unit(grid, places_of):
    places = places_of([*grid(3, 1), grid(3, 1)[0]])
    with pytest.raises(InputDataError, match="unit 0 and unit 3 have the same shape; if they are one unit"):
        run(np.random.default_rng(1).normal(size=(4, 4)), places)


def test_unit_without_a_shape_is_left_out(panel):
    values, places = panel
    polygons = [*places.polygons]
    polygons[3] = None
    points = places.points.copy()
    points[3] = np.nan
    found = run(values, places._replace(polygons=polygons, points=points))
    assert np.isnan(found.pattern[3])
    assert np.isfinite(found.pattern[[0, 24]]).all()


def test_two_units_with_a_shape_are_too_few(panel):
    values, places = panel
    points = np.full((25, 2), np.nan)
    points[:2] = places.points[:2]
    with pytest.raises(InputDataError, match="2 units have a value and a shape"):
        run(values, places._replace(points=points))
