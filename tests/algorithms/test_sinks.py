"""Outputs are whole or not there; sinks, rasters, numbers."""

import os
from pathlib import Path

import numpy as np
import pytest
from landcarbon.algorithms.layers import fields_of
from landcarbon.algorithms.sinks import destination_file
from landcarbon.algorithms.styles.accounting import net_emission
from osgeo import ogr
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeatureSink,
    QgsGeometry,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsProperty,
    QgsRuleBasedRenderer,
    QgsVectorLayer,
)

from .conftest import RunFailed, read_rows, square
from .limited import run_limited

FIELDS = (("unit", str), ("year", int), ("net_t", float))
WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")


def polygons(count):
    """Rows of unit squares side by side."""
    return [(QgsGeometry.fromWkt(square(x, 0)), (f"u{x}", 2019, float(x))) for x in range(count)]


def write_polygons(results, rows=None, style=None, title=""):
    rows = polygons(3) if rows is None else rows
    results.layer("OUTPUT", fields_of(*FIELDS), rows, Qgis.WkbType.Polygon, WGS84, title, style)


def layer_in(path, name):
    """A destination within a GeoPackage."""
    return f"ogr:dbname='{path}' table=\"{name}\" (geom)"


def layer_names(path):
    database = ogr.Open(str(path))
    return {database.GetLayer(i).GetName() for i in range(database.GetLayerCount())}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


@pytest.fixture
def names(folder):
    """The files in the folder of the outputs."""
    return lambda: {path.name for path in folder.iterdir()}


def test_rows_and_shapes_arrive(draft, folder, rows, context):
    path = str(folder / "a.gpkg")
    assert draft(write_polygons, OUTPUT=path) == {"OUTPUT": path}
    assert rows(path) == [{"unit": f"u{x}", "year": 2019, "net_t": float(x)} for x in range(3)]
    layer = QgsVectorLayer(path, "a", "ogr")
    assert layer.crs() == WGS84
    assert layer.extent().xMaximum() == 3.0  # three squares of 1 degree side by side


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.float32("nan"), None])
def test_missing_is_null(draft, rows, value):
    done = draft(
        lambda results: results.table("TABLE", fields_of(*FIELDS), [("a", 2019, value)]), TABLE="memory:"
    )
    assert rows(done["TABLE"]) == [{"unit": "a", "year": 2019, "net_t": None}]


def test_numpy_scalars_become_values(draft, rows):
    row = (np.str_("a"), np.int64(2019), np.float32(0.5))
    done = draft(lambda results: results.table("TABLE", fields_of(*FIELDS), [row]), TABLE="memory:")
    assert rows(done["TABLE"]) == [{"unit": "a", "year": 2019, "net_t": 0.5}]


def test_unit_without_polygon_is_kept(draft, folder, rows):
    path = str(folder / "a.gpkg")
    draft(lambda results: write_polygons(results, [*polygons(1), (None, ("x", 2019, 1.0))]), OUTPUT=path)
    assert [row["unit"] for row in rows(path)] == ["u0", "x"]


def test_numbers_that_are_missing_are_not_returned(draft):
    done = draft(lambda results: results.numbers(A=np.float64(2.5), B=np.nan, C=None, D=np.int32(3)))
    assert done == {"A": 2.5, "D": 3}


def test_what_is_not_asked_for_is_not_computed(draft):
    def write(results):
        results.layer("OUTPUT", fields_of(*FIELDS), explode())
        results.raster("DENSITY", explode)

    def explode(path=None):
        raise ValueError("computed")
        yield

    assert draft(write) == {}


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "csv", "geojson"])
def test_error_half_way_removes_the_file(draft, folder, names, suffix):
    def rows():
        yield from polygons(3)
        raise ValueError("half way")

    with pytest.raises((RunFailed, ValueError)):
        draft(lambda results: write_polygons(results, rows()), OUTPUT=str(folder / f"a.{suffix}"))
    assert names() == set()


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "csv", "geojson"])
def test_cancel_half_way_removes_the_file(draft, folder, names, feedback, suffix):
    def rows():
        yield from polygons(3)
        feedback.cancel()
        yield from polygons(3)

    with pytest.raises(RunFailed, match="cancelled; nothing was kept"):
        draft(lambda results: write_polygons(results, rows()), OUTPUT=str(folder / f"a.{suffix}"))
    assert names() == set()


