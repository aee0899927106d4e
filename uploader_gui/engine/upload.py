"""One upload from start to end: sign, transfer, confirm, ready. Begins at the step that is not done yet."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from uploader_gui.core.batch import UPLOAD_STEPS, Batch, Step, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.progress import Meter
from uploader_gui.engine import limits, scope
from uploader_gui.engine.asking import content_of, first_rule, holds, unexpected
from uploader_gui.engine.body import check_source, digests_of
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.entry import as_found
from uploader_gui.engine.expiry import seconds_left
from uploader_gui.engine.http import Answer, Client
from uploader_gui.engine.image_size import image_size
from uploader_gui.engine.settling import UNREST
from uploader_gui.engine.source import Source, look, unreadable
from uploader_gui.engine.transfer import ExpiredError, transfer
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.flow import Flow, MissingAnswerError

SPARE_SECONDS = 5.0


class PollLater(Exception):  # noqa: N818 - not an error: the file is still being processed
    """The service is not ready with the file. Carries the upload and the seconds until the next look."""

    def __init__(self, upload: Upload, seconds: float) -> None:
        super().__init__()
        self.upload = upload
        self.seconds = seconds


class Changing(Exception):  # noqa: N818 - not an error: somebody is saving the file
    """The file was changed while it was on its way; nothing of it may be used.

    Attributes:
        found: What it is now; None if it is not there, or closed to others, for a moment.
        sending: Whether that happened on its way; else it had not come to rest yet.
        why: Why it could not be read, where that is all that is known.
    """

    def __init__(self, found: Source | None, *, sending: bool, why: Problem | None = None) -> None:
        super().__init__()
        self.found = found
        self.sending = sending
        self.why = why


@dataclass(frozen=True, kw_only=True)
class UploadTools:
    """What a lane hands to an upload.

    Attributes:
        flow: What happens with the file.
        conversation: With the service, in the account's name.
        storage: The client that knows nothing.
        clock: Time.
        cancel: Ends it from another thread.
        meter: Counts the bytes sent.
        digests: What is taken while sending, beside MD5.
        step_done: Told after each step but the last, with the upload as it is then; it is safe before the next one
            begins. The last step is kept together with the whole: nothing happens in between.
        step_began: Told when a step begins.
        unsettled: Whether it is waited for the file to come to rest: that it has changed again is no news.
    """

    flow: Flow
    conversation: Conversation
    storage: Client
    clock: Clock
    cancel: CancelToken
    meter: Meter
    digests: frozenset[str]
    step_began: Callable[[Upload, Step], None]
    step_done: Callable[[Upload, Step], None]
    unsettled: bool = False


def run(upload: Upload, batch: Batch, tools: UploadTools) -> Upload:
    """Run an upload's remaining steps; gives it as it is when stored, with its receipt.

    Raises:
        UploadError: A step failed. The upload as of its last finished step has been told to `step_done`.
        PollLater: The service is still processing it.
        Changing: The file is being changed.
        Cancelled: It was told to stop.
    """
    if upload.next_step not in {Step.SIGN, Step.TRANSFER}:
        return _Run(batch, tools).go(upload)
    problem: Problem
    sending = False
    try:
        check_source(upload)
        sending = True
        return _Run(batch, tools).go(upload)
    except UploadError as error:
        problem = error.problem
    # What changed before its turn is a person's to say: it may have become something else.
    waits = problem.kind in UNREST if sending else problem.kind is Kind.FILE_CHANGED and tools.unsettled
    if not waits:
        raise UploadError(problem)
    found = _now(upload)
    if found is not None and problem.kind is not Kind.FILE_CHANGED and as_found(upload, found) is upload:
        found = None  # it is back already, as it was
    raise Changing(found, sending=sending, why=problem if found is None else None)


def _now(upload: Upload) -> Source | None:
    """What an upload's file is at this moment. Raises UploadError for what no waiting helps against."""
    gone: Problem
    try:
        return look(upload.given, upload.path)
    except UploadError as error:
        gone = error.problem
    if gone.kind in UNREST:
        return None
    raise UploadError(gone)


