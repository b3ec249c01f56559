"""A seeded city of any size: parcels that share their borders, points, people, roads and townships."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from osgeo import ogr, osr

CORNER = 450_000.0, 3_450_000.0  # metres in UTM zone 51 north
SIDE = 100.0  # of a parcel, about [m]
LAND_TYPES = (
    *("mining land", "industrial land", "municipal utilities", "urban residential land", "rural homestead"),
    *("commercial land", "administration and public service land", "transport land", "cultivated land"),
    *("garden land", "land for agricultural facilities", "forest land", "grassland", "water", "unused land"),
)
SHARES = (0.01, 0.08, 0.02, 0.15, 0.08, 0.06, 0.04, 0.12, 0.2, 0.05, 0.02, 0.08, 0.03, 0.04, 0.02)
CATEGORIES = ("mining", "manufacturing", "supply", "business", "transport")
CLASSES = ("motorway", "primary", "secondary", "residential", "rail", "waterway")
STEPS = 10  # segments of a road
STEP = 60.0  # length of a segment, about [m]
TOTALS = """sector,subsector,total,kind,mass
industry,mining,10,source,t CO2
industry,manufacturing,1243,source,t CO2
industry,supply,690,source,t CO2
construction,residential,150,source,t CO2
construction,services,138,source,t CO2
transport,road,120,source,t CO2
transport,rail,12,source,t CO2
transport,water,10,source,t CO2
agriculture,planting,8,source,t CO2
agriculture,livestock,2,source,t CO2
waste,industrial,20,source,t CO2
waste,domestic,8,source,t CO2
sinks,natural,15,sink,t CO2
sinks,crops,10,sink,t CO2
"""


def make_city(folder, across, points, people, roads, towns=10, seed=7):
    """Write `city.gpkg` and `totals.csv` to a folder, if they are not there.

    Parameters
    ----------
    folder : Path
    across : int
        The city has `across` x `across` parcels of eight corners.
    points, people, roads : int
    towns : int
        There are `towns` x `towns` townships, whose borders are borders of parcels.
    seed : int

    Returns
    -------
    Path
        The GeoPackage with the layers parcels, points, people, roads and towns.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "totals.csv").write_text(TOTALS, encoding="utf-8")
    path = folder / "city.gpkg"
    if path.exists():
        return path
    random = np.random.default_rng(seed)
    unfinished = path.with_suffix(".part.gpkg")
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(unfinished))
    made = nodes(random, across)
    rings = parcel_rings(made)
    kinds = random.choice(LAND_TYPES, p=SHARES, size=len(rings)).tolist()
    write(source, "parcels", ogr.wkbPolygon, map(polygon_wkb, rings), land_type=kinds)
    for name, count, field, values in (
        ("points", points, "category", random.choice(CATEGORIES, size=points).tolist()),
        ("people", people, "people", random.integers(1, 40, people).tolist()),
    ):
        places = np.array(CORNER) + random.uniform(0, across * SIDE, (count, 2))
        write(source, name, ogr.wkbPoint, map(point_wkb, places), **{field: values})
    lines = road_lines(random, roads, across)
    write(
        source,
        "roads",
        ogr.wkbLineString,
        map(line_wkb, lines),
        **{"class": random.choice(CLASSES, size=roads).tolist()},
    )
    outlines = town_rings(made, towns)
    write(
        source,
        "towns",
        ogr.wkbPolygon,
        map(polygon_wkb, outlines),
        town=[f"t{i}" for i in range(len(outlines))],
    )
    del source
    unfinished.rename(path)
    return path


def nodes(random, across):
    """The corners of the parcels, and the middles of their level and of their upright borders."""
    places = np.stack(np.meshgrid(np.arange(across + 1.0), np.arange(across + 1.0)), axis=-1)
    places = (places + random.uniform(-0.3, 0.3, places.shape)) * SIDE + np.array(CORNER)
    level, upright = (places[:, 1:] + places[:, :-1]) / 2, (places[1:] + places[:-1]) / 2
    level += random.uniform(-5, 5, level.shape)
    upright += random.uniform(-5, 5, upright.shape)
    return places, level, upright


