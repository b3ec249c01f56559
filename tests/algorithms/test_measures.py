"""Areas, lengths and scales on the ground."""

import math

import numpy as np
import pytest
from landcarbon.algorithms.measures import PLANAR, Measure, ellipsoid_of
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.ground import Ground
from landcarbon.core.raster.local_plane import equal_area_plane
from qgis.core import QgsCoordinateReferenceSystem, QgsEllipsoidUtils, QgsGeometry, QgsProcessingContext

from .conftest import square

A, F = 6378137.0, 1 / 298.257223563  # WGS 84


def crs(text):
    return QgsCoordinateReferenceSystem(text)


@pytest.fixture
def measure(context):
    return lambda text, *kind: Measure(crs(text), context, *kind)


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
    found = measure("EPSG:4326").area_ha(QgsGeometry.fromWkt(square(120.0, latitude, 0.01)))
    assert found == pytest.approx(area_between(latitude, latitude + 0.01, 0.01), rel=1e-6)


def test_areas_in_web_mercator_are_those_on_the_ellipsoid(measure):
    # On the equator the projection is true to scale along x; along y by (1 - e^2), as it takes a sphere.
    found = measure("EPSG:3857").area_ha(QgsGeometry.fromWkt(square(0.0, 0.0, 1000.0)))
    assert found == pytest.approx(100 * (1 - F * (2 - F)), rel=1e-6)


def test_planar_measures_are_in_metres_whatever_the_unit(measure):
    feet = measure("EPSG:2263", PLANAR)  # US survey feet
    foot = 1200 / 3937
    assert feet.area_ha(QgsGeometry.fromWkt(square(9e5, 2e5, 1000.0))) == pytest.approx(
        (1000 * foot) ** 2 / 1e4
    )
    assert feet.length_m(QgsGeometry.fromWkt("LineString(900000 200000,900100 200000)")) == pytest.approx(
        100 * foot
    )
    assert feet.metres(np.array([[9e5, 2e5]])) == pytest.approx(np.full((1, 2), foot))


def test_planar_measures_in_degrees_are_refused(measure):
    with pytest.raises(InputDataError, match="Planar areas make no sense in degrees"):
        measure("EPSG:4326", PLANAR)


@pytest.mark.parametrize("latitude", [0.0, 31.3, -70.0])
def test_scales_in_degrees_are_those_of_the_ellipsoid(measure, latitude):
    found = measure("EPSG:4326").metres(np.array([[120.0, latitude]]))
    expected = Ground.of_crs(crs("EPSG:4326").toWkt()).metres_per_unit(np.array([latitude]))
    assert found[0] == pytest.approx([float(one[0]) for one in expected], rel=1e-6)


def test_scales_of_an_empty_list_are_empty(measure):
    assert measure("EPSG:4326").metres(np.empty((0, 2))).shape == (0, 2)


# Systems without a code


def axes(ellipsoid):
    found = QgsEllipsoidUtils.ellipsoidParameters(ellipsoid)
    return found.semiMajor, found.semiMinor


@pytest.mark.parametrize("geographic", ["EPSG:4326", "EPSG:4490", "EPSG:4214"])  # China's are the last two
def test_a_plane_without_a_code(qgis_app, geographic):
    geographic = QgsCoordinateReferenceSystem(geographic)
    crs = QgsCoordinateReferenceSystem.fromWkt(equal_area_plane(geographic.toWkt(), 114.0, 30.0))
    assert axes(ellipsoid_of(crs)) == pytest.approx(axes(geographic.ellipsoidAcronym()), rel=1e-12)
    # Lambert's projection keeps areas; QGIS takes edges for geodesics.
    area_ha = Measure(crs, QgsProcessingContext()).area_ha(QgsGeometry.fromWkt(square(0, 0, 1000)))
    assert area_ha == pytest.approx(100, rel=2e-6)


def test_a_system_with_a_code(qgis_app):
    assert ellipsoid_of(QgsCoordinateReferenceSystem("EPSG:32649")) == "EPSG:7030"
