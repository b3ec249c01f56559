"""Neutrality zoning: tables in, zones with their scores out, styled."""

from pathlib import Path

import pytest
from landcarbon.algorithms.styles.colours import between
from qgis.core import QgsVectorLayer

from ..conftest import RunFailed, square

UNITS = "abcde"
FIELDS = ("cs_t", "cb", "ce_t", "ecc", "esc", "cf_ha", "ec_ha", "ed_ha")
NEGATIVE = ("cb", "ce_t", "cf_ha", "ed_ha")
SCORES = ("cs_s", "nce_s", "ce_s", "ecc_s", "esc_s", "cf_s", "ec_s", "ed_s", "cep_s", "cli_s")


@pytest.fixture
def tables(make_csv):
    """Tables of five units: the first is favourable in all indices, the last in none."""
    lines = ["unit,field,z,class"]
    for field in FIELDS:
        for place, unit in enumerate(UNITS):
            code = 2 - place if field not in NEGATIVE else place - 2
            lines.append(f"{unit},{field},{code},{code}")
    potential = "\n".join(["unit,cep", *(f"{unit},{5 - place}" for place, unit in enumerate(UNITS))])
    # over 100..200: 1, 0.6, 0.4, 0.2, 0
    intensity = "\n".join(
        [
            "unit,year,cli",
            *(f"{unit},2020,{cli}" for unit, cli in zip(UNITS, (200, 160, 140, 120, 100), strict=True)),
        ]
    )
    return {
        "TRENDS": make_csv("trends.csv", "\n".join(lines)),
        "CEP": make_csv("forecast.csv", potential),
        "CLI": make_csv("intensity.csv", intensity),
    }


@pytest.fixture
def layer(make_layer):
    def layer(units=UNITS):
        rows = [(unit, number) for number, unit in enumerate(units)]
        return make_layer({"code": str, "people": int}, rows, [square(x, 0) for x in range(len(units))])

    return layer


@pytest.fixture
def output(run, rows, layer, tables):
    """Run on the tables, with others in their place; the rows of one output."""

    def output(name="OUTPUT", units=UNITS, **more):
        parameters = {"UNITS": layer(units), "UNIT_FIELD": "code", **tables, **more}
        return rows(
            run("neutralityzoning", **parameters, **{"OUTPUT": "memory:", name: "memory:"}).results[name]
        )

    return output


def test_scores_sums_and_zones(output):
    found = output()
    assert [[row[name] for name in SCORES] for row in found] == [[score] * 10 for score in (5, 4, 3, 2, 1)]
    assert [row["score"] for row in found] == [50.0, 40.0, 30.0, 20.0, 10.0]
    assert [row["zone"] for row in found] == [1, 2, 3, 4, 5]
    assert found[1]["zone_name"] == "Low-carbon development zone"


def test_fields_and_shapes_of_the_units_are_kept(run, layer, tables):
    done = run("neutralityzoning", UNITS=layer(), UNIT_FIELD="code", OUTPUT="memory:", **tables)
    found = done.context.getMapLayer(done.results["OUTPUT"])
    assert found.fields().names() == ["code", "people", "unit", *SCORES, "score", "zone", "zone_name"]
    corners = [feature.geometry().boundingBox().xMinimum() for feature in found.getFeatures()]
    assert corners == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_breaks_have_the_highest_sum_and_the_units_of_every_zone(output):
    assert [tuple(row.values()) for row in output("BREAKS")] == [
        (1, 50.0, 1), (2, 40.0, 1), (3, 30.0, 1), (4, 20.0, 1), (5, 10.0, 1),
    ]  # fmt: skip


def test_scores_table_breaks_every_sum_down(output, make_csv):
    rules = make_csv("rules.csv", "index,field,direction,weight\ncs,cs_t,positive,2\ncli,,negative,0.5\n")
    found = output("SCORES", RULE_TABLE=rules)
    assert [tuple(row.values()) for row in found][:4] == [
        ("a", "cs", 2.0, 5, 2.0, 10.0),
        ("a", "cli", 1.0, 1, 0.5, 0.5),
        ("b", "cs", 1.0, 4, 2.0, 8.0),
        ("b", "cli", pytest.approx(0.6), 2, 0.5, 1.0),
    ]


def test_unit_that_the_tables_lack_has_no_zone_and_is_listed(output, feedback):
    found = output(units="abcdef")
    assert (found[5]["score"], found[5]["zone"], found[5]["zone_name"], found[5]["cs_s"]) == (None,) * 4
    assert "1 units have no score and no zone, because an index is missing: f." in feedback.warnings


