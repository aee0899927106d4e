"""From what is typed to a target with its inputs filled in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import translation, words
from uploader_gui.core.translation import gettext as _
from uploader_gui.services import catalogue, links, schema
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import Flow, flow
from uploader_gui.services.language import in_language


def find_service(service_id: str) -> schema.Service:
    """Find a service. Raises WrongUseError."""
    try:
        return in_language(catalogue.find(service_id), translation.language())
    except catalogue.UnknownServiceError as error:
        known = ", ".join(words.plain(one) for one in error.known)
        raise WrongUseError(
            _("there is no service “{service_id}”; there are {known}.").format(
                service_id=words.plain(service_id), known=known
            )
        ) from None
    except catalogue.ServiceFileError as error:
        mistakes = "\n".join(f"{words.plain(error.name)}: {mistake}" for mistake in error.mistakes)
        raise WrongUseError(_("the service file has mistakes:\n{mistakes}").format(mistakes=mistakes)) from None


def choose(service: schema.Service, target: str | None, link: str | None) -> tuple[Flow, dict[str, str]]:
    """Choose the target, by name or by a record's address; gives its flow and the inputs that the address fills.

    Raises:
        WrongUseError: There is no such target, the address is not one of a record, or strangers see what goes to a
            target that was not named.
    """
    known, named = ", ".join(service.targets), target is not None
    if target is not None and target not in service.targets:
        raise WrongUseError(
            _("{name} has no target “{target}”; there are {known}.").format(
                name=service.name, target=target, known=known
            )
        )
    inputs: dict[str, str] = {}
    if link is not None:
        linked = links.read_link(service, link)
        if linked is None:
            raise WrongUseError(_not_a_record(service, link))
        chosen = target or linked.targets[0]
        mine = {one.id for one in service.targets[chosen].inputs}
        if not set(linked.inputs) <= mine:
            raise WrongUseError(
                _("the address does not fit the target “{chosen}”; it fits {targets}.").format(
                    chosen=chosen, targets=", ".join(linked.targets)
                )
            )
        inputs.update(linked.inputs)
        target = chosen
    if target is None:
        if "upload" not in service.targets:
            raise WrongUseError(
                _("{name} needs a target: choose one with --target; there are {known}.").format(
                    name=service.name, known=known
                )
            )
        target = "upload"
    one = service.targets[target]
    if not named and one.seen_by in {"members", "customer", "public"} and not one.sends:
        # What sends is asked about; of the rest, who names the target knows who sees it.
        seen = {
            "members": _("the members see what goes to the target “{target}”: name it, with --target {target}."),
            "customer": _("the customer sees what goes to the target “{target}”: name it, with --target {target}."),
            "public": _("everybody sees what goes to the target “{target}”: name it, with --target {target}."),
        }
        raise WrongUseError(seen[one.seen_by].format(target=target))
    return flow(service, target), inputs


def _not_a_record(service: schema.Service, link: str) -> str:
    if not service.links:
        return _("the addresses of {name}'s records are not known; say which one it is with --set.").format(
            name=service.name
        )
    return _(
        "this is not the address of a record of {name}: {link}. Copy it from the browser "
        "while the record is open, or say which one it is with --set."
    ).format(name=service.name, link=link)


def fill(flow: Flow, linked: Mapping[str, str], settings: Sequence[str]) -> dict[str, Any]:
    """Read `--set NAME=VALUE`; what is given empty is None.

    Raises:
        WrongUseError: An input is not known, is given twice, or is not one of its choices.
    """
    inputs = {one.id: one for one in flow.target.inputs}
    filled: dict[str, Any] = dict(linked)
    given: set[str] = set()
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise WrongUseError(_("--set takes NAME=VALUE, not “{setting}”.").format(setting=setting))
        if name not in inputs:
            names = ", ".join(inputs) or _("none")
            raise WrongUseError(
                _("the target “{target_id}” has no input “{name}”; its inputs: {names}.").format(
                    target_id=flow.target_id, name=name, names=names
                )
            )
        one = inputs[name]
        if one.list and value:
            filled[name] = [*(filled[name] if name in given and filled[name] else []), value]
        elif name in given:
            raise WrongUseError(_("“{name}” is given twice.").format(name=name))
        else:
            filled[name] = value or None
        given.add(name)
        if one.choices and value and value not in {choice.id for choice in one.choices}:
            raise WrongUseError(
                _("“{name}” is one of {choices}, not “{value}”.").format(
                    name=name, choices=", ".join(choice.id for choice in one.choices), value=value
                )
            )
    return filled


def complete(flow: Flow, filled: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
    """Add the defaults, and see that nothing is missing.

    Raises:
        WrongUseError: An input that must be filled is not.
    """
    known = {"batch": dict(batch), "constants": dict(flow.service.constants)}
    inputs = dict(filled)
    for one in flow.target.inputs:
        if one.id not in inputs and one.default is not None:
            try:
                inputs[one.id] = one.default.value(known)
            except ExpressionError:
                inputs[one.id] = None
    missing = list(_missing(flow, inputs))
    if missing:
        needs = _(" and ").join(f"--set {one.id}=… ({one.label})" for one in missing)
        raise WrongUseError(
            _("the target “{target_id}” needs {needs}.{how_to_find}").format(
                target_id=flow.target_id, needs=needs, how_to_find=_how_to_find(flow, missing)
            )
        )
    return inputs


def _how_to_find(flow: Flow, missing: Sequence[schema.Input]) -> str:
    lookup = next((one.lookup for one in missing if one.lookup), None)
    if lookup is None:
        return ""
    return " " + _("To find one: uploader-gui targets --service {id} --lookup {lookup}").format(
        id=flow.service.id, lookup=lookup
    )


def _missing(flow: Flow, inputs: Mapping[str, Any]) -> Iterator[schema.Input]:
    for one in flow.target.inputs:
        if not one.optional and inputs.get(one.id) in (None, ""):
            yield one
