"""`zip` and `pairwise` as newer Pythons have them."""

import pytest
from landcarbon.core import sequences
from landcarbon.core.sequences import pairwise, zip_equal

both = pytest.mark.parametrize("zipped", [zip_equal, sequences._zip_equal], ids=["this Python", "Python 3.9"])


@both
def test_rows_of_equal_columns(zipped):
    assert list(zipped([1, 2], "ab", iter([None, 3.0]))) == [(1, "a", None), (2, "b", 3.0)]


@both
@pytest.mark.parametrize("columns", [([1], []), ([], [1]), ([1, 2], [1, 2], [1])])
def test_columns_of_different_lengths_are_an_error(zipped, columns):
    with pytest.raises(ValueError):
        list(zipped(*columns))


@both
def test_all_columns_are_run_to_their_end(zipped):
    ended = []

    def results():
        yield 1
        ended.append(True)

    assert list(zipped(["task"], results())) == [("task", 1)]
    assert ended == [True]


@pytest.mark.parametrize(
    ("values", "pairs"), [([], []), ([1], []), ([1, 2, 3], [(1, 2), (2, 3)]), (iter("ab"), [("a", "b")])]
)
def test_pairwise(values, pairs):
    assert list(pairwise(values)) == pairs
