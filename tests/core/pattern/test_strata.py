"""Factors in strata: given, or cut with a search."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.strata import (
    Factor,
    best_cut,
    coded,
    factor_of,
    given_strata,
    search_notes,
    strata_counts,
    strata_sums,
)
from landcarbon.core.tables import table_from_columns


@pytest.fixture
def cut():
    """`cut(response, values, methods, counts)`: the best cut and the table of all."""

    def cut(response, values, methods, counts):
        centred = np.asarray(response, dtype=float) - np.mean(response)
        factor = Factor("gdp", np.asarray(values, dtype=float))
        return best_cut(centred, float((centred**2).sum()), factor, methods, counts)

    return cut


# Given


def test_given_strata_are_in_the_order_of_their_names():
    found = given_strata(coded("soil", ["loam", "clay", "loam", "clay"]))
    assert (found.labels, found.code.tolist(), found.method) == (("clay", "loam"), [1, 0, 1, 0], "given")


def test_given_strata_of_numbers_are_in_the_order_of_the_numbers():
    assert given_strata(coded("level", ["10", "9", "10", "9"])).labels == ("9", "10")


def test_strata_without_units_are_no_strata():
    found = given_strata(coded("soil", list("abcabc")).of([0, 2, 3, 5]))
    assert (found.labels, found.code.tolist()) == (("a", "c"), [0, 1, 0, 1])


def test_one_given_stratum():
    with pytest.raises(InputDataError, match="All units are in the one stratum 'a' of 'soil'"):
        given_strata(coded("soil", ["a", "a", "a"]))


def test_given_strata_of_one_unit_are_named():
    with pytest.raises(InputDataError, match=r"'soil' has 2 strata of one unit, .*: b, c; join"):
        given_strata(coded("soil", ["a", "b", "a", "c"]))


# Cut


def test_the_cut_with_the_highest_q_is_taken(cut):
    # equal intervals put the response's step at 50 in the middle; quantiles cut at the median 4.5
    values = [1, 2, 3, 4, 5, 6, 90, 99]
    response = [0, 0, 0, 0, 0, 0, 1, 1]
    chosen, tried = cut(response, values, ["quantile", "equal interval"], [2])
    assert chosen.method == "equal interval"
    assert chosen.code.tolist() == response
    assert chosen.labels == ("[1, 50]", "(50, 99]")
    # quantile: strata of 4 with means 0 and 0.5, total 1.5: 1 - 1 / 1.5
    assert tried["q"] == pytest.approx([1 / 3, 1.0])
    assert tried["chosen"] == [0, 1]


def test_of_equal_cuts_the_first_is_taken(cut):
    chosen, tried = cut([0, 0, 1, 1], [1, 2, 3, 4], ["equal interval", "quantile", "natural breaks"], [2])
    assert tried["q"] == [1.0, 1.0, 1.0]
    assert (chosen.method, tried["chosen"]) == ("equal interval", [1, 0, 0])


def test_cuts_with_a_stratum_of_one_unit_are_skipped(cut):
    chosen, tried = cut([0, 1, 2, 3, 9], [1, 2, 3, 4, 100], ["natural breaks", "quantile"], [2])
    assert tried["reason"] == ["a stratum of one unit", ""]
    assert np.isnan(tried["q"][0])
    assert chosen.method == "quantile"


def test_cuts_with_an_empty_stratum_are_skipped(cut):
    _, tried = cut([0, 1, 2, 3], [1, 2, 99, 100], ["equal interval"], [2, 3])
    assert tried["reason"] == ["", "an empty stratum"]


def test_cuts_into_more_strata_than_different_values_are_skipped(cut):
    _, tried = cut([0, 1, 2, 3], [1, 1, 2, 2], ["quantile"], [2, 3])
    assert tried["reason"] == ["", "more strata than different values"]


def test_geometric_cuts_are_skipped_where_a_value_is_not_above_0(cut):
    _, tried = cut([0, 1, 2, 3], [-1, 0, 1, 2], ["geometric", "quantile"], [2])
    assert tried["reason"][0].startswith("Geometric classes need numbers above 0")


def test_no_cut_at_all_is_an_error_that_lists_them(cut):
    with pytest.raises(InputDataError, match="'gdp' cannot be cut as asked for: 2 by natural breaks: a stra"):
        cut([0, 1, 2, 3, 9], [1, 2, 3, 4, 100], ["natural breaks"], [2])


def test_more_strata_than_different_values_is_an_error(cut):
    with pytest.raises(InputDataError, match="5 by quantile: more strata than different values"):
        cut([0, 1, 2, 3], [1, 1, 2, 2], ["quantile"], [5])


def test_constant_factor_is_one_stratum(cut):
    with pytest.raises(InputDataError, match="'gdp' is 7 in all units, so it is one stratum"):
        cut([0, 1, 2], [7, 7, 7], ["quantile"], [2])


def test_search_is_noted_with_what_it_does_to_p(cut):
    _, tried = cut([0, 1, 2, 3], [1, 1, 2, 2], ["quantile"], [2, 3])
    skipped, search = search_notes(tried, 2)
    assert skipped.text == (
        "1 cuts into strata were skipped: gdp 3 by quantile: more strata than different values."
    )
    assert "the highest q of 2 cuts; p does not know of that search and is too small" in search.text


def test_a_single_cut_is_no_search(cut):
    _, tried = cut([0, 1, 2, 3], [1, 1, 2, 2], ["quantile"], [2])
    assert search_notes(tried, 1) == []


def test_sums_of_strata():
    # (1, 3): mean 2, squares 2; (10,): mean 10, squares 0; none
    found = strata_sums(np.array([1.0, 10.0, 3.0]), np.array([0, 1, 0]), 3)
    assert found.units.tolist() == [2, 1, 0]
    assert found.mean.tolist() == [2.0, 10.0, 0.0]
    assert found.squares.tolist() == [2.0, 0.0, 0.0]


# From tables and texts


def test_numbers_are_to_be_cut_and_words_are_strata():
    table = table_from_columns("units", {"gdp": ["1,5", "2,5"], "soil": ["a", None], "code": [1.0, 2.0]})
    assert factor_of(table, "gdp").values.tolist() == [1.5, 2.5]
    soil, code = factor_of(table, "soil"), factor_of(table, "code", is_given=True)
    assert (soil.values.tolist(), soil.labels) == ([0, -1], ("a",))
    assert (code.values.tolist(), code.labels) == ([0, 1], ("1", "2"))


def test_numbers_and_words_in_one_field_name_the_row():
    table = table_from_columns("units", {"gdp": ["1.5", "unknown"]})
    with pytest.raises(InputDataError, match="feature 2, column 'gdp': 'unknown' is not a number"):
        factor_of(table, "gdp")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5", [5]), (" 3 - 6 ", [3, 4, 5, 6]), ("3–4", [3, 4]), ("7, 3", [3, 7]), ("3-5,4-6", [3, 4, 5, 6])],
)
def test_numbers_of_strata(text, expected):
    assert strata_counts(text) == expected


@pytest.mark.parametrize("text", ["", "five", "3-", "3.5", "-3", "3,,4"])
def test_what_is_no_number_of_strata(text):
    with pytest.raises(InputDataError, match="is no number of strata; write one, such as 5"):
        strata_counts(text)


@pytest.mark.parametrize("text", ["1", "0-3", "6-3", "5, 101"])
def test_numbers_of_strata_out_of_range(text):
    with pytest.raises(InputDataError, match="Strata are from 2 to 100"):
        strata_counts(text)
