"""Styles: fixed zone colours, classes centred on 0 and 1, temporal range, kept in files."""

from itertools import combinations

import numpy as np
import pytest
from landcarbon.algorithms.styles.accounting import DENSITY, DENSITY_BREAKS, EMISSION, density, net_emission
from landcarbon.algorithms.styles.cells import class_raster, sampled_cells
from landcarbon.algorithms.styles.classes import (
    by_year,
    class_labels,
    natural_levels,
    round_125,
    symmetric_breaks,
)
from landcarbon.algorithms.styles.colours import CLUSTERS, COEFFICIENT, NO_ZONE, cluster_colour
from landcarbon.algorithms.styles.dates import year_span
from landcarbon.algorithms.styles.forecast import POTENTIAL, emission_potential, peak_year
from landcarbon.algorithms.styles.intensity import ABSORBED, EMITTED, NOTHING, emission_intensity
from landcarbon.algorithms.styles.trend import (
    P_BREAKS,
    P_VALUE,
    SLOPE,
    TREND,
    slope_raster,
    trend_classes,
    trend_raster,
    trend_slope,
)
from landcarbon.algorithms.styles.zoning import COEFFICIENT_BREAKS, ZONES, coefficient, zones
from landcarbon.core.trend.classes import CLASSES
from landcarbon.core.zoning.balance_zoning import SCHEMES
from qgis.core import Qgis, QgsExpression, QgsExpressionContext, QgsRasterLayer, QgsRenderContext
from qgis.PyQt.QtCore import QDate, QDateTime, QTime

from .conftest import square

# Machado, Oliveira and Fernandes 2009, severity 1.0: linear RGB as a reader without one kind of cone sees it.
READERS = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# sRGB (D65) to XYZ over its white, IEC 61966-2-1.
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
) / np.array([[0.95047], [1.0], [1.08883]])


def cielab(colour, reader):
    """CIE L*a*b* of '#rrggbb' as a reader sees it."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(np.array(READERS[reader]) @ linear, 0, 1)
    x, y, z = (np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def least_difference(colours, reader):
    """The smallest CIE 1976 colour difference of two of the colours; 2.3 is just noticeable."""
    return min(
        float(np.linalg.norm(cielab(first, reader) - cielab(second, reader)))
        for first, second in combinations(colours, 2)
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("scheme", ZONES)
def test_zone_colours_can_be_told_apart(scheme, reader):
    colours = [colour for _, _, colour in ZONES[scheme]] + [NO_ZONE]
    assert least_difference(colours, reader) > 20


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("colours", [EMISSION, COEFFICIENT, DENSITY, SLOPE])
def test_class_colours_can_be_told_apart(colours, reader):
    assert least_difference(colours, reader) > 15


@pytest.mark.parametrize("reader", READERS)
def test_sinks_sources_and_nothing_can_be_told_apart(reader):
    assert least_difference([*ABSORBED, NOTHING, *EMITTED], reader) > 10
    assert least_difference([*ABSORBED, NO_ZONE, *EMITTED], reader) > 10


@pytest.mark.parametrize("reader", READERS)
def test_cluster_colours_can_be_told_apart(reader):
    assert least_difference([*CLUSTERS, NO_ZONE], reader) > 15


def test_cluster_colours_repeat():
    assert [cluster_colour(number) for number in (1, 10, 11)] == [CLUSTERS[0], CLUSTERS[9], CLUSTERS[0]]


@pytest.mark.parametrize("scheme", ZONES)
def test_zone_codes_and_names_are_those_of_core(scheme):
    assert {code: name for code, name, _ in ZONES[scheme]} == SCHEMES[scheme]


def test_a_zone_has_one_colour_in_both_schemes():
    colours = {}
    for scheme in ZONES.values():
        for _, name, colour in scheme:
            colours.setdefault(name, set()).add(colour)
    assert all(len(found) == 1 for found in colours.values())


@pytest.fixture
def layer(make_layer):
    """A layer of squares with one numeric field, and a year."""

    def layer(field, values, years=None, kind=float):
        years = [2019] * len(values) if years is None else years
        return make_layer(
            {field: kind, "year": int},
            list(zip(values, years, strict=True)),
            [square(x, 0) for x in range(len(values))],
        )

    return layer


def legend_of(layer):
    """The legend's label of every feature, as the renderer draws it."""
    renderer = layer.renderer().clone()
    context = QgsRenderContext()
    renderer.startRender(context, layer.fields())
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    found = [
        next((labels[key] for key in renderer.legendKeysForFeature(feature, context) if key in labels), None)
        for feature in layer.getFeatures()
    ]
    renderer.stopRender(context)
    return found


