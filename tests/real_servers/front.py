"""The four services with real storage: their API is the practice service's, where the bytes go is not.

A front stands before the practice service and changes one thing. What a call to sign answers is taken out and replaced:
by a form or an address that boto3 signs for radosgw (Close by Signature Version 2, Kizen and Haufe by Version 4), or by
all that Rails answers (Circle). Before any other call is passed on, what has arrived is fetched back and put into the
practice service's own storage. So whatever it shows as attached has been through storage that nobody here wrote, and is
what that gave back. No object has a file name in its key: Ceph refuses some of the policies that boto3 makes then.
"""

import contextlib
import http.server
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import requests

from tests.real_servers.ceph import Radosgw
from tests.real_servers.rails_server import Rails
from uploader_gui.practice import PracticeService

BUCKET = "front"
_PASSED_ON = frozenset(
    {"authorization", "x-api-key", "x-business-id", "x-user-id", "api-key", "user-id", "content-type"}
)
_SIGNS = re.compile(r"/(files/upload/|s3/presigned-post|files/signed-url|direct_uploads)$")


@dataclass(kw_only=True)
class Ticket:
    """A file from its signing on.

    Attributes:
        service: The service's id.
        wanted: What the practice service answered.
        names: What is called otherwise here than there, in bodies and answers.
        fetch: Gives the bytes when they have arrived.
        type: The media type that was signed, or "".
        arrived: Whether they were handed over.
    """

    service: str
    wanted: Any
    names: Mapping[str, str] = field(default_factory=dict)
    fetch: Callable[[], tuple[bytes, str] | None]
    arrived: bool = False


