"""Registers the repository root as the package `landcarbon`: the root is the package, whatever its folder is
called."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]


def register_package(root=ROOT, name="landcarbon"):
    """Make `import landcarbon` find the checkout."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(
        name, root / "__init__.py", submodule_search_locations=[str(root)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


register_package()

# How fast examples come says nothing about the code: the machine may be busy.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def make_disk(tmp_path):
    """Mount a file system that is soon full: `make_disk("300k")`; only root may."""
    disk = tmp_path / "disk"

    def make_disk(size):
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
        if subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("no tmpfs can be mounted here; the tests with a limited child process cover it")
        return disk

    yield make_disk
    if disk.is_mount():
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
