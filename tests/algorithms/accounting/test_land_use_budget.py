"""Land-use carbon budget through QGIS: the sample against numpy, and inputs as people have them."""

import json
import math
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from osgeo import gdal, ogr, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRasterRange,
    QgsVectorLayer,
)

from ..conftest import Feedback, RunFailed, read_rows, square
from ..limited import run_limited

ROOT = Path(__file__).resolve().parents[3]
LAND_COVER = str(RESOURCES / "sample" / "land_cover_2019.tif")
NODATA = -9999.0  # of the density raster
OUTPUTS = {
    "OUTPUT": "budget.gpkg",
    "BUDGET": "table.gpkg",
    "CLASS_AREAS": "areas.gpkg",
    "CLASS_AUDIT": "audit.gpkg",
    "DENSITY": "density.tif",
}

# methods.md 1.1
IGBP = {
    **dict.fromkeys((1, 2, 3, 4, 5, 8), "forest"),
    **dict.fromkeys((6, 7), "shrubland"),
    **dict.fromkeys((9, 10), "grassland"),
    **dict.fromkeys((0, 11, 17), "water"),
    **dict.fromkeys((12, 14), "cropland"),
    13: "construction",
    **dict.fromkeys((15, 16), "unused"),
}
LIU_T_C_HA = {
    "cropland": 0.4970,
    "forest": -0.581,
    "shrubland": -0.581,
    "grassland": -0.021,
    "water": -0.253,
    "unused": -0.005,
}
CONSTRUCTION_T_C_HA = {
    "North China": 81.2,
    "East China": 65.3,
    "Northeast China": 48.8,
    "Central-South China": 46.5,
    "Southwest China": 49.1,
    "Northwest China": 33.9,
}


# The sample


@pytest.fixture(scope="module")
def provinces(tmp_path_factory):
    """A copy of the sample's units: SQLite may write to what it opens."""
    path = tmp_path_factory.mktemp("units") / "provinces.gpkg"
    shutil.copy(RESOURCES / "sample" / "provinces.gpkg", path)
    return str(path)


@pytest.fixture(scope="module")
def sample(provider, provinces, tmp_path_factory):
    """A run on the sample with all outputs, and with no parameter that has a default."""
    folder = tmp_path_factory.mktemp("sample")
    context, feedback = QgsProcessingContext(), Feedback()
    parameters = {
        "LAND_COVER": [LAND_COVER],
        "UNITS": provinces,
        "UNIT_FIELD": "unit",
        "REGION_FIELD": "region",
        **{name: str(folder / file) for name, file in OUTPUTS.items()},
    }
    results, succeeded = provider.algorithm("landusebudget").create().run(parameters, context, feedback)
    assert succeeded, feedback.errors
    rows = {
        name: read_rows(context, str(folder / file)) for name, file in OUTPUTS.items() if name != "DENSITY"
    }
    record = json.loads((folder / "budget.gpkg.landcarbon.json").read_text(encoding="utf-8"))
    return SimpleNamespace(folder=folder, results=results, feedback=feedback, rows=rows, record=record)


@pytest.fixture(scope="module")
def by_hand(provinces):
    """The sample computed with numpy alone: cell areas, unit of every cell, hectares by unit and class."""
    raster = gdal.Open(LAND_COVER)
    codes = raster.ReadAsArray()
    x0, dx, _, y0, _, dy = raster.GetGeoTransform()
    rows, columns = codes.shape
    # methods.md 1.1 on WGS 84
    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    e = math.sqrt(e2)
    sine = np.sin(np.radians(y0 + dy * np.arange(rows + 1)))
    q = sine / (1 - e2 * sine**2) + np.arctanh(e * sine) / e
    cell_ha = a**2 * (1 - e2) / 2 * math.radians(dx) * (q[:-1] - q[1:]) / 1e4
    x = x0 + dx * (np.arange(columns) + 0.5)
    y = y0 + dy * (np.arange(rows) + 0.5)
    unit_of, regions, hectares = np.full(codes.shape, -1), {}, {}
    source = ogr.Open(provinces)
    for number, feature in enumerate(source.GetLayer(0)):
        name = feature["unit"]
        inside = cells_inside(json.loads(feature.GetGeometryRef().ExportToJson()), x, y)
        assert (unit_of[inside] == -1).all()
        unit_of[inside] = number
        regions[name] = feature["region"]
        hectares[name] = dict.fromkeys(IGBP.values(), 0.0)
        for code in np.unique(codes[inside]):
            hectares[name][IGBP[int(code)]] += ((inside & (codes == code)).sum(axis=1) * cell_ha).sum()
    return SimpleNamespace(codes=codes, cell_ha=cell_ha, unit_of=unit_of, regions=regions, hectares=hectares)


