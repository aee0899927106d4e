"""What a person can do to a batch in the scheduler: pause, go on, try again, say what became of it."""

import dataclasses
from pathlib import Path

import pytest

from tests.engine.stage import BROKEN, LOST, Stage
from uploader_gui.core.batch import BatchState, GoneError, Step, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.session import Session
from uploader_gui.engine.source import Source
from uploader_gui.engine.work import DigestWork


def _unknown(stage: Stage) -> None:
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.attached(work, Attached(verdict=Verdict.UNKNOWN, batch=work.batch, problem=LOST))


def test_a_paused_batch_rests_and_goes_on_where_it_was() -> None:
    """What runs is broken off, what is stored stays, and afterwards nothing begins from the start."""
    stage = Stage()
    stage.add("b", 3)
    stage.store(stage.upload_work())
    running = stage.upload_work()
    stage.queue.step_done(running.batch, dataclasses.replace(running.upload, next_step=Step.TRANSFER), Step.SIGN)
    assert stage.queue.pause("b")
    assert running.cancel.cancelled
    stage.queue.stopped(running)
    assert stage.states("b") == [UploadState.STORED, UploadState.PAUSED, UploadState.PAUSED]
    stage.queue.drain()
    assert stage.queue.take() is None
    assert stage.queue.resume("b")
    assert stage.states("b") == [UploadState.STORED, UploadState.QUEUED, UploadState.QUEUED]
    assert stage.queue.uploads("b")[1].next_step is Step.TRANSFER
    assert not stage.queue.resume("b")


def test_a_batch_paused_when_all_is_stored_attaches_after_it() -> None:
    """Paused just before its attach: that waits, and comes when it goes on."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    assert stage.queue.pause("b")
    assert stage.state("b") is BatchState.PAUSED
    stage.queue.resume("b")
    assert stage.attach_work().batch.id == "b"


def test_an_attach_under_way_is_not_paused() -> None:
    """Pause never aborts an attach in flight."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    assert not stage.queue.pause("b")
    assert not work.cancel.cancelled


def test_only_what_failed_is_tried_again() -> None:
    """The stored file stays stored, the other begins at the step that failed, and then the batch is attached."""
    stage = Stage()
    stage.add("b", 2)
    first, second = stage.upload_work(), stage.upload_work()
    stage.store(first)
    stage.queue.step_done(second.batch, dataclasses.replace(second.upload, next_step=Step.CONFIRM), Step.TRANSFER)
    stage.queue.failed(second, Problem(kind=Kind.FORBIDDEN, service="Close", step="confirm"))
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert stage.queue.retry("b")
    work = stage.upload_work()
    assert (work.upload.id, work.upload.next_step, work.upload.problem) == ("b2", Step.CONFIRM, None)
    stage.store(work)
    assert stage.attach_work().batch.id == "b"
    assert not stage.queue.retry("b")


def test_a_file_that_changed_is_taken_as_it_is_now() -> None:
    """The person wants it as it is now: new size and time, no digest of the old one, from the first step."""
    stage = Stage()
    stage.add("b", 1)
    stage.queue.failed(stage.upload_work(), BROKEN)
    now = Source(given="1.txt", path=Path("1.txt"), name="1.txt", size=9, modified=77)
    assert stage.queue.retry("b", {"b1": now})
    upload = stage.upload_work().upload
    assert (upload.size, upload.modified, dict(upload.digests), upload.next_step) == (9, 77, {}, Step.SIGN)


@pytest.mark.parametrize(("attached", "state"), [(True, BatchState.ATTACHED), (False, BatchState.OPEN)])
def test_a_person_says_what_became_of_it(attached: bool, state: BatchState) -> None:
    """Attached: done, without another request. Not there: it is attached again, now that somebody has looked."""
    stage = Stage()
    _unknown(stage)
    assert stage.queue.settle("b", attached=attached)
    assert stage.state("b") is state
    assert len(stage.heard.finished) == attached
    if not attached:
        assert stage.attach_work().batch.id == "b"
    assert not stage.queue.settle("b", attached=True)


def test_an_unknown_attach_is_not_retried() -> None:
    """Neither by "try again" nor by pausing and going on: only a look or a person's word leads on."""
    stage = Stage()
    _unknown(stage)
    assert not stage.queue.retry("b")
    assert not stage.queue.pause("b")
    assert not stage.queue.cancel("b")
    stage.queue.drain()
    assert stage.queue.take() is None