def test_unit_that_the_polygons_lack_is_listed(output, feedback):
    output(units="abcd", CLASS_COUNT=4)
    assert "1 units of trends.csv are not among the units and are left out: e." in feedback.warnings


def test_trends_of_units_need_no_clicks(run, rows, make_csv, layer):
    years = range(2000, 2006)
    text = [f"{unit},{year},{sign * year}" for unit, sign in (("a", 1), ("b", -1)) for year in years]
    trends = run(
        "unittrend",
        INPUT=make_csv("panel.csv", "\n".join(["unit,year,cs_t", *text])),
        FIELDS=["cs_t"],
        OUTPUT="memory:",
        TRENDS="memory:",
    )
    done = run(
        "neutralityzoning",
        UNITS=layer("ab"),
        UNIT_FIELD="code",
        TRENDS=trends.results["TRENDS"],
        RULE_TABLE=make_csv("rules.csv", "index,field,direction\ncs,cs_t,positive\n"),
        CLASS_COUNT=2,
        OUTPUT="memory:",
    )
    assert [row["cs_s"] for row in rows(done.results["OUTPUT"])] == [5, 1]


def test_field_of_the_potential_is_chosen(output, make_csv):
    path = make_csv("other.csv", "unit,class\n" + "".join(f"{unit},3\n" for unit in UNITS))
    assert {row["cep_s"] for row in output(CEP=path, CEP_FIELD="class")} == {3}


def test_year_of_the_intensity_is_chosen(output, make_csv):
    # falls with the place of the unit in 2020 and rises in 2010
    lines = [f"{unit},2020,{150 - place}" for place, unit in enumerate(UNITS)]
    lines += [f"{unit},2010,{150 + place}" for place, unit in enumerate(UNITS)]
    path = make_csv("cli.csv", "\n".join(["unit,year,cli", *lines]))
    # scaled: 1, 0.75, 0.5, 0.25, 0
    assert [row["cli_s"] for row in output(CLI=path)] == [5, 4, 3, 2, 1]
    assert [row["cli_s"] for row in output(CLI=path, CLI_YEAR=2010)] == [1, 2, 3, 4, 5]


# Bad input


def test_potential_that_is_not_given(output):
    with pytest.raises(RunFailed, match="the index 'cep', which needs the table CEP"):
        output(CEP=None)


def test_column_of_the_potential_that_is_not_there(output):
    with pytest.raises(RunFailed, match=r"No column 'potential' in forecast.*; it has: unit, cep"):
        output(CEP_FIELD="potential")


def test_unit_twice_in_the_polygons(output):
    with pytest.raises(RunFailed, match="are both unit 'a'; dissolve"):
        output(units="aa")


def test_misspelt_direction_names_the_row(output, make_csv):
    rules = make_csv("rules.csv", "index,field,direction\ncs,cs_t,up\n")
    with pytest.raises(RunFailed, match=r"rules.csv, row 2: the direction of 'cs' is 'up'"):
        output(RULE_TABLE=rules)


def test_fewer_sums_than_zones(output):
    with pytest.raises(RunFailed, match="have 5 different values"):
        output(CLASS_COUNT=6)


# Style


def legend(run, layer, tables, path, **more):
    run("neutralityzoning", UNITS=layer, UNIT_FIELD="code", OUTPUT=path, **tables, **more)
    written = QgsVectorLayer(path, "zones", "ogr")
    found = [
        (category.label(), category.symbol().color().name()) for category in written.renderer().categories()
    ]
    return found, written.mapTipTemplate()


def test_five_zones_have_names_and_colours(run, layer, tables, tmp_path):
    found, tip = legend(run, layer(), tables, str(tmp_path / "zones.gpkg"))
    assert [label for label, _ in found] == [
        "Carbon sink functional zone",
        "Low-carbon development zone",
        "Net-carbon stabilisation zone",
        "High-carbon control zone",
        "Carbon source optimisation zone",
    ]
    assert len({colour for _, colour in found}) == 5
    assert "cs: [% coalesce(\"cs_s\", '-') %]<br>nce:" in tip
    assert Path(tmp_path / "zones.gpkg").is_file()


def test_other_numbers_of_zones_are_numbered_in_colours_between(run, layer, tables, tmp_path):
    found, _ = legend(run, layer("abcdef"), tables, str(tmp_path / "zones.gpkg"), CLASS_COUNT=3)
    assert [label for label, _ in found] == ["Zone 1 of 3", "Zone 2 of 3", "Zone 3 of 3", "No zone"]


def test_colours_between_hold_both_ends():
    assert between(["#000000", "#ff0000", "#ffff00"], 3) == ["#000000", "#ff0000", "#ffff00"]
    assert between(["#000000", "#640000"], 3) == ["#000000", "#320000", "#640000"]
