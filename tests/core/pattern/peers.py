"""Our weights as PySAL has them."""

import pytest


def with_libpysal(weights):
    """The same weights as a libpysal object."""
    libpysal = pytest.importorskip("libpysal")
    rows = [weights.matrix[i] for i in range(len(weights))]
    return libpysal.weights.W(
        {i: row.indices.tolist() for i, row in enumerate(rows)},
        {i: row.data.tolist() for i, row in enumerate(rows)},
        silence_warnings=True,
    )
