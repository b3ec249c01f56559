"""Neutrality zoning: every score of table 6, the sums, their natural breaks, and what cannot be scored."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.resources import read_preset
from landcarbon.core.tables import table_from_columns
from landcarbon.core.zoning.neutrality_rules import Rule, neutrality_rules, rule_preset, rule_presets
from landcarbon.core.zoning.neutrality_zoning import (
    neutrality_zones,
    scores_of,
    weighted_score,
    zone_names,
    zones_of,
)

# A unit for every column of table 6. Z: above 1.66, above 0, 0, below 0, below -1.66
UNITS = ("marked rise", "rise", "unchanged", "fall", "marked fall")
Z = (1.67, 1.66, 0.0, -1.66, -1.67)
CLASSES = (2, 1, 0, -1, -2)
FIELDS = {
    **{"cs": "cs_t", "nce": "cb", "ce": "ce_t", "ecc": "ecc", "esc": "esc"},
    **{"cf": "cf_ha", "ec": "ec_ha", "ed": "ed_ha"},
}
NAMES = tuple(FIELDS.values())
RISING, FALLING = [5, 4, 3, 2, 1], [1, 2, 3, 4, 5]
TABLE_6 = {
    **dict.fromkeys(("cs", "ecc", "esc", "ec"), RISING),
    **dict.fromkeys(("nce", "ce", "cf", "ed"), FALLING),
}


def table(name="trends", **columns):
    return table_from_columns(name, {key: list(values) for key, values in columns.items()})


def trend_table(units=UNITS, classes=CLASSES, z=Z, fields=NAMES):
    """The same trend of a unit in all fields."""
    return table(
        unit=[unit for _ in fields for unit in units],
        field=[field for field in fields for _ in units],
        z=list(z) * len(fields),
        **{"class": list(classes) * len(fields)},
    )


def rules(*rows, name="rules"):
    """A table of rules of (index, field, direction, weight)."""
    columns = zip(*rows, strict=True)
    return table(name, **dict(zip(("index", "field", "direction", "weight"), columns, strict=True)))


CS = (Rule("cs", "cs_t", True, 1.0),)
POTENTIAL = table("forecast", unit=UNITS, cep=[5, 4, 3, 2, 1])
INTENSITY = table("intensity", unit=UNITS, cli=[200.0, 180.0, 150.0, 130.0, 100.0])


def scores(found):
    return {one.rule.index: one.scores.tolist() for one in found.indices}


def texts(found):
    return [note.text for note in found.notes]


# Scores


@pytest.mark.parametrize("by_z_only", [False, True])
def test_every_score_of_table_6_is_reached(by_z_only):
    found = neutrality_zones(
        UNITS, rule_preset("huo2025"), trend_table(), POTENTIAL, INTENSITY, by_z_only=by_z_only
    )
    # CLI scaled over 100..200: 1, 0.8, 0.5, 0.3, 0
    assert scores(found) == {**TABLE_6, "cep": RISING, "cli": [5, 5, 3, 2, 1]}
    assert found.score.tolist() == [4 * a + 4 * b + c + d for a, b, c, d in
                                    zip(RISING, FALLING, RISING, [5, 5, 3, 2, 1], strict=True)]  # fmt: skip


@pytest.mark.parametrize(
    ("scaled", "score"),
    [(1.0, 5), (0.8, 5), (0.79, 4), (0.6, 4), (0.59, 3), (0.4, 3), (0.39, 2), (0.2, 2), (0.19, 1), (0.0, 1)],
)
def test_intensity_scores_by_equal_intervals_that_hold_their_lower_bound(scaled, score):
    rule = Rule("cli", None, True, 1.0)
    assert scores_of(rule, np.array([scaled])).tolist() == [score]
    assert scores_of(rule._replace(positive=False), np.array([scaled])).tolist() == [6 - score]


def test_rounding_of_the_scaling_does_not_move_an_intensity_below_its_bound():
    # (100.6 - 100) / (101 - 100) is 0.59999... in floating point
    cli = table("intensity", unit=["a", "b", "c"], cli=[100.0, 100.6, 101.0])
    assert (100.6 - 100.0) / 1.0 < 0.6
    only = (Rule("cli", None, True, 1.0),)
    assert scores(neutrality_zones("abc", only, intensity=cli, count=3))["cli"] == [1, 4, 5]


def test_equal_intensities_score_3():
    cli = table("intensity", unit=["a", "b"], cli=[150.0, 150.0])
    found = neutrality_zones(
        "ab",
        (*CS, Rule("cli", None, True, 1.0)),
        trend_table("ab", (2, -2), (2.0, -2.0)),
        intensity=cli,
        count=2,
    )
    assert scores(found)["cli"] == [3, 3]
    assert "All units have the same land use intensity; it scores 3." in texts(found)


def test_slope_sets_the_class_of_a_trend_unless_z_alone_is_asked_for():
    # a median slope of 0 although more pairs rise than fall: unchanged by slope and Z, marked rise by Z alone
    of = trend_table("ab", (0, -2), (2.0, -3.0))
    assert scores(neutrality_zones("ab", CS, of, count=2))["cs"] == [3, 1]
    assert scores(neutrality_zones("ab", CS, of, count=2, by_z_only=True))["cs"] == [5, 1]


def test_direction_of_the_user_turns_a_score():
    low_is_good = (Rule("cli", None, False, 1.0),)
    found = neutrality_zones(UNITS, low_is_good, intensity=INTENSITY, count=4)
    assert scores(found)["cli"] == [1, 1, 3, 4, 5]


def test_weights_count():
    two = (Rule("cs", "cs_t", True, 2.0), Rule("ce", "ce_t", False, 0.5))
    found = neutrality_zones(UNITS, two, trend_table())
    assert found.score.tolist() == [10.5, 9.0, 7.5, 6.0, 4.5]  # 2 * 5 + 0.5 * 1 ...


def test_equal_sums_of_uneven_weights_are_one_value():
    # 0.1 * 1 + 0.2 * 3 and 0.1 * 5 + 0.2 * 1: both 0.7, and different in the last bit
    assert 0.1 * 1 + 0.2 * 3 != 0.1 * 5 + 0.2 * 1
    assert weighted_score([np.array([1.0, 5.0]), np.array([3.0, 1.0])], [0.1, 0.2]).tolist() == [0.7, 0.7]


def test_index_of_weight_0_is_scored_but_may_be_missing():
    two = (*CS, Rule("ce", "ce_t", False, 0.0))
    of = table(unit=["a", "b", "a"], field=["cs_t", "cs_t", "ce_t"], z=[2, -2, 2], **{"class": [2, -2, 2]})
    found = neutrality_zones("ab", two, of, count=2)
    assert found.score.tolist() == [5.0, 1.0]
    assert scores(found)["ce"][0] == 1


def test_latest_year_of_the_intensity_is_the_default():
    cli = table("intensity", unit=["a", "b"] * 2, year=[2010, 2010, 2020, 2020], cli=[100, 200, 200, 100])
    only = (Rule("cli", None, True, 1.0),)
    assert scores(neutrality_zones("ab", only, intensity=cli, count=2))["cli"] == [5, 1]
    found = neutrality_zones("ab", only, intensity=cli, intensity_year=2010, count=2)
    assert scores(found)["cli"] == [1, 5]


def test_intensity_is_scaled_over_the_units_alone():
    cli = table("intensity", unit=["a", "b", "far"], cli=[100.0, 200.0, 400.0])
    found = neutrality_zones("ab", (Rule("cli", None, True, 1.0),), intensity=cli, count=2)
    assert scores(found)["cli"] == [1, 5]
    assert "1 units of intensity are not among the units and are left out: far." in texts(found)


# Zones


def test_highest_sum_is_the_sink_zone_and_the_lowest_the_source_zone():
    found = neutrality_zones(UNITS, CS, trend_table())
    assert found.codes.tolist() == [1, 2, 3, 4, 5]
    assert found.upper.tolist() == [5.0, 4.0, 3.0, 2.0, 1.0]
    assert list(zone_names(5).values()) == [
        "Carbon sink functional zone",
        "Low-carbon development zone",
        "Net-carbon stabilisation zone",
        "High-carbon control zone",
        "Carbon source optimisation zone",
    ]


def test_zones_of_another_number_are_counted():
    assert zone_names(3) == {1: "Zone 1 of 3", 2: "Zone 2 of 3", 3: "Zone 3 of 3"}
    codes, upper = zones_of(np.array([10.0, 11.0, 20.0, 21.0, 40.0]), 3)
    assert codes.tolist() == [3, 3, 2, 2, 1]
    assert upper.tolist() == [40.0, 21.0, 11.0]


def within(values, codes):
    return sum(
        float(((values[codes == code] - values[codes == code].mean()) ** 2).sum()) for code in set(codes)
    )


@given(st.lists(st.integers(10, 50), min_size=5, max_size=12), st.integers(2, 5))
def test_zones_are_the_best_of_all_classes(sums, count):
    values = np.array(sums, dtype=float)
    distinct = np.unique(values)
    if len(distinct) < count:
        return
    codes, upper = zones_of(values, count)
    best = min(
        within(values, np.searchsorted(distinct[list(ends)], values))
        for ends in combinations(range(len(distinct) - 1), count - 1)
    )
    assert within(values, codes) == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert [values[codes == code].max() for code in range(1, count + 1)] == upper.tolist()


# Missing


def test_missing_class_of_a_trend_gives_no_score_and_no_zone_and_is_listed():
    found = neutrality_zones(
        ("a", "b", "c"), CS, trend_table(("a", "b", "c"), (2, None, -2), (2.0, None, -2.0)), count=2
    )
    assert (
        np.isnan(found.indices[0].scores).tolist() == np.isnan(found.score).tolist() == [False, True, False]
    )
    assert found.codes.tolist() == [1, 0, 2]
    assert texts(found) == [
        "Index 'cs' is missing for 1 units: b.",
        "1 units have no score and no zone, because an index is missing: b.",
    ]


def test_unit_that_a_table_lacks_is_listed_by_index():
    two = (*CS, Rule("cep", None, True, 1.0))
    of = trend_table("ab", (2, -2), (2.0, -2.0))
    found = neutrality_zones("abc", two, of, table("forecast", unit=["a", "b"], cep=[5, 1]), count=2)
    assert "Index 'cs' is missing for 1 units: c." in texts(found)
    assert "Index 'cep' is missing for 1 units: c." in texts(found)


def test_units_of_the_tables_that_are_not_among_the_units_are_listed():
    found = neutrality_zones("ab", CS, trend_table("abz", (2, -2, 1), (2.0, -2.0, 1.0)), count=2)
    assert texts(found) == ["1 units of trends are not among the units and are left out: z."]


# Bad input


def test_no_unit_in_common_shows_both_sides():
    with pytest.raises(
        InputDataError, match="No unit of trends is among the units; its start with marked rise"
    ):
        neutrality_zones("xy", CS, trend_table())


def test_fewer_different_sums_than_zones_says_which_there_are():
    of = trend_table("abc", (2, 2, -2), (2.0, 2.0, -2.0))
    with pytest.raises(
        InputDataError, match=r"of 3 units have 2 different values \(1, 5\), and 5 zones need"
    ):
        neutrality_zones("abc", CS, of)


@pytest.mark.parametrize("count", [1, 10])
def test_number_of_zones_has_its_bounds(count):
    with pytest.raises(InputDataError, match="ask for 2 to 9"):
        neutrality_zones(UNITS, CS, trend_table(), count=count)


def test_field_without_trends_lists_those_there_are():
    with pytest.raises(
        InputDataError, match=r"no trends of 'cs_t', the field of the index 'cs'; .* those of: ecc"
    ):
        neutrality_zones(UNITS, CS, trend_table(fields=("ecc",)))


@pytest.mark.parametrize("index", ["cep", "cli", "cs"])
def test_table_that_a_rule_needs_is_asked_for(index):
    parameter = {"cs": "TRENDS"}.get(index, index.upper())
    with pytest.raises(InputDataError, match=f"score the index '{index}', which needs the table {parameter}"):
        neutrality_zones("ab", (Rule(index, "cs_t", True, 1.0),))


def test_trend_twice_names_both_rows():
    of = table(unit=["a", "a"], field=["cs_t", "cs_t"], z=[1, 1], **{"class": [1, 1]})
    with pytest.raises(
        InputDataError, match="feature 1 and feature 2 are both the trend of 'cs_t' of unit 'a'"
    ):
        neutrality_zones("a", CS, of)


def test_potential_twice_names_both_rows():
    of = table("forecast", unit=["a", "a"], cep=[1, 2])
    with pytest.raises(InputDataError, match="forecast: feature 1 and feature 2 are both unit 'a'"):
        neutrality_zones("a", (Rule("cep", None, True, 1.0),), potential=of)


def test_intensity_twice_in_a_year_names_both_rows():
    of = table("intensity", unit=["a", "a"], year=[2020, 2020], cli=[1, 2])
    with pytest.raises(InputDataError, match="are both unit 'a' in 2020"):
        neutrality_zones("a", (Rule("cli", None, True, 1.0),), intensity=of)


@pytest.mark.parametrize("value", [0, 6, 2.5])
def test_potential_is_a_class_from_1_to_5(value):
    of = table("forecast", unit=["a"], cep=[value])
    with pytest.raises(
        InputDataError, match=f"feature 1: the potential in 'cep' is {value:g}; it is a class"
    ):
        neutrality_zones("a", (Rule("cep", None, True, 1.0),), potential=of)


@pytest.mark.parametrize("value", [3, 0.5])
def test_class_of_a_trend_is_a_whole_number_from_minus_2_to_2(value):
    with pytest.raises(InputDataError, match=f"the class of trend is {value:g}; it is a whole number"):
        neutrality_zones("a", CS, trend_table("a", (value,), (1.0,), ("cs_t",)))


def test_year_without_intensity_lists_those_there_are():
    of = table("intensity", unit=["a", "a"], year=[2010, 2020], cli=[1, 2])
    with pytest.raises(InputDataError, match=r"no intensity of 2015 \(CLI_YEAR\); it has: 2010, 2020"):
        neutrality_zones("a", (Rule("cli", None, True, 1.0),), intensity=of, intensity_year=2015)


# Rules


def test_preset_is_table_6_with_its_source():
    found = {rule.index: rule for rule in rule_preset("huo2025")}
    assert {name: rule.field for name, rule in found.items() if rule.is_trend} == FIELDS
    assert {name for name, rule in found.items() if not rule.positive} == {"nce", "ce", "cf", "ed"}
    assert {rule.weight for rule in found.values()} == {1.0}
    assert all(read_preset("rules", "huo2025").text("source"))
    assert rule_presets() == ("huo2025",)


def test_empty_weight_is_1():
    (rule,) = neutrality_rules(rules(("cs", "cs_t", "Positive", None)))
    assert rule == Rule("cs", "cs_t", True, 1.0)


def test_weights_may_be_left_out():
    (rule,) = neutrality_rules(table(index=["cep"], field=[None], direction=["negative"]))
    assert rule == Rule("cep", None, False, 1.0)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("cs", None, "positive", 1)], "rules, feature 1: index 'cs' has no field; write what the table"),
        ([("cs", "cs_t", "positiv", 1)], "direction of 'cs' is 'positiv'; write 'positive' where a rise"),
        ([("cs", "cs_t", None, 1)], "direction of 'cs' is ''"),
        ([("cs", "cs_t", "positive", -1)], "the weight of 'cs' is -1; write 0 or more"),
        ([("cs", "cs_t", "positive", 0)], "no index has a weight above 0"),
        ([(None, "cs_t", "positive", 1)], "feature 1: the index is empty"),
        ([("cs", "a", "positive", 1), ("CS", "b", "positive", 1)], "feature 2: index 'CS' is there twice"),
    ],
)
def test_rule_that_cannot_be_used_names_its_row(rows, message):
    with pytest.raises(InputDataError, match=message):
        neutrality_rules(rules(*rows))