def test_one_file_rests_and_the_others_go_on() -> None:
    """Pausing one file breaks off only that one; the batch is attached when it has gone on."""
    stage = Stage()
    stage.add("b", 2)
    first, second = stage.upload_work(), stage.upload_work()
    assert stage.queue.pause("b", "b1")
    assert first.cancel.cancelled
    assert not second.cancel.cancelled
    stage.queue.stopped(first)
    stage.store(second)
    stage.queue.drain()
    assert stage.queue.take() is None
    assert stage.states("b") == [UploadState.PAUSED, UploadState.STORED]
    assert not stage.queue.pause("b", "b2"), "what is stored does not rest"
    assert stage.queue.resume("b", "b1")
    stage.store(stage.upload_work())
    assert len(stage.attach_work().uploads) == 2


@pytest.mark.parametrize("when", ["queued", "running", "stuck", "stored"])
def test_a_file_that_is_left_out(when: str) -> None:
    """Whatever it was at: it is not attached, the others are, and the text names only these."""
    stage = Stage()
    stage.add("b", 2, text="1.txt, 2.txt")
    work = None if when == "queued" else stage.upload_work()
    if work is not None and when == "stuck":
        stage.queue.failed(work, BROKEN)
    elif work is not None and when == "stored":
        stage.store(work)
    assert stage.queue.leave_out("b", "b1")
    if work is not None and when == "running":
        assert work.cancel.cancelled
        stage.queue.stopped(work)
    stage.store(stage.upload_work())
    attach = stage.attach_work()
    assert [upload.id for upload in attach.uploads] == ["b2"]
    assert attach.batch.inputs["text"] == "2.txt"
    assert not stage.queue.leave_out("b", "b2"), "too late"
    stage.queue.attached(attach, Attached(verdict=Verdict.ATTACHED, batch=attach.batch))
    assert stage.states("b") == [UploadState.CANCELLED, UploadState.STORED]
    assert [upload.id for upload in stage.heard.finished[0].uploads] == ["b2"]


def test_leaving_the_stuck_one_out_lets_the_others_be_attached() -> None:
    """The batch asked because of one file: without it nothing keeps the rest. The last file takes its batch with it."""
    stage = Stage()
    stage.add("b", 2)
    stage.queue.failed(stage.upload_work(), BROKEN)
    stage.store(stage.upload_work())
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert stage.queue.leave_out("b", "b1")
    assert stage.attach_work().batch.id == "b"
    stage.add("c", 1)
    assert stage.queue.leave_out("c", "c1")
    assert stage.state("c") is BatchState.CANCELLED


def test_a_file_that_is_elsewhere_now_does_not_take_the_batch() -> None:
    """What was parted from a batch while a person looked at it is gone there; its former batch goes on."""
    stage = Stage()
    stage.add("b", 2)
    stage.queue.failed(stage.upload_work(), BROKEN)
    stage.store(stage.upload_work())
    new = stage.queue.part("b")
    assert new is not None
    with pytest.raises(GoneError):
        stage.queue.leave_out("b", "b1")
    assert stage.state("b") is BatchState.OPEN
    with pytest.raises(GoneError):
        stage.queue.pause("somewhere else")


def test_a_stuck_file_is_tried_again_while_others_go_on() -> None:
    """Nobody has to wait for the other files to press the button."""
    stage = Stage()
    stage.add("b", 2)
    stage.queue.failed(stage.upload_work(), BROKEN)
    running = stage.upload_work()
    assert stage.state("b") is BatchState.OPEN
    assert stage.queue.retry("b")
    stage.store(stage.upload_work())
    stage.store(running)
    assert stage.attach_work().batch.id == "b"


def test_another_key_of_the_same_person() -> None:
    """What begins from then on uses it; the same once more changes nothing; another address is another place."""
    stage = Stage()
    stage.add("b", 2)
    first = stage.upload_work()
    other = Session(dataclasses.replace(stage.session.account, values={"api_key": "y"}), stage.clock)
    assert stage.queue.sign_in("b", other)
    assert not stage.queue.sign_in("b", other)
    assert first.session is stage.session
    assert stage.upload_work().session is other
    moved = dataclasses.replace(stage.session.account, base="https://elsewhere.example")
    with pytest.raises(ValueError, match="at the address it was begun at"):
        stage.queue.sign_in("b", Session(moved, stage.clock))
    with pytest.raises(GoneError):
        stage.queue.sign_in("nobody", other)


def test_let_go_of_while_its_digest_is_taken() -> None:
    """A row that is cleared while a large file is still read takes no lane along; the next file's turn comes."""
    stage = Stage(idle_digests=frozenset({"sha256"}))
    for name in ("a", "b"):
        stage.add(name, 1, plain=True)
        stage.store(stage.upload_work())
    first = stage.queue.take()
    assert isinstance(first, DigestWork)
    assert stage.queue.forget(first.batch_id)
    stage.queue.digested(first, {"sha256": "00"})
    second = stage.queue.take()
    assert isinstance(second, DigestWork)
    assert second.batch_id == "b"
