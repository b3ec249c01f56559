"""The script that makes the city makes the one that is shipped, and its parts fit together."""

import importlib
import sys
from collections import Counter

import pytest
from landcarbon.core.accounting.factor_table import factor_preset
from landcarbon.core.accounting.sector_inventory import sector_inventory
from landcarbon.core.resources import RESOURCES
from landcarbon.core.tables import read_table
from landcarbon.core.units import MASS_CO2
from osgeo import ogr

SAMPLE = RESOURCES / "sample"
TOOLS = RESOURCES.parent / "tools" / "sample"
LAND_TYPES = {
    "industrial land", "municipal utilities", "urban residential land", "rural homestead", "commercial land",
    "administration and public service land", "transport land", "cultivated land", "garden land",
    "land for agricultural facilities", "forest land", "grassland", "water", "unused land",
}  # fmt: skip
# Zhang et al. 2023, table 3 [10^4 t CO2]; parts of industry sum to 1 more than it in the print
SECTORS = {
    ("industry", "source"): 19334.77,
    ("construction", "source"): 2882.76,
    ("transport", "source"): 1421.44,
    ("agriculture", "source"): 100.70,
    ("waste", "source"): 288.30,
    ("sinks", "sink"): 251.86,
}
PARTS = {
    "supply": 6905.31,
    "residential": 767.06 + 537.13,
    "services": 1030.09 + 548.48,
    "planting": 94.68,
    "livestock": 6.02,
    "domestic": 287.28,
    "natural": 179.9,
    "crops": 71.96,
}
SUPPOSED = {  # where points of a category count
    "manufacturing": {"industrial land"},
    "supply": {"municipal utilities"},
    "business": {"commercial land", "administration and public service land"},
}


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(TOOLS))  # it uses the modules beside it
    try:
        return importlib.import_module("make_city_sample")
    finally:
        sys.path.remove(str(TOOLS))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    copy = tmp_path_factory.mktemp("city") / "city.gpkg"  # SQLite may write to what it opens
    copy.write_bytes((SAMPLE / "city.gpkg").read_bytes())
    return layers(copy)


def layers(path):
    """The features of every layer: their fields and shapes."""
    source = ogr.Open(str(path))
    assert {layer.GetSpatialRef().GetAuthorityCode(None) for layer in source} == {"32651"}
    return {
        layer.GetName(): [(feature.items(), feature.GetGeometryRef().Clone()) for feature in layer]
        for layer in source
    }


def as_bytes(features):
    return [(fields, bytes(shape.ExportToIsoWkb())) for fields, shape in features]


def borders(shapes):
    """How often every directed stretch of the borders occurs."""
    found = Counter()
    for shape in shapes:
        for part in range(shape.GetGeometryCount()):
            polygon = shape.GetGeometryRef(part)
            for number in range(polygon.GetGeometryCount()):
                places = polygon.GetGeometryRef(number).GetPoints()
                found.update(zip(places[:-1], places[1:], strict=True))
    return found


def outer_border(shapes):
    """Stretches without another polygon beyond them."""
    stretches = borders(shapes)
    assert set(stretches.values()) == {1}  # a stretch twice in one direction is an overlap
    return {(start, end) for start, end in stretches if (end, start) not in stretches}


def test_same_seed_makes_the_shipped_layers(script, shipped, tmp_path):
    made = layers(script.write_city(tmp_path)[0])
    assert list(made) == list(shipped) == ["parcels", "townships", "points", "people", "roads"]
    for name, features in made.items():
        assert as_bytes(features) == as_bytes(shipped[name]), name


def test_twice_is_the_same_file(script, tmp_path):
    path, _ = script.write_city(tmp_path)
    first = path.read_bytes()
    script.write_city(tmp_path)
    assert path.read_bytes() == first


def test_another_seed_makes_another_city(script):
    shapes = [[row[-1].ExportToIsoWkb() for row in script.city(seed)["parcels"][1]] for seed in (1, 2)]
    assert shapes[0] != shapes[1]


def test_400_parcels_of_14_land_types(shipped):
    parcels = [fields for fields, _ in shipped["parcels"]]
    assert len({fields["parcel"] for fields in parcels}) == len(parcels) == 400
    assert {fields["land_type"] for fields in parcels} == LAND_TYPES


@pytest.mark.parametrize("name", ["parcels", "townships"])
def test_shapes_are_valid(shipped, name):
    assert [fields for fields, shape in shipped[name] if not shape.IsValid()] == []


