"""Thornthwaite's evapotranspiration, EET and We against values worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.productivity.water_stress import (
    actual_evapotranspiration,
    carried_over,
    heat_exponent,
    heat_index,
    net_radiation,
    potential_evapotranspiration,
    warm_water_stress,
    water_stress,
)

AMOUNT = st.floats(0, 2000)


def months(*values):
    return np.array(values, dtype=float)[:, None]


def ep0(temperature, heat):
    return float(potential_evapotranspiration(np.array([temperature]), np.array([heat]))[0])


def test_heat_index_by_hand():
    # (10 / 5)^1.514 twice and (5 / 5)^1.514 once; frozen months add nothing
    expected = 2 * 2**1.514 + 1
    assert heat_index(months(10, 10, 5, 0, -3, -8, -20, 0, 0, 0, 0, 0))[0] == pytest.approx(
        expected, rel=1e-12
    )


@pytest.mark.parametrize(
    ("heat", "expected"),
    [
        (0.0, 0.49239),
        # 84 387.5 - 192 750 + 896 000 + 492 390, in millionths
        (50.0, 1.2800275),
        # 675 100 - 771 000 + 1 792 000 + 492 390
        (100.0, 2.18849),
    ],
)
def test_exponent_by_hand(heat, expected):
    assert heat_exponent(np.array([heat]))[0] == pytest.approx(expected, rel=1e-12)


def test_potential_evapotranspiration_by_hand():
    assert ep0(10.0, 50.0) == pytest.approx(16 * 2**1.2800275, rel=1e-12)


@pytest.mark.parametrize("temperature", [0.0, -0.1, -50.0])
def test_frozen_months_evaporate_nothing(temperature):
    assert ep0(temperature, 50.0) == 0.0


def test_hot_months_follow_the_polynomial():
    # -415.85 + 967.2 - 387
    assert ep0(30.0, 150.0) == pytest.approx(164.35, rel=1e-12)


def test_26_5_degrees_are_not_hot():
    a = (0.6751 * 150**3 - 77.1 * 150**2 + 17920 * 150 + 492390) * 1e-6
    assert ep0(26.5, 150.0) == pytest.approx(16 * (265 / 150) ** a, rel=1e-12)


def test_the_polynomial_does_not_go_below_0():
    # -415.85 + 1934.4 - 1548 = -29.45
    assert ep0(60.0, 150.0) == 0.0


def test_a_year_without_heat_evaporates_nothing():
    assert ep0(1e-300, 0.0) < 1e-100


def test_net_radiation_by_hand():
    # sqrt(2500) (0.369 + 0.598 * 2)
    assert net_radiation(np.array([100.0]), np.array([25.0]))[0] == pytest.approx(78.25, rel=1e-12)


def test_actual_evapotranspiration_by_hand():
    # P = 100, Ep0 = 100: Rn = 96.7, 9670 (19350.89 + 9670) / (196.7 * 19350.89)
    expected = 9670 * 29020.89 / (196.7 * 19350.89)
    assert actual_evapotranspiration(np.array([100.0]), np.array([100.0]))[0] == pytest.approx(
        expected, rel=1e-12
    )


@pytest.mark.parametrize("potential", [0.0, 100.0])
def test_without_rain_nothing_evaporates(potential):
    assert actual_evapotranspiration(np.array([potential]), np.array([0.0]))[0] == 0.0


def test_no_more_evaporates_than_can():
    # Without the bound Rn = 10 * 0.369 * 100 + 59.8 = 428.8 mm would
    assert actual_evapotranspiration(np.array([100.0]), np.array([1e4]))[0] == 100.0


@given(AMOUNT, AMOUNT)
def test_water_stress_is_from_one_half_to_one(potential, rain):
    potential, rain = np.array([potential]), np.array([rain])
    found = warm_water_stress(actual_evapotranspiration(potential, rain), potential)[0]
    assert 0.5 <= found <= 1.0


def test_water_stress_by_hand():
    # PET = (50 + 100) / 2 = 75, 0.5 + 0.5 * 50 / 75
    assert warm_water_stress(np.array([50.0]), np.array([100.0]))[0] == pytest.approx(5 / 6, rel=1e-12)


def test_as_much_as_can_evaporate_is_no_stress():
    assert warm_water_stress(np.array([80.0]), np.array([80.0]))[0] == 1.0


def test_nothing_to_evaporate_in_a_warm_month_is_no_stress():
    assert warm_water_stress(np.array([0.0]), np.array([0.0]))[0] == 1.0


def test_frozen_months_take_the_last_warm_one_across_the_turn_of_the_year():
    we = months(0.9, 0.9, 0.9, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9, 0.75, 0.9, 0.9)
    warm = months(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0).astype(bool)
    expected = [0.75, 0.75, 0.75, 0.6, 0.7, 0.8, 0.8, 0.8, 0.8, 0.75, 0.75, 0.75]
    assert carried_over(we, warm).ravel().tolist() == expected


def test_a_year_of_frost_has_the_greatest_stress():
    assert carried_over(np.full((12, 1), 0.9), np.zeros((12, 1), dtype=bool)).ravel().tolist() == [0.5] * 12


def test_a_year_of_one_month_and_rain_by_hand():
    # July alone is warm: I = 2^1.514, Ep0 = 16 (100 / I)^a
    temperature = np.full((12, 1), -5.0)
    temperature[6] = 10.0
    rain = np.full((12, 1), 30.0)
    index = 2**1.514
    a = (0.6751 * index**3 - 77.1 * index**2 + 17920 * index + 492390) * 1e-6
    potential = 16 * (100 / index) ** a
    rn = math.sqrt(potential * 30) * (0.369 + 0.598 * math.sqrt(potential / 30))
    actual = 30 * rn * (900 + rn**2 + 30 * rn) / ((30 + rn) * (900 + rn**2))
    expected = 0.5 + actual / (actual + potential)
    assert water_stress(temperature, rain).ravel() == pytest.approx([expected] * 12, rel=1e-12)


def test_longer_days_dry_out_a_month():
    temperature, rain = np.full((12, 1), 15.0), np.full((12, 1), 30.0)
    longer = water_stress(temperature, rain, np.full((12, 1), 1.3))
    assert (longer < water_stress(temperature, rain)).all()
