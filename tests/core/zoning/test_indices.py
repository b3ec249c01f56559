"""Carbon balance indices: by hand, and by the identities that hold for any region."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.zoning.indices import (
    carbon_balance_index,
    carbon_budget,
    carbon_compensation_rate,
    carbon_indices,
    carbon_state,
    ecological_support,
    economic_contribution,
)

NAN = np.nan

# Two units, one year: CE 30 + 70 = 100, CS 30 + 10 = 40, GDP 60 + 40 = 100
UNITS, YEAR = ["a", "b"], [2020, 2020]
CE, CS, GDP = [30.0, 70.0], [30.0, 10.0], [60.0, 40.0]


def texts(notes, kind="warning"):
    return [note.text for note in notes if note.kind == kind]


@st.composite
def regions(draw):
    """CE, CS and GDP of 2 to 12 units, all positive and of ordinary sizes."""
    n = draw(st.integers(2, 12))
    amounts = st.lists(st.floats(1e-3, 1e9), min_size=n, max_size=n).map(np.array)
    return draw(amounts), draw(amounts), draw(amounts)


class TestIndices:
    def test_budget_is_emission_less_sequestration(self):
        assert carbon_budget(CE, CS).tolist() == [0.0, 60.0]  # 30 - 30, 70 - 10

    def test_balance_index_is_emission_over_sequestration(self):
        assert carbon_balance_index(CE, CS).tolist() == [1.0, 7.0]  # 30 / 30, 70 / 10

    def test_balance_index_of_a_negative_sequestration_is_missing(self):
        assert np.isnan(carbon_balance_index([5.0], [-1.0])).all()

    def test_balance_index_without_sequestration_is_missing(self):
        assert np.isnan(carbon_balance_index([5.0], [0.0])).all()

    def test_balance_index_without_emission_is_zero(self):
        assert carbon_balance_index([0.0], [4.0]).tolist() == [0.0]

    def test_compensation_rate_is_sequestration_over_emission(self):
        assert carbon_compensation_rate([40.0], [10.0]).tolist() == [0.25]

    def test_compensation_rate_of_suzhou(self):
        # Zhang et al. 2023 table 3, 1e4 t CO2: sinks 251.86, emission 24027.97; 1.05 % is printed
        assert 100 * carbon_compensation_rate(24027.97, 251.86) == pytest.approx(1.05, abs=0.005)

    def test_compensation_rate_without_emission_is_missing(self):
        assert np.isnan(carbon_compensation_rate([0.0], [3.0])).all()

    def test_compensation_rate_of_a_negative_sequestration_is_missing(self):
        assert np.isnan(carbon_compensation_rate([5.0], [-1.0])).all()

    def test_economic_contribution_is_share_of_gdp_over_share_of_emission(self):
        # (60/100) / (30/100), (40/100) / (70/100)
        assert economic_contribution(GDP, CE) == pytest.approx([2.0, 4 / 7], rel=1e-12)

    def test_economic_contribution_leaves_a_unit_without_gdp_out_of_both_sums(self):
        # of a and b alone: (60/100) / (30/100), (40/100) / (70/100); c's emission of 900 does not count
        ecc = economic_contribution([60.0, 40.0, NAN], [30.0, 70.0, 900.0])
        assert ecc[:2] == pytest.approx([2.0, 4 / 7], rel=1e-12)
        assert np.isnan(ecc[2])

    def test_economic_contribution_of_a_unit_without_emission_is_missing(self):
        ecc = economic_contribution([50.0, 50.0], [0.0, 10.0])
        assert np.isnan(ecc[0])
        assert ecc[1] == 0.5  # (50/100) / (10/10)

    def test_economic_contribution_refuses_a_negative_gdp(self):
        with pytest.raises(InputDataError, match="GDP is negative"):
            economic_contribution([-1.0, 2.0], CE)

    def test_economic_contribution_refuses_a_negative_emission(self):
        with pytest.raises(InputDataError, match="emission is negative"):
            economic_contribution(GDP, [-1.0, 2.0])

    def test_economic_contribution_refuses_no_gdp_at_all(self):
        with pytest.raises(InputDataError, match="GDP of all units is 0"):
            economic_contribution([0.0, 0.0], CE)

    def test_economic_contribution_refuses_other_lengths(self):
        with pytest.raises(InputDataError, match="1 values against 2"):
            economic_contribution([1.0], CE)

    def test_ecological_support_is_share_of_sequestration_over_share_of_emission(self):
        # (30/40) / (30/100), (10/40) / (70/100)
        assert ecological_support(CS, CE) == pytest.approx([2.5, 5 / 14], rel=1e-12)

    def test_ecological_support_is_computed_for_a_negative_sequestration(self):
        # CS 6 - 2 = 4, CE 10 + 10 = 20: (6/4) / (1/2), (-2/4) / (1/2)
        assert ecological_support([6.0, -2.0], [10.0, 10.0]).tolist() == [3.0, -1.0]

    def test_ecological_support_is_missing_where_the_region_sequesters_less_than_nothing(self):
        assert np.isnan(ecological_support([2.0, -6.0], [10.0, 10.0])).all()

    def test_ecological_support_is_missing_where_the_region_sequesters_nothing(self):
        assert np.isnan(ecological_support([0.0, 0.0], [10.0, 10.0])).all()

    def test_ecological_support_refuses_a_negative_emission(self):
        with pytest.raises(InputDataError, match="emission is negative"):
            ecological_support(CS, [-1.0, 2.0])

    def test_state_follows_the_sign_of_the_budget(self):
        states = carbon_state([5.0, 4.0, 3.0, NAN], [4.0, 4.0, 4.0, 4.0])
        assert states == ["carbon deficit", "balance point", "carbon surplus", None]

    def test_state_of_a_negative_sequestration_is_a_deficit(self):
        assert carbon_state([0.0], [-1.0]) == ["carbon deficit"]  # Fan et al. 2024 table 2, last row

    def test_state_is_not_decided_by_rounding(self):
        assert carbon_state([0.1 + 0.2], [0.3]) == ["balance point"]  # 0.30000000000000004


class TestIdentities:
    @given(regions())
    def test_mean_of_economic_contribution_weighted_with_emission_is_one(self, region):
        ce, _, gdp = region
        assert np.average(economic_contribution(gdp, ce), weights=ce) == pytest.approx(1, rel=1e-12)

    @given(regions())
    def test_mean_of_ecological_support_weighted_with_emission_is_one(self, region):
        ce, cs, _ = region
        assert np.average(ecological_support(cs, ce), weights=ce) == pytest.approx(1, rel=1e-12)

    @given(regions())
    def test_ecological_support_is_the_rate_of_the_unit_over_that_of_the_region(self, region):
        ce, cs, gdp = region
        found = carbon_indices([str(i) for i in range(len(ce))], None, ce, cs, gdp)
        assert found.esc == pytest.approx(found.ccr / found.region["ccr"][0], rel=1e-12)

    @given(regions())
    def test_units_as_their_own_groups_have_the_groups_indices(self, region):
        ce, cs, gdp = region
        names = [f"{i:02}" for i in range(len(ce))]
        found = carbon_indices(names, None, ce, cs, gdp, group=names)
        for index in ("cb", "cbi", "ccr", "ecc", "esc"):
            assert found.groups[index] == pytest.approx(getattr(found, index), rel=1e-12)

    @given(regions())
    def test_ratios_do_not_depend_on_the_mass(self, region):
        ce, cs, gdp = region
        names = [str(i) for i in range(len(ce))]
        carbon = carbon_indices(names, None, ce, cs, gdp)
        dioxide = carbon_indices(names, None, ce * 44 / 12, cs * 44 / 12, gdp, mass="t CO2")
        for index in ("cbi", "ccr", "ecc", "esc"):
            assert getattr(dioxide, index) == pytest.approx(getattr(carbon, index), rel=1e-12)


class TestPanel:
    def test_every_year_is_its_own_region(self):
        found = carbon_indices(["a", "b", "a", "b"], [2000, 2000, 2010, 2010], [1, 1, 1, 3], [1, 1, 2, 2])
        # 2000: (1/2) / (1/2) twice; 2010: (2/4) / (1/4) and (2/4) / (3/4)
        assert found.esc == pytest.approx([1, 1, 2, 2 / 3], rel=1e-12)

    def test_rows_stay_in_their_order(self):
        found = carbon_indices(["a", "b", "a"], [2010, 2000, 2000], [1, 2, 3], [0.5, 0.5, 0.5])
        assert found.cb.tolist() == [0.5, 1.5, 2.5]

    def test_inputs_are_not_changed(self):
        ce = np.array([1.0, NAN])
        carbon_indices(UNITS, YEAR, ce, CS)
        assert ce[0] == 1.0
        assert np.isnan(ce[1])

    def test_without_gdp_the_economic_contribution_is_missing_and_said(self):
        found = carbon_indices(UNITS, YEAR, CE, CS)
        assert np.isnan(found.ecc).all()
        assert "No GDP was given; ECC is NULL." in texts(found.notes, "decision")

    def test_without_sinks_the_footprint_is_missing_and_said(self):
        found = carbon_indices(UNITS, YEAR, CE, CS)
        assert np.isnan(found.cf_ha).all()
        assert any("No sinks per class" in text for text in texts(found.notes, "decision"))

    def test_without_years_there_is_one_region(self):
        found = carbon_indices(UNITS, None, CE, CS)
        assert found.region["year"] == [None]
        assert found.esc == pytest.approx([2.5, 5 / 14], rel=1e-12)

    def test_a_unit_without_sequestration_is_left_out_of_the_sums_and_named(self):
        found = carbon_indices(["a", "b", "c"], [2020] * 3, [30, 70, 900], [30, 10, NAN])
        assert found.esc[:2] == pytest.approx([2.5, 5 / 14], rel=1e-12)  # as without c
        assert found.region["ce_t"] == [100.0]
        assert found.region["missing"] == [1]
        assert any("c (2020)" in text and "left out" in text for text in texts(found.notes))

    def test_a_unit_without_emission_is_warned_of(self):
        found = carbon_indices(UNITS, YEAR, [0.0, 70.0], CS)
        assert np.isnan(found.ccr[0])
        assert np.isnan(found.esc[0])
        assert any("1 units emit nothing" in text and "a (2020)" in text for text in texts(found.notes))

    def test_no_emission_anywhere_is_missing_not_an_error(self):
        found = carbon_indices(UNITS, YEAR, [0.0, 0.0], CS, GDP)
        assert np.isnan(found.ecc).all()
        assert np.isnan(found.esc).all()
        assert any("No unit emits anything in 2020" in text for text in texts(found.notes))

    def test_a_unit_without_sink_is_warned_of(self):
        found = carbon_indices(UNITS, YEAR, CE, [0.0, 10.0])
        assert np.isnan(found.cbi[0])
        assert found.ccr[0] == 0.0
        assert any("1 units sequester nothing" in text for text in texts(found.notes))

    def test_no_sequestration_anywhere_is_missing_not_an_error(self):
        found = carbon_indices(UNITS, YEAR, CE, [0.0, 0.0])
        assert np.isnan(found.esc).all()
        assert any("ESC is NULL for its 2 units" in text for text in texts(found.notes))

    def test_negative_sequestration_is_counted_and_the_rest_computed(self):
        found = carbon_indices(UNITS, YEAR, [10.0, 10.0], [6.0, -2.0])
        assert np.isnan(found.cbi[1])
        assert np.isnan(found.ccr[1])
        assert found.cb[1] == 12.0  # 10 - (-2)
        assert found.esc[1] == -1.0  # (-2/4) / (10/20)
        assert any("1 units have a negative CS" in text for text in texts(found.notes))

    def test_some_gdp_missing_is_missing_and_named(self):
        found = carbon_indices(UNITS, YEAR, CE, CS, [60.0, NAN])
        assert found.ecc[0] == 1.0  # the only unit with GDP: (60/60) / (30/30)
        assert np.isnan(found.ecc[1])
        assert any("1 units have no GDP" in text and "b (2020)" in text for text in texts(found.notes))

    def test_no_mass_of_infinity_reaches_the_result(self):
        found = carbon_indices(UNITS, YEAR, [0.0, 0.0], [0.0, 0.0], GDP)
        assert not any(np.isinf(getattr(found, index)).any() for index in ("cbi", "ccr", "ecc", "esc"))


class TestRefused:
    def test_a_unit_and_year_twice(self):
        with pytest.raises(InputDataError, match=r"a \(2020\).*more than one row"):
            carbon_indices(["a", "a"], YEAR, CE, CS)

    def test_a_unit_twice_without_years(self):
        with pytest.raises(InputDataError, match="a: there is more than one row"):
            carbon_indices(["a", "a"], None, CE, CS)

    def test_a_negative_emission(self):
        with pytest.raises(InputDataError, match=r"emission of b \(2020\) is negative"):
            carbon_indices(UNITS, YEAR, [1.0, -1.0], CS)

    def test_a_negative_gdp(self):
        with pytest.raises(InputDataError, match=r"GDP of a \(2020\) is negative"):
            carbon_indices(UNITS, YEAR, CE, CS, [-1.0, 5.0])

    def test_gdp_of_a_year_all_zero(self):
        with pytest.raises(InputDataError, match="GDP of all units in 2010 is 0"):
            carbon_indices(["a", "a"], [2000, 2010], CE, CS, [5.0, 0.0])

    def test_gdp_missing_everywhere(self):
        with pytest.raises(InputDataError, match="No unit has a GDP"):
            carbon_indices(UNITS, YEAR, CE, CS, [NAN, NAN])

    def test_other_lengths(self):
        with pytest.raises(InputDataError, match="2 units but 1 values"):
            carbon_indices(UNITS, YEAR, [1.0], CS)

    def test_an_unknown_mass(self):
        with pytest.raises(InputDataError, match="Unknown mass 'Mt'"):
            carbon_indices(UNITS, YEAR, CE, CS, mass="Mt")

    def test_no_rows(self):
        with pytest.raises(InputDataError, match="no rows"):
            carbon_indices([], None, [], [])


class TestGroups:
    def test_indices_are_of_the_sums_not_means(self):
        # x: CE 10 + 30 = 40, CS 5 + 5 = 10, GDP 10 + 10 = 20; y: CE 60, CS 30, GDP 80; all: 100, 40, 100
        found = carbon_indices(
            ["a", "b", "c"], None, [10, 30, 60], [5, 5, 30], [10, 10, 80], group=["x", "x", "y"]
        ).groups
        assert found["group"] == ["x", "y"]
        assert found["units"] == [2, 1]
        assert found["cbi"] == pytest.approx([4.0, 2.0], rel=1e-12)  # 40/10, 60/30
        assert found["ccr"] == pytest.approx([0.25, 0.5], rel=1e-12)
        assert found["ecc"] == pytest.approx([0.2 / 0.4, 0.8 / 0.6], rel=1e-12)
        assert found["esc"] == pytest.approx([0.25 / 0.4, 0.75 / 0.6], rel=1e-12)
        assert found["state"] == ["carbon deficit", "carbon deficit"]

    def test_a_unit_in_no_group_counts_in_the_region_only(self):
        # region CE 100, GDP 100; x: (20/100) / (40/100)
        found = carbon_indices(
            ["a", "b", "c"], None, [10, 30, 60], [5, 5, 30], [10, 10, 80], group=["x", "x", None]
        )
        assert found.groups["group"] == ["x"]
        assert found.groups["ecc"] == pytest.approx([0.5], rel=1e-12)
        assert any("1 units are in no group: c" in text for text in texts(found.notes))

    def test_a_unit_without_gdp_is_left_out_of_its_groups_contribution(self):
        # with GDP: a (CE 10, GDP 10), c (CE 10, GDP 30); x: (10/40) / (10/20)
        found = carbon_indices(
            ["a", "b", "c"], None, [10, 30, 10], [1, 1, 1], [10, NAN, 30], group=["x", "x", "y"]
        ).groups
        assert found["ecc"] == pytest.approx([0.5, 1.5], rel=1e-12)

    def test_a_group_without_a_complete_unit_is_missing(self):
        found = carbon_indices(UNITS, None, CE, [30.0, NAN], group=["x", "y"]).groups
        assert np.isnan(found["ce_t"][1])
        assert found["state"] == ["balance point", None]


class TestRegion:
    @pytest.fixture
    def region(self):
        # a: CE 10, 20, 40; b: CE 30, 30, 40; CS 10 each unit and year; GDP even
        return carbon_indices(
            ["a", "b"] * 3,
            [2000, 2000, 2010, 2010, 2020, 2020],
            [10, 30, 20, 30, 40, 40],
            [10] * 6,
            [1] * 6,
        ).region

    def test_sums_per_year(self, region):
        assert region["year"] == [2000, 2010, 2020]
        assert region["ce_t"] == [40.0, 50.0, 80.0]
        assert region["cs_t"] == [20.0, 20.0, 20.0]
        assert region["cb"] == [20.0, 30.0, 60.0]

    def test_ratios_are_of_the_sums(self, region):
        assert region["cbi"] == [2.0, 2.5, 4.0]
        assert region["ccr"] == [0.5, 0.4, 0.25]

    def test_coefficients_are_unweighted_means(self, region):
        # 2000: ECC (1/2) / (10/40) = 2 and (1/2) / (30/40) = 2/3, mean 4/3; ESC the same with CS 10/20
        assert region["ecc_mean"][0] == pytest.approx(4 / 3, rel=1e-12)
        assert region["esc_mean"][0] == pytest.approx(4 / 3, rel=1e-12)

    def test_changes_since_the_first_year(self, region):
        # 50/40 - 1 = 25 %, 80/40 - 1 = 100 %
        assert np.isnan(region["ce_first"][0])
        assert region["ce_first"][1:] == pytest.approx([25.0, 100.0], rel=1e-12)

    def test_changes_since_the_previous_year(self, region):
        # 50/40 - 1 = 25 %, 80/50 - 1 = 60 %
        assert np.isnan(region["ce_prev"][0])
        assert region["ce_prev"][1:] == pytest.approx([25.0, 60.0], rel=1e-12)

    def test_a_rise_of_a_negative_budget_is_positive(self):
        # CB -10 -> -5: (-5 + 10) / |-10| = 50 %
        region = carbon_indices(["a", "a"], [2000, 2010], [10, 15], [20, 20]).region
        assert region["cb_first"][1] == 50.0

    def test_a_change_from_zero_is_missing(self):
        region = carbon_indices(["a", "a"], [2000, 2010], [10, 15], [0, 20]).region
        assert np.isnan(region["cs_first"][1])

    def test_years_of_other_units_are_warned_of(self):
        found = carbon_indices(["a", "b", "a"], [2000, 2000, 2010], [1, 1, 1], [1, 1, 1])
        assert any("1 units are not in the sums of every year" in text for text in texts(found.notes))

    def test_field_names_have_at_most_ten_characters(self, region):
        assert [name for name in region if len(name) > 10] == []
