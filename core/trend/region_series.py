"""The series of a whole region, and the polynomial that describes it."""

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError

DEGREES = (1, 2, 3)
LEVEL = 0.95


class PolynomialTrend(NamedTuple):
    """A polynomial through a series, with its bands.

    Attributes
    ----------
    degree : int
    origin : float
        The time that powers are taken of the distance to.
    coefficients : float array, shape (degree + 1,)
        Of (time - origin) ** 0, 1, ...
    criteria : dict of int to float
        AICc of every degree that the series is long enough for.
    r2 : float
        Share of the variance that it explains; NaN for a constant series.
    at : float array, shape (points,)
    fitted : float array, shape (points,)
    confidence, prediction : float arrays, shape (2, points)
        Lower and upper bound at 95 %: of the polynomial, and of a new value.
    """

    degree: int
    origin: float
    coefficients: np.ndarray
    criteria: dict
    r2: float
    at: np.ndarray
    fitted: np.ndarray
    confidence: np.ndarray
    prediction: np.ndarray


def region_mean(values):
    """Mean of the units that have a value at every time.

    Parameters
    ----------
    values : float array, shape (times, units)
        NaN = missing.

    Returns
    -------
    float array, shape (times,)
        NaN if no unit has all values.
    int
        Units in it.

    References
    ----------
    docs/decisions/0054-region-series.md.
    """
    complete = np.isfinite(values).all(axis=0)
    count = int(complete.sum())
    if count == 0:
        return np.full(len(values), np.nan), 0
    # Divided first: a sum of large values could overflow.
    return (values[:, complete] / count).sum(axis=1), count


def polynomial_trend(times, values, at=None):
    """The polynomial of degree 1 to 3 with the lowest AICc, by least squares.

    `AICc = n ln(SSE / n) + 2 k + 2 k (k + 1) / (n - k - 1)` with k coefficients; a degree needs n > k + 1. Of
    equal ones the lowest degree is taken, so that a straight line stays one.

    Parameters
    ----------
    times, values : float arrays, shape (times,)
        At least 4, without missing values.
    at : float array, optional
        Where it is evaluated; at the times if not given.

    Returns
    -------
    PolynomialTrend

    Raises
    ------
    InputDataError
        Fewer than 4 values.

    References
    ----------
    methods.md, section 5; Hurvich and Tsai 1989, Biometrika 76:297.
    """
    from scipy.stats import t as student

    times, values = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    at = times if at is None else np.asarray(at, dtype=float)
    count = len(values)
    degrees = [degree for degree in DEGREES if count > degree + 2]
    if not degrees:
        raise InputDataError(
            "A polynomial needs at least 4 values, and there are {count}; add years.", count=count
        )
    origin, half = (times[0] + times[-1]) / 2, (times[-1] - times[0]) / 2  # powers of -1 to 1 stay apart
    fits = {degree: _fit((times - origin) / half, values, degree) for degree in degrees}
    criteria = {degree: _aicc(count, degree + 1, fit[2]) for degree, fit in fits.items()}
    degree = min(degrees, key=lambda degree: (criteria[degree], degree))
    scaled, triangle, error = fits[degree]
    powers = np.vander((at - origin) / half, degree + 1, increasing=True)
    fitted = powers @ scaled
    leverage = (np.linalg.solve(triangle.T, powers.T) ** 2).sum(axis=0)
    free = count - degree - 1
    wide = student.ppf((1 + LEVEL) / 2, free) * math.sqrt(error / free)
    sides = np.array([[-1.0], [1.0]])
    total = float(((values - values.mean()) ** 2).sum())
    return PolynomialTrend(
        degree=degree,
        origin=origin,
        coefficients=scaled / half ** np.arange(degree + 1),
        criteria=criteria,
        r2=1 - error / total if np.ptp(values) > 0 else math.nan,
        at=at,
        fitted=fitted,
        confidence=fitted + sides * wide * np.sqrt(leverage),
        prediction=fitted + sides * wide * np.sqrt(1 + leverage),
    )


def _fit(times, values, degree):
    """Coefficients, the triangle R of the design's QR, and the sum of squared errors."""
    design = np.vander(times, degree + 1, increasing=True)
    q, triangle = np.linalg.qr(design)
    scaled = np.linalg.solve(triangle, q.T @ values)
    error = float(((values - design @ scaled) ** 2).sum())
    # What is left of an exact fit is rounding, which must not choose the degree.
    rounding = len(values) * (16 * np.finfo(float).eps * float(np.abs(values).max())) ** 2
    return scaled, triangle, error if error > rounding else 0.0


def _aicc(count, terms, error):
    if error == 0:
        return -math.inf
    return count * math.log(error / count) + 2 * terms + 2 * terms * (terms + 1) / (count - terms - 1)
