"""Delimited text, from bytes to rows of cells: encoding, separator, quotes."""

import codecs
import csv
import io
import re
from itertools import islice
from typing import NamedTuple

from ..errors import InputDataError
from .cells import INVISIBLE, trimmed

# Where a tie leaves several: commas also occur inside numbers and names.
_SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
_OTHER_SEPARATORS = "，；|、"
_SAMPLE = 100  # lines that the separator is found in
_CONTROL = "".join(map(chr, (*range(9), *range(14, 32), 127)))
_MARKUP = re.compile(r"\s*<(?:html|!doctype|\?xml|table)", re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)  # that Excel understands


class Delimited(NamedTuple):
    """Delimited text.

    Attributes
    ----------
    records : iterator of list of str
        Trimmed cells. One per row of a spreadsheet: a blank line is one, a line break inside quotes is not.
    encoding : str
        For a note.
    separator : str
        Comma, semicolon or tab.
    separator_name : str
        For a note.
    """

    records: object
    encoding: str
    separator: str
    separator_name: str


def read_delimited(data, name):
    """The rows of delimited text.

    Parameters
    ----------
    data : bytes
    name : str
        The file's name, for messages.

    Returns
    -------
    Delimited

    Raises
    ------
    InputDataError
        Unknown encoding, no text, unpaired quotes (when that row is reached), or an unusual separator.
    """
    codec, encoding = _encoding(data, name)
    text = data.decode(codec)
    if any(mark in text for mark in _CONTROL) or _MARKUP.match(text) is not None:
        raise InputDataError(
            "{table} is not a table of text; save it as CSV (UTF-8) or as an Excel workbook (.xlsx).",
            table=name,
        )
    trim = trimmed if any(mark in text for mark in INVISIBLE) else str.strip
    del text
    sample = list(islice(_lines(data, codec), _SAMPLE))
    told = _SEPARATOR_LINE.fullmatch(sample[0])
    if told is not None and told.group(1) in _SEPARATORS:
        separator = told.group(1)
    else:
        told = None
        separator = _separator(sample, name)
    records = _records(_lines(data, codec), separator, trim, name, told is not None)
    return Delimited(records, encoding, separator, _SEPARATORS[separator])


def _lines(data, codec):
    return io.TextIOWrapper(io.BytesIO(data), codec, newline="")


def _encoding(data, name):
    """The codec, and what to call it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = {"utf-16": "UTF-16"}
    else:
        candidates = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}
    for codec, encoding in candidates.items():
        try:
            data.decode(codec)
        except UnicodeDecodeError as error:
            if codec == "utf-8-sig":
                _refuse_damaged_utf8(data, error.start, name)
        else:
            return codec, encoding
    raise InputDataError(
        "{table} is neither UTF-8 nor GB18030 text; save it as CSV (UTF-8) or as an Excel workbook (.xlsx).",
        table=name,
    )


def _refuse_damaged_utf8(data, start, name):
    # UTF-8 with a damaged byte often passes as GB18030, with every name wrong. The other way round, at most a
    # fifth of the characters of GB18030 look like UTF-8.
    text = data.decode("utf-8-sig", errors="replace")
    damaged = text.count("\ufffd")
    foreign = sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - damaged
    if foreign > 4 * damaged:
        raise InputDataError(
            "{table} is UTF-8 text with a damaged character in line {line}; save it again as CSV (UTF-8).",
            table=name,
            line=data.count(b"\n", 0, start) + 1,
        )


def _separator(sample, name):
    """The separator that makes most rows as wide as the header, the first row of several cells."""
    best, best_score = ",", (0.0,)
    for separator in _SEPARATORS:
        widths = _widths(sample, separator)
        header = next((place for place, width in enumerate(widths) if width > 1), None)
        if header is None:
            continue
        score = (widths.count(widths[header]) / len(widths), -header, widths[header])
        if score > best_score:
            best, best_score = separator, score
    if best_score == (0.0,):
        filled = [line for line in sample if line.strip()]
        for mark in _OTHER_SEPARATORS:
            if filled and all(mark in line for line in filled):
                raise InputDataError(
                    "{table}: cells are separated by '{mark}'; separate them by commas, semicolons or tabs.",
                    table=name,
                    mark=mark,
                )
    return best


def _widths(sample, separator):
    widths = []
    try:
        for cells in csv.reader(sample, delimiter=separator, skipinitialspace=True):
            if cells:
                widths.append(len(cells))
    except csv.Error:
        return widths
    return widths


def _records(lines, separator, trim, name, skip_first):
    row = 0
    try:
        for cells in csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True):
            row += 1
            yield [] if skip_first and row == 1 else list(map(trim, cells))
    except csv.Error:
        raise InputDataError(
            "{table}, row {row}: the quotation marks of a cell do not pair up; close the quotation, and "
            "double a quotation mark inside it.",
            table=name,
            row=row + 1,
        ) from None
