"""Peak, neutrality and potential: one unit for every case."""

import numpy as np
import pytest
from landcarbon.core.forecast.targets import emission_potential, neutral_years, peak_years

YEARS = np.array([2020, 2025, 2030])


@pytest.mark.parametrize(
    ("ce", "year"),
    [
        ([1.0, 3.0, 2.0], 2025),
        ([3.0, 2.0, 1.0], 2020),  # only falls: the base year
        ([1.0, 2.0, 3.0], 2030),
        ([2.0, 2.0, 1.0], 2020),  # the first of several
    ],
)
def test_the_peak_is_the_year_of_the_highest_emission(ce, year):
    assert peak_years(np.array(ce)[:, None], YEARS).tolist() == [year]


def test_a_unit_without_a_path_has_no_peak():
    assert np.isnan(peak_years(np.full((3, 1), np.nan), YEARS)).all()


@pytest.mark.parametrize(
    ("ce", "year"),
    [
        ([1.0, 1.0, 1.0], 2020),
        ([3.0, 2.0, 1.0], 2025),  # equal is enough
        ([1.0, 3.0, 1.0], 2030),  # the last time it comes below
        ([1.0, 1.0, 3.0], np.nan),
    ],
)
def test_neutral_from_the_year_after_which_emission_stays_below(ce, year):
    found = neutral_years(np.array(ce)[:, None], np.full((3, 1), 2.0), YEARS)
    np.testing.assert_array_equal(found, [year])


def test_nothing_is_neutral_without_sequestration():
    assert np.isnan(neutral_years(np.ones((3, 1)), np.full((3, 1), np.nan), YEARS)).all()


@pytest.mark.parametrize(
    ("low", "base", "high", "neutral", "growth", "cep"),
    [
        (True, True, False, 1.0, -0.02, 5),
        (True, True, True, 1.0, -0.02, 5),
        (True, True, True, 0.0, -0.02, 4),
        (True, True, False, 0.0, -0.02, 3),
        (True, False, False, 0.0, 0.03, 2),
        (False, False, False, 0.0, 0.0099, 2),
        (False, True, True, 1.0, -0.02, 2),  # base without low: by its slow growth
        (False, False, False, 1.0, 0.01, 1),
        (True, True, True, np.nan, -0.02, np.nan),  # 5 or 4
        (True, False, True, np.nan, 0.03, 2),  # neutrality does not matter
        (False, False, False, np.nan, 0.03, 1),
        (False, False, False, 0.0, np.nan, np.nan),  # no path
    ],
)
def test_potential_is_the_first_class_that_holds(low, base, high, neutral, growth, cep):
    columns = (np.array([value]) for value in (low, base, high, neutral, growth))
    np.testing.assert_array_equal(emission_potential(*columns), [cep])