def colours_of(layer):
    return [item.symbol().color().name() for item in layer.renderer().legendSymbolItems()]


def test_zones_by_code(layer):
    units = layer("zone", [1, 5, None], kind=int)
    zones("five")(units)
    assert legend_of(units) == ["Carbon sink functional zone", "High-carbon optimisation zone", "No zone"]
    assert colours_of(units) == [colour for _, _, colour in ZONES["five"]] + [NO_ZONE]


def test_no_grey_where_every_unit_has_a_zone(layer):
    units = layer("zone", [1, 2], kind=int)
    zones("four")(units)
    assert NO_ZONE not in colours_of(units)


def test_net_emission_is_centred_on_zero(layer):
    # |values| 1, 1, 3, 40, 60, 100: thirds near 2.3 and 46.7, rounded to 2 and 50.
    units = layer("net_t", [-1.0, 1.0, 3.0, 40.0, 60.0, -100.0, 0.0, None])
    net_emission("t C")(units)
    assert legend_of(units) == [
        "−2 to 0 t C",
        "0 to 2 t C",
        "2 to 50 t C",
        "2 to 50 t C",
        "≥ 50 t C",
        "< −50 t C",
        "0 to 2 t C",
        "no value",
    ]


def test_net_emission_says_its_mass(layer):
    units = layer("net_t", [1.0])
    net_emission("t CO2")(units)
    assert all(label.endswith(" t CO2") for label in legend_of(units))


def test_coefficient_of_one_counts_as_above_one(layer):
    units = layer("ecc", [0.4, 0.5, 0.9, 1.0, 1.24, 1.25, 3.0])
    coefficient("ecc")(units)
    assert legend_of(units) == [
        "ECC < 0.5",
        "ECC 0.5 to 0.8",
        "ECC 0.8 to 1",
        "ECC 1 to 1.25",
        "ECC 1 to 1.25",
        "ECC 1.25 to 2",
        "ECC ≥ 2",
    ]


def test_coefficient_breaks_are_symmetric_as_ratios():
    assert [1 / value for value in reversed(COEFFICIENT_BREAKS)] == pytest.approx(COEFFICIENT_BREAKS)


@pytest.mark.parametrize(("colours", "breaks"), [(EMISSION, 5), (COEFFICIENT, 5), (DENSITY, 6), (SLOPE, 5)])
def test_one_colour_more_than_breaks(colours, breaks):
    assert len(colours) == breaks + 1


def test_style_survives_a_qml(layer, tmp_path):
    units = layer("net_t", [-1.0, 3.0, 60.0])
    net_emission("t C")(units)
    before = legend_of(units)
    units.saveNamedStyle(str(tmp_path / "a.qml"))
    other = units.clone()
    other.setRenderer(None)
    _, loaded = other.loadNamedStyle(str(tmp_path / "a.qml"))
    assert loaded
    assert legend_of(other) == before
    assert other.temporalProperties().isActive()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], (-2, -1, 0, 1, 2)),
        ([0.0, np.nan], (-2, -1, 0, 1, 2)),
        ([5.0], (-10, -5, 0, 5, 10)),  # both thirds are 5: the outer break is twice the inner
        ([-7e6, 7e6, 7e6], (-1e7, -5e6, 0, 5e6, 1e7)),
        ([1e-4, 1e-3, 1e-2, 1e-1], (-1e-2, -1e-3, 0, 1e-3, 1e-2)),
    ],
)
def test_symmetric_breaks(values, expected):
    assert symmetric_breaks(np.array(values)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "expected"), [(1.0, 1), (1.5, 2), (3.0, 2), (3.3, 5), (8.0, 10), (0.07, 0.05)]
)
def test_round_125(value, expected):
    # By ratio: 3 / 2 = 1.5 < 5 / 3 = 1.67; 0.07 / 0.05 = 1.4 < 0.1 / 0.07 = 1.43
    assert round_125(value) == pytest.approx(expected)


