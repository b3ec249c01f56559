"""Totals of sectors, read and checked."""

import pytest
from landcarbon.core.accounting.sector_totals import sector_totals
from landcarbon.core.errors import InputDataError
from landcarbon.core.tables import table_from_columns

COLUMNS = ("parent", "year", "sector", "subsector", "total", "kind", "mass")


def totals(*rows, mass="t C", year=None):
    table = table_from_columns("totals", dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)))
    return sector_totals(table, mass, year)


def row(parent="A", year=2020, sector="industry", subsector=None, total=10.0, kind="source", mass="t C"):
    return parent, year, sector, subsector, total, kind, mass


def test_totals_of_one_year_are_taken():
    found = totals(row(year=2015, total=1.0), row(total=2.0), year=2020)
    assert [one.total_t for one in found.rows] == [2.0]
    assert found.year == 2020


def test_totals_are_brought_to_the_mass_of_the_result():
    found = totals(row(total=12.0), mass="t CO2")
    assert found.rows[0].total_t == pytest.approx(12.0 * 44 / 12)
    assert found.mass == "t CO2"
    assert [note.text for note in found.notes] == ["totals: totals brought from t C to t CO2."]


def test_a_table_without_years_parents_and_masses_is_taken_as_it_is():
    table = table_from_columns("totals", {"sector": ["a"], "total": [3], "kind": ["Source"]})
    found = sector_totals(table, "t C", 2020)
    assert (found.rows[0].parent, found.year, found.rows[0].kind) == (None, 2020, "source")
    assert len(found.notes) == 2


def test_sectors_are_spelled_as_they_are_first():
    found = totals(row(subsector="a"), row(sector="Industry", subsector="b"))
    assert [one.sector for one in found.rows] == ["industry", "industry"]


@pytest.mark.parametrize(
    ("rows", "year", "text"),
    [
        ([row(), row(year=2015)], None, "has totals of 2015, 2020; choose the year"),
        ([row()], 2019, "no totals of 2019; it has those of 2020"),
        ([row(sector=None)], None, "feature 1: the sector is empty"),
        ([row(total=None)], None, r"feature 1: the total of 'industry' \(A\) is empty"),
        ([row(total=-5.0)], None, r"the total of 'industry' \(A\) is -5; totals are positive"),
        ([row(kind="sinks")], None, "kind is 'sinks'; write 'source'"),
        ([row(kind=None)], None, "kind is ''"),
        ([row(mass="kg")], None, "Unknown mass 'kg'"),
        ([row(subsector="a"), row(subsector="b", mass="t CO2")], None, "mixes t C and t CO2"),
        ([row(), row(parent=None)], None, "feature 2: the parent is empty"),
        ([row(subsector="a"), row(subsector="A")], None, r"feature 1 and feature 2 are both .* \(A\)"),
        ([row(), row(subsector="a")], None, "a total of its own and one of a sub-sector"),
        ([row(), row(parent="B", kind="sink")], None, "'industry' is a source in feature 1 and a sink"),
    ],
)
def test_totals_that_cannot_be_used_are_named(rows, year, text):
    with pytest.raises(InputDataError, match=text):
        totals(*rows, year=year)
