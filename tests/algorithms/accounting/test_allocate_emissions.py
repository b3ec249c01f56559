"""allocateemissions: totals of sectors on parcels, as a user runs it."""

import json
import math
from pathlib import Path

import pytest
from landcarbon.algorithms import points_and_lines
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsProject,
)

from ..conftest import RunFailed, square

RULES = (
    "sector,subsector,land_type,proxy,category,field,share\n"
    "industry,mining,mine,points,mining,,0.25\n"
    "industry,works,plant,points,works,,0.75\n"
    "homes,,house,people,,,\n"
    "transport,road,street,road,!rail,,\n"
    "transport,rail,street,length,rail,,\n"
    "farming,,field,area,,,\n"
    "energy,,*,field,,output,\n"
    "sinks,,forest,area,,,\n"
)
TYPES = ("mine", "plant", "plant", "house", "house", "street", "street", "field", "forest", "idle")
METRES = "EPSG:32650"
CENTRE = 500_000.0  # of the zone: x on its middle meridian, where the scale is 0.9996


def at(x, y=0.0):
    """A place of the tests' grid of 100 m squares, near the equator."""
    return CENTRE + 100.0 * x, 100.0 * y


def point(x, y=0.5):
    return "Point({} {})".format(*at(x, y))


def line(start, end, y=0.5):
    return "LineString({} {},{} {})".format(*at(start, y), *at(end, y))


@pytest.fixture
def inputs(make_layer, make_csv):
    """Ten square parcels of one hectare in a row, their points, people and lines, and totals in t C."""
    parcels = make_layer(
        {"code": str, "type": str, "district": str, "output": float},
        [(f"p{i}", kind, "A", float(i)) for i, kind in enumerate(TYPES)],
        [square(*at(i), size=100.0) for i in range(len(TYPES))],
        crs=METRES,
        name="parcels",
    )
    points = make_layer(
        {"kind": str},
        [("works",)] * 4 + [("mining",), ("transport",), ("transport",)],
        [point(x) for x in (1.2, 2.2, 2.4, 8.5, 0.5, 5.5, 99.0)],
        crs=METRES,
        geometry="Point",
        name="points",
    )
    people = make_layer(
        {"n": float},
        [(30.0,), (10.0,), (5.0,)],
        [point(x) for x in (3.5, 4.5, 9.5)],
        crs=METRES,
        geometry="Point",
        name="people",
    )
    roads = make_layer(
        {"class": str},
        [("primary",), ("rail",)],
        [line(5.0, 6.5), line(6.0, 8.0, 0.2)],
        crs=METRES,
        geometry="LineString",
        name="roads",
    )
    return {
        "PARCELS": parcels,
        "LAND_TYPE_FIELD": "type",
        "PARCEL_FIELD": "code",
        "TOTALS": make_csv(
            "totals.csv",
            "year,sector,subsector,total,kind,mass\n"
            "2020,industry,,400,source,t C\n"
            "2020,homes,,80,source,t C\n"
            "2020,transport,road,30,source,t C\n"
            "2020,transport,rail,7,source,t C\n"
            "2020,farming,,9,source,t C\n"
            "2020,energy,,45,source,t C\n"
            "2020,sinks,,5,sink,t C\n",
        ),
        "RULE_TABLE": make_csv("rules.csv", RULES),
        "POINTS": points,
        "CATEGORY_FIELD": "kind",
        "PEOPLE": people,
        "COUNT_FIELD": "n",
        "ROADS": roads,
        "ROAD_CLASS_FIELD": "class",
        "OUTPUT": "memory:",
        "CLOSURE": "memory:",
    }


@pytest.fixture
def allocated(run, rows, inputs):
    """`allocated(PARENT_FIELD="district")`: rows of both outputs, and the log."""

    def allocated(**changes):
        done = run("allocateemissions", **inputs | changes)
        return rows(done.results["OUTPUT"]), rows(done.results["CLOSURE"]), done.feedback

    return allocated


def column(rows, name):
    return [row[name] for row in rows]


