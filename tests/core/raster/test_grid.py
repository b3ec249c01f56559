"""Grids and the true areas of their cells, against formulas and integrals written here."""

import pickle

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.grid import ExactAreas, Grid, cell_areas
from osgeo import osr

CHINA = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +ellps=krass +units=m +type=crs"
CHINA_CONFORMAL = "+proj=lcc +lat_0=0 +lon_0=105 +lat_1=30 +lat_2=62 +ellps=krass +units=m +type=crs"


def area_m2(areas, row, column):
    """Area of one cell."""
    return float(areas.window_ha(row, 1, column, 1)[0, 0]) * 1e4


def integrated_area(grid, row, column, steps=64):
    """Area of one cell [m2] by Green's theorem on the ellipsoid: `a^2/2 |loop of q(latitude) dlongitude|`.

    The border goes to longitude and latitude point by point; not for a cell that holds a pole.
    """
    t = np.arange(steps) / steps
    zero, one = np.zeros(steps), np.ones(steps)
    columns = column + np.concatenate((t, one, 1 - t, zero))
    rows = row + np.concatenate((zero, t, one, 1 - t))
    crs = osr.SpatialReference(grid.crs_wkt)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    base = crs.CloneGeogCS()
    base.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    x0, a, b, y0, c, d = grid.geotransform
    xy = np.column_stack((x0 + a * columns + b * rows, y0 + c * columns + d * rows))
    points = (
        np.array(osr.CoordinateTransformation(crs, base).TransformPoints(xy))[:, :2] * base.GetAngularUnits()
    )
    longitude, latitude = points.T
    turn = np.diff(longitude, append=longitude[0])
    turn -= 2 * np.pi * np.rint(turn / (2 * np.pi))
    inverse = crs.GetInvFlattening()
    f = 1 / inverse if inverse else 0.0
    e = np.sqrt(f * (2 - f))
    sine = np.sin(latitude)
    q = 2 * sine
    if e:
        q = (1 - e**2) * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e)
    q -= q.mean()
    return crs.GetSemiMajor() ** 2 / 2 * abs(float(np.sum((q + np.roll(q, -1)) / 2 * turn)))


# Geographic grids


@pytest.mark.parametrize(
    ("north", "cell", "rows"),
    [(90, 1.0, 180), (53.55, 0.05, 700), (-12.3, 1 / 3600, 700), (89.99, 1 / 3600, 36)],
)
def test_geographic_rows_have_the_closed_form_area(wkt_of, row_areas, north, cell, rows):
    grid = Grid(3, rows, (100, cell, 0, north, 0, -cell), wkt_of("EPSG:4326"))
    edges = np.longdouble(north) - np.longdouble(cell) * np.arange(rows + 1)
    got = cell_areas(grid).window_ha(0, rows, 0, 1)[:, 0] * 1e4
    np.testing.assert_allclose(got, row_areas(edges, cell), rtol=1e-9)


CLARKE_A, CLARKE_B = 6378.2064, 6356.5838  # km, Clarke 1866
CLARKE_E = np.sqrt(1 - (CLARKE_B / CLARKE_A) ** 2)


@pytest.mark.parametrize(
    ("crs", "total_km2"),
    [
        ("EPSG:4326", 510_065_621.724),  # WGS 84, published to the third decimal
        ("+proj=longlat +R=6371007.181 +type=crs", 4 * np.pi * 6371.007181**2),  # sphere of MODIS
        (
            "+proj=longlat +ellps=clrk66 +type=crs",
            2 * np.pi * CLARKE_A**2 * (1 + (1 - CLARKE_E**2) / CLARKE_E * np.arctanh(CLARKE_E)),
        ),
    ],
)
def test_the_globe(wkt_of, crs, total_km2):
    grid = Grid(720, 360, (-180, 0.5, 0, 90, 0, -0.5), wkt_of(crs))
    total = cell_areas(grid).window_ha(0, 360, 0, 1).sum() * 720 / 100
    assert total == pytest.approx(total_km2, abs=0.0006, rel=0)


def test_degrees_that_are_grads(wkt_of):
    # NTF (Paris): angles in grads, 400 around; Clarke 1880 (IGN): a = 6378249.2, 1/f = 293.4660212936269.
    grid = Grid(8, 4, (-200, 50, 0, 100, 0, -50), wkt_of("EPSG:4807"))
    e2 = (f := 1 / 293.4660212936269) * (2 - f)
    sphere = 2 * np.pi * 6378249.2**2 * (1 + (1 - e2) / np.sqrt(e2) * np.arctanh(np.sqrt(e2)))
    total = cell_areas(grid).window_ha(0, 4, 0, 1).sum() * 8 * 1e4
    assert total == pytest.approx(sphere, rel=1e-9)


