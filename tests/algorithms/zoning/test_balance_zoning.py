"""Carbon balance zoning: indices in, zones, their summary and their transitions out."""

from pathlib import Path

import pytest
from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject, QgsVectorLayer

from ..conftest import RunFailed, square

FIELDS = {"unit": str, "year": int, "ce_t": float, "cs_t": float, "ecc": float, "esc": float}
# a unit for every one of the five zones, in their order
FIVE = [
    ("sink", 2020, 10.0, 20.0, 0.5, 3.0),  # CS > CE and ESC > 1, whatever the ECC
    ("economic", 2020, 30.0, 20.0, 1.5, 2.0),
    ("optimise", 2020, 30.0, 20.0, 0.5, 2.0),
    ("control", 2020, 30.0, 2.0, 1.5, 0.5),
    ("high", 2020, 30.0, 2.0, 0.5, 0.5),
]


@pytest.fixture
def layer(make_layer):
    """A layer of the given rows; fields beyond the usual ones are named."""

    def layer(rows=FIVE, shapes=None, crs="EPSG:4326", **more):
        shapes = shapes or [square(x, 0) for x in range(len(rows))]
        return make_layer(FIELDS | more, rows, shapes, crs, name="indices")

    return layer


@pytest.fixture
def table(make_layer):
    """The same without geometry."""
    return lambda rows=FIVE: make_layer(FIELDS, rows, name="indices")


@pytest.fixture
def output(run, rows):
    """Run on an input; the rows of one output."""

    def output(source, name="OUTPUT", **parameters):
        destinations = {"OUTPUT": "memory:", name: "memory:"}
        return rows(run("balancezoning", INPUT=source, **destinations, **parameters).results[name])

    return output


def zones(rows):
    return [row["zone"] for row in rows]


def moved():
    """The five units a year later: the last one as the first, the rest unchanged."""
    rows = [(unit, 2021, *values) for unit, _, *values in FIVE]
    return [*rows[:-1], ("high", 2021, 10.0, 20.0, 0.5, 3.0)]


# Zones


def test_five_zones_are_the_default(output, layer):
    found = output(layer())
    assert zones(found) == [1, 2, 3, 4, 5]
    assert [row["zone_name"] for row in found] == [
        "Carbon sink functional zone",
        "Low-carbon economic zone",
        "Low-carbon optimisation zone",
        "Carbon intensity control zone",
        "High-carbon optimisation zone",
    ]


def test_four_zones(output, layer):
    found = output(layer(), SCHEME=0)
    assert zones(found) == [3, 1, 3, 2, 4]
    assert found[3]["zone_name"] == "Carbon source control zone"


def test_result_of_the_indices_needs_no_clicks(run, rows, make_layer):
    budget = make_layer(
        {"unit": str, "year": int, "ce_t": float, "cs_t": float, "gdp": float},
        [("a", 2020, 30.0, 20.0, 60.0), ("b", 2020, 70.0, 5.0, 40.0)],
        [square(x, 0) for x in range(2)],
    )
    indices = run("carbonindices", INPUT=budget, GDP_FIELD="gdp", OUTPUT="memory:").results["OUTPUT"]
    done = run("balancezoning", INPUT=indices, OUTPUT="memory:")
    # a: ECC 0.6 / 0.3, ESC 0.8 / 0.3; b: ECC 0.4 / 0.7, ESC 0.2 / 0.7
    assert [(row["unit"], row["zone"]) for row in rows(done.results["OUTPUT"])] == [("a", 2), ("b", 5)]


def test_input_fields_and_shapes_are_kept(run, layer):
    done = run("balancezoning", INPUT=layer(), OUTPUT="memory:")
    found = done.context.getMapLayer(done.results["OUTPUT"])
    assert found.fields().names() == ["ce_t", "cs_t", "ecc", "esc", "unit", "year", "zone", "zone_name"]
    corners = [feature.geometry().boundingBox().xMinimum() for feature in found.getFeatures()]
    assert corners == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_table_without_geometry(output, make_csv):
    path = make_csv("indices.csv", "unit,year,ce_t,cs_t,ecc,esc\na,2020,30,20,1.5,2\nb,2020,30,2,0.5,0.5\n")
    assert zones(output(path)) == [2, 5]


def test_zone_of_an_earlier_run_is_kept_under_another_name(output, layer):
    found = output(layer([(*row, 9) for row in FIVE], zone=int))
    assert [row["zone_1"] for row in found] == [9] * 5
    assert zones(found) == [1, 2, 3, 4, 5]


def test_missing_index_gives_no_zone_and_a_warning(output, layer, feedback):
    found = output(layer([FIVE[0], ("gap", 2020, 30.0, 20.0, None, 2.0)]))
    assert [(row["zone"], row["zone_name"]) for row in found] == [
        (1, "Carbon sink functional zone"),
        (None, None),
    ]
    assert feedback.warnings == ["1 units have no zone because an index is NULL."]


