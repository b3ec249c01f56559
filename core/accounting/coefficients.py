"""Carbon coefficients of land classes: what a hectare emits or absorbs in a year."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import Note, decision, listing
from ..resources import presets, read_preset
from ..sequences import zip_equal
from ..tables import Table
from ..units import M2_PER_HA, MASS_C, MASS_CO2, mass_factor

PER_TONNE = {"t": 1, "kg": 1_000, "g": 1_000_000}
PER_HA = {"ha": 1, "hm": 1, "km": 0.01, "m": M2_PER_HA}  # hm, km and m squared

# 't C/ha', 't C ha-1 yr-1', 'tC/(hm2 a)', 'kg_C/m^2', 't C per ha per year' without spaces, dots and brackets
_PER = re.compile(
    r"(?P<mass>t|kg|g)(?P<substance>co2|c)"
    r"((/|per)(?P<area>ha|[hk]?m2)|(?P<inverse_area>ha-1|[hk]?m-2))"
    r"((/|per)?(yr|year|y|a)|(yr|year|y|a)-1)?"
)
_TONNE = re.compile(r"(Mg|[tT]onnes?)(?=[cC])")  # before lower case makes a milligram of the megagram
_SPACING = str.maketrans(dict.fromkeys(" \t·⋅.*^()[]_") | {"−": "-", "–": "-"})


@dataclass(frozen=True)
class CoefficientRow:
    """One row of a coefficient table.

    Attributes
    ----------
    class_name : str
    coefficient : float
        As written, in `per`; a positive one emits, a negative one absorbs.
    per : str
        As written, 't C/ha' for one.
    region : str or None
        None = everywhere.
    source, remark : str
        Where the number is from and what to know about it; '' = the table does not say.
    where : str
        'row 7': where the table holds it.
    t_ha : float
        The coefficient in t/ha of `mass`.
    mass : str
        't C' or 't CO2'.
    """

    class_name: str
    coefficient: float
    per: str
    region: str | None
    source: str
    remark: str
    where: str
    t_ha: float
    mass: str

    @property
    def emits(self) -> bool:
        """Whether the row is on the side of emission; a coefficient of 0 is an emission of 0."""
        return self.coefficient >= 0


class Resolved(NamedTuple):
    """What a hectare of every class emits and absorbs in every region.

    Attributes
    ----------
    ce_per_ha, cs_per_ha : float arrays, shape (regions, classes)
        Emission and sequestration [t/ha of the asked mass], both positive amounts; NaN = the table does not
        have the class.
    rows : tuple of CoefficientRow
        The rows of the table that were used.
    notes : tuple of Note
        What the table says about the rows used.
    """

    ce_per_ha: np.ndarray
    cs_per_ha: np.ndarray
    rows: tuple[CoefficientRow, ...]
    notes: tuple[Note, ...]

    def for_units(self, count: int) -> Resolved:
        """The same with a row per unit, where one row holds for all."""
        if len(self.ce_per_ha) == count:
            return self
        ce, cs = (np.repeat(amounts, count, axis=0) for amounts in (self.ce_per_ha, self.cs_per_ha))
        return self._replace(ce_per_ha=ce, cs_per_ha=cs)


@dataclass(frozen=True)
class CoefficientTable:
    """The coefficients of land classes, some of them by region.

    A class has at most one row that emits and one that absorbs, per region or everywhere. Class names are
    compared without regard to case; region names exactly, the six regions of China in English or Chinese.
    """

    name: str
    rows: tuple[CoefficientRow, ...]
    notes: tuple[Note, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of the table, in order of appearance."""
        names = {}
        for row in self.rows:
            names.setdefault(row.class_name.casefold(), row.class_name)
        return tuple(names.values())

    def rows_of(self, class_name: str) -> tuple[CoefficientRow, ...]:
        """The rows of a class; empty where it has none."""
        key = class_name.casefold()
        return tuple(row for row in self.rows if row.class_name.casefold() == key)

    def is_regional(self, class_name: str) -> bool:
        """Whether a coefficient of the class depends on the region."""
        return any(row.region is not None for row in self.rows_of(class_name))

    def describe(self, class_name: str) -> str:
        """The coefficients of a class in words.

        Examples
        --------
        '-0.581 t C/ha/yr'; '33.9 to 81.2 t C/ha/yr by region'; '' where the class has none.
        """
        texts = []
        for rows in filter(None, _sides(self.rows_of(class_name))):
            numbers = sorted((row.coefficient for row in rows), key=abs)
            pers = {row.per for row in rows}
            if len(rows) == 1 and rows[0].region is None:
                texts.append(f"{numbers[0]:g} {rows[0].per}")
            elif len(pers) == 1:
                texts.append(f"{numbers[0]:g} to {numbers[-1]:g} {rows[0].per} by region")
            else:
                texts.append("by region")
        return "; ".join(texts)

    def resolve(self, classes, regions=None, mass=MASS_C, units=None) -> Resolved:
        """Emission and sequestration per hectare of classes in regions.

        Parameters
        ----------
        classes : sequence of str
            The classes on the map. One that the table does not have gets NaN: the caller knows its area and
            says so.
        regions : sequence of str or None, optional
            The region of every unit (or every region once); None in it = missing. Not given: one row of
            results, which needs coefficients that do not depend on the region. Their values do not matter
            where none of `classes` depends on the region.
        mass : str
            't C' or 't CO2' of the result.
        units : sequence of str, optional
            The unit of every entry of `regions`, for messages.

        Raises
        ------
        InputDataError
            A class depends on the region and none are given, one is missing, or one is not in the table.
        """
        classes = tuple(classes)
        places = (None,) if regions is None else tuple(_region(region) for region in regions)
        ce, cs = (np.full((len(places), len(classes)), np.nan) for _ in range(2))
        used = {}
        for j, class_name in enumerate(classes):
            rows = self.rows_of(class_name)
            if not rows:
                continue
            if regions is None and self.is_regional(class_name):
                raise InputDataError(
                    "The coefficient of '{class_name}' in {table} depends on the region; choose the field "
                    "that holds the region of every unit (REGION_FIELD).",
                    class_name=class_name,
                    table=self.name,
                )
            for side, amounts in zip_equal(_sides(rows), (ce, cs)):
                amounts[:, j] = 0.0
                for i, row in self._rows_by_place(side, class_name, places, units):
                    amounts[i, j] = abs(row.t_ha) * mass_factor(row.mass, mass)
                    used[row] = None
        rows = tuple(row for row in self.rows if row in used)
        remarks = dict.fromkeys((row.class_name, row.remark) for row in rows if row.remark)
        notes = tuple(
            decision(
                "Coefficient of '{class_name}' in {table}: {remark}.",
                class_name=class_name,
                table=self.name,
                remark=remark.rstrip("."),
            )
            for class_name, remark in remarks
        )
        return Resolved(ce, cs, rows, notes)

    def _rows_by_place(self, side, class_name, places, units):
        """(place index, row) of one side of a class."""
        if not side:
            return []
        if side[0].region is None:
            return [(i, side[0]) for i in range(len(places))]
        by_region = {row.region: row for row in side}
        wrong = [i for i, place in enumerate(places) if place not in by_region]
        if wrong:
            self._raise_wrong_region(wrong, class_name, by_region, places, units)
        return [(i, by_region[place]) for i, place in enumerate(places)]

    def _raise_wrong_region(self, wrong, class_name, by_region, places, units):
        if units is None:
            units = [f"number {i + 1}" for i in range(len(places))]
        unknown = [i for i in wrong if places[i] is not None]
        template = (
            "No coefficient of '{class_name}' for region {regions} in {table} (units: {units}); "
            "write one of {allowed}."
            if unknown
            else "The region is missing (units: {units}), and the coefficient of '{class_name}' in {table} "
            "depends on it; write one of {allowed}."
        )
        raise InputDataError(
            template,
            class_name=class_name,
            table=self.name,
            allowed=_allowed(by_region),
            regions=listing(dict.fromkeys(f"'{places[i]}'" for i in unknown)),
            units=listing(units[i] for i in unknown or wrong),
        )


