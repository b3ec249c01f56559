"""NDVI limits of vegetation classes from the data: percentiles from histograms, which add up over windows."""

import numpy as np

BINS_PER_UNIT = 10_000  # of NDVI: a bin is 1e-4, which is how NDVI is mostly stored
BINS = 2 * BINS_PER_UNIT  # from -1 to below 1
LOW_SHARE, HIGH_SHARE = 0.05, 0.95


def ndvi_histogram(ndvi, place, places):
    """How often NDVI has every value in every class.

    Parameters
    ----------
    ndvi : float array, shape (cells,)
        From -1 to below 1.
    place : int array, shape (cells,)
        Class of every cell, from 0.
    places : int
        Number of classes.

    Returns
    -------
    int64 array, shape (places, BINS)
        Bin k is the NDVI `k * 1e-4 - 1`, rounded to the nearest; what would round to 1 is in the last one.
    """
    found = np.rint((ndvi + 1.0) * BINS_PER_UNIT).astype(np.int64)
    np.minimum(found, BINS - 1, out=found)
    found += place * BINS
    return np.bincount(found, minlength=places * BINS).reshape(places, BINS)


def percentile(histogram, share):
    """A percentile of the values in a histogram: linear between the two values around it (type 7).

    Parameters
    ----------
    histogram : int array, shape (BINS,)
        See `ndvi_histogram`; not empty.
    share : float
        0 to 1.

    Returns
    -------
    float
        NDVI.

    Examples
    --------
    >>> histogram = np.zeros(BINS, dtype=int)
    >>> histogram[[11000, 14000]] = 1  # NDVI 0.1 and 0.4
    >>> round(percentile(histogram, 0.5), 12)
    0.25
    """
    reached = np.cumsum(histogram)
    rank = (reached[-1] - 1) * share
    below = int(rank)
    above = min(below + 1, int(reached[-1]) - 1)
    low, high = (
        (int(np.searchsorted(reached, place, side="right")) - BINS_PER_UNIT) / BINS_PER_UNIT
        for place in (below, above)
    )
    return low + (rank - below) * (high - low)


def limits_of(histogram):
    """The 5 % and 95 % percentile of a histogram as the NDVI limits of its class, None if it is empty.

    References
    ----------
    methods.md, section 2; Fan et al. 2024.
    """
    if not histogram.any():
        return None
    return percentile(histogram, LOW_SHARE), percentile(histogram, HIGH_SHARE)
