"""Arrays to layers, checked: a run leaves all its outputs whole, or none."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qgis.core import (
    NULL,
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsFeature,
    QgsFeatureSink,
    QgsFileUtils,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterRasterDestination,
    QgsProcessingUtils,
    QgsProperty,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..core.errors import Cancelled, InputDataError
from ..core.notes import listing
from ..core.sequences import zip_equal
from .base import tr
from .record import record_path
from .styles.loading import apply_when_loaded

RASTER_SUFFIXES = (".tif", ".tiff")
DATABASES = ("GPKG",)  # of GDAL's drivers
PLAIN = (str, float, int, bool)
TEMPORARY = ("", "TEMPORARY_OUTPUT", "memory:")


@dataclass
class Written:
    """One output on its way."""

    name: str  # of the parameter
    destination: str  # as QGIS names it
    title: str
    style: object
    path: Path | None = None  # None: not a file
    layer: str | None = None  # the layer in a file that may hold others
    fresh: bool = True  # there was no such file before
    raster: bool = False
    drawn: bool = True  # not a table
    fields: tuple = ()
    rows: int = 0
    shapes: int = 0  # rows with a geometry
    values: int = 0  # that are neither NULL nor ''

    def opened(self):
        """The output, opened again."""
        if self.raster:
            return QgsRasterLayer(self.destination, self.title or self.name)
        return QgsVectorLayer(self.destination, self.title or self.name, "ogr")


class Results:
    """The outputs of one run, as a context.

    Make it first, so that a destination that cannot work fails before the computing. On an error or a cancel
    within the context all that was written is removed; at its end each file gets its style and its record.

    Parameters
    ----------
    record : RunRecord

    Attributes
    ----------
    values : dict
        What `processAlgorithm` returns.

    Raises
    ------
    InputDataError
        A folder that does not exist, two outputs of one file, an output that would overwrite an input.

    Examples
    --------
    ::

        results = Results(record)
        ...
        with results:
            results.layer(self.OUTPUT, fields, rows, Qgis.WkbType.MultiPolygon, crs, "Carbon budget 2019")
            results.numbers(TOTAL_CE=total)
        return results.values
    """

    def __init__(self, record):
        self.record = record
        self.algorithm = record.algorithm
        self.parameters = record.parameters
        self.context = record.context
        self.feedback = record.feedback
        self.values = {}
        self._written = []
        check_destinations(record)

    def wants(self, name):
        """Whether the user asked for this output."""
        return self.parameters.get(name) not in (None, "")

    def layer(self, name, fields, rows, wkb_type=Qgis.WkbType.NoGeometry, crs=None, title="", style=None):
        """Write a vector output, if asked for.

        Parameters
        ----------
        name : str
            Of the sink parameter.
        fields : QgsFields
        rows : iterable of (QgsGeometry or None, sequence)
            Values in the order of `fields`; NaN and infinity become NULL.
        wkb_type : Qgis.WkbType
        crs : QgsCoordinateReferenceSystem, optional
        title : str
            Of the loaded layer; empty: the output's label.
        style : callable, optional
            Takes the layer and styles it; see `styles`.

        Raises
        ------
        QgsProcessingException
            The target cannot be written, or what was written is not there.
        Cancelled
        """
        if not self.wants(name):
            return
        asked, _ = destination_file(self.parameters[name])
        fresh = asked is None or not asked.exists()
        sink, destination = self._open_sink(name, fields, wkb_type, crs, fresh)
        written = self._register(
            Written(
                name,
                destination,
                title,
                style,
                fresh=fresh,
                drawn=wkb_type != Qgis.WkbType.NoGeometry,
                fields=tuple(fields.names()),
            )
        )
        try:
            self._write(sink, written, fields, rows)
        finally:
            del sink  # closes the file, also before it is removed
        self._check(written)
        self.values[name] = destination

    def _write(self, sink, written, fields, rows):
        """Write the rows and count what goes in."""
        for geometry, values in rows:
            if self.feedback.isCanceled():
                raise Cancelled
            feature = QgsFeature(fields)
            values, known = stored(values)
            feature.setAttributes(values)
            if geometry is not None:
                feature.setGeometry(geometry)  # copies it
                written.shapes += not geometry.isEmpty()
            written.rows += 1
            written.values += known
            if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
                raise self._write_error(written, sink.lastError())
        if not sink.flushBuffer():
            raise self._write_error(written, sink.lastError())

    def table(self, name, fields, rows, title="", style=None):
        """Write a vector output without geometry: `rows` are sequences of values."""
        self.layer(name, fields, ((None, row) for row in rows), title=title, style=style)

    def raster(self, name, write, title="", style=None):
        """Write a raster output, if asked for.

        Parameters
        ----------
        name : str
            Of the raster destination.
        write : callable
            Writes the raster to the path that it gets, whole or not at all.
        """
        self.rasters({name: (title, style)}, lambda paths: write(paths[name]))

    def rasters(self, outputs, write):
        """Write the raster outputs that are asked for, in one go.

        Parameters
        ----------
        outputs : dict of str to (str, callable or None)
            Title and style of each raster destination.
        write : callable
            Writes the rasters to the paths that it gets by name, all of them or none. It is not called if
            none is asked for.

        Returns
        -------
        What `write` returns.
        """
        paths = {
            name: self.algorithm.parameterAsOutputLayer(self.parameters, name, self.context)
            for name in outputs
            if self.wants(name)
        }
        if not paths:
            return None
        written = write(paths)
        for name, path in paths.items():
            title, style = outputs[name]
            self._register(Written(name, path, title, style, raster=True))
            self.values[name] = path
        return written

    def page(self, name, text):
        """Write an HTML output, if asked for."""
        if not self.wants(name):
            return
        path = Path(self.algorithm.parameterAsFileOutput(self.parameters, name, self.context))
        written = self._register(Written(name, str(path), "", None, path=path, drawn=False))
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise self._write_error(written, error.strerror) from None
        self.values[name] = str(path)

    def numbers(self, **values):
        """Number outputs; what is NaN or None is not returned."""
        for name, value in values.items():
            value = storable(value)
            if value is not None:
                self.values[name] = value

    def __enter__(self):
        if self.feedback.isCanceled():
            raise Cancelled
        self.record.catch_up()
        return self

    def __exit__(self, kind, error, trace):
        if kind is None and not self.feedback.isCanceled():
            self.record.outputs.update(self.values)
            for written in self._written:
                self._finish(written)
            return
        for written in reversed(self._written):
            self._remove(written)
        if kind is None:
            raise Cancelled

    def _open_sink(self, name, fields, wkb_type, crs, fresh):
        """Sink and destination; a file that could not be made is not left behind."""
        crs = QgsCoordinateReferenceSystem() if crs is None else crs
        try:
            sink, destination = self.algorithm.parameterAsSink(
                self.parameters, name, self.context, fields, wkb_type, crs
            )
        except QgsProcessingException:
            asked, _ = destination_file(self.parameters[name])
            if asked is not None and fresh:
                remove_file(asked)
            raise
        if sink is None:
            raise QgsProcessingException(self.algorithm.invalidSinkError(self.parameters, name))
        if wkb_type == Qgis.WkbType.NoGeometry and destination.lower().endswith(".shp"):
            destination = self._table_of_shapefile(destination)
        return sink, destination

    def _table_of_shapefile(self, destination):
        """A shapefile without geometry is only its .dbf; QGIS names a .shp that is not there."""
        table = f"{destination[:-4]}.dbf"
        waiting = self.context.layersToLoadOnCompletion()
        if destination in waiting:
            waiting[table] = waiting.pop(destination)
            self.context.setLayersToLoadOnCompletion(waiting)
        return table

    def _register(self, written):
        """Know where an output went, so that it can be checked, styled or removed."""
        asked, layer = destination_file(self.parameters[written.name])
        if asked is not None or self.context.getMapLayer(written.destination) is None:
            path = QgsProviderRegistry.instance().decodeUri("ogr", written.destination).get("path")
            # The CSV driver makes its file with the first row only.
            if path and (asked is not None or Path(path).exists()):
                written.path, written.layer = Path(path), layer
        self._written.append(written)
        return written

    def _check(self, written):
        """Read back what was written: on a full disk a sink may report success and keep nothing."""
        if written.path is None:
            return
        rows, shapes, values, names = count_back(written.path, written.layer)
        same_fields = len(names) == len(written.fields)  # some formats (KML) have fields of their own
        if rows != written.rows or shapes < written.shapes or (same_fields and values < written.values):
            whole = rows if shapes >= written.shapes else min(rows, shapes)
            reason = tr("{found} of {rows} rows can be read back").format(found=whole, rows=written.rows)
            raise self._write_error(written, reason)
        if not same_fields:
            return
        renamed = [f"{ours} -> {found}" for ours, found in zip_equal(written.fields, names) if ours != found]
        if renamed:
            self.record.warning(
                "{file}: its format cannot hold {count} of the field names and renamed them: {fields}. "
                "A GeoPackage keeps them.",
                count=len(renamed),
                file=written.path.name,
                fields=listing(renamed, 100),
            )
        if values > written.values:
            self.record.warning(
                "{file}: its format has no NULL, {count} missing values read as 0 or as text. "
                "A GeoPackage has it.",
                count=values - written.values,
                file=written.path.name,
            )

    def _write_error(self, written, reason):
        return QgsProcessingException(
            tr(
                "'{output}' could not be written to {path}: {reason}. The disk may be full, or the format "
                "cannot hold these rows (a GeoPackage can). Nothing was kept."
            ).format(
                output=self.algorithm.parameterDefinition(written.name).description(),
                path=written.path or written.destination,
                reason=reason or tr("no reason given"),
            )
        )

    def _finish(self, written):
        """Name, style and group of an output that is loaded; style and record beside one that is a file."""
        label = self.algorithm.parameterDefinition(written.name).description()
        group = self.algorithm.displayName()
        outputs = [output.name() for output in self.algorithm.destinationParameterDefinitions()]
        place = outputs.index(written.name) + 1
        apply_when_loaded(
            self.context, written.destination, label, written.title, group, place, written.style
        )
        if written.path is None or is_temporary(written.path, self.context):
            return
        if written.style is not None and written.drawn:
            self._keep_style(written)
        self.record.write_beside(written.path, written.layer)

    def _keep_style(self, written):
        """In a GeoPackage's database (a .qml would style all its layers), else as a .qml beside the file."""
        layer = written.opened()
        written.style(layer)
        if written.path.suffix.lower() == ".gpkg" and isinstance(layer, QgsVectorLayer):
            reason = save_styles(layer, written.title)
        else:
            text, saved = layer.saveNamedStyle(str(written.path.with_suffix(".qml")))
            reason = "" if saved else text
        if reason:
            self.feedback.pushWarning(
                tr("The style of {path} could not be saved: {reason}").format(
                    path=written.path, reason=reason
                )
            )

    def _remove(self, written):
        """Remove one output: our layer of a file that held others before, else the file with its sidecars."""
        try:
            if written.path is None:
                self.context.takeResultLayer(written.destination)
            elif written.layer is not None and not written.fresh:
                remove_layer(written.path, written.layer)
            else:
                remove_file(written.path)
        except (OSError, RuntimeError) as error:
            self.feedback.reportError(
                tr("{path} is not complete and could not be removed: {reason}").format(
                    path=written.path, reason=error
                )
            )


