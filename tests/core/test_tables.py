"""Tables as people have them; the bytes of every file are made here."""

import csv
import io
import math
import zipfile
from decimal import Decimal

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import Table, read_table, table_from_columns, unique_rows, unit_key

NAN = math.nan


@pytest.fixture
def read(tmp_path):
    """Read bytes, or UTF-8 text, as a file of the given name."""

    def read_bytes(content, name="table.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **options)

    return read_bytes


@pytest.fixture
def workbook(tmp_path):
    """Path of a workbook with the given sheets: lists of rows by name."""

    def write(name="table.xlsx", **sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = tmp_path / name
        book.save(path)
        return path

    return write


def texts(table):
    return [note.text for note in table.notes]


# Files that are read: bytes, and the numbers of the column gdp.
READ = {
    "utf-8": ("省,gdp\n北京,1.5\n".encode(), [1.5]),
    "utf-8 with bom": ("gdp,unit\n1.5,北京\n".encode("utf-8-sig"), [1.5]),
    "gb18030": ("省,gdp\n北京,1.5\n山东,2\n".encode("gb18030"), [1.5, 2]),
    "utf-16 of Excel's Unicode text": ("省\tgdp\n北京\t1,5\n".encode("utf-16"), [1.5]),
    "utf-16 big-endian": (b"\xfe\xff" + "u,gdp\na,1.5\n".encode("utf-16-be"), [1.5]),
    "semicolon": (b"unit;gdp\na;1.5\nb;2\n", [1.5, 2]),
    "tab": (b"unit\tgdp\na\t1.5\n", [1.5]),
    "semicolon and decimal comma": (b"unit;gdp\na;1,5\nb;-0,25\n", [1.5, -0.25]),
    "comma and quoted decimal comma": (b'unit,gdp\na,"1,5"\nb,2\n', [1.5, 2]),
    "semicolon and commas in names": (b"unit;area, ha;gdp\na;1,5;2,5\n", [2.5]),
    "separator named in the first line": (b"sep=;\r\nunit;gdp\r\na;1,5\r\n", [1.5]),
    "one column": (b"gdp\n1\n2\n", [1, 2]),
    "carriage returns only": (b"unit,gdp\ra,1\rb,2\r", [1, 2]),
    "no line end at the end": (b"unit,gdp\na,1", [1]),
    "blank rows": (b"\n\nunit,gdp\n\na,1\n,\n  ,  \nb,2\n\n", [1, 2]),
    "title above the header": ("表1 地区生产总值,,\n\nunit,year,gdp\na,2019,1\n".encode(), [1]),
    "two title lines": (b"GDP of the provinces\nin 100 million yuan\nunit,gdp\na,1\n", [1]),
    "separators at the end of each row": (b"unit,gdp,,\na,1,,\nb,2,,\n", [1, 2]),
    "line break inside quotes": (b'unit,gdp\n"a\nb",1\nc,2\n', [1, 2]),
    "separator inside quotes": (b'unit,gdp\n"a, b",1\n', [1]),
    "blank after the separator": (b'unit, gdp\n"a", "1,5"\n', [1.5]),
    "name in another case": (b"unit, GDP \na,1\n", [1]),
    "thousands commas": (b'unit,gdp\na,"1,234,567"\nb,"1,234"\n', [1234567, 1234]),
    "thousands commas and decimal point": (b'unit,gdp\na,"1,234.5"\nb,"1,234"\n', [1234.5, 1234]),
    "thousands points": (b"unit;gdp\na;1.234.567\nb;1.234\n", [1234567, 1234]),
    "thousands points and decimal comma": (b"unit;gdp\na;1.234,5\nb;1.234\n", [1234.5, 1234]),
    "thousands blanks": (b"unit;gdp\na;1 234 567,5\nb;12 345\n", [1234567.5, 12345]),
    "thousands no-break blanks": (
        "unit,gdp\na,1\u00a0234\nb,1\u202f234\u202f567.5\n".encode(),
        [1234, 1234567.5],
    ),
    "thousands apostrophes": ("unit,gdp\na,1'234\nb,1’234’567.5\n".encode(), [1234, 1234567.5]),
    "decimal comma of a long number": (b"unit;gdp\na;1234,567\nb;1,234\n", [1234.567, 1.234]),
    "decimal comma after a zero": (b"unit;gdp\na;0,123\nb;1,234\n", [0.123, 1.234]),
    "three decimals": (b"unit,gdp\na,1.234\nb,12.345\n", [1.234, 12.345]),
    "full-width digits": ("unit,gdp\na,１２．５\nb,－３\n".encode(), [12.5, -3]),
    "full-width comma": ("unit,gdp\na,１，２３４，５６７\n".encode(), [1234567]),
    "minus signs": ("unit,gdp\na,−1\nb,–2\nc,—3\nd,‐4\ne,- 5\n".encode(), [-1, -2, -3, -4, -5]),
    "exponents": (b"unit,gdp\na,1e3\nb,1.5E-2\nc,+2\n", [1000, 0.015, 2]),
    "exponent after three decimals": (b"unit;gdp\na;1.234e2\n", [123.4]),
    "a point without digits on one side": (b"unit,gdp\na,.5\nb,5.\n", [0.5, 5]),
    "invisible marks": ("unit,gdp\na,\u200b1\u200b\nb,\u30002\u00a0\n".encode(), [1, 2]),
}


@pytest.mark.parametrize("content, expected", READ.values(), ids=READ.keys())
def test_reads(read, content, expected):
    np.testing.assert_array_equal(read(content).numbers("gdp"), expected)


@pytest.mark.parametrize(
    "mark", ["", "-", "--", "—", "..", "...", "NA", "n/a", "NULL", "nan", "NaN", "…", "/", " - ", "－"]
)
def test_missing_marks(read, mark):
    table = read(f"unit,gdp\na,{mark}\nb,1\n")
    np.testing.assert_array_equal(table.numbers("gdp"), [NAN, 1])
    assert table.text("gdp") == [None, "1"]


def test_an_optional_column_that_is_not_there_is_missing_throughout(read):
    table = read("unit,gdp\na,1\nb,2\n")
    assert table.text("note", optional=True) == [None, None]
    np.testing.assert_array_equal(table.numbers("note", optional=True), [NAN, NAN])
    assert table.text("gdp", optional=True) == ["1", "2"]
    np.testing.assert_array_equal(table.numbers("gdp", optional=True), [1, 2])
    for column_of in (table.text, table.numbers):
        with pytest.raises(InputDataError, match="has no column 'note'"):
            column_of("note")


def test_missing_mark_among_marked_numbers(read):
    np.testing.assert_array_equal(read("unit;gdp\na;..\nb;1,5\n").numbers("gdp"), [NAN, 1.5])


def test_column_of_missing_values_only(read):
    np.testing.assert_array_equal(read("unit,gdp\na,\nb,-\n").numbers("gdp"), [NAN, NAN])


# Files that are refused when they are read: bytes, and what the error says.
REFUSED = {
    "empty": (b"", "table.csv is empty"),
    "white space only": (b"\n \n\n", "is empty"),
    "separators only": (b",,\n,,\n", "is empty"),
    "header only": (b"unit,gdp\n", "has a header (row 1) but no rows"),
    "binary": (bytes(range(256)) * 4, "neither UTF-8 nor GB18030"),
    "binary without high bytes": (b"DBF\x03\x00\x01,\x02\n", "not a table of text"),
    "utf-16 without bom": ("unit,gdp\na,1\n".encode("utf-16-le"), "not a table of text"),
    "cut utf-16": ("unit,gdp\na,1\n".encode("utf-16")[:-1], "neither"),
    "damaged utf-8": ("省,gdp\n北京,1\n山".encode() + b"\xe4\xb8\n" + "广东福建,1\n".encode(), "in line 3"),
    "web page": (b"<html><table><tr><td>1</td></tr></table></html>", "not a table of text"),
    "full-width separators": ("unit，gdp\na，1\n".encode(), "separated by '，'"),
    "bars": (b"unit|gdp\na|1\n", "separated by '|'"),
    "old Excel file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel file (.xls)"),
    "damaged zip": (b"PK\x03\x04 and nothing more", "damaged Excel workbook"),
    "longer row": (b"unit,gdp\na,1\nb,2,3\n", "row 3: '3' is cell 3, but the header (row 1) names 2"),
    "longer row after blank rows": (b"unit,gdp\n\n\na,1\n\nb,2,3\n", "row 6: '3'"),
    "thousands comma without quotes": (b"unit,gdp\na,1,234\n", "quote a cell that holds the separator"),
    "shorter row": (b"unit,year,gdp\na,2019,1\nb,2019\n", "row 3: 2 cells, but the header (row 1) names 3"),
    "remark below": (b"unit,gdp\na,1\nSource: yearbook\n", "remove a remark below the table"),
    "open quote": (b'unit,gdp\na,1\n"b,2\nc,3\n', "row 3: the quotation marks of a cell do not pair up"),
    "text after a quote": (b'unit,gdp\n"a"b,1\n', "row 2: the quotation marks"),
    "repeated name": (b"unit,gdp,ce,gdp\na,1,2,3\n", "row 1: columns 2 ('gdp') and 4 ('gdp')"),
    "repeated name in another case": (b"unit,gdp,GDP\na,1,2\n", "columns 2 ('gdp') and 3 ('GDP')"),
    "empty name": (b"unit,,gdp\na,1,2\n", "row 1: the header's cell 2 is empty; unmerge"),
    "merged header at the end": (b"unit,gdp,\n,2019,2020\na,1,2\n", "row 2: '2020' is cell 3"),
    "two header rows": (b",2019,,2020,\nunit,gdp,ce,gdp,ce\na,1,2,3,4\n", "cell 1 is empty; unmerge"),
    "header row of a group": (b",the year 2019,\nunit,gdp,ce\na,1,2\n", "cell 1 is empty; unmerge"),
    "no header": (b"110101,1.5\n110102,2\n", "row 1: the header holds numbers only ('110101', ...)"),
}


@pytest.mark.parametrize("content, says", REFUSED.values(), ids=REFUSED.keys())
def test_refuses_file(read, content, says):
    with pytest.raises(InputDataError) as error:
        read(content)
    assert says in str(error.value)
    assert "table.csv" in str(error.value)


# Columns that are refused when their numbers are needed: bytes, and what the error says.
NO_NUMBERS = {
    "word": (b"unit,gdp\na,1\nb,many\n", "row 3, column 'gdp': 'many' is not a number"),
    "row number after blank rows": (b"\nunit,gdp\n\na,1\n\nb,x\n", "row 6, column 'gdp'"),
    "percent": (b"unit,gdp\na,1\nb,5 %\n", "row 3, column 'gdp': '5 %' ends in a percent sign"),
    "full-width percent": ("unit,gdp\na,1\nb,5％\n".encode(), "'5％' ends in a percent sign"),
    "unit": ("unit,gdp\na,1\nb,12.5亿元\n".encode(), "row 3, column 'gdp': '12.5亿元' is more than a number"),
    "footnote": ("unit,gdp\na,1\nb,5²\n".encode(), "row 3, column 'gdp': '5²' is more than a number"),
    "infinite": (b"unit,gdp\na,1\nb,inf\n", "row 3, column 'gdp': 'inf' is not a number"),
    "too large": (b"unit,gdp\na,1\nb,1e999\n", "row 3, column 'gdp': 1e999 is infinite"),
    "underscore": (b"unit,gdp\na,1\nb,1_000\n", "row 3, column 'gdp': '1_000'"),
    "signed nan": (b"unit,gdp\na,1\nb,+nan\n", "row 3, column 'gdp': '+nan' is not a number"),
    "date": (b"unit,gdp\na,1\nb,2019.01.02\n", "row 3, column 'gdp': '2019.01.02' is not a number"),
    "Excel error": (b"unit,gdp\na,1\nb,#DIV/0!\n", "row 3, column 'gdp': '#DIV/0!' is not a number"),
    "groups of two": (b'unit,gdp\na,1\nb,"12,34,567"\n', "row 3, column 'gdp': '12,34,567'"),
    "second header row": ("unit,gdp\na,亿元\nb,1\n".encode(), "write the header in one row"),
    "ambiguous comma": (
        b'unit,gdp\na,999\nb,"1,234"\n',
        "row 3, column 'gdp': '1,234' can mean 1234 or 1.234",
    ),
    "ambiguous comma among semicolons": (
        b"unit;gdp\na;1\nb;12,345\n",
        "row 3, column 'gdp': '12,345' can mean 12345",
    ),
    "ambiguous point among semicolons": (
        b"unit;gdp\na;1\nb;1.234\n",
        "row 3, column 'gdp': '1.234' can mean 1234",
    ),
    "ambiguous both": (b'unit,gdp\na,"1,234"\nb,1.234\n', "row 2, column 'gdp': '1,234' can mean"),
    "two decimal marks": (
        b"unit;gdp\na;1,5\nb;1.5\n",
        "'1,5' (row 2) and '1.5' (row 3) have different decimal marks",
    ),
    "two kinds of thousands": (b"unit;gdp\na;1,234,567\nb;1.234.567\n", "different decimal marks"),
    "other columns disagree": (b'gdp,ce,cs\n"1,234","0,5",0.5\n', "'1,234' can mean 1234 or 1.234"),
}


@pytest.mark.parametrize("content, says", NO_NUMBERS.values(), ids=NO_NUMBERS.keys())
def test_refuses_column(read, content, says):
    table = read(content)
    with pytest.raises(InputDataError) as error:
        table.numbers("gdp")
    assert says in str(error.value)
    assert "table.csv" in str(error.value)


def test_other_columns_settle_comma_as_thousands(read):
    table = read('unit,gdp,ce\na,"1,234",0.5\nb,"12,345",7\n')
    np.testing.assert_array_equal(table.numbers("gdp"), [1234, 12345])
    assert "table.csv: in column 'gdp' the comma parts thousands." in texts(table)


def test_other_columns_settle_comma_as_decimal(read):
    table = read("unit;gdp;ce\na;1,234;0,5\nb;12,345;7\n")
    np.testing.assert_array_equal(table.numbers("gdp"), [1.234, 12.345])
    assert "table.csv: in column 'gdp' the comma is the decimal mark." in texts(table)


def test_other_columns_settle_point_as_thousands(read):
    np.testing.assert_array_equal(read("unit;gdp;ce\na;1.234;0,5\n").numbers("gdp"), [1234])


def test_column_settles_itself_whatever_others_hold(read):
    np.testing.assert_array_equal(read("gdp;ce\n1,234;0.5\n2,5;7\n").numbers("gdp"), [1.234, 2.5])


def test_columns_of_words_settle_nothing(read):
    with pytest.raises(InputDataError, match="can mean"):
        read("gdp;note\n1,234;0,5\n2,345;about 7\n").numbers("gdp")


def test_negative_ambiguous_number_is_settled(read):
    np.testing.assert_array_equal(read("gdp;ce\n-1,234;0.5\n").numbers("gdp"), [-1234])


def test_every_unsure_number_is_exact_as_thousands(read):
    # Read with its mark as the decimal one, then times 1000: 1.001, 1.002, ... must give whole numbers again.
    values = range(1000, 100_000, 37)
    lines = "".join(f"{value // 1000},{value % 1000:03d};0.5\n" for value in values)
    np.testing.assert_array_equal(read("gdp;ce\n" + lines).numbers("gdp"), list(values))


def test_plain_digits_beside_point_need_no_evidence(read):
    table = read("unit,gdp\na,1234\nb,0.5\n")
    np.testing.assert_array_equal(table.numbers("gdp"), [1234, 0.5])
    assert texts(table) == ["table.csv: read as UTF-8, separated by commas."]


@pytest.mark.parametrize(
    "content, says",
    [
        ("省;gdp\n北京;1\n".encode("gb18030"), "table.csv: read as GB18030, separated by semicolons."),
        (b"unit\tgdp\na\t1\n", "table.csv: read as UTF-8, separated by tabs."),
        (b"GDP of 2019\nunit,gdp\na,1\n", "table.csv: row 1 ('GDP of 2019') was read as a title."),
    ],
)
def test_notes(read, content, says):
    assert says in texts(read(content))


def test_gb18030_text(read):
    assert read("省,gdp\n陕西,1\n㐂,2\n".encode("gb18030")).text("省") == ["陕西", "㐂"]


def test_text_is_trimmed(read):
    assert read(" unit ,n\n \u3000a b\u00a0,1\n\ufeffc,2\n").text("unit") == ["a b", "c"]


def test_doubled_quotes(read):
    assert read('unit,n\n"the ""a""",1\n').text("unit") == ['the "a"']


def test_where_counts_blank_rows_and_titles(read):
    table = read("Title\n\nunit,gdp\n\na,1\n\nb,2\n")
    assert [table.where(0), table.where(1)] == ["row 5", "row 7"]


def test_where_counts_rows_of_a_spreadsheet(read):
    table = read('unit,gdp\n"a\nb",1\nc,2\n')  # lines 2-3 are one row
    assert table.where(1) == "row 3"


def test_columns_and_has(read):
    table = read(b"Unit, Total  GDP \na,1\n")
    assert table.columns == ("Unit", "Total  GDP")
    assert table.has("unit") and table.has(" total gdp ") and not table.has("gdp")


def test_absent_column_lists_those_found(read):
    with pytest.raises(InputDataError) as error:
        read(b"unit,gdp\na,1\n").numbers("ce")
    assert str(error.value) == "table.csv has no column 'ce'; its columns are: unit, gdp."


def test_more_rows_than_a_block(read):
    # 2500 rows with a blank one in the middle: rows are taken in blocks.
    lines = [f"u{i % 7},{i}" for i in range(2500)]
    lines.insert(1250, "")
    table = read("unit,gdp\n" + "\n".join(lines))
    assert table.rows == 2500
    np.testing.assert_array_equal(table.numbers("gdp"), np.arange(2500))
    assert (table.where(1249), table.where(1250)) == ("row 1251", "row 1253")


def test_separator_is_found_despite_a_broken_row(read):
    with pytest.raises(InputDataError, match="row 4"):
        read("unit;gdp\n" + "a;1,5\n" * 2 + "b\n" + "c;2,5\n" * 20)


def test_missing_file(tmp_path):
    with pytest.raises(InputDataError, match=r"There is no file .*none\.csv"):
        read_table(tmp_path / "none.csv")


def test_folder(tmp_path):
    with pytest.raises(InputDataError, match="cannot be read"):
        read_table(tmp_path)


def test_path_may_be_text_and_not_ascii(tmp_path):
    path = tmp_path / "统计 年鉴.csv"
    path.write_text("unit,gdp\na,1\n")
    assert read_table(str(path)).name == "统计 年鉴.csv"


def test_sheet_of_text(read):
    with pytest.raises(InputDataError, match="no sheets"):
        read(b"unit,gdp\na,1\n", sheet="Sheet1")


# Keys and years


@pytest.mark.parametrize(
    "value, key",
    [
        (110101, "110101"),
        ("110101", "110101"),
        (110101.0, "110101"),
        ("110101.0", "110101"),
        (np.int64(110101), "110101"),
        (np.float64(110101), "110101"),
        (" 110101\u3000", "110101"),
        ("0110", "0110"),
        ("北京市", "北京市"),
        (1.5, "1.5"),
    ],
)
def test_unit_key(value, key):
    assert unit_key(value) == key


@pytest.mark.parametrize("value", [None, "", "  ", NAN])
def test_unit_key_of_nothing(value):
    with pytest.raises(InputDataError, match="has no key"):
        unit_key(value)


def test_keys(read):
    assert read("unit,gdp\n110101.0,1\n 0110 ,2\nNA,3\n").keys("unit") == ["110101", "0110", "NA"]


@pytest.mark.parametrize("mark", ["", "-", "NULL"])
def test_missing_key_names_its_row(read, mark):
    with pytest.raises(InputDataError, match=r"table\.csv, row 3: column 'unit' holds no unit"):
        read(f"unit,gdp\na,1\n{mark},2\n").keys("unit")


def test_years(read):
    years = read("year,gdp\n2019,1\n２０２０,2\n2021年,3\n2022.0,4\n").years("year")
    assert years.dtype.kind == "i"
    assert years.tolist() == [2019, 2020, 2021, 2022]


@pytest.mark.parametrize("value", ["19", "2019.5", '"2,019"', "2019-01-01", "", "y2019", "20190101", "-2019"])
def test_no_year_names_its_row(read, value):
    with pytest.raises(InputDataError, match=r"row 3, column 'year': .* no year of four digits"):
        read(f"year,gdp\n2018,1\n{value},2\n").years("year")


def test_unique_rows(read):
    table = read("unit,year\na,2019\na,2020\nb,2019\n")
    rows = unique_rows(table, table.keys("unit"), table.years("year"))
    assert rows == {("a", 2019): 0, ("a", 2020): 1, ("b", 2019): 2}


def test_repeated_unit_and_year(read):
    table = read("unit,year\na,2019\n\na,2020\na,2019\n")
    with pytest.raises(
        InputDataError, match=r"table\.csv: row 2 and row 5 are both unit 'a' in 2019; keep one"
    ):
        unique_rows(table, table.keys("unit"), table.years("year"))


def test_repeated_feature_says_how_to_dissolve():
    table = table_from_columns("units", {"unit": ["a", "b", "a"]})
    with pytest.raises(InputDataError, match="units: feature 1 and feature 3 are both unit 'a'; dissolve"):
        unique_rows(table, table.keys("unit"))


# Features


def test_features_of_every_type():
    table = table_from_columns("units", {"unit": [110101.0, 7, " a "], "gdp": [1, 2.5, None]})
    assert isinstance(table, Table)
    assert table.keys("unit") == ["110101", "7", "a"]
    np.testing.assert_array_equal(table.numbers("gdp"), [1, 2.5, NAN])
    assert table.text("gdp") == ["1", "2.5", None]
    assert table.rows == 3


def test_features_of_numpy_types():
    table = table_from_columns("units", {"year": np.array([2019, 2020]), "gdp": np.array([1.5, NAN])})
    assert table.years("year").tolist() == [2019, 2020]
    np.testing.assert_array_equal(table.numbers("gdp"), [1.5, NAN])


def test_features_of_text_and_numbers():
    np.testing.assert_array_equal(
        table_from_columns("units", {"gdp": ["1,5", 2.25]}).numbers("gdp"), [1.5, 2.25]
    )


def test_infinite_feature():
    with pytest.raises(InputDataError, match="units, feature 12, column 'gdp': inf is infinite"):
        table_from_columns("units", {"gdp": [1.0, math.inf]}, ids=[11, 12]).numbers("gdp")


def test_no_features():
    with pytest.raises(InputDataError, match="units holds no features"):
        table_from_columns("units", {"unit": []})


def test_columns_of_different_lengths():
    with pytest.raises(ValueError, match="different lengths"):
        table_from_columns("units", {"unit": ["a"], "gdp": []})


# Workbooks


def test_workbook(workbook):
    path = workbook(GDP=[["unit", "year", "gdp"], [110101, 2019, 1.5], ["b", "2020年", "1,234.5"]])
    table = read_table(path)
    assert table.name == "table.xlsx, sheet 'GDP'"
    assert table.keys("unit") == ["110101", "b"]
    assert table.years("year").tolist() == [2019, 2020]
    np.testing.assert_array_equal(table.numbers("gdp"), [1.5, 1234.5])
    assert table.notes == ()


def test_workbook_is_known_by_its_bytes(workbook):
    path = workbook("renamed.csv", GDP=[["unit", "gdp"], ["a", 1]])
    assert read_table(path).text("unit") == ["a"]


def test_workbook_keeps_every_digit(workbook, tmp_path):
    # openpyxl writes 16 digits, Excel 17: the cell is put in by hand.
    source = workbook(GDP=[["unit", "gdp"], ["a", 0.25]])
    path = rewritten(source, tmp_path / "digits.xlsx", b"<v>0.25</v>", b"<v>0.30000000000000004</v>")
    assert read_table(path).numbers("gdp")[0] == 0.1 + 0.2


def test_workbook_rows_are_those_of_the_sheet(workbook):
    path = workbook(GDP=[[], ["GDP of 2019"], [], ["unit", "gdp"], [], ["a", 1], [], ["b", "x"]])
    table = read_table(path)
    assert table.where(0) == "row 6"
    assert texts(table) == ["table.xlsx, sheet 'GDP': row 2 ('GDP of 2019') was read as a title."]
    with pytest.raises(InputDataError, match=r"sheet 'GDP', row 8, column 'gdp': 'x' is not a number"):
        table.numbers("gdp")


def test_workbook_takes_the_first_filled_sheet(workbook):
    table = read_table(workbook(Empty=[], GDP=[["unit", "gdp"], ["a", 1]], CE=[["unit"], ["b"]]))
    assert table.text("unit") == ["a"]
    assert texts(table) == [
        "table.xlsx: sheet 'GDP' was read, the first that is not empty; the others are CE."
    ]


def test_workbook_sheet_by_name(workbook):
    path = workbook(GDP=[["unit"], ["a"]], 排放=[["unit"], ["b"]])
    table = read_table(path, sheet="排放")
    assert table.text("unit") == ["b"]
    assert table.notes == ()


def test_workbook_without_the_sheet(workbook):
    path = workbook(GDP=[["unit"], ["a"]], CE=[["unit"], ["b"]])
    with pytest.raises(InputDataError, match="no sheet 'CS'; its sheets are: GDP, CE"):
        read_table(path, sheet="CS")


def test_empty_workbook(workbook):
    with pytest.raises(InputDataError, match="no sheet holds a cell"):
        read_table(workbook(A=[], B=[["  "]]))


def test_empty_sheet_by_name(workbook):
    with pytest.raises(InputDataError, match="sheet 'A' is empty"):
        read_table(workbook(A=[], B=[["unit"], ["a"]]), sheet="A")


def test_workbook_with_merged_header(tmp_path):
    book = openpyxl.Workbook()
    for row in [["unit", "gdp", None], [None, 2019, 2020], ["a", 1, 2]]:
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    book.active.merge_cells("A1:A2")
    book.save(tmp_path / "merged.xlsx")
    with pytest.raises(InputDataError, match=r"'2020' is cell 3.*unmerge"):
        read_table(tmp_path / "merged.xlsx")


def test_workbook_with_merged_units(tmp_path):
    book = openpyxl.Workbook()
    for row in [["unit", "year"], ["a", 2019], [None, 2020]]:
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "merged.xlsx")
    with pytest.raises(InputDataError, match=r"row 3: column 'unit' holds no unit .*unmerge"):
        read_table(tmp_path / "merged.xlsx").keys("unit")


