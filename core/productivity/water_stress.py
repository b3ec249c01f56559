"""How water limits the light use efficiency: Thornthwaite's potential and the actual evapotranspiration."""

import numpy as np

from ..sequences import zip_equal
from .months import year_sum

HOT_C = 26.5  # above, Thornthwaite's table instead of his formula
DRIEST = 0.5  # the water stress coefficient without any water
TINY = 1e-300  # in place of a divisor of 0 below a 0


def heat_index(temperature_c):
    """Thornthwaite's heat index I of a year.

    Parameters
    ----------
    temperature_c : float array, shape (12, cells)
        Mean temperature [deg C], complete.

    Returns
    -------
    float array, shape (cells,)
        `I = sum of (T / 5)^1.514` over the months with T > 0 [1].

    References
    ----------
    methods.md, section 2; Thornthwaite 1948.

    Examples
    --------
    >>> heat_index(np.array([[5.0]] * 3 + [[-8.0]] * 9))
    array([3.])
    """
    return year_sum(month_heat(temperature_c))


def month_heat(temperature_c):
    """What a month adds to the heat index: `(T / 5)^1.514` [1], 0 for T <= 0."""
    return np.power(np.maximum(temperature_c, 0.0) / 5.0, 1.514)


def log_of_warm(temperature_c):
    """`ln T` of temperatures above 0 deg C, minus infinity of others."""
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(temperature_c, 0.0))


def heat_exponent(heat):
    """Thornthwaite's exponent a.

    Parameters
    ----------
    heat : float array
        Heat index I.

    Returns
    -------
    float array
        `a = (0.6751 I^3 - 77.1 I^2 + 17920 I + 492390) 1e-6` [1].

    References
    ----------
    methods.md, section 2; Thornthwaite 1948.

    Examples
    --------
    >>> heat_exponent(np.array([0.0, 100.0]))  # 0.6751 - 0.771 + 1.792 + 0.49239
    array([0.49239, 2.18849])
    """
    return (((0.6751 * heat - 77.1) * heat + 17920.0) * heat + 492390.0) * 1e-6


def potential_evapotranspiration(temperature_c, heat, log_temperature=None):
    """Thornthwaite's potential evapotranspiration Ep0 of a month of 30 days of 12 hours.

    Parameters
    ----------
    temperature_c : float array
        Mean temperature of the month [deg C].
    heat : float array
        Heat index I of the year.
    log_temperature : float array, optional
        `log_of_warm(temperature_c)`, if it is known.

    Returns
    -------
    float array
        [mm/month]: `16 (10 T / I)^a` for 0 < T <= 26.5, `-415.85 + 32.24 T - 0.43 T^2` above (0 where that
        is negative, beyond 58 deg C), 0 for T <= 0.

    References
    ----------
    methods.md, section 2; Thornthwaite 1948; Willmott et al. 1985 for the polynomial.

    Examples
    --------
    >>> heat = np.array([50.0, 50.0, 50.0])  # a = 1.28, 16 * 2^1.28
    >>> potential_evapotranspiration(np.array([-1.0, 10.0, 30.0]), heat).round(2)
    array([  0.  ,  38.85, 164.35])
    """
    if log_temperature is None:
        log_temperature = log_of_warm(temperature_c)
    # The power as exp(a ln(10 T / I)), which is 0 where ln T is minus infinity.
    ep0 = log_temperature + np.log(10.0 / np.where(heat > 0.0, heat, 1.0))
    ep0 *= heat_exponent(heat)
    np.exp(ep0, out=ep0)
    ep0 *= 16.0
    hot = temperature_c > HOT_C
    if hot.any():
        table = -415.85 + (32.24 - 0.43 * temperature_c) * temperature_c
        np.copyto(ep0, np.maximum(table, 0.0, out=table), where=hot)
    return ep0


def net_radiation(ep0_mm, precipitation_mm):
    """Net radiation Rn as the water it could evaporate.

    Parameters
    ----------
    ep0_mm : float array
        Potential evapotranspiration Ep0 [mm/month].
    precipitation_mm : float array
        [mm/month]

    Returns
    -------
    float array
        `Rn = sqrt(Ep0 P) (0.369 + 0.598 sqrt(Ep0 / P))` [mm/month], written so that P may be 0.

    References
    ----------
    methods.md, section 2; Zhou and Zhang 1995.

    Examples
    --------
    >>> net_radiation(np.array([100.0]), np.array([25.0]))  # 50 * (0.369 + 0.598 * 2)
    array([78.25])
    """
    return 0.369 * np.sqrt(ep0_mm * precipitation_mm) + 0.598 * ep0_mm


