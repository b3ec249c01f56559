"""One band of a raster: how it is opened, put on another grid, read, and where it is missing."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from osgeo import gdal, gdal_array

from ..errors import InputDataError
from ..notes import decision
from ..sequences import zip_equal
from .gdal_state import gdal_exceptions
from .grid import Grid

ALIGNMENTS = ("error", "nearest", "bilinear")  # in the order of the parameter ALIGNMENT
_OPEN_AT_MOST = 64  # datasets per thread

# By bytes of whole numbers: a wider type, and a value that is none of theirs.
_WIDER = {1: (gdal.GDT_Int16, -(2**15)), 2: (gdal.GDT_Int32, -(2**31))}

_open = threading.local()


@dataclass(frozen=True)
class RasterSource:
    """A band that can be read window by window in any thread; it holds no handle and pickles.

    Attributes
    ----------
    path : str
        What GDAL opens: a file, or the text of a virtual raster that puts it on another grid.
    name : str
        For messages and years: the layer's or file's name.
    band : int
        From 1.
    grid : Grid
    dtype : numpy dtype
    nodata : float or None
    masked : bool
        The band has a mask of its own (a mask band or alpha), besides nodata.
    block : (rows, columns)
        How the file is cut; reading along it avoids decoding twice.
    scale, offset : float
        A value is `stored * scale + offset`; 1 and 0 where the file does not say.
    unit : str
        Of the values, '' if the file does not say.
    description : str
        What the file says of the band, '' if nothing.
    """

    path: str
    name: str
    band: int
    grid: Grid
    dtype: np.dtype
    nodata: float | None
    masked: bool
    block: tuple
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    description: str = ""


def open_source(path, band=1, name=None):
    """Describe a band of a raster file.

    Parameters
    ----------
    path : str
    band : int
        From 1.
    name : str, optional
        For messages; the file's name if empty.

    Returns
    -------
    RasterSource

    Raises
    ------
    InputDataError
        The file cannot be opened, or has no such band.
    """
    path = str(path)
    name = name or Path(path).name
    try:
        with gdal_exceptions():
            dataset = gdal.Open(path)
            if dataset is None:
                raise RuntimeError("not a raster that GDAL knows")
            if not 1 <= band <= dataset.RasterCount:
                raise InputDataError(
                    "Raster {name} has {found} band(s), and band {band} was asked for.",
                    name=name,
                    found=dataset.RasterCount,
                    band=band,
                )
            return _describe(dataset, path, name, band)
    except RuntimeError as error:
        raise InputDataError(
            "Raster {name} cannot be opened ({reason}); check that the file is there and complete.",
            name=name,
            reason=error,
        ) from error


def _describe(dataset, path, name, band_number):
    band = dataset.GetRasterBand(band_number)
    flags = band.GetMaskFlags()
    columns, rows = band.GetBlockSize()
    grid = Grid(
        dataset.RasterXSize, dataset.RasterYSize, tuple(dataset.GetGeoTransform()), dataset.GetProjection()
    )
    return RasterSource(
        path=path,
        name=name,
        band=band_number,
        grid=grid,
        dtype=np.dtype(_dtype_of(band)),
        nodata=band.GetNoDataValue(),
        masked=flags not in (gdal.GMF_ALL_VALID, gdal.GMF_NODATA),
        block=(rows, columns),
        scale=1.0 if band.GetScale() is None else band.GetScale(),
        offset=band.GetOffset() or 0.0,
        unit=band.GetUnitType(),
        description=band.GetDescription(),
    )


def _dtype_of(band):
    if band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE") == "SIGNEDBYTE":  # GDAL before 3.7
        return np.int8
    return gdal_array.GDALTypeCodeToNumericTypeCode(band.DataType)


def read(source, column, row, columns, rows):
    """Values and validity of a window.

    This is the only place where missing cells are found: not finite, equal to nodata, or masked.

    Parameters
    ----------
    source : RasterSource
    column, row, columns, rows : int
        The window in cells.

    Returns
    -------
    values : array, shape (rows, columns), of the file's type
    valid : bool array of the same shape, or None if every cell is valid

    Raises
    ------
    InputDataError
        The file is truncated or corrupt there.
    """
    ((values, valid),) = read_bands((source,), column, row, columns, rows)
    return values, valid


def read_bands(sources, column, row, columns, rows):
    """Values and validity of a window of several bands, as `read` gives them.

    The bands of one file are read together: where their cells lie side by side in the file, it is decoded
    once, however little GDAL's cache holds.

    Parameters
    ----------
    sources : sequence of RasterSource
    column, row, columns, rows : int
        The window in cells.

    Returns
    -------
    list of (array, bool array or None)
        In the order of the sources.

    Raises
    ------
    InputDataError
        A file is truncated or corrupt there.
    """
    files = {}
    for place, source in enumerate(sources):
        files.setdefault((source.path, source.dtype), []).append(place)
    found = [None] * len(sources)
    for places in files.values():
        bands = [sources[place] for place in places]
        for place, band in zip_equal(places, _read_file(bands, column, row, columns, rows)):
            found[place] = band
    return found


def _read_file(bands, column, row, columns, rows):
    """`read_bands` of one file, whose values have one type."""
    source = bands[0]
    window = column, row, columns, rows
    try:
        # Here too: an executor's threads or processes know nothing of the caller's setting.
        with gdal_exceptions():
            opened = [_dataset(one.path).GetRasterBand(one.band) for one in bands]
            values = _dataset(source.path).ReadAsArray(*window, band_list=[one.band for one in bands])
            masks = [
                band.GetMaskBand().ReadAsArray(*window) if one.masked else None
                for one, band in zip_equal(bands, opened)
            ]
            for band in opened:
                # GDAL's cache is a share of all memory and would keep what has been read.
                band.FlushCache()
    except RuntimeError as error:
        # Without its trace, whose frames would keep the file open.
        raise _unreadable(source, row, rows, error) from error.with_traceback(None)
    if values is None or any(one.masked and mask is None for one, mask in zip_equal(bands, masks)):
        raise _unreadable(source, row, rows, "GDAL gave no data")
    if source.dtype == np.int8:
        values = values.view(np.int8)
    values = values.reshape(len(bands), rows, columns)
    return [(stored, _valid(one, stored, mask)) for one, stored, mask in zip_equal(bands, values, masks)]


def read_values(source, window, dtype=np.float64):
    """Values of a window with scale and offset applied.

    Parameters
    ----------
    source : RasterSource
    window : Window
    dtype : numpy type
        float64, or float32 where that holds the values.

    Returns
    -------
    array of that type, shape (rows, columns)
        NaN = missing.

    Raises
    ------
    InputDataError
        The file is truncated or corrupt there.
    """
    stored, valid = read(source, *window)
    values = scaled(source, stored, dtype)
    if valid is not None:
        np.copyto(values, np.nan, where=~valid)
    return values


def scaled(source, stored, dtype=np.float64):
    """Values of stored numbers: `stored * scale + offset`, as floats in an array of the same shape.

    The same array where it is of that type already.
    """
    values = stored.astype(dtype, copy=False)
    if source.scale != 1.0 or source.offset != 0.0:
        values *= source.scale
        values += source.offset
    return values


def _valid(source, values, mask):
    valid = None
    if values.dtype.kind == "f":
        valid = np.isfinite(values)
    nodata = nodata_in(values.dtype, source.nodata)
    if nodata is not None:
        differs = values != nodata
        valid = differs if valid is None else valid & differs
    if mask is not None:
        valid = mask != 0 if valid is None else valid & (mask != 0)
    return None if valid is None or valid.all() else valid


def nodata_in(dtype, nodata):
    """The nodata value in a raster's own type, None if no cell can equal it.

    A float32 file holds the float32 next to its nodata text, and comparing whole numbers with a float is
    slow.
    """
    if nodata is None or not np.isfinite(nodata):
        return None
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return dtype.type(nodata)
    limits = np.iinfo(dtype)
    return dtype.type(nodata) if nodata == int(nodata) and limits.min <= nodata <= limits.max else None


def _unreadable(source, row, rows, reason):
    return InputDataError(
        "Raster {name} cannot be read at rows {first} to {last} ({reason}); the file is truncated or "
        "corrupt: copy or download it again.",
        name=source.name,
        first=row,
        last=row + rows - 1,
        reason=str(reason).strip(),
    )


def _dataset(path):
    """This thread's handle of a raster."""
    if not hasattr(_open, "datasets"):
        _open.datasets = OrderedDict()
    if path in _open.datasets:
        _open.datasets.move_to_end(path)
        return _open.datasets[path]
    dataset = gdal.Open(path)
    if dataset is None:
        raise RuntimeError("the raster is gone")
    _open.datasets[path] = dataset
    while len(_open.datasets) > _OPEN_AT_MOST:
        _open.datasets.popitem(last=False)
    return dataset


