"""Units of measure and their conversion factors, each written once."""

import numpy as np

from .errors import InputDataError

C_TO_CO2 = 44.0 / 12.0  # molar mass of CO2 over that of C
M2_PER_HA = 10_000.0
G_PER_T = 1_000_000.0
GM2_PER_T_HA = G_PER_T / M2_PER_HA  # 1 t/ha is 100 g/m2

MASS_C = "t C"
MASS_CO2 = "t CO2"
MASSES = (MASS_C, MASS_CO2)  # in the order of the parameter MASS


def mass_factor(mass_from, mass_to):
    """What an amount in `mass_from` is multiplied with to be in `mass_to` [1].

    Parameters
    ----------
    mass_from, mass_to : str
        't C' or 't CO2'.

    Raises
    ------
    InputDataError
        A mass that is neither.

    Examples
    --------
    >>> mass_factor("t CO2", "t C") == 12 / 44
    True
    """
    for mass in (mass_from, mass_to):
        if mass not in MASSES:
            raise InputDataError("Unknown mass '{mass}'; write 't C' or 't CO2'.", mass=mass)
    if mass_from == mass_to:
        return 1.0
    return C_TO_CO2 if mass_to == MASS_CO2 else 1.0 / C_TO_CO2


def ratio(numerator, denominator):
    """`numerator / denominator`, NaN where the denominator is 0 or either is missing.

    Parameters
    ----------
    numerator, denominator : float array or float
        Broadcast against each other. NaN = missing.

    Returns
    -------
    float array
    """
    numerator, denominator = np.broadcast_arrays(
        np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    )
    out = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=out, where=denominator != 0)
    return out
