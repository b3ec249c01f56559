"""Layers of units in a grid, and points of them."""

import pytest

from ..conftest import square


@pytest.fixture
def make_units(make_layer):
    """`make_units(values)`: a layer of squares row by row, `columns` in a row, with the field `ce_t`.

    A list of lists has a year each, from 2010 on.
    """

    def make_units(values, columns=3, crs="EPSG:32648", geometry="Polygon", field=float):
        yearly = isinstance(values[0], (list, tuple))
        by_year = values if yearly else [values]
        fields = {"unit": str, "year": int, "ce_t": field} if yearly else {"unit": str, "ce_t": field}
        rows, shapes = [], []
        for year, of_year in enumerate(by_year, 2010):
            for place, value in enumerate(of_year):
                x, y = place % columns, place // columns
                rows.append((f"u{place}", *([year] if yearly else []), value))
                shapes.append(square(x, y) if geometry == "Polygon" else f"Point({x} {y})")
        return make_layer(fields, rows, shapes, crs=crs, geometry=geometry)

    return make_units


@pytest.fixture
def pattern(run, rows):
    """Run an algorithm on an input; the rows of OUTPUT."""

    def pattern(name, source, **parameters):
        parameters = {"FIELD": "ce_t", "OUTPUT": "memory:"} | parameters
        return rows(run(name, INPUT=source, **parameters).results["OUTPUT"])

    return pattern
