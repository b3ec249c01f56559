"""The model from land cover to neutrality zones, run by `qgis_process` on the sample with made-up dates."""

import csv
import json

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from landcarbon.core.units import C_TO_CO2
from qgis.core import QgsProcessingContext, QgsVectorLayer

from ..algorithms.conftest import provider, read_rows  # noqa: F401 (a fixture)
from ..test_plugin import needs_qgis_process, qgis_process  # noqa: F401 (a fixture)

SAMPLE = RESOURCES / "sample"
MODEL = "Neutrality zoning from land cover"
OUTPUTS = {
    "sector_inventory": "inventory.csv",
    "carbon_indices": "indices.gpkg",
    "trends_of_units": "trends.gpkg",
    "land_use_intensity": "intensity.csv",
    "coefficients": "coefficients.csv",
    "paths_of_emission": "paths.csv",
    "peak_and_neutrality": "peak.gpkg",
    "neutrality_zones": "zones.gpkg",
    "breaks_of_the_zones": "breaks.csv",
}
TRENDS = {"cs": "cs_t", "nce": "cb", "ce": "ce_t", "ecc": "ecc", "esc": "esc"}
TRENDS |= {"cf": "cf_ha", "ec": "ec_ha", "ed": "ed_ha"}
FALLS = ("nce", "ce", "cf", "ed")  # a fall is favourable
SCORES = (*TRENDS, "cep", "cli")


KNOWN = 1100.0  # t CO2 of every unit and year, known besides the activities
# Huo et al. 2025, tables 2 and 3: t C per amount as the made-up table has it
FACTORS = {
    "raw coal": 1e4 * 0.7143 * 0.7260,  # 1e4 t, t standard coal/t, t C/t standard coal
    "diesel": 1e4 * 1.4571 * 0.5921,
    "natural gas": 1e4 * 1.2143 / 1000 * 0.4483,  # 1e4 m3, kg standard coal/m3
    "human respiration": 1e4 * 0.079,  # 1e4 persons
    "fertiliser": 0.86,  # t
    "pig": 1e4 * (0.08 + 0.001 + 0.005),  # 1e4 head: respiration, enteric fermentation, manure
}
# methods.md, section 1.3: 1e4 t x carbon rate x (1 - water) / economic coefficient
CROPS = {"rice": 1e4 * 0.414 * (1 - 0.12) / 0.45, "wheat": 1e4 * 0.485 * (1 - 0.12) / 0.40}
NEP = {"cropland": 4.05, "shrubland": 2.93, "forest": 3.81, "grassland": 0.95}  # t C/ha, Huo et al. 2025


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def results(qgis_process, folder, dated_sample):  # noqa: F811
    """The model run once: its results by name, as `qgis_process` prints them."""
    units = str(SAMPLE / "provinces.gpkg")
    names = [feature["unit"] for feature in QgsVectorLayer(units, "units", "ogr").getFeatures()]
    activities, statistics = dated_sample.write_tables(names, folder)
    known = [f"{name},{year},{KNOWN},t CO2" for name in names for year in dated_sample.YEARS]
    (folder / "known.csv").write_text("\n".join(("unit,year,ce_t,mass", *known)), encoding="utf-8")
    inputs = {
        "LAND_COVER": dated_sample.write_covers(SAMPLE / "land_cover_2019.tif", folder),
        "UNITS": units,
        "UNIT_FIELD": "unit",
        "ACTIVITIES": activities,
        "EMISSION": str(folder / "known.csv"),
        "STATISTICS": statistics,
    }
    outputs = {name: str(folder / file) for name, file in OUTPUTS.items()}
    done = qgis_process("run", f"landcarbon:{MODEL}", "-", text=json.dumps({"inputs": inputs | outputs}))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"]


@pytest.fixture
def rows(results):
    """`rows(name)`: the rows of an output."""
    return lambda name: read_rows(QgsProcessingContext(), results[name])


@needs_qgis_process
def test_every_output_is_written_and_declared(results, provider):  # noqa: F811
    model = provider.algorithm(MODEL).create()
    declared = {definition.name() for definition in model.destinationParameterDefinitions()}
    assert set(results) == declared == set(OUTPUTS)


@needs_qgis_process
def test_every_unit_has_a_zone_and_all_five_occur(rows):
    found = rows("neutrality_zones")
    assert len(found) == 31
    assert {row["zone"] for row in found} == {1, 2, 3, 4, 5}


@needs_qgis_process
def test_scores_are_those_of_the_trends(rows):
    trends = {row["unit"]: row for row in rows("trends_of_units")}
    for row in rows("neutrality_zones"):
        for index, field in TRENDS.items():
            code = trends[row["unit"]][f"{field}_class"]
            assert row[f"{index}_s"] == 3 + (-code if index in FALLS else code)
        assert row["score"] == sum(row[f"{index}_s"] for index in SCORES)


