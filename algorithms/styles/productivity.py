"""Styles of productivity, respiration and net ecosystem production."""

import numpy as np

from .cells import class_raster, discrete, range_per_band
from .classes import by_year, graduated, symmetric_breaks
from .colours import COEFFICIENT, NPP, RESPIRATION
from .dates import month_range

# Fixed, so that maps of different years compare.
NPP_BREAKS = (100.0, 200.0, 400.0, 600.0, 900.0)  # g C/m2/year
RESPIRATION_BREAKS = (100.0, 200.0, 300.0, 450.0, 600.0)
NEP_BREAKS = (-200.0, -50.0, 0.0, 100.0, 300.0)  # green takes up, brown gives off
MONTHLY_NPP_BREAKS = (10.0, 25.0, 50.0, 80.0, 120.0)  # g C/m2/month
MONTHLY_NEP_BREAKS = (-20.0, -5.0, 0.0, 20.0, 50.0)
JULY = 7


def mean_flux(field="mean_gm2"):
    """Mean carbon flux of units [g C/m2] in classes centred on 0: green takes up, brown gives off.

    Parameters
    ----------
    field : str
        Holds the mean; by area, so that large units do not look productive for their size.
    """

    def style(layer):
        values = layer.uniqueValues(layer.fields().lookupField(field))
        sizes = np.array([float(value) for value in values if isinstance(value, (int, float))])
        graduated(layer, field, symmetric_breaks(sizes), COEFFICIENT, "g C/m²")
        by_year(layer)

    return style


def npp_raster():
    """Net primary production of a year [g C/m2]: darker green is more."""
    return class_raster(NPP_BREAKS, NPP, "", "g C/m²")


def rh_raster():
    """Heterotrophic respiration of a year [g C/m2]: darker brown is more."""
    return class_raster(RESPIRATION_BREAKS, RESPIRATION, "", "g C/m²")


def nep_raster():
    """Net ecosystem production of a year [g C/m2] in classes about 0: green takes up, brown gives off."""
    return class_raster(NEP_BREAKS, COEFFICIENT, "", "g C/m²")


def monthly_flux(flux, year=None):
    """NPP or NEP of twelve months [g C/m2], July shown; each band gets its month as range of time.

    Parameters
    ----------
    flux : str
        'npp' or 'nep'.
    year : int, optional
        Without it the bands have no time.
    """
    breaks, colours = {
        "npp": (MONTHLY_NPP_BREAKS, NPP),
        "nep": (MONTHLY_NEP_BREAKS, COEFFICIENT),
    }[flux]

    def style(layer):
        layer.setRenderer(discrete(layer.dataProvider(), JULY, breaks, colours, "g C/m²"))
        if year is not None:
            range_per_band(layer, [month_range(year, month) for month in range(1, 13)])

    return style
