"""Land use intensity: class areas in, a table of the index out."""

import pytest

from ..conftest import RunFailed, square

AREAS = "unit,year,class,area_ha\na,2010,forest,8\na,2020,forest,6\na,2020,construction,2\nb,2020,water,5\n"


@pytest.fixture
def output(run, rows):
    """Run on a table; the rows of the output."""
    return lambda table, **more: rows(
        run("landuseintensity", CLASS_AREAS=table, OUTPUT="memory:", **more).results["OUTPUT"]
    )


def test_rows_of_units_and_years(output, make_csv, feedback):
    # a: 200, then (6 * 2 + 2 * 4) / 8 = 2.5: 25 % in ten years
    assert output(make_csv("areas.csv", AREAS)) == [
        {"unit": "a", "year": 2010, "cli": 200.0, "cli_change": None},
        {"unit": "a", "year": 2020, "cli": 250.0, "cli_change": 2.5},
        {"unit": "b", "year": 2010, "cli": None, "cli_change": None},
        {"unit": "b", "year": 2020, "cli": 200.0, "cli_change": None},
    ]
    assert feedback.warnings[0].endswith("b (2010).")


def test_class_areas_of_the_budget_need_no_clicks(run, output, make_raster, make_layer):
    # IGBP: 1 forest, 12 cropland, 13 construction; cells of one height have one area
    budget = run(
        "landusebudget",
        LAND_COVER=[make_raster("cover_2019.tif", [[1, 12, 13, 12], [1, 12, 13, 12]])],
        UNITS=make_layer({"unit": str}, [("west",), ("east",)], [square(0, 0), square(1, 0)]),
        UNIT_FIELD="unit",
        COEFFICIENT_PRESET="huo2025",
        OUTPUT="memory:",
        CLASS_AREAS="memory:",
    )
    found = output(budget.results["CLASS_AREAS"])
    assert [(row["unit"], row["year"]) for row in found] == [("west", 2019), ("east", 2019)]
    assert [row["cli"] for row in found] == pytest.approx([250.0, 350.0], rel=1e-12)


def test_grades_of_the_user(output, make_csv):
    grades = make_csv("grades.csv", "class,grade\nforest,1\nconstruction,5\nwater,\n")
    found = output(make_csv("areas.csv", AREAS), GRADE_TABLE=grades)
    assert [row["cli"] for row in found] == [100.0, 200.0, None, None]  # (6 * 1 + 2 * 5) / 8


def test_table_without_years(output, make_csv):
    found = output(make_csv("areas.csv", "unit,class,area_ha\na,cropland,3\n"))
    assert found == [{"unit": "a", "year": None, "cli": 300.0, "cli_change": None}]


def test_class_without_a_grade_is_one_message(output, make_csv):
    path = make_csv("areas.csv", "unit,year,class,area_ha\na,2020,sea,12\n")
    with pytest.raises(RunFailed, match=r"No grade for the classes of areas.csv: 'sea' \(12 ha\)"):
        output(path)


def test_missing_column_lists_those_found(output, make_csv):
    with pytest.raises(RunFailed, match="has no column 'class'; its columns are: unit, year, area_ha"):
        output(make_csv("areas.csv", "unit,year,area_ha\na,2020,12\n"))
