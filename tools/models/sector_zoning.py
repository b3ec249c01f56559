"""The model from the activities of a city to carbon balance zones of its townships."""

from model_file import Child, made_model
from preset_parameters import preset_parameter
from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
)


def sector_zoning():
    """From a city's activities to emission on parcels, a grid and townships, and to zones of these (chain of
    Zhang et al. 2023)."""
    table, polygons = [Qgis.ProcessingSourceType.Vector], [Qgis.ProcessingSourceType.VectorPolygon]
    points, lines = [Qgis.ProcessingSourceType.VectorPoint], [Qgis.ProcessingSourceType.VectorLine]
    number = Qgis.ProcessingNumberParameterType
    parameters = (
        QgsProcessingParameterFeatureSource("ACTIVITIES", "Table of activities", table),
        preset_parameter("FACTOR_PRESET", "Emission factors", "factors", "zhang2023"),
        QgsProcessingParameterFeatureSource("FACTOR_TABLE", "Your emission factors", table, optional=True),
        QgsProcessingParameterFeatureSource("PARCELS", "Parcels", polygons),
        QgsProcessingParameterField("LAND_TYPE_FIELD", "Land type of the parcels", None, "PARCELS"),
        preset_parameter("LAND_TYPE_PRESET", "Codes of land types", "land_types", optional=True),
        QgsProcessingParameterField(
            "PARENT_FIELD", "District of the parcels", None, "PARCELS", optional=True
        ),
        preset_parameter("RULE_PRESET", "Rules of the allocation", "allocation", "zhang2023"),
        QgsProcessingParameterFeatureSource("RULE_TABLE", "Your rules", table, optional=True),
        QgsProcessingParameterFeatureSource("POINTS", "Points of interest", points, optional=True),
        QgsProcessingParameterField(
            "CATEGORY_FIELD", "Category of the points", None, "POINTS", optional=True
        ),
        QgsProcessingParameterFeatureSource("PEOPLE", "People", points, optional=True),
        QgsProcessingParameterField("COUNT_FIELD", "Number of people", None, "PEOPLE", optional=True),
        QgsProcessingParameterFeatureSource("ROADS", "Roads and other lines", lines, optional=True),
        QgsProcessingParameterField("ROAD_CLASS_FIELD", "Class of the lines", None, "ROADS", optional=True),
        QgsProcessingParameterFeatureSource("UNITS", "Townships", polygons),
        QgsProcessingParameterField("UNIT_FIELD", "Name or code of the townships", None, "UNITS"),
        QgsProcessingParameterField("GDP_FIELD", "GDP of the townships", None, "UNITS"),
        QgsProcessingParameterNumber(
            "CELL_SIZE", "Size of the grid's cells [m]", number.Double, 1000.0, False, 0.001
        ),
        QgsProcessingParameterNumber("YEAR", "Year", number.Integer, None, True, 1900, 2100),
        QgsProcessingParameterEnum("MASS", "Mass", ["t C", "t CO2"], defaultValue=1),
    )
    children = (
        Child(
            "inventory",
            "landcarbon:sectorinventory",
            {name: f"<{name}>" for name in ("ACTIVITIES", "FACTOR_PRESET", "FACTOR_TABLE", "MASS")},
            {"OUTPUT": "Sector inventory"},
        ),
        Child(
            "parcels",
            "landcarbon:allocateemissions",
            {"TOTALS": "inventory:TOTALS"} | {name: f"<{name}>" for name in ALLOCATED},
            {"OUTPUT": "Emissions of parcels", "CLOSURE": "Closure"},
        ),
        Child(
            "grid",
            "landcarbon:aggregatecarbon",
            {"INPUT": "parcels:OUTPUT", "CELL_SIZE": "<CELL_SIZE>"},
            {"OUTPUT": "Emissions of cells"},
        ),
        Child(
            "townships",
            "landcarbon:aggregatecarbon",
            {"INPUT": "parcels:OUTPUT", "UNITS": "<UNITS>", "UNIT_FIELD": "<UNIT_FIELD>"},
            {},
        ),
        Child(
            "indices",
            "landcarbon:carbonindices",
            {"INPUT": "townships:OUTPUT", "GDP_FIELD": "<GDP_FIELD>"},
            {"OUTPUT": "Carbon indices", "REGION": "Indices of the city"},
        ),
        Child(
            "zones",
            "landcarbon:balancezoning",
            {"INPUT": "indices:OUTPUT", "SCHEME": 0},
            {"OUTPUT": "Carbon balance zones", "SUMMARY": "Summary of zones"},
        ),
    )
    name = "Carbon balance zoning from sector statistics"
    return made_model(name, parameters, children, SECTOR_ZONING_HELP)


