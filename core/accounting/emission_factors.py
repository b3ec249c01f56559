"""Factors of activities: what a unit of each emits or takes up, and which of them an activity needs."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from ..errors import InputDataError
from ..notes import Note, listing
from ..tables.table import folded
from .greenhouse_gases import Gas
from .measures import Measure, Rate

SOURCE, SINK = KINDS = ("source", "sink")

_RATIOS = {16.0 / 12.0: "16/12", 44.0 / 28.0: "44/28"}  # of a gas to its carbon or nitrogen


@dataclass(frozen=True, eq=False)  # a row is itself: lines are grouped by it
class FactorRow:
    """One row of a factor table: one process of an activity.

    The whole factor is `content * (1 - water) / economic_coefficient * factor * shares`, each part only where
    the table has it.

    Attributes
    ----------
    activity : str
    aliases : tuple of str
        Other names of the activity.
    process : str
        Parts the rows of one activity that all apply: 'respiration', 'manure'; '' = there is one.
    sector, subsector : str
        Lower case; '' = the activity table says it (sector), or there is none (subsector).
    factor : float
        As written, in `rate`.
    rate : Rate
        What the factor is per: 't C/t', 'kg CH4/head'.
    gas : Gas
    kind : str
        'source' or 'sink'.
    counts : bool
        Whether an activity that meets the row is counted.
    content : float or None
        What a unit of the activity holds of what the factor is per: standard coal, energy, organic matter.
    content_rate : Rate or None
    water, economic_coefficient : float or None
        Of a crop: water in the yield, and yield over biomass, both as shares.
    shares : tuple of float
        Further factors: part oxidised, methane correction, fossil part.
    source, note : str
        Where the numbers are from, and what to know about them.
    table, where : str
        'zhang2023' and 'row 7': where the row stands.
    """

    activity: str
    aliases: tuple[str, ...]
    process: str
    sector: str
    subsector: str
    factor: float
    rate: Rate
    gas: Gas
    kind: str
    counts: bool
    content: float | None
    content_rate: Rate | None
    water: float | None
    economic_coefficient: float | None
    shares: tuple[float, ...]
    source: str
    note: str
    table: str
    where: str

    def takes(self, measure: Measure) -> bool:
        """Whether an amount in this measure can be multiplied with the factor."""
        return self._holds(measure) or measure.converts_to(self.rate.denominator)

    def tonnes_per(self, measure: Measure) -> float:
        """The whole factor: tonnes of the gas per unit of a measure that the row takes, and year.

        An amount that is given as what the factor is per (standard coal for a fuel) skips the content.
        """
        tonnes = self.factor * self.rate.numerator.size * self.rate.per_year * self.gas.tonnes
        if self._holds(measure):
            content = self.content_rate
            held = self.content * content.numerator.size * content.per_year / self.rate.denominator.size
            tonnes *= held * (measure.size / content.denominator.size)
        else:
            tonnes *= measure.size / self.rate.denominator.size
        if self.water is not None:
            tonnes *= 1.0 - self.water
        if self.economic_coefficient is not None:
            tonnes /= self.economic_coefficient
        for share in self.shares:
            tonnes *= share
        return tonnes

    def formula(self, measure: Measure) -> str:
        """The parts of the whole factor as written in the table.

        Examples
        --------
        '0.7143 kgce/kg x 0.726 t C/tce'; '(1 - 0.12) / 0.45 x 0.414 t C/t'.
        """
        crop = "" if self.water is None else f"(1 - {self.water:g})"
        if self.economic_coefficient is not None:
            crop = f"{crop or '1'} / {self.economic_coefficient:g}"
        parts = [
            f"{self.content:g} {self.content_rate.text}" if self._holds(measure) else "",
            crop,
            f"{self.factor:g} {self._rate_text()}",
            *(f"{share:g}" for share in self.shares),
            _RATIOS.get(self.gas.tonnes, ""),
        ]
        return " x ".join(part for part in parts if part)

    @property
    def origin(self) -> str:
        """'zhang2023, row 7: IPCC 2006 ...': the row and its source."""
        return f"{self.table}, {self.where}: {self.source}" if self.source else f"{self.table}, {self.where}"

    def _holds(self, measure):
        return self.content_rate is not None and measure.converts_to(self.content_rate.denominator)

    def _rate_text(self):
        text = self.rate.text
        return text if self.rate.is_written_out else f"t {self.gas.name}/{text}"


class PlacedRow(NamedTuple):
    """A row with the sector where the activity's carbon goes.

    Attributes
    ----------
    row : FactorRow
    sector, subsector : str
    """

    row: FactorRow
    sector: str
    subsector: str


@dataclass(frozen=True)
class EmissionFactors:
    """The rows of one or more factor tables; the rows of an earlier table replace an activity of a later one.

    Attributes
    ----------
    tables : tuple of tuple of FactorRow
    names : tuple of str
        Of the tables.
    notes : tuple of Note
        What was decided in reading the tables.
    """

    tables: tuple[tuple[FactorRow, ...], ...]
    names: tuple[str, ...]
    notes: tuple[Note, ...] = ()

    def replaced_by(self, other: EmissionFactors) -> EmissionFactors:
        """These factors where `other` has none for an activity."""
        return EmissionFactors(other.tables + self.tables, other.names + self.names, other.notes + self.notes)

    def finder(self) -> FactorFinder:
        """What looks activities up."""
        return FactorFinder(self)


class FactorFinder:
    """Looks the rows of activities up by their names and aliases, whatever their case.

    Parameters
    ----------
    factors : EmissionFactors
    """

    def __init__(self, factors):
        self.tables = " and ".join(factors.names)
        self._rows = {}  # folded activity -> rows of the first table that has it
        self._names = {}  # folded name or alias -> activity
        for table in factors.tables:
            own = {}
            for row in table:
                names = [folded(name) for name in (row.activity, *row.aliases)]
                activity = next((self._names[name] for name in names if name in self._names), row.activity)
                own.setdefault(folded(activity), []).append(row)
                for name in names:
                    self._names.setdefault(name, activity)
            for activity, rows in own.items():
                self._rows.setdefault(activity, tuple(rows))

    def activity(self, name: str) -> str | None:
        """The activity's name in the factor table, None if there is no such activity."""
        return self._names.get(folded(name))

    def near(self, name: str) -> list[str]:
        """The names most like one that is not there, at most three."""
        return get_close_matches(folded(name), list(self._names), n=3, cutoff=0.5)

    def rows(self, activity: str, sector: str = "", subsector: str = "", at=None) -> list[PlacedRow]:
        """One row for every process of an activity, with its sector.

        Parameters
        ----------
        activity : str
            As `activity` gives it.
        sector, subsector : str
            As the activity table has them; '' = it does not say.
        at : dict, optional
            table and row of the activity, for messages.

        Raises
        ------
        InputDataError
            No row and no activity says the sector, or several rows fit and nothing says which.
        """
        at = {"activity": activity, "factors": self.tables, **(at or {})}
        sector, subsector = folded(sector), folded(subsector)
        processes = {}
        for row in self._rows[folded(activity)]:
            processes.setdefault(folded(row.process), []).append(row)
        return [_placed(rows, sector, subsector, at) for rows in processes.values()]


