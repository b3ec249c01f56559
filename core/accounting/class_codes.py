"""Codes of a class raster to places in an array."""

import numpy as np

from ..errors import InputDataError


class CodeSlots:
    """Places of the codes of a raster: the known codes in order, then missing cells, then all other codes.

    Parameters
    ----------
    known : int64 array
        Ascending.
    dtype : numpy dtype
        Of the raster.

    Attributes
    ----------
    count : int
        Number of places: `missing` is the last but one, `other` the last.
    """

    def __init__(self, known, dtype):
        self._known = known
        self.count = len(known) + 2
        self._table = None
        if dtype.kind in "iu" and dtype.itemsize <= 2:
            limits = np.iinfo(dtype)
            self._table = np.full(limits.max - limits.min + 1, self.count - 1, dtype=np.int64)
            inside = (known >= limits.min) & (known <= limits.max)
            # A negative code indexes from the end, which is where its two's complement puts it.
            self._table[known[inside]] = np.flatnonzero(inside)

    def of(self, values, valid, source):
        """Places of a block of codes.

        Parameters
        ----------
        values : array
            Codes as `source.read` gives them.
        valid : bool array or None
            Of the same shape; None = all.
        source : RasterSource
            For messages.

        Returns
        -------
        int64 array, flat

        Raises
        ------
        InputDataError
            A code is no whole number.
        """
        codes = values.ravel()
        if self._table is not None:
            slots = self._table[codes]
        else:
            slots = self._search(codes, valid, source)
        if valid is not None:
            slots[~valid.ravel()] = self.count - 2
        return slots

    def _search(self, codes, valid, source):
        if codes.dtype.kind == "f":
            present = np.ones(len(codes), dtype=bool) if valid is None else valid.ravel()
            broken = present & (codes != np.rint(codes))
            if broken.any():
                raise InputDataError(
                    "Raster {name} holds {value}, which is no class code; class rasters hold whole numbers. Is "
                    "this the right raster?",
                    name=source.name,
                    value=float(codes[broken][0]),
                )
            codes = np.where(present, codes, 0)
        codes = codes.astype(np.int64)
        if not len(self._known):
            return np.full(len(codes), self.count - 1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self._known, codes), len(self._known) - 1)
        return np.where(self._known[place] == codes, place, self.count - 1)
