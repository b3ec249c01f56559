"""Benjamini and Hochberg's false discovery rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.false_discovery import PValues


def significant(level, *parts):
    p_values = PValues()
    for part in parts:
        p_values.add(np.asarray(part, dtype=float))
    return p_values.largest_significant(level)


def test_example_of_benjamini_and_hochberg():
    # The 15 p values of their section 4 (1995): at 0.05 the four smallest are significant, as the fourth is
    # the last at or below its bound, 0.0095 <= 4 / 15 * 0.05 = 0.0133, and 0.0201 > 5 / 15 * 0.05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert significant(0.05, p) == 0.0095


def test_one_above_its_bound_counts_where_a_later_one_passes():
    # bounds 0.0125, 0.025, 0.0375, 0.05: 0.03 is above its own, 0.04 above 0.0375, 0.05 is at its bound
    assert significant(0.05, [0.01, 0.03, 0.04, 0.05]) == 0.05


def test_equal_values_have_the_rank_of_the_last():
    # 0.04 three times: ranks 2 to 4, and 0.04 <= 4 / 5 * 0.05
    assert significant(0.05, [0.001, 0.04, 0.04, 0.04, 1.0]) == 0.04


def test_none_is_significant():
    assert significant(0.05, [0.2, 0.5, 1.0]) == -1


def test_all_are_significant():
    assert significant(0.05, [0.001, 0.05]) == 0.05


def test_missing_values_are_no_tests():
    # 0.04 of one test passes; with the two missing ones its bound would be 1 / 3 * 0.05
    assert significant(0.05, [np.nan, 0.04, np.nan]) == 0.04


def test_nothing_tested():
    assert significant(0.05, [np.nan]) == -1
    assert significant(0.05) == -1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.04, 0.3, 1.0]), max_size=40), st.data())
def test_parts_and_their_order_change_nothing(p, data):
    shuffled = data.draw(st.permutations(p))
    cut = data.draw(st.integers(0, len(p)))
    assert significant(0.05, p) == significant(0.05, shuffled[:cut], shuffled[cut:])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from([0.01, 0.05, 0.2]))
def test_same_rejections_as_statsmodels(p, level):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    rejected = multitest.multipletests(p, level, method="fdr_bh")[0]
    assert (np.array(p) <= significant(level, p)).tolist() == rejected.tolist()
