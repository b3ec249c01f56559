"""Points in polygons: against shapely off the borders, by partition on them."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.geometry import points_in_polygons as module
from landcarbon.core.geometry.points_in_polygons import points_in_polygons
from landcarbon.core.geometry.polygons import pack_boxes

SEEDS = st.integers(0, 2**32 - 1)


def holders(x, y, shapes):
    """How many shapes hold each point, and the first of them."""
    inside = np.array([shapely.contains_xy(shape, x, y) for shape in shapes])
    return inside.sum(axis=0), np.where(inside.any(axis=0), inside.argmax(axis=0), -1)


@given(SEEDS)
def test_ragged_polygons_with_holes_that_overlap(packed, blob, seed):
    random = np.random.default_rng(seed)
    shapes = [
        blob(random, int(random.integers(4, 60)), random.uniform(1, 4), random.uniform(0, 10, 2))
        for _ in range(8)
    ]
    x, y = random.uniform(-2, 12, (2, 300))
    count, first = holders(x, y, shapes)
    found = points_in_polygons(x, y, packed([None, *shapes]))
    assert np.array_equal(found.polygon, np.where(first < 0, -1, first + 1))
    assert found.in_several == (count > 1).sum()


@given(SEEDS)
def test_a_point_on_a_shared_border_is_in_exactly_one(packed, parcels, seed):
    random = np.random.default_rng(seed)
    shapes = parcels(random, 5, 1.0, random.uniform(-1e6, 1e6, 2))
    polygons = packed(shapes)
    edges = polygons.edges()
    along = random.uniform(0, 1, len(edges.x1)) * random.integers(0, 2, len(edges.x1))  # half are vertices
    x, y = edges.x1 + along * (edges.x2 - edges.x1), edges.y1 + along * (edges.y2 - edges.y1)
    rim = shapely.boundary(shapely.union_all(shapes))
    inner = shapely.distance(rim, shapely.points(x, y)) > 1e-6
    found = points_in_polygons(x, y, polygons)
    assert inner.any()
    assert (found.polygon[inner] >= 0).all()
    assert points_in_polygons(x[inner], y[inner], polygons).in_several == 0


def test_borders_belong_to_the_east_and_to_the_south():
    squares = pack_boxes([[0, 0], [1, 0], [0, 1], [1, 1]], [[1, 1], [2, 1], [1, 2], [2, 2]])
    found = points_in_polygons([1, 0.5, 1, 0, 2], [0.5, 1, 1, 0.5, 0.5], squares)
    assert found.polygon.tolist() == [1, 0, 1, 0, -1]


def test_a_vertex_is_missing_on_one_side(packed):
    shapes = [shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)]
    found = points_in_polygons(np.ones(5), np.linspace(0.2, 1.8, 5), packed(shapes))
    assert found.polygon.tolist() == [1, 1, 1, 2, 2]
    assert found.in_several == 0


def test_the_first_of_polygons_that_overlap(packed):
    found = points_in_polygons(
        [1.5, 0.5, 2.5], [0.5] * 3, packed([shapely.box(1, 0, 3, 1), None, shapely.box(0, 0, 2, 1)])
    )
    assert found.polygon.tolist() == [0, 2, 0]
    assert found.in_several == 1


@given(SEEDS)
def test_a_polygon_of_many_vertices_is_cut_into_slabs(packed, blob, seed):
    random = np.random.default_rng(seed)
    shape = blob(random, 2000, 5.0, (1e6, -3e6))
    x, y = random.uniform(-6, 6, (2, 500)) + np.array([[1e6], [-3e6]])
    assert np.array_equal(points_in_polygons(x, y, packed([shape])).polygon, holders(x, y, [shape])[1])


def test_a_comb_of_long_edges(packed):
    teeth = np.arange(500.0)
    top = np.column_stack((np.repeat(teeth, 2), np.tile([0.5, 1000.0], 500)))
    shape = shapely.Polygon([(-1, 0), (600, 0), *top[::-1]])
    random = np.random.default_rng(3)
    x, y = random.uniform(-5, 605, 2000), random.uniform(-5, 1005, 2000)
    assert np.array_equal(points_in_polygons(x, y, packed([shape])).polygon, holders(x, y, [shape])[1])


@given(SEEDS)
def test_portions_change_nothing(packed, parcels, seed):
    random = np.random.default_rng(seed)
    polygons = packed(parcels(random, 6))
    x, y = random.uniform(-50, 650, (2, 400))
    whole = points_in_polygons(x, y, polygons)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_PAIRS", 7)
        patch.setattr(module, "_TESTS", 11)
        parts = points_in_polygons(x, y, polygons)
    assert np.array_equal(whole.polygon, parts.polygon)


def test_points_that_are_no_place(packed):
    found = points_in_polygons([np.nan, np.inf, 0.5], [0.5] * 3, packed([shapely.box(0, 0, 1, 1)]))
    assert found.polygon.tolist() == [-1, -1, 0]


def test_all_points_in_one_place(packed):
    found = points_in_polygons([0.5] * 3, [0.5] * 3, packed([shapely.box(0, 0, 1, 1)]))
    assert found.polygon.tolist() == [0, 0, 0]


@pytest.mark.parametrize("shapes", [[], [None], [shapely.Polygon()]])
def test_no_polygon(packed, shapes):
    assert points_in_polygons([0.5], [0.5], packed(shapes)).polygon.tolist() == [-1]


def test_no_point(packed):
    found = points_in_polygons([], [], packed([shapely.box(0, 0, 1, 1)]))
    assert (found.polygon.tolist(), found.in_several) == ([], 0)