def count_back(path, layer_name=None):
    """What a file holds, read without QGIS, which would keep it open.

    Returns
    -------
    rows, shapes, values : int
        Rows, those with a geometry, and values that are neither NULL nor ''. 0 if the file cannot be read.
    names : list of str
        Of the fields, without the row number `fid`.
    """
    from osgeo import gdal

    from ..core.raster.gdal_state import gdal_exceptions

    rows = shapes = values = 0
    names = []
    try:
        with gdal_exceptions():
            source = gdal.OpenEx(str(path), gdal.OF_VECTOR)
            layer = source.GetLayer(0) if layer_name is None else source.GetLayerByName(layer_name)
            definition = layer.GetLayerDefn()
            names = [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())]
            own = [i for i, name in enumerate(names) if name.lower() != "fid"]
            if source.GetDriver().ShortName in DATABASES:
                rows, shapes, values = _count_in_database(layer, [names[i] for i in own])
                del layer, source
                return rows, shapes, values, [names[i] for i in own]
            for feature in layer:
                rows += 1
                geometry = feature.GetGeometryRef()
                shapes += geometry is not None and not geometry.IsEmpty()
                values += sum(
                    feature.IsFieldSetAndNotNull(i) and feature.GetFieldAsString(i) != "" for i in own
                )
            del layer, source
    except RuntimeError:
        return 0, 0, 0, names
    return rows, shapes, values, [names[i] for i in own]


