"""Points and lines as arrays: categories, shapes, what is left out."""

import numpy as np
import pytest
from landcarbon.algorithms.measures import measure_of
from landcarbon.algorithms.points_and_lines import Codes, read_lines, read_points
from landcarbon.algorithms.record import RunRecord
from landcarbon.core.errors import InputDataError
from qgis.core import NULL, QgsCoordinateReferenceSystem, QgsProcessingFeatureSource

DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")


@pytest.fixture
def record(provider, context, feedback):
    return RunRecord(provider.algorithm("allocateemissions").create(), {}, context, feedback)


@pytest.fixture
def points_of(context, record):
    """`points_of(layer, category_field="kind")`: its points."""

    def points_of(layer, **fields):
        source = QgsProcessingFeatureSource(layer, context)
        return read_points(source, DEGREES, context, record, lambda part: None, **fields)

    return points_of


@pytest.fixture
def lines_of(context, record):
    def lines_of(layer, field=""):
        source = QgsProcessingFeatureSource(layer, context)
        measure = measure_of(DEGREES, context)
        return read_lines(source, DEGREES, context, measure, record, lambda part: None, field)

    return lines_of


def test_categories_are_numbered_as_they_come():
    codes = Codes()
    assert [codes.of(value) for value in ("b", "a", NULL, "b", " ", 7, "7", 7.0)] == [0, 1, 2, 0, 2, 3, 3, 3]
    assert codes.names == ("b", "a", "", "7")


def test_points_have_their_places_categories_and_weights(make_layer, points_of):
    layer = make_layer(
        {"kind": str}, [("a",), ("b",)], ["MultiPoint(1 2,3 4)", "MultiPoint(5 6)"], geometry="MultiPoint"
    )
    found = points_of(layer, category_field="kind")
    assert found.xy.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert [found.names[code] for code in found.code] == ["a", "a", "b"]
    assert found.amount.tolist() == [0.5, 0.5, 1.0]


def test_points_in_space_are_points(make_layer, points_of):
    layer = make_layer({"n": int}, [(3,)], ["PointZ(1 2 9)"], geometry="PointZ")
    found = points_of(layer, count_field="n")
    assert (found.xy.tolist(), found.amount.tolist()) == ([[1, 2]], [3.0])


def test_a_layer_without_points_is_read(make_layer, points_of):
    found = points_of(make_layer({"kind": str}, [], [], geometry="Point"), category_field="kind")
    assert (found.xy.shape, found.names, found.amount.tolist()) == ((0, 2), ("",), [])


def test_a_field_that_is_not_there_is_named(make_layer, points_of):
    layer = make_layer({"kind": str}, [("a",)], ["Point(1 2)"], geometry="Point", name="shops")
    with pytest.raises(InputDataError, match="No field 'type' in shops; it has: kind"):
        points_of(layer, category_field="type")


def test_lines_have_their_segments_and_lengths(make_layer, lines_of):
    layer = make_layer(
        {"class": str},
        [("a",), ("b",), ("b",)],
        ["MultiLineStringZ((0 0 5,0 1 5),(1 0 5,1 1 5))", None, "MultiLineString((0 0,0.5 0))"],
        geometry="MultiLineStringZ",
    )
    found = lines_of(layer, "class")
    assert found.names == ("a", "b")
    assert found.lines.owner.tolist() == [0, 0, 1]
    # A degree of the meridian from the equator is 110 574.4 m long, one of the equator 111 319.5 m.
    np.testing.assert_allclose(found.segment_m, [110574.4, 110574.4, 55659.75], rtol=1e-6)
    np.testing.assert_allclose(found.length_m(), [2 * 110574.4, 55659.75], rtol=1e-6)
