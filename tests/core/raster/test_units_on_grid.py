"""What is said about units on a grid."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.grid import Grid
from landcarbon.core.raster.units_on_grid import beyond_grid, check_overlaps, of_few_cells, without_cell

UNITS = ("北京", "Hebei", "c")
GRID = Grid(4, 3, (10, 1, 0, 3, 0, -1), "")


class TestOverlaps:
    overlaps_m2 = {(0, 1): 12_345_678.0, (1, 2): 1_000.0}  # noqa: RUF012

    def test_error_names_both_units_and_the_area(self):
        with pytest.raises(InputDataError, match="Units overlap") as error:
            check_overlaps(self.overlaps_m2, UNITS, "error")
        assert "'北京' and 'Hebei' (1,235 ha), 'Hebei' and 'c' (0.1 ha)" in str(error.value)

    def test_first_unit_gets_the_cells(self):
        (note,) = check_overlaps(self.overlaps_m2, UNITS, "first")
        assert note.count == 2
        assert note.text.startswith(
            "2 pairs of units overlap, and the first unit got the cells: '北京' and 'Heb"
        )

    @pytest.mark.parametrize("policy", ["error", "first"])
    def test_no_overlap_is_no_note(self, policy):
        assert check_overlaps({}, UNITS, policy) == ()


def test_units_without_a_cell_are_named():
    (note,) = without_cell(np.array([0, 5, 0]), UNITS)
    assert note.count == 2
    assert note.text.endswith(
        "kept without values: 北京, c. They are too small for its cells, or lie outside."
    )
    assert without_cell(np.array([1, 5, 0.001]), UNITS) == []
    (note,) = without_cell(np.array([0, 5, 0.5]), UNITS, centre=False)
    assert note.text == "1 units lie outside the raster, and are kept without values: 北京."


def test_units_of_fewer_than_100_cells_are_named_with_their_cells():
    (note,) = of_few_cells(np.array([99, 100, 0]), UNITS)
    assert note.text.endswith("hold fewer than 100 cells: 北京 (99).")
    (note,) = of_few_cells(np.array([0.25, 100.0, 0.0]), UNITS)
    assert note.text.endswith("北京 (0.25).")


@pytest.mark.parametrize(
    ("west", "north", "east", "south", "named"),
    [
        (10, 3, 14, 0, False),  # the whole grid
        (9.6, 3.4, 14.4, -0.4, False),  # less than half a cell
        (9.4, 3, 14, 0, True),
        (10, 3.6, 14, 0, True),
        (10, 3, 14.6, 0, True),
        (10, 3, 14, -0.6, True),
    ],
)
def test_units_that_reach_beyond_the_grid_are_named(make_polygon, west, north, east, south, named):
    polygon = make_polygon([(west, north), (east, north), (east, south), (west, south)])
    notes = beyond_grid([None, polygon, None], GRID, np.array([0, 12, 0]), UNITS)
    assert [note.text.endswith("counted: Hebei.") for note in notes] == [True] * named
    assert beyond_grid([None, polygon, None], GRID, np.array([0, 0, 0]), UNITS) == []
