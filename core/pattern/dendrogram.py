"""The tree of merges, laid out to be drawn."""

from typing import NamedTuple

import numpy as np


class Dendrogram(NamedTuple):
    """A tree on its side: leaves one below the other, merges by their distance.

    Attributes
    ----------
    leaves : list of list of int
        The units in every leaf, from the top; several where the first merges are not shown.
    brackets : list of tuple
        Of every merge that is shown: the two places it joins, the distances these have, its own distance,
        and its number among the merges.
    """

    leaves: list
    brackets: list


def dendrogram(merges, most):
    """Lay out a tree of merges.

    Parameters
    ----------
    merges : float array, shape (units - 1, 4)
        As scipy's linkage.
    most : int
        Leaves that are shown; the first merges are drawn as one leaf each where there are more units.

    Returns
    -------
    Dendrogram

    Examples
    --------
    >>> dendrogram(np.array([[0, 2, 1.0, 2], [1, 3, 4.0, 3]]), 10)
    Dendrogram(leaves=[[0], [2], [1]], brackets=[(0, 1, 0.0, 0.0, 1.0, 0), (0.5, 2, 1.0, 0.0, 4.0, 1)])
    """
    units = len(merges) + 1
    pairs = merges[:, :2].astype(np.int64).tolist()
    distance = [0.0] * units + merges[:, 2].tolist()
    hidden = max(0, units - most)  # merges within leaves
    members = [[unit] for unit in range(units)]
    for one, other in pairs:
        members.append(sorted(members[one] + members[other]) if len(members) < units + hidden else None)
    first = list(range(units))
    for one, other in pairs:
        first.append(min(first[one], first[other]))

    leaves, place = [], {}
    waiting = [len(first) - 1]
    while waiting:
        node = waiting.pop()
        if node < units + hidden:
            place[node] = len(leaves)
            leaves.append(members[node])
        else:
            waiting += sorted(pairs[node - units], key=first.__getitem__, reverse=True)
    brackets = []
    for number in range(hidden, len(pairs)):
        one, other = sorted(pairs[number], key=place.__getitem__)
        place[units + number] = (place[one] + place[other]) / 2
        brackets.append(
            (place[one], place[other], distance[one], distance[other], distance[units + number], number)
        )
    return Dendrogram(leaves, brackets)
