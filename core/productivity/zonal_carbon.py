"""Carbon of units from rasters of a flux, such as NEP: sums over cells times their true areas."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..accounting.coefficients import per_hectare
from ..errors import InputDataError
from ..notes import decision, listing, warning
from ..progress import no_progress
from ..raster.blocks import MEMORY_BUDGET, Window, stream, windows, workers_of
from ..raster.coverage import WHOLE, Covered, CoverEdges, PartCells, SharedCells, cover_edges, covered
from ..raster.grid import ExactAreas
from ..raster.source import read_values
from ..raster.units_on_grid import area_text, beyond_grid, check_overlaps, of_few_cells, without_cell
from ..raster.zones import ZoneEdges, zone_edges, zone_spans
from ..sequences import zip_equal
from ..units import G_PER_T, GM2_PER_T_HA, M2_PER_HA, MASS_C, mass_factor

COVERAGES = ("centre", "fraction")  # in the order of the parameter COVERAGE
LARGEST_GM2 = 1e5  # no plant cover takes up or gives off more in a year
_SMALL_GM2 = 2.0  # where no unit has a mean beyond, the unit of measure is in doubt
_FLUX_ONE = 1 << 24  # fluxes are whole numbers of 2^-24 g/m2: a float32 of half a gram or more is one


class ZonalYear(NamedTuple):
    """Carbon of units in a year.

    Attributes
    ----------
    year : int
    valid_pct : float array, shape (units,)
        Share of the unit's area on the raster that has data [%]; NaN for a unit without a cell.
    mean_gm2 : float array, shape (units,)
        Mean flux of that area [g C/m2]; NaN where there is none.
    cs_t : float array, shape (units,)
        Flux times area, summed over cells with data, in the mass asked for [t]; it may be negative. NaN where
        there are none.
    """

    year: int
    valid_pct: np.ndarray
    mean_gm2: np.ndarray
    cs_t: np.ndarray


@dataclass(frozen=True)
class ZonalCarbon:
    """Carbon of units.

    Attributes
    ----------
    area_ha : float array, shape (units,)
        True area of the unit's cells, with and without data [ha]; NaN for a unit without a cell.
    cells : float array, shape (units,)
        How many cells that are.
    years : tuple of ZonalYear
    notes : tuple of Note
    """

    area_ha: np.ndarray
    cells: np.ndarray
    years: tuple
    notes: tuple


def zonal_carbon(
    series,
    polygons,
    units,
    areas,
    coverage="centre",
    overlap="error",
    mass=MASS_C,
    executor=None,
    workers=None,
    budget=MEMORY_BUDGET,
    progress=no_progress,
):
    """Carbon that units take up (or, if negative, give off) in the years of a series of flux rasters.

    `cs = sum over cells with data of flux * share * area`, with the true area of every cell and the share of
    it that the unit covers: all or nothing by the cell's centre, or the exact part of it. Cells without data
    are left out, and nothing is put in their place.

    Parameters
    ----------
    series : sequence of (int, RasterSource)
        Year and flux [g C/m2 per year], all on one grid; a band that says another mass of carbon per area is
        converted. Positive is uptake.
    polygons : sequence of (bytes or None)
        The units as well-known binary in the coordinate system of the grid; None = no geometry.
    units : sequence of str
        Their keys, for messages.
    areas : ExactAreas
        Of the cells of the grid.
    coverage : str
        'centre' or 'fraction'.
    overlap : str
        Cells of which two units claim the same: 'error', or 'first' for the unit that comes first.
    mass : str
        't C' or 't CO2', of `cs_t`.
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Returns
    -------
    ZonalCarbon

    Raises
    ------
    InputDataError
        No unit holds a cell; units overlap; a border crosses itself (for fractions); a raster has only
        missing cells in the units, a value beyond 100 000 g C/m2, or cannot be read.

    Notes
    -----
    Sums are made of whole numbers, so they are bit for bit the same for any executor, number of threads,
    memory budget and file layout. A flux is rounded to 2^-24 g/m2 and a share to 2^-40.

    References
    ----------
    methods.md, section 2.1; Fan et al. 2024.
    """
    grid = series[0][1].grid
    edges = (zone_edges if coverage == "centre" else cover_edges)(polygons, grid)
    factors, notes = _factors_to_gm2(series)
    workers = workers or workers_of(executor)
    block = series[0][1].block
    tasks = [
        _Task(window, tuple(source for _, source in series), factors, edges, areas, tuple(units))
        for window in windows(grid, _bytes_per_cell(series, areas), block, budget, workers)
    ]
    total = _Totals(len(units), len(series))
    # Closed at once on an error, so that no thread still reads when the run has ended.
    with closing(stream(_sum_window, tasks, executor, workers, progress)) as results:
        for part in results:
            total.add(part)
    if not any(total.cells):
        raise InputDataError(
            "No unit holds a cell of the raster {name}; check the coordinate systems and extents of both.",
            name=series[0][1].name,
        )
    notes += check_overlaps(total.overlaps_m2(areas), units, overlap)
    found = total.carbon(series, areas, mass)
    notes += beyond_grid(polygons, grid, found.cells, units)
    notes += _notes_on_cells(found, series, units, coverage)
    return ZonalCarbon(found.area_ha, found.cells, found.years, tuple(notes))


def _factors_to_gm2(series):
    """What the values of every raster are multiplied with to be g C/m2, and what was decided about it."""
    factors, notes = [], []
    for _, source in series:
        known = per_hectare(source.unit)
        if known is not None:
            mass, t_ha = known
            factors.append(t_ha * GM2_PER_T_HA * mass_factor(mass, MASS_C))
            if factors[-1] != 1.0:
                notes.append(
                    decision(
                        "{name} is in {unit}, as the file says; its values were multiplied by {factor:.10g} "
                        "to be g C/m2.",
                        name=source.name,
                        unit=source.unit,
                        factor=factors[-1],
                    )
                )
            continue
        factors.append(1.0)
        if source.unit:
            notes.append(
                warning(
                    "The file says that {name} is in '{unit}', which is no mass of carbon per area and year; "
                    "its values were taken as g C/m2. If they are something else, convert them first.",
                    name=source.name,
                    unit=source.unit,
                )
            )
        else:
            notes.append(decision("{name} does not say its unit; it was taken as g C/m2.", name=source.name))
    return tuple(factors), notes


@dataclass(frozen=True)
class _Task:
    window: Window
    sources: tuple
    factors: tuple
    edges: ZoneEdges | CoverEdges
    areas: ExactAreas
    units: tuple


class _Part(NamedTuple):
    """What one window holds of the zones in it, as whole numbers of python.

    `cells` and `area` of every zone, and `flux` and `valid` area of every year and zone; areas count the
    quantum of `ExactAreas` times 2^-40, fluxes the same times 2^-24 g/m2.
    """

    zones: list
    cells: list
    area: list
    flux: list
    valid: list
    shared: dict


_NO_CELLS = PartCells(*(np.empty(0, dtype=np.int64) for _ in range(4)))
_NO_ZONE = np.empty(0, dtype=np.int64)


def _bytes_per_cell(series, areas):
    stored = max(source.dtype.itemsize for _, source in series)
    # Values and their mask, fluxes as whole numbers; where areas vary, areas and those of valid cells.
    return stored + 8 + 2 + 8 + 8 + (0 if areas.by_row else 4 * 8)


def _covered(edges, window):
    """What the zones cover in a window: by shares, or whole cells by their centre."""
    if isinstance(edges, CoverEdges):
        return covered(edges, window)
    spans, overlaps = zone_spans(edges, window)
    return Covered(spans, _NO_CELLS, SharedCells(*overlaps, np.full(len(overlaps.row), WHOLE)), _NO_ZONE)


def _sum_window(task):
    """Read a window of all years and sum it by zone; None where there is no zone."""
    window, areas = task.window, task.areas
    found = _covered(task.edges, window)
    if len(found.crossing):
        raise InputDataError(
            "The border of {units} crosses itself, or its parts overlap, so that the covered part of cells "
            "is not known; repair the units (native:fixgeometries), or count cells by their centres.",
            units=listing(f"'{task.units[zone]}'" for zone in found.crossing),
        )
    if not len(found.spans.row) + len(found.cells.row):
        return None
    sums = _ZoneSums(found, window, areas)
    relative = None if areas.by_row else areas.relative(*window)
    whole = None if relative is None else np.rint(relative * WHOLE).astype(np.int64)
    area = sums.of_area(None, whole)
    flux, valid = [], []
    for source, factor in zip_equal(task.sources, task.factors):
        values, missing = _flux_of(source, factor, window)
        if max(values.max(), -values.min()) > LARGEST_GM2:
            _refuse_large(values, sums, source, task.units)
            np.clip(values, -LARGEST_GM2, LARGEST_GM2, out=values)  # outside all units
        values *= _FLUX_ONE
        if relative is not None:
            values *= relative
        flux.append(sums.of(np.rint(values, out=values).astype(np.int64)))
        valid.append(area if missing is None else sums.of_area(~missing, whole))
    shared = _shared_areas(found.shared, window, areas, whole)
    return _Part(sums.zones, sums.cells(), area, flux, valid, shared)


def _flux_of(source, factor, window):
    """Flux of a window [g C/m2], 0 where it is missing, and where that is; None if nowhere."""
    values = read_values(source, window)
    missing = np.isnan(values)
    if missing.any():
        np.copyto(values, 0.0, where=missing)
    else:
        missing = None
    if factor != 1.0:
        values *= factor
    return values, missing


class _ZoneSums:
    """Sums over the cells of every zone in a window, as whole numbers of python, one per zone.

    Fluxes and areas are summed by row, then multiplied with the row's area.
    """

    def __init__(self, found, window, areas):
        self._start, self._stop = (
            (found.spans.row - window.row) * window.columns + columns - window.column
            for columns in (found.spans.start, found.spans.stop)
        )
        # Spans do not overlap: from west to east and north to south their ends cut the window into runs.
        self._sorted = np.argsort(self._start, kind="stable")
        self._ends = np.column_stack((self._start, self._stop))[self._sorted].ravel()
        cells = found.cells
        self._cell = (cells.row - window.row) * window.columns + cells.column - window.column
        self._share = cells.share
        row = np.concatenate((found.spans.row, cells.row)) - window.row
        zone = np.concatenate((found.spans.zone, cells.zone))
        key = zone * window.rows + row
        self._order = np.argsort(key, kind="stable")
        key = key[self._order]
        self._begin = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        zone, row = np.divmod(key[self._begin], window.rows)
        self._first = np.flatnonzero(np.append(True, zone[1:] != zone[:-1]))
        self._quanta = areas.row_quanta(window.row, window.rows)[row]
        self.zones = zone[self._first].tolist()

    def of(self, values, unit=1):
        """Sums of whole numbers of cells [`unit`] times the zone's share, times the row's area."""
        values = values.ravel()
        ends = self._ends[:-1] if len(self._ends) and self._ends[-1] == values.size else self._ends
        of_spans = np.empty(len(self._start), dtype=np.int64)
        of_spans[self._sorted] = np.add.reduceat(values, ends, dtype=np.int64)[::2]
        of_cells = np.rint(values[self._cell] * (self._share / WHOLE) * unit).astype(np.int64)
        return self._by_zone(of_spans * unit, of_cells)

    def of_area(self, valid, whole):
        """Areas of cells, or of those that are valid; `whole` are the areas of cells that vary along rows."""
        if whole is not None:
            return self.of(whole if valid is None else whole * valid)
        if valid is not None:
            return self.of(valid, WHOLE)
        return self._by_zone((self._stop - self._start) * WHOLE, self._share)

    def cells(self):
        """How many cells, in 2^-40."""
        by_row = self._by_row((self._stop - self._start) * WHOLE, self._share)
        return np.add.reduceat(by_row.astype(object), self._first).tolist()

    def holding(self, mask):
        """Zones with a cell that the mask marks, and the first such cell, counted along the window's rows."""
        zones = [zone for zone, amount in zip_equal(self.zones, self.of(mask, WHOLE)) if amount > 0]
        of_spans = (np.arange(start, stop) for start, stop in zip_equal(self._start, self._stop))
        cells = np.concatenate((self._cell, *of_spans))
        marked = cells[mask.ravel()[cells]]
        return zones, marked.min(initial=mask.size)

    def _by_row(self, of_spans, of_cells):
        return np.add.reduceat(np.concatenate((of_spans, of_cells))[self._order], self._begin)

    def _by_zone(self, of_spans, of_cells):
        amounts = self._by_row(of_spans, of_cells).astype(object) * self._quanta
        return np.add.reduceat(amounts, self._first).tolist()


