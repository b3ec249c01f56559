"""Sector inventory: activities times factors, line by line, summed to sectors and to a budget."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, listing
from ..sequences import zip_equal
from ..tables import Table
from ..tables.table import folded
from ..units import MASS_C, MASS_CO2, mass_factor
from .activities import Activities, read_activities
from .emission_factors import SINK, SOURCE, EmissionFactors, FactorRow
from .greenhouse_gases import CARBON, CO2, GWP_SETS, co2_equivalent
from .inventory_notes import inventory_notes


class Line(NamedTuple):
    """One activity of a unit and year times one factor.

    Attributes
    ----------
    place : int
        Of its row in the activity table.
    unit : str
    year : int or None
    sector, subsector, activity, process : str
        The activity as the factor table names it.
    gas : str
        'C', 'CO2', 'CO2e', 'CH4', 'CH4 fossil' or 'N2O'.
    amounts : tuple of float
        As the activity table has them.
    per : str
        The measure of their product, as written.
    factor : float
        The whole factor: t of the gas per `per`; NaN where the line is not counted.
    gas_t : float
        Emission or uptake of the gas [t]; NaN = an amount is missing.
    ce_t, cs_t : float
        The same as emission and as sequestration in the inventory's mass, one of them 0.
    row : FactorRow
    formula : str
        How the factor was put together.
    """

    place: int
    unit: str
    year: int | None
    sector: str
    subsector: str
    activity: str
    process: str
    gas: str
    amounts: tuple
    per: str
    factor: float
    gas_t: float
    ce_t: float
    cs_t: float
    row: FactorRow
    formula: str

    @property
    def source(self) -> str:
        """The row of the factor table and its source; why, where the line is not counted."""
        if self.row.counts:
            return self.row.origin
        return f"not counted (use = no); {self.row.origin}"


class Inventory(NamedTuple):
    """The result of `sector_inventory`.

    Attributes
    ----------
    lines : tuple of Line
        In the order of the activity table.
    amount_names : tuple of str
        The amount columns of the activity table.
    budget : dict
        Columns unit, year, ce_t, cs_t, net_t, mass: a row per unit and year.
    totals : dict
        Columns parent, year, sector, subsector, total, kind, mass: a row per unit, year, part of a sector and
        kind; all totals are positive amounts.
    gases : dict
        Columns unit, year, gas, kind, gas_t, gwp, co2e_t: a row per unit, year, gas and kind. Carbon is
        listed as CO2.
    mass : str
        't C' or 't CO2'.
    gwp_set : str
    notes : tuple of Note
    """

    lines: tuple[Line, ...]
    amount_names: tuple[str, ...]
    budget: dict
    totals: dict
    gases: dict
    mass: str
    gwp_set: str
    notes: tuple[Note, ...]

    @property
    def rows_used(self) -> tuple[FactorRow, ...]:
        """The factor rows that lines stand on, in order of appearance."""
        return tuple(dict.fromkeys(line.row for line in self.lines))


def sector_inventory(
    table: Table, factors: EmissionFactors, gwp_set: str = GWP_SETS[1], mass: str = MASS_C
) -> Inventory:
    """Emission and sequestration of units by sector from their activities.

    Every row of the activity table is multiplied with each factor row of its activity that is a process of
    its own. Sums do not depend on the order of the rows.

    Parameters
    ----------
    table : Table
        See `read_activities`.
    factors : EmissionFactors
    gwp_set : str
        'AR4', 'AR5' or 'AR6': what CH4 and N2O count as CO2 over 100 years.
    mass : str
        't C' or 't CO2' of the result; CO2 equivalents become t C with 12/44.

    Returns
    -------
    Inventory
        A missing amount makes its line, its sector and the budget's side missing (NaN).

    Raises
    ------
    InputDataError
        See `read_activities`; an activity without a factor, an amount in a measure that its factor cannot
        take, an activity whose sector is not said, or twice for a unit, year and sector. Names the rows.

    References
    ----------
    methods.md, section 1.3; Huo et al. 2025, eq. 1 to 6; Zhang et al. 2023, eq. 1 to 7.
    """
    activities = read_activities(table)
    lines = _lines(activities, factors, gwp_set, mass)
    budget = _budget(lines, mass)
    return Inventory(
        lines=lines,
        amount_names=tuple(activities.amounts),
        budget=budget,
        totals=_totals(lines, mass),
        gases=_gases(lines, gwp_set),
        mass=mass,
        gwp_set=gwp_set,
        notes=(*factors.notes, *activities.notes, *inventory_notes(lines, activities, factors, gwp_set)),
    )


def mass_of_gas(name: str, gwp_set: str, mass: str) -> float:
    """What a tonne of a gas is in 't C' or 't CO2', as CO2 equivalent over 100 years."""
    if name == CARBON:
        return mass_factor(MASS_C, mass)
    return co2_equivalent(name, gwp_set) * mass_factor(MASS_CO2, mass)


def _lines(activities: Activities, factors, gwp_set, mass):
    finder = factors.finder()
    products = activities.product()
    _refuse_unknown(activities, finder)
    seen, lines = {}, []
    for i, name in enumerate(activities.activity):
        activity = finder.activity(name)
        sector, subsector, per = activities.sector[i], activities.subsector[i], activities.per[i]
        placed = finder.rows(activity, sector, subsector, activities.at(i))
        for row, own_sector, own_subsector in placed:
            key = (activities.unit[i], activities.year[i], activity, row.process, own_sector, own_subsector)
            _refuse_repeated(activities, seen.setdefault(key, i), i, own_sector)
            if not row.takes(per):
                _refuse_measure(activities, i, row)
            factor = row.tonnes_per(per) if row.counts else np.nan
            gas_t = float(products[i]) * factor if row.counts else 0.0
            amount = gas_t * mass_of_gas(row.gas.name, gwp_set, mass)
            lines.append(
                Line(
                    place=i,
                    unit=activities.unit[i],
                    year=activities.year[i],
                    sector=own_sector,
                    subsector=own_subsector,
                    activity=activity,
                    process=row.process,
                    gas=row.gas.name,
                    amounts=tuple(float(values[i]) for values in activities.amounts.values()),
                    per=per.text,
                    factor=factor,
                    gas_t=gas_t,
                    ce_t=amount if row.kind == SOURCE else 0.0,
                    cs_t=amount if row.kind == SINK else 0.0,
                    row=row,
                    formula=row.formula(per) if row.counts else "",
                )
            )
    return tuple(lines)


def _refuse_unknown(activities, finder):
    """All activities without a factor at once, each with where it stands and the nearest names."""
    unknown = {}
    for i, name in enumerate(activities.activity):
        if finder.activity(name) is None:
            unknown.setdefault(folded(name), (name, []))[1].append(i)
    if not unknown:
        return
    texts = []
    for name, rows in unknown.values():
        near = finder.near(name)
        hint = f"; did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
        first = rows[0]
        more = f" and {len(rows) - 1} more rows" if len(rows) > 1 else ""
        texts.append(f"'{name}' ({activities.table.where(first)}, unit {activities.unit[first]}{more}{hint})")
    raise InputDataError(
        "{table}: no factor in {factors} for {names}. Write a name of the factor table, or give the activity "
        "a row in FACTOR_TABLE.",
        table=activities.table.name,
        factors=finder.tables,
        names=listing(texts),
    )


def _refuse_repeated(activities, before, row, sector):
    if before == row:
        return
    year = activities.year[row]
    raise InputDataError(
        "{table}: {before} and {row} are both '{activity}' of unit '{unit}'{year} in the sector {sector}; "
        "add them up in one row, or say in the columns sector and subsector what parts them.",
        table=activities.table.name,
        before=activities.table.where(before),
        row=activities.table.where(row),
        activity=activities.activity[row],
        unit=activities.unit[row],
        year="" if year is None else f" in {year}",
        sector=sector,
    )


def _refuse_measure(activities, i, row):
    per = activities.per[i]
    wanted = [row.rate.denominator] + ([row.content_rate.denominator] if row.content_rate is not None else [])
    raise InputDataError(
        "{table}, {row}: '{activity}' is given in '{per}' ({dimension}), but its factor ({origin}) is per "
        "{wanted}; write the amount in {possible}.",
        activity=activities.activity[i],
        per=per.text,
        dimension=per.dimension,
        origin=f"{row.table}, {row.where}",
        wanted=" or ".join(f"{one.text} ({one.dimension})" for one in wanted),
        possible="; or ".join(one.suggestion for one in wanted),
        **activities.at(i),
    )


def _sums(lines, key, *values):
    """{key: sums} in order of units' appearance, then of years; exact, so that no order of rows matters."""
    order = {unit: place for place, unit in enumerate(dict.fromkeys(line.unit for line in lines))}
    groups = {}
    for line in lines:
        groups.setdefault(key(line), []).append([value(line) for value in values])
    ordered = sorted(groups, key=lambda found: (order[found[0]], found[1] or 0, *found[2:]))
    return {
        found: [
            math.nan if any(map(math.isnan, column)) else math.fsum(column)
            for column in zip_equal(*groups[found])
        ]
        for found in ordered
    }


