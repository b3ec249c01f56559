"""The HTML report of a STIRPAT forecast: paths of the region and of units, peaks, potential, in one file."""

import numpy as np

from ...core.forecast.history import RESPONSE
from ...core.sequences import zip_equal
from ..base import tr
from ..pages import POINT, Drawing, PageChart, PageTable, Section, legend_beside, page, plain_axes
from ..styles.colours import NO_ZONE
from ..styles.forecast import POTENTIAL

COLOURS = {"low": "#0072b2", "base": "#e69f00", "high": "#8c2d04", None: "#cc79a7"}  # after Okabe and Ito
MILLION = 1e6
MOST_UNITS = 24  # small charts, of the greatest emitters
MOST_ROWS = 100  # of the table of units
COLUMNS = 4


def report(forecast, history, targets, mass, notes):
    """The report as text.

    Parameters
    ----------
    forecast : Forecast
    history : History
    targets : Targets
    mass : str
    notes : sequence of Note

    Returns
    -------
    str
        HTML that needs no other file.
    """
    title = tr("Emission of {count} units {first}-{last}").format(
        count=len(forecast.units), first=targets.base_year, last=targets.to_year
    )
    method = tr(
        "Paths of a STIRPAT model: every driver follows its scenario, and emission its elasticities. Bands "
        "hold 95 % of the draws of the coefficients; they say nothing of the scenarios themselves."
    )
    order = np.argsort(-np.nan_to_num(forecast.ce[:, 0].max(axis=0)), kind="stable")
    sections = (
        Section(tr("Region"), _region(forecast, history, targets, mass)),
        Section(tr("Emission potential"), _potential(forecast, targets)),
        Section(tr("Units"), _units(forecast, history, targets, order, mass)),
    )
    return page(title, method, sections, notes)


def _region(forecast, history, targets, mass):
    """The fan of the region, and its sums in the years that matter."""
    has_path = np.isfinite(forecast.ce[0, 0])
    observed = history.amounts[RESPONSE][:, has_path].sum(axis=1)
    drawing = Drawing("region", 8.0, 4.2)
    axes = drawing.figure.subplots()
    _fan(drawing, axes, forecast, forecast.region, "region", history.years, observed, labels=True)
    for year in (targets.peak_by, targets.neutral_by):
        axes.axvline(year, color=POINT, linewidth=0.6, linestyle=":")
    axes.set_ylabel(drawing.text(tr("million {mass}").format(mass=mass)))
    legend_beside(axes)
    caption = tr(
        "Emission of the {count} units with a path [million {mass}]; dotted: peak by {peak}, neutral by "
        "{neutral}."
    ).format(mass=mass, count=int(has_path.sum()), peak=targets.peak_by, neutral=targets.neutral_by)
    yield PageChart(drawing.svg(), caption)
    dates = sorted({targets.base_year, targets.peak_by, targets.neutral_by, targets.to_year})
    places = np.searchsorted(forecast.years, dates)
    peaks = forecast.years[forecast.region.argmax(axis=1)]
    rows = [
        (scenario.name, *forecast.region[number, places].tolist(), str(peaks[number]))
        for number, scenario in enumerate(forecast.scenarios)
    ]
    heads = (tr("Scenario"), *(f"{year} [{mass}]" for year in dates), tr("Year of the peak"))
    yield PageTable(heads, rows)


def _fan(drawing, axes, forecast, paths, of, years, observed, labels=False):
    """History, and the path of every scenario with its band.

    Parameters
    ----------
    paths : float array, shape (scenarios, years)
    of : 'region' or int
        Place of the unit.
    """
    label = drawing.text(tr("History")) if labels else None
    axes.plot(years, observed / MILLION, color=POINT, linewidth=1.2, label=label)
    bounds = forecast.intervals
    for number, scenario in enumerate(forecast.scenarios):
        colour = COLOURS[scenario.role]
        if bounds is not None:
            lower, upper = (
                (bounds.region_lower[number], bounds.region_upper[number])
                if of == "region"
                else (bounds.lower[number, :, of], bounds.upper[number, :, of])
            )
            edges = lower / MILLION, upper / MILLION
            axes.fill_between(forecast.years, *edges, color=colour, alpha=0.25, linewidth=0)
        label = drawing.text(scenario.name) if labels else None
        axes.plot(forecast.years, paths[number] / MILLION, color=colour, linewidth=1.6, label=label)
    plain_axes(axes)
    axes.xaxis.get_major_locator().set_params(integer=True, nbins=5)


def _potential(forecast, targets):
    """Units by CEP, and by peak in time per scenario."""
    codes = [*(code for code, _, _ in POTENTIAL), None]
    counts = [int((np.isnan(forecast.cep) if code is None else forecast.cep == code).sum()) for code in codes]
    names = {code: (tr(name), colour) for code, name, colour in POTENTIAL} | {None: (tr("Unknown"), NO_ZONE)}
    rows = [(names[code][0], code, count) for code, count in zip_equal(codes, counts)]
    yield PageTable((tr("Potential"), "CEP", tr("Units")), rows, colours=[names[code][1] for code in codes])
    in_time = (forecast.peak <= targets.peak_by).sum(axis=1)
    neutral = np.isfinite(forecast.neutral).sum(axis=1)
    rows = [
        (scenario.name, int(peaked), int(offset))
        for scenario, peaked, offset in zip_equal(forecast.scenarios, in_time, neutral)
    ]
    heads = (
        tr("Scenario"),
        tr("Units with their peak by {year}").format(year=targets.peak_by),
        tr("Units neutral by {year}").format(year=targets.neutral_by),
    )
    yield PageTable(heads, rows)


def _units(forecast, history, targets, order, mass):
    """Small charts of the greatest emitters, and the table of peaks."""
    shown = [place for place in order[:MOST_UNITS] if np.isfinite(forecast.ce[0, 0, place])]
    if shown:
        rows = -(-len(shown) // COLUMNS)
        drawing = Drawing("units", 9.5, 1.9 * rows)
        grid = drawing.figure.subplots(rows, COLUMNS, squeeze=False, sharex=True)
        for axes in grid.ravel()[len(shown) :]:
            axes.set_visible(False)
        for axes, place in zip(grid.ravel(), shown):
            observed = history.amounts[RESPONSE][:, place]
            _fan(drawing, axes, forecast, forecast.ce[:, :, place], place, history.years, observed)
            axes.set_title(drawing.text(forecast.units[place]), fontsize=9)
            axes.set_ylim(bottom=0)
            axes.tick_params(labelsize=7)
            axes.yaxis.get_major_locator().set_params(nbins=3)
        caption = tr("Emission of the {count} greatest emitters [million {mass}], each on its own scale.")
        yield PageChart(drawing.svg(), caption.format(mass=mass, count=len(shown)))
    heads = [tr("Unit"), tr("{year} [{mass}]").format(year=targets.base_year, mass=mass)]
    heads += [tr("Peak, {scenario}").format(scenario=scenario.name) for scenario in forecast.scenarios]
    heads += [tr("Neutral, {scenario}").format(scenario=scenario.name) for scenario in forecast.scenarios]
    rows = []
    for place in order[:MOST_ROWS]:
        dates = np.concatenate([forecast.peak[:, place], forecast.neutral[:, place]])
        cep = forecast.cep[place]
        rows.append(
            (
                forecast.units[place],
                float(forecast.ce[0, 0, place]),
                *(None if np.isnan(date) else str(int(date)) for date in dates),
                None if np.isnan(cep) else int(cep),
            )
        )
    caption = tr("The {count} greatest emitters.").format(count=len(rows))
    yield PageTable((*heads, "CEP"), rows, caption)
