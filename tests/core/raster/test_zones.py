"""Zones against ray casting with fractions, cell by cell."""

import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.blocks import Window
from landcarbon.core.raster.grid import Grid
from landcarbon.core.raster.zones import fill_runs, runs_of, zone_edges, zone_spans
from osgeo import ogr

HEIGHT, WIDTH = 9, 11
GRID = Grid(WIDTH, HEIGHT, (0, 1, 0, HEIGHT, 0, -1), "")
OUTSIDE = -1
WHOLE = Window(0, 0, WIDTH, HEIGHT)


def painted(spans, window=WHOLE):
    """Zone of every cell of a window; fails if a cell is painted twice or lies outside the window."""
    zone = np.full((window.rows, window.columns), OUTSIDE)
    for row, start, stop, number in zip(*(column.tolist() for column in spans), strict=True):
        assert window.column <= start < stop <= window.column + window.columns
        cells = zone[row - window.row, start - window.column : stop - window.column]
        assert (cells == OUTSIDE).all()
        cells[:] = number
    return zone


def zones_of(polygons, grid=GRID):
    window = Window(0, 0, grid.width, grid.height)
    spans, overlaps = zone_spans(zone_edges(polygons, grid), window)
    return painted(spans, window), overlaps


def holds(rings, x, y):
    """Even-odd ray casting for the point a hair east and half a hair (squared) south of (x, y), in fractions.

    Returns also whether a border that is neither upright nor level nor diagonal passes so close that floating
    point may decide either way.
    """
    x, y = Fraction(x), Fraction(y)
    odd, close = False, False
    for ring in rings:
        corners = [(Fraction(a), Fraction(b)) for a, b in ring]
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
            if y1 == y2 or not min(y1, y2) < y <= max(y1, y2):
                continue  # y falls southwards, so a level border at y belongs to what is south of it
            crossing = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
            odd ^= crossing <= x
            close |= abs(x2 - x1) not in (0, abs(y2 - y1)) and abs(crossing - x) < Fraction(1, 10**9)
    return odd, close


def expected_zone(polygons, row, column):
    """First polygon (a list of rings) that holds the centre, and whether that is certain."""
    answers = [
        holds(rings, Fraction(2 * column + 1, 2), Fraction(2 * (HEIGHT - row) - 1, 2)) for rings in polygons
    ]
    inside = [number for number, (odd, _) in enumerate(answers) if odd]
    return (inside[0] if inside else OUTSIDE), not any(close for _, close in answers)


def assert_as_expected(polygons, zone):
    for row in range(HEIGHT):
        for column in range(WIDTH):
            expected, certain = expected_zone(polygons, row, column)
            assert not certain or zone[row, column] == expected, (row, column)


# Coordinates in quarters hit centres, corners and borders of cells all the time.
quarters = st.tuples(
    st.integers(-8, 4 * WIDTH + 8).map(lambda n: n / 4), st.integers(-8, 4 * HEIGHT + 8).map(lambda n: n / 4)
)
rings = st.lists(quarters, min_size=3, max_size=7)


# One polygon


@settings(max_examples=80, deadline=None)
@given(st.lists(rings, min_size=1, max_size=3))
def test_a_random_polygon_has_the_cells_of_ray_casting(make_polygon_once, polygon):
    zone, overlaps = zones_of([make_polygon_once(*polygon)])
    assert_as_expected([polygon], zone)
    assert len(overlaps.row) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(rings, min_size=1, max_size=3))
def test_parts_and_rings_are_the_same_to_the_even_odd_rule(make_polygon_once, polygon):
    one, _ = zones_of([make_polygon_once(*polygon)])
    parts, _ = zones_of([make_polygon_once(parts=[[ring] for ring in polygon])])
    np.testing.assert_array_equal(one, parts)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.floats(-3, 14), st.floats(-3, 12)), min_size=3, max_size=6),
        min_size=1,
        max_size=2,
    )
)
def test_a_polygon_of_any_floats_has_the_cells_of_ray_casting(make_polygon_once, polygon):
    zone, _ = zones_of([make_polygon_once(*polygon)])
    assert_as_expected([polygon], zone)


