"""Trends of units: long and wide layers in, one feature per unit, tables, styles and the report out."""

import json
from pathlib import Path

import pytest
from landcarbon.algorithms import base
from landcarbon.algorithms.styles.trend import TREND
from landcarbon.core.resources import RESOURCES
from qgis.core import QgsVectorLayer

from ..conftest import RunFailed, square

PANEL = str(RESOURCES / "sample" / "panel.csv")
YEARS = range(2000, 2010)


@pytest.fixture
def panel(make_layer):
    """A layer with a row per unit and year: `a` rises by 1 a year, `b` falls by 2."""

    def panel(years=YEARS, rows=None, **more):
        fields = {"unit": str, "year": int, "ce_t": float} | more
        rows = rows or [
            row for year in years for row in (("a", year, year - 2000.0), ("b", year, -2.0 * year))
        ]
        place = {"a": 0, "b": 1, "c": 2}
        return make_layer(fields, rows, [square(place[row[0]], 0) for row in rows], name="panel")

    return panel


@pytest.fixture
def trend(run, rows):
    """Run on an input; the rows of OUTPUT by unit."""

    def trend(source, fields=("ce_t",), **parameters):
        done = run("unittrend", INPUT=source, FIELDS=list(fields), OUTPUT="memory:", **parameters)
        return {row["unit"]: row for row in rows(done.results["OUTPUT"])}

    return trend


def test_one_feature_per_unit(trend, panel):
    found = trend(panel())
    assert list(found) == ["a", "b"]
    assert list(found["a"]) == ["unit", "ce_t_slope", "ce_t_z", "ce_t_p", "ce_t_class"]
    assert (found["a"]["ce_t_slope"], found["a"]["ce_t_class"]) == (1.0, 2)
    assert (found["b"]["ce_t_slope"], found["b"]["ce_t_class"]) == (-2.0, -2)


def test_shapes_are_kept(run, panel):
    done = run("unittrend", INPUT=panel(), FIELDS=["ce_t"], OUTPUT="memory:")
    layer = done.context.getMapLayer(done.results["OUTPUT"])
    corners = [feature.geometry().boundingBox().xMinimum() for feature in layer.getFeatures()]
    assert (corners, layer.crs().authid()) == ([0.0, 1.0], "EPSG:4326")


def test_first_shape_that_is_not_empty(run, make_layer):
    rows = [("a", year, 1.0) for year in YEARS]
    shapes = [None, None, square(5, 0), *[square(9, 0)] * 7]
    layer = make_layer({"unit": str, "year": int, "ce_t": float}, rows, shapes)
    done = run("unittrend", INPUT=layer, FIELDS=["ce_t"], OUTPUT="memory:")
    (feature,) = done.context.getMapLayer(done.results["OUTPUT"]).getFeatures()
    assert feature.geometry().boundingBox().xMinimum() == 5.0


def test_fields_that_change_with_the_year_are_left_out(trend, panel, feedback):
    rows = [("a", year, 1.0, "P", 5.0 + year) for year in YEARS]
    found = trend(panel(rows=rows, province=str, gdp=float))
    assert list(found["a"])[:2] == ["province", "unit"]
    assert "gdp" not in found["a"]
    assert "Fields that change from year to year within a unit are left out: gdp." in feedback.infos


def test_field_that_has_the_name_of_a_result_is_renamed(trend, panel, feedback):
    rows = [("a", year, 1.0, 7.0) for year in YEARS]
    found = trend(panel(rows=rows, ce_t_slope=float))
    assert (found["a"]["ce_t_slope"], found["a"]["ce_t_slo_1"]) == (0.0, 7.0)


def test_wide_layer(trend, make_layer):
    fields = {"code": int, **{f"ce_{year}": float for year in (2000, 2005, 2010, 2020)}}
    layer = make_layer(fields, [(110101, 0.0, 5.0, 10.0, 20.0)], [square(0, 0)])
    found = trend(layer, list(fields)[1:], UNIT_FIELD="code")
    assert found["110101"]["ce_slope"] == 1.0
    assert found["110101"]["ce_2005"] == 5.0  # a field of the unit


def test_wide_layer_is_said_in_the_log(trend, make_layer, feedback):
    fields = {"unit": str, **{f"ce_{year}": float for year in range(2000, 2004)}}
    trend(make_layer(fields, [("a", 1.0, 2.0, 3.0, 4.0)]), list(fields)[1:])
    assert any("has no field 'year'; the years are taken from the names" in text for text in feedback.infos)


def test_year_field_of_another_name(trend, make_layer):
    layer = make_layer({"unit": str, "jahr": str, "ce": str}, [("a", f"{y}", f"{y},5") for y in YEARS])
    assert trend(layer, ["ce"], YEAR_FIELD="jahr")["a"]["ce_slope"] == 1.0


