"""CASA of a country at 1 km beside a kernel that only copies.

12 x 4000 x 2400 cells, China at 1 km: NDVI, temperature, precipitation and radiation as int16 with a scale, a
file per month, and a vegetation raster, all tiled and DEFLATE; a tenth of the cells is not vegetated. Ours is
the whole algorithm with NPP, RH and NEP, its NDVI limits from the table. The copy reads the same inputs
through the same functions in the same windows, on as many threads, and writes three rasters of the same type.

The rounds interleave what is compared, so that a noisy machine disturbs all of it. Memory is measured in
fresh processes: the peak during the run above the same process just before it.
"""

import argparse
import os
import statistics
from pathlib import Path

import numpy as np
from class_areas import run_algorithm, start_qgis
from osgeo import gdal, osr
from raster_trend import HEIGHT, WIDTH, WORK, once, peak_of_fresh_process, timed

NODATA = -32768
FEW = 8  # rows of a run that only imports: a larger one would leave memory behind that the next one uses
SERIES = {  # scale, mean, range over the year and over the country, noise
    "ndvi": (1e-4, 0.40, 0.25, 0.20, 0.05),
    "temperature": (0.1, 12.0, 14.0, 12.0, 0.5),
    "precipitation": (0.1, 70.0, 60.0, 50.0, 15.0),
    "radiation": (0.1, 430.0, 180.0, 80.0, 20.0),
}
OUTPUTS = ("NPP", "RH", "NEP")


