"""Areas and lengths of features on the ground: on the ellipsoid, or planar."""

import numpy as np
from qgis.core import Qgis, QgsDistanceArea, QgsEllipsoidUtils, QgsPointXY, QgsProcessingParameterEnum

from ..core.errors import InputDataError
from ..core.units import M2_PER_HA
from .base import tr
from .layers import map_units_per_metre
from .units_on_rasters import add_advanced

ELLIPSOIDAL, PLANAR = "ellipsoidal", "planar"
MEASURES = (ELLIPSOIDAL, PLANAR)  # in the order of the parameter AREA
NO_ELLIPSOID = "NONE"  # as QGIS calls it
WGS84 = "EPSG:7030"
_STEP_M = 10.0  # that scales are measured over


class Measure:
    """Areas and lengths in one coordinate reference system.

    Parameters
    ----------
    crs : QgsCoordinateReferenceSystem
    context : QgsProcessingContext
    kind : str
        'ellipsoidal' or 'planar'.

    Raises
    ------
    InputDataError
        Planar on longitude and latitude.
    """

    def __init__(self, crs, context, kind=ELLIPSOIDAL):
        if kind == PLANAR and crs.isGeographic():
            raise InputDataError(
                "Planar areas make no sense in degrees ({crs}); choose areas on the ellipsoid, or reproject "
                "the layer.",
                crs=crs.userFriendlyIdentifier(),
            )
        self._measure = QgsDistanceArea()
        self._measure.setSourceCrs(crs, context.transformContext())
        self._measure.setEllipsoid(NO_ELLIPSOID if kind == PLANAR else ellipsoid_of(crs))
        self._step = _STEP_M * map_units_per_metre(crs)
        self._to_m = self._measure.convertLengthMeasurement(1.0, Qgis.DistanceUnit.Meters)
        self._to_ha = self._to_m**2 / M2_PER_HA  # QGIS takes US survey feet for feet in areas

    def area_ha(self, geometry):
        """Area of polygons [ha]."""
        return self._measure.measureArea(geometry) * self._to_ha

    def length_m(self, geometry):
        """Length of lines [m]."""
        return self._measure.measureLength(geometry) * self._to_m

    def metres(self, places):
        """Metres in a unit of x and of y at places.

        Parameters
        ----------
        places : float array, shape (places, 2)

        Returns
        -------
        float array, shape (places, 2)
        """
        out = np.empty((len(places), 2))
        half = self._step / 2
        for i, (x, y) in enumerate(places.tolist()):
            out[i, 0] = self._measure.measureLine(QgsPointXY(x - half, y), QgsPointXY(x + half, y))
            out[i, 1] = self._measure.measureLine(QgsPointXY(x, y - half), QgsPointXY(x, y + half))
        return out * (self._to_m / self._step)


def ellipsoid_of(crs):
    """Name of the ellipsoid of a coordinate reference system, WGS 84 where it has none.

    QGIS calls that of a system without a code by its axes, as 'PARAMETER:a:b', and measures NaN with it.
    """
    name = crs.ellipsoidAcronym()
    if not name.startswith("PARAMETER:"):
        return name or WGS84
    own = QgsEllipsoidUtils.ellipsoidParameters(name)

    def apart(known):
        axes = known.parameters
        return abs(axes.semiMajor - own.semiMajor) + abs(axes.semiMinor - own.semiMinor)

    named = (known for known in QgsEllipsoidUtils.definitions() if known.acronym.startswith("EPSG:"))
    return min(named, key=apart).acronym


def add_area(algorithm):
    """Add AREA."""
    add_advanced(
        algorithm,
        QgsProcessingParameterEnum(
            algorithm.AREA,
            tr("Areas and lengths"),
            [tr("True ones on the ellipsoid"), tr("Planar ones")],
            defaultValue=0,
        ),
        tr("Planar ones need a projected layer and carry the distortion of its projection."),
    )
