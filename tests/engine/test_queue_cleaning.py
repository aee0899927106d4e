"""What was given up is deleted at the service, where it lets us: once, last of all, never what may be attached."""

import dataclasses
from collections.abc import Callable

import pytest

from tests.engine.stage import Stage
from tests.engine.test_queue_ledger import Kept
from uploader_gui.core.batch import CLEANED, Batch, BatchState, Receipt, Step, Upload
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.work import AttachWork, CleanupWork
from uploader_gui.services import catalogue
from uploader_gui.services.flow import Flow, flow

KIZEN = catalogue.find("kizen")
FIELD = flow(KIZEN, "record_field")
ANSWERS = {"confirm": {"id": "file-1"}}


class Scene:
    """A batch of two files for a record's field, of which one is stored.

    Args:
        flow: What happens with it.
    """

    def __init__(self, what: Flow = FIELD) -> None:
        self.ledger = Kept()
        self.stage = Stage(ledger=self.ledger)
        self.queue = self.stage.queue
        self.session = Session(Account(service=KIZEN, base=KIZEN.account.base, values={}), self.stage.clock)
        self.put("b", what)
        self.work = self.stage.upload_work()
        self.queue.stored(self.work, self.stored(self.work.upload))

    def put(self, name: str, what: Flow = FIELD) -> None:
        """Put a batch of two files into the queue."""
        inputs = {"object": "client_client", "record": f"rec_{name}", "field": "documents"}
        batch = Batch(
            id=name, service="kizen", target=what.target_id, created=self.stage.clock.utc(),
            inputs=inputs if what is FIELD else {}, named={}, attaches=what.target.call is not None,
        )  # fmt: skip
        uploads = [
            Upload(
                id=f"{name}{number}", batch_id=name, given=f"{number}.png", file=f"{number}.png",
                name=f"{number}.png", size=5, modified=0, media_type="image/png",
            )
            for number in (1, 2)
        ]  # fmt: skip
        self.queue.add(batch, uploads, what, self.session)

    def stored(self, upload: Upload) -> Upload:
        """A file with what confirming it has left."""
        return dataclasses.replace(upload, next_step=Step.READY, answers=ANSWERS, receipt=Receipt(size=5))

    def store_all(self, name: str) -> None:
        """Store what is left of a batch."""
        while any(one.answers != ANSWERS for one in self.queue.uploads(name)):
            work = self.stage.upload_work()
            self.queue.stored(work, self.stored(work.upload))

    def cleanup(self) -> CleanupWork:
        """Take work that must be a clean-up."""
        work = self.queue.take()
        assert isinstance(work, CleanupWork)
        return work

    def nothing(self) -> None:
        """Nothing is left to do."""
        self.queue.drain()
        assert self.queue.take() is None


def test_given_up() -> None:
    """The file that had been stored is to be deleted, with what its steps had left; what became of that is noted."""
    scene = Scene()
    assert scene.queue.cancel("b")
    assert scene.ledger.durable == ["cancelled"], "else it could come back with the power, and be attached"
    work = scene.cleanup()
    assert [(one.id, one.answers) for one in work.uploads] == [("b1", ANSWERS)]
    assert not any(one.answers for one in scene.queue.uploads("b")), "the ledger has forgotten it by then"
    assert not scene.queue.forget("b"), "somebody is at work on it"
    scene.queue.cleaned(work, {"b1": CLEANED})
    assert scene.ledger.lines[-1] == CLEANED
    assert scene.queue.forget("b")
    scene.nothing()


@pytest.mark.parametrize("how", ["batch", "file"])
def test_given_up_in_its_last_step(how: str) -> None:
    """What could not be stopped any more is stored after all: then that is deleted as well."""
    scene = Scene()
    work = scene.stage.upload_work()
    scene.queue.began(work.batch, work.upload, Step.CONFIRM)
    assert scene.queue.cancel("b") if how == "batch" else scene.queue.leave_out("b", "b2")
    if how == "batch":
        scene.queue.cleaned(scene.cleanup(), {"b1": CLEANED})
    scene.queue.stored(work, scene.stored(work.upload))
    if how == "file":
        scene.queue.hold_back("b")
    clean = scene.cleanup()
    assert [(one.id, one.answers) for one in clean.uploads] == [("b2", ANSWERS)]
    scene.queue.cleaned(clean, {"b2": CLEANED})
    assert scene.ledger.lines[-1] == CLEANED