def parcel_rings(made):
    """Parcels row by row: float array, shape (parcels, 9, 2)."""
    places, level, upright = made
    corners = (
        *(places[:-1, :-1], level[:-1], places[:-1, 1:], upright[:, 1:]),
        *(places[1:, 1:], level[1:], places[1:, :-1], upright[:, :-1], places[:-1, :-1]),
    )
    return np.stack(corners, axis=2).reshape(-1, 9, 2)


def town_rings(made, towns):
    """Townships that are unions of parcels, as rings."""
    places, level, upright = made
    cuts = list(pairwise(np.linspace(0, len(places) - 1, towns + 1).astype(int).tolist()))
    out = []
    for bottom, top in cuts:
        for left, right in cuts:
            columns, rows = slice(left, right + 1), slice(bottom, top + 1)
            inner_columns, inner_rows = slice(left, right), slice(bottom, top)
            sides = (
                (places[bottom, columns], level[bottom, inner_columns]),
                (places[rows, right], upright[inner_rows, right]),
                (places[top, columns][::-1], level[top, inner_columns][::-1]),
                (places[rows, left][::-1], upright[inner_rows, left][::-1]),
            )
            ring = np.concatenate([woven(corners[:-1], middles) for corners, middles in sides])
            out.append(np.concatenate((ring, ring[:1])))
    return out


def woven(first, second):
    """Two lists of places by turns."""
    return np.stack((first, second), axis=1).reshape(-1, 2)


def road_lines(random, count, across):
    """Roads that wander about: float array, shape (roads, 11, 2)."""
    start = np.array(CORNER) + random.uniform(0, across * SIDE, (count, 1, 2))
    turn = random.uniform(0, 2 * np.pi, (count, 1)) + random.normal(0, 0.4, (count, STEPS)).cumsum(axis=1)
    steps = STEP * np.stack((np.cos(turn), np.sin(turn)), axis=-1)
    return np.concatenate((start, start + steps.cumsum(axis=1)), axis=1)


def polygon_wkb(ring):
    return np.array([1, 3, 0, 0, 0, 1, 0, 0, 0], np.uint8).tobytes() + counted(ring)


def line_wkb(line):
    return np.array([1, 2, 0, 0, 0], np.uint8).tobytes() + counted(line)


def point_wkb(place):
    return np.array([1, 1, 0, 0, 0], np.uint8).tobytes() + place.astype("<f8").tobytes()


def counted(places):
    """Places with their number before them."""
    return np.array([len(places)], "<u4").tobytes() + places.astype("<f8").tobytes()


def write(source, name, kind, shapes, **columns):
    """A layer with one field per column."""
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32651)
    layer = source.CreateLayer(name, crs, kind)
    for field, values in columns.items():
        layer.CreateField(
            ogr.FieldDefn(field, ogr.OFTString if isinstance(values[0], str) else ogr.OFTInteger)
        )
    layer.StartTransaction()
    for place, wkb in enumerate(shapes):
        feature = ogr.Feature(layer.GetLayerDefn())
        for field, values in columns.items():
            feature[field] = values[place]
        feature.SetGeometry(ogr.CreateGeometryFromWkb(wkb))
        layer.CreateFeature(feature)
    layer.CommitTransaction()


def part_of(path, layer, share):
    """A GeoPackage beside it with the features of a layer in the lower left part, made if it is not there."""
    part = Path(path).with_name(f"{layer}_part.gpkg")
    if part.exists():
        return part
    whole = ogr.Open(str(path))
    given = whole.GetLayerByName(layer)
    left, right, bottom, top = given.GetExtent()
    side = np.sqrt(share)
    given.SetSpatialFilterRect(left, bottom, left + side * (right - left), bottom + side * (top - bottom))
    unfinished = part.with_suffix(".part.gpkg")
    target = ogr.GetDriverByName("GPKG").CreateDataSource(str(unfinished))
    target.CopyLayer(given, layer)
    del target, given, whole
    unfinished.rename(part)
    return part
