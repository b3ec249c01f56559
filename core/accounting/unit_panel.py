"""One table of units and years from several tables: amounts summed, everything else carried along."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..sequences import zip_equal
from ..units import MASS_C, mass_factor

RESERVED = ("unit", "year", "ce_t", "cs_t", "net_t", "mass")  # the panel's own columns
ROW_NUMBER = "fid"  # as GDAL calls it
DUPLICATES = ("error", "sum")  # in the order of the parameter DUPLICATES

NOT_A_UNIT = "not in the polygons"
NO_ROW = "no row in this table"
NO_YEAR = "no row with a year in any table"


class UnitPanel(NamedTuple):
    """One row per unit and year."""

    unit: list  # of str
    year: np.ndarray | None  # int; None if no table has years
    ce_t: np.ndarray  # in `mass`; NaN = missing
    cs_t: np.ndarray
    net_t: np.ndarray
    mass: str
    columns: dict  # the tables' other columns: float array, or list of str and None
    unmatched: dict  # columns table, unit, year, reason
    notes: tuple[Note, ...]


@dataclass
class _Source:
    """A table brought to one row per key, amounts in the panel's mass."""

    name: str
    keys: dict  # (unit, year or None) -> row
    columns: dict  # name -> float array or list of str
    dated: bool

    def column(self, name):
        """The name under which a column is found whatever its case, or None."""
        return next((own for own in self.columns if own.lower() == name.strip().lower()), None)

    def rows(self, keys):
        """Keys as the table would have them: without the year where it has none."""
        return dict.fromkeys((unit, year if self.dated else None) for unit, year in keys)

    def shape(self):
        """What tables that are parts of one table have in common."""
        return self.dated, tuple(sorted(name.lower() for name in self.columns))


def one_mass(masses, default, name):
    """The one mass of all rows.

    Parameters
    ----------
    masses : iterable of str or None
        Values of a column `mass`; None is taken as `default`.
    default : str
        't C' or 't CO2'.
    name : str
        Name of the table, for the message.

    Raises
    ------
    InputDataError
        More than one mass, or one that is neither 't C' nor 't CO2'.
    """
    found = sorted({default if mass is None else mass for mass in masses})
    for mass in found:
        mass_factor(mass, MASS_C)
    if len(found) > 1:
        raise InputDataError(
            "{table} mixes {masses} in its column 'mass'; bring all rows to one mass.",
            table=name,
            masses=" and ".join(found),
        )
    return found[0] if found else default


def table_mass(table, default):
    """The mass of a table: its column `mass`, or `default` where it has none. See `one_mass`."""
    return one_mass(table.text("mass"), default, table.name) if table.has("mass") else default


def unit_panel(
    tables,
    ce_columns=("ce_t",),
    cs_columns=("cs_t",),
    mass=MASS_C,
    duplicates="error",
    units=None,
    unit_column="unit",
    year_column="year",
):
    """Merge tables to one row per unit and year, and sum their emission and sequestration.

    Tables with the same columns and no common (unit, year) are parts of one table and are put one after the
    other. All others stand side by side: CE of a row is the sum of the named columns over all tables that
    have them, and is missing if one of them is.

    Parameters
    ----------
    tables : sequence of Table
        With a unit column; with a year column, or without one for what does not change.
    ce_columns, cs_columns : sequence of str
        Names of the columns with emission and sequestration (both positive amounts), each in at least one
        table.
    mass : str
        't C' or 't CO2': the mass of the panel, and of a table that does not say its own. Columns whose name
        ends in `_t`, and those named above, are converted from the table's own mass.
    duplicates : str
        A (unit, year) twice in one table: 'error', or 'sum' its numbers.
    units : sequence of str, optional
        Keys of the polygons. The panel then has these units and no others, each in every year.
    unit_column, year_column : str
        The tables' key columns.

    Returns
    -------
    UnitPanel
        Sorted as the polygons are (else by first appearance), then by year.

    Raises
    ------
    InputDataError
        No table; a repeated polygon key; a named column in no table, or on both sides; a (unit,
        year) twice under 'error'; text that differs in rows to be summed; a mix of masses in a table; amounts
        or a GDP without a year in a panel of several years; no common unit.

    References
    ----------
    docs/decisions/0030-missing-amounts.md, 0031-tables-without-a-year.md, 0032-tables-in-parts.md.
    """
    if duplicates not in DUPLICATES:
        raise InputDataError("Unknown rule '{rule}' for duplicates; write 'error' or 'sum'.", rule=duplicates)
    if not tables:
        raise InputDataError("There is no table to merge; give at least one.")
    sides = {"CE": list(ce_columns), "CS": list(cs_columns)}
    _refuse_both_sides(sides)
    _refuse_repeated(units)
    notes = []
    amounts = {name.strip().lower() for names in sides.values() for name in names}
    sources = _join_parts(
        [_read(table, amounts, mass, duplicates, unit_column, year_column, notes) for table in tables], notes
    )
    _refuse_unknown(sides, sources)
    years = sorted({year for source in sources if source.dated for _, year in source.keys})
    for source in sources:
        if not source.dated:
            _attribute_to_years(source, years, amounts, notes)
    keys, unmatched = _panel_keys(sources, years, units, notes)

    totals = {}
    for side, names in sides.items():
        parts = [
            _placed(source.columns[own], source.keys, keys)
            for source in sources
            for own in (source.column(name) for name in names)
            if own is not None
        ]
        totals[side] = np.sum(parts, axis=0) if parts else np.full(len(keys), np.nan)
        notes += _side_notes(side, parts, totals[side], keys)
    net_t = totals["CE"] - totals["CS"]
    own = {"ce_t": totals["CE"], "cs_t": totals["CS"], "net_t": net_t}
    return UnitPanel(
        unit=[unit for unit, _ in keys],
        year=np.array([year for _, year in keys], dtype=int) if years else None,
        **own,
        mass=mass,
        columns=_carried(sources, keys, own, notes),
        unmatched=unmatched,
        notes=tuple(notes),
    )