def test_cancel_after_the_last_row_removes_all_outputs(draft, folder, names, feedback):
    def write(results):
        write_polygons(results)
        results.table("TABLE", fields_of(*FIELDS), [("a", 2019, 1.0)])
        feedback.cancel()

    with pytest.raises(RunFailed, match="cancelled"):
        draft(write, OUTPUT=str(folder / "a.gpkg"), TABLE=str(folder / "b.csv"))
    assert names() == set()


def test_second_output_that_fails_removes_the_first(draft, folder, names):
    def write(results):
        write_polygons(results)
        results.table("TABLE", fields_of(("a", str), ("A", str)), [("x", "y")])  # one name in a GeoPackage

    with pytest.raises(RunFailed, match=r"b\.gpkg"):
        draft(write, OUTPUT=str(folder / "a.gpkg"), TABLE=str(folder / "b.gpkg"))
    assert names() == set()


def test_raster_is_removed_if_a_layer_fails(draft, folder, names):
    def write(results):
        results.raster("DENSITY", lambda path: Path(path).write_text("cells"))
        raise ValueError("later")

    with pytest.raises((RunFailed, ValueError)):
        draft(write, DENSITY=str(folder / "a.tif"))
    assert names() == set()


def test_failed_layer_leaves_the_others_of_its_geopackage(draft, folder, rows):
    path = folder / "a.gpkg"
    draft(write_polygons, OUTPUT=layer_in(path, "first"))

    def half(results):
        write_polygons(results, ((None, ("x", 1, value)) for value in (1.0, 1 / 0)))

    with pytest.raises((RunFailed, ZeroDivisionError)):
        draft(half, OUTPUT=layer_in(path, "second"))
    assert layer_names(path) == {"first"}
    assert len(rows(f"{path}|layername=first")) == 3


def test_several_layers_of_one_geopackage(draft, folder, names):
    def write(results):
        write_polygons(results)
        results.table("TABLE", fields_of(*FIELDS), [("a", 2019, 1.0)])

    path = folder / "a.gpkg"
    draft(write, OUTPUT=layer_in(path, "units"), TABLE=layer_in(path, "sums"))
    assert layer_names(path) == {"units", "sums"}
    assert names() == {"a.gpkg", "a.units.landcarbon.json", "a.sums.landcarbon.json"}


