"""Files that are here and cannot go yet: what is missing is said, and they go once it is there. Nothing is modal."""

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from uploader_gui.core import words
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import notices, seen
from uploader_gui.gui.bars import Bar, Choice
from uploader_gui.gui.target_bar import TargetBar
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import NotYetError, Why

if TYPE_CHECKING:
    from uploader_gui.workers.facts import Begun


class Offering(QObject):
    """Takes files in, and keeps those that cannot go yet.

    Args:
        desk: Sends.
        target: Says where.
        bar: Says what is missing.
        parent: Its owner.
        why_is_told: Whether it is told already why a key cannot be had.

    Attributes:
        begun: Batches are in the queue.
        failed: Something else went wrong: the exception.
        settled: Files that were being looked at are in the queue, wait, or are refused.
        waiting: Files and folders that wait for the person.
    """

    begun = Signal(object)
    failed = Signal(object)
    settled = Signal()

    def __init__(
        self,
        desk: Desk,
        target: TargetBar,
        bar: Bar,
        parent: QObject | None = None,
        *,
        why_is_told: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(parent)
        self._why_is_told = why_is_told
        self._desk = desk
        self._target = target
        self._bar = bar
        self.waiting: tuple[str, ...] = ()
        self._looked_at = 0
        self._refused: Exception | None = None
        self._asked: tuple[str, ...] = ()  # what was refused
        self._alone = False  # it was to be one batch for each file
        self._known = seen.Known()
        target.changed.connect(self._target_changed)
        target.complete.connect(self._offer)

    @property
    def busy(self) -> bool:
        """Whether files are being looked at, before they are in the queue."""
        return self._looked_at > 0

    def take(self, paths: Sequence[str], *, at_once: bool = True) -> None:
        """Take files: they go at once where the target bar says, or wait until it says where.

        Args:
            paths: Files and folders.
            at_once: Else they wait for a person's word also where it says so already.
        """
        together = tuple(dict.fromkeys([*self.waiting, *paths]))
        where = self._target.destination
        if where is None or self._target.lacks or not at_once:
            self.waiting, self._refused = together, None
            self._show()
            self._target.ask()
            return
        self._send(together)

    def _send(self, paths: tuple[str, ...], *, again: bool = False, alone: bool = False) -> None:
        where = self._target.destination
        if where is None:
            return
        if self._known.asks(self._target.flow, where):
            # The target may be pinned, or come with an address: the first files wait all the same.
            self.waiting, self._refused = paths, None
            self._show()
            return
        self._end()
        self._looked_at += 1

        def begun(begun: "Begun") -> None:
            self._looked_at -= 1
            self._target.after_batch(where)
            self.begun.emit(begun)
            self.settled.emit()

        def refused(error: Exception) -> None:
            self._looked_at -= 1
            says_more = isinstance(error, NotYetError) and error.why is not Why.NOTHING
            if says_more or isinstance(error, LedgerError):
                # What came while it was asked waits as well.
                self.waiting, self._refused = tuple(dict.fromkeys([*paths, *self.waiting])), error
                self._asked, self._alone = paths, alone
                self._show()
            else:
                self.failed.emit(error)
            self.settled.emit()

        self._desk.file_desk.send(where, paths, begun, refused, again=again, alone=alone)

    def give_up(self) -> None:
        """The files that wait are not sent after all."""
        self._desk.file_desk.discard_pictures(self.waiting)
        self._end()

    def _end(self) -> None:
        self.waiting, self._refused = (), None
        self._bar.hide()

    def _target_changed(self) -> None:
        if self.waiting:
            self._refused = None
            self._show()

    def _offer(self) -> None:
        """Whoever filled in what was missing has the keyboard on the button that lets the files go."""
        if self.waiting:
            button = self._bar.buttons[0]
            button.show()  # it may be new: what is not shown yet gets the keyboard without showing that it has it
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show(self) -> None:
        count, paths = len(self.waiting), self.waiting
        away: Choice = (_("Don't send"), self.give_up)
        what = ngettext("{name} is waiting.", "{n} files or folders are waiting.", count).format(
            name=words.plain(PurePath(paths[0]).name if paths else ""), n=count
        )
        error, lacks = self._refused, self._target.lacks
        if error is not None:
            said = notices.of_error(error).text
            if isinstance(error, NotYetError) and error.why is Why.NO_KEY and self._why_is_told():
                said = f"{what} {_('The key of this account cannot be had now.')}"
            self._bar.say(said, [*self._ways(error, paths), away], picture="attention")
        elif self._target.destination is None:
            self._bar.say(f"{what} {_('Choose an account first.')}", [away], picture="drop")
        elif lacks:
            fill = _("Fill in {names} above.").format(names=_(" and ").join(words.quoted(one) for one in lacks))
            self._bar.say(f"{what} {fill}", [away], picture="drop")
        else:
            self._say_where(paths, what, away)

    def _say_where(self, paths: tuple[str, ...], what: str, away: Choice) -> None:
        """It can go: once a person has seen where, and who sees it."""
        flow, where = self._target.flow, self._target.destination
        to = ngettext("It goes to {place}.", "They go to {place}.", len(paths)).format(place=self._target.place)
        parts, picture = [what, to], "drop"
        if flow is not None and self._known.asks(flow, where):
            parts.append(seen.there(flow.target.seen_by))
            picture = "seen"

        def go() -> None:
            self._known.say(flow, where)
            self._send(paths)

        self._bar.say(" ".join(parts), [(self._go(), go), away], picture=picture)

    def _go(self) -> str:
        flow = self._target.flow
        return _("Attach") if flow is not None and flow.target.call is not None else _("Upload")

    def _ways(self, error: Exception, paths: tuple[str, ...]) -> list[Choice]:
        if not isinstance(error, NotYetError):
            # Not kept, so nothing of it is on its way: all of it can be sent once more.
            return [(_("Try again"), lambda: self._send(paths, alone=self._alone))]
        if error.why is Why.TOO_MANY and error.most == 1:
            alone = ngettext("One batch for each file ({n})", "One batch for each file ({n})", error.count)
            return [(alone.format(n=error.count), lambda: self._send(paths, alone=True))]
        if error.why is Why.SAME_FILES:
            return [(_("Send them once more"), lambda: self._send(paths, again=True, alone=self._alone))]
        again: Choice = (_("Try again"), lambda: self._send(paths, alone=self._alone))
        if not error.fitting or paths != self._asked:
            # Of what else waits by now nothing was said: it would be left out unseen.
            return [again]
        left_out = len(error.left_out)
        leave = ngettext("Leave out {name}", "Leave out the {n} largest files", left_out)
        return [(leave.format(name=words.plain(error.left_out[0]), n=left_out), lambda: self._fewer(error)), again]

    def _fewer(self, error: NotYetError) -> None:
        """Those that go together are sent; the others are not."""
        self._desk.file_desk.discard_pictures([path for path in self.waiting if path not in error.fitting])
        self._send(error.fitting)
