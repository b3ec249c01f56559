"""Gaps in yearly series of units, filled by interpolation or ARIMA; every filled value is flagged."""

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..progress import no_progress
from .arima import LEAST_VALUES, fill_by_arima

FILLS = ("linear", "cubic spline", "ARIMA")  # in the order of the parameter FILL
ADDED = -1  # in place of the input's row
_NAMED = 50  # units in a message


class FilledSeries(NamedTuple):
    """Rows of units and years, those of a unit together and ascending.

    Attributes
    ----------
    unit : list of str
        In the order in which the input names them first.
    year : int array
    row : int array
        The input's row, `ADDED` for one that the input has not: it holds at least one filled value.
    columns : dict of str to float array
        NaN = missing.
    filled : list of str or None
        What was filled in a row and how: 'ce_t: linear; cs_t: linear', 'ce_t: ARIMA(1,1,0)'; None: nothing.
    notes : tuple of Note
    """

    unit: list
    year: np.ndarray
    row: np.ndarray
    columns: dict
    filled: list
    notes: tuple[Note, ...]


def fill_series(unit, year, columns, fill="linear", to_year=None, order=None, progress=no_progress):
    """Fill the gaps of yearly series: missing values, and years that a unit has no row for.

    Linear and cubic spline fill between the first and the last value of a series, at the real times, and
    never beyond. ARIMA fills there and after the last value, up to `to_year`, and never before the first. A
    series without a gap stays as it is.

    Parameters
    ----------
    unit : sequence of str
    year : int array, shape (rows,)
        A unit has a year once.
    columns : dict of str to float array
        The quantities; NaN = missing.
    fill : str
        One of `FILLS`.
    to_year : int, optional
        For ARIMA: the last year to be filled; by default the last of the input.
    order : tuple of int, optional
        For ARIMA: p, d, q; by default searched for every series, see `fill_by_arima`.
    progress : callable
        Gets the share of the units that are done.

    Returns
    -------
    FilledSeries

    Raises
    ------
    InputDataError
        A year to fill to, or an order, with a method that has none; a year to fill to within the input.

    References
    ----------
    methods.md, section 5.
    """
    year = np.asarray(year)
    last = last_year(year, fill, to_year, order)
    rows_of = {}
    for row, key in enumerate(unit):
        rows_of.setdefault(key, []).append(row)
    found = {name: Found(name, fill) for name in columns}
    units, years_out, rows_out, filled = [], [], [], []
    values_out = {name: [] for name in columns}
    for done, (key, rows) in enumerate(rows_of.items(), 1):
        rows = np.array(rows)
        years, source = timeline(year, rows, last)
        texts = [[] for _ in years]
        series = {}
        for name, column in columns.items():
            known = np.where(source == ADDED, np.nan, column[source])
            series[name], method = fill_one(known, fill, order)
            for i in np.flatnonzero(np.isnan(known) & ~np.isnan(series[name])):
                texts[i].append(f"{name}: {method}")
            found[name].add(key, years, source, known, series[name], method)
        kept = [i for i in range(len(years)) if texts[i] or source[i] != ADDED]
        units += [key] * len(kept)
        years_out += years[kept].tolist()
        rows_out += source[kept].tolist()
        filled += ["; ".join(texts[i]) or None for i in kept]
        for name, values in series.items():
            values_out[name] += values[kept].tolist()
        progress(done / len(rows_of))
    return FilledSeries(
        units,
        np.array(years_out, dtype=int),
        np.array(rows_out, dtype=int),
        {name: np.array(values, dtype=float) for name, values in values_out.items()},
        filled,
        tuple(note for one in found.values() for note in one.notes(columns[one.name])),
    )


def last_year(year, fill, to_year, order):
    """The last year to be filled; None: that of every unit."""
    if fill != "ARIMA":
        if to_year is not None or order is not None:
            raise InputDataError(
                "The method '{fill}' fills inside the series only: choose ARIMA, or give neither a year to "
                "fill to nor an order.",
                fill=fill,
            )
        return None
    last = int(year.max()) if len(year) else None
    if to_year is not None and last is not None and to_year < last:
        raise InputDataError(
            "The year to fill to is {to_year}, but the input goes on to {last}; give a year from {last} on.",
            to_year=to_year,
            last=last,
        )
    return last if to_year is None else to_year


def timeline(year, rows, last):
    """Every year from a unit's first row to its last, or on to `last`, and the input's row of each."""
    own = year[rows]
    end = own.max() if last is None else max(last, own.max())
    years = np.arange(own.min(), end + 1)
    source = np.full(len(years), ADDED)
    source[own - years[0]] = rows
    return years, source


