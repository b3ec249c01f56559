"""Drivers of an emission: amounts of units, and the shares and ratios that are made of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

PERCENT = 100.0


class Variable(NamedTuple):
    """A driver: an amount, or a ratio of two.

    Attributes
    ----------
    name : str
    amount : str
        Key of the amount, above the line of a ratio.
    per : str or None
        Key of the amount below the line.
    factor : float
        What the ratio is multiplied with; 100 makes a share [%].
    """

    name: str
    amount: str
    per: str | None = None
    factor: float = 1.0

    @property
    def amounts(self):
        """The keys of its amounts."""
        return (self.amount,) if self.per is None else (self.amount, self.per)

    def of(self, amounts):
        """Its values.

        Parameters
        ----------
        amounts : dict of str to float array
            All of one shape, positive; NaN = missing.

        Returns
        -------
        float array
        """
        values = np.asarray(amounts[self.amount], dtype=float)
        if self.per is None:
            return values
        return self.factor * values / amounts[self.per]


STIRPAT = (
    Variable("P", "POP"),  # population
    Variable("W", "GDP", "POP"),  # wealth: GDP per person
    Variable("IS", "SECONDARY", "GDP", PERCENT),  # industrial structure [%]
    Variable("TI", "GDP", "ENERGY"),  # technology: GDP per energy
    Variable("UR", "URBAN_POP", "POP", PERCENT),  # urban share [%]
    Variable("CEI", "CE", "GDP"),  # emission intensity
)
STIRPAT_NAMES = tuple(variable.name for variable in STIRPAT)
STIRPAT_AMOUNTS = ("POP", "GDP", "SECONDARY", "ENERGY", "URBAN_POP", "CE")


def stirpat_variables(known, names=STIRPAT_NAMES):
    """The variables of the STIRPAT model for which all amounts are known.

    Parameters
    ----------
    known : container of str
        Keys of amounts, of `STIRPAT_AMOUNTS`.
    names : container of str
        Those that are wanted.

    Returns
    -------
    tuple of Variable

    Examples
    --------
    >>> [variable.name for variable in stirpat_variables({"POP", "GDP"})]
    ['P', 'W']
    """
    return tuple(
        variable
        for variable in STIRPAT
        if variable.name in names and all(amount in known for amount in variable.amounts)
    )
