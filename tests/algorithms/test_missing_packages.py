"""The provider loads and lists everything on a QGIS with numpy and GDAL only; core needs no QGIS."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPTIONAL = ("pandas", "scipy", "sklearn", "statsmodels", "pymannkendall", "matplotlib", "jinja2")

PREPARE = """
import importlib, importlib.util, sys
from pathlib import Path

class Without:  # finds what another finder finds, but for these packages, as if they were not installed
    names = set(sys.argv[2:])

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.split(".")[0] in self.names else self.finder.find_spec(name, path, target)

sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
root = Path(sys.argv[1])
spec = importlib.util.spec_from_file_location("landcarbon", root / "__init__.py",
                                              submodule_search_locations=[str(root)])
sys.modules["landcarbon"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["landcarbon"])

def modules(folder):
    files = sorted((root / folder).rglob("*.py"))
    return [".".join(("landcarbon", *file.relative_to(root).with_suffix("").parts)) for file in files]
"""

IMPORT_CORE = """
names = modules("core")
for name in names:
    importlib.import_module(name.removesuffix(".__init__"))
print(len(names))
"""

LIST_PROVIDER = """
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
for name in modules("algorithms"):
    importlib.import_module(name.removesuffix(".__init__"))
plugin = importlib.import_module("landcarbon").classFactory(None)
plugin.initProcessing()
provider = QgsApplication.processingRegistry().providerById("landcarbon")
for algorithm in provider.algorithms():
    print(algorithm.id(), algorithm.create().canExecute()[0])
plugin.unload()
"""


def run_without(missing, code):
    """Lines that the code prints in a process that has not these packages."""
    done = subprocess.run(
        [sys.executable, "-c", PREPARE + code, str(ROOT), *missing],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_blocker_blocks():
    with pytest.raises(AssertionError, match="No module named 'json'"):
        run_without(("json",), "import json")


def test_core_imports_without_qgis_and_optional_packages():
    (count,) = run_without((*OPTIONAL, "qgis", "PyQt5", "PyQt6"), IMPORT_CORE)
    assert int(count) == len(list((ROOT / "core").rglob("*.py")))


def test_provider_lists_everything_without_optional_packages():
    from landcarbon.provider import ALGORITHMS

    lines = run_without(OPTIONAL, LIST_PROVIDER)
    listed = {line.split()[0] for line in lines}
    assert {f"landcarbon:{kind.NAME}" for kind in ALGORITHMS} <= listed
    # An algorithm that needs one of them is listed all the same, and says so in canExecute.
    ready = {line.split()[0] for line in lines if line.endswith("True")}
    assert ready >= {f"landcarbon:{kind.NAME}" for kind in ALGORITHMS if not kind.REQUIRES}