def actual_evapotranspiration(ep0_mm, precipitation_mm):
    """Estimated actual evapotranspiration EET of a month.

    Parameters
    ----------
    ep0_mm : float array
        Potential evapotranspiration Ep0 [mm/month].
    precipitation_mm : float array
        [mm/month]

    Returns
    -------
    float array
        `EET = P Rn (P^2 + Rn^2 + P Rn) / ((P + Rn) (P^2 + Rn^2))` [mm/month], at most Ep0; 0 without
        precipitation.

    References
    ----------
    methods.md, section 2; Zhou and Zhang 1995.

    Examples
    --------
    >>> actual_evapotranspiration(np.array([100.0, 100.0]), np.array([0.0, 1e6]))
    array([  0., 100.])
    """
    rn = net_radiation(ep0_mm, precipitation_mm)
    product = precipitation_mm * rn
    squares = precipitation_mm * precipitation_mm + rn * rn
    below = (precipitation_mm + rn) * squares
    # Without precipitation and evaporation both are 0, and so is EET.
    np.maximum(below, TINY, out=below)
    squares += product
    squares *= product
    squares /= below
    return np.minimum(squares, ep0_mm, out=squares)


def warm_water_stress(eet_mm, ep0_mm):
    """Water stress coefficient We of a month with T > 0.

    Parameters
    ----------
    eet_mm, ep0_mm : float arrays
        Actual and potential evapotranspiration [mm/month], EET <= Ep0.

    Returns
    -------
    float array
        `We = 0.5 + 0.5 EET / PET` with `PET = (EET + Ep0) / 2`, in [0.5, 1]; 1 where PET = 0.

    References
    ----------
    methods.md, section 2; Potter et al. 1993.

    Examples
    --------
    >>> warm_water_stress(np.array([0.0, 50.0, 0.0]), np.array([100.0, 100.0, 0.0]))
    array([0.5       , 0.83333333, 1.        ])
    """
    sum_mm = eet_mm + ep0_mm
    we = eet_mm / np.maximum(sum_mm, TINY)
    we += DRIEST
    np.copyto(we, 1.0, where=sum_mm <= 0.0)
    return we


def water_stress(temperature_c, precipitation_mm, day_factors=None):
    """Water stress coefficient We of every month of a year.

    Parameters
    ----------
    temperature_c : float array, shape (12, cells)
        Mean temperature [deg C], complete.
    precipitation_mm : float array, shape (12, cells)
        Precipitation [mm], complete, not negative.
    day_factors : float array, shape (12, cells), optional
        What Ep0 is multiplied with for the length of days and months; see `daylight.day_factors`.

    Returns
    -------
    float array, shape (12, cells)
        In [0.5, 1]. A month with T <= 0 has the coefficient of the last month before it with T > 0, January
        after December; 0.5 if there is none.

    References
    ----------
    methods.md, section 2; Potter et al. 1993, Zhou and Zhang 1995.
    """
    ep0 = potential_evapotranspiration(temperature_c, heat_index(temperature_c))
    if day_factors is not None:
        ep0 *= day_factors
    return water_stress_of(ep0, temperature_c, precipitation_mm)


def water_stress_of(ep0_mm, temperature_c, precipitation_mm):
    """`water_stress` where the potential evapotranspiration Ep0 [mm/month] is known."""
    we = warm_water_stress(actual_evapotranspiration(ep0_mm, precipitation_mm), ep0_mm)
    return carried_over(we, temperature_c > 0.0)


def carried_over(we, warm):
    """The months that are not warm get the coefficient of the last warm one before them.

    Parameters
    ----------
    we : float array, shape (12, cells)
        Is changed and returned.
    warm : bool array, shape (12, cells)

    Returns
    -------
    float array, shape (12, cells)
        0.5 where no month is warm.
    """
    if warm.all():
        return we
    last = np.full(we.shape[1:], DRIEST)
    for we_m, warm_m in zip_equal(we, warm):  # the last warm month of the year, for January
        np.copyto(last, we_m, where=warm_m)
    for we_m, warm_m in zip_equal(we, warm):
        np.copyto(last, we_m, where=warm_m)
        we_m[:] = last
    return we
