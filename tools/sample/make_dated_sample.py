"""Make up land cover of six dates from that of the sample, and yearly activities and statistics of its units.

Nothing of it ships: tests and pictures of the model of neutrality zoning make it. Everything comes from
seeded generators: no number is a statistic, an estimate or near one.
"""

import csv

import numpy as np
from osgeo import gdal

COVER_YEARS = (2000, 2004, 2008, 2012, 2016, 2020)
YEARS = range(2000, 2021)
FORESTED, CLEARED, BUILT = 5, 12, 13  # IGBP: mixed forest, cropland, built-up
SHARE = 0.02  # of the cells that change from one date to the next
PARTS = {  # of the emission of a unit: part, t C per amount (Huo et al. 2025, tables 2 and 3) and measure
    "raw coal": (0.62, 1e4 * 0.7143 * 0.7260, "1e4 t"),
    "diesel": (0.14, 1e4 * 1.4571 * 0.5921, "1e4 t"),
    "natural gas": (0.10, 1e4 * 1.2143e-3 * 0.4483, "1e4 m3"),
    "human respiration": (0.06, 1e4 * 0.079, "1e4 persons"),
    "fertiliser": (0.05, 0.86, "t"),
    "pig": (0.03, 1e4 * (0.08 + 0.001 + 0.005), "1e4 head"),
}
CROPS = {"rice": 0.15, "wheat": 0.1}  # t of grain a person


def write_covers(sample, folder, seed=7):
    """Land cover of six dates from that of the sample: crops grow over in the west, towns grow in the east.

    Returns
    -------
    list of str
        Paths, by year.
    """
    source = gdal.Open(str(sample))
    cover, dice, paths = source.ReadAsArray(), np.random.default_rng(seed), []
    west = np.arange(cover.shape[1]) < cover.shape[1] * 0.55
    for year in COVER_YEARS:
        changed = dice.random(cover.shape) < SHARE
        cover[changed & west & (cover == CLEARED)] = FORESTED
        cover[changed & ~west & (cover == CLEARED)] = BUILT
        cover[changed & ~west & (cover == FORESTED)] = CLEARED
        paths.append(str(folder / f"cover_{year}.tif"))
        written = gdal.GetDriverByName("GTiff").CreateCopy(paths[-1], source, options=["COMPRESS=DEFLATE"])
        written.GetRasterBand(1).WriteArray(cover)
        del written
    return paths


def write_tables(units, folder, seed=8):
    """Yearly activities and statistics of the units.

    Returns
    -------
    (str, str)
        Paths of both tables.
    """
    dice = np.random.default_rng(seed)
    activities, statistics = [("unit", "year", "activity", "amount", "per")], []
    statistics.append(("unit", "year", "gdp", "pop", "secondary", "energy", "urban_pop"))
    for unit in units:
        start = dice.uniform((2e7, 2e7, 0.35, 0.35), (2e8, 9e7, 0.5, 0.6))  # t C, persons, shares
        growth = dice.uniform((-0.03, -0.004, 0.03), (0.05, 0.008, 0.09))  # of emission, persons, GDP each
        ce, pop, secondary, urban = start
        gdp = pop * dice.uniform(0.8, 2.0)  # in 10^4 CNY
        for past, year in enumerate(YEARS):
            noise = dice.normal(1, 0.02, 6)
            people = pop * (1 + growth[1]) ** past * noise[0]
            product = gdp * (1 + growth[2]) ** past * noise[1]
            ce_t = ce * (1 + growth[0]) ** past * noise[2]
            for activity, (part, per_amount, measure) in PARTS.items():
                activities.append((unit, year, activity, round(ce_t * part / per_amount, 3), measure))
            for crop, grain in CROPS.items():
                activities.append((unit, year, crop, round(people * grain * 1e-4, 3), "1e4 t"))
            energy = product * 0.9 * 0.98**past * noise[3]
            share = min(urban + 0.008 * past, 0.9) * noise[5]
            amounts = (product, people, product * secondary * noise[4], energy, people * share)
            statistics.append((unit, year, *(round(amount, 1) for amount in amounts)))
    paths = []
    for name, rows in (("activities.csv", activities), ("statistics.csv", statistics)):
        paths.append(str(folder / name))
        with open(paths[-1], "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return tuple(paths)
