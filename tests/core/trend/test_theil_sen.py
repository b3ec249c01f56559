"""Medians of slopes against numpy's median of all slopes, which knows no shortcut."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.trend import theil_sen
from landcarbon.core.trend.theil_sen import Pairs, Room, count_true, mean_of_two, median_slopes, rises_of


def medians(values, times):
    """Ours, called as `trends` does."""
    pairs = Pairs.of(times)
    n = np.isfinite(values).sum(axis=0)
    work = Room(len(pairs.spans), values.shape[1], values.dtype).of(values.shape[1])
    with np.errstate(all="ignore"):
        rises = rises_of(values, out=work[0])
        falling, level = count_true(rises < 0), count_true(rises == 0)
        return median_slopes(values, n, pairs, falling, level, work)


def all_medians(values, times):
    """numpy's median of the float64 slopes of each series."""
    earlier, later = np.triu_indices(len(times), 1)
    values = values.astype(float)
    slopes = (values[later] - values[earlier]) / (times[later] - times[earlier])[:, None]
    ordered = np.sort(slopes, axis=0)
    count = np.isfinite(slopes).sum(axis=0)
    columns = np.arange(values.shape[1])
    return mean_of_two(ordered[(count - 1) // 2, columns], ordered[count // 2, columns])


def assert_exact(values, times):
    before = values.copy()
    assert medians(values, times).tobytes() == all_medians(values, times).tobytes()
    assert values.tobytes() == before.tobytes()


def made(kind, times, series, dtype):
    """Seeded series that are hard in one way each."""
    random = np.random.default_rng(7)
    noise = random.normal(size=(times, series))
    steps = np.arange(times)[:, None]
    return {
        "noise": noise,
        "trend": noise + 3.0 * steps,
        "hidden trend": 1e-6 * noise + 1e3 * steps,
        "walk": noise.cumsum(axis=0),
        "heavy tails": random.standard_cauchy((times, series)),
        "outlier": np.where(steps == 2, 1e30, noise),
        "jump": np.where(steps < times // 2, 0.0, 1000.0) + noise,
        "two values": np.round(random.random((times, series))),
        "few values": np.round(noise * 2) + steps,
        "equal": np.full((times, series), 4.2),
        "line": 0.1 * steps + np.zeros((times, series)),
        "zeros but one": np.where(steps == 1, 1.0, np.zeros((times, series))),
        "far from zero": 16_777_000.0 + np.round(noise * 4),
    }[kind].astype(dtype)


KINDS = (
    "noise",
    "trend",
    "hidden trend",
    "walk",
    "heavy tails",
    "outlier",
    "jump",
    "two values",
    "few values",
    "equal",
    "line",
    "zeros but one",
    "far from zero",
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("times", [4, 5, 21, 40])
def test_every_kind_of_series_is_exact(kind, times, dtype):
    assert_exact(made(kind, times, 60, dtype), 2000.0 + np.arange(times))


@pytest.mark.parametrize("kind", KINDS)
def test_uneven_years_and_gaps_are_exact(kind):
    random = np.random.default_rng(11)
    values = made(kind, 30, 80, np.float32)
    values[4:][random.random((26, 80)) < 0.3] = np.nan  # four values always stay
    assert_exact(values, 1950.0 + random.integers(1, 5, 30).cumsum())


@settings(max_examples=150)
@given(
    st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=4, max_size=25),
    st.data(),
)
def test_any_float32_is_exact(numbers, data):
    steps = data.draw(st.lists(st.integers(1, 9), min_size=len(numbers), max_size=len(numbers)))
    assert_exact(np.array(numbers, dtype=np.float32)[:, None], np.cumsum(steps).astype(float))


@settings(max_examples=150)
@given(st.lists(st.floats(-1e300, 1e300), min_size=4, max_size=25))
def test_any_float64_is_exact(numbers):
    assert_exact(np.array(numbers)[:, None], np.arange(float(len(numbers))))


@pytest.mark.parametrize("few", [1, 2, 300])
def test_how_many_slopes_are_put_in_order_at_once_changes_no_bit(few, monkeypatch):
    values = np.concatenate([made(kind, 21, 20, np.float32) for kind in KINDS], axis=1)
    monkeypatch.setattr(theil_sen, "_FEW", few)
    assert_exact(values, np.arange(21.0))


@pytest.mark.parametrize("start", [0.0, np.nan, np.inf, -1e30, 1e30])
def test_a_bad_start_of_the_search_changes_no_bit(start, monkeypatch):
    values = np.concatenate([made(kind, 21, 20, np.float32) for kind in KINDS], axis=1)
    wrong = np.full(values.shape[1], start, dtype=np.float32)
    monkeypatch.setattr(theil_sen, "_line", lambda *_: (wrong, np.abs(wrong)))
    assert_exact(values, np.arange(21.0))


def test_six_hundred_dates():
    values = made("walk", 600, 2, np.float32)  # 179 700 pairs: more than a byte or two can count
    assert_exact(values, np.arange(600.0))


def test_counts_beyond_a_byte():
    mask = np.zeros((700, 2), dtype=bool)
    mask[:, 0] = True
    mask[::7, 1] = True
    assert count_true(mask).tolist() == [700, 100]


def test_by_hand():
    # slopes 3-1 = 2, (2-1)/2 = 0.5, (4-1)/3 = 1, 2-3 = -1, (4-3)/2 = 0.5, 4-2 = 2; the middle ones 0.5 and 1
    values = np.array([[1.0], [3.0], [2.0], [4.0]])
    assert medians(values, np.array([2000.0, 2001, 2002, 2003])).tolist() == [0.75]


def test_no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        medians(made("heavy tails", 21, 50, np.float64), np.arange(21.0))
