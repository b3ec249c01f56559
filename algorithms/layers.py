"""Feature sources to python values, checked: units with their keys and polygons, columns, kept fields."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qgis.core import (
    NULL,
    Qgis,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsUnitTypes,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType, Qt, QTime

from ..core.errors import Cancelled, InputDataError
from ..core.notes import listing
from ..core.sequences import zip_equal
from ..core.tables import table_from_columns, unique_rows
from .base import tr

NAMES_OF_GEOPACKAGE = {"fid", "geom"}
TYPES = {str: QMetaType.Type.QString, int: QMetaType.Type.Int, float: QMetaType.Type.Double}


@dataclass(frozen=True)
class Layer:
    """The features of a source: everything is read once, in the order of the source.

    Attributes
    ----------
    name : str
        For messages.
    fields : QgsFields
    attributes : tuple of lists
        Values as QGIS gives them, one list per feature.
    geometries : tuple of QgsGeometry
        In `crs`; null geometries where the source has none.
    ids : tuple of int
        Feature ids.
    wkb_type : Qgis.WkbType
    crs : QgsCoordinateReferenceSystem
    """

    name: str
    fields: QgsFields
    attributes: tuple
    geometries: tuple
    ids: tuple
    wkb_type: Qgis.WkbType
    crs: object

    def __len__(self):
        return len(self.ids)

    def column(self, field):
        """The values of a field as python values; None = missing.

        Raises
        ------
        InputDataError
            There is no such field; the message lists those found.
        """
        index = self.fields.lookupField(field)
        if index < 0:
            raise InputDataError(
                "No field '{field}' in {layer}; it has: {fields}.",
                field=field,
                layer=self.name,
                fields=listing(self.fields.names(), 30),
            )
        return [python_value(row[index]) for row in self.attributes]

    def table(self, *fields):
        """The attributes, or those of some fields only, as a core table."""
        columns = {name: self.column(name) for name in fields or self.fields.names()}
        return table_from_columns(self.name, columns, self.ids)


@dataclass(frozen=True)
class UnitLayer(Layer):
    """Units with their unique keys, in the order of the source, and the name of the field that holds them."""

    keys: tuple
    key_field: str


def layer_of(algorithm, parameters, name, context):
    """The map layer behind a parameter of a layer or source, None if it is not given.

    `parameterAsLayer` finds none where only the selected features are wanted.
    """
    value = parameters.get(name)
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        text, _ = value.source.valueAsString(context.expressionContext())
        return _named(QgsProcessingUtils.mapLayerFromString(text, context), context)
    return _named(algorithm.parameterAsLayer(parameters, name, context), context)


def _named(layer, context):
    """The layer; one that QGIS loaded from a file of several for this run is called as in the file."""
    if layer is not None and layer.isSpatial() and context.temporaryLayerStore().mapLayer(layer.id()):
        parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
        inside = parts.get("layerName")
        if inside and layer.name() == Path(parts.get("path") or "").stem:
            layer.setName(inside)  # for messages: QGIS gives it the name of the file
    return layer


def read_layer(source, feedback):
    """Read a feature source.

    Parameters
    ----------
    source : QgsProcessingFeatureSource
    feedback : QgsFeedback

    Raises
    ------
    Cancelled
    """
    # Whatever QGIS thinks of a geometry's validity: cells are counted by their centres.
    flags = Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks
    attributes, geometries, ids = [], [], []
    for feature in source.getFeatures(QgsFeatureRequest(), flags):
        if feedback.isCanceled():
            raise Cancelled
        attributes.append(feature.attributes())
        geometries.append(feature.geometry())
        ids.append(feature.id())
    return Layer(
        source.sourceName(),
        QgsFields(source.fields()),
        tuple(attributes),
        tuple(geometries),
        tuple(ids),
        source.wkbType(),
        source.sourceCrs(),
    )


def read_units(source, unit_field, feedback):
    """Read the units that are accounted.

    Parameters
    ----------
    source : QgsProcessingFeatureSource
    unit_field : str
        Field of the key; see `core.tables.unit_key`.
    feedback : QgsFeedback

    Returns
    -------
    UnitLayer

    Raises
    ------
    InputDataError
        No unit at all, a key that is missing, or one that is there twice.
    Cancelled
    """
    layer = read_layer(source, feedback)
    table = layer.table(unit_field)
    keys = table.keys(unit_field)
    unique_rows(table, keys)
    return UnitLayer(**vars(layer), keys=tuple(keys), key_field=unit_field)


def polygons_in(units, crs, context, record, spacing_m=None):
    """The units' polygons in another CRS, as WKB.

    Parameters
    ----------
    units : UnitLayer
    crs : QgsCoordinateReferenceSystem
        Of the raster.
    context : QgsProcessingContext
        For its datum transformations.
    record : RunRecord
        Lists the units without a polygon.
    spacing_m : float, optional
        Where the CRS differ, edges get a vertex every so many metres first, so that an edge that is straight
        in the units' CRS stays where it is.

    Returns
    -------
    list of bytes or None
        Straight-edged polygons or multi-polygons without Z and M; None for a unit without a geometry.

    Raises
    ------
    InputDataError
        The units or the raster have no CRS, or a unit cannot be transformed (it is named).
    """
    check_crs(crs, tr("The raster"))
    out = transformed_polygons(units, crs, context, spacing_m)
    without = [key for key, polygon in zip_equal(units.keys, out) if polygon is None]
    if without:
        record.warning(
            "{count} units have no polygon; they are kept without values: {units}.",
            count=len(without),
            units=listing(without),
        )
    return out


def transformed_polygons(units, crs, context, spacing_m=None):
    """The same without a word on units without a polygon; see `polygons_in`."""
    check_crs(units.crs, units.name)
    transform = spacing = None
    if units.crs != crs:
        transform = QgsCoordinateTransform(units.crs, crs, context.transformContext())
        spacing = None if spacing_m is None else spacing_m * map_units_per_metre(units.crs)
    return [
        None if geometry.isEmpty() else _polygon_wkb(geometry, transform, spacing, units.keys[i])
        for i, geometry in enumerate(units.geometries)
    ]


def has_crs(crs):
    """Whether a coordinate reference system is known.

    A GeoPackage says 'Undefined geographic SRS' or 'Undefined Cartesian SRS' of a layer without one, and QGIS
    takes that for a valid one.
    """
    return crs.isValid() and (crs.authid() != "" or not crs.description().startswith("Undefined "))


def check_crs(crs, layer):
    """Refuse a layer without a coordinate reference system; `layer` is its name."""
    if not has_crs(crs):
        raise InputDataError(
            "{layer} has no coordinate reference system; set it in the layer's properties.", layer=layer
        )


def _polygon_wkb(geometry, transform, spacing, key):
    """One polygon as WKB: straight edges, densified, transformed, without Z and M."""
    geometry = without_curves(geometry)
    geometry.get().dropZValue()
    geometry.get().dropMValue()
    if transform is not None:
        if spacing is not None:
            geometry = geometry.densifyByDistance(spacing)
        try:
            geometry.transform(transform)
            extent = geometry.boundingBox()
            corners = extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()
            lost = not np.isfinite(corners).all()
        except QgsCsException:
            lost = True
        if lost:
            raise InputDataError(
                "The unit '{unit}' cannot be transformed from {source} to {target}; check the layer's "
                "coordinate reference system, or clip the units to the area of the raster.",
                unit=key,
                source=transform.sourceCrs().userFriendlyIdentifier(),
                target=transform.destinationCrs().userFriendlyIdentifier(),
            )
    return geometry.asWkb().data()


def without_curves(geometry):
    """A copy of a geometry, with straight edges for its arcs."""
    if QgsWkbTypes.isCurvedType(geometry.wkbType()):
        return QgsGeometry(geometry.constGet().segmentize())
    return QgsGeometry(geometry)


def may_have_curves(wkb_type):
    """Whether a layer of this type may hold arcs, which is quicker to ask than of each of its shapes."""
    mixed = Qgis.WkbType.Unknown, Qgis.WkbType.GeometryCollection
    return QgsWkbTypes.isCurvedType(wkb_type) or QgsWkbTypes.flatType(wkb_type) in mixed


def map_units_per_metre(crs):
    """Map units of a CRS in a metre; for degrees those of a metre along the equator."""
    return QgsUnitTypes.fromUnitToUnitFactor(Qgis.DistanceUnit.Meters, crs.mapUnits())


def python_value(value):
    """A field's value as str, int, float, bool or None; dates as ISO text."""
    if isinstance(value, (str, int, float)):  # first: to compare with NULL takes longer than all else
        return value
    if value is None or value == NULL:
        return None
    if isinstance(value, (QDate, QDateTime, QTime)):
        return value.toString(Qt.DateFormat.ISODate)
    return str(value)


