"""CASA through files: against the plain reference cell by cell, whole files or none, the same bits always."""

import math
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.productivity import raster_casa
from landcarbon.core.productivity.daylight import day_factors, month_lengths
from landcarbon.core.productivity.raster_casa import OUTPUTS, CasaRasters, data_limits, write_casa
from landcarbon.core.productivity.vegetation import VegetationClass, VegetationTable
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import align, open_source
from osgeo import gdal

from .reference import year_of_a_cell

NAN = math.nan
ROWS, COLUMNS = 9, 14
NODATA = -32768
SCALES = {"ndvi": 1e-4, "temperature": 0.1, "precipitation": 0.1, "radiation": 0.1}
TABLE = VegetationTable(
    "mine",
    (
        VegetationClass(0, "water", NAN, NAN, NAN),
        VegetationClass(1, "forest", 0.6, 0.05, 0.7, limits="table"),
        VegetationClass(4, "grass", 0.5, 0.023, 0.634, limits="table"),
    ),
)


@pytest.fixture(scope="module")
def stored():
    """Stored numbers by series, (12, rows, columns) each, with gaps, and vegetation codes."""
    random = np.random.default_rng(11)
    shape = (12, ROWS, COLUMNS)
    wave = -np.cos(2 * np.pi * np.arange(1, 13) / 12)[:, None, None]
    values = {
        "ndvi": np.clip(0.4 + 0.35 * wave + random.normal(0, 0.1, shape), -0.1, 0.95),
        "temperature": random.uniform(-12, 26, shape[1:]) + 13 * wave + random.normal(0, 1, shape),
        "precipitation": np.maximum(random.normal(60, 70, shape), 0),
        "radiation": 420 + 200 * wave + random.normal(0, 20, shape),
    }
    found = {name: np.rint(values[name] / scale).astype(np.int16) for name, scale in SCALES.items()}
    for name in found:
        found[name][random.random(shape) < 0.004] = NODATA
    found["ndvi"][3, 0, 0] = 10_000
    found["vegetation"] = random.choice([0, 1, 4, 4, 9, 255], (ROWS, COLUMNS)).astype(np.uint8)
    found["vegetation"][0, :2] = 1
    return found


@pytest.fixture
def make_inputs(make_raster):
    """`make_inputs(stored, tag, **options)`: CasaRasters of files of one band."""

    def make(stored, tag="", dtype=None, **options):
        series = []
        for name, scale in SCALES.items():
            sources = []
            for month, values in enumerate(stored[name], 1):
                nodata = NODATA
                if dtype is not None:
                    values = np.where(values == NODATA, np.nan, values * scale).astype(dtype)
                    nodata = NAN
                path = make_raster(values, name=f"{name}{tag}_{month:02}.tif", nodata=nodata, **options)
                source = open_source(path)
                sources.append(source if dtype is not None else replace(source, scale=scale))
            series.append(tuple(sources))
        vegetation = make_raster(stored["vegetation"], name=f"vegetation{tag}.tif", nodata=255, **options)
        return CasaRasters(*series, open_source(vegetation))

    return make


@pytest.fixture
def written(tmp_path):
    """`written(rasters, table, ...)`: outputs as arrays (bands, rows, columns), and what was counted."""

    def run(rasters, table=TABLE, outputs=OUTPUTS, **options):
        folder = tmp_path / "outputs"
        folder.mkdir(exist_ok=True)
        targets = {name: folder / f"{name}.tif" for name in outputs}
        found = write_casa(targets, rasters, table, **options)
        return {name: as_array(path) for name, path in targets.items()}, found

    run.folder = tmp_path / "outputs"
    return run


def as_array(path):
    values = gdal.Open(str(path)).ReadAsArray()
    return np.where(values == -9999, np.nan, values).reshape(-1, *values.shape[-2:])


def values_of(stored, name):
    return np.where(stored[name] == NODATA, np.nan, stored[name] * SCALES[name])


def expected_of(stored, table=TABLE, alpha=0.5, factors=None):
    """NPP and RH of every month and cell by the plain reference, (2, 12, rows, columns)."""
    classes = {one.value: one for one in table.classes}
    series = [values_of(stored, name) for name in SCALES]
    expected = np.full((2, 12, *stored["vegetation"].shape), np.nan)
    for place in np.ndindex(stored["vegetation"].shape):
        one = classes.get(int(stored["vegetation"][place]))
        if one is None:
            continue
        cell = [[float(value) for value in values[(slice(None), *place)]] for values in series]
        days = None if factors is None else factors[:, place[0]].tolist()
        found = year_of_a_cell(*cell, one.epsilon_max, one.ndvi_min, one.ndvi_max, alpha, days)
        if found[0] is not None:
            expected[(slice(None), slice(None), *place)] = found
    return expected