ALLOCATED = (  # parameters that the model hands on to the allocation
    "PARCELS",
    "LAND_TYPE_FIELD",
    "LAND_TYPE_PRESET",
    "PARENT_FIELD",
    "YEAR",
    "RULE_PRESET",
    "RULE_TABLE",
    "POINTS",
    "CATEGORY_FIELD",
    "PEOPLE",
    "COUNT_FIELD",
    "ROADS",
    "ROAD_CLASS_FIELD",
    "MASS",
)
SECTOR_ZONING_HELP = {
    "ALG_DESC": (
        "From the activities of a city (fuels, products, transport, farming, waste) to the emission of its "
        "sectors, of every parcel, of a grid and of its townships, and to four carbon balance zones of "
        "these, as Zhang et al. 2023 did for Suzhou. Mass is closed at every step."
    ),
    "ACTIVITIES": (
        "A row per activity with the columns unit (the city), year, activity, amount, per and, where an "
        "activity such as a fuel is of several sectors, sector and subsector. Several units need the "
        "district of the parcels."
    ),
    "FACTOR_PRESET": "Emission per amount of every activity.",
    "FACTOR_TABLE": "Your own, in place of the preset's for the activities that it names.",
    "PARCELS": "Polygons of land use, without overlaps.",
    "LAND_TYPE_FIELD": "Field with the land type of every parcel, as the rules name it.",
    "LAND_TYPE_PRESET": "Where the field holds the codes of a land survey. Empty: it holds names.",
    "PARENT_FIELD": "Field with the unit of the activities that a parcel is in. Empty: they are of one unit.",
    "RULE_TABLE": "Your own, in place of the preset; see Allocation of emissions.",
    "RULE_PRESET": "Which land types the emission of a sub-sector goes to, and by what weight.",
    "POINTS": "Industry, businesses and stops of transport: they are counted in the parcels.",
    "CATEGORY_FIELD": "Field with their category: mining, manufacturing, supply, business, transport.",
    "PEOPLE": "Points with the number of people there, of a census or of mobile phones.",
    "COUNT_FIELD": "Field with that number.",
    "ROADS": "Lines; their length in parcels of transport land is the weight of transport.",
    "ROAD_CLASS_FIELD": "Field with the class of every line: motorway, primary, rail, waterway and the like.",
    "UNITS": "Polygons of townships or districts that the parcels are summed to.",
    "UNIT_FIELD": "Field with a value of its own for every township.",
    "GDP_FIELD": "Field with the GDP of every township, in any currency.",
    "CELL_SIZE": "Side of the grid's square cells.",
    "YEAR": "Year of the activities that are put on the ground; empty where they have one year only.",
    "MASS": "Of all results.",
    "sector_inventory": "Table of every activity with its factor, emission and source.",
    "emissions_of_parcels": "Parcels with the emission of every sector, CE, CS, net emission and t/ha.",
    "closure": "Table of every sub-sector: what was to be placed, what was, on how many parcels and how.",
    "emissions_of_cells": "Cells with the sums of the parcels' shares in them.",
    "carbon_indices": "Townships with emission, sequestration, ECC, ESC and the other indices.",
    "indices_of_the_city": "Table with the sums and ratios of the whole city.",
    "carbon_balance_zones": "Townships with their zone.",
    "summary_of_zones": "Number of townships and share of the area of every zone.",
}
