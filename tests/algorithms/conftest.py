"""Factories of tiny inputs, and a runner of algorithms as QGIS runs them."""

from types import SimpleNamespace

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.analysis import QgsNativeAlgorithms
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingProvider,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

KINDS = {str: QMetaType.Type.QString, int: QMetaType.Type.Int, float: QMetaType.Type.Double}


def square(x, y, size=1.0):
    """WKT of a square by its lower left corner."""
    return f"Polygon(({x} {y},{x + size} {y},{x + size} {y + size},{x} {y + size},{x} {y}))"


class Feedback(QgsProcessingFeedback):
    """Collects the log by kind."""

    def __init__(self):
        super().__init__(False)
        self.infos, self.warnings, self.errors = [], [], []

    def pushInfo(self, text):
        self.infos.append(text)

    def pushWarning(self, text):
        self.warnings.append(text)

    def reportError(self, text, fatal=False):
        self.errors.append(text)


class RunFailed(Exception):
    """The run ended with an error; the text is what the user sees."""


@pytest.fixture(scope="session")
def provider(qgis_app) -> QgsProcessingProvider:
    """The provider, registered once."""
    from landcarbon.provider import LandCarbonProvider

    registry = QgsApplication.processingRegistry()
    registered = registry.providerById("landcarbon")
    if registered is not None:  # by the tests of another folder that use this fixture
        yield registered
        return
    if registry.providerById("native") is None:  # steps of models
        registry.addProvider(QgsNativeAlgorithms(registry))
    provider = LandCarbonProvider()
    registry.addProvider(provider)
    provider.refreshAlgorithms()  # as the plugin does: models find their steps
    yield provider
    registry.removeProvider(provider)


@pytest.fixture
def feedback():
    return Feedback()


@pytest.fixture
def context():
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    yield context
    # pytest keeps the context of the last test beyond the application, which must not happen to its layers.
    context.temporaryLayerStore().removeAllMapLayers()


@pytest.fixture
def run(provider, context, feedback):
    """Run an algorithm by its id: results, log and context, or RunFailed with the user's message."""

    def run(name, **parameters):
        algorithm = provider.algorithm(name).create()
        for definition in algorithm.parameterDefinitions():
            if not definition.isDestination() and definition.name() not in parameters:
                parameters[definition.name()] = definition.defaultValue()
        acceptable, reason = algorithm.checkParameterValues(parameters, context)
        if not acceptable:
            raise RunFailed(reason)
        results, succeeded = algorithm.run(parameters, context, feedback)
        if not succeeded:
            raise RunFailed("\n".join(feedback.errors))
        return SimpleNamespace(results=results, feedback=feedback, context=context)

    return run


@pytest.fixture
def make_layer(qgis_app):
    """Make a memory layer of the project: `make_layer({"unit": str}, [("a",)], [square(0, 0)])`."""
    made = []

    def make_layer(fields, rows, shapes=None, crs="EPSG:4326", geometry="Polygon", name="units"):
        uri = "None" if shapes is None else f"{geometry}?crs={crs}" if crs else geometry
        layer = QgsVectorLayer(uri, name, "memory")
        if not crs:
            layer.setCrs(QgsCoordinateReferenceSystem())
        layer.dataProvider().addAttributes([QgsField(field, KINDS[kind]) for field, kind in fields.items()])
        layer.updateFields()
        features = []
        for row, shape in zip(rows, shapes or [None] * len(rows), strict=True):
            feature = QgsFeature(layer.fields())
            feature.setAttributes(list(row))
            if shape is not None:
                feature.setGeometry(QgsGeometry.fromWkt(shape))
            features.append(feature)
        added, _ = layer.dataProvider().addFeatures(features)
        if not added:
            raise ValueError("features that the layer does not take")
        layer.updateExtents()
        QgsProject.instance().addMapLayer(layer, False)
        made.append(layer.id())
        return layer

    yield make_layer
    QgsProject.instance().removeMapLayers(made)


@pytest.fixture
def make_csv(tmp_path):
    """Write a table: `make_csv("a.csv", "unit,year\\nx,2019\\n")`; returns its path."""

    def make_csv(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    return make_csv


@pytest.fixture
def make_raster(tmp_path):
    """Write a raster: `make_raster("lc_2019.tif", [[1, 12]], cell=0.5, top=1.0)`; returns its path."""

    def make_raster(name, values, left=0.0, top=1.0, cell=0.5, epsg=4326, nodata=None):
        values = np.asarray(values)
        path = str(tmp_path / name)
        code = gdal.GDT_Byte if values.dtype.kind in "iu" else gdal.GDT_Float32
        raster = gdal.GetDriverByName("GTiff").Create(path, values.shape[1], values.shape[0], 1, code)
        raster.SetGeoTransform((left, cell, 0.0, top, 0.0, -cell))
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
        raster.SetProjection(reference.ExportToWkt())
        band = raster.GetRasterBand(1)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        band.WriteArray(values)
        raster = band = None
        return path

    return make_raster


def read_rows(context, destination, provider="ogr"):
    """The rows of an output as dicts without `fid`; NULL is None."""
    from landcarbon.algorithms.layers import python_value

    layer = context.getMapLayer(destination) or QgsVectorLayer(destination, "output", provider)
    names = layer.fields().names()
    return [
        {
            name: python_value(value)
            for name, value in zip(names, feature.attributes(), strict=True)
            if name != "fid"
        }
        for feature in layer.getFeatures()
    ]


@pytest.fixture
def rows(context):
    """`rows(destination)`: the rows of an output."""
    return lambda destination: read_rows(context, destination)


@pytest.fixture
def draft(feedback, context):
    """A bare algorithm with a layer, a table and a raster output; `draft(write)` runs `write(results)`."""
    from landcarbon.algorithms.base import Group, LandCarbonAlgorithm, shows_input_errors
    from landcarbon.algorithms.record import RunRecord
    from landcarbon.algorithms.sinks import Results
    from qgis.core import QgsProcessingParameterFeatureSink, QgsProcessingParameterRasterDestination

    class Draft(LandCarbonAlgorithm):
        NAME = "draft"
        GROUP = Group.ACCOUNTING
        write = None

        def displayName(self):
            return "Draft"

        def summary(self):
            return "Writes what a test wants."

        def createInstance(self):
            instance = Draft()
            instance.write = self.write
            return instance

        def initAlgorithm(self, config=None):
            for name in ("OUTPUT", "TABLE"):
                self.add(QgsProcessingParameterFeatureSink(name, name.title(), optional=True), "Rows.")
            self.add(QgsProcessingParameterRasterDestination("DENSITY", "Density", optional=True), "Cells.")

        @shows_input_errors
        def processAlgorithm(self, parameters, context, feedback):
            results = Results(RunRecord(self, parameters, context, feedback))
            with results:
                self.write(results)
            return results.values

    def draft(write, **parameters):
        algorithm = Draft()
        algorithm.initAlgorithm()
        algorithm.write = write
        results, succeeded = algorithm.create().run(parameters, context, feedback)
        if not succeeded:
            raise RunFailed("\n".join(feedback.errors))
        return results

    return draft
