"""The table of features, from the columns that were read from a layer."""

import numpy as np

from ..errors import InputDataError
from .cells import trimmed
from .table import Table, check_names


def table_from_columns(name, columns, ids=None):
    """Table of features.

    Parameters
    ----------
    name : str
        The layer's name.
    columns : dict of str to sequence
        Values by field name: str, int, float or None, also numpy's; anything else is kept as its text.
        None or NaN = missing.
    ids : sequence of int, optional
        What `where` calls the features; 1, 2, ... if not given.

    Returns
    -------
    Table

    Raises
    ------
    InputDataError
        No features, or two fields whose names differ in case only.
    ValueError
        The columns differ in length.

    Examples
    --------
    >>> table_from_columns("units", {"unit": [110101.0, "B"]}).keys("UNIT")
    ['110101', 'B']
    """
    columns = {field: [_feature_cell(value) for value in values] for field, values in columns.items()}
    lengths = {len(cells) for cells in columns.values()}
    if ids is not None:
        lengths.add(len(ids))
    if len(lengths) != 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    (rows,) = lengths
    if rows == 0:
        raise InputDataError("{table} holds no features.", table=name)
    names = tuple(columns)
    check_names(name, names)
    numbering = range(1, rows + 1) if ids is None else tuple(ids)
    return Table(name, names, tuple(columns.values()), numbering, record="feature")


def _feature_cell(value):
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, str):
        return trimmed(value)
    return value if value is None or isinstance(value, (int, float)) else str(value)
