"""How far coefficients may be off: models of resampled units and residuals."""

from __future__ import annotations

import numpy as np

from .history import REGION, logarithms, pooled_rows, units_with_all_years
from .ridge import Moments, ridge_of_moments

_AT_ONCE = 1000  # draws; the stream of random numbers depends on it


def coefficient_draws(history, pool, k, draws, seed):
    """Slopes and constants of models fitted to resampled histories.

    Region: units are drawn with replacement, their sums fitted, and the residuals of the years, widened by
    `sqrt(n / (n - p - 1))`, drawn with replacement and added to what was fitted; the model of that counts.
    Panels: units are drawn with all their years, and so with their residuals.

    Parameters
    ----------
    history : History
    pool : str
        One of `history.POOLS`.
    k : float
    draws : int
    seed : int

    Returns
    -------
    slopes : float array, shape (draws, drivers)
    constants : float array, shape (draws,)

    Raises
    ------
    InputDataError
        See `history.pooled_rows`.

    References
    ----------
    Efron and Tibshirani 1993, An introduction to the bootstrap, chapters 8 and 9;
    docs/decisions/0126-intervals-of-paths.md.
    """
    dice = np.random.default_rng(seed)
    draw = _region_draws(history, k, dice) if pool == REGION else _panel_draws(history, pool, k, dice)
    sizes = [min(_AT_ONCE, draws - start) for start in range(0, draws, _AT_ONCE)]
    slopes, constants = zip(*(draw(size) for size in sizes))
    return np.concatenate(slopes), np.concatenate(constants)


def _region_draws(history, k, dice):
    whole, _ = units_with_all_years(history)
    years, units = len(whole.years), len(whole.units)
    free = years - len(whole.variables) - 1
    widening = np.sqrt(years / max(free, 1))

    def draw(size):
        weights = _times_drawn(dice, units, size)
        sums = {key: np.einsum("mu,yu->my", weights, values) for key, values in whole.amounts.items()}
        response, drivers = logarithms(sums, whole.variables)
        slopes, constants = _models(response, drivers, k)
        fitted = constants[:, None] + np.einsum("mni,mi->mn", drivers, slopes)
        residuals = (response - fitted) * widening
        drawn = dice.integers(0, years, (size, years))
        return _models(fitted + np.take_along_axis(residuals, drawn, axis=1), drivers, k)

    return draw


def _panel_draws(history, pool, k, dice):
    rows = pooled_rows(history, pool)
    moments = Moments(*rows.within(), rows.group)

    def draw(size):
        slopes, constants = moments.weighted(_times_drawn(dice, rows.groups, size), [k])
        return slopes[:, 0], constants[:, 0]

    return draw


def _times_drawn(dice, units, size):
    """How often each unit is drawn, float, shape (size, units)."""
    drawn = dice.integers(0, units, (size, units)) + units * np.arange(size)[:, None]
    return np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units).astype(float)


def _models(response, drivers, k):
    """A model of every draw: (slopes, constants)."""
    rows = np.concatenate([drivers, response[:, :, None]], axis=2)
    means = rows.mean(axis=1)
    rows = rows - means[:, None]
    counts = np.full(len(rows), float(rows.shape[1]))
    products = np.einsum("mni,mnj->mij", rows, rows)
    slopes, constants = ridge_of_moments(counts, np.zeros(means.shape), products, [k], means)
    return slopes[:, 0], constants[:, 0]
