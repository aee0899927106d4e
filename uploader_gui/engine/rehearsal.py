"""A target's flow played through by the real steps, with a service that is made up: nothing leaves the computer."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from uploader_gui.core.batch import Batch, Step, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import SystemClock
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.progress import Meter
from uploader_gui.engine import attach, cleaning, lookup, scope, upload, verify
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Answer, Client, Request
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.trace import Recording
from uploader_gui.services import schema
from uploader_gui.services.assumed import Assumed
from uploader_gui.services.flow import Flow


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """A request as it would have gone out.

    Attributes:
        owner: The step, the call before the attach, or the lookup whose it is, as in `Assumed`.
        request: The request.
        answer: What was assumed; None where nothing is: the request only looks at what is there.
    """

    owner: str
    request: Request = field(repr=False)
    answer: Answer | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What is known after a step: what later ones use, and no more.

    Attributes:
        known: By name.
    """

    known: Mapping[str, Any] = field(repr=False)


Told = Callable[[Exchanged | Learned], None]


class LookedError(Exception):
    """The request for a look was made. What would be found there is not made up."""


def rehearse(
    flow: Flow, account: Account, batch: Batch, uploads: Sequence[Upload], assumed: Assumed, told: Told
) -> None:
    """Play a batch through, from whose the account is to the look at what is attached.

    Args:
        flow: The target's flow.
        account: An account whose secrets are none.
        batch: The batch, its inputs filled in.
        uploads: Its files.
        assumed: What the service answers.
        told: Told of each request, and of what is known after each step.

    Raises:
        UploadError: A step would fail with these answers.
        PollLater: The service would not be ready with a file.
    """
    clock, cancel = SystemClock(), CancelToken()
    pretended = _Pretended(lambda origin: origin in account.origins, _Service(flow, batch, assumed), told)
    storage = _Pretended(account.may_store, pretended.service, told)
    talk = Conversation(Session(account, clock), pretended, cancel)
    whose = lookup.whose(talk, clock.utc())
    told(Learned(known={"account": whose.shown, "author": whose.author}))
    named = lookup.name_inputs(lookup.Lookups(flow, talk, clock.utc()), flow, batch.inputs)
    batch = dataclasses.replace(batch, named=named, whose=whose.shown, author=whose.author)
    told(Learned(known={"named": named} if named else {}))

    def done(one: Upload, _step: Step) -> None:
        told(Learned(known=one.answers))

    stored = []
    for one in uploads:
        tools = upload.UploadTools(
            flow=flow, conversation=talk, storage=storage, clock=clock, cancel=cancel, meter=Meter(one.size),
            digests=frozenset(), step_began=_nothing, step_done=done,
        )  # fmt: skip
        stored.append(upload.run(one, batch, tools))
        known = scope.of_upload(flow, account.public, batch, stored[-1], clock.utc())
        told(Learned(known=scope.result(flow, known)))
    if flow.target.attach is not None:
        _attach(flow, talk, batch, stored, told)
    if flow.cleanup is not None:
        talk.tell(flow.cleanup, scope.of_upload(flow, account.public, batch, stored[0], clock.utc()), cleaning.STEP)


def _nothing(*_anything: object) -> None:
    pass


def _attach(flow: Flow, talk: Conversation, batch: Batch, stored: Sequence[Upload], told: Told) -> None:
    clock = SystemClock()
    tools = attach.AttachTools(
        flow=flow, conversation=talk, clock=clock, began=_nothing, done=_nothing, pause=_nothing,
        learned=lambda batch: told(Learned(known=batch.answers)),
    )  # fmt: skip
    try:
        ended = attach.run(batch, stored, tools)
        if ended.verdict is not attach.Verdict.ATTACHED:
            raise UploadError(ended.problem or Problem(kind=Kind.INTERNAL))
        told(Learned(known={} if ended.made is None else {"made": ended.made}))
        if flow.target.verify is not None:
            known = scope.of_batch(flow, talk.session.account.public, ended.batch, stored, clock.utc())
            verify.look(flow.target.verify, talk, known, there=(), claimed=(), author=batch.author, certain=True)
    except LookedError:
        return


class _Service:
    """The service that is made up: says what is answered to which request."""

    def __init__(self, flow: Flow, batch: Batch, assumed: Assumed) -> None:
        self._flow = flow
        self._assumed = assumed
        self._prepared = iter(call.id for call in flow.target.prepare)
        self._looked = _lookups(flow, batch.inputs)

    def owner(self, request: Request) -> str:
        """Whose request it is. Calls before the attach and lookups come in the order that the engine has them in."""
        if request.step == "prepare":
            return next(self._prepared, "prepare")
        if request.step == "lookup":
            return next(self._looked, "lookup")
        return request.step

    def answer(self, owner: str, *, etag: str | None) -> Answer:
        """What is answered."""
        call = self._call(owner)
        success = getattr(call, "success", None) or (200,)
        content = self._assumed.answers.get(owner, {})
        if owner == "transfer":
            content = content.get("body", {}) if isinstance(content, dict) else {}
        headers = {name: str(value) for name, value in self._assumed.headers.get(owner, {}).items()}
        headers = {"content-type": "application/json", "date": format_datetime(datetime.now(UTC)), **headers}
        if etag is not None:
            headers.setdefault("etag", f'"{etag}"')
        try:
            body = json.dumps(content, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half a character, which JSON can only spell out
            body = json.dumps(content).encode()
        return Answer(status=success[0], headers=headers, body=body, host="service.example")

    def _call(self, owner: str) -> schema.Call | schema.Transfer | None:
        flow = self._flow
        steps: Mapping[str, schema.Call | schema.Transfer | None] = {
            "check": flow.service.account.check_,
            "sign": flow.sign,
            "transfer": flow.transfer,
            "confirm": flow.confirm,
            "ready": flow.ready,
            "attach": flow.target.attach,
            cleaning.STEP: flow.cleanup,
            **{call.id: call for call in flow.target.prepare},
        }
        return steps.get(owner)


def _lookups(flow: Flow, inputs: Mapping[str, Any]) -> Iterator[str]:
    """The lookups that name the inputs, in the order in which they are asked."""
    for one in flow.target.inputs:
        value = inputs.get(one.id)
        if one.lookup is None or value is None:
            continue
        only = flow.service.lookups[one.lookup].one is not None
        for each in value if isinstance(value, list) else [value]:
            if each not in {choice.id for choice in one.choices}:
                yield f"lookups.{one.lookup}{'.one' if only else ''}"


class _Pretended(Client):
    """Takes requests as the real client does, reads them to their end, and answers by itself."""

    def __init__(self, may: Callable[[Any], bool], service: _Service, told: Told) -> None:
        super().__init__(may)
        self.service = service
        self._told = told

    def _send(self, request: Request, cancel: CancelToken, record: Recording, *, fresh: bool) -> Answer:
        del cancel, record, fresh
        self._goes_to(request)
        if request.body is not None and not isinstance(request.body, bytes):
            for _piece in request.body:
                pass
        owner = self.service.owner(request)
        if request.step == "verify":
            self._told(Exchanged(owner=owner, request=request, answer=None))
            raise LookedError
        digests = getattr(request.body, "digests", None)
        etag = digests.hex().get("md5") if digests is not None else None
        answer = self.service.answer(owner, etag=etag)
        self._told(Exchanged(owner=owner, request=request, answer=answer))
        return answer
