"""Aggregation through QGIS: grids, units, planes, what is lost, and what is refused."""

import numpy as np
import pytest
from osgeo import ogr
from qgis.core import QgsCoordinateReferenceSystem, QgsProcessingOutputLayerDefinition, QgsVectorLayer

from ..conftest import RunFailed, square

UTM = "EPSG:32649"
EAST, NORTH = 500_000.0, 3_000_000.0
PLANE_IN_FEET = """PROJCS["unknown",GEOGCS["unknown",DATUM["Unknown based on GRS 1980 ellipsoid",
SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],
PROJECTION["Lambert_Conformal_Conic_2SP"],PARAMETER["latitude_of_origin",31],PARAMETER["central_meridian",120],
PARAMETER["standard_parallel_1",30],PARAMETER["standard_parallel_2",33],PARAMETER["false_easting",0],
PARAMETER["false_northing",0],UNIT["US survey foot",0.304800609601219],AXIS["Easting",EAST],
AXIS["Northing",NORTH]]"""


def box(left, bottom, right, top):
    """WKT of a box by metres east and north of a corner in UTM."""
    left, right, bottom, top = left + EAST, right + EAST, bottom + NORTH, top + NORTH
    return f"Polygon(({left} {bottom},{right} {bottom},{right} {top},{left} {top},{left} {bottom}))"


@pytest.fixture
def parcels(make_layer):
    """`parcels(shapes, ce_t, ...)`: parcels with amounts in UTM."""

    def parcels(shapes, ce_t, cs_t=None, crs=UTM, geometry="Polygon", **columns):
        cs_t = [0.0] * len(ce_t) if cs_t is None else cs_t
        net_t = [None if ce is None else ce - cs for ce, cs in zip(ce_t, cs_t, strict=True)]
        columns = {"ce_t": ce_t, "cs_t": cs_t, "net_t": net_t, **columns}
        kinds = {
            name: type(next((v for v in values if v is not None), 0.0)) for name, values in columns.items()
        }
        rows = list(zip(*columns.values(), strict=True))
        return make_layer(kinds, rows, shapes, crs, geometry, name="parcels")

    return parcels


@pytest.fixture
def towns(make_layer):
    def towns(shapes, names="xyz", crs=UTM, **columns):
        fields = {"town": str, **{name: type(values[0]) for name, values in columns.items()}}
        rows = list(zip(names[: len(shapes)], *columns.values(), strict=True))
        return make_layer(fields, rows, shapes, crs, name="towns")

    return towns


@pytest.fixture
def sums(run, rows):
    """`sums(**parameters)`: the rows of OUTPUT and the whole result."""

    def sums(**parameters):
        done = run("aggregatecarbon", OUTPUT="memory:", **parameters)
        return rows(done.results["OUTPUT"]), done

    return sums


