"""Sector inventory: two units by hand for every formula, gases, sums, notes, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.accounting.factor_table import factor_preset, factor_table
from landcarbon.core.accounting.sector_inventory import sector_inventory
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import table_from_columns

COLUMNS = ("unit", "year", "activity", "amount", "per", "sector", "subsector", "amount_2", "amount_3")
DEFAULTS = (None, None, None, None, None, None, None, None, None)


def activities(*rows):
    """A table of rows in the order of `COLUMNS`, as far as given."""
    whole = [(*row, *DEFAULTS[len(row) :]) for row in rows]
    columns = dict(zip(COLUMNS, zip(*whole, strict=True), strict=True))
    kept = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    return table_from_columns(
        "statistics", {name: columns[name] for name in {**dict.fromkeys(COLUMNS[:5]), **kept}}
    )


def inventory(*rows, preset="huo2025", gwp="AR5", mass="t C", factors=None):
    return sector_inventory(activities(*rows), factors or factor_preset(preset), gwp, mass)


def own_factors(*rows, columns=("activity", "sector", "subsector", "factor", "per", "gas")):
    return factor_table(table_from_columns("own", dict(zip(columns, zip(*rows, strict=True), strict=True))))


def budget(found):
    return {
        (unit, year): (ce, cs)
        for unit, year, ce, cs in zip(
            *(found.budget[name] for name in ("unit", "year", "ce_t", "cs_t")), strict=True
        )
    }


def totals(found):
    names = ("parent", "sector", "subsector", "kind", "total")
    return {tuple(row[:4]): row[4] for row in zip(*(found.totals[name] for name in names), strict=True)}


def texts(found, kind):
    return [note.text for note in found.notes if note.kind == kind]


def near(value):
    return pytest.approx(value, rel=1e-12)


def test_farming_of_two_units():
    found = inventory(
        ("a", 2020, "fertiliser", 100.0, "t"),
        ("a", 2020, "pesticide", 2.0, "t"),
        ("a", 2020, "agricultural plastic film", 3.0, "t"),
        ("a", 2020, "irrigated area", 4.0, "1e3 ha"),
        ("a", 2020, "sown area", 5.0, "1e3 ha"),
        ("a", 2020, "machinery power", 6.0, "1e4 kW"),
        ("b", 2020, "fertiliser", 10.0, "1e4 t"),
    )
    a = 100 * 0.86 + 2 * 4.93 + 3 * 5.18 + 4000 * 0.266 + 5000 * 0.02 + 60_000 * 1.81e-4
    assert budget(found) == {("a", 2020): (near(a), 0.0), ("b", 2020): (near(100_000 * 0.86), 0.0)}
    assert totals(found) == {
        ("a", "agriculture", "planting", "source"): near(a),
        ("b", "agriculture", "planting", "source"): near(86_000.0),
    }


def test_livestock_and_people_of_two_units():
    found = inventory(
        ("a", 2020, "pig", 2.0, "1e4 head"),
        ("a", 2020, "cattle", 100.0, "head"),
        ("a", 2020, "human respiration", 3.0, "1e4 persons"),
        ("b", 2020, "sheep", 50.0, "head"),
        ("b", 2020, "chicken", 5.0, "万只"),
    )
    assert totals(found) == {
        ("a", "agriculture", "livestock", "source"): near(20_000 * 0.086 + 100 * 0.798),
        ("a", "human respiration", None, "source"): near(30_000 * 0.079),
        ("b", "agriculture", "livestock", "source"): near(50 * 0.0255 + 50_000 * 0.00103),
    }


def test_one_line_for_every_process():
    found = inventory(("a", 2020, "pig", 1000.0, "head"))
    assert [(line.process, line.ce_t) for line in found.lines] == [
        ("respiration", near(80.0)),
        ("enteric fermentation", near(1.0)),
        ("manure", near(5.0)),
    ]


def test_energy_with_two_coefficients_of_two_units():
    found = inventory(
        ("a", 2020, "raw coal", 2.0, "1e4 t"),
        ("a", 2020, "natural gas", 3.0, "1e4 m3"),
        ("b", 2020, "diesel", 40.0, "t"),
        ("b", 2020, "liquefied petroleum gas", 500.0, "kg"),
    )
    # t of standard coal = t * kg/kg, or m3 * kg/m3 / 1000
    a = 20_000 * 0.7143 * 0.7260 + 30_000 * 1.2143 / 1000 * 0.4483
    b = 40 * 1.4571 * 0.5921 + 0.5 * 1.7143 * 0.5042
    assert budget(found) == {("a", 2020): (near(a), 0.0), ("b", 2020): (near(b), 0.0)}


def test_crops_of_two_units():
    found = inventory(
        ("a", 2020, "rice", 10.0, "1e4 t"),
        ("a", 2020, "potato", 20.0, "t"),
        ("b", 2020, "cotton", 7.0, "t"),
    )
    a = 100_000 * (1 - 0.12) / 0.45 * 0.414 + 20 * (1 - 0.70) / 0.70 * 0.423
    assert budget(found) == {
        ("a", 2020): (0.0, near(a)),
        ("b", 2020): (0.0, near(7 * (1 - 0.08) / 0.10 * 0.45)),
    }
    assert found.budget["net_t"] == [near(-a), near(-7 * 0.92 / 0.10 * 0.45)]
    assert totals(found)["a", "sinks", "crops", "sink"] == near(a)


def test_products_of_two_units():
    found = inventory(
        ("a", 2020, "cement", 100.0, "1e4 t"),
        ("a", 2020, "glass", 1000.0, "t"),
        ("b", 2020, "steel", 5.0, "1e4 t"),
        ("b", 2020, "ammonia", 10.0, "t"),
        preset="zhang2023",
        mass="t CO2",
    )
    assert totals(found) == {
        ("a", "industry", "manufacturing", "source"): near(1e6 * 0.52 * 0.75 + 1000 * 0.20 * 0.5),
        ("b", "industry", "manufacturing", "source"): near(5e4 * 1.06 + 10 * 3.273),
    }


def test_transport_of_two_units():
    found = inventory(
        ("a", 2020, "road freight", 2.0, "1e8 t km"),
        ("a", 2020, "cars", 3.0, "1e4 km", None, None, 12_000.0),
        ("b", 2020, "rail passengers", 4.0, "1e4 person km"),
        preset="zhang2023",
        mass="t CO2",
    )
    # 30 000 vehicles of 12 000 km each
    assert totals(found) == {
        ("a", "transport", "road", "source"): near(2e8 * 62e-6 + 30_000 * 12_000 * 0.19228e-3),
        ("b", "transport", "rail", "source"): near(40_000 * 0.04115e-3),
    }


def test_buildings_of_two_units():
    found = inventory(
        ("a", 2020, "natural gas", 1.0, "1e8 m3", "construction", "residential"),
        ("a", 2020, "electricity", 2.0, "1e8 kWh", "construction", "services"),
        ("b", 2020, "liquefied petroleum gas", 3.0, "t", "construction", "residential"),
        preset="zhang2023",
    )
    assert totals(found) == {
        ("a", "construction", "residential", "source"): near(1e8 * 1.2143e-3 * 0.4483),
        ("a", "construction", "services", "source"): near(2e8 * 0.5703e-3 * 12 / 44),
        ("b", "construction", "residential", "source"): near(3 * 1.7143 * 0.5042),
    }


def test_waste_of_two_units():
    found = inventory(
        ("a", 2020, "domestic waste burned", 10.0, "1e4 t", None, None, 0.6),
        ("a", 2020, "domestic waste landfilled", 10.0, "1e4 t", None, None, 0.4, 0.8),
        ("b", 2020, "domestic wastewater", 50.0, "万人"),
        ("b", 2020, "industrial wastewater, anaerobic reactor", 2.0, "1e4 t"),
        preset="zhang2023",
        mass="t CO2",
    )
    burned = 100_000 * 0.6 * 0.20 * 0.39 * 0.95 * 44 / 12
    buried = 100_000 * 0.4 * 0.8 * 0.138 * 0.5 * 0.5 * 0.9 * 16 / 12 * 28
    assert totals(found) == {
        ("a", "waste", "domestic", "source"): near(burned + buried),
        ("b", "waste", "domestic", "source"): near(500_000 * 40e-6 * 365 * 0.6 * 0.165 * 28),
        ("b", "waste", "industrial", "source"): near(20_000 * 0.25 * 0.8 * 28),
    }


@pytest.mark.parametrize(("gwp", "potential"), [("AR4", 25), ("AR5", 28), ("AR6", 27)])
def test_methane_counts_by_the_report(gwp, potential):
    found = inventory(("a", 2020, "pig", 1000.0, "head"), preset="huo2025_ch4", gwp=gwp)
    # respiration is carbon, enteric fermentation and manure are methane
    assert budget(found)["a", 2020][0] == near(80.0 + 6.0 * potential * 12 / 44)


def test_gases_are_listed_apart():
    found = inventory(("a", 2020, "pig", 1000.0, "head"), ("a", 2020, "rice", 1.0, "t"), preset="huo2025_ch4")
    names = ("unit", "year", "gas", "kind", "gas_t", "gwp", "co2e_t")
    assert sorted(zip(*(found.gases[name] for name in names), strict=True)) == [
        ("a", 2020, "CH4", "source", near(6.0), 28.0, near(6.0 * 28)),
        (
            "a",
            2020,
            "CO2",
            "sink",
            near(0.88 / 0.45 * 0.414 * 44 / 12),
            1.0,
            near(0.88 / 0.45 * 0.414 * 44 / 12),
        ),
        ("a", 2020, "CO2", "source", near(80 * 44 / 12), 1.0, near(80 * 44 / 12)),
    ]


def test_nitrous_oxide_from_nitrogen():
    found = inventory(("a", 2020, "nitrogen fertiliser", 100.0, "t"), preset="zhang2023", mass="t CO2")
    assert budget(found)["a", 2020][0] == near(100 * 0.01 * 44 / 28 * 265)


def test_fossil_methane_counts_more_in_ar6():
    factors = own_factors(("leaks", "industry", "", 1.0, "t", "CH4 fossil"))
    found = inventory(("a", 2020, "leaks", 1.0, "t"), factors=factors, gwp="AR6", mass="t CO2")
    assert budget(found)["a", 2020][0] == near(29.8)


def test_carbon_stays_carbon_to_the_last_digit():
    found = inventory(("a", 2020, "fertiliser", 1.0, "t"))
    assert found.budget["ce_t"] == [0.86]


def test_t_co2_is_44_12_of_t_c():
    rows = [("a", 2020, "raw coal", 3.0, "t"), ("a", 2020, "rice", 2.0, "t")]
    carbon, co2 = (inventory(*rows, mass=mass).budget for mass in ("t C", "t CO2"))
    for name in ("ce_t", "cs_t", "net_t"):
        assert co2[name][0] == near(carbon[name][0] * 44 / 12)
    assert (carbon["mass"], co2["mass"]) == (["t C"], ["t CO2"])


def test_a_line_can_be_computed_again_by_hand():
    found = inventory(
        ("a", 2020, "domestic waste burned", 10.0, "1e4 t", None, None, 0.6), preset="zhang2023"
    )
    (line,) = found.lines
    assert math.prod(line.amounts) * line.factor == near(line.gas_t)
    assert line.formula == "0.2 t C/t x 0.39 x 0.95"
    assert line.source.startswith("zhang2023, row ")
    assert "carbon 0.20" in line.source


def test_years_are_apart_and_units_in_order_of_appearance():
    found = inventory(
        ("b", 2020, "fertiliser", 1.0, "t"),
        ("a", 2020, "fertiliser", 2.0, "t"),
        ("b", 2010, "fertiliser", 3.0, "t"),
    )
    assert list(budget(found)) == [("b", 2010), ("b", 2020), ("a", 2020)]


def test_a_unit_key_is_one_however_it_is_written():
    found = inventory((110101.0, 2020, "fertiliser", 1.0, "t"), ("110101", 2020, "pesticide", 1.0, "t"))
    assert budget(found) == {("110101", 2020): (near(0.86 + 4.93), 0.0)}


def test_no_column_of_years():
    table = table_from_columns(
        "statistics", {"unit": ["a"], "activity": ["fertiliser"], "amount": [1.0], "per": ["t"]}
    )
    found = sector_inventory(table, factor_preset("huo2025"))
    assert found.budget["year"] == [None]
    assert any("has no column year" in text for text in texts(found, "decision"))


def test_chinese_names():
    found = inventory(("甲", 2020, "化肥", 1.0, "万吨"), ("甲", 2020, "稻谷", 2.0, "万吨"))
    assert budget(found) == {("甲", 2020): (near(8600.0), near(20_000 * 0.88 / 0.45 * 0.414))}
    assert [line.activity for line in found.lines] == ["fertiliser", "rice"]
    assert any("化肥 = fertiliser, 稻谷 = rice" in text for text in texts(found, "decision"))


def test_case_and_blanks_of_names_do_not_matter():
    assert inventory(("a", 2020, " Raw  COAL ", 1.0, "t")).lines[0].activity == "raw coal"


def test_missing_amount_is_missing_not_zero():
    found = inventory(
        ("a", 2020, "fertiliser", None, "t"),
        ("a", 2020, "rice", 1.0, "t"),
        ("b", 2020, "fertiliser", 1.0, "t"),
    )
    assert math.isnan(budget(found)["a", 2020][0])
    assert budget(found)["a", 2020][1] == near(0.88 / 0.45 * 0.414)
    assert math.isnan(found.budget["net_t"][0])
    assert math.isnan(totals(found)["a", "agriculture", "planting", "source"])
    assert budget(found)["b", 2020] == (0.86, 0.0)
    assert any(
        "1 amounts are missing" in text and "fertiliser of a (2020)" in text
        for text in texts(found, "warning")
    )


def test_an_empty_second_amount_is_one():
    found = inventory(
        ("a", 2020, "fertiliser", 2.0, "t", None, None, None, 3.0),
        ("b", 2020, "fertiliser", 2.0, "t", None, None, 0.5),
    )
    assert found.budget["ce_t"] == [near(2 * 3 * 0.86), near(2 * 0.5 * 0.86)]


def test_a_second_amount_that_only_some_rows_of_an_activity_have_is_warned_of():
    found = inventory(
        ("a", 2020, "化肥", 2.0, "t"),
        ("b", 2020, "fertiliser", 2.0, "t", None, None, 0.5),
        ("b", 2020, "rice", 2.0, "t"),
    )
    assert texts(found, "warning")[0] == (
        "1 rows have no amount_2 though others of the same activity have one; it counts as 1: fertiliser of "
        "a (2020) in feature 1."
    )
    assert found.budget["ce_t"] == [near(2 * 0.86), near(2 * 0.5 * 0.86)]


def test_rows_that_are_off_are_listed_and_add_nothing():
    found = inventory(("a", 2020, "electricity", 5.0, "1e8 kWh"), ("a", 2020, "fertiliser", 1.0, "t"))
    line = found.lines[0]
    assert (line.activity, line.ce_t, line.cs_t) == ("electricity", 0.0, 0.0)
    assert math.isnan(line.factor)
    assert line.source.startswith("not counted (use = no); huo2025, row ")
    assert budget(found) == {("a", 2020): (0.86, 0.0)}
    assert list(totals(found)) == [("a", "agriculture", "planting", "source")]
    assert any("1 rows of 'electricity' are not counted" in text for text in texts(found, "warning"))


def test_own_rows_replace_the_preset_for_their_activities_only():
    own = own_factors(("electricity", "industry", "", 0.6, "kg CO2/kWh", "CO2"))
    factors = factor_preset("huo2025").replaced_by(own)
    found = inventory(
        ("a", 2020, "电力", 1.0, "1e4 kWh"), ("a", 2020, "fertiliser", 1.0, "t"), factors=factors
    )
    assert found.budget["ce_t"] == [near(1e4 * 0.6e-3 * 12 / 44 + 0.86)]
    assert [line.source.split(",")[0] for line in found.lines] == ["own", "huo2025"]


@pytest.mark.parametrize("name", ["电力", "electricity", "用电量"])
def test_own_rows_under_another_name_of_the_activity_replace_it_too(name):
    own = own_factors(("电力", "industry", "", 0.6, "kg CO2/kWh", "CO2"))
    factors = factor_preset("huo2025").replaced_by(own)
    (line,) = inventory(("a", 2020, name, 1.0, "kWh"), factors=factors).lines
    assert (line.row.table, line.factor) == ("own", near(0.6e-3))


def test_own_rows_replace_all_processes_of_an_activity():
    own = own_factors(("pig", "agriculture", "livestock", 1.0, "kg CH4/head", "CH4"))
    found = inventory(("a", 2020, "pig", 1000.0, "head"), factors=factor_preset("huo2025").replaced_by(own))
    assert [(line.gas, line.gas_t) for line in found.lines] == [("CH4", near(1.0))]


def test_the_activity_table_says_the_sector_of_a_fuel():
    found = inventory(
        ("a", 2020, "diesel", 1.0, "t", "Transport", "road"),
        ("a", 2020, "diesel", 2.0, "t", "agriculture", "planting"),
        preset="zhang2023",
    )
    assert list(totals(found)) == [
        ("a", "agriculture", "planting", "source"),
        ("a", "transport", "road", "source"),
    ]


def test_a_fuel_without_a_sector_is_refused():
    with pytest.raises(
        InputDataError, match=r"feature 1: 'diesel' may belong to any sector .*say in the column sector"
    ):
        inventory(("a", 2020, "diesel", 1.0, "t"), preset="zhang2023")


def test_another_sector_than_that_of_the_table_is_noted():
    found = inventory(("a", 2020, "diesel", 1.0, "t", "transport", "road"))
    assert list(totals(found)) == [("a", "transport", "road", "source")]
    assert any("diesel (industry -> transport / road)" in text for text in texts(found, "decision"))


def test_a_part_of_one_sector_does_not_go_along_to_another():
    found = inventory(
        ("a", 2020, "fertiliser", 1.0, "t", "industry"), ("b", 2020, "fertiliser", 1.0, "t", "agriculture")
    )
    assert list(totals(found)) == [
        ("a", "industry", None, "source"),
        ("b", "agriculture", "planting", "source"),
    ]


def test_a_factor_for_the_sector_comes_before_a_general_one():
    factors = own_factors(
        ("diesel", "transport", "road", 3.1, "t", "CO2"),
        ("diesel", "", "", 3.0, "t", "CO2"),
        ("x", "y", "", 1, "t", "C"),
    )
    found = inventory(
        ("a", 2020, "diesel", 1.0, "t", "transport", "road"),
        ("a", 2020, "diesel", 1.0, "t", "industry", "mining"),
        factors=factors,
    )
    assert [line.factor for line in found.lines] == [3.1, 3.0]


def test_several_sectors_and_none_said():
    factors = own_factors(
        ("gas", "industry", "", 2.0, "m3", "CO2"), ("gas", "construction", "", 2.1, "m3", "CO2")
    )
    with pytest.raises(
        InputDataError, match=r"several sectors in own \(industry, construction\); say in the columns"
    ):
        inventory(("a", 2020, "gas", 1.0, "m3"), factors=factors)


def test_an_activity_without_factor_is_named_with_the_nearest():
    with pytest.raises(
        InputDataError, match=r"'raw caol' .feature 1, unit a and 1 more rows; did you mean 'raw coal'"
    ):
        inventory(("a", 2020, "raw caol", 1.0, "t"), ("b", 2020, "Raw Caol", 1.0, "t"))


def test_all_activities_without_factor_are_named_at_once():
    with pytest.raises(InputDataError, match=r"no factor in huo2025 for 'unobtainium' .*, 'phlogiston' "):
        inventory(("a", 2020, "unobtainium", 1.0, "t"), ("a", 2020, "phlogiston", 1.0, "t"))


def test_a_measure_that_does_not_convert():
    text = (
        r"feature 1: 'raw coal' is given in 'm3' \(volume\), but its factor \(huo2025, row \d+\) is per "
        r"tce \(standard coal\) or kg \(mass\); write the amount in tce.*t, kg, 1e4 t"
    )
    with pytest.raises(InputDataError, match=text):
        inventory(("a", 2020, "raw coal", 1.0, "m3"))


def test_an_unknown_measure():
    with pytest.raises(
        InputDataError, match="feature 1: per of 'raw coal' is 'ton', which is no known measure"
    ):
        inventory(("a", 2020, "raw coal", 1.0, "ton"))


def test_a_negative_amount():
    with pytest.raises(
        InputDataError, match=r"1 negative values in column 'amount' \(feature 2 'pesticide' -3\)"
    ):
        inventory(("a", 2020, "fertiliser", 1.0, "t"), ("a", 2020, "pesticide", -3.0, "t"))


def test_a_missing_activity():
    with pytest.raises(InputDataError, match="feature 2: the activity is missing"):
        inventory(("a", 2020, "fertiliser", 1.0, "t"), ("a", 2020, None, 1.0, "t"))


def test_a_missing_year():
    with pytest.raises(InputDataError, match="feature 2, column 'year'"):
        inventory(("a", 2020, "fertiliser", 1.0, "t"), ("a", None, "fertiliser", 1.0, "t"))


def test_the_same_row_twice():
    with pytest.raises(InputDataError, match="feature 1 and feature 2 are both '化肥' of unit 'a' in 2020"):
        inventory(("a", 2020, "fertiliser", 1.0, "t"), ("a", 2020, "化肥", 2.0, "t"))


def test_the_same_activity_in_two_sectors_is_not_the_same_row():
    found = inventory(
        ("a", 2020, "diesel", 1.0, "t"),
        ("a", 2020, "diesel", 2.0, "t", "transport"),
        ("a", 2021, "diesel", 4.0, "t"),
    )
    assert len(found.lines) == 3


def test_an_activity_that_others_lack_is_warned_of():
    found = inventory(
        ("a", 2020, "fertiliser", 1.0, "t"),
        ("a", 2020, "pig", 1.0, "head"),
        ("b", 2020, "fertiliser", 1.0, "t"),
    )
    assert any(
        "1 activities have no row" in text and "pig of b (2020)" in text for text in texts(found, "warning")
    )


def test_a_sector_that_no_table_knows_is_warned_of():
    found = inventory(
        ("a", 2020, "raw coal", 1.0, "t", "indutry", "manufacturing"),
        ("a", 2020, "coke", 1.0, "t", "industry", "manufacturng"),
        ("a", 2020, "coke", 1.0, "t", "industry", "mining"),
        ("a", 2020, "natural gas", 1.0, "m3", "construction"),
        preset="zhang2023",
    )
    (text,) = texts(found, "warning")
    assert text.startswith("2 sectors or parts of sectors")
    assert "indutry / manufacturing (feature 1), industry / manufacturng (feature 2). Known are" in text
    assert "industry (manufacturing, mining, supply)" in text


def test_a_sector_of_the_own_factor_table_is_known():
    own = own_factors(("emission", "all", None, 1.0, "t CO2/t", "CO2"))
    assert texts(inventory(("a", 2020, "emission", 5.0, "t"), factors=own), "warning") == []


def test_products_of_amounts_are_shown():
    found = inventory(
        ("a", 2020, "domestic waste burned", 70.0, "1e4 t", None, None, 60.0),
        ("b", 2020, "domestic waste burned", 70.0, "1e4 t", None, None, 0.6),
        preset="zhang2023",
    )
    said = "Amounts were multiplied, for example domestic waste burned: 70 x 60 = 4,200 1e4 t (feature 1)."
    assert said in texts(found, "decision")


def test_amounts_in_standard_coal_are_noted():
    found = inventory(("a", 2020, "raw coal", 2.0, "tce"))
    assert found.budget["ce_t"] == [near(2 * 0.7260)]
    assert any("raw coal (tce)" in text for text in texts(found, "decision"))


def test_inputs_are_not_changed():
    table = activities(("a", 2020, "fertiliser", 2.0, "t", None, None, 3.0))
    before = [list(cells) for cells in table.cells]
    sector_inventory(table, factor_preset("huo2025"))
    assert [list(cells) for cells in table.cells] == before


PARTS = ("fertiliser", "pesticide", "rice", "pig", "diesel", "electricity")
PER = {"pig": "head", "electricity": "kWh"}
AMOUNT = st.floats(0, 1e9, allow_nan=False)
ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(2000, 2003), st.sampled_from(PARTS)),
    min_size=1,
    unique=True,
)


@given(st.data(), ROWS)
def test_the_order_of_rows_changes_no_digit(data, keys):
    rows = [(*key, data.draw(AMOUNT), PER.get(key[2], "t")) for key in keys]
    shuffled = data.draw(st.permutations(rows))
    one, other = inventory(*rows), inventory(*shuffled)
    assert budget(one) == budget(other)
    assert sorted(map(repr, zip(*one.totals.values(), strict=True))) == sorted(
        map(repr, zip(*other.totals.values(), strict=True))
    )


@given(st.data(), ROWS)
def test_sectors_and_gases_sum_to_the_budget(data, keys):
    found = inventory(
        *[(*key, data.draw(AMOUNT), PER.get(key[2], "t")) for key in keys], preset="huo2025_ch4"
    )
    for side, kind in (("ce_t", "source"), ("cs_t", "sink")):
        whole = sum(found.budget[side])
        parts = [
            total
            for total, own in zip(found.totals["total"], found.totals["kind"], strict=True)
            if own == kind
        ]
        gases = [
            tonnes
            for tonnes, own in zip(found.gases["co2e_t"], found.gases["kind"], strict=True)
            if own == kind
        ]
        assert math.fsum(parts) == pytest.approx(whole, rel=1e-12)
        assert math.fsum(gases) * 12 / 44 == pytest.approx(whole, rel=1e-12)
    assert np.allclose(
        np.subtract(found.budget["ce_t"], found.budget["cs_t"]), found.budget["net_t"], rtol=1e-15
    )


@given(AMOUNT, st.sampled_from([("kg", 1e-3), ("1e4 t", 1e4), ("万吨", 1e4), ("百万吨", 1e6)]))
def test_another_measure_of_the_same_amount_is_the_same_carbon(amount, other):
    per, size = other
    one, same = (
        inventory(("a", 2020, "raw coal", value, unit)).budget["ce_t"][0]
        for value, unit in ((amount, "t"), (amount / size, per))
    )
    assert same == pytest.approx(one, rel=1e-12)
