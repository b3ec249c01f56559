"""LandCarbon: land-use carbon accounting and carbon balance zoning for QGIS Processing."""


def classFactory(iface):
    """What QGIS calls to start the plugin; `iface` is None in `qgis_process`."""
    from .plugin import LandCarbonPlugin

    return LandCarbonPlugin(iface)
