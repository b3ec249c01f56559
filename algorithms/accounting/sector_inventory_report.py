"""The HTML report of a sector inventory: sectors as stacked bars, gases, and factors with their sources."""

import math

from ...core.accounting.emission_factors import SINK, SOURCE
from ...core.sequences import zip_equal
from ..base import tr
from ..pages import POINT, Drawing, PageChart, PageTable, Section, legend_beside, page, thousands

# After Okabe and Ito: told apart by colour-blind readers and in grey; what takes up is green.
COLOURS = {
    "industry": "#d55e00",
    "construction": "#e69f00",
    "transport": "#0072b2",
    "agriculture": "#f0e442",
    "waste": "#cc79a7",
    "human respiration": "#999999",
    "sinks": "#009e73",
}
MORE_COLOURS = ("#56b4e9", "#332288", "#882255", "#ddcc77", "#117733", "#661100")  # of other sectors
MOST_UNITS = 30  # bars; the others are one bar
MOST_LINES = 400  # of the table of lines
SCALES = ((5e6, 1e6), (5e3, 1e3), (0.0, 1.0))  # from which amount on, and by what amounts are divided


def report(found, span, notes):
    """The report as text.

    Parameters
    ----------
    found : Inventory
    span : str
        '2000-2020': its years.
    notes : sequence of Note
        Decisions and warnings of the run.

    Returns
    -------
    str
        HTML that needs no other file.
    """
    title = tr("Sector inventory {years}").format(years=span).strip()
    method = tr(
        "Amount times factor for every activity, summed to sectors. CH4 and N2O count as CO2 over 100 years "
        "by {gwp}. Amounts are in {mass}; what takes carbon up is drawn on the other side of zero."
    ).format(gwp=found.gwp_set, mass=found.mass)
    years = sorted({year for year in found.totals["year"] if year is not None})
    latest = years[-1] if years else None
    sections = [Section(tr("Sectors"), tuple(_charts(found, years, latest)))]
    sections += [
        Section(title.format(year="" if latest is None else latest).strip(), tuple(blocks))
        for title, blocks in (
            (tr("Parts of the sectors {year}"), _parts(found, latest)),
            (tr("Gases {year}"), _gases(found, latest)),
        )
    ]
    sections.append(Section(tr("Factors"), tuple(_factors(found))))
    return page(title, method, sections, notes)


def _charts(found, years, latest):
    """Bars of the units in the latest year, and of all units in every year where there are several."""
    parents = dict.fromkeys(found.totals["parent"])
    if len(parents) > 1 or len(years) < 2:
        sums = _stacks(found, lambda parent, year: parent if year == latest else None)
        sums, left = _greatest(sums)
        caption = tr("Emission and uptake by sector {year} (units: {count}); the mark is net emission.")
        if left:
            caption += " " + tr("{left} smaller units are one bar.").format(left=left)
        caption = caption.format(count=len(parents), year="" if latest is None else latest)
        yield PageChart(_bars("units", sums, found.mass, horizontal=True), caption)
    if len(years) > 1:
        sums = _stacks(found, lambda parent, year: str(year))
        sums = {str(year): sums.get(str(year), {}) for year in years}
        caption = tr("Emission and uptake of all units by sector and year; the mark is net emission.")
        yield PageChart(_bars("years", sums, found.mass, horizontal=False), caption)
    missing = sum(math.isnan(total) for total in found.totals["total"])
    if missing:
        yield tr(
            "{count} sector totals are not known, because an amount is missing; bars and sums are without "
            "them."
        ).format(count=missing)


def _stacks(found, bar_of):
    """{bar: {(sector, kind): amount}}: totals that are known, sinks negative."""
    sums = {}
    totals = found.totals
    columns = (totals[name] for name in ("parent", "year", "sector", "kind", "total"))
    for parent, year, sector, kind, total in zip_equal(*columns):
        bar = bar_of(parent, year)
        if bar is not None and not math.isnan(total):
            stack = sums.setdefault(bar, {})
            stack[sector, kind] = stack.get((sector, kind), 0.0) + (-total if kind == SINK else total)
    return sums


def _greatest(sums):
    """The bars with the greatest emission, greatest first, and the sum of the others; their number."""
    ordered = sorted(sums, key=lambda bar: -sum(value for value in sums[bar].values() if value > 0))
    left = ordered[MOST_UNITS:]
    kept = {bar: sums[bar] for bar in ordered[:MOST_UNITS]}
    if left:
        other = {}
        for bar in left:
            for key, value in sums[bar].items():
                other[key] = other.get(key, 0.0) + value
        kept[tr("Other")] = other
    return kept, len(left)