@pytest.fixture(scope="module")
def make_polygon_once():
    """`make_polygon` for hypothesis, which wants no fixture of one test only; through OGR instead."""

    def make(*rings, parts=None):
        if parts is not None:
            many = ogr.Geometry(ogr.wkbMultiPolygon)
            for part in parts:
                many.AddGeometry(ogr.CreateGeometryFromWkb(make(*part)))
            return bytes(many.ExportToWkb())
        polygon = ogr.Geometry(ogr.wkbPolygon)
        for ring in rings:
            line = ogr.Geometry(ogr.wkbLinearRing)
            for x, y in [*ring, ring[0]]:
                line.AddPoint_2D(x, y)
            polygon.AddGeometry(line)
        return bytes(polygon.ExportToWkb())

    return make


def test_a_hole_and_an_island_in_it(make_polygon):
    def square(low, high):
        return [(low, low), (high, low), (high, high), (low, high)]

    zone, _ = zones_of([make_polygon(parts=[[square(0, 9), square(2, 7)], [square(4, 5)]])])
    # 9 x 9 cells without 5 x 5, with 1
    assert (zone == 0).sum() == 81 - 25 + 1
    assert zone[4, 4] == 0
    assert zone[4, 3] == OUTSIDE


def test_a_border_through_centres_belongs_to_the_east_and_the_south(make_polygon):
    # x from 2.5 to 5.5: centres of columns 2 (in) to 5 (out); y from 6.5 down to 3.5: rows 2 (in) to 5 (out)
    zone, _ = zones_of([make_polygon([(2.5, 3.5), (5.5, 3.5), (5.5, 6.5), (2.5, 6.5)])])
    expected = np.full((HEIGHT, WIDTH), OUTSIDE)
    expected[2:5, 2:5] = 0
    np.testing.assert_array_equal(zone, expected)


def test_the_direction_of_a_ring_does_not_matter(make_polygon):
    ring = [(0.3, 0.2), (9.9, 1.7), (7.1, 8.8), (3.3, 5.5)]
    there, _ = zones_of([make_polygon(ring)])
    back, _ = zones_of([make_polygon(ring[::-1])])
    np.testing.assert_array_equal(there, back)
    assert (there == 0).any()


def test_a_polygon_bigger_than_the_raster(make_polygon):
    zone, _ = zones_of([make_polygon([(-1e9, -1e9), (1e9, -1e9), (1e9, 1e9), (-1e9, 1e9)])])
    assert (zone == 0).all()


@pytest.mark.parametrize("shift", [(100, 0), (-100, 0), (0, 100), (0, -100)])
def test_a_polygon_beside_the_raster(make_polygon, shift):
    ring = [(x + shift[0], y + shift[1]) for x, y in [(0, 0), (5, 0), (5, 5), (0, 5)]]
    zone, overlaps = zones_of([make_polygon(ring)])
    assert (zone == OUTSIDE).all()
    assert len(overlaps.row) == 0


def test_a_polygon_between_centres_has_no_cell(make_polygon):
    zone, _ = zones_of([make_polygon([(2.6, 2.6), (3.4, 2.6), (3.4, 3.4), (2.6, 3.4)])])
    assert (zone == OUTSIDE).all()


def test_a_polygon_of_one_centre(make_polygon):
    zone, _ = zones_of([make_polygon([(2.4, 2.4), (2.6, 2.4), (2.6, 2.6), (2.4, 2.6)])])
    assert np.argwhere(zone == 0).tolist() == [[6, 2]]  # y 2.5 is row 9 - 3


def test_a_spike_without_area_has_no_cell(make_polygon):
    zone, _ = zones_of([make_polygon([(1.5, 0), (1.5, 9), (1.5, 0)])])
    assert (zone == OUTSIDE).all()


def test_a_polygon_on_a_rotated_grid(make_polygon):
    # x = column + row, y = column - row: the square of columns 2..5 and rows 1..4 as map coordinates
    grid = Grid(8, 6, (0, 1, 1, 0, 1, -1), "")
    corners = [(c + r, c - r) for c, r in [(2, 1), (5, 1), (5, 4), (2, 4)]]
    zone, _ = zones_of([make_polygon(corners)], grid)
    assert np.argwhere(zone == 0).tolist() == [[row, column] for row in (1, 2, 3) for column in (2, 3, 4)]


