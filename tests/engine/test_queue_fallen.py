"""A lane that a mistake of this program has ended: what it was at is given back, and never simply done again.

Nor does a mistake in choosing what comes next hold up more than the batch that it is about.
"""

import dataclasses
from collections.abc import Callable

import pytest

from tests.engine.stage import LIMITED, LOST, Stage
from tests.engine.test_queue_cleaning import Scene
from tests.engine.test_queue_ledger import Kept
from uploader_gui.core.batch import Batch, BatchState, Step, Upload, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.entry import Entry
from uploader_gui.engine.preparing import NOTED
from uploader_gui.engine.work import CleanupWork, DigestWork, VerifyWork

MISTAKE = Problem(kind=Kind.INTERNAL, service="Close", detail="KeyError")
NOTE_OF_IT = {"thread": {"there": ["1"], "at": "2026-11-20T12:00:00+00:00"}}


def test_while_sending() -> None:
    """The file needs a person; nobody is taken to be at work on it, and it can be tried again."""
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.began(work.batch, work.upload, Step.SIGN)
    stage.queue.fell(work, MISTAKE)
    [upload] = stage.queue.uploads("b")
    assert (upload.state, upload.problem) == (UploadState.NEEDS_ATTENTION, MISTAKE)
    assert [one.problem for one in stage.heard.troubled] == [MISTAKE]
    assert stage.queue.retry("b")
    assert stage.upload_work().upload.id == "b1"


def test_told_to_stop_before() -> None:
    """A file that was paused, or a batch given up, meanwhile stays so, and is free for the next lane."""
    stage = Stage()
    stage.add("b", 1)
    stage.add("c", 1)
    first, second = stage.upload_work(), stage.upload_work()
    stage.queue.pause("b")
    stage.queue.cancel("c")
    stage.queue.fell(first, MISTAKE)
    stage.queue.fell(second, MISTAKE)
    assert stage.states("b") == [UploadState.PAUSED]
    assert stage.queue.forget("c")
    assert stage.queue.resume("b")
    assert stage.upload_work().upload.id == "b1"
    assert not stage.heard.troubled


@pytest.mark.parametrize("sent", [True, False])
def test_while_attaching(*, sent: bool) -> None:
    """Once the attach may have gone out nobody knows what became of it; before, nothing is attached."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    if sent:
        stage.queue.began(work.batch, None, Step.ATTACH)
    stage.queue.fell(work, MISTAKE)
    [batch] = stage.queue.batches()
    assert batch.state is (BatchState.ATTACH_UNKNOWN if sent else BatchState.NEEDS_ATTENTION)
    assert batch.problem == (dataclasses.replace(MISTAKE, kind=Kind.ATTACH_UNKNOWN) if sent else MISTAKE)
    stage.queue.drain()
    assert stage.queue.take() is None, "it does not go out once more by itself"


def test_while_attaching_for_the_second_time() -> None:
    """An attach that is harmless twice may have worked the first time: it is not called refused."""
    stage = Stage()
    stage.add("b", 1, harmless=True)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.began(work.batch, None, Step.ATTACH)
    stage.queue.attached(work, Attached(verdict=Verdict.REPEATABLE, batch=work.batch, problem=LOST))
    stage.clock.now += 3600
    stage.queue.fell(stage.attach_work(), MISTAKE)
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN


def test_what_was_noted_before_a_call_is_kept() -> None:
    """The lane knew no more than when it began; what the calls before the attach have told since is not forgotten."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    first = stage.attach_work()
    # What was refused once is noted no more; the second try has noted, and sent.
    stage.queue.learned(dataclasses.replace(first.batch, answers={NOTED: {}}))
    refused = Problem(kind=Kind.REFUSED, service="Close", step="prepare")
    stage.queue.attached(first, Attached(verdict=Verdict.REFUSED, batch=first.batch, problem=refused))
    assert stage.queue.retry("b")
    second = stage.attach_work()
    stage.queue.learned(dataclasses.replace(second.batch, answers={NOTED: NOTE_OF_IT}))
    stage.queue.fell(second, MISTAKE)
    assert ledger.batches["b"].answers[NOTED] == NOTE_OF_IT


def test_while_looking() -> None:
    """A look that could not be had for a mistake of ours is no answer: a person is asked."""
    stage = Stage(looks=True)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.learned(dataclasses.replace(work.batch, there=()))
    stage.queue.began(work.batch, None, Step.ATTACH)
    there = dataclasses.replace(work.batch, there=())
    stage.queue.attached(work, Attached(verdict=Verdict.UNKNOWN, batch=there, problem=LOST))
    look = stage.queue.take()
    assert isinstance(look, VerifyWork)
    stage.queue.fell(look, MISTAKE)
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN
    assert not stage.queue.looks_for("b")
    assert stage.queue._entries["b"].asks
    stage.queue.fell(look, MISTAKE)


def test_while_taking_digests() -> None:
    """The file stays stored; its digests are not tried again and again."""
    stage = Stage(idle_digests=frozenset({"sha256"}))
    stage.add("b", 1, plain=True)
    stage.store(stage.upload_work())
    work = stage.queue.take()
    assert isinstance(work, DigestWork)
    stage.queue.fell(work, MISTAKE)
    assert stage.state("b") is BatchState.STORED
    assert stage.queue.forget("b"), "nobody is at work on it"
    stage.queue.drain()
    assert stage.queue.take() is None
    stage.queue.fell(work, MISTAKE)


