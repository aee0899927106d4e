"""A call before the attach that makes something, and is not made twice: looked for first, where its answer got lost.

What was there before the call is noted before it goes out. After a lost answer the next try looks: exactly one new
thing that no other batch has made, and of which the service file says that it is what the call makes, is taken for it.
None: the call is made again, once the server has surely come to rest. Several: nobody can say which, and one is made
anew, as it would be without a look. What is filled in otherwise meanwhile changes nothing of that: what was made stays
the batch's as long as the same would be made again, and until it was looked for nothing else can be asked for.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.problems import PASSING, Kind, Problem, UploadError
from uploader_gui.engine import scope
from uploader_gui.engine.asking import fill, holds, unexpected
from uploader_gui.engine.http import Request
from uploader_gui.engine.verify import listed
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.flow import Flow, MissingAnswerError
from uploader_gui.services.template import as_text

if TYPE_CHECKING:
    from uploader_gui.engine.attach import AttachTools
    from uploader_gui.engine.session import Account

NOTED = "before prepare"
"""Among a batch's answers: what was there before its calls, by the call's id. No expression can say this name."""
STEP = "prepare"
REFUSING = range(400, 500)
MAYBE = frozenset({408, 409, 425})
"""Statuses of these that do not say that nothing was done."""


class LostError(UploadError):
    """The answer got lost, and the next try cannot look: whether it was made is a person's to find out."""


def once(
    call: schema.Prepare, batch: Batch, known: Scope, tools: "AttachTools", learned: Callable[[Batch], None]
) -> Batch:
    """Make a call that makes something, or find what it has made; gives the batch with its answer.

    Args:
        call: The call; it says how it is found.
        batch: As it is now.
        known: What its calls know.
        tools: What the lane hands over.
        learned: Told of the batch whenever it knows more, also before this ends with an error.

    Raises:
        UploadError: It is not made, or nobody knows yet: the next try looks first.
        Cancelled: It was told to stop.
    """
    found = call.found
    assert found is not None  # noqa: S101 - only such calls come here
    noted = batch.answers.get(NOTED, {}).get(call.id)
    content = None if noted is None else _made(call, found, known, tools, noted)
    if content is None:
        there = _there(found, known, tools)
        note = None if there is None else {"there": [*there], "at": tools.clock.utc().isoformat()}
        batch = _note(batch, call, note)
        learned(batch)
        content = _make(call, batch, known, tools, learned)
    try:
        kept = tools.flow.keep(call.id, content)
    except MissingAnswerError as error:
        raise unexpected(tools.flow.service.name, STEP, f"there is no {error.path} in it") from None
    thing = _id(found, known, content)
    if thing is not None:
        tools.claim(call.id, thing)
    batch = _note(batch, call, None)
    batch = dataclasses.replace(batch, answers={**batch.answers, call.id: kept})
    learned(batch)
    return batch


def edited(
    before: Batch, after: Batch, uploads: Sequence[Upload], flow: Flow, account: "Account", now: datetime
) -> Mapping[str, Any] | None:
    """What a batch still knows of its calls when something else is filled in: of those that would make the same again.

    Args:
        before: As it is.
        after: As it is to be; what it knows of its calls is not looked at.
        uploads: Its uploads.
        flow: What happens with them.
        account: Whose calls they are.
        now: The time, in UTC.

    Returns:
        Its answers; None if something else would be made while it is not known whether the first one was made.
    """
    noted: Mapping[str, Any] = before.answers.get(NOTED, {})
    kept: dict[str, Any] = {}
    for call in flow.target.prepare:
        after = dataclasses.replace(after, answers=kept)
        said, says = (
            _said(call, scope.of_batch(flow, account.public, one, uploads, now), account) for one in (before, after)
        )
        if says is not None and says == said:
            kept.update({call.id: before.answers[call.id]} if call.id in before.answers else {})
        elif call.id in noted:
            return None
    return {**kept, NOTED: noted} if noted else kept


def _said(call: schema.Prepare, known: Scope, account: "Account") -> Request | None:
    """What a call sends; None where that cannot be filled in."""
    try:
        return fill(call, known, base=account.base, service="", step=STEP, signed=())
    except (ExpressionError, ValueError, RecursionError):
        return None


def _there(found: schema.Found, known: Scope, tools: "AttachTools") -> dict[str, Any] | None:
    """The things that are there, by their ids; None where this account may not see them, though it may write.

    Raises:
        UploadError: They may be shown the next time.
    """
    try:
        return dict(listed(found, tools.conversation, known, STEP))
    except UploadError as error:
        if error.problem.kind in PASSING or error.problem.kind is Kind.SIGNED_OUT:
            raise
        return None


def _make(
    call: schema.Prepare, batch: Batch, known: Scope, tools: "AttachTools", learned: Callable[[Batch], None]
) -> Any:
    """Make it; when its answer gets lost, the next try looks for it."""
    try:
        _answer, content = tools.conversation.read(call, known, STEP, fresh=True)
    except UploadError as error:
        problem = error.problem
    else:
        return content
    if not problem.sent or (problem.status in REFUSING and problem.status not in MAYBE):
        learned(_note(batch, call, None))  # nothing was made: there is nothing to look for
    elif call.id not in batch.answers.get(NOTED, {}):
        raise LostError(problem)
    raise UploadError(problem)


def _made(
    call: schema.Prepare, found: schema.Found, known: Scope, tools: "AttachTools", noted: dict[str, Any]
) -> Any | None:
    """What an earlier try has made; None if that is certainly nothing, or could be several things."""
    there = _there(found, known, tools)
    if there is None:
        return None
    others = {*noted["there"], *tools.claimed(call.id)}
    new = {
        thing: item
        for thing, item in there.items()
        if thing not in others and holds(found.same, {**known, "item": item})
    }
    if len(new) == 1:
        return next(iter(new.values()))
    since = (tools.clock.utc() - datetime.fromisoformat(noted["at"])).total_seconds()
    if not new and since < found.settle:
        # A clock that was set back must not make it wait for ever.
        wait = min(found.settle, found.settle - since)
        raise UploadError(Problem(kind=Kind.CONNECTION_LOST, service=tools.flow.service.name, step=STEP, wait=wait))
    return None


def _note(batch: Batch, call: schema.Prepare, note: dict[str, Any] | None) -> Batch:
    noted = {name: one for name, one in batch.answers.get(NOTED, {}).items() if name != call.id}
    if note is not None:
        noted[call.id] = note
    return dataclasses.replace(batch, answers={**batch.answers, NOTED: noted})


def _id(found: schema.Found, known: Scope, content: Any) -> str | None:
    """The id of what was made; None where the call's answer is not as the list has it."""
    try:
        value = found.id.value({**known, "item": content})
    except ExpressionError:
        return None
    return None if value is None or isinstance(value, dict | list) else as_text(value)
