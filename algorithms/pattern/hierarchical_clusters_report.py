"""The HTML page of hierarchical clusters: dendrogram, members and profile, all in one file."""

import numpy as np

from ...core.notes import listing
from ...core.pattern.dendrogram import dendrogram
from ...core.sequences import zip_equal
from ..base import tr
from ..pages import (
    DIVERGING,
    POINT,
    Drawing,
    PageChart,
    PageTable,
    Section,
    fixed,
    heat_map,
    page,
    size_of_map,
)
from ..styles.colours import NO_ZONE, cluster_colour
from .dated_units import each_section

MOST_LEAVES = 80
MOST_NAMES = 60  # of a cluster's members


def report(found, units, keys, method, notes):
    """The page as text.

    Parameters
    ----------
    found : sequence of (int or None, Clusters)
        By year.
    units : DatedUnits
    keys : list of str or None
        Names of all units; None: they are called by their places.
    method : str
        A sentence on what was computed.
    notes : sequence of Note

    Returns
    -------
    str
        HTML that needs no other file.
    """
    title = tr("Clusters {years}").format(years=units.span).strip()
    names = [
        [units.table.where(row) if keys is None else keys[row] for row in rows.tolist()]
        for _, rows in units.dates()
    ]
    sections = each_section(found, lambda place, one: _sections(place, one, names[place]))
    return page(title, method, sections, notes)


def _sections(place, one, names):
    """Sections of one date."""
    yield Section(tr("Dendrogram"), (_tree(one, names, place),))
    yield Section(tr("Clusters"), (_members(one, names), _scores(one.profile, place)))
    yield Section(tr("Profile"), (_profile(one.profile),))


def _tree(one, names, number):
    """The tree of merges, coloured by cluster, with the cut."""
    tree = dendrogram(one.merges, MOST_LEAVES)
    cluster = one.cluster[one.units]
    drawing = Drawing(f"tree-{number}", 8.5, 0.8 + 0.21 * len(tree.leaves))
    axes = drawing.figure.subplots()
    finite = one.merges[np.isfinite(one.merges[:, 2]), 2]
    top = 1.08 * (finite.max() if len(finite) else 1.0) or 1.0
    last = len(one.merges) - cluster.max()  # merge within a cluster
    for low, high, low_from, high_from, distance, merge in tree.brackets:
        inside = cluster[tree.leaves[int(low)][0]]
        colour = cluster_colour(inside) if merge <= last else NO_ZONE
        across = np.minimum([low_from, distance, distance, high_from], top)
        axes.plot(across, [low, low, high, high], color=colour, linewidth=1.4)
    for place, members in enumerate(tree.leaves):
        colour = cluster_colour(cluster[members[0]])
        axes.plot(0, place, "s", color=colour, markersize=5, clip_on=False)
    _cut(axes, one.merges, last, top)
    labels = [_label(members, one, cluster, names) for members in tree.leaves]
    axes.set_yticks(range(len(labels)), [drawing.text(label) for label in labels], fontsize=9)
    axes.set_xlim(0, top)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, pad=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel(drawing.text(tr("Distance")))
    caption = tr(
        "Merges by their distance, units with the numbers of their clusters; the dashed line is the cut."
    )
    return PageChart(drawing.svg(), caption)


def _cut(axes, merges, last, top):
    """The line between the last merge that was made and the next, where distances part them."""
    below = merges[last, 2] if last >= 0 else 0.0
    above = min(merges[last + 1, 2], top)
    if below < above:
        axes.axvline((below + above) / 2, color=POINT, linestyle="--", linewidth=0.8)


def _label(members, one, cluster, names):
    """'Beijing (2)', or 'Beijing and 12 more (2)'."""
    return f"{listing((names[one.units[unit]] for unit in members), 1)} ({cluster[members[0]]})"


def _members(one, names):
    """Table of the units in every cluster."""
    heads = tr("Cluster"), tr("Number of units"), tr("Units")
    rows, colours = [], []
    for own in range(1, int(one.cluster.max()) + 1):
        units = np.flatnonzero(one.cluster == own)
        rows.append((str(own), len(units), listing((names[unit] for unit in units), MOST_NAMES)))
        colours.append(cluster_colour(own))
    return PageTable(heads, rows, colours=colours)


def _scores(profile, number):
    """Heat map of the mean z-scores of the clusters."""
    fields = list(dict.fromkeys(profile["field"]))
    clusters = list(dict.fromkeys(profile["cluster"]))
    values = np.reshape(profile["z_mean"], (len(clusters), len(fields)))
    texts = {place: fixed(value, 2) for place, value in np.ndenumerate(values)}
    drawing = Drawing(f"scores-{number}", size_of_map(len(fields))[0], size_of_map(len(clusters))[1])
    names = [tr("Cluster {number}").format(number=own) for own in clusters]
    most = max(1.0, float(np.abs(values).max()))
    heat_map(drawing, values, names, fields, texts, -most, most, DIVERGING)
    caption = tr("Means of the clusters as z-scores: 0 is the mean of all units, 1 a deviation above it.")
    return PageChart(drawing.svg(), caption)


def _profile(profile):
    heads = (
        *(tr("Cluster"), tr("Units"), tr("Field"), tr("Mean"), tr("Standard deviation")),
        *(tr("Least"), tr("Greatest"), tr("Mean z-score")),
    )
    rows = [(str(row[0]), *row[1:7], round(row[7], 3)) for row in zip_equal(*profile.values())]
    return PageTable(heads, rows, colours=[cluster_colour(own) for own in profile["cluster"]])
