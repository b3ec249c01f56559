"""Areas, lengths and scales on the ellipsoid, against closed forms and slow sums."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.ground import Ground
from landcarbon.core.geometry.lines import pack_lines
from landcarbon.core.geometry.on_ground import OnGround, OnPlane
from landcarbon.core.geometry.polygons import pack_boxes, pack_polygons

A, F = 6378137.0, 1 / 298.257223563  # WGS 84
R = 6371000.0
WGS84 = Ground(True, math.pi / 180, A, F)
DEGREES = OnGround(WGS84, lambda places: places, 1 / 111_000, turns=False)


def of_mercator(places):
    """Longitude and latitude of places on Mercator's plane of a sphere [rad]."""
    x, y = np.asarray(places).T / R
    return np.column_stack((x, 2 * np.arctan(np.exp(y)) - math.pi / 2))


MERCATOR = OnGround(Ground(True, 1.0, R, 0.0), of_mercator, 1.0)


def area_between(south, north, degrees_wide):
    """Area between two parallels on WGS 84 [m2]: Snyder 1987, eq. 3-12."""
    e = math.sqrt(F * (2 - F))

    def q(latitude):
        sine = math.sin(math.radians(latitude))
        return sine / (1 - (e * sine) ** 2) + math.atanh(e * sine) / e

    return A**2 * (1 - e**2) / 2 * math.radians(degrees_wide) * (q(north) - q(south))


def area_of_mercator(ring, parts=4000):
    """Area on the sphere of a ring that is straight on Mercator's plane [m2], by very many chords in
    Lambert's cylindrical projection, which keeps areas; their error is a 1/(12 parts^2) of the bulge."""
    ring = np.asarray(ring, dtype=float)
    share = np.arange(parts) / parts
    dense = (ring[:-1, None] + (ring[1:] - ring[:-1])[:, None] * share[:, None]).reshape(-1, 2)
    x, y = dense[:, 0], R * np.tanh(dense[:, 1] / R)
    x, y = x - x[0], y - y[0]
    return abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


@pytest.mark.parametrize(
    ("west", "south", "size"),
    [(120, 31.3, 0.01), (120, -55, 1), (-180, 60, 10), (0, 81, 9), (120, -3, 6), (-180, -85, 360)],
)
def test_boxes_in_degrees_have_their_closed_form(west, south, size):
    height = min(size, 90.0)
    found = DEGREES.areas_m2(pack_boxes([[west, south]], [[west + size, south + height]]))
    # The closed form is a difference of nearly equal numbers where the box is small.
    assert found[0] == pytest.approx(area_between(south, south + height, size), rel=1e-11)


@pytest.mark.parametrize("size", [50.0, 3000.0, 4e5])
def test_straight_edges_of_a_projection(size):
    ring = np.array([[0, 0], [1, 0.2], [0.7, 1.1], [-0.3, 0.6], [0, 0]]) * size + [1.2e6, 4.5e6]
    polygon = pack_polygons([shapely.to_wkb(shapely.Polygon(ring))])
    assert MERCATOR.areas_m2(polygon)[0] == pytest.approx(area_of_mercator(ring), rel=2e-9)


@given(st.integers(0, 2**32 - 1))
def test_two_halves_make_the_whole(seed):
    random = np.random.default_rng(seed)
    turn = np.sort(random.uniform(0, 2 * math.pi, 6))
    ring = np.column_stack((np.cos(turn), np.sin(turn))) * random.uniform(10, 5e4)
    ring += random.uniform(-1, 1, 2) * [1e7, 8e6]
    halves = [ring[[0, 1, 2, 3]], ring[[3, 4, 5, 0]]]
    shapes = [shapely.to_wkb(shapely.Polygon(points)) for points in (ring, *halves)]
    whole, one, other = MERCATOR.areas_m2(pack_polygons(shapes))
    assert one + other == pytest.approx(whole, rel=1e-9, abs=1e-3)


def test_holes_are_taken_off_and_parts_are_added():
    box = shapely.box(120, 30, 120.1, 30.1)
    hole, part = shapely.box(120.02, 30.02, 120.04, 30.04), shapely.box(121, 30, 121.1, 30.1)
    shape = shapely.MultiPolygon([box - hole, part])
    found = DEGREES.areas_m2(pack_polygons([None, shapely.to_wkb(shape)]))
    expected = 2 * area_between(30, 30.1, 0.1) - area_between(30.02, 30.04, 0.02)
    assert found == pytest.approx([0, expected], rel=1e-9)


