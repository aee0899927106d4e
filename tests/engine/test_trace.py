"""What is traced of real requests: what they were, how they ended, whose work they were, and nothing secret."""

import dataclasses
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tests.engine.conftest import Handler, read_all
from tests.engine.fakes import FakeClock, Heard
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.curl import curl
from uploader_gui.core.problems import UploadError
from uploader_gui.core.redaction import MARK
from uploader_gui.core.traces import Trace, as_text
from uploader_gui.engine.body import FileBody, FormBody
from uploader_gui.engine.http import Answer, Client, Request, Timing
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account, Session
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow

Server = Callable[[Handler], str]
OK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: r-1\r\nContent-Length: 11\r\n\r\n"
    + b'{"id":"abc"}'[:11]
)
QUICK = Timing(connect=5, stall=0.2, answer=0.5)


def ok(connection: socket.socket) -> None:
    """Answer every request of a connection with JSON."""
    while read_all(connection).strip():
        connection.sendall(OK)


def sent(url: str, *, timing: Timing | None = None, **more: object) -> Trace:
    """Send one request and give its trace, however it ended."""
    traces: list[Trace] = []
    client = Client(lambda _origin: True, timing=timing, traced=traces.append)
    request = Request(**{"method": "GET", "url": url, "step": "sign", "service": "Close", **more})  # type: ignore[arg-type]
    try:
        client.send(request, CancelToken())
    except UploadError:
        pass
    finally:
        client.close()
    (trace,) = traces
    return trace


def test_an_exchange(raw_server: Server) -> None:
    """Method, address, headers, body, status, answer and times are there."""
    url = raw_server(ok)
    body = b'{"name": "secret-name"}'
    headers = (("Authorization", "Basic c2VjcmV0"), ("Content-Type", "application/json"))
    trace = sent(f"{url}/files?q=abcd", method="POST", headers=headers, body=body)
    assert trace.address == f"{url}/files?q=…4+"
    assert trace.headers == (("Authorization", "Basic …8+"), ("Content-Type", "application/json"))
    assert (trace.kind, trace.shape, trace.sent) == ("json", "{name: text 8+}", len(body))
    assert (trace.status, trace.received, trace.problem) == (200, 11, "")
    assert ("x-request-id", "r-1") in trace.answered
    assert trace.connected
    assert trace.first is not None
    assert 0 <= trace.first <= trace.spent < 10_000


def test_connections_that_are_used_again(raw_server: Server) -> None:
    """It shows whether a connection was made or used again, and where a fresh one was asked for."""
    traces: list[Trace] = []
    client, url = Client(lambda _origin: True, traced=traces.append), raw_server(ok)
    for fresh in (False, False, True):
        client.send(Request(method="GET", url=url, step="sign", service="Close"), CancelToken(), fresh=fresh)
    client.close()
    assert [(trace.connected, trace.fresh) for trace in traces] == [(True, False), (False, False), (True, True)]
    assert traces[0].number < traces[1].number < traces[2].number


