"""Coefficients per hectare: presets against the studies, tables of a user, resolution by hand."""

import numpy as np
import pytest
from landcarbon.core.accounting.classes import CLASSES, class_preset, class_presets
from landcarbon.core.accounting.coefficients import (
    coefficient_preset,
    coefficient_presets,
    coefficient_table,
    per_hectare,
)
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import read_table, table_from_columns

SIX = {
    "North China": ("华北", 81.2),
    "East China": ("华东", 65.3),
    "Northeast China": ("东北", 48.8),
    "Central-South China": ("中南", 46.5),
    "Southwest China": ("西南", 49.1),
    "Northwest China": ("西北", 33.9),
}  # Liu 2025, section on coefficients [t C/ha]


def table(*rows, columns=("class", "coefficient", "per", "region")):
    values = list(zip(*rows, strict=True)) if rows else [[] for _ in columns]
    return coefficient_table(table_from_columns("my table", dict(zip(columns, values, strict=True))))


def test_presets():
    assert coefficient_presets() == ("huo2025", "liu2025")


@pytest.mark.parametrize("preset", ["huo2025", "liu2025"])
def test_every_row_of_a_preset_has_a_source(preset):
    assert all(row.source for row in coefficient_preset(preset).rows)


@pytest.mark.parametrize("product", class_presets())
@pytest.mark.parametrize("preset", ["huo2025", "liu2025"])
def test_a_preset_has_every_class_of_every_product(preset, product):
    classes = class_preset(product).classes
    resolved = coefficient_preset(preset).resolve(classes, ["East China"])
    assert np.isfinite(resolved.ce_per_ha).all()
    assert np.isfinite(resolved.cs_per_ha).all()


def test_liu2025_is_the_study():
    resolved = coefficient_preset("liu2025").resolve(CLASSES, ["Northwest China"])
    # CLASSES: cropland, forest, shrubland (as forest), grassland, water, unused, construction
    assert resolved.ce_per_ha.tolist() == [[0.497, 0, 0, 0, 0, 0, 33.9]]
    assert resolved.cs_per_ha.tolist() == [[0, 0.581, 0.581, 0.021, 0.253, 0.005, 0]]


def test_huo2025_is_the_study_and_needs_no_region():
    resolved = coefficient_preset("huo2025").resolve(CLASSES)
    assert resolved.ce_per_ha.tolist() == [[0] * 7]
    assert resolved.cs_per_ha.tolist() == [[0, 5.77, 3.98, 0.021, 0.298, 0, 0]]


@pytest.mark.parametrize("region", SIX)
def test_construction_by_region_in_english_and_chinese(region):
    alias, value = SIX[region]
    resolved = coefficient_preset("liu2025").resolve(["construction"], [region, alias])
    assert resolved.ce_per_ha.tolist() == [[value], [value]]


def test_zeros_of_huo2025_say_where_the_carbon_is():
    notes = [note.text for note in coefficient_preset("huo2025").resolve(["construction"]).notes]
    assert notes == [
        "Coefficient of 'construction' in huo2025: No coefficient in the study: energy carbon comes from the "
        "sector inventory, so the land budget holds 0."
    ]


def test_shrubland_of_liu2025_says_that_it_is_forest():
    (note,) = coefficient_preset("liu2025").resolve(["shrubland"]).notes
    assert "counts shrub as forest" in note.text


def test_one_row_of_each_sign():
    coefficients = table(("cropland", 0.5, "t C/ha", None), ("cropland", -0.2, "t C/ha", None))
    resolved = coefficients.resolve(["cropland"])
    assert (resolved.ce_per_ha[0, 0], resolved.cs_per_ha[0, 0]) == (0.5, 0.2)


def test_carbon_to_co2():
    # 3 t C = 3 * 44 / 12 = 11 t CO2
    resolved = table(("forest", -3, "t C/ha", None)).resolve(["forest"], mass="t CO2")
    assert resolved.cs_per_ha[0, 0] == pytest.approx(11, rel=1e-15)


def test_co2_to_carbon():
    # 11 t CO2 = 11 * 12 / 44 = 3 t C
    resolved = table(("forest", -11, "t CO2/ha", None)).resolve(["forest"], mass="t C")
    assert resolved.cs_per_ha[0, 0] == pytest.approx(3, rel=1e-15)


