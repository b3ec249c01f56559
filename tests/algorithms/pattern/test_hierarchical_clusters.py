"""Hierarchical clusters: layers and tables in, units with their clusters, profile and dendrogram out."""

import re

import pytest
from landcarbon.algorithms import base
from landcarbon.algorithms.styles.colours import CLUSTERS, NO_ZONE
from qgis.core import QgsVectorLayer

from ..conftest import RunFailed, square

VALUES = (1.0, 9.0, 1.1, 5.0, 9.2, 5.1)


@pytest.fixture
def units(make_layer):
    """Units in a row, with two fields; alike are a and c, b and e, d and f."""

    def units(values=VALUES, shapes="squares", **more):
        fields = {"unit": str, "forest_t": float, "water_t": float} | more
        rows = [
            ("abcdefgh"[i], value, None if value is None else value / 2) for i, value in enumerate(values)
        ]
        places = {
            "squares": [square(i, 0) for i in range(len(rows))],
            "apart": [square(2 * i, 0) for i in range(len(rows))],
            "one missing": [None, *(square(i, 0) for i in range(1, len(rows)))],
            "points": [f"Point({i} 0)" for i in range(len(rows))],
            "none": None,
        }[shapes]
        geometry = "Point" if shapes == "points" else "Polygon"
        return make_layer(fields, rows, places, geometry=geometry)

    return units


@pytest.fixture
def clusters(run, rows):
    """Run on an input; the rows of OUTPUT."""

    def clusters(source, fields=("forest_t", "water_t"), **parameters):
        parameters = {"CLUSTERS": 3, "OUTPUT": "memory:", **parameters}
        done = run("hierarchicalclusters", INPUT=source, FIELDS=list(fields), **parameters)
        return rows(done.results["OUTPUT"])

    return clusters


def numbers(table):
    return [row["cluster"] for row in table]


def test_units_get_their_clusters(clusters, units):
    table = clusters(units())
    assert numbers(table) == [1, 2, 1, 3, 2, 3]
    assert list(table[0]) == ["forest_t", "water_t", "unit", "cluster"]


@pytest.mark.parametrize("linkage", range(4))
def test_linkages(clusters, units, linkage):
    assert numbers(clusters(units(), LINKAGE=linkage)) == [1, 2, 1, 3, 2, 3]


def test_numbers_as_they_are(clusters, make_layer):
    rows = [(0.0, 0.0), (0.0, 900.0), (9.0, 1.0), (9.0, 901.0)]
    layer = make_layer({"a": float, "b": float}, rows)
    assert numbers(clusters(layer, ["a", "b"], CLUSTERS=2, STANDARDISE=False)) == [1, 2, 1, 2]


def test_units_without_a_value_are_kept_without_a_cluster(clusters, units, feedback):
    assert numbers(clusters(units((*VALUES, None)))) == [1, 2, 1, 3, 2, 3, None]
    assert any("1 of 7 units lack a value" in text for text in feedback.warnings)


def test_a_constant_field_is_dropped_with_a_warning(clusters, make_layer, feedback):
    layer = make_layer({"a": float, "zero": float}, [(value, 0.0) for value in VALUES])
    assert numbers(clusters(layer, ["a", "zero"])) == [1, 2, 1, 3, 2, 3]
    assert any("1 fields are constant" in text and "zero" in text for text in feedback.warnings)


def test_only_neighbours_merge(clusters, units):
    # alike units are no neighbours: only runs of the row are clusters
    found = numbers(clusters(units(), LINKAGE=1, CONTIGUOUS=True))
    assert found == sorted(found)
    assert set(found) == {1, 2, 3}


def test_every_year_has_its_clusters(clusters, make_layer):
    rows = [(year, value * (1 if year == 2000 else -1)) for year in (2000, 2010) for value in VALUES[:4]]
    rows[-1] = (2010, -9.1)
    layer = make_layer({"year": int, "a": float}, rows)
    table = clusters(layer, ["a"], CLUSTERS=2)
    assert [row["year"] for row in table] == [2000] * 4 + [2010] * 4
    assert numbers(table) == [1, 2, 1, 1, 1, 2, 1, 2]


def test_a_key_field_of_another_name_is_unit_in_the_output(clusters, make_layer):
    layer = make_layer({"code": int, "a": float}, [(110000 + i, value) for i, value in enumerate(VALUES)])
    table = clusters(layer, ["a"], UNIT_FIELD="code")
    assert (table[0]["unit"], table[0]["code"]) == ("110000", 110000)


def test_a_field_of_the_name_of_the_result_is_renamed(clusters, units):
    fields = clusters(units(cluster=int))[0]
    assert list(fields) == ["forest_t", "water_t", "cluster_1", "unit", "cluster"]


def test_profile(run, rows, units):
    done = run(
        "hierarchicalclusters",
        INPUT=units(),
        FIELDS=["forest_t"],
        CLUSTERS=3,
        OUTPUT="memory:",
        PROFILE="memory:",
    )
    table = rows(done.results["PROFILE"])
    assert list(table[0]) == ["cluster", "units", "field", "mean", "sd", "min", "max", "z_mean"]
    assert [(row["cluster"], row["units"], row["mean"]) for row in table] == [
        (1, 2, pytest.approx(1.05)),
        (2, 2, pytest.approx(9.1)),
        (3, 2, pytest.approx(5.05)),
    ]


# Style


