"""Theil-Sen and Mann-Kendall against pymannkendall 1.4.3, scipy.stats and arithmetic."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.trend import series as series_module
from landcarbon.core.trend.series import Trend, least_valid, trends

pymannkendall = pytest.importorskip("pymannkendall")
stats = pytest.importorskip("scipy.stats")


@st.composite
def dates(draw, least=4, most=60):
    """Ascending years, one to six apart."""
    steps = draw(st.lists(st.integers(1, 6), min_size=least, max_size=most) | st.just([1] * least))
    return 1950.0 + np.cumsum(steps)


@st.composite
def numbers(draw, count):
    """Values of one kind: with many ties, of any size, far from zero (equal as float32), or constant."""
    kind = draw(st.sampled_from(["ties", "any", "far", "huge", "tiny", "constant"]))
    if kind == "constant":
        return np.full(count, draw(st.floats(-1e6, 1e6)))
    whole = st.integers(-3, 3) if kind == "ties" else st.integers(-10_000, 10_000)
    values = np.array(draw(st.lists(whole, min_size=count, max_size=count)), dtype=float)
    scale = {"ties": 1.0, "any": draw(st.floats(1e-6, 1e6)), "far": 0.01, "huge": 1e60, "tiny": 1e-60}[kind]
    return values * scale + (1e9 if kind == "far" else 0.0)


@st.composite
def one_series(draw, gaps=True):
    """Values and dates of one series; at least 4 of its values are there."""
    times = draw(dates())
    values = draw(numbers(len(times)))
    if gaps:
        most = len(times) - 4
        missing = draw(st.sets(st.integers(0, len(times) - 1), max_size=most))
        values[list(missing)] = np.nan
    return values, times


def one(values, times=None, **options):
    """The trend of one series, as plain numbers."""
    values = np.asarray(values, dtype=float)
    times = np.arange(len(values), dtype=float) if times is None else times
    found = trends(values[:, None], times, **options)
    return Trend(*(None if field is None else field[0] for field in found))


def bits(trend):
    return [None if field is None else field.tobytes() for field in trend]


@settings(max_examples=150, deadline=None)
@given(one_series())
def test_s_variance_and_z_are_those_of_pymannkendall(drawn):
    values, times = drawn
    found = one(values, times, min_valid=4)
    expected = pymannkendall.original_test(values)
    assert (found.s, found.variance, found.z) == (expected.s, expected.var_s, expected.z)
    assert found.p == pytest.approx(expected.p, rel=0, abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(one_series())
def test_slope_and_intercept_are_those_of_scipy(drawn):
    values, times = drawn
    found = one(values, times, min_valid=4)
    valid = ~np.isnan(values)
    expected = stats.theilslopes(values[valid], times[valid], method="separate")
    spread = np.ptp(values[valid])
    assert found.slope == pytest.approx(expected.slope, rel=0, abs=1e-12 * spread)
    # the intercept is the slope times some 2000 years
    level = np.abs(values[valid]).max()
    assert found.intercept == pytest.approx(expected.intercept, rel=0, abs=1e-12 * (level + 2000 * spread))


@settings(max_examples=150, deadline=None)
@given(one_series())
def test_tau_is_tau_b_of_scipy(drawn):
    values, times = drawn
    found = one(values, times, min_valid=4)
    valid = ~np.isnan(values)
    if np.ptp(values[valid]) == 0:
        assert found.tau == 0
    else:
        expected = stats.kendalltau(times[valid], values[valid], variant="b").statistic
        assert found.tau == pytest.approx(expected, rel=1e-12, abs=1e-15)


@settings(max_examples=80, deadline=None)
@given(one_series(gaps=False), st.data())
def test_dates_without_a_value_change_no_bit(drawn, data):
    values, times = drawn
    more = data.draw(st.lists(st.floats(1900.5, 2400.5).filter(lambda t: t % 1), max_size=5, unique=True))
    all_times = np.sort(np.append(times, more))
    stretched = np.full(len(all_times), np.nan)
    stretched[np.searchsorted(all_times, times)] = values
    without = trends(values[:, None], times, min_valid=4)
    assert bits(trends(stretched[:, None], all_times, min_valid=4)) == bits(without)


@settings(max_examples=60, deadline=None)
@given(one_series(gaps=False), one_series())
def test_a_neighbour_with_gaps_changes_no_bit(drawn, neighbour):
    values, times = drawn
    other = np.resize(neighbour[0], len(values))
    other[0] = np.nan
    alone = trends(values[:, None], times)
    beside = trends(np.stack([other, values], axis=1), times)
    assert bits(Trend(*(field[1:] for field in beside))) == bits(alone)


@pytest.fixture(scope="module")
def many():
    """300 series of 30 uneven dates: with ties, gaps, constants and all missing."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(30, 300)).cumsum(axis=0)
    values[:, ::3] = np.round(values[:, ::3])
    values[rng.random(values.shape) < 0.2] = np.nan
    values[:, ::7] = 5.0
    values[:, ::11] = np.nan
    return values, 1950.0 + rng.integers(1, 4, 30).cumsum()


