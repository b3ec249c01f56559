"""What holds for all algorithms of the provider."""

import re
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from landcarbon.algorithms.base import Group
from landcarbon.provider import ALGORITHMS, MODELS
from qgis.core import (
    Qgis,
    QgsProcessingModelAlgorithm,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterDestination,
)
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from .conftest import RunFailed, square
from .examples import EXAMPLES

TESTS = Path(__file__).parent
SUFFIXES = {
    QgsProcessingParameterFeatureSink: "gpkg",
    QgsProcessingParameterRasterDestination: "tif",
    QgsProcessingParameterFileDestination: "html",
}

every_algorithm = pytest.mark.parametrize("kind", ALGORITHMS, ids=lambda kind: kind.NAME)


def instance(kind):
    algorithm = kind()
    algorithm.initAlgorithm()
    return algorithm


@pytest.fixture
def example(make_layer, make_csv, make_raster):
    """The example parameters of an algorithm."""
    make = SimpleNamespace(
        layer=make_layer,
        csv=make_csv,
        raster=make_raster,
        squares=lambda count: [square(x, 0) for x in range(count)],
    )
    return lambda kind: EXAMPLES[kind.NAME](make)


@pytest.fixture
def destinations(tmp_path):
    """A file for every output of an algorithm, in a folder of their own."""
    folder = tmp_path / "outputs"
    folder.mkdir()

    def destinations(kind):
        algorithm = instance(kind)
        return {
            definition.name(): str(folder / f"{definition.name().lower()}.{SUFFIXES[type(definition)]}")
            for definition in algorithm.destinationParameterDefinitions()
        }

    destinations.folder = folder
    return destinations


@every_algorithm
def test_file_id_class_and_test_share_one_name(kind):
    module = import_module(kind.__module__)
    stem = Path(module.__file__).stem
    assert kind.NAME == stem.replace("_", "") == kind.__name__.lower()
    assert Path(module.__file__).parent.name == kind.GROUP.value
    assert (TESTS / kind.GROUP.value / f"test_{stem}.py").is_file()


@every_algorithm
def test_group_is_named_and_has_its_icon(kind):
    algorithm = instance(kind)
    assert algorithm.groupId() in {group.value for group in Group}
    assert algorithm.group()
    assert Path(algorithm.svgIconPath()).is_file()
    assert not algorithm.icon().pixmap(24, 24).isNull()


@every_algorithm
def test_every_parameter_and_output_has_label_and_help(kind):
    for name, (label, text) in instance(kind).helps().items():
        assert label, name
        assert text.endswith("."), name


@every_algorithm
def test_help_panel_has_summary_and_all_helps(kind):
    algorithm = instance(kind)
    text = algorithm.shortHelpString()
    assert text.startswith(algorithm.summary())
    assert all(help in text for _, help in algorithm.helps().values())
    assert algorithm.helpUrl() == f"https://landcarbon.example.org/docs/{kind.NAME}.html"


@every_algorithm
def test_create_gives_a_fresh_instance(kind):
    first = kind()
    second, third = first.create(), first.create()
    assert type(second) is kind
    assert len({id(first), id(second), id(third)}) == 3
    assert len(second.parameterDefinitions()) == len(third.parameterDefinitions()) > 0


@every_algorithm
def test_runs_in_the_background_and_can_be_cancelled(kind):
    flags = instance(kind).flags()
    assert flags & Qgis.ProcessingAlgorithmFlag.CanCancel
    assert not flags & Qgis.ProcessingAlgorithmFlag.NoThreading
    assert not flags & Qgis.ProcessingAlgorithmFlag.NotAvailableInStandaloneTool


class Marked(QTranslator):
    """Translates everything of ours into something else."""

    def translate(self, context, text, disambiguation=None, n=-1):
        return f"«{text}»" if context == "LandCarbon" else ""

    def isEmpty(self):
        return False


def public_names(algorithm):
    definitions = algorithm.parameterDefinitions()
    outputs = [output.name() for output in algorithm.outputDefinitions()]
    return algorithm.name(), algorithm.groupId(), [definition.name() for definition in definitions], outputs