def test_rows_from_south_to_north_have_the_same_areas(wkt_of):
    down = cell_areas(Grid(4, 6, (0, 1, 0, 60, 0, -1), wkt_of("EPSG:4326"))).window_ha(0, 6, 0, 1)
    up = cell_areas(Grid(4, 6, (0, 1, 0, 54, 0, 1), wkt_of("EPSG:4326"))).window_ha(0, 6, 0, 1)
    np.testing.assert_allclose(up[::-1], down, rtol=1e-14)


def test_a_row_past_the_pole_has_no_area_there(wkt_of, row_areas):
    # Cells centred on the pole, as climate models have them: half of the first row is beyond it.
    grid = Grid(4, 3, (0, 1, 0, 90.5, 0, -1), wkt_of("EPSG:4326"))
    got = cell_areas(grid).window_ha(0, 3, 0, 1)[:, 0] * 1e4
    np.testing.assert_allclose(got, row_areas([90, 89.5, 88.5, 87.5], 1), rtol=1e-9)


def test_a_row_wholly_past_the_pole_is_empty(wkt_of):
    grid = Grid(4, 3, (0, 1, 0, 91, 0, -1), wkt_of("EPSG:4326"))
    got = cell_areas(grid).window_ha(0, 3, 0, 1)[:, 0]
    assert got[0] == 0
    assert (got[1:] > 0).all()


def test_metres_called_degrees_are_refused(wkt_of):
    grid = Grid(10, 10, (500000, 30, 0, 4e6, 0, -30), wkt_of("EPSG:4326"))
    with pytest.raises(InputDataError, match="no latitudes in WGS 84"):
        cell_areas(grid)


# Projected grids


