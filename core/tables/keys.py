"""Keys of units, and units that stand in a table twice."""

import re

import numpy as np

from ..errors import InputDataError
from ..sequences import zip_equal
from .cells import as_text

_WHOLE = re.compile(r"([+-]?\d+)\.0+", re.ASCII)


def unit_key(value):
    """A unit's key as text; a whole number has no decimals.

    Parameters
    ----------
    value : str, int or float

    Returns
    -------
    str

    Raises
    ------
    InputDataError
        The value is None, NaN or empty.

    Examples
    --------
    >>> unit_key(110101), unit_key(" 110101 "), unit_key(110101.0), unit_key("110101.0"), unit_key("0110")
    ('110101', '110101', '110101', '110101', '0110')
    """
    text = "" if value is None or value != value else as_text(value)
    if not text:
        raise InputDataError("A unit has no key; fill in the key of every unit.")
    whole = _WHOLE.fullmatch(text)
    return text if whole is None else whole.group(1)


def unique_rows(table, keys, years=None):
    """Refuse a unit that stands in the table twice (in one year, where there are years).

    Parameters
    ----------
    table : Table
        Where the keys come from.
    keys : sequence of str
        Unit keys, one per row.
    years : sequence of int, optional
        Years, one per row.

    Returns
    -------
    dict
        The row's index by (key, year), or by key where there are no years.

    Raises
    ------
    InputDataError
        Names the key, the year and both rows.
    """
    years = None if years is None else np.asarray(years).tolist()
    rows = {}
    for index, entry in enumerate(keys if years is None else zip_equal(keys, years)):
        before = rows.setdefault(entry, index)
        if before != index:
            advice = (
                "dissolve the features of a unit into one (native:dissolve by the unit field)."
                if table.record == "feature"
                else "keep one of them, or add their amounts up in one row."
            )
            values = {"table": table.name, "before": table.where(before), "row": table.where(index)}
            if years is None:
                raise InputDataError(
                    "{table}: {before} and {row} are both unit '{unit}'; " + advice, unit=entry, **values
                )
            raise InputDataError(
                "{table}: {before} and {row} are both unit '{unit}' in {year}; " + advice,
                unit=entry[0],
                year=entry[1],
                **values,
            )
    return rows
