"""Carbon indices: a budget in, indices, groups and the region out."""

from pathlib import Path

import pytest
from qgis.core import (
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
)

from ..conftest import RunFailed, square

FIELDS = {"unit": str, "year": int, "ce_t": float, "cs_t": float, "gdp": float}
# CE of the region 30 + 70 = 100, CS 20 + 5 = 25, GDP 60 + 40 = 100
TWO = [("a", 2020, 30.0, 20.0, 60.0), ("b", 2020, 70.0, 5.0, 40.0)]
SINKS = "unit,year,class,cs_t\na,2020,forest,15\na,2020,grassland,5\nb,2020,water,3\n"
K = 0.75 / 3.81 + 0.25 / 0.95  # forest 15 of 20, grassland 5 of 20 [ha/t C]


@pytest.fixture
def budget(make_layer):
    """A budget layer of the given rows; fields beyond the usual ones are named."""

    def budget(rows=TWO, **more):
        return make_layer(FIELDS | more, rows, [square(x, 0) for x in range(len(rows))], name="budget")

    return budget


@pytest.fixture
def indices(run, rows):
    """Run on an input; the rows of OUTPUT."""

    def indices(source, **parameters):
        return rows(run("carbonindices", INPUT=source, OUTPUT="memory:", **parameters).results["OUTPUT"])

    return indices


def column(rows, name):
    return [row[name] for row in rows]


def replaced(place, **values):
    """The two units with some values of one of them changed."""
    changed = [dict(zip(FIELDS, row, strict=True)) for row in TWO]
    changed[place] |= values
    return [tuple(row.values()) for row in changed]


def later(year=2021):
    """The two units in another year, with half of the emission."""
    return [(unit, year, ce / 2, cs, gdp) for unit, _, ce, cs, gdp in TWO]


# Values


def test_indices_of_two_units(indices, budget, make_csv):
    found = indices(budget(), GDP_FIELD="gdp", SINKS=[make_csv("sinks.csv", SINKS)], RESERVE=0.12)
    assert column(found, "cb") == [30.0 - 20.0, 70.0 - 5.0]
    assert column(found, "cbi") == [30.0 / 20.0, 70.0 / 5.0]
    assert column(found, "ccr") == [20.0 / 30.0, 5.0 / 70.0]
    assert column(found, "ecc") == pytest.approx([0.6 / 0.3, 0.4 / 0.7], rel=1e-12)
    assert column(found, "esc") == pytest.approx([0.8 / 0.3, 0.2 / 0.7], rel=1e-12)
    assert column(found, "cf_ha") == pytest.approx([30 * K, 70 * K], rel=1e-12)
    assert column(found, "ec_ha") == pytest.approx([20 * K * 0.88, 5 * K * 0.88], rel=1e-12)
    assert column(found, "ed_ha") == pytest.approx([30 * K - 20 * K * 0.88, 70 * K - 5 * K * 0.88], rel=1e-12)
    assert column(found, "state") == ["carbon deficit", "carbon deficit"]
    assert column(found, "mass") == ["t C", "t C"]


def test_result_of_the_budget_needs_no_clicks(run, rows, make_layer, make_raster):
    units = make_layer(
        {"code": str, "region": str},
        [("a", "East China"), ("b", "North China")],
        [square(x, 0) for x in range(2)],
    )
    budget = run(
        "landusebudget",
        LAND_COVER=[make_raster("cover_2019.tif", [[1, 13, 1, 12], [1, 10, 12, 1]])],
        UNITS=units,
        UNIT_FIELD="code",
        REGION_FIELD="region",
        OUTPUT="memory:",
        CLASS_AREAS="memory:",
    ).results
    indices = run("carbonindices", INPUT=budget["OUTPUT"], SINKS=[budget["CLASS_AREAS"]], OUTPUT="memory:")
    found = rows(indices.results["OUTPUT"])
    assert column(found, "unit") == ["a", "b"]
    # the mean of ESC weighted with emission is 1 by its definition
    weight = [row["ce_t"] / sum(column(found, "ce_t")) for row in found]
    assert sum(w * esc for w, esc in zip(weight, column(found, "esc"), strict=True)) == pytest.approx(1)
    assert min(column(found, "cf_ha")) > 0


