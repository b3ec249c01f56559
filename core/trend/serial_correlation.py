"""Mann-Kendall tests of series whose values depend on the ones before, as pymannkendall has them."""

import math
from typing import NamedTuple

import numpy as np

from ..progress import no_progress

TESTS = (  # in the order of the parameter TEST
    "original",
    "hamed_rao",
    "yue_wang",
    "pre_whitening",
    "trend_free_pre_whitening",
)


class ModifiedTest(NamedTuple):
    """A modified test of series, arrays of shape (series,); NaN = no result.

    Attributes
    ----------
    s, variance, z, p : float arrays
        As in `series.Trend`; of the pre-whitened series where the test pre-whitens.
    broken : bool array
        Series with a gap, or at uneven times.
    unsound : bool array
        Series for which the corrected variance is not positive.
    """

    s: np.ndarray
    variance: np.ndarray
    z: np.ndarray
    p: np.ndarray
    broken: np.ndarray
    unsound: np.ndarray


def modified_test(values, times, trend, test, progress=no_progress):
    """Replace the original test of series by a modified one.

    Parameters
    ----------
    values : float array, shape (times, series)
        NaN = missing.
    times : float array, shape (times,)
        Ascending.
    trend : Trend
        Of the same series; those without a trend stay without. Constant series stay unchanged, p = 1.
    test : str
        One of `TESTS` but the first.
    progress : callable
        Gets the finished fraction, 0 to 1.

    Returns
    -------
    ModifiedTest

    References
    ----------
    Hamed and Rao 1998, J. Hydrol. 204:182; Yue and Wang 2004, Water Resour. Manag. 18:201; Yue and Wang 2002,
    Water Resour. Res. 38:1068. docs/decisions/0053-modified-tests.md.
    """
    import pymannkendall

    tested = getattr(pymannkendall, f"{test}_modification_test")
    s, variance, z, p = (field.copy() for field in (trend.s, trend.variance, trend.z, trend.p))
    broken, unsound = (np.zeros(len(s), dtype=bool) for _ in range(2))
    todo = np.flatnonzero(trend.variance > 0)
    for done, i in enumerate(todo):
        progress(done / len(todo))
        valid = np.isfinite(values[:, i])
        # Whole numbers of years: their differences are exact.
        broken[i] = np.ptp(np.diff(times[valid])) > 0
        if broken[i]:
            s[i] = variance[i] = z[i] = p[i] = np.nan
            continue
        with np.errstate(all="ignore"):
            found = tested(values[valid, i])
        s[i], variance[i], z[i] = found.s, found.var_s, found.z
        unsound[i] = s[i] != 0 and not (variance[i] > 0 and math.isfinite(z[i]))
        if unsound[i]:
            z[i] = np.nan
        p[i] = math.erfc(abs(z[i]) / math.sqrt(2))
    return ModifiedTest(s, variance, z, p, broken, unsound)
