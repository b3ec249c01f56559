"""Graphical models from a table of their children, so that a chain is read and changed in one place."""

from typing import NamedTuple

from qgis.core import (
    QgsExpression,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterMultipleLayers,
)
from qgis.PyQt.QtCore import QPointF


class Child(NamedTuple):
    """A step of a model.

    Attributes
    ----------
    id : str
        Fixed: keys of results contain it.
    algorithm : str
        Such as 'landcarbon:unitpanel'.
    parameters : dict
        By name: '<NAME>' is a parameter of the model, 'child:OUTPUT' an output of another step, a list is one
        of such for a parameter of several layers, and anything else is a value.
    outputs : dict of str to str
        Outputs of the step that are the model's, with their labels there; QGIS makes the names from these:
        'Carbon balance zones' is `carbon_balance_zones`.
    """

    id: str
    algorithm: str
    parameters: dict
    outputs: dict


GROUP = "Models"


def made_model(name, parameters, children, helps=None, group=GROUP):
    """A model.

    Parameters
    ----------
    name : str
        As the toolbox shows it, and the id.
    parameters : sequence of QgsProcessingParameterDefinition
    children : sequence of Child
    helps : dict of str to str, optional
        Help of parameters and outputs, and of the whole under 'ALG_DESC'.
    group : str
        Where the toolbox shows it.
    """
    helps = helps or {}
    model = QgsProcessingModelAlgorithm(name, group)
    model.setHelpContent(helps)
    model.setOutputGroup(name)
    for row, definition in enumerate(parameters):
        definition.setHelp(helps.get(definition.name(), ""))
        component = QgsProcessingModelParameter(definition.name())
        component.setPosition(QPointF(120, 80 + 80 * row))
        model.addModelParameter(definition, component)
    model.setParameterOrder([definition.name() for definition in parameters])
    defaults = {definition.name(): definition.defaultValue() for definition in parameters}
    values = [value for child in children for value in _flat(child.parameters.values())]
    needed = {value for value in values if isinstance(value, str)}
    for column, child in enumerate(children):
        position = QPointF(450 + 280 * column, 120 + 100 * (column % 2))
        model.addChildAlgorithm(_step(child, position, needed, defaults))
    return model


def _flat(values):
    for value in values:
        yield from value if isinstance(value, list) else [value]


def _step(child, position, needed, defaults):
    step = QgsProcessingModelChildAlgorithm(child.algorithm)
    step.setChildId(child.id)
    step.setPosition(position)
    definitions = {definition.name(): definition for definition in step.algorithm().parameterDefinitions()}
    step.setDescription(step.algorithm().displayName())
    for parameter, value in child.parameters.items():
        several = isinstance(definitions[parameter], QgsProcessingParameterMultipleLayers)
        values = value if several and isinstance(value, list) else [value]
        own_default = definitions[parameter].defaultValue()
        step.addParameterSources(parameter, [_source(one, defaults, own_default) for one in values])
    outputs = {}
    for output, label in child.outputs.items():
        outputs[label] = QgsProcessingModelOutput(label, label)
        outputs[label].setChildId(child.id)
        outputs[label].setChildOutputName(output)
        # Else a user who skips it takes it away from the step that needs it.
        outputs[label].setMandatory(f"{child.id}:{output}" in needed)
        outputs[label].setPosition(position + QPointF(60, 90 + 60 * len(outputs)))
    step.setModelOutputs(outputs)
    return step


def _source(value, defaults, own_default):
    """Where a step has a value from.

    Without a dialog QGIS hands on what the user gave to the model and no default of the model, so that a step
    would take its own. Where these differ an expression puts the model's in.
    """
    made = QgsProcessingModelChildParameterSource
    if isinstance(value, str) and value.startswith("<"):
        name = value.strip("<>")
        default = defaults[name]
        if default is None or default == own_default:
            return made.fromModelParameter(name)
        return made.fromExpression(f"coalesce(@{name}, {QgsExpression.quotedValue(default)})")
    if isinstance(value, str) and ":" in value:
        return made.fromChildOutput(*value.split(":"))
    return made.fromStaticValue(value)
