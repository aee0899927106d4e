"""One upload, step by step, against a server that answers as each test says."""

import dataclasses
import hashlib
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.conftest import Handler, read_all, read_head
from tests.engine.fakes import FakeClock
from uploader_gui.core.batch import Batch, Proof, Step, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.progress import Meter
from uploader_gui.engine import upload as engine
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Client, Timing
from uploader_gui.engine.session import Account, Session
from uploader_gui.services import schema
from uploader_gui.services.check import read
from uploader_gui.services.flow import flow

Server = Callable[[Handler], str]
Maker = Callable[..., Upload]
Answers = dict[str, list[bytes | None]]

FILE = """
format = 1
id = "tested"
name = "Tested"
[account]
base = "https://tested.example"
[[account.fields]]
id = "key"
label = "Key"
secret = true
[[account.ways]]
fields = ["key"]
headers = { X-Key = "${account.key}" }
[account.check]
call = "GET /me"
shows = "x"
[sign]
call = "POST /sign"
json = { name = "${file.name}" }
expires = "${answer.expires}"
max_size = "${answer.max}"
types = "${answer.types}"
[transfer]
call = "PUT ${sign.url}"
headers = "${sign.headers}"
success = [200]
[targets.upload]
label = "x"
place = "x"
seen_by = "me"
[result]
values = { id = "${sign.id}" }
"""
CONFIRM = """
[confirm]
call = "POST /confirm"
json = { etag = "${transfer.etag || file.md5}" }
"""
READY = """
[ready]
call = "GET /ready"
done = "${answer.state == 'done'}"
failed = [{ when = "${answer.bad}", text = "It has a virus." }]
wait = [409]
every = "2 s"
within = "60 s"
"""


