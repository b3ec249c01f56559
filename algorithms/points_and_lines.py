"""Points and lines by the million: only coordinates, a category and an amount are kept of them."""

from __future__ import annotations

from array import array

import numpy as np
from qgis.core import Qgis, QgsFeatureRequest, QgsWkbTypes

from ..core.accounting.proxy_weights import LineSet, PointSet
from ..core.errors import InputDataError
from ..core.geometry.lines import pack_lines
from ..core.tables import table_from_columns
from ..core.tables.cells import as_text, is_missing
from .layers import check_crs, may_have_curves, python_value, without_curves

_OFTEN = 1 << 12  # features between two steps of the progress


class Codes:
    """Numbers the categories of features as they come; what is empty is ''."""

    def __init__(self):
        self._known = {}
        self._names = {}

    def of(self, value):
        """The number of a field's value."""
        code = self._known.get(value) if type(value) is str else None
        if code is None:
            value = python_value(value)
            name = "" if is_missing(value) else as_text(value)
            code = self._known[value] = self._names.setdefault(name, len(self._names))
        return code

    @property
    def names(self):
        """The categories in the order of their numbers."""
        return tuple(self._names)


def read_points(source, crs, context, record, progress, category_field="", count_field=""):
    """Points as arrays, in another coordinate reference system.

    A feature of several points is parted between them. A count that is missing is 0.

    Parameters
    ----------
    source : QgsProcessingFeatureSource
    crs : QgsCoordinateReferenceSystem
        That the points are transformed to.
    context : QgsProcessingContext
    record : RunRecord
        Says what is left out.
    progress : callable
        Takes the part that is read, 0 to 1; see `rasters.progress_of`.
    category_field : str
        '' = all are of one category.
    count_field : str
        '' = each point is 1.

    Returns
    -------
    PointSet

    Raises
    ------
    InputDataError
        No coordinate reference system, no such field, a count that is no number or negative.
    Cancelled
    """
    codes = Codes()
    x, y, code, several = array("d"), array("d"), array("q"), {}
    counts, without = [], 0
    single = QgsWkbTypes.isSingleType(source.wkbType())
    for feature, value in _features(source, crs, context, progress, category_field or count_field):
        geometry = feature.geometry()
        if geometry.isEmpty():
            without += 1
            continue
        code.append(0 if count_field else codes.of(value))
        if count_field:
            counts.append(value)
        if single or not geometry.isMultipart():
            point = geometry.asPoint()
            x.append(point.x())
            y.append(point.y())
        else:
            points = geometry.asMultiPoint()
            several[len(code) - 1] = len(points)
            x.extend(point.x() for point in points)
            y.extend(point.y() for point in points)
    _note_without(source, without, record)
    parts = np.ones(len(code), dtype=np.int64)
    parts[list(several)] = list(several.values())
    owner = np.repeat(np.arange(len(parts)), parts)
    amount = 1.0 / parts[owner]
    if count_field:
        amount *= _counts(source, count_field, counts, record)[owner]
    xy = np.column_stack((np.array(x), np.array(y)))
    names = codes.names or ("",)
    return PointSet(source.sourceName(), xy, np.array(code, dtype=np.int64)[owner], names, amount)


def read_lines(source, crs, context, measure, record, progress, class_field=""):
    """Lines as arrays, in another coordinate reference system.

    Parameters
    ----------
    source : QgsProcessingFeatureSource
    crs : QgsCoordinateReferenceSystem
        That the lines are transformed to.
    context : QgsProcessingContext
    measure : OnGround or OnPlane
        Of `crs`, for their lengths.
    record : RunRecord
        Says what is left out.
    progress : callable
    class_field : str
        '' = all are of one class.

    Returns
    -------
    LineSet

    Raises
    ------
    InputDataError
        No coordinate reference system, or no such field.
    Cancelled
    """
    codes = Codes()
    shapes, code, without = [], array("q"), 0
    curved = may_have_curves(source.wkbType())
    for feature, value in _features(source, crs, context, progress, class_field):
        geometry = feature.geometry()
        if geometry.isEmpty():
            without += 1
            continue
        if curved:
            geometry = without_curves(geometry)
        shapes.append(geometry.asWkb().data())
        code.append(codes.of(value))
    _note_without(source, without, record)
    names = codes.names or ("",)
    lines = pack_lines(shapes)
    return LineSet(
        source.sourceName(),
        lines,
        measure.lengths_m(lines.start, lines.end),
        np.array(code, dtype=np.int64),
        names,
    )


def _features(source, crs, context, progress, field):
    """Features with one value each, transformed on the way; None where no field is wanted."""
    check_crs(source.sourceCrs(), source.sourceName())
    index = _index(source, field) if field else None
    request = QgsFeatureRequest().setSubsetOfAttributes([] if index is None else [index])
    request.setDestinationCrs(crs, context.transformContext())
    flags = Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks
    count = max(1, source.featureCount())
    for number, feature in enumerate(source.getFeatures(request, flags)):
        if number % _OFTEN == 0:
            progress(min(1.0, number / count))
        yield feature, None if index is None else feature[index]


def _index(source, field):
    index = source.fields().lookupField(field)
    if index < 0:
        raise InputDataError(
            "No field '{field}' in {layer}; it has: {fields}.",
            field=field,
            layer=source.sourceName(),
            fields=", ".join(source.fields().names()),
        )
    return index


def _note_without(source, without, record):
    if without:
        record.warning(
            "{layer}: {count} features are left out, because they have no shape, or none that can be "
            "transformed to the coordinate reference system of the parcels.",
            without,
            layer=source.sourceName(),
        )


def _counts(source, field, values, record):
    """The counts of all features, 0 where missing: float array."""
    table = table_from_columns(source.sourceName(), {field: [python_value(value) for value in values]})
    counts = table.numbers(field)
    negative = np.flatnonzero(counts < 0)
    if negative.size:
        raise InputDataError(
            "{layer}: field '{field}' is negative in {count} features ({value:g} in the {number}.); a "
            "count is 0 or more.",
            layer=source.sourceName(),
            field=field,
            count=negative.size,
            value=float(counts[negative[0]]),
            number=int(negative[0]) + 1,
        )
    missing = int(np.isnan(counts).sum())
    if missing:
        record.warning(
            "{layer}: field '{field}' is empty in {count} features; they count as 0.",
            missing,
            layer=source.sourceName(),
            field=field,
        )
    return np.nan_to_num(counts, nan=0.0)
