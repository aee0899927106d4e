"""Looking for an attach whose answer got lost, on the practice service, through real lanes."""

import contextlib
import threading
from collections.abc import Callable

import pytest

from tests.engine.fakes import FakeClock, Heard
from uploader_gui.core.batch import Batch, BatchState, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.lookup import whose
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account, Session
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow

PHONES = {"contact": "cont_globex_hank", "local_phone": "+14155550100", "remote_phone": "+14155550199"}
TARGETS = [
    ("close", "note", {"lead": "lead_globex", "text": "hi"}, "a.txt"),
    ("close", "email_draft", {"lead": "lead_globex", "text": "hi"}, "a.txt"),
    ("close", "email_draft_add", {"email": SAMPLES["close"]["email"]}, "a.txt"),
    ("close", "sms_draft", {"lead": "lead_globex", "text": "hi", **PHONES}, "a.pdf"),
    (
        "close",
        "whatsapp_log",
        {"lead": "lead_globex", "text": "hi", **PHONES, "direction": "incoming", "external_id": "x"},
        "a.txt",
    ),
    ("close", "opportunity", {"lead": "lead_globex"}, "a.txt"),
    ("kizen", "record_field", {key: SAMPLES["kizen"][key] for key in ("object", "record", "field")}, "a.txt"),
    ("haufe", "message", {"thread": SAMPLES["haufe"]["thread"], "text": "hi"}, "a.txt"),
    ("haufe", "new_thread", {"assistant": SAMPLES["haufe"]["assistant"], "title": "t", "text": "hi"}, "a.txt"),
    ("circle", "chat_message", {"room": SAMPLES["circle"]["room"], "text": "hi"}, "a.txt"),
]
TYPES = {"a.txt": "text/plain", "a.pdf": "application/pdf"}


def asked(session: Session, clock: FakeClock) -> str | None:
    """Who the account is, by its own check."""
    with contextlib.closing(
        Lane(Queue(clock=clock, listener=Heard()), clock).account_client(session.account)
    ) as client:
        return whose(Conversation(session, client, CancelToken()), clock.utc()).author


Run = Callable[[tuple[str, str, dict[str, str], str]], tuple[BatchState, Heard]]


@pytest.fixture
def run(practice: PracticeService, upload_of: Callable[..., Upload]) -> Run:
    """Send one file to a target and give where the batch ended."""

    def send(row: tuple[str, str, dict[str, str], str]) -> tuple[BatchState, Heard]:
        service_id, target, inputs, name = row
        service, clock, heard = catalogue.find(service_id), FakeClock(), Heard()
        practice.world.processing_seconds = 0
        session = Session(
            Account(service=service, base=practice.base(service_id), values=practice.account(service_id)), clock
        )
        queue = Queue(clock=clock, listener=heard)
        author = asked(session, clock)
        batch = Batch(
            id="batch", service=service_id, target=target, inputs=inputs, named={}, created=clock.utc(), author=author
        )
        upload = upload_of(b"hello", name=name, media_type=TYPES[name])
        queue.add(batch, [upload], flow(service, target), session)
        queue.drain()
        thread = threading.Thread(target=Lane(queue, clock).run)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()
        return queue.batches()[0].state, heard

    return send


@pytest.mark.parametrize("row", TARGETS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_what_went_through_is_found(
    practice: PracticeService, run: Run, row: tuple[str, str, dict[str, str], str]
) -> None:
    """The attach was done and its answer lost: found on the record, and not done a second time."""
    practice.misbehave(Fault(kind="drop_after_attach"))
    state, heard = run(row)
    assert len(practice.world.attachments(row[0])) == 1
    assert state is BatchState.ATTACHED
    assert not heard.troubled


@pytest.mark.parametrize("row", TARGETS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_what_did_not_go_through_is_done_once(
    practice: PracticeService, run: Run, row: tuple[str, str, dict[str, str], str]
) -> None:
    """An error before anything was done: absent in two looks, then attached; where it sends, a person decides."""
    practice.misbehave(Fault(kind="server_error", step="attach"))
    state, heard = run(row)
    sends = catalogue.find(row[0]).targets[row[1]].sends
    assert len(practice.world.attachments(row[0])) == (0 if sends else 1)
    assert state is (BatchState.ATTACH_UNKNOWN if sends else BatchState.ATTACHED)
    assert len(heard.troubled) == sends
