"""Spatial weights: which units are neighbours, and how much each neighbour counts.

Weights are a sparse matrix with a row per unit: row i holds those of the neighbours of unit i, ascending
by place, without the unit itself. Binary weights are 1; `row_standardised` makes every row sum to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..errors import InputDataError
from ..geometry.ground import Ground
from .borders import shared_borders

MOST_NEIGHBOURS = 60_000_000  # of all units together: about 1 GB while they are found
_SAMPLE = 1000  # units whose neighbours are counted to see whether there may be too many


@dataclass(frozen=True)
class Weights:
    """Spatial weights of units.

    Attributes
    ----------
    matrix : scipy.sparse.csr_matrix, shape (units, units)
        Nothing on the diagonal.
    standardised : bool
        Whether the rows sum to 1.
    distance_m : float or None
        The band that was used, where there is one.
    """

    matrix: object
    standardised: bool = False
    distance_m: float | None = None

    def __len__(self):
        return self.matrix.shape[0]

    @cached_property
    def neighbours(self):
        """How many neighbours each unit has: int array, shape (units,)."""
        return np.diff(self.matrix.indptr)

    @property
    def islands(self):
        """Places of the units without neighbours."""
        return np.flatnonzero(self.neighbours == 0)

    @cached_property
    def even(self):
        """Whether all neighbours of a unit count the same: true of all but inverse distances."""
        first = self.matrix.data[np.minimum(self.matrix.indptr[:-1], max(self.matrix.nnz - 1, 0))]
        return bool((self.matrix.data == np.repeat(first, self.neighbours)).all())

    def of(self, units):
        """The weights of some units among each other.

        Parameters
        ----------
        units : int array
            Their places, each once.

        Returns
        -------
        Weights
            Standardised again if these are.
        """
        if np.array_equal(units, np.arange(len(self))):
            return self
        part = replace(self, matrix=self.matrix[units][:, units], standardised=False)
        return row_standardised(part) if self.standardised else part


def contiguity(polygons, queen=True, tolerance_m=0.0, crs_wkt=""):
    """Binary weights of polygons whose borders meet.

    Parameters
    ----------
    polygons : sequence of bytes
        Well-known binary of a polygon or multipolygon for each unit.
    queen : bool
        Whether a common point makes neighbours; else (rook) a common stretch of border does.
    tolerance_m : float
        Borders that are no farther apart meet [m].
    crs_wkt : str
        Coordinate reference system of the polygons; needed for a tolerance.

    Returns
    -------
    Weights

    Raises
    ------
    InputDataError
        A geometry is no polygon, a coordinate is not finite, a tolerance without a coordinate system.

    References
    ----------
    methods.md, section 7; docs/decisions/0090-contiguity.md.
    """
    ground = Ground.of_crs(crs_wkt) if crs_wkt or tolerance_m > 0 else None
    borders = shared_borders(polygons, ground, tolerance_m)
    some = slice(None) if queen else borders.length_m > 0
    return Weights(_symmetric(borders.first[some], borders.second[some], len(polygons)))


def distance_band(points, crs_wkt, distance_m=None):
    """Binary weights of units that are no farther apart than a distance.

    Parameters
    ----------
    points : float array, shape (units, 2)
    crs_wkt : str
        Coordinate reference system of the points; see `Ground` for the distances.
    distance_m : float, optional
        The band [m]; not given, the smallest one that leaves no unit alone.

    Returns
    -------
    Weights

    Raises
    ------
    InputDataError
        No coordinate system, or more neighbours than fit.

    References
    ----------
    methods.md, section 7; docs/decisions/0092-distances.md.
    """
    search = _Search.of(points, crs_wkt)
    band = search.smallest_band() if distance_m is None else float(distance_m)
    first, second = search.pairs_within(band)
    return Weights(_symmetric(first, second, len(points)), distance_m=band)


def inverse_distances(points, crs_wkt, distance_m=None, label=str):
    """Weights 1 / distance [1/m] of units that are no farther apart than a distance.

    Parameters
    ----------
    points, crs_wkt, distance_m
        As of `distance_band`.
    label : callable
        What the unit at a place is called in messages.

    Returns
    -------
    Weights

    Raises
    ------
    InputDataError
        Two units at the same place, no coordinate system, or more neighbours than fit.
    """
    search = _Search.of(points, crs_wkt)
    band = search.smallest_band() if distance_m is None else float(distance_m)
    first, second = search.pairs_within(band)
    distances = search.ground.distances_m(points, first, second)
    same = np.flatnonzero(distances <= search.rounding_m)
    if len(same):
        i, j = sorted((int(first[same[0]]), int(second[same[0]])))
        raise InputDataError(
            "{first} and {second} are at the same place, so the inverse of their distance is infinite "
            "({count} such pairs); make one of them, or choose another neighbourhood.",
            first=label(i),
            second=label(j),
            count=len(same),
        )
    return Weights(_symmetric(first, second, len(points), 1 / distances), distance_m=band)


def nearest_neighbours(points, crs_wkt, count):
    """Binary weights of the nearest units; they need not be mutual.

    Of units at the same distance those that come first in the layer are taken.

    Parameters
    ----------
    points : float array, shape (units, 2)
    crs_wkt : str
    count : int
        Neighbours of every unit, below the number of units.

    Returns
    -------
    Weights

    Raises
    ------
    InputDataError
        No coordinate system, as many neighbours as units or more, or more neighbours than fit.
    """
    from scipy.sparse import csr_matrix

    units = len(points)
    if count >= units:
        raise InputDataError(
            "{count} neighbours are asked for, and there are {units} units; choose at most {most}.",
            count=count,
            units=units,
            most=units - 1,
        )
    _check_room(units * count, units)
    found = _Search.of(points, crs_wkt).nearest(np.arange(units), count)
    found.sort(axis=1)
    starts = np.arange(0, units * count + 1, count)
    return Weights(csr_matrix((np.ones(units * count), found.ravel(), starts), shape=(units, units)))


def row_standardised(weights):
    """The same weights with every row summing to 1; the rows of islands stay empty.

    Parameters
    ----------
    weights : Weights

    Returns
    -------
    Weights
    """
    matrix = weights.matrix.copy()
    sums = np.add.reduceat(np.append(matrix.data, 0.0), matrix.indptr[:-1])
    matrix.data /= np.repeat(sums, weights.neighbours)
    return replace(weights, matrix=matrix, standardised=True)


@dataclass(frozen=True)
class _Search:
    """Neighbours by distance: a tree of the places in space, and the ground that they are on."""

    points: np.ndarray
    ground: Ground
    space: np.ndarray
    tree: object  # scipy.spatial.cKDTree
    rounding_m: float

    @classmethod
    def of(cls, points, crs_wkt):
        """The search among some points."""
        from scipy.spatial import cKDTree

        points = np.asarray(points, dtype=float)
        ground = Ground.of_crs(crs_wkt)
        space = ground.in_space(points)
        return cls(points, ground, space, cKDTree(space), ground.rounding_m(points))

    def smallest_band(self):
        """The largest of the distances to the nearest unit [m]."""
        straight, _ = self.tree.query(self.space, k=2, workers=-1)
        lower, upper = self.ground.bounds_m(straight[:, 1])
        lonely = np.flatnonzero(upper >= lower.max())
        return float(self.ground.distances_m(self.points, lonely, self.nearest(lonely, 1)[:, 0]).max())

    def pairs_within(self, distance_m):
        """Pairs of units no farther apart, each once: two int arrays."""
        # Counting takes as long as finding, so it is only done where a sample says that there may be many.
        reach = distance_m + self.rounding_m
        some = self.space[:: max(1, len(self.space) // _SAMPLE)]
        sampled = self.tree.query_ball_point(some, reach, return_length=True, workers=-1)
        if sampled.mean() * len(self.space) > MOST_NEIGHBOURS / 2:
            _check_room(int(self.tree.count_neighbors(self.tree, reach)), len(self.space), distance_m)
        first, second = self.tree.query_pairs(reach, output_type="ndarray").T
        lower, upper = self.ground.bounds_m(self._straight(first, second))
        within = upper <= reach
        unsure = np.flatnonzero(~within & (lower <= reach))
        within[unsure] = self.ground.distances_m(self.points, first[unsure], second[unsure]) <= reach
        return first[within], second[within]

    def nearest(self, rows, count):
        """The nearest units of some units, in no order: int array, shape (rows, count)."""
        nearby = min(count + 2, len(self.space))  # with the unit itself, and the next one
        straight, found = self.tree.query(self.space[rows], k=nearby, workers=-1)
        lower, upper = self.ground.bounds_m(straight)
        reach = upper[:, count] + 2 * self.rounding_m
        clear = lower[:, -1] > reach if nearby > count + 1 else np.ones(len(rows), dtype=bool)
        others = found[:, : count + 1] != rows[:, None]
        clear &= others.sum(axis=1) == count
        nearest = np.empty((len(rows), count), dtype=np.int64)
        nearest[clear] = found[clear, : count + 1][others[clear]].reshape(-1, count)
        nearest[~clear] = self._first_of_equals(rows[~clear], reach[~clear], count)
        return nearest

    def _first_of_equals(self, rows, reach, count):
        """The nearest units among those within reach; of equally far ones those that come first."""
        if len(rows) == 0:
            return np.empty((0, count), dtype=np.int64)
        balls = self.tree.query_ball_point(self.space[rows], reach, workers=-1)
        sizes = np.array([len(ball) for ball in balls])
        row = np.repeat(np.arange(len(rows)), sizes)
        other = np.concatenate(balls).astype(np.int64)
        apart = other != rows[row]
        row, other = row[apart], other[apart]
        distance = self.ground.distances_m(self.points, rows[row], other)
        order = np.lexsort((distance, row))
        starts = np.searchsorted(row, np.arange(len(rows)))
        last = distance[order][starts + count - 1]
        tied = np.abs(distance - last[row]) <= self.rounding_m
        wanted = tied | (distance < last[row])
        row, other, tied = row[wanted], other[wanted], tied[wanted]
        order = np.lexsort((other, tied, row))
        starts = np.searchsorted(row, np.arange(len(rows)))
        return other[order][starts[:, None] + np.arange(count)]

    def _straight(self, first, second):
        """Straight distances of pairs [m]."""
        total = np.zeros(len(first))
        for axis in self.space.T:
            total += (axis[first] - axis[second]) ** 2
        return np.sqrt(total)


def _check_room(neighbours, units, distance_m=None):
    """Refuse more neighbours than fit into memory."""
    if neighbours <= MOST_NEIGHBOURS:
        return
    values = {"mean": neighbours / units, "most": MOST_NEIGHBOURS / units}
    if distance_m is None:
        raise InputDataError(
            "{mean:,.0f} neighbours of every unit do not fit into memory; choose at most {most:,.0f}.",
            **values,
        )
    raise InputDataError(
        "Within {distance:,.0f} m a unit has {mean:,.0f} neighbours on average, which do not fit into "
        "memory; choose a smaller distance (at most about {most:,.0f} neighbours), or the nearest ones.",
        distance=distance_m,
        **values,
    )


def _symmetric(first, second, units, values=None):
    """The matrix of pairs, in both directions."""
    from scipy.sparse import csr_matrix

    rows, columns = np.concatenate((first, second)), np.concatenate((second, first))
    values = np.ones(len(rows)) if values is None else np.concatenate((values, values))
    matrix = csr_matrix((values, (rows, columns)), shape=(units, units))
    matrix.sort_indices()
    return matrix
