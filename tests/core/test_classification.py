"""Numbers into classes: breaks by arithmetic, natural breaks against all possible classes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.classification import METHODS, class_breaks, class_intervals, class_of
from landcarbon.core.errors import InputDataError

WHOLE = np.arange(1.0, 9.0)  # 1 to 8: mean 4.5, sample variance 6


def within(values, code):
    """Sum of squared deviations from the means of the classes."""
    return sum(float(((values[code == one] - values[code == one].mean()) ** 2).sum()) for one in set(code))


def least_within(values, count):
    """The least of all classes of whole runs of values, by trying them all."""
    distinct = np.unique(values)
    return min(
        within(values, np.searchsorted(distinct[list(ends)], values))
        for ends in combinations(range(len(distinct) - 1), count - 1)
    )


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("quantile", [2.75, 4.5, 6.25]),  # 1 + 7 j / 4
        ("equal interval", [2.75, 4.5, 6.25]),
        ("geometric", [8**0.25, 8**0.5, 8**0.75]),
        ("standard deviation", [4.5 - 6**0.5, 4.5, 4.5 + 6**0.5]),
        ("natural breaks", [2.0, 4.0, 6.0]),
    ],
)
def test_breaks_of_four_classes(method, expected):
    assert class_breaks(WHOLE, method, [4])[4] == pytest.approx(expected, rel=1e-14)


def test_odd_number_of_standard_deviations_has_the_mean_in_its_middle_class():
    # breaks at the mean -1.5, -0.5, 0.5, 1.5 deviations
    expected = 4.5 + 6**0.5 * np.array([-1.5, -0.5, 0.5, 1.5])
    assert class_breaks(WHOLE, "standard deviation", [5])[5] == pytest.approx(expected, rel=1e-14)


def test_a_class_holds_its_upper_break():
    assert class_of(np.array([1.0, 2.0, 2.1, 5.0, 6.0]), np.array([2.0, 5.0])).tolist() == [0, 0, 1, 1, 2]


def test_missing_value_has_no_class():
    assert class_of(np.array([np.nan, 1.0]), np.array([2.0])).tolist() == [-1, 0]


@pytest.mark.parametrize("method", METHODS)
def test_missing_values_do_not_move_breaks(method):
    gaps = np.insert(WHOLE, [0, 4, 8], np.nan)
    assert class_breaks(gaps, method, [3])[3].tolist() == class_breaks(WHOLE, method, [3])[3].tolist()


@pytest.mark.parametrize("method", METHODS)
def test_input_is_not_changed(method):
    values = WHOLE[::-1].copy()
    class_breaks(values, method, [3])
    assert values.tolist() == WHOLE[::-1].tolist()


@given(
    st.lists(st.integers(-20, 20) | st.floats(-1e3, 1e3).map(lambda x: round(x, 2)), min_size=4, max_size=11),
    st.integers(2, 5),
)
def test_natural_breaks_are_the_best_of_all(numbers, count):
    values = np.array(numbers, dtype=float)
    count = min(count, len(np.unique(values)))
    if count < 2:
        return
    code = class_of(values, class_breaks(values, "natural breaks", [count])[count])
    assert len(set(code)) == count
    least = least_within(values, count)
    assert within(values, code) == pytest.approx(least, rel=1e-9, abs=1e-9 * (1 + np.ptp(values) ** 2))


def test_natural_breaks_of_many_values_equal_dynamic_programming():
    # Fisher's recursion as it is printed, n^2 k: an independent and slow way
    values = np.sort(np.random.default_rng(1).lognormal(0, 1, 300))
    size, count = len(values), 6
    sums, squares = (np.concatenate([[0], np.cumsum(values**power)]) for power in (1, 2))
    i, j = np.triu_indices(size + 1, 1)
    cost = np.full((size + 1, size + 1), np.inf)
    cost[i, j] = squares[j] - squares[i] - (sums[j] - sums[i]) ** 2 / (j - i)
    best = cost[0]
    for _ in range(count - 1):
        best = (best[:, None] + cost).min(axis=0)
    code = class_of(values, class_breaks(values, "natural breaks", [count])[count])
    assert within(values, code) == pytest.approx(best[size], rel=1e-10)


def test_natural_breaks_of_several_counts_are_those_of_each():
    values = np.random.default_rng(2).normal(size=200)
    found = class_breaks(values, "natural breaks", [3, 5, 7])
    assert all(
        found[count].tolist() == class_breaks(values, "natural breaks", [count])[count].tolist()
        for count in (3, 5, 7)
    )


def test_natural_breaks_do_not_depend_on_the_level_of_the_values():
    values = np.random.default_rng(3).integers(0, 1000, 500).astype(float)
    low, high = (class_breaks(values + level, "natural breaks", [5])[5] for level in (0.0, 2.0**40))
    assert (high - 2.0**40).tolist() == low.tolist()


def test_repeated_values_count_as_often_as_they_are_there():
    # {0, 1}, {2.2}: 0.5; {0}, {1, 2.2}: 0.72. With nine zeros: 9 * 0.01 + 0.81 = 0.9 and again 0.72
    assert class_breaks(np.array([0.0, 1.0, 2.2]), "natural breaks", [2])[2].tolist() == [1.0]
    values = np.array([0.0] * 9 + [1.0, 2.2])
    assert class_breaks(values, "natural breaks", [2])[2].tolist() == [0.0]


def test_as_many_natural_classes_as_values():
    assert class_breaks(np.array([3.0, 1.0, 2.0]), "natural breaks", [3])[3].tolist() == [1.0, 2.0]


def test_more_classes_than_different_values():
    with pytest.raises(InputDataError, match="4 classes are asked for, and there are only 2 diff"):
        class_breaks(np.array([1.0, 1.0, 2.0]), "quantile", [2, 4])


def test_fewer_than_two_classes():
    with pytest.raises(InputDataError, match="ask for 2 or more"):
        class_breaks(WHOLE, "quantile", [1])


def test_no_value():
    with pytest.raises(InputDataError, match="There is no value"):
        class_breaks(np.array([np.nan]), "quantile", [2])


@pytest.mark.parametrize("least", [0.0, -1.0])
def test_geometric_classes_need_numbers_above_0(least):
    with pytest.raises(InputDataError, match=f"the least is {least:g}; choose another method"):
        class_breaks(np.array([least, 1.0, 2.0]), "geometric", [2])


@pytest.mark.parametrize(
    ("breaks", "ends", "expected"),
    [
        ([2.0, 5.0], (0.0, 9.0), ["[0, 2]", "(2, 5]", "(5, 9]"]),
        ([0.5], (-1.25, 3.0), ["[-1.25, 0.5]", "(0.5, 3]"]),
        ([1000001.0], (1000000.0, 1000002.0), ["[1000000, 1000001]", "(1000001, 1000002]"]),
    ],
)
def test_intervals_have_as_many_digits_as_tell_them_apart(breaks, ends, expected):
    assert class_intervals(np.array(breaks), *ends) == expected


def test_intervals_of_large_numbers_are_without_powers_of_ten():
    texts = class_intervals(np.array([13_604.2, 107_671.0]), 1_697.8, 16_301_234.0)
    assert texts == ["[1698, 13600]", "(13600, 107700]", "(107700, 16300000]"]
