"""What the values of the series can be, so that a wrong unit stops a run with a hint instead of a result."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputDataError
from ..notes import warning

SERIES = ("NDVI", "TEMPERATURE", "PRECIPITATION", "RADIATION")  # in the order of `casa.Climate`

# A clear sky brings at most some 43 MJ/m2 a day to the top of the atmosphere, so 1350 a month.
MOST_RADIATION = 1500.0
# Every climate with plants has a month of 400 MJ/m2 (Faroe Islands 480 in June), and no monthly mean of
# W/m2 exceeds 400; MJ/m2 per day do not exceed 45.
LEAST_SUNNIEST, LEAST_OF_A_MONTH = 400.0, 50.0


class Range(NamedTuple):
    """Bounds of a series, and what to say of values beyond them."""

    low: float
    high: float
    hint: str


RANGES = {
    "NDVI": Range(
        -1.0,
        1.0,
        "{name}: NDVI is from -1 to 1, and {value:g} was found at row {row}, column {column} (stored "
        "{stored:g}, scale {scale:g}, offset {offset:g}). If NDVI is stored in other steps, such as 1e-4, "
        "write NDVI_SCALE = 0.0001; if this value means no data, set it as the file's nodata value.",
    ),
    "TEMPERATURE": Range(
        -90.0,
        60.0,
        "{name}: a monthly mean temperature is from -90 to 60 deg C, and {value:g} was found at row {row}, "
        "column {column} (stored {stored:g}, scale {scale:g}, offset {offset:g}). If it is in kelvin, write "
        "TEMPERATURE_OFFSET = -273.15; if in tenths of a degree, TEMPERATURE_SCALE = 0.1; if this value "
        "means no data, set it as the file's nodata value.",
    ),
    "PRECIPITATION": Range(
        0.0,
        np.inf,
        "{name}: precipitation cannot be negative, and {value:g} was found at row {row}, column {column} "
        "(stored {stored:g}, scale {scale:g}, offset {offset:g}). If this value means no data, set it as the "
        "file's nodata value (gdal_edit.py -a_nodata).",
    ),
    "RADIATION": Range(
        0.0,
        MOST_RADIATION,
        "{name}: solar radiation of a month is from 0 to 1500 MJ/m2, and {value:g} was found at row {row}, "
        "column {column} (stored {stored:g}, scale {scale:g}, offset {offset:g}). If it is in J/m2, write "
        "RADIATION_SCALE = 0.000001; in kJ/m2, 0.001; in kWh/m2, 3.6; if this value means no data, set it as "
        "the file's nodata value.",
    ),
}


def out_of_range(series, values):
    """Where values of a series cannot be true.

    Parameters
    ----------
    series : str
        One of `SERIES`.
    values : float array, shape (12, cells)
        No NaN.

    Returns
    -------
    (int, int) or None
        Month from 0 and cell of the first value beyond the range, None if there is none.
    """
    bounds = RANGES[series]
    if values.size == 0 or (values.min() >= bounds.low and values.max() <= bounds.high):
        return None
    month, cell = np.argwhere((values < bounds.low) | (values > bounds.high))[0]
    return int(month), int(cell)


def range_error(series, source, stored, value, row, column):
    """The error of a value beyond the range of its series; `row` and `column` count from 0."""
    return InputDataError(
        RANGES[series].hint,
        name=source.name,
        value=value,
        stored=stored,
        scale=source.scale,
        offset=source.offset,
        row=row,
        column=column,
    )


def radiation_notes(sunniest_mj):
    """Notes on radiation that looks like another unit.

    Parameters
    ----------
    sunniest_mj : float
        The greatest radiation of a month of all cells that have a result [MJ/m2].

    Returns
    -------
    tuple of Note

    Raises
    ------
    InputDataError
        It is below 50.
    """
    if sunniest_mj < LEAST_OF_A_MONTH:
        raise InputDataError(
            "RADIATION is at most {value:.4g} in any cell and month, which no month's MJ/m2 is. If it is in "
            "MJ/m2 per day, write RADIATION_SCALE = 30.4; in W/m2, 2.63.",
            value=sunniest_mj,
        )
    if sunniest_mj < LEAST_SUNNIEST:
        return (
            warning(
                "RADIATION is at most {value:.4g} in any cell and month; every climate with plants has "
                "months above 400 MJ/m2. If it is in W/m2, write RADIATION_SCALE = 2.63 and run again.",
                value=sunniest_mj,
            ),
        )
    return ()
