"""Which inputs a lookup must know before it can find anything: Kizen's records are those of one object."""

from uploader_gui.services import schema, survey
from uploader_gui.services.flow import Flow
from uploader_gui.services.inspection import uses_of


def used_by(flow: Flow, one: schema.Input) -> tuple[schema.Input, ...]:
    """The other inputs that an input's lookup uses, in the target's order."""
    if one.lookup is None:
        return ()
    names = set()
    for place in survey.of_lookup(flow.service, one.lookup, flow.target):
        for expression in place.template.expressions:
            names |= {path[1] for path in uses_of(expression, place.known).seen if path[0] == "target" and path[1:]}
    return tuple(other for other in flow.target.inputs if other.id in names and other.id != one.id)
