"""What people call a batch: its service, its place, its record. Without the network, so without the HTTP library."""

from typing import TYPE_CHECKING, Any

from uploader_gui.core import translation, words
from uploader_gui.core.batch import Batch, Upload

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow
    from uploader_gui.services.schema import Service
    from uploader_gui.services.template import Template

# Service files are read only when they are needed: a batch of today knows its names, and reading takes a moment.
_flows: "dict[tuple[str, str], tuple[Service, Flow]]" = {}


def flow_of(service: str, target: str) -> "Flow | None":
    """What happens with files that go to a target; None if its service file, or the target in it, is gone."""
    from uploader_gui.services import catalogue  # noqa: PLC0415
    from uploader_gui.services.flow import flow  # noqa: PLC0415
    from uploader_gui.services.language import in_language  # noqa: PLC0415

    try:
        found = catalogue.find(service)
    except (catalogue.UnknownServiceError, catalogue.ServiceFileError):
        return None
    if target not in found.targets:
        return None
    before = _flows.get((service, target))
    if before is None or before[0] is not found:  # its file has changed meanwhile
        before = _flows[service, target] = found, flow(in_language(found, translation.language()), target)
    return before[1]


def service_name(batch: Batch) -> str:
    """What people call a batch's service; its id if neither the batch nor a service file tells."""
    if batch.service_name:
        return words.plain(batch.service_name)
    found = flow_of(batch.service, batch.target)
    return words.plain(batch.service) if found is None else found.service.name


def place_and_link(batch: Batch, uploads: tuple[Upload, ...]) -> tuple[str, str | None]:
    """What a batch goes to, in words, and its address; the target's id where its service file is gone."""
    if batch.place is not None:
        return batch.place, batch.link
    found = flow_of(batch.service, batch.target)
    if found is None:
        return words.quoted(words.plain(batch.target)), batch.link
    from uploader_gui.engine import scope  # noqa: PLC0415

    target = found.target
    account = dict.fromkeys(one.id for one in found.service.account.fields if not one.secret)
    empty: dict[str, Any] = dict.fromkeys(one.id for one in target.inputs)
    known: dict[str, Any] = {
        **scope.outer(found, account, batch.inputs, batch.created),
        "named": {**empty, **batch.named},
        "batch": scope.summary(batch.id, uploads),
    }
    return _filled(target.place, known) or target.label, _filled(target.opens, known)


def _filled(template: "Template | None", known: dict[str, Any]) -> str | None:
    if template is None:
        return None
    from uploader_gui.services.expression import ExpressionError  # noqa: PLC0415

    try:
        return template.text(known)
    except ExpressionError:
        return None


def title(batch: Batch, uploads: tuple[Upload, ...]) -> str:
    """Name a batch as a person knows it: "Close, the note on Globex Corporation"."""
    return f"{service_name(batch)}, {words.plain(place_and_link(batch, uploads)[0])}"


def record_name(batch: Batch) -> str | None:
    """What people call the record: the first of the target's inputs names it."""
    return next(iter(batch.named.values()), "") or None
