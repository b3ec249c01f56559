"""Carbon density of every cell: the coefficient of its class in its unit, as a raster."""

from contextlib import closing
from dataclasses import dataclass

import numpy as np

from ..progress import no_progress, step_of
from ..raster.blocks import MEMORY_BUDGET, Window, stream, windows, workers_of
from ..raster.output import OutputBand, RasterOutput
from ..raster.source import RasterSource, read
from ..raster.zones import ZoneEdges, fill_runs, runs_of, zone_spans
from ..sequences import zip_equal
from .class_codes import CodeSlots


@dataclass(frozen=True)
class _Task:
    source: RasterSource
    window: Window
    edges: ZoneEdges
    places: CodeSlots
    density: np.ndarray


def write_carbon_density(
    path,
    series,
    edges,
    known,
    density_t_ha,
    mass,
    executor=None,
    workers=None,
    budget=MEMORY_BUDGET,
    progress=no_progress,
):
    """Write emission minus sequestration per hectare of every cell [t/ha], a band per year.

    Parameters
    ----------
    path : str or Path
        A GeoTIFF; it is there whole or not at all.
    series : sequence of (int, RasterSource)
        Year and class raster, all on one grid.
    edges : ZoneEdges
        The units on that grid.
    known : int array, shape (values,)
        Class codes, ascending.
    density_t_ha : float array, shape (units, values + 1)
        Density of every code in every unit [t/ha], and of codes that are not known; NaN = missing.
    mass : str
        't C' or 't CO2'.
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Raises
    ------
    InputDataError
        A raster cannot be read, or the target cannot be written.

    Notes
    -----
    Cells outside all units and cells without data are nodata.
    """
    known = np.asarray(known, dtype=np.int64)
    workers = workers or workers_of(executor)
    # By unit and place of `CodeSlots`; the last unit is outside.
    density = np.full((edges.zones + 1, len(known) + 2), np.nan, dtype=np.float32)
    density[:-1, :-2], density[:-1, -1] = density_t_ha[:, :-1], density_t_ha[:, -1]
    grid = series[0][1].grid
    bands = [OutputBand(f"Net carbon emission {year} [{mass}/ha]", f"{mass}/ha") for year, _ in series]
    with RasterOutput(path, grid, bands) as output:
        for band, (_, source) in enumerate(series, 1):
            places = CodeSlots(known, source)
            bytes_per_cell = source.dtype.itemsize + 1 + 3 * 8 + 4
            tasks = [
                _Task(source, window, edges, places, density)
                for window in windows(grid, bytes_per_cell, source.block, budget, workers)
            ]
            step = step_of(progress, band - 1, len(series))
            # Closed at once on an error: threads that outlive the run hold files beyond the end of GDAL.
            with closing(stream(_densities, tasks, executor, workers, step)) as results:
                for task, values in zip_equal(tasks, results):
                    output.write(band, task.window.column, task.window.row, values)


def _densities(task):
    """Density of the cells of a window [t/ha]."""
    window = task.window
    values, valid = read(task.source, *window)
    spans, _ = zone_spans(task.edges, window)
    runs = runs_of(spans, window, task.edges.zones)
    at = fill_runs(runs.begin, runs.zone * task.places.count, values.size)
    at += task.places.of(values, valid)
    return task.density.ravel()[at].reshape(values.shape)
