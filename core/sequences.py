"""What `itertools` and `zip` of Python 3.9 lack; QGIS 3.40 for macOS brings that Python."""

import sys
from functools import partial
from itertools import tee, zip_longest

_END = object()


def pairwise(values):
    """Each value with the next one, as `itertools.pairwise` of Python 3.10.

    Examples
    --------
    >>> list(pairwise("abc"))
    [('a', 'b'), ('b', 'c')]
    """
    first, second = tee(values)
    next(second, None)
    return zip(first, second)


def _zip_equal(*columns):
    for row in zip_longest(*columns, fillvalue=_END):
        if any(value is _END for value in row):
            raise ValueError("the columns differ in length")
        yield row


zip_equal = partial(zip, strict=True) if sys.version_info >= (3, 10) else _zip_equal
"""`zip` that raises ValueError where the columns differ in length, instead of dropping rows."""
