"""Polygons that cross themselves, or are otherwise invalid: repaired and reported, or named."""

from qgis.core import Qgis, QgsGeometry, QgsWkbTypes

from ..core.errors import Cancelled, InputDataError
from ..core.notes import listing

_OFTEN = 1 << 10  # polygons between two looks at the cancel button


def repaired_shapes(shapes, names, layer, record):
    """Shapes of polygons, valid ones.

    Parameters
    ----------
    shapes : sequence of QgsGeometry
        Empty ones stay empty.
    names : sequence of str
        Of the polygons, for messages.
    layer : str
        Its name.
    record : RunRecord
        Says what was repaired.

    Returns
    -------
    list of QgsGeometry
        The shapes given, but for those that were repaired.

    Raises
    ------
    InputDataError
        A shape cannot be repaired; names it.
    Cancelled
    """
    out, repaired, lost = list(shapes), [], []
    for place, shape in enumerate(out):
        if place % _OFTEN == 0 and record.feedback.isCanceled():
            raise Cancelled
        if not shape.isEmpty() and not shape.isGeosValid():
            out[place] = valid_polygon(shape)
            (lost if out[place].isEmpty() else repaired).append(names[place])
    if lost:
        raise InputDataError(
            "{layer}: {count} polygons have shapes that cannot be repaired: {polygons}. Draw them again, or "
            "remove them.",
            layer=layer,
            count=len(lost),
            polygons=listing(lost),
        )
    if repaired:
        record.warning(
            "{layer}: {count} polygons had invalid shapes, which were repaired: {polygons}.",
            len(repaired),
            layer=layer,
            polygons=listing(repaired),
        )
    return out


def of_one_type(shapes, wkb_type):
    """Shapes that a layer can hold together: all multi-polygons where one of them is.

    Returns
    -------
    list of QgsGeometry
    Qgis.WkbType
    """
    shapes = list(shapes)
    if not QgsWkbTypes.isSingleType(wkb_type) or not any(shape.isMultipart() for shape in shapes):
        return shapes, wkb_type
    for shape in shapes:
        shape.convertToMultiType()
    return shapes, QgsWkbTypes.multiType(wkb_type)


def valid_polygon(shape):
    """The polygons of a shape made valid; empty if there are none."""
    valid = QgsGeometry(shape).makeValid()
    parts = [
        QgsGeometry(part.clone())
        for part in valid.constParts()
        if QgsWkbTypes.geometryType(part.wkbType()) == Qgis.GeometryType.Polygon
    ]
    if not parts:
        return QgsGeometry()
    return parts[0] if len(parts) == 1 else QgsGeometry.collectGeometry(parts)
