"""Carbon balance zoning: each zone is reached, and ties and gaps are decided as documented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.zoning.balance_zoning import balance_zones, zone_names, zone_summary, zone_transitions

NAN = np.nan


def zone(ce, cs, ecc, esc, scheme):
    return balance_zones([ce], [cs], [ecc], [esc], scheme).codes[0]


@pytest.mark.parametrize(
    ("ecc", "esc", "name"),
    [  # Zhang et al. 2023 table 4
        (1.5, 1.5, "Low-carbon economic zone"),
        (1.5, 0.5, "Carbon source control zone"),
        (0.5, 1.5, "Carbon sink functional zone"),
        (0.5, 0.5, "High-carbon optimisation zone"),
    ],
)
def test_four_zones(ecc, esc, name):
    assert zone_names("four")[zone(10, 1, ecc, esc, "four")] == name


@pytest.mark.parametrize(
    ("cs", "ecc", "esc", "name"),
    [  # Fan et al. 2024 table 3, CE = 10
        (20, 1.5, 1.5, "Carbon sink functional zone"),
        (20, 0.5, 1.5, "Carbon sink functional zone"),
        (1, 1.5, 1.5, "Low-carbon economic zone"),
        (1, 0.5, 1.5, "Low-carbon optimisation zone"),
        (1, 1.5, 0.5, "Carbon intensity control zone"),
        (1, 0.5, 0.5, "High-carbon optimisation zone"),
    ],
)
def test_five_zones(cs, ecc, esc, name):
    assert zone_names("five")[zone(10, cs, ecc, esc, "five")] == name


def test_four_zones_do_not_look_at_the_balance():
    assert zone(10, 20, 1.5, 1.5, "four") == 1


@pytest.mark.parametrize(("scheme", "code"), [("four", 1), ("five", 2)])
def test_exactly_one_counts_as_above_one(scheme, code):
    assert zone(10, 1, 1.0, 1.0, scheme) == code


@pytest.mark.parametrize(("scheme", "code"), [("four", 1), ("five", 2)])
def test_rounding_does_not_choose_the_zone(scheme, code):
    assert zone(10, 1, np.nextafter(1, 0), np.nextafter(1, 0), scheme) == code


def test_just_below_one_is_below_one():
    assert zone(10, 1, 1 - 1e-9, 1 - 1e-9, "four") == 4


def test_emission_equal_to_sequestration_is_no_sink_zone():
    assert zone(10, 10, 1.5, 1.5, "five") == 2


def test_surplus_without_support_goes_by_the_coefficients_and_is_counted():
    found = balance_zones([10, 10], [20, 20], [1.5, 0.5], [0.5, 0.5], "five")
    assert found.codes.tolist() == [4, 5]
    assert [note.count for note in found.notes] == [2]


@pytest.mark.parametrize(("scheme", "code"), [("four", 3), ("five", 1)])
def test_no_emission_and_a_sink_is_a_sink_zone(scheme, code):
    found = balance_zones([0.0], [5.0], [NAN], [NAN], scheme)
    assert found.codes.tolist() == [code]
    assert found.notes == ()


@pytest.mark.parametrize("scheme", ["four", "five"])
@pytest.mark.parametrize("cs", [0.0, -5.0, NAN])
def test_no_emission_and_no_sink_has_no_zone(scheme, cs):
    assert zone(0.0, cs, NAN, NAN, scheme) == 0


@pytest.mark.parametrize("scheme", ["four", "five"])
@pytest.mark.parametrize(("ecc", "esc"), [(NAN, 1.5), (1.5, NAN)])
def test_a_missing_coefficient_has_no_zone_and_is_counted(scheme, ecc, esc):
    found = balance_zones([10], [20], [ecc], [esc], scheme)
    assert found.codes.tolist() == [0]
    assert [note.text for note in found.notes] == ["1 units have no zone because an index is NULL."]


@pytest.mark.parametrize(("ce", "cs"), [(NAN, 1.0), (1.0, NAN)])
def test_five_zones_need_both_amounts(ce, cs):
    assert zone(ce, cs, 1.5, 1.5, "five") == 0


def test_a_negative_sequestration_goes_by_the_coefficients():
    assert zone(10, -5, 1.5, -0.5, "five") == 4


def test_an_unknown_scheme_is_refused():
    with pytest.raises(InputDataError, match="Unknown scheme 'six'"):
        balance_zones([1], [1], [1], [1], "six")


def test_other_lengths_are_refused():
    with pytest.raises(InputDataError, match="1, 1, 2, 1 values"):
        balance_zones([1], [1], [1, 2], [1], "four")


@given(st.sampled_from(["four", "five"]), *[st.floats(0.001, 1e6)] * 4)
def test_every_complete_unit_has_a_zone_of_its_scheme(scheme, ce, cs, ecc, esc):
    assert zone(ce, cs, ecc, esc, scheme) in zone_names(scheme)


class TestSummary:
    def test_units_and_area_shares(self):
        found = zone_summary([2020] * 4, [1, 1, 2, 0], "four", area=[10, 20, 30, 40])
        assert found["zone"] == [1, 2, 3, 4, 0]
        assert found["zone_name"][0] == "Low-carbon economic zone"
        assert found["zone_name"][4] is None
        assert found["units"] == [2, 1, 0, 0, 1]
        assert found["area_pct"] == [30.0, 30.0, 0.0, 0.0, 40.0]  # of 10 + 20 + 30 + 40 = 100

    def test_years_apart(self):
        found = zone_summary([2020, 2010], [1, 2], "four")
        assert found["year"] == [2010] * 4 + [2020] * 4
        assert found["units"] == [0, 1, 0, 0, 1, 0, 0, 0]

    def test_without_areas_the_share_is_missing(self):
        assert np.isnan(zone_summary(None, [1], "five")["area_pct"]).all()

    def test_an_area_that_is_missing_does_not_count(self):
        found = zone_summary(None, [1, 2, 2], "four", area=[10, 30, NAN])
        assert found["area_pct"] == [25.0, 75.0, 0.0, 0.0]

    @given(st.lists(st.tuples(st.integers(0, 5), st.floats(1, 1e6)), min_size=1, max_size=30))
    def test_shares_sum_to_a_hundred(self, rows):
        codes, area = zip(*rows, strict=True)
        found = zone_summary(None, codes, "five", area)
        assert sum(found["area_pct"]) == pytest.approx(100, rel=1e-12)
        assert sum(found["units"]) == len(rows)


class TestTransitions:
    def test_pairs_between_consecutive_dates(self):
        found, notes = zone_transitions(
            ["a", "b", "a", "b", "a", "b"], [2000, 2000, 2020, 2020, 2010, 2010], [1, 1, 2, 3, 2, 1]
        )
        rows = list(zip(*found.values(), strict=True))
        # 2000 -> 2010: a 1 to 2, b stays 1; 2010 -> 2020: a stays 2, b 1 to 3
        assert rows == [
            (2000, 2010, 1, 1, 1),
            (2000, 2010, 1, 2, 1),
            (2010, 2020, 1, 3, 1),
            (2010, 2020, 2, 2, 1),
        ]
        assert notes == ()

    def test_units_without_zone_count(self):
        found, _ = zone_transitions(["a", "a"], [2000, 2010], [0, 2])
        assert (found["from_zone"], found["to_zone"], found["units"]) == ([0], [2], [1])

    def test_a_unit_at_one_date_only_is_named(self):
        found, notes = zone_transitions(["a", "a", "b"], [2000, 2010, 2010], [1, 1, 1])
        assert found["units"] == [1]
        assert "b" in notes[0].text

    def test_one_date_has_none(self):
        assert zone_transitions(["a"], [2000], [1])[0]["units"] == []

    def test_no_years_have_none(self):
        assert zone_transitions(["a"], None, [1])[0]["units"] == []

    def test_a_unit_and_year_twice_is_refused(self):
        with pytest.raises(InputDataError, match="'a' is there twice in 2000"):
            zone_transitions(["a", "a"], [2000, 2000], [1, 2])
