"""Parcels with their shapes, areas, land types and parent areas, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...core.accounting.land_types import land_type_keys
from ...core.accounting.parcel_overlaps import overlap_notes
from ...core.accounting.parcels import Parcels, coded
from ...core.errors import InputDataError
from ...core.geometry.polygons import Polygons, pack_polygons
from ...core.notes import listing
from ...core.sequences import zip_equal
from ...core.tables import unit_key
from ...core.units import M2_PER_HA
from ..layers import Layer, check_crs, may_have_curves, read_layer, without_curves
from ..rasters import progress_of
from ..valid_shapes import of_one_type, repaired_shapes

FIRST = "first"
DUPLICATES = ("error", FIRST)  # in the order of the parameter DUPLICATES


@dataclass(frozen=True)
class ParcelLayer:
    """Parcels.

    Attributes
    ----------
    layer : Layer
        With repaired shapes.
    polygons : Polygons
    parcels : Parcels
    names : tuple of str
        What each parcel is called in messages.
    """

    layer: Layer
    polygons: Polygons
    parcels: Parcels
    names: tuple

    def label(self, place):
        """What the parcel at a place is called."""
        return self.names[place]

    def field(self, name):
        """A field as numbers: float array, NaN = missing."""
        return self.layer.table(name).numbers(name)


def read_parcels(source, fields, mapped, measured, duplicates, record):
    """Read parcels.

    Parameters
    ----------
    source : QgsProcessingFeatureSource
    fields : tuple of three str
        Of the land type, the parent area and the parcel's name; '' = none.
    mapped : dict of str to str or None
        Land types by code; see `land_type_map`.
    measured : callable
        Takes the coordinate reference system, gives what measures areas in it; see `measures.measure_of`.
    duplicates : str
        One of `DUPLICATES`: what to do with parcels that have one shape.
    record : RunRecord

    Returns
    -------
    ParcelLayer

    Raises
    ------
    InputDataError
        No parcels, no coordinate reference system, a shape that cannot be repaired, or two parcels with one
        shape; they are named.
    Cancelled
    """
    land_field, parent_field, name_field = fields
    check_crs(source.sourceCrs(), source.sourceName())
    layer = read_layer(source, record.feedback)
    if not len(layer):
        raise InputDataError("{layer} holds no parcel.", layer=layer.name)
    names = _names(layer, name_field)
    layer = _repaired(layer, names, record)
    curved = may_have_curves(layer.wkb_type)
    shapes = [
        None if shape.isEmpty() else without_curves(shape) if curved else shape for shape in layer.geometries
    ]
    polygons = pack_polygons(None if shape is None else shape.asWkb().data() for shape in shapes)
    areas = measured(layer.crs).areas_m2(polygons) / M2_PER_HA
    areas[[shape is None for shape in shapes]] = np.nan
    repeated = _repeated(shapes, polygons)
    if repeated:
        _report_repeated(repeated, names, duplicates, record)
        areas[[place for place, _ in repeated]] = np.nan
        polygons = polygons_without(shapes, {place for place, _ in repeated})
    record.note(*overlap_notes(polygons, names, progress_of(record.feedback, 20, 30)))
    land_type, land_types = coded(_land_types(layer, land_field, mapped))
    parents = _parents(layer, parent_field)
    parent, parent_names = (None, ()) if parents is None else coded(parents)
    parcels = Parcels(areas, land_type, land_types, parent, parent_names)
    return ParcelLayer(layer, polygons, parcels, names)


def polygons_without(shapes, places):
    """The polygons of shapes, none at some places."""
    return pack_polygons(
        None if shape is None or place in places else shape.asWkb().data()
        for place, shape in enumerate(shapes)
    )


def _names(layer, field):
    if field:
        return tuple(
            f"feature {number}" if value is None else str(value)
            for number, value in zip(layer.ids, layer.column(field))
        )
    return tuple(f"feature {number}" for number in layer.ids)


def _land_types(layer, field, mapped):
    return land_type_keys(layer.column(field), mapped) if field else [None] * len(layer)


def _parents(layer, field):
    if not field:
        return None
    values, known = layer.column(field), {}
    for value in values:
        if value not in known:
            known[value] = None if value is None or not str(value).strip() else unit_key(value)
    return [known[value] for value in values]


def _repaired(layer, names, record):
    """The layer with valid shapes; what was done goes to the record."""
    without = [name for name, shape in zip_equal(names, layer.geometries) if shape.isEmpty()]
    shapes = repaired_shapes(layer.geometries, names, layer.name, record)
    if without:
        record.warning(
            "{count} parcels have no shape and get nothing: {parcels}.",
            len(without),
            parcels=listing(without),
        )
    shapes, wkb_type = of_one_type(shapes, layer.wkb_type)
    return replace(layer, geometries=tuple(shapes), wkb_type=wkb_type)


def _repeated(shapes, polygons):
    """(place, earlier place) of every parcel whose shape an earlier one has."""
    boxes = np.column_stack((polygons.low, polygons.high))
    order = np.lexsort(boxes.T[::-1])
    order = order[np.isfinite(boxes[order]).all(axis=1)]
    same = np.flatnonzero((np.diff(boxes[order], axis=0) == 0).all(axis=1))
    pairs = []
    for run in np.split(same, np.flatnonzero(np.diff(same) > 1) + 1):
        if len(run):
            pairs += _equal_shapes(sorted(order[run[0] : run[-1] + 2].tolist()), shapes)
    return sorted(pairs)


def _equal_shapes(places, shapes):
    """Of parcels with one box, those whose shape an earlier one has."""
    kept, pairs = [], []
    for place in places:
        first = next((one for one in kept if shapes[one].isGeosEqual(shapes[place])), None)
        if first is None:
            kept.append(place)
        else:
            pairs.append((place, first))
    return pairs


def _report_repeated(repeated, names, duplicates, record):
    pairs = listing([f"{names[first]} and {names[place]}" for place, first in repeated])
    if duplicates != FIRST:
        raise InputDataError(
            "{count} parcels have the shape of another one and would count twice: {pairs}. Remove them "
            "(native:deleteduplicategeometries), or let the first one get all.",
            count=len(repeated),
            pairs=pairs,
        )
    record.warning(
        "{count} parcels have the shape of another one and get nothing, the first one gets all: {pairs}.",
        len(repeated),
        pairs=pairs,
    )
