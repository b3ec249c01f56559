"""Grids: where the cells of a raster lie, and the true area of each of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from osgeo import osr

from ..errors import InputDataError
from ..geometry.ground import band_area
from .gdal_state import gdal_exceptions

FACTOR_TOLERANCE = 2e-7  # of the interpolated area factor; results promise 1e-6
_WEIGHT_BITS = 26  # two such numbers fill a float's 52 bits, see ExactAreas
_WEIGHT_ONE = 1 << _WEIGHT_BITS
_MOST_NODES = 100_000  # some seconds; smooth projections need less than a tenth
_PROBE_M = 200.0  # side of what is projected for an area: far above rounding, far below the Earth's curvature
_SMALL_CELL_M = 1000.0  # below, the area factor of a cell is the one at its centre to 1e-8


@dataclass(frozen=True)
class Grid:
    """The cells of a raster.

    Parameters
    ----------
    width, height : int
        Columns and rows.
    geotransform : tuple of 6 floats
        GDAL's: x of the corner, x per column, x per row, y of the corner, y per column, y per row.
    crs_wkt : str
        Coordinate reference system as WKT, '' if there is none.
    """

    width: int
    height: int
    geotransform: tuple
    crs_wkt: str

    def __getstate__(self):
        """Without what GDAL made of the coordinate system, which does not pickle."""
        return {name: value for name, value in vars(self).items() if name != "crs"}

    @cached_property
    def crs(self):
        """The coordinate reference system with x before y (osr.SpatialReference), None if there is none."""
        if not self.crs_wkt:
            return None
        with gdal_exceptions():
            crs = osr.SpatialReference()
            crs.ImportFromWkt(self.crs_wkt)
            crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        return crs

    @property
    def is_geographic(self):
        """True if the coordinates are longitude and latitude."""
        return self.crs is not None and bool(self.crs.IsGeographic())

    @property
    def is_rotated(self):
        """True if rows do not run west to east."""
        return self.geotransform[2] != 0 or self.geotransform[4] != 0

    @property
    def cell_determinant(self):
        """Planar area of a cell in squared units of the coordinate system."""
        _, a, b, _, c, d = self.geotransform
        return abs(a * d - b * c)

    @property
    def cell_size(self):
        """Width and height of a cell in units of the coordinate system."""
        _, a, b, _, c, d = self.geotransform
        return float(np.hypot(a, c)), float(np.hypot(b, d))

    @property
    def cell_size_m(self):
        """A typical side of a cell [m], for advice and spacing, not for areas."""
        if self.crs is None:
            return max(self.cell_size)
        if self.is_geographic:
            radians = max(self.cell_size) * self.crs.GetAngularUnits()
            return radians * self.crs.GetSemiMajor()
        return max(self.cell_size) * self.crs.GetLinearUnits()

    @property
    def edge_spacing_m(self):
        """How far apart the vertices of an edge may be [m] before reprojection moves it by a hundredth of a
        cell.

        A chord of length L leaves a curve of radius R by L^2 / (8 R); R is the Earth's here.
        """
        return float(np.sqrt(8 * 6.371e6 * 0.01 * self.cell_size_m))

    def to_pixels(self, xy):
        """Columns and rows (with fractions) of map coordinates.

        Parameters
        ----------
        xy : float array, shape (points, 2)

        Returns
        -------
        float array, shape (points, 2)
        """
        x0, a, b, y0, c, d = self.geotransform
        dx, dy = xy[:, 0] - x0, xy[:, 1] - y0
        determinant = a * d - b * c
        return np.column_stack(((d * dx - b * dy) / determinant, (a * dy - c * dx) / determinant))

    def to_map(self, columns, rows):
        """Map coordinates of columns and rows (with fractions)."""
        x0, a, b, y0, c, d = self.geotransform
        return x0 + a * columns + b * rows, y0 + c * columns + d * rows

    def latitudes(self, columns, rows):
        """Geodetic latitudes [deg] of columns and rows (with fractions).

        Parameters
        ----------
        columns, rows : float arrays, shape (points,)

        Returns
        -------
        float array, shape (points,)
            Infinite where the projection has no such place.
        """
        x, y = self.to_map(columns, rows)
        if self.is_geographic:
            return np.degrees(y * self.crs.GetAngularUnits())
        with gdal_exceptions():
            degrees = self.crs.CloneGeogCS()
            degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            transform = osr.CoordinateTransformation(self.crs, degrees)
            return np.array(transform.TransformPoints(np.column_stack((x, y))))[:, 1]

    @property
    def extent(self):
        """xmin, ymin, xmax, ymax in map coordinates."""
        columns = np.array([0, self.width, 0, self.width])
        rows = np.array([0, 0, self.height, self.height])
        x, y = self.to_map(columns, rows)
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def difference(self, other):
        """What keeps two grids from sharing their cells, as words; '' if they share them."""
        found = []
        if (self.width, self.height) != (other.width, other.height):
            found.append(f"{other.width} x {other.height} cells against {self.width} x {self.height}")
        # A thousandth of a cell over the whole raster: rounding in a file's header, not another grid.
        columns = np.array([0.0, self.width, 0.0, self.width])
        rows = np.array([0.0, 0.0, self.height, self.height])
        x, y = self.to_map(columns, rows)
        other_x, other_y = other.to_map(columns, rows)
        size = min(self.cell_size)
        shift = max(float(np.abs(x - other_x).max()), float(np.abs(y - other_y).max()))
        if not found and shift > 1e-3 * size:
            found.append(f"cells of {other.cell_size[0]:.6g} shifted by up to {shift:.6g} map units")
        if (self.crs is None) != (other.crs is None) or (
            self.crs is not None and not self.crs.IsSame(other.crs)
        ):
            found.append(f"coordinate system {_crs_name(other)} against {_crs_name(self)}")
        return "; ".join(found)


def _crs_name(grid):
    return "none" if grid.crs is None else grid.crs.GetName()


class ExactAreas:
    """Areas of cells as whole numbers, so that sums do not depend on the order in which cells are added.

    A cell's area is `(high * 2**26 + low) * quantum` with whole `high`, `low` < 2**26. Sums of whole numbers
    are exact in int64 (and in float64 up to 2**53), whatever the blocks, threads or tiles were.

    Attributes
    ----------
    quantum_m2 : float
        Area of one unit of `low` [m2].
    high, low : int64 arrays, shape (rows,), or None
        Area of each cell of a row; None where the area varies along the rows.
    """

    def __init__(self, quantum_m2, high=None, low=None, factors=None):
        self.quantum_m2 = quantum_m2
        self.high = high
        self.low = low
        self._factors = factors

    @property
    def by_row(self):
        """True if all cells of a row have the same area."""
        return self.high is not None

    @classmethod
    def of_rows(cls, area_m2):
        """Areas that depend on the row only; `area_m2` holds one per row [m2]."""
        area_m2 = np.asarray(area_m2, dtype=float)
        # A power of two, so that scaling is exact and only the cut to 52 bits rounds.
        quantum = 2.0 ** (np.ceil(np.log2(area_m2.max())) - 2 * _WEIGHT_BITS)
        whole = np.rint(area_m2 / quantum).astype(np.int64)
        return cls(quantum, whole >> _WEIGHT_BITS, whole & (_WEIGHT_ONE - 1))

    @classmethod
    def of_factors(cls, planar_m2, factors):
        """Areas `planar_m2 * factors` with factors that vary along rows, to 26 bits (8e-9 of the largest)."""
        largest = 2.0 ** np.ceil(np.log2(planar_m2 * factors.largest))
        scale = planar_m2 / largest * _WEIGHT_ONE
        return cls(largest / _WEIGHT_ONE / _WEIGHT_ONE, factors=(factors, scale))

    def cell_weights(self, row, rows, column, columns):
        """Whole numbers `high` of every cell of a window, as float64 of shape (rows, columns)."""
        factors, scale = self._factors
        weights = factors.window(row, rows, column, columns)
        weights *= scale
        return np.rint(weights, out=weights)

    def relative(self, column, row, columns, rows):
        """Area of every cell of a window over that of the row's `row_quanta`, as float64 of shape (rows,
        columns)."""
        if self.by_row:
            return np.ones((rows, columns))
        return self.cell_weights(row, rows, column, columns) / _WEIGHT_ONE

    def row_quanta(self, row, rows):
        """How many quanta make a cell of each row, or, where areas vary along rows, the area that `relative`
        refers to: whole numbers of python, as an array of objects."""
        if self.by_row:
            high, low = (part[row : row + rows].astype(object) for part in (self.high, self.low))
            return high * _WEIGHT_ONE + low
        return np.full(rows, _WEIGHT_ONE * _WEIGHT_ONE, dtype=object)

    def area_m2(self, high, low):
        """Areas [m2] of sums of `high` and `low`."""
        return (np.ldexp(high.astype(float), _WEIGHT_BITS) + low) * self.quantum_m2

    def window_ha(self, row, rows, column, columns):
        """Area [ha] of every cell of a window, broadcastable to (rows, columns)."""
        if self.by_row:
            part = slice(row, row + rows)
            return self.area_m2(self.high[part], self.low[part])[:, None] / 1e4
        weights = self.cell_weights(row, rows, column, columns)
        return weights * (_WEIGHT_ONE * self.quantum_m2 / 1e4)


def cell_areas(grid, planar=False):
    """True areas of the cells of a grid on the ellipsoid of its coordinate system.

    Parameters
    ----------
    grid : Grid
    planar : bool
        Areas in the plane of the projection instead.

    Returns
    -------
    ExactAreas

    Raises
    ------
    InputDataError
        The grid has no coordinate system, one that is not on the Earth, or one that the grid cannot be in;
        or planar areas are asked for on a geographic one.

    Notes
    -----
    On a geographic grid the area depends on the row only and has a closed form: the area of the ellipsoid
    between two parallels (Snyder 1987, eq. 3-12). On a projected grid the factor from the planar to the true
    area is computed on a lattice, through an equal-area projection of the same ellipsoid, and interpolated by
    cubics until it is exact to 2e-7.
    """
    if grid.crs is None:
        raise InputDataError(
            "The raster has no coordinate system, so its cells have no area; assign one to the layer first."
        )
    if grid.is_geographic:
        if planar:
            raise InputDataError(
                "Planar areas need a projected raster, and this one is in degrees ({crs}); choose "
                "ellipsoidal areas, which are right on every grid.",
                crs=grid.crs.GetName(),
            )
        if not grid.is_rotated:
            return ExactAreas.of_rows(_geographic_row_areas(grid))
    metres = 1.0 if grid.is_geographic else grid.crs.GetLinearUnits()
    planar_m2 = grid.cell_determinant * metres**2
    if planar:
        return ExactAreas.of_rows(np.full(grid.height, planar_m2))
    if not (grid.is_geographic or grid.crs.IsProjected()):
        raise InputDataError(
            "The raster's coordinate system '{crs}' does not say where on Earth its cells are; assign the "
            "right one, or choose planar areas.",
            crs=grid.crs.GetName(),
        )
    factors = _FactorLattice.of_grid(grid, planar_m2)
    if factors.spread <= FACTOR_TOLERANCE:
        return ExactAreas.of_rows(np.full(grid.height, planar_m2 * factors.mean))
    return ExactAreas.of_factors(planar_m2, factors)


def _geographic_row_areas(grid):
    """Area of one cell of every row [m2], rows bounded by parallels."""
    radians = grid.crs.GetAngularUnits()
    edges = grid.geotransform[3] + grid.geotransform[5] * np.arange(grid.height + 1)
    # A global raster may reach past the pole by the rounding of its header, or by half a cell: no area there.
    latitudes = np.clip(edges * radians, -np.pi / 2, np.pi / 2)
    span = abs(grid.geotransform[1]) * radians
    area_m2 = parallel_band_area(latitudes[:-1], latitudes[1:], grid.crs) * span
    if not area_m2.any():
        raise InputDataError(
            "The raster's rows run from {north} to {south}, which are no latitudes in {crs}; assign the "
            "raster the coordinate system that it is in.",
            north=edges[0],
            south=edges[-1],
            crs=grid.crs.GetName(),
        )
    return area_m2


def parallel_band_area(latitude_1, latitude_2, crs):
    """Area of the ellipsoid between two parallels, per radian of longitude [m2/rad].

    Parameters
    ----------
    latitude_1, latitude_2 : float arrays
        Geodetic latitudes [rad].
    crs : osr.SpatialReference
        Gives the ellipsoid.

    Returns
    -------
    float array
    """
    inverse_flattening = crs.GetInvFlattening()
    flattening = 1.0 / inverse_flattening if inverse_flattening else 0.0
    return band_area(latitude_1, latitude_2, crs.GetSemiMajor(), flattening)


class _FactorLattice:
    """Factor from planar to true area at lattice nodes, with cubic interpolation between them."""

    def __init__(self, grid, node_rows, node_columns, values):
        self._shape = grid.height, grid.width
        self._rows = node_rows
        self._columns = node_columns
        self._values = values
        self.largest = float(values.max()) * (1 + 1e-6)
        self.mean = float(values.mean())
        self.spread = float(np.ptp(values) / values.mean())

    @classmethod
    def of_grid(cls, grid, planar_m2):
        """Refine the lattice until its cubics hit the exact factor halfway between nodes."""
        exact = _exact_factors(grid, planar_m2)
        counts = np.array([5, 5])
        while True:
            rows = np.linspace(0.5, grid.height - 0.5, counts[0])
            columns = np.linspace(0.5, grid.width - 0.5, counts[1])
            lattice = cls(grid, rows, columns, exact(rows[:, None], columns[None, :]))
            halfway = (rows[:-1] + rows[1:]) / 2, (columns[:-1] + columns[1:]) / 2
            worst = [
                _worst(lattice, exact, halfway[0], columns),
                _worst(lattice, exact, rows, halfway[1]),
            ]
            coarse = np.array(worst) > FACTOR_TOLERANCE / 2
            if not coarse.any():
                return lattice
            counts = np.where(coarse, 2 * counts - 1, counts)
            if counts.prod() > _MOST_NODES:
                raise InputDataError(
                    "The projection {crs} changes areas too abruptly over this raster for true cell areas; "
                    "clip it to the units, or choose planar areas if the projection is an equal-area one.",
                    crs=grid.crs.GetName(),
                )

    def at(self, rows, columns):
        """Interpolated factors on the product of `rows` and `columns` (cell coordinates)."""
        index, weights = _cubic(self._columns, columns)
        along = sum(self._values[:, index + k] * weights[k] for k in range(4))
        index, weights = _cubic(self._rows, rows)
        return sum(along[index + k] * weights[k][:, None] for k in range(4))

    def window(self, row, rows, column, columns):
        """Interpolated factors at the centres of a window's cells.

        The same sums as `at`, row by row in one buffer: elementwise, so no value depends on the window.
        """
        at, across = _cubic(self._columns, column + 0.5 + np.arange(columns))
        first, weights = _cubic(self._rows, row + 0.5 + np.arange(rows))
        lowest = first.min()
        along = self._values[lowest : first.max() + 4]
        along = sum(along[:, at + k] * across[k] for k in range(4))
        factors = np.empty((rows, columns))
        term = np.empty(columns)
        for i, start in enumerate(first - lowest):
            np.multiply(along[start], weights[0][i], out=factors[i])
            for k in (1, 2, 3):
                np.multiply(along[start + k], weights[k][i], out=term)
                factors[i] += term
        return factors


def _worst(lattice, exact, rows, columns):
    true = exact(rows[:, None], columns[None, :])
    return float(np.abs(lattice.at(rows, columns) / true - 1).max())


def _cubic(nodes, at):
    """First of the four nodes around each place, and their Lagrange weights."""
    step = nodes[1] - nodes[0] if nodes[1] != nodes[0] else 1.0
    place = (at - nodes[0]) / step
    first = np.clip(np.floor(place).astype(int) - 1, 0, len(nodes) - 4)
    t = place - first
    weights = (
        (t - 1) * (t - 2) * (t - 3) / -6,
        t * (t - 2) * (t - 3) / 2,
        t * (t - 1) * (t - 3) / -2,
        t * (t - 1) * (t - 2) / 6,
    )
    return first, weights


def _exact_factors(grid, planar_m2):
    """A function of (rows, columns) that gives true over planar area of the cells centred there.

    A small quadrilateral goes through longitude and latitude onto the sphere that has the ellipsoid's areas,
    where its area is the true one; no place on Earth is singular there, pole and antimeridian included. The
    mean over a large cell is Gauss's with two points along either side.
    """
    metres_per_cell = grid.cell_size_m if grid.is_geographic else np.sqrt(planar_m2)
    half = _PROBE_M / 2 / metres_per_cell
    offsets = (0.0,) if metres_per_cell < _SMALL_CELL_M else (-0.5 / np.sqrt(3), 0.5 / np.sqrt(3))
    with gdal_exceptions():
        geographic = grid.crs.CloneGeogCS()
        geographic.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        transform = osr.CoordinateTransformation(grid.crs, geographic)
        radians = geographic.GetAngularUnits()

    def on_sphere(columns, rows):
        x, y = grid.to_map(columns, rows)
        try:
            with gdal_exceptions():
                points = np.array(transform.TransformPoints(np.column_stack((x.ravel(), y.ravel()))))[:, :2]
        except RuntimeError:
            points = np.full((x.size, 2), np.nan)
        if not np.isfinite(points).all():
            raise InputDataError(
                "A part of the raster lies outside the area where its projection {crs} is defined; clip it "
                "to the units first, or choose planar areas if the projection is an equal-area one.",
                crs=grid.crs.GetName(),
            )
        longitude, latitude = (points * radians).T.reshape(2, *x.shape)
        return _authalic(longitude, latitude, grid.crs)

    def factors(rows, columns):
        rows, columns = np.broadcast_arrays(rows, columns)
        true_m2 = np.zeros(rows.shape)
        for down in offsets:
            for right in offsets:
                row, column = rows + down, columns + right
                diagonal = on_sphere(column + half, row + half) - on_sphere(column - half, row - half)
                other = on_sphere(column + half, row - half) - on_sphere(column - half, row + half)
                true_m2 += np.linalg.norm(np.cross(diagonal, other, axis=0), axis=0) / 2
        return true_m2 / len(offsets) ** 2 / (planar_m2 * (2 * half) ** 2)

    return factors


def _authalic(longitude, latitude, crs):
    """Points on the sphere that has the ellipsoid's areas [m], shape (3, ...); angles in radians."""
    squared_radius = parallel_band_area(0.0, np.pi / 2, crs)
    # Counted from the pole, where 1 - sin^2 would cancel.
    below_pole = parallel_band_area(np.abs(latitude), np.pi / 2, crs) / squared_radius
    across = np.sqrt(below_pole * (2 - below_pole))
    z = np.copysign(1 - below_pole, latitude)
    return np.sqrt(squared_radius) * np.stack((across * np.cos(longitude), across * np.sin(longitude), z))
