"""Weighted means: exact in any order."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.productivity.area_mean import AreaMean, area_weights
from landcarbon.core.raster.blocks import Window
from landcarbon.core.raster.grid import ExactAreas


def mean_of(values, weights):
    mean = AreaMean()
    mean.add(np.array(values, dtype=float), np.array(weights, dtype=np.int64))
    return mean


def test_mean_by_hand():
    # (100 * 1 - 50 * 3) / 4
    assert mean_of([100, -50], [1, 3]).value == -12.5


def test_no_cell_has_no_mean():
    assert math.isnan(AreaMean().value)


@given(st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(0, 2**26)), min_size=1), st.data())
def test_any_cut_gives_the_exact_mean(cells, data):
    values, weights = ([cell[i] for cell in cells] for i in (0, 1))
    cut = data.draw(st.integers(0, len(cells)))
    mean = mean_of([value / 1024 for value in values[:cut]], weights[:cut])
    mean.merge(mean_of([value / 1024 for value in values[cut:]], weights[cut:]))
    if sum(weights) == 0:
        assert math.isnan(mean.value)
    else:
        exact = Fraction(sum(v * w for v, w in zip(values, weights, strict=True)), 1024 * sum(weights))
        assert mean.value == pytest.approx(float(exact), rel=1e-15, abs=0)


def test_sums_of_large_cells_do_not_overflow():
    count = 100_000
    mean = mean_of(np.full(count, 9000.0), np.full(count, 2**26))
    assert mean.value == 9000.0


def test_cells_weigh_by_the_area_of_their_row():
    areas = ExactAreas.of_rows([1.0, 2.0, 4.0])
    weights = area_weights(areas, Window(5, 1, 2, 2), np.array([0, 1, 3]))  # rows 1, 1, 2
    assert (weights / weights[0]).tolist() == [1.0, 1.0, 2.0]


def test_cells_without_areas_weigh_the_same():
    assert area_weights(None, Window(0, 0, 2, 2), np.array([0, 3])).tolist() == [1, 1]
