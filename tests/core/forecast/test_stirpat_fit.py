"""The STIRPAT model against statsmodels, scipy, slow references, arithmetic and Huo et al. 2025."""

import math

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.forecast.history import PANEL, POOLS, REGION, RESPONSE, UNIT_EFFECTS
from landcarbon.core.forecast.ridge import Ridge
from landcarbon.core.forecast.stirpat_fit import GRID, K_METHODS, stirpat_fit

FIVE = ("P", "W", "IS", "TI", "UR")  # without CEI, so that the model is no identity


@pytest.fixture
def peer():
    """`peer(response, drivers)`: the least squares of statsmodels."""
    models = pytest.importorskip("statsmodels.api")
    return lambda response, drivers: models.OLS(response, models.add_constant(drivers)).fit()


def region(history):
    """Logarithms of sums and of their ratios, as methods.md has them."""
    sums = {key: values.sum(axis=1) for key, values in history.amounts.items()}
    ratios = {
        "P": sums["POP"],
        "W": sums["GDP"] / sums["POP"],
        "IS": 100 * sums["SECONDARY"] / sums["GDP"],
        "TI": sums["GDP"] / sums["ENERGY"],
        "UR": 100 * sums["URBAN_POP"] / sums["POP"],
        "CEI": sums["CE"] / sums["GDP"],
    }
    return np.log(sums[RESPONSE]), np.log(np.stack([ratios[name] for name in history.names], axis=1))


def panel(history):
    """Logarithms of all rows, unit by unit, and the unit of each."""
    amounts = {key: values.T.ravel() for key, values in history.amounts.items()}
    drivers = np.stack([np.log(variable.of(amounts)) for variable in history.variables], axis=1)
    return np.log(amounts[RESPONSE]), drivers, np.repeat(np.arange(len(history.units)), len(history.years))


def assert_equals_ols(table, fit, rows):
    """Coefficients with their errors, t and p against a result of statsmodels."""
    for column, values in (
        ("ols_b", fit.params),
        ("ols_se", fit.bse),
        ("ols_t", fit.tvalues),
        ("ols_p", fit.pvalues),
    ):
        np.testing.assert_allclose(table[column][-rows:], values[-rows:], rtol=1e-9, atol=1e-14)


def test_ols_of_the_region_equals_statsmodels(made, peer):
    history = made(names=FIVE)
    response, drivers = region(history)
    fit, ours = peer(response, drivers), stirpat_fit(history)
    np.testing.assert_allclose(ours.coefficients["ols_b"], fit.params, rtol=1e-9)
    assert_equals_ols(ours.coefficients, fit, 6)
    beta = fit.params[1:] * drivers.std(axis=0) / response.std()
    np.testing.assert_allclose(ours.coefficients["ols_beta"][1:], beta, rtol=1e-9)
    found = ours.ols.r2, ours.ols.adjusted_r2, ours.ols.f, ours.ols.p
    np.testing.assert_allclose(found, (fit.rsquared, fit.rsquared_adj, fit.fvalue, fit.f_pvalue), rtol=1e-9)
    assert (ours.ols.rows, ours.ols.free) == (21, 15)


def test_ols_of_a_panel_equals_statsmodels(made, peer):
    history = made(names=FIVE)
    response, drivers, _ = panel(history)
    fit, ours = peer(response, drivers), stirpat_fit(history, PANEL)
    assert_equals_ols(ours.coefficients, fit, 6)
    assert ours.ols.r2 == pytest.approx(fit.rsquared, rel=1e-10)


def test_ols_with_unit_effects_equals_statsmodels_with_dummies(made):
    models = pytest.importorskip("statsmodels.api")
    history = made(names=FIVE)
    response, drivers, unit = panel(history)
    dummies = (unit[:, None] == np.arange(6)).astype(float)
    fit, ours = (
        models.OLS(response, np.column_stack([dummies, drivers])).fit(),
        stirpat_fit(history, UNIT_EFFECTS),
    )
    assert_equals_ols(ours.coefficients, fit, 5)
    assert ours.coefficients["ols_b"][0] == pytest.approx(fit.params[:6].mean(), rel=1e-9)
    mean_effect = np.append(np.full(6, 1 / 6), np.zeros(5))
    error = math.sqrt(mean_effect @ fit.cov_params() @ mean_effect)
    assert ours.coefficients["ols_se"][0] == pytest.approx(error, rel=1e-7)
    assert ours.ols.free == fit.df_resid
    assert ours.ols.r2 == pytest.approx(fit.rsquared, rel=1e-10)  # its constant is among the dummies
    np.testing.assert_allclose(
        np.log(stirpat_fit(history, UNIT_EFFECTS, "given", 0.0).predicted), fit.fittedvalues
    )


