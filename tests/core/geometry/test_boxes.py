"""Pairs of boxes that overlap, against all pairs one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.geometry import boxes
from landcarbon.core.geometry.boxes import overlapping_pairs, touching_pairs


def found(low, high, group):
    return [
        tuple(sorted(pair))
        for i, j in overlapping_pairs(low, high, group)
        for pair in zip(i.tolist(), j.tolist(), strict=True)
    ]


def one_by_one(low, high, group):
    return {
        (i, j)
        for i in range(len(low))
        for j in range(i + 1, len(low))
        if group[i] != group[j] and (low[i] <= high[j]).all() and (low[j] <= high[i]).all()
    }


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 5))
def test_every_pair_once(seed, count, groups):
    random = np.random.default_rng(seed)
    low = random.integers(0, 12, (count, 2)).astype(float)
    high = low + random.integers(0, 4, (count, 2)) * random.choice([1, 5], (count, 1))
    group = random.integers(0, groups, count)
    pairs = found(low, high, group)
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == one_by_one(low, high, group)


def test_many_pairs_are_looked_at_in_parts(monkeypatch):
    random = np.random.default_rng(2)
    low = random.uniform(0, 10, (200, 2))
    whole = found(low, low + 1, np.arange(200))
    monkeypatch.setattr(boxes, "_AT_ONCE", 16)
    assert sorted(found(low, low + 1, np.arange(200))) == sorted(whole)


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_boxes_for_a_pair(count):
    assert found(np.zeros((count, 2)), np.ones((count, 2)), np.arange(count)) == []


def test_boxes_that_touch():
    low = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert found(low, low + 1, np.arange(2)) == [(0, 1)]


def touching(low, high, other_low, other_high):
    return [
        pair
        for i, j in touching_pairs(low, high, other_low, other_high)
        for pair in zip(i.tolist(), j.tolist(), strict=True)
    ]


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 60))
def test_every_pair_of_two_sets_once(seed, count, others):
    random = np.random.default_rng(seed)
    low, other_low = (random.integers(0, 12, (n, 2)).astype(float) for n in (count, others))
    high = low + random.integers(0, 4, (count, 2)) * random.choice([1, 5], (count, 1))
    other_high = other_low + random.integers(0, 3, (others, 2))
    found = touching(low, high, other_low, other_high)
    assert len(found) == len(set(found))
    assert set(found) == {
        (i, j)
        for i in range(count)
        for j in range(others)
        if (low[i] <= other_high[j]).all() and (other_low[j] <= high[i]).all()
    }


@pytest.mark.parametrize(("count", "others"), [(0, 3), (3, 0), (0, 0)])
def test_no_box_touches_none(count, others):
    assert (
        touching(np.zeros((count, 2)), np.ones((count, 2)), np.zeros((others, 2)), np.ones((others, 2))) == []
    )


def test_the_progress_of_pairs_grows_to_1(monkeypatch):
    random = np.random.default_rng(4)
    low, seen = random.uniform(0, 10, (300, 2)), []
    monkeypatch.setattr(boxes, "_AT_ONCE", 64)
    for _ in touching_pairs(low, low + 1, low, low + 2, seen.append):
        pass
    assert len(seen) > 100
    assert seen == sorted(seen)
    assert (seen[0] > 0, seen[-1]) == (True, 1.0)
