"""Which of many boxes overlap: a tree of boxes joined with itself, level by level."""

import numpy as np

from ..progress import no_progress

_FAN = 4  # children of a node
_AT_ONCE = 1 << 18  # pairs that are looked at together: what they need fits a core's cache


def overlapping_pairs(low, high, group):
    """All pairs of boxes that overlap, or touch, and are of different groups.

    Parameters
    ----------
    low, high : float arrays, shape (boxes, 2)
        Lower left and upper right corners.
    group : int array, shape (boxes,)
        Such as the unit that an edge belongs to.

    Yields
    ------
    tuple of two int arrays
        Places of the boxes of some pairs; every pair comes once.

    Examples
    --------
    >>> low = np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]])
    >>> [(i.tolist(), j.tolist()) for i, j in overlapping_pairs(low, low + 1.0, np.arange(3))]
    [([0], [1])]
    """
    if len(low) == 0:
        return
    order, levels = _tree(low, high)
    root = np.zeros(1, dtype=np.int64)
    todo = [(len(levels) - 1, root, root)]
    while todo:
        level, first, second = todo.pop()
        if level == 0:
            i, j = order[first], order[second]
            apart = group[i] != group[j]
            if apart.any():
                yield i[apart], j[apart]
        elif len(first) * _FAN * _FAN > _AT_ONCE and len(first) > 1:
            half = len(first) // 2
            todo.append((level, first[half:], second[half:]))
            todo.append((level, first[:half], second[:half]))
        else:
            todo.append((level - 1, *_overlapping_children(*levels[level - 1], first, second)))


def touching_pairs(low, high, other_low, other_high, progress=no_progress):
    """All pairs of a box and another one that overlap, or touch.

    Parameters
    ----------
    low, high : float arrays, shape (boxes, 2)
        Lower left and upper right corners.
    other_low, other_high : float arrays, shape (others, 2)
        A box that is no box (infinity below, minus infinity above) touches none.
    progress : callable
        Gets the fraction of the work that is finished, 0 to 1, as far as it can be told before; it may raise
        `Cancelled`.

    Yields
    ------
    tuple of two int arrays
        Places of the box and of the other one of some pairs, in no order; every pair comes once.

    Examples
    --------
    >>> low = np.array([[0.0, 0.0], [5.0, 5.0]])
    >>> [(i.tolist(), j.tolist()) for i, j in touching_pairs(low, low + 1.0, low[1:], low[1:])]
    [([1], [0])]
    """
    if len(low) == 0 or len(other_low) == 0:
        return
    order, levels = _tree(low, high)
    other_order, other_levels = _tree(other_low, other_high)
    root = np.zeros(1, dtype=np.int64)
    roots = _touching_children(*levels[-1], *other_levels[-1], root, root, False, False)
    todo = [(len(levels) - 1, len(other_levels) - 1, 1.0, *roots)]
    done = 0.0
    while todo:
        level, other_level, work, first, second = todo.pop()
        if level == other_level == 0:
            if len(first):
                yield order[first], other_order[second]
            done += work
            progress(done)
        elif len(first) * _FAN * _FAN > _AT_ONCE and len(first) > 1:
            half = len(first) // 2
            todo.append((level, other_level, work / 2, first[half:], second[half:]))
            todo.append((level, other_level, work / 2, first[:half], second[:half]))
        else:
            # The taller tree is descended alone, until both have as many levels to go.
            down, other_down = level >= other_level, other_level >= level
            level, other_level = level - down, other_level - other_down
            todo.append(
                (
                    level,
                    other_level,
                    work,
                    *_touching_children(
                        *levels[level], *other_levels[other_level], first, second, down, other_down
                    ),
                )
            )


def _tree(low, high):
    """Order of boxes along a curve, and the boxes of every level, the boxes themselves first."""
    order = _along_a_curve((low + high) / 2)
    levels = [(low[order], high[order])]
    while len(levels[-1][0]) > 1:
        lower, upper = levels[-1]
        starts = np.arange(0, len(lower), _FAN)
        levels.append((np.minimum.reduceat(lower, starts), np.maximum.reduceat(upper, starts)))
    return order, levels


def _touching_children(low, high, other_low, other_high, first, second, down, other_down):
    """The pairs of children of pairs of nodes that touch; a node that is not descended is its own child."""
    children, only = np.arange(_FAN), np.zeros(1, dtype=np.int64)
    i = first[:, None] * _FAN + children if down else first[:, None] + only
    j = second[:, None] * _FAN + children if other_down else second[:, None] + only
    i, j = (side.ravel() for side in np.broadcast_arrays(i[:, :, None], j[:, None, :]))
    there = (i < len(low)) & (j < len(other_low))
    i, j = i[there], j[there]
    for axis in (0, 1):
        near = low[i, axis] <= other_high[j, axis]
        i, j = i[near], j[near]
        near = other_low[j, axis] <= high[i, axis]
        i, j = i[near], j[near]
    return i, j


def _overlapping_children(low, high, first, second):
    """The pairs of children of pairs of nodes that overlap; a box is no pair with itself at the last level,
    because it is of one group.
    """
    children = np.arange(_FAN)
    i, j = np.broadcast_arrays(
        (first[:, None] * _FAN + children)[:, :, None], (second[:, None] * _FAN + children)[:, None, :]
    )
    i, j = i.ravel(), j.ravel()
    there = (i <= j) & (j < len(low))
    i, j = i[there], j[there]
    overlap = np.ones(len(i), dtype=bool)
    for axis in (0, 1):
        overlap &= (low[i, axis] <= high[j, axis]) & (low[j, axis] <= high[i, axis])
    return i[overlap], j[overlap]


def _along_a_curve(points):
    """The order of points along a Z curve, which keeps neighbours together."""
    low = points.min(axis=0)
    span = np.maximum(points.max(axis=0) - low, np.finfo(float).tiny)
    places = np.clip((points - low) / span * 0xFFFF, 0, 0xFFFF).astype(np.uint64)
    return np.argsort(_spread(places[:, 0]) | (_spread(places[:, 1]) << np.uint64(1)), kind="stable")


def _spread(places):
    """The 16 bits of whole numbers with a 0 between each two."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        places = (places | (places << np.uint64(shift))) & np.uint64(mask)
    return places
