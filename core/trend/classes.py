"""Classes of trends: marked or moderate decrease, unchanged, moderate or marked increase."""

import math

import numpy as np

THRESHOLD = 1.66  # of |Z|, study Q's; 1.96 is the two-sided 5 % level

CLASSES = {
    -2: "Marked decrease",
    -1: "Moderate decrease",
    0: "Unchanged",
    1: "Moderate increase",
    2: "Marked increase",
}


def trend_classes(slope, z, threshold=THRESHOLD):
    """Class of every trend; the slope sets the direction, Z how sure it is.

    Parameters
    ----------
    slope, z : float arrays
        NaN = missing.
    threshold : float
        |Z| above it is marked.

    Returns
    -------
    float array
        -2, -1, 0, 1 or 2; NaN where slope or Z is missing.

    References
    ----------
    methods.md, section 5; Huo et al. 2025, table 4.

    Examples
    --------
    >>> trend_classes(np.array([-1.0, 0.5, 0.0, 2.0]), np.array([-2.0, 1.66, 1.0, 1.7]))
    array([-2.,  1.,  0.,  2.])
    """
    return _classes(slope, z, np.abs(z) > threshold)


def marked_classes(slope, z, marked):
    """The same where `marked` says which trends are sure, such as those that pass a false discovery rate."""
    return _classes(slope, z, marked)


def _classes(slope, z, marked):
    direction = np.where(z == 0, 0.0, np.sign(slope))
    return np.where(np.isnan(slope) | np.isnan(z), np.nan, np.where(marked, 2.0, 1.0) * direction)


def level_of(threshold):
    """The two-sided level of a threshold of |Z|: 0.05 for 1.96.

    Examples
    --------
    >>> round(level_of(1.959964), 6)
    0.05
    """
    return math.erfc(threshold / math.sqrt(2))
