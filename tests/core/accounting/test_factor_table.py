"""Factor tables: presets against the studies and guidelines, whole factors by hand, and what is refused."""

import math

import pytest
from landcarbon.core.accounting.factor_table import factor_preset, factor_presets, factor_table
from landcarbon.core.accounting.measures import measure
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import table_from_columns

EVERY_PRESET = pytest.mark.parametrize("preset", ["huo2025", "huo2025_ch4", "zhang2023"])
T = measure("t")

# Huo et al. 2025, table 2 (eq. 1 to 3); plastic film per t (decision 0147)
HUO = {
    ("fertiliser", ""): (0.86, "t"),
    ("pesticide", ""): (4.93, "t"),
    ("agricultural plastic film", ""): (5.18, "t"),
    ("irrigated area", ""): (0.266, "ha"),
    ("sown area", "machinery"): (0.02, "ha"),
    ("machinery power", "machinery"): (1.81e-4, "kW"),
    ("human respiration", ""): (0.079, "person"),
}
HUO_LIVESTOCK = {
    "pig": (0.08, 0.001, 0.005),
    "cattle": (0.79, 0.005, 0.003),
    "sheep": (0.02, 0.005, 5e-4),
    "chicken": (1e-5, 0.001, 2e-5),
}  # respiration, enteric fermentation, manure
# Huo et al. 2025, table 3: kg of standard coal per unit, t C per t of standard coal
HUO_ENERGY = {
    "raw coal": (0.7143, 0.7260, "kg"),
    "coke": (0.9714, 0.8550, "kg"),
    "gasoline": (1.4714, 0.5538, "kg"),
    "kerosene": (1.4714, 0.5714, "kg"),
    "diesel": (1.4571, 0.5921, "kg"),
    "fuel oil": (1.4286, 0.6185, "kg"),
    "natural gas": (1.2143, 0.4483, "m3"),
    "liquefied natural gas": (1.7572, 0.3548, "kg"),
    "liquefied petroleum gas": (1.7143, 0.5042, "kg"),
    "electricity": (0.1229, 0.7935, "kWh"),
    "heat": (0.0341, 0.2600, "MJ"),
}
# Customary (docs/methods.md): carbon rate, water, economic coefficient
CROPS = {
    "rice": (0.414, 0.12, 0.45),
    "wheat": (0.485, 0.12, 0.40),
    "maize": (0.471, 0.13, 0.40),
    "sorghum": (0.45, 0.12, 0.35),
    "millet": (0.45, 0.12, 0.40),
    "soybean": (0.45, 0.13, 0.34),
    "potato": (0.423, 0.70, 0.70),
    "peanut": (0.45, 0.10, 0.43),
    "rapeseed": (0.45, 0.10, 0.25),
    "cotton": (0.45, 0.08, 0.10),
    "vegetables": (0.45, 0.90, 0.60),
}


# 2006 IPCC Guidelines, vol. 2, ch. 1, tables 1.2 and 1.4: TJ per Gg (GJ/t), kg of CO2 per TJ
IPCC_FUELS = {
    "anthracite": (26.7, 98_300),
    "coking coal": (28.2, 94_600),
    "bituminous coal": (25.8, 94_600),
    "sub-bituminous coal": (18.9, 96_100),
    "lignite": (11.9, 101_000),
    "coke": (28.2, 107_000),
    "crude oil": (42.3, 73_300),
    "gasoline": (44.3, 69_300),
    "jet kerosene": (44.1, 71_500),
    "kerosene": (43.8, 71_900),
    "diesel": (43.0, 74_100),
    "fuel oil": (40.4, 77_400),
    "liquefied petroleum gas": (47.3, 63_100),
    "naphtha": (44.5, 73_300),
    "petroleum coke": (32.5, 97_500),
    "natural gas": (48.0, 56_100),
}


def rows_of(preset):
    (rows,) = factor_preset(preset).tables
    return {(row.activity, row.process): row for row in rows}


def table(**columns):
    """A table of one row, by default a complete one."""
    one = {"activity": "coal", "sector": "industry", "factor": 2.0, "per": "t", "gas": "CO2"} | columns
    rows = max(len(value) if isinstance(value, list) else 1 for value in one.values())
    columns = {name: value if isinstance(value, list) else [value] * rows for name, value in one.items()}
    return factor_table(table_from_columns("my factors", columns))


def row(**columns):
    (rows,) = table(**columns).tables
    return rows[0]