def test_input_fields_and_shapes_are_kept(run, budget):
    done = run("carbonindices", INPUT=budget(), OUTPUT="memory:")
    layer = done.context.getMapLayer(done.results["OUTPUT"])
    added = ["cb", "cbi", "ccr", "ecc", "esc", "cf_ha", "ec_ha", "ed_ha", "state", "mass"]
    assert layer.fields().names() == ["gdp", "unit", "year", "ce_t", "cs_t", *added]
    assert layer.crs().authid() == "EPSG:4326"
    corners = [feature.geometry().boundingBox().xMinimum() for feature in layer.getFeatures()]
    assert corners == [0.0, 1.0]


def test_years_are_regions_of_their_own(indices, budget):
    found = indices(budget([*TWO, *later()]), GDP_FIELD="gdp")
    assert column(found, "year") == [2020, 2020, 2021, 2021]
    # half of everybody's emission leaves the shares as they are
    assert column(found, "ecc") == pytest.approx([0.6 / 0.3, 0.4 / 0.7] * 2, rel=1e-12)
    assert column(found, "cbi") == [30.0 / 20.0, 70.0 / 5.0, 15.0 / 20.0, 35.0 / 5.0]


def test_chosen_fields_appear_under_their_fixed_names(indices, make_layer, feedback):
    layer = make_layer(
        {"code": int, "jahr": str, "emission": str, "sink": float},
        [(110101, "2020", "1,200.5", 20.0), (110102, "2020", "70", 5.0)],
        [square(x, 0) for x in range(2)],
    )
    names = {"UNIT_FIELD": "code", "YEAR_FIELD": "jahr", "CE_FIELD": "emission", "CS_FIELD": "sink"}
    found = indices(layer, **names)
    assert [(row["unit"], row["year"], row["ce_t"], row["cs_t"]) for row in found] == [
        ("110101", 2020, 1200.5, 20.0),
        ("110102", 2020, 70.0, 5.0),
    ]
    assert column(found, "code") == [110101, 110102]


def test_clash_of_names_renames_the_input_field(indices, budget, feedback):
    rows = [(*row, value) for row, value in zip(TWO, (7.0, 8.0), strict=True)]
    found = indices(budget(rows, cb=float))
    assert column(found, "cb_1") == [7.0, 8.0]
    assert column(found, "cb") == [10.0, 65.0]
    assert any("cb -> cb_1" in text for text in feedback.infos)


def test_only_selected_features_are_the_region(indices, budget):
    layer = budget()
    layer.selectByExpression("\"unit\" = 'a'")
    found = indices(QgsProcessingFeatureSourceDefinition(layer.id(), True), GDP_FIELD="gdp")
    assert [(row["unit"], row["ecc"]) for row in found] == [("a", 1.0)]


def test_table_without_geometry_keeps_numbers_as_numbers(run, rows, make_csv):
    path = make_csv(
        "预算.csv",
        "unit;year;ce_t;cs_t;name;area_ha\n0101;2020;30,5;20;甲;1,5\n0102;2020;70;5;乙;2\n",
        "gb18030",
    )
    done = run("carbonindices", INPUT=path, OUTPUT="memory:")
    layer = done.context.getMapLayer(done.results["OUTPUT"])
    assert not layer.isSpatial()
    found = rows(done.results["OUTPUT"])
    assert [(row["unit"], row["ce_t"], row["name"], row["area_ha"]) for row in found] == [
        ("0101", 30.5, "甲", 1.5),
        ("0102", 70.0, "乙", 2.0),
    ]


# Mass


def test_mass_of_the_input_decides(indices, budget, make_csv):
    rows = [(*row, "t CO2") for row in TWO]
    sinks = make_csv(
        "sinks.csv",
        SINKS.replace("cs_t\n", "cs_t,mass\n").replace("5\n", "5,t C\n").replace(",3\n", ",3,t C\n"),
    )
    found = indices(budget(rows, mass=str), SINKS=[sinks], MASS=0)
    assert column(found, "mass") == ["t CO2", "t CO2"]
    # 30 t CO2 are 30 * 12 / 44 t C
    assert column(found, "cf_ha") == pytest.approx([30 * 12 / 44 * K, 70 * 12 / 44 * K], rel=1e-12)


def test_mass_is_that_of_the_parameter_where_the_input_has_none(indices, budget, feedback):
    assert column(indices(budget(), MASS=1), "mass") == ["t CO2", "t CO2"]
    assert "budget has no column 'mass': its amounts are taken as t CO2." in feedback.infos


