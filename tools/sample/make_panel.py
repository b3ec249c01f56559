"""Make the sample of a panel: emission, sequestration and GDP of 31 units in 20 years, all made up.

    python tools/sample/make_panel.py

The numbers come from a seeded generator of Python's standard library and are no statistics. They are made so
that all five classes of trend, ties, a constant series, gaps and a unit without any value occur.
"""

import argparse
import csv
import importlib.util
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[1] / "resources" / "sample"
YEARS = range(2000, 2020)
SEED = 20
COLUMNS = ("unit", "year", "ce_t", "cs_t", "gdp", "mass")
CONSTANT = "Shanghai"  # sequestration that never changes
GAPS = {"Xizang": range(2000, 2009), "Hainan": (2003, 2011)}  # years without an emission
EMPTY = "Qinghai"  # no emission in any year


def units():
    """The units of the other samples, in their order."""
    spec = importlib.util.spec_from_file_location("make_sample", HERE / "make_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [unit for unit, _, _ in module.PROVINCES]


def rows(seed=SEED):
    """All rows: emission and sequestration [t C] in steps of 100 000 t, GDP [100 million CNY]."""
    dice = random.Random(seed)
    made = []
    for unit in units():
        emission, sink, output = dice.uniform(20, 200), dice.uniform(2, 20), dice.uniform(500, 9000)
        rise, change, growth = dice.gauss(0, 0.02), dice.gauss(0, 0.01), dice.uniform(1.05, 1.13)
        for year in YEARS:
            past = year - YEARS[0]
            ce = emission * (1 + rise * past + dice.gauss(0, 0.08))
            cs = sink * (1 + change * past + dice.gauss(0, 0.08))
            missing = unit == EMPTY or year in GAPS.get(unit, ())
            made.append(
                (
                    unit,
                    year,
                    "" if missing else round(ce, 1) * 1_000_000,
                    round(sink if unit == CONSTANT else cs, 1) * 1_000_000,
                    round(output * growth**past, 1),
                    "t C",
                )
            )
    return made


def write_panel(folder):
    """Write the table and return its path and what it holds."""
    target = folder / "panel.csv"
    made = rows()
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for unit, year, ce, cs, gdp, mass in made:
            writer.writerow((unit, year, *(text(value) for value in (ce, cs)), gdp, mass))
    return target, f"{len(made)} rows"


def text(amount):
    """A mass as a whole number of tonnes; '' stays empty."""
    return amount if amount == "" else f"{amount:.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=SAMPLE, help="folder to write to (default: %(default)s)")
    path, what = write_panel(parser.parse_args().to)
    print(f"{path.name}: {what}, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
