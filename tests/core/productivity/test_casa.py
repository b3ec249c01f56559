"""The model of a year against a plain reference, cell by cell."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.productivity import casa
from landcarbon.core.productivity.casa import Climate, Vegetation, monthly_fluxes
from landcarbon.core.productivity.months import year_sum

from .reference import year_of_a_cell

NAN = math.nan


def amounts(low, high):
    """Numbers of six decimals: files hold no finer ones, and squares of 1e-275 mm would vanish."""
    return st.floats(low, high).map(lambda value: round(value, 6))


SERIES = {
    "ndvi": st.one_of(amounts(-1, 0.9999), st.sampled_from([-1.0, 0.0, 0.023, 0.7, 1.0])),
    "temperature": st.one_of(amounts(-90, 60), amounts(-12, 30), st.sampled_from([0.0, -10.0, 26.5, 60.0])),
    "rain": st.one_of(amounts(0, 1000), st.sampled_from([0.0, 30.0])),
    "sun": amounts(0, 1500),
}


def year_of(values):
    return st.lists(values, min_size=12, max_size=12)


@st.composite
def cells(draw):
    """A cell: four series, now and then with a gap, epsilon_max and limits."""
    series = {name: draw(year_of(values)) for name, values in SERIES.items()}
    if draw(st.integers(0, 9)) == 0:
        series[draw(st.sampled_from(list(SERIES)))][draw(st.integers(0, 11))] = NAN
    low, high = sorted(draw(st.tuples(amounts(-0.2, 0.3), amounts(0.2, 0.95))))
    epsilon = draw(st.one_of(st.floats(0.1, 2), st.just(NAN)))
    return (*series.values(), epsilon, low, high)


def fluxes_of(some, alpha=0.5):
    climate = Climate(*(np.array([cell[i] for cell in some], dtype=float).T for i in range(4)))
    vegetation = Vegetation(*(np.array([cell[i] for cell in some], dtype=float) for i in range(4, 7)))
    return monthly_fluxes(climate, vegetation, alpha)


def assert_as_reference(some, alpha=0.5):
    found = fluxes_of(some, alpha)
    for i, cell in enumerate(some):
        npp, rh = year_of_a_cell(*cell, alpha=alpha)
        if npp is None:
            assert np.isnan(found.npp[:, i]).all()
            assert np.isnan(found.rh[:, i]).all()
        else:
            assert found.npp[:, i] == pytest.approx(npp, rel=1e-9, abs=1e-290)
            assert found.rh[:, i] == pytest.approx(rh, rel=1e-9)


@settings(max_examples=150)
@given(st.lists(cells(), min_size=1, max_size=6), st.floats(0, 1))
def test_every_cell_is_that_of_the_reference(some, alpha):
    assert_as_reference(some, alpha)


@pytest.fixture(scope="module")
def many():
    """2000 cells of all climates: a year's wave with noise, droughts, frost and heat."""
    random = np.random.default_rng(7)
    count = 2000
    wave = -np.cos(2 * np.pi * np.arange(1, 13) / 12)
    mean, swing = random.uniform(-25, 28, count), random.uniform(0, 25, count)
    temperature = mean[:, None] + swing[:, None] * wave + random.normal(0, 2, (count, 12))
    ndvi = np.clip(0.4 + 0.3 * wave + random.normal(0, 0.15, (count, 12)), -0.2, 0.99)
    rain = np.maximum(random.normal(60, 80, (count, 12)), 0)
    sun = random.uniform(50, 900, (count, 12))
    return [
        (ndvi[i], temperature[i], rain[i], sun[i], random.uniform(0.3, 1), 0.023, random.uniform(0.5, 0.8))
        for i in range(count)
    ]


def test_many_climates_are_those_of_the_reference(many):
    temperature, rain = (np.array([cell[i] for cell in many]) for i in (1, 2))
    assert (temperature <= 0).any()
    assert (temperature > 26.5).any()
    assert (rain == 0).any()
    assert_as_reference(many)


