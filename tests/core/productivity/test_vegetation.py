"""Vegetation tables: their parameters, their sources, and what is refused."""

import math

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.productivity.vegetation import (
    vegetation_preset,
    vegetation_presets,
    vegetation_table,
)
from landcarbon.core.tables import table_from_columns


def table_of(**columns):
    rows = len(next(iter(columns.values())))
    return vegetation_table(table_from_columns("mine", columns, range(1, rows + 1)))


def test_classes_are_in_the_order_of_their_values():
    table = table_of(value=[9, 2], epsilon_max=[0.5, 0.6], name=["wet", "dry"])
    assert table.values.tolist() == [2, 9]
    assert [one.label for one in table.classes] == ["2 dry", "9 wet"]


def test_value_and_efficiency_are_enough():
    (one,) = table_of(value=[1], epsilon_max=[0.5]).classes
    assert (one.name, one.source, one.limits) == ("", "", "")
    assert math.isnan(one.ndvi_min)


def test_empty_efficiency_is_not_vegetated():
    table = table_of(value=[1, 2], epsilon_max=[0.5, None])
    assert [one.value for one in table.vegetated] == [1]


def test_limits_of_the_table():
    (one,) = table_of(value=[1], epsilon_max=[0.5], ndvi_min=[0.02], ndvi_max=[0.7]).classes
    assert (one.ndvi_min, one.ndvi_max, one.limits) == (0.02, 0.7, "table")


def test_limits_of_the_data_replace_those_that_were_forgotten():
    table = table_of(value=[1, 2], epsilon_max=[0.5, 0.5], ndvi_min=[0.1, 0.1], ndvi_max=[0.7, 0.7])
    found = table.without_limits().with_limits({1: (0.2, 0.6)})
    assert [one.limits for one in found.classes] == ["data", ""]
    assert found.parameter("ndvi_max").tolist()[0] == 0.6
    assert np.isnan(found.parameter("ndvi_max")[1])


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"epsilon_max": [0.5]}, "no column 'value'"),
        ({"value": [1]}, "no column 'epsilon_max'"),
        ({"value": [None], "epsilon_max": [0.5]}, "the value is missing"),
        ({"value": [1.5], "epsilon_max": [0.5]}, "1.5 is no whole number"),
        ({"value": [1, 1], "epsilon_max": [0.5, 0.5]}, "value 1 is there twice"),
        ({"value": [1], "epsilon_max": [0.0]}, "epsilon_max of value 1 is 0"),
        ({"value": [1], "epsilon_max": [-0.5]}, "epsilon_max of value 1 is -0.5"),
        ({"value": [1], "epsilon_max": [389]}, "g C/MJ, above 0 and at most 5"),
        ({"value": [1, 2], "epsilon_max": [None, None]}, "nothing is vegetated"),
        ({"value": [1], "epsilon_max": [0.5], "ndvi_min": [0.1]}, "only one of ndvi_min and ndvi_max"),
        (
            {"value": [1], "epsilon_max": [0.5], "ndvi_min": [None], "ndvi_max": [0.5]},
            "only one of ndvi_min and ndvi_max",
        ),
        ({"value": [1], "epsilon_max": [0.5], "ndvi_min": [0.6], "ndvi_max": [0.5]}, "is above ndvi_max"),
        ({"value": [1], "epsilon_max": [0.5], "ndvi_min": [0.1], "ndvi_max": [1.0]}, "from -1 to below 1"),
        ({"value": [1], "epsilon_max": [0.5], "ndvi_min": [230], "ndvi_max": [7470]}, "from -1 to below 1"),
    ],
)
def test_what_is_refused(columns, reason):
    with pytest.raises(InputDataError, match=reason):
        table_of(**columns)


def test_equal_limits_are_taken():
    (one,) = table_of(value=[1], epsilon_max=[0.5], ndvi_min=[0.5], ndvi_max=[0.5]).classes
    assert one.ndvi_min == one.ndvi_max


def test_presets_are_two_studies_for_two_products():
    expected = {"zhu2007_igbp", "zhu2007_clcd", "potter1993_igbp", "potter1993_clcd"}
    assert set(vegetation_presets()) == expected


@pytest.mark.parametrize("name", vegetation_presets())
def test_every_row_of_a_preset_has_a_name_and_a_source(name):
    table = vegetation_preset(name)
    assert all(one.name and one.source for one in table.classes)
    assert table.notes == ()


# Zhu et al. 2006, 2007: evergreen and deciduous needleleaf, evergreen and deciduous broadleaf
@pytest.mark.parametrize(
    ("value", "epsilon", "ndvi_max"),
    [
        (1, 0.389, 0.647),
        (3, 0.485, 0.738),
        (2, 0.985, 0.676),
        (4, 0.692, 0.747),
        (7, 0.429, 0.636),
        (12, 0.542, 0.634),
    ],
)
def test_forests_of_igbp_have_the_values_of_their_type(value, epsilon, ndvi_max):
    one = next(one for one in vegetation_preset("zhu2007_igbp").classes if one.value == value)
    assert (one.epsilon_max, one.ndvi_min, one.ndvi_max) == (epsilon, 0.023, ndvi_max)


@pytest.mark.parametrize(
    ("name", "bare"), [("igbp", {0, 13, 15, 16, 17}), ("clcd", {5, 6, 7, 8})], ids=["igbp", "clcd"]
)
def test_both_studies_have_the_same_classes_vegetated(name, bare):
    zhu, potter = (vegetation_preset(f"{study}_{name}") for study in ("zhu2007", "potter1993"))
    for table in (zhu, potter):
        assert {one.value for one in table.classes if not one.is_vegetated} == bare
    assert {one.epsilon_max for one in potter.vegetated} == {0.389}
    assert {one.limits for one in potter.vegetated} == {""}
    assert zhu.values.tolist() == potter.values.tolist()


def test_presets_know_all_values_of_their_product():
    from landcarbon.core.accounting.classes import class_preset

    for product in ("igbp", "clcd"):
        assert vegetation_preset(f"zhu2007_{product}").values.tolist() == list(class_preset(product).values)
