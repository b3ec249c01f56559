"""Ellipses with closed forms, in any direction, on planes and on the ellipsoid; groups, years, paths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.accounting.classes import class_map
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.ground import Ground
from landcarbon.core.pattern.centre_path import centre_path
from landcarbon.core.pattern.deviational_ellipse import Ellipse, deviational_ellipse, outline
from landcarbon.core.pattern.grouped_ellipses import COLUMNS, ellipses_of_classes, ellipses_of_units
from landcarbon.core.pattern.places import Places
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import open_source
from landcarbon.core.tables import table_from_columns

PLANE = Ground(False, 1.0)
WGS84 = Ground(True, np.pi / 180, 6378137.0, 1 / 298.257223563)
CORNERS = np.array([(0.0, 0.0), (6.0, 0.0), (6.0, 2.0), (0.0, 2.0)])  # deviations 3 and 1 m
METRES = "EPSG:32650"


def turned(points, degrees):
    """Points turned clockwise."""
    turn = np.radians(degrees)
    return points @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])


def of(points, ground=PLANE, weights=None, **options):
    points = np.asarray(points, dtype=float)
    weights = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    return deviational_ellipse(points, weights, ground, **options)


@pytest.fixture
def places(wkt_of):
    """`places(points)`: units at these points, in metres."""

    def places(points, crs=METRES):
        points = np.asarray(points, dtype=float)
        return Places(points, None, wkt_of(crs) if crs else "", "unit {}".format)

    return places


def notes(found):
    return [note.text for note in found.notes]


# One ellipse


def test_corners_of_a_rectangle():
    found = of(CORNERS, doubled=False)
    assert found == pytest.approx(Ellipse(3.0, 1.0, 3.0, 1.0, 90.0), rel=1e-12)


def test_axes_are_root_2_times_the_deviations_unless_told_otherwise():
    found = of(CORNERS)
    assert (found.major_m, found.minor_m) == pytest.approx((3 * np.sqrt(2), np.sqrt(2)), rel=1e-12)


def test_correction_is_that_of_two_degrees_of_freedom():
    found = of(CORNERS, doubled=False, corrected=True)
    assert (found.major_m, found.minor_m) == pytest.approx((3 * np.sqrt(2), np.sqrt(2)), rel=1e-12)  # 4 / 2


def test_uniform_grid():
    # n values one apart have the variance (n^2 - 1) / 12
    x, y = np.meshgrid(np.arange(7.0), np.arange(21.0))
    found = of(np.column_stack((x.ravel(), y.ravel())), doubled=False)
    expected = Ellipse(3.0, 10.0, np.sqrt(440 / 12), np.sqrt(48 / 12), 0.0)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("degrees", [30, 75, 120, 179])
def test_rotation_is_clockwise_from_north(degrees):
    upright = CORNERS[:, ::-1]  # longer from south to north
    assert of(turned(upright, degrees)).rotation == pytest.approx(degrees, rel=1e-12)


def test_rotation_of_30_degrees_points_to_the_north_east():
    found = of(turned(CORNERS[:, ::-1], 30), doubled=False)
    assert found.rotation == pytest.approx(30, rel=1e-12)
    north_east = np.array([(0, 0), (np.sin(np.pi / 6), np.cos(np.pi / 6)), (0.1, -0.1)])
    assert 0 < of(north_east).rotation < 90


@given(
    st.lists(
        st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(0.1, 9.0)), min_size=3, max_size=20
    )
)
def test_axes_are_those_of_the_eigenvectors(rows):
    x, y, weights = np.array(rows).T
    points = np.column_stack((x, y))
    centre = np.average(points, axis=0, weights=weights)
    covariance = np.cov(points.T, aweights=weights, ddof=0)
    values, vectors = np.linalg.eigh(covariance)
    if values[1] < 1 or values[0] < 1e-6 * values[1] or values[0] > (1 - 1e-6) * values[1]:
        return  # one place, a line, a circle: below
    found = of(points, weights=weights, doubled=False)
    assert (found.x, found.y) == pytest.approx(centre, rel=1e-9, abs=1e-9)
    assert (found.minor_m, found.major_m) == pytest.approx(np.sqrt(values), rel=1e-7)
    rotation = np.degrees(np.arctan2(*vectors[:, 1])) % 180
    assert abs((found.rotation - rotation + 90) % 180 - 90) < 1e-4


def test_a_weight_of_2_is_the_same_point_twice():
    once = of([*CORNERS, (9, 9)], weights=[1, 1, 1, 1, 2])
    twice = of([*CORNERS, (9, 9), (9, 9)])
    assert once == pytest.approx(twice, rel=1e-12)


def test_feet_become_metres():
    found = of(CORNERS, Ground(False, 0.3048), doubled=False)
    assert found == pytest.approx(Ellipse(3.0, 1.0, 3 * 0.3048, 0.3048, 90.0), rel=1e-12)


def test_points_on_a_line_have_a_minor_axis_of_0_and_no_outline():
    found = of([(0, 0), (1, 2), (2, 4), (0.1, 0.2)])
    assert found.minor_m == 0.0
    assert found.rotation == pytest.approx(np.degrees(np.arctan(0.5)), rel=1e-12)
    assert outline(found, PLANE) is None


def test_a_circle_has_no_rotation():
    found = of([(0, 0), (1, 0), (1, 1), (0, 1)], doubled=False)
    assert (found.major_m, found.minor_m) == pytest.approx((0.5, 0.5), rel=1e-12)
    assert np.isnan(found.rotation)


def test_fewer_than_3_units_are_an_error():
    with pytest.raises(InputDataError, match=r"2 units have a shape and a weight above 0, .* at least 3"):
        of([(0, 0), (1, 1)])


def test_units_in_one_place_are_an_error():
    with pytest.raises(InputDataError, match="All 3 units are in one place"):
        of([(5, 5), (5, 5), (5, 5)])


# On the ellipsoid


def test_deviations_on_degrees_are_those_of_projs_projection():
    osr = pytest.importorskip("osgeo.osr")
    random = np.random.default_rng(1)
    points = random.normal((105, 35), (12, 8), (500, 2))
    weights = random.uniform(0.1, 5, 500)
    found = of(points, WGS84, weights, doubled=False)
    degrees, plane = osr.SpatialReference(), osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    plane.ImportFromProj4(f"+proj=aeqd +lat_0={found.y!r} +lon_0={found.x!r} +ellps=WGS84")
    projected = np.array(osr.CoordinateTransformation(degrees, plane).TransformPoints(points))[:, :2]
    assert np.average(projected, axis=0, weights=weights) == pytest.approx((0, 0), abs=2e-3)
    values, vectors = np.linalg.eigh(np.cov(projected.T, aweights=weights, ddof=0))
    assert (found.minor_m, found.major_m) == pytest.approx(np.sqrt(values), rel=1e-9)
    assert found.rotation == pytest.approx(np.degrees(np.arctan2(*vectors[:, 1])) % 180, abs=1e-6)


def test_two_pairs_on_the_equator_and_its_meridian():
    # a degree of the equator is 111 319.4908 m, one of the meridian at the equator 110 574.3886 m
    found = of([(9, 0), (11, 0), (10, 1), (10, -1)], WGS84, doubled=False)
    assert (found.x, found.y) == pytest.approx((10, 0), abs=1e-9)
    east, north = 111_319.4908 / np.sqrt(2), 110_574.3886 / np.sqrt(2)  # two of the four points each
    assert (found.major_m, found.minor_m) == pytest.approx((east, north), rel=1e-8)
    assert found.rotation == pytest.approx(90, abs=1e-9)


def test_across_the_antimeridian_the_ellipse_is_the_same():
    points = np.random.default_rng(2).normal((0, 10), (3, 1), (30, 2))
    there, here = of(points + np.array([180, 0]), WGS84), of(points, WGS84)
    wrapped = points + np.array([180, 0])
    wrapped[:, 0] = (wrapped[:, 0] + 180) % 360 - 180
    again = of(wrapped, WGS84)
    assert there[1:] == pytest.approx(here[1:], rel=1e-9)
    assert again[1:] == pytest.approx(here[1:], rel=1e-9)
    assert (again.x - here.x) % 360 == pytest.approx(180, abs=1e-8)


def test_longitudes_beyond_180_keep_the_way_they_are_written():
    points = np.random.default_rng(2).normal((260, 40), (3, 1), (30, 2))
    assert of(points, WGS84).x == pytest.approx(points[:, 0].mean(), abs=1)


def test_units_around_the_earth_are_an_error():
    with pytest.raises(InputDataError, match="10 000 km or more from the centre of all"):
        of([(0, 0), (90, 0), (180, 0), (-90, 0), (0, 89), (10, -89)], WGS84)


def test_a_unit_on_the_other_hemisphere_is_an_error():
    with pytest.raises(InputDataError, match="1 units or places are 10 000 km or more"):
        of([*[(x, y) for x in (0, 1, 2) for y in (0, 1, 2)], (115, 0)], WGS84)


# Outlines


def test_outline_of_30_degrees():
    ellipse = Ellipse(100.0, 50.0, 4.0, 1.0, 30.0)
    ring = outline(ellipse, PLANE)
    assert ring[0] == pytest.approx(ring[-1])
    assert ring[0] == pytest.approx((100 + 4 * np.sin(np.pi / 6), 50 + 4 * np.cos(np.pi / 6)), rel=1e-12)
    x, y = turned(ring - (100, 50), -30).T
    assert (x / 1.0) ** 2 + (y / 4.0) ** 2 == pytest.approx(1, rel=1e-12)


def test_outline_on_degrees_is_as_far_as_the_axes():
    pyproj = pytest.importorskip("pyproj")
    ring = outline(Ellipse(116.0, 39.0, 800e3, 300e3, 45.0), WGS84)
    azimuth, _, metres = pyproj.Geod(ellps="WGS84").inv(116.0, 39.0, *ring[0])
    assert (azimuth, metres) == pytest.approx((45, 800e3), rel=1e-9)
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(116.0, 39.0, *ring[90])
    assert metres == pytest.approx(300e3, rel=1e-9)


def test_outline_passes_the_antimeridian_without_a_jump():
    ring = outline(Ellipse(179.0, 0.0, 500e3, 300e3, 90.0), WGS84)
    assert ring[:, 0].max() > 183
    assert np.abs(np.diff(ring[:, 0])).max() < 1


def test_an_outline_with_a_pole_inside_is_none():
    assert outline(Ellipse(20.0, 89.0, 500e3, 300e3, 90.0), WGS84) is None


# Groups and years


def test_an_ellipse_per_group_and_year(places):
    shifted = CORNERS + np.array([100, 0])
    points = np.concatenate((CORNERS, shifted, CORNERS * 2, shifted * 2))
    years = np.repeat([2010, 2010, 2000, 2000], 4)
    groups = [*"bbbbaaaa"] * 2
    found = ellipses_of_units(places(points), None, groups, years, doubled=False)
    table = found.table
    assert tuple(table) == COLUMNS
    assert list(zip(table["group"], table["year"])) == [("b", 2000), ("b", 2010), ("a", 2000), ("a", 2010)]
    assert table["major_m"] == pytest.approx([6, 3, 6, 3], rel=1e-9)
    assert table["cx"] == pytest.approx([6, 3, 206, 103], rel=1e-9)
    assert table["n"] == [4] * 4 and table["weight"] == [4.0] * 4
    assert found.notes == ()


def test_a_group_of_2_units_is_named_and_left_out(places):
    points = [*CORNERS, (7, 7), (8, 9)]
    found = ellipses_of_units(places(points), None, [*"aaaabb"], np.full(6, 2010))
    assert found.table["group"] == ["a"]
    assert notes(found) == [
        "b, 2010: 2 units have a shape and a weight above 0, and an ellipse needs at least 3; add units, or "
        "leave these out."
    ]


def test_no_ellipse_at_all_is_an_error_that_names_the_first(places):
    with pytest.raises(InputDataError, match=r"^a, 2010: 2 units have a shape"):
        ellipses_of_units(places([(0, 0), (1, 1)]), None, ["a", "a"], np.array([2010, 2010]))


def test_a_line_a_circle_and_a_pole_are_reported(places):
    line, circle = [(0, 0), (1, 1), (2, 2)], [(10, 0), (11, 0), (11, 1), (10, 1)]
    found = ellipses_of_units(places([*line, *circle]), None, [*"lllcccc"])
    assert notes(found) == [
        "l: All units lie on a line: the minor axis is 0, and there is no polygon.",
        "c: The ellipse is a circle and has no rotation.",
    ]
    polar = ellipses_of_units(places([(0, 80), (90, 80), (180, 85), (-90, 80)], "EPSG:4326"))
    assert notes(polar) == ["A pole is inside the ellipse, which cannot be drawn on these coordinates."]
    assert polar.rings == (None,)


def test_missing_weights_are_left_out_and_counted(places):
    found = ellipses_of_units(places([*CORNERS, (50, 50)]), np.array([1, 1, 1, 1, np.nan]), doubled=False)
    assert found.table["major_m"] == pytest.approx([3])
    assert notes(found) == ["1 units have no weight and are left out: unit 4."]


def test_weights_of_0_are_left_out_and_counted(places):
    found = ellipses_of_units(places([*CORNERS, (50, 50)]), np.array([1.0, 1, 1, 1, 0]))
    assert found.table["n"] == [4]
    assert notes(found) == ["1 units have a weight of 0 and are left out: unit 4."]


def test_a_weight_below_0_is_an_error_that_names_the_unit(places):
    with pytest.raises(InputDataError, match=r"1 units have a weight below 0: unit 2 \(-3\.5\)"):
        ellipses_of_units(places(CORNERS), np.array([1, 1, -3.5, 1]))


def test_no_weight_at_all_is_an_error(places):
    with pytest.raises(InputDataError, match="No unit has a shape and a weight above 0"):
        ellipses_of_units(places(CORNERS), np.full(4, np.nan))


def test_units_without_a_group_or_a_shape_are_left_out_and_counted(places):
    points = [*CORNERS, (np.nan, np.nan), (9, 9)]
    found = ellipses_of_units(places(points), None, ["a", "a", "a", "a", "a", None])
    assert found.table["n"] == [4]
    assert notes(found) == [
        "1 units have no shape, or one that is empty; they are left out: unit 4.",
        "1 units have no group and are left out: unit 5.",
    ]


def test_years_without_a_field_of_years_are_an_error(places):
    with pytest.raises(InputDataError, match=r"same shape. If they belong to several years, choose"):
        ellipses_of_units(places([*CORNERS, *CORNERS]))


def test_groups_may_share_their_places(places):
    found = ellipses_of_units(places([*CORNERS, *CORNERS]), None, [*"aaaabbbb"])
    assert found.table["major_m"][0] == found.table["major_m"][1]


def test_points_without_a_coordinate_system_are_an_error(places):
    with pytest.raises(InputDataError, match="no coordinate reference system"):
        ellipses_of_units(places(CORNERS, crs=""))


# Paths


def path_table(**columns):
    length = len(columns["year"])
    return {"group": [None] * length} | columns


def test_path_on_a_plane(wkt_of):
    found = centre_path(
        path_table(year=[2000, 2005, 2010, 2020], cx=[0, 3, 3, 3], cy=[0, 4, 4, -1]), wkt_of(METRES)
    )
    assert found.table["shift_m"] == pytest.approx([5, 0, 5])
    assert found.table["direction"][::2] == pytest.approx([np.degrees(np.arctan(3 / 4)), 180])
    assert np.isnan(found.table["direction"][1])
    assert (found.table["from_year"], found.table["to_year"]) == ([2000, 2005, 2010], [2005, 2010, 2020])
    assert found.lines[0] == pytest.approx(np.array([(0, 0), (3, 4)]))


def test_path_on_degrees_is_geodesic(wkt_of):
    pyproj = pytest.importorskip("pyproj")
    found = centre_path(
        path_table(year=[2000, 2010], cx=[113.0, 111.5], cy=[34.0, 33.0]), wkt_of("EPSG:4326")
    )
    azimuth, _, metres = pyproj.Geod(ellps="WGS84").inv(113.0, 34.0, 111.5, 33.0)
    assert found.table["shift_m"] == pytest.approx([metres], abs=1e-3)
    assert found.table["direction"] == pytest.approx([azimuth % 360], abs=1e-6)


def test_path_takes_the_short_way_over_the_antimeridian(wkt_of):
    found = centre_path(path_table(year=[2000, 2010], cx=[179.5, -179.5], cy=[0.0, 0.0]), wkt_of("EPSG:4326"))
    assert found.table["shift_m"] == pytest.approx([111_319.4908], abs=1e-3)
    assert found.lines[0][:, 0] == pytest.approx((179.5, 180.5))


def test_groups_have_paths_of_their_own(wkt_of):
    table = path_table(year=[2000, 2010, 2000, 2010], cx=[0, 1, 50, 52], cy=[0, 0, 0, 0])
    table["group"] = ["a", "a", "b", "b"]
    found = centre_path(table, wkt_of(METRES))
    assert (found.table["group"], found.table["shift_m"]) == (["a", "b"], pytest.approx([1, 2]))


@pytest.mark.parametrize("years", [[None], [2010]])
def test_a_path_without_two_years_is_an_error(wkt_of, years):
    with pytest.raises(InputDataError, match="No group has ellipses of two years"):
        centre_path(path_table(year=years, cx=[0], cy=[0]), wkt_of(METRES))


# Classes


@pytest.fixture
def cover(make_raster):
    """`cover(values)`: a class raster as source and areas."""

    def cover(values, **options):
        source = open_source(make_raster(np.asarray(values, dtype=np.uint8), **options))
        return source, cell_areas(source.grid)

    return cover


TWO_CLASSES = [[1, 1, 2, 2, 7], [1, 2, 2, 2, 1], [2, 1, 1, 1, 7]]


def test_classes_are_groups(cover):
    source, areas = cover(TWO_CLASSES)
    table = class_map(
        table_from_columns("classes", {"value": [1, 2], "class": ["forest", "water"]}, range(2))
    )
    found = ellipses_of_classes([(2010, source)], areas, table)
    assert found.table["group"] == ["forest", "water"]
    assert found.table["n"] == [7, 6]
    (note,) = notes(found)
    assert note.startswith("2010: 1 values have no class in classes and are left out: 7 (")


def test_a_class_of_two_codes_is_that_of_their_cells(cover):
    source, areas = cover(TWO_CLASSES)
    names = ["land"] * 2 + ["rest"]
    table = class_map(table_from_columns("classes", {"value": [1, 2, 7], "class": names}, range(3)))
    one, one_areas = cover(np.where(np.array(TWO_CLASSES) == 7, 7, 1), name="one.tif")
    joined = ellipses_of_classes([(2010, source)], areas, table, ["land"])
    alone = ellipses_of_classes([(2010, one)], one_areas, None, ["1"])
    for name in COLUMNS[2:]:
        assert joined.table[name] == pytest.approx(alone.table[name], rel=1e-9)


def test_chosen_classes_only(cover):
    source, areas = cover(TWO_CLASSES)
    assert ellipses_of_classes([(2010, source)], areas, None, ["2"]).table["group"] == ["2"]


def test_a_chosen_class_that_does_not_occur_is_an_error(cover):
    source, areas = cover(TWO_CLASSES)
    with pytest.raises(InputDataError, match=r"No cell is of the class '3'; the rasters hold: 1, 2, 7."):
        ellipses_of_classes([(2010, source)], areas, None, ["3"])


def test_a_class_of_2_cells_is_named_and_left_out(cover):
    source, areas = cover(TWO_CLASSES)
    found = ellipses_of_classes([(2010, source)], areas)
    assert found.table["group"] == ["1", "2"]
    assert notes(found)[0].startswith("7, 2010: 2 units")


def test_years_of_classes_follow_each_other(cover):
    source, areas = cover(TWO_CLASSES)
    later, _ = cover(np.flipud(TWO_CLASSES), name="later.tif")
    found = ellipses_of_classes([(2010, source), (2020, later)], areas, None, ["1", "2"])
    assert list(zip(found.table["group"], found.table["year"])) == [
        ("1", 2010), ("1", 2020), ("2", 2010), ("2", 2020),
    ]  # fmt: skip
    assert found.groups == ["1", "2"] and found.years == [2010, 2020]
    path = centre_path(found.table, source.grid.crs_wkt).table
    assert path["group"] == ["1", "2"]


def test_a_class_raster_without_a_coordinate_system_is_an_error(make_raster):
    source = open_source(make_raster(np.ones((3, 3), np.uint8), crs=""))
    with pytest.raises(InputDataError, match="no coordinate system, so its cells have no area"):
        cell_areas(source.grid)
