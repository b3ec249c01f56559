"""Theil-Sen slope of many short series at once: the median of the slopes of all pairs of values, exactly.

Sorting the slopes of every series would be most of the work. The middle ones are found by counting instead:
how many slopes are below a bound takes one pass over them, whatever their order. The least-squares slope is a
good first bound, and its scatter tells how far the next ones are; four bounds leave about five slopes in
question. Bounds are compared with slopes rounded to float32, which halves the work; those in question are
then computed in float64 and put in order, with a margin for what rounding could have moved. So the result is
the median of the float64 slopes, whichever bounds were tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

_FEW = 16  # slopes that are put in order at once
_MARGIN = np.float32(4.0)  # of ranks, around where the middle should be
# Ranks about the middle that further bounds aim at, for series of which many slopes are still in question.
_PLACES = np.array([-40, -20, -10, -6, -3, 3, 6, 10, 20, 40], dtype=np.float32)
_ROUNDING = np.float32(2.0**-21)  # twice the relative error of a slope in float32, from above
_SMALLEST = np.float32(1e-40)  # twice its absolute error near zero
_LARGEST = np.finfo(np.float32).max
_NORMAL_DENSITY = 0.28  # of the difference of two standard normal values, at zero


class Pairs(NamedTuple):
    """All pairs of dates i < j, in the order (0, 1), (0, 2) ... (1, 2) ...

    Attributes
    ----------
    times : float array, shape (times,)
    earlier, later : int arrays, shape (pairs,)
        i and j.
    spans : float array, shape (pairs,)
        Time between them.
    """

    times: np.ndarray
    earlier: np.ndarray
    later: np.ndarray
    spans: np.ndarray

    @classmethod
    def of(cls, times):
        """The pairs of ascending dates."""
        earlier, later = np.triu_indices(len(times), 1)
        return cls(times, earlier, later, times[later] - times[earlier])


class Room:
    """Memory for the pairs of a part, used again for every part: asking the system for it takes longer than
    filling it.

    Parameters
    ----------
    pairs, series : int
        Of the largest part.
    dtype : numpy dtype
        Of the values, float32 or float64.
    """

    def __init__(self, pairs, series, dtype):
        size = pairs * series
        self._pairs = pairs
        self._rises = np.empty(size, dtype)
        self._slopes = self._rises if dtype == np.float32 else np.empty(size, np.float32)
        self._masks = np.empty((2, size), dtype=bool)

    def of(self, series):
        """Arrays of shape (pairs, series): rises, slopes (which may be the same memory) and two masks."""
        shape = (self._pairs, series)
        size = shape[0] * shape[1]
        return tuple(one[:size].reshape(shape) for one in (self._rises, self._slopes, *self._masks))


def rises_of(values, out):
    """Differences of all pairs, in the order of `Pairs`; NaN where either value is missing."""
    start = 0
    for i in range(len(values) - 1):
        stop = start + len(values) - 1 - i
        np.subtract(values[i + 1 :], values[i], out=out[start:stop])
        start = stop
    return out


def count_true(mask):
    """How many are true in every column, through sums of bytes, which are the fastest."""
    count = np.zeros(mask.shape[1], dtype=np.int64)
    for start in range(0, len(mask), 255):
        count += np.add.reduce(mask[start : start + 255].view(np.uint8), axis=0, dtype=np.uint8)
    return count


def mean_of_two(lower, upper):
    """Mean of the two middle values; where they are equal it is that value, and 0 is never -0."""
    # Halves first: the sum of two large values could overflow.
    return np.where(lower == upper, lower, lower * 0.5 + upper * 0.5) + 0.0


def median_slopes(values, n, pairs, falling, level, work):
    """Median of the slopes of all pairs of every series.

    Parameters
    ----------
    values : float32 or float64 array, shape (times, series)
        NaN = missing.
    n : int array, shape (series,)
        Valid values, at least 2.
    pairs : Pairs
    falling, level : int arrays, shape (series,)
        How many of the rises are below zero, and zero.
    work : tuple of arrays
        From `Room.of`, the first one filled by `rises_of`; all are overwritten.

    Returns
    -------
    float64 array, shape (series,)

    References
    ----------
    Sen 1968, JASA 63:1379. methods.md, section 5.
    """
    rises, slopes, mask, other_mask = work
    np.multiply(rises, (1 / pairs.spans).astype(rises.dtype)[:, None], out=slopes, casting="same_kind")
    bounds = _Bounds.wide_open(n)
    start, step = _line(values, n, pairs)
    _search(bounds, slopes, start, step, mask)
    flat = (falling <= bounds.lower) & (falling + level > bounds.upper)  # the middle slopes are zero
    bounds.drop(flat)
    wide = np.flatnonzero(bounds.between > _FEW)
    some = bounds.take(wide)
    bounds.drop(wide)
    median = _middle(values, pairs, slopes, bounds, mask, other_mask)
    if len(wide):
        columns = np.take(slopes, wide, axis=1)
        masks = np.empty((2, *columns.shape), dtype=bool)
        _search_on(some, columns, step[wide], masks[0])
        median[wide] = _middle(np.take(values, wide, axis=1), pairs, columns, some, *masks)
    return median


@dataclass
class _Bounds:
    """Bounds of the two middle slopes of every series, and how many slopes are below each bound.

    All are float32 arrays, which hold the counts exactly: a thousand dates have fewer than 2^24 pairs.

    Attributes
    ----------
    lower, upper : arrays
        Places of the middle slopes in order, from 0; the same where their number is odd.
    low, high : arrays
        No more than `lower` slopes are below `low`, and more than `upper` are below `high`.
    below, reach : arrays
        How many slopes are below `low`, and below `high`.
    """

    lower: np.ndarray
    upper: np.ndarray
    low: np.ndarray
    high: np.ndarray
    below: np.ndarray
    reach: np.ndarray

    @classmethod
    def wide_open(cls, n):
        """Bounds of series with so many values that leave out no slope."""
        count = n * (n - 1) // 2
        edge = np.full(len(n), _LARGEST)
        lower, upper, reach = (one.astype(np.float32) for one in ((count - 1) // 2, count // 2, count))
        return cls(lower, upper, -edge, edge, np.zeros_like(reach), reach)

    @property
    def between(self):
        """How many slopes are in question."""
        return self.reach - self.below

    def narrow(self, at, count):
        """Use that `count` slopes are below `at`, both of shape (bounds, series).

        With arithmetic in place of `np.where`, which waits for a guess of every value.
        """
        left, right = (side.astype(np.float32) for side in (count <= self.lower, count > self.upper))
        not_left, not_right = 1 - left, 1 - right
        self.low = np.fmax(self.low, np.fmax.reduce(at * left - not_left * _LARGEST, axis=0))
        self.below = np.fmax(self.below, np.fmax.reduce(count * left, axis=0))
        self.high = np.fmin(self.high, np.fmin.reduce(at * right + not_right * _LARGEST, axis=0))
        self.reach = np.fmin(self.reach, np.fmin.reduce(count + not_right * _LARGEST, axis=0))

    def drop(self, series):
        """Leave no slope in question."""
        self.low[series] = self.high[series] = -np.inf
        self.below[series], self.reach[series] = 0, 0

    def take(self, series):
        """The bounds of some series."""
        return _Bounds(*(array[series] for array in vars(self).values()))


def _line(values, n, pairs):
    """Least-squares slope of every series, and about how much slope lies between a slope and the next one in
    the middle; where the search starts.
    """
    if n.min() == len(values):
        times = (pairs.times - pairs.times.mean()).astype(values.dtype)
        centred = values - np.add.reduce(values, axis=0) / values.dtype.type(len(values))
        squares = times @ times
        slope = np.einsum("i,ij->j", times, centred) / squares
    else:
        valid = ~np.isnan(values)
        times = pairs.times[:, None] - np.add.reduce(pairs.times[:, None] * valid, axis=0) / n
        times = (times * valid).astype(values.dtype)
        mean = np.add.reduce(np.where(valid, values, 0), axis=0) / n
        centred = np.where(valid, values - mean, 0)
        squares = np.einsum("ij,ij->j", times, times)
        slope = np.einsum("ij,ij->j", times, centred) / squares
    scatter = np.einsum("ij,ij->j", centred, centred) - slope * slope * squares
    scatter = np.sqrt(np.maximum(scatter, 0) / n)
    density = _NORMAL_DENSITY * pairs.spans.sum() * (n * (n - 1) / (len(values) * (len(values) - 1)))
    return _finite(slope.astype(np.float32)), _finite((scatter / density).astype(np.float32))


def _finite(bound):
    """Infinite bounds and those that are no number would leave no order."""
    return np.fmax(np.fmin(bound, _LARGEST), -_LARGEST)


def _counts_below(slopes, bounds, mask):
    """How many slopes are below each of some bounds, shape (bounds, series)."""
    return np.stack([count_true(np.less(slopes, at, out=mask)) for at in bounds]).astype(np.float32)


def _search(bounds, slopes, start, step, mask):
    """Narrow the bounds of all series with four more around the start; `step` is sharpened."""
    middle = (bounds.lower + bounds.upper + 1) * np.float32(0.5)
    at = np.empty((4, len(start)), dtype=np.float32)
    count = np.empty_like(at)
    at[0] = start
    count[0] = count_true(np.less(slopes, at[0], out=mask))
    at[1] = start + (middle - count[0]) * step
    count[1] = count_true(np.less(slopes, at[1], out=mask))
    measured = (at[1] - start) / (count[1] - count[0])
    np.copyto(step, measured, where=(np.abs(count[1] - count[0]) >= 4) & (measured > 0))
    centre = at[1] + (middle - count[1]) * step
    margin = step * _MARGIN
    np.subtract(centre, margin, out=at[2])
    np.add(centre, margin, out=at[3])
    count[2:] = _counts_below(slopes, at[2:], mask)
    bounds.narrow(at, count)


def _search_on(bounds, slopes, step, mask):
    """Narrow bounds that are still far apart: between them or, where one is open, beyond the other."""
    middle = (bounds.lower + bounds.upper + 1) * np.float32(0.5)
    ranks = middle + _PLACES[:, None]
    share = (ranks - bounds.below) / bounds.between
    at = bounds.low + (bounds.high - bounds.low) * np.clip(share, 0, 1)
    np.copyto(at, bounds.low + (ranks - bounds.below) * step, where=bounds.high == _LARGEST)
    np.copyto(at, bounds.high + (ranks - bounds.reach) * step, where=bounds.low == -_LARGEST)
    at = _finite(at)
    bounds.narrow(at, _counts_below(slopes, at, mask))


def _middle(values, pairs, slopes, bounds, mask, other_mask):
    """Median of the slopes, which are computed in float64 between the bounds."""
    low = bounds.low - (np.abs(bounds.low) * _ROUNDING + _SMALLEST)
    high = bounds.high + (np.abs(bounds.high) * _ROUNDING + _SMALLEST)
    below = count_true(np.less(slopes, low, out=mask))
    np.less_equal(slopes, high, out=other_mask)
    np.bitwise_xor(mask.view(np.uint8), other_mask.view(np.uint8), out=mask.view(np.uint8))
    count = count_true(mask)
    found = np.flatnonzero(mask)
    series = found % len(count)
    found = found[np.argsort(series.astype(np.uint16), kind="stable")]  # by series
    pair, series = np.divmod(found, len(count))
    values = values.ravel()
    exact = values[pairs.later[pair] * len(count) + series].astype(float)
    exact -= values[pairs.earlier[pair] * len(count) + series]
    exact /= pairs.spans[pair]
    lower, upper = (
        np.where(count > 0, place.astype(np.int64) - below, 0) for place in (bounds.lower, bounds.upper)
    )
    return _mean_in_order(exact, count, lower, upper)


def _mean_in_order(numbers, count, lower, upper):
    """Mean of the numbers at two places, neighbours or one, of the order in each group; 0 for an empty group.

    Parameters
    ----------
    numbers : float array
        Group after group.
    count, lower, upper : int arrays, shape (groups,)
        Size of each group, and the two places in it from 0.
    """
    width = max(1, count.max())
    ordered = np.full((len(count), width), np.inf)
    rows = np.arange(len(count)) * width
    before = np.cumsum(count) - count
    ordered.ravel()[np.arange(len(numbers)) + np.repeat(rows - before, count)] = numbers
    ordered.sort(axis=1)
    mean = mean_of_two(ordered.ravel()[rows + lower], ordered.ravel()[rows + upper])
    mean[count == 0] = 0
    return mean
