"""Theil-Sen slope and Mann-Kendall test of many short series at once.

Values are arrays of shape (times, series), as a stack of rasters is; NaN = missing. Everything is computed in
float64, and every series on its own, so that neither its neighbours nor the size of a block can change a bit
of it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from .theil_sen import Pairs, Room, count_true, mean_of_two, median_slopes, rises_of

MOST_TIMES = 1000  # S of more would leave the 32 bits of the tables
_PAIRS_AT_ONCE = 1 << 21  # of a part: slopes that fit a core's cache


class Trend(NamedTuple):
    """Trends of series, arrays of shape (series,); NaN where there are too few values.

    Attributes
    ----------
    n : int array
        Valid values.
    slope, intercept : float arrays
        Theil-Sen slope per unit of time, and value at time 0; intercept None if it was not asked for.
    s, variance : float arrays
        Mann-Kendall S and its variance with the tie term.
    z, p : float arrays
        Z with continuity correction and two-sided p.
    tau : float array
        Kendall's tau-b.
    """

    n: np.ndarray
    slope: np.ndarray
    intercept: np.ndarray | None
    s: np.ndarray
    variance: np.ndarray
    z: np.ndarray
    p: np.ndarray
    tau: np.ndarray


def least_valid(times):
    """The fewest valid values that make a trend: 8 or 3/4 of the series rounded up, whichever is smaller,
    but 4.

    Examples
    --------
    >>> least_valid(21), least_valid(5), least_valid(4)
    (8, 4, 4)
    """
    return max(4, min(8, math.ceil(0.75 * times)))


def trends(values, times, min_valid=None, intercept=True):
    """Theil-Sen slope and Mann-Kendall test of every series.

    Parameters
    ----------
    values : float array, shape (times, series)
        NaN or infinite = missing.
    times : float array, shape (times,)
        Ascending, such as years; they need not be even.
    min_valid : int, optional
        Series with fewer valid values get NaN; see `least_valid`. At least 2.
    intercept : bool
        Whether to compute it.

    Returns
    -------
    Trend

    Raises
    ------
    InputDataError
        Fewer than 4 times, or times that do not ascend.

    References
    ----------
    Sen 1968, JASA 63:1379; Mann 1945, Econometrica 13:245; Kendall 1975. methods.md, section 5.
    """
    values = np.asarray(values)
    times = np.asarray(times, dtype=float)
    check_times(times)
    min_valid = least_valid(len(times)) if min_valid is None else max(2, min_valid)
    n = count_true(np.isfinite(values))
    dtype = np.dtype(np.float32 if values.dtype == np.float32 else np.float64)
    # Series without gaps first: parts of them need no care for missing values.
    enough, whole = n >= min_valid, n == len(times)
    tested = np.concatenate([np.flatnonzero(enough & whole), np.flatnonzero(enough & ~whole)])
    slope, level, s, variance, tau = results = np.full((5, len(n)), np.nan)
    pairs = Pairs.of(times)
    step = min(len(tested), max(1, _PAIRS_AT_ONCE // len(pairs.spans)))
    room = Room(len(pairs.spans), step, dtype)
    for start in range(0, len(tested), max(1, step)):
        part = tested[start : start + step]
        some = np.take(values, part, axis=1).astype(dtype, copy=False)
        results[:, part] = _trends(some, n[part], pairs, intercept, room.of(len(part)))
    z, p = np.full((2, len(n)), np.nan)
    z[tested], p[tested] = _normal_test(s[tested], variance[tested])
    return Trend(n, slope, level if intercept else None, s, variance, z, p, tau)


def check_times(times):
    """Refuse dates that make no trend."""
    if len(times) < 4:
        raise InputDataError(
            "A trend needs at least 4 dates, and there are {count}; add dates.", count=len(times)
        )
    if len(times) > MOST_TIMES:
        raise InputDataError("A series has at most {most} dates.", most=MOST_TIMES)
    if not (np.diff(times) > 0).all():
        raise InputDataError("The dates of a series must ascend without repeats.")


def _trends(values, n, pairs, intercept, work):
    """Slope, intercept, S, its variance and tau of a part that fits the cache; NaN = missing or infinite."""
    count = n * (n - 1) // 2
    rises, _, mask, other_mask = work
    origin = np.full(len(n), np.nan)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        if n.min() < len(values):
            values[~np.isfinite(values)] = np.nan
        rises_of(values, out=rises)
        rising = count_true(np.greater(rises, 0, out=mask))
        falling = count_true(np.less(rises, 0, out=other_mask))
        if intercept:
            origin = _medians(values, n, mask, other_mask)
        s, untied = rising - falling, rising + falling
        level = count - untied
        ties = _tie_term(np.equal(rises, 0, out=mask), len(values)) if level.any() else 0
        slope = median_slopes(values, n, pairs, falling, level, work)
        if intercept:
            origin -= slope * _median_times(values, pairs.times, n)
        tau = np.where(s == 0, 0.0, s / np.sqrt(untied * count.astype(float)))
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18.0
    return slope, origin, s, variance, tau


def _medians(values, n, rising, falling):
    """Median of the `n` numbers among the NaN of every column; which pairs of them rise and fall is known."""
    smaller = np.zeros(values.shape, dtype=np.uint8 if len(values) <= 256 else np.uint16)  # values than each
    start = 0
    for i in range(len(values) - 1):
        stop = start + len(values) - 1 - i
        smaller[i + 1 :] += rising[start:stop].view(np.uint8)
        smaller[i] += np.add.reduce(falling[start:stop].view(np.uint8), axis=0, dtype=smaller.dtype)
        start = stop
    lower = _largest(values, smaller <= (n - 1) // 2)
    return mean_of_two(lower, _largest(values, smaller <= n // 2) if (n % 2 == 0).any() else lower)


def _largest(values, some):
    """The largest of some values of every column, in float64."""
    # 0 / 1 leaves a value as it is and 0 / 0 makes it NaN; `np.where` waits for a guess of every value.
    others_missing = np.zeros(1, values.dtype) / some.astype(values.dtype)
    return np.fmax.reduce(values + others_missing, axis=0).astype(float)


def _median_times(values, times, n):
    """Median of the times that have a value."""
    if n.min() == len(times):
        return mean_of_two(times[(len(times) - 1) // 2], times[len(times) // 2])
    so_far = np.cumsum(~np.isnan(values), axis=0)
    lower, upper = (times[count_true(so_far <= place)] for place in ((n - 1) // 2, n // 2))
    return mean_of_two(lower, upper)


def _tie_term(tied, times):
    """Sum of g (g - 1) (2 g + 5) over the groups of g equal values; `tied` are the pairs of `_rises`."""
    earlier = np.zeros((times, tied.shape[1]), dtype=np.uint8 if times <= 256 else np.uint16)
    at = 0
    for i in range(times - 1):
        earlier[i + 1 :] += tied[at : at + times - 1 - i].view(np.uint8)
        at += times - 1 - i
    # The value that makes a group of g adds g (g-1) (2g+5) - (g-1) (g-2) (2g+3) = 6 (g-1) (g+1) to the term.
    earlier = earlier.astype(np.int32)  # enough for a thousand dates
    return 6 * np.add.reduce(earlier * (earlier + 2), axis=0)


def _normal_test(s, variance):
    """Z with continuity correction and its two-sided p; 0 and 1 where S or its variance is 0.

    S and 18 times its variance are whole numbers and few pairs of them differ, so each pair is computed once,
    with the standard library's erfc, which keeps its digits far out in the tail.
    """
    z, p = np.zeros(len(s)), np.ones(len(s))
    size, variance = np.abs(s).astype(np.int64), np.rint(variance * 18).astype(np.int64)
    # Most series have no ties and all dates, so their variance is the largest, and S is a place in a table.
    largest = variance.max(initial=0)
    plain = variance == largest
    table = np.zeros((2, size.max(initial=0) + 1))
    present = np.flatnonzero(np.bincount(size[plain]))
    table[:, present] = _normal_tests(present, np.full(len(present), largest))
    z[plain], p[plain] = table[:, size[plain]]
    size, variance = size[~plain], variance[~plain]
    breadth = MOST_TIMES * MOST_TIMES
    unique, place = np.unique(variance * breadth + size, return_inverse=True)
    z[~plain], p[~plain] = _normal_tests(unique % breadth, unique // breadth)[:, place]
    return np.sign(s) * z, p


def _normal_tests(size, variance):
    """|Z| and p, shape (2, tests), of |S| and of 18 times its variance."""
    z = np.zeros(len(size))
    tested = (size > 0) & (variance > 0)
    z[tested] = (size[tested] - 1) / np.sqrt(variance[tested] / 18.0)
    return np.stack([z, [math.erfc(one / math.sqrt(2)) for one in z.tolist()]])