def group_sums(group, year, ce_t, cs_t, mass):
    """Sums of groups by year.

    Parameters
    ----------
    group : sequence of str or None, length rows
        None = in no group.
    year : int array, shape (rows,), or None
    ce_t, cs_t : float array, shape (rows,)
        Carbon emission and sequestration in `mass` [t]. NaN = missing: the row is left out of both sums.
    mass : str

    Returns
    -------
    dict
        Columns group, year, units (in the sums), missing (left out), ce_t, cs_t, net_t, mass; NaN for a group
        without a complete row.
    tuple of Note
    """
    ce_t, cs_t = np.asarray(ce_t, dtype=float), np.asarray(cs_t, dtype=float)
    years = [None] * len(ce_t) if year is None else np.asarray(year).tolist()
    members = {}
    for i, key in enumerate(zip_equal(group, years)):
        members.setdefault(key, []).append(i)
    sums = {name: [] for name in ("group", "year", "units", "missing", "ce_t", "cs_t", "net_t", "mass")}
    left_out = 0
    for name, y in sorted(
        (key for key in members if key[0] is not None), key=lambda key: (key[0], key[1] or 0)
    ):
        rows = np.array(members[name, y])
        used = rows[np.isfinite(ce_t[rows]) & np.isfinite(cs_t[rows])]
        left_out += rows.size - used.size
        ce, cs = (float(values[used].sum()) if used.size else np.nan for values in (ce_t, cs_t))
        row = (name, y, used.size, rows.size - used.size, ce, cs, ce - cs, mass)
        for column, value in zip_equal(sums.values(), row):
            column.append(value)
    notes = []
    if left_out:
        notes.append(warning("{count} rows without CE or CS are left out of the groups' sums.", left_out))
    alone = sum(len(rows) for key, rows in members.items() if key[0] is None)
    if alone:
        notes.append(warning("{count} rows are in no group.", alone))
    return sums, tuple(notes)


def _key_text(key):
    return key[0] if key[1] is None else f"{key[0]} ({key[1]})"


def _refuse_both_sides(sides):
    both = {name.strip().lower() for name in sides["CE"]} & {name.strip().lower() for name in sides["CS"]}
    if both:
        raise InputDataError(
            "{names} cannot be both CE and CS; name it on one side.", names=listing(sorted(both))
        )


def _refuse_repeated(units):
    repeated = [key for key, times in Counter(units or ()).items() if times > 1]
    if repeated:
        raise InputDataError(
            "The polygons have more than one feature of {names}; dissolve them by the unit field first.",
            names=listing(repeated),
        )


def _refuse_unknown(sides, sources):
    for side, names in sides.items():
        for name in names:
            if all(source.column(name) is None for source in sources):
                raise InputDataError(
                    "No table has the {side} column '{column}'; columns found: {found}.",
                    side=side,
                    column=name,
                    found="; ".join(f"{source.name}: {', '.join(source.columns)}" for source in sources),
                )


