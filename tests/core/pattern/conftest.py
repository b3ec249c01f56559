"""Units of tests of patterns: squares, as well-known binary."""

import numpy as np
import pytest
from landcarbon.core.geometry.wkb import rings_of
from landcarbon.core.pattern.places import Places


@pytest.fixture
def square(make_polygon):
    """`square(x, y, size)`: well-known binary of a square by its lower left corner."""

    def square(x, y, size=1.0):
        return make_polygon([(x, y), (x + size, y), (x + size, y + size), (x, y + size)])

    return square


@pytest.fixture
def grid(square):
    """`grid(columns, rows, size)`: squares row by row, from the lower left."""

    def grid(columns, rows, size=1.0, x=0.0, y=0.0):
        return [square(x + i * size, y + j * size, size) for j in range(rows) for i in range(columns)]

    return grid


@pytest.fixture
def places_of():
    """`places_of(polygons)`: units of squares; None is a unit without a shape."""

    def places_of(polygons, crs_wkt=""):
        points = [
            np.full(2, np.nan) if polygon is None else rings_of(polygon)[0][:4].mean(axis=0)
            for polygon in polygons
        ]
        return Places(np.array(points), list(polygons), crs_wkt, "unit {}".format)

    return places_of
