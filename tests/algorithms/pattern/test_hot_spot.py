"""Hot spots through QGIS: fields, neighbourhoods, bad inputs, styles."""

import json

import numpy as np
import pytest
from landcarbon.algorithms.styles.pattern import HOT_SPOTS
from landcarbon.core.pattern.hot_spot import gi_star
from landcarbon.core.pattern.weights import Weights, distance_band, nearest_neighbours
from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject, QgsVectorLayer
from scipy.sparse import csr_matrix

from ..conftest import RunFailed, square

VALUES = [1.0, 3.0, 5.0, 7.0, 2.0, 9.0, 4.0, 8.0, 6.0, 0.0, 3.0, 5.0]
PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'
CENTRES = np.array([(place % 3 + 0.5, place // 3 + 0.5) for place in range(12)])


def chebyshev(reach):
    """Weights of the squares: queen for a reach of 1.5, rook for that of 1."""
    distances = np.abs(CENTRES[:, None] - CENTRES).astype(float)
    near = distances.max(axis=2) <= 1 if reach > 1 else distances.sum(axis=2) <= 1
    return Weights(csr_matrix(near & ~np.eye(12, dtype=bool), dtype=float))


def test_fields_are_kept_and_ours_added(pattern, make_units):
    found = pattern("hotspot", make_units(VALUES))
    assert list(found[0]) == ["unit", "ce_t", "gi_z", "gi_p", "gi_bin", "neighbours"]
    assert [row["gi_z"] for row in found] == pytest.approx(gi_star(VALUES, chebyshev(1.5)), rel=1e-9)
    assert [row["neighbours"] for row in found] == [3, 5, 3, 5, 8, 5, 5, 8, 5, 3, 5, 3]


def test_shapes_are_kept(run, make_units):
    done = run("hotspot", INPUT=make_units(VALUES), FIELD="ce_t", OUTPUT="memory:")
    layer = done.context.getMapLayer(done.results["OUTPUT"])
    assert layer.crs().authid() == "EPSG:32648"
    assert [f.geometry().boundingBox().xMinimum() for f in layer.getFeatures()][:3] == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("parameters", "weights"),
    [
        ({"NEIGHBOURHOOD": 0}, lambda: chebyshev(1.5)),
        ({"NEIGHBOURHOOD": 1}, lambda: chebyshev(1)),
        ({"NEIGHBOURHOOD": 2}, lambda: distance_band(CENTRES, PLANE, 1.0)),
        ({"NEIGHBOURHOOD": 2, "DISTANCE": 2.0}, lambda: distance_band(CENTRES, PLANE, 2.0)),
        ({"NEIGHBOURHOOD": 3, "NEIGHBOURS": 4}, lambda: nearest_neighbours(CENTRES, PLANE, 4)),
    ],
)
def test_neighbourhoods(pattern, make_units, parameters, weights):
    found = pattern("hotspot", make_units(VALUES), **parameters)
    assert [row["gi_z"] for row in found] == pytest.approx(gi_star(VALUES, weights()), rel=1e-9)


def test_standardised_rows_change_nothing(pattern, make_units):
    layer = make_units(VALUES)
    plain, other = (pattern("hotspot", layer, NEIGHBOURHOOD=4, ROW_STANDARDISED=way) for way in (False, True))
    assert [row["gi_z"] for row in plain] == pytest.approx([row["gi_z"] for row in other], rel=1e-9)


def test_points_have_a_distance_band(pattern, make_units, feedback):
    found = pattern("hotspot", make_units(VALUES, geometry="Point"))
    assert [row["neighbours"] for row in found] == [2, 3, 2, 3, 4, 3, 3, 4, 3, 2, 3, 2]
    assert any(text.startswith("Neighbours are units no farther apart than 1 m;") for text in feedback.infos)


def test_points_on_degrees_are_geodesic(pattern, make_layer):
    # At 60 degrees north 1 degree is 55.8 km east, 111.4 km north.
    points = [(10, 60), (11, 60), (10, 61), (14, 60), (15, 60)]
    layer = make_layer(
        {"ce_t": float},
        [(float(i * i),) for i in range(5)],
        [f"Point({x} {y})" for x, y in points],
        geometry="Point",
    )
    found = pattern("hotspot", layer, DISTANCE=60_000.0)
    assert [row["neighbours"] for row in found] == [1, 1, 0, 1, 1]
    assert found[2]["gi_z"] is None


def test_multipoints_are_at_their_centroids(pattern, make_layer):
    shapes = ["MultiPoint((0 0),(0 2))", "MultiPoint((1 1))", "MultiPoint((5 1))"]
    layer = make_layer(
        {"ce_t": float}, [(1.0,), (2.0,), (4.0,)], shapes, crs="EPSG:32648", geometry="MultiPoint"
    )
    assert [row["neighbours"] for row in pattern("hotspot", layer, DISTANCE=1.0)] == [1, 1, 0]


def test_each_year_on_its_own(pattern, make_units):
    found = pattern("hotspot", make_units([VALUES, VALUES[::-1]]))
    assert list(found[0]) == ["unit", "ce_t", "year", "gi_z", "gi_p", "gi_bin", "neighbours"]
    first = [row["gi_z"] for row in found if row["year"] == 2010]
    second = [row["gi_z"] for row in found if row["year"] == 2011]
    assert first == pytest.approx(gi_star(VALUES, chebyshev(1.5)), rel=1e-9)
    assert second == pytest.approx(gi_star(VALUES[::-1], chebyshev(1.5)), rel=1e-9)


def test_decision_and_islands_are_in_log_and_record(run, make_layer, feedback, tmp_path):
    shapes = [square(0, 0), square(1, 0), square(2, 0), square(9, 9)]
    layer = make_layer({"ce_t": float}, [(1.0,), (2.0,), (4.0,), (5.0,)], shapes)
    path = tmp_path / "hot.gpkg"
    run("hotspot", INPUT=layer, FIELD="ce_t", OUTPUT=str(path))
    record = json.loads((tmp_path / "hot.gpkg.landcarbon.json").read_text(encoding="utf-8"))
    expected = (
        "Neighbours are units whose borders have a point in common (queen); a unit has 0 to 2 of them, 1.0 "
        "on average."
    )
    assert expected in record["decisions"]
    assert expected in feedback.infos
    assert any(
        "1 units have no neighbours and get no result: feature 4." in text for text in feedback.warnings
    )


def test_text_is_read_as_numbers(pattern, make_units):
    found = pattern("hotspot", make_units([f"{value},5" for value in range(12)], field=str))
    expected = gi_star(np.arange(12) + 0.5, chebyshev(1.5))
    assert [row["gi_z"] for row in found] == pytest.approx(expected, rel=1e-9)


def test_false_discovery_rate(pattern, make_units, feedback):
    # noise, of which 10 % would be hot or cold at 90 %, but for one high corner
    values = np.random.default_rng(1).normal(size=100)
    values[[0, 1, 10, 11]] += 2
    layer = make_units(values.tolist(), columns=10)
    plain, strict = (pattern("hotspot", layer, FDR=fdr) for fdr in (False, True))
    assert strict[0]["gi_bin"] > 0
    assert sum(row["gi_bin"] != 0 for row in strict) < sum(row["gi_bin"] != 0 for row in plain)
    assert any("With a false discovery rate of 0.05" in text for text in feedback.infos)


# Missing and bad inputs


def test_missing_values_and_shapes_are_left_out_and_reported(pattern, make_layer, feedback):
    shapes = [square(0, 0), square(1, 0), square(2, 0), square(3, 0), None, "Polygon EMPTY"]
    values = [(1.0,), (2.0,), (5.0,), (None,), (3.0,), (4.0,)]
    found = pattern("hotspot", make_layer({"ce_t": float}, values, shapes))
    assert [row["gi_z"] is None for row in found] == [False, True, False, True, True, True]
    assert [row["neighbours"] for row in found] == [1, 2, 1, None, None, None]
    assert feedback.warnings[:2] == [
        "2 units have no shape, or one that is empty; they are left out: feature 5, feature 6.",
        "1 units have no value and are left out: feature 4.",
    ]


def test_invalid_polygon_is_taken_as_it_is_and_reported(pattern, make_layer, feedback):
    bow_tie = "Polygon((1 0,2 1,2 0,1 1,1 0))"
    shapes = [square(0, 0), bow_tie, square(2, 0)]
    found = pattern("hotspot", make_layer({"ce_t": float}, [(1.0,), (2.0,), (5.0,)], shapes), NEIGHBOURHOOD=1)
    assert [row["neighbours"] for row in found] == [1, 2, 1]
    assert any("1 polygons are not valid" in text and "feature 2" in text for text in feedback.warnings)


@pytest.mark.parametrize(
    ("values", "parameters", "expected"),
    [
        ([1.0, 2.0], {}, "2 units have a value and a shape, and a pattern needs at least 3"),
        ([1.0, 2.0, None], {}, "2 units have a value and a shape"),
        ([None] * 4, {}, "0 units have a value and a shape"),
        ([7.0] * 12, {}, "All 12 units have the same value, 7,"),
        (
            VALUES,
            {"NEIGHBOURHOOD": 3, "NEIGHBOURS": 12},
            "12 neighbours are asked for, and there are 12 units",
        ),
        (VALUES, {"NEIGHBOURHOOD": 2, "DISTANCE": 0.5}, "No unit has a neighbour within 0.5 m"),
        (VALUES, {"FIELD": "nothing"}, "No field 'nothing' in units; it has: unit, ce_t"),
        (VALUES, {"FIELD": "unit"}, "feature 1, column 'unit': 'u0' is not a number"),
    ],
)
def test_bad_inputs(pattern, make_units, values, parameters, expected):
    with pytest.raises(RunFailed, match=expected):
        pattern("hotspot", make_units(values), **parameters)


def test_years_without_a_field_of_years(pattern, make_units):
    with pytest.raises(RunFailed, match="feature 1 and feature 13 have the same shape"):
        pattern("hotspot", make_units([VALUES, VALUES]), YEAR_FIELD="")


def test_two_features_of_a_year_with_the_same_shape(pattern, make_layer):
    layer = make_layer(
        {"year": int, "ce_t": float},
        [(2010, 1.0), (2010, 2.0), (2010, 4.0), (2010, 5.0)],
        [square(0, 0), square(1, 0), square(2, 0), square(1, 0)],
    )
    with pytest.raises(RunFailed, match="feature 2 and feature 4 have the same shape in 2010"):
        pattern("hotspot", layer)


def test_identical_points(pattern, make_layer):
    points = ["Point(0 0)", "Point(1 0)", "Point(0 0)"]
    layer = make_layer({"ce_t": float}, [(1.0,), (2.0,), (4.0,)], points, geometry="Point")
    with pytest.raises(RunFailed, match="feature 1 and feature 3 have the same shape"):
        pattern("hotspot", layer)


def test_distances_without_a_coordinate_system(pattern, make_units):
    with pytest.raises(RunFailed, match="The units have no coordinate reference system"):
        pattern("hotspot", make_units(VALUES, crs="", geometry="Point"))


def test_contiguity_without_a_coordinate_system(pattern, make_units):
    found = pattern("hotspot", make_units(VALUES, crs=""))
    assert found[4]["neighbours"] == 8


def test_lines_are_refused(pattern, make_layer):
    lines = ["LineString(0 0,1 1)", "LineString(1 1,2 2)", "LineString(2 2,3 3)"]
    layer = make_layer({"ce_t": float}, [(1.0,), (2.0,), (4.0,)], lines, geometry="LineString")
    with pytest.raises(RunFailed, match="units holds neither polygons nor points"):
        pattern("hotspot", layer)


def test_a_year_that_cannot_be_computed_is_null(pattern, make_units, feedback):
    found = pattern("hotspot", make_units([VALUES, [3.0] * 12]))
    assert {row["gi_z"] is None for row in found if row["year"] == 2011} == {True}
    assert {row["gi_z"] is None for row in found if row["year"] == 2010} == {False}
    assert any(text.startswith("2011: All 12 units have the same value") for text in feedback.warnings)


# Styles and names


@pytest.mark.parametrize("geometry", ["Polygon", "Point"])
def test_style_is_kept_in_the_geopackage(run, make_units, tmp_path, geometry):
    path = str(tmp_path / "hot.gpkg")
    run("hotspot", INPUT=make_units(VALUES, geometry=geometry), FIELD="ce_t", OUTPUT=path)
    layer = QgsVectorLayer(path, "hot", "ogr")
    assert layer.loadDefaultStyle()[1]
    found = [(one.value(), one.symbol().color().name()) for one in layer.renderer().categories()]
    assert found == [(code, colour) for code, _, colour in HOT_SPOTS]


def test_layer_name_has_field_and_years(run, make_units, context):
    target = QgsProcessingOutputLayerDefinition("memory:", QgsProject.instance())
    done = run("hotspot", INPUT=make_units([VALUES, VALUES]), FIELD="ce_t", OUTPUT=target)
    details = context.layerToLoadOnCompletionDetails(done.results["OUTPUT"])
    assert isinstance(details, QgsProcessingContext.LayerDetails)
    assert details.name == "Hot spots of ce_t 2010-2011"
