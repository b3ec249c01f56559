"""The region's series: mean of the complete units, polynomial and bands against numpy and statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.trend.region_series import polynomial_trend, region_mean

pytest.importorskip("scipy.stats")

YEARS = np.arange(2000.0, 2021.0)


def noisy(seed=5):
    """A parabola with noise over 21 years."""
    noise = np.random.default_rng(seed).normal(scale=0.5, size=21)
    return 3 + 0.4 * (YEARS - 2010) - 0.05 * (YEARS - 2010) ** 2 + noise


def test_mean_of_the_complete_units():
    values = np.array([[1.0, 10.0, 3.0], [2.0, np.nan, 6.0]])
    mean, count = region_mean(values)
    assert (mean.tolist(), count) == ([2.0, 4.0], 2)


def test_no_complete_unit():
    mean, count = region_mean(np.array([[1.0, np.nan], [np.nan, 2.0]]))
    assert count == 0
    assert np.isnan(mean).all()


def test_mean_of_large_values():
    mean, _ = region_mean(np.full((2, 4), 1e308))
    assert mean.tolist() == [1e308, 1e308]


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_exact_polynomial_is_found(degree):
    # (year - 2010) ** degree, and nothing is left for a higher degree
    found = polynomial_trend(YEARS, 7 + (YEARS - 2010) ** degree)
    expected = [7.0] + [0.0] * (degree - 1) + [1.0]
    assert (found.degree, found.origin) == (degree, 2010)
    assert found.coefficients == pytest.approx(expected, abs=1e-9)
    assert found.r2 == pytest.approx(1, abs=1e-12)


def test_noisy_parabola_has_degree_two():
    found = polynomial_trend(YEARS, noisy())
    expected = np.polyfit(YEARS - 2010, noisy(), 2)[::-1]
    assert found.degree == 2
    assert found.coefficients == pytest.approx(expected, rel=1e-9)
    assert found.fitted == pytest.approx(np.polyval(expected[::-1], YEARS - 2010), rel=1e-9)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_aicc(degree):
    values = noisy()
    rest = values - np.polyval(np.polyfit(YEARS - 2010, values, degree), YEARS - 2010)
    n, k = 21, degree + 1
    expected = n * math.log((rest**2).sum() / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
    assert polynomial_trend(YEARS, values).criteria[degree] == pytest.approx(expected, rel=1e-9)


def test_r2():
    values = noisy()
    found = polynomial_trend(YEARS, values)
    left, all_of_it = ((values - around) ** 2 for around in (found.fitted, values.mean()))
    assert found.r2 == pytest.approx(1 - left.sum() / all_of_it.sum(), rel=1e-12)


def test_bands_are_those_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    at = np.linspace(2000, 2020, 7)
    found = polynomial_trend(YEARS, noisy(), at)
    model = api.OLS(noisy(), np.vander(YEARS - 2010, 3)).fit()
    expected = model.get_prediction(np.vander(at - 2010, 3))
    assert found.fitted == pytest.approx(expected.predicted_mean, rel=1e-9)
    for band, bounds in (
        (found.confidence, expected.conf_int(alpha=0.05)),
        (found.prediction, expected.conf_int(obs=True, alpha=0.05)),
    ):
        assert np.transpose(band) == pytest.approx(bounds, rel=1e-9)


def test_bands_of_a_line_by_hand():
    # 0 1 1 2 on 0 1 2 3: slope 0.6, level 0.1; errors -0.1 0.3 -0.3 0.1, SSE 0.2, two degrees of freedom;
    # at 1.5 the leverage is 1/4; t of 97.5 % with 2 degrees of freedom is 4.302653
    found = polynomial_trend([0, 1, 2, 3], [0, 1, 1, 2], [1.5])
    half = 4.302653 * math.sqrt(0.2 / 2)
    assert found.degree == 1
    assert found.fitted == pytest.approx([1.0])
    assert found.confidence[:, 0] == pytest.approx([1 - half * 0.5, 1 + half * 0.5], rel=1e-6)
    wide = half * math.sqrt(1.25)
    assert found.prediction[:, 0] == pytest.approx([1 - wide, 1 + wide], rel=1e-6)


@pytest.mark.parametrize(("count", "degrees"), [(4, [1]), (5, [1, 2]), (6, [1, 2, 3])])
def test_degrees_that_the_series_is_long_enough_for(count, degrees):
    # n > k + 1 with k = degree + 1
    values = [1.0, 3.0, 2.0, 5.0, 3.0, 1.0][:count]
    assert list(polynomial_trend(np.arange(count), values).criteria) == degrees


def test_three_values_are_too_few():
    with pytest.raises(InputDataError, match="at least 4 values, and there are 3"):
        polynomial_trend([1, 2, 3], [1, 2, 3])


def test_constant_series():
    found = polynomial_trend(YEARS, np.full(21, 0.1))
    assert found.degree == 1
    assert found.coefficients == pytest.approx([0.1, 0], abs=1e-15)
    assert math.isnan(found.r2)
    assert np.ptp(found.prediction) == pytest.approx(0, abs=1e-14)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-1000, 1000), min_size=6, max_size=25),
    st.sampled_from([1e-9, 1.0, 1e12]),
    st.integers(1, 4),
)
def test_unit_of_the_values_changes_no_degree(values, factor, step):
    times = 1990 + step * np.arange(len(values))
    values = np.array(values, dtype=float)
    small, large = polynomial_trend(times, values), polynomial_trend(times, values * factor)
    assert large.degree == small.degree
    assert large.fitted == pytest.approx(small.fitted * factor, rel=1e-6, abs=1e-6 * factor)


def test_input_is_not_changed():
    values, times = noisy(), YEARS.copy()
    polynomial_trend(times, values)
    assert values.tolist() == noisy().tolist()
    assert times.tolist() == YEARS.tolist()
