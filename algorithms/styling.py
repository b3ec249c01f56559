"""Styles of loaded outputs: zones, net emission, ECC and ESC, density, trends, potential, patterns, clusters,
ellipses; layer name, group and temporal range.

A style is a function of a layer that sets its renderer from its data. It is applied when the layer is loaded,
and kept with file outputs (`sinks.Results`), because nothing is loaded in `qgis_process`.
"""

from typing import ClassVar

import numpy as np
from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsColorRampShader,
    QgsDateTimeRange,
    QgsExpression,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsLineSymbol,
    QgsMarkerLineSymbolLayer,
    QgsMarkerSymbol,
    QgsPalettedRasterRenderer,
    QgsPalLayerSettings,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterShader,
    QgsRendererCategory,
    QgsRuleBasedLabeling,
    QgsRuleBasedRenderer,
    QgsSingleBandPseudoColorRenderer,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsTextBufferSettings,
    QgsTextFormat,
)
from qgis.PyQt.QtCore import QT_TRANSLATE_NOOP, QDate, QDateTime, QTime
from qgis.PyQt.QtGui import QColor

from ..core.classification import NATURAL, class_breaks, class_of
from ..core.raster.blocks import windows
from ..core.raster.source import close_sources, open_source, read_values
from ..core.sequences import pairwise, zip_equal
from .base import tr

# After Okabe and Ito, lighter and darker where protan, deutan or tritan readers would take two for one.
SINK, LOW_CARBON, OPTIMISED, CONTROL, HIGH_CARBON = "#00795a", "#7cc8f4", "#f0e442", "#d97a00", "#8c2d04"
NO_ZONE = "#b4b4b4"
OUTLINE = "#ffffff"  # a dark one gets lost between dark neighbours

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

# ColorBrewer's PuOr and BrBG: diverging, safe for colour-blind readers. Orange emits, purple absorbs.
EMISSION = ("#542788", "#998ec3", "#d8daeb", "#fee0b6", "#f1a340", "#b35806")
COEFFICIENT = ("#8c510a", "#d8b365", "#f6e8c3", "#c7eae5", "#5ab4ac", "#01665e")
COEFFICIENT_BREAKS = (0.5, 0.8, 1.0, 1.25, 2.0)  # symmetric about 1 as ratios: 0.8 = 1 / 1.25
DENSITY = ("#542788", "#998ec3", "#c9c3e3", "#f7f7f7", "#fdd49e", "#f1a340", "#b35806")
DENSITY_BREAKS = (-1.0, -0.1, -0.001, 0.001, 1.0, 30.0)  # t/ha: sinks are weak, built-up land emits strongly

# ColorBrewer's YlGn and YlOrBr: sequential, safe for colour-blind readers. Breaks are fixed, so that maps of
# different years compare.
NPP = ("#ffffcc", "#d9f0a3", "#addd8e", "#78c679", "#31a354", "#006837")
RESPIRATION = ("#ffffd4", "#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404")
NPP_BREAKS = (100.0, 200.0, 400.0, 600.0, 900.0)  # g C/m2/year
RESPIRATION_BREAKS = (100.0, 200.0, 300.0, 450.0, 600.0)
NEP_BREAKS = (-200.0, -50.0, 0.0, 100.0, 300.0)  # green takes up, brown gives off
MONTHLY_NPP_BREAKS = (10.0, 25.0, 50.0, 80.0, 120.0)  # g C/m2/month
MONTHLY_NEP_BREAKS = (-20.0, -5.0, 0.0, 20.0, 50.0)
JULY = 7