@every_algorithm
def test_labels_are_translated_and_names_are_not(kind):
    before = instance(kind)
    translator = Marked()
    QCoreApplication.installTranslator(translator)
    try:
        after = instance(kind)
        texts = [after.displayName(), after.summary(), after.group()]
        texts += [text for pair in after.helps().values() for text in pair]
    finally:
        QCoreApplication.removeTranslator(translator)
    assert public_names(before) == public_names(after)
    assert [text for text in texts if not text.startswith("«")] == []


@every_algorithm
def test_names_are_those_of_the_public_interface(kind):
    _, _, parameters, outputs = public_names(instance(kind))
    assert [name for name in parameters + outputs if not re.fullmatch("[A-Z][A-Z0-9_]*", name)] == []


@every_algorithm
def test_runs_with_all_outputs(kind, run, example, destinations):
    files = destinations(kind)
    done = run(kind.NAME, **example(kind), **files)
    _, _, _, declared = public_names(instance(kind))
    assert done.results.keys() <= set(declared)
    assert files.keys() <= done.results.keys()
    for name, path in files.items():
        assert Path(path).is_file(), name
        assert Path(f"{path}.landcarbon.json").is_file(), name


@every_algorithm
def test_what_is_not_asked_for_is_not_made(kind, run, example, destinations):
    files, algorithm = destinations(kind), instance(kind)
    wanted = {
        definition.name()
        for definition in algorithm.destinationParameterDefinitions()
        if not definition.flags() & Qgis.ProcessingParameterFlag.Optional
    } or {next(iter(files))}
    done = run(kind.NAME, **example(kind), **{name: files[name] for name in wanted})
    assert done.results.keys() & files.keys() == wanted
    # NAME.gpkg, NAME.gpkg.landcarbon.json, NAME.qml
    assert {path.name.split(".")[0] for path in destinations.folder.iterdir()} == {
        name.lower() for name in wanted
    }


@every_algorithm
def test_cancelled_at_once_fails_and_leaves_nothing(kind, run, example, destinations, feedback):
    feedback.cancel()
    with pytest.raises(RunFailed, match="cancelled"):
        run(kind.NAME, **example(kind), **destinations(kind))
    assert list(destinations.folder.iterdir()) == []


@every_algorithm
def test_input_files_are_not_changed(kind, run, example, destinations):
    parameters = example(kind)
    files = [
        Path(value) for value in flat(parameters.values()) if isinstance(value, str) and Path(value).is_file()
    ]
    before = [path.read_bytes() for path in files]
    run(kind.NAME, **parameters, **destinations(kind))
    assert [path.read_bytes() for path in files] == before


def flat(values):
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from flat(value)
        else:
            yield value


# Models


@pytest.fixture(scope="module", params=sorted(MODELS.glob("*.model3")), ids=lambda path: path.stem)
def model(provider, request):
    """A model of the provider; its own name is in its file."""
    loaded = QgsProcessingModelAlgorithm()
    assert loaded.fromFile(str(request.param))
    return provider.algorithm(loaded.name())


def test_models_are_algorithms_of_the_provider_in_a_group_of_their_own(model):
    assert model.provider().id() == "landcarbon"
    assert (model.group(), model.groupId()) == ("Models", "Models")
    assert not model.icon().pixmap(24, 24).isNull()


def test_steps_of_models_are_ours_or_native_and_known(model):
    children = model.childAlgorithms()
    assert {child.algorithmId().split(":")[0] for child in children.values()} <= {"landcarbon", "native"}
    assert all(child.algorithm() is not None for child in children.values())
    assert all(re.fullmatch("[a-z_]+", child_id) for child_id in children)


def test_models_can_run_and_list_their_outputs(model):
    made = model.create()
    assert made.canExecute()[0]
    assert made.validate()[0]
    assert len(made.destinationParameterDefinitions()) == len(made.outputDefinitions()) > 0


def test_every_parameter_and_output_of_a_model_has_help(model):
    helps = model.helpContent()
    made = model.create()
    for definition in made.parameterDefinitions():
        assert definition.description(), definition.name()
        assert helps[definition.name()].endswith("."), definition.name()
        assert definition.isDestination() or definition.help() == helps[definition.name()]
    assert helps["ALG_DESC"].endswith(".")


def test_every_algorithm_has_an_example():
    assert EXAMPLES.keys() == {kind.NAME for kind in ALGORITHMS}
