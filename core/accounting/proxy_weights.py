"""The weights of rules from points, people, lines and fields: each layer is put into the parcels once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..geometry.lengths_in_polygons import lengths_in_polygons
from ..geometry.lines import Lines
from ..geometry.points_in_polygons import points_in_polygons
from ..geometry.polygons import Polygons
from ..notes import listing, warning
from ..progress import no_progress, step_of
from .allocation_rules import AREA, FIELD, LENGTH, PEOPLE, POINTS, ROAD, categories
from .parcels import Parcels
from .proxies import Placed, area_weights, field_weights, placed_pieces
from .road_factors import road_factors

LINEAR = (ROAD, LENGTH)  # proxies that need lines


class PointSet(NamedTuple):
    """Points of interest, or people.

    Attributes
    ----------
    name : str
        Of the layer, for messages.
    xy : float array, shape (points, 2)
        In the coordinates of the parcels.
    code : int array, shape (points,)
        Place of the category in `names`.
    names : tuple of str
        Categories; '' = none.
    amount : float array, shape (points,)
        Points or people, 0 or more.
    """

    name: str
    xy: np.ndarray
    code: np.ndarray
    names: tuple[str, ...]
    amount: np.ndarray


class LineSet(NamedTuple):
    """Roads, rails and other lines.

    Attributes
    ----------
    name : str
        Of the layer, for messages.
    lines : Lines
        In the coordinates of the parcels.
    segment_m : float array, shape (segments,)
        Length of every segment of the lines on the ground [m].
    code : int array, shape (lines,)
        Place of the class in `names`.
    names : tuple of str
        Classes; '' = none.
    """

    name: str
    lines: Lines
    segment_m: np.ndarray
    code: np.ndarray
    names: tuple[str, ...]

    def length_m(self):
        """Length of all lines of each class [m]: float array, shape (names,)."""
        return np.bincount(self.code[self.lines.owner], self.segment_m, len(self.names))


class ProxyData(NamedTuple):
    """What weights are measured by; what no rule needs may be None.

    Attributes
    ----------
    polygons : Polygons
        Of the parcels.
    parcels : Parcels
    points, people : PointSet or None
        Without points, roads count by their length alone.
    lines : LineSet or None
    fields : dict of str to float array, shape (parcels,)
    transport : str
        The categories of points that correct the lengths of roads.
    metres : callable
        Takes places, float array (points, 2), and gives the metres in a unit of x and y there, likewise.
    label : callable
        What the parcel at a place is called in messages.
    """

    polygons: Polygons
    parcels: Parcels
    points: PointSet | None
    people: PointSet | None
    lines: LineSet | None
    fields: dict
    transport: str
    metres: object
    label: object


def proxy_weights(rules, data, progress=no_progress):
    """Weights of parcels for rules.

    Parameters
    ----------
    rules : sequence of Rule
    data : ProxyData
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    dict of tuple to Weights
        By `Rule.key`.
    tuple of Note

    Raises
    ------
    InputDataError
        A negative value of a field.

    References
    ----------
    methods.md, section 1.4.
    """
    proxies = {rule.proxy for rule in rules}
    count = len(data.parcels.area_ha)
    notes = []
    placed = {}
    layers = ((POINTS, data.points, "points"), (PEOPLE, data.people, "people"))
    for done, (proxy, points, measure) in enumerate(layers):
        if proxy in proxies:
            placed[proxy] = _placed_points(measure, points, data.polygons, notes, step_of(progress, done, 3))
    linear = [rule for rule in rules if rule.proxy in LINEAR]
    if linear:
        placed[ROAD] = placed[LENGTH] = _placed_lines(linear, data, step_of(progress, 2, 3))
    weights, factors = {}, {}
    for rule in rules:
        if rule.proxy == AREA:
            weights[rule.key] = area_weights(data.parcels.area_ha)
        elif rule.proxy == FIELD:
            members = data.parcels.of_rule(rule)
            weights[rule.key], own = field_weights(data.fields[rule.field], members, rule.field, data.label)
            notes += own
        else:
            pieces = placed[rule.proxy]
            if rule.proxy == ROAD and rule.category not in factors:
                factors[rule.category] = _factors(rule, data, notes)
            of_class = factors[rule.category] if rule.proxy == ROAD else None
            notes += _note_on_categories(rule, pieces, data)
            weights[rule.key] = pieces.weights(rule.categories, count, of_class)
    return weights, tuple(notes)


def _placed_points(measure, points, polygons, notes, progress):
    found = points_in_polygons(points.xy[:, 0], points.xy[:, 1], polygons, progress)
    outside = int((found.polygon < 0).sum())
    if outside:
        notes.append(
            warning(
                "{layer}: {count} of {all} points are in no parcel and count nowhere.",
                outside,
                layer=points.name,
                all=len(points.xy),
            )
        )
    if found.in_several:
        notes.append(
            warning(
                "{layer}: {count} points are in several parcels, which overlap; each counts in the "
                "first one.",
                found.in_several,
                layer=points.name,
            )
        )
    return placed_pieces(measure, found.polygon, points.code, points.amount, points.names)


def _placed_lines(rules, data, progress):
    """The stretches of lines in the parcels that rules need them for."""
    members = np.zeros(len(data.parcels.area_ha), dtype=bool)
    for rule in rules:
        members |= data.parcels.of_rule(rule)
    places = np.flatnonzero(members)
    lines = data.lines
    polygons = data.polygons.some(places)
    found = lengths_in_polygons(lines.lines, polygons, lines.segment_m, progress)
    return placed_pieces(
        "m", places[found.polygon], lines.code[found.line], found.length, lines.names, lines.length_m()
    )


def _factors(rule, data, notes):
    """Factors of the classes of lines by the points of transport."""
    lines = data.lines
    if data.points is None:
        notes.append(
            warning(
                "'{label}': there are no points of interest to correct the lengths of roads by; all roads "
                "count by their length.",
                label=rule.label,
            )
        )
        return np.ones(len(lines.names))
    wanted = np.array([name in rule.categories for name in lines.names], dtype=bool)
    own = wanted[lines.code][lines.lines.owner]
    of_transport = np.array([name in categories(data.transport) for name in data.points.names], dtype=bool)
    xy = data.points.xy[of_transport[data.points.code]]
    length_m = np.where(wanted, lines.length_m(), 0.0)
    found = road_factors(
        xy,
        data.metres(xy),
        lines.lines.start[own],
        lines.lines.end[own],
        lines.code[lines.lines.owner[own]],
        length_m,
        lines.names,
    )
    notes += found.notes
    return found.factors


def _note_on_categories(rule, placed: Placed, data):
    """A warning of a category that nothing is of."""
    if placed.wanted(rule.categories).any() or not rule.category:
        return ()
    source = data.points if rule.proxy == POINTS else data.lines
    return (
        warning(
            "{layer} has nothing of the category '{category}' ({label}); it has: {found}.",
            layer=source.name,
            category=rule.category,
            label=rule.label,
            found=listing([name or "(empty)" for name in source.names], 20) or "nothing",
        ),
    )


def check_categories(rules, has_points_field, has_lines_field):
    """Refuse rules that name categories of a layer without a field of categories.

    Raises
    ------
    InputDataError
    """
    for proxies, has_field, what in (
        ((POINTS,), has_points_field, "points"),
        (LINEAR, has_lines_field, "lines"),
    ):
        named = [rule for rule in rules if rule.proxy in proxies and not rule.categories.excluded]
        if named and not has_field:
            raise InputDataError(
                "The rule of '{label}' counts {what} of the category '{category}', and the field of their "
                "categories is not chosen; choose it.",
                label=named[0].label,
                what=what,
                category=named[0].category,
            )