def _bars(name, sums, mass, horizontal):
    """Stacked bars as SVG: emission above zero, uptake below, net emission as a mark."""
    size = (8.6, 1.2 + 0.3 * max(len(sums), 3)) if horizontal else (8.6, 4.4)
    drawing = Drawing(name, *size)
    axes = drawing.figure.subplots()
    places = list(range(len(sums)))
    greatest = max((sum(map(abs, stack.values())) for stack in sums.values()), default=0.0)
    scale = next(by for least, by in SCALES if greatest >= least)
    draw = axes.barh if horizontal else axes.bar
    ends = {True: [0.0] * len(sums), False: [0.0] * len(sums)}  # above and below zero
    for (sector, kind), colour in _coloured(sums):
        values = [stack.get((sector, kind), 0.0) / scale for stack in sums.values()]
        start = ends[kind != SINK]
        label = (
            tr("{sector}, taken up").format(sector=sector) if kind == SINK and sector != "sinks" else sector
        )
        draw(
            places,
            values,
            0.72,
            start,
            color=colour,
            edgecolor="white",
            linewidth=0.6,
            label=drawing.text(label),
            hatch="//" if kind == SINK else None,
        )
        ends[kind != SINK] = [one + value for one, value in zip_equal(start, values)]
    net = [sum(stack.values()) / scale for stack in sums.values()]
    marks = (net, places) if horizontal else (places, net)
    axes.plot(
        *marks,
        "D",
        color=POINT,
        markersize=5,
        markeredgecolor="white",
        label=drawing.text(tr("net emission")),
    )
    names = [drawing.text(bar) for bar in sums]
    value_axis, line = (axes.xaxis, axes.axvline) if horizontal else (axes.yaxis, axes.axhline)
    (axes.set_yticks if horizontal else axes.set_xticks)(places, names)
    line(0, color=POINT, linewidth=0.8)
    thousands(value_axis)
    value_axis.set_label_text(drawing.text(_unit_of(scale, mass)))
    if horizontal:
        axes.invert_yaxis()
    elif len(sums) > 8:
        axes.tick_params(axis="x", rotation=60)
    axes.spines[["top", "right"]].set_visible(False)
    legend_beside(axes)
    return drawing.svg()


def _unit_of(scale, mass):
    if scale == 1.0:
        return mass
    return (tr("million {mass}") if scale == 1e6 else tr("thousand {mass}")).format(mass=mass)


def _coloured(sums):
    """(sector, kind) and colour, known sectors first."""
    keys = dict.fromkeys(key for stack in sums.values() for key in stack)
    order = [*COLOURS, *sorted({sector for sector, _ in keys} - COLOURS.keys())]
    colours = COLOURS | {
        sector: MORE_COLOURS[place % len(MORE_COLOURS)] for place, sector in enumerate(order[len(COLOURS) :])
    }
    return [(key, colours[key[0]]) for key in sorted(keys, key=lambda key: (order.index(key[0]), key[1]))]


def _parts(found, year):
    """Table of the parts of the sectors in one year, with their share of emission or of uptake."""
    totals, sums = found.totals, {}
    for place, own in enumerate(totals["year"]):
        if own == year:
            key = totals["kind"][place], totals["sector"][place], totals["subsector"][place]
            sums.setdefault(key, []).append(totals["total"][place])
    known = {key: math.fsum(one for one in values if not math.isnan(one)) for key, values in sums.items()}
    whole = {}
    for (kind, _, _), total in known.items():
        whole[kind] = whole.get(kind, 0.0) + total
    kinds = {SINK: tr("taken up")}
    rows = [
        (
            sector,
            part or "",
            kinds.get(kind, tr("emitted")),
            total,
            float(f"{total / whole[kind] * 100:.4g}") if whole[kind] else None,
            len(sums[kind, sector, part]),
        )
        for (kind, sector, part), total in sorted(
            known.items(), key=lambda item: (item[0][0] == SINK, -item[1])
        )
    ]
    emitted, taken = whole.get(SOURCE, 0.0), whole.get(SINK, 0.0)
    rows += [
        (tr("all"), "", tr("emitted"), emitted, None, None),
        (tr("all"), "", kinds[SINK], taken, None, None),
        (tr("net emission"), "", "", emitted - taken, None, None),
    ]
    heads = (tr("Sector"), tr("Part"), "", f"[{found.mass}]", tr("Share [%]"), tr("Units"))
    yield PageTable(heads, rows, tr("Sums of all units; shares are of all that is emitted, or taken up."))


def _gases(found, year):
    """Table of the gases of all units in one year."""
    gases, sums = found.gases, {}
    for place, own in enumerate(gases["year"]):
        if own == year:
            key = gases["gas"][place], gases["kind"][place], gases["gwp"][place]
            sums.setdefault(key, []).append(gases["gas_t"][place])
    rows = []
    for (gas, kind, gwp), values in sums.items():
        tonnes = math.fsum(one for one in values if not math.isnan(one))
        rows.append((gas, tr("taken up") if kind == SINK else tr("emitted"), tonnes, gwp, tonnes * gwp))
    heads = (tr("Gas"), "", tr("[t of the gas]"), tr("Warming potential"), tr("[t CO2 equivalent]"))
    yield PageTable(heads, sorted(rows, key=lambda row: (row[1], -row[4])))


def _factors(found):
    """Table of the factor rows used."""
    lines = {}
    for line in found.lines:
        lines.setdefault((line.row, line.formula), []).append(line)
    rows = [
        (
            row.activity,
            row.process,
            formula or tr("not counted"),
            len(own),
            math.fsum(line.ce_t - line.cs_t for line in own if not math.isnan(line.ce_t + line.cs_t)),
            row.origin,
        )
        for (row, formula), own in lines.items()
    ]
    heads = (tr("Activity"), tr("Process"), tr("Factor"), tr("Lines"), tr("Net [{mass}]"), tr("Source"))
    heads = tuple(head.format(mass=found.mass) for head in heads)
    yield PageTable(
        heads,
        rows[:MOST_LINES],
        tr("Factors as written in the tables, and what they add up to over all units and years."),
    )
