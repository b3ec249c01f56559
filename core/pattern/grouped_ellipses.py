"""Standard deviational ellipses of groups and years: of units, and of the cells of land classes."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..geometry.ground import Ground
from ..notes import Note, listing, warning
from ..progress import no_progress
from ..sequences import zip_equal
from .class_cells import CellPoints, class_cells
from .deviational_ellipse import deviational_ellipse, outline
from .places import check_places
from .yearly import shapeless

COLUMNS = ("group", "year", "cx", "cy", "major_m", "minor_m", "rotation", "n", "weight")


class Scatter(NamedTuple):
    """What an ellipse is made of.

    Attributes
    ----------
    group : str or None
    year : int or None
    points : float array, shape (points, 2)
    weights : float array, shape (points,)
        Above 0.
    n : int
        Units or cells that the points stand for.
    weight : float
        Sum of their weights; of cells their area [ha].
    """

    group: str | None
    year: int | None
    points: np.ndarray
    weights: np.ndarray
    n: int
    weight: float

    @property
    def about(self):
        """'forest, 2010': what notes are about."""
        return ", ".join(str(part) for part in (self.group, self.year) if part is not None)


class DeviationalEllipses(NamedTuple):
    """Ellipses of groups and years.

    Attributes
    ----------
    table : dict of str to list
        Columns `COLUMNS`, a row per ellipse; group and year are None where there are none.
    rings : tuple of (float array of shape (vertices, 2) or None)
        Their outlines in the coordinates of the units; None for a line, or where a pole is inside.
    notes : tuple of Note
    """

    table: dict
    rings: tuple
    notes: tuple[Note, ...]

    @property
    def groups(self):
        """Those with an ellipse, in their order; [None] if there are no groups."""
        return list(dict.fromkeys(self.table["group"]))

    @property
    def years(self):
        """Those with an ellipse, ascending; [] if there are no years."""
        return sorted({year for year in self.table["year"] if year is not None})


def ellipses_of_units(
    places,
    weights=None,
    groups=None,
    years=None,
    doubled=True,
    corrected=False,
    progress=no_progress,
):
    """Ellipses of the units of every group and year.

    Parameters
    ----------
    places : Places
    weights : float array, optional
        One per unit, not below 0; NaN = missing. All the same if None.
    groups : sequence of (str or None), optional
        One per unit; None = missing. One group if None.
    years : int array, optional
        One per unit. One date if None.
    doubled, corrected
        See `deviational_ellipse`.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    DeviationalEllipses
        By group in the order of the units, then by year. A group and year without an ellipse has a warning.

    Raises
    ------
    InputDataError
        There is no coordinate system, a weight is below 0, two units of a group have the same shape in a
        year, or there is no ellipse at all.

    References
    ----------
    docs/decisions/0113-units-of-an-ellipse.md.
    """
    ground = Ground.of_crs(places.crs_wkt)
    weights = np.ones(len(places.points)) if weights is None else weights
    used, notes = _used(places, weights, groups)
    group_of = {}
    for row in used.tolist():
        group_of.setdefault(None if groups is None else groups[row], []).append(row)

    def scatters():
        for group, rows in group_of.items():
            rows = np.array(rows)
            own = None if years is None else years[rows]
            check_places(places.some(rows), own)
            for year in [None] if own is None else np.unique(own).tolist():
                some = rows if year is None else rows[own == year]
                weight = weights[some]
                yield Scatter(group, year, places.points[some], weight, len(some), float(weight.sum()))

    found = ellipses(list(scatters()), ground, doubled, corrected, progress)
    return found._replace(notes=(*notes, *found.notes))


def _used(places, weights, groups):
    """Units with a shape, a weight above 0 and a group, and what is said of the others."""
    below = np.flatnonzero(weights < 0)
    if len(below):
        raise InputDataError(
            "{count} units have a weight below 0: {units}. Weights say how much of something is in a place; "
            "choose another field, or leave these units out.",
            count=len(below),
            units=listing(f"{places.label(row)} ({weights[row]:,.10g})" for row in below.tolist()),
        )
    missing, zero = np.isnan(weights), weights == 0
    nameless = np.zeros(len(weights), bool) if groups is None else np.array([one is None for one in groups])
    notes = [*shapeless(places)]
    for which, template in (
        (missing, "{count} units have no weight and are left out: {units}."),
        (zero, "{count} units have a weight of 0 and are left out: {units}."),
        (nameless, "{count} units have no group and are left out: {units}."),
    ):
        rows = np.flatnonzero(which).tolist()
        if rows:
            notes.append(warning(template, len(rows), units=listing(places.label(row) for row in rows)))
    used = np.flatnonzero(places.usable & ~missing & ~zero & ~nameless)
    if not len(used):
        raise InputDataError("No unit has a shape and a weight above 0; choose another field of weights.")
    return used, notes


def ellipses_of_classes(
    series,
    areas,
    class_map=None,
    chosen=(),
    doubled=True,
    corrected=False,
    progress=no_progress,
    **engine,
):
    """Ellipses of the cells of every class and year, weighted with their true areas.

    Parameters
    ----------
    series : sequence of (int, RasterSource)
        Year and codes, all on one grid.
    areas : ExactAreas
        Of the cells of the grid.
    class_map : ClassMap, optional
        Groups are its classes; without it the codes.
    chosen : sequence of str
        Classes (or codes, without a class map) to make ellipses of; all if empty.
    doubled, corrected
        See `deviational_ellipse`.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.
    **engine
        executor, workers and budget of `class_cells`.

    Returns
    -------
    DeviationalEllipses
        By class, then by year.

    Raises
    ------
    InputDataError
        A chosen class does not occur, a raster holds no classes, or there is no ellipse at all.

    References
    ----------
    docs/decisions/0112-cells-of-classes.md, docs/decisions/0114-classes-as-groups.md.
    """
    ground = Ground.of_crs(series[0][1].grid.crs_wkt)
    scatters, notes = [], []
    for place, (year, source) in enumerate(series):
        cells = class_cells(
            source, areas, progress=lambda part, place=place: progress((place + part) / len(series)), **engine
        )
        groups, found_notes = _class_groups(cells, class_map)
        notes += (replace(note, about=str(year)) for note in found_notes)
        scatters += [Scatter(group, year, *part) for group, part in groups.items()]
    found = list(dict.fromkeys(one.group for one in scatters))
    if class_map is not None:
        found.sort(key=class_map.classes.index)
    else:
        found.sort(key=int)
    wanted = _chosen(chosen, found)
    scatters.sort(key=lambda one: (found.index(one.group), one.year))
    made = ellipses([one for one in scatters if one.group in wanted], ground, doubled, corrected)
    return made._replace(notes=(*notes, *made.notes))


def _class_groups(cells, class_map):
    """The cells by class, and a warning of codes that have none."""
    if class_map is None:
        return {str(code): part for code, part in cells.items()}, ()
    parts, unmapped = {}, []
    for code, part in cells.items():
        name = class_map.class_of(code)
        if name is None:
            unmapped.append(f"{code} ({part.area_ha:,.4g} ha)")
        else:
            parts.setdefault(name, []).append(part)
    notes = ()
    if unmapped:
        notes = (
            warning(
                "{count} values have no class in {table} and are left out: {values}.",
                len(unmapped),
                table=class_map.name,
                values=listing(unmapped),
            ),
        )
    return {name: CellPoints.union(several) for name, several in parts.items()}, notes


def _chosen(chosen, found):
    """Names of the classes to make ellipses of, as they are written in the classes."""
    names = {name.casefold(): name for name in found}
    unknown = [name for name in chosen if name.casefold() not in names]
    if unknown:
        raise InputDataError(
            "No cell is of the class '{name}'; the rasters hold: {classes}.",
            name=unknown[0],
            classes=listing(found, 50),
        )
    return {names[name.casefold()] for name in chosen} or set(found)


def ellipses(scatters, ground, doubled=True, corrected=False, progress=no_progress):
    """The ellipses of several groups and years.

    Parameters
    ----------
    scatters : sequence of Scatter
    ground : Ground
    doubled, corrected
        See `deviational_ellipse`.
    progress : callable

    Returns
    -------
    DeviationalEllipses
        What has no ellipse is not in the table and has a warning.

    Raises
    ------
    InputDataError
        There is none at all: what is wrong with the first.
    """
    rows, rings, notes, wrong = [], [], [], []
    for place, one in enumerate(scatters):
        progress(place / len(scatters))
        try:
            found = deviational_ellipse(one.points, one.weights, ground, one.n, doubled, corrected)
        except InputDataError as error:
            wrong.append((one.about, error))
            notes.append(Note("warning", error.template, error.values, about=one.about))
            continue
        rows.append((one.group, one.year, *found, one.n, one.weight))
        rings.append(outline(found, ground))
        notes += (replace(note, about=one.about) for note in _remarks(found, rings[-1]))
    if not rows:
        about, error = wrong[0]
        if not about:
            raise error
        raise InputDataError("{part}: {reason}", part=about, reason=error)
    return DeviationalEllipses(dict(zip(COLUMNS, map(list, zip_equal(*rows)))), tuple(rings), tuple(notes))


def _remarks(ellipse, ring):
    """What a reader of an ellipse should know."""
    if ellipse.minor_m == 0:
        yield warning("All units lie on a line: the minor axis is 0, and there is no polygon.")
    elif ring is None:
        yield warning("A pole is inside the ellipse, which cannot be drawn on these coordinates.")
    if np.isnan(ellipse.rotation):
        yield warning("The ellipse is a circle and has no rotation.")
