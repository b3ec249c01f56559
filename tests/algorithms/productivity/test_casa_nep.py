"""CASA through QGIS: twelve months of four series in, carbon fluxes of a year out."""

import json
import math

import numpy as np
import pytest
from landcarbon.algorithms.styles.colours import COEFFICIENT, NPP
from osgeo import gdal
from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject, QgsRasterLayer

from ..conftest import RunFailed

# Every month alike: T = Topt, so Te1 = 0.8 + 0.02 T - 0.0005 T^2 and Te2 is at its best; no rain: We = 0.5
BEST_TE2 = 1.184 / (1 + math.exp(-2)) / (1 + math.exp(-3))
VEGETATION = [[1, 4, 13], [10, 10, 99]]  # IGBP: two forests, town, two grasslands, unknown
TEMPERATURE = [[20.0, 10.0, 20.0], [20.0, 20.0, 20.0]]
NDVI = [[0.9, 0.9, 0.5], [0.9, 0.9, 0.9]]  # above all limits: FPAR = 0.95
SERIES = ("NDVI", "TEMPERATURE", "PRECIPITATION", "RADIATION")
NAN = float("nan")


def npp_of(epsilon, te1=1.0):
    """A year of 400 MJ/m2 a month."""
    return 12 * 400 * 0.95 * 0.5 * te1 * BEST_TE2 * 0.5 * epsilon


def rh_of(temperature):
    return 12 * 0.22 * 30 * 0.465 * math.exp(0.0913 * temperature)


@pytest.fixture
def inputs(make_raster):
    """Paths by parameter: 12 rasters each, and vegetation."""
    values = {
        "NDVI": NDVI,
        "TEMPERATURE": TEMPERATURE,
        "PRECIPITATION": np.zeros((2, 3)),
        "RADIATION": np.full((2, 3), 400.0),
    }
    paths = {
        name: [
            make_raster(f"{name.lower()}_2019{month:02}.tif", np.float32(values[name]), nodata=-99.0)
            for month in range(1, 13)
        ]
        for name in SERIES
    }
    return paths | {"VEGETATION": make_raster("vegetation.tif", VEGETATION)}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    return folder


@pytest.fixture
def casa(run, inputs, folder):
    """Run on the inputs with limits of the table; `casa("NPP", MONTHS="1-12")` writes these outputs."""

    def casa(*outputs, **parameters):
        files = {
            name: str(folder / f"{name.lower()}.{'csv' if name == 'PARAMETERS' else 'tif'}")
            for name in outputs
        }
        return run("casanep", **inputs | {"LIMITS": 1} | files | parameters)

    return casa


def bands(path):
    values = gdal.Open(str(path)).ReadAsArray().astype(float)
    return np.where(values == -9999, np.nan, values)


def described(path, number=1):
    """Description and unit of a band."""
    raster = gdal.Open(str(path))
    band = raster.GetRasterBand(number)
    return band.GetDescription(), band.GetUnitType()


def test_fluxes_by_hand(casa, folder):
    done = casa("NPP", "RH", "NEP")
    # Zhu et al.: evergreen needleleaf 0.389, deciduous broadleaf 0.692 at 10 deg C: Te1 = 0.8 + 0.2 - 0.05
    npp = [[npp_of(0.389), npp_of(0.692, 0.95), NAN], [npp_of(0.542), npp_of(0.542), NAN]]
    rh = [[rh_of(20), rh_of(10), NAN], [rh_of(20), rh_of(20), NAN]]
    np.testing.assert_allclose(bands(folder / "npp.tif"), npp, rtol=1e-6)
    np.testing.assert_allclose(bands(folder / "rh.tif"), rh, rtol=1e-6)
    np.testing.assert_allclose(bands(folder / "nep.tif"), np.subtract(npp, rh), rtol=1e-5)
    assert done.results["MISSING_CELLS"] == 0
    north, south = np.cos(np.radians([0.75, 0.25]))
    weights = np.array([[north], [south]]) * np.isfinite(npp)
    assert done.results["MEAN_NPP"] == pytest.approx(np.nansum(npp * weights) / weights.sum(), rel=1e-5)


