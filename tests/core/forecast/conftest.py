"""Made-up histories."""

import numpy as np
import pytest
from landcarbon.core.forecast.history import RESPONSE, History
from landcarbon.core.forecast.variables import STIRPAT, STIRPAT_AMOUNTS, Variable


@pytest.fixture
def make_history():
    """`make_history({"P": [[...]]}, ce=[[...]])`: drivers and emission, shape (years, units)."""

    def make_history(drivers, ce, years=None, units=None):
        amounts = {RESPONSE: np.array(ce, dtype=float)}
        amounts |= {name: np.array(values, dtype=float) for name, values in drivers.items()}
        count, width = amounts[RESPONSE].shape
        years = np.arange(2021 - count, 2021) if years is None else np.array(years)
        units = tuple(units or (f"u{place}" for place in range(width)))
        variables = tuple(Variable(name, name) for name in drivers)
        return History(units, years, amounts, variables, {key: key.lower() for key in amounts})

    return make_history


@pytest.fixture
def made():
    """`made(seed, units)`: amounts of units in 21 years that grow at their own, wavering rates."""

    def made(seed=1, units=6, years=21, names=("P", "W", "IS", "TI", "UR", "CEI")):
        dice = np.random.default_rng(seed)

        def series(start, growth, waver):
            rates = dice.normal(growth, waver, (years, units)) + dice.normal(0, waver / 2, units)
            return start * np.exp(dice.normal(0, 0.4, units) + rates.cumsum(axis=0))

        people = series(3e6, 0.004, 0.01)
        output = people * series(2.0, 0.08, 0.03)
        amounts = {
            **{"POP": people, "GDP": output, "SECONDARY": output * series(0.4, -0.005, 0.02)},
            **{"ENERGY": output / series(1.2, 0.04, 0.03), "URBAN_POP": people * series(0.3, 0.02, 0.01)},
        }
        amounts["CE"] = amounts["ENERGY"] * series(0.7, -0.01, 0.03)
        amounts = {key: amounts[key] for key in STIRPAT_AMOUNTS}
        variables = tuple(variable for variable in STIRPAT if variable.name in names)
        amounts[RESPONSE] = amounts["CE"]
        columns = {key: key.lower() for key in amounts}
        return History(
            tuple(f"u{i}" for i in range(units)), np.arange(2000, 2000 + years), amounts, variables, columns
        )

    return made
