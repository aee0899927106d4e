"""Misbehaving on demand: every kind of fault, whom it hits and how often."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SAMPLES, SERVICES, Fault, PracticeService
from uploader_gui.practice.fault import KINDS
from uploader_gui.practice.faults import _AFTER, _BEFORE

LEAD = SAMPLES["close"]["lead"]
PATHS = {
    "close": "/me/",
    "kizen": "/api/custom-objects",
    "haufe": "/v1/assistants",
    "circle": "/api/headless/v1/community_member",
}
Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]


def test_every_kind_does_something() -> None:
    """No kind is offered that nothing happens for."""
    assert {"delay", "stall", "slow_answer", "lag", *_BEFORE, *_AFTER} == {*KINDS}


def note(client: httpx.Client, signed: Any) -> httpx.Response:
    """Attach a file to a lead."""
    files = [{"url": signed["download"]["url"], "filename": "a.txt"}]
    return client.post("/activity/note/", json={"lead_id": LEAD, "attachments": files})


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("kind", "status"), [("rate_limit", 429), ("rate_limit_bare", 429), ("unavailable", 503), ("server_error", 500)]
)
def test_errors_in_each_vendors_shape(
    practice: PracticeService, api: Api, service: str, kind: str, status: int
) -> None:
    """An error comes once, in the vendor's own shape, with or without how long to wait."""
    practice.misbehave(Fault(kind=kind, service=service, step="check", seconds=7))
    answer = api(service).get(PATHS[service])
    assert answer.status_code == status
    assert {*answer.json()} & {"error", "detail", "message"}
    assert answer.headers.get("Retry-After") == ("7" if kind == "rate_limit" else None)
    limited = service == "close" and kind == "rate_limit"
    assert answer.headers.get("RateLimit") == ("limit=100, remaining=0, reset=7" if limited else None)
    assert api(service).get(PATHS[service]).status_code == 200


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rate_limit", (429, "TooManyRequests")),
        ("unavailable", (503, "ServiceUnavailable")),
        ("server_error", (500, "InternalError")),
        ("server_error_after", (500, "InternalError")),
        ("expired", (403, "AccessDenied")),
    ],
)
def test_errors_of_storage(
    practice: PracticeService,
    sign: Upload,
    transfer: Upload,
    code: Callable[..., Any],
    service: str,
    kind: str,
    expected: tuple[int, str],
) -> None:
    """Storage has S3's errors; an error after the work leaves the work done."""
    practice.misbehave(Fault(kind=kind, step="transfer"))
    signed = sign(service, b"hello")
    answer = transfer(service, signed, b"hello")
    assert code(answer) == expected
    if kind == "expired":
        assert "xpired" in answer.text
    assert len(practice.world.stored(service)) == (kind == "server_error_after")
    assert transfer(service, signed, b"hello").is_success


def test_whom_it_hits(practice: PracticeService, api: Api, sign: Upload) -> None:
    """A fault hits its service and step only, lets `skip` requests pass, hits `times` of them, and never the page."""
    practice.misbehave(Fault(kind="unavailable", service="close", step="check", skip=1, times=2))
    sign("close", b"")
    api("haufe").get(PATHS["haufe"])
    assert [api("close").get("/me/").status_code for _ in range(4)] == [200, 503, 503, 200]
    practice.misbehave(Fault(kind="unavailable", times=0))
    assert [api("close").get("/me/").status_code for _ in range(3)] == [503] * 3
    assert httpx.get(practice.page).status_code == 200
    practice.behave()
    assert api("close").get("/me/").status_code == 200


