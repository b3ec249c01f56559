"""Stepwise regression against statsmodels, arithmetic and all models there are."""

import math
from itertools import combinations

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.stepwise_regression import correlation_table, stepwise_regression


@pytest.fixture
def data():
    """`data(seed)`: a response of 40 units by two of five drivers of very different size."""

    def data(seed=1, units=40):
        dice = np.random.default_rng(seed)
        drivers = {f"x{i}": dice.normal(10.0**i, 10.0**i / 3, units) for i in range(5)}
        response = 5e6 + 2e5 * drivers["x1"] - 3000 * drivers["x3"] + dice.normal(0, 4e5, units)
        return response, drivers

    return data


@pytest.fixture
def peer():
    """`peer(response, columns)`: the least squares of statsmodels."""
    models = pytest.importorskip("statsmodels.api")
    return lambda response, columns: models.OLS(response, models.add_constant(np.array(columns).T)).fit()


def aicc(response, columns):
    """As methods.md has it, on numpy's least squares."""
    design = np.array([np.ones(len(response)), *columns]).T
    fit = np.linalg.lstsq(design, response, rcond=None)[0]
    n, k = design.shape
    sse = ((response - design @ fit) ** 2).sum()
    return n * math.log(sse / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)


# Coefficients


@pytest.mark.parametrize("criterion", ["AICc", "p"])
def test_coefficients_equal_statsmodels(data, peer, criterion):
    response, drivers = data()
    found = stepwise_regression(response, drivers, criterion)
    expected = peer(response, [drivers[name] for name in found.drivers])
    table = found.coefficients
    assert table["variable"] == ["constant", *found.drivers]
    for column, theirs in (("b", "params"), ("se", "bse"), ("t", "tvalues"), ("p", "pvalues")):
        assert table[column] == pytest.approx(getattr(expected, theirs), rel=1e-8), column
    assert found.r2 == pytest.approx(expected.rsquared, rel=1e-12)
    assert found.adjusted_r2 == pytest.approx(expected.rsquared_adj, rel=1e-12)
    assert (found.f, found.p) == pytest.approx((expected.fvalue, expected.f_pvalue), rel=1e-8)
    assert found.fitted == pytest.approx(expected.fittedvalues, rel=1e-10)


def test_vif_equals_statsmodels(data):
    peer = pytest.importorskip("statsmodels.stats.outliers_influence").variance_inflation_factor
    response, drivers = data()
    drivers["x4"] = drivers["x1"] * 900 + drivers["x4"] / 10  # near x1
    response = response + drivers["x4"] * 5000 + drivers["x1"] * 4e6
    found = stepwise_regression(response, drivers)
    design = np.array([np.ones(40), *(drivers[name] for name in found.drivers)]).T
    expected = [peer(design, place) for place in range(1, design.shape[1])]
    assert max(expected) > 5
    assert found.coefficients["vif"][1:] == pytest.approx(expected, rel=1e-8)


def test_one_driver_by_hand():
    # y = 5 + 10 x and residuals -1, 1, 0, 1, -1, which sum to 0, also times x - 3
    found = stepwise_regression(np.array([14.0, 26, 35, 46, 54]), {"x": np.arange(1.0, 6)})
    table = found.coefficients
    assert table["b"] == pytest.approx([5.0, 10.0])
    # SSE 4, df 3, sum of squares of x 10, mean 3: se of the slope sqrt(4 / 3 / 10), of the constant
    # sqrt(4 / 3 * (1 / 5 + 9 / 10))
    assert table["se"] == pytest.approx([math.sqrt(4 / 3 * 1.1), math.sqrt(4 / 30)])
    # SST = 100 * 10 + 4
    assert table["beta"][1] == pytest.approx(10 * math.sqrt(10 / 1004))
    assert table["vif"][1] == pytest.approx(1.0)
    assert table["importance"][1] == pytest.approx(1.0)
    assert found.r2 == pytest.approx(1 - 4 / 1004)
    assert found.adjusted_r2 == pytest.approx(1 - (4 / 3) / (1004 / 4))


def test_importance_is_the_rise_of_sse_scaled_to_one(data, peer):
    response, drivers = data()
    found = stepwise_regression(response, drivers)
    whole = peer(response, [drivers[name] for name in found.drivers]).ssr
    rises = [
        peer(response, [drivers[other] for other in found.drivers if other != name]).ssr - whole
        for name in found.drivers
    ]
    assert found.coefficients["importance"][1:] == pytest.approx(np.array(rises) / sum(rises), rel=1e-8)


