"""Sums of a flux over 9.6 million cells by 81 units: ours beside what a user would run today.

Each round runs landcarbon:zonalcarbon by centre and by fraction, exactextract and native:zonalstatisticsfb
once, in this process and in turn, so that a noisy machine disturbs all of them. The work is not quite the
same: ours multiplies every cell with its true area and gives the share of missing cells, the others add up
values; exactextract weighs cells on borders by coverage, as ours by fraction does.

Memory is measured in fresh processes: the peak during the run above the same process just before it.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
from class_areas import memory_kb, run_algorithm, start_qgis, timed
from made_data import CELL, CORNER, make_units
from osgeo import gdal, osr

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("LANDCARBON_DEV", ROOT / ".dev")) / "benchmark"
NODATA = -9999.0


def main():
    """Run the comparison, or with --once one measured run of ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=3100, help="cells along the edge of the raster")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    parser.add_argument("--once", nargs=2, metavar=("CELLS", "COVERAGE"), type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    if options.once:
        once(*options.once)
    else:
        compare(options.side, options.rounds)


def compare(side, rounds):
    """Print seconds, ratios and memory."""
    print(f"Making {side} x {side} cells and 81 units (kept in {WORK})", flush=True)
    data(side)
    data(2 * side)
    start_qgis()
    runs = {
        "zonalcarbon, centre": lambda cells: ours(cells, 0),
        "zonalcarbon, fraction": lambda cells: ours(cells, 1),
        "core, centre": lambda cells: core(cells, "centre"),
        "core, fraction": lambda cells: core(cells, "fraction"),
        "exactextract (sum)": exactextract,
        "native:zonalstatisticsfb (sum)": native,
    }
    seconds = {name: [] for name in runs}
    for run in runs.values():
        run(side)  # imports and the disk's cache
    for number in range(rounds):
        for name, run in runs.items():
            seconds[name].append(timed(run, side))
        last = ", ".join(f"{name} {of[-1]:.2f} s" for name, of in seconds.items())
        print(f"round {number + 1}: {last}", flush=True)
    print(f"\nmedian of {rounds} rounds, {side * side / 1e6:.1f} million cells, {os.cpu_count()} cores")
    bases = seconds["zonalcarbon, centre"], seconds["zonalcarbon, fraction"]
    for name, of in seconds.items():
        ratios = [
            statistics.median(theirs / mine for theirs, mine in zip(of, base, strict=True)) for base in bases
        ]
        seconds_of, (centre, fraction) = statistics.median(of), ratios
        print(f"  {name:32} {seconds_of:6.2f} s {centre:6.1f} x centre {fraction:6.1f} x fraction")
    for name, coverage in (("centre", 0), ("fraction", 1)):
        small, large = (peak_of_fresh_process(cells, coverage) for cells in (side, 2 * side))
        print(f"{name}: peak memory above that before {small:.0f} MB, 4 times the cells {large:.0f} MB")


def data(side):
    """Paths of the raster and the units, made if they are not there."""
    raster, units = WORK / f"flux_2020_{side}.tif", WORK / f"units_{side}.gpkg"
    make_flux(raster, side)
    make_units(units, side)
    return str(raster), str(units)


def make_flux(path, side, seed=4):
    """A square raster of a smooth flux with noise: float32, tiled, DEFLATE, a tenth of the cells missing."""
    if path.exists():
        return
    random = np.random.default_rng(seed)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    unfinished = path.with_suffix(".part.tif")
    raster = gdal.GetDriverByName("GTiff").Create(
        str(unfinished), side, side, 1, gdal.GDT_Float32, ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=3"]
    )
    raster.SetGeoTransform((CORNER[0], CELL, 0, CORNER[1], 0, -CELL))
    raster.SetProjection(crs.ExportToWkt())
    band = raster.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    column = np.arange(side)
    for row in range(0, side, 256):
        rows = np.arange(row, min(row + 256, side))[:, None]
        values = 150 + 120 * np.sin(column / 200) * np.cos(rows / 300)
        values = np.rint((values + random.normal(0, 30, values.shape)) * 10) / 10
        values[random.random(values.shape) < 0.1] = NODATA
        band.WriteArray(values.astype(np.float32), 0, row)
    del band, raster
    unfinished.rename(path)


def ours(side, coverage):
    """The whole algorithm: true areas, missing cells, polygons written to memory."""
    raster, units = data(side)
    parameters = {"FLUX": [raster], "YEARS": "2020", "UNITS": units, "UNIT_FIELD": "unit"}
    run_algorithm("landcarbon:zonalcarbon", parameters | {"COVERAGE": coverage, "OUTPUT": "memory:"})


def core(side, coverage):
    """Only the summing, from polygons to amounts."""
    from landcarbon.core.productivity.zonal_carbon import zonal_carbon
    from landcarbon.core.raster.grid import cell_areas
    from landcarbon.core.raster.source import open_source
    from osgeo import ogr

    raster, units = data(side)
    dataset = ogr.Open(units)  # a layer does not keep its dataset alive
    polygons = [bytes(feature.geometry().ExportToIsoWkb()) for feature in dataset.GetLayer()]
    source = open_source(raster)
    keys = [str(number) for number in range(len(polygons))]
    return zonal_carbon([(2020, source)], polygons, keys, cell_areas(source.grid), coverage)


def exactextract(side):
    """Sums of values times the covered part of cells, without areas."""
    from exactextract import exact_extract

    exact_extract(*data(side), ["sum"], include_cols=["unit"])


def native(side):
    """Sums of values of cells by their centre, without areas."""
    raster, units = data(side)
    parameters = {"INPUT": units, "INPUT_RASTER": raster, "RASTER_BAND": 1, "STATISTICS": [1]}
    run_algorithm("native:zonalstatisticsfb", parameters | {"COLUMN_PREFIX": "_", "OUTPUT": "memory:"})


def peak_of_fresh_process(side, coverage):
    """Peak memory of a run of ours above the same process before it [MB]."""
    command = [sys.executable, __file__, "--once", str(side), str(coverage)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def once(side, coverage):
    """One run of ours; prints its peak memory above the process before [MB]."""
    start_qgis()
    data(600)
    ours(600, coverage)  # imports are not the work
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back to what is in use now
    before = memory_kb("VmRSS")
    ours(side, coverage)
    print((memory_kb("VmHWM") - before) / 1024)


if __name__ == "__main__":
    main()
