"""The months of a series: from names as products write them, and from lists as users write them."""

import calendar
from datetime import date, timedelta

import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.months import LETTERS, months_in, months_of, surest, years_of_dates


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("ndvi_201907", 7),  # YYYYMM
        ("tmp_1km_201901", 1),
        ("20190715", 7),
        ("MOD13A3.A2019182.h27v05.006.2019217144532", 7),  # 1 July is day 182
        ("A2020183", 7),  # and 183 in a leap year
        ("A2020366", 12),
        ("NDVI_2019_07", 7),
        ("NDVI_2019-7", 7),
        ("NDVI.2019.07.01", 7),
        ("2019年7月", 7),
        ("2000-2020_05", 5),  # of a range of years the last one
        ("v2_tmp_2019_07_1km", 7),
        ("NDVI_Jul", 7),
        ("july_mean", 7),
        ("2019Jul", 7),
        ("JUL2019", 7),
        ("sept", 9),
        ("7月", 7),
        ("07月平均气温", 7),
        ("十二月", 12),
        ("十月", 10),
        ("三月", 3),
        ("ndvi_07", 7),
        ("07", 7),
        ("7", 7),
        ("tmp-1km-12", 12),  # 1 touches a letter
        ("ndvi07", 7),
        ("T7", 7),
        ("MOD13A3_ndvi_3", 3),
    ],
)
def test_month_in_a_name(name, month):
    assert months_in(name) == [month]


@pytest.mark.parametrize(
    "name",
    ["", "dem", "ndvi_2019", "ndvi_13", "ndvi_0", "tmp_1km", "v1a", "2019_13", "decay", "marsh", "A2019366x"],
)
def test_no_month_in_a_name(name):
    assert months_in(name) == []


def test_several_months_in_a_name():
    assert months_in("tile_3_of_7") == [3, 7]
    assert months_in("201901-201912") == [1, 12]


@pytest.mark.parametrize("year", [2019, 2020, 1900, 2000])
def test_every_day_of_a_year(year):
    days = 366 if calendar.isleap(year) else 365
    for day in range(days):
        when = date(year, 1, 1) + timedelta(day)
        assert months_in(f"A{year}{day + 1:03}") == [when.month]
        assert months_in(f"{when:%Y%m%d}") == [when.month]


def test_the_surest_of_several_names():
    assert surest(["MOD13A3", "MOD13A3.2019-07"]) == "MOD13A3.2019-07"
    assert surest(["ndvi_07", "ndvi08"]) == "ndvi_07"
    assert surest(["first", "second"]) == "first"


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("ndvi_201907", [2019]),
        ("ndvi_2019", [2019]),
        ("A2019182", [2019]),
        ("201907-202006", [2019, 2020]),
        ("ndvi_201913", []),
        ("ndvi_07", []),
    ],
)
def test_years_of_dates(name, years):
    assert years_of_dates(name) == years


def test_months_of_names():
    names = [f"ndvi_2019{month:02}" for month in range(12, 0, -1)]
    months, (note,) = months_of(names, series="NDVI")
    assert months == tuple(range(12, 0, -1))
    assert note.text.startswith("NDVI: months of the rasters: ndvi_201901 = 1, ndvi_201902 = 2")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1-12", range(1, 13)),
        ("1,2,3,4,5,6,7,8,9,10,11,12", range(1, 13)),
        ("4-12,1-3", [*range(4, 13), 1, 2, 3]),
        ("1～6，7–12", range(1, 13)),
    ],
)
def test_months_of_the_user_win(given, expected):
    months, _ = months_of([f"raster {letter}" for letter in LETTERS], given, "NDVI")
    assert months == tuple(expected)


@pytest.mark.parametrize(
    ("count", "given", "reason"),
    [
        (12, "1-13", "'1-13' in MONTHS is no month from 1 to 12"),
        (12, "0-11", "'0-11' in MONTHS is no month"),
        (12, "12-1", "'12-1' in MONTHS is no month"),
        (12, "Jan-Dec", "'Jan-Dec' in MONTHS is no month"),
        (12, "1-11", "MONTHS holds 11 months and NDVI has 12 rasters"),
        (12, "1-11,11", "month 11 is there twice"),
        (11, "1-11", "NDVI has 11 months, and a year needs 12: month 12 is missing"),
    ],
)
def test_lists_that_are_no_year(count, given, reason):
    with pytest.raises(InputDataError, match=reason):
        months_of([f"raster {letter}" for letter in LETTERS[:count]], given, "NDVI")


def test_eleven_rasters_name_the_month_that_is_missing():
    names = [f"tmp_{month:02}" for month in range(1, 13) if month != 8]
    with pytest.raises(
        InputDataError, match="TEMPERATURE has 11 months, and a year needs 12: month 8 is missing"
    ):
        months_of(names, series="TEMPERATURE")


def test_a_month_twice_names_both():
    names = [f"tmp_{month:02}" for month in range(1, 12)] + ["other_03"]
    with pytest.raises(InputDataError, match="month 3 is there twice, 'tmp_03' and 'other_03'"):
        months_of(names, series="TEMPERATURE")


def test_a_name_without_a_month():
    with pytest.raises(
        InputDataError, match=r"'mean' holds no month, such as 07, 201907, Jul or 7月.*MONTHS"
    ):
        months_of([f"tmp_{month:02}" for month in range(1, 12)] + ["mean"], series="TEMPERATURE")


def test_a_name_of_two_months():
    with pytest.raises(InputDataError, match=r"can be of several months \(3, 7\)"):
        months_of(["tile_3_of_7"] * 12, series="TEMPERATURE")


def test_bands_without_months_are_taken_in_their_order():
    months, (note,) = months_of([""] * 12, series="NDVI", bands=True)
    assert months == tuple(range(1, 13))
    assert "taken in their order, from January to December" in note.text


def test_rasters_without_months_are_not():
    with pytest.raises(InputDataError, match="holds no month"):
        months_of(["a"] * 12, series="NDVI")


def test_bands_with_months_are_taken_by_them():
    months, _ = months_of([*LETTERS[6:], *LETTERS[:6]], series="NDVI", bands=True)
    assert months == (7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6)


def test_a_band_without_its_month_among_others_is_an_error():
    with pytest.raises(InputDataError, match="the name '' holds no month"):
        months_of([*LETTERS[:11], ""], series="NDVI", bands=True)


def test_eleven_bands():
    with pytest.raises(InputDataError, match="NDVI has 11 months"):
        months_of([""] * 11, series="NDVI", bands=True)
