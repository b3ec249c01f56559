"""Raster files that are there whole, or not at all."""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from osgeo import gdal

from ..errors import InputDataError
from .gdal_state import gdal_exceptions

_ROWS_AT_ONCE = 256


class OutputBand(NamedTuple):
    """What a band is: a description and the unit of its values."""

    description: str
    unit: str


class RasterOutput:
    """A tiled, compressed GeoTIFF that appears under its name only when it is complete.

    It is written under a temporary name beside the target, read back, and renamed. An error or a cancel
    inside the context removes it and leaves what was there before.

    Parameters
    ----------
    path : str or Path
    grid : Grid
    bands : sequence of OutputBand
    dtype : str
        A numpy type.
    nodata : float
        Written where a cell is NaN or masked.

    Raises
    ------
    InputDataError
        The target cannot be written, or the disk is full.
    """

    def __init__(self, path, grid, bands, dtype="float32", nodata=-9999.0):
        self.path = Path(path)
        self.grid = grid
        self.bands = tuple(bands)
        self.dtype = np.dtype(dtype)
        self.nodata = nodata
        self._partial = self.path.with_name(f"{self.path.stem}.{os.getpid()}.part.tif")
        self._dataset = None
        self._valid_cells = [0] * len(self.bands)

    def __enter__(self):
        try:
            with gdal_exceptions():
                self._dataset = self._create()
        except RuntimeError as error:
            self._remove()
            raise self._failure(error) from error
        return self

    def _create(self):
        kinds = {"float32": gdal.GDT_Float32, "float64": gdal.GDT_Float64, "int16": gdal.GDT_Int16}
        kinds |= {"uint8": gdal.GDT_Byte, "int32": gdal.GDT_Int32}
        options = [
            "TILED=YES",
            "COMPRESS=DEFLATE",
            "BIGTIFF=IF_SAFER",
            "NUM_THREADS=ALL_CPUS",
            "INTERLEAVE=BAND",
        ]
        options.append("PREDICTOR=3" if self.dtype.kind == "f" else "PREDICTOR=2")
        dataset = gdal.GetDriverByName("GTiff").Create(
            str(self._partial),
            self.grid.width,
            self.grid.height,
            len(self.bands),
            kinds[self.dtype.name],
            options,
        )
        if dataset is None:
            raise RuntimeError("the file cannot be created")
        dataset.SetGeoTransform(self.grid.geotransform)
        dataset.SetProjection(self.grid.crs_wkt)
        for number, (description, unit) in enumerate(self.bands, 1):
            band = dataset.GetRasterBand(number)
            band.SetDescription(description)
            band.SetUnitType(unit)
            band.SetNoDataValue(self.nodata)
        return dataset

    def write(self, band, column, row, values):
        """Write a block.

        Parameters
        ----------
        band : int
            From 1.
        column, row : int
            Of the block's first cell.
        values : array, shape (rows, columns)
            NaN = missing.
        """
        missing = np.isnan(values) if values.dtype.kind == "f" else values == self.nodata
        self._valid_cells[band - 1] += int(values.size - np.count_nonzero(missing))
        stored = np.where(missing, self.nodata, values).astype(self.dtype)
        try:
            with gdal_exceptions():
                self._dataset.GetRasterBand(band).WriteArray(stored, column, row)
        except RuntimeError as error:
            raise self._failure(error) from error

    def __exit__(self, kind, error, trace):
        try:
            with gdal_exceptions():
                if kind is None:
                    self._dataset.FlushCache()
                self._dataset = None
                if kind is None:
                    self._check()
                    os.replace(self._partial, self.path)
        except (RuntimeError, OSError) as failure:
            raise self._failure(failure) from failure
        finally:
            self._dataset = None
            self._remove()

    def _check(self):
        """Read the file back: a full disk can go unnoticed until the file is closed."""
        dataset = gdal.Open(str(self._partial))
        for number, expected in enumerate(self._valid_cells, 1):
            band = dataset.GetRasterBand(number)
            found = 0
            for row in range(0, self.grid.height, _ROWS_AT_ONCE):
                rows = min(_ROWS_AT_ONCE, self.grid.height - row)
                values = band.ReadAsArray(0, row, self.grid.width, rows)
                found += int(np.count_nonzero(values != self.dtype.type(self.nodata)))
                band.FlushCache()
            if found != expected:
                raise RuntimeError(f"{found} of {expected} cells of band {number} can be read back")

    def _remove(self):
        if self._partial.exists():
            self._partial.unlink()

    def _failure(self, reason):
        return InputDataError(
            "The raster {path} could not be written ({reason}); check that the folder can be written and "
            "that the disk has room. Nothing was kept.",
            path=self.path,
            reason=str(reason).strip(),
        )
