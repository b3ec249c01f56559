"""Trends of a national stack of rasters beside pymannkendall cell by cell.

21 years of 4000 x 2400 cells, China at 1 km: float32, tiled, DEFLATE, 40 % of the cells nodata. A fifth of
the other cells hold small whole numbers, which tie, and a tenth have gaps. Ours writes all rasters and the
class summary. pymannkendall runs on a sample of the cells with data and is extrapolated to all of them;
reading and writing rasters would come on top.

The rounds interleave what is compared, so that a noisy machine disturbs all of it. Memory is measured in
fresh processes: the peak during the run above the same process just before it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from class_areas import memory_kb, run_algorithm, start_qgis
from osgeo import gdal, osr

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("LANDCARBON_DEV", ROOT / ".dev")) / "benchmark"
YEARS = range(2000, 2021)
WIDTH, HEIGHT = 4000, 2400
NODATA = -9999.0
TILE = 256
OUTPUTS = ("SLOPE", "Z", "P", "TAU", "INTERCEPT", "CLASS", "CLASS_FDR")


def main():
    """Run the comparison, or with --once one measured run of ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--sample", type=int, default=400, help="cells for pymannkendall in each round")
    parser.add_argument("--rows", type=int, default=HEIGHT, help="rows of the rasters")
    parser.add_argument("--once", metavar="ROWS", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    if options.once:
        once(lambda rows: ours(rows, 2), options.once, TILE)
    else:
        compare(options.rows, options.rounds, options.sample)


def compare(rows, rounds, sample):
    """Print seconds, ratios and memory."""
    print(
        f"Making {len(YEARS)} rasters of {WIDTH} x {rows} and of {2 * rows} rows (kept in {WORK})", flush=True
    )
    cells = make_series(rows)[1]
    make_series(2 * rows)
    start_qgis()
    stack = kernel_stack()
    runs = {
        "one thread": lambda: ours(rows, 1),
        "two threads": lambda: ours(rows, 2),
        "two threads, twice the cells": lambda: ours(2 * rows, 2),
        "kernel, one thread": lambda: kernel(stack, 1),
        "kernel, two threads": lambda: kernel(stack, 2),
    }
    ours(TILE, 2)  # imports
    kernel(stack[:2], 2)
    seconds = {name: [] for name in runs}
    per_cell = []
    for number in range(rounds):
        per_cell.append(pymannkendall_seconds(rows, sample, seed=number))
        for name, run in runs.items():
            seconds[name].append(timed(run))
        last = ", ".join(f"{name} {of[-1]:.2f} s" for name, of in seconds.items())
        print(f"round {number + 1}: pymannkendall {per_cell[-1] * 1e6:.0f} us a cell, {last}", flush=True)

    def ratio(above, below):
        return statistics.median(a / b for a, b in zip(above, below, strict=True))

    theirs = [each * cells for each in per_cell]
    one, two = seconds["one thread"], seconds["two threads"]
    print(f"\nmedian of {rounds} rounds, {WIDTH * rows / 1e6:.1f} million cells, {cells / 1e6:.1f} with data")
    print(f"pymannkendall, extrapolated     {statistics.median(theirs):8.0f} s")
    for name, of in seconds.items():
        print(f"{name:30}  {statistics.median(of):8.2f} s")
    print(f"pymannkendall over one thread   {ratio(theirs, one):8.0f}")
    print(f"one over two threads            {ratio(one, two):8.2f}")
    print(
        "one over two threads, kernel    "
        f"{ratio(seconds['kernel, one thread'], seconds['kernel, two threads']):8.2f}"
    )
    print(f"time of twice the cells         {ratio(seconds['two threads, twice the cells'], two):8.2f}")
    small, large = (peak_of_fresh_process(height) for height in (rows, 2 * rows))
    print(f"peak memory above the process before: {small:.0f} MB, at twice the cells {large:.0f} MB")


def make_series(rows, seed=3):
    """Paths of the seeded rasters, made if they are not there, and how many cells have data."""
    folder = WORK / f"trend_{rows}"
    paths = [str(folder / f"npp_{year}.tif") for year in YEARS]
    count = folder / "cells_with_data.txt"
    if not count.exists():
        folder.mkdir(exist_ok=True)
        write_series(paths, rows, np.random.default_rng(seed), count)
    return paths, int(count.read_text())


def write_series(paths, rows, random, count):
    """Write the rasters a row of tiles at a time."""
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    driver = gdal.GetDriverByName("GTiff")
    rasters = [
        driver.Create(path, WIDTH, rows, 1, gdal.GDT_Float32, ["TILED=YES", "COMPRESS=DEFLATE"])
        for path in paths
    ]
    for raster in rasters:
        raster.SetGeoTransform((73.0, 0.0155, 0.0, 54.0, 0.0, -0.015 * HEIGHT / rows))
        raster.SetProjection(crs.ExportToWkt())
        raster.GetRasterBand(1).SetNoDataValue(NODATA)
    with_data = 0
    for row in range(0, rows, TILE):
        high = min(TILE, rows - row)
        shape = (high, WIDTH)
        # Patches of 50 cells, so that whole tiles are empty and others partly are, as along a coast.
        empty = np.kron(random.random((-(-high // 50), WIDTH // 50)) < 0.4, np.ones((50, 50), dtype=bool))[
            :high
        ]
        slope, rounded, gaps = (
            random.normal(0, 3, shape),
            random.random(shape) < 0.2,
            random.random(shape) < 0.1,
        )
        level = random.uniform(50, 900, shape)
        with_data += int(np.count_nonzero(~empty))
        for i, raster in enumerate(rasters):
            values = level + slope * i + random.normal(0, 20, shape)
            values = np.where(rounded, np.round(values / 20), values)
            missing = empty | (gaps & (random.random(shape) < 0.15))
            raster.GetRasterBand(1).WriteArray(np.where(missing, NODATA, values).astype(np.float32), 0, row)
    del raster, rasters
    count.write_text(str(with_data))


def ours(rows, threads):
    """The whole algorithm with all outputs, on so many threads."""
    from landcarbon.core.raster import blocks

    cores, blocks.os.cpu_count = blocks.os.cpu_count, lambda: threads
    gdal.SetConfigOption("GDAL_NUM_THREADS", str(threads))
    folder = WORK / "trend_outputs"
    folder.mkdir(exist_ok=True)
    parameters = {"SERIES": make_series(rows)[0], "CLASS_SUMMARY": "memory:"}
    parameters |= {name: str(folder / f"{name.lower()}.tif") for name in OUTPUTS}
    try:
        run_algorithm("landcarbon:rastertrend", parameters)
    finally:
        blocks.os.cpu_count = cores


def kernel_stack(windows=8, cells=60_000, seed=4):
    """Series as `ours` has them, in memory: windows of cells with data only."""
    random = np.random.default_rng(seed)
    shape = (windows, len(YEARS), cells)
    values = random.uniform(50, 900, (windows, 1, cells)) + random.normal(0, 20, shape)
    rounded = random.random((windows, 1, cells)) < 0.2
    return np.where(rounded, np.round(values / 20), values).astype(np.float32)


def kernel(stack, threads):
    """Only the trends of arrays."""
    from landcarbon.core.trend.series import trends

    with ThreadPoolExecutor(threads) as executor:
        list(executor.map(lambda window: trends(window, tuple(YEARS)), stack))


def pymannkendall_seconds(rows, sample, seed):
    """Seconds of pymannkendall for one cell: the mean over random cells with data."""
    import pymannkendall

    random = np.random.default_rng(seed)
    bands = [gdal.Open(path) for path in make_series(rows)[0]]
    series = []
    while len(series) < sample:
        row = int(random.integers(rows))
        lines = np.stack([band.ReadAsArray(0, row, WIDTH, 1)[0] for band in bands]).astype(float)
        lines[lines == NODATA] = np.nan
        some = random.choice(np.flatnonzero(np.isfinite(lines).sum(axis=0) >= 8), 20)
        series += list(lines[:, some].T)
    start = time.perf_counter()
    for values in series[:sample]:
        pymannkendall.original_test(values)
    return (time.perf_counter() - start) / sample


def timed(run):
    """Seconds of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def peak_of_fresh_process(rows, benchmark=__file__):
    """Peak memory of a run of ours above the same process before it [MB]."""
    command = [sys.executable, benchmark, "--once", str(rows)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def once(run, rows, few):
    """One run of so many rows; prints its peak memory above the process before [MB]."""
    start_qgis()
    run(few)  # imports are not the work
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back to what is in use now
    before = memory_kb("VmRSS")
    run(rows)
    print((memory_kb("VmHWM") - before) / 1024)


if __name__ == "__main__":
    main()
