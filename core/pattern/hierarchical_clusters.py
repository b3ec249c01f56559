"""Hierarchical clusters of units by their values, as SPSS makes them, or of neighbours only."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import isclose
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..sequences import zip_equal
from .complete import complete_units

AVERAGE, WARD, COMPLETE, SINGLE = LINKAGES = ("average", "ward", "complete", "single")
CONTIGUOUS_LINKAGES = (WARD, SINGLE)
MOST_UNITS = 15_000  # their distances take 900 MB
NONE = 0  # the cluster of units with missing values


class Clusters(NamedTuple):
    """Units in clusters.

    Attributes
    ----------
    cluster : int array, shape (units,)
        From 1, in the order of their first units; 0 = a value is missing.
    merges : float array, shape (complete units - 1, 4)
        As scipy's linkage: the two that merge, their distance, the number of units. Without bridges between
        parts, their distance is infinite.
    units : int array
        Places of the units that have all values; merges count in this order.
    fields : tuple of str
        That are not constant.
    profile : dict
        cluster, units, field, mean, sd, min, max, z_mean.
    notes : tuple of Note
    """

    cluster: np.ndarray
    merges: np.ndarray
    units: np.ndarray
    fields: tuple
    profile: dict
    notes: tuple[Note, ...]


def hierarchical_clusters(fields, count, linkage=AVERAGE, standardise=True, neighbours=None):
    """Merge the two nearest units or clusters, again and again, until `count` clusters are left.

    Distances are squared Euclidean for average (between groups), complete and single linkage; Ward's are
    those of scipy, the root of twice the rise of the sum of squares within clusters.

    Parameters
    ----------
    fields : dict of str to float array, shape (units,)
        By name; NaN = missing.
    count : int
        Clusters that are wanted, at least 2.
    linkage : str
        One of `LINKAGES`.
    standardise : bool
        Whether to take z-scores, with the sample deviation.
    neighbours : scipy sparse matrix, shape (units, units), optional
        Not 0 where two units touch: only clusters that touch merge. Ward's and single linkage only.

    Returns
    -------
    Clusters

    Raises
    ------
    InputDataError
        Fewer than 3 units with all values, more than 15 000, only constant fields, more clusters than
        different units, fewer than there are parts that do not touch, a linkage that neighbours rule out.

    References
    ----------
    methods.md, section 7.6; docs/decisions/0106-distances-of-clusters.md, 0107-contiguous-clusters.md.

    Examples
    --------
    >>> fields = {"ce": np.array([1.0, 9.0, 2.0, 8.0])}
    >>> hierarchical_clusters(fields, 2).cluster
    array([1, 2, 1, 2])
    """
    units, notes = complete_units({name: np.isnan(values) for name, values in fields.items()})
    varying, constant_notes = _without_constant({name: values[units] for name, values in fields.items()})
    values = np.array(list(varying.values())).T
    _check(values, count, linkage, neighbours is not None)
    deviations = values - values.mean(axis=0)
    scores = deviations / values.std(axis=0, ddof=1)
    compared = scores if standardise else deviations
    contiguous_notes = ()
    if neighbours is None:
        merges = _merges(compared, linkage)
    else:
        merges, parts = _contiguous_merges(compared, linkage, neighbours[units][:, units])
        _check_parts(parts, count)
        contiguous_notes = _contiguous_notes(merges, parts)
    own = cut_merges(merges, count)
    cluster = np.full(len(next(iter(fields.values()))), NONE)
    cluster[units] = own
    return Clusters(
        cluster=cluster,
        merges=merges,
        units=units,
        fields=tuple(varying),
        profile=_profile(own, varying, scores),
        notes=(*notes, *constant_notes, *contiguous_notes, *_tie_notes(merges, count)),
    )


def _without_constant(fields):
    """The fields that vary, and a warning that names the others."""
    varying = {name: values for name, values in fields.items() if np.ptp(values) > 0}
    constant = [name for name in fields if name not in varying]
    if not varying:
        raise InputDataError(
            "All fields are constant: {fields}; choose others.", fields=listing(constant, 30)
        )
    if not constant:
        return varying, ()
    text = "{count} fields are constant and tell no units apart; they are left out: {fields}."
    return varying, (warning(text, len(constant), fields=listing(constant, 30)),)


def _check(values, count, linkage, contiguous):
    if count < 2:
        raise InputDataError("{count} clusters are asked for; ask for 2 or more.", count=count)
    if len(values) > MOST_UNITS:
        raise InputDataError(
            "There are {units} units, and distances between more than {most} do not fit into memory; merge "
            "units first, or select some.",
            units=len(values),
            most=MOST_UNITS,
        )
    distinct = len(np.unique(values, axis=0))
    if count > distinct:
        raise InputDataError(
            "{count} clusters are asked for, and only {distinct} units differ in their values; ask for "
            "fewer.",
            count=count,
            distinct=distinct,
        )
    if contiguous and linkage not in CONTIGUOUS_LINKAGES:
        raise InputDataError(
            "Among neighbours only, clusters are made by ward or single linkage, not by {linkage}; choose "
            "one of them.",
            linkage=linkage,
        )


def _merges(values, linkage):
    """scipy's linkage matrix."""
    from scipy.cluster.hierarchy import linkage as link
    from scipy.spatial.distance import pdist

    if linkage == WARD:
        return link(values, "ward")
    return link(pdist(values, "sqeuclidean"), linkage)


