"""Class maps: presets against the official legends, and tables of a user."""

import numpy as np
import pytest
from landcarbon.core.accounting.classes import (
    CLASSES,
    UNMAPPED,
    class_map,
    class_preset,
    class_presets,
)
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import read_table, table_from_columns

# Codes of the official legends, written from the products' documentation
LEGENDS = {
    # Sulla-Menashe and Friedl 2018, table 3 (MCD12Q1: 1-17) and MCD12C1 (0-16)
    "igbp": set(range(18)),
    # Yang and Huang 2021, table 2
    "clcd": set(range(1, 10)),
    # Liu et al. 2003, two levels and the third of cropland; 99 is the sea
    "cnlucc": (
        {1, 2, 3, 4, 5, 6}
        | {11, 12}
        | {21, 22, 23, 24}
        | {31, 32, 33}
        | {41, 42, 43, 44, 45, 46}
        | {51, 52, 53}
        | {61, 62, 63, 64, 65, 66, 67}
        | {99}
        | {111, 112, 113, 114, 121, 122, 123, 124}
    ),
    # WorldCover Product User Manual, section 3
    "esa_worldcover": {10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100},
    # Chen et al. 2015, table 1
    "globeland30": {10, 20, 30, 40, 50, 60, 70, 80, 90, 100},
    # flag_values of lccs_class in the product's NetCDF, without 0 (no data)
    "esa_cci": {
        *(10, 11, 12, 20, 30, 40, 50, 60, 61, 62, 70, 71, 72, 80, 81, 82, 90, 100, 110, 120, 121, 122),
        *(130, 140, 150, 151, 152, 153, 160, 170, 180, 190, 200, 201, 202, 210, 220),
    },
}


def by_class(name):
    mapping = class_preset(name)
    return {
        class_name: {value for value in mapping.values if mapping.class_of(value) == class_name}
        for class_name in mapping.classes
    }


def table(**columns):
    return table_from_columns("my classes", columns)


def test_presets_are_the_six_products():
    assert class_presets() == tuple(sorted(LEGENDS))


@pytest.mark.parametrize("name", sorted(LEGENDS))
def test_preset_has_every_code_of_the_legend(name):
    assert set(class_preset(name).values) == LEGENDS[name]


@pytest.mark.parametrize("name", sorted(LEGENDS))
def test_preset_has_the_seven_classes_in_their_order(name):
    assert class_preset(name).classes == CLASSES


@pytest.mark.parametrize("name", sorted(LEGENDS))
def test_every_row_of_a_preset_has_a_label_and_a_source(name):
    mapping = class_preset(name)
    assert all(mapping.labels)
    assert all(("doi 10." in source and any(char.isdigit() for char in source)) for source in mapping.sources)


def test_clcd_classes():
    # The study's classes: 6 snow and 7 barren are unused, 9 wetland is water
    assert by_class("clcd") == {
        "cropland": {1}, "forest": {2}, "shrubland": {3}, "grassland": {4}, "water": {5, 9},
        "unused": {6, 7}, "construction": {8},
    }  # fmt: skip


def test_igbp_classes():
    assert by_class("igbp") == {
        "forest": {1, 2, 3, 4, 5, 8}, "shrubland": {6, 7}, "grassland": {9, 10}, "water": {0, 11, 17},
        "cropland": {12, 14}, "construction": {13}, "unused": {15, 16},
    }  # fmt: skip


