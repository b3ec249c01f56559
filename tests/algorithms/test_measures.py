"""Areas in coordinate reference systems that have no code."""

import pytest
from landcarbon.algorithms.measures import Measure, ellipsoid_of
from landcarbon.core.raster.local_plane import equal_area_plane
from qgis.core import QgsCoordinateReferenceSystem, QgsEllipsoidUtils, QgsGeometry, QgsProcessingContext

from .conftest import square


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
