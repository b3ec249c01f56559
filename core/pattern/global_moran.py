"""Global Moran's I: whether similar values lie near each other in the whole layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..progress import no_progress, step_of
from .permutations import SURE, over_blocks, pseudo_p, random_of
from .places import LEAST_UNITS, check_places
from .yearly import WeightsOfPlaces, merged, parts_by_year, shapeless

PERMUTATIONS, SEED = 999, 1
_BLOCK = 16  # permutations between two looks at the progress
COLUMNS = ("field", "year", "n", "islands", "i", "expected", "variance", "z", "p", "p_perm")


class GlobalMoran(NamedTuple):
    """Moran's I of one field at one date.

    Attributes
    ----------
    n : int
        Units with a neighbour.
    islands : int
        Units without; they are in nothing else.
    i, expected, variance : float
        Moran's I; its expectation and variance under randomisation. The variance of 3 units is NaN.
    z, p : float
        Standard score, and two-sided p of the normal distribution.
    p_perm : float
        Of the permutations, one-sided on the nearer tail; NaN without permutations.
    """

    n: int
    islands: int
    i: float
    expected: float
    variance: float
    z: float
    p: float
    p_perm: float


class MoranResult(NamedTuple):
    """Moran's I of fields and years.

    Attributes
    ----------
    table : dict
        Columns `COLUMNS`, a row per field and year; year None for one date.
    scatter : tuple of (int array, float array, float array)
        For each row that could be computed the units of the layer, their standard scores, and the mean of
        those of their neighbours (the weighted sum by the mean sum of weights, where rows are not
        standardised), so that I is the slope; empty if not asked for.
    notes : tuple of Note
    """

    table: dict
    scatter: tuple
    notes: tuple


def global_moran(values, weights, permutations=PERMUTATIONS, seed=SEED, progress=no_progress, threads=None):
    """Moran's I and its significance.

    `I = n / S0 * sum_ij w_ij z_i z_j / sum z_i^2`, z the deviations from the mean and S0 the sum of the
    weights. Units without neighbours are left out of n, mean and variance.

    Parameters
    ----------
    values : float array, shape (units,)
        None missing, not all equal.
    weights : Weights
    permutations : int
        How often the values are shuffled; 0 for none.
    seed : int
        Of the shuffles: the same seed gives the same p, on any number of threads.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.
    threads : int, optional

    Returns
    -------
    GlobalMoran

    Raises
    ------
    InputDataError
        Fewer than 3 units have a neighbour, or these have equal values.

    References
    ----------
    Moran 1950, Biometrika 37:17; Cliff and Ord 1981, Spatial processes. methods.md, section 7.
    """
    z, weights = connected(values, weights)
    n, matrix = len(z), weights.matrix
    squares = float((z * z).sum())
    total = float(matrix.data.sum())
    scale = n / total / squares
    i = scale * float((z * (matrix @ z)).sum())
    expected = -1 / (n - 1)
    variance = _variance(z, matrix, total, expected)
    score = (i - expected) / np.sqrt(variance) if variance > 0 else np.nan
    p_perm = np.nan
    if permutations:
        p_perm = _permuted(z, matrix, i, scale, permutations, seed, progress, threads)
    return GlobalMoran(
        n, len(values) - n, i, expected, variance, float(score), float(two_sided(score)), p_perm
    )


def connected(values, weights):
    """Deviations from the mean of the units with a neighbour, and the weights among these.

    Raises
    ------
    InputDataError
        Fewer than 3 units have a neighbour, or these have equal values.
    """
    kept = np.flatnonzero(weights.neighbours)
    if len(kept) < LEAST_UNITS:
        raise InputDataError(
            "{count} units have a neighbour, and Moran's I needs at least {least}; choose another "
            "neighbourhood.",
            count=len(kept),
            least=LEAST_UNITS,
        )
    values = np.asarray(values, dtype=float)[kept]
    if values.max() == values.min():
        raise InputDataError(
            "All {count} units with a neighbour have the same value, {value:,.10g}, which makes no pattern; "
            "choose another neighbourhood.",
            count=len(kept),
            value=float(values[0]),
        )
    return values - values.mean(), weights if len(kept) == len(weights) else weights.of(kept)


def two_sided(z):
    """Two-sided p of standard scores, with all its digits far out in the tail."""
    from scipy.special import erfc

    return erfc(np.abs(z) / np.sqrt(2))


def _variance(z, matrix, total, expected):
    """Of I under randomisation: all orders of the values are equally likely."""
    n = len(z)
    if n < 4:
        return np.nan
    both = matrix + matrix.T
    s1 = float((both.data**2).sum()) / 2
    sums = np.asarray(matrix.sum(axis=1)).ravel() + np.asarray(matrix.sum(axis=0)).ravel()
    s2, s0 = float((sums**2).sum()), total**2
    kurtosis = float((z**4).mean()) / float((z**2).mean()) ** 2
    plain = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0)
    tailed = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0)
    return (plain - tailed) / ((n - 1) * (n - 2) * (n - 3) * s0) - expected**2


def _permuted(z, matrix, observed, scale, permutations, seed, progress, threads):
    """p of the nearer tail among shuffled values."""

    def of_one(number):
        shuffled = random_of(seed, number).permutation(z)
        lag = matrix @ shuffled
        lag *= shuffled
        return scale * lag.sum()

    blocks = over_blocks(
        lambda block: [of_one(number) for number in block], permutations, _BLOCK, progress, threads
    )
    found = np.concatenate(list(blocks))
    as_large = np.count_nonzero(found >= observed - SURE)
    as_small = np.count_nonzero(found <= observed + SURE)
    return float(pseudo_p(as_large, as_small, permutations))


def global_morans(
    columns,
    years,
    places,
    neighbourhood,
    permutations=PERMUTATIONS,
    seed=SEED,
    scatter=False,
    progress=no_progress,
):
    """Moran's I of several fields, year by year.

    Parameters
    ----------
    columns : dict of str to float array, shape (units,)
        Values by field; NaN = missing.
    years : int array or None
        None: all units are of one date.
    places : Places
    neighbourhood : Neighbourhood
    permutations, seed, progress
        As of `global_moran`.
    scatter : bool
        Whether to keep what a Moran scatter plot shows.

    Returns
    -------
    MoranResult
        A field and year that cannot be computed have n and NaN, and a warning.

    Raises
    ------
    InputDataError
        Two units have the same shape in a year, or a field cannot be computed in any year.
    """
    check_places(places, years)
    notes, rows, points = list(shapeless(places)), [], []
    shared = WeightsOfPlaces(neighbourhood, places)
    steps = len(columns) * (1 if years is None else len(np.unique(years)))
    for name, values in columns.items():
        about = name if len(columns) > 1 else ""
        for part in parts_by_year(values, years, places, shared.of, about):
            notes += part.notes
            share = step_of(progress, len(rows), steps)
            if part.weights is None:
                found = GlobalMoran(len(part.rows), 0, *[np.nan] * 6)
            else:
                found = global_moran(part.values, part.weights, permutations, seed, share)
                if scatter:
                    points.append(_scatter(part))
            rows.append((name, part.year, *found))
    table = dict(zip(COLUMNS, map(list, zip(*rows))))
    return MoranResult(table, tuple(points), merged(notes))


def _scatter(part):
    """Units, standard scores and lags of a part."""
    z, weights = connected(part.values, part.weights)
    z = z / z.std()
    lag = (weights.matrix @ z) * (len(z) / weights.matrix.data.sum())
    return part.rows[np.flatnonzero(part.weights.neighbours)], z, lag
