"""Colours that several styles share; sets are safe for colour-blind readers."""

import numpy as np

# After Okabe and Ito, lighter and darker where protan, deutan or tritan readers would take two for one.
SINK, LOW_CARBON, OPTIMISED, CONTROL, HIGH_CARBON = "#00795a", "#7cc8f4", "#f0e442", "#d97a00", "#8c2d04"
NO_ZONE = "#b4b4b4"
OUTLINE = "#ffffff"  # a dark one gets lost between dark neighbours

# ColorBrewer's BrBG: diverging, brown below and green above.
COEFFICIENT = ("#8c510a", "#d8b365", "#f6e8c3", "#c7eae5", "#5ab4ac", "#01665e")

# ColorBrewer's YlGn and YlOrBr, sequential.
NPP = ("#ffffcc", "#d9f0a3", "#addd8e", "#78c679", "#31a354", "#006837")
RESPIRATION = ("#ffffd4", "#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404")

# Five levels each, sequential, of the same family: brown emits, green absorbs, blue compensates.
EMISSION_LEVELS = RESPIRATION[1:]
SEQUESTRATION_LEVELS = NPP[1:]
COMPENSATION_LEVELS = ("#d0d1e6", "#a6bddb", "#74a9cf", "#2b8cbe", "#045a8d")  # ColorBrewer's PuBu

CLUSTERS = (  # found by search for the greatest least difference; they repeat where there are more clusters
    *("#0072b2", "#e69f00", "#a2e481", "#9e4c75", "#5fb3dd"),
    *("#51271f", "#dd5f5f", "#505d14", "#703dd6", "#1f1f51"),
)


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


def cluster_colour(number):
    """The colour of a cluster, numbered from 1."""
    return CLUSTERS[(number - 1) % len(CLUSTERS)]
