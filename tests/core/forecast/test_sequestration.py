"""Paths of sequestration from a table of some years."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.forecast.sequestration import sequestration_paths
from landcarbon.core.tables import table_from_columns

YEARS = np.array([2020, 2025, 2030])


@pytest.fixture
def paths():
    """`paths(rows, units)`: of rows (unit, year, cs_t)."""

    def paths(rows, units, factor=1.0):
        table = table_from_columns("sinks", dict(zip(("unit", "year", "cs_t"), zip(*rows), strict=True)))
        return sequestration_paths(table, units, YEARS, factor)

    return paths


def test_straight_between_years_and_level_outside_of_them(paths):
    found, notes = paths([("a", 2015, 0.0), ("a", 2025, 10.0)], ["a"])
    assert found[:, 0].tolist() == [5.0, 10.0, 10.0]
    assert notes == ()


def test_amounts_in_another_mass(paths):
    assert paths([("a", 2020, 3.0)], ["a"], 2.0)[0][:, 0].tolist() == [6.0] * 3


def test_units_without_values_and_units_without_history_are_listed(paths):
    found, notes = paths([("a", 2020, 3.0), ("b", 2020, None), ("x", 2020, 1.0)], ["a", "b"])
    assert np.isnan(found[:, 1]).all()
    assert [note.text for note in notes] == [
        "1 units have no sequestration in sinks: b.",
        "1 units of sinks are not in the history: x.",
    ]


def test_no_unit_in_common(paths):
    with pytest.raises(InputDataError, match="sinks has no unit of the history; its units start with x"):
        paths([("x", 2020, 3.0)], ["a"])


def test_a_unit_and_year_twice(paths):
    with pytest.raises(InputDataError, match="are both unit 'a' in 2020"):
        paths([("a", 2020, 3.0), ("a", 2020, 4.0)], ["a"])
