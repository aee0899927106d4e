"""What lives only for a while: links that expire before the attach, and what is left of a batch that has ended."""

import dataclasses

import pytest

from tests.engine.stage import BROKEN, NOTE, Stage
from tests.engine.test_queue_ledger import Kept
from uploader_gui.core.batch import BatchState, Step, UploadState
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.work import AttachWork

HOURS = 3600.0


def test_a_link_that_has_expired_is_made_anew() -> None:
    """Close's links live a day: what was stored before that is sent again, from the address on, and then attached."""
    stage = Stage(ledger=Kept())
    stage.add("b", 2)
    stage.store(stage.upload_work())
    stage.queue.failed(stage.upload_work(), BROKEN)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    stage.clock.now += 25 * HOURS
    stage.queue.retry("b")
    stage.store(stage.upload_work())
    again = stage.upload_work()
    assert (again.upload.id, again.upload.next_step, dict(again.upload.answers)) == ("b1", Step.SIGN, {})
    assert again.upload.receipt is None
    stage.store(again)
    assert [one.id for one in stage.attach_work().uploads] == ["b1", "b2"]


def test_a_link_that_still_lives_is_used() -> None:
    """Stored bytes never go twice without need."""
    stage = Stage(ledger=Kept())
    stage.add("b", 1)
    stage.store(stage.upload_work())
    [upload] = stage.queue.uploads("b")
    assert upload.good_until is not None
    assert upload.stored_at is not None
    assert (upload.good_until - upload.stored_at).total_seconds() == 24 * HOURS
    stage.clock.now += 23 * HOURS
    assert isinstance(stage.queue.take(), AttachWork)


@pytest.mark.parametrize("how", ["attached", "cancelled"])
def test_of_an_ended_batch_only_its_result_is_kept(how: str) -> None:
    """Upload addresses and what the calls answered are forgotten; the link and until when it lives are not."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    if how == "cancelled":
        stage.queue.cancel("b")
    else:
        work = stage.attach_work()
        stage.queue.learned(dataclasses.replace(work.batch, answers={"x": 1}, there=("old",)))
        stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch))
    batch, upload = ledger.batches["b"], ledger.kept["b1"]
    assert (dict(batch.answers), batch.there, dict(upload.answers)) == ({}, None, {})
    assert upload.result == {"link": "https://app.close.com/go/file/x/"}
    assert batch.ended is not None


def test_those_that_worked_are_attached() -> None:
    """One of three files fails: the two go on and are attached, the third waits for a person as a batch of its own."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 3)
    first, bad, last = stage.upload_work(), stage.upload_work(), stage.upload_work()
    stage.store(first)
    stage.queue.failed(bad, BROKEN)
    stage.store(last)
    new = stage.queue.part("b")
    assert new is not None
    work = stage.attach_work()
    assert [one.id for one in work.uploads] == ["b1", "b3"]
    stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch))
    assert stage.state(new) is BatchState.NEEDS_ATTENTION
    [upload] = stage.queue.uploads(new)
    assert (upload.id, upload.batch_id, upload.state) == ("b2", new, UploadState.NEEDS_ATTENTION)
    assert stage.queue.retry(new)
    assert stage.upload_work().upload.id == "b2"


def test_a_text_that_names_the_files_names_only_those_attached() -> None:
    """The note's own text lists the files: after parting each batch names its own. A person's text is left alone."""
    for text, kept, parted in (("1.txt, 2.txt", "1.txt", "2.txt"), ("Hello", "Hello", "Hello")):
        stage = Stage()
        stage.add("b", 2, text=text)
        stage.store(stage.upload_work())
        stage.queue.failed(stage.upload_work(), BROKEN)
        new = stage.queue.part("b")
        texts = {batch.id: batch.inputs["text"] for batch in stage.queue.batches()}
        assert texts == {"b": kept, new: parted}
    assert NOTE.target.inputs[1].id == "text"


@pytest.mark.parametrize("bad", [0, 2])
def test_only_some_can_be_parted(bad: int) -> None:
    """Where no file, or every file, needs attention there is nothing to part."""
    stage = Stage()
    stage.add("b", 2)
    for number, work in enumerate([stage.upload_work(), stage.upload_work()]):
        if number < bad:
            stage.queue.failed(work, BROKEN)
        else:
            stage.store(work)
    assert stage.queue.part("b") is None
    assert len(stage.queue.batches()) == 1