def coefficient_table(table: Table) -> CoefficientTable:
    """The coefficients of a table with columns class, coefficient, per, optionally region, source and note.

    Parameters
    ----------
    table : Table
        A row per class, side and region. A positive coefficient emits, a negative one absorbs. `per` is
        't C/ha', 't CO2/ha', 'kg C/ha', 'g C/m2' or a spelling of these, with or without '/yr'. An empty
        region is everywhere.

    Raises
    ------
    InputDataError
        A column is missing, a class or a coefficient is missing or no number, `per` does not say what mass
        per area it is, or a class has on one side two rows for one region, or one for a region and one for
        everywhere.
    """
    names, pers = table.text("class"), table.text("per")
    numbers = table.numbers("coefficient")
    region, source, remark = (table.text(column, optional=True) for column in ("region", "source", "note"))
    rows = []
    for i in range(table.rows):
        at = {"table": table.name, "row": table.where(i)}
        if names[i] is None:
            raise InputDataError("{table}, {row}: the class is missing.", **at)
        if not np.isfinite(numbers[i]):
            raise InputDataError(
                "{table}, {row}: the coefficient of '{class_name}' is missing; write a number, 0 for none.",
                class_name=names[i],
                **at,
            )
        mass, tonnes = _per_hectare(pers[i], at)
        rows.append(
            CoefficientRow(
                class_name=names[i],
                coefficient=float(numbers[i]),
                per=pers[i],
                region=_region(region[i]),
                source=source[i] or "",
                remark=remark[i] or "",
                where=table.where(i),
                t_ha=float(numbers[i]) * tonnes,
                mass=mass,
            )
        )
    _check_once(table.name, rows)
    return CoefficientTable(table.name, tuple(rows), table.notes)


