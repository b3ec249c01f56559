"""Ellipses through QGIS: fields, shapes, notes of the run, styles."""

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingUtils, QgsVectorLayer

from ..conftest import RunFailed, square

METRES = "EPSG:32650"
CORNERS = ((0, 0), (6, 0), (6, 2), (0, 2))  # deviations 3 and 1 m


@pytest.fixture
def make_points(make_layer):
    """`make_points({"year": int}, [(2010,), ...], points)`: a layer of points in metres."""

    def make_points(fields, rows, points, crs=METRES):
        shapes = [None if point is None else f"Point({point[0]} {point[1]})" for point in points]
        return make_layer(fields, rows, shapes, crs=crs, geometry="Point")

    return make_points


@pytest.fixture
def two_years(make_points):
    """Corners in 2010, and 3 m further east and 4 m further north in 2020."""
    points = [*CORNERS, *((x + 3, y + 4) for x, y in CORNERS)]
    rows = [(year, 2.0) for year in (2010, 2020) for _ in CORNERS]
    return make_points({"year": int, "ce_t": float}, rows, points)


def opened(done, name):
    return QgsProcessingUtils.mapLayerFromString(done.results[name], done.context)


def test_fields_of_ellipses_and_paths(run, rows, two_years):
    done = run(
        "deviationalellipse",
        INPUT=two_years,
        WEIGHT_FIELD="ce_t",
        SQRT_2=False,
        OUTPUT="memory:",
        PATH="memory:",
    )
    first, second = rows(done.results["OUTPUT"])
    expected = {"group": None, "year": 2010, "cx": 3.0, "cy": 1.0, "major_m": 3.0, "minor_m": 1.0}
    assert first == expected | {"rotation": pytest.approx(90), "n": 4.0, "weight": 8.0}
    assert (second["year"], second["cx"], second["cy"]) == (2020, 6.0, 5.0)
    (step,) = rows(done.results["PATH"])
    assert step == {
        "group": None,
        "from_year": 2010,
        "to_year": 2020,
        "shift_m": pytest.approx(5.0),
        "direction": pytest.approx(np.degrees(np.arctan(3 / 4))),
    }


def test_polygon_and_line_are_where_the_numbers_say(run, two_years):
    done = run("deviationalellipse", INPUT=two_years, SQRT_2=False, OUTPUT="memory:", PATH="memory:")
    first, _ = opened(done, "OUTPUT").getFeatures()
    box = first.geometry().boundingBox()
    assert (box.xMinimum(), box.xMaximum()) == pytest.approx((0, 6))
    assert (box.yMinimum(), box.yMaximum()) == pytest.approx((0, 2))
    # 360 corners of the ellipse with the area pi a b
    assert first.geometry().area() == pytest.approx(np.pi * 3 * 1, rel=1e-4)
    assert first.geometry().isGeosValid()
    (step,) = opened(done, "PATH").getFeatures()
    assert step.geometry().length() == pytest.approx(5)
    assert opened(done, "OUTPUT").crs().authid() == opened(done, "PATH").crs().authid() == METRES


def test_axes_are_root_2_times_longer_by_default_and_corrected_if_asked(run, rows, two_years):
    for correction, factor in ((False, np.sqrt(2)), (True, np.sqrt(2) * np.sqrt(4 / 2))):
        done = run("deviationalellipse", INPUT=two_years, CORRECTION=correction, OUTPUT="memory:")
        assert [row["major_m"] for row in rows(done.results["OUTPUT"])] == pytest.approx([3 * factor] * 2)


def test_polygons_count_at_their_centroids(run, rows, make_layer):
    units = make_layer({"unit": str}, [(i,) for i in "abcd"], [square(x, y) for x, y in CORNERS], crs=METRES)
    done = run("deviationalellipse", INPUT=units, SQRT_2=False, OUTPUT="memory:")
    (row,) = rows(done.results["OUTPUT"])
    assert (row["cx"], row["cy"], row["major_m"]) == pytest.approx((3.5, 1.5, 3.0))
    assert row["year"] is None


