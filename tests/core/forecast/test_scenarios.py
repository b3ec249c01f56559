"""Scenario tables: reading, regions, periods, and what is refused."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.forecast.scenarios import check_regions, periods, read_scenarios
from landcarbon.core.forecast.variables import STIRPAT_NAMES
from landcarbon.core.resources import read_preset
from landcarbon.core.tables import table_from_columns

COLUMNS = (
    *("scenario", "role", "variable", "from_year", "to_year", "kind", "statistic", "multiplier", "offset"),
    *("sign", "cap", "region"),
)


@pytest.fixture
def scenarios():
    """`scenarios(row, ...)`: of rows as dicts, for a model with the driver x."""

    def scenarios(*rows, variables=("x",)):
        plain = {"scenario": "s", "variable": "x", "to_year": 2060, "kind": "growth", "statistic": "mean"}
        rows = [plain | row for row in rows]
        table = table_from_columns("table", {name: [row.get(name) for row in rows] for name in COLUMNS})
        return read_scenarios(table, variables)

    return scenarios


def plan(scenarios, region=None, base=2020, last=2060):
    return [
        (first, end, rule.where)
        for first, end, rule in periods(scenarios.scenarios[0], "x", region, base, last)
    ]


def test_preset_has_the_three_scenarios_of_table_5():
    found = read_scenarios(read_preset("scenarios", "huo2025"), STIRPAT_NAMES)
    assert [(one.name, one.role) for one in found.scenarios] == [
        *(("low-carbon", "low"), ("baseline", "base"), ("high-carbon", "high"))
    ]
    assert all(len(one.rules) == 12 for one in found.scenarios)
    assert [found.of_role(role) for role in ("low", "base", "high")] == [0, 1, 2]


def test_every_row_of_the_preset_has_a_source():
    assert all(
        "10.1038/s41598-025-95156-x" in text for text in read_preset("scenarios", "huo2025").text("source")
    )


def test_min_mean_and_max_of_a_period_with_a_sign_are_sorted():
    found = read_scenarios(read_preset("scenarios", "huo2025"), STIRPAT_NAMES)
    ordered = {(rule.variable, rule.to_year) for one in found.scenarios for rule in one.rules if rule.ordered}
    assert ordered == {("W", 2030), ("TI", 2030)}


def test_preset_of_a_model_with_fewer_drivers():
    found = read_scenarios(read_preset("scenarios", "huo2025"), ("P", "W"))
    assert {rule.variable for rule in found.scenarios[0].rules} == {"P", "W"}
    assert "for IS, TI, UR, CEI are left out" in found.notes[0].text


def test_empty_first_year_is_the_base_year(scenarios):
    found = scenarios({"to_year": 2030}, {"from_year": 2030})
    assert plan(found, base=2015) == [(2015, 2030, "feature 1"), (2030, 2060, "feature 2")]


def test_periods_are_cut_at_the_base_and_the_last_year(scenarios):
    found = scenarios({"from_year": 2000, "to_year": 2030}, {"from_year": 2030, "to_year": 2100})
    assert plan(found) == [(2020, 2030, "feature 1"), (2030, 2060, "feature 2")]


def test_periods_that_are_over_are_left_out(scenarios):
    found = scenarios({"from_year": 2000, "to_year": 2020}, {"from_year": 2020})
    assert plan(found) == [(2020, 2060, "feature 2")]


def test_rows_may_be_in_any_order(scenarios):
    found = scenarios({"from_year": 2030}, {"to_year": 2030})
    assert plan(found) == [(2020, 2030, "feature 2"), (2030, 2060, "feature 1")]


def test_rows_of_a_region_replace_those_for_everywhere(scenarios):
    found = scenarios({}, {"region": "Shaanxi"})
    assert plan(found, "Shaanxi") == [(2020, 2060, "feature 2")]
    assert plan(found, "Gansu") == plan(found) == [(2020, 2060, "feature 1")]


def test_regions_without_units_are_warned_of(scenarios):
    notes = check_regions(scenarios({}, {"region": "Shanxi"}), ["Shaanxi", None])
    assert [note.text for note in notes] == ["1 regions of the scenarios hold no unit: Shanxi."]


@pytest.mark.parametrize(
    ("text", "sign"),
    [("+", 1), ("positive", 1), ("-", -1), ("\N{MINUS SIGN}", -1), ("Negative", -1), (None, 0)],
)
def test_signs(scenarios, text, sign):
    assert scenarios({"sign": text}).scenarios[0].rules[0].sign == sign


def test_a_cap_grows_at_the_mean_unless_told_otherwise(scenarios):
    rule = scenarios({"kind": "cap", "cap": 70.0, "statistic": None}).scenarios[0].rules[0]
    assert (rule.statistic, rule.cap) == ("mean", 70.0)


def test_an_offset_alone_is_the_number(scenarios):
    rule = scenarios({"statistic": None, "offset": 0.02}).scenarios[0].rules[0]
    assert (rule.statistic, rule.multiplier, rule.offset) == (None, 1.0, 0.02)


# Bad input


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"kind": "grow"}, "'grow' in column 'kind' is unknown; write growth, level, cap"),
        ({"kind": None}, "column 'kind' is empty"),
        ({"statistic": "median"}, "'median' in column 'statistic' is unknown; write min, mean, max"),
        ({"role": "medium"}, "'medium' in column 'role' is unknown; write low, base, high"),
        ({"sign": "up"}, "'up' in column 'sign' is unknown"),
        ({"variable": "y"}, "'y' is no driver of the model; its drivers are x"),
        ({"variable": None}, "column 'variable' is empty"),
        ({"scenario": None}, "column 'scenario' is empty"),
        ({"kind": "cap"}, "a cap needs a number above 0"),
        ({"kind": "cap", "cap": -5.0}, "a cap needs a number above 0"),
        ({"statistic": None}, "'growth' needs a statistic"),
        ({"to_year": None}, "'to_year' must be a year after 'from_year'"),
        ({"from_year": 2060}, "'to_year' must be a year after 'from_year'"),
        ({"to_year": 20.5}, "20.5 in column 'to_year' is no year"),
    ],
)
def test_cells_that_cannot_be_used_are_named(scenarios, row, message):
    with pytest.raises(InputDataError, match=f"table, feature 2: {message}"):
        scenarios({}, row)


def test_a_table_without_a_needed_column():
    with pytest.raises(InputDataError, match="table has no column kind; a scenario table has the columns"):
        read_scenarios(
            table_from_columns("table", {"scenario": ["s"], "variable": ["x"], "to_year": [9]}), ["x"]
        )


def test_a_driver_without_rows(scenarios):
    with pytest.raises(InputDataError, match="scenario 's' has no row for z, which the model needs"):
        scenarios({}, variables=("x", "z"))


def test_two_roles_of_a_scenario(scenarios):
    with pytest.raises(InputDataError, match="scenario 's' has the roles base, low"):
        scenarios({"role": "low"}, {"role": "base"})


def test_two_scenarios_of_a_role(scenarios):
    with pytest.raises(InputDataError, match="the scenarios s, t have the same role 'low'"):
        scenarios({"role": "low"}, {"role": "low", "scenario": "t"})


def test_rows_that_overlap(scenarios):
    found = scenarios({"to_year": 2035}, {"from_year": 2030})
    message = r"x: feature 1 \(2020-2035\) and feature 2 \(2030-2060\) overlap"
    with pytest.raises(InputDataError, match=message):
        plan(found)


def test_a_gap_between_rows(scenarios):
    with pytest.raises(InputDataError, match="Scenario 's', x: no row for 2030-2040"):
        plan(scenarios({"to_year": 2030}, {"from_year": 2040}))


def test_a_gap_at_the_start(scenarios):
    with pytest.raises(InputDataError, match="no row for 2020-2025"):
        plan(scenarios({"from_year": 2025}))


def test_a_gap_at_the_end(scenarios):
    with pytest.raises(InputDataError, match="no row for 2050-2060"):
        plan(scenarios({"to_year": 2050}))


def test_no_row_at_all_in_a_region(scenarios):
    with pytest.raises(InputDataError, match=r"Scenario 's' has no row for x \(Gansu\)"):
        plan(scenarios({"region": "Shaanxi"}), "Gansu")


def test_numbers_are_read_as_in_other_tables(scenarios):
    rule = scenarios({"multiplier": "1,5", "offset": "-0,01"}).scenarios[0].rules[0]
    assert (rule.multiplier, rule.offset) == (1.5, -0.01)
    assert np.isnan(rule.cap)
