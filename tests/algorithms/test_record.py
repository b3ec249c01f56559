"""The record of a run: log, JSON, how to run it again."""

import json
from pathlib import Path

import numpy as np
import pytest
from landcarbon.algorithms.record import RunRecord, describe_file, plain, record_path, versions
from landcarbon.core.notes import decision, warning
from qgis.core import Qgis, QgsProcessingFeatureSourceDefinition

from .conftest import square

TEXT = "unit,year,ce_t,cs_t\na,2019,10,4\n"


@pytest.fixture
def record(provider, context, feedback, make_csv):
    parameters = {"TABLES": [make_csv("budget.csv", TEXT)], "OUTPUT": "memory:", "MASS": 1}
    return RunRecord(provider.algorithm("unitpanel").create(), parameters, context, feedback)


def test_decisions_are_logged_and_kept(record, feedback):
    record.note(decision("{table} has no year.", table="a.csv"))
    assert feedback.infos == ["a.csv has no year."]
    assert record.as_dict()["decisions"] == ["a.csv has no year."]


def test_warnings_are_logged_and_kept_with_their_count(record, feedback):
    record.note(warning("{count} units without cells.", 3))
    assert feedback.warnings == ["3 units without cells."]
    assert record.as_dict()["warnings"] == [{"text": "3 units without cells.", "count": 3}]


def test_inputs_have_path_size_time_and_crs(record, tmp_path):
    (table,) = record.as_dict()["inputs"]["TABLES"]
    path = tmp_path / "budget.csv"
    assert table["path"] == str(path)
    assert table["bytes"] == len(TEXT)
    assert table["changed"] == describe_file(path)["changed"]
    assert table["crs"] == ""


def test_input_layer_has_its_crs(provider, context, feedback, make_layer):
    layer = make_layer({"code": str}, [("a",)], [square(0, 0)], crs="EPSG:4490")
    record = RunRecord(provider.algorithm("unitpanel").create(), {"UNITS": layer.id()}, context, feedback)
    (units,) = record.inputs["UNITS"]
    assert (units["name"], units["crs"]) == ("units", "EPSG:4490")


def test_selection_of_a_layer_is_an_input(provider, context, feedback, make_layer):
    layer = make_layer({"code": str}, [("a",)], [square(0, 0)])
    selection = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    record = RunRecord(provider.algorithm("unitpanel").create(), {"UNITS": selection}, context, feedback)
    assert [file["name"] for file in record.inputs["UNITS"]] == ["units"]


def test_coefficients_are_kept(record):
    record.used_coefficients([{"class": "forest", "coefficient": np.float64(-0.581), "per": "t C/ha"}])
    assert record.as_dict()["coefficients"] == [{"class": "forest", "coefficient": -0.581, "per": "t C/ha"}]


def test_notes_of_columns_are_logged_once(record, feedback):
    from landcarbon.core.tables import read_table

    table = read_table(record.parameters["TABLES"][0])
    record.follow(table)
    logged = len(feedback.infos)
    record.catch_up()
    assert len(feedback.infos) == logged


def test_versions_are_told(record):
    told = record.as_dict()["versions"]
    assert told == versions()
    assert told["qgis"] == Qgis.version()
    assert told["landcarbon"].count(".") == 2


def test_record_is_json_without_nan(record, tmp_path):
    record.used_coefficients([{"coefficient": np.nan}])
    path = record.write_beside(tmp_path / "a.gpkg")
    text = path.read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["coefficients"] == [{"coefficient": None}]


def test_record_of_a_run_says_how_to_run_it_again(run, rows, make_csv, tmp_path):
    path = tmp_path / "a.gpkg"
    run("unitpanel", TABLES=[make_csv("budget.csv", TEXT)], OUTPUT=str(path), MASS=1)
    written = json.loads(record_path(path).read_text(encoding="utf-8"))
    assert written["algorithm"] == "landcarbon:unitpanel"
    assert written["outputs"] == {"OUTPUT": str(path)}
    assert written["started"] <= written["finished"]
    again = written["again"]
    assert again["command"] == "qgis_process run landcarbon:unitpanel -"
    parameters = again["standard_input"]["inputs"]
    first = rows(str(path))
    run("unitpanel", **(parameters | {"OUTPUT": str(tmp_path / "b.gpkg")}))
    assert rows(str(tmp_path / "b.gpkg")) == first


def test_temporary_outputs_have_no_record(run, make_csv, context):
    from qgis.core import QgsProcessingUtils

    path = QgsProcessingUtils.generateTempFilename("a.gpkg", context)
    run("unitpanel", TABLES=[make_csv("budget.csv", TEXT)], OUTPUT=path)
    assert Path(path).is_file()
    assert not record_path(path).exists()


def test_folder_without_room_for_the_record_is_a_warning(record, feedback, tmp_path):
    (tmp_path / "a.gpkg.landcarbon.json").mkdir()
    assert record.write_beside(tmp_path / "a.gpkg") is None
    assert any("could not be written" in text for text in feedback.warnings)
    assert [path.name for path in tmp_path.glob("*.part")] == []


@pytest.mark.parametrize(
    ("layer", "name"), [(None, "a.gpkg.landcarbon.json"), ("units", "a.units.landcarbon.json")]
)
def test_place_of_the_record(layer, name):
    assert record_path("/x/a.gpkg", layer) == Path("/x") / name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (float("inf"), None),
        (np.nan, None),
        (True, True),
        (np.array([1.0, np.nan]), [1.0, None]),
        ({1: ("a", None)}, {"1": ["a", None]}),
        (Path("/x"), "/x"),
    ],
)
def test_plain(value, expected):
    assert plain(value) == expected


def test_password_of_a_database_is_not_written():
    # A layer that cannot be opened still has its source.
    from landcarbon.algorithms.record import describe
    from qgis.core import QgsVectorLayer

    word = "".join(("pass", "word"))
    layer = QgsVectorLayer(
        f"dbname='x' host=localhost user='me' {word}='hidden' table=\"t\"", "t", "postgres"
    )
    assert "hidden" not in json.dumps(describe(layer))
