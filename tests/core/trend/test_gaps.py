"""Gaps of yearly series: what is filled, what is not, and what is said about it."""

import numpy as np
import pytest
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.trend import gaps
from landcarbon.core.trend.gaps import ADDED, FILLS, fill_series, spline

NAN = np.nan


def filled(values, fill="linear", years=None, **options):
    """Fill one unit's series of one quantity."""
    years = range(2000, 2000 + len(values)) if years is None else years
    return fill_series(
        ["a"] * len(values), np.array(years), {"ce_t": np.array(values, float)}, fill, **options
    )


def column(found):
    return [None if np.isnan(value) else value for value in found.columns["ce_t"].tolist()]


def warnings_of(found):
    return [note.text for note in found.notes if note.kind == "warning"]


# Inside a series


def test_missing_year_becomes_a_row_on_the_line():
    found = filled([10.0, 16.0], years=[2000, 2003])
    assert found.year.tolist() == [2000, 2001, 2002, 2003]
    # 10 + 6 / 3 per year
    assert column(found) == [10.0, 12.0, 14.0, 16.0]
    assert found.row.tolist() == [0, ADDED, ADDED, 1]


def test_missing_value_is_filled_in_its_row():
    found = filled([10.0, NAN, 14.0])
    assert column(found) == [10.0, 12.0, 14.0]  # (10 + 14) / 2
    assert found.row.tolist() == [0, 1, 2]


def test_uneven_years_count_as_they_are():
    found = filled([0.0, NAN, 8.0], years=[2000, 2001, 2004])
    assert column(found) == [0.0, 2.0, 4.0, 6.0, 8.0]  # 8 / 4 per year


def test_only_filled_values_are_flagged():
    found = filled([10.0, NAN, 14.0])
    assert found.filled == [None, "ce_t: linear", None]


def test_flag_names_every_field_that_was_filled():
    columns = {"ce_t": np.array([1.0, NAN, 3.0]), "cs_t": np.array([2.0, NAN, 4.0]), "gdp": np.ones(3)}
    found = fill_series(["a"] * 3, np.array([2000, 2001, 2002]), columns)
    assert found.filled == [None, "ce_t: linear; cs_t: linear", None]


def test_gap_of_one_field_leaves_the_other():
    columns = {"ce_t": np.array([1.0, NAN, 3.0]), "cs_t": np.array([2.0, NAN, NAN])}
    found = fill_series(["a"] * 3, np.array([2000, 2001, 2002]), columns)
    assert found.filled == [None, "ce_t: linear", None]
    assert np.isnan(found.columns["cs_t"]).tolist() == [False, True, True]


def test_series_without_a_gap_stays_bit_for_bit():
    values = [0.1, 0.2, 0.7]
    found = filled(values)
    assert column(found) == values
    assert found.filled == [None] * 3


def test_units_are_filled_on_their_own_and_sorted_by_year():
    found = fill_series(
        ["b", "a", "b", "a"],
        np.array([2002, 2000, 2000, 2001]),
        {"ce_t": np.array([6.0, 1.0, 2.0, 1.5])},
    )
    assert list(zip(found.unit, found.year.tolist(), found.columns["ce_t"].tolist(), strict=True)) == [
        ("b", 2000, 2.0),
        ("b", 2001, 4.0),
        ("b", 2002, 6.0),
        ("a", 2000, 1.0),
        ("a", 2001, 1.5),
    ]
    assert found.row.tolist() == [2, ADDED, 0, 1, 3]


def test_inputs_are_not_modified():
    values = np.array([1.0, NAN, 3.0])
    fill_series(["a"] * 3, np.array([2000, 2001, 2002]), {"ce_t": values})
    assert np.isnan(values[1])


def test_table_without_rows():
    found = fill_series([], np.zeros(0, int), {"ce_t": np.zeros(0)})
    assert (found.unit, found.year.tolist(), found.filled) == ([], [], [])


# Spline


def test_not_a_knot_spline_gives_back_a_cubic():
    times = np.array([0, 1, 3, 4, 6])
    # Not-a-knot reproduces cubics: x^3 at 2 and 5 is 8 and 125.
    assert spline(np.array([2, 5]), times, times**3.0) == pytest.approx([8.0, 125.0], rel=1e-12)


