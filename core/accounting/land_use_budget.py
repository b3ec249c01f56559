"""Land-use carbon budget: areas of classes times coefficients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import listing, warning
from ..progress import no_progress, step_of
from ..raster.units_on_grid import area_text, check_overlaps, of_few_cells, without_cell
from ..sequences import zip_equal
from ..units import M2_PER_HA
from .class_areas import class_areas

UNMAPPED_POLICIES = ("error", "zero", "skip")  # in the order of the parameter UNMAPPED
UNMAPPED_CLASS = "unmapped"
_CODES = np.iinfo(np.int32)  # what a field of whole numbers holds


class ClassifiedAreas(NamedTuple):
    """Areas of classes in units at one date [ha]; the last row of each array is outside all units.

    Attributes
    ----------
    classes : tuple of str
    area_ha : float array, shape (units + 1, classes)
    unmapped_ha : float array, shape (units + 1,)
        Cells with a code that the class table does not have.
    nodata_ha : float array, shape (units + 1,)
    cells : int array, shape (units + 1,)
    """

    classes: tuple
    area_ha: np.ndarray
    unmapped_ha: np.ndarray
    nodata_ha: np.ndarray
    cells: np.ndarray


def classify(areas, class_map):
    """Sum the areas of codes to classes.

    Parameters
    ----------
    areas : ClassAreas
    class_map : ClassMap

    Returns
    -------
    ClassifiedAreas
    """
    index = class_map.indices(areas.values)
    area_ha = np.zeros((areas.area_m2.shape[0], len(class_map.classes)))
    for column, place in enumerate(index):
        if place >= 0:
            area_ha[:, place] += areas.area_m2[:, column]
    area_ha /= M2_PER_HA
    unmapped_ha = areas.area_m2[:, index < 0].sum(axis=1) / M2_PER_HA
    return ClassifiedAreas(class_map.classes, area_ha, unmapped_ha, areas.nodata_m2 / M2_PER_HA, areas.cells)


@dataclass(frozen=True)
class LandUseBudget:
    """Emission and sequestration of units at one date.

    Attributes
    ----------
    classes : tuple of str
        With 'unmapped' last where unmapped cells count as zero.
    class_area_ha : float array, shape (units, classes)
    coefficient_t_ha : float array, shape (units, classes)
        Emission minus sequestration per hectare; NaN for a class that has none and was skipped.
    class_ce_t, class_cs_t : float arrays, shape (units, classes)
        Emission and sequestration, both positive amounts, in the mass of the coefficients.
    area_ha, nodata_ha, unmapped_ha : float arrays, shape (units,)
        Classified area, area without data, and area left out or counted as zero.
    ce_t, cs_t : float arrays, shape (units,)
        NaN for a unit that holds no cell with a class.
    notes : tuple of Note
    """

    classes: tuple
    class_area_ha: np.ndarray
    coefficient_t_ha: np.ndarray
    class_ce_t: np.ndarray
    class_cs_t: np.ndarray
    area_ha: np.ndarray
    nodata_ha: np.ndarray
    unmapped_ha: np.ndarray
    ce_t: np.ndarray
    cs_t: np.ndarray
    notes: tuple

    @property
    def net_t(self):
        """Emission minus sequestration, shape (units,)."""
        return self.ce_t - self.cs_t

    @property
    def class_net_t(self):
        """Emission minus sequestration, shape (units, classes)."""
        return self.class_ce_t - self.class_cs_t


def land_use_budget(areas, ce_t_ha, cs_t_ha, units, policy="error", unmapped_codes=""):
    """Carbon budget of units from the areas of their classes.

    `CE = sum of area * coefficient` over the positive coefficients, `CS` the same over the negative ones
    with the sign turned.

    Parameters
    ----------
    areas : ClassifiedAreas
    ce_t_ha, cs_t_ha : float arrays, shape (units, classes)
        Emission and sequestration per hectare, both positive amounts; NaN = the class has no coefficient.
    units : sequence of str
        For messages.
    policy : str
        For cells without a class, and classes without a coefficient: 'error'; 'zero' counts them with zero
        carbon; 'skip' leaves them out. Either way their area is in `unmapped_ha`, not in `area_ha`.
    unmapped_codes : str
        The codes without a class, for the message.

    Returns
    -------
    LandUseBudget

    Raises
    ------
    InputDataError
        There is area without a class or coefficient and the policy is 'error'.

    References
    ----------
    methods.md, section 1.1; Liu 2025 eq. 1.
    """
    area_ha, unmapped_ha = areas.area_ha[:-1], areas.unmapped_ha[:-1]
    nodata_ha, cells = areas.nodata_ha[:-1], areas.cells[:-1]
    without = np.isnan(ce_t_ha) | np.isnan(cs_t_ha)
    notes = []
    lost_ha = np.where(without, area_ha, 0.0)
    if policy == "error":
        _refuse_unmapped(unmapped_ha, unmapped_codes, units)
        _refuse_without_coefficient(areas.classes, lost_ha, units)
    unmapped_ha = unmapped_ha + lost_ha.sum(axis=1)
    if unmapped_ha.any():
        holders = np.flatnonzero(unmapped_ha)
        template = {
            "zero": "{area} ha in {count} units have no class or no coefficient; they count with zero "
            "carbon and are listed in unmap_ha.",
            "skip": "{area} ha in {count} units have no class or no coefficient; they are left out and "
            "listed in unmap_ha.",
        }[policy]
        notes.append(warning(template, count=len(holders), area=area_text(unmapped_ha.sum())))
    class_area = np.where(without, 0.0, area_ha)
    coefficient = ce_t_ha - cs_t_ha
    class_ce = class_area * np.nan_to_num(ce_t_ha)
    class_cs = class_area * np.nan_to_num(cs_t_ha)
    classes = areas.classes
    if policy == "zero" and unmapped_ha.any():
        # A user's class may have the same name.
        classes = (*classes, UNMAPPED_CLASS if UNMAPPED_CLASS not in classes else f"{UNMAPPED_CLASS}_1")
        zero = np.zeros((len(units), 1))
        class_area = np.hstack((class_area, unmapped_ha[:, None]))
        coefficient = np.hstack((coefficient, zero))
        class_ce, class_cs = np.hstack((class_ce, zero)), np.hstack((class_cs, zero))
    classified = np.where(without, 0.0, area_ha).sum(axis=1)
    accounted = classified > 0 if policy != "zero" else classified + unmapped_ha > 0
    ce_t = np.where(accounted, class_ce.sum(axis=1), np.nan)
    cs_t = np.where(accounted, class_cs.sum(axis=1), np.nan)
    notes += _notes_on_cells(cells, nodata_ha, accounted, units)
    return LandUseBudget(
        classes,
        class_area,
        coefficient,
        class_ce,
        class_cs,
        classified,
        nodata_ha,
        unmapped_ha,
        ce_t,
        cs_t,
        tuple(notes),
    )


def _refuse_unmapped(unmapped_ha, codes, units):
    holders = np.flatnonzero(unmapped_ha)
    if len(holders):
        raise InputDataError(
            "The class table has no class for the raster values {codes}, which cover {area} ha in "
            "{count} units ({units}). Add a row per value to the class table, choose the table of the right "
            "land cover product, or choose what to do with unmapped cells (UNMAPPED).",
            codes=codes,
            area=area_text(unmapped_ha.sum()),
            count=len(holders),
            units=listing(units[i] for i in holders),
        )


def _refuse_without_coefficient(classes, lost_ha, units):
    lost = np.flatnonzero(lost_ha.any(axis=0))
    if len(lost):
        one = lost[0]
        holders = np.flatnonzero(lost_ha[:, one])
        raise InputDataError(
            "No coefficient for class '{name}' ({area} ha in {count} units: {units}){more}; add a row "
            "to the coefficient table, map its values to another class in the class table, or choose what to "
            "do with unmapped cells (UNMAPPED).",
            name=classes[one],
            area=area_text(lost_ha[:, one].sum()),
            count=len(holders),
            units=listing(units[i] for i in holders),
            more="" if len(lost) == 1 else ", nor for " + listing(f"'{classes[i]}'" for i in lost[1:]),
        )


def _notes_on_cells(cells, nodata_ha, accounted, units):
    notes = without_cell(cells, units)
    blank = np.flatnonzero(~accounted & (cells > 0))
    if len(blank):
        notes.append(
            warning(
                "{count} units hold no cell with a class, and are kept without values: {units}.",
                count=len(blank),
                units=listing(units[i] for i in blank),
            )
        )
    partly = np.flatnonzero(accounted & (nodata_ha > 0))
    if len(partly):
        notes.append(
            warning(
                "{area} ha in {count} units have no data and are not accounted (nodata_ha): {units}.",
                count=len(partly),
                area=area_text(nodata_ha[partly].sum()),
                units=listing(units[i] for i in partly),
            )
        )
    return notes + of_few_cells(cells, units)


class AuditRow(NamedTuple):
    """One raster value: its class, its area in all units, its coefficients, and what to know about it."""

    value: int
    class_name: str | None
    area_ha: float
    coefficients: str
    note: str


def class_audit(areas, class_map, coefficients, nodata=None):
    """What every value of a raster was taken for.

    Parameters
    ----------
    areas : ClassAreas
    class_map : ClassMap
    coefficients : CoefficientTable
    nodata : float, optional
        Of the raster.

    Returns
    -------
    rows : tuple of AuditRow
        The values of the class table and those found, ascending, then nodata.
    notes : tuple of Note
        A mapped value that the raster declares as nodata.
    """
    rows, notes = [], []
    for value, area_m2 in zip_equal(areas.values.tolist(), areas.area_m2[:-1].sum(axis=0)):
        name = class_map.class_of(value)
        remark = "; ".join(text for text in (class_map.label_of(value), class_map.remark_of(value)) if text)
        if name is None:
            remark = "not in the class table"
        elif nodata is not None and value == nodata:
            continue
        elif not coefficients.rows_of(name):
            remark = "no coefficient" + (f"; {remark}" if remark else "")
        rows.append(
            AuditRow(
                value, name, float(area_m2) / M2_PER_HA, coefficients.describe(name) if name else "", remark
            )
        )
    missing_ha = float(areas.nodata_m2[:-1].sum()) / M2_PER_HA
    # Such as -3.4e38 of a float raster is no code.
    is_code = nodata is not None and _CODES.min <= nodata <= _CODES.max and nodata == int(nodata)
    if is_code:
        clash = class_map.class_of(int(nodata))
        remark = "nodata of the raster"
        if clash is not None:
            remark += f"; the class table says '{clash}'"
        rows.append(AuditRow(int(nodata), None, missing_ha, "", remark))
        if clash is not None and missing_ha > 0:
            notes.append(
                warning(
                    "The value {value} is nodata in the raster and '{name}' in the class table; its "
                    "{area} ha in the units count as missing. If they are '{name}', remove the nodata "
                    "value from the raster.",
                    value=int(nodata),
                    name=clash,
                    area=area_text(missing_ha),
                )
            )
    elif missing_ha > 0:
        rows.append(AuditRow(None, None, missing_ha, "", "cells without data"))
    return tuple(rows), tuple(notes)


def unmapped_listing(areas, class_map):
    """The codes in units that have no class, with their areas, as words."""
    index = class_map.indices(areas.values)
    inside_ha = areas.area_m2[:-1].sum(axis=0) / M2_PER_HA
    found = [(areas.values[i], inside_ha[i]) for i in np.flatnonzero(index < 0) if inside_ha[i] > 0]
    return listing(f"{value} ({area_text(area)} ha)" for value, area in found)


class YearBudget(NamedTuple):
    """What one date gave: the counted areas, the budget, the audit, and the area outside all units [ha]."""

    year: int
    areas: object
    budget: LandUseBudget
    audit: tuple
    outside_ha: float


def budget_series(
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
    """Land-use carbon budgets of units at several dates.

    Parameters
    ----------
    series : sequence of (int, RasterSource)
        Year and class raster, all on one grid.
    edges : ZoneEdges
        The units on that grid.
    areas : ExactAreas
        Of the cells of that grid.
    class_map : ClassMap
    coefficients : CoefficientTable
    per_hectare : Resolved
        The coefficients of the classes of `class_map` in the units.
    units : sequence of str
    policy : str
        See `land_use_budget`.
    overlap : str
        See `check_overlaps`.
    **running
        `executor`, `workers`, `budget` and `progress` of `class_areas`.

    Returns
    -------
    years : tuple of YearBudget
        In the order of the series.
    notes : tuple of Note

    Raises
    ------
    InputDataError
        See `class_areas`, `check_overlaps` and `land_use_budget`; or no unit holds a cell of the raster.
    """
    progress = running.pop("progress", no_progress)
    found, notes = [], {}
    for number, (year, source) in enumerate(series):
        counted = class_areas(
            source, edges, areas, class_map.values, progress=step_of(progress, number, len(series)), **running
        )
        if not counted.cells[:-1].any():
            raise InputDataError(
                "No unit holds a cell of the raster {name}; check the coordinate systems and extents of "
                "both.",
                name=source.name,
            )
        classified = classify(counted, class_map)
        year_notes = list(check_overlaps(counted.overlaps, units, overlap))
        if not counted.area_m2[:-1].any():
            raise InputDataError(
                "The raster {name} has only missing cells in the units; check its nodata value and the band.",
                name=source.name,
            )
        codes = unmapped_listing(counted, class_map)
        budget = land_use_budget(
            classified, per_hectare.ce_per_ha, per_hectare.cs_per_ha, units, policy, codes
        )
        audit, audit_notes = class_audit(counted, class_map, coefficients, source.nodata)
        outside_ha = float(classified.area_ha[-1].sum() + classified.unmapped_ha[-1])
        found.append(YearBudget(year, counted, budget, audit, outside_ha))
        for note in (*year_notes, *budget.notes, *audit_notes):
            notes.setdefault((note.kind, note.text), (note, []))[1].append(year)
    return tuple(found), tuple(_about(note, years, len(series)) for note, years in notes.values())


def _about(note, years, dates):
    """A note with the years that it holds for, where it does not hold for all."""
    return note if len(years) == dates else replace(note, about=listing(years))


def code_densities(class_map, per_hectare, policy):
    """Net emission per hectare of every code of a class map in every unit.

    Parameters
    ----------
    class_map : ClassMap
    per_hectare : Resolved
        For the classes of `class_map`.
    policy : str
        'zero' gives codes without class or coefficient 0, others NaN.

    Returns
    -------
    float array, shape (units, values + 1)
        [t/ha]; the last column is for codes that the map does not have.
    """
    classes = per_hectare.ce_per_ha - per_hectare.cs_per_ha
    codes = classes[:, class_map.indices(np.array(class_map.values))]
    density = np.column_stack((codes, np.full(len(codes), np.nan)))
    return np.nan_to_num(density) if policy == "zero" else density
