"""Topt, Te1 and Te2 against values worked by hand."""

import math

import numpy as np
import pytest
from landcarbon.core.productivity.temperature_stress import (
    optimum_temperature,
    temperature_stress_1,
    temperature_stress_2,
)


def te2(temperature, optimum):
    return float(temperature_stress_2(np.array([temperature]), np.array([optimum]))[0])


def year(**values):
    """A series of one cell: 0 but in the months named m1 to m12."""
    series = np.zeros((12, 1))
    for month, value in values.items():
        series[int(month[1:]) - 1] = value
    return series


def test_optimum_is_the_temperature_of_the_greenest_month():
    temperature = np.arange(12.0)[:, None]
    assert optimum_temperature(year(m8=0.7, m9=0.6), temperature).tolist() == [7.0]


def test_first_month_wins_among_equally_green_ones():
    temperature = np.arange(12.0)[:, None]
    assert optimum_temperature(year(m5=0.7, m9=0.7), temperature).tolist() == [4.0]


def test_optimum_of_every_cell_is_its_own():
    ndvi = np.hstack((year(m1=0.5), year(m12=0.5)))
    temperature = np.arange(12.0)[:, None] + np.array([0.0, 100.0])
    assert optimum_temperature(ndvi, temperature).tolist() == [0.0, 111.0]


def test_inputs_stay_as_they_are():
    ndvi, temperature = year(m3=0.5), np.arange(12.0)[:, None]
    optimum_temperature(ndvi, temperature)
    assert ndvi.sum() == 0.5
    assert temperature.ravel().tolist() == list(range(12))


@pytest.mark.parametrize(
    ("optimum", "expected"),
    [
        (20.0, 1.0),  # 0.8 + 0.4 - 0.2
        (25.0, 0.9875),  # 0.8 + 0.5 - 0.3125
        (0.0, 0.8),
        (-20.0, 0.2),  # 0.8 - 0.4 - 0.2
        (-25.0, 0.0),  # 0.8 - 0.5 - 0.3125 is negative
    ],
)
def test_te1_by_hand(optimum, expected):
    assert temperature_stress_1(np.array([5.0]), optimum)[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("temperature", "expected"), [(-10.0, 0.0), (-9.99, 1.0), (-40.0, 0.0)])
def test_nothing_grows_at_minus_10_and_below(temperature, expected):
    assert temperature_stress_1(np.array([temperature]), 20.0)[0] == pytest.approx(expected, rel=1e-12)


def test_te2_at_the_optimum():
    # 1.184 / (1 + exp(-2)) / (1 + exp(-3))
    assert te2(20.0, 20.0) == pytest.approx(1.184 / 1.1353352832 / 1.0497870684, rel=1e-9)


@pytest.mark.parametrize(("temperature", "optimum"), [(15.0, 20.0), (25.0, 20.0), (3.0, 10.0), (-5.0, -2.0)])
def test_te2_by_hand(temperature, optimum):
    rise = 1 + math.exp(0.2 * (optimum - 10 - temperature))
    fall = 1 + math.exp(0.3 * (-optimum - 10 + temperature))
    assert te2(temperature, optimum) == pytest.approx(1.184 / rise / fall, rel=1e-12)


@pytest.mark.parametrize("temperature", [30.001, 6.999, 60.0, -90.0])
def test_te2_far_from_the_optimum_is_half_its_best(temperature):
    assert te2(temperature, 20.0) == pytest.approx(te2(20.0, 20.0) / 2, rel=1e-12)
    assert te2(temperature, 20.0) == pytest.approx(0.4967, abs=5e-5)


def test_exactly_10_above_and_13_below_are_not_far():
    # 1.184 / (1 + exp(-4)) / 2 and 1.184 / (1 + exp(0.6)) / (1 + exp(-6.9))
    assert te2(30.0, 20.0) == pytest.approx(1.184 / (1 + math.exp(-4)) / 2, rel=1e-12)
    assert te2(7.0, 20.0) == pytest.approx(1.184 / (1 + math.exp(0.6)) / (1 + math.exp(-6.9)), rel=1e-12)
