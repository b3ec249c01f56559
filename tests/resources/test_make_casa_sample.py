"""The demonstration inputs of CASA: what the script makes is what ships, and the curves are what they say."""

import importlib.util

import numpy as np
import pytest
from landcarbon.core.resources import RESOURCES
from osgeo import gdal

SAMPLE = RESOURCES / "sample"
SCRIPT = RESOURCES.parent / "tools" / "sample" / "make_casa_sample.py"
NAMES = ("ndvi", "temperature", "precipitation", "radiation")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_casa_sample", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def values(path):
    """Values of all bands with scale and offset; NaN = missing."""
    raster = gdal.Open(str(path))
    found = []
    for number in range(1, raster.RasterCount + 1):
        band = raster.GetRasterBand(number)
        stored = band.ReadAsArray().astype(float)
        scaled = stored * band.GetScale() + band.GetOffset()
        found.append(np.where(stored == band.GetNoDataValue(), np.nan, scaled))
    return np.array(found)


def same_file(made, shipped):
    made, shipped = gdal.Open(str(made)), gdal.Open(str(shipped))
    assert made.GetGeoTransform() == shipped.GetGeoTransform()
    assert np.array_equal(made.ReadAsArray(), shipped.ReadAsArray())


@pytest.mark.skipif(importlib.util.find_spec("BESS_JPL") is None, reason="BESS-JPL is not installed")
def test_ndvi(script, tmp_path):
    same_file(script.write_ndvi(script.packaged_ndvi(), tmp_path), SAMPLE / "casa_ndvi.tif")


def test_climate(script, tmp_path):
    for made in script.write_climate(tmp_path):
        same_file(made, SAMPLE / made.name)


def test_emission(script, tmp_path):
    made = script.write_emission(tmp_path)
    assert made.read_bytes() == (SAMPLE / "casa_emission_2019.csv").read_bytes()


def test_they_are_below_2_mb_together():
    assert sum(path.stat().st_size for path in SAMPLE.glob("casa_*") if path.suffix != ".xml") < 2_000_000


@pytest.mark.parametrize("name", NAMES)
def test_bands_are_months_and_grids_lie_on_the_land_cover(name):
    raster = gdal.Open(str(SAMPLE / f"casa_{name}.tif"))
    described = [raster.GetRasterBand(month).GetDescription() for month in range(1, 13)]
    assert [text.split()[-1] for text in described] == [f"2019-{month:02}" for month in range(1, 13)]
    west, cell, _, north, _, _ = raster.GetGeoTransform()
    assert (west, north) == (103.5, 36.5)
    assert (cell, raster.RasterXSize) == ((0.05, 390) if name == "ndvi" else (0.25, 78))


def test_ndvi_is_lowest_in_january_and_highest_in_july_and_august():
    ndvi = values(SAMPLE / "casa_ndvi.tif")
    assert np.nanmin(ndvi) >= -0.2 and np.nanmax(ndvi) < 1
    mean = np.nanmean(ndvi, axis=(1, 2))
    assert mean.argmin() in (0, 1) and mean.argmax() in (6, 7)
    assert (np.isnan(ndvi).all(axis=0) == np.isnan(ndvi).any(axis=0)).all()


def test_climate_is_about_that_of_wuhan(script):
    # 30.6 N: some 16.5 deg C, 3 in January and 29 in July, 1200 mm, 4400 MJ/m2 a year
    latitude = np.array([30.6])
    warmth, rain = script.temperature(latitude), script.precipitation(latitude)
    assert warmth.mean() == pytest.approx(17.5, abs=1)
    assert warmth.min() == pytest.approx(5, abs=2) and warmth.max() == pytest.approx(29, abs=2)
    assert rain.sum() == pytest.approx(1140, abs=1)  # 1700 - 85 * 6.6
    assert script.radiation(latitude, rain).sum() == pytest.approx(4400, rel=0.1)


def test_extraterrestrial_radiation_of_fao_56(script, monkeypatch):
    # FAO-56, example 8: 32.2 MJ/m2 on 3 September at 20 S; here the middle of a month, without clouds
    monkeypatch.setattr(script, "DAYS", np.array([2 * 246 - 1]))  # its middle is day 245.5
    rain = np.array([[0.45 - 1]]) * 2000  # 0.45 - 0.1 * rain / 200 = 1
    found = script.radiation(np.array([-20.0]), rain) / (2 * 246 - 1)
    assert found[0, 0] == pytest.approx(32.2, abs=0.15)


def test_npp_of_the_sample_is_within_what_is_published(qgis_app, tmp_path):
    """Sources are in docs/zonalcarbon.md: 341 to 813 for the region, 231 to 913 for types of vegetation."""
    from landcarbon.algorithms.productivity.casa_nep import CasaNep
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback

    algorithm = CasaNep().create()
    parameters = {name.upper(): [str(SAMPLE / f"casa_{name}.tif")] for name in NAMES}
    parameters |= {"VEGETATION": str(SAMPLE / "land_cover_2019.tif"), "ALIGNMENT": 2}
    parameters |= {"NPP": str(tmp_path / "npp.tif")}
    feedback = QgsProcessingFeedback(False)
    results, succeeded = algorithm.run(parameters, QgsProcessingContext(), feedback)
    assert succeeded, feedback.textLog()
    assert 341 < results["MEAN_NPP"] < 813
    npp = gdal.Open(results["NPP"]).ReadAsArray()
    cover = gdal.Open(str(SAMPLE / "land_cover_2019.tif")).ReadAsArray(610, 350, 390, 260)
    for value in (1, 2, 4, 5, 8, 9, 10, 11, 12, 14):
        cells = (cover == value) & (npp != -9999)
        assert cells.sum() > 100
        assert 231 < npp[cells].mean() < 913, value
