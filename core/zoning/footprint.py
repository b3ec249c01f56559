"""Carbon footprint, ecological carrying capacity and deficit, and the factor k behind them."""

import numpy as np

from ..accounting.coefficients import per_hectare
from ..accounting.unit_panel import table_mass
from ..errors import InputDataError
from ..notes import decision, listing, warning
from ..resources import read_preset
from ..sequences import zip_equal
from ..units import MASS_C, mass_factor

NEP_PRESET = "huo2025"


def footprint_factor(sink_t, nep):
    """Land that one tonne of carbon takes, `k = sum_v P_v / NEP_v`.

    P_v is the share of vegetation class v in the sequestration of all these classes.

    Parameters
    ----------
    sink_t : float array, shape (classes,)
        Carbon sequestration of the whole region per vegetation class [t], any mass.
    nep : float array, shape (classes,)
        Net ecosystem productivity of the class [t C/ha], positive.

    Returns
    -------
    float
        k [ha/t C]; NaN where a class is missing or negative, or nothing is sequestered.

    Raises
    ------
    InputDataError
        A productivity that is not positive.

    References
    ----------
    methods.md, section 3; Huo et al. 2025 eq. 9.

    Examples
    --------
    >>> round(footprint_factor([30.0, 10.0], [4.0, 1.0]), 6)  # 0.75 / 4 + 0.25 / 1
    0.4375
    """
    sink_t, nep = np.asarray(sink_t, dtype=float), np.asarray(nep, dtype=float)
    if not np.all(nep > 0):
        raise InputDataError("A net ecosystem productivity has to be a positive number.")
    total = sink_t.sum()
    if not total > 0 or (sink_t < 0).any():
        return np.nan
    return float((sink_t / total / nep).sum())


def carbon_footprint(ce_t, k):
    """Land that would take up the emission, `Cf = CE k`.

    Parameters
    ----------
    ce_t : float array
        Carbon emission [t C]. NaN = missing.
    k : float or float array
        Footprint factor of the region [ha/t C].

    Returns
    -------
    float array
        Footprint [ha]; NaN where an input is missing.

    References
    ----------
    methods.md, section 3; Huo et al. 2025 eq. 9.
    """
    return np.asarray(ce_t, dtype=float) * k


def carrying_capacity(cs_t, k, reserve=0.0):
    """Land that the sequestration stands for, `Ec = CS k (1 - reserve)`.

    Parameters
    ----------
    cs_t : float array
        Carbon sequestration [t C]. NaN = missing.
    k : float or float array
        Footprint factor of the region [ha/t C].
    reserve : float
        Share of the land kept for biodiversity, at least 0 and below 1.

    Returns
    -------
    float array
        Ecological carrying capacity [ha]; NaN where an input is missing.

    Raises
    ------
    InputDataError
        A reserve outside [0, 1).

    References
    ----------
    methods.md, section 3; Huo et al. 2025 eq. 10.
    """
    if not 0 <= reserve < 1:
        raise InputDataError(
            "The reserve for biodiversity is {reserve}; it is a share, at least 0 and below 1.",
            reserve=reserve,
        )
    return np.asarray(cs_t, dtype=float) * k * (1 - reserve)


def ecological_deficit(cf_ha, ec_ha):
    """Footprint less carrying capacity, `Ed = Cf - Ec` [ha]; negative where land is to spare.

    Parameters
    ----------
    cf_ha, ec_ha : float array
        Carbon footprint and ecological carrying capacity [ha]. NaN = missing.

    Returns
    -------
    float array

    References
    ----------
    methods.md, section 3; Huo et al. 2025 eq. 11.
    """
    return np.asarray(cf_ha, dtype=float) - np.asarray(ec_ha, dtype=float)


def class_productivity(table):
    """Productivity per vegetation class from a table with columns class, nep, per.

    Parameters
    ----------
    table : Table
        `per` is a mass per area: 't C/ha', 't CO2/ha', 'g C/m2'.

    Returns
    -------
    dict
        Class name in lower case -> net ecosystem productivity [t C/ha].

    Raises
    ------
    InputDataError
        A class that is empty or there twice, a productivity that is missing or not positive, an unknown
        measure.
    """
    values = {}
    for i, (name, nep, per) in enumerate(
        zip_equal(table.text("class"), table.numbers("nep"), table.text("per"))
    ):
        place = {"table": table.name, "row": table.where(i)}
        if name is None:
            raise InputDataError("{table}, {row}: the class is empty.", **place)
        if name.lower() in values:
            raise InputDataError("{table}, {row}: class '{name}' is there twice.", name=name, **place)
        if not nep > 0:
            raise InputDataError(
                "{table}, {row}: the productivity of '{name}' has to be a positive number.",
                name=name,
                **place,
            )
        measure = per_hectare(per or "")
        if measure is None:
            raise InputDataError(
                "{table}, {row}: '{per}' is no measure of productivity; write 't C/ha' or 't CO2/ha'.",
                per=per or "",
                **place,
            )
        own_mass, to_t_ha = measure
        values[name.lower()] = nep * to_t_ha * mass_factor(own_mass, MASS_C)
    return values


