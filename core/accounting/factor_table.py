"""Factor tables: from the columns of a table to the factors of activities."""

from __future__ import annotations

import numpy as np

from ..errors import InputDataError
from ..notes import listing, warning
from ..resources import presets, read_preset
from ..tables import Table
from ..tables.table import folded
from .emission_factors import KINDS, SOURCE, EmissionFactors, FactorRow, factors_of
from .greenhouse_gases import GAS_NAMES, gas
from .measures import rate

TEXTS = ("process", "sector", "subsector", "gas", "kind", "use", "aliases", "content_per", "source", "note")
SHARES = ("share", "share_2", "share_3")
NUMBERS = ("content", "water", "economic_coefficient", *SHARES)
USES = {
    **dict.fromkeys(("yes", "y", "1", "true", "是"), True),
    **dict.fromkeys(("no", "n", "0", "false", "否"), False),
}


def factor_table(table: Table) -> EmissionFactors:
    """The factors of a table.

    Parameters
    ----------
    table : Table
        A row per activity and process. Columns activity, factor, per, gas; optional: sector, subsector, kind
        ('source' or 'sink'; empty = source), process, aliases (separated by semicolons), use ('no' = not
        counted), content and content_per (what a unit of the activity holds of what the factor is per),
        water and economic_coefficient (shares, of crops), share, share_2, share_3 (further factors), source,
        note. `per` is 't C/t', 'kg CH4/head' or the like, or a measure alone: tonnes of the gas per that
        measure. The gas may stand in `per` instead of its column.

    Raises
    ------
    InputDataError
        A column is missing; an activity, a factor or a gas is missing; a factor is negative; a gas, kind, use
        or measure is unknown; `per` and gas name two gases; the content does not lead to what the factor is
        per; a share is out of its range; two rows are for one process of an activity. Names the row.

    References
    ----------
    methods.md, section 1.3; Huo et al. 2025, eq. 1 to 4; Zhang et al. 2023, eq. 2 to 7.
    """
    texts = {name: table.text(name, optional=True) for name in TEXTS}
    numbers = {name: table.numbers(name, optional=True) for name in NUMBERS}
    activities, pers, factors = table.text("activity"), table.text("per"), table.numbers("factor")
    rows = []
    for i in range(table.rows):
        at = {"table": table.name, "row": table.where(i), "activity": activities[i]}
        if activities[i] is None:
            raise InputDataError("{table}, {row}: the activity is missing.", **at)
        text = {name: values[i] or "" for name, values in texts.items()}
        number = {name: float(values[i]) for name, values in numbers.items()}
        per = _rate(pers[i], at)
        content, content_rate = _content(number["content"], text["content_per"], per, at)
        rows.append(
            FactorRow(
                activity=activities[i],
                aliases=tuple(filter(None, map(str.strip, text["aliases"].replace("；", ";").split(";")))),
                process=text["process"],
                sector=folded(text["sector"]),
                subsector=folded(text["subsector"]),
                factor=_factor(float(factors[i]), at),
                rate=per,
                gas=_gas(text["gas"], per, at),
                kind=_kind(text["kind"], at),
                counts=_use(text["use"], at),
                content=content,
                content_rate=content_rate,
                water=_between(number["water"], "water", at, below_one=True),
                economic_coefficient=_between(
                    number["economic_coefficient"], "economic_coefficient", at, True
                ),
                shares=_shares(number, at),
                source=text["source"],
                note=text["note"],
                table=table.name,
                where=table.where(i),
            )
        )
    return factors_of(table.name, rows, (*table.notes, *_notes_on_shares(table.name, rows)))


def factor_presets() -> tuple[str, ...]:
    """Names of the factor tables that come with LandCarbon, sorted."""
    return presets("factors")