def _refuse_large(values, sums, source, units):
    """Refuse a flux that cannot be one, where it is in a unit."""
    large = np.abs(values) > LARGEST_GM2
    zones, cell = sums.holding(large)
    if zones:
        raise InputDataError(
            "Raster {name} holds {value:.6g} in {units}, and no flux of a year is beyond 100 000 g C/m2. The "
            "value may stand for missing cells and not be declared as nodata, the raster may be in another "
            "unit, or its scale may be missing.",
            name=source.name,
            value=float(values.ravel()[cell]),
            units=listing(f"'{units[zone]}'" for zone in zones),
        )


def _shared_areas(shared, window, areas, whole):
    """Area that two zones claim, by pair, as whole numbers."""
    if not len(shared.row):
        return {}
    row, count = shared.row - window.row, shared.stop - shared.start
    amounts = count * shared.share
    if whole is not None:
        running = np.append(0, np.cumsum(whole.ravel()))
        begin = row * window.columns + shared.start - window.column
        claimed = running[begin + count] - running[begin]
        amounts = np.rint(claimed * (shared.share / WHOLE)).astype(np.int64)
    amounts = amounts.astype(object) * areas.row_quanta(window.row, window.rows)[row]
    found = {}
    for first, second, amount in zip_equal(shared.first.tolist(), shared.second.tolist(), amounts):
        found[first, second] = found.get((first, second), 0) + amount
    return found


