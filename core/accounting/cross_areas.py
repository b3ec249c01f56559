"""Area of every pair of class codes of two rasters in every unit, counted exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..progress import no_progress
from ..raster.blocks import MEMORY_BUDGET, windows, workers_of
from ..sequences import zip_equal
from .class_areas import tally
from .class_codes import CodeSlots, PairSlots


class CrossAreas(NamedTuple):
    """Areas by unit and pair of codes as whole numbers, see `ExactAreas`.

    Attributes
    ----------
    first, second : int64 arrays
        The codes of the two rasters, ascending.
    high, low : int64 arrays, shape (units + 1, first + 1, second + 1)
        The last code is missing cells, the last row what lies outside all units.
    """

    first: np.ndarray
    second: np.ndarray
    high: np.ndarray
    low: np.ndarray

    def grouped(self, first, second, groups):
        """The same summed to groups of codes, which does not round.

        Parameters
        ----------
        first, second : int arrays
            Group of every code of the two rasters, 0 to `groups` - 1, and last that of missing cells.
        groups : int

        Returns
        -------
        high, low : int64 arrays, shape (units + 1, groups, groups)
        """
        sums = []
        for amounts in (self.high, self.low):
            by_group = np.zeros((groups, groups, len(amounts)), dtype=np.int64)
            np.add.at(by_group, (first[:, None], second[None, :]), np.moveaxis(amounts, 0, -1))
            sums.append(np.moveaxis(by_group, -1, 0))
        return tuple(sums)


def pair_slots(sources, known):
    """Places of pairs of known codes of two rasters."""
    return PairSlots(*(CodeSlots(codes, source) for source, codes in zip_equal(sources, known)))


def pair_windows(sources, temporaries, budget, workers):
    """Windows for two rasters at once; a task holds the codes of both and int64 places besides.

    Parameters
    ----------
    sources : two of RasterSource
    temporaries : int
        Bytes per cell that a task needs beyond the codes and two arrays of places.
    budget, workers
        See `landcarbon.core.raster.blocks.windows`.
    """
    bytes_per_cell = sum(source.dtype.itemsize for source in sources) + 2 + 2 * 8 + temporaries
    return windows(sources[0].grid, bytes_per_cell, sources[0].block, budget, workers)


def cross_areas(
    sources,
    edges,
    areas,
    known,
    executor=None,
    workers=None,
    budget=MEMORY_BUDGET,
    progress=no_progress,
):
    """Area of every pair of class codes in every unit.

    Sums over the codes of one raster are those of `class_areas` of the other, bit for bit, and like them do
    not depend on executor, threads, budget and file layout.

    Parameters
    ----------
    sources : two of RasterSource
        On one grid.
    edges : ZoneEdges
    areas : ExactAreas
    known : two of int64 array
        All codes of each raster, ascending, as `class_areas` finds them.
    executor, workers, progress
        See `landcarbon.core.raster.blocks.stream`.
    budget : int
        Memory for blocks [bytes].

    Returns
    -------
    CrossAreas

    Raises
    ------
    InputDataError
        A file cannot be read.
    """
    workers = workers or workers_of(executor)
    slots = pair_slots(sources, known)
    cut = pair_windows(sources, 0, budget, workers)
    total = tally(slots, cut, edges, areas, executor, workers, progress)
    shape = (edges.zones + 1, slots.first.count, slots.second.count)
    # Without the places of codes that are not known, as there are none.
    high, low = (amounts[:, :-1].reshape(shape)[:, :-1, :-1] for amounts in (total.high, total.low))
    return CrossAreas(*known, high, low)
