"""Paths of drivers: statistics of a history, and growth, levels and caps by arithmetic."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.forecast.driver_paths import driver_paths, history_statistics
from landcarbon.core.forecast.scenarios import read_scenarios
from landcarbon.core.tables import table_from_columns


@pytest.fixture
def follow(make_history):
    """`follow(rows, values)`: path of x from 2020 to 2024 of a unit with values up to 2020, and the notes."""

    def follow(rows, values, last=2024, regions=None, years=None):
        plain = {"scenario": "s", "variable": "x", "to_year": last, "kind": "growth"}
        rows = [plain | row for row in rows]
        names = dict.fromkeys(name for row in rows for name in row)
        table = table_from_columns("table", {name: [row.get(name) for row in rows] for name in names})
        values = np.array(values, dtype=float)
        values = values[:, None] if values.ndim == 1 else values
        history = make_history({"x": values}, np.ones(values.shape), years=years)
        scenarios = read_scenarios(table, ("x",)).scenarios
        found = driver_paths(history, scenarios, regions or [None] * values.shape[1], 2020, last)
        return found.values[:, 0].transpose(0, 2, 1)[0], [note.text for note in found.notes]

    return follow


def test_rates_are_those_between_consecutive_observations():
    found = history_statistics(np.array([[100.0], [90.0], [108.0]]), np.array([2000, 2001, 2002]))
    np.testing.assert_allclose(found.rates[:, 0], [-0.1, 0.05, 0.2])
    np.testing.assert_allclose(found.levels[:, 0], [90.0, 298 / 3, 108.0])


def test_a_gap_is_bridged_by_the_yearly_rate_across_it():
    values = np.array([[100.0], [np.nan], [121.0], [121.0]])
    found = history_statistics(values, np.array([2000, 2001, 2002, 2003]))
    np.testing.assert_allclose(found.rates[:, 0], [0.0, 0.05, 0.1], atol=1e-12)


def test_one_observation_has_no_rate():
    assert np.isnan(history_statistics(np.array([[np.nan], [5.0]]), np.array([2000, 2001])).rates).all()


def test_growth_by_the_mean(follow):
    path, _ = follow([{"statistic": "mean"}], [100, 90, 108])
    np.testing.assert_allclose(path[0], 108 * 1.05 ** np.arange(5))


def test_growth_by_multiplier_and_offset(follow):
    path, _ = follow([{"statistic": "max", "multiplier": 0.5, "offset": -0.03}], [100, 90, 108])
    np.testing.assert_allclose(path[0], 108 * 1.07 ** np.arange(5))


def test_a_sign_takes_the_absolute_value_of_the_statistic_before_the_multiplier(follow):
    path, _ = follow([{"statistic": "mean", "sign": "negative", "multiplier": 1.2}], [100, 90, 108])
    np.testing.assert_allclose(path[0], 108 * 0.94 ** np.arange(5))


def test_with_a_sign_min_mean_and_max_are_sorted(follow):
    """Rates -0.2 and 0.5, mean 0.15: without sorting the mean would be the smallest."""
    rows = [{"scenario": name, "statistic": name, "sign": "positive"} for name in ("min", "mean", "max")]
    for first, rate in (("min", 0.15), ("mean", 0.2), ("max", 0.5)):
        order = sorted(rows, key=lambda row, first=first: row["scenario"] != first)
        path, _ = follow(order, [10, 8, 12])
        np.testing.assert_allclose(path[0], 12 * (1 + rate) ** np.arange(5))


def test_a_level_is_reached_in_a_straight_line(follow):
    path, _ = follow([{"kind": "level", "statistic": "max", "offset": 2.0}], [40, 50, 30])
    np.testing.assert_allclose(path[0], [30, 35.5, 41, 46.5, 52])


def test_a_period_cut_off_at_the_last_year_stays_straight(follow):
    path, _ = follow([{"kind": "level", "statistic": "max", "to_year": 2030}], [40, 50, 30])
    np.testing.assert_allclose(path[0], [30, 32, 34, 36, 38])


def test_growth_stops_at_the_cap(follow):
    path, notes = follow([{"kind": "cap", "cap": 70.0}], [50, 55, 60.5])
    np.testing.assert_allclose(path[0], [60.5, 66.55, 70, 70, 70])
    assert notes == []


def test_a_unit_above_the_cap_keeps_its_value_and_is_listed(follow):
    path, notes = follow([{"kind": "cap", "cap": 60.0}], [[50, 50], [55, 55], [60.5, 58]])
    np.testing.assert_allclose(path[0], [60.5] * 5)
    assert path[1, -1] == 60.0
    assert notes == ["1 units are above a cap of x and stay there: u0."]


def test_a_level_without_a_logarithm_keeps_the_value_and_is_listed(follow):
    path, notes = follow([{"kind": "level", "statistic": "min", "offset": -5.0}], [4, 6, 5])
    np.testing.assert_allclose(path[0], [5] * 5)
    assert notes[0].startswith("1 units would come to a level of x of 0 or less")
    assert notes[0].endswith("keep their value: u0.")


def test_rules_of_regions(follow):
    rows = [{"statistic": "mean"}, {"statistic": None, "offset": 0.5, "region": "R"}]
    path, _ = follow(rows, [[1, 1], [1.1, 1], [1.21, 1]], regions=[None, "R"])
    np.testing.assert_allclose(path[0], 1.21 * 1.1 ** np.arange(5))
    np.testing.assert_allclose(path[1], 1.5 ** np.arange(5))


def test_a_unit_without_a_value_in_the_base_year_has_no_path(follow):
    path, _ = follow([{"statistic": "mean"}], [[1, 1], [1.1, 2], [1.21, np.nan]])
    assert np.isfinite(path[0]).all()
    assert np.isnan(path[1]).all()


def test_years_after_the_base_year_do_not_count(follow):
    path, _ = follow([{"statistic": "max"}], [100, 110, 990], years=[2019, 2020, 2021])
    np.testing.assert_allclose(path[0], 110 * 1.1 ** np.arange(5))


def test_shrinking_by_everything_is_refused(follow):
    rows = [{"statistic": "min", "multiplier": 11.0}]
    with pytest.raises(InputDataError, match="x would shrink by 100 % a year or more in u0"):
        follow(rows, [100, 90, 108])
