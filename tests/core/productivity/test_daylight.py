"""Length of days and months against published values."""

import numpy as np
import pytest
from landcarbon.core.productivity.daylight import day_factors, daylight_hours, middle_days, month_lengths


def test_days_of_a_leap_year():
    assert month_lengths(2020).tolist() == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_february_without_a_year_has_28_days():
    assert month_lengths()[1] == 28


def test_daylight_of_the_example_of_fao_56():
    # Allen et al. 1998, example 10: 20 deg S on 3 September, day 246: 11.7 h; NCL's daylight_fao56: 11.66559
    assert daylight_hours(np.array([-20.0]), np.array([246.0]))[0, 0] == pytest.approx(11.66559, abs=5e-6)


def test_middle_of_january_and_march():
    # The 16th is the middle of 31 days; March ends on day 90
    assert middle_days(month_lengths())[[0, 2]].tolist() == [16.0, 75.0]


def test_seasons_are_reversed_in_the_south():
    north, south = daylight_hours(np.array([45.0, -45.0]), np.array([172.0]))[0]
    assert north + south == pytest.approx(24, abs=1e-9)
    assert north > 15


def test_polar_day_and_night():
    assert daylight_hours(np.array([80.0, -80.0]), np.array([172.0]))[0].tolist() == [24.0, 0.0]


def test_factor_is_daylight_and_days_against_12_hours_and_30_days():
    # At the equator: 12 h, 31 / 30 in January and 28 / 30 in February
    found = day_factors(np.array([0.0]), month_lengths())[:2, 0]
    assert found == pytest.approx([31 / 30, 28 / 30], rel=1e-9)