def test_table_of_all_trends(run, rows, panel):
    done = run("unittrend", INPUT=panel(), FIELDS=["ce_t"], OUTPUT="memory:", TRENDS="memory:")
    table = rows(done.results["TRENDS"])
    assert list(table[0]) == [
        *("unit", "field", "n", "slope", "intercept", "s", "var", "z", "p", "tau"),
        *("trend", "class", "class_fdr"),
    ]
    first = table[0]
    # ten rising values: 45 pairs, variance 10 * 9 * 25 / 18
    assert (first["n"], first["s"], first["var"], first["tau"]) == (10, 45.0, 125.0, 1.0)
    assert (first["trend"], first["class"], first["class_fdr"]) == ("Marked increase", 2, None)
    assert [row["unit"] for row in table] == ["a", "b"]


def test_counts(run, rows, panel, feedback):
    done = run("unittrend", INPUT=panel(), FIELDS=["ce_t"], OUTPUT="memory:", COUNTS="memory:")
    table = rows(done.results["COUNTS"])
    assert [(row["class"], row["units"], row["sign"], row["sign_units"]) for row in table] == [
        (-2, 1, -1, 1),
        (-1, 0, -1, 1),
        (0, 0, 0, 0),
        (1, 0, 1, 1),
        (2, 1, 1, 1),
        (None, 0, None, 0),
    ]
    assert "ce_t: Of 2 units 1 rise, 1 fall, 0 are unchanged and 0 have no trend." in feedback.infos


def test_false_discovery_rate_adds_a_class(trend, panel):
    found = trend(panel(), FDR=True)
    assert (found["a"]["ce_t_class_fdr"], found["b"]["ce_t_class_fdr"]) == (2, -2)


def test_threshold(trend, panel):
    # Z of ten rising values is 44 / sqrt(125) = 3.94
    assert trend(panel(), THRESHOLD=3.9)["a"]["ce_t_class"] == 2
    assert trend(panel(), THRESHOLD=4.0)["a"]["ce_t_class"] == 1


def test_minimum_of_values(trend, panel, feedback):
    rows = [("a", year, float(year)) for year in YEARS] + [("b", year, 1.0) for year in range(2000, 2005)]
    assert trend(panel(rows=rows))["b"]["ce_t_class"] is None
    assert trend(panel(rows=rows), MIN_VALID=5)["b"]["ce_t_class"] == 0


def test_unit_without_values_is_kept(trend, panel, feedback):
    rows = [(unit, year, value) for year in YEARS for unit, value in (("a", float(year)), ("b", None))]
    found = trend(panel(rows=rows))
    assert found["b"] == {"unit": "b", **dict.fromkeys([f"ce_t_{x}" for x in ("slope", "z", "p", "class")])}
    assert any("1 units have fewer than 8 values and get no trend: b." in text for text in feedback.warnings)


def test_modified_test(trend, panel):
    mk = pytest.importorskip("pymannkendall")
    values = [1.0, 3.0, 2.0, 4.0, 6.0, 5.0, 7.0, 6.0, 9.0, 8.0]
    rows = [("a", year, value) for year, value in zip(YEARS, values, strict=True)]
    found = trend(panel(rows=rows), TEST=2)["a"]
    assert found["ce_t_z"] == mk.yue_wang_modification_test(values).z
    assert found["ce_t_z"] != mk.original_test(values).z


# Errors


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"FIELDS": ["nothing"]}, "No column 'nothing' in panel"),
        ({"UNIT_FIELD": "nothing"}, "No column 'nothing' in panel"),
        ({"YEAR_FIELD": ""}, "The name of the field 'ce_t' holds no year"),
    ],
)
def test_wrong_fields(trend, panel, change, expected):
    with pytest.raises(RunFailed, match=expected):
        trend(panel(), **({"fields": change.pop("FIELDS")} if "FIELDS" in change else {}), **change)


def test_three_years(trend, panel):
    with pytest.raises(RunFailed, match=r"'ce_t' has values of 3 dates \(2000, 2001, 2002\)"):
        trend(panel(years=range(2000, 2003)))


def test_unit_and_year_twice(trend, panel):
    with pytest.raises(RunFailed, match="both unit 'a' in 2000"):
        trend(panel(years=[2000, *YEARS]))


def test_text_in_a_number_field_of_a_file(trend, make_csv):
    lines = "".join(f"a,{year},{'many' if year == 2003 else 5}\n" for year in YEARS)
    with pytest.raises(RunFailed, match="row 5, column 'ce': 'many' is not a number"):
        trend(make_csv("panel.csv", f"unit,year,ce\n{lines}"), ["ce"])


