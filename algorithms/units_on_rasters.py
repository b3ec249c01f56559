"""Parameters of algorithms that sum rasters by units: units, their key, overlaps, mass, other grids."""

from qgis.core import (
    Qgis,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from ..core.units import MASSES
from .base import tr


def add_units(algorithm):
    """Add UNITS and UNIT_FIELD."""
    algorithm.add(
        QgsProcessingParameterFeatureSource(
            algorithm.UNITS, tr("Units"), [Qgis.ProcessingSourceType.VectorPolygon]
        ),
        tr("Polygons that are accounted: counties, cities, provinces. Any coordinate system."),
    )
    algorithm.add(
        QgsProcessingParameterField(
            algorithm.UNIT_FIELD, tr("Name or code of the units"), None, algorithm.UNITS
        ),
        tr("Field with a value of its own for every unit."),
    )


def add_mass(algorithm):
    """Add MASS."""
    algorithm.add(
        QgsProcessingParameterEnum(algorithm.MASS, tr("Mass"), list(MASSES), defaultValue=0),
        tr("Mass of the results: carbon, or carbon dioxide (44/12 of it)."),
    )


def overlap_parameter(algorithm, text):
    """OVERLAP and its help."""
    definition = QgsProcessingParameterEnum(
        algorithm.OVERLAP,
        tr("Units that overlap"),
        [tr("Stop with an error"), tr("The first unit gets the cells")],
        defaultValue=0,
    )
    return definition, text


def add_advanced(algorithm, definition, text):
    """Add a parameter that most users leave as it is."""
    definition.setFlags(definition.flags() | Qgis.ProcessingParameterFlag.Advanced)
    algorithm.add(definition, text)


def add_value_alignment(algorithm):
    """Add ALIGNMENT of rasters of values."""
    definition = QgsProcessingParameterEnum(
        algorithm.ALIGNMENT,
        tr("Rasters on other grids"),
        [tr("Stop with an error"), tr("Nearest"), tr("Bilinear")],
        defaultValue=0,
    )
    add_advanced(
        algorithm,
        definition,
        tr("Rasters that do not share the grid of the first one are put on it this way."),
    )