def test_monthly_fluxes(casa, folder):
    casa("MONTHLY_NPP", "MONTHLY_NEP")
    assert bands(folder / "monthly_npp.tif")[:, 0, 0] == pytest.approx([npp_of(0.389) / 12] * 12, rel=1e-6)
    expected = (npp_of(0.389) - rh_of(20)) / 12
    assert bands(folder / "monthly_nep.tif")[:, 0, 0] == pytest.approx([expected] * 12, rel=1e-5)


def test_numbers_alone(casa, folder):
    done = casa()
    assert set(done.results) == {"MEAN_NPP", "MEAN_NEP", "MISSING_CELLS"}
    assert list(folder.iterdir()) == []


def test_file_has_unit_and_year(casa, folder):
    casa("NEP", "MONTHLY_NPP", YEAR=2020)
    assert described(folder / "nep.tif") == ("NEP 2020", "g C/m2/year")
    assert described(folder / "monthly_npp.tif", 7) == ("NPP 2020-07", "g C/m2/month")


def test_year_of_the_names(casa, folder, feedback):
    casa("NEP")
    assert described(folder / "nep.tif")[0] == "NEP 2019"
    assert "The year is 2019, as in the names of NDVI." in feedback.infos


def test_series_of_another_year_is_warned_of(casa, feedback):
    casa("NEP", YEAR=2020)
    assert sum("by its names, and the year is 2020" in text for text in feedback.warnings) == 4


# Parameters


def test_parameters_as_used(casa, rows, row_areas_ha):
    done = casa("NPP", "PARAMETERS")
    found = {int(row["value"]): row for row in rows(done.results["PARAMETERS"])}
    assert float(found[4]["epsilon_max"]) == 0.692
    assert (float(found[10]["ndvi_min"]), float(found[10]["ndvi_max"])) == (0.023, 0.634)
    assert (float(found[10]["cells"]), found[10]["limits"]) == (2, "table")
    assert float(found[10]["area_ha"]) == pytest.approx(2 * row_areas_ha[1], rel=1e-5)
    assert "Zhu et al. 2007" in found[10]["source"]
    assert found[13]["epsilon_max"] in (None, "")
    assert (float(found[99]["cells"]), found[99]["name"]) == (1, "not in the table")


@pytest.fixture
def row_areas_ha():
    """Area of a cell of both rows: a2 (1 - e2) cos(latitude) dlat dlon, good to 1e-5 so near the equator."""
    semi_minor2 = 6378137.0**2 * (1 - 0.00669438)
    edges = np.radians([1.0, 0.5, 0.0])
    return semi_minor2 * np.radians(0.5) * -np.diff(np.sin(edges)) / 1e4


def test_parameters_of_a_run_are_the_table_of_the_next(casa, folder, feedback):
    casa("NPP", "PARAMETERS", LIMITS=0)
    before = bands(folder / "npp.tif")
    # With NDVI of the year after; the limits are those of the first run
    table = str(folder / "parameters.csv")
    casa("NEP", VEGETATION_TABLE=table, LIMITS=1, NPP=str(folder / "again.tif"))
    np.testing.assert_array_equal(bands(folder / "again.tif"), before)


def test_limits_from_the_data(casa, folder, inputs, make_raster, rows):
    # One class, NDVI of 0.2 in eleven months and 0.6 in July, in 4 cells: 44 values and 4 values; rank
    # 47 * 0.95 = 44.65 lies among the 4
    ndvi = [
        make_raster(f"n_2019{month:02}.tif", np.full((2, 3), 0.6 if month == 7 else 0.2))
        for month in range(1, 13)
    ]
    vegetation = make_raster("grass.tif", [[10, 10, 13], [10, 10, 13]])
    done = casa("PARAMETERS", LIMITS=0, NDVI=ndvi, VEGETATION=vegetation)
    (grass,) = (row for row in rows(done.results["PARAMETERS"]) if int(row["value"]) == 10)
    assert (float(grass["ndvi_min"]), float(grass["ndvi_max"]), grass["limits"]) == (0.2, 0.6, "data")


