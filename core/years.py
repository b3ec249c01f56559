"""The years of a series: from the names of its layers, or as the user writes them."""

import re

from .errors import InputDataError
from .notes import decision, listing
from .number_lists import NotListed, listed_numbers
from .sequences import zip_equal

FIRST_YEAR, LAST_YEAR = 1900, 2100

_DIGITS = re.compile(r"\d+")


def years_in(name):
    """The different years that a name holds, ascending; see `year_in`."""
    return sorted({year for year, _, _ in year_places(name)})


def year_in(name):
    """The year that a name holds.

    A year from 1900 to 2100 that touches no other digit, or the first four digits of YYYYDDD or YYYYMMDD.

    Parameters
    ----------
    name : str
        Of a layer, file or field, without its folder.

    Returns
    -------
    int

    Raises
    ------
    InputDataError
        The name holds no year, or two different ones.

    Examples
    --------
    >>> year_in("MCD12C1.A2019001.006.2020220162300")
    2019
    """
    found = years_in(name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputDataError(
            "There is no year from 1900 to 2100 in the name '{name}'; write the years of all layers in "
            "YEARS, for example 2000,2005.",
            name=name,
        )
    raise InputDataError(
        "There is more than one year in the name '{name}' ({years}); write the years of all layers in YEARS, "
        "for example 2000,2005.",
        name=name,
        years=listing(found),
    )


def year_places(name):
    """All years that a name holds, with their places in it.

    Returns
    -------
    list of (int, int, int)
        Year, and where its digits start and end.

    Examples
    --------
    >>> year_places("ce_2019")
    [(2019, 3, 7)]
    """
    found = ((_year_of(digits.group()), *digits.span()) for digits in _DIGITS.finditer(name))
    return [place for place in found if place[0] is not None]


def _year_of(digits):
    number = int(digits[:4])
    if not FIRST_YEAR <= number <= LAST_YEAR:
        return None
    rest = digits[4:]
    is_day = len(rest) == 3 and 1 <= int(rest) <= 366
    is_date = len(rest) == 4 and 1 <= int(rest[:2]) <= 12 and 1 <= int(rest[2:]) <= 31
    return number if not rest or is_day or is_date else None


def years_of(names, given=""):
    """The year of every layer of a series.

    Parameters
    ----------
    names : sequence of str
        Layer or file names, without folders.
    given : str
        The user's list: '2000,2005' or '2000-2020', in the order of the names; empty: from the names.

    Returns
    -------
    years : tuple of int
    notes : tuple of Note
        Which layer got which year.

    Raises
    ------
    InputDataError
        A year that cannot be read, another number of years than of layers, or a year twice.
    """
    years = tuple(year_in(name) for name in names) if not (given or "").strip() else _parse(given)
    if len(years) != len(names):
        raise InputDataError(
            "YEARS holds {found} years ({years}) for {layers} layers; write one year per layer, in the order "
            "of the layers.",
            found=len(years),
            years=listing(years),
            layers=len(names),
        )
    seen = {}
    for year, name in zip_equal(years, names):
        if year in seen:
            raise InputDataError(
                "The year {year} is there twice: '{first}' and '{second}'; leave one out, or write the right "
                "years in YEARS.",
                year=year,
                first=seen[year],
                second=name,
            )
        seen[year] = name
    mapping = listing((f"{name} = {year}" for year, name in seen.items()), most=50)
    return years, (decision("Years of the layers: {mapping}.", mapping=mapping),)


def _parse(text):
    try:
        return listed_numbers(text, FIRST_YEAR, LAST_YEAR)
    except NotListed as error:
        raise InputDataError(
            "'{part}' in YEARS is no year from 1900 to 2100, nor a range of such years from the first to "
            "the last; write for example 2000,2005 or 2000-2020.",
            part=error.part,
        ) from None