class Front:
    """Stands before a practice service.

    Args:
        practice: The service, which runs.
        radosgw: The storage of Close, Kizen and Haufe.
        rails: Circle's upload half; None where Circle is not asked.
        storage: The address of radosgw that is signed, if something stands before it.
    """

    def __init__(
        self, practice: PracticeService, radosgw: Radosgw, rails: Rails | None = None, storage: str | None = None
    ) -> None:
        self._practice = practice
        self._radosgw = radosgw
        self._rails = rails
        self._signed_for = storage or radosgw.endpoint
        self._storage = radosgw.client()
        self._tickets: list[Ticket] = []
        self._lock = threading.Lock()
        self.errors: list[str] = []
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                with contextlib.suppress(ConnectionError):
                    super().handle_one_request()

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                try:
                    status, headers, content = front.answer(self.command, self.path, dict(self.headers), body)
                except Exception as error:
                    front.errors.append(repr(error))
                    raise
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815 - their names there

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def origin(self) -> str:
        """Such as "http://127.0.0.1:20123"."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # ------------------------------------------------------------------------------------------ passing on
    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Pass a request on and give what is to be answered."""
        signs = _SIGNS.search(urlsplit(path).path) is not None
        with self._lock:
            if not signs:
                self._bring_in()
                for here, there in self._names():
                    body = body.replace(here.encode(), quote(there, safe="=-_").encode())
        passed = {name: value for name, value in headers.items() if name.lower() in _PASSED_ON}
        with _session() as session:
            given = session.request(
                method, self._practice.origin + path, data=body, headers=passed, timeout=60, allow_redirects=False
            )
        content = given.content
        if signs and given.status_code == 200:
            service = path.split("/")[1]
            content = json.dumps(self._signed(service, given.json(), body)).encode()
        else:
            for here, there in self._names():
                content = content.replace(there.encode(), here.encode())
        kept = {name: value for name, value in given.headers.items() if name in {"Content-Type", "Retry-After", "Date"}}
        return given.status_code, kept, content

    def _names(self) -> Iterator[tuple[str, str]]:
        for ticket in self._tickets:
            yield from ticket.names.items()

    # ------------------------------------------------------------------------------------------ signing
    def _signed(self, service: str, wanted: Any, body: bytes) -> Any:
        """What is answered in the place of the practice service's own upload address."""
        key = secrets.token_hex(16)
        if service == "circle":
            return self._signed_by_rails(wanted, body)
        ticket = Ticket(service=service, wanted=wanted, fetch=lambda: self._fetched(key))
        with self._lock:
            self._tickets.append(ticket)
        if service == "close":
            fields = wanted["upload"]["fields"]
            asked = {name: fields[name] for name in ("Content-Disposition", "Content-Type", "success_action_status")}
            form = self._form(key, asked, [], seconds=60, signature="s3")
            return {**wanted, "upload": form}
        if service == "kizen":
            ticket.names = {key: wanted["fields"]["key"]}
            asked = {"Content-Type": wanted["fields"]["Content-Type"]}
            most = ["content-length-range", 0, wanted["max_file_size"]]
            return {**wanted, **self._form(key, asked, [most], seconds=300, signature="s3v4")}
        params = {"Bucket": BUCKET, "Key": key}
        client = self._radosgw.client(self._signed_for)
        url = client.generate_presigned_url("put_object", Params=params, ExpiresIn=wanted["expires_in"])
        return {**wanted, "file_url": url}

    def _form(
        self, key: str, fields: Mapping[str, str], more: list[Any], *, seconds: int, signature: str
    ) -> dict[str, Any]:
        conditions = [*({name: value} for name, value in fields.items()), *more]
        form = self._radosgw.client(self._signed_for, signature=signature).generate_presigned_post(
            BUCKET, key, Fields=dict(fields), Conditions=conditions, ExpiresIn=seconds
        )
        return {"url": form["url"], "fields": form["fields"]}

    def _signed_by_rails(self, wanted: Any, body: bytes) -> Any:
        assert self._rails is not None
        url = f"{self._rails.base('s3')}/api/headless/v1/direct_uploads"
        with _session() as session:
            keys = {"Authorization": f"Bearer {self._rails.token}"}
            given = session.post(url, json=json.loads(body), headers=keys, timeout=30)
        given.raise_for_status()
        blob = given.json()
        with self._lock:
            self._tickets.append(
                Ticket(
                    service="circle",
                    wanted=wanted,
                    names={blob["signed_id"]: wanted["signed_id"]},
                    fetch=lambda: _downloaded(blob["url"]),
                )
            )
        return blob

    # ------------------------------------------------------------------------------------------ what has arrived
    def _fetched(self, key: str) -> tuple[bytes, str] | None:
        with contextlib.suppress(self._storage.exceptions.NoSuchKey):
            answer = self._storage.get_object(Bucket=BUCKET, Key=key)
            return answer["Body"].read(), answer["ContentType"]
        return None

    def hand_over(self) -> None:
        """Have the practice service know of all that has arrived; else that happens at the next call."""
        with self._lock:
            self._bring_in()

    def _bring_in(self) -> None:
        """Put what has arrived into the practice service's own storage, by the address it signed for that."""
        for ticket in self._tickets:
            if ticket.arrived or (found := ticket.fetch()) is None:
                continue
            content, kind = found
            with _session() as session:
                if ticket.service in {"close", "kizen"}:
                    form = ticket.wanted["upload"] if ticket.service == "close" else ticket.wanted
                    stored = session.post(form["url"], data=form["fields"], files={"file": content}, timeout=60)
                elif ticket.service == "haufe":
                    stored = session.put(
                        ticket.wanted["file_url"], data=content, headers={"Content-Type": kind}, timeout=60
                    )
                else:
                    direct = ticket.wanted["direct_upload"]
                    stored = session.put(direct["url"], data=content, headers=direct["headers"], timeout=60)
            assert stored.ok, f"{stored.status_code}: {stored.text}"
            ticket.arrived = True


def _downloaded(url: str) -> tuple[bytes, str] | None:
    with _session() as session:
        answer = session.get(url, timeout=60)
    if answer.status_code == 404:
        return None
    answer.raise_for_status()
    return answer.content, answer.headers["Content-Type"]


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