def _ok(content: Any = None, status: int = 200, headers: str = "") -> bytes:
    body = json.dumps(content if content is not None else {}).encode()
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def _xml(status: int, code: str, message: str = "") -> bytes:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Stage:
    """A service that answers by path, and what it was asked."""

    def __init__(self, raw_server: Server, answers: Answers, more: str = "") -> None:
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.heads: list[bytes] = []
        self._answers = {path: list(row) for path, row in answers.items()}
        self.base = raw_server(self._handle)
        self.clock = FakeClock()
        self.done: list[Upload] = []
        self.client = Client(lambda _origin: True, timing=Timing(connect=2, stall=0.5, answer=2))
        service = read("tested.toml", (FILE + more).encode())
        self.flow = flow(service, "upload")
        self.session = Session(Account(service=service, base=self.base, values={"key": "secret"}), self.clock)
        self.batch = Batch(
            id="b", service="tested", target="upload", inputs={}, named={}, created=self.clock.utc(), attaches=False
        )

    def _handle(self, connection: socket.socket) -> None:
        while True:
            request = read_all(connection)
            if not request.strip():
                return
            head, _, body = request.partition(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            self.asked.append(path)
            self.heads.append(head)
            self.bodies.append(body)
            row = self._answers[path]
            answer = row.pop(0) if len(row) > 1 else row[0]
            if answer is None:
                return
            connection.sendall(answer.replace(b"BASE", self.base.encode()))
            if b"Connection: close" in answer:
                return

    def run(self, upload: Upload, *, unsettled: bool = False) -> Upload:
        """Run an upload."""
        tools = engine.UploadTools(
            flow=self.flow,
            conversation=Conversation(self.session, self.client, CancelToken()),
            storage=self.client,
            clock=self.clock,
            cancel=CancelToken(),
            meter=Meter(upload.size),
            digests=frozenset({"sha256"}),
            step_began=lambda _upload, _step: None,
            step_done=lambda done, _step: self.done.append(done),
            unsettled=unsettled,
        )
        try:
            return engine.run(upload, self.batch, tools)
        finally:
            self.client.close()

    def fail(self, upload: Upload) -> Problem:
        """Run an upload that must fail."""
        with pytest.raises(UploadError) as caught:
            self.run(upload)
        return caught.value.problem


def _signed(**more: Any) -> bytes:
    usual = {"url": "BASE/put", "headers": {}, "id": 1, "expires": 60, "max": 10**9, "types": ["text/plain"], **more}
    content = json.dumps(usual)
    # The length is that of the answer after BASE was replaced; closing ends it instead.
    return f"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n{content}".encode()


@pytest.fixture
def stage(raw_server: Server) -> Callable[..., Stage]:
    """Make a stage: `stage({"/put": [...]}, CONFIRM)`; signing works unless said otherwise."""

    def make(answers: dict[str, Any] | None = None, more: str = "", **signed: Any) -> Stage:
        usual: Answers = {"/sign": [_signed(**signed)], "/put": [_ok()]}
        return Stage(raw_server, {**usual, **(answers or {})}, more)

    return make


def test_it_goes_through_all_steps(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Sign, send, confirm, wait: in this order, and the receipt says what is proven."""
    here = stage({"/confirm": [_ok()], "/ready": [_ok({"state": "done"})]}, CONFIRM + READY)
    done = here.run(upload_of(b"hello"))
    assert here.asked == ["/sign", "/put", "/confirm", "/ready"]
    assert here.bodies[1] == b"hello"
    assert json.loads(here.bodies[2]) == {"etag": hashlib.md5(b"hello").hexdigest()}
    receipt = done.receipt
    assert receipt is not None
    assert receipt.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert receipt.proof is Proof.SIZE


def test_the_key_stays_away_from_storage(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Signing carries the account's header, sending the bytes does not."""
    here = stage()
    here.run(upload_of(b"hello"))
    assert b"X-Key: secret" in here.heads[0]
    assert b"secret" not in here.heads[1]


MD5 = hashlib.md5(b"hello").hexdigest()


@pytest.mark.parametrize(
    ("headers", "answer", "proof"),
    [
        ({}, _ok(), Proof.SIZE),
        ({}, _ok(headers=f'ETag: "{MD5}"\r\n'), Proof.ETAG),
        ({}, _ok(headers=f'ETag: "{MD5.upper()}"\r\n'), Proof.ETAG),
        ({}, _ok(headers='ETag: "0123-2"\r\n'), Proof.SIZE),
        ({"Content-MD5": "XUFAKrxLKna5cZ2REBfFkg=="}, _ok(), Proof.CHECKED),
        ({"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, _ok(), Proof.SIZE),
        ({"x-amz-checksum-sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}, _ok(), Proof.CHECKED),
    ],
)
def test_the_grade_of_proof(
    stage: Callable[..., Stage], upload_of: Maker, headers: dict[str, str], answer: bytes, proof: Proof
) -> None:
    """A checksum that storage took, an ETag that is the MD5, or the size alone."""
    done = stage({"/put": [answer]}, headers=headers).run(upload_of(b"hello"))
    assert done.receipt is not None
    assert done.receipt.proof is proof


@pytest.mark.parametrize(("sent", "proof"), [("mnG7TA==", Proof.CHECKED), ("AAAAAA==", Proof.SIZE)])
def test_a_crc32c_that_the_service_signed(
    stage: Callable[..., Stage], upload_of: Maker, sent: str, proof: Proof
) -> None:
    """Told when it was asked where to send it, sent along where the service wants it, and checked by storage."""
    here = stage(headers={"x-amz-checksum-crc32c": sent})
    sign = here.flow.sign
    assert sign is not None
    body = {"name": "${file.name}", "crc32c": "${file.crc32c}", "checksum": "${file.crc32c_base64}"}
    signed = schema.Sign.model_validate({"call": "POST /sign", "json": body})
    here.flow = dataclasses.replace(here.flow, sign=signed, digests_first=frozenset({"crc32c"}))
    done = here.run(upload_of(b"hello"))
    told = json.loads(here.bodies[0])
    assert (told["crc32c"], told["checksum"]) == ("9a71bb4c", "mnG7TA==")
    assert b"x-amz-checksum-crc32c: " + sent.encode() in here.heads[1]
    assert done.receipt is not None
    assert (done.receipt.crc32c, done.receipt.proof) == ("9a71bb4c", proof)


def test_a_wrong_etag_is_an_error_where_the_file_says_so(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Etag = "md5": this storage's ETag always is the MD5, so another one means damage."""
    here = stage({"/put": [_ok(headers='ETag: "00"\r\n')]})
    strict = here.flow.transfer.model_copy(update={"etag": "md5"})
    here.flow = dataclasses.replace(here.flow, transfer=strict)
    assert here.fail(upload_of(b"hello")).kind is Kind.DAMAGED


def test_an_expired_address_is_signed_again_once(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Refused as expired: a new address, and it goes through."""
    expired = _xml(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    here = stage({"/put": [expired, _ok()]})
    here.run(upload_of(b"hello"))
    assert here.asked == ["/sign", "/put", "/sign", "/put"]


def test_an_address_that_expires_twice_is_told(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """The second refusal is the last: no loop."""
    here = stage({"/put": [_xml(403, "AccessDenied", "Request has expired")]})
    assert here.fail(upload_of(b"hello")).kind is Kind.LINK_EXPIRED
    assert here.asked == ["/sign", "/put", "/sign", "/put"]


def test_an_address_that_ran_out_while_waiting_is_not_tried(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """After a wait longer than the address lives, the retry begins with signing."""
    here = stage({"/put": [_xml(503, "SlowDown"), _ok()]})
    assert here.fail(upload_of(b"hello")).kind is Kind.SERVICE_DOWN
    signed = here.done[-1]
    assert signed.next_step is Step.TRANSFER
    here.clock.now += 70
    here.run(signed)
    assert here.asked == ["/sign", "/put", "/sign", "/put"]


def test_an_address_that_still_lives_is_used(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Steps that are done are not repeated: the retry begins with sending."""
    here = stage({"/put": [_xml(503, "SlowDown"), _ok()]})
    here.fail(upload_of(b"hello"))
    here.clock.now += 10
    here.run(here.done[-1])
    assert here.asked == ["/sign", "/put", "/put"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"id": 1, "expires": 1, "max": 1}, "there is no "),
        ({"url": None}, "there is no url in it"),
        ({"id": None}, "there is no id in it"),
        ({"expires": "soon"}, "it is neither seconds nor a date"),
        ({"headers": "text"}, "the upload address, its fields or its headers are not usable"),
        ({"headers": {"X": {"a": 1}}}, "the upload address, its fields or its headers are not usable"),
    ],
)
def test_an_answer_that_lacks_something_is_told(
    stage: Callable[..., Stage], upload_of: Maker, answer: dict[str, Any], says: str
) -> None:
    """What is missing or unusable is named as the service file calls it, and no byte goes out."""
    answers = None if "url" in answer or len(answer) == 1 else {"/sign": [_ok(answer)]}
    here = stage(answers, **({} if answers else answer))
    problem = here.fail(upload_of(b"hello"))
    assert problem.kind is Kind.UNEXPECTED_ANSWER
    assert says in problem.detail
    assert "/put" not in here.asked


@pytest.mark.parametrize("content", [b"<html>", b"[1]", b'"text"', b"null", b"\xff\xfe", b"[" * 3000, b""])
def test_any_answer_to_sign_is_survived(stage: Callable[..., Stage], upload_of: Maker, content: bytes) -> None:
    """Whatever comes with a 200: one problem, no traceback, no byte sent."""
    answer = b"HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
    here = stage({"/sign": [answer]})
    assert here.fail(upload_of(b"hello")).kind is Kind.UNEXPECTED_ANSWER
    assert here.asked == ["/sign"]


@pytest.mark.parametrize(
    ("signed", "kind"),
    [({"max": 4}, Kind.FILE_TOO_LARGE), ({"types": ["image/*"]}, Kind.FILE_TYPE)],
)
def test_limits_of_the_answer_hold_before_a_byte_is_sent(
    stage: Callable[..., Stage], upload_of: Maker, signed: dict[str, Any], kind: Kind
) -> None:
    """max_size and types come with the address, and spare sending what would be refused."""
    here = stage(**signed)
    assert here.fail(upload_of(b"hello")).kind is kind
    assert here.asked == ["/sign"]


@pytest.mark.parametrize(
    "url", ["http://storage.example/x", "file:///etc/passwd", "ftp://x/y", "https://u:p@storage.example/"]
)
def test_upload_addresses_that_are_not_safe_get_nothing(
    stage: Callable[..., Stage], upload_of: Maker, url: str
) -> None:
    """An address that is not https (or this computer) is refused, whoever gave it."""
    here = stage(url=url)
    assert here.fail(upload_of(b"hello")).kind is Kind.ADDRESS_REFUSED
    assert here.asked == ["/sign"]


def test_success_before_the_last_byte_is_none(
    stage: Callable[..., Stage], upload_of: Maker, raw_server: Server
) -> None:
    """A 200 that comes while the file is still being sent cannot be about this file."""

    def hasty(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)

    here = stage(url=raw_server(hasty))
    assert here.fail(upload_of(bytes(20_000_000))).kind in {Kind.CONNECTION_LOST, Kind.STALLED}


def test_a_status_that_is_no_success_is_none(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """The file says 200: a 202 is not that."""
    problem = stage({"/put": [_ok(status=202)]}).fail(upload_of(b"hello"))
    assert problem.kind is Kind.UNEXPECTED_ANSWER


def test_a_lost_confirm_is_told_as_unknown(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Nobody can say whether it was confirmed, so it is not repeated blindly."""
    here = stage({"/confirm": [None]}, CONFIRM)
    assert here.fail(upload_of(b"hello")).kind is Kind.CONFIRM_UNKNOWN
    assert here.done[-1].next_step is Step.CONFIRM


def test_a_refused_confirm_is_a_refusal(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """A clear no is told as it is; so is "wait"."""
    assert stage({"/confirm": [_ok(status=403)]}, CONFIRM).fail(upload_of(b"x")).kind is Kind.FORBIDDEN
    limited = stage({"/confirm": [_ok(status=429, headers="Retry-After: 3\r\n")]}, CONFIRM).fail(upload_of(b"x"))
    assert (limited.kind, limited.wait) == (Kind.RATE_LIMITED, 3)


RULES = """
[[errors]]
success = true
when = "${answer.error == 'busy'}"
text = "busy"
kind = "rate_limited"
[[errors]]
success = true
when = "${answer.error == 'broken'}"
text = "broken"
kind = "service_down"
[[errors]]
success = true
text = "${answer.error}"
"""


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        ("too large", 200, Kind.REFUSED),
        ("busy", 200, Kind.RATE_LIMITED),
        ("broken", 200, Kind.CONFIRM_UNKNOWN),
        ("broken", 400, Kind.CONFIRM_UNKNOWN),
        ("busy", 503, Kind.CONFIRM_UNKNOWN),
    ],
)
def test_a_confirm_refused_inside_a_success(
    stage: Callable[..., Stage], upload_of: Maker, error: str, status: int, kind: Kind
) -> None:
    """What the service says inside a 200 is a refusal; only where something broke inside does nobody know."""
    here = stage({"/confirm": [_ok({"error": error}, status=status)]}, CONFIRM + RULES)
    assert here.fail(upload_of(b"x")).kind is kind


def test_polling_frees_the_lane_between_two_looks(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Not ready (or 409): the lane is told when to look again, and nothing before is repeated."""
    here = stage({"/ready": [_ok(status=409), _ok({"state": "busy"}), _ok({"state": "done"})]}, READY)
    upload = upload_of(b"hello")
    for _ in range(2):
        with pytest.raises(engine.PollLater) as later:
            here.run(upload)
        assert later.value.seconds == 2
        upload = later.value.upload
    here.run(upload)
    assert here.asked == ["/sign", "/put", "/ready", "/ready", "/ready"]


def test_what_the_service_rejects_afterwards_is_told(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """The file's own sentence about why."""
    problem = stage({"/ready": [_ok({"bad": True})]}, READY).fail(upload_of(b"hello"))
    assert (problem.kind, problem.detail) == (Kind.PROCESSING_FAILED, "It has a virus.")


def test_processing_has_its_time(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Longer than `within`: a person is told, and a later try goes on with looking."""
    here = stage({"/ready": [_ok({"state": "busy"})]}, READY)
    with pytest.raises(engine.PollLater) as later:
        here.run(upload_of(b"hello"))
    here.clock.now += 61
    assert here.fail(later.value.upload).kind is Kind.PROCESSING_SLOW
    assert here.asked.count("/put") == 1


def test_a_file_that_changed_is_not_even_signed(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Changed since it was added: no request at all."""
    here, upload = stage(), upload_of(b"hello")
    upload.path.write_bytes(b"other content")
    assert here.fail(upload).kind is Kind.FILE_CHANGED
    assert here.asked == []


def test_a_file_that_changed_meanwhile_is_not_confirmed(
    stage: Callable[..., Stage], upload_of: Maker, raw_server: Server
) -> None:
    """Changed while storage took it: what is there is of no use, nobody is told it was, and it is begun anew."""
    upload = upload_of(b"hello")

    def storage(connection: socket.socket) -> None:
        read_all(connection)
        upload.path.write_bytes(b"HELLO!")
        connection.sendall(_ok())

    here = stage({"/confirm": [_ok()]}, CONFIRM, url=raw_server(storage))
    with pytest.raises(engine.Changing) as changing:
        here.run(upload)
    assert here.asked == ["/sign"]
    assert changing.value.sending
    assert changing.value.why is None
    assert changing.value.found is not None
    assert changing.value.found.size == 6


def test_a_file_that_is_gone_while_it_is_saved_is_waited_for(
    stage: Callable[..., Stage], upload_of: Maker, raw_server: Server
) -> None:
    """Programs put a new file in the place of the old one: for a moment there is none."""
    upload = upload_of(b"hello")

    def storage(connection: socket.socket) -> None:
        read_all(connection)
        upload.path.unlink()
        connection.sendall(_ok())

    with pytest.raises(engine.Changing) as changing:
        stage(url=raw_server(storage)).run(upload)
    assert (changing.value.found, changing.value.sending) == (None, True)
    assert changing.value.why is not None
    assert changing.value.why.kind is Kind.FILE_MISSING


def test_a_file_that_has_not_come_to_rest_is_waited_for(stage: Callable[..., Stage], upload_of: Maker) -> None:
    """Changed again since it was last looked at: nothing is asked for; gone for good, a person is told."""
    here, upload = stage(), upload_of(b"hello")
    upload.path.write_bytes(b"other content")
    with pytest.raises(engine.Changing) as changing:
        here.run(upload, unsettled=True)
    assert not changing.value.sending
    upload.path.unlink()
    with pytest.raises(UploadError) as caught:
        here.run(upload, unsettled=True)
    assert caught.value.problem.kind is Kind.FILE_MISSING
    assert here.asked == []
