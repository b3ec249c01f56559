"""The examples of the documentation run as they are printed, one page after the other."""

import json
import re
from pathlib import Path

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingFeedback

ROOT = Path(__file__).parents[2]
PAGES = ("landusebudget", "unitpanel", "carbonindices", "balancezoning", "unittrend", "fillseries")
"""In this order: a page may use what the ones before it wrote."""
EXAMPLE = re.compile(r"qgis_process run landcarbon:(\w+) -\n+```json\n(.*?)```", re.DOTALL)


def examples():
    for page in PAGES:
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        yield from (
            (page, name, json.loads(parameters)["inputs"]) for name, parameters in EXAMPLE.findall(text)
        )


@pytest.fixture
def algorithms(qgis_app):
    from landcarbon.provider import ALGORITHMS

    return {kind.NAME: kind for kind in ALGORITHMS}


def test_examples_run_on_the_sample(algorithms, tmp_path, monkeypatch):
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    monkeypatch.chdir(tmp_path)
    ran = set()
    for page, name, parameters in examples():
        feedback, context = QgsProcessingFeedback(False), QgsProcessingContext()
        algorithm = algorithms[name]().create()
        results, succeeded = algorithm.run(parameters, context, feedback)
        assert succeeded, feedback.textLog()
        assert {key for key, value in parameters.items() if results.get(key) == value} == {
            output.name()
            for output in algorithm.destinationParameterDefinitions()
            if output.name() in parameters
        }
        ran.add(page)
    assert ran == set(PAGES)