def shared_block(sources):
    """How most of the files behind some sources are cut, for windows along which all are read.

    Virtual rasters, which put a source on another grid, are cut by nothing.

    Parameters
    ----------
    sources : sequence of RasterSource
        The block of the first one wins among equally frequent ones.

    Returns
    -------
    (rows, columns)
    """
    cut = Counter(source.block for source in sources if not source.path.startswith("<VRTDataset"))
    return cut.most_common(1)[0][0] if cut else sources[0].block


def close_sources():
    """Close this thread's handles, so that their files can be moved or deleted."""
    if hasattr(_open, "datasets"):
        _open.datasets.clear()


def align(source, grid, alignment, classes):
    """Put a source on a grid, on the fly.

    Parameters
    ----------
    source : RasterSource
    grid : Grid
        The grid of the first raster.
    alignment : str
        'error', 'nearest' or 'bilinear'.
    classes : bool
        The values are codes: never bilinear; nearest, or the most frequent code where the source is finer.

    Returns
    -------
    source : RasterSource
        The same source if it is on the grid already.
    notes : tuple of Note
        What was done.

    Raises
    ------
    InputDataError
        The grids differ and `alignment` is 'error', or the raster has no coordinate system.
    """
    difference = grid.difference(source.grid)
    if not difference:
        return source, ()
    if alignment == "error":
        raise InputDataError(
            "Raster {name} is not on the grid of the first raster: {difference}. Choose an alignment "
            "(nearest for classes) to put it there on the fly, or resample it first.",
            name=source.name,
            difference=difference,
        )
    if grid.crs is None or source.grid.crs is None:
        raise InputDataError(
            "Raster {name} cannot be put on the grid of the first raster, because one of them has no "
            "coordinate system; assign it first.",
            name=source.name,
        )
    ratio = source.grid.cell_size_m / grid.cell_size_m
    method = alignment
    if classes:
        method = "mode" if ratio < 1 - 1e-3 else "nearest"
    aligned = _warped(source, grid, method)
    note = decision(
        "{name} was put on the grid of the first raster ({difference}) by {method}.",
        name=source.name,
        difference=difference,
        method={"mode": "the most frequent class", "nearest": "nearest neighbour"}.get(method, method),
    )
    return aligned, (note,)