def factor_preset(name: str) -> EmissionFactors:
    """A factor table that comes with LandCarbon, 'zhang2023' for one.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    return factor_table(read_preset("factors", name))


def _rate(text, at):
    known = None if text is None else rate(text)
    if known is None:
        raise InputDataError(
            "{table}, {row}: per of '{activity}' is '{text}', which is no known measure; write for "
            "example t C/t, kg CH4/head or kg CO2/kWh.",
            text=text or "",
            **at,
        )
    return known


def _content(number, text, per, at):
    """The content of a unit and what it is per; None and None where there is none."""
    if np.isnan(number) and not text:
        return None, None
    if np.isnan(number) or number < 0 or not text:
        raise InputDataError(
            "{table}, {row}: '{activity}' needs a content (0 or more) and its measure content_per, such as "
            "0.7143 and kgce/kg, or neither.",
            **at,
        )
    known = rate(text)
    if known is None or not known.is_written_out:
        raise InputDataError(
            "{table}, {row}: content_per of '{activity}' is '{text}'; write two known measures, such as "
            "kgce/kg, GJ/t or g/person/day.",
            text=text,
            **at,
        )
    if not known.numerator.converts_to(per.denominator):
        raise InputDataError(
            "{table}, {row}: the content of '{activity}' is in {content}, but its factor is per {per}; both "
            "have to be of one kind, such as kgce/kg and t C/tce.",
            content=known.numerator.text,
            per=per.denominator.text,
            **at,
        )
    return number, known


def _factor(number, at):
    if np.isnan(number):
        raise InputDataError(
            "{table}, {row}: the factor of '{activity}' is missing; write a number, 0 for none.", **at
        )
    if number < 0:
        raise InputDataError(
            "{table}, {row}: the factor of '{activity}' is {number:g}; write it without a sign, and sink in "
            "the column kind if it takes carbon up.",
            number=number,
            **at,
        )
    return number


def _gas(text, per, at):
    """The gas of the column, else the one that `per` names."""
    asked = text or per.gas or ""
    known = gas(asked)
    if known is None:
        raise InputDataError(
            "{table}, {row}: the gas of '{activity}' is '{text}'; write one of {names}.",
            text=asked,
            names=GAS_NAMES,
            **at,
        )
    in_per = known if per.gas is None else gas(per.gas)
    if in_per != known:
        raise InputDataError(
            "{table}, {row}: the gas of '{activity}' is '{text}', but per says '{per}'; write one gas.",
            text=text,
            per=per.text,
            **at,
        )
    return known


def _kind(text, at):
    kind = folded(text) or SOURCE
    if kind not in KINDS:
        raise InputDataError(
            "{table}, {row}: the kind of '{activity}' is '{text}'; write source or sink.", text=text, **at
        )
    return kind


def _use(text, at):
    if text and folded(text) not in USES:
        raise InputDataError(
            "{table}, {row}: use of '{activity}' is '{text}'; write yes, or no for a row that is not to be "
            "counted.",
            text=text,
            **at,
        )
    return USES[folded(text)] if text else True


def _between(number, column, at, above_zero=False, below_one=False):
    """A share from 0 to 1; None where there is none."""
    if np.isnan(number):
        return None
    if number < 0 or number > 1 or (above_zero and number == 0) or (below_one and number == 1):
        raise InputDataError(
            "{table}, {row}: {column} of '{activity}' is {number:g}; write a share between 0 and 1.",
            column=column,
            number=number,
            **at,
        )
    return number


def _shares(number, at):
    shares = [number[name] for name in SHARES if not np.isnan(number[name])]
    if any(share < 0 for share in shares):
        raise InputDataError("{table}, {row}: a share of '{activity}' is negative; correct it.", **at)
    return tuple(shares)


def _notes_on_shares(name, rows):
    """A warning of shares above 1, which are percent more often than not."""
    above = [
        f"{share:g} of '{row.activity}' ({row.where})" for row in rows for share in row.shares if share > 1
    ]
    if above:
        yield warning(
            "{table}: {count} shares are above 1 and multiply the factor: {shares}. Write 39 % as 0.39.",
            len(above),
            table=name,
            shares=listing(above),
        )
