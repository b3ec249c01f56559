"""STIRPAT forecast: history, coefficients and scenarios in, paths, peaks and potential out."""

import pytest
from landcarbon.algorithms import base

from ..conftest import RunFailed, square
from .conftest import history_rows

COEFFICIENTS = "variable,ridge_b,pool,k\nconstant,1,{pool},0.1\nP,0.5,{pool},0.1\nW,0.4,{pool},0.1\n"
OUTPUT = (
    *("unit", "peak_low", "peak_base", "peak_high", "peak_low_lo", "peak_base_lo", "peak_high_lo"),
    *("peak_low_hi", "peak_base_hi", "peak_high_hi", "neut_low", "neut_base", "neut_high"),
    *("neut_low_lo", "neut_base_lo", "neut_high_lo", "neut_low_hi", "neut_base_hi", "neut_high_hi", "cep"),
)


@pytest.fixture
def forecast(run, rows, make_csv):
    """Run on a source; the result and the rows of an output."""

    def forecast(source, output="OUTPUT", pool="region", **parameters):
        coefficients = make_csv("coefficients.csv", COEFFICIENTS.format(pool=pool))
        parameters = {"COEFFICIENTS": coefficients, "DRAWS": 20, "CS_FIELD": "cs_t", **parameters}
        done = run("stirpatforecast", INPUT=source, **{"OUTPUT": "memory:", output: "memory:", **parameters})
        return done, rows(done.results[output])

    return forecast


def test_output_has_a_row_per_unit(forecast, history):
    _, table = forecast(history())
    assert list(table[0]) == list(OUTPUT)
    assert [row["unit"] for row in table] == ["a", "b"]
    assert all(row["cep"] in (1, 2, 3, 4, 5) for row in table)


def test_paths_have_a_row_per_unit_scenario_and_year(forecast, history):
    _, table = forecast(history(), "PATHS")
    assert list(table[0]) == [
        *("unit", "scenario", "role", "year", "ce_t", "lower", "upper", "mass", "P", "W")
    ]
    assert len(table) == 2 * 3 * 41
    assert {row["mass"] for row in table} == {"t C"}


def test_calibrated_paths_start_at_the_observed_emission(forecast, history):
    _, table = forecast(history(), "PATHS")
    last = {row[0]: row[8] for row in history_rows() if row[2] == 2020}
    for row in table:
        if row["year"] == 2020:
            assert row["ce_t"] == row["lower"] == row["upper"] == pytest.approx(last[row["unit"]], rel=1e-12)


def test_a_step_thins_the_paths_and_keeps_the_last_year(forecast, history):
    _, every = forecast(history(), "PATHS")
    _, table = forecast(history(), "PATHS", STEP=15)
    assert [row["year"] for row in table[:4]] == [2020, 2035, 2050, 2060]
    assert table[1]["ce_t"] == every[15]["ce_t"]


def test_shapes_of_the_history_are_kept(forecast, history, context):
    done, _ = forecast(history())
    layer = context.getMapLayer(done.results["OUTPUT"])
    assert sorted(feature.geometry().boundingBox().xMinimum() for feature in layer.getFeatures()) == [0, 1]


def test_without_draws_there_are_no_intervals(forecast, history):
    _, table = forecast(history(), "PATHS", DRAWS=0)
    assert {row["lower"] for row in table} == {None}


def test_without_sequestration_nothing_is_neutral(forecast, history, feedback):
    _, table = forecast(history(), CS_FIELD=None)
    assert {row["neut_low"] for row in table} == {None}
    assert any("No sequestration is given" in text for text in feedback.infos)


def test_paths_of_sequestration_in_another_mass(forecast, history, make_csv):
    # 440 t CO2 are 120 t C, more than either unit emits
    table = make_csv("cs.csv", "unit,year,cs_t,mass\na,2030,440,t CO2\nb,2030,440,t CO2\n")
    _, rows = forecast(history(), CS_FIELD=None, CS_PATHS=table)
    assert [row["neut_low"] for row in rows] == [2020, 2020]


def test_a_table_without_a_mass_is_taken_as_chosen(forecast, history, feedback):
    _, table = forecast(history(), "PATHS", MASS=1)
    assert {row["mass"] for row in table} == {"t CO2"}
    assert any("no column 'mass': its amounts are taken as t CO2" in text for text in feedback.infos)


def test_own_scenarios_in_place_of_the_preset(forecast, history, make_csv):
    table = make_csv(
        "s.csv",
        "scenario,variable,to_year,kind,offset\nsteady,P,2060,growth,0\nsteady,W,2060,growth,0.05\n",
    )
    _, rows = forecast(history(), "PATHS", SCENARIO_TABLE=table)
    assert {(row["scenario"], row["role"]) for row in rows} == {("steady", None)}
    # W grows by 5 % a year for 40 years, with an elasticity of 0.4
    assert rows[40]["ce_t"] / rows[0]["ce_t"] == pytest.approx(1.05 ** (40 * 0.4))


