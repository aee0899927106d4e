"""An attach that waits for the person: while a text is edited, until Send is pressed, and while it can be undone."""

import dataclasses

import pytest

from tests.engine.stage import BROKEN, CLOSE, LOST, NOTE, Stage
from tests.engine.test_queue_ledger import Kept
from uploader_gui.core.batch import Batch, BatchState, Step, Upload, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.work import AttachWork

OFFLINE = Problem(kind=Kind.NO_NETWORK, service="Close", step="sign", sent=False)


def _nothing_to_do(stage: Stage) -> bool:
    with stage.queue._changed:
        return stage.queue._chooser.next()[0] is None


def test_bytes_go_and_the_attach_waits() -> None:
    """Held back, the files are stored at once; the attach comes when it is let go, with the text as it is then."""
    stage = Stage()
    stage.add("b", 1)
    assert stage.queue.hold_back("b")
    stage.store(stage.upload_work())
    assert _nothing_to_do(stage)
    assert stage.queue.edit("b", {"lead": "lead_globex", "text": "Better"}, {"lead": "Globex Corporation"})
    assert stage.queue.let_go("b")
    work = stage.attach_work()
    assert work.batch.inputs["text"] == "Better"
    assert not stage.queue.edit("b", {}, {}), "too late"
    assert not stage.queue.hold_back("b")


def test_another_record_may_still_be_chosen() -> None:
    """Edited to another lead: what the batch is called, and what it holds, follows."""
    stage = Stage()
    stage.add("b", 1)
    before = stage.queue.batches()[0]
    stage.queue.edit("b", {"lead": "lead_initech", "text": "x"}, {"lead": "Initech"})
    after = stage.queue.batches()[0]
    assert after.place == "the note on Initech"
    assert after.record != before.record
    assert after.link == "https://app.close.com/lead/lead_initech/"


