"""Stepwise linear regression of a response on drivers, by AICc or by p, and their correlations."""

from __future__ import annotations

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, listing, warning
from ..sequences import zip_equal
from .complete import complete_units

AICC, P = CRITERIA = ("AICc", "p")
P_IN, P_OUT = 0.05, 0.10
LEAST_TOLERANCE = 1e-4  # 1 / VIF of a driver that may enter
CONSTANT = "constant"  # the row of the intercept
START, ADD, REMOVE = "start", "add", "remove"

_EXACT = 1e-14  # share of the variance that is left over by rounding


class Regression(NamedTuple):
    """A regression by steps; tables as dicts of columns.

    Attributes
    ----------
    units : int
        That have all values.
    drivers : tuple of str
        In the model, in the order of the input.
    coefficients : dict
        variable, b, se, t, p, beta, vif, importance: the constant, then the drivers of the model.
    steps : dict
        step, action, variable, sse, aicc, p, r2, adj_r2: of the model after each step.
    correlations : dict
        variable_1, variable_2, pearson, pearson_p, spearman, spearman_p: of every two of response and
        drivers.
    r2, adjusted_r2 : float
    f, p : float
        Of the whole model; NaN without drivers.
    fitted, observed : float arrays, shape (units,)
    notes : tuple of Note
    """

    units: int
    drivers: tuple
    coefficients: dict
    steps: dict
    correlations: dict
    r2: float
    adjusted_r2: float
    f: float
    p: float
    fitted: np.ndarray
    observed: np.ndarray
    notes: tuple[Note, ...]


def stepwise_regression(response, drivers, criterion=AICC, correlations=True, name="response"):
    """The linear model that steps lead to, from the mean alone.

    AICc: `n ln(SSE / n) + 2 k + 2 k (k + 1) / (n - k - 1)`, where k counts the coefficients and the constant;
    each step adds or removes the driver that lowers it most, until none does. p: the driver with the least p
    enters if p is below 0.05; then the one with the greatest leaves if p is above 0.10.

    Parameters
    ----------
    response : float array, shape (units,)
        NaN = missing.
    drivers : dict of str to float array, shape (units,)
        By name; NaN = missing.
    criterion : str
        'AICc' or 'p'.
    correlations : bool
        Whether to compute them.
    name : str
        Of the response.

    Returns
    -------
    Regression

    Raises
    ------
    InputDataError
        Fewer than 3 units with all values, too few for the drivers, a constant response, or no driver that
        is not constant.

    References
    ----------
    methods.md, section 7.8; Hurvich and Tsai 1989, Biometrika 76:297.
    docs/decisions/0104-collinear-drivers.md, 0105-steps-of-a-regression.md.

    Examples
    --------
    >>> energy = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> rain = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    >>> emission = 10 + 2 * energy + np.array([0.1, -0.1, 0.0, -0.1, 0.1])
    >>> stepwise_regression(emission, {"energy": energy, "rain": rain}).drivers
    ('energy',)
    """
    columns = {name: response, **drivers}
    kept, notes = complete_units({key: np.isnan(values) for key, values in columns.items()})
    response = response[kept]
    varying, constant = _without_constant({key: values[kept] for key, values in drivers.items()})
    _check(response, varying, name)
    fits = _Fits(response, varying)
    chosen, steps = _by_steps(fits, criterion)
    order = sorted(chosen)
    table, fitted = _coefficients(response, varying, order, fits)
    n, k = len(response), len(order) + 1
    r2 = 1.0 - fits.sse(chosen) / fits.total
    f = r2 / (k - 1) / ((1 - r2) / (n - k)) if order and r2 < 1 else math.nan
    return Regression(
        units=n,
        drivers=tuple(fits.names[place] for place in order),
        coefficients=table,
        steps=steps,
        correlations=correlation_table({name: response, **varying}) if correlations else {},
        r2=r2,
        adjusted_r2=1.0 - (1.0 - r2) * (n - 1) / (n - k),
        f=f,
        p=_f_test(f, k - 1, n - k) if order else math.nan,
        fitted=fitted,
        observed=response,
        notes=(*notes, *constant, *_collinear_notes(fits), *_model_notes(fits, chosen)),
    )


def _without_constant(drivers):
    """The drivers that vary, and a warning that names the others."""
    varying = {name: values for name, values in drivers.items() if np.ptp(values) > 0}
    constant = [name for name in drivers if name not in varying]
    if not varying:
        raise InputDataError(
            "All drivers are constant: {drivers}; choose others.", drivers=listing(constant, 30)
        )
    if not constant:
        return varying, ()
    text = "{count} drivers are constant and left out: {drivers}."
    return varying, (warning(text, len(constant), drivers=listing(constant, 30)),)


