"""Draws of coefficients against a loop that refits every resampled history."""

import numpy as np
import pytest
from landcarbon.core.forecast.bootstrap import coefficient_draws
from landcarbon.core.forecast.history import PANEL, REGION, UNIT_EFFECTS
from landcarbon.core.forecast.ridge import Ridge
from landcarbon.core.forecast.stirpat_fit import stirpat_fit

FIVE = ("P", "W", "IS", "TI", "UR")


def fitted(response, drivers, k):
    model = Ridge(response, drivers)
    return model.slopes([k])[0], model.constants([k])[0]


@pytest.mark.parametrize("k", [0.0, 0.05])
def test_draws_of_a_region_refit_sums_of_drawn_units_and_drawn_residuals(made, k):
    history, size = made(names=FIVE), 7
    slopes, constants = coefficient_draws(history, REGION, k, size, seed=3)
    dice = np.random.default_rng(3)
    units = dice.integers(0, 6, (size, 6))
    years = dice.integers(0, 21, (size, 21))
    for draw in range(size):
        sums = {key: values[:, units[draw]].sum(axis=1) for key, values in history.amounts.items()}
        response = np.log(sums["RESPONSE"])
        drivers = np.stack([np.log(variable.of(sums)) for variable in history.variables], axis=1)
        b, a = fitted(response, drivers, k)
        residuals = (response - a - drivers @ b) * np.sqrt(21 / 15)
        b, a = fitted(a + drivers @ b + residuals[years[draw]], drivers, k)
        np.testing.assert_allclose(slopes[draw], b, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(constants[draw], a, rtol=1e-6)


@pytest.mark.parametrize("pool", [PANEL, UNIT_EFFECTS])
def test_draws_of_a_panel_refit_drawn_units_with_all_their_years(made, pool):
    history, size = made(names=FIVE), 7
    slopes, _ = coefficient_draws(history, pool, 0.05, size, seed=3)
    units = np.random.default_rng(3).integers(0, 6, (size, 6))
    logs = dict(history.amounts)
    response = np.log(logs["RESPONSE"])
    drivers = np.stack([np.log(variable.of(logs)) for variable in history.variables], axis=2)
    if pool == UNIT_EFFECTS:
        response, drivers = response - response.mean(axis=0), drivers - drivers.mean(axis=0)
    for draw in range(size):
        rows = response[:, units[draw]].ravel(), drivers[:, units[draw]].reshape(-1, 5)
        np.testing.assert_allclose(slopes[draw], fitted(*rows, 0.05)[0], rtol=1e-6, atol=1e-9)


def test_draws_of_the_identity_are_the_identity(made):
    slopes, constants = coefficient_draws(made(), REGION, 0.0, 20, seed=1)
    np.testing.assert_allclose(slopes, np.tile([1.0, 1, 0, 0, 0, 1], (20, 1)), atol=1e-6)
    np.testing.assert_allclose(constants, 0.0, atol=1e-5)


def test_draws_spread_about_the_coefficients(made):
    """The spread of many draws of one region is the standard error of least squares."""
    history = made(names=("P", "TI"), units=1)
    slopes, _ = coefficient_draws(history, REGION, 0.0, 4000, seed=2)
    table = stirpat_fit(history, REGION, "given", 0.0).coefficients
    np.testing.assert_allclose(slopes.std(axis=0), table["ols_se"][1:], rtol=0.06)
    error = np.array(table["ols_se"][1:]) / np.sqrt(4000)
    assert (np.abs(slopes.mean(axis=0) - table["ols_b"][1:]) < 4 * error).all()


def test_the_same_seed_gives_the_same_draws_and_another_seed_others(made):
    history = made(names=FIVE)
    first, again, other = (coefficient_draws(history, REGION, 0.02, 5, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_the_first_draws_do_not_depend_on_how_many_follow_at_once(made, monkeypatch):
    """Chunks bound the memory; each goes on with the stream of the one before."""
    history = made(names=FIVE)
    monkeypatch.setattr("landcarbon.core.forecast.bootstrap._AT_ONCE", 4)
    few, more = (coefficient_draws(history, REGION, 0.02, draws, 1)[0] for draws in (4, 10))
    assert more.shape == (10, 5)
    np.testing.assert_array_equal(more[:4], few)


def test_units_with_gaps_are_not_drawn_for_a_region(made):
    history = made(names=FIVE)
    whole = history.of_units([0, 1, 3, 4, 5])
    history.amounts["GDP"][3, 2] = np.nan
    np.testing.assert_array_equal(
        coefficient_draws(history, REGION, 0.02, 5, 1)[0], coefficient_draws(whole, REGION, 0.02, 5, 1)[0]
    )
