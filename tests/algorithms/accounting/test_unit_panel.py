"""Unit panel: tables in, one layer out."""

import pytest

from ..conftest import square


@pytest.fixture
def budget(make_csv):
    return make_csv("budget.csv", "unit,year,ce_t,cs_t\na,2019,10,4\nb,2019,5,6\n")


@pytest.fixture
def units(make_layer):
    return make_layer(
        {"code": str, "province": str, "ce_t": float},
        [("a", "P", 1.0), ("b", "P", 2.0), ("c", "Q", 3.0)],
        [square(x, 0) for x in range(3)],
    )


def test_table_alone_gives_rows_without_geometry(run, rows, budget):
    done = run("unitpanel", TABLES=[budget], OUTPUT="memory:")
    assert rows(done.results["OUTPUT"]) == [
        {"unit": "a", "year": 2019, "ce_t": 10.0, "cs_t": 4.0, "net_t": 10.0 - 4.0, "mass": "t C"},
        {"unit": "b", "year": 2019, "ce_t": 5.0, "cs_t": 6.0, "net_t": 5.0 - 6.0, "mass": "t C"},
    ]