def test_a_polygon_on_a_grid_from_south_to_north(make_polygon):
    grid = Grid(5, 5, (0, 1, 0, 0, 0, 1), "")
    zone, _ = zones_of([make_polygon([(0, 0), (5, 0), (5, 2), (0, 2)])], grid)
    assert (zone[:2] == 0).all()
    assert (zone[2:] == OUTSIDE).all()


# Several polygons


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 4 * WIDTH - 1), min_size=0, max_size=4, unique=True),
    st.lists(st.integers(1, 4 * HEIGHT - 1), min_size=0, max_size=4, unique=True),
    st.data(),
)
def test_polygons_that_share_borders_share_every_cell(make_polygon_once, uprights, levels, data):
    # A mesh over the raster whose inner nodes are moved, its quadrangles cut by a diagonal.
    x = [-2.0, *(n / 4 for n in sorted(uprights)), WIDTH + 2.0]
    y = [-2.0, *(n / 4 for n in sorted(levels)), HEIGHT + 2.0]
    node = {}
    for i, px in enumerate(x):
        for j, py in enumerate(y):
            inner = 0 < i < len(x) - 1 and 0 < j < len(y) - 1
            move = data.draw(st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))) if inner else (0, 0)
            node[i, j] = px + move[0], py + move[1]
    polygons = []
    for i in range(len(x) - 1):
        for j in range(len(y) - 1):
            a, b, c, d = node[i, j], node[i + 1, j], node[i + 1, j + 1], node[i, j + 1]
            polygons += [make_polygon_once([a, b, c]), make_polygon_once([c, d, a])]
    zone, overlaps = zones_of(polygons)
    assert (zone != OUTSIDE).all()
    assert len(overlaps.row) == 0


def test_a_border_with_more_corners_on_one_side(make_polygon):
    # Upright, level and diagonal borders through centres, which only one neighbour has cut into pieces.
    west = make_polygon([(0, 0), (2.5, 0), (2.5, 3.5), (5.5, 6.5), (5.5, 9), (0, 9)])
    east = make_polygon(
        [
            (11, 0),
            (2.5, 0),
            (2.5, 1.25),
            (2.5, 3.5),
            (3.5, 4.5),
            (4.25, 5.25),
            (5.5, 6.5),
            (5.5, 7.5),
            (5.5, 9),
            (11, 9),
        ]
    )
    zone, overlaps = zones_of([west, east])
    assert (zone != OUTSIDE).all()
    assert len(overlaps.row) == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(rings, min_size=2, max_size=4))
def test_the_first_of_overlapping_polygons_gets_the_cell(make_polygon_once, several):
    polygons = [[ring] for ring in several]
    zone, overlaps = zones_of([make_polygon_once(*polygon) for polygon in polygons])
    assert_as_expected(polygons, zone)
    # Whatever a polygon alone would have and did not get is an overlap with the one that got it.
    claimed = sorted(
        (row, column, int(zone[row, column]), number)
        for number, polygon in enumerate(polygons)
        for row, column in np.argwhere(zones_of([make_polygon_once(*polygon)])[0] == 0).tolist()
        if zone[row, column] != number
    )
    found = sorted(
        (row, column, first, second)
        for row, start, stop, first, second in zip(*(array.tolist() for array in overlaps), strict=True)
        for column in range(start, stop)
    )
    assert found == claimed


def test_a_unit_without_geometry_keeps_its_number(make_polygon):
    square = make_polygon([(0, 0), (3, 0), (3, 3), (0, 3)])
    zone, _ = zones_of([None, square, None])
    assert set(np.unique(zone)) == {OUTSIDE, 1}


@pytest.mark.parametrize("polygons", [[], [None], [None, None]])
def test_nothing_to_paint(polygons):
    zone, overlaps = zones_of(polygons)
    assert (zone == OUTSIDE).all()
    assert len(overlaps.row) == 0


# Windows


