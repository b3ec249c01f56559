"""allocateemissions: totals of sectors on parcels, as a user runs it."""

import math

import pytest

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
