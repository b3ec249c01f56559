"""Codes of a class raster to places in an array."""

from functools import cached_property

import numpy as np

from ..errors import InputDataError
from ..raster.source import nodata_in, read

_COUNTERS = 8  # of 8 bits in a word


class CodeSlots:
    """Places of the codes of a raster: the known codes in order, then missing cells, then all other codes.

    Parameters
    ----------
    known : int64 array
        Ascending.
    source : RasterSource
        Whose codes they are.

    Attributes
    ----------
    count : int
        Number of places: `missing` is the last but one, `other` the last.
    table : int64 array or None
        Place by code, read as an unsigned number, where codes have at most 16 bits.
    """

    def __init__(self, known, source):
        self._known = known
        self._source = source
        self.count = len(known) + 2
        self.table = None
        if source.dtype.kind in "iu" and source.dtype.itemsize <= 2:
            limits = np.iinfo(source.dtype)
            self.table = np.full(limits.max - limits.min + 1, self.count - 1, dtype=np.int64)
            inside = (known >= limits.min) & (known <= limits.max)
            # A negative code indexes from the end, which is where its two's complement puts it.
            self.table[known[inside]] = np.flatnonzero(inside)
            nodata = nodata_in(source.dtype, source.nodata)
            if nodata is not None:
                self.table[nodata] = self.count - 2

    @cached_property
    def counters(self):
        """Tables that count two neighbouring 8-bit codes at once, by their 16 bits.

        An entry is a word of eight 8-bit counters, one per place; the sum of up to 127 words is the count of
        254 cells by place. There are as many tables as it takes for all places but `missing`, which is what
        is left of the cells. None where codes have more bits, or a mask says which cells are missing.
        """
        if self.table is None or len(self.table) > 256 or self._source.masked:
            return None
        first, second = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2).T
        tables = []
        for start in range(0, self.count, _COUNTERS):
            one_code = np.zeros((256, _COUNTERS), dtype=np.uint8)
            here = (self.table >= start) & (self.table < start + _COUNTERS) & (self.table != self.count - 2)
            one_code[np.flatnonzero(here), self.table[here] - start] = 1
            words = one_code.view(np.uint64).ravel()
            tables.append(words[first] + words[second])
        return tuple(tables)

    def read(self, window):
        """Codes of a window and which are valid, for `of`."""
        return read(self._source, *window)

    def of(self, values, valid):
        """Places of a block of codes.

        Parameters
        ----------
        values : array
            Codes as `source.read` gives them.
        valid : bool array or None
            Of the same shape; None = all.

        Returns
        -------
        int64 array, flat

        Raises
        ------
        InputDataError
            A code is no whole number.
        """
        codes = values.ravel()
        if self.table is None:
            slots = self._search(codes, valid)
        else:
            slots = look_up(self.table, codes.view(f"u{codes.itemsize}"))
        if valid is not None and (self.table is None or self._source.masked):
            slots[~valid.ravel()] = self.count - 2
        return slots

    def _search(self, codes, valid):
        if codes.dtype.kind == "f":
            present = np.ones(len(codes), dtype=bool) if valid is None else valid.ravel()
            # Beyond 2^53 every float is whole: such a value is nodata that the file does not declare.
            broken = present & ((codes != np.rint(codes)) | (np.abs(codes) >= 2.0**53))
            if broken.any():
                raise InputDataError(
                    "Raster {name} holds {value}, which is no class code; class rasters hold whole numbers. "
                    "Is this the right raster, and is its nodata value set?",
                    name=self._source.name,
                    value=float(codes[broken][0]),
                )
            codes = np.where(present, codes, 0)
        codes = codes.astype(np.int64)
        if not len(self._known):
            return np.full(len(codes), self.count - 1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self._known, codes), len(self._known) - 1)
        return np.where(self._known[place] == codes, place, self.count - 1)


class PairSlots:
    """Places of pairs of codes of two rasters on one grid, such as land cover at two dates.

    The place of a pair is `place in the first * second.count + place in the second`, with the places of
    `CodeSlots`.

    Parameters
    ----------
    first, second : CodeSlots

    Attributes
    ----------
    count : int
        Number of places; the last two are those of `CodeSlots` for what is missing or not known, and stay
        empty, as pairs have such places of their own.
    """

    counters = None

    def __init__(self, first, second):
        self.first = first
        self.second = second
        self.count = first.count * second.count + 2

    def read(self, window):
        """Places of the pairs of a window, int64 of shape (rows, columns), and None: all are valid."""
        places = self.first.of(*self.first.read(window))
        places *= self.second.count
        places += self.second.of(*self.second.read(window))
        return places.reshape(window.rows, window.columns), None

    def of(self, values, valid):
        """The places that `read` gave, flat."""
        return values.ravel()


def look_up(table, index):
    """`table[index]` for an index that cannot be outside; twice as fast as indexing."""
    return np.take(table, index, out=np.empty(index.shape, dtype=table.dtype), mode="clip")
