"""Land transition: rasters of two dates in, a table and a raster of changes out."""

from pathlib import Path

import pytest
from landcarbon.algorithms.styles.accounting import LAND, pale
from osgeo import gdal
from qgis.core import QgsRasterLayer

from ..conftest import RunFailed, square

# IGBP: 1 forest, 12 cropland, 13 construction, 10 grassland
BEFORE = [[1, 1, 12, 12], [1, 10, 12, 12]]
AFTER = [[1, 12, 13, 12], [1, 10, 12, 12]]
RATES = """class,coefficient,per
forest,-2,t C/ha
cropland,1,t C/ha
construction,50,t C/ha
grassland,-1,t C/ha
"""


@pytest.fixture
def units(make_layer):
    return lambda: make_layer({"code": str}, [("west",), ("east",)], [square(0, 0), square(1, 0)])


@pytest.fixture
def inputs(make_raster, make_csv, units):
    """The parameters, with others in their place."""

    def inputs(**more):
        return {
            "FROM": make_raster("cover_2000.tif", BEFORE),
            "TO": make_raster("cover_2020.tif", AFTER),
            "UNITS": units(),
            "UNIT_FIELD": "code",
            "COEFFICIENT_TABLE": make_csv("rates.csv", RATES),
            "UNMAPPED": 2,
        } | more

    return inputs


@pytest.fixture
def output(run, rows, inputs):
    return lambda **more: rows(run("landtransition", OUTPUT="memory:", **inputs(**more)).results["OUTPUT"])


def by_pair(found):
    return {(row["unit"], row["from"], row["to"]): row for row in found}


def test_a_row_per_unit_and_pair_of_classes(output):
    found = by_pair(output())
    assert found.keys() == {
        ("west", "forest", "forest"),
        ("west", "forest", "cropland"),
        ("west", "grassland", "grassland"),
        ("east", "cropland", "cropland"),
        ("east", "cropland", "construction"),
    }
    cleared, built = found["west", "forest", "cropland"], found["east", "cropland", "construction"]
    assert cleared["effect_t"] == pytest.approx(3 * cleared["area_ha"], rel=1e-14)  # from -2 to 1
    assert built["effect_t"] == pytest.approx(49 * built["area_ha"], rel=1e-14)  # from 1 to 50
    assert {row["mass"] for row in found.values()} == {"t C"}
    assert found["west", "forest", "forest"]["effect_t"] == 0


def test_rows_add_up_to_the_class_areas_of_the_budget(run, rows, inputs, output):
    given = inputs()
    covers = [given.pop("FROM"), given.pop("TO")]
    budget = run("landusebudget", LAND_COVER=covers, OUTPUT="memory:", CLASS_AREAS="memory:", **given)
    found = output()
    for row in rows(budget.results["CLASS_AREAS"]):
        side = "from" if row["year"] == 2000 else "to"
        area = sum(one["area_ha"] for one in found if (one["unit"], one[side]) == (row["unit"], row["class"]))
        assert area == pytest.approx(row["area_ha"], rel=1e-14)


def test_effects_add_up_to_the_change_of_the_budget(run, rows, inputs, output):
    given = inputs(MASS=1)
    covers = [given.pop("FROM"), given.pop("TO")]
    budget = run("landusebudget", LAND_COVER=covers, OUTPUT="memory:", **given)
    net = {(row["unit"], row["year"]): row["net_t"] for row in rows(budget.results["OUTPUT"])}
    found = output(MASS=1)
    assert {row["mass"] for row in found} == {"t CO2"}
    for unit in ("west", "east"):
        effect = sum(row["effect_t"] for row in found if row["unit"] == unit)
        assert effect == pytest.approx(net[unit, 2020] - net[unit, 2000], rel=1e-9)


def test_years_may_be_written(output, make_raster):
    before, after = make_raster("old.tif", BEFORE), make_raster("new.tif", AFTER)
    assert output(FROM=before, TO=after, YEARS="1990,2000")


def test_raster_on_another_grid_is_aligned_if_asked_for(output, make_raster):
    coarse = make_raster("coarse_2020.tif", [[12, 12]], cell=1.0)
    with pytest.raises(RunFailed, match="is not on the grid of the first raster"):
        output(TO=coarse)
    assert {row["to"] for row in output(TO=coarse, ALIGNMENT=1)} == {"cropland"}


