"""Area of every class in every unit, counted exactly from a raster of class codes."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..progress import no_progress
from ..raster.blocks import MEMORY_BUDGET, Window, stream, windows, workers_of
from ..raster.grid import ExactAreas
from ..raster.zones import ZoneEdges, fill_runs, runs_of, zone_spans
from ..sequences import zip_equal
from .class_codes import CodeSlots

_CELLS_OF_A_PART = 1 << 18  # keys of a part stay in a core's cache
_COUNTS_OF_A_PART = 1 << 23  # at most, where every cell is a run of its own
_PAIRS_OF_A_PIECE = 127  # 254 cells: no 8-bit counter overflows


class ClassAreas(NamedTuple):
    """Areas by unit and code.

    Attributes
    ----------
    values : int64 array, shape (values,)
        The codes known and those found, ascending.
    area_m2 : float array, shape (units + 1, values)
        True area [m2]; the last row is what lies outside all units.
    nodata_m2 : float array, shape (units + 1,)
        Area of cells without data [m2].
    cells : int64 array, shape (units + 1,)
        Cells whose centre is in the unit, with and without data.
    overlaps : dict of (int, int) to float
        Area that two units both claim [m2]; it is counted for the first.
    """

    values: np.ndarray
    area_m2: np.ndarray
    nodata_m2: np.ndarray
    cells: np.ndarray
    overlaps: dict


@dataclass(frozen=True)
class _Task:
    window: Window
    edges: ZoneEdges
    areas: ExactAreas
    code_slots: object  # CodeSlots or PairSlots


def class_areas(
    source, edges, areas, known=(), executor=None, workers=None, budget=MEMORY_BUDGET, progress=no_progress
):
    """Area of every class code in every unit.

    A cell belongs to the unit that holds its centre. Areas are sums of whole numbers, so they are bit for bit
    the same for any executor, number of threads, memory budget and file layout.

    Parameters
    ----------
    source : RasterSource
        Whole numbers; missing cells are counted as such.
    edges : ZoneEdges
        The units on the grid of the source.
    areas : ExactAreas
        True areas of the cells of that grid.
    known : sequence of int
        Codes to list even where they have no area; other codes are found by themselves, a little slower.
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Returns
    -------
    ClassAreas

    Raises
    ------
    InputDataError
        A value is no whole number, or the file cannot be read.
    """
    known = np.unique(np.asarray(known, dtype=np.int64))
    workers = workers or workers_of(executor)
    cut = windows(source.grid, source.dtype.itemsize + 2, source.block, budget, workers)
    total = tally(CodeSlots(known, source), cut, edges, areas, executor, workers, progress)
    return total.areas(known, areas)


def tally(code_slots, cut, edges, areas, executor=None, workers=None, progress=no_progress):
    """Count the cells of all windows by zone and place.

    Parameters
    ----------
    code_slots : CodeSlots or PairSlots
        Reads a window and gives every cell its place.
    cut : iterable of Window
    edges : ZoneEdges
    areas : ExactAreas
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.

    Returns
    -------
    Tally
    """
    tasks = [_Task(window, edges, areas, code_slots) for window in cut]
    total = Tally(edges.zones + 1, code_slots.count - 1)
    for part in stream(_count_window, tasks, executor, workers, progress):
        total.merge(part)
    return total


class Tally:
    """Whole-number areas of some zones by slot: the known codes, then missing."""

    def __init__(self, zones, slots):
        self.high = np.zeros((zones, slots), dtype=np.int64)
        self.low = np.zeros((zones, slots), dtype=np.int64)
        self.cells = np.zeros(zones, dtype=np.int64)
        self.others = {}  # (zone, code) -> [high, low]
        self.overlaps = {}  # (first zone, second zone) -> [high, low]

    def merge(self, part):
        """Add what a window counted; `part.zone` tells which zones its rows are."""
        self.high[part.zone] += part.high
        self.low[part.zone] += part.low
        self.cells[part.zone] += part.cells
        for mine, found in ((self.others, part.others), (self.overlaps, part.overlaps)):
            for key, amounts in found.items():
                _add(mine, key, amounts)

    def areas(self, known, areas):
        """The sums as areas, with the codes that were found besides the known ones."""
        found = sorted({code for _, code in self.others} - set(known.tolist()))
        values = np.array(sorted([*known.tolist(), *found]), dtype=np.int64)
        high, low = (np.zeros((len(self.cells), len(values)), dtype=np.int64) for _ in range(2))
        place = np.searchsorted(values, known)
        high[:, place], low[:, place] = self.high[:, :-1], self.low[:, :-1]
        for (zone, code), amounts in self.others.items():
            at = np.searchsorted(values, code)
            high[zone, at] += amounts[0]
            low[zone, at] += amounts[1]
        overlaps = {
            pair: float(areas.area_m2(np.array(amounts[0]), np.array(amounts[1])))
            for pair, amounts in sorted(self.overlaps.items())
        }
        return ClassAreas(
            values,
            areas.area_m2(high, low),
            areas.area_m2(self.high[:, -1], self.low[:, -1]),
            self.cells,
            overlaps,
        )


class _Part(NamedTuple):
    """What one window counted, for the zones in it."""

    zone: np.ndarray
    high: np.ndarray
    low: np.ndarray
    cells: np.ndarray
    others: dict
    overlaps: dict


def _add(amounts_of, key, amounts):
    have = amounts_of.setdefault(key, [0, 0])
    have[0] += amounts[0]
    have[1] += amounts[1]


def _count_window(task):
    """Read a window and count its cells by zone and code."""
    window, zones = task.window, task.edges.zones
    values, valid = task.code_slots.read(window)
    spans, overlaps = zone_spans(task.edges, window)
    present = np.append(np.unique(spans.zone), zones)
    slots = task.code_slots.count - 1
    part = _Part(
        present,
        np.zeros((len(present), slots), dtype=np.int64),
        np.zeros((len(present), slots), dtype=np.int64),
        np.zeros(len(present), dtype=np.int64),
        {},
        {},
    )
    for band in window.parts(min(_CELLS_OF_A_PART, _COUNTS_OF_A_PART // task.code_slots.count)):
        rows = slice(band.row - window.row, band.row - window.row + band.rows)
        runs = runs_of(spans, band, zones)
        part_valid = None if valid is None else valid[rows]
        _count_runs(part, runs, task.code_slots, values[rows], part_valid, task.areas, band)
    _count_overlaps(part, overlaps, task.areas)
    return part


def _count_runs(part, runs, code_slots, values, valid, areas, band):
    """Add the cells of a band of rows to the tally."""
    weights = None
    if areas.by_row:
        if code_slots.counters is None:
            counts = _cell_counts(runs, code_slots.of(values, valid), code_slots.count)
        else:
            counts = _packed_counts(runs, code_slots, values)
        high = counts * areas.high[runs.row][:, None]
        low = counts * areas.low[runs.row][:, None]
        others = counts[:, -1].any()  # not their area: a row past the pole has none
    else:
        weights = areas.cell_weights(band.row, band.rows, band.column, band.columns).ravel()
        high = _cell_counts(runs, code_slots.of(values, valid), code_slots.count, weights).astype(np.int64)
        low = np.zeros_like(high)
        others = high[:, -1].any()
    order = np.argsort(runs.zone, kind="stable")
    zone = runs.zone[order]
    first = np.flatnonzero(np.append(True, zone[1:] != zone[:-1]))
    at = np.searchsorted(part.zone, zone[first])
    part.cells[at] += np.add.reduceat(runs.length[order], first)
    part.high[at] += np.add.reduceat(high[order, :-1], first)
    part.low[at] += np.add.reduceat(low[order, :-1], first)
    if others:
        other = np.flatnonzero(code_slots.of(values, valid) == code_slots.count - 1)
        _count_others(part, runs, other, values, weights, areas)


def _cell_counts(runs, slots, breadth, weights=None):
    """Cells of every run by place, shape (runs, places)."""
    keys = fill_runs(runs.begin, np.arange(len(runs.begin)) * breadth, len(slots))
    keys += slots
    counts = np.bincount(keys, weights=weights, minlength=len(runs.begin) * breadth)
    return counts.reshape(-1, breadth)


def _packed_counts(runs, code_slots, values):
    """The same as `_cell_counts` for 8-bit codes, by packed counters of two cells at a time; see `CodeSlots`.

    A pair is counted for the run of its first cell; where the second cell begins another run, it is moved.
    """
    codes = values.ravel()
    odd_cell = codes.size % 2
    pairs = (np.append(codes, codes[-1]) if odd_cell else codes).view(np.uint16).astype(np.intp)
    begin = (runs.begin + 1) // 2
    length = np.diff(begin, append=len(pairs))
    real = np.flatnonzero(length)
    pieces = -(-length[real] // _PAIRS_OF_A_PIECE)
    first_piece = np.cumsum(pieces) - pieces
    within = np.arange(pieces.sum()) - np.repeat(first_piece, pieces)
    piece_begin = np.repeat(begin[real], pieces) + _PAIRS_OF_A_PIECE * within
    counts = np.zeros((len(runs.begin), code_slots.count), dtype=np.int64)
    for number, words in enumerate(code_slots.counters):
        sums = np.add.reduceat(np.take(words, pairs, mode="wrap"), piece_begin)
        counters = sums.view(np.uint8).reshape(len(sums), -1)
        by_run = np.add.reduceat(counters, first_piece, axis=0, dtype=np.int64)
        places = slice(number * counters.shape[1], (number + 1) * counters.shape[1])
        counts[real, places] = by_run[:, : code_slots.count - places.start]
    moved = np.flatnonzero(runs.begin % 2)
    slots = code_slots.table[codes[runs.begin[moved]]]
    np.subtract.at(counts, (moved - 1, slots), 1)
    np.add.at(counts, (moved, slots), 1)
    if odd_cell:
        counts[-1, code_slots.table[codes[-1]]] -= 1
    missing = code_slots.count - 2
    counts[:, missing] = 0
    counts[:, missing] = runs.length - counts.sum(axis=1)
    return counts


def _count_others(part, runs, other, values, weights, areas):
    """Codes that are not known, sorted by zone and code; `other` are their cells."""
    run = np.searchsorted(runs.begin, other, side="right") - 1
    if weights is None:
        high, low = areas.high[runs.row[run]], areas.low[runs.row[run]]
    else:
        high, low = weights[other].astype(np.int64), np.zeros(len(other), dtype=np.int64)
    zone, code = runs.zone[run], values.ravel()[other].astype(np.int64)
    order = np.lexsort((code, zone))
    zone, code = zone[order], code[order]
    first = np.flatnonzero(np.append(True, (zone[1:] != zone[:-1]) | (code[1:] != code[:-1])))
    amounts = (np.add.reduceat(amount[order], first).tolist() for amount in (high, low))
    for key, *amount in zip_equal(zip_equal(zone[first].tolist(), code[first].tolist()), *amounts):
        _add(part.others, key, amount)


def _count_overlaps(part, overlaps, areas):
    for row, start, stop, first, second in zip_equal(*overlaps):
        if areas.by_row:
            amounts = [int(areas.high[row] * (stop - start)), int(areas.low[row] * (stop - start))]
        else:
            amounts = [int(areas.cell_weights(row, 1, start, stop - start).sum()), 0]
        _add(part.overlaps, (int(first), int(second)), amounts)