def test_numbers_as_groups_are_written_without_decimals(run, rows, make_points):
    units = make_points({"zone": float}, [(1.0,)] * 4 + [(2.0,)] * 4, CORNERS * 2)
    done = run("deviationalellipse", INPUT=units, GROUP_FIELD="zone", OUTPUT="memory:")
    assert [row["group"] for row in rows(done.results["OUTPUT"])] == ["1", "2"]


def test_what_is_left_out_is_in_the_log(run, make_points):
    fields, points = {"zone": str, "ce_t": float}, [*CORNERS, (9, 9), (8, 8), (7, 7)]
    units = make_points(fields, [*[("a", 1.0)] * 4, ("a", None), ("a", 0.0), ("b", 1.0)], points)
    done = run("deviationalellipse", INPUT=units, WEIGHT_FIELD="ce_t", GROUP_FIELD="zone", OUTPUT="memory:")
    text = "\n".join(done.feedback.warnings)
    assert "1 units have no weight and are left out: feature 5" in text
    assert "1 units have a weight of 0 and are left out: feature 6" in text
    assert "b: 1 units have a shape and a weight above 0, and an ellipse needs at least 3" in text


def test_units_on_a_line_have_a_row_without_a_polygon(run, rows, make_points):
    units = make_points({"unit": str}, [("a",), ("b",), ("c",)], [(0, 0), (1, 1), (2, 2)])
    done = run("deviationalellipse", INPUT=units, OUTPUT="memory:")
    (row,) = rows(done.results["OUTPUT"])
    assert (row["minor_m"], row["rotation"]) == (0.0, pytest.approx(45))
    (feature,) = opened(done, "OUTPUT").getFeatures()
    assert not feature.hasGeometry()
    assert any("All units lie on a line" in text for text in done.feedback.warnings)


def test_classes_of_rasters(run, rows, make_raster):
    cover = [[1, 1, 12, 12, 12], [1, 10, 12, 1, 1], [10, 10, 12, 1, 12]]  # IGBP forest, cropland, grassland
    rasters = [
        make_raster(f"cover_{year}.tif", values) for year, values in ((2010, cover), (2020, cover[::-1]))
    ]
    done = run(
        "deviationalellipse",
        CLASS_RASTERS=rasters,
        CLASS_PRESET="igbp",
        CLASSES="forest, Cropland",
        OUTPUT="memory:",
        PATH="memory:",
    )
    found = rows(done.results["OUTPUT"])
    assert [(row["group"], row["year"], row["n"]) for row in found] == [
        ("cropland", 2010, 6.0), ("cropland", 2020, 6.0), ("forest", 2010, 6.0), ("forest", 2020, 6.0),
    ]  # fmt: skip
    assert [row["group"] for row in rows(done.results["PATH"])] == ["cropland", "forest"]


def test_values_of_rasters_by_a_table(run, rows, make_raster, make_csv):
    raster = make_raster("cover_2010.tif", [[1, 2, 1], [2, 1, 2]])
    table = make_csv("classes.csv", "value,class\n1,wood\n2,wood\n")
    done = run("deviationalellipse", CLASS_RASTERS=[raster], CLASS_TABLE=table, OUTPUT="memory:")
    assert [(row["group"], row["n"]) for row in rows(done.results["OUTPUT"])] == [("wood", 6.0)]


def test_values_of_rasters_alone(run, rows, make_raster):
    raster = make_raster("cover_2010.tif", [[10, 2, 10], [2, 10, 2]])
    done = run("deviationalellipse", CLASS_RASTERS=[raster], CLASSES="2，10", OUTPUT="memory:")
    assert [row["group"] for row in rows(done.results["OUTPUT"])] == ["2", "10"]