def test_mixed_masses_are_refused(indices, budget):
    rows = [(*TWO[0], "t C"), (*TWO[1], "t CO2")]
    with pytest.raises(RunFailed, match="budget mixes t C and t CO2 in its column 'mass'"):
        indices(budget(rows, mass=str))


# GDP


def test_gdp_from_a_table_of_statistics(indices, budget, make_csv):
    path = make_csv("stats.csv", "unit,year,gdp\nb,2020,40\na,2020,60\na,2019,1\n")
    assert column(indices(budget(), STATISTICS=path), "ecc") == pytest.approx(
        [0.6 / 0.3, 0.4 / 0.7], rel=1e-12
    )


def test_gdp_from_a_layer_without_a_file(indices, budget, make_layer):
    table = make_layer({"unit": str, "year": int, "gdp": float}, [("a", 2020, 60.0), ("b", 2020, 40.0)])
    assert column(indices(budget(), STATISTICS=table), "ecc") == pytest.approx(
        [0.6 / 0.3, 0.4 / 0.7], rel=1e-12
    )


def test_no_gdp_at_all_leaves_ecc_null(indices, budget, feedback):
    found = indices(budget())
    assert column(found, "ecc") == [None, None]
    assert column(found, "esc") == pytest.approx([0.8 / 0.3, 0.2 / 0.7], rel=1e-12)
    assert "No GDP was given; ECC is NULL." in feedback.infos


def test_gdp_twice_is_refused(indices, budget, make_csv):
    path = make_csv("stats.csv", "unit,year,gdp\na,2020,60\nb,2020,40\n")
    with pytest.raises(RunFailed, match="GDP is given twice, as field 'gdp' and as a table"):
        indices(budget(), GDP_FIELD="gdp", STATISTICS=path)


def test_unit_without_gdp_is_null_and_named(indices, budget, feedback):
    found = indices(budget(replaced(1, gdp=None)), GDP_FIELD="gdp")
    # only a is in the sums of ECC: 60 / 60 over 30 / 30
    assert column(found, "ecc") == [1.0, None]
    assert [text for text in feedback.warnings if "1 units have no GDP" in text and "b (2020)" in text]


def test_gdp_missing_for_all_units_is_refused(indices, budget):
    rows = [(*row[:4], None) for row in TWO]
    with pytest.raises(RunFailed, match="No unit has a GDP; check the unit keys and years"):
        indices(budget(rows), GDP_FIELD="gdp")


def test_negative_gdp_names_the_unit(indices, budget):
    with pytest.raises(RunFailed, match=r"The GDP of b \(2020\) is negative"):
        indices(budget(replaced(1, gdp=-1.0)), GDP_FIELD="gdp")


def test_gdp_zero_everywhere_is_refused(indices, budget):
    rows = [(*row[:4], 0.0) for row in TWO]
    with pytest.raises(RunFailed, match="The GDP of all units in 2020 is 0"):
        indices(budget(rows), GDP_FIELD="gdp")


def test_gdp_without_a_year_over_several_years_is_refused(indices, budget, make_csv):
    path = make_csv("stats.csv", "unit,gdp\na,60\nb,40\n")
    with pytest.raises(RunFailed, match=r"stats.csv has no column 'year' but the budget has 2 years"):
        indices(budget([*TWO, *later()]), STATISTICS=path)


def test_statistics_of_other_units_are_refused(indices, budget, make_csv):
    path = make_csv("stats.csv", "unit,year,gdp\nBeijing,2020,60\n")
    with pytest.raises(RunFailed, match="start with Beijing, the budget's with a"):
        indices(budget(), STATISTICS=path)


# Nothing emitted, nothing sequestered


def test_unit_that_emits_nothing_is_null_with_a_warning(indices, budget, feedback):
    found = indices(budget(replaced(0, ce_t=0.0)), GDP_FIELD="gdp")
    assert [found[0][name] for name in ("ccr", "ecc", "esc")] == [None, None, None]
    assert found[0]["cbi"] == 0.0 / 20.0
    assert [
        text for text in feedback.warnings if "1 units emit nothing (CE = 0)" in text and "a (2020)" in text
    ]


