"""When another ETag than the MD5 means damage: where it cannot be anything else, and nowhere else."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.engine.fakes import FakeClock
from tests.engine.stage import CLOSE, PLAIN, Stage
from uploader_gui.core.batch import Batch, Proof, Step, Upload, UploadState
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.progress import Meter
from uploader_gui.engine import upload as engine
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.etag import must_be_md5
from uploader_gui.engine.http import Answer, Client, Request
from uploader_gui.engine.session import Account, Session

MD5 = hashlib.md5(b"hello").hexdigest()
OTHER = hashlib.md5(b"HELLO").hexdigest()
HOST = "close-prd-files.s3.amazonaws.com"
PLAINLY = {"server": "AmazonS3", "x-amz-server-side-encryption": "AES256"}
SSE = "x-amz-server-side-encryption"


def _answer(etag: str = OTHER, *, host: str = HOST, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=201, headers={"server": "AmazonS3", "etag": f'"{etag}"', **named}, body=b"", host=host)


@pytest.mark.parametrize(
    "host",
    [
        "s3.amazonaws.com", "bucket.s3.amazonaws.com", "a.b.s3.eu-central-1.amazonaws.com",
        "bucket.s3-eu-west-1.amazonaws.com", "bucket.s3.dualstack.ap-southeast-2.amazonaws.com",
        "bucket.s3-accelerate.amazonaws.com", "bucket.s3-accelerate.dualstack.amazonaws.com",
        "bucket.s3-fips.us-gov-west-1.amazonaws.com", "bucket.s3.cn-north-1.amazonaws.com.cn", "S3.AMAZONAWS.COM",
    ],
)  # fmt: skip
def test_amazons_own_hosts(host: str) -> None:
    """In a bucket of the usual kind, with S3's own keys or none, the ETag is the MD5."""
    assert must_be_md5(_answer(host=host), OTHER, f"https://{host}/k", [])
    kept = {SSE: "AES256"}
    answer = dataclasses.replace(_answer(host=host), headers={**_answer().headers, **kept})
    assert must_be_md5(answer, OTHER, f"https://{host}/k?X-Amz-Signature=1", kept.items())


@pytest.mark.parametrize(
    "host",
    [
        "bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", "ap-1.s3-outposts.us-east-1.amazonaws.com",
        "name-1.s3-object-lambda.us-east-1.amazonaws.com", "storage.googleapis.com", "play.min.io", "127.0.0.1",
        "s3.amazonaws.com.evil.example", "evils3.amazonaws.com", "x.execute-api.eu-west-1.amazonaws.com", "",
        "bucket.s3.example.com", "cdn.cloudfront.net",
    ],
)  # fmt: skip
def test_other_hosts_may_put_anything_there(host: str) -> None:
    """Directory buckets, other makers' servers, names that only look like it: never called damage."""
    assert not must_be_md5(_answer(host=host), OTHER, f"https://{host}/k", [])


@pytest.mark.parametrize(
    ("etag", "answered", "sent", "query"),
    [
        (f"{OTHER}-1", {}, [], ""),
        (f"{OTHER}-12", {}, [], ""),
        ("0123", {}, [], ""),
        ("g" * 32, {}, [], ""),
        (OTHER, {SSE: "aws:kms"}, [], ""),
        (OTHER, {SSE: "aws:kms:dsse"}, [], ""),
        (OTHER, {f"{SSE}-aws-kms-key-id": "arn:aws:kms:x"}, [], ""),
        (OTHER, {f"{SSE}-customer-algorithm": "AES256"}, [], ""),
        (OTHER, {f"{SSE}-customer-key-md5": "x"}, [], ""),
        (OTHER, {}, [("X-Amz-Server-Side-Encryption", "aws:kms")], ""),
        (OTHER, {}, [(f"{SSE}-customer-algorithm", "AES256")], ""),
        (OTHER, {}, [], "?X-Amz-Server-Side-Encryption=aws%3Akms&X-Amz-Signature=1"),
        (OTHER, {"server": "nginx"}, [], ""),
    ],
)
def test_signs_that_it_is_no_md5(etag: str, answered: dict[str, str], sent: list[tuple[str, str]], query: str) -> None:
    """Parts, keys of KMS or the customer's own, in the answer, the request or its address; a server that is not S3."""
    answer = _answer(etag)
    answer = dataclasses.replace(answer, headers={**answer.headers, **answered})
    assert not must_be_md5(answer, etag, f"https://{HOST}/k{query}", sent)


