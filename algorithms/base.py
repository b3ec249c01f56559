"""Identity and help of an algorithm."""

from enum import Enum
from functools import wraps
from importlib.util import find_spec
from pathlib import Path

from qgis.core import QgsProcessingAlgorithm, QgsProcessingException, QgsProcessingParameterDefinition
from qgis.PyQt.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from qgis.PyQt.QtGui import QIcon

from ..core.errors import Cancelled, InputDataError

ICONS = Path(__file__).parents[1] / "resources" / "icons"
HELP_URL = "https://landcarbon.example.org/docs/{name}.html"
MODULES = {"scikit-learn": "sklearn"}  # what a package is imported as, where that is not its name

NEEDS = QT_TRANSLATE_NOOP(
    "LandCarbon",
    "{what} needs the Python package {packages}. Install it with the plugin QPIP, or run\n"
    "python3 -m pip install {packages}\nwith the Python of QGIS (on Windows: in the OSGeo4W shell).",
)


def tr(text):
    """The text in the language of the interface; `text` is a literal, so that lupdate finds it."""
    return QCoreApplication.translate("LandCarbon", text)


def message(note):
    """A core error or note in the language of the interface: its template translated, then filled."""
    return note.worded(tr(note.template))


class Group(Enum):
    """The toolbox groups; the value is the id and the name of the icon."""

    ACCOUNTING = "accounting"
    PRODUCTIVITY = "productivity"
    ZONING = "zoning"
    TREND = "trend"
    FORECAST = "forecast"
    PATTERN = "pattern"
    REPORT = "report"


GROUP_LABELS = {
    Group.ACCOUNTING: QT_TRANSLATE_NOOP("LandCarbon", "Carbon accounting"),
    Group.PRODUCTIVITY: QT_TRANSLATE_NOOP("LandCarbon", "Vegetation productivity"),
    Group.ZONING: QT_TRANSLATE_NOOP("LandCarbon", "Indices and zoning"),
    Group.TREND: QT_TRANSLATE_NOOP("LandCarbon", "Trends"),
    Group.FORECAST: QT_TRANSLATE_NOOP("LandCarbon", "Forecast and scenarios"),
    Group.PATTERN: QT_TRANSLATE_NOOP("LandCarbon", "Spatial patterns and drivers"),
    Group.REPORT: QT_TRANSLATE_NOOP("LandCarbon", "Report"),
}


class LandCarbonAlgorithm(QgsProcessingAlgorithm):
    """Base of all algorithms: a subclass states `NAME`, `GROUP`, `REQUIRES`, `displayName` and `summary`.

    `REQUIRES` are the packages beyond numpy and GDAL without which there is no first output.
    """

    NAME = ""
    GROUP = None
    REQUIRES = ()

    def __init__(self):
        super().__init__()
        self._output_helps = {}  # an output definition has no place for help

    def name(self):
        return self.NAME

    def group(self):
        return tr(GROUP_LABELS[self.GROUP])

    def groupId(self):
        return self.GROUP.value

    def icon(self):
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        return str(ICONS / f"{self.GROUP.value}.svg")

    def createInstance(self):
        return type(self)()

    def helpUrl(self):
        return HELP_URL.format(name=self.NAME)

    def shortDescription(self):
        return self.summary()

    def shortHelpString(self):
        # Plain text: qgis_process prints it as it is, the dialog makes a paragraph of every line.
        return "\n".join((self.summary(), *(f"{label}: {text}" for label, text in self.helps().values())))

    def helps(self):
        """{name: (label, help)} of every parameter and output, in the order of the dialog."""
        parameters = {p.name(): (p.description(), p.help()) for p in self.parameterDefinitions()}
        outputs = {
            o.name(): (o.description(), self._output_helps.get(o.name(), ""))
            for o in self.outputDefinitions()
            if o.name() not in parameters
        }
        return parameters | outputs

    def add(self, definition, text):
        """Add a parameter or an output with its help: tooltip and help panel both come from `text`."""
        if isinstance(definition, QgsProcessingParameterDefinition):
            definition.setHelp(text)
            self.addParameter(definition)
        else:
            self._output_helps[definition.name()] = text
            self.addOutput(definition)

    def canExecute(self):
        missing = missing_packages(self.REQUIRES)
        if not missing:
            return True, ""
        return False, tr(NEEDS).format(what=tr("This algorithm"), packages=" ".join(missing))


def missing_packages(packages):
    """Those of the packages that are not installed."""
    return [package for package in packages if find_spec(MODULES.get(package, package)) is None]


def check_packages(what, packages):
    """Refuse what an algorithm does on request only, if a package that it needs is missing.

    Raises
    ------
    InputDataError
        Says how to get the packages; `what` is in the language of the interface.
    """
    missing = missing_packages(packages)
    if missing:
        raise InputDataError(NEEDS, what=what, packages=" ".join(missing))


def shows_input_errors(process):
    """Decorate `processAlgorithm`: an unusable input and a cancel become a message without traceback.

    A plain return after a cancel would count as a success, so it raises. Our own bugs keep their traceback.
    """

    @wraps(process)
    def run(self, parameters, context, feedback):
        try:
            results = process(self, parameters, context, feedback)
        except InputDataError as error:
            raise QgsProcessingException(message(error)) from None
        except Cancelled:
            raise QgsProcessingException(tr("The run was cancelled; nothing was kept.")) from None
        return results

    return run
