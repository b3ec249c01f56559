"""Make the models that ship with LandCarbon; run it after a change here:

    QT_QPA_PLATFORM=offscreen python tools/models/make_models.py

It needs a Python that has QGIS. A test checks that what ships is what it makes.
"""

import sys
from pathlib import Path
from xml.etree.ElementTree import canonicalize

from model_file import Child, made_model
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "resources" / "models"
GROUP = "Models"


def nep_zoning():
    """From NDVI and climate of a year to carbon balance zones (chain of Fan et al. 2024)."""
    raster, table = Qgis.ProcessingSourceType.Raster, [Qgis.ProcessingSourceType.Vector]
    polygons = [Qgis.ProcessingSourceType.VectorPolygon]
    parameters = (
        QgsProcessingParameterMultipleLayers("NDVI", "NDVI", raster),
        QgsProcessingParameterMultipleLayers("TEMPERATURE", "Temperature", raster),
        QgsProcessingParameterMultipleLayers("PRECIPITATION", "Precipitation", raster),
        QgsProcessingParameterMultipleLayers("RADIATION", "Solar radiation", raster),
        QgsProcessingParameterNumber(
            "YEAR", "Year", Qgis.ProcessingNumberParameterType.Integer, None, False, 1900, 2100
        ),
        QgsProcessingParameterRasterLayer("VEGETATION", "Vegetation"),
        preset_parameter("VEGETATION_PRESET", "Vegetation parameters", "vegetation", "zhu2007_igbp"),
        QgsProcessingParameterFeatureSource("UNITS", "Units", polygons),
        QgsProcessingParameterField("UNIT_FIELD", "Name or code of the units", None, "UNITS"),
        QgsProcessingParameterEnum(
            "COVERAGE",
            "Cells on borders",
            ["Whole, in the unit that holds their centre", "By the part that a unit covers"],
            defaultValue=0,
        ),
        QgsProcessingParameterFeatureSource("EMISSION", "Table with carbon emission", table),
        QgsProcessingParameterFeatureSource("STATISTICS", "Table with GDP", table),
    )
    children = (
        Child(
            "casa",
            "landcarbon:casanep",
            {
                **{name: f"<{name}>" for name in ("NDVI", "TEMPERATURE", "PRECIPITATION", "RADIATION")},
                **{name: f"<{name}>" for name in ("YEAR", "VEGETATION", "VEGETATION_PRESET")},
                "ALIGNMENT": 2,  # climate is coarser than NDVI as a rule
            },
            {"NEP": "NEP"},
        ),
        Child(
            "zonal",
            "landcarbon:zonalcarbon",
            {
                "FLUX": ["casa:NEP"],
                "YEARS": "",
                **{name: f"<{name}>" for name in ("UNITS", "UNIT_FIELD", "COVERAGE")},
            },
            {"OUTPUT": "Zonal carbon"},
        ),
        # Under a name of its own: a table with emission often has a cs_t of other origin.
        Child(
            "nep",
            "native:renametablefield",
            {"INPUT": "zonal:TABLE", "FIELD": "cs_t", "NEW_NAME": "nep_t"},
            {},
        ),
        Child(
            "panel",
            "landcarbon:unitpanel",
            {
                "TABLES": ["nep:OUTPUT", "<EMISSION>", "<STATISTICS>"],
                "CE_FIELDS": "ce_t",
                "CS_FIELDS": "nep_t",
                "UNITS": "<UNITS>",
                "UNIT_FIELD": "<UNIT_FIELD>",
            },
            {},
        ),
        Child(
            "indices",
            "landcarbon:carbonindices",
            {"INPUT": "panel:OUTPUT", "GDP_FIELD": "gdp"},
            {"OUTPUT": "Carbon indices"},
        ),
        Child(
            "zones",
            "landcarbon:balancezoning",
            {"INPUT": "indices:OUTPUT", "SCHEME": 1},
            {"OUTPUT": "Carbon balance zones", "SUMMARY": "Summary of zones"},
        ),
    )
    return made_model("Carbon balance zoning from NEP", GROUP, parameters, children, NEP_ZONING_HELP)


