"""Carbon balance indices of units, groups and the region (methods.md, section 3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..sequences import zip_equal
from ..units import MASS_C, mass_factor, ratio
from .footprint import carbon_footprint, carrying_capacity, ecological_deficit, footprint_factors

ROUNDING = (
    1e-12  # relative; amounts and ratios that differ by less are equal: a sum in another order is no finding
)

DEFICIT, BALANCE, SURPLUS = "carbon deficit", "balance point", "carbon surplus"

# Columns of the region table that get a change in %, with the stem of the change's field
CHANGES = {
    "ce_t": "ce",
    "cs_t": "cs",
    "cb": "cb",
    "cbi": "cbi",
    "ccr": "ccr",
    "ecc_mean": "ecc",
    "esc_mean": "esc",
    "cf_ha": "cf",
    "ec_ha": "ec",
    "ed_ha": "ed",
}


class CarbonIndices(NamedTuple):
    """What `carbon_indices` returns: an array per index with a value per row, and two tables.

    `groups` and `region` are dicts of equally long columns; `groups` is None where there is no group.
    """

    cb: np.ndarray  # carbon budget CE - CS, in the mass of the input
    cbi: np.ndarray
    ccr: np.ndarray
    ecc: np.ndarray
    esc: np.ndarray
    cf_ha: np.ndarray
    ec_ha: np.ndarray
    ed_ha: np.ndarray
    state: list  # of str, None where CE or CS is missing
    groups: dict | None
    region: dict
    notes: tuple[Note, ...]


def carbon_budget(ce_t, cs_t):
    """Carbon budget or net emission, `CB = CE - CS`.

    Parameters
    ----------
    ce_t, cs_t : float array
        Carbon emission and sequestration in one mass [t]. NaN = missing.

    Returns
    -------
    float array
        CB [t]; positive for a net source. NaN where an input is missing.

    References
    ----------
    methods.md, section 3; Huo et al. 2025 eq. 6, Fan et al. 2024 eq. 10.
    """
    return np.asarray(ce_t, dtype=float) - np.asarray(cs_t, dtype=float)


def carbon_balance_index(ce_t, cs_t):
    """Carbon balance index, `CBI = CE / CS`; above 1 a source, below 1 a sink.

    Parameters
    ----------
    ce_t, cs_t : float array
        Carbon emission and sequestration in one mass [t]. NaN = missing.

    Returns
    -------
    float array
        CBI [1]; NaN where an input is missing or CS is not positive: a negative CS would read as a sink.

    References
    ----------
    methods.md, section 3; Fan et al. 2024 eq. 11.
    """
    cs_t = np.asarray(cs_t, dtype=float)
    return ratio(ce_t, np.where(cs_t < 0, np.nan, cs_t))


def carbon_compensation_rate(ce_t, cs_t):
    """Carbon compensation rate, `CCR = CS / CE`: the share of its emission that a unit takes up.

    Parameters
    ----------
    ce_t, cs_t : float array
        Carbon emission and sequestration in one mass [t]. NaN = missing.

    Returns
    -------
    float array
        CCR [1]; NaN where an input is missing, CE is 0 or CS is negative.

    References
    ----------
    methods.md, section 3; Zhang et al. 2023 eq. 8.
    """
    cs_t = np.asarray(cs_t, dtype=float)
    return ratio(np.where(cs_t < 0, np.nan, cs_t), ce_t)


def economic_contribution(gdp, ce_t):
    """Economic contribution coefficient (ECC) of every unit.

    The unit's share of the region's GDP over its share of the region's emission; above 1 the unit earns more
    than it emits.

    Parameters
    ----------
    gdp : float array, shape (units,)
        Gross domestic product, any currency. NaN = missing.
    ce_t : float array, shape (units,)
        Carbon emission [t]. NaN = missing.

    Returns
    -------
    float array, shape (units,)
        ECC [1]; NaN where an input is missing or the unit emits nothing. Units with a missing input are left
        out of the region's sums.

    Raises
    ------
    InputDataError
        The lengths differ, a GDP or an emission is negative, or the region's GDP is zero.

    References
    ----------
    methods.md, section 3; Zhang et al. 2023 eq. 9.

    Examples
    --------
    >>> economic_contribution(np.array([60.0, 40.0]), np.array([30.0, 70.0]))
    array([2.        , 0.57142857])
    """
    gdp, ce_t = _same_length(gdp, ce_t)
    if (gdp < 0).any():
        raise InputDataError("A GDP is negative; the economic contribution needs GDP of 0 or more.")
    if (ce_t < 0).any():
        raise InputDataError("An emission is negative; CE has to be 0 or more.")
    known = gdp[np.isfinite(gdp)]
    if known.size and not known.any():
        raise InputDataError("The GDP of all units is 0; give the GDP of the units.")
    return _share_over_share(gdp, ce_t)


def ecological_support(cs_t, ce_t):
    """Ecological support coefficient (ESC) of every unit.

    The unit's share of the region's sequestration over its share of the region's emission; above 1 the unit
    takes up more than its part. It equals the unit's compensation rate over the region's.

    Parameters
    ----------
    cs_t : float array, shape (units,)
        Carbon sequestration [t]. NaN = missing.
    ce_t : float array, shape (units,)
        Carbon emission [t] in the same mass. NaN = missing.

    Returns
    -------
    float array, shape (units,)
        ESC [1]; NaN where an input is missing or the unit emits nothing, and everywhere if the region's
        sequestration is not positive: a share of a negative sum would put the largest source first.

    Raises
    ------
    InputDataError
        The lengths differ or an emission is negative.

    References
    ----------
    methods.md, section 3; Zhang et al. 2023 eq. 10.

    Examples
    --------
    >>> ecological_support(np.array([3.0, 1.0]), np.array([2.0, 2.0]))  # (3/4) / (2/4), (1/4) / (2/4)
    array([1.5, 0.5])
    """
    cs_t, ce_t = _same_length(cs_t, ce_t)
    if (ce_t < 0).any():
        raise InputDataError("An emission is negative; CE has to be 0 or more.")
    if cs_t[_both(cs_t, ce_t)].sum() < 0:
        return np.full(cs_t.shape, np.nan)
    return _share_over_share(cs_t, ce_t)


def carbon_state(ce_t, cs_t):
    """Condition of every unit's carbon budget, by the sign of CE - CS.

    Parameters
    ----------
    ce_t, cs_t : float array, shape (units,)
        Carbon emission and sequestration in one mass [t]. NaN = missing.

    Returns
    -------
    list of str
        'carbon deficit' (CE > CS), 'balance point' (equal, to 1e-12), 'carbon surplus' (CE < CS); None where
        an input is missing.

    References
    ----------
    Fan et al. 2024 table 2; docs/decisions/0026-state-of-a-unit.md.
    """
    ce_t, cs_t = _same_length(ce_t, cs_t)
    states = np.where(ce_t > cs_t, DEFICIT, SURPLUS).astype(object)
    states[np.isclose(ce_t, cs_t, rtol=ROUNDING, atol=0)] = BALANCE
    states[~_both(ce_t, cs_t)] = None
    return states.tolist()


def carbon_indices(unit, year, ce, cs, gdp=None, group=None, sinks=None, nep=None, reserve=0.0, mass=MASS_C):
    """Carbon balance indices of units by year, of groups by year, and of the region.

    Every year is a region of its own: shares are of the sums over the units of the same year. A row without
    CE or CS is left out of the sums of the balance, one without CE or GDP out of those of ECC.

    Parameters
    ----------
    unit : sequence of str, length rows
        Unit keys, each at most once per year.
    year : int array, shape (rows,), or None
        Year of every row; None for a budget of one date.
    ce, cs : float array, shape (rows,)
        Carbon emission (0 or more) and sequestration, both in `mass` [t]. NaN = missing.
    gdp : float array, shape (rows,), optional
        Gross domestic product, any currency. NaN = missing. Without it ECC is NaN.
    group : sequence of str or None, length rows, optional
        Group of every row (an agglomeration, a province); None = in no group.
    sinks : sequence of Table, optional
        Sequestration per vegetation class, see `footprint_factors`. Without it Cf, Ec and Ed are NaN.
    nep : Table, optional
        Net ecosystem productivity per class; the preset `huo2025` if left out.
    reserve : float
        Share of the carrying capacity kept for biodiversity, in [0, 1).
    mass : str
        't C' or 't CO2': the mass of `ce`, `cs`, `cb`, and of sink tables that do not say theirs.

    Returns
    -------
    CarbonIndices
        Arrays of shape (rows,): NaN where an input is missing or a denominator is 0. `groups`: columns group,
        year, units, ce_t, cs_t, the indices and mass. `region`: per year the sums, CBI and CCR of the sums,
        unweighted means of ECC and ESC, and changes in % since the first and the previous year
        (`<index>_first`, `<index>_prev`), relative to the absolute value of the earlier one.

    Raises
    ------
    InputDataError
        A (unit, year) twice; a negative emission; a GDP that is negative, missing for all units, or 0 for all
        units of a year; a reserve outside [0, 1); sink or productivity tables that do not fit.

    References
    ----------
    methods.md, section 3; docs/decisions/0020 to 0026.
    """
    unit = list(unit)
    if not unit:
        raise InputDataError("The budget has no rows.")
    ce, cs = (np.asarray(values, dtype=float) for values in (ce, cs))
    gdp = None if gdp is None else np.asarray(gdp, dtype=float)
    group = None if group is None else list(group)
    year = None if year is None else np.asarray(year, dtype=int)
    for column in (year, ce, cs, gdp, group):
        if column is not None and len(column) != len(unit):
            raise InputDataError(
                "{units} units but {found} values; give one value per unit and year.",
                units=len(unit),
                found=len(column),
            )
    names = unit if year is None else [f"{u} ({y})" for u, y in zip_equal(unit, year)]
    years = [None] if year is None else np.unique(year).tolist()
    of_year = {y: np.flatnonzero(np.ones(len(unit), bool) if y is None else year == y) for y in years}
    _refuse_repeated(names)
    _refuse_negative(ce, names, "emission")
    notes = _balance_notes(ce, cs, names, of_year)
    if gdp is None:
        notes.append(decision("No GDP was given; ECC is NULL."))
        gdp = np.full(len(unit), np.nan)
    else:
        notes += _gdp_notes(gdp, names, of_year)

    factors = dict.fromkeys(years, np.nan)
    if sinks:
        factors, sink_notes = footprint_factors(sinks, unit, year, nep, mass)
        notes += sink_notes
    else:
        notes.append(
            decision("No sinks per class were given; footprint, carrying capacity and deficit are NULL.")
        )

    parts, group_rows, region_rows = {}, [], []
    for y, rows in of_year.items():
        region = _Region(y, ce[rows], cs[rows], gdp[rows], factors[y], reserve, mass)
        indices = region.unit_indices()
        for name, values in indices.items():
            parts.setdefault(name, np.full(len(unit), np.nan))[rows] = values
        region_rows.append(region.row(indices))
        if group is not None:
            group_rows += region.group_rows([group[i] for i in rows])
    if group is not None:
        notes += _note_where([g is None for g in group], names, "{count} units are in no group: {names}.")
    notes += _comparison_notes(of_year, _both(ce, cs), unit)
    _add_changes(region_rows)
    return CarbonIndices(
        **parts,
        state=carbon_state(ce, cs),
        groups=None if group is None else _columns(group_rows),
        region=_columns(region_rows),
        notes=tuple(notes),
    )


def _both(first, second):
    return np.isfinite(first) & np.isfinite(second)


def _same_length(first, second):
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if first.shape != second.shape:
        raise InputDataError(
            "{first} values against {second}; give one value per unit each.",
            first=first.size,
            second=second.size,
        )
    return first, second


def _share_over_share(part, ce_t):
    """`(part_i / sum part) / (ce_i / sum ce)` over the units that have both."""
    both = _both(part, ce_t)
    part, ce_t = np.where(both, part, np.nan), np.where(both, ce_t, np.nan)
    return ratio(ratio(part, part[both].sum()), ratio(ce_t, ce_t[both].sum()))


def _sums(values, members):
    """Sum per member (an array of positions); NaN for a member without any."""
    return np.array([values[rows].sum() if rows.size else np.nan for rows in members])


def _mean(values):
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else np.nan


@dataclass(frozen=True)
class _Region:
    """The units of one year: all shares are of their sums."""

    year: int | None
    ce: np.ndarray
    cs: np.ndarray
    gdp: np.ndarray
    k_ha_t: float  # per t C
    reserve: float
    mass: str

    def unit_indices(self):
        return self._indices(self.ce, self.cs, self.gdp, self.ce)

    def _indices(self, ce, cs, gdp, gdp_ce):
        """Indices by name; `gdp_ce` is the emission that stands against the GDP."""
        k = self.k_ha_t * mass_factor(self.mass, MASS_C)  # ha per t of this mass
        cf_ha, ec_ha = carbon_footprint(ce, k), carrying_capacity(cs, k, self.reserve)
        return {
            "cb": carbon_budget(ce, cs),
            "cbi": carbon_balance_index(ce, cs),
            "ccr": carbon_compensation_rate(ce, cs),
            "ecc": _share_over_share(gdp, gdp_ce),
            "esc": ecological_support(cs, ce),
            "cf_ha": cf_ha,
            "ec_ha": ec_ha,
            "ed_ha": ecological_deficit(cf_ha, ec_ha),
        }

    def group_rows(self, group):
        """Indices of groups from their sums, as if a group were one unit: no means over its units."""
        members = {}
        for i, key in enumerate(group):
            members.setdefault(key, []).append(i)
        # Units in no group (None) are one more, so that the groups' sums are the region's
        keys = sorted(members, key=lambda key: (key is None, key or ""))
        complete, earning = _both(self.ce, self.cs), _both(self.ce, self.gdp)
        balanced = [np.array([i for i in members[key] if complete[i]], dtype=int) for key in keys]
        earning = [np.array([i for i in members[key] if earning[i]], dtype=int) for key in keys]
        ce_t, cs_t = _sums(self.ce, balanced), _sums(self.cs, balanced)
        indices = self._indices(ce_t, cs_t, _sums(self.gdp, earning), _sums(self.ce, earning))
        states = carbon_state(ce_t, cs_t)
        return [
            {
                "group": key,
                "year": self.year,
                "units": balanced[j].size,
                "ce_t": float(ce_t[j]),
                "cs_t": float(cs_t[j]),
                **{name: float(values[j]) for name, values in indices.items()},
                "state": states[j],
                "mass": self.mass,
            }
            for j, key in enumerate(keys)
            if key is not None
        ]

    def row(self, indices):
        """The region's own row; `indices` are those of its units."""
        used = np.flatnonzero(_both(self.ce, self.cs))
        ce_t, cs_t, cf_ha, ec_ha = (
            float(_sums(values, [used])[0])
            for values in (self.ce, self.cs, indices["cf_ha"], indices["ec_ha"])
        )
        return {
            "year": self.year,
            "units": used.size,
            "missing": self.ce.size - used.size,
            "ce_t": ce_t,
            "cs_t": cs_t,
            "cb": ce_t - cs_t,
            "cbi": float(carbon_balance_index(ce_t, cs_t)),
            "ccr": float(carbon_compensation_rate(ce_t, cs_t)),
            "gdp": float(_sums(self.gdp, [np.flatnonzero(np.isfinite(self.gdp))])[0]),
            "ecc_mean": _mean(indices["ecc"]),
            "esc_mean": _mean(indices["esc"]),
            "k_ha_t": self.k_ha_t,
            "cf_ha": cf_ha,
            "ec_ha": ec_ha,
            "ed_ha": cf_ha - ec_ha,
            "mass": self.mass,
        }


