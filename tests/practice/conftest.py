"""A practice service with a clock in the test's hand, and clients that speak to it as each vendor asks.

There is no TLS here: `verify=False` spares each client the 50 ms in which it would read the certificates.
"""

import base64
import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from uploader_gui.practice import PracticeService

START = 1_800_000_000.0
"""When every test begins, in seconds since the epoch."""


@pytest.fixture
def moment() -> list[float]:
    """The time, as a list of one number."""
    return [START]


@pytest.fixture
def later(moment: list[float]) -> Callable[[float], None]:
    """Move the clock forward by seconds."""

    def move(seconds: float) -> None:
        moment[0] += seconds

    return move


@pytest.fixture
def practice(moment: list[float]) -> Iterator[PracticeService]:
    """A running practice service; at the end it must not have made a mistake of its own."""
    with PracticeService(clock=lambda: moment[0]) as service:
        yield service
    assert service.errors == []


@pytest.fixture
def api(practice: PracticeService) -> Iterator[Callable[..., httpx.Client]]:
    """Make a client that is signed in to a service: `api("close")`."""
    clients = []

    def client(service: str) -> httpx.Client:
        account = practice.account(service)
        headers = {
            "close": {},
            "kizen": {
                "X-API-KEY": account.get("api_key", ""),
                "X-BUSINESS-ID": account.get("business_id", ""),
                "X-USER-ID": account.get("user_id", ""),
            },
            "haufe": {"api-key": account.get("api_key", ""), "user-id": account.get("user_id", "")},
            "circle": {"Authorization": f"Bearer {account.get('access_token', '')}"},
        }[service]
        auth = (account["api_key"], "") if service == "close" else None
        clients.append(
            httpx.Client(base_url=practice.base(service), headers=headers, auth=auth, timeout=10, verify=False)
        )
        return clients[-1]

    yield client
    for each in clients:
        each.close()


@pytest.fixture
def sign(api: Callable[..., httpx.Client]) -> Callable[..., Any]:
    """Ask a service where to put bytes: `sign("close", b"hello", name="a.txt", type="text/plain")`."""

    def ask(
        service: str, content: bytes, *, name: str = "a.txt", kind: str = "text/plain", source: str = "field_value"
    ) -> Any:
        client = api(service)
        if service == "close":
            answer = client.post("/files/upload/", json={"filename": name, "content_type": kind})
        elif service == "kizen":
            query = {"contenttype": kind, "filename": name, "source": source}
            answer = client.get("/api/s3/presigned-post", params=query)
        elif service == "haufe":
            answer = client.get("/v1/files/signed-url", params={"filename": name, "persist": "true"})
        else:
            checksum = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
            blob = {
                "key": "",
                "filename": name,
                "content_type": kind,
                "byte_size": len(content),
                "checksum": checksum,
            }
            answer = client.post("/api/headless/v1/direct_uploads", json={"blob": blob})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture
def transfer() -> Callable[..., httpx.Response]:
    """Send bytes to the place that `sign` gave: `transfer("close", signed, b"hello")`."""

    def send(service: str, signed: Any, content: bytes) -> httpx.Response:
        if service in ("close", "kizen"):
            form = signed["upload"] if service == "close" else signed
            return httpx.post(
                form["url"], data=form["fields"], files={"file": ("name", content, "text/plain")}, verify=False
            )
        if service == "haufe":
            return httpx.put(signed["file_url"], content=content, headers={"Content-Type": "text/plain"}, verify=False)
        direct = signed["direct_upload"]
        return httpx.put(direct["url"], content=content, headers=direct["headers"], verify=False)

    return send


@pytest.fixture
def upload(
    api: Callable[..., httpx.Client], sign: Callable[..., Any], transfer: Callable[..., httpx.Response]
) -> Callable[..., Any]:
    """All steps up to a file that can be attached; gives the answer to sign, for Kizen that to confirm."""

    def run(service: str, content: bytes = b"hello", **more: str) -> Any:
        signed = sign(service, content, **more)
        stored = transfer(service, signed, content)
        assert stored.is_success, stored.text
        if service != "kizen":
            return signed
        source = more.get("source", "field_value")
        form = {"uuid": signed["s3object_id"], "key": signed["fields"]["key"], "name": more.get("name", "a.txt")}
        form["etag"] = stored.headers["ETag"].strip('"')
        confirmed = api("kizen").post("/api/s3/success", params={"source": source}, data=form)
        assert confirmed.status_code == 200, confirmed.text
        return confirmed.json()

    return run


@pytest.fixture
def raw(practice: PracticeService) -> Callable[..., bytes]:
    """Send bytes as they are and give all that comes back until the server closes or falls silent."""

    def talk(request: bytes, *, silence: float = 0.3) -> bytes:
        received = b""
        with socket.create_connection(("127.0.0.1", practice.port), timeout=silence) as connection:
            connection.sendall(request)
            try:
                while block := connection.recv(65536):
                    received += block
            except (TimeoutError, ConnectionResetError):
                pass
        return received

    return talk


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds that the server's thread brings about."""

    def wait(holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 5
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.002)

    return wait


@pytest.fixture
def code() -> Callable[[httpx.Response], tuple[int, str]]:
    """The status and the code of one of S3's errors."""

    def read(response: httpx.Response) -> tuple[int, str]:
        assert response.headers["Content-Type"].startswith("application/xml"), response.text
        assert "<RequestId>" in response.text
        return response.status_code, response.text.partition("<Code>")[2].partition("</Code>")[0]

    return read
