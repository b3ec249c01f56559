"""Planes for a part of the Earth: whether a projection is true to areas there, and one that is."""

from osgeo import osr

from ..errors import InputDataError
from .gdal_state import gdal_exceptions
from .grid import Grid, cell_areas

_PROBE_M = 1000.0  # side of the square whose true area is compared


def area_scale(crs_wkt, x, y):
    """True area over planar area of a square of 1 km about a place.

    Parameters
    ----------
    crs_wkt : str
        Of a projected coordinate reference system.
    x, y : float
        In its units.

    Returns
    -------
    float
    """
    side = _PROBE_M / Grid(1, 1, (0, 1, 0, 0, 0, -1), crs_wkt).crs.GetLinearUnits()
    probe = Grid(1, 1, (x - side / 2, side, 0, y + side / 2, 0, -side), crs_wkt)
    return float(cell_areas(probe).window_ha(0, 1, 0, 1)[0, 0]) / (_PROBE_M**2 / 1e4)


def degrees_of(crs_wkt):
    """Longitude and latitude on the datum of a coordinate reference system, as WKT.

    Parameters
    ----------
    crs_wkt : str
        Geographic or projected; it may be one that no database knows.
    """
    with gdal_exceptions():
        given = osr.SpatialReference()
        given.ImportFromWkt(crs_wkt)
        _check_on_earth(given)
        return given.CloneGeogCS().ExportToWkt()


def equal_area_plane(crs_wkt, longitude, latitude):
    """A projection that keeps areas, on the datum of another system: Lambert's azimuthal one, in metres.

    Parameters
    ----------
    crs_wkt : str
        Geographic or projected.
    longitude, latitude : float
        Of the centre [deg].

    Returns
    -------
    str
        The coordinate reference system as WKT.

    Raises
    ------
    InputDataError
        The given system is not one of places on the Earth.

    References
    ----------
    Snyder 1987, Map projections: a working manual, section 24.
    """
    with gdal_exceptions():
        given, made = osr.SpatialReference(), osr.SpatialReference()
        given.ImportFromWkt(crs_wkt)
        _check_on_earth(given)
        made.CopyGeogCSFrom(given)
        made.SetLAEA(latitude, longitude, 0.0, 0.0)
        made.SetLinearUnits("metre", 1.0)
        made.SetProjCS(f"Lambert azimuthal equal area {latitude:g} {longitude:g}")
        return made.ExportToWkt(["FORMAT=WKT2_2019"])


def _check_on_earth(crs):
    if not (crs.IsGeographic() or crs.IsProjected()):
        raise InputDataError(
            "The coordinate system '{crs}' does not say where on Earth the polygons are; assign the right "
            "one.",
            crs=crs.GetName(),
        )
