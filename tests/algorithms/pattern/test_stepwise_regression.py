"""Stepwise regression: layers and tables in, tables, the report and the adjusted R² out."""

import pytest
from landcarbon.algorithms import base
from landcarbon.algorithms.pattern.stepwise_regression_report import equation

from ..conftest import RunFailed, square

NOISE = (0.1, -0.2, 0.1, 0.2, -0.1, -0.2, 0.2, -0.1, 0.0)


@pytest.fixture
def units(make_layer):
    """Nine units; the response is 5 + 2 energy and a little noise."""

    def units(rows=None):
        rows = rows or [
            (f"u{i}", 5 + 2.0 * i + noise, float(i), float(i * i % 7)) for i, noise in enumerate(NOISE)
        ]
        fields = {"unit": str, "ce_t": float, "energy": float, "rain": float}
        return make_layer(fields, rows, [square(i, 0) for i in range(len(rows))])

    return units


@pytest.fixture
def regress(run, rows):
    """Run on an input; the result and the rows of a table."""

    def regress(source, drivers=("energy", "rain"), table="COEFFICIENTS", **parameters):
        parameters = {"RESPONSE": "ce_t", "COEFFICIENTS": "memory:", table: "memory:", **parameters}
        done = run("stepwiseregression", INPUT=source, DRIVERS=list(drivers), **parameters)
        return done, rows(done.results[table])

    return regress


def test_coefficients(regress, units):
    done, table = regress(units())
    assert list(table[0]) == ["variable", "b", "se", "t", "p", "beta", "vif", "importance"]
    assert [row["variable"] for row in table] == ["constant", "energy"]
    assert table[1]["b"] == pytest.approx(2.0, abs=0.05)
    assert (table[0]["beta"], table[0]["vif"], table[0]["importance"]) == (None, None, None)
    assert (table[1]["vif"], table[1]["importance"]) == (pytest.approx(1.0), pytest.approx(1.0))
    assert 0.99 < done.results["ADJUSTED_R2"] < 1


def test_the_model_is_in_the_log(regress, units, feedback):
    regress(units())
    assert any(text.startswith("ce_t = ") and text.endswith(" energy") for text in feedback.infos)


def test_steps(regress, units):
    _, table = regress(units(), table="STEPS")
    assert list(table[0]) == ["step", "action", "variable", "sse", "aicc", "p", "r2", "adj_r2"]
    assert [(row["step"], row["action"], row["variable"]) for row in table] == [
        (0, "start", None),
        (1, "add", "energy"),
    ]


def test_steps_by_p(regress, units):
    _, table = regress(units(), table="STEPS", CRITERION=1)
    assert [row["variable"] for row in table] == [None, "energy"]
    assert table[1]["p"] < 0.05


def test_correlations(regress, units):
    _, table = regress(units(), table="CORRELATIONS")
    assert list(table[0]) == [*("variable_1", "variable_2", "pearson", "pearson_p", "spearman", "spearman_p")]
    assert [(row["variable_1"], row["variable_2"]) for row in table] == [
        ("ce_t", "energy"),
        ("ce_t", "rain"),
        ("energy", "rain"),
    ]
    assert table[0]["spearman"] == 1.0


def test_every_year_has_its_model_and_the_latest_its_r2(regress, make_layer):
    rows = [
        (year, slope * i + noise, float(i))
        for year, slope in ((2000, 3.0), (2010, -1.0))
        for i, noise in enumerate(NOISE)
    ]
    layer = make_layer({"year": int, "ce_t": float, "energy": float}, rows)
    done, table = regress(layer, ["energy"])
    slopes = {row["year"]: row["b"] for row in table if row["variable"] == "energy"}
    assert slopes == {2000: pytest.approx(3.0, abs=0.05), 2010: pytest.approx(-1.0, abs=0.05)}
    _, steps = regress(layer, ["energy"], table="STEPS")
    last = [row["adj_r2"] for row in steps if row["year"] == 2010][-1]
    assert done.results["ADJUSTED_R2"] == pytest.approx(last)


def test_units_without_a_value_are_left_out_and_reported(regress, units, feedback):
    rows = [(f"u{i}", 5 + 2.0 * i + noise, float(i), float(i * i % 7)) for i, noise in enumerate(NOISE)]
    rows.append(("x", None, 1.0, 1.0))
    regress(units(rows))
    assert any("1 of 10 units lack a value" in text for text in feedback.warnings)


def test_collinear_drivers_are_warned_of(regress, make_layer, feedback):
    rows = [(5 + 2.0 * i + noise, float(i), 1000.0 * i) for i, noise in enumerate(NOISE)]
    regress(make_layer({"ce_t": float, "energy": float, "in_kg": float}, rows), ["energy", "in_kg"])
    assert any("'in_kg' is a combination of 'energy'" in text for text in feedback.warnings)


# Bad input


def test_text_as_a_driver(regress, units):
    with pytest.raises(RunFailed, match="feature 1, column 'unit': 'u0' is not a number"):
        regress(units(), ["unit"])


def test_the_response_as_a_driver(regress, units):
    with pytest.raises(RunFailed, match="'ce_t' is the response, so it cannot be a driver"):
        regress(units(), ["ce_t"])


def test_more_drivers_than_units(regress, units):
    rows = [("a", 1.0, 2.0, 3.0), ("b", 2.0, 1.0, 5.0), ("c", 3.0, 1.0, 4.0)]
    with pytest.raises(RunFailed, match="2 drivers need 5 units or more, and 3 have all values"):
        regress(units(rows))


def test_constant_response(regress, units):
    rows = [(f"u{i}", 1.0, float(i), float(i * i)) for i in range(6)]
    with pytest.raises(RunFailed, match="'ce_t' is 1 in all 6 units"):
        regress(units(rows))


def test_without_scipy_it_says_so_before_it_runs(provider, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    ready, reason = provider.algorithm("stepwiseregression").create().canExecute()
    assert not ready
    assert "needs the Python package scipy" in reason


def test_missing_package_of_the_report(regress, units, monkeypatch, tmp_path):
    monkeypatch.setattr(base, "find_spec", lambda name: None if name == "matplotlib" else True)
    with pytest.raises(RunFailed, match="The report needs the Python package matplotlib"):
        regress(units(), REPORT=str(tmp_path / "report.html"))


# Report


def test_report_has_model_charts_and_tables(regress, units, tmp_path):
    path = tmp_path / "report.html"
    regress(units(), REPORT=str(path))
    text = path.read_text(encoding="utf-8")
    assert "<h1>Drivers of ce_t</h1>" in text
    assert text.count("<svg") == 4  # importance, fit, two kinds of correlations
    assert "9 units, R² = 0.99" in text
    assert "<td>energy</td>" in text


def test_report_of_a_model_without_drivers(regress, make_layer, tmp_path):
    path = tmp_path / "report.html"
    rows = [((-1.0) ** i, (-1.0) ** (i // 2)) for i in range(8)]
    regress(make_layer({"ce_t": float, "x": float}, rows), ["x"], REPORT=str(path))
    text = path.read_text(encoding="utf-8")
    assert text.count("<svg") == 3  # no importance
    assert "the model is the mean" in text


def test_equation_has_signs_and_marks_between_thousands():
    table = {"variable": ["constant", "energy", "npp"], "b": [-19030144.83, 5128.15, -0.36]}
    assert equation(table, "y") == "y = −19,030,145 + 5,128.15 energy − 0.36 npp"
