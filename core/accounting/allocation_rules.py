"""Rules of an allocation: which parcels share the total of a sub-sector, and by what."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import InputDataError
from ..notes import listing
from ..resources import presets, read_preset
from ..sequences import zip_equal
from ..tables import unit_key
from ..tables.table import folded

POINTS, PEOPLE, ROAD, LENGTH, AREA, FIELD = PROXIES = ("points", "people", "road", "length", "area", "field")
CATEGORISED = (POINTS, ROAD, LENGTH)  # proxies that a category narrows
ALL_LAND = "*"  # as a land type: every parcel
SHARES_SUM_TO = 1e-9  # how far shares may miss 1
EXCEPT = "!"  # before a category: all but it
_PARTS = re.compile("[;；|]")  # of a category of the data


class Categories(NamedTuple):
    """Categories that count: those of `names`, or all others where `excluded`.

    A category of the data that semicolons or bars part, such as 'company;factory;steelworks', is of
    each of its parts; see docs/decisions/0172-categories-in-parts.md.
    """

    names: frozenset  # folded
    excluded: bool

    def __contains__(self, category):
        return any(name in self.names for name in category_names(category)) != self.excluded


class Rule(NamedTuple):
    """How the total of a sub-sector is put on parcels.

    Attributes
    ----------
    sector : str
    subsector : str
        '' where the sector has none.
    land_types : tuple of str
        Folded; `ALL_LAND` alone for every parcel. Parcels of all of them share one sum of weights.
    proxy : str
        One of `PROXIES`.
    category : str
        As written; see `categories`.
    field : str
        Of the parcels, for the proxy 'field'.
    share : float
        Of the sector's total, for totals that have only the sector; NaN = not given.
    source : str
    """

    sector: str
    subsector: str
    land_types: tuple[str, ...]
    proxy: str
    category: str
    field: str
    share: float
    source: str

    @property
    def label(self):
        """'industry, mining', for messages."""
        return sector_label(self.sector, self.subsector)

    @property
    def key(self):
        """What totals find the rule by."""
        return folded(self.sector), folded(self.subsector)

    @property
    def categories(self):
        """The categories that count; without any, all."""
        return categories(self.category)

    @property
    def of_all_land(self):
        """Whether every parcel takes part, whatever its land type."""
        return self.land_types == (ALL_LAND,)

    def applies_to(self, land_type):
        """Whether parcels of a folded land type take part."""
        return self.of_all_land or land_type in self.land_types


def category_names(category):
    """What a category of the data is called in rules: its whole text, folded, and each of its parts.

    Examples
    --------
    >>> category_names("Shopping;Market|Food")
    ('shopping;market|food', 'shopping', 'market', 'food')
    >>> category_names("rail")
    ('rail',)
    """
    whole = folded(category)
    parts = [folded(part) for part in _PARTS.split(whole)]
    return (whole,) if len(parts) == 1 else (whole, *filter(None, parts))


def land_type_key(value):
    """A land type as it is compared; a code such as 601.0 is '601'. None stays None."""
    return None if value is None else folded(unit_key(value))


def sector_label(sector, subsector):
    """'industry, mining', or 'industry' alone."""
    return f"{sector}, {subsector}" if subsector else sector


def categories(text):
    """Categories separated by semicolons; '!rail' is all but rail; empty is all.

    Raises
    ------
    InputDataError
        Some are excluded and others are not.

    Examples
    --------
    >>> "Rail" in categories("rail;tram"), "rail" in categories("!rail"), "rail" in categories("")
    (True, False, True)
    """
    names = [folded(part) for part in text.replace("；", ";").split(";") if part.strip()]
    excluded = [name.startswith(EXCEPT) for name in names]
    if any(excluded) and not all(excluded):
        raise InputDataError(
            "The category '{category}' excludes some and names others; write either '!rail;!tram' or "
            "'rail;tram'.",
            category=text,
        )
    return Categories(frozenset(name.lstrip(EXCEPT) for name in names), not names or all(excluded))


def rule_presets():
    """Names of the rules of allocation that come with LandCarbon, sorted."""
    return presets("allocation")


def rule_preset(name):
    """Rules that come with LandCarbon, 'zhang2023' for one.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    return allocation_rules(read_preset("allocation", name))


