"""Borders that meet: unequal vertices, corners, holes, overlaps, sloppy borders, degrees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.ground import Ground
from landcarbon.core.pattern.borders import shared_borders


def borders(polygons, **options):
    """{(first, second): length}"""
    found = shared_borders(polygons, **options)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    return dict(zip(pairs, found.length_m.tolist(), strict=True))


def test_common_side(square):
    assert borders([square(0, 0), square(1, 0)]) == {(0, 1): 1.0}


def test_common_corner_has_no_length(square):
    assert borders([square(0, 0), square(1, 1)]) == {(0, 1): 0.0}


def test_side_with_a_vertex_that_the_other_lacks(square, make_polygon):
    left = make_polygon([(0, 0), (1, 0), (1, 0.25), (1, 0.75), (1, 1), (0, 1)])
    assert borders([left, square(1, 0)]) == {(0, 1): 1.0}


def test_part_of_a_side(square):
    # from y = 0.5 to 1
    assert borders([square(0, 0), square(1, 0.5)]) == {(0, 1): 0.5}


def test_corner_on_a_side_without_common_vertices(square, make_polygon):
    triangle = make_polygon([(1, 0.5), (2, 0), (2, 1)])
    assert borders([square(0, 0), triangle]) == {(0, 1): 0.0}


def test_vertex_on_a_slanting_side_within_the_rounding_of_coordinates(make_polygon):
    # (1, 1 / 3) has no exact place on the line from (0, 0) to (3, 1)
    above = make_polygon([(0, 0), (1, 1 / 3), (3, 1), (0, 1)])
    below = make_polygon([(0, 0), (3, 0), (3, 1)])
    (length,) = borders([above, below]).values()
    assert length == pytest.approx(np.sqrt(10), rel=1e-12)


def test_gap_wider_than_rounding_parts(square):
    assert borders([square(0, 0), square(1 + 1e-9, 0)]) == {}


def test_rounding_grows_with_coordinates(square):
    # at 4e7 m a coordinate has steps of 7e-9 m
    left, right = square(4e7, 0), square(4e7 + 1 + 2e-8, 0)
    assert borders([left, right]) == {(0, 1): 1.0}


def test_unit_in_the_hole_of_another(square, make_polygon):
    ring = make_polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [(1, 1), (1, 2), (2, 2), (2, 1)])
    assert borders([ring, square(1, 1)]) == {(0, 1): 4.0}


def test_unit_inside_another_without_a_hole_does_not_meet_it(square):
    assert borders([square(0, 0, 3), square(1, 1)]) == {}


def test_units_that_overlap_meet(square):
    # neither has a vertex on the other's border
    assert borders([square(0, 0), square(0.5, 0.5)]) == {(0, 1): 0.0}


def test_same_polygon_twice(square):
    assert borders([square(0, 0), square(0, 0)]) == {(0, 1): 4.0}


def test_parts_of_a_unit_do_not_meet_themselves(make_polygon):
    left = [(0, 0), (1, 0), (1, 1), (0, 1)]
    right = [(1, 0), (2, 0), (2, 1), (1, 1)]
    assert borders([make_polygon(parts=[[left], [right]])]) == {}


def test_any_part_makes_a_border(square, make_polygon):
    far = [(9, 9), (10, 9), (10, 10), (9, 10)]
    near = [(1, 0), (2, 0), (2, 1), (1, 1)]
    assert borders([make_polygon(parts=[[far], [near]]), square(0, 0)]) == {(0, 1): 1.0}


def test_ring_that_is_not_closed(square):
    # the last vertex of the ring, cut off, repeats the first
    whole = square(1, 0)
    open_ring = whole[:9] + (4).to_bytes(4, "little") + whole[13:-16]
    assert borders([square(0, 0), open_ring]) == {(0, 1): 1.0}


def test_vertex_that_is_there_twice(square, make_polygon):
    left = make_polygon([(0, 0), (1, 0), (1, 0), (1, 1), (0, 1)])
    assert borders([left, square(1, 0)]) == {(0, 1): 1.0}


def test_no_polygon_at_all():
    assert borders([]) == {}


def test_point_is_no_polygon():
    point = b"\x01\x01\x00\x00\x00" + bytes(16)
    with pytest.raises(InputDataError, match=r"A unit is no polygon \(geometry type 1\)"):
        shared_borders([point])


def test_infinite_coordinate(make_polygon, square):
    with pytest.raises(InputDataError, match="Polygon 2 has a coordinate that is not finite"):
        shared_borders([square(0, 0), make_polygon([(0, 0), (np.inf, 0), (1, 1)])])


# Tolerance


def test_tolerance_closes_a_gap(square):
    apart = [square(0, 0, 100), square(103, 0, 100)]
    assert borders(apart, tolerance_m=2.9) == {}
    assert borders(apart, tolerance_m=3.1) == {(0, 1): 100.0}


def test_tolerance_makes_no_border_of_a_corner(square):
    assert borders([square(0, 0, 100), square(101, 101, 100)], tolerance_m=2.0) == {(0, 1): 0.0}


def test_tolerance_and_sharp_corners_make_no_border(make_polygon):
    # two wedges that touch with their tips, 6 degrees apart along their sides
    left = make_polygon([(0, 0), (-100, 10), (-100, -10)])
    right = make_polygon([(0, 0), (-100, 20), (-100, 21)])
    assert borders([left, right], tolerance_m=0.1) == {(0, 1): 0.0}


def test_tolerance_in_metres_on_degrees(square):
    wgs84 = Ground(True, np.pi / 180, 6378137.0, 1 / 298.257223563)
    # At 60 degrees north a degree of longitude has 55 800 m: a gap of 0.0001 degrees has 5.58 m.
    apart = [square(10, 60), square(11.0001, 60)]
    assert borders(apart, ground=wgs84, tolerance_m=5.4) == {}
    assert borders(apart, ground=wgs84, tolerance_m=5.7).keys() == {(0, 1)}


def test_length_on_degrees(square):
    wgs84 = Ground(True, np.pi / 180, 6378137.0, 1 / 298.257223563)
    # the meridian from 0 to 1 degree: 110 574.3 m (Snyder 1987, table 2: 110 574 m for the degree at 0.5)
    found = borders([square(10, 0), square(11, 0)], ground=wgs84)
    assert found[0, 1] == pytest.approx(110_574.3, abs=0.5)


# All against a slow and exact reference


def exact_meeting(one, other):
    """Whether the borders of two polygons of whole coordinates meet, and in a stretch: in whole numbers."""

    def edges(ring):
        return list(zip(ring, ring[1:] + ring[:1], strict=True))

    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    def on(a, b, c):
        between = min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
        return side(a, b, c) == 0 and between

    meet = along = False
    for a, b in edges(one):
        for c, d in edges(other):
            points = {p for p in (c, d) if on(a, b, p)} | {p for p in (a, b) if on(c, d, p)}
            crossing = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
            meet |= bool(points) or crossing
            along |= len(points) >= 2
    return meet, along


triangles = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=3, unique=True)


@given(st.lists(triangles, min_size=2, max_size=6))
def test_against_whole_numbers(rings):
    from struct import pack

    def wkb(ring):
        corners = [*ring, ring[0]]
        return pack("<BIII", 1, 3, 1, len(corners)) + b"".join(pack("<dd", *corner) for corner in corners)

    found = borders([wkb(ring) for ring in rings])
    for i, one in enumerate(rings):
        for j in range(i + 1, len(rings)):
            meet, along = exact_meeting(one, rings[j])
            assert ((i, j) in found) == meet
            assert (found.get((i, j), 0.0) > 0) == along
