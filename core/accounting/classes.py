"""Land cover products to classes: which class of the carbon budget a raster value belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision
from ..resources import presets, read_preset
from ..tables import Table

CLASSES = ("cropland", "forest", "shrubland", "grassland", "water", "unused", "construction")
"""The classes of the presets, in the order of outputs. A user's table may name others."""

UNMAPPED = -1
"""The class index of a value that the table does not have."""


@dataclass(frozen=True)
class ClassMap:
    """Which class a value of a land cover raster belongs to.

    Attributes
    ----------
    name : str
        File, layer or preset, for messages and the run record.
    classes : tuple of str
        Class names without repeats: those of `CLASSES` first and in its order, then the user's.
    values : tuple of int
        The mapped values, ascending.
    class_names : tuple of str
        The class of each of `values`.
    labels, remarks, sources : tuple of str
        What the table says of each of `values` in its columns label, note and source; '' = nothing.
    notes : tuple of Note
        What was decided for the user.
    """

    name: str
    classes: tuple[str, ...]
    values: tuple[int, ...]
    class_names: tuple[str, ...]
    labels: tuple[str, ...]
    remarks: tuple[str, ...]
    sources: tuple[str, ...]
    notes: tuple[Note, ...] = ()

    @cached_property
    def _position(self):
        return {value: i for i, value in enumerate(self.values)}

    def class_of(self, value: int) -> str | None:
        """The class of a raster value; None = unmapped."""
        position = self._position.get(value)
        return None if position is None else self.class_names[position]

    def label_of(self, value: int) -> str:
        """What the product calls the value; '' = the table does not say."""
        position = self._position.get(value)
        return "" if position is None else self.labels[position]

    def remark_of(self, value: int) -> str:
        """Why the value belongs to its class; '' = the table does not say."""
        position = self._position.get(value)
        return "" if position is None else self.remarks[position]

    def indices(self, values: np.ndarray) -> np.ndarray:
        """Index into `classes` of every raster value.

        Parameters
        ----------
        values : array of numbers
            Raster values. A value that is no whole number, or NaN, is in no class.

        Returns
        -------
        int array of the same shape
            `UNMAPPED` (-1) where the table does not have the value.
        """
        values = np.asarray(values)
        known = np.array(self.values)
        index = np.array([self.classes.index(name) for name in self.class_names])
        nearest = np.minimum(np.searchsorted(known, values), len(known) - 1)
        return np.where(known[nearest] == values, index[nearest], UNMAPPED)


def class_map(table: Table) -> ClassMap:
    """The class map of a table with the columns value and class, optionally label, note and source.

    Class names are free; names that differ in case only are one class, in its first spelling.

    Parameters
    ----------
    table : Table
        A row per raster value; several values may share a class. A value may be repeated with the same class.

    Raises
    ------
    InputDataError
        A column is missing, a value is missing or no whole number, a class is empty, or a value has two
        classes.
    """
    numbers = table.numbers("value")
    names = table.text("class")
    label, remark, source = (
        [text or "" for text in table.text(column, optional=True)] for column in ("label", "note", "source")
    )
    spelling = {}  # casefolded -> first spelling
    respelled = {}  # other spelling -> first spelling
    rows = {}  # value -> (class, row index)
    for i in range(table.rows):
        value = whole_value(numbers[i], table, i)
        if names[i] is None:
            raise InputDataError(
                "{table}, {row}: value {value} has no class; write one or remove the row.",
                table=table.name,
                row=table.where(i),
                value=value,
            )
        name = spelling.setdefault(names[i].casefold(), names[i])
        if name != names[i]:
            respelled[names[i]] = name
        first, row = rows.setdefault(value, (name, i))
        if first != name:
            raise InputDataError(
                "{table}: value {value} is '{first}' ({first_row}) and '{second}' ({second_row}); keep one.",
                table=table.name,
                value=value,
                first=first,
                first_row=table.where(row),
                second=name,
                second_row=table.where(i),
            )
    values = sorted(rows)
    order = [rows[value][1] for value in values]
    return ClassMap(
        name=table.name,
        classes=_in_order(spelling.values()),
        values=tuple(values),
        class_names=tuple(rows[value][0] for value in values),
        labels=tuple(label[i] for i in order),
        remarks=tuple(remark[i] for i in order),
        sources=tuple(source[i] for i in order),
        notes=(
            *table.notes,
            *(
                decision(
                    "Class '{other}' in {table} is '{first}'.", other=other, table=table.name, first=first
                )
                for other, first in respelled.items()
            ),
        ),
    )


def class_presets() -> tuple[str, ...]:
    """Names of the land cover products that come with LandCarbon, sorted."""
    return presets("classes")


def class_preset(name: str) -> ClassMap:
    """The class map of a land cover product, 'igbp' for one.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    return class_map(read_preset("classes", name))


def whole_value(number, table, i):
    """The raster value of a row of a table, a whole number."""
    at = {"table": table.name, "row": table.where(i)}
    if np.isnan(number):
        raise InputDataError("{table}, {row}: the value is missing; write the land cover's number.", **at)
    if not np.isfinite(number) or number != int(number):
        raise InputDataError(
            "{table}, {row}: the value {value:g} is no whole number; write the land cover's number.",
            value=number,
            **at,
        )
    return int(number)


def _in_order(names):
    """Names of `CLASSES` first and in its order, then the others as they come."""
    rank = {name: i for i, name in enumerate(CLASSES)}
    return tuple(sorted(names, key=lambda name: rank.get(name.casefold(), len(CLASSES))))