def test_every_proxy_puts_its_total_where_it_belongs(allocated):
    parcels, _, _ = allocated()
    # 400 t: a quarter to the mine, the rest to the plants by 1 and 2 works; the fourth is in the forest.
    assert column(parcels, "industry_t") == pytest.approx([100, 100, 200, 0, 0, 0, 0, 0, 0, 0])
    assert column(parcels, "homes_t") == pytest.approx([0, 0, 0, 60, 20, 0, 0, 0, 0, 0])
    # Road: 100 m and 50 m of primary road. Rail: 100 m in the second street, the rest in the field.
    assert column(parcels, "transport_t") == pytest.approx([0, 0, 0, 0, 0, 20, 10 + 7, 0, 0, 0])
    assert column(parcels, "farming_t") == pytest.approx([0, 0, 0, 0, 0, 0, 0, 9, 0, 0])
    assert column(parcels, "energy_t") == pytest.approx(list(range(10)))  # 0 + 1 + ... + 9 = 45
    assert column(parcels, "sinks_t") == pytest.approx([0, 0, 0, 0, 0, 0, 0, 0, 5, 0])
    assert column(parcels, "ce_t")[8] == pytest.approx(8)
    assert column(parcels, "cs_t")[8] == pytest.approx(5)
    assert column(parcels, "net_t")[8] == pytest.approx(3)
    assert set(column(parcels, "mass")) == {"t C"}
    assert set(column(parcels, "year")) == {2020}


def test_densities_are_by_true_areas(allocated):
    parcels, _, _ = allocated()
    # On the middle meridian a metre of the grid is 1 / 0.9996 m on the ellipsoid.
    assert column(parcels, "area_ha") == pytest.approx([1 / 0.9996**2] * 10, rel=1e-6)
    assert column(parcels, "t_ha")[4] == pytest.approx((20 + 4) * 0.9996**2, rel=1e-6)


def test_planar_areas_are_those_of_the_grid(allocated):
    parcels, _, _ = allocated(AREA=1)
    assert column(parcels, "area_ha") == pytest.approx([1.0] * 10, rel=1e-12)


def test_the_closure_shows_what_is_placed_and_what_is_of_no_use(allocated):
    _, closure, _ = allocated()
    by_name = {(row["sector"], row["subsector"]): row for row in closure}
    works = by_name["industry", "works"]
    assert (works["total"], works["placed"]) == (300.0, pytest.approx(300.0, rel=1e-9))
    assert (works["parcels"], works["weights"], works["unused"], works["measure"]) == (2, 3.0, 1.0, "points")
    assert by_name["homes", None]["unused"] == 5.0  # people in the idle parcel
    rail = by_name["transport", "rail"]
    assert rail["unused"] == pytest.approx(100 / 0.9996, rel=1e-5)  # metres in the field
    assert by_name["farming", None]["unused"] is None
    assert {row["fallback"] for row in closure} == {None}


def test_masses_are_converted(allocated):
    parcels, closure, feedback = allocated(MASS=1)
    assert math.fsum(column(parcels, "ce_t")) == pytest.approx(571 * 44 / 12)
    assert set(column(closure, "mass")) == {"t CO2"}
    assert "totals.csv: totals brought from t C to t CO2." in feedback.infos


def test_parcels_that_no_rule_is_for_get_nothing_and_are_counted(allocated, inputs, make_csv):
    inputs["PARCELS"].dataProvider().changeAttributeValues({1: {1: None}})
    totals = make_csv("homes.csv", "sector,total,kind\nhomes,80,source\n")
    parcels, _, feedback = allocated(TOTALS=totals)
    assert column(parcels, "ce_t") == pytest.approx([0, 0, 0, 60, 20, 0, 0, 0, 0, 0])
    assert "1 parcels get nothing, because they have no land type." in feedback.warnings
    idle = "5 land types of parcels take part in no total, and their parcels get nothing: plant (2), "
    assert any(text.startswith(idle) for text in feedback.warnings)


