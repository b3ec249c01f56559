"""What a sector inventory decided for the user and would warn of."""

from __future__ import annotations

import math

import numpy as np

from ..notes import decision, listing, warning
from ..tables.table import folded
from .activities import AMOUNTS
from .greenhouse_gases import CARBON, CO2, CO2E, GWP_SOURCES, co2_equivalent

MOST_NAMED = 10


def inventory_notes(lines, activities, gwp_set):
    """Notes on names, sectors, factors, gases and gaps of an inventory.

    Parameters
    ----------
    lines : sequence of Line
    activities : Activities
    gwp_set : str

    Returns
    -------
    tuple of Note
    """
    return (
        *_on_names(lines, activities),
        *_on_sectors(lines),
        *_on_measures(lines, activities),
        *_on_gases(lines, gwp_set),
        *_on_factors(lines),
        *_on_rows_not_counted(lines),
        *_on_missing_amounts(lines, activities),
        *_on_amounts_taken_as_1(lines, activities),
        *_on_gaps(lines),
    )


def where(unit, year):
    """'a' or 'a (2020)'."""
    return unit if year is None else f"{unit} ({year})"


def _on_names(lines, activities):
    known = {
        activities.activity[line.place]: line.activity
        for line in lines
        if folded(activities.activity[line.place]) != folded(line.activity)
    }
    if known:
        yield decision(
            "Activities by another name of the factor table: {names}.",
            names=listing((f"{given} = {name}" for given, name in known.items()), 50),
        )


def _on_sectors(lines):
    moved = {
        (line.activity, _part(line.row.sector, line.row.subsector), _part(line.sector, line.subsector)): None
        for line in lines
        if line.row.sector and line.row.sector != line.sector
    }
    if moved:
        yield decision(
            "Counted in the sector of the activity table, not in that of the factor table: {names}.",
            names=listing((f"{name} ({own} -> {asked})" for name, own, asked in moved), 50),
        )


def _on_measures(lines, activities):
    skipped = dict.fromkeys(
        f"{line.activity} ({line.per})"
        for line in lines
        if line.row.content_rate is not None
        and not activities.per[line.place].converts_to(line.row.content_rate.denominator)
    )
    if skipped:
        yield decision(
            "Given as what their factors are per, so that the content of the factor table was "
            "not used: {names}.",
            names=listing(skipped, 50),
        )


def _on_gases(lines, gwp_set):
    gases = [
        gas
        for gas in dict.fromkeys(line.gas for line in lines if line.row.counts)
        if gas not in (CARBON, CO2, CO2E)
    ]
    if gases:
        yield decision(
            "Warming potentials over 100 years of {name} ({source}): {gases}.",
            name=gwp_set,
            source=GWP_SOURCES[gwp_set],
            gases=", ".join(f"{gas} {co2_equivalent(gas, gwp_set):g}" for gas in gases),
        )


def _on_factors(lines):
    """Which tables were used, and what they remark on the rows used."""
    tables = {}
    for row in dict.fromkeys(line.row for line in lines):
        tables.setdefault(row.table, {})[row.activity] = None
    for table, names in tables.items():
        yield decision(
            "Factors of {table}: {count} activities ({names}).",
            table=table,
            count=len(names),
            names=listing(names, 100),
        )
    remarks = {}
    for row in dict.fromkeys(line.row for line in lines if line.row.counts):
        if row.note:
            remarks.setdefault((row.table, row.note.rstrip(".")), {})[row.activity] = None
    for (table, remark), names in remarks.items():
        yield decision("{table}, {names}: {remark}.", table=table, names=listing(names, 20), remark=remark)


def _on_rows_not_counted(lines):
    off = {}
    for line in lines:
        if not line.row.counts:
            off.setdefault(line.row, []).append(line)
    for row, own in off.items():
        yield warning(
            "{count} rows of '{activity}' are not counted ({table}, {row}: use = no). {remark}.",
            len(own),
            activity=row.activity,
            table=row.table,
            row=row.where,
            remark=row.note.rstrip(".") or "To count them, give the activity a row in FACTOR_TABLE",
        )


def _on_missing_amounts(lines, activities):
    missing = {
        line.place: _row_of(line, activities) for line in lines if line.row.counts and math.isnan(line.gas_t)
    }
    if missing:
        yield warning(
            "{count} amounts are missing; their lines, sectors and budgets are NULL, not 0: {names}. Write 0 "
            "where there is nothing.",
            len(missing),
            names=listing(missing.values(), MOST_NAMED),
        )


def _row_of(line, activities):
    """'rice of a (2020), row 7'."""
    return f"{line.activity} of {where(line.unit, line.year)}, {activities.table.where(line.place)}"


def _on_amounts_taken_as_1(lines, activities):
    """Rows without a second or third amount though other rows of the activity have one."""
    places = {line.place: line for line in lines if line.row.counts}
    for name in AMOUNTS[1:]:
        if name not in activities.amounts:
            continue
        empty = np.isnan(activities.amounts[name])
        given = {line.activity for place, line in places.items() if not empty[place]}
        bare = [line for place, line in places.items() if empty[place] and line.activity in given]
        if bare:
            yield warning(
                "{count} rows have no {column} though others of the same activity have one; it counts as 1: "
                "{names}.",
                len(bare),
                column=name,
                names=listing((_row_of(line, activities) for line in bare), MOST_NAMED),
            )


def _on_gaps(lines):
    """Activities that some units and years have and others lack."""
    keys = dict.fromkeys((line.unit, line.year) for line in lines)
    there = {}
    for line in lines:
        there.setdefault(line.activity, set()).add((line.unit, line.year))
    lacking = [
        f"{activity} of {where(*key)}" for activity, own in there.items() for key in keys if key not in own
    ]
    if lacking:
        yield warning(
            "{count} activities have no row for a unit and year though others have; they add nothing there: "
            "{names}.",
            len(lacking),
            names=listing(lacking, MOST_NAMED),
        )


def _part(sector, subsector):
    return f"{sector} / {subsector}" if subsector else sector
