"""Standard deviational ellipse: where units gather, how far and in which direction they spread, and how the
centre moves over the years."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, listing, warning
from ..sequences import pairwise, zip_equal
from .class_cells import CellPoints, class_cells
from .ground import Ground
from .places import LEAST_UNITS, check_places
from .yearly import shapeless

COLUMNS = ("group", "year", "cx", "cy", "major_m", "minor_m", "rotation", "n", "weight")
PATH_COLUMNS = ("group", "from_year", "to_year", "shift_m", "direction")
REACH_M = 1.0e7  # a quarter of the way round the Earth
_ON_A_LINE = 1e-7  # of the major axis; what rounding leaves of the minor one is below
_ROUND = 1e-9  # difference of the squared axes, of the major one: below, no direction is the longest
_SAME_PLACE_M = 1e-3
_STEPS = 50  # to the centre; each reduces what is left tenfold or more
_VERTICES = 360


class Ellipse(NamedTuple):
    """A standard deviational ellipse.

    Attributes
    ----------
    x, y : float
        Weighted mean centre, in the coordinates of the units.
    major_m, minor_m : float
        Half axes [m]; a minor one of 0 is that of units on a line.
    rotation : float
        Direction of the major axis, clockwise from north, 0 to below 180 [deg]; NaN for a circle.
    """

    x: float
    y: float
    major_m: float
    minor_m: float
    rotation: float


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


class CentrePath(NamedTuple):
    """How centres moved.

    Attributes
    ----------
    table : dict of str to list
        Columns `PATH_COLUMNS`, a row per step from a year to the next one with an ellipse: shift [m] and
        direction, clockwise from north [deg], NaN where the centre did not move.
    lines : tuple of float array, shape (2, 2)
        Start and end of every step.
    """

    table: dict
    lines: tuple


def deviational_ellipse(points, weights, ground, n=None, doubled=True, corrected=False):
    """The standard deviational ellipse of weighted points.

    `C = sum w d d' / sum w` with d the places about the weighted mean centre; the half axes are the square
    roots of the eigenvalues of C, times sqrt(2) if `doubled`, times sqrt(n / (n - 2)) if `corrected`. On
    geographic coordinates d are metres in the azimuthal equidistant projection about the centre, which is
    the place whose weighted mean there is itself.

    Parameters
    ----------
    points : float array, shape (points, 2)
        x or longitude, y or latitude; none missing.
    weights : float array, shape (points,)
        Above 0.
    ground : Ground
    n : int, optional
        Units that the points stand for; how many they are if None.
    doubled : bool
        Axes sqrt(2) times as long, as ArcGIS has them.
    corrected : bool
        For the degrees of freedom.

    Returns
    -------
    Ellipse

    Raises
    ------
    InputDataError
        Fewer than 3 units, all in one place, or some of them a quarter of the way round the Earth from the
        centre, or farther.

    References
    ----------
    Lefever 1926, American Journal of Sociology 32:88; Yuill 1971, Geografiska Annaler B 53:28. methods.md,
    section 7; docs/decisions/0110-axes-of-the-ellipse.md, docs/decisions/0111-centre-and-plane.md.

    Examples
    --------
    The corners of a rectangle of 6 by 2 m: the deviations are 3 and 1 m.

    >>> corners = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 2.0], [0.0, 2.0]])
    >>> deviational_ellipse(corners, np.ones(4), Ground(False, 1.0), doubled=False)
    Ellipse(x=3.0, y=1.0, major_m=3.0, minor_m=1.0, rotation=90.0)
    """
    n = len(points) if n is None else n
    if n < LEAST_UNITS:
        raise InputDataError(
            "{count} units have a shape and a weight above 0, and an ellipse needs at least {least}; add "
            "units, or leave these out.",
            count=n,
            least=LEAST_UNITS,
        )
    share = weights / weights.sum()
    centre, plane_m = _about_centre(points, share, ground)
    x, y = plane_m.T
    xx, xy, yy = (float((share * one * other).sum()) for one, other in ((x, x), (x, y), (y, y)))
    mean, half = (xx + yy) / 2, float(np.hypot((yy - xx) / 2, xy))
    if np.sqrt(mean) < _SAME_PLACE_M:
        raise InputDataError("All {count} units are in one place, which has no ellipse.", count=n)
    rotation = float(np.degrees(np.arctan2(2 * xy, yy - xx)) / 2 % 180)
    major, minor = np.sqrt(mean + half), np.sqrt(max(mean - half, 0.0))
    longer = np.sqrt(2 if doubled else 1) * np.sqrt(n / (n - 2) if corrected else 1)
    return Ellipse(
        *centre.tolist(),
        float(longer * major),
        float(longer * minor) if minor > _ON_A_LINE * major else 0.0,
        np.nan if 2 * half <= _ROUND * (mean + half) else rotation,
    )


def _about_centre(points, share, ground):
    """The centre, and the points on the plane about it [m]."""
    if not ground.geographic:
        centre = share @ points
        return centre, ground.on_plane(points, centre)
    centre = _first_centre(points, share, ground)
    for _ in range(_STEPS):
        plane_m = ground.on_plane(points, centre)
        far = np.count_nonzero(np.hypot(*plane_m.T) > REACH_M)
        rest = share @ plane_m
        if np.hypot(*rest) < _SAME_PLACE_M:
            _check_reach(far)
            return centre, plane_m - rest
        (centre,) = ground.from_plane(rest[None], centre)
    _check_reach(max(far, 1))
    return centre, plane_m


def _first_centre(points, share, ground):
    """The direction of the mean of the points in the Earth, near the centre; as longitudes are written."""
    x, y, z = share @ ground.in_space(points)
    centre = np.array([np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))]) / ground.unit
    turn = 2 * np.pi / ground.unit
    middle = (points[:, 0].min() + points[:, 0].max()) / 2
    centre[0] += turn * np.rint((middle - centre[0]) / turn)
    return centre


def _check_reach(far):
    if far:
        raise InputDataError(
            "{count} units or places are 10 000 km or more from the centre of all, a quarter of the way "
            "round the Earth, where no plane holds; make ellipses of parts of them.",
            count=int(far),
        )


def outline(ellipse, ground):
    """The border of an ellipse.

    Parameters
    ----------
    ellipse : Ellipse
    ground : Ground

    Returns
    -------
    float array of shape (vertices, 2), or None
        Closed, clockwise from the end of the major axis, in the coordinates of the units; longitudes may pass
        the antimeridian. None for a line, and where a pole is inside.
    """
    if ellipse.minor_m == 0:
        return None
    angle = np.arange(_VERTICES) * (2 * np.pi / _VERTICES)
    along, right = ellipse.major_m * np.cos(angle), ellipse.minor_m * np.sin(angle)
    turn = np.radians(np.nan_to_num(ellipse.rotation))
    east = along * np.sin(turn) + right * np.cos(turn)
    north = along * np.cos(turn) - right * np.sin(turn)
    ring = ground.from_plane(np.column_stack((east, north)), (ellipse.x, ellipse.y))
    ring = np.concatenate((ring, ring[:1]))
    if ground.geographic and (np.abs(np.diff(ring[:, 0])) * ground.unit > np.pi).any():
        return None
    return ring


def ellipses_of_units(
    places,
    weights=None,
    groups=None,
    years=None,
    doubled=True,
    corrected=False,
    progress=lambda fraction: None,
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
    progress=lambda fraction: None,
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


def ellipses(scatters, ground, doubled=True, corrected=False, progress=lambda fraction: None):
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


def centre_path(table, crs_wkt):
    """How the centres of groups moved from year to year.

    Parameters
    ----------
    table : dict of str to list
        Of `DeviationalEllipses`.
    crs_wkt : str
        Of its coordinates.

    Returns
    -------
    CentrePath

    Raises
    ------
    InputDataError
        No group has ellipses of two years.
    """
    ground = Ground.of_crs(crs_wkt)
    centres = list(zip_equal(*(table[name] for name in ("group", "year", "cx", "cy"))))
    rows, lines = [], []
    for (group, year, *start), (next_group, next_year, *end) in pairwise(centres):
        if group != next_group or year is None:
            continue
        ((east, north),) = ground.on_plane([end], start)
        shift = float(np.hypot(east, north))
        direction = float(np.degrees(np.arctan2(east, north)) % 360) if shift >= _SAME_PLACE_M else np.nan
        rows.append((group, year, next_year, shift, direction))
        lines.append(ground.from_plane([[0.0, 0.0], [east, north]], start))
    if not rows:
        raise InputDataError(
            "No group has ellipses of two years, so no centre moves; choose the field of the year, or leave "
            "the path out."
        )
    return CentrePath(dict(zip(PATH_COLUMNS, map(list, zip_equal(*rows)))), tuple(lines))
