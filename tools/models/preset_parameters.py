"""Parameters of models that offer the presets of a folder of `resources`."""

from pathlib import Path

from qgis.core import QgsProcessingParameterEnum

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


def preset_parameter(name, label, folder, default=None, optional=False):
    """An enum of the presets in a folder of `resources`."""
    return QgsProcessingParameterEnum(
        name, label, presets(folder), False, default, optional, usesStaticStrings=True
    )


def presets(folder):
    """Names of the presets in a folder of `resources`."""
    return sorted(path.stem for path in (RESOURCES / folder).glob("*.csv"))