def test_ridge_coefficients_are_elasticities_of_the_standardised_ones(made):
    history = made(names=FIVE)
    response, drivers = region(history)
    fit = stirpat_fit(history, REGION, "given", 0.05)
    r = np.corrcoef(np.column_stack([drivers, response]), rowvar=False)
    beta = np.linalg.inv(r[:-1, :-1] + 0.05 * np.eye(5)) @ r[:-1, -1]
    slopes = beta * response.std() / drivers.std(axis=0)
    np.testing.assert_allclose(fit.coefficients["ridge_beta"][1:], beta, rtol=1e-10)
    np.testing.assert_allclose(fit.coefficients["ridge_b"][1:], slopes, rtol=1e-10)
    constant = response.mean() - slopes @ drivers.mean(axis=0)
    assert fit.coefficients["ridge_b"][0] == pytest.approx(constant, rel=1e-10)
    np.testing.assert_allclose(fit.predicted, np.exp(constant + drivers @ slopes), rtol=1e-9)


def test_quality_of_the_ridge_is_that_of_its_predictions(made):
    stats = pytest.importorskip("scipy.stats")
    fit = stirpat_fit(made(names=FIVE), REGION, "given", 0.05)
    logs, fitted = np.log(fit.observed), np.log(fit.predicted)
    r2 = 1 - ((logs - fitted) ** 2).sum() / ((logs - logs.mean()) ** 2).sum()
    assert fit.ridge.r2 == pytest.approx(r2, rel=1e-10)
    assert fit.ridge.adjusted_r2 == pytest.approx(1 - (1 - r2) * 20 / 15, rel=1e-10)
    assert fit.ridge.f == pytest.approx(r2 / 5 / ((1 - r2) / 15), rel=1e-9)
    assert fit.ridge.rmse == pytest.approx(math.sqrt(((fit.observed - fit.predicted) ** 2).mean()))
    assert fit.ridge.t_test_p == pytest.approx(stats.ttest_ind(fit.predicted, fit.observed).pvalue, rel=1e-9)


def test_trace_has_every_k_and_driver(made):
    history = made(names=FIVE)
    trace, model = stirpat_fit(history).trace, Ridge(*region(history))
    assert trace["k"][:6] == [0.0] * 5 + [0.01]
    assert trace["variable"][:5] == list(FIVE)
    np.testing.assert_allclose(np.reshape(trace["beta"], (101, 5)), model.betas(GRID), rtol=1e-9)
    np.testing.assert_allclose(np.reshape(trace["vif"], (101, 5)), model.vifs(GRID), rtol=1e-9)


def test_tolerance_is_one_over_vif(made):
    table = stirpat_fit(made(names=FIVE)).coefficients
    np.testing.assert_allclose(np.multiply(table["tolerance"], table["vif"])[1:], 1.0)


# Choices of K


def choice(fit, method):
    return dict(zip(fit.choices["method"], fit.choices["k"], strict=True))[method]


def test_stable_trace_is_the_first_k_with_low_vif_and_small_change(made):
    history = made(names=FIVE)
    model = Ridge(*region(history))
    previous = None
    for k in GRID:
        beta, vif = model.betas([k])[0], model.vifs([k])[0]
        change = 0.0 if previous is None else np.abs(beta - previous).max()
        if (vif < 10).all() and change < 0.05:
            break
        previous = beta
    assert choice(stirpat_fit(history), "stable trace") == k > 0


def test_vif_is_the_first_k_with_low_vif(made):
    history = made(names=FIVE)
    model = Ridge(*region(history))
    assert choice(stirpat_fit(history), "VIF") == next(k for k in GRID if (model.vifs([k])[0] < 10).all())


