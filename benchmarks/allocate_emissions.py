"""Emissions of a made-up city on its parcels, a grid and townships, beside the same joins of QGIS's own.

Side by side, in turn, on 300 000 parcels, 700 000 points of interest, 300 000 points of people and 200 000
roads of ten segments, GeoPackage to GeoPackage:

- the whole of Allocation of emissions (it also computes areas, factors of roads and the amounts of 14 totals)
- native:countpointsinpolygon of both layers of points and native:sumlinelengths of the roads: the same joins,
  without categories and classes, and written to memory; on a part of the parcels, with the time scaled to all
  of them, as they go through the parcels one by one
- reading all four layers and writing the parcels with as many fields, and no more
- the core's own time within the whole: geometry, areas and lengths on the ellipsoid, weights, amounts; and
  the part of it in which QGIS transforms coordinates to longitude and latitude for these

then Aggregate carbon of the parcels to cells of 1 km and to townships, beside native:intersection (which
makes the pieces and sums nothing), likewise on a part. Memory is the peak of a fresh process, QGIS included.
"""

import argparse
import contextlib
import importlib
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from class_areas import memory_kb, run_algorithm, start_qgis
from made_city import make_city, part_of

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("LANDCARBON_DEV", ROOT / ".dev")) / "benchmark"
ACROSS, POINTS, PEOPLE, ROADS = 548, 700_000, 300_000, 200_000  # 548 x 548 is 300 304
PART = 0.05  # of the parcels, for the algorithms of QGIS
NUMBERS = (  # that the allocation adds to the parcels
    *("industry_t", "construction_t", "transport_t", "agriculture_t", "waste_t", "sinks_t"),
    *("ce_t", "cs_t", "net_t", "area_ha", "t_ha"),
)
CORE = {  # where the whole calls the core
    "algorithms.accounting.allocate_emissions": ("proxy_weights", "allocate", "allocation_columns"),
    "algorithms.accounting.parcel_input": ("pack_polygons", "overlap_notes"),
    "algorithms.points_and_lines": ("pack_lines",),
    "core.geometry.on_ground:OnGround": ("areas_m2", "lengths_m"),
}
TRANSFORMING = {"algorithms.measures": ("_places",)}  # by QGIS, on behalf of the core
CORE_OF_SUMS = {
    "algorithms.accounting.aggregation_target": (
        *("pack_polygons", "area_shares", "overlapping_units", "cell_shares", "true_areas_ha", "areas_ha"),
    ),
    "algorithms.accounting.aggregate_carbon": ("sum_by_shares",),
}