FIVE = ("#000001", "#000002", "#000003", "#000004", "#000005")


def test_natural_levels_with_their_shares(layer):
    # Five groups of values that lie close together; the third holds 3 of 10 units.
    units = layer("ce_t", [1.0, 2, 20, 21, 300, 301, 302, 4000, 4001, 50000])
    natural_levels("ce_t", FIVE, "t C")(units)
    lowest, second, third = "up to 2 t C (20.0 % of units)", "2 to 21 t C (20.0 % of units)", "21 to 302 t C"
    assert legend_of(units) == [
        *[lowest] * 2,
        *[second] * 2,
        *[f"{third} (30.0 % of units)"] * 3,
        *["302 to 4,001 t C (20.0 % of units)"] * 2,
        "above 4,001 t C (10.0 % of units)",
    ]
    assert colours_of(units) == list(FIVE)


def test_natural_levels_of_several_years_share_their_breaks_and_have_shares_of_the_latest(layer):
    values = [1.0, 2, 3, 4, 5, 1, 1, 1, 5, None]
    units = layer("ccr", values, years=[2000] * 5 + [2020] * 5)
    natural_levels("ccr", FIVE)(units)
    found = legend_of(units)
    assert found[0] == "up to 1 (60.0 % of units)"
    assert found[1] == "1 to 2 (0.0 % of units)"
    assert found[4] == "above 4 (20.0 % of units)"
    assert found[9] == "no value (20.0 % of units)"


def test_fewer_values_than_levels_are_a_level_each(layer):
    units = layer("ccr", [1.0, 1, 3])
    natural_levels("ccr", FIVE)(units)
    assert legend_of(units) == ["up to 1 (66.7 % of units)"] * 2 + ["above 1 (33.3 % of units)"]


def test_one_value_is_one_level(layer):
    units = layer("ccr", [7.0, 7])
    natural_levels("ccr", FIVE)(units)
    assert legend_of(units) == ["all values (100.0 % of units)"] * 2


def test_no_value_at_all_is_grey(layer):
    units = layer("ccr", [None, None])
    natural_levels("ccr", FIVE)(units)
    assert legend_of(units) == ["no value (100.0 % of units)"] * 2


def test_levels_that_differ_in_late_digits_have_labels_that_differ(layer):
    units = layer("ccr", [1.00001, 1.00002, 1.00003])
    natural_levels("ccr", FIVE)(units)
    assert legend_of(units)[1] == "1.00001 to 1.00002 (33.3 % of units)"


def test_levels_of_negative_numbers_have_a_minus_sign(layer):
    units = layer("cs_t", [-20_000.0, 0.0, 5.0])
    natural_levels("cs_t", FIVE, "t C")(units)
    assert legend_of(units)[0] == "up to \N{MINUS SIGN}20,000 t C (33.3 % of units)"


def test_labels_have_marks_for_thousands():
    assert class_labels((-20_000.0, 0.0), "t C") == ["< −20,000 t C", "−20,000 to 0 t C", "≥ 0 t C"]


def test_year_is_the_temporal_range(layer):
    units = layer("net_t", [1.0, 2.0], years=[2000, 2020])
    net_emission("t C")(units)
    temporal = units.temporalProperties()
    assert temporal.mode() == Qgis.VectorTemporalMode.FeatureDateTimeStartAndEndFromExpressions
    assert temporal.isActive()
    context = QgsExpressionContext()
    context.setFeature(next(units.getFeatures()))
    begin, end = (
        QgsExpression(text).evaluate(context)
        for text in (temporal.startExpression(), temporal.endExpression())
    )
    assert begin == QDateTime(QDate(2000, 1, 1), QTime(0, 0, 0))
    assert end == QDateTime(QDate(2000, 12, 31), QTime(23, 59, 59))


def test_latest_year_is_drawn_last(layer):
    units = layer("net_t", [1.0, 2.0], years=[2020, 2000])
    net_emission("t C")(units)
    (clause,) = units.renderer().orderBy().list()
    assert (clause.expression().expression(), clause.ascending()) == ('"year"', True)
    assert units.renderer().orderByEnabled()