def test_region_that_emits_nothing_is_null_with_a_warning(indices, budget, feedback):
    rows = [(unit, year, 0.0, cs, gdp) for unit, year, _, cs, gdp in TWO]
    found = indices(budget(rows), GDP_FIELD="gdp")
    assert column(found, "ecc") + column(found, "esc") == [None] * 4
    assert [text for text in feedback.warnings if "No unit emits anything in 2020" in text]


def test_unit_that_sequesters_nothing_is_null_with_a_warning(indices, budget, feedback):
    found = indices(budget(replaced(1, cs_t=0.0)))
    assert column(found, "cbi") == [30.0 / 20.0, None]
    assert column(found, "esc") == [1.0 / 0.3, 0.0]
    assert [text for text in feedback.warnings if "1 units sequester nothing (CS = 0)" in text]


def test_region_that_sequesters_nothing_is_null_with_a_warning(indices, budget, feedback):
    rows = [(unit, year, ce, 0.0, gdp) for unit, year, ce, _, gdp in TWO]
    found = indices(budget(rows))
    assert column(found, "cbi") + column(found, "esc") == [None] * 4
    assert [text for text in feedback.warnings if "The region's CS in 2020 is 0, not positive" in text]


def test_unit_with_a_missing_amount_is_left_out_and_named(indices, budget, feedback):
    found = indices(budget(replaced(1, cs_t=None)))
    assert column(found, "esc") == [1.0, None]
    assert column(found, "state") == ["carbon deficit", None]
    assert [text for text in feedback.warnings if "have no CE or no CS" in text and "b (2020)" in text]


def test_negative_emission_names_the_unit(indices, budget):
    with pytest.raises(RunFailed, match=r"The emission of a \(2020\) is negative"):
        indices(budget(replaced(0, ce_t=-1.0)))


# Keys, columns and numbers


def test_unit_and_year_twice_is_refused(indices, budget):
    with pytest.raises(RunFailed, match=r"feature 1 and feature 3 are both unit 'a' in 2020; dissolve"):
        indices(budget([*TWO, TWO[0]]))


def test_unit_twice_without_years_is_refused(indices, make_csv):
    path = make_csv("budget.csv", "unit,ce_t,cs_t\na,3,2\na,7,5\n")
    with pytest.raises(RunFailed, match=r"budget.csv: row 2 and row 3 are both unit 'a'; keep one"):
        indices(path)


def test_text_in_a_number_field_names_the_feature(indices, make_layer):
    layer = make_layer(
        {"unit": str, "year": int, "ce_t": str, "cs_t": float},
        [("a", 2020, "30", 20.0), ("b", 2020, "many", 5.0)],
        name="budget",
    )
    with pytest.raises(RunFailed, match=r"budget, feature 2, column 'ce_t': 'many' is not a number"):
        indices(layer)


def test_text_in_a_number_column_names_the_row(indices, make_csv):
    path = make_csv("budget.csv", "unit,year,ce_t,cs_t\na,2020,30,20\nb,2020,70,5 t\n")
    with pytest.raises(RunFailed, match=r"budget.csv, row 3, column 'cs_t': '5 t' is more than a number"):
        indices(path)


def test_text_in_the_gdp_of_the_statistics_names_the_row(indices, budget, make_csv):
    path = make_csv("stats.csv", "unit,year,gdp\na,2020,60\nb,2020,n.s.\n")
    with pytest.raises(RunFailed, match=r"stats.csv, row 3, column 'gdp': 'n.s.' is not a number"):
        indices(budget(), STATISTICS=path)


@pytest.mark.parametrize("parameter", ["UNIT_FIELD", "YEAR_FIELD", "CE_FIELD", "CS_FIELD", "GDP_FIELD"])
def test_missing_column_lists_those_found(indices, budget, parameter):
    with pytest.raises(RunFailed, match=r"No column 'other' in budget; it has: unit, year, ce_t, cs_t, gdp"):
        indices(budget(), **{parameter: "other"})


def test_input_without_a_year_is_one_date(indices, make_csv, feedback):
    found = indices(make_csv("budget.csv", "unit,ce_t,cs_t\na,30,20\nb,70,5\n"))
    assert column(found, "cb") == [10.0, 65.0]
    assert "year" not in found[0]
    assert "budget.csv has no field 'year'; it is taken as one date." in feedback.infos


