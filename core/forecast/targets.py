"""What paths of emission come to: the year of the peak, neutrality, emission potential (CEP)."""

from __future__ import annotations

import numpy as np

SLOW = 0.01  # growth per year below it is slow


def peak_years(ce, years):
    """The year of the highest emission, the first one of several.

    Parameters
    ----------
    ce : float array, shape (..., years, units)
        NaN in a unit's first year = missing throughout.
    years : int array, shape (years,)

    Returns
    -------
    float array, shape (..., units)
        NaN = missing.
    """
    highest = np.argmax(np.where(np.isnan(ce), -np.inf, ce), axis=-2)
    return np.where(np.isnan(ce[..., 0, :]), np.nan, years[highest].astype(float))


def neutral_years(ce, cs, years):
    """The first year from which the emission stays at or below the sequestration until the last year.

    Parameters
    ----------
    ce : float array, shape (..., years, units)
    cs : float array, shape (years, units)
        A positive amount in the same mass. NaN = missing.
    years : int array, shape (years,)
        Up to the year by which units are to be neutral.

    Returns
    -------
    float array, shape (..., units)
        NaN where the emission is above in the last year, or something is missing.

    Examples
    --------
    >>> neutral_years(np.array([[9.0], [5.0], [4.0]]), np.full((3, 1), 5.0), np.array([2020, 2040, 2060]))
    array([2040.])
    """
    above = ~(ce <= cs)
    count = len(years)
    following = np.where(above.any(axis=-2), count - np.argmax(above[..., ::-1, :], axis=-2), 0)
    return np.where(following == count, np.nan, years[np.minimum(following, count - 1)].astype(float))


def emission_potential(peaked_low, peaked_base, peaked_high, neutral, growth):
    """Carbon emission potential (CEP), 5 the best.

    The first that holds: 5 peaked in the low and base scenario, neutral in base; 4 peaked in all three; 3
    peaked in low and base; 2 peaked in low, or slow growth in base; 1.

    Parameters
    ----------
    peaked_low, peaked_base, peaked_high : bool array, shape (units,)
        Whether the peak is in time.
    neutral : float array, shape (units,)
        1 = neutral in the base scenario, 0 = not, NaN = unknown.
    growth : float array, shape (units,)
        Of the base scenario after the peak's date, per year [1]. NaN = the unit has no path.

    Returns
    -------
    float array, shape (units,)
        1 to 5; NaN where there is no path, or where all hangs on an unknown neutrality.

    References
    ----------
    methods.md, section 6; Huo et al. 2025; docs/decisions/0127-emission-potential.md
    """
    both = peaked_low & peaked_base
    conditions = [
        np.isnan(growth) | (both & np.isnan(neutral)),
        both & (neutral == 1),
        both & peaked_high,
        both,
        peaked_low | (growth < SLOW),
    ]
    return np.select(conditions, [np.nan, 5.0, 4.0, 3.0, 2.0], default=1.0)
