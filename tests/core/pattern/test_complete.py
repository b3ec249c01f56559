"""Units that have all values."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.complete import complete_units


def test_units_that_lack_a_value_are_left_out_and_reported():
    ce, soil = np.array([[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]], dtype=bool)
    kept, (note,) = complete_units({"ce": ce, "soil": soil})
    assert kept.tolist() == [0, 2, 4]
    assert note.count == 2
    assert note.text == (
        "2 of 5 units lack a value and are left out; missing values by field: ce (1), soil (1)."
    )


def test_nothing_is_said_where_nothing_is_missing():
    kept, notes = complete_units({"ce": np.zeros(3, dtype=bool)})
    assert (kept.tolist(), notes) == ([0, 1, 2], ())


def test_fewer_than_three_units():
    with pytest.raises(InputDataError, match="2 of 2 units have all values, and 3 or more are needed"):
        complete_units({"ce": np.zeros(2, dtype=bool)})


def test_fewer_than_three_units_with_all_values_names_what_is_missing():
    with pytest.raises(InputDataError, match=r"1 of 3 units .* missing values: gdp \(2\)"):
        complete_units({"ce": np.zeros(3, dtype=bool), "gdp": np.array([False, True, True])})