def footprint_factors(sinks, unit, year, nep=None, mass=MASS_C):
    """Footprint factor k of the region, per year.

    Parameters
    ----------
    sinks : sequence of Table
        Sequestration per class: columns unit, class, cs_t, and year and mass where there are any. Rows of all
        tables are added up; a row without cs_t is left out and counted.
    unit : sequence of str
        Keys of the units of the region.
    year : int array or None
        Years of the region's budget, repeated as they like; None if it has no years.
    nep : Table, optional
        Columns class, nep, per. Empty: the preset `huo2025`. Its classes are the vegetation classes; what
        else the sinks hold is left out of the shares.
    mass : str
        The mass of a table without a column `mass`.

    Returns
    -------
    dict
        Year (None where the budget has none) -> k [ha/t C], NaN where it cannot be computed.
    tuple of Note

    Raises
    ------
    InputDataError
        Sinks without years for a budget of several years, or several years for a budget without.

    References
    ----------
    methods.md, section 3; docs/decisions/0024-footprint-shares.md.
    """
    productivity = class_productivity(read_preset("nep", NEP_PRESET) if nep is None else nep)
    classes = list(productivity)
    years = [None] if year is None else np.unique(year).tolist()
    region = set(unit)
    totals = {(y, name): 0.0 for y in years for name in classes}
    found, left_out, outside, other_years, missing, notes = set(), set(), set(), set(), 0, []
    for table in sinks:
        factor = mass_factor(table_mass(table, mass), MASS_C)
        rows = zip_equal(
            table.keys("unit"),
            _budget_years(table, years),
            table.text("class"),
            table.numbers("cs_t"),
        )
        for key, row_year, name, cs_t in rows:
            name = (name or "").lower()
            if row_year not in years:
                other_years.add(row_year)
            elif key not in region:
                outside.add(key)
            elif name not in productivity:
                left_out.add(name)
            elif np.isnan(cs_t):
                missing += 1
            else:
                found.add(row_year)
                totals[row_year, name] += cs_t * factor
    nep_t_ha = [productivity[name] for name in classes]
    factors = {
        y: footprint_factor([totals[y, name] for name in classes], nep_t_ha) if y in found else np.nan
        for y in years
    }
    if left_out:
        notes.append(
            decision("Classes outside the footprint's shares: {names}.", names=listing(sorted(left_out)))
        )
    if other_years:
        notes.append(
            decision(
                "Years of the sink tables that the budget does not have: {years}.",
                years=listing(sorted(other_years)),
            )
        )
    if outside:
        notes.append(
            warning(
                "{count} units of the sink tables are no units of the region and are left out: {names}.",
                len(outside),
                names=listing(sorted(outside)),
            )
        )
    if missing:
        notes.append(warning("{count} rows of the sink tables have no cs_t and are left out.", missing))
    lacking = [y for y, k in factors.items() if np.isnan(k)]
    if lacking:
        notes.append(
            warning(
                "No footprint factor in {count} years: {years}. The sink tables have no sequestration of "
                "{classes} there, or a negative one; footprint, carrying capacity and deficit are NULL.",
                len(lacking),
                years=listing(["without year" if y is None else y for y in lacking]),
                classes=", ".join(classes),
            )
        )
    return factors, tuple(notes)


def _budget_years(table, years):
    """The year of every row of a sink table, as the budget counts years."""
    if not table.has("year"):
        if len(years) > 1:
            raise InputDataError(
                "{table} has no column 'year' but the budget has {count} years; say which year each row is "
                "of.",
                table=table.name,
                count=len(years),
            )
        return years * table.rows
    own = table.years("year").tolist()
    if years == [None]:
        if len(set(own)) > 1:
            raise InputDataError(
                "{table} has several years ({years}) but the budget has none; give the budget's year field.",
                table=table.name,
                years=listing(sorted(set(own))),
            )
        return [None] * table.rows
    return own
