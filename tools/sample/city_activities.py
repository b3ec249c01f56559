"""The activities of the made-up city: amounts backwards from the totals of a real one.

Totals are those of Suzhou in 2020 (Zhang et al. 2023, table 3); which activities they come from is made up.
An amount is its part of the total over its factor, so that the inventory of the table gives the totals again.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRESET, GWP = "zhang2023", "AR5"
DIGITS = 12  # of an amount, so that sums are those of the study to the gram
YEAR = 2020
UNIT = "City"
COLUMNS = ("unit", "year", "activity", "sector", "subsector", "amount", "amount_2", "per")
KM_PER_CAR = 12_500  # a year; the first amount of cars is their number

TOTALS = {  # 10^4 t CO2; the study prints transport as one, its parts are made up
    ("industry", "manufacturing"): 19334.77 - 6905.31,  # its printed parts sum to 1 more than its total
    ("industry", "supply"): 6905.31,
    ("construction", "residential"): 767.06 + 537.13,
    ("construction", "services"): 1030.09 + 548.48,
    ("transport", "road"): 1421.44 - 21.5 - 96.3 - 14.2,
    ("transport", "rail"): 21.5,
    ("transport", "water"): 96.3,
    ("transport", "air"): 14.2,
    ("agriculture", "planting"): 94.68,
    ("agriculture", "livestock"): 6.02,
    ("waste", "industrial"): 1.02,
    ("waste", "domestic"): 287.28,
    ("sinks", "natural"): 179.9,
    ("sinks", "crops"): 71.96,
}
MIX = {  # activity: part of the total [%] and measure; the first has what the others leave
    ("industry", "manufacturing"): {
        "raw coal": (None, "1e4 t"),
        "natural gas": (13, "1e4 m3"),
        "diesel": (5, "1e4 t"),
        "fuel oil": (3, "1e4 t"),
        "steel": (20, "1e4 t"),
        "cement": (3, "1e4 t"),
        "glass": (0.5, "1e4 t"),
        "ammonia": (0.5, "1e4 t"),
    },
    ("industry", "supply"): {"raw coal": (None, "1e4 t"), "natural gas": (9, "1e4 m3")},
    ("construction", "residential"): {
        "electricity": (None, "1e8 kWh"),
        "natural gas": (30, "1e4 m3"),
        "liquefied petroleum gas": (7, "t"),
    },
    ("construction", "services"): {
        "electricity": (None, "1e8 kWh"),
        "natural gas": (12, "1e4 m3"),
        "liquefied petroleum gas": (2, "t"),
    },
    ("transport", "road"): {
        "cars": (None, "1e4 km"),
        "road freight": (42, "1e4 t km"),
        "road passengers": (2, "1e4 person km"),
    },
    ("transport", "rail"): {"rail freight": (None, "1e4 t km"), "rail passengers": (60, "1e4 person km")},
    ("transport", "water"): {"water freight": (None, "1e4 t km")},
    ("transport", "air"): {"air freight": (None, "1e4 t km")},
    ("agriculture", "planting"): {
        "fertiliser": (None, "t"),
        "single-season rice area": (46, "1e3 ha"),
        "irrigated area": (14, "1e3 ha"),
        "agricultural plastic film": (6, "t"),
        "pesticide": (3, "t"),
        "sown area": (2, "1e3 ha"),
        "machinery power": (0.1, "kW"),
    },
    ("agriculture", "livestock"): {
        "pig": (None, "1e4 head"),
        "poultry": (15, "1e4 head"),
        "dairy cattle": (12, "head"),
        "goat": (6, "1e4 head"),
        "sheep": (4, "1e4 head"),
    },
    ("waste", "industrial"): {
        "industrial wastewater, overloaded aerobic plant": (None, "t"),
        "industrial wastewater, untreated": (25, "t"),
    },
    ("waste", "domestic"): {
        "domestic waste landfilled": (None, "1e4 t"),
        "domestic waste burned": (28, "1e4 t"),
        "domestic wastewater": (18, "1e4 persons"),
    },
    ("sinks", "natural"): {
        "forest land": (None, "1e3 ha"),
        "water": (27, "1e3 ha"),
        "grassland": (0.3, "1e3 ha"),
        "unused land": (0.05, "1e3 ha"),
    },
    ("sinks", "crops"): {
        "rice": (None, "1e4 t"),
        "wheat": (26, "1e4 t"),
        "vegetables": (12, "1e4 t"),
        "rapeseed": (4, "1e4 t"),
        "soybean": (2, "t"),
        "maize": (2, "t"),
    },
}


def activities():
    """The table.

    Returns
    -------
    tuple of str
        Its columns.
    list of tuple
        A row per activity and part of a sector.
    """
    parts = [
        (sector, subsector, activity, part, measure)
        for (sector, subsector), mix in MIX.items()
        for activity, part, measure in _whole(mix)
    ]
    rows = []
    for (sector, subsector, activity, part, measure), per_amount in zip(parts, _factors(parts), strict=True):
        amount = TOTALS[sector, subsector] * 1e4 * part / 100 / per_amount
        second = KM_PER_CAR if activity == "cars" else ""
        amount = float(f"{amount / (second or 1):.{DIGITS}g}")
        rows.append((UNIT, YEAR, activity, sector, subsector, amount, second, measure))
    return COLUMNS, rows


def _whole(mix):
    """(activity, part [%], measure), with the part that is left in the place of None."""
    left = 100 - sum(part for part, _ in mix.values() if part is not None)
    return [(activity, left if part is None else part, measure) for activity, (part, measure) in mix.items()]


def _factors(parts):
    """Emission or sequestration of one of every amount [t CO2], as the inventory counts it."""
    sys.path.insert(0, str(ROOT / "tools" / "dev"))
    from checkout import register_package

    register_package()
    from landcarbon.core.accounting.factor_table import factor_preset
    from landcarbon.core.accounting.sector_inventory import sector_inventory
    from landcarbon.core.tables import table_from_columns
    from landcarbon.core.units import MASS_CO2

    sector, subsector, activity, _, measure = map(list, zip(*parts, strict=True))
    ones = {"unit": [UNIT] * len(parts), "activity": activity, "amount": [1.0] * len(parts), "per": measure}
    table = table_from_columns("activities", {**ones, "sector": sector, "subsector": subsector})
    lines = sector_inventory(table, factor_preset(PRESET), GWP, MASS_CO2).lines
    sums = [0.0] * len(parts)
    for line in lines:
        sums[line.place] += line.ce_t + line.cs_t
    return sums