def test_unit_outside_keeps_a_row_and_is_named(output, make_layer, feedback):
    layer = make_layer({"code": str}, [("west",), ("far",)], [square(0, 0), square(50, 0)])
    assert output(UNITS=layer)[-1] == {
        **dict.fromkeys(("from", "to", "area_ha", "effect_t")),
        **{"unit": "far", "mass": "t C"},
    }
    assert [text for text in feedback.warnings if "no cell centre of the raster" in text]


# The raster of changes


def test_raster_has_codes_names_and_a_legend(run, inputs, tmp_path):
    path = str(tmp_path / "change.tif")
    run("landtransition", OUTPUT="memory:", CHANGE=path, **inputs())
    # classes in their order: cropland 1, forest 2, grassland 4, construction 7
    names = {1: "cropland", 2: "forest"}
    raster = gdal.Open(path)
    table = raster.GetRasterBand(1).GetDefaultRAT()
    labels = {table.GetValueAsInt(i, 0): table.GetValueAsString(i, 1) for i in range(table.GetRowCount())}
    codes = raster.ReadAsArray().tolist()
    assert labels[codes[0][0]] == "forest -> forest"
    assert labels[codes[0][1]] == "forest -> cropland"
    assert (codes[0][1] // 1000, codes[0][1] % 1000) == (2, 1)
    assert names[codes[0][1] % 1000] == "cropland"
    layer = QgsRasterLayer(path, "change")
    layer.loadNamedStyle(str(Path(path).with_suffix(".qml")))
    legend = [(one.value, one.label, one.color.name()) for one in layer.renderer().classes()]
    assert {int(value) for value, _, _ in legend} == set(labels)
    assert legend[0][1] in ("forest → cropland", "cropland → construction")
    assert ("forest, unchanged", pale(LAND["forest"])) in [one[1:] for one in legend]


def test_classes_of_the_user_have_colours_of_their_own(run, inputs, make_csv, tmp_path):
    classes = make_csv("classes.csv", "value,class\n1,forest\n10,Paddy\n12,Mine\n13,Mine\n")
    rates = make_csv("more.csv", "class,coefficient,per\nPaddy,1,t C/ha\nMine,2,t C/ha\nforest,-1,t C/ha\n")
    more = {"CLASS_TABLE": classes, "COEFFICIENT_TABLE": rates}
    path = str(tmp_path / "change.tif")
    run("landtransition", OUTPUT="memory:", CHANGE=path, **inputs(**more))
    layer = QgsRasterLayer(path, "change")
    layer.loadNamedStyle(str(Path(path).with_suffix(".qml")))
    colours = {one.label: one.color.name() for one in layer.renderer().classes()}
    assert colours.keys() == {"forest → Mine", "forest, unchanged", "Paddy, unchanged", "Mine, unchanged"}
    assert len(set(colours.values())) == 4


# Bad input


def test_dates_in_the_wrong_order(output, inputs):
    given = inputs()
    with pytest.raises(RunFailed, match="before is of 2020 and the one after of 2000; swap them"):
        output(FROM=given["TO"], TO=given["FROM"])


def test_same_year_twice(output, make_raster):
    with pytest.raises(RunFailed, match="The year 2000 is there twice"):
        output(TO=make_raster("other_2000.tif", AFTER))


def test_code_without_a_class(output, make_raster):
    with pytest.raises(RunFailed, match="no class for the raster values 99"):
        output(TO=make_raster("strange_2020.tif", [[1, 12, 99, 12]] * 2), UNMAPPED=0)


def test_class_without_a_coefficient(output, make_csv):
    rates = make_csv("few.csv", "class,coefficient,per\nforest,-2,t C/ha\n")
    with pytest.raises(RunFailed, match="No coefficient for class 'cropland'"):
        output(COEFFICIENT_TABLE=rates, UNMAPPED=0)


def test_unit_twice(output, make_layer):
    layer = make_layer({"code": str}, [("a",), ("a",)], [square(0, 0), square(1, 0)])
    with pytest.raises(RunFailed, match="are both unit 'a'; dissolve"):
        output(UNITS=layer)
