"""The CASA model of one cell in plain Python, written from the formulas of the papers, not from our code."""

import math


def year_of_a_cell(ndvi, temperature, rain, sun, epsilon_max, low, high, alpha=0.5, day_factors=None):
    """Monthly NPP and RH [g C/m2] as two lists of 12; (None, None) if an input is missing."""
    if any(math.isnan(value) for series in (ndvi, temperature, rain, sun) for value in series):
        return None, None
    if math.isnan(epsilon_max) or any(value >= 1 for value in ndvi):
        return None, None
    peak = max(range(12), key=lambda month: ndvi[month])  # the first one on ties
    topt = temperature[peak]
    water = water_stresses(temperature, rain, day_factors or [1.0] * 12)
    npp, rh = [], []
    for month in range(12):
        t = temperature[month]
        absorbed = sun[month] * fraction(ndvi[month], low, high, alpha) * 0.5
        efficiency = te1(t, topt) * te2(t, topt) * water[month] * epsilon_max
        npp.append(absorbed * efficiency)
        rh.append(0.22 * (math.exp(0.0913 * t) + math.log(0.3145 * rain[month] + 1)) * 30 * 0.465)
    return npp, rh


def ratio(ndvi):
    return (1 + ndvi) / (1 - ndvi)


def stretched(value, low, high):
    if high == low:
        return 0.001
    return min(0.95, max(0.001, (value - low) / (high - low) * (0.95 - 0.001) + 0.001))


def fraction(ndvi, low, high, alpha):
    return alpha * stretched(ndvi, low, high) + (1 - alpha) * stretched(ratio(ndvi), ratio(low), ratio(high))


def te1(t, topt):
    if t <= -10:
        return 0.0
    return max(0.0, 0.8 + 0.02 * topt - 0.0005 * topt**2)


def te2_within(t, topt):
    rise = 1 + math.exp(0.2 * (topt - 10 - t))
    fall = 1 + math.exp(0.3 * (-topt - 10 + t))
    return 1.184 / rise / fall


def te2(t, topt):
    if t - topt > 10 or t - topt < -13:
        return te2_within(topt, topt) / 2
    return te2_within(t, topt)


def thornthwaite(temperature):
    """Ep0 of every month [mm]."""
    heat = sum((t / 5) ** 1.514 for t in temperature if t > 0)
    a = (0.6751 * heat**3 - 77.1 * heat**2 + 17920 * heat + 492390) * 1e-6
    ep0 = []
    for t in temperature:
        if t <= 0:
            ep0.append(0.0)
        elif t <= 26.5:
            ep0.append(16 * (10 * t / heat) ** a)
        else:
            ep0.append(max(0.0, -415.85 + 32.24 * t - 0.43 * t**2))
    return ep0


def evaporated(ep0, rain):
    """EET of a month [mm]."""
    if rain == 0:
        return 0.0
    rn = math.sqrt(ep0 * rain) * (0.369 + 0.598 * math.sqrt(ep0 / rain))
    eet = rain * rn * (rain**2 + rn**2 + rain * rn) / ((rain + rn) * (rain**2 + rn**2))
    return min(eet, ep0)


def water_stresses(temperature, rain, day_factors):
    warm = {}
    for month, (ep0, factor) in enumerate(zip(thornthwaite(temperature), day_factors, strict=True)):
        if temperature[month] > 0:
            ep0 *= factor
            eet = evaporated(ep0, rain[month])
            pet = (eet + ep0) / 2
            warm[month] = 1.0 if pet == 0 else 0.5 + 0.5 * eet / pet
    found = []
    for month in range(12):
        before = [(month - back) % 12 for back in range(12)]
        found.append(next((warm[each] for each in before if each in warm), 0.5))
    return found
