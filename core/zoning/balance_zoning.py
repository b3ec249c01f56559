"""Carbon balance zoning: every unit into one of four or five zones (methods.md, sections 4.1 and 4.2)."""

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, listing, warning
from ..sequences import pairwise, zip_equal
from .indices import ROUNDING

NO_ZONE = 0  # NULL in a layer

FOUR_ZONES = {
    1: "Low-carbon economic zone",
    2: "Carbon source control zone",
    3: "Carbon sink functional zone",
    4: "High-carbon optimisation zone",
}
FIVE_ZONES = {
    1: "Carbon sink functional zone",
    2: "Low-carbon economic zone",
    3: "Low-carbon optimisation zone",
    4: "Carbon intensity control zone",
    5: "High-carbon optimisation zone",
}
SCHEMES = {"four": FOUR_ZONES, "five": FIVE_ZONES}  # in the order of the parameter SCHEME

# (ECC >= 1, ESC >= 1) -> zone
_FOUR_BY_COEFFICIENTS = {(True, True): 1, (True, False): 2, (False, True): 3, (False, False): 4}
_FIVE_BY_COEFFICIENTS = {(True, True): 2, (False, True): 3, (True, False): 4, (False, False): 5}


class BalanceZones(NamedTuple):
    """Zone codes, 0 = no zone, and what was found on the way."""

    codes: np.ndarray
    notes: tuple[Note, ...]


def zone_names(scheme):
    """Zone names of a scheme by code, in English.

    Parameters
    ----------
    scheme : str
        'four' or 'five'.

    Raises
    ------
    InputDataError
        Any other scheme.
    """
    if scheme not in SCHEMES:
        raise InputDataError(
            "Unknown scheme '{scheme}'; write one of {known}.", scheme=scheme, known=", ".join(SCHEMES)
        )
    return SCHEMES[scheme]


def balance_zones(ce, cs, ecc, esc, scheme="four"):
    """Zone of every unit and year.

    Parameters
    ----------
    ce, cs : float array, shape (rows,)
        Carbon emission and sequestration in one mass [t]. NaN = missing.
    ecc, esc : float array, shape (rows,)
        Economic contribution and ecological support coefficient [1]. NaN = missing. Exactly 1 counts as above
        1, and so does what is below it by less than 1e-12: rounding does not choose a zone.
    scheme : str
        'four': by ECC and ESC. 'five': a sink zone where CS > CE and ESC >= 1, else by ESC and ECC.

    Returns
    -------
    BalanceZones
        Codes as in `zone_names`, int array of shape (rows,). CE = 0 with CS > 0 is a carbon sink functional
        zone in both schemes; otherwise a missing ECC or ESC (in five zones a missing CE or CS, too) gives 0.

    Raises
    ------
    InputDataError
        The lengths differ or the scheme is unknown.

    References
    ----------
    methods.md, section 4; Zhang et al. 2023 table 4, Fan et al. 2024 table 3; docs/decisions/0027 to 0029.

    Examples
    --------
    >>> balance_zones([9, 9], [1, 1], [1.2, 0.8], [1.0, 0.5], "four").codes
    array([1, 4])
    """
    zone_names(scheme)
    ce, cs, ecc, esc = (np.asarray(values, dtype=float) for values in (ce, cs, ecc, esc))
    if not ce.shape == cs.shape == ecc.shape == esc.shape:
        raise InputDataError(
            "CE, CS, ECC and ESC have {lengths} values; give one each per unit and year.",
            lengths=", ".join(str(values.size) for values in (ce, cs, ecc, esc)),
        )
    five = scheme == "five"
    known = np.isfinite(ecc) & np.isfinite(esc)
    if five:
        known &= np.isfinite(ce) & np.isfinite(cs)
    earns, supports = ecc >= 1 - ROUNDING, esc >= 1 - ROUNDING
    codes = np.full(ce.shape, NO_ZONE)
    by_coefficients = _FIVE_BY_COEFFICIENTS if five else _FOUR_BY_COEFFICIENTS
    for (above_ecc, above_esc), code in by_coefficients.items():
        codes[known & (earns == above_ecc) & (supports == above_esc)] = code
    sink = next(code for code, name in SCHEMES[scheme].items() if name == "Carbon sink functional zone")
    surplus = (cs > ce) & ~np.isclose(cs, ce, rtol=ROUNDING, atol=0)
    if five:
        codes[known & surplus & supports] = sink
    only_sink = (ce == 0) & (cs > 0)
    codes[only_sink] = sink

    notes = []
    unsupported = int((five & known & surplus & ~supports & ~only_sink).sum())
    if unsupported:
        notes.append(
            warning(
                "{count} units take up more than they emit (CS > CE) although ESC < 1, which the five "
                "zones do not foresee; ECC and ESC decide their zone.",
                unsupported,
            )
        )
    nowhere = int((codes == NO_ZONE).sum())
    if nowhere:
        notes.append(warning("{count} units have no zone because an index is NULL.", nowhere))
    return BalanceZones(codes, tuple(notes))


