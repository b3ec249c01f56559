"""Measures: spellings in English and Chinese, multiples, rates, and what does not convert."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from landcarbon.core.accounting.measures import SUGGESTIONS, measure, rate


@pytest.mark.parametrize(
    ("text", "dimension", "size"),
    [
        ("t", "mass", 1.0),
        ("kg", "mass", 0.001),
        ("1e4 t", "mass", 1e4),
        ("万吨", "mass", 1e4),
        ("千克", "mass", 0.001),
        ("m³", "volume", 1.0),
        ("1e4 m3", "volume", 1e4),
        ("亿立方米", "volume", 1e8),
        ("kWh", "energy", 3.6),  # MJ
        ("kW·h", "energy", 3.6),
        ("1e4 kWh", "energy", 3.6e4),
        ("亿千瓦时", "energy", 3.6e8),
        ("MJ", "energy", 1.0),
        ("GJ", "energy", 1e3),
        ("ha", "area", 1.0),
        ("hm²", "area", 1.0),
        ("千公顷", "area", 1e3),
        ("1e3 ha", "area", 1e3),
        ("km2", "area", 100.0),
        ("万亩", "area", 1e4 / 15),  # 15 mu are a hectare
        ("person", "people", 1.0),
        ("1e4 persons", "people", 1e4),
        ("万人", "people", 1e4),
        ("head", "animals", 1.0),
        ("万头", "animals", 1e4),
        ("万只", "animals", 1e4),
        ("kW", "power", 1.0),
        ("万千瓦", "power", 1e4),
        ("t km", "freight", 1.0),
        ("1e4 t km", "freight", 1e4),
        ("亿吨公里", "freight", 1e8),
        ("person km", "passenger transport", 1.0),
        ("万人公里", "passenger transport", 1e4),
        ("km", "distance", 1.0),
        ("1e4 km", "distance", 1e4),
        ("万辆", "vehicles", 1e4),
        ("亿元", "money", 1e8),
        ("tce", "standard coal", 1.0),
        ("万吨标准煤", "standard coal", 1e4),
    ],
)
def test_measures_by_name(text, dimension, size):
    found = measure(text)
    assert (found.text, found.dimension) == (text, dimension)
    assert found.size == pytest.approx(size, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "1e4 t",
        "1E4 t",
        "10^4 t",
        "10⁴ t",
        "10**4 t",
        "10000 t",
        "10,000 t",
        "10 000 tonnes",
        "(万吨)",
        "×10⁴ t",
    ],
)
def test_spellings_of_ten_thousand_tonnes(text):
    assert measure(text)[1:] == ("mass", 1e4)


def test_full_width_letters_and_no_case():
    assert measure("ＫＧ")[1:] == ("mass", 0.001)


def test_case_tells_megagram_from_milligram():
    assert (measure("Mg").size, measure("mg").size) == (1.0, 1e-9)


@pytest.mark.parametrize(
    "text", ["", "10", "万", "ton", "mt", "MG", "0 t", "-1 t", "1e999 t", "barrel", "t/ha", "吨吨"]
)
def test_what_is_no_measure(text):
    assert measure(text) is None


@pytest.mark.parametrize("text", ["104 t", "108kWh", "10 4 t", "1.000 t", "1,5 t", "10,00 t"])
def test_a_multiple_that_may_mean_two_numbers_is_none(text):
    assert measure(text) is None


def test_multiples_that_mean_one_number():
    assert measure("100 head").size == 100.0
    assert measure("0.001 t").size == 0.001
    assert measure("1,000.5 t").size == 1000.5


def test_what_messages_suggest_is_known():
    for dimension, text in SUGGESTIONS.items():
        for name in (part.strip() for part in text.replace("(", ",").replace(")", "").split(",")):
            assert measure(name).dimension == dimension


@given(st.sampled_from(["t", "kWh", "ha", "head", "人", "t km"]), st.integers(1, 10**9))
def test_a_number_before_a_unit_multiplies_it(unit, number):
    assume(not 100 < number < 110)  # may be a power of ten
    assert measure(f"{number} {unit}").size == pytest.approx(number * measure(unit).size, rel=1e-14)


def test_only_one_dimension_converts():
    assert measure("kg").converts_to(measure("万吨"))
    assert not measure("kg").converts_to(measure("m3"))
    assert not measure("tce").converts_to(measure("t"))  # a tonne of standard coal is heat, not mass


@pytest.mark.parametrize(
    ("text", "numerator", "gas", "denominator", "per_year"),
    [
        ("t C/t", 1.0, "C", "t", 1.0),
        ("tC/t", 1.0, "C", "t", 1.0),
        ("kg CH4/head", 0.001, "CH4", "head", 1.0),
        ("kg CH4/head/yr", 0.001, "CH4", "head", 1.0),
        ("g CO2/t km", 1e-6, "CO2", "t km", 1.0),
        ("kgCO2e/kWh", 0.001, "CO2e", "kWh", 1.0),
        ("t N2O-N/t", 1.0, "N2O-N", "t", 1.0),
        ("t C per ha", 1.0, "C", "ha", 1.0),
        ("kgce/m3", 0.001, None, "m3", 1.0),
        ("g/person/day", 1e-6, None, "person", 365.0),
        ("head", 1.0, None, "head", 1.0),  # tonnes of the gas per head
    ],
)
def test_rates(text, numerator, gas, denominator, per_year):
    found = rate(text)
    assert (found.numerator.size, found.gas, found.denominator.text, found.per_year) == (
        numerator,
        gas,
        denominator,
        per_year,
    )


@pytest.mark.parametrize("text", ["", "t C", "t C/", "t C/t/t", "xyz/t", "kWh CO2/t"])
def test_what_is_no_rate(text):
    assert rate(text) is None
