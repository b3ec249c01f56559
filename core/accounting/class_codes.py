"""Codes of a class raster to places in an array."""

from functools import cached_property

import numpy as np

from ..errors import InputDataError
from ..raster.source import nodata_in

_MOST_PLACES_OF_PAIRS = 24


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
    def pair_table(self):
        """Places of two neighbouring 8-bit codes at once, `first * count + second`, by their 16 bits.

        None where codes have more bits, a mask says which cells are missing, or there are too many places
        for pairs to pay.
        """
        if (
            self.table is None
            or len(self.table) > 256
            or self._source.masked
            or self.count > _MOST_PLACES_OF_PAIRS
        ):
            return None
        first, second = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2).T
        return self.table[first] * self.count + self.table[second]

    @cached_property
    def pair_members(self):
        """How often each place is in each pair of places, shape (count * count, count)."""
        one = np.eye(self.count)
        return (one[:, None, :] + one[None, :, :]).reshape(-1, self.count)

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


def look_up(table, index):
    """`table[index]` for an index that cannot be outside; twice as fast as indexing."""
    return np.take(table, index, out=np.empty(index.shape, dtype=table.dtype), mode="clip")