def assert_as_expected(arrays, expected):
    npp, rh = expected
    wanted = {
        "npp": npp.sum(axis=0)[None],
        "rh": rh.sum(axis=0)[None],
        "nep": (npp - rh).sum(axis=0)[None],
        "monthly_npp": npp,
        "monthly_nep": npp - rh,
    }
    for name, found in arrays.items():
        # A difference keeps the absolute error of what it is the difference of
        tolerance = 1e-6 * np.nanmax(np.abs(npp)) if "nep" in name else 1e-9
        np.testing.assert_allclose(found, wanted[name], rtol=1e-6, atol=tolerance, err_msg=name)


def test_every_cell_is_that_of_the_reference(written, make_inputs, stored):
    arrays, _ = written(make_inputs(stored))
    assert np.isfinite(arrays["npp"]).sum() > 20
    assert_as_expected(arrays, expected_of(stored))


def test_files_of_floating_point_numbers(written, make_inputs, stored):
    arrays, _ = written(make_inputs(stored, dtype=np.float64))
    assert_as_expected(arrays, expected_of(stored))


def test_floating_point_numbers_of_the_same_values_give_the_same_bits(written, make_inputs, stored):
    table, _ = written(make_inputs(stored))
    computed, _ = written(make_inputs(stored, "_f", dtype=np.float64))
    assert all(table[name].tobytes() == computed[name].tobytes() for name in OUTPUTS)


def test_months_of_different_scale_and_nodata(written, make_inputs, stored, make_raster):
    rasters = make_inputs(stored)
    july = stored["temperature"][6]
    tenfold = np.where(july == NODATA, 7, july.astype(np.int32) * 10).astype(np.int32)
    path = make_raster(tenfold, name="july.tif", nodata=7)
    other = replace(open_source(path), scale=0.01)
    temperature = (*rasters.temperature[:6], other, *rasters.temperature[7:])
    arrays, _ = written(rasters._replace(temperature=temperature))
    assert_as_expected(arrays, expected_of(stored))


def test_share_of_ndvi(written, make_inputs, stored):
    arrays, _ = written(make_inputs(stored), alpha=0.2)
    assert_as_expected(arrays, expected_of(stored, alpha=0.2))


def test_length_of_days(written, make_inputs, stored):
    arrays, _ = written(make_inputs(stored), daylength=True, year=2020)
    # The rasters of these tests begin at 40 deg N, cells of half a degree
    latitudes = 40.0 - 0.5 * (np.arange(ROWS) + 0.5)
    factors = day_factors(latitudes, month_lengths(2020))
    assert_as_expected(arrays, expected_of(stored, factors=factors))
    without, _ = written(make_inputs(stored))
    assert not np.array_equal(arrays["npp"], without["npp"], equal_nan=True)


def test_length_of_days_on_a_projected_grid(written, make_inputs, stored):
    # UTM 48 N, on the central meridian
    options = {"geotransform": (500_000.0, 1.0, 0.0, 4_000_000.0, 0.0, -1.0), "crs": "EPSG:32648"}
    arrays, _ = written(make_inputs(stored, **options), daylength=True)
    latitudes = latitude_of(4_000_000.0 - np.arange(ROWS) - 0.5)
    factors = day_factors(latitudes, month_lengths())
    assert_as_expected(arrays, expected_of(stored, factors=factors))


def latitude_of(northing):
    """Latitude [deg] on the central meridian of UTM: Snyder 1987, eq. 7-19, 3-24 and 3-26."""
    e2 = (2 - 1 / 298.257223563) / 298.257223563
    e1 = (1 - math.sqrt(1 - e2)) / (1 + math.sqrt(1 - e2))
    mu = northing / 0.9996 / (6378137.0 * (1 - e2 / 4 - 3 * e2**2 / 64 - 5 * e2**3 / 256))
    series = (3 * e1 / 2 - 27 * e1**3 / 32) * np.sin(2 * mu) + (21 * e1**2 / 16) * np.sin(4 * mu)
    return np.degrees(mu + series + 151 * e1**3 / 96 * np.sin(6 * mu))


