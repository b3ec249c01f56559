"""Excel workbooks, from bytes to rows of cells."""

import contextlib
import io
import uuid
import zipfile
import zlib
from typing import NamedTuple

from ..errors import InputDataError
from ..notes import listing
from .cells import as_text

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"  # .xls, and any workbook with a password

_AS_WRITTEN = {"OGR_XLSX_HEADERS": "DISABLE", "OGR_XLSX_FIELD_TYPES": "STRING"}


class Sheet(NamedTuple):
    """A sheet of a workbook; all rows are equally wide, cells are trimmed, '' = empty."""

    name: str
    rows: list
    others: tuple[str, ...]  # the other sheets that hold something


def read_workbook(data, name, sheet=None):
    """The rows of a sheet.

    Parameters
    ----------
    data : bytes
        An .xlsx file.
    name : str
        The file's name, for messages.
    sheet : str, optional
        The sheet's name; the first that is not empty if not given.

    Returns
    -------
    Sheet
        Numbers are text as the file stores them, whatever their format shows; dates are like 2019/01/31.

    Raises
    ------
    InputDataError
        Not a workbook, damaged, no such sheet, or all sheets empty.
    """
    _refuse_other_files(data, name)
    sheets = _sheets(data, name)
    filled = [key for key, rows in sheets.items() if any(cell != "" for row in rows for cell in row)]
    if sheet is None and not filled:
        raise InputDataError("{table} is empty: no sheet holds a cell.", table=name)
    if sheet is not None and sheet not in sheets:
        raise InputDataError(
            "{table} has no sheet '{sheet}'; its sheets are: {sheets}.",
            table=name,
            sheet=sheet,
            sheets=listing(sheets, most=30),
        )
    chosen = filled[0] if sheet is None else sheet
    return Sheet(chosen, sheets[chosen], tuple(key for key in filled if key != chosen))


def _refuse_other_files(data, name):
    if data.startswith(OLE):
        raise InputDataError(
            "{table} is an old Excel file (.xls) or has a password; save it without one as an Excel workbook "
            "(.xlsx) or CSV.",
            table=name,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
            # GDAL keeps the rows above the damage and says nothing.
            whole = all(
                archive.read(member).rstrip().endswith(b"worksheet>")
                for member in members
                if member.startswith("xl/worksheets/") and member.endswith(".xml")
            )
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error):
        raise _damaged(name) from None
    if "xl/workbook.xml" not in members:
        kind = "an OpenDocument file" if "content.xml" in members else "an archive without an Excel workbook"
        raise InputDataError(
            "{table} is {kind}; save the table as an Excel workbook (.xlsx) or CSV.", table=name, kind=kind
        )
    if not whole:
        raise _damaged(name)


def _sheets(data, name):
    """Rows by the sheet's name."""
    from osgeo import gdal

    from ..raster.gdal_state import gdal_exceptions

    if gdal.GetDriverByName("XLSX") is None:
        raise InputDataError(
            "{table}: this GDAL cannot read Excel workbooks; save the table as CSV (UTF-8).", table=name
        )
    path = f"/vsimem/{uuid.uuid4().hex}.xlsx"
    gdal.FileFromMemBuffer(path, data)
    try:
        with gdal_exceptions(), _as_written(gdal):
            dataset = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_READONLY, ["XLSX"])
            if dataset is None:
                raise _damaged(name)
            layers = [dataset.GetLayer(index) for index in range(dataset.GetLayerCount())]
            sheets = {layer.GetName(): _rows(layer) for layer in layers}
            del layers, dataset
            return sheets
    except RuntimeError:
        raise _damaged(name) from None
    finally:
        gdal.Unlink(path)


@contextlib.contextmanager
def _as_written(gdal):
    """Every row is a row and every cell the text of the file, with all its digits.

    GDAL 3.6 knows no open options for it; the settings of this thread are put back. Older GDAL only has
    settings of the whole process.
    """
    get = getattr(gdal, "GetThreadLocalConfigOption", gdal.GetConfigOption)
    change = getattr(gdal, "SetThreadLocalConfigOption", gdal.SetConfigOption)
    before = {key: get(key) for key in _AS_WRITTEN}
    try:
        for key, value in _AS_WRITTEN.items():
            change(key, value)
        yield
    finally:
        for key, value in before.items():
            change(key, value)


def _rows(layer):
    width = layer.GetLayerDefn().GetFieldCount()
    return [[_cell(feature.GetField(index)) for index in range(width)] for feature in layer]


def _cell(value):
    return "" if value is None else as_text(value)


def _damaged(name):
    return InputDataError(
        "{table} is a damaged Excel workbook; open it in Excel or LibreOffice and save it again.", table=name
    )
