"""Vegetation classes of the CASA model: light use efficiency and NDVI limits of every raster value."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..accounting.classes import whole_value
from ..errors import InputDataError
from ..notes import Note, listing
from ..resources import presets, read_preset
from ..sequences import zip_equal
from ..tables import Table

MOST_EPSILON = 5.0  # g C/MJ: no vegetation comes near it, other units are beyond it
LIMITS = ("data", "table")  # in the order of the parameter LIMITS


@dataclass(frozen=True)
class VegetationClass:
    """What the model needs to know of a value of a vegetation raster.

    Attributes
    ----------
    value : int
    name : str
        '' = the table does not say.
    epsilon_max : float
        Maximum light use efficiency [g C/MJ]; NaN = not vegetated.
    ndvi_min, ndvi_max : float
        NaN = not known yet.
    source, remark : str
        Where the numbers are from and what to know about them; '' = the table does not say.
    limits : str
        Where the NDVI limits are from: 'table', 'data', or '' while they are not known.
    """

    value: int
    name: str
    epsilon_max: float
    ndvi_min: float
    ndvi_max: float
    source: str = ""
    remark: str = ""
    limits: str = ""

    @property
    def is_vegetated(self):
        return not math.isnan(self.epsilon_max)

    @property
    def label(self):
        """'4 Deciduous broadleaf forests': value and name, for messages."""
        return f"{self.value} {self.name}".strip()


@dataclass(frozen=True)
class VegetationTable:
    """The classes of a vegetation raster, by ascending value.

    Attributes
    ----------
    name : str
        File, layer or preset, for messages and the run record.
    classes : tuple of VegetationClass
    notes : tuple of Note
    """

    name: str
    classes: tuple[VegetationClass, ...]
    notes: tuple[Note, ...] = ()

    @property
    def values(self):
        """The raster values, int64 array, ascending."""
        return np.array([one.value for one in self.classes], dtype=np.int64)

    @property
    def vegetated(self):
        """The classes that have an epsilon_max."""
        return tuple(one for one in self.classes if one.is_vegetated)

    def parameter(self, name):
        """One parameter of every class, float array; NaN = none."""
        return np.array([getattr(one, name) for one in self.classes], dtype=float)

    def without_limits(self):
        """The same table with all NDVI limits forgotten, so that the data give them."""
        return self._with(
            replace(one, ndvi_min=math.nan, ndvi_max=math.nan, limits="") for one in self.classes
        )

    def with_limits(self, limits):
        """The same table with limits of the data for some classes.

        Parameters
        ----------
        limits : dict of int to (float, float)
            NDVI limits by raster value.
        """
        return self._with(
            replace(one, ndvi_min=limits[one.value][0], ndvi_max=limits[one.value][1], limits="data")
            if one.value in limits
            else one
            for one in self.classes
        )

    def _with(self, classes):
        return replace(self, classes=tuple(classes))


def vegetation_table(table: Table) -> VegetationTable:
    """The vegetation classes of a table.

    Its columns are value and epsilon_max [g C/MJ], and if one likes name, ndvi_min, ndvi_max, source, note.

    Parameters
    ----------
    table : Table
        A row per raster value. A class with an empty epsilon_max is not vegetated; one with empty limits
        takes them from the data.

    Raises
    ------
    InputDataError
        A column is missing, a value is missing, no whole number or there twice, an epsilon_max is not
        positive or beyond 5, a limit is not from -1 to below 1, one of the two limits is missing, or the
        least NDVI is above the greatest; or no class is vegetated.
    """
    numbers, epsilons = table.numbers("value"), table.numbers("epsilon_max")
    lows, highs = (table.numbers(column, optional=True) for column in ("ndvi_min", "ndvi_max"))
    names, sources, remarks = (
        [text or "" for text in table.text(column, optional=True)] for column in ("name", "source", "note")
    )
    classes = {}
    columns = zip_equal(numbers, names, epsilons, lows, highs, sources, remarks)
    for row, (number, name, epsilon, low, high, source, remark) in enumerate(columns):
        value = whole_value(number, table, row)
        at = {"table": table.name, "row": table.where(row), "value": value}
        if value in classes:
            raise InputDataError("{table}, {row}: value {value} is there twice; keep one row.", **at)
        _check_epsilon(epsilon, at)
        _check_limits(low, high, at)
        limits = "" if math.isnan(low) else "table"
        classes[value] = VegetationClass(
            value, name, float(epsilon), float(low), float(high), source, remark, limits
        )
    found = VegetationTable(table.name, tuple(classes[value] for value in sorted(classes)), table.notes)
    if not found.vegetated:
        raise InputDataError(
            "{table}: no value has an epsilon_max, so nothing is vegetated; fill in the column epsilon_max "
            "[g C/MJ].",
            table=table.name,
        )
    return found


def _check_epsilon(epsilon, at):
    if epsilon <= 0.0 or epsilon > MOST_EPSILON:
        raise InputDataError(
            "{table}, {row}: epsilon_max of value {value} is {epsilon:g}; it is a light use efficiency in "
            "g C/MJ, above 0 and at most 5. Leave it empty where there is no vegetation.",
            epsilon=epsilon,
            **at,
        )


def _check_limits(low, high, at):
    if math.isnan(low) != math.isnan(high):
        raise InputDataError(
            "{table}, {row}: value {value} has only one of ndvi_min and ndvi_max; give both, or none to take "
            "them from the data.",
            **at,
        )
    if low < -1.0 or high >= 1.0:
        raise InputDataError(
            "{table}, {row}: the NDVI limits of value {value} are {low:g} and {high:g}; they are NDVI, from "
            "-1 to below 1.",
            low=low,
            high=high,
            **at,
        )
    if low > high:
        raise InputDataError(
            "{table}, {row}: ndvi_min of value {value}, {low:g}, is above ndvi_max, {high:g}; correct them.",
            low=low,
            high=high,
            **at,
        )


def vegetation_presets() -> tuple[str, ...]:
    """Names of the vegetation tables that come with LandCarbon, sorted."""
    return presets("vegetation")


def vegetation_preset(name: str) -> VegetationTable:
    """A vegetation table that comes with LandCarbon, 'zhu2007_igbp' for one.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    return vegetation_table(read_preset("vegetation", name))


def labels(classes, most=10):
    """'4 Deciduous broadleaf forests, 10 Grasslands': classes as a list for messages."""
    return listing((one.label for one in classes), most)
