"""Transitions between land classes at two dates, and what they change in the carbon budget."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, warning
from ..progress import no_progress, step_of
from ..raster.blocks import MEMORY_BUDGET, Window, stream, workers_of
from ..raster.output import OutputBand, RasterOutput
from ..raster.units_on_grid import area_text
from ..raster.zones import ZoneEdges, fill_runs, runs_of, zone_spans
from ..sequences import zip_equal
from ..units import M2_PER_HA
from .class_codes import PairSlots
from .classes import UNMAPPED
from .cross_areas import cross_areas, pair_slots, pair_windows
from .land_use_budget import UNMAPPED_CLASS, budget_series

CODE_STEP = 1000  # a change is `from * CODE_STEP + to`, classes counted from 1
NO_CHANGE_CODE = 0  # nodata of the raster: outside the units, or no class at one of the dates


class LandTransition(NamedTuple):
    """Transitions in units between two dates.

    Attributes
    ----------
    years : (int, int)
    classes : tuple of str
        With 'unmapped' last where unmapped cells count as zero.
    area_ha : float array, shape (units, classes + 1, classes + 1)
        From a class to a class; the last of both is no class: no data, or a code that is left out.
    effect_t : float array of the same shape
        Change of net emission per year in the mass of the coefficients; NaN where a class or a coefficient is
        missing.
    budgets : tuple of two YearBudget
        The land-use carbon budgets of the two dates.
    groups : tuple of two int arrays
        The class of every code of the two rasters (see `YearBudget.areas.values`), last that of missing
        cells.
    notes : tuple of Note
    """

    years: tuple
    classes: tuple
    area_ha: np.ndarray
    effect_t: np.ndarray
    budgets: tuple
    groups: tuple
    notes: tuple[Note, ...]


def land_transition(
    series,
    edges,
    areas,
    class_map,
    coefficients,
    per_hectare,
    units,
    policy="error",
    overlap="error",
    **running,
):
    """Area of every transition between two dates and its effect on the carbon budget.

    `effect = area * (coefficient_to - coefficient_from)`, coefficients as emission minus sequestration per
    hectare: above 0 more is emitted, or less taken up, than before.

    Parameters
    ----------
    series : two of (int, RasterSource)
        Year and class raster, on one grid.
    edges, areas, class_map, coefficients, per_hectare, units, policy, overlap
        See `land_use_budget.budget_series`.
    **running
        `executor`, `workers`, `budget` and `progress` of `class_areas`.

    Returns
    -------
    LandTransition
        Areas are exact sums that are rounded once. Where both dates have a class everywhere, the effects of a
        unit sum to the change of its net emission.

    Raises
    ------
    InputDataError
        See `land_use_budget.budget_series`.

    References
    ----------
    methods.md, section 1.5; docs/decisions/0137-classes-at-one-date.md, 0138-codes-of-changes.md.
    """
    progress = running.pop("progress", no_progress)
    budgets, notes = budget_series(
        series,
        edges,
        areas,
        class_map,
        coefficients,
        per_hectare,
        units,
        policy,
        overlap,
        progress=step_of(progress, 0, 2),
        **running,
    )
    cross = cross_areas(
        [source for _, source in series],
        edges,
        areas,
        [one.areas.values for one in budgets],
        progress=step_of(progress, 1, 2),
        **running,
    )
    classes, net_t_ha = _net_by_class(class_map, per_hectare, policy, budgets)
    groups = tuple(_groups(class_map.indices(one.areas.values), len(classes), policy) for one in budgets)
    area_ha = areas.area_m2(*cross.grouped(*groups, len(classes) + 1))[:-1] / M2_PER_HA
    effect_t = area_ha * (net_t_ha[:, None, :] - net_t_ha[:, :, None])
    notes = (*notes, *_without_class(area_ha))
    return LandTransition(
        tuple(year for year, _ in series), classes, area_ha, effect_t, budgets, groups, notes
    )


def _net_by_class(class_map, per_hectare, policy, budgets):
    """Classes, and their net emission per hectare in every unit [t/ha]; the last is no class."""
    net_t_ha = per_hectare.ce_per_ha - per_hectare.cs_per_ha
    classes = class_map.classes
    if policy == "zero":
        net_t_ha = np.nan_to_num(net_t_ha)
        if any((class_map.indices(one.areas.values) == UNMAPPED).any() for one in budgets):
            # A user's class may have the same name.
            classes = (*classes, UNMAPPED_CLASS if UNMAPPED_CLASS not in classes else f"{UNMAPPED_CLASS}_1")
            net_t_ha = np.column_stack((net_t_ha, np.zeros(len(net_t_ha))))
    return classes, np.column_stack((net_t_ha, np.full(len(net_t_ha), np.nan)))


def _groups(indices, classes, policy):
    """The class of every code, and last that of missing cells: `classes` for none."""
    unmapped = classes - 1 if policy == "zero" else classes
    return np.append(np.where(indices == UNMAPPED, unmapped, indices), classes)


def _without_class(area_ha):
    """A warning of area that has a class at one date only."""
    lost = area_ha[:, -1, :-1].sum(axis=1) + area_ha[:, :-1, -1].sum(axis=1)
    if not lost.any():
        return []
    return [
        warning(
            "{area} ha in {count} units have a class at one of the two dates only; their rows have an empty "
            "class and no effect.",
            count=int(np.count_nonzero(lost)),
            area=area_text(lost.sum()),
        )
    ]


def transition_rows(found, units):
    """Rows of a table of transitions: unit, from, to, area [ha], effect [t].

    Parameters
    ----------
    found : LandTransition
    units : sequence of str

    Yields
    ------
    tuple
        None for no class. What has no class at either date has no row; a unit without any other has one of
        None, so that no unit gets lost.
    """
    names = (*found.classes, None)
    for unit, area_ha, effect_t in zip_equal(units, found.area_ha, found.effect_t):
        pairs = [pair for pair in np.argwhere(area_ha > 0).tolist() if pair != [len(names) - 1] * 2]
        for start, end in pairs:
            yield unit, names[start], names[end], float(area_ha[start, end]), float(effect_t[start, end])
        if not pairs:
            yield unit, None, None, None, None


class ChangeRow(NamedTuple):
    """A code of the raster of changes: its classes and its area in all units [ha]."""

    code: int
    start: str
    end: str
    area_ha: float


def change_rows(found):
    """The codes of the raster of changes that occur in the units, ascending.

    Returns
    -------
    tuple of ChangeRow
    """
    total_ha = found.area_ha[:, :-1, :-1].sum(axis=0)
    return tuple(
        ChangeRow(
            (start + 1) * CODE_STEP + end + 1,
            found.classes[start],
            found.classes[end],
            float(total_ha[start, end]),
        )
        for start, end in np.argwhere(total_ha > 0).tolist()
    )


@dataclass(frozen=True)
class _Task:
    window: Window
    edges: ZoneEdges
    pairs: PairSlots
    codes: np.ndarray


def write_land_change(
    path,
    series,
    edges,
    found,
    executor=None,
    workers=None,
    budget=MEMORY_BUDGET,
    progress=no_progress,
):
    """Write what every cell was and became, with the classes of the codes as attribute table.

    Parameters
    ----------
    path : str or Path
        A GeoTIFF; it is there whole or not at all.
    series : two of (int, RasterSource)
    edges : ZoneEdges
    found : LandTransition
        Of that series and these units.
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Raises
    ------
    InputDataError
        A raster cannot be read, the target cannot be written, or there are 1000 classes or more.

    Notes
    -----
    The code is `from * 1000 + to` with the places of the classes from 1; unchanged land has one, too. Cells
    outside all units, or without a class at one of the dates, are nodata.
    """
    if len(found.classes) >= CODE_STEP:
        raise InputDataError(
            "There are {count} classes, and the codes of changes hold up to 999; join classes in the class "
            "table, or leave the raster of changes out.",
            count=len(found.classes),
        )
    workers = workers or workers_of(executor)
    sources = [source for _, source in series]
    pairs = pair_slots(sources, [one.areas.values for one in found.budgets])
    codes = _codes_of_pairs(pairs, found)
    band = OutputBand("Land change {}-{}".format(*found.years), "")
    rows = change_rows(found)
    output = RasterOutput(path, sources[0].grid, [band], "int32", NO_CHANGE_CODE, smooth=False)
    tasks = [_Task(window, edges, pairs, codes) for window in pair_windows(sources, 4, budget, workers)]
    with output:
        output.describe_codes(
            1,
            {
                "Value": [row.code for row in rows],
                "Name": [f"{row.start} -> {row.end}" for row in rows],
                "From": [row.start for row in rows],
                "To": [row.end for row in rows],
                "Area_ha": [row.area_ha for row in rows],
            },
        )
        # Closed at once on an error: threads that outlive the run hold files beyond the end of GDAL.
        with closing(stream(_changes, tasks, executor, workers, progress)) as results:
            for task, values in zip_equal(tasks, results):
                output.write(1, task.window.column, task.window.row, values)


def _codes_of_pairs(pairs, found):
    """Code by 'outside all units' and place of a pair, int32 of shape (2, places)."""
    classes = len(found.classes)
    # A place of `CodeSlots`: the codes, missing cells, then other codes, which there are none of.
    start, end = (np.append(group, classes) for group in found.groups)
    code = (start[:, None] + 1) * CODE_STEP + end[None, :] + 1
    code[(start == classes)[:, None] | (end == classes)[None, :]] = NO_CHANGE_CODE
    table = np.full((2, pairs.count), NO_CHANGE_CODE, dtype=np.int32)
    table[0, : code.size] = code.ravel()
    return table


def _changes(task):
    """Codes of the cells of a window."""
    window = task.window
    places, _ = task.pairs.read(window)
    spans, _ = zone_spans(task.edges, window)
    runs = runs_of(spans, window, task.edges.zones)
    outside = (runs.zone == task.edges.zones).astype(np.int64)
    at = fill_runs(runs.begin, outside * task.pairs.count, places.size)
    at += places.ravel()
    return task.codes.ravel()[at].reshape(places.shape)
