"""Forecasts: the preset of Huo et al. 2025 worked by hand, calibration, targets, intervals."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.forecast.driver_paths import driver_paths
from landcarbon.core.forecast.history import PANEL, REGION, RESPONSE
from landcarbon.core.forecast.model import Model
from landcarbon.core.forecast.scenarios import read_scenarios
from landcarbon.core.forecast.stirpat_fit import stirpat_fit
from landcarbon.core.forecast.stirpat_forecast import Targets, stirpat_forecast
from landcarbon.core.resources import read_preset
from landcarbon.core.tables import table_from_columns

TARGETS = Targets(2020, 2060)
SLOPES = {"P": 0.5, "W": 0.25, "IS": 0.2, "TI": -0.1, "UR": 0.3, "CEI": 0.4}
MIXED = {  # 2018, 2019, 2020: rates of either sign
    **{"P": [100, 90, 108], "W": [10, 8, 12], "IS": [40, 50, 30], "TI": [1, 1.1, 0.99]},
    **{"UR": [50, 55, 60.5], "CEI": [2, 1, 1.5]},
}
RISING = {  # all rates positive: 0.1 and 0.2, mean 0.15
    **{"P": [100, 110, 132], "W": [10, 11, 13.2], "IS": [40, 44, 52.8], "TI": [1, 1.1, 1.32]},
    **{"UR": [20, 22, 26.4], "CEI": [1, 1.1, 1.32]},
}


@pytest.fixture
def preset():
    return read_scenarios(read_preset("scenarios", "huo2025"), tuple(SLOPES))


@pytest.fixture
def model():
    """`model(slopes)`: coefficients with or without what is needed for intervals."""

    def model(slopes=SLOPES, constant=np.nan, pool=None, k=np.nan):
        return Model("t", tuple(slopes), np.array(list(slopes.values()), dtype=float), constant, pool, k)

    return model


@pytest.fixture
def two_units(make_history):
    """A unit with rates of mixed sign and one that rises throughout."""
    drivers = {name: np.column_stack([MIXED[name], RISING[name]]) for name in SLOPES}
    return make_history(drivers, [[900, 4], [950, 5], [1000, 7]], units=["mixed", "rising"])


@pytest.fixture
def steady(make_history):
    """`steady(rates)`: a model of x with elasticity 1, a unit per column of (low, base, high) rates.

    Emission is 100 in 2020 and changes by the rate to 2030, and by the second one after it.
    """

    def steady(rates, cs=None, **options):
        rows = []
        for unit, own in enumerate(rates):
            for role, (first, second) in zip(("low", "base", "high"), own, strict=True):
                for start, end, rate in ((None, 2030, first), (2030, 2060, second)):
                    rows.append((role, role, "x", start, end, "growth", rate, f"r{unit}"))
        names = ("scenario", "role", "variable", "from_year", "to_year", "kind", "offset", "region")
        table = table_from_columns("t", dict(zip(names, zip(*rows, strict=True), strict=True)))
        count = len(rates)
        history = make_history({"x": [[1.0] * count, [2.0] * count]}, np.full((2, count), 100.0))
        cs = None if cs is None else np.tile(np.array(cs, dtype=float), (41, 1))
        model = Model("t", ("x",), np.array([1.0]), np.nan, None, np.nan)
        regions = [f"r{unit}" for unit in range(count)]
        scenarios = read_scenarios(table, ("x",))
        return stirpat_forecast(history, model, scenarios, TARGETS, regions, cs, **options)

    return steady


# The preset by hand. Per driver and scenario: the values in 2025, 2030 and 2060.

BY_HAND = {
    "mixed": {
        # Rates -0.1, mean 0.05, 0.2; then minus 0.05 times 1.2, 1, 0.8.
        "P": [
            (108 * 0.9**5, 108 * 0.9**10, 108 * 0.9**10 * 0.94**30),
            (108 * 1.05**5, 108 * 1.05**10, 108 * 1.05**10 * 0.95**30),
            (108 * 1.2**5, 108 * 1.2**10, 108 * 1.2**10 * 0.96**30),
        ],
        # Rates -0.2, mean 0.15, 0.5; positive and sorted 0.15, 0.2, 0.5; then 0.15 times 1.1, 1.15, 1.2.
        "W": [
            (12 * 1.15**5, 12 * 1.15**10, 12 * 1.15**10 * 1.165**30),
            (12 * 1.2**5, 12 * 1.2**10, 12 * 1.2**10 * 1.1725**30),
            (12 * 1.5**5, 12 * 1.5**10, 12 * 1.5**10 * 1.18**30),
        ],
        # Levels 30, mean 40, 50 from 30; then 25, 40, 55.
        "IS": [(30, 30, 25), (35, 40, 40), (40, 50, 55)],
        # Rates 0.1, -0.1, mean 0; positive and sorted 0, 0.1, 0.1, the greatest for low; then 0.
        "TI": [
            (0.99 * 1.1**5, 0.99 * 1.1**10, 0.99 * 1.1**10),
            (0.99 * 1.1**5, 0.99 * 1.1**10, 0.99 * 1.1**10),
            (0.99, 0.99, 0.99),
        ],
        # 60.5 grows by 0.1 a year to the caps 65, 70, 75, then to 70, 75, 80.
        "UR": [(65, 65, 70), (70, 70, 75), (75, 75, 80)],
        # Rates -0.5, mean 0, 0.5; then -0.51, 0, 0.51.
        "CEI": [
            (1.5 * 0.5**5, 1.5 * 0.5**10, 1.5 * 0.5**10 * 0.49**30),
            (1.5, 1.5, 1.5),
            (1.5 * 1.5**5, 1.5 * 1.5**10, 1.5 * 1.5**10 * 1.51**30),
        ],
    },
    "rising": {
        # Rates 0.1, mean 0.15, 0.2; then minus 0.15 times 1.2, 1, 0.8.
        "P": [
            (132 * 1.1**5, 132 * 1.1**10, 132 * 1.1**10 * 0.82**30),
            (132 * 1.15**5, 132 * 1.15**10, 132 * 1.15**10 * 0.85**30),
            (132 * 1.2**5, 132 * 1.2**10, 132 * 1.2**10 * 0.88**30),
        ],
        # Then 0.15 times 1.1, 1.15, 1.2.
        "W": [
            (13.2 * 1.1**5, 13.2 * 1.1**10, 13.2 * 1.1**10 * 1.165**30),
            (13.2 * 1.15**5, 13.2 * 1.15**10, 13.2 * 1.15**10 * 1.1725**30),
            (13.2 * 1.2**5, 13.2 * 1.2**10, 13.2 * 1.2**10 * 1.18**30),
        ],
        # Levels 40, mean 136.8 / 3 = 45.6, 52.8 from 52.8; then 35, 45.6, 57.8.
        "IS": [(46.4, 40, 35), (49.2, 45.6, 45.6), (52.8, 52.8, 57.8)],
        # The greatest rate for low; then 0.15 times 1.2, 1.15, 1.1.
        "TI": [
            (1.32 * 1.2**5, 1.32 * 1.2**10, 1.32 * 1.2**10 * 1.18**30),
            (1.32 * 1.15**5, 1.32 * 1.15**10, 1.32 * 1.15**10 * 1.1725**30),
            (1.32 * 1.1**5, 1.32 * 1.1**10, 1.32 * 1.1**10 * 1.165**30),
        ],
        # 26.4 grows by 0.15 a year: 53.1 in 2025, at the caps by 2030.
        "UR": [(26.4 * 1.15**5, 65, 70), (26.4 * 1.15**5, 70, 75), (26.4 * 1.15**5, 75, 80)],
        # Rates 0.1, 0.15, 0.2; then 0.09, 0.15, 0.21.
        "CEI": [
            (1.32 * 1.1**5, 1.32 * 1.1**10, 1.32 * 1.1**10 * 1.09**30),
            (1.32 * 1.15**5, 1.32 * 1.15**10, 1.32 * 1.15**10 * 1.15**30),
            (1.32 * 1.2**5, 1.32 * 1.2**10, 1.32 * 1.2**10 * 1.21**30),
        ],
    },
}


@pytest.mark.parametrize("driver", SLOPES)
@pytest.mark.parametrize("unit", BY_HAND)
def test_drivers_of_the_preset_by_hand(two_units, preset, unit, driver):
    found = driver_paths(two_units, preset.scenarios, [None, None], 2020, 2060)
    place, number = list(BY_HAND).index(unit), list(SLOPES).index(driver)
    start = {"mixed": MIXED, "rising": RISING}[unit][driver][-1]
    expected = [[start, *values] for values in BY_HAND[unit][driver]]
    np.testing.assert_allclose(found.values[:, number, [0, 5, 10, 40], place], expected, rtol=1e-11)


@pytest.mark.parametrize(("unit", "start"), [("mixed", 1000.0), ("rising", 7.0)])
def test_emission_of_the_preset_by_hand(two_units, preset, model, unit, start):
    forecast = stirpat_forecast(two_units, model(), preset, TARGETS)
    place, first = list(BY_HAND).index(unit), {"mixed": MIXED, "rising": RISING}[unit]
    for scenario in range(3):
        for date, time in enumerate((5, 10, 40)):
            ce = start
            for driver, slope in SLOPES.items():
                ce *= (BY_HAND[unit][driver][scenario][date] / first[driver][-1]) ** slope
            assert forecast.ce[scenario, time, place] == pytest.approx(ce, rel=1e-10)
        assert forecast.ce[scenario, 0, place] == pytest.approx(start, rel=1e-14)


def test_region_is_the_sum_of_the_units(two_units, preset, model):
    forecast = stirpat_forecast(two_units, model(), preset, TARGETS)
    np.testing.assert_allclose(forecast.region, forecast.ce[..., 0] + forecast.ce[..., 1])


# Calibration


def test_a_calibrated_path_starts_at_the_observed_emission(two_units, preset, model):
    forecast = stirpat_forecast(two_units, model(constant=99.0), preset, TARGETS)
    np.testing.assert_allclose(forecast.ce[:, 0], [[1000.0, 7.0]] * 3, rtol=1e-14)


def test_without_calibration_the_constant_counts(two_units, preset, model):
    forecast = stirpat_forecast(two_units, model(constant=2.0, pool=PANEL), preset, TARGETS, calibrate=False)
    product = np.prod([MIXED[name][-1] ** slope for name, slope in SLOPES.items()])
    assert forecast.ce[0, 0, 0] == pytest.approx(np.exp(2.0) * product, rel=1e-12)


def test_coefficients_of_a_region_on_units_without_calibration(two_units, preset, model):
    with pytest.raises(
        InputDataError, match=r"The constant of t \(region\) predicts no single unit; calibrate"
    ):
        stirpat_forecast(two_units, model(constant=2.0, pool=REGION), preset, TARGETS, calibrate=False)


def test_coefficients_of_a_region_on_the_region_without_calibration(two_units, preset, model):
    alone = two_units.of_units([0])
    forecast = stirpat_forecast(alone, model(constant=2.0, pool=REGION), preset, TARGETS, calibrate=False)
    assert np.isfinite(forecast.ce).all()


def test_no_constant_without_calibration(two_units, preset, model):
    with pytest.raises(InputDataError, match="t has no row 'constant'"):
        stirpat_forecast(two_units, model(pool=PANEL), preset, TARGETS, calibrate=False)


# Peak, neutrality, potential


DOWN, UP, SLOWLY = (0.01, -0.02), (0.01, 0.02), (0.01, 0.005)


def test_every_class_of_potential_is_reached(steady):
    """100 rises to 110.46 in 2030; falling by 2 % a year it is 60.25 in 2060."""
    forecast = steady(
        [
            [DOWN, DOWN, UP],
            [DOWN, DOWN, DOWN],
            [DOWN, DOWN, UP],
            [DOWN, UP, UP],
            [UP, SLOWLY, UP],
            [UP, UP, UP],
        ],
        cs=[61.0, 60.0, 60.0, 200.0, 0.0, 0.0],
    )
    assert forecast.cep.tolist() == [5, 4, 3, 2, 2, 1]
    assert forecast.peak[0].tolist() == [2030, 2030, 2030, 2030, 2060, 2060]
    assert pytest.approx(60.25, abs=0.01) == 110.46 * 0.98**30


def test_neutral_is_the_year_from_which_sequestration_is_enough(steady):
    """110.46 x 0.98**n is below 90 from n = 11 on: 90.27 after 10 years, 88.45 after 11."""
    forecast = steady([[DOWN, DOWN, UP]], cs=[90.0])
    assert 110.46 * 0.98**10 > 90 > 110.46 * 0.98**11
    np.testing.assert_array_equal(forecast.neutral[:, 0], [2041, 2041, np.nan])


def test_without_sequestration_the_potential_is_known_where_it_does_not_matter(steady):
    forecast = steady([[DOWN, DOWN, DOWN], [DOWN, UP, UP], [UP, UP, UP]])
    np.testing.assert_array_equal(forecast.cep, [np.nan, 2, 1])


def test_without_the_three_roles_there_is_no_potential(two_units, preset, model):
    two = preset._replace(scenarios=preset.scenarios[:2])
    assert np.isnan(stirpat_forecast(two_units, model(), two, TARGETS).cep).all()


# Missing values


def test_a_unit_without_a_base_year_has_no_path_and_is_listed(two_units, preset, model):
    two_units.amounts["W"][-1, 1] = np.nan
    forecast = stirpat_forecast(two_units, model(), preset, TARGETS)
    assert np.isnan(forecast.ce[..., 1]).all()
    assert np.isnan(forecast.peak[:, 1]).all()
    np.testing.assert_array_equal(forecast.region, forecast.ce[..., 0])
    assert any("1 units lack a value in 2020" in n.text and ": rising." in n.text for n in forecast.notes)


def test_a_gap_in_the_history_of_a_unit_is_bridged(two_units, preset, model):
    two_units.amounts["P"][1, 0] = np.nan
    forecast = stirpat_forecast(two_units, model(), preset, TARGETS)
    rate = 1.08**0.5  # the only one: minimum, mean and maximum
    assert forecast.drivers[0, 0, 10, 0] == pytest.approx(108 * rate**10)


# Intervals


@pytest.fixture
def fitted(made):
    """`fitted(pool)`: a history, its model and the preset for its drivers."""

    def fitted(pool=REGION, k=0.02, units=6):
        history = made(names=("P", "W", "TI"), units=units)
        fit = stirpat_fit(history, pool, "given", k)
        values = np.array(fit.coefficients["ridge_b"])
        model = Model("t", history.names, values[1:], values[0], pool, k)
        return history, model, read_scenarios(read_preset("scenarios", "huo2025"), history.names)

    return fitted


def test_intervals_are_the_quantiles_of_all_draws(fitted):
    """Against numpy's quantiles of paths computed draw by draw."""
    from landcarbon.core.forecast.bootstrap import coefficient_draws

    history, model, scenarios = fitted()
    cs = np.full((41, 6), history.amounts[RESPONSE][-1].mean())
    forecast = stirpat_forecast(history, model, scenarios, TARGETS, cs=cs, draws=41, seed=4)
    slopes, _ = coefficient_draws(history, REGION, 0.02, 41, 4)
    relative = np.log(forecast.drivers / forecast.drivers[:, :, :1])
    ce = history.amounts[RESPONSE][-1] * np.exp(np.einsum("dj,sjtu->dstu", slopes, relative))
    found = forecast.intervals
    np.testing.assert_allclose(found.lower, np.quantile(ce, 0.025, axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.upper, np.quantile(ce, 0.975, axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.region_lower, np.quantile(ce.sum(axis=-1), 0.025, axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.region_upper, np.quantile(ce.sum(axis=-1), 0.975, axis=0), rtol=1e-9)
    peaks = forecast.years[ce.argmax(axis=2)]
    np.testing.assert_array_equal(found.peak_lo, np.quantile(peaks, 0.025, axis=0, method="lower"))
    np.testing.assert_array_equal(found.peak_hi, np.quantile(peaks, 0.975, axis=0, method="higher"))
    neutral = np.full(peaks.shape, np.inf)
    for place in np.ndindex(neutral.shape):
        path = ce[place[0], place[1], :, place[2]]
        for time in range(40, -1, -1):
            if path[time] > cs[time, place[2]]:
                break
            neutral[place] = 2020 + time
    for bound, share, method in ((found.neutral_lo, 0.025, "lower"), (found.neutral_hi, 0.975, "higher")):
        expected = np.quantile(neutral, share, axis=0, method=method)
        np.testing.assert_array_equal(bound, np.where(np.isinf(expected), np.nan, expected))


def test_intervals_do_not_depend_on_how_many_units_are_taken_at_once(fitted, monkeypatch):
    history, model, scenarios = fitted()
    whole = stirpat_forecast(history, model, scenarios, TARGETS, draws=20).intervals
    monkeypatch.setattr("landcarbon.core.forecast.stirpat_forecast._NUMBERS_AT_ONCE", 40)
    parts = stirpat_forecast(history, model, scenarios, TARGETS, draws=20).intervals
    for name in ("lower", "upper", "peak_lo", "peak_hi"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    np.testing.assert_allclose(parts.region_lower, whole.region_lower, rtol=1e-13)


def test_calibrated_intervals_open_at_the_base_year(fitted):
    forecast = stirpat_forecast(*fitted(), TARGETS, draws=20)
    width = forecast.intervals.upper - forecast.intervals.lower
    np.testing.assert_allclose(width[:, 0], 0.0, atol=1e-6)
    assert (width[:, 40] > 0).all()


def test_intervals_without_calibration_hold_the_constant_too(fitted):
    history, model, scenarios = fitted(PANEL)
    forecast = stirpat_forecast(history, model, scenarios, TARGETS, calibrate=False, draws=20)
    assert (forecast.intervals.upper[:, 0] > forecast.intervals.lower[:, 0]).all()


def test_the_same_seed_gives_the_same_intervals(fitted):
    first, again, other = (
        stirpat_forecast(*fitted(), TARGETS, draws=20, seed=seed).intervals.upper for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first[:, 40] != other[:, 40]).any()


def test_units_without_a_path_have_no_interval(fitted):
    history, model, scenarios = fitted(PANEL)
    history.amounts["GDP"][-1, 2] = np.nan
    found = stirpat_forecast(history, model, scenarios, TARGETS, draws=20).intervals
    assert np.isnan(found.lower[..., 2]).all()
    assert np.isfinite(np.delete(found.lower, 2, axis=2)).all()


def test_coefficients_of_another_history_shift_the_intervals_and_warn(fitted):
    history, model, scenarios = fitted()
    own = stirpat_forecast(history, model, scenarios, TARGETS, draws=40).intervals
    other = model._replace(slopes=model.slopes + np.array([0.5, 0.0, 0.0]))
    forecast = stirpat_forecast(history, other, scenarios, TARGETS, draws=40)
    assert any("are not those of this history" in note.text for note in forecast.notes)
    people = np.log(forecast.drivers[:, 0] / forecast.drivers[:, 0, :1])
    np.testing.assert_allclose(
        np.log(forecast.intervals.upper[:, 40] / own.upper[:, 40]), 0.5 * people[:, 40], atol=0.01
    )


def test_without_pool_and_k_there_are_no_intervals(two_units, preset, model):
    forecast = stirpat_forecast(two_units, model(), preset, TARGETS, draws=10)
    assert forecast.intervals is None
    assert any("t has no columns 'pool' and 'k'" in note.text for note in forecast.notes)


def test_progress_goes_to_one_and_may_stop_the_run(fitted):
    seen = []
    stirpat_forecast(*fitted(), TARGETS, draws=20, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_inputs_are_not_changed(fitted):
    history, model, scenarios = fitted()
    before = {key: values.copy() for key, values in history.amounts.items()}
    stirpat_forecast(history, model, scenarios, TARGETS, draws=5)
    for key, values in history.amounts.items():
        np.testing.assert_array_equal(values, before[key])


# Bad input


def test_base_year_that_is_not_in_the_history(two_units, preset, model):
    with pytest.raises(InputDataError, match="The base year 2010 is not in the history, which has 2018-2020"):
        stirpat_forecast(two_units, model(), preset, Targets(2010, 2060))


@pytest.mark.parametrize("years", [(2060, 2019, 2060), (2060, 2060, 2030), (2050, 2030, 2060)])
def test_years_that_do_not_follow_each_other(two_units, preset, model, years):
    with pytest.raises(InputDataError, match="do not follow each other"):
        stirpat_forecast(two_units, model(), preset, Targets(2020, *years))


def test_a_last_year_after_the_scenarios(two_units, preset, model):
    with pytest.raises(InputDataError, match="Scenario 'low-carbon', P: no row for 2060-2070"):
        stirpat_forecast(two_units, model(), preset, Targets(2020, 2070))


def test_values_without_a_logarithm_are_listed(two_units, preset, model):
    two_units.amounts["IS"][1, 1] = 0.0
    with pytest.raises(InputDataError, match=r"1 values are 0 or negative.*: rising 2019 is = 0"):
        stirpat_forecast(two_units, model(), preset, TARGETS)