@pytest.mark.parametrize("pool", POOLS)
def test_leave_out_is_the_k_with_the_least_error_of_what_is_left_out(made, pool):
    history = made(names=FIVE, units=4)
    if pool == REGION:
        response, drivers = region(history)
        group = np.arange(21)
    else:
        response, drivers, group = panel(history)
    errors = np.zeros(len(GRID))
    for left in np.unique(group):
        inside, outside = group != left, group == left
        y, x = response.copy(), drivers.copy()
        if pool == UNIT_EFFECTS:
            for unit in range(4):
                y[group == unit] -= y[group == unit].mean()
                x[group == unit] -= x[group == unit].mean(axis=0)
        model = Ridge(y[inside], x[inside])
        constants = 0.0 if pool == UNIT_EFFECTS else model.constants(GRID)
        predicted = x[outside] @ model.slopes(GRID).T + constants
        errors += ((y[outside, None] - predicted) ** 2).sum(axis=0)
    fit = stirpat_fit(history, pool, "leave out")
    assert fit.k == GRID[np.argmin(errors)]
    assert fit.choices["loo_rmse"][4] == pytest.approx(math.sqrt(errors.min() / len(response)), rel=1e-7)


def test_hoerl_kennard_baldwin_on_the_longley_data(make_history):
    """Worked by hand from the correlations of the six drivers: p s2 / sum of beta squared."""
    longley = pytest.importorskip("statsmodels.datasets.longley").load_pandas().data
    response = longley["TOTEMP"].to_numpy()
    drivers = longley[["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"]].to_numpy()
    r = np.corrcoef(np.column_stack([drivers, response]), rowvar=False)
    beta = np.linalg.solve(r[:6, :6], r[:6, 6])
    s2 = (1 - r[6, :6] @ beta) / (16 - 6 - 1)
    expected = 6 * s2 / (beta**2).sum()
    # Exponentials, whose logarithms the model is fitted to, in sizes that do not overflow.
    columns = {f"x{i}": np.exp(x / np.abs(x).max())[:, None] for i, x in enumerate(drivers.T)}
    history = make_history(columns, np.exp(response / response.max())[:, None])
    fit = stirpat_fit(history, REGION, "Hoerl-Kennard-Baldwin")
    assert fit.k == pytest.approx(expected, rel=1e-6)
    # From the coefficients of Longley 1967 and the deviations of his data, s = 304.854
    published = [15.0619, -0.0358, -2.0202, -1.0332, -0.0511, 1829.15]
    scaled = np.array(published) * drivers.std(axis=0) / response.std()
    by_print = 6 * 304.854**2 / (16 * response.var()) / (scaled**2).sum()
    assert fit.k == pytest.approx(by_print, rel=2e-3)


def test_choices_are_reported_side_by_side(made):
    history = made(names=FIVE)
    choices = stirpat_fit(history, REGION, "given", 0.3).choices
    assert choices["method"] == list(K_METHODS)
    for k, r2, rmse in zip(choices["k"], choices["r2"], choices["rmse"], strict=True):
        quality = stirpat_fit(history, REGION, "given", k).ridge
        assert (r2, rmse) == (quality.r2, quality.rmse)


def test_no_k_that_suits_takes_the_last_one_with_a_warning(made, monkeypatch):
    monkeypatch.setattr("landcarbon.core.forecast.stirpat_fit.MOST_VIF", 0.0)
    fit = stirpat_fit(made(names=FIVE), REGION, "VIF")
    assert fit.k == 1.0
    assert "No K up to 1 meets the rule 'VIF'; 1 is taken." in [note.text for note in fit.notes]


# The identity of Huo et al. 2025, table 7


@pytest.mark.parametrize("method", K_METHODS[1:])
def test_the_identity_gives_the_coefficients_of_table_7_and_no_ridge(made, method):
    fit = stirpat_fit(made(), REGION, method)
    expected = [0, 1, 1, 0, 0, 0, 1]
    np.testing.assert_allclose(fit.coefficients["ols_b"], expected, atol=1e-8)
    np.testing.assert_allclose(fit.coefficients["ridge_b"], expected, atol=1e-8)
    assert fit.k == 0.0
    assert any(note.text.startswith("The response is an identity of the drivers") for note in fit.notes)


def test_a_given_k_holds_for_the_identity_too(made):
    fit = stirpat_fit(made(), REGION, "given", 0.02)
    assert fit.k == 0.02
    assert fit.coefficients["ridge_b"][1] != pytest.approx(1.0, abs=1e-3)


# Pooling and gaps


def test_a_unit_with_missing_years_is_left_out_of_the_regions_sums(made):
    history = made(names=FIVE)
    history.amounts["GDP"][3, 2] = np.nan
    fit = stirpat_fit(history)
    others = history.of_units([0, 1, 3, 4, 5])
    np.testing.assert_allclose(fit.observed, others.amounts[RESPONSE].sum(axis=1))
    assert any("1 units lack values in some years" in n.text and "u2 (2003)" in n.text for n in fit.notes)