def test_layer_without_year_has_no_temporal_range(make_layer):
    units = make_layer({"net_t": float}, [(1.0,)], [square(0, 0)])
    by_year(units)
    assert not units.temporalProperties().isActive()


def test_density_is_centred_on_zero(make_raster):
    raster = QgsRasterLayer(make_raster("d.tif", np.array([[-0.58, 0.0, 0.497, 65.3]])), "d")
    density("t C", [2019])(raster)
    shade = raster.renderer().shader().rasterShaderFunction().shade
    # liu2025 [t C/ha]: forest, nothing, cropland, construction of East China; and two beyond the breaks.
    colours = ["#{:02x}{:02x}{:02x}".format(*shade(v)[1:4]) for v in (-0.581, 0.0, 0.497, 65.3, -5.77, 20.0)]
    assert colours == [DENSITY[1], DENSITY[3], DENSITY[4], DENSITY[6], DENSITY[0], DENSITY[5]]


def test_density_legend_has_its_unit(make_raster):
    raster = QgsRasterLayer(make_raster("d.tif", np.array([[1.5]])), "d")
    density("t CO2", [2019])(raster)
    labels = [item.label for item in raster.renderer().shader().rasterShaderFunction().colorRampItemList()]
    assert len(labels) == len(DENSITY_BREAKS) + 1
    assert all(label.endswith("t CO2/ha") for label in labels)


def test_density_classes_beside_zero_are_mirrored_or_neutral():
    lower, upper = (value for value in DENSITY_BREAKS if abs(value) < 0.01)
    assert lower == -upper
    assert DENSITY[3] == "#f7f7f7"  # the class that holds 0


def test_density_bands_get_their_years(tmp_path):
    from osgeo import gdal

    path = str(tmp_path / "d.tif")
    gdal.GetDriverByName("GTiff").Create(path, 2, 2, 2, gdal.GDT_Float32)
    raster = QgsRasterLayer(path, "d")
    density("t C", [2000, 2020])(raster)
    temporal = raster.temporalProperties()
    assert temporal.mode() == Qgis.RasterTemporalMode.FixedRangePerBand
    assert temporal.isActive()
    assert temporal.fixedRangePerBand()[2].begin() == QDateTime(QDate(2020, 1, 1), QTime(0, 0, 0))
    assert raster.renderer().inputBand() == 2  # the latest year is shown


def test_density_style_survives_a_qml(make_raster, tmp_path):
    raster = QgsRasterLayer(make_raster("d.tif", np.array([[1.5]])), "d")
    density("t C", [2019])(raster)
    raster.saveNamedStyle(str(tmp_path / "d.qml"))
    other = QgsRasterLayer(str(tmp_path / "d.tif"), "d")
    items = other.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert [item.color.name() for item in items] == list(DENSITY)


@pytest.mark.parametrize("reader", READERS)
def test_trend_colours_can_be_told_apart(reader):
    assert least_difference([colour for _, _, colour in TREND] + [NO_ZONE], reader) > 20


@pytest.mark.parametrize("reader", READERS)
def test_unchanged_cells_stand_out_from_the_canvas(reader):
    unchanged = next(colour for code, _, colour in TREND if code == 0)
    assert least_difference([unchanged, "#ffffff"], reader) > 15


def test_trend_codes_and_names_are_those_of_core():
    assert {code: name for code, name, _ in TREND} == CLASSES


def test_trends_by_code(layer):
    units = layer("ecc_class", [-2, 0, 2, None], kind=int)
    trend_classes("ecc_class")(units)
    assert legend_of(units) == ["Marked decrease", "Unchanged", "Marked increase", "No trend computed"]
    assert colours_of(units) == [colour for _, _, colour in TREND] + [NO_ZONE]


def test_no_grey_where_every_unit_has_a_trend(layer):
    units = layer("ecc_class", [-2, 1], kind=int)
    trend_classes("ecc_class")(units)
    assert NO_ZONE not in colours_of(units)


