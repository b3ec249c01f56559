"""Icons: one for every group and one for the plugin, drawable."""

import pytest
from landcarbon.core.resources import RESOURCES

ICONS = ("landcarbon", "accounting", "productivity", "zoning", "trend", "forecast", "pattern", "report")


def test_icons_are_those_of_the_groups_and_the_plugin():
    assert {path.stem for path in (RESOURCES / "icons").glob("*.svg")} == set(ICONS)


@pytest.mark.parametrize("name", ICONS)
def test_icon_draws_on_a_square_of_24(name):
    from qgis.PyQt.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(str(RESOURCES / "icons" / f"{name}.svg"))
    assert renderer.isValid()
    assert (renderer.viewBoxF().width(), renderer.viewBoxF().height()) == (24, 24)