def test_grams_per_square_metre():
    # 250 g/m2 * 10 000 m2/ha / 1 000 000 g/t = 2.5 t/ha
    resolved = table(("forest", -250, "g C/m2", None)).resolve(["forest"])
    assert resolved.cs_per_ha[0, 0] == 2.5


def test_a_class_without_a_row_is_nan():
    resolved = table(("forest", -1, "t C/ha", None)).resolve(["forest", "wetland"])
    assert np.isnan(resolved.ce_per_ha).tolist() == [[False, True]]
    assert np.isnan(resolved.cs_per_ha).tolist() == [[False, True]]


def test_class_names_are_found_in_any_case():
    assert table(("Forest", -1, "t C/ha", None)).resolve(["FOREST"]).cs_per_ha[0, 0] == 1


def test_a_class_without_a_region_is_the_same_in_all():
    coefficients = table(
        ("forest", -1, "t C/ha", None),
        ("construction", 50, "t C/ha", "upland"),
        ("construction", 70, "t C/ha", "plain"),
    )
    resolved = coefficients.resolve(["forest", "construction"], ["plain", "upland", "plain"])
    assert resolved.cs_per_ha[:, 0].tolist() == [1, 1, 1]
    assert resolved.ce_per_ha[:, 1].tolist() == [70, 50, 70]


def test_only_the_rows_used_are_returned():
    resolved = coefficient_preset("liu2025").resolve(["forest", "construction"], ["华东", "华东"])
    assert [(row.class_name, row.region) for row in resolved.rows] == [
        ("forest", None),
        ("construction", "East China"),
    ]


def test_regions_do_not_matter_without_a_regional_class():
    resolved = coefficient_preset("liu2025").resolve(["forest"], ["Atlantis", None])
    assert resolved.cs_per_ha.tolist() == [[0.581], [0.581]]


def test_a_regional_class_without_regions_says_to_choose_the_field():
    with pytest.raises(InputDataError, match=r"'construction' in liu2025 depends .*REGION_FIELD"):
        coefficient_preset("liu2025").resolve(CLASSES)


def test_an_unknown_region_lists_units_and_names():
    with pytest.raises(InputDataError, match=r"'华中' in liu2025 \(units: Hubei\).*China \(中南\)"):
        coefficient_preset("liu2025").resolve(["construction"], ["华东", "华中"], units=["Anhui", "Hubei"])


def test_region_names_are_exact():
    with pytest.raises(InputDataError, match="region 'north china'"):
        coefficient_preset("liu2025").resolve(["construction"], ["north china"])


def test_a_missing_region_names_the_unit():
    with pytest.raises(InputDataError, match=r"region is missing \(units: Hubei\)"):
        coefficient_preset("liu2025").resolve(["construction"], ["华东", None], units=["Anhui", "Hubei"])


def test_a_region_of_another_class_only_is_an_error():
    coefficients = table(("a", 1, "t C/ha", "east"), ("b", 1, "t C/ha", "west"))
    with pytest.raises(InputDataError, match=r"No coefficient of 'b' for region 'east'.*write one of west"):
        coefficients.resolve(["a", "b"], ["east"])


@pytest.mark.parametrize(
    "coefficients, text",
    [
        ("liu2025", "33.9 to 81.2 t C/ha/yr by region"),
        ("huo2025", "0 t C/ha/yr"),
    ],
)
def test_describe_construction(coefficients, text):
    assert coefficient_preset(coefficients).describe("construction") == text


def test_describe_both_signs():
    coefficients = table(("cropland", 0.5, "t C/ha", None), ("cropland", -0.2, "t CO2/ha", None))
    assert coefficients.describe("cropland") == "0.5 t C/ha; -0.2 t CO2/ha"


def test_describe_a_class_without_a_row():
    assert table(("forest", -1, "t C/ha", None)).describe("moss") == ""


@pytest.mark.parametrize(
    "per",
    [
        *("t C/ha", "tC/ha", "t C ha-1", "t C ha⁻¹ yr⁻¹", "t C/ha/yr", "t C/ha/a", "T C/ha", "Mg C ha-1"),
        *("t C/hm2", "t C·hm⁻²·a⁻¹", "tC/(hm²·a)", "t C per ha per year", "tonnes C/ha"),
    ],
)
def test_spellings_of_tonnes_of_carbon_per_hectare(per):
    assert per_hectare(per) == ("t C", 1)