class _Totals:
    """Whole numbers of all windows by zone, as in `_Part`."""

    def __init__(self, zones, years):
        self.cells, self.area = [0] * zones, [0] * zones
        self.flux, self.valid = ([[0] * zones for _ in range(years)] for _ in range(2))
        self.shared = {}

    def add(self, part):
        """Add a window."""
        if part is None:
            return
        pairs = [(self.cells, part.cells), (self.area, part.area)]
        pairs += zip_equal(self.flux, part.flux)
        pairs += zip_equal(self.valid, part.valid)
        for mine, found in pairs:
            for zone, amount in zip_equal(part.zones, found):
                mine[zone] += amount
        for pair, amount in part.shared.items():
            self.shared[pair] = self.shared.get(pair, 0) + amount

    def overlaps_m2(self, areas):
        """Area that two zones claim, by pair."""
        return {pair: amount * areas.quantum_m2 / WHOLE for pair, amount in sorted(self.shared.items())}

    def carbon(self, series, areas, mass):
        """The totals as areas, means and amounts."""
        area_m2, cells = _numbers(self.area), _numbers(self.cells) / WHOLE
        years = []
        for (year, _), flux, valid in zip_equal(series, self.flux, self.valid):
            valid, flux = _numbers(valid), _numbers(flux)
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = np.where(valid > 0, flux / valid * (WHOLE / _FLUX_ONE), np.nan)
                share = np.where(area_m2 > 0, 100 * (valid / area_m2), np.nan)
            grams = np.where(valid > 0, flux * (areas.quantum_m2 / _FLUX_ONE), np.nan)
            years.append(ZonalYear(year, share, mean, grams / G_PER_T * mass_factor(MASS_C, mass)))
        area_ha = np.where(cells > 0, area_m2 * (areas.quantum_m2 / WHOLE) / M2_PER_HA, np.nan)
        return ZonalCarbon(area_ha, cells, tuple(years), ())