# Five levels each, sequential, of the same family: brown emits, green absorbs, blue compensates.
EMISSION_LEVELS = RESPIRATION[1:]
SEQUESTRATION_LEVELS = NPP[1:]
COMPENSATION_LEVELS = ("#d0d1e6", "#a6bddb", "#74a9cf", "#2b8cbe", "#045a8d")  # ColorBrewer's PuBu

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
# Of the classes of the presets; after Okabe and Ito, water and forest darker than grass and crops.
LAND = {
    **{"cropland": "#e6c74a", "forest": "#006d4f", "shrubland": "#7a8f2a", "grassland": "#8fd17d"},
    **{"water": "#2b6cb0", "unused": "#cfc6b8", "construction": "#c2322d"},
}
UNCHANGED = 0.72  # of the way from a class's colour to white
CLUSTERS = (  # found by search for the greatest least difference; they repeat where there are more clusters
    *("#0072b2", "#e69f00", "#a2e481", "#9e4c75", "#5fb3dd"),
    *("#51271f", "#dd5f5f", "#505d14", "#703dd6", "#1f1f51"),
)
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
# Okabe and Ito's without yellow, which is lost on white; for lines, which need more contrast than areas.
GROUPS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9")
DATES = ("#f9a242", "#d6556d", "#8a2da0", "#1b0c6b")  # earliest to latest: lighter to darker
POTENTIAL = (  # code, name, colour
    (5, QT_TRANSLATE_NOOP("LandCarbon", "Peak and neutrality in time"), SINK),
    (4, QT_TRANSLATE_NOOP("LandCarbon", "Peak in time in all scenarios"), LOW_CARBON),
    (3, QT_TRANSLATE_NOOP("LandCarbon", "Peak in time in low and base"), OPTIMISED),
    (2, QT_TRANSLATE_NOOP("LandCarbon", "Peak in time in low, or slow growth"), CONTROL),
    (1, QT_TRANSLATE_NOOP("LandCarbon", "No peak in time"), HIGH_CARBON),
)
PEAK = tuple(colour for _, _, colour in TREND)  # blue falls already, red rises to the end
_SEEN = 512  # cells along each side of a raster that its classes are made for


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


def between(colours, count):
    """As many colours, evenly spread along the given ones.

    Examples
    --------
    >>> between(["#000000", "#808080", "#ffffff"], 2)
    ['#000000', '#ffffff']
    """
    parts = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours])
    places = np.linspace(0, len(colours) - 1, count)
    mixed = np.column_stack([np.interp(places, np.arange(len(colours)), part) for part in parts.T])
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.rint(mixed).astype(int).tolist()]


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


def coefficient(field):
    """ECC or ESC in classes centred on 1, symmetric as ratios; below 1 brown, above it green."""

    def style(layer):
        graduated(layer, field, COEFFICIENT_BREAKS, COEFFICIENT, "", name=field.upper())
        by_year(layer)

    return style


def natural_levels(field, colours, unit=""):
    """Five levels of a field by exact natural breaks over all years, with the share of units in each.

    Shares are those of the latest year, the one on top. Where there are fewer than five different values,
    each is a level; units without a value are grey.

    Parameters
    ----------
    field : str
    colours : sequence of str
        One per level, least first.
    unit : str
        For the legend.
    """

    def style(layer):
        values, year = values_and_years(layer, field)
        different = np.unique(values[~np.isnan(values)])
        count = min(len(colours), len(different))
        breaks = class_breaks(values, NATURAL, [count])[count] if count > 1 else different[:0]
        latest = values[year == year.max()] if len(year) else values
        level = class_of(latest, breaks)
        value = QgsExpression.quotedColumnRef(field)
        edges = breaks.tolist()
        tests = [f"{value} <= {edge!r}" for edge in edges] + [f"{value} IS NOT NULL"]
        tests[1:] = [f"{value} > {edge!r} AND {test}" for edge, test in zip_equal(edges, tests[1:])]
        numbered = enumerate(zip_equal(tests, level_labels(breaks, unit)))
        classes = [
            (test, colours[number], f"{label} ({share_text(level == number)})")
            for number, (test, label) in numbered
        ]
        if np.isnan(values).any():
            classes.append((f"{value} IS NULL", NO_ZONE, f"{tr('no value')} ({share_text(level < 0)})"))
        by_rules(layer, classes)
        by_year(layer)

    return style


