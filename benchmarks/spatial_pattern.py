"""Gi*, global and local Moran's I of points beside esda; whole algorithms beside reading and writing alone.

Points are spread evenly over a projected plane, with their 8 nearest as neighbours. Weights are made outside
of what is timed for Gi* and Moran's I, for esda too; the weights alone are a line of their own. esda runs on
the smaller layer without permutations, as they would take minutes there.

The rounds interleave what is compared, so that a noisy machine disturbs all of it. Memory is measured in a
fresh process: its peak above the same process just before.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from class_areas import memory_kb, run_algorithm, start_qgis
from osgeo import ogr, osr

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("LANDCARBON_DEV", ROOT / ".dev")) / "benchmark"
SMALL, LARGE = 100_000, 1_000_000
NEIGHBOURS = 8
ALGORITHMS = {
    "hotspot": {"FIELD": "ce_t"},
    "localmoran": {"FIELD": "ce_t"},
    "globalmoran": {"FIELDS": ["ce_t"], "PERMUTATIONS": 0},
}


def main():
    """Run the comparison, or with --once one measured run of ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--points", type=int, default=SMALL, help="of the layer of the whole algorithms")
    parser.add_argument("--without-core", action="store_true", help="whole algorithms only")
    parser.add_argument("--without-algorithms", action="store_true", help="the core only")
    parser.add_argument("--once", metavar="POINTS", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    start_qgis()
    if options.once:
        once(options.once)
        return
    if not options.without_core:
        compare_core(options.rounds)
    if not options.without_algorithms:
        compare_algorithms(options.points, options.rounds)


def compare_core(rounds):
    """Ours and esda's of the small layer, ours of the large one."""
    from landcarbon.core.pattern.global_moran import global_moran
    from landcarbon.core.pattern.hot_spot import gi_star
    from landcarbon.core.pattern.local_moran import local_moran
    from landcarbon.core.pattern.weights import row_standardised

    values, weights = sample(SMALL)
    rows = row_standardised(weights)
    many, large = sample(LARGE)
    large_rows = row_standardised(large)
    theirs, peer = with_libpysal(weights), esda()
    runs = {
        "Gi*": lambda: gi_star(values, weights),
        "Gi*, esda": lambda: peer.G_Local(values, theirs, "B", permutations=0, star=True),
        "global Moran": lambda: global_moran(values, rows, 0),
        "global Moran, esda": lambda: peer.Moran(values, theirs, "r", permutations=0),
        "local Moran, 99 permutations": lambda: local_moran(values, rows, 99),
        "local Moran without, esda": lambda: peer.Moran_Local(values, theirs, "r", permutations=0),
        "local Moran, 999 permutations": lambda: local_moran(values, rows, 999),
        "weights of 1 000 000": lambda: sample(LARGE),
        "Gi* of 1 000 000": lambda: gi_star(many, large),
        "global Moran of 1 000 000": lambda: global_moran(many, large_rows, 0),
        "local Moran of 1 000 000, 999": lambda: local_moran(many, large_rows, 999),
    }
    seconds = interleaved(runs, rounds)
    print(f"\nmedian of {rounds} rounds, {SMALL:,} points, {NEIGHBOURS} neighbours")
    for name, of in seconds.items():
        print(f"{name:32}  {statistics.median(of):9.3f} s")
    for name in ("Gi*", "global Moran"):
        print(f"esda over ours, {name:16}  {ratio(seconds[f'{name}, esda'], seconds[name]):9.0f}")
    of = seconds["local Moran without, esda"], seconds["local Moran, 99 permutations"]
    print(f"esda without over ours with 99    {ratio(*of):9.1f}")
    command = [sys.executable, __file__, "--once", str(LARGE)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(f"peak memory of weights, Gi* and Moran of 1 000 000 points: {done.stdout.split()[-1]} MB")


def compare_algorithms(count, rounds):
    """Whole algorithms, GeoPackage to GeoPackage, beside a pass that reads and writes the same layer."""
    path = layer_of(count)
    runs = {"reading and writing": lambda: copy(path)}
    for name, parameters in ALGORITHMS.items():
        runs[name] = lambda name=name, parameters=parameters: whole(name, path, parameters)
    whole("hotspot", layer_of(1000), ALGORITHMS["hotspot"])  # imports
    seconds = interleaved(runs, rounds)
    print(f"\nmedian of {rounds} rounds, whole algorithms on {count:,} points")
    for name, of in seconds.items():
        over = ratio(of, seconds["reading and writing"])
        print(f"{name:32}  {statistics.median(of):9.2f} s  {over:5.2f} times reading and writing")


def interleaved(runs, rounds):
    """Seconds of every run in every round, in turn."""
    seconds = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
        print(f"round {number + 1}", {name: round(of[-1], 3) for name, of in seconds.items()}, flush=True)
    return seconds


def ratio(above, below):
    """Median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def points_of(count, seed=1):
    """Seeded places, 1 per km2, and skewed values."""
    random = np.random.default_rng(seed)
    return random.uniform(0, 1000 * np.sqrt(count), (count, 2)), random.lognormal(0, 1, count)


def sample(count):
    """Values and weights of points."""
    from landcarbon.core.pattern.weights import nearest_neighbours

    points, values = points_of(count)
    return values, nearest_neighbours(points, crs().ExportToWkt(), NEIGHBOURS)


def crs():
    """A projected coordinate system."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32648)
    return reference


def esda():
    """The peer, without its advice on numba."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import esda

    return esda


def with_libpysal(weights):
    """The same weights as a libpysal object."""
    from libpysal.weights import WSP

    return WSP(weights.matrix).to_W(silence_warnings=True)


def layer_of(count):
    """A GeoPackage of points with a key and a number, made if it is not there."""
    path = WORK / f"points_{count}.gpkg"
    if path.exists():
        return path
    points, values = points_of(count)
    unfinished = path.with_suffix(".part.gpkg")
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(unfinished))
    layer = source.CreateLayer("points", crs(), ogr.wkbPoint)
    layer.CreateField(ogr.FieldDefn("unit", ogr.OFTString))
    layer.CreateField(ogr.FieldDefn("ce_t", ogr.OFTReal))
    layer.StartTransaction()
    for place, (x, y) in enumerate(points.tolist()):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature["unit"], feature["ce_t"] = f"u{place}", float(values[place])
        shape = ogr.Geometry(ogr.wkbPoint)
        shape.AddPoint_2D(x, y)
        feature.SetGeometry(shape)
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    del layer, source
    unfinished.rename(path)
    return path


def copy(path):
    """Read the features of a layer and write them to another file, as the simplest algorithm would."""
    from qgis.core import QgsFeatureSink, QgsProcessingContext, QgsProcessingUtils, QgsVectorLayer

    target = WORK / "copy.gpkg"
    layer = QgsVectorLayer(str(path), "points", "ogr")
    sink, _ = QgsProcessingUtils.createFeatureSink(
        str(target), QgsProcessingContext(), layer.fields(), layer.wkbType(), layer.crs()
    )
    for feature in layer.getFeatures():
        sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
    sink.flushBuffer()
    del sink
    target.unlink()


def whole(name, path, parameters):
    """A whole algorithm."""
    target = WORK / f"{name}.gpkg"
    neighbours = {"NEIGHBOURHOOD": 3, "NEIGHBOURS": NEIGHBOURS}
    run_algorithm(f"landcarbon:{name}", {"INPUT": str(path), "OUTPUT": str(target)} | neighbours | parameters)
    target.unlink()


def once(count):
    """Weights, Gi* and Moran's I; prints their peak memory above the process before [MB]."""
    from landcarbon.core.pattern.global_moran import global_moran
    from landcarbon.core.pattern.hot_spot import gi_star
    from landcarbon.core.pattern.local_moran import local_moran

    sample(1000)  # imports are not the work
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back to what is in use now
    before = memory_kb("VmRSS")
    values, weights = sample(count)
    gi_star(values, weights)
    global_moran(values, weights, 0)
    local_moran(values, weights)
    print(round((memory_kb("VmHWM") - before) / 1024))


if __name__ == "__main__":
    main()