def _numbers(whole):
    return np.array([float(number) for number in whole])


def _notes_on_cells(found, series, units, coverage):
    """What to know about missing cells, and about the grid; refuses a raster without any value."""
    notes = without_cell(found.cells, units, coverage == "centre") + of_few_cells(found.cells, units)
    for (year, source), result in zip_equal(series, found.years):
        if not np.isfinite(result.mean_gm2).any():
            raise InputDataError(
                "The raster {name} has only missing cells in the units; check its nodata value and the band.",
                name=source.name,
            )
        blank = np.flatnonzero(np.isnan(result.mean_gm2) & (found.cells > 0))
        if len(blank):
            notes.append(
                warning(
                    "{year}: {count} units have no data, and are kept without values: {units}.",
                    count=len(blank),
                    year=year,
                    units=listing(units[i] for i in blank),
                )
            )
        partly = np.flatnonzero(np.isfinite(result.mean_gm2) & (result.valid_pct < 100))
        if len(partly):
            missing_ha = (found.area_ha * (1 - result.valid_pct / 100))[partly].sum()
            notes.append(
                warning(
                    "{year}: {area} ha in {count} units have no data and add nothing to cs_t; nothing is "
                    "extrapolated to them (valid_pct): {units}.",
                    count=len(partly),
                    year=year,
                    area=area_text(missing_ha),
                    units=listing(f"{units[i]} ({result.valid_pct[i]:.4g} %)" for i in partly),
                )
            )
        if not source.unit and np.nanmax(np.abs(result.mean_gm2)) < _SMALL_GM2:
            notes.append(
                warning(
                    "{name}: no unit has a mean flux of {least:g} g C/m2. If the raster is in kg C/m2, "
                    "multiply it by 1000.",
                    name=source.name,
                    least=_SMALL_GM2,
                )
            )
    return notes