# Steps


def test_aicc_of_the_steps_by_hand(data):
    response, drivers = data()
    found = stepwise_regression(response, drivers)
    model = []
    for action, driver, value in zip(
        found.steps["action"], found.steps["variable"], found.steps["aicc"], strict=True
    ):
        if action == "add":
            model.append(driver)
        if action == "remove":
            model.remove(driver)
        assert value == pytest.approx(aicc(response, [drivers[name] for name in model]), rel=1e-10)
    assert sorted(model) == sorted(found.drivers)
    assert found.steps["action"][0] == "start"


@pytest.mark.parametrize("seed", range(8))
def test_no_single_step_lowers_the_last_aicc(data, seed):
    response, drivers = data(seed, units=15)
    found = stepwise_regression(response, drivers)
    last = aicc(response, [drivers[name] for name in found.drivers])
    for name in drivers:
        other = set(found.drivers) ^ {name}
        assert aicc(response, [drivers[key] for key in sorted(other)]) >= last - 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_the_first_step_is_the_best_of_all_models_of_one_driver(data, seed):
    response, drivers = data(seed)
    found = stepwise_regression(response, drivers)
    best = min(drivers, key=lambda name: aicc(response, [drivers[name]]))
    assert found.steps["variable"][1] == best


def test_a_driver_leaves_that_later_ones_replace():
    # z is nearly a + b, so it enters first; with a and b in the model it has nothing more to say
    dice = np.random.default_rng(4)
    a, b = dice.normal(size=(2, 200))
    z = a + b + dice.normal(0, 0.3, 200)
    response = a + b + dice.normal(0, 0.1, 200)
    for criterion in ("AICc", "p"):
        found = stepwise_regression(response, {"z": z, "a": a, "b": b}, criterion)
        assert found.drivers == ("a", "b")
        assert found.steps["action"] == ["start", "add", "add", "add", "remove"]
        assert (found.steps["variable"][1], found.steps["variable"][-1]) == ("z", "z")


def test_by_p_all_that_are_in_are_below_and_all_others_above(data, peer):
    response, drivers = data(2)
    found = stepwise_regression(response, drivers, "p")
    inside = [drivers[name] for name in found.drivers]
    assert max(peer(response, inside).pvalues[1:]) <= 0.10
    for name in set(drivers) - set(found.drivers):
        assert peer(response, [*inside, drivers[name]]).pvalues[-1] >= 0.05


def test_p_of_a_step_is_that_of_the_driver_in_the_larger_model(data, peer):
    response, drivers = data()
    steps = stepwise_regression(response, drivers, "p").steps
    first = drivers[steps["variable"][1]]
    second = drivers[steps["variable"][2]]
    assert steps["p"][1] == pytest.approx(peer(response, [first]).pvalues[1], rel=1e-8)
    assert steps["p"][2] == pytest.approx(peer(response, [first, second]).pvalues[2], rel=1e-8)
    assert math.isnan(steps["p"][0])


def test_where_no_driver_helps_the_model_is_the_mean():
    response = np.array([1.0, -1, 1, -1, 1, -1, 1, -1])
    found = stepwise_regression(response, {"x": np.array([1.0, 1, -1, -1, 1, 1, -1, -1])})
    assert found.drivers == ()
    assert found.coefficients["variable"] == ["constant"]
    assert found.coefficients["b"] == [0.0]
    assert (found.r2, found.adjusted_r2) == (0.0, 0.0)
    assert math.isnan(found.f)
    assert any("the model is the mean" in note.text for note in found.notes)


def test_a_response_that_is_computed_from_the_drivers_is_warned_of():
    dice = np.random.default_rng(5)
    drivers = {name: dice.normal(size=20) for name in "abc"}
    found = stepwise_regression(3 + 2 * drivers["a"] - drivers["c"], drivers)
    assert found.drivers == ("a", "c")
    assert found.coefficients["b"] == pytest.approx([3, 2, -1], rel=1e-10)
    assert found.r2 == 1.0
    assert any("it is computed from them" in note.text for note in found.notes)


def test_results_do_not_depend_on_the_order_of_the_drivers(data):
    response, drivers = data()
    turned = dict(reversed(drivers.items()))
    first, second = (stepwise_regression(response, own) for own in (drivers, turned))
    assert set(first.drivers) == set(second.drivers)
    assert first.adjusted_r2 == pytest.approx(second.adjusted_r2, rel=1e-12)


