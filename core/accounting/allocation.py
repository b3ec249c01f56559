"""Totals of sectors on parcels: every sub-sector's total, parted by the weights of its parcels."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..sequences import zip_equal
from ..units import ratio
from .allocation_rules import sector_label
from .allocation_tasks import rules_of
from .emission_factors import SINK, SOURCE
from .parcels import notes_on_land_types, parcels_by_parent, places_of_parents
from .proxies import Weights

MOST = 0.5  # of points, people or lines: a larger share that is of no use is warned of
BY_AREA = "area"  # what weights fall back to where all of them are 0


class ClosureRow(NamedTuple):
    """What became of one total."""

    parent: str | None
    sector: str
    subsector: str
    kind: str
    total: float  # [t]
    placed: float  # on parcels [t]
    parcels: int  # of the land types, in the parent
    proxy: str
    weights: float  # sum over these parcels; NaN where no number holds it
    fallback: str  # 'area' where all weights were 0
    unused: float | None  # in no parcel of the land types, whatever the parent
    measure: str  # of `unused`


class Allocation(NamedTuple):
    """Totals on parcels.

    Attributes
    ----------
    sectors : dict of str to float array, shape (parcels,)
        Amount of every sector, positive for sources and sinks [t].
    ce_t, cs_t, net_t : float arrays, shape (parcels,)
        Emission, sequestration, and their difference [t].
    t_ha : float array, shape (parcels,)
        Net emission per hectare; NaN without an area.
    closure : tuple of ClosureRow
        In the order of the totals.
    notes : tuple of Note
    """

    sectors: dict
    ce_t: np.ndarray
    cs_t: np.ndarray
    net_t: np.ndarray
    t_ha: np.ndarray
    closure: tuple[ClosureRow, ...]
    notes: tuple[Note, ...]


def allocate(tasks, parcels, weights, mass="t"):
    """Put totals on parcels.

    A parcel of a sub-sector's land types in the total's parent area gets `total * w / sum of w`. Where all
    weights of these parcels are 0, areas take their place.

    Parameters
    ----------
    tasks : sequence of Task
    parcels : Parcels
    weights : dict of tuple to proxies.Weights
        By `Rule.key`; a rule whose totals are all 0 needs none.
    mass : str
        Of the totals, for messages.

    Returns
    -------
    Allocation
        The parcels of every sub-sector and parent sum to the total to 1e-9 relative.

    Raises
    ------
    InputDataError
        Parents of totals and parcels that do not go together, a total that is not 0 without a parcel of its
        land types, or with parcels that have neither weights nor areas.

    References
    ----------
    methods.md, section 1.4; Zhang et al. 2023, table 2.
    """
    places, notes = places_of_parents(tasks, parcels, mass)
    members = {rule.key: parcels.of_rule(rule) for rule in rules_of(tasks)}
    groups = {key: parcels_by_parent(mask, parcels) for key, mask in members.items()}
    unused = {key: weights[key].unused(mask) for key, mask in members.items() if key in weights}
    owned = [groups[task.rule.key].get(places[task.parent], np.arange(0)) for task in tasks]
    _refuse_without_parcels(tasks, owned, parcels, mass)
    count = len(parcels.area_ha)
    sectors, sides = {}, {kind: np.zeros(count) for kind in (SOURCE, SINK)}
    nothing = Weights(np.zeros(count))
    closure = []
    for task, own in zip_equal(tasks, owned):
        weight = weights.get(task.rule.key, nothing)
        amounts, fallback = _parted(task, weight.values[own], parcels.area_ha[own])
        sectors.setdefault(task.sector, np.zeros(count))[own] += amounts
        sides[task.kind][own] += amounts
        placed = math.fsum(amounts.tolist())
        useless = unused.get(task.rule.key)
        closure.append(_closure_row(task, placed, weight.values[own], fallback, useless, weight.measure))
    net_t = sides[SOURCE] - sides[SINK]
    return Allocation(
        sectors,
        sides[SOURCE],
        sides[SINK],
        net_t,
        ratio(net_t, parcels.area_ha),
        tuple(closure),
        (
            *notes,
            *notes_on_land_types(tasks, parcels),
            *_notes_on_fallback(closure),
            *_notes_on_unused(tasks, weights, unused),
            _note_on_closure(closure, net_t, sides, mass),
        ),
    )


def allocation_columns(found, parcels, totals):
    """The columns of the parcels: year, amounts of sectors, `ce_t cs_t net_t area_ha t_ha mass`.

    Parameters
    ----------
    found : Allocation
    parcels : Parcels
    totals : SectorTotals

    Returns
    -------
    dict of str to array or list
        Amounts [t], areas [ha]; NaN = missing. No year where the totals have none.

    Raises
    ------
    InputDataError
        Two sectors, or a sector and a sum, would have one name.
    """
    count = len(parcels.area_ha)
    years = {} if totals.year is None else {"year": [totals.year] * count}
    sums = {"ce_t": found.ce_t, "cs_t": found.cs_t, "net_t": found.net_t}
    ends = {**sums, "area_ha": parcels.area_ha, "t_ha": found.t_ha, "mass": [totals.mass] * count}
    sectors, taken = {}, set(ends)  # of a GeoPackage no two columns differ in case alone
    for sector, amounts in found.sectors.items():
        name = column_of(sector)
        if name.casefold() in taken:
            raise InputDataError(
                "The field '{field}' of sector '{sector}' is also that of another sum; name the sector "
                "differently.",
                field=name,
                sector=sector,
            )
        taken.add(name.casefold())
        sectors[name] = amounts
    return {**years, **sectors, **ends}


def column_of(sector):
    """The field that holds the amounts of a sector.

    Examples
    --------
    >>> column_of("human respiration")
    'human_respiration_t'
    """
    return f"{'_'.join(sector.split())}_t"


def closure_columns(found, totals):
    """The closure as columns, with the year and the mass; None = missing, or nothing to say.

    Parameters
    ----------
    found : Allocation
    totals : SectorTotals

    Returns
    -------
    dict of str to list
    """
    rows = found.closure
    columns = {name: [getattr(row, name) for row in rows] for name in ClosureRow._fields}
    columns |= {
        name: [text or None for text in columns[name]] for name in ("subsector", "fallback", "measure")
    }
    years = {} if totals.year is None else {"year": [totals.year] * len(rows)}
    parent = {"parent": columns.pop("parent")}
    return {**parent, **years, **columns, "mass": [totals.mass] * len(rows)}


def needed_rules(tasks):
    """The rules whose weights are needed, because their totals are not all 0: tuple of Rule."""
    return rules_of([task for task in tasks if task.total_t > 0])


def _parted(task, weights, area_ha):
    """Amounts of the parcels, and what took the place of their weights."""
    if task.total_t == 0:
        return np.zeros(len(weights)), ""
    fallback = ""
    if weights.max() == 0:
        weights, fallback = area_ha, BY_AREA
    if weights.max() == 0:
        raise InputDataError(
            "The {count} parcels of '{label}'{parent} have neither weights nor areas; correct their shapes.",
            count=len(weights),
            label=task.rule.label,
            parent=_in_parent(task.parent),
        )
    parts = weights / weights.max()  # whose sum cannot overflow
    return task.total_t * (parts / math.fsum(parts.tolist())), fallback


def _closure_row(task, placed, weights, fallback, unused, measure):
    return ClosureRow(
        task.parent,
        task.sector,
        task.rule.subsector,
        task.kind,
        task.total_t,
        placed,
        len(weights),
        task.rule.proxy,
        _sum_of(weights),
        fallback,
        unused,
        measure,
    )


def _sum_of(weights):
    """NaN where it is beyond all numbers."""
    try:
        return math.fsum(weights.tolist())
    except OverflowError:
        return math.nan


def _in_parent(parent):
    return "" if parent is None else f" in {parent}"


def _refuse_without_parcels(tasks, owned, parcels, mass):
    """Name every total that has no parcel to go to."""
    lost = [task for task, own in zip_equal(tasks, owned) if task.total_t > 0 and len(own) == 0]
    if lost:
        raise InputDataError(
            "No parcel for {lost}. The parcels' land types are: {found}. Correct them, choose what their "
            "codes mean (a preset or a table of land types), or change the rules.",
            lost=listing(
                [
                    f"'{task.rule.label}'{_in_parent(task.parent)} ({task.total_t:,.6g} {mass} on "
                    f"{', '.join(task.rule.land_types)})"
                    for task in lost
                ]
            ),
            found=listing(sorted(parcels.land_types), 30),
        )


def _notes_on_fallback(closure):
    fallen = [row for row in closure if row.fallback]
    if not fallen:
        return ()
    names = [
        f"'{sector_label(row.sector, row.subsector)}'{_in_parent(row.parent)} (no {row.proxy})"
        for row in fallen
    ]
    return (
        warning(
            "{count} totals are parted by area, because all weights of their parcels are 0: {names}.",
            len(fallen),
            names=listing(names),
        ),
    )


def _notes_on_unused(tasks, weights, unused):
    """A warning of sub-sectors that most of their points, people or lines are of no use for."""
    shares = [
        (rule, weights[rule.key].measure, unused[rule.key] / weights[rule.key].everywhere)
        for rule in needed_rules(tasks)
        if unused[rule.key]
    ]
    lost = [
        f"'{rule.label}' ({100 * share:.3g} % of the {'length' if measure == 'm' else measure})"
        for rule, measure, share in shares
        if share > MOST
    ]
    if not lost:
        return ()
    return (
        warning(
            "{count} sub-sectors are parted by less than half of what could weigh their parcels, as the rest "
            "lies on land of other types or outside of all parcels: {names}. Do the land types fit?",
            len(lost),
            names=listing(lost),
        ),
    )


def _note_on_closure(closure, net_t, sides, mass):
    """What was placed, and by how much it misses the totals."""
    missed = max((abs(row.placed / row.total - 1) for row in closure if row.total), default=0.0)
    return decision(
        "{count} totals are on parcels: sources {ce:,.10g} {mass}, sinks {cs:,.10g} {mass}, net {net:,.10g} "
        "{mass}; none differs from its total by more than {missed:.1g} of it.",
        count=len(closure),
        ce=math.fsum(sides[SOURCE].tolist()),
        cs=math.fsum(sides[SINK].tolist()),
        net=math.fsum(net_t.tolist()),
        missed=missed,
        mass=mass,
    )