def test_production_is_not_negative_and_the_balance_can_be(many):
    found = fluxes_of(many)
    assert found.npp.min() == 0.0
    assert found.nep.min() < 0 < found.nep.max()


def test_parts_give_the_bits_of_the_whole(many, monkeypatch):
    whole = fluxes_of(many)
    for size in (1, 7, 999):
        monkeypatch.setattr(casa, "CELLS_AT_ONCE", size)
        found = fluxes_of(many[:1000])
        assert found.npp.tobytes() == np.ascontiguousarray(whole.npp[:, :1000]).tobytes()
        assert found.rh.tobytes() == np.ascontiguousarray(whole.rh[:, :1000]).tobytes()


def test_a_month_by_hand():
    # All months alike: T = Topt = 20, so Te1 = 1, Te2 = 1.184 / (1 + exp(-2)) / (1 + exp(-3)) = 0.99341;
    # no rain: We = 0.5; NDVI at its upper limit: FPAR = 0.95. NPP = 400 * 0.95 * 0.5 * 0.99341 * 0.5 * 0.6
    cell = ([0.7] * 12, [20.0] * 12, [0.0] * 12, [400.0] * 12, 0.6, 0.1, 0.7)
    te2 = 1.184 / (1 + math.exp(-2)) / (1 + math.exp(-3))
    found = fluxes_of([cell])
    assert found.npp[:, 0] == pytest.approx([400 * 0.95 * 0.5 * te2 * 0.5 * 0.6] * 12, rel=1e-12)
    assert found.rh[:, 0] == pytest.approx([3.069 * math.exp(1.826)] * 12, rel=1e-12)
    assert found.nep[:, 0] == pytest.approx(found.npp[:, 0] - found.rh[:, 0], rel=1e-12)


def test_ndvi_of_1_is_missing():
    whole = ([0.5] * 12, [20.0] * 12, [50.0] * 12, [400.0] * 12, 0.6, 0.1, 0.7)
    infinite = ([0.5] * 11 + [1.0], *whole[1:])
    found = fluxes_of([whole, infinite])
    assert np.isnan(found.npp).any(axis=0).tolist() == [False, True]
    assert np.isnan(found.rh).all(axis=0).tolist() == [False, True]


@pytest.mark.parametrize("series", range(4))
@pytest.mark.parametrize("gap", [NAN, math.inf, -math.inf])
def test_a_gap_in_any_series_makes_the_year_missing(series, gap):
    cell = [[0.5] * 12, [20.0] * 12, [50.0] * 12, [400.0] * 12, 0.6, 0.1, 0.7]
    cell[series] = [*cell[series][:11], gap]
    found = fluxes_of([cell])
    assert np.isnan(found.npp).all()
    assert np.isnan(found.rh).all()


def test_no_cell_has_no_flux():
    climate = Climate(*np.zeros((4, 12, 0)))
    assert monthly_fluxes(climate, Vegetation(*np.zeros((3, 0)))).npp.shape == (12, 0)


def test_inputs_stay_as_they_are(many):
    climate = Climate(*(np.array([cell[i] for cell in many[:50]]).T for i in range(4)))
    vegetation = Vegetation(*(np.array([cell[i] for cell in many[:50]]) for i in range(4, 7)))
    before = pickle.dumps((climate, vegetation))
    monthly_fluxes(climate, vegetation)
    assert pickle.dumps((climate, vegetation)) == before


def test_the_sum_of_a_year_adds_the_months_in_order():
    months = np.random.default_rng(3).uniform(0, 1e9, (12, 5))
    for cell in range(5):
        expected = 0.0
        for month in months[:, cell].tolist():
            expected += month
        assert year_sum(months[:, cell : cell + 1])[0] == expected
        assert year_sum(months)[cell] == expected