def _read(table, amounts, mass, duplicates, unit_column, year_column, notes):
    """A table as a source: columns typed, amounts in the panel's mass, one row per key."""
    skipped = {unit_column.strip().lower(), year_column.strip().lower(), "mass"}
    columns = {
        name: table.numbers(name) if name.strip().lower() in amounts else numbers_or_text(table, name)
        for name in table.columns
        if name.strip().lower() not in skipped
    }
    # The row number in a GeoPackage says nothing of a unit, and a file that is written wants its own.
    columns = {
        name: values
        for name, values in columns.items()
        if name.lower() != ROW_NUMBER or not isinstance(values, np.ndarray)
    }
    masses = [name for name in columns if _is_mass(name, amounts) and isinstance(columns[name], np.ndarray)]
    if masses:
        own = table_mass(table, mass)
        factor = mass_factor(own, mass)
        for name in masses:
            columns[name] = columns[name] * factor
        if factor != 1:
            notes.append(
                decision(
                    "{table}: {columns} brought from {own} to {mass}.",
                    table=table.name,
                    columns=listing(masses),
                    own=own,
                    mass=mass,
                )
            )
        elif not table.has("mass"):
            notes.append(
                decision(
                    "{table} has no column 'mass': {columns} taken as {mass}.",
                    table=table.name,
                    columns=listing(masses),
                    mass=mass,
                )
            )
    dated = table.has(year_column)
    years = np.asarray(table.years(year_column)).tolist() if dated else [None] * table.rows
    rows = {}
    for i, key in enumerate(zip_equal(table.keys(unit_column), years)):
        rows.setdefault(key, []).append(i)
    repeated = {key: found for key, found in rows.items() if len(found) > 1}
    if repeated and duplicates == "error":
        key, found = next(iter(repeated.items()))
        raise InputDataError(
            "{table}: {unit} is there {times} times ({rows}){more}; keep one row, or sum them with "
            "duplicates set to sum.",
            table=table.name,
            unit=_key_text(key),
            times=len(found),
            rows=listing([table.where(i) for i in found]),
            more=f", and so are {len(repeated) - 1} others" if len(repeated) > 1 else "",
        )
    if repeated:
        columns = {name: _summed(name, values, rows, table) for name, values in columns.items()}
        rows = {key: [i] for i, key in enumerate(rows)}
        notes.append(
            decision(
                "{table}: {count} units and years with several rows were summed: {names}.",
                table=table.name,
                count=len(repeated),
                names=listing([_key_text(key) for key in repeated]),
            )
        )
    return _Source(table.name, {key: found[0] for key, found in rows.items()}, columns, dated)


def _is_mass(name, amounts):
    name = name.strip().lower()
    return name in amounts or name.endswith("_t")


def numbers_or_text(table, name):
    """A column as numbers where it is numbers, else as text; a code such as 0101 stays text.

    Returns
    -------
    float array, or list of str and None
    """
    text = table.text(name)
    if any(value is not None and value[:1] == "0" and value[1:2].isdigit() for value in text):
        return text
    try:
        return table.numbers(name)
    except InputDataError:
        return text


def _summed(name, values, rows, table):
    """Numbers summed per key (a missing one makes the sum missing); text has to agree."""
    if isinstance(values, np.ndarray):
        return np.array([values[found].sum() for found in rows.values()])
    merged = []
    for key, found in rows.items():
        distinct = {values[i] for i in found}
        if len(distinct) > 1:
            raise InputDataError(
                "{table}: the rows of {unit} cannot be summed, their '{column}' differs ({values}).",
                table=table.name,
                unit=_key_text(key),
                column=name,
                values=listing(sorted(value or "empty" for value in distinct)),
            )
        merged.append(values[found[0]])
    return merged


def _join_parts(sources, notes):
    """Sources with the same columns and no common key, one after the other as one source."""
    joined = []
    for source in sources:
        whole = next(
            (
                other
                for other in joined
                if other.shape() == source.shape() and not other.keys.keys() & source.keys.keys()
            ),
            None,
        )
        if whole is None:
            joined.append(source)
            continue
        start = max(whole.keys.values(), default=-1) + 1
        columns = {}
        for name, values in whole.columns.items():
            more = source.columns[source.column(name)]
            numbers = isinstance(values, np.ndarray) and isinstance(more, np.ndarray)
            columns[name] = np.concatenate([values, more]) if numbers else _as_text(values) + _as_text(more)
        notes.append(
            decision(
                "{second} has the columns of {first} for other units or years: both are one table.",
                first=whole.name,
                second=source.name,
            )
        )
        keys = whole.keys | {key: start + row for key, row in source.keys.items()}
        joined[joined.index(whole)] = _Source(f"{whole.name} + {source.name}", keys, columns, whole.dated)
    return joined


def _as_text(values):
    if isinstance(values, list):
        return values
    return [None if np.isnan(value) else f"{value:.17g}" for value in values]


