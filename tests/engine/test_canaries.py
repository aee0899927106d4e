"""Nothing secret of real requests, good and failing, is in anything that is logged, traced, bundled or copied."""

import dataclasses
import json
import logging
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.canaries import forms, leaks
from tests.engine.fakes import FakeClock, Heard
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.curl import curl
from uploader_gui.core.places import resources
from uploader_gui.core.traces import as_text
from uploader_gui.engine.body import FormBody
from uploader_gui.engine.http import Answer, Client, Request, Timing
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Account, Session
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow
from uploader_gui.store.diagnostics import diagnostics
from uploader_gui.store.logs import log_to_file
from uploader_gui.store.opening import open_ledger
from uploader_gui.store.paths import places
from uploader_gui.store.traces import Traces

CONTENT = "canary-content-5tQ0zRk2 of the file itself"
# What signing says of itself and nobody can use: times, the name of the algorithm, what is signed, the answer wanted.
OPEN = {"x-amz-date", "x-amz-expires", "x-amz-algorithm", "x-amz-signedheaders", "content-type", "content-disposition",
        "success_action_status", "response-content-disposition", "expires"}  # fmt: skip
WORDS = {
    word for path in (resources() / "services").glob("*.toml") for word in re.findall(r"\w+", path.read_text("utf-8"))
}
WORDS.add("text/plain")  # the type of the file
HARMLESS_HEADERS = {"accept", "content-type", "content-length"}
FLOWS = [
    ("close", "note", {"lead": "lead_globex", "text": "canary-text-8hW1"}, 0),
    ("kizen", "record_field", {key: SAMPLES["kizen"][key] for key in ("object", "record", "field")}, 0),
    ("haufe", "message", {"thread": SAMPLES["haufe"]["thread"], "text": "canary-text-8hW1"}, 0),
    ("circle", "chat_message", {"room": SAMPLES["circle"]["room"], "text": "canary-text-8hW1"}, 0),
    ("circle", "post", {"space": SAMPLES["circle"]["space"], "name": "n", "text": "canary-text-8hW1"}, 1),
]
FAULTS: dict[str, tuple[Fault, ...]] = {
    "good": (),
    "a lost attach": (Fault(kind="drop_after_attach"),),
    "an error at the attach": (Fault(kind="server_error", step="attach"),),
    "an expired address": (Fault(kind="expired", times=3),),
    "a redirect": (Fault(kind="redirect", step="sign"),),
    "a redirect of the bytes": (Fault(kind="redirect", step="transfer"),),
    "half an answer": (Fault(kind="half_answer", step="sign"), Fault(kind="half_answer", step="transfer")),
    "broken JSON": (Fault(kind="broken_json", step="sign"),),
    "a reset": (Fault(kind="reset", step="transfer", times=2, after=10),),
    "too large": (Fault(kind="early_413"),),
    "too many requests": (Fault(kind="rate_limit", times=2, seconds=1),),
    "a stall": (Fault(kind="stall", step="transfer", times=1),),
}


@dataclass
class Secrets:
    """The secrets of all requests that were really sent."""

    found: set[str] = field(default_factory=set)

    def of_request(self, request: Request) -> None:
        """Signed addresses, their query values, header values, and the values of form fields."""
        self._query(request.url)
        for name, value in request.headers:
            if name.lower() not in HARMLESS_HEADERS:
                self.add(value, *value.split(" "))
        if isinstance(request.body, FormBody):
            head = request.body._head.decode()
            for name, value in re.findall(r'name="([^"]*)"\r\n\r\n(.*?)\r\n--', head, re.DOTALL):
                if name.lower() not in OPEN:
                    self.add(value)

    def of_answer(self, request: Request, answer: Answer) -> None:
        """The tokens, ids and addresses that a service gives for signing in and for the transfer."""
        if request.step not in {"sign", "token"} or answer.status >= 300:
            return
        try:
            content = json.loads(answer.body)
        except ValueError:
            return
        self._json(content, "")

    def _json(self, value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, one in value.items():
                self._json(one, key)
        elif isinstance(value, list):
            for one in value:
                self._json(one, name)
        elif isinstance(value, str) and name.lower() not in OPEN:
            self._query(value)
            # A bucket's address is the same for everybody; what makes an address secret is in its query.
            if len(value) >= 20 and not (value.startswith("http") and "?" not in value):
                self.add(value)

    def _query(self, url: str) -> None:
        if url.startswith("http"):
            pairs = parse_qsl(urlsplit(url).query)
            self.add(*(value for name, value in pairs if name.lower() not in OPEN))
            if any("signature" in name.lower() or "token" in name.lower() for name, _value in pairs):
                self.add(url)

    def add(self, *values: str) -> None:
        """Remember what is long enough to be told from other words, and is no date and no word of a service file."""
        dates = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d:?\d\d)?")
        self.found |= {
            value for value in values if len(value) >= 8 and not dates.fullmatch(value) and value not in WORDS
        }


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """All secrets that go over the wire from now on; each is logged on purpose, too, in every careless way."""
    found = Secrets(found={CONTENT, "canary-text-8hW1"})
    real = Client._send
    log = logging.getLogger("uploader_gui.engine.http")

    def noting(self: Client, request: Request, *rest: Any, **more: Any) -> Answer:
        found.of_request(request)
        log.debug("sending %s with %s", request.url, request.headers)
        log.debug(f"sending {request.url} {dict(request.headers)}")  # noqa: G004
        try:
            answer = real(self, request, *rest, **more)
        except Exception as error:
            error.add_note(request.url)
            log.debug("failed: %s", error, exc_info=True)
            raise
        found.of_answer(request, answer)
        log.debug("got %s %s %s", answer.status, answer.headers, answer.body)
        return answer

    monkeypatch.setattr(Client, "_send", noting)
    return found


