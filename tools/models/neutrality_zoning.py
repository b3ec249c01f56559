"""The model from land cover and yearly tables to zones for carbon neutrality."""

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
        QgsProcessingParameterFeatureSource("ACTIVITIES", "Table of activities", table),
        preset_parameter("FACTOR_PRESET", "Emission factors", "factors", "huo2025"),
        QgsProcessingParameterFeatureSource("FACTOR_TABLE", "Your emission factors", table, optional=True),
        QgsProcessingParameterFeatureSource("EMISSION", "Table with more emission", table, optional=True),
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
        Child(
            "inventory",
            "landcarbon:sectorinventory",
            {name: f"<{name}>" for name in ("ACTIVITIES", "FACTOR_PRESET", "FACTOR_TABLE")},
            {"OUTPUT": "Sector inventory"},
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
                "TABLES": ["sinks:OUTPUT", "inventory:BUDGET", "<EMISSION>", "<STATISTICS>"],
                "CE_FIELDS": "ce_t",
                "CS_FIELDS": "cs_t",
            },
            {},
        ),
        # Crops are the sinks of cropland, which the land cover counts as 0: at its dates they are in the
        # shares of the classes that the footprint is made of.
        Child(
            "crops",
            "native:extractbyexpression",
            {"INPUT": "inventory:TOTALS", "EXPRESSION": "\"subsector\" = 'crops'"},
            {},
        ),
        Child(
            "cropland",
            "native:refactorfields",
            {
                "INPUT": "crops:OUTPUT",
                "FIELDS_MAPPING": [
                    {"name": name, "type": kind, "expression": expression, "length": 0, "precision": 0}
                    for name, kind, expression in CROPLAND
                ],
            },
            {},
        ),
        Child(
            "dated",
            "native:joinattributestable",
            {
                "INPUT": "cropland:OUTPUT",
                "FIELD": "year",
                "INPUT_2": "budget:CLASS_AREAS",
                "FIELD_2": "year",
                "FIELDS_TO_COPY": ["area_ha"],
                "METHOD": 1,  # the first match only
                "DISCARD_NONMATCHING": True,
            },
            {},
        ),
        Child(
            "classes",
            "native:mergevectorlayers",
            {"LAYERS": ["budget:CLASS_AREAS", "dated:OUTPUT"]},
            {},
        ),
        Child(
            "indices",
            "landcarbon:carbonindices",
            {
                "INPUT": "panel:OUTPUT",
                "GDP_FIELD": "gdp",
                "SINKS": ["classes:OUTPUT"],
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
    return made_model(name, parameters, children, NEUTRALITY_ZONING_HELP)


TEXT, WHOLE_NUMBER, NUMBER = 10, 2, 6  # as QMetaType counts them
CROPLAND = (  # fields of a table of sinks by class, from those of the totals
    ("unit", TEXT, '"parent"'),
    ("year", WHOLE_NUMBER, '"year"'),
    ("class", TEXT, "'cropland'"),
    ("cs_t", NUMBER, '"total"'),
    ("mass", TEXT, '"mass"'),
)
SCORED_TRENDS = ("ce_t", "cs_t", "cb", "ecc", "esc", "cf_ha", "ec_ha", "ed_ha")  # of the rules huo2025

NEUTRALITY_ZONING_HELP = {
    "ALG_DESC": (
        "From land cover of at least four dates, yearly activities and statistics to five zones for carbon "
        "neutrality, as Huo et al. 2025 did for the Qinba mountains: sequestration of the land, sector "
        "inventory, carbon indices, their trends, land use intensity, emission potential by STIRPAT and "
        "three scenarios, and the sum of their scores."
    ),
    "LAND_COVER": "Rasters of class codes, one per date; at least four dates.",
    "YEARS": "One per raster, such as '2000,2005,2010,2020'. Empty: the years in the names of the layers.",
    "CLASS_PRESET": "Says which class a raster value is.",
    "UNITS": "Polygons that are accounted: counties, cities, provinces. Any coordinate system.",
    "UNIT_FIELD": "Field with a value of its own for every unit; the tables' column 'unit' holds the same.",
    "ACTIVITIES": (
        "A row per unit, year and activity with the columns unit, year, activity, amount and per: fuels, "
        "fertiliser, animals, people, and crops as sinks. The factors name the activities."
    ),
    "FACTOR_PRESET": "Emission per amount of every activity.",
    "FACTOR_TABLE": "Your own, in place of the preset's for the activities that it names.",
    "EMISSION": (
        "Emission that is known already and is added: a row per unit and year with the columns unit, year, "
        "ce_t [t] and, if it is carbon dioxide, mass ('t CO2')."
    ),
    "STATISTICS": (
        "A row per unit and year with the columns unit, year, gdp, pop, secondary (value added), energy and "
        "urban_pop; more years than seven, as the regression has six drivers."
    ),
    "RESERVE": "Share of the carrying capacity that is kept free; 0.12 is customary.",
    "K": "Ridge parameter; 0.02 is that of the study. STIRPAT fit compares ways to choose it.",
    "CLASS_COUNT": "Natural breaks of the sums of scores; five zones have names, others are numbered.",
    "sector_inventory": "Table of every activity with its factor, emission or sequestration and source.",
    "carbon_indices": "Units by year with ECC, ESC, footprint, carrying capacity and deficit.",
    "trends_of_units": "Slope, Z and class of every index.",
    "land_use_intensity": "Table of the comprehensive land use index by unit and year.",
    "coefficients": "Table of the regression.",
    "paths_of_emission": "Table of the emission of every unit, scenario and year.",
    "peak_and_neutrality": "Units with the years of their peak, neutrality and emission potential.",
    "neutrality_zones": "Units with the score of every index, their sum and their zone.",
    "breaks_of_the_zones": "Table of the zones with their highest sum and number of units.",
}
