"""Sector inventory: statistics in, lines, budget, totals, gases and the report out."""

import json
from pathlib import Path

import pytest
from landcarbon.algorithms import base
from landcarbon.algorithms.accounting.sector_inventory_report import COLOURS
from landcarbon.core.accounting.factor_table import factor_preset, factor_presets
from qgis.core import QgsVectorLayer

from ..conftest import RunFailed

STATISTICS = (
    "unit,year,activity,amount,per,sector,subsector\n"
    "a,2020,原煤,2,万吨,industry,manufacturing\n"
    "a,2020,pig,1000,head,,\n"
    "a,2020,rice,10,t,,\n"
    "b,2020,cement,100,t,,\n"
)


@pytest.fixture
def statistics(make_csv):
    return make_csv("statistics.csv", STATISTICS)


@pytest.fixture
def inventory(run, rows):
    """Run on a table; the rows of OUTPUT."""

    def inventory(activities, **parameters):
        done = run("sectorinventory", ACTIVITIES=activities, OUTPUT="memory:", **parameters)
        return rows(done.results["OUTPUT"])

    return inventory


def near(value):
    return pytest.approx(value, rel=1e-12)


def test_a_row_for_every_line(inventory, statistics):
    found = inventory(statistics)
    assert list(found[0]) == [
        *("unit", "year", "sector", "subsector", "activity", "process", "gas", "amount", "per"),
        *("factor", "gas_t", "ce_t", "cs_t", "mass", "formula", "source"),
    ]
    coal = found[0]
    assert (coal["activity"], coal["sector"], coal["gas"], coal["per"]) == (
        "raw coal",
        "industry",
        "C",
        "万吨",
    )
    assert coal["factor"] == near(1e4 * 0.7143 * 0.7260)
    assert coal["ce_t"] == near(2e4 * 0.7143 * 0.7260)
    assert coal["formula"] == "0.7143 kgce/kg x 0.726 t C/tce"
    assert "Huo et al. 2025" in coal["source"]
    assert [row["activity"] for row in found] == ["raw coal", "pig", "pig", "pig", "rice", "cement"]
    assert found[4]["cs_t"] == near(10 * 0.88 / 0.45 * 0.414)


def test_parts_that_are_not_there_are_null(inventory, make_csv):
    table = make_csv(
        "a.csv",
        "unit,year,activity,amount,per\na,2020,human respiration,1,person\na,2020,electricity,1,kWh\n",
    )
    people, electricity = inventory(table, FACTOR_PRESET="huo2025")
    assert (people["subsector"], people["process"], people["formula"]) == (None, None, "0.079 t C/person/yr")
    assert (electricity["factor"], electricity["formula"], electricity["ce_t"]) == (None, None, 0.0)
    assert electricity["source"].startswith("not counted (use = no); huo2025, row ")


def test_more_amounts_are_columns_of_the_lines(inventory, make_csv):
    table = make_csv(
        "a.csv",
        "unit,year,activity,amount,amount_2,per\na,2020,domestic waste burned,100,0.6,t\na,2020,glass,1,,t\n",
    )
    found = inventory(table, MASS=1)
    assert [(row["amount"], row["amount_2"]) for row in found] == [(100.0, 0.6), (1.0, None)]
    assert found[0]["ce_t"] == near(100 * 0.6 * 0.20 * 0.39 * 0.95 * 44 / 12)


def test_budget_and_totals(run, rows, statistics):
    done = run(
        "sectorinventory", ACTIVITIES=statistics, MASS=1, OUTPUT="memory:", BUDGET="memory:", TOTALS="memory:"
    )
    coal, cement = 2e4 * 0.7143 * 0.7260 * 44 / 12, 100 * 0.52 * 0.75
    # manure and enteric fermentation [kg CH4], manure [kg N2O] of 1000 pigs
    pigs = (1.0 + 5.08) * 28 + 0.175 * 265
    rice = 10 * 0.88 / 0.45 * 0.414 * 44 / 12
    budget = rows(done.results["BUDGET"])
    assert budget == [
        {
            "unit": "a",
            "year": 2020,
            "ce_t": near(coal + pigs),
            "cs_t": near(rice),
            "net_t": near(coal + pigs - rice),
            "mass": "t CO2",
        },
        {
            "unit": "b",
            "year": 2020,
            "ce_t": near(cement),
            "cs_t": 0.0,
            "net_t": near(cement),
            "mass": "t CO2",
        },
    ]
    totals = rows(done.results["TOTALS"])
    assert list(totals[0]) == ["parent", "year", "sector", "subsector", "total", "kind", "mass"]
    assert [
        (row["parent"], row["sector"], row["subsector"], row["total"], row["kind"]) for row in totals
    ] == [
        ("a", "agriculture", "livestock", near(pigs), "source"),
        ("a", "industry", "manufacturing", near(coal), "source"),
        ("a", "sinks", "crops", near(rice), "sink"),
        ("b", "industry", "manufacturing", near(cement), "source"),
    ]


