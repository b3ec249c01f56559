"""Light that the vegetation absorbs: simple ratio, FPAR and APAR of the CASA model."""

import numpy as np

FPAR_MIN, FPAR_MAX = 0.001, 0.95
ALPHA = 0.5  # share of the FPAR of NDVI, the rest is that of the simple ratio
PAR_SHARE = 0.5  # of the solar radiation, what vegetation can use
_EQUAL = 1e-12  # limits as close are equal; the slope between closer ones could overflow


def simple_ratio(ndvi):
    """Simple ratio SR of near infrared and red, from NDVI.

    Parameters
    ----------
    ndvi : float array
        Below 1. NaN = missing.

    Returns
    -------
    float array
        `SR = (1 + NDVI) / (1 - NDVI)` [1].

    References
    ----------
    methods.md, section 2; Fan et al. 2024 eq. 7.

    Examples
    --------
    >>> simple_ratio(np.array([0.0, 0.5]))
    array([1., 3.])
    """
    return (1.0 + ndvi) / (1.0 - ndvi)


def stretched_fpar(index, index_min, index_max):
    """FPAR of a vegetation index, linear between its limits and never beyond FPAR's.

    Parameters
    ----------
    index : float array
        NDVI or simple ratio. NaN = missing.
    index_min, index_max : float arrays or floats
        Limits of the index for the vegetation class, broadcast against it.

    Returns
    -------
    float array
        `(index - min) / (max - min) * (0.95 - 0.001) + 0.001` in [0.001, 0.95]; 0.001 where the limits are
        equal, because they say nothing of the canopy.

    References
    ----------
    methods.md, section 2; Fan et al. 2024 eq. 5 and 6.

    Examples
    --------
    >>> stretched_fpar(np.array([0.0, 0.3, 0.5, 0.9]), 0.1, 0.5)
    array([0.001 , 0.4755, 0.95  , 0.95  ])
    """
    span = np.subtract(index_max, index_min)
    differ = span > _EQUAL
    slope = np.where(differ, (FPAR_MAX - FPAR_MIN) / np.where(differ, span, 1.0), 0.0)
    stretched = index - index_min
    stretched *= slope
    stretched += FPAR_MIN
    return np.clip(stretched, FPAR_MIN, FPAR_MAX, out=stretched)


def fpar(ndvi, ndvi_min, ndvi_max, alpha=ALPHA):
    """Fraction of the photosynthetically active radiation that the canopy absorbs.

    Parameters
    ----------
    ndvi : float array
        Below 1. NaN = missing.
    ndvi_min, ndvi_max : float arrays or floats
        NDVI limits of the vegetation class; those of the simple ratio are the simple ratio of these.
    alpha : float
        Share of the FPAR of NDVI, 0 to 1.

    Returns
    -------
    float array
        `FPAR = alpha FPAR_NDVI + (1 - alpha) FPAR_SR` in [0.001, 0.95].

    References
    ----------
    methods.md, section 2; Fan et al. 2024 eq. 4.
    """
    return fpar_of(ndvi, simple_ratio(ndvi), ndvi_min, ndvi_max, alpha)


def fpar_of(ndvi, ratio, ndvi_min, ndvi_max, alpha):
    """`fpar` where the simple ratio is known."""
    of_ndvi = stretched_fpar(ndvi, ndvi_min, ndvi_max)
    of_ratio = stretched_fpar(ratio, simple_ratio(ndvi_min), simple_ratio(ndvi_max))
    of_ndvi *= alpha
    of_ratio *= 1.0 - alpha
    of_ndvi += of_ratio
    return of_ndvi


def absorbed_radiation(radiation_mj, fpar):
    """Photosynthetically active radiation that the canopy absorbs, APAR.

    Parameters
    ----------
    radiation_mj : float array
        Total solar radiation [MJ/m2/month]. NaN = missing.
    fpar : float array
        Fraction absorbed [1].

    Returns
    -------
    float array
        `APAR = SOL * FPAR * 0.5` [MJ/m2/month].

    References
    ----------
    methods.md, section 2; Fan et al. 2024 eq. 3.

    Examples
    --------
    >>> absorbed_radiation(np.array([400.0]), np.array([0.5]))
    array([100.])
    """
    return radiation_mj * fpar * PAR_SHARE
