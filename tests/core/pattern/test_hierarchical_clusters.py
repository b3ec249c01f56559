"""Hierarchical clusters against scipy called by hand, and contiguous ones against all there are."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.hierarchical_clusters import (
    LINKAGES,
    MOST_UNITS,
    cut_merges,
    hierarchical_clusters,
)
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix, diags
from scipy.spatial.distance import pdist


@pytest.fixture
def fields():
    """`fields(units, seed)`: three fields of very different size."""

    def fields(units=40, seed=1):
        dice = np.random.default_rng(seed)
        return {"a": dice.normal(size=units), "b": 1e6 * dice.gamma(2, 1, units), "c": dice.random(units)}

    return fields


def chain(units, gaps=()):
    """Neighbours of units in a row; no contact after the units of `gaps`."""
    links = np.ones(units - 1)
    links[list(gaps)] = 0
    matrix = csr_matrix(diags([links, links], [-1, 1]))
    matrix.eliminate_zeros()
    return matrix


def same_groups(one, other):
    return len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))


@pytest.mark.parametrize("method", LINKAGES)
def test_clusters_equal_scipy(fields, method):
    own = fields()
    values = np.array(list(own.values())).T
    scores = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    distances = pdist(scores, "euclidean" if method == "ward" else "sqeuclidean")
    expected = linkage(distances, method)
    found = hierarchical_clusters(own, 5, method)
    assert found.merges == pytest.approx(expected, rel=1e-10)
    assert same_groups(found.cluster, fcluster(expected, 5, "maxclust"))


def test_not_standardised_large_fields_decide(fields):
    own = fields()
    found = hierarchical_clusters(own, 4, standardise=False)
    expected = linkage(pdist(np.array(list(own.values())).T, "sqeuclidean"), "average")
    assert same_groups(found.cluster, fcluster(expected, 4, "maxclust"))
    assert not same_groups(found.cluster, hierarchical_clusters(own, 4).cluster)


def test_units_of_fields_do_not_matter_once_standardised(fields):
    own = fields()
    scaled = {"a": own["a"] * 1000 - 7, "b": own["b"] / 44 * 12, "c": own["c"] + 1e3}
    first, second = (hierarchical_clusters(one, 6).cluster.tolist() for one in (own, scaled))
    assert first == second


def test_clusters_are_numbered_by_their_first_units():
    found = hierarchical_clusters({"a": np.array([9.0, 1, 9.5, 5, 1.2, 5.3])}, 3)
    assert found.cluster.tolist() == [1, 2, 1, 3, 2, 3]


def test_the_number_of_clusters_is_exact_where_distances_are_equal():
    found = hierarchical_clusters({"a": np.arange(6.0)}, 4, "single")
    assert len(set(found.cluster)) == 4
    assert any("at the same distance; which of the two comes first is chance" in n.text for n in found.notes)


def test_no_tie_is_claimed_where_there_is_none(fields):
    assert hierarchical_clusters(fields(), 5).notes == ()


def test_as_many_clusters_as_units():
    assert hierarchical_clusters({"a": np.array([3.0, 1, 2])}, 3).cluster.tolist() == [1, 2, 3]


def test_cut_of_merges_by_hand():
    # 0 + 2, 1 + 3, then both
    merges = np.array([[0, 2, 1, 2], [1, 3, 2, 2], [4, 5, 9, 4]], dtype=float)
    assert [cut_merges(merges, count).tolist() for count in (4, 3, 2, 1)] == [
        [1, 2, 3, 4],
        [1, 2, 1, 3],
        [1, 2, 1, 2],
        [1, 1, 1, 1],
    ]


def test_profile_by_hand():
    found = hierarchical_clusters({"a": np.array([1.0, 9, 3])}, 2)
    # mean 13 / 3, sample deviation sqrt(52 / 3)
    deviation = (52 / 3) ** 0.5
    table = found.profile
    assert (table["cluster"], table["units"], table["field"]) == ([1, 2], [2, 1], ["a", "a"])
    assert (table["mean"], table["min"], table["max"]) == ([2, 9], [1, 9], [3, 9])
    assert table["sd"][0] == pytest.approx(2**0.5)
    assert np.isnan(table["sd"][1])
    assert table["z_mean"] == pytest.approx([(2 - 13 / 3) / deviation, (9 - 13 / 3) / deviation])


# Neighbours


@pytest.mark.parametrize("method", ["ward", "single"])
def test_where_all_touch_contiguous_clusters_are_those_of_scipy(fields, method):
    own = fields()
    everyone = csr_matrix(np.ones((40, 40)) - np.eye(40))
    found = hierarchical_clusters(own, 5, method, neighbours=everyone)
    expected = hierarchical_clusters(own, 5, method)
    assert found.cluster.tolist() == expected.cluster.tolist()
    assert found.merges[:, 2] == pytest.approx(expected.merges[:, 2], rel=1e-9)


def greedy(values, neighbours, count, distance):
    """Merge the nearest two clusters that touch until `count` are left, by trying all pairs."""
    touches = neighbours.toarray() > 0
    clusters = [[unit] for unit in range(len(values))]
    while len(clusters) > count:
        pairs = [
            (distance(values[one], values[other]), i, j)
            for i, one in enumerate(clusters)
            for j, other in enumerate(clusters)
            if i < j and touches[np.ix_(one, other)].any()
        ]
        _, i, j = min(pairs)
        clusters[i] += clusters.pop(j)
    code = np.zeros(len(values), dtype=int)
    for number, members in enumerate(clusters):
        code[members] = number
    return code


def rise(one, other):
    """Ward: rise of the sum of squares."""
    apart = ((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum()
    return len(one) * len(other) / (len(one) + len(other)) * apart


def nearest(one, other):
    return min(((a - b) ** 2).sum() for a in one for b in other)


@pytest.mark.parametrize("gaps", [(), (7, 20)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_wards_contiguous_clusters_equal_a_search_of_all_pairs(fields, seed, gaps):
    own, neighbours = fields(30, seed), chain(30, gaps)
    values = np.array(list(own.values())).T
    scores = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    found = hierarchical_clusters(own, 6, "ward", neighbours=neighbours)
    assert same_groups(found.cluster, greedy(scores, neighbours, 6, rise))


def test_single_contiguous_clusters_cut_the_longest_links():
    # in a row, single linkage cuts where neighbours differ most, by 10 and by 7
    values = np.array([0.0, 1, 2, 12, 13, 14, 21, 22])
    found = hierarchical_clusters({"a": values}, 3, "single", neighbours=chain(8))
    assert found.cluster.tolist() == [1, 1, 1, 2, 2, 2, 3, 3]
    # its merges are at squared distances, as those without neighbours
    deviation = values.std(ddof=1)
    assert found.merges[-2:, 2] == pytest.approx([(7 / deviation) ** 2, (10 / deviation) ** 2])


def test_contiguous_clusters_are_connected(fields):
    from scipy.sparse.csgraph import connected_components

    neighbours = chain(40)
    found = hierarchical_clusters(fields(), 7, "ward", neighbours=neighbours)
    for number in range(1, 8):
        inside = np.flatnonzero(found.cluster == number)
        assert connected_components(neighbours[inside][:, inside])[0] == 1


def test_alike_units_far_apart_do_not_merge():
    values = {"a": np.array([0.0, 5, 0.1, 5.1])}
    assert hierarchical_clusters(values, 2, "ward").cluster.tolist() == [1, 2, 1, 2]
    found = hierarchical_clusters(values, 3, "ward", neighbours=chain(4, gaps=[1]))
    assert found.cluster.tolist() in ([1, 2, 3, 3], [1, 1, 2, 3])


def test_parts_that_do_not_touch_never_merge(fields):
    found = hierarchical_clusters(fields(), 3, "ward", neighbours=chain(40, gaps=[9]))
    assert set(found.cluster[:10]) & set(found.cluster[10:]) == set()
    assert np.isinf(found.merges[-1, 2])
    assert found.notes[0].text == "The units are 2 parts that do not touch and never merge."


def test_an_island_is_a_cluster_of_its_own(fields):
    found = hierarchical_clusters(fields(), 3, "ward", neighbours=chain(40, gaps=[38]))
    assert (found.cluster == found.cluster[39]).sum() == 1


def test_merges_that_only_became_possible_are_noted():
    # 0 and 0.2 do not touch; after 1 has joined one of them, the other is nearer than 1 was
    values = {"a": np.array([0.0, 3.0, 0.2, 50.0])}
    found = hierarchical_clusters(values, 2, "ward", neighbours=chain(4))
    heights = found.merges[:, 2]
    assert heights[1] < heights[0]
    assert found.notes[0].text.startswith("1 merges of neighbours are nearer than one within them")


def test_fewer_clusters_than_parts(fields):
    with pytest.raises(InputDataError, match="The units are 3 parts that do not touch, and 2 clusters"):
        hierarchical_clusters(fields(), 2, "ward", neighbours=chain(40, gaps=[5, 20]))


@pytest.mark.parametrize("method", ["average", "complete"])
def test_linkages_that_neighbours_rule_out(fields, method):
    with pytest.raises(InputDataError, match=f"by ward or single linkage, not by {method}; choose"):
        hierarchical_clusters(fields(), 3, method, neighbours=chain(40))


def test_a_unit_that_lacks_a_value_parts_its_neighbours(fields):
    own = fields()
    own["a"][20] = np.nan
    found = hierarchical_clusters(own, 2, "ward", neighbours=chain(40))
    assert found.cluster.tolist() == [1] * 20 + [0] + [2] * 19


# Missing values and bad input


def test_units_with_a_missing_value_have_no_cluster_and_are_reported(fields):
    own = fields()
    expected = hierarchical_clusters({name: values[1:] for name, values in own.items()}, 4)
    own["b"][0] = np.nan
    found = hierarchical_clusters(own, 4)
    assert found.cluster.tolist() == [0, *expected.cluster]
    assert found.units.tolist() == list(range(1, 40))
    assert found.notes[0].text.startswith("1 of 40 units lack a value")


def test_a_constant_field_is_dropped_with_a_warning(fields):
    own = fields()
    found = hierarchical_clusters({**own, "zero": np.zeros(40)}, 4)
    assert found.fields == ("a", "b", "c")
    assert found.cluster.tolist() == hierarchical_clusters(own, 4).cluster.tolist()
    (note,) = found.notes
    assert note.text == "1 fields are constant and tell no units apart; they are left out: zero."


def test_all_fields_constant():
    with pytest.raises(InputDataError, match="All fields are constant: a, b"):
        hierarchical_clusters({"a": np.ones(4), "b": np.zeros(4)}, 2)


def test_more_clusters_than_units_that_differ():
    with pytest.raises(InputDataError, match="4 clusters are asked for, and only 3 units differ"):
        hierarchical_clusters({"a": np.array([1.0, 1, 2, 3])}, 4)


def test_fewer_than_two_clusters(fields):
    with pytest.raises(InputDataError, match="ask for 2 or more"):
        hierarchical_clusters(fields(), 1)


def test_fewer_than_three_units():
    with pytest.raises(InputDataError, match="2 of 2 units have all values"):
        hierarchical_clusters({"a": np.arange(2.0)}, 2)


def test_more_units_than_fit_into_memory():
    with pytest.raises(InputDataError, match="distances between more than 15000 do not fit"):
        hierarchical_clusters({"a": np.arange(MOST_UNITS + 1.0)}, 2)


def test_inputs_are_not_changed(fields):
    own = fields()
    before = {name: values.copy() for name, values in own.items()}
    hierarchical_clusters(own, 3, "ward", neighbours=chain(40))
    assert all((own[name] == before[name]).all() for name in own)
