"""Styles of trends: classes, slopes and significance."""

import numpy as np
from qgis.core import QgsCategorizedSymbolRenderer, QgsPalettedRasterRenderer, QgsRendererCategory
from qgis.PyQt.QtCore import QT_TRANSLATE_NOOP
from qgis.PyQt.QtGui import QColor

from ..base import tr
from .cells import discrete, sampled_cells
from .classes import graduated, has_missing, polygon, symmetric_breaks
from .colours import NO_ZONE

# Blue falls, red rises; which of the two is good depends on what falls or rises.
TREND = (  # code, name, colour
    (-2, QT_TRANSLATE_NOOP("LandCarbon", "Marked decrease"), "#0f4c9c"),
    (-1, QT_TRANSLATE_NOOP("LandCarbon", "Moderate decrease"), "#7fb8e6"),
    (0, QT_TRANSLATE_NOOP("LandCarbon", "Unchanged"), "#ede4a0"),
    (1, QT_TRANSLATE_NOOP("LandCarbon", "Moderate increase"), "#f2a65a"),
    (2, QT_TRANSLATE_NOOP("LandCarbon", "Marked increase"), "#a3160f"),
)
SLOPE = ("#0f4c9c", "#6aa3d9", "#cfe2f3", "#fbe0c4", "#ee9145", "#a3160f")
Z_BREAKS = (-2.58, -1.96, 0.0, 1.96, 2.58)  # two-sided 1 % and 5 %
TAU_BREAKS = (-0.6, -0.3, 0.0, 0.3, 0.6)
P_VALUE = ("#3f007d", "#807dba", "#bcbddc", "#e2e0ee")  # ColorBrewer's Purples
P_BREAKS = (0.01, 0.05, 0.1)


def trend_classes(field, name=""):
    """Trend classes -2 to 2 by code; where there are units without a trend, they are grey.

    Parameters
    ----------
    field : str
        Holds the code.
    name : str
        Of what has the trend, for the legend.
    """

    def style(layer):
        before = f"{name}: " if name else ""
        categories = [
            QgsRendererCategory(code, polygon(colour), before + tr(label)) for code, label, colour in TREND
        ]
        if has_missing(layer, field):
            label = before + tr("No trend computed")
            categories.append(QgsRendererCategory(None, polygon(NO_ZONE), label))
        layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))

    return style


def trend_slope(field, name=""):
    """Slopes of units, per year, in classes centred on 0: blue falls, red rises.

    Parameters
    ----------
    field : str
        Holds the slope.
    name : str
        Of what has the trend, for the legend.
    """

    def style(layer):
        values = layer.uniqueValues(layer.fields().lookupField(field))
        sizes = np.array([float(value) for value in values if isinstance(value, (int, float))])
        graduated(layer, field, symmetric_breaks(sizes), SLOPE, tr("per year"), name)

    return style


def trend_raster():
    """Trend classes -2 to 2 of a raster, in the colours that units have."""

    def style(layer):
        classes = [
            QgsPalettedRasterRenderer.Class(code, QColor(colour), tr(name)) for code, name, colour in TREND
        ]
        layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, classes))

    return style


def slope_raster():
    """Slopes of cells, per year, in classes centred on 0, in the colours that units have."""

    def style(layer):
        breaks = symmetric_breaks(sampled_cells(layer.source()))
        layer.setRenderer(discrete(layer.dataProvider(), 1, breaks, SLOPE, tr("per year")))

    return style