def _count_in_database(layer, names):
    """Rows, shapes and values of a layer, counted by its database: many times as fast as row by row."""

    def count(test):
        layer.SetAttributeFilter(test)
        return layer.GetFeatureCount()

    def quoted(name):
        return '"' + name.replace('"', '""') + '"'

    rows = count(None)
    geometry = layer.GetGeometryColumn()
    shapes = count(f"NOT ST_IsEmpty({quoted(geometry)})") if geometry else 0
    values = sum(count(f"{quoted(name)} IS NOT NULL AND {quoted(name)} <> ''") for name in names)
    return rows, shapes, values


def save_styles(layer, description):
    """Save the styles of a layer of a GeoPackage in its database, the current one as the default.

    Returns
    -------
    str
        What went wrong; empty if nothing did.
    """
    manager = layer.styleManager()
    current, names = manager.currentStyle(), manager.styles()
    reasons = []
    for name in names:
        manager.setCurrentStyle(name)
        saved = name if len(names) > 1 else "landcarbon"
        reasons.append(layer.saveStyleToDatabase(saved, description, name == current, ""))
    manager.setCurrentStyle(current)
    return " ".join(reason for reason in reasons if reason)


def check_destinations(record):
    """Refuse what cannot work before anything is computed; see `Results`."""
    inputs = {path.resolve() for path in record.input_paths()}
    used = {}
    for definition in record.algorithm.destinationParameterDefinitions():
        path, layer = destination_file(record.parameters.get(definition.name()))
        if path is None:
            continue
        label = definition.description()
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise InputDataError(
                "The folder {folder} of '{output}' does not exist or cannot be written; choose another.",
                folder=path.parent,
                output=label,
            )
        is_raster = isinstance(definition, QgsProcessingParameterRasterDestination)
        if is_raster and path.suffix.lower() not in RASTER_SUFFIXES:
            raise InputDataError(
                "'{output}' is a GeoTIFF; choose a name that ends with .tif instead of {name}.",
                output=label,
                name=path.name,
            )
        place = path.resolve()  # one file has many names: relative, through a link
        if layer is None and place in inputs:
            raise InputDataError(
                "'{output}' would overwrite the input {path}; choose another file.",
                output=label,
                path=path,
            )
        other = used.setdefault((place, layer), label)
        if other != label:
            raise InputDataError(
                "'{first}' and '{second}' would both be {path}; choose two files.",
                first=other,
                second=label,
                path=path,
            )


