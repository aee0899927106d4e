"""One batch: the calls before the attach, the attach itself, and the look after files were added to a record.

The attach happens once. What its answer means is read from the table below, top-down; what is not certain is never
called attached and never repeated blindly.

    DNS, connect, TLS, proxy refused: nothing was sent     not attached     retry where it may pass
    the expected status, and `accepted` true if any        attached         done
    an error inside a 200, or another 4xx (429: wait)      refused          needs attention
      whose [[errors]] say rate_limited or service_down    as 429, as 5xx
    3xx, 408, 409, 425, 5xx, time-out, lost, unreadable    unknown          look, else a person
"""

import dataclasses
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from uploader_gui.core.batch import Batch, Step, Upload
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, Kind, Problem, UploadError
from uploader_gui.engine import preparing, scope
from uploader_gui.engine.asking import content_of, first_rule, truthy, unexpected
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Answer, AnswerCutError
from uploader_gui.engine.retry import told_wait
from uploader_gui.engine.verify import parts_missing, things_there
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.flow import Flow, MissingAnswerError

UNKNOWN_STATUSES = frozenset({408, 409, 425})
LOOKS = 4
LONGEST_LOOK_WAIT = 300.0


class Verdict(Enum):
    """What is known after an attach."""

    ATTACHED = auto()
    NOT_SENT = auto()
    REPEATABLE = auto()  # nobody knows, but the target says that doing it twice is harmless
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, kw_only=True)
class Attached:
    """How an attach ended.

    Attributes:
        verdict: What is known.
        batch: As it is now, with the answers of the calls before the attach.
        problem: Why it is not attached; None if it is.
        made: The id of what it made, where the answer gives one.
    """

    verdict: Verdict
    batch: Batch
    problem: Problem | None = None
    made: str | None = None


@dataclass(frozen=True, kw_only=True)
class AttachTools:
    """What a lane hands to a batch's calls.

    Attributes:
        flow: What happens.
        conversation: With the service, in the account's name.
        clock: Time.
        began: Told before each step; when it is told of the attach, the ledger must have it before this returns.
        learned: Told after each call before the attach, with the batch that has its answer: what was made is not
            made again, whatever comes.
        done: Told after each step, with the batch as it is then.
        pause: Waits so many seconds.
        looks: Whether to note what is on the record before the attach, for a look if its answer is lost; and likewise
            for the calls before it.
        claimed: What other batches' calls of this id have made.
        claim: Says what the call of this id has made for this batch.
    """

    flow: Flow
    conversation: Conversation
    clock: Clock
    began: Callable[[Batch, Step], None]
    learned: Callable[[Batch], None]
    done: Callable[[Batch, Step], None]
    pause: Callable[[float], None]
    looks: bool = False
    claimed: Callable[[str], Collection[str]] = lambda _call: ()
    claim: Callable[[str, str], object] = lambda _call, _thing: None


def run(batch: Batch, uploads: Sequence[Upload], tools: AttachTools) -> Attached:
    """Attach a batch whose files are all stored. Never raises UploadError: the verdict says it all."""
    return _Run(batch, uploads, tools).go()


