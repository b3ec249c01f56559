"""Areas and lengths of features on the ground: on the ellipsoid, or planar."""

import contextlib

import numpy as np
from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsLineString,
    QgsProcessingParameterEnum,
)

from ..core.errors import InputDataError
from ..core.geometry.ground import Ground
from ..core.geometry.on_ground import OnGround, OnPlane
from ..core.geometry.polygons import pack_polygons
from ..core.units import M2_PER_HA
from .base import tr
from .layers import map_units_per_metre, without_curves
from .units_on_rasters import add_advanced

ELLIPSOIDAL, PLANAR = "ellipsoidal", "planar"
MEASURES = (ELLIPSOIDAL, PLANAR)  # in the order of the parameter AREA
_HEADER = 9  # bytes of a line before its points


def measure_of(crs, context, kind=ELLIPSOIDAL):
    """How areas and lengths are measured in a coordinate reference system.

    Parameters
    ----------
    crs : QgsCoordinateReferenceSystem
    context : QgsProcessingContext
    kind : str
        'ellipsoidal' or 'planar'.

    Returns
    -------
    OnGround or OnPlane

    Raises
    ------
    InputDataError
        Planar on longitude and latitude; later on, coordinates that are nowhere on the Earth.
    """
    if kind == PLANAR:
        if crs.isGeographic():
            raise InputDataError(
                "Planar areas make no sense in degrees ({crs}); choose areas on the ellipsoid, or reproject "
                "the layer.",
                crs=crs.userFriendlyIdentifier(),
            )
        return OnPlane(Ground.of_crs(crs.toWkt()).unit)  # QGIS takes US survey feet for feet
    per_metre = map_units_per_metre(crs)
    if crs.isGeographic():
        return OnGround(Ground.of_crs(crs.toWkt()), np.asarray, per_metre, turns=False)
    geographic = crs.toGeographicCrs()
    transform = QgsCoordinateTransform(crs, geographic, context.transformContext())
    return OnGround(Ground.of_crs(geographic.toWkt()), lambda places: _places(places, transform), per_metre)


def areas_ha(shapes, measure):
    """Areas of polygons [ha].

    Parameters
    ----------
    shapes : sequence of QgsGeometry
    measure : OnGround or OnPlane
        Of their coordinate reference system; see `measure_of`.

    Returns
    -------
    float array, shape (shapes,)
        NaN of an empty shape.
    """
    polygons = pack_polygons(
        None if shape.isEmpty() else without_curves(shape).asWkb().data() for shape in shapes
    )
    areas_m2 = measure.areas_m2(polygons)
    return np.where([shape.isEmpty() for shape in shapes], np.nan, areas_m2 / M2_PER_HA)


def _places(places, transform):
    """Places in another coordinate reference system, all at once: as a line."""
    if not len(places):
        return places
    line = QgsLineString(*places.T.tolist())
    with contextlib.suppress(QgsCsException):
        line.transform(transform)
        found = np.frombuffer(line.asWkb().data(), dtype="<f8", offset=_HEADER).reshape(-1, 2)
        if np.isfinite(found).all():
            return found
    raise InputDataError(
        "Some coordinates are nowhere on the Earth in {crs}; assign the layer the coordinate reference "
        "system that it is in.",
        crs=transform.sourceCrs().userFriendlyIdentifier(),
    )


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
