"""Geographic detector against py-geodetector, scipy and arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landcarbon.core.errors import InputDataError
from landcarbon.core.pattern.geodetector import geodetector, interaction_type
from landcarbon.core.pattern.strata import Factor, coded

FACTORS = ("type", "region", "level")


@pytest.fixture(scope="module")
def disease():
    """The example of py-geodetector: response and factors of 185 units."""
    data = pytest.importorskip("geodetector").load_example_data()
    factors = [coded(name, data[name].astype(str).tolist()) for name in FACTORS]
    return data, data["incidence"].to_numpy(), factors


@pytest.fixture
def detect():
    """`detect(response, a=[...], b=[...])`: the detectors on given strata."""

    def detect(response, **factors):
        given = [coded(name, list(map(str, values))) for name, values in factors.items()]
        return geodetector(np.asarray(response, dtype=float), given, [], [])

    return detect


def by_factor(table, column):
    return dict(zip(table["factor"], table[column], strict=True))


# Published


def test_q_of_the_published_example(disease):
    _, response, factors = disease
    found = geodetector(response, factors, [], [])
    assert by_factor(found.factor_q, "q") == pytest.approx(
        {"type": 0.385717, "region": 0.637774, "level": 0.606709}, abs=1e-6
    )
    assert found.factor_q["p_wang"][0] == pytest.approx(0.363236, abs=1e-6)


def test_interactions_of_the_published_example(disease):
    _, response, factors = disease
    found = geodetector(response, factors, [], []).interactions
    assert list(zip(found["factor_1"], found["factor_2"], strict=True)) == [
        ("type", "region"),
        ("type", "level"),
        ("region", "level"),
    ]
    assert found["q12"] == pytest.approx([0.735681, 0.663524, 0.713597], abs=1e-6)
    assert set(found["type"]) == {"bi-enhance"}


def test_q_and_p_wang_equal_py_geodetector(disease):
    peer = pytest.importorskip("geodetector").GeoDetector
    data, response, factors = disease
    found = geodetector(response, factors, [], [])
    expected = peer(data, "incidence", FACTORS).factor_detector()
    assert found.factor_q["q"] == pytest.approx(
        expected.loc["q statistic", list(FACTORS)].tolist(), rel=1e-10
    )
    assert found.factor_q["p_wang"] == pytest.approx(
        expected.loc["p value", list(FACTORS)].tolist(), rel=1e-8
    )


# By arithmetic


def test_q_by_hand(detect):
    # strata (1, 2) and (7, 8): within 0.5 + 0.5, total 3.5^2 + 2.5^2 twice = 37
    found = detect([1, 2, 7, 8], a=list("aabb"))
    assert found.factor_q["q"] == [pytest.approx(1 - 1 / 37, rel=1e-14)]
    # F = (4 - 2) / (2 - 1) * q / (1 - q) = 2 * 36
    assert found.factor_q["f"] == [pytest.approx(72.0, rel=1e-12)]


def test_p_is_that_of_an_analysis_of_variance(detect):
    from scipy.stats import f_oneway

    dice = np.random.default_rng(1)
    strata = np.repeat([0, 1, 2, 3], [3, 10, 20, 7])
    response = dice.normal(strata * 0.4, 1)
    expected = f_oneway(*(response[strata == one] for one in range(4)))
    found = detect(response, a=strata).factor_q
    assert (found["f"][0], found["p"][0]) == pytest.approx(tuple(expected), rel=1e-10)


def test_strata_that_explain_everything(detect):
    found = detect([1, 1, 5, 5], a=list("aabb"))
    assert found.factor_q["q"] == [1.0]
    assert found.factor_q["p"] == [0.0]
    assert np.isnan(found.factor_q["f"][0])


def test_strata_that_explain_nothing(detect):
    found = detect([1, 2, 1, 2], a=list("aabb"))
    assert found.factor_q["q"] == [pytest.approx(0.0, abs=1e-15)]
    assert found.factor_q["p"] == [pytest.approx(1.0)]


def test_crossed_strata_of_one_unit_have_no_variance_and_are_counted(detect):
    # a x b: (1, 2), (4), (5), (6, 9): within 0.5 + 0 + 0 + 4.5
    response = np.array([1, 2, 4, 5, 6, 9.0])
    found = detect(response, a=list("xxxyyy"), b=list("ppqpqq")).interactions
    total = 163 - 27**2 / 6  # sum of squares less that of the mean
    assert found["q12"] == [pytest.approx(1 - 5.0 / total, rel=1e-14)]
    assert found["cells_of_one"] == [2]


def test_risk_detector_is_welchs_t(detect):
    from scipy.stats import ttest_ind

    a, b, c = [1, 2, 4.0], [7, 8.5, 8, 12], [3, 3.5]
    found = detect([*a, *b, *c], level=list("aaabbbbcc")).risk
    assert list(zip(found["stratum_1"], found["stratum_2"], strict=True)) == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    expected = [ttest_ind(*pair, equal_var=False) for pair in ((a, b), (a, c), (b, c))]
    assert found["t"] == pytest.approx([test.statistic for test in expected], rel=1e-12)
    assert found["p"] == pytest.approx([test.pvalue for test in expected], rel=1e-10)
    assert (found["units_1"], found["units_2"]) == ([3, 3, 4], [4, 2, 2])
    assert found["mean_1"][0] == pytest.approx(7 / 3)
    assert found["difference"][1] == pytest.approx(7 / 3 - 3.25)


def test_risk_of_strata_without_variance_has_no_t(detect):
    found = detect([1, 1, 5, 5, 9, 8], a=list("aabbcc")).risk
    assert np.isnan(found["t"][0]) and np.isnan(found["p"][0])
    assert np.isfinite(found["t"][1])


def test_ecological_detector_by_hand(detect):
    from scipy.stats import f as fisher

    # a: within (1, 2, 4) 14/3 + (5, 6, 9) 26/3; b: (1, 4, 6) 38/3 + (2, 5, 9) 74/3
    found = detect([1, 2, 4, 5, 6, 9], a=list("xxxyyy"), b=list("pqpqpq")).ecological
    assert (found["ssw_1"], found["ssw_2"]) == ([pytest.approx(40 / 3)], [pytest.approx(112 / 3)])
    assert found["f"] == [pytest.approx(40 / 112)]
    assert found["p"] == [pytest.approx(2 * fisher.cdf(40 / 112, 5, 5))]


@pytest.mark.parametrize(
    ("q12", "expected"),
    [
        (0.19, "nonlinear-weaken"),
        (0.2, "uni-weaken"),
        (0.25, "uni-weaken"),
        (0.3, "bi-enhance"),
        (0.4, "bi-enhance"),
        (0.5, "independent"),
        (0.5 + 1e-11, "independent"),
        (0.5 + 1e-9, "nonlinear-enhance"),
        (0.3 - 1e-11, "bi-enhance"),
        (0.6, "nonlinear-enhance"),
    ],
)
def test_types_of_interaction(q12, expected):
    assert interaction_type(0.2, 0.3, q12) == interaction_type(0.3, 0.2, q12) == expected


def test_means_of_strata(detect):
    found = detect([1, 3, 10, 20], soil=list("bbaa")).means
    assert found == {"factor": ["soil"] * 2, "stratum": ["a", "b"], "units": [2, 2], "mean": [15.0, 2.0]}


# Properties


def test_p_of_null_cases_has_its_size():
    # 2000 responses that no factor explains, in strata of 4, 8 and 28: p < 0.05 in 5 % of them
    strata = list("a" * 4 + "b" * 8 + "c" * 28)
    dice = np.random.default_rng(7)
    tests = [geodetector(dice.normal(100, 1, 40), [coded("a", strata)], [], []) for _ in range(2000)]
    p = np.array([test.factor_q["p"][0] for test in tests])
    # a share of 2000 has the deviation sqrt(0.05 * 0.95 / 2000) = 0.0049
    assert abs((p < 0.05).mean() - 0.05) < 3 * 0.0049
    assert abs((p < 0.5).mean() - 0.5) < 3 * 0.0112


@given(st.integers(0, 2**32 - 1), st.sampled_from([-1e6, -3.0, 0.5, 1e3, 1e7]))
def test_q_and_p_do_not_change_when_a_constant_is_added(seed, constant):
    dice = np.random.default_rng(seed)
    strata = [coded(name, list(np.repeat(list("xyz"), 5)[dice.permutation(15)])) for name in "ab"]
    response = dice.normal(size=15)
    before, after = (geodetector(response + shift, strata, [], []) for shift in (0.0, constant))
    for table, column in (("factor_q", "q"), ("factor_q", "p"), ("interactions", "q12"), ("risk", "p")):
        assert getattr(after, table)[column] == pytest.approx(getattr(before, table)[column], rel=1e-6)


def test_p_wang_depends_on_the_origin_of_the_response(detect):
    strata = np.repeat([0, 1, 2], [3, 5, 12])
    response = np.random.default_rng(2).normal(strata, 1)
    first, second = (detect(response + shift, a=strata).factor_q["p_wang"][0] for shift in (0, 10))
    assert abs(first - second) > 0.1


def test_p_wang_of_a_far_origin_is_missing(detect):
    # 1e12 with a deviation near 1: the parameter of the distribution is about 1e23
    strata = np.repeat([0, 1, 2], [3, 5, 12])
    found = detect(np.random.default_rng(2).normal(strata, 1) + 1e12, a=strata).factor_q
    assert np.isnan(found["p_wang"][0])
    assert 0 < found["p"][0] < 1


def test_p_wang_of_equal_means_is_p(detect):
    # all means 0: the distribution is central
    found = detect([-1, 1, -2, 2, -3, 3], a=list("aabbcc")).factor_q
    assert found["p_wang"] == found["p"] == [pytest.approx(1.0)]


@given(st.integers(0, 2**32 - 1))
def test_q_of_two_factors_is_never_below_q_of_one(seed):
    dice = np.random.default_rng(seed)
    factors = [coded(name, dice.permutation(list("xxxxxyyyyyzzzzz")).tolist()) for name in "abc"]
    found = geodetector(dice.normal(size=15), factors, [], [])
    q = by_factor(found.factor_q, "q")
    assert all(0 <= value <= 1 for value in q.values())
    table = found.interactions
    for first, second, both in zip(table["factor_1"], table["factor_2"], table["q12"], strict=True):
        assert both >= max(q[first], q[second]) - 1e-12


def test_rows_are_summed_in_parts_without_a_seam():
    # more rows than one part holds; against strata crossed as text
    dice = np.random.default_rng(3)
    rows = 40_000
    a, b = dice.integers(0, 4, rows), dice.integers(0, 3, rows)
    response = dice.normal(a * b, 1)
    pair, crossed = (
        geodetector(response, [coded(str(i), list(map(str, one))) for i, one in enumerate(codes)], [], [])
        for codes in ((a, b), (a * 10 + b,))
    )
    assert pair.interactions["q12"] == pytest.approx(crossed.factor_q["q"], rel=1e-12)


def test_more_crossed_strata_than_rows():
    dice = np.random.default_rng(4)
    codes = [np.repeat(np.arange(200), 2)[dice.permutation(400)] for _ in range(2)]
    response = dice.normal(size=400)
    found = geodetector(
        response, [coded(str(i), list(map(str, code))) for i, code in enumerate(codes)], [], []
    )
    _, units = np.unique(codes[0] * 1000 + codes[1], return_counts=True)
    assert found.interactions["cells_of_one"] == [int((units == 1).sum())]


# Cut factors, missing values


def test_numbers_are_cut_by_the_best_method():
    values = np.array([1, 2, 3, 4, 5, 6, 90, 99.0])
    response = (values > 50).astype(float)
    found = geodetector(response, [Factor("gdp", values)], ["quantile", "equal interval"], [2])
    assert found.factor_q["method"] == ["equal interval"]
    assert found.factor_q["q"] == [1.0]
    assert found.search["method"] == ["quantile", "equal interval"]
    assert [note.kind for note in found.notes] == ["decision"]


def test_units_with_a_missing_value_are_left_out_and_reported():
    response = np.array([1, 2, 7, 8, np.nan, 3, 4.0])
    strata = ["a", "a", "b", "b", "a", None, "b"]
    numbers = np.array([1, 1, 2, 2, 2, 2, np.nan])
    found = geodetector(response, [coded("soil", strata), Factor("gdp", numbers)], ["quantile"], [2])
    assert found.units == 4
    assert found.factor_q["q"] == [pytest.approx(1 - 1 / 37)] * 2
    (note,) = found.notes
    assert note.count == 3
    assert note.text.endswith("missing values by field: the response (1), soil (1), gdp (1).")


def test_progress_goes_up_to_one():
    shares = []
    strata = [coded(name, list("xxyy")) for name in "ab"]
    geodetector(np.arange(4.0), strata, [], [], shares.append)
    assert shares == sorted(shares)
    assert shares[0] >= 0 and shares[-1] <= 1


def test_inputs_are_not_changed():
    response, values = np.array([1.0, 2, 7, 8]), np.array([4.0, 3, 2, 1])
    geodetector(response, [Factor("gdp", values)], ["natural breaks"], [2])
    assert (response.tolist(), values.tolist()) == ([1, 2, 7, 8], [4, 3, 2, 1])


# Bad input


def test_fewer_than_three_units(detect):
    with pytest.raises(InputDataError, match="2 of 2 units have all values"):
        detect([1, 2], a=list("aa"))


def test_constant_response(detect):
    with pytest.raises(InputDataError, match="The response is 5 in all 4 units"):
        detect([5, 5, 5, 5], a=list("aabb"))


def test_factor_of_one_stratum(detect):
    with pytest.raises(InputDataError, match="All units are in the one stratum 'x' of 'a'"):
        detect([1, 2, 3], a=list("xxx"))


def test_strata_of_one_unit(detect):
    with pytest.raises(InputDataError, match="'a' has 1 strata of one unit"):
        detect([1, 2, 3], a=list("xxy"))


def test_constant_factor():
    with pytest.raises(InputDataError, match="'gdp' is 1 in all units"):
        geodetector(np.arange(4.0), [Factor("gdp", np.ones(4))], ["quantile"], [2])
