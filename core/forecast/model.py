"""A fitted model as a table: the coefficients that a forecast goes by."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import listing
from .history import PANEL, POOLS
from .stirpat_fit import CONSTANT
from .variables import STIRPAT_NAMES, Variable, stirpat_variables

COEFFICIENT = "ridge_b"


class Model(NamedTuple):
    """Elasticities of an emission.

    Attributes
    ----------
    name : str
        Of the table, for messages.
    variables : tuple of str
    slopes : float array, shape (drivers,)
    constant : float
        NaN where the table has none.
    pool : str or None
        What it was fitted to, of `history.POOLS`; None = the table does not say.
    k : float
        Of the ridge; NaN = the table does not say.
    """

    name: str
    variables: tuple[str, ...]
    slopes: np.ndarray
    constant: float
    pool: str | None
    k: float

    @property
    def predicts_units(self):
        """Whether the constant is that of units: one of a region, or a mean of effects, is not."""
        return self.pool == PANEL and math.isfinite(self.constant)


def read_model(table):
    """The model in a table of coefficients.

    Parameters
    ----------
    table : Table
        Columns variable and ridge_b; pool and k, where intervals are wanted. The row of the intercept is
        called `constant`.

    Returns
    -------
    Model

    Raises
    ------
    InputDataError
        A variable twice or without a coefficient, no driver, or an unknown pooling.
    """
    slopes = table.numbers(COEFFICIENT)
    found = {}
    for row, name in enumerate(table.text("variable")):
        if name is None or math.isnan(slopes[row]):
            raise InputDataError(
                "{table}, {where}: a coefficient needs a name in 'variable' and a number in '{column}'; fill "
                "them in, or remove the row.",
                table=table.name,
                where=table.where(row),
                column=COEFFICIENT,
            )
        name = CONSTANT if name.casefold() == CONSTANT else name
        if name in found:
            raise InputDataError(
                "{table}, {where}: '{variable}' is there twice; keep one.",
                table=table.name,
                where=table.where(row),
                variable=name,
            )
        found[name] = float(slopes[row])
    constant = found.pop(CONSTANT, math.nan)
    if not found:
        raise InputDataError("{table} holds no driver, only the constant.", table=table.name)
    return Model(table.name, tuple(found), np.array(list(found.values())), constant, _pool(table), _k(table))


def _pool(table):
    pools = sorted(set(table.text("pool")) - {None}) if table.has("pool") else []
    if not pools:
        return None
    if len(pools) > 1 or pools[0] not in POOLS:
        raise InputDataError(
            "{table}: the column 'pool' says {found}; write one of {known} in all rows.",
            table=table.name,
            found=listing(pools),
            known=listing(POOLS),
        )
    return pools[0]


def _k(table):
    values = table.numbers("k") if table.has("k") else np.array([math.nan])
    values = values[np.isfinite(values)]
    return float(values[0]) if len(values) else math.nan


def model_variables(model, table, known):
    """How the drivers of a model are made from a table.

    A column of the driver's name wins; else the drivers of the STIRPAT model are made from amounts.

    Parameters
    ----------
    model : Model
    table : Table
        The history.
    known : container of str
        Keys of `variables.STIRPAT_AMOUNTS` that are known.

    Returns
    -------
    tuple of Variable
        The key of a column's amount is the driver's name.

    Raises
    ------
    InputDataError
        A driver that is neither a column nor one of STIRPAT's, or whose amounts are not known.
    """
    variables = []
    for name in model.variables:
        if table.has(name):
            variables.append(Variable(name, name))
            continue
        if name not in STIRPAT_NAMES:
            raise InputDataError(
                "The driver '{driver}' of {model} is no column of {table}; its columns are: {columns}.",
                driver=name,
                model=model.name,
                table=table.name,
                columns=listing(table.columns, 30),
            )
        made = stirpat_variables(known, (name,))
        if not made:
            raise InputDataError(
                "The driver '{driver}' of {model} needs amounts that are not chosen; choose their fields, or "
                "give {table} a column '{driver}'.",
                driver=name,
                model=model.name,
                table=table.name,
            )
        variables += made
    return tuple(variables)