def zone_summary(year, codes, scheme, area=None):
    """Units and area share of every zone by year.

    Parameters
    ----------
    year : int array, shape (rows,), or None
        Year of every row; None for one date.
    codes : int array, shape (rows,)
        Zone codes, 0 = no zone.
    scheme : str
        'four' or 'five'.
    area : float array, shape (rows,), optional
        Areas of the units, any unit of measure. NaN = missing.

    Returns
    -------
    dict
        Columns year, zone, zone_name, units, area_pct. Every zone of the scheme has a row in every year,
        units without a zone (code 0, no name) only where there are any. Area shares are of all units of the
        year that have an area; NaN without areas.
    """
    names = zone_names(scheme)
    codes = np.asarray(codes)
    year = None if year is None else np.asarray(year)
    summary = {"year": [], "zone": [], "zone_name": [], "units": [], "area_pct": []}
    for y in [None] if year is None else np.unique(year).tolist():
        of_year = np.ones(codes.shape, bool) if y is None else year == y
        for code in (*names, NO_ZONE):
            rows = of_year & (codes == code)
            if code == NO_ZONE and not rows.any():
                continue
            share = np.nan
            if area is not None:
                total = np.nansum(np.asarray(area, dtype=float)[of_year])
                share = 100 * np.nansum(np.asarray(area, dtype=float)[rows]) / total if total > 0 else np.nan
            for column, value in zip_equal(
                summary.values(), (y, code, names.get(code), int(rows.sum()), float(share))
            ):
                column.append(value)
    return summary


def zone_transitions(unit, year, codes):
    """Units that went from one zone to another, or stayed, between consecutive dates.

    Parameters
    ----------
    unit : sequence of str, length rows
    year : int array, shape (rows,), or None
        Without years there are no transitions.
    codes : int array, shape (rows,)
        Zone codes, 0 = no zone.

    Returns
    -------
    dict
        Columns from_year, to_year, from_zone, to_zone, units; only pairs that occur.
    tuple of Note
        Units that are there at one of two dates only.

    Raises
    ------
    InputDataError
        A (unit, year) twice.
    """
    columns = {"from_year": [], "to_year": [], "from_zone": [], "to_zone": [], "units": []}
    if year is None:
        return columns, ()
    by_year = {}
    for key, y, code in zip_equal(unit, np.asarray(year).tolist(), np.asarray(codes).tolist()):
        zones = by_year.setdefault(y, {})
        if key in zones:
            raise InputDataError(
                "Unit '{unit}' is there twice in {year}; keep one row per unit and year.", unit=key, year=y
            )
        zones[key] = code
    notes, years = [], sorted(by_year)
    for start, end in pairwise(years):
        before, after = by_year[start], by_year[end]
        counts = {}
        for key in before.keys() & after.keys():
            pair = before[key], after[key]
            counts[pair] = counts.get(pair, 0) + 1
        for (zone, next_zone), count in sorted(counts.items()):
            for column, value in zip_equal(columns.values(), (start, end, zone, next_zone, count)):
                column.append(value)
        alone = sorted(before.keys() ^ after.keys())
        if alone:
            notes.append(
                warning(
                    "{count} units are in one of {start} and {end} only and have no transition: {names}.",
                    len(alone),
                    start=start,
                    end=end,
                    names=listing(alone),
                )
            )
    return columns, tuple(notes)
