"""The plan of a city that does not exist: blocks of land between roads, and how they lie on the ground.

The city is drawn on a rectangle of mesh lines. Roads, a railway and a river are narrow rows and columns of
the mesh; between them are blocks, cut until there are as many parcels as are wanted. A parcel is a set of
cells of the mesh, so that neighbours share their vertices and nothing is left between them. Then the whole
rectangle is bent, which makes the straight lines of the plan the curved roads of a city.
"""

from __future__ import annotations

import math
from typing import NamedTuple

WIDTH, HEIGHT = 48_000.0, 36_000.0  # of the plan [m]
CENTRE = (24_000.0, 17_000.0)
ORIGIN = (500_000.0, 3_320_000.0)  # where the middle of the plan lies, EPSG:32651
SPACING = 750.0  # at most, between lines of the mesh [m]
ROUNDNESS = 0.7  # 0 leaves the rectangle, 1 makes an ellipse of it
TRANSPORT, WATER = "transport land", "water"


class Corridor(NamedTuple):
    """A road, railway or river across the whole city: its middle in the plan and its width [m]."""

    middle: float
    width: float
    category: str

    @property
    def edges(self):
        return self.middle - self.width / 2, self.middle + self.width / 2

    @property
    def land(self):
        return WATER if self.category == "waterway" else TRANSPORT


COLUMNS = (  # from west to east; they run from south to north
    Corridor(7_000, 120, "primary"),
    Corridor(14_500, 160, "motorway"),
    Corridor(19_500, 90, "secondary"),
    Corridor(23_000, 120, "primary"),
    Corridor(26_500, 60, "residential"),
    Corridor(30_500, 120, "rail"),
    Corridor(34_000, 160, "motorway"),
    Corridor(41_500, 90, "secondary"),
)
ROWS = (  # from south to north
    Corridor(5_500, 90, "secondary"),
    Corridor(11_500, 160, "motorway"),
    Corridor(14_800, 60, "residential"),
    Corridor(17_800, 120, "primary"),
    Corridor(20_800, 90, "secondary"),
    Corridor(24_500, 240, "waterway"),
    Corridor(30_000, 120, "primary"),
)
LAKE = (10_700.0, 8_600.0, 2_900.0, 2_100.0)  # middle and half axes in the plan [m]


class Parcel(NamedTuple):
    """Cells (column, row) of the mesh, the land type where the plan sets it, and what it is."""

    cells: frozenset
    land: str | None
    use: str


