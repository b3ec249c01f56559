"""What the land of the made-up city is used for, and the points and lines on it."""

from __future__ import annotations

import math

from city_plan import CENTRE, COLUMNS, HEIGHT, ROWS, TRANSPORT, WIDTH, on_the_ground

INDUSTRY, UTILITIES = "industrial land", "municipal utilities"
URBAN, HOMESTEAD = "urban residential land", "rural homestead"
COMMERCIAL, PUBLIC = "commercial land", "administration and public service land"
CULTIVATED, GARDEN, FACILITIES = "cultivated land", "garden land", "land for agricultural facilities"
FOREST, GRASS, UNUSED = "forest land", "grassland", "unused land"

CORE = {URBAN: 46, COMMERCIAL: 24, PUBLIC: 16, GRASS: 6, UTILITIES: 4, UNUSED: 4}
SUBURB = {URBAN: 34, INDUSTRY: 17, COMMERCIAL: 9, PUBLIC: 7, CULTIVATED: 12, GARDEN: 8, GRASS: 6}
SUBURB |= {UTILITIES: 3, UNUSED: 4}
WORKS = {INDUSTRY: 68, UTILITIES: 12, UNUSED: 8, COMMERCIAL: 5, GRASS: 7}
FARMS = {CULTIVATED: 51, HOMESTEAD: 17, GARDEN: 13, FACILITIES: 9, GRASS: 4, UNUSED: 3, FOREST: 3}
HILLS = {FOREST: 82, GRASS: 11, GARDEN: 5, UNUSED: 2}

WORKS_AT = ((38_500, 27_500, 4_300), (37_500, 9_500, 3_400), (17_000, 22_800, 2_300))  # plan and radius [m]
HILLS_AT = ((4_500, 30_500, 8_500), (44_500, 3_000, 4_500))
AIRPORT_AT, STATION_AT, PORT_AT = (45_500, 21_500), (29_500, 19_500), (36_500, 23_800)

POINTS = {  # so many points of a category a km2 of a land type; the rest is where it should not be
    "manufacturing": {INDUSTRY: 6.0, URBAN: 0.15, HOMESTEAD: 0.1},
    "supply": {UTILITIES: 4.0, INDUSTRY: 0.1},
    "business": {COMMERCIAL: 14.0, PUBLIC: 7.0, URBAN: 1.0},
}
PEOPLE = {URBAN: (4.0, 5_200), HOMESTEAD: (1.6, 900), COMMERCIAL: (1.5, 1_500), INDUSTRY: (0.8, 700)}
PEOPLE |= {CULTIVATED: (0.05, 150)}
STOPS_PER_KM = {"motorway": 0.45, "primary": 2.4, "secondary": 1.7, "residential": 1.1}  # beside roads
SIDEWAYS = 40.0  # how far stops are from the middle of their road at most [m]
STREETS = {  # class, 0 from west to east or 1 from south to north, and in which share of the parcels
    URBAN: (("residential", 0, 0.9), ("residential", 1, 0.9)),
    COMMERCIAL: (("secondary", 0, 0.5), ("residential", 1, 0.5)),
    INDUSTRY: (("secondary", 0, 0.6),),
    HOMESTEAD: (("residential", 0, 0.7),),
    "port": (("waterway", 0, 1.0), ("secondary", 1, 1.0)),
    "station": (("rail", 1, 1.0), ("residential", 0, 1.0)),
    "airport": (("runway", 0, 1.0), ("secondary", 1, 1.0)),
}


def settle(mesh, parcels, dice):
    """The parcels with a land type each; what the plan sets stays. Three blocks serve transport."""
    settled = [
        parcel if parcel.land else parcel._replace(land=_land(mesh.middle(parcel.cells), dice))
        for parcel in parcels
    ]
    for use, place in (("airport", AIRPORT_AT), ("station", STATION_AT), ("port", PORT_AT)):
        blocks = [n for n, parcel in enumerate(settled) if parcel.use == "block"]
        nearest = min(blocks, key=lambda n: math.dist(mesh.middle(settled[n].cells), place))
        settled[nearest] = settled[nearest]._replace(land=TRANSPORT, use=use)
    return settled


def _land(place, dice):
    if any(math.dist(place, hill[:2]) < hill[2] * dice.uniform(0.85, 1.1) for hill in HILLS_AT):
        mix = HILLS
    elif any(math.dist(place, works[:2]) < works[2] for works in WORKS_AT):
        mix = WORKS
    else:
        far = math.dist(place, CENTRE) * dice.uniform(0.9, 1.1)
        mix = CORE if far < 4_500 else SUBURB if far < 10_500 else FARMS
    return dice.choices(list(mix), list(mix.values()))[0]


def points(mesh, parcels, lines, dice):
    """(category, x, y) of the points of interest."""
    found = []
    for category, density in POINTS.items():
        for parcel in parcels:
            found += [
                (category, *mesh.inside(_cell(mesh, parcel, dice), dice))
                for _ in range(_number(density.get(parcel.land, 0) * mesh.area(parcel.cells) / 1e6, dice))
            ]
    for category, line in lines:
        for (x0, y0), (x1, y1) in zip(line[:-1], line[1:], strict=True):
            length = math.dist((x0, y0), (x1, y1))
            for _ in range(_number(STOPS_PER_KM.get(category, 0) * length / 1000, dice)):
                along, aside = dice.random(), dice.uniform(-SIDEWAYS, SIDEWAYS) / length
                x = x0 + along * (x1 - x0) - aside * (y1 - y0)
                y = y0 + along * (y1 - y0) + aside * (x1 - x0)
                found.append(("transport", round(x, 2), round(y, 2)))
    return found


