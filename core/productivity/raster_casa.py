"""The CASA model of every cell of rasters, window by window."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..accounting.class_codes import CodeSlots, look_up
from ..errors import InputDataError
from ..notes import decision, listing, warning
from ..progress import no_progress
from ..raster.blocks import MEMORY_BUDGET, Window, stream, windows, workers_of
from ..raster.cell_counts import CellCounts
from ..raster.grid import ExactAreas
from ..raster.output import OutputBand, RasterOutput, RasterOutputs
from ..raster.source import RasterSource, read, read_bands, scaled, shared_block
from ..sequences import zip_equal
from .area_mean import AreaMean, area_weights
from .casa import CELLS_AT_ONCE, MONTHS, TERMS, Terms, Vegetation, complete_fluxes
from .daylight import day_factors, month_lengths
from .input_ranges import SERIES, out_of_range, radiation_notes, range_error
from .light import ALPHA
from .months import year_sum
from .ndvi_limits import BINS, limits_of, ndvi_histogram
from .stored_terms import StoredTerms
from .vegetation import labels

ANNUAL, MONTHLY = ("npp", "rh", "nep"), ("monthly_npp", "monthly_nep")
OUTPUTS = (*ANNUAL, *MONTHLY)


class CasaRasters(NamedTuple):
    """The inputs of a year, all on one grid.

    Attributes
    ----------
    ndvi, temperature, precipitation, radiation : tuple of 12 RasterSource
        January to December, in the units of `casa.Climate`.
    vegetation : RasterSource
        Class codes.
    """

    ndvi: tuple
    temperature: tuple
    precipitation: tuple
    radiation: tuple
    vegetation: RasterSource

    @property
    def series(self):
        """The four series, in the order of `SERIES`."""
        return self[:-1]

    @property
    def grid(self):
        return self.ndvi[0].grid


@dataclass(frozen=True)
class CasaCells:
    """What a run counted besides its rasters.

    Attributes
    ----------
    cells, area_ha : dict of int to int and of int to float
        Cells of every value of the vegetation table and of those that it lacks, and their true area; the
        area is None if no areas were given.
    missing_cells : int
        Vegetated cells that have no result, because an input is missing.
    mean_npp, mean_nep : float
        Area-weighted means over the cells with a result [g C/m2/year].
    notes : tuple of Note
    """

    cells: dict
    area_ha: dict | None
    missing_cells: int
    mean_npp: float
    mean_nep: float
    notes: tuple


def data_limits(rasters, table, executor=None, workers=None, budget=MEMORY_BUDGET, progress=no_progress):
    """The vegetation table with NDVI limits from the data, where it has none.

    The limits of a class are the 5 % and 95 % percentiles of NDVI over all its valid cells and months.

    Parameters
    ----------
    rasters : CasaRasters
    table : VegetationTable
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Returns
    -------
    table : VegetationTable
        A class that the rasters do not hold stays without limits.
    notes : tuple of Note

    Raises
    ------
    InputDataError
        NDVI beyond -1 to 1, or a raster that cannot be read.
    """
    asked = [one for one in table.vegetated if one.limits == ""]
    if not asked:
        return table, ()
    workers = workers or workers_of(executor)
    codes = CodeSlots(np.array([one.value for one in asked], dtype=np.int64), rasters.vegetation)
    bytes_per_cell = MONTHS * (rasters.ndvi[0].dtype.itemsize + 1) + 8 * 5
    tasks = [
        _HistogramTask(window, rasters, codes)
        for window in windows(rasters.grid, bytes_per_cell, shared_block(rasters.ndvi), budget, workers)
    ]
    histograms = np.zeros((len(asked), BINS), dtype=np.int64)
    with contextlib.closing(stream(_histograms, tasks, executor, workers, progress)) as found:
        for part in found:
            histograms += part
    limits = {
        one.value: pair
        for one, histogram in zip_equal(asked, histograms)
        if (pair := limits_of(histogram)) is not None
    }
    found = table.with_limits(limits)
    return found, _limit_notes(found, limits)


@dataclass(frozen=True)
class _HistogramTask:
    window: Window
    rasters: CasaRasters
    codes: CodeSlots


def _histograms(task):
    """NDVI histograms of a window by class."""
    places = task.codes.count - 2
    place = task.codes.of(*read(task.rasters.vegetation, *task.window))
    wanted = place < places
    histograms = np.zeros((places, BINS), dtype=np.int64)
    if not wanted.any():
        return histograms
    sources = task.rasters.ndvi
    for source, (stored, valid) in zip_equal(sources, read_bands(sources, *task.window)):
        here = wanted if valid is None else wanted & valid.ravel()
        cells = np.flatnonzero(here)
        ndvi = scaled(source, stored.ravel()[cells])
        _check_range("NDVI", (source,), stored.reshape(1, -1), ndvi[None], cells, task.window)
        below = ndvi < 1.0
        histograms += ndvi_histogram(ndvi[below], place[cells[below]], places)
    return histograms


def _limit_notes(table, limits):
    notes = []
    if limits:
        shown = listing(
            (
                f"{one.label} {one.ndvi_min:.4f} to {one.ndvi_max:.4f}"
                for one in table.classes
                if one.value in limits
            ),
            50,
        )
        notes.append(
            decision("NDVI limits from the data (5 % and 95 % of all months): {limits}.", limits=shown)
        )
    return tuple(notes)


@dataclass(frozen=True)
class _Task:
    window: Window
    rasters: CasaRasters
    codes: CodeSlots
    terms: tuple  # a StoredTerms per series
    parameters: np.ndarray  # (3, places of codes): epsilon_max, ndvi_min, ndvi_max; NaN = no result
    alpha: float
    days: np.ndarray | None
    wanted: tuple
    areas: ExactAreas | None


def write_casa(
    paths,
    rasters,
    table,
    alpha=ALPHA,
    year=None,
    daylength=False,
    areas=None,
    executor=None,
    workers=None,
    budget=MEMORY_BUDGET,
    progress=no_progress,
):
    """Write rasters of the carbon fluxes of a year.

    Parameters
    ----------
    paths : dict of str to path
        GeoTIFFs by output: npp, rh, nep [g C/m2/year], monthly_npp and monthly_nep [g C/m2/month, 12 bands].
        They are there whole, all of them, or none.
    rasters : CasaRasters
    table : VegetationTable
        Its limits are known for all classes that the rasters hold; see `data_limits`.
    alpha : float
        Share of the FPAR of NDVI, 0 to 1.
    year : int, optional
        For the descriptions of the bands and the length of February.
    daylength : bool
        Whether evapotranspiration follows the length of days and months; needs a coordinate system.
    areas : ExactAreas, optional
        Of the cells of the grid; without them means are those of cells.
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Returns
    -------
    CasaCells

    Raises
    ------
    InputDataError
        A value that cannot be true (its unit is wrong), no cell with a result, a raster that cannot be read,
        or a target that cannot be written.

    Notes
    -----
    A cell that lacks an input in any month, or whose NDVI is 1, is missing in all outputs.
    """
    wanted = tuple(name for name in OUTPUTS if name in paths)
    workers = workers or workers_of(executor)
    codes = CodeSlots(table.values, rasters.vegetation)
    parameters = np.full((3, codes.count), np.nan)
    for row, name in zip_equal(parameters, Vegetation._fields):
        row[: len(table.classes)] = table.parameter(name)
    days = month_lengths(year) if daylength else None
    if daylength and rasters.grid.crs is None:
        raise InputDataError(
            "The length of days depends on the latitude, and NDVI has no coordinate system; assign one, or "
            "switch DAYLENGTH off."
        )
    terms = tuple(StoredTerms(sources, of) for sources, of in zip_equal(rasters.series, TERMS))
    block = shared_block([source for series in rasters.series for source in series])
    tasks = [
        _Task(window, rasters, codes, terms, parameters, alpha, days, wanted, areas)
        for window in windows(rasters.grid, bytes_per_cell(rasters, wanted), block, budget, workers)
    ]
    sums = _Sums.of(codes)
    with RasterOutputs(_outputs(paths, rasters.grid, year)) as outputs:
        # Closed at once on an error, so that no thread still reads when the files are removed.
        with contextlib.closing(stream(_window_fluxes, tasks, executor, workers, progress)) as found:
            for task, (arrays, part) in zip_equal(tasks, found):
                for name, output in outputs.items():
                    for band, values in enumerate(arrays[name], 1):
                        output.write(band, task.window.column, task.window.row, values)
                sums.add(part)
        notes = (*_cell_notes(sums, table, areas), *radiation_notes(sums.sunniest))
    return sums.result(table, areas, notes)


def bytes_per_cell(rasters, wanted):
    """What a window needs for every cell: stored numbers and which are valid, places, results."""
    stored = sum(source.dtype.itemsize for series in rasters.series for source in series)
    bands = sum(1 if name in ANNUAL else MONTHS for name in wanted)
    return stored + MONTHS + 4 * 8 + 4 * bands + 16


def _outputs(paths, grid, year):
    """The rasters to be written by name."""
    titles = {"npp": "NPP", "rh": "RH", "nep": "NEP", "monthly_npp": "NPP", "monthly_nep": "NEP"}
    outputs = {}
    for name, path in paths.items():
        title = titles[name]
        if name in ANNUAL:
            bands = [OutputBand(title if year is None else f"{title} {year}", "g C/m2/year")]
        else:
            when = "month " if year is None else f"{year}-"
            bands = [
                OutputBand(f"{title} {when}{month:02}", "g C/m2/month") for month in range(1, MONTHS + 1)
            ]
        outputs[name] = RasterOutput(path, grid, bands)
    return outputs


@dataclass
class _Sums:
    """What windows counted."""

    counts: CellCounts  # by place of the codes
    others: Counter = field(default_factory=Counter)  # cells by code that the table lacks
    vegetated: int = 0
    missing: np.ndarray = field(  # vegetated cells that lack a series in some month
        default_factory=lambda: np.zeros(len(SERIES), dtype=np.int64)
    )
    results: int = 0
    npp: AreaMean = field(default_factory=AreaMean)
    nep: AreaMean = field(default_factory=AreaMean)
    sunniest: float = 0.0

    @classmethod
    def of(cls, codes):
        """Nothing counted yet."""
        return cls(CellCounts.zeros(codes.count))

    def add(self, part):
        """Add a window."""
        self.counts.add(part.counts)
        self.others.update(part.others)
        self.vegetated += part.vegetated
        self.missing += part.missing
        self.results += part.results
        self.npp.merge(part.npp)
        self.nep.merge(part.nep)
        self.sunniest = max(self.sunniest, part.sunniest)

    def result(self, table, areas, notes):
        """The counts by raster value, and the means."""
        values = table.values.tolist()
        known = self.counts.cells[: len(values)].tolist()
        cells = dict(zip_equal(values, known)) | dict(sorted(self.others.items()))
        area_ha = None
        if areas is not None:
            area_ha = dict(zip_equal(values, self.counts.area_ha(areas)[: len(values)].tolist()))
        missing = self.vegetated - self.results
        return CasaCells(cells, area_ha, missing, self.npp.value, self.nep.value, notes)


def _window_fluxes(task):
    """Read a window and compute its cells: rasters by name (bands, rows, columns), and what was counted."""
    window, codes = task.window, task.codes
    sums = _Sums.of(codes)
    values, valid = read(task.rasters.vegetation, *window)
    place = codes.of(values, valid)
    sums.counts = CellCounts.of(place.reshape(window.rows, window.columns), codes.count, window, task.areas)
    if sums.counts.cells[-1]:
        others = np.unique(values.ravel()[place == codes.count - 1], return_counts=True)
        sums.others.update(dict(zip_equal(*(each.astype(np.int64).tolist() for each in others))))
    vegetated = look_up(~np.isnan(task.parameters[0]), place)
    sums.vegetated = int(np.count_nonzero(vegetated))
    arrays = {
        name: np.full((1 if name in ANNUAL else MONTHS, place.size), np.nan, dtype=np.float32)
        for name in task.wanted
    }
    if sums.vegetated:
        has_all = look_up(~np.isnan(task.parameters).any(axis=0), place)
        stored = []
        for number, sources in enumerate(task.rasters.series):
            bands, gaps = _read_series(sources, window)
            stored.append(bands)
            if gaps is not None:
                sums.missing[number] = np.count_nonzero(gaps & vegetated)
                has_all &= ~gaps
        _compute(task, stored, place, np.flatnonzero(has_all), arrays, sums)
    shape = window.rows, window.columns
    return {name: array.reshape(-1, *shape) for name, array in arrays.items()}, sums


def _read_series(sources, window):
    """Stored numbers of 12 months, flat, and where any of them is missing (None: nowhere)."""
    bands = read_bands(sources, *window)
    gaps = None
    for _, valid in bands:
        if valid is not None:
            gap = ~valid.ravel()
            gaps = gap if gaps is None else np.logical_or(gaps, gap, out=gaps)
    return [stored.ravel() for stored, _ in bands], gaps


def _compute(task, stored, place, cells, arrays, sums):
    """Fluxes of the cells that have all inputs, in parts that fit a core's cache."""
    latitudes = None if task.days is None else _latitudes(task.rasters.grid, task.window, cells)
    rooms = [series.room(min(len(cells), CELLS_AT_ONCE)) for series in task.terms]
    for start in range(0, len(cells), CELLS_AT_ONCE):
        part = cells[start : start + CELLS_AT_ONCE]
        terms = _terms(task, stored, part, rooms)
        factors = None if latitudes is None else day_factors(latitudes[start : start + len(part)], task.days)
        infinite = ~(terms.ndvi < 1.0).all(axis=0)
        vegetation = Vegetation(*task.parameters[:, place[part]])
        with np.errstate(invalid="ignore"):  # of NDVI of 1, which has no simple ratio
            fluxes = complete_fluxes(terms, vegetation, task.alpha, factors)
        if infinite.any():
            for flux in fluxes:
                flux[:, infinite] = np.nan
        npp, rh = year_sum(fluxes.npp), year_sum(fluxes.rh)
        results = {"npp": npp, "rh": rh, "nep": npp - rh, "monthly_npp": fluxes.npp}
        if "monthly_nep" in task.wanted:
            results["monthly_nep"] = fluxes.nep
        for name, array in arrays.items():
            array[:, part] = results[name]
        _tally(sums, results, terms, part, task)