def main():
    """Run the comparison, or with --once one measured run of ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--rows", type=int, default=HEIGHT, help="rows of the rasters")
    parser.add_argument("--once", metavar="ROWS", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    if options.once:
        once(ours, options.once, FEW)
    else:
        compare(options.rows, options.rounds)


def compare(rows, rounds):
    """Print seconds, ratios and memory."""
    print(f"Making 49 rasters of {WIDTH} x {rows} cells (kept in {WORK})", flush=True)
    make_inputs(rows)
    make_inputs(FEW)
    start_qgis()
    runs = {"casanep": ours, "copy": copy}
    for run in runs.values():
        run(FEW)  # imports
    seconds = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            seconds[name].append(timed(lambda run=run: run(rows)))
        last = ", ".join(f"{name} {of[-1]:.2f} s" for name, of in seconds.items())
        print(f"round {number + 1}: {last}", flush=True)
    ratio = statistics.median(a / b for a, b in zip(seconds["casanep"], seconds["copy"], strict=True))
    print(f"\nmedian of {rounds} rounds, 12 x {WIDTH * rows / 1e6:.1f} million cells, {os.cpu_count()} cores")
    for name, of in seconds.items():
        print(f"{name:24}  {statistics.median(of):8.2f} s")
    print(f"casanep over the copy     {ratio:8.2f}")
    print(f"peak memory above the process before: {peak_of_fresh_process(rows, __file__):.0f} MB")


def make_inputs(rows):
    """Paths of the seeded rasters by series, and the vegetation raster; made if they are not there."""
    folder = WORK / f"casa_{rows}"
    paths = {name: [str(folder / f"{name}_{month:02}.tif") for month in range(1, 13)] for name in SERIES}
    vegetation = str(folder / "vegetation.tif")
    if not Path(vegetation).exists():
        folder.mkdir(exist_ok=True)
        write_inputs(paths, vegetation, rows)
    return paths, vegetation


def write_inputs(paths, vegetation, rows, seed=5):
    """Write smooth fields of a year with noise; the vegetation raster last."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:WIDTH].astype(np.float32)
    place = np.sin(x / 300) * np.cos(y / 200) * 0.6 + 0.4 * np.sin((x + y) / 97)
    for name, (scale, mean, season, country, noise) in SERIES.items():
        for month, path in enumerate(paths[name]):
            wave = -np.cos(2 * np.pi * month / 12)
            values = mean + season * wave + country * place
            values += random.normal(0, noise, values.shape).astype(np.float32)
            low = 0 if name in ("precipitation", "radiation") else -np.inf
            high = 0.95 if name == "ndvi" else np.inf
            write(path, np.rint(np.clip(values, low, high) / scale).astype(np.int16), scale)
    patches = np.kron(random.choice(18, size=(-(-rows // 20), WIDTH // 20)), np.ones((20, 20)))[:rows]
    bare = np.isin(patches, (0, 13, 15, 16, 17)) & (random.random(patches.shape) < 0.64)
    write(vegetation, np.where(bare, 0, np.clip(patches, 1, 12)).astype(np.uint8))


def write(path, values, scale=None):
    """Write one raster."""
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    unfinished = f"{path}.part.tif"
    kind = gdal.GDT_Byte if values.dtype == np.uint8 else gdal.GDT_Int16
    options = ["TILED=YES", "COMPRESS=DEFLATE"]
    raster = gdal.GetDriverByName("GTiff").Create(unfinished, WIDTH, len(values), 1, kind, options)
    raster.SetGeoTransform((73.0, 0.0155, 0.0, 54.0, 0.0, -0.015))
    raster.SetProjection(crs.ExportToWkt())
    band = raster.GetRasterBand(1)
    if scale is not None:
        band.SetScale(scale)
        band.SetNoDataValue(NODATA)
    band.WriteArray(values)
    del band, raster
    os.replace(unfinished, path)


def ours(rows):
    """The whole algorithm with its three annual rasters."""
    paths, vegetation = make_inputs(rows)
    folder = WORK / "casa_outputs"
    folder.mkdir(exist_ok=True)
    parameters = {name.upper(): files for name, files in paths.items()}
    parameters |= {"VEGETATION": vegetation, "VEGETATION_TABLE": str(vegetation_table(folder)), "LIMITS": 1}
    parameters |= {name: str(folder / f"{name.lower()}.tif") for name in OUTPUTS}
    run_algorithm("landcarbon:casanep", parameters)


def vegetation_table(folder):
    """A table with limits for all classes, so that the run has one pass."""
    path = folder / "vegetation.csv"
    rows = ["value,name,epsilon_max,ndvi_min,ndvi_max", "0,bare,,,"]
    path.write_text("\n".join([*rows, *(f"{code},class {code},0.5,0.023,0.7" for code in range(1, 13))]))
    return path


def copy(rows):
    """Read what the algorithm reads, write as much as it writes."""
    from landcarbon.core.productivity.raster_casa import CasaRasters, bytes_per_cell
    from landcarbon.core.raster.blocks import stream, windows
    from landcarbon.core.raster.output import OutputBand, RasterOutput, RasterOutputs
    from landcarbon.core.raster.source import open_source

    paths, vegetation = make_inputs(rows)
    rasters = CasaRasters(
        *(tuple(open_source(path) for path in files) for files in paths.values()), open_source(vegetation)
    )
    cell = bytes_per_cell(rasters, [name.lower() for name in OUTPUTS])
    tasks = [(window, rasters) for window in windows(rasters.grid, cell, rasters.ndvi[0].block)]
    outputs = {
        name: RasterOutput(WORK / "casa_outputs" / f"copy_{name}.tif", rasters.grid, [OutputBand(name, "")])
        for name in OUTPUTS
    }
    with RasterOutputs(outputs) as opened:
        for (window, _), arrays in zip(tasks, stream(copied, tasks), strict=True):
            for output, values in zip(opened.values(), arrays, strict=True):
                output.write(1, window.column, window.row, values)


def copied(task):
    """July of three of the series, of all that is read."""
    from landcarbon.core.raster.source import read, read_bands, scaled

    window, rasters = task
    read(rasters.vegetation, *window)
    found = [read_bands(sources, *window) for sources in rasters.series]
    return [
        scaled(sources[6], bands[6][0]).astype(np.float32)
        for sources, bands in zip(rasters.series[: len(OUTPUTS)], found, strict=False)
    ]


if __name__ == "__main__":
    main()