def values_and_years(layer, field):
    """The numbers of a field (NaN = missing) and the years of all features; 0 without a field of years."""
    names = [name for name in (field, "year") if layer.fields().lookupField(name) >= 0]
    request = QgsFeatureRequest().setSubsetOfAttributes(names, layer.fields())
    request.setFlags(Qgis.FeatureRequestFlag.NoGeometry)
    rows = [
        (feature[field], feature["year"] if "year" in names else 0) for feature in layer.getFeatures(request)
    ]
    values = [float(value) if isinstance(value, (int, float)) else np.nan for value, _ in rows]
    years = [year if isinstance(year, int) else 0 for _, year in rows]
    return np.array(values, dtype=float), np.array(years, dtype=int)


def level_labels(breaks, unit):
    """Labels of the levels that hold their upper break, with as few digits as tell the breaks apart.

    Examples
    --------
    >>> level_labels(np.array([0.51, 12345.6]), "t C")
    ['up to 0.51 t C', '0.51 to 12,350 t C', 'above 12,350 t C']
    """
    if not len(breaks):
        return [tr("all values")]
    for digits in range(4, 18):
        texts = [f"{float(f'{edge:.{digits}g}'):,.15g}" for edge in breaks.tolist()]
        if len(set(texts)) == len(texts):
            break
    texts = [text.replace("-", "\N{MINUS SIGN}") for text in texts]
    inner = [tr("{lower} to {upper}").format(lower=lower, upper=upper) for lower, upper in pairwise(texts)]
    ends = tr("up to {value}").format(value=texts[0]), tr("above {value}").format(value=texts[-1])
    return [f"{text} {unit}".strip() for text in (ends[0], *inner, ends[1])]


def share_text(which):
    """'23.1 % of units': the share of what is true."""
    return tr("{share} % of units").format(share=f"{100 * np.mean(which):.1f}" if len(which) else "0")


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


