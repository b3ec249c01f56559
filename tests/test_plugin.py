"""The plugin in QGIS itself: `qgis_process` with a folder of plugins and a profile of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from landcarbon import classFactory
from landcarbon.provider import ALGORITHMS
from qgis.core import QgsApplication

ROOT = Path(__file__).resolve().parents[1]

needs_qgis_process = pytest.mark.skipif(shutil.which("qgis_process") is None, reason="no qgis_process here")


def test_plugin_that_was_not_started_can_be_unloaded(qgis_app):
    registry = QgsApplication.processingRegistry()
    before = {provider.id() for provider in registry.providers()}
    classFactory(None).unload()
    assert {provider.id() for provider in registry.providers()} == before


@pytest.fixture(scope="module")
def qgis_process(tmp_path_factory):
    """Call qgis_process with the plugin: `qgis_process("list")`."""
    folder = tmp_path_factory.mktemp("qgis")
    (folder / "plugins").mkdir()
    (folder / "plugins" / "landcarbon").symlink_to(ROOT)
    # QGIS starts the Python that comes first on the path; it has to be its own.
    own_python = Path(shutil.which("qgis_process")).parent
    environment = os.environ | {
        "PATH": f"{own_python}:{os.environ['PATH']}",
        "QGIS_PLUGINPATH": str(folder / "plugins"),
        "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile"),
        "QT_QPA_PLATFORM": "offscreen",
    }

    def qgis_process(*words, text=None):
        return subprocess.run(
            ["qgis_process", *words], env=environment, input=text, capture_output=True, text=True, timeout=600
        )

    qgis_process("plugins", "enable", "landcarbon")
    return qgis_process


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "budget.csv"
    path.write_text("unit,year,ce_t,cs_t\na,2019,10,4\n", encoding="utf-8")
    return str(path)


@needs_qgis_process
def test_list_has_all_algorithms(qgis_process):
    listed = json.loads(qgis_process("list", "--json").stdout)
    assert {f"landcarbon:{kind.NAME}" for kind in ALGORITHMS} <= listed["providers"]["landcarbon"][
        "algorithms"
    ].keys()


@needs_qgis_process
def test_run_with_json_on_standard_input(qgis_process, table, tmp_path):
    output = str(tmp_path / "panel.gpkg")
    done = qgis_process(
        "run", "landcarbon:unitpanel", "-", text=json.dumps({"inputs": {"TABLES": [table], "OUTPUT": output}})
    )
    assert done.returncode == 0, done.stderr
    # Nothing else is on standard output: it is one JSON document.
    assert json.loads(done.stdout)["results"] == {"OUTPUT": output}
    assert Path(f"{output}.landcarbon.json").is_file()


@needs_qgis_process
def test_unusable_input_is_one_line_and_an_exit_code(qgis_process, tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("unit,year,gdp\na,2019,1\n", encoding="utf-8")
    output = tmp_path / "panel.gpkg"
    inputs = {"TABLES": [str(table)], "OUTPUT": str(output)}
    done = qgis_process("run", "landcarbon:unitpanel", "-", text=json.dumps({"inputs": inputs}))
    assert done.returncode != 0
    assert "No table has the CE column 'ce_t'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not output.exists()