@pytest.mark.parametrize(
    ("crs", "geotransform", "width", "height"),
    [
        pytest.param(
            "EPSG:32650", (160000, 30, 0, 4500000, 0, -30), 22000, 20000, id="UTM, 30 m, past the zone"
        ),
        pytest.param(
            "EPSG:3857", (8100000, 300, 0, 7000000, 0, -300), 25000, 25000, id="Web Mercator, China"
        ),
        pytest.param(
            "EPSG:3857",
            (-20037508.342789244, 9783.939620502561, 0, 20037508.342789244, 0, -9783.939620502561),
            4096,
            4096,
            id="Web Mercator, world",
        ),
        pytest.param(
            CHINA_CONFORMAL, (-2700000, 1000, 0, 6000000, 0, -1000), 5000, 4300, id="Lambert conformal conic"
        ),
        pytest.param("EPSG:3413", (-3850000, 25000, 0, 5850000, 0, -25000), 304, 448, id="polar, 25 km"),
        pytest.param(
            "EPSG:3031", (-2800000, 1000, 0, 2800000, 0, -1000), 5601, 5601, id="polar, 1 km, south"
        ),
        pytest.param("EPSG:2229", (6300000, 100, 0, 2100000, 0, -100), 5000, 8000, id="US feet"),
        pytest.param("EPSG:27572", (100000, 250, 0, 2600000, 0, -250), 4000, 4000, id="grads east of Paris"),
        pytest.param(
            "EPSG:32633",
            (400000, 26.0, 15.0, 5600000, 15.0, -26.0),
            9000,
            9000,
            id="UTM, rotated by 30 degrees",
        ),
        pytest.param("EPSG:32633", (400000, 100, 0, 4600000, 0, 100), 900, 900, id="south to north"),
        pytest.param("EPSG:4326", (100.0, 0.01, 0.004, 50.0, 0.004, -0.01), 900, 900, id="degrees, rotated"),
        pytest.param("EPSG:3395", (8000000, 100000, 0, 8000000, 0, -100000), 30, 80, id="cells of 100 km"),
    ],
)
def test_projected_cells_have_the_exact_area(wkt_of, crs, geotransform, width, height):
    grid = Grid(width, height, geotransform, wkt_of(crs))
    areas = cell_areas(grid)
    corners = [(0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1), (height // 3, width // 7)]
    random = np.random.default_rng(1)
    cells = corners + list(
        zip(random.integers(0, height, 60).tolist(), random.integers(0, width, 60).tolist(), strict=True)
    )
    got = np.array([area_m2(areas, *cell) for cell in cells])
    expected = np.array([integrated_area(grid, *cell) for cell in cells])
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_the_integral_of_this_test_agrees_with_the_closed_form(wkt_of, row_areas):
    grid = Grid(4, 4, (100, 0.25, 0, 40, 0, -0.25), wkt_of("EPSG:4326"))
    assert integrated_area(grid, 2, 1) == pytest.approx(row_areas([39.5, 39.25], 0.25)[0], rel=1e-10)


@pytest.mark.parametrize(
    "crs", [CHINA, "EPSG:6933", "EPSG:3035", "EPSG:5070", "+proj=sinu +lon_0=105 +ellps=WGS84 +type=crs"]
)
def test_equal_area_cells_keep_their_planar_area(wkt_of, crs):
    centre = {"EPSG:3035": (4000000, 3000000), "EPSG:5070": (0, 2000000)}.get(crs, (500000, 4000000))
    grid = Grid(2000, 2000, (centre[0] - 500000, 500, 0, centre[1] + 500000, 0, -500), wkt_of(crs))
    areas = cell_areas(grid)
    got = [area_m2(areas, row, column) for row in (0, 777, 1999) for column in (0, 1234, 1999)]
    np.testing.assert_allclose(got, 500.0**2, rtol=1e-6)


def test_the_pole_is_no_singular_place(wkt_of):
    # The cell of the pole, which the integral cannot do, is like the next one: (1 km / 2 R)^2 = 6e-9 apart.
    grid = Grid(41, 41, (-20500, 1000, 0, 20500, 0, -1000), wkt_of("EPSG:3413"))
    assert area_m2(cell_areas(grid), 20, 20) == pytest.approx(
        integrated_area(grid, 20, 21, steps=2048), rel=1e-6
    )


def test_one_cell_of_a_projected_grid(wkt_of):
    grid = Grid(1, 1, (500000, 1000, 0, 4000000, 0, -1000), wkt_of("EPSG:32650"))
    assert area_m2(cell_areas(grid), 0, 0) == pytest.approx(integrated_area(grid, 0, 0), rel=1e-6)


def test_a_datum_shift_does_not_change_areas(wkt_of):
    plain = "+proj=tmerc +lon_0=117 +k=1 +x_0=500000 +ellps=krass {} +units=m +type=crs"
    shift = "+towgs84=15.8,-154.4,-82.3,0.1,0.2,0.3,20"
    one, other = (
        cell_areas(Grid(100, 100, (400000, 300, 0, 4000000, 0, -300), wkt_of(plain.format(extra))))
        for extra in ("", shift)
    )
    assert area_m2(one, 50, 50) == pytest.approx(area_m2(other, 50, 50), rel=1e-9)


def test_areas_do_not_depend_on_the_window(wkt_of):
    grid = Grid(53, 47, (100000, 9000, 0, 4000000, 0, -9000), wkt_of("EPSG:32650"))
    areas = cell_areas(grid)
    assert not areas.by_row
    whole = areas.cell_weights(0, 47, 0, 53)
    for row, rows, column, columns in [(0, 1, 0, 53), (46, 1, 52, 1), (13, 7, 5, 31), (3, 40, 0, 1)]:
        part = areas.cell_weights(row, rows, column, columns)
        np.testing.assert_array_equal(part, whole[row : row + rows, column : column + columns])
        assert (part == np.rint(part)).all()


def test_whole_numbers_of_the_rows_are_exact_to_the_last_bits():
    area = np.array([1.0, 0.1, 1e-3, 2.0 / 3.0]) * 123456.789
    exact = ExactAreas.of_rows(area)
    assert exact.high.dtype == exact.low.dtype == np.int64
    assert (exact.low < 2**26).all()
    # 52 bits of the largest
    np.testing.assert_allclose(exact.area_m2(exact.high, exact.low), area, rtol=0, atol=area.max() * 2.0**-52)


# Planar areas and refusals


def test_planar_areas_are_the_product_of_the_sides(wkt_of):
    grid = Grid(5, 4, (500000, 30, 0, 4000000, 0, -20), wkt_of("EPSG:32650"))
    areas = cell_areas(grid, planar=True)
    assert areas.window_ha(0, 4, 0, 1)[:, 0].tolist() == [0.06] * 4  # 30 m x 20 m


def test_planar_areas_in_feet(wkt_of):
    # 100 US survey feet = 100 x 1200/3937 m
    grid = Grid(5, 4, (6300000, 100, 0, 2100000, 0, -100), wkt_of("EPSG:2229"))
    assert area_m2(cell_areas(grid, planar=True), 1, 1) == pytest.approx((100 * 1200 / 3937) ** 2, rel=1e-12)


def test_planar_areas_of_a_rotated_grid(wkt_of):
    grid = Grid(5, 4, (400000, 26.0, 15.0, 5600000, 15.0, -26.0), wkt_of("EPSG:32633"))
    # |26 x -26 - 15 x 15| = 901
    assert area_m2(cell_areas(grid, planar=True), 1, 1) == pytest.approx(901, rel=1e-12)


def test_planar_areas_of_degrees_are_refused(wkt_of):
    grid = Grid(5, 4, (100, 1, 0, 40, 0, -1), wkt_of("EPSG:4326"))
    with pytest.raises(InputDataError, match=r"in degrees \(WGS 84\)"):
        cell_areas(grid, planar=True)


@pytest.mark.parametrize("planar", [False, True])
def test_no_coordinate_system_is_refused(planar):
    with pytest.raises(InputDataError, match="no coordinate system"):
        cell_areas(Grid(5, 4, (100, 1, 0, 40, 0, -1), ""), planar=planar)


def test_a_local_coordinate_system_has_only_planar_areas(wkt_of):
    grid = Grid(5, 4, (0, 2, 0, 8, 0, -2), 'LOCAL_CS["site",UNIT["metre",1]]')
    assert area_m2(cell_areas(grid, planar=True), 0, 0) == 4
    with pytest.raises(InputDataError, match="'site' does not say where on Earth"):
        cell_areas(grid)


def test_a_raster_beyond_its_projection_is_refused(wkt_of):
    # The corners of a world map in an oval.
    grid = Grid(360, 180, (-18041000, 100228, 0, 9020000, 0, -100222), wkt_of("ESRI:54009"))
    with pytest.raises(InputDataError, match="outside the area where its projection"):
        cell_areas(grid)


# Geometry of grids


def test_pixels_and_map_are_inverse_on_a_rotated_grid(wkt_of):
    grid = Grid(50, 40, (400000, 26.0, 15.0, 5600000, 15.0, -26.0), wkt_of("EPSG:32633"))
    pixels = np.array([[0.0, 0.0], [12.5, 7.25], [50.0, 40.0]])
    x, y = grid.to_map(pixels[:, 0], pixels[:, 1])
    np.testing.assert_allclose(grid.to_pixels(np.column_stack((x, y))), pixels, atol=1e-8)


def test_extent_of_a_rotated_grid_holds_all_corners():
    # x of the corners: 0, 10 x 3, 10 x 1, 10 x 3 + 10 x 1; y: 0, 10, -30, -20
    grid = Grid(10, 10, (0, 3, 1, 0, 1, -3), "")
    assert grid.extent == (0, -30, 40, 10)


def test_a_grid_pickles_after_its_coordinate_system_was_used(wkt_of):
    grid = Grid(5, 4, (100, 1, 0, 40, 0, -1), wkt_of("EPSG:4326"))
    cell_areas(grid)
    again = pickle.loads(pickle.dumps(grid))
    assert again == grid
    assert again.is_geographic


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 6}, "6 x 4 cells against 5 x 4"),
        ({"geotransform": (100.002, 1, 0, 40, 0, -1)}, "shifted by up to 0.002 map units"),
        ({"geotransform": (100, 1.01, 0, 40, 0, -1)}, "cells of 1.01 shifted by up to 0.05"),
        ({"geotransform": (100, 1, 0, 36, 0, 1)}, "shifted by up to 4"),
        ({"crs_wkt": ""}, "coordinate system none against WGS 84"),
    ],
)
def test_what_keeps_two_grids_apart(wkt_of, change, words):
    grid = Grid(5, 4, (100, 1, 0, 40, 0, -1), wkt_of("EPSG:4326"))
    other = Grid(
        **{"width": 5, "height": 4, "geotransform": grid.geotransform, "crs_wkt": grid.crs_wkt} | change
    )
    assert words in grid.difference(other)


def test_rounding_in_a_header_is_no_difference(wkt_of):
    grid = Grid(7200, 3600, (-180, 0.05, 0, 90, 0, -0.05), wkt_of("EPSG:4326"))
    # 7200 x 1e-9 = 7.2e-6 degrees, below 0.05 / 1000
    other = Grid(7200, 3600, (-180, 0.050000001, 0, 90, 0, -0.05), wkt_of("EPSG:4326"))
    assert grid.difference(other) == ""
