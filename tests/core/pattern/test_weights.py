"""Spatial weights: contiguity, distance bands, nearest neighbours, inverse distances."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.weights import contiguity, row_standardised
from osgeo import ogr

from ...conftest import ROOT

# Which provincial units of China border on which by land; each pair once.
BORDERS = """
Beijing: Tianjin, Hebei
Tianjin: Hebei
Hebei: Liaoning, Inner Mongol, Shanxi, Henan, Shandong
Shanxi: Inner Mongol, Shaanxi, Henan
Inner Mongol: Heilongjiang, Jilin, Liaoning, Shaanxi, Ningxia, Gansu
Liaoning: Jilin
Jilin: Heilongjiang
Shanghai: Jiangsu, Zhejiang
Jiangsu: Shandong, Anhui, Zhejiang
Zhejiang: Anhui, Jiangxi, Fujian
Anhui: Shandong, Henan, Hubei, Jiangxi
Fujian: Jiangxi, Guangdong
Jiangxi: Hubei, Hunan, Guangdong
Shandong: Henan
Henan: Shaanxi, Hubei
Hubei: Shaanxi, Chongqing, Hunan
Hunan: Chongqing, Guizhou, Guangxi, Guangdong
Guangdong: Guangxi
Guangxi: Guizhou, Yunnan
Chongqing: Shaanxi, Sichuan, Guizhou
Sichuan: Shaanxi, Gansu, Qinghai, Xizang, Yunnan, Guizhou
Guizhou: Yunnan
Yunnan: Xizang
Xizang: Qinghai, Xinjiang
Shaanxi: Gansu, Ningxia
Gansu: Ningxia, Qinghai, Xinjiang
Qinghai: Xinjiang
"""


def rows(weights):
    """The neighbours of every unit."""
    return [weights.matrix[i].indices.tolist() for i in range(len(weights))]


@pytest.fixture(scope="module")
def provinces():
    """Names, polygons and coordinate system of the sample."""
    source = ogr.Open(str(ROOT / "resources" / "sample" / "provinces.gpkg"))
    layer = source.GetLayer(0)
    found = [(feature["unit"], bytes(feature.GetGeometryRef().ExportToWkb())) for feature in layer]
    return *zip(*found, strict=True), layer.GetSpatialRef().ExportToWkt()


# Contiguity


@pytest.mark.parametrize("queen", [True, False])
def test_provinces_of_china(provinces, queen):
    names, polygons, crs = provinces
    known = {name: set() for name in names}
    for line in BORDERS.strip().splitlines():
        unit, others = line.split(": ")
        for other in others.split(", "):
            known[unit].add(other)
            known[other].add(unit)
    found = rows(contiguity(polygons, queen, crs_wkt=crs))
    assert {name: {names[j] for j in row} for name, row in zip(names, found, strict=True)} == known


def test_hainan_is_an_island(provinces):
    names, polygons, crs = provinces
    assert [names[i] for i in contiguity(polygons, crs_wkt=crs).islands] == ["Hainan"]


@pytest.mark.parametrize("queen", [True, False])
def test_grid_of_100_by_100(grid, queen):
    # places of 0.1 are not exact numbers
    weights = contiguity(grid(100, 100, size=0.1), queen)
    place = np.arange(10_000).reshape(100, 100)
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i or j) and (queen or 0 in (i, j))]
    expected = [[] for _ in range(10_000)]
    for row in range(100):
        for column in range(100):
            around = [(row + i, column + j) for i, j in steps]
            expected[place[row, column]] = [
                int(place[r, c]) for r, c in around if 0 <= r < 100 and 0 <= c < 100
            ]
    assert rows(weights) == expected
    assert (weights.matrix.data == 1).all()


def test_tolerance_needs_a_coordinate_system(grid):
    with pytest.raises(InputDataError, match="The units have no coordinate reference system"):
        contiguity(grid(2, 1), tolerance_m=1.0)


def test_same_as_libpysal(provinces):
    libpysal = pytest.importorskip("libpysal")
    geopandas = pytest.importorskip("geopandas")
    _, polygons, crs = provinces
    frame = geopandas.GeoDataFrame(geometry=geopandas.GeoSeries.from_wkb(polygons))
    theirs = libpysal.weights.Queen.from_dataframe(frame, use_index=False, silence_warnings=True)
    assert rows(contiguity(polygons, crs_wkt=crs)) == [sorted(theirs.neighbors[i]) for i in range(31)]


# Rows


def test_rows_sum_to_one_and_islands_stay_empty(square):
    weights = row_standardised(contiguity([square(0, 0), square(1, 0), square(2, 0), square(9, 9)]))
    assert weights.matrix.toarray().tolist() == [
        [0.0, 1.0, 0.0, 0.0],
        [0.5, 0.0, 0.5, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
    ]


def test_rows_of_some_units_are_standardised_again(square):
    weights = row_standardised(contiguity([square(0, 0), square(1, 0), square(2, 0), square(9, 9)]))
    assert weights.of(np.array([1, 2, 3])).matrix.toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_weights_are_not_changed_by_standardising(square):
    weights = contiguity([square(0, 0), square(1, 0), square(2, 0)])
    row_standardised(weights)
    assert (weights.matrix.data == 1).all()