def test_class_without_limits_takes_them_from_the_data(casa, rows, make_raster):
    done = casa("PARAMETERS", VEGETATION=make_raster("mixed.tif", [[5, 5, 10], [5, 5, 10]]))
    found = {int(row["value"]): row for row in rows(done.results["PARAMETERS"])}
    assert (found[5]["limits"], found[10]["limits"]) == ("data", "table")
    assert float(found[5]["ndvi_max"]) == 0.9  # all but a town of 0.5, which is another class


def test_own_vegetation_table(casa, folder, make_csv):
    table = make_csv("mine.csv", "value,epsilon_max,ndvi_min,ndvi_max\n1,0.5,0.02,0.7\n10,,,\n")
    casa("NPP", VEGETATION_TABLE=table)
    np.testing.assert_allclose(
        bands(folder / "npp.tif"), [[npp_of(0.5), NAN, NAN], [NAN, NAN, NAN]], rtol=1e-6
    )


def test_original_casa(casa, folder):
    casa("NPP", VEGETATION_PRESET="potter1993_igbp", LIMITS=0)
    found = bands(folder / "npp.tif")
    # One NDVI in every class: equal limits, FPAR = 0.001
    assert found[1, 0] == pytest.approx(npp_of(0.389) * 0.001 / 0.95, rel=1e-6)


def test_other_share_of_ndvi_and_length_of_days(casa, folder, inputs, make_raster):
    rain = [make_raster(f"p_2019{month:02}.tif", np.full((2, 3), 60.0)) for month in range(1, 13)]
    ndvi = [make_raster(f"n_2019{month:02}.tif", np.full((2, 3), 0.4)) for month in range(1, 13)]
    found = []
    for name, options in (("a", {}), ("b", {"ALPHA": 1.0}), ("c", {"DAYLENGTH": True})):
        casa(PRECIPITATION=rain, NDVI=ndvi, NPP=str(folder / f"{name}.tif"), **options)
        found.append(bands(folder / f"{name}.tif")[0, 0])
    assert len(set(found)) == 3


# Months


def one_file(path, paths, descriptions=(), interleave="BAND"):
    """The rasters as bands of one file."""
    stack = gdal.Translate(
        str(path), gdal.BuildVRT("", paths, separate=True), creationOptions=[f"INTERLEAVE={interleave}"]
    )
    for number, text in enumerate(descriptions, 1):
        stack.GetRasterBand(number).SetDescription(text)
    del stack
    return [str(path)]


@pytest.fixture
def warming(make_raster):
    """Temperatures of 1 to 12 deg C, January to December."""
    return [make_raster(f"t_2019{month:02}.tif", np.full((2, 3), float(month))) for month in range(1, 13)]


@pytest.fixture
def temperatures(casa, folder):
    """The temperatures that a run took for January to December: RH without rain depends on nothing else."""

    def temperatures(**parameters):
        casa("MONTHLY_NPP", "MONTHLY_NEP", **parameters)
        rh = bands(folder / "monthly_npp.tif") - bands(folder / "monthly_nep.tif")
        return np.log(rh[:, 0, 0] / (0.22 * 30 * 0.465)) / 0.0913

    return temperatures


def test_rasters_in_any_order(temperatures, warming):
    assert temperatures(TEMPERATURE=warming[::-1]) == pytest.approx(range(1, 13), abs=1e-3)


def test_months_of_the_user(temperatures, inputs, warming):
    found = temperatures(TEMPERATURE=warming, MONTHS="12,1-11")
    assert found == pytest.approx([*range(2, 13), 1], abs=1e-3)


@pytest.mark.parametrize("interleave", ["BAND", "PIXEL"])
def test_one_raster_of_twelve_bands(temperatures, warming, tmp_path, feedback, interleave):
    stack = one_file(tmp_path / "t.tif", warming, interleave=interleave)
    assert temperatures(TEMPERATURE=stack) == pytest.approx(range(1, 13), abs=1e-3)
    assert "TEMPERATURE: the bands have no months in their descriptions" in "\n".join(feedback.infos)


def test_bands_with_their_months(temperatures, warming, tmp_path):
    names = [f"2019-{month:02}" for month in range(12, 0, -1)]
    stack = one_file(tmp_path / "t.tif", warming[::-1], names)
    assert temperatures(TEMPERATURE=stack) == pytest.approx(range(1, 13), abs=1e-3)


