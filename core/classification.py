"""Numbers into classes: quantiles, natural breaks, equal and geometric intervals, standard deviations.

A class holds its upper break: with the breaks 2 and 5 the classes are up to 2, above 2 up to 5, above 5.
"""

from __future__ import annotations

import numpy as np

from .errors import InputDataError
from .sequences import pairwise

QUANTILE, NATURAL, EQUAL, GEOMETRIC, DEVIATION = METHODS = (
    "quantile",
    "natural breaks",
    "equal interval",
    "geometric",
    "standard deviation",
)

_CANDIDATES = 1 << 17  # compared at once by natural breaks: the arrays stay in the cache


def class_breaks(values, method, counts):
    """Breaks of numbers into classes.

    quantile: at the quantiles j / k, linear between values (type 7). natural breaks: least sum of squared
    deviations from the means of the classes (Fisher 1958, Jenks 1977), exact. equal interval: equal widths
    from the least to the greatest value. geometric: widths that grow by one factor, for numbers above 0.
    standard deviation: widths of one sample deviation, about the mean.

    Parameters
    ----------
    values : float array
        NaN = missing.
    method : str
        One of `METHODS`.
    counts : sequence of int
        Numbers of classes k, at least 2.

    Returns
    -------
    dict of int to float array, shape (k - 1,)
        Ascending breaks by k. Where values are tied some may be equal: `class_of` then leaves classes empty.

    Raises
    ------
    InputDataError
        There is no value, k is below 2 or above the number of different values, or a value is not above 0
        for geometric classes.

    References
    ----------
    methods.md, section 7.7; docs/decisions/0100-classes-of-numbers.md.

    Examples
    --------
    >>> class_breaks(np.array([1.0, 2.0, 9.0, 10.0, 11.0]), "natural breaks", [2])
    {2: array([2.])}
    """
    values = np.sort(values[~np.isnan(values)], kind="stable")  # which is quick if they are in order
    first = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)  # of every group of equal values
    _check_counts(counts, len(first))
    if method == NATURAL:
        return _natural_breaks(values[first], np.diff(first, append=len(values)), counts)
    if method == GEOMETRIC and values[0] <= 0:
        raise InputDataError(
            "Geometric classes need numbers above 0, and the least is {least:g}; choose another method.",
            least=values[0],
        )
    cut = {QUANTILE: _quantiles, EQUAL: _equal, GEOMETRIC: _geometric, DEVIATION: _deviations}[method]
    return {count: cut(values, count) for count in counts}


def class_of(values, breaks):
    """The class of every number, from 0.

    Parameters
    ----------
    values : float array
        NaN = missing.
    breaks : float array
        Ascending.

    Returns
    -------
    int array
        -1 where the value is missing.

    Examples
    --------
    >>> class_of(np.array([1.0, 2.0, 2.5, np.nan]), np.array([2.0]))
    array([ 0,  0,  1, -1])
    """
    return np.where(np.isnan(values), -1, np.searchsorted(breaks, values, side="left"))


def class_intervals(breaks, least, greatest):
    """The classes as text: '[0, 2]', '(2, 5]', '(5, 9]'.

    Parameters
    ----------
    breaks : float array
        Ascending.
    least, greatest : float
        Of the values.

    Returns
    -------
    list of str
        With as many digits as tell the breaks apart.

    Examples
    --------
    >>> class_intervals(np.array([2.0, 5.0]), 0.0, 9.0)
    ['[0, 2]', '(2, 5]', '(5, 9]']
    """
    edges = [least, *breaks, greatest]
    for digits in range(4, 18):
        rounded = [float(f"{edge:.{digits}g}") for edge in edges]
        texts = [f"{edge:.{max(15, digits)}g}" for edge in rounded]  # without powers of ten up to 10^15
        if len(set(texts)) == len(set(edges)):
            break
    first, *others = (f"({lower}, {upper}]" for lower, upper in pairwise(texts))
    return [f"[{first[1:]}", *others]


