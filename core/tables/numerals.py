"""Numbers as people write them, and what their marks mean.

'1,234.5' and '1.234,5' say by themselves which mark is the decimal one; '1,5' and '1,234,567' do, too.
'1,234' does not: the other numbers of its column settle it, then the other columns; else it is refused.
"""

import re
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ..sequences import zip_equal
from .cells import is_missing


class Kind(IntEnum):
    """What a number says about the decimal mark of its column."""

    PLAIN = 0  # nothing: no mark, or one that is never decimal
    POINT = 1  # it is the point: '0.5', '1,234,567'
    COMMA = 2  # it is the comma: '0,5', '1.234.567'
    UNSURE_POINT = 3  # '1.234'
    UNSURE_COMMA = 4  # '1,234'
    STORED = 5  # '0.5' and '1.234' in a workbook, which stores points whatever its author writes


class Convention(IntEnum):
    """What '1.234' means where no number of the table settles it."""

    POINT = 0  # comma- and tab-delimited text, features: the point is decimal
    UNSETTLED = 1  # semicolon-delimited text, common where the comma is decimal: refused
    STORED = 2  # workbook: the point is decimal, whatever the other columns hold


class Numerals(NamedTuple):
    """The numbers of a column before its marks are settled.

    Attributes
    ----------
    values : float array
        NaN = missing. An unsure number is read with its mark as the decimal one.
    kinds : int8 array
        The `Kind` of each.
    """

    values: np.ndarray
    kinds: np.ndarray

    def first(self, *kinds):
        """Index of the first number of these kinds, None if there is none."""
        found = np.isin(self.kinds, kinds)
        return int(np.argmax(found)) if found.any() else None


class NotANumber(ValueError):
    """The cell at `index` is no number."""

    def __init__(self, index):
        super().__init__(index)
        self.index = index


# Not NFKC, which would make 12 of the footnote in '1²' and 1 of '①'.
_TO_ASCII = str.maketrans(
    {chr(0xFF01 + k): chr(0x21 + k) for k in range(94)}  # the full-width forms
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63", "-")
    | dict.fromkeys("\u2018\u2019\u02bc\u2032", "'")
)
_NUMERAL = re.compile(
    r"""(?=[+-]?\ *[.,]?\d)  # at least one digit
    (?P<sign>[+-]?)\ *
    (?P<whole>[1-9]\d{0,2}(?P<group>[ ',.])\d{3}(?:(?P=group)\d{3})*(?![eE]) | \d*)
    (?:(?!(?P=group))(?P<mark>\.|,(?=\d))(?P<fraction>\d*))?
    (?P<exponent>[eE][+-]?\d+)?""",
    re.VERBOSE | re.ASCII,
)
_ANY_MARK = re.compile(r"[ ',.]")
_ODD = re.compile(r"[^0-9.eE+-]")
_STORED = re.compile(r"[+-]?[0-9]*\.[0-9]*(?:[eE][+-]?[0-9]+)?")
_UNSURE_POINT = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")


def to_ascii(text):
    """The text with full-width forms, dashes, blanks and apostrophes in ASCII."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def numeral(text):
    """Value and `Kind` of one number.

    Parameters
    ----------
    text : str
        Trimmed.

    Returns
    -------
    tuple of float and Kind, or None
        None if the text is no number. An unsure number is read with its mark as the decimal one.

    Examples
    --------
    >>> numeral("1.234,5")
    (1234.5, <Kind.COMMA: 2>)
    >>> numeral("1,234")
    (1.234, <Kind.UNSURE_COMMA: 4>)
    """
    match = _NUMERAL.fullmatch(to_ascii(text))
    if match is None:
        return None
    sign, whole, group, mark, fraction, exponent = match.group(
        "sign", "whole", "group", "mark", "fraction", "exponent"
    )
    if mark is not None:
        kind = Kind.POINT if mark == "." else Kind.COMMA
        written = f"{_ANY_MARK.sub('', whole)}.{fraction}"
    elif group not in (".", ","):
        kind, written = Kind.PLAIN, _ANY_MARK.sub("", whole)
    elif whole.count(group) > 1:
        kind = Kind.COMMA if group == "." else Kind.POINT
        written = whole.replace(group, "")
    else:
        kind = Kind.UNSURE_POINT if group == "." else Kind.UNSURE_COMMA
        written = whole.replace(",", ".")
    return float(f"{sign}{written}{exponent or ''}"), kind


def plain_numbers(cells, convention):
    """The column as numbers if Python writes numbers the same way, which most columns do.

    Parameters
    ----------
    cells : list of str, int, float or None
        Trimmed.
    convention : Convention

    Returns
    -------
    float array or None
        NaN = missing. None if the column needs a closer look: other marks, words, or no point but that of
        '1.234'.
    """
    present = [not is_missing(cell) for cell in cells]
    texts = [cell for cell, there in zip_equal(cells, present) if there]
    kinds = set(map(type, texts))
    if kinds == {str}:
        if _ODD.search("".join(texts)) is not None:
            return None
        pointed = [text for text in texts if "." in text]
        if convention is not Convention.STORED and pointed and all(map(_UNSURE_POINT.fullmatch, pointed)):
            return None
    elif not kinds <= {int, float}:
        return None
    values = np.full(len(cells), np.nan)
    try:
        values[np.array(present, dtype=bool)] = np.fromiter(map(float, texts), float, len(texts))
    except ValueError:
        return None
    return None if np.isinf(values).any() else values


def read_numerals(cells, convention):
    """Every number of a column, with what it says about the marks.

    Parameters
    ----------
    cells : list of str, int, float or None
        Trimmed.
    convention : Convention

    Returns
    -------
    Numerals

    Raises
    ------
    NotANumber
        At the first cell that is none.
    """
    values = np.full(len(cells), np.nan)
    kinds = np.zeros(len(cells), dtype=np.int8)
    for index, cell in enumerate(cells):
        if is_missing(cell):
            continue
        if isinstance(cell, (int, float)):
            values[index] = cell
            continue
        found = numeral(cell)
        if found is None:
            raise NotANumber(index)
        values[index], kinds[index] = found
        if convention is Convention.STORED and _STORED.fullmatch(cell) is not None:
            kinds[index] = Kind.STORED
    return Numerals(values, kinds)


def settled(numerals, decimal):
    """The values, with the marks read as `decimal` says.

    Parameters
    ----------
    numerals : Numerals
    decimal : Kind
        POINT or COMMA.

    Returns
    -------
    float array
    """
    grouped = Kind.UNSURE_COMMA if decimal is Kind.POINT else Kind.UNSURE_POINT
    # An unsure number has at most six digits, so the rounded product is exact.
    return np.where(numerals.kinds == grouped, np.rint(numerals.values * 1000.0), numerals.values)