def test_parcels_have_parts_and_a_hole(shipped):
    shapes = [shape for _, shape in shipped["parcels"]]
    assert any(shape.GetGeometryCount() > 1 for shape in shapes)
    holes = [shape for shape in shapes if shape.GetGeometryRef(0).GetGeometryCount() > 1]
    assert len(holes) == 1  # the lake has an island


def test_parcels_share_every_border_but_that_of_the_city(shipped):
    """So they leave no gap: the stretches without a neighbour are one ring around all."""
    after = dict(outer := outer_border([shape for _, shape in shipped["parcels"]]))
    assert len(after) == len(outer)
    start = next(iter(after))
    ring = [start]
    while after[ring[-1]] != start:
        ring.append(after[ring[-1]])
    assert len(ring) == len(after)


def test_townships_tile_the_same_city(shipped):
    found = [outer_border([shape for _, shape in shipped[name]]) for name in ("parcels", "townships")]
    assert found[0] == found[1]


def test_areas_are_those_of_a_tiling(shipped):
    areas = [sum(shape.Area() for _, shape in shipped[name]) for name in ("parcels", "townships")]
    assert areas[0] == pytest.approx(areas[1], rel=1e-12)


def test_townships_have_most_parcels_whole_and_some_in_parts(shipped):
    townships = [shape for _, shape in shipped["townships"]]
    assert len(townships) == 9
    parts = [
        sum(township.Intersection(shape).Area() > 1.0 for township in townships if township.Intersects(shape))
        for _, shape in shipped["parcels"]
    ]
    assert min(parts) == 1
    assert 40 < sum(count > 1 for count in parts) < 120


def test_points_are_of_the_four_categories_and_mostly_where_they_count(shipped):
    land = [(fields["land_type"], shape) for fields, shape in shipped["parcels"]]
    inside = Counter()
    for fields, point in shipped["points"]:
        kind = next((kind for kind, shape in land if shape.Contains(point)), None)
        inside[fields["category"], kind in SUPPOSED.get(fields["category"], ())] += 1
    for category in SUPPOSED:
        assert inside[category, True] > 2 * inside[category, False] > 0
    assert {category for category, _ in inside} == {*SUPPOSED, "transport"}


def test_people_are_counts(shipped):
    counts = [fields["people"] for fields, _ in shipped["people"]]
    assert min(counts) > 0
    assert 1e6 < sum(counts) < 1e7


def test_every_kind_of_line_has_a_length_on_transport_land(shipped):
    """So all four sub-sectors of transport have a weight."""
    land = [shape for fields, shape in shipped["parcels"] if fields["land_type"] == "transport land"]
    lengths = Counter()
    for fields, line in shipped["roads"]:
        lengths[fields["class"]] += sum(shape.Intersection(line).Length() for shape in land)
    assert set(lengths) == {
        "motorway", "primary", "secondary", "residential", "rail", "waterway", "runway"
    }  # fmt: skip
    assert min(lengths.values()) > 500


def test_townships_have_a_gdp(shipped):
    assert all(fields["gdp"] > 0 for fields, _ in shipped["townships"])


@pytest.fixture(scope="module")
def inventory():
    table = read_table(SAMPLE / "city_activities_2020.csv")
    return sector_inventory(table, factor_preset("zhang2023"), "AR5", MASS_CO2)


def test_same_activities_as_shipped(script, tmp_path):
    path, _ = script.write_activities(tmp_path)
    assert path.read_bytes() == (SAMPLE / path.name).read_bytes()


def test_activities_have_the_totals_of_the_study(inventory):
    totals, sectors, parts = inventory.totals, Counter(), Counter()
    for sector, part, kind, total in zip(
        totals["sector"], totals["subsector"], totals["kind"], totals["total"], strict=True
    ):
        sectors[sector, kind] += total
        parts[part] += total
    assert sectors == pytest.approx({key: total * 1e4 for key, total in SECTORS.items()}, rel=1e-10)
    assert {part: parts[part] for part in PARTS} == pytest.approx(
        {part: total * 1e4 for part, total in PARTS.items()}, rel=1e-10
    )


def test_net_emission_and_compensation_rate_of_the_study(inventory):
    (ce_t,), (cs_t,), (net_t,) = (inventory.budget[name] for name in ("ce_t", "cs_t", "net_t"))
    assert net_t == pytest.approx(23776.11e4, rel=1e-10)
    assert 100 * cs_t / ce_t == pytest.approx(1.05, abs=0.005)


def test_most_parts_of_sectors_have_several_activities(inventory):
    found = {}
    for line in inventory.lines:
        found.setdefault((line.sector, line.subsector), set()).add(line.activity)
    assert sum(len(activities) > 1 for activities in found.values()) >= 12
