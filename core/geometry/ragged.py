"""Lists of different lengths, one after the other in flat arrays."""

import numpy as np


def spread(start, count):
    """All members of lists that lie one after the other in an array, list by list.

    Parameters
    ----------
    start, count : int64 arrays, shape (lists,)
        Place of the first member of each list, and how many it has.

    Returns
    -------
    of : int64 array, shape (members,)
        The list of each member.
    member : int64 array
        Its place in the array.

    Examples
    --------
    >>> [places.tolist() for places in spread(np.array([5, 0]), np.array([2, 1]))]
    [[0, 0, 1], [5, 6, 0]]
    """
    of = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return of, np.arange(len(of)) + np.repeat(start - before, count)


def with_next(start):
    """Places of the members that have another one after them in their list.

    Parameters
    ----------
    start : int64 array, shape (lists + 1,)
        Place of the first member of each list, and the number of members at the end; no list is empty.

    Returns
    -------
    int64 array

    Examples
    --------
    >>> with_next(np.array([0, 3, 5])).tolist()
    [0, 1, 3]
    """
    within = np.ones(start[-1], dtype=bool)
    within[start[1:] - 1] = False
    return np.flatnonzero(within)


def portions(count, most):
    """Cut lists into portions that have at most so many members together; a longer list is one alone.

    Parameters
    ----------
    count : int64 array, shape (lists,)
    most : int

    Yields
    ------
    slice
    """
    end = np.cumsum(count)
    first = 0
    while first < len(count):
        before = end[first] - count[first]
        last = max(first + 1, int(np.searchsorted(end, before + most, side="right")))
        yield slice(first, last)
        first = last