def _check(response, drivers, name):
    if np.ptp(response) == 0:
        raise InputDataError(
            "'{name}' is {value:g} in all {count} units, so there is nothing to explain; choose another "
            "field.",
            name=name,
            value=response[0],
            count=len(response),
        )
    least = len(drivers) + 3  # n - k - 1 > 0 with all drivers and the constant
    if len(response) < least:
        raise InputDataError(
            "{drivers} drivers need {least} units or more, and {count} have all values; choose fewer "
            "drivers.",
            drivers=len(drivers),
            least=least,
            count=len(response),
        )


class _Fits:
    """Models of any of the drivers, from the correlations of all: nothing is as long as the units."""

    def __init__(self, response, drivers):
        self.names = list(drivers)
        self.units = len(response)
        columns = np.array([*drivers.values(), response])
        columns = columns - columns.mean(axis=1, keepdims=True)
        self.total = float((columns[-1] ** 2).sum())
        columns /= np.sqrt((columns**2).sum(axis=1, keepdims=True))
        correlations = columns @ columns.T
        self.between = correlations[:-1, :-1]
        self.with_response = correlations[:-1, -1]
        self._shares = {}

    def sse(self, chosen):
        """Sum of squared errors of the model of some drivers; 0 where only rounding is left."""
        key = frozenset(chosen)
        if key not in self._shares:
            places = sorted(key)
            own = self.with_response[places]
            left = 1.0 - float(own @ np.linalg.solve(self.between[np.ix_(places, places)], own))
            self._shares[key] = left if left > _EXACT * self.units else 0.0
        return self.total * self._shares[key]

    def aicc(self, chosen):
        """AICc of the model of some drivers."""
        sse, n, k = self.sse(chosen), self.units, len(chosen) + 1
        if sse == 0:
            return -math.inf
        return n * math.log(sse / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)

    def p(self, chosen, driver):
        """p of a driver in the model of `chosen`, which it is one of."""
        free = self.units - len(chosen) - 1
        sse, without = self.sse(chosen), self.sse(chosen - {driver})
        if sse == 0:
            return 0.0 if without > 0 else 1.0
        return _f_test(max(0.0, without - sse) / (sse / free), 1, free)

    def vif(self, chosen):
        """Variance inflation factors of the drivers of a model, by place."""
        places = sorted(chosen)
        inverse = np.linalg.inv(self.between[np.ix_(places, places)])
        return dict(zip_equal(places, np.diag(inverse).tolist()))

    def tolerance(self, driver, others):
        """Share of the variance of a driver that the others leave."""
        places = sorted(others)
        own = self.between[places, driver]
        return 1.0 - float(own @ np.linalg.lstsq(self.between[np.ix_(places, places)], own, rcond=None)[0])

    def may_enter(self, driver, chosen):
        """Whether a driver is no combination of those of the model."""
        return self.tolerance(driver, chosen) >= LEAST_TOLERANCE


def _f_test(f, above, below):
    from scipy.special import fdtrc

    return float(fdtrc(above, below, f)) if not math.isnan(f) else 0.0


def _by_steps(fits, criterion):
    """Places of the drivers of the model, and the table of steps."""
    columns = ("step", "action", "variable", "sse", "aicc", "p", "r2", "adj_r2")
    steps = {name: [] for name in columns}
    next_step = {AICC: _next_by_aicc, P: _next_by_p}[criterion]
    chosen, seen = frozenset(), set()
    step = START, None, math.nan
    while step is not None and (chosen, step) not in seen:
        seen.add((chosen, step))
        action, driver, p = step
        chosen = chosen | {driver} if action == ADD else chosen - {driver}
        n, k, sse = fits.units, len(chosen) + 1, fits.sse(chosen)
        name = None if driver is None else fits.names[driver]
        shares = 1 - sse / fits.total, 1 - sse / (n - k) / (fits.total / (n - 1))
        values = len(steps["step"]), action, name, sse, fits.aicc(chosen), p, *shares
        for column, value in zip_equal(columns, values):
            steps[column].append(value)
        step = next_step(fits, chosen)
    return chosen, steps


def _next_by_aicc(fits, chosen):
    """Action, driver and its p of the step that lowers AICc most, None if none does."""
    models = [(ADD, driver, chosen | {driver}) for driver in _candidates(fits, chosen)]
    models += [(REMOVE, driver, chosen - {driver}) for driver in sorted(chosen)]
    if not models:
        return None
    action, driver, model = min(models, key=lambda model: fits.aicc(model[2]))
    if not fits.aicc(model) < fits.aicc(chosen):
        return None
    return action, driver, fits.p(chosen | {driver}, driver)


def _next_by_p(fits, chosen):
    """Action, driver and its p of the next step, None if there is none: first leaving, then entering.

    The least p is that of the least SSE, which tells apart what is 0 as p.
    """
    if chosen:
        driver = min(sorted(chosen), key=lambda driver: fits.sse(chosen - {driver}))
        p = fits.p(chosen, driver)
        if p > P_OUT:
            return REMOVE, driver, p
    candidates = _candidates(fits, chosen)
    if candidates:
        driver = min(candidates, key=lambda driver: fits.sse(chosen | {driver}))
        p = fits.p(chosen | {driver}, driver)
        if p < P_IN:
            return ADD, driver, p
    return None


