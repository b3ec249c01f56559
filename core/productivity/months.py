"""Sums over the months of a year."""


def year_sum(months):
    """The sum of the months, one after the other, so that its bits depend on no neighbour.

    Parameters
    ----------
    months : float array, shape (12, cells)

    Returns
    -------
    float array, shape (cells,)
    """
    total = months[0].copy()
    for month in months[1:]:
        total += month
    return total
