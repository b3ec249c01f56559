"""Feature sources to values: keys, polygons in the raster's CRS, fields that are kept."""

from types import SimpleNamespace

import numpy as np
import pytest
from landcarbon.algorithms.layers import (
    KeptFields,
    columns_as_rows,
    fields_of,
    free_name,
    has_crs,
    polygons_in,
    python_value,
    read_layer,
    read_units,
)
from landcarbon.core.errors import Cancelled, InputDataError
from osgeo import ogr
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingFeatureSource,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime

from .conftest import square

WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")
ALBERS = QgsCoordinateReferenceSystem(
    "EPSG:6933"
)  # an equal-area projection in metres: parallels are straight
UTM50 = QgsCoordinateReferenceSystem("EPSG:32650")


@pytest.fixture
def record():
    """Collects decisions and warnings as texts."""
    notes = SimpleNamespace(decisions=[], warnings=[])
    notes.decision = lambda template, **values: notes.decisions.append(template.format(**values))
    notes.warning = lambda template, **values: notes.warnings.append(template.format(**values))
    return notes


@pytest.fixture
def units_of(make_layer, context, feedback):
    """The units of a memory layer with one text field `code`."""

    def units_of(codes, shapes=None, **options):
        shapes = [square(x, 0) for x in range(len(codes))] if shapes is None else shapes
        layer = make_layer({"code": str}, [(code,) for code in codes], shapes, **options)
        return read_units(QgsProcessingFeatureSource(layer, context), "code", feedback)

    return units_of


def points_of(wkb):
    """The vertices of the first ring."""
    geometry = ogr.CreateGeometryFromWkb(wkb)
    ring = geometry.GetGeometryRef(0)
    ring = ring.GetGeometryRef(0) if ring.GetGeometryCount() else ring
    return np.array([ring.GetPoint_2D(i) for i in range(ring.GetPointCount())])


def test_keys_are_text_in_the_order_of_the_source(units_of):
    assert units_of(["b", " a ", "110101"]).keys == ("b", "a", "110101")


@pytest.mark.parametrize(("kind", "value"), [(int, 110101), (float, 110101.0), (str, "110101")])
def test_one_key_whatever_its_type(make_layer, context, feedback, kind, value):
    layer = make_layer({"code": kind}, [(value,)], [square(0, 0)])
    assert read_units(QgsProcessingFeatureSource(layer, context), "code", feedback).keys == ("110101",)


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_missing_key_names_the_feature(units_of, empty):
    with pytest.raises(InputDataError, match="feature 2"):
        units_of(["a", empty, "c"])


def test_repeated_key_names_both_features_and_says_what_to_do(units_of):
    with pytest.raises(InputDataError, match=r"feature 1 and feature 3 .*'a'.*dissolve"):
        units_of(["a", "b", "a"])


def test_layer_without_features_is_an_error(units_of):
    with pytest.raises(InputDataError, match="units holds no features"):
        units_of([])


def test_unknown_field_lists_those_there_are(make_layer, context, feedback):
    layer = make_layer({"code": str, "县": str}, [("a", "b")], [square(0, 0)])
    with pytest.raises(InputDataError, match="No field 'name' in units; it has: code, 县"):
        read_units(QgsProcessingFeatureSource(layer, context), "name", feedback)


def test_field_is_found_whatever_its_case(make_layer, context, feedback):
    layer = make_layer({"Code": str}, [("a",)], [square(0, 0)])
    assert read_units(QgsProcessingFeatureSource(layer, context), "CODE", feedback).keys == ("a",)


def test_cancel_stops_reading(make_layer, context, feedback):
    layer = make_layer({"code": str}, [("a",)], [square(0, 0)])
    feedback.cancel()
    with pytest.raises(Cancelled):
        read_layer(QgsProcessingFeatureSource(layer, context), feedback)


def test_invalid_polygon_is_read(units_of):
    bow_tie = "Polygon((0 0,1 1,1 0,0 1,0 0))"
    assert units_of(["a"], [bow_tie]).keys == ("a",)


def test_same_crs_leaves_the_vertices(units_of, context, record):
    (wkb,) = polygons_in(units_of(["a"]), WGS84, context, record, spacing_m=1000.0)
    assert points_of(wkb).tolist() == [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]


