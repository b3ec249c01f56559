"""Styles of emission potential and peak years."""

from qgis.core import QgsCategorizedSymbolRenderer, QgsExpression, QgsRendererCategory
from qgis.PyQt.QtCore import QT_TRANSLATE_NOOP

from ...core.sequences import zip_equal
from ..base import tr
from .classes import and_missing, by_rules, has_missing, symbol
from .colours import CONTROL, HIGH_CARBON, LOW_CARBON, NO_ZONE, OPTIMISED, SINK
from .trend import TREND

POTENTIAL = (  # code, name, colour
    (5, QT_TRANSLATE_NOOP("LandCarbon", "Peak and neutrality in time"), SINK),
    (4, QT_TRANSLATE_NOOP("LandCarbon", "Peak in time in all scenarios"), LOW_CARBON),
    (3, QT_TRANSLATE_NOOP("LandCarbon", "Peak in time in low and base"), OPTIMISED),
    (2, QT_TRANSLATE_NOOP("LandCarbon", "Peak in time in low, or slow growth"), CONTROL),
    (1, QT_TRANSLATE_NOOP("LandCarbon", "No peak in time"), HIGH_CARBON),
)
PEAK = tuple(colour for _, _, colour in TREND)  # blue falls already, red rises to the end


def emission_potential(field="cep"):
    """Emission potential by code, 5 to 1; where it is unknown, units are grey.

    Parameters
    ----------
    field : str
        Holds the code.
    """

    def style(layer):
        if not layer.isSpatial():
            return
        categories = [
            QgsRendererCategory(code, symbol(layer, colour), f"{code} {tr(name)}")
            for code, name, colour in POTENTIAL
        ]
        if has_missing(layer, field):
            categories.append(QgsRendererCategory(None, symbol(layer, NO_ZONE), tr("Unknown")))
        layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))

    return style


def peak_year(field, base_year, peak_by, to_year):
    """Years of a peak in classes: falling already, in time, late, and no peak before the end.

    Parameters
    ----------
    field : str
        Holds the year.
    base_year, to_year : int
        First and last year of the paths.
    peak_by : int
        The last year that is in time.
    """
    middle = (peak_by + to_year) // 2

    def style(layer):
        if not layer.isSpatial():
            return
        year = QgsExpression.quotedColumnRef(field)
        classes = [
            (f"{year} <= {base_year}", tr("{year}: falling already").format(year=base_year)),
            (f"{year} > {base_year} AND {year} <= {peak_by}", f"{base_year + 1} - {peak_by}"),
            (f"{year} > {peak_by} AND {year} <= {middle}", f"{peak_by + 1} - {middle}"),
            (f"{year} > {middle} AND {year} < {to_year}", f"{middle + 1} - {to_year - 1}"),
            (f"{year} >= {to_year}", tr("{year}: no peak before").format(year=to_year)),
        ]
        coloured = [(test, hue, label) for (test, label), hue in zip_equal(classes, PEAK)]
        by_rules(layer, and_missing(layer, field, coloured))

    return style
