"""Measures of activities and of what factors are per: spellings, and conversions within a dimension.

'1e4 t', '10^4 t', '10,000 tonnes' and '万吨' are one measure. There is no conversion between dimensions: what
a cubic metre of gas weighs, or how much standard coal a tonne of coal is, stands in a factor table.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NamedTuple

MJ_PER_KWH = 3.6
HA_PER_MU = 1.0 / 15.0
DAYS_PER_YEAR = 365.0

# Of every dimension: what a message suggests to write, and the size of each unit in the first one.
SUGGESTIONS = {
    "mass": "t, kg, 1e4 t (万吨)",
    "standard coal": "tce, kgce, 1e4 tce (万吨标准煤)",
    "volume": "m3, 1e4 m3 (万立方米)",
    "energy": "kWh, 1e4 kWh (万千瓦时), 1e8 kWh (亿千瓦时), MJ, GJ",
    "area": "ha (公顷), 1e3 ha (千公顷), km2, mu (亩)",
    "people": "person (人), 1e4 persons (万人)",
    "animals": "head (头, 只), 1e4 head (万头)",
    "power": "kW (千瓦), 1e4 kW (万千瓦)",
    "freight": "t km (吨公里), 1e4 t km, 1e8 t km (亿吨公里)",
    "passenger transport": "person km (人公里), 1e4 person km, 1e8 person km (亿人公里)",
    "distance": "km (公里), 1e4 km (万公里)",
    "vehicles": "vehicle (辆), 1e4 vehicles (万辆)",
    "money": "CNY (元), 1e4 CNY (万元), 1e8 CNY (亿元)",
}

_UNITS = {
    "mass": {
        1.0: "t 吨 tonne tonnes",
        1e-3: "kg 千克 公斤 kilogram kilograms",
        1e-6: "g 克 gram grams",
        1e-9: "毫克",
        1e3: "kt gg",
        1e6: "tg",
    },
    "standard coal": {
        1.0: "tce 吨标准煤 吨标煤 tstandardcoal tonnesstandardcoal",
        1e-3: "kgce 千克标准煤 公斤标准煤 千克标煤 kgstandardcoal",
        1e-6: "gce 克标准煤",
    },
    "volume": {
        1.0: "m3 立方米 方 cubicmetre cubicmetres cubicmeters",
        1e-3: "l 升 litre litres liter liters",
    },
    "energy": {
        MJ_PER_KWH: "kwh 千瓦时 千瓦小时 度",
        MJ_PER_KWH * 1e3: "mwh 兆瓦时",
        MJ_PER_KWH * 1e6: "gwh",
        1e-3: "kj 千焦",
        1.0: "mj 兆焦",
        1e3: "gj 吉焦",
        1e6: "tj 太焦",
        1e9: "pj",
    },
    "area": {
        1.0: "ha 公顷 hm2 hectare hectares",
        1e-4: "m2 平方米 sqm",
        100.0: "km2 平方公里 平方千米 sqkm",
        HA_PER_MU: "mu 亩",
    },
    "people": {1.0: "person persons people capita inhabitant inhabitants 人 口"},
    "animals": {1.0: "head heads animal animals bird birds 头 只 羽 匹"},
    "power": {1e-3: "w 瓦", 1.0: "kw 千瓦", 1e3: "mw 兆瓦", 1e6: "gw"},
    "freight": {1.0: "tkm tonnekm tonnekilometre tonnekilometres 吨公里 吨千米"},
    "passenger transport": {1.0: "personkm personskm passengerkm pkm passengerkilometres 人公里 人千米"},
    "distance": {1.0: "km 公里 千米 vehiclekm vkm 车公里 kilometre kilometres", 1e-3: "m 米"},
    "vehicles": {1.0: "vehicle vehicles 辆"},
    "money": {1.0: "cny rmb yuan 元"},
}
_BY_NAME = {
    name: (dimension, size)
    for dimension, sizes in _UNITS.items()
    for size, names in sizes.items()
    for name in names.split()
}
# Where another case means another unit, or none.
_BY_CASE = {"mg": ("mass", 1e-9), "Mg": ("mass", 1.0), "Mt": ("mass", 1e6)}
_WORDS = {
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
}
_TIMES = {
    **dict.fromkeys(("yr", "year", "y", "a", "annum", "年"), 1.0),
    **dict.fromkeys(("day", "d", "日", "天"), DAYS_PER_YEAR),
    **dict.fromkeys(("month", "月"), 12.0),
}

_DIVISION = re.compile(r"/|／|\bper\b")
_SUPERSCRIPTS = {sign: str(digit) for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_RAISED = re.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POWER = re.compile(r"10\s*(?:\^|\*\*)\s*(\d+)")
_NUMBER = re.compile(
    r"(?:[×x]\s*)?((?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?(?:[eE]\d+)?)\s*[×*]?\s*(?=[^\d\s])(.+)", re.DOTALL
)
_UNSURE = re.compile(r"10[1-9]|[1-9]\d{0,2}\.\d{3}")  # 10⁴ whose exponent is no longer raised; 1.000 for 1000
_SPACING = str.maketrans(dict.fromkeys(" \t·⋅∙.*^_-()[]"))
_GAS = re.compile(
    r"(?P<mass>.*?)\s*(?P<gas>CO2[- ]?eq?|CO2|CH4-C|CH4|N2O-N|N2O|(?<![a-zA-Z])C|(?<=[tTgG])C)", re.IGNORECASE
)


class Measure(NamedTuple):
    """What an amount is counted in.

    Attributes
    ----------
    text : str
        As written.
    dimension : str
        A key of `SUGGESTIONS`.
    size : float
        In the dimension's own unit: t, t of standard coal, m3, MJ, ha, person, head, kW, t km, person km, km,
        vehicle, CNY.
    """

    text: str
    dimension: str
    size: float

    def converts_to(self, other: Measure) -> bool:
        """Whether amounts of the one can be said in the other."""
        return self.dimension == other.dimension

    @property
    def suggestion(self) -> str:
        """Measures of the same dimension, for a message."""
        return SUGGESTIONS[self.dimension]


class Rate(NamedTuple):
    """One measure per another: 't C/t', 'kg CH4/head', 'kgce/m3', 'g/person/day'.

    Attributes
    ----------
    text : str
        As written.
    numerator : Measure
    gas : str or None
        The gas that the numerator names, as written.
    denominator : Measure
    per_year : float
        What makes a rate per day or month one per year; 1 where no time or a year is named.
    """

    text: str
    numerator: Measure
    gas: str | None
    denominator: Measure
    per_year: float

    @property
    def is_written_out(self) -> bool:
        """Whether the text names both measures."""
        return bool(_DIVISION.search(self.text))


def measure(text: str) -> Measure | None:
    """The measure that a text names.

    Parameters
    ----------
    text : str
        A unit in English, in symbols or in Chinese, with a multiple before it if there is one: 't',
        '1e4 t', '10^4 t', '10 000 t', '万吨', '亿千瓦时', '千公顷', '10⁸ t km'. Case
        matters only for mg, Mg and Mt.

    Returns
    -------
    Measure or None
        None: the text names none. 'ton' is none, as it means three different masses; '104 t' is none, as it
        may be 10⁴ t, and so is '1.000 t', as it may be 1000 t.

    Examples
    --------
    >>> measure("万吨").size, measure("1e4 t").size, measure("ton") is None
    (10000.0, 10000.0, True)
    """
    plain = _RAISED.sub(lambda found: "1e" + "".join(_SUPERSCRIPTS[sign] for sign in found.group(1)), text)
    plain = unicodedata.normalize("NFKC", plain).strip().strip("()[]")
    plain = _POWER.sub(r"1e\1", plain)
    multiple = 1.0
    while plain:
        unit = plain.translate(_SPACING)
        known = _BY_CASE.get(unit) or _BY_NAME.get(unit.casefold())
        if known is not None:
            return Measure(text.strip(), known[0], known[1] * multiple)
        times, plain = _without_multiple(plain)
        multiple *= times
    return None


def rate(text: str) -> Rate | None:
    """The rate that a text names; a measure alone is a rate in t per that measure.

    Parameters
    ----------
    text : str
        'numerator/denominator', with '/yr' or '/day' behind it if there is one; 'per' may stand for '/'.

    Returns
    -------
    Rate or None
        None: a part of the text is no measure.

    Examples
    --------
    >>> rate("kg CH4/head").gas, rate("kg CH4/head").numerator.size, rate("head").numerator.text
    ('CH4', 0.001, 't')
    """
    parts = [part.strip() for part in _DIVISION.split(text)]
    per_year = 1.0
    while len(parts) > 1 and parts[-1].casefold() in _TIMES:
        per_year *= _TIMES[parts.pop().casefold()]
    if len(parts) == 1:
        parts.insert(0, "t")
    if len(parts) != 2:
        return None
    numerator, gas = _numerator(parts[0])
    denominator = measure(parts[1])
    if numerator is None or denominator is None:
        return None
    return Rate(text.strip(), numerator, gas, denominator, per_year)


def _numerator(text):
    """The measure, and the gas it is of."""
    known = measure(text)
    if known is not None:
        return known, None
    found = _GAS.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        return None, None
    known = measure(found["mass"])
    return (known, found["gas"]) if known is not None and known.dimension == "mass" else (None, None)


def _without_multiple(text):
    """A leading number or word for one, and the rest; the rest is '' where there is none."""
    found = _NUMBER.fullmatch(text)
    if found is not None:
        number = float(re.sub("[, ]", "", found.group(1)))
        is_multiple = 0 < number < math.inf and not _UNSURE.fullmatch(found.group(1))
        return (number, found.group(2).strip()) if is_multiple else (1.0, "")
    for word, number in _WORDS.items():
        if text.casefold().startswith(word):
            return number, text[len(word) :].strip()
    return 1.0, ""