def test_too_late_to_stop_and_to_delete() -> None:
    """The others are being attached by then: nothing of the batch is deleted any more."""
    scene = Scene()
    work = scene.stage.upload_work()
    assert scene.queue.leave_out("b", "b2")
    attach = scene.stage.attach_work()
    scene.queue.began(attach.batch, None, Step.ATTACH)
    scene.queue.stored(work, scene.stored(work.upload))
    scene.queue.attached(attach, Attached(verdict=Verdict.ATTACHED, batch=attach.batch))
    scene.nothing()


def test_left_out() -> None:
    """A single file that is left out is deleted; its batch goes on with the other."""
    scene = Scene()
    assert scene.queue.leave_out("b", "b1")
    assert scene.ledger.durable == ["left out"]
    work = scene.stage.upload_work()
    assert work.upload.id == "b2", "what is to be attached comes first"
    clean = scene.cleanup()
    assert [one.id for one in clean.uploads] == ["b1"]
    scene.queue.cleaned(clean, {})
    scene.queue.stored(work, scene.stored(work.upload))
    assert [one.id for one in scene.stage.attach_work().uploads] == ["b2"]


def test_attaches_come_first() -> None:
    """Whatever is to be attached is attached before anything is deleted."""
    scene = Scene()
    scene.put("c")
    assert scene.queue.cancel("b")
    scene.store_all("c")
    assert isinstance(scene.queue.take(), AttachWork)
    scene.cleanup()


REFUSED = Problem(kind=Kind.REFUSED, service="Kizen", step="attach")


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.UNKNOWN])
def test_never_after_an_attach(verdict: Verdict) -> None:
    """Once an attach may have gone out nothing is deleted, whatever was said of it: it may hold what it was refused."""
    scene = Scene()
    scene.store_all("b")
    work = scene.stage.attach_work()
    scene.queue.began(work.batch, None, Step.ATTACH)
    scene.queue.attached(work, Attached(verdict=verdict, batch=work.batch, problem=REFUSED))
    if verdict is Verdict.UNKNOWN:
        assert not scene.queue.cancel("b")
        assert scene.queue.settle("b", attached=False)
    assert scene.queue.cancel("b")
    assert scene.stage.state("b") is BatchState.CANCELLED
    scene.nothing()


@pytest.mark.parametrize("began", [True, False])
def test_taken_up(*, began: bool) -> None:
    """Of a batch of an earlier process only that is deleted of which the journal says that no attach was begun."""
    scene = Scene()
    [batch] = scene.queue.batches()
    other = Stage()
    other.queue.restore(batch, scene.queue.uploads("b"), FIELD, scene.session, attach_sent=False, attach_began=began)
    assert other.queue.cancel("b")
    other.queue.drain()
    assert isinstance(other.queue.take(), CleanupWork) is not began


def test_stored_only() -> None:
    """Where storing the files is all, a stored one may be in use already: it stays."""
    scene = Scene(flow(KIZEN, "knowledge_source"))
    assert scene.queue.cancel("b")
    scene.nothing()


def _stop_before(scene: Scene) -> None:
    scene.queue.cancel("b")
    scene.queue.stop()


def _stop_while(scene: Scene) -> None:
    scene.queue.cancel("b")
    work = scene.cleanup()
    scene.queue.stop()
    assert work.cancel.cancelled


@pytest.mark.parametrize("stop", [_stop_before, _stop_while])
def test_nobody_waits(stop: Callable[[Scene], None]) -> None:
    """The program's end waits for no clean-up: what was not begun is not, what is under way is broken off."""
    scene = Scene()
    stop(scene)
    assert scene.queue.take() is None


def test_nothing_had_been_sent() -> None:
    """Of files that had not come to a service there is nothing to delete."""
    scene = Scene()
    scene.put("c")
    assert scene.queue.cancel("c")
    work = scene.stage.upload_work()
    assert work.upload.id == "b2"
    scene.queue.failed(work, REFUSED)
    scene.nothing()