def test_month_in_the_name_of_the_file_only(casa, make_raster, folder):
    names = [f"MOD13A3.2019-{month:02}.tif" for month in range(1, 13)]  # QGIS calls all of them MOD13A3
    casa("NPP", NDVI=[make_raster(name, np.float32(NDVI)) for name in names])
    assert bands(folder / "npp.tif")[0, 0] == pytest.approx(npp_of(0.389), rel=1e-6)


def test_eleven_months(casa, inputs, folder):
    with pytest.raises(RunFailed, match="RADIATION has 11 months, and a year needs 12: month 5 is missing"):
        casa("NPP", RADIATION=[path for path in inputs["RADIATION"] if "201905" not in path])
    assert list(folder.iterdir()) == []


def test_a_month_twice(casa, inputs, make_raster):
    twice = [*inputs["NDVI"][:11], make_raster("other_03.tif", NDVI)]
    with pytest.raises(RunFailed, match="NDVI: month 3 is there twice, 'ndvi_201903' and 'other_03'"):
        casa("NPP", NDVI=twice)


def test_a_raster_of_eleven_bands(casa, warming, tmp_path):
    with pytest.raises(RunFailed, match="TEMPERATURE has 11 months"):
        casa("NPP", TEMPERATURE=one_file(tmp_path / "t.tif", warming[:11]))


def test_bands_that_are_not_used_are_warned_of(casa, warming, tmp_path, feedback):
    (stack,) = one_file(tmp_path / "stack_201912.tif", warming)
    casa("NPP", TEMPERATURE=[*warming[:11], stack])
    assert "12 bands, and only the first one is used" in "\n".join(feedback.warnings)


# Units


def in_units(paths, change, scale=None, offset=None):
    """The rasters with other stored numbers."""
    for path in paths:
        raster = gdal.Open(path, gdal.GA_Update)
        band = raster.GetRasterBand(1)
        band.WriteArray(change(band.ReadAsArray()))
        if scale is not None:
            band.SetScale(scale)
        if offset is not None:
            band.SetOffset(offset)
        del band, raster


def test_scale_and_offset_of_the_files_apply(casa, inputs, folder):
    in_units(inputs["TEMPERATURE"], lambda values: (values + 273.15) / 0.02, 0.02, -273.15)
    in_units(inputs["NDVI"], lambda values: values * 1e4, 1e-4)
    casa("NPP")
    assert bands(folder / "npp.tif")[0, 0] == pytest.approx(npp_of(0.389), rel=1e-5)


def test_scale_of_the_user_replaces_that_of_the_file(casa, inputs, folder):
    in_units(inputs["NDVI"], lambda values: values * 1e4, 1e4)  # as MOD13 declares it
    with pytest.raises(RunFailed, match=r"\(stored 9000, scale 10000, offset 0\).*NDVI_SCALE = 0.0001"):
        casa("NPP")
    casa("NPP", NDVI_SCALE=1e-4)
    assert bands(folder / "npp.tif")[0, 0] == pytest.approx(npp_of(0.389), rel=1e-5)


@pytest.mark.parametrize(
    ("series", "change", "options"),
    [
        ("TEMPERATURE", lambda values: values + 273.15, {"TEMPERATURE_OFFSET": -273.15}),
        ("TEMPERATURE", lambda values: values * 10, {"TEMPERATURE_SCALE": 0.1}),
        ("RADIATION", lambda values: values * 1e6, {"RADIATION_SCALE": 1e-6}),
        ("RADIATION", lambda values: values / 30.4, {"RADIATION_SCALE": 30.4}),
    ],
    ids=["kelvin", "tenths", "joule", "per day"],
)
def test_wrong_units_are_errors_that_say_what_to_write(casa, inputs, folder, series, change, options):
    in_units(inputs[series], change)
    ((name, value),) = options.items()
    with pytest.raises(RunFailed, match=f"{name} = {value:f}".rstrip("0").rstrip(".")):
        casa("NPP")
    assert list(folder.iterdir()) == []
    casa("NPP", **options)
    assert bands(folder / "npp.tif")[0, 0] == pytest.approx(npp_of(0.389), rel=1e-5)


