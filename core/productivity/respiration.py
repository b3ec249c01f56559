"""Carbon that soil organisms give back: heterotrophic respiration."""

import numpy as np

DAYS = 30.0  # of a month
CARBON_SHARE = 0.465


def heterotrophic_respiration(temperature_c, precipitation_mm):
    """Heterotrophic respiration RH of a month.

    Parameters
    ----------
    temperature_c : float array
        Mean temperature of the month [deg C]. NaN = missing.
    precipitation_mm : float array
        Precipitation of the month [mm], not negative. NaN = missing.

    Returns
    -------
    float array
        `RH = 0.22 (exp(0.0913 T) + ln(0.3145 P + 1)) * 30 * 0.465` [g C/m2/month].

    Notes
    -----
    The form was fitted to measurements of the Tibetan steppe; elsewhere it is extrapolated.

    References
    ----------
    methods.md, section 2; Fan et al. 2024 eq. 9.

    Examples
    --------
    >>> heterotrophic_respiration(np.array([0.0]), np.array([0.0]))  # 0.22 * 30 * 0.465
    array([3.069])
    """
    return warm_respiration(temperature_c) + wet_respiration(precipitation_mm)


def warm_respiration(temperature_c):
    """The part of RH that depends on temperature [g C/m2/month]."""
    return 0.22 * DAYS * CARBON_SHARE * np.exp(0.0913 * temperature_c)


def wet_respiration(precipitation_mm):
    """The part of RH that depends on precipitation [g C/m2/month]."""
    return 0.22 * DAYS * CARBON_SHARE * np.log(0.3145 * precipitation_mm + 1.0)