def people(mesh, parcels, dice):
    """(count, x, y) of cells of a telephone network, with the people seen there at night."""
    found = []
    for parcel in parcels:
        density, count = PEOPLE.get(parcel.land, (0, 0))
        near = 1.6 - min(math.dist(mesh.middle(parcel.cells), CENTRE) / 16_000, 1.2)
        for _ in range(_number(density * mesh.area(parcel.cells) / 1e6, dice)):
            seen = round(count * near * math.exp(dice.gauss(0, 0.4)))
            found.append((seen, *mesh.inside(_cell(mesh, parcel, dice), dice)))
    return found


def roads(mesh, parcels, dice):
    """(category, line) of roads, railways and waterways."""
    lines = []
    for along, corridors, across in ((1, COLUMNS, mesh.v), (0, ROWS, mesh.u)):
        for corridor in corridors:
            places = [(corridor.middle, w) if along else (w, corridor.middle) for w in across]
            line = [on_the_ground(*place) for place in places]
            lines += [(corridor.category, line[start : start + 17]) for start in range(0, len(line) - 1, 16)]
    for parcel in parcels:
        kind = parcel.land if parcel.use == "block" else parcel.use
        lines += [
            (category, _street(mesh, parcel, axis, dice))
            for category, axis, chance in STREETS.get(kind, ())
            if dice.random() < chance
        ]
    return [line for line in lines if len(line[1]) > 1]


def _street(mesh, parcel, axis, dice):
    """A line through a parcel, along the middles of a row or column of its cells."""
    places = sorted({cell[1 - axis] for cell in parcel.cells})
    place = dice.choice(places)
    cells = sorted(cell for cell in parcel.cells if cell[1 - axis] == place)
    shift = dice.uniform(0.3, 0.7)
    line = []
    for i, j in cells:
        (u0, u1), (v0, v1) = (mesh.u[i], mesh.u[i + 1]), (mesh.v[j], mesh.v[j + 1])
        for end in (0.05, 0.95):
            a, b = (end, shift) if axis == 0 else (shift, end)
            line.append(on_the_ground(u0 + a * (u1 - u0), v0 + b * (v1 - v0)))
    return line


def _cell(mesh, parcel, dice):
    """One of the cells of a parcel, the larger the more often."""
    cells = sorted(parcel.cells)
    return dice.choices(cells, [mesh.area([cell]) for cell in cells])[0]


def _number(mean, dice):
    """A whole number about a mean."""
    return int(mean + dice.random())


# Townships

NAMES = (
    ("Southwest", "South", "Southeast"),
    ("West", "Centre", "East"),
    ("Northwest", "North", "Northeast"),
)
# GDP [100 million CNY], made up so that all four zones occur: much in the middle, little in the hills
GDP = {"Centre": 9_200, "East": 3_400, "Northeast": 2_100, "Southeast": 1_300, "South": 850, "North": 700}
GDP |= {"West": 210, "Southwest": 55, "Northwest": 48}
BETWEEN_COLUMNS = (COLUMNS[1].edges[0], COLUMNS[6].edges[1])  # along motorways: parcels are on one side
BETWEEN_ROWS = (10_300.0, 26_300.0)  # across parcels, wherever they lie
WAVES = (3, -4)  # half waves of these borders in a township
HEIGHT_OF_WAVES = 420.0  # [m]


def townships(mesh):
    """(name, ring) of the townships, which tile the city as well."""
    columns = (0.0, *BETWEEN_COLUMNS, WIDTH)
    return [
        (NAMES[row][column], _township(mesh, columns[column], columns[column + 1], row))
        for row in range(3)
        for column in range(3)
    ]


def _township(mesh, west, east, row):
    south = _border(mesh, west, east, row)
    north = _border(mesh, west, east, row + 1)
    right, left = (
        [_on_edge(mesh, u, v) for v in mesh.v if _line(mesh, row) < v < _line(mesh, row + 1)]
        for u in (east, west)
    )
    plan = south + right + north[::-1] + left[::-1]
    ring = [on_the_ground(*place) for place in plan]
    return [*ring, ring[0]]


def _border(mesh, west, east, number):
    """Places of the plan on the border below a row of townships, from west to east."""
    v = _line(mesh, number)
    if number in (0, 3):
        return [_on_edge(mesh, u, v) for u in mesh.u if west <= u <= east]
    (u0, v0), (u1, v1) = _on_edge(mesh, west, v), _on_edge(mesh, east, v)
    steps, waves = round((east - west) / 400), WAVES[number - 1]
    return [
        (u0 + (u1 - u0) * part, v0 + (v1 - v0) * part + HEIGHT_OF_WAVES * _wave(waves, part))
        for part in (step / steps for step in range(steps + 1))
    ]


def _wave(number, part):
    """A wavy line that is 0 at both ends."""
    return math.sin(math.pi * number * part) + 0.45 * math.sin(math.pi * (number * 2 + 3) * part)


def _line(mesh, number):
    """The line of the mesh where the border below a row of townships begins and ends."""
    wanted = (0.0, *BETWEEN_ROWS, HEIGHT)[number]
    return min(mesh.v, key=lambda line: abs(line - wanted))


def _on_edge(mesh, u, v):
    """The crossing of two lines, where it lies in the plan: on borders it may be off its line."""
    return mesh.plan[mesh.u.index(u), mesh.v.index(v)]
