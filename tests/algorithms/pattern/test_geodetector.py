"""Geographic detector: layers and tables in, tables and the report out."""

import re

import pytest
from landcarbon.algorithms import base

from ..conftest import RunFailed, square


@pytest.fixture
def units(make_layer):
    """Eight units with a response, numbers and words."""

    def units(rows=None, **more):
        fields = {"unit": str, "ce_t": float, "gdp": float, "soil": int, "climate": str} | more
        rows = rows or [
            (f"u{i}", float(10 * (i // 4) + i % 2), float(i), i // 4, "wet" if i < 4 else "dry")
            for i in range(8)
        ]
        return make_layer(fields, rows, [square(i, 0) for i in range(len(rows))])

    return units


@pytest.fixture
def detect(run, rows):
    """Run on an input; the rows of all tables by output."""
    tables = ("FACTOR_Q", "INTERACTIONS", "RISK", "ECOLOGICAL", "SEARCH")

    def detect(source, factors=("gdp", "climate"), **parameters):
        parameters = {"RESPONSE": "ce_t", "STRATA": "2", **parameters}
        done = run(
            "geodetector",
            INPUT=source,
            FACTORS=list(factors),
            **parameters,
            **dict.fromkeys(tables, "memory:"),
        )
        return {name: rows(done.results[name]) for name in tables}

    return detect


def test_factors_by_q(detect, units):
    table = detect(units())["FACTOR_Q"]
    assert list(table[0]) == ["factor", "method", "k", "q", "f", "p", "p_wang"]
    # within 4 * 2 * 0.25 = 2, total 2 + 8 * 25
    assert [(row["factor"], row["method"], row["k"]) for row in table] == [
        ("gdp", "quantile", 2),
        ("climate", "given", 2),
    ]
    assert [row["q"] for row in table] == [pytest.approx(1 - 2 / 202)] * 2


def test_fields_of_all_tables(detect, units):
    found = detect(units())
    assert {name: list(table[0]) for name, table in found.items() if name != "FACTOR_Q"} == {
        "INTERACTIONS": ["factor_1", "factor_2", "q1", "q2", "q12", "type", "cells_of_one"],
        "RISK": [
            *("factor", "stratum_1", "stratum_2", "units_1", "units_2", "mean_1", "mean_2"),
            *("difference", "t", "df", "p"),
        ],
        "ECOLOGICAL": ["factor_1", "factor_2", "ssw_1", "ssw_2", "f", "p"],
        "SEARCH": ["factor", "method", "k", "q", "chosen", "reason"],
    }


def test_field_names_have_at_most_10_characters(detect, units):
    names = {name for table in detect(units()).values() for name in table[0]}
    assert {name for name in names if len(name) > 10} == {"cells_of_one"}  # of the public interface


def test_numbers_that_are_strata(detect, units):
    table = detect(units(), ["soil"], STRATA_FACTORS=["soil"])["FACTOR_Q"]
    assert (table[0]["method"], table[0]["k"]) == ("given", 2)


def test_strata_that_are_not_among_the_factors_are_added(detect, units):
    table = detect(units(), ["gdp"], STRATA_FACTORS=["soil"])["FACTOR_Q"]
    assert [row["factor"] for row in table] == ["gdp", "soil"]


def test_fields_of_words_are_said_to_be_strata(detect, units, feedback):
    detect(units())
    assert "Fields of words are taken as strata: climate." in feedback.infos


@pytest.mark.parametrize(
    ("place", "method"),
    list(enumerate(["quantile", "natural breaks", "equal interval", "geometric", "standard deviation"])),
)
def test_methods(detect, make_layer, place, method):
    layer = make_layer({"ce_t": float, "gdp": float}, [(float(i % 3), float(i + 1)) for i in range(9)])
    table = detect(layer, ["gdp"], STRATA_METHOD=place)["FACTOR_Q"]
    assert table[0]["method"] == method


def test_best_of_all_methods_and_a_range(detect, units):
    found = detect(units(), ["gdp"], STRATA_METHOD=5, STRATA="2-3")
    assert len(found["SEARCH"]) == 10
    chosen = [row for row in found["SEARCH"] if row["chosen"]]
    assert len(chosen) == 1
    assert chosen[0]["q"] == max(row["q"] for row in found["SEARCH"] if row["q"] is not None)
    assert found["FACTOR_Q"][0]["k"] == chosen[0]["k"]


def test_skipped_cuts_have_no_q_and_a_reason(detect, units, feedback):
    # gdp 0 to 7 is not above 0
    found = detect(units(), ["gdp"], STRATA_METHOD=5)["SEARCH"]
    (row,) = (row for row in found if row["reason"])
    assert (row["method"], row["q"], row["chosen"]) == ("geometric", None, 0)
    assert row["reason"].startswith("Geometric classes need numbers above 0")
    assert any("1 cuts into strata were skipped" in text for text in feedback.warnings)


def test_one_factor_has_no_interactions(detect, units):
    found = detect(units(), ["gdp"])
    assert (found["INTERACTIONS"], found["ECOLOGICAL"]) == ([], [])


def test_every_year_is_analysed_on_its_own(detect, make_layer):
    rows = [
        (year, float((i // 2) * step + i % 2), "a" if i < 2 else "b")
        for year, step in ((2000, 10), (2010, 100))
        for i in range(4)
    ]
    layer = make_layer({"year": int, "ce_t": float, "zone": str}, rows)
    table = detect(layer, ["zone"])["FACTOR_Q"]
    # within 2 * 0.5 = 1; total 1 + 4 * 25 and 1 + 4 * 2500
    assert [(row["year"], row["q"]) for row in table] == [
        (2000, pytest.approx(1 - 1 / 101)),
        (2010, pytest.approx(1 - 1 / 10001)),
    ]


def test_an_error_of_a_year_says_which(detect, make_layer):
    rows = [(year, float(i * (year - 2000)), "ab"[i % 2]) for year in (2000, 2001) for i in range(4)]
    layer = make_layer({"year": int, "ce_t": float, "zone": str}, rows)
    with pytest.raises(RunFailed, match="2000: The response is 0 in all 4 units"):
        detect(layer, ["zone"])


def test_a_note_of_a_year_says_which(detect, make_layer, feedback):
    rows = [(year, float(i), "ab"[i % 2]) for year in (2000, 2001) for i in range(4)]
    rows.append((2001, None, "a"))
    detect(make_layer({"year": int, "ce_t": float, "zone": str}, rows), ["zone"])
    assert any(text.startswith("2001: 1 of 5 units lack a value") for text in feedback.warnings)


def test_text_with_numbers_is_read_as_numbers(detect, make_csv):
    path = make_csv("units.csv", "ce_t;gdp\n" + "".join(f"{i % 3},5;{i},25\n" for i in range(6)))
    assert detect(path, ["gdp"])["FACTOR_Q"][0]["method"] == "quantile"


# Bad input


def test_shapes_that_are_there_twice_without_a_year(detect, make_layer):
    fields = {"jahr": int, "ce_t": float, "gdp": float}
    rows = [(2000 + i // 4, float(i), float(i)) for i in range(8)]
    layer = make_layer(fields, rows, [square(i % 4, 0) for i in range(8)])
    with pytest.raises(RunFailed, match="feature 1 and feature 5 have the same shape"):
        detect(layer, ["gdp"])
    assert len(detect(layer, ["gdp"], YEAR_FIELD="jahr")["FACTOR_Q"]) == 2


def test_text_as_a_response(detect, units):
    with pytest.raises(RunFailed, match="feature 1, column 'climate': 'wet' is not a number"):
        detect(units(), RESPONSE="climate", factors=["gdp"])


def test_text_among_the_numbers_of_a_factor(detect, make_csv):
    path = make_csv("units.csv", "ce_t,gdp\n1,5\n2,many\n3,7\n4,8\n")
    with pytest.raises(RunFailed, match="row 3, column 'gdp': 'many' is not a number"):
        detect(path, ["gdp"])


def test_the_response_as_a_factor(detect, units):
    with pytest.raises(RunFailed, match="'ce_t' is the response, so it cannot be a factor"):
        detect(units(), ["gdp", "ce_t"])


@pytest.mark.parametrize("text", ["many", "1"])
def test_what_is_no_number_of_strata(detect, units, text):
    with pytest.raises(RunFailed, match=f"'{text}'"):
        detect(units(), STRATA=text)


def test_strata_of_one_unit(detect, units):
    rows = [(f"u{i}", float(i), 1.0, 1, "wet" if i < 4 else "dry") for i in range(5)]
    with pytest.raises(RunFailed, match="'climate' has 1 strata of one unit"):
        detect(units(rows), ["climate"])


def test_without_scipy_it_says_so_before_it_runs(provider, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    ready, reason = provider.algorithm("geodetector").create().canExecute()
    assert not ready
    assert "needs the Python package scipy" in reason


def test_missing_package_of_the_report_is_an_error_first(detect, units, monkeypatch, tmp_path):
    monkeypatch.setattr(base, "find_spec", lambda name: None if name == "jinja2" else True)
    with pytest.raises(RunFailed, match="The report needs the Python package jinja2"):
        detect(units(), RESPONSE="climate", REPORT=str(tmp_path / "report.html"))


# Report


@pytest.fixture
def report(run, tmp_path):
    """Run on an input; the text of the report."""

    def report(source, factors=("gdp", "climate"), **parameters):
        path = tmp_path / "report.html"
        parameters = {"RESPONSE": "ce_t", "STRATA": "2", **parameters}
        run(
            "geodetector",
            INPUT=source,
            FACTORS=list(factors),
            FACTOR_Q="memory:",
            REPORT=str(path),
            **parameters,
        )
        return path.read_text(encoding="utf-8")

    return report


def test_report_has_a_heat_map_with_q_and_types(report, units):
    text = report(units())
    assert text.count("<svg") == 1
    # both factors are the same strata: q12 = q1 = q2, which is not less than each, nor the sum
    assert sorted(re.findall(r">(0\.990 ?△?)</text>", text)) == ["0.990", "0.990", "0.990 △"]
    assert "In 8 units, &#39;gdp&#39; explains most of the variance: q = 0.990." in text
    assert "bi\N{NON-BREAKING HYPHEN}enhance" in text


def test_report_of_one_factor_has_no_heat_map(report, units):
    assert "<svg" not in report(units(), ["gdp"])


def test_report_of_several_years_has_their_headlines(report, make_layer):
    rows = [(year, float(i), "ab"[i % 2], "ab"[i // 2]) for year in (2000, 2001) for i in range(4)]
    text = report(make_layer({"year": int, "ce_t": float, "a": str, "b": str}, rows), ["a", "b"])
    assert "<h2>2000: Factors</h2>" in text
    assert "<h2>2001: Interactions</h2>" in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_report_of_names_in_any_script_is_escaped(report, make_layer):
    rows = [(float(i), "<b>湿润" if i < 2 else "干燥", "ab"[i % 2]) for i in range(4)]
    text = report(make_layer({"ce_t": float, "气候<b>": str, "a": str}, rows), ["气候<b>", "a"])
    assert "<b>" not in text
    assert ">气候&lt;b&gt;</text>" in text
    assert "<td>&lt;b&gt;湿润</td>" in text
