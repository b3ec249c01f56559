"""Every algorithm has a page that names its parameters, outputs and fields; links and JSON hold."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from landcarbon.provider import ALGORITHMS
from qgis.core import QgsProcessingParameterFeatureSink, QgsVectorLayer

from ..algorithms.conftest import (  # noqa: F401 (fixtures)
    context,
    feedback,
    make_csv,
    make_layer,
    make_raster,
    provider,
    run,
    square,
)
from ..algorithms.examples import EXAMPLES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
JSON = re.compile(r"```json\n(.*?)```", re.DOTALL)
RUN = re.compile(r"qgis_process run landcarbon:(\w+) -\n+```json\n(.*?)```", re.DOTALL)
DECISION = re.compile(r"docs/decisions/(\d{4}[\w-]*\.md)")

every_algorithm = pytest.mark.parametrize("kind", ALGORITHMS, ids=lambda kind: kind.NAME)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def words(kind):
    """The words in code type of an algorithm's page."""
    text = (DOCS / f"{kind.NAME}.md").read_text(encoding="utf-8")
    return {word for code in re.findall("`([^`]+)`", text) for word in re.split(r"[\s,]+", code)}


def parameters_of(kind):
    """{name: type} of the parameters; the definitions end with their algorithm."""
    algorithm = kind().create()
    return {definition.name(): type(definition) for definition in algorithm.parameterDefinitions()}


def outputs_of(kind):
    algorithm = kind().create()
    return {output.name() for output in algorithm.outputDefinitions()}


@every_algorithm
def test_a_page_names_every_parameter_and_output(kind):
    assert parameters_of(kind).keys() - words(kind) == set()
    assert outputs_of(kind) - words(kind) == set()


@every_algorithm
def test_a_page_names_every_field(kind, request, run, make_layer, make_csv, make_raster, tmp_path):  # noqa: F811
    make = SimpleNamespace(
        layer=make_layer,
        csv=make_csv,
        raster=make_raster,
        squares=lambda count: [square(x, 0) for x in range(count)],
    )
    parameters = EXAMPLES[kind.NAME](make)
    sink = QgsProcessingParameterFeatureSink
    layers = [name for name, type_ in parameters_of(kind).items() if type_ is sink]
    done = run(kind.NAME, **parameters, **{name: str(tmp_path / f"{name}.gpkg") for name in layers})
    known = words(kind)
    fields = {field for name in layers for field in QgsVectorLayer(done.results[name]).fields().names()}
    own = input_fields(parameters)
    assert {field for field in fields - own if not is_named(field, known)} == set()


def input_fields(parameters):
    """The fields of the example's layers, which outputs keep; the row number of a GeoPackage."""
    layers = (value for value in parameters.values() if isinstance(value, QgsVectorLayer))
    return {"fid"}.union(*(layer.fields().names() for layer in layers))


def is_named(field, known):
    """A page may name a family of fields: `<class>_t`, or the first ones of `<index>_first`."""
    families = {re.sub("<.*>", "", word) for word in known if word.startswith("<")}
    if field in known or any(field.endswith(suffix) for suffix in families):
        return True
    return field.endswith(("_first", "_prev")) and {"ce_first", "ce_prev"} <= known


@every_page
def test_what_is_linked_is_there(page):
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@every_page
def test_json_can_be_read(page):
    for text in JSON.findall(page.read_text(encoding="utf-8")):
        json.loads(text)


@every_page
def test_examples_name_parameters_that_are_there(page):
    algorithms = {kind.NAME: kind for kind in ALGORITHMS}
    for name, text in RUN.findall(page.read_text(encoding="utf-8")):
        assert json.loads(text)["inputs"].keys() <= parameters_of(algorithms[name]).keys()


def test_decisions_that_the_code_cites_are_there():
    folders = [ROOT / name for name in ("algorithms", "core", "resources")]
    cited = {
        found
        for folder in folders
        for path in folder.rglob("*.py")
        for found in DECISION.findall(path.read_text(encoding="utf-8"))
    }
    assert cited
    assert {name for name in cited if not (DOCS / "decisions" / name).is_file()} == set()


def test_sections_that_the_code_cites_are_there():
    methods = (DOCS / "methods.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#+ ([\d.]+) ", methods, re.MULTILINE))
    cited = {
        number
        for path in (ROOT / "core").rglob("*.py")
        for place in re.findall(r"methods\.md, sections? ([\d., and]+)", path.read_text(encoding="utf-8"))
        for number in re.findall(r"\d+(?:\.\d+)?", place)
    }
    assert cited
    assert cited - headings == set()


def test_every_page_is_reached_from_the_readme():
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        links = LINK.findall(page.read_text(encoding="utf-8"))
        todo += [(page.parent / link).resolve() for link in links if "://" not in link]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page.resolve() not in seen] == []