def test_presets():
    assert factor_presets() == ("huo2025", "huo2025_ch4", "ipcc2006", "zhang2023")


@pytest.mark.parametrize("preset", factor_presets())
def test_every_row_of_every_preset_has_a_source(preset):
    assert [key for key, row in rows_of(preset).items() if len(row.source) < 10] == []


@pytest.mark.parametrize("preset", factor_presets())
def test_every_row_of_every_preset_says_what_kind_of_carbon_it_is(preset):
    assert {row.kind for row in rows_of(preset).values() if row.sector == "sinks"} <= {"sink"}
    assert {row.kind for row in rows_of(preset).values() if row.sector != "sinks"} == {"source"}


@pytest.mark.parametrize("key", HUO, ids=lambda key: key[0])
@pytest.mark.parametrize("preset", ["huo2025", "huo2025_ch4"])
def test_huo2025_farming_and_people(preset, key):
    value, per = HUO[key]
    row = rows_of(preset)[key]
    assert (row.tonnes_per(measure(per)), row.gas.name) == (value, "C")


@pytest.mark.parametrize("animal", HUO_LIVESTOCK)
def test_huo2025_livestock_is_all_carbon(animal):
    rows = rows_of("huo2025")
    processes = ("respiration", "enteric fermentation", "manure")
    values = tuple(rows[animal, process].tonnes_per(measure("head")) for process in processes)
    assert values == HUO_LIVESTOCK[animal]
    assert {rows[animal, process].gas.name for process in processes} == {"C"}


@pytest.mark.parametrize("animal", HUO_LIVESTOCK)
def test_huo2025_ch4_has_the_same_numbers_as_methane(animal):
    rows = rows_of("huo2025_ch4")
    processes = ("respiration", "enteric fermentation", "manure")
    values = tuple(rows[animal, process].tonnes_per(measure("head")) for process in processes)
    assert values == HUO_LIVESTOCK[animal]
    assert [rows[animal, process].gas.name for process in processes] == ["C", "CH4", "CH4"]


@EVERY_PRESET
@pytest.mark.parametrize("fuel", [name for name in HUO_ENERGY if name not in ("electricity", "heat")])
def test_energy_is_standard_coal_times_its_carbon(preset, fuel):
    coal, carbon, per = HUO_ENERGY[fuel]
    found = rows_of(preset)[fuel, "combustion"].tonnes_per(measure(per))
    assert found == pytest.approx(coal / 1000 * carbon, rel=1e-14)


@pytest.mark.parametrize("fuel", IPCC_FUELS)
def test_ipcc2006_fuels_are_heat_times_its_co2(fuel):
    heat, co2 = IPCC_FUELS[fuel]
    row = rows_of("ipcc2006")[fuel, "combustion"]
    assert row.tonnes_per(T) == pytest.approx(heat * co2 / 1e6, rel=1e-14)  # GJ/t * kg/TJ = 1e-6 t/t
    assert row.tonnes_per(measure("TJ")) == pytest.approx(co2 / 1000, rel=1e-14)


# 2006 IPCC Guidelines, vol. 4, tables 10.10 (developing countries) and 10.11 (Asia) [kg CH4/head]
@pytest.mark.parametrize(
    ("animal", "methane"),
    [("pig", 1), ("sheep", 5), ("goat", 5), ("buffalo", 55), ("dairy cattle", 68), ("other cattle", 47)],
)
def test_ipcc2006_enteric_fermentation(animal, methane):
    row = rows_of("ipcc2006")[animal, "enteric fermentation"]
    assert row.tonnes_per(measure("head")) == pytest.approx(methane / 1000, rel=1e-14)


def test_what_ipcc2006_and_zhang2023_share_is_the_same():
    one, other = rows_of("ipcc2006"), rows_of("zhang2023")
    shared = [key for key in one if key in other and one[key].source == other[key].source]
    assert len(shared) >= 10
    assert all(one[key].tonnes_per(T) == other[key].tonnes_per(T) for key in shared)


@pytest.mark.parametrize("energy", ["electricity", "heat"])
def test_electricity_and_heat_are_off_in_huo2025(energy):
    coal, carbon, per = HUO_ENERGY[energy]
    row = rows_of("huo2025")[energy, "consumption"]
    assert not row.counts
    assert "FACTOR_TABLE" in row.note
    assert row.tonnes_per(measure(per)) == pytest.approx(coal / 1000 * carbon, rel=1e-14)