@settings(max_examples=60, deadline=None)
@given(st.lists(rings, min_size=1, max_size=3), st.integers(1, HEIGHT), st.integers(1, WIDTH))
def test_windows_do_not_move_a_cell(make_polygon_once, several, rows, columns):
    edges = zone_edges([make_polygon_once(ring) for ring in several], GRID)
    whole, overlaps = zone_spans(edges, WHOLE)
    zone = painted(whole)
    clashes = 0
    for row in range(0, HEIGHT, rows):
        for column in range(0, WIDTH, columns):
            window = Window(column, row, min(columns, WIDTH - column), min(rows, HEIGHT - row))
            spans, some = zone_spans(edges, window)
            expected = zone[row : row + window.rows, column : column + window.columns]
            np.testing.assert_array_equal(painted(spans, window), expected)
            clashes += int((some.stop - some.start).sum())
    assert clashes == int((overlaps.stop - overlaps.start).sum())


@settings(max_examples=40, deadline=None)
@given(st.lists(rings, min_size=1, max_size=3), st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1))
def test_runs_cover_a_window_without_gaps(make_polygon_once, several, row, column):
    window = Window(column, row, WIDTH - column, HEIGHT - row)
    spans, _ = zone_spans(zone_edges([make_polygon_once(ring) for ring in several], GRID), window)
    runs = runs_of(spans, window, len(several))
    cells = window.rows * window.columns
    assert runs.begin[0] == 0
    np.testing.assert_array_equal(runs.begin[1:], (runs.begin + runs.length)[:-1])
    assert runs.begin[-1] + runs.length[-1] == cells
    zone = fill_runs(runs.begin, runs.zone, cells).reshape(window.rows, window.columns)
    expected = painted(spans, window)
    np.testing.assert_array_equal(zone, np.where(expected == OUTSIDE, len(several), expected))
    in_row = fill_runs(runs.begin, runs.row, cells).reshape(window.rows, window.columns)
    np.testing.assert_array_equal(
        in_row, np.arange(row, HEIGHT)[:, None] + np.zeros((1, window.columns), int)
    )


@pytest.mark.parametrize("cells", [7, 2000])  # few cells per run are filled in another way than many
def test_runs_are_filled(cells):
    begin, values = np.array([0, 1, 5]), np.array([9, -2, 4])
    filled = fill_runs(begin, values, cells)
    np.testing.assert_array_equal(filled, np.repeat(values, [1, 4, cells - 5]))


# Well-known binary


@pytest.mark.parametrize("text", ["POLYGON EMPTY", "MULTIPOLYGON EMPTY"])
def test_an_empty_polygon_has_no_cell(text):
    zone, _ = zones_of([bytes(ogr.CreateGeometryFromWkt(text).ExportToIsoWkb())])
    assert (zone == OUTSIDE).all()


def test_an_empty_ring_has_no_cell(make_polygon):
    zone, _ = zones_of([make_polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [])])
    assert (zone == 0).sum() == 9


def test_a_ring_that_is_not_closed_is_closed(make_polygon):
    square = [(0, 0), (3, 0), (3, 3), (0, 3)]
    open_ring = struct.pack("<BIII", 1, 3, 1, 4) + struct.pack(
        "<8d", *(value for xy in square for value in xy)
    )
    zone, _ = zones_of([open_ring, make_polygon([(5, 5), (7, 5), (7, 7), (5, 7)])])
    assert (zone == 0).sum() == 9
    assert (zone == 1).sum() == 4


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("POINT (1 2)", 1),
        ("LINESTRING (0 0, 1 1)", 2),
        ("MULTIPOINT (1 2)", 4),
        ("GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 1 1, 0 0)))", 7),
        ("CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 1 -1, 0 0))", 10),
    ],
)
def test_what_is_no_polygon_is_refused(text, kind):
    with pytest.raises(InputDataError, match=rf"no polygon \(geometry type {kind}\)"):
        zone_edges([bytes(ogr.CreateGeometryFromWkt(text).ExportToIsoWkb())], GRID)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_vertex_that_is_no_place_is_refused(make_polygon, bad):
    good = make_polygon([(0, 0), (1, 0), (1, 1)])
    with pytest.raises(InputDataError, match="Polygon 2 has a vertex outside"):
        zone_edges([good, make_polygon([(0, 0), (bad, 0), (1, 1)])], GRID)
