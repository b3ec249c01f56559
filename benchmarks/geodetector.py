"""Geographic detector of nine factors beside py-geodetector, and whole algorithms beside reading and writing.

Nine factors in five strata each: ours on 1 000 000 rows, py-geodetector on 100 000, compared by row; both
get strata and run all four detectors. Cutting numbers into strata, which py-geodetector leaves to others, is
measured on top. Whole algorithms run on points with these fields in a GeoPackage, beside a pass that reads
the layer and writes it again.

The rounds interleave what is compared, so that a noisy machine disturbs all of it.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from class_areas import run_algorithm, start_qgis
from osgeo import ogr, osr

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("LANDCARBON_DEV", ROOT / ".dev")) / "benchmark"
ROWS, THEIR_ROWS = 1_000_000, 100_000
FACTORS = [f"x{i}" for i in range(1, 10)]
STRATA = 5


def main():
    """Run the comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    parser.add_argument("--points", type=int, default=200_000, help="points of the layer")
    parser.add_argument("--units", type=int, default=5_000, help="points that are clustered")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    start_qgis()
    compare_cores(options.rounds)
    compare_algorithms(options.points, options.units, min(3, options.rounds))


def made(rows, seed=1):
    """A response and nine numbers, some of which explain it."""
    dice = np.random.default_rng(seed)
    numbers = dice.lognormal(0, 1, (len(FACTORS), rows))
    weights = np.linspace(0, 1, len(FACTORS))[:, None]
    return (weights * np.log(numbers)).sum(axis=0) + dice.normal(0, 2, rows), numbers


def compare_cores(rounds):
    """Print seconds by row of ours and of py-geodetector."""
    from landcarbon.core.classification import METHODS, class_breaks, class_of
    from landcarbon.core.pattern.geodetector import geodetector
    from landcarbon.core.pattern.strata import Factor
    from pandas import DataFrame

    detector = peer()
    response, numbers = made(ROWS)
    codes = [class_of(own, class_breaks(own, "quantile", [STRATA])[STRATA]) for own in numbers]
    labels = tuple(map(str, range(STRATA)))
    given = [Factor(name, code, labels) for name, code in zip(FACTORS, codes, strict=True)]
    cut = [Factor(name, own) for name, own in zip(FACTORS, numbers, strict=True)]
    table = DataFrame({name: code[:THEIR_ROWS] for name, code in zip(FACTORS, codes, strict=True)})
    table["y"] = response[:THEIR_ROWS]

    def theirs():
        theirs = detector(table, "y", FACTORS)
        theirs.factor_detector()
        theirs.interaction_detector(relationship=True)
        theirs.ecological_detector()
        theirs.risk_detector()

    runs = {
        "py-geodetector": theirs,
        "four detectors": lambda: geodetector(response, given, [], []),
        "with quantiles": lambda: geodetector(response, cut, ["quantile"], [STRATA]),
    }
    long_runs = {
        "with natural breaks": lambda: geodetector(response, cut, ["natural breaks"], [STRATA]),
        "best of 5 x 6 cuts": lambda: geodetector(response, cut, METHODS, range(3, 9)),
    }
    seconds = interleaved(runs, rounds) | interleaved(long_runs, 1)
    per_row = [each / THEIR_ROWS for each in seconds.pop("py-geodetector")]
    print(f"\nnine factors, {ROWS} rows, median of {rounds} rounds; the last two once")
    print(f"py-geodetector, extrapolated {statistics.median(per_row) * ROWS:8.2f} s")
    for name, of in seconds.items():
        ratio = statistics.median(a * ROWS / b for a, b in zip(per_row, of))
        print(f"{name:28} {statistics.median(of):8.2f} s   py-geodetector over it {ratio:6.1f}")


def peer():
    """The class of py-geodetector, whose package has the name of this file."""
    here = Path(__file__).resolve().parent
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != here]
    from geodetector import GeoDetector

    return GeoDetector


def compare_algorithms(points, units, rounds):
    """Print seconds of whole algorithms beside a pass that reads and writes the same layer."""
    large, small = (make_points(count) for count in (points, units))
    out = {name: str(WORK / f"drivers_{name}") for name in ("copy.gpkg", "q.csv", "b.csv", "clusters.gpkg")}
    runs = {
        f"read and write {points}": lambda: copy(large, out["copy.gpkg"]),
        "geodetector": lambda: run_algorithm(
            "landcarbon:geodetector",
            {"INPUT": large, "RESPONSE": "y", "FACTORS": FACTORS, "STRATA": "5", "FACTOR_Q": out["q.csv"]},
        ),
        "stepwiseregression": lambda: run_algorithm(
            "landcarbon:stepwiseregression",
            {"INPUT": large, "RESPONSE": "y", "DRIVERS": FACTORS, "COEFFICIENTS": out["b.csv"]},
        ),
        f"read and write {units}": lambda: copy(small, out["copy.gpkg"]),
        "hierarchicalclusters": lambda: run_algorithm(
            "landcarbon:hierarchicalclusters",
            {"INPUT": small, "FIELDS": FACTORS, "OUTPUT": out["clusters.gpkg"]},
        ),
    }
    seconds = interleaved(runs, rounds)
    print(f"\nwhole algorithms, median of {rounds} rounds")
    beside = None
    for name, of in seconds.items():
        beside = of if name.startswith("read") else beside
        ratio = statistics.median(a / b for a, b in zip(of, beside, strict=True))
        print(f"{name:28} {statistics.median(of):8.2f} s   {ratio:5.2f} of reading and writing")


def copy(source, target):
    """Read a layer and write it again, as native:savefeatures does it."""
    run_algorithm("native:savefeatures", {"INPUT": source, "OUTPUT": target})


def interleaved(runs, rounds):
    """Seconds of every run in every round."""
    seconds = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def make_points(count):
    """The path of a GeoPackage of points with the made numbers, made if it is not there."""
    path = WORK / f"drivers_{count}.gpkg"
    if path.exists():
        return str(path)
    response, numbers = made(count)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4326)
    unfinished = path.with_suffix(".part.gpkg")
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(unfinished))
    layer = dataset.CreateLayer("points", crs, ogr.wkbPoint)
    for name in ("y", *FACTORS):
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTReal))
    layer.StartTransaction()
    for row in range(count):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature["y"] = float(response[row])
        for name, own in zip(FACTORS, numbers, strict=True):
            feature[name] = float(own[row])
        point = ogr.Geometry(ogr.wkbPoint)
        point.AddPoint_2D(73 + row % 1000 * 0.05, 18 + row // 1000 * 0.03)
        feature.SetGeometry(point)
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    del layer, dataset
    unfinished.rename(path)
    return str(path)


if __name__ == "__main__":
    sys.exit(main())
