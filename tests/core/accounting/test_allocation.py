"""Totals of sectors on parcels: mass is closed for every rule, parent and layer."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.accounting.allocation import (
    allocate,
    allocation_columns,
    closure_columns,
    needed_rules,
)
from landcarbon.core.accounting.allocation_rules import allocation_rules, rule_preset
from landcarbon.core.accounting.allocation_tasks import allocation_tasks
from landcarbon.core.accounting.parcels import Parcels, coded
from landcarbon.core.accounting.proxies import Weights
from landcarbon.core.accounting.proxy_weights import LineSet, PointSet, ProxyData, proxy_weights
from landcarbon.core.accounting.sector_totals import sector_totals
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.lines import Lines
from landcarbon.core.geometry.polygons import pack_boxes
from landcarbon.core.tables import table_from_columns

PRESET = rule_preset("zhang2023")
LAND_TYPES = sorted({name for rule in PRESET for name in rule.land_types})
OWN = (
    ("industry", "by field", "*", "field", "", "output"),
    ("transport", "by length", "water", "length", "", ""),
)

# Zhang et al. 2023, table 3 and its text [10^4 t CO2]; the printed parts of industry sum to 1 more than its
# total, so manufacturing is the total less supply. The study gives no parts of agriculture and waste: halves.
SUZHOU = (
    ("industry", "manufacturing", 19334.77 - 6905.31, "source"),
    ("industry", "supply", 6905.31, "source"),
    ("construction", "residential", 767.06 + 537.13, "source"),
    ("construction", "services", 1030.09 + 548.48, "source"),
    ("transport", "road", 1421.44, "source"),
    ("agriculture", "planting", 100.70 / 2, "source"),
    ("agriculture", "livestock", 100.70 / 2, "source"),
    ("waste", "industrial", 288.30 / 2, "source"),
    ("waste", "domestic", 288.30 / 2, "source"),
    ("sinks", "natural", 179.90, "sink"),
    ("sinks", "crops", 71.96, "sink"),
)


def rules_of(*rows):
    names = ("sector", "subsector", "land_type", "proxy", "category", "field", "share")
    padded = [(*row, *[None] * (len(names) - len(row))) for row in rows]
    return allocation_rules(
        table_from_columns("rules", dict(zip(names, zip(*padded, strict=True), strict=True)))
    )


def totals_of(*rows, parents=(None,), mass="t C"):
    """Totals of (sector, subsector, total, kind) in every parent."""
    columns = {"parent": [parent for parent in parents for _ in rows]}
    for place, name in enumerate(("sector", "subsector", "total", "kind")):
        columns[name] = [row[place] for _ in parents for row in rows]
    return sector_totals(table_from_columns("totals", columns), mass)


def parcels_of(land_types, parents=None, area_ha=None):
    land_type, names = coded(land_types)
    parent, parent_names = (None, ()) if parents is None else coded(parents)
    areas = np.ones(len(land_types)) if area_ha is None else np.array(area_ha, dtype=float)
    return Parcels(areas, land_type, names, parent, parent_names)


def allocated(totals, rules, parcels, weights):
    """Allocation with the same weights for all rules."""
    tasks, _ = allocation_tasks(totals, rules)
    return allocate(tasks, parcels, {rule.key: Weights(np.array(weights, dtype=float)) for rule in rules})


# Closure


def made_data(random, parcels):
    """Random points, people and lines on a street grid of square parcels of 100 m."""
    side = math.isqrt(len(parcels.area_ha) - 1) + 1
    low = 100.0 * np.column_stack(np.divmod(np.arange(len(parcels.area_ha)), side))
    span = (-150.0, 100.0 * side + 150.0)
    kinds = ("mining", "manufacturing", "supply", "business", "transport", "")
    classes = ("motorway", "residential", "rail", "waterway", "")

    def points(count, names, amount):
        xy = random.uniform(*span, (count, 2))
        return PointSet("points", xy, random.integers(0, len(names), count), names, amount)

    count = int(random.integers(0, 200))
    start = random.uniform(*span, (int(random.integers(0, 60)), 2))
    start = np.where(random.random(start.shape) < 0.3, np.rint(start / 100) * 100, start)  # along borders
    end = start + np.where(random.random(start.shape) < 0.3, 0.0, random.normal(0, 90, start.shape))
    lines = Lines(len(start), start, end, np.arange(len(start)))
    roads = LineSet(
        "roads", lines, lines.lengths() * 1.01, random.integers(0, len(classes), len(start)), classes
    )
    return ProxyData(
        pack_boxes(low, low + 100.0),
        parcels,
        points(count, kinds, np.ones(count)),
        points(30, ("",), np.rint(random.exponential(20.0, 30))),
        roads,
        {"output": np.where(random.random(len(low)) < 0.2, np.nan, random.lognormal(0, 4, len(low)))},
        "transport",
        np.ones_like,
        str,
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_parcels_sum_to_every_total_in_every_parent(seed, parents):
    random = np.random.default_rng(seed)
    names = [f"parent {i}" for i in range(parents)]
    # Every land type in every parent, and some more parcels.
    land_types = LAND_TYPES * parents + random.choice(LAND_TYPES, 20).tolist()
    parent_of = np.repeat(names, len(LAND_TYPES)).tolist() + random.choice(names, 20).tolist()
    parcels = parcels_of(land_types, parent_of, random.lognormal(0, 2, len(land_types)))
    rules = (*PRESET, *rules_of(*OWN))
    rows = [
        (
            rule.sector,
            rule.subsector,
            float(10 ** random.uniform(-6, 12)),
            "sink" if rule.sector == "sinks" else "source",
        )
        for rule in rules
    ]
    totals = totals_of(*rows, parents=names)
    tasks, _ = allocation_tasks(totals, rules)
    weights, _ = proxy_weights(needed_rules(tasks), made_data(random, parcels))
    found = allocate(tasks, parcels, weights)

    for row in found.closure:
        assert row.placed == pytest.approx(row.total, rel=1e-9)
        assert row.parcels > 0
    for place, name in enumerate(names):
        own = parcels.parent == place
        for sector, amounts in found.sectors.items():
            expected = math.fsum(
                one.total_t for one in totals.rows if (one.parent, one.sector) == (name, sector)
            )
            assert math.fsum(amounts[own].tolist()) == pytest.approx(expected, rel=1e-9)
        for kind, amounts in (("source", found.ce_t), ("sink", found.cs_t)):
            expected = math.fsum(one.total_t for one in totals.rows if (one.parent, one.kind) == (name, kind))
            assert math.fsum(amounts[own].tolist()) == pytest.approx(expected, rel=1e-9)
    assert all((amounts >= 0).all() for amounts in found.sectors.values())
    np.testing.assert_array_equal(found.net_t, found.ce_t - found.cs_t)


def test_the_totals_of_suzhou_give_the_published_sums():
    parcels = parcels_of(LAND_TYPES * 3)
    totals = totals_of(
        *((sector, sub, total * 1e4, kind) for sector, sub, total, kind in SUZHOU), mass="t CO2"
    )
    found = allocated(totals, PRESET, parcels, np.arange(1.0, len(LAND_TYPES) * 3 + 1))
    published = {"industry": 19334.77, "construction": 2882.76, "transport": 1421.44, "agriculture": 100.70}
    for sector, amount in (published | {"waste": 288.30, "sinks": 251.86}).items():
        assert math.fsum(found.sectors[sector].tolist()) / 1e4 == pytest.approx(amount, abs=0.005)
    assert math.fsum(found.net_t.tolist()) / 1e4 == pytest.approx(23776.11, abs=0.005)
    rate = math.fsum(found.cs_t.tolist()) / math.fsum(found.ce_t.tolist())
    assert 100 * rate == pytest.approx(1.05, abs=0.005)


def test_the_log_says_how_well_mass_is_closed():
    totals = totals_of(("a", None, 4e6, "source"), ("b", None, 1.5, "sink"))
    rules = rules_of(("a", None, "x", "area"), ("b", None, "x", "area"))
    found = allocated(totals, rules, parcels_of(["x", "x"]), [1, 1])
    assert found.notes[-1].text == (
        "2 totals are on parcels: sources 4,000,000 t, sinks 1.5 t, net 3,999,998.5 t; none differs from its "
        "total by more than 0 of it."
    )


def test_weights_of_any_size_neither_overflow_nor_vanish():
    parcels = parcels_of(["a"] * 3)
    totals = totals_of(("s", None, 4.0, "source"))
    for scale in (8e307, 1e300, 1e-300, 5e-324):
        found = allocated(
            totals, rules_of(("s", None, "a", "area")), parcels, np.array([1.0, 2.0, 1.0]) * scale
        )
        assert found.ce_t.tolist() == pytest.approx([1.0, 2.0, 1.0], rel=1e-12)


# Rules


def test_parcels_of_several_land_types_share_one_sum():
    rules = rules_of(("homes", None, "town", "area"), ("homes", None, "village", "area"))
    found = allocated(
        totals_of(("homes", None, 60.0, "source")), rules, parcels_of(["town", "village", "x"]), [1, 2, 9]
    )
    assert found.ce_t.tolist() == [20.0, 40.0, 0.0]


def test_the_total_of_a_whole_sector_is_parted_by_shares():
    rules = rules_of(("s", "a", "x", "area", None, None, 0.3), ("s", "b", "y", "area", None, None, 0.7))
    found = allocated(totals_of(("s", None, 10.0, "source")), rules, parcels_of(["x", "y"]), [1, 1])
    assert found.ce_t.tolist() == pytest.approx([3.0, 7.0], rel=1e-12)
    assert [row.subsector for row in found.closure] == ["a", "b"]


def test_the_only_sub_sector_gets_the_whole_sector():
    rules = rules_of(("s", "a", "x", "area"))
    found = allocated(totals_of(("s", None, 10.0, "source")), rules, parcels_of(["x"]), [1])
    assert found.ce_t.tolist() == [10.0]


def test_shares_that_do_not_sum_to_1_are_an_error():
    rules = rules_of(("s", "a", "x", "area", None, None, 0.3), ("s", "b", "y", "area", None, None, 0.6999))
    with pytest.raises(InputDataError, match=r"'s' sum to 0.9999 \(a 0.3, b 0.6999\)"):
        allocation_tasks(totals_of(("s", None, 10.0, "source")), rules)


def test_shares_that_are_missing_are_an_error():
    with pytest.raises(InputDataError, match="the rules have no share of mining, manufacturing, supply"):
        allocation_tasks(totals_of(("industry", None, 10.0, "source")), PRESET)


def test_a_total_without_a_rule_is_an_error():
    with pytest.raises(
        InputDataError, match=r"no rule for 'industry, fishing' \(10 t C\).*industry, mining; industry"
    ):
        allocation_tasks(totals_of(("industry", "fishing", 10.0, "source")), PRESET)


def test_weights_that_are_all_0_fall_back_to_areas():
    rules = rules_of(("s", "a", "x", "points"))
    found = allocated(
        totals_of(("s", "a", 9.0, "source")), rules, parcels_of(["x", "x", "y"], None, [1, 2, 5]), [0, 0, 4]
    )
    assert found.ce_t.tolist() == pytest.approx([3.0, 6.0, 0.0], rel=1e-12)
    assert (found.closure[0].fallback, found.closure[0].weights) == ("area", 0.0)
    (warned,) = (note.text for note in found.notes if note.kind == "warning" and "by area" in note.text)
    assert warned.startswith("1 totals are parted by area")
    assert "'s, a' (no points)" in warned


def test_the_fallback_is_decided_in_every_parent():
    rules = rules_of(("s", None, "x", "points"))
    parcels = parcels_of(["x"] * 4, ["A", "A", "B", "B"], [1, 3, 1, 3])
    found = allocated(totals_of(("s", None, 4.0, "source"), parents="AB"), rules, parcels, [0, 0, 1, 1])
    assert found.ce_t.tolist() == [1.0, 3.0, 2.0, 2.0]
    assert [row.fallback for row in found.closure] == ["area", ""]


def test_points_that_are_mostly_elsewhere_are_warned_of():
    rules = rules_of(("a", None, "x", "points"), ("b", None, "y", "points"))
    totals = totals_of(("a", None, 1.0, "source"), ("b", None, 1.0, "source"))
    tasks, _ = allocation_tasks(totals, rules)
    counts = np.array([1.0, 3.0])
    weights = {rule.key: Weights(counts, counts, 5.0, "points") for rule in rules}
    found = allocate(tasks, parcels_of(["x", "y"]), weights)
    assert [row.unused for row in found.closure] == [4.0, 2.0]
    (warned,) = (note.text for note in found.notes if note.kind == "warning")
    assert "1 sub-sectors are parted by less than half" in warned
    assert "'a' (80 % of the points)" in warned


def test_a_total_without_parcels_of_its_land_types_names_both():
    parcels = parcels_of(["x", "y"], ["A", "B"])
    with pytest.raises(InputDataError, match=r"No parcel for 's' in B \(4 t on x\).*land types are: x, y"):
        allocated(
            totals_of(("s", None, 4.0, "source"), parents="AB"),
            rules_of(("s", None, "x", "area")),
            parcels,
            [1, 1],
        )


def test_a_total_of_0_needs_no_parcel_and_no_weights():
    totals = totals_of(("s", None, 0.0, "source"))
    tasks, _ = allocation_tasks(totals, rules_of(("s", None, "x", "points")))
    assert needed_rules(tasks) == ()
    found = allocate(tasks, parcels_of(["y"]), {})
    assert found.sectors["s"].tolist() == [0.0]
    assert (found.closure[0].placed, found.closure[0].parcels) == (0.0, 0)


def test_parcels_without_weights_and_areas_are_an_error():
    with pytest.raises(InputDataError, match="The 1 parcels of 's' have neither weights nor areas"):
        allocated(
            totals_of(("s", None, 4.0, "source")),
            rules_of(("s", None, "x", "points")),
            parcels_of(["x"], None, [0]),
            [0],
        )


def test_a_parcel_without_a_polygon_gets_nothing():
    found = allocated(
        totals_of(("s", None, 4.0, "source")),
        rules_of(("s", None, "*", "field", None, "f")),
        parcels_of(["x", "x"], None, [np.nan, 2.0]),
        [1, 1],
    )
    assert found.ce_t.tolist() == [0.0, 4.0]
    assert np.isnan(found.t_ha[0])
    assert found.t_ha[1] == 2.0


# Parents


def test_a_parent_without_parcels_is_named_with_its_amount():
    totals = totals_of(("s", None, 4.0, "source"), parents=("A", "C"))
    with pytest.raises(
        InputDataError, match=r"1 parent areas of the totals have no parcel: C \(4 t\); .* have A, B"
    ):
        allocated(totals, rules_of(("s", None, "x", "area")), parcels_of(["x", "x"], ["A", "B"]), [1, 1])


def test_parcels_of_other_parents_get_nothing_and_are_counted():
    totals = totals_of(("s", None, 4.0, "source"), parents=("A",))
    found = allocated(
        totals, rules_of(("s", None, "x", "area")), parcels_of(["x"] * 3, ["A", "B", None]), [1, 1, 1]
    )
    assert found.ce_t.tolist() == [4.0, 0.0, 0.0]
    assert [note.text for note in found.notes if note.kind == "warning"] == [
        "1 parcels get nothing, because their parent area has no totals: B.",
        "1 parcels get nothing, because they have no parent area.",
    ]


def test_totals_of_one_parent_need_no_field_of_the_parcels():
    totals = totals_of(("s", None, 4.0, "source"), parents=("Suzhou",))
    found = allocated(totals, rules_of(("s", None, "x", "area")), parcels_of(["x"]), [1])
    assert found.closure[0].parent == "Suzhou"
    assert found.ce_t.tolist() == [4.0]


@pytest.mark.parametrize(
    ("of_totals", "of_parcels", "text"),
    [
        (("A", "B"), None, r"those of 2 parent areas \(A, B\); choose the field"),
        ((None,), ["A", "B"], r"have parent areas \(A, B\), and the totals have no column 'parent'"),
    ],
)
def test_parents_on_one_side_only_are_an_error(of_totals, of_parcels, text):
    totals = totals_of(("s", None, 4.0, "source"), parents=of_totals)
    with pytest.raises(InputDataError, match=text):
        allocated(totals, rules_of(("s", None, "x", "area")), parcels_of(["x", "x"], of_parcels), [1, 1])


# Columns


def test_sectors_become_fields():
    rules = rules_of(("human respiration", None, "x", "area"), ("sinks", None, "x", "area"))
    totals = totals_of(("human respiration", None, 6.0, "source"), ("sinks", None, 4.0, "sink"))
    parcels = parcels_of(["x"], None, [2.0])
    columns = allocation_columns(allocated(totals, rules, parcels, [1]), parcels, totals)
    assert {name: list(values) for name, values in columns.items()} == {
        "human_respiration_t": [6.0],
        "sinks_t": [4.0],
        "ce_t": [6.0],
        "cs_t": [4.0],
        "net_t": [2.0],
        "area_ha": [2.0],
        "t_ha": [1.0],
        "mass": ["t C"],
    }


@pytest.mark.parametrize("names", [("ce",), ("Net",), ("a b", "a_b"), ("a b", "A_b")])
def test_sectors_whose_fields_would_clash_are_an_error(names):
    rules = rules_of(*((name, None, "x", "area") for name in names))
    totals = totals_of(*((name, None, 1.0, "source") for name in names))
    parcels = parcels_of(["x"])
    with pytest.raises(InputDataError, match="is also that of another sum"):
        allocation_columns(allocated(totals, rules, parcels, [1]), parcels, totals)


def test_the_closure_has_a_row_per_total_with_its_mass():
    totals = totals_of(("s", None, 4.0, "source"))
    columns = closure_columns(
        allocated(totals, rules_of(("s", None, "x", "area")), parcels_of(["x"]), [1]), totals
    )
    assert columns["parent"] == [None]
    assert columns["mass"] == ["t C"]
    assert columns["fallback"] == [None]
    assert "year" not in columns