def test_watts_are_warned_of(casa, inputs, feedback):
    in_units(inputs["RADIATION"], lambda values: values / 2.63)
    casa("NPP")
    assert "RADIATION is at most 152.1" in "\n".join(feedback.warnings)


def test_negative_rain(casa, inputs, folder):
    in_units(inputs["PRECIPITATION"], lambda values: values - 3)
    with pytest.raises(RunFailed, match=r"precipitation_201901: precipitation cannot be negative, and -3"):
        casa("NPP")
    assert list(folder.iterdir()) == []


def test_ndvi_of_1_is_missing(casa, inputs, folder, feedback):
    in_units(inputs["NDVI"][:1], lambda values: np.where(values > 0.6, 1.0, values))
    with pytest.raises(RunFailed, match=r"None of the 4 vegetated cells has all inputs.*NDVI in 4"):
        casa("NPP")


def test_nodata_may_differ_from_month_to_month(casa, inputs, folder):
    for month, path in enumerate(inputs["TEMPERATURE"]):
        raster = gdal.Open(path, gdal.GA_Update)
        band = raster.GetRasterBand(1)
        band.SetNoDataValue(-1000.0 - month)
        values = band.ReadAsArray()
        values[1, 1] = -1000.0 - month
        band.WriteArray(values)
        del band, raster
    done = casa("NPP")
    assert np.isnan(bands(folder / "npp.tif")).tolist() == [[False, False, True], [False, True, True]]
    assert done.results["MISSING_CELLS"] == 1


# Grids


def test_other_grid_is_an_error(casa, make_raster):
    finer = make_raster("fine.tif", np.kron(VEGETATION, np.ones((2, 2), dtype=int)), cell=0.25)
    with pytest.raises(RunFailed, match="fine is not on the grid of the first raster"):
        casa("NPP", VEGETATION=finer)


def test_vegetation_on_a_finer_grid_is_the_most_frequent_class(casa, make_raster, folder, feedback):
    fine = np.kron(VEGETATION, np.ones((2, 2), dtype=int))
    fine[0, 0] = 13
    casa("NPP", VEGETATION=make_raster("fine.tif", fine, cell=0.25), ALIGNMENT=2)
    assert bands(folder / "npp.tif")[0, 0] == pytest.approx(npp_of(0.389), rel=1e-6)
    assert "VEGETATION was put on the grid of the first raster" in "\n".join(feedback.infos)
    assert "by the most frequent class" in "\n".join(feedback.infos)


@pytest.mark.parametrize(("alignment", "method"), [(1, "nearest neighbour"), (2, "bilinear")])
def test_coarser_climate_is_aligned_and_said_once(casa, make_raster, folder, feedback, alignment, method):
    coarse = [
        make_raster(f"c_2019{month:02}.tif", np.full((2, 3), 400.0), left=-1.0, top=2.0, cell=2.0)
        for month in range(1, 13)
    ]
    casa("NPP", RADIATION=coarse, ALIGNMENT=alignment)
    assert bands(folder / "npp.tif")[0, 0] == pytest.approx(npp_of(0.389), rel=1e-6)
    said = [text for text in feedback.infos if "was put on the grid" in text]
    assert len(said) == 1
    assert said[0].startswith("RADIATION was put")
    assert f"by {method}" in said[0]


def test_no_overlap(casa, make_raster, folder):
    elsewhere = [
        make_raster(f"e_2019{month:02}.tif", np.full((2, 3), 400.0), left=50.0) for month in range(1, 13)
    ]
    with pytest.raises(RunFailed, match=r"RADIATION in 4. Do the rasters cover the same region\?"):
        casa("NPP", RADIATION=elsewhere, ALIGNMENT=2)
    assert list(folder.iterdir()) == []


def test_all_water(casa, make_raster, folder):
    with pytest.raises(RunFailed, match="No cell is vegetated: the vegetation raster holds 0 Water bodies"):
        casa("NPP", VEGETATION=make_raster("sea.tif", np.zeros((2, 3), dtype=int)))
    assert list(folder.iterdir()) == []


def test_values_without_parameters_are_listed(casa, feedback):
    casa("NPP")
    (text,) = (text for text in feedback.warnings if "zhu2007_igbp does not have" in text)
    assert text.startswith("1 cells have vegetation values")
    assert "99 (1 cells)" in text


