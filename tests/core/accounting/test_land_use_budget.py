"""Land-use carbon budget by hand arithmetic."""

import numpy as np
import pytest
from landcarbon.core.accounting.class_areas import ClassAreas
from landcarbon.core.accounting.classes import class_map
from landcarbon.core.accounting.coefficients import coefficient_table
from landcarbon.core.accounting.land_use_budget import (
    ClassifiedAreas,
    budget_series,
    class_audit,
    classify,
    code_densities,
    land_use_budget,
    unmapped_listing,
)
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.raster.grid import cell_areas
from landcarbon.core.raster.source import open_source
from landcarbon.core.raster.zones import zone_edges
from landcarbon.core.tables import table_from_columns

NAN = float("nan")
UNITS = ("a", "b")


def classes_of(**class_by_value):
    """`classes_of(_1="forest")`: the class map of {1: 'forest'}."""
    columns = {"value": [int(value[1:]) for value in class_by_value], "class": list(class_by_value.values())}
    return class_map(table_from_columns("classes.csv", columns))


def coefficients_of(*rows, region=False):
    """The coefficients of rows (class, coefficient, per), with the region in front if asked for."""
    names = ("region", "class", "coefficient", "per") if region else ("class", "coefficient", "per")
    columns = {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    return coefficient_table(table_from_columns("coefficients.csv", columns))


def areas_of(classes, area_ha, unmapped_ha=(0, 0), nodata_ha=(0, 0), cells=(1000, 1000)):
    """Areas of units; what is outside all units is large, so that it shows where it does not belong."""
    outside = [999_999.0]
    return ClassifiedAreas(
        classes,
        np.array([*area_ha, outside * len(classes)], dtype=float),
        np.array([*unmapped_ha, *outside], dtype=float),
        np.array([*nodata_ha, *outside], dtype=float),
        np.array([*cells, 999_999]),
    )


def texts(notes, kind="warning"):
    return [note.text for note in notes if note.kind == kind]


# One class emits, one absorbs, one does both, two units
CLASSES = ("cropland", "forest", "water")
AREA_HA = [[100.0, 200.0, 10.0], [0.0, 50.0, 4.0]]
TABLE = (
    ("cropland", 0.5, "t C/ha"),
    ("forest", -0.6, "t C/ha"),
    ("water", 2.0, "t C/ha"),
    ("water", -0.5, "t C/ha"),
)


def budget_of(areas=None, table=TABLE, mass="t C", policy="error", codes="", units=UNITS):
    areas = areas or areas_of(CLASSES, AREA_HA)
    found = coefficients_of(*table).resolve(areas.classes, None, mass).for_units(len(units))
    return land_use_budget(areas, found.ce_per_ha, found.cs_per_ha, units, policy, codes)


class TestBudget:
    def test_emission_and_sequestration(self):
        budget = budget_of()
        # a: 100 * 0.5 + 10 * 2.0; b: 4 * 2.0
        assert budget.ce_t == pytest.approx([70.0, 8.0], rel=1e-15)
        # a: 200 * 0.6 + 10 * 0.5; b: 50 * 0.6 + 4 * 0.5
        assert budget.cs_t == pytest.approx([125.0, 32.0], rel=1e-15)
        assert budget.net_t == pytest.approx([70.0 - 125.0, 8.0 - 32.0], rel=1e-15)

    def test_class_with_both_signs(self):
        budget = budget_of()
        water = budget.classes.index("water")
        assert budget.class_ce_t[:, water].tolist() == [10 * 2.0, 4 * 2.0]
        assert budget.class_cs_t[:, water].tolist() == [10 * 0.5, 4 * 0.5]
        assert budget.coefficient_t_ha[:, water].tolist() == [2.0 - 0.5] * 2
        assert budget.class_net_t[:, water].tolist() == [10 * 1.5, 4 * 1.5]

    def test_carbon_dioxide_is_44_12_of_carbon(self):
        carbon, dioxide = budget_of(), budget_of(mass="t CO2")
        assert dioxide.ce_t == pytest.approx([70.0 * 44 / 12, 8.0 * 44 / 12], rel=1e-15)
        assert dioxide.class_cs_t == pytest.approx(carbon.class_cs_t * 44 / 12, rel=1e-15)
        assert dioxide.coefficient_t_ha == pytest.approx(carbon.coefficient_t_ha * 44 / 12, rel=1e-15)

    def test_coefficients_in_carbon_dioxide(self):
        table = [(name, value, "t CO2/ha") for name, value, _ in TABLE]
        assert budget_of(table=table).ce_t == pytest.approx([70.0 * 12 / 44, 8.0 * 12 / 44], rel=1e-15)

    def test_sums_of_classes_are_the_unit(self):
        generator = np.random.default_rng(1)
        area_ha = generator.lognormal(8, 3, (40, 3)) * (generator.random((40, 3)) > 0.3)
        areas = areas_of(CLASSES, area_ha, [0] * 40, [0] * 40, [1000] * 40)
        budget = budget_of(areas, units=[str(i) for i in range(40)])
        assert budget.class_area_ha.sum(axis=1) == pytest.approx(budget.area_ha, rel=1e-12)
        assert np.nansum(budget.class_ce_t) == pytest.approx(np.nansum(budget.ce_t), rel=1e-12)
        assert budget.class_cs_t.sum(axis=1) == pytest.approx(np.nan_to_num(budget.cs_t), rel=1e-12)
        assert budget.class_area_ha * np.nan_to_num(budget.coefficient_t_ha) == pytest.approx(
            budget.class_net_t, rel=1e-12
        )

    def test_coefficient_of_zero_is_a_coefficient(self):
        budget = budget_of(areas_of(("ice",), [[5.0], [0.0]]), [("ice", 0.0, "t C/ha")])
        assert (budget.ce_t[0], budget.cs_t[0], budget.unmapped_ha[0]) == (0.0, 0.0, 0.0)

    def test_inputs_stay_as_they_are(self):
        areas = areas_of(CLASSES, AREA_HA, unmapped_ha=(5.0, 0.0))
        before = [np.array(part) for part in areas[1:]]
        budget_of(areas, policy="zero")
        assert all((part == old).all() for part, old in zip(areas[1:], before, strict=True))


class TestCodesWithoutClass:
    areas = areas_of(CLASSES, AREA_HA, unmapped_ha=(12_345.6, 0.25))

    def test_error_names_codes_area_and_units(self):
        with pytest.raises(InputDataError, match="no class for the raster values") as error:
            budget_of(self.areas, codes="99 (12,346 ha)")
        assert "raster values 99 (12,346 ha), which cover 12,346 ha in 2 units (a, b)" in str(error.value)
        assert "UNMAPPED" in str(error.value)

    def test_zero_counts_their_area_without_carbon(self):
        budget = budget_of(self.areas, policy="zero")
        assert budget.classes == (*CLASSES, "unmapped")
        assert budget.class_area_ha[:, -1].tolist() == [12_345.6, 0.25]
        assert budget.class_net_t[:, -1].tolist() == [0.0, 0.0]
        assert budget.coefficient_t_ha[:, -1].tolist() == [0.0, 0.0]
        assert budget.unmapped_ha.tolist() == [12_345.6, 0.25]
        assert budget.area_ha.tolist() == [310.0, 54.0]  # 100 + 200 + 10, 50 + 4
        assert budget.ce_t == pytest.approx([70.0, 8.0], rel=1e-15)
        (text,) = texts(budget.notes)
        assert text.startswith("12,346 ha in 2 units have no class or no coefficient; they count with zero")

    def test_skip_leaves_them_out(self):
        budget = budget_of(self.areas, policy="skip")
        assert budget.classes == CLASSES
        assert budget.unmapped_ha.tolist() == [12_345.6, 0.25]
        assert budget.area_ha.tolist() == [310.0, 54.0]
        assert budget.ce_t == pytest.approx([70.0, 8.0], rel=1e-15)
        assert texts(budget.notes)[0].startswith(
            "12,346 ha in 2 units have no class or no coefficient; they are"
        )

    @pytest.mark.parametrize(("policy", "expected"), [("zero", 0.0), ("skip", NAN)])
    def test_unit_of_nothing_else(self, policy, expected):
        areas = areas_of(CLASSES, [AREA_HA[0], [0.0, 0.0, 0.0]], unmapped_ha=(0.0, 7.0))
        budget = budget_of(areas, policy=policy)
        assert budget.ce_t == pytest.approx([70.0, expected], nan_ok=True)
        assert budget.cs_t == pytest.approx([125.0, expected], nan_ok=True)

    def test_outside_the_units_they_are_no_error(self):
        assert budget_of(areas_of(CLASSES, AREA_HA)).unmapped_ha.tolist() == [0.0, 0.0]

    def test_user_s_own_class_of_that_name(self):
        areas = areas_of(("unmapped",), [[3.0], [0.0]], unmapped_ha=(2.0, 0.0))
        budget = budget_of(areas, [("unmapped", 5.0, "t C/ha")], policy="zero")
        assert budget.classes == ("unmapped", "unmapped_1")
        assert budget.class_ce_t[0].tolist() == [3.0 * 5.0, 0.0]


class TestClassesWithoutCoefficient:
    classes = ("cropland", "forest", "wetland", "dunes", "reef")
    areas = areas_of(classes, [[100.0, 200.0, 12_340.0, 0.0, 0.0], [1.0, 0.0, 0.5, 8.0, 0.0]])

    def test_error_names_class_area_and_units(self):
        with pytest.raises(InputDataError, match="No coefficient for class 'wetland'") as error:
            budget_of(self.areas)
        # 12 340 + 0.5, rounded half to even; the reef has no area
        assert "(12,340 ha in 2 units: a, b), nor for 'dunes'; add a row" in str(error.value)
        assert "'reef'" not in str(error.value)

    def test_class_without_area_needs_none(self):
        areas = areas_of(("cropland", "reef"), [[100.0, 0.0], [1.0, 0.0]])
        assert budget_of(areas).ce_t.tolist() == [50.0, 0.5]

    @pytest.mark.parametrize("policy", ["zero", "skip"])
    def test_their_area_moves_to_unmapped(self, policy):
        budget = budget_of(self.areas, policy=policy)
        assert budget.area_ha.tolist() == [300.0, 1.0]
        assert budget.unmapped_ha.tolist() == [12_340.0, 8.5]
        assert budget.ce_t.tolist() == [50.0, 0.5]
        assert budget.class_area_ha[:, 2:5].tolist() == [[0.0] * 3] * 2
        # 12 340 + 8.5, half to even
        assert texts(budget.notes)[0].startswith("12,348 ha in 2 units")

    def test_zero_counts_all_area(self):
        budget = budget_of(self.areas, policy="zero")
        assert budget.class_area_ha.sum(axis=1).tolist() == [300.0 + 12_340.0, 1.0 + 8.5]


class TestCells:
    def test_unit_without_a_cell_is_kept_without_values(self):
        areas = areas_of(CLASSES, [AREA_HA[0], [0.0] * 3], cells=(1000, 0))
        budget = budget_of(areas)
        assert np.isnan([budget.ce_t[1], budget.cs_t[1], budget.net_t[1]]).all()
        assert budget.area_ha[1] == 0.0
        (text,) = texts(budget.notes)
        assert text.startswith("1 units hold no cell centre of the raster, and are kept without values: b.")

    def test_unit_with_nodata_only_is_kept_without_values(self):
        areas = areas_of(CLASSES, [AREA_HA[0], [0.0] * 3], nodata_ha=(0.0, 9.0))
        budget = budget_of(areas)
        assert np.isnan(budget.ce_t[1])
        assert budget.nodata_ha[1] == 9.0
        (text,) = texts(budget.notes)
        assert text == "1 units hold no cell with a class, and are kept without values: b."

    def test_unit_with_some_nodata_is_told(self):
        budget = budget_of(areas_of(CLASSES, AREA_HA, nodata_ha=(0.0, 2500.0)))
        assert budget.ce_t == pytest.approx([70.0, 8.0])
        (text,) = texts(budget.notes)
        assert text.startswith("2,500 ha in 1 units have no data and are not accounted (nodata_ha): b.")

    @pytest.mark.parametrize(("cells", "told"), [(1, True), (99, True), (100, False)])
    def test_coarse_grid(self, cells, told):
        notes = budget_of(areas_of(CLASSES, AREA_HA, cells=(1000, cells))).notes
        expected = f"The grid is coarse for 1 units, which hold fewer than 100 cells: b ({cells})."
        assert texts(notes) == ([expected] if told else [])

    def test_long_lists_are_cut(self):
        units = [f"u{i}" for i in range(14)]
        areas = areas_of(("ice",), [[1.0]] * 14, [0] * 14, [0] * 14, [9] * 14)
        (text,) = texts(budget_of(areas, [("ice", 1.0, "t C/ha")], units=units).notes)
        assert text.endswith("u9 (9) and 4 more.")


def counted(values, area_m2, nodata_m2=(0, 0, 0), overlaps=None):
    """Counted codes of two units and outside [m2]."""
    return ClassAreas(
        np.array(values),
        np.array(area_m2, dtype=float),
        np.array(nodata_m2, dtype=float),
        np.array([10, 10, 10]),
        overlaps or {},
    )


class TestClassify:
    mapped = classes_of(_1="forest", _2="forest", _5="water")

    def test_codes_are_summed_to_classes(self):
        areas = counted(
            [1, 2, 5, 9],
            [[1e4, 2e4, 4e4, 8e4], [16e4, 0, 0, 32e4], [64e4, 0, 0, 128e4]],
            nodata_m2=(3e4, 0, 5e4),
        )
        found = classify(areas, self.mapped)
        assert found.classes == ("forest", "water")
        assert found.area_ha.tolist() == [[1 + 2, 4], [16, 0], [64, 0]]
        assert found.unmapped_ha.tolist() == [8, 32, 128]
        assert found.nodata_ha.tolist() == [3, 0, 5]

    def test_listing_of_codes_without_class(self):
        areas = counted([1, 9, 77], [[1e4, 1e7, 0], [0, 2e7, 0], [0, 0, 5e4]])
        # 77 is outside the units only
        assert unmapped_listing(areas, self.mapped) == "9 (3,000 ha)"


class TestAudit:
    mapped = classes_of(_0="water", _1="forest", _2="reef")
    table = coefficients_of(("water", -0.25, "t C/ha"), ("forest", 1.0, "t C/ha"), ("forest", -3.0, "t C/ha"))
    areas = counted([0, 1, 2, 9], [[0, 2e4, 4e4, 8e4], [0, 16e4, 0, 0], [0, 9e9, 9e9, 9e9]], (3e4, 5e4, 9e9))

    def audit(self, areas=None, nodata=None):
        rows, notes = class_audit(areas or self.areas, self.mapped, self.table, nodata)
        return [tuple(row) for row in rows], texts(notes)

    def test_a_row_per_value(self):
        rows, notes = self.audit()
        assert rows == [
            (0, "water", 0.0, "-0.25 t C/ha", ""),
            (1, "forest", 18.0, "1 t C/ha; -3 t C/ha", ""),
            (2, "reef", 4.0, "", "no coefficient"),
            (9, None, 8.0, "", "not in the class table"),
            (None, None, 8.0, "", "cells without data"),  # a mask: 3 + 5
        ]
        assert notes == []

    def test_nodata_that_is_no_class(self):
        rows, notes = self.audit(nodata=255.0)
        assert rows[-1] == (255, None, 8.0, "", "nodata of the raster")
        assert notes == []

    def test_nodata_0_against_class_0(self):
        rows, (text,) = self.audit(nodata=0.0)
        assert [row[0] for row in rows] == [1, 2, 9, 0]
        assert rows[-1] == (0, None, 8.0, "", "nodata of the raster; the class table says 'water'")
        assert "The value 0 is nodata in the raster and 'water' in the class table; its 8 ha" in text

    def test_nodata_0_without_such_cells_is_no_warning(self):
        areas = self.areas._replace(nodata_m2=np.array([0.0, 0.0, 9e9]))
        rows, notes = self.audit(areas, nodata=0.0)
        assert rows[-1][2] == 0.0
        assert notes == []

    @pytest.mark.parametrize("nodata", [NAN, float("inf"), -3.4028234663852886e38, 4294967295.0, 0.5])
    def test_nodata_that_is_no_code(self, nodata):
        rows, _ = self.audit(nodata=nodata)
        assert rows[-1] == (None, None, 8.0, "", "cells without data")

    def test_notes_and_labels_of_the_class_table(self):
        columns = {
            "value": [1, 2],
            "class": ["forest", "reef"],
            "label": ["Woods", ""],
            "note": ["Dense", "Old"],
        }
        mapped = class_map(table_from_columns("classes.csv", columns))
        rows, _ = class_audit(counted([1, 2], [[1e4, 1e4], [0, 0], [0, 0]]), mapped, self.table)
        assert [row.note for row in rows] == ["Woods; Dense", "no coefficient; Old"]

    def test_regional_coefficients_are_a_range(self):
        table = coefficients_of(("N", "forest", 1.0, "t C/ha"), ("S", "forest", 3.0, "t C/ha"), region=True)
        rows, _ = class_audit(counted([1], [[1e4], [0], [0]]), classes_of(_1="forest"), table)
        assert rows[0].coefficients == "1 to 3 t C/ha by region"


@pytest.fixture
def series_of(make_raster, make_polygon):
    """`series_of({2000: values, ...})`: what `budget_series` takes, for two squares side by side.

    The cells are 1000 m wide in an equal-area projection: 100 ha each, to the rounding of the area factor.
    """
    crs = "+proj=laea +lat_0=35 +lon_0=105 +datum=WGS84"

    def make(values, classes=None, table=TABLE, nodata=255, squares=((0, 2), (2, 4)), rows=2):
        series = []
        for year, codes in values.items():
            codes = np.array(codes, dtype=np.uint8)
            path = make_raster(
                codes, (0.0, 1000.0, 0.0, 0.0, 0.0, -1000.0), crs, nodata=nodata, name=f"lc_{year}.tif"
            )
            series.append((year, open_source(path)))
        grid = series[0][1].grid
        polygons = [
            make_polygon([(a * 1e3, 0), (b * 1e3, 0), (b * 1e3, -rows * 1e3), (a * 1e3, -rows * 1e3)])
            for a, b in squares
        ]
        classes = classes or classes_of(_1="cropland", _2="forest", _5="water")
        coefficients = coefficients_of(*table)
        found = coefficients.resolve(classes.classes).for_units(len(squares))
        return {
            "series": series,
            "edges": zone_edges(polygons, grid),
            "areas": cell_areas(grid, planar=True),
            "class_map": classes,
            "coefficients": coefficients,
            "per_hectare": found,
            "units": UNITS[: len(squares)],
        }

    return make


FIRST = [[1, 1, 2, 2, 5], [1, 2, 2, 5, 5]]
SECOND = [[1, 1, 1, 1, 5], [1, 1, 2, 5, 5]]


class TestSeries:
    def test_two_dates(self, series_of):
        years, _ = budget_series(**series_of({2000: FIRST, 2010: SECOND}))
        assert [one.year for one in years] == [2000, 2010]
        # 2000: a has 3 cropland and 1 forest, b 3 forest and 1 water; 100 ha each
        assert years[0].budget.area_ha.tolist() == [400.0, 400.0]
        assert years[0].budget.ce_t == pytest.approx([300 * 0.5, 100 * 2.0], rel=1e-15)
        assert years[0].budget.cs_t == pytest.approx([100 * 0.6, 300 * 0.6 + 100 * 0.5], rel=1e-15)
        # 2010: a has 4 cropland, b 2 cropland, 1 forest, 1 water
        assert years[1].budget.ce_t == pytest.approx([400 * 0.5, 200 * 0.5 + 100 * 2.0], rel=1e-15)
        assert years[1].budget.cs_t == pytest.approx([0.0, 100 * 0.6 + 100 * 0.5], rel=1e-15)

    def test_area_outside_counts_data_only(self, series_of):
        (one,), _ = budget_series(**series_of({2000: [[1, 1, 2, 2, 5], [1, 2, 2, 5, 255]]}))
        assert one.outside_ha == 100.0

    def test_area_outside_counts_codes_without_class(self, series_of):
        (one,), _ = budget_series(**series_of({2000: [[1, 1, 2, 2, 77], [1, 2, 2, 5, 5]]}))
        assert one.outside_ha == 200.0

    def test_note_of_one_date_has_its_year(self, series_of):
        holed = [[255, *SECOND[0][1:]], SECOND[1]]
        _, notes = budget_series(**series_of({2000: FIRST, 2010: holed}))
        no_data = [text for text in texts(notes) if "have no data" in text]
        assert no_data == ["2010: 100 ha in 1 units have no data and are not accounted (nodata_ha): a."]

    def test_note_of_all_dates_is_said_once(self, series_of):
        _, notes = budget_series(**series_of({2000: FIRST, 2010: SECOND}))
        coarse = [text for text in texts(notes) if "coarse" in text]
        assert coarse == ["The grid is coarse for 2 units, which hold fewer than 100 cells: a (4), b (4)."]

    def test_code_without_class_names_code_and_area(self, series_of):
        with pytest.raises(
            InputDataError, match=r"raster values 7 \(100 ha\), 9 \(200 ha\), which cover 300 ha"
        ):
            budget_series(**series_of({2000: [[7, 9, 2, 2, 5], [9, 2, 2, 5, 5]]}))

    def test_class_0_that_is_nodata(self, series_of):
        classes = classes_of(_0="water", _1="cropland", _2="forest", _5="water")
        values = [[0, 1, 2, 2, 5], [1, 2, 2, 5, 5]]
        (one,), notes = budget_series(**series_of({2000: values}, classes, nodata=0))
        assert one.budget.nodata_ha.tolist() == [100.0, 0.0]
        assert any("The value 0 is nodata in the raster and 'water'" in text for text in texts(notes))

    def test_no_unit_on_the_raster(self, series_of):
        with pytest.raises(InputDataError, match=r"No unit holds a cell of the raster lc_2000\.tif"):
            budget_series(**series_of({2000: FIRST}, squares=((50, 60), (60, 70))))

    def test_all_nodata(self, series_of):
        with pytest.raises(InputDataError, match=r"lc_2010\.tif has only missing cells in the units"):
            budget_series(**series_of({2000: FIRST, 2010: np.full((2, 5), 255)}))

    def test_overlap_is_an_error_with_names_and_area(self, series_of):
        with pytest.raises(InputDataError, match=r"'a' and 'b' \(200 ha\)"):
            budget_series(**series_of({2000: FIRST}, squares=((0, 3), (2, 4))))

    def test_overlap_goes_to_the_first(self, series_of):
        (one,), notes = budget_series(**series_of({2000: FIRST}, squares=((0, 3), (2, 4))), overlap="first")
        assert one.budget.area_ha.tolist() == [600.0, 200.0]
        assert any("1 pairs of units overlap" in text for text in texts(notes))

    def test_progress_runs_once_from_0_to_1(self, series_of):
        seen = []
        budget_series(**series_of({2000: FIRST, 2010: SECOND}), progress=seen.append)
        assert seen == sorted(seen)
        assert (seen[0], seen[-1]) == (0.0, 1.0)

    def test_cancel_between_dates(self, series_of):
        def progress(fraction):
            if fraction >= 0.5:
                raise Cancelled

        with pytest.raises(Cancelled):
            budget_series(**series_of({2000: FIRST, 2010: SECOND}), progress=progress)


class TestDensities:
    classes = classes_of(_1="cropland", _2="forest", _5="reef")
    found = coefficients_of(*TABLE).resolve(classes.classes).for_units(2)

    def test_codes_of_units(self):
        # cropland 0.5, forest -0.6, reef none, other codes none
        expected = [[0.5, -0.6, NAN, NAN]] * 2
        assert code_densities(self.classes, self.found, "skip") == pytest.approx(
            np.array(expected), nan_ok=True
        )

    def test_zero_counts_the_rest_as_zero(self):
        assert code_densities(self.classes, self.found, "zero").tolist() == [[0.5, -0.6, 0.0, 0.0]] * 2
