"""Spatial weights: contiguity, distance bands, nearest neighbours, inverse distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.geometry.ground import Ground
from landcarbon.core.pattern import weights as module
from landcarbon.core.pattern.weights import (
    contiguity,
    distance_band,
    inverse_distances,
    nearest_neighbours,
    row_standardised,
)
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


# Distances


PLANE = 'LOCAL_CS["metres",UNIT["metre",1]]'
WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)
LINE = np.array([[0.0, 0], [1, 0], [3, 0], [7, 0]])


def test_band_of_a_line():
    assert rows(distance_band(LINE, PLANE, 2.0)) == [[1], [0, 2], [1], []]


def test_distance_equal_to_the_band_is_inside():
    assert rows(distance_band(LINE, PLANE, 3.0)) == [[1, 2], [0, 2], [0, 1], []]


def test_distance_equal_to_the_band_but_for_rounding_is_inside():
    # 0.3 - 0.2 is a little more than 0.1
    points = np.array([[0.1, 0], [0.2, 0], [0.3, 0]])
    assert rows(distance_band(points, PLANE, 0.1)) == [[1], [0, 2], [1]]


def test_default_band_is_the_smallest_that_leaves_no_unit_alone():
    weights = distance_band(LINE, PLANE)
    assert weights.distance_m == 4.0
    assert rows(weights) == [[1, 2], [0, 2], [0, 1, 3], [2]]


def test_band_in_feet(wkt_of):
    points = np.array([[0.0, 0], [1000, 0], [3000, 0]])
    # 1000 US survey feet are 304.8006 m
    assert rows(distance_band(points, wkt_of("EPSG:2263"), 304.9)) == [[1], [0], []]
    assert rows(distance_band(points, wkt_of("EPSG:2263"), 304.7)) == [[], [], []]


def test_band_on_degrees_is_geodesic():
    # At 60 degrees north a degree of longitude is 55 800 m, a degree of latitude 111 412 m.
    points = np.array([[10.0, 60], [11, 60], [10, 61]])
    assert rows(distance_band(points, WGS84, 56_000)) == [[1], [0], []]


def test_band_across_the_antimeridian():
    points = np.array([[179.9, 0], [-179.9, 0], [0, 0]])
    assert rows(distance_band(points, WGS84, 30_000)) == [[1], [0], []]


def test_band_that_only_the_geodesic_decides():
    # two places 1 000 km apart: the band is a decimetre less, and a decimetre more
    ground = Ground.of_crs(WGS84)
    points = np.array([[100.0, 30], [110.0, 33], [0, 0]])
    length = float(ground.distances_m(points, np.array([0]), np.array([1]))[0])
    lower, upper = ground.bounds_m(np.linalg.norm(np.diff(ground.in_space(points[:2]), axis=0)))
    assert lower < length - 0.1 < length + 0.1 < upper
    assert rows(distance_band(points, WGS84, length - 0.1))[0] == []
    assert rows(distance_band(points, WGS84, length + 0.1))[0] == [1]


@given(st.integers(0, 2**32 - 1), st.integers(3, 40), st.sampled_from([PLANE, WGS84]))
def test_bands_against_all_distances(seed, count, crs):
    random = np.random.default_rng(seed)
    points = random.integers(0, 30, (count, 2)) + np.array([100.0, 20.0])
    first, second = (index.ravel() for index in np.indices((count, count)))
    distances = Ground.of_crs(crs).distances_m(points, first, second).reshape(count, count)
    apart = ~np.eye(count, dtype=bool)
    band = np.where(apart, distances, np.inf).min(axis=1).max()
    default = distance_band(points, crs)
    assert default.distance_m == pytest.approx(band, rel=1e-12, abs=1e-6)
    for weights, limit in ((default, band), (distance_band(points, crs, 5e5), 5e5)):
        expected = apart & (distances <= limit + 1e-6)
        assert rows(weights) == [np.flatnonzero(row).tolist() for row in expected]


def test_band_with_too_many_neighbours(monkeypatch):
    monkeypatch.setattr(module, "MOST_NEIGHBOURS", 1000)
    points = np.random.default_rng(1).uniform(0, 10, (100, 2))
    with pytest.raises(InputDataError, match="Within 20 m a unit has 100 neighbours on average"):
        distance_band(points, PLANE, 20.0)


@pytest.mark.parametrize("make", [distance_band, lambda *a: nearest_neighbours(*a, 2), inverse_distances])
def test_distances_need_a_coordinate_system(make):
    with pytest.raises(InputDataError, match="The units have no coordinate reference system"):
        make(LINE, "")


# Nearest


def test_nearest_of_a_line():
    assert rows(nearest_neighbours(LINE, PLANE, 2)) == [[1, 2], [0, 2], [0, 1], [1, 2]]


def test_of_equally_near_units_the_first_are_taken():
    # four at distance 1 around the first
    points = np.array([[0.0, 0], [0, 1], [1, 0], [0, -1], [-1, 0]])
    assert rows(nearest_neighbours(points, PLANE, 3))[0] == [1, 2, 3]
    assert rows(nearest_neighbours(points[[0, 4, 3, 2, 1]], PLANE, 2))[0] == [1, 2]


def test_all_others_are_the_most_neighbours():
    assert rows(nearest_neighbours(LINE, PLANE, 3)) == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]


@pytest.mark.parametrize("count", [4, 5])
def test_as_many_neighbours_as_units(count):
    with pytest.raises(InputDataError, match=f"{count} neighbours are asked for, and there are 4 units"):
        nearest_neighbours(LINE, PLANE, count)


def test_more_nearest_neighbours_than_fit(monkeypatch):
    monkeypatch.setattr(module, "MOST_NEIGHBOURS", 10)
    with pytest.raises(
        InputDataError, match="3 neighbours of every unit do not fit into memory; choose at most 2"
    ):
        nearest_neighbours(LINE, PLANE, 3)


def test_units_at_the_same_place_are_neighbours():
    points = np.array([[0.0, 0]] * 4 + [[1, 0], [2, 0]])
    assert rows(nearest_neighbours(points, PLANE, 2)) == [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1], [0, 4]]


@given(st.integers(0, 2**32 - 1), st.integers(3, 40), st.integers(1, 8), st.sampled_from([PLANE, WGS84]))
def test_nearest_against_all_distances(seed, units, count, crs):
    # places on a lattice, so that many are equally far
    count = min(count, units - 1)
    random = np.random.default_rng(seed)
    points = random.integers(0, 6, (units, 2)) + np.array([100.0, 0.0])
    first, second = (index.ravel() for index in np.indices((units, units)))
    distances = Ground.of_crs(crs).distances_m(points, first, second).reshape(units, units)
    np.fill_diagonal(distances, np.inf)
    by_place = np.round(distances, 6)
    expected = [sorted(np.lexsort((np.arange(units), row))[:count].tolist()) for row in by_place]
    assert rows(nearest_neighbours(points, crs, count)) == expected


# Inverse distances


def test_inverse_distances_of_a_line():
    weights = inverse_distances(LINE, PLANE, 3.0)
    assert weights.matrix.toarray().tolist() == [
        [0, 1, 1 / 3, 0],
        [1, 0, 1 / 2, 0],
        [1 / 3, 1 / 2, 0, 0],
        [0, 0, 0, 0],
    ]
    assert not weights.even


def test_inverse_distances_have_the_default_band():
    assert inverse_distances(LINE, PLANE).distance_m == 4.0


def test_units_at_the_same_place_have_no_inverse_distance():
    points = np.array([[0.0, 0], [5, 5], [0, 0]])
    with pytest.raises(InputDataError, match="unit 0 and unit 2 are at the same place"):
        inverse_distances(points, PLANE, 10.0, "unit {}".format)


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
