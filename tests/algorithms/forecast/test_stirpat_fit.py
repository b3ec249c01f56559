"""STIRPAT fit: layers and tables in, coefficients, ridge trace, choices of K and the report out."""

import pytest
from landcarbon.algorithms import base

from ..conftest import RunFailed
from .conftest import history_rows

COLUMNS = (
    *("variable", "ols_b", "ols_se", "ols_t", "ols_p", "ols_beta", "tolerance", "vif"),
    *("ridge_b", "ridge_beta", "ridge_vif", "pool", "k"),
)


@pytest.fixture
def fit(run, rows):
    """Run on a source; the result and the rows of a table."""

    def fit(source, table="COEFFICIENTS", **parameters):
        done = run("stirpatfit", INPUT=source, **{"COEFFICIENTS": "memory:", table: "memory:", **parameters})
        return done, rows(done.results[table])

    return fit


def test_coefficients_of_the_stirpat_drivers(fit, history):
    done, table = fit(history())
    assert list(table[0]) == list(COLUMNS)
    assert [row["variable"] for row in table] == ["constant", "P", "W", "IS", "TI", "UR", "CEI"]
    assert {row["pool"] for row in table} == {"region"}
    assert done.results["CHOSEN_K"] == 0


def test_the_identity_is_warned_of(fit, history, feedback):
    fit(history())
    assert any("The response is an identity of the drivers" in text for text in feedback.warnings)


def test_a_field_that_is_not_chosen_leaves_its_drivers_out(fit, history):
    _, table = fit(history(), CE=None, ENERGY=None)
    assert [row["variable"] for row in table] == ["constant", "P", "W", "IS", "UR"]


def test_free_drivers(fit, history):
    _, table = fit(history(), DRIVERS=["gdp", "energy"])
    assert [row["variable"] for row in table] == ["constant", "gdp", "energy"]


def test_given_k(fit, history):
    done, table = fit(history(), K_METHOD=0, K=0.25, CE=None)
    assert done.results["CHOSEN_K"] == 0.25
    assert {row["k"] for row in table} == {0.25}


def test_without_units_the_table_is_one_region(fit, make_layer, feedback):
    rows = [row[2:] for row in history_rows({"a": 1.0})]
    names = ("pop", "gdp", "secondary", "energy", "urban_pop", "ce_t", "cs_t")
    layer = make_layer({"year": int, **dict.fromkeys(names, float)}, rows)
    _, table = fit(layer, DRIVERS=["gdp", "energy"])
    assert len(table) == 3
    assert any("no field 'unit'; it is taken as one region" in text for text in feedback.infos)


def test_trace_and_choices(fit, history):
    _, trace = fit(history(), "TRACE", DRIVERS=["gdp", "energy"])
    assert list(trace[0]) == ["k", "variable", "beta", "vif"]
    assert len(trace) == 101 * 2
    _, choices = fit(history(), "CHOICES", DRIVERS=["gdp", "energy"])
    assert list(choices[0]) == ["method", "k", "r2", "rmse", "loo_rmse"]
    methods = ["given", "stable trace", "VIF", "Hoerl-Kennard-Baldwin", "leave out"]
    assert [row["method"] for row in choices] == methods


# Bad input


def test_the_response_as_a_driver(fit, history):
    with pytest.raises(RunFailed, match="'ce_t' is the response, so it cannot be a driver"):
        fit(history(), DRIVERS=["ce_t"])


def test_no_drivers(fit, history):
    nothing = dict.fromkeys(("POP", "GDP", "SECONDARY", "ENERGY", "URBAN_POP", "CE"))
    with pytest.raises(RunFailed, match="Choose drivers"):
        fit(history(), **nothing)


def test_zero_under_a_logarithm(fit, history):
    rows = history_rows()
    rows[1] = (*rows[1][:6], 0.0, *rows[1][7:])
    with pytest.raises(RunFailed, match=r"1 values are 0 or negative.* a 2010 energy = 0"):
        fit(history(rows), POOL=1)


def test_without_scipy_it_says_so_before_it_runs(provider, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    ready, reason = provider.algorithm("stirpatfit").create().canExecute()
    assert not ready
    assert "needs the Python package scipy" in reason


def test_missing_package_of_the_report(fit, history, monkeypatch, tmp_path):
    monkeypatch.setattr(base, "find_spec", lambda name: None if name == "matplotlib" else True)
    with pytest.raises(RunFailed, match="The report needs the Python package matplotlib"):
        fit(history(), REPORT=str(tmp_path / "report.html"))


# Report


def test_report_has_model_trace_and_fit(fit, history, tmp_path):
    path = tmp_path / "report.html"
    fit(history(), DRIVERS=["gdp", "energy"], REPORT=str(path))
    text = path.read_text(encoding="utf-8")
    for part in ("STIRPAT model of ce_t 2009-2020", "Choice of K", "Predicted and actual emission"):
        assert part in text
    assert text.count("<svg") == 4
    assert "ln ce_t = " in text
