"""Make the sample of a city: parcels, townships, points, people and roads, and a year of its activities.

    python tools/sample/make_city_sample.py

There is no such city: it lies in the sea, and all shapes, points and numbers come from a seeded generator
of Python's standard library. Only the totals of its sectors are real, those of Suzhou in 2020 (Zhang et al.
2023, table 3): the amounts of its activities are made backwards from them, with the factors of the preset
`zhang2023`. What it writes does not depend on when or how often it runs.
"""

import argparse
import csv
import random
from pathlib import Path

from city_activities import YEAR, activities
from city_land import GDP, people, points, roads, settle, townships
from city_plan import Mesh, parcels_of, rings, signed_area
from osgeo import gdal, ogr, osr

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "resources" / "sample"
SEED = 1
PARCELS = 400
EPSG = 32651  # UTM zone 51N, in metres


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=SAMPLE, help="folder to write to (default: %(default)s)")
    folder = parser.parse_args().to
    gdal.UseExceptions()
    folder.mkdir(parents=True, exist_ok=True)
    for path, what in (write_city(folder), write_activities(folder)):
        print(f"{path.name}: {what}, {path.stat().st_size / 1024:.0f} KiB")


def city(seed=SEED):
    """The layers of the city.

    Returns
    -------
    dict of str to (dict, list)
        By name of the layer: kinds of the fields by name, and rows of values with the shape last.
    """
    dice = random.Random(seed)
    mesh = Mesh(dice)
    parcels = settle(mesh, parcels_of(mesh, PARCELS, dice), dice)
    lines = roads(mesh, parcels, dice)
    text, number = ogr.OFTString, ogr.OFTInteger
    return {
        "parcels": (
            {"parcel": text, "land_type": text},
            [
                (f"P{place:03}", parcel.land, polygon(mesh, parcel.cells))
                for place, parcel in enumerate(parcels, 1)
            ],
        ),
        "townships": (
            {"township": text, "gdp": number},
            [(name, GDP[name], _multi_polygon([[ring]])) for name, ring in townships(mesh)],
        ),
        "points": (
            {"category": text},
            [(category, _point(x, y)) for category, x, y in points(mesh, parcels, lines, dice)],
        ),
        "people": (
            {"people": number},
            [(count, _point(x, y)) for count, x, y in people(mesh, parcels, dice)],
        ),
        "roads": ({"class": text}, [(category, _line(line)) for category, line in lines]),
    }


def polygon(mesh, cells):
    """The border of cells on the ground; a part of its own for cells that lie apart."""
    found = [[mesh.nodes[node] for node in ring] for ring in rings(cells)]
    outer = [ring for ring in found if signed_area(ring) > 0]
    holes = [ring for ring in found if signed_area(ring) < 0]
    if holes and len(outer) > 1:
        raise ValueError("Holes in a parcel of several parts are not in the plan.")
    return _multi_polygon([[ring, *holes] for ring in outer])


def write_city(folder):
    """Write the layers and return the path of their file and what it holds."""
    target, layers = folder / "city.gpkg", city()
    target.unlink(missing_ok=True)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(EPSG)
    # The time of the last change would make every run's file another
    gdal.SetConfigOption("OGR_CURRENT_DATE", f"{YEAR}-12-31T00:00:00.000Z")
    try:
        file = ogr.GetDriverByName("GPKG").CreateDataSource(str(target))
        for name, (fields, rows) in layers.items():
            _write_layer(file, name, crs, fields, rows)
        del file  # closes it
    finally:
        gdal.SetConfigOption("OGR_CURRENT_DATE", None)
    return target, ", ".join(f"{len(rows)} {name}" for name, (_, rows) in layers.items())


def _write_layer(file, name, crs, fields, rows):
    layer = file.CreateLayer(name, crs, rows[0][-1].GetGeometryType(), ["SPATIAL_INDEX=NO"])
    for field, kind in fields.items():
        layer.CreateField(ogr.FieldDefn(field, kind))
    layer.StartTransaction()
    for row in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        for field, value in zip(fields, row[:-1], strict=True):
            feature[field] = value
        feature.SetGeometry(row[-1])
        layer.CreateFeature(feature)
    layer.CommitTransaction()


def write_activities(folder):
    """Write the table and return its path and what it holds."""
    target, (columns, rows) = folder / f"city_activities_{YEAR}.csv", activities()
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return target, f"{len(rows)} rows"


def _multi_polygon(parts):
    """Polygons, each a list of closed rings of which the first is its border."""
    made = ogr.Geometry(ogr.wkbMultiPolygon)
    for part in parts:
        one = ogr.Geometry(ogr.wkbPolygon)
        for places in part:
            ring = ogr.Geometry(ogr.wkbLinearRing)
            for x, y in places:
                ring.AddPoint_2D(x, y)
            one.AddGeometry(ring)
        made.AddGeometry(one)
    return made


def _line(places):
    made = ogr.Geometry(ogr.wkbLineString)
    for x, y in places:
        made.AddPoint_2D(x, y)
    return made


def _point(x, y):
    made = ogr.Geometry(ogr.wkbPoint)
    made.AddPoint_2D(x, y)
    return made


if __name__ == "__main__":
    main()