def test_gases(run, rows, statistics):
    done = run("sectorinventory", ACTIVITIES=statistics, GWP=2, OUTPUT="memory:", GASES="memory:")
    gases = {(row["unit"], row["gas"], row["kind"]): row for row in rows(done.results["GASES"])}
    assert gases["a", "CH4", "source"]["gas_t"] == near(6.08)
    assert gases["a", "CH4", "source"]["co2e_t"] == near(6.08 * 27)
    assert gases["a", "N2O", "source"]["gwp"] == 273.0


def test_the_budget_goes_into_the_unit_panel(run, rows, statistics, tmp_path):
    path = str(tmp_path / "budget.csv")
    done = run("sectorinventory", ACTIVITIES=statistics, MASS=1, OUTPUT="memory:", BUDGET=path)
    panel = rows(
        run("unitpanel", TABLES=[done.results["BUDGET"]], MASS=1, OUTPUT="memory:").results["OUTPUT"]
    )
    assert [(row["unit"], row["year"], row["mass"]) for row in panel] == [
        ("a", 2020, "t CO2"),
        ("b", 2020, "t CO2"),
    ]
    assert panel[1]["ce_t"] == pytest.approx(100 * 0.52 * 0.75, rel=1e-9)  # through text


def test_a_missing_amount_is_null(run, rows, make_csv):
    table = make_csv("a.csv", "unit,year,activity,amount,per\na,2020,glass,-,t\na,2020,rice,1,t\n")
    done = run("sectorinventory", ACTIVITIES=table, OUTPUT="memory:", BUDGET="memory:", TOTALS="memory:")
    (budget,) = rows(done.results["BUDGET"])
    assert (budget["ce_t"], budget["net_t"]) == (None, None)
    assert budget["cs_t"] == near(0.88 / 0.45 * 0.414)
    assert next(row["total"] for row in rows(done.results["TOTALS"])) is None
    assert any("1 amounts are missing" in text for text in done.feedback.warnings)


def test_own_factors_replace_those_of_the_preset(inventory, make_csv):
    own = make_csv(
        "own.csv", "activity,sector,factor,per,gas,source\nglass,industry,0.3,t CO2/t,CO2,a plant\n"
    )
    table = make_csv("a.csv", "unit,year,activity,amount,per\na,2020,glass,10,t\na,2020,cement,10,t\n")
    found = inventory(table, FACTOR_TABLE=own, MASS=1)
    assert [row["ce_t"] for row in found] == [near(3.0), near(3.9)]
    assert found[0]["source"] == "own.csv, row 2: a plant"


def test_own_factors_without_a_preset(inventory, make_csv):
    own = make_csv("own.csv", "activity,sector,factor,per,gas\nglass,industry,0.3,t CO2/t,CO2\n")
    table = make_csv("a.csv", "unit,year,activity,amount,per\na,2020,cement,10,t\n")
    with pytest.raises(RunFailed, match=r"no factor in own.csv for 'cement'"):
        inventory(table, FACTOR_TABLE=own, FACTOR_PRESET="none")


def test_neither_a_preset_nor_a_table(inventory, statistics):
    with pytest.raises(RunFailed, match="There are no factors"):
        inventory(statistics, FACTOR_PRESET="none")


def test_activities_of_a_layer_and_without_years(inventory, make_layer):
    table = make_layer(
        {"unit": str, "activity": str, "amount": float, "per": str}, [("a", "glass", 2.0, "t")]
    )
    (row,) = inventory(table, MASS=1)
    assert (row["year"], row["ce_t"]) == (None, near(2 * 0.1))


def test_an_unknown_activity_names_the_nearest(inventory, make_csv):
    table = make_csv("a.csv", "unit,year,activity,amount,per\na,2020,cemment,1,t\n")
    with pytest.raises(RunFailed, match=r"'cemment' \(row 2, unit a; did you mean 'cement'"):
        inventory(table)


def test_a_table_without_activities_names_the_column(inventory, make_csv):
    with pytest.raises(RunFailed, match=r"a.csv has no column 'activity'"):
        inventory(make_csv("a.csv", "unit,year,amount,per\na,2020,1,t\n"))


