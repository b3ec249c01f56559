"""The neighbourhood that a user chose: defaults, what is noted, what is refused."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.neighbourhood import Neighbourhood
from landcarbon.core.pattern.places import Places

PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'


@pytest.fixture
def points():
    return Places(np.array([[0.0, 0], [1000, 0], [3000, 0], [7000, 0]]), None, PLANE, "unit {}".format)


def texts(neighbourhood, places):
    return [note.text for note in neighbourhood.weights(places)[1]]


def test_default_of_polygons_is_queen(places_of, grid):
    assert texts(Neighbourhood(), places_of(grid(3, 3))) == [
        "Neighbours are units whose borders have a point in common (queen); a unit has 3 to 8 of them, 4.4 "
        "on average."
    ]


def test_default_of_points_is_the_smallest_band_that_leaves_no_unit_alone(points):
    assert texts(Neighbourhood(), points) == [
        "Neighbours are units no farther apart than 4,000 m; a unit has 1 to 3 of them, 2.0 on average."
    ]


def test_rook(places_of, grid):
    weights, notes = Neighbourhood("rook").weights(places_of(grid(3, 3)))
    assert weights.neighbours.tolist() == [2, 3, 2, 3, 4, 3, 2, 3, 2]
    assert "(rook)" in notes[0].text


def test_nearest(points):
    assert texts(Neighbourhood("nearest", neighbours=2), points) == ["Neighbours are the 2 nearest units."]


def test_inverse(points):
    (text,) = texts(Neighbourhood("inverse", distance_m=4000.0), points)
    assert text.startswith("Neighbours are units no farther apart than 4,000 m, weighted with 1 / distance;")


def test_polygons_have_distances_between_their_centroids(places_of, grid):
    weights, _ = Neighbourhood("band", distance_m=1.0).weights(places_of(grid(3, 1), PLANE))
    assert weights.neighbours.tolist() == [1, 2, 1]


@pytest.mark.parametrize("standardised", [True, False])
def test_rows(points, standardised):
    weights, _ = Neighbourhood(standardised=standardised).weights(points)
    assert weights.matrix[0].data.tolist() == ([0.5, 0.5] if standardised else [1, 1])


def test_islands_are_named(points):
    _, notes = Neighbourhood("band", distance_m=2000.0).weights(points)
    assert (notes[1].kind, notes[1].count) == ("warning", 1)
    assert notes[1].text == "1 units have no neighbours and get no result: unit 3."


def test_distance_that_leaves_everybody_alone(points):
    with pytest.raises(
        InputDataError, match=r"No unit has a neighbour within 10 m; .* From 4,000 m on every"
    ):
        Neighbourhood("band", distance_m=10.0).weights(points)


def test_borders_that_nobody_shares(places_of, square):
    with pytest.raises(InputDataError, match="No unit has a common border with another; choose a distance"):
        Neighbourhood("queen").weights(places_of([square(0, 0), square(2, 0), square(4, 0)]))


def test_contiguity_of_points(points):
    with pytest.raises(InputDataError, match="Points have no common borders"):
        Neighbourhood("rook").weights(points)


def test_tolerance(places_of, square):
    places = places_of([square(0, 0, 10), square(10.5, 0, 10), square(21, 0, 10)], PLANE)
    weights, _ = Neighbourhood("rook", tolerance_m=0.6).weights(places)
    assert weights.neighbours.tolist() == [1, 2, 1]
