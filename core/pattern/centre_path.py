"""How the centres of ellipses move over the years."""

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..geometry.ground import Ground
from ..sequences import pairwise, zip_equal
from .deviational_ellipse import SAME_PLACE_M

PATH_COLUMNS = ("group", "from_year", "to_year", "shift_m", "direction")


class CentrePath(NamedTuple):
    """How centres moved.

    Attributes
    ----------
    table : dict of str to list
        Columns `PATH_COLUMNS`, a row per step from a year to the next one with an ellipse: shift [m] and
        direction, clockwise from north [deg], NaN where the centre did not move.
    lines : tuple of float array, shape (2, 2)
        Start and end of every step.
    """

    table: dict
    lines: tuple


def centre_path(table, crs_wkt):
    """How the centres of groups moved from year to year.

    Parameters
    ----------
    table : dict of str to list
        Of `DeviationalEllipses`.
    crs_wkt : str
        Of its coordinates.

    Returns
    -------
    CentrePath

    Raises
    ------
    InputDataError
        No group has ellipses of two years.
    """
    ground = Ground.of_crs(crs_wkt)
    centres = list(zip_equal(*(table[name] for name in ("group", "year", "cx", "cy"))))
    rows, lines = [], []
    for (group, year, *start), (next_group, next_year, *end) in pairwise(centres):
        if group != next_group or year is None:
            continue
        ((east, north),) = ground.on_plane([end], start)
        shift = float(np.hypot(east, north))
        direction = float(np.degrees(np.arctan2(east, north)) % 360) if shift >= SAME_PLACE_M else np.nan
        rows.append((group, year, next_year, shift, direction))
        lines.append(ground.from_plane([[0.0, 0.0], [east, north]], start))
    if not rows:
        raise InputDataError(
            "No group has ellipses of two years, so no centre moves; choose the field of the year, or leave "
            "the path out."
        )
    return CentrePath(dict(zip(PATH_COLUMNS, map(list, zip_equal(*rows)))), tuple(lines))
