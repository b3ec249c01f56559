"""Factors of road classes, against all pairs of points and segments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.accounting import road_factors as module
from landcarbon.core.accounting.road_factors import WITHIN_M, nearest_class, road_factors


def all_pairs(points, metres, start, end, road_class):
    """The nearest class by comparing every point with every segment, point by point."""
    out = []
    for point, unit in zip(points, metres, strict=True):
        along, apart = (end - start) * unit, (point - start) * unit
        square = (along**2).sum(axis=1)
        share = np.clip(
            np.divide((along * apart).sum(axis=1), square, where=square > 0, out=square * 0), 0, 1
        )
        away = np.hypot(*(apart - share[:, None] * along).T)
        best = np.lexsort((road_class, np.rint(away * 1e4)))[0]  # equally near to a tenth of a millimetre
        out.append((road_class[best], away[best]))
    return out


@given(st.integers(0, 2**32 - 1), st.sampled_from([(1.0, 1.0), (95_000.0, 111_000.0), (0.3048, 0.3048)]))
def test_the_nearest_class_is_that_of_all_pairs(seed, unit):
    random = np.random.default_rng(seed)
    size = random.choice([200.0, 2_000.0])
    points = random.uniform(0, size, (random.integers(1, 40), 2))
    start = random.uniform(-100, size + 100, (random.integers(1, 30), 2))
    end = start + random.normal(0, random.choice([5.0, 400.0]), start.shape)
    road_class = random.integers(0, 4, len(start))
    points, start, end = points / unit, start / unit, end / unit
    metres = np.tile(unit, (len(points), 1))
    found = nearest_class(points, metres, start, end, road_class)
    for got, (expected, away) in zip(found, all_pairs(points, metres, start, end, road_class), strict=True):
        if abs(away - WITHIN_M) > 1e-6:  # rounding decides at the very border
            assert got == (expected if away < WITHIN_M else -1)


def test_the_same_classes_are_found_in_small_portions(monkeypatch):
    random = np.random.default_rng(3)
    points = random.uniform(0, 3_000, (300, 2))
    start = random.uniform(0, 3_000, (80, 2))
    end = start + random.normal(0, 600, start.shape)
    road_class = random.integers(0, 5, len(start))
    whole = nearest_class(points, np.ones_like(points), start, end, road_class)
    monkeypatch.setattr(module, "_AT_ONCE", 7)
    portions = nearest_class(points, np.ones_like(points), start, end, road_class)
    assert (whole >= 0).sum() > 50
    assert portions.tolist() == whole.tolist()


@given(st.integers(0, 2**32 - 1))
def test_at_a_junction_the_order_and_direction_of_roads_change_no_factor(seed):
    random = np.random.default_rng(seed)
    junction = random.uniform(-4e6, 4e6, 2)
    angle = random.uniform(
        np.pi * 5 / 8, np.pi * 11 / 8, 6
    )  # away from the points, so the junction is nearest
    ends = junction + 900 * np.column_stack((np.cos(angle), np.sin(angle)))
    points = junction + random.uniform(0, 40, (9, 1)) * [1.0, 0.0]
    classes, names = random.integers(0, 3, 6), ("street", "alley", "motorway")

    def factors(order, turned, codes):
        start, end = np.where(turned[:, None], ends, junction), np.where(turned[:, None], junction, ends)
        length = np.bincount(codes[classes], minlength=3) * 900.0
        of = [names[code] for code in np.argsort(codes)]
        found = road_factors(
            points, np.ones_like(points), start[order], end[order], codes[classes[order]], length, of
        )
        return dict(zip(of, found.factors.tolist(), strict=True))

    straight = factors(np.arange(6), np.zeros(6, dtype=bool), np.arange(3))
    assert factors(random.permutation(6), random.random(6) < 0.5, random.permutation(3)) == straight
    assert np.count_nonzero(list(straight.values())) == 1


def factors_of(points, **changes):
    """Two parallel roads of 1 km, 200 m apart: a motorway and a street."""
    points = np.array(points, dtype=float).reshape(-1, 2)
    inputs = {
        "start": np.array([[0.0, 0.0], [0.0, 200.0]]),
        "end": np.array([[1000.0, 0.0], [1000.0, 200.0]]),
        "road_class": np.array([0, 1]),
        "length_m": np.array([1000.0, 1000.0]),
        "names": ("motorway", "street"),
    }
    return road_factors(points, np.ones_like(points), **inputs | changes)


def test_factors_are_densities_of_points_against_that_of_all_roads():
    # 1 and 3 points, one is far away: (1 / 1000 m) / (4 / 2000 m) and (3 / 1000 m) / (4 / 2000 m).
    found = factors_of([(10, 49), (10, 190), (500, 210), (900, 151), (500, 100)])
    assert found.factors.tolist() == [0.5, 1.5]
    assert found.points.tolist() == [1, 3]


def test_factors_times_lengths_sum_to_all_lengths():
    lengths = np.array([1000.0, 4000.0])
    found = factors_of([(10, 49), (10, 190), (500, 210)], length_m=lengths)
    assert (found.factors * lengths).sum() == pytest.approx(5000.0, rel=1e-12)


def test_without_points_all_roads_count_alike():
    for points in ([], [(500, 100)]):
        found = factors_of(points)
        assert found.factors.tolist() == [1.0, 1.0]
        assert found.notes[0].kind == "warning"


def test_a_class_without_points_counts_nothing_and_is_named():
    found = factors_of([(10, 190)])
    assert found.factors.tolist() == [0.0, 2.0]
    warned = [note.text for note in found.notes if note.kind == "warning"]
    assert len(warned) == 1
    assert "motorway (1 km)" in warned[0]


def test_a_class_that_is_not_wanted_has_no_factor():
    found = factors_of([(10, 190)], length_m=np.array([0.0, 1000.0]), road_class=np.array([1, 1]))
    assert found.factors.tolist() == [0.0, 1.0]
    assert not any("motorway" in note.text for note in found.notes)
