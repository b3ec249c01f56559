"""One table of units and years from several: sums, masses, gaps and clashes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.accounting.unit_panel import group_sums, unit_panel
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import table_from_columns

NAN = np.nan


def table(title="budget", /, **columns):
    return table_from_columns(title, columns)


def panel(*tables, ce=("ce_t",), cs=(), **options):
    return unit_panel(tables, ce_columns=ce, cs_columns=cs, **options)


def texts(found, kind):
    return [note.text for note in found.notes if note.kind == kind]


def unmatched(found):
    return list(zip(*found.unmatched.values(), strict=True))


class TestSums:
    def test_amounts_of_several_tables_are_summed(self):
        land = table("land", unit=["a", "b"], year=[2020, 2020], ce_t=[1.0, 2.0], cs_t=[5.0, 6.0])
        energy = table("energy", unit=["b", "a"], year=[2020, 2020], coal=[20.0, 10.0], gas=[200.0, 100.0])
        found = panel(land, energy, ce=["ce_t", "coal", "gas"], cs=["cs_t"])
        assert found.unit == ["a", "b"]
        assert found.year.tolist() == [2020, 2020]
        assert found.ce_t.tolist() == [111.0, 222.0]  # 1 + 10 + 100, 2 + 20 + 200
        assert found.cs_t.tolist() == [5.0, 6.0]
        assert found.net_t.tolist() == [106.0, 216.0]

    def test_a_column_that_two_tables_have_counts_from_both(self):
        one = table("one", unit=["a"], year=[2020], ce_t=[1.0])
        two = table("two", unit=["a"], year=[2020], ce_t=[10.0])
        assert panel(one, two).ce_t.tolist() == [11.0]

    def test_column_names_are_found_whatever_their_case(self):
        assert panel(table(Unit=["a"], YEAR=[2020], CE_T=[1.0]), ce=["ce_t"]).ce_t.tolist() == [1.0]

    def test_units_are_sorted_by_first_appearance_and_year(self):
        found = panel(table(unit=["b", "a", "b"], year=[2020, 2020, 2010], ce_t=[1.0, 2.0, 3.0]))
        assert list(zip(found.unit, found.year, strict=True)) == [("b", 2010), ("b", 2020), ("a", 2020)]
        assert found.ce_t.tolist() == [3.0, 1.0, 2.0]

    def test_keys_that_are_one_number_are_one_unit(self):
        text = table("text", unit=["110101"], year=[2020], ce_t=[1.0])
        number = table("number", unit=[110101.0], year=[2020], coal=[2.0])
        assert panel(text, number, ce=["ce_t", "coal"]).ce_t.tolist() == [3.0]

    def test_a_side_that_is_not_named_is_missing_and_said(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[1.0]))
        assert np.isnan(found.cs_t).all()
        assert np.isnan(found.net_t).all()
        assert "No CS column was named; CS is NULL." in texts(found, "decision")

    def test_tables_without_any_year_make_a_panel_without(self):
        found = panel(table(unit=["a"], ce_t=[1.0]))
        assert found.year is None
        assert found.ce_t.tolist() == [1.0]

    @given(st.lists(st.tuples(*[st.floats(0, 1e9)] * 3), min_size=1, max_size=8))
    def test_net_is_emission_less_sequestration(self, rows):
        ce, more, cs = (list(column) for column in zip(*rows, strict=True))
        unit, year = [f"u{i}" for i in range(len(rows))], [2020] * len(rows)
        found = panel(table(unit=unit, year=year, a=ce, b=more, c=cs), ce=["a", "b"], cs=["c"])
        assert found.ce_t == pytest.approx(np.add(ce, more), rel=1e-12)
        assert found.net_t == pytest.approx(found.ce_t - found.cs_t, rel=1e-12)


class TestMass:
    def test_every_table_comes_from_its_own_mass(self):
        # 44 t CO2 = 12 t C
        dioxide = table("ceads", unit=["a"], year=[2020], ce_t=[44.0], mass=["t CO2"])
        carbon = table("land", unit=["a"], year=[2020], extra=[1.0], mass=["t C"])
        found = panel(dioxide, carbon, ce=["ce_t", "extra"])
        assert found.ce_t == pytest.approx([13.0], rel=1e-12)
        assert found.mass == "t C"
        assert "ceads: ce_t brought from t CO2 to t C." in texts(found, "decision")

    def test_a_table_that_does_not_say_its_mass_has_the_panels(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[44.0]), mass="t CO2")
        assert found.ce_t.tolist() == [44.0]
        assert "budget has no column 'mass': ce_t taken as t CO2." in texts(found, "decision")

    def test_columns_of_tonnes_are_converted_along(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[44.0], forest_t=[22.0], mass=["t CO2"]))
        assert found.columns["forest_t"] == pytest.approx([6.0], rel=1e-12)  # 22 * 12/44

    def test_other_columns_are_not(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[44.0], area_ha=[22.0], mass=["t CO2"]))
        assert found.columns["area_ha"].tolist() == [22.0]

    def test_a_mix_in_one_table_is_refused(self):
        mixed = table(unit=["a", "b"], year=[2020] * 2, ce_t=[1.0, 2.0], mass=["t C", "t CO2"])
        with pytest.raises(InputDataError, match="budget mixes t C and t CO2"):
            panel(mixed)

    def test_an_unknown_mass_is_refused(self):
        with pytest.raises(InputDataError, match="Unknown mass 'kg'"):
            panel(table(unit=["a"], year=[2020], ce_t=[1.0], mass=["kg"]))


class TestGaps:
    def test_a_unit_that_a_table_lacks_has_no_sum_and_is_named(self):
        one = table("one", unit=["a", "b"], year=[2020] * 2, ce_t=[1.0, 2.0])
        two = table("two", unit=["a"], year=[2020], coal=[10.0])
        found = panel(one, two, ce=["ce_t", "coal"])
        assert found.ce_t[0] == 11.0
        assert np.isnan(found.ce_t[1])
        assert ("two", "b", 2020, "no row in this table") in unmatched(found)
        assert any("1 units and years have no CE" in text and "b (2020)" in text
                   for text in texts(found, "warning"))  # fmt: skip

    def test_a_missing_amount_is_not_zero(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[None], coal=[1.0]), ce=["ce_t", "coal"])
        assert np.isnan(found.ce_t).all()

    def test_a_negative_amount_is_warned_of(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[-1.0]))
        assert found.ce_t.tolist() == [-1.0]
        assert any("1 units and years have a negative CE" in text for text in texts(found, "warning"))

    def test_polygons_decide_the_units_and_their_order(self):
        found = panel(table(unit=["a", "b"], year=[2020] * 2, ce_t=[1.0, 2.0]), units=["b", "a"])
        assert found.unit == ["b", "a"]
        assert found.ce_t.tolist() == [2.0, 1.0]

    def test_a_polygon_without_row_stays_and_is_listed(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[1.0]), units=["a", "b"])
        assert found.unit == ["a", "b"]
        assert np.isnan(found.ce_t[1])
        assert unmatched(found) == [("budget", "b", 2020, "no row in this table")]

    def test_a_polygon_has_every_year(self):
        found = panel(table(unit=["a", "b"], year=[2010, 2020], ce_t=[1.0, 2.0]), units=["a", "b"])
        assert list(zip(found.unit, found.year, strict=True)) == [
            ("a", 2010), ("a", 2020), ("b", 2010), ("b", 2020),
        ]  # fmt: skip

    def test_a_row_without_polygon_is_left_out_and_listed(self):
        found = panel(table(unit=["a", "z"], year=[2020] * 2, ce_t=[1.0, 2.0]), units=["a"])
        assert found.unit == ["a"]
        assert unmatched(found) == [("budget", "z", 2020, "not in the polygons")]
        assert any("1 units of the tables are not in the polygons" in text
                   for text in texts(found, "warning"))  # fmt: skip

    def test_no_common_unit_is_refused_and_shows_both_sides(self):
        with pytest.raises(InputDataError, match="tables' start with 110000, the polygons' with Beijing"):
            panel(table(unit=["110000"], year=[2020], ce_t=[1.0]), units=["Beijing"])

    def test_repeated_polygons_are_refused(self):
        with pytest.raises(InputDataError, match="more than one feature of a; dissolve"):
            panel(table(unit=["a"], year=[2020], ce_t=[1.0]), units=["a", "a"])


class TestDuplicates:
    def test_a_unit_and_year_twice_is_refused_with_its_rows(self):
        twice = table(unit=["a", "a"], year=[2020] * 2, ce_t=[1.0, 2.0])
        with pytest.raises(InputDataError, match=r"a \(2020\) is there 2 times \(feature 1, feature 2\)"):
            panel(twice)

    def test_or_summed_and_said(self):
        twice = table(unit=["a", "b", "a"], year=[2020] * 3, ce_t=[1.0, 5.0, 2.0], name=["x", "y", "x"])
        found = panel(twice, duplicates="sum")
        assert found.ce_t.tolist() == [3.0, 5.0]
        assert found.columns["name"] == ["x", "y"]
        assert any("were summed: a (2020)" in text for text in texts(found, "decision"))

    def test_a_missing_row_makes_the_sum_missing(self):
        twice = table(unit=["a", "a"], year=[2020] * 2, ce_t=[1.0, None])
        assert np.isnan(panel(twice, duplicates="sum").ce_t).all()

    def test_text_that_differs_cannot_be_summed(self):
        twice = table(unit=["a", "a"], year=[2020] * 2, ce_t=[1.0, 2.0], name=["x", "y"])
        with pytest.raises(InputDataError, match=r"'name' differs \(x, y\)"):
            panel(twice, duplicates="sum")

    def test_an_unknown_rule_is_refused(self):
        with pytest.raises(InputDataError, match="Unknown rule 'first'"):
            panel(table(unit=["a"], ce_t=[1.0]), duplicates="first")


class TestYears:
    def test_what_does_not_change_is_given_to_every_year(self):
        budget = table(unit=["a", "a"], year=[2010, 2020], ce_t=[1.0, 2.0])
        area = table("area", unit=["a"], area_ha=[7.0])
        found = panel(budget, area)
        assert found.columns["area_ha"].tolist() == [7.0, 7.0]
        assert "area has no year: area_ha are taken as the same in all 2 years." in texts(found, "decision")

    def test_amounts_without_year_are_refused_for_several_years(self):
        budget = table(unit=["a", "a"], year=[2010, 2020], ce_t=[1.0, 2.0])
        with pytest.raises(InputDataError, match=r"coal has no year but the panel has 2 \(2010, 2020\)"):
            panel(budget, table("coal", unit=["a"], coal=[7.0]), ce=["ce_t", "coal"])

    def test_gdp_without_year_is_refused_for_several_years(self):
        budget = table(unit=["a", "a"], year=[2010, 2020], ce_t=[1.0, 2.0])
        with pytest.raises(InputDataError, match="GDP_100m need a year"):
            panel(budget, table("stats", unit=["a"], GDP_100m=[7.0]))

    def test_amounts_without_year_are_of_the_only_year(self):
        budget = table(unit=["a"], year=[2020], ce_t=[1.0])
        found = panel(budget, table("coal", unit=["a"], coal=[7.0]), ce=["ce_t", "coal"])
        assert found.ce_t.tolist() == [8.0]
        assert "coal has no year: taken as of 2020." in texts(found, "decision")

    def test_a_unit_that_has_no_year_anywhere_is_left_out_and_listed(self):
        budget = table(unit=["a", "a"], year=[2010, 2020], ce_t=[1.0, 2.0])
        found = panel(budget, table("area", unit=["a", "b"], area_ha=[7.0, 8.0]))
        assert found.unit == ["a", "a"]
        assert unmatched(found) == [("area", "b", None, "no row with a year in any table")]

    def test_a_file_per_year_is_one_table(self):
        early = table("2010.csv", unit=["a"], year=[2010], ce_t=[1.0])
        late = table("2020.csv", unit=["a"], year=[2020], ce_t=[2.0])
        found = panel(early, late)
        assert found.ce_t.tolist() == [1.0, 2.0]
        assert unmatched(found) == []
        assert any("both are one table" in text for text in texts(found, "decision"))

    def test_files_per_year_keep_each_its_mass(self):
        early = table("2010.csv", unit=["a"], year=[2010], ce_t=[44.0], mass=["t CO2"])
        late = table("2020.csv", unit=["a"], year=[2020], ce_t=[2.0], mass=["t C"])
        assert panel(early, late).ce_t == pytest.approx([12.0, 2.0], rel=1e-12)


class TestColumns:
    def test_all_other_columns_are_kept(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[1.0], area=[2.0], name=["x"]))
        assert found.columns["area"].tolist() == [2.0]
        assert found.columns["name"] == ["x"]

    def test_a_code_with_a_leading_zero_stays_text(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[1.0], code=["0101"]))
        assert found.columns["code"] == ["0101"]

    def test_a_clash_of_names_gets_a_suffix_and_is_said(self):
        one = table("one", unit=["a"], year=[2020], ce_t=[1.0], area=[2.0])
        two = table("two", unit=["a"], year=[2020], Area=[3.0])
        found = panel(one, two)
        assert found.columns["area"].tolist() == [2.0]
        assert found.columns["Area_2"].tolist() == [3.0]
        assert "two: column 'Area' is called 'Area_2' here, the name was taken." in texts(found, "decision")

    def test_an_amount_that_is_the_panels_own_is_not_repeated(self):
        assert panel(table(unit=["a"], year=[2020], ce_t=[1.0])).columns == {}

    def test_an_amount_that_is_not_gets_a_suffix(self):
        found = panel(table(unit=["a"], year=[2020], ce_t=[1.0], coal=[2.0]), ce=["ce_t", "coal"])
        assert found.columns["ce_t_2"].tolist() == [1.0]

    def test_the_row_number_of_a_geopackage_is_left_out(self):
        found = panel(table(fid=[7, 8], unit=["a", "b"], year=[2020, 2020], ce_t=[1.0, 2.0]))
        assert list(found.columns) == []

    def test_a_named_column_that_no_table_has_is_refused(self):
        with pytest.raises(InputDataError, match="the CE column 'co2'; columns found: budget: ce_t"):
            panel(table(unit=["a"], year=[2020], ce_t=[1.0]), ce=["co2"])

    def test_a_column_on_both_sides_is_refused(self):
        with pytest.raises(InputDataError, match="x cannot be both CE and CS"):
            panel(table(unit=["a"], year=[2020], x=[1.0]), ce=["x"], cs=["X"])

    def test_an_amount_that_is_no_number_is_refused(self):
        with pytest.raises(InputDataError, match="ce_t"):
            panel(table(unit=["a"], year=[2020], ce_t=["many"]))

    def test_a_table_without_units_is_refused(self):
        with pytest.raises(InputDataError, match="unit"):
            panel(table(year=[2020], ce_t=[1.0]))

    def test_no_table_is_refused(self):
        with pytest.raises(InputDataError, match="no table to merge"):
            panel()


class TestGroups:
    def test_sums_per_group_and_year(self):
        sums, notes = group_sums(
            ["x", "x", "y", "x"], [2010, 2010, 2010, 2020], [1.0, 2.0, 4.0, 8.0], [1.0] * 4, "t C"
        )
        assert sums["group"] == ["x", "x", "y"]
        assert sums["year"] == [2010, 2020, 2010]
        assert sums["units"] == [2, 1, 1]
        assert sums["ce_t"] == [3.0, 8.0, 4.0]
        assert sums["net_t"] == [1.0, 7.0, 3.0]  # 3 - 2, 8 - 1, 4 - 1
        assert sums["mass"] == ["t C"] * 3
        assert notes == ()

    def test_an_incomplete_unit_is_left_out_of_both_sums(self):
        sums, notes = group_sums(["x", "x"], None, [1.0, 2.0], [1.0, NAN], "t C")
        assert (sums["ce_t"], sums["cs_t"], sums["units"], sums["missing"]) == ([1.0], [1.0], [1], [1])
        assert notes[0].count == 1

    def test_a_group_without_complete_unit_is_missing(self):
        sums, _ = group_sums(["x"], None, [1.0], [NAN], "t C")
        assert np.isnan(sums["ce_t"]).all()

    def test_a_unit_in_no_group_is_counted(self):
        sums, notes = group_sums([None], None, [1.0], [1.0], "t C")
        assert sums["group"] == []
        assert [note.text for note in notes] == ["1 rows are in no group."]
