"""Gases: names, molar masses and the warming potentials of the assessment reports."""

import pytest
from landcarbon.core.accounting.greenhouse_gases import GAS_NAMES, co2_equivalent, gas
from landcarbon.core.errors import InputDataError

# IPCC 2007 table 2.14; IPCC 2013 table 8.A.1; IPCC 2021 table 7.15
REPORTS = {
    "AR4": {"CH4": 25, "CH4 fossil": 25, "N2O": 298},
    "AR5": {"CH4": 28, "CH4 fossil": 28, "N2O": 265},
    "AR6": {"CH4": 27, "CH4 fossil": 29.8, "N2O": 273},
}


@pytest.mark.parametrize("report", REPORTS)
def test_warming_potentials_are_those_of_the_reports(report):
    assert {name: co2_equivalent(name, report) for name in REPORTS[report]} == REPORTS[report]


@pytest.mark.parametrize("report", REPORTS)
def test_carbon_is_co2_in_every_report(report):
    assert [co2_equivalent(name, report) for name in ("C", "CO2", "CO2e")] == [44 / 12, 1, 1]


@pytest.mark.parametrize(
    ("text", "name", "tonnes"),
    [
        ("co2", "CO2", 1),
        ("CO₂", "CO2", 1),
        ("CO2-eq", "CO2e", 1),
        ("c", "C", 1),
        ("ch4", "CH4", 1),
        ("甲烷", "CH4", 1),
        ("fossil CH4", "CH4 fossil", 1),
        ("CH4-C", "CH4", 16 / 12),
        ("N2O", "N2O", 1),
        ("N2O–N", "N2O", 44 / 28),
    ],
)
def test_names_of_gases(text, name, tonnes):
    assert gas(text) == (name, tonnes)


def test_what_messages_name_is_known():
    names = GAS_NAMES.replace(" (carbon of CO2)", "").replace(" or ", ", ").split(", ")
    assert all(gas(name) is not None for name in names)


def test_unknown_gas():
    assert gas("SF6") is None


def test_unknown_set_of_potentials():
    with pytest.raises(InputDataError, match="'AR7'; choose one of AR4, AR5, AR6"):
        co2_equivalent("CH4", "AR7")
