"""Local Moran's I (LISA): which units lie among similar ones, and which stand out."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..false_discovery import largest_significant, rate_note
from ..progress import no_progress, step_of
from .global_moran import PERMUTATIONS, SEED, connected
from .permutations import SURE, over_blocks, pseudo_p, random_of
from .places import check_places
from .yearly import WeightsOfPlaces, merged, parts_by_year, shapeless

LEVEL = 0.05
QUADRANTS = ("HH", "LH", "LL", "HL")  # the unit first, then its neighbours: high or low
NOT_SIGNIFICANT = "ns"
_DRAWS_AT_ONCE = 1 << 20  # values that are drawn for a block of permutations: 8 MB
_SUMS_AT_ONCE = 1 << 17  # of units and permutations, where neighbours count differently


class LocalMoran(NamedTuple):
    """Local Moran's I of units, arrays of shape (units,).

    Attributes
    ----------
    i : float array
        NaN = no result, such as of a unit without neighbours.
    p : float array
        Of the permutations, one-sided on the nearer tail.
    quadrant : int array
        Place in `QUADRANTS`; -1 = no result.
    """

    i: np.ndarray
    p: np.ndarray
    quadrant: np.ndarray


class LocalMoranResult(NamedTuple):
    """Local Moran's I of all units and years.

    Attributes
    ----------
    i, p : float arrays, shape (units,)
        NaN = no result.
    quadrant : list of (str or None)
        'HH', 'LH', 'LL', 'HL' where p is significant, else 'ns'; None = no result.
    notes : tuple of Note
    """

    i: np.ndarray
    p: np.ndarray
    quadrant: list
    notes: tuple


def local_moran(values, weights, permutations=PERMUTATIONS, seed=SEED, progress=no_progress, threads=None):
    """Local Moran's I with conditional permutations.

    `I_i = (n - 1) z_i sum_j w_ij z_j / sum z^2`, z the deviations from the mean. For p the neighbours' values
    are drawn from the other units, without repeats, while the unit keeps its own. All units see the same
    draws. Units without neighbours are left out of n, mean and variance.

    Parameters
    ----------
    values : float array, shape (units,)
        None missing, not all equal.
    weights : Weights
    permutations : int
        At least 1.
    seed : int
        Of the draws: the same seed gives the same p, on any number of threads.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.
    threads : int, optional

    Returns
    -------
    LocalMoran

    Raises
    ------
    InputDataError
        Fewer than 3 units have a neighbour, or these have equal values.

    References
    ----------
    Anselin 1995, Geogr. Anal. 27:93. methods.md, section 7; docs/decisions/0094-permutations.md.
    """
    z, linked = connected(values, weights)
    lag = linked.matrix @ z
    i, p = np.full((2, len(weights)), np.nan)
    quadrant = np.full(len(weights), -1)
    kept = np.flatnonzero(weights.neighbours)
    i[kept] = (len(z) - 1) * z * lag / (z * z).sum()
    # 0 HH, 1 LH, 2 LL, 3 HL; a value at the mean counts as low
    quadrant[kept] = np.where(lag > 0, np.where(z > 0, 0, 1), np.where(z > 0, 3, 2))
    p[kept] = _conditional_p(z, linked, permutations, seed, progress, threads)
    return LocalMoran(i, p, quadrant)


def _conditional_p(z, weights, permutations, seed, progress, threads):
    """p of every unit among draws of its neighbours' values.

    The sign of I follows that of the neighbours' mean, as the unit keeps its value; so only these means are
    compared, and the nearer tail of the one is that of the other.
    """
    means = _MeansOfDraws(z, weights)
    most = int(weights.neighbours.max())

    def counts(block):
        draws = np.stack(
            [random_of(seed, number).choice(len(z), most + 1, replace=False) for number in block]
        )
        return means.as_large_and_small(draws)

    block = max(1, min(64, _DRAWS_AT_ONCE // (most + 1)))
    as_large, as_small = np.zeros((2, len(z)), dtype=np.int64)
    for large, small in over_blocks(counts, permutations, block, progress, threads):
        as_large += large
        as_small += small
    # A unit at the mean has I = 0 whatever its neighbours are.
    return np.where(z == 0, 1.0, pseudo_p(as_large, as_small, permutations))


class _MeansOfDraws:
    """Compares the weighted means of drawn neighbours with those of the real ones.

    A draw has one value more than a unit has neighbours at most: a unit that draws itself takes the next
    value instead.

    Parameters
    ----------
    z : float array, shape (units,)
    weights : Weights
        No unit without neighbours.
    """

    def __init__(self, z, weights):
        self.z = z
        self.even = weights.even
        self.sizes = weights.neighbours
        self.shares = weights.matrix.data / np.repeat(
            np.add.reduceat(weights.matrix.data, weights.matrix.indptr[:-1]), self.sizes
        )
        self.starts = weights.matrix.indptr[:-1]
        observed = np.add.reduceat(self.shares * z[weights.matrix.indices], self.starts)
        sure = SURE * np.abs(z).max()
        self.low, self.high = observed - sure, observed + sure
        order = np.argsort(self.sizes, kind="stable")
        bounds = np.flatnonzero(np.diff(self.sizes[order])) + 1
        self.groups = np.split(order, bounds)  # units with equally many neighbours

    def as_large_and_small(self, draws):
        """How many draws make a mean at least, and at most, the observed one: two int arrays, (units,).

        Parameters
        ----------
        draws : int array, shape (draws, most neighbours + 1)
            Units, different in each row.
        """
        large, small = np.zeros((2, len(self.z)), dtype=np.int64)
        drawn = self.z[draws]
        sums = np.cumsum(drawn, axis=1)
        for units in self.groups:
            size = self.sizes[units[0]]
            if self.even:
                large[units], small[units] = self._even(units, sums[:, size - 1] / size)
            else:
                large[units], small[units] = self._weighted(units, size, drawn)
        self._without_self(draws, drawn, large, small)
        return large, small

    def _even(self, units, means):
        """Where all neighbours count the same, the means of the draws are the same for all units."""
        means = np.sort(means)
        large = len(means) - np.searchsorted(means, self.low[units], side="left")
        return large, np.searchsorted(means, self.high[units], side="right")

    def _weighted(self, units, size, drawn):
        """Counts of units that weigh their neighbours, some units at a time."""
        large, small = np.empty((2, len(units)), dtype=np.int64)
        step = max(1, _SUMS_AT_ONCE // len(drawn))
        for start in range(0, len(units), step):
            some = units[start : start + step]
            means = np.zeros((len(some), len(drawn)))
            for place in range(size):  # one after the other, so that no library chooses the order
                means += self.shares[self.starts[some] + place, None] * drawn[None, :, place]
            large[start : start + step] = (means >= self.low[some, None]).sum(axis=1)
            small[start : start + step] = (means <= self.high[some, None]).sum(axis=1)
        return large, small

    def _without_self(self, draws, drawn, large, small):
        """Count again where a unit was drawn as its own neighbour."""
        places = np.arange(draws.shape[1])
        draw, place = np.nonzero(places < self.sizes[draws])
        unit = draws[draw, place]
        size = self.sizes[unit]
        share = self.shares[self.starts[unit] + place]
        with_self = self._means(unit, size, drawn, draw)
        instead = with_self + share * (drawn[draw, size] - self.z[unit])
        for counts, test in (
            (large, lambda means: means >= self.low[unit]),
            (small, lambda means: means <= self.high[unit]),
        ):
            np.add.at(counts, unit, test(instead).astype(np.int64) - test(with_self))

    def _means(self, unit, size, drawn, draw):
        """Weighted mean of the first values of some draws for some units."""
        means = np.zeros(len(unit))
        for place in range(int(size.max(initial=0))):
            there = place < size
            means[there] += self.shares[self.starts[unit[there]] + place] * drawn[draw[there], place]
        return means


def local_morans(
    values,
    years,
    places,
    neighbourhood,
    permutations=PERMUTATIONS,
    seed=SEED,
    fdr=False,
    progress=no_progress,
):
    """Local Moran's I of a field, year by year.

    Parameters
    ----------
    values : float array, shape (units,)
        NaN = missing.
    years : int array or None
        None: all units are of one date.
    places : Places
    neighbourhood : Neighbourhood
    permutations, seed, progress
        As of `local_moran`.
    fdr : bool
        Whether a quadrant needs to pass the false discovery rate of 5 % over the units of its year, instead
        of p <= 0.05.

    Returns
    -------
    LocalMoranResult

    Raises
    ------
    InputDataError
        Two units have the same shape in a year, or no year can be computed.
    """
    check_places(places, years)
    notes = list(shapeless(places))
    i, p = np.full((2, len(values)), np.nan)
    names = np.full(len(values), None, dtype=object)
    steps = 1 if years is None else len(np.unique(years))
    shared = WeightsOfPlaces(neighbourhood, places)
    for done, part in enumerate(parts_by_year(values, years, places, shared.of)):
        share = step_of(progress, done, steps)
        notes += part.notes
        if part.weights is None:
            continue
        found = local_moran(part.values, part.weights, permutations, seed, share)
        i[part.rows], p[part.rows] = found.i, found.p
        largest = LEVEL
        if fdr:
            largest = largest_significant(found.p, LEVEL)
            notes.append(replace(rate_note(found.p, largest, LEVEL), about=part.about))
        codes = np.where(found.p <= largest, found.quadrant, len(QUADRANTS))
        labels = np.array([*QUADRANTS, NOT_SIGNIFICANT], dtype=object)
        names[part.rows] = np.where(found.quadrant < 0, None, labels[codes])
    return LocalMoranResult(i, p, names.tolist(), merged(notes))
