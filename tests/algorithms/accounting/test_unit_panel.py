"""Unit panel: tables in, one layer out."""

import json
from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsVectorLayer

from ..conftest import RunFailed, square

C_TO_CO2 = 44 / 12


@pytest.fixture
def budget(make_csv):
    return make_csv("budget.csv", "unit,year,ce_t,cs_t\na,2019,10,4\nb,2019,5,6\n")


@pytest.fixture
def units(make_layer):
    """Three units; the tables have no row for the third."""
    return make_layer(
        {"code": str, "province": str, "ce_t": float},
        [("a", "P", 1.0), ("b", "P", 2.0), ("c", "Q", 3.0)],
        [square(x, 0) for x in range(3)],
    )


@pytest.fixture
def panel(run, rows):
    """The rows of OUTPUT for some parameters."""
    return lambda **parameters: rows(run("unitpanel", OUTPUT="memory:", **parameters).results["OUTPUT"])


def test_table_alone_gives_rows_without_geometry(panel, budget):
    assert panel(TABLES=[budget]) == [
        {
            "unit": "a",
            "year": 2019,
            "ce_t": 10.0,
            "cs_t": 4.0,
            "net_t": 10.0 - 4.0,
            "mass": "t C",
        },
        {
            "unit": "b",
            "year": 2019,
            "ce_t": 5.0,
            "cs_t": 6.0,
            "net_t": 5.0 - 6.0,
            "mass": "t C",
        },
    ]


def test_amounts_of_several_tables_are_summed(panel, budget, make_csv):
    energy = make_csv("energy.csv", "unit,year,energy\na,2019,100\nb,2019,200\n")
    found = panel(TABLES=[budget, energy], CE_FIELDS="ce_t; energy")
    assert [row["ce_t"] for row in found] == [10.0 + 100.0, 5.0 + 200.0]
    assert [row["energy"] for row in found] == [100.0, 200.0]


@pytest.mark.parametrize("separator", [";", ",", "；", "，", " ; "])
def test_names_are_separated_by_semicolon_or_comma(panel, make_csv, separator):
    table = make_csv("a.csv", "unit,year,x,y,z\na,2019,1,2,4\n")
    (row,) = panel(TABLES=[table], CE_FIELDS=separator.join("xy"), CS_FIELDS="z")
    assert (row["ce_t"], row["cs_t"]) == (1.0 + 2.0, 4.0)


def test_mass_of_the_table_is_converted(panel, make_csv):
    table = make_csv("a.csv", "unit,year,ce_t,cs_t,mass\na,2019,44,11,t CO2\n")
    (row,) = panel(TABLES=[table], MASS=0)
    assert (row["ce_t"], row["mass"]) == (pytest.approx(44 / C_TO_CO2), "t C")  # 12 t C


def test_polygons_keep_fields_and_all_units(run, rows, budget, units, feedback):
    done = run("unitpanel", TABLES=[budget], UNITS=units, UNIT_FIELD="code", OUTPUT="memory:")
    found = rows(done.results["OUTPUT"])
    assert [(row["code"], row["province"], row["unit"], row["net_t"]) for row in found] == [
        ("a", "P", "a", 6.0),
        ("b", "P", "b", -1.0),
        ("c", "Q", "c", None),
    ]
    layer = done.context.getMapLayer(done.results["OUTPUT"])
    assert layer.crs().authid() == "EPSG:4326"
    assert [feature.geometry().asWkt() for feature in layer.getFeatures()] == [
        feature.geometry().asWkt() for feature in units.getFeatures()
    ]


def test_field_of_the_polygons_with_our_name_is_renamed_and_told(panel, budget, units, feedback):
    found = panel(TABLES=[budget], UNITS=units, UNIT_FIELD="code")
    assert [row["ce_t_1"] for row in found] == [1.0, 2.0, 3.0]
    assert [row["ce_t"] for row in found] == [10.0, 5.0, None]
    assert any("ce_t -> ce_t_1" in text for text in feedback.infos)


def test_field_called_unit_that_is_not_the_key_is_kept(panel, budget, make_layer):
    units = make_layer({"code": str, "unit": str}, [("a", "kg")], [square(0, 0)])
    (row,) = panel(TABLES=[budget], UNITS=units, UNIT_FIELD="code")
    assert (row["unit"], row["unit_1"]) == ("a", "kg")


def test_key_called_unit_is_there_once(panel, budget, make_layer):
    units = make_layer({"unit": str}, [("a",)], [square(0, 0)])
    (row,) = panel(TABLES=[budget], UNITS=units, UNIT_FIELD="unit")
    assert "unit_1" not in row


def test_every_year_has_every_unit(panel, make_csv, units):
    table = make_csv("a.csv", "unit,year,ce_t,cs_t\na,2000,1,1\na,2020,2,1\nb,2020,3,1\n")
    found = panel(TABLES=[table], UNITS=units, UNIT_FIELD="code")
    assert [(row["unit"], row["year"], row["ce_t"]) for row in found] == [
        ("a", 2000, 1.0),
        ("a", 2020, 2.0),
        ("b", 2000, None),
        ("b", 2020, 3.0),
        ("c", 2000, None),
        ("c", 2020, None),
    ]


def test_table_without_years_gives_no_year(panel, make_csv):
    (row,) = panel(TABLES=[make_csv("a.csv", "unit,ce_t,cs_t\na,3,1\n")])
    assert "year" not in row
    assert row["net_t"] == 3.0 - 1.0


