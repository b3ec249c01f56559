"""What happens when QGIS loads an output: layer name, group, place and style; styles to choose from."""

from typing import ClassVar

from qgis.core import QgsProcessingLayerPostProcessorInterface


def choice(styles):
    """Several named styles of one layer, to choose from in its menu; the first one is shown.

    Parameters
    ----------
    styles : dict of str to callable
        Style by its name in the language of the interface.
    """

    def style(layer):
        manager = layer.styleManager()
        first, *others = styles
        manager.renameStyle(manager.currentStyle(), first)
        for name in others:
            manager.addStyleFromLayer(name)
        for name in (*others, first):
            manager.setCurrentStyle(name)
            styles[name](layer)

    return style


class StyleWhenLoaded(QgsProcessingLayerPostProcessorInterface):
    """Applies a style to one loaded output; QGIS does not own it, so a reference is kept until then."""

    # By destination; with one shared reference only the last output is styled.
    waiting: ClassVar[dict] = {}

    def __init__(self, destination, style):
        super().__init__()
        self.destination = destination
        self.style = style
        self.waiting[destination] = self

    def postProcessLayer(self, layer, context, feedback):
        self.waiting.pop(self.destination, None)
        self.style(layer)
        layer.triggerRepaint()


def apply_when_loaded(context, destination, label, title, group, place, style):
    """Give an output its layer name, its group and place in the layer tree and its style when it is loaded.

    A name that the user or a model chose (one that is not the output's label), a model's place and a group
    from the settings stay. `place` counts from the top, from 1; without places the order is by chance.
    """
    if not context.willLoadLayerOnCompletion(destination):
        return
    details = context.layerToLoadOnCompletionDetails(destination)
    if title and details.name in ("", label) and not details.forceName:
        details.name = title
    details.groupName = details.groupName or group
    details.layerSortKey = details.layerSortKey or -place
    if style is not None:
        details.setPostProcessor(StyleWhenLoaded(destination, style))