@pytest.mark.parametrize("pairs", [1, 435, 435 * 7, 435 * 299, 1 << 24])
def test_results_do_not_depend_on_the_parts(many, pairs, monkeypatch):
    # 30 dates make 30 * 29 / 2 = 435 pairs: parts of 1, 1, 7, 299 and all series
    expected = bits(trends(*many))
    monkeypatch.setattr(series_module, "_PAIRS_AT_ONCE", pairs)
    assert bits(trends(*many)) == expected


def test_results_do_not_depend_on_the_neighbours(many):
    values, times = many
    whole = trends(values, times)
    alone = [trends(values[:, i : i + 1], times) for i in range(values.shape[1])]
    for name in Trend._fields:
        joined = np.concatenate([getattr(trend, name) for trend in alone])
        assert getattr(whole, name).tobytes() == joined.tobytes(), name


def test_memory_order_of_the_values_changes_no_bit(many):
    values, times = many
    assert bits(trends(np.asfortranarray(values), times)) == bits(trends(values, times))


def test_by_hand():
    # slopes 3-1 = 2, (2-1)/2 = 0.5, (4-1)/3 = 1, 2-3 = -1, (4-3)/2 = 0.5, 4-2 = 2
    # sorted -1 0.5 0.5 1 2 2: median 0.75; five pairs rise and one falls: S = 4
    found = one([1, 3, 2, 4], np.array([2000.0, 2001, 2002, 2003]))
    variance = 4 * 3 * (2 * 4 + 5) / 18
    assert (found.n, found.slope, found.s, found.variance) == (4, 0.75, 4, variance)
    assert found.intercept == 2.5 - 0.75 * 2001.5
    assert found.z == (4 - 1) / math.sqrt(variance)
    assert found.tau == pytest.approx(4 / 6, rel=1e-15)


def test_ties_by_hand():
    # groups of 2 and 3 equal values: 2*1*9 + 3*2*11 = 84; 6 of the 10 pairs rise, 4 are tied
    found = one([1, 1, 2, 2, 2])
    variance = (5 * 4 * 15 - 84) / 18
    assert (found.s, found.variance, found.z) == (6, variance, (6 - 1) / math.sqrt(variance))
    assert found.tau == pytest.approx(6 / math.sqrt(6 * 10), rel=1e-15)


def test_uneven_years_count_in_the_slope():
    # 1 a year throughout: the steps are 1, 9 and 10 years
    found = one([0, 1, 10, 20], np.array([2000.0, 2001, 2010, 2020]))
    assert (found.slope, found.intercept) == (1, -2000)


def test_p_keeps_its_digits_in_the_tail():
    # 60 ascending values: S = 60 * 59 / 2, variance 60 * 59 * 125 / 18
    found = one(np.arange(60))
    z = (1770 - 1) / math.sqrt(60 * 59 * 125 / 18)
    assert found.p == pytest.approx(2 * stats.norm.sf(z), rel=1e-12)
    assert 0 < found.p < 1e-20