def _attribute_to_years(source, years, amounts, notes):
    """Give a table without years the panel's years; amounts and GDP only if there is one year at most."""
    if not years:
        return
    if len(years) > 1:
        yearly = [name for name in source.columns if name.strip().lower() in amounts or "gdp" in name.lower()]
        if yearly:
            raise InputDataError(
                "{table} has no year but the panel has {count} ({years}); {columns} need a year for each "
                "row.",
                table=source.name,
                count=len(years),
                years=listing(years),
                columns=listing(yearly),
            )
        notes.append(
            decision(
                "{table} has no year: {columns} are taken as the same in all {count} years.",
                table=source.name,
                columns=listing(list(source.columns)),
                count=len(years),
            )
        )
    else:
        notes.append(decision("{table} has no year: taken as of {year}.", table=source.name, year=years[0]))
    source.keys = {(unit, year): row for (unit, _), row in source.keys.items() for year in years}


def _panel_keys(sources, years, units, notes):
    """The panel's rows, and what has no partner on the other side."""
    found = list(dict.fromkeys(unit for source in sources for unit, _ in source.keys))
    if units is not None:
        if not set(found) & set(units):
            raise InputDataError(
                "No unit of the tables is in the polygons; the tables' start with {theirs}, the polygons' "
                "with {ours}.",
                theirs=listing(found, 3),
                ours=listing(list(units), 3),
            )
        keys = [(unit, year) for unit in units for year in years or [None]]
        strangers = [unit for unit in found if unit not in set(units)]
    else:
        # A table without years has every year by now; only rows that were dated make rows of the panel
        dated = {key for source in sources if source.dated or not years for key in source.keys}
        order = {unit: i for i, unit in enumerate(found)}
        keys = sorted(dated, key=lambda key: (order[key[0]], key[1] or 0))
        strangers = []
    unmatched = {"table": [], "unit": [], "year": [], "reason": []}
    panel_units = {unit for unit, _ in keys}
    unknown = NO_YEAR if units is None else NOT_A_UNIT
    lacking = set()
    for source in sources:
        for unit, year in source.rows(source.keys):
            if unit not in panel_units:
                _add(unmatched, source.name, unit, year, unknown)
        absent = [key for key in keys if key not in source.keys]
        lacking.update(absent)
        for unit, year in source.rows(absent):
            _add(unmatched, source.name, unit, year, NO_ROW)
    if strangers:
        notes.append(
            warning(
                "{count} units of the tables are not in the polygons and are left out: {names}.",
                len(strangers),
                names=listing(strangers),
            )
        )
    if lacking:
        in_order = [key for key in keys if key in lacking]
        notes.append(
            warning(
                "{count} units and years are missing in a table: {names}.",
                len(lacking),
                names=listing([_key_text(key) for key in in_order]),
            )
        )
    undated = [unit for unit in found if unit not in panel_units] if units is None else []
    if undated:
        notes.append(
            warning(
                "{count} units are only in tables without a year and are left out: {names}.",
                len(undated),
                names=listing(undated),
            )
        )
    return keys, unmatched


def _add(unmatched, *row):
    for column, value in zip_equal(unmatched.values(), row):
        column.append(value)


def _placed(values, rows, keys):
    """A source's column in the panel's order; missing where the source has no row."""
    if isinstance(values, np.ndarray):
        return np.array([values[rows[key]] if key in rows else np.nan for key in keys], dtype=float)
    return [values[rows[key]] if key in rows else None for key in keys]


def _side_notes(side, parts, total, keys):
    if not parts:
        return [decision("No {side} column was named; {side} is NULL.", side=side)]
    notes = []
    missing = [_key_text(key) for key, value in zip_equal(keys, total) if np.isnan(value)]
    if missing:
        notes.append(
            warning(
                "{count} units and years have no {side} because a table has none for them: {names}.",
                len(missing),
                side=side,
                names=listing(missing),
            )
        )
    negative = sorted({_key_text(keys[i]) for part in parts for i in np.flatnonzero(part < 0)})
    if negative:
        notes.append(
            warning(
                "{count} units and years have a negative {side}, which counts as an amount: {names}.",
                len(negative),
                side=side,
                names=listing(negative),
            )
        )
    return notes


def _carried(sources, keys, own, notes):
    """All columns of all sources under unique names; what repeats the panel is left out."""
    columns, taken = {}, set(RESERVED)
    for source in sources:
        for name, values in source.columns.items():
            placed = _placed(values, source.keys, keys)
            same = own.get(name.lower())
            if same is not None and np.array_equal(_as_floats(placed), same, equal_nan=True):
                continue
            free, number = name, 1
            while free.lower() in taken:
                number += 1
                free = f"{name}_{number}"
            if free != name:
                notes.append(
                    decision(
                        "{table}: column '{old}' is called '{new}' here, the name was taken.",
                        table=source.name,
                        old=name,
                        new=free,
                    )
                )
            taken.add(free.lower())
            columns[free] = placed
    return columns


def _as_floats(values):
    return values if isinstance(values, np.ndarray) else np.array([])
