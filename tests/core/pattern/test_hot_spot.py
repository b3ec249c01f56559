"""Gi*: esda, cases by hand, bins, islands."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.hot_spot import bins_of, gi_star, hot_spots
from landcarbon.core.pattern.neighbourhood import Neighbourhood
from landcarbon.core.pattern.weights import (
    contiguity,
    inverse_distances,
    nearest_neighbours,
    row_standardised,
)

from .peers import with_libpysal

PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'


def test_four_in_a_row_by_hand(grid):
    # mean 4, s = sqrt(5); ends: 2 values, centre: 3
    z = gi_star(np.array([1.0, 3.0, 5.0, 7.0]), contiguity(grid(4, 1)))
    ends = (1 + 3 - 4 * 2) / (np.sqrt(5) * np.sqrt((4 * 2 - 2**2) / 3))
    centre = (1 + 3 + 5 - 4 * 3) / (np.sqrt(5) * np.sqrt((4 * 3 - 3**2) / 3))
    assert z == pytest.approx([ends, centre, -centre, -ends], rel=1e-14)


@pytest.mark.parametrize("kind", ["queen", "nearest"])
@pytest.mark.parametrize("standardised", [True, False])
def test_same_as_esda(grid, kind, standardised):
    esda = pytest.importorskip("esda")
    random = np.random.default_rng(5)
    weights = contiguity(grid(12, 9))
    if kind == "nearest":
        weights = nearest_neighbours(random.uniform(0, 1e5, (108, 2)), PLANE, 5)
    values = random.lognormal(10, 1, 108)
    # Of row-standardised weights esda 2.5 takes the variance for that of binary ones (the sum of the weights
    # for the sum of their squares), so it is compared with binary weights only.
    theirs = esda.G_Local(values, with_libpysal(weights), "B", permutations=0, star=True)
    ours = gi_star(values, row_standardised(weights) if standardised else weights)
    assert ours == pytest.approx(theirs.Zs, rel=1e-10, abs=1e-10)


def test_inverse_distances_by_hand():
    # Places 0, 1 and 3 on a line: weights 1, 1/3, 1/2; the first counts 1 (its largest) for itself.
    weights = inverse_distances(np.array([[0.0, 0], [1, 0], [3, 0]]), PLANE, 10.0)
    values = np.array([2.0, 4.0, 9.0])
    total, squares = 1 + 1 + 1 / 3, 1 + 1 + 1 / 9
    expected = (2 * 1 + 4 * 1 + 9 / 3 - 5 * total) / (values.std() * np.sqrt((3 * squares - total**2) / 2))
    assert gi_star(values, weights)[0] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("kind", ["binary", "inverse"])
def test_standardising_rows_changes_nothing(kind):
    random = np.random.default_rng(2)
    points = random.uniform(0, 10, (40, 2))
    weights = (
        inverse_distances(points, PLANE, 5.0) if kind == "inverse" else nearest_neighbours(points, PLANE, 3)
    )
    values = random.normal(size=40)
    assert gi_star(values, row_standardised(weights)) == pytest.approx(gi_star(values, weights), rel=1e-12)


def test_island_has_no_result_but_is_in_the_mean(grid, square):
    # mean 10, population variance (81 + 64 + 36 + 49 + 900 - 0) ... of 1, 2, 4, 3, 40
    values = np.array([1.0, 2.0, 4.0, 3.0, 40.0])
    z = gi_star(values, contiguity([*grid(4, 1), square(99, 99)]))
    s = np.sqrt((81 + 64 + 36 + 49 + 900) / 5)
    assert z[0] == pytest.approx((1 + 2 - 10 * 2) / (s * np.sqrt((5 * 2 - 4) / 4)), rel=1e-14)
    assert np.isnan(z[4])


def test_neighbourhood_of_all_units_has_nothing_to_compare_with(grid, places_of):
    values = np.array([1.0, 2.0, 4.0])
    found = hot_spots(values, None, places_of(grid(3, 1)), Neighbourhood())
    assert np.isnan(found.z).tolist() == [False, True, False]
    assert "1 units have all others as neighbours" in found.notes[-1].text


def test_all_units_as_neighbours_whatever_the_rounding():
    points = np.random.default_rng(2).uniform(0, 10, (7, 2))
    weights = row_standardised(nearest_neighbours(points, PLANE, 6))
    assert np.isnan(gi_star(np.arange(7.0), weights)).all()


@pytest.mark.parametrize(
    ("z", "p", "expected"),
    [
        (2.58, 0.0099, 3),
        (2.0, 0.0455, 2),
        (1.7, 0.0891, 1),
        (1.6, 0.1096, 0),
        (-1.7, 0.0891, -1),
        (-2.0, 0.0455, -2),
        (-9.0, 0.0, -3),
        (0.0, 1.0, 0),
    ],
)
def test_bins(z, p, expected):
    assert bins_of(np.array([z]), np.array([p]))[0] == expected


def test_missing_has_no_bin():
    assert np.isnan(bins_of(np.array([np.nan]), np.array([np.nan]))[0])


def test_bins_by_the_false_discovery_rate():
    # Of four tests: at 0.10 p <= rank x 0.025 holds for 0.001, 0.03 and 0.07 (third), at 0.05 for the first
    # only (0.03 > 0.025, 0.07 > 0.0375), at 0.01 for the first (0.001 <= 0.0025).
    p = np.array([0.001, 0.03, 0.07, 0.9])
    assert bins_of(np.array([3.3, -2.2, 1.8, 0.1]), p, fdr=True).tolist() == [3, -1, 1, 0]


def test_p_is_two_sided(grid, places_of):
    # P(|Z| > 1.959964) = 0.05; the table of the normal distribution
    found = hot_spots(np.arange(30.0), None, places_of(grid(30, 1)), Neighbourhood())
    from scipy.stats import norm

    assert found.p == pytest.approx(2 * norm.sf(np.abs(found.z)), rel=1e-12)


def test_neighbours_are_counted_without_the_unit(grid, places_of):
    found = hot_spots(np.arange(9.0), None, places_of(grid(3, 3)), Neighbourhood())
    assert found.neighbours.tolist() == [3, 5, 3, 5, 8, 5, 3, 5, 3]


def test_missing_values_are_no_neighbours(grid, places_of):
    values = np.array([1.0, 3.0, 5.0, 7.0, np.nan])
    found = hot_spots(values, None, places_of(grid(5, 1)), Neighbourhood())
    assert found.z[:4] == pytest.approx(gi_star(values[:4], contiguity(grid(4, 1))), rel=1e-14)
    assert np.isnan(found.z[4])


def test_two_years(grid, places_of):
    values = np.array([1.0, 3.0, 5.0, 7.0, 2.0, 2.0, 3.0, 9.0])
    years = np.repeat([2010, 2020], 4)
    found = hot_spots(values, years, places_of(grid(4, 1) * 2), Neighbourhood())
    for part in (slice(0, 4), slice(4, 8)):
        assert (
            found.z[part].tolist() == gi_star(values[part], row_standardised(contiguity(grid(4, 1)))).tolist()
        )


def test_two_units_are_too_few(grid, places_of):
    with pytest.raises(InputDataError, match="2 units have a value and a shape"):
        hot_spots(np.array([1.0, 2.0]), None, places_of(grid(2, 1)), Neighbourhood())


def test_equal_values(grid, places_of):
    with pytest.raises(InputDataError, match="All 4 units have the same value, 7,"):
        hot_spots(np.full(4, 7.0), None, places_of(grid(4, 1)), Neighbourhood())


def test_what_holds_for_several_years_is_said_once(grid, places_of):
    values = np.random.default_rng(3).normal(size=20)
    years = np.repeat([2010, 2015, 2018, 2020], 5)
    found = hot_spots(values, years, places_of(grid(5, 1) * 4), Neighbourhood())
    (note,) = found.notes
    assert note.text.startswith("2010, 2015, 2018 and 1 more: Neighbours are units whose borders")


def test_rate_is_noted_by_year(grid, places_of):
    values = np.random.default_rng(3).normal(size=50)
    values[[25, 26, 30, 31]] += 9  # a corner that is hot in the second year
    years = np.repeat([2010, 2020], 25)
    found = hot_spots(values, years, places_of(grid(5, 5) * 2), Neighbourhood(), fdr=True)
    assert [note.about for note in found.notes if "false discovery" in note.text] == ["2010", "2020"]
