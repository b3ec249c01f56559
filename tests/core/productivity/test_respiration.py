"""Heterotrophic respiration against values worked by hand."""

import math

import numpy as np
import pytest
from landcarbon.core.productivity.respiration import heterotrophic_respiration


@pytest.mark.parametrize(
    ("temperature", "rain", "expected"),
    [
        (0.0, 0.0, 3.069),  # 0.22 * 30 * 0.465 * (1 + 0)
        (10.0, 100.0, 3.069 * (math.exp(0.913) + math.log(32.45))),
        (-10.0, 20.0, 3.069 * (math.exp(-0.913) + math.log(7.29))),
    ],
)
def test_respiration_by_hand(temperature, rain, expected):
    found = heterotrophic_respiration(np.array([temperature]), np.array([rain]))
    assert found[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("temperature", "rain"), [(np.nan, 1.0), (1.0, np.nan)])
def test_missing_input_has_no_respiration(temperature, rain):
    assert np.isnan(heterotrophic_respiration(np.array([temperature]), np.array([rain]))[0])
