"""What algorithms on land cover have in common: classes and coefficients, presets or tables of the user."""

from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
)

from ...core.accounting.classes import class_map, class_preset, class_presets
from ...core.accounting.coefficients import coefficient_preset, coefficient_presets, coefficient_table
from ..base import tr
from ..tables import preset_parameter, table_parameter, table_source


def add_classes_and_coefficients(algorithm):
    """Add the region of the units, the classes and their coefficients."""
    algorithm.add(
        QgsProcessingParameterField(
            algorithm.REGION_FIELD, tr("Region of the units"), None, algorithm.UNITS, optional=True
        ),
        tr(
            "Field with the region of every unit, where coefficients depend on it. The preset liu2025 "
            "knows North China, East China, Northeast China, Central-South China, Southwest China and "
            "Northwest China, or 华北 华东 东北 中南 西南 西北."
        ),
    )
    algorithm.add(
        preset_parameter(algorithm.CLASS_PRESET, tr("Land cover product"), class_presets(), "igbp"),
        tr(
            "Says which class a raster value is: igbp (MODIS land cover), clcd (Wuhan University), "
            "cnlucc, esa_cci, esa_worldcover or globeland30. A class table replaces it."
        ),
    )
    algorithm.add(
        table_parameter(algorithm.CLASS_TABLE, tr("Class table")),
        tr("Your own: a row per raster value with the columns value and class."),
    )
    algorithm.add(
        preset_parameter(algorithm.COEFFICIENT_PRESET, tr("Coefficients"), coefficient_presets(), "liu2025"),
        tr(
            "Carbon per hectare and year of every class: liu2025 (emission and sequestration, "
            "construction land by region of China) or huo2025 (sequestration only). A coefficient table "
            "replaces it."
        ),
    )
    algorithm.add(
        table_parameter(algorithm.COEFFICIENT_TABLE, tr("Coefficient table")),
        tr(
            "Your own: a row per class with the columns class, coefficient (positive emits, negative "
            "absorbs), per ('t C/ha' or 't CO2/ha'), and if you like region and source."
        ),
    )


def add_unmapped(algorithm):
    """Add UNMAPPED."""
    algorithm.add(
        QgsProcessingParameterEnum(
            algorithm.UNMAPPED,
            tr("Cells without class or coefficient"),
            [tr("Stop with an error"), tr("Count as zero carbon"), tr("Leave out")],
            defaultValue=0,
        ),
        tr("What to do with raster values that have no class, and classes that have no coefficient."),
    )


def band_parameter(algorithm):
    """BAND and its help."""
    return (
        QgsProcessingParameterNumber(
            algorithm.BAND, tr("Band"), Qgis.ProcessingNumberParameterType.Integer, 1, minValue=1
        ),
        tr("Band of the rasters that holds the class codes."),
    )


def class_alignment_parameter(algorithm):
    """ALIGNMENT of rasters of classes, and its help."""
    return (
        QgsProcessingParameterEnum(
            algorithm.ALIGNMENT,
            tr("Rasters on other grids"),
            [
                tr("Stop with an error"),
                tr("Nearest, or most frequent class"),
                tr("Bilinear (never for classes)"),
            ],
            defaultValue=0,
        ),
        tr(
            "Rasters that do not share the grid of the first one are put on it by the nearest cell, "
            "or by the most frequent class where they are finer; classes are never averaged."
        ),
    )


def class_sources(algorithm, parameters, context):
    """The sources of the user's tables: classes and coefficients. Call it in `prepareAlgorithm`."""
    return tuple(
        table_source(algorithm, parameters, name, context)
        for name in (algorithm.CLASS_TABLE, algorithm.COEFFICIENT_TABLE)
    )


def read_classes(algorithm, sources, parameters, context, record):
    """Class map and coefficients: the user's tables, else the presets.

    Parameters
    ----------
    algorithm : LandCarbonAlgorithm
    sources : tuple of two TableSource or None
        See `class_sources`.
    parameters : dict
    context : QgsProcessingContext
    record : RunRecord

    Returns
    -------
    ClassMap
    CoefficientTable
    """
    own_classes, own_coefficients = sources
    if own_classes is not None:
        classes = class_map(own_classes.read(record))
    else:
        classes = class_preset(algorithm.parameterAsEnumString(parameters, algorithm.CLASS_PRESET, context))
    if own_coefficients is not None:
        coefficients = coefficient_table(own_coefficients.read(record))
    else:
        coefficients = coefficient_preset(
            algorithm.parameterAsEnumString(parameters, algorithm.COEFFICIENT_PRESET, context)
        )
    return classes, coefficients


def coefficients_of_units(algorithm, parameters, context, units, classes, coefficients, mass, record):
    """Coefficients of every class in every unit; what is used goes to the record.

    Parameters
    ----------
    algorithm : LandCarbonAlgorithm
    parameters : dict
    context : QgsProcessingContext
    units : UnitLayer
    classes : ClassMap
    coefficients : CoefficientTable
    mass : str
        't C' or 't CO2'.
    record : RunRecord

    Returns
    -------
    Resolved
        With a row per unit.
    """
    field = algorithm.parameterAsString(parameters, algorithm.REGION_FIELD, context)
    regions = units.table(field).text(field) if field else None
    found = coefficients.resolve(classes.classes, regions, mass, units.keys)
    record.note(*classes.notes, *coefficients.notes, *found.notes)
    record.used_coefficients(
        {
            "class": row.class_name,
            "coefficient": row.coefficient,
            "per": row.per,
            "region": row.region,
            "source": row.source,
        }
        for row in found.rows
    )
    return found.for_units(len(units))