def test_answer_lost_after_storing(practice: PracticeService, sign: Upload, transfer: Upload) -> None:
    """The bytes are stored and nobody is told; the same transfer again is fine."""
    practice.misbehave(Fault(kind="drop_after_store"))
    signed = sign("close", b"hello")
    with pytest.raises(httpx.RemoteProtocolError):
        transfer("close", signed, b"hello")
    assert len(practice.world.stored("close")) == 1
    assert practice.world.requests[-1].status is None
    assert transfer("close", signed, b"hello").status_code == 201
    assert len(practice.world.stored("close")) == 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop_after_attach", httpx.RemoteProtocolError),
        ("half_answer", httpx.RemoteProtocolError),
        ("server_error_after", None),
        ("broken_json", None),
    ],
)
def test_answer_lost_after_attaching(
    practice: PracticeService, api: Api, upload: Upload, kind: str, error: type[Exception] | None
) -> None:
    """The attach is done, once, and the answer does not say so."""
    signed = upload("close")
    practice.misbehave(Fault(kind=kind, step="attach"))
    if error:
        with pytest.raises(error):
            note(api("close"), signed)
    else:
        answer = note(api("close"), signed)
        assert (answer.status_code == 500) == (kind == "server_error_after")
        if kind == "broken_json":
            with pytest.raises(ValueError, match="Expecting"):
                answer.json()
    assert len(practice.world.attachments("close")) == 1
    assert note(api("close"), signed).status_code == 200
    assert len(practice.world.attachments("close")) == 2


def test_error_before_attaching(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A plain server error comes before anything is done."""
    signed = upload("close")
    practice.misbehave(Fault(kind="server_error", step="attach"))
    assert note(api("close"), signed).status_code == 500
    assert practice.world.attachments() == []


@pytest.mark.parametrize("service", SERVICES)
def test_wrong_etag(practice: PracticeService, sign: Upload, transfer: Upload, service: str) -> None:
    """The ETag is not that of the bytes, neither in the header nor in the XML."""
    practice.misbehave(Fault(kind="wrong_etag"))
    answer = transfer(service, sign(service, b"hello"), b"hello")
    assert answer.is_success
    assert answer.headers["ETag"] == '"' + "0" * 32 + '"'
    assert practice.world.stored(service)[0].md5 not in answer.text


def test_wrong_size(practice: PracticeService, api: Api, upload: Upload) -> None:
    """The size reported is one too many."""
    signed = upload("close")
    practice.misbehave(Fault(kind="wrong_size", step="attach"))
    assert note(api("close"), signed).json()["attachments"][0]["size"] == 6


def test_redirect(practice: PracticeService, api: Api) -> None:
    """The answer sends the client, with all it carries, to a host that is not the vendor's."""
    practice.misbehave(Fault(kind="redirect"))
    answer = api("close").get("/me/")
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.2:9/")


def test_slow_answer(practice: PracticeService, api: Api) -> None:
    """The answer comes byte by byte, and whole."""
    practice.misbehave(Fault(kind="slow_answer", seconds=0.0001))
    assert api("close").get("/me/").json()["first_name"] == "Ann"


def test_delay(practice: PracticeService, api: Api) -> None:
    """The answer comes later, and behaving ends the wait."""
    practice.misbehave(Fault(kind="delay", seconds=0.05))
    began = time.monotonic()
    assert api("close").get("/me/").status_code == 200
    assert time.monotonic() - began >= 0.05
    practice.misbehave(Fault(kind="delay", seconds=600))
    timer = threading.Timer(0.05, practice.behave)
    timer.start()
    assert api("close").get("/me/").status_code == 200
    timer.join()


def test_stall(practice: PracticeService, api: Api) -> None:
    """A stalled request hangs until told to behave, and is then answered properly."""
    practice.misbehave(Fault(kind="stall", times=0))
    with pytest.raises(httpx.ReadTimeout):
        api("close").get("/me/", timeout=0.1)
    timer = threading.Timer(0.05, practice.behave)
    timer.start()
    assert api("close").get("/me/").status_code == 200
    timer.join()


def test_stall_in_mid_body(
    practice: PracticeService, sign: Upload, transfer: Upload, until: Callable[..., None]
) -> None:
    """A transfer that stalls after some bytes goes on where it was when told to behave."""
    practice.misbehave(Fault(kind="stall", step="transfer", after=100_000))
    content = b"x" * 20_000_000
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(transfer("close", sign("close", b""), content)))
    thread.start()
    until(lambda: any("transfer" in each.steps for each in practice.world.requests))
    assert practice.world.stored("close") == []
    practice.behave()
    thread.join()
    assert answers[0].status_code == 201
    assert practice.world.stored("close")[0].size == len(content)


