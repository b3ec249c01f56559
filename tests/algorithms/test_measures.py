"""Areas, lengths and scales on the ground, in the coordinate reference systems of QGIS."""

import math

import numpy as np
import pytest
from landcarbon.algorithms.measures import PLANAR, areas_ha, measure_of
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.ground import Ground
from landcarbon.core.raster.grid import Grid, cell_areas
from landcarbon.core.raster.local_plane import equal_area_plane
from qgis.core import QgsCoordinateReferenceSystem, QgsDistanceArea, QgsGeometry, QgsProcessingContext

from .conftest import square

A, F = 6378137.0, 1 / 298.257223563  # WGS 84


def crs(text):
    return QgsCoordinateReferenceSystem(text)


@pytest.fixture
def measure(context):
    return lambda text, *kind: measure_of(crs(text), context, *kind)


def area_ha(measure, wkt):
    return areas_ha([QgsGeometry.fromWkt(wkt)], measure)[0]


def area_between(south, north, degrees_wide):
    """Area between two parallels on WGS 84 [ha]: Snyder 1987, eq. 3-12."""
    e = math.sqrt(F * (2 - F))

    def q(latitude):
        sine = math.sin(math.radians(latitude))
        return sine / (1 - (e * sine) ** 2) + math.atanh(e * sine) / e

    wide = math.radians(degrees_wide)
    return A**2 * (1 - e**2) / 2 * wide * (q(north) - q(south)) / 1e4


@pytest.mark.parametrize("latitude", [0.0, 31.3, -55.0])
def test_areas_in_degrees_are_those_on_the_ellipsoid(measure, latitude):
    found = area_ha(measure("EPSG:4326"), square(120.0, latitude, 0.01))
    assert found == pytest.approx(area_between(latitude, latitude + 0.01, 0.01), rel=1e-10)


def test_areas_in_web_mercator_are_those_on_the_ellipsoid(measure):
    # Over a few metres at the equator the projection is true to scale along x; along y by (1 - e^2), as it
    # takes a sphere.
    found = area_ha(measure("EPSG:3857"), square(0.0, -50.0, 100.0))
    assert found == pytest.approx(1 - F * (2 - F), rel=1e-9)


@pytest.mark.parametrize("code", ["EPSG:32651", "EPSG:4549", "EPSG:3035", "EPSG:2263", "EPSG:3857"])
def test_areas_are_those_of_cells_of_rasters(measure, code):
    # A grid finds them by the factor of the projection at the middle of the cell, to 2e-7.
    system = crs(code)
    centre = {"EPSG:2263": (9e5, 2e5), "EPSG:3035": (4.3e6, 3.2e6)}.get(code, (5.1e5, 3.46e6))
    grid = Grid(1, 1, (centre[0], 900.0, 0, centre[1], 0, -900.0), system.toWkt())
    (x, y), side = (centre[0], centre[1] - 900.0), 900.0
    found = area_ha(measure(code), square(x, y, side))
    assert found == pytest.approx(float(cell_areas(grid).window_ha(0, 1, 0, 1)[0, 0]), rel=3e-7)


def test_areas_and_lengths_are_those_of_qgis(measure, context):
    system = crs("EPSG:32651")
    theirs = QgsDistanceArea()
    theirs.setSourceCrs(system, context.transformContext())
    theirs.setEllipsoid("EPSG:7030")
    shape = QgsGeometry.fromWkt("Polygon((600000 3400000,600300 3400050,600250 3400400,600000 3400000))")
    # QGIS takes edges for straight in degrees.
    assert areas_ha([shape], measure("EPSG:32651"))[0] == pytest.approx(
        theirs.measureArea(shape) / 1e4, rel=3e-6
    )
    ends = np.array([[600000.0, 3400000.0]]), np.array([[600300.0, 3400050.0]])
    line = QgsGeometry.fromWkt("LineString(600000 3400000,600300 3400050)")
    assert measure("EPSG:32651").lengths_m(*ends)[0] == pytest.approx(theirs.measureLength(line), rel=1e-9)


def test_empty_shapes_have_no_area(measure):
    shapes = [QgsGeometry(), QgsGeometry.fromWkt(square(120.0, 30.0, 0.01))]
    found = areas_ha(shapes, measure("EPSG:4326"))
    assert np.isnan(found).tolist() == [True, False]


def test_arcs_have_their_area(measure):
    # A circle of 100 m radius; its arcs become chords of a degree.
    circle = "CurvePolygon(CircularString(0 100,100 0,0 -100,-100 0,0 100))"
    plane = crs("EPSG:32651")
    assert area_ha(measure_of(plane, QgsProcessingContext(), PLANAR), circle) == pytest.approx(
        math.pi, rel=1e-3
    )


def test_planar_measures_are_in_metres_whatever_the_unit(measure):
    feet = measure("EPSG:2263", PLANAR)  # US survey feet
    foot = 1200 / 3937
    assert area_ha(feet, square(9e5, 2e5, 1000.0)) == pytest.approx((1000 * foot) ** 2 / 1e4, rel=1e-12)
    start, end = np.array([[9e5, 2e5]]), np.array([[9e5 + 100, 2e5]])
    assert feet.lengths_m(start, end) == pytest.approx([100 * foot], rel=1e-12)
    assert feet.scales(np.array([[9e5, 2e5]])) == pytest.approx(np.full((1, 2), foot), rel=1e-12)


def test_planar_measures_in_degrees_are_refused(measure):
    with pytest.raises(InputDataError, match="Planar areas make no sense in degrees"):
        measure("EPSG:4326", PLANAR)


@pytest.mark.parametrize("latitude", [0.0, 31.3, -70.0])
def test_scales_in_degrees_are_those_of_the_ellipsoid(measure, latitude):
    found = measure("EPSG:4326").scales(np.array([[120.0, latitude]]))
    expected = Ground.of_crs(crs("EPSG:4326").toWkt()).metres_per_unit(np.array([latitude]))
    assert found[0] == pytest.approx([float(one[0]) for one in expected], rel=1e-8)


def test_scales_of_an_empty_list_are_empty(measure):
    assert measure("EPSG:32651").scales(np.empty((0, 2))).shape == (0, 2)


def test_coordinates_that_are_nowhere_on_the_earth(measure):
    with pytest.raises(InputDataError, match="nowhere on the Earth"):
        area_ha(measure("EPSG:3035"), square(1e12, 1e12, 10.0))


@pytest.mark.parametrize("geographic", ["EPSG:4326", "EPSG:4490", "EPSG:4214"])  # China's are the last two
def test_a_plane_without_a_code(qgis_app, geographic):
    plane = equal_area_plane(crs(geographic).toWkt(), 114.0, 30.0)
    measure = measure_of(QgsCoordinateReferenceSystem.fromWkt(plane), QgsProcessingContext())
    # Lambert's projection keeps areas. PROJ places points at its very centre to 0.1 mm only.
    assert area_ha(measure, square(2e4, 3e4, 1000)) == pytest.approx(100, rel=1e-9)
