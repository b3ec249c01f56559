"""Lists of whole numbers as users write them: '2000,2005', '2000-2020', '1-3，12'."""

import re

_DASH = re.compile(r"\s*[-–—~～]\s*")
_RANGE = re.compile(r"(\d+)-(\d+)")
_SEPARATORS = re.compile(r"[,;，；、\s]+")


class NotListed(ValueError):
    """`part` of a list is neither a number within the bounds nor a rising range of them."""

    def __init__(self, part):
        super().__init__(part)
        self.part = part


def listed_numbers(text, first, last):
    """The numbers of a list, in its order.

    Parameters
    ----------
    text : str
        Numbers and ranges, separated by commas, semicolons or blanks; Chinese marks are fine, too.
    first, last : int
        Bounds of the numbers.

    Returns
    -------
    tuple of int

    Raises
    ------
    NotListed

    Examples
    --------
    >>> listed_numbers("3, 5-7", 1, 12)
    (3, 5, 6, 7)
    """
    numbers = []
    for part in _SEPARATORS.split(_DASH.sub("-", text.strip())):
        whole = _RANGE.fullmatch(part)
        if whole and first <= int(whole[1]) <= int(whole[2]) <= last:
            numbers += range(int(whole[1]), int(whole[2]) + 1)
        elif part.isdecimal() and first <= int(part) <= last:
            numbers.append(int(part))
        elif part:
            raise NotListed(part)
    return tuple(numbers)