def test_statistics_without_gdp_list_the_columns(indices, budget, make_csv):
    path = make_csv("stats.csv", "unit,year,GRP\na,2020,60\n")
    with pytest.raises(RunFailed, match=r"stats.csv has no column 'gdp'; its columns are: unit, year, GRP"):
        indices(budget(), STATISTICS=path)


def test_empty_input_is_refused(indices, budget):
    with pytest.raises(RunFailed, match="budget holds no features"):
        indices(budget([]))


def test_reserve_of_all_land_is_refused(indices, budget, make_csv):
    with pytest.raises(RunFailed, match=r"The reserve for biodiversity is 1.0; it is a share"):
        indices(budget(), SINKS=[make_csv("sinks.csv", SINKS)], RESERVE=1.0)


# Footprint


def test_productivity_of_the_user(indices, budget, make_csv):
    sinks, nep = make_csv("sinks.csv", SINKS), make_csv("nep.csv", "class,nep,per\nForest,2,t C/ha\n")
    found = indices(budget(), SINKS=[sinks], NEP_TABLE=nep)
    assert column(found, "cf_ha") == [30 / 2, 70 / 2]  # forest is all: k = 1 / 2


def test_sinks_from_several_tables_and_a_layer(indices, budget, make_csv, make_layer):
    crops = make_layer(
        {"unit": str, "year": int, "class": str, "cs_t": float}, [("b", 2020, "cropland", 20.0)], name="crops"
    )
    found = indices(budget(), SINKS=[make_csv("sinks.csv", SINKS), crops])
    k = 15 / 40 / 3.81 + 5 / 40 / 0.95 + 20 / 40 / 4.05
    assert column(found, "cf_ha") == pytest.approx([30 * k, 70 * k], rel=1e-12)


def test_without_sinks_there_is_no_footprint(indices, budget, feedback):
    assert column(indices(budget()), "cf_ha") == [None, None]
    assert [text for text in feedback.infos if "No sinks per class were given" in text]


# Groups and the region


def test_groups_are_computed_from_their_sums(run, rows, budget):
    layer = budget(
        [
            (*TWO[0], "P"),
            (*TWO[1], "P"),
            ("c", 2020, 100.0, 75.0, 100.0, "Q"),
            ("d", 2020, 1e-9, 0.0, 0.0, None),
        ],
        province=str,
    )
    done = run(
        "carbonindices",
        INPUT=layer,
        GDP_FIELD="gdp",
        GROUP_FIELD="province",
        GROUPS="memory:",
        OUTPUT="memory:",
    )
    found = rows(done.results["GROUPS"])
    assert [(row["group"], row["year"], row["units"], row["cb"]) for row in found] == [
        ("P", 2020, 2, 100.0 - 25.0),
        ("Q", 2020, 1, 100.0 - 75.0),
    ]
    # halves of the emission and of the GDP; 25 and 75 of 100 of the sequestration
    assert column(found, "ecc") == pytest.approx([1.0, 1.0], rel=1e-9)
    assert column(found, "esc") == pytest.approx([0.25 / 0.5, 0.75 / 0.5], rel=1e-9)
    assert [text for text in done.feedback.warnings if "1 units are in no group: d (2020)" in text]


def test_groups_without_their_field_are_refused(run, budget):
    with pytest.raises(RunFailed, match="no field with the groups is given"):
        run("carbonindices", INPUT=budget(), OUTPUT="memory:", GROUPS="memory:")


def test_region_has_changes_over_the_years(run, rows, budget):
    done = run(
        "carbonindices", INPUT=budget([*TWO, *later()]), GDP_FIELD="gdp", REGION="memory:", OUTPUT="memory:"
    )
    found = rows(done.results["REGION"])
    assert [(row["year"], row["ce_t"], row["cs_t"], row["cb"]) for row in found] == [
        (2020, 100.0, 25.0, 75.0),
        (2021, 50.0, 25.0, 25.0),
    ]
    assert column(found, "ce_prev") == [None, -50.0]
    assert column(found, "ecc_mean") == pytest.approx([(0.6 / 0.3 + 0.4 / 0.7) / 2] * 2, rel=1e-12)


