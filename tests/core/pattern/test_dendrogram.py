"""The layout of a tree of merges."""

import numpy as np
from landcarbon.core.pattern.dendrogram import dendrogram

# 0 + 2 at 1, 3 + 4 at 2, (3, 4) + 1 at 5, all at 9
MERGES = np.array([[0, 2, 1, 2], [3, 4, 2, 2], [1, 6, 5, 3], [5, 7, 9, 5]], dtype=float)


def test_leaves_are_in_order_of_their_first_units():
    assert dendrogram(MERGES, 10).leaves == [[0], [2], [1], [3], [4]]


def test_brackets_join_the_middles_of_what_they_merge():
    # places: 0 -> 0, 2 -> 1, 1 -> 2, 3 -> 3, 4 -> 4
    assert dendrogram(MERGES, 10).brackets == [
        (0, 1, 0.0, 0.0, 1.0, 0),
        (3, 4, 0.0, 0.0, 2.0, 1),
        (2, 3.5, 0.0, 2.0, 5.0, 2),
        (0.5, 2.75, 1.0, 5.0, 9.0, 3),
    ]


def test_the_first_merges_are_leaves_where_there_are_too_many_units():
    tree = dendrogram(MERGES, 3)
    assert tree.leaves == [[0, 2], [1], [3, 4]]
    assert tree.brackets == [(1, 2, 0.0, 2.0, 5.0, 2), (0, 1.5, 1.0, 5.0, 9.0, 3)]


def test_no_lines_cross_in_a_chain_of_thousands():
    # each unit joins those before it: as deep as a tree can be
    units = 5000
    before = np.concatenate([[0], np.arange(units, 2 * units - 2)])
    merges = np.array([before, np.arange(1, units), np.arange(1, units), np.arange(2, units + 1)]).T
    tree = dendrogram(merges.astype(float), units)
    assert tree.leaves == [[unit] for unit in range(units)]
