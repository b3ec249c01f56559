"""Local Moran's I: esda, conditional permutations counted one by one, islands, false discovery rate."""

from itertools import permutations as orders

import numpy as np
import pytest
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.pattern import local_moran as module
from landcarbon.core.pattern.local_moran import QUADRANTS, local_moran, local_morans
from landcarbon.core.pattern.neighbourhood import Neighbourhood
from landcarbon.core.pattern.permutations import random_of
from landcarbon.core.pattern.weights import (
    contiguity,
    inverse_distances,
    nearest_neighbours,
    row_standardised,
)

from .peers import with_libpysal

PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'


@pytest.fixture
def some_weights(grid):
    """Weights of 60 units, by name."""

    def some_weights(kind):
        points = np.random.default_rng(3).uniform(0, 100, (60, 2))
        if kind == "inverse":
            return inverse_distances(points, PLANE, 40.0)
        if kind == "nearest":
            return nearest_neighbours(points, PLANE, 4)
        return contiguity(grid(10, 6))

    return some_weights


@pytest.mark.parametrize("standardised", [True, False])
@pytest.mark.parametrize("kind", ["queen", "nearest", "inverse"])
def test_same_as_esda(some_weights, kind, standardised):
    esda = pytest.importorskip("esda")
    weights = some_weights(kind)
    values = np.random.default_rng(5).lognormal(10, 1, 60)
    transform = "r" if standardised else "o"
    theirs = esda.Moran_Local(values, with_libpysal(weights), transform, permutations=0)
    ours = local_moran(values, row_standardised(weights) if standardised else weights, 1)
    assert ours.i == pytest.approx(theirs.Is, rel=1e-10)
    # esda: 1 HH, 2 LH, 3 LL, 4 HL
    assert (ours.quadrant + 1).tolist() == theirs.q.tolist()


def test_p_is_near_that_of_esda(some_weights):
    esda = pytest.importorskip("esda")
    weights = some_weights("queen")
    values = np.random.default_rng(5).normal(size=60) + np.arange(60) / 10
    theirs = esda.Moran_Local(values, with_libpysal(weights), "r", permutations=9999, seed=1)
    ours = local_moran(values, row_standardised(weights), 9999)
    # three standard deviations of the difference of two such shares: 3 sqrt(2 x 0.25 / 9999)
    assert ours.p == pytest.approx(theirs.p_sim, abs=0.022)


def test_four_in_a_row_by_hand(grid):
    # z = -3, -1, 1, 3; neighbours' means -1, -1, 1, 1; sum z^2 = 20
    found = local_moran(np.array([1.0, 3.0, 5.0, 7.0]), row_standardised(contiguity(grid(4, 1))), 9)
    assert found.i.tolist() == [3 * 3 / 20, 3 / 20, 3 / 20, 3 * 3 / 20]
    assert [QUADRANTS[code] for code in found.quadrant] == ["LL", "LL", "HH", "HH"]


def test_unit_that_stands_out_is_high_among_low(grid):
    values = np.zeros(25)
    values[12] = 1.0
    found = local_moran(values, contiguity(grid(5, 5)), 9)
    assert QUADRANTS[found.quadrant[12]] == "HL"
    assert QUADRANTS[found.quadrant[6]] == "LH"  # its neighbours' mean is 1 / 8, that of all 1 / 25


def test_islands_have_no_result_and_change_no_mean(grid, square):
    weights = row_standardised(contiguity([*grid(4, 1), square(99, 99)]))
    found = local_moran(np.array([1.0, 3.0, 5.0, 7.0, 1000.0]), weights, 9)
    assert found.i[:4].tolist() == [3 * 3 / 20, 3 / 20, 3 / 20, 3 * 3 / 20]
    assert np.isnan(found.i[4])
    assert np.isnan(found.p[4])
    assert found.quadrant[4] == -1


def test_equal_values_are_refused(grid):
    with pytest.raises(InputDataError, match="have the same value"):
        local_moran(np.ones(4), contiguity(grid(4, 1)))


# Conditional permutations


def one_by_one(values, weights, permutations, seed):
    """p of every unit, drawing by drawing."""
    z = values - values.mean()
    most = int(weights.neighbours.max())
    counts = np.zeros((2, len(z)))
    for number in range(permutations):
        drawn = random_of(seed, number).choice(len(z), most + 1, replace=False).tolist()
        for unit in range(len(z)):
            row = weights.matrix[unit]
            others = [other for other in drawn[: row.nnz + 1] if other != unit][: row.nnz]
            if unit not in drawn[: row.nnz]:
                others = drawn[: row.nnz]
            elif len(others) == row.nnz:
                # the one that was drawn next stands in the place of the unit itself
                others = list(drawn[: row.nnz])
                others[others.index(unit)] = drawn[row.nnz]
            shuffled = (row.data * z[others]).sum()
            observed = (row.data * z[row.indices]).sum()
            close = 1e-9 * row.data.sum()
            counts[0, unit] += shuffled * z[unit] >= observed * z[unit] - close
            counts[1, unit] += shuffled * z[unit] <= observed * z[unit] + close
    return (counts.min(axis=0) + 1) / (permutations + 1)


@pytest.mark.parametrize("kind", ["queen", "nearest", "inverse"])
def test_against_one_by_one(some_weights, kind):
    weights = row_standardised(some_weights(kind))
    values = np.random.default_rng(7).normal(size=60)
    found = local_moran(values, weights, 49, seed=6)
    assert found.p == pytest.approx(one_by_one(values, weights, 49, 6), rel=1e-12)