def _columns(names, rows):
    columns = {name: [] for name in names}
    for row in rows:
        for column, value in zip_equal(columns.values(), row):
            column.append(value)
    return columns


def _budget(lines, mass):
    sums = _sums(lines, lambda line: (line.unit, line.year), lambda line: line.ce_t, lambda line: line.cs_t)
    return _columns(
        ("unit", "year", "ce_t", "cs_t", "net_t", "mass"),
        ((unit, year, ce, cs, ce - cs, mass) for (unit, year), (ce, cs) in sums.items()),
    )


def _totals(lines, mass):
    counted = [line for line in lines if line.row.counts]
    sums = _sums(
        counted,
        lambda line: (line.unit, line.year, line.sector, line.subsector, line.row.kind),
        lambda line: line.cs_t if line.row.kind == SINK else line.ce_t,
    )
    return _columns(
        ("parent", "year", "sector", "subsector", "total", "kind", "mass"),
        (
            (unit, year, sector, subsector or None, total, kind, mass)
            for (unit, year, sector, subsector, kind), (total,) in sums.items()
        ),
    )


def _gases(lines, gwp_set):
    counted = [line for line in lines if line.row.counts]
    sums = _sums(
        counted,
        lambda line: (line.unit, line.year, CO2 if line.gas == CARBON else line.gas, line.row.kind),
        lambda line: line.gas_t * (co2_equivalent(CARBON, gwp_set) if line.gas == CARBON else 1.0),
    )
    return _columns(
        ("unit", "year", "gas", "kind", "gas_t", "gwp", "co2e_t"),
        (
            (*key, tonnes, co2_equivalent(key[2], gwp_set), tonnes * co2_equivalent(key[2], gwp_set))
            for key, (tonnes,) in sums.items()
        ),
    )