def test_what_sends_can_be_undone_for_a_while() -> None:
    """Ten seconds after Send it goes; undone before that, it does not, and can be sent again."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    assert stage.queue.let_go("b", after=10)
    assert stage.state("b") is BatchState.HELD
    assert ledger.batches["b"].state is BatchState.HELD
    assert _nothing_to_do(stage)
    assert stage.queue.hold_back("b")
    assert stage.state("b") is BatchState.OPEN
    stage.clock.now += 60
    assert _nothing_to_do(stage)
    assert stage.queue.let_go("b", after=10)
    began = stage.clock.now
    assert stage.attach_work().batch.id == "b"
    assert stage.clock.now - began >= 10


def test_send_is_pressed_before_all_is_stored() -> None:
    """The files go on meanwhile; if one of them cannot, nothing is sent until the person presses again."""
    stage = Stage()
    stage.add("b", 2)
    first = stage.upload_work()
    assert stage.queue.let_go("b", after=10)
    stage.store(first)
    stage.queue.failed(stage.upload_work(), BROKEN)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    stage.queue.retry("b")
    stage.store(stage.upload_work())
    stage.clock.now += 60
    assert _nothing_to_do(stage)
    stage.queue.let_go("b")
    assert stage.attach_work().batch.id == "b"


def test_what_was_held_asks_again_after_a_crash() -> None:
    """The program ended within the ten seconds: nothing goes out by itself afterwards."""
    stage = Stage(ledger=Kept())
    stage.add("b", 1)
    stage.store(stage.upload_work())
    stage.queue.let_go("b", after=10)
    other = Stage(ledger=Kept())
    held, uploads = stage.queue.batches()[0], stage.queue.uploads("b")
    other.queue.restore(held, uploads, NOTE, other.session, attach_sent=False, held_back=True)
    other.clock.now += 60
    assert _nothing_to_do(other)
    assert other.state("b") is BatchState.OPEN


def test_files_join_a_batch() -> None:
    """Dropped on an open batch: sent and attached with the others, and named in its text."""
    stage = Stage()
    stage.add("b", 1, text="1.txt")
    stage.store(stage.upload_work())
    [old] = stage.queue.uploads("b")
    new = dataclasses.replace(
        old, id="new", name="2.txt", given="2.txt", state=UploadState.QUEUED, answers={}, receipt=None, stored_at=None,
        result={}, good_until=None, next_step=Step.SIGN,
    )  # fmt: skip
    assert stage.queue.extend("b", [new])
    assert stage.queue.batches()[0].inputs["text"] == "1.txt, 2.txt"
    assert list(stage.queue.meters("b")) == ["b1", "new"]
    stage.store(stage.upload_work())
    work = stage.attach_work()
    assert [upload.id for upload in work.uploads] == ["b1", "new"]
    assert not stage.queue.extend("b", [new]), "too late"


def test_every_change_is_shown() -> None:
    """Whoever shows the queue hears of each batch and upload as it is now, in order."""
    shown: list[tuple[str, str, str]] = []

    def changed(batch: Batch, upload: Upload | None) -> None:
        shown.append((batch.id, upload.id if upload else "", upload.state if upload else batch.state))

    stage = Stage(changed=changed)
    stage.add("b", 1)
    stage.queue.pause("b")
    stage.queue.resume("b")
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch))
    assert shown == [
        ("b", "", "open"), ("b", "b1", "queued"), ("b", "", "paused"), ("b", "b1", "paused"), ("b", "", "open"),
        ("b", "b1", "queued"), ("b", "b1", "running"), ("b", "b1", "stored"), ("b", "", "attaching"),
        ("b", "", "attached"), ("b", "b1", "stored"),
    ]  # fmt: skip


@pytest.mark.parametrize("told", [True, False])
def test_without_a_network_it_waits_until_there_is_one(told: bool) -> None:
    """However long that takes: no tries are used up, and it goes on when told, or by looking now and then."""
    stage = Stage(waits_for_network=True)
    stage.add("b", 1)
    for _ in range(20):
        stage.queue.failed(stage.upload_work(), OFFLINE)
        assert stage.states("b") == [UploadState.WAITING_NETWORK]
    assert not stage.heard.troubled
    began = stage.clock.now
    if told:
        stage.queue.network(there=True)
    stage.store(stage.upload_work())
    assert (stage.clock.now - began < 1) is told
    for _ in range(20):
        work = stage.attach_work()
        stage.queue.attached(work, Attached(verdict=Verdict.NOT_SENT, batch=work.batch, problem=OFFLINE))
    assert not stage.heard.troubled
    began = stage.clock.now
    if told:
        stage.queue.network(there=True)
    assert isinstance(stage.queue.take(), AttachWork)
    assert (stage.clock.now - began < 1) is told
    assert CLOSE.name == LOST.service


def test_parted_waits_as_well() -> None:
    """Files that are parted off are sent no sooner than the others: the new batch waits for its person, too."""
    stage = Stage()
    stage.add("b", 2)
    assert stage.queue.hold_back("b")
    stage.store(stage.upload_work())
    stage.queue.failed(stage.upload_work(), BROKEN)
    new = stage.queue.part("b")
    assert new is not None
    assert stage.queue.retry(new)
    stage.store(stage.upload_work())
    assert _nothing_to_do(stage)
    assert stage.queue.let_go(new)
    assert stage.attach_work().batch.id == new
    assert stage.state("b") is BatchState.OPEN


def test_paused_while_it_could_be_undone() -> None:
    """Who pauses what is about to go out has stopped it: it goes on, and is sent when it is said so once more."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    assert stage.queue.let_go("b", after=10)
    assert stage.queue.pause("b")
    stage.clock.now += 60
    assert stage.queue.resume("b")
    assert _nothing_to_do(stage)
    assert stage.queue.let_go("b", after=10)
    stage.clock.now += 10
    assert stage.attach_work().batch.id == "b"
