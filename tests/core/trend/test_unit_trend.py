"""Trends of units: long and wide tables, classes, counts, modified tests."""

import math

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.resources import RESOURCES
from landcarbon.core.tables import read_table, table_from_columns
from landcarbon.core.trend.serial_correlation import TESTS
from landcarbon.core.trend.unit_trend import (
    class_counts,
    long_series,
    split_year,
    trend_table,
    unit_trends,
    wide_series,
)

YEARS = list(range(2000, 2010))
RISING, FALLING = [float(i) for i in range(10)], [float(-i) for i in range(10)]


def long_table(name="panel", **series):
    """A table with a row per unit and year from `unit=[values of 2000, 2001 ...]`."""
    rows = [(unit, 2000 + i, value) for unit, values in series.items() for i, value in enumerate(values)]
    units, years, values = zip(*rows, strict=True)
    return table_from_columns(name, {"unit": units, "year": years, "ce": values})


def series_of(**series):
    return long_series(long_table(**series), "unit", "year", ["ce"])


def texts(notes, kind=None):
    return [note.text for note in notes if kind in (None, note.kind)]


# Years in names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ce_2000", ("ce", 2000)),
        ("2000_ce", ("ce", 2000)),
        ("ce2000", ("ce", 2000)),
        ("ce_2000_t", ("ce_t", 2000)),
        ("ce.2000.t", ("ce.t", 2000)),
        ("CE 2000", ("CE", 2000)),
        ("2000", ("value", 2000)),
        ("2000年GDP", ("GDP", 2000)),
        ("碳排放2000", ("碳排放", 2000)),
        ("MCD12C1.A2019001", ("MCD12C1.A", 2019)),
        ("ndvi_20200101-20201231", ("ndvi", 2020)),
        ("gdp_2000_price_of_2000", ("gdp_price_of", 2000)),
    ],
)
def test_year_in_the_name_of_a_field(name, expected):
    assert split_year(name) == expected


@pytest.mark.parametrize("name", ["ce", "ce_00", "ce_1850", "GLC_FCS30D_20002022"])
def test_no_year_in_the_name_of_a_field(name):
    with pytest.raises(InputDataError, match=f"'{name}' holds no year"):
        split_year(name)


def test_two_years_in_the_name_of_a_field():
    with pytest.raises(InputDataError, match=r"'ce_2000_2005' holds 2 years \(2000, 2005\)"):
        split_year("ce_2000_2005")


# Long tables


def test_long_table():
    table = table_from_columns(
        "panel",
        {
            "unit": ["b", "a", "b", "a", "b"],
            "year": [2010, 2000, 2000, 2005, 2005],
            "ce": [3.0, 10.0, 1.0, 20.0, 2.0],
            "cs": [None, 1.0, 2.0, 3.0, 4.0],
        },
    )
    series = long_series(table, "unit", "year", ["ce", "cs"])
    assert series.units == ("b", "a")
    assert series.rows == ((0, 2, 4), (1, 3))
    ce, cs = series.fields
    assert (ce.field, ce.times.tolist()) == ("ce", [2000, 2005, 2010])
    assert ce.values == pytest.approx(np.array([[1, 10], [2, 20], [3, np.nan]]), nan_ok=True)
    assert cs.values == pytest.approx(np.array([[2, 1], [4, 3], [np.nan, np.nan]]), nan_ok=True)


def test_a_unit_and_year_twice():
    table = table_from_columns("panel", {"unit": [1, "1", 1], "year": [2000, 2001, 2001], "ce": [1, 2, 3]})
    with pytest.raises(InputDataError, match="feature 2 and feature 3 are both unit '1' in 2001"):
        long_series(table, "unit", "year", ["ce"])


def test_text_among_the_numbers_names_its_row():
    table = table_from_columns("panel", {"unit": ["a", "a"], "year": [2000, 2001], "ce": ["1.5", "much"]})
    with pytest.raises(InputDataError, match="feature 2, column 'ce': 'much' is not a number"):
        long_series(table, "unit", "year", ["ce"])


def test_infinite_value_names_its_row():
    table = table_from_columns("panel", {"unit": ["a", "a"], "year": [2000, 2001], "ce": [1.5, math.inf]})
    with pytest.raises(InputDataError, match="feature 2, column 'ce': inf is infinite"):
        long_series(table, "unit", "year", ["ce"])