def allocation_rules(table):
    """Rules of a table with the columns sector, subsector, land_type, proxy, category, field and share.

    Parameters
    ----------
    table : Table
        A row per sub-sector and land type; the rows of a sub-sector say the same but for the land type, and
        an empty cell says nothing. `subsector`, `category`, `field`, `share` and `source` may be left out.
        A land type `*` is every parcel.

    Returns
    -------
    tuple of Rule
        In the order of their first rows.

    Raises
    ------
    InputDataError
        An empty sector, land type or proxy, an unknown proxy, a proxy 'field' without field, a category that
        nothing is narrowed by, a share outside 0 to 1, a row that is there twice, rows of a sub-sector that
        differ in more than the land type; the rows are named.

    References
    ----------
    methods.md, section 1.4; Zhang et al. 2023, table 2; docs/decisions/0150-rules-of-an-allocation.md.
    """
    rows = {}
    for row in _rows(table):
        rows.setdefault(row.rule.key, []).append(row)
    if not rows:
        raise InputDataError(
            "{table} holds no rule; write a row per sub-sector and land type.", table=table.name
        )
    return tuple(_joined(table.name, parts) for parts in rows.values())


class _Row(NamedTuple):
    rule: Rule  # with one land type
    where: str


def _rows(table):
    columns = [table.text(name) for name in ("sector", "land_type", "proxy")]
    columns += [table.text(name, optional=True) for name in ("subsector", "category", "field", "source")]
    shares = table.numbers("share", optional=True).tolist()
    for i, (cells, share) in enumerate(zip_equal(zip_equal(*columns), shares)):
        if not any(cells) and math.isnan(share):
            continue  # a blank row of a spreadsheet
        at = {"table": table.name, "row": table.where(i)}
        yield _Row(_checked(*cells, share, at), table.where(i))


def _checked(sector, land_type, proxy, subsector, category, field, source, share, at):
    for name, value in (("sector", sector), ("land_type", land_type), ("proxy", proxy)):
        if value is None:
            raise InputDataError(
                "{table}, {row}: {column} is empty; fill it in (a land type * is every parcel).",
                column=name,
                **at,
            )
    proxy = folded(proxy)
    if proxy not in PROXIES:
        raise InputDataError(
            "{table}, {row}: proxy is '{proxy}'; write one of {known}.",
            proxy=proxy,
            known=", ".join(PROXIES),
            **at,
        )
    if proxy == FIELD and field is None:
        raise InputDataError(
            "{table}, {row}: the proxy is a field, and the column field is empty; write the name of the "
            "parcels' field.",
            **at,
        )
    if category is not None and proxy not in CATEGORISED:
        raise InputDataError(
            "{table}, {row}: the proxy {proxy} has no categories, and category is '{category}'; leave it "
            "empty, or write one of {narrowed} as proxy.",
            proxy=proxy,
            category=category,
            narrowed=", ".join(CATEGORISED),
            **at,
        )
    if not (math.isnan(share) or 0 <= share <= 1):
        raise InputDataError(
            "{table}, {row}: share is {share:g}; write a part of the sector's total between 0 and 1.",
            share=share,
            **at,
        )
    categories(category or "")
    texts = (category or "", field if proxy == FIELD else "")
    return Rule(sector, subsector or "", (land_type_key(land_type),), proxy, *texts, share, source or "")


def _joined(table, rows: Sequence[_Row]):
    """One rule of the rows of a sub-sector."""
    first = rows[0]
    shares = [row.rule.share for row in rows if not math.isnan(row.rule.share)]
    for name, values in (
        ("proxy", [row.rule.proxy for row in rows]),
        ("category", [row.rule.category for row in rows]),
        ("field", [row.rule.field for row in rows]),
        ("share", shares),
    ):
        other = next((value for value in values if value != values[0]), None)
        if other is not None:
            raise InputDataError(
                "{table}: the rows of '{label}' ({rows}) have different values in the column {column}: "
                "'{one}' and '{other}'. All parcels of a sub-sector share one sum; write the same in all its "
                "rows, or make two sub-sectors.",
                table=table,
                label=first.rule.label,
                rows=listing([row.where for row in rows]),
                column=name,
                one=values[0],
                other=other,
            )
    seen = {}
    for row in rows:
        before = seen.setdefault(row.rule.land_types[0], row)
        if before is not row:
            raise InputDataError(
                "{table}: '{label}' has the land type '{land_type}' twice ({first}, {second}); keep one row.",
                table=table,
                label=first.rule.label,
                land_type=row.rule.land_types[0],
                first=before.where,
                second=row.where,
            )
    land_types = (ALL_LAND,) if ALL_LAND in seen else tuple(seen)
    return first.rule._replace(land_types=land_types, share=shares[0] if shares else math.nan)
