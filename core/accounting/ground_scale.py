"""Metres in a unit of the coordinates at very many places, from those at the knots of a lattice."""

from __future__ import annotations

import numpy as np

KNOTS = 17  # along x and y


def ground_scale(places, metres):
    """Metres in a unit of x and of y at places.

    Parameters
    ----------
    places : float array, shape (places, 2)
    metres : callable
        Takes places, and gives the metres in a unit of x and y there: float array, shape (places, 2).

    Returns
    -------
    float array, shape (places, 2)
        Of more than 17 x 17 places it is interpolated between that many knots in their box. The scale bends
        so little that this is exact to 2e-7 in one degree of latitude, and to 2e-5 in ten.
    """
    if len(places) <= KNOTS**2:
        return metres(places)
    low, high = places.min(axis=0), places.max(axis=0)
    size = np.where(high > low, high - low, 1.0)
    along = np.linspace(0.0, 1.0, KNOTS)
    x, y = np.meshgrid(along, along, indexing="ij")
    knots = low + np.column_stack((x.ravel(), y.ravel())) * size
    values = metres(knots).reshape(KNOTS, KNOTS, 2)
    at = (places - low) / size * (KNOTS - 1)
    cell = np.minimum(at.astype(np.int64), KNOTS - 2)
    part = (at - cell)[:, :, None]
    i, j = cell.T
    left = values[i, j] * (1.0 - part[:, 1]) + values[i, j + 1] * part[:, 1]
    right = values[i + 1, j] * (1.0 - part[:, 1]) + values[i + 1, j + 1] * part[:, 1]
    return left * (1.0 - part[:, 0]) + right * part[:, 0]