def _warped(source, grid, method):
    """The source as a virtual raster on `grid`: its text is its path, so that every thread can open it."""
    x0, a, b, y0, c, d = grid.geotransform
    if b != 0 or c != 0 or a < 0 or d > 0:
        raise InputDataError(
            "{name} cannot be put on the grid of the first raster, which is rotated or upside down; use a "
            "north-up raster first.",
            name=source.name,
        )
    missing = kept = nodata_in(source.dtype, source.nodata)
    if source.masked and kept is not None:
        # GDAL's warper looks at one of them only.
        raise InputDataError(
            "Raster {name} has a mask band and the nodata value {nodata}, and cannot be put on another grid "
            "with both; remove one of them or resample it first.",
            name=source.name,
            nodata=kept,
        )
    # Through the same coordinate system PROJ would take each cell there and back, ten times as slowly.
    direct = _same_plane(source.grid, grid)
    out_type = gdal_array.NumericTypeCodeToGDALTypeCode(source.dtype)
    if missing is None and source.dtype.kind == "f":
        missing = np.nan
    elif missing is None:
        # All values may be codes, so what is not covered needs a value that only a wider type has.
        out_type, missing = _WIDER.get(source.dtype.itemsize, (gdal.GDT_Float64, np.nan))
    try:
        with gdal_exceptions():
            # The texts of the virtual rasters name their sources: no thread depends on another's handle.
            one_band = gdal.Translate(
                "",
                source.path,
                format="VRT",
                bandList=[source.band],
                noData="none" if kept is None else str(kept),
                outputSRS=grid.crs_wkt if direct else source.grid.crs_wkt,  # which need not be the file's
            )
            warped = gdal.Warp(
                "",
                gdal.Open(_text_of(one_band)),
                format="VRT",
                dstSRS=grid.crs_wkt,
                outputBounds=(x0, y0 + d * grid.height, x0 + a * grid.width, y0),
                width=grid.width,
                height=grid.height,
                resampleAlg=method,
                errorThreshold=0,  # an approximated transformation depends on the window
                transformerOptions=["INSERT_CENTER_LONG=NO"] if direct else None,
                multithread=False,
                outputType=out_type,
                dstNodata=str(missing),
            )
            aligned = _describe(warped, _text_of(warped), source.name, 1)
    except RuntimeError as error:
        raise InputDataError(
            "Raster {name} cannot be put on the grid of the first raster ({reason}); reproject it first.",
            name=source.name,
            reason=error,
        ) from error
    return replace(aligned, grid=grid, scale=source.scale, offset=source.offset, unit=source.unit)


def _same_plane(one, other):
    """Whether the same coordinates are the same place; longitudes beyond 180 need to be wrapped."""
    if not one.crs.IsSame(other.crs):
        return False
    if not one.is_geographic:
        return True
    longitudes = [side for grid in (one, other) for side in (grid.extent[0], grid.extent[2])]
    turn = np.pi / one.crs.GetAngularUnits()
    return bool(min(longitudes) >= -turn and max(longitudes) <= turn)


def _text_of(virtual):
    return virtual.GetMetadata("xml:VRT")[0]