def sampled_cells(path):
    """About `_SEEN` x `_SEEN` cells of a raster, evenly spread, as an array; NaN = missing.

    Block by block: QGIS would read them through GDAL's cache, which then holds the whole raster.
    """
    source = open_source(path)
    every_row, every_column = (-(-size // _SEEN) for size in (source.grid.height, source.grid.width))
    parts = []
    try:
        for window in windows(source.grid, 16, source.block, workers=8):
            values = read_values(source, window)
            some = values[-window.row % every_row :: every_row, -window.column % every_column :: every_column]
            parts.append(some.ravel())  # a copy: a view would keep the window
    finally:
        close_sources()
    return np.concatenate(parts)


def class_raster(breaks, colours, name, unit=""):
    """Cells in classes between breaks, such as those of Z; name and unit are for the legend."""

    def style(layer):
        layer.setRenderer(discrete(layer.dataProvider(), 1, breaks, colours, unit, name))

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


def choice(styles):
    """Several named styles of one layer, to choose from in its menu; the first one is shown.

    Parameters
    ----------
    styles : dict of str to callable
        Style by its name in the language of the interface.
    """

    def style(layer):
        manager = layer.styleManager()
        first, *others = styles
        manager.renameStyle(manager.currentStyle(), first)
        for name in others:
            manager.addStyleFromLayer(name)
        for name in (*others, first):
            manager.setCurrentStyle(name)
            styles[name](layer)

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


def range_per_band(layer, ranges):
    """Give every band of a raster its range of time."""
    temporal = layer.temporalProperties()
    temporal.setMode(Qgis.RasterTemporalMode.FixedRangePerBand)
    temporal.setFixedRangePerBand(dict(enumerate(ranges, 1)))
    temporal.setIsActive(True)


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


def ellipses(groups, years):
    """Ellipses in the colours of their groups; those of one group from the lightest year to the darkest.

    Parameters
    ----------
    groups : sequence of str
    years : sequence of int
    """

    def style(layer):
        if len(groups) > 1 or not years:
            field, colours = "group", group_colours(groups)
        else:
            field, colours = "year", date_colours(years)
        categories = [
            QgsRendererCategory(value, ellipse_symbol(colour), str(value))
            for value, colour in colours.items()
        ]
        if categories:
            layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
        else:
            layer.setRenderer(QgsSingleSymbolRenderer(ellipse_symbol(GROUPS[0])))
        by_year(layer)

    return style


def centre_paths(groups):
    """Arrows from centre to centre in the colours of their groups, with the years as labels."""

    def style(layer):
        categories = [
            QgsRendererCategory(group, arrow(colour), group)
            for group, colour in group_colours(groups).items()
        ]
        if categories:
            layer.setRenderer(QgsCategorizedSymbolRenderer("group", categories))
        else:
            layer.setRenderer(QgsSingleSymbolRenderer(arrow("#000000")))
        first = "from_year = minimum(from_year, group_by:=coalesce(\"group\", ''))"
        rules = QgsRuleBasedLabeling.Rule(None)
        for field, place, test in (
            ("to_year", "end_point($geometry)", ""),
            ("from_year", "start_point($geometry)", first),
        ):
            rules.appendChild(QgsRuleBasedLabeling.Rule(label_at(field, place), filterExp=test))
        layer.setLabeling(QgsRuleBasedLabeling(rules))
        layer.setLabelsEnabled(True)

    return style


def group_colours(groups):
    """{group: colour}, without what has no name."""
    named = [group for group in groups if group is not None]
    return {group: GROUPS[place % len(GROUPS)] for place, group in enumerate(named)}


def date_colours(years):
    """{year: colour}, from the lightest for the earliest to the darkest for the latest."""
    first, *middle, last = (QColor(colour) for colour in DATES)
    stops = [
        QgsGradientStop(place / (len(DATES) - 1), colour) for place, colour in enumerate(middle, start=1)
    ]
    ramp = QgsGradientColorRamp(first, last, False, stops)
    years = sorted(set(years))
    return {year: ramp.color(place / max(1, len(years) - 1)).name() for place, year in enumerate(years)}


def ellipse_symbol(colour):
    """A border without a fill: many ellipses lie on each other."""
    return QgsFillSymbol.createSimple({"style": "no", "outline_color": colour, "outline_width": "0.7"})


def arrow(colour):
    """A line with a head at its end."""
    line = QgsLineSymbol.createSimple({"color": colour, "width": "0.6"})
    head = QgsMarkerSymbol.createSimple(
        {"name": "filled_arrowhead", "color": colour, "outline_color": colour, "size": "2.6"}
    )
    at_end = QgsMarkerLineSymbolLayer(True)
    at_end.setPlacements(Qgis.MarkerLinePlacement.LastVertex)
    at_end.setSubSymbol(head)
    line.appendSymbolLayer(at_end)
    return line


def label_at(field, place):
    """Labels of a field beside a place of the shape, readable on any map."""
    text = QgsTextFormat()
    text.setSize(9)
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(0.8)
    text.setBuffer(halo)
    settings = QgsPalLayerSettings()
    settings.fieldName = field
    settings.geometryGenerator = place
    settings.geometryGeneratorEnabled = True
    settings.geometryGeneratorType = Qgis.GeometryType.Point
    settings.placement = Qgis.LabelPlacement.OrderedPositionsAroundPoint
    settings.dist = 1.5
    settings.setFormat(text)
    return settings


def coded(field, classes, missing):
    """Classes by code in fixed colours, `missing` the label of units without one."""

    def style(layer):
        categories = [
            QgsRendererCategory(code, symbol(layer, colour), tr(name)) for code, name, colour in classes
        ]
        if has_missing(layer, field):
            categories.append(QgsRendererCategory(None, symbol(layer, NO_ZONE), missing))
        layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
        by_year(layer)

    return style


def cluster_colour(number):
    """The colour of a cluster, numbered from 1."""
    return CLUSTERS[(number - 1) % len(CLUSTERS)]


def symbol(layer, colour):
    """A symbol that fits the shapes of a layer: polygons with a thin outline, points, lines."""
    if layer.geometryType() == Qgis.GeometryType.Polygon:
        return polygon(colour)
    fitting = QgsSymbol.defaultSymbol(layer.geometryType())
    fitting.setColor(QColor(colour))
    return fitting


def polygon(colour):
    """A filled polygon with a thin outline."""
    return QgsFillSymbol.createSimple({"color": colour, "outline_color": OUTLINE, "outline_width": "0.2"})


def has_missing(layer, field):
    """Whether a feature has no value in the field."""
    request = QgsFeatureRequest().setFilterExpression(f"{QgsExpression.quotedColumnRef(field)} IS NULL")
    return any(True for _ in layer.getFeatures(request.setLimit(1)))


def graduated(layer, field, breaks, colours, unit, name=""):
    """Set classes between `breaks`, open at both ends; where there are missing values, they are grey.

    A value on a break belongs to the class above it. The classes are rules: a range of QGIS's graduated
    renderer holds both its ends, and what is missing is not drawn by it.
    """
    value = QgsExpression.quotedColumnRef(field)
    tests = [
        f"{value} < {breaks[0]!r}",
        *(f"{value} >= {lower!r} AND {value} < {upper!r}" for lower, upper in pairwise(breaks)),
        f"{value} >= {breaks[-1]!r}",
    ]
    classes = list(zip_equal(tests, colours, class_labels(breaks, unit, name)))
    by_rules(layer, and_missing(layer, field, classes, name))


def and_missing(layer, field, classes, name=""):
    """The classes of a field and, where there are missing values, a grey one for them."""
    if not has_missing(layer, field):
        return classes
    missing = f"{QgsExpression.quotedColumnRef(field)} IS NULL"
    return [*classes, (missing, NO_ZONE, " ".join(filter(None, (name, tr("no value")))))]


def by_rules(layer, classes):
    """Set classes by rules: triples of test, colour and label."""
    rules = QgsRuleBasedRenderer.Rule(None)
    for test, colour, label in classes:
        rules.appendChild(QgsRuleBasedRenderer.Rule(symbol(layer, colour), filterExp=test, label=label))
    layer.setRenderer(QgsRuleBasedRenderer(rules))


def discrete(provider, band, breaks, colours, unit, name=""):
    """A renderer of the classes between `breaks`, open at both ends."""
    shader_function = QgsColorRampShader()
    shader_function.setColorRampType(Qgis.ShaderInterpolationMethod.Discrete)
    shader_function.setColorRampItemList(
        [
            QgsColorRampShader.ColorRampItem(upper, QColor(colour), label)
            for upper, colour, label in zip_equal(
                (*breaks, float("inf")), colours, class_labels(breaks, unit, name)
            )
        ]
    )
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(shader_function)
    return QgsSingleBandPseudoColorRenderer(provider, band, shader)


def class_labels(breaks, unit, name=""):
    """Labels of the classes between `breaks`: one more than breaks.

    Examples
    --------
    >>> class_labels((0.5, 1.0), "", "ECC")
    ['ECC < 0.5', 'ECC 0.5 to 1', 'ECC ≥ 1']
    """
    # A dash between negative numbers would be one minus among others.
    texts = [f"{value:,.10g}".replace("-", "\N{MINUS SIGN}") for value in breaks]
    inner = [tr("{lower} to {upper}").format(lower=lower, upper=upper) for lower, upper in pairwise(texts)]
    classes = [f"< {texts[0]}", *inner, f"≥ {texts[-1]}"]
    return [" ".join(part for part in (name, text, unit) if part) for text in classes]


def symmetric_breaks(values):
    """Five breaks centred on 0, so that about a third of the values is in each step of size.

    Parameters
    ----------
    values : float array
        NaN = missing.

    Returns
    -------
    tuple of float
        -b, -a, 0, a, b with a and b at the thirds of the absolute values, rounded to 1, 2 or 5 times a power
        of ten; b is at least 2 a.

    Examples
    --------
    >>> symmetric_breaks(np.array([-1.0, 3.0, 40.0, 60.0, 100.0]))
    (-50.0, -20.0, 0.0, 20.0, 50.0)
    """
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if sizes.size == 0:
        return (-2.0, -1.0, 0.0, 1.0, 2.0)
    low, high = (round_125(float(np.quantile(sizes, part))) for part in (1 / 3, 2 / 3))
    high = max(high, round_125(2 * low))
    return (-high, -low, 0.0, low, high)


def round_125(value):
    """The nearest of 1, 2 and 5 times a power of ten, by ratio; `value` > 0."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = power * np.array([1.0, 2.0, 5.0, 10.0])
    return float(steps[np.argmin(np.abs(np.log(steps / value)))])


def by_year(layer, field="year"):
    """Give a layer with a whole-number field of years its temporal range, row by row.

    Where the map shows no time, all years lie on top of each other: the latest is drawn last.
    """
    if layer.fields().lookupField(field) < 0:
        return
    if layer.renderer() is not None:
        latest_last = QgsFeatureRequest.OrderByClause(f'"{field}"', True, True)
        layer.renderer().setOrderBy(QgsFeatureRequest.OrderBy([latest_last]))
        layer.renderer().setOrderByEnabled(True)
    temporal = layer.temporalProperties()
    temporal.setMode(Qgis.VectorTemporalMode.FeatureDateTimeStartAndEndFromExpressions)
    temporal.setStartExpression(f'make_datetime("{field}", 1, 1, 0, 0, 0)')
    temporal.setEndExpression(f'make_datetime("{field}", 12, 31, 23, 59, 59)')
    temporal.setIsActive(True)


def year_span(years):
    """'2019', '2000-2020' or '': the years of a result, for its layer name."""
    if years is None or len(years) == 0:
        return ""
    first, last = min(years), max(years)
    return str(first) if first == last else f"{first}-{last}"


def year_range(year):
    """A calendar year as a range of time."""
    return QgsDateTimeRange(
        QDateTime(QDate(year, 1, 1), QTime(0, 0, 0)), QDateTime(QDate(year, 12, 31), QTime(23, 59, 59))
    )


def month_range(year, month):
    """A calendar month as a range of time."""
    first = QDate(year, month, 1)
    last = QDate(year, month, first.daysInMonth())
    return QgsDateTimeRange(QDateTime(first, QTime(0, 0, 0)), QDateTime(last, QTime(23, 59, 59)))


class StyleWhenLoaded(QgsProcessingLayerPostProcessorInterface):
    """Applies a style to one loaded output; QGIS does not own it, so a reference is kept until then."""

    # By destination; with one shared reference only the last output is styled.
    waiting: ClassVar[dict] = {}

    def __init__(self, destination, style):
        super().__init__()
        self.destination = destination
        self.style = style
        self.waiting[destination] = self

    def postProcessLayer(self, layer, context, feedback):
        self.waiting.pop(self.destination, None)
        self.style(layer)
        layer.triggerRepaint()


def apply_when_loaded(context, destination, label, title, group, place, style):
    """Give an output its layer name, its group and place in the layer tree and its style when it is loaded.

    A name that the user or a model chose (one that is not the output's label), a model's place and a group
    from the settings stay. `place` counts from the top, from 1; without places the order is by chance.
    """
    if not context.willLoadLayerOnCompletion(destination):
        return
    details = context.layerToLoadOnCompletionDetails(destination)
    if title and details.name in ("", label) and not details.forceName:
        details.name = title
    details.groupName = details.groupName or group
    details.layerSortKey = details.layerSortKey or -place
    if style is not None:
        details.setPostProcessor(StyleWhenLoaded(destination, style))