def test_workbook_number_is_never_thousands(workbook):
    # 1.234 is stored as a number; the text of another column must not make it 1234.
    path = workbook(GDP=[["gdp", "ce"], [1.234, "0,5"], [2.345, "1,5"]])
    np.testing.assert_array_equal(read_table(path).numbers("gdp"), [1.234, 2.345])


def test_workbook_numbers_do_not_settle_text(workbook):
    # 0.5 is stored with a point whatever its author writes, so it does not say what the text '1,234' means.
    path = workbook(GDP=[["gdp", "ce"], ["1,234", 0.5]])
    with pytest.raises(InputDataError, match=r"can mean 1234 or 1\.234"):
        read_table(path).numbers("gdp")


def test_workbook_text_with_decimal_comma_beside_numbers(workbook):
    path = workbook(GDP=[["unit", "gdp"], ["a", 0.5], ["b", "1,5"]])
    with pytest.raises(
        InputDataError, match=r"'1,5' \(row 3\) and '0.5' \(row 2\) have different decimal marks"
    ):
        read_table(path).numbers("gdp")


def test_workbook_percent_format_is_the_stored_number(tmp_path):
    book = openpyxl.Workbook()
    for row in [["unit", "share"], ["a", 0.05]]:
        book.active.append(row)
    book.active["B2"].number_format = "0%"
    book.save(tmp_path / "percent.xlsx")
    assert read_table(tmp_path / "percent.xlsx").numbers("share")[0] == 0.05


