"""Parcels with their land types and parent areas, and how they go together with totals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import listing, warning
from ..sequences import zip_equal
from .allocation_tasks import rules_of

NOWHERE = -2  # as the place of a parent; -1 is that of parcels without one


class Parcels(NamedTuple):
    """The parcels that totals are put on.

    Attributes
    ----------
    area_ha : float array, shape (parcels,)
        NaN = no polygon: such a parcel gets nothing.
    land_type : int array, shape (parcels,)
        Place in `land_types`; -1 = missing.
    land_types : tuple of str
        Folded; see `allocation_rules.land_type_key`.
    parent : int array, shape (parcels,), or None
        Place in `parents`; -1 = missing. None: the parcels have no parents.
    parents : tuple of str
    """

    area_ha: np.ndarray
    land_type: np.ndarray
    land_types: tuple[str, ...]
    parent: np.ndarray | None
    parents: tuple[str, ...]

    def of_rule(self, rule):
        """The parcels that a rule puts totals on: bool array, shape (parcels,)."""
        has_polygon = np.isfinite(self.area_ha)
        if rule.of_all_land:
            return has_polygon
        known = np.array([rule.applies_to(name) for name in self.land_types] + [False], dtype=bool)
        return has_polygon & known[self.land_type]  # -1 is the last: False


def coded(values):
    """Values as places in the list of those that are there.

    Parameters
    ----------
    values : sequence of str or None

    Returns
    -------
    int array
        -1 = None.
    tuple of str
        In the order of their first appearance.

    Examples
    --------
    >>> coded(["b", None, "a", "b"])
    (array([ 0, -1,  1,  0]), ('b', 'a'))
    """
    places = {}
    codes = [-1 if value is None else places.setdefault(value, len(places)) for value in values]
    return np.array(codes, dtype=np.int64), tuple(places)


def parcels_by_parent(mask, parcels):
    """The parcels of a mask by their parents.

    Parameters
    ----------
    mask : bool array, shape (parcels,)
    parcels : Parcels

    Returns
    -------
    dict of int to int array
        Places of parcels by the place of their parent; all under None where parcels have no parents.
    """
    own = np.flatnonzero(mask)
    if parcels.parent is None:
        return {None: own}
    order = own[np.argsort(parcels.parent[own], kind="stable")]
    parents, starts = np.unique(parcels.parent[order], return_index=True)
    return dict(zip_equal(parents.tolist(), np.split(order, starts)[1:]))


def places_of_parents(tasks, parcels, mass="t"):
    """Where the parents of totals are among those of the parcels.

    Parameters
    ----------
    tasks : sequence of Task
    parcels : Parcels
    mass : str
        Of the totals, for messages.

    Returns
    -------
    dict of str to int or None
        Place in `Parcels.parents`; `NOWHERE` for a parent without parcels and without mass; None for the only
        parent of the totals where parcels have none.
    tuple of Note

    Raises
    ------
    InputDataError
        Totals of several parents for parcels without any, parcels with parents and totals without, or a
        parent with mass and without parcels (it is named).
    """
    named = list(dict.fromkeys(task.parent for task in tasks))
    if parcels.parent is None:
        if len(named) > 1:
            raise InputDataError(
                "The totals are those of {count} parent areas ({parents}); choose the field of the parcels "
                "that says in which one they are, or keep the totals of one.",
                count=len(named),
                parents=listing(named),
            )
        return dict.fromkeys(named), ()
    if named == [None]:
        raise InputDataError(
            "The parcels have parent areas ({parents}), and the totals have no column 'parent'; add it, or "
            "leave the field of the parents empty.",
            parents=listing(parcels.parents),
        )
    place = {name: i for i, name in enumerate(parcels.parents)}
    lost = {}
    for task in tasks:
        if task.parent not in place:
            lost[task.parent] = lost.get(task.parent, 0.0) + task.total_t
    if any(lost.values()):
        raise InputDataError(
            "{count} parent areas of the totals have no parcel: {parents}; the parcels have {found}. Correct "
            "the names, add the parcels, or remove the totals.",
            count=len(lost),
            parents=listing([f"{name} ({amount:,.10g} {mass})" for name, amount in lost.items()]),
            found=listing(parcels.parents),
        )
    return {name: place.get(name, NOWHERE) for name in named}, _notes_on_parents(named, parcels)


def _notes_on_parents(named, parcels):
    notes = []
    counts = np.bincount(parcels.parent[parcels.parent >= 0], minlength=len(parcels.parents))
    without = [i for i, name in enumerate(parcels.parents) if name not in set(named)]
    if without:
        notes.append(
            warning(
                "{count} parcels get nothing, because their parent area has no totals: {parents}.",
                int(counts[without].sum()),
                parents=listing([parcels.parents[i] for i in without]),
            )
        )
    missing = int((parcels.parent < 0).sum())
    if missing:
        notes.append(warning("{count} parcels get nothing, because they have no parent area.", missing))
    return tuple(notes)


def notes_on_land_types(tasks, parcels):
    """Warnings of parcels that no rule in use applies to: a tuple of Note."""
    rules = rules_of(tasks)
    if any(rule.of_all_land for rule in rules):
        return ()
    notes = []
    missing = int((parcels.land_type < 0).sum())
    if missing:
        notes.append(warning("{count} parcels get nothing, because they have no land type.", missing))
    counts = np.bincount(parcels.land_type[parcels.land_type >= 0], minlength=len(parcels.land_types))
    idle = [
        f"{name} ({count})"
        for name, count in zip_equal(parcels.land_types, counts.tolist())
        if not any(rule.applies_to(name) for rule in rules)
    ]
    if idle:
        notes.append(
            warning(
                "{count} land types of parcels take part in no total, and their parcels get nothing: "
                "{types}.",
                len(idle),
                types=listing(idle, 20),
            )
        )
    return tuple(notes)