def fields_of(*columns):
    """QgsFields from (name, type) pairs; the type is str, int or float.

    Examples
    --------
    >>> fields_of(("unit", str), ("year", int), ("ce_t", float)).names()
    ['unit', 'year', 'ce_t']
    """
    fields = QgsFields()
    for name, kind in columns:
        fields.append(QgsField(name, TYPES[kind]))
    return fields


def columns_as_rows(columns, **kinds):
    """Fields and rows of a dict of columns; the type of a field is that of its values.

    Parameters
    ----------
    columns : dict of str to array or list
        Float array, integer array, or list of str, int or float with None = missing.
    **kinds : type
        Of columns that may be missing throughout: str, int or float.

    Returns
    -------
    QgsFields
    list of tuple
    """
    lists = [
        values.tolist() if isinstance(values, np.ndarray) else list(values) for values in columns.values()
    ]
    found = [
        kinds.get(name) or next((type(value) for value in values if value is not None), str)
        for name, values in zip_equal(columns, lists)
    ]
    fields = fields_of(*zip_equal(columns, found))
    return fields, list(zip_equal(*lists))


def same_in_units(layer, rows_of, changing, record):
    """Places of the fields that have one value per unit; the others belong to a year."""
    changing = {name.lower() for name in changing}
    same, dropped = [], []
    for index, name in enumerate(layer.fields.names()):
        if name.lower() in changing:
            continue
        column = layer.column(name)
        if all(column[row] == column[own[0]] for own in rows_of for row in own[1:]):
            same.append(index)
        elif name.lower() != "fid":
            dropped.append(name)
    if dropped:
        record.decision(
            "Fields that change from year to year within a unit are left out: {fields}.",
            fields=listing(dropped, 30),
        )
    return same