def test_natural_spline_through_three_points():
    # Through (0, 0), (2, 1), (4, 0) with second derivatives 0 at the ends: M1 = 6 / 8 * (-1/2 - 1/2) = -3/4;
    # s(1) = M1 / 12 + (1 / 2 - M1 / 3) = 11/16
    assert spline(np.array([1, 3]), np.array([0, 2, 4]), np.array([0.0, 1.0, 0.0])) == pytest.approx(
        [11 / 16, 11 / 16], rel=1e-12
    )


def test_spline_through_two_points_is_a_line():
    assert column(filled([10.0, NAN, 14.0], "cubic spline")) == pytest.approx([10.0, 12.0, 14.0], rel=1e-12)


def test_spline_through_four_points_is_that_of_scipy():
    found = filled([1.0, 4.0, NAN, 2.0, 7.0], "cubic spline")
    # scipy 1.17: CubicSpline([0, 1, 3, 4], [1, 4, 2, 7], bc_type="not-a-knot")(2). By hand, the cubic through
    # the four points (Lagrange) at 2: 1 * (-1)(-2)(1) / 12 ... = -1/6 * 1 + 2/3 * 4 + 2/3 * 2 - 1/6 * 7 = 8/3
    assert column(found)[2] == pytest.approx(8 / 3, rel=1e-12)
    assert found.filled[2] == "ce_t: cubic spline"


# Outside a series


@pytest.mark.parametrize("fill", FILLS[:2])
def test_nothing_is_extrapolated_silently(fill):
    found = filled([NAN, 1.0, NAN, 3.0, NAN, NAN], fill)
    assert column(found) == [None, 1.0, 2.0, 3.0, None, None]
    assert warnings_of(found) == [
        "ce_t: 3 missing values lie outside the series of their units, where this method does not fill; they "
        "stay missing: a."
    ]


def test_no_rows_are_added_beyond_a_unit():
    found = fill_series(
        ["a", "a", "b"], np.array([2000, 2001, 2005]), {"ce_t": np.array([1.0, 2.0, 3.0])}, "linear"
    )
    assert list(zip(found.unit, found.year.tolist(), strict=True)) == [("a", 2000), ("a", 2001), ("b", 2005)]


def test_no_rows_are_added_where_nothing_can_be_filled():
    # The only value is in 2000: 2001 and 2002 lie outside the series.
    found = filled([1.0, NAN], years=[2000, 2003])
    assert found.year.tolist() == [2000, 2003]


@pytest.mark.parametrize("options", [{"to_year": 2030}, {"order": (1, 0, 0)}])
@pytest.mark.parametrize("fill", FILLS[:2])
def test_what_only_arima_has_is_refused(fill, options):
    with pytest.raises(InputDataError, match=f"'{fill}' fills inside the series only: choose ARIMA"):
        filled([1.0, 2.0], fill, **options)


# ARIMA

# A straight line needs no fit: the model goes on along it.
LINE = [2.0 * i for i in range(15)]


def test_arima_fills_inside_and_up_to_the_year():
    values = list(LINE)
    values[3] = NAN
    found = filled([*values, 30.0], "ARIMA", to_year=2017)
    assert column(found) == pytest.approx([2.0 * i for i in range(18)], abs=1e-12)
    assert [i for i, text in enumerate(found.filled) if text == "ce_t: ARIMA(0,1,0)"] == [3, 16, 17]
    assert found.row.tolist() == [*range(16), ADDED, ADDED]


def test_arima_goes_on_to_the_last_year_of_the_input():
    found = fill_series(
        ["a"] * 15 + ["b"] * 15,
        np.array([*range(2000, 2015), *range(2002, 2017)]),
        {"ce_t": np.array(LINE * 2)},
        "ARIMA",
    )
    of_a = [year for unit, year in zip(found.unit, found.year.tolist(), strict=True) if unit == "a"]
    assert of_a == list(range(2000, 2017))


def test_arima_never_fills_before_the_first_value():
    found = filled([NAN, *LINE], "ARIMA")
    assert column(found)[0] is None
    assert found.filled == [None] * 16
    assert "1 missing values lie outside" in warnings_of(found)[0]


