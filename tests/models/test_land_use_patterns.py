"""The model from land cover to patterns and drivers, run by `qgis_process` on the sample of China 2019."""

import csv
import json

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from qgis.core import QgsProcessingContext, QgsVectorLayer

from ..algorithms.conftest import provider, read_rows  # noqa: F401 (a fixture)
from ..test_plugin import needs_qgis_process, qgis_process  # noqa: F401 (a fixture)

SAMPLE = RESOURCES / "sample"
MODEL = "Patterns and drivers of the land-use carbon budget"
OUTPUTS = (
    "carbon_budget",
    "budget_with_drivers",
    "global_moran",
    "hot_spots",
    "clusters",
    "profile_of_clusters",
    "factors_by_q",
    "interactions",
    "coefficients",
    "steps",
)
UNITS = 31
CLASS_FIELDS = "cropland_t", "forest_t", "grassland_t", "water_t", "unused_t", "construction_t"


@pytest.fixture(scope="module")
def results(qgis_process, tmp_path_factory):  # noqa: F811
    """The model run once: its results by name, as `qgis_process` prints them."""
    folder = tmp_path_factory.mktemp("model")
    inputs = {
        "LAND_COVER": [str(SAMPLE / "land_cover_2019.tif")],
        "UNITS": str(SAMPLE / "provinces.gpkg"),
        "UNIT_FIELD": "unit",
        "REGION_FIELD": "region",
        "STATISTICS": str(SAMPLE / "statistics_2019.csv"),
        # The others are the model's defaults, which it has to give to its steps itself.
    }
    outputs = {name: str(folder / f"{name}.gpkg") for name in OUTPUTS}
    done = qgis_process("run", f"landcarbon:{MODEL}", "-", text=json.dumps({"inputs": inputs | outputs}))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"]


@pytest.fixture
def rows(results):
    """`rows(name)`: the rows of an output."""
    return lambda name: read_rows(QgsProcessingContext(), results[name])


@pytest.fixture
def columns(rows):
    """`columns(name, *fields)`: numbers of an output, in the order of the units."""

    def columns(name, *fields):
        found = sorted(rows(name), key=lambda row: row["unit"])
        return np.array([[row[field] for field in fields] for row in found], dtype=float).T

    return columns


@needs_qgis_process
def test_every_output_is_written_and_declared(results, provider):  # noqa: F811
    model = provider.algorithm(MODEL).create()
    declared = {definition.name() for definition in model.destinationParameterDefinitions()}
    assert set(results) == declared == set(OUTPUTS)


@needs_qgis_process
def test_all_parameters_and_outputs_have_a_help(provider):  # noqa: F811
    model = provider.algorithm(MODEL).create()
    names = {definition.name() for definition in model.parameterDefinitions()}
    helps = model.helpContent()
    assert {name for name in names if not helps.get(name)} == set()
    assert helps["ALG_DESC"]


@needs_qgis_process
def test_the_budget_is_in_the_panel_with_gdp(columns):
    budget, panel = (
        columns("carbon_budget", "net_t", *CLASS_FIELDS),
        columns("budget_with_drivers", "net_t", *CLASS_FIELDS),
    )
    np.testing.assert_allclose(panel, budget, rtol=1e-12)
    with (SAMPLE / "statistics_2019.csv").open(encoding="utf-8") as file:
        gdp = [float(row["gdp"]) for row in sorted(csv.DictReader(file), key=lambda row: row["unit"])]
    assert columns("budget_with_drivers", "gdp")[0].tolist() == gdp


@needs_qgis_process
def test_morans_i_is_esdas(rows):
    esda, libpysal = pytest.importorskip("esda"), pytest.importorskip("libpysal")
    shapely = pytest.importorskip("shapely")
    (found,) = rows("global_moran")
    assert found["field"] == "net_t" and found["year"] == 2019
    assert found["n"] + found["islands"] == UNITS
    layer = QgsVectorLayer(str(SAMPLE / "provinces.gpkg"), "provinces", "ogr")
    shapes = {
        feature["unit"]: shapely.from_wkb(feature.geometry().asWkb().data())
        for feature in layer.getFeatures()
    }
    values = {row["unit"]: row["net_t"] for row in rows("budget_with_drivers")}
    names = sorted(shapes)
    neighbours = {i: [j for j in names if j != i and shapes[i].intersects(shapes[j])] for i in names}
    names = [name for name in names if neighbours[name]]
    weights = libpysal.weights.W(
        {name: neighbours[name] for name in names}, id_order=names, silence_warnings=True
    )
    expected = esda.Moran(np.array([values[name] for name in names]), weights, permutations=0)
    assert found["i"] == pytest.approx(expected.I, rel=1e-9)
    assert found["z"] == pytest.approx(expected.z_rand, rel=1e-9)


@needs_qgis_process
def test_hot_spots_are_of_the_same_units(rows):
    found = rows("hot_spots")
    assert len(found) == UNITS
    scored = [row for row in found if row["gi_z"] is not None]
    assert all((abs(row["gi_z"]) > 1.959964) == (abs(row["gi_bin"]) >= 2) for row in scored)


@needs_qgis_process
def test_five_clusters_of_all_units_and_the_means_of_their_fields(rows):
    found = rows("clusters")
    assert sorted({row["cluster"] for row in found}) == [1, 2, 3, 4, 5]
    for row in rows("profile_of_clusters"):
        own = [unit[row["field"]] for unit in found if unit["cluster"] == row["cluster"]]
        assert row["mean"] == pytest.approx(np.mean(own), rel=1e-9)
    assert {row["field"] for row in rows("profile_of_clusters")} == set(CLASS_FIELDS)


@needs_qgis_process
def test_q_is_the_share_of_variance_between_strata(rows, columns):
    net_t, gdp = columns("budget_with_drivers", "net_t", "gdp")
    breaks = np.quantile(gdp, np.arange(1, 5) / 5)
    strata = np.searchsorted(breaks, gdp, side="left")
    within = sum(net_t[strata == stratum].var() * (strata == stratum).sum() for stratum in range(5))
    found = {row["factor"]: row for row in rows("factors_by_q")}
    assert found["gdp"]["q"] == pytest.approx(1 - within / (UNITS * net_t.var()), rel=1e-9)
    assert set(found) == {"gdp", "area_ha"}
    (pair,) = rows("interactions")
    assert pair["q12"] >= max(pair["q1"], pair["q2"]) - 1e-12


@needs_qgis_process
def test_coefficients_are_those_of_least_squares(rows, columns):
    found = {row["variable"]: row["b"] for row in rows("coefficients")}
    chosen = [name for name in found if name != "constant"]
    assert chosen
    net_t, *drivers = columns("budget_with_drivers", "net_t", *chosen)
    design = np.column_stack((np.ones(UNITS), *drivers))
    expected, *_ = np.linalg.lstsq(design, net_t, rcond=None)
    assert [found["constant"], *(found[name] for name in chosen)] == pytest.approx(expected, rel=1e-6)
