"""Totals of sectors by parent area, as a sector inventory gives them and an allocation takes them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing
from ..tables.table import folded
from ..units import mass_factor
from .allocation_rules import sector_label
from .emission_factors import KINDS
from .unit_panel import table_mass


class SectorTotal(NamedTuple):
    """The total of a sector or sub-sector in a parent area.

    Attributes
    ----------
    parent : str or None
        Key of the parent area; None where totals have none.
    sector : str
    subsector : str
        '' for the whole sector.
    kind : str
        'source' or 'sink'.
    total_t : float
        Positive for both kinds [t].
    where : str
        The row, for messages.
    """

    parent: str | None
    sector: str
    subsector: str
    kind: str
    total_t: float
    where: str

    @property
    def label(self):
        """'industry, mining', or 'industry' alone."""
        return sector_label(self.sector, self.subsector)


class SectorTotals(NamedTuple):
    """Totals of one year in one mass."""

    name: str  # of the table
    rows: tuple[SectorTotal, ...]
    year: int | None  # None: the table has no years
    mass: str
    notes: tuple[Note, ...]


def sector_totals(table, mass, year=None):
    """The totals of a year.

    Parameters
    ----------
    table : Table
        Columns sector, total, kind ('source' or 'sink'), and where there are such parent, year, subsector and
        mass ('t C' or 't CO2').
    mass : str
        Of the result, and of a table that does not say its own.
    year : int, optional
        Needed where the table has several.

    Returns
    -------
    SectorTotals
        In the order of the table. Names of sectors are written as they are first.

    Raises
    ------
    InputDataError
        No row of that year, several years and none chosen; a row without sector, total or kind, a negative
        total, an unknown kind; a sector that is a source in one row and a sink in another; a (parent,
        sector, sub-sector) that is there twice, or a sector with and without sub-sectors in one parent.

    References
    ----------
    methods.md, section 1.4.
    """
    chosen, year, notes = _rows_of_year(table, year)
    factor, own_notes = _to_mass(table, mass)
    parents = table.text("parent", optional=True)
    keys = _parent_keys(table, parents)
    sectors, kinds = table.text("sector"), table.text("kind")
    subsectors = table.text("subsector", optional=True)
    amounts = table.numbers("total")
    rows, spelling, kind_of = [], {}, {}
    for i in chosen.tolist():
        at = {"table": table.name, "row": table.where(i)}
        sector, subsector = sectors[i], subsectors[i] or ""
        if sector is None:
            raise InputDataError("{table}, {row}: the sector is empty; write its name.", **at)
        sector = spelling.setdefault(folded(sector), sector)
        kind = _kind(kinds[i], at)
        of = {"label": sector_label(sector, subsector), "parent": _of_parent(keys[i]), **at}
        total_t = _amount(float(amounts[i]), of) * factor
        row = SectorTotal(keys[i], sector, subsector, kind, total_t, table.where(i))
        rows.append(row)
        first = kind_of.setdefault(sector, row)
        if first.kind != kind:
            raise InputDataError(
                "{table}: sector '{sector}' is a {first} in {first_row} and a {kind} in {row}; give sinks a "
                "sector of their own.",
                sector=sector,
                first=first.kind,
                first_row=first.where,
                kind=kind,
                **at,
            )
    _refuse_repeated(table.name, rows)
    return SectorTotals(table.name, tuple(rows), year, mass, (*notes, *own_notes))


def _rows_of_year(table, year):
    """Places of the rows of a year, the year, and notes."""
    if not table.has("year"):
        notes = ()
        if year is not None:
            notes = (
                decision(
                    "{table} has no column 'year'; all its rows are taken as those of {year}.",
                    table=table.name,
                    year=year,
                ),
            )
        return np.arange(table.rows), year, notes
    years = table.years("year")
    found = np.unique(years).tolist()
    if year is None and len(found) > 1:
        raise InputDataError(
            "{table} has totals of {years}; choose the year.", table=table.name, years=listing(found)
        )
    if year is not None and year not in found:
        raise InputDataError(
            "{table} has no totals of {year}; it has those of {years}.",
            table=table.name,
            year=year,
            years=listing(found),
        )
    year = found[0] if year is None else year
    return np.flatnonzero(years == year), year, ()


def _to_mass(table, mass):
    """What totals are multiplied with, and notes."""
    own = table_mass(table, mass)
    if not table.has("mass"):
        return 1.0, (
            decision("{table} has no column 'mass': totals taken as {mass}.", table=table.name, mass=mass),
        )
    factor = mass_factor(own, mass)
    if factor == 1:
        return factor, ()
    return factor, (
        decision("{table}: totals brought from {own} to {mass}.", table=table.name, own=own, mass=mass),
    )


def _parent_keys(table, parents):
    """Keys of the parents; either all rows have one or none has."""
    missing = [i for i, parent in enumerate(parents) if parent is None]
    if len(missing) == len(parents):
        return [None] * len(parents)
    if missing:
        raise InputDataError(
            "{table}, {row}: the parent is empty, and other rows have one; fill it in.",
            table=table.name,
            row=table.where(missing[0]),
        )
    return table.keys("parent")


def _kind(text, at):
    kind = "" if text is None else folded(text)
    if kind not in KINDS:
        raise InputDataError(
            "{table}, {row}: kind is '{kind}'; write 'source' for what emits and 'sink' for what absorbs.",
            kind=text or "",
            **at,
        )
    return kind


def _amount(amount, of):
    if np.isnan(amount):
        raise InputDataError(
            "{table}, {row}: the total of '{label}'{parent} is empty; fill it in (of an inventory: the "
            "amount that is missing among its activities), write 0 where nothing is emitted, or remove the "
            "row.",
            **of,
        )
    if amount < 0:
        raise InputDataError(
            "{table}, {row}: the total of '{label}'{parent} is {amount:,g}; totals are positive, and the "
            "kind 'sink' says that they are absorbed.",
            amount=amount,
            **of,
        )
    return amount


def _refuse_repeated(name, rows):
    """Refuse what would be counted twice."""
    seen, whole = {}, {}
    for row in rows:
        before = seen.setdefault((row.parent, folded(row.sector), folded(row.subsector)), row)
        if before is not row:
            raise InputDataError(
                "{table}: {first} and {second} are both the total of '{label}'{parent}; keep one, or add "
                "them up.",
                table=name,
                first=before.where,
                second=row.where,
                label=row.label,
                parent=_of_parent(row.parent),
            )
        other = whole.setdefault((row.parent, folded(row.sector)), row)
        if (other.subsector == "") != (row.subsector == ""):
            raise InputDataError(
                "{table}: sector '{sector}'{parent} has a total of its own and one of a sub-sector ({first}, "
                "{second}), which would be counted twice; keep the whole or its parts.",
                table=name,
                sector=row.sector,
                parent=_of_parent(row.parent),
                first=other.where,
                second=row.where,
            )


def _of_parent(parent):
    return "" if parent is None else f" ({parent})"
