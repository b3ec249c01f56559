"""What the coordinates of a layer are on the ground: metres on a plane, or on the ellipsoid; and the plane
about a place.

Distances on geographic coordinates are geodesic ones on the ellipsoid of the coordinate reference system. The
straight line through the Earth between two places (the chord) is found by a tree of points in space, and it
bounds the geodesic to a few millionths; only where that does not decide is the geodesic itself computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputDataError

_STEPS = 100  # of the iteration for a geodesic; near points need 3 or 4
_CLOSE_ENOUGH = 1e-13  # radians of longitude, less than a micrometre
_AT_ONCE = 1 << 15  # geodesics computed together: their temporaries fit a core's cache
_SAME_LENGTH = 1e-9  # of a length
_ROUNDINGS = 8  # units in the last place of the largest coordinate that count as the same place


@dataclass(frozen=True)
class Ground:
    """The ground that coordinates lie on.

    Attributes
    ----------
    geographic : bool
        Whether the coordinates are longitude and latitude.
    unit : float
        Radians in a geographic unit, metres in a projected one.
    semi_major_m, flattening : float
        Of the ellipsoid; 0 for a plane.
    """

    geographic: bool
    unit: float
    semi_major_m: float = 0.0
    flattening: float = 0.0

    @classmethod
    def of_crs(cls, crs_wkt):
        """The ground of a coordinate reference system.

        Parameters
        ----------
        crs_wkt : str
            As WKT.

        Raises
        ------
        InputDataError
            There is none, so metres mean nothing.
        """
        from osgeo import osr

        from ..raster.gdal_state import gdal_exceptions

        if not crs_wkt:
            raise InputDataError(
                "The units have no coordinate reference system, so they have no distances; set it in the "
                "layer's properties."
            )
        with gdal_exceptions():
            crs = osr.SpatialReference()
            crs.ImportFromWkt(crs_wkt)
            if not crs.IsGeographic():
                return cls(False, crs.GetLinearUnits())
            inverse = crs.GetInvFlattening()
            return cls(True, crs.GetAngularUnits(), crs.GetSemiMajor(), 1 / inverse if inverse else 0.0)

    def metres_per_unit(self, y):
        """Metres in a unit of x and of y at places with this y.

        Parameters
        ----------
        y : float array

        Returns
        -------
        tuple of two float arrays
            Along the parallel and the meridian on the ellipsoid; the same number twice on a plane.
        """
        if not self.geographic:
            return np.full(np.shape(y), self.unit), np.full(np.shape(y), self.unit)
        latitude = np.asarray(y, dtype=float) * self.unit
        e2 = self.flattening * (2 - self.flattening)
        bend = 1 - e2 * np.sin(latitude) ** 2
        along_parallel = self.semi_major_m / np.sqrt(bend) * np.abs(np.cos(latitude))
        along_meridian = self.semi_major_m * (1 - e2) / bend**1.5
        return along_parallel * self.unit, along_meridian * self.unit

    def rounding_m(self, coordinates):
        """What the rounding of coordinates may move a place by [m]."""
        if np.size(coordinates) == 0:
            return 0.0
        step = _ROUNDINGS * float(np.spacing(np.abs(coordinates).max()))
        return step * self.unit * (self.semi_major_m if self.geographic else 1.0)

    def in_space(self, points):
        """Places as points whose straight distances can be searched: in the plane, or in the Earth [m].

        Parameters
        ----------
        points : float array, shape (points, 2)
            x or longitude, y or latitude.

        Returns
        -------
        float array, shape (points, 2 or 3)
        """
        points = np.asarray(points, dtype=float)
        if not self.geographic:
            return points * self.unit
        longitude, latitude = (points * self.unit).T
        e2 = self.flattening * (2 - self.flattening)
        normal = self.semi_major_m / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
        across = normal * np.cos(latitude)
        return np.column_stack(
            (across * np.cos(longitude), across * np.sin(longitude), normal * (1 - e2) * np.sin(latitude))
        )

    def bounds_m(self, straight_m):
        """Bounds of the distances on the ground between places with these straight distances [m].

        A geodesic of the ellipsoid bends no less than a circle with the largest and no more than one with
        the smallest radius of curvature, a^2 / b and b^2 / a.

        Returns
        -------
        tuple of two float arrays
            Lower and upper; on a plane both are the straight distance.
        """
        if not self.geographic:
            return straight_m, straight_m
        ratio = 1 - self.flattening
        radii = self.semi_major_m / ratio, self.semi_major_m * ratio**2
        return tuple(2 * radius * np.arcsin(np.minimum(straight_m / (2 * radius), 1.0)) for radius in radii)

    def lengths_m(self, start, end):
        """Lengths of straight stretches between places [m].

        On geographic coordinates that of the geodesic, to 1e-9: found from the chord where that decides, as
        for all of a few kilometres.

        Parameters
        ----------
        start, end : float arrays, shape (stretches, 2)

        Returns
        -------
        float array, shape (stretches,)
        """
        start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
        out = np.empty(len(start))
        for begin in range(0, len(start), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            apart = self.in_space(start[part]) - self.in_space(end[part])
            lower, upper = self.bounds_m(np.sqrt(np.einsum("ij,ij->i", apart, apart)))
            out[part] = (lower + upper) / 2
            far = begin + np.flatnonzero(upper - lower > _SAME_LENGTH * upper)
            if len(far):
                points = np.concatenate((start[far], end[far]))
                out[far] = self.distances_m(points, np.arange(len(far)), len(far) + np.arange(len(far)))
        return out

    def distances_m(self, points, first, second):
        """Distances between pairs of places [m].

        On geographic coordinates that of the geodesic, by Vincenty's formula, to 0.1 mm; farther apart than
        the formula converges (places nearly opposite on the Earth) that on a sphere, to 0.6 %.

        Parameters
        ----------
        points : float array, shape (points, 2)
        first, second : int arrays, shape (pairs,)

        Returns
        -------
        float array, shape (pairs,)

        References
        ----------
        Vincenty 1975, Survey Review 23:88. docs/decisions/0092-distances.md.
        """
        points = np.asarray(points, dtype=float)
        out = np.empty(len(first))
        for start in range(0, len(first), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            ends = points[first[part]] * self.unit, points[second[part]] * self.unit
            if self.geographic:
                out[part], _ = _vincenty(*ends, self.semi_major_m, self.flattening)
            else:
                out[part] = np.hypot(*(ends[0] - ends[1]).T)
        return out

    def on_plane(self, points, centre):
        """Places on the plane about a centre [m east, m north].

        On geographic coordinates that of the azimuthal equidistant projection: distance and direction from
        the centre are those of the geodesic. On projected ones the plane of the projection; north is that of
        its grid.

        Parameters
        ----------
        points : float array, shape (points, 2)
        centre : float array, shape (2,)

        Returns
        -------
        float array, shape (points, 2)

        Examples
        --------
        >>> Ground(False, 1.0).on_plane([[3.0, 4.0]], [1.0, 1.0])
        array([[2., 3.]])
        """
        points = np.asarray(points, dtype=float) * self.unit
        centre = np.asarray(centre, dtype=float) * self.unit
        if not self.geographic:
            return points - centre
        out = np.empty(points.shape)
        for start in range(0, len(points), _AT_ONCE):
            part = points[start : start + _AT_ONCE]
            length, azimuth = _vincenty(centre[None], part, self.semi_major_m, self.flattening)
            out[start : start + _AT_ONCE] = np.column_stack(
                (length * np.sin(azimuth), length * np.cos(azimuth))
            )
        return out

    def from_plane(self, plane_m, centre):
        """The places that `on_plane` puts there.

        Parameters
        ----------
        plane_m : float array, shape (points, 2)
        centre : float array, shape (2,)

        Returns
        -------
        float array, shape (points, 2)
            Longitudes are within half a turn of the centre's, and may pass the antimeridian.
        """
        plane_m, centre = np.asarray(plane_m, dtype=float), np.asarray(centre, dtype=float)
        if not self.geographic:
            return centre + plane_m / self.unit
        length, azimuth = np.hypot(*plane_m.T), np.arctan2(*plane_m.T)
        ends = _vincenty_end(centre * self.unit, length, azimuth, self.semi_major_m, self.flattening)
        return ends / self.unit


def band_area(latitude_1, latitude_2, semi_major_m, flattening):
    """Area of an ellipsoid between two parallels, per radian of longitude [m2/rad], never below 0.

    `a2 (1 - e2) / 2 * (q(p2) - q(p1))` with `q(p) = sin p / (1 - e2 sin2 p) + atanh(e sin p) / e`; the
    differences are taken before the terms can cancel, so that thin rows keep all digits.

    Parameters
    ----------
    latitude_1, latitude_2 : float arrays
        Geodetic latitudes [rad].
    semi_major_m, flattening : float

    Returns
    -------
    float array

    References
    ----------
    Snyder 1987, Map projections: a working manual, eq. 3-12.
    """
    a, e2 = semi_major_m, flattening * (2.0 - flattening)
    sine_1, sine_2 = np.sin(latitude_1), np.sin(latitude_2)
    rise = 2.0 * np.cos((latitude_1 + latitude_2) / 2) * np.sin(np.abs(latitude_2 - latitude_1) / 2)
    if e2 == 0:
        return a**2 * rise
    rational = rise * (1 + e2 * sine_1 * sine_2) / ((1 - e2 * sine_1**2) * (1 - e2 * sine_2**2))
    e = np.sqrt(e2)
    # atanh(x) - atanh(y) = atanh((x - y) / (1 - x y))
    transcendental = np.arctanh(e * rise / (1 - e2 * sine_1 * sine_2)) / e
    return a**2 * (1 - e2) / 2 * (rational + transcendental)


def _vincenty(start, end, a, f):
    """Lengths of geodesics between longitudes and latitudes [rad] on an ellipsoid with semi-major axis a, and
    their azimuths at the start [rad]."""
    b = a * (1 - f)
    reduced = np.arctan((1 - f) * np.tan(start[:, 1])), np.arctan((1 - f) * np.tan(end[:, 1]))
    (sine_1, cosine_1), (sine_2, cosine_2) = ((np.sin(u), np.cos(u)) for u in reduced)
    turn = end[:, 0] - start[:, 0]
    turn = np.arctan2(np.sin(turn), np.cos(turn))  # the short way round
    longitude = turn
    with np.errstate(invalid="ignore", divide="ignore"):
        for _ in range(_STEPS):
            sine_l, cosine_l = np.sin(longitude), np.cos(longitude)
            sine = np.hypot(cosine_2 * sine_l, cosine_1 * sine_2 - sine_1 * cosine_2 * cosine_l)
            cosine = sine_1 * sine_2 + cosine_1 * cosine_2 * cosine_l
            arc = np.arctan2(sine, cosine)
            slope = np.where(sine == 0, 0.0, cosine_1 * cosine_2 * sine_l / sine)
            square = 1 - slope**2  # squared cosine of the geodesic's azimuth at the equator
            middle = np.where(square <= 0, 0.0, cosine - 2 * sine_1 * sine_2 / square)
            c = f / 16 * square * (4 + f * (4 - 3 * square))
            before = longitude
            longitude = turn + (1 - c) * f * slope * (
                arc + c * sine * (middle + c * cosine * (2 * middle**2 - 1))
            )
            apart = np.abs(longitude - before)
            if not (apart > _CLOSE_ENOUGH).any():
                break
        series, k = _series(square, a, b)
        length = b * series * (arc - _arc_excess(k, sine, cosine, middle))
        azimuth = np.arctan2(cosine_2 * sine_l, cosine_1 * sine_2 - sine_1 * cosine_2 * cosine_l)
    lost = ~(apart <= _CLOSE_ENOUGH)
    length[lost] = (a + b) / 2 * arc[lost]
    return length, azimuth


def _vincenty_end(start, length, azimuth, a, f):
    """Longitudes and latitudes [rad] where geodesics of these lengths [m] and azimuths [rad] end."""
    b = a * (1 - f)
    reduced = np.arctan((1 - f) * np.tan(start[1]))
    sine_1, cosine_1 = np.sin(reduced), np.cos(reduced)
    sine_a, cosine_a = np.sin(azimuth), np.cos(azimuth)
    from_equator = np.arctan2(sine_1, cosine_1 * cosine_a)
    slope = cosine_1 * sine_a
    square = 1 - slope**2
    series, k = _series(square, a, b)
    arc = plain = length / (b * series)
    for _ in range(_STEPS):
        middle, sine, cosine = np.cos(2 * from_equator + arc), np.sin(arc), np.cos(arc)
        before, arc = arc, plain + _arc_excess(k, sine, cosine, middle)
        if not (np.abs(arc - before) > _CLOSE_ENOUGH).any():
            break
    middle, sine, cosine = np.cos(2 * from_equator + arc), np.sin(arc), np.cos(arc)
    across = sine_1 * sine - cosine_1 * cosine * cosine_a
    latitude = np.arctan2(sine_1 * cosine + cosine_1 * sine * cosine_a, (1 - f) * np.hypot(slope, across))
    turn = np.arctan2(sine * sine_a, cosine_1 * cosine - sine_1 * sine * cosine_a)
    c = f / 16 * square * (4 + f * (4 - 3 * square))
    turn -= (1 - c) * f * slope * (arc + c * sine * (middle + c * cosine * (2 * middle**2 - 1)))
    return np.column_stack((start[0] + turn, latitude))


def _series(square, a, b):
    """Vincenty's A and B by the squared cosine of the azimuth at the equator."""
    u2 = square * (a**2 - b**2) / b**2
    series = 1 + u2 / 16384 * (4096 + u2 * (u2 * (320 - 175 * u2) - 768))
    return series, u2 / 1024 * (256 + u2 * (u2 * (74 - 47 * u2) - 128))


def _arc_excess(k, sine, cosine, middle):
    """Vincenty's difference of arcs on the auxiliary sphere [rad]."""
    bend = cosine * (2 * middle**2 - 1) - k / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    return k * sine * (middle + k / 4 * bend)
