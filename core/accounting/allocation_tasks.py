"""What an allocation has to put on parcels: totals of sectors, each with the rule of its sub-sector."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..errors import InputDataError
from ..notes import decision, listing
from ..tables.table import folded
from .allocation_rules import SHARES_SUM_TO, Rule


class Task(NamedTuple):
    """One total to be put on parcels.

    Attributes
    ----------
    parent : str or None
    sector : str
        As the totals write it.
    rule : Rule
        Of the sub-sector.
    kind : str
        'source' or 'sink'.
    total_t : float
    """

    parent: str | None
    sector: str
    rule: Rule
    kind: str
    total_t: float


def allocation_tasks(totals, rules):
    """What has to be put on parcels: every total with its rule, whole sectors parted by shares.

    Parameters
    ----------
    totals : SectorTotals
    rules : sequence of Rule

    Returns
    -------
    tuple of Task
    tuple of Note

    Raises
    ------
    InputDataError
        A total without a rule, or a whole sector whose sub-sectors have no shares or shares that do not sum
        to 1.
    """
    by_key = {rule.key: rule for rule in rules}
    tasks, parted = [], {}
    for row in totals.rows:
        sector = folded(row.sector)
        rule = by_key.get((sector, folded(row.subsector)))
        if rule is not None:
            parts = [(rule, 1.0)]
        elif row.subsector:
            raise _no_rule(row, totals, rules)
        else:
            parts = _shares(row, [rule for rule in rules if rule.key[0] == sector], totals, rules)
            parted.setdefault(row.sector, parts)
        tasks += [Task(row.parent, row.sector, rule, row.kind, row.total_t * share) for rule, share in parts]
    notes = [
        decision(
            "The total of sector '{sector}' is parted by the shares of the rules: {parts}.",
            sector=sector,
            parts=", ".join(f"{rule.subsector} {share:g}" for rule, share in parts),
        )
        for sector, parts in parted.items()
    ]
    return tuple(tasks), tuple(notes)


def _no_rule(row, totals, rules):
    known = [rule.label for rule in rules]
    return InputDataError(
        "{table}, {row}: there is no rule for '{label}' ({total:,.6g} {mass}); add one to the rule table, or "
        "name it as the rules do: {known}.",
        table=totals.name,
        row=row.where,
        label=row.label,
        total=row.total_t,
        mass=totals.mass,
        known="; ".join(known),
    )


def _shares(row, rules_of_sector, totals, rules):
    """Rules and shares of a whole sector, summing to 1 to the last digit."""
    if not rules_of_sector:
        raise _no_rule(row, totals, rules)
    if len(rules_of_sector) == 1:
        return [(rules_of_sector[0], 1.0)]
    at = {"table": totals.name, "row": row.where, "sector": row.sector}
    without = [rule.subsector for rule in rules_of_sector if math.isnan(rule.share)]
    if without:
        raise InputDataError(
            "{table}, {row}: '{sector}' is a total of the whole sector, and the rules have no share of "
            "{without}; give the totals of the sub-sectors, or a rule table with shares.",
            without=listing(without),
            **at,
        )
    whole = math.fsum(rule.share for rule in rules_of_sector)
    if abs(whole - 1) > SHARES_SUM_TO:
        raise InputDataError(
            "{table}, {row}: the shares that part '{sector}' sum to {whole:.10g} ({shares}); correct them in "
            "the rule table so that they sum to 1.",
            whole=whole,
            shares=", ".join(f"{rule.subsector} {rule.share:g}" for rule in rules_of_sector),
            **at,
        )
    return [(rule, rule.share / whole) for rule in rules_of_sector]


def rules_of(tasks):
    """The rules of tasks, each once, in the order of the tasks."""
    return tuple({task.rule.key: task.rule for task in tasks}.values())
