"""Sums by shares, by hand and by their totals."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.accounting.aggregation import (
    closure_columns,
    outside_note,
    overlapping_units,
    parted_overlaps,
    per_hectare,
    sum_by_shares,
)
from landcarbon.core.accounting.square_grid import cell_shares, square_grid
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.area_shares import area_shares
from landcarbon.core.geometry.polygons import pack_boxes, pack_polygons

# Polygon 0 wholly in unit 0; 1 in halves in 0 and 1; 2 with a quarter in 1; 3 nowhere. Unit 2 is empty.
PAIRS = np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1]), np.array([1.0, 0.5, 0.5, 0.25])


def sums(**amounts):
    return sum_by_shares({name: np.array(values) for name, values in amounts.items()}, *PAIRS, 3, list("abc"))


def texts(notes):
    return [note.text for note in notes]


def test_by_hand():
    found = sums(ce_t=[10.0, 20.0, 40.0, 7.0])
    assert found.units["ce_t"][:2].tolist() == [10 + 10, 10 + 10]
    assert np.isnan(found.units["ce_t"][2])
    assert (found.total["ce_t"], found.lost["ce_t"]) == (77, 30 + 7)
    assert found.polygons.tolist() == [2, 2, 0]
    assert found.outside.tolist() == [2, 3]
    assert texts(found.notes) == ["1 units have no polygon in them, and are kept without values: c."]


def test_a_missing_amount_is_no_zero():
    found = sums(ce_t=[10.0, 20.0, np.nan, 7.0], cs_t=[1.0, 2.0, 3.0, 4.0])
    assert found.units["ce_t"][0] == 20
    assert np.isnan(found.units["ce_t"][1])
    assert found.units["cs_t"][1] == 1 + 0.75
    assert (found.total["ce_t"], found.lost["ce_t"], found.missing) == (37, 7, {"ce_t": 1, "cs_t": 0})
    assert texts(found.notes)[0].startswith(
        "1 polygons have no amount in 'ce_t', so 1 units that they lie in"
    )


def test_what_is_lost_is_said_with_its_share():
    (note,) = outside_note(sums(ce_t=[10.0, 20.0, 40.0, 7.0], people=[0.0] * 4), "abcd", "t CO2")
    assert note.text == (
        "2 polygons lie in no unit with some or all of their area, or have no shape: c, d. Lost there: ce_t "
        "37 t CO2 (48.1 %)."
    )
    (note,) = outside_note(sums(people=[0.0] * 4), "abcd", "t CO2")
    assert note.text.endswith("Lost there: nothing.")
    whole = sum_by_shares({"ce_t": np.ones(1)}, np.array([0]), np.array([0]), np.array([1.0]), 1)
    assert outside_note(whole, "a", "t C") == ()


def test_rows_of_the_closure():
    columns = closure_columns(sums(ce_t=[10.0, 20.0, 40.0, 7.0], people=[0.0] * 4), "t C")
    assert columns["field"] == ["ce_t", "people"]
    assert columns["placed"].tolist() == [40, 0]
    assert columns["lost_pct"][0] == pytest.approx(100 * 37 / 77)
    assert np.isnan(columns["lost_pct"][1])
    assert columns["mass"] == ["t C", None]


def test_units_that_overlap_are_named_with_the_share_of_the_smaller_one():
    units = pack_boxes([[0, 0], [9, 0], [50, 50]], [[10, 10], [11, 10], [51, 51]])
    with pytest.raises(InputDataError, match=r"'a' and 'b' \(50 %\) of the smaller one"):
        overlapping_units(units, list("abc"))


def test_units_that_overlap_a_little_are_a_warning():
    units = pack_boxes([[0, 0], [9.999, 0]], [[10, 10], [20, 10]])
    assert texts(overlapping_units(units, list("ab"))) == [
        "1 pairs of units overlap a little, up to a thousandth of the smaller one; what lies in both is "
        "parted between them: 'a' and 'b' (0.01 %)."
    ]


def test_units_side_by_side_do_not_overlap():
    assert overlapping_units(pack_boxes([[0, 0], [10, 0]], [[10, 10], [20, 10]]), list("ab")) == ()


def test_shares_in_overlaps_are_scaled_to_1():
    share = parted_overlaps(np.array([0, 0, 1]), np.array([0.75, 0.75, 0.5]), 2)
    assert share.tolist() == [0.5, 0.5, 0.5]


def test_per_hectare():
    assert per_hectare(np.array([6.0, 1.0]), np.array([3.0, np.nan]))[0] == 2


@given(st.integers(0, 2**32 - 1))
def test_sums_over_grids_and_units_are_those_of_the_polygons(seed):
    random = np.random.default_rng(seed)
    corner = random.uniform(-1e6, 1e6, 2)
    low = corner + random.uniform(0, 900, (30, 2))
    parcels = shapely.transform(
        shapely.box(*low.T, *(low + random.uniform(0.1, 300, (30, 2))).T),
        lambda at: at + 0.3 * (at[:, ::-1] - corner[::-1]),
    )
    wkb = [None, *shapely.to_wkb(parcels)]
    amounts = {"ce_t": random.lognormal(0, 4, 31), "net_t": random.normal(0, 1e6, 31)}
    box = shapely.total_bounds(parcels)
    grid = square_grid(box[:2], box[2:], random.uniform(20, 2000), "")
    inside = cell_shares(wkb, grid)
    cells, unit = np.unique(inside.cell, return_inverse=True)
    places = (
        corner
        + random.uniform(-200, 200, 2)
        + np.stack(np.meshgrid(*[np.arange(3)] * 2), -1).reshape(-1, 2) * 400
    )
    units = area_shares(pack_polygons(wkb), pack_boxes(places, places + 400))
    for pairs, count in (((inside.polygon, unit, inside.share), len(cells)), (tuple(units), 9)):
        found = sum_by_shares(amounts, *pairs, count)
        for name, values in amounts.items():
            together = np.nansum(found.units[name]) + found.lost[name]
            assert together == pytest.approx(values.sum(), rel=1e-9, abs=1e-9 * np.abs(values).sum())
    assert sum_by_shares(amounts, inside.polygon, unit, inside.share, len(cells)).outside.tolist() == [0]
