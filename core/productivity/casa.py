"""The CASA model of a year: net primary production, heterotrophic respiration, net ecosystem production."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .light import ALPHA, absorbed_radiation, fpar
from .respiration import heterotrophic_respiration
from .temperature_stress import optimum_temperature, temperature_stress_1, temperature_stress_2
from .water_stress import water_stress

MONTHS = 12
CELLS_AT_ONCE = 4096  # of a part: a year of its series and what is made of it fit a core's cache


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
    whole = complete(climate, vegetation)
    if len(whole) <= CELLS_AT_ONCE and whole.all():
        return complete_fluxes(climate, vegetation, alpha, day_factors)
    cells = np.flatnonzero(whole)
    fluxes = Fluxes(*np.full((2, *climate.ndvi.shape), np.nan))
    for start in range(0, len(cells), CELLS_AT_ONCE):
        part = cells[start : start + CELLS_AT_ONCE]
        found = complete_fluxes(
            Climate(*(series[:, part] for series in climate)),
            Vegetation(*(parameter[part] for parameter in vegetation)),
            alpha,
            None if day_factors is None else day_factors[:, part],
        )
        fluxes.npp[:, part], fluxes.rh[:, part] = found
    return fluxes


def complete(climate, vegetation):
    """Whether a cell has all that the model needs: all inputs in all months, and NDVI below 1.

    Returns
    -------
    bool array, shape (cells,)
    """
    whole = np.isfinite(np.add.reduce(vegetation)) & (climate.ndvi < 1.0).all(axis=0)
    for series in climate[1:]:
        whole &= np.isfinite(series).all(axis=0)
    return whole


def complete_fluxes(climate, vegetation, alpha=ALPHA, day_factors=None):
    """`monthly_fluxes` of cells that lack nothing; see `complete`."""
    ndvi, temperature, precipitation, radiation = climate
    optimum = optimum_temperature(ndvi, temperature)
    te1 = temperature_stress_1(temperature, optimum)
    te2 = temperature_stress_2(temperature, optimum)
    we = water_stress(temperature, precipitation, day_factors)
    epsilon = light_use_efficiency(te1, te2, we, vegetation.epsilon_max)
    absorbed = fpar(ndvi, vegetation.ndvi_min, vegetation.ndvi_max, alpha)
    npp = net_primary_production(absorbed_radiation(radiation, absorbed), epsilon)
    return Fluxes(npp, heterotrophic_respiration(temperature, precipitation))