def test_no_answer(raw_server: Server) -> None:
    """A connection that is refused, an address that is not, an answer that stalls or is cut: each has its kind."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    listener.close()
    refused = sent(url)
    assert (refused.problem, refused.status, refused.connected, refused.first) == ("unreachable", None, False, None)
    assert sent("http://example.com/?x=secret").problem == "address_refused"
    assert sent(raw_server(lambda connection: bool(read_all(connection)) and connection.recv(1)), timing=QUICK).problem  # type: ignore[arg-type]

    def half(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(OK[:-3])

    cut = sent(raw_server(half))
    assert (cut.problem, cut.status) == ("connection_lost", 200)


def test_a_cancelled_request(raw_server: Server) -> None:
    """One that was told to stop is traced as that."""
    cancel, traces = CancelToken(), list[Trace]()

    def stop(connection: socket.socket) -> None:
        read_all(connection)
        cancel.cancel()

    client = Client(lambda _origin: True, traced=traces.append)
    with pytest.raises(Cancelled):
        client.send(Request(method="GET", url=raw_server(stop), step="sign", service="Close"), cancel)
    client.close()
    assert [trace.problem for trace in traces] == ["cancelled"]


@pytest.mark.logs_errors
def test_a_listener_that_fails_stops_nothing(raw_server: Server) -> None:
    """An error of whoever listens does not reach the request."""

    def fail(_trace: Trace) -> None:
        raise ValueError("broken")

    client = Client(lambda _origin: True, traced=fail)
    answer = client.send(Request(method="GET", url=raw_server(ok), step="sign", service="Close"), CancelToken())
    client.close()
    assert answer.status == 200


@dataclass
class Played:
    """A flow that was run: its traces, and the requests as they really were, in the same order."""

    traces: list[Trace]
    requests: list[Request]
    account: Account


Play = Callable[..., Played]


@pytest.fixture
def play(practice: PracticeService, upload_of: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch) -> Play:
    """Send one file to a target through a real lane that is traced."""
    requests: list[Request] = []
    real = Client._send

    def noting(self: Client, request: Request, *rest: object, **more: object) -> Answer:
        requests.append(request)
        return real(self, request, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Client, "_send", noting)

    def run(service_id: str, target: str, inputs: Mapping[str, str], *, way: int = 0) -> Played:
        service, clock, traces = catalogue.find(service_id), FakeClock(), list[Trace]()
        practice.world.processing_seconds = 0
        account = Account(service=service, base=practice.base(service_id), values=practice.account(service_id, way))
        queue = Queue(clock=clock, listener=Heard())
        batch = Batch(
            id="batch", service=service_id, target=target, inputs=inputs, named={}, created=clock.utc(), author=None
        )
        queue.add(batch, [upload_of(b"hello of the file")], flow(service, target), Session(account, clock))
        queue.drain()
        thread = threading.Thread(target=Lane(queue, clock, traced=traces.append).run)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()
        return Played(traces=traces, requests=requests, account=account)

    return run


def test_whose_work_it_was(practice: PracticeService, play: Play) -> None:
    """Each request is bound to its batch and upload; a second try says that it is one, and storage is told apart."""
    practice.misbehave(Fault(kind="unavailable", step="sign"))
    played = play("close", "note", {"lead": "lead_globex", "text": "hi"})
    facts = [(trace.step, trace.client, trace.upload, trace.tries, trace.status) for trace in played.traces]
    assert facts[:3] == [
        ("sign", "account", "upload", 0, 503), ("sign", "account", "upload", 1, 200),
        ("transfer", "storage", "upload", 1, 201),
    ]  # fmt: skip
    assert facts[-1] == ("attach", "account", "", 0, 200)
    assert {trace.batch for trace in played.traces} == {"batch"}


def test_what_helps_stays_readable(practice: PracticeService, play: Play) -> None:
    """Golden: the sign and the transfer of a note, save for times and numbers."""
    played = play("close", "note", {"lead": "lead_globex", "text": "hi"})
    text = "\n".join(as_text(trace) for trace in played.traces if trace.step in {"sign", "transfer"})
    text = re.sub(r"(?m)^\S+ \S+ #\d+ |\d+ ms|(?<=date: ).*GMT$|(?<=-length: )\d+|(?<=, )\d+(?= bytes)", "·", text)
    text = text.replace(practice.origin, "http://origin")
    assert text == (Path(__file__).parent.parent / "data" / "traces.txt").read_text("utf-8").rstrip("\n")


FLOWS = [
    ("close", "note", {"lead": "lead_globex", "text": "hi"}, 0),
    ("kizen", "record_field", {key: SAMPLES["kizen"][key] for key in ("object", "record", "field")}, 0),
    ("haufe", "message", {"thread": SAMPLES["haufe"]["thread"], "text": "hi"}, 0),
    ("circle", "chat_message", {"room": SAMPLES["circle"]["room"], "text": "hi"}, 1),
]


def gaps(shown: str, real: str) -> list[str]:
    """What stood where there are marks now."""
    pattern = "".join(
        "(.*?)" if MARK.fullmatch(part) else re.escape(part) for part in re.split(f"({MARK.pattern})", shown)
    )
    found = re.fullmatch(pattern, real, re.IGNORECASE | re.DOTALL)
    assert found is not None, (shown, real)
    return list(found.groups())


def filled_in(trace: Trace, request: Request, folder: Path) -> dict[str, str]:
    """The variables of a curl command as a person would fill them in, who has the real request."""
    known: dict[str, str] = {"SIGNED_URL": request.url}
    parts = urlsplit(request.url)
    shown, _, query = trace.address.partition("?")
    for number, value in enumerate(gaps(shown, unquote(request.url.partition("?")[0])), 1):
        known[f"PART_{number}" if number > 1 else "PART"] = value
    for one, real in zip(query.split("&"), parts.query.split("&"), strict=True):
        for value in gaps(one, real):
            known["QUERY_" + re.sub(r"[^A-Z0-9]+", "_", one.partition("=")[0].upper()).strip("_")] = value
    for (name, value), (_name, real) in zip(trace.headers, request.headers, strict=True):
        for gap in gaps(value, real) if not value.startswith("multipart/") else ():
            known["UPLOADER_KEY" if name == "Authorization" else name.upper().replace("-", "_")] = gap
    if isinstance(request.body, bytes):
        known["JSON"] = request.body.decode()
        for name, value in parse_qsl(known["JSON"]) if trace.kind == "form" else ():
            known["FIELD_" + re.sub(r"[^A-Z0-9]+", "_", name.upper())] = value
    elif isinstance(request.body, FormBody):
        for name, value in re.findall(r'name="([^"]*)"\r\n\r\n(.*?)\r\n', request.body._head.decode(), re.DOTALL):
            known["FIELD_" + re.sub(r"[^A-Z0-9]+", "_", name.upper())] = value
    if isinstance(request.body, FileBody | FormBody):
        known["FILE"] = str(folder / "a.txt")
    return known


@pytest.mark.skipif(shutil.which("curl") is None or os.name == "nt", reason="needs curl and a POSIX shell")
@pytest.mark.parametrize("row", FLOWS, ids=lambda row: row[0])
def test_copy_as_curl_does_the_same(play: Play, tmp_path: Path, row: tuple[str, str, dict[str, str], int]) -> None:
    """Filled in, the command of every request of a whole flow gets the status that the request got."""
    played = play(*row[:3], way=row[3])
    assert len(played.traces) >= 3
    for trace, request in zip(played.traces, played.requests, strict=True):
        command = f"{curl(trace)} --silent --max-time 20 --output /dev/null --write-out '%{{http_code}}'"
        env = filled_in(trace, request, tmp_path) | {"PATH": os.environ["PATH"]}
        ran = subprocess.run(["sh", "-euc", command], env=env, capture_output=True, text=True, timeout=30, check=False)
        # A thread of Haufe's takes one file: the second message is refused, as its own second try would be.
        again = "409" if (row[0], trace.step) == ("haufe", "attach") else str(trace.status)
        assert ran.stdout == again, (command, ran)


def test_off_costs_nothing(raw_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody listens, nothing is made of a request."""
    monkeypatch.setattr("uploader_gui.engine.trace.Recording.trace", lambda *_: pytest.fail("made"))
    client = Client(lambda _origin: True)
    client.send(Request(method="GET", url=raw_server(ok), step="sign", service="Close"), CancelToken())
    client.close()


def test_a_trace_holds_texts_only() -> None:
    """Nothing of the request itself hangs on a trace: all that is in it can be written down."""
    kinds = {field.type for field in dataclasses.fields(Trace)}
    assert kinds == {int, str, bool, int | None, Trace.__annotations__["at"], Trace.__annotations__["headers"]}