def fill_one(values, fill, order=None):
    """Fill one series.

    Parameters
    ----------
    values : float array
        One value per year; NaN = missing.

    Returns
    -------
    float array
        Filled as far as the method goes.
    str or None
        The method with the order of its model; None: nothing could be filled.
    """
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return values, None
    first, last = known[0], known[-1]
    out = values.copy()
    if fill != "ARIMA":
        interpolate = spline if fill == "cubic spline" else np.interp
        gaps = first + np.flatnonzero(np.isnan(values[first : last + 1]))
        if len(gaps):
            out[gaps] = interpolate(gaps, known, values[known])
        return out, fill
    if not np.isnan(values[first:]).any():
        return out, fill
    if len(known) < LEAST_VALUES:
        return out, None
    model = fill_by_arima(values[first:], order)
    if model is None:
        return out, None
    out[first:] = model.values
    return out, "ARIMA({},{},{})".format(*model.order)


def spline(at, times, values):
    """Cubic spline through the values: not-a-knot, natural where there are fewer than 4.

    Three points leave not-a-knot a parabola and two nothing but a line; natural ends do not swing.

    Parameters
    ----------
    at : int array
        Between the first and the last of `times`.
    times, values : arrays, shape (n,)
        At least 2.
    """
    from scipy.interpolate import CubicSpline

    return CubicSpline(times, values, bc_type="not-a-knot" if len(times) > 3 else "natural")(at)


class Found:
    """What happened to the series of one quantity, for the notes."""

    def __init__(self, name, fill):
        self.name = name
        self.fill = fill
        self.units = 0
        self.inside = self.ahead = 0  # filled values
        self.outside = 0  # missing values in the input's rows, before or after the series
        self.outside_units = []
        self.empty, self.short, self.failed = [], [], []
        self.negative = []  # (unit, years)

    def add(self, unit, years, source, known, filled, method):
        """One series: what was known of it, and what it became."""
        valid = np.flatnonzero(np.isfinite(known))
        if not len(valid):
            self.empty.append(unit)
            return
        if method is None:
            short = len(valid) < LEAST_VALUES
            (self.short if short else self.failed).append(f"{unit} ({len(valid)})" if short else unit)
            return
        new = np.flatnonzero(np.isnan(known) & ~np.isnan(filled))
        ahead = np.count_nonzero(new > valid[-1])
        self.units += len(new) > 0
        self.ahead += ahead
        self.inside += len(new) - ahead
        left = np.count_nonzero(np.isnan(filled) & (source != ADDED))
        if left:
            self.outside += left
            self.outside_units.append(unit)
        below = years[new[filled[new] < 0]]
        if len(below):
            self.negative.append((unit, below))

    def notes(self, column):
        """What a careful user wants to know; `column` is the input's."""
        name = self.name
        if self.inside or self.ahead:
            yield decision(
                "{field}: {inside} values inside and {ahead} values after the series of {units} units were "
                "filled, method {fill}.",
                field=name,
                inside=self.inside,
                ahead=self.ahead,
                units=self.units,
                fill=self.fill,
            )
        else:
            yield decision("{field}: no value was filled.", field=name)
        if self.empty:
            yield warning(
                "{field}: {count} units have no value at all, nothing is filled: {units}.",
                count=len(self.empty),
                field=name,
                units=listing(self.empty, _NAMED),
            )
        if self.short:
            yield warning(
                "{field}: ARIMA needs {least} values; {count} units have fewer (number in brackets), nothing "
                "is filled: {units}.",
                count=len(self.short),
                field=name,
                least=LEAST_VALUES,
                units=listing(self.short, _NAMED),
            )
        if self.failed:
            yield warning(
                "{field}: ARIMA did not converge for {count} units, nothing is filled: {units}. Try another "
                "order, or a longer series.",
                count=len(self.failed),
                field=name,
                units=listing(self.failed, _NAMED),
            )
        if self.outside:
            yield warning(
                "{field}: {count} missing values lie outside the series of their units, where this method "
                "does not fill; they stay missing: {units}.",
                count=self.outside,
                field=name,
                units=listing(self.outside_units, _NAMED),
            )
        # Whether a quantity can be negative is a matter of the quantity, not of one unit.
        if self.negative and not (column < 0).any():
            yield warning(
                "{field}: {count} filled values are negative, and no value of the input is; check them or "
                "fill linearly: {places}.",
                count=sum(len(years) for _, years in self.negative),
                field=name,
                places=listing(
                    (f"{unit} ({', '.join(map(str, years))})" for unit, years in self.negative), _NAMED
                ),
            )