def test_what_is_not_needed_is_not_asked_for(run, rows, inputs, make_csv):
    totals = make_csv("area.csv", "sector,total,kind\nfarming,9,source\n")
    done = run(
        "allocateemissions",
        **{name: inputs[name] for name in ("PARCELS", "LAND_TYPE_FIELD", "RULE_TABLE", "OUTPUT")},
        TOTALS=totals,
    )
    (parcels,) = (rows(done.results["OUTPUT"]),)
    assert "year" not in parcels[0]
    assert parcels[7]["ce_t"] == pytest.approx(9)
    assert done.results.keys() == {"OUTPUT"}


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        ("POINTS", "'industry, mining' needs 'Points of interest'"),
        ("PEOPLE", "'homes' needs 'People'"),
        ("ROADS", "'transport, road' needs 'Roads and other lines'"),
        ("CATEGORY_FIELD", "points of the category 'mining'"),
        ("ROAD_CLASS_FIELD", "lines of the category 'rail'"),
        ("LAND_TYPE_FIELD", "for parcels of mine; choose the field"),
    ],
)
def test_a_layer_or_field_that_a_rule_needs_is_named(allocated, missing, text):
    with pytest.raises(RunFailed, match=text):
        allocated(**{missing: None})


# Shapes


def with_shape(inputs, number, wkt):
    """Give the parcel p<number> another shape."""
    shape = QgsGeometry.fromWkt(wkt) if wkt else QgsGeometry()
    inputs["PARCELS"].dataProvider().changeGeometryValues({number + 1: shape})


def test_invalid_shapes_are_repaired_and_named(allocated, inputs, context):
    # A bow tie of two triangles that hold half the square.
    (x, y), (right, top) = at(4), at(5, 1)
    with_shape(inputs, 4, f"Polygon(({x} {y},{right} {top},{right} {y},{x} {top},{x} {y}))")
    parcels, _, feedback = allocated()
    assert "parcels: 1 polygons had invalid shapes, which were repaired: p4." in feedback.warnings
    assert parcels[4]["area_ha"] == pytest.approx(0.5 / 0.9996**2, rel=1e-6)
    (layer,) = (one for one in context.temporaryLayerStore().mapLayers().values() if one.isSpatial())
    assert all(feature.geometry().isGeosValid() for feature in layer.getFeatures())


def test_shapes_that_cannot_be_repaired_are_named(allocated, inputs):
    x, y = at(4)
    with_shape(inputs, 4, f"Polygon(({x} {y},{x + 9} {y},{x} {y},{x} {y}))")
    with pytest.raises(RunFailed, match=r"1 polygons have shapes that cannot be repaired: p4\."):
        allocated()


def test_a_parcel_without_a_shape_gets_nothing_and_is_named(allocated, inputs):
    with_shape(inputs, 9, None)
    parcels, _, feedback = allocated()
    assert "1 parcels have no shape and get nothing: p9." in feedback.warnings
    assert (parcels[9]["ce_t"], parcels[9]["area_ha"], parcels[9]["t_ha"]) == (0.0, None, None)
    assert sum(column(parcels, "energy_t")) == pytest.approx(45)


def test_a_parcel_that_is_there_twice_is_an_error_that_names_both(allocated, inputs):
    (x, y), (right, top) = at(1), at(2, 1)
    with_shape(inputs, 9, f"Polygon(({right} {top},{x} {top},{x} {y},{right} {y},{right} {top}))")
    with pytest.raises(RunFailed, match=r"1 parcels have the shape of another one .*: p1 and p9\."):
        allocated()


def test_of_two_parcels_of_one_shape_the_first_may_get_all(allocated, inputs):
    with_shape(inputs, 2, square(*at(1), size=100.0))
    parcels, _, feedback = allocated(DUPLICATES=1)
    assert column(parcels, "industry_t")[:3] == pytest.approx([100, 300, 0])
    assert any("the first one gets all: p1 and p2." in text for text in feedback.warnings)


def test_squares_of_one_size_are_no_duplicates(allocated):
    parcels, _, _ = allocated()
    assert len(parcels) == 10


# Coordinate reference systems


def in_crs(layer, crs, make_layer, geometry):
    """The same features in another coordinate reference system."""
    transform = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem(crs), QgsProject.instance())
    shapes = []
    for feature in layer.getFeatures():
        shape = feature.geometry()
        shape.transform(transform)
        shapes.append(shape.asWkt(17))
    kinds = {field.name(): float if field.isNumeric() else str for field in layer.fields()}
    rows = [tuple(feature.attributes()) for feature in layer.getFeatures()]
    return make_layer(kinds, rows, shapes, crs=crs, geometry=geometry, name=layer.name())


