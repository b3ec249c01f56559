"""The made-up city on its parcels and townships once more, by GEOS and plain sums (Zhang et al. 2023)."""

import csv
from collections import Counter

import pytest
from osgeo import ogr

from ..test_plugin import needs_qgis_process, qgis_process  # noqa: F401 (a fixture)
from .test_sector_zoning import SAMPLE, folder, results, rows  # noqa: F401 (fixtures)

NEAR = 50.0  # m, from a road to a point of transport
LAND = {
    "manufacturing": ("industrial land",),
    "supply": ("municipal utilities",),
    "services": ("commercial land", "administration and public service land"),
    "residential": ("urban residential land", "rural homestead"),
    "planting": ("cultivated land", "garden land"),
    "livestock": ("land for agricultural facilities",),
    "crops": ("cultivated land", "garden land"),
    "natural": ("forest land", "grassland", "water", "unused land"),
    "industrial": ("industrial land",),
    "domestic": ("municipal utilities",),
}
LINES = {"rail": "rail", "water": "waterway", "air": "runway"}
ROADS = ("motorway", "primary", "secondary", "residential")
# Lengths and areas of the results are those on the ellipsoid, those here in the plane of the layer, whose
# scale differs by less than 1e-5 over the city.
SCALE = 2e-5
pytestmark = needs_qgis_process


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The features of every layer of the sample: (fields, shape)."""
    copy = tmp_path_factory.mktemp("city") / "city.gpkg"  # SQLite may write to what it opens
    copy.write_bytes((SAMPLE / "city.gpkg").read_bytes())
    source = ogr.Open(str(copy))
    return {
        layer.GetName(): [(feature.items(), feature.GetGeometryRef().Clone()) for feature in layer]
        for layer in source
    }


@pytest.fixture
def totals(rows):  # noqa: F811
    """Total by part of a sector, of the lines of the inventory [t CO2]."""
    found = Counter()
    for row in rows("sector_inventory"):
        found[row["subsector"]] += float(row["ce_t"]) + float(row["cs_t"])
    return found


@pytest.fixture
def parcels(rows):  # noqa: F811
    return {row["parcel"]: row for row in rows("emissions_of_parcels")}


def put(total, weights):
    """A total by weights."""
    whole = sum(weights.values())
    return {parcel: total * weight / whole for parcel, weight in weights.items()}


def of_land(city, part):
    """Key and shape of the parcels of a part of a sector."""
    return [
        (fields["parcel"], shape) for fields, shape in city["parcels"] if fields["land_type"] in LAND[part]
    ]


def points_in(city, part, name, weight):
    """Weights of the points of a layer inside the parcels of a part of a sector."""
    return {
        parcel: sum(weight(fields) for fields, point in city[name] if shape.Contains(point))
        for parcel, shape in of_land(city, part)
    }


def areas(city, part):
    return {parcel: shape.Area() for parcel, shape in of_land(city, part)}


def lengths(city, kind):
    """Length of the lines of a class inside every parcel of transport land."""
    lines = [line for fields, line in city["roads"] if fields["class"] == kind]
    return {
        fields["parcel"]: sum(shape.Intersection(line).Length() for line in lines if shape.Intersects(line))
        for fields, shape in city["parcels"]
        if fields["land_type"] == "transport land"
    }


def road_factors(city):
    """Points of transport per length of a class, over that of all roads."""
    roads = [(fields["class"], line) for fields, line in city["roads"] if fields["class"] in ROADS]
    near, long = Counter(), Counter()
    for kind, line in roads:
        long[kind] += line.Length()
    for fields, point in city["points"]:
        if fields["category"] == "transport":
            distance, kind = min((line.Distance(point), kind) for kind, line in roads)
            near[kind] += distance <= NEAR
    overall = near.total() / long.total()
    return {kind: near[kind] / long[kind] / overall for kind in ROADS}


def check(found, expected, rel):
    """Amounts by parcel; a parcel without weight has nothing."""
    assert {parcel for parcel, amount in found.items() if amount} == {
        parcel for parcel, amount in expected.items() if amount
    }
    for parcel, amount in expected.items():
        assert found[parcel] == pytest.approx(amount, rel=rel), parcel


def of(parcels, field, names):
    return {parcel: row[field] for parcel, row in parcels.items() if row["land_type"] in names}


@pytest.mark.parametrize("part", ["manufacturing", "supply"])
def test_industry_goes_by_points(city, totals, parcels, part):
    weights = points_in(city, part, "points", lambda fields: fields["category"] == part)
    check(of(parcels, "industry_t", LAND[part]), put(totals[part], weights), rel=1e-9)


def test_buildings_go_by_people_and_by_points_of_business(city, totals, parcels):
    people = points_in(city, "residential", "people", lambda fields: fields["people"])
    check(of(parcels, "construction_t", LAND["residential"]), put(totals["residential"], people), rel=1e-9)
    points = points_in(city, "services", "points", lambda fields: fields["category"] == "business")
    check(of(parcels, "construction_t", LAND["services"]), put(totals["services"], points), rel=1e-9)


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("agriculture_t", ("planting", "livestock")),
        ("waste_t", ("industrial", "domestic")),
        ("sinks_t", ("crops", "natural")),
    ],
)
def test_farming_waste_and_sinks_go_by_area(city, totals, parcels, field, parts):
    for part in parts:
        check(of(parcels, field, LAND[part]), put(totals[part], areas(city, part)), rel=SCALE)


def test_transport_goes_by_length_and_by_the_stops_beside_each_class(city, totals, parcels):
    factors = road_factors(city)
    by_class = {kind: lengths(city, kind) for kind in (*ROADS, *LINES.values())}
    weights = {
        parcel: sum(factors[kind] * by_class[kind][parcel] for kind in ROADS) for parcel in by_class["rail"]
    }
    expected = Counter(put(totals["road"], weights))
    for part, kind in LINES.items():
        expected.update(put(totals[part], by_class[kind]))
    check(of(parcels, "transport_t", ("transport land",)), expected, rel=SCALE)


def test_townships_have_the_shares_of_the_parcels(city, parcels, rows):  # noqa: F811
    found = {row["unit"]: row for row in rows("carbon_indices")}
    for fields, township in city["townships"]:
        share = {
            own["parcel"]: shape.Intersection(township).Area() / shape.Area()
            for own, shape in city["parcels"]
        }
        for field in ("ce_t", "cs_t", "industry_t"):
            expected = sum(share[parcel] * row[field] for parcel, row in parcels.items())
            assert found[fields["township"]][field] == pytest.approx(expected, rel=SCALE)


def test_cells_have_the_shares_of_the_parcels(results, city, parcels):  # noqa: F811
    """Every seventh cell: each holds the parts of parcels that lie in it."""
    source = ogr.Open(results["emissions_of_cells"])
    cells = [(cell.items(), cell.GetGeometryRef().Clone()) for cell in source.GetLayer(0)]
    assert len(cells) > 1400
    for fields, cell in cells[::7]:
        expected = sum(
            parcels[own["parcel"]]["ce_t"] * shape.Intersection(cell).Area() / shape.Area()
            for own, shape in city["parcels"]
            if shape.Intersects(cell)
        )
        assert fields["ce_t"] == pytest.approx(expected, rel=SCALE, abs=1e-3)


def test_indices_of_the_townships_are_those_of_their_sums(city, rows):  # noqa: F811
    """Zhang et al. 2023, eq. 8 to 10."""
    found = {row["unit"]: row for row in rows("carbon_indices")}
    gdp = {fields["township"]: fields["gdp"] for fields, _ in city["townships"]}
    ce, cs = (sum(row[name] for row in found.values()) for name in ("ce_t", "cs_t"))
    for unit, row in found.items():
        assert row["ccr"] == pytest.approx(row["cs_t"] / row["ce_t"], rel=1e-12)
        assert row["ecc"] == pytest.approx(gdp[unit] / sum(gdp.values()) / (row["ce_t"] / ce), rel=1e-9)
        assert row["esc"] == pytest.approx(row["cs_t"] / cs / (row["ce_t"] / ce), rel=1e-9)


def test_the_inventory_is_that_of_its_own_lines(rows):  # noqa: F811
    """Amount times factor of the gas is what every line says."""
    with (SAMPLE / "city_activities_2020.csv").open(encoding="utf-8") as file:
        given = {
            (row["activity"], row["subsector"]): float(row["amount"]) * float(row["amount_2"] or 1)
            for row in csv.DictReader(file)
        }
    for row in rows("sector_inventory"):
        amount = given[row["activity"], row["subsector"]]
        assert float(row["gas_t"]) == pytest.approx(amount * float(row["factor"]), rel=1e-9)
