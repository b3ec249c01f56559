"""Raster files that are there whole, or not at all."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from osgeo import gdal

from ..errors import InputDataError
from .gdal_state import gdal_exceptions

_ROWS_AT_ONCE = 256
_TILE = 256  # side of the file's tiles
_SETTERS = {  # of the cells of an attribute table
    gdal.GFT_Integer: gdal.RasterAttributeTable.SetValueAsInt,
    gdal.GFT_Real: gdal.RasterAttributeTable.SetValueAsDouble,
    gdal.GFT_String: gdal.RasterAttributeTable.SetValueAsString,
}
_SIDECARS = (".aux.xml", ".ovr", ".msk")  # statistics, overviews and masks that GDAL keeps beside a file


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
        Written where a cell is missing.
    smooth : bool
        Neighbours are alike, so that differences between them need less room; with values that are noisy or
        few, looking for them takes time and room.

    Attributes
    ----------
    partial : Path
        The temporary name.
    former : Path
        Where a file that had the name before can be kept, see `set_aside`.

    Raises
    ------
    InputDataError
        The target cannot be written, or the disk is full.
    """

    def __init__(self, path, grid, bands, dtype="float32", nodata=-9999.0, smooth=True):
        self.path = Path(path)
        self.grid = grid
        self.bands = tuple(bands)
        self.dtype = np.dtype(dtype)
        self.nodata = nodata
        self.smooth = smooth
        self.partial = self.path.with_name(f"{self.path.name}.{os.getpid()}.part.tif")
        self.former = self.path.with_name(f"{self.path.name}.{os.getpid()}.former.tif")
        self._dataset = None
        self._valid_cells = [0] * len(self.bands)
        # Of the compression: more than the least is spent on whole numbers only, as it gains next to nothing
        # with measured ones and takes twice as long.
        self._effort = 1 if self.dtype.kind == "f" else 6
        self._flushed_rows = [0] * len(self.bands)

    def __enter__(self):
        try:
            with gdal_exceptions():
                self._dataset = self._create()
        except RuntimeError as error:
            self.discard()
            raise self._failure(error) from error
        return self

    @contextlib.contextmanager
    def scratch(self):
        """The raster as a context that never gives it its name: it is gone at the end."""
        try:
            yield self.__enter__()
        finally:
            self.discard()

    def _create(self):
        kinds = {"float32": gdal.GDT_Float32, "float64": gdal.GDT_Float64, "int16": gdal.GDT_Int16}
        kinds |= {"uint8": gdal.GDT_Byte, "int32": gdal.GDT_Int32}
        options = [
            "TILED=YES",
            f"BLOCKXSIZE={_TILE}",
            f"BLOCKYSIZE={_TILE}",
            "COMPRESS=DEFLATE",
            f"ZLEVEL={self._effort}",
            "BIGTIFF=IF_SAFER",
            "NUM_THREADS=ALL_CPUS",
            "INTERLEAVE=BAND",
        ]
        if self.smooth:
            options.append("PREDICTOR=3" if self.dtype.kind == "f" else "PREDICTOR=2")
        dataset = gdal.GetDriverByName("GTiff").Create(
            str(self.partial),
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
            Missing: what is not finite, in an array of whole numbers the nodata value.
        """
        missing = ~np.isfinite(values) if values.dtype.kind == "f" else values == self.nodata
        self._valid_cells[band - 1] += int(values.size - np.count_nonzero(missing))
        stored = np.where(missing, self.nodata, values).astype(self.dtype)
        if self.dtype.kind == "f":
            # A value that happens to be the nodata value moves by its last digit instead of getting lost.
            nodata = self.dtype.type(self.nodata)
            stored[(stored == nodata) & ~missing] = np.nextafter(nodata, self.dtype.type(np.inf))
        try:
            with gdal_exceptions():
                self._dataset.GetRasterBand(band).WriteArray(stored, column, row)
                self._flush(band, column, row, stored.shape)
        except RuntimeError as error:
            raise self._failure(error) from error

    def describe_codes(self, band, columns):
        """Give a band of codes its attribute table.

        Parameters
        ----------
        band : int
            From 1.
        columns : dict of str to list
            Of int, float or str; 'Value' holds the codes and 'Name' their labels.
        """
        usages = {"Value": gdal.GFU_MinMax, "Name": gdal.GFU_Name}
        kinds = {int: gdal.GFT_Integer, float: gdal.GFT_Real, str: gdal.GFT_String}
        try:
            with gdal_exceptions():
                table = gdal.RasterAttributeTable()
                table.SetRowCount(len(columns["Value"]))
                for column, (name, values) in enumerate(columns.items()):
                    kind = kinds[type(values[0])] if values else gdal.GFT_String
                    table.CreateColumn(name, kind, usages.get(name, gdal.GFU_Generic))
                    for row, value in enumerate(values):
                        _SETTERS[kind](table, row, column, value)
                self._dataset.GetRasterBand(band).SetDefaultRAT(table)
        except RuntimeError as error:
            raise self._failure(error) from error

    def _flush(self, band, column, row, shape):
        """Have tiles written once they are whole: GDAL's cache would keep them, and is a share of all memory.

        They are whole after a window along the edges of tiles, and above the last row of windows.
        """
        bottom, right = row + shape[0], column + shape[1]
        height, width = self.grid.height, self.grid.width
        along_tiles = (
            column % _TILE == row % _TILE == 0
            and (bottom % _TILE == 0 or bottom == height)
            and (right % _TILE == 0 or right == width)
        )
        row_of_tiles = right == width and bottom - self._flushed_rows[band - 1] >= _TILE
        if row_of_tiles:
            self._flushed_rows[band - 1] = bottom - bottom % _TILE
        if along_tiles or row_of_tiles:
            self._dataset.GetRasterBand(band).FlushCache()

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.complete()
                self.publish()
        finally:
            self.discard()

    def complete(self):
        """Close the file and read it back; it still has its temporary name.

        Raises
        ------
        InputDataError
            What was written is not there.
        """
        try:
            with gdal_exceptions():
                self._dataset.FlushCache()
                self._close()
                self._check()
        except RuntimeError as failure:
            raise self._failure(failure) from failure

    def _close(self):
        """Close the file now: frames of an error may refer to it, and a destructor cannot raise."""
        dataset, self._dataset = self._dataset, None
        if dataset is None:
            return
        if hasattr(dataset, "Close"):  # GDAL 3.8
            dataset.Close()
        else:
            dataset.__swig_destroy__(dataset)

    def _check(self):
        """Read the file back: a full disk can go unnoticed until the file is closed."""
        dataset = gdal.Open(str(self.partial))
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

    def publish(self):
        """Give the file its name; what GDAL kept beside the old one does not fit the new one.

        Raises
        ------
        InputDataError
            The file cannot be renamed.
        """
        try:
            os.replace(self.partial, self.path)
            for suffix in _SIDECARS:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(f"{self.path}{suffix}")
                with contextlib.suppress(FileNotFoundError):
                    # A coordinate system that a GeoTIFF cannot hold is in the .aux.xml.
                    os.replace(f"{self.partial}{suffix}", f"{self.path}{suffix}")
        except OSError as failure:
            raise self._failure(failure) from failure

    def set_aside(self):
        """Keep the file that has the name now under another one.

        Raises
        ------
        InputDataError
            It cannot be renamed, such as one that another program has open.
        """
        try:
            os.replace(self.path, self.former)
        except OSError as failure:
            raise self._failure(failure) from failure

    def put_back(self):
        """Give the file that was set aside its name again."""
        os.replace(self.former, self.path)

    def discard(self):
        """Close and remove what is not complete, whatever GDAL says of it."""
        with contextlib.suppress(RuntimeError), gdal_exceptions():
            self._close()
        for suffix in ("", *_SIDECARS):
            with contextlib.suppress(OSError):
                os.unlink(f"{self.partial}{suffix}")

    def _failure(self, reason):
        return InputDataError(
            "The raster {path} could not be written ({reason}); check that the folder can be written and "
            "that the disk has room. Nothing was kept.",
            path=self.path,
            reason=str(reason).strip(),
        )


class RasterOutputs:
    """Several rasters of one run: they appear under their names when all of them are complete.

    If one of them cannot have its name, the others give theirs back to the files that were there before.

    Parameters
    ----------
    outputs : dict of str to RasterOutput
    """

    def __init__(self, outputs):
        self._outputs = dict(outputs)

    def __enter__(self):
        for opened, output in enumerate(self._outputs.values()):
            try:
                output.__enter__()
            except InputDataError:
                for other in list(self._outputs.values())[:opened]:
                    other.discard()
                raise
        return self._outputs

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                for output in self._outputs.values():
                    output.complete()
                self._publish()
        finally:
            for output in self._outputs.values():
                output.discard()

    def _publish(self):
        former, published = [], []
        try:
            for output in self._outputs.values():
                if output.path.is_file():
                    output.set_aside()
                    former.append(output)
            for output in self._outputs.values():
                output.publish()
                published.append(output)
        except InputDataError:
            for output in published:
                output.path.unlink()
            for output in former:
                output.put_back()
            raise
        for output in former:
            output.former.unlink()
