"""Shares of areas: against shapely, and by their sums over partitions."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.geometry import area_shares as module
from landcarbon.core.geometry.area_shares import area_shares
from landcarbon.core.geometry.polygons import pack_boxes

SEEDS = st.integers(0, 2**32 - 1)


def table(found, inner, outer):
    out = np.zeros((inner.count, outer.count))
    out[found.inner, found.outer] = found.share
    return out


def expected(inner, outer):
    areas = np.array([[shapely.area(shapely.intersection(one, other)) for other in outer] for one in inner])
    return areas / shapely.area(inner)[:, None]


def turned_grid(random, corner, across, size):
    """Squares of a grid that lies askew, as shapely polygons; they cover what is about the corner."""
    angle = random.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    places = (
        np.stack(np.meshgrid(*[np.arange(across + 1.0) - across / 2] * 2), axis=-1) * size
    ) @ turn + corner
    rings = np.stack([places[:-1, :-1], places[:-1, 1:], places[1:, 1:], places[1:, :-1]], axis=2)
    return shapely.polygons(rings.reshape(-1, 4, 2))


@given(SEEDS)
def test_ragged_polygons_with_holes_that_overlap(packed, blob, seed):
    random = np.random.default_rng(seed)

    def some(count):
        return np.array(
            [
                blob(random, int(random.integers(4, 80)), random.uniform(1, 4), random.uniform(0, 10, 2))
                for _ in range(count)
            ]
        )

    inner, outer = some(4), some(3)
    ours = packed(inner), packed(outer)
    assert np.allclose(table(area_shares(*ours), *ours), expected(inner, outer), rtol=1e-9, atol=1e-10)


@given(SEEDS)
def test_shares_over_a_partition_sum_to_1(packed, parcels, seed):
    random = np.random.default_rng(seed)
    corner = random.uniform(-5e6, 5e6, 2)
    inner = packed(parcels(random, 4, 100.0, corner))
    outer = packed(turned_grid(random, corner + 200, 12, 100.0))
    found = table(area_shares(inner, outer), inner, outer)
    assert np.allclose(found.sum(axis=1), 1.0, rtol=1e-12, atol=0)


@given(SEEDS)
def test_parcels_nested_in_townships_are_in_one_each(packed, parcels, seed):
    random = np.random.default_rng(seed)
    shapes = parcels(random, 9, 100.0, random.uniform(-5e6, 5e6, 2))
    row, column = np.divmod(np.arange(81), 9)
    town = row // 3 * 3 + column // 3
    inner = packed(shapes)
    outer = packed([shapely.union_all(shapes[town == number]) for number in range(9)])
    found = area_shares(inner, outer)
    assert found.inner.tolist() == list(range(81))
    assert found.outer.tolist() == town.tolist()
    assert (found.share == 1).all()


@given(SEEDS)
def test_borders_that_nearly_coincide(packed, parcels, seed):
    random = np.random.default_rng(seed)
    shapes = parcels(random, 6, 100.0, random.uniform(-5e6, 5e6, 2))
    moved = shapely.transform(shapes, lambda places: places + 1e-7 * np.sin(places[:, ::-1]))
    inner, outer = packed(shapes), packed(moved)
    found = table(area_shares(inner, outer), inner, outer)
    assert np.allclose(np.diag(found), 1, atol=1e-7)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-7)


def test_a_triangle_on_the_other_side_of_an_edge(packed):
    # The triangle's long edge lies on that from (2, 0) to (7, 4), y = 0.8 (x - 2), as far as its corner can
    # be written; its third corner is below the line, the polygon above. GEOS 3.14 finds 2.62 in common.
    polygon = shapely.Polygon([(3.6666666666666665, 5.666666666666667), (7, 4), (2, 0), (3, 3)])
    triangle = shapely.Polygon([(3.7241379310344827, 1.3793103448275863), (7, 4), (4, 0)])
    assert area_shares(packed([polygon]), packed([triangle])).share.sum() == pytest.approx(0, abs=1e-12)


def test_a_quarter_lies_outside(packed):
    outer = pack_boxes([[0, 0], [1, 0]], [[1, 1], [2, 1]])
    found = area_shares(pack_boxes([[0.5, 0]], [[2.5, 1]]), outer)
    assert (found.outer.tolist(), found.share.tolist()) == ([0, 1], [0.25, 0.5])


def test_a_polygon_in_a_hole_is_outside(packed):
    ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    inner = packed([shapely.box(3, 3, 6, 6), shapely.box(4, 4, 5, 5), shapely.box(1, 1, 4, 4)])
    found = area_shares(inner, packed([ring]))
    assert found.inner.tolist() == [2]
    assert found.share == pytest.approx([8 / 9], rel=1e-12)


def test_outer_polygons_that_overlap_sum_to_more_than_1():
    found = area_shares(pack_boxes([[0, 0]], [[1, 1]]), pack_boxes([[0, 0], [-1, 0]], [[2, 2], [0.5, 1]]))
    assert found.share == pytest.approx([1.0, 0.5], rel=1e-12)


def test_large_polygons_in_a_grid(packed, blob):
    random = np.random.default_rng(5)
    shape = blob(random, 400, 1000.0, (500_000.0, 4_000_000.0))
    cells = np.stack(np.meshgrid(np.arange(-15, 15), np.arange(-15, 15)), axis=-1).reshape(-1, 2) * 100.0
    cells = cells + np.array([500_000.0, 4_000_000.0])
    inner, outer = packed([shape]), pack_boxes(cells, cells + 100)
    found = table(area_shares(inner, outer), inner, outer)
    boxes = shapely.box(*cells.T, *(cells + 100).T)
    assert np.allclose(found, expected(np.array([shape]), boxes), rtol=1e-9, atol=1e-11)
    assert found.sum() == pytest.approx(1, rel=1e-12)


@given(SEEDS)
def test_portions_change_nothing(packed, parcels, seed):
    random = np.random.default_rng(seed)
    inner, outer = packed(parcels(random, 4)), packed(turned_grid(random, (200.0, 200.0), 4, 150.0))
    whole = area_shares(inner, outer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_TESTS", 13)
        parts = area_shares(inner, outer)
    assert np.array_equal(whole.outer, parts.outer)
    assert np.array_equal(whole.share, parts.share)


def test_a_sliver_has_whole_shares(packed):
    # 1 km long and as wide as the rounding of its coordinates
    sliver = shapely.Polygon([(5e6, 4e6), (5e6 + 1000, 4e6), (5e6 + 1000, 4e6 + 2e-9)])
    inner, outer = packed([sliver]), pack_boxes([[4e6, 3e6]], [[6e6, 5e6]])
    assert area_shares(inner, outer).share.tolist() == [1]


@pytest.mark.parametrize(
    "shapes", [[], [None], [shapely.Polygon()], [shapely.Polygon([(0, 0), (1, 1), (2, 2)])]]
)
def test_nothing_to_share(packed, shapes):
    square = [shapely.box(0, 0, 3, 3)]
    assert len(area_shares(packed(shapes), packed(square)).share) == 0
    assert len(area_shares(packed(square), packed(shapes)).share) == 0