NEP_ZONING_HELP = {
    "ALG_DESC": (
        "From NDVI and climate of the twelve months of a year to five carbon balance zones, as Fan et al. "
        "2024 did for the middle Yangtze: NPP and NEP by CASA, sums of NEP by unit with the true area of "
        "every cell, emission and GDP from your tables, indices (ECC, ESC), zones."
    ),
    "NDVI": "Twelve rasters, one per month, or one raster of 12 bands; from -1 to 1. NEP is on its grid.",
    "TEMPERATURE": "Monthly mean [deg C], likewise. A coarser raster is interpolated.",
    "PRECIPITATION": "Sum of the month [mm], likewise.",
    "RADIATION": "Total, sum of the month [MJ/m2], likewise.",
    "YEAR": "Year of the rasters; the tables are read for this year.",
    "VEGETATION": "Raster of land cover classes, such as MODIS (IGBP) or CLCD.",
    "VEGETATION_PRESET": "Light use efficiency of the classes of that raster.",
    "UNITS": "Polygons that are accounted: counties, cities, provinces. Any coordinate system.",
    "UNIT_FIELD": "Field with a value of its own for every unit; the tables' column 'unit' holds the same.",
    "COVERAGE": "By centre a small unit is coarse; by part every unit has the exact area of its polygon.",
    "EMISSION": (
        "Columns unit, year, ce_t [t] and, if it is carbon dioxide, mass ('t CO2'). The table of Land-use "
        "carbon budget fits; its own sequestration is not used."
    ),
    "STATISTICS": "Columns unit, year and gdp, in any currency.",
    "nep": "Raster of net ecosystem production [g C/m2/year].",
    "zonal_carbon": "Units with their area, the share of it with data, mean and sum of NEP.",
    "carbon_indices": "Units with emission, sequestration, ECC, ESC and the other indices.",
    "carbon_balance_zones": "Units with their zone.",
    "summary_of_zones": "Number of units and share of the area of every zone.",
}


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
    return made_model(name, GROUP, parameters, children, LAND_USE_PATTERNS_HELP)


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


def neutrality_zoning():
    """From land cover, emission and statistics of many years to zones for carbon neutrality (chain of Huo et
    al. 2025)."""
    table, polygons = [Qgis.ProcessingSourceType.Vector], [Qgis.ProcessingSourceType.VectorPolygon]
    number = Qgis.ProcessingNumberParameterType
    parameters = (
        QgsProcessingParameterMultipleLayers("LAND_COVER", "Land cover", Qgis.ProcessingSourceType.Raster),
        QgsProcessingParameterString("YEARS", "Years of the land cover", optional=True),
        preset_parameter("CLASS_PRESET", "Land cover product", "classes", "igbp"),
        QgsProcessingParameterFeatureSource("UNITS", "Units", polygons),
        QgsProcessingParameterField("UNIT_FIELD", "Name or code of the units", None, "UNITS"),
        QgsProcessingParameterFeatureSource("EMISSION", "Table with carbon emission", table),
        QgsProcessingParameterFeatureSource("STATISTICS", "Table with statistics", table),
        QgsProcessingParameterNumber("RESERVE", "Reserve for biodiversity", number.Double, 0.0, False, 0, 1),
        QgsProcessingParameterNumber("K", "K of the ridge regression", number.Double, 0.02, False, 0),
        QgsProcessingParameterNumber("CLASS_COUNT", "Number of zones", number.Integer, 5, False, 2, 9),
    )
    units = {"UNITS": "<UNITS>", "UNIT_FIELD": "<UNIT_FIELD>"}
    children = (
        Child(
            "budget",
            "landcarbon:landusebudget",
            {
                **units,
                **{name: f"<{name}>" for name in ("LAND_COVER", "YEARS", "CLASS_PRESET")},
                "COEFFICIENT_PRESET": "huo2025",
            },
            {},
        ),
        # Sinks only: emission is that of the inventory, in every year that it has.
        Child(
            "sinks",
            "native:retainfields",
            {"INPUT": "budget:BUDGET", "FIELDS": ["unit", "year", "cs_t", "mass"]},
            {},
        ),
        Child(
            "panel",
            "landcarbon:unitpanel",
            {
                **units,
                "TABLES": ["sinks:OUTPUT", "<EMISSION>", "<STATISTICS>"],
                "CE_FIELDS": "ce_t",
                "CS_FIELDS": "cs_t",
            },
            {},
        ),
        Child(
            "indices",
            "landcarbon:carbonindices",
            {
                "INPUT": "panel:OUTPUT",
                "GDP_FIELD": "gdp",
                "SINKS": ["budget:CLASS_AREAS"],
                "RESERVE": "<RESERVE>",
            },
            {"OUTPUT": "Carbon indices"},
        ),
        Child(
            "trends",
            "landcarbon:unittrend",
            {"INPUT": "indices:OUTPUT", "FIELDS": list(SCORED_TRENDS)},
            {"OUTPUT": "Trends of units"},
        ),
        Child(
            "intensity",
            "landcarbon:landuseintensity",
            {"CLASS_AREAS": "budget:CLASS_AREAS"},
            {"OUTPUT": "Land use intensity"},
        ),
        Child(
            "fit",
            "landcarbon:stirpatfit",
            {"INPUT": "panel:OUTPUT", "K_METHOD": 0, "K": "<K>"},
            {"COEFFICIENTS": "Coefficients"},
        ),
        Child(
            "forecast",
            "landcarbon:stirpatforecast",
            {
                "INPUT": "panel:OUTPUT",
                "COEFFICIENTS": "fit:COEFFICIENTS",
                "CS_PATHS": "sinks:OUTPUT",
                "DRAWS": 0,
            },
            {"PATHS": "Paths of emission", "OUTPUT": "Peak and neutrality"},
        ),
        Child(
            "zones",
            "landcarbon:neutralityzoning",
            {
                **units,
                "TRENDS": "trends:TRENDS",
                "CEP": "forecast:OUTPUT",
                "CLI": "intensity:OUTPUT",
                "CLASS_COUNT": "<CLASS_COUNT>",
            },
            {"OUTPUT": "Neutrality zones", "BREAKS": "Breaks of the zones"},
        ),
    )
    name = "Neutrality zoning from land cover"
    return made_model(name, GROUP, parameters, children, NEUTRALITY_ZONING_HELP)


