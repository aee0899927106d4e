"""An attach whose answer got lost: the scheduler has the service looked at before a person is asked."""

import dataclasses

import pytest

from tests.engine.stage import LOST, NOTE, Stage
from uploader_gui.core.batch import BatchState, Step
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.verify import Looked, Sight
from uploader_gui.engine.work import AttachWork, VerifyWork

UNKNOWN = Problem(kind=Kind.ATTACH_UNKNOWN, service="Close", step="attach")
FOUND = Looked(sight=Sight.FOUND, thing="acti_1")
ABSENT = Looked(sight=Sight.ABSENT)
SETTLE = 30


def _lost(stage: Stage, name: str = "b", *, there: tuple[str, ...] | None = ("old",), lead: str = "l") -> None:
    stage.add(name, 1, lead=lead)
    stage.store(stage.upload_work())
    _lose(stage, stage.attach_work(), there=there)


def _lose(stage: Stage, work: AttachWork, *, there: tuple[str, ...] | None = ("old",)) -> None:
    stage.queue.learned(dataclasses.replace(work.batch, there=there))
    stage.queue.attached(work, Attached(verdict=Verdict.UNKNOWN, batch=work.batch, problem=UNKNOWN))


def _look(stage: Stage) -> VerifyWork:
    work = stage.queue.take()
    assert isinstance(work, VerifyWork)
    return work


def test_what_is_found_is_attached() -> None:
    """One look, one new thing with our files: done, and nobody is bothered."""
    stage = Stage(looks=True)
    _lost(stage)
    assert not stage.heard.troubled
    stage.queue.looked(_look(stage), FOUND)
    assert stage.state("b") is BatchState.ATTACHED
    assert len(stage.heard.finished) == 1
    assert not stage.heard.troubled


def test_what_is_absent_twice_is_attached_again() -> None:
    """The second look comes when the server has come to rest; only then is it attached once more."""
    stage = Stage(looks=True)
    _lost(stage)
    began = stage.clock.now
    stage.queue.looked(_look(stage), ABSENT)
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN
    second = _look(stage)
    assert stage.clock.now - began >= SETTLE
    stage.queue.looked(second, ABSENT)
    assert stage.attach_work().batch.id == "b"


def test_what_comes_late_is_found() -> None:
    """A list that lags: not there at first, there at the second look."""
    stage = Stage(looks=True)
    _lost(stage)
    stage.queue.looked(_look(stage), ABSENT)
    stage.queue.looked(_look(stage), FOUND)
    assert stage.state("b") is BatchState.ATTACHED


@pytest.mark.parametrize("seen", [Looked(sight=Sight.UNCLEAR), None])
def test_what_is_not_clear_is_a_persons(seen: Looked | None) -> None:
    """More than one candidate, or a service that forbids to look: a person decides, and nothing is sent."""
    stage = Stage(looks=True)
    _lost(stage)
    stage.queue.looked(_look(stage), seen, Problem(kind=Kind.FORBIDDEN, service="Close", step="verify"))
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN
    assert [event.problem for event in stage.heard.troubled] == [UNKNOWN]
    stage.queue.drain()
    assert stage.queue.take() is None


def test_a_look_that_fails_is_had_again() -> None:
    """No connection for a moment: looked again with growing waits, and a person only when it stays."""
    stage = Stage(looks=True)
    _lost(stage)
    stage.queue.looked(_look(stage), None, LOST)
    stage.queue.looked(_look(stage), FOUND)
    assert stage.state("b") is BatchState.ATTACHED
    _lost(stage, "c", lead="m")
    for _ in range(5):
        stage.queue.looked(_look(stage), None, LOST)
    assert len(stage.heard.troubled) == 1


def test_without_knowing_what_was_there_a_person_decides() -> None:
    """Whoever could not read the record before cannot tell what is new on it."""
    stage = Stage(looks=True)
    _lost(stage, there=None)
    assert len(stage.heard.troubled) == 1
    stage.queue.drain()
    assert stage.queue.take() is None


def test_one_thing_is_not_two_batches() -> None:
    """Two batches with equal files to one lead: what one has claimed is not the other's."""
    stage = Stage(looks=True)
    _lost(stage)
    stage.queue.looked(_look(stage), FOUND)
    _lost(stage, "c")
    second = _look(stage)
    assert second.claimed == {"acti_1"}
    stage.queue.looked(second, FOUND)
    assert stage.state("c") is BatchState.ATTACH_UNKNOWN
    assert len(stage.heard.troubled) == 1


def test_it_is_not_attached_again_and_again() -> None:
    """Lost and absent, time after time: in the end a person is asked."""
    stage = Stage(looks=True)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    attaches = 0
    while (work := stage.queue.take()) is not None:
        if isinstance(work, AttachWork):
            attaches += 1
            _lose(stage, work)
            stage.queue.drain()
        elif isinstance(work, VerifyWork):
            stage.queue.looked(work, ABSENT)
    assert attaches == 5
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN
    assert len(stage.heard.troubled) == 1


def test_a_look_keeps_others_from_the_record() -> None:
    """While nobody knows, the next batch to the same record waits."""
    stage = Stage(looks=True)
    stage.add("b", 1)
    stage.add("c", 1)
    for work in [stage.upload_work(), stage.upload_work()]:
        stage.store(work)
    _lose(stage, stage.attach_work())
    look = _look(stage)
    stage.queue.looked(look, FOUND)
    assert stage.attach_work().batch.id == "c"
    assert NOTE.target.verify is not None


def test_settled_and_let_go_of_while_it_is_looked_for() -> None:
    """A person says that it is attached, and clears the row, while the service is asked: its answer changes nothing."""
    stage = Stage(looks=True)
    _lost(stage)
    work = _look(stage)
    assert stage.queue.settle("b", attached=True)
    assert stage.queue.forget("b")
    stage.queue.began(work.batch, None, Step.VERIFY)
    stage.queue.looked(work, FOUND)
    assert stage.queue.batches() == ()
