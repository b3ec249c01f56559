"""The Processing provider and the list of its algorithms."""

from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.accounting.land_use_budget import LandUseBudget
from .algorithms.accounting.unit_panel import UnitPanel
from .algorithms.pattern.emerging_hot_spots import EmergingHotSpots
from .algorithms.pattern.geodetector import Geodetector
from .algorithms.pattern.global_moran import GlobalMoran
from .algorithms.pattern.hierarchical_clusters import HierarchicalClusters
from .algorithms.pattern.hot_spot import HotSpot
from .algorithms.pattern.local_moran import LocalMoran
from .algorithms.pattern.stepwise_regression import StepwiseRegression
from .algorithms.trend.fill_series import FillSeries
from .algorithms.trend.raster_trend import RasterTrend
from .algorithms.trend.unit_trend import UnitTrend
from .algorithms.zoning.balance_zoning import BalanceZoning
from .algorithms.zoning.carbon_indices import CarbonIndices

ICON = Path(__file__).parent / "resources" / "icons" / "landcarbon.svg"

ALGORITHMS = (
    LandUseBudget,
    UnitPanel,
    CarbonIndices,
    BalanceZoning,
    RasterTrend,
    UnitTrend,
    FillSeries,
    GlobalMoran,
    LocalMoran,
    HotSpot,
    EmergingHotSpots,
    Geodetector,
    StepwiseRegression,
    HierarchicalClusters,
)


class LandCarbonProvider(QgsProcessingProvider):
    """Carbon accounting and carbon balance zoning."""

    def id(self):
        return "landcarbon"

    def name(self):
        return "LandCarbon"

    def icon(self):
        return QIcon(str(ICON))

    def svgIconPath(self):
        return str(ICON)

    def supportedOutputRasterLayerExtensions(self):
        return ["tif"]  # `core.raster.output` writes GeoTIFF only

    def loadAlgorithms(self):
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
