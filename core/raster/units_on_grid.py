"""What to say about units on a grid: overlaps, units without a cell, a grid that is coarse for them, units
that reach beyond it."""

import numpy as np

from ..errors import InputDataError
from ..geometry.wkb import rings_of
from ..notes import listing, warning
from ..units import M2_PER_HA

FEW_CELLS = 100  # below, the grid is coarse for a unit


def check_overlaps(overlaps_m2, units, policy):
    """Refuse cells that are in two units, or say who got them.

    Parameters
    ----------
    overlaps_m2 : dict of (int, int) to float
        Area that two units both claim [m2].
    units : sequence of str
    policy : str
        'error' or 'first'.

    Returns
    -------
    tuple of Note

    Raises
    ------
    InputDataError
        There are such cells and the policy is 'error'.
    """
    if not overlaps_m2:
        return ()
    largest = sorted(overlaps_m2.items(), key=lambda item: -item[1])
    pairs = listing(
        (f"'{units[a]}' and '{units[b]}' ({area_text(m2 / M2_PER_HA)} ha)" for (a, b), m2 in largest), most=5
    )
    if policy == "error":
        raise InputDataError(
            "Units overlap: {pairs}. Repair the layer, or let the unit that comes first have these cells "
            "(OVERLAP).",
            pairs=pairs,
        )
    return (
        warning(
            "{count} pairs of units overlap, and the first unit got the cells: {pairs}.",
            count=len(largest),
            pairs=pairs,
        ),
    )


def area_text(area_ha):
    """An area for a message: 15,594,310 or 0.5."""
    return f"{area_ha:,.0f}" if area_ha >= 1000 else f"{area_ha:.4g}"


def without_cell(cells, units, centre=True):
    """Name the units that hold no cell.

    Parameters
    ----------
    cells : int or float array, shape (units,)
    units : sequence of str
    centre : bool
        A unit holds the cells that have their centre in it, else every part of a cell.

    Returns
    -------
    list of Note
    """
    empty = np.flatnonzero(cells == 0)
    if not len(empty):
        return []
    template = "{count} units lie outside the raster, and are kept without values: {units}."
    if centre:
        template = (
            "{count} units hold no cell centre of the raster, and are kept without values: {units}. They "
            "are too small for its cells, or lie outside."
        )
    return [warning(template, count=len(empty), units=listing(units[i] for i in empty))]


def of_few_cells(cells, units):
    """Name the units that the grid is coarse for; see `without_cell`."""
    few = np.flatnonzero((cells > 0) & (cells < FEW_CELLS))
    if not len(few):
        return []
    return [
        warning(
            "The grid is coarse for {count} units, which hold fewer than 100 cells: {units}.",
            count=len(few),
            units=listing(f"{units[i]} ({cells[i]:.4g})" for i in few),
        )
    ]


def beyond_grid(polygons, grid, cells, units):
    """Name the units on the grid that reach beyond it by half a cell or more.

    Parameters
    ----------
    polygons : sequence of (bytes or None)
        As for `zones.zone_edges`.
    grid : Grid
    cells : int or float array, shape (units,)
        Units without a cell are not named.
    units : sequence of str

    Returns
    -------
    list of Note
    """
    beyond = []
    for unit in np.flatnonzero(cells):
        points = np.concatenate([grid.to_pixels(ring) for ring in rings_of(polygons[unit])])
        if points.min() < -0.5 or (points.max(axis=0) > np.array((grid.width, grid.height)) + 0.5).any():
            beyond.append(unit)
    if not beyond:
        return []
    return [
        warning(
            "{count} units reach beyond the raster, and only what is on it is counted: {units}.",
            count=len(beyond),
            units=listing(units[i] for i in beyond),
        )
    ]
