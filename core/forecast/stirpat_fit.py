"""The STIRPAT model: emission as a product of powers of its drivers, by least squares and by ridge."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..sequences import zip_equal
from .history import REGION, pooled_rows
from .ridge import Moments, Ridge

GIVEN, STABLE, VIF, HKB, LEAVE_OUT = K_METHODS = (
    *("given", "stable trace", "VIF"),
    *("Hoerl-Kennard-Baldwin", "leave out"),
)
CONSTANT = "constant"  # the row of the intercept
GRID = np.arange(101) / 100.0  # values of K that are tried
MOST_VIF = 10.0
MOST_CHANGE = 0.05  # of a standardised coefficient from one K to the next
IDENTITY = 0.999999  # an R2 above it means that the response is computed from the drivers
PLAIN_K = 0.02

_SINGULAR = 1e-12  # an eigenvalue of the correlations below it is 0


class StirpatFit(NamedTuple):
    """A fitted model; tables as dicts of columns.

    Attributes
    ----------
    pool, method : str
        Of `history.POOLS` and `K_METHODS`.
    k : float
        The chosen one.
    coefficients : dict
        variable, ols_b, ols_se, ols_t, ols_p, ols_beta, tolerance, vif, ridge_b, ridge_beta, ridge_vif, pool,
        k: the constant, then the drivers. Both b are elasticities: percent of emission per percent of driver.
    trace : dict
        k, variable, beta, vif, for every K of the grid.
    choices : dict
        method, k, r2, rmse, loo_rmse: what each way to choose K leads to. rmse is on the emission, loo_rmse
        that of rows left out, on its logarithm.
    ols : Quality
    ridge : Quality
        With the chosen K.
    observed, predicted : float arrays, shape (rows,)
        Emission, in the mass of the input.
    year : int array, shape (rows,)
    unit : tuple of str or None
        Of the rows; None: the region.
    notes : tuple of Note
    """

    pool: str
    method: str
    k: float
    coefficients: dict
    trace: dict
    choices: dict
    ols: Quality
    ridge: Quality
    observed: np.ndarray
    predicted: np.ndarray
    year: np.ndarray
    unit: tuple[str, ...] | None
    notes: tuple[Note, ...]


class Quality(NamedTuple):
    """How well a model fits.

    Attributes
    ----------
    rows, free : int
        Rows, and degrees of freedom that are left.
    r2, adjusted_r2 : float
        On the logarithm.
    f, p : float
        Of the drivers together, with `drivers` and `free` degrees of freedom.
    rmse : float
        On the emission.
    t_test_p : float
        Pooled-variance t test of predicted against actual emission; above 0.05 they do not differ.
    """

    rows: int
    free: int
    r2: float
    adjusted_r2: float
    f: float
    p: float
    rmse: float
    t_test_p: float


def stirpat_fit(history, pool=REGION, method=STABLE, k=PLAIN_K):
    """Fit `ln CE = a + sum of b ln driver` by least squares and by ridge regression.

    Parameters
    ----------
    history : History
    pool : str
        One of `history.POOLS`: sums of the region by year, or units and years, perhaps with a constant for
        every unit; the constant is then the mean one.
    method : str
        One of `K_METHODS`; how K is chosen.
    k : float
        K where it is given.

    Returns
    -------
    StirpatFit

    Raises
    ------
    InputDataError
        A value without a logarithm, too few rows, a constant response or driver, drivers that are
        combinations of each other; see `history.pooled_rows`.

    References
    ----------
    methods.md, section 6; Dietz and Rosa 1997, PNAS 94:175; Hoerl and Kennard 1970, Technometrics 12:55;
    Hoerl, Kennard and Baldwin 1975, Communications in Statistics 4:105. docs/decisions/0120 to 0123.
    """
    rows = pooled_rows(history, pool)
    model = _Model(rows, history.names)
    found = model.choices(k)
    chosen = found[method]
    observed, predicted = np.exp(rows.response), np.exp(model.fitted(chosen))
    notes = (*rows.notes, *_notes(model, method, chosen))
    return StirpatFit(
        pool=pool,
        method=method,
        k=chosen,
        coefficients=_coefficients(model, chosen, pool),
        trace=_trace(model),
        choices=_choice_table(model, found),
        ols=model.quality(0.0),
        ridge=model.quality(chosen),
        observed=observed,
        predicted=predicted,
        year=rows.year,
        unit=rows.unit,
        notes=notes,
    )


class _Model:
    """Rows with their ridge regression."""

    def __init__(self, rows, names):
        self.rows, self.names = rows, names
        self.count, self.drivers = rows.drivers.shape
        self.free = self.count - self.drivers - (rows.groups if rows.effects else 1)
        self._check_size()
        response, drivers = rows.within()
        self._check_constant(response, drivers)
        self.ridge = Ridge(response, drivers)
        self._check_singular()
        self.ols_left = float(self.ridge.unexplained([0.0])[0])
        self.is_identity = 1.0 - self.ols_left > IDENTITY

    def _check_size(self):
        if self.free >= 1:
            return
        raise InputDataError(
            "{drivers} drivers need {least} rows or more, and there are {count}; add years, choose fewer "
            "drivers, or pool the units as a panel.",
            drivers=self.drivers,
            least=self.count - self.free + 1,
            count=self.count,
        )

    def _check_constant(self, response, drivers):
        for name, values, whole in (
            ("the response", response, self.rows.response),
            *zip_equal(self.names, drivers.T, self.rows.drivers.T),
        ):
            if values.std() > 1e-12 * max(1.0, np.abs(whole).max()):
                continue
            within = " in every unit" if self.rows.effects else ""
            raise InputDataError(
                "'{name}' is constant" + within + ", so it explains nothing; leave it out or choose another "
                "field.",
                name=name,
            )

    def _check_singular(self):
        if self.ridge.eigenvalues[-1] > _SINGULAR:
            return
        raise InputDataError(
            "The drivers {names} are combinations of each other, so their coefficients mean nothing; leave "
            "one out.",
            names=listing(self.names, 30),
        )

    def constant(self, k):
        """The constant, with effects the mean of them."""
        drivers, response = self.rows.drivers.mean(axis=0), self.rows.response.mean()
        return float(response - self.ridge.slopes([k])[0] @ drivers)

    def fitted(self, k):
        """Fitted logarithms of all rows."""
        response, drivers = self.rows.response, self.rows.drivers
        slopes = self.ridge.slopes([k])[0]
        if not self.rows.effects:
            return self.constant(k) + drivers @ slopes
        own = self.rows.group_means(response) - self.rows.group_means(drivers) @ slopes
        return own[self.rows.group] + drivers @ slopes

    def leave_out_rmse(self, k):
        """Root mean square error of groups predicted by the model of the others, for every K.

        With effects the constant of a group that was left out is unknown: the error is that of deviations.
        """
        response, drivers = self.rows.within()
        slopes, constants = Moments(response, drivers, self.rows.group).without_each(k)
        group = self.rows.group
        left = response[:, None] - (np.zeros_like(constants) if self.rows.effects else constants)[group]
        for place, driver in enumerate(drivers.T):
            left -= slopes[group, :, place] * driver[:, None]
        return np.sqrt((left**2).mean(axis=0))

    def choices(self, given):
        """K by every method; all that look at the data find 0 for an identity."""
        found = {
            STABLE: _first(self.suitable(STABLE)),
            VIF: _first(self.suitable(VIF)),
            HKB: self.drivers * self.ols_left / self.free / float((self.ridge.betas([0.0]) ** 2).sum()),
            LEAVE_OUT: float(GRID[np.argmin(self.leave_out_rmse(GRID))]),
        }
        if self.is_identity:
            found = dict.fromkeys(found, 0.0)
        return {GIVEN: float(given), **found}

    def suitable(self, method):
        """Which K of the grid meet the rule of a stable trace, or only that of VIF."""
        low = (self.ridge.vifs(GRID) < MOST_VIF).all(axis=1)
        if method == VIF:
            return low
        change = np.abs(np.diff(self.ridge.betas(GRID), axis=0)).max(axis=1)
        return low & np.concatenate([[True], change < MOST_CHANGE])

    def quality(self, k):
        """How well the model fits with a K."""
        from scipy.special import fdtrc, stdtr

        logs, fitted = self.rows.response, self.fitted(k)
        left = float(((logs - fitted) ** 2).sum())
        r2 = 1.0 - left / float(((logs - logs.mean()) ** 2).sum())
        share = float(self.ridge.unexplained([k])[0])
        f = math.inf if share == 0 else (1.0 - share) / self.drivers / (share / self.free)
        observed, predicted = np.exp(logs), np.exp(fitted)
        spread = (observed.var(ddof=1) + predicted.var(ddof=1)) / self.count
        t = float(predicted.mean() - observed.mean()) / math.sqrt(spread)
        return Quality(
            rows=self.count,
            free=self.free,
            r2=r2,
            adjusted_r2=1.0 - (1.0 - r2) * (self.count - 1) / self.free,
            f=f,
            p=float(fdtrc(self.drivers, self.free, f)),
            rmse=float(np.sqrt(((predicted - observed) ** 2).mean())),
            t_test_p=2.0 * float(stdtr(2 * self.count - 2, -abs(t))),
        )


def _first(suitable):
    """The smallest K that suits, the greatest of the grid if none does."""
    return float(GRID[np.argmax(suitable)]) if suitable.any() else float(GRID[-1])


def _coefficients(model, k, pool):
    """Table of the coefficients by least squares and by ridge."""
    from scipy.special import stdtr

    ridge, names, nothing = model.ridge, model.names, [math.nan]
    b, beta, vif = (values([0.0])[0] for values in (ridge.slopes, ridge.betas, ridge.vifs))
    variance = model.ols_left / model.free  # on the correlation scale
    error = np.sqrt(variance * vif) * ridge.scale / ridge.scales
    means = model.rows.drivers.mean(axis=0) / ridge.scales
    along = means @ ridge.axes
    constant_error = ridge.scale * math.sqrt(variance * (1.0 + float((along**2 / ridge.eigenvalues).sum())))
    b, error = np.append(model.constant(0.0), b), np.append(constant_error, error)
    t = np.divide(b, error, out=np.full(len(b), math.nan), where=error > 0)
    p = np.where(error > 0, 2.0 * stdtr(model.free, -np.abs(t)), 0.0)
    size = len(names) + 1
    return {
        "variable": [CONSTANT, *names],
        "ols_b": b.tolist(),
        "ols_se": error.tolist(),
        "ols_t": t.tolist(),
        "ols_p": p.tolist(),
        "ols_beta": nothing + beta.tolist(),
        "tolerance": nothing + (1.0 / vif).tolist(),
        "vif": nothing + vif.tolist(),
        "ridge_b": [model.constant(k), *ridge.slopes([k])[0].tolist()],
        "ridge_beta": nothing + ridge.betas([k])[0].tolist(),
        "ridge_vif": nothing + ridge.vifs([k])[0].tolist(),
        "pool": [pool] * size,
        "k": [k] * size,
    }


def _trace(model):
    """Table of the standardised coefficients and VIF over K."""
    count = len(model.names)
    return {
        "k": np.repeat(GRID, count).tolist(),
        "variable": list(model.names) * len(GRID),
        "beta": model.ridge.betas(GRID).ravel().tolist(),
        "vif": model.ridge.vifs(GRID).ravel().tolist(),
    }


def _choice_table(model, found):
    """Table of the ways to choose K."""
    qualities = [model.quality(k) for k in found.values()]
    return {
        "method": list(found),
        "k": list(found.values()),
        "r2": [quality.r2 for quality in qualities],
        "rmse": [quality.rmse for quality in qualities],
        "loo_rmse": model.leave_out_rmse(list(found.values())).tolist(),
    }


def _notes(model, method, chosen):
    """What was decided, and what to know before trusting the model."""
    notes = [decision("K = {k:.4g} ({method}).", k=chosen, method=method)]
    if model.is_identity:
        text = (
            "The response is an identity of the drivers (R² = {r2:.9f}), such as CE = P W CEI: nothing is "
            "estimated, and K is 0 unless it is given. Leave out a driver that is made of the response, such "
            "as CEI."
        )
        notes.append(warning(text, r2=1.0 - model.ols_left))
    elif method in (STABLE, VIF) and not model.suitable(method).any():
        text = "No K up to {most:g} meets the rule '{method}'; {most:g} is taken."
        notes.append(warning(text, most=GRID[-1], method=method))
    return notes
