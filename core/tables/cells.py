"""What a cell holds: text, a number, or nothing."""

import numbers

INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"  # left behind by web pages and joined files; not white space
_BLANKS = INVISIBLE + "".join(filter(str.isspace, map(chr, range(0x3001))))

MISSING_MARKS = frozenset(
    {"", "-", "--", "\u2013", "\u2014", "\u2014\u2014", "\u2212", "\uff0d", "/", "\uff0f"}
    | {"..", "...", "\u2026", "\u2026\u2026", "na", "n/a", "null", "nan"}
)
_LONGEST_MARK = max(map(len, MISSING_MARKS))


def trimmed(text):
    """The text without white space and invisible marks at its ends."""
    return text.strip(_BLANKS)


def is_missing(cell):
    """Whether a trimmed cell stands for a missing value: None, NaN or one of the usual marks, in any case."""
    if isinstance(cell, str):
        return len(cell) <= _LONGEST_MARK and cell.casefold() in MISSING_MARKS
    return cell is None or cell != cell


def as_text(cell):
    """The cell as text; a whole number has no decimals, so 110101 and 110101.0 are '110101'."""
    if isinstance(cell, str):
        return trimmed(cell)
    if isinstance(cell, numbers.Integral) or (isinstance(cell, numbers.Real) and float(cell).is_integer()):
        return str(int(cell))
    return str(cell)


def shown(cell, most=40):
    """The cell, short enough for a message."""
    text = as_text(cell)
    return text if len(text) <= most else text[: most - 3] + "..."