def test_layers_in_other_coordinate_reference_systems_are_transformed(allocated, inputs, make_layer):
    expected, _, _ = allocated()
    moved, _, _ = allocated(
        POINTS=in_crs(inputs["POINTS"], "EPSG:4326", make_layer, "Point"),
        PEOPLE=in_crs(inputs["PEOPLE"], "EPSG:3857", make_layer, "Point"),
        ROADS=in_crs(inputs["ROADS"], "EPSG:3857", make_layer, "LineString"),
    )
    for name in ("industry_t", "homes_t", "transport_t", "ce_t"):
        assert column(moved, name) == pytest.approx(column(expected, name), rel=1e-6)


def test_degrees_are_measured_on_the_ellipsoid(allocated, inputs, make_layer):
    expected, closure, _ = allocated()
    parcels = in_crs(inputs["PARCELS"], "EPSG:4326", make_layer, "Polygon")
    found, found_closure, _ = allocated(PARCELS=parcels)
    for name in ("ce_t", "area_ha", "t_ha"):
        assert column(found, name) == pytest.approx(column(expected, name), rel=1e-5)
    unused = [[one or 0.0 for one in column(rows, "unused")] for rows in (found_closure, closure)]
    assert unused[0] == pytest.approx(unused[1], rel=1e-5, abs=1e-6)
    with pytest.raises(RunFailed, match="Planar areas make no sense in degrees"):
        allocated(PARCELS=parcels, AREA=1)


def test_distances_to_roads_are_true_ones_in_web_mercator(run, make_layer, make_csv, rows):
    # At 60 degrees north a metre of this projection is half a metre on the ground, more or less: the point is
    # 80 m from the road in the plane and 40 m on the ground.
    x, y = 0.0, 8_399_738.0
    parcels = make_layer(
        {"type": str}, [("street",)] * 2, [square(x, y, 400.0), square(x + 400, y, 400.0)], crs="EPSG:3857"
    )
    roads = make_layer(
        {"class": str},
        [("near",), ("far",)],
        [f"LineString({x} {y + 9}, {x + 400} {y + 9})", f"LineString({x + 400} {y + 9}, {x + 800} {y + 9})"],
        crs="EPSG:3857",
        geometry="LineString",
    )
    points = make_layer(
        {"kind": str}, [("transport",)], [f"Point({x + 100} {y + 89})"], crs="EPSG:3857", geometry="Point"
    )
    inputs = {
        "PARCELS": parcels,
        "LAND_TYPE_FIELD": "type",
        "TOTALS": make_csv("totals.csv", "sector,subsector,total,kind\ntransport,road,8,source\n"),
        "RULE_TABLE": make_csv("rules.csv", RULES),
        **{"ROADS": roads, "ROAD_CLASS_FIELD": "class", "POINTS": points, "CATEGORY_FIELD": "kind"},
    }
    found = rows(run("allocateemissions", **inputs, OUTPUT="memory:").results["OUTPUT"])
    assert column(found, "ce_t") == pytest.approx([8, 0])
    planar = rows(run("allocateemissions", **inputs, OUTPUT="memory:", AREA=1).results["OUTPUT"])
    assert column(planar, "ce_t") == pytest.approx([4, 4])  # the point is of no road, and roads count alike


@pytest.mark.parametrize("name", ["PARCELS", "POINTS", "PEOPLE", "ROADS"])
def test_a_layer_without_a_coordinate_reference_system_is_named(allocated, inputs, name):
    inputs[name].setCrs(QgsCoordinateReferenceSystem())
    with pytest.raises(RunFailed, match=f"{name.lower()} has no coordinate reference system"):
        allocated()


# Points and lines


def test_a_feature_of_several_points_is_parted_between_them(allocated, make_layer):
    people = make_layer(
        {"n": str},
        [("30",), ("1,000.5",)],
        [
            "MultiPoint({} {},{} {})".format(*at(3.5, 0.5), *at(4.5, 0.5)),
            "MultiPoint({} {})".format(*at(4.5, 0.5)),
        ],
        crs=METRES,
        geometry="MultiPoint",
    )
    parcels, _, _ = allocated(PEOPLE=people)
    # 15 and 15 + 1000.5 people share 80 t.
    assert column(parcels, "homes_t")[3:5] == pytest.approx([80 * 15 / 1030.5, 80 * 1015.5 / 1030.5])


def test_without_a_number_each_point_is_one_person(allocated):
    parcels, _, _ = allocated(COUNT_FIELD=None)
    assert column(parcels, "homes_t")[3:5] == pytest.approx([40, 40])


