"""Geographic detector: how much of a response the strata of factors explain, alone and in pairs.

Wang et al. 2010, IJGIS 24:107: factor, interaction, risk and ecological detector, on units in strata.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note
from ..sequences import zip_equal
from .complete import complete_units
from .strata import SEARCH, TOLERANCE, best_cut, given_strata, q_of, search_notes, strata_sums

NONLINEAR_WEAKEN, UNI_WEAKEN, INDEPENDENT, NONLINEAR_ENHANCE, BI_ENHANCE = (
    "nonlinear-weaken",
    "uni-weaken",
    "independent",
    "nonlinear-enhance",
    "bi-enhance",
)
MOST_NONCENTRAL = 1e8  # far above it scipy 1.10 ends the process
_ROWS = 1 << 14  # summed at once: their codes stay in the cache


class Detection(NamedTuple):
    """What the detectors found; tables as dicts of columns.

    Attributes
    ----------
    units : int
        That have all values.
    strata : tuple of Strata
        By factor.
    factor_q : dict
        factor, method, k, q, f, p, p_wang.
    interactions : dict
        factor_1, factor_2, q1, q2, q12, type, cells_of_one.
    risk : dict
        factor, stratum_1, stratum_2, units_1, units_2, mean_1, mean_2, difference, t, df, p.
    ecological : dict
        factor_1, factor_2, ssw_1, ssw_2, f, p.
    search : dict
        factor, method, k, q, chosen, reason.
    means : dict
        factor, stratum, units, mean.
    notes : tuple of Note
    """

    units: int
    strata: tuple
    factor_q: dict
    interactions: dict
    risk: dict
    ecological: dict
    search: dict
    means: dict
    notes: tuple[Note, ...]


def geodetector(response, factors, methods, counts, progress=None):
    """The four detectors of a response by factors.

    Parameters
    ----------
    response : float array, shape (units,)
        NaN = missing.
    factors : sequence of Factor
    methods : sequence of str
        Of `classification.METHODS`; numbers are cut by each, and the cut with the highest q is taken.
    counts : sequence of int
        Numbers of strata to try.
    progress : callable, optional
        Gets the share that is done, 0 to 1.

    Returns
    -------
    Detection

    Raises
    ------
    InputDataError
        Fewer than 3 units with all values, a constant response, a factor with one stratum, with a stratum of
        one unit, or that cannot be cut as asked for.

    References
    ----------
    methods.md, section 7.7; Wang et al. 2010, IJGIS 24:107; Wang et al. 2016, Ecol. Indic. 67:250.
    docs/decisions/0101-strata-of-one-unit.md, 0102-significance-of-q.md.

    Examples
    --------
    >>> response = np.array([1.0, 2.0, 7.0, 8.0])
    >>> found = geodetector(response, [coded("type", ["a", "a", "b", "b"])], [], [])
    >>> found.factor_q["q"]  # 1 - (0.5 + 0.5) / 37
    [0.972972972972973]
    """
    progress = progress or (lambda share: None)
    response, factors, notes = _complete(response, factors)
    # About its mean a response of large numbers keeps its digits.
    origin = response.mean()
    centred = response - origin
    total = float((centred**2).sum())
    strata, search = [], {name: [] for name in SEARCH}
    for place, factor in enumerate(factors):
        progress(0.5 * place / len(factors))
        if factor.is_given:
            strata.append(given_strata(factor))
            continue
        chosen, tried = best_cut(centred, total, factor, methods, counts)
        strata.append(chosen)
        for name, column in tried.items():
            search[name] += column
    notes += search_notes(search, len(methods) * len(counts))
    sums = [strata_sums(centred, one.code, one.count) for one in strata]
    progress(0.6)
    factor_q = _factor_detector(strata, sums, origin, total)
    interactions = _interaction_detector(centred, strata, factor_q["q"], total, progress)
    return Detection(
        units=len(response),
        strata=tuple(strata),
        factor_q=factor_q,
        interactions=interactions,
        risk=_risk_detector(strata, sums, origin),
        ecological=_ecological_detector(strata, sums, len(response)),
        search=search,
        means=_means(strata, sums, origin),
        notes=tuple(notes),
    )


def _complete(response, factors):
    """Response and factors of the units that have all values, and notes."""
    missing = {"the response": np.isnan(response), **{one.name: one.missing for one in factors}}
    kept, notes = complete_units(missing)
    response = response[kept]
    if np.ptp(response) == 0:
        raise InputDataError(
            "The response is {value:g} in all {count} units, so there is nothing to explain; choose another "
            "field.",
            value=response[0],
            count=len(response),
        )
    return response, [factor.of(kept) for factor in factors], list(notes)


def _factor_detector(strata, sums, origin, total):
    """Table of q, F and p of every factor."""
    q = [q_of(one, total) for one in sums]
    tests = [_test_of_q(share, one, origin, total) for share, one in zip_equal(q, sums)]
    f, p, p_wang = zip_equal(*tests)
    return {
        "factor": [one.factor for one in strata],
        "method": [one.method for one in strata],
        "k": [one.count for one in strata],
        "q": q,
        "f": list(f),
        "p": list(p),
        "p_wang": list(p_wang),
    }


def _test_of_q(q, sums, origin, total):
    """F, p of no difference between the strata, and p by Wang et al. 2016."""
    from scipy.special import fdtrc

    units, strata = int(sums.units.sum()), len(sums.units)
    free, within = strata - 1, units - strata
    if q >= 1.0:
        return np.nan, 0.0, 0.0
    f = max(0.0, within / free * q / (1.0 - q))
    p = float(fdtrc(free, within, f))
    means = sums.mean + origin
    shift = float((means**2).sum() - (np.sqrt(sums.units) * means).sum() ** 2 / units)
    return f, p, _noncentral_test(f, free, within, shift / (total / (units - 1)), p)


def _noncentral_test(f, free, within, noncentral, central_p):
    """p of the noncentral F distribution; NaN where its parameter is beyond what scipy computes."""
    from scipy.stats import ncf

    if noncentral <= 0:  # scipy 1.10 gives a negative p at 0
        return central_p
    if noncentral > MOST_NONCENTRAL:
        return np.nan
    with np.errstate(all="ignore"):  # of a p too small for a float
        return float(ncf.sf(f, free, within, nc=noncentral))


def _interaction_detector(centred, strata, q, total, progress):
    """Table of q of every pair of factors, in crossed strata."""
    pairs = list(combinations(range(len(strata)), 2))
    shares, alone = _crossed(centred, strata, pairs, total, progress)
    return {
        "factor_1": [strata[one].factor for one, _ in pairs],
        "factor_2": [strata[other].factor for _, other in pairs],
        "q1": [q[one] for one, _ in pairs],
        "q2": [q[other] for _, other in pairs],
        "q12": shares,
        "type": [interaction_type(q[one], q[other], both) for (one, other), both in zip_equal(pairs, shares)],
        "cells_of_one": alone,
    }


def _crossed(centred, strata, pairs, total, progress):
    """q and the number of strata of one unit, of pairs of factors.

    Pairs are crossed by counting, part by part of the rows. The sum of squares between strata is exact
    enough, because the response is about its mean.
    """
    cells = [strata[one].count * strata[other].count for one, other in pairs]
    units = [np.zeros(count, dtype=np.int64) for count in cells]
    sums = [np.zeros(count) for count in cells]
    rows = max(_ROWS, *cells) if cells else _ROWS  # fewer would cost more than they sum
    for start in range(0, len(centred), rows):
        progress(0.6 + 0.4 * start / len(centred))
        part = slice(start, start + rows)
        codes = [one.code[part] for one in strata]
        values = centred[part]
        for place, (one, other) in enumerate(pairs):
            cell = codes[one] * strata[other].count + codes[other]
            units[place] += np.bincount(cell, minlength=cells[place])
            sums[place] += np.bincount(cell, values, cells[place])
    shares = [float((own**2 / np.maximum(count, 1)).sum()) / total for own, count in zip_equal(sums, units)]
    return shares, [int((count == 1).sum()) for count in units]


def interaction_type(q1, q2, q12):
    """The kind of interaction of two factors.

    Parameters
    ----------
    q1, q2, q12 : float
        q of the two factors and of their crossed strata; equal means within 1e-10.

    Returns
    -------
    str

    References
    ----------
    methods.md, section 7.7; Wang et al. 2010, table 1.

    Examples
    --------
    >>> interaction_type(0.2, 0.3, 0.6), interaction_type(0.2, 0.3, 0.4)
    ('nonlinear-enhance', 'bi-enhance')
    """
    if q12 < min(q1, q2) - TOLERANCE:
        return NONLINEAR_WEAKEN
    if q12 < max(q1, q2) - TOLERANCE:
        return UNI_WEAKEN
    if abs(q12 - (q1 + q2)) <= TOLERANCE:
        return INDEPENDENT
    return NONLINEAR_ENHANCE if q12 > q1 + q2 else BI_ENHANCE


def _risk_detector(strata, sums, origin):
    """Table of Welch's t between the means of every two strata of a factor."""
    from scipy.special import stdtr

    columns = (
        *("factor", "stratum_1", "stratum_2", "units_1", "units_2", "mean_1", "mean_2"),
        *("difference", "t", "df", "p"),
    )
    table = {name: [] for name in columns}
    for one, own in zip_equal(strata, sums):
        first, second = np.triu_indices(one.count, 1)
        error = own.squares / (own.units - 1) / own.units
        both = error[first] + error[second]
        difference = own.mean[first] - own.mean[second]
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(both > 0, difference / np.sqrt(both), np.nan)
            free = both**2 / (
                error[first] ** 2 / (own.units[first] - 1) + error[second] ** 2 / (own.units[second] - 1)
            )
        p = 2 * stdtr(free, -np.abs(t))
        values = (
            [one.factor] * len(first),
            [one.labels[place] for place in first],
            [one.labels[place] for place in second],
            own.units[first].tolist(),
            own.units[second].tolist(),
            (own.mean[first] + origin).tolist(),
            (own.mean[second] + origin).tolist(),
            difference.tolist(),
            t.tolist(),
            free.tolist(),
            p.tolist(),
        )
        for name, column in zip_equal(columns, values):
            table[name] += column
    return table


def _ecological_detector(strata, sums, units):
    """Table of F between the sums of squares within the strata of every two factors."""
    from scipy.special import fdtr, fdtrc

    within = [float(one.squares.sum()) for one in sums]
    table = {name: [] for name in ("factor_1", "factor_2", "ssw_1", "ssw_2", "f", "p")}
    for one, other in combinations(range(len(strata)), 2):
        f = within[one] / within[other] if within[other] > 0 else np.nan
        free = units - 1
        p = min(1.0, 2 * min(float(fdtr(free, free, f)), float(fdtrc(free, free, f))))
        values = strata[one].factor, strata[other].factor, within[one], within[other], f, p
        for name, value in zip_equal(table, values):
            table[name].append(value)
    return table


def _means(strata, sums, origin):
    """Table of units and mean of the response in every stratum."""
    return {
        "factor": [one.factor for one in strata for _ in one.labels],
        "stratum": [label for one in strata for label in one.labels],
        "units": [units for own in sums for units in own.units.tolist()],
        "mean": [mean for own in sums for mean in (own.mean + origin).tolist()],
    }