def test_workbook_date_is_no_year(tmp_path):
    book = openpyxl.Workbook()
    for row in [["unit", "year"], ["a", 43466]]:
        book.active.append(row)
    book.active["B2"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "date.xlsx")
    with pytest.raises(InputDataError, match="no year of four digits"):
        read_table(tmp_path / "date.xlsx").years("year")


def test_workbook_cut_off(workbook):
    path = workbook(GDP=[["unit", "gdp"], ["a", 1]])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputDataError, match="damaged Excel workbook"):
        read_table(path)


def test_workbook_with_half_a_sheet(workbook, tmp_path):
    source = workbook(GDP=[["unit", "gdp"], ["a", 1], ["b", 2]])
    path = rewritten(source, tmp_path / "half.xlsx", b"</row></sheetData>", None)
    with pytest.raises(InputDataError, match="damaged Excel workbook"):
        read_table(path)


def test_archive_without_workbook(tmp_path):
    path = tmp_path / "table.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table.csv", "unit,gdp\na,1\n")
    with pytest.raises(InputDataError, match="an archive without an Excel workbook; save"):
        read_table(path)


def test_opendocument(tmp_path):
    path = tmp_path / "table.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(InputDataError, match=r"an OpenDocument file; save .*\.xlsx"):
        read_table(path)