class _Run:
    def __init__(self, batch: Batch, tools: UploadTools) -> None:
        self._batch = batch
        self._tools = tools
        self._flow = tools.flow
        self._service = tools.flow.service

    def go(self, upload: Upload) -> Upload:
        if upload.next_step is Step.TRANSFER and self._out_of_date(upload):
            upload = dataclasses.replace(upload, next_step=Step.SIGN if self._flow.sign else Step.TRANSFER)
        upload = self._measured(upload)
        for step in UPLOAD_STEPS[UPLOAD_STEPS.index(upload.next_step) :]:
            if not self._flow.has(step):
                continue
            self._tools.cancel.check()
            self._tools.step_began(upload, step)
            upload = self._again_if_expired(upload) if step is Step.TRANSFER else self._steps[step](self, upload)
            following = UPLOAD_STEPS[UPLOAD_STEPS.index(step) + 1 :]
            # An upload address alone is no progress: what fails after it has failed in a row.
            counts = (upload.tries, upload.limited) if step is Step.SIGN else (0, 0)
            upload = dataclasses.replace(
                upload,
                next_step=following[0] if following else Step.READY,
                answers=self._flow.trim(upload.answers, step),
                tries=counts[0],
                limited=counts[1],
            )
            if not any(self._flow.has(one) for one in following):
                break
            self._tools.step_done(upload, step)
        return upload

    def _measured(self, upload: Upload) -> Upload:
        """With width and height, where the flow needs them and nobody has looked since the file was changed."""
        if not self._flow.needs_image_size or upload.width is not None:
            return upload
        try:
            size = image_size(upload.path)
        except OSError as error:
            raise UploadError(unreadable(error, upload.name, upload.path)) from None
        if size is None:
            raise UploadError(Problem(kind=Kind.FILE_NOT_IMAGE, service=self._service.name, name=upload.name))
        return dataclasses.replace(upload, width=size[0], height=size[1])

    def _out_of_date(self, upload: Upload) -> bool:
        """Whether the upload address ran out while the upload waited."""
        if "sign" not in upload.answers and self._flow.sign is not None:
            return True
        return upload.signed_until is not None and self._tools.clock.monotonic() > upload.signed_until - SPARE_SECONDS

    def _scope(self, upload: Upload) -> Scope:
        account = self._tools.conversation.session.account.public
        return scope.of_upload(self._flow, account, self._batch, upload, self._tools.clock.utc())

    def _kept(self, step: Step, content: Any, answer: Answer, upload: Upload) -> Mapping[str, Any]:
        """The upload's answers with what the flow needs of this one."""
        try:
            kept = self._flow.keep(step, content)
            headers = self._flow.keep_headers(step, answer.headers)
        except MissingAnswerError as error:
            raise unexpected(self._service.name, step, f"there is no {error.path} in it") from None
        return {
            **upload.answers,
            step.value: kept,
            "headers": {**upload.answers.get("headers", {}), step.value: headers},
        }

    # ------------------------------------------------------------------------------------------------ sign
    def _sign(self, upload: Upload) -> Upload:
        sign = self._flow.sign
        assert sign is not None  # noqa: S101 - only called for flows that have it
        check_source(upload)
        upload = self._digested(upload)
        known = self._scope(upload)
        asked_at = self._tools.clock.monotonic()
        answer, content = self._tools.conversation.read(sign, known, "sign", name=upload.name)
        answers = self._kept(Step.SIGN, content, answer, upload)
        answered = {**known, "answer": content}
        try:
            left = seconds_left(sign.expires, answered, answer.headers)
            size = sign.max_size.value(answered) if sign.max_size else None
            types = sign.types.value(answered) if sign.types else None
        except ExpressionError as error:
            raise unexpected(self._service.name, "sign", str(error)) from None
        if (problem := limits.check_one(upload, self._service.name, size, types)) is not None:
            raise UploadError(problem)
        until = None if left is None else asked_at + left
        return dataclasses.replace(upload, answers=answers, signed_until=until)

    def _digested(self, upload: Upload) -> Upload:
        """With the digests that a step up to the transfer names; they are taken once."""
        missing = self._flow.digests_first - upload.digests.keys()
        if not missing:
            return upload
        digests = digests_of(upload, missing, self._tools.cancel)
        return dataclasses.replace(upload, digests={**upload.digests, **digests})

    # -------------------------------------------------------------------------------------------- transfer
    def _again_if_expired(self, upload: Upload) -> Upload:
        """Transfer; where storage no longer takes the address, sign again, once, and transfer again."""
        refused: Problem
        try:
            return self._transfer(upload, again=self._flow.sign is None)
        except ExpiredError as error:
            refused = error.problem
        if self._flow.sign is None:
            raise UploadError(refused)
        self._tools.step_began(upload, Step.SIGN)
        upload = dataclasses.replace(self._sign(upload), next_step=Step.TRANSFER)
        self._tools.step_done(upload, Step.SIGN)
        self._tools.step_began(upload, Step.TRANSFER)
        try:
            return self._transfer(upload, again=True)
        except ExpiredError as error:
            refused = error.problem
        raise UploadError(refused)

    def _transfer(self, upload: Upload, *, again: bool) -> Upload:
        check_source(upload)
        upload = self._digested(upload)
        sent = transfer(upload, self._scope(upload), self._tools, again=again)
        answers = dict(self._kept(Step.TRANSFER, sent.content, sent.answer, upload))
        # Status and ETag are short and always known; of the body, what the flow uses.
        answers["transfer"] = {**answers["transfer"], "status": sent.answer.status, "etag": sent.receipt.etag}
        return dataclasses.replace(
            upload, answers=answers, digests={**upload.digests, **sent.digests}, receipt=sent.receipt
        )

    # --------------------------------------------------------------------------------------------- confirm
    def _confirm(self, upload: Upload) -> Upload:
        confirm = self._flow.confirm
        assert confirm is not None  # noqa: S101 - only called for flows that have it
        problem: Problem
        try:
            answer = self._tools.conversation.tell(
                confirm, self._scope(upload), "confirm", name=upload.name, fresh=not confirm.repeat
            )
            answers = self._kept(Step.CONFIRM, content_of(answer), answer, upload)
            return dataclasses.replace(upload, answers=answers)
        except UploadError as error:
            problem = error.problem
        if not confirm.repeat and problem.sent and not _refused(problem):
            problem = dataclasses.replace(problem, kind=Kind.CONFIRM_UNKNOWN, name=upload.name)
        raise UploadError(problem)

    # ----------------------------------------------------------------------------------------------- ready
    def _ready(self, upload: Upload) -> Upload:
        ready = self._flow.ready
        assert ready is not None  # noqa: S101 - only called for flows that have it
        now = self._tools.clock.monotonic()
        if upload.polling_since is None:
            upload = dataclasses.replace(upload, polling_since=now)
        assert upload.polling_since is not None  # noqa: S101 - set above
        known = self._scope(upload)
        answer = self._tools.conversation.ask(ready, known, "ready")
        content = content_of(answer)
        answered = {**known, "answer": content}
        if answer.status not in ready.wait:
            problem = self._tools.conversation.judge(answer, ready, "ready", name=upload.name)
            if problem is not None:
                raise UploadError(problem)
            if content is None:
                raise unexpected(self._service.name, "ready", "it is not JSON")
            self._check_failed(ready, answered, upload)
            if holds(ready.done, answered):
                answers = self._kept(Step.READY, content, answer, upload)
                return dataclasses.replace(upload, answers=answers, polling_since=None)
        if now - upload.polling_since > ready.within:
            raise UploadError(
                Problem(kind=Kind.PROCESSING_SLOW, service=self._service.name, step="ready", name=upload.name)
            )
        raise PollLater(upload, ready.every)

    def _check_failed(self, ready: schema.Ready, answered: Scope, upload: Upload) -> None:
        rule = first_rule(ready.failed, answered)
        if rule is not None:
            raise UploadError(
                Problem(
                    kind=Kind.PROCESSING_FAILED,
                    service=self._service.name,
                    step="ready",
                    name=upload.name,
                    detail=rule[1],
                )
            )

    _steps: Mapping[Step, Callable[["_Run", Upload], Upload]] = {
        Step.SIGN: _sign,
        Step.CONFIRM: _confirm,
        Step.READY: _ready,
    }


def refused_for_sure(status: int | None) -> bool:
    """Whether a status says that nothing was done: a 4xx, but none that a server at work might send."""
    return status is not None and 400 <= status < 500 and status not in {408, 409, 425}


def _refused(problem: Problem) -> bool:
    """Whether nothing was done: the status says so, or a success does whose [[errors]] name what was wrong."""
    inside = problem.status is not None and 200 <= problem.status < 300
    inside = inside and problem.kind not in {Kind.UNEXPECTED_ANSWER, Kind.SERVICE_DOWN}
    return inside or (refused_for_sure(problem.status) and problem.kind is not Kind.SERVICE_DOWN)
