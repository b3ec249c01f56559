"""Global Moran's I: esda, cases by hand, permutations."""

import numpy as np
import pytest
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.pattern.global_moran import global_moran, global_morans
from landcarbon.core.pattern.neighbourhood import Neighbourhood
from landcarbon.core.pattern.weights import contiguity, nearest_neighbours, row_standardised

from .peers import with_libpysal

PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'


@pytest.fixture
def line(grid):
    """Binary weights of squares in a row."""
    return lambda count: contiguity(grid(count, 1))


def test_four_in_a_row_by_hand(line):
    # z = -3, -1, 1, 3; neighbours (1, 2), (2, 3), (3, 4), both ways: sum w z z = 2 (3 - 1 + 3) = 10
    found = global_moran(np.array([1.0, 3.0, 5.0, 7.0]), line(4), permutations=0)
    assert found.i == pytest.approx(4 / 6 * 10 / 20, rel=1e-14)
    assert found.expected == -1 / 3
    # S0 = 6, S1 = (2 * 2)^2 * 3 / 2... = 12, S2 = 4 + 16 + 16 + 4 = 40, kurtosis (81+1+1+81)/4 / 5^2 = 1.64
    variance = (4 * (7 * 12 - 4 * 40 + 3 * 36) - 1.64 * (12 * 12 - 8 * 40 + 6 * 36)) / (3 * 2 * 1 * 36)
    assert found.variance == pytest.approx(variance - 1 / 9, rel=1e-12)
    assert (found.n, found.islands) == (4, 0)
    assert np.isnan(found.p_perm)


@pytest.mark.parametrize("standardised", [True, False])
@pytest.mark.parametrize("kind", ["queen", "nearest"])
def test_same_as_esda(grid, kind, standardised):
    esda = pytest.importorskip("esda")
    random = np.random.default_rng(5)
    if kind == "queen":
        weights = contiguity(grid(12, 9))
    else:  # neighbours that are not mutual
        weights = nearest_neighbours(random.uniform(0, 1e5, (108, 2)), PLANE, 5)
    values = random.lognormal(10, 1, 108)
    theirs = esda.Moran(values, with_libpysal(weights), "r" if standardised else "b", permutations=0)
    ours = global_moran(values, row_standardised(weights) if standardised else weights, permutations=0)
    assert ours.i == pytest.approx(theirs.I, rel=1e-10)
    assert ours.expected == pytest.approx(theirs.EI, rel=1e-10)
    assert ours.variance == pytest.approx(theirs.VI_rand, rel=1e-10)
    assert ours.z == pytest.approx(theirs.z_rand, rel=1e-10)
    assert ours.p == pytest.approx(theirs.p_rand, rel=1e-10)


def test_islands_are_left_out_of_n_mean_and_variance(grid, square):
    # The four in a row of above, and a unit far away with a value that would change the mean.
    weights = contiguity([*grid(4, 1), square(99, 99)])
    found = global_moran(np.array([1.0, 3.0, 5.0, 7.0, 1000.0]), weights, permutations=0)
    assert found.i == pytest.approx(1 / 3, rel=1e-14)
    assert (found.n, found.islands, found.expected) == (4, 1, -1 / 3)


def test_three_units_have_no_variance(line):
    found = global_moran(np.array([1.0, 2.0, 4.0]), line(3), permutations=0)
    assert np.isnan([found.variance, found.z, found.p]).all()
    assert np.isfinite(found.i)


def test_too_few_units_with_a_neighbour(square):
    weights = contiguity([square(0, 0), square(1, 0), square(9, 9)])
    with pytest.raises(InputDataError, match="2 units have a neighbour"):
        global_moran(np.array([1.0, 2.0, 3.0]), weights)


def test_only_islands_differ(grid, square):
    weights = contiguity([*grid(3, 1), square(99, 99)])
    with pytest.raises(InputDataError, match="All 3 units with a neighbour have the same value, 5,"):
        global_moran(np.array([5.0, 5.0, 5.0, 6.0]), weights)


@pytest.mark.parametrize("scale", [1.0, 1e12, 1e-12])
@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_unit_and_origin_of_the_values_change_nothing(grid, scale, shift):
    values = np.random.default_rng(1).normal(size=100)
    weights = contiguity(grid(10, 10))
    plain, other = (global_moran(v, weights) for v in (values, (values + shift) * scale))
    assert other.i == pytest.approx(plain.i, rel=1e-8)
    assert other.p_perm == plain.p_perm


# Permutations


