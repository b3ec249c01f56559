"""Styles of zones and of the coefficients that they are made of."""

from qgis.core import QgsExpression
from qgis.PyQt.QtCore import QT_TRANSLATE_NOOP

from ..base import tr
from .classes import by_year, coded, graduated
from .colours import COEFFICIENT, CONTROL, HIGH_CARBON, LOW_CARBON, OPTIMISED, SINK, between

ZONES = {  # scheme -> (code, name, colour); a zone has one colour in both schemes
    "four": (
        (1, QT_TRANSLATE_NOOP("LandCarbon", "Low-carbon economic zone"), LOW_CARBON),
        (2, QT_TRANSLATE_NOOP("LandCarbon", "Carbon source control zone"), CONTROL),
        (3, QT_TRANSLATE_NOOP("LandCarbon", "Carbon sink functional zone"), SINK),
        (4, QT_TRANSLATE_NOOP("LandCarbon", "High-carbon optimisation zone"), HIGH_CARBON),
    ),
    "five": (
        (1, QT_TRANSLATE_NOOP("LandCarbon", "Carbon sink functional zone"), SINK),
        (2, QT_TRANSLATE_NOOP("LandCarbon", "Low-carbon economic zone"), LOW_CARBON),
        (3, QT_TRANSLATE_NOOP("LandCarbon", "Low-carbon optimisation zone"), OPTIMISED),
        (4, QT_TRANSLATE_NOOP("LandCarbon", "Carbon intensity control zone"), CONTROL),
        (5, QT_TRANSLATE_NOOP("LandCarbon", "High-carbon optimisation zone"), HIGH_CARBON),
    ),
}
SCORED_ZONES = (  # of the neutrality zoning with five zones, from the highest score
    (1, QT_TRANSLATE_NOOP("LandCarbon", "Carbon sink functional zone"), SINK),
    (2, QT_TRANSLATE_NOOP("LandCarbon", "Low-carbon development zone"), LOW_CARBON),
    (3, QT_TRANSLATE_NOOP("LandCarbon", "Net-carbon stabilisation zone"), OPTIMISED),
    (4, QT_TRANSLATE_NOOP("LandCarbon", "High-carbon control zone"), CONTROL),
    (5, QT_TRANSLATE_NOOP("LandCarbon", "Carbon source optimisation zone"), HIGH_CARBON),
)
COEFFICIENT_BREAKS = (0.5, 0.8, 1.0, 1.25, 2.0)  # symmetric about 1 as ratios: 0.8 = 1 / 1.25


def zones(scheme, field="zone"):
    """Zones by code in fixed colours; where there are units without a zone, they are grey.

    Parameters
    ----------
    scheme : str
        'four' or 'five'.
    field : str
        Holds the code.
    """
    return coded(field, ZONES[scheme], tr("No zone"))


def scored_zones(count, weights, field="zone"):
    """Zones by score, from the highest; the map tip of a unit shows what its score is made of.

    Parameters
    ----------
    count : int
        Number of zones; other than five they are numbered, in colours between those of the five.
    weights : dict of str to float
        Weight of every index by its name.
    field : str
        Holds the code.
    """
    named = [(code, tr(name), colour) for code, name, colour in SCORED_ZONES]
    if count != len(SCORED_ZONES):
        numbered = tr("Zone {code} of {count}")
        colours = between([colour for _, _, colour in SCORED_ZONES], count)
        named = [
            (code, numbered.format(code=code, count=count), colour) for code, colour in enumerate(colours, 1)
        ]

    def style(layer):
        coded(field, named, tr("No zone"))(layer)
        layer.setMapTipTemplate(score_tip(weights))

    return style


def score_tip(weights):
    """What the score of a unit is made of, as HTML with expressions."""
    lines = [
        f"{name}: [% coalesce({QgsExpression.quotedColumnRef(name + '_s')}, '-') %]"
        + ("" if weight == 1 else f" × {weight:g}")
        for name, weight in weights.items()
    ]
    return "<br>".join(['<b>[% "unit" %]</b>', *lines, "<b>[% coalesce(\"score\", '-') %]</b>"])


def coefficient(field):
    """ECC or ESC in classes centred on 1, symmetric as ratios; below 1 brown, above it green."""

    def style(layer):
        graduated(layer, field, COEFFICIENT_BREAKS, COEFFICIENT, "", name=field.upper())
        by_year(layer)

    return style
