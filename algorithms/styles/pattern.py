"""Styles of clusters, hot spots and quadrants."""

from qgis.core import QgsCategorizedSymbolRenderer, QgsRendererCategory
from qgis.PyQt.QtCore import QT_TRANSLATE_NOOP

from ..base import tr
from .classes import by_year, coded, has_missing, symbol
from .colours import NO_ZONE, cluster_colour

# After ColorBrewer's RdBu, as users of Gi* know it: cold is blue, hot is red.
HOT_SPOTS = (  # code, name, colour
    (-3, QT_TRANSLATE_NOOP("LandCarbon", "Cold spot, 99 %"), "#2166ac"),
    (-2, QT_TRANSLATE_NOOP("LandCarbon", "Cold spot, 95 %"), "#67a9cf"),
    (-1, QT_TRANSLATE_NOOP("LandCarbon", "Cold spot, 90 %"), "#bcd9ea"),
    (0, QT_TRANSLATE_NOOP("LandCarbon", "Not significant"), "#ececec"),
    (1, QT_TRANSLATE_NOOP("LandCarbon", "Hot spot, 90 %"), "#fbc9ad"),
    (2, QT_TRANSLATE_NOOP("LandCarbon", "Hot spot, 95 %"), "#ef8a62"),
    (3, QT_TRANSLATE_NOOP("LandCarbon", "Hot spot, 99 %"), "#b2182b"),
)
LISA = (  # as users of GeoDa know them
    ("HH", QT_TRANSLATE_NOOP("LandCarbon", "High among high"), "#c51b1e"),
    ("LL", QT_TRANSLATE_NOOP("LandCarbon", "Low among low"), "#1f4fa8"),
    ("HL", QT_TRANSLATE_NOOP("LandCarbon", "High among low"), "#f5a58c"),
    ("LH", QT_TRANSLATE_NOOP("LandCarbon", "Low among high"), "#9cc3ec"),
    ("ns", QT_TRANSLATE_NOOP("LandCarbon", "Not significant"), "#ececec"),
)
# Darker lasts longer; what comes and goes is yellowish or greenish, what is over is brown or violet.
EMERGING = (
    (3, QT_TRANSLATE_NOOP("LandCarbon", "Intensifying hot spot"), "#67000d"),
    (4, QT_TRANSLATE_NOOP("LandCarbon", "Persistent hot spot"), "#b2182b"),
    (5, QT_TRANSLATE_NOOP("LandCarbon", "Diminishing hot spot"), "#e0715c"),
    (2, QT_TRANSLATE_NOOP("LandCarbon", "Consecutive hot spot"), "#f79c33"),
    (1, QT_TRANSLATE_NOOP("LandCarbon", "New hot spot"), "#fdd24d"),
    (6, QT_TRANSLATE_NOOP("LandCarbon", "Sporadic hot spot"), "#fbc9ad"),
    (7, QT_TRANSLATE_NOOP("LandCarbon", "Oscillating hot spot"), "#f3a6c0"),
    (8, QT_TRANSLATE_NOOP("LandCarbon", "Historical hot spot"), "#a07b63"),
    (0, QT_TRANSLATE_NOOP("LandCarbon", "No pattern"), "#ececec"),
    (-8, QT_TRANSLATE_NOOP("LandCarbon", "Historical cold spot"), "#7d7fa6"),
    (-7, QT_TRANSLATE_NOOP("LandCarbon", "Oscillating cold spot"), "#b8a9de"),
    (-6, QT_TRANSLATE_NOOP("LandCarbon", "Sporadic cold spot"), "#bcd9ea"),
    (-1, QT_TRANSLATE_NOOP("LandCarbon", "New cold spot"), "#8fdcc3"),
    (-2, QT_TRANSLATE_NOOP("LandCarbon", "Consecutive cold spot"), "#3aa99f"),
    (-5, QT_TRANSLATE_NOOP("LandCarbon", "Diminishing cold spot"), "#67a9cf"),
    (-4, QT_TRANSLATE_NOOP("LandCarbon", "Persistent cold spot"), "#2166ac"),
    (-3, QT_TRANSLATE_NOOP("LandCarbon", "Intensifying cold spot"), "#08224f"),
)


def clusters(count, field="cluster"):
    """Clusters by number; where there are units without one, they are grey.

    Parameters
    ----------
    count : int
    field : str
        Holds the number.
    """

    def style(layer):
        if not layer.isSpatial():
            return
        categories = [
            QgsRendererCategory(
                number, symbol(layer, cluster_colour(number)), tr("Cluster {number}").format(number=number)
            )
            for number in range(1, count + 1)
        ]
        if has_missing(layer, field):
            categories.append(QgsRendererCategory(None, symbol(layer, NO_ZONE), tr("No cluster")))
        layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
        by_year(layer)

    return style


def hot_spot_bins(field="gi_bin"):
    """Hot and cold spots by bin, blue to red; where there are units without Gi*, they are grey."""
    return coded(field, HOT_SPOTS, tr("No Gi* computed"))


def lisa_quadrants(field="quadrant"):
    """Quadrants of local Moran's I; where there are units without one, they are grey."""
    return coded(field, LISA, tr("No I computed"))


def emerging_patterns(field="pattern"):
    """Patterns of hot and cold spots over the years, those that occur; units without one are grey."""

    def style(layer):
        found = layer.uniqueValues(layer.fields().lookupField(field))
        coded(field, [one for one in EMERGING if one[0] in found], tr("No pattern computed"))(layer)

    return style
