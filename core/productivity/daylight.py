"""Length of days and months, which Thornthwaite's evapotranspiration can be corrected for."""

from __future__ import annotations

import calendar

import numpy as np

COMMON_YEAR = 2019  # any without a leap day


def month_lengths(year=None):
    """Days of every month of a year, int array of shape (12,); February has 28 where no year is given."""
    year = COMMON_YEAR if year is None else year
    return np.array([calendar.monthrange(year, month)[1] for month in range(1, 13)])


def middle_days(days):
    """The day of the year in the middle of every month, from the days of the months; float array."""
    return np.cumsum(days) - days / 2.0 + 0.5


def daylight_hours(latitude_deg, day_of_year):
    """Hours of daylight.

    Parameters
    ----------
    latitude_deg : float array, shape (cells,)
        [deg], north positive.
    day_of_year : float array, shape (days,)
        J, 1 for the first of January.

    Returns
    -------
    float array, shape (days, cells)
        `24 / pi * arccos(-tan(latitude) tan(declination))` [h], 0 to 24; with the declination
        `0.409 sin(2 pi J / 365 - 1.39)` [rad].

    References
    ----------
    Allen et al. 1998, FAO Irrigation and Drainage Paper 56, eq. 24, 25 and 34.

    Examples
    --------
    >>> daylight_hours(np.array([0.0, 80.0, -80.0]), np.array([170.0])).round(6)
    array([[12., 24.,  0.]])
    """
    declination = 0.409 * np.sin(2.0 * np.pi * day_of_year / 365.0 - 1.39)
    cosine = -np.tan(np.radians(latitude_deg)) * np.tan(declination)[:, None]
    return 24.0 / np.pi * np.arccos(np.clip(cosine, -1.0, 1.0))


def day_factors(latitude_deg, days):
    """What a month of 30 days of 12 hours is multiplied with to be the real one.

    Parameters
    ----------
    latitude_deg : float array, shape (cells,)
        [deg], north positive.
    days : int array, shape (12,)
        Days of every month.

    Returns
    -------
    float array, shape (12, cells)
        `(daylight / 12) (days / 30)` [1].

    References
    ----------
    methods.md, section 2; Thornthwaite 1948.
    """
    return daylight_hours(latitude_deg, middle_days(days)) / 12.0 * (days / 30.0)[:, None]
