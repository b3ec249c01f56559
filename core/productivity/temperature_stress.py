"""How temperature limits the light use efficiency: Topt, Te1 and Te2 of the CASA model."""

import numpy as np

from ..sequences import zip_equal

COLDEST_C = -10.0  # at and below, nothing grows
WARMER_C, COLDER_C = 10.0, 13.0  # beyond Topt by more: Te2 is half its value at Topt
TE2_FAR = 1.184 / (1.0 + np.exp(-2.0)) / (1.0 + np.exp(-3.0)) / 2.0


def optimum_temperature(ndvi, temperature_c):
    """Topt: temperature of the month in which NDVI is highest.

    Parameters
    ----------
    ndvi : float array, shape (12, cells)
        Complete series.
    temperature_c : float array, shape (12, cells)
        Mean temperature [deg C].

    Returns
    -------
    float array, shape (cells,)
        [deg C]; of the first such month where several have the highest NDVI.

    References
    ----------
    methods.md, section 2; Potter et al. 1993.

    Examples
    --------
    >>> ndvi = np.full((12, 1), 0.2)
    >>> ndvi[6] = 0.7
    >>> optimum_temperature(ndvi, np.arange(12.0)[:, None])
    array([6.])
    """
    highest, optimum = ndvi[0].copy(), temperature_c[0].copy()
    for ndvi_m, temperature_m in zip_equal(ndvi[1:], temperature_c[1:]):
        higher = ndvi_m > highest
        np.copyto(highest, ndvi_m, where=higher)
        np.copyto(optimum, temperature_m, where=higher)
    return optimum


def temperature_stress_1(temperature_c, optimum_c):
    """Te1: production is lower where plants are adapted to cold or heat.

    Parameters
    ----------
    temperature_c : float array
        Mean temperature of the month [deg C].
    optimum_c : float array
        Topt [deg C].

    Returns
    -------
    float array
        `Te1 = 0.8 + 0.02 Topt - 0.0005 Topt^2` [1], 0 where it would be negative (Topt below -24.7 deg C) and
        where T <= -10 deg C.

    References
    ----------
    methods.md, section 2; Potter et al. 1993.

    Examples
    --------
    >>> temperature_stress_1(np.array([5.0, -10.0]), np.array([20.0, 20.0]))
    array([1., 0.])
    """
    te1 = 0.8 + 0.02 * optimum_c - 0.0005 * optimum_c * optimum_c
    return np.maximum(te1, 0.0) * (temperature_c > COLDEST_C)


def temperature_stress_2(temperature_c, optimum_c):
    """Te2: production falls as the month is warmer or colder than Topt.

    Parameters
    ----------
    temperature_c : float array
        Mean temperature of the month [deg C].
    optimum_c : float array
        Topt [deg C].

    Returns
    -------
    float array
        `Te2 = 1.184 / (1 + exp(0.2 (Topt - 10 - T))) / (1 + exp(0.3 (-Topt - 10 + T)))` [1]; half its value
        at T = Topt where T is more than 10 deg C above or 13 deg C below Topt.

    References
    ----------
    methods.md, section 2; Potter et al. 1993.

    Examples
    --------
    >>> temperature_stress_2(np.array([20.0, 35.0]), 20.0).round(4)
    array([0.9934, 0.4967])
    """
    return stress_2_above(temperature_c - optimum_c, warmth(temperature_c) / warmth(optimum_c))


def warmth(temperature_c):
    """`exp(0.1 T)`, of which Te2 is made."""
    return np.exp(0.1 * temperature_c)


def stress_2_above(above_c, ratio):
    """Te2 of a temperature above Topt.

    Parameters
    ----------
    above_c : float array
        `T - Topt` [deg C].
    ratio : float array
        `warmth(T) / warmth(Topt)`: the two exponentials of Te2 are `exp(-2) / ratio^2` and `exp(-3) ratio^3`.

    Returns
    -------
    float array
        See `temperature_stress_2`.
    """
    square = ratio * ratio
    te2 = (square + np.exp(-2.0)) * (1.0 + np.exp(-3.0) * square * ratio)
    np.divide(1.184 * square, te2, out=te2)
    far = (above_c > WARMER_C) | (above_c < -COLDER_C)
    np.copyto(te2, TE2_FAR, where=far)
    return te2
