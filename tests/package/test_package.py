"""The zip for the plugin site, unpacked, against the checks that the site runs on it."""

import configparser
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST = 25 * 1024**2  # bytes; what the plugin site takes
REQUIRED = (
    "name",
    "qgisMinimumVersion",
    "description",
    "about",
    "version",
    "author",
    "email",
    "homepage",
    "tracker",
    "repository",
)
COMPILED = {".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".exe", ".class", ".jar"}

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the zip holds what git tracks")


def make_package(folder):
    """The zip that `./dev package` writes."""
    subprocess.run([ROOT / "dev", "package", folder], check=True, capture_output=True)
    (path,) = folder.glob("*.zip")
    return path


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return make_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def plugin(package, tmp_path_factory):
    """The unpacked plugin folder."""
    folder = tmp_path_factory.mktemp("plugins")
    with zipfile.ZipFile(package) as unpacked:
        unpacked.extractall(folder)
    return folder / "landcarbon"


@pytest.fixture(scope="module")
def metadata(plugin):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(plugin / "metadata.txt", encoding="utf-8")
    return parser["general"]


def files(plugin):
    return [path.relative_to(plugin) for path in plugin.rglob("*") if path.is_file()]


def test_name_holds_the_version(package, metadata):
    assert package.name == f"landcarbon-{metadata['version']}.zip"


def test_size(package):
    assert package.stat().st_size <= LARGEST


def test_one_folder(plugin):
    assert [path.name for path in plugin.parent.iterdir()] == ["landcarbon"]


def test_same_files_give_the_same_bytes(package, tmp_path):
    assert make_package(tmp_path).read_bytes() == package.read_bytes()


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "CHANGELOG.md", "requirements.txt", "__init__.py"])
def test_file_at_the_root(plugin, name):
    assert (plugin / name).stat().st_size > 0


@pytest.mark.parametrize("key", REQUIRED)
def test_metadata_has(metadata, key):
    assert metadata[key].strip()


def test_metadata_covers_qgis_3_40_to_4(metadata):
    assert (metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"]) == ("3.40", "4.99")


def test_qgis_process_loads_it(metadata):
    assert metadata["hasProcessingProvider"] == "yes"


def test_icon_is_there(plugin, metadata):
    assert (plugin / metadata["icon"]).is_file()


def test_nothing_compiled(plugin):
    assert [path for path in files(plugin) if path.suffix.lower() in COMPILED] == []


def test_nothing_hidden(plugin):
    assert [path for path in files(plugin) if any(part.startswith(".") for part in path.parts)] == []


def test_no_developer_files(plugin):
    for_developers = {"tests", "tools", "benchmarks", "docs", "dev"}
    assert [path for path in files(plugin) if for_developers.intersection(path.parts)] == []


def test_runs_on_the_oldest_python_of_qgis(plugin):
    """QGIS 3.40 for macOS brings Python 3.9; `core/sequences.py` asks for the version itself."""
    files = [path for path in plugin.rglob("*.py") if path.name != "sequences.py"]
    checked = subprocess.run(
        [Path(sys.executable).with_name("vermin"), "-t=3.9-", "--violations", "--no-tips", *files],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_bandit_finds_nothing(plugin):
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-r", "-f", "json", plugin], capture_output=True, text=True
    )
    report = json.loads(done.stdout)
    found = [f"{each['filename']}:{each['line_number']} {each['test_id']}" for each in report["results"]]
    assert (found, report["errors"]) == ([], [])
    assert report["metrics"]["_totals"]["nosec"] == 0


def test_detect_secrets_finds_nothing(plugin):
    done = subprocess.run(
        [sys.executable, "-m", "detect_secrets", "scan", "--all-files", "."],
        cwd=plugin,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["results"] == {}


@pytest.mark.skipif(shutil.which("qgis_process") is None, reason="needs qgis_process")
def test_qgis_lists_the_algorithms_of_the_unpacked_plugin(plugin, tmp_path):
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugin.parent),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
    }

    def qgis_process(*arguments):
        done = subprocess.run(
            ["qgis_process", *arguments], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    qgis_process("plugins", "enable", "landcarbon")
    providers = json.loads(qgis_process("--json", "list"))["providers"]
    assert {"landusebudget", "unitpanel", "carbonindices", "balancezoning"} <= {
        name.partition(":")[2] for name in providers["landcarbon"]["algorithms"]
    }
