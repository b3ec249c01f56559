"""The model from NDVI and climate to zones, run by `qgis_process` on the sample."""

import json

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from osgeo import gdal
from qgis.core import Qgis, QgsProcessingContext

from ..algorithms.conftest import provider, read_rows  # noqa: F401 (a fixture)
from ..test_plugin import needs_qgis_process, qgis_process  # noqa: F401 (a fixture)

SAMPLE = RESOURCES / "sample"
MODEL = "Carbon balance zoning from NEP"
OUTPUTS = {
    "nep": "nep.tif",
    "zonal_carbon": "zonal.gpkg",
    "carbon_indices": "indices.gpkg",
    "carbon_balance_zones": "zones.gpkg",
    "summary_of_zones": "summary.csv",
}
ACCOUNTED = {
    "Shanghai", "Jiangsu", "Zhejiang", "Anhui", "Fujian", "Jiangxi", "Henan", "Hubei", "Hunan", "Chongqing",
    "Guizhou",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def results(qgis_process, folder):  # noqa: F811
    """The model run once: its results by name, as `qgis_process` prints them."""
    inputs = {
        **{name: [str(SAMPLE / f"casa_{name.lower()}.tif")] for name in ("NDVI", "TEMPERATURE")},
        **{name: [str(SAMPLE / f"casa_{name.lower()}.tif")] for name in ("PRECIPITATION", "RADIATION")},
        "YEAR": 2019,
        "VEGETATION": str(SAMPLE / "land_cover_2019.tif"),
        "UNITS": str(SAMPLE / "provinces.gpkg"),
        "UNIT_FIELD": "unit",
        "EMISSION": emission_with_a_sink(folder),
        "STATISTICS": str(SAMPLE / "statistics_2019.csv"),
    }
    outputs = {name: str(folder / file) for name, file in OUTPUTS.items()}
    done = qgis_process("run", f"landcarbon:{MODEL}", "-", text=json.dumps({"inputs": inputs | outputs}))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"]


def emission_with_a_sink(folder):
    """The emission of the sample with a `cs_t` besides, as the table of a budget has one."""
    lines = (SAMPLE / "casa_emission_2019.csv").read_text(encoding="utf-8").splitlines()
    path = folder / "emission.csv"
    text = [line + (",cs_t" if number == 0 else ",9e12") for number, line in enumerate(lines)]
    path.write_text("\n".join(text), encoding="utf-8")
    return str(path)


@pytest.fixture
def rows(results):
    """`rows(name)`: the rows of an output by unit."""

    def rows(name):
        return {row["unit"]: row for row in read_rows(QgsProcessingContext(), results[name])}

    return rows


@needs_qgis_process
def test_every_output_is_written_and_declared(results, provider):  # noqa: F811
    model = provider.algorithm(MODEL).create()
    declared = {definition.name() for definition in model.destinationParameterDefinitions()}
    assert set(results) == declared == set(OUTPUTS)


@needs_qgis_process
def test_all_five_zones_occur_and_only_units_with_an_emission_have_one(rows):
    zones = {unit: row["zone"] for unit, row in rows("carbon_balance_zones").items()}
    assert len(zones) == 31
    assert {unit for unit, zone in zones.items() if zone is not None} == ACCOUNTED
    assert set(zones.values()) - {None} == {1, 2, 3, 4, 5}


@needs_qgis_process
def test_sequestration_is_the_sum_of_nep_alone(rows):
    zonal, indices = rows("zonal_carbon"), rows("carbon_indices")
    for unit in ACCOUNTED:
        assert indices[unit]["cs_t"] == pytest.approx(float(zonal[unit]["cs_t"]), rel=1e-12)
        # 1 g/m2 is 0.01 t/ha
        found = zonal[unit]
        valid_ha = float(found["area_ha"]) * float(found["valid_pct"]) / 100
        assert float(found["cs_t"]) == pytest.approx(float(found["mean_gm2"]) * valid_ha / 100, rel=1e-9)


@needs_qgis_process
def test_a_unit_of_negative_nep_has_no_cbi_and_no_ccr(rows):
    row = rows("carbon_indices")["Shanghai"]
    assert row["cs_t"] < 0
    assert row["cbi"] is None and row["ccr"] is None
    assert row["cb"] == row["ce_t"] - row["cs_t"]
    assert row["ecc"] is not None and row["esc"] < 0


@needs_qgis_process
def test_indices_are_those_of_the_tables(rows):
    indices = {unit: row for unit, row in rows("carbon_indices").items() if unit in ACCOUNTED}
    ce, cs, gdp = (np.array([row[name] for row in indices.values()]) for name in ("ce_t", "cs_t", "gdp"))
    ecc = gdp / gdp.sum() / (ce / ce.sum())
    esc = cs / cs.sum() / (ce / ce.sum())
    np.testing.assert_allclose([row["ecc"] for row in indices.values()], ecc, rtol=1e-12)
    np.testing.assert_allclose([row["esc"] for row in indices.values()], esc, rtol=1e-12)


@needs_qgis_process
def test_nep_says_its_year_and_unit(results):
    raster = gdal.Open(results["nep"])
    band = raster.GetRasterBand(1)
    assert (band.GetDescription(), band.GetUnitType()) == ("NEP 2019", "g C/m2/year")


def test_outputs_that_other_steps_need_cannot_be_skipped(provider):  # noqa: F811
    model = provider.algorithm(MODEL).create()
    optional = Qgis.ProcessingParameterFlag.Optional
    skippable = {
        definition.name()
        for definition in model.destinationParameterDefinitions()
        if definition.flags() & optional
    }
    assert skippable == {"summary_of_zones"}


def test_what_ships_is_what_the_script_makes(provider, make_models, tmp_path):  # noqa: F811
    make_models.write_models(tmp_path)
    shipped = RESOURCES / "models"
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in shipped.iterdir()}
    for path in tmp_path.iterdir():
        assert path.read_text(encoding="utf-8") == (shipped / path.name).read_text(encoding="utf-8")