def destination_file(value):
    """File and layer that a destination's value names: (Path or None, str or None).

    The layer is None where the file holds nothing else.
    """
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        value = value.staticValue()
    if not isinstance(value, str) or value in TEMPORARY:
        return None, None
    if value.startswith("ogr:"):
        uri = QgsDataSourceUri(value[len("ogr:") :])
        return Path(uri.database()), uri.table()
    if re.match(r"[A-Za-z]{2,}:", value):  # another provider; C:/ is a path
        return None, None
    return Path(value), None


def is_temporary(path, context):
    """Whether a file is in the temporary folder of Processing."""
    return Path(QgsProcessingUtils.tempFolder(context)) in path.parents


def remove_file(path):
    """Remove a file with its sidecars (.dbf, .qml ...), the journal of a database, and its record."""
    for sidecar in QgsFileUtils.sidecarFilesForPath(str(path)):
        Path(sidecar).unlink(missing_ok=True)
    if path.suffix.lower() == ".dbf":  # a shapefile without geometry
        for sidecar in QgsFileUtils.sidecarFilesForPath(str(path.with_suffix(".shp"))):
            Path(sidecar).unlink(missing_ok=True)
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    record_path(path).unlink(missing_ok=True)


def remove_layer(path, layer):
    """Remove one layer of a GeoPackage, and its record."""
    from osgeo import gdal

    from ..core.raster.gdal_state import gdal_exceptions

    with gdal_exceptions():
        database = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
        names = [database.GetLayer(i).GetName() for i in range(database.GetLayerCount())]
        if layer in names:
            database.DeleteLayer(names.index(layer))
        del database
    record_path(path, layer).unlink(missing_ok=True)


def stored(values):
    """Values as fields can hold them, and how many of them are neither NULL nor ''.

    Does what `storable` and `is_value` do, in one pass: there are millions of values.
    """
    out, known = [], 0
    for value in values:
        kind = type(value)
        if kind is float:
            if value - value == 0.0:  # not so of NaN and infinity
                known += 1
            else:
                value = None
        elif kind is str:
            known += value != ""
        elif value is not None:
            value = storable(value)
            known += is_value(value)
        out.append(value)
    return out, known


def storable(value):
    """The value as a field can hold it: numpy scalars become python's, NaN and infinity NULL."""
    if type(value) is str:
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def is_value(value):
    """Whether a storable value is neither NULL nor ''."""
    if type(value) in PLAIN:  # comparing with NULL takes longer than all else
        return value != ""
    return value is not None and value != NULL