def test_units_and_rasters_or_neither_are_an_error(run, make_raster, two_years):
    raster = make_raster("cover_2010.tif", [[1, 1], [1, 1]])
    for given in ({}, {"INPUT": two_years, "CLASS_RASTERS": [raster]}):
        with pytest.raises(RunFailed, match="Give units or class rasters: one of the two"):
            run("deviationalellipse", OUTPUT="memory:", **given)


def test_years_without_their_field_are_an_error(run, make_points):
    units = make_points({"when": int}, [(2010,)] * 4 + [(2020,)] * 4, CORNERS * 2)
    with pytest.raises(RunFailed, match="If they belong to several years, choose the field with the year"):
        run("deviationalellipse", INPUT=units, OUTPUT="memory:")


def test_a_path_of_one_year_is_an_error(run, make_points):
    units = make_points({"unit": str}, [(i,) for i in "abcd"], CORNERS)
    with pytest.raises(RunFailed, match="No group has ellipses of two years"):
        run("deviationalellipse", INPUT=units, OUTPUT="memory:", PATH="memory:")


def test_points_without_a_coordinate_system_are_an_error(run, make_points):
    units = make_points({"unit": str}, [(i,) for i in "abcd"], CORNERS, crs="")
    with pytest.raises(RunFailed, match="no coordinate reference system"):
        run("deviationalellipse", INPUT=units, OUTPUT="memory:")


def test_a_class_raster_without_a_coordinate_system_is_an_error(run, tmp_path):
    path = str(tmp_path / "cover_2010.tif")
    raster = gdal.GetDriverByName("GTiff").Create(path, 4, 4, 1, gdal.GDT_Byte)
    raster.SetGeoTransform((0.0, 1.0, 0.0, 4.0, 0.0, -1.0))
    del raster
    with pytest.raises(RunFailed, match="no coordinate system, so its cells have no area"):
        run("deviationalellipse", CLASS_RASTERS=[path], OUTPUT="memory:")


def test_a_weight_below_0_is_an_error(run, make_points):
    units = make_points({"net_t": float}, [(1.0,), (2.0,), (-1.5,), (1.0,)], CORNERS)
    with pytest.raises(RunFailed, match=r"1 units have a weight below 0: feature 3 \(-1.5\)"):
        run("deviationalellipse", INPUT=units, WEIGHT_FIELD="net_t", OUTPUT="memory:")


def test_styles_are_kept_with_files(run, two_years, tmp_path):
    files = {name: str(tmp_path / f"{name}.gpkg") for name in ("OUTPUT", "PATH")}
    run("deviationalellipse", INPUT=two_years, **files)
    ellipses, path = (QgsVectorLayer(file, "layer", "ogr") for file in files.values())
    ellipses.loadDefaultStyle()
    assert [category.value() for category in ellipses.renderer().categories()] == [2010, 2020]
    assert ellipses.temporalProperties().isActive()
    assert path.labelsEnabled()
    assert [rule.settings().fieldName for rule in path.labeling().rootRule().children()] == [
        "to_year",
        "from_year",
    ]


def test_groups_have_the_same_colour_in_both_layers(run, make_points, tmp_path):
    rows = [(zone, year) for year in (2010, 2020) for zone in "ab" for _ in CORNERS]
    points = [*CORNERS, *CORNERS, *((x + 1, y) for x, y in CORNERS * 2)]
    files = {name: str(tmp_path / f"{name}.gpkg") for name in ("OUTPUT", "PATH")}
    units = make_points({"zone": str, "year": int}, rows, points)
    run("deviationalellipse", INPUT=units, GROUP_FIELD="zone", **files)
    layers = [QgsVectorLayer(file, "layer", "ogr") for file in files.values()]
    borders, lines = (layer.renderer().categories() for layer in layers)
    assert [one.value() for one in borders] == [one.value() for one in lines] == ["a", "b"]
    assert [one.symbol().symbolLayer(0).strokeColor().name() for one in borders] == [
        one.symbol().symbolLayer(0).color().name() for one in lines
    ]
