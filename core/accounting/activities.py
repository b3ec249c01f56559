"""Activity tables: what units burned, made, grew and threw away, as people have it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing
from ..tables import Table
from .measures import SUGGESTIONS, Measure, measure

AMOUNTS = ("amount", "amount_2", "amount_3")
MOST_NAMED = 5


class Activities(NamedTuple):
    """The rows of an activity table.

    Attributes
    ----------
    table : Table
        Where they are from, for messages.
    unit : list of str
    year : list of int or None
        None throughout where the table has no years.
    activity : list of str
    amounts : dict of str to float array, shape (rows,)
        'amount', and 'amount_2' and 'amount_3' where the table has them. NaN = missing.
    per : list of Measure
        Of the product of the amounts.
    sector, subsector : list of str
        '' = the table does not say.
    notes : tuple of Note
    """

    table: Table
    unit: list
    year: list
    activity: list
    amounts: dict
    per: list
    sector: list
    subsector: list
    notes: tuple[Note, ...]

    def product(self) -> np.ndarray:
        """The amounts of every row multiplied; an empty second or third one counts as 1."""
        product = self.amounts["amount"].copy()
        for name in AMOUNTS[1:]:
            if name in self.amounts:
                product *= np.where(np.isnan(self.amounts[name]), 1.0, self.amounts[name])
        return product

    def at(self, row: int) -> dict:
        """Where a row stands, for messages."""
        return {"table": self.table.name, "row": self.table.where(row)}


def read_activities(table: Table) -> Activities:
    """The activities of a table.

    Parameters
    ----------
    table : Table
        A row per unit, year and activity. Columns unit, activity, amount, per; optional: year, sector,
        subsector, amount_2 and amount_3 (more amounts or shares that multiply).

    Raises
    ------
    InputDataError
        A column is missing, a unit, year or activity is missing, an amount is no number or negative, or `per`
        is no known measure. Names the rows.
    """
    units, names, pers = table.keys("unit"), table.text("activity"), table.text("per")
    notes = []
    if table.has("year"):
        years = np.asarray(table.years("year")).tolist()
    else:
        years = [None] * table.rows
        notes.append(
            decision("{table} has no column year: all rows are taken as of one time.", table=table.name)
        )
    amounts = {name: table.numbers(name) for name in AMOUNTS if name == AMOUNTS[0] or table.has(name)}
    for i, name in enumerate(names):
        if name is None:
            raise InputDataError(
                "{table}, {row}: the activity is missing.", table=table.name, row=table.where(i)
            )
    _refuse_negative(table, names, amounts)
    return Activities(
        table=table,
        unit=units,
        year=years,
        activity=names,
        amounts=amounts,
        per=_measures(table, names, pers),
        sector=_texts(table, "sector"),
        subsector=_texts(table, "subsector"),
        notes=tuple(notes),
    )


def _refuse_negative(table, names, amounts):
    for column, values in amounts.items():
        negative = np.flatnonzero(values < 0)
        if negative.size:
            raise InputDataError(
                "{table}: {count} negative values in column '{column}' ({rows}); an activity is an amount of "
                "0 or more. What takes carbon up has the kind sink in the factor table.",
                table=table.name,
                count=negative.size,
                column=column,
                rows=listing(
                    (f"{table.where(i)} '{names[i]}' {values[i]:g}" for i in negative.tolist()), MOST_NAMED
                ),
            )


def _measures(table, names, pers) -> list[Measure]:
    known, measures = {}, []
    for i, per in enumerate(pers):
        if per not in known:
            known[per] = None if per is None else measure(per)
        if known[per] is None:
            raise InputDataError(
                "{table}, {row}: per of '{activity}' is '{per}', which is no known measure; write for "
                "example {known}.",
                table=table.name,
                row=table.where(i),
                activity=names[i],
                per=per or "",
                known="; ".join(SUGGESTIONS.values()),
            )
        measures.append(known[per])
    return measures


def _texts(table, column):
    return [text or "" for text in table.text(column, optional=True)]