def test_length_of_days_without_coordinate_system(written, make_inputs, stored):
    with pytest.raises(InputDataError, match="NDVI has no coordinate system"):
        written(make_inputs(stored, crs=None), daylength=True)


# Bounds and bits


def test_ranges(written, make_inputs, stored):
    arrays, _ = written(make_inputs(stored))
    assert np.nanmin(arrays["npp"]) >= 0
    assert np.nanmin(arrays["monthly_npp"]) >= 0
    assert np.nanmin(arrays["nep"]) < 0


@pytest.mark.parametrize("options", [{"workers": 1}, {"workers": 3, "budget": 1}, {"budget": 30_000}])
@pytest.mark.parametrize("areas", [True, False])
def test_bits_do_not_depend_on_threads_and_memory(written, make_inputs, stored, options, areas):
    rasters = make_inputs(stored)
    areas = cell_areas(rasters.grid) if areas else None
    arrays, counted = written(rasters, areas=areas)
    others, again = written(rasters, areas=areas, **options)
    assert all(arrays[name].tobytes() == others[name].tobytes() for name in OUTPUTS)
    assert again == counted


def test_bits_do_not_depend_on_the_executor(written, make_inputs, stored):
    rasters = make_inputs(stored)
    arrays, counted = written(rasters)
    for pool in (ThreadPoolExecutor(4), ProcessPoolExecutor(2)):
        with pool as executor:
            others, again = written(rasters, executor=executor)
        assert all(arrays[name].tobytes() == others[name].tobytes() for name in OUTPUTS)
        assert again == counted


