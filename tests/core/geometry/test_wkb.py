"""Well-known binary as QGIS, GDAL and PostGIS write it."""

import numpy as np
import pytest
import shapely
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry import wkb
from landcarbon.core.geometry.wkb import line_paths, polygon_paths, rings_of
from osgeo import ogr

FLAVOURS = [
    {"order": order, "z": z, "m": m, **extra}
    for order in "<>"
    for z, m in [(False, False), (True, False), (False, True), (True, True)]
    for extra in ({}, {"extended": True}, {"srid": 4490})
]


@pytest.mark.parametrize("flavour", FLAVOURS, ids=str)
def test_flavours_of_well_known_binary(make_polygon, flavour):
    outer, hole = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)], [(1.0, 0.5), (2.0, 0.5), (2.0, 1.0)]
    found = rings_of(make_polygon(parts=[[outer, hole], [outer]], **flavour))
    assert [ring[:3].tolist() for ring in found] == [
        [list(xy) for xy in ring] for ring in (outer, hole, outer)
    ]


def test_the_old_code_of_heights():
    # ogr's wkbPolygon25D, as old files hold it
    polygon = ogr.CreateGeometryFromWkt("POLYGON Z ((0 0 5, 2 0 5, 2 2 5, 0 0 5))")
    (ring,) = rings_of(polygon.ExportToWkb(ogr.wkbXDR))
    assert ring.tolist() == [[0, 0], [2, 0], [2, 2], [0, 0]]


def test_a_memoryview_of_bytes(make_polygon):
    (ring,) = rings_of(bytearray(make_polygon([(0, 0), (1, 0), (1, 1)])))
    assert ring.shape == (4, 2)


def test_paths_of_several_geometries(make_polygon):
    square, hole = [(0, 0), (4, 0), (4, 4), (0, 4)], [(1, 1), (2, 1), (2, 2)]
    paths = polygon_paths([make_polygon(square, hole), None, make_polygon(parts=[[hole], [square]])])
    assert paths.owner.tolist() == [0, 0, 2, 2]
    assert paths.hole.tolist() == [False, True, False, False]
    assert np.diff(paths.start).tolist() == [5, 4, 4, 5]
    assert paths.xy[paths.start[2]].tolist() == [1, 1]


def test_geometries_of_different_flavours_together(make_polygon):
    corners = [(0.5, 0.25), (4.0, 0.0), (4.0, 4.0)]
    paths = polygon_paths([make_polygon(corners, **flavour) for flavour in FLAVOURS])
    assert paths.owner.tolist() == list(range(len(FLAVOURS)))
    assert (paths.xy.reshape(-1, 4, 2)[:, :3] == np.array(corners)).all()


def test_many_bytes_are_read_in_blocks(make_polygon, monkeypatch):
    polygons = [make_polygon([(i, 0), (i + 1, 0), (i, 1)]) for i in range(9)]
    whole = polygon_paths(polygons)
    monkeypatch.setattr(wkb, "_AT_ONCE", 200)
    for one, other in zip(polygon_paths(polygons), whole, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("text", ["POLYGON EMPTY", "MULTIPOLYGON EMPTY"])
def test_an_empty_polygon_has_no_path(text):
    assert len(polygon_paths([shapely.to_wkb(shapely.from_wkt(text))]).owner) == 0


def test_lines_and_multilines():
    texts = [
        "LINESTRING (0 0, 1 0, 2 5)",
        "MULTILINESTRING Z ((0 0 9, 1 1 9), (2 2 9, 3 3 9))",
        "LINESTRING EMPTY",
    ]
    paths = line_paths([shapely.to_wkb(shapely.from_wkt(text), output_dimension=3) for text in texts])
    assert paths.owner.tolist() == [0, 1, 1]
    assert paths.xy.tolist() == [[0, 0], [1, 0], [2, 5], [0, 0], [1, 1], [2, 2], [3, 3]]


def test_what_is_no_line_is_refused():
    with pytest.raises(InputDataError, match=r"Feature 2 is no line \(geometry type 3\)"):
        line_paths([None, shapely.to_wkb(shapely.box(0, 0, 1, 1))])
