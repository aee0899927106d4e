"""The desk: the one place where the window says what it wants, and hears what became of it.

Every call returns at once. What takes time is done in an errand's thread; what comes of it is told in the window's.

Three errand threads, because each may be held up by something else: `wishes` by the ledger alone, so that pausing and
cancelling are quick whatever else goes on; `disk` by folders with many files; `questions` by servers.
"""

import functools
from collections.abc import Callable, Mapping
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from uploader_gui.core.batch import Batch
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, LedgerError, SystemClock
from uploader_gui.core.settings import Settings
from uploader_gui.workers.account_desk import AccountDesk
from uploader_gui.workers.accounts import AccountFace, Origin
from uploader_gui.workers.batch_desk import BatchDesk
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.facts import Left
from uploader_gui.workers.file_desk import FileDesk
from uploader_gui.workers.lanes import Lanes
from uploader_gui.workers.leftovers import Leftovers
from uploader_gui.workers.network import NetworkWatch
from uploader_gui.workers.past_desk import PastDesk
from uploader_gui.workers.pictures import Pictures
from uploader_gui.workers.room import Room, Told, nobody
from uploader_gui.workers.target_desk import TargetDesk

if TYPE_CHECKING:  # what these bring takes a third of a second, and the window is to be seen first
    from uploader_gui.services.flow import Flow
    from uploader_gui.workers.works import Works

WAIT = 1000
"""Milliseconds in which a thread ends that was told to; nobody stands still for it."""


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
        file_desk: The same for files: sending them, adding them, writing pictures down.
        batch_desk: The same for batches: resting, trying again, deciding, giving up.
        target_desk: The same for where files go: records found and named, targets remembered.
        past_desk: The same for what happened: journal and history.
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
        self._opened_late = False
        self._ending: set[Errands] = set()
        self._bridge = Bridge(self)
        self._bridge.arrived.connect(self.arrived)
        self._wishes = Errands("wishes", self._failed, self)
        self._room = Room(self._wishes)
        self._disk = Errands("disk", self._failed, self)
        self._questions = Errands("questions", self._failed, self)
        self._network = NetworkWatch(self)
        self._network.back.connect(self._network_back)
        self._network.gone.connect(self._tell_of_network)
        self._bridge.arrived.connect(self._network.begin)  # with the first batch
        self._pictures = Pictures(self._disk, self._bridge, self)
        self._leftovers = Leftovers(self._wishes, self._questions, self._bridge, self._failed, self)
        self._lanes = Lanes(
            lambda: self._the_works.lane(),  # noqa: PLW0108 - they are there once it is open
            self._lane_ended,
            self.failed.emit,
            self,
        )
        self.file_desk = FileDesk(
            self._room,
            wishes=self._wishes,
            disk=self._disk,
            questions=self._questions,
            pictures=self._pictures,
            clock=self.clock,
            failed=self._failed,
        )
        self.batch_desk = BatchDesk(self._room, self._disk, lambda: self.undo_seconds)
        self.target_desk = TargetDesk(self._room, self._wishes, self._questions)
        self.past_desk = PastDesk(self._room, self._disk)
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
        self._room.works = works
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
        self._lanes.grow(self._count or settings.lanes)

    @property
    def lanes(self) -> int:
        """How many uploads run at once."""
        return self._lanes.count

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

    # ------------------------------------------------------------------------------------------------- beside
    def on_disk(
        self,
        do: "Callable[[Works, CancelToken], Any]",
        then: Told = nobody,
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
            self._lanes.replace_fallen()
        if works is None or self._lanes.running:
            return
        if self.state is State.OPEN and works.queue.broken is not None:
            self.state = State.SHUT
            self.broke.emit(works.queue.broken)
        elif self.state is State.CLOSING and self._lanes.let_go():
            self._wishes.ask(lambda _: works.close(), lambda _: self._all_done(), lambda _: self._all_done())

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
    def _works(self) -> "Works | None":
        return self._room.works

    @property
    def _the_works(self) -> "Works":
        return self._room.there

    def _failed(self, error: Exception) -> None:
        works = self._works
        if isinstance(error, LedgerError) and works is not None and works.queue.broken is not None:
            self.state = State.SHUT if self.state is State.OPEN else self.state
            self.broke.emit(error)
        else:
            self.failed.emit(error)
