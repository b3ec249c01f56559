"""Make the sample of STIRPAT: emission and drivers of 31 units in 21 years from a known model, all made up.

    python tools/sample/make_stirpat_panel.py

The numbers come from a seeded generator of Python's standard library and are no statistics. Emission follows
`MODEL` with a random error, so that a fit of the panel has to find its coefficients again.
"""

import argparse
import csv
import math
import random
from pathlib import Path

from make_panel import SAMPLE, units

YEARS = range(2000, 2021)
SEED = 7
COLUMNS = ("unit", "year", "pop", "gdp", "secondary", "energy", "urban_pop", "ce_t", "cs_t", "mass")
CONSTANT = 0.5
MODEL = {"P": 0.85, "W": 0.55, "IS": 0.25, "TI": -0.6, "UR": 0.3}  # elasticities
ERROR = 0.05  # deviation of the logarithm


def rows(seed=SEED):
    """All rows: population, GDP [10 000 CNY], energy [t coal equivalent], emission and sink [t C]."""
    dice = random.Random(seed)
    return [row for unit in units() for row in unit_rows(unit, dice)]


def unit_rows(unit, dice):
    """The rows of one unit."""
    people, wealth = dice.uniform(3e6, 9e7), dice.uniform(0.5, 2.0)
    industry, thrift, urban = dice.uniform(28, 55), dice.uniform(0.4, 1.4), dice.uniform(22, 48)
    sink = dice.uniform(2e6, 6e7)
    births, growth, shift = dice.gauss(0.003, 0.005), dice.uniform(0.05, 0.11), dice.gauss(-0.004, 0.012)
    savings, moves = dice.uniform(0.015, 0.075), dice.uniform(0.008, 0.028)
    made = []
    for year in YEARS:
        share = industry / 100
        gdp = people * wealth
        drivers = {"P": people, "W": wealth, "IS": industry, "TI": thrift, "UR": urban}
        logs = sum(MODEL[name] * math.log(value) for name, value in drivers.items())
        ce = math.exp(CONSTANT + logs + dice.gauss(0, ERROR))
        cs = sink * (1 + 0.006 * (year - YEARS[0]) + dice.gauss(0, 0.03))
        amounts = people, gdp, gdp * share, gdp / thrift, people * urban / 100, ce, cs
        made.append((unit, year, *(round(amount) for amount in amounts), "t C"))
        people *= math.exp(births + dice.gauss(0, 0.004))
        wealth *= math.exp(growth + dice.gauss(0, 0.02))
        industry = min(65, max(15, industry * math.exp(shift + dice.gauss(0, 0.02))))
        thrift *= math.exp(savings + dice.gauss(0, 0.02))
        urban = min(90, urban * math.exp(moves + dice.gauss(0, 0.006)))
    return made


def write_panel(folder):
    """Write the table and return its path and what it holds."""
    target = folder / "stirpat_panel.csv"
    made = rows()
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(made)
    return target, f"{len(made)} rows"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=SAMPLE, help="folder to write to (default: %(default)s)")
    path, what = write_panel(parser.parse_args().to)
    print(f"{path.name}: {what}, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