def test_the_choices_are_the_presets(provider):
    definition = provider.algorithm("sectorinventory").parameterDefinition("FACTOR_PRESET")
    assert tuple(definition.options()) == (*factor_presets(), "none")


def test_record_has_the_factors_used(run, statistics, tmp_path):
    path = tmp_path / "lines.gpkg"
    run("sectorinventory", ACTIVITIES=statistics, OUTPUT=str(path))
    record = json.loads(Path(f"{path}.landcarbon.json").read_text(encoding="utf-8"))
    assert {row["activity"] for row in record["coefficients"]} == {"raw coal", "pig", "rice", "cement"}
    assert all(row["source"] for row in record["coefficients"])
    assert any("原煤 = raw coal" in text for text in record["decisions"])


def test_layers_are_named_by_their_years(run, make_csv, context):
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    table = make_csv("a.csv", "unit,year,activity,amount,per\na,2010,glass,1,t\na,2020,glass,1,t\n")
    value = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    done = run("sectorinventory", ACTIVITIES=table, OUTPUT=value)
    assert context.layerToLoadOnCompletionDetails(done.results["OUTPUT"]).name == "Sector inventory 2010-2020"


@pytest.fixture
def report(run, make_csv, tmp_path):
    """The page of an inventory of some rows."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")

    def report(text, **parameters):
        path = tmp_path / "report.html"
        run(
            "sectorinventory",
            ACTIVITIES=make_csv("a.csv", text),
            OUTPUT="memory:",
            REPORT=str(path),
            **parameters,
        )
        return path.read_text(encoding="utf-8")

    return report


def test_report_of_units_in_one_year(report):
    page = report(STATISTICS, MASS=1)
    assert page.count("<svg") == 1
    assert "Emission and uptake by sector 2020 (units: 2)" in page
    for text in (
        "thousand t CO2",
        "net emission",
        "0.7143 kgce/kg x 0.726 t C/tce",
        "Huo et al. 2025",
        "CH4",
        "AR5",
    ):
        assert text in page
    for sector in ("industry", "agriculture", "sinks"):
        assert COLOURS[sector] in page
    assert COLOURS["transport"] not in page


def test_report_of_several_years_has_a_bar_for_each(report):
    head = "unit,year,activity,amount,per\n"
    page = report(head + "".join(f"{unit},{year},glass,1,t\n" for unit in "ab" for year in (2010, 2020)))
    assert page.count("<svg") == 2
    assert "of all units by sector and year" in page


def test_report_of_many_units_sums_the_small_ones(report):
    page = report(
        "unit,year,activity,amount,per\n" + "".join(f"u{i},2020,glass,{i + 1},t\n" for i in range(35))
    )
    assert "5 smaller units are one bar" in page
    assert ">u34<" in page
    assert ">u3<" not in page


def test_report_says_what_is_not_known_and_not_counted(report):
    page = report(
        "unit,year,activity,amount,per\na,2020,pesticide,-,t\na,2020,rice,1,t\na,2020,electricity,1,kWh\n",
        FACTOR_PRESET="huo2025",
    )
    assert "1 sector totals are not known" in page
    assert "not counted" in page


def test_report_escapes_texts_of_the_user(report):
    page = report('unit,year,activity,amount,per\n"<b>$x$",2020,glass,1,t\n')
    assert "<b>" not in page
    assert "&lt;b&gt;$x$" in page


def test_report_without_its_packages_is_refused_before_computing(run, statistics, monkeypatch, tmp_path):
    monkeypatch.setattr(base, "missing_packages", list)
    with pytest.raises(RunFailed, match="needs the Python package jinja2 matplotlib"):
        run("sectorinventory", ACTIVITIES=statistics, OUTPUT="memory:", REPORT=str(tmp_path / "r.html"))
    assert not (tmp_path / "r.html").exists()


def test_every_sector_of_the_presets_has_a_colour():
    sectors = {row.sector for preset in factor_presets() for row in factor_preset(preset).tables[0]} - {""}
    assert sectors <= COLOURS.keys()


def test_an_error_leaves_nothing(run, make_csv, tmp_path):
    path = tmp_path / "lines.gpkg"
    with pytest.raises(RunFailed):
        run(
            "sectorinventory",
            ACTIVITIES=make_csv("a.csv", "unit,year,activity,amount,per\na,2020,x,1,t\n"),
            OUTPUT=str(path),
        )
    assert not QgsVectorLayer(str(path), "a", "ogr").isValid()
    assert not path.exists()
