"""Scenarios: how every driver of a model goes on, period by period."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..errors import InputDataError
from ..notes import Note, decision, listing, warning
from ..sequences import pairwise, zip_equal
from ..tables.cells import as_text
from .variables import STIRPAT_NAMES

LOW, BASE, HIGH = ROLES = ("low", "base", "high")
GROWTH, LEVEL, CAP = KINDS = ("growth", "level", "cap")
MIN, MEAN, MAX = STATISTICS = ("min", "mean", "max")
SIGNS = {"": 0, "+": 1, "positive": 1, "-": -1, "\N{MINUS SIGN}": -1, "negative": -1}
COLUMNS = (
    *("scenario", "role", "variable", "from_year", "to_year", "kind", "statistic", "multiplier", "offset"),
    *("sign", "cap", "region"),
)
NEEDED = ("scenario", "variable", "to_year", "kind")


class Rule(NamedTuple):
    """One row of a scenario table: how a driver goes on in a period.

    Attributes
    ----------
    variable : str
    from_year : int or None
        None: the base year.
    to_year : int
    kind : str
        'growth': a rate per year. 'level': straight to a value at the end of the period. 'cap': growth that
        stops at a value.
    statistic : str or None
        Of the unit's own history, 'min', 'mean' or 'max'; None: 0, so that the offset is the number.
    multiplier, offset : float
        Of the statistic; an offset of a rate is a share (0.01 is one point), of a level in the driver's unit.
    sign : int
        1 or -1: the statistic gets this sign; 0: it keeps its own.
    cap : float
        NaN where there is none.
    region : str or None
        None: everywhere.
    where : str
        'row 7'.
    ordered : bool
        Whether min, mean and max are sorted once they have the sign, because all three are in use.
    """

    variable: str
    from_year: int | None
    to_year: int
    kind: str
    statistic: str | None
    multiplier: float
    offset: float
    sign: int
    cap: float
    region: str | None
    where: str
    ordered: bool = False


class Scenario(NamedTuple):
    """A named future.

    Attributes
    ----------
    name : str
    role : str or None
        'low', 'base' or 'high' emission.
    rules : tuple of Rule
    """

    name: str
    role: str | None
    rules: tuple[Rule, ...]

    def rules_of(self, variable, region):
        """The rules of a variable in a region by year: those of the region, else those for everywhere."""
        own = [rule for rule in self.rules if rule.variable == variable]
        here = [rule for rule in own if rule.region == region and region is not None]
        found = here or [rule for rule in own if rule.region is None]
        return sorted(found, key=lambda rule: (rule.from_year or -math.inf, rule.to_year))


class Scenarios(NamedTuple):
    """Scenarios in order of appearance, and what was decided in reading them."""

    scenarios: tuple[Scenario, ...]
    notes: tuple[Note, ...]

    def of_role(self, role):
        """Place of the scenario with a role, None if there is none."""
        return next((i for i, one in enumerate(self.scenarios) if one.role == role), None)


def read_scenarios(table, variables):
    """The scenarios of a table, for the drivers of a model.

    Parameters
    ----------
    table : Table
        Columns scenario, variable, to_year, kind, and, where they are needed, role, from_year, statistic,
        multiplier, offset, sign, cap, region; others are left alone.
    variables : sequence of str
        Drivers of the model.

    Returns
    -------
    Scenarios

    Raises
    ------
    InputDataError
        A cell that cannot be used, a role twice, a variable that is neither in the model nor one of
        STIRPAT's, or one without rows in a scenario; the row is named.
    """
    rules = _rules(table)
    unknown = [rule for _, _, rule in rules if rule.variable not in {*variables, *STIRPAT_NAMES}]
    if unknown:
        raise InputDataError(
            "{table}, {where}: '{variable}' is no driver of the model; its drivers are {drivers}. Correct "
            "the name, or remove the row.",
            table=table.name,
            where=unknown[0].where,
            variable=unknown[0].variable,
            drivers=listing(variables, 30),
        )
    notes = ()
    unused = [name for name in STIRPAT_NAMES if any(rule.variable == name for _, _, rule in rules)]
    unused = [name for name in unused if name not in variables]
    if unused:
        text = "Rows of {table} for {variables} are left out: the model does not have these drivers."
        notes = (decision(text, table=table.name, variables=listing(unused, 30)),)
    scenarios = []
    for name, own in _by_scenario(rules).items():
        role = _role(table, name, own)
        found = tuple(rule for _, _, rule in own if rule.variable in variables)
        _check_all_variables(table, name, found, variables)
        scenarios.append(Scenario(name, role, found))
    _check_roles(table, scenarios)
    return Scenarios(_with_order(scenarios), notes)


def _rules(table):
    """(scenario, role, Rule) of every row."""
    missing = [column for column in NEEDED if not table.has(column)]
    if missing:
        raise InputDataError(
            "{table} has no column {missing}; a scenario table has the columns {columns}.",
            table=table.name,
            missing=listing(missing, 30),
            columns=listing(COLUMNS, 30),
        )
    cells = _Cells(table)
    return [cells.rule(row) for row in range(table.rows)]


class _Cells:
    """The cells of a scenario table, checked one by one."""

    def __init__(self, table):
        self.table = table
        self.texts = {name: table.text(name) for name in ("scenario", "variable", "kind")}
        for name in ("role", "statistic", "region"):
            self.texts[name] = table.text(name, optional=True)
        self.numbers = {
            name: table.numbers(name, optional=True)
            for name in ("from_year", "to_year", "multiplier", "offset", "cap")
        }
        self.signs = self._raw("sign")

    def _raw(self, column):
        """Texts of a column in which '-' is a value."""
        names = [name.casefold() for name in self.table.columns]
        if column not in names:
            return [""] * self.table.rows
        cells = self.table.cells[names.index(column)]
        return ["" if cell is None else as_text(cell) for cell in cells]

    def rule(self, row):
        """Scenario, role and rule of a row."""
        kind = self._one_of("kind", row, KINDS)
        if kind is None:
            raise self._error(row, "column 'kind' is empty; write growth, level or cap.")
        statistic = self._one_of("statistic", row, STATISTICS)
        cap = float(self.numbers["cap"][row])
        if kind == CAP and not cap > 0:
            raise self._error(row, "a cap needs a number above 0 in the column 'cap'.")
        if kind == CAP and statistic is None and math.isnan(self.numbers["offset"][row]):
            statistic = MEAN
        if statistic is None and math.isnan(self.numbers["offset"][row]):
            text = "'{kind}' needs a statistic (min, mean, max), an offset or both."
            raise self._error(row, text, kind=kind)
        first, last = self._year("from_year", row), self._year("to_year", row)
        if last is None or (first is not None and last <= first):
            raise self._error(row, "'to_year' must be a year after 'from_year'.")
        rule = Rule(
            variable=self._text("variable", row),
            from_year=first,
            to_year=last,
            kind=kind,
            statistic=statistic,
            multiplier=self._number("multiplier", row, 1.0),
            offset=self._number("offset", row, 0.0),
            sign=self._sign(row),
            cap=cap if kind == CAP else math.nan,
            region=self.texts["region"][row],
            where=self.table.where(row),
        )
        return self._text("scenario", row), self._one_of("role", row, ROLES), rule

    def _text(self, column, row):
        text = self.texts[column][row]
        if text is None:
            raise self._error(row, "column '{column}' is empty; fill it in.", column=column)
        return text

    def _one_of(self, column, row, known):
        text = self.texts[column][row]
        if text is None or text.casefold() in known:
            return None if text is None else text.casefold()
        raise self._error(
            row,
            "'{text}' in column '{column}' is unknown; write {known}.",
            text=text,
            column=column,
            known=listing(known),
        )

    def _sign(self, row):
        text = self.signs[row].casefold()
        if text in SIGNS:
            return SIGNS[text]
        raise self._error(
            row, "'{text}' in column 'sign' is unknown; write positive, negative or nothing.", text=text
        )

    def _number(self, column, row, default):
        value = float(self.numbers[column][row])
        return default if math.isnan(value) else value

    def _year(self, column, row):
        value = float(self.numbers[column][row])
        if math.isnan(value):
            return None
        if value != int(value) or not 1000 <= value <= 9999:
            raise self._error(
                row, "{value:g} in column '{column}' is no year of four digits.", value=value, column=column
            )
        return int(value)

    def _error(self, row, template, **values):
        return InputDataError(
            "{table}, {where}: " + template, table=self.table.name, where=self.table.where(row), **values
        )


def _by_scenario(rules):
    found = {}
    for name, role, rule in rules:
        found.setdefault(name, []).append((name, role, rule))
    return found


def _role(table, name, own):
    roles = sorted({role for _, role, _ in own if role is not None})
    if len(roles) > 1:
        raise InputDataError(
            "{table}: scenario '{scenario}' has the roles {roles}; give it one.",
            table=table.name,
            scenario=name,
            roles=listing(roles),
        )
    return roles[0] if roles else None


def _check_roles(table, scenarios):
    for role in ROLES:
        names = [scenario.name for scenario in scenarios if scenario.role == role]
        if len(names) > 1:
            raise InputDataError(
                "{table}: the scenarios {names} have the same role '{role}'; each role belongs to one.",
                table=table.name,
                names=listing(names),
                role=role,
            )


def _check_all_variables(table, name, rules, variables):
    found = {rule.variable for rule in rules}
    missing = [variable for variable in variables if variable not in found]
    if missing:
        raise InputDataError(
            "{table}: scenario '{scenario}' has no row for {missing}, which the model needs; add rows.",
            table=table.name,
            scenario=name,
            missing=listing(missing, 30),
        )


def _with_order(scenarios):
    """The scenarios with the rules marked whose period uses min, mean and max with one sign."""

    def period(rule):
        return rule.variable, rule.from_year, rule.to_year, rule.sign, rule.region

    used = {}
    for scenario in scenarios:
        for rule in scenario.rules:
            used.setdefault(period(rule), set()).add(rule.statistic)
    return tuple(
        scenario._replace(
            rules=tuple(
                rule._replace(ordered=rule.sign != 0 and used[period(rule)] >= set(STATISTICS))
                for rule in scenario.rules
            )
        )
        for scenario in scenarios
    )


def periods(scenario, variable, region, base_year, to_year):
    """The rules of a variable in a region from the base year to the last one, without gap or overlap.

    Parameters
    ----------
    scenario : Scenario
    variable : str
    region : str or None
    base_year, to_year : int

    Returns
    -------
    list of (int, int, Rule)
        First and last year of the part of the rule's period that is wanted, and the rule.

    Raises
    ------
    InputDataError
        Two rules of a year, a year without a rule, or none at all in the region.
    """
    place = "" if region is None else f" ({region})"
    about = {"scenario": scenario.name, "variable": variable, "place": place}
    rules = scenario.rules_of(variable, region)
    if not rules:
        raise InputDataError(
            "Scenario '{scenario}' has no row for {variable}{place}; add one for the region, or one without "
            "a region for everywhere.",
            **about,
        )
    found = [
        (base_year if rule.from_year is None else rule.from_year, rule)
        for rule in rules
        if rule.to_year > base_year
    ]
    found = [(start, rule) for start, rule in found if start < to_year]
    for (start, rule), (following, other) in pairwise(found):
        if following < rule.to_year:
            raise InputDataError(
                "Scenario '{scenario}', {variable}{place}: {first} ({start}-{end}) and {second} "
                "({following}-{last}) overlap; end one where the other starts.",
                **about,
                first=rule.where,
                start=start,
                end=rule.to_year,
                second=other.where,
                following=following,
                last=other.to_year,
            )
    edges = [base_year, *(rule.to_year for _, rule in found)]
    starts = [start for start, _ in found] + [to_year]
    for edge, start in zip_equal(edges, starts):
        if start > edge:
            raise InputDataError(
                "Scenario '{scenario}', {variable}{place}: no row for {edge}-{start}; add one, or choose "
                "another base or last year.",
                **about,
                edge=edge,
                start=start,
            )
    return [(max(start, base_year), min(rule.to_year, to_year), rule) for start, rule in found]


def check_regions(scenarios, regions):
    """A warning if rows name regions that no unit is in.

    Parameters
    ----------
    scenarios : Scenarios
    regions : sequence of str or None
        Of the units.
    """
    named = {rule.region for scenario in scenarios.scenarios for rule in scenario.rules} - {None}
    unknown = sorted(named - set(regions))
    if not unknown:
        return ()
    text = "{count} regions of the scenarios hold no unit: {regions}."
    return (warning(text, len(unknown), regions=listing(unknown)),)
