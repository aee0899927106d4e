"""The desk: the one place where the window says what it wants, and hears what became of it.

Every call returns at once. What takes time is done in an errand's thread; what comes of it is told in the window's.

Three errand threads, because each may be held up by something else: `wishes` by the ledger alone, so that pausing and
cancelling are quick whatever else goes on; `disk` by folders with many files; `questions` by servers.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from uploader_gui.core.batch import Batch, GoneError, Partly, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, LedgerError, SystemClock
from uploader_gui.core.settings import Settings
from uploader_gui.workers.account_desk import AccountDesk
from uploader_gui.workers.accounts import AccountFace, Origin
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.errands import Errand, Errands
from uploader_gui.workers.facts import Begun, Destination, Left, NotYetError, Why
from uploader_gui.workers.lane import LaneThread
from uploader_gui.workers.leftovers import Leftovers
from uploader_gui.workers.network import NetworkWatch
from uploader_gui.workers.pictures import Pictures

if TYPE_CHECKING:  # what these bring takes a third of a second, and the window is to be seen first
    from PySide6.QtGui import QImage

    from uploader_gui.core.remembered import Remembered
    from uploader_gui.engine.lookup import Found
    from uploader_gui.services.flow import Flow
    from uploader_gui.workers.remembering import Recalled
    from uploader_gui.workers.works import Works

Told = Callable[[Any], object]
WAIT = 1000
"""Milliseconds in which a thread ends that was told to; nobody stands still for it."""
MOST_FALLEN = 8
"""After so many lanes that mistakes of this program have ended, no more take their places."""


def _nobody(_told: object) -> None:
    """Tell nobody."""


class State(StrEnum):
    """How far the desk is."""

    OPENING = auto()
    OPEN = auto()
    SHUT = auto()
    CLOSING = auto()
    CLOSED = auto()


class Desk(QObject):
    """What the window speaks to.

    Args:
        make: Makes the engine room, in an errand's thread. Raises LedgerError.
        lanes: How many uploads run at once; None: as the settings say.
        clock: Time.
        parent: Its owner.

    Attributes:
        account_desk: The same for accounts: adding, testing, changing them.
        settings: As they hold now; the usual ones until they were read.
        undo_seconds: How long what goes out to people can be undone.
        opened: The services and accounts are known, and lanes work.
        accounts_changed: There are other accounts than before.
        arrived: Changes, events and `Left`s, in order: for the model.
        failed: Something could not be done: the exception.
        broke: The ledger cannot be used: the LedgerError. Nothing goes on.
        closed: All threads have ended.
    """

    opened = Signal()
    accounts_changed = Signal()
    arrived = Signal(object)
    failed = Signal(object)
    broke = Signal(object)
    closed = Signal()

    def __init__(
        self,
        make: Callable[[Bridge], "Works"],
        *,
        lanes: int | None = None,
        clock: Clock | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.state = State.OPENING
        self.clock = clock or SystemClock()
        self.accounts: tuple[AccountFace, ...] = ()
        self.flows: Mapping[tuple[str, str], Flow] = {}
        self.settings = Settings()
        self.undo_seconds = float(self.settings.undo_seconds)
        self._make = make
        self._count = lanes
        self._works: Works | None = None
        self._opened_late = False
        self._lanes: list[LaneThread] = []
        self._fallen = 0
        self._ending: set[Errands] = set()
        self._bridge = Bridge(self)
        self._bridge.arrived.connect(self.arrived)
        self._wishes = Errands("wishes", self._failed, self)
        self._disk = Errands("disk", self._failed, self)
        self._questions = Errands("questions", self._failed, self)
        self._network = NetworkWatch(self)
        self._network.back.connect(self._network_back)
        self._network.gone.connect(self._tell_of_network)
        self._bridge.arrived.connect(self._network.begin)  # with the first batch
        self._pictures = Pictures(self._disk, self._bridge, self)
        self._leftovers = Leftovers(self._wishes, self._questions, self._bridge, self._failed, self)
        self.account_desk = AccountDesk(self._wishes, self._bridge, self.read_accounts, self._failed, self)

    @property
    def ready(self) -> bool:
        """Whether the ledger was opened; it may have broken since."""
        return self._works is not None

    # ------------------------------------------------------------------------------------------------ opening
    def open(self) -> None:
        """Open the ledger, read services and accounts, and let the lanes work. After the first paint."""
        self.state = State.OPENING
        self._wishes.ask(self._opened_in_errand, self._opened, self._not_opened)

    def _opened_in_errand(self, _cancel: CancelToken) -> "Works":
        works = self._make(self._bridge)
        works.known.read_services()
        works.solving.read_accounts()
        return works

    def _opened(self, works: "Works") -> None:
        if self.state is State.CLOSING:
            # It was closed before it was open: what was opened meanwhile is closed as well.
            self._opened_late = True
            self._wishes.ask(lambda _: works.close(), lambda _: self._all_done(), lambda _: self._all_done())
            return
        self._works = works
        self.flows = dict(works.known.flows)
        self._take_accounts()
        self.state = State.OPEN
        self._tell_of_network()  # it may have been told while there was nobody to hear it
        self.use_settings(works.settings)
        self.account_desk.begin(works)
        self.opened.emit()
        self._pictures.open(works)
        self._leftovers.take_up(self._the_works)

    def use_settings(self, settings: Settings) -> None:
        """Let these settings hold from now on; fewer lanes than there are hold from the next start on."""
        self.settings = self._the_works.settings = settings
        self.undo_seconds = float(settings.undo_seconds)
        for number in range(self.lanes + 1, (self._count or settings.lanes) + 1):
            self._begin_lane(number)

    def _begin_lane(self, number: int) -> None:
        lane = LaneThread(self._the_works.lane(), number, self)
        lane.finished.connect(self._lane_ended)
        self._lanes.append(lane)
        lane.start()

    @property
    def lanes(self) -> int:
        """How many uploads run at once."""
        return len(self._lanes) - min(self._fallen, MOST_FALLEN)

    @property
    def lanes_are_given(self) -> bool:
        """Whether it was said at the start how many uploads run at once, whatever the settings say."""
        return self._count is not None

    def _not_opened(self, error: Exception) -> None:
        if self.state is State.CLOSING:
            return
        self.state = State.SHUT
        if isinstance(error, LedgerError):
            self.broke.emit(error)
        else:
            self.failed.emit(error)

    def _take_accounts(self) -> None:
        faces = tuple(one.face for one in self._the_works.known.accounts)
        if faces != self.accounts:
            self.accounts = faces
            self.accounts_changed.emit()

    def read_accounts(self) -> None:
        """Ask anew which accounts there are; batches whose account is back are taken up."""
        if self._works is not None:
            self._wishes.ask(lambda _: self._the_works.solving.read_accounts(), lambda _: self._accounts_read())

    def _accounts_read(self) -> None:
        self._take_accounts()
        self._leftovers.take_up(self._the_works)

    def face(self, key: str) -> AccountFace | None:
        """An account by its key; None if it is gone."""
        return next((one for one in self.accounts if one.key == key), None)

    def face_of(self, batch: Batch) -> AccountFace | None:
        """The account a batch was begun with; None if it is gone."""
        here = [one for one in self.accounts if (one.service.id, one.base) == (batch.service, batch.base)]
        mine = [one for one in here if one.key == batch.account]
        # The environment's and the practice service's are told by their address alone.
        others = [one for one in here if one.origin is not Origin.SAVED or one.whose == batch.whose]
        return next(iter([*mine, *others]), None)

    def flow(self, batch: Batch) -> "Flow | None":
        """What happens with a batch's files; None if its service file is gone."""
        return self.flows.get((batch.service, batch.target))

    def read_services(self) -> None:
        """Read the service files anew; batches whose service is back are taken up."""
        if self._works is not None:
            self._wishes.ask(lambda _: self._read_in_errand(), self._read)

    def _read_in_errand(self) -> None:
        self._the_works.known.read_services()
        self._the_works.solving.read_accounts()

    def _read(self, _found: object) -> None:
        self.flows = dict(self._the_works.known.flows)
        self._accounts_read()

    # ------------------------------------------------------------------------------------- what earlier runs left
    def take_up(self, left: Left) -> None:
        """Try again to take up a batch that an earlier run left."""
        self._leftovers.again(self._the_works, left, self._take_accounts)

    def end_left(self, left: Left, *, attached: bool) -> None:
        """End a batch that an earlier run left: it is given up, or a person has seen it attached."""
        self._leftovers.end(self._the_works, left, attached=attached)

    @Slot()
    def _network_back(self) -> None:
        if self._works is not None and self.state is State.OPEN:
            self._tell_of_network()
            self._leftovers.look_again()

    @Slot()
    def _tell_of_network(self) -> None:
        if self._works is not None and self.state is State.OPEN:
            there = self._network.there
            self._wishes.ask(lambda _: self._the_works.queue.network(there=there))

    # ------------------------------------------------------------------------------------------------- sending
    def send(
        self,
        where: "Destination",
        paths: Sequence[str],
        then: "Callable[[Begun], object]" = _nobody,
        refused: Callable[[Exception], object] | None = None,
        *,
        again: bool = False,
        alone: bool = False,
    ) -> None:
        """Send files to a target: as one batch, or as one for each file.

        Args:
            where: Where they go.
            paths: Files and folders, as the person gave them.
            then: Told what was begun.
            refused: Told why nothing was, mostly by a NotYetError.
            again: Also if the same files are on their way there already.
            alone: One batch for each file.
        """
        from uploader_gui.workers.sending import Sending  # noqa: PLC0415 - see above

        if self._works is None:
            (refused or self.failed.emit)(NotYetError(Why.NO_LEDGER, count=len(paths)))
            return
        sending = Sending(self._works, where, tuple(paths), again=again, alone=alone)
        failed = refused or self._failed

        def gathered(_: object) -> None:
            self._questions.ask(sending.introduce, introduced, failed)

        def introduced(_: object) -> None:
            self._wishes.ask(sending.begin, then, failed)

        self._disk.ask(sending.gather, gathered, failed)

    def extend(
        self,
        batch_id: str,
        paths: Sequence[str],
        then: "Callable[[Begun], object]" = _nobody,
        refused: Callable[[Exception], object] | None = None,
    ) -> None:
        """Add files to a batch that is on its way."""
        self._disk.ask(lambda cancel: self._the_works.beginning.extend(batch_id, paths, cancel), then, refused)

    def keep_picture(
        self, picture: "QImage | bytes", name: str, then: Callable[[str], object], failed: Callable[[Exception], object]
    ) -> None:
        """Write a picture down as a file, to be sent; tells its path. It is deleted when its batch has ended."""
        self._pictures.keep(picture, name, self.clock.utc().astimezone(), then, failed)

    def discard_pictures(self, paths: Sequence[str]) -> None:
        """These are not sent after all: of them, what is such a picture is deleted."""
        self._pictures.discard(paths)

    # -------------------------------------------------------------------------------------------------- wishes
    def pause(self, batch_id: str, upload_id: str | None = None) -> None:
        """Let a batch, or one file of it, rest."""
        self._wish(lambda works: works.queue.pause(batch_id, upload_id))

    def resume(self, batch_id: str, upload_id: str | None = None) -> None:
        """Let a batch, or one file of it, go on."""
        self._wish(lambda works: works.queue.resume(batch_id, upload_id))

    def pause_all(self) -> None:
        """Let all batches rest."""
        self._wish(lambda works: works.queued.every(works.queue.pause))

    def resume_all(self) -> None:
        """Let all batches go on."""
        self._wish(lambda works: works.queued.every(works.queue.resume))

    def cancel(self, batch_id: str, then: Told = _nobody) -> None:
        """Give a batch up."""
        self._wish(lambda works: works.queue.cancel(batch_id), then)

    def leave_out(self, batch_id: str, upload_id: str) -> None:
        """Give one file of a batch up; the last one takes the batch with it."""
        self._wish(lambda works: works.queue.leave_out(batch_id, upload_id))

    def forget(self, batch_id: str) -> None:
        """Let go of a batch that has ended; the history has it."""
        self._wish(lambda works: works.queue.forget(batch_id))

    def retry(self, batch_id: str, upload_id: str | None = None) -> None:
        """Try again what needs attention."""
        self._disk.ask(lambda _: self._the_works.solving.retry(batch_id, upload_id))

    def replace(self, batch_id: str, upload_id: str, path: str) -> None:
        """Take another file in the place of one that needs attention."""
        self._disk.ask(lambda _: self._the_works.solving.replace(batch_id, upload_id, path))

    def settle(self, batch_id: str, *, attached: bool) -> None:
        """Say what became of an attach nobody knows about."""
        self._wish(lambda works: works.queue.settle(batch_id, attached=attached))

    def part(self, batch_id: str) -> None:
        """Attach the files that worked; the others become a batch of their own."""
        self._wish(lambda works: works.queued.part(batch_id))

    def choose_partly(self, batch_id: str, partly: Partly) -> None:
        """Say what becomes of a batch if some of its files cannot be sent."""
        self._wish(lambda works: works.queue.choose_partly(batch_id, partly))

    def let_go(self, batch_id: str, *, longer: float = 1.0) -> None:
        """Send what goes out to people, after a while in which it can be undone.

        Args:
            batch_id: What is sent.
            longer: How many times as long as usual that is.
        """
        after = self.undo_seconds * longer
        self._wish(lambda works: works.queue.let_go(batch_id, after=after))

    def hold_back(self, batch_id: str, then: Told = _nobody) -> None:
        """Let a batch's attach wait: sending is undone, or its text is being edited."""
        self._wish(lambda works: works.queue.hold_back(batch_id), then)

    def edit(self, batch_id: str, inputs: Mapping[str, Any], named: Mapping[str, str], then: Told = _nobody) -> None:
        """Change what is filled in, and try again what was wrong with it. Told False if it is too late."""
        self._wish(lambda works: works.solving.edit(batch_id, inputs, named), then)

    def go_on(self, batch_id: str) -> None:
        """Let a batch that was held back be attached."""
        self._wish(lambda works: works.queue.let_go(batch_id))

    def _wish(self, wish: "Callable[[Works], Any]", then: Told = _nobody) -> None:
        def wished(_cancel: CancelToken) -> object:
            try:
                return wish(self._the_works)
            except GoneError:
                return False  # what the person saw is gone since: too late

        if self._works is not None:
            self._wishes.ask(wished, then)

    # ----------------------------------------------------------------------------------------------- questions
    def search(
        self,
        where: "Destination",
        lookup: str,
        text: str,
        then: "Callable[[list[Found]], object]",
        failed: Callable[[Exception], object],
        *,
        place: str = "search",
    ) -> Errand:
        """Find records; a newer search takes the place of an older one."""
        return self._questions.ask(
            lambda cancel: self._the_works.questions.search(where, lookup, text, cancel),
            then,
            failed,
            place=f"search {place}",
        )

    def give_up(self, question: Errand) -> None:
        """Stop a search; nobody is told of it any more."""
        self._questions.give_up(question)

    def name(
        self,
        where: "Destination",
        then: "Callable[[Destination], object]",
        failed: Callable[[Exception], object],
    ) -> Errand:
        """Find out what the records that are filled in are called; a newer question takes the place of an older one."""
        return self._questions.ask(
            lambda cancel: self._the_works.questions.named(where, cancel), then, failed, place="name"
        )

    def recall(self, then: "Callable[[list[Recalled]], object]") -> None:
        """The targets that are remembered: the pinned ones, then the last ones."""
        if self._works is not None:
            self._wishes.ask(lambda _: self._the_works.memory.recalled(), then, place="recall")

    def pin(self, where: "Destination", *, pinned: bool, then: Told = _nobody) -> None:
        """Pin a target, or take its pin back."""
        self._wish(lambda works: works.memory.pin(where, pinned=pinned), then)

    def forget_target(self, what: "Remembered", then: Told = _nobody) -> None:
        """Remember a target no longer."""
        self._wish(lambda works: works.memory.forget_target(what), then)

    def journal(
        self, batch_id: str, upload_id: str | None, then: Callable[[list[tuple[datetime, str]]], object]
    ) -> None:
        """When what happened to a batch itself, or to one of its uploads."""
        if self._works is not None:
            self._disk.ask(lambda _: self._the_works.past.journal(batch_id, upload_id), then, place="journal")

    def history(
        self, search: str, newest: int, then: Callable[[list[tuple[Batch, tuple[Upload, ...]]]], object]
    ) -> None:
        """The batches that have ended."""
        if self._works is not None:
            self._disk.ask(lambda _: self._the_works.past.history(search, newest), then, place="history")

    def export(self, path: Path, search: str, then: Callable[[int], object]) -> None:
        """Write the history to a file, JSON or CSV by its name; tells the number of batches."""
        from uploader_gui.workers import exporting  # noqa: PLC0415 - see above

        if self._works is not None:
            self._disk.ask(lambda _: exporting.export(self._the_works, path, search), then)

    def on_disk(
        self,
        do: "Callable[[Works, CancelToken], Any]",
        then: Told = _nobody,
        failed: Callable[[Exception], object] | None = None,
        *,
        place: str = "",
    ) -> bool:
        """Have something done beside what is sent, that may take as long as a disk does; False while it is not open.

        Args:
            do: In an errand's thread.
            then: Told what it gave.
            failed: Told what it raised.
            place: It takes the place of an older one with the same.
        """
        if self._works is None or self.state in {State.CLOSING, State.CLOSED}:
            return False
        self._disk.ask(lambda cancel: do(self._the_works, cancel), then, failed, place=place)
        return True

    # ------------------------------------------------------------------------------------------------- closing
    def close(self, *, cancel: bool = False) -> None:
        """End in good order: what is being sent is broken off, an attach under way is finished first.

        Args:
            cancel: Give up everything that can be given up; else it is gone on with at the next start.
        """
        if self.state in {State.CLOSING, State.CLOSED}:
            return
        self.state = State.CLOSING
        self._leftovers.stop()
        self.account_desk.close()
        self._disk.close()
        self._questions.close()
        if self._works is None:
            # It may still be opening: told after what that gives.
            self._wishes.ask(lambda _: None, lambda _: None if self._opened_late else self._all_done())
        elif cancel:
            works = self._works
            self._wishes.ask(lambda _: works.queued.every(works.queue.cancel), self._stop, self._stop)
        else:
            self._stop(None)

    def _stop(self, _ended: object) -> None:
        works = self._the_works
        self._wishes.ask(lambda _: works.queue.stop(), lambda _: self._lane_ended(), lambda _: self._lane_ended())

    @Slot()
    def _lane_ended(self) -> None:
        works = self._works
        if self.state is State.OPEN:
            self._replace_fallen()
        if works is None or any(lane.isRunning() for lane in self._lanes):
            return
        if self.state is State.OPEN and works.queue.broken is not None:
            self.state = State.SHUT
            self.broke.emit(works.queue.broken)
        elif self.state is State.CLOSING and self._lanes:
            self._lanes = []
            self._wishes.ask(lambda _: works.close(), lambda _: self._all_done(), lambda _: self._all_done())

    def _replace_fallen(self) -> None:
        """A mistake of ours has ended a lane: it is told, another one goes on. What it was at needs a person."""
        fallen = [lane for lane in self._lanes if lane.mistake is not None and lane.isFinished()]
        for lane in fallen:
            mistake, lane.mistake = lane.mistake, None
            self._fallen += 1
            if mistake is not None:
                self.failed.emit(mistake)
            if self._fallen <= MOST_FALLEN:
                self._begin_lane(len(self._lanes) + 1)

    def _all_done(self) -> None:
        """Everything is kept and closed: the threads may go. One that is stuck is left behind, and not waited for."""
        if self._ending:
            return
        self._wishes.close()
        self._ending = {self._wishes, self._disk, self._questions, *self.account_desk.errands}
        for errands in tuple(self._ending):
            errands.await_end(WAIT, functools.partial(self._thread_gone, errands))

    def _thread_gone(self, errands: Errands) -> None:
        self._ending.discard(errands)
        if not self._ending:
            self.state = State.CLOSED
            self.closed.emit()

    # -------------------------------------------------------------------------------------------------- inside
    @property
    def _the_works(self) -> "Works":
        assert self._works is not None  # noqa: S101 - nothing is asked for before it is open
        return self._works

    def _failed(self, error: Exception) -> None:
        works = self._works
        if isinstance(error, LedgerError) and works is not None and works.queue.broken is not None:
            self.state = State.SHUT if self.state is State.OPEN else self.state
            self.broke.emit(error)
        else:
            self.failed.emit(error)