def cells_inside(geometry, x, y):
    """Cells whose centre is in a polygon: a ray from the west crosses its rings an odd number of times."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    edges = np.vstack([np.hstack((ring[:-1], ring[1:])) for part in parts for ring in map(np.array, part)])
    x1, y1, x2, y2 = edges.T
    inside = np.zeros((len(y), len(x)), dtype=bool)
    for row in np.flatnonzero((y > y1.min()) & (y < y1.max())):
        crossed = (y1 <= y[row]) != (y2 <= y[row])
        at = x1[crossed] + (y[row] - y1[crossed]) / (y2[crossed] - y1[crossed]) * (x2[crossed] - x1[crossed])
        inside[row] = np.searchsorted(np.sort(at), x) % 2
    return inside


def coefficients_in(region):
    return LIU_T_C_HA | {"construction": CONSTRUCTION_T_C_HA[region]}


class TestSample:
    def test_areas_of_provinces_and_classes(self, sample, by_hand):
        expected = {
            (unit, name): area
            for unit, classes in by_hand.hectares.items()
            for name, area in classes.items()
            if area > 0
        }
        found = {(row["unit"], row["class"]): row["area_ha"] for row in sample.rows["CLASS_AREAS"]}
        assert len(expected) > 31 * 4
        assert found.keys() == expected.keys()
        assert found == {key: pytest.approx(area, rel=1e-9) for key, area in expected.items()}

    @pytest.mark.parametrize(("unit", "million_ha"), [("Shandong", 15.59), ("Hubei", 18.57)])
    def test_known_provinces(self, sample, unit, million_ha):
        (row,) = (row for row in sample.rows["OUTPUT"] if row["unit"] == unit)
        assert row["area_ha"] / 1e6 == pytest.approx(million_ha, abs=0.005)
        assert (row["year"], row["mass"], row["nodata_ha"], row["unmap_ha"]) == (2019, "t C", 0.0, 0.0)

    def test_carbon(self, sample, by_hand):
        rows = {row["unit"]: row for row in sample.rows["OUTPUT"]}
        assert len(rows) == 31
        for unit, classes in by_hand.hectares.items():
            per_ha = coefficients_in(by_hand.regions[unit])
            carbon = {name: area * per_ha[name] for name, area in classes.items()}
            row = rows[unit]
            assert row["ce_t"] == pytest.approx(sum(c for c in carbon.values() if c > 0), rel=1e-9)
            assert row["cs_t"] == pytest.approx(-sum(c for c in carbon.values() if c < 0), rel=1e-9)
            for name, net in carbon.items():
                assert row[f"{name}_t"] == pytest.approx(net, rel=1e-9), (unit, name)

    def test_identities(self, sample):
        for row in sample.rows["OUTPUT"]:
            parts = [one for one in sample.rows["CLASS_AREAS"] if one["unit"] == row["unit"]]
            size = row["ce_t"] + row["cs_t"]
            assert sum(one["area_ha"] for one in parts) == pytest.approx(row["area_ha"], rel=1e-12)
            assert sum(one["ce_t"] for one in parts) == pytest.approx(row["ce_t"], rel=1e-12)
            assert sum(one["cs_t"] for one in parts) == pytest.approx(row["cs_t"], rel=1e-12)
            assert row["net_t"] == pytest.approx(row["ce_t"] - row["cs_t"], abs=1e-12 * size)
            by_class = sum(row[f"{name}_t"] for name in set(IGBP.values()))
            assert by_class == pytest.approx(row["net_t"], abs=1e-12 * size)
            for one in parts:
                net = one["ce_t"] - one["cs_t"]
                assert one["area_ha"] * one["coef"] == pytest.approx(net, rel=1e-12)

    def test_totals(self, sample, by_hand):
        rows = sample.rows["OUTPUT"]
        for number, field in (("TOTAL_CE", "ce_t"), ("TOTAL_CS", "cs_t"), ("TOTAL_NET", "net_t")):
            assert sample.results[number] == pytest.approx(sum(row[field] for row in rows), rel=1e-12)
        outside = ((by_hand.unit_of < 0).sum(axis=1) * by_hand.cell_ha).sum()
        assert sample.results["OUTSIDE_HA"] == pytest.approx(outside, rel=1e-9)

    def test_audit(self, sample, by_hand):
        rows = {row["value"]: row for row in sample.rows["CLASS_AUDIT"]}
        assert rows.keys() == {*range(18), 255}
        for code, name in IGBP.items():
            inside = (by_hand.codes == code) & (by_hand.unit_of >= 0)
            assert rows[code]["area_ha"] == pytest.approx(
                (inside.sum(axis=1) * by_hand.cell_ha).sum(), rel=1e-9
            )
            assert (rows[code]["class"], rows[code]["year"]) == (name, 2019)
        assert rows[12]["coefs"] == "0.497 t C/ha/yr"
        assert rows[13]["coefs"] == "33.9 to 81.2 t C/ha/yr by region"
        assert (rows[255]["class"], rows[255]["note"]) == (None, "nodata of the raster")

    def test_budget_is_the_output_without_polygons(self, sample):
        names = list(sample.rows["BUDGET"][0])
        assert names[:9] == [
            *("unit", "year", "area_ha", "nodata_ha", "unmap_ha", "ce_t", "cs_t", "net_t", "mass")
        ]
        same = [{name: row[name] for name in names} for row in sample.rows["OUTPUT"]]
        assert sample.rows["BUDGET"] == same
        table = QgsVectorLayer(str(sample.folder / "table.gpkg"), "table", "ogr")
        assert not table.isSpatial()

    def test_output_keeps_polygons_and_fields(self, sample, provinces):
        units, budget = (
            QgsVectorLayer(path, "x", "ogr") for path in (provinces, str(sample.folder / "budget.gpkg"))
        )
        assert budget.crs() == units.crs()
        for one, other in zip(units.getFeatures(), budget.getFeatures(), strict=True):
            assert one.geometry().equals(other.geometry())
            assert (one["unit"], one["region"]) == (other["unit"], other["region"])

    def test_density_of_every_cell(self, sample, by_hand):
        raster = gdal.Open(str(sample.folder / "density.tif"))
        band = raster.GetRasterBand(1)
        assert (raster.RasterCount, band.GetNoDataValue()) == (1, NODATA)
        assert band.GetDescription() == "Net carbon emission 2019 [t C/ha]"
        assert band.GetUnitType() == "t C/ha"
        assert raster.GetGeoTransform() == gdal.Open(LAND_COVER).GetGeoTransform()
        density = np.full((32, 256), NODATA, dtype=np.float32)  # the last row is outside
        for number, region in enumerate(by_hand.regions.values()):
            for code, name in IGBP.items():
                density[number, code] = coefficients_in(region)[name]
        assert (raster.ReadAsArray() == density[by_hand.unit_of, by_hand.codes]).all()

    def test_density_times_cell_area_is_the_net_emission(self, sample, by_hand):
        density = gdal.Open(str(sample.folder / "density.tif")).ReadAsArray().astype(float)
        tonnes = np.where(density == NODATA, 0.0, density) * by_hand.cell_ha[:, None]
        for number, row in enumerate(sample.rows["OUTPUT"]):
            # A float32 coefficient has 24 binary digits.
            tolerance = 2**-24 * (row["ce_t"] + row["cs_t"])
            assert tonnes[by_hand.unit_of == number].sum() == pytest.approx(row["net_t"], abs=tolerance)

    def test_record_holds_what_was_used(self, sample):
        record = sample.record
        # Not given in the run: the defaults
        assert record["parameters"]["COEFFICIENT_PRESET"] == "liu2025"
        assert record["parameters"]["CLASS_PRESET"] == "igbp"
        assert {
            name: record["parameters"][name] for name in ("UNMAPPED", "AREA", "OVERLAP", "MASS", "BAND")
        } == {
            **dict.fromkeys(("UNMAPPED", "AREA", "OVERLAP", "MASS"), 0),
            "BAND": 1,
        }
        assert record["inputs"]["LAND_COVER"][0]["path"] == LAND_COVER
        assert record["inputs"]["LAND_COVER"][0]["bytes"] == Path(LAND_COVER).stat().st_size
        used = {(row["class"], row["region"]): row["coefficient"] for row in record["coefficients"]}
        expected = {(name, None): value for name, value in LIU_T_C_HA.items()}
        expected |= {("construction", region): value for region, value in CONSTRUCTION_T_C_HA.items()}
        assert used == expected
        assert all("Liu 2025" in row["source"] for row in record["coefficients"])
        assert "Years of the layers: land_cover_2019 = 2019." in record["decisions"]
        assert len(set(record["decisions"])) == len(record["decisions"])
        assert record["warnings"] == []
        assert record["outputs"] == sample.results

    def test_every_file_has_its_record(self, sample):
        assert {path.name for path in sample.folder.glob("*.landcarbon.json")} == {
            f"{file}.landcarbon.json" for file in OUTPUTS.values()
        }

    def test_run_again_from_the_record(self, sample, run, rows):
        parameters = sample.record["again"]["standard_input"]["inputs"]
        done = run("landusebudget", **{**parameters, **dict.fromkeys(OUTPUTS), "OUTPUT": "memory:"})
        assert rows(done.results["OUTPUT"]) == sample.rows["OUTPUT"]


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:32650", "EPSG:3857", "ESRI:102025"])
def test_units_in_another_crs(sample, run, rows, provinces, make_layer, crs):
    """Two provinces, with and without straight borders, in CGCS2000, UTM, Mercator and Albers coordinates."""
    source = QgsVectorLayer(provinces, "provinces", "ogr")
    transform = QgsCoordinateTransform(
        source.crs(), QgsCoordinateReferenceSystem(crs), QgsProject.instance().transformContext()
    )
    shapes, names = [], ("Shandong", "Hubei")
    for feature in source.getFeatures():
        if feature["unit"] in names:
            # As a geographer would reproject them: borders keep their course, not only their vertices.
            geometry = feature.geometry().densifyByDistance(0.01)
            geometry.transform(transform)
            shapes.append((feature["unit"], feature["region"], geometry.asWkt()))
    fields = {"unit": str, "region": str}
    units = make_layer(
        fields, [shape[:2] for shape in shapes], [shape[2] for shape in shapes], crs, "MultiPolygon"
    )
    done = run(
        "landusebudget",
        LAND_COVER=[LAND_COVER],
        UNITS=units,
        UNIT_FIELD="unit",
        REGION_FIELD="region",
        OUTPUT="memory:",
    )
    expected = {row["unit"]: row["area_ha"] for row in sample.rows["OUTPUT"]}
    found = {row["unit"]: row["area_ha"] for row in rows(done.results["OUTPUT"])}
    assert found.keys() == set(names)
    # One cell has about 2500 ha, of 16 million.
    assert found == {name: pytest.approx(expected[name], abs=2600.0) for name in names}


# Tiny inputs: two squares of 2 x 2 cells of half a degree, 1 degree wide, from 0 to 1 north

FIRST = [[1, 1, 12, 12], [1, 10, 12, 1]]  # IGBP: forest, grassland, cropland
SECOND = [[12, 12, 12, 12], [12, 12, 12, 13]]


@pytest.fixture
def units(make_layer):
    return make_layer(
        {"code": str, "region": str},
        [("a", "East China"), ("b", "North China")],
        [square(0, 0), square(1, 0)],
    )


@pytest.fixture
def budget(run, make_raster, units):
    """`budget(OUTPUT="memory:", ...)`: a run on tiny inputs; what is given replaces them."""

    def budget(**given):
        parameters = {"UNITS": units, "UNIT_FIELD": "code", "REGION_FIELD": "region", "OUTPUT": "memory:"}
        if "LAND_COVER" not in given:
            parameters["LAND_COVER"] = [make_raster("lc_2019.tif", FIRST)]
        return run("landusebudget", **{**parameters, **given})

    return budget


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


@pytest.fixture
def files(folder):
    """Every output as a file in `folder`."""
    return {name: str(folder / file) for name, file in OUTPUTS.items()}


def cells_ha(row):
    """Area of a tiny cell in the upper (0) or lower (1) row [ha], by the formula of methods.md 1.1."""
    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    e = math.sqrt(e2)

    def q(degrees):
        sine = math.sin(math.radians(degrees))
        return sine / (1 - e2 * sine**2) + math.atanh(e * sine) / e

    north = 1.0 - 0.5 * row
    return a**2 * (1 - e2) / 2 * math.radians(0.5) * (q(north) - q(north - 0.5)) / 1e4


UPPER, LOWER = cells_ha(0), cells_ha(1)


def warned(done, text):
    return [warning for warning in done.feedback.warnings if text in warning]


class TestDates:
    def test_rows_of_two_dates(self, budget, rows, make_raster):
        done = budget(
            LAND_COVER=[make_raster("lc_2010.tif", SECOND), make_raster("lc_2000.tif", FIRST)],
            CLASS_AREAS="memory:",
            CLASS_AUDIT="memory:",
        )
        found = rows(done.results["OUTPUT"])
        assert [(row["unit"], row["year"]) for row in found] == [
            ("a", 2000),
            ("b", 2000),
            ("a", 2010),
            ("b", 2010),
        ]
        assert found[0]["cropland_t"] == 0.0
        assert found[2]["cropland_t"] == pytest.approx(2 * (UPPER + LOWER) * 0.497, rel=1e-12)
        assert found[3]["construction_t"] == pytest.approx(LOWER * 81.2, rel=1e-12)  # b is in North China
        classes = {(row["unit"], row["year"], row["class"]) for row in rows(done.results["CLASS_AREAS"])}
        assert classes == {
            ("a", 2000, "forest"),
            ("a", 2000, "grassland"),
            ("b", 2000, "cropland"),
            ("b", 2000, "forest"),
            ("a", 2010, "cropland"),
            ("b", 2010, "cropland"),
            ("b", 2010, "construction"),
        }
        assert {row["year"] for row in rows(done.results["CLASS_AUDIT"])} == {2000, 2010}
        # Of the latest year, not of the last raster
        assert done.results["TOTAL_CS"] == 0.0
        assert any("lc_2010 = 2010, lc_2000 = 2000" in text for text in done.feedback.infos)

    def test_polygons_of_two_dates(self, budget, context, make_raster):
        done = budget(LAND_COVER=[make_raster("lc_2000.tif", FIRST), make_raster("lc_2010.tif", SECOND)])
        shapes = [
            (feature["unit"], feature.geometry().boundingBox().xMinimum())
            for feature in context.getMapLayer(done.results["OUTPUT"]).getFeatures()
        ]
        assert shapes == [("a", 0.0), ("b", 1.0)] * 2

    def test_given_years(self, budget, rows, make_raster):
        rasters = [make_raster("x.tif", FIRST), make_raster("y.tif", SECOND)]
        done = budget(LAND_COVER=rasters, YEARS="2020,2010")
        assert [row["year"] for row in rows(done.results["OUTPUT"])] == [2010, 2010, 2020, 2020]

    def test_density_has_a_band_per_date(self, budget, make_raster, folder):
        budget(
            LAND_COVER=[make_raster("lc_2010.tif", SECOND), make_raster("lc_2000.tif", FIRST)],
            DENSITY=str(folder / "density.tif"),
        )
        raster = gdal.Open(str(folder / "density.tif"))
        names = [raster.GetRasterBand(i).GetDescription() for i in (1, 2)]
        assert names == ["Net carbon emission 2000 [t C/ha]", "Net carbon emission 2010 [t C/ha]"]
        assert raster.ReadAsArray()[:, 1, 3].tolist() == np.array([-0.581, 81.2], dtype=np.float32).tolist()

    @pytest.mark.parametrize(
        ("names", "years", "text"),
        [
            (["cover.tif"], "", "no year from 1900 to 2100 in the name 'cover'"),
            (["lc_2000_2010.tif"], "", "more than one year"),
            (["GLC_FCS30D_20002022.tif"], "", "no year"),
            (["lc_2000.tif", "CLCD_v01_2000.tif"], "", "year 2000 is there twice"),
            (["lc_2000.tif"], "2000,2010", "YEARS holds 2 years"),
            (["lc_2000.tif"], "20000", "'20000' in YEARS is no year"),
        ],
    )
    def test_years_that_are_not_clear(self, budget, make_raster, names, years, text):
        with pytest.raises(RunFailed, match=text):
            budget(LAND_COVER=[make_raster(name, FIRST) for name in names], YEARS=years)

    def test_year_of_the_file_name_not_of_the_folder(self, budget, rows, make_raster, tmp_path):
        # QGIS calls the layer MCD12C1.
        (tmp_path / "since 1990").mkdir()
        path = make_raster("since 1990/MCD12C1.A2019001.006.2020220162300.tif", FIRST)
        assert rows(budget(LAND_COVER=[path]).results["OUTPUT"])[0]["year"] == 2019

    def test_year_of_the_layer_name_before_that_of_the_file(self, budget, rows, make_raster):
        layer = QgsRasterLayer(make_raster("lc_2000.tif", FIRST), "LC 2010", "gdal")
        QgsProject.instance().addMapLayer(layer, False)
        try:
            done = budget(LAND_COVER=[layer])
        finally:
            QgsProject.instance().removeMapLayer(layer.id())
        assert rows(done.results["OUTPUT"])[0]["year"] == 2010


class TestTables:
    def tables(self, make_csv, encoding="utf-8", separator=",", decimal="."):
        """A class table and a coefficient table of forest (-2.5, two codes), crops (1.5) and rice (both)."""

        def written(name, lines):
            text = "".join(separator.join(line) + "\n" for line in lines)
            return make_csv(name, text, encoding)

        classes = [("value", "class"), ("1", "林地"), ("10", "林地"), ("12", "水稻")]
        coefficients = [
            ("class", "coefficient", "per", "source"),
            ("林地", f"-2{decimal}5", "t C/ha", "某文献"),
            ("水稻", f"1{decimal}5", "t C/ha", ""),
            ("水稻", f"-0{decimal}25", "t C/ha", ""),
        ]
        return {
            "CLASS_TABLE": written("classes.csv", classes),
            "COEFFICIENT_TABLE": written("coefficients.csv", coefficients),
        }

    @pytest.mark.parametrize(
        ("encoding", "separator", "decimal"),
        [
            ("utf-8", ",", "."),
            ("utf-8-sig", ",", "."),
            ("gb18030", ",", "."),
            ("utf-8", ";", ","),
            ("gb18030", "\t", "."),
        ],
    )
    def test_tables_of_the_user(self, budget, rows, make_csv, encoding, separator, decimal):
        done = budget(**self.tables(make_csv, encoding, separator, decimal), REGION_FIELD=None)
        a, b = rows(done.results["OUTPUT"])
        assert a["林地_t"] == pytest.approx(-2.5 * (2 * UPPER + 2 * LOWER), rel=1e-12)
        assert b["林地_t"] == pytest.approx(-2.5 * LOWER, rel=1e-12)
        assert b["水稻_t"] == pytest.approx((1.5 - 0.25) * (2 * UPPER + LOWER), rel=1e-12)
        assert b["ce_t"] == pytest.approx(1.5 * (2 * UPPER + LOWER), rel=1e-12)
        assert b["cs_t"] == pytest.approx(0.25 * (2 * UPPER + LOWER) + 2.5 * LOWER, rel=1e-12)

    def test_record_of_tables_of_the_user(self, budget, make_csv, folder):
        path = folder / "a.gpkg"
        tables = self.tables(make_csv, "gb18030")
        budget(**tables, REGION_FIELD=None, OUTPUT=str(path))
        record = json.loads(Path(f"{path}.landcarbon.json").read_text(encoding="utf-8"))
        assert record["inputs"]["COEFFICIENT_TABLE"][0]["path"] == tables["COEFFICIENT_TABLE"]
        assert [(row["class"], row["coefficient"], row["source"]) for row in record["coefficients"]] == [
            ("林地", -2.5, "某文献"),
            ("水稻", 1.5, ""),
            ("水稻", -0.25, ""),
        ]
        assert len(set(record["decisions"])) == len(record["decisions"])

    def test_regional_coefficients_in_carbon_dioxide(self, budget, rows, make_csv):
        table = make_csv(
            "c.csv",
            "class,coefficient,per,region\n"
            "cropland,1,t CO2/ha,华东\ncropland,3,t CO2/ha,North China\n"
            "forest,-0.6,t C/ha,\ngrassland,0,t C/ha,\n",
        )
        done = budget(COEFFICIENT_TABLE=table, UNMAPPED=2, MASS=1)
        a, b = rows(done.results["OUTPUT"])
        assert (a["mass"], a["ce_t"]) == ("t CO2", 0.0)
        assert a["cs_t"] == pytest.approx(0.6 * 44 / 12 * (2 * UPPER + LOWER), rel=1e-12)
        assert b["ce_t"] == pytest.approx(3 * (2 * UPPER + LOWER), rel=1e-12)

    def test_regions_that_are_numbers(self, budget, rows, make_csv, make_layer):
        layer = make_layer({"code": str, "zone": int}, [("a", 1), ("b", 2)], [square(0, 0), square(1, 0)])
        table = make_csv(
            "c.csv",
            "class,coefficient,per,region\n"
            "cropland,1,t C/ha,1\ncropland,3,t C/ha,2\nforest,0,t C/ha,\ngrassland,0,t C/ha,\n",
        )
        done = budget(UNITS=layer, REGION_FIELD="zone", COEFFICIENT_TABLE=table)
        assert rows(done.results["OUTPUT"])[1]["ce_t"] == pytest.approx(3 * (2 * UPPER + LOWER), rel=1e-12)

    @pytest.mark.parametrize(
        ("table", "text"),
        [
            ("class,per\nforest,t C/ha\n", r"c\.csv has no column 'coefficient'; its columns are"),
            ("class,coefficient,per\nforest,about 3,t C/ha\n", "row 2"),
            (
                "class,coefficient,per\nforest,-0.6,t/ha\n",
                "'t/ha', which is no known mass of carbon per area",
            ),
            ("class,coefficient,per\nforest,1,t C/ha\nforest,2,t C/ha\n", "two coefficients of one sign"),
        ],
    )
    def test_coefficient_table_that_cannot_be_used(self, budget, make_csv, table, text):
        with pytest.raises(RunFailed, match=text):
            budget(COEFFICIENT_TABLE=make_csv("c.csv", table))

    def test_class_called_like_an_amount(self, budget, rows, make_csv):
        done = budget(
            CLASS_TABLE=make_csv("k.csv", "value,class\n1,CE\n10,net\n12,forest\n"),
            COEFFICIENT_TABLE=make_csv(
                "c.csv", "class,coefficient,per\nCE,2,t C/ha\nnet,3,t C/ha\nforest,-1,t C/ha\n"
            ),
        )
        a, _ = rows(done.results["OUTPUT"])
        assert a["CE_t_1"] == pytest.approx(2 * (2 * UPPER + LOWER), rel=1e-12)
        assert a["net_t_1"] == pytest.approx(3 * LOWER, rel=1e-12)
        assert a["ce_t"] == pytest.approx(a["CE_t_1"] + a["net_t_1"], rel=1e-12)


class TestRegions:
    def layer(self, make_layer, first, second):
        shapes = [square(0, 0), square(1, 0)]
        return make_layer({"code": str, "region": str}, [("a", first), ("b", second)], shapes)

    def test_no_region_field(self, budget):
        with pytest.raises(RunFailed, match=r"'construction' in liu2025 depends on the region.*REGION_FIELD"):
            budget(REGION_FIELD=None)

    def test_region_that_is_not_in_the_table(self, budget, make_layer):
        with pytest.raises(RunFailed, match=r"region 'East' in liu2025 \(units: a\).*North China \(华北\)"):
            budget(UNITS=self.layer(make_layer, "East", "North China"))

    def test_region_that_is_missing(self, budget, make_layer):
        with pytest.raises(RunFailed, match=r"The region is missing \(units: b\)"):
            budget(UNITS=self.layer(make_layer, "East China", None))

    def test_chinese_regions(self, budget, rows, make_layer, make_raster):
        raster = make_raster("lc_2019.tif", [[13, 13, 13, 13]] * 2)
        done = budget(LAND_COVER=[raster], UNITS=self.layer(make_layer, "西北", " 东北 "))
        a, b = rows(done.results["OUTPUT"])
        assert a["ce_t"] == pytest.approx(33.9 * 2 * (UPPER + LOWER), rel=1e-12)
        assert b["ce_t"] == pytest.approx(48.8 * 2 * (UPPER + LOWER), rel=1e-12)

    def test_field_that_is_not_there(self, budget):
        with pytest.raises(RunFailed, match=r"(?i)'?(REGION_FIELD|Region of the units|province)'?"):
            budget(REGION_FIELD="province")


class TestCodes:
    WITH_99 = ((1, 99, 12, 12), (1, 10, 12, 1))

    def test_code_without_class_is_an_error(self, budget, make_raster, files, folder):
        with pytest.raises(
            RunFailed, match=r"raster values 99 \([\d,]+ ha\), which cover .* in 1 units \(a\)"
        ):
            budget(LAND_COVER=[make_raster("lc_2019.tif", self.WITH_99)], **files)
        assert list(folder.iterdir()) == []

    def test_zero_counts_it(self, budget, rows, make_raster, folder):
        done = budget(
            LAND_COVER=[make_raster("lc_2019.tif", self.WITH_99)],
            UNMAPPED=1,
            CLASS_AREAS="memory:",
            DENSITY=str(folder / "density.tif"),
        )
        a, b = rows(done.results["OUTPUT"])
        assert (a["unmapped_t"], b["unmapped_t"]) == (0.0, 0.0)
        assert a["unmap_ha"] == pytest.approx(UPPER, rel=1e-12)
        assert a["area_ha"] == pytest.approx(UPPER + 2 * LOWER, rel=1e-12)
        (unmapped,) = (row for row in rows(done.results["CLASS_AREAS"]) if row["class"] == "unmapped")
        assert (unmapped["unit"], unmapped["coef"]) == ("a", 0.0)
        assert unmapped["area_ha"] == pytest.approx(UPPER, rel=1e-12)
        assert gdal.Open(str(folder / "density.tif")).ReadAsArray()[0, 1] == 0.0
        assert warned(done, "count with zero carbon")

    def test_skip_leaves_it_out(self, budget, rows, make_raster, folder):
        done = budget(
            LAND_COVER=[make_raster("lc_2019.tif", self.WITH_99)],
            UNMAPPED=2,
            CLASS_AREAS="memory:",
            DENSITY=str(folder / "density.tif"),
        )
        a, _ = rows(done.results["OUTPUT"])
        assert "unmapped_t" not in a
        assert a["unmap_ha"] == pytest.approx(UPPER, rel=1e-12)
        assert {row["class"] for row in rows(done.results["CLASS_AREAS"])} == {
            "cropland",
            "forest",
            "grassland",
        }
        assert gdal.Open(str(folder / "density.tif")).ReadAsArray()[0, 1] == NODATA
        assert warned(done, "are left out")

    def test_nothing_has_a_class(self, budget, rows, make_raster):
        done = budget(LAND_COVER=[make_raster("lc_2019.tif", [[99] * 4] * 2)], UNMAPPED=2)
        assert [(row["ce_t"], row["net_t"]) for row in rows(done.results["OUTPUT"])] == [(None, None)] * 2
        assert not done.results.keys() & {"TOTAL_CE", "TOTAL_CS", "TOTAL_NET"}

    def test_class_without_coefficient(self, budget, make_csv):
        table = make_csv("c.csv", "class,coefficient,per\nforest,-1,t C/ha\ncropland,1,t C/ha\n")
        with pytest.raises(
            RunFailed, match=r"No coefficient for class 'grassland' \([\d,]+ ha in 1 units: a\)"
        ):
            budget(COEFFICIENT_TABLE=table)

    def test_nodata_0_against_class_0(self, budget, rows, make_raster):
        raster = make_raster("lc_2019.tif", [[0, 1, 12, 12], [1, 10, 12, 1]], nodata=0)
        done = budget(LAND_COVER=[raster], CLASS_AUDIT="memory:")
        a, _ = rows(done.results["OUTPUT"])
        assert a["nodata_ha"] == pytest.approx(UPPER, rel=1e-12)
        assert a["area_ha"] == pytest.approx(UPPER + 2 * LOWER, rel=1e-12)
        assert warned(done, "The value 0 is nodata in the raster and 'water' in the class table")
        assert rows(done.results["CLASS_AUDIT"])[-1]["note"] == (
            "nodata of the raster; the class table says 'water'"
        )

    def test_class_0_without_nodata_is_water(self, budget, rows, make_raster):
        done = budget(LAND_COVER=[make_raster("lc_2019.tif", [[0] * 4] * 2)])
        assert rows(done.results["OUTPUT"])[0]["water_t"] == pytest.approx(
            -0.253 * 2 * (UPPER + LOWER), rel=1e-12
        )

    def test_float_codes_with_a_huge_nodata(self, budget, rows, make_raster):
        huge = -3.4028234663852886e38
        values = np.array([[1, 1, 12, 12], [1, 10, 12, huge]])
        done = budget(LAND_COVER=[make_raster("lc_2019.tif", values, nodata=huge)], CLASS_AUDIT="memory:")
        assert rows(done.results["OUTPUT"])[1]["nodata_ha"] == pytest.approx(LOWER, rel=1e-12)
        last = rows(done.results["CLASS_AUDIT"])[-1]
        assert (last["value"], last["note"]) == (None, "cells without data")

    def test_codes_that_are_no_whole_numbers(self, budget, make_raster):
        raster = make_raster("lc_2019.tif", np.array([[1, 1.5, 12, 12]] * 2))
        with pytest.raises(RunFailed, match=r"lc_2019 holds 1\.5, which is no class code"):
            budget(LAND_COVER=[raster])

    def test_all_nodata(self, budget, make_raster, files, folder):
        with pytest.raises(RunFailed, match="lc_2019 has only missing cells in the units"):
            budget(LAND_COVER=[make_raster("lc_2019.tif", [[255] * 4] * 2, nodata=255)], **files)
        assert list(folder.iterdir()) == []

    def test_unit_of_nodata_only(self, budget, rows, make_raster):
        raster = make_raster("lc_2019.tif", [[255, 255, 12, 12], [255, 255, 12, 1]], nodata=255)
        done = budget(LAND_COVER=[raster])
        a, b = rows(done.results["OUTPUT"])
        amounts = ("ce_t", "cs_t", "net_t", "forest_t", "cropland_t")
        assert [a[name] for name in amounts] == [None] * 5
        assert a["nodata_ha"] == pytest.approx(2 * (UPPER + LOWER), rel=1e-12)
        assert b["ce_t"] > 0
        assert done.results["TOTAL_CE"] == b["ce_t"]
        assert warned(done, "1 units hold no cell with a class, and are kept without values: a")

    def test_band(self, budget, rows, tmp_path, make_raster):
        path = str(tmp_path / "lc_2019.tif")
        single = make_raster("single_2019.tif", FIRST)
        gdal.BuildVRT(
            path.replace(".tif", ".vrt"), [single, make_raster("b_2019.tif", SECOND)], separate=True
        )
        done = budget(LAND_COVER=[path.replace(".tif", ".vrt")], BAND=2)
        assert rows(done.results["OUTPUT"])[0]["forest_t"] == 0.0
        with pytest.raises(RunFailed, match=r"single_2019 has 1 band\(s\), and band 2 was asked for"):
            budget(LAND_COVER=[single], BAND=2)


class TestUnits:
    def test_no_overlap_of_raster_and_units(self, budget, make_layer, files, folder):
        layer = make_layer({"code": str, "region": str}, [("a", "East China")], [square(50, 50)])
        with pytest.raises(
            RunFailed, match="No unit holds a cell of the raster lc_2019; check the coordinate"
        ):
            budget(UNITS=layer, **files)
        assert list(folder.iterdir()) == []

    def test_units_without_crs(self, budget, make_layer):
        layer = make_layer({"code": str, "region": str}, [("a", "East China")], [square(0, 0)], crs="")
        with pytest.raises(RunFailed, match="units has no coordinate reference system"):
            budget(UNITS=layer)

    def overlapping(self, make_layer):
        shapes = [square(0, 0), "Polygon((0.5 0,2 0,2 1,0.5 1,0.5 0))"]
        return make_layer({"code": str, "region": str}, [("甲", "East China"), ("乙", "East China")], shapes)

    def test_overlapping_units(self, budget, make_layer, files, folder):
        area = f"{UPPER + LOWER:,.0f}"
        with pytest.raises(RunFailed, match=f"Units overlap: '甲' and '乙' \\({area} ha\\)"):
            budget(UNITS=self.overlapping(make_layer), **files)
        assert list(folder.iterdir()) == []

    def test_overlap_goes_to_the_first(self, budget, rows, make_layer):
        done = budget(UNITS=self.overlapping(make_layer), OVERLAP=1)
        areas = [row["area_ha"] for row in rows(done.results["OUTPUT"])]
        assert areas == pytest.approx([2 * (UPPER + LOWER)] * 2, rel=1e-12)
        assert warned(done, "1 pairs of units overlap, and the first unit got the cells: '甲' and '乙'")

    @pytest.mark.parametrize(
        ("keys", "text"),
        [
            (("a", "a"), "'a'"),
            (("a", None), "feature 2: column 'code' holds no unit"),
            (("", "b"), "feature 1: column 'code' holds no unit"),
        ],
    )
    def test_empty_and_repeated_names(self, budget, make_layer, keys, text):
        rows = [(key, "East China") for key in keys]
        layer = make_layer({"code": str, "region": str}, rows, [square(0, 0), square(1, 0)])
        with pytest.raises(RunFailed, match=text):
            budget(UNITS=layer)

    def test_keys_that_are_numbers(self, budget, rows, make_layer):
        fields = {"code": float, "region": str}
        data = [(110101.0, "East China"), (110102.0, "East China")]
        layer = make_layer(fields, data, [square(0, 0), square(1, 0)])
        found = rows(budget(UNITS=layer).results["OUTPUT"])
        assert [row["unit"] for row in found] == ["110101", "110102"]

    def test_tiny_unit_is_kept_without_values(self, budget, rows, make_layer):
        data = [("a", "East China"), ("tiny", "East China")]
        layer = make_layer({"code": str, "region": str}, data, [square(0, 0), square(1.01, 0.01, 0.1)])
        done = budget(UNITS=layer)
        tiny = rows(done.results["OUTPUT"])[1]
        assert (tiny["unit"], tiny["area_ha"], tiny["ce_t"], tiny["forest_t"]) == ("tiny", 0.0, None, None)
        assert warned(done, "1 units hold no cell centre of the raster, and are kept without values: tiny")

    def test_unit_without_a_polygon(self, budget, rows, make_layer):
        data = [("a", "East China"), ("none", "East China")]
        layer = make_layer({"code": str, "region": str}, data, [square(0, 0), None])
        done = budget(UNITS=layer)
        assert rows(done.results["OUTPUT"])[1]["net_t"] is None
        assert warned(done, "1 units have no polygon; they are kept without values: none")

    def test_selected_units_only(self, budget, rows, units):
        units.selectByExpression("code = 'b'")
        selection = QgsProcessingFeatureSourceDefinition(units.id(), selectedFeaturesOnly=True)
        done = budget(UNITS=selection)
        assert [row["unit"] for row in rows(done.results["OUTPUT"])] == ["b"]

    def test_fields_of_the_units_are_kept(self, budget, rows, make_layer):
        fields = {"code": str, "region": str, "unit": str, "year": int, "CE_T": float}
        data = [("a", "East China", "甲", 1999, 5.0), ("b", "East China", "乙", 1999, 6.0)]
        done = budget(UNITS=make_layer(fields, data, [square(0, 0), square(1, 0)]))
        a, _ = rows(done.results["OUTPUT"])
        assert (a["unit"], a["year"], a["code"]) == ("a", 2019, "a")
        assert (a["unit_1"], a["year_1"], a["CE_T_1"]) == ("甲", 1999, 5.0)
        assert any("unit -> unit_1" in text for text in done.feedback.infos)


class TestRasters:
    def plain(self, tmp_path, epsg=None):
        """The first raster as a file without a coordinate system, or with a wrong one."""
        path = str(tmp_path / "plain_2019.tif")
        raster = gdal.GetDriverByName("GTiff").Create(path, 4, 2, 1, gdal.GDT_Byte)
        raster.SetGeoTransform((0.0, 0.5, 0.0, 1.0, 0.0, -0.5))
        if epsg is not None:
            reference = osr.SpatialReference()
            reference.ImportFromEPSG(epsg)
            raster.SetProjection(reference.ExportToWkt())
        raster.GetRasterBand(1).WriteArray(np.array(FIRST))
        return path

    def test_raster_without_crs(self, budget, tmp_path):
        with pytest.raises(RunFailed, match="raster has no coordinate system"):
            budget(LAND_COVER=[self.plain(tmp_path)])

    @pytest.fixture(params=[None, 32650], ids=["none", "wrong"])
    def assigned(self, request, qgis_app, tmp_path):
        """A raster whose coordinate system is set in QGIS; the file has none, or a wrong one."""
        layer = QgsRasterLayer(self.plain(tmp_path, request.param), "plain_2019", "gdal")
        layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
        QgsProject.instance().addMapLayer(layer, False)
        yield layer
        QgsProject.instance().removeMapLayer(layer.id())

    def test_crs_that_is_set_in_qgis(self, budget, rows, assigned):
        done = budget(LAND_COVER=[assigned])
        assert rows(done.results["OUTPUT"])[0]["area_ha"] == pytest.approx(2 * (UPPER + LOWER), rel=1e-12)
        assert any(
            "'plain_2019' is the one set in its layer properties" in text for text in done.feedback.infos
        )

    def test_crs_that_is_set_in_qgis_and_another_grid(self, budget, rows, assigned, make_raster):
        first = make_raster("lc_2000.tif", np.repeat(np.repeat(FIRST, 2, axis=0), 2, axis=1), cell=0.25)
        done = budget(LAND_COVER=[first, assigned], ALIGNMENT=1)
        found = rows(done.results["OUTPUT"])
        assert [row["forest_t"] for row in found[:2]] == pytest.approx([row["forest_t"] for row in found[2:]])

    def test_nodata_settings_of_the_layer_are_not_used(self, budget, assigned):
        assigned.dataProvider().setUserNoDataValue(1, [])
        assert not warned(budget(LAND_COVER=[assigned]), "nodata settings")
        assigned.dataProvider().setUserNoDataValue(1, [QgsRasterRange(1, 1)])
        assert warned(
            budget(LAND_COVER=[assigned]), "The nodata settings in the properties of the layer 'plain"
        )

    def test_planar_areas_are_refused_in_degrees(self, budget, files, folder):
        with pytest.raises(RunFailed, match="Planar areas need a projected raster"):
            budget(AREA=1, **files)
        assert list(folder.iterdir()) == []

    @pytest.mark.parametrize(("area", "hectares"), [(1, 100.0), (0, None)])
    def test_projected_raster(self, budget, rows, make_raster, make_layer, area, hectares):
        # UTM 50, 1000 m cells about the central meridian at 35 N
        left, top = 500_000.0, 3_874_000.0
        raster = make_raster("lc_2019.tif", FIRST, left, top, 1000.0, 32650)
        shapes = [square(left + 2000.0 * i, top - 2000.0, 2000.0) for i in range(2)]
        data = [("a", "East China"), ("b", "East China")]
        layer = make_layer({"code": str, "region": str}, data, shapes, "EPSG:32650")
        found = rows(budget(LAND_COVER=[raster], UNITS=layer, AREA=area).results["OUTPUT"])
        # The scale on the central meridian is 0.9996, so the true area is larger by 1 / 0.9996**2.
        hectares = hectares or 100.0 / 0.9996**2
        assert [row["area_ha"] for row in found] == pytest.approx([4 * hectares] * 2, rel=2e-6)

    def test_second_raster_on_another_grid(self, budget, make_raster):
        rasters = [make_raster("lc_2000.tif", FIRST), make_raster("lc_2010.tif", SECOND, left=0.1)]
        with pytest.raises(
            RunFailed, match=r"lc_2010 is not on the grid of the first raster: .*shifted by up to 0\.1"
        ):
            budget(LAND_COVER=rasters)

    @pytest.mark.parametrize("alignment", [1, 2])
    def test_finer_raster_by_the_most_frequent_class(self, budget, rows, make_raster, alignment):
        # 4 x 4 cells to one: forest 1 in nine, cropland 12 in seven, so that a mean would be 5.8
        cell = np.array([[1, 1, 1, 12], [1, 1, 12, 12], [1, 1, 12, 12], [1, 1, 12, 12]])
        fine = make_raster("lc_2010.tif", np.tile(cell, (2, 4)), cell=0.125)
        done = budget(LAND_COVER=[make_raster("lc_2000.tif", FIRST), fine], ALIGNMENT=alignment)
        found = rows(done.results["OUTPUT"])[2:]
        forest = -0.581 * 2 * (UPPER + LOWER)
        assert [row["forest_t"] for row in found] == pytest.approx([forest] * 2, rel=1e-12)
        assert any(
            "lc_2010 was put on the grid" in text and "most frequent" in text for text in done.feedback.infos
        )

    def test_coarser_raster_by_the_nearest_cell(self, budget, rows, make_raster):
        coarse = make_raster("lc_2010.tif", [[1, 12]], cell=1.0)
        done = budget(LAND_COVER=[make_raster("lc_2000.tif", FIRST), coarse], ALIGNMENT=1)
        _, _, a, b = rows(done.results["OUTPUT"])
        assert a["forest_t"] == pytest.approx(-0.581 * 2 * (UPPER + LOWER), rel=1e-12)
        assert b["cropland_t"] == pytest.approx(0.497 * 2 * (UPPER + LOWER), rel=1e-12)
        assert any(
            "lc_2010 was put on the grid" in text and "nearest" in text for text in done.feedback.infos
        )

    def test_truncated_raster(self, budget, provinces, files, folder, tmp_path):
        path = tmp_path / "lc_2019.tif"
        path.write_bytes(Path(LAND_COVER).read_bytes()[:-60_000])
        with pytest.raises(RunFailed, match=r"lc_2019 cannot be (read at rows|opened)"):
            budget(LAND_COVER=[str(path)], UNITS=provinces, UNIT_FIELD="unit", **files)
        assert list(folder.iterdir()) == []

    def test_file_that_is_no_raster(self, budget, tmp_path):
        path = tmp_path / "lc_2019.tif"
        path.write_text("no raster")
        with pytest.raises(RunFailed, match=r"lc_2019|LAND_COVER|Land cover"):
            budget(LAND_COVER=[str(path)])


# Destinations


def test_shapefile_says_what_it_renames(budget, folder):
    done = budget(OUTPUT=str(folder / "budget.shp"))
    (text,) = warned(done, "budget.shp: its format cannot hold")
    assert "construction_t -> constructi" in text


def test_non_ascii_names_everywhere(budget, rows, make_layer, tmp_path):
    folder = tmp_path / "输出 文件夹"
    folder.mkdir()
    layer = make_layer(
        {"名称": str, "区域": str}, [("山东", "华东"), ("湖北", "中南")], [square(0, 0), square(1, 0)]
    )
    done = budget(
        UNITS=layer,
        UNIT_FIELD="名称",
        REGION_FIELD="区域",
        OUTPUT=str(folder / "碳收支.gpkg"),
        DENSITY=str(folder / "碳密度.tif"),
    )
    found = rows(done.results["OUTPUT"])
    assert [(row["unit"], row["名称"], row["区域"]) for row in found] == [
        ("山东", "山东", "华东"),
        ("湖北", "湖北", "中南"),
    ]
    assert gdal.Open(str(folder / "碳密度.tif")) is not None
    assert (folder / "碳收支.gpkg.landcarbon.json").is_file()


@pytest.mark.parametrize("name", ["OUTPUT", "DENSITY"])
def test_folder_that_is_not_there(budget, files, folder, name):
    wrong = str(folder / "missing" / Path(files[name]).name)
    with pytest.raises(RunFailed, match=r"missing of '.*' does not exist or cannot be written"):
        budget(**{**files, name: wrong})
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("name", ["OUTPUT", "DENSITY"])
def test_folder_that_cannot_be_written(budget, files, folder, tmp_path, name):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(RunFailed, match="cannot be written"):
        budget(**{**files, name: str(locked / Path(files[name]).name)})
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["density.png", "density.gpkg", "density"])
def test_density_in_another_format(budget, folder, name):
    with pytest.raises(RunFailed, match=r"'Carbon density' is a GeoTIFF; choose a name that ends with \.tif"):
        budget(DENSITY=str(folder / name))
    assert list(folder.iterdir()) == []


def test_provider_offers_geotiff_only(provider):
    assert provider.supportedOutputRasterLayerExtensions() == ["tif"]
    assert provider.defaultRasterFileExtension() == "tif"


def test_temporary_density(budget):
    path = budget(DENSITY="TEMPORARY_OUTPUT").results["DENSITY"]
    assert path.endswith(".tif")
    assert gdal.Open(path).ReadAsArray().shape == (2, 4)


@pytest.mark.parametrize("percent", [1.0, 35.0, 70.0, 85.0])
def test_cancel_half_way_leaves_nothing(budget, make_raster, feedback, files, folder, percent):
    feedback.progressChanged.connect(lambda progress: feedback.cancel() if progress >= percent else None)
    rasters = [make_raster("lc_2000.tif", FIRST), make_raster("lc_2010.tif", SECOND)]
    with pytest.raises(RunFailed, match="cancelled; nothing was kept"):
        budget(LAND_COVER=rasters, **files)
    assert list(folder.iterdir()) == []


def test_progress_goes_once_from_0_to_100(budget, make_raster, feedback, files):
    seen = []
    feedback.progressChanged.connect(seen.append)
    budget(LAND_COVER=[make_raster("lc_2000.tif", FIRST), make_raster("lc_2010.tif", SECOND)], **files)
    assert seen == sorted(seen)
    assert seen[-1] == 100.0


@pytest.fixture
def small_disk(make_disk):
    """A file system of 60 kB."""
    return make_disk("60k")


@pytest.fixture
def sample_inputs(provinces):
    return {"LAND_COVER": [LAND_COVER], "UNITS": provinces, "UNIT_FIELD": "unit", "REGION_FIELD": "region"}


@pytest.mark.parametrize(("name", "file"), [("OUTPUT", "a.gpkg"), ("OUTPUT", "a.shp"), ("DENSITY", "a.tif")])
def test_full_disk_leaves_nothing(run, sample_inputs, small_disk, files, folder, name, file):
    destinations = {**files, name: str(small_disk / file)}
    with pytest.raises(RunFailed, match="could not be written"):
        run("landusebudget", **sample_inputs, **destinations)
    assert list(small_disk.iterdir()) == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["OUTPUT", "DENSITY"])
def test_file_that_cannot_grow_leaves_nothing(sample_inputs, folder, name):
    destinations = {"OUTPUT": "memory:", name: str(folder / OUTPUTS[name])}
    done = run_limited(60_000, "landusebudget", {**sample_inputs, **destinations})
    assert not done["succeeded"]
    assert "could not be written" in done["errors"][-1]
    assert list(folder.iterdir()) == []


def test_qgis_process_with_json(sample, sample_inputs, tmp_path, folder):
    qgis_process = shutil.which("qgis_process")
    if qgis_process is None:
        pytest.skip("qgis_process is not on the path")
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "landcarbon").symlink_to(ROOT)
    environment = {
        **os.environ,
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile"),
        "QGIS_PLUGINPATH": str(plugins),
        "QT_QPA_PLATFORM": "offscreen",
    }

    def call(*arguments, text=None):
        return subprocess.run(
            [qgis_process, *arguments],
            input=text,
            capture_output=True,
            text=True,
            env=environment,
            timeout=600,
        )

    assert call("plugins", "enable", "landcarbon").returncode == 0
    inputs = {**sample_inputs, "OUTPUT": str(folder / "budget.gpkg"), "DENSITY": str(folder / "density.tif")}
    done = call("run", "landcarbon:landusebudget", "-", text=json.dumps({"inputs": inputs}))
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    # The system's numpy may be another one, with other last bits in a sine.
    assert results["TOTAL_NET"] == pytest.approx(sample.results["TOTAL_NET"], rel=1e-12)
    assert results["OUTPUT"] == str(folder / "budget.gpkg")
    rows = read_rows(QgsProcessingContext(), results["OUTPUT"])
    for row, expected in zip(rows, sample.rows["OUTPUT"], strict=True):
        assert row == {
            name: pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
            for name, value in expected.items()
        }
    density = gdal.Open(str(folder / "density.tif")).ReadAsArray()
    assert (density == gdal.Open(str(sample.folder / "density.tif")).ReadAsArray()).all()


def test_crs_of_the_density_is_that_of_the_raster(budget, make_raster, make_layer, folder):
    raster = make_raster("lc_2019.tif", FIRST, epsg=4490)
    budget(LAND_COVER=[raster], DENSITY=str(folder / "density.tif"))
    assert gdal.Open(str(folder / "density.tif")).GetSpatialRef().GetAuthorityCode(None) == "4490"
