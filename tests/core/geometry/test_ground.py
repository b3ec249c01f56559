"""Distances on the ground: published geodesics, PROJ's, bounds, planes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.ground import Ground

WGS84 = Ground(True, np.pi / 180, 6378137.0, 1 / 298.257223563)
FIRST, SECOND = np.array([0]), np.array([1])


def distance(ground, one, other):
    return float(ground.distances_m(np.array([one, other]), FIRST, SECOND)[0])


def test_published_geodesic():
    # Flinders Peak to Buninyong on GRS 80, Geoscience Australia's test of Vincenty's formula: 54 972.271 m
    grs80 = Ground(True, np.pi / 180, 6378137.0, 1 / 298.257222101)
    peak = 144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600)
    town = 143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600)
    assert distance(grs80, peak, town) == pytest.approx(54_972.271, abs=0.0006)


def test_same_as_proj():
    pyproj = pytest.importorskip("pyproj")
    random = np.random.default_rng(3)
    near = random.uniform(-80, 80, (200, 2)) * [2, 1]
    far = near + random.normal(0, 1, (200, 2)) * random.choice([1e-4, 0.1, 20], (200, 1))
    far[:, 1] = np.clip(far[:, 1], -90, 90)
    points = np.concatenate((near, far))
    ours = WGS84.distances_m(points, np.arange(200), np.arange(200, 400))
    _, _, theirs = pyproj.Geod(ellps="WGS84").inv(*near.T, *far.T)
    assert ours == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("ends", [((0, 0), (180, 0)), ((10, 30), (-170, -30.0001)), ((0, 0), (179.7, 0.1))])
def test_opposite_places_of_the_earth_are_near_enough(ends):
    pyproj = pytest.importorskip("pyproj")
    _, _, theirs = pyproj.Geod(ellps="WGS84").inv(*ends[0], *ends[1])
    assert distance(WGS84, *ends) == pytest.approx(theirs, rel=0.006)


def test_same_place():
    assert distance(WGS84, (116.4, 39.9), (116.4, 39.9)) == 0.0


def test_across_the_antimeridian():
    # a degree of the equator: 2 pi 6378137 / 360
    assert distance(WGS84, (179.5, 0), (-179.5, 0)) == pytest.approx(111_319.4908, abs=1e-4)


def test_sphere():
    sphere = Ground(True, np.pi / 180, 6371000.0, 0.0)
    assert distance(sphere, (0, 0), (0, 90)) == pytest.approx(np.pi / 2 * 6371000, rel=1e-14)


def test_plane_in_feet(wkt_of):
    # EPSG:2263, New York in US survey feet of 1200 / 3937 m
    ground = Ground.of_crs(wkt_of("EPSG:2263"))
    assert distance(ground, (0, 0), (300, 400)) == pytest.approx(500 * 1200 / 3937, rel=1e-14)


def test_geographic_crs_has_its_ellipsoid(wkt_of):
    ground = Ground.of_crs(wkt_of("EPSG:4490"))  # CGCS2000
    assert (ground.geographic, ground.semi_major_m) == (True, 6378137.0)
    assert ground.flattening == pytest.approx(1 / 298.257222101, rel=1e-12)


def test_no_coordinate_system():
    with pytest.raises(InputDataError, match="have no coordinate reference system"):
        Ground.of_crs("")


degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(degrees, degrees)
def test_bounds_hold(one, other):
    points = np.array([one, other])
    straight = np.linalg.norm(np.diff(WGS84.in_space(points), axis=0), axis=1)
    lower, upper = WGS84.bounds_m(straight)
    length = WGS84.distances_m(points, FIRST, SECOND)
    if straight < 12.6e6:  # beyond, Vincenty's formula may not converge
        assert lower <= length + 1e-3
        assert length <= upper + 1e-3
    assert straight <= length + 1e-3


def test_bounds_are_close_for_near_places():
    lower, upper = WGS84.bounds_m(np.array([10_000.0, 100_000.0]))
    assert (upper - lower < [1e-4, 0.05]).all()


def test_metres_per_degree():
    # Snyder 1987, table 2 (Clarke 1866 differs by less than 100 m): a degree at 40 degrees north
    across, along = WGS84.metres_per_unit(np.array([40.0]))
    assert across[0] == pytest.approx(85_394, abs=20)
    assert along[0] == pytest.approx(111_035, abs=20)


def test_rounding_of_coordinates():
    # the last place of a number between 2^19 and 2^20 is 2^-33; eight of them
    assert Ground(False, 1.0).rounding_m(np.array([600_000.0])) == 2**-33 * 8
    assert Ground(False, 1.0).rounding_m(np.empty(0)) == 0.0


@pytest.mark.parametrize("latitude", [-89.5, -40, 0, 10, 60])
def test_plane_about_a_place_is_projs_azimuthal_equidistant(latitude):
    pyproj = pytest.importorskip("pyproj")
    random = np.random.default_rng(7)
    points = np.column_stack(
        (random.uniform(-60, 60, 100), np.clip(random.normal(latitude, 20, 100), -90, 90))
    )
    proj = pyproj.Proj(f"+proj=aeqd +lat_0={latitude} +lon_0=5 +ellps=WGS84")
    plane_m = WGS84.on_plane(points, (5, latitude))
    assert plane_m == pytest.approx(np.column_stack(proj(*points.T)), abs=1e-3)
    back = WGS84.from_plane(plane_m, (5, latitude))
    assert WGS84.on_plane(back, (5, latitude)) == pytest.approx(plane_m, abs=1e-3)


@given(st.floats(-179, 179), st.floats(-85, 85), st.floats(0, 9e6), st.floats(0, 360))
def test_from_plane_is_where_the_geodesic_ends(longitude, latitude, length, azimuth):
    pyproj = pytest.importorskip("pyproj")
    turn = np.radians(azimuth)
    plane_m = np.array([[length * np.sin(turn), length * np.cos(turn)]])
    ((x, y),) = WGS84.from_plane(plane_m, (longitude, latitude))
    east, north, _ = pyproj.Geod(ellps="WGS84").fwd(longitude, latitude, azimuth, length)
    assert distance(WGS84, (x, y), (east, north)) < 1e-3
    assert abs(x - longitude) <= 180 + 1e-13  # the sum with the longitude of the centre is rounded


def test_plane_of_a_projection_keeps_its_north(wkt_of):
    feet = Ground.of_crs(wkt_of("EPSG:2263"))
    plane_m = feet.on_plane([(3937.0, 0.0), (0.0, 7874.0)], (0.0, 0.0))
    assert plane_m == pytest.approx(np.array([(1200.0, 0.0), (0.0, 2400.0)]), rel=1e-9)
    assert feet.from_plane(plane_m, (0.0, 0.0)) == pytest.approx(np.array([(3937.0, 0.0), (0.0, 7874.0)]))