def test_only_electricity_and_heat_are_off():
    off = {
        activity
        for preset in factor_presets()
        for (activity, _), row in rows_of(preset).items()
        if not row.counts
    }
    assert off == {"electricity", "heat"}


@EVERY_PRESET
@pytest.mark.parametrize("crop", CROPS)
def test_crops(preset, crop):
    carbon, water, economic = CROPS[crop]
    row = rows_of(preset)[crop, "photosynthesis"]
    assert row.tonnes_per(T) == pytest.approx((1 - water) / economic * carbon, rel=1e-14)
    assert (row.sector, row.subsector, row.kind, row.gas.name) == ("sinks", "crops", "sink", "C")


@pytest.mark.parametrize(
    ("activity", "process", "per", "gas", "tonnes"),
    [
        ("electricity", "consumption", "kWh", "CO2", 0.5703e-3),
        ("cement clinker", "calcination", "t", "CO2", 0.538),
        ("cement", "calcination", "t", "CO2", 0.52 * 0.75),
        ("steel", "production", "t", "CO2", 1.06),
        ("steel, basic oxygen furnace", "production", "t", "CO2", 1.46),
        ("steel, electric arc furnace", "production", "t", "CO2", 0.08),
        ("glass", "carbonates", "t", "CO2", 0.20 * (1 - 0.50)),
        ("ammonia", "production", "t", "CO2", 3.273),
        ("ammonia from natural gas", "production", "t", "CO2", 2.104),
        ("road freight", "turnover", "t km", "CO2", 62e-6),
        ("rail freight", "turnover", "t km", "CO2", 22e-6),
        ("water freight", "turnover", "t km", "CO2", 31e-6),
        ("air freight", "turnover", "t km", "CO2", 602e-6),
        ("road passengers", "turnover", "person km", "CO2e", 0.02779e-3),
        ("rail passengers", "turnover", "person km", "CO2e", 0.04115e-3),
        ("cars", "mileage", "km", "CO2e", 0.19228e-3),
        ("nitrogen fertiliser", "soils", "t", "N2O", 0.01 * 44 / 28),
        ("single-season rice area", "paddies", "ha", "CH4", 0.2155),
        ("pig", "manure nitrogen", "head", "N2O", 0.175e-3),
        ("dairy cattle", "enteric fermentation", "head", "CH4", 0.0881),
        ("industrial wastewater, anaerobic reactor", "treatment", "t", "CH4", 0.25 * 0.8),
        ("industrial wastewater, overloaded aerobic plant", "treatment", "t", "CH4", 0.25 * 0.3),
        ("industrial wastewater, untreated", "discharge", "t", "CH4", 0.25 * 0.1),
        # 40 g BOD a day, B0 0.6, MCF 0.165
        ("domestic wastewater", "treatment", "person", "CH4", 40e-6 * 365 * 0.6 * 0.165),
        # carbon 20 %, 39 % of it fossil, 95 % burned
        ("domestic waste burned", "incineration", "t", "C", 0.20 * 0.39 * 0.95),
        # DOC 0.138, of which half decays, half of that to CH4, 10 % oxidised
        ("domestic waste landfilled", "landfill", "t", "CH4", 0.138 * 0.5 * 0.5 * 0.9 * 16 / 12),
        ("forest land", "land", "ha", "C", 0.581),
        ("water", "land", "ha", "C", 0.253),
    ],
)
def test_zhang2023_is_what_its_sources_have(activity, process, per, gas, tonnes):
    row = rows_of("zhang2023")[activity, process]
    assert row.gas.name == gas
    assert row.tonnes_per(measure(per)) == pytest.approx(tonnes, rel=1e-12)


def test_organic_carbon_of_waste_in_eastern_asia():
    # 2006 IPCC Guidelines, vol. 5, ch. 2, tables 2.3 and 2.4: food, paper, wood, textiles
    doc = 0.262 * 0.15 + 0.188 * 0.40 + 0.035 * 0.43 + 0.035 * 0.24
    assert rows_of("zhang2023")["domestic waste landfilled", "landfill"].factor == pytest.approx(
        doc, abs=5e-4
    )


def test_fuels_of_a_city_name_no_sector():
    rows = rows_of("zhang2023")
    assert {activity for (activity, _), row in rows.items() if not row.sector} == {*HUO_ENERGY} - {"heat"}


def test_per_may_be_a_measure_alone():
    assert row(per="1e4 t", factor=5.0).tonnes_per(T) == pytest.approx(5e-4, rel=1e-15)


