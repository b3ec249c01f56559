"""GDP of units from a table of statistics."""

import numpy as np

from ..errors import InputDataError
from ..notes import decision, listing, warning


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
    notes = []
    keys, gdp = table.keys(unit_column), table.numbers(gdp_column)
    budget_years = [None] * len(unit) if year is None else np.asarray(year).tolist()
    distinct = sorted(set(budget_years)) if year is not None else []
    if table.has(year_column):
        years = table.years(year_column).tolist()
        if year is None:
            if len(set(years)) > 1:
                raise InputDataError(
                    "{table} has GDP of several years ({years}) but the budget has no year; give its year "
                    "field.",
                    table=table.name,
                    years=listing(sorted(set(years))),
                )
            notes.append(decision("The budget has no year; GDP is taken as of its year."))
            years = [None] * len(keys)
    else:
        if len(distinct) > 1:
            raise InputDataError(
                "{table} has no column '{column}' but the budget has {count} years ({years}); GDP needs a "
                "year for each row.",
                table=table.name,
                column=year_column,
                count=len(distinct),
                years=listing(distinct),
            )
        if distinct:
            notes.append(
                decision(
                    "{table} has no year; its GDP is taken as of {year}.", table=table.name, year=distinct[0]
                )
            )
        years = (distinct or [None]) * len(keys)
    rows = {}
    for i, key in enumerate(zip(keys, years, strict=True)):
        if key in rows:
            raise InputDataError(
                "{table}: unit '{unit}' is there twice{year} ({first} and {second}); keep one row.",
                table=table.name,
                unit=key[0],
                year="" if key[1] is None else f" in {key[1]}",
                first=table.where(rows[key]),
                second=table.where(i),
            )
        rows[key] = i
    wanted = list(zip(unit, budget_years, strict=True))
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
