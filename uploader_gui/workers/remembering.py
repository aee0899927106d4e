"""Targets that are remembered, between store and window: which inputs say where, and whose account is gone."""

import dataclasses
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
        account=account.id,
        account_name=account.name,
        target=where.target,
        inputs=inputs,
        named={key: name for key, name in named.items() if key in inputs},
        place=place,
        pinned=pinned,
        used=used,
    )


def recalled(found: Sequence[Remembered], accounts: "Sequence[KnownAccount]", flows: Flows) -> list[Recalled]:
    """Remembered targets, as they are now. Records are named as they were: the service is asked when one is used."""
    given = []
    for what in found:
        account = _account_of(what, accounts)
        where = None
        if account is not None and (what.service, what.target) in flows:
            where = Destination(
                account=account.key,
                service=what.service,
                target=what.target,
                inputs=what.inputs,
                remembered=what.named,
            )
            what = dataclasses.replace(what, account_name=account.name)  # noqa: PLW2901 - it may be called otherwise now
        elif what.base.startswith("http:") and not what.pinned:
            continue  # a practice service that has ended: it comes with another address each time
        given.append(Recalled(what=what, where=where))
    return given


def _account_of(what: Remembered, accounts: "Sequence[KnownAccount]") -> "KnownAccount | None":
    """The account a target was remembered with: a saved one by its id, another one by its name."""
    for one in accounts:
        same = one.id == what.account and (bool(one.id) or one.name == what.account_name)
        if same and (one.service.id, one.base) == (what.service, what.base):
            return one
    return None