def gdal_state():
    from osgeo import gdal, ogr

    keys = ("OGR_XLSX_HEADERS", "OGR_XLSX_FIELD_TYPES")
    return gdal.GetUseExceptions(), ogr.GetUseExceptions(), [gdal.GetConfigOption(key) for key in keys]


def test_workbook_leaves_gdal_as_it_was(workbook):
    path = workbook(GDP=[["unit"], ["a"]])
    before = gdal_state()
    read_table(path)
    assert gdal_state() == before


def test_damaged_workbook_leaves_gdal_as_it_was(tmp_path):
    path = tmp_path / "table.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet")
    before = gdal_state()
    with pytest.raises(InputDataError, match="damaged Excel workbook"):
        read_table(path)
    assert gdal_state() == before


def rewritten(source, target, old, new):
    """Copy a workbook with a text of its sheets replaced; they end before it if `new` is None."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as copy:
        for member in archive.namelist():
            content = archive.read(member)
            if member.startswith("xl/worksheets/"):
                content = content[: content.index(old)] if new is None else content.replace(old, new)
            copy.writestr(member, content)
    return target


# Round trip

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64).filter(
    lambda x: x == 0 or 1e-9 < abs(x) < 1e15
)


def written(number, decimal, thousands):
    """The number with all its digits, as a spreadsheet of that style shows it."""
    sign, digits = ("-", -Decimal(repr(number))) if number < 0 else ("", Decimal(repr(number)))
    whole, _, fraction = format(digits, "f").partition(".")
    whole = f"{int(whole):,}".replace(",", thousands)
    return sign + whole + (decimal + fraction if fraction else "")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.none() | NUMBERS, NUMBERS), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    separator=st.sampled_from(",;\t"),
    style=st.sampled_from([".", ".,", ". ", ".'", ",", ",.", ", ", ",\u00a0"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_round_trip(tmp_path, rows, encoding, separator, style, line_end):
    """A table is read back to the last bit whatever the encoding, separator and marks it was written with."""
    decimal, thousands = style[0], style[1:]
    rows = [*rows, (0.5, 0.5)]  # a number that tells the decimal mark
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator=line_end)
    writer.writerow(["省份", "碳排放", "碳汇"])
    for index, row in enumerate(rows):
        writer.writerow([f"单位{index}", *("" if x is None else written(x, decimal, thousands) for x in row)])
    path = tmp_path / "table.txt"
    path.write_bytes(buffer.getvalue().encode(encoding))
    table = read_table(path)
    assert table.keys("省份") == [f"单位{index}" for index in range(len(rows))]
    for column, place in (("碳排放", 0), ("碳汇", 1)):
        expected = [NAN if row[place] is None else row[place] for row in rows]
        np.testing.assert_array_equal(table.numbers(column), expected)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60) | st.text(alphabet='a1,;\t"\n\r .-%，１', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    try:
        table = read_table(path)
        for column in table.columns:
            assert len(table.text(column)) == table.rows
            assert not np.isinf(table.numbers(column)).any()
    except InputDataError as error:
        assert "table.csv" in str(error)
