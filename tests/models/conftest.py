"""What makes models, from the folder of tools."""

import importlib
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture(scope="session")
def model_file():
    """The module that makes a model of a table of its children."""
    return tool("models", "model_file")


@pytest.fixture(scope="session")
def make_models(model_file):
    """The script that makes the models that ship."""
    return tool("models", "make_models")


@pytest.fixture(scope="session")
def dated_sample():
    """The script that makes land cover of several dates, emission and statistics."""
    return tool("sample", "make_dated_sample")


def tool(folder, name):
    """A module of a folder of tools."""
    sys.path.insert(0, str(TOOLS / folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(TOOLS / folder))
