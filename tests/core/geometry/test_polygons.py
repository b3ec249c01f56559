"""Packed polygons and lines against shapely."""

import numpy as np
import pytest
import shapely
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.polygons import pack_boxes, pack_polygons

HOLED = shapely.from_wkt("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1))")
TWO = shapely.from_wkt("MULTIPOLYGON (((9 0, 9 3, 8 0, 9 0)), ((20 20, 21 20, 21 21, 20 21, 20 20)))")


def test_areas_and_boxes(packed):
    polygons = packed([HOLED, None, TWO])
    assert polygons.areas().tolist() == [16 - 1, 0, 3 / 2 + 1]
    assert polygons.low[[0, 2]].tolist() == [[0, 0], [8, 0]]
    assert polygons.high[[0, 2]].tolist() == [[4, 4], [21, 21]]
    assert (polygons.low[1] > polygons.high[1]).all()


def test_areas_of_rings_say_which_way_they_run(packed):
    hole = [(1, 1), (1, 2), (2, 2), (2, 1)]  # clockwise
    shapes = [shapely.Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [hole]), shapely.Polygon(hole), None]
    assert packed(shapes).ring_areas().tolist() == [9, -1, -1]
    assert packed([None]).ring_areas().tolist() == []


def test_areas_far_from_the_origin(packed):
    far = shapely.affinity.translate(HOLED, 2.0**32, 2.0**33)
    assert packed([far]).areas().tolist() == [15]


def test_edges_are_the_same_whichever_way_a_ring_turns(packed):
    one, other = (packed([shape]).edges() for shape in (HOLED, shapely.reverse(HOLED)))
    assert sorted(zip(*one, strict=True)) == sorted(zip(*other, strict=True))
    assert len(one.x1) == 8


def test_edges_of_no_length_are_left_out(packed):
    assert len(packed([shapely.Polygon([(0, 0), (0, 0), (1, 0), (1, 1)])]).edges().x1) == 3


def test_an_open_ring_is_closed(make_polygon):
    closed = make_polygon([(0, 0), (2, 0), (2, 2), (0, 2)])
    opened = closed[:9] + (4).to_bytes(4, "little") + closed[13:-16]
    polygons = pack_polygons([opened, closed])
    assert polygons.areas().tolist() == [4, 4]
    assert np.diff(polygons.ring_start).tolist() == [5, 5]


def test_a_part_of_the_polygons(packed):
    polygons = packed([HOLED, None, TWO, HOLED]).some(np.array([1, 2]))
    assert (polygons.count, polygons.areas().tolist()) == (2, [0, 2.5])
    assert polygons.ring_owner.tolist() == [1, 1]


def test_no_polygons(packed):
    polygons = packed([])
    assert (polygons.count, len(polygons.areas()), len(polygons.edges().x1)) == (0, 0, 0)


def test_boxes(packed):
    polygons = pack_boxes([[0, 0], [5, 5]], [[1, 2], [6, 6]])
    assert polygons.areas().tolist() == [2, 1]
    assert polygons.high.tolist() == [[1, 2], [6, 6]]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_vertex_that_is_no_place_is_refused(make_polygon, bad):
    with pytest.raises(InputDataError, match="Feature 2 has a coordinate that is not finite"):
        pack_polygons([shapely.to_wkb(HOLED), make_polygon([(0, 0), (bad, 0), (1, 1)])])


def test_segments_of_lines(packed_lines):
    lines = packed_lines(
        [
            None,
            shapely.from_wkt("LINESTRING (0 0, 3 4, 3 5)"),
            shapely.from_wkt("MULTILINESTRING ((0 0, 1 0), (5 5, 5 7))"),
        ]
    )
    assert (lines.count, lines.owner.tolist()) == (3, [1, 1, 2, 2])
    assert lines.lengths().tolist() == [5, 1, 1, 2]
    assert lines.start[3].tolist() == [5, 5]
