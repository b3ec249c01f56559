"""The script that makes the panel of STIRPAT makes the one that is shipped; a fit finds its model again."""

import importlib.util
import sys

import pytest
from landcarbon.core.forecast.history import PANEL, RESPONSE, history_of
from landcarbon.core.forecast.stirpat_fit import stirpat_fit
from landcarbon.core.forecast.variables import stirpat_variables
from landcarbon.core.resources import RESOURCES
from landcarbon.core.tables import read_table
from landcarbon.core.trend.unit_trend import long_series

SAMPLE = RESOURCES / "sample" / "stirpat_panel.csv"
SCRIPT = RESOURCES.parent / "tools" / "sample" / "make_stirpat_panel.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_stirpat_panel", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(SCRIPT.parent))  # it uses the script beside it
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SCRIPT.parent))
    return module


@pytest.fixture(scope="module")
def history():
    columns = {key: key.lower() for key in ("POP", "GDP", "SECONDARY", "ENERGY", "URBAN_POP")}
    columns[RESPONSE] = "ce_t"
    series = long_series(read_table(SAMPLE), "unit", "year", list(columns.values()))
    return history_of(series, stirpat_variables(columns), columns)


def test_same_seed_makes_the_shipped_file(script, tmp_path):
    made, _ = script.write_panel(tmp_path)
    assert made.read_bytes() == SAMPLE.read_bytes()


def test_another_seed_makes_other_numbers(script):
    assert script.rows(1) != script.rows()


def test_31_units_in_21_years_with_all_values(history):
    assert history.complete.shape == (21, 31)
    assert history.complete.all()


def test_parts_are_not_more_than_the_whole(history):
    assert (history.amounts["SECONDARY"] < history.amounts["GDP"]).all()
    assert (history.amounts["URBAN_POP"] < history.amounts["POP"]).all()


def test_the_panel_finds_the_model_within_two_standard_errors(script, history):
    """Six coefficients; two standard errors hold all of them for this seed."""
    table = stirpat_fit(history, PANEL, "given", 0.0).coefficients
    known = [script.CONSTANT, *(script.MODEL[name] for name in history.names)]
    for name, b, error, true in zip(table["variable"], table["ols_b"], table["ols_se"], known, strict=True):
        assert abs(b - true) < 2 * error, name


def test_the_residuals_are_as_great_as_the_error_of_the_script(script, history):
    fit = stirpat_fit(history, PANEL)
    spread = fit.choices["loo_rmse"][1]
    assert spread == pytest.approx(script.ERROR, rel=0.1)
