"""Where amounts are summed to: the user's units, or the cells of a square grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFields,
    QgsGeometry,
    QgsRectangle,
)

from ...core.accounting.aggregation import overlapping_units, parted_overlaps
from ...core.accounting.square_grid import cell_corners, cell_names, cell_shares, square_grid, true_areas_ha
from ...core.errors import InputDataError
from ...core.geometry.area_shares import area_shares
from ...core.geometry.polygons import pack_polygons
from ...core.geometry.wkb import polygon_paths
from ...core.raster.local_plane import area_scale, degrees_of, equal_area_plane
from ..layers import check_crs, read_layer, read_units, transformed_polygons
from ..measures import areas_ha, measure_of
from ..rasters import progress_of
from ..valid_shapes import of_one_type, repaired_shapes

SCALE_TOLERANCE = 0.01  # of the area of a cell
_SPACING_M = 2000.0  # of vertices before reprojection; a chord leaves the Earth's curve by 8 cm


@dataclass(frozen=True)
class Target:
    """Units or cells, and which share of every polygon lies in which of them.

    Attributes
    ----------
    label : str
        Which units they are, for the name of the result: 'townships', '1000 m'.
    polygon, unit : int64 arrays, shape (pairs,)
    share : float array
    names : list of str
        Of the units; keys where the user chose a field, names of cells on a grid.
    keyed : bool
        Whether `names` are to be written as `unit`.
    shape : callable
        Takes the place of a unit, gives its QgsGeometry.
    fields : QgsFields
        Of the units' own.
    attributes : tuple of lists
        Values of these; empty without fields.
    key_field : str
        That `unit` repeats; '' if there is none.
    wkb_type : Qgis.WkbType
    crs : QgsCoordinateReferenceSystem
    area_ha : float array, shape (units,)
        True areas; NaN for a unit without a polygon.
    """

    label: str
    polygon: np.ndarray
    unit: np.ndarray
    share: np.ndarray
    names: list
    keyed: bool
    shape: Callable[[int], QgsGeometry]
    fields: QgsFields
    attributes: tuple
    key_field: str
    wkb_type: Qgis.WkbType
    crs: QgsCoordinateReferenceSystem
    area_ha: np.ndarray


def units_target(source, key_field, layer, context, record):
    """The user's units.

    Parameters
    ----------
    source : QgsProcessingFeatureSource
    key_field : str
        '' = units are called by their feature ids.
    layer : UnitLayer
        The polygons with amounts.
    context : QgsProcessingContext
    record : RunRecord

    Returns
    -------
    Target

    Raises
    ------
    InputDataError
        No unit, a key that is missing or there twice, no coordinate reference system, units that overlap.
    Cancelled
    """
    check_crs(source.sourceCrs(), source.sourceName())
    if key_field:
        units = read_units(source, key_field, record.feedback)
        names = list(units.keys)
    else:
        units = read_layer(source, record.feedback)
        names = [f"feature {number}" for number in units.ids]
    if not len(units):
        raise InputDataError("{layer} holds no unit.", layer=units.name)
    repaired = repaired_shapes(units.geometries, names, units.name, record)
    shapes, wkb_type = of_one_type(repaired, units.wkb_type)
    plane = units.crs
    if plane.isGeographic():
        plane = local_plane(source, context)
        record.decision("Shares of areas are those in the plane {crs}.", crs=plane.description())
    inner = pack_polygons(transformed_polygons(layer, plane, context, _SPACING_M))
    drawn = _Shown(units.name, units.crs, shapes, names)
    outer = pack_polygons(transformed_polygons(drawn, plane, context, _SPACING_M))
    record.note(*overlapping_units(outer, names, progress_of(record.feedback, 0, 20)))
    found = area_shares(inner, outer, progress_of(record.feedback, 20, 80))
    return Target(
        units.name,
        found.inner,
        found.outer,
        parted_overlaps(found.inner, found.share, inner.count),
        names,
        bool(key_field),
        shapes.__getitem__,
        units.fields,
        units.attributes,
        key_field,
        wkb_type,
        units.crs,
        areas_ha(shapes, measure_of(units.crs, context)),
    )


@dataclass(frozen=True)
class _Shown:
    """What `transformed_polygons` asks of a layer."""

    name: str
    crs: QgsCoordinateReferenceSystem
    geometries: list
    keys: list


def grid_target(source, size_m, layer, context, record):
    """The cells of a square grid that polygons lie in.

    Parameters
    ----------
    source : QgsProcessingFeatureSource
        Of the polygons with amounts.
    size_m : float
        Side of a cell [m].
    layer : UnitLayer
        What was read of it.
    context : QgsProcessingContext
    record : RunRecord

    Returns
    -------
    Target

    Raises
    ------
    InputDataError
        No polygon has a shape, or the grid would have more than 50 million cells.
    Cancelled
    """
    if all(shape.isEmpty() for shape in layer.geometries):
        raise InputDataError("{layer} holds no polygon with a shape.", layer=layer.name)
    plane = grid_plane(source, context, record)
    polygons = transformed_polygons(layer, plane, context, _SPACING_M)
    xy = polygon_paths(polygons).xy
    grid = square_grid(xy.min(axis=0), xy.max(axis=0), size_m, plane.toWkt())
    found = cell_shares(polygons, grid, progress_of(record.feedback))
    cells, unit = np.unique(found.cell, return_inverse=True)
    low, high = cell_corners(cells, grid)
    corners = np.column_stack((low, high))

    def shape(place):
        return QgsGeometry.fromRect(QgsRectangle(*corners[place].tolist()))

    return Target(
        f"{size_m:g} m",
        found.polygon,
        unit,
        found.share,
        cell_names(cells, grid),
        True,
        shape,
        QgsFields(),
        ([],) * len(cells),
        "",
        Qgis.WkbType.Polygon,
        plane,
        true_areas_ha(cells, grid),
    )


def grid_plane(source, context, record):
    """The plane of a grid: the layer's own where its metres are those on the ground, else one made for it.

    References
    ----------
    docs/decisions/0160-plane-of-the-grid.md.
    """
    crs = source.sourceCrs()
    if not crs.isGeographic() and crs.mapUnits() == Qgis.DistanceUnit.Meters:
        centre = source.sourceExtent().center()
        scale = area_scale(crs.toWkt(), centre.x(), centre.y())
        if abs(scale - 1) <= SCALE_TOLERANCE:
            return crs
        record.decision(
            "A square metre of {crs} is {scale:.3g} square metres on the ground there, so the cells are "
            "those of another plane.",
            crs=crs.userFriendlyIdentifier(),
            scale=scale,
        )
    plane = local_plane(source, context)
    record.decision("The cells are squares in the plane {crs}.", crs=plane.description())
    return plane


def local_plane(source, context):
    """An equal-area plane about a layer; its centre is on whole degrees, so layers of one place share it.

    Raises
    ------
    InputDataError
        The layer cannot be transformed to longitude and latitude.
    """
    crs = source.sourceCrs()
    # crs.toGeographicCrs() is invalid for a system of the user's own.
    degrees = QgsCoordinateReferenceSystem.fromWkt(degrees_of(crs.toWkt()))
    to_degrees = QgsCoordinateTransform(crs, degrees, context.transformContext())
    try:
        centre = to_degrees.transform(source.sourceExtent().center())
    except QgsCsException:
        raise InputDataError(
            "{layer} cannot be transformed from {source} to longitude and latitude; check its coordinate "
            "reference system.",
            layer=source.sourceName(),
            source=crs.userFriendlyIdentifier(),
        ) from None
    wkt = equal_area_plane(crs.toWkt(), float(round(centre.x())), float(round(centre.y())))
    return QgsCoordinateReferenceSystem.fromWkt(wkt)
