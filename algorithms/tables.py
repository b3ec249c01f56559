"""Table parameters: a source in QGIS to a core table, from the bytes of a file wherever possible.

By path QGIS reads every CSV field as text, loses GBK text and takes '1,5' for text, so a delimited or Excel
file is read by `core.tables`; what only QGIS knows (a filter, a selection, a join) goes through the features.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProviderRegistry,
)

from ..core.accounting.unit_panel import numbers_or_text
from ..core.errors import InputDataError
from ..core.tables import Table, read_table
from .layers import Layer, columns_as_rows, layer_of, read_layer

INPUT = "INPUT"  # of a family of algorithms: what their fields are of
SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx")


@dataclass(frozen=True)
class TableSource:
    """A table parameter, resolved in `prepareAlgorithm` and read in `processAlgorithm`.

    Attributes
    ----------
    name : str
        For messages.
    path : Path or None
        The file to be read from its bytes; None: through the features.
    sheet : str or None
        Of an Excel file.
    features : QgsProcessingFeatureSource
    fields : tuple of str
        The names as QGIS shows them.
    """

    name: str
    path: Path | None
    sheet: str | None
    features: object
    fields: tuple

    def read(self, record):
        """The table; what was decided in reading it goes to the record.

        Returns
        -------
        Table
        """
        if self.path is not None:
            table = read_table(self.path, self.sheet)
        else:
            table = read_layer(self.features, record.feedback).table()
        record.follow(table)
        return table

    def read_rows(self, record):
        """The rows with their fields and shapes, and the same as a table.

        The fields of a file read from its bytes are numbers where all cells of a column are, else text.

        Returns
        -------
        Layer
        Table
        """
        if self.path is not None and self.features.wkbType() == Qgis.WkbType.NoGeometry:
            table = self.read(record)
            return table_layer(table), table
        layer = read_layer(self.features, record.feedback)
        table = layer.table()
        record.follow(table)
        return layer, table

    def column(self, table: Table, field):
        """The table's name of a field that was chosen in QGIS, where other encodings garble names.

        Raises
        ------
        InputDataError
            There is no such column.
        """
        if table.has(field):
            return field
        if field in self.fields and len(self.fields) == len(table.columns):
            return table.columns[self.fields.index(field)]
        raise InputDataError(
            "No column '{column}' in {table}; it has: {columns}.",
            column=field,
            table=table.name,
            columns=", ".join(table.columns),
        )


def table_parameter(name, label):
    """An optional table parameter."""
    return QgsProcessingParameterFeatureSource(name, label, [Qgis.ProcessingSourceType.Vector], optional=True)


def preset_parameter(name, label, stems, default):
    """An enum of presets by the stem of their file, so that adding one shifts nothing."""
    return QgsProcessingParameterEnum(name, label, list(stems), defaultValue=default, usesStaticStrings=True)


def table_source(algorithm, parameters, name, context):
    """The source of a table parameter, None if it is not given. Call it in `prepareAlgorithm`."""
    layer = layer_of(algorithm, parameters, name, context)
    if layer is None:
        return None
    value = parameters.get(name)
    if isinstance(value, QgsProcessingFeatureSourceDefinition) and (
        value.selectedFeaturesOnly or value.filterExpression or value.featureLimit >= 0
    ):
        source = algorithm.parameterAsSource(parameters, name, context)
        return TableSource(layer.name(), None, None, source, tuple(source.fields().names()))
    return layer_source(layer, context)


def unit_field(name, label, default=None, optional=False, several=False):
    """A field of the input, of any type: text is read as numbers by the tables' rules."""
    return QgsProcessingParameterField(
        name,
        label,
        default,
        INPUT,
        Qgis.ProcessingFieldParameterDataType.Any,
        allowMultiple=several,
        optional=optional,
    )


def required_source(algorithm, parameters, name, context):
    """The source of a table parameter that has to be given. Call it in `prepareAlgorithm`.

    Raises
    ------
    QgsProcessingException
        It cannot be loaded.
    """
    source = table_source(algorithm, parameters, name, context)
    if source is None:
        raise QgsProcessingException(algorithm.invalidSourceError(parameters, name))
    return source


def table_sources(algorithm, parameters, name, context):
    """The sources of a parameter of several tables. Call it in `prepareAlgorithm`."""
    layers = algorithm.parameterAsLayerList(parameters, name, context)
    return [layer_source(layer, context) for layer in layers]


def layer_source(layer, context):
    """A layer as a table source."""
    path, sheet = table_file(layer)
    source = QgsProcessingFeatureSource(layer, context)
    return TableSource(layer.name(), path, sheet, source, tuple(layer.fields().names()))


def table_layer(table):
    """A table of a file as a layer without geometry."""
    fields, rows = columns_as_rows({name: numbers_or_text(table, name) for name in table.columns})
    return Layer(
        table.name,
        fields,
        tuple(list(row) for row in rows),
        tuple(QgsGeometry() for _ in rows),
        tuple(range(table.rows)),
        Qgis.WkbType.NoGeometry,
        QgsCoordinateReferenceSystem(),
    )


def table_file(layer):
    """Path and sheet of the file that holds all that the layer shows; (None, None) if there is none."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    path = Path(parts.get("path") or "")
    fields = layer.fields()
    own_fields = all(
        fields.fieldOrigin(index) == Qgis.FieldOrigin.Provider for index in range(fields.count())
    )
    # Options of a delimited text layer that move its rows; the core reader would see others.
    moved = any(option in layer.source() for option in ("useHeader=No", "skipLines="))
    if (
        path.suffix.lower() not in SUFFIXES
        or not path.is_file()
        or layer.subsetString()
        or not own_fields
        or moved
    ):
        return None, None
    return path, (parts.get("layerName") or None) if path.suffix.lower() == ".xlsx" else None
