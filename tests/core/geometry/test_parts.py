"""Parts of polygons: together they are the polygons."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.geometry.parts import parts_of

SEEDS = st.integers(0, 2**32 - 1)


def faces(parts, some):
    """The area inside the edges of each part, by an odd number of rings, from shapely."""
    out = []
    for part in some:
        edges = [column[parts.start[part] : parts.start[part + 1]] for column in parts.edges[:4]]
        lines = shapely.linestrings(np.column_stack(edges).reshape(-1, 2, 2))
        cells = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
        places = shapely.get_coordinates(shapely.point_on_surface(cells)).reshape(-1, 2)
        x1, y1, x2, y2 = (column[:, None] for column in edges)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = x1 + (places[:, 1] - y1) * (x2 - x1) / (y2 - y1)
        left = (y1 < places[:, 1]) & (places[:, 1] <= y2) & (crossing <= places[:, 0])
        out.append(shapely.area(cells)[left.sum(axis=0) % 2 == 1].sum())
    return np.array(out)


@given(SEEDS, st.integers(30, 200), st.sampled_from([8, 16]))
def test_parts_have_few_edges_and_the_area_of_the_polygon(packed, blob, seed, vertices, few):
    random = np.random.default_rng(seed)
    polygons = packed([blob(random, vertices), None, blob(random, 4, 0.5, (0.2, 0.1))])
    parts = parts_of(polygons, few)
    count = np.diff(parts.start)
    assert np.median(count) <= 2 * few
    area = np.bincount(parts.polygon, faces(parts, range(len(count))), 3)
    assert np.allclose(area, polygons.areas(), rtol=1e-9, atol=0)


@given(SEEDS)
def test_every_vertex_of_a_part_ends_an_even_number_of_edges(packed, blob, seed):
    random = np.random.default_rng(seed)
    parts = parts_of(packed([blob(random, 300, 1.0, random.uniform(-1e6, 1e6, 2))]))
    owner = np.tile(parts.edges.owner, 2)
    ends = np.column_stack(
        (
            owner,
            np.concatenate((parts.edges.x1, parts.edges.x2)),
            np.concatenate((parts.edges.y1, parts.edges.y2)),
        )
    )
    _, times = np.unique(ends, axis=0, return_counts=True)
    assert (times % 2 == 0).all()


def test_small_polygons_stay_whole(packed, parcels):
    polygons = packed(parcels(np.random.default_rng(1), 4))
    parts = parts_of(polygons)
    assert sorted(parts.polygon.tolist()) == list(range(16))
    assert (np.diff(parts.start) == 6).all()
    order = np.argsort(parts.polygon)
    assert np.array_equal(parts.low[order], polygons.low)
    assert np.array_equal(parts.high[order], polygons.high)


def test_edges_that_no_cut_lessens_stay_together(packed):
    # 40 needles from one corner: a cut through the middle crosses them all.
    tips = [(1000.0, float(i)) for i in range(40)]
    needles = [shapely.Polygon([(0, 0), tip, (tip[0], tip[1] + 0.5)]) for tip in tips]
    polygons = packed([shapely.MultiPolygon(needles)])
    parts = parts_of(polygons)
    assert np.isclose(faces(parts, range(len(parts.polygon))).sum(), polygons.areas()[0], rtol=1e-9)


def test_no_polygon(packed):
    assert len(parts_of(packed([])).polygon) == len(parts_of(packed([None])).polygon) == 0
