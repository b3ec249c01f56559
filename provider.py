"""The Processing provider and the list of its algorithms."""

from pathlib import Path

from qgis.core import QgsProcessingModelAlgorithm, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.accounting.aggregate_carbon import AggregateCarbon
from .algorithms.accounting.allocate_emissions import AllocateEmissions
from .algorithms.accounting.land_transition import LandTransition
from .algorithms.accounting.land_use_budget import LandUseBudget
from .algorithms.accounting.sector_inventory import SectorInventory
from .algorithms.accounting.unit_panel import UnitPanel
from .algorithms.forecast.stirpat_fit import StirpatFit
from .algorithms.forecast.stirpat_forecast import StirpatForecast
from .algorithms.pattern.deviational_ellipse import DeviationalEllipse
from .algorithms.pattern.emerging_hot_spots import EmergingHotSpots
from .algorithms.pattern.geodetector import Geodetector
from .algorithms.pattern.global_moran import GlobalMoran
from .algorithms.pattern.hierarchical_clusters import HierarchicalClusters
from .algorithms.pattern.hot_spot import HotSpot
from .algorithms.pattern.local_moran import LocalMoran
from .algorithms.pattern.stepwise_regression import StepwiseRegression
from .algorithms.productivity.casa_nep import CasaNep
from .algorithms.productivity.zonal_carbon import ZonalCarbon
from .algorithms.trend.fill_series import FillSeries
from .algorithms.trend.raster_trend import RasterTrend
from .algorithms.trend.unit_trend import UnitTrend
from .algorithms.zoning.balance_zoning import BalanceZoning
from .algorithms.zoning.carbon_indices import CarbonIndices
from .algorithms.zoning.land_use_intensity import LandUseIntensity
from .algorithms.zoning.neutrality_zoning import NeutralityZoning

RESOURCES = Path(__file__).parent / "resources"
ICON = RESOURCES / "icons" / "landcarbon.svg"
MODELS = RESOURCES / "models"

ALGORITHMS = (
    LandUseBudget,
    LandTransition,
    SectorInventory,
    AllocateEmissions,
    AggregateCarbon,
    UnitPanel,
    CasaNep,
    ZonalCarbon,
    CarbonIndices,
    BalanceZoning,
    LandUseIntensity,
    NeutralityZoning,
    RasterTrend,
    UnitTrend,
    FillSeries,
    GlobalMoran,
    LocalMoran,
    HotSpot,
    EmergingHotSpots,
    StirpatFit,
    StirpatForecast,
    Geodetector,
    StepwiseRegression,
    HierarchicalClusters,
    DeviationalEllipse,
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
        # Last, as their steps are algorithms from above. QGIS finds those only once the provider is
        # registered, so whoever adds it calls `refreshAlgorithms`: else models list no outputs.
        for path in sorted(MODELS.glob("*.model3")):
            model = QgsProcessingModelAlgorithm()
            if model.fromFile(str(path)):
                self.addAlgorithm(model)