@pytest.mark.parametrize(("scheme", "sink"), [(0, 3), (1, 1)])
def test_unit_that_only_takes_up_is_a_sink(output, layer, scheme, sink):
    assert zones(output(layer([("a", 2020, 0.0, 20.0, None, None)]), SCHEME=scheme)) == [sink]


def test_surplus_without_support_is_reported(output, layer, feedback):
    assert zones(output(layer([("a", 2020, 10.0, 20.0, 1.5, 0.5)]))) == [4]
    assert [text for text in feedback.warnings if text.startswith("1 units take up more than they emit")]


# Summary


def test_summary_by_the_field_of_areas(output, layer):
    rows = [(*row, area) for row, area in zip(FIVE, (10.0, 20.0, 30.0, 40.0, 100.0), strict=True)]
    found = output(layer(rows, area_ha=float), "SUMMARY")
    assert [(row["year"], row["zone"], row["units"], row["area_pct"]) for row in found] == [
        (2020, 1, 1, 100 * 10 / 200),
        (2020, 2, 1, 100 * 20 / 200),
        (2020, 3, 1, 100 * 30 / 200),
        (2020, 4, 1, 100 * 40 / 200),
        (2020, 5, 1, 100 * 100 / 200),
    ]


def test_summary_by_the_area_on_the_ellipsoid(output, layer, feedback):
    # A degree by a degree on the equator and at 60.5 N: 1 to cos(60.5) = 0.4924 on a sphere
    found = output(layer([FIVE[1], FIVE[4]], [square(0, -0.5), square(0, 60)]), "SUMMARY")
    share = {row["zone"]: row["area_pct"] for row in found}
    assert share[2] == pytest.approx(100 / 1.4924, abs=0.5)
    assert share[5] == pytest.approx(100 * 0.4924 / 1.4924, abs=0.5)
    assert [text for text in feedback.infos if "on the ellipsoid of EPSG:4326" in text]


def test_projected_polygons_have_true_areas(output, layer):
    # A square of Web Mercator has cos(lat)^2 of its planar area; y = 8 399 738 m is 60 N, cos(60)^2 = 0.25
    size = 100_000
    shapes = [square(0, -size / 2, size), square(0, 8_399_738 - size / 2, size)]
    found = output(layer([FIVE[1], FIVE[4]], shapes, "EPSG:3857"), "SUMMARY")
    assert {row["zone"]: row["area_pct"] for row in found}[2] == pytest.approx(100 / 1.25, abs=0.5)


def test_table_without_areas_has_no_shares(output, table, feedback):
    found = output(table(), "SUMMARY")
    assert [row["units"] for row in found] == [1] * 5
    assert [row["area_pct"] for row in found] == [None] * 5
    assert [text for text in feedback.infos if "no field 'area_ha' and no polygons" in text]


def test_layer_without_crs_has_no_shares(output, layer, feedback):
    found = output(layer(crs=""), "SUMMARY")
    assert [row["area_pct"] for row in found] == [None] * 5
    assert [text for text in feedback.warnings if "no coordinate reference system" in text]


def test_summary_counts_units_without_a_zone(output, table):
    found = output(table([FIVE[0], ("gap", 2020, 30.0, 20.0, None, 2.0)]), "SUMMARY")
    assert [(row["zone"], row["zone_name"], row["units"]) for row in found][-1] == (None, None, 1)


def test_zones_without_a_unit_are_in_the_summary(output, table):
    found = output(table(FIVE[:1]), "SUMMARY", SCHEME=0)
    assert [(row["zone"], row["units"]) for row in found] == [(1, 0), (2, 0), (3, 1), (4, 0)]


# Transitions


def test_transitions_between_two_years(output, layer):
    found = output(layer([*FIVE, *moved()], [square(x, 0) for x in range(5)] * 2), "TRANSITIONS")
    assert [tuple(row.values()) for row in found] == [
        (2020, 2021, 1, 1, 1),
        (2020, 2021, 2, 2, 1),
        (2020, 2021, 3, 3, 1),
        (2020, 2021, 4, 4, 1),
        (2020, 2021, 5, 1, 1),
    ]


def test_transition_to_no_zone_is_null(output, table):
    rows = [("a", 2020, 30.0, 20.0, 1.5, 2.0), ("a", 2021, 30.0, 20.0, None, 2.0)]
    found = output(table(rows), "TRANSITIONS")
    assert [(row["from_zone"], row["to_zone"]) for row in found] == [(2, None)]


def test_one_year_has_no_transitions(run, layer, tmp_path):
    path = tmp_path / "transitions.gpkg"
    done = run("balancezoning", INPUT=layer(), OUTPUT="memory:", TRANSITIONS=str(path))
    assert "TRANSITIONS" not in done.results
    assert not path.exists()
    assert "There are no transitions: no unit is there in two years." in done.feedback.warnings


