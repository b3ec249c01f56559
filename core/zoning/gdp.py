"""GDP of units from a table of statistics."""

import numpy as np

from ..errors import InputDataError
from ..notes import decision, listing, warning
from ..sequences import zip_equal
from ..tables import unique_rows


def match_gdp(table, unit, year=None, unit_column="unit", year_column="year", gdp_column="gdp"):
    """GDP of every row of a budget.

    Parameters
    ----------
    table : Table
        Statistics: unit, year, gdp. The year may be left out where the budget has one year only.
    unit : sequence of str, length rows
        Unit keys of the budget.
    year : int array, shape (rows,), optional
        Years of the budget.
    unit_column, year_column, gdp_column : str
        The table's columns.

    Returns
    -------
    float array, shape (rows,)
        GDP in the table's currency; NaN where the table has none for the unit and year.
    tuple of Note

    Raises
    ------
    InputDataError
        A (unit, year) that is there twice; no year for a budget of several years, several years for a budget
        without years; no unit of the table is in the budget.
    """
    keys, gdp = table.keys(unit_column), table.numbers(gdp_column)
    years = table.years(year_column) if table.has(year_column) else None
    if year is None or years is None:
        notes = _one_date(table, years, year, year_column)
        rows, wanted = unique_rows(table, keys), list(unit)
    else:
        notes = []
        rows = unique_rows(table, keys, years)
        wanted = list(zip_equal(unit, np.asarray(year).tolist()))
    if wanted and not any(key in rows for key in wanted):
        raise InputDataError(
            "{table} has no row for any unit and year of the budget; its units start with {theirs}, the "
            "budget's with {ours}.",
            table=table.name,
            theirs=listing(list(dict.fromkeys(keys)), 3),
            ours=listing(list(dict.fromkeys(unit)), 3),
        )
    unused = sorted(set(keys) - set(unit))
    if unused:
        notes.append(
            warning(
                "{count} units of {table} are not in the budget: {names}.",
                len(unused),
                table=table.name,
                names=listing(unused),
            )
        )
    return np.array([gdp[rows[key]] if key in rows else np.nan for key in wanted], dtype=float), tuple(notes)


def _one_date(table, years, budget_years, year_column):
    """Notes on a match without years; an error unless both sides have one date at most."""
    of_table = [] if years is None else np.unique(years).tolist()
    of_budget = [] if budget_years is None else np.unique(budget_years).tolist()
    if len(of_table) > 1:
        raise InputDataError(
            "{table} has GDP of several years ({years}) but the budget has no year; give its year field.",
            table=table.name,
            years=listing(of_table),
        )
    if len(of_budget) > 1:
        raise InputDataError(
            "{table} has no column '{column}' but the budget has {count} years ({years}); GDP needs a year "
            "for each row.",
            table=table.name,
            column=year_column,
            count=len(of_budget),
            years=listing(of_budget),
        )
    if of_table:
        return [
            decision(
                "The budget has no year; the GDP of {table} is of {year}.", table=table.name, year=of_table[0]
            )
        ]
    if of_budget:
        return [
            decision(
                "{table} has no year; its GDP is taken as of {year}.", table=table.name, year=of_budget[0]
            )
        ]
    return []
