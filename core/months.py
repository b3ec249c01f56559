"""The months of a series: from the names of its layers or bands, or as the user writes them."""

from __future__ import annotations

import re

from .errors import InputDataError
from .notes import decision, listing
from .number_lists import NotListed, listed_numbers
from .sequences import zip_equal
from .years import FIRST_YEAR, LAST_YEAR, years_in

MONTHS = 12
LETTERS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|sept|"
    + "|".join(LETTERS)
)
HAN = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_LAST_DAYS = (31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)

_DIGITS = re.compile(r"(?<!\d)\d{6,8}(?!\d)")
_YEAR_AND_MONTH = re.compile(r"(?<!\d)(\d{4})[-_. 年](\d{1,2})(?![0-9A-Za-z])")
_WORD = re.compile(f"(?<![a-z])({_WORDS})(?![a-z])", re.IGNORECASE)
_HAN_MONTH = re.compile(r"(?<!\d)(\d{1,2}|十[一二]?|[一二三四五六七八九])月")
_ALONE = re.compile(r"(?<![0-9A-Za-z])(\d{1,2})(?![0-9A-Za-z])")
_AT_THE_END = re.compile(r"(?<=[A-Za-z])(\d{1,2})$")


def months_in(name):
    """The different months that a name holds, ascending.

    The first of these rules that finds one decides:

    1. a date with its year: 201907, 20190715, 2019196 (day of the year), 2019-07, 2019_7, 2019年7月;
    2. the month's name: Jul, July, 7月, 七月;
    3. a number from 1 to 12 that touches no letter or digit: ndvi_07, 7;
    4. such a number right after letters at the end: ndvi07, T7.

    Examples
    --------
    >>> months_in("tmp_1km_201907"), months_in("NDVI_Jul"), months_in("T7"), months_in("dem")
    ([7], [7], [7], [])
    """
    return _found(name)[1]


def surest(names):
    """The name whose month is found by the surest rule of `months_in`; the first one on ties.

    Examples
    --------
    >>> surest(["MOD13A3", "MOD13A3.A2019182"])
    'MOD13A3.A2019182'
    """
    return min(names, key=lambda name: _found(name)[0])


def years_of_dates(name):
    """The years that a name holds, ascending: those of `years.years_in`, and of dates such as 201907."""
    dates = (int(digits[:4]) for digits in _DIGITS.findall(name) if _month_of(digits) in range(1, MONTHS + 1))
    return sorted({*years_in(name), *dates})


def _found(name):
    """The number of the rule that finds a month, and the months."""
    rules = (_of_dates, _of_words, _of_lone_numbers, _of_last_number)
    for number, rule in enumerate(rules):
        found = {month for month in rule(name) if month is not None and 1 <= month <= MONTHS}
        if found:
            return number, sorted(found)
    return len(rules), []


def _of_dates(name):
    yield from (_month_of(digits) for digits in _DIGITS.findall(name))
    for year, month in _YEAR_AND_MONTH.findall(name):
        if FIRST_YEAR <= int(year) <= LAST_YEAR:
            yield int(month)


def _month_of(digits):
    """Month of YYYYMM, YYYYMMDD or YYYYDDD, None if the digits are no date."""
    year, rest = int(digits[:4]), digits[4:]
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if len(rest) == 3:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        ends = [day + (leap and month > 0) for month, day in enumerate(_LAST_DAYS)]
        return next((month for month, day in enumerate(ends, 1) if 1 <= int(rest) <= day), None)
    if len(rest) == 4 and not 1 <= int(rest[2:]) <= 31:
        return None
    return int(rest[:2])


def _of_words(name):
    for word in _WORD.findall(name):
        yield LETTERS.index(word[:3].lower()) + 1
    for number in _HAN_MONTH.findall(name):
        yield HAN.index(number) + 1 if number in HAN else int(number)


def _of_lone_numbers(name):
    return [int(number) for number in _ALONE.findall(name)]


def _of_last_number(name):
    return [int(number) for number in _AT_THE_END.findall(name)]


def month_in(name, series):
    """The month that a name holds; see `months_in`.

    Parameters
    ----------
    name : str
        Of a layer, file or band, without folder and suffix.
    series : str
        Whose layer it is, for messages.

    Raises
    ------
    InputDataError
        The name holds no month, or several.
    """
    found = months_in(name)
    if len(found) == 1:
        return found[0]
    template = (
        "{series}: the name '{name}' holds no month, such as 07, 201907, Jul or 7月; rename the raster, or "
        "put all rasters in the order of the months and write 1-12 in MONTHS."
    )
    if found:
        template = (
            "{series}: the name '{name}' can be of several months ({months}); rename the raster, or put all "
            "rasters in the order of the months and write 1-12 in MONTHS."
        )
    raise InputDataError(template, series=series, name=name, months=listing(found))


def months_of(names, given="", series="", bands=False):
    """The month of every layer of a series of a year.

    Parameters
    ----------
    names : sequence of str
        Layer or file names without folders and suffixes, or descriptions of the bands of one raster.
    given : str
        The user's list: '1,2,3' or '1-12', in the order of the names; empty: from the names.
    series : str
        Which series it is, for messages.
    bands : bool
        The names are those of the bands of one raster: where none of them holds a month, their order does.

    Returns
    -------
    months : tuple of int
        1 to 12, each once.
    notes : tuple of Note
        Which layer got which month.

    Raises
    ------
    InputDataError
        There are not 12 layers, a month cannot be read, or one is there twice.
    """
    given = (given or "").strip()
    in_order = bands and not given and not any(months_in(name) for name in names)
    if given:
        months = _parse(given)
        if len(months) != len(names):
            raise InputDataError(
                "MONTHS holds {found} months and {series} has {layers} rasters or bands; write one month per "
                "raster, in their order, such as 1-12.",
                found=len(months),
                series=series,
                layers=len(names),
            )
    elif in_order:
        months = tuple(range(1, len(names) + 1))
    else:
        months = tuple(month_in(name, series) for name in names)
    _check(months, names, series)
    if in_order:
        note = decision(
            "{series}: the bands have no months in their descriptions and are taken in their order, from "
            "January to December.",
            series=series,
        )
    else:
        mapping = listing((f"{name} = {month}" for month, name in sorted(zip_equal(months, names))), MONTHS)
        note = decision("{series}: months of the rasters: {mapping}.", series=series, mapping=mapping)
    return months, (note,)


def _check(months, names, series):
    """Every month once."""
    seen = {}
    for month, name in zip_equal(months, names):
        if month in seen:
            raise InputDataError(
                "{series}: month {month} is there twice, '{first}' and '{second}'; a year has every month "
                "once: leave one out, or write the right months in MONTHS.",
                series=series,
                month=month,
                first=seen[month],
                second=name,
            )
        seen[month] = name
    missing = [month for month in range(1, MONTHS + 1) if month not in seen]
    if missing or len(months) != MONTHS:
        raise InputDataError(
            "{series} has {count} months, and a year needs 12: month {missing} is missing; add it.",
            series=series,
            count=len(months),
            missing=listing(missing, MONTHS),
        )


def _parse(text):
    try:
        return listed_numbers(text, 1, MONTHS)
    except NotListed as error:
        raise InputDataError(
            "'{part}' in MONTHS is no month from 1 to 12, nor a range of them; write for example 1-12 or "
            "4,5,6,7,8,9,10,11,12,1,2,3.",
            part=error.part,
        ) from None