def _add_changes(region_rows):
    """Change in % since the first and the previous year; over |earlier|, so that a rise is positive."""
    for i, row in enumerate(region_rows):
        for column, stem in CHANGES.items():
            for suffix, earlier in (("first", region_rows[0]), ("prev", region_rows[i - 1])):
                change = ratio(100 * (row[column] - earlier[column]), abs(earlier[column]))
                row[f"{stem}_{suffix}"] = float(change) if i > 0 else np.nan


def _columns(rows):
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _refuse_repeated(names):
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise InputDataError(
            "{names}: there is more than one row; dissolve the units or sum the rows so that each unit has "
            "one row per year (Unit panel does it with duplicates set to sum).",
            names=listing(repeated),
        )


def _refuse_negative(values, names, what):
    negative = [name for name, value in zip_equal(names, values) if value < 0]
    if negative:
        raise InputDataError(
            "The {what} of {names} is negative; it has to be 0 or more.", what=what, names=listing(negative)
        )


def _note_where(mask, names, template):
    """A warning about the rows of a mask, or nothing."""
    found = [name for name, hit in zip_equal(names, mask) if hit]
    return [warning(template, len(found), names=listing(found))] if found else []


def _year_text(year):
    return "" if year is None else f" in {year}"


def _balance_notes(ce, cs, names, of_year):
    complete = _both(ce, cs)
    notes = [
        *_note_where(
            ~complete, names, "{count} units have no CE or no CS and are left out of the sums: {names}."
        ),
        *_note_where(
            complete & (ce == 0),
            names,
            "{count} units emit nothing (CE = 0); CCR, ECC and ESC are NULL there: {names}.",
        ),
        *_note_where(
            complete & (cs == 0),
            names,
            "{count} units sequester nothing (CS = 0); CBI is NULL there: {names}.",
        ),
        *_note_where(
            complete & (cs < 0),
            names,
            "{count} units have a negative CS (nature emits); CBI and CCR are NULL there: {names}.",
        ),
    ]
    for year, rows in of_year.items():
        used = rows[complete[rows]]
        if used.size and cs[used].sum() <= 0:
            notes.append(
                warning(
                    "The region's CS{year} is {sum:g}, not positive; ESC is NULL for its {count} units.",
                    int(used.size),
                    year=_year_text(year),
                    sum=float(cs[used].sum()),
                )
            )
        if used.size and not ce[used].any():
            notes.append(
                warning(
                    "No unit emits anything{year}; ECC and ESC are NULL for its {count} units.",
                    int(used.size),
                    year=_year_text(year),
                )
            )
    return notes


def _gdp_notes(gdp, names, of_year):
    _refuse_negative(gdp, names, "GDP")
    if gdp.size and np.isnan(gdp).all():
        raise InputDataError(
            "No unit has a GDP; check the unit keys and years of the statistics, or leave GDP out."
        )
    for year, rows in of_year.items():
        known = gdp[rows][np.isfinite(gdp[rows])]
        if known.size and not known.any():
            raise InputDataError(
                "The GDP of all units{year} is 0; give the GDP of the units.", year=_year_text(year)
            )
    return _note_where(
        np.isnan(gdp),
        names,
        "{count} units have no GDP; ECC is NULL there and they are left out of its sums: {names}.",
    )


def _comparison_notes(of_year, complete, unit):
    """A warning where the years of the region hold different units: their sums are not comparable."""
    sets = [{unit[i] for i in rows if complete[i]} for rows in of_year.values()]
    partial = sorted(set().union(*sets) - set.intersection(*sets)) if sets else []
    if not partial:
        return []
    return [
        warning(
            "{count} units are not in the sums of every year, so changes over the years compare different "
            "sets of units: {names}.",
            len(partial),
            names=listing(partial),
        )
    ]