def first_shape(layer, rows):
    """The first shape of a unit that is not empty."""
    shapes = [layer.geometries[row] for row in rows]
    return next((shape for shape in shapes if not shape.isEmpty()), shapes[0])


class KeptFields:
    """The fields of an output that is made from a layer: the layer's own, then ours.

    On a clash of names the input's field gets a suffix, and the log says so; text called `fid` or `geom` does
    too, as a GeoPackage needs both. A field `fid` of numbers is left out: it is the row number of the input.

    Parameters
    ----------
    kept : QgsFields
        The input's.
    added : QgsFields
        Ours; their names never change.
    record : RunRecord
    restated : tuple of str
        Fields of the input that ours of the same name repeat, such as the key; they are left out.

    Attributes
    ----------
    fields : QgsFields
        Of the output.
    """

    def __init__(self, kept, added, record, restated=()):
        restated = {name.lower() for name in restated}
        ours = {field.name().lower() for field in added}
        taken = ours | {field.name().lower() for field in kept}
        renamed = []
        self.fields = QgsFields()
        self._take = []
        for index, field in enumerate(kept):
            name = field.name()
            if (name.lower() == "fid" and field.isNumeric()) or (name.lower() in ours & restated):
                continue
            field = QgsField(field)
            if name.lower() in ours | NAMES_OF_GEOPACKAGE:
                field.setName(free_name(name, taken))
                taken.add(field.name().lower())
                renamed.append(f"{name} -> {field.name()}")
            self.fields.append(field)
            self._take.append(index)
        for field in added:
            self.fields.append(field)
        if renamed:
            record.decision(
                "Fields of the input were renamed, because the result needs their names: {fields}.",
                fields=listing(renamed, 30),
            )

    def row(self, attributes, values):
        """One output row: the kept attributes of an input feature, then our values."""
        return [attributes[index] for index in self._take] + list(values)


def free_name(name, taken):
    """`name_1`, `name_2` ...: the first that is not taken; at most 10 characters if `name` has no more.

    Examples
    --------
    >>> free_name("zone", {"zone", "zone_1"})
    'zone_2'
    """
    number = 1
    while True:
        suffix = f"_{number}"
        stem = name[: 10 - len(suffix)] if len(name) <= 10 else name
        if (stem + suffix).lower() not in taken:
            return stem + suffix
        number += 1
