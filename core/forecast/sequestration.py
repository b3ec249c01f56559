"""Sequestration of units in the years to come."""

import numpy as np

from ..errors import InputDataError
from ..notes import listing, warning
from ..sequences import zip_equal
from ..tables import unique_rows


def sequestration_paths(table, units, years, factor=1.0):
    """Sequestration of units by year, from a table of some years.

    Parameters
    ----------
    table : Table
        Columns unit, year, cs_t.
    units : sequence of str
    years : int array, shape (years,)
    factor : float
        What amounts are multiplied with.

    Returns
    -------
    float array, shape (years, units)
        Straight between the years of the table, its first and last value before and after them; NaN for a
        unit without a value.
    tuple of Note

    Raises
    ------
    InputDataError
        A (unit, year) that is there twice; no unit of the table is among the units.
    """
    keys, dates, amounts = table.keys("unit"), table.years("year"), table.numbers("cs_t")
    unique_rows(table, keys, dates)
    known = {}
    for key, date, amount in zip_equal(keys, dates.tolist(), (amounts * factor).tolist()):
        if amount == amount:
            known.setdefault(key, []).append((date, amount))
    if not set(known) & set(units):
        raise InputDataError(
            "{table} has no unit of the history; its units start with {theirs}, those of the history with "
            "{ours}.",
            table=table.name,
            theirs=listing(dict.fromkeys(keys), 3),
            ours=listing(units, 3),
        )
    paths = np.full((len(years), len(units)), np.nan)
    for place, unit in enumerate(units):
        if unit in known:
            own = np.array(sorted(known[unit]))
            paths[:, place] = np.interp(years, own[:, 0], own[:, 1])
    return paths, _notes(table, units, known)


def _notes(table, units, known):
    without = [unit for unit in units if unit not in known]
    unused = sorted(set(known) - set(units))
    notes = []
    if without:
        text = "{count} units have no sequestration in {table}: {units}."
        notes.append(warning(text, len(without), table=table.name, units=listing(without)))
    if unused:
        text = "{count} units of {table} are not in the history: {units}."
        notes.append(warning(text, len(unused), table=table.name, units=listing(unused)))
    return tuple(notes)
