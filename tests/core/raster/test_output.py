"""Raster files are there whole, or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.raster.grid import Grid
from landcarbon.core.raster.output import OutputBand, RasterOutput
from osgeo import gdal, osr

BAND = OutputBand("Net carbon emission 2019 [t C/ha]", "t C/ha")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


@pytest.fixture
def grid_of(wkt_of):
    """`grid_of(width, height)`: a grid of so many cells of half a degree."""

    def make(width=3, height=2, crs="EPSG:4326"):
        return Grid(width, height, (100.0, 0.5, 0.0, 40.0, 0.0, -0.5), wkt_of(crs))

    return make


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(path, grid, values, bands=(BAND,), **options):
    with RasterOutput(path, grid, bands, **options) as output:
        output.write(1, 0, 0, values)


def test_values_and_place_arrive(folder, grid_of):
    path, grid = folder / "density.tif", grid_of()
    values = np.array([[1.0, -2.5, 0.0], [0.25, 4.0, 5.0]])
    write(path, grid, values)
    raster = gdal.Open(str(path))
    assert raster.ReadAsArray().tolist() == values.tolist()
    assert raster.GetGeoTransform() == grid.geotransform
    assert raster.GetSpatialRef().GetAuthorityCode(None) == "4326"
    assert names(folder) == ["density.tif"]


def test_nothing_is_under_the_name_before_the_end(folder, grid_of):
    path = folder / "density.tif"
    with RasterOutput(path, grid_of(), [BAND]) as output:
        output.write(1, 0, 0, np.ones((2, 3)))
        assert not path.exists()
    assert path.exists()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_nodata(folder, grid_of, value):
    path = folder / "density.tif"
    write(path, grid_of(2, 1), np.array([[value, 1.0]]))
    raster = gdal.Open(str(path))
    assert raster.GetRasterBand(1).GetNoDataValue() == -9999.0
    assert raster.ReadAsArray().tolist() == [[-9999.0, 1.0]]


def test_all_missing(folder, grid_of):
    path = folder / "density.tif"
    write(path, grid_of(), np.full((2, 3), np.nan))
    assert (gdal.Open(str(path)).ReadAsArray() == -9999.0).all()


def test_value_equal_to_nodata_is_not_lost(folder, grid_of):
    path = folder / "density.tif"
    write(path, grid_of(2, 1), np.array([[-9999.0, np.nan]]))
    kept, missing = gdal.Open(str(path)).ReadAsArray()[0].tolist()
    # Float32 has 24 binary digits: neighbours of -9999 (2**13 to 2**14) are 2**(13 - 23) apart.
    assert (kept, missing) == (-9999.0 + 2**-10, -9999.0)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32"])
def test_whole_numbers(folder, grid_of, dtype):
    path = folder / "classes.tif"
    values = np.array([[1, 2, 0], [4, 0, 6]], dtype=dtype)
    write(path, grid_of(), values, dtype=dtype, nodata=0)
    raster = gdal.Open(str(path))
    assert raster.ReadAsArray().dtype == np.dtype(dtype)
    assert raster.ReadAsArray().tolist() == values.tolist()
    assert raster.GetRasterBand(1).GetNoDataValue() == 0


def test_double_precision(folder, grid_of):
    path = folder / "slope.tif"
    write(path, grid_of(3, 1), np.array([[0.1, np.nan, 0.0]]), dtype="float64", nodata=0.0)
    # A true 0 becomes the smallest number there is.
    assert gdal.Open(str(path)).ReadAsArray().tolist() == [[0.1, 0.0, 5e-324]]


def test_bands_have_description_and_unit(folder, grid_of):
    path = folder / "density.tif"
    bands = [OutputBand(f"碳密度 {year}", "t CO2/ha") for year in (2000, 2010)]
    with RasterOutput(path, grid_of(1, 1), bands) as output:
        output.write(2, 0, 0, np.array([[2.0]]))
        output.write(1, 0, 0, np.array([[1.0]]))
    raster = gdal.Open(str(path))
    found = [raster.GetRasterBand(i) for i in (1, 2)]
    assert [band.GetDescription() for band in found] == ["碳密度 2000", "碳密度 2010"]
    assert [band.GetUnitType() for band in found] == ["t CO2/ha"] * 2
    assert [band.ReadAsArray().item() for band in found] == [1.0, 2.0]


def test_file_is_tiled_and_compressed(folder, grid_of):
    path = folder / "density.tif"
    write(path, grid_of(600, 500), np.ones((500, 600)))
    raster = gdal.Open(str(path))
    assert raster.GetRasterBand(1).GetBlockSize() == [256, 256]
    assert raster.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") == "DEFLATE"
    assert path.stat().st_size < 600 * 500 * 4 / 10


def test_blocks_anywhere(folder, grid_of):
    path = folder / "density.tif"
    values = np.arange(300.0 * 290).reshape(290, 300)
    with RasterOutput(path, grid_of(300, 290), [BAND]) as output:
        for row, rows in ((0, 100), (100, 190)):
            for column, columns in ((0, 7), (7, 293)):
                part = values[row : row + rows, column : column + columns]
                output.write(1, column, row, part)
    assert (gdal.Open(str(path)).ReadAsArray() == values).all()


def test_large_file_becomes_a_bigtiff(folder, grid_of):
    # 30000 * 30000 float32 are 3.6 GB, near the 4 GB of a classic TIFF; the run ends before they are written.
    marks = []
    with (
        pytest.raises(Cancelled),
        RasterOutput(folder / "large.tif", grid_of(30000, 30000), [BAND]) as output,
    ):
        (partial,) = folder.iterdir()
        output._dataset.FlushCache()
        marks.append(partial.read_bytes()[2])
        raise Cancelled
    assert marks == [43]  # 42 is a classic TIFF
    assert names(folder) == []


def test_crs_that_a_geotiff_cannot_hold(folder, grid_of):
    path = folder / "density.tif"
    grid = grid_of(crs="+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=30 +lon_0=10")
    write(path, grid, np.ones((2, 3)))
    assert gdal.Open(str(path)).GetSpatialRef().IsSame(osr.SpatialReference(grid.crs_wkt))
    assert names(folder) == ["density.tif", "density.tif.aux.xml"]


@pytest.mark.parametrize("trouble", [Cancelled, KeyError])
def test_error_or_cancel_leaves_nothing(folder, grid_of, trouble):
    with pytest.raises(trouble), RasterOutput(folder / "density.tif", grid_of(), [BAND]) as output:
        output.write(1, 0, 0, np.ones((2, 3)))
        raise trouble
    assert names(folder) == []


def test_error_keeps_the_old_file(folder, grid_of):
    path = folder / "density.tif"
    write(path, grid_of(), np.full((2, 3), 7.0))
    before = path.read_bytes()
    with pytest.raises(Cancelled), RasterOutput(path, grid_of(), [BAND]) as output:
        output.write(1, 0, 0, np.ones((2, 3)))
        raise Cancelled
    assert path.read_bytes() == before
    assert names(folder) == ["density.tif"]


def test_old_file_is_replaced_with_its_sidecars(folder, grid_of):
    path = folder / "density.tif"
    write(path, grid_of(), np.full((2, 3), 7.0))
    raster = gdal.Open(str(path))
    raster.GetRasterBand(1).ComputeStatistics(False)
    raster.BuildOverviews("NEAREST", [2])
    del raster
    assert names(folder) == ["density.tif", "density.tif.aux.xml", "density.tif.ovr"]
    write(path, grid_of(), np.full((2, 3), 1.0))
    assert names(folder) == ["density.tif"]
    raster = gdal.Open(str(path))
    assert raster.GetRasterBand(1).ComputeStatistics(False)[:2] == [1.0, 1.0]


def test_two_of_one_stem_do_not_meet(folder, grid_of):
    with (
        RasterOutput(folder / "a.tif", grid_of(1, 1), [BAND]) as first,
        RasterOutput(folder / "a.tiff", grid_of(1, 1), [BAND]) as second,
    ):
        first.write(1, 0, 0, np.array([[1.0]]))
        second.write(1, 0, 0, np.array([[2.0]]))
    found = [gdal.Open(str(folder / name)).ReadAsArray().item() for name in ("a.tif", "a.tiff")]
    assert found == [1.0, 2.0]


def test_non_ascii_path(tmp_path, grid_of):
    folder = tmp_path / "输出 文件夹"
    folder.mkdir()
    write(folder / "碳 密度.tif", grid_of(), np.ones((2, 3)))
    assert names(folder) == ["碳 密度.tif"]


@pytest.mark.parametrize("target", ["missing/density.tif", "file.txt/density.tif"])
def test_folder_that_cannot_be_written(folder, grid_of, target):
    (folder / "file.txt").write_text("no folder")
    with pytest.raises(InputDataError, match=r"could not be written .* folder can be written") as error:
        write(folder / target, grid_of(), np.ones((2, 3)))
    assert str(folder / target) in str(error.value)
    assert names(folder) == ["file.txt"]


def test_target_that_is_a_folder(folder, grid_of):
    (folder / "density.tif").mkdir()
    with pytest.raises(InputDataError, match="could not be written"):
        write(folder / "density.tif", grid_of(), np.ones((2, 3)))
    assert names(folder) == ["density.tif"]


def test_file_is_read_back(folder, grid_of, monkeypatch):
    # A disk may take everything, and give back less.
    close = RasterOutput._close

    def close_and_lose(output):
        close(output)
        if output.partial.exists():
            os.truncate(output.partial, output.partial.stat().st_size // 2)

    monkeypatch.setattr(RasterOutput, "_close", close_and_lose)
    with pytest.raises(InputDataError, match="could not be written"):
        write(folder / "density.tif", grid_of(300, 300), noise(300))
    assert names(folder) == []


def test_cells_that_are_lost_are_missed(folder, grid_of, monkeypatch):
    monkeypatch.setattr(gdal.Band, "WriteArray", lambda *arguments: 0)
    with pytest.raises(InputDataError, match=r"0 of 6 cells of band 1 can be read back"):
        write(folder / "density.tif", grid_of(), np.ones((2, 3)))
    assert names(folder) == []


@pytest.fixture
def small_disk(make_disk):
    """A file system of 300 kB."""
    return make_disk("300k")


def noise(size):
    """Values that hardly compress."""
    return np.random.default_rng(1).normal(size=(size, size))


@pytest.mark.parametrize("size", [256, 700])
def test_full_disk_leaves_what_was_there(small_disk, grid_of, size):
    # One tile of noise has about 256 kB, which do not fit beside the filler, and 700 x 700 cells have 2 MB.
    path = small_disk / "density.tif"
    write(path, grid_of(), np.ones((2, 3)))
    before = path.read_bytes()
    (small_disk / "filler").write_bytes(bytes(200_000 if size == 256 else 0))
    with pytest.raises(InputDataError, match=r"could not be written .* the disk has room"):
        write(path, grid_of(size, size), noise(size))
    assert path.read_bytes() == before
    assert names(small_disk) == ["density.tif", "filler"]


def test_full_disk_block_by_block(small_disk, grid_of):
    with (
        pytest.raises(InputDataError, match="could not be written"),
        RasterOutput(small_disk / "density.tif", grid_of(700, 700), [BAND]) as output,
    ):
        values = noise(700)
        for row in range(700):
            output.write(1, 0, row, values[row : row + 1])
    assert names(small_disk) == []


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list open files")
def test_full_disk_keeps_nothing_open(small_disk, grid_of):
    # An open file keeps its room on the disk, also when it has no name any more.
    with pytest.raises(InputDataError) as error:
        write(small_disk / "density.tif", grid_of(700, 700), noise(700))
    links = [entry for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    assert not [link for link in links if os.readlink(link).startswith(str(small_disk))]
    assert isinstance(error.value.__cause__, RuntimeError)


LIMITED = """
import resource, signal, sys
sys.path.insert(0, {tests!r})
import conftest
import numpy as np
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.grid import Grid
from landcarbon.core.raster.output import OutputBand, RasterOutput
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    grid = Grid(700, 700, (0.0, 1.0, 0.0, 0.0, 0.0, -1.0), "")
    with RasterOutput({path!r}, grid, [OutputBand("a", "t")]) as output:
        output.write(1, 0, 0, np.random.default_rng(1).normal(size=(700, 700)))
except InputDataError as error:
    print(error)
"""


def test_file_that_cannot_grow_leaves_nothing(folder):
    path = folder / "density.tif"
    tests = str(Path(__file__).resolve().parents[2])
    code = LIMITED.format(tests=tests, limit=300_000, path=str(path))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True
    )
    assert "could not be written" in done.stdout
    assert names(folder) == []
