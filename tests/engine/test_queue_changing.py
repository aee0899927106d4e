"""Files that are changed while they are on their way: when the scheduler begins them anew, and when it asks."""

from pathlib import Path

import pytest

from tests.engine.stage import CLOSE, LOST, NOTE, Stage
from uploader_gui.core.batch import BatchState, Step, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.settling import PATIENCE, SETTLE, TIMES
from uploader_gui.engine.source import Source
from uploader_gui.engine.work import UploadWork
from uploader_gui.services import schema
from uploader_gui.services.flow import flow
from uploader_gui.store import rows


def found(work: UploadWork, size: int, modified: int = 7) -> Source:
    """What its file is now."""
    upload = work.upload
    return Source(given=upload.given, path=Path(upload.file), name=upload.name, size=size, modified=modified)


def test_it_is_begun_anew_once_it_has_come_to_rest() -> None:
    """Its row waits and says why; after a moment it begins at the first step, as what it is by then."""
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.began(work.batch, work.upload, Step.SIGN)
    stage.queue.step_done(work.batch, work.upload, Step.SIGN)
    stage.queue.began(work.batch, work.upload, Step.TRANSFER)
    before = stage.clock.monotonic()
    stage.queue.changed(work, found(work, 9), sending=True)
    [waiting] = stage.queue.uploads("b")
    assert waiting.state is UploadState.WAITING_RETRY
    assert waiting.problem is not None
    assert waiting.problem.kind is Kind.FILE_CHANGING
    assert stage.heard.steps()[-1] == ("b1", "transfer", "waiting")
    again = stage.upload_work()
    assert stage.clock.monotonic() - before >= SETTLE
    assert again.unsettled
    assert (again.upload.size, again.upload.modified, again.upload.next_step) == (9, 7, Step.SIGN)
    assert (again.upload.digests, again.upload.answers, again.meter.total) == ({}, {}, 9)
    stage.store(again)
    assert not stage.heard.troubled
    assert not stage.queue._entries["b"].unrest


def test_after_a_few_times_a_person_is_asked() -> None:
    """What is changed whenever it is sent may be so for ever. Tried again by a person, it has its times anew."""
    stage = Stage()
    stage.add("b", 1)
    for _ in range(2):
        for time in range(TIMES + 1):
            assert not stage.heard.troubled
            work = stage.upload_work()
            stage.queue.changed(work, found(work, 10 + time), sending=True)
        assert stage.state("b") is BatchState.NEEDS_ATTENTION
        [told] = stage.heard.troubled
        assert told.problem.kind is Kind.FILE_CHANGING
        stage.heard.events.clear()
        assert stage.queue.retry("b")


def test_a_file_that_never_rests_is_not_waited_for_for_ever() -> None:
    """Somebody writes to it all the time: as long as that goes on nothing is sent, and then a person is asked."""
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.changed(work, found(work, 10), sending=True)
    looks = 0
    began = stage.clock.monotonic()
    while not stage.heard.troubled:
        work = stage.upload_work()
        looks += 1
        stage.queue.changed(work, found(work, 10 + looks), sending=False)
    assert PATIENCE <= stage.clock.monotonic() - began < PATIENCE + 2 * SETTLE
    assert looks > TIMES


def test_what_is_not_there_for_a_moment_keeps_what_is_known_of_it() -> None:
    """While a program puts the new file in the place of the old one there is none."""
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.changed(work, None, sending=True)
    again = stage.upload_work()
    assert (again.upload.size, again.upload.modified) == (work.upload.size, work.upload.modified)


def test_what_stays_locked_is_called_that() -> None:
    """Another program keeps it open each time it is to be sent: nothing of it has changed, and nobody says it has."""
    stage = Stage()
    stage.add("b", 1)
    locked = Problem(kind=Kind.FILE_LOCKED, name="1.txt")
    for _time in range(TIMES + 1):
        stage.queue.changed(stage.upload_work(), None, sending=True, why=locked)
    assert [told.problem for told in stage.heard.troubled] == [locked]
    assert [one.problem for one in stage.queue.uploads("b")] == [locked]


@pytest.mark.parametrize("between", ["a lost connection", "a pause"])
def test_what_may_take_long_ends_the_waiting(between: str) -> None:
    """While a connection is lost, or a person has paused it, a file may become another one: then it is asked about."""
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.changed(work, found(work, 10), sending=True)
    if between == "a pause":
        stage.queue.pause("b")
        stage.queue.resume("b")
    else:
        stage.queue.failed(stage.upload_work(), LOST)
    assert not stage.upload_work().unsettled


def test_another_process_goes_on_with_what_was_looked_at_last() -> None:
    """Killed while it waits for a file to come to rest: what the ledger has of it is begun at the first step.

    Whether that is still so is looked at before anything is sent; if not, a person is asked, as nobody saw it change.
    """
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.changed(work, found(work, 9), sending=True)
    [batch], kept = stage.queue.batches(), stage.queue.uploads("b")
    again = Stage()
    read = [rows.upload_of(rows.of_upload(one)) for one in kept]
    again.queue.restore(rows.batch_of(rows.of_batch(batch), ("b1",)), read, NOTE, again.session, attach_sent=False)
    taken = again.upload_work()
    assert (taken.upload.size, taken.upload.modified, taken.upload.next_step) == (9, 7, Step.SIGN)
    assert not taken.unsettled


def test_paused_in_the_moment_it_changes_it_stays_paused() -> None:
    """The lane that is told to stop may have met the change first."""
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.pause("b", "b1")
    stage.queue.changed(work, found(work, 10), sending=True)
    assert stage.states("b") == [UploadState.PAUSED]
    assert stage.queue.uploads("b")[0].size == work.upload.size


def test_what_all_have_together_is_held_against_the_limits() -> None:
    """By itself it may be as large as it has become, together with the others it may not."""
    stage = Stage()
    stage.add("b", 2)
    limits = schema.Limits(size=20, total=20)
    stage.queue._entries["b"].flow = flow(CLOSE.model_copy(update={"limits": limits}), "note")
    work, other = stage.upload_work(), stage.upload_work()
    stage.queue.changed(work, found(work, 15), sending=True)
    stage.queue.changed(other, found(other, 6), sending=True)
    assert [one.state for one in stage.queue.uploads("b")] == [UploadState.WAITING_RETRY, UploadState.NEEDS_ATTENTION]
    assert [told.problem for told in stage.heard.troubled] == [
        Problem(kind=Kind.BATCH_TOO_LARGE, service="Close", size=21, limit=20)
    ]
