"""ARIMA models of short yearly series: the order by KPSS and AICc, missing values by the model.

`statsmodels` says what it thinks of a fit through `warnings`, whose filters belong to the whole process. It
has nothing to say if it gets its starting values and is asked neither for a covariance nor for a warning;
whether the search converged is read from its result, and floating point errors are silenced for the thread
only.
"""

import re
from itertools import product
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError

LEAST_VALUES = 15
MOST_DIFFERENCES = 2
SEARCHED = 3  # p and q from 0 to this
MOST_GIVEN = 5  # p and q of an order that is given
KPSS_5_PERCENT = 0.463  # Kwiatkowski et al. 1992, table 1, level stationarity

_ORDER = re.compile(r"[(（\s]*(\d+)[\s,;，；、]+(\d+)[\s,;，；、]+(\d+)[)）\s]*")
_TREND = "ctn"  # a constant in the differenced series, by the number of differences
_SEARCH = {"maxiter": 50, "disp": 0, "warn_convergence": False}
_FLAT = 1e-12  # of the largest value: differences that vary less are rounding


class Arima(NamedTuple):
    """A series with what a model puts in its gaps.

    Attributes
    ----------
    values : float array
        The series where it was known, the model's values where it was missing.
    order : tuple of int
        p, d, q.
    """

    values: np.ndarray
    order: tuple[int, int, int]


def parse_order(text):
    """p, d and q of an order as people write it.

    Raises
    ------
    InputDataError
        These are not three numbers, or they are too large for a short series.

    Examples
    --------
    >>> parse_order("1,1,0"), parse_order("(2, 0, 1)")
    ((1, 1, 0), (2, 0, 1))
    """
    match = _ORDER.fullmatch(text)
    if match is None:
        raise InputDataError(
            "'{text}' is no order of an ARIMA model; write p,d,q, for example 1,1,0.", text=text
        )
    p, d, q = (int(number) for number in match.groups())
    if max(p, q) > MOST_GIVEN or d > MOST_DIFFERENCES:
        raise InputDataError(
            "The order {order} is too large for short series: p and q are at most {most}, d at most {d}.",
            order=text.strip(),
            most=MOST_GIVEN,
            d=MOST_DIFFERENCES,
        )
    return p, d, q


def fill_by_arima(values, order=None):
    """Put a model's values into the gaps of a yearly series and after its end.

    A value inside the series is what the model expects from all known values, before and after it (Kalman
    smoother), a value after the end its forecast. Without `order` d is the number of differences after which
    the KPSS test does not reject a constant level at 5 % (gaps drawn straight for this test only), p and q
    of 0 to 3 are those with the lowest AICc among the models whose fit converged. The differenced series has
    a constant if d < 2. Where it is constant itself there is nothing to fit and the line goes on.

    Parameters
    ----------
    values : float array, shape (years,)
        One value per year; NaN = missing. The first is known, and at least `LEAST_VALUES` are.
    order : tuple of int, optional
        p, d, q.

    Returns
    -------
    Arima or None
        None: no model converged.

    References
    ----------
    methods.md, section 5; Hyndman and Khandakar 2008, J. Stat. Softw. 27(3).
    """
    values = np.asarray(values, dtype=float)
    # A fit is better conditioned near 0 and 1, and its likelihood shifts alike for all p and q.
    origin = values[0]
    scaled = values - origin
    drawn = drawn_straight(scaled)
    d = differences(drawn) if order is None else order[1]
    tolerance = _FLAT * np.nanmax(np.abs(values))
    line = line_through(scaled, min(d, 1), tolerance)
    if line is not None:
        return Arima(np.where(np.isnan(values), origin + line, values), (0, min(d, 1), 0))
    scale = np.std(np.diff(drawn, d))
    scaled = scaled / scale
    best = None
    for p, q in by_size() if order is None else [(order[0], order[2])]:
        model = fit(scaled, (p, d, q))
        if model is not None and (best is None or model.aicc < best.aicc):
            best = model
    if best is None:
        return None
    return Arima(np.where(np.isnan(values), origin + scale * best.values, values), best.order)


def by_size():
    """All (p, q) to be searched, the small models first: they win ties."""
    return sorted(product(range(SEARCHED + 1), repeat=2), key=lambda order: (sum(order), order))


def drawn_straight(values):
    """The series up to its last value with its gaps filled along straight lines."""
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(known[-1] + 1), known, values[known])


def differences(values):
    """How often a series is to be differenced, at most twice, until KPSS does not reject its level."""
    for d in range(MOST_DIFFERENCES):
        if kpss(np.diff(values, d)) <= KPSS_5_PERCENT:
            return d
    return MOST_DIFFERENCES


def kpss(values):
    """Statistic of the KPSS test of a constant level; 0 for a constant series.

    Bartlett weights over `trunc(3 sqrt(n) / 13)` lags, as in Hyndman and Khandakar's search.

    Parameters
    ----------
    values : float array, shape (n,)

    References
    ----------
    Kwiatkowski et al. 1992, J. Econometrics 54:159.
    """
    n = len(values)
    residuals = values - values.mean()
    if np.ptp(values) <= _FLAT * np.abs(values).max():
        return 0.0
    lags = int(3 * np.sqrt(n) / 13)
    variance = residuals @ residuals
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (residuals[lag:] @ residuals[:-lag])
    return float(np.sum(np.cumsum(residuals) ** 2) / n / variance)


def line_through(values, degree, tolerance):
    """The constant (degree 0) or straight line (1) on which all known values lie, None if they do not."""
    known = np.flatnonzero(np.isfinite(values))
    first, last = known[0], known[-1]
    slope = 0.0 if degree == 0 else (values[last] - values[first]) / (last - first)
    line = values[first] + slope * (np.arange(len(values)) - first)
    return line if np.abs(values - line)[known].max() <= tolerance else None


class Fit(NamedTuple):
    """A fitted model: its values for every year, and its AICc."""

    values: np.ndarray
    order: tuple[int, int, int]
    aicc: float


def fit(values, order):
    """Fit one model by maximum likelihood.

    Parameters
    ----------
    values : float array
        Scaled series; NaN = missing, also at its end, for the years of the forecast.
    order : tuple of int

    Returns
    -------
    Fit or None
        None: the search did not converge.
    """
    from statsmodels.tsa.arima.model import ARIMA

    d = order[1]
    drawn = drawn_straight(values)
    ahead = len(values) - len(drawn)
    with np.errstate(all="ignore"):
        model = ARIMA(values[: len(drawn)], order=order, trend=_TREND[d], concentrate_scale=True)
        start = np.zeros(model.k_params)
        if d < 2:
            start[0] = np.diff(drawn, d).mean()
        try:
            if len(start):
                fitted = model.fit(start_params=start, cov_type="none", method_kwargs=dict(_SEARCH))
            else:
                fitted = model.smooth(start, cov_type="none")
            inside = fitted.smoother_results.smoothed_forecasts[0]
            expected = np.concatenate([inside, fitted.forecast(ahead)]) if ahead else inside
        except np.linalg.LinAlgError:
            return None
    converged = not len(start) or fitted.mle_retvals["converged"]
    if not converged or not np.isfinite(fitted.llf) or not np.isfinite(expected).all():
        return None
    n, k = np.count_nonzero(np.isfinite(values)) - d, len(start) + 1  # and the variance
    return Fit(expected, order, -2 * fitted.llf + 2 * k + 2 * k * (k + 1) / (n - k - 1))
