"""STIRPAT forecast of the counties of a country, with intervals.

2800 units with 21 years of history, the scenarios of the preset, 41 years and 1000 draws of the coefficients
fitted by region: the core without reading and writing tables. Beside it what a user would write, draw by draw
in numpy, on a tenth of the draws; it keeps all draws to take quantiles, so its memory grows with them.

Each figure is from processes of their own: the peak above the process just before the run.
"""

import argparse
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
UNITS, DRAWS, SHARE = 2800, 1000, 10
RUNS = ("ours", "loop")


def main():
    """Run the comparison, or with --once one measured run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--once", choices=RUNS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        once(options.once, options.units)
    else:
        compare(options.units, options.rounds)


def compare(units, rounds):
    """Print seconds, the ratio and memory."""
    found = {name: [] for name in RUNS}
    for number in range(rounds):
        for name in RUNS:
            command = [sys.executable, __file__, "--once", name, "--units", str(units)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[name].append(tuple(map(float, done.stdout.split())))
        last = ", ".join(f"{name} {of[-1][0]:.1f} s" for name, of in found.items())
        print(f"round {number + 1}: {last}", flush=True)
    print(f"\nmedian of {rounds} rounds: {units} units, 3 scenarios, 41 years, {os.cpu_count()} cores")
    for name, draws in (("ours", DRAWS), ("loop", DRAWS // SHARE)):
        seconds, megabytes = (statistics.median(values) for values in zip(*found[name], strict=True))
        print(f"{name:6} {draws:6} draws  {seconds:8.1f} s  {megabytes:8.0f} MB")
    ratio = statistics.median(
        loop[0] * SHARE / ours[0] for loop, ours in zip(found["loop"], found["ours"], strict=True)
    )
    print(f"loop over ours, for as many draws: {ratio:.1f}")


def once(name, units):
    """Print the seconds and megabytes of one run."""
    load_package()
    inputs = made_inputs(units)
    before = peak_megabytes()
    start = time.perf_counter()
    {"ours": ours, "loop": loop}[name](*inputs)
    print(time.perf_counter() - start, peak_megabytes() - before)


def peak_megabytes():
    """The most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load_package():
    """Make the checkout importable as `landcarbon`."""
    spec = importlib.util.spec_from_file_location(
        "landcarbon", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    sys.modules["landcarbon"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["landcarbon"])


def made_inputs(units):
    """History, model, scenarios and targets, seeded."""
    from landcarbon.core.forecast.history import REGION, RESPONSE, History
    from landcarbon.core.forecast.model import Model
    from landcarbon.core.forecast.scenarios import read_scenarios
    from landcarbon.core.forecast.stirpat_fit import stirpat_fit
    from landcarbon.core.forecast.stirpat_forecast import Targets
    from landcarbon.core.forecast.variables import STIRPAT
    from landcarbon.core.resources import read_preset

    dice = np.random.default_rng(1)

    def series(start, growth, waver):
        rates = dice.normal(growth, waver, (21, units))
        return start * np.exp(dice.normal(0, 0.4, units) + rates.cumsum(axis=0))

    people = series(3e5, 0.004, 0.01)
    gdp = people * series(2.0, 0.08, 0.03)
    energy = gdp / series(1.2, 0.04, 0.03)
    amounts = {
        **{"POP": people, "GDP": gdp, "SECONDARY": gdp * series(0.4, -0.005, 0.02), "ENERGY": energy},
        **{"URBAN_POP": people * series(0.3, 0.02, 0.01), "CE": energy * series(0.7, -0.01, 0.03)},
    }
    amounts[RESPONSE] = amounts["CE"]
    names = tuple(f"u{unit}" for unit in range(units))
    history = History(names, np.arange(2000, 2021), amounts, STIRPAT, {key: key for key in amounts})
    fit = stirpat_fit(history, REGION, "given", 0.02)
    values = np.array(fit.coefficients["ridge_b"])
    model = Model("t", history.names, values[1:], values[0], REGION, 0.02)
    scenarios = read_scenarios(read_preset("scenarios", "huo2025"), history.names)
    return history, model, scenarios, Targets(2020, 2060)


def ours(history, model, scenarios, targets):
    """All draws."""
    from landcarbon.core.forecast.stirpat_forecast import stirpat_forecast

    cs = np.full((41, len(history.units)), 1e5)
    stirpat_forecast(history, model, scenarios, targets, cs=cs, draws=DRAWS)


def loop(history, model, scenarios, targets):
    """A tenth of the draws: all paths kept, then quantiles, peaks and neutrality."""
    from landcarbon.core.forecast.bootstrap import coefficient_draws
    from landcarbon.core.forecast.driver_paths import driver_paths

    paths = driver_paths(history, scenarios.scenarios, [None] * len(history.units), 2020, targets.to_year)
    logs = np.log(paths.values / paths.values[:, :, :1])
    slopes, _ = coefficient_draws(history, model.pool, model.k, DRAWS // SHARE, 1)
    start = history.amounts["RESPONSE"][-1]
    ce = np.stack([start * np.exp(np.einsum("j,sjtu->stu", own, logs)) for own in slopes])
    for values in (ce, ce.sum(axis=-1), ce.argmax(axis=2)):
        np.quantile(values, (0.025, 0.975), axis=0)


if __name__ == "__main__":
    main()
