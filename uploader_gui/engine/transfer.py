"""The transfer of one file: one request with its bytes, and what the answer says of them."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uploader_gui.core.batch import Proof, Receipt, Upload
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.engine import limits, storage_error
from uploader_gui.engine.asking import content_of, unexpected
from uploader_gui.engine.body import FileBody, FormBody, check_source
from uploader_gui.engine.digest import Digests, base64_of
from uploader_gui.engine.etag import must_be_md5
from uploader_gui.engine.http import Answer, AnswerCutError, Request
from uploader_gui.engine.signed import pairs, usable_headers
from uploader_gui.services import schema
from uploader_gui.services.digests import DIGESTS
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.template import fill_body

if TYPE_CHECKING:
    from uploader_gui.engine.upload import UploadTools

STEP = "transfer"
CHECKSUM_HEADERS = frozenset({"content-md5", "x-amz-checksum-sha256", "x-amz-checksum-crc32c"})
Pairs = Sequence[tuple[str, str]]


class ExpiredError(Exception):
    """Storage no longer takes the upload address.

    Attributes:
        problem: What it is told as if no new address helps.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Transferred:
    """A file that storage has taken.

    Attributes:
        answer: What storage said.
        content: The same as expressions see it.
        digests: Taken while it was sent, by name.
        receipt: What proves it.
    """

    answer: Answer
    content: Mapping[str, Any]
    digests: Mapping[str, str]
    receipt: Receipt


def transfer(upload: Upload, known: Scope, tools: "UploadTools", *, again: bool) -> Transferred:
    """Send a file to where the flow says.

    Args:
        upload: Its file has been looked at a moment ago.
        known: What expressions see.
        tools: As the upload has them.
        again: Whether a new address would not help: then what is refused is told as it is.

    Raises:
        UploadError: It is not stored, or not as it is here.
        ExpiredError: The address is not taken any more.
        Cancelled: It was told to stop.
    """
    return _Transfer(upload, tools).go(known, again=again)


class _Transfer:
    def __init__(self, upload: Upload, tools: "UploadTools") -> None:
        self._upload = upload
        self._tools = tools
        self._how = tools.flow.transfer
        self._service = tools.flow.service

    def go(self, known: Scope, *, again: bool) -> Transferred:
        upload = self._upload
        try:
            url = self._how.call.url(self._tools.conversation.session.account.base, known)
            fields = pairs(fill_body(self._how.fields, known))
            headers = usable_headers(pairs(fill_body(self._how.headers, known)), url, form=self._how.body == "form")
            _ = [(name.encode(), value.encode()) for name, value in fields]
        except (ExpressionError, ValueError, RecursionError):
            raise unexpected(
                self._service.name, "sign", "the upload address, its fields or its headers are not usable"
            ) from None
        self._check_policy(fields)
        file = FileBody(upload, Digests({"md5", *self._tools.digests}), self._tools.meter, self._tools.cancel)
        body: FileBody | FormBody = file
        if self._how.body == "form":
            body = FormBody(fields, file, field=self._how.file_field, name=upload.name, media_type=upload.media_type)
            headers = [*headers, ("Content-Type", body.media_type)]
        signed = self._tools.conversation.headers() if self._how.auth else ()
        request = Request(
            method=self._how.call.method,
            url=url,
            headers=(*signed, *headers),
            body=body,
            step=STEP,
            service=self._service.name,
        )
        answer = self._sent(request)
        digests = file.digests.hex()
        self._judge(answer, again=again)
        if not file.finished:
            # Success before the last byte cannot be about this file.
            raise UploadError(self._problem(Kind.CONNECTION_LOST, answer))
        check_source(upload)
        if any(upload.digests.get(name, value) != value for name, value in digests.items()):
            raise UploadError(Problem(kind=Kind.FILE_CHANGED, name=upload.name))
        return self._received(answer, digests, url, (*headers, *fields))

    def _check_policy(self, fields: list[tuple[str, str]]) -> None:
        bounds = limits.policy_range(fields)
        if bounds is None:
            return
        least, most = bounds
        if (problem := limits.check_one(self._upload, self._service.name, most, None, least=least)) is not None:
            raise UploadError(problem)

    def _sent(self, request: Request) -> Answer:
        if self._how.auth:
            return self._tools.conversation.send(request)
        try:
            return self._tools.storage.send(request, self._tools.cancel)
        except AnswerCutError as error:
            # Usual after an early refusal: the connection is gone, but the status has come.
            if error.answer.status >= 300:
                return error.answer
            problem = error.problem
        except UploadError as error:
            problem = error.problem
        raise UploadError(dataclasses.replace(problem, name=self._upload.name))

    def _judge(self, answer: Answer, *, again: bool) -> None:
        good = self._how.success if self._how.success is not None else (200, 201, 204)
        if answer.status in good:
            return
        if self._how.auth:
            call = schema.Call.model_construct(call=self._how.call, success=self._how.success)
            problem = self._tools.conversation.judge(answer, call, STEP, name=self._upload.name)
            raise UploadError(problem or self._odd_status(answer))
        if 200 <= answer.status < 300:
            raise UploadError(self._odd_status(answer))
        problem = storage_error.problem_of(
            answer,
            service=self._service.name,
            name=self._upload.name,
            size=self._upload.size,
            host=answer.host,
            again=again,
        )
        if storage_error.expired(answer) and problem.kind in {Kind.STORAGE_REFUSED, Kind.LINK_EXPIRED}:
            raise ExpiredError(problem)
        raise UploadError(problem)

    def _received(self, answer: Answer, digests: Mapping[str, str], url: str, carried: Pairs) -> Transferred:
        """What storage has taken; raises UploadError if it says that it has other bytes than were sent."""
        etag = storage_error.etag_of(answer)
        same = etag is not None and etag.lower() == digests["md5"]
        if (
            etag is not None
            and not same
            and (self._how.etag == "md5" or must_be_md5(answer, etag, url, tuple(carried)))
        ):
            raise UploadError(self._problem(Kind.DAMAGED, answer, name=self._upload.name))
        known = {**self._upload.digests, **digests}
        proof = Proof.CHECKED if _carried_checksum(carried, known) else Proof.ETAG if same else Proof.SIZE
        content = content_of(answer)
        return Transferred(
            answer=answer,
            content={"status": answer.status, "etag": etag, "body": answer.text() if content is None else content},
            digests=digests,
            receipt=Receipt(
                size=self._upload.size, etag=etag, proof=proof, **{name: known.get(name) for name in DIGESTS}
            ),
        )

    def _odd_status(self, answer: Answer) -> Problem:
        problem = self._problem(Kind.UNEXPECTED_ANSWER, answer)
        return dataclasses.replace(problem, status=answer.status, detail=f"status {answer.status}")

    def _problem(self, kind: Kind, answer: Answer, *, name: str = "") -> Problem:
        return Problem(kind=kind, service=self._service.name, step=STEP, host=answer.host, name=name)


def _carried_checksum(carried: Pairs, digests: Mapping[str, str]) -> bool:
    """Whether the request carried the right checksum: storage that took it has checked it."""
    right = {base64_of(value) for value in digests.values()}
    return any(name.lower() in CHECKSUM_HEADERS and value in right for name, value in carried)
