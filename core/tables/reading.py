"""From a file to a `Table`: the kind of file, its header, and rows that fit the header."""

from array import array
from itertools import chain
from pathlib import Path

from ..errors import InputDataError
from ..notes import decision, listing
from ..sequences import zip_equal
from .cells import as_text, is_missing, shown
from .delimited import read_delimited
from .numerals import Convention, numeral
from .table import Table, check_names
from .workbook import OLE, ZIP, read_workbook

_BLOCK = 1_000  # rows that are turned into columns at once; more keep the garbage collector busy
_FEW = 20_000  # different texts of a column that are kept once each
_MOST_TITLES = 5


def read_table(path, sheet=None):
    """Table of a delimited text file or an Excel workbook.

    What the file is follows from its bytes, not from its name. Text is UTF-8 (with or without byte order
    mark), UTF-16 (with) or GB18030, separated by commas, semicolons or tabs. The header is one row; up to
    five lines of which only the first cell is filled are titles above it. Blank rows are left out, and so are
    columns at the right that have no name and no values. A row of text that is shorter than the header is an
    error: where a separator was lost, the values stand under wrong names.

    Parameters
    ----------
    path : str or path-like
        .csv, .txt, .tsv or .xlsx.
    sheet : str, optional
        A workbook's sheet; the first that is not empty if not given.

    Returns
    -------
    Table

    Raises
    ------
    InputDataError
        No such file, no text or workbook, no rows, an unclear header, a row that does not fit the header.
        Names the row as a spreadsheet numbers it.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputDataError("There is no file {path}.", path=path) from None
    except OSError as error:
        raise InputDataError("{path} cannot be read: {reason}.", path=path, reason=error.strerror) from None
    if not data.strip():
        raise InputDataError("{table} is empty.", table=path.name)
    if data.startswith((ZIP, OLE)):
        return _from_workbook(data, path.name, sheet)
    if sheet is not None:
        raise InputDataError(
            "{table} is text, which has no sheets; leave the sheet '{sheet}' away.",
            table=path.name,
            sheet=sheet,
        )
    return _from_text(data, path.name)


def _from_text(data, name):
    text = read_delimited(data, name)
    note = decision(
        "{table}: read as {encoding}, separated by {separator}.",
        table=name,
        encoding=text.encoding,
        separator=text.separator_name,
    )
    convention = Convention.UNSETTLED if text.separator == ";" else Convention.POINT
    return _assemble(name, text.records, convention, (note,))


def _from_workbook(data, name, sheet):
    chosen = read_workbook(data, name, sheet)
    notes = ()
    if chosen.others and sheet is None:
        notes = (
            decision(
                "{table}: sheet '{sheet}' was read, the first that is not empty; the others are {others}.",
                table=name,
                sheet=chosen.name,
                others=listing(chosen.others),
            ),
        )
    return _assemble(f"{name}, sheet '{chosen.name}'", chosen.rows, Convention.STORED, notes)


def _assemble(name, records, convention, notes):
    numbered = enumerate(records, 1)
    titles, header_row, header, numbered = _find_header(name, numbered)
    columns = _column_names(name, header_row, header)
    cells, numbering = _columns(name, numbered, header_row, len(columns))
    if not numbering:
        raise InputDataError(
            "{table} has a header (row {row}) but no rows below it.", table=name, row=header_row
        )
    title_note = "{table}: row {row} ('{title}') was read as a title."
    titled = tuple(decision(title_note, table=name, row=row, title=shown(title)) for row, title in titles)
    return Table(name, columns, cells, numbering, convention, reading=notes + titled)


def _find_header(name, numbered):
    """Titles, the header's row number and cells, and the rows below it.

    The header is the first row with several filled cells; lines whose first cell alone is filled are titles
    above it. Where there are only such lines, the table has one column and no title.
    """
    lines = []
    for row, cells in numbered:
        filled = [place for place, cell in enumerate(cells) if cell != ""]
        if len(filled) > 1 or (filled and filled[0] > 0):
            return [(above, line[0]) for above, line in lines], row, cells, numbered
        if filled:
            lines.append((row, cells))
        if len(lines) > _MOST_TITLES:
            break
    if not lines:
        raise InputDataError("{table} is empty.", table=name)
    (row, cells), below = lines[0], lines[1:]
    return [], row, cells, chain(below, numbered)


def _column_names(name, row, header):
    names = [as_text(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    for place, column in enumerate(names, 1):
        if not column:
            raise InputDataError(
                "{table}, row {row}: the header's cell {place} is empty; unmerge the header's cells and give "
                "every column a name, in one row.",
                table=name,
                row=row,
                place=place,
            )
    if all(is_missing(column) or numeral(column) is not None for column in names):
        raise InputDataError(
            "{table}, row {row}: the header holds numbers only ('{first}', ...); write the columns' names "
            "above the numbers.",
            table=name,
            row=row,
            first=shown(names[0]),
        )
    check_names(name, names, where=f", row {row}")
    return tuple(names)


def _columns(name, numbered, header_row, width):
    """Cells per column, and the row numbers."""
    columns = tuple([] for _ in range(width))
    known = tuple({} for _ in range(width))
    numbering = array("q")
    block = []

    def empty_block():
        for column, once, cells in zip(columns, known, zip_equal(*block)):
            # A text that recurs is kept once, as long as there are few.
            column.extend(map(once.setdefault, cells, cells) if len(once) < _FEW else cells)
        block.clear()

    for row, cells in numbered:
        if len(cells) != width or cells[0] == "":
            cells = _fitted(name, row, cells, header_row, width)
            if cells is None:
                continue
        block.append(cells)
        numbering.append(row)
        if len(block) == _BLOCK:
            empty_block()
    empty_block()
    return columns, numbering


def _fitted(name, row, cells, header_row, width):
    """The row's cells under the header; None for a blank row."""
    if not any(cell != "" for cell in cells):
        return None
    for place, cell in enumerate(cells[width:], width + 1):
        if cell != "":
            raise InputDataError(
                "{table}, row {row}: '{value}' is cell {place}, but the header (row {header}) names {width} "
                "columns; name every column in one row (merged cells: unmerge them), or quote a cell that "
                "holds the separator.",
                table=name,
                row=row,
                value=shown(cell),
                place=place,
                header=header_row,
                width=width,
            )
    if len(cells) < width:
        raise InputDataError(
            "{table}, row {row}: {cells} cells, but the header (row {header}) names {width} columns; add the "
            "missing cells, also the empty ones, or remove a remark below the table.",
            table=name,
            row=row,
            cells=len(cells),
            header=header_row,
            width=width,
        )
    return cells[:width]