def test_constant_series_is_unchanged():
    found = one([3.3] * 6)
    assert (found.slope, found.s, found.variance, found.z, found.p, found.tau) == (0, 0, 0, 0, 1, 0)


def test_s_of_zero_has_p_of_one():
    found = one([1, 2, 2, 1])  # two pairs rise, two fall, two are tied
    assert (found.s, found.z, found.p) == (0, 0, 1)


def test_falling_mirrors_rising():
    rng = np.random.default_rng(1)
    values = rng.normal(size=21).cumsum()
    up, down = one(values), one(-values)
    assert (up.slope, up.s, up.z, up.tau) == (-down.slope, -down.s, -down.z, -down.tau)
    assert (up.p, up.variance) == (down.p, down.variance)


def test_infinite_values_are_missing():
    values = [1.0, np.inf, 3.0, -np.inf, 4.0, 2.0]
    gaps = [1.0, np.nan, 3.0, np.nan, 4.0, 2.0]
    assert one(values, min_valid=4) == one(gaps, min_valid=4)
    assert one(values).n == 4


def test_all_missing():
    found = one([np.nan] * 5)
    assert found.n == 0
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize(
    ("times", "least"),
    # 3/4 of 21 is 16, more than 8; of 9 it is 6.75, so 7; of 5 it is 3.75; below 4 there is no trend
    [(21, 8), (11, 8), (10, 8), (9, 7), (6, 5), (5, 4), (4, 4)],
)
def test_least_valid(times, least):
    assert least_valid(times) == least


def test_too_few_values_are_missing():
    values = np.arange(12.0)
    values[7:] = np.nan  # 7 of 12, and 8 are needed
    found = one(values)
    assert found.n == 7
    assert np.isnan(found[1:]).all()


def test_as_many_values_as_needed():
    values = np.arange(12.0)
    values[8:] = np.nan
    assert one(values).slope == 1


def test_minimum_of_the_user():
    values = np.arange(12.0)
    values[5:] = np.nan
    assert one(values, min_valid=5).slope == 1
    assert np.isnan(one(values, min_valid=6).slope)


def test_without_intercept():
    found = trends(np.arange(5.0)[:, None], np.arange(5.0), intercept=False)
    assert found.intercept is None
    assert found.slope.tolist() == [1.0]


def test_no_series():
    found = trends(np.empty((5, 0)), np.arange(5.0))
    assert [len(field) for field in found] == [0] * len(Trend._fields)


def test_input_is_not_changed():
    values = np.array([[1.0], [np.inf], [np.nan], [2.0], [5.0]])
    before, times = values.copy(), np.arange(5.0)
    trends(values, times)
    assert values.tobytes() == before.tobytes()
    assert times.tolist() == [0, 1, 2, 3, 4]


def test_float32_and_integers_are_taken():
    values = np.array([[3], [1], [4], [1], [5]])
    times = np.arange(5.0)
    expected = bits(trends(values.astype(float), times))
    assert bits(trends(values.astype(np.float32), times)) == expected
    assert bits(trends(values.astype(np.uint8), times)) == expected


def test_no_warnings():
    values = np.array([[np.nan, 1.0, 1e300, np.nan]] * 3 + [[1.0, 1.0, -1e300, np.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trends(values, np.arange(4.0))


def test_three_dates_are_too_few():
    with pytest.raises(InputDataError, match="at least 4 dates, and there are 3"):
        one([1, 2, 3])


def test_a_date_twice():
    with pytest.raises(InputDataError, match="ascend without repeats"):
        one([1, 2, 3, 4], np.array([2000.0, 2001, 2001, 2002]))


def test_too_many_dates():
    with pytest.raises(InputDataError, match="at most 1000 dates"):
        one(np.zeros(1001))