def test_values_that_tie(some_weights):
    weights = row_standardised(some_weights("queen"))
    values = np.random.default_rng(7).integers(0, 3, 60).astype(float)
    found = local_moran(values, weights, 49, seed=6)
    assert found.p == pytest.approx(one_by_one(values, weights, 49, 6), rel=1e-12)


def test_all_orders_of_four(grid):
    # The first of four in a row keeps 1 and draws its one neighbour from 3, 5 and 7: 3 is the lowest, which
    # makes the largest I, in a third of the draws.
    weights = contiguity(grid(4, 1))
    found = local_moran(np.array([1.0, 3.0, 5.0, 7.0]), weights, 9999)
    assert found.p[0] == pytest.approx(1 / 3, abs=0.015)
    # The second draws two of 1, 5 and 7; those of the six ordered pairs whose sum is 6, as that of 1 and 5
    pairs = [a + b for a, b in orders([1, 5, 7], 2)]
    assert found.p[1] == pytest.approx(pairs.count(6) / len(pairs), abs=0.015)


def test_unit_at_the_mean_is_never_significant(grid):
    values = np.array([1.0, 2.0, 3.0])
    assert local_moran(values, contiguity(grid(3, 1)), 99).p[1] == 1.0


@pytest.mark.parametrize("kind", ["queen", "inverse"])
def test_same_seed_same_p_on_any_number_of_threads(some_weights, kind):
    values = np.random.default_rng(8).normal(size=60)
    weights = some_weights(kind)
    first, *others = (local_moran(values, weights, 333, 4, threads=threads).p for threads in (1, 2, 3, 8))
    assert all(other.tolist() == first.tolist() for other in others)


def test_size_of_blocks_changes_nothing(some_weights, monkeypatch):
    values = np.random.default_rng(8).normal(size=60)
    weights = some_weights("inverse")
    first = local_moran(values, weights, 99).p
    monkeypatch.setattr(module, "_DRAWS_AT_ONCE", 100)
    monkeypatch.setattr(module, "_SUMS_AT_ONCE", 50)
    assert local_moran(values, weights, 99).p.tolist() == first.tolist()


@pytest.mark.parametrize("scale", [1e9, 1e-9])
def test_unit_of_the_values_changes_nothing(some_weights, scale):
    values = np.random.default_rng(8).normal(size=60)
    weights = some_weights("queen")
    assert local_moran(values * scale, weights, 99).p.tolist() == local_moran(values, weights, 99).p.tolist()


def test_cancelled_while_permuting(grid):
    def progress(fraction):
        raise Cancelled

    with pytest.raises(Cancelled):
        local_moran(np.arange(100.0), contiguity(grid(10, 10)), progress=progress)


def test_null_values_are_significant_as_often_as_the_level_says(grid):
    # White noise: p <= 0.05 on the nearer tail in about 10 % of the units, as either tail has 5 %.
    weights = row_standardised(contiguity(grid(50, 50)))
    found = local_moran(np.random.default_rng(0).normal(size=2500), weights, 999)
    assert (found.p <= 0.05).mean() == pytest.approx(0.10, abs=0.03)


# Quadrants and years


@pytest.fixture
def clustered(grid, places_of):
    """Places of 10 x 10 squares, high in one corner; and a year of noise."""
    values = np.zeros(100)
    values[np.add.outer(np.arange(0, 40, 10), np.arange(4)).ravel()] = 5.0
    return values + np.random.default_rng(1).normal(0, 0.5, 100), places_of(grid(10, 10))


def test_quadrants_of_a_cluster(clustered):
    values, places = clustered
    found = local_morans(values, None, places, Neighbourhood())
    assert found.quadrant[0] == found.quadrant[11] == "HH"
    assert set(found.quadrant) <= {"HH", "LL", "HL", "LH", "ns"}
    assert [name == "ns" for name in found.quadrant] == (found.p > 0.05).tolist()


def test_false_discovery_rate_leaves_fewer(clustered):
    values, places = clustered
    plain, strict = (local_morans(values, None, places, Neighbourhood(), 9999, fdr=fdr) for fdr in (0, 1))
    significant = np.sort(strict.p)
    passed = np.flatnonzero(significant <= np.arange(1, 101) / 100 * 0.05)
    assert 100 - strict.quadrant.count("ns") == passed[-1] + 1
    assert strict.quadrant.count("ns") > plain.quadrant.count("ns")
    assert f"a false discovery rate of 0.05, {passed[-1] + 1} of 100 units" in strict.notes[-1].text


def test_missing_value_and_missing_shape_have_no_result(grid, places_of):
    shapes = grid(5, 1)
    shapes[4] = None
    values = np.array([np.nan, 1.0, 2.0, 4.0, 9.0])
    found = local_morans(values, None, places_of(shapes), Neighbourhood(), 99)
    assert np.isnan(found.i).tolist() == [True, False, False, False, True]
    assert [found.quadrant[0], found.quadrant[4]] == [None, None]
    texts = [note.text for note in found.notes if note.kind == "warning"]
    assert texts == [
        "1 units have no shape, or one that is empty; they are left out: unit 4.",
        "1 units have no value and are left out: unit 0.",
    ]


def test_each_year_on_its_own(grid, places_of):
    random = np.random.default_rng(4)
    values, years = random.normal(size=24), np.tile([2020, 2010], 12)
    shapes = [shape for shape in grid(4, 3) for _ in range(2)]
    found = local_morans(values, years, places_of(shapes), Neighbourhood(), 99)
    alone = local_moran(values[1::2], row_standardised(contiguity(grid(4, 3))), 99)
    assert found.i[1::2].tolist() == alone.i.tolist()
    assert found.p[1::2].tolist() == alone.p.tolist()
