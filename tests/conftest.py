"""Registers the checkout as the package `landcarbon`, and what all tests share."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools" / "dev"))

from checkout import register_package

register_package()

ROOT = Path(__file__).resolve().parents[1]

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
