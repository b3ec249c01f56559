"""Land use intensity: the index by arithmetic, its change, and what cannot be graded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.resources import read_preset
from landcarbon.core.tables import table_from_columns
from landcarbon.core.zoning.land_use_intensity import class_grades, land_use_intensity

CLASSES = ("unused", "forest", "shrubland", "grassland", "water", "cropland", "construction")


def areas(*rows, columns=("unit", "year", "class", "area_ha")):
    """A table of class areas from its rows."""
    return table_from_columns("areas", dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))


def grades(**of):
    return table_from_columns("grades", {"class": list(of), "grade": list(of.values())})


def by_date(found):
    return dict(zip(zip(found.unit, found.year, strict=True), found.cli.tolist(), strict=True))


# The index


def test_index_is_the_mean_grade_by_area_times_100():
    # 50 ha of forest (2), 30 ha of cropland (3), 20 ha of built-up land (4): 100 + 90 + 80 = 270 of 100 ha
    found = land_use_intensity(
        areas(("a", 2020, "forest", 50.0), ("a", 2020, "cropland", 30.0), ("a", 2020, "construction", 20.0))
    )
    assert found.cli.tolist() == [270.0]


@pytest.mark.parametrize(
    ("name", "index"), list(zip(CLASSES, (100, 200, 200, 200, 200, 300, 400), strict=True))
)
def test_unit_of_one_class_has_its_grade(name, index):
    assert land_use_intensity(areas(("a", 2020, name, 7.0))).cli.tolist() == [index]


@given(
    st.lists(st.tuples(st.sampled_from(CLASSES), st.floats(0.01, 1e6)), min_size=1, unique_by=lambda x: x[0])
)
def test_index_is_between_100_and_400_whatever_the_areas(of):
    (index,) = land_use_intensity(areas(*(("a", 2020, name, area) for name, area in of))).cli
    assert 100 * (1 - 1e-12) <= index <= 400 * (1 + 1e-12)


def test_grades_of_the_user_replace_the_preset():
    table = areas(("a", 2020, "Paddy", 1.0), ("a", 2020, "mine", 3.0))
    # (5 * 1 + 9 * 3) / 4 = 8
    assert land_use_intensity(table, grades(paddy=5.0, mine=9.0)).cli.tolist() == [800.0]


def test_every_grade_of_the_preset_has_a_source():
    assert all(read_preset("grades", "zhuang1997").text("source"))


def test_class_with_an_empty_grade_is_left_out_and_said():
    found = land_use_intensity(
        areas(("a", 2020, "forest", 1.0), ("a", 2020, "sea", 900.0)), grades(forest=2.0, sea=None)
    )
    assert found.cli.tolist() == [200.0]
    (note,) = found.notes
    assert note.text == "Classes with an empty grade are left out of the index: 'sea' (900 ha)."


# Years


def test_change_is_in_percent_of_the_index_before_per_year():
    # 200 to 300 in five years: 50 % / 5
    found = land_use_intensity(areas(("a", 2015, "forest", 9.0), ("a", 2020, "cropland", 9.0)))
    assert found.cli_change[1] == pytest.approx(10.0, rel=1e-14)
    assert np.isnan(found.cli_change[0])


def test_change_is_since_the_year_before_and_not_since_the_first():
    # 200, 400, 300: +100 % in 10 years, then -25 % in 5
    found = land_use_intensity(
        areas(("a", 2000, "forest", 1), ("a", 2010, "construction", 1), ("a", 2015, "cropland", 1))
    )
    assert found.cli_change[1:].tolist() == [10.0, -5.0]


def test_change_passes_over_a_year_without_an_index():
    found = land_use_intensity(
        areas(
            ("a", 2000, "forest", 1.0),
            ("a", 2010, "construction", 1.0),
            ("b", 2000, "water", 1.0),
            ("b", 2005, "water", 1.0),
        )
    )
    change = dict(zip(zip(found.unit, found.year, strict=True), found.cli_change.tolist(), strict=True))
    assert change["a", 2010] == 10.0  # 100 % in ten years
    assert np.isnan(change["a", 2005])


def test_years_need_not_be_in_order():
    rows = [("a", 2020, "cropland", 9.0), ("a", 2015, "forest", 9.0)]
    assert land_use_intensity(areas(*rows)).year == [2015, 2020]
    assert land_use_intensity(areas(*rows)).cli.tolist() == [200.0, 300.0]


def test_table_without_years_is_one_date():
    found = land_use_intensity(areas(("a", "forest", 1.0), columns=("unit", "class", "area_ha")))
    assert (found.unit, found.year, found.cli.tolist()) == (["a"], [None], [200.0])


# Missing


def test_unit_without_classified_area_is_missing_and_named():
    found = land_use_intensity(areas(("a", 2020, "forest", 1.0), ("b", 2020, "forest", 0.0)))
    assert np.isnan(by_date(found)["b", 2020])
    (note,) = found.notes
    assert note.text.startswith("1 units and years have no graded area")
    assert note.text.endswith("b (2020).")


def test_unit_that_lacks_a_year_has_a_row_there_and_is_named():
    found = land_use_intensity(
        areas(("a", 2015, "forest", 1.0), ("b", 2015, "water", 1.0), ("b", 2020, "water", 1.0))
    )
    assert np.isnan(by_date(found)["a", 2020])
    assert found.notes[0].text.endswith("a (2020).")


def test_missing_area_makes_the_index_of_its_unit_missing():
    found = land_use_intensity(
        areas(("a", 2020, "forest", 1.0), ("a", 2020, "water", None), ("b", 2020, "forest", 1.0))
    )
    assert np.isnan(found.cli).tolist() == [True, False]


def test_class_without_a_grade_and_without_area_does_not_matter():
    found = land_use_intensity(areas(("a", 2020, "forest", 1.0), ("a", 2020, "sea", 0.0)))
    assert found.cli.tolist() == [200.0]


# Bad input


def test_classes_without_a_grade_are_named_with_their_areas():
    table = areas(
        ("a", 2020, "forest", 1.0), ("a", 2020, "sea", 3.5), ("b", 2020, "sea", 4.0), ("b", 2020, "ice", 1.0)
    )
    with pytest.raises(
        InputDataError, match=r"areas: 'sea' \(7\.5 ha\), 'ice' \(1 ha\); add rows to the grade"
    ):
        land_use_intensity(table)


def test_class_twice_in_a_unit_and_year_names_both_rows():
    table = areas(("a", 2020, "forest", 1.0), ("a", 2015, "forest", 1.0), ("a", 2020, "Forest", 1.0))
    with pytest.raises(
        InputDataError, match="feature 1 and feature 3 are both class 'Forest' of unit 'a' in 2020"
    ):
        land_use_intensity(table)


def test_empty_class_names_the_row():
    with pytest.raises(InputDataError, match="areas, feature 1: the class is empty"):
        land_use_intensity(areas(("a", 2020, None, 1.0)))


def test_negative_area_names_the_row():
    with pytest.raises(InputDataError, match="areas, feature 2: the area is -1 ha"):
        land_use_intensity(areas(("a", 2020, "forest", 1.0), ("a", 2020, "water", -1.0)))


@pytest.mark.parametrize("grade", [0.0, -2.0])
def test_grade_has_to_be_above_0(grade):
    with pytest.raises(
        InputDataError, match=f"feature 1: the grade of 'forest' is {grade:g}; write a number"
    ):
        class_grades(grades(forest=grade))


def test_grade_twice_is_refused_whatever_the_case():
    with pytest.raises(InputDataError, match="feature 2: class 'Forest' is there twice"):
        class_grades(grades(forest=2.0, Forest=2.0))


def test_grade_of_no_class_is_refused():
    with pytest.raises(InputDataError, match="feature 1: the class is empty"):
        class_grades(table_from_columns("grades", {"class": [None], "grade": [1.0]}))


def test_input_is_not_changed():
    table = areas(("a", 2020, "forest", 1.0))
    before = [list(cells) for cells in table.cells]
    land_use_intensity(table)
    assert [list(cells) for cells in table.cells] == before
