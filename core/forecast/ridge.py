"""Ridge regression on the correlation scale: one factorisation serves every K."""

from __future__ import annotations

import numpy as np

_NO_SHARE = 1e-14  # of a variance: rounding


class Ridge:
    """Ridge regression of a response on drivers.

    Drivers and response are standardised, so that K is added to the diagonal of the drivers' correlation
    matrix R: `beta(K) = (R + K I)^-1 r`. The same as a penalty of n K on variables standardised with the
    population's deviation. K = 0 is least squares.

    Parameters
    ----------
    response : float array, shape (rows,)
    drivers : float array, shape (rows, drivers)
        Neither holds missing values; no column is constant.

    Attributes
    ----------
    eigenvalues : float array, shape (drivers,)
        Of R, descending.
    axes : float array, shape (drivers, drivers)
        Its eigenvectors, one per column.
    mean, scale : float
        Of the response; deviations are the population's.
    means, scales : float arrays, shape (drivers,)

    References
    ----------
    Hoerl and Kennard 1970, Technometrics 12:55; methods.md, section 6.

    Examples
    --------
    >>> x = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> Ridge(x @ [2.0, 1.0], x).slopes([0.0, 1.0]).round(12)
    array([[2. , 1. ],
           [1. , 0.5]])
    """

    def __init__(self, response, drivers):
        self.means, self.mean = drivers.mean(axis=0), float(response.mean())
        self.scales, self.scale = drivers.std(axis=0), float(response.std())
        root = np.sqrt(len(response))
        self._drivers = (drivers - self.means) / (self.scales * root)
        self._response = (response - self.mean) / (self.scale * root)
        left, singular, right = np.linalg.svd(self._drivers, full_matrices=False)
        self.eigenvalues = singular**2
        self.axes = right.T
        self._along = singular * (left.T @ self._response)

    def betas(self, k):
        """Standardised coefficients.

        Parameters
        ----------
        k : sequence of float, length n

        Returns
        -------
        float array, shape (n, drivers)
        """
        return self._along / (self.eigenvalues + _column(k)) @ self.axes.T

    def vifs(self, k):
        """Variance inflation factors, the diagonal of `(R + K I)^-1 R (R + K I)^-1`; shape (n, drivers)."""
        return self.eigenvalues / (self.eigenvalues + _column(k)) ** 2 @ (self.axes**2).T

    def slopes(self, k):
        """Coefficients in the units of the data, shape (n, drivers)."""
        return self.betas(k) * self.scale / self.scales

    def constants(self, k):
        """What the response is where all drivers are 0, shape (n,)."""
        return self.mean - self.slopes(k) @ self.means

    def unexplained(self, k):
        """Share of the response's variance that is left over, shape (n,)."""
        left = self._response - self.betas(k) @ self._drivers.T
        return (left**2).sum(axis=1)


class Moments:
    """Sums of squares and products of groups of rows, from which models of any of the groups are fitted.

    Parameters
    ----------
    response : float array, shape (rows,)
    drivers : float array, shape (rows, drivers)
    group : int array, shape (rows,)
        0, 1, ...
    """

    def __init__(self, response, drivers, group):
        rows = np.column_stack([drivers, response])
        self.origin = rows.mean(axis=0)  # products about it keep their digits
        rows = rows - self.origin
        groups, width = int(group.max()) + 1, rows.shape[1]
        self.counts = np.bincount(group, minlength=groups).astype(float)
        self.sums, self.products = np.zeros((groups, width)), np.zeros((groups, width, width))
        np.add.at(self.sums, group, rows)
        np.add.at(self.products, group, rows[:, :, None] * rows[:, None, :])

    def without_each(self, k):
        """Ridge models without one of the groups; see `ridge_of_moments`."""
        counts, sums, products = (part.sum(axis=0) - part for part in (self.counts, self.sums, self.products))
        return ridge_of_moments(counts, sums, products, k, self.origin)

    def weighted(self, weights, k):
        """Ridge models in which groups count several times or not at all.

        Parameters
        ----------
        weights : float array, shape (models, groups)
        k : sequence of float
        """
        counts = weights @ self.counts
        sums = np.einsum("mg,gi->mi", weights, self.sums)
        products = np.einsum("mg,gij->mij", weights, self.products)
        return ridge_of_moments(counts, sums, products, k, self.origin)


def ridge_of_moments(counts, sums, products, k, origin):
    """Many ridge models at once, from sums of squares and products.

    Parameters
    ----------
    counts : float array, shape (models,)
        Rows of each model.
    sums : float array, shape (models, drivers + 1)
        Of the drivers and, last, the response, about an origin.
    products : float array, shape (models, drivers + 1, drivers + 1)
    k : sequence of float, length n
    origin : float array, shape (drivers + 1,)

    Returns
    -------
    slopes : float array, shape (models, n, drivers)
    constants : float array, shape (models, n)
        A driver that is constant in a model has the slope 0 there.
    """
    means = sums / counts[:, None]
    spread = products / counts[:, None, None] - means[:, :, None] * means[:, None, :]
    scales = np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0.0))
    constant = scales**2 <= _NO_SHARE * np.diagonal(products, axis1=1, axis2=2) / counts[:, None]
    scales = np.where(constant, 1.0, scales)
    correlations = spread / (scales[:, :, None] * scales[:, None, :])
    values, axes = np.linalg.eigh(correlations[:, :-1, :-1])
    along = np.einsum("mij,mi->mj", axes, correlations[:, :-1, -1])
    below = values[:, None, :] + _column(k)[None]
    empty = below <= _NO_SHARE
    shares = np.where(empty, 0.0, along[:, None, :] / np.where(empty, 1.0, below))
    betas = np.einsum("mij,mnj->mni", axes, shares)
    slopes = betas * (scales[:, -1:] / scales[:, :-1])[:, None, :]
    slopes = np.where(constant[:, None, :-1], 0.0, slopes)
    means = means + origin
    return slopes, means[:, -1:] - np.einsum("mni,mi->mn", slopes, means[:, :-1])


def _column(k):
    return np.asarray(k, dtype=float)[:, None]
