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
    values = np.asarray(values)
    times = np.asarray(times, dtype=float)
    check_times(times)
    min_valid = least_valid(len(times)) if min_valid is None else max(2, min_valid)
    n = _count(np.isfinite(values))
    # Series without gaps first: parts of them need no care for missing values.
    enough, whole = n >= min_valid, n == len(times)
    tested = np.concatenate([np.flatnonzero(enough & whole), np.flatnonzero(enough & ~whole)])
    slope, level, s, variance, tau = results = np.full((5, len(n)), np.nan)
    room = _Room.of(times, len(tested))
    for start in range(0, len(tested), max(1, room.series)):
        part = tested[start : start + room.series]
        results[:, part] = _trends(values[:, part].astype(float), times, n[part], intercept, room)
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


class _Room(NamedTuple):
    """Memory for the pairs of a part, used again for every part: asking the system for it takes longer than
    filling it.
    """

    spans: np.ndarray  # (pairs, 1), of times
    rises: np.ndarray  # (pairs, series)
    rounded: np.ndarray  # (series, pairs)
    ordered: np.ndarray  # (series, pairs)

    @classmethod
    def of(cls, times, series):
        """Room for a part of so many series at most."""
        spans = _rises(times[:, None])
        pairs = len(spans)
        series = min(series, max(1, _PAIRS_AT_ONCE // pairs))
        by_series = (np.empty((series, pairs), dtype=np.float32) for _ in range(2))
        return cls(spans, np.empty((pairs, series)), *by_series)

    @property
    def series(self):
        """How many series a part has at most."""
        return len(self.rounded)


def _trends(values, times, n, intercept, room):
    """Slope, intercept, S, its variance and tau of a part that fits the cache; NaN = missing or infinite."""
    pairs = n * (n - 1) // 2
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        if n.min() < len(values):
            values[~np.isfinite(values)] = np.nan
        rises = _rises(values, room.rises[:, : len(n)])
        up, down = _count(rises > 0), _count(rises < 0)
        s, untied = up - down, up + down
        ties = _tie_term(rises == 0, len(values)) if (untied < pairs).any() else 0
        rises /= room.spans
        slope = _medians(rises, pairs, room)
        tau = np.where(s == 0, 0.0, s / np.sqrt(untied * pairs.astype(float)))
        level = np.full(len(n), np.nan)
        if intercept:
            level = _medians(values, n, room) - slope * _median_times(values, times, n, room)
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18.0
    return slope, level, s, variance, tau


def _count(mask):
    """How many are true in every column of `mask`, through sums of bytes, which are the fastest."""
    count = np.zeros(mask.shape[1], dtype=np.int64)
    for start in range(0, len(mask), 255):
        count += np.add.reduce(mask[start : start + 255].view(np.uint8), axis=0, dtype=np.uint8)
    return count


def _rises(values, out=None):
    """Differences of all pairs i < j, shape (pairs, series); NaN where either is missing."""
    times, series = values.shape
    rises = np.empty((times * (times - 1) // 2, series)) if out is None else out
    at = 0
    for i in range(times - 1):
        np.subtract(values[i + 1 :], values[i], out=rises[at : at + times - 1 - i])
        at += times - 1 - i
    return rises


def _medians(values, count, room):
    """Median of the `count` numbers among the NaN of every column.

    Sorting float32 is several times faster than float64. Rounding keeps the order, so the place of the
    middle in the sorted float32 is the place of the middle in the values themselves; where different values
    round to the same float32 there, these are put in order in float64.
    """
    rounded, ordered = (part[: len(count), : len(values)] for part in (room.rounded, room.ordered))
    rounded[:] = values.T
    ordered[:] = rounded
    ordered.sort(axis=1)
    lower, upper = (count - 1) // 2, count // 2
    low, high = _values_between(values, rounded, ordered, lower, upper)
    # Halves first: the sum of two large values could overflow; equal values stay as they are, but -0 is 0.
    return np.where(low == high, low, low * 0.5 + high * 0.5) + 0.0


def _values_between(values, rounded, ordered, lower, upper):
    """The values at two places, neighbours or one, of each sorted column, found through the values rounded
    and sorted.
    """
    columns = np.arange(len(lower))
    low, high = ordered[columns, lower, None], ordered[columns, upper, None]
    found = rounded >= low
    found &= rounded <= high
    column, pair = np.divmod(np.flatnonzero(found), rounded.shape[1])
    candidates = values[pair, column]
    count = np.bincount(column, minlength=len(columns))
    first = np.cumsum(count) - count
    low_value, high_value = (way.reduceat(candidates, first) for way in (np.minimum, np.maximum))
    # Those that differ, but round to the same, are put in order.
    known = (candidates == low_value[column]) | (candidates == high_value[column])
    alike = (low != high).ravel() & (np.bincount(column, known, len(columns)) == count)
    several = np.flatnonzero((count > upper - lower + 1) & (low_value != high_value) & ~alike)
    if len(several):
        those = np.zeros(len(columns), dtype=bool)
        those[several] = True
        those = those[column]
        in_order = candidates[those][np.lexsort((candidates[those], column[those]))]
        first = np.cumsum(count[several]) - count[several]
        first -= np.count_nonzero(rounded[several] < low[several], axis=1)
        low_value[several], high_value[several] = (
            in_order[first + place[several]] for place in (lower, upper)
        )
    return low_value, high_value


def _median_times(values, times, n, room):
    """Median of the times that have a value."""
    if n.min() == len(times):
        values, n = values[:, :1], n[:1]
    return _medians(np.where(np.isnan(values), np.nan, times[:, None]), n, room)


def _tie_term(tied, times):
    """Sum of g (g - 1) (2 g + 5) over the groups of g equal values; `tied` are the pairs of `_rises`."""
    earlier = np.zeros((times, tied.shape[1]), dtype=np.uint8 if times <= 256 else np.uint16)
    at = 0
    for i in range(times - 1):
        earlier[i + 1 :] += tied[at : at + times - 1 - i]
        at += times - 1 - i
    # The value that makes a group of g adds g (g-1) (2g+5) - (g-1) (g-2) (2g+3) = 6 (g-1) (g+1) to the term.
    earlier = earlier.astype(np.int64)
    return 6 * np.add.reduce(earlier * (earlier + 2), axis=0)


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