def test_without_roles_there_are_no_peaks_and_no_potential(forecast, history, make_csv):
    table = make_csv(
        "s.csv",
        "scenario,variable,to_year,kind,offset\nsteady,P,2060,growth,0\nsteady,W,2060,growth,0\n",
    )
    _, rows = forecast(history(), SCENARIO_TABLE=table)
    assert set(rows[0].values()) == {"a", None}


def test_rules_of_a_region(forecast, history, make_csv):
    table = make_csv(
        "s.csv",
        "scenario,variable,to_year,kind,offset,region\n"
        "s,P,2060,growth,0,\ns,W,2060,growth,0,\ns,W,2060,growth,0.05,region b\n",
    )
    _, rows = forecast(history(), "PATHS", SCENARIO_TABLE=table, REGION_FIELD="region")
    last = {row["unit"]: row["W"] for row in rows if row["year"] == 2060}
    assert last["b"] / last["a"] == pytest.approx(1.05**40)


def test_a_column_of_the_driver_wins(forecast, make_layer, feedback):
    rows = [("a", 2018 + i, 5.0 + i, 100.0, 3.0 + i, 9.0, 8.0) for i in range(3)]
    fields = {"unit": str, "year": int, **dict.fromkeys(("P", "pop", "W", "ce_t", "cs_t"), float)}
    _, table = forecast(make_layer(fields, rows), "PATHS", DRAWS=0)
    assert table[0]["P"] == 7.0
    assert any("Drivers that are columns of units: P, W." in text for text in feedback.infos)


# Units and polygons


def test_units_without_history_and_without_polygon_are_listed(forecast, history, make_layer, feedback):
    polygons = make_layer({"code": str, "name": str}, [("a", "A"), ("x", "X")], [square(0, 0), square(1, 0)])
    _, table = forecast(history(shapes=False), UNITS=polygons, UNITS_FIELD="code")
    assert [(row["unit"], row["name"], row["peak_low"] is None) for row in table] == [
        *(("a", "A", False), ("x", "X", True))
    ]
    assert any("1 units of units have no history and get no values: x." in text for text in feedback.warnings)
    assert any("1 units have no polygon in units" in text and ": b." in text for text in feedback.warnings)


def test_no_unit_in_common(forecast, history, make_layer):
    polygons = make_layer({"code": str}, [("x",)], [square(0, 0)])
    with pytest.raises(RunFailed, match="No unit of the history is in units; its units start with x"):
        forecast(history(shapes=False), UNITS=polygons, UNITS_FIELD="code")


# Bad input


def test_base_year_that_is_not_there(forecast, history):
    with pytest.raises(RunFailed, match="The base year 2005 is not in the history, which has 2009-2020"):
        forecast(history(), BASE_YEAR=2005)


def test_a_unit_in_two_regions(forecast, history):
    rows = history_rows()
    rows[0] = ("a", "region b", *rows[0][2:])
    with pytest.raises(RunFailed, match="The unit 'a' is in the regions region a, region b"):
        forecast(history(rows), REGION_FIELD="region")


def test_a_driver_that_cannot_be_made(forecast, history):
    with pytest.raises(RunFailed, match=r"The driver 'W' of coefficients.csv needs amounts that"):
        forecast(history(), GDP=None)


def test_coefficients_of_a_region_without_calibration(forecast, history):
    with pytest.raises(RunFailed, match=r"The constant of coefficients.csv .region. predicts no single unit"):
        forecast(history(), CALIBRATE=False)


def test_coefficients_of_a_panel_without_calibration(forecast, history):
    _, table = forecast(history(), "PATHS", pool="panel", CALIBRATE=False)
    assert table[0]["ce_t"] > 0


def test_missing_package_of_the_report(forecast, history, monkeypatch, tmp_path):
    monkeypatch.setattr(base, "find_spec", lambda name: None if name == "matplotlib" else True)
    with pytest.raises(RunFailed, match="The report needs the Python package matplotlib"):
        forecast(history(), REPORT=str(tmp_path / "report.html"))


# Report


def test_report_has_the_region_the_potential_and_units(forecast, history, tmp_path):
    path = tmp_path / "report.html"
    forecast(history(), REPORT=str(path))
    text = path.read_text(encoding="utf-8")
    for part in ("Emission of 2 units 2020-2060", "Region", "Emission potential", "low-carbon"):
        assert part in text
    assert text.count("<svg") == 2