def test_while_cleaning() -> None:
    """What is deleted, or not, is nobody's work any more: the batch can be let go of, quitting waits for nothing."""
    scene = Scene()
    assert scene.queue.cancel("b")
    work = scene.cleanup()
    assert isinstance(work, CleanupWork)
    assert not scene.queue.forget("b")
    scene.queue.fell(work, MISTAKE)
    assert not scene.queue._cleaning
    assert scene.queue.forget("b")
    scene.queue.fell(work, MISTAKE)
    scene.nothing()


class Stumbling:
    """Raises once when a batch, or an upload, of this id is kept in this state."""

    def __init__(self, name: str, state: BatchState | UploadState) -> None:
        self._at: tuple[str, BatchState | UploadState] | None = (name, state)

    def __call__(self, batch: Batch, upload: Upload | None) -> None:
        """Hear of a change."""
        one = upload or batch
        if (one.id, one.state) == self._at:
            self._at = None
            raise KeyError


def _once(method: Callable[..., object], name: str) -> Callable[..., object]:
    """A method of the chooser that raises the first time that it is about this batch."""
    left = [name]

    def stumbles(entry: Entry, *more: object) -> object:
        if entry.batch.id in left:
            left.clear()
            raise KeyError
        return method(entry, *more)

    return stumbles


@pytest.mark.logs_errors
def test_in_beginning_a_file() -> None:
    """The file needs a person, who can try again; the lane goes on with the next one."""
    stage = Stage(changed=Stumbling("b1", UploadState.RUNNING))
    stage.add("b", 2)
    assert stage.upload_work().upload.id == "b2"
    first, _ = stage.queue.uploads("b")
    assert (first.state, first.problem) == (UploadState.NEEDS_ATTENTION, MISTAKE)
    assert [one.problem for one in stage.heard.troubled] == [MISTAKE]
    assert stage.queue.retry("b")
    assert stage.upload_work().upload.id == "b1"


@pytest.mark.logs_errors
def test_in_beginning_an_attach() -> None:
    """Nothing has gone out: the batch needs a person, its record is free, and the lane goes on with the next one."""
    stage = Stage(changed=Stumbling("b", BatchState.ATTACHING))
    stage.add("b", 1)
    stage.add("c", 1)
    stage.store(stage.upload_work())
    work = stage.upload_work()
    assert work.upload.id == "c1"
    assert (stage.state("b"), stage.queue.batches()[0].problem) == (BatchState.NEEDS_ATTENTION, MISTAKE)
    assert [one.problem for one in stage.heard.troubled] == [MISTAKE]
    stage.store(work)
    assert stage.attach_work().batch.id == "c"
    assert stage.queue.retry("b")
    stage.queue.drain()


@pytest.mark.logs_errors
@pytest.mark.parametrize("held", [True, False])
def test_before_anything_is_begun(*, held: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch needs a person instead of being come across for ever; what was sent off waits for Send once more."""
    stage = Stage()
    stage.add("b", 1)
    stage.add("c", 1, lead="lead_initech")
    stage.store(stage.upload_work())
    if held:
        assert stage.queue.let_go("b", after=10)
    monkeypatch.setattr(stage.queue._chooser, "_expire", _once(stage.queue._chooser._expire, "b"))
    stage.store(stage.upload_work())
    assert stage.attach_work().batch.id == "c"
    assert (stage.state("b"), stage.queue.batches()[0].problem) == (BatchState.NEEDS_ATTENTION, MISTAKE)
    assert [one.problem for one in stage.heard.troubled] == [MISTAKE]
    assert stage.queue.retry("b")
    if held:
        with stage.queue._changed:
            assert stage.queue._chooser.next()[0] is None
        assert stage.queue.let_go("b")
    assert stage.attach_work().batch.id == "b"


def test_while_another_lane_attaches(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attach that is under way is no business of the lane that looks for something to do."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    stage.attach_work()
    stage.add("c", 1)
    monkeypatch.setattr(stage.queue._chooser, "_wake", _once(stage.queue._chooser._wake, "b"))
    assert stage.upload_work().upload.id == "c1"
    assert stage.state("b") is BatchState.ATTACHING


@pytest.mark.logs_errors
@pytest.mark.parametrize("harmless", [True, False])
def test_before_a_look(*, harmless: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost attach that is not looked for, or not made once more, for a mistake of ours is a person's."""
    stage = Stage(looks=True)
    stage.add("b", 1, harmless=harmless)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    there = dataclasses.replace(work.batch, there=())
    stage.queue.learned(there)
    stage.queue.began(work.batch, None, Step.ATTACH)
    verdict, problem = (Verdict.REPEATABLE, LIMITED) if harmless else (Verdict.UNKNOWN, LOST)
    stage.queue.attached(work, Attached(verdict=verdict, batch=there, problem=problem))
    monkeypatch.setattr(stage.queue._chooser, "_wake", _once(stage.queue._chooser._wake, "b"))
    stage.queue.drain()
    assert stage.queue.take() is None
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN
    assert stage.queue._entries["b"].asks
    assert len(stage.heard.troubled) == 1


def test_about_no_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no batch can be blamed for ends the lane, and is told of by whoever runs it."""
    stage = Stage()
    stage.add("b", 1)
    monkeypatch.setattr(stage.queue._chooser, "_records_in_use", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        stage.queue.take()
    assert stage.states("b") == [UploadState.QUEUED]
