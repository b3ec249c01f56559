"""Polygons with the amounts that are summed, read as far as they are needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from qgis.core import Qgis, QgsFeatureRequest, QgsFields, QgsProcessingException

from ...core.accounting.unit_panel import table_mass
from ...core.errors import Cancelled, InputDataError
from ...core.notes import listing
from ...core.tables import Table
from ...core.units import MASSES
from ..layers import UnitLayer, check_crs
from ..valid_shapes import repaired_shapes

MASS_FIELD, YEAR = "mass", "year"
DENSITIES = ("t_ha",)  # of our own outputs: sums of them mean nothing
_OFTEN = 1 << 12  # features between two looks at the cancel button


@dataclass(frozen=True)
class AmountLayer:
    """Polygons with amounts.

    Attributes
    ----------
    layer : UnitLayer
        With the fields that are read and valid shapes; features are called by their ids.
    amounts : dict of str to float array, shape (polygons,)
        By field; NaN = missing.
    mass : str
        't C' or 't CO2'.
    year : int or None
    """

    layer: UnitLayer
    amounts: dict
    mass: str
    year: int | None


def read_amounts(algorithm, parameters, context, record):
    """Read INPUT with FIELDS, or with all numbers whose name ends in `_t` where none are chosen.

    Parameters
    ----------
    algorithm : LandCarbonAlgorithm
        With INPUT, FIELDS and MASS.
    parameters : dict
    context : QgsProcessingContext
    record : RunRecord

    Returns
    -------
    AmountLayer

    Raises
    ------
    InputDataError
        No polygons, no such field, a field of densities, several masses or years, a shape that cannot be
        repaired.
    Cancelled
    """
    source = algorithm.parameterAsSource(parameters, algorithm.INPUT, context)
    if source is None:
        raise QgsProcessingException(algorithm.invalidSourceError(parameters, algorithm.INPUT))
    check_crs(source.sourceCrs(), source.sourceName())
    fields = _fields(source, algorithm.parameterAsStrings(parameters, algorithm.FIELDS, context), record)
    layer = _lean_layer(source, [*fields, *_present(source, MASS_FIELD, YEAR)], record.feedback)
    if not len(layer):
        raise InputDataError("{layer} holds no polygon.", layer=layer.name)
    layer = replace(
        layer, geometries=tuple(repaired_shapes(layer.geometries, layer.keys, layer.name, record))
    )
    table = layer.table()
    chosen = MASSES[algorithm.parameterAsEnum(parameters, algorithm.MASS, context)]
    mass = table_mass(table, chosen)
    if not table.has(MASS_FIELD):
        record.decision(
            "{layer} has no field 'mass': its amounts are taken as {mass}.", layer=layer.name, mass=mass
        )
    return AmountLayer(layer, {name: table.numbers(name) for name in fields}, mass, _year(table))


def _present(source, *names):
    """Those of our own fields that a source has, as it writes them."""
    fields = source.fields()
    places = (fields.lookupField(name) for name in names)
    return [fields.at(place).name() for place in places if place >= 0]


def _fields(source, chosen, record):
    """Names of the fields with amounts."""
    names = source.fields().names()
    if not chosen:
        chosen = [
            field.name()
            for field in source.fields()
            if field.isNumeric() and field.name().lower().endswith("_t")
        ]
        if not chosen:
            raise InputDataError(
                "{layer} has no number whose name ends in _t, such as ce_t; choose the fields with amounts. "
                "It has: {fields}.",
                layer=source.sourceName(),
                fields=listing(names, 30),
            )
        record.decision("Amounts are summed of the fields {fields}.", fields=listing(chosen, 50))
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise InputDataError(
            "No field '{field}' in {layer}; it has: {fields}.",
            field=unknown[0],
            layer=source.sourceName(),
            fields=listing(names, 30),
        )
    densities = [name for name in chosen if name.lower() in DENSITIES]
    if densities:
        raise InputDataError(
            "'{field}' is an amount per hectare, and sums of it mean nothing; choose the amount itself.",
            field=densities[0],
        )
    return list(dict.fromkeys(chosen))


def _lean_layer(source, names, feedback):
    """The features with some of their fields."""
    places = [source.fields().lookupField(name) for name in names]
    request = QgsFeatureRequest().setSubsetOfAttributes(places)
    # Shapes are made valid by us.
    flags = Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks
    attributes, geometries, ids = [], [], []
    for number, feature in enumerate(source.getFeatures(request, flags)):
        if number % _OFTEN == 0 and feedback.isCanceled():
            raise Cancelled
        attributes.append([feature.attribute(place) for place in places])
        geometries.append(feature.geometry())
        ids.append(feature.id())
    fields = QgsFields()
    for place in places:
        fields.append(source.fields().at(place))
    return UnitLayer(
        source.sourceName(),
        fields,
        tuple(attributes),
        tuple(geometries),
        tuple(ids),
        source.wkbType(),
        source.sourceCrs(),
        keys=tuple(f"feature {number}" for number in ids),
        key_field="",
    )


def _year(table: Table):
    """The one year of the amounts, None if there is none."""
    if not table.has(YEAR) or all(year is None for year in table.text(YEAR)):
        return None
    years = np.unique(table.years(YEAR)).tolist()
    if len(years) > 1:
        raise InputDataError(
            "{layer} has amounts of several years ({years}), and their sum would be of none; filter one "
            "year, and run once for each.",
            layer=table.name,
            years=listing(years),
        )
    return years[0]