def main():
    """Run the comparison, or with --once one run of ours whose peak memory is printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--across", type=int, default=ACROSS, help="parcels along a side of the city")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = WORK / f"city_{options.across}"
    share = (options.across / ACROSS) ** 2
    city = make_city(folder, options.across, *(int(share * count) for count in (POINTS, PEOPLE, ROADS)))
    start_qgis()
    if options.once:
        allocation(city)
        print(memory_kb("VmHWM") / 1024)
        return
    compare_allocation(city, options.rounds)
    compare_sums(city, options.rounds)
    command = [sys.executable, __file__, "--once", "--across", str(options.across)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(f"\npeak memory of a process that runs the allocation: {float(done.stdout.split()[-1]):.0f} MB")


def compare_allocation(city, rounds):
    """The allocation beside the joins of QGIS."""
    part, scale = scaled_part(city)
    core = []
    runs = {
        "allocateemissions": lambda: core.append(allocation(city)),
        "reading and writing": lambda: copy(city),
        "native:countpointsinpolygon, points": lambda: count_points(part, city, "points"),
        "native:countpointsinpolygon, people": lambda: count_points(part, city, "people"),
        "native:sumlinelengths": lambda: sum_lengths(part, city),
    }
    seconds = interleaved(runs, rounds)
    own, transforming = (statistics.median(of) for of in zip(*core, strict=True))
    whole, plain = (statistics.median(seconds[name]) for name in ("allocateemissions", "reading and writing"))
    print(f"\nmedian of {rounds} rounds; {scale:.1f} times the part for QGIS's own")
    theirs = 0.0
    for name, of in seconds.items():
        median = statistics.median(of)
        if name.startswith("native:"):
            theirs += median * scale
            print(f"{name:38} {median * scale:9.1f} s  ({median:.1f} s on the part)")
        else:
            print(f"{name:38} {median:9.1f} s")
    print(f"{'core of allocateemissions':38} {own:9.1f} s")
    print(f"{'of it transforming coordinates':38} {transforming:9.1f} s")
    print(f"{'(whole - core) / reading and writing':38} {(whole - own) / plain:9.2f}")
    print(f"{'the same, transforming not in the core':38} {(whole - own + transforming) / plain:9.2f}")
    print(f"QGIS's joins over the whole            {theirs / whole:9.1f}")


def compare_sums(city, rounds):
    """Sums to a grid and to townships beside the intersections of QGIS."""
    parcels = str(WORK / "parcels_with_amounts.gpkg")
    allocation(city, parcels)
    part, scale = scaled_part(city)
    grid = str(WORK / "grid.gpkg")
    run_algorithm("landcarbon:aggregatecarbon", {"INPUT": parcels, "CELL_SIZE": 1000, "OUTPUT": grid})
    towns = layer_of(city, "towns")
    core = {"grid": [], "towns": []}
    runs = {
        "aggregatecarbon, cells of 1 km": lambda: core["grid"].append(sums(parcels, {"CELL_SIZE": 1000})),
        "aggregatecarbon, 100 townships": lambda: core["towns"].append(sums(parcels, {"UNITS": towns})),
        "native:intersection, cells": lambda: intersection(part, grid),
        "native:intersection, townships": lambda: intersection(part, towns),
    }
    seconds = interleaved(runs, rounds)
    print(f"\nmedian of {rounds} rounds")
    for (name, of), factor in zip(seconds.items(), (1, 1, scale, scale), strict=True):
        on_part = f"  ({statistics.median(of):.1f} s on the part)" if factor != 1 else ""
        print(f"{name:38} {statistics.median(of) * factor:9.1f} s{on_part}")
    for name, of in core.items():
        print(f"{'core, ' + name:38} {statistics.median(of):9.1f} s")


def scaled_part(city):
    """A part of the parcels, and how many times it there are parcels."""
    from qgis.core import QgsVectorLayer

    part = part_of(city, "parcels", PART)
    counts = [
        QgsVectorLayer(source, "parcels", "ogr").featureCount()
        for source in (layer_of(city, "parcels"), str(part))
    ]
    return str(part), counts[0] / counts[1]


def interleaved(runs, rounds):
    """Seconds of every run in every round, in turn."""
    seconds = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
            print(f"round {number + 1}: {name} {seconds[name][-1]:.1f} s", flush=True)
    return seconds


@contextlib.contextmanager
def timed_core(places):
    """Adds up the seconds within functions that modules (or a class) of ours call, the outermost of them."""
    spent, kept = [0.0, 0], []
    for path, names in places.items():
        module, _, owner = path.partition(":")
        place = importlib.import_module(f"landcarbon.{module}")
        place = getattr(place, owner) if owner else place
        for name in names:
            kept.append((place, name, getattr(place, name)))
            setattr(place, name, timed(getattr(place, name), spent))
    try:
        yield spent
    finally:
        for module, name, function in kept:
            setattr(module, name, function)


def timed(function, spent):
    def run(*arguments, **named):
        # What streams into the core is read outside of it.
        arguments = [list(a) if hasattr(a, "__next__") else a for a in arguments]
        start = time.perf_counter()
        spent[1] += 1
        try:
            return function(*arguments, **named)
        finally:
            spent[1] -= 1
            if spent[1] == 0:
                spent[0] += time.perf_counter() - start

    return run


def layer_of(city, name):
    """A layer of the city as QGIS names it."""
    return f"{city}|layername={name}"


def allocation(city, target=None):
    """The whole algorithm; returns the seconds within the core, and within transformations on its behalf."""
    kept = target is not None
    target = Path(target or WORK / "allocated.gpkg")
    target.unlink(missing_ok=True)
    with timed_core(CORE) as spent, timed_core(TRANSFORMING) as transforming:
        run_algorithm(
            "landcarbon:allocateemissions",
            {
                "PARCELS": layer_of(city, "parcels"),
                "LAND_TYPE_FIELD": "land_type",
                "TOTALS": str(Path(city).with_name("totals.csv")),
                "POINTS": layer_of(city, "points"),
                "CATEGORY_FIELD": "category",
                "PEOPLE": layer_of(city, "people"),
                "COUNT_FIELD": "people",
                "ROADS": layer_of(city, "roads"),
                "ROAD_CLASS_FIELD": "class",
                "MASS": 1,
                "OUTPUT": str(target),
            },
        )
    if not kept:
        target.unlink()
    return spent[0], transforming[0]


def sums(parcels, units):
    """The whole of Aggregate carbon; returns the seconds within the core."""
    target = WORK / "sums.gpkg"
    with timed_core(CORE_OF_SUMS) as spent:
        run_algorithm("landcarbon:aggregatecarbon", {"INPUT": parcels, "OUTPUT": str(target)} | units)
    target.unlink()
    return spent[0]


def copy(city):
    """Read the features of all layers, and write the parcels with as many fields as the result has."""
    from qgis.core import (
        QgsFeature,
        QgsFeatureSink,
        QgsField,
        QgsFields,
        QgsProcessingContext,
        QgsProcessingUtils,
        QgsVectorLayer,
    )
    from qgis.PyQt.QtCore import QMetaType

    target = WORK / "copy.gpkg"
    parcels = QgsVectorLayer(layer_of(city, "parcels"), "parcels", "ogr")
    fields = QgsFields(parcels.fields())
    fields.remove(fields.lookupField("fid"))
    for name in NUMBERS:
        fields.append(QgsField(name, QMetaType.Type.Double))
    fields.append(QgsField("mass", QMetaType.Type.QString))
    sink, _ = QgsProcessingUtils.createFeatureSink(
        str(target), QgsProcessingContext(), fields, parcels.wkbType(), parcels.crs()
    )
    values = [number + 0.5 for number in range(len(NUMBERS))]
    for feature in parcels.getFeatures():
        made = QgsFeature(fields)
        made.setAttributes([*feature.attributes()[1:], *values, "t CO2"])
        made.setGeometry(feature.geometry())
        sink.addFeature(made, QgsFeatureSink.Flag.FastInsert)
    sink.flushBuffer()
    del sink
    for name in ("points", "people", "roads"):
        for feature in QgsVectorLayer(layer_of(city, name), name, "ogr").getFeatures():
            feature.geometry()
    target.unlink()


def count_points(parcels, city, name):
    """Points in polygons, as QGIS has it."""
    run_algorithm(
        "native:countpointsinpolygon",
        {
            "POLYGONS": parcels,
            "POINTS": layer_of(city, name),
            "WEIGHT": "people" if name == "people" else "",
            "FIELD": "n",
            "OUTPUT": "memory:",
        },
    )


def sum_lengths(parcels, city):
    """Lengths of lines in polygons, as QGIS has it."""
    run_algorithm(
        "native:sumlinelengths",
        {
            "POLYGONS": parcels,
            "LINES": layer_of(city, "roads"),
            "LEN_FIELD": "length",
            "COUNT_FIELD": "count",
            "OUTPUT": "memory:",
        },
    )


def intersection(parcels, units):
    """Pieces of parcels in units, as QGIS has it."""
    run_algorithm("native:intersection", {"INPUT": parcels, "OVERLAY": units, "OUTPUT": "memory:"})


if __name__ == "__main__":
    main()
