"""The model from sector statistics to zones, run by `qgis_process` on the made-up city."""

import csv
import json

import pytest
from landcarbon.core.resources import RESOURCES
from qgis.core import QgsProcessingContext

from ..algorithms.conftest import provider, read_rows  # noqa: F401 (a fixture)
from ..test_plugin import needs_qgis_process, qgis_process  # noqa: F401 (a fixture)

SAMPLE = RESOURCES / "sample"
MODEL = "Carbon balance zoning from sector statistics"
OUTPUTS = {
    "sector_inventory": "inventory.csv",
    "emissions_of_parcels": "parcels.gpkg",
    "closure": "closure.csv",
    "emissions_of_cells": "grid.gpkg",
    "carbon_indices": "indices.gpkg",
    "indices_of_the_city": "city.csv",
    "carbon_balance_zones": "zones.gpkg",
    "summary_of_zones": "summary.csv",
}
# Zhang et al. 2023, table 3 [10^4 t CO2]
SECTORS = {
    "industry": 19334.77,
    "construction": 2882.76,
    "transport": 1421.44,
    "agriculture": 100.70,
    "waste": 288.30,
    "sinks": 251.86,
}
NET = 23776.11
COMPENSATION = 1.05  # %
PLACES = ("emissions_of_parcels", "emissions_of_cells", "carbon_indices", "carbon_balance_zones")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def results(qgis_process, folder):  # noqa: F811
    """The model run once: its results by name, as `qgis_process` prints them."""
    city = folder / "city.gpkg"  # SQLite may write to what it opens
    city.write_bytes((SAMPLE / "city.gpkg").read_bytes())
    inputs = {
        "ACTIVITIES": str(SAMPLE / "city_activities_2020.csv"),
        "PARCELS": f"{city}|layername=parcels",
        "LAND_TYPE_FIELD": "land_type",
        "POINTS": f"{city}|layername=points",
        "CATEGORY_FIELD": "category",
        "PEOPLE": f"{city}|layername=people",
        "COUNT_FIELD": "people",
        "ROADS": f"{city}|layername=roads",
        "ROAD_CLASS_FIELD": "class",
        "UNITS": f"{city}|layername=townships",
        "UNIT_FIELD": "township",
        "GDP_FIELD": "gdp",
    }
    outputs = {name: str(folder / file) for name, file in OUTPUTS.items()}
    done = qgis_process("run", f"landcarbon:{MODEL}", "-", text=json.dumps({"inputs": inputs | outputs}))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"]


@pytest.fixture
def rows(results):
    """`rows(name)`: the rows of an output."""
    return lambda name: read_rows(QgsProcessingContext(), results[name])


def total(rows, field):
    return sum(float(row[field]) for row in rows if row[field] is not None)


@needs_qgis_process
def test_every_output_is_written_and_declared(results, provider):  # noqa: F811
    model = provider.algorithm(MODEL).create()
    declared = {definition.name() for definition in model.destinationParameterDefinitions()}
    assert set(results) == declared == set(OUTPUTS)


@needs_qgis_process
def test_the_inventory_has_every_activity_and_the_totals_of_the_study(rows):
    lines = rows("sector_inventory")
    with (SAMPLE / "city_activities_2020.csv").open(encoding="utf-8") as file:
        given = {(row["activity"], row["sector"], row["subsector"]) for row in csv.DictReader(file)}
    assert {(row["activity"], row["sector"], row["subsector"]) for row in lines} == given
    for sector, expected in SECTORS.items():
        own = [row for row in lines if row["sector"] == sector]
        side = "cs_t" if sector == "sinks" else "ce_t"
        assert total(own, side) == pytest.approx(expected * 1e4, rel=1e-9)


@needs_qgis_process
@pytest.mark.parametrize("place", PLACES)
def test_mass_is_closed_from_the_activities_to_the_zones(rows, place):
    found = rows(place)
    assert {row["mass"] for row in found} == {"t CO2"}
    assert total(found, "net_t") == pytest.approx(NET * 1e4, rel=1e-9)
    assert total(found, "ce_t") == pytest.approx((NET + SECTORS["sinks"]) * 1e4, rel=1e-9)
    assert total(found, "cs_t") == pytest.approx(SECTORS["sinks"] * 1e4, rel=1e-9)
    for sector, expected in SECTORS.items():
        assert total(found, f"{sector}_t") == pytest.approx(expected * 1e4, rel=1e-9), sector


@needs_qgis_process
def test_closure_places_every_total_by_its_weight(rows):
    found = {(row["sector"], row["subsector"]): row for row in rows("closure")}
    assert len(found) == 14
    for row in found.values():
        assert float(row["placed"]) == pytest.approx(float(row["total"]), rel=1e-9)


@needs_qgis_process
def test_compensation_rate_of_the_city_is_that_of_the_study(rows):
    (city,) = rows("indices_of_the_city")
    assert 100 * float(city["ccr"]) == pytest.approx(COMPENSATION, abs=0.005)


@needs_qgis_process
def test_townships_have_zones_by_their_indices_and_all_four_occur(rows):
    found = rows("carbon_balance_zones")
    assert len({row["unit"] for row in found}) == 9
    for row in found:
        # Zhang et al. 2023, table 4
        expected = {(True, True): 1, (True, False): 2, (False, True): 3, (False, False): 4}
        assert row["zone"] == expected[row["ecc"] >= 1, row["esc"] >= 1]
    assert {row["zone"] for row in found} == {1, 2, 3, 4}


@needs_qgis_process
def test_cells_of_the_grid_are_a_kilometre_wide(results):
    from qgis.core import QgsVectorLayer

    for feature in QgsVectorLayer(results["emissions_of_cells"], "grid", "ogr").getFeatures():
        box = feature.geometry().boundingBox()
        assert (box.width(), box.height()) == (1000, 1000)