def test_bits_do_not_depend_on_the_file_layout(written, make_inputs, stored):
    arrays, counted = written(make_inputs(stored))
    tiled = make_inputs(stored, "_t", options=["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "COMPRESS=LZW"])
    others, again = written(tiled)
    assert all(arrays[name].tobytes() == others[name].tobytes() for name in OUTPUTS)
    assert again == counted


def test_an_output_alone_is_the_same(written, make_inputs, stored):
    rasters = make_inputs(stored)
    arrays, _ = written(rasters)
    for name in OUTPUTS:
        alone, _ = written(rasters, outputs=[name])
        assert alone[name].tobytes() == arrays[name].tobytes()


def test_a_task_pickles_without_its_tables(make_inputs, stored):
    rasters = make_inputs(stored)
    terms = raster_casa.StoredTerms(rasters.ndvi, raster_casa.TERMS.ndvi)
    assert terms.tables is not None
    assert len(pickle.dumps(terms)) < 10_000


# What is counted


def test_counts_and_means(written, make_inputs, stored):
    rasters = make_inputs(stored)
    areas = cell_areas(rasters.grid)
    _, counted = written(rasters, areas=areas)
    codes = stored["vegetation"]
    assert counted.cells == {code: int((codes == code).sum()) for code in (0, 1, 4, 9)}
    npp, rh = expected_of(stored).sum(axis=1)
    vegetated = np.isin(codes, (1, 4))
    assert counted.missing_cells == int((vegetated & np.isnan(npp)).sum()) > 0
    area = np.broadcast_to(areas.window_ha(0, ROWS, 0, COLUMNS), npp.shape)
    assert counted.area_ha[4] == pytest.approx(area[codes == 4].sum(), rel=1e-9)
    whole = np.isfinite(npp)
    for mean, values in ((counted.mean_npp, npp), (counted.mean_nep, npp - rh)):
        assert mean == pytest.approx(np.average(values[whole], weights=area[whole]), abs=1e-3)


def test_means_on_a_projected_grid_weigh_by_true_area(written, make_inputs, stored):
    # Cells of 100 km in a sinusoidal-like conformal projection: their areas differ along the rows
    options = {"geotransform": (8e6, 1e5, 0.0, 6e6, 0.0, -1e5), "crs": "EPSG:3857"}
    rasters = make_inputs(stored, **options)
    areas = cell_areas(rasters.grid)
    _, counted = written(rasters, areas=areas)
    npp = expected_of(stored)[0].sum(axis=0)
    area = np.broadcast_to(areas.window_ha(0, ROWS, 0, COLUMNS), npp.shape)
    whole = np.isfinite(npp)
    assert counted.mean_npp == pytest.approx(np.average(npp[whole], weights=area[whole]), abs=1e-3)
    assert counted.mean_npp != pytest.approx(npp[whole].mean(), abs=0.1)


def test_notes_name_what_has_no_result(written, make_inputs, stored):
    rasters = make_inputs(stored)
    _, counted = written(rasters, areas=cell_areas(rasters.grid))
    codes = stored["vegetation"]
    texts = "\n".join(note.text for note in counted.notes)
    water = int((codes == 0).sum())
    assert f"{water} cells (" in texts
    assert "are not vegetated and have no result: 0 water." in texts
    unknown = int((codes == 9).sum())
    assert f"{unknown} cells have vegetation values that mine does not have" in texts
    assert f"9 ({unknown} cells)" in texts
    assert "255" not in texts  # nodata
    (gaps,) = (note for note in counted.notes if "an input is missing" in note.text)
    vegetated = np.isin(codes, (1, 4))
    for name in SCALES:
        lack = (stored[name] == NODATA).any(axis=0)
        if name == "ndvi":
            others = np.any([(stored[each] == NODATA).any(axis=0) for each in SCALES], axis=0)
            lack = lack | ((stored["ndvi"] == 10_000).any(axis=0) & ~others)
        assert f"{name.upper()} in {int((lack & vegetated).sum())}" in gaps.text


def test_ndvi_of_1_is_missing(written, make_inputs, stored):
    arrays, _ = written(make_inputs(stored))
    assert np.isnan(arrays["monthly_npp"][:, 0, 0]).all()


def test_bands_say_year_and_unit(written, make_inputs, stored):
    written(make_inputs(stored), year=2019)
    for name, descriptions, unit in (
        ("npp", ["NPP 2019"], "g C/m2/year"),
        ("rh", ["RH 2019"], "g C/m2/year"),
        ("nep", ["NEP 2019"], "g C/m2/year"),
        ("monthly_nep", [f"NEP 2019-{month:02}" for month in range(1, 13)], "g C/m2/month"),
    ):
        raster = gdal.Open(str(written.folder / f"{name}.tif"))
        bands = [raster.GetRasterBand(band) for band in range(1, raster.RasterCount + 1)]
        assert [band.GetDescription() for band in bands] == descriptions
        assert {band.GetUnitType() for band in bands} == {unit}
        assert {(band.DataType, band.GetNoDataValue()) for band in bands} == {(gdal.GDT_Float32, -9999.0)}


def test_bands_without_a_year(written, make_inputs, stored):
    written(make_inputs(stored), outputs=["nep", "monthly_npp"])
    assert gdal.Open(str(written.folder / "nep.tif")).GetRasterBand(1).GetDescription() == "NEP"
    monthly = gdal.Open(str(written.folder / "monthly_npp.tif"))
    assert monthly.GetRasterBand(7).GetDescription() == "NPP month 07"


def test_without_outputs_the_numbers_are_there(make_inputs, stored, written):
    rasters = make_inputs(stored)
    _, expected = written(rasters)
    assert write_casa({}, rasters, TABLE) == expected


# Limits from the data


def test_limits_are_percentiles_of_all_cells_and_months(make_inputs, stored):
    table, (note,) = data_limits(make_inputs(stored), TABLE.without_limits())
    ndvi = values_of(stored, "ndvi")
    for one in table.vegetated:
        values = ndvi[:, stored["vegetation"] == one.value]
        values = values[np.isfinite(values) & (values < 1)]
        assert (one.ndvi_min, one.ndvi_max) == pytest.approx(np.percentile(values, [5, 95]), abs=1e-9)
        assert one.limits == "data"
        assert f"{one.label} {one.ndvi_min:.4f} to {one.ndvi_max:.4f}" in note.text


def test_only_classes_without_limits_take_them_from_the_data(make_inputs, stored):
    forgotten = replace(TABLE.classes[1], ndvi_min=NAN, ndvi_max=NAN, limits="")
    table = replace(TABLE, classes=(TABLE.classes[0], forgotten, TABLE.classes[2]))
    found, _ = data_limits(make_inputs(stored), table)
    assert found.classes[2] == TABLE.classes[2]
    assert found.classes[1].limits == "data"


def test_a_table_with_all_limits_reads_nothing(make_inputs, stored):
    gone = [replace(source, path="gone.tif") for source in make_inputs(stored).ndvi]
    rasters = make_inputs(stored)._replace(ndvi=tuple(gone))
    assert data_limits(rasters, TABLE) == (TABLE, ())


@pytest.mark.parametrize("options", [{"workers": 1}, {"workers": 3, "budget": 1}])
def test_limits_do_not_depend_on_threads_and_memory(make_inputs, stored, options):
    rasters = make_inputs(stored)
    limits = [
        found[0].parameter(name).tobytes()
        for found in (data_limits(rasters, TABLE.without_limits(), **each) for each in ({}, options))
        for name in ("ndvi_min", "ndvi_max")
    ]
    assert limits[:2] == limits[2:]


def test_a_class_that_is_not_there_stays_without_limits(make_inputs, stored):
    extra = VegetationClass(77, "tundra", 0.5, NAN, NAN)
    table = replace(TABLE.without_limits(), classes=(*TABLE.without_limits().classes, extra))
    found, _ = data_limits(make_inputs(stored), table)
    assert found.classes[-1] == extra


def test_equal_limits_are_warned_of(written, make_inputs, stored):
    even = dict(stored, ndvi=np.full_like(stored["ndvi"], 4000))
    rasters = make_inputs(even)
    table, _ = data_limits(rasters, TABLE.without_limits())
    arrays, counted = written(rasters, table)
    assert_as_expected(arrays, expected_of(even, table))
    (note,) = (note for note in counted.notes if "limits of" in note.text)
    assert note.count == 2
    assert "1 forest, 4 grass" in note.text


# Values that cannot be true


def changed(stored, name, value, month=6, row=2, column=3):
    """The stored numbers with one of them changed, in a vegetated cell that lacks nothing."""
    found = {each: values.copy() for each, values in stored.items()}
    for each in SCALES:
        found[each][:, row, column] = stored[each][:, row, column]
        found[each][found[each][:, row, column] == NODATA, row, column] = 100
    found["vegetation"][row, column] = 4
    found[name][month, row, column] = value
    return found


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ndvi", 10_001, r"ndvi_07.tif: NDVI is from -1 to 1, and 1.0001 was found at row 2, column 3"),
        ("ndvi", -10_001, r"\(stored -10001, scale 0.0001, offset 0\).*NDVI_SCALE = 0.0001"),
        ("temperature", 601, r"temperature_07.tif: .* 60.1 was found .*TEMPERATURE_SCALE = 0.1"),
        ("temperature", 2931, r"293.1 was found .*TEMPERATURE_OFFSET = -273.15"),
        ("precipitation", -1, r"precipitation_07.tif: precipitation cannot be negative, and -0.1 was found"),
        ("radiation", -1, "radiation_07.tif: .* and -0.1 was found"),
        ("radiation", 15_001, "from 0 to 1500 MJ/m2, and 1500.1 was found.*RADIATION_SCALE"),
    ],
)
@pytest.mark.parametrize("dtype", [None, np.float64])
def test_values_beyond_their_range(written, make_inputs, stored, name, value, reason, dtype):
    rasters = make_inputs(changed(stored, name, value), dtype=dtype)
    if dtype is not None:
        reason = reason.replace("-10001, scale 0.0001", "-1.0001, scale 1")
    with pytest.raises(InputDataError, match=reason):
        written(rasters)
    assert list(written.folder.iterdir()) == []