def test_no_year():
    table = table_from_columns("panel", {"unit": ["a", "a"], "year": [2000, None], "ce": [1.5, 2.0]})
    with pytest.raises(InputDataError, match="feature 2, column 'year'"):
        long_series(table, "unit", "year", ["ce"])


# Wide tables


def wide_table(**columns):
    return table_from_columns("wide", {"code": ["a", "b"], **columns})


def test_wide_table():
    table = wide_table(ce_2005=[2, 20], cs_2000=[5, 6], ce_2000=[1, None])
    series = wide_series(table, "code", ["ce_2005", "cs_2000", "ce_2000"])
    assert (series.units, series.rows) == (("a", "b"), ((0,), (1,)))
    ce, cs = series.fields
    assert (ce.field, ce.times.tolist()) == ("ce", [2000, 2005])
    assert ce.values == pytest.approx(np.array([[1, np.nan], [2, 20]]), nan_ok=True)
    assert (cs.field, cs.times.tolist(), cs.values.tolist()) == ("cs", [2000], [[5, 6]])


def test_names_that_differ_in_case_are_one_field():
    series = wide_series(wide_table(CE_2000=[1, 2], ce_2001=[3, 4]), "code", ["CE_2000", "ce_2001"])
    assert [(field.field, len(field.times)) for field in series.fields] == [("CE", 2)]


def test_a_year_twice_in_a_wide_table():
    table = wide_table(ce_2000=[1, 2], ce2000=[3, 4])
    with pytest.raises(InputDataError, match="2000 is there twice: fields 'ce_2000' and 'ce2000'"):
        wide_series(table, "code", ["ce_2000", "ce2000"])


def test_a_unit_twice_in_a_wide_table():
    table = table_from_columns("wide", {"code": ["a", "a"], "ce_2000": [1, 2]})
    with pytest.raises(InputDataError, match="feature 1 and feature 2 are both unit 'a'"):
        wide_series(table, "code", ["ce_2000"])


# Trends


def test_trends_of_units():
    found = unit_trends(series_of(up=RISING, down=FALLING))
    (ce,) = found.fields
    assert (ce.field, ce.trend.slope.tolist(), ce.classes.tolist()) == ("ce", [1, -1], [2, -2])
    assert ce.classes_fdr is None
    assert found.notes == ()


def test_wide_and_long_are_the_same():
    columns = {f"ce_{year}": [RISING[i], FALLING[i]] for i, year in enumerate(YEARS)}
    table = table_from_columns("wide", {"unit": ["up", "down"], **columns})
    wide = unit_trends(wide_series(table, "unit", list(columns)))
    long = unit_trends(series_of(up=RISING, down=FALLING))
    assert trend_table(wide) == trend_table(long)


def test_constant_series_is_unchanged():
    (ce,) = unit_trends(series_of(a=[2.5] * 10)).fields
    assert (ce.classes.tolist(), ce.trend.p.tolist()) == ([0], [1])


def test_unit_without_any_value():
    found = unit_trends(series_of(a=RISING, b=[None] * 10))
    (ce,) = found.fields
    assert ce.trend.n.tolist() == [10, 0]
    assert math.isnan(ce.classes[1])
    assert texts(found.notes, "warning") == ["ce: 1 units have fewer than 8 values and get no trend: b."]


def test_minimum_of_the_user():
    short = [*RISING[:5], *[None] * 5]
    (ce,) = unit_trends(series_of(a=short, b=RISING), min_valid=5).fields
    assert ce.classes.tolist() == [2, 2]
    found = unit_trends(series_of(a=short, b=RISING), min_valid=6)
    assert texts(found.notes) == ["ce: 1 units have fewer than 6 values and get no trend: a."]


def test_three_dates_are_too_few():
    expected = r"'ce' has values of 3 dates \(2000, 2001, 2002\), and a trend needs at least 4"
    with pytest.raises(InputDataError, match=expected):
        unit_trends(series_of(a=[1, 2, 3]))


def test_dates_without_a_value_do_not_count():
    with pytest.raises(InputDataError, match=r"values of 3 dates \(2000, 2001, 2004\)"):
        unit_trends(series_of(a=[1, 2, None, None, 3], b=[None, 2, None, None, 3]))


def test_field_without_any_value():
    with pytest.raises(InputDataError, match=r"'ce' has values of 0 dates \(none\)"):
        unit_trends(series_of(a=[None] * 5))