def test_permutations_by_hand(line):
    # The orders of 1, 2, 3, 4 in a row: I is largest, 1/3, for 1234 and 4321 only, of 24 orders.
    weights = line(4)
    p = [global_moran(np.array([1.0, 2.0, 3.0, 4.0]), weights, 999, seed).p_perm for seed in range(30)]
    # mean of 30 x 999 draws of 1/12, with a standard deviation of 0.0016
    assert np.mean(p) == pytest.approx(1 / 12, abs=0.008)


def test_equal_results_count_as_extreme(line):
    # One unit differs: in the middle or at an end, 2 of 4 places each, so half of the orders are as extreme.
    p = global_moran(np.array([0.0, 0.0, 1.0, 0.0]), line(4), 999, seed=3).p_perm
    assert p == pytest.approx(0.5, abs=0.06)


def test_clustered_values_reach_the_smallest_p(grid):
    values = np.arange(100.0)  # rows of 10, rising
    assert global_moran(values, contiguity(grid(10, 10)), 999).p_perm == 1 / 1000


def test_same_seed_same_p_on_any_number_of_threads(grid):
    values = np.random.default_rng(8).normal(size=400)
    weights = row_standardised(contiguity(grid(20, 20)))
    p = {global_moran(values, weights, 333, seed=4, threads=threads).p_perm for threads in (1, 2, 3, 8)}
    assert len(p) == 1


def test_seeds_differ(grid):
    values = np.random.default_rng(8).normal(size=400)
    weights = contiguity(grid(20, 20))
    assert len({global_moran(values, weights, 333, seed=seed).p_perm for seed in range(5)}) > 1


def test_p_of_permutations_is_near_that_of_esda(grid):
    esda = pytest.importorskip("esda")
    values = np.random.default_rng(11).normal(size=100)
    weights = contiguity(grid(10, 10))
    ours = global_moran(values, weights, 9999).p_perm
    np.random.seed(1)
    theirs = esda.Moran(values, with_libpysal(weights), "b", permutations=9999).p_sim
    assert ours == pytest.approx(theirs, abs=0.02)


def test_cancelled_while_permuting(grid):
    def progress(fraction):
        raise Cancelled

    with pytest.raises(Cancelled):
        global_moran(np.arange(100.0), contiguity(grid(10, 10)), progress=progress)


# Fields and years


def test_a_row_per_field_and_year(places_of, grid):
    places = places_of(grid(3, 2) * 2)
    years = np.repeat([2010, 2020], 6)
    random = np.random.default_rng(2)
    columns = {"ce": random.normal(size=12), "cs": random.normal(size=12)}
    found = global_morans(columns, years, places, Neighbourhood(), permutations=9)
    assert found.table["field"] == ["ce", "ce", "cs", "cs"]
    assert found.table["year"] == [2010, 2020, 2010, 2020]
    alone = global_moran(columns["cs"][6:], row_standardised(contiguity(grid(3, 2))), 9)
    assert found.table["i"][3] == alone.i
    assert found.table["p_perm"][3] == alone.p_perm


def test_year_with_equal_values_is_passed_over(places_of, grid):
    places, years = places_of(grid(3, 1) * 2), np.repeat([2010, 2020], 3)
    values = np.array([1.0, 1.0, 1.0, 1.0, 2.0, 4.0])
    found = global_morans({"ce": values}, years, places, Neighbourhood(), permutations=9)
    assert found.table["n"] == [3, 3]
    assert np.isnan(found.table["i"][0])
    assert np.isfinite(found.table["i"][1])
    (note,) = [note for note in found.notes if note.kind == "warning"]
    assert note.text.startswith("2010: All 3 units have the same value, 1,")


def test_notes_name_field_and_year(places_of, grid):
    places, years = places_of(grid(4, 1)), np.full(4, 2010)
    columns = {"ce": np.array([np.nan, 2.0, 3.0, 5.0]), "cs": np.array([1.0, 2.0, 3.0, 4.0])}
    found = global_morans(columns, years, places, Neighbourhood(), permutations=9)
    warnings = [note.text for note in found.notes if note.kind == "warning"]
    assert warnings == ["ce 2010: 1 units have no value and are left out: unit 0."]


def test_scatter_has_scores_and_means_of_neighbours(places_of, grid):
    values = np.array([1.0, 3.0, 5.0, 7.0])
    found = global_morans({"ce": values}, None, places_of(grid(4, 1)), Neighbourhood(), 9, scatter=True)
    ((units, z, lag),) = found.scatter
    assert units.tolist() == [0, 1, 2, 3]
    # population deviation sqrt(5); the first has one neighbour, the second two
    assert z == pytest.approx(np.array([-3, -1, 1, 3]) / np.sqrt(5), rel=1e-14)
    assert lag == pytest.approx(np.array([-1, -1, 1, 1]) / np.sqrt(5), rel=1e-14)