def test_rows_with_a_missing_value_are_left_out_of_a_panel(made, peer):
    history = made(names=FIVE)
    response, drivers, _ = panel(history)
    history.amounts["GDP"][3, 2] = np.nan
    kept = np.arange(len(response)) != 2 * 21 + 3
    fit = stirpat_fit(history, PANEL)
    assert_equals_ols(fit.coefficients, peer(response[kept], drivers[kept]), 6)
    assert any("1 of 126 rows of units and years lack a value" in note.text for note in fit.notes)


def test_inputs_are_not_changed(made):
    history = made(names=FIVE)
    before = {key: values.copy() for key, values in history.amounts.items()}
    for pool in POOLS:
        stirpat_fit(history, pool)
    for key, values in history.amounts.items():
        np.testing.assert_array_equal(values, before[key])


# Bad input


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_values_without_a_logarithm_are_listed(made, value):
    history = made(names=FIVE)
    history.amounts["ENERGY"][4, 1] = value
    with pytest.raises(InputDataError, match=f"1 values are 0 or negative.*: u1 2004 energy = {value:g}"):
        stirpat_fit(history, PANEL)


def test_a_zero_of_one_unit_does_not_stop_the_regions_sums(made):
    history = made(names=FIVE)
    history.amounts["ENERGY"][4, 1] = 0.0
    assert stirpat_fit(history).ols.rows == 21


def test_a_negative_value_stops_the_regions_sums(made):
    history = made(names=FIVE)
    history.amounts["ENERGY"][4, 1] = -1.0
    with pytest.raises(InputDataError, match=r"1 values are negative.*: u1 2004 energy = -1"):
        stirpat_fit(history)


def test_a_sum_of_zero_is_that_of_the_region(made):
    history = made(names=FIVE)
    history.amounts["ENERGY"][4] = 0.0
    with pytest.raises(InputDataError, match=r"0 or negative.*: the region 2004 energy = 0"):
        stirpat_fit(history)


def test_no_unit_with_all_years(made):
    history = made(names=FIVE, units=2)
    history.amounts["GDP"][3, 0] = history.amounts["POP"][5, 1] = np.nan
    with pytest.raises(
        InputDataError, match=r"No unit has all values in every year.*u0 \(2003\), u1 \(2005\)"
    ):
        stirpat_fit(history)


def test_fewer_rows_than_drivers(made):
    with pytest.raises(InputDataError, match="5 drivers need 7 rows or more, and there are 6"):
        stirpat_fit(made(names=FIVE, years=6))


def test_fewer_rows_than_drivers_and_units(made):
    with pytest.raises(InputDataError, match="5 drivers need 12 rows or more, and there are 6"):
        stirpat_fit(made(names=FIVE, years=1), UNIT_EFFECTS)


def test_a_constant_driver(made):
    history = made(names=("P", "UR"))
    history.amounts["URBAN_POP"][:] = 0.5 * history.amounts["POP"]
    with pytest.raises(InputDataError, match="'UR' is constant, so it explains nothing"):
        stirpat_fit(history)


def test_a_driver_that_is_constant_in_every_unit(made):
    history = made(names=("P", "UR"))
    history.amounts["URBAN_POP"][:] = history.amounts["POP"] * np.linspace(0.2, 0.7, 6)
    with pytest.raises(InputDataError, match="'UR' is constant in every unit"):
        stirpat_fit(history, UNIT_EFFECTS)


def test_a_constant_response(make_history):
    dice = np.random.default_rng(1)
    with pytest.raises(InputDataError, match="'the response' is constant"):
        stirpat_fit(make_history({"x": dice.uniform(1, 2, (9, 1))}, np.full((9, 1), 5.0)))


def test_drivers_that_are_combinations_of_each_other(make_history):
    dice = np.random.default_rng(1)
    x = dice.uniform(1, 2, (9, 1))
    with pytest.raises(InputDataError, match="The drivers x, y are combinations of each other"):
        stirpat_fit(make_history({"x": x, "y": 7 * x**2}, dice.uniform(1, 2, (9, 1))))


def test_a_panel_of_one_unit(made):
    with pytest.raises(InputDataError, match="A panel needs two units or more, and there is 1"):
        stirpat_fit(made(units=1), PANEL)


def test_a_panel_without_any_whole_row(made):
    history = made(names=FIVE, units=2)
    history.amounts["GDP"][:] = np.nan
    with pytest.raises(InputDataError, match="No unit has all values in any year"):
        stirpat_fit(history, PANEL)