def test_groups_by_a_field_of_the_polygons(run, rows, budget, units):
    done = run(
        "unitpanel",
        TABLES=[budget],
        UNITS=units,
        UNIT_FIELD="code",
        GROUP_FIELD="province",
        OUTPUT="memory:",
        GROUPS="memory:",
    )
    first, second = rows(done.results["GROUPS"])
    assert first == {
        "group": "P",
        "year": 2019,
        "units": 2,
        "missing": 0,
        "ce_t": 10.0 + 5.0,
        "cs_t": 4.0 + 6.0,
        "net_t": 15.0 - 10.0,
        "mass": "t C",
    }
    assert (second["group"], second["missing"], second["ce_t"]) == ("Q", 1, None)


def test_groups_by_a_column_of_a_table(run, rows, make_csv):
    table = make_csv("a.csv", "unit,year,ce_t,cs_t,city\na,2019,1,1,X\nb,2019,2,1,X\n")
    done = run("unitpanel", TABLES=[table], GROUP_FIELD="City", OUTPUT="memory:", GROUPS="memory:")
    assert [(row["group"], row["ce_t"]) for row in rows(done.results["GROUPS"])] == [("X", 1.0 + 2.0)]


def test_groups_without_their_field_are_refused(run, budget):
    with pytest.raises(RunFailed, match="no field of the groups"):
        run("unitpanel", TABLES=[budget], OUTPUT="memory:", GROUPS="memory:")


def test_unknown_field_of_the_groups_lists_the_columns(run, budget):
    with pytest.raises(RunFailed, match="No field 'county' for the groups"):
        run("unitpanel", TABLES=[budget], GROUP_FIELD="county", OUTPUT="memory:")


def test_unmatched_units_are_listed(run, rows, budget, units):
    done = run(
        "unitpanel", TABLES=[budget], UNITS=units, UNIT_FIELD="code", OUTPUT="memory:", UNMATCHED="memory:"
    )
    assert [(row["table"], row["unit"], row["year"]) for row in rows(done.results["UNMATCHED"])] == [
        ("budget.csv", "c", 2019)
    ]


def test_unmatched_table_is_there_without_rows(run, rows, budget, tmp_path):
    path = str(tmp_path / "unmatched.gpkg")
    run("unitpanel", TABLES=[budget], OUTPUT="memory:", UNMATCHED=path)
    assert rows(path) == []
    assert [field.name() for field in QgsVectorLayer(path, "a", "ogr").fields()][1:] == [
        "table",
        "unit",
        "year",
        "reason",
    ]


def test_polygons_without_their_key_are_refused(run, budget, units):
    with pytest.raises(RunFailed, match="Choose the field with the name or code"):
        run("unitpanel", TABLES=[budget], UNITS=units, OUTPUT="memory:")


@pytest.mark.parametrize(("duplicates", "expected"), [(0, None), (1, 10.0 + 1.0)])
def test_a_unit_twice_in_a_year(panel, make_csv, duplicates, expected):
    table = make_csv("a.csv", "unit,year,ce_t,cs_t\na,2019,10,4\na,2019,1,1\n")
    if expected is None:
        with pytest.raises(RunFailed, match=r"a \(2019\) is there 2 times"):
            panel(TABLES=[table], DUPLICATES=duplicates)
        return
    (row,) = panel(TABLES=[table], DUPLICATES=duplicates)
    assert row["ce_t"] == expected


def test_other_names_of_unit_and_year(panel, make_csv):
    table = make_csv("a.csv", "县,年份,排放,吸收\n甲,2019年,10,4\n", encoding="gb18030")
    (row,) = panel(TABLES=[table], TABLE_UNIT="县", TABLE_YEAR="年份", CE_FIELDS="排放", CS_FIELDS="吸收")
    assert (row["unit"], row["year"], row["net_t"]) == ("甲", 2019, 10.0 - 4.0)


def test_layers_of_the_project_are_tables(panel, make_layer):
    table = make_layer({"unit": str, "year": int, "ce_t": float, "cs_t": float}, [("a", 2019, 3.0, 1.0)])
    assert QgsProject.instance().mapLayer(table.id()) is table
    (row,) = panel(TABLES=[table.id()])
    assert row["net_t"] == 3.0 - 1.0


def test_only_selected_units(panel, budget, units):
    from qgis.core import QgsProcessingFeatureSourceDefinition

    units.selectByIds([1])
    selection = QgsProcessingFeatureSourceDefinition(units.id(), selectedFeaturesOnly=True)
    assert [row["unit"] for row in panel(TABLES=[budget], UNITS=selection, UNIT_FIELD="code")] == ["a"]


def test_layer_is_named_by_its_years(run, make_csv, units, context):
    from qgis.core import QgsProcessingOutputLayerDefinition

    table = make_csv("a.csv", "unit,year,ce_t,cs_t\na,2000,1,1\na,2020,2,1\n")
    value = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    done = run("unitpanel", TABLES=[table], UNITS=units, UNIT_FIELD="code", OUTPUT=value)
    details = context.layerToLoadOnCompletionDetails(done.results["OUTPUT"])
    assert details.name == "Unit panel 2000-2020"


def test_record_tells_inputs_and_decisions(run, budget, tmp_path):
    path = tmp_path / "panel.gpkg"
    run("unitpanel", TABLES=[budget], OUTPUT=str(path))
    record = json.loads(Path(f"{path}.landcarbon.json").read_text(encoding="utf-8"))
    assert record["inputs"]["TABLES"][0]["path"] == budget
    assert any("no column 'mass'" in text for text in record["decisions"])