class Mesh:
    """Lines of the plan, and the places of their crossings on the ground.

    Attributes
    ----------
    u, v : list of float
        Lines of the plan [m].
    nodes : dict of (int, int) to (float, float)
        Place of every crossing of two lines [m], in whole centimetres.
    """

    def __init__(self, dice):
        self.u = _lines(WIDTH, COLUMNS)
        self.v = _lines(HEIGHT, ROWS)
        self._columns = {edge for corridor in COLUMNS for edge in corridor.edges}
        self._rows = {edge for corridor in ROWS for edge in corridor.edges}
        self.plan = {(i, j): self._moved(i, j, dice) for i in range(len(self.u)) for j in range(len(self.v))}
        self._round_the_lake()
        self.nodes = {node: on_the_ground(*place) for node, place in self.plan.items()}

    def cells(self):
        return ((i, j) for i in range(len(self.u) - 1) for j in range(len(self.v) - 1))

    def place(self, cell):
        """Middle of a cell in the plan."""
        i, j = cell
        return (self.u[i] + self.u[i + 1]) / 2, (self.v[j] + self.v[j + 1]) / 2

    def middle(self, cells):
        """Middle of several cells in the plan."""
        places = [self.place(cell) for cell in sorted(cells)]
        return tuple(math.fsum(place[axis] for place in places) / len(places) for axis in (0, 1))

    def area(self, cells):
        """Area of cells in the plan [m2]."""
        return math.fsum((self.u[i + 1] - self.u[i]) * (self.v[j + 1] - self.v[j]) for i, j in cells)

    def lake_cells(self):
        return frozenset(cell for cell in self.cells() if _in_lake(*self.place(cell)))

    def corridor(self, cell):
        """The corridors (of the column, of the row) that a cell belongs to; None where there is none."""
        u, v = self.place(cell)
        return (
            next((one for one in COLUMNS if one.edges[0] < u < one.edges[1]), None),
            next((one for one in ROWS if one.edges[0] < v < one.edges[1]), None),
        )

    def inside(self, cell, dice):
        """A place on the ground, in a cell and clear of its border."""
        i, j = cell
        a, b = dice.uniform(0.08, 0.92), dice.uniform(0.08, 0.92)
        corners = (self.nodes[i, j], self.nodes[i + 1, j], self.nodes[i, j + 1], self.nodes[i + 1, j + 1])
        weights = ((1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b)
        return tuple(
            round(sum(w * corner[axis] for w, corner in zip(weights, corners, strict=True)), 2)
            for axis in (0, 1)
        )

    def _moved(self, i, j, dice):
        """A crossing, off its place unless it is on the edge of a corridor or of the city."""
        u, v = self.u[i], self.v[j]
        du, dv = dice.uniform(-1, 1), dice.uniform(-1, 1)
        if 0 < i < len(self.u) - 1 and u not in self._columns:
            u += 0.17 * du * min(self.u[i] - self.u[i - 1], self.u[i + 1] - self.u[i])
        if 0 < j < len(self.v) - 1 and v not in self._rows:
            v += 0.17 * dv * min(self.v[j] - self.v[j - 1], self.v[j + 1] - self.v[j])
        return u, v

    def _round_the_lake(self):
        """Move the crossings on the shore onto an ellipse."""
        lake = self.lake_cells()
        for node in {(i + a, j + b) for i, j in lake for a in (0, 1) for b in (0, 1)}:
            around = {(node[0] - a, node[1] - b) for a in (0, 1) for b in (0, 1)}
            if around <= lake:
                continue
            (u, v), (u0, v0, a, b) = self.plan[node], LAKE
            stretch = 1 / math.hypot((u - u0) / a, (v - v0) / b)
            self.plan[node] = u0 + (u - u0) * stretch, v0 + (v - v0) * stretch


def on_the_ground(u, v):
    """Where a place of the plan lies [m]: the rectangle rounded (elliptical grid mapping), and waved."""
    s, t = 2 * u / WIDTH - 1, 2 * v / HEIGHT - 1
    x = s * math.sqrt(1 - ROUNDNESS * t * t / 2) + 0.035 * math.sin(2.6 * t + 0.8) + 0.012 * math.sin(7 * t)
    y = t * math.sqrt(1 - ROUNDNESS * s * s / 2) + 0.040 * math.sin(3.1 * s - 0.4) + 0.015 * math.sin(8 * s)
    return round(ORIGIN[0] + x * WIDTH / 2, 2), round(ORIGIN[1] + y * HEIGHT / 2, 2)


def parcels_of(mesh, count, dice):
    """So many parcels that tile the city: corridors in pieces, the lake with its island, blocks."""
    lake = mesh.lake_cells()
    island = min(sorted(lake), key=lambda cell: math.dist(mesh.place(cell), LAKE[:2]))
    fixed = [
        *_corridor_parcels(mesh),
        Parcel(lake - {island}, WATER, "lake"),
        Parcel(frozenset({island}), "forest land", "island"),
    ]
    taken = frozenset().union(*(parcel.cells for parcel in fixed))
    blocks = _blocks(mesh, taken, count - len(fixed), dice)
    return fixed + [Parcel(block, None, "block") for block in blocks]


def target_area(u, v):
    """Area that a block should have at a place of the plan [m2]: small in the middle of the city."""
    far = math.dist((u, v), CENTRE)
    return 0.6e6 + 4.4e6 * min(far / 17_000, 1) ** 1.5


def _lines(length, corridors):
    """Lines of the mesh across one side of the plan: edges of corridors, and others evenly between."""
    edges = [0.0, *(edge for corridor in corridors for edge in corridor.edges), length]
    lines = []
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        parts = max(math.ceil((end - start) / SPACING), 1)
        lines += [start + (end - start) * part / parts for part in range(parts)]
    return [*lines, length]


def _in_lake(u, v):
    u0, v0, a, b = LAKE
    return math.hypot((u - u0) / a, (v - v0) / b) < 1


def _corridor_parcels(mesh):
    """Corridors in pieces. The river is never built over, and columns have the crossings of roads.

    A column is cut where it crosses every second row, a row at every third column: a piece of a row has
    several parts.
    """
    pieces = {}
    for cell in mesh.cells():
        column, row = mesh.corridor(cell)
        if column is None and row is None:
            continue
        u, v = mesh.place(cell)
        if row is not None and (column is None or row.category == "waterway"):
            key = row, sum(other.middle < u for other in COLUMNS) // 3
        else:
            key = column, sum(other.middle < v for other in ROWS) // 2
        pieces.setdefault(key, set()).add(cell)
    return [
        Parcel(frozenset(cells), corridor.land, corridor.category) for (corridor, _), cells in pieces.items()
    ]


def _blocks(mesh, taken, count, dice):
    """The land between corridors in so many blocks: the one that is most too large is cut first."""
    blocks = [block - taken for block in _between_corridors(mesh)]
    while len(blocks) < count:
        able = [block for block in blocks if _side(block, 0) > 1 or _side(block, 1) > 1]
        largest = max(able, key=lambda block: mesh.area(block) / target_area(*mesh.middle(block)))
        blocks.remove(largest)
        blocks += _halves(mesh, largest, dice)
    return blocks


def _between_corridors(mesh):
    """Cells between corridors, by the rectangle that they are in."""
    rectangles = {}
    for cell in mesh.cells():
        if mesh.corridor(cell) == (None, None):
            u, v = mesh.place(cell)
            key = sum(one.middle < u for one in COLUMNS), sum(one.middle < v for one in ROWS)
            rectangles.setdefault(key, set()).add(cell)
    return [frozenset(cells) for cells in rectangles.values()]


def _side(block, axis):
    places = [cell[axis] for cell in block]
    return max(places) - min(places) + 1


def _halves(mesh, block, dice):
    """A block cut across its longer side, near the middle."""
    axis = 0 if _side(block, 0) >= _side(block, 1) else 1
    places = sorted({cell[axis] for cell in block})
    cut = places[min(max(round(len(places) * dice.uniform(0.36, 0.64)), 1), len(places) - 1)]
    below = frozenset(cell for cell in block if cell[axis] < cut)
    return below, block - below


def rings(cells):
    """Borders of a set of cells, as closed rings of crossings: outer ones to the left around it, holes to the
    right.

    Where two cells touch at a corner only, each has a ring of its own.
    """
    edges = {}
    for i, j in sorted(cells):
        corners = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            edges.setdefault(start, set()).add(end)
    for start, ends in list(edges.items()):
        for end in list(ends):
            if start in edges.get(end, ()) and start < end:
                edges[end].discard(start)
                edges[start].discard(end)
    found = []
    while any(edges.values()):
        start = min(node for node, ends in edges.items() if ends)
        ring, node, came = [start], start, None
        while True:
            ends = edges[node]
            after = min(ends, key=lambda end: _turn(came, node, end))
            ends.discard(after)
            came, node = node, after
            ring.append(node)
            if node == start:
                break
        found.append(ring)
    return found


def _turn(came, node, end):
    """Left turns first, so that a ring keeps to its own side of a corner that two cells share."""
    if came is None:
        return 0
    (a, b), (c, d) = (node[0] - came[0], node[1] - came[1]), (end[0] - node[0], end[1] - node[1])
    return -(a * d - b * c)


def signed_area(points):
    """Area of a closed ring, positive where it runs to the left around it [m2]."""
    pairs = zip(points[:-1], points[1:], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2