class TestUnits:
    def test_a_parcel_is_parted_by_area(self, sums, parcels, towns):
        # 100 m x 40 m: 25 m lie in x, 60 m in y, 15 m outside
        layer = parcels([box(75, 0, 175, 40)], [200.0], [20.0])
        found, done = sums(
            INPUT=layer, UNITS=towns([box(0, 0, 100, 100), box(100, 0, 160, 100)]), UNIT_FIELD="town"
        )
        assert [row["unit"] for row in found] == ["x", "y"]
        assert [row["ce_t"] for row in found] == pytest.approx([50, 120], rel=1e-12)
        assert [row["net_t"] for row in found] == pytest.approx([45, 108], rel=1e-12)
        assert done.results["LOST"] == pytest.approx(30, rel=1e-12)
        assert any("Lost there: ce_t 30 t C (15 %)" in text for text in done.feedback.warnings)

    def test_a_cancel_while_areas_are_parted_leaves_nothing(self, run, parcels, towns, feedback, tmp_path):
        def cancel_in_shares(percent):
            if percent >= 20:
                feedback.cancel()

        feedback.progressChanged.connect(cancel_in_shares)
        layers = {"INPUT": parcels([box(75, 0, 175, 40)], [200.0]), "UNITS": towns([box(0, 0, 100, 100)])}
        with pytest.raises(RunFailed, match="cancelled"):
            run("aggregatecarbon", OUTPUT=str(tmp_path / "sums.gpkg"), **layers)
        assert list(tmp_path.iterdir()) == []

    def test_area_and_density_are_true_ones(self, sums, parcels, towns):
        layer = parcels([box(0, 0, 1000, 1000)], [50.0], mass=["t CO2"])
        found, _ = sums(INPUT=layer, UNITS=towns([box(0, 0, 1000, 1000)]), UNIT_FIELD="town")
        true_ha = 100 / 0.9996**2  # on the central meridian of UTM the scale is 0.9996
        assert found[0]["area_ha"] == pytest.approx(true_ha, rel=1e-6)
        assert found[0]["t_ha"] == pytest.approx(50 / true_ha, rel=1e-6)
        assert found[0]["mass"] == "t CO2"

    def test_the_fields_of_the_units_are_kept(self, sums, parcels, towns):
        units = towns([box(0, 0, 100, 100)], gdp=[7.5], ce_t=[1.0])
        found, _ = sums(INPUT=parcels([box(0, 0, 10, 10)], [3.0]), UNITS=units)
        assert found[0]["town"] == "x"
        assert (found[0]["gdp"], found[0]["ce_t"], found[0]["ce_t_1"]) == (7.5, 3.0, 1.0)
        assert "unit" not in found[0]

    def test_units_without_a_parcel_have_no_value(self, sums, parcels, towns):
        units = towns([box(0, 0, 100, 100), box(500, 0, 600, 100)])
        found, done = sums(INPUT=parcels([box(0, 0, 10, 10)], [3.0]), UNITS=units, UNIT_FIELD="town")
        assert [row["ce_t"] for row in found] == [3.0, None]
        assert [row["t_ha"] is None for row in found] == [False, True]
        assert any(
            "1 units have no polygon in them" in text and "y" in text for text in done.feedback.warnings
        )

    def test_other_coordinate_systems_are_transformed(self, sums, parcels, make_layer):
        corner = (111.0, 27.1)  # the central meridian of the zone
        units = make_layer(
            {"town": str}, [("x",), ("y",)], [square(*corner), square(110.0, 27.1)], name="towns"
        )
        layer = parcels([box(-2000, 0, 2000, 4000)], [10.0])
        found, done = sums(INPUT=layer, UNITS=units, UNIT_FIELD="town")
        assert [row["ce_t"] for row in found] == pytest.approx([5, 5], rel=1e-6)
        assert sum(row["ce_t"] for row in found) + done.results["LOST"] == pytest.approx(10, rel=1e-12)

    def test_units_that_overlap_are_refused(self, run, parcels, towns):
        units = towns([box(0, 0, 100, 100), box(50, 0, 150, 100)])
        with pytest.raises(RunFailed, match=r"Units overlap.*'x' and 'y' \(50 %\)"):
            run(
                "aggregatecarbon",
                INPUT=parcels([box(0, 0, 10, 10)], [3.0]),
                UNITS=units,
                UNIT_FIELD="town",
                OUTPUT="memory:",
            )

    def test_slivers_between_units_are_parted(self, sums, parcels, towns):
        units = towns([box(0, 0, 100, 100), box(99.95, 0, 200, 100)])
        found, done = sums(INPUT=parcels([box(95, 0, 105, 10)], [30.0]), UNITS=units, UNIT_FIELD="town")
        assert sum(row["ce_t"] for row in found) == pytest.approx(30, rel=1e-12)
        assert done.results["LOST"] == pytest.approx(0, abs=1e-9)
        assert any("1 pairs of units overlap a little" in text for text in done.feedback.warnings)

    def test_a_repeated_unit_is_refused(self, run, parcels, towns):
        units = towns([box(0, 0, 100, 100), box(100, 0, 200, 100)], names="xx")
        with pytest.raises(RunFailed, match="x"):
            run(
                "aggregatecarbon",
                INPUT=parcels([box(0, 0, 10, 10)], [3.0]),
                UNITS=units,
                UNIT_FIELD="town",
                OUTPUT="memory:",
            )

    def test_carbon_indices_take_the_result(self, sums, run, rows, parcels, towns):
        units = towns([box(0, 0, 100, 100), box(100, 0, 200, 100)], gdp=[60.0, 40.0])
        layer = parcels(
            [box(0, 0, 100, 100), box(100, 0, 200, 100)],
            [30.0, 70.0],
            [5.0, 5.0],
            mass=["t CO2"] * 2,
            year=[2020] * 2,
        )
        _, done = sums(INPUT=layer, UNITS=units, UNIT_FIELD="town")
        indices = run("carbonindices", INPUT=done.results["OUTPUT"], GDP_FIELD="gdp", OUTPUT="memory:")
        found = rows(indices.results["OUTPUT"])
        assert [row["ecc"] for row in found] == pytest.approx([0.6 / 0.3, 0.4 / 0.7], rel=1e-12)
        assert [row["mass"] for row in found] == ["t CO2"] * 2
        assert [row["year"] for row in found] == [2020] * 2