def test_folder_that_is_not_there_fails_before_computing(draft, folder):
    with pytest.raises(RunFailed, match=r"folder .*missing.* of 'Output' does not exist"):
        draft(lambda results: pytest.fail("computed"), OUTPUT=str(folder / "missing" / "a.gpkg"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written_fails_before_computing(draft, folder):
    folder.chmod(0o500)
    with pytest.raises(RunFailed, match="cannot be written"):
        draft(lambda results: pytest.fail("computed"), OUTPUT=str(folder / "a.gpkg"))


def test_target_that_is_a_folder_is_named(draft, folder):
    (folder / "a.gpkg").mkdir()
    with pytest.raises(RunFailed, match=r"a\.gpkg"):
        draft(write_polygons, OUTPUT=str(folder / "a.gpkg"))
    assert (folder / "a.gpkg").is_dir()


def test_two_outputs_in_one_file_are_refused(draft, folder):
    with pytest.raises(RunFailed, match="'Output' and 'Table' would both be"):
        draft(write_polygons, OUTPUT=str(folder / "a.gpkg"), TABLE=str(folder / "a.gpkg"))


def test_two_names_of_one_file_are_refused(draft, folder, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(RunFailed, match="'Output' and 'Table' would both be"):
        draft(write_polygons, OUTPUT=str(folder / "a.gpkg"), TABLE="a.gpkg")


@pytest.mark.parametrize("name", ["{path}", "budget.csv", "../{folder}/budget.csv"])
def test_output_over_the_input_is_refused(run, make_csv, monkeypatch, name):
    table = Path(make_csv("budget.csv", "unit,year,ce_t,cs_t\na,2019,10,4\n"))
    monkeypatch.chdir(table.parent)
    with pytest.raises(RunFailed, match="would overwrite the input"):
        run("unitpanel", TABLES=[str(table)], OUTPUT=name.format(path=table, folder=table.parent.name))
    assert table.read_text().endswith("a,2019,10,4\n")


def test_sink_that_refuses_a_row_is_an_error(draft, folder, names, monkeypatch):
    monkeypatch.setattr(QgsFeatureSink, "addFeature", lambda *arguments: False)
    with pytest.raises(RunFailed, match="could not be written"):
        draft(write_polygons, OUTPUT=str(folder / "a.gpkg"))
    assert names() == set()


def test_shapefile_says_which_fields_it_renamed(draft, folder, feedback):
    fields = fields_of(("construction_t", float), ("construction_ha", float))
    draft(
        lambda results: results.layer(
            "OUTPUT", fields, [(QgsGeometry.fromWkt(square(0, 0)), (1.0, 2.0))], Qgis.WkbType.Polygon, WGS84
        ),
        OUTPUT=str(folder / "a.shp"),
    )
    assert any(
        "construction_t -> constructi, construction_ha -> construc_1" in text for text in feedback.warnings
    )


def test_table_of_a_shapefile_is_its_dbf(draft, folder, rows):
    write = lambda results: results.table("TABLE", fields_of(*FIELDS), [("a", 2019, 1.5)])  # noqa: E731
    done = draft(write, TABLE=str(folder / "a.shp"))
    assert done == {"TABLE": str(folder / "a.dbf")}
    assert rows(done["TABLE"]) == [{"unit": "a", "year": 2019, "net_t": 1.5}]


def test_format_that_drops_rows_is_an_error(draft, folder, names):
    # FlatGeobuf with its spatial index drops features without a geometry.
    with pytest.raises(RunFailed, match="0 of 1 rows can be read back"):
        draft(
            lambda results: write_polygons(results, [(None, ("a", 2019, 1.0))]), OUTPUT=str(folder / "a.fgb")
        )
    assert names() == set()


def test_format_without_null_is_told(draft, folder, feedback):
    rows = [(QgsGeometry.fromWkt(square(0, 0)), ("a", 2019, None))]
    draft(lambda results: write_polygons(results, rows), OUTPUT=str(folder / "a.tab"))
    assert any("has no NULL, 1 missing values" in text for text in feedback.warnings)


def test_non_ascii_path_and_values(draft, folder, rows):
    path = str(folder / "省 份.gpkg")
    draft(lambda results: write_polygons(results, [(None, ("湖北", 2019, 1.0))]), OUTPUT=path)
    assert rows(path)[0]["unit"] == "湖北"


@pytest.fixture
def small_disk(make_disk):
    """A file system of 300 kB."""
    return make_disk("300k")


SUFFIXES = ["gpkg", "shp", "csv", "geojson", "xlsx"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_full_disk_fails_and_leaves_nothing(draft, small_disk, suffix):
    with pytest.raises(RunFailed, match="could not be written"):
        draft(
            lambda results: write_polygons(results, polygons(20_000)), OUTPUT=str(small_disk / f"a.{suffix}")
        )
    assert list(small_disk.iterdir()) == []


def test_full_disk_keeps_the_other_layers_of_a_geopackage(draft, small_disk, rows):
    path = small_disk / "a.gpkg"
    draft(write_polygons, OUTPUT=layer_in(path, "first"))
    with pytest.raises(RunFailed):
        draft(lambda results: write_polygons(results, polygons(20_000)), OUTPUT=layer_in(path, "second"))
    assert layer_names(path) == {"first"}
    assert len(rows(f"{path}|layername=first")) == 3


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_file_that_cannot_grow_fails_and_leaves_nothing(make_csv, folder, names, suffix):
    lines = "".join(f"u{i},2019,{i},{i}.5\n" for i in range(4000))
    table = make_csv("big.csv", "unit,year,ce_t,cs_t\n" + lines)
    # 80 kB: fewer than the 4000 rows take in any of the formats (a .csv of them has 128 kB).
    done = run_limited(80_000, "unitpanel", {"TABLES": [table], "OUTPUT": str(folder / f"a.{suffix}")})
    assert not done["succeeded"]
    assert "could not be written" in done["errors"][-1]
    assert names() == set()


def test_geopackage_keeps_the_style_in_its_database(draft, folder, names):
    path = str(folder / "a.gpkg")
    draft(lambda results: write_polygons(results, style=net_emission("t C")), OUTPUT=path)
    assert isinstance(QgsVectorLayer(path, "a", "ogr").renderer(), QgsRuleBasedRenderer)
    assert names() == {"a.gpkg", "a.gpkg.landcarbon.json"}


@pytest.mark.parametrize("suffix", ["shp", "geojson"])
def test_one_layer_file_has_its_style_beside_it(draft, folder, names, suffix):
    path = str(folder / f"a.{suffix}")
    draft(lambda results: write_polygons(results, style=net_emission("t C")), OUTPUT=path)
    assert "a.qml" in names()
    assert isinstance(QgsVectorLayer(path, "a", "ogr").renderer(), QgsRuleBasedRenderer)


def loaded(draft, context, title, destination):
    """What QGIS would load: the details of a memory output."""
    value = QgsProcessingOutputLayerDefinition(destination, QgsProject.instance())
    done = draft(
        lambda results: write_polygons(results, title=title, style=net_emission("t C")), OUTPUT=value
    )
    return done["OUTPUT"], context.layerToLoadOnCompletionDetails(done["OUTPUT"])


def test_loaded_layer_gets_title_group_and_style(draft, context, feedback):
    destination, details = loaded(draft, context, "Carbon budget 2019", "memory:")
    assert (details.name, details.groupName) == ("Carbon budget 2019", "Draft")
    layer = context.getMapLayer(destination)
    details.postProcessor().postProcessLayer(layer, context, feedback)
    assert isinstance(layer.renderer(), QgsRuleBasedRenderer)
    assert layer.temporalProperties().isActive()


def test_loaded_layers_lie_in_the_order_of_the_dialog(draft, context):
    def write(results):
        results.table("TABLE", fields_of(("unit", str)), [("a",)])
        write_polygons(results)

    wanted = {
        name: QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
        for name in ("OUTPUT", "TABLE")
    }
    done = draft(write, **wanted)
    keys = {name: context.layerToLoadOnCompletionDetails(done[name]).layerSortKey for name in wanted}
    assert keys["OUTPUT"] > keys["TABLE"]  # QGIS puts the highest on top


def test_name_that_the_user_chose_stays(draft, context):
    value = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    value.destinationName = "My province"
    done = draft(lambda results: write_polygons(results, title="Carbon budget 2019"), OUTPUT=value)
    assert context.layerToLoadOnCompletionDetails(done["OUTPUT"]).name == "My province"


def test_two_loaded_outputs_keep_a_style_each(draft, context, feedback):
    first, details_1 = loaded(draft, context, "A", "memory:")
    second, details_2 = loaded(draft, context, "B", "memory:")
    for destination, details in ((first, details_1), (second, details_2)):
        layer = context.getMapLayer(destination)
        details.postProcessor().postProcessLayer(layer, context, feedback)
        assert isinstance(layer.renderer(), QgsRuleBasedRenderer)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, (None, None)),
        ("memory:", (None, None)),
        ("TEMPORARY_OUTPUT", (None, None)),
        ("postgres://dbname='x'", (None, None)),
        ("/a/b.gpkg", (Path("/a/b.gpkg"), None)),
        ("C:/a/b.gpkg", (Path("C:/a/b.gpkg"), None)),
        ("ogr:dbname='/a/b.gpkg' table=\"c d\" (geom)", (Path("/a/b.gpkg"), "c d")),
        (QgsProperty.fromValue("/a/b.shp"), (Path("/a/b.shp"), None)),
        (QgsProcessingOutputLayerDefinition("/a/b.shp"), (Path("/a/b.shp"), None)),
    ],
)
def test_destination_names_a_file(value, expected):
    assert destination_file(value) == expected


def test_read_rows_reads_what_it_should(draft, context):
    done = draft(write_polygons, OUTPUT="memory:")
    assert len(read_rows(context, done["OUTPUT"])) == 3