@pytest.mark.parametrize("after", [0, 200_000])
def test_reset(practice: PracticeService, sign: Upload, after: int) -> None:
    """The connection is cut hard in mid-body, and nothing is stored."""
    practice.misbehave(Fault(kind="reset", step="transfer", after=after))
    url = httpx.URL(sign("haufe", b"")["file_url"])
    head = f"PUT {url.raw_path.decode()} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\nContent-Length: 400000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", practice.port), timeout=5) as connection:
        connection.sendall(head.encode() + b"x" * after)
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    assert practice.world.stored() == []


def test_early_413(practice: PracticeService, sign: Upload, transfer: Upload) -> None:
    """The refusal comes while the body is still being sent, can be read, and ends the connection."""
    practice.misbehave(Fault(kind="early_413", after=1000))
    answer = transfer("close", sign("close", b""), b"x" * 5_000_000)
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
    assert practice.world.stored() == []


def test_switch(practice: PracticeService, api: Api) -> None:
    """The same by HTTP: add, list and clear, with the token only."""
    url, token = f"{practice.origin}/faults", {"token": practice.token}
    fault = {"kind": "unavailable", "service": "close", "step": "check", "times": 0}
    assert httpx.post(url, params=token, json=fault).status_code == 201
    assert httpx.get(url, params=token).json()["waiting"][0]["kind"] == "unavailable"
    assert api("close").get("/me/").status_code == 503
    assert httpx.delete(url, params=token).status_code == 204
    assert api("close").get("/me/").status_code == 200
    for wrong in ({"token": "no"}, {}):
        assert httpx.post(url, params=wrong, json=fault).status_code == 403
        assert httpx.get(url, params=wrong).status_code == 403
        assert httpx.delete(url, params=wrong).status_code == 403


@pytest.mark.parametrize(
    "fault",
    [
        {},
        [],
        {"kind": "nothing"},
        {"kind": "delay", "more": 1},
        {"kind": "delay", "step": "later"},
        {"kind": "delay", "times": "1"},
        {"kind": "delay", "times": True},
        {"kind": "delay", "seconds": -1},
    ],
)
def test_faults_that_are_none(practice: PracticeService, fault: Any) -> None:
    """A fault that is not understood is refused."""
    answer = httpx.post(f"{practice.origin}/faults", params={"token": practice.token}, json=fault)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_refused_with_a_status(practice: PracticeService, api: Api) -> None:
    """A status of one's choice, in the vendor's own shape."""
    practice.misbehave(Fault(kind="refuse", service="kizen", step="check", status=403))
    answer = api("kizen").get(PATHS["kizen"])
    assert (answer.status_code, answer.json()) == (403, {"detail": "This is refused, to practise."})


def test_an_error_of_storages_own(
    practice: PracticeService, sign: Upload, transfer: Upload, code: Callable[..., Any]
) -> None:
    """Any of S3's errors, and nothing is stored; one that S3 does not have is refused."""
    practice.misbehave(Fault(kind="s3_error", code="BadDigest"))
    assert code(transfer("circle", sign("circle", b"hello"), b"hello")) == (400, "BadDigest")
    assert practice.world.stored() == []
    with pytest.raises(ValueError, match="S3 has no error 'Mood'"):
        Fault(kind="s3_error", code="Mood")
    with pytest.raises(ValueError, match="Nothing is refused with 200"):
        Fault(kind="refuse", status=200)


def test_an_address_that_is_not_safe(practice: PracticeService, sign: Upload) -> None:
    """The upload address is that of a host nobody knows, without encryption."""
    practice.misbehave(Fault(kind="unsafe_address"))
    assert sign("close", b"")["upload"]["url"].startswith("http://storage.example/")