def test_ndvi_without_its_scale_stops_the_limits(make_inputs, stored):
    rasters = make_inputs(stored)
    unscaled = rasters._replace(ndvi=tuple(replace(source, scale=1.0) for source in rasters.ndvi))
    with pytest.raises(InputDataError, match=r"NDVI is from -1 to 1.*NDVI_SCALE = 0.0001"):
        data_limits(unscaled, TABLE.without_limits())


def test_fill_values_where_nothing_grows_stop_nothing(written, make_inputs, stored):
    sea = changed(stored, "temperature", -9990)
    sea["vegetation"][2, 3] = 0
    written(make_inputs(sea))


def test_range_is_inclusive(written, make_inputs, stored):
    for name, value in (
        ("ndvi", -10_000),
        ("temperature", 600),
        ("temperature", -900),
        ("radiation", 15_000),
    ):
        written(make_inputs(changed(stored, name, value)))


def test_radiation_per_day_is_an_error(written, make_inputs, stored):
    daily = dict(stored, radiation=np.where(stored["radiation"] == NODATA, NODATA, 200).astype(np.int16))
    with pytest.raises(InputDataError, match=r"RADIATION is at most 20 .*RADIATION_SCALE = 30.4"):
        written(make_inputs(daily))
    assert list(written.folder.iterdir()) == []


def test_radiation_in_watts_is_warned_of(written, make_inputs, stored):
    watts = dict(stored, radiation=np.where(stored["radiation"] == NODATA, NODATA, 2500).astype(np.int16))
    _, counted = written(make_inputs(watts))
    (note,) = (note for note in counted.notes if "RADIATION" in note.text and note.count is None)
    assert "at most 250 in any cell and month" in note.text
    assert "RADIATION_SCALE = 2.63" in note.text


