"""Getis and Ord's Gi*: where high or low values gather."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..false_discovery import largest_significant, rate_note
from ..notes import warning
from ..progress import no_progress
from .global_moran import two_sided
from .places import check_places
from .yearly import WeightsOfPlaces, merged, parts_by_year, shapeless

LEVELS = (0.10, 0.05, 0.01)  # of bins 1, 2 and 3
_NO_SPREAD = 1e-12


class HotSpots(NamedTuple):
    """Gi* of all units and years, arrays of shape (units,).

    Attributes
    ----------
    z, p : float arrays
        Gi* as a standard score, and two-sided p of the normal distribution; NaN = no result.
    bins : float array
        -3 to 3: cold or hot at 90, 95 and 99 %, 0 not significant; NaN = no result.
    neighbours : float array
        How many a unit has, without itself; NaN = no weights.
    notes : tuple of Note
    """

    z: np.ndarray
    p: np.ndarray
    bins: np.ndarray
    neighbours: np.ndarray
    notes: tuple


def gi_star(values, weights):
    """Gi* of every unit as a standard score.

    `Z = (sum_j w_ij x_j - mean(x) W_i) / (s sqrt((n sum_j w_ij^2 - W_i^2) / (n - 1)))`, W_i the sum of the
    weights and s the population deviation. The unit is in its own neighbourhood, with the largest of its
    weights. Row-standardising changes nothing.

    Parameters
    ----------
    values : float array, shape (units,)
        None missing, not all equal.
    weights : Weights
        Without the units themselves.

    Returns
    -------
    float array, shape (units,)
        NaN for a unit without neighbours, and for one whose neighbourhood is all units.

    References
    ----------
    Getis and Ord 1992, Geogr. Anal. 24:189; Ord and Getis 1995, 27:286. methods.md, section 7;
    docs/decisions/0095-gi-star.md.
    """
    values = np.asarray(values, dtype=float)
    n, matrix = len(values), weights.matrix
    deviations, ones = values - values.mean(), np.ones(n)
    own = np.maximum.reduceat(np.append(matrix.data, 0.0), matrix.indptr[:-1])
    sums = matrix @ ones + own
    squares = matrix.multiply(matrix) @ ones + own**2
    spread = n * squares - sums**2
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (matrix @ deviations + own * deviations) / (values.std() * np.sqrt(spread / (n - 1)))
    # Where all units are neighbours, what is left of the spread is rounding.
    z[(weights.neighbours == 0) | (spread <= _NO_SPREAD * n * squares)] = np.nan
    return z


def bins_of(z, p, fdr=False):
    """Bins of hot and cold spots.

    Parameters
    ----------
    z, p : float arrays
        NaN = no result.
    fdr : bool
        Whether a level has to be passed by the procedure of Benjamini and Hochberg over all units, each level
        on its own.

    Returns
    -------
    float array
        -3 to 3 at 99, 95 and 90 %, 0 not significant; NaN = no result.

    Examples
    --------
    >>> bins_of(np.array([2.7, -1.7, 0.5]), np.array([0.007, 0.09, 0.6]))
    array([ 3., -1.,  0.])
    """
    limits = [largest_significant(p, level) for level in LEVELS] if fdr else LEVELS
    strength = sum((p <= limit).astype(float) for limit in limits)
    return np.where(np.isnan(z), np.nan, np.where(strength > 0, np.sign(z) * strength, 0.0))


def hot_spots(values, years, places, neighbourhood, fdr=False, progress=no_progress):
    """Gi* of a field, year by year.

    Parameters
    ----------
    values : float array, shape (units,)
        NaN = missing.
    years : int array or None
        None: all units are of one date.
    places : Places
    neighbourhood : Neighbourhood
    fdr : bool
        See `bins_of`; over the units of a year.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Returns
    -------
    HotSpots

    Raises
    ------
    InputDataError
        Two units have the same shape in a year, or no year can be computed.
    """
    check_places(places, years)
    shared = WeightsOfPlaces(neighbourhood, places)
    return hot_spots_of(parts_by_year(values, years, places, shared.of), places, years, fdr, progress)


def hot_spots_of(parts, places, years, fdr, progress):
    """Gi* of the units of several years.

    Parameters
    ----------
    parts : iterable of Part
    places : Places
        Of all units.
    years, fdr, progress
        As of `hot_spots`.

    Returns
    -------
    HotSpots
    """
    notes = list(shapeless(places))
    z, p, bins, neighbours = np.full((4, len(places.points)), np.nan)
    steps = 1 if years is None else len(np.unique(years))
    for done, part in enumerate(parts):
        progress(done / steps)
        notes += part.notes
        if part.weights is None:
            continue
        found = gi_star(part.values, part.weights)
        tested = two_sided(found)
        z[part.rows], p[part.rows] = found, tested
        bins[part.rows] = bins_of(found, tested, fdr)
        neighbours[part.rows] = part.weights.neighbours
        notes += _all_neighbours(found, part)
        if fdr:
            largest = largest_significant(tested, LEVELS[1])
            notes.append(replace(rate_note(tested, largest, LEVELS[1]), about=part.about))
    progress(1.0)
    return HotSpots(z, p, bins, neighbours, merged(notes))


def _all_neighbours(z, part):
    """A warning on units whose neighbourhood is all units, if there are any."""
    count = int((np.isnan(z) & (part.weights.neighbours > 0)).sum())
    if count == 0:
        return ()
    note = warning(
        "{count} units have all others as neighbours, so Gi* has nothing to compare with; choose a smaller "
        "neighbourhood.",
        count,
    )
    return (replace(note, about=part.about),)
