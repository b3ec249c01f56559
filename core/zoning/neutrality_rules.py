"""Rules of the neutrality zoning: which indices are scored, and which direction of each is favourable."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import InputDataError
from ..notes import listing
from ..resources import presets, read_preset
from ..sequences import zip_equal

POTENTIAL, INTENSITY = "cep", "cli"  # indices with a table of their own; all others are trends
LOWEST, HIGHEST = 1, 5  # of the scores
POSITIVE, NEGATIVE = DIRECTIONS = ("positive", "negative")


class Rule(NamedTuple):
    """How an index is scored.

    Attributes
    ----------
    index : str
        Names the score: `<index>_s`.
    field : str or None
        What the table of trends calls it; None where the index has a table of its own.
    positive : bool
        A rise, a high class or a high value is favourable.
    weight : float
        0 or more; an index of weight 0 is scored, but not counted.
    """

    index: str
    field: str | None
    positive: bool
    weight: float

    @property
    def is_trend(self):
        """Whether the index is scored by its trend."""
        return self.index.casefold() not in (POTENTIAL, INTENSITY)


def rule_presets():
    """Names of the rules that come with LandCarbon, sorted."""
    return presets("rules")


def rule_preset(name):
    """Rules that come with LandCarbon, 'huo2025' for one.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    return neutrality_rules(read_preset("rules", name))


def neutrality_rules(table):
    """Rules of a table with the columns index, field, direction and, if you like, weight.

    Parameters
    ----------
    table : Table
        A row per index. `direction` is 'positive' or 'negative'. `field` may be empty for `cep` and `cli`. An
        empty weight is 1.

    Returns
    -------
    tuple of Rule

    Raises
    ------
    InputDataError
        An index that is empty or there twice, an index without a field, a direction that is neither of the
        two, a negative weight, or no weight above 0; the row is named.
    """
    names, fields, directions = (table.text(name) for name in ("index", "field", "direction"))
    weights = table.numbers("weight").tolist() if table.has("weight") else [1.0] * table.rows
    rules = {}
    for i, (name, field, direction, weight) in enumerate(zip_equal(names, fields, directions, weights)):
        place = {"table": table.name, "row": table.where(i)}
        if name is None:
            raise InputDataError("{table}, {row}: the index is empty; write its name, such as cs.", **place)
        rule = Rule(name, field, _is_positive(direction, name, place), _weight(weight, name, place))
        if rule.is_trend and field is None:
            raise InputDataError(
                "{table}, {row}: index '{index}' has no field; write what the table of trends calls it, such "
                "as cs_t. Only {own} have tables of their own.",
                index=name,
                own=listing((POTENTIAL, INTENSITY)),
                **place,
            )
        if rules.setdefault(name.casefold(), rule) is not rule:
            raise InputDataError(
                "{table}, {row}: index '{index}' is there twice; keep one row.", index=name, **place
            )
    if not any(rule.weight for rule in rules.values()):
        raise InputDataError("{table}: no index has a weight above 0; give one.", table=table.name)
    return tuple(rules.values())


def _is_positive(direction, name, place):
    if direction is None or direction.casefold() not in DIRECTIONS:
        raise InputDataError(
            "{table}, {row}: the direction of '{index}' is '{direction}'; write 'positive' where a rise is "
            "favourable, 'negative' where a fall is.",
            index=name,
            direction=direction or "",
            **place,
        )
    return direction.casefold() == POSITIVE


def _weight(weight, name, place):
    if weight < 0:
        raise InputDataError(
            "{table}, {row}: the weight of '{index}' is {weight:g}; write 0 or more, and turn the direction "
            "where an index counts the other way.",
            index=name,
            weight=weight,
            **place,
        )
    return 1.0 if weight != weight else weight  # NaN: empty
