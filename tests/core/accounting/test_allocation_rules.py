"""Rules of an allocation, from presets and tables."""

import math

import pytest
from landcarbon.core.accounting.allocation_rules import (
    PROXIES,
    allocation_rules,
    categories,
    rule_preset,
    rule_presets,
)
from landcarbon.core.errors import InputDataError
from landcarbon.core.resources import read_preset
from landcarbon.core.tables import table_from_columns

COLUMNS = ("sector", "subsector", "land_type", "proxy", "category", "field", "share")


def table(*rows):
    return table_from_columns("rules", dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)))


def test_the_preset_is_table_2_of_zhang_et_al():
    # 22 rows: 3 of industry, 4 of construction, 4 of transport, 3 of agriculture, 2 of waste, 6 of sinks.
    rules = {rule.key: rule for rule in rule_preset("zhang2023")}
    assert read_preset("allocation", "zhang2023").rows == 22
    assert {key: (rule.land_types, rule.proxy) for key, rule in rules.items()} == {
        ("industry", "mining"): (("mining land",), "points"),
        ("industry", "manufacturing"): (("industrial land",), "points"),
        ("industry", "supply"): (("municipal utilities",), "points"),
        ("construction", "residential"): (("urban residential land", "rural homestead"), "people"),
        ("construction", "services"): (
            ("commercial land", "administration and public service land"),
            "points",
        ),
        ("transport", "road"): (("transport land",), "road"),
        ("transport", "rail"): (("transport land",), "length"),
        ("transport", "water"): (("transport land",), "length"),
        ("transport", "air"): (("transport land",), "length"),
        ("agriculture", "planting"): (("cultivated land", "garden land"), "area"),
        ("agriculture", "livestock"): (("land for agricultural facilities",), "area"),
        ("waste", "industrial"): (("industrial land",), "area"),
        ("waste", "domestic"): (("municipal utilities",), "area"),
        ("sinks", "natural"): (("forest land", "grassland", "water", "unused land"), "area"),
        ("sinks", "crops"): (("cultivated land", "garden land"), "area"),
    }


@pytest.mark.parametrize("name", rule_presets())
def test_every_row_of_a_preset_has_a_source_and_a_known_proxy(name):
    preset = read_preset("allocation", name)
    assert None not in preset.text("source")
    assert set(preset.text("proxy")) <= set(PROXIES)


def test_lines_of_the_preset_belong_to_one_mode_of_transport():
    road, *others = (rule.categories for rule in rule_preset("zhang2023") if rule.key[0] == "transport")
    assert "motorway" in road
    for line in ("rail", "waterway", "runway"):
        assert line not in road
        assert sum(line in other for other in others) == 1


def test_categories_are_listed_excluded_or_all():
    assert "Steel" in categories("coal; steel")
    assert "gas" not in categories("coal; steel")
    assert "coal" not in categories("!coal;!gas")
    assert "steel" in categories("!coal;!gas")
    assert "" in categories("")


def test_a_category_in_parts_is_of_each_of_them():
    steel = "Company;Factory;Steelworks"
    assert all(steel in categories(name) for name in ("company", "Steelworks;bank", "factory", ""))
    assert "交通设施服务;停车场|公司企业；工厂" in categories("工厂")
    assert steel not in categories("work")
    assert steel not in categories("!factory")
    assert "primary;secondary" not in categories("!secondary")
    assert ";" in categories("!rail")


def test_rows_of_a_sub_sector_share_one_rule():
    (rule,) = allocation_rules(
        table(("a", "b", "Forest", "area", None, None, 0.5), ("A", "B", "Water", "area", None, None, None))
    )
    assert rule.land_types == ("forest", "water")
    assert rule.share == 0.5


def test_columns_that_say_nothing_may_be_left_out():
    (rule,) = allocation_rules(
        table_from_columns("rules", {"sector": ["a"], "land_type": ["*"], "proxy": ["area"]})
    )
    assert rule.of_all_land
    assert math.isnan(rule.share)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([(None, "b", "x", "area", None, None, None)], "feature 1: sector is empty"),
        ([("a", "b", None, "area", None, None, None)], "feature 1: land_type is empty"),
        ([("a", "b", "x", "income", None, None, None)], "proxy is 'income'; write one of points, people"),
        ([("a", "b", "x", "field", None, None, None)], "the column field is empty"),
        ([("a", "b", "x", "area", "rail", None, None)], "the proxy area has no categories"),
        ([("a", "b", "x", "points", "rail;!road", None, None)], "excludes some and names others"),
        ([("a", "b", "x", "area", None, None, 1.5)], "share is 1.5"),
        (
            [("a", "b", "x", "area", None, None, None), ("a", "b", "y", "people", None, None, None)],
            r"'a, b' \(feature 1, feature 2\) have different values in the column proxy: 'area' and 'people'",
        ),
        (
            [("a", "b", "x", "area", None, None, 0.5), ("a", "b", "y", "area", None, None, 0.4)],
            "column share: '0.5' and '0.4'",
        ),
        (
            [("a", "b", "x", "area", None, None, None), ("a", "b", "X", "area", None, None, None)],
            r"land type 'x' twice \(feature 1, feature 2\)",
        ),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(rows, text):
    with pytest.raises(InputDataError, match=text):
        allocation_rules(table(*rows))
