"""What makes models, from the folder of tools."""

import importlib
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "models"


@pytest.fixture(scope="session")
def model_file():
    """The module that makes a model of a table of its children."""
    return tool("model_file")


@pytest.fixture(scope="session")
def make_models(model_file):
    """The script that makes the models that ship."""
    return tool("make_models")


def tool(name):
    sys.path.insert(0, str(TOOLS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(TOOLS))
