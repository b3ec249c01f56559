"""A table with named columns, read as text, numbers, unit keys or years when they are needed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing
from .cells import as_text, is_missing, shown, trimmed
from .keys import unit_key
from .numerals import Convention, Kind, NotANumber, plain_numbers, read_numerals, settled, to_ascii

_YEAR = re.compile(r"(\d{4})(?:\.0+)? ?年?", re.ASCII)
_NUMBER_AND_WORDS = re.compile(r"[+-]? *\d[\d.,' ]*[^\d.,' ].*", re.ASCII)
_SECOND_HEADER = " If this row belongs to the header: unmerge its cells and write the header in one row."


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of equal length; made by `read_table` or `table_from_columns`.

    Column names are found whatever their case. A cell is missing if it is empty, None or NaN, or one of the
    usual marks in any case: - -- — .. ... … / NA N/A NULL nan.

    Attributes
    ----------
    name : str
        For messages: the file's or layer's name.
    columns : tuple of str
        The names as found.
    rows : int
        Number of rows.
    notes : tuple of Note
        What was decided so far: when the table was read, and when its columns were read as numbers.
    """

    name: str
    columns: tuple[str, ...]
    cells: tuple[list, ...] = field(repr=False)  # per column: trimmed str, int, float or None
    numbering: Sequence[int] = field(repr=False)  # of the rows in the file, or the features' ids
    convention: Convention = field(default=Convention.POINT, repr=False)
    record: str = "row"  # what a row is called: 'row' or 'feature'
    reading: tuple[Note, ...] = field(default=(), repr=False)
    _settled: dict = field(default_factory=dict, init=False, repr=False)  # column -> Note on its marks
    _evidence: dict = field(default_factory=dict, init=False, repr=False)  # column -> decimal marks it proves

    @property
    def rows(self):
        return len(self.numbering)

    @property
    def notes(self):
        return self.reading + tuple(self._settled.values())

    def where(self, index):
        """'row 7', numbered as in the file with its header, or 'feature 7'."""
        return f"{self.record} {self.numbering[index]}"

    def has(self, column):
        """Whether there is such a column, whatever its case."""
        return self._find(column) is not None

    def text(self, column, optional=False):
        """The trimmed texts of a column.

        Parameters
        ----------
        column : str
        optional : bool
            A column that is not there is missing in all rows.

        Returns
        -------
        list of str or None
            None = missing.

        Raises
        ------
        InputDataError
            There is no such column, and it is not optional.
        """
        if optional and not self.has(column):
            return [None] * self.rows
        return [None if is_missing(cell) else as_text(cell) for cell in self.cells[self._index(column)]]

    def numbers(self, column, optional=False):
        """The column as numbers.

        Decimal point or comma; thousands marks (comma, point, blank, apostrophe) only where they part groups
        of three digits. '1,234' and '1.234' mean what the other numbers of the column say, else what those of
        the other columns say. Where nothing says it, the comma is an error; the point is one, too, in text
        separated by semicolons, and elsewhere decimal. A lone point in a workbook is always decimal.

        Parameters
        ----------
        column : str
        optional : bool
            A column that is not there is missing in all rows.

        Returns
        -------
        float array, shape (rows,)
            NaN = missing.

        Raises
        ------
        InputDataError
            There is no such column, and it is not optional; a cell is no number, is infinite or can be read
            in two ways; two cells have different decimal marks. Names row and column.
        """
        if optional and not self.has(column):
            return np.full(self.rows, np.nan)
        index = self._index(column)
        cells = self.cells[index]
        values = plain_numbers(cells, self.convention)
        if values is not None:
            return values
        try:
            numerals = read_numerals(cells, self.convention)
        except NotANumber as found:
            raise self._no_number(found.index, index) from None
        infinite = np.isinf(numerals.values)
        if infinite.any():
            raise self._cell_error(
                "{table}, {where}, column '{column}': {value} is infinite; correct it or leave it empty.",
                int(np.argmax(infinite)),
                index,
            )
        decimal = self._decimal_mark(index, numerals)
        self._note_marks(index, numerals, decimal)
        return settled(numerals, decimal)

    def keys(self, column):
        """The unit keys of a column, through `unit_key`.

        'NA' is a key here (Namibia), not a missing mark.

        Returns
        -------
        list of str

        Raises
        ------
        InputDataError
            There is no such column, or a key is missing; names the row.
        """
        index = self._index(column)
        known = {}
        keys = []
        for row, cell in enumerate(self.cells[index]):
            key = known.get(cell)
            if key is None:
                if is_missing(cell) and cell != "NA":
                    raise self._cell_error(
                        "{table}, {where}: column '{column}' holds no unit ('{value}'); fill it in (merged "
                        "cells: unmerge them), or remove the {record}.",
                        row,
                        index,
                        record=self.record,
                    )
                key = known[cell] = unit_key(cell)
            keys.append(key)
        return keys

    def years(self, column):
        """The years of a column: 2019, '2019', '2019年'.

        Returns
        -------
        int array, shape (rows,)

        Raises
        ------
        InputDataError
            There is no such column, or a cell is no year of four digits; names the row.
        """
        index = self._index(column)
        known = {}
        years = np.empty(self.rows, dtype=np.int64)
        for row, cell in enumerate(self.cells[index]):
            year = known.get(cell)
            if year is None:
                match = None if cell is None else _YEAR.fullmatch(to_ascii(as_text(cell)))
                if match is None:
                    raise self._cell_error(
                        "{table}, {where}, column '{column}': '{value}' is no year of four digits; "
                        "write the year alone, like 2019.",
                        row,
                        index,
                    )
                year = known[cell] = int(match.group(1))
            years[row] = year
        return years

    def _find(self, column):
        if column in self.columns:
            return self.columns.index(column)
        names = [folded(name) for name in self.columns]
        return names.index(folded(column)) if folded(column) in names else None

    def _index(self, column):
        index = self._find(column)
        if index is None:
            raise InputDataError(
                "{table} has no column '{column}'; its columns are: {columns}.",
                table=self.name,
                column=column,
                columns=listing(self.columns, most=30),
            )
        return index

    def _cell_error(self, template, row, index, **values):
        if row == 0 and self.record == "row":
            template += _SECOND_HEADER
        cell = self.cells[index][row]
        values = {"value": "" if cell is None else shown(cell), **values}
        return InputDataError(
            template, table=self.name, where=self.where(row), column=self.columns[index], **values
        )

    def _no_number(self, row, index):
        text = to_ascii(as_text(self.cells[index][row]))
        if text.endswith(("%", "\u2030")):
            advice = (
                "'{value}' ends in a percent sign; write the number alone, a unit in the column's name, and "
                "a share as a part of 1."
            )
        elif _NUMBER_AND_WORDS.fullmatch(text) is not None:
            advice = "'{value}' is more than a number; write the number alone, a unit in the column's name."
        else:
            advice = "'{value}' is not a number; correct it or leave the cell empty."
        return self._cell_error("{table}, {where}, column '{column}': " + advice, row, index)

    def _decimal_mark(self, index, numerals):
        point, comma = numerals.first(Kind.POINT), numerals.first(Kind.COMMA)
        stored = numerals.first(Kind.STORED)
        if comma is not None and (point is not None or stored is not None):
            other = point if point is not None else stored
            raise self._cell_error(
                "{table}, column '{column}': '{value}' ({where}) and '{other}' ({elsewhere}) have different "
                "decimal marks; write both the same way.",
                comma,
                index,
                other=shown(self.cells[index][other]),
                elsewhere=self.where(other),
            )
        if point is not None or comma is not None:
            return Kind.POINT if point is not None else Kind.COMMA
        unsure_comma = numerals.first(Kind.UNSURE_COMMA)
        unsure_point = numerals.first(Kind.UNSURE_POINT)
        if unsure_comma is None and unsure_point is None:
            return Kind.POINT
        decimal = self._decimal_elsewhere(index)
        if decimal is not None and (stored is None or decimal is Kind.POINT):
            return decimal
        if unsure_comma is None and self.convention is Convention.POINT:
            return Kind.POINT
        row = unsure_comma if unsure_comma is not None else unsure_point
        decimal_value = abs(float(numerals.values[row]))
        raise self._cell_error(
            "{table}, {where}, column '{column}': '{value}' can mean {whole:.0f} or {decimal:.3f}, and no "
            "other number tells which; write {whole:.0f} or {decimal:.4f}.",
            row,
            index,
            whole=np.rint(decimal_value * 1000.0),
            decimal=decimal_value,
        )

    def _decimal_elsewhere(self, index):
        """The decimal mark that the other columns prove; None if they prove none or both."""
        proven = set()
        for other, cells in enumerate(self.cells):
            if other == index:
                continue
            if other not in self._evidence:
                try:
                    kinds = set(np.unique(read_numerals(cells, self.convention).kinds).tolist())
                except NotANumber:
                    kinds = set()
                self._evidence[other] = kinds & {Kind.POINT, Kind.COMMA}
            proven |= self._evidence[other]
        return Kind(proven.pop()) if len(proven) == 1 else None

    def _note_marks(self, index, numerals, decimal):
        column = self.columns[index]
        if decimal is Kind.COMMA:
            self._settled[index] = decision(
                "{table}: in column '{column}' the comma is the decimal mark.", table=self.name, column=column
            )
        elif numerals.first(Kind.UNSURE_COMMA) is not None:
            self._settled[index] = decision(
                "{table}: in column '{column}' the comma parts thousands.", table=self.name, column=column
            )


def folded(name):
    """The name as columns are compared: single blanks, no case."""
    return " ".join(trimmed(name).split()).casefold()


def check_names(table, columns, where=""):
    """Refuse column names that occur twice.

    Raises
    ------
    InputDataError
        Names both columns by their place.
    """
    first = {}
    for place, name in enumerate(columns, 1):
        before = first.setdefault(folded(name), place)
        if before != place:
            raise InputDataError(
                "{table}{where}: columns {before} ('{one}') and {place} ('{other}') have the same name; give "
                "every column its own name, in a header of one row.",
                table=table,
                where=where,
                before=before,
                one=columns[before - 1],
                place=place,
                other=name,
            )