def test_other_crs_moves_the_vertices(units_of, context, record):
    (wkb,) = polygons_in(units_of(["a"]), ALBERS, context, record)
    corner = QgsCoordinateTransform(WGS84, ALBERS, QgsProject.instance()).transform(QgsPointXY(1, 1))
    assert points_of(wkb)[2] == pytest.approx([corner.x(), corner.y()], abs=1e-6)
    assert len(points_of(wkb)) == 5


def test_straight_edges_stay_where_they_are(units_of, context, record):
    # The edge from (117, 30) to (127, 30) runs along the parallel in the units' CRS and is bent in UTM 50.
    wide = "Polygon((117 30,127 30,127 31,117 31,117 30))"
    transform = QgsCoordinateTransform(WGS84, UTM50, QgsProject.instance())
    middle = transform.transform(QgsPointXY(122, 30))
    below = QgsGeometry.fromPointXY(QgsPointXY(middle.x(), middle.y() - 100))  # 100 m south of the edge
    above = QgsGeometry.fromPointXY(QgsPointXY(middle.x(), middle.y() + 100))
    units = units_of(["a"], [wide])

    def holds(spacing_m, point):
        polygon = QgsGeometry()
        (wkb,) = polygons_in(units, UTM50, context, record, spacing_m=spacing_m)
        polygon.fromWkb(wkb)
        return polygon.contains(point)

    assert holds(1000.0, above)
    assert not holds(1000.0, below)
    # Without new vertices the chord leaves the parallel by kilometres.
    assert holds(None, above) == holds(None, below)


def test_spacing_is_in_metres_for_a_layer_in_degrees(units_of, context, record):
    (wkb,) = polygons_in(units_of(["a"]), ALBERS, context, record, spacing_m=30_000.0)
    # A degree is 111.3 km along the equator: 4 parts of at most 30 km on each of 4 sides, and the start.
    assert len(points_of(wkb)) == 4 * 4 + 1


@pytest.mark.parametrize("side", ["units", "raster"])
def test_missing_crs_is_an_error(units_of, context, record, side):
    units = units_of(["a"], crs="" if side == "units" else "EPSG:4326")
    crs = QgsCoordinateReferenceSystem() if side == "raster" else WGS84
    with pytest.raises(InputDataError, match=f"(?i){side} has no coordinate reference system"):
        polygons_in(units, crs, context, record)


@pytest.mark.parametrize(
    "wkt",
    [
        'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
        'LOCAL_CS["Undefined Cartesian SRS",UNIT["Meter",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]',
    ],
    ids=["geographic", "Cartesian"],
)
def test_undefined_crs_of_a_geopackage_is_none(wkt):
    assert not has_crs(QgsCoordinateReferenceSystem.fromWkt(wkt))


def test_crs_without_an_authority_is_one():
    assert has_crs(QgsCoordinateReferenceSystem.fromProj("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +units=m"))


def test_geopackage_without_crs_is_an_error(context, feedback, record, tmp_path):
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(tmp_path / "a.gpkg"))
    layer = source.CreateLayer("a", None, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("code"))
    feature = ogr.Feature(layer.GetLayerDefn())
    feature["code"] = "a"
    feature.SetGeometry(ogr.CreateGeometryFromWkt(square(0, 0)))
    layer.CreateFeature(feature)
    del feature, layer, source
    units = QgsVectorLayer(str(tmp_path / "a.gpkg"), "units", "ogr")
    with pytest.raises(InputDataError, match="units has no coordinate reference system"):
        polygons_in(
            read_units(QgsProcessingFeatureSource(units, context), "code", feedback), WGS84, context, record
        )


def test_unit_that_cannot_be_transformed_is_named(units_of, context, record):
    units = units_of(["good", "metres"], [square(0, 0), square(500_000, 4_000_000)])
    with pytest.raises(InputDataError, match="unit 'metres' cannot be transformed from EPSG:4326"):
        polygons_in(units, UTM50, context, record)


