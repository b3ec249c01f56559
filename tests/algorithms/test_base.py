"""Identity and help of an algorithm, and what the user sees of an error."""

import pytest
from landcarbon.algorithms.base import GROUP_LABELS, ICONS, Group, LandCarbonAlgorithm, message
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.notes import decision
from qgis.core import QgsProcessingOutputNumber
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from .conftest import RunFailed


class Needy(LandCarbonAlgorithm):
    NAME = "needy"
    GROUP = Group.TREND
    REQUIRES = ("json", "no_such_package")


def test_missing_package_is_named_with_the_way_to_get_it():
    ready, text = Needy().canExecute()
    assert not ready
    assert "python3 -m pip install no_such_package" in text
    assert "json" not in text


def test_without_requirements_it_can_be_run():
    assert LandCarbonAlgorithm().canExecute() == (True, "")


def test_help_of_an_output_is_kept():
    algorithm = Needy()
    algorithm.add(QgsProcessingOutputNumber("TOTAL", "Total"), "Sum of all [t].")
    assert algorithm.helps() == {"TOTAL": ("Total", "Sum of all [t].")}


@pytest.mark.parametrize("group", Group)
def test_every_group_has_a_label_and_an_icon(group):
    assert GROUP_LABELS[group]
    assert (ICONS / f"{group.value}.svg").is_file()


def test_unusable_input_is_a_message_without_traceback(draft):
    def write(results):
        raise InputDataError("No column '{column}'.", column="gdp")

    with pytest.raises(RunFailed) as failed:
        draft(write)
    assert str(failed.value) == "No column 'gdp'."


def test_cancel_is_an_error_that_says_so(draft):
    def write(results):
        raise Cancelled

    with pytest.raises(RunFailed) as failed:
        draft(write)
    assert str(failed.value) == "The run was cancelled; nothing was kept."


class Chinese(QTranslator):
    def translate(self, context, text, disambiguation=None, n=-1):
        return text.replace("No column", "没有列") if context == "LandCarbon" else ""

    def isEmpty(self):
        return False


@pytest.mark.parametrize("kind", [InputDataError, decision])
def test_texts_of_core_are_translated_before_they_are_filled(kind):
    translator = Chinese()
    QCoreApplication.installTranslator(translator)
    try:
        assert message(kind("No column '{column}'.", column="No column")) == "没有列 'No column'."
    finally:
        QCoreApplication.removeTranslator(translator)