def test_clusters_are_drawn_in_their_colours(run, units, tmp_path):
    path = str(tmp_path / "clusters.gpkg")
    run(
        "hierarchicalclusters",
        INPUT=units((*VALUES, None)),
        FIELDS=["forest_t"],
        CLUSTERS=3,
        OUTPUT=path,
    )
    layer = QgsVectorLayer(path, "clusters", "ogr")
    found = [
        (category.value(), category.label(), category.symbol().color().name())
        for category in layer.renderer().categories()
    ]
    assert found[:-1] == [(i + 1, f"Cluster {i + 1}", CLUSTERS[i]) for i in range(3)]
    assert found[-1][1:] == ("No cluster", NO_ZONE)


def test_points_are_drawn_in_their_colours(run, units, tmp_path):
    path = str(tmp_path / "clusters.gpkg")
    run(
        "hierarchicalclusters",
        INPUT=units(shapes="points"),
        FIELDS=["forest_t"],
        CLUSTERS=3,
        OUTPUT=path,
    )
    layer = QgsVectorLayer(path, "clusters", "ogr")
    colours = [one.symbol().color().name() for one in layer.renderer().categories()]
    assert colours == list(CLUSTERS[:3])


# Bad input


def test_text_as_a_number(clusters, units):
    with pytest.raises(RunFailed, match="feature 1, column 'unit': 'a' is not a number"):
        clusters(units(), ["unit"])


def test_more_clusters_than_units_that_differ(clusters, units):
    with pytest.raises(RunFailed, match="7 clusters are asked for, and only 6 units differ"):
        clusters(units(), CLUSTERS=7)


def test_linkage_that_neighbours_rule_out(clusters, units):
    with pytest.raises(RunFailed, match="by ward or single linkage, not by average"):
        clusters(units(), CONTIGUOUS=True)


def test_units_that_do_not_touch(clusters, units):
    with pytest.raises(RunFailed, match="The units are 6 parts that do not touch, and 3 clusters"):
        clusters(units(shapes="apart"), LINKAGE=1, CONTIGUOUS=True)


@pytest.mark.parametrize("shapes", ["points", "none"])
def test_neighbours_without_polygons(clusters, units, shapes):
    with pytest.raises(RunFailed, match="units has no polygons, so no unit touches another"):
        clusters(units(shapes=shapes), LINKAGE=1, CONTIGUOUS=True)


def test_neighbours_of_a_unit_without_a_polygon(clusters, units):
    with pytest.raises(RunFailed, match="feature 1 has no polygon, so it touches no other"):
        clusters(units(shapes="one missing"), LINKAGE=1, CONTIGUOUS=True)


def test_without_scipy_it_says_so_before_it_runs(provider, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    ready, reason = provider.algorithm("hierarchicalclusters").create().canExecute()
    assert not ready
    assert "needs the Python package scipy" in reason


@pytest.mark.parametrize(
    ("lacking", "parameters", "expected"),
    [
        ("sklearn", {"CONTIGUOUS": True, "LINKAGE": 1}, "Clusters of neighbours needs .* scikit-learn"),
        ("jinja2", {"DENDROGRAM": "tree.html"}, "The dendrogram needs the Python package jinja2"),
    ],
)
def test_missing_package_is_an_error_before_anything_is_read(
    clusters, units, monkeypatch, tmp_path, lacking, parameters, expected
):
    if "DENDROGRAM" in parameters:
        parameters = {"DENDROGRAM": str(tmp_path / "tree.html")}
    monkeypatch.setattr(base, "find_spec", lambda name: None if name == lacking else True)
    with pytest.raises(RunFailed, match=expected):
        clusters(units((1.0,)), **parameters)


# Dendrogram


@pytest.fixture
def page(clusters, tmp_path):
    """Run on an input; the text of the page."""

    def page(source, **parameters):
        path = tmp_path / "tree.html"
        clusters(source, DENDROGRAM=str(path), **parameters)
        return path.read_text(encoding="utf-8")

    return page


def test_dendrogram_has_all_units_with_their_clusters(page, units):
    labels = re.findall(r">(\w \(\d\))</text>", page(units()))
    assert sorted(labels) == ["a (1)", "b (2)", "c (1)", "d (3)", "e (2)", "f (3)"]


def test_units_without_a_key_are_called_by_their_places(page, make_layer, feedback):
    text = page(make_layer({"forest_t": float, "water_t": float}, [(v, v * v) for v in VALUES]))
    assert ">feature 1 (1)</text>" in text
    assert any("has no field 'unit'" in info for info in feedback.infos)


def test_dendrogram_of_many_units_shows_the_last_merges(page, make_layer):
    rows = [(f"u{i}", float(i % 3) + i * 1e-4, float(i % 7)) for i in range(200)]
    text = page(make_layer({"unit": str, "forest_t": float, "water_t": float}, rows))
    labels = re.findall(r">(u\d+(?: and \d+ more)? \(\d\))</text>", text)
    assert len(labels) == 80
    counts = [int(more) for more in re.findall(r"and (\d+) more \(", "".join(labels))]
    assert sum(counts) == 120


def test_page_lists_the_members_and_the_profile(page, units):
    text = page(units())
    assert "</span>1</td>" in text
    assert "<td>a, c</td>" in text
    assert "Linkage: Average between groups. Units are compared by z-scores" in text
    assert text.count("<svg") == 2


def test_page_of_parts_that_do_not_touch(page, make_layer):
    shapes = [square(x, 0) for x in (0, 1, 2, 10, 11, 12)]
    layer = make_layer({"unit": str, "forest_t": float}, list(zip("abcdef", VALUES, strict=True)), shapes)
    text = page(layer, fields=["forest_t"], LINKAGE=1, CONTIGUOUS=True)
    assert "2 parts that do not touch" in text
    assert ">inf<" not in text and "nan" not in text
