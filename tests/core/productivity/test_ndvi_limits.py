"""NDVI limits from histograms against numpy's percentiles of the values themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.productivity.ndvi_limits import BINS, limits_of, ndvi_histogram, percentile


def histogram_of(values):
    return ndvi_histogram(np.array(values, dtype=float), np.zeros(len(values), dtype=np.int64), 1)[0]


@given(st.lists(st.integers(-10_000, 9_999), min_size=1, max_size=60), st.floats(0, 1))
def test_percentiles_of_steps_of_1e_4_are_those_of_numpy(stored, share):
    found = percentile(histogram_of([value / 10_000 for value in stored]), share)
    assert found == pytest.approx(np.percentile(stored, share * 100) / 10_000, abs=1e-9)


def test_limits_by_hand():
    # 0.00, 0.01 ... 1.00 less the last: 100 values; ranks 99 * 0.05 = 4.95 and 99 * 0.95 = 94.05
    assert limits_of(histogram_of(np.arange(100) / 100)) == pytest.approx((0.0495, 0.9405), abs=1e-12)


def test_other_values_are_rounded_to_half_a_bin():
    values = np.random.default_rng(1).uniform(-0.2, 0.9, 1001)
    found = limits_of(histogram_of(values))
    assert found == pytest.approx(np.percentile(values, [5, 95]), abs=0.5e-4 + 1e-9)


def test_one_value_has_equal_limits():
    assert limits_of(histogram_of([0.3])) == (0.3, 0.3)


def test_no_value_has_no_limits():
    assert limits_of(np.zeros(BINS, dtype=int)) is None


def test_what_would_round_to_1_stays_below_it():
    assert percentile(histogram_of([0.99999]), 0.5) == 0.9999


def test_least_value_has_a_bin():
    assert percentile(histogram_of([-1.0]), 0.5) == -1.0


def test_classes_are_counted_apart():
    found = ndvi_histogram(np.array([0.1, 0.2, 0.2]), np.array([0, 2, 2]), 3)
    assert found.shape == (3, BINS)
    assert found.sum(axis=1).tolist() == [1, 0, 2]
    assert found[2, 12_000] == 2
