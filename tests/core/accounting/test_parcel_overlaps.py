"""Parcels that overlap: pairs by construction, and against the exact areas of random ones."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.accounting.parcel_overlaps import overlap_notes, overlapping_pairs
from landcarbon.core.geometry.area_shares import area_shares
from landcarbon.core.geometry.polygons import pack_polygons
from osgeo import ogr


def packed(*texts):
    return pack_polygons(
        None if text is None else bytes(ogr.CreateGeometryFromWkt(text).ExportToWkb()) for text in texts
    )


def box(left, bottom, right, top):
    return f"POLYGON(({left} {bottom},{right} {bottom},{right} {top},{left} {top},{left} {bottom}))"


def pairs(*texts):
    return overlapping_pairs(packed(*texts)).tolist()


def test_neighbours_do_not_overlap():
    assert pairs(box(0, 0, 10, 10), box(10, 0, 20, 10), box(0, 10, 20, 20), None) == []


def test_a_parcel_over_the_border_of_another():
    assert pairs(box(0, 0, 10, 10), box(9, 1, 20, 9), box(30, 0, 40, 10)) == [[0, 1]]


def test_a_parcel_within_another_whichever_comes_first():
    assert pairs(box(0, 0, 10, 10), box(2, 2, 3, 3)) == [[0, 1]]
    assert pairs(box(2, 2, 3, 3), box(0, 0, 10, 10)) == [[0, 1]]


def test_a_parcel_in_the_hole_of_another_does_not_overlap():
    hole = "POLYGON((0 0,10 0,10 10,0 10,0 0),(2 2,2 3,3 3,3 2,2 2))"
    for inner in (box(2, 2, 3, 3), "POLYGON((2 2,2 3,3 3,3 2,2 2))"):
        assert pairs(hole, inner) == []
    assert pairs(hole, box(1.9, 1.9, 3.1, 3.1)) == [[0, 1]]


def test_slivers_of_less_than_a_thousandth_are_let_pass():
    assert pairs(box(0, 0, 10, 10), box(9.995, 0, 20, 10)) == []


def test_a_thin_parcel_does_not_overlap_its_neighbours():
    # A road 5 mm wide and 10 m long: points 10 mm inside of its long edges are beyond it.
    assert pairs(box(0, 0, 10, 10), box(0, 10, 10, 10.005), box(0, 10.005, 10, 20)) == []


def test_without_shapes():
    assert pairs(None, None) == []


def test_the_warning_names_the_pairs():
    (note,) = overlap_notes(packed(box(0, 0, 10, 10), box(9, 1, 20, 9)), ("a", "b"))
    assert note.text.startswith("1 pairs of parcels overlap: a and b.")
    assert overlap_notes(packed(box(0, 0, 10, 10)), ("a",)) == ()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 12)] * 2), min_size=2, max_size=12))
def test_no_pair_is_named_that_has_no_area_in_common(corners):
    boxes = packed(*(box(x, y, x + width, y + height) for x, y, width, height in corners))
    exact = area_shares(boxes, boxes)
    common = {(min(i, o), max(i, o)) for i, o in zip(exact.inner.tolist(), exact.outer.tolist(), strict=True)}
    assert {tuple(pair) for pair in np.asarray(overlapping_pairs(boxes)).tolist()} <= common