# Bad input


@pytest.mark.parametrize(
    "parameter", ["UNIT_FIELD", "YEAR_FIELD", "CE_FIELD", "CS_FIELD", "ECC_FIELD", "ESC_FIELD"]
)
def test_missing_column_lists_those_found(output, layer, parameter):
    with pytest.raises(
        RunFailed, match=r"No column 'other' in indices; it has: unit, year, ce_t, cs_t, ecc, esc"
    ):
        output(layer(), **{parameter: "other"})


def test_text_in_a_number_column_names_the_row(output, make_csv):
    path = make_csv("indices.csv", "unit,year,ce_t,cs_t,ecc,esc\na,2020,30,20,high,2\n")
    with pytest.raises(RunFailed, match=r"indices.csv, row 2, column 'ecc': 'high' is not a number"):
        output(path)


def test_unit_and_year_twice_is_refused(output, layer):
    with pytest.raises(RunFailed, match=r"feature 1 and feature 6 are both unit 'sink' in 2020; dissolve"):
        output(layer([*FIVE, FIVE[0]]))


def test_panel_without_its_year_field_is_refused(output, layer):
    with pytest.raises(RunFailed, match=r"are both unit 'sink'"):
        output(layer([*FIVE, *moved()]), YEAR_FIELD="")


def test_mixed_masses_are_refused(output, layer):
    rows = [(*FIVE[0], "t C"), (*FIVE[1], "t CO2")]
    with pytest.raises(RunFailed, match="indices mixes t C and t CO2 in its column 'mass'"):
        output(layer(rows, mass=str))


def test_empty_input_is_refused(output, layer):
    with pytest.raises(RunFailed, match="indices holds no features"):
        output(layer([]))


# Outputs


def categories(path):
    """Codes and labels of the legend of a file."""
    layer = QgsVectorLayer(path, "zones", "ogr")  # owns the renderer
    renderer = layer.renderer()
    assert renderer.classAttribute() == "zone"
    return [(category.value(), category.label()) for category in renderer.categories()]


def test_geopackage_keeps_the_colours_of_the_scheme(run, layer, tmp_path):
    path = str(tmp_path / "zones.gpkg")
    run("balancezoning", INPUT=layer(), SCHEME=0, OUTPUT=path)
    assert categories(path) == [
        (1, "Low-carbon economic zone"),
        (2, "Carbon source control zone"),
        (3, "Carbon sink functional zone"),
        (4, "High-carbon optimisation zone"),
    ]


def test_legend_has_no_zone_only_where_there_is_such_a_unit(run, layer, tmp_path):
    path = str(tmp_path / "zones.gpkg")
    run("balancezoning", INPUT=layer([("gap", 2020, 30.0, 20.0, None, 2.0)]), OUTPUT=path)
    assert categories(path)[-1][1] == "No zone"


def test_loaded_layer_has_its_name_style_and_years(run, layer, tmp_path):
    path = str(tmp_path / "zones.gpkg")
    done = run(
        "balancezoning", INPUT=layer(), OUTPUT=QgsProcessingOutputLayerDefinition(path, QgsProject.instance())
    )
    details = done.context.layerToLoadOnCompletionDetails(path)
    assert details.name == "Carbon balance zones 2020"
    loaded = QgsVectorLayer(path, details.name, "ogr")
    details.postProcessor().postProcessLayer(loaded, done.context, done.feedback)
    assert loaded.renderer().type() == "categorizedSymbol"
    assert loaded.temporalProperties().isActive()


@pytest.fixture
def files(tmp_path):
    """Files for all outputs in a folder of their own."""
    folder = tmp_path / "out"
    folder.mkdir()
    return {name: str(folder / f"{name.lower()}.gpkg") for name in ("OUTPUT", "SUMMARY", "TRANSITIONS")}


def test_cancelled_before_it_starts(run, layer, files, feedback):
    feedback.cancel()
    with pytest.raises(RunFailed, match="cancelled"):
        run("balancezoning", INPUT=layer(), **files)
    assert list(Path(files["OUTPUT"]).parent.iterdir()) == []


@pytest.mark.parametrize("half", ["OUTPUT", "SUMMARY", "TRANSITIONS"])
def test_cancelled_half_way_leaves_nothing(run, table, files, feedback, half):
    feedback.isCanceled = Path(files[half]).exists  # while this output is being written
    with pytest.raises(RunFailed, match="cancelled"):
        run("balancezoning", INPUT=table([*FIVE, *moved()]), **files)
    assert list(Path(files["OUTPUT"]).parent.iterdir()) == []


def test_folder_that_is_not_there_is_refused(run, layer, tmp_path):
    with pytest.raises(RunFailed, match="does not exist or cannot be written"):
        run("balancezoning", INPUT=layer(), OUTPUT=str(tmp_path / "none" / "zones.gpkg"))
