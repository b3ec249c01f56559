"""Weights of parcels from points, people, lines and fields."""

import numpy as np
import pytest
from landcarbon.core.accounting.allocation_rules import allocation_rules
from landcarbon.core.accounting.parcels import Parcels
from landcarbon.core.accounting.proxies import Weights, field_weights
from landcarbon.core.accounting.proxy_weights import (
    LineSet,
    PointSet,
    ProxyData,
    check_categories,
    proxy_weights,
)
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.geometry.lines import Lines
from landcarbon.core.geometry.polygons import pack_boxes
from landcarbon.core.tables import table_from_columns

KINDS = ("steel", "", "transport")
CLASSES = ("primary", "street", "rail")


def rule(proxy, category=None, land_type="x"):
    columns = {
        "sector": ["s"],
        "land_type": [land_type],
        "proxy": [proxy],
        "category": [category],
        "field": ["f"],
    }
    return allocation_rules(table_from_columns("rules", columns))[0]


def point_set(xy, code, amount=None):
    xy = np.array(xy, dtype=float).reshape(-1, 2)
    return PointSet(
        "shops", xy, np.array(code), KINDS, np.ones(len(xy)) if amount is None else np.array(amount)
    )


def data(**changes):
    """Two parcels x of 100 m side by side, one y, and a gap; roads along y = 50 and y = 20."""
    low = np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 0.0]])
    start = np.array([[0.0, 50.0], [0.0, 20.0], [100.0, 80.0]])
    end = np.array([[150.0, 50.0], [300.0, 20.0], [250.0, 80.0]])
    lines = Lines(3, start, end, np.arange(3))
    values = {
        "polygons": pack_boxes(low, low + 100.0),
        "parcels": Parcels(np.ones(3), np.array([0, 0, 1]), ("x", "y"), None, ()),
        "points": point_set([(10, 51), (60, 10), (150, 52), (250, 10), (999, 0)], [0, 1, 0, 0, 0]),
        "people": point_set([(10, 50), (150, 50), (999, 0)], [0, 0, 0], [3.5, 2.0, 7.0]),
        "lines": LineSet("roads", lines, lines.lengths() * 2, np.arange(3), CLASSES),
        "fields": {},
        "transport": "transport",
        "metres": np.ones_like,
        "label": str,
    }
    return ProxyData(**values | changes)


def weights(one, **changes):
    found, notes = proxy_weights([one], data(**changes))
    return found[one.key], [note.text for note in notes]


def test_points_of_the_category_are_counted():
    found, notes = weights(rule("points", "Steel"))
    assert found.values.tolist() == [1, 1, 1]
    assert found.everywhere == 4
    assert found.unused(np.array([True, True, False])) == 2
    assert notes == ["shops: 1 of 5 points are in no parcel and count nowhere."]


def test_without_a_category_all_points_are_counted():
    assert weights(rule("points"))[0].values.tolist() == [2, 1, 1]


def test_what_is_rounding_is_not_unused():
    lengths = np.array([0.1, 0.2, 0.3])
    assert Weights(lengths, lengths, 0.6 * (1 + 1e-12), "m").unused(np.ones(3, dtype=bool)) == 0
    assert Weights(lengths, lengths, 0.601, "m").unused(np.ones(3, dtype=bool)) == pytest.approx(0.001)


def test_people_are_summed():
    found, _ = weights(rule("people"))
    assert found.values.tolist() == [3.5, 2, 0]
    assert (found.measure, found.unused(np.array([True, True, False]))) == ("people", 7)


def test_lengths_are_those_on_the_ground():
    # On the ground lines are twice as long as on the plane here: 100 and 50 m of 150, 100 and 100 of 300.
    found, _ = weights(rule("length", "primary;street"))
    assert found.values.tolist() == pytest.approx([400, 300, 0], rel=1e-12)
    assert found.everywhere == pytest.approx(900)
    assert found.unused(np.array([True, True, False])) == pytest.approx(
        200
    )  # in the parcel y, which has no rule