def test_a_missing_number_of_people_counts_as_0_and_is_warned_of(allocated, inputs):
    inputs["PEOPLE"].dataProvider().changeAttributeValues({1: {0: None}})
    parcels, _, feedback = allocated()
    assert column(parcels, "homes_t")[3:5] == pytest.approx([0, 80])
    assert "people: field 'n' is empty in 1 features; they count as 0." in feedback.warnings


def test_a_negative_number_of_people_is_an_error(allocated, inputs):
    inputs["PEOPLE"].dataProvider().changeAttributeValues({2: {0: -4.0}})
    with pytest.raises(RunFailed, match=r"people: field 'n' is negative in 1 features \(-4"):
        allocated()


def test_points_without_a_shape_and_outside_are_counted(allocated, inputs):
    inputs["POINTS"].dataProvider().changeGeometryValues({1: QgsGeometry()})
    _, _, feedback = allocated()
    assert any(text.startswith("points: 1 features are left out") for text in feedback.warnings)
    assert "points: 1 of 6 points are in no parcel and count nowhere." in feedback.warnings


def test_points_that_cannot_be_transformed_are_counted(allocated, make_layer):
    people = make_layer(
        {"n": float},
        [(1.0,), (1.0,)],
        ["Point(117 95)", "Point(117.0031 0.00045)"],
        geometry="Point",
        name="people",
    )
    parcels, _, feedback = allocated(PEOPLE=people)
    assert column(parcels, "homes_t")[3:5] == pytest.approx([80, 0])
    assert any(text.startswith("people: 1 features are left out") for text in feedback.warnings)


def test_curved_and_three_dimensional_lines_are_measured(allocated, make_layer):
    (x0, y0), (x1, y1) = at(5, 0.5), at(6.5, 0.5)
    roads = make_layer(
        {"class": str},
        [("primary",), ("rail",)],
        [f"CompoundCurve(({x0} {y0},{x1} {y1}))", line(6.0, 8.0, 0.2)],
        crs=METRES,
        geometry="CompoundCurve",
    )
    parcels, _, _ = allocated(ROADS=roads)
    assert column(parcels, "transport_t")[5:7] == pytest.approx([20, 17])


def test_codes_of_a_land_survey_are_land_types(run, rows, make_layer, make_csv):
    parcels = make_layer({"dlbm": str}, [("0301",), ("1101",), ("0601",)], [square(i, 0) for i in range(3)])
    totals = make_csv("totals.csv", "sector,subsector,total,kind\nsinks,natural,9,sink\n")
    found = run(
        "allocateemissions",
        PARCELS=parcels,
        LAND_TYPE_FIELD="dlbm",
        LAND_TYPE_PRESET="tnls2019",
        TOTALS=totals,
        OUTPUT="memory:",
    )
    sinks = column(rows(found.results["OUTPUT"]), "sinks_t")
    assert sum(sinks) == pytest.approx(9)
    assert sinks[2] == 0


# Parents, years, styles


def test_totals_of_parents_stay_in_them(allocated, inputs, make_csv):
    inputs["PARCELS"].dataProvider().changeAttributeValues({i: {2: "B"} for i in (3, 5, 7)})
    totals = make_csv(
        "parents.csv",
        "parent,year,sector,total,kind\nA,2019,homes,1,source\nA,2020,homes,20,source\nB,2020,homes,60,source\n",
    )
    parcels, closure, _ = allocated(TOTALS=totals, PARENT_FIELD="district", YEAR=2020)
    assert column(parcels, "homes_t")[3:5] == pytest.approx([20, 60])  # p4 is in B
    assert column(closure, "parent") == ["A", "B"]
    assert column(closure, "placed") == pytest.approx([20, 60])
    with pytest.raises(RunFailed, match="has totals of 2019, 2020; choose the year"):
        allocated(TOTALS=totals, PARENT_FIELD="district")
    with pytest.raises(RunFailed, match="has no totals of 2021"):
        allocated(TOTALS=totals, PARENT_FIELD="district", YEAR=2021)


