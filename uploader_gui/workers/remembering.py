"""Targets that are remembered, between store and window: which inputs say where, and whose account is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from uploader_gui.core.remembered import Remembered
from uploader_gui.workers.facts import Destination

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow
    from uploader_gui.workers.accounts import KnownAccount

Flows = Mapping[tuple[str, str], "Flow"]


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """A remembered target, as it is now.

    Attributes:
        what: As it is remembered.
        where: Where files would go; None if its account or its kind of target is gone.
    """

    what: Remembered
    where: Destination | None


def record_inputs(flow: "Flow", inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What of the inputs says where: what was picked. Texts say what goes there, and are not remembered."""
    picked = {one.id for one in flow.target.inputs if one.lookup is not None or one.choices}
    return {key: value for key, value in inputs.items() if key in picked and value not in (None, "", [])}


def remembered(
    flow: "Flow", account: "KnownAccount", where: Destination, place: str, used: datetime, *, pinned: bool
) -> Remembered:
    """A target as it is remembered."""
    inputs = record_inputs(flow, where.inputs)
    named = {**where.remembered, **where.named}
    return Remembered(
        service=where.service,
        service_name=flow.service.name,
        base=account.base,
        account=account.name,
        target=where.target,
        inputs=inputs,
        named={key: name for key, name in named.items() if key in inputs},
        place=place,
        pinned=pinned,
        used=used,
    )


def recalled(found: Sequence[Remembered], accounts: "Sequence[KnownAccount]", flows: Flows) -> list[Recalled]:
    """Remembered targets, as they are now. Records are named as they were: the service is asked when one is used."""
    keys = {(one.service.id, one.base, one.name): one.key for one in accounts}
    given = []
    for what in found:
        key = keys.get((what.service, what.base, what.account))
        where = None
        if key is not None and (what.service, what.target) in flows:
            where = Destination(
                account=key, service=what.service, target=what.target, inputs=what.inputs, remembered=what.named
            )
        given.append(Recalled(what=what, where=where))
    return given
