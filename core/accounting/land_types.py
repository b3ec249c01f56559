"""Land types of parcels by the codes of a land survey: a preset or a table of the user."""

from __future__ import annotations

from ..errors import InputDataError
from ..resources import presets, read_preset
from ..sequences import zip_equal
from .allocation_rules import land_type_key


def land_type_presets():
    """Names of the tables of land types that come with LandCarbon, sorted."""
    return presets("land_types")


def land_type_preset(name):
    """A table of land types that comes with LandCarbon.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    return land_type_map(read_preset("land_types", name))


def land_type_map(table):
    """The land types of a table with the columns code and land_type.

    Parameters
    ----------
    table : Table

    Returns
    -------
    dict of str to str
        Land type by code, both folded; see `allocation_rules.land_type_key`.

    Raises
    ------
    InputDataError
        An empty code or land type, or a code with two land types; the row is named.
    """
    found = {}
    for i, (code, land_type) in enumerate(zip_equal(table.text("code"), table.text("land_type"))):
        at = {"table": table.name, "row": table.where(i)}
        if code is None or land_type is None:
            raise InputDataError("{table}, {row}: code or land_type is empty; fill both in.", **at)
        key, value = land_type_key(code), land_type_key(land_type)
        if found.setdefault(key, value) != value:
            raise InputDataError(
                "{table}, {row}: code '{code}' is '{land_type}' here and '{other}' above; keep one row.",
                code=code,
                land_type=land_type,
                other=found[key],
                **at,
            )
    return found


def land_type_keys(values, mapped=None):
    """Land types of parcels as rules know them.

    Parameters
    ----------
    values : sequence of str, int, float or None
        As the parcels have them.
    mapped : dict of str to str, optional
        See `land_type_map`; a value without an entry stays as it is. A number has lost the zeros that its
        code begins with, so 601 is 0601 where there is no 601.

    Returns
    -------
    list of str or None

    Examples
    --------
    >>> land_type_keys([601.0, "Water", None], {"0601": "industrial land"})
    ['industrial land', 'water', None]
    """
    mapped = {} if mapped is None else mapped
    shortened = {code.lstrip("0"): land_type for code, land_type in mapped.items()}
    known = {None: None}
    for value in values:
        if value not in known:
            key = land_type_key(value) if str(value).strip() else None
            as_number = key if isinstance(value, str) else shortened.get(key, key)
            known[value] = mapped.get(key, as_number)
    return [known[value] for value in values]