def test_equal_limits_are_warned_of(casa, feedback, make_csv):
    table = make_csv("mine.csv", "value,name,epsilon_max,ndvi_min,ndvi_max\n1,pine,0.5,0.6,0.6\n")
    casa("NPP", VEGETATION_TABLE=table)
    assert any(
        "The NDVI limits of 1 classes are equal" in text and "1 pine" in text for text in feedback.warnings
    )


def test_rasters_without_coordinate_system(casa, inputs, folder, rows):
    for path in (
        path for paths in inputs.values() for path in ([paths] if isinstance(paths, str) else paths)
    ):
        gdal.Open(path, gdal.GA_Update).SetProjection("")
    done = casa("NPP", "PARAMETERS")
    assert bands(folder / "npp.tif")[0, 0] == pytest.approx(npp_of(0.389), rel=1e-6)
    assert {row["area_ha"] for row in rows(done.results["PARAMETERS"])} <= {None, ""}
    with pytest.raises(RunFailed, match="NDVI has no coordinate system; assign one, or switch DAYLENGTH off"):
        casa("NPP", DAYLENGTH=True)


# Styles, names, records and ends


def test_rasters_open_in_their_colours(casa, folder):
    casa("NPP", "NEP")
    for name, colours in (("npp", NPP), ("nep", COEFFICIENT)):
        layer = QgsRasterLayer(str(folder / f"{name}.tif"), name)
        assert layer.loadNamedStyle(str(folder / f"{name}.qml"))[1]
        items = layer.renderer().shader().rasterShaderFunction().colorRampItemList()
        assert [item.color.name() for item in items] == list(colours)


def test_months_have_their_time(casa, folder):
    casa("MONTHLY_NPP")
    layer = QgsRasterLayer(str(folder / "monthly_npp.tif"), "npp")
    assert layer.loadNamedStyle(str(folder / "monthly_npp.qml"))[1]
    february = layer.temporalProperties().fixedRangePerBand()[2]
    assert february.begin().toString("yyyy-MM-dd") == "2019-02-01"
    assert february.end().toString("yyyy-MM-dd") == "2019-02-28"


def test_layer_names_have_the_year(run, inputs, folder, context):
    outputs = {
        name: QgsProcessingOutputLayerDefinition(str(folder / f"{name}.tif"), QgsProject.instance())
        for name in ("NPP", "RH", "MONTHLY_NEP")
    }
    done = run("casanep", **inputs, **outputs)
    assert [context.layerToLoadOnCompletionDetails(done.results[name]).name for name in outputs] == [
        "NPP 2019",
        "Heterotrophic respiration 2019",
        "Monthly NEP 2019",
    ]


def test_record_has_the_parameters_of_every_class(casa, folder):
    casa("NPP")
    record = json.loads((folder / "npp.tif.landcarbon.json").read_text())
    used = {row["value"]: row for row in record["coefficients"]}
    assert used[4]["epsilon_max"] == 0.692
    assert used[4]["limits"] == "table"
    assert 13 not in used
    assert "ndvi_201901 = 1, ndvi_201902 = 2" in "\n".join(record["decisions"])


def test_cancel_while_limits_are_found(casa, folder, feedback, monkeypatch):
    monkeypatch.setattr(feedback, "setProgress", lambda percent: feedback.cancel(), raising=False)
    with pytest.raises(RunFailed, match="cancelled"):
        casa("NPP", "RH", "NEP", "PARAMETERS", LIMITS=0)
    assert list(folder.iterdir()) == []


def test_cancel_after_the_limits(casa, folder, feedback, monkeypatch):
    def cancel(percent):
        if percent > 25:
            feedback.cancel()

    monkeypatch.setattr(feedback, "setProgress", cancel, raising=False)
    with pytest.raises(RunFailed, match="cancelled"):
        casa("NPP", "RH", "NEP", "PARAMETERS", LIMITS=0)
    assert list(folder.iterdir()) == []


def test_output_that_is_an_input_is_an_error(casa, inputs):
    with pytest.raises(RunFailed, match="would overwrite the input"):
        casa(NPP=inputs["NDVI"][3])