def test_years_that_a_field_lacks_are_left_out():
    # Every fifth year: 5 dates need 4 values; 21 dates would need 8.
    table = long_table(a=[float(i) if i % 5 == 0 else None for i in range(21)])
    found = unit_trends(long_series(table, "unit", "year", ["ce"]))
    (ce,) = found.fields
    assert ce.times.tolist() == [2000, 2005, 2010, 2015, 2020]
    assert (ce.trend.slope.tolist(), ce.classes.tolist()) == ([1], [2])
    (text,) = texts(found.notes, "decision")
    assert text.startswith("ce: Years in which no unit has a value are left out: 2001, 2002, 2003, 2004, 20")


def test_threshold_of_the_user():
    # five rising values: S = 10, Z = 9 / sqrt(5 * 4 * 15 / 18) = 2.2045
    series = series_of(a=RISING[:5])
    assert unit_trends(series, threshold=2.2).fields[0].classes.tolist() == [2]
    assert unit_trends(series, threshold=2.21).fields[0].classes.tolist() == [1]


def test_false_discovery_rate():
    # Z = 2.2 of five rising values: p = 0.0275. It passes 0.05 alone; as the best of three units its bound is
    # 0.05 / 3 = 0.0167. The others: S = 2 and S = 0.
    series = series_of(a=RISING[:5], b=[1.0, 3.0, 2.0, 3.0, 2.0], c=[1.0, 2.0, 3.0, 2.0, 1.0])
    found = unit_trends(series, threshold=1.959964, fdr=True)
    (ce,) = found.fields
    assert ce.classes[0] == 2
    assert ce.classes_fdr[0] == 1
    assert texts(found.notes, "decision") == [
        "ce: With a false discovery rate of 0.05, 0 of 3 units are significant."
    ]


def test_false_discovery_rate_is_of_each_field():
    table = table_from_columns(
        "panel",
        {
            "unit": ["a"] * 5,
            "year": YEARS[:5],
            "one": RISING[:5],
            "two": [1.0, 2.0, 3.0, 2.0, 1.0],
        },
    )
    found = unit_trends(long_series(table, "unit", "year", ["one", "two"]), threshold=1.959964, fdr=True)
    one, _ = found.fields
    assert one.classes_fdr.tolist() == [2]  # p = 0.0275 of one test; of two the bound would be 0.025


def test_progress_goes_from_0_to_1_and_may_stop():
    seen = []
    unit_trends(series_of(a=RISING), progress=seen.append)
    assert (seen[0], seen[-1]) == (0, 1)
    assert seen == sorted(seen)


# Modified tests


@pytest.fixture(scope="module")
def pymannkendall():
    return pytest.importorskip("pymannkendall")


def dependent(seed):
    """Ten values, each with a part of the one before, and a rise."""
    noise = np.random.default_rng(seed).normal(size=10)
    values = np.zeros(10)
    for i in range(1, 10):
        values[i] = 0.5 * values[i - 1] + noise[i]
    return (values + 0.3 * np.arange(10)).tolist()


