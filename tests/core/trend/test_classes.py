"""Classes of trends by slope and Z."""

import math

import numpy as np
import pytest
from landcarbon.core.trend.classes import CLASSES, THRESHOLD, level_of, marked_classes, trend_classes

NAN = math.nan


def test_five_classes():
    assert list(CLASSES) == [-2, -1, 0, 1, 2]


def test_threshold_is_that_of_the_study():
    assert THRESHOLD == 1.66


@pytest.mark.parametrize(
    ("slope", "z", "expected"),
    [
        (-0.1, -1.67, -2),
        (-0.1, -1.66, -1),  # not beyond the threshold
        (-0.1, -0.3, -1),
        (0.0, 2.5, 0),  # most pairs rise, but half of the slopes are 0
        (0.1, 0.0, 0),
        (0.1, 0.3, 1),
        (0.1, 1.66, 1),
        (0.1, 1.67, 2),
        (0.1, -0.3, 1),  # the slope sets the direction
        (NAN, 0.3, NAN),
        (0.1, NAN, NAN),
    ],
)
def test_class(slope, z, expected):
    assert trend_classes(np.array([slope]), np.array([z])) == pytest.approx([expected], nan_ok=True)


def test_threshold_of_the_user():
    slope, z = np.array([1.0, 1.0]), np.array([1.9, 2.0])
    assert trend_classes(slope, z, threshold=1.96).tolist() == [1, 2]


def test_marked_by_another_rule():
    slope, z = np.array([-1.0, 1.0, 0.0, NAN]), np.array([-3.0, 3.0, 3.0, NAN])
    found = marked_classes(slope, z, np.array([False, True, True, True]))
    assert found == pytest.approx([-1, 2, 0, NAN], nan_ok=True)


@pytest.mark.parametrize(
    ("threshold", "level"),
    # two-sided levels of the normal distribution, as tables print them
    [(1.644854, 0.10), (1.959964, 0.05), (2.575829, 0.01)],
)
def test_level(threshold, level):
    assert level_of(threshold) == pytest.approx(level, abs=1e-6)
