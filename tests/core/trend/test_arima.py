"""ARIMA models of short series against closed forms and statsmodels."""

import warnings

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.trend.arima import (
    KPSS_5_PERCENT,
    by_size,
    differences,
    drawn_straight,
    fill_by_arima,
    fit,
    kpss,
    parse_order,
)

NAN = np.nan


@pytest.fixture(autouse=True, scope="module")
def statsmodels():
    """Imported before warnings become errors: what an import says is not ours."""
    return pytest.importorskip("statsmodels.tsa.arima.model")


@pytest.fixture
def no_warnings():
    """Whatever a fit has to say through `warnings` fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def noise(count, seed=1):
    return np.random.default_rng(seed).normal(0.0, 1.0, count)


def walk(count, seed=1):
    """Emission that rises by about 3e5 t a year."""
    return 1e7 + np.cumsum(3e5 + 2e5 * noise(count, seed))


def ahead(values, years):
    return np.concatenate([values, np.full(years, NAN)])


# Forecasts


def test_random_walk_with_drift_goes_on_by_the_mean_rise():
    values = walk(21)
    found = fill_by_arima(ahead(values, 3), (0, 1, 0)).values[21:]
    # The most likely drift is the mean of the differences, (last - first) / 20.
    drift = (values[-1] - values[0]) / 20
    assert found == pytest.approx(values[-1] + drift * np.array([1, 2, 3]), abs=1e-4 * drift)


def test_white_noise_goes_on_at_its_mean():
    values = 5.0 + noise(20)
    found = fill_by_arima(ahead(values, 2), (0, 0, 0)).values[20:]
    assert found == pytest.approx([values.mean()] * 2, abs=1e-4)


def test_twice_differenced_series_goes_on_along_its_last_rise():
    values = np.cumsum(np.cumsum(noise(20)))
    found = fill_by_arima(ahead(values, 2), (0, 2, 0)).values[20:]
    # ARIMA(0,2,0) without a constant: expected second differences are 0.
    rise = values[-1] - values[-2]
    assert found == pytest.approx([values[-1] + rise, values[-1] + 2 * rise], rel=1e-9)


@pytest.mark.parametrize(
    "order, trend", [((1, 0, 0), "c"), ((0, 0, 2), "c"), ((1, 1, 0), "t"), ((0, 1, 1), "t"), ((1, 2, 0), "n")]
)
def test_equals_statsmodels(order, trend, statsmodels):
    values = 5.0 + np.cumsum(noise(24))
    found = fill_by_arima(ahead(values, 4), order).values[24:]
    # statsmodels 0.14: ARIMA(values, order=order, trend=trend).fit().forecast(4), fitted as it comes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = statsmodels.ARIMA(values, order=order, trend=trend).fit().forecast(4)
    assert found == pytest.approx(expected, abs=1e-3 * np.std(values))


def test_unit_of_the_values_does_not_matter():
    values = ahead(walk(20), 2)
    tonnes, megatonnes = fill_by_arima(values, (1, 1, 0)), fill_by_arima(values / 1e6, (1, 1, 0))
    assert megatonnes.values == pytest.approx(tonnes.values / 1e6, rel=1e-6)


# Gaps inside


def test_gap_of_a_random_walk_is_filled_along_the_line_between_its_ends():
    values = walk(21)
    values[[7, 8]] = NAN
    found = fill_by_arima(values, (0, 1, 0)).values
    # Between two known values the expected path of a random walk is straight, whatever its drift.
    third = (values[9] - values[6]) / 3
    assert found[[7, 8]] == pytest.approx([values[6] + third, values[6] + 2 * third], rel=1e-9)


def test_gap_uses_the_values_on_both_sides(statsmodels):
    values = 5.0 + np.cumsum(noise(24)) * 0.3
    values[[10, 11]] = NAN
    found = fill_by_arima(values, (1, 0, 0)).values[[10, 11]]
    # statsmodels 0.14: predict(10, 11, information_set="smoothed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = statsmodels.ARIMA(values, order=(1, 0, 0), trend="c").fit()
    assert found == pytest.approx(model.predict(10, 11, information_set="smoothed"), abs=1e-3)


def test_known_values_stay_bit_for_bit():
    values = walk(20)
    values[5] = NAN
    found = fill_by_arima(ahead(values, 2), (1, 1, 0)).values
    known = np.isfinite(values)
    assert (found[:20][known] == values[known]).all()


# Lines


def test_constant_series_stays_constant():
    found = fill_by_arima(ahead(np.full(15, 3.3), 2))
    assert found.order == (0, 0, 0)
    assert found.values.tolist() == [3.3] * 17


def test_straight_line_goes_straight_on():
    values = 0.1 * np.arange(16)
    values[4] = NAN
    found = fill_by_arima(ahead(values, 2))
    assert found.order == (0, 1, 0)
    assert found.values == pytest.approx(0.1 * np.arange(18), abs=1e-12)


def test_line_with_two_differences_is_still_a_line():
    found = fill_by_arima(ahead(2.0 * np.arange(15), 1), (1, 2, 1))
    assert found.values[-1] == 30.0  # 2 x 15
    assert found.order == (0, 1, 0)


# Order


@pytest.mark.parametrize("count, lags", [(15, 0), (21, 1), (80, 2)])  # trunc(3 sqrt(n) / 13)
@pytest.mark.parametrize("make", [noise, walk])
def test_kpss_is_that_of_statsmodels(count, lags, make):
    stattools = pytest.importorskip("statsmodels.tsa.stattools")
    values = make(count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        statistic, _, _, critical = stattools.kpss(values, regression="c", nlags=lags)
    assert kpss(values) == pytest.approx(statistic, rel=1e-9)
    assert critical["5%"] == KPSS_5_PERCENT


def test_kpss_of_a_constant_rejects_nothing():
    assert kpss(np.full(20, 0.1)) == 0.0


def test_noise_walk_and_its_sum_are_differenced_0_1_and_2_times():
    # KPSS on 60 values of the same noise: level, its sum with drift, the sum of that
    level = noise(60)
    once = np.cumsum(level + 0.5)
    twice = np.cumsum(np.cumsum(level))
    assert [differences(values) for values in (level, once, twice)] == [0, 1, 2]


def test_gaps_are_drawn_straight_for_the_test_only():
    assert drawn_straight(np.array([1.0, NAN, NAN, 4.0, NAN])).tolist() == [1.0, 2.0, 3.0, 4.0]


def test_search_takes_the_lowest_aicc_of_all_orders(no_warnings):
    values = np.cumsum(noise(18))
    values[6] = NAN
    found = fill_by_arima(ahead(values, 1))
    d = differences(drawn_straight(values))
    scaled = (values - values[0]) / np.std(np.diff(drawn_straight(values - values[0]), d))
    fits = [model for p, q in by_size() if (model := fit(scaled, (p, d, q))) is not None]
    assert found.order == min(fits, key=lambda model: model.aicc).order
    assert len(by_size()) == 16  # p and q of 0, 1, 2, 3


def test_aicc_counts_the_known_values_and_the_variance(statsmodels):
    values = noise(20)
    values[4] = NAN
    # White noise about its mean: -2 ln L = n ln(2 pi s2) + n of the n = 19 known values; k = 2, mean and
    # variance: AICc = -2 ln L + 4 + 12 / (19 - 2 - 1).
    known = values[np.isfinite(values)]
    aicc = 19 * np.log(2 * np.pi * known.var()) + 19 + 4 + 12 / 16
    assert fit(values, (0, 0, 0)).aicc == pytest.approx(aicc, rel=1e-6)


def test_no_model_converges(monkeypatch):
    monkeypatch.setitem(fit.__globals__["_SEARCH"], "maxiter", 1)
    assert fill_by_arima(ahead(walk(20), 1), (2, 1, 2)) is None


@pytest.mark.parametrize("order", [(3, 0, 3), (3, 1, 3), (0, 2, 0), (3, 2, 3)])
def test_no_warning_leaves_a_fit(order, no_warnings):
    values = walk(16)
    values[3] = NAN
    filters = list(warnings.filters)
    fill_by_arima(ahead(values, 2), order)
    assert warnings.filters == filters


@pytest.mark.parametrize("text", ["1,1,0", "1, 1, 0", "(1,1,0)", "1 1 0", "1；1；0", "1，1，0"])
def test_order_as_people_write_it(text):
    assert parse_order(text) == (1, 1, 0)


@pytest.mark.parametrize("text", ["1,1", "auto", "1,1,0,0", "1,-1,0", "1.5,1,0"])
def test_what_is_no_order(text):
    with pytest.raises(InputDataError, match=r"no order of an ARIMA model; write p,d,q"):
        parse_order(text)


@pytest.mark.parametrize("text", ["6,0,0", "0,3,0", "0,0,6"])
def test_order_too_large(text):
    with pytest.raises(InputDataError, match="too large for short series"):
        parse_order(text)