def _terms(task, stored, part, rooms):
    """Terms of some cells, once the values of every series are found to be possible."""
    terms = []
    for name, series, bands, room in zip_equal(SERIES, task.terms, stored, rooms):
        found = series.of(bands, part, room)
        _check_range(name, series.sources, bands, found[0], part, task.window)
        terms += found
    return Terms(*terms)


def _check_range(name, sources, bands, values, cells, window):
    """Stop at a value that the series cannot have."""
    found = out_of_range(name, values)
    if found is not None:
        month, cell = found
        row, column = divmod(int(cells[cell]), window.columns)
        stored = float(bands[month][cells[cell]])
        value = float(values[month, cell])
        raise range_error(name, sources[month], stored, value, window.row + row, window.column + column)


def _latitudes(grid, window, cells):
    """Latitude of the centres of some cells of a window [deg]."""
    rows, columns = np.divmod(cells, window.columns)
    return grid.latitudes(window.column + columns + 0.5, window.row + rows + 0.5)


def _tally(sums, results, terms, part, task):
    """Count results and add them to the means."""
    whole = np.isfinite(results["npp"])
    count = int(np.count_nonzero(whole))
    sums.missing[0] += len(part) - count  # NDVI of 1
    sums.results += count
    if count == 0:
        return
    weights = area_weights(task.areas, task.window, part)[whole]
    sums.npp.add(results["npp"][whole], weights)
    sums.nep.add(results["nep"][whole], weights)
    sums.sunniest = max(sums.sunniest, float(terms.radiation_mj.max()))