def test_unit_without_polygon_is_kept_and_listed(units_of, context, record):
    polygons = polygons_in(units_of(["a", "b"], [square(0, 0), None]), WGS84, context, record)
    assert [polygon is None for polygon in polygons] == [False, True]
    assert record.warnings == ["1 units have no polygon; they are kept without values: b."]


def test_curves_become_straight_edges(units_of, context, record):
    circle = "CurvePolygon(CircularString(0 0,1 1,2 0,1 -1,0 0))"
    (wkb,) = polygons_in(units_of(["a"], [circle], geometry="CurvePolygon"), WGS84, context, record)
    polygon = ogr.CreateGeometryFromWkb(wkb)
    assert polygon.GetGeometryName() == "POLYGON"
    assert polygon.GetArea() == pytest.approx(np.pi, rel=1e-3)  # a circle of radius 1


def test_z_and_m_are_dropped(units_of, context, record):
    solid = "PolygonZM((0 0 5 1,1 0 5 1,1 1 5 1,0 0 5 1))"
    (wkb,) = polygons_in(units_of(["a"], [solid], geometry="PolygonZM"), WGS84, context, record)
    assert ogr.CreateGeometryFromWkb(wkb).GetCoordinateDimension() == 2


def test_units_are_not_changed(units_of, context, record):
    units = units_of(["a"])
    before = units.geometries[0].asWkt()
    polygons_in(units, UTM50, context, record, spacing_m=1000.0)
    assert units.geometries[0].asWkt() == before


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (NULL, None),
        ("", ""),
        ("x", "x"),
        (0, 0),
        (1.5, 1.5),
        (QDate(2019, 1, 2), "2019-01-02"),
        (QDateTime(2019, 1, 2, 3, 4, 5), "2019-01-02T03:04:05"),
    ],
)
def test_python_value(value, expected):
    assert python_value(value) == expected
    assert type(python_value(value)) is type(expected)


def test_columns_as_rows_types_fields_by_their_values():
    fields, rows = columns_as_rows({"unit": ["a"], "year": np.array([2019]), "ce_t": np.array([1.5])})
    assert [field.typeName() for field in fields] == [
        field.typeName() for field in fields_of(("unit", str), ("year", int), ("ce_t", float))
    ]
    assert rows == [("a", 2019, 1.5)]


def kept_fields(record, kept, added, **options):
    return KeptFields(fields_of(*kept), fields_of(*added), record, **options)


def test_own_fields_come_first_then_ours(record):
    kept = kept_fields(record, [("name", str), ("pop", int)], [("zone", int)])
    assert kept.fields.names() == ["name", "pop", "zone"]
    assert kept.row(["a", 7], [1]) == ["a", 7, 1]
    assert record.decisions == []


def test_clash_renames_the_inputs_field_and_says_so(record):
    kept = kept_fields(record, [("Zone", str), ("zone_1", str)], [("zone", int)])
    assert kept.fields.names() == ["Zone_2", "zone_1", "zone"]
    assert kept.row(["old", "older"], [1]) == ["old", "older", 1]
    assert record.decisions == [
        "Fields of the input were renamed, because the result needs their names: Zone -> Zone_2."
    ]


def test_restated_field_is_left_out(record):
    kept = kept_fields(record, [("unit", str), ("pop", int)], [("unit", str)], restated=("unit",))
    assert kept.fields.names() == ["pop", "unit"]
    assert kept.row(["a", 7], ["a"]) == [7, "a"]


def test_row_number_of_a_file_is_left_out(record):
    kept = kept_fields(record, [("fid", int), ("name", str)], [("zone", int)])
    assert kept.fields.names() == ["name", "zone"]
    assert kept.row([1, "a"], [2]) == ["a", 2]


@pytest.mark.parametrize("name", ["fid", "geom", "GEOM"])
def test_text_with_a_name_of_the_geopackage_is_renamed(record, name):
    assert kept_fields(record, [(name, str)], [("zone", int)]).fields.names() == [f"{name}_1", "zone"]


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("zone", set(), "zone_1"),
        ("zone", {"zone_1"}, "zone_2"),
        ("net_income", set(), "net_inco_1"),  # 10 characters stay 10
        ("a_long_name", set(), "a_long_name_1"),
    ],
)
def test_free_name(name, taken, expected):
    assert free_name(name, taken) == expected
