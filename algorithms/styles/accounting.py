"""Styles of emission, density and land change."""

import numpy as np
from qgis.core import QgsPalettedRasterRenderer
from qgis.PyQt.QtGui import QColor

from ..base import tr
from .cells import discrete, range_per_band
from .classes import by_year, graduated, symmetric_breaks
from .colours import cluster_colour
from .dates import year_range

# ColorBrewer's PuOr, diverging: orange emits, purple absorbs.
EMISSION = ("#542788", "#998ec3", "#d8daeb", "#fee0b6", "#f1a340", "#b35806")
DENSITY = ("#542788", "#998ec3", "#c9c3e3", "#f7f7f7", "#fdd49e", "#f1a340", "#b35806")
DENSITY_BREAKS = (-1.0, -0.1, -0.001, 0.001, 1.0, 30.0)  # t/ha: sinks are weak, built-up land emits strongly
# Of the classes of the presets; after Okabe and Ito, water and forest darker than grass and crops.
LAND = {
    **{"cropland": "#e6c74a", "forest": "#006d4f", "shrubland": "#7a8f2a", "grassland": "#8fd17d"},
    **{"water": "#2b6cb0", "unused": "#cfc6b8", "construction": "#c2322d"},
}
UNCHANGED = 0.72  # of the way from a class's colour to white


def net_emission(mass, field="net_t"):
    """Net emission in classes centred on 0: orange emits, purple absorbs.

    Parameters
    ----------
    mass : str
        't C' or 't CO2', for the legend.
    field : str
    """

    def style(layer):
        index = layer.fields().lookupField(field)
        values = np.array(
            [float(value) for value in layer.uniqueValues(index) if isinstance(value, (int, float))]
        )
        graduated(layer, field, symmetric_breaks(values), EMISSION, mass)
        by_year(layer)

    return style


def density(mass, years=()):
    """Carbon density raster [t/ha] in classes centred on 0; a band per year gets its year as range.

    Parameters
    ----------
    mass : str
        't C' or 't CO2', for the legend.
    years : sequence of int
        One per band.
    """

    def style(layer):
        band = layer.bandCount()  # the latest year
        layer.setRenderer(discrete(layer.dataProvider(), band, DENSITY_BREAKS, DENSITY, f"{mass}/ha"))
        if len(years) == band and band > 1:
            range_per_band(layer, [year_range(year) for year in years])

    return style


def land_change(changes):
    """What land became, by the colour of its class then; unchanged land in a pale one.

    Parameters
    ----------
    changes : sequence of core.accounting.land_transition.ChangeRow
        Largest changes come first in the legend, then unchanged land.
    """
    others = dict.fromkeys(row.end for row in changes if row.end.lower() not in LAND)
    colours = LAND | {name.lower(): cluster_colour(number) for number, name in enumerate(others, 1)}

    def style(layer):
        classes = []
        for row in sorted(changes, key=lambda row: (row.start == row.end, -row.area_ha)):
            colour = colours[row.end.lower()]
            if row.start == row.end:
                colour, label = pale(colour), tr("{name}, unchanged").format(name=row.end)
            else:
                label = f"{row.start} → {row.end}"
            classes.append(QgsPalettedRasterRenderer.Class(row.code, QColor(colour), label))
        layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, classes))

    return style


def pale(colour):
    """The colour of land that did not change.

    Examples
    --------
    >>> pale("#000000")
    '#b8b8b8'
    """
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * (1 - UNCHANGED)):02x}" for part in parts)
