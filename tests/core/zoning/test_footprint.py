"""Carbon footprint and its factor k."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.resources import read_preset
from landcarbon.core.tables import table_from_columns
from landcarbon.core.zoning.footprint import (
    carbon_footprint,
    carrying_capacity,
    class_productivity,
    ecological_deficit,
    footprint_factor,
    footprint_factors,
)
from landcarbon.core.zoning.indices import carbon_indices


def sinks(unit=("a", "a"), year=(2020, 2020), classes=("forest", "grassland"), cs_t=(75.0, 25.0), **more):
    columns = {"unit": unit, "year": year, "class": classes, "cs_t": cs_t, **more}
    return table_from_columns("sinks", {name: list(v) for name, v in columns.items() if v is not None})


# Three quarters of the sequestration are forest (3.81 t C/ha), one quarter grassland (0.95)
K = 0.75 / 3.81 + 0.25 / 0.95


def test_factor_weighs_the_land_per_tonne_with_the_shares():
    assert footprint_factor([30.0, 10.0], [4.0, 1.0]) == 0.4375  # 0.75/4 + 0.25/1


def test_factor_of_no_sequestration_is_missing():
    assert np.isnan(footprint_factor([0.0, 0.0], [4.0, 1.0]))


def test_factor_of_a_class_that_emits_is_missing():
    assert np.isnan(footprint_factor([30.0, -10.0], [4.0, 1.0]))


def test_factor_refuses_a_productivity_of_zero():
    with pytest.raises(InputDataError, match="positive"):
        footprint_factor([30.0, 10.0], [4.0, 0.0])


def test_carrying_capacity_of_the_qinba_mountains():
    # Huo et al. 2025, 2020: k = 145.7e5 ha / 54.016e6 t, CS 95.16e6 t, 12 % kept; 1 km2 = 100 ha
    k = 145.7e5 / 54.016e6
    assert k == pytest.approx(0.2697, abs=5e-5)
    km2 = carrying_capacity(95.16e6, k, reserve=0.12) / 100
    assert km2 == pytest.approx(225_900, abs=50)  # half of the last printed digit
    assert 219_400 < km2 < 228_200  # the range that is printed
    assert carrying_capacity(95.16e6, k) / 100 == pytest.approx(256_700, abs=50)


def test_deficit_is_footprint_less_capacity():
    cf_ha, ec_ha = carbon_footprint([10.0], 0.5), carrying_capacity([4.0], 0.5, reserve=0.25)
    assert cf_ha.tolist() == [5.0]  # 10 t * 0.5 ha/t
    assert ec_ha.tolist() == [1.5]  # 4 t * 0.5 ha/t * 0.75
    assert ecological_deficit(cf_ha, ec_ha).tolist() == [3.5]


@pytest.mark.parametrize("reserve", [-0.1, 1.0, 12, np.nan])
def test_a_reserve_that_is_no_share_is_refused(reserve):
    with pytest.raises(InputDataError, match="reserve"):
        carrying_capacity([4.0], 0.5, reserve=reserve)


class TestProductivity:
    def test_preset_holds_the_four_classes_of_the_study(self):
        # Huo et al. 2025 eq. 9
        found = class_productivity(read_preset("nep", "huo2025"))
        assert found == {"cropland": 4.05, "shrubland": 2.93, "forest": 3.81, "grassland": 0.95}

    def test_preset_says_where_its_numbers_are_from(self):
        assert all(read_preset("nep", "huo2025").text("source"))

    def test_co2_is_brought_to_carbon(self):
        table = table_from_columns("nep", {"class": ["Forest"], "nep": [11.0], "per": ["t CO2/ha"]})
        assert class_productivity(table)["forest"] == pytest.approx(3.0, rel=1e-12)  # 11 * 12/44

    @pytest.mark.parametrize("nep", [0.0, -1.0, None])
    def test_a_productivity_that_is_not_positive_is_refused(self, nep):
        table = table_from_columns("nep", {"class": ["forest"], "nep": [nep], "per": ["t C/ha"]})
        with pytest.raises(InputDataError, match="'forest' has to be a positive number"):
            class_productivity(table)

    def test_a_class_twice_is_refused(self):
        table = table_from_columns(
            "nep", {"class": ["forest", "Forest"], "nep": [1.0, 2.0], "per": ["t C/ha"] * 2}
        )
        with pytest.raises(InputDataError, match="there twice"):
            class_productivity(table)

    def test_an_empty_class_is_refused(self):
        table = table_from_columns("nep", {"class": [None], "nep": [1.0], "per": ["t C/ha"]})
        with pytest.raises(InputDataError, match="class is empty"):
            class_productivity(table)

    def test_an_unknown_measure_is_refused(self):
        table = table_from_columns("nep", {"class": ["forest"], "nep": [1.0], "per": ["t/ha"]})
        with pytest.raises(InputDataError, match="'t/ha' is no measure"):
            class_productivity(table)


class TestFactors:
    def test_shares_are_of_the_whole_region(self):
        table = sinks(unit=("a", "b"))
        assert footprint_factors([table], ["a", "b"], [2020, 2020])[0] == {2020: pytest.approx(K, rel=1e-12)}

    def test_shares_are_per_year(self):
        table = sinks(year=(2010, 2020), classes=("forest", "grassland"))
        factors, _ = footprint_factors([table], ["a", "a"], [2010, 2020])
        assert factors == {2010: pytest.approx(1 / 3.81), 2020: pytest.approx(1 / 0.95)}

    def test_years_that_the_budget_lacks_are_named(self):
        classes = ("forest", "forest", "grassland")
        table = sinks(("a",) * 3, (2010, 2020, 2020), classes, (900.0, 75.0, 25.0))
        factors, notes = footprint_factors([table], ["a"], [2020])
        # 75 % forest at 3.81 and 25 % grassland at 0.95 t C/ha
        assert factors == {2020: pytest.approx(0.75 / 3.81 + 0.25 / 0.95, rel=1e-12)}
        texts = [note.text for note in notes]
        assert texts == ["Years of the sink tables that the budget does not have: 2010."]

    def test_water_is_left_out_and_said(self):
        table = sinks(("a",) * 3, (2020,) * 3, ("forest", "water", "grassland"), (75.0, 900.0, 25.0))
        factors, notes = footprint_factors([table], ["a"], [2020])
        assert factors[2020] == pytest.approx(K, rel=1e-12)
        assert [note.text for note in notes] == ["Classes outside the footprint's shares: water."]

    def test_tables_are_added_up_each_from_its_own_mass(self):
        # 75 t C of forest, 25 t C = 25 * 44/12 t CO2 of grassland
        forest = sinks(("a",), (2020,), ("forest",), (75.0,), mass=("t C",))
        grass = sinks(("a",), (2020,), ("grassland",), (25.0 * 44 / 12,), mass=("t CO2",))
        factors, _ = footprint_factors([forest, grass], ["a"], [2020])
        assert factors[2020] == pytest.approx(K, rel=1e-12)

    def test_a_mix_of_masses_in_one_table_is_refused(self):
        with pytest.raises(InputDataError, match="mixes t C and t CO2"):
            footprint_factors([sinks(mass=("t C", "t CO2"))], ["a"], [2020])

    def test_units_outside_the_region_are_left_out_and_named(self):
        table = sinks(("a", "a", "z"), (2020,) * 3, ("forest", "grassland", "forest"), (75.0, 25.0, 900.0))
        factors, notes = footprint_factors([table], ["a"], [2020])
        assert factors[2020] == pytest.approx(K, rel=1e-12)
        assert any("left out: z" in note.text for note in notes)

    def test_a_row_without_amount_is_left_out_and_counted(self):
        table = sinks(("a",) * 3, (2020,) * 3, ("forest", "grassland", "forest"), (75.0, 25.0, None))
        factors, notes = footprint_factors([table], ["a"], [2020])
        assert factors[2020] == pytest.approx(K, rel=1e-12)
        assert any("1 rows of the sink tables have no cs_t" in note.text for note in notes)

    def test_a_year_without_sinks_is_missing_and_said(self):
        factors, notes = footprint_factors([sinks()], ["a", "a"], [2010, 2020])
        assert np.isnan(factors[2010])
        assert any("No footprint factor in 1 years: 2010" in note.text for note in notes)

    def test_sinks_without_year_serve_a_budget_of_one_year(self):
        factors, _ = footprint_factors([sinks(year=None)], ["a"], [2020])
        assert factors[2020] == pytest.approx(K, rel=1e-12)

    def test_sinks_without_year_are_refused_for_several_years(self):
        with pytest.raises(InputDataError, match="no column 'year' but the budget has 2 years"):
            footprint_factors([sinks(year=None)], ["a", "a"], [2010, 2020])

    def test_sinks_of_several_years_are_refused_for_a_budget_without(self):
        with pytest.raises(InputDataError, match="several years"):
            footprint_factors([sinks(year=(2010, 2020))], ["a"], None)


class TestPanel:
    def test_footprint_of_units_groups_and_region(self):
        found = carbon_indices(
            ["a", "b"], [2020] * 2, [10, 30], [4, 4], group=["x", "x"], sinks=[sinks()], reserve=0.25
        )
        assert found.cf_ha == pytest.approx([10 * K, 30 * K], rel=1e-12)
        assert found.ec_ha == pytest.approx([3 * K, 3 * K], rel=1e-12)  # 4 * 0.75
        assert found.ed_ha == pytest.approx([7 * K, 27 * K], rel=1e-12)
        assert found.groups["cf_ha"] == pytest.approx([40 * K], rel=1e-12)
        assert found.region["ed_ha"] == pytest.approx([34 * K], rel=1e-12)
        assert found.region["k_ha_t"] == pytest.approx([K], rel=1e-12)

    def test_footprint_of_an_emission_in_co2_is_that_of_its_carbon(self):
        found = carbon_indices(["a"], [2020], [44.0], [44.0], sinks=[sinks()], mass="t CO2")
        assert found.cf_ha == pytest.approx([12 * K], rel=1e-12)  # 44 t CO2 = 12 t C

    def test_a_users_productivity_replaces_the_preset(self):
        nep = table_from_columns(
            "nep", {"class": ["forest", "grassland"], "nep": [3.0, 1.0], "per": ["t C/ha"] * 2}
        )
        found = carbon_indices(["a"], [2020], [10.0], [4.0], sinks=[sinks()], nep=nep)
        assert found.cf_ha == pytest.approx([5.0], rel=1e-12)  # 10 * (0.75/3 + 0.25/1)
