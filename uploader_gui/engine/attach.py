"""One batch: the calls before the attach, the attach itself, and the look after files were added to a record.

The attach happens once. What its answer means is read from the table below, top-down; what is not certain is never
called attached and never repeated blindly.

    DNS, connect, TLS, proxy refused: nothing was sent     not attached     retry
    the expected status, and `accepted` true if any        attached         done
    an error inside a 200, or another 4xx (429: wait)      refused          needs attention
    3xx, 408, 409, 425, 5xx, time-out, lost, unreadable    unknown          look, else a person
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from uploader_gui.core.batch import Batch, Step, Upload
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, Kind, Problem, UploadError
from uploader_gui.engine import scope
from uploader_gui.engine.asking import content_of, first_rule, holds, judge, unexpected
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Answer, AnswerCutError
from uploader_gui.engine.retry import told_wait
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.flow import Flow, MissingAnswerError

UNKNOWN_STATUSES = frozenset({408, 409, 425})
READ_BACK_TRIES = 3


class Verdict(Enum):
    """What is known after an attach."""

    ATTACHED = auto()
    NOT_SENT = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, kw_only=True)
class Attached:
    """How an attach ended. `problem` says why it is not attached; None if it is."""

    verdict: Verdict
    batch: Batch
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True)
class AttachTools:
    """What a lane hands to a batch's calls.

    Attributes:
        flow: What happens.
        conversation: With the service, in the account's name.
        clock: Time.
        began: Told before each step; when it is told of the attach, the ledger must have it before this returns.
        done: Told after each step, with the batch as it is then.
    """

    flow: Flow
    conversation: Conversation
    clock: Clock
    began: Callable[[Batch, Step], None]
    done: Callable[[Batch, Step], None]


def run(batch: Batch, uploads: Sequence[Upload], tools: AttachTools) -> Attached:
    """Attach a batch whose files are all stored. Never raises UploadError: the verdict says it all."""
    return _Run(uploads, tools).go(batch)


class _Run:
    def __init__(self, uploads: Sequence[Upload], tools: AttachTools) -> None:
        self._uploads = uploads
        self._tools = tools
        self._flow = tools.flow
        self._target = tools.flow.target
        self._service = tools.flow.service

    def go(self, batch: Batch) -> Attached:
        try:
            batch = self._prepared(batch)
        except UploadError as error:
            # Nothing is attached, whatever became of the call before.
            waits = error.problem.kind in PASSING and (not error.problem.sent or self._may_prepare_again())
            return Attached(verdict=Verdict.NOT_SENT if waits else Verdict.REFUSED, batch=batch, problem=error.problem)
        call = self._target.attach
        assert call is not None  # noqa: S101 - batches of other targets have no attach
        self._tools.began(batch, Step.ATTACH)
        verdict, problem = self._attach(call, batch)
        if verdict is Verdict.UNKNOWN and self._target.repeat and problem is not None and problem.kind in PASSING:
            verdict = Verdict.NOT_SENT
        if verdict is not Verdict.ATTACHED:
            return Attached(verdict=verdict, batch=batch, problem=problem)
        self._tools.done(batch, Step.ATTACH)
        if self._target.verify is not None and self._target.verify.before is not None:
            return self._read_back(self._target.verify, batch)
        return Attached(verdict=Verdict.ATTACHED, batch=batch)

    def _scope(self, batch: Batch) -> Scope:
        account = self._tools.conversation.session.account.public
        return scope.of_batch(self._flow, account, batch, self._uploads, self._tools.clock.utc())

    # --------------------------------------------------------------------------------------------- prepare
    def _may_prepare_again(self) -> bool:
        return all(_repeats(call) for call in self._target.prepare)

    def _prepared(self, batch: Batch) -> Batch:
        if not self._target.prepare:
            return batch
        self._tools.began(batch, Step.PREPARE)
        for call in self._target.prepare:
            if call.id in batch.answers and call.call.method != "GET":
                continue  # what was made once is not made again
            fresh = not _repeats(call)
            _answer, content = self._tools.conversation.read(call, self._scope(batch), "prepare", fresh=fresh)
            try:
                kept = self._flow.keep(call.id, content)
            except MissingAnswerError as error:
                raise unexpected(self._service.name, "prepare", f"there is no {error.path} in it") from None
            batch = dataclasses.replace(batch, answers={**batch.answers, call.id: kept})
        rule = first_rule(self._target.ensure, self._scope(batch))
        if rule is not None:
            problem = Problem(kind=Kind.CONFLICT, service=self._service.name, step="prepare", detail=rule[1])
            raise UploadError(problem)
        self._tools.done(batch, Step.PREPARE)
        return batch

    # ---------------------------------------------------------------------------------------------- attach
    def _attach(self, call: schema.Call, batch: Batch) -> tuple[Verdict, Problem | None]:
        try:
            # A fresh connection, so that a stale one cannot look like a lost answer.
            answer = self._tools.conversation.ask(call, self._scope(batch), "attach", fresh=True)
        except AnswerCutError as error:
            return self._of_status(error.status, call, error.problem)
        except UploadError as error:
            if not error.problem.sent:
                return (Verdict.NOT_SENT if error.problem.kind in PASSING else Verdict.REFUSED), error.problem
            return Verdict.UNKNOWN, self._unknown(error.problem)
        return self._of_answer(answer, call, batch)

    def _of_status(self, status: int, call: schema.Call, lost: Problem) -> tuple[Verdict, Problem | None]:
        """Only the status came."""
        if _expected(status, call) and self._target.accepted is None:
            return Verdict.ATTACHED, None
        if 400 <= status < 500 and status not in UNKNOWN_STATUSES:
            kind = Kind.RATE_LIMITED if status == 429 else Kind.REFUSED
            verdict = Verdict.NOT_SENT if status == 429 else Verdict.REFUSED
            return verdict, dataclasses.replace(lost, kind=kind, status=status)
        return Verdict.UNKNOWN, self._unknown(lost)

    def _of_answer(self, answer: Answer, call: schema.Call, batch: Batch) -> tuple[Verdict, Problem | None]:
        problem = judge(answer, call, self._service, "attach")
        if _expected(answer.status, call):
            if problem is not None:
                return Verdict.REFUSED, problem
            return self._accepted(answer, batch)
        if problem is None:
            problem = Problem(
                kind=Kind.UNEXPECTED_ANSWER, service=self._service.name, step="attach", status=answer.status
            )
        if answer.status == 429:
            return Verdict.NOT_SENT, dataclasses.replace(problem, wait=told_wait(answer.headers))
        if 400 <= answer.status < 500 and answer.status not in UNKNOWN_STATUSES:
            return Verdict.REFUSED, problem
        return Verdict.UNKNOWN, self._unknown(problem)

    def _accepted(self, answer: Answer, batch: Batch) -> tuple[Verdict, Problem | None]:
        accepted = self._target.accepted
        if accepted is None:
            return Verdict.ATTACHED, None
        content = content_of(answer)
        problem = Problem(kind=Kind.UNEXPECTED_ANSWER, service=self._service.name, step="attach", status=answer.status)
        if content is None:
            return Verdict.UNKNOWN, self._unknown(problem)
        if holds(accepted, {**self._scope(batch), "answer": content}):
            return Verdict.ATTACHED, None
        return Verdict.REFUSED, dataclasses.replace(problem, kind=Kind.REFUSED)

    def _unknown(self, problem: Problem) -> Problem:
        return dataclasses.replace(problem, kind=problem.kind if self._target.repeat else Kind.ATTACH_UNKNOWN)

    # ------------------------------------------------------------------------------------------- read back
    def _read_back(self, verify: schema.Verify, batch: Batch) -> Attached:
        """Where files were added to what was there: read it again, and see that all old and all new ones are there."""
        self._tools.began(batch, Step.VERIFY)
        known = self._scope(batch)
        before = verify.before
        assert before is not None  # noqa: S101 - only called for such targets
        content: Any = None
        for tried in range(READ_BACK_TRIES):
            try:
                _answer, content = self._tools.conversation.read(verify, {**known, "page": first_page()}, "verify")
                break
            except UploadError as error:
                if error.problem.kind not in PASSING or tried == READ_BACK_TRIES - 1:
                    return self._not_seen(batch, "it could not be read again")
        try:
            old = [_id(verify, known, part) for part in _list(before.value(known))]
            parts = _list(verify.parts.value({**known, "answer": content}))
            ids = [_id(verify, known, part) for part in parts]
        except ExpressionError:
            return self._not_seen(batch, "it could not be read again")
        missing = _without(old, ids)
        fresh = [part for part, one in zip(parts, ids, strict=True) if one not in old]
        mine = unmatched(verify, known, fresh)
        if missing or mine:
            counts = (
                f"{len(missing)} of {len(old)} old ones and {len(mine)} of {len(self._uploads)} new ones are missing"
            )
            return self._not_seen(batch, counts)
        self._tools.done(batch, Step.VERIFY)
        return Attached(verdict=Verdict.ATTACHED, batch=batch)

    def _not_seen(self, batch: Batch, detail: str) -> Attached:
        problem = Problem(kind=Kind.APPEND_INCOMPLETE, service=self._service.name, step="verify", detail=detail)
        return Attached(verdict=Verdict.REFUSED, batch=batch, problem=problem)


def first_page() -> dict[str, Any]:
    """The page a lookup or a look begins with."""
    return {"number": 1, "skip": 0, "cursor": None}


def unmatched(verify: schema.Verify, known: Scope, parts: Sequence[Any]) -> list[Mapping[str, Any]]:
    """Match files to parts one to one; give the files that have none."""
    left = list(parts)
    without: list[Mapping[str, Any]] = []
    for file in known["files"]:
        match = next((part for part in left if holds(verify.same, {**known, **file, "part": part})), None)
        if match is None:
            without.append(file)
        else:
            left.remove(match)
    return without


def _id(verify: schema.Verify, known: Scope, part: Any) -> Any:
    return verify.id.value({**known, "part": part})


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ExpressionError("it is no list")
    return value


def _without(wanted: Sequence[Any], there: Sequence[Any]) -> list[Any]:
    left, missing = list(there), []
    for one in wanted:
        if one in left:
            left.remove(one)
        else:
            missing.append(one)
    return missing


def _expected(status: int, call: schema.Call) -> bool:
    return status in call.success if call.success is not None else 200 <= status < 300


def _repeats(call: schema.Prepare) -> bool:
    return call.repeat if call.repeat is not None else call.call.method == "GET"
