"""A process: one queue, its lanes, and the batches it is at work on."""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulation.replay import Played
from tests.simulation.shelf import Kept, Line, Row
from tests.simulation.trace import Killed
from uploader_gui.core.batch import ATTACH_SENT, Batch, BatchState, Step, Upload
from uploader_gui.core.cancel import Cancelled
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.problems import UploadError
from uploader_gui.engine.events import Event, Finished, Troubled
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Session
from uploader_gui.engine.work import AttachWork, UploadWork, VerifyWork, Work

if TYPE_CHECKING:
    from tests.simulation.world import World


class NothingNowError(Exception):
    """There is nothing to do for so many seconds; None: until somebody does something."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds


class Process:
    """One process of the program.

    Args:
        world: Where it runs.
    """

    def __init__(self, world: "World") -> None:
        self.world = world
        self.name = f"p{world.number()}"
        self.dead = False
        self.over = False
        self.due: float | None = None
        self.holds: set[str] = set()
        self.played: list[Played] = []
        self._lanes = world.chance.choice((1, 2, 2, 3))
        self._offset = world.chance.uniform(0, 100000)
        self._sessions: dict[tuple[str, str], Session] = {}
        self.queue = Queue(
            clock=self,
            listener=self._hear,
            policy=Policy(jitter=lambda: 1.0),
            ledger=Kept(world.shelf, self, world.alive),
            idle_digests=frozenset({"sha256"}) if world.chance.random() < 0.3 else frozenset(),
            looks=world.chance.random() < 0.9,
            waits_for_network=world.chance.random() < 0.3,
        )
        self._drains = world.chance.random() < 0.5
        if self._drains:
            self.queue.drain()
        world.processes.append(self)
        world.note(
            self.name, "begins, with %s lanes%s", self._lanes, ", till nothing can go on" if self._drains else ""
        )

    # ------------------------------------------------------------------------------------------ it is its clock
    def monotonic(self) -> float:
        """Seconds that mean nothing to any other process."""
        return self.world.now + self._offset

    def utc(self) -> datetime:
        """The date."""
        return self.world.utc()

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Nobody waits here: whoever asked is told to come again."""
        del condition
        raise NothingNowError(seconds)

    # ----------------------------------------------------------------------------------- it watches its writes
    def before(self, line: Line) -> None:
        """Before a write: others may go on, this one may end, the ledger may refuse."""
        world = self.world
        world.between(self)
        if world.kills():
            world.note(self.name, "is killed before it keeps: %s", line)
            raise Killed
        if world.refuses(self, line):
            world.note(self.name, "cannot keep: %s", line)
            raise LedgerError

    def row(self, table: str, old: Row | None, new: Row, line: Line) -> None:
        """A row changes."""
        self.world.rules.row(table, old, new, line)

    def after(self, line: Line) -> None:
        """After a write: this process may end before it does what it has kept."""
        self.world.note(self.name, "keeps: %s: %s", line[1] or line[0], line[2])
        if self.world.kills():
            self.world.note(self.name, "is killed after it kept that")
            raise Killed

    # ------------------------------------------------------------------------------------------------- batches
    def add(self, batch: Batch, uploads: Sequence[Upload]) -> None:
        """Add a batch."""
        self.holds.add(batch.id)
        try:
            self.queue.add(
                batch, uploads, self.world.flows[batch.id], self._session(batch.id), held_back=self._holds_back()
            )
        except LedgerError:
            self._reset(batch.id)
        except Killed:
            self.die("")
        else:
            self.over = False
        if batch.id in self.world.shelf.batches:
            self.world.rules.given |= {one.id for one in uploads}

    def take_up(self, batch_ids: Iterable[str]) -> None:
        """Take up batches that no process is at work on."""
        world = self.world
        for batch_id in batch_ids:
            self.holds.add(batch_id)
            batch, uploads = world.shelf.read(batch_id)
            sent = batch.state is BatchState.ATTACHING and world.shelf.last_line(batch_id) == ATTACH_SENT
            world.note(self.name, "takes up %s, %s%s", batch_id, batch.state, ", sent" if sent else "")
            try:
                flow, session = world.flows[batch_id], self._session(batch_id)
                self.queue.restore(batch, uploads, flow, session, attach_sent=sent, held_back=self._holds_back())
            except LedgerError:
                self._reset(batch_id)
                return
            except Killed:
                self.die("")
                return
            self.over = False

    def _holds_back(self) -> bool:
        return self.world.often(0.4 * self.world.weather.people)

    def _reset(self, batch_id: str) -> None:
        """What could not be begun is nobody's; once the ledger is broken nothing more is begun."""
        if batch_id not in self.queue._entries:
            self.holds.discard(batch_id)

    def _session(self, batch_id: str) -> Session:
        account = self.world.accounts[batch_id]
        key = account.service.id, next(iter(account.values.values()))
        return self._sessions.setdefault(key, Session(account, self))

    def about_to_attach(self) -> set[str]:
        """The batches whose attach is under way, and not sent."""
        return {
            one.work.batch.id
            for one in self.played
            if isinstance(one.work, AttachWork) and not (one.question is not None and one.question.attach)
        }

    def still_ending(self, batch_id: str) -> bool:
        """Whether lanes that were told to stop are still at work on a batch."""
        return any(
            isinstance(one.work, UploadWork) and one.work.batch.id == batch_id and one.work.cancel.cancelled
            for one in self.played
        )

    def looks_for(self, batch_id: str) -> bool:
        """Whether a look for a batch's attach is under way."""
        return any(isinstance(one.work, VerifyWork) and one.work.batch.id == batch_id for one in self.played)

    def confirms(self, batch_id: str) -> bool:
        """Whether a confirm that may not be repeated is under way for a batch."""
        confirm = self.world.flows[batch_id].confirm
        return (confirm is not None and not confirm.repeat) and any(
            isinstance(one.work, UploadWork) and one.work.batch.id == batch_id and one.step is Step.CONFIRM
            for one in self.played
        )

    # ---------------------------------------------------------------------------------------------------- steps
    def step(self) -> bool:
        """Go on with something; whether there was anything."""
        if self.dead:
            return True
        try:
            return self._step()
        except Killed:
            self.die("")
            return True

    def _step(self) -> bool:
        chance = self.world.chance
        if not self.over and len(self.played) < self._lanes and (not self.played or chance.random() < 0.5):
            work = self._take()
            if work is not None:
                self._begin(work)
                return True
        if self.played:
            self._go_on(chance.choice(self.played))
            return True
        if self.over:
            self.close()
            return True
        return False

    def _take(self) -> Work | None:
        self.due = None
        try:
            work = self.queue.take()
        except NothingNowError as nothing:
            self.due = nothing.seconds
            return None
        except LedgerError:
            return None
        if work is None:
            self.over = True
        return work

    def _begin(self, work: Work) -> None:
        played = Played(self.queue, work, self, self.world.disk)
        self.played.append(played)
        self.world.note(self.name, "begins %s", played.name)
        played.go()
        self._went(played)

    def _go_on(self, played: Played) -> None:
        world, question = self.world, played.question
        assert question is not None
        if question.what == "pause":
            world.pass_time(max(0.0, question.until - self.monotonic()))
            played.answered(None)
        elif played.work.cancel.cancelled and world.chance.random() < 0.7:
            if question.request is not None and not question.reached and world.chance.random() < 0.5:
                world.decide(played)
            world.note(self.name, "%s is broken off", played.name)
            played.answered(Cancelled(), good=False)
        elif question.what == "digest":
            self._digest(played)
        else:
            if not question.reached:
                world.decide(played)
                if world.chance.random() < 0.4:
                    return
            self._ended(played)
            played.answered(question.answer, good=question.good)
        self._went(played)

    def _digest(self, played: Played) -> None:
        upload = played.work.upload  # type: ignore[union-attr]
        try:
            self.world.disk.check(upload)
        except UploadError as error:
            played.answered(error, good=False)
        else:
            played.answered(self.world.disk.files[upload.path][1])

    def _ended(self, played: Played) -> None:
        """A connection has ended."""
        question = played.question
        self.world.rules.connection_ended(played)
        if question is not None and question.late is not None:
            question.late(self.world.now)

    def _went(self, played: Played) -> None:
        self.world.rules.lane(played)
        question = played.question
        if question is not None and question.attach and not question.reached:
            self.world.rules.attach(played)
        if question is not None and question.what == "transfer" and not question.reached:
            self.world.rules.transfer(played)
        if played.ended:
            self.played.remove(played)

    # ------------------------------------------------------------------------------------------------ endings
    def die(self, why: str) -> None:
        """End here and now."""
        if self.dead:
            return
        if why:
            self.world.note(self.name, why)
        self.dead = True
        for played in self.played:
            question = played.question
            if question is not None and question.request is not None and not question.reached:
                self.world.decide(played)
            self._ended(played)
            played.ended = True
        self._gone()

    def close(self) -> None:
        """End in good order, once no lane is at work."""
        if not self.dead and not self.played:
            self.world.note(self.name, "ends")
            self.dead = True
            self._gone()

    def stop(self) -> bool:
        """Begin to end in good order."""
        self.world.note(self.name, "is told to stop")
        self.queue.stop()
        return False

    def _gone(self) -> None:
        self.holds.clear()
        self.played.clear()

    def _hear(self, event: Event) -> None:
        world = self.world
        if isinstance(event, Finished | Troubled):
            what = "finished" if isinstance(event, Finished) else f"trouble: {event.problem.kind}"
            world.note(self.name, "tells: %s %s", event.batch.id, what)
        world.rules.heard(self.queue, event)
