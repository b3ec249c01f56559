"""The activities of the made-up city: amounts backwards from the totals of a real one.

Totals are those of Suzhou in 2020 (Zhang et al. 2023, table 3); which activities they come from is made up.
An amount is its part of the total over its factor, so that the inventory of the table gives the totals again.
"""

from __future__ import annotations

YEAR = 2020
UNIT = "City"
COLUMNS = ("unit", "year", "activity", "sector", "subsector", "amount", "per")

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
        "grassland": (2, "1e3 ha"),
        "unused land": (0.1, "1e3 ha"),
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
