"""Ridge regression against scikit-learn, a direct matrix formula, numpy and statsmodels."""

import numpy as np
import pytest
from landcarbon.core.forecast.ridge import Moments, Ridge

KS = np.array([0.0, 0.01, 0.02, 0.3, 1.0])


@pytest.fixture
def data():
    """Collinear drivers of very different size: (response, drivers)."""
    dice = np.random.default_rng(5)
    common = dice.normal(0, 1, 40)
    drivers = np.stack([10.0**i * (5 + common + dice.normal(0, 0.2, 40)) for i in range(-2, 3)], axis=1)
    return drivers @ [30.0, 2.0, 0.0, -0.1, 0.02] + dice.normal(0, 0.5, 40), drivers


def correlations(response, drivers):
    """R and r by numpy."""
    whole = np.corrcoef(np.column_stack([drivers, response]), rowvar=False)
    return whole[:-1, :-1], whole[:-1, -1]


def test_betas_equal_scikit_learn_on_standardised_data(data):
    linear_model = pytest.importorskip("sklearn.linear_model")
    response, drivers = data
    x = (drivers - drivers.mean(axis=0)) / drivers.std(axis=0)
    y = (response - response.mean()) / response.std()
    found = Ridge(response, drivers).betas(KS)
    for k, beta in zip(KS[1:], found[1:], strict=True):
        peer = linear_model.Ridge(alpha=k * len(y), fit_intercept=False, solver="cholesky").fit(x, y)
        np.testing.assert_allclose(beta, peer.coef_, rtol=1e-10, atol=1e-12)


def test_betas_and_vifs_equal_the_matrix_formula(data):
    response, drivers = data
    between, with_response = correlations(response, drivers)
    ridge = Ridge(response, drivers)
    for k, beta, vif in zip(KS, ridge.betas(KS), ridge.vifs(KS), strict=True):
        inverse = np.linalg.inv(between + k * np.eye(len(between)))
        np.testing.assert_allclose(beta, inverse @ with_response, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(vif, np.diag(inverse @ between @ inverse), rtol=1e-10)


def test_vifs_without_ridge_equal_statsmodels(data):
    influence = pytest.importorskip("statsmodels.stats.outliers_influence")
    response, drivers = data
    design = np.column_stack([np.ones(len(drivers)), drivers])
    peer = [influence.variance_inflation_factor(design, place) for place in range(1, design.shape[1])]
    np.testing.assert_allclose(Ridge(response, drivers).vifs([0.0])[0], peer, rtol=1e-10)


def test_slopes_and_constant_without_ridge_are_least_squares(data):
    response, drivers = data
    peer = np.linalg.lstsq(np.column_stack([np.ones(len(drivers)), drivers]), response, rcond=None)[0]
    ridge = Ridge(response, drivers)
    np.testing.assert_allclose(ridge.slopes([0.0])[0], peer[1:], rtol=1e-9)
    np.testing.assert_allclose(ridge.constants([0.0])[0], peer[0], rtol=1e-9)


def test_what_is_unexplained_grows_with_k(data):
    left = Ridge(*data).unexplained(KS)
    assert (np.diff(left) > 0).all()


def test_models_without_each_group_are_those_of_the_other_rows(data):
    response, drivers = data
    group = np.arange(len(response)) // 5
    slopes, constants = Moments(response, drivers, group).without_each(KS)
    for number in range(8):
        alone = Ridge(response[group != number], drivers[group != number])
        np.testing.assert_allclose(slopes[number], alone.slopes(KS), rtol=1e-8)
        np.testing.assert_allclose(constants[number], alone.constants(KS), rtol=1e-8)


def test_weights_count_groups_several_times(data):
    response, drivers = data
    group = np.arange(len(response)) // 10
    weights = np.array([[2.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 3.0]])
    slopes, constants = Moments(response, drivers, group).weighted(weights, [0.1])
    for number, times in enumerate(weights.astype(int)):
        rows = np.concatenate([np.flatnonzero(group == place) for place in np.repeat(np.arange(4), times)])
        alone = Ridge(response[rows], drivers[rows])
        np.testing.assert_allclose(slopes[number], alone.slopes([0.1]), rtol=1e-8)
        np.testing.assert_allclose(constants[number], alone.constants([0.1]), rtol=1e-8)


def test_a_driver_that_is_constant_without_a_group_has_no_slope_there():
    drivers = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [3.0, 9.0]])
    slopes, _ = Moments(drivers[:, 0] * 2, drivers, np.arange(4)).without_each([0.0])
    np.testing.assert_allclose(slopes[3, 0], [2.0, 0.0], atol=1e-12)
