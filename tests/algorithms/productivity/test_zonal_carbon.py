"""Zonal carbon through QGIS: flux rasters and units in, units per year out."""

import json

import numpy as np
import pytest
from landcarbon.algorithms.styles.colours import COEFFICIENT
from osgeo import gdal
from qgis.core import (
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..conftest import RunFailed, square

NAN = float("nan")
FLUX = np.float32([[120, 80, -30, 10], [150, 90, -9999, 5]])  # cells of half a degree, from (0, 1)


def cells_ha():
    """Area of a cell of both rows: a2 (1 - e2) cos(latitude) dlat dlon, good to 1e-5 so near the equator."""
    semi_minor2 = 6378137.0**2 * (1 - 0.00669438)
    edges = np.radians([1.0, 0.5, 0.0])
    return semi_minor2 * np.radians(0.5) * -np.diff(np.sin(edges)) / 1e4


UPPER, LOWER = cells_ha()


@pytest.fixture
def flux(make_raster):
    """`flux("nep_2019.tif", change=0)`: a raster of `FLUX` plus a change."""

    def flux(name="nep_2019.tif", change=0.0, **options):
        values = np.where(FLUX == -9999, FLUX, FLUX + np.float32(change))
        return make_raster(name, values, **({"nodata": -9999} | options))

    return flux


@pytest.fixture
def units(make_layer):
    return make_layer({"code": int, "note": str}, [(1, "west"), (2, "east")], [square(0, 0), square(1, 0)])


@pytest.fixture
def zonal(run, flux, units, rows):
    """Run on the raster and units; `zonal(COVERAGE=1)` gives the rows of OUTPUT."""

    def zonal(**parameters):
        if "FLUX" not in parameters:
            parameters["FLUX"] = [flux()]
        given = {"UNITS": units, "UNIT_FIELD": "code", "OUTPUT": "memory:"}
        done = run("zonalcarbon", **given | parameters)
        return rows(done.results["OUTPUT"])

    return zonal


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


def warned(feedback, text):
    return text in "\n".join(feedback.warnings)


def test_fields_and_values(zonal):
    west, east = zonal()
    assert list(west) == ["code", "note", "unit", "year", "area_ha", "valid_pct", "mean_gm2", "cs_t", "mass"]
    assert (west["note"], west["unit"], west["year"], west["mass"]) == ("west", "1", 2019, "t C")
    grams = 200 * UPPER + 240 * LOWER  # g/m2 ha
    assert west["area_ha"] == pytest.approx(2 * (UPPER + LOWER), rel=1e-5)
    assert west["valid_pct"] == 100
    assert west["cs_t"] == pytest.approx(grams / 100, rel=1e-5)
    assert west["mean_gm2"] == pytest.approx(grams / west["area_ha"], rel=1e-5)
    assert east["valid_pct"] == pytest.approx(100 * (2 * UPPER + LOWER) / (2 * UPPER + 2 * LOWER), rel=1e-5)
    assert east["cs_t"] == pytest.approx((-20 * UPPER + 5 * LOWER) / 100, rel=1e-4)
    assert east["cs_t"] < 0


def test_table_is_the_same_without_polygons(run, flux, units, rows):
    parameters = {"FLUX": [flux()], "UNITS": units, "UNIT_FIELD": "code"}
    done = run("zonalcarbon", **parameters, OUTPUT="memory:", TABLE="memory:")
    assert rows(done.results["TABLE"]) == [
        {name: value for name, value in row.items() if name not in ("code", "note")}
        for row in rows(done.results["OUTPUT"])
    ]
    table = done.context.getMapLayer(done.results["TABLE"])
    assert not table.isSpatial()


def test_cells_by_the_part_that_a_unit_covers(zonal, make_layer):
    # The western half of the upper left cell, and the eastern half of it with the next one
    shapes = [
        "Polygon((0 0.5,0.25 0.5,0.25 1,0 1,0 0.5))",
        "Polygon((0.25 0.5,1 0.5,1 1,0.25 1,0.25 0.5))",
    ]
    units = make_layer({"code": int}, [(1,), (2,)], shapes)
    half, rest = zonal(UNITS=units, COVERAGE=1)
    assert half["area_ha"] == pytest.approx(UPPER / 2, rel=1e-5)
    assert half["cs_t"] == pytest.approx(0.5 * 120 * UPPER / 100, rel=1e-5)
    assert rest["cs_t"] == pytest.approx((0.5 * 120 + 80) * UPPER / 100, rel=1e-5)


def test_mass_of_carbon_dioxide(zonal):
    carbon, dioxide = zonal()[0], zonal(MASS=1)[0]
    assert dioxide["mass"] == "t CO2"
    assert dioxide["cs_t"] == pytest.approx(carbon["cs_t"] * 44 / 12, rel=1e-14)
    assert dioxide["mean_gm2"] == carbon["mean_gm2"]


# Years and bands


def test_several_years_in_any_order(zonal, flux):
    found = zonal(FLUX=[flux("nep_2020.tif", 10), flux("nep_2010.tif")])
    assert [(row["unit"], row["year"]) for row in found] == [
        ("1", 2010),
        ("2", 2010),
        ("1", 2020),
        ("2", 2020),
    ]
    assert found[2]["mean_gm2"] == pytest.approx(found[0]["mean_gm2"] + 10, rel=1e-9)


def test_years_of_the_user(zonal, flux):
    found = zonal(FLUX=[flux("b.tif", 10), flux("a.tif")], YEARS="2005,2000")
    assert [row["year"] for row in found] == [2000, 2000, 2005, 2005]


def test_a_year_twice_is_an_error(zonal, flux):
    with pytest.raises(RunFailed, match="The year 2019 is there twice"):
        zonal(FLUX=[flux(), flux("npp_2019.tif")])


def test_a_name_without_a_year_is_an_error(zonal, flux):
    with pytest.raises(RunFailed, match="no year from 1900 to 2100 in the name 'nep'"):
        zonal(FLUX=[flux("nep.tif")])


def test_year_of_the_only_band(zonal, flux):
    path = flux("NEP.tif")
    raster = gdal.Open(path, gdal.GA_Update)
    raster.GetRasterBand(1).SetDescription("NEP 2015")
    del raster
    assert [row["year"] for row in zonal(FLUX=[path])] == [2015, 2015]


def test_a_band_per_year(zonal, flux, tmp_path):
    path = str(tmp_path / "stack.tif")
    stack = gdal.Translate(path, gdal.BuildVRT("", [flux("a.tif"), flux("b.tif", 10)], separate=True))
    for number, name in enumerate(("NEP 2001", "NEP 2002"), 1):
        stack.GetRasterBand(number).SetDescription(name)
    del stack
    found = zonal(FLUX=[path])
    assert [row["year"] for row in found] == [2001, 2001, 2002, 2002]
    assert found[2]["mean_gm2"] == pytest.approx(found[0]["mean_gm2"] + 10, rel=1e-9)


# Grids


def test_another_grid_is_an_error_or_aligned(zonal, flux):
    other = flux("nep_2020.tif", cell=0.25)
    with pytest.raises(RunFailed, match=r"nep_2020.* is not on the grid of the first raster"):
        zonal(FLUX=[flux(), other])
    assert len(zonal(FLUX=[flux(), other], ALIGNMENT=1)) == 4


def test_no_coordinate_system_is_an_error(zonal, flux):
    path = flux()
    gdal.Open(path, gdal.GA_Update).SetProjection("")
    with pytest.raises(RunFailed, match="The raster has no coordinate reference system"):
        zonal(FLUX=[path])


def test_units_without_coordinate_system_are_an_error(zonal, make_layer):
    with pytest.raises(RunFailed, match="units has no coordinate reference system"):
        zonal(UNITS=make_layer({"code": int}, [(1,)], [square(0, 0)], crs=""))


def test_units_in_another_coordinate_system(zonal, make_layer):
    # Web Mercator at the equator: 1 degree is 111319.49 m, and parallels and meridians stay straight
    side = 6378137.0 * np.pi / 180
    north = 6378137.0 * np.log(np.tan(np.pi / 4 + np.radians(1.0) / 2))
    shape = f"Polygon((0 0,{side} 0,{side} {north},0 {north},0 0))"
    units = make_layer({"code": int}, [(1,)], [shape], crs="EPSG:3857")
    expected = zonal()[0]
    for coverage in (0, 1):
        (found,) = zonal(UNITS=units, COVERAGE=coverage)
        assert found["cs_t"] == pytest.approx(expected["cs_t"], rel=1e-6)


# Units


def test_repeated_key_is_an_error(zonal, make_layer):
    units = make_layer({"code": int}, [(1,), (1,)], [square(0, 0), square(1, 0)])
    with pytest.raises(RunFailed, match="are both unit '1'"):
        zonal(UNITS=units)


def test_units_without_geometry_are_kept_and_named(zonal, make_layer, feedback):
    units = make_layer({"code": int}, [(1,), (2,)], [square(0, 0), None])
    _, without = zonal(UNITS=units)
    assert (without["area_ha"], without["valid_pct"], without["cs_t"]) == (None, None, None)
    assert warned(feedback, "1 units have no polygon; they are kept without values: 2.")


def test_units_without_a_cell_centre_are_kept_and_named(zonal, make_layer, feedback):
    units = make_layer({"code": int}, [(1,), (2,)], [square(0, 0), square(1.6, 0.3, 0.1)])
    _, tiny = zonal(UNITS=units)
    assert (tiny["area_ha"], tiny["cs_t"]) == (None, None)
    assert warned(feedback, "1 units hold no cell centre of the raster, and are kept without values: 2.")
    _, tiny = zonal(UNITS=units, COVERAGE=1)
    assert tiny["area_ha"] == pytest.approx(0.04 * LOWER, rel=1e-4)
    assert tiny["cs_t"] == pytest.approx(0.04 * LOWER * 5 / 100, rel=1e-4)


def test_all_missing_in_a_unit(zonal, make_layer, feedback):
    units = make_layer({"code": int}, [(1,), (2,)], [square(0, 0), square(1, 0, 0.5)])
    _, blank = zonal(UNITS=units)
    assert (blank["valid_pct"], blank["mean_gm2"], blank["cs_t"]) == (0, None, None)
    assert warned(feedback, "2019: 1 units have no data, and are kept without values: 2.")


def test_missing_cells_are_warned_of(zonal, feedback):
    zonal()
    assert warned(
        feedback, "in 1 units have no data and add nothing to cs_t; nothing is extrapolated to them"
    )


def test_no_overlap_of_raster_and_units_is_an_error(zonal, make_layer):
    units = make_layer({"code": int}, [(1,)], [square(40, 40)])
    with pytest.raises(RunFailed, match="No unit holds a cell of the raster nep_2019"):
        zonal(UNITS=units)


def test_units_that_overlap(zonal, make_layer):
    units = make_layer({"code": int}, [(1,), (2,)], [square(0, 0), square(0.5, 0)])
    for coverage in (0, 1):
        with pytest.raises(RunFailed, match="Units overlap: '1' and '2'"):
            zonal(UNITS=units, COVERAGE=coverage)
        first, second = zonal(UNITS=units, COVERAGE=coverage, OVERLAP=1)
        assert first["area_ha"] == pytest.approx(2 * second["area_ha"], rel=1e-9)


def test_a_border_that_crosses_itself(zonal, make_layer):
    units = make_layer({"code": int}, [(7,)], ["Polygon((0 0,2 1,2 0,0 1,0 0))"])
    with pytest.raises(RunFailed, match="The border of '7' crosses itself"):
        zonal(UNITS=units, COVERAGE=1)
    assert len(zonal(UNITS=units)) == 1


def test_fields_of_the_units_with_our_names_get_a_suffix(zonal, make_layer, feedback):
    units = make_layer({"code": int, "cs_t": float}, [(1, 5.0)], [square(0, 0)])
    (row,) = zonal(UNITS=units)
    assert row["cs_t_1"] == 5.0
    assert "cs_t -> cs_t_1" in "\n".join(feedback.infos)


# Units of measure


def test_kilograms_that_the_file_says_are_converted(zonal, flux, feedback):
    path = flux()
    raster = gdal.Open(path, gdal.GA_Update)
    raster.GetRasterBand(1).SetUnitType("kg C/m2")
    raster.GetRasterBand(1).SetScale(0.001)
    del raster
    (west, _) = zonal(FLUX=[path])
    assert west["cs_t"] == pytest.approx((200 * UPPER + 240 * LOWER) / 100, rel=1e-5)
    assert "is in kg C/m2, as the file says; its values were multiplied by 1000" in "\n".join(feedback.infos)


def test_kilograms_that_nobody_says_are_hinted_at(zonal, make_raster, feedback):
    zonal(FLUX=[make_raster("npp_2019.tif", np.float32([[0.6, 0.9, 0.3, 1.1]]))])
    assert warned(feedback, "If the raster is in kg C/m2, multiply it by 1000.")


def test_a_flux_that_cannot_be_one_is_an_error(zonal, make_raster):
    with pytest.raises(RunFailed, match=r"npp_2019 holds 3\.4e\+38 in '2', and no flux of a year is beyond"):
        zonal(FLUX=[make_raster("npp_2019.tif", np.float32([[0.6, 0.9, 3.4e38, 1.1]]))])


# Styles, names, records and ends


def test_units_open_in_classes_of_the_mean_flux(run, flux, units, folder):
    path = str(folder / "zonal.gpkg")
    run("zonalcarbon", FLUX=[flux()], UNITS=units, UNIT_FIELD="code", OUTPUT=path)
    layer = QgsVectorLayer(path, "zonal", "ogr")
    layer.loadDefaultStyle()
    rules = layer.renderer().rootRule().children()
    assert [rule.symbol().color().name() for rule in rules] == list(COEFFICIENT)
    assert all("mean_gm2" in rule.filterExpression() for rule in rules)
    assert layer.temporalProperties().isActive()


def test_layer_names_have_the_years(run, flux, units, folder, context):
    outputs = {
        name: QgsProcessingOutputLayerDefinition(str(folder / f"{name}.gpkg"), QgsProject.instance())
        for name in ("OUTPUT", "TABLE")
    }
    parameters = {"FLUX": [flux("nep_2010.tif"), flux()], "UNITS": units, "UNIT_FIELD": "code"}
    done = run("zonalcarbon", **parameters, **outputs)
    assert [context.layerToLoadOnCompletionDetails(done.results[name]).name for name in outputs] == [
        "Zonal carbon 2010-2019",
        "Zonal carbon table 2010-2019",
    ]


def test_record_tells_years_unit_and_missing_cells(run, flux, units, folder):
    path = folder / "zonal.gpkg"
    run("zonalcarbon", FLUX=[flux()], UNITS=units, UNIT_FIELD="code", OUTPUT=str(path))
    record = json.loads((folder / "zonal.gpkg.landcarbon.json").read_text())
    assert "Years of the layers: nep_2019 = 2019." in record["decisions"]
    assert "nep_2019 does not say its unit; it was taken as g C/m2." in record["decisions"]
    assert any("nothing is extrapolated" in warning["text"] for warning in record["warnings"])


def test_cancel_while_cells_are_summed_leaves_no_file(run, flux, units, folder, feedback, monkeypatch):
    monkeypatch.setattr(feedback, "setProgress", lambda percent: feedback.cancel(), raising=False)
    with pytest.raises(RunFailed, match="cancelled"):
        run(
            "zonalcarbon",
            FLUX=[flux()],
            UNITS=units,
            UNIT_FIELD="code",
            OUTPUT=str(folder / "zonal.gpkg"),
            TABLE=str(folder / "zonal.csv"),
        )
    assert list(folder.iterdir()) == []


def test_layer_of_the_project_with_a_coordinate_system_of_its_own(zonal, flux):
    path = flux()
    gdal.Open(path, gdal.GA_Update).SetProjection("")
    layer = QgsRasterLayer(path, "nep_2019")
    layer.setCrs(QgsProject.instance().crs().fromEpsgId(4326))
    QgsProject.instance().addMapLayer(layer, False)
    try:
        assert zonal(FLUX=[layer])[0]["cs_t"] == pytest.approx(zonal()[0]["cs_t"], rel=1e-12)
    finally:
        QgsProject.instance().removeMapLayer(layer.id())


def test_negative_sequestration_goes_through_the_indices(run, flux, units, rows, make_csv, folder):
    """CBI and CCR of a source are NULL, the rest is computed."""
    emission = make_csv("emission.csv", "unit,year,ce_t,gdp\n1,2019,1e6,5\n2,2019,2e6,3\n")
    table = str(folder / "zonal.csv")
    zonal = run("zonalcarbon", FLUX=[flux()], UNITS=units, UNIT_FIELD="code", OUTPUT="memory:", TABLE=table)
    panel = run("unitpanel", TABLES=[table, emission], OUTPUT="memory:")
    found = run("carbonindices", INPUT=panel.results["OUTPUT"], GDP_FIELD="gdp", OUTPUT="memory:")
    sink, source = rows(found.results["OUTPUT"])
    cs = [row["cs_t"] for row in rows(zonal.results["OUTPUT"])]
    assert cs[1] < 0
    assert sink["cbi"] == pytest.approx(1e6 / cs[0], rel=1e-12)
    assert (source["cbi"], source["ccr"]) == (None, None)
    assert source["cb"] == pytest.approx(2e6 - cs[1], rel=1e-12)
    assert source["esc"] == pytest.approx(cs[1] / sum(cs) / (2 / 3), rel=1e-9)
