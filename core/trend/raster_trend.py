"""Theil-Sen slope and Mann-Kendall test of every cell of a series of rasters."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..false_discovery import PValues
from ..notes import decision, warning
from ..progress import no_progress
from ..raster.blocks import MEMORY_BUDGET, Window, stream, windows, workers_of
from ..raster.cell_counts import CellCounts
from ..raster.grid import ExactAreas
from ..raster.output import OutputBand, RasterOutput, RasterOutputs
from ..raster.source import RasterSource, open_source, read_values
from ..sequences import zip_equal
from .classes import CLASSES, THRESHOLD, level_of, marked_classes, trend_classes
from .series import check_times, least_valid, trends

CLASS_NODATA = -128
_LEAST_P = np.finfo(float).tiny
OUTPUTS = ("slope", "z", "p", "tau", "intercept", "class", "class_fdr")


class ClassSums(NamedTuple):
    """How many cells are in each class of trend, and their true area.

    Attributes
    ----------
    cells : dict of int to int
        By class, -2 to 2; None = no trend (too few values).
    area_ha : dict of int to float, or None
        None if no areas were given.
    empty : int
        Cells without a trend that have no value at all, such as the sea.
    """

    cells: dict
    area_ha: dict | None
    empty: int


@dataclass(frozen=True)
class RasterTrends:
    """What a run found besides its rasters.

    Attributes
    ----------
    classes : ClassSums
    significant_p : float or None
        Largest p that passes the false discovery rate, -1 if none does; None if it was not asked for.
    notes : tuple of Note
    """

    classes: ClassSums
    significant_p: float | None
    notes: tuple


@dataclass(frozen=True)
class _Task:
    window: Window
    sources: tuple
    times: tuple
    min_valid: int
    threshold: float
    wanted: tuple
    areas: ExactAreas | None


def write_raster_trends(
    paths,
    series,
    areas=None,
    min_valid=None,
    threshold=THRESHOLD,
    executor=None,
    workers=None,
    budget=MEMORY_BUDGET,
    progress=no_progress,
):
    """Write rasters of the trend of every cell.

    Every cell is tested on its own valid values at their real dates.

    Parameters
    ----------
    paths : dict of str to path
        GeoTIFFs by output: slope (per year), z, p, tau, intercept (at year 0), class (-2 to 2) and
        class_fdr. They are there whole, all of them, or none.
    series : sequence of (int, RasterSource)
        Years in ascending order, and values; all on one grid.
    areas : ExactAreas, optional
        Of the cells of that grid; without them only cells are counted.
    min_valid : int, optional
        Cells with fewer valid values are missing; see `least_valid`.
    threshold : float
        |Z| above which a trend is marked.
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Returns
    -------
    RasterTrends

    Raises
    ------
    InputDataError
        Fewer than 4 dates, or than `min_valid`; a raster that cannot be read, or a target that cannot be
        written.

    Notes
    -----
    The class after Benjamini and Hochberg needs the p of all cells first. They take few different values, so
    their counts are kept in memory, and p itself in a temporary raster beside the target.
    """
    times = tuple(float(year) for year, _ in series)
    check_times(times)
    sources = tuple(source for _, source in series)
    least = least_valid(len(times)) if min_valid is None else max(2, min_valid)
    if least > len(times):
        raise InputDataError(
            "{least} valid values are asked for, and there are only {dates} dates; ask for fewer.",
            least=least,
            dates=len(times),
        )
    wanted = tuple(name for name in OUTPUTS if name in paths)
    workers = workers or workers_of(executor)
    grid = sources[0].grid
    # The stack, a raster of it on the way, what `trends` gives, and classes and results on top of it.
    bytes_per_cell = _stack_type(sources).itemsize * len(times) + 16 + 8 * 9 + 8 * 4 + 8 * len(wanted)
    tasks = [
        _Task(window, sources, times, least, threshold, wanted, areas)
        for window in windows(grid, bytes_per_cell, sources[0].block, budget, workers)
    ]
    first_share = 0.9 if "class_fdr" in paths else 1.0
    sums = _Sums()
    with RasterOutputs(_outputs(paths, series, threshold)) as outputs:
        fdr = outputs.get("class_fdr")
        direct = {name: output for name, output in outputs.items() if name != "class_fdr"}
        with contextlib.ExitStack() as stack:
            signed = None if fdr is None else stack.enter_context(_signed_p_output(fdr).scratch())
            # Closed at once on an error, so that no thread still reads when the files are removed.
            found = stack.enter_context(
                contextlib.closing(
                    stream(
                        _window_trends, tasks, executor, workers, lambda part: progress(part * first_share)
                    )
                )
            )
            for task, (arrays, counted) in zip_equal(tasks, found):
                for name, output in direct.items():
                    output.write(1, task.window.column, task.window.row, arrays[name])
                if signed is not None:
                    signed.write(1, task.window.column, task.window.row, arrays["class_fdr"])
                sums.add(counted)
            significant = None
            if signed is not None:
                signed.complete()
                significant = sums.p_values.largest_significant(level_of(threshold))
                _write_fdr(
                    fdr, signed.partial, significant, workers, budget, lambda part: progress(0.9 + part * 0.1)
                )
    result = sums.classes(areas)
    return RasterTrends(result, significant, _notes(result, least, len(times), significant, threshold))


def _outputs(paths, series, threshold):
    first, last, source = series[0][0], series[-1][0], series[0][1]
    per_year = f"{source.unit}/year" if source.unit else "per year"
    span = f"{first}-{last}"
    bands = {
        "slope": OutputBand(f"Theil-Sen slope {span}", per_year),
        "z": OutputBand(f"Mann-Kendall Z {span}", ""),
        "p": OutputBand(f"Mann-Kendall p, two-sided {span}", ""),
        "tau": OutputBand(f"Kendall's tau-b {span}", ""),
        "intercept": OutputBand(f"Theil-Sen intercept at year 0 {span}", source.unit),
        "class": OutputBand(f"Trend class {span}, marked where |Z| > {threshold:g}", ""),
        "class_fdr": OutputBand(f"Trend class {span}, marked by false discovery rate", ""),
    }
    types = {"intercept": "float64", "class": "int16", "class_fdr": "int16"}
    return {
        name: RasterOutput(
            path,
            source.grid,
            [bands[name]],
            types.get(name, "float32"),
            CLASS_NODATA if name.startswith("class") else -9999.0,
            smooth=False,
        )
        for name, path in paths.items()
    }


def _signed_p_output(fdr):
    """A temporary raster beside the target: p with the sign of the trend."""
    path = fdr.path.with_name(f"{fdr.path.name}.signed-p")
    return RasterOutput(
        path, fdr.grid, [OutputBand("p with the sign of the trend", "")], "float64", smooth=False
    )


class _Counted(NamedTuple):
    """What one window counted: cells by class (the last: no trend), cells without any value, its p values."""

    classes: CellCounts
    empty: int
    p_values: PValues | None


@dataclass
class _Sums:
    """Sums over windows."""

    counts: CellCounts = field(default_factory=lambda: CellCounts.zeros(len(CLASSES) + 1))
    empty: int = 0
    p_values: PValues = field(default_factory=PValues)

    def add(self, counted):
        """Add a window."""
        self.counts.add(counted.classes)
        self.empty += counted.empty
        if counted.p_values is not None:
            self.p_values.merge(counted.p_values)

    def classes(self, areas):
        """Cells and areas by class."""
        names = (*CLASSES, None)
        cells = dict(zip_equal(names, self.counts.cells.tolist()))
        if areas is None:
            return ClassSums(cells, None, self.empty)
        area_ha = self.counts.area_ha(areas)
        return ClassSums(cells, dict(zip_equal(names, area_ha.tolist())), self.empty)


def _stack_type(sources):
    """float32 where it holds all values exactly, which halves the memory; else float64."""
    exact = (one.dtype == np.float32 and (one.scale, one.offset) == (1.0, 0.0) for one in sources)
    return np.dtype(np.float32 if all(exact) else np.float64)


def _window_trends(task):
    """Read a window of all dates and test its cells."""
    window = task.window
    stack = np.empty((len(task.sources), window.rows * window.columns), dtype=_stack_type(task.sources))
    for values, source in zip_equal(stack, task.sources):
        values[:] = read_values(source, window, stack.dtype).ravel()
    trend = trends(stack, task.times, task.min_valid, intercept="intercept" in task.wanted)
    classes = trend_classes(trend.slope, trend.z, task.threshold)
    arrays = {
        name: getattr(trend, name).reshape(window.rows, window.columns)
        for name in task.wanted
        if not name.startswith("class")
    }
    shaped = classes.reshape(window.rows, window.columns)
    if "class" in task.wanted:
        arrays["class"] = shaped
    p_values = None
    if "class_fdr" in task.wanted:
        p_values = PValues()
        p_values.add(trend.p)
        # p of a trend without direction is not asked for again, and p = 0, far out in the tail, has no sign.
        signed = np.copysign(np.maximum(trend.p, _LEAST_P), classes)
        arrays["class_fdr"] = np.where(classes == 0, 2.0, signed).reshape(shaped.shape)
    empty = int(np.count_nonzero(trend.n == 0))
    return arrays, _Counted(_count(shaped, window, task.areas), empty, p_values)


def _count(classes, window, areas):
    """Cells and areas of a window by class."""
    place = np.where(np.isnan(classes), len(CLASSES), classes - min(CLASSES)).astype(np.int64)
    return CellCounts.of(place, len(CLASSES) + 1, window, areas)


@dataclass(frozen=True)
class _FdrTask:
    window: Window
    source: RasterSource
    significant: float


def _write_fdr(output, signed_path, significant, workers, budget, progress):
    """Second pass: classes by the largest p that is significant."""
    source = open_source(signed_path)
    tasks = [
        _FdrTask(window, source, significant)
        for window in windows(source.grid, 8 * 6, source.block, budget, workers)
    ]
    with contextlib.closing(stream(_fdr_classes, tasks, None, workers, progress)) as found:
        for task, classes in zip_equal(tasks, found):
            output.write(1, task.window.column, task.window.row, classes)


def _fdr_classes(task):
    signed = read_values(task.source, task.window)
    slope = np.where(signed == 2.0, 0.0, signed)
    marked = (np.abs(signed) <= max(task.significant, _LEAST_P)) & (task.significant >= 0)
    return marked_classes(slope, slope, marked)


def _notes(classes, least, dates, significant, threshold):
    notes = [
        decision(
            "Cells with fewer than {least} valid values of {dates} have no trend.", least=least, dates=dates
        )
    ]
    few = classes.cells[None] - classes.empty
    if few:
        notes.append(warning("{count:,} cells have values, but too few for a trend.", count=few))
    if classes.empty == sum(classes.cells.values()):
        notes.append(warning("No cell has a value in any raster; check their nodata values and masks."))
    if significant is not None:
        level = level_of(threshold)
        if significant < 0:
            template = (
                "False discovery rate of {level:.3g} (two-sided, of |Z| = {threshold:g}): no trend is marked."
            )
        else:
            template = (
                "False discovery rate of {level:.3g} (two-sided, of |Z| = {threshold:g}): trends with p up "
                "to {p:.6g} are marked."
            )
        notes.append(decision(template, level=level, threshold=threshold, p=significant))
    return tuple(notes)