def test_cnlucc_first_level_leads_the_second_but_for_shrub_ice_and_marsh():
    mapping = class_preset("cnlucc")
    second = [value for value in mapping.values if 11 <= value <= 67]
    differing = {value for value in second if mapping.class_of(value) != mapping.class_of(value // 10)}
    assert differing == {22, 44, 64}
    assert [mapping.class_of(value) for value in (22, 44, 64)] == ["shrubland", "unused", "water"]


def test_cnlucc_third_level_is_cropland():
    mapping = class_preset("cnlucc")
    assert {mapping.class_of(value) for value in mapping.values if value > 110} == {"cropland"}


@pytest.mark.parametrize("name, wetland", [("esa_worldcover", 90), ("globeland30", 50), ("esa_cci", 180)])
def test_wetland_is_water(name, wetland):
    assert class_preset(name).class_of(wetland) == "water"


@pytest.mark.parametrize("name, moss", [("esa_worldcover", 100), ("globeland30", 70), ("esa_cci", 140)])
def test_moss_and_lichen_are_unused(name, moss):
    assert class_preset(name).class_of(moss) == "unused"


@pytest.mark.parametrize(
    "code, first", [(30, "cropland"), (40, "forest"), (100, "forest"), (110, "grassland")]
)
def test_a_mosaic_of_cci_goes_by_its_first_word(code, first):
    assert class_preset("esa_cci").class_of(code) == first


def test_fill_values_have_no_class():
    assert class_preset("esa_cci").class_of(0) is None
    assert class_preset("globeland30").class_of(255) is None


def test_zero_is_water_in_igbp():
    # 0 is a class, not 'nothing'
    assert class_preset("igbp").indices(np.array([0])).tolist() == [CLASSES.index("water")]


def test_an_unknown_preset_lists_those_there_are():
    with pytest.raises(InputDataError, match=r"'modis'.*clcd, cnlucc, .*igbp"):
        class_preset("modis")


def test_indices_of_values():
    mapping = class_map(table(value=[30, 10, -5], **{"class": ["marsh", "forest", "marsh"]}))
    # forest is one of CLASSES, so it comes first; marsh is the user's own
    assert mapping.classes == ("forest", "marsh")
    assert mapping.indices(np.array([[10, 30], [-5, 20]])).tolist() == [[0, 1], [1, UNMAPPED]]


def test_values_beyond_the_table_are_unmapped():
    mapping = class_map(table(value=[1], **{"class": ["forest"]}))
    assert mapping.indices(np.array([0, 2, 255])).tolist() == [UNMAPPED] * 3


def test_values_that_are_no_whole_numbers_are_unmapped():
    mapping = class_map(table(value=[1], **{"class": ["forest"]}))
    assert mapping.indices(np.array([1.0, 1.5, np.nan])).tolist() == [0, UNMAPPED, UNMAPPED]


def test_class_names_of_the_user_keep_their_order_and_spelling():
    mapping = class_map(table(value=[3, 1, 2], **{"class": ["Rice paddy", "果园", "water"]}))
    assert mapping.classes == ("water", "Rice paddy", "果园")


def test_names_that_differ_in_case_are_one_class():
    mapping = class_map(table(value=[1, 2], **{"class": ["Forest", "forest"]}))
    assert mapping.classes == ("Forest",)
    assert [note.text for note in mapping.notes] == ["Class 'forest' in my classes is 'Forest'."]


def test_label_and_note_are_kept():
    mapping = class_map(table(value=[7], **{"class": ["water"], "label": ["Pond"], "note": ["small"]}))
    assert (mapping.label_of(7), mapping.remark_of(7)) == ("Pond", "small")


def test_a_table_without_label_has_empty_ones():
    assert class_map(table(value=[7], **{"class": ["water"]})).label_of(7) == ""


def test_a_value_repeated_with_its_class_counts_once():
    assert class_map(table(value=[1, 1], **{"class": ["forest", "forest"]})).values == (1,)


def test_a_value_with_two_classes_is_an_error_that_names_both_rows(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text("value,class\n1,forest\n2,water\n1,cropland\n", encoding="utf-8")
    with pytest.raises(InputDataError, match=r"value 1 is 'forest' \(row 2\) and 'cropland' \(row 4\)"):
        class_map(read_table(path))


def test_a_value_that_is_no_whole_number_is_an_error():
    with pytest.raises(InputDataError, match=r"feature 2: the value 1\.5 is no whole number"):
        class_map(table(value=[1, 1.5], **{"class": ["forest", "water"]}))


def test_a_missing_value_is_an_error():
    with pytest.raises(InputDataError, match="feature 1: the value is missing"):
        class_map(table(value=[None], **{"class": ["forest"]}))


def test_an_empty_class_is_an_error():
    with pytest.raises(InputDataError, match="feature 2: value 9 has no class"):
        class_map(table(value=[1, 9], **{"class": ["forest", " "]}))


def test_a_table_without_the_column_is_an_error_that_lists_the_columns():
    with pytest.raises(InputDataError, match=r"no column 'value'.*code, class"):
        class_map(table(code=[1], **{"class": ["forest"]}))