def test_polygons_measured_in_portions_have_the_areas_of_each(monkeypatch):
    low = np.column_stack((np.arange(50) * 0.01, np.linspace(-60, 60, 50)))
    boxes = pack_boxes(low, low + 0.01)
    whole = DEGREES.areas_m2(boxes)
    monkeypatch.setattr("landcarbon.core.geometry.on_ground._VERTICES", 7)
    np.testing.assert_array_equal(DEGREES.areas_m2(boxes), whole)


def test_a_polygon_across_the_antimeridian_of_a_projection():
    turn = 2 * math.pi * R
    plain, across = ([[x - 1e5, 1e6], [x + 1e5, 1.2e6]] for x in (0.0, turn / 2))
    boxes = pack_boxes(*np.transpose([plain, across], (1, 0, 2)))

    def within_half_a_turn(places):
        found = of_mercator(places)
        found[:, 0] = np.arctan2(np.sin(found[:, 0]), np.cos(found[:, 0]))
        return found

    areas = OnGround(MERCATOR.ground, within_half_a_turn, 1.0).areas_m2(boxes)
    assert areas[1] == pytest.approx(areas[0], rel=1e-9)


def test_a_polygon_about_a_pole_is_refused():
    def polar(places):
        x, y = np.asarray(places).T
        return np.column_stack((np.arctan2(x, -y), math.pi / 2 - np.hypot(x, y) / R))

    boxes = pack_boxes([[1e5, 1e5], [-1e5, -1e5]], [[2e5, 2e5], [1e5, 1e5]])
    with pytest.raises(InputDataError, match="Feature 2 reaches half way round the Earth or holds a pole"):
        OnGround(MERCATOR.ground, polar, 1.0).areas_m2(boxes)


@pytest.mark.parametrize("length_deg", [1e-6, 1e-3, 0.5, 40.0])
def test_lengths_are_those_of_geodesics(length_deg):
    random = np.random.default_rng(1)
    start = np.column_stack((random.uniform(-180, 180, 200), random.uniform(-80, 80, 200)))
    end = start + random.uniform(-1, 1, (200, 2)) * [length_deg, min(length_deg, 9)]
    points = np.concatenate((start, end))
    geodesics = WGS84.distances_m(points, np.arange(200), 200 + np.arange(200))
    # Rounding of places millions of metres from the middle of the Earth makes some nanometres.
    np.testing.assert_allclose(DEGREES.lengths_m(start, end), geodesics, rtol=1.1e-9, atol=1e-8)


def test_lengths_of_lines_that_follow_one_another():
    lines = pack_lines(
        [
            shapely.to_wkb(shapely.LineString(points))
            for points in ([(0, 0), (1, 0), (1, 1)], [(5, 5), (5, 6)])
        ]
    )
    found = DEGREES.lengths_m(lines.start, lines.end)
    alone = [DEGREES.lengths_m(lines.start[i : i + 1], lines.end[i : i + 1])[0] for i in range(3)]
    assert found.tolist() == alone
    assert found[0] == pytest.approx(A * math.radians(1), rel=1e-12)  # along the equator


def test_scales_on_a_sphere():
    y = np.array([0.0, 4e6, -9e6])
    found = MERCATOR.scales(np.column_stack((np.zeros(3), y)))
    # Mercator's scale is 1 / cos(latitude), with sin(latitude) = tanh(y / R).
    expected = np.sqrt(1 - np.tanh(y / R) ** 2)
    np.testing.assert_allclose(found, np.column_stack((expected, expected)), rtol=1e-8)


def test_nothing_is_measured_of_nothing():
    assert DEGREES.areas_m2(pack_polygons([])).shape == (0,)
    assert DEGREES.areas_m2(pack_polygons([None])).tolist() == [0]
    assert DEGREES.lengths_m(np.empty((0, 2)), np.empty((0, 2))).shape == (0,)
    assert DEGREES.scales(np.empty((0, 2))).shape == (0, 2)


def test_a_plane_in_feet():
    plane = OnPlane(0.3048)
    assert plane.areas_m2(pack_boxes([[0, 0]], [[10, 20]])).tolist() == pytest.approx([200 * 0.3048**2])
    assert plane.lengths_m(np.zeros((1, 2)), np.array([[3.0, 4.0]])).tolist() == pytest.approx([5 * 0.3048])
    assert plane.scales(np.zeros((2, 2))).tolist() == [[0.3048] * 2] * 2
