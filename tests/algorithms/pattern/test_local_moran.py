"""Local Moran's I through QGIS: fields, permutations, styles."""

import numpy as np
import pytest
from landcarbon.algorithms.styles.pattern import LISA
from landcarbon.core.pattern.local_moran import local_moran
from landcarbon.core.pattern.weights import nearest_neighbours, row_standardised
from qgis.core import QgsVectorLayer

from ..conftest import RunFailed

PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'
CORNER = [9.0 if i % 6 < 3 and i < 18 else float(i % 5) for i in range(36)]
CENTRES = np.array([(place % 6 + 0.5, place // 6 + 0.5) for place in range(36)])


@pytest.mark.parametrize("standardised", [True, False])
def test_results_are_those_of_core(pattern, make_units, standardised):
    parameters = {"NEIGHBOURHOOD": 3, "NEIGHBOURS": 4, "PERMUTATIONS": 199, "SEED": 5}
    found = pattern("localmoran", make_units(CORNER, columns=6), **parameters, ROW_STANDARDISED=standardised)
    weights = nearest_neighbours(CENTRES, PLANE, 4)
    expected = local_moran(CORNER, row_standardised(weights) if standardised else weights, 199, 5)
    assert list(found[0]) == ["unit", "ce_t", "lisa_i", "lisa_p", "quadrant"]
    assert [row["lisa_i"] for row in found] == pytest.approx(expected.i, rel=1e-9)
    assert [row["lisa_p"] for row in found] == pytest.approx(expected.p, rel=1e-12)


def test_quadrants(pattern, make_units):
    found = pattern("localmoran", make_units(CORNER, columns=6))
    assert found[0]["quadrant"] == "HH"
    assert {row["quadrant"] for row in found} <= {"HH", "LL", "HL", "LH", "ns"}
    assert all((row["quadrant"] == "ns") == (row["lisa_p"] > 0.05) for row in found)


def test_seeds(pattern, make_units):
    layer = make_units(CORNER, columns=6)
    first, again, other = ([r["lisa_p"] for r in pattern("localmoran", layer, SEED=s)] for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_years(pattern, make_units):
    found = pattern("localmoran", make_units([CORNER, CORNER[::-1]], columns=6))
    assert found[0]["quadrant"] == found[71]["quadrant"] == "HH"
    assert (found[0]["year"], found[71]["year"]) == (2010, 2011)


def test_false_discovery_rate(pattern, make_units, feedback):
    layer = make_units(CORNER, columns=6)
    plain, strict = (pattern("localmoran", layer, FDR=fdr, PERMUTATIONS=9999) for fdr in (False, True))
    count = [sum(row["quadrant"] != "ns" for row in found) for found in (plain, strict)]
    assert 0 < count[1] <= count[0]
    assert any(
        f"With a false discovery rate of 0.05, {count[1]} of 36 units" in text for text in feedback.infos
    )


def test_missing_values_are_left_out(pattern, make_units):
    found = pattern("localmoran", make_units([None, *CORNER[1:]], columns=6))
    assert (found[0]["lisa_i"], found[0]["lisa_p"], found[0]["quadrant"]) == (None, None, None)


@pytest.mark.parametrize(
    ("values", "parameters", "expected"),
    [
        ([1.0, 2.0], {}, "2 units have a value and a shape"),
        ([7.0] * 12, {}, "All 12 units have the same value, 7,"),
        (CORNER, {"FIELD": "unit"}, "'u0' is not a number"),
        (CORNER, {"PERMUTATIONS": 9}, "Incorrect parameter value for PERMUTATIONS"),
        ([CORNER, CORNER], {"YEAR_FIELD": ""}, "feature 1 and feature 37 have the same shape"),
    ],
)
def test_bad_inputs(pattern, make_units, values, parameters, expected):
    with pytest.raises(RunFailed, match=expected):
        pattern("localmoran", make_units(values, columns=6), **parameters)


def test_style_is_kept_in_the_geopackage(run, make_units, tmp_path):
    path = str(tmp_path / "lisa.gpkg")
    run("localmoran", INPUT=make_units([*CORNER[:-1], None], columns=6), FIELD="ce_t", OUTPUT=path)
    layer = QgsVectorLayer(path, "lisa", "ogr")
    assert layer.loadDefaultStyle()[1]
    found = [(one.value(), one.symbol().color().name()) for one in layer.renderer().categories()]
    assert found[:-1] == [(code, colour) for code, _, colour in LISA]
    assert layer.renderer().categories()[-1].label() == "No I computed"
