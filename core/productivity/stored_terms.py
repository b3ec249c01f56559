"""Functions of the values of a series, looked up by the stored numbers where these are few."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..accounting.class_codes import look_up
from ..raster.source import scaled
from ..sequences import zip_equal
from .casa import terms_of


@dataclass(frozen=True)
class StoredTerms:
    """The terms of a series of rasters, such as an exponential of temperature.

    Rasters mostly hold whole numbers of 16 bits with a scale. Of these there are 65 536, so each function is
    computed once for every one of them, and then looked up: the same numbers in a fraction of the time.

    Attributes
    ----------
    sources : tuple of RasterSource
        A band per month.
    functions : tuple of (callable or None)
        Of values; None is the values themselves.
    """

    sources: tuple
    functions: tuple

    def __getstate__(self):
        """Without the tables, which are quickly made again."""
        return {"sources": self.sources, "functions": self.functions}

    @cached_property
    def tables(self):
        """A table per function, by the stored number as an unsigned one; None where there can be none."""
        first = self.sources[0]
        kinds = {(one.dtype, one.scale, one.offset) for one in self.sources}
        if len(kinds) > 1 or first.dtype.kind not in "iu" or first.dtype.itemsize > 2:
            return None
        unsigned = np.dtype(f"u{first.dtype.itemsize}")
        stored = np.arange(np.iinfo(unsigned).max + 1).astype(unsigned).view(first.dtype)
        with np.errstate(all="ignore"):  # also of numbers that no cell holds
            return terms_of(scaled(first, stored), self.functions)

    def room(self, cells):
        """Memory for the terms of so many cells at most, to be used again: asking the system for it takes
        longer than filling it."""
        return np.empty((len(self.functions), len(self.sources) * cells))

    def of(self, bands, cells, room):
        """The terms of some cells.

        Parameters
        ----------
        bands : sequence of arrays
            Stored numbers of every month, flat.
        cells : int64 array, shape (cells,)
            Places in them.
        room : float array
            See `room`; the terms may be in it.

        Returns
        -------
        list of float arrays, shape (months, cells)
            One per function.
        """
        if self.tables is None:
            values = np.stack(
                [scaled(source, stored[cells]) for source, stored in zip_equal(self.sources, bands)]
            )
            with np.errstate(all="ignore"):  # also of values that are found to be out of range
                return terms_of(values, self.functions)
        index = np.empty((len(bands), len(cells)), dtype=np.intp)
        for row, stored in zip_equal(index, bands):
            row[:] = look_up(stored.view(f"u{stored.itemsize}"), cells)
        terms = [part[: index.size].reshape(index.shape) for part in room]
        for table, term in zip_equal(self.tables, terms):
            np.take(table, index, out=term, mode="clip")
        return terms