def _placed(rows, sector, subsector, at):
    """The row of one process that fits the sector of the activity, and where it goes."""
    fits = [row for row in rows if _fits(row.sector, sector) and _fits(row.subsector, subsector)]
    exact = [row for row in fits if sector and row.sector == sector]
    chosen = exact or fits or (rows if len(rows) == 1 else [])
    if len(chosen) != 1:
        raise InputDataError(
            "{table}, {row}: '{activity}' has factors for several sectors in {factors} ({sectors}); say in "
            "the columns sector and subsector which one it is.",
            sectors=listing(" / ".join(filter(None, (one.sector, one.subsector))) for one in rows),
            **at,
        )
    row = chosen[0]
    if not sector and not row.sector:
        raise InputDataError(
            "{table}, {row}: '{activity}' may belong to any sector ({factors} names none); say in the column "
            "sector where its carbon goes, for example industry, construction or transport, and in subsector "
            "which part.",
            **at,
        )
    # A part of the table's sector is no part of another one.
    return PlacedRow(row, sector or row.sector, subsector or (row.subsector if row in fits else ""))


def _fits(own, asked):
    return not own or not asked or own == asked


def check_once(rows: list[FactorRow]) -> None:
    """Refuse two rows of a table for one process of an activity in one sector, and a name of two activities.

    Raises
    ------
    InputDataError
        Names both rows.
    """
    seen, names = {}, {}
    for row in rows:
        values = {"table": row.table, "activity": row.activity, "row": row.where}
        key = tuple(map(folded, (row.activity, row.process, row.sector, row.subsector)))
        before = seen.setdefault(key, row)
        if before is not row:
            raise InputDataError(
                "{table}: {before} and {row} are both '{activity}' in one sector; rows that all apply need "
                "different names in the column process, others are one too many.",
                before=before.where,
                **values,
            )
        for name in (row.activity, *row.aliases):
            other = names.setdefault(folded(name), row)
            if folded(other.activity) != folded(row.activity):
                raise InputDataError(
                    "{table}: '{name}' is a name of '{other}' ({before}) and of '{activity}' ({row}); leave "
                    "one out.",
                    name=name,
                    other=other.activity,
                    before=other.where,
                    **values,
                )


def factors_of(name: str, rows: list[FactorRow], notes=()) -> EmissionFactors:
    """The rows of one table, checked by `check_once`."""
    check_once(rows)
    return EmissionFactors((tuple(rows),), (name,), tuple(notes))