def test_a_cancel_while_reading_points_leaves_nothing(run, inputs, feedback, monkeypatch):
    monkeypatch.setattr(points_and_lines, "_OFTEN", 1)
    real = points_and_lines.Codes.of

    def cancelling(self, value):
        feedback.cancel()
        return real(self, value)

    monkeypatch.setattr(points_and_lines.Codes, "of", cancelling)
    with pytest.raises(RunFailed, match="cancelled"):
        run("allocateemissions", **inputs)


def test_a_cancel_while_points_are_put_into_parcels_leaves_nothing(run, inputs, feedback, tmp_path):
    def cancel_in_joins(percent):
        if percent >= 70:
            feedback.cancel()

    feedback.progressChanged.connect(cancel_in_joins)
    with pytest.raises(RunFailed, match="cancelled"):
        run("allocateemissions", **inputs | {"OUTPUT": str(tmp_path / "parcels.gpkg")})
    assert list(tmp_path.glob("parcels*")) == []
    assert feedback.progress() < 80


def test_the_record_lists_the_rules_with_their_sources(run, inputs, tmp_path):
    output = tmp_path / "parcels.gpkg"
    files = {"OUTPUT": str(output), "CLOSURE": None, "RULE_TABLE": None}
    totals = tmp_path / "totals.csv"
    totals.write_text("sector,subsector,total,kind\nsinks,natural,9,sink\n", encoding="utf-8")
    inputs["PARCELS"].dataProvider().changeAttributeValues({9: {1: "forest land"}})
    run("allocateemissions", **inputs | files | {"TOTALS": str(totals)})
    record = json.loads(output.with_name("parcels.gpkg.landcarbon.json").read_text(encoding="utf-8"))
    assert {row["source"] for row in record["coefficients"]} == {"Zhang et al. 2023, table 2"}
    assert any("rules zhang2023" in text for text in record["decisions"])


# An independent computation: the joins of QGIS on the sample


CITY = Path(__file__).parents[3] / "resources" / "sample" / "city.gpkg"


def of_city(name):
    return f"{CITY}|layername={name}"


@pytest.fixture
def native(provider, context, feedback, rows):
    """`native("countpointsinpolygon", POLYGONS=...)`: the rows of an algorithm of QGIS."""

    def native(name, **parameters):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"native:{name}")
        results, succeeded = algorithm.run(parameters | {"OUTPUT": "memory:"}, context, feedback)
        assert succeeded
        return rows(results["OUTPUT"])

    return native


@pytest.mark.parametrize(
    ("subsector", "land_types", "join", "layers"),
    [
        (
            "industry,manufacturing",
            ("industrial land",),
            "countpointsinpolygon",
            {"POINTS": "points|subset=category='manufacturing'", "FIELD": "join"},
        ),
        (
            "construction,residential",
            ("urban residential land", "rural homestead"),
            "countpointsinpolygon",
            {"POINTS": "people", "WEIGHT": "people", "FIELD": "join"},
        ),
        (
            "transport,rail",
            ("transport land",),
            "sumlinelengths",
            {"LINES": "roads|subset=class='rail'", "LEN_FIELD": "join", "COUNT_FIELD": "lines"},
        ),
    ],
)
def test_the_sample_agrees_with_the_joins_of_qgis(
    run, rows, make_csv, native, subsector, land_types, join, layers
):
    done = run(
        "allocateemissions",
        PARCELS=of_city("parcels"),
        LAND_TYPE_FIELD="land_type",
        TOTALS=make_csv("totals.csv", f"sector,subsector,total,kind\n{subsector},100,source\n"),
        POINTS=of_city("points"),
        CATEGORY_FIELD="category",
        PEOPLE=of_city("people"),
        COUNT_FIELD="people",
        ROADS=of_city("roads"),
        ROAD_CLASS_FIELD="class",
        OUTPUT="memory:",
    )
    layers = {
        name: of_city(value) if name in ("POINTS", "LINES") else value for name, value in layers.items()
    }
    joined = native(join, POLYGONS=of_city("parcels"), **layers)
    weights = {row["parcel"]: row["join"] for row in joined if row["land_type"] in land_types}
    whole = sum(weights.values())
    assert whole > 0
    for row in rows(done.results["OUTPUT"]):
        # Within one line the scale of the projection changes by less than that.
        expected = 100.0 * weights.get(row["parcel"], 0.0) / whole
        assert row["ce_t"] == pytest.approx(expected, rel=1e-4, abs=1e-9), row["parcel"]
