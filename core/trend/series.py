"""Theil-Sen slope and Mann-Kendall test of many short series at once.

Values are arrays of shape (times, series), as a stack of rasters is; NaN = missing. Everything is computed in
float64, and every series on its own, so that neither its neighbours nor the size of a block can change a bit
of it.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError

MOST_TIMES = 1000  # S of more would leave the 32 bits of the tables
_PAIRS_AT_ONCE = 1 << 17  # of a part: slopes that fit a core's cache


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
    values = np.asarray(values, dtype=float)
    times = np.asarray(times, dtype=float)
    check_times(times)
    min_valid = least_valid(len(times)) if min_valid is None else max(2, min_valid)
    step = max(1, _PAIRS_AT_ONCE // (len(times) * (len(times) - 1) // 2))
    starts = range(0, max(1, values.shape[1]), step)
    parts = [_trends(values[:, start : start + step], times, min_valid, intercept) for start in starts]
    return Trend(*(None if field[0] is None else np.concatenate(field) for field in zip(*parts, strict=True)))


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


def _trends(values, times, min_valid, intercept):
    """`trends` of a part that fits the cache."""
    valid = np.isfinite(values)
    n = np.add.reduce(valid, axis=0, dtype=np.int64)
    if not valid.all():
        values = np.where(valid, values, np.nan)
    rises = _rises(values)
    up, down = (np.add.reduce(way.view(np.uint8), axis=0, dtype=np.int64) for way in (rises > 0, rises < 0))
    s = up - down
    pairs = n * (n - 1) // 2
    tied = pairs - up - down
    rises /= _rises(times[:, None])
    slope = _medians(rises, pairs)
    variance = (n * (n - 1) * (2 * n + 5) - _tie_term(values, tied)) / 18.0
    z, p = _normal_test(s, variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = s / np.sqrt((pairs - tied) * pairs.astype(float))
    tau[s == 0] = 0.0
    level = None
    if intercept:
        middle = np.where(valid, times[:, None], np.nan)
        level = _medians(values, n) - slope * _medians(middle, n)
    results = [slope, level, s.astype(float), variance, z, p, tau]
    for result in results:
        if result is not None:
            result[n < min_valid] = np.nan
    return Trend(n, *results)


def _rises(values):
    """Differences of all pairs i < j, shape (pairs, series); NaN where either is missing."""
    times, series = values.shape
    rises = np.empty((times * (times - 1) // 2, series))
    at = 0
    for i in range(times - 1):
        np.subtract(values[i + 1 :], values[i], out=rises[at : at + times - 1 - i])
        at += times - 1 - i
    return rises


def _medians(values, count):
    """Median of the `count` numbers among the NaN of every column.

    Sorting float32 is several times faster than float64. Rounding keeps the order, so the place of the
    middle in the sorted float32 is the place of the middle in the values themselves; where different values
    round to the same float32 there, the column is sorted in float64.
    """
    with np.errstate(over="ignore"):
        rounded = np.ascontiguousarray(values.T.astype(np.float32))
    ordered = np.sort(rounded, axis=1)
    low, high = (
        _sorted_value(values, rounded, ordered, place)
        for place in (np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(values) - 1))
    )
    # Halves first: the sum of two large values could overflow; equal values stay as they are.
    median = np.where(low == high, low, low * 0.5 + high * 0.5)
    median[count == 0] = np.nan
    return median


def _sorted_value(values, rounded, ordered, place):
    """The value at a place of each sorted column, found through the values rounded and sorted."""
    columns = np.arange(len(place))
    here = ordered[columns, place]
    found = values[np.argmax(rounded == here[:, None], axis=1), columns]
    before = ordered[columns, np.maximum(place - 1, 0)]
    after = ordered[columns, np.minimum(place + 1, len(values) - 1)]
    alone = ((place == 0) | (before != here)) & ((place == len(values) - 1) | (after != here))
    several = np.flatnonzero(~alone & ~np.isnan(here))
    if len(several):
        candidates = np.where(here[several] == rounded[several].T, values[:, several], np.nan)
        differ = several[np.nanmin(candidates, axis=0) != np.nanmax(candidates, axis=0)]
        found[differ] = np.sort(values[:, differ], axis=0)[place[differ], np.arange(len(differ))]
    return found


def _tie_term(values, tied):
    """Sum of g (g - 1) (2 g + 5) over the groups of g equal values of each series."""
    term = np.zeros(len(tied), dtype=np.int64)
    some = np.flatnonzero(tied)
    if len(some):
        ordered = np.sort(values[:, some], axis=0)
        run = np.ones(len(some), dtype=np.int64)  # values equal to this one so far
        total = np.zeros(len(some), dtype=np.int64)
        for before, value in pairwise(ordered):
            same = value == before
            run = np.where(same, run + 1, 1)
            # A group that grows to g adds g (g-1) (2g+5) - (g-1) (g-2) (2g+3) = 6 (g-1) (g+1) to the term.
            total += np.where(same, 6 * (run - 1) * (run + 1), 0)
        term[some] = total
    return term


def _normal_test(s, variance):
    """Z with continuity correction and its two-sided p; 0 and 1 where S or its variance is 0.

    S and 18 times its variance are whole numbers and few pairs of them differ, so each pair is computed once,
    with the standard library's erfc, which keeps its digits far out in the tail.
    """
    breadth = MOST_TIMES * MOST_TIMES
    unique, place = np.unique(
        np.rint(variance * 18).astype(np.int64) * breadth + np.abs(s), return_inverse=True
    )
    size, variances = unique % breadth, unique // breadth / 18.0
    z = np.zeros(len(unique))
    tested = (size > 0) & (variances > 0)
    z[tested] = (size[tested] - 1) / np.sqrt(variances[tested])
    p = np.array([math.erfc(one / math.sqrt(2)) for one in z])
    return np.sign(s) * z[place], p[place]
