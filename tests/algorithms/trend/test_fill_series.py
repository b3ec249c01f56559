"""Filled series: a layer or a file in, a long table out."""

import pytest
from landcarbon.algorithms import base

from ..conftest import RunFailed, square

FIELDS = {"unit": str, "year": int, "ce_t": float}
LINEAR, SPLINE, ARIMA = 0, 1, 2
GAP = [("a", 2000, 10.0), ("a", 2003, 16.0)]  # 2 a year
LINE = [("a", 2000 + i, 2.0 * i) for i in range(15)]


@pytest.fixture
def fill(run, rows):
    """Run on an input; the rows of OUTPUT."""

    def fill(source, fields=("ce_t",), **parameters):
        done = run("fillseries", INPUT=source, FIELDS=list(fields), OUTPUT="memory:", **parameters)
        return rows(done.results["OUTPUT"])

    return fill


def column(rows, name):
    return [row[name] for row in rows]


# Values


def test_years_without_a_row_are_added_and_flagged(fill, make_layer):
    found = fill(make_layer(FIELDS, GAP))
    assert [tuple(row.values()) for row in found] == [
        ("a", 2000, 10.0, None),
        ("a", 2001, 12.0, "ce_t: linear"),
        ("a", 2002, 14.0, "ce_t: linear"),
        ("a", 2003, 16.0, None),
    ]
    assert list(found[0]) == ["unit", "year", "ce_t", "filled"]


def test_null_is_a_gap(fill, make_layer):
    found = fill(make_layer(FIELDS, [("a", 2000, 10.0), ("a", 2001, None), ("a", 2002, 14.0)]))
    assert column(found, "ce_t") == [10.0, 12.0, 14.0]


def test_spline_through_four_values(fill, make_layer):
    values = [(2000, 1.0), (2001, 4.0), (2003, 2.0), (2004, 7.0)]
    found = fill(make_layer(FIELDS, [("a", *value) for value in values]), FILL=SPLINE)
    # The cubic through the four points at 2002 (Lagrange): (-1 + 4 * 4 + 4 * 2 - 7) / 6 = 16 / 6
    assert column(found, "ce_t")[2] == pytest.approx(16 / 6, rel=1e-12)
    assert column(found, "filled") == [None, None, "ce_t: cubic spline", None, None]


def test_arima_goes_on_to_the_year(fill, make_layer):
    pytest.importorskip("statsmodels")
    found = fill(make_layer(FIELDS, LINE), FILL=ARIMA, TO_YEAR=2016)
    # A straight line goes on: 2 a year
    assert column(found, "ce_t")[-2:] == pytest.approx([30.0, 32.0], abs=1e-12)
    assert column(found, "filled")[-3:] == [None, "ce_t: ARIMA(0,1,0)", "ce_t: ARIMA(0,1,0)"]


def test_order_of_the_user(fill, make_layer):
    pytest.importorskip("statsmodels")
    rows = [(unit, year, value + year % 3) for unit, year, value in LINE]
    found = fill(make_layer(FIELDS, rows), FILL=ARIMA, TO_YEAR=2015, ORDER="0, 1, 0")
    # Random walk with drift: last + (last - first) / 14; 2000 % 3 = 2, 2014 % 3 = 1
    assert column(found, "ce_t")[-1] == pytest.approx(29.0 + (29.0 - 2.0) / 14, abs=1e-4)


def test_csv_as_it_is(fill, make_csv):
    table = make_csv("排放.csv", "单元;年份;排放\n甲;2000年;1,5\n甲;2002年;2,5\n", "gb18030")
    found = fill(table, ["排放"], UNIT_FIELD="单元", YEAR_FIELD="年份")
    assert [tuple(row.values()) for row in found] == [
        ("甲", 2000, 1.5, None),
        ("甲", 2001, 2.0, "排放: linear"),
        ("甲", 2002, 2.5, None),
    ]


def test_its_own_result_has_nothing_left_to_fill(run, rows, make_layer, tmp_path):
    first = str(tmp_path / "first.gpkg")
    run("fillseries", INPUT=make_layer(FIELDS, GAP), FIELDS=["ce_t"], OUTPUT=first)
    done = run("fillseries", INPUT=first, FIELDS=["ce_t"], OUTPUT="memory:")
    again = rows(done.results["OUTPUT"])
    assert column(again, "ce_t") == [10.0, 12.0, 14.0, 16.0]
    assert column(again, "filled") == [None] * 4
    # What the first run filled stays known.
    assert column(again, "filled_1") == [None, "ce_t: linear", "ce_t: linear", None]


# Other fields


def test_texts_of_a_unit_are_taken_over_numbers_are_not(fill, make_layer, feedback):
    fields = FIELDS | {"mass": str, "province": str, "note": str, "pop": int}
    rows = [
        ("a", 2000, 1.0, "t CO2", "P", "first", 7),
        ("a", 2002, 3.0, "t CO2", "P", "second", 7),
        ("b", 2000, 1.0, "t CO2", "Q", "third", 7),
    ]
    found = fill(make_layer(fields, rows))
    assert column(found, "mass") == ["t CO2"] * 4
    assert column(found, "province") == ["P", "P", "P", "Q"]
    assert column(found, "note") == ["first", None, "second", "third"]
    assert column(found, "pop") == [7, None, 7, 7]
    assert any("1 rows were added" in text for text in feedback.infos)


