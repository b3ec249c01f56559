"""What a sector inventory decided for the user and would warn of."""

from __future__ import annotations

import math

import numpy as np

from ..notes import decision, listing, warning
from ..tables.table import folded
from .activities import AMOUNTS
from .allocation_rules import rule_preset, rule_presets
from .greenhouse_gases import CARBON, CO2, CO2E, GWP_SOURCES, co2_equivalent

MOST_NAMED = 10


def inventory_notes(lines, activities, factors, gwp_set):
    """Notes on names, sectors, factors, gases and gaps of an inventory.

    Parameters
    ----------
    lines : sequence of Line
    activities : Activities
    factors : EmissionFactors
    gwp_set : str

    Returns
    -------
    tuple of Note
    """
    return (
        *_on_names(lines, activities),
        *_on_sectors(lines),
        *_on_unknown_sectors(lines, activities, factors),
        *_on_measures(lines, activities),
        *_on_products(lines, activities),
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


def _on_unknown_sectors(lines, activities, factors):
    """Sectors and parts of them that no table of ours knows, which a misspelling makes."""
    known = _known_parts(factors)
    unknown = {}
    for line in lines:
        if line.subsector not in known.get(line.sector, ()):
            unknown.setdefault(_part(line.sector, line.subsector), line.place)
    if unknown:
        yield warning(
            "{count} sectors or parts of sectors are neither in the factor table nor in the rules of "
            "allocation that come with LandCarbon, and count as ones of their own: {names}. Known are "
            "{known}.",
            len(unknown),
            names=listing(
                (f"{name} ({activities.table.where(place)})" for name, place in unknown.items()), MOST_NAMED
            ),
            known=listing(
                (f"{sector} ({', '.join(parts)})" if parts else sector for sector, parts in _listed(known)),
                20,
            ),
        )


def _known_parts(factors):
    """Parts by sector, '' among them, of the factor tables and the rules of allocation."""
    pairs = [(row.sector, row.subsector) for table in factors.tables for row in table if row.sector]
    pairs += [rule.key for name in rule_presets() for rule in rule_preset(name)]
    known = {}
    for sector, part in pairs:
        known.setdefault(sector, {""}).add(part)
    return known


def _listed(known):
    return [(sector, sorted(parts - {""})) for sector, parts in sorted(known.items())]


def _on_products(lines, activities):
    """How second and third amounts, which may be shares, were multiplied: a row of every activity."""
    first = {}
    for line in lines:
        amounts = [amount for amount in line.amounts if not math.isnan(amount)]
        if len(amounts) > 1 and not math.isnan(line.amounts[0]):
            first.setdefault(line.activity, (amounts, line))
    if first:
        yield decision(
            "Amounts were multiplied, for example {names}.",
            names=listing(
                (
                    f"{activity}: {' x '.join(f'{amount:,.6g}' for amount in amounts)} = "
                    f"{math.prod(amounts):,.6g} {line.per} ({activities.table.where(line.place)})"
                    for activity, (amounts, line) in first.items()
                ),
                20,
            ),
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
    """'rice of a (2020) in row 7'."""
    return f"{line.activity} of {where(line.unit, line.year)} in {activities.table.where(line.place)}"


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