@pytest.fixture(autouse=True)
def logged() -> Iterator[None]:
    """Log everything."""
    log = log_to_file(logging.DEBUG)
    yield
    log.close()


Row = tuple[str, str, dict[str, str], int]


def play(
    practice: PracticeService, upload: Upload, row: Row, *, values: dict[str, str] | None = None
) -> dict[str, bytes]:
    """Run a flow with everything on, and give all that was written or can be copied."""
    service_id, target, inputs, way = row
    service, clock = catalogue.find(service_id), FakeClock()
    practice.world.processing_seconds = 0
    account = Account(
        service=service, base=practice.base(service_id), values=values or practice.account(service_id, way)
    )
    ledger, traces = open_ledger(clock.utc()).ledger, Traces()
    queue = Queue(clock=clock, listener=Heard(), ledger=ledger, policy=Policy(tries=3), looks=True)
    batch = Batch(
        id="batch", service=service_id, target=target, inputs=inputs, named={"lead": "Globex"}, created=clock.utc()
    )
    ledger.hold("batch")
    queue.add(batch, [upload], flow(service, target), Session(account, clock))
    queue.drain()
    timing = Timing(connect=5, stall=1, answer=5)
    thread = threading.Thread(target=Lane(queue, clock, traced=traces.note, timing=timing).run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    ledger.close()
    traces.close()
    kept = traces.read("batch")
    assert kept
    assert traces.lost == 0
    written = {str(path): path.read_bytes() for path in places().logs.rglob("*") if path.is_file()}
    assert len(written) >= 2
    for names in (False, True):
        written[f"bundle {names}"] = diagnostics(datetime.now(UTC), without_names=names).encode()
    written["curl"] = "\n".join(curl(trace) for trace in kept).encode()
    written["text"] = "\n".join(as_text(trace) for trace in kept).encode()
    written["repr"] = repr(kept).encode()
    return written


def check(written: dict[str, bytes], secrets: Secrets, *, least: int) -> None:
    """Fail if one of the secrets is anywhere; and if there were none to be found."""
    assert len(secrets.found) >= least, secrets.found
    for place, data in written.items():
        assert not leaks(data, secrets.found), place


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("row", FLOWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_no_canary_is_written(
    practice: PracticeService, upload_of: Callable[..., Upload], secrets: Secrets, row: Row, fault: str
) -> None:
    """Keys, tokens, policies, signatures, signed addresses and contents: none, in whatever way it is written."""
    for one in FAULTS[fault]:
        practice.misbehave(one)
    written = play(practice, upload_of(CONTENT.encode(), name="a.txt"), row)
    practice.behave()
    check(written, secrets, least=4)


@pytest.mark.parametrize("row", FLOWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_no_canary_of_a_key_that_is_refused(
    practice: PracticeService, upload_of: Callable[..., Upload], secrets: Secrets, row: Row
) -> None:
    """A wrong key is a secret as well: it may be right elsewhere."""
    fields = {one.id for one in catalogue.find(row[0]).account.fields if one.secret}
    values = {
        name: f"wrong-{value}" if name in fields else value for name, value in practice.account(row[0], row[3]).items()
    }
    for name in fields & values.keys():
        secrets.add(values[name])
    check(play(practice, upload_of(CONTENT.encode()), row, values=values), secrets, least=3)


@pytest.mark.parametrize("way", ["plain", "hex", "base64"])
def test_a_server_that_repeats_everything(
    way: str, raw_server: Callable[[Callable[..., None]], str], upload_of: Callable[..., Upload], secrets: Secrets
) -> None:
    """A server that says the key back in every header and in its own words gets it nowhere."""
    key = "api_0123456789abcdef0123456789abcdef"
    said = {"plain": key, "hex": key.encode().hex().upper(), "base64": b64encode(b"x" + key.encode()).decode()}[way]

    def handler(connection: Any) -> None:
        connection.recv(65536)
        names = (
            "ETag",
            "Server",
            "X-Request-Id",
            "Location",
            "Allow",
            "Retry-After",
            "RateLimit",
            "Date",
            "CF-Ray",
            said,
        )
        body = json.dumps({"error": said, said: said}).encode()
        head = "".join(f"{name}: {said}\r\n" for name in names)
        connection.sendall(f"HTTP/1.1 422 {said}\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    class Raw(PracticeService):
        """Where the practice service would be."""

        def base(self, service: str) -> str:
            del service
            return url

    url = raw_server(handler)
    secrets.add(key)
    row: Row = ("close", "note", {"lead": "lead_globex", "text": "canary-text-8hW1"}, 0)
    written = play(Raw(), upload_of(CONTENT.encode()), row, values={"api_key": key})
    check(written, secrets, least=3)


def test_the_search_finds_what_is_there() -> None:
    """The canaries would be found: each form of a secret, at every place in what was encoded."""
    secret = "tok-9fK2mQ7xW"
    for form in forms(secret):
        assert leaks(b"before " + form + b" after", [secret])
    assert not leaks(b"before tok-9fK2mQ7x after", [secret])


def test_traces_are_made_of_texts(
    practice: PracticeService, upload_of: Callable[..., Upload], secrets: Secrets
) -> None:
    """A trace is small, whatever the request was: what is kept of a batch has a bound."""
    play(practice, upload_of(CONTENT.encode() * 1000), FLOWS[0])
    for trace in Traces().read("batch"):
        assert sum(len(str(value)) for value in dataclasses.asdict(trace).values()) < 6000
    assert secrets.found