def test_text_that_one_row_lacks_is_not_taken_over(fill, make_layer):
    rows = [("a", 2000, 1.0, None), ("a", 2002, 3.0, "P")]
    assert column(fill(make_layer(FIELDS | {"province": str}, rows)), "province") == [None, None, "P"]


def test_key_and_year_have_our_names(fill, make_layer):
    rows = [(110101, "2000", 1.0), (110101, "2002", 3.0)]
    found = fill(
        make_layer({"code": int, "date": str, "ce_t": float}, rows), UNIT_FIELD="code", YEAR_FIELD="date"
    )
    assert list(found[0]) == ["unit", "year", "ce_t", "filled"]
    assert [(row["unit"], row["year"]) for row in found] == [("110101", year) for year in (2000, 2001, 2002)]


def test_polygons_become_a_table(run, make_layer, context):
    layer = make_layer(FIELDS, GAP, [square(0, 0)] * 2)
    done = run("fillseries", INPUT=layer, FIELDS=["ce_t"], OUTPUT="memory:")
    assert not context.getMapLayer(done.results["OUTPUT"]).isSpatial()


# Notes


def test_negative_spline_is_reported(fill, make_layer, feedback):
    values = [(2000, 100.0), (2001, 0.0), (2003, 0.0), (2004, 100.0)]
    fill(make_layer(FIELDS, [("a", *value) for value in values]), FILL=SPLINE)
    assert any("1 filled values are negative" in text and "a (2002)" in text for text in feedback.warnings)


def test_short_series_is_named(fill, make_layer, feedback):
    pytest.importorskip("statsmodels")
    found = fill(make_layer(FIELDS, GAP), FILL=ARIMA, TO_YEAR=2005)
    assert column(found, "year") == [2000, 2003]
    assert any("nothing is filled: a (2)" in text for text in feedback.warnings)


def test_unit_with_all_values_missing_is_named(fill, make_layer, feedback):
    fill(make_layer(FIELDS, [*GAP, ("b", 2000, None), ("b", 2001, None)]))
    assert any("1 units have no value at all" in text and text.endswith(": b.") for text in feedback.warnings)


# Bad input


def test_unit_twice_in_a_year(fill, make_layer):
    with pytest.raises(RunFailed, match="2000"):
        fill(make_layer(FIELDS, [("a", 2000, 1.0), ("a", 2000, 2.0)]))


def test_text_in_a_number_field(fill, make_csv):
    with pytest.raises(RunFailed, match="row 3, column 'ce_t': 'much' is not a number"):
        fill(make_csv("a.csv", "unit,year,ce_t\na,2000,1\na,2001,much\n"))


def test_infinite_value(fill, make_layer):
    with pytest.raises(RunFailed, match="infinite"):
        fill(make_layer(FIELDS, [("a", 2000, float("inf")), ("a", 2001, 1.0)]))


def test_two_masses_in_one_table(fill, make_layer):
    rows = [("a", 2000, 1.0, "t C"), ("a", 2002, 3.0, "t CO2")]
    with pytest.raises(RunFailed, match="mixes t C and t CO2"):
        fill(make_layer(FIELDS | {"mass": str}, rows))


def test_year_that_is_none(fill, make_csv):
    with pytest.raises(RunFailed, match="'20' is no year"):
        fill(make_csv("a.csv", "unit,year,ce_t\na,20,1\n"))


@pytest.mark.parametrize("name", ["unit", "year"])
def test_key_is_no_quantity(fill, make_layer, name):
    with pytest.raises(RunFailed, match=f"'{name}' is the unit or the year"):
        fill(make_layer(FIELDS, GAP), [name])


def test_quantity_with_a_name_of_ours(fill, make_layer):
    with pytest.raises(RunFailed, match="a field 'Filled' of its own; rename"):
        fill(make_layer({"unit": str, "year": int, "Filled": float}, GAP), ["Filled"])


def test_year_to_fill_to_without_arima(fill, make_layer):
    with pytest.raises(RunFailed, match="choose ARIMA"):
        fill(make_layer(FIELDS, GAP), TO_YEAR=2010)


def test_order_that_is_none(fill, make_layer):
    pytest.importorskip("statsmodels")
    with pytest.raises(RunFailed, match="'best' is no order of an ARIMA model"):
        fill(make_layer(FIELDS, GAP), FILL=ARIMA, ORDER="best")


# Packages


@pytest.mark.parametrize("method, package", [(SPLINE, "scipy"), (ARIMA, "statsmodels")])
def test_missing_package_is_named_before_anything_is_read(
    run, make_csv, tmp_path, monkeypatch, method, package
):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    table = make_csv("a.csv", "unit,year,ce_t\na,no year,1\n")
    output = tmp_path / "filled.gpkg"
    with pytest.raises(RunFailed, match=f"pip install {package}"):
        run("fillseries", INPUT=table, FIELDS=["ce_t"], FILL=method, OUTPUT=str(output))
    assert not output.exists()


def test_linear_needs_no_package(fill, make_layer, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    assert len(fill(make_layer(FIELDS, GAP))) == 4