def test_gas_may_stand_in_per():
    assert row(per="kg CH4/head", gas=None).gas.name == "CH4"


def test_an_amount_of_standard_coal_skips_the_content():
    coal = row(content=0.7143, content_per="kgce/kg", factor=0.726, per="t C/tce", gas="C")
    assert coal.tonnes_per(measure("1e4 tce")) == pytest.approx(7260.0, rel=1e-15)
    assert coal.formula(measure("tce")) == "0.726 t C/tce"
    assert coal.formula(T) == "0.7143 kgce/kg x 0.726 t C/tce"


def test_content_may_be_energy():
    # 20 GJ/t, 94.6 t CO2/TJ
    coal = row(content=20.0, content_per="GJ/t", factor=94.6, per="t CO2/TJ")
    assert coal.tonnes_per(T) == pytest.approx(20 / 1000 * 94.6, rel=1e-14)


def test_formula_of_a_crop():
    crop = row(factor=0.414, per="t C/t", gas="C", water=0.12, economic_coefficient=0.45, share=0.5)
    assert crop.formula(T) == "(1 - 0.12) / 0.45 x 0.414 t C/t x 0.5"


def test_formula_of_methane_from_carbon_is_whole():
    landfill = row(factor=0.138, per="t CH4-C/t", gas="CH4-C", share=0.5)
    assert landfill.formula(T) == "0.138 t CH4-C/t x 0.5 x 16/12"


def test_kind_is_source_by_default():
    assert (row().kind, row(kind="sink").kind) == ("source", "sink")


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"activity": None}, "feature 1: the activity is missing"),
        ({"factor": math.nan}, "the factor of 'coal' is missing; write a number"),
        ({"factor": -2.0}, "the factor of 'coal' is -2; write it without a sign, and sink"),
        ({"gas": "SF6"}, "the gas of 'coal' is 'SF6'; write one of CO2"),
        ({"gas": None}, "the gas of 'coal' is ''"),
        ({"gas": "CO2", "per": "t C/t"}, "is 'CO2', but per says 't C/t'; write one gas"),
        ({"kind": "emission"}, "the kind of 'coal' is 'emission'; write source or sink"),
        ({"use": "maybe"}, "use of 'coal' is 'maybe'; write yes, or no"),
        ({"per": "bushel"}, "per of 'coal' is 'bushel', which is no known measure"),
        ({"per": None}, "per of 'coal' is ''"),
        ({"content": 0.7}, "needs a content .* and its measure content_per"),
        ({"content_per": "kgce/kg"}, "needs a content"),
        ({"content": 0.7, "content_per": "kgce"}, "content_per of 'coal' is 'kgce'"),
        ({"content": 0.7, "content_per": "kgce/kg"}, "in kgce, but its factor is per t"),
        ({"water": 1.2}, "water of 'coal' is 1.2; write a share between 0 and 1"),
        ({"water": 1.0}, "water of 'coal' is 1;"),
        ({"economic_coefficient": 0.0}, "economic_coefficient of 'coal' is 0;"),
        ({"share": -0.1}, "a share of 'coal' is negative"),
    ],
)
def test_rows_that_are_refused(columns, text):
    with pytest.raises(InputDataError, match=text):
        table(**columns)


def test_two_rows_of_one_process_are_refused():
    with pytest.raises(InputDataError, match="feature 1 and feature 2 are both 'coal' in one sector"):
        table(factor=[1.0, 2.0])


def test_rows_of_different_processes_all_stand():
    assert len(table(factor=[1.0, 2.0], process=["burning", "mining"]).tables[0]) == 2


def test_a_name_of_two_activities_is_refused():
    with pytest.raises(InputDataError, match=r"'煤' is a name of 'coal' .* and of 'coke'"):
        table(activity=["coal", "coke"], aliases=["煤", "煤"])


@pytest.mark.parametrize("column", ["activity", "factor", "per"])
def test_a_missing_column_is_named(column):
    columns = {"activity": ["coal"], "factor": [1.0], "per": ["t"], "gas": ["C"]}
    del columns[column]
    with pytest.raises(InputDataError, match=f"no column '{column}'"):
        factor_table(table_from_columns("my factors", columns))


def test_shares_above_1_are_warned_of():
    (note,) = (note for note in table(share=39.0, share_2=1.0).notes if note.kind == "warning")
    assert "1 shares are above 1 and multiply the factor: 39 of 'coal'" in note.text
    assert [note for note in table(share=0.39).notes if note.kind == "warning"] == []
