"""Class areas of 81 units over 144 million cells: ours beside what a user would run today.

Each round runs landcarbon:landusebudget, native:zonalhistogram and exactextract once, in this process and in
turn, so that a noisy machine disturbs all of them. exactextract weighs cells by coverage, we count cell
centres: the work differs by that, and so do the numbers along borders.

Memory is measured in fresh processes: the peak during the run above the same process just before it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from made_data import make_land_cover, make_units

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("LANDCARBON_DEV", ROOT / ".dev")) / "benchmark"
CLASSES = ["class,coefficient,per", *(f"class {code},{code / 10},t C/ha" for code in range(1, 10))]
VALUES = ["value,class", *(f"{code},class {code}" for code in range(1, 10))]


def main():
    """Run the comparison, or with --once one measured run of ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=12_000, help="cells along the edge of the raster")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    parser.add_argument(
        "--without-native", action="store_true", help="leave out native:zonalhistogram (a minute a run)"
    )
    parser.add_argument("--once", metavar="CELLS_PER_EDGE", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "coefficients.csv").write_text("\n".join(CLASSES))
    (WORK / "classes.csv").write_text("\n".join(VALUES))
    if options.once:
        once(options.once)
    else:
        compare(options.side, options.rounds, options.without_native)


def compare(side, rounds, without_native):
    """Print seconds, ratios and memory."""
    print(f"Making {side} x {side} cells and 81 units (kept in {WORK})", flush=True)
    data(side)
    data(2 * side)
    start_qgis()
    runs = {
        "landcarbon:landusebudget": ours,
        "core class_areas": core,
        "exactextract (frac, unique)": exactextract,
    }
    if not without_native:
        runs["native:zonalhistogram"] = native
    seconds = {name: [] for name in runs}
    for run in (ours, core, exactextract):
        run(side)  # imports and the disk's cache
    for number in range(rounds):
        for name, run in runs.items():
            seconds[name].append(timed(run, side))
        print(
            f"round {number + 1}: " + ", ".join(f"{name} {of[-1]:.2f} s" for name, of in seconds.items()),
            flush=True,
        )
    base = seconds["landcarbon:landusebudget"]
    print(f"\nmedian of {rounds} rounds, {side * side / 1e6:.0f} million cells, {os.cpu_count()} cores")
    for name, of in seconds.items():
        ratio = statistics.median(theirs / mine for theirs, mine in zip(of, base, strict=True))
        print(f"  {name:30} {statistics.median(of):8.2f} s   {ratio:6.1f} x ours")
    pairs = [(timed(core, side), timed(core, 2 * side)) for _ in range(rounds)]
    growth = statistics.median(large / small for small, large in pairs)
    print(f"4 times the cells: {growth:.2f} times the time of core class_areas (median of {rounds} pairs)")
    small, large = (peak_of_fresh_process(cells) for cells in (side, 2 * side))
    print(f"peak memory above the process before: {small:.0f} MB, at 4 times the cells {large:.0f} MB")


def data(side):
    """Paths of the raster and the units, made if they are not there."""
    raster, units = WORK / f"land_cover_2020_{side}.tif", WORK / f"units_{side}.gpkg"
    make_land_cover(raster, side)
    make_units(units, side)
    return str(raster), str(units)


def start_qgis():
    """QGIS with Processing, native algorithms and this plugin, in this process."""
    from qgis.analysis import QgsNativeAlgorithms
    from qgis.core import QgsApplication

    sys.path[:0] = ["/usr/share/qgis/python/plugins", str(ROOT / "tools" / "dev")]
    application = QgsApplication([], False)
    application.initQgis()
    start_qgis.application = application  # it ends with its last reference
    registry = QgsApplication.processingRegistry()
    if registry.providerById("native") is None:
        registry.addProvider(QgsNativeAlgorithms(registry))
    from checkout import register_package

    register_package()
    from landcarbon.provider import LandCarbonProvider

    start_qgis.provider = LandCarbonProvider()  # its Python half ends with its last reference, too
    registry.addProvider(start_qgis.provider)


def run_algorithm(name, parameters):
    """Run an algorithm as a script would; its log goes to standard error if it fails."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(name)
    feedback = QgsProcessingFeedback()
    results, succeeded = algorithm.run(parameters, QgsProcessingContext(), feedback)
    if not succeeded:
        sys.exit(f"{name} failed:\n{feedback.textLog()}")
    return results


def ours(side):
    """The whole algorithm: class areas, coefficients, polygons written to memory."""
    raster, units = data(side)
    run_algorithm(
        "landcarbon:landusebudget",
        {
            "LAND_COVER": [raster],
            "YEARS": "2020",
            "UNITS": units,
            "UNIT_FIELD": "unit",
            "CLASS_TABLE": str(WORK / "classes.csv"),
            "COEFFICIENT_TABLE": str(WORK / "coefficients.csv"),
            "OUTPUT": "memory:",
        },
    )


def native(side):
    """Counts of cells by class, as QGIS has it."""
    raster, units = data(side)
    run_algorithm(
        "native:zonalhistogram",
        {
            "INPUT_RASTER": raster,
            "RASTER_BAND": 1,
            "INPUT_VECTOR": units,
            "COLUMN_PREFIX": "c",
            "OUTPUT": "memory:",
        },
    )


def exactextract(side):
    """Coverage fractions by class."""
    from exactextract import exact_extract

    raster, units = data(side)
    exact_extract(raster, units, ["unique", "frac"], include_cols=["unit"])


def core(side):
    """Only the counting: units from their polygons, areas of classes."""
    from landcarbon.core.accounting.class_areas import class_areas
    from landcarbon.core.raster.grid import cell_areas
    from landcarbon.core.raster.source import open_source
    from landcarbon.core.raster.zones import zone_edges
    from osgeo import ogr

    raster, units = data(side)
    dataset = ogr.Open(units)  # a layer does not keep its dataset alive
    polygons = [bytes(feature.geometry().ExportToIsoWkb()) for feature in dataset.GetLayer()]
    source = open_source(raster)
    return class_areas(source, zone_edges(polygons, source.grid), cell_areas(source.grid), range(1, 10))


def timed(run, side):
    """Seconds of one run."""
    start = time.perf_counter()
    run(side)
    return time.perf_counter() - start


def peak_of_fresh_process(side):
    """Peak memory of a run of ours above the same process before it [MB]."""
    command = [sys.executable, __file__, "--once", str(side)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def once(side):
    """One run of ours; prints its peak memory above the process before [MB]."""
    start_qgis()
    ours(600)  # imports are not the work
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back to what is in use now
    before = memory_kb("VmRSS")
    ours(side)
    print((memory_kb("VmHWM") - before) / 1024)


def memory_kb(name):
    """A line of the kernel's account of this process [kB]."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise KeyError(name)


if __name__ == "__main__":
    main()