def test_region_of_one_date_has_an_empty_year(run, rows, make_csv):
    path = make_csv("budget.csv", "unit,ce_t,cs_t\na,30,20\nb,70,5\n")
    done = run("carbonindices", INPUT=path, REGION="memory:", OUTPUT="memory:")
    assert [(row["year"], row["ce_t"]) for row in rows(done.results["REGION"])] == [(None, 100.0)]
    layer = done.context.getMapLayer(done.results["REGION"])
    assert layer.fields().field("year").typeName() == "integer"


# Outputs


def shown_by(layer):
    """The fields that a layer's classes are made of."""
    first = layer.renderer().rootRule().children()[0]
    return list(first.filter().referencedColumns())


def test_geopackage_keeps_a_style_for_each_index(run, budget, tmp_path):
    path = str(tmp_path / "indices.gpkg")
    run("carbonindices", INPUT=budget(), GDP_FIELD="gdp", OUTPUT=path)
    layer = QgsVectorLayer(path, "indices", "ogr")
    assert shown_by(layer) == ["ecc"]
    _, _, names, _, _ = layer.listStylesInDatabase()
    assert sorted(names) == [
        "Compensation rate, five levels",
        "Ecological support (ESC)",
        "Economic contribution (ECC)",
        "Emission, five levels",
        "Net emission (CB)",
        "Sequestration, five levels",
    ]


def test_without_gdp_the_layer_shows_esc(run, budget, tmp_path):
    path = str(tmp_path / "indices.gpkg")
    run("carbonindices", INPUT=budget(), OUTPUT=path)
    layer = QgsVectorLayer(path, "indices", "ogr")
    assert shown_by(layer) == ["esc"]


@pytest.fixture
def files(tmp_path):
    """Files for all outputs in a folder of their own."""
    folder = tmp_path / "out"
    folder.mkdir()
    return {name: str(folder / f"{name.lower()}.gpkg") for name in ("OUTPUT", "GROUPS", "REGION")}


def test_cancelled_before_it_starts(run, budget, files, feedback):
    feedback.cancel()
    with pytest.raises(RunFailed, match="cancelled"):
        run("carbonindices", INPUT=budget(), GROUP_FIELD="unit", **files)
    assert list(Path(files["OUTPUT"]).parent.iterdir()) == []


@pytest.mark.parametrize("half", ["OUTPUT", "GROUPS", "REGION"])
def test_cancelled_half_way_leaves_nothing(run, budget, files, feedback, half):
    feedback.isCanceled = Path(files[half]).exists  # while this output is being written
    with pytest.raises(RunFailed, match="cancelled"):
        run("carbonindices", INPUT=budget(), GROUP_FIELD="unit", **files)
    assert list(Path(files["OUTPUT"]).parent.iterdir()) == []


def test_folder_that_is_not_there_is_refused(run, budget, tmp_path):
    with pytest.raises(RunFailed, match="does not exist or cannot be written"):
        run("carbonindices", INPUT=budget(), OUTPUT=str(tmp_path / "none" / "indices.gpkg"))


def test_folder_that_is_a_file_is_refused(run, budget, make_csv):
    with pytest.raises(RunFailed, match="does not exist or cannot be written"):
        run("carbonindices", INPUT=budget(), OUTPUT=f"{make_csv('a.csv', 'x')}/indices.gpkg")


def test_loaded_layer_has_its_name_and_a_choice_of_styles(run, budget, tmp_path):
    path = str(tmp_path / "indices.gpkg")
    destination = QgsProcessingOutputLayerDefinition(path, QgsProject.instance())
    done = run("carbonindices", INPUT=budget([*TWO, *later()]), GDP_FIELD="gdp", OUTPUT=destination)
    details = done.context.layerToLoadOnCompletionDetails(path)
    assert details.name == "Carbon indices 2020-2021"
    loaded = QgsVectorLayer(path, details.name, "ogr")
    details.postProcessor().postProcessLayer(loaded, done.context, done.feedback)
    shown = {}
    for name in loaded.styleManager().styles():
        loaded.styleManager().setCurrentStyle(name)
        shown[name] = shown_by(loaded), loaded.temporalProperties().isActive()
    assert shown == {
        "Economic contribution (ECC)": (["ecc"], True),
        "Ecological support (ESC)": (["esc"], True),
        "Net emission (CB)": (["cb"], True),
        "Emission, five levels": (["ce_t"], True),
        "Sequestration, five levels": (["cs_t"], True),
        "Compensation rate, five levels": (["ccr"], True),
    }