class TestGrid:
    def test_cells_of_a_kilometre_at_multiples_of_it(self, sums, parcels):
        layer = parcels([box(200, 300, 700, 500), box(900, 100, 1100, 200)], [8.0, 6.0])
        found, done = sums(INPUT=layer)
        assert [(row["unit"], row["ce_t"]) for row in found] == [("E500N3000", 8 + 3), ("E501N3000", 3)]
        assert done.results["LOST"] == 0
        output = done.context.getMapLayer(done.results["OUTPUT"])
        assert output.crs().authid() == UTM
        assert output.extent().toRectF().getRect() == (EAST, NORTH, 2000, 1000)

    def test_cells_without_a_parcel_are_not_there(self, sums, parcels):
        found, _ = sums(INPUT=parcels([box(0, 0, 10, 10), box(9000, 9000, 9010, 9010)], [1.0, 2.0]))
        assert [row["unit"] for row in found] == ["E509N3009", "E500N3000"]

    def test_longitude_and_latitude_get_a_plane_of_equal_area(self, sums, make_layer):
        layer = make_layer({"ce_t": float}, [(5.0,)], [square(114.01, 30.01, 0.5)])
        found, done = sums(INPUT=layer, CELL_SIZE=10_000)
        output = done.context.getMapLayer(done.results["OUTPUT"])
        assert "Lambert azimuthal equal area 30 114" in output.crs().description()
        assert sum(row["ce_t"] for row in found) == pytest.approx(5, rel=1e-12)
        assert [row["area_ha"] for row in found] == pytest.approx([10_000.0] * len(found), rel=1e-6)

    def test_web_mercator_is_not_taken_for_metres(self, sums, make_layer):
        layer = make_layer({"ce_t": float}, [(5.0,)], [square(12_700_000, 3_500_000, 5000)], "EPSG:3857")
        found, done = sums(INPUT=layer)
        assert [row["area_ha"] for row in found] == pytest.approx([100.0] * len(found), rel=1e-6)
        assert any("square metres on the ground" in text for text in done.feedback.infos)

    def test_a_plane_in_feet_that_no_database_knows_gets_one_too(self, sums, make_layer):
        # 4 km x 4 km about the origin, 31 degrees north and 120 east, where the plane has its centre
        foot = 1200 / 3937
        layer = make_layer({"ce_t": float}, [(16.0,)], [square(-2000 / foot, -2000 / foot, 4000 / foot)], UTM)
        layer.setCrs(QgsCoordinateReferenceSystem.fromWkt(PLANE_IN_FEET))
        found, done = sums(INPUT=layer, CELL_SIZE=1000)
        assert sum(row["ce_t"] for row in found) == pytest.approx(16, rel=1e-12)
        assert any("Lambert azimuthal equal area 31 120" in text for text in done.feedback.infos)

    def test_a_grid_of_too_many_cells_is_refused(self, run, parcels):
        layer = parcels([box(0, 0, 10, 10), box(99_990, 99_990, 100_000, 100_000)], [1.0, 2.0])
        with pytest.raises(
            RunFailed, match=r"100,000,000 cells \(10,000 x 10,000\).*50,000,000.*cells of 15 m or larger"
        ):
            run("aggregatecarbon", INPUT=layer, CELL_SIZE=10, OUTPUT="memory:")

    def test_parcels_that_overlap_keep_their_amounts(self, sums, parcels):
        found, _ = sums(INPUT=parcels([box(0, 0, 500, 500)] * 2, [1.0, 2.0]))
        assert [row["ce_t"] for row in found] == [3.0]

    def test_a_polygon_file_has_its_style_and_crs(self, run, parcels, tmp_path):
        path = tmp_path / "cells.gpkg"
        run("aggregatecarbon", INPUT=parcels([box(0, 0, 500, 500)], [3.0], [0.5]), OUTPUT=str(path))
        layer = QgsVectorLayer(str(path), "cells", "ogr")
        assert layer.crs().authid() == UTM
        assert layer.fields().names() == ["fid", "unit", "ce_t", "cs_t", "net_t", "area_ha", "t_ha", "mass"]
        assert path.with_suffix(".gpkg.landcarbon.json").is_file()


