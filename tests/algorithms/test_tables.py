"""Table parameters: from the bytes of a file where that is possible, else through the features."""

import pytest
from landcarbon.algorithms.record import RunRecord
from landcarbon.algorithms.tables import layer_source, table_source, table_sources
from landcarbon.core.errors import InputDataError
from qgis.core import (
    Qgis,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
    QgsProperty,
    QgsVectorLayer,
)

TEXT = "unit,year,gdp\na,2019,1.5\nb,2019,2\n"


@pytest.fixture
def algorithm(draft, provider):
    """An algorithm with the parameters TABLE and TABLES."""
    algorithm = provider.algorithm("unitpanel").create()
    kind = [Qgis.ProcessingSourceType.Vector]
    algorithm.addParameter(QgsProcessingParameterFeatureSource("TABLE", "Table", kind, optional=True))
    return algorithm


@pytest.fixture
def read(algorithm, context, feedback):
    """Read a value of TABLE."""

    def read(value):
        parameters = {"TABLE": value}
        record = RunRecord(algorithm, parameters, context, feedback)
        return table_source(algorithm, parameters, "TABLE", context).read(record)

    return read


@pytest.fixture
def read_layer_of(algorithm, context, feedback):
    """Read a layer that is open already."""
    return lambda layer: layer_source(layer, context).read(RunRecord(algorithm, {}, context, feedback))


def test_csv_by_path(read, make_csv):
    table = read(make_csv("a.csv", TEXT))
    assert table.keys("unit") == ["a", "b"]
    assert table.numbers("gdp").tolist() == [1.5, 2.0]


def test_gb18030_text_arrives(read, make_csv):
    table = read(make_csv("a.csv", "unit,地区\na,华北\nb,东北\n", encoding="gb18030"))
    assert table.text("地区") == ["华北", "东北"]


def test_decimal_comma_arrives(read, make_csv):
    assert read(make_csv("a.csv", "unit;gdp\na;1,5\nb;2,25\n")).numbers("gdp").tolist() == [1.5, 2.25]


def test_reading_is_logged(read, make_csv, feedback):
    read(make_csv("a.csv", TEXT, encoding="utf-8-sig"))
    assert any(text.startswith("a.csv: read as UTF-8") for text in feedback.infos)


def test_open_layer_of_a_csv_is_read_from_its_bytes(read_layer_of, make_csv):
    path = make_csv("a.csv", "unit,地区\na,华北\n", encoding="gb18030")
    assert read_layer_of(QgsVectorLayer(path, "a", "ogr")).text("地区") == ["华北"]


def test_delimited_text_layer_is_read_from_its_bytes(read_layer_of, make_csv):
    path = make_csv("a.csv", "unit;gdp\na;1,5\n")
    layer = QgsVectorLayer(f"file://{path}?delimiter=;", "a", "delimitedtext")
    assert read_layer_of(layer).numbers("gdp").tolist() == [1.5]


def test_delimited_text_layer_without_header_keeps_its_rows(read_layer_of, make_csv):
    path = make_csv("a.csv", "a,1\nb,2\n")
    layer = QgsVectorLayer(f"file://{path}?useHeader=No", "a", "delimitedtext")
    assert read_layer_of(layer).text("field_1") == ["a", "b"]


def test_filtered_layer_goes_through_its_features(read_layer_of, make_csv):
    layer = QgsVectorLayer(make_csv("a.csv", TEXT), "a", "ogr")
    layer.setSubsetString("unit = 'b'")
    table = read_layer_of(layer)
    assert table.keys("unit") == ["b"]
    assert table.where(0).startswith("feature")


def test_virtual_field_goes_through_the_features(read_layer_of, make_csv):
    layer = QgsVectorLayer(make_csv("a.csv", TEXT), "a", "ogr")
    field = layer.fields()[0]
    field.setName("double")
    layer.addExpressionField('"gdp" * 2', field)
    assert read_layer_of(layer).numbers("double").tolist() == [3.0, 4.0]


def test_selection_goes_through_the_features(read, make_layer):
    layer = make_layer({"unit": str, "gdp": float}, [("a", 1.0), ("b", 2.0)])
    layer.selectByIds([2])
    table = read(QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True))
    assert table.keys("unit") == ["b"]


def test_filter_of_the_parameter_goes_through_the_features(read, make_csv):
    value = QgsProcessingFeatureSourceDefinition(make_csv("a.csv", TEXT), False, -1)
    value.filterExpression = "\"unit\" = 'b'"
    assert read(value).keys("unit") == ["b"]


def test_limit_of_the_parameter_goes_through_the_features(read, make_csv):
    value = QgsProcessingFeatureSourceDefinition(QgsProperty.fromValue(make_csv("a.csv", TEXT)), False, 1)
    assert read(value).keys("unit") == ["a"]


def test_missing_values_of_features_are_missing(read, make_layer):
    layer = make_layer({"unit": str, "gdp": float}, [("a", None), ("b", 2.0)])
    first, second = read(layer.id()).numbers("gdp")
    assert first != first
    assert second == 2.0


def test_sheet_of_a_workbook(read, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["unit", "gdp"])
    book.active.append(["a", 1])
    other = book.create_sheet("2019")
    other.append(["unit", "gdp"])
    other.append(["b", 2.5])
    book.save(tmp_path / "a.xlsx")
    assert read(f"{tmp_path / 'a.xlsx'}|layername=2019").numbers("gdp").tolist() == [2.5]


def test_table_that_is_not_given_is_none(algorithm, context):
    assert table_source(algorithm, {"TABLE": None}, "TABLE", context) is None


def test_several_tables_in_their_order(algorithm, context, make_csv, make_layer):
    layer = make_layer({"unit": str}, [("x",)])
    sources = table_sources(algorithm, {"TABLES": [make_csv("b.csv", TEXT), layer.id()]}, "TABLES", context)
    assert [source.name for source in sources] == ["b", "units"]
    assert isinstance(algorithm.parameterDefinition("TABLES"), QgsProcessingParameterMultipleLayers)


def test_name_that_qgis_garbles_is_found_by_its_place(make_csv, context, algorithm, feedback):
    layer = QgsVectorLayer(make_csv("a.csv", "unit,地区\na,华北\n", encoding="gb18030"), "a", "ogr")
    source = layer_source(layer, context)
    garbled = layer.fields().names()[1]
    table = source.read(RunRecord(algorithm, {}, context, feedback))
    assert garbled != "地区"
    assert source.column(table, garbled) == "地区"
    assert source.column(table, "地区") == "地区"


def test_unknown_column_lists_those_there_are(make_csv, context, algorithm, feedback):
    source = layer_source(QgsVectorLayer(make_csv("a.csv", TEXT), "a", "ogr"), context)
    table = source.read(RunRecord(algorithm, {}, context, feedback))
    with pytest.raises(InputDataError, match=r"No column 'ecc' in a\.csv; it has: unit, year, gdp"):
        source.column(table, "ecc")
