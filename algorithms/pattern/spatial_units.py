"""What the algorithms of spatial patterns have in common: units with shapes, perhaps of several years, their
neighbourhood, permutations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from qgis.core import (
    Qgis,
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from ...core.errors import InputDataError
from ...core.notes import listing
from ...core.pattern.global_moran import PERMUTATIONS, SEED
from ...core.pattern.neighbourhood import KINDS, Neighbourhood
from ...core.pattern.places import Places
from ...core.sequences import zip_equal
from ...core.tables import Table
from ..base import tr
from ..layers import KeptFields, Layer, fields_of, has_crs, read_layer, without_curves
from ..styles.dates import year_span
from ..tables import INPUT, unit_field
from .dated_units import YEAR, YEAR_FIELD

NEIGHBOURHOOD, DISTANCE, NEIGHBOURS = "NEIGHBOURHOOD", "DISTANCE", "NEIGHBOURS"
ROW_STANDARDISED, TOLERANCE = "ROW_STANDARDISED", "TOLERANCE"
PERMUTATIONS_, SEED_ = "PERMUTATIONS", "SEED"
OUTPUT = "OUTPUT"


@dataclass(frozen=True)
class SpatialUnits:
    """The features of the input, each a unit (in a year).

    Attributes
    ----------
    layer : Layer
        Fields, attributes and shapes.
    table : Table
        Of the same rows, the columns that were chosen.
    year : int array or None
        None: one date.
    year_field : str
        Its name; '' if there is none.
    """

    layer: Layer
    table: Table
    year: np.ndarray | None
    year_field: str

    @property
    def span(self):
        """'2019', '2000-2020' or ''."""
        return year_span(None if self.year is None else np.unique(self.year).tolist())

    def places(self, record):
        """Where the units are; what is wrong with shapes goes to the record."""
        return places_of(self.layer, self.layer.geometries, self.table.where, record)

    def output(self, columns, record):
        """Fields and rows of an output: the input's fields, the year, then ours.

        Parameters
        ----------
        columns : dict of str to (type, sequence)
            Ours, one value per row.
        record : RunRecord

        Returns
        -------
        QgsFields
        generator of (QgsGeometry, list)
        """
        if self.year is not None:
            columns = {YEAR: (int, self.year.tolist())} | columns
        ours = fields_of(*((name, kind) for name, (kind, _) in columns.items()))
        kept = KeptFields(self.layer.fields, ours, record, restated=(self.year_field,))
        values = zip_equal(*(values for _, values in columns.values()))
        rows = zip_equal(self.layer.geometries, self.layer.attributes, values)
        return kept.fields, ((shape, kept.row(attributes, row)) for shape, attributes, row in rows)

    def write(self, results, columns, title, style):
        """Write OUTPUT: the features with their fields, and ours; see `output` and `Results.layer`."""
        fields, rows = self.output(columns, results.record)
        title = f"{title} {self.span}".strip()
        results.layer(OUTPUT, fields, rows, self.layer.wkb_type, self.layer.crs, title, style)


def add_units(algorithm, text, year_optional=True, optional=False):
    """Add the input and its field of years."""
    shapes = [Qgis.ProcessingSourceType.VectorPolygon, Qgis.ProcessingSourceType.VectorPoint]
    algorithm.add(QgsProcessingParameterFeatureSource(INPUT, tr("Units"), shapes, optional=optional), text)
    if year_optional:
        text = tr(
            "Field with the year of every feature; each year is computed on its own. Empty, or no field "
            "'year', for one date."
        )
    else:
        text = tr("Field with the year of every feature.")
    algorithm.add(unit_field(YEAR_FIELD, tr("Year"), YEAR, optional=year_optional), text)


def add_field(algorithm, name):
    """Add the field whose pattern is looked for."""
    algorithm.add(
        unit_field(name, tr("Field")),
        tr("Number such as an emission; features without a value are left out."),
    )


def add_neighbourhood(algorithm, standardising_matters=True):
    """Add which units are neighbours, and how much they count."""
    kinds = [
        tr("Queen: borders have a point in common"),
        tr("Rook: borders have a stretch in common"),
        tr("Distance band"),
        tr("k nearest"),
        tr("Inverse distance within a band"),
    ]
    number = Qgis.ProcessingNumberParameterType
    algorithm.add(
        QgsProcessingParameterEnum(NEIGHBOURHOOD, tr("Neighbours"), kinds, optional=True),
        tr("Which units are neighbours. Not set: queen for polygons, distance band for points."),
    )
    algorithm.add(
        QgsProcessingParameterNumber(
            DISTANCE, tr("Distance [m]"), number.Double, optional=True, minValue=0.0
        ),
        tr(
            "Of the distance band and of inverse distances, between points or centroids; geodesic where "
            "coordinates are degrees. Empty: the smallest that leaves no unit alone."
        ),
    )
    algorithm.add(
        QgsProcessingParameterNumber(
            NEIGHBOURS, tr("Number of nearest units"), number.Integer, Neighbourhood.neighbours, minValue=1
        ),
        tr("Of k nearest; less than there are units."),
    )
    standardised = QgsProcessingParameterBoolean(ROW_STANDARDISED, tr("Standardise rows"), True)
    tolerance = QgsProcessingParameterNumber(
        TOLERANCE, tr("Tolerance of borders [m]"), number.Double, 0.0, minValue=0.0
    )
    advanced = Qgis.ProcessingParameterFlag.Advanced
    tolerance.setFlags(tolerance.flags() | advanced)
    if standardising_matters:
        text = tr("The weights of a unit's neighbours sum to 1, so that units with many do not count more.")
    else:
        standardised.setFlags(standardised.flags() | advanced)
        text = tr("Changes nothing here: Gi* compares every unit with its own sum of weights.")
    algorithm.add(standardised, text)
    algorithm.add(
        tolerance,
        tr("Queen and rook: how far apart borders may be that count as common. 0: only by rounding."),
    )


def add_permutations(algorithm, least):
    """Add how often values are shuffled for p."""
    integer = Qgis.ProcessingNumberParameterType.Integer
    algorithm.add(
        QgsProcessingParameterNumber(
            PERMUTATIONS_, tr("Permutations"), integer, PERMUTATIONS, minValue=least, maxValue=999_999
        ),
        tr("How often values are shuffled for p; the smallest p is 1 / (permutations + 1)."),
    )
    algorithm.add(
        QgsProcessingParameterNumber(
            SEED_, tr("Seed of the permutations"), integer, SEED, minValue=0, maxValue=2**31 - 1
        ),
        tr("The same seed gives the same p, on any machine."),
    )


def read_spatial_units(algorithm, fields, parameters, context, record):
    """Read the input.

    Parameters
    ----------
    algorithm : LandCarbonAlgorithm
    fields : sequence of str
        Names of the fields to be read.
    parameters : dict
    context : QgsProcessingContext
    record : RunRecord

    Returns
    -------
    SpatialUnits

    Raises
    ------
    QgsProcessingException
        The input cannot be loaded.
    InputDataError
        There is no such field, or a year cannot be read.
    Cancelled
    """
    source = algorithm.parameterAsSource(parameters, INPUT, context)
    if source is None:
        raise QgsProcessingException(algorithm.invalidSourceError(parameters, INPUT))
    layer = read_layer(source, record.feedback)
    year_field = algorithm.parameterAsString(parameters, YEAR_FIELD, context).strip()
    if year_field == YEAR and layer.fields.lookupField(YEAR) < 0:
        record.decision("{table} has no field 'year'; it is taken as one date.", table=layer.name)
        year_field = ""
    table = layer.table(*dict.fromkeys((*fields, *filter(None, (year_field,)))))
    record.follow(table)
    return SpatialUnits(layer, table, table.years(year_field) if year_field else None, year_field)


def chosen_fields(algorithm, name, parameters, context):
    """The names of the fields of a parameter, each once.

    Raises
    ------
    InputDataError
        None is chosen.
    """
    names = [field for field in algorithm.parameterAsStrings(parameters, name, context) if field]
    if not names:
        label = algorithm.parameterDefinition(name).description()
        raise InputDataError("Choose the field '{label}'.", label=label)
    return list(dict.fromkeys(names))


def places_of(layer, geometries, label, record):
    """Where units are.

    Parameters
    ----------
    layer : Layer
        For its type of shapes and its coordinate reference system.
    geometries : sequence of QgsGeometry
        Of the units.
    label : callable
        What the unit at a place is called in messages.
    record : RunRecord
        Names polygons that are not valid.

    Returns
    -------
    Places

    Raises
    ------
    InputDataError
        The shapes are neither polygons nor points.
    """
    crs_wkt = layer.crs.toWkt() if has_crs(layer.crs) else ""
    kind = QgsWkbTypes.geometryType(layer.wkb_type)
    if kind == Qgis.GeometryType.Point:
        return Places(_points(geometries, layer.wkb_type), None, crs_wkt, label)
    if kind != Qgis.GeometryType.Polygon:
        raise InputDataError("{layer} holds neither polygons nor points.", layer=layer.name)
    points = _points(geometries, layer.wkb_type)
    broken = [
        label(place)
        for place, geometry in enumerate(geometries)
        if not (geometry.isGeosValid() or geometry.isEmpty())
    ]
    if broken:
        record.warning(
            "{count} polygons are not valid (native:fixgeometries repairs them); their centroids and borders "
            "are taken as they are: {units}.",
            count=len(broken),
            units=listing(broken),
        )
    polygons = [
        without_curves(geometry).asWkb().data() if np.isfinite(point).all() else None
        for geometry, point in zip_equal(geometries, points)
    ]
    return Places(points, polygons, crs_wkt, label)


def _points(geometries, wkb_type):
    """Points, or the centroids of what is more; NaN where there is nothing: float array, shape (units, 2)."""
    single = (
        QgsWkbTypes.isSingleType(wkb_type) and QgsWkbTypes.geometryType(wkb_type) == Qgis.GeometryType.Point
    )
    points = np.full((len(geometries), 2), np.nan)
    for place, geometry in enumerate(geometries):
        if not geometry.isEmpty():
            point = (geometry if single else geometry.centroid()).asPoint()
            points[place] = point.x(), point.y()
    return points


def neighbourhood_of(algorithm, parameters, context):
    """The neighbourhood that the user chose."""
    given = {name: parameters.get(name) is not None for name in (NEIGHBOURHOOD, DISTANCE)}
    return Neighbourhood(
        KINDS[algorithm.parameterAsEnum(parameters, NEIGHBOURHOOD, context)]
        if given[NEIGHBOURHOOD]
        else None,
        algorithm.parameterAsDouble(parameters, DISTANCE, context) if given[DISTANCE] else None,
        algorithm.parameterAsInt(parameters, NEIGHBOURS, context),
        algorithm.parameterAsBoolean(parameters, ROW_STANDARDISED, context),
        algorithm.parameterAsDouble(parameters, TOLERANCE, context),
    )


def permutations_of(algorithm, parameters, context):
    """How many permutations, and their seed."""
    return tuple(algorithm.parameterAsInt(parameters, name, context) for name in (PERMUTATIONS_, SEED_))
