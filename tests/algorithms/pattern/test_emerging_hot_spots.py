"""Emerging hot spots through QGIS: units, keys, the long table, styles."""

import numpy as np
import pytest
from landcarbon.algorithms.styles.pattern import EMERGING
from landcarbon.core.pattern.emerging_hot_spots import PATTERNS, emerging_hot_spots
from landcarbon.core.pattern.neighbourhood import Neighbourhood
from landcarbon.core.pattern.places import Places
from qgis.core import QgsVectorLayer

from ..conftest import RunFailed, square

PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'


@pytest.fixture
def values():
    """Six years of 5 x 5 units; one corner gets ever hotter."""
    values = np.random.default_rng(3).normal(0, 1, (6, 25))
    values[:, [0, 1, 5, 6]] += 3 + 2 * np.arange(6)[:, None]
    return values


def test_one_feature_per_unit(pattern, make_units, values):
    found = pattern("emerginghotspots", make_units(values.tolist(), columns=5))
    assert [row["unit"] for row in found] == [f"u{i}" for i in range(25)]
    assert list(found[0]) == ["unit", "pattern", "pattern_nm", "gi_trend", "hot_years", "cold_years"]
    assert all(row["pattern_nm"] == PATTERNS[row["pattern"]] for row in found)
    assert found[0]["hot_years"] == 6


def test_results_are_those_of_core(pattern, make_units, values):
    found = pattern("emerginghotspots", make_units(values.tolist(), columns=5), NEIGHBOURHOOD=3, NEIGHBOURS=4)
    points = np.array([(place % 5 + 0.5, place // 5 + 0.5) for place in range(25)])
    expected = emerging_hot_spots(
        values.ravel(),
        np.repeat(np.arange(2010, 2016), 25),
        np.tile(np.arange(25), 6),
        Places(points, None, PLANE, str),
        Neighbourhood("nearest", neighbours=4),
    )
    assert [row["pattern"] for row in found] == expected.pattern.tolist()
    assert [row["gi_trend"] for row in found] == pytest.approx(expected.trend.z, rel=1e-9)


def test_long_table(run, rows, make_units, values):
    layer = make_units(values.tolist(), columns=5)
    done = run("emerginghotspots", INPUT=layer, FIELD="ce_t", OUTPUT="memory:", GI="memory:")
    table = rows(done.results["GI"])
    assert list(table[0]) == ["unit", "year", "value", "gi_z", "gi_p", "gi_bin"]
    assert len(table) == 150
    assert (table[149]["unit"], table[149]["year"]) == ("u24", 2015)
    hot = sum(row["unit"] == "u0" and row["gi_bin"] >= 2 for row in table)
    assert hot == rows(done.results["OUTPUT"])[0]["hot_years"]


def test_units_without_a_shape_in_some_years(pattern, make_layer, values):
    fields = {"unit": str, "year": int, "ce_t": float}
    rows = [(f"u{i}", 2010 + t, float(values[t, i])) for t in range(6) for i in range(25)]
    shapes = [square(i % 5, i // 5) if t else None for t in range(6) for i in range(25)]
    assert len(pattern("emerginghotspots", make_layer(fields, rows, shapes))) == 25


def test_gap_is_reported(pattern, make_units, values, feedback):
    gaps = [[None if (t, i) in {(5, 7)} else float(values[t, i]) for i in range(25)] for t in range(6)]
    found = pattern("emerginghotspots", make_units(gaps, columns=5))
    assert (found[7]["pattern"], found[7]["pattern_nm"]) == (None, None)
    assert any("1 units have Gi* in fewer than 5 years or not in 2015" in t for t in feedback.warnings)
    assert any(t == "2015: 1 units have no value and are left out: u7." for t in feedback.warnings)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"YEAR_FIELD": ""}, "YEAR_FIELD"),
        ({"UNIT_FIELD": "nothing"}, "No field 'nothing'"),
        ({"FIELD": "unit"}, "'u0' is not a number"),
    ],
)
def test_wrong_fields(pattern, make_units, values, change, expected):
    with pytest.raises(RunFailed, match=expected):
        pattern("emerginghotspots", make_units(values.tolist(), columns=5), **change)


def test_three_years(pattern, make_units, values):
    with pytest.raises(RunFailed, match="A trend needs at least 4 dates, and there are 3"):
        pattern("emerginghotspots", make_units(values[:3].tolist(), columns=5))


def test_unit_twice_in_a_year(pattern, make_layer):
    rows = [("a", 2010, 1.0), ("a", 2010, 2.0), ("b", 2010, 2.0)]
    layer = make_layer({"unit": str, "year": int, "ce_t": float}, rows, [square(i, 0) for i in range(3)])
    with pytest.raises(RunFailed, match="both unit 'a' in 2010"):
        pattern("emerginghotspots", layer)


def test_two_keys_of_one_shape(pattern, make_layer, values):
    rows = [(f"u{i}" if t else f"U {i}", 2010 + t, float(values[t, i])) for t in range(6) for i in range(25)]
    shapes = [square(i % 5, i // 5) for _ in range(6) for i in range(25)]
    layer = make_layer({"unit": str, "year": int, "ce_t": float}, rows, shapes)
    with pytest.raises(RunFailed, match="U 0 and u0 have the same shape; if they are one unit"):
        pattern("emerginghotspots", layer)


def test_style_has_the_patterns_that_occur(run, make_units, values, tmp_path):
    path = str(tmp_path / "emerging.gpkg")
    run("emerginghotspots", INPUT=make_units(values.tolist(), columns=5), FIELD="ce_t", OUTPUT=path)
    layer = QgsVectorLayer(path, "emerging", "ogr")
    assert layer.loadDefaultStyle()[1]
    found = layer.uniqueValues(layer.fields().lookupField("pattern"))
    shown = [(one.value(), one.symbol().color().name()) for one in layer.renderer().categories()]
    assert shown == [(code, colour) for code, _, colour in EMERGING if code in found]


def test_every_pattern_has_its_colour():
    assert {code for code, _, _ in EMERGING} == set(PATTERNS)
    assert {code: name for code, name, _ in EMERGING} == PATTERNS
    assert len({colour for _, _, colour in EMERGING}) == len(EMERGING)
