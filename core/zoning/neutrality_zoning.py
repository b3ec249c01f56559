"""Neutrality zoning: units scored by the trends of their indices, natural breaks of the sums make zones
(methods.md, section 4.3)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..classification import NATURAL, class_breaks, class_of
from ..errors import InputDataError
from ..notes import Note, listing, warning
from ..sequences import zip_equal
from .balance_zoning import NO_ZONE
from .indices import ROUNDING
from .neutrality_indices import index_values
from .neutrality_rules import HIGHEST, LOWEST, POTENTIAL

FIVE_ZONES = {
    1: "Carbon sink functional zone",
    2: "Low-carbon development zone",
    3: "Net-carbon stabilisation zone",
    4: "High-carbon control zone",
    5: "Carbon source optimisation zone",
}
MOST_ZONES = 9  # more colours cannot be told apart


class IndexScores(NamedTuple):
    """One index of all units.

    Attributes
    ----------
    rule : Rule
    values : float array, shape (units,)
        What is scored: a class of trend from -2 to 2, a class of potential from 1 to 5, or an intensity
        scaled to 0..1. NaN = missing.
    scores : float array, shape (units,)
        1 to 5; NaN = missing.
    """

    rule: object
    values: np.ndarray
    scores: np.ndarray


class NeutralityZones(NamedTuple):
    """Units with their zones.

    Attributes
    ----------
    indices : tuple of IndexScores
    score : float array, shape (units,)
        Weighted sum of the scores; NaN where one that counts is missing.
    codes : int array, shape (units,)
        1 for the highest sums, ascending; 0 = no zone.
    upper : float array, shape (zones,)
        Highest sum of each zone, by code.
    notes : tuple of Note
    """

    indices: tuple[IndexScores, ...]
    score: np.ndarray
    codes: np.ndarray
    upper: np.ndarray
    notes: tuple[Note, ...]


def zone_names(count):
    """Zone names by code, in English, from the zone of the highest sums.

    Parameters
    ----------
    count : int
        Number of zones; names of their own have five only.

    Examples
    --------
    >>> zone_names(3)[1]
    'Zone 1 of 3'
    """
    if count == len(FIVE_ZONES):
        return FIVE_ZONES
    return {code: f"Zone {code} of {count}" for code in range(1, count + 1)}


def neutrality_zones(
    units,
    rules,
    trends=None,
    potential=None,
    intensity=None,
    potential_column=POTENTIAL,
    intensity_year=None,
    by_z_only=False,
    count=5,
):
    """Score every unit by its indices and put it into a zone.

    Parameters
    ----------
    units : sequence of str
        Unique keys.
    rules : sequence of Rule
        See `neutrality_rules`.
    trends : Table, optional
        Columns unit, field, class and, for `by_z_only`, z: all trends of Trends of units.
    potential : Table, optional
        Columns unit and `potential_column`: a class from 1 to 5.
    intensity : Table, optional
        Columns unit, cli and, where there are several dates, year.
    potential_column : str
    intensity_year : int, optional
        Of the intensity; empty: the latest.
    by_z_only : bool
        Class trends by Z alone, as study Q prints it, instead of slope and Z.
    count : int
        Number of zones, 2 to 9.

    Returns
    -------
    NeutralityZones
        A unit with a missing index that counts has no score and no zone.

    Raises
    ------
    InputDataError
        A rule lacks its table or field; a key twice; a class that is none; no unit in common with a table;
        fewer different sums than zones.

    References
    ----------
    methods.md, section 4.3; Huo et al. 2025 table 6; docs/decisions/0132 to 0136.
    """
    values, notes = index_values(
        units, rules, trends, potential, intensity, potential_column, intensity_year, by_z_only
    )
    indices = tuple(
        IndexScores(rule, of_index, scores_of(rule, of_index)) for rule, of_index in zip_equal(rules, values)
    )
    score = weighted_score([one.scores for one in indices], [rule.weight for rule in rules])
    codes, upper = zones_of(score, count)
    lacking = np.flatnonzero(np.isnan(score))
    if len(lacking):
        notes.append(
            warning(
                "{count} units have no score and no zone, because an index is missing: {units}.",
                len(lacking),
                units=listing(units[i] for i in lacking),
            )
        )
    return NeutralityZones(indices, score, codes, upper, tuple(notes))


def scores_of(rule, values):
    """Scores 1 to 5 of what a rule looks at.

    Parameters
    ----------
    rule : Rule
    values : float array
        Classes of trends from -2 to 2, of potential from 1 to 5, or intensities scaled to 0..1. NaN =
        missing.

    Returns
    -------
    float array
        5 is the most favourable. Intensities score by equal intervals that hold their lower bound, and 1 is
        in the highest.
    """
    if rule.is_trend:
        scores = values + (LOWEST + HIGHEST) / 2
    elif rule.index.casefold() == POTENTIAL:
        scores = values
    else:
        scores = np.minimum(np.floor(HIGHEST * values + ROUNDING), HIGHEST - 1) + LOWEST
    return scores if rule.positive else LOWEST + HIGHEST - scores


def weighted_score(scores, weights):
    """Weighted sum of the scores of units.

    Parameters
    ----------
    scores : sequence of float arrays, shape (units,)
        1 to 5, NaN = missing.
    weights : sequence of float
        0 or more; an index of weight 0 does not count, and may be missing.

    Returns
    -------
    float array, shape (units,)
        NaN where a score that counts is missing. Rounded to 12 digits of the greatest possible sum, so that
        sums of weights such as 0.1 that are equal are equal here.

    Examples
    --------
    >>> weighted_score([np.array([5.0, 1.0]), np.array([2.0, np.nan])], [1.0, 0.5])
    array([ 6., nan])
    """
    counted = [score * weight for score, weight in zip_equal(scores, weights) if weight]
    digits = 12 - math.ceil(math.log10(HIGHEST * sum(weights)))
    return np.round(np.sum(counted, axis=0), digits)


def zones_of(score, count):
    """Zones of sums by natural breaks, from the highest.

    Parameters
    ----------
    score : float array, shape (units,)
        NaN = missing.
    count : int
        Number of zones.

    Returns
    -------
    codes : int array, shape (units,)
        1 for the highest sums, 0 = no zone.
    upper : float array, shape (zones,)
        Highest sum of each zone.

    Raises
    ------
    InputDataError
        There are fewer different sums than zones, or more zones are asked for than can be told apart.

    Examples
    --------
    >>> zones_of(np.array([10.0, 11.0, 30.0, np.nan]), 2)
    (array([2, 2, 1, 0]), array([30., 11.]))
    """
    if not 2 <= count <= MOST_ZONES:
        raise InputDataError(
            "{count} zones are asked for (CLASS_COUNT); ask for 2 to {most}.", count=count, most=MOST_ZONES
        )
    known = score[~np.isnan(score)]
    distinct = np.unique(known)
    if len(distinct) < count:
        raise InputDataError(
            "The sums of the scores of {units} units have {distinct} different values ({values}), and "
            "{count} zones need as many different ones; ask for fewer (CLASS_COUNT), or give more units or "
            "indices.",
            units=len(known),
            distinct=len(distinct),
            values=listing(f"{value:g}" for value in distinct) or "none",
            count=count,
        )
    breaks = class_breaks(score, NATURAL, [count])[count]
    classes = class_of(score, breaks)
    codes = np.where(classes < 0, NO_ZONE, count - classes)
    return codes, np.append(breaks, distinct[-1])[::-1]


def zone_breaks(zones):
    """The zones with their highest sums and numbers of units.

    Parameters
    ----------
    zones : NeutralityZones

    Returns
    -------
    dict
        Columns class, the code of the zone, upper and units.
    """
    codes = range(1, len(zones.upper) + 1)
    return {
        "class": list(codes),
        "upper": zones.upper,
        "units": [int((zones.codes == code).sum()) for code in codes],
    }


def score_parts(units, zones):
    """What the sum of every unit is made of, a row per unit and index.

    Parameters
    ----------
    units : sequence of str
    zones : NeutralityZones
        Of these units.

    Returns
    -------
    dict
        Columns unit, index, value, score, weight and part, which is score * weight; NaN or None = missing.
    """
    columns = {name: [] for name in ("unit", "index", "value", "score", "weight", "part")}
    for place, unit in enumerate(units):
        for one in zones.indices:
            score = float(one.scores[place])
            row = {
                "unit": unit,
                "index": one.rule.index,
                "value": float(one.values[place]),
                "score": None if math.isnan(score) else int(score),
                "weight": one.rule.weight,
                "part": score * one.rule.weight,
            }
            for name, column in columns.items():
                column.append(row[name])
    return columns
