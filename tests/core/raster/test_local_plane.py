"""Planes that keep areas, against closed forms and known distortions."""

import numpy as np
import pytest
from landcarbon.core.errors import InputDataError
from landcarbon.core.raster.grid import Grid, cell_areas
from landcarbon.core.raster.local_plane import area_scale, equal_area_plane


def test_scale_of_web_mercator(wkt_of):
    # Cosine squared of the latitude on the sphere that it takes the Earth for.
    latitude = np.arctan(np.sinh(3_500_000 / 6378137))
    assert area_scale(wkt_of("EPSG:3857"), 12_700_000, 3_500_000) == pytest.approx(
        np.cos(latitude) ** 2, rel=0.01
    )


def test_scale_on_the_central_meridian_of_utm(wkt_of):
    assert area_scale(wkt_of("EPSG:32649"), 500_000, 3_000_000) == pytest.approx(0.9996**-2, rel=1e-6)


def test_scale_in_feet(wkt_of):
    # California 6, a Lambert conformal conic in US feet, is true to some 1e-4.
    assert area_scale(wkt_of("EPSG:2230"), 6_500_000, 1_900_000) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("system", ["EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:4547"])
def test_cells_far_from_the_centre_have_their_true_area(wkt_of, system):
    plane = equal_area_plane(wkt_of(system), 114.0, 30.0)
    grid = Grid(1, 1, (800_000, 1000, 0, -600_000, 0, -1000), plane)
    assert cell_areas(grid).window_ha(0, 1, 0, 1)[0, 0] == pytest.approx(100, rel=1e-6)


def test_the_datum_is_kept(wkt_of):
    plane = Grid(1, 1, (0, 1, 0, 0, 0, -1), equal_area_plane(wkt_of("EPSG:4547"), 114.0, 30.0)).crs
    assert plane.GetAttrValue("DATUM") == "China_2000"
    assert plane.GetLinearUnits() == 1


def test_a_system_of_no_place_on_the_earth():
    local = (
        'ENGCRS["site",EDATUM["site"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
    )
    with pytest.raises(InputDataError, match="does not say where on Earth the polygons are"):
        equal_area_plane(local, 0.0, 0.0)