def test_a_part_of_a_line_has_its_length_on_the_ground_in_degrees_too():
    # A unit of x is half a unit of y on the ground, as at 60 degrees north: 90 x 0.5 m east in the first
    # parcel, 10 x 0.5 m east, 50 x 1 m north and 80 x 0.5 m east in the second, 140 m in all.
    corners = np.array([[10.0, 20.0], [110.0, 20.0], [110.0, 70.0], [190.0, 70.0]])
    lines = Lines(1, corners[:-1], corners[1:], np.zeros(3, dtype=int))
    bent = LineSet("roads", lines, np.array([50.0, 50.0, 40.0]), np.array([0]), CLASSES)
    found, _ = weights(rule("length"), lines=bent)
    assert found.values.tolist() == pytest.approx([45, 95, 0], rel=1e-12)


def test_lengths_of_roads_count_by_the_points_of_transport_along_their_class():
    points = point_set([(10, 51), (60, 52), (150, 60), (290, 21)], [2, 2, 2, 2])
    # Primary: 3 points on 300 m, street: 1 on 600 m, mean 4 on 900 m: factors 2.25 and 0.375.
    found, _ = weights(rule("road", "!rail"), points=points)
    assert found.values.tolist() == pytest.approx([200 * 2.25 + 200 * 0.375, 100 * 2.25 + 200 * 0.375, 0])
    assert found.unused(np.array([True, True, False])) == pytest.approx(200)


def test_without_a_layer_of_points_roads_count_by_their_length():
    found, notes = weights(rule("road", "!rail"), points=None)
    assert found.values.tolist() == weights(rule("length", "!rail"))[0].values.tolist()
    assert len(notes) == 1
    assert notes[0].startswith("'s': there are no points of interest to correct the lengths of roads by")


def test_a_category_that_is_not_there_is_warned_of():
    found, notes = weights(rule("length", "tram"))
    assert found.values.tolist() == [0, 0, 0]
    assert notes == ["roads has nothing of the category 'tram' (s); it has: primary, street, rail."]


def test_points_in_overlapping_parcels_are_warned_of():
    low = np.array([[0.0, 0.0], [0.0, 0.0], [200.0, 0.0]])
    found, notes = weights(rule("points", "steel"), polygons=pack_boxes(low, low + 100.0))
    assert found.values.tolist() == [1, 0, 1]
    assert "shops: 2 points are in several parcels, which overlap; each counts in the first one." in notes


@pytest.mark.parametrize("proxy", ["points", "people", "length"])
def test_every_join_says_how_far_it_is_and_can_be_cancelled(proxy):
    seen = []

    def cancelling(fraction):
        seen.append(fraction)
        if len(seen) > 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        proxy_weights([rule(proxy)], data(), cancelling)
    assert 0 <= seen[0] <= seen[1] <= 1


def test_layers_without_features_have_no_weights():
    nothing = Lines(0, np.empty((0, 2)), np.empty((0, 2)), np.arange(0))
    empty = LineSet("roads", nothing, np.empty(0), np.arange(0), ("",))
    for one in (rule("road"), rule("length")):
        assert weights(one, lines=empty)[0].values.tolist() == [0, 0, 0]
    assert weights(rule("points"), points=point_set([], np.arange(0)))[0].values.tolist() == [0, 0, 0]


def test_empty_values_of_a_field_count_as_0():
    found, notes = field_weights(np.array([1.0, np.nan, -3.0]), np.array([True, True, False]), "f", str)
    assert found.values.tolist() == [1, 0, 0]
    assert [note.count for note in notes] == [1]
    assert found.unused(np.array([True, True, False])) is None


def test_a_negative_value_of_a_field_names_the_parcel():
    with pytest.raises(InputDataError, match=r"Field 'f' is negative in 1 parcels \(1: -3\)"):
        field_weights(np.array([1.0, -3.0]), np.array([True, True]), "f", str)


def test_a_category_needs_the_field_of_categories():
    check_categories([rule("points"), rule("road", "!rail")], False, False)
    with pytest.raises(InputDataError, match="'s' counts points of the category 'steel'"):
        check_categories([rule("points", "steel")], False, True)
