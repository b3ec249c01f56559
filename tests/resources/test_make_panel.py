"""The script that makes the panel of made-up numbers makes the one that is shipped."""

import importlib.util

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from landcarbon.core.tables import read_table

PANEL = RESOURCES / "sample" / "panel.csv"
SCRIPT = RESOURCES.parent / "tools" / "sample" / "make_panel.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_panel", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def panel():
    return read_table(PANEL)


def test_same_seed_makes_the_shipped_file(script, tmp_path):
    made, _ = script.write_panel(tmp_path)
    assert made.read_bytes() == PANEL.read_bytes()


def test_another_seed_makes_other_numbers(script):
    assert script.rows(1) != script.rows()


def test_31_units_in_20_years(panel):
    assert panel.rows == 31 * 20
    assert len(set(zip(panel.keys("unit"), panel.years("year").tolist(), strict=True))) == 31 * 20
    assert set(panel.years("year").tolist()) == set(range(2000, 2020))


def test_units_are_those_of_the_statistics(panel):
    statistics = read_table(RESOURCES / "sample" / "statistics_2019.csv")
    assert list(dict.fromkeys(panel.keys("unit"))) == statistics.keys("unit")


def test_gaps(panel):
    units, years = np.array(panel.keys("unit")), panel.years("year")
    missing = np.isnan(panel.numbers("ce_t"))
    assert set(units[missing]) == {"Hainan", "Qinghai", "Xizang"}
    assert missing[units == "Qinghai"].all()
    assert years[missing & (units == "Hainan")].tolist() == [2003, 2011]
    assert not np.isnan(panel.numbers("cs_t")).any()


def test_constant_series(panel):
    units = np.array(panel.keys("unit"))
    assert len(set(panel.numbers("cs_t")[units == "Shanghai"])) == 1