def test_slope_is_centred_on_zero(layer):
    # |values| 1, 1, 3, 40, 60, 100: thirds near 2.3 and 46.7, rounded to 2 and 50.
    units = layer("ecc_slope", [-1.0, 1.0, 3.0, 40.0, 60.0, -100.0, None])
    trend_slope("ecc_slope")(units)
    labels = ["−2 to 0", "0 to 2", "2 to 50", "2 to 50", "≥ 50", "< −50"]
    assert legend_of(units) == [*(f"{label} per year" for label in labels), "no value"]


def test_legend_names_what_has_the_trend(layer):
    units = layer("ecc_class", [-2, None], kind=int)
    trend_classes("ecc_class", "ecc")(units)
    assert legend_of(units) == ["ecc: Marked decrease", "ecc: No trend computed"]
    units = layer("ecc_slope", [5.0, None])  # breaks 5 and 10; 5 belongs to the class above
    trend_slope("ecc_slope", "ecc")(units)
    assert legend_of(units) == ["ecc 5 to 10 per year", "ecc no value"]


def test_no_grey_where_every_unit_has_a_slope(layer):
    units = layer("ecc_slope", [-1.0, 1.0])
    trend_slope("ecc_slope")(units)
    assert colours_of(units) == list(SLOPE)


def test_potential_by_code(layer):
    units = layer("cep", [5, 1, None], kind=int)
    emission_potential()(units)
    assert legend_of(units) == ["5 Peak and neutrality in time", "1 No peak in time", "Unknown"]
    assert colours_of(units) == [colour for _, _, colour in POTENTIAL] + [NO_ZONE]


def test_years_of_a_peak_in_classes(layer):
    units = layer("peak_base", [2020, 2021, 2030, 2031, 2045, 2046, 2059, 2060, None], kind=int)
    peak_year("peak_base", 2020, 2030, 2060)(units)
    assert legend_of(units) == [
        "2020: falling already",
        *("2021 - 2030", "2021 - 2030", "2031 - 2045", "2031 - 2045", "2046 - 2059", "2046 - 2059"),
        *("2060: no peak before", "no value"),
    ]


def test_a_table_of_potential_has_no_style(make_layer):
    table = make_layer({"cep": int}, [(1,)])
    for style in (emission_potential(), peak_year("cep", 2020, 2030, 2060)):
        style(table)
    assert table.renderer() is None


def test_cells_in_classes_between_breaks(make_raster):
    raster = QgsRasterLayer(make_raster("p.tif", np.array([[0.001, 0.5]])), "p")
    class_raster(P_BREAKS, P_VALUE, "p")(raster)
    items = raster.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert [item.label for item in items] == ["p < 0.01", "p 0.01 to 0.05", "p 0.05 to 0.1", "p ≥ 0.1"]
    assert [item.color.name() for item in items] == list(P_VALUE)


def test_trend_classes_of_a_raster_have_the_colours_of_units(make_raster):
    raster = QgsRasterLayer(make_raster("c.tif", np.array([[-2.0, 2.0]])), "c")
    trend_raster()(raster)
    found = [(one.value, one.label, one.color.name()) for one in raster.renderer().classes()]
    assert found == list(TREND)


def test_slope_of_a_raster_is_centred_on_zero(make_raster):
    raster = QgsRasterLayer(
        make_raster("s.tif", np.array([[-1.0, 1.0, 3.0, 40.0, 60.0, -100.0, -9999.0]]), nodata=-9999.0), "s"
    )
    slope_raster()(raster)
    items = raster.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert [item.value for item in items] == [-50.0, -2.0, 0.0, 2.0, 50.0, float("inf")]
    assert [item.color.name() for item in items] == list(SLOPE)


def test_cells_seen_are_spread_evenly(make_raster):
    # 600 columns: every second one; 3 rows: all of them
    values = np.arange(1800.0).reshape(3, 600)
    values[0, 2] = -1
    found = sampled_cells(make_raster("s.tif", values, nodata=-1.0))
    expected = values[:, ::2].ravel()
    expected[1] = np.nan
    assert np.array_equal(found, expected, equal_nan=True)


@pytest.mark.parametrize(
    ("years", "expected"), [(None, ""), ([], ""), ([2019, 2019], "2019"), ([2020, 2000], "2000-2020")]
)
def test_year_span(years, expected):
    assert year_span(years) == expected


