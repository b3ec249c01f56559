"""Opening, reading and aligning rasters; what is missing; broken files; GDAL's state."""

import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.gdal_state import gdal_exceptions
from landcarbon.core.raster.grid import Grid
from landcarbon.core.raster.source import align, close_sources, open_source, read, read_bands, shared_block
from osgeo import gdal, gdal_array, ogr, osr

MODULES = (gdal, ogr, osr)
TILED = ("TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE")


@pytest.fixture(autouse=True)
def no_open_files():
    yield
    close_sources()


@pytest.fixture
def set_states():
    """`set_states([gdal, ogr, osr])`: who raises exceptions; GDAL takes them back in reverse order only."""

    def change(wanted):
        for module in reversed(MODULES):
            if module.GetUseExceptions():
                module.DontUseExceptions()
        for module, use in zip(MODULES, wanted, strict=True):
            if use:
                module.UseExceptions()

    before = states()
    yield change
    change(before)


@pytest.fixture(params=[False, True], ids=["exceptions off", "exceptions on"])
def gdal_state(request, set_states):
    """GDAL as QGIS may have left it; the state must be the same at the end."""
    set_states([request.param] * 3)
    yield
    assert states() == [request.param] * 3


def states():
    return [bool(module.GetUseExceptions()) for module in MODULES]


def whole(source):
    """Values and validity (always an array) of all cells."""
    values, valid = read(source, 0, 0, source.grid.width, source.grid.height)
    return values, np.ones(values.shape, dtype=bool) if valid is None else valid


def valid_cells(source):
    return whole(source)[1].astype(int).tolist()


# What a file says


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_a_band_is_described_and_read(make_raster, dtype):
    values = np.arange(12, dtype=dtype).reshape(3, 4)
    path = make_raster(values, (100, 0.5, 0, 40, 0, -0.25), nodata=7)
    source = open_source(path)
    assert source.grid == Grid(4, 3, (100, 0.5, 0, 40, 0, -0.25), source.grid.crs_wkt)
    assert source.grid.crs.GetName() == "WGS 84"
    assert (source.name, source.band, source.nodata, source.masked) == ("cover.tif", 1, 7, False)
    assert source.dtype == np.dtype(dtype)
    got, _ = whole(source)
    assert got.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(got, values)


def test_signed_bytes(make_raster):
    path = make_raster(np.array([[254, 3]], dtype=np.uint8), options=["PIXELTYPE=SIGNEDBYTE"], nodata=-2)
    source = open_source(path)
    assert source.dtype == np.int8
    values, valid = whole(source)
    assert values.tolist() == [[-2, 3]]
    assert valid.tolist() == [[False, True]]


def test_whole_numbers_of_64_bits(tmp_path):
    # 2^60 + 1 has no float
    dataset = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "long.tif"), 2, 1, 1, gdal.GDT_Int64)
    dataset.GetRasterBand(1).WriteArray(np.array([[2**60 + 1, -5]]))
    dataset.GetRasterBand(1).SetNoDataValue(2**60)
    del dataset
    source = open_source(tmp_path / "long.tif")
    assert source.dtype == np.int64
    values, valid = whole(source)
    assert values.tolist() == [[2**60 + 1, -5]]
    assert valid.all()


def test_a_window_is_that_part_of_the_whole(make_raster):
    values = np.random.default_rng(1).integers(0, 255, (100, 130)).astype(np.uint8)
    source = open_source(make_raster(values, options=TILED))
    got, _ = read(source, 57, 31, 29, 43)
    np.testing.assert_array_equal(got, values[31:74, 57:86])


def test_block_is_rows_by_columns(make_raster):
    path = make_raster(
        np.zeros((100, 130), np.uint8), options=["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=16"]
    )
    assert open_source(path).block == (16, 64)


def test_a_name_for_messages(make_raster):
    assert (
        open_source(make_raster(np.zeros((1, 1), np.uint8)), name="Land cover 2020").name == "Land cover 2020"
    )


def test_a_path_of_other_letters(make_raster):
    source = open_source(make_raster(np.array([[3]], np.uint8), name="土地 & 覆盖 2020.tif"))
    assert source.name == "土地 & 覆盖 2020.tif"
    assert whole(source)[0].tolist() == [[3]]


# What is missing