class _Run:
    def __init__(self, batch: Batch, uploads: Sequence[Upload], tools: AttachTools) -> None:
        self._batch = batch
        self._uploads = uploads
        self._tools = tools
        self._flow = tools.flow
        self._target = tools.flow.target
        self._service = tools.flow.service
        self._repeatable = True
        self._made: str | None = None

    def go(self) -> Attached:
        call = self._target.attach
        assert call is not None  # noqa: S101 - batches of other targets have no attach
        try:
            self._prepare()
            self._note_what_is_there()
            self._tools.conversation.check(call, self._scope(), "attach")
        except UploadError as error:
            # Nothing is attached, whatever became of the calls before.
            problem = error.problem
            again = problem.kind in PASSING and (
                not problem.sent or self._repeatable or problem.kind is Kind.RATE_LIMITED
            )
            return self._ended(Verdict.NOT_SENT if again else Verdict.REFUSED, problem)
        self._tools.began(self._batch, Step.ATTACH)
        verdict, trouble = self._attach(call)
        if verdict is Verdict.UNKNOWN and self._target.repeat and trouble is not None and trouble.kind in PASSING:
            verdict = Verdict.REPEATABLE
        if verdict is not Verdict.ATTACHED:
            return self._ended(verdict, trouble)
        self._tools.done(self._batch, Step.ATTACH)
        if self._target.verify is not None and self._target.verify.before is not None:
            return self._read_back(self._target.verify)
        return self._ended(Verdict.ATTACHED)

    def _ended(self, verdict: Verdict, problem: Problem | None = None) -> Attached:
        return Attached(verdict=verdict, batch=self._batch, problem=problem, made=self._made)

    def _scope(self) -> Scope:
        account = self._tools.conversation.session.account.public
        return scope.of_batch(self._flow, account, self._batch, self._uploads, self._tools.clock.utc())

    # --------------------------------------------------------------------------------------------- prepare
    def _prepare(self) -> None:
        if not self._target.prepare:
            return
        self._tools.began(self._batch, Step.PREPARE)
        for call in self._target.prepare:
            if call.id in self._batch.answers and call.call.method != "GET":
                continue  # what was made once is not made again
            if call.found is not None and self._tools.looks:
                self._make_once(call)
                continue
            self._repeatable = _repeats(call)
            _answer, content = self._tools.conversation.read(call, self._scope(), "prepare", fresh=not self._repeatable)
            try:
                kept = self._flow.keep(call.id, content)
            except MissingAnswerError as error:
                raise unexpected(self._service.name, "prepare", f"there is no {error.path} in it") from None
            self._batch = dataclasses.replace(self._batch, answers={**self._batch.answers, call.id: kept})
            self._tools.learned(self._batch)
        rule = first_rule(self._target.ensure, self._scope())
        if rule is not None:
            problem = Problem(kind=Kind.CONFLICT, service=self._service.name, step="prepare", detail=rule[1])
            raise UploadError(problem)
        self._tools.done(self._batch, Step.PREPARE)

    def _make_once(self, call: schema.Prepare) -> None:
        self._repeatable = True  # the next try looks first
        try:
            self._batch = preparing.once(call, self._batch, self._scope(), self._tools, self._learned)
        except preparing.LostError:
            self._repeatable = False
            raise

    def _learned(self, batch: Batch) -> None:
        """What the batch knows now holds whatever comes: a try that fails gives it back as it is by then."""
        self._batch = batch
        self._tools.learned(batch)

    def _note_what_is_there(self) -> None:
        """Note the things on the record, so that what this attach makes can be told from them if its answer is lost."""
        verify = self._target.verify
        if verify is None or verify.items is None or not self._tools.looks or self._flow.same_is_certain:
            # Files that carry ids of ours cannot have been there before.
            return
        self._repeatable = True
        there: tuple[str, ...] | None = None
        try:
            there = things_there(verify, self._tools.conversation, self._scope())
        except UploadError as error:
            if error.problem.kind in PASSING or error.problem.kind is Kind.SIGNED_OUT:
                raise
            # Whoever may write need not be allowed to read: without it a lost answer is a person's to settle.
        self._batch = dataclasses.replace(self._batch, there=there)
        self._tools.learned(self._batch)

    # ---------------------------------------------------------------------------------------------- attach
    def _attach(self, call: schema.Call) -> tuple[Verdict, Problem | None]:
        try:
            # A fresh connection, so that a stale one cannot look like a lost answer.
            answer = self._tools.conversation.ask(call, self._scope(), "attach", fresh=True)
        except AnswerCutError as error:
            return self._of_status(error.answer.status, call, error.problem)
        except UploadError as error:
            if not error.problem.sent:
                return (Verdict.NOT_SENT if error.problem.kind in PASSING else Verdict.REFUSED), error.problem
            return Verdict.UNKNOWN, self._unknown(error.problem)
        return self._of_answer(answer, call)

    def _of_status(self, status: int, call: schema.Call, lost: Problem) -> tuple[Verdict, Problem | None]:
        """Only the status came."""
        if _expected(status, call) and self._target.accepted is None:
            return Verdict.ATTACHED, None
        if 400 <= status < 500 and status not in UNKNOWN_STATUSES:
            kind = Kind.RATE_LIMITED if status == 429 else Kind.REFUSED
            verdict = Verdict.NOT_SENT if status == 429 else Verdict.REFUSED
            return verdict, dataclasses.replace(lost, kind=kind, status=status)
        return Verdict.UNKNOWN, self._unknown(lost)

    def _of_answer(self, answer: Answer, call: schema.Call) -> tuple[Verdict, Problem | None]:
        problem = self._tools.conversation.judge(answer, call, "attach")
        if _expected(answer.status, call):
            if problem is not None:
                return self._said_inside(problem)
            self._made = self._what_was_made(answer)
            return self._accepted(answer)
        if problem is None:
            problem = Problem(
                kind=Kind.UNEXPECTED_ANSWER, service=self._service.name, step="attach", status=answer.status
            )
        if answer.status == 429:
            return Verdict.NOT_SENT, dataclasses.replace(problem, wait=told_wait(answer.headers))
        if 400 <= answer.status < 500 and answer.status not in UNKNOWN_STATUSES:
            return self._said_inside(problem)
        return Verdict.UNKNOWN, self._unknown(problem)

    def _said_inside(self, problem: Problem) -> tuple[Verdict, Problem | None]:
        """What a refusal means whose status does not say it: services with one status for all name the kind inside."""
        if problem.kind is Kind.RATE_LIMITED:
            return Verdict.NOT_SENT, problem
        if problem.kind is Kind.SERVICE_DOWN:
            return Verdict.UNKNOWN, self._unknown(problem)
        return Verdict.REFUSED, problem

    def _what_was_made(self, answer: Answer) -> str | None:
        """The id of what the attach made, so that no other batch takes it for its own; None if the answer has none."""
        verify = self._target.verify
        if verify is None or verify.made is None:
            return None
        try:
            made = verify.made.value({**self._scope(), "answer": content_of(answer)})
        except ExpressionError:
            return None
        return made if isinstance(made, str) and made else str(made) if isinstance(made, int) else None

    def _accepted(self, answer: Answer) -> tuple[Verdict, Problem | None]:
        accepted = self._target.accepted
        if accepted is None:
            return Verdict.ATTACHED, None
        content = content_of(answer)
        problem = Problem(kind=Kind.UNEXPECTED_ANSWER, service=self._service.name, step="attach", status=answer.status)
        try:
            said = None if content is None else accepted.value({**self._scope(), "answer": content})
        except ExpressionError:
            said = None
        if said is None:
            return Verdict.UNKNOWN, self._unknown(problem)
        if truthy(said):
            return Verdict.ATTACHED, None
        return Verdict.REFUSED, dataclasses.replace(problem, kind=Kind.REFUSED)

    def _unknown(self, problem: Problem) -> Problem:
        return dataclasses.replace(problem, kind=problem.kind if self._target.repeat else Kind.ATTACH_UNKNOWN)

    # ------------------------------------------------------------------------------------------- read back
    def _read_back(self, verify: schema.Verify) -> Attached:
        """Where files were added to what was there: read it again, and see that all old and all new ones are there.

        What is not seen after some looks is not called attached, and not attached again either: a person looks.
        """
        self._tools.began(self._batch, Step.VERIFY)
        detail, wait = "", 0.0
        for look in range(LOOKS):
            if look:
                self._tools.pause(max(wait, 2.0 ** (look - 1)))
            try:
                missing = self._missing(verify)
            except UploadError as error:
                detail, wait = "it could not be read again", min(error.problem.wait or 0.0, LONGEST_LOOK_WAIT)
                if error.problem.kind not in PASSING:
                    break
                continue
            if not missing:
                self._tools.done(self._batch, Step.VERIFY)
                return self._ended(Verdict.ATTACHED)
            detail, wait = missing, 0.0
        problem = Problem(kind=Kind.APPEND_INCOMPLETE, service=self._service.name, step="verify", detail=detail)
        return self._ended(Verdict.UNKNOWN, problem)

    def _missing(self, verify: schema.Verify) -> str:
        """What is not there that should be, in words; "" if all is. Raises UploadError."""
        known = self._scope()
        lost, missing = parts_missing(verify, self._tools.conversation, known)
        if not lost and not missing:
            return ""
        return f"{lost} of the old files and {missing} of the {len(self._uploads)} new ones are missing"


def _expected(status: int, call: schema.Call) -> bool:
    return status in call.success if call.success is not None else 200 <= status < 300


def _repeats(call: schema.Prepare) -> bool:
    return call.repeat if call.repeat is not None else call.call.method == "GET"
