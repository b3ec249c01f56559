"""Simple ratio, FPAR and APAR against values worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.productivity.light import absorbed_radiation, fpar, simple_ratio, stretched_fpar

NDVI = st.floats(-1, 0.9999)


def test_simple_ratio_by_hand():
    # (1 - 0.5) / (1 + 0.5), 1 / 1, 1.6 / 0.4, 1.9 / 0.1
    found = simple_ratio(np.array([-0.5, 0.0, 0.6, 0.9]))
    assert found == pytest.approx([1 / 3, 1, 4, 19], rel=1e-12)


@pytest.mark.parametrize(
    ("ndvi", "ratio"),
    [(0.738, 6.63), (0.647, 4.67), (0.747, 6.91), (0.676, 5.17), (0.636, 4.49), (0.634, 4.46)],
)
def test_simple_ratio_of_the_limits_of_zhu(ndvi, ratio):
    # Zhu et al. 2007 print both; half of the last digit of NDVI is 0.0005 * 2 / (1 - NDVI)^2 of SR
    tolerance = 0.005 + 0.001 / (1 - ndvi) ** 2
    assert simple_ratio(np.array([ndvi]))[0] == pytest.approx(ratio, abs=tolerance)


def test_fpar_of_an_index_is_linear_between_its_limits():
    # 0.001 + 0.949 * (0, 1/4, 1)
    found = stretched_fpar(np.array([0.1, 0.2, 0.5]), 0.1, 0.5)
    assert found == pytest.approx([0.001, 0.23825, 0.95], rel=1e-12)


def test_fpar_never_leaves_its_bounds():
    assert stretched_fpar(np.array([-1.0, 0.99]), 0.1, 0.5).tolist() == [0.001, 0.95]


def test_fpar_of_equal_limits_is_the_least():
    assert stretched_fpar(np.array([0.1, 0.3, 0.8]), 0.3, 0.3).tolist() == [0.001, 0.001, 0.001]


def test_limits_may_differ_from_cell_to_cell():
    found = stretched_fpar(np.array([0.3, 0.3]), np.array([0.1, 0.2]), np.array([0.5, 0.4]))
    assert found == pytest.approx([0.4755, 0.4755], rel=1e-12)


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [
        (1.0, 0.4755),  # (0.3 - 0.1) / 0.4 * 0.949 + 0.001
        # SR: 13/7, of 11/9 and 3: (13/7 - 11/9) / (16/9) = 5/14
        (0.0, 5 / 14 * 0.949 + 0.001),
        (0.5, (0.4755 + 5 / 14 * 0.949 + 0.001) / 2),
        (0.25, 0.25 * 0.4755 + 0.75 * (5 / 14 * 0.949 + 0.001)),
    ],
)
def test_fpar_by_hand(alpha, expected):
    assert fpar(np.array([0.3]), 0.1, 0.5, alpha)[0] == pytest.approx(expected, rel=1e-12)


@given(NDVI, NDVI, NDVI, st.floats(0, 1))
def test_fpar_is_from_0_001_to_0_95(ndvi, one, other, alpha):
    found = fpar(np.array([ndvi]), min(one, other), max(one, other), alpha)[0]
    assert 0.001 * (1 - 1e-12) <= found <= 0.95 * (1 + 1e-12)


def test_missing_ndvi_has_no_fpar():
    assert np.isnan(fpar(np.array([np.nan]), 0.1, 0.5)).all()


def test_absorbed_radiation_is_half_of_what_the_canopy_gets():
    # 400 * 0.5 * 0.5, 600 * 0.95 * 0.5
    found = absorbed_radiation(np.array([400.0, 600.0]), np.array([0.5, 0.95]))
    assert found == pytest.approx([100, 285], rel=1e-12)