def test_fewer_than_15_values_are_named_and_not_filled():
    values = [1.0, NAN, *range(2, 15)]  # 14 known
    found = filled(values, "ARIMA", to_year=2020)
    assert column(found) == [None if np.isnan(value) else value for value in values]
    assert found.filled == [None] * 15
    assert warnings_of(found) == [
        "ce_t: ARIMA needs 15 values; 1 units have fewer (number in brackets), nothing is filled: a (14)."
    ]


def test_short_series_without_a_gap_is_no_matter():
    assert warnings_of(filled([1.0, 2.0], "ARIMA")) == []


def test_series_that_does_not_converge_is_named_and_not_filled(monkeypatch):
    monkeypatch.setattr(gaps, "fill_by_arima", lambda values, order: None)
    found = filled([*LINE, NAN], "ARIMA")
    assert column(found) == [*LINE, None]
    assert warnings_of(found) == [
        "ce_t: ARIMA did not converge for 1 units, nothing is filled: a. Try another order, or a longer "
        "series."
    ]


def test_order_is_handed_on():
    pytest.importorskip("statsmodels")
    values = np.cumsum(np.random.default_rng(1).normal(1.0, 1.0, 15))
    found = filled([*values, NAN], "ARIMA", order=(0, 1, 0))
    assert found.filled[-1] == "ce_t: ARIMA(0,1,0)"
    # Random walk with drift: last + (last - first) / 14
    assert column(found)[-1] == pytest.approx(values[-1] + (values[-1] - values[0]) / 14, abs=1e-4)


def test_year_to_fill_to_before_the_end_of_the_input():
    with pytest.raises(InputDataError, match="is 2013, but the input goes on to 2014; give a year from 2014"):
        filled(LINE, "ARIMA", to_year=2013)


# Notes


def test_what_was_filled_is_counted():
    found = filled([1.0, NAN, NAN, 4.0])
    assert found.notes[0].text == (
        "ce_t: 2 values inside and 0 values after the series of 1 units were filled, method linear."
    )


def test_series_without_gaps():
    assert [note.text for note in filled([1.0, 2.0, 3.0, 4.0]).notes] == ["ce_t: no value was filled."]


def test_unit_without_any_value_is_named():
    found = filled([NAN, NAN, NAN])
    assert column(found) == [None] * 3
    assert warnings_of(found) == ["ce_t: 1 units have no value at all, nothing is filled: a."]


DIP = [100.0, 0.0, NAN, 0.0, 100.0]  # a parabola through it has its bottom below 0


def test_negative_spline_of_a_positive_quantity_names_unit_and_year():
    found = filled(DIP, "cubic spline")
    # Cubic through (-2, 100), (-1, 0), (1, 0), (2, 100) at 0: 100 (x^2 - 1) / 3 = -100/3
    assert column(found)[2] == pytest.approx(-100 / 3, rel=1e-12)
    assert warnings_of(found) == [
        "ce_t: 1 filled values are negative, and no value of the input is; check them or fill linearly: "
        "a (2002)."
    ]


def test_quantity_that_can_be_negative_is_not_reported():
    found = fill_series(
        ["a"] * 5 + ["b"],
        np.array([2000, 2001, 2002, 2003, 2004, 2000]),
        {"net_t": np.array([*DIP, -1.0])},
        "cubic spline",
    )
    assert found.columns["net_t"][2] < 0
    assert warnings_of(found) == []


def test_negative_forecast_of_a_positive_quantity_is_reported():
    found = filled(LINE[::-1], "ARIMA", to_year=2016)
    # 0 in 2014, 2 less every year
    assert column(found)[-2:] == pytest.approx([-2.0, -4.0], abs=1e-12)
    assert "a (2015, 2016)" in warnings_of(found)[0]


def test_cancel_comes_through():
    def progress(fraction):
        raise Cancelled

    with pytest.raises(Cancelled):
        filled([1.0, NAN, 3.0], progress=progress)


def test_progress_counts_the_units():
    seen = []
    fill_series(["a", "b"], np.array([2000, 2000]), {"ce_t": np.ones(2)}, progress=seen.append)
    assert seen == [0.5, 1.0]