# Nothing to compute


def test_all_water_is_an_error(written, make_inputs, stored):
    sea = dict(stored, vegetation=np.zeros_like(stored["vegetation"]))
    with pytest.raises(
        InputDataError, match="No cell is vegetated: the vegetation raster holds 0 water, and mine"
    ):
        written(make_inputs(sea))
    assert list(written.folder.iterdir()) == []


def test_codes_of_another_product_are_an_error(written, make_inputs, stored):
    other = dict(stored, vegetation=np.full_like(stored["vegetation"], 80))
    with pytest.raises(InputDataError, match=r"the vegetation raster holds 80, .*choose the preset"):
        written(make_inputs(other))


def test_a_month_without_data_is_an_error(written, make_inputs, stored):
    empty = {name: values.copy() for name, values in stored.items()}
    empty["precipitation"][4] = NODATA
    vegetated = int(np.isin(stored["vegetation"], (1, 4)).sum())
    with pytest.raises(
        InputDataError,
        match=f"None of the {vegetated} vegetated cells has all inputs.*PRECIPITATION in {vegetated}",
    ):
        written(make_inputs(empty))


def test_rasters_of_another_region_are_an_error(written, make_inputs, stored):
    here = make_inputs(stored)
    elsewhere = make_inputs(stored, "_e", geotransform=(-70.0, 0.5, 0.0, -10.0, 0.0, -0.5))
    radiation = tuple(align(source, here.grid, "bilinear", False)[0] for source in elsewhere.radiation)
    with pytest.raises(InputDataError, match=r"RADIATION in .*Do the rasters cover the same region\?"):
        written(here._replace(radiation=radiation))


def test_coarser_climate_is_resampled_on_the_fly(written, make_inputs, stored, make_raster):
    # A plane in longitude and latitude is what bilinear resampling keeps exactly, away from the edges
    coarse_x = 100.0 - 2 + 2.0 * np.arange(8) + 1.0
    coarse_y = 40.0 + 2 - 2.0 * np.arange(6) - 1.0
    fine_x = 100.0 + 0.5 * np.arange(COLUMNS) + 0.25
    fine_y = 40.0 - 0.5 * np.arange(ROWS) - 0.25

    def plane(x, y, month):
        return (x[None] - 100) * 0.5 + (y[:, None] - 38) * 0.25 + month

    sources = []
    for month in range(12):
        path = make_raster(
            plane(coarse_x, coarse_y, month),
            name=f"coarse_{month:02}.tif",
            geotransform=(98.0, 2.0, 0.0, 42.0, 0.0, -2.0),
        )
        sources.append(open_source(path))
    rasters = make_inputs(stored)
    aligned = tuple(align(source, rasters.grid, "bilinear", False)[0] for source in sources)
    arrays, _ = written(rasters._replace(temperature=aligned))
    fine = np.stack([plane(fine_x, fine_y, month) for month in range(12)])
    expected = expected_of(dict(stored, temperature=fine / SCALES["temperature"]))
    assert_as_expected(arrays, expected)


# Ends


def test_cancel_after_one_block_leaves_no_file(written, make_inputs, stored):
    steps = []

    def progress(fraction):
        steps.append(fraction)
        if len(steps) > 1:
            raise Cancelled

    before = threading.active_count()
    with pytest.raises(Cancelled):
        written(make_inputs(stored), budget=1, progress=progress)
    assert 0 < steps[1] < 1
    assert list(written.folder.iterdir()) == []
    assert threading.active_count() == before


def test_progress_goes_from_0_to_1_once(written, make_inputs, stored):
    steps = []
    written(make_inputs(stored), budget=1, progress=steps.append)
    assert (steps[0], steps[-1]) == (0.0, 1.0)
    assert steps == sorted(steps)


def test_a_damaged_raster_is_named_and_leaves_no_file(written, make_inputs, stored):
    rasters = make_inputs(stored, options=["COMPRESS=DEFLATE"])
    path = rasters.radiation[6].path
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[: len(data) // 2])
    with pytest.raises(InputDataError, match=r"radiation_07.tif can(not| not) be"):
        rasters = rasters._replace(radiation=tuple(open_source(one.path) for one in rasters.radiation))
        written(rasters)
    assert not written.folder.exists() or list(written.folder.iterdir()) == []
