"""Global Moran's I through QGIS: the table, years, the report."""

import pytest
from landcarbon.algorithms import base
from landcarbon.core.pattern.global_moran import global_moran
from landcarbon.core.pattern.weights import nearest_neighbours, row_standardised

from ..conftest import RunFailed
from .test_local_moran import CENTRES, CORNER, PLANE


@pytest.fixture
def moran(run, rows):
    """Run on an input; the rows of OUTPUT."""

    def moran(source, fields=("ce_t",), **parameters):
        done = run("globalmoran", INPUT=source, FIELDS=list(fields), OUTPUT="memory:", **parameters)
        return rows(done.results["OUTPUT"])

    return moran


def test_results_are_those_of_core(moran, make_units):
    parameters = {"NEIGHBOURHOOD": 3, "NEIGHBOURS": 4, "PERMUTATIONS": 199, "SEED": 5}
    (row,) = moran(make_units(CORNER, columns=6), **parameters)
    expected = global_moran(CORNER, row_standardised(nearest_neighbours(CENTRES, PLANE, 4)), 199, 5)
    assert list(row) == [
        *("field", "year", "n", "islands", "i", "expected", "variance", "z", "p", "p_perm"),
    ]
    assert (row["field"], row["year"], row["n"], row["islands"]) == ("ce_t", None, 36, 0)
    found = [row[name] for name in ("i", "expected", "variance", "z", "p", "p_perm")]
    assert found == pytest.approx(expected[2:], rel=1e-9)


def test_a_row_per_field_and_year(moran, make_layer):
    layer = make_layer(
        {"jahr": str, "ce": float, "cs": float},
        [(year, float(i * i), float(i % 2)) for year in ("2010", "2020") for i in range(5)],
        [f"Point({i} 0)" for i in range(5)] * 2,
        geometry="Point",
        crs="EPSG:32648",
    )
    found = moran(layer, ["ce", "cs"], YEAR_FIELD="jahr", PERMUTATIONS=0)
    assert [(row["field"], row["year"]) for row in found] == [
        ("ce", 2010),
        ("ce", 2020),
        ("cs", 2010),
        ("cs", 2020),
    ]
    # alternating values: every neighbour is the other one
    assert found[0]["i"] > 0 > found[2]["i"]
    assert {row["p_perm"] for row in found} == {None}


@pytest.mark.parametrize(
    ("values", "parameters", "expected"),
    [
        ([1.0, 2.0], {}, "2 units have a value and a shape"),
        ([7.0] * 12, {}, "All 12 units have the same value, 7,"),
        (CORNER, {"FIELDS": ["unit"]}, "'u0' is not a number"),
        (CORNER, {"FIELDS": ["nothing"]}, "No field 'nothing'"),
        ([CORNER, CORNER], {"YEAR_FIELD": ""}, "feature 1 and feature 37 have the same shape"),
        (CORNER, {"NEIGHBOURHOOD": 3, "NEIGHBOURS": 36}, "36 neighbours are asked for"),
    ],
)
def test_bad_inputs(moran, make_units, values, parameters, expected):
    fields = parameters.pop("FIELDS", ["ce_t"])
    with pytest.raises(RunFailed, match=expected):
        moran(make_units(values, columns=6), fields, **parameters)


# Report


@pytest.fixture
def report(run, tmp_path):
    """Run on an input; the text of the report."""
    for package in ("jinja2", "matplotlib"):
        pytest.importorskip(package)

    def report(source, fields=("ce_t",), **parameters):
        path = tmp_path / "moran.html"
        run(
            "globalmoran",
            INPUT=source,
            FIELDS=list(fields),
            OUTPUT="memory:",
            REPORT=str(path),
            PERMUTATIONS=9,
            **parameters,
        )
        return path.read_text(encoding="utf-8")

    return report


def test_report_has_a_plot_per_field_and_year(report, make_units):
    text = report(make_units([CORNER, CORNER[::-1]], columns=6))
    assert text.count("<svg") == 2
    assert "<h2>ce_t, 2010</h2>" in text
    assert "<h2>ce_t, 2011</h2>" in text
    assert "Mean of its neighbours" in text
    assert "<h1>Global Moran&#39;s I 2010-2011</h1>" in text


@pytest.mark.parametrize("standardised", [True, False])
def test_slope_of_the_plot_is_morans_i(report, moran, make_units, standardised):
    layer = make_units(CORNER, columns=6)
    text = report(layer, ROW_STANDARDISED=standardised)
    (row,) = moran(layer, ROW_STANDARDISED=standardised, PERMUTATIONS=0)
    assert f"Slope of the line: {row['i']:.6g}." in text


def test_report_passes_over_a_year_that_cannot_be_computed(report, make_units):
    text = report(make_units([[3.0] * 36, CORNER], columns=6))
    assert text.count("<svg") == 1
    assert "<h2>ce_t, 2011</h2>" in text
    assert "2010: All 36 units have the same value" in text


def test_many_units_are_counted_in_hexagons(report, make_units):
    values = [float(i * i % 97) for i in range(2025)]
    text = report(make_units(values, columns=45))
    assert "2,025 units, counted in hexagons" in text
    assert len(text) < 1_000_000


def test_report_needs_its_packages_before_anything_is_computed(moran, make_units, monkeypatch, tmp_path):
    layer = make_units([7.0] * 4)  # without the check its equal values would be the error
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    with pytest.raises(RunFailed, match="The report needs the Python package jinja2 matplotlib"):
        moran(layer, REPORT=str(tmp_path / "moran.html"))


def test_scipy_is_needed(make_units, monkeypatch, provider):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    for name in ("globalmoran", "localmoran", "hotspot", "emerginghotspots"):
        ready, reason = provider.algorithm(name).create().canExecute()
        assert not ready
        assert "needs the Python package scipy" in reason
