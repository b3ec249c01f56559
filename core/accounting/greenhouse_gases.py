"""Greenhouse gases: their names, and how much CO2 a tonne of each counts for over 100 years."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from ..errors import InputDataError
from ..units import C_TO_CO2

CH4_PER_C = 16.0 / 12.0  # molar mass of CH4 over that of its carbon
N2O_PER_N = 44.0 / 28.0  # molar mass of N2O over that of its nitrogen

CARBON, CO2, CO2E = "C", "CO2", "CO2e"
CH4, FOSSIL_CH4, N2O = "CH4", "CH4 fossil", "N2O"

GWP_SETS = ("AR4", "AR5", "AR6")  # in the order of the parameter GWP

# 100 years. AR4: IPCC 2007, WG I, table 2.14. AR5: IPCC 2013, WG I, table 8.A.1, without climate-carbon
# feedbacks; UNFCCC decision 18/CMA.1 takes its 28 for all CH4. AR6: IPCC 2021, WG I, table 7.15.
GWP = {
    "AR4": {CH4: 25.0, FOSSIL_CH4: 25.0, N2O: 298.0},
    "AR5": {CH4: 28.0, FOSSIL_CH4: 28.0, N2O: 265.0},
    "AR6": {CH4: 27.0, FOSSIL_CH4: 29.8, N2O: 273.0},
}
GWP_SOURCES = {
    "AR4": "IPCC 2007, WG I, table 2.14",
    "AR5": "IPCC 2013, WG I, table 8.A.1",
    "AR6": "IPCC 2021, WG I, table 7.15",
}


class Gas(NamedTuple):
    """A gas as a factor table names it.

    Attributes
    ----------
    name : str
        As it is listed: 'C', 'CO2', 'CO2e', 'CH4', 'CH4 fossil' or 'N2O'.
    tonnes : float
        Tonnes of it in a tonne as written: 16/12 for 'CH4-C', 44/28 for 'N2O-N', else 1.
    """

    name: str
    tonnes: float


_NAMES = {
    **dict.fromkeys(("co2", "carbondioxide", "二氧化碳"), Gas(CO2, 1.0)),
    **dict.fromkeys(("c", "co2-c", "carbon", "碳"), Gas(CARBON, 1.0)),
    **dict.fromkeys(("co2e", "co2eq", "co2-e", "co2-eq", "二氧化碳当量"), Gas(CO2E, 1.0)),
    **dict.fromkeys(("ch4", "methane", "甲烷"), Gas(CH4, 1.0)),
    **dict.fromkeys(("ch4fossil", "fossilch4", "ch4-fossil", "化石甲烷"), Gas(FOSSIL_CH4, 1.0)),
    **dict.fromkeys(("n2o", "nitrousoxide", "氧化亚氮"), Gas(N2O, 1.0)),
    "ch4-c": Gas(CH4, CH4_PER_C),
    "n2o-n": Gas(N2O, N2O_PER_N),
}
GAS_NAMES = "CO2, C (carbon of CO2), CO2e, CH4, CH4 fossil, CH4-C, N2O or N2O-N"


def gas(text: str) -> Gas | None:
    """The gas that a text names, None if it names none.

    Examples
    --------
    >>> gas("CH₄"), gas("N2O-N").tonnes == 44 / 28, gas("SO2") is None
    (Gas(name='CH4', tonnes=1.0), True, True)
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NAMES.get("".join(plain.replace("_", " ").replace("\N{EN DASH}", "-").split()))


def co2_equivalent(name: str, gwp_set: str) -> float:
    """Tonnes of CO2 that a tonne of a gas counts for over 100 years [1].

    Parameters
    ----------
    name : str
        A `Gas.name`. The carbon of CO2 counts 44/12.
    gwp_set : str
        'AR4', 'AR5' or 'AR6'. AR4 and AR5 have one value for all CH4; AR6 has one for CH4 of fossil origin,
        which becomes CO2 that was not in the air before.

    Raises
    ------
    InputDataError
        There is no such set.

    References
    ----------
    methods.md, section 1.3; IPCC 2007, 2013, 2021.

    Examples
    --------
    >>> co2_equivalent("CH4", "AR5"), co2_equivalent("CO2", "AR5")
    (28.0, 1.0)
    """
    if gwp_set not in GWP:
        raise InputDataError(
            "Unknown set of warming potentials '{name}'; choose one of {known}.",
            name=gwp_set,
            known=", ".join(GWP_SETS),
        )
    fixed = {CARBON: C_TO_CO2, CO2: 1.0, CO2E: 1.0}
    return fixed[name] if name in fixed else GWP[gwp_set][name]