class Storage:
    """A storage that takes everything, and says what the test wants."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def send(self, request: Request, cancel: CancelToken) -> Answer:
        """Read the body, as a connection would."""
        del cancel
        for _piece in cast("Iterator[bytes]", request.body):
            pass
        return self._answer


def _sent(tmp_path: Path, answer: Answer) -> Upload:
    """A file that is sent to Close's storage, which answers so."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    clock = FakeClock()
    upload = Upload(
        id="u", batch_id="b", given="a.txt", file=str(path), name="a.txt", size=5, modified=path.stat().st_mtime_ns,
        media_type="text/plain", next_step=Step.TRANSFER, signed_until=clock.monotonic() + 60,
        answers={"sign": {"upload": {"url": f"https://{HOST}/", "fields": {"key": "k"}}, "download": {"url": "u"}}},
    )  # fmt: skip
    batch = Batch(id="b", service="close", target="upload", inputs={}, named={}, created=clock.utc(), attaches=False)
    session = Session(Account(service=CLOSE, base=CLOSE.account.base, values={"api_key": "x"}), clock)
    tools = engine.UploadTools(
        flow=PLAIN,
        conversation=Conversation(session, Client(lambda _origin: False), CancelToken()),
        storage=cast("Client", Storage(answer)),
        clock=clock,
        cancel=CancelToken(),
        meter=Meter(5),
        digests=frozenset(),
        step_began=lambda _upload, _step: None,
        step_done=lambda _upload, _step: None,
    )
    return engine.run(upload, batch, tools)


def test_s3_has_other_bytes(tmp_path: Path) -> None:
    """Close's own storage says that it has something else: that is damage, whatever the status."""
    with pytest.raises(UploadError) as caught:
        _sent(tmp_path, _answer())
    assert caught.value.problem.kind is Kind.DAMAGED


@pytest.mark.parametrize(
    ("answer", "proof"),
    [
        (_answer(MD5), Proof.ETAG),
        (_answer(MD5.upper()), Proof.ETAG),
        (_answer(f"{OTHER}-1"), Proof.SIZE),
        (_answer(x_amz_server_side_encryption="aws:kms"), Proof.SIZE),
        (_answer(host="storage.example"), Proof.SIZE),
    ],
)
def test_what_else_it_proves(tmp_path: Path, answer: Answer, proof: Proof) -> None:
    """The MD5 proves the bytes; what is no MD5 proves no more than that so many were taken."""
    receipt = _sent(tmp_path, answer).receipt
    assert receipt is not None
    assert receipt.proof is proof


def test_damage_is_sent_again_a_few_times() -> None:
    """By itself, each time from a new upload address, and then a person is asked."""
    stage = Stage()
    stage.add("b", 1)
    damaged = Problem(kind=Kind.DAMAGED, service="Close", step="transfer")
    for _ in range(2):
        work = stage.upload_work()
        stage.queue.step_done(work.batch, dataclasses.replace(work.upload, next_step=Step.TRANSFER), Step.SIGN)
        stage.queue.failed(work, damaged)
        assert stage.states("b") == [UploadState.WAITING_RETRY]
        assert [upload.next_step for upload in stage.queue.uploads("b")] == [Step.SIGN]
    stage.queue.failed(stage.upload_work(), damaged)
    assert stage.states("b") == [UploadState.NEEDS_ATTENTION]
    assert [event.problem.kind for event in stage.heard.troubled] == [Kind.DAMAGED]
