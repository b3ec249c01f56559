"""The sample: what is in it, where, and how large."""

import numpy as np
import pytest
from landcarbon.core.accounting.classes import class_preset
from landcarbon.core.resources import RESOURCES, read_preset
from landcarbon.core.tables import read_table
from osgeo import gdal, ogr

SAMPLE = RESOURCES / "sample"
LAND_COVER = SAMPLE / "land_cover_2019.tif"

# The 31 units of the provincial statistics by region
REGIONS = {
    "North China": {"Beijing", "Tianjin", "Hebei", "Shanxi", "Inner Mongol"},
    "Northeast China": {"Liaoning", "Jilin", "Heilongjiang"},
    "East China": {"Shanghai", "Jiangsu", "Zhejiang", "Anhui", "Fujian", "Jiangxi", "Shandong"},
    "Central-South China": {"Henan", "Hubei", "Hunan", "Guangdong", "Guangxi", "Hainan"},
    "Southwest China": {"Chongqing", "Sichuan", "Guizhou", "Yunnan", "Xizang"},
    "Northwest China": {"Shaanxi", "Gansu", "Qinghai", "Ningxia", "Xinjiang"},
}


@pytest.fixture(scope="module")
def land_cover():
    return gdal.Open(str(LAND_COVER))


@pytest.fixture(scope="module")
def provinces(tmp_path_factory):
    copy = tmp_path_factory.mktemp("sample") / "provinces.gpkg"  # SQLite may write to what it opens
    copy.write_bytes((SAMPLE / "provinces.gpkg").read_bytes())
    source = ogr.Open(str(copy))
    layer = source.GetLayerByName("provinces")
    features = [(feature["unit"], feature["region"], feature.GetGeometryRef().Clone()) for feature in layer]
    return layer.GetSpatialRef().Clone(), layer.GetGeomType(), features


@pytest.fixture(scope="module")
def statistics():
    return read_table(SAMPLE / "statistics_2019.csv")


def by_region(units, regions):
    grouped = {}
    for unit, region in zip(units, regions, strict=True):
        grouped.setdefault(region, set()).add(unit)
    return grouped


def files():
    """What ships; QGIS puts statistics beside rasters that it opens."""
    return [path for path in SAMPLE.rglob("*") if path.is_file() and not path.name.endswith(".aux.xml")]


def test_the_sample_is_below_3_mb():
    assert sum(path.stat().st_size for path in files()) < 3_000_000


def test_land_cover_window(land_cover):
    # 73-136 E and 17-54 N in cells of 0.05 degrees: 63 / 0.05 columns, 37 / 0.05 rows
    assert (land_cover.RasterXSize, land_cover.RasterYSize) == (1260, 740)
    assert land_cover.GetGeoTransform() == (73, 0.05, 0, 54, 0, -0.05)


def test_land_cover_crs_and_nodata(land_cover):
    assert land_cover.GetSpatialRef().GetAuthorityCode(None) == "4326"
    assert land_cover.GetRasterBand(1).GetNoDataValue() == 255


def test_land_cover_values_are_all_in_the_class_preset(land_cover):
    values = np.unique(land_cover.ReadAsArray())
    assert (class_preset("igbp").indices(values) >= 0).all()


def test_land_cover_is_tiled_and_has_colours(land_cover):
    band = land_cover.GetRasterBand(1)
    assert band.GetBlockSize() == [256, 256]
    assert band.GetColorTable().GetColorEntry(13) == (190, 40, 45, 255)


@pytest.mark.parametrize(
    "lon, lat, value",
    [
        (103.025, 38.975, 16),  # Tengger desert: barren
        (122.275, 31.025, 0),  # sea off Shanghai: water
        (116.375, 39.925, 13),  # Beijing: urban
    ],
)
def test_land_cover_lies_where_it_should(land_cover, lon, lat, value):
    column, row = int((lon - 73) / 0.05), int((54 - lat) / 0.05)
    assert land_cover.ReadAsArray(column, row, 1, 1)[0, 0] == value


def test_provinces_are_31_multipolygons_in_wgs84(provinces):
    crs, geometry_type, features = provinces
    assert crs.GetAuthorityCode(None) == "4326"
    assert geometry_type == ogr.wkbMultiPolygon
    assert len(features) == 31


def test_provinces_by_region(provinces):
    units, regions, _ = zip(*provinces[2], strict=True)
    assert by_region(units, regions) == REGIONS


def test_geometries_are_valid(provinces):
    assert [unit for unit, _, outline in provinces[2] if not outline.IsValid()] == []


def test_provinces_do_not_overlap(provinces):
    features = provinces[2]
    overlaps = [
        (unit, other)
        for i, (unit, _, outline) in enumerate(features)
        for other, _, another in features[:i]
        if outline.Overlaps(another)
    ]
    assert overlaps == []


def test_regions_are_those_of_the_coefficients(provinces):
    allowed = set(read_preset("regions", "china_six").text("region"))
    assert {region for _, region, _ in provinces[2]} == allowed


def test_statistics_columns_and_year(statistics):
    assert statistics.columns == ("unit", "year", "gdp", "region", "source")
    assert set(statistics.years("year").tolist()) == {2019}


def test_statistics_have_the_units_of_the_provinces(statistics, provinces):
    assert statistics.keys("unit") == [unit for unit, _, _ in provinces[2]]


def test_statistics_by_region(statistics):
    assert by_region(statistics.text("unit"), statistics.text("region")) == REGIONS


def test_gdp_adds_up(statistics):
    # The provinces' GDP of 2019 is reported as 98.53 trillion CNY; the digits beyond are a checksum
    assert statistics.numbers("gdp").sum() == pytest.approx(985333.11, abs=0.005)


def test_gdp_of_the_largest_and_the_smallest(statistics):
    gdp = dict(zip(statistics.text("unit"), statistics.numbers("gdp"), strict=True))
    assert (max(gdp, key=gdp.get), gdp["Guangdong"]) == ("Guangdong", 107671.07)
    assert (min(gdp, key=gdp.get), gdp["Xizang"]) == ("Xizang", 1697.82)


def test_every_file_of_the_sample_is_in_its_sources():
    text = (SAMPLE / "SOURCES.md").read_text(encoding="utf-8")
    names = {path.name for path in files()} - {"SOURCES.md"}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
