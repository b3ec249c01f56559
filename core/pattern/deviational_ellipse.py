"""Standard deviational ellipse: where units gather, how far and in which direction they spread."""

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from .places import LEAST_UNITS

REACH_M = 1.0e7  # a quarter of the way round the Earth
SAME_PLACE_M = 1e-3
_ON_A_LINE = 1e-7  # of the major axis; what rounding leaves of the minor one is below
_ROUND = 1e-9  # difference of the squared axes, of the major one: below, no direction is the longest
_STEPS = 50  # to the centre; each reduces what is left tenfold or more
_VERTICES = 360


class Ellipse(NamedTuple):
    """A standard deviational ellipse.

    Attributes
    ----------
    x, y : float
        Weighted mean centre, in the coordinates of the units.
    major_m, minor_m : float
        Half axes [m]; a minor one of 0 is that of units on a line.
    rotation : float
        Direction of the major axis, clockwise from north, 0 to below 180 [deg]; NaN for a circle.
    """

    x: float
    y: float
    major_m: float
    minor_m: float
    rotation: float


def deviational_ellipse(points, weights, ground, n=None, doubled=True, corrected=False):
    """The standard deviational ellipse of weighted points.

    `C = sum w d d' / sum w` with d the places about the weighted mean centre; the half axes are the square
    roots of the eigenvalues of C, times sqrt(2) if `doubled`, times sqrt(n / (n - 2)) if `corrected`. On
    geographic coordinates d are metres in the azimuthal equidistant projection about the centre, which is
    the place whose weighted mean there is itself.

    Parameters
    ----------
    points : float array, shape (points, 2)
        x or longitude, y or latitude; none missing.
    weights : float array, shape (points,)
        Above 0.
    ground : Ground
    n : int, optional
        Units that the points stand for; how many they are if None.
    doubled : bool
        Axes sqrt(2) times as long, as ArcGIS has them.
    corrected : bool
        For the degrees of freedom.

    Returns
    -------
    Ellipse

    Raises
    ------
    InputDataError
        Fewer than 3 units, all in one place, or some of them a quarter of the way round the Earth from the
        centre, or farther.

    References
    ----------
    Lefever 1926, American Journal of Sociology 32:88; Yuill 1971, Geografiska Annaler B 53:28. methods.md,
    section 7; docs/decisions/0110-axes-of-the-ellipse.md, docs/decisions/0111-centre-and-plane.md.

    Examples
    --------
    The corners of a rectangle of 6 by 2 m: the deviations are 3 and 1 m.

    >>> corners = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 2.0], [0.0, 2.0]])
    >>> deviational_ellipse(corners, np.ones(4), Ground(False, 1.0), doubled=False)
    Ellipse(x=3.0, y=1.0, major_m=3.0, minor_m=1.0, rotation=90.0)
    """
    n = len(points) if n is None else n
    if n < LEAST_UNITS:
        raise InputDataError(
            "{count} units have a shape and a weight above 0, and an ellipse needs at least {least}; add "
            "units, or leave these out.",
            count=n,
            least=LEAST_UNITS,
        )
    share = weights / weights.sum()
    centre, plane_m = _about_centre(points, share, ground)
    x, y = plane_m.T
    xx, xy, yy = (float((share * one * other).sum()) for one, other in ((x, x), (x, y), (y, y)))
    mean, half = (xx + yy) / 2, float(np.hypot((yy - xx) / 2, xy))
    if np.sqrt(mean) < SAME_PLACE_M:
        raise InputDataError("All {count} units are in one place, which has no ellipse.", count=n)
    rotation = float(np.degrees(np.arctan2(2 * xy, yy - xx)) / 2 % 180)
    major, minor = np.sqrt(mean + half), np.sqrt(max(mean - half, 0.0))
    longer = np.sqrt(2 if doubled else 1) * np.sqrt(n / (n - 2) if corrected else 1)
    return Ellipse(
        *centre.tolist(),
        float(longer * major),
        float(longer * minor) if minor > _ON_A_LINE * major else 0.0,
        np.nan if 2 * half <= _ROUND * (mean + half) else rotation,
    )


def _about_centre(points, share, ground):
    """The centre, and the points on the plane about it [m]."""
    if not ground.geographic:
        centre = share @ points
        return centre, ground.on_plane(points, centre)
    centre = _first_centre(points, share, ground)
    for _ in range(_STEPS):
        plane_m = ground.on_plane(points, centre)
        far = np.count_nonzero(np.hypot(*plane_m.T) > REACH_M)
        rest = share @ plane_m
        if np.hypot(*rest) < SAME_PLACE_M:
            _check_reach(far)
            return centre, plane_m - rest
        (centre,) = ground.from_plane(rest[None], centre)
    _check_reach(max(far, 1))
    return centre, plane_m


def _first_centre(points, share, ground):
    """The direction of the mean of the points in the Earth, near the centre; as longitudes are written."""
    x, y, z = share @ ground.in_space(points)
    centre = np.array([np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))]) / ground.unit
    turn = 2 * np.pi / ground.unit
    middle = (points[:, 0].min() + points[:, 0].max()) / 2
    centre[0] += turn * np.rint((middle - centre[0]) / turn)
    return centre


def _check_reach(far):
    if far:
        raise InputDataError(
            "{count} units or places are 10 000 km or more from the centre of all, a quarter of the way "
            "round the Earth, where no plane holds; make ellipses of parts of them.",
            count=int(far),
        )


def outline(ellipse, ground):
    """The border of an ellipse.

    Parameters
    ----------
    ellipse : Ellipse
    ground : Ground

    Returns
    -------
    float array of shape (vertices, 2), or None
        Closed, clockwise from the end of the major axis, in the coordinates of the units; longitudes may pass
        the antimeridian. None for a line, and where a pole is inside.
    """
    if ellipse.minor_m == 0:
        return None
    angle = np.arange(_VERTICES) * (2 * np.pi / _VERTICES)
    along, right = ellipse.major_m * np.cos(angle), ellipse.minor_m * np.sin(angle)
    turn = np.radians(np.nan_to_num(ellipse.rotation))
    east = along * np.sin(turn) + right * np.cos(turn)
    north = along * np.cos(turn) - right * np.sin(turn)
    ring = ground.from_plane(np.column_stack((east, north)), (ellipse.x, ellipse.y))
    ring = np.concatenate((ring, ring[:1]))
    if ground.geographic and (np.abs(np.diff(ring[:, 0])) * ground.unit > np.pi).any():
        return None
    return ring