class TestAmounts:
    def test_the_closure_says_what_is_where(self, run, rows, parcels, towns):
        layer = parcels([box(0, 0, 100, 100), box(90, 0, 110, 10)], [8.0, None], people=[4.0, 2.0])
        done = run(
            "aggregatecarbon",
            INPUT=layer,
            FIELDS=["people", "ce_t"],
            UNITS=towns([box(0, 0, 100, 100)]),
            OUTPUT="memory:",
            CLOSURE="memory:",
        )
        people, ce = rows(done.results["CLOSURE"])
        assert people == {
            "field": "people",
            "total": 6.0,
            "placed": 5.0,
            "lost": 1.0,
            "lost_pct": pytest.approx(100 / 6),
            "missing": 0,
            "mass": None,
        }
        assert (ce["total"], ce["lost"], ce["missing"], ce["mass"]) == (8.0, 0.0, 1, "t C")

    def test_a_missing_amount_leaves_its_units_without_one(self, sums, parcels, towns):
        layer = parcels([box(0, 0, 10, 10), box(20, 0, 30, 10), box(100, 0, 110, 10)], [1.0, None, 4.0])
        units = towns([box(0, 0, 100, 100), box(100, 0, 200, 100)])
        found, done = sums(INPUT=layer, UNITS=units, UNIT_FIELD="town")
        assert [row["ce_t"] for row in found] == [None, 4.0]
        assert any(
            "1 polygons have no amount in 'ce_t'" in text and ": x" in text for text in done.feedback.warnings
        )

    def test_parcels_without_a_shape_are_lost(self, sums, parcels, towns):
        found, done = sums(
            INPUT=parcels([box(0, 0, 10, 10), None], [1.0, 4.0]),
            UNITS=towns([box(0, 0, 100, 100)]),
            UNIT_FIELD="town",
        )
        assert [row["ce_t"] for row in found] == [1.0]
        assert done.results["LOST"] == 4.0

    def test_invalid_parcels_are_repaired_and_named(self, sums, parcels):
        bow = box(0, 0, 100, 100).split(",")
        bow[1], bow[2] = bow[2], bow[1]
        found, done = sums(INPUT=parcels([",".join(bow)], [6.0]))
        assert [row["ce_t"] for row in found] == [6.0]
        assert any(
            "1 polygons had invalid shapes, which were repaired" in text for text in done.feedback.warnings
        )

    def test_fields_are_found_by_their_ends(self, sums, parcels):
        layer = parcels([box(0, 0, 10, 10)], [6.0], waste_t=[1.5], people=[3.0], t_ha=[600.0], name_t=["x"])
        found, _ = sums(INPUT=layer)
        assert {"ce_t", "cs_t", "net_t", "waste_t"} <= found[0].keys()
        assert "people" not in found[0] and "name_t" not in found[0]

    def test_densities_are_refused(self, run, parcels):
        with pytest.raises(RunFailed, match="'t_ha' is an amount per hectare"):
            run(
                "aggregatecarbon",
                INPUT=parcels([box(0, 0, 10, 10)], [6.0], t_ha=[1.0]),
                FIELDS=["t_ha"],
                OUTPUT="memory:",
            )

    def test_without_amounts(self, run, make_layer):
        layer = make_layer({"people": float}, [(1.0,)], [square(0, 0)])
        with pytest.raises(RunFailed, match="no number whose name ends in _t"):
            run("aggregatecarbon", INPUT=layer, OUTPUT="memory:")

    def test_a_layer_of_a_file_is_called_by_its_own_name(self, run, tmp_path):
        path = str(tmp_path / "city.gpkg")
        file = ogr.GetDriverByName("GPKG").CreateDataSource(path)
        for name in ("towns", "plots"):
            layer = file.CreateLayer(name, None, ogr.wkbPolygon)
            layer.CreateField(ogr.FieldDefn("people", ogr.OFTReal))
        del layer, file
        with pytest.raises(RunFailed, match="plots has no coordinate reference system"):
            run("aggregatecarbon", INPUT=f"{path}|layername=plots", OUTPUT="memory:")

    def test_masses_are_not_mixed(self, run, parcels):
        layer = parcels([box(0, 0, 10, 10), box(10, 0, 20, 10)], [6.0, 1.0], mass=["t C", "t CO2"])
        with pytest.raises(RunFailed, match="mixes t C and t CO2"):
            run("aggregatecarbon", INPUT=layer, OUTPUT="memory:")

    def test_years_are_not_mixed(self, run, parcels):
        layer = parcels([box(0, 0, 10, 10), box(10, 0, 20, 10)], [6.0, 1.0], year=[2010, 2020])
        with pytest.raises(RunFailed, match="2010, 2020"):
            run("aggregatecarbon", INPUT=layer, OUTPUT="memory:")

    def test_a_layer_without_a_mass_is_taken_for_the_chosen_one(self, sums, parcels):
        found, _ = sums(INPUT=parcels([box(0, 0, 10, 10)], [6.0]), MASS=1)
        assert found[0]["mass"] == "t CO2"

    def test_without_a_coordinate_system(self, run, parcels):
        with pytest.raises(RunFailed, match="parcels has no coordinate reference system"):
            run("aggregatecarbon", INPUT=parcels([square(0, 0)], [6.0], crs=""), OUTPUT="memory:")

    def test_without_a_polygon(self, run, make_layer):
        with pytest.raises(RunFailed, match="holds no polygon"):
            run("aggregatecarbon", INPUT=make_layer({"ce_t": float}, [], []), OUTPUT="memory:")

    def test_with_no_shape_at_all(self, run, parcels):
        with pytest.raises(RunFailed, match="holds no polygon with a shape"):
            run("aggregatecarbon", INPUT=parcels([None], [6.0]), OUTPUT="memory:")


