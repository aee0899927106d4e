"""The answer table of the attach, row by row, on real sockets."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.conftest import Handler, read_all
from tests.engine.fakes import FakeClock
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind
from uploader_gui.engine import attach
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Client, Timing
from uploader_gui.engine.session import Account, Session
from uploader_gui.services import catalogue, schema
from uploader_gui.services.flow import flow
from uploader_gui.services.template import Address, Template

Server = Callable[[Handler], str]
Requests = list[bytes]


def _answer(status: int, body: bytes = b"{}", *, headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), headers, body)


def _scripted(answers: list[bytes | None], seen: Requests) -> Handler:
    """Answer each connection's one request with the next answer; None closes without one."""

    def handle(connection: socket.socket) -> None:
        while True:
            request = read_all(connection)
            if not request.strip():
                return
            seen.append(request)
            answer = answers[min(len(seen), len(answers)) - 1]
            if answer is None:
                return
            connection.sendall(answer)

    return handle


def _run(
    base: str,
    target: str = "note",
    *,
    inputs: dict[str, Any] | None = None,
    change: dict[str, Any] | None = None,
    rules: tuple[schema.ErrorRule, ...] = (),
) -> tuple[Attached, list[tuple[str, str]]]:
    service = catalogue.find("close")
    service = service.model_copy(update={"errors": (*rules, *service.errors)})
    if change:
        altered = service.targets[target].model_copy(update=change)
        service = service.model_copy(update={"targets": {**service.targets, target: altered}})
    clock, steps = FakeClock(), list[tuple[str, str]]()
    learned, pauses = list[Batch](), list[float]()
    session = Session(Account(service=service, base=base, values={"api_key": "k"}), clock)
    client = Client(lambda _origin: True, timing=Timing(connect=2, stall=0.3, answer=1))
    batch = Batch(
        id="batch", service="close", target=target, inputs=inputs or {"lead": "lead_1", "text": "hello"}, named={},
        created=clock.utc(),
    )  # fmt: skip
    upload = Upload(
        id="u", batch_id="batch", given="a.pdf", file="a.pdf", name="a.pdf", size=3, modified=0,
        media_type="application/pdf", answers={"sign": {"download": {"url": "https://app.close.com/go/file/1/"}}},
    )  # fmt: skip
    tools = attach.AttachTools(
        flow=flow(service, target),
        conversation=Conversation(session, client, CancelToken()),
        clock=clock,
        began=lambda _batch, step: steps.append((step.value, "began")),
        learned=learned.append,
        pause=pauses.append,
        done=lambda _batch, step: steps.append((step.value, "done")),
    )
    ended = attach.run(batch, [upload], tools)
    client.close()
    assert sum(pauses) < 100
    assert not learned or ended.batch.answers == learned[-1].answers
    return ended, steps


