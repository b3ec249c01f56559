"""Cells of rasters in classes, and the time of bands."""

import numpy as np
from qgis.core import Qgis, QgsColorRampShader, QgsRasterShader, QgsSingleBandPseudoColorRenderer
from qgis.PyQt.QtGui import QColor

from ...core.raster.blocks import windows
from ...core.raster.source import close_sources, open_source, read_values
from ...core.sequences import zip_equal
from .classes import class_labels

_SEEN = 512  # cells along each side of a raster that its classes are made for


def sampled_cells(path):
    """About `_SEEN` x `_SEEN` cells of a raster, evenly spread, as an array; NaN = missing.

    Block by block: QGIS would read them through GDAL's cache, which then holds the whole raster.
    """
    source = open_source(path)
    every_row, every_column = (-(-size // _SEEN) for size in (source.grid.height, source.grid.width))
    parts = []
    try:
        for window in windows(source.grid, 16, source.block, workers=8):
            values = read_values(source, window)
            some = values[-window.row % every_row :: every_row, -window.column % every_column :: every_column]
            parts.append(some.ravel())  # a copy: a view would keep the window
    finally:
        close_sources()
    return np.concatenate(parts)


def class_raster(breaks, colours, name, unit=""):
    """Cells in classes between breaks, such as those of Z; name and unit are for the legend."""

    def style(layer):
        layer.setRenderer(discrete(layer.dataProvider(), 1, breaks, colours, unit, name))

    return style


def range_per_band(layer, ranges):
    """Give every band of a raster its range of time."""
    temporal = layer.temporalProperties()
    temporal.setMode(Qgis.RasterTemporalMode.FixedRangePerBand)
    temporal.setFixedRangePerBand(dict(enumerate(ranges, 1)))
    temporal.setIsActive(True)


def discrete(provider, band, breaks, colours, unit, name=""):
    """A renderer of the classes between `breaks`, open at both ends."""
    shader_function = QgsColorRampShader()
    shader_function.setColorRampType(Qgis.ShaderInterpolationMethod.Discrete)
    shader_function.setColorRampItemList(
        [
            QgsColorRampShader.ColorRampItem(upper, QColor(colour), label)
            for upper, colour, label in zip_equal(
                (*breaks, float("inf")), colours, class_labels(breaks, unit, name)
            )
        ]
    )
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(shader_function)
    return QgsSingleBandPseudoColorRenderer(provider, band, shader)
