"""Codes of land surveys to land types."""

import pytest
from landcarbon.core.accounting.allocation_rules import rule_preset
from landcarbon.core.accounting.land_types import (
    land_type_keys,
    land_type_map,
    land_type_preset,
    land_type_presets,
)
from landcarbon.core.errors import InputDataError
from landcarbon.core.resources import read_preset
from landcarbon.core.tables import table_from_columns


@pytest.mark.parametrize("name", land_type_presets())
def test_a_preset_leads_to_all_land_types_of_the_rules_and_has_sources(name):
    known = {land_type for rule in rule_preset("zhang2023") for land_type in rule.land_types}
    assert set(land_type_preset(name).values()) == known
    assert None not in read_preset("land_types", name).text("source")


def test_codes_of_the_third_survey():
    codes = ("0101", "0602", "0601", "0809", "0701", "0702", "05h1", "08H2A", "1202", "1104K", "09")
    assert land_type_keys(codes, land_type_preset("tnls2019")) == [
        "cultivated land",
        "mining land",
        "industrial land",
        "municipal utilities",
        "urban residential land",
        "rural homestead",
        "commercial land",
        "administration and public service land",
        "land for agricultural facilities",
        "water",
        "administration and public service land",
    ]


def test_numbers_are_codes_that_lost_their_zeros():
    mapped = land_type_preset("tnls2019")
    assert land_type_keys([601, 1101.0, 9], mapped) == land_type_keys(["0601", "1101", "09"], mapped)
    assert land_type_keys(["601"], mapped) == ["601"]  # as text it is another code


def test_what_is_not_in_the_table_stays_as_it_is():
    mapped = land_type_map(table_from_columns("codes", {"code": [1], "land_type": ["Forest  land"]}))
    assert land_type_keys(["1", 1.0, "Water", "", None], mapped) == [
        "forest land",
        "forest land",
        "water",
        None,
        None,
    ]


def test_a_code_with_two_land_types_is_refused():
    table = table_from_columns("codes", {"code": ["1", "1.0"], "land_type": ["forest", "water"]})
    with pytest.raises(InputDataError, match=r"feature 2: code '1.0' is 'water' here and 'forest' above"):
        land_type_map(table)


def test_an_empty_cell_is_refused():
    table = table_from_columns("codes", {"code": ["1", "2"], "land_type": ["forest", None]})
    with pytest.raises(InputDataError, match="feature 2: code or land_type is empty"):
        land_type_map(table)
