"""The CASA model of a year: net primary production, heterotrophic respiration, net ecosystem production."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..sequences import zip_equal
from .light import ALPHA, absorbed_radiation, fpar_of, simple_ratio
from .months import year_sum
from .respiration import warm_respiration, wet_respiration
from .temperature_stress import optimum_temperature, stress_2_above, temperature_stress_1, warmth
from .water_stress import log_of_warm, month_heat, potential_evapotranspiration, water_stress_of

MONTHS = 12
CELLS_AT_ONCE = 8192  # of a part: more do not fit the cache, fewer have threads wait for each other


class Climate(NamedTuple):
    """Series of a year, float arrays of shape (12, cells); NaN = missing.

    Attributes
    ----------
    ndvi : float array
        From -1 to 1; 1 is missing, because its simple ratio is infinite.
    temperature_c : float array
        Mean temperature [deg C].
    precipitation_mm : float array
        Precipitation [mm/month].
    radiation_mj : float array
        Total solar radiation [MJ/m2/month].
    """

    ndvi: np.ndarray
    temperature_c: np.ndarray
    precipitation_mm: np.ndarray
    radiation_mj: np.ndarray


class Terms(NamedTuple):
    """The series, and what depends on a single one of them; float arrays of shape (12, cells).

    They are what can be looked up instead of computed; see `TERMS`.
    """

    ndvi: np.ndarray
    ratio: np.ndarray
    temperature_c: np.ndarray
    warmth: np.ndarray
    heat: np.ndarray
    log_temperature: np.ndarray
    warm_respiration: np.ndarray
    precipitation_mm: np.ndarray
    wet_respiration: np.ndarray
    radiation_mj: np.ndarray


# By series: the functions of it that `Terms` holds, the series itself (None) first.
TERMS = Climate(
    (None, simple_ratio),
    (None, warmth, month_heat, log_of_warm, warm_respiration),
    (None, wet_respiration),
    (None,),
)


class Vegetation(NamedTuple):
    """Parameters of every cell's vegetation, float arrays of shape (cells,).

    Attributes
    ----------
    epsilon_max : float array
        Maximum light use efficiency [g C/MJ]; NaN = not vegetated.
    ndvi_min, ndvi_max : float arrays
        NDVI between which FPAR goes from its least to its greatest value.
    """

    epsilon_max: np.ndarray
    ndvi_min: np.ndarray
    ndvi_max: np.ndarray


class Fluxes(NamedTuple):
    """Carbon fluxes, float arrays of shape (12, cells) [g C/m2/month]; NaN = missing."""

    npp: np.ndarray
    rh: np.ndarray

    @property
    def nep(self):
        """Net ecosystem production `NEP = NPP - RH` [g C/m2/month]; it may be negative."""
        return self.npp - self.rh


def light_use_efficiency(te1, te2, we, epsilon_max):
    """Light use efficiency epsilon of a month.

    Parameters
    ----------
    te1, te2, we : float arrays
        Stress by cold, by temperatures off the optimum and by lack of water [1].
    epsilon_max : float array
        Of the vegetation [g C/MJ].

    Returns
    -------
    float array
        `epsilon = Te1 Te2 We epsilon_max` [g C/MJ].

    References
    ----------
    methods.md, section 2; Fan et al. 2024 eq. 8.
    """
    return te1 * te2 * we * epsilon_max


def net_primary_production(apar_mj, epsilon):
    """Net primary production NPP of a month.

    Parameters
    ----------
    apar_mj : float array
        Absorbed photosynthetically active radiation [MJ/m2/month].
    epsilon : float array
        Light use efficiency [g C/MJ].

    Returns
    -------
    float array
        `NPP = APAR * epsilon` [g C/m2/month].

    References
    ----------
    methods.md, section 2; Fan et al. 2024 eq. 2.
    """
    return apar_mj * epsilon


def monthly_fluxes(climate, vegetation, alpha=ALPHA, day_factors=None):
    """Monthly net primary production and heterotrophic respiration of cells.

    Parameters
    ----------
    climate : Climate
    vegetation : Vegetation
    alpha : float
        Share of the FPAR of NDVI, 0 to 1; the rest is that of the simple ratio.
    day_factors : float array, shape (12, cells), optional
        See `daylight.day_factors`.

    Returns
    -------
    Fluxes
        NaN in all months of a cell that lacks an input in any month, or is not vegetated.

    References
    ----------
    methods.md, section 2; Potter et al. 1993, Zhu et al. 2007, Fan et al. 2024 eq. 1-9.
    """
    cells = np.flatnonzero(complete(climate, vegetation))
    fluxes = Fluxes(*np.full((2, *climate.ndvi.shape), np.nan))
    for start in range(0, len(cells), CELLS_AT_ONCE):
        part = cells[start : start + CELLS_AT_ONCE]
        series = (values[:, part] for values in climate)
        found = complete_fluxes(
            Terms(*(term for values, of in zip_equal(series, TERMS) for term in terms_of(values, of))),
            Vegetation(*(parameter[part] for parameter in vegetation)),
            alpha,
            None if day_factors is None else day_factors[:, part],
        )
        fluxes.npp[:, part], fluxes.rh[:, part] = found
    return fluxes


def terms_of(values, functions):
    """The terms of one series."""
    return [values if function is None else function(values) for function in functions]


def complete(climate, vegetation):
    """Whether a cell has all that the model needs: all inputs in all months, and NDVI below 1.

    Returns
    -------
    bool array, shape (cells,)
    """
    whole = (climate.ndvi < 1.0).all(axis=0)
    for parameter in vegetation:
        whole &= np.isfinite(parameter)
    for series in climate:
        whole &= np.isfinite(series).all(axis=0)
    return whole


def complete_fluxes(terms, vegetation, alpha=ALPHA, day_factors=None):
    """`monthly_fluxes` of cells that lack nothing; see `complete`.

    Parameters
    ----------
    terms : Terms
    vegetation, alpha, day_factors
        See `monthly_fluxes`.

    Returns
    -------
    Fluxes
    """
    temperature = terms.temperature_c
    optimum = optimum_temperature(terms.ndvi, temperature)
    te1 = temperature_stress_1(temperature, optimum)
    te2 = stress_2_above(temperature - optimum, terms.warmth * (1.0 / warmth(optimum)))
    ep0 = potential_evapotranspiration(temperature, year_sum(terms.heat), terms.log_temperature)
    if day_factors is not None:
        ep0 *= day_factors
    we = water_stress_of(ep0, temperature, terms.precipitation_mm)
    epsilon = light_use_efficiency(te1, te2, we, vegetation.epsilon_max)
    absorbed = fpar_of(terms.ndvi, terms.ratio, vegetation.ndvi_min, vegetation.ndvi_max, alpha)
    npp = net_primary_production(absorbed_radiation(terms.radiation_mj, absorbed), epsilon)
    return Fluxes(npp, terms.warm_respiration + terms.wet_respiration)
