"""Make the models that ship with LandCarbon; run it after a change here:

    QT_QPA_PLATFORM=offscreen python tools/models/make_models.py

It needs a Python that has QGIS. A test checks that what ships is what it makes.
"""

import sys
from pathlib import Path
from xml.etree.ElementTree import canonicalize

from land_use_patterns import land_use_patterns
from nep_zoning import nep_zoning
from neutrality_zoning import neutrality_zoning
from qgis.core import QgsApplication
from sector_zoning import sector_zoning

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "resources" / "models"

MADE = {
    "nep_zoning": nep_zoning,
    "land_use_patterns": land_use_patterns,
    "neutrality_zoning": neutrality_zoning,
    "sector_zoning": sector_zoning,
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