# Correlations


def test_correlations_equal_scipy(data):
    from scipy.stats import pearsonr, spearmanr

    _, drivers = data()
    drivers["x0"] = np.round(drivers["x0"] * 4)  # ties
    found = correlation_table(drivers)
    pairs = list(combinations(drivers, 2))
    assert list(zip(found["variable_1"], found["variable_2"], strict=True)) == pairs
    for kind, peer in (("pearson", pearsonr), ("spearman", spearmanr)):
        expected = [peer(drivers[one], drivers[other]) for one, other in pairs]
        assert found[kind] == pytest.approx([test[0] for test in expected], rel=1e-10)
        assert found[f"{kind}_p"] == pytest.approx([test[1] for test in expected], rel=1e-8)


def test_correlations_are_of_response_and_drivers_and_made_only_if_asked_for(data):
    response, drivers = data()
    found = stepwise_regression(response, drivers, name="ce_t").correlations
    assert found["variable_1"][:5] == ["ce_t"] * 5
    assert len(found["pearson"]) == 15  # 6 * 5 / 2
    assert stepwise_regression(response, drivers, correlations=False).correlations == {}


def test_perfect_correlation():
    found = correlation_table({"a": np.arange(4.0), "b": -3 * np.arange(4.0)})
    assert (found["pearson"], found["pearson_p"]) == ([-1.0], [0.0])


# Bad input


def test_units_with_a_missing_value_are_left_out_and_reported(data):
    response, drivers = data()
    expected = stepwise_regression(response[2:], {name: own[2:] for name, own in drivers.items()})
    response[0], drivers["x2"][1] = np.nan, np.nan
    found = stepwise_regression(response, drivers)
    assert found.units == 38
    assert found.coefficients["b"] == expected.coefficients["b"]
    assert "2 of 40 units lack a value" in found.notes[0].text


def test_collinear_drivers_are_named_and_never_together():
    dice = np.random.default_rng(6)
    drivers = {name: dice.normal(100, 10, 30) for name in ("first", "second", "other", "third")}
    drivers["gdp"] = drivers["first"] + drivers["second"] + drivers["third"]
    response = drivers["gdp"] + dice.normal(0, 1, 30)
    found = stepwise_regression(response, drivers)
    assert not {"first", "second", "third", "gdp"} <= set(found.drivers)
    (note,) = found.notes
    assert note.text.startswith("'gdp' is a combination of 'first', 'second', 'third' (tolerance ")


def test_the_same_driver_twice_is_named():
    dice = np.random.default_rng(7)
    a, b = dice.normal(size=(2, 30))
    found = stepwise_regression(a + dice.normal(size=30), {"a": a, "b": b, "in kg": 1000 * a})
    assert any(note.text.startswith("'in kg' is a combination of 'a'") for note in found.notes)
    assert not {"a", "in kg"} <= set(found.drivers)


def test_constant_drivers_are_left_out_with_a_warning(data):
    response, drivers = data()
    found = stepwise_regression(response, {**drivers, "zero": np.zeros(40)})
    assert "zero" not in found.drivers
    assert [note.text for note in found.notes] == ["1 drivers are constant and left out: zero."]


def test_all_drivers_constant():
    with pytest.raises(InputDataError, match="All drivers are constant: a"):
        stepwise_regression(np.arange(5.0), {"a": np.ones(5)})


def test_constant_response():
    with pytest.raises(InputDataError, match="'ce_t' is 2 in all 5 units"):
        stepwise_regression(np.full(5, 2.0), {"a": np.arange(5.0)}, name="ce_t")


def test_fewer_than_three_units():
    with pytest.raises(InputDataError, match="2 of 2 units have all values"):
        stepwise_regression(np.arange(2.0), {"a": np.arange(2.0)})


def test_more_drivers_than_units():
    dice = np.random.default_rng(8)
    drivers = {f"x{i}": dice.normal(size=6) for i in range(8)}
    with pytest.raises(InputDataError, match="8 drivers need 11 units or more, and 6 have all values"):
        stepwise_regression(dice.normal(size=6), drivers)


def test_as_few_units_as_aicc_allows(data):
    # 5 drivers and the constant: n - k - 1 = 8 - 6 - 1 = 1
    response, drivers = data(units=8)
    assert stepwise_regression(response, drivers).units == 8
    with pytest.raises(InputDataError, match="5 drivers need 8 units or more"):
        stepwise_regression(response[1:], {name: own[1:] for name, own in drivers.items()})