@pytest.mark.parametrize(
    "per, mass, t_ha",
    [
        ("t CO2/ha", "t CO2", 1),
        ("t CO₂/hm²/yr", "t CO2", 1),
        ("kg C/ha", "t C", 0.001),  # 1 / 1000
        ("kg C/m2", "t C", 10),  # 10 000 / 1000
        ("g CO2 m-2 yr-1", "t CO2", 0.01),  # 10 000 / 1 000 000
        ("t C/km2", "t C", 0.01),  # 1 / 100
    ],
)
def test_other_measures(per, mass, t_ha):
    assert per_hectare(per) == (mass, t_ha)


@pytest.mark.parametrize(
    "per", ["t/ha", "t/hm2", "t C", "t C/ha/month", "mg C/ha", "t C/m", "t CH4/ha", "C/ha"]
)
def test_a_measure_that_says_no_mass_of_carbon_per_area_is_an_error(per):
    with pytest.raises(InputDataError, match=r"feature 1: per is .* write 't C/ha' or 't CO2/ha'"):
        table(("forest", -1, per, None))


def test_an_empty_measure_is_an_error():
    with pytest.raises(InputDataError, match="feature 2: per is empty; write 't C/ha' or 't CO2/ha'"):
        table(("forest", -1, "t C/ha", None), ("water", -1, None, None))


def test_a_coefficient_that_is_no_number_names_the_row(tmp_path):
    path = tmp_path / "coefficients.csv"
    path.write_text("class,coefficient,per\nforest,-0.5,t C/ha\nwater,about 1,t C/ha\n", encoding="utf-8")
    with pytest.raises(InputDataError, match=r"coefficients\.csv, row 3"):
        coefficient_table(read_table(path))


def test_a_missing_coefficient_names_row_and_class():
    with pytest.raises(InputDataError, match="feature 1: the coefficient of 'forest' is missing"):
        table(("forest", None, "t C/ha", None))


def test_a_missing_class_names_the_row():
    with pytest.raises(InputDataError, match="feature 1: the class is missing"):
        table((None, 1, "t C/ha", None))


def test_two_rows_of_one_sign_are_an_error_that_names_both():
    with pytest.raises(InputDataError, match=r"'Forest' has two .* one sign \(feature 1, feature 3\)"):
        table(
            ("forest", -1, "t C/ha", None),
            ("forest", 1, "t C/ha", None),
            ("Forest", -2, "t C/ha", None),
        )


def test_two_rows_of_one_sign_for_a_region_in_two_languages_are_an_error():
    with pytest.raises(InputDataError, match="one sign for East China"):
        table(("construction", 65, "t C/ha", "华东"), ("construction", 66, "t C/ha", "East China"))


def test_rows_with_and_without_region_on_one_side_are_an_error():
    with pytest.raises(InputDataError, match=r"\(feature 1, feature 2\); give all of them a region or none"):
        table(("construction", 65, "t C/ha", "华东"), ("construction", 50, "t C/ha", None))


def test_one_side_by_region_and_the_other_everywhere():
    coefficients = table(("construction", 65, "t C/ha", "华东"), ("construction", -0.1, "t C/ha", None))
    resolved = coefficients.resolve(["construction"], ["East China"])
    assert (resolved.ce_per_ha[0, 0], resolved.cs_per_ha[0, 0]) == (65, 0.1)


def test_zero_emits():
    # so a second row may still absorb
    resolved = table(("water", 0, "t C/ha", None), ("water", -1, "t C/ha", None)).resolve(["water"])
    assert (resolved.ce_per_ha[0, 0], resolved.cs_per_ha[0, 0]) == (0, 1)


def test_region_and_source_are_optional():
    coefficients = table(("forest", -1, "t C/ha"), columns=("class", "coefficient", "per"))
    (row,) = coefficients.rows
    assert (row.region, row.source) == (None, "")


def test_a_table_without_per_lists_its_columns():
    with pytest.raises(InputDataError, match=r"no column 'per'.*class, coefficient"):
        table(("forest", -1), columns=("class", "coefficient"))