def _candidates(fits, chosen):
    """Drivers that may enter a model."""
    if fits.sse(chosen) == 0:  # nothing is left to explain
        return []
    others = (driver for driver in range(len(fits.names)) if driver not in chosen)
    return [driver for driver in others if fits.may_enter(driver, chosen)]


def _coefficients(response, drivers, order, fits):
    """Table of the coefficients of a model, and its fitted values."""
    from scipy.special import stdtr

    names = [fits.names[place] for place in order]
    n, k = len(response), len(order) + 1
    # About their means and in their deviations, columns of any size keep their digits.
    columns = np.array([drivers[name] for name in names]).reshape(len(names), n)
    means, spreads = columns.mean(axis=1), columns.std(axis=1)
    scaled = (columns - means[:, None]) / spreads[:, None]
    q, triangle = np.linalg.qr(scaled.T)
    slopes = np.linalg.solve(triangle, q.T @ (response - response.mean()))
    fitted = response.mean() + scaled.T @ slopes
    exact = fits.sse(order) == 0
    variance = 0.0 if exact else float(((response - fitted) ** 2).sum()) / (n - k)
    inverse = np.linalg.inv(triangle)
    spread = inverse @ inverse.T * variance
    shifts = means / spreads
    b = [response.mean() - float(shifts @ slopes), *(slopes / spreads).tolist()]
    se = [
        math.sqrt(variance / n + float(shifts @ spread @ shifts)),
        *(np.sqrt(np.diag(spread)) / spreads).tolist(),
    ]
    t = [value / error if error > 0 else math.nan for value, error in zip_equal(b, se)]
    vif = fits.vif(order)
    rises = np.array([fits.sse(set(order) - {place}) - fits.sse(order) for place in order])
    table = {
        "variable": [CONSTANT, *names],
        "b": b,
        "se": se,
        "t": t,
        "p": [0.0 if math.isnan(value) else 2 * float(stdtr(n - k, -abs(value))) for value in t],
        "beta": [math.nan, *(slopes / response.std()).tolist()],
        "vif": [math.nan, *(vif[place] for place in order)],
        "importance": [math.nan, *(rises / rises.sum()).tolist()],
    }
    return table, fitted


def correlation_table(columns):
    """Pearson's and Spearman's correlation of every two columns.

    Parameters
    ----------
    columns : dict of str to float array, shape (units,)
        Without missing values; none is constant.

    Returns
    -------
    dict of lists
        variable_1, variable_2, pearson, pearson_p, spearman, spearman_p: two-sided p of Student's t with
        n - 2 degrees of freedom.
    """
    from scipy.stats import rankdata

    names = list(columns)
    values = np.array(list(columns.values()))
    table = {name: [] for name in ("variable_1", "variable_2")}
    table["variable_1"], table["variable_2"] = map(list, zip(*combinations(names, 2)))
    upper = np.triu_indices(len(names), 1)
    for kind, own in (("pearson", values), ("spearman", rankdata(values, axis=1))):
        r = np.clip(np.corrcoef(own)[upper], -1.0, 1.0)
        table[kind] = r.tolist()
        table[f"{kind}_p"] = _correlation_test(r, values.shape[1]).tolist()
    return table


def _correlation_test(r, units):
    """Two-sided p of correlations."""
    from scipy.special import stdtr

    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt((units - 2) / (1 - r**2))
    return 2 * stdtr(units - 2, -t)


def _collinear_notes(fits):
    """A warning for every driver that those before it make up, with their names."""
    notes, free = [], []
    for driver in range(len(fits.names)):
        if fits.may_enter(driver, free):
            free.append(driver)
            continue
        makers = _makers(fits, driver, free)
        notes.append(
            warning(
                "'{driver}' is a combination of {others} (tolerance {tolerance:.2g}); they are never in the "
                "model together, and which of them is may be chance: leave one out.",
                driver=fits.names[driver],
                others=listing((f"'{fits.names[other]}'" for other in makers), 30),
                tolerance=max(0.0, fits.tolerance(driver, makers)),
            )
        )
    return notes


def _makers(fits, driver, others):
    """The fewest of the others, found by leaving out one after the other, that make up a driver."""
    makers = list(others)
    for other in others:
        fewer = [place for place in makers if place != other]
        if fewer and not fits.may_enter(driver, fewer):
            makers = fewer
    return makers


def _model_notes(fits, chosen):
    """What to know before trusting the model."""
    if not chosen:
        return [warning("No driver explains the response well enough to enter: the model is the mean.")]
    if fits.sse(chosen) == 0:
        return [
            warning(
                "The drivers explain the response exactly: it is computed from them, and the model tells "
                "nothing new."
            )
        ]
    return []
