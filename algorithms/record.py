"""RunRecord: what a run used, decided and warned of, in the log and as JSON beside every file output."""

import json
import platform
from configparser import ConfigParser
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from qgis.core import (
    Qgis,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
    QgsProviderRegistry,
)

from ..core.notes import decision, warning
from .base import message, tr
from .layers import layer_of

METADATA = Path(__file__).parents[1] / "metadata.txt"
SUFFIX = ".landcarbon.json"
LAYER_TYPES = ("source", "vector", "raster", "layer")


class RunRecord:
    """The record of one run; notes go to the log at once, the rest to the JSON.

    Parameters
    ----------
    algorithm : LandCarbonAlgorithm
    parameters : dict
        As `processAlgorithm` gets them.
    context : QgsProcessingContext
    feedback : QgsProcessingFeedback
    """

    def __init__(self, algorithm, parameters, context, feedback):
        self.algorithm = algorithm
        self.parameters = parameters
        self.context = context
        self.feedback = feedback
        self.started = datetime.now(timezone.utc)
        self.notes = []
        self.coefficients = []
        self._tables = []
        self.outputs = {}
        self.inputs = {
            definition.name(): files
            for definition in algorithm.parameterDefinitions()
            if (files := self._files(definition))
        }

    def note(self, *notes):
        """Log notes of a core result and keep them for the JSON; what was said is not said again."""
        for note in notes:
            if (note.kind, note.text) in {(said.kind, said.text) for said in self.notes}:
                continue
            self.notes.append(note)
            if note.kind == "warning":
                self.feedback.pushWarning(message(note))
            else:
                self.feedback.pushInfo(message(note))

    def decision(self, template, **values):
        """A choice made for the user."""
        self.note(decision(template, **values))

    def warning(self, template, count=None, **values):
        """A warning with the number of units, cells or rows that it is about."""
        self.note(warning(template, count, **values))

    def follow(self, table):
        """Log what was decided in reading a core table; what its columns add later, with `catch_up`."""
        self._tables.append(table)
        self.note(*table.notes)

    def catch_up(self):
        """Log what was decided since, when columns of the tables were read as numbers."""
        for table in self._tables:
            self.note(*table.notes)

    def used_coefficients(self, rows):
        """Keep the coefficient rows that the result depends on.

        Parameters
        ----------
        rows : iterable of dict
            Column name -> value, such as class, coefficient, per, region, source.
        """
        self.coefficients.extend(dict(row) for row in rows)

    def input_paths(self):
        """The files that the run reads."""
        return {Path(file["path"]) for files in self.inputs.values() for file in files if "path" in file}

    def as_dict(self):
        """The record as plain JSON values; texts are in English, whatever the interface's language is."""
        finished = datetime.now(timezone.utc)
        again = self.algorithm.asMap(self._defaults() | self.parameters, self.context)
        return plain(
            {
                "algorithm": self.algorithm.id(),
                "title": self.algorithm.displayName(),
                "started": self.started.isoformat(timespec="seconds"),
                "finished": finished.isoformat(timespec="seconds"),
                "seconds": round((finished - self.started).total_seconds(), 3),
                "parameters": again.get("inputs", {}),
                "inputs": self.inputs,
                "coefficients": self.coefficients,
                "decisions": [note.text for note in self.notes if note.kind == "decision"],
                "warnings": [
                    {"text": note.text, "count": note.count} for note in self.notes if note.kind == "warning"
                ],
                "outputs": self.outputs,
                "versions": versions(),
                "again": {"command": f"qgis_process run {self.algorithm.id()} -", "standard_input": again},
            }
        )

    def write_beside(self, path, layer=None):
        """Write the record beside an output file.

        Parameters
        ----------
        path : str or Path
            The output file.
        layer : str, optional
            The layer within the file, where the file may hold several.

        Returns
        -------
        Path or None
            The record; None (and a warning in the log) if it could not be written.
        """
        target = record_path(path, layer)
        half = target.with_name(target.name + ".part")
        text = json.dumps(self.as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        try:
            half.write_text(text + "\n", encoding="utf-8")
            half.replace(target)
        except OSError as error:
            half.unlink(missing_ok=True)
            self.feedback.pushWarning(
                tr("The run record {path} could not be written: {reason}").format(path=target, reason=error)
            )
            return None
        return target

    def _defaults(self):
        """What the run used without being told, so that it can be run again when defaults have changed."""
        return {
            definition.name(): definition.defaultValue()
            for definition in self.algorithm.parameterDefinitions()
            if not definition.isDestination() and definition.defaultValue() is not None
        }

    def _files(self, definition):
        """What is known of the files behind one parameter: a list of dicts, empty if it has none."""
        name, value = definition.name(), self.parameters.get(definition.name())
        if value is None or definition.isDestination():
            return []
        if isinstance(definition, QgsProcessingParameterMultipleLayers):
            return [
                describe(layer)
                for layer in self.algorithm.parameterAsLayerList(self.parameters, name, self.context)
            ]
        if isinstance(definition, QgsProcessingParameterFile):
            return [describe_file(self.algorithm.parameterAsFile(self.parameters, name, self.context))]
        if definition.type() in LAYER_TYPES:
            layer = layer_of(self.algorithm, self.parameters, name, self.context)
            return [] if layer is None else [describe(layer)]
        return []


def record_path(path, layer=None):
    """Where the record of an output file (or of one layer in it) goes."""
    path = Path(path)
    return path.with_name((path.name if layer is None else f"{path.stem}.{layer}") + SUFFIX)


def describe(layer):
    """Name, source, CRS and, for a file, its path, size and time of the last change."""
    known = {
        "name": layer.name(),
        "source": layer.publicSource(True),  # without a password
        "crs": layer.crs().authid() or layer.crs().toWkt(),
    }
    return known | describe_file(layer_path(layer))


def describe_file(path):
    """Path, size [bytes] and time of the last change; empty if there is no such file."""
    path = Path(path) if path else None
    if path is None or not path.is_file():
        return {}
    status = path.stat()
    changed = datetime.fromtimestamp(status.st_mtime, timezone.utc)
    return {"path": str(path), "bytes": status.st_size, "changed": changed.isoformat(timespec="seconds")}


def layer_path(layer):
    """The file of a layer, '' if it has none."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return parts.get("path") or ""


def versions():
    """Versions of the plugin and of what it stands on."""
    from osgeo import gdal

    metadata = ConfigParser(interpolation=None)
    metadata.read(METADATA, encoding="utf-8")
    return {
        "landcarbon": metadata.get("general", "version", fallback="unknown"),
        "qgis": Qgis.version(),
        "gdal": gdal.VersionInfo("RELEASE_NAME"),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def plain(value):
    """The value as JSON can hold it: NaN and infinity become null, unknown objects their text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)
