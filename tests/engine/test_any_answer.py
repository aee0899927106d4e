"""Whatever a server answers, to whatever request: a problem with words, never a traceback, a hang or a secret."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import Handler, read_all
from tests.engine.fakes import FakeClock
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Problem, UploadError
from uploader_gui.core.progress import Meter
from uploader_gui.engine import attach, upload
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Client, Timing
from uploader_gui.engine.lookup import Lookups, name_inputs, whose
from uploader_gui.engine.session import Account, Session
from uploader_gui.services import catalogue
from uploader_gui.services.flow import Flow, flow

Server = Callable[[Handler], str]

SECRETS = {
    "close": {"api_key": "api_S3CRET"},
    "kizen": {"api_key": "S3CRET-key", "business_id": "b", "user_id": "u"},
    "haufe": {"api_key": "S3CRET-key", "user_id": "u"},
    "circle": {"headless_token": "S3CRET-token", "email": "a@b.example"},
}
TARGETS = [
    ("close", "note", {"lead": "l"}),
    ("close", "email_draft_add", {"email": "e"}),
    ("kizen", "record_field", {"object": "o", "record": "r", "field": "f"}),
    ("haufe", "new_thread", {"assistant": "a"}),
    ("circle", "chat_message", {"room": "r", "text": "t"}),
]

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
names = st.sampled_from(
    ["url", "upload", "fields", "download", "direct_upload", "headers", "signed_id", "id", "data", "results", "items",
     "access_token", "expires_in", "expires_at", "access_token_expires_at", "file_limits", "max_size", "allowed_types",
     "max_file_size", "s3object_id", "key", "file_url", "file_id", "processing_status", "warnings", "infected", "error",
     "errors", "field-errors", "detail", "message", "attachments", "status", "has_more", "records", "S3CRET-key"]
)  # fmt: skip
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)
bodies = documents.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
heads = st.sampled_from(
    [b"", b"Retry-After: soon\r\n", b"Content-Encoding: gzip\r\n", b'ETag: "x"\r\n', b"RateLimit: a\r\n"]
)
answers = st.tuples(st.integers(200, 599), heads, bodies)


class Servant:
    """Answers requests one after the other with what it was given, then with an empty object."""

    def __init__(self) -> None:
        self.row: list[tuple[int, bytes, bytes]] = []

    def __call__(self, connection: socket.socket) -> None:
        """Serve a connection."""
        while read_all(connection).strip():
            status, head, body = self.row.pop(0) if self.row else (200, b"", b"{}")
            if status in {204, 304}:
                body = b""
            connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), head, body))


@pytest.fixture
def servant(raw_server: Server) -> tuple[Servant, str]:
    """A server, and its address."""
    servant = Servant()
    return servant, raw_server(servant)


def _in_words(problem: Problem | None) -> None:
    if problem is not None:
        text = words.describe(problem).whole + repr(problem)
        assert "S3CRET-token" not in text
        assert "api_S3CRET" not in text


def _upload(one: Upload, batch: Batch, which: Flow, talk: Conversation, client: Client) -> None:
    tools = upload.UploadTools(
        flow=which,
        conversation=talk,
        storage=client,
        clock=FakeClock(),
        cancel=CancelToken(),
        meter=Meter(one.size),
        digests=frozenset(),
        step_began=lambda _upload, _step: None,
        step_done=lambda _upload, _step: None,
    )
    try:
        upload.run(one, batch, tools)
    except UploadError as error:
        _in_words(error.problem)
    except upload.PollLater:
        pass


def _attach(one: Upload, batch: Batch, which: Flow, talk: Conversation) -> None:
    tools = attach.AttachTools(
        flow=which,
        conversation=talk,
        clock=FakeClock(),
        began=lambda _batch, _step: None,
        learned=lambda _batch: None,
        done=lambda _batch, _step: None,
        pause=lambda _seconds: None,
    )
    _in_words(attach.run(batch, [one], tools).problem)


def _ask(question: Callable[[], Any]) -> None:
    try:
        question()
    except UploadError as error:
        _in_words(error.problem)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.lists(answers, min_size=1, max_size=6), which=st.sampled_from(TARGETS), what=st.sampled_from("ualw"))
def test_any_answer(
    servant: tuple[Servant, str],
    upload_of: Callable[..., Upload],
    row: list[tuple[int, bytes, bytes]],
    which: tuple[str, str, dict[str, str]],
    what: str,
) -> None:
    """Any status, any JSON, any bytes, to any request of an upload, an attach, a lookup or a test of the account."""
    server, base = servant
    server.row = list(row)
    service_id, target, inputs = which
    found = flow(catalogue.find(service_id), target)
    client = Client(lambda _origin: True, timing=Timing(connect=2, stall=2, answer=4))
    clock = FakeClock()
    session = Session(Account(service=found.service, base=base, values=SECRETS[service_id]), clock)
    talk = Conversation(session, client, CancelToken())
    batch = Batch(id="b", service=service_id, target=target, inputs=inputs, named={}, created=clock.utc())
    one = upload_of(b"hello")
    try:
        if what == "u":
            _upload(one, batch, found, talk, client)
        elif what == "a":
            _attach(one, batch, found, talk)
        elif what == "l":
            _ask(lambda: name_inputs(Lookups(found, talk, clock.utc()), found, inputs))
        else:
            _ask(lambda: whose(talk, clock.utc()))
    finally:
        client.close()
