"""The model from land cover to neutrality zones, run by `qgis_process` on the sample with made-up dates."""

import json
from pathlib import Path

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def results(qgis_process, folder, dated_sample):  # noqa: F811
    """The model run once: its results by name, as `qgis_process` prints them."""
    units = str(SAMPLE / "provinces.gpkg")
    names = [feature["unit"] for feature in QgsVectorLayer(units, "units", "ogr").getFeatures()]
    emission, statistics = dated_sample.write_tables(names, folder)
    inputs = {
        "LAND_COVER": dated_sample.write_covers(SAMPLE / "land_cover_2019.tif", folder),
        "UNITS": units,
        "UNIT_FIELD": "unit",
        "EMISSION": emission,
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


@needs_qgis_process
def test_emission_is_that_of_the_table_in_carbon_and_sequestration_that_of_the_land(
    rows, folder, dated_sample
):
    lines = Path(folder / "emission.csv").read_text(encoding="utf-8").splitlines()[1:]
    given = {tuple(line.split(",")[:2]): float(line.split(",")[2]) / C_TO_CO2 for line in lines}
    found = rows("carbon_indices")
    assert len(found) == 31 * len(dated_sample.YEARS)
    for row in found:
        assert row["ce_t"] == pytest.approx(given[row["unit"], str(row["year"])], rel=1e-12)
        assert (row["cs_t"] is not None) == (row["year"] in dated_sample.COVER_YEARS)


@needs_qgis_process
def test_paths_start_at_the_emission_of_the_last_year(rows, dated_sample):
    last = {
        row["unit"]: row["ce_t"] for row in rows("carbon_indices") if row["year"] == dated_sample.YEARS[-1]
    }
    starts = [row for row in rows("paths_of_emission") if int(row["year"]) == dated_sample.YEARS[-1]]
    assert len(starts) == 31 * 3
    for row in starts:
        assert float(row["ce_t"]) == pytest.approx(last[row["unit"]], rel=1e-9)
