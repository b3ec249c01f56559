"""The years of a series: from names as products write them, and from lists as users write them."""

import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.years import year_in, years_in, years_of


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("2019", 2019),
        ("CLCD_v01_2020", 2020),  # 01 is no year
        ("CLCD_v01_2020_albert.tif", 2020),
        ("lc2015", 2015),  # letters may touch it
        ("2000lc", 2000),
        ("土地利用2005年", 2005),
        ("lc_1900", 1900),
        ("lc_2100", 2100),
        ("MCD12C1.A2019001", 2019),  # YYYYDDD
        ("MCD12C1.A2019001.006.2020220162300", 2019),  # the day of processing has 13 digits
        ("A2020366", 2020),
        ("lc_20200101", 2020),  # YYYYMMDD
        ("lc_20201231", 2020),
        ("20200101-20201231", 2020),  # one year, twice
        ("lc_2020_2020", 2020),
        ("30m_2020_v100", 2020),
        ("lc_２０２０", 2020),  # full-width digits
        ("gm_lc_v3_1_2008-06-30", 2008),
    ],
)
def test_year_in_a_name(name, year):
    assert year_in(name) == year


@pytest.mark.parametrize(
    "name",
    [
        "",
        "land cover",
        "lc_1899",
        "lc_2101",
        "lc_20",
        "lc_12020",  # touched by another digit
        "lc_20201",
        "GLC_FCS30D_20002022",  # month 20: two years written together are no date
        "GLC_FCS30D_20002022V1.0",
        "A2019000",  # days go from 001 to 366
        "A2019367",
        "lc_20201301",  # month 13
        "lc_20200100",  # day 0
        "lc_20200132",
        "lc_202001",
        "lc_2020010112",
    ],
)
def test_name_without_a_year(name):
    with pytest.raises(InputDataError, match="There is no year from 1900 to 2100 in the name") as error:
        year_in(name)
    assert f"'{name}'" in str(error.value)
    assert "YEARS" in str(error.value)


@pytest.mark.parametrize("name", ["lc_2000_2005", "change_2005-2000", "20200101-20211231", "2000_A2005001"])
def test_two_years_in_a_name(name):
    with pytest.raises(InputDataError, match=r"more than one year in the name .* \(20\d\d, 20\d\d\)"):
        year_in(name)


def test_years_in_a_name():
    assert years_in("change_2005-2000_2005") == [2000, 2005]
    assert years_in("land cover") == []


def test_years_of_names_are_printed():
    years, (note,) = years_of(["CLCD_2005", "CLCD_2000"])
    assert years == (2005, 2000)
    assert note.kind == "decision"
    assert note.text == "Years of the layers: CLCD_2005 = 2005, CLCD_2000 = 2000."


@pytest.mark.parametrize(
    ("given", "years"),
    [
        ("2000,2005,2010", (2000, 2005, 2010)),
        ("2010,2000,2005", (2010, 2000, 2005)),  # in list order
        (" 2000 , 2005 ; 2010 ", (2000, 2005, 2010)),
        ("2000 2005 2010", (2000, 2005, 2010)),
        ("2000，2005、2010", (2000, 2005, 2010)),
        ("２０００,2005,2010", (2000, 2005, 2010)),
        ("2000-2002", (2000, 2001, 2002)),
        ("2000 – 2002", (2000, 2001, 2002)),
        ("2000—2002", (2000, 2001, 2002)),
        ("2000～2002", (2000, 2001, 2002)),
        ("1999,2001-2002", (1999, 2001, 2002)),
        ("2001-2001,2002,2003,", (2001, 2002, 2003)),
        ("1900,2000,2100", (1900, 2000, 2100)),
    ],
)
def test_years_as_written(given, years):
    assert years_of(["a", "b", "c"], given)[0] == years


def test_given_years_win_over_names():
    years, (note,) = years_of(["lc_2000", "lc_2000_2005"], "2010,2020")
    assert years == (2010, 2020)
    assert note.text == "Years of the layers: lc_2000 = 2010, lc_2000_2005 = 2020."


@pytest.mark.parametrize("given", ["", "   ", None])
def test_nothing_given_is_the_names(given):
    assert years_of(["lc_2000"], given)[0] == (2000,)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("2000,x", "x"),
        ("2000,05", "05"),
        ("2000,1899", "1899"),
        ("2000,2101", "2101"),
        ("2000,2005.5", "2005.5"),
        ("2000,20050", "20050"),
        ("2005-2000", "2005-2000"),  # backwards
        ("1800-1801", "1800-1801"),
        ("2099-2101", "2099-2101"),
        ("2000-", "2000-"),
        ("2000-2005-2010", "2000-2005-2010"),
        ("²000,2005", "²000"),  # a digit that is no decimal
    ],
)
def test_years_that_cannot_be_read(given, part):
    with pytest.raises(InputDataError, match="in YEARS is no year") as error:
        years_of(["a", "b"], given)
    assert f"'{part}'" in str(error.value)


@pytest.mark.parametrize(
    ("given", "found"), [("2000", 1), ("2000,2005,2010", 3), ("2000-2020", 21), (",", 0)]
)
def test_another_number_of_years_than_of_layers(given, found):
    with pytest.raises(InputDataError, match=rf"YEARS holds {found} years .* for 2 layers"):
        years_of(["a", "b"], given)


def test_year_twice_in_names():
    with pytest.raises(InputDataError, match="The year 2000 is there twice: 'lc_2000' and 'CLCD_2000'"):
        years_of(["lc_2000", "lc_2005", "CLCD_2000"])


def test_year_twice_in_years():
    with pytest.raises(InputDataError, match="The year 2001 is there twice: 'b' and 'c'"):
        years_of(["a", "b", "c"], "2000-2001,2001")