def test_few_very_high_intensities_do_not_swallow_the_others(layer):
    # Quartiles and 95 % of 1, 2, ... 99, 10^6 are 25.75, 50.5, 75.25, 95.05: rounded to 20, 50, 100 and 100.
    units = layer("t_ha", [float(i) for i in range(1, 100)] + [1e6])
    emission_intensity("t C")(units)
    found = legend_of(units)
    assert [found.count(label) for label in ("0 to 20 t C/ha", "20 to 50 t C/ha", "50 to 100 t C/ha")] == [
        20,
        30,
        49,
    ]
    assert found[-1] == "> 100 t C/ha"


def test_breaks_of_few_intensities_that_differ_by_powers_of_ten_stay_apart(layer):
    # Quartiles are 77, 280 and 3187, 95 % is 4437: rounded to 100, 200 and twice 5000, which none is above.
    units = layer("t_ha", [25.0, 58.0, 77.0, 123.0, 280.0, 1977.0, 3187.0, 3682.0, 4941.0])
    emission_intensity("t C")(units)
    assert legend_of(units) == [
        *["0 to 100 t C/ha"] * 3,
        "100 to 200 t C/ha",
        *["200 to 2,000 t C/ha"] * 2,
        *["> 2,000 t C/ha"] * 3,
    ]


def test_intensities_close_to_each_other_have_finer_breaks(layer):
    # Quartiles of these nine are 1500, 1601 and 1687, 95 % is 4267: all but one of 1, 2, 5 would be the same.
    units = layer("t_ha", [1077.0, 1108.0, 1500.0, 1520.0, 1601.0, 1636.0, 1687.0, 3550.0, 4745.0])
    emission_intensity("t C")(units)
    assert legend_of(units) == [
        *["0 to 1,500 t C/ha"] * 3,
        *["1,500 to 1,600 t C/ha"],
        *["1,600 to 1,700 t C/ha"] * 3,
        "1,700 to 4,300 t C/ha",
        "> 4,300 t C/ha",
    ]


@pytest.mark.parametrize(("count", "outlined"), [(99, True), (100, False)])
def test_only_few_polygons_have_an_outline(layer, count, outlined):
    units = layer("t_ha", [1.0] * count)
    emission_intensity("t C")(units)
    (rule,) = units.renderer().rootRule().children()
    fill = rule.symbol().symbolLayer(0)
    assert (fill.strokeColor() != fill.fillColor()) == outlined


def test_sinks_and_sources_have_classes_of_their_own(layer):
    units = layer("t_ha", [-9.0, -3.0, -1.0, 0.0, 4.0, None])
    emission_intensity("t CO2")(units)
    # Thirds of 1, 3, 9 are 2.33 and 5: rounded to 2 and 5; a single source is one class.
    assert legend_of(units) == [
        "< −5 t CO2/ha",
        "−5 to −2 t CO2/ha",
        "−2 to 0 t CO2/ha",
        "neither source nor sink",
        "> 0 t CO2/ha",
        "no value",
    ]
    assert colours_of(units)[:4] == [*ABSORBED[::-1], NOTHING]


def test_the_map_tip_lists_the_amounts_that_are_there(make_layer):
    fields = {"industry_t": float, "waste's_t": float, "it's_t": float, "net_t": float, "t_ha": float}
    parcels = make_layer(fields, [(1234.5, 0.0, -2.0, 1232.5, 617.25)], [square(0, 0)])
    emission_intensity("t C", amounts=["industry_t", "waste's_t", "it's_t", "net_t"])(parcels)
    context = QgsExpressionContext()
    context.setFeature(next(parcels.getFeatures()))
    tip = QgsExpression.replaceExpressionText(parcels.mapTipTemplate(), context)
    assert tip == (
        "industry_t: 1,234.50 t C<br>it's_t: -2.00 t C<br>net_t: 1,232.50 t C<br>t_ha: 617.25 t C/ha<br>"
    )


def test_intensities_of_a_layer_without_any_are_drawn(layer):
    units = layer("t_ha", [0.0, None])
    emission_intensity("t C")(units)
    assert legend_of(units) == ["neither source nor sink", "no value"]
