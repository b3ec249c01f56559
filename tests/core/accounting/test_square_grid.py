"""Cells of a square grid and shares in them, against shapely."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.accounting import square_grid as module
from landcarbon.core.accounting.square_grid import (
    cell_corners,
    cell_names,
    cell_shares,
    square_grid,
    true_areas_ha,
)
from landcarbon.core.errors import Cancelled, InputDataError


def wkb(shapes):
    return [None if shape is None else shapely.to_wkb(shape) for shape in shapes]


def test_corners_are_multiples_of_the_size():
    grid = square_grid((1_234.5, -10.0), (3_000.1, 999.0), 1000.0, "")
    assert (grid.width, grid.height) == (3, 2)
    assert grid.geotransform == (1000, 1000, 0, 1000, 0, -1000)


def test_a_box_that_is_a_cell():
    grid = square_grid((1000.0, 2000.0), (2000.0, 3000.0), 1000.0, "")
    assert (grid.width, grid.height, grid.geotransform[0], grid.geotransform[3]) == (1, 1, 1000, 3000)


def test_a_point_on_a_corner_is_in_a_cell():
    grid = square_grid((1000.0, 2000.0), (1000.0, 2000.0), 1000.0, "")
    assert (grid.width, grid.height) == (1, 1)


def test_the_largest_grid():
    grid = square_grid((0.0, 0.0), (10_000.0, 5_000.0), 1.0, "")
    assert grid.width * grid.height == 50_000_000
    with pytest.raises(InputDataError, match=r"50,005,000 cells \(10,001 x 5,000\).* of 1.1 m or larger"):
        square_grid((0.0, 0.0), (10_000.5, 5_000.0), 1.0, "")


def test_the_size_that_is_advised_is_possible():
    with pytest.raises(InputDataError) as found:
        square_grid((0.0, 0.0), (1e6, 1e6), 100.0, "")
    least = found.value.values["least"]
    assert least == 150  # 10^4 x 10^4 cells are twice as many: 100 m times the root of 2, rounded up
    square_grid((0.0, 0.0), (1e6, 1e6), least, "")


def test_names_and_corners():
    grid = square_grid((-1500.0, -500.0), (900.0, 1200.0), 1000.0, "")
    cells = np.arange(grid.width * grid.height)
    low, high = cell_corners(cells, grid)
    assert cell_names(cells, grid) == [
        *("W2N1", "W1N1", "E0N1"),
        *("W2N0", "W1N0", "E0N0"),
        *("W2S1", "W1S1", "E0S1"),
    ]
    assert low[0].tolist() == [-2000, 1000]
    assert (high - low == 1000).all()


def test_cells_of_a_size_that_is_no_whole_number_share_their_corners():
    grid = square_grid((500_000.0, 4_000_000.0), (500_300.0, 4_000_300.0), 33.3, "")
    low, high = cell_corners(np.arange(grid.width), grid)
    assert (high[:-1, 0] == low[1:, 0]).all()


@given(st.integers(0, 2**32 - 1))
def test_shares_against_shapely_and_their_sums(seed):
    random = np.random.default_rng(seed)
    corner = random.uniform(-1e6, 1e6, 2)
    shapes = []
    for _ in range(6):  # they overlap
        angle = np.sort(random.uniform(0, 2 * np.pi, 12))
        far = random.uniform(1, 300, 12)
        ring = (
            np.column_stack((far * np.cos(angle), far * np.sin(angle))) + corner + random.uniform(0, 500, 2)
        )
        shapes.append(shapely.Polygon(ring).buffer(0))
    shapes = [shape for shape in shapes if shape.area > 1]
    box = shapely.total_bounds(shapes)
    grid = square_grid(box[:2], box[2:], 100.0, "")
    found = cell_shares([None, *wkb(shapes)], grid)
    assert np.bincount(found.polygon, found.share)[1:] == pytest.approx(np.ones(len(shapes)), rel=1e-12)
    low, high = cell_corners(found.cell, grid)
    cells = shapely.box(*low.T, *high.T)
    own = np.array(shapes)[found.polygon - 1]
    expected = shapely.area(shapely.intersection(own, cells)) / shapely.area(own)
    assert np.allclose(found.share, expected, rtol=0, atol=1e-9)
    assert (np.diff(found.cell) >= 0).all()


def test_windows_change_nothing(monkeypatch):
    shapes = [shapely.Point(500, 500).buffer(400), shapely.box(0, 0, 1000, 900)]
    grid = square_grid((0.0, 0.0), (1000.0, 1000.0), 50.0, "")
    whole = cell_shares(wkb(shapes), grid)
    monkeypatch.setattr(module, "_BYTES_PER_CELL", 1e6)  # one row at a time
    for one, other in zip(cell_shares(wkb(shapes), grid), whole, strict=True):
        assert np.array_equal(one, other)


def test_a_cancel_stops_it():
    def cancelled(fraction):
        raise Cancelled

    grid = square_grid((0.0, 0.0), (10.0, 10.0), 5.0, "")
    with pytest.raises(Cancelled):
        cell_shares(wkb([shapely.box(0, 0, 10, 10)]), grid, cancelled)


def test_true_areas_of_scattered_cells(wkt_of):
    grid = square_grid((200_000.0, 3_000_000.0), (500_000.0, 3_010_000.0), 1000.0, wkt_of("EPSG:32649"))
    cells = np.array([0, 299, 300 * 5 + 7])
    areas = true_areas_ha(cells, grid)
    # Scale of UTM: 0.9996 (1 + d^2 / (2 R^2)) at d metres from the central meridian
    low, high = cell_corners(cells, grid)
    scale = 0.9996 * (1 + ((low + high)[:, 0] / 2 - 500_000) ** 2 / (2 * 6_367_000.0**2))
    assert areas == pytest.approx(100 / scale**2, rel=1e-5)
