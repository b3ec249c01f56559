"""Units with the same shape, and units without one."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.places import Places, check_places


def test_same_polygon_twice_without_years(places_of, grid):
    with pytest.raises(InputDataError, match="unit 1 and unit 3 have the same shape"):
        check_places(places_of([*grid(3, 1), grid(3, 1)[1]]))


def test_same_point_twice_without_years():
    points = np.array([[0.0, 0], [1, 1], [0, 0]])
    with pytest.raises(InputDataError, match="unit 0 and unit 2 have the same shape"):
        check_places(Places(points, None, "", "unit {}".format))


def test_same_polygon_in_two_years(places_of, grid):
    check_places(places_of(grid(3, 1) * 2), np.repeat([2010, 2020], 3))


def test_same_polygon_twice_in_a_year(places_of, grid):
    with pytest.raises(InputDataError, match="unit 0 and unit 3 have the same shape in 2010"):
        check_places(places_of(grid(3, 1) * 2), np.full(6, 2010))


def test_same_centroid_is_not_the_same_shape(places_of, square):
    check_places(places_of([square(0, 0, 4), square(1, 1, 2), square(9, 9)]))


def test_units_without_a_shape_are_not_the_same(places_of, square):
    check_places(places_of([None, None, square(0, 0)]))


def test_labels_of_a_part(places_of, grid):
    assert places_of(grid(5, 1)).some(np.array([1, 4])).label(1) == "unit 4"
