"""Coefficients as a table, and how their drivers are made from a history."""

import math

import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.forecast.model import model_variables, read_model
from landcarbon.core.tables import table_from_columns


@pytest.fixture
def table():
    """`table(P=0.5)`: coefficients as STIRPAT fit writes them."""

    def table(constant=1.0, pool="region", k=0.02, **slopes):
        names = ["constant", *slopes]
        columns = {"variable": names, "ridge_b": [constant, *slopes.values()]}
        return table_from_columns("t", columns | {"pool": [pool] * len(names), "k": [k] * len(names)})

    return table


HISTORY = table_from_columns("history", {"unit": ["a"], "pop": [1.0], "Rain": [2.0]})


def test_model_of_a_table(table):
    model = read_model(table(P=0.5, W=-0.25))
    assert (model.variables, model.slopes.tolist(), model.constant) == (("P", "W"), [0.5, -0.25], 1.0)
    assert (model.pool, model.k) == ("region", 0.02)


def test_a_table_of_two_columns_is_enough():
    model = read_model(table_from_columns("t", {"variable": ["P"], "ridge_b": [0.5]}))
    assert math.isnan(model.constant)
    assert math.isnan(model.k)
    assert model.pool is None


@pytest.mark.parametrize(
    ("pool", "predicts"), [("panel", True), ("region", False), ("panel with unit effects", False)]
)
def test_only_the_constant_of_a_panel_predicts_units(table, pool, predicts):
    assert read_model(table(pool=pool, P=0.5)).predicts_units is predicts


def test_columns_win_over_amounts(table):
    found = model_variables(read_model(table(P=0.5, rain=1.0)), HISTORY, {"POP"})
    assert [variable.amounts for variable in found] == [("POP",), ("rain",)]


def test_ratios_are_made_of_amounts(table):
    found = model_variables(read_model(table(W=0.5)), HISTORY, {"POP", "GDP"})
    assert found[0].amounts == ("GDP", "POP")


# Bad input


def test_a_driver_that_is_nowhere(table):
    with pytest.raises(InputDataError, match="The driver 'snow' of t is no column of history"):
        model_variables(read_model(table(snow=1.0)), HISTORY, {"POP"})


def test_a_driver_whose_amounts_are_not_known(table):
    with pytest.raises(InputDataError, match="The driver 'W' of t needs amounts that are not chosen"):
        model_variables(read_model(table(W=1.0)), HISTORY, {"POP"})


def test_a_driver_twice():
    twice = table_from_columns("t", {"variable": ["P", "P"], "ridge_b": [0.5, 0.5]})
    with pytest.raises(InputDataError, match="t, feature 2: 'P' is there twice"):
        read_model(twice)


def test_a_driver_without_a_coefficient():
    with pytest.raises(InputDataError, match="t, feature 1: a coefficient needs a name in 'variable'"):
        read_model(table_from_columns("t", {"variable": ["P"], "ridge_b": [None]}))


def test_no_driver(table):
    with pytest.raises(InputDataError, match="t holds no driver, only the constant"):
        read_model(table())


def test_an_unknown_pooling(table):
    with pytest.raises(InputDataError, match="the column 'pool' says regional; write one of region, panel"):
        read_model(table(pool="regional", P=1.0))
