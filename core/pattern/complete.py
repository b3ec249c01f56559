"""Units that have all values that a method needs."""

import numpy as np

from ..errors import InputDataError
from ..notes import listing, warning

LEAST_UNITS = 3


def complete_units(missing):
    """Places of the units that lack no value.

    Parameters
    ----------
    missing : dict of str to bool array, shape (units,)
        Where there is no value, by the name of the column.

    Returns
    -------
    int array
        Ascending.
    tuple of Note
        How many units lack a value, and of what.

    Raises
    ------
    InputDataError
        Fewer than 3 units have all values.

    Examples
    --------
    >>> complete_units({"ce": np.isnan([1.0, np.nan, 3.0, 4.0])})[0]
    array([0, 2, 3])
    """
    lacking = np.logical_or.reduce(list(missing.values()))
    kept = np.flatnonzero(~lacking)
    counts = {name: int(gone.sum()) for name, gone in missing.items()}
    fields = listing((f"{name} ({count})" for name, count in counts.items() if count), 30)
    if len(kept) < LEAST_UNITS:
        template = "{count} of {units} units have all values, and {least} or more are needed; add units"
        if fields:
            template += ", or leave out fields with missing values: {fields}"
        raise InputDataError(
            template + ".", count=len(kept), units=len(lacking), least=LEAST_UNITS, fields=fields
        )
    if len(kept) == len(lacking):
        return kept, ()
    note = warning(
        "{count} of {units} units lack a value and are left out; missing values by field: {fields}.",
        len(lacking) - len(kept),
        units=len(lacking),
        fields=fields,
    )
    return kept, (note,)