def test_infinite_value(trend, make_csv):
    lines = "".join(f"a,{year},{'inf' if year == 2003 else 5}\n" for year in YEARS)
    with pytest.raises(RunFailed, match="row 5, column 'ce'"):
        trend(make_csv("panel.csv", f"unit,year,ce\n{lines}"), ["ce"])


def test_two_years_in_a_name(trend, make_layer):
    layer = make_layer({"unit": str, "ce_2000_2005": float}, [("a", 1.0)])
    with pytest.raises(RunFailed, match=r"'ce_2000_2005' holds 2 years \(2000, 2005\)"):
        trend(layer, ["ce_2000_2005"])


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"TEST": 1}, "The modified test needs the Python package pymannkendall"),
        ({"REPORT": "report.html"}, "The report needs the Python package jinja2 matplotlib scipy"),
    ],
)
def test_missing_package_is_an_error_before_anything_is_read(
    trend, panel, monkeypatch, tmp_path, parameters, expected
):
    if "REPORT" in parameters:
        parameters = {"REPORT": str(tmp_path / "report.html")}
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    # one date only: without the check this would be the error
    with pytest.raises(RunFailed, match=expected):
        trend(panel(years=[2000]), **parameters)
    assert list(tmp_path.iterdir()) == []


def test_the_original_test_needs_no_package(trend, panel, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    assert trend(panel())["a"]["ce_t_class"] == 2


# Styles and names


def test_styles_are_kept_in_the_geopackage(run, panel, tmp_path):
    path = str(tmp_path / "trend.gpkg")
    run("unittrend", INPUT=panel(), FIELDS=["ce_t"], FDR=True, OUTPUT=path)
    layer = QgsVectorLayer(path, "trend", "ogr")
    count, _, names, _, _ = layer.listStylesInDatabase()
    assert (count, set(names)) == (
        3,
        {"ce_t: class", "ce_t: slope per year", "ce_t: class by false discovery rate"},
    )
    categories = layer.renderer().categories()
    assert [(one.value(), one.symbol().color().name()) for one in categories] == [
        (code, colour) for code, _, colour in TREND
    ]


def test_layer_name_has_the_years(run, panel, context):
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    target = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    done = run("unittrend", INPUT=panel(), FIELDS=["ce_t"], OUTPUT=target)
    details = context.layerToLoadOnCompletionDetails(done.results["OUTPUT"])
    assert isinstance(details, QgsProcessingContext.LayerDetails)
    assert details.name == "Trends of units 2000-2009"


# Report


@pytest.fixture
def report(run, tmp_path):
    """Run on an input; the text of the report."""
    for package in ("jinja2", "matplotlib", "scipy"):
        pytest.importorskip(package)

    def report(source, fields=("ce_t",), **parameters):
        path = tmp_path / "report.html"
        done = run(
            "unittrend", INPUT=source, FIELDS=list(fields), OUTPUT="memory:", REPORT=str(path), **parameters
        )
        assert done.results["REPORT"] == str(path)
        return path.read_text(encoding="utf-8")

    return report


def test_report_of_the_sample(report):
    text = report(PANEL, ["ce_t", "cs_t"])
    assert text.count("<svg") == text.count("</svg>") == 2
    assert "<h1>Trends of units 2000-2019</h1>" in text
    # units with an emission in every year: all but Hainan, Xizang and Qinghai
    assert "Mean of the 28 units with a value in every year" in text
    assert "Mean of the 31 units with a value in every year" in text
    assert "1 units have fewer than 8 values and get no trend: Qinghai." in text


def test_report_escapes_names(report, make_layer):
    fields = {"unit": str, "year": int, "<b>&": float}
    text = report(
        make_layer(fields, [("<i>", year, None if year < 2005 else 1.0) for year in YEARS]), ["<b>&"]
    )
    assert "<h2>&lt;b&gt;&amp;</h2>" in text
    assert "&lt;i&gt;" not in text or "<i>" not in text
    assert "<b>" not in text


def test_report_without_a_complete_unit(report, panel):
    rows = [("a", year, 1.0) for year in range(2000, 2009)] + [("b", year, 1.0) for year in range(2001, 2010)]
    text = report(panel(rows=rows))
    assert "No unit has a value in every year" in text
    assert "<svg" not in text


def test_report_has_its_record(report, panel, tmp_path):
    report(panel())
    record = json.loads((tmp_path / "report.html.landcarbon.json").read_text(encoding="utf-8"))
    assert record["algorithm"] == "landcarbon:unittrend"
    assert Path(record["outputs"]["REPORT"]).name == "report.html"


def test_report_that_cannot_be_written(run, panel, tmp_path):
    pytest.importorskip("jinja2")
    target = tmp_path / "report.html"
    target.mkdir()
    with pytest.raises(RunFailed, match="'Report' could not be written"):
        run("unittrend", INPUT=panel(), FIELDS=["ce_t"], OUTPUT="memory:", REPORT=str(target))
