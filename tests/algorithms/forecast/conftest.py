"""A made-up history of units, and runs of fit and forecast on it."""

import pytest

from ..conftest import square

FIELDS = {
    **{"unit": str, "region": str, "year": int},
    **dict.fromkeys(("pop", "gdp", "secondary", "energy", "urban_pop", "ce_t", "cs_t"), float),
}
YEARS = range(2009, 2021)
SIZES = {"a": 1.0, "b": 3.0}


def history_rows(sizes=SIZES, years=YEARS):
    """Rows of units that are multiples of each other, so that the region behaves as they do."""
    return [
        (
            *(unit, f"region {unit}", year),
            *(size * (100.0 + i * i % 5), size * (50.0 + 7 * i), size * (20.0 + i * i % 7)),
            *(size * (30.0 + 2 * i + i % 3), size * (40.0 + 2 * i - i % 2)),
            *(size * (9.0 + i % 4), size * 4.0),
        )
        for unit, size in sizes.items()
        for i, year in enumerate(years)
    ]


@pytest.fixture
def history(make_layer):
    """`history(rows)`: a layer of squares with a row per unit and year."""

    def history(rows=None, shapes=True):
        rows = history_rows() if rows is None else rows
        places = {unit: place for place, unit in enumerate(dict.fromkeys(row[0] for row in rows))}
        squares = [square(places[row[0]], 0) for row in rows] if shapes else None
        return make_layer(FIELDS, rows, squares)

    return history
