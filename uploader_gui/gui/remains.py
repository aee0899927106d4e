"""What of files that are given up stays at their service. Knows no Qt."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow


def remains(flows: "Iterable[Flow | None]") -> str:
    """What becomes of what was sent already, of these batches: a sentence for each service and what it lets us do."""
    return " ".join(dict.fromkeys(_of_one(flow) for flow in flows))


def _of_one(flow: "Flow | None") -> str:
    if flow is None:
        return _("What was sent already may stay where it is.")
    service = words.plain(flow.service.name)
    if flow.cleanup is not None:
        said = _("What was sent already is deleted at {service}, if it lets us; the steps of each file say so.")
        return said.format(service=service)
    if flow.result.lifetime is not None:
        said = _("What was sent already stays at {service} until it runs out, {time} after it was sent.")
        return said.format(service=service, time=words.duration(flow.result.lifetime))
    return _("What was sent already may stay at {service}, which names no way to delete it.").format(service=service)
