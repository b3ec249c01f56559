"""The layers that parcels are weighed by, read as far as the rules in use need them."""

from ...core.accounting.allocation_rules import FIELD, PEOPLE, POINTS, ROAD
from ...core.accounting.proxy_weights import LINEAR, ProxyData, check_categories
from ...core.errors import InputDataError
from ..points_and_lines import read_lines, read_points
from ..rasters import progress_of


def check_layers(algorithm, rules, parameters, context):
    """Refuse rules that need a layer or a field that is not given.

    Raises
    ------
    InputDataError
        Names the sub-sector and the parameter.
    """
    for name, proxies in (
        (algorithm.POINTS, (POINTS,)),
        (algorithm.PEOPLE, (PEOPLE,)),
        (algorithm.ROADS, LINEAR),
    ):
        needed = [rule for rule in rules if rule.proxy in proxies]
        if needed and algorithm.parameterAsSource(parameters, name, context) is None:
            raise InputDataError(
                "The rule of '{label}' needs '{parameter}'; choose the layer, or give a rule table with "
                "another proxy.",
                label=needed[0].label,
                parameter=algorithm.parameterDefinition(name).description(),
            )
    fields = algorithm.CATEGORY_FIELD, algorithm.ROAD_CLASS_FIELD
    given = [bool(algorithm.parameterAsString(parameters, name, context)) for name in fields]
    check_categories(rules, *given)
    if not algorithm.parameterAsString(parameters, algorithm.LAND_TYPE_FIELD, context):
        needed = [rule for rule in rules if not rule.of_all_land]
        if needed:
            raise InputDataError(
                "The rule of '{label}' is for parcels of {land_types}; choose the field of the land type.",
                label=needed[0].label,
                land_types=", ".join(needed[0].land_types),
            )


def proxy_data(algorithm, rules, parcels, measure, parameters, context, record):
    """What the weights of parcels are measured by.

    Parameters
    ----------
    algorithm : AllocateEmissions
    rules : sequence of Rule
        Those in use; no other layer is read.
    parcels : ParcelLayer
    measure : OnGround or OnPlane
        Of the parcels' coordinate reference system.
    parameters : dict
    context : QgsProcessingContext
    record : RunRecord

    Returns
    -------
    ProxyData
    """
    proxies = {rule.proxy for rule in rules}
    crs = parcels.layer.crs

    def source(name):
        return algorithm.parameterAsSource(parameters, name, context)

    def text(name):
        return algorithm.parameterAsString(parameters, name, context)

    def part(first, last):
        return progress_of(record.feedback, first, last)

    points = people = lines = None
    given = source(algorithm.POINTS) if proxies & {POINTS, ROAD} else None
    if given is not None:  # roads can do without
        field = text(algorithm.CATEGORY_FIELD)
        points = read_points(given, crs, context, record, part(30, 45), category_field=field)
    if PEOPLE in proxies:
        field = text(algorithm.COUNT_FIELD)
        people = read_points(source(algorithm.PEOPLE), crs, context, record, part(45, 60), count_field=field)
    if proxies & set(LINEAR):
        field = text(algorithm.ROAD_CLASS_FIELD)
        lines = read_lines(source(algorithm.ROADS), crs, context, measure, record, part(60, 70), field)
    return ProxyData(
        parcels.polygons,
        parcels.parcels,
        points,
        people,
        lines,
        {rule.field: parcels.field(rule.field) for rule in rules if rule.proxy == FIELD},
        text(algorithm.TRANSPORT),
        measure.scales,
        parcels.label,
    )