def _check_counts(counts, distinct):
    if distinct == 0:
        raise InputDataError("There is no value to be put into classes; choose another field.")
    if min(counts) < 2:
        raise InputDataError("{count} classes are asked for; ask for 2 or more.", count=min(counts))
    if max(counts) > distinct:
        raise InputDataError(
            "{count} classes are asked for, and there are only {distinct} different values; ask for fewer.",
            count=max(counts),
            distinct=distinct,
        )


def _quantiles(values, count):
    return np.quantile(values, np.arange(1, count) / count)


def _equal(values, count):
    return values[0] + (values[-1] - values[0]) * (np.arange(1, count) / count)


def _geometric(values, count):
    return np.exp(_equal(np.log(values), count))


def _deviations(values, count):
    return values.mean() + values.std(ddof=1) * (np.arange(1, count) - count / 2)


def _natural_breaks(distinct, repeats, counts):
    """Fisher's exact classes of all `counts` at once.

    The least sum of squares within classes is the greatest sum of S^2 / W over them, with the sum S and the
    count W of a class's values about the mean of all. best[j] of c classes of the first j values is the
    maximum over i of best[i] of c - 1 classes plus S^2 / W of the values i..j-1. The greatest such i never
    falls as j grows, so it is looked for between those of j's neighbours: first for few j far apart, then
    for those halfway between them, and so on: k n log n steps.
    """
    centred = distinct - np.average(distinct, weights=repeats)
    sums = np.concatenate([[0.0], np.cumsum(centred * repeats)])
    weights = np.concatenate([[0.0], np.cumsum(repeats)])
    size, most = len(distinct), max(counts)
    best = np.zeros(size + 1)
    best[1:] = sums[1:] ** 2 / weights[1:]
    starts = []  # of the last of 2, 3, ... classes of the first j values
    for classes in range(2, most + 1):
        best, start = _one_class_more(best, sums, weights, classes)
        starts.append(start)
    return {count: distinct[_ends(starts[: count - 1], size)] for count in counts}


def _one_class_more(best, sums, weights, classes):
    """best and start of the last class, with one class more than in `best`; see `_natural_breaks`."""
    size = len(best) - 1
    least = classes - 1  # values before the last class: each class holds one or more
    found, start = np.full(size + 1, -np.inf), np.full(size + 1, least)
    step = 1 << max(0, (size - least - 1).bit_length())
    while step:
        at = np.arange(least + step, size + 1, 2 * step)
        above = at + step
        highest = np.where(above <= size, start[np.minimum(above, size)], at - 1)
        _best_starts(at, start[at - step], np.minimum(highest, at - 1), best, sums, weights, found, start)
        step //= 2
    return found, start


def _best_starts(at, lowest, highest, best, sums, weights, found, start):
    """Fill `found` and `start` at the places `at`, from the starts lowest..highest of each."""
    lengths = highest - lowest + 1
    parts = np.searchsorted(np.cumsum(lengths), np.arange(0, lengths.sum(), _CANDIDATES), side="right")
    bounds = [*np.unique(parts).tolist(), len(at)]
    for first, last in pairwise(bounds):
        place, length = at[first:last], lengths[first:last]
        begin = np.cumsum(length) - length
        candidate = np.arange(length.sum()) + np.repeat(lowest[first:last] - begin, length)
        value = np.repeat(sums[place], length)
        value -= sums[candidate]
        value *= value
        value /= np.repeat(weights[place], length) - weights[candidate]
        value += best[candidate]
        greatest = np.maximum.reduceat(value, begin)
        hits = np.flatnonzero(value == np.repeat(greatest, length))
        found[place] = greatest
        start[place] = candidate[hits[np.searchsorted(hits, begin)]]


def _ends(starts, size):
    """Places of the last value of every class but the last one."""
    ends = []
    for start in reversed(starts):
        size = start[size]
        ends.append(size - 1)
    return ends[::-1]