@pytest.mark.parametrize("test", TESTS[1:])
def test_modified_test_is_that_of_pymannkendall(pymannkendall, test):
    series = {f"u{seed}": dependent(seed) for seed in range(6)}
    trend = unit_trends(series_of(**series), test=test).fields[0].trend
    for i, values in enumerate(series.values()):
        with np.errstate(all="ignore"):
            expected = getattr(pymannkendall, f"{test}_modification_test")(values)
        assert (trend.s[i], trend.variance[i]) == (expected.s, expected.var_s)
        assert trend.z[i] == pytest.approx(expected.z, rel=1e-12, nan_ok=True)
        assert trend.p[i] == pytest.approx(expected.p, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("test", TESTS[1:])
def test_slope_and_tau_are_those_of_the_original_test(pymannkendall, test):
    series = series_of(a=dependent(1), b=dependent(2))
    original, modified = (unit_trends(series, test=name).fields[0].trend for name in (TESTS[0], test))
    assert modified.slope.tolist() == original.slope.tolist()
    assert modified.tau.tolist() == original.tau.tolist()


@pytest.mark.parametrize("test", TESTS[1:])
def test_constant_series_under_a_modified_test(pymannkendall, test):
    found = unit_trends(series_of(a=[2.0] * 10), test=test)
    (ce,) = found.fields
    assert (ce.classes.tolist(), ce.trend.z.tolist(), ce.trend.p.tolist()) == ([0], [0], [1])
    assert found.notes == ()


def test_gap_under_a_modified_test(pymannkendall):
    gap = dependent(1)
    gap[4] = None
    found = unit_trends(series_of(a=dependent(1), b=gap), test="hamed_rao")
    (ce,) = found.fields
    assert np.isfinite(ce.classes).tolist() == [True, False]
    assert np.isfinite(ce.trend.slope).all()
    (text,) = texts(found.notes, "warning")
    assert text.startswith("ce: 1 units have gaps or uneven years") and text.endswith(": b.")


def test_missing_at_the_ends_under_a_modified_test(pymannkendall):
    values = dependent(1)
    found = unit_trends(series_of(a=[None, *values[:9]], b=dependent(2)), test="pre_whitening")
    expected = pymannkendall.pre_whitening_modification_test(values[:9])
    assert found.fields[0].trend.z[0] == expected.z


def test_uneven_years_under_a_modified_test(pymannkendall):
    values = {year: [float(i + i % 2)] for i, year in enumerate([2000, 2005, 2010, 2012, 2015])}
    table = table_from_columns("wide", {"unit": ["a"], **{f"ce_{year}": v for year, v in values.items()}})
    found = unit_trends(wide_series(table, "unit", list(table.columns[1:])), test="yue_wang")
    assert math.isnan(found.fields[0].trend.z[0])
    assert "uneven years" in found.notes[0].text


def test_even_steps_of_five_years_under_a_modified_test(pymannkendall):
    values = [1.0, 3.0, 2.0, 5.0, 4.0]
    columns = {f"ce_{2000 + 5 * i}": [value] for i, value in enumerate(values)}
    table = table_from_columns("wide", {"unit": ["a"], **columns})
    found = unit_trends(wide_series(table, "unit", list(columns)), test="trend_free_pre_whitening")
    expected = pymannkendall.trend_free_pre_whitening_modification_test(values)
    assert found.fields[0].trend.z[0] == expected.z


def test_variance_that_is_not_positive_is_reported(pymannkendall):
    values = [1.0, 4.0, 2.0, 5.0, 3.0, 6.0, 0.0, 7.0]  # high after low throughout
    with np.errstate(all="ignore"):
        assert pymannkendall.hamed_rao_modification_test(values).var_s < 0
    found = unit_trends(series_of(a=values, b=dependent(1)), test="hamed_rao")
    assert math.isnan(found.fields[0].classes[0])
    assert texts(found.notes) == [
        "ce: The modified test gives 1 units no positive variance; they get no Z, p and class: a."
    ]


# Tables


def test_table_of_all_trends():
    found = unit_trends(series_of(a=RISING[:4], b=[None] * 4))
    table = trend_table(found)
    assert list(table) == [
        *("unit", "field", "n", "slope", "intercept", "s", "var", "z", "p", "tau"),
        *("trend", "class", "class_fdr"),
    ]
    row = {name: values[0] for name, values in table.items()}
    assert (row["unit"], row["field"], row["n"], row["slope"], row["intercept"]) == ("a", "ce", 4, 1, -2000)
    # six rising pairs; variance 4 * 3 * 13 / 18
    assert (row["s"], row["var"], row["z"], row["tau"]) == (6, 156 / 18, 5 / math.sqrt(156 / 18), 1)
    assert (row["trend"], row["class"], row["class_fdr"]) == ("Marked increase", 2, None)
    empty = {name: values[1] for name, values in table.items()}
    assert (empty["n"], empty["trend"], empty["class"]) == (0, None, None)


def test_counts():
    slow = [1.0, 3.0, 2.0, 3.0, 2.0, 3.0, 2.0, 4.0, 2.0, 3.0]
    found = unit_trends(series_of(a=RISING, b=slow, c=FALLING, d=[1.0] * 10, e=[None] * 10, f=RISING))
    counts = class_counts(found)
    assert counts["class"] == [-2, -1, 0, 1, 2, None]
    assert counts["name"][-1] == "No trend computed"
    codes = found.fields[0].classes
    assert codes[:4].tolist() == [2, 0, -2, 0]  # the median of slow's slopes is 0
    assert counts["units"] == [1, 0, 2, 0, 2, 1]
    assert counts["units_fdr"] == [None] * 6
    assert counts["sign"] == [-1, -1, 0, 1, 1, None]
    assert counts["sign_units"] == [1, 1, 2, 2, 2, 1]


# The 31 provinces of the sample, 20 years. Pairs of years that rise and that fall, counted from the file with
# awk. S = up - down; without ties the variance of 20 values is 20 * 19 * 45 / 18 = 950, so that a trend is
# marked from |S| - 1 > 1.66 * sqrt(950) = 51.16 on, |S| >= 53. Each pair of equal values takes at least
# 2 * 1 * 9 / 18 = 1 from the variance: Shaanxi's sequestration has S = -52 and 8 tied pairs, so |Z| is at
# least 51 / sqrt(942) = 1.662. Hainan has 18 emissions (variance 697), Xizang 11 (variance 165, Z = -1.09).
# Jilin's sequestration has S = 1: Z = 0, unchanged. In Henan's 84 pairs fall and 16 are tied, so the middle
# of the 190 slopes, the 95th and 96th, is 0: unchanged.
PROVINCES = """
Beijing         146  41  2    68 118 -1
Tianjin          43 147 -2   111  74  1
Hebei            68 122 -2   122  61  2
Shanxi           15 174 -2   145  43  2
Inner Mongol    136  54  2   102  82  1
Liaoning         24 165 -2    81 103 -1
Jilin            70 118 -1    87  86  0
Heilongjiang    148  40  2   116  70  1
Shanghai        150  40  2     0   0  0
Jiangsu         146  42  2    29 161 -2
Zhejiang        157  33  2    95  89  1
Anhui           148  42  2   132  54  2
Fujian          103  86  1    98  87  1
Jiangxi          59 131 -2    73 115 -1
Shandong         51 139 -2   163  25  2
Henan            22 168 -2    90  84  0
Hubei           144  45  2    74 113 -1
Hunan            84 105 -1   111  72  1
Guangdong       172  18  2   151  38  2
Guangxi          33 154 -2    62 120 -2
Hainan           29 124 -2   135  50  2
Chongqing       126  64  2    60 120 -2
Sichuan         174  16  2    52 133 -2
Guizhou          64 125 -2    57 129 -2
Yunnan           74 113 -1   152  35  2
Xizang           20  35 -1    30 155 -2
Shaanxi         154  34  2    65 117 -2
Gansu            14 176 -2   127  57  2
Qinghai           0   0  .    48 122 -2
Ningxia         114  75  1    31 159 -2
Xinjiang         96  94  1    53 127 -2
"""


def by_hand():
    """{unit: (S and class of the emission, S and class of the sequestration)}"""
    table = {}
    for line in PROVINCES.split("\n")[1:-1]:
        unit, numbers = line[:15].strip(), line[15:].split()
        pairs = [(int(numbers[i]) - int(numbers[i + 1]), numbers[i + 2]) for i in (0, 3)]
        table[unit] = tuple((s, None if code == "." else int(code)) for s, code in pairs)
    return table


@pytest.fixture(scope="module")
def provinces():
    panel = read_table(RESOURCES / "sample" / "panel.csv")
    return unit_trends(long_series(panel, "unit", "year", ["ce_t", "cs_t", "gdp"]))


@pytest.mark.parametrize(("place", "field"), [(0, "ce_t"), (1, "cs_t")])
def test_classes_of_the_provinces(provinces, place, field):
    table = trend_table(provinces)
    rows = [i for i, name in enumerate(table["field"]) if name == field]
    found = {
        table["unit"][i]: (None if math.isnan(table["s"][i]) else table["s"][i], table["class"][i])
        for i in rows
    }
    expected = {unit: parts[place] for unit, parts in by_hand().items()}
    if field == "ce_t":
        expected["Qinghai"] = (None, None)  # no emission in any year
    assert found == expected


def test_gdp_of_the_provinces_rises_every_year(provinces):
    gdp = provinces.fields[2]
    assert gdp.trend.s.tolist() == [190] * 31  # all 20 * 19 / 2 pairs
    assert gdp.classes.tolist() == [2] * 31


def test_all_classes_occur_in_the_sample(provinces):
    counts = class_counts(provinces)
    by_class = dict(zip(counts["class"][:6], counts["units"][:6], strict=True))
    codes = [parts[0][1] for parts in by_hand().values()]
    assert by_class == {code: codes.count(code) for code in (-2, -1, 0, 1, 2, None)}
    assert {code for parts in by_hand().values() for _, code in parts} == {-2, -1, 0, 1, 2, None}
