"""What QGIS starts: the translations and the Processing provider."""

from pathlib import Path

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

from .provider import LandCarbonProvider

TRANSLATIONS = Path(__file__).parent / "resources" / "i18n"


def interface_locale():
    """The locale the user chose in QGIS, else the system's, such as 'zh_CN'."""
    settings = QgsSettings()
    if settings.value("locale/overrideFlag", False, type=bool):
        return settings.value("locale/userLocale", "") or QLocale.system().name()
    return QLocale.system().name()


class LandCarbonPlugin:
    """The plugin; it has no interface of its own beyond the Processing toolbox.

    Parameters
    ----------
    iface : QgisInterface or None
        None in `qgis_process`.
    """

    def __init__(self, iface):
        self.iface = iface
        self.provider = None
        self.translator = None
        self.load_translation()

    def load_translation(self):
        """Install the translation of the interface's language, if there is one."""
        translator = QTranslator()
        if translator.load(f"landcarbon_{interface_locale()}", str(TRANSLATIONS)):
            self.translator = translator
            QCoreApplication.installTranslator(translator)

    def initProcessing(self):
        """Add the provider; `qgis_process` calls this and never `initGui`."""
        self.provider = LandCarbonProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)
        self.provider.refreshAlgorithms()  # models find the steps that are the provider's own

    def initGui(self):
        self.initProcessing()

    def unload(self):
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
