"""Spatial weights: which units are neighbours, and how much each neighbour counts.

Weights are a sparse matrix with a row per unit: row i holds those of the neighbours of unit i, ascending
by place, without the unit itself. Binary weights are 1; `row_standardised` makes every row sum to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .borders import shared_borders
from .ground import Ground


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
            Ascending places.

        Returns
        -------
        Weights
            Standardised again if these are.
        """
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


def _symmetric(first, second, units, values=None):
    """The matrix of pairs, in both directions."""
    from scipy.sparse import csr_matrix

    rows, columns = np.concatenate((first, second)), np.concatenate((second, first))
    values = np.ones(len(rows)) if values is None else np.concatenate((values, values))
    matrix = csr_matrix((values, (rows, columns)), shape=(units, units))
    matrix.sort_indices()
    return matrix