def _contiguous_merges(values, linkage, neighbours):
    """Merges of neighbours, in the form of scipy's linkage matrix, and the number of parts that do not touch.

    Each part is merged on its own; the nearest of all next merges comes first. At last the parts are joined
    at an infinite distance.
    """
    from scipy.sparse.csgraph import connected_components

    parts, part = connected_components(neighbours, directed=False)
    trees = []
    for one in range(parts):
        places = np.flatnonzero(part == one)
        trees.append((places, *_tree_of_part(values[places], linkage, neighbours[places][:, places])))
    return _joined(trees, len(values)), parts


def _tree_of_part(values, linkage, neighbours):
    """Merges within a part, as pairs of numbers, and their distances."""
    from sklearn.cluster import linkage_tree, ward_tree

    if len(values) == 1:
        return [], []
    if linkage == WARD:
        children, *_, distances = ward_tree(values, connectivity=neighbours, return_distance=True)
    else:
        children, *_, distances = linkage_tree(
            values, connectivity=neighbours, linkage=linkage, return_distance=True
        )
        distances = distances**2
    return children.tolist(), distances.tolist()


def _joined(trees, units):
    """The merges of all parts as one linkage matrix; see `_contiguous_merges`."""
    numbers = [places.tolist() for places, _, _ in trees]  # of units and merges, in the whole
    sizes = [1] * units
    merges = []

    def merge(one, other, distance):
        sizes.append(sizes[one] + sizes[other])
        merges.append((min(one, other), max(one, other), distance, sizes[-1]))
        return len(sizes) - 1

    waiting = [(distances[0], part, 0) for part, (_, _, distances) in enumerate(trees) if distances]
    heapify(waiting)
    while waiting:
        distance, part, place = heappop(waiting)
        _, children, distances = trees[part]
        one, other = children[place]
        numbers[part].append(merge(numbers[part][one], numbers[part][other], distance))
        if place + 1 < len(distances):
            heappush(waiting, (distances[place + 1], part, place + 1))
    whole = numbers[0][-1]
    for others in numbers[1:]:
        whole = merge(whole, others[-1], np.inf)
    return np.array(merges, dtype=float)


def _check_parts(parts, count):
    if count < parts:
        raise InputDataError(
            "The units are {parts} parts that do not touch, and {count} clusters are asked for; ask for "
            "{parts} or more, or do without contiguity.",
            parts=parts,
            count=count,
        )


def _contiguous_notes(merges, parts):
    """Parts that do not touch, and merges that are nearer than one before them."""
    notes = []
    if parts > 1:
        notes.append(warning("The units are {count} parts that do not touch and never merge.", parts))
    heights = dict(enumerate(merges[:, 2].tolist(), len(merges) + 1))
    reversals = sum(
        distance < max(heights.get(one, 0.0), heights.get(other, 0.0))
        for one, other, distance, _ in merges.tolist()
    )
    if reversals:
        notes.append(
            decision(
                "{count} merges of neighbours are nearer than one within them, which only became possible "
                "by it; the dendrogram goes back there.",
                count=reversals,
            )
        )
    return notes


def cut_merges(merges, count):
    """The clusters that are left before the last merges.

    Parameters
    ----------
    merges : float array, shape (units - 1, 4)
        As scipy's linkage.
    count : int

    Returns
    -------
    int array, shape (units,)
        From 1, numbered by their first units.
    """
    units = len(merges) + 1
    own = list(range(units))  # of every unit or merge: the first unit in it
    first = np.arange(units)
    members = [[unit] for unit in range(units)]
    for one, other, *_ in merges[: units - count].astype(np.int64).tolist():
        low, high = sorted((own[one], own[other]))
        own.append(low)
        first[members[high]] = low
        members[low] += members[high]
    _, cluster = np.unique(first, return_inverse=True)
    return cluster + 1


def _tie_notes(merges, count):
    """A warning where the cut goes between merges at one distance."""
    place = len(merges) + 1 - count
    if place == 0 or not isclose(merges[place - 1, 2], merges[place, 2], rel_tol=1e-12):
        return ()
    return (
        warning(
            "The last merge before {clusters} clusters and the next one are at the same distance; which of "
            "the two comes first is chance.",
            clusters=count,
        ),
    )


def _profile(cluster, fields, scores):
    """Table of what is in the clusters, field by field."""
    columns = ("cluster", "units", "field", "mean", "sd", "min", "max", "z_mean")
    table = {name: [] for name in columns}
    for number in range(1, cluster.max() + 1):
        inside = cluster == number
        for place, (name, values) in enumerate(fields.items()):
            own = values[inside]
            sd = own.std(ddof=1) if len(own) > 1 else np.nan
            summary = own.mean(), sd, own.min(), own.max(), scores[inside, place].mean()
            row = number, len(own), name, *map(float, summary)
            for column, value in zip_equal(columns, row):
                table[column].append(value)
    return table