def test_nodata_zero(make_raster):
    assert valid_cells(open_source(make_raster(np.array([[0, 1]], np.uint8), nodata=0))) == [[0, 1]]


def test_no_nodata_means_that_all_is_valid(make_raster):
    source = open_source(make_raster(np.array([[0, 255]], np.uint8)))
    assert source.nodata is None
    assert read(source, 0, 0, 2, 1)[1] is None


def test_not_finite_is_missing_without_nodata(make_raster):
    values = np.array([[1, np.nan, np.inf, -np.inf]], np.float32)
    assert valid_cells(open_source(make_raster(values))) == [[1, 0, 0, 0]]


def test_nodata_nan(make_raster):
    values = np.array([[1, np.nan, 0]], np.float32)
    assert valid_cells(open_source(make_raster(values, nodata=float("nan")))) == [[1, 0, 1]]


def test_nodata_nan_and_whole_numbers(make_raster):
    source = open_source(make_raster(np.array([[0, 1]], np.uint8), nodata=float("nan")))
    assert valid_cells(source) == [[1, 1]]


def test_nodata_of_doubles_in_a_float_file(make_raster):
    # The float next to -1.7e38 is not -1.7e38.
    values = np.array([[1, -1.7e38]], np.float32)
    assert valid_cells(open_source(make_raster(values, nodata=-1.7e38))) == [[1, 0]]


@pytest.mark.parametrize("nodata", [-9999, 256, 1e30, 0.5, float("inf"), float("-inf")])
def test_nodata_that_no_byte_can_hold(make_raster, nodata):
    source = open_source(make_raster(np.array([[0, 1, 255]], np.uint8), nodata=nodata))
    assert valid_cells(source) == [[1, 1, 1]]


def test_negative_nodata(make_raster):
    values = np.array([[-9999, 1, -1]], np.int16)
    assert valid_cells(open_source(make_raster(values, nodata=-9999))) == [[0, 1, 1]]


@pytest.mark.parametrize("internal", [False, True], ids=["msk", "internal"])
def test_mask_band(make_raster, internal):
    path = make_raster(np.array([[1, 2, 3]], np.uint8), mask=np.array([[1, 0, 1]]), internal_mask=internal)
    assert os.path.exists(path + ".msk") != internal
    source = open_source(path)
    assert source.masked
    assert valid_cells(source) == [[1, 0, 1]]


def test_mask_band_and_nodata(make_raster):
    path = make_raster(np.array([[1, 2, 3]], np.uint8), nodata=3, mask=np.array([[1, 0, 1]]))
    assert valid_cells(open_source(path)) == [[1, 0, 0]]


