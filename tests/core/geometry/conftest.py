"""Polygons for tests of the geometry of parcels; shapely is the independent reference."""

import numpy as np
import pytest
import shapely
from landcarbon.core.geometry.lines import pack_lines
from landcarbon.core.geometry.polygons import pack_polygons


@pytest.fixture(scope="session")
def packed():
    """`packed(shapes)`: shapely polygons (or None) as ours."""
    return lambda shapes: pack_polygons(
        [None if shape is None else shapely.to_wkb(shape) for shape in shapes]
    )


@pytest.fixture(scope="session")
def packed_lines():
    """`packed_lines(shapes)`: shapely lines (or None) as ours."""
    return lambda shapes: pack_lines([None if shape is None else shapely.to_wkb(shape) for shape in shapes])


@pytest.fixture(scope="session")
def parcels():
    """`parcels(random, across, size, corner)`: a partition into `across` x `across` polygons of four to six
    corners with shared borders, as an object array of shapely polygons."""

    def parcels(random, across, size=100.0, corner=(0.0, 0.0)):
        nodes = np.stack(np.meshgrid(np.arange(across + 1.0), np.arange(across + 1.0)), axis=-1)
        nodes += random.uniform(-0.3, 0.3, nodes.shape)
        nodes = nodes * size + np.array(corner)
        middles = (nodes[:, 1:] + nodes[:, :-1]) / 2 + random.uniform(-0.1, 0.1, 2) * size
        rings = np.stack(
            [nodes[:-1, :-1], middles[:-1], nodes[:-1, 1:], nodes[1:, 1:], middles[1:], nodes[1:, :-1]],
            axis=2,
        )
        return shapely.polygons(rings.reshape(-1, 6, 2))

    return parcels


@pytest.fixture(scope="session")
def blob():
    """`blob(random, vertices, radius, centre)`: a polygon with a ragged border and a ragged hole."""

    def ring(random, vertices, radius):
        angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
        far = radius * (1 + 0.4 * random.uniform(-1, 1, vertices))
        return np.column_stack((far * np.cos(angle), far * np.sin(angle)))

    def blob(random, vertices, radius=1.0, centre=(0.0, 0.0)):
        shell = ring(random, vertices, radius) + np.array(centre)
        return shapely.Polygon(shell, [ring(random, vertices, radius / 3) + np.array(centre)])

    return blob