def coefficient_presets() -> tuple[str, ...]:
    """Names of the coefficient tables that come with LandCarbon, sorted."""
    return presets("coefficients")


def coefficient_preset(name: str) -> CoefficientTable:
    """A coefficient table that comes with LandCarbon, 'liu2025' for one.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    return coefficient_table(read_preset("coefficients", name))


def per_hectare(per: str) -> tuple[str, float] | None:
    """What a measure of coefficients means: the mass, and the factor to t/ha.

    Returns
    -------
    (str, float) or None
        't C' or 't CO2', and the number of t/ha in one of `per`; None where it does not say so.

    Examples
    --------
    >>> per_hectare("t C/ha")
    ('t C', 1.0)
    >>> per_hectare("g CO2 m-2 yr-1")
    ('t CO2', 0.01)
    >>> per_hectare("t/ha") is None
    True
    """
    text = unicodedata.normalize("NFKC", per).translate(_SPACING)
    match = _PER.fullmatch(_TONNE.sub("t", text).lower())
    if match is None:
        return None
    area = (match["area"] or match["inverse_area"]).rstrip("-12")
    mass = MASS_C if match["substance"] == "c" else MASS_CO2
    return mass, PER_HA[area] / PER_TONNE[match["mass"]]


def _per_hectare(per, at):
    if per is None:
        raise InputDataError("{table}, {row}: per is empty; write 't C/ha' or 't CO2/ha'.", **at)
    known = per_hectare(per)
    if known is None:
        raise InputDataError(
            "{table}, {row}: per is '{per}', which is no known mass of carbon per area; write 't C/ha' or "
            "'t CO2/ha'.",
            per=per,
            **at,
        )
    return known


def _check_once(name, rows):
    seen = {}  # (class, side) -> {region: row}
    for row in rows:
        others = seen.setdefault((row.class_name.casefold(), row.emits), {})
        clash = others.get(row.region)
        if clash is None and others and (row.region is None or None in others):
            raise InputDataError(
                "{table}: '{class_name}' has a coefficient for a region and one without a region "
                "({first}, {second}); give all of them a region or none.",
                table=name,
                class_name=row.class_name,
                first=next(iter(others.values())).where,
                second=row.where,
            )
        if clash is not None:
            template = (
                "{table}: '{class_name}' has two coefficients of one sign ({first}, {second}); "
                "a class may have one that emits and one that absorbs."
                if row.region is None
                else "{table}: '{class_name}' has two coefficients of one sign for {region} ({first}, "
                "{second}); a class may have one that emits and one that absorbs."
            )
            raise InputDataError(
                template,
                table=name,
                class_name=row.class_name,
                region=row.region,
                first=clash.where,
                second=row.where,
            )
        others[row.region] = row


def _sides(rows):
    """Rows that emit, rows that absorb."""
    return tuple(row for row in rows if row.emits), tuple(row for row in rows if not row.emits)


def _region(text):
    """A region by its English name if it is one of the six of China; any other as it is; None = missing."""
    if text is None or not text.strip():
        return None
    return _aliases().get(text.strip(), text.strip())


@cache
def _aliases():
    table = read_preset("regions", "china_six")
    return dict(zip_equal(table.text("alias"), table.text("region")))


def _allowed(regions):
    alias = {region: alias for alias, region in _aliases().items()}
    return ", ".join(f"{region} ({alias[region]})" if region in alias else region for region in regions)