def test_alpha_band(tmp_path):
    path = str(tmp_path / "alpha.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 3, 1, 2, gdal.GDT_Byte, ["ALPHA=YES"])
    dataset.GetRasterBand(1).WriteArray(np.array([[1, 2, 3]], np.uint8))
    dataset.GetRasterBand(2).WriteArray(np.array([[255, 0, 1]], np.uint8))
    del dataset
    assert valid_cells(open_source(path)) == [[1, 0, 1]]


def test_nodata_of_the_dataset(tmp_path, make_raster):
    # NODATA_VALUES: a cell is missing where all bands hold their value.
    path = str(tmp_path / "values.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 3, 1, 2, gdal.GDT_Byte)
    dataset.GetRasterBand(1).WriteArray(np.array([[1, 1, 3]], np.uint8))
    dataset.GetRasterBand(2).WriteArray(np.array([[5, 6, 5]], np.uint8))
    dataset.SetMetadataItem("NODATA_VALUES", "1 5")
    del dataset
    assert valid_cells(open_source(path)) == [[0, 1, 1]]


# Files that are not right


def test_a_missing_file(gdal_state, tmp_path):
    with pytest.raises(InputDataError, match=r"Raster none\.tif cannot be opened"):
        open_source(tmp_path / "none.tif")


def test_a_file_that_is_no_raster(gdal_state, tmp_path):
    (tmp_path / "text.tif").write_text("unit,gdp\n")
    with pytest.raises(InputDataError, match=r"Raster text\.tif cannot be opened"):
        open_source(tmp_path / "text.tif")


@pytest.mark.parametrize("band", [0, 2, -1])
def test_a_band_that_is_not_there(gdal_state, make_raster, band):
    path = make_raster(np.zeros((1, 1), np.uint8))
    with pytest.raises(InputDataError, match=rf"cover\.tif has 1 band\(s\), and band {band} was asked for"):
        open_source(path, band)


@pytest.fixture
def broken_raster(make_raster):
    """`broken_raster('truncated' or 'corrupt')`: 256 x 256 random codes in tiles; the north can be read."""

    def make(how):
        values = np.random.default_rng(1).integers(0, 255, (256, 256)).astype(np.uint8)
        path = make_raster(values, options=TILED, name=f"{how}.tif")
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            if how == "truncated":
                file.truncate(size * 6 // 10)
            else:
                file.seek(size * 6 // 10)
                file.write(b"\xff" * (size // 5))
        return path

    return make


@pytest.mark.parametrize("how", ["truncated", "corrupt"])
def test_a_broken_file_names_itself_and_the_rows(gdal_state, broken_raster, how):
    source = open_source(broken_raster(how))
    with gdal_exceptions():
        values, _ = read(source, 0, 0, 256, 64)
        assert values.shape == (64, 256)
        with pytest.raises(
            InputDataError, match=rf"{how}\.tif cannot be read at rows 192 to 255 \(.+\); the file is"
        ):
            read(source, 0, 192, 256, 64)


@pytest.mark.parametrize("how", ["truncated", "corrupt"])
def test_a_broken_file_is_found_without_gdals_exceptions_too(gdal_state, broken_raster, how):
    source = open_source(broken_raster(how))
    with pytest.raises(InputDataError, match="rows 192 to 255") as caught:
        read(source, 0, 192, 256, 64)
    assert "GDAL gave no data" not in str(caught.value)


def test_a_file_that_was_deleted_meanwhile(gdal_state, make_raster):
    source = open_source(make_raster(np.zeros((2, 2), np.uint8)))
    os.remove(source.path)
    with pytest.raises(InputDataError, match=r"cover\.tif cannot be read at rows 0 to 1"):
        read(source, 0, 0, 2, 2)


# GDAL's state


def test_gdal_raises_inside_and_not_after(gdal_state):
    with gdal_exceptions():
        assert states() == [True] * 3
        with pytest.raises(RuntimeError):
            gdal.Open("/nowhere/at/all.tif")


def test_an_error_restores_the_state(gdal_state):
    with pytest.raises(ZeroDivisionError), gdal_exceptions():
        1 / 0  # noqa: B018


def test_nested_blocks_restore_at_the_outermost(gdal_state):
    with gdal_exceptions():
        with gdal_exceptions():
            pass
        assert states() == [True] * 3


@pytest.mark.parametrize("wanted", [[False, True, False], [True, False, False], [False, False, True]])
def test_a_mixed_state_is_restored(set_states, wanted):
    set_states(wanted)
    with gdal_exceptions():
        assert states() == [True] * 3
    assert states() == wanted


def test_blocks_of_threads_that_overlap_in_time(gdal_state):
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()
    seen = []

    def first():
        with gdal_exceptions():
            first_in.set()
            second_in.wait(5)
        first_out.set()

    def second():
        first_in.wait(5)
        with gdal_exceptions():
            second_in.set()
            first_out.wait(5)
            seen.extend(states())  # the first has left, we are still inside

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert seen == [True] * 3


def test_somebodys_error_handler_is_still_there_after(gdal_state):
    heard = []
    gdal.PushErrorHandler(lambda kind, number, text: heard.append(text))
    try:
        with gdal_exceptions():
            pass
        gdal.Error(gdal.CE_Warning, 1, "after")
    finally:
        gdal.PopErrorHandler()
    assert heard == ["after"]


# Alignment


@pytest.fixture
def make_source(make_raster):
    """`make_source(values, x, y, size, ...)`: a source whose north-west corner and cell size are given."""
    made = []

    def make(values, x=100.0, y=40.0, size=1.0, band=1, **options):
        made.append(None)
        return open_source(
            make_raster(values, (x, size, 0, y, 0, -size), name=f"layer {len(made)}.tif", **options), band
        )

    return make


def test_the_same_grid_needs_nothing(make_source):
    first, second = make_source(np.zeros((2, 2), np.uint8)), make_source(np.ones((2, 2), np.uint8))
    assert align(second, first.grid, "error", classes=True) == (second, ())


def test_another_grid_is_an_error_that_says_the_difference(make_source):
    first, second = make_source(np.zeros((2, 2), np.uint8)), make_source(np.ones((4, 4), np.uint8), size=0.5)
    with pytest.raises(InputDataError, match=r"layer 2\.tif is not on the grid .*4 x 4 cells against 2 x 2"):
        align(second, first.grid, "error", classes=True)


def test_coarser_classes_by_the_nearest_cell(make_source):
    first = make_source(np.zeros((4, 4), np.uint8))
    second = make_source(np.array([[1, 9], [5, 3]], np.uint8), size=2.0)
    aligned, notes = align(second, first.grid, "nearest", classes=True)
    assert aligned.grid == first.grid
    assert whole(aligned)[0].tolist() == [[1, 1, 9, 9], [1, 1, 9, 9], [5, 5, 3, 3], [5, 5, 3, 3]]
    (note,) = notes
    assert note.kind == "decision"
    assert "layer 2.tif was put on the grid of the first raster" in note.text
    assert "by nearest neighbour" in note.text


@pytest.mark.parametrize("alignment", ["nearest", "bilinear"])
def test_finer_classes_by_the_most_frequent(make_source, alignment):
    first = make_source(np.zeros((1, 2), np.uint8), size=3.0)
    fine = np.array([[1, 9, 9, 4, 4, 4], [1, 9, 9, 7, 4, 7], [1, 1, 1, 7, 7, 7]], np.uint8)  # 5 x 1, 5 x 7
    aligned, notes = align(make_source(fine, size=1.0), first.grid, alignment, classes=True)
    assert whole(aligned)[0].tolist() == [[1, 7]]
    assert "by the most frequent class" in notes[0].text


def test_coarser_classes_are_never_interpolated(make_source):
    first = make_source(np.zeros((4, 4), np.uint8))
    aligned, notes = align(
        make_source(np.array([[1, 9], [9, 1]], np.uint8), size=2.0), first.grid, "bilinear", True
    )
    assert set(np.unique(whole(aligned)[0])) == {1, 9}
    assert "nearest neighbour" in notes[0].text


def test_quantities_are_interpolated(make_source):
    first = make_source(np.zeros((1, 2)), x=101, size=1.0)
    # Cells of 2 degrees with centres at 101 and 103; ours at 101.5 and 102.5: a quarter and three quarters.
    second = make_source(np.array([[10.0, 20.0], [10.0, 20.0]]), size=2.0)
    aligned, notes = align(second, first.grid, "bilinear", classes=False)
    np.testing.assert_allclose(whole(aligned)[0], [[12.5, 17.5]], rtol=1e-12)
    assert "by bilinear" in notes[0].text


def test_quantities_by_the_nearest_cell(make_source):
    first = make_source(np.zeros((1, 2)), x=101, size=1.0)
    aligned, _ = align(make_source(np.array([[10.0, 20.0]]), size=2.0), first.grid, "nearest", classes=False)
    assert whole(aligned)[0].tolist() == [[10.0, 20.0]]


@pytest.mark.parametrize("nodata", [None, 0, 200, -9999, float("nan")])
def test_cells_that_the_source_does_not_cover_are_missing(make_source, nodata):
    first = make_source(np.zeros((1, 4), np.uint8), size=1.0)
    second = make_source(np.array([[0, 255, 254]], np.uint8), x=101, nodata=nodata)
    aligned, _ = align(second, first.grid, "nearest", classes=True)
    values, valid = whole(aligned)
    assert valid.tolist() == [[False, nodata != 0, True, True]]
    assert values[0, 2:].tolist() == [255, 254]  # GDAL moves a value that equals the target's nodata
    assert nodata == 0 or values[0, 1] == 0


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "uint32"])
def test_the_ends_of_a_type_without_nodata_keep_their_values(make_source, dtype):
    first = make_source(np.zeros((1, 3), np.uint8))
    limits = np.iinfo(dtype)
    second = make_source(np.array([[limits.min, limits.max]], dtype), x=101)
    values, valid = whole(align(second, first.grid, "nearest", classes=True)[0])
    assert valid.tolist() == [[False, True, True]]
    assert values[0, 1:].tolist() == [limits.min, limits.max]


def test_missing_cells_do_not_vote(make_source):
    first = make_source(np.zeros((1, 1), np.uint8), size=3.0)
    fine = np.array([[0, 0, 0], [0, 0, 0], [5, 5, 7]], np.uint8)
    values, valid = whole(align(make_source(fine, nodata=0), first.grid, "nearest", classes=True)[0])
    assert values.tolist() == [[5]]
    assert valid.all()


def test_missing_quantities_are_not_mixed_in(make_source):
    first = make_source(np.zeros((1, 2)), x=101, size=1.0)
    second = make_source(np.array([[10.0, -9999.0]]), size=2.0, nodata=-9999.0)
    values, valid = whole(align(second, first.grid, "bilinear", classes=False)[0])
    assert values[valid].tolist() == [10.0] * int(valid.sum())
    assert valid[0, 0]


def test_a_mask_band_is_aligned_too(make_source):
    first = make_source(np.zeros((1, 4), np.uint8))
    second = make_source(np.array([[1, 2]], np.uint8), size=2.0, mask=np.array([[1, 0]]))
    aligned, _ = align(second, first.grid, "nearest", classes=True)
    assert valid_cells(aligned) == [[1, 1, 0, 0]]


def test_a_mask_band_beside_nodata_is_not_lost_but_refused(make_source):
    first = make_source(np.zeros((1, 4), np.uint8))
    second = make_source(np.array([[1, 2]], np.uint8), mask=np.array([[1, 0]]), nodata=7)
    with pytest.raises(InputDataError, match=r"layer 2\.tif has a mask band and the nodata value 7"):
        align(second, first.grid, "nearest", classes=True)


def test_the_band_that_was_asked_for_is_aligned(tmp_path, make_source, wkt_of):
    path = str(tmp_path / "two.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 1, 1, 2, gdal.GDT_Byte)
    dataset.SetGeoTransform((100, 2, 0, 40, 0, -2))
    dataset.SetProjection(wkt_of("EPSG:4326"))
    for number in (1, 2):
        dataset.GetRasterBand(number).WriteArray(np.array([[number]], np.uint8))
    del dataset
    first = make_source(np.zeros((2, 2), np.uint8))
    aligned, _ = align(open_source(path, 2), first.grid, "nearest", classes=True)
    assert whole(aligned)[0].tolist() == [[2, 2], [2, 2]]


def test_a_path_with_marks_of_xml_is_aligned(make_source, make_raster):
    first = make_source(np.zeros((2, 2), np.uint8))
    path = make_raster(np.array([[4]], np.uint8), (100, 2, 0, 40, 0, -2), name="a & b <土地>.tif")
    assert whole(align(open_source(path), first.grid, "nearest", classes=True)[0])[0].tolist() == [
        [4, 4],
        [4, 4],
    ]


def test_a_relative_path_is_aligned(make_source, make_raster, monkeypatch, tmp_path):
    first = make_source(np.zeros((2, 2), np.uint8))
    make_raster(np.array([[4]], np.uint8), (100, 2, 0, 40, 0, -2), name="near.tif")
    monkeypatch.chdir(tmp_path)
    aligned, _ = align(open_source("near.tif"), first.grid, "nearest", classes=True)
    assert whole(aligned)[0].tolist() == [[4, 4], [4, 4]]


@pytest.fixture
def reprojected(make_raster, make_source):
    """Codes in UTM, finer than the geographic grid they are put on."""
    codes = np.random.default_rng(3).integers(1, 9, (200, 190)).astype(np.uint8)
    utm = open_source(make_raster(codes, (400000, 100, 0, 4450000, 0, -100), "EPSG:32650", name="utm.tif"))
    first = make_source(np.zeros((16, 537), np.uint8), x=115.0, y=40.15, size=0.003)
    return align(utm, first.grid, "nearest", classes=True)[0]


def test_an_aligned_raster_is_the_same_by_rows_tiles_and_whole(reprojected):
    expected, expected_valid = whole(reprojected)
    assert expected_valid.any()
    assert not expected_valid.all()
    for columns, rows in [(537, 1), (50, 7)]:
        close_sources()
        got, valid = np.zeros_like(expected), np.zeros_like(expected_valid)
        for row in range(0, 16, rows):
            for column in range(0, 537, columns):
                part = slice(row, row + rows), slice(column, column + columns)
                width, height = min(columns, 537 - column), min(rows, 16 - row)
                got[part], some = read(reprojected, column, row, width, height)
                valid[part] = True if some is None else some
        np.testing.assert_array_equal(valid, expected_valid)
        np.testing.assert_array_equal(got, expected)


def test_a_reprojected_cell_has_the_code_under_its_centre(make_raster, make_source):
    # Cells of 50 km far from the central meridian, where a straight line between two points is too rough.
    codes = np.random.default_rng(4).integers(1, 255, (60, 60)).astype(np.uint8)
    utm = open_source(
        make_raster(codes, (-500000, 50000, 0, 6000000, 0, -50000), "EPSG:32650", name="utm.tif")
    )
    first = make_source(np.zeros((120, 160), np.uint8), x=110.0, y=50.0, size=0.125)
    got, valid = whole(align(utm, first.grid, "nearest", classes=True)[0])
    to_utm = osr.CoordinateTransformation(first.grid.crs, utm.grid.crs)
    x, y = np.meshgrid(110 + 0.125 * (np.arange(160) + 0.5), 50 - 0.125 * (np.arange(120) + 0.5))
    points = np.array(to_utm.TransformPoints(np.column_stack((x.ravel(), y.ravel()))))
    column, row = (points[:, 0] + 500000) / 50000, (6000000 - points[:, 1]) / 50000
    near_border = (np.abs(column - np.rint(column)) < 1e-6) | (np.abs(row - np.rint(row)) < 1e-6)
    assert valid.all()
    expected = codes[row.astype(int), column.astype(int)]
    np.testing.assert_array_equal(got.ravel()[~near_border], expected[~near_border])


def test_an_aligned_raster_pickles_and_opens_in_other_threads(reprojected):
    source = pickle.loads(pickle.dumps(reprojected))
    expected, _ = whole(source)
    with ThreadPoolExecutor(2) as pool:
        for values, _ in pool.map(whole, [source] * 4):
            np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize("which", ["first", "second"])
def test_no_coordinate_system_cannot_be_aligned(make_source, which):
    first = make_source(np.zeros((2, 2), np.uint8), crs=None if which == "first" else "EPSG:4326")
    second = make_source(np.zeros((1, 1), np.uint8), crs=None if which == "second" else "EPSG:4326")
    with pytest.raises(InputDataError, match=r"layer 2\.tif .* no coordinate system"):
        align(second, first.grid, "nearest", classes=True)


@pytest.mark.parametrize("geotransform", [(100, 1, 0.1, 40, 0.1, -1), (100, 1, 0, 38, 0, 1)])
def test_a_target_that_is_not_north_up_is_refused(make_source, wkt_of, geotransform):
    grid = Grid(2, 2, geotransform, wkt_of("EPSG:4326"))
    with pytest.raises(InputDataError, match="rotated or upside down"):
        align(make_source(np.zeros((2, 2), np.uint8)), grid, "nearest", classes=True)


def test_a_raster_on_another_continent_is_all_missing(make_source, make_raster):
    first = make_source(np.zeros((2, 2), np.uint8))
    far = make_raster(
        np.ones((2, 2), np.uint8), (500000, 1000, 0, 5000000, 0, -1000), "EPSG:32620", name="far.tif"
    )
    aligned, _ = align(open_source(far), first.grid, "nearest", classes=True)
    assert not whole(aligned)[1].any()


@pytest.mark.parametrize("how", ["truncated", "corrupt"])
def test_a_broken_file_is_found_through_an_alignment(gdal_state, broken_raster, make_source, how):
    first = make_source(np.zeros((128, 128), np.uint8), size=1.0)
    aligned, _ = align(open_source(broken_raster(how)), first.grid, "nearest", classes=True)
    with pytest.raises(InputDataError, match=rf"{how}\.tif cannot be read"):
        read(aligned, 0, 0, 128, 128)


def test_alignment_leaves_gdal_as_it_was(gdal_state, make_source):
    first = make_source(np.zeros((2, 2), np.uint8))
    align(make_source(np.array([[1]], np.uint8), size=2.0), first.grid, "nearest", classes=True)


# Several bands at once


@pytest.fixture
def make_bands(tmp_path):
    """`make_bands(values, nodatas, "PIXEL")`: the path of a raster of several bands."""

    def make(values, nodata=None, interleave="BAND", name="bands.tif"):
        values = np.asarray(values)
        bands, rows, columns = values.shape
        path = str(tmp_path / name)
        kind = gdal_array.NumericTypeCodeToGDALTypeCode(values.dtype)
        raster = gdal.GetDriverByName("GTiff").Create(
            path, columns, rows, bands, kind, [f"INTERLEAVE={interleave}", "TILED=YES", "COMPRESS=DEFLATE"]
        )
        raster.WriteArray(values)
        if nodata is not None:
            raster.GetRasterBand(1).SetNoDataValue(nodata)
        for number in range(1, bands + 1):
            raster.GetRasterBand(number).SetDescription(f"band {number}")
        del raster
        return path

    return make


@pytest.mark.parametrize("interleave", ["PIXEL", "BAND"])
def test_bands_of_a_file_are_those_read_one_by_one(make_bands, interleave):
    values = np.random.default_rng(1).integers(0, 5, (4, 70, 90)).astype(np.int16)
    path = make_bands(values, 3, interleave)
    sources = [open_source(path, band) for band in (3, 1, 4, 2)]
    for source, (found, valid) in zip(sources, read_bands(sources, 10, 20, 30, 40), strict=True):
        expected = values[source.band - 1, 20:60, 10:40]
        assert np.array_equal(found, expected)
        assert np.array_equal(valid, expected != 3)
        assert source.description == f"band {source.band}"


def test_bands_of_several_files_come_in_the_order_of_the_sources(make_bands):
    first, second = (
        make_bands(np.full((2, 3, 4), value, dtype=np.uint8), name=f"{value}.tif") for value in (1, 5)
    )
    sources = [open_source(path, band) for path, band in ((second, 1), (first, 2), (second, 2), (first, 1))]
    assert [int(values[0, 0]) for values, _ in read_bands(sources, 0, 0, 4, 3)] == [5, 1, 5, 1]


def test_a_band_alone_that_cannot_be_read_names_its_raster(make_bands):
    path = make_bands(np.random.default_rng(1).integers(0, 999, (3, 300, 300)).astype(np.int16))
    sources = [open_source(path, band, "stack") for band in (1, 2, 3)]
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(InputDataError, match=r"stack cannot be (read|opened)"):
        read_bands(sources, 0, 0, 300, 300)


def test_windows_follow_the_block_of_most_files(make_raster):
    tiled = open_source(make_raster(np.zeros((80, 90)), name="tiled.tif", options=TILED))
    strips = [open_source(make_raster(np.zeros((80, 90)), name=f"{i}.tif")) for i in range(2)]
    assert shared_block([tiled, *strips]) == strips[0].block
    assert shared_block([tiled, strips[0]]) == (64, 64)


def test_a_virtual_raster_is_cut_by_nothing(make_raster):
    strips = open_source(make_raster(np.zeros((80, 90)), name="strips.tif"))
    coarse = open_source(
        make_raster(np.zeros((40, 45)), (100.0, 1.0, 0.0, 40.0, 0.0, -1.0), name="coarse.tif")
    )
    aligned = [align(coarse, strips.grid, "bilinear", False)[0]] * 3
    assert shared_block([strips, *aligned]) == strips.block
    assert shared_block(aligned) == aligned[0].block


@pytest.mark.parametrize("left", [-180.0, 0.0])
def test_a_global_raster_is_found_from_both_sides_of_the_date_line(make_raster, left):
    # Cells of 10 degrees that hold their longitude from -180 to 180, from Greenwich or from the date line on
    centres = left + 10.0 * np.arange(36) + 5.0
    longitudes = (centres + 180) % 360 - 180
    world = open_source(
        make_raster(np.tile(longitudes, (18, 1)), (left, 10.0, 0.0, 90.0, 0.0, -10.0), name="world.tif")
    )
    here = Grid(4, 2, (-130.0, 5.0, 0.0, 40.0, 0.0, -5.0), world.grid.crs_wkt)
    aligned, _ = align(world, here, "nearest", False)
    values, _ = read(aligned, 0, 0, 4, 2)
    assert values.tolist() == [[-125.0, -125.0, -115.0, -115.0]] * 2