def _cell_notes(sums, table, areas):
    """What the log says of cells without a result.

    Raises
    ------
    InputDataError
        There is no other.
    """
    lacking = listing(
        f"{name} in {count:,}" for name, count in zip_equal(SERIES, sums.missing.tolist()) if count
    )
    if sums.results == 0:
        raise _nothing(sums, table, lacking)
    notes = [*_bare_notes(sums, table, areas), *_other_notes(sums, table)]
    if sums.vegetated > sums.results:
        notes.append(
            warning(
                "{count:,} of {vegetated:,} vegetated cells have no result, because an input is missing in "
                "some month: {lacking}.",
                count=sums.vegetated - sums.results,
                vegetated=sums.vegetated,
                lacking=lacking,
            )
        )
    equal = [one for one in table.vegetated if one.ndvi_min == one.ndvi_max]
    if equal:
        notes.append(
            warning(
                "The NDVI limits of {count} classes are equal, so their FPAR is 0.001 and they produce next "
                "to nothing: {classes}. Give them limits in a vegetation table.",
                count=len(equal),
                classes=labels(equal),
            )
        )
    return notes


def _bare_notes(sums, table, areas):
    """Cells of classes that are not vegetated."""
    cells = sums.counts.cells
    places = [i for i, one in enumerate(table.classes) if cells[i] and not one.is_vegetated]
    if places:
        template = "{count:,} cells are not vegetated and have no result: {classes}."
        values = {"count": int(cells[places].sum()), "classes": labels(table.classes[i] for i in places)}
        if areas is not None:
            template = "{count:,} cells ({area_ha:,.0f} ha) are not vegetated and have no result: {classes}."
            values["area_ha"] = float(sums.counts.area_ha(areas)[places].sum())
        yield decision(template, **values)


def _other_notes(sums, table):
    """Cells of values that the table does not have."""
    if sums.others:
        yield warning(
            "{count:,} cells have vegetation values that {table} does not have, and count as not vegetated: "
            "{values}. Add them to the table if they are vegetation.",
            count=sum(sums.others.values()),
            table=table.name,
            values=listing(f"{code} ({count:,} cells)" for code, count in sorted(sums.others.items())),
        )


def _nothing(sums, table, lacking):
    """The error of a run without any result."""
    if sums.vegetated == 0:
        found = [one for one, count in zip_equal(table.classes, sums.counts.cells[:-2]) if count]
        others = [f"{code}" for code in sorted(sums.others)]
        return InputDataError(
            "No cell is vegetated: the vegetation raster holds {found}, and {table} has no epsilon_max for "
            "any of them; choose the preset of this land cover product, or give your own vegetation table.",
            found=listing([*(one.label for one in found), *others]) or "no data",
            table=table.name,
        )
    return InputDataError(
        "None of the {count:,} vegetated cells has all inputs in all months; missing: {lacking}. Do the "
        "rasters cover the same region?",
        count=sums.vegetated,
        lacking=lacking,
    )
