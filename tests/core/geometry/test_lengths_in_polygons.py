"""Lines in polygons: against shapely, and by partition where lines run along borders."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.geometry import lengths_in_polygons as module
from landcarbon.core.geometry.lengths_in_polygons import lengths_in_polygons
from landcarbon.core.geometry.polygons import pack_boxes

SEEDS = st.integers(0, 2**32 - 1)


def table(found, lines, polygons):
    out = np.zeros((lines.count, polygons.count))
    out[found.line, found.polygon] = found.length
    return out


def expected(lines, shapes):
    return np.array(
        [[shapely.length(shapely.intersection(line, shape)) for shape in shapes] for line in lines]
    )


def walks(random, count, steps, step, low, high):
    """Lines that wander about."""
    start = random.uniform(low, high, (count, 1, 2))
    return shapely.linestrings(start + random.normal(0, step, (count, steps, 2)).cumsum(axis=1))


@given(SEEDS, st.sampled_from([0.05, 1.0, 20.0]))
def test_ragged_polygons_with_holes_that_overlap(packed, packed_lines, blob, seed, step):
    random = np.random.default_rng(seed)
    shapes = [
        blob(random, int(random.integers(4, 200)), random.uniform(1, 4), random.uniform(0, 10, 2))
        for _ in range(4)
    ]
    drawn = walks(random, 5, 6, step, 0, 10)
    lines, polygons = packed_lines(drawn), packed(shapes)
    found = table(lengths_in_polygons(lines, polygons), lines, polygons)
    assert np.allclose(found, expected(drawn, shapes), rtol=1e-9, atol=1e-11)


@given(SEEDS)
def test_lines_of_a_partition_are_all_there(packed, packed_lines, parcels, seed):
    random = np.random.default_rng(seed)
    corner = random.uniform(-1e6, 1e6, 2)
    shapes = parcels(random, 6, 100.0, corner)
    drawn = walks(random, 20, 5, 60.0, corner + 150, corner + 450)
    inside = shapely.intersection(drawn, shapely.union_all(shapes))
    lines, polygons = packed_lines(drawn), packed(shapes)
    found = table(lengths_in_polygons(lines, polygons), lines, polygons)
    assert np.allclose(found.sum(axis=1), shapely.length(inside), rtol=0, atol=1e-6)


@given(SEEDS)
def test_a_stretch_along_a_shared_border_is_in_exactly_one(packed, packed_lines, parcels, seed):
    random = np.random.default_rng(seed)
    shapes = parcels(random, 5, 100.0, random.uniform(-1e6, 1e6, 2))
    # Borders as lines, whole, halved, and turned, within the outer ring.
    borders = [
        shapely.get_parts(shapely.intersection(shapes[i], shapes[j]))
        for i in range(25)
        for j in (i + 1, i + 5)
        if j < 25 and shapely.length(shapely.intersection(shapes[i], shapes[j])) > 0
    ]
    drawn = np.concatenate(borders)
    drawn = drawn[shapely.get_type_id(drawn) == 1]
    halves = shapely.linestrings(
        [
            [
                line.coords[0],
                ((line.coords[0][0] + line.coords[1][0]) / 2, (line.coords[0][1] + line.coords[1][1]) / 2),
            ]
            for line in drawn
        ]
    )
    drawn = np.concatenate((drawn, shapely.reverse(drawn), halves))
    lines, polygons = packed_lines(drawn), packed(shapes)
    found = table(lengths_in_polygons(lines, polygons), lines, polygons)
    assert np.allclose(found.sum(axis=1), shapely.length(drawn), rtol=1e-9)


@given(SEEDS)
def test_a_border_of_a_polygon_that_is_cut_into_parts(packed, packed_lines, blob, seed):
    random = np.random.default_rng(seed)
    corner = random.uniform(-1e6, 1e6, 2)
    hole = blob(random, 300, 100.0, corner).interiors[0]
    around = shapely.Polygon(shapely.box(*(corner - 500), *(corner + 500)).exterior, [hole])
    within = shapely.Polygon(hole)
    places = np.array(hole.coords)
    drawn = shapely.linestrings(np.stack((places[:-1], places[1:]), axis=1))
    lines, polygons = packed_lines(drawn), packed([around, within])
    found = table(lengths_in_polygons(lines, polygons), lines, polygons)
    assert np.allclose(found.sum(axis=1), shapely.length(drawn), rtol=1e-9)
    # Nothing is shared out: all of an edge is on one side.
    assert np.allclose(found.max(axis=1), shapely.length(drawn), rtol=1e-6)


def test_neighbours_whose_border_has_a_vertex_on_one_side_only(packed, packed_lines):
    start, end = np.array([500_000.3, 4_000_000.7]), np.array([500_700.9, 4_000_300.1])
    middle = start + 0.37 * (end - start)  # not on the line, by rounding
    off = np.array([-100.0, 200.0])
    shapes = [
        shapely.Polygon([start, end, end + off, start + off]),
        shapely.Polygon([start, middle, middle - off, start - off]),
        shapely.Polygon([middle, end, end - off, middle - off]),
    ]
    for drawn in ([start, end], [end, start], [start, middle, end]):
        line = shapely.LineString(drawn)
        found = lengths_in_polygons(packed_lines([line]), packed(shapes))
        assert found.length.sum() == pytest.approx(line.length, rel=1e-9)


def test_which_side_of_a_border_depends_on_where_the_line_goes(packed_lines):
    squares = pack_boxes([[0, 0], [1, 0]], [[1, 1], [2, 1]])
    up, down = shapely.from_wkt(["LINESTRING (1 0, 1 1)", "LINESTRING (1 1, 1 0)"])
    for line in (up, down):
        found = lengths_in_polygons(packed_lines([line]), squares)
        assert found.length.tolist() == [1]


def test_a_line_through_corners(packed_lines):
    squares = pack_boxes([[0, 0], [1, 1], [1, 0], [0, 1]], [[1, 1], [2, 2], [2, 1], [1, 2]])
    found = lengths_in_polygons(packed_lines([shapely.LineString([(-1, -1), (3, 3)])]), squares)
    assert found.polygon.tolist() == [0, 1]
    assert found.length == pytest.approx([np.sqrt(2)] * 2, rel=1e-12)


def test_lengths_of_the_segments_are_shared(packed_lines):
    squares = pack_boxes([[0, 0], [1, 0]], [[1, 1], [2, 1]])
    lines = packed_lines([shapely.LineString([(0.5, 0.5), (1.5, 0.5), (3.5, 0.5)])])
    found = lengths_in_polygons(lines, squares, np.array([100.0, 1000.0]))
    # 0.5 to 1 and 1 to 1.5 are halves of the first, 1.5 to 2 is a quarter of the second
    assert found.polygon.tolist() == [0, 1]
    assert found.length.tolist() == [50, 50 + 250]


def test_a_line_that_is_cut_into_pieces(packed_lines):
    cells = np.stack(np.meshgrid(np.arange(100.0), np.arange(100.0)), axis=-1).reshape(-1, 2)
    line = shapely.LineString([(-3, -7), (111, 94)])
    found = lengths_in_polygons(packed_lines([line]), pack_boxes(cells, cells + 1))
    assert found.length.sum() == pytest.approx(
        line.intersection(shapely.box(0, 0, 100, 100)).length, rel=1e-12
    )
    assert len(np.unique(found.polygon)) == len(found.polygon)


@given(SEEDS)
def test_portions_change_nothing(packed, packed_lines, parcels, seed):
    random = np.random.default_rng(seed)
    lines, polygons = packed_lines(walks(random, 10, 4, 80.0, 0, 500)), packed(parcels(random, 5))
    whole = lengths_in_polygons(lines, polygons)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_TESTS", 13)
        parts = lengths_in_polygons(lines, polygons)
    assert np.array_equal(whole.polygon, parts.polygon)
    assert np.array_equal(whole.length, parts.length)


def test_nothing_to_do(packed, packed_lines):
    square, line = shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])
    point = shapely.LineString([(0.5, 0.5), (0.5, 0.5)])
    for lines, shapes in (([], [square]), ([line], []), ([None, line], [None]), ([point], [square])):
        assert len(lengths_in_polygons(packed_lines(lines), packed(shapes)).line) == 0
