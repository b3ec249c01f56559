"""The model from NDVI and climate to carbon balance zones."""

from model_file import Child, made_model
from preset_parameters import preset_parameter
from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)


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
    return made_model("Carbon balance zoning from NEP", parameters, children, NEP_ZONING_HELP)


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