@pytest.mark.parametrize(
    ("answer", "verdict", "kind"),
    [
        (_answer(200), Verdict.ATTACHED, None),
        (_answer(201), Verdict.ATTACHED, None),
        (_answer(200, b"<html>no JSON</html>"), Verdict.ATTACHED, None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", Verdict.ATTACHED, None),
        (_answer(200, b'{"errors": ["not ours to judge"]}'), Verdict.ATTACHED, None),
        (_answer(400, b'{"error": "no"}'), Verdict.REFUSED, Kind.REFUSED),
        (_answer(401), Verdict.REFUSED, Kind.SIGNED_OUT),
        (_answer(403), Verdict.REFUSED, Kind.FORBIDDEN),
        (_answer(404), Verdict.REFUSED, Kind.NOT_FOUND),
        (_answer(422), Verdict.REFUSED, Kind.REFUSED),
        (b"HTTP/1.1 404 X\r\nContent-Length: 50\r\n\r\n{", Verdict.REFUSED, Kind.REFUSED),
        (_answer(429, headers=b"Retry-After: 7\r\n"), Verdict.NOT_SENT, Kind.RATE_LIMITED),
        (_answer(307, headers=b"Location: https://evil.example/\r\n"), Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (_answer(408), Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (_answer(409), Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (_answer(425), Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (_answer(500), Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (_answer(503, headers=b"Retry-After: 7\r\n"), Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (b"HTTP/1.1 503 X\r\nContent-Length: 50\r\n\r\n{", Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (b"nonsense\r\n\r\n", Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (None, Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
    ],
)
def test_the_answer_table(raw_server: Server, answer: bytes | None, verdict: Verdict, kind: Kind | None) -> None:
    """Every row: what came back, what is known now; and the request went out exactly once."""
    seen: Requests = []
    ended, steps = _run(raw_server(_scripted([answer], seen)))
    assert ended.verdict is verdict
    assert (ended.problem.kind if ended.problem else None) is kind
    assert len(seen) == 1
    assert steps[0] == ("attach", "began")
    assert (("attach", "done") in steps) is (verdict is Verdict.ATTACHED)


def test_a_wait_that_is_told_is_kept(raw_server: Server) -> None:
    """After 429 the service's own number of seconds goes to the scheduler."""
    ended, _steps = _run(raw_server(_scripted([_answer(429, headers=b"Retry-After: 7\r\n")], [])))
    assert ended.problem is not None
    assert ended.problem.wait == 7


def test_silence_is_unknown(raw_server: Server) -> None:
    """No answer in time: the server may still be at work."""

    def silent(connection: socket.socket) -> None:
        read_all(connection)
        connection.recv(1)

    ended, _steps = _run(raw_server(silent))
    assert ended.verdict is Verdict.UNKNOWN


def test_nobody_there_is_certain() -> None:
    """A refused connection: certainly not attached, so it may be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ended, _steps = _run(base)
    assert ended.verdict is Verdict.NOT_SENT


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (_answer(200, b'{"ok": true}'), Verdict.ATTACHED),
        (_answer(200, b'{"ok": false}'), Verdict.REFUSED),
        (_answer(200, b"{}"), Verdict.UNKNOWN),
        (_answer(200, b"no JSON"), Verdict.UNKNOWN),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", Verdict.UNKNOWN),
    ],
)
def test_services_that_say_no_inside_a_200(raw_server: Server, answer: bytes, verdict: Verdict) -> None:
    """With `accepted`, the status alone proves nothing; an answer that cannot be read is unknown."""
    accepted = Template.read("${answer.ok}")
    ended, _steps = _run(raw_server(_scripted([answer], [])), change={"accepted": accepted})
    assert ended.verdict is verdict


def test_a_service_may_refuse_inside_a_200(raw_server: Server) -> None:
    """A rule that says it counts there: what was refused is not attached."""
    rule = schema.ErrorRule.model_validate({"when": "${answer.errors}", "text": "${answer.errors[0]}", "success": True})
    answer = _answer(200, b'{"errors": ["lead is gone"]}')
    ended, _steps = _run(raw_server(_scripted([answer], [])), rules=(rule,))
    assert ended.verdict is Verdict.REFUSED
    assert ended.problem is not None
    assert ended.problem.said == "lead is gone"


@pytest.mark.parametrize(
    ("status", "kind", "verdict", "told"),
    [
        (200, "rate_limited", Verdict.NOT_SENT, Kind.RATE_LIMITED),
        (200, "service_down", Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (200, "forbidden", Verdict.REFUSED, Kind.FORBIDDEN),
        (400, "rate_limited", Verdict.NOT_SENT, Kind.RATE_LIMITED),
        (400, "service_down", Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (503, "rate_limited", Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
        (409, "rate_limited", Verdict.UNKNOWN, Kind.ATTACH_UNKNOWN),
    ],
)
def test_the_kind_of_a_refusal_counts_where_the_status_does_not_say_it(
    raw_server: Server, status: int, kind: str, verdict: Verdict, told: Kind
) -> None:
    """One status for all: "wait" is waited for, "something broke" is looked at; but no rule undoes what a 5xx says."""
    rule = {"when": "${answer.error}", "text": "${answer.error}", "success": True, "kind": kind}
    answer = _answer(status, b'{"error": "no"}')
    ended, _steps = _run(raw_server(_scripted([answer], [])), rules=(schema.ErrorRule.model_validate(rule),))
    assert ended.problem is not None
    assert (ended.verdict, ended.problem.kind) == (verdict, told)


def test_what_cannot_be_made_is_not_begun(raw_server: Server) -> None:
    """A text that cannot be sent: nothing goes out, and nobody says that an attach was begun."""
    seen: Requests = []
    ended, steps = _run(raw_server(_scripted([_answer(200)], seen)), inputs={"lead": "lead_1", "text": "half \ud83d"})
    assert (ended.verdict, seen, steps) == (Verdict.REFUSED, [], [])


def test_what_is_harmless_twice_is_simply_tried_again(raw_server: Server) -> None:
    """A target with `repeat = true` goes back to the scheduler instead of asking a person."""
    ended, _steps = _run(raw_server(_scripted([None], [])), change={"repeat": True})
    assert ended.verdict is Verdict.REPEATABLE


def _draft(*attachments: dict[str, Any], status: str = "draft") -> bytes:
    return _answer(200, json.dumps({"status": status, "attachments": list(attachments)}).encode())


OLD = {
    "url": "https://app.close.com/go/file/persisted/old/",
    "filename": "old.txt",
    "size": 9,
    "content_type": "text/plain",
}
NEW = {
    "url": "https://app.close.com/go/file/persisted/new/",
    "filename": "a.pdf",
    "size": 3,
    "content_type": "application/pdf",
}


def test_adding_reads_appends_writes_and_reads_again(raw_server: Server) -> None:
    """The write carries the old and the new; attached only when both are seen again."""
    seen: Requests = []
    base = raw_server(_scripted([_draft(OLD), _answer(200), _draft(OLD, NEW)], seen))
    ended, steps = _run(base, "email_draft_add", inputs={"email": "acti_1"})
    assert ended.verdict is Verdict.ATTACHED
    assert [request.split(b" ")[0] for request in seen] == [b"GET", b"PUT", b"GET"]
    written = json.loads(seen[1].partition(b"\r\n\r\n")[2])["attachments"]
    assert [one["filename"] for one in written] == ["old.txt", "a.pdf"]
    assert [step for step, state in steps if state == "done"] == ["prepare", "attach", "verify"]


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ([NEW], "1 of the old files and 0 of the 1 new ones are missing"),
        ([OLD], "0 of the old files and 1 of the 1 new ones are missing"),
        ([], "1 of the old files and 1 of the 1 new ones are missing"),
        ([OLD, {**NEW, "size": 4}], "0 of the old files and 1 of the 1 new ones are missing"),
    ],
)
def test_what_is_not_seen_again_is_told(raw_server: Server, after: list[dict[str, Any]], says: str) -> None:
    """A record that still lacks a file after some looks needs a person, and is never simply added to again."""
    base = raw_server(_scripted([_draft(OLD), _answer(200), _draft(*after)], []))
    ended, _steps = _run(base, "email_draft_add", inputs={"email": "acti_1"})
    assert ended.verdict is Verdict.UNKNOWN
    assert ended.problem is not None
    assert ended.problem.kind is Kind.APPEND_INCOMPLETE
    assert says in ended.problem.detail


def test_a_list_that_lags_is_looked_at_again(raw_server: Server) -> None:
    """Some services show what was written a moment later; an error of theirs is waited out as well."""
    seen: Requests = []
    answers: list[bytes | None] = [_draft(OLD), _answer(200), _draft(OLD), _answer(503), _draft(OLD, NEW)]
    ended, _steps = _run(raw_server(_scripted(answers, seen)), "email_draft_add", inputs={"email": "a"})
    assert ended.verdict is Verdict.ATTACHED
    assert [request.split(b" ")[0] for request in seen] == [b"GET", b"PUT", b"GET", b"GET", b"GET"]


def test_what_was_sent_meanwhile_gets_nothing(raw_server: Server) -> None:
    """A draft that is none any more: nothing is written, and the file's own sentence says why."""
    seen: Requests = []
    ended, _steps = _run(raw_server(_scripted([_draft(status="sent")], seen)), "email_draft_add", inputs={"email": "a"})
    assert ended.verdict is Verdict.REFUSED
    assert ended.problem is not None
    assert "no longer a draft" in ended.problem.detail
    assert len(seen) == 1


@pytest.mark.parametrize(("answer", "verdict"), [(_answer(503), Verdict.NOT_SENT), (_answer(404), Verdict.REFUSED)])
def test_a_failed_preparation_is_no_attach(raw_server: Server, answer: bytes, verdict: Verdict) -> None:
    """What fails before the attach leaves nothing attached: tried again where it may pass, else a person."""
    seen: Requests = []
    ended, steps = _run(raw_server(_scripted([answer], seen)), "email_draft_add", inputs={"email": "a"})
    assert ended.verdict is verdict
    assert ("attach", "began") not in steps
    assert len(seen) == 1


def test_what_was_made_once_is_not_made_again(raw_server: Server) -> None:
    """A thread made by an earlier try is used by the next; only reading is repeated."""
    made = schema.Prepare.model_validate({"id": "made", "call": "POST /made/"})
    seen: Requests = []
    base = raw_server(_scripted([_answer(200, b'{"id": 7}'), _answer(503)], seen))
    change = {"prepare": (made,), "call": Address.read("POST /x/${made.id}/")}
    ended, _steps = _run(base, change=change)
    assert dict(ended.batch.answers) == {"made": {"id": 7}}
    assert seen[1].startswith(b"POST /x/7/")
