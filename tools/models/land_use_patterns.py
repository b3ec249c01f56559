"""The model from land cover to patterns and drivers of the carbon budget."""

from model_file import Child, made_model
from preset_parameters import preset_parameter
from qgis.core import (
    Qgis,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)


def land_use_patterns():
    """From land cover to the spatial pattern of the carbon budget and its drivers (chain of Liu 2025)."""
    raster, table = Qgis.ProcessingSourceType.Raster, [Qgis.ProcessingSourceType.Vector]
    polygons = [Qgis.ProcessingSourceType.VectorPolygon]
    parameters = (
        QgsProcessingParameterMultipleLayers("LAND_COVER", "Land cover", raster),
        QgsProcessingParameterString("YEARS", "Years", optional=True),
        preset_parameter("CLASS_PRESET", "Land cover product", "classes", "igbp"),
        preset_parameter("COEFFICIENT_PRESET", "Coefficients", "coefficients", "liu2025"),
        QgsProcessingParameterFeatureSource("UNITS", "Units", polygons),
        QgsProcessingParameterField("UNIT_FIELD", "Name or code of the units", None, "UNITS"),
        QgsProcessingParameterField("REGION_FIELD", "Region of the units", None, "UNITS", optional=True),
        QgsProcessingParameterFeatureSource("STATISTICS", "Table with drivers", table),
        QgsProcessingParameterString("FIELD", "Field whose pattern is looked for", "net_t"),
        QgsProcessingParameterString(
            "CLASS_FIELDS",
            "Fields that clusters are alike in",
            "cropland_t;forest_t;grassland_t;water_t;unused_t;construction_t",
        ),
        QgsProcessingParameterNumber(
            "CLUSTERS", "Number of clusters", Qgis.ProcessingNumberParameterType.Integer, 5, minValue=2
        ),
        QgsProcessingParameterString("FACTORS", "Factors of the geographic detector", "gdp;area_ha"),
        QgsProcessingParameterString("STRATA", "Number of strata", "5"),
        QgsProcessingParameterString("DRIVERS", "Drivers of the regression", "gdp;area_ha"),
    )
    units = {name: f"<{name}>" for name in ("UNITS", "UNIT_FIELD")}
    covers = ("LAND_COVER", "YEARS", "CLASS_PRESET", "COEFFICIENT_PRESET", "REGION_FIELD")
    pattern = {"INPUT": "panel:OUTPUT"}
    children = (
        Child(
            "budget",
            "landcarbon:landusebudget",
            units | {name: f"<{name}>" for name in covers},
            {"OUTPUT": "Carbon budget"},
        ),
        Child(
            "panel",
            "landcarbon:unitpanel",
            units | {"TABLES": ["budget:BUDGET", "<STATISTICS>"]},
            {"OUTPUT": "Budget with drivers"},
        ),
        Child("moran", "landcarbon:globalmoran", pattern | {"FIELDS": "<FIELD>"}, {"OUTPUT": "Global Moran"}),
        Child("hotspots", "landcarbon:hotspot", pattern | {"FIELD": "<FIELD>"}, {"OUTPUT": "Hot spots"}),
        Child(
            "clusters",
            "landcarbon:hierarchicalclusters",
            pattern | {"FIELDS": "<CLASS_FIELDS>", "CLUSTERS": "<CLUSTERS>"},
            {"OUTPUT": "Clusters", "PROFILE": "Profile of clusters"},
        ),
        Child(
            "detector",
            "landcarbon:geodetector",
            pattern | {"RESPONSE": "<FIELD>", "FACTORS": "<FACTORS>", "STRATA": "<STRATA>"},
            {"FACTOR_Q": "Factors by q", "INTERACTIONS": "Interactions"},
        ),
        Child(
            "regression",
            "landcarbon:stepwiseregression",
            pattern | {"RESPONSE": "<FIELD>", "DRIVERS": "<DRIVERS>"},
            {"COEFFICIENTS": "Coefficients", "STEPS": "Steps"},
        ),
    )
    name = "Patterns and drivers of the land-use carbon budget"
    return made_model(name, parameters, children, LAND_USE_PATTERNS_HELP)


LAND_USE_PATTERNS_HELP = {
    "ALG_DESC": (
        "From land cover to where emission and sequestration gather and what drives them, as Liu 2025 did "
        "for urban agglomerations of China: budget of every unit, Moran's I, hot spots, clusters by class "
        "of land, geographic detector, stepwise regression. Needs the Python package scipy."
    ),
    "LAND_COVER": "Rasters of classes, one per year.",
    "YEARS": "One per raster, in their order. Empty: the year in the name of each.",
    "CLASS_PRESET": "Which land cover the rasters are.",
    "COEFFICIENT_PRESET": "Carbon per hectare and year of every class.",
    "UNITS": "Polygons that are accounted: counties, cities, provinces. Any coordinate system.",
    "UNIT_FIELD": "Field with a value of its own for every unit; the table's column 'unit' holds the same.",
    "REGION_FIELD": "Field with the region of China of every unit, for coefficients by region.",
    "STATISTICS": "Columns unit, year and a column per driver, such as gdp.",
    "FIELD": "net_t (net emission), ce_t, cs_t (sequestration), <class>_t or a column of the table.",
    "CLASS_FIELDS": "Names with semicolons between: <class>_t of the classes that the product has.",
    "CLUSTERS": "How many clusters are left.",
    "FACTORS": "Names of columns of the table or fields of the budget, with semicolons between.",
    "STRATA": "Into how many strata numbers are cut: one number, or a range such as 3-8.",
    "DRIVERS": "Names of columns of the table or fields of the budget, with semicolons between: numbers.",
    "carbon_budget": "Units with emission, sequestration and net emission, of every class as well.",
    "budget_with_drivers": "The same with the columns of the table.",
    "global_moran": "Table with Moran's I of the field per year.",
    "hot_spots": "Units with Gi* of the field.",
    "clusters": "Units with their cluster.",
    "profile_of_clusters": "Table with the mean and the range of every field in every cluster.",
    "factors_by_q": "Table with the share q of the field's variance that each factor explains.",
    "interactions": "Table with q of every two factors together.",
    "coefficients": "Table of the regression: coefficients, their tests, VIF and importance.",
    "steps": "Table with the driver that entered or left at every step.",
}