SCORED_TRENDS = ("ce_t", "cs_t", "cb", "ecc", "esc", "cf_ha", "ec_ha", "ed_ha")  # of the rules huo2025

NEUTRALITY_ZONING_HELP = {
    "ALG_DESC": (
        "From land cover of at least four dates and yearly emission and statistics to five zones for carbon "
        "neutrality, as Huo et al. 2025 did for the Qinba mountains: sequestration of the land, carbon "
        "indices, their trends, land use intensity, emission potential by STIRPAT and three scenarios, and "
        "the sum of their scores."
    ),
    "LAND_COVER": "Rasters of class codes, one per date; at least four dates.",
    "YEARS": "One per raster, such as '2000,2005,2010,2020'. Empty: the years in the names of the layers.",
    "CLASS_PRESET": "Says which class a raster value is.",
    "UNITS": "Polygons that are accounted: counties, cities, provinces. Any coordinate system.",
    "UNIT_FIELD": "Field with a value of its own for every unit; the tables' column 'unit' holds the same.",
    "EMISSION": (
        "A row per unit and year with the columns unit, year, ce_t [t] and, if it is carbon dioxide, mass "
        "('t CO2'). Energy, farming and the rest: the sequestration is that of the land cover."
    ),
    "STATISTICS": (
        "A row per unit and year with the columns unit, year, gdp, pop, secondary (value added), energy and "
        "urban_pop; more years than seven, as the regression has six drivers."
    ),
    "RESERVE": "Share of the carrying capacity that is kept free; 0.12 is customary.",
    "K": "Ridge parameter; 0.02 is that of the study. STIRPAT fit compares ways to choose it.",
    "CLASS_COUNT": "Natural breaks of the sums of scores; five zones have names, others are numbered.",
    "carbon_indices": "Units by year with ECC, ESC, footprint, carrying capacity and deficit.",
    "trends_of_units": "Slope, Z and class of every index.",
    "land_use_intensity": "Table of the comprehensive land use index by unit and year.",
    "coefficients": "Table of the regression.",
    "paths_of_emission": "Table of the emission of every unit, scenario and year.",
    "peak_and_neutrality": "Units with the years of their peak, neutrality and emission potential.",
    "neutrality_zones": "Units with the score of every index, their sum and their zone.",
    "breaks_of_the_zones": "Table of the zones with their highest sum and number of units.",
}


def preset_parameter(name, label, folder, default):
    """An enum of the presets in a folder of `resources`."""
    return QgsProcessingParameterEnum(
        name, label, presets(folder), defaultValue=default, usesStaticStrings=True
    )


def presets(folder):
    """Names of the presets in a folder of `resources`."""
    return sorted(path.stem for path in (ROOT / "resources" / folder).glob("*.csv"))


MADE = {
    "nep_zoning": nep_zoning,
    "land_use_patterns": land_use_patterns,
    "neutrality_zoning": neutrality_zoning,
}


def write_models(folder):
    """Write all models into a folder; the provider has to be registered."""
    for name, make in MADE.items():
        path = folder / f"{name}.model3"
        if not make().toFile(str(path)):
            raise OSError(f"{path} could not be written")
        # Qt writes attributes in another order every time.
        path.write_text(canonicalize(path.read_text(encoding="utf-8")) + "\n", encoding="utf-8")


def main():
    from qgis.analysis import QgsNativeAlgorithms

    sys.path.insert(0, str(ROOT / "tools" / "dev"))
    application = QgsApplication([], False)
    application.initQgis()
    from checkout import register_package

    register_package()
    from landcarbon.provider import LandCarbonProvider

    registry = QgsApplication.processingRegistry()
    for provider in (QgsNativeAlgorithms(registry), LandCarbonProvider()):
        if registry.providerById(provider.id()) is None:
            registry.addProvider(provider)
    MODELS.mkdir(exist_ok=True)
    write_models(MODELS)


if __name__ == "__main__":
    main()
