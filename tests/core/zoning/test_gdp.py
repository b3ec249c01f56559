"""GDP of a budget's rows from a table of statistics."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import table_from_columns
from landcarbon.core.zoning.gdp import match_gdp


def statistics(**columns):
    return table_from_columns("stats.csv", columns)


def test_rows_are_found_by_unit_and_year():
    table = statistics(unit=["b", "a", "a"], year=[2020, 2010, 2020], gdp=[1.0, 2.0, 3.0])
    gdp, notes = match_gdp(table, ["a", "a", "b"], [2010, 2020, 2020])
    assert gdp.tolist() == [2.0, 3.0, 1.0]
    assert notes == ()


def test_a_unit_that_the_table_lacks_has_no_gdp():
    gdp, _ = match_gdp(statistics(unit=["a"], year=[2020], gdp=[1.0]), ["a", "b"], [2020, 2020])
    assert gdp[0] == 1.0
    assert np.isnan(gdp[1])


def test_a_table_without_year_serves_a_budget_of_one_year_and_says_so():
    gdp, notes = match_gdp(statistics(unit=["a"], gdp=[1.0]), ["a"], [2020])
    assert gdp.tolist() == [1.0]
    assert [note.text for note in notes] == ["stats.csv has no year; its GDP is taken as of 2020."]


def test_a_table_without_year_is_refused_for_several_years():
    with pytest.raises(InputDataError, match=r"no column 'year' but the budget has 2 years \(2010, 2020\)"):
        match_gdp(statistics(unit=["a"], gdp=[1.0]), ["a", "a"], [2010, 2020])


def test_a_table_of_several_years_is_refused_for_a_budget_without():
    table = statistics(unit=["a", "a"], year=[2010, 2020], gdp=[1.0, 2.0])
    with pytest.raises(InputDataError, match="GDP of several years"):
        match_gdp(table, ["a"], None)


def test_a_table_of_one_year_serves_a_budget_without():
    gdp, notes = match_gdp(statistics(unit=["a"], year=[2020], gdp=[1.0]), ["a"], None)
    assert gdp.tolist() == [1.0]
    assert len(notes) == 1


def test_a_unit_twice_is_refused():
    table = statistics(unit=["a", "a"], year=[2020, 2020], gdp=[1.0, 2.0])
    with pytest.raises(InputDataError, match="both unit 'a' in 2020"):
        match_gdp(table, ["a"], [2020])


def test_a_unit_twice_without_years_is_refused():
    with pytest.raises(InputDataError, match="both unit 'a'"):
        match_gdp(statistics(unit=["a", "a"], gdp=[1.0, 2.0]), ["a"], None)


def test_no_common_unit_is_refused_and_shows_both_sides():
    table = statistics(unit=["110000"], year=[2020], gdp=[1.0])
    with pytest.raises(InputDataError, match="start with 110000, the budget's with Beijing"):
        match_gdp(table, ["Beijing"], [2020])


def test_units_that_are_not_in_the_budget_are_named():
    table = statistics(unit=["a", "z"], year=[2020, 2020], gdp=[1.0, 2.0])
    _, notes = match_gdp(table, ["a"], [2020])
    assert [note.text for note in notes] == ["1 units of stats.csv are not in the budget: z."]


def test_a_table_without_gdp_is_refused():
    with pytest.raises(InputDataError, match="gdp"):
        match_gdp(statistics(unit=["a"], year=[2020]), ["a"], [2020])