@needs_qgis_process
def test_scores_are_those_of_the_potential_and_of_the_latest_intensity(rows, dated_sample):
    potential = {row["unit"]: row["cep"] for row in rows("peak_and_neutrality")}
    cli = {
        row["unit"]: float(row["cli"])
        for row in rows("land_use_intensity")
        if int(row["year"]) == dated_sample.COVER_YEARS[-1]
    }
    least, span = min(cli.values()), np.ptp(list(cli.values()))
    for row in rows("neutrality_zones"):
        assert row["cep_s"] == potential[row["unit"]]
        assert row["cli_s"] == min(int((cli[row["unit"]] - least) / span * 5), 4) + 1


@needs_qgis_process
def test_zones_part_the_sums_from_the_highest(rows):
    zones = {}
    for row in rows("neutrality_zones"):
        zones.setdefault(row["zone"], []).append(row["score"])
    for zone in range(1, 5):
        assert min(zones[zone]) > max(zones[zone + 1])
    for row in rows("breaks_of_the_zones"):
        sums = zones[int(row["class"])]
        assert (float(row["upper"]), int(row["units"])) == (max(sums), len(sums))


def by_unit_and_year(folder, factors):
    """Sums of amount x factor of the activities [t C]."""
    sums = {}
    with (folder / "activities.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = row["unit"], int(row["year"])
            sums[place] = sums.get(place, 0) + float(row["amount"]) * factors.get(row["activity"], 0)
    return sums


@pytest.fixture(scope="module")
def land(folder, results):
    """Sequestration by unit, year and class of the land cover alone [t C]."""
    from landcarbon.algorithms.accounting.land_use_budget import LandUseBudget
    from qgis.core import QgsProcessingFeedback

    covers = sorted(str(path) for path in folder.glob("cover_*.tif"))
    units = {"UNITS": str(SAMPLE / "provinces.gpkg"), "UNIT_FIELD": "unit"}
    parameters = {"LAND_COVER": covers, "CLASS_PRESET": "igbp", "COEFFICIENT_PRESET": "huo2025"} | units
    parameters |= {"OUTPUT": "memory:", "CLASS_AREAS": str(folder / "classes.csv")}
    done, succeeded = (
        LandUseBudget().create().run(parameters, QgsProcessingContext(), QgsProcessingFeedback())
    )
    assert succeeded
    found = read_rows(QgsProcessingContext(), done["CLASS_AREAS"])
    return {(row["unit"], int(row["year"]), row["class"]): float(row["cs_t"]) for row in found}


@needs_qgis_process
def test_emission_is_that_of_the_activities_and_what_is_known(rows, folder, dated_sample):
    given = by_unit_and_year(folder, FACTORS)
    found = rows("carbon_indices")
    assert len(found) == 31 * len(dated_sample.YEARS)
    for row in found:
        expected = given[row["unit"], row["year"]] + KNOWN / C_TO_CO2
        assert row["ce_t"] == pytest.approx(expected, rel=1e-9)


@needs_qgis_process
def test_sequestration_is_that_of_the_land_and_the_crops_at_the_dates_of_the_land_cover(
    rows, folder, land, dated_sample
):
    crops = by_unit_and_year(folder, CROPS)
    for row in rows("carbon_indices"):
        if row["year"] not in dated_sample.COVER_YEARS:
            assert row["cs_t"] is None
            continue
        place = row["unit"], row["year"]
        own = sum(value for (unit, year, _), value in land.items() if (unit, year) == place)
        assert row["cs_t"] == pytest.approx(own + crops[place], rel=1e-9)


@needs_qgis_process
def test_crops_are_cropland_in_the_footprint(rows, folder, land):
    crops = by_unit_and_year(folder, CROPS)
    for row in rows("carbon_indices"):
        sinks = {
            name: sum(value for (_, year, kind), value in land.items() if (year, kind) == (row["year"], name))
            for name in NEP
        }
        if not any(sinks.values()):
            assert row["cf_ha"] is None  # a year without land cover
            continue
        sinks["cropland"] += sum(value for (_, year), value in crops.items() if year == row["year"])
        k = sum(value / sum(sinks.values()) / NEP[name] for name, value in sinks.items())
        assert row["cf_ha"] == pytest.approx(row["ce_t"] * k, rel=1e-9)


@needs_qgis_process
def test_paths_start_at_the_emission_of_the_last_year(rows, dated_sample):
    last = {
        row["unit"]: row["ce_t"] for row in rows("carbon_indices") if row["year"] == dated_sample.YEARS[-1]
    }
    starts = [row for row in rows("paths_of_emission") if int(row["year"]) == dated_sample.YEARS[-1]]
    assert len(starts) == 31 * 3
    for row in starts:
        assert float(row["ce_t"]) == pytest.approx(last[row["unit"]], rel=1e-9)
