"""Factors in strata: given as such, or numbers cut so that they explain most."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from ..classification import class_breaks, class_intervals, class_of
from ..errors import InputDataError
from ..notes import decision, listing, warning
from ..sequences import zip_equal
from ..tables.numerals import numeral

GIVEN = "given"  # the method of a factor whose values are strata
TOLERANCE = 1e-10  # of q
FEWEST, MOST = 2, 100  # strata of a factor of numbers
SEARCH = ("factor", "method", "k", "q", "chosen", "reason")  # columns of the table of cuts

_COUNTS = re.compile(r"\s*(\d{1,4})\s*(?:[-–—~～]\s*(\d{1,4})\s*)?", re.ASCII)


class Factor(NamedTuple):
    """What may explain the response.

    Attributes
    ----------
    name : str
    values : array, shape (units,)
        Numbers to be cut into strata, NaN = missing; or, with labels, their codes from 0, -1 = missing.
    labels : tuple of str or None
        Of the strata, where these are given.
    """

    name: str
    values: np.ndarray
    labels: tuple | None = None

    @property
    def is_given(self):
        """Whether the values are strata."""
        return self.labels is not None

    @property
    def missing(self):
        """Where there is no value."""
        return self.values < 0 if self.is_given else np.isnan(self.values)

    def of(self, units):
        """The factor of some units, by their places."""
        return self._replace(values=self.values[units])


class Strata(NamedTuple):
    """A factor in strata.

    Attributes
    ----------
    factor : str
    method : str
        One of `classification.METHODS`, or 'given'.
    code : int array, shape (units,)
        The stratum of every unit, from 0.
    labels : tuple of str
        Of the strata.
    """

    factor: str
    method: str
    code: np.ndarray
    labels: tuple

    @property
    def count(self):
        """How many strata there are."""
        return len(self.labels)


class Sums(NamedTuple):
    """Units, mean and sum of squared deviations of the response in every stratum."""

    units: np.ndarray
    mean: np.ndarray
    squares: np.ndarray


def factor_of(table, column, is_given=False):
    """A column of a table as a factor.

    Parameters
    ----------
    table : Table
    column : str
    is_given : bool
        Whether its values are strata. A column of words without a number always is one of strata.

    Returns
    -------
    Factor

    Raises
    ------
    InputDataError
        There are numbers and words in the column, which is not one of strata; names the row.
    """
    if is_given:
        return coded(column, table.text(column))
    try:
        return Factor(column, table.numbers(column))
    except InputDataError:
        texts = table.text(column)
        if any(text is not None and numeral(text) is not None for text in texts):
            raise
        return coded(column, texts)


def strata_counts(text):
    """Numbers of strata as people write them.

    Parameters
    ----------
    text : str
        One number, a range, or several of both.

    Returns
    -------
    list of int
        Ascending, each once.

    Raises
    ------
    InputDataError
        It is none of these, or a number is below 2 or above 100.

    Examples
    --------
    >>> strata_counts("5"), strata_counts("3-6"), strata_counts("3, 5 - 7")
    ([5], [3, 4, 5, 6], [3, 5, 6, 7])
    """
    counts = set()
    for part in re.split("[,;，；]", text):
        match = _COUNTS.fullmatch(part)
        if match is None:
            raise InputDataError(
                "'{text}' is no number of strata; write one, such as 5, or a range, such as 3-8.", text=text
            )
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        if not FEWEST <= first <= last <= MOST:
            raise InputDataError(
                "Strata are from {fewest} to {most}, and '{text}' is something else.",
                fewest=FEWEST,
                most=MOST,
                text=text,
            )
        counts |= set(range(first, last + 1))
    return sorted(counts)


def coded(name, texts):
    """A factor whose values are strata, in the order of their names; numbers by size.

    Parameters
    ----------
    name : str
    texts : sequence of str or None
        None = missing.

    Returns
    -------
    Factor
    """
    labels = sorted({text for text in texts if text is not None}, key=_by_number_or_name(texts))
    code = {None: -1} | {label: place for place, label in enumerate(labels)}
    return Factor(name, np.fromiter(map(code.__getitem__, texts), np.int64, len(texts)), tuple(labels))


def _by_number_or_name(texts):
    """A key to sort by: numbers if all texts are numbers."""
    try:
        numbers = {text: float(text) for text in set(texts) if text is not None}
    except ValueError:
        return str
    return lambda text: (numbers[text], text)


def given_strata(factor):
    """The strata of a factor that has them.

    Raises
    ------
    InputDataError
        There is one stratum, or there are strata of one unit.
    """
    units = np.bincount(factor.values, minlength=len(factor.labels))
    present = np.flatnonzero(units)
    labels = [factor.labels[place] for place in present]
    if len(labels) == 1:
        raise InputDataError(
            "All units are in the one stratum '{stratum}' of '{factor}'; leave the factor out.",
            stratum=labels[0],
            factor=factor.name,
        )
    alone = [factor.labels[place] for place in np.flatnonzero(units == 1)]
    if alone:
        raise InputDataError(
            "'{factor}' has {count} strata of one unit, which have no variance: {strata}; join them with "
            "others, or, if the field holds amounts, do not take it as strata.",
            factor=factor.name,
            count=len(alone),
            strata=listing(alone),
        )
    code = factor.values
    if len(present) < len(factor.labels):
        code = np.searchsorted(present, code)
    return Strata(factor.name, GIVEN, code, tuple(labels))


def best_cut(centred, total, factor, methods, counts):
    """The cut of a factor into strata with the highest q, and all that were tried.

    Of equal ones the first method and the fewest strata are taken. A cut with an empty stratum or one of one
    unit is skipped.

    Parameters
    ----------
    centred : float array
        The response about its mean.
    total : float
        Its sum of squares.
    factor : Factor
        Of numbers.
    methods : sequence of str
    counts : sequence of int

    Returns
    -------
    Strata
    dict of lists
        factor, method, k, q (NaN = skipped), chosen (0 or 1), reason (why it was skipped).

    Raises
    ------
    InputDataError
        All values are equal, or every cut was skipped.
    """
    ordered = np.sort(factor.values)
    distinct = 1 + int(np.count_nonzero(ordered[1:] > ordered[:-1]))
    if distinct == 1:
        raise InputDataError(
            "'{factor}' is {value:g} in all units, so it is one stratum; leave the factor out.",
            factor=factor.name,
            value=factor.values[0],
        )
    tried = {name: [] for name in SEARCH}
    best, best_q, best_place = None, -np.inf, None
    for method in methods:
        breaks = _breaks(ordered, method, counts, distinct)
        for count in counts:
            strata, reason = _cut(factor, method, count, breaks)
            q = np.nan if strata is None else q_of(strata_sums(centred, strata.code, strata.count), total)
            if strata is not None and q > best_q + TOLERANCE:
                best, best_q, best_place = strata, q, len(tried["q"])
            for name, value in zip_equal(tried, (factor.name, method, count, q, 0, reason)):
                tried[name].append(value)
    if best is None:
        cuts = zip_equal(tried["k"], tried["method"], tried["reason"])
        raise InputDataError(
            "'{factor}' cannot be cut as asked for: {cuts}. Choose other numbers of strata or another "
            "method, or, if its values are strata, say so.",
            factor=factor.name,
            cuts=listing(f"{count} by {method}: {reason}" for count, method, reason in cuts),
        )
    tried["chosen"][best_place] = 1
    return best, tried


def _breaks(ordered, method, counts, distinct):
    """Breaks by number of strata, or why there are none."""
    possible = [count for count in counts if count <= distinct]
    if not possible:
        return {}
    try:
        return class_breaks(ordered, method, possible)
    except InputDataError as error:
        return str(error)


def _cut(factor, method, count, breaks):
    """Strata of one cut and '', or None and why it was skipped."""
    if isinstance(breaks, str):
        return None, breaks
    if count not in breaks:
        return None, "more strata than different values"
    code = class_of(factor.values, breaks[count])
    units = np.bincount(code, minlength=count)
    if (units == 0).any():
        return None, "an empty stratum"
    if (units == 1).any():
        return None, "a stratum of one unit"
    labels = class_intervals(breaks[count], factor.values.min(), factor.values.max())
    return Strata(factor.name, method, code, tuple(labels)), ""


def search_notes(search, cuts):
    """Which cuts were skipped, and what a search does to p.

    Parameters
    ----------
    search : dict of lists
        The cuts of all factors, as `best_cut` tells them.
    cuts : int
        Tried per factor.

    Returns
    -------
    list of Note
    """
    notes = []
    skipped = [place for place, reason in enumerate(search["reason"]) if reason]
    if skipped:
        notes.append(
            warning(
                "{count} cuts into strata were skipped: {cuts}.",
                len(skipped),
                cuts=listing(
                    "{factor} {k} by {method}: {reason}".format(
                        **{name: search[name][place] for name in ("factor", "k", "method", "reason")}
                    )
                    for place in skipped
                ),
            )
        )
    if cuts > 1 and search["factor"]:
        notes.append(
            decision(
                "Every factor of numbers got the strata with the highest q of {cuts} cuts; p does not know "
                "of that search and is too small.",
                cuts=cuts,
            )
        )
    return notes


def strata_sums(centred, code, count):
    """Units, mean and sum of squared deviations in every stratum.

    Parameters
    ----------
    centred : float array, shape (units,)
    code : int array, shape (units,)
    count : int
        Number of strata.

    Returns
    -------
    Sums
        A stratum without units has the mean 0.
    """
    units = np.bincount(code, minlength=count)
    mean = np.bincount(code, centred, count) / np.maximum(units, 1)
    squares = np.bincount(code, (centred - mean[code]) ** 2, count)
    return Sums(units, mean, squares)


def q_of(sums, total):
    """q: the share of the variance of the response between the strata."""
    return 1.0 - float(sums.squares.sum()) / total
