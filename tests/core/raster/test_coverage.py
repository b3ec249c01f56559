"""Covered shares of cells against polygons cut by GEOS, cell by cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.blocks import Window
from landcarbon.core.raster.coverage import WHOLE, cover_edges, covered
from landcarbon.core.raster.grid import Grid
from osgeo import ogr

HEIGHT, WIDTH = 7, 9
GRID = Grid(WIDTH, HEIGHT, (0, 1, 0, HEIGHT, 0, -1), "")
ALL = Window(0, 0, WIDTH, HEIGHT)


def shares(found, zones, window=ALL):
    """Whole-number shares as an array (zones, rows, columns); fails where a span or cell is outside."""
    dense = np.zeros((zones, window.rows, window.columns), dtype=np.int64)
    for row, start, stop, zone in zip(*(column.tolist() for column in found.spans), strict=True):
        assert window.column <= start < stop <= window.column + window.columns
        dense[zone, row - window.row, start - window.column : stop - window.column] += WHOLE
    cells = found.cells
    assert ((cells.share > 0) & (cells.share < WHOLE)).all()
    np.add.at(dense, (cells.zone, cells.row - window.row, cells.column - window.column), cells.share)
    return dense


def of(polygons, window=ALL, grid=GRID):
    found = covered(cover_edges(polygons, grid), window)
    assert not len(found.crossing)
    return shares(found, len(polygons), window) / WHOLE


def cut_by_geos(geometry):
    """Area of the geometry in every cell."""
    area = np.zeros((HEIGHT, WIDTH))
    for row in range(HEIGHT):
        for column in range(WIDTH):
            ring = ogr.Geometry(ogr.wkbLinearRing)
            south, north = HEIGHT - row - 1, HEIGHT - row
            for x, y in ((column, south), (column + 1, south), (column + 1, north), (column, north)):
                ring.AddPoint_2D(x, y)
            ring.CloseRings()
            cell = ogr.Geometry(ogr.wkbPolygon)
            cell.AddGeometry(ring)
            part = geometry.Intersection(cell)
            if part.GetDimension() == 2:
                area[row, column] = part.Area()
    return area


# By hand


def test_a_rectangle(make_polygon):
    # Columns 1.25 to 3.5, rows 0.5 to 2: height 0.5 and 1, width 0.75, 1 and 0.5
    expected = np.zeros((HEIGHT, WIDTH))
    expected[0, 1:4] = 0.375, 0.5, 0.25
    expected[1, 1:4] = 0.75, 1.0, 0.5
    rectangle = make_polygon([(1.25, 5), (3.5, 5), (3.5, 6.5), (1.25, 6.5)])
    assert np.array_equal(of([rectangle])[0], expected)


def test_a_triangle(make_polygon):
    # The lower left half of 2 x 2 cells, with corners at (0, 0), (2, 2) and (0, 2) in columns and rows
    expected = np.zeros((HEIGHT, WIDTH))
    expected[0, 0] = expected[1, 1] = 0.5
    expected[1, 0] = 1.0
    assert np.array_equal(of([make_polygon([(0, 7), (2, 5), (0, 5)])])[0], expected)


def test_a_polygon_within_one_cell(make_polygon):
    # Half of a square of a quarter of a cell's side
    expected = np.zeros((HEIGHT, WIDTH))
    expected[3, 4] = 0.25**2 / 2
    assert np.array_equal(of([make_polygon([(4.25, 3.25), (4.5, 3.25), (4.25, 3.5)])])[0], expected)


def test_a_hole_and_two_parts(make_polygon):
    hole = [(2.5, 2.5), (4.5, 2.5), (4.5, 4.5), (2.5, 4.5)]
    parts = [[[(1, 1), (6, 1), (6, 6), (1, 6)], hole], [[(7, 0.5), (9, 0.5), (9, 1), (7, 1)]]]
    expected = np.zeros((HEIGHT, WIDTH))
    expected[1:6, 1:6] = 1
    expected[2:5, 2:5] -= np.outer([0.5, 1, 0.5], [0.5, 1, 0.5])
    expected[6, 7:9] = 0.5
    assert np.array_equal(of([make_polygon(parts=parts)])[0], expected)


@pytest.mark.parametrize("shell_turns", [1, -1])
@pytest.mark.parametrize("hole_turns", [1, -1])
def test_rings_may_turn_either_way(make_polygon, shell_turns, hole_turns):
    shell = [(1, 1), (4, 1), (4, 4), (1, 4)][::shell_turns]
    hole = [(2, 2), (3, 2), (3, 3), (2, 3)][::hole_turns]
    assert of([make_polygon(shell, hole)]).sum() == 8


def test_an_island_in_a_lake(make_polygon):
    parts = [
        [[(0, 0), (5, 0), (5, 5), (0, 5)], [(1, 1), (4, 1), (4, 4), (1, 4)]],
        [[(2, 2), (3, 2), (3, 3), (2, 3)]],
    ]
    assert of([make_polygon(parts=parts)]).sum() == 25 - 9 + 1


@pytest.mark.parametrize(
    ("corners", "area"),
    [
        ([(-50, -50), (60, -50), (60, 60), (-50, 60)], WIDTH * HEIGHT),  # all around
        ([(-3, 1.5), (60, 1.5), (60, 3), (-3, 3)], WIDTH * 1.5),  # right through
        ([(8.5, -5), (20, -5), (20, 50), (8.5, 50)], 0.5 * HEIGHT),
        ([(-9, 3), (-2, 3), (-2, 5), (-9, 5)], 0),
        ([(2, 8), (5, 8), (5, 9), (2, 9)], 0),
        ([(9, 0), (12, 0), (12, 7), (9, 7)], 0),
        ([(-4, -4), (5, -4), (-4, 5)], 0.5),  # its long side from (1, 0) to (0, 1) on the grid
    ],
)
def test_polygons_that_reach_beyond_the_grid(make_polygon, corners, area):
    assert of([make_polygon(corners)]).sum() == pytest.approx(area, abs=1e-11)


def test_south_up_and_rotated_grids(make_polygon):
    corners = [(1.25, 1), (3.5, 1), (3.5, 2.5), (1.25, 2.5)]
    up = Grid(WIDTH, HEIGHT, (0, 1, 0, 0, 0, 1), "")
    assert np.array_equal(of([make_polygon(corners)])[0], of([make_polygon(corners)], grid=up)[0, ::-1])
    rotated = Grid(WIDTH, HEIGHT, (0, 0, 1, 0, 1, 0), "")  # columns run north, rows east
    swapped = of([make_polygon(corners)], grid=rotated)[0]
    assert np.array_equal(swapped[1:4, 1:3], np.array([[0.75, 0.375], [1.0, 0.5], [0.5, 0.25]]))


def test_no_polygons_and_empty_ones(make_polygon):
    assert of([None, make_polygon([])]).sum() == 0


def test_a_point_or_line_is_no_unit():
    with pytest.raises(InputDataError, match="is no polygon"):
        cover_edges([bytes(ogr.CreateGeometryFromWkt("POINT (1 1)").ExportToIsoWkb())], GRID)


# Any polygon


@st.composite
def stars(draw):
    """A ring that does not cross itself, here and there with corners on corners of cells."""
    count = draw(st.integers(3, 14))
    angle = np.sort(draw(st.lists(st.floats(0, 6.28), min_size=count, max_size=count, unique=True)))
    reach = np.array(draw(st.lists(st.floats(0.05, 9), min_size=count, max_size=count)))
    centre = np.array([draw(st.floats(-1, WIDTH + 1)), draw(st.floats(-1, HEIGHT + 1))])
    corners = centre + reach[:, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    if draw(st.booleans()):
        corners = np.rint(corners * 4) / 4
    return [tuple(corner) for corner in corners.tolist()]


@given(stars())
@settings(max_examples=150)
def test_shares_are_the_areas_that_geos_cuts(corners):
    geometry = ogr.CreateGeometryFromWkt(
        "POLYGON ((" + ",".join(f"{x!r} {y!r}" for x, y in [*corners, corners[0]]) + "))"
    )
    if not geometry.IsValid():
        return
    found = of([bytes(geometry.ExportToIsoWkb())])[0]
    np.testing.assert_allclose(found, cut_by_geos(geometry), rtol=0, atol=1e-9)


@given(stars(), st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.data())
@settings(max_examples=80)
def test_a_share_does_not_depend_on_the_window(make_polygon_of, corners, column, row, data):
    polygon = make_polygon_of(corners)
    edges = cover_edges([polygon], GRID)
    window = Window(
        column,
        row,
        data.draw(st.integers(1, WIDTH - column)),
        data.draw(st.integers(1, HEIGHT - row)),
    )
    whole, part = covered(edges, ALL), covered(edges, window)
    if len(whole.crossing):
        return
    expected = shares(whole, 1)[:, row : row + window.rows, column : column + window.columns]
    assert np.array_equal(shares(part, 1, window), expected)


@pytest.fixture(scope="module")
def make_polygon_of():
    """A ring as well-known binary; hypothesis wants a fixture that outlives the examples."""

    def make(corners):
        text = ",".join(f"{x!r} {y!r}" for x, y in [*corners, corners[0]])
        return bytes(ogr.CreateGeometryFromWkt(f"POLYGON (({text}))").ExportToIsoWkb())

    return make


def mesh(seed=4):
    """Rings of 12 units with crooked shared borders that fill the grid and more."""
    random = np.random.default_rng(seed)
    x = np.linspace(-1, WIDTH + 1, 5) + random.uniform(-0.8, 0.8, (4, 5))
    y = np.linspace(-1, HEIGHT + 1, 4)[:, None] + random.uniform(-0.8, 0.8, (4, 5))
    x[:, 0], x[:, -1], y[0], y[-1] = -2, WIDTH + 2, -2, HEIGHT + 2
    return [
        [(x[at], y[at]) for at in ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))]
        for i in range(3)
        for j in range(4)
    ]


def test_shared_borders_sum_to_the_whole_without_a_rest(make_polygon):
    found = covered(cover_edges([make_polygon(ring) for ring in mesh()], GRID), ALL)
    assert (shares(found, 12).sum(axis=0) == WHOLE).all()
    assert not len(found.shared.row)


# Polygons that overlap, or cross themselves


def test_the_first_unit_gets_what_two_claim(make_polygon):
    first = make_polygon([(0, 6), (2.5, 6), (2.5, 7), (0, 7)])
    second = make_polygon([(1.75, 6), (4, 6), (4, 7), (1.75, 7)])
    found = covered(cover_edges([first, second], GRID), ALL)
    dense = shares(found, 2)[:, 0, :5] / WHOLE
    # Cell 1 has room for nothing more, cell 2 for a half
    assert dense.tolist() == [[1, 1, 0.5, 0, 0], [0, 0, 0.5, 1, 0]]
    assert [column.tolist() for column in found.shared[:5]] == [[0, 0], [1, 2], [2, 3], [0, 0], [1, 1]]
    assert (found.shared.share / WHOLE).tolist() == [0.25, 0.5]


def test_what_is_claimed_twice_does_not_depend_on_the_window(make_polygon):
    random = np.random.default_rng(9)
    polygons = [
        make_polygon([(x, y), (x + 4.3, y + 0.4), (x + 3.9, y + 3.7), (x - 0.2, y + 3.1)])
        for x, y in random.uniform(0, 5, (4, 2))
    ]
    edges = cover_edges(polygons, GRID)
    whole = covered(edges, ALL)
    assert len(whole.shared.row)
    for column in range(WIDTH):
        part = covered(edges, Window(column, 0, 1, HEIGHT))
        window = Window(column, 0, 1, HEIGHT)
        assert np.array_equal(shares(part, 4, window), shares(whole, 4)[:, :, column : column + 1])
        of_column = [values[whole.shared.start == column].tolist() for values in whole.shared]
        assert [values.tolist() for values in part.shared] == of_column


def test_no_cell_is_given_twice(make_polygon):
    polygons = [make_polygon([(1, 1), (6.3, 1), (6.3, 5.2), (1, 5.2)])] * 3
    dense = shares(covered(cover_edges(polygons, GRID), ALL), 3)
    assert (dense.sum(axis=0) <= WHOLE).all()
    assert (dense[1:, 2:6, 1:6] == 0).all()
    # Of cells on the border each claims 0.2 or 0.3: there is room, and where in the cell is not known.
    assert dense[1, 1, 2] == dense[0, 1, 2]


def test_a_sliver_below_a_millionth_of_a_cell_is_no_overlap(make_polygon):
    first = make_polygon([(0, 6), (2 + 5e-7, 6), (2 + 5e-7, 7), (0, 7)])
    second = make_polygon([(2, 6), (4, 6), (4, 7), (2, 7)])
    assert not len(covered(cover_edges([first, second], GRID), ALL).shared.row)


@pytest.mark.parametrize(
    "parts",
    [
        [[[(1, 1), (5, 4), (5, 1), (1, 4)]]],  # a bow tie
        [[[(1, 1), (4, 1), (4, 4), (1, 4)]], [[(2, 2), (6, 2), (6, 6), (2, 6)]]],  # parts that overlap
        [[[(1, 1), (4, 1), (4, 4), (1, 4)], [(3, 2), (6, 2), (6, 3), (3, 3)]]],  # a hole that sticks out
    ],
)
def test_zones_that_cross_themselves_are_named_and_left_out(make_polygon, parts):
    other = make_polygon([(7, 0), (9, 0), (9, 7), (7, 7)])
    found = covered(cover_edges([other, make_polygon(parts=parts)], GRID), ALL)
    assert found.crossing.tolist() == [1]
    assert shares(found, 2)[1].sum() == 0
    assert shares(found, 2)[0].sum() == 14 * WHOLE