@pytest.mark.parametrize("seed", range(3))
def test_totals_are_those_of_the_parcels(sums, parcels, towns, seed):
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 5000, (60, 2))
    shapes = [
        box(x, y, x + w, y + h)
        for (x, y), (w, h) in zip(corners, random.uniform(1, 900, (60, 2)), strict=True)
    ]
    ce_t, cs_t = random.lognormal(3, 3, (2, 60)).tolist()
    layer = parcels(shapes, ce_t, cs_t)
    units = towns([box(x, 0, x + 1500, 4000) for x in (0, 1500, 3000)])
    for target in ({"CELL_SIZE": 730.0}, {"UNITS": units}):
        found, done = sums(INPUT=layer, **target)
        assert sum(row["ce_t"] for row in found) + done.results["LOST"] == pytest.approx(sum(ce_t), rel=1e-9)


def test_results_are_named_by_their_units(provider, context, feedback, parcels, towns):
    layer = parcels([box(0, 0, 10, 10)], [6.0], year=[2020])
    algorithm = provider.algorithm("aggregatecarbon").create()
    names = []
    for units in ({"CELL_SIZE": 500.0}, {"UNITS": towns([box(0, 0, 100, 100)])}):
        destination = QgsProcessingOutputLayerDefinition("memory:", context.project())
        given = {"INPUT": layer, "OUTPUT": destination} | units
        _, succeeded = algorithm.create().run(given, context, feedback)
        assert succeeded
        names.append([details.name for details in context.layersToLoadOnCompletion().values()][-1])
        context.setLayersToLoadOnCompletion({})
    assert names == ["Aggregated carbon 2020 (500 m)", "Aggregated carbon 2020 (towns)"]
