"""Closing the window: asked first while something is on its way, and always ended in good order."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui.bars import Bar
from uploader_gui.gui.offering import Offering
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.workers.desk import Desk, State


class Leaving(QObject):
    """Decides whether the window may close.

    Args:
        desk: Ends the work.
        model: Knows whether something is on its way.
        offering: Knows whether files are to come, or wait.
        window: What closes.

    Attributes:
        bar: Asks how.
        asks: Whether it is asked; else everything is given up: it was only a practice, which ends with the window.
    """

    def __init__(self, desk: Desk, model: QueueModel, offering: Offering, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._model = model
        self._offering = offering
        self._window = window
        self._soon = False
        self._next_time = False
        self.asks = True
        self.bar = Bar("attention", _("Quit"), window)
        offering.settled.connect(self.look)

    def may_close(self) -> bool:
        """Whether everything has ended; if not, it is asked how, or ended, and the window closes then."""
        if self._desk.state is State.CLOSED:
            return True
        if self._desk.state is State.CLOSING:
            return False
        asks = self.asks and self._desk.state is State.OPEN
        if asks and self._busy:
            self._ask_how()
        elif asks and self._offering.waiting:
            self._ask_whether()
        else:
            self._quit(cancel=not self.asks)
        return False

    def end(self) -> None:
        """The system wants the program to end: it does, and asks nobody."""
        if self._desk.state not in {State.CLOSING, State.CLOSED}:
            self._quit(cancel=False)

    def look(self) -> None:
        """Something has changed: it may have been the last."""
        if (self._soon and not self._busy) or (self._next_time and not self._offering.busy):
            if self._offering.waiting:
                self._ask_whether()
            else:
                self._quit(cancel=False)

    def stay(self) -> None:
        """Go on as if nobody had asked."""
        if self._desk.state is not State.CLOSING:
            self._soon = self._next_time = False
            self.bar.hide()

    @property
    def _busy(self) -> bool:
        return self._model.totals.busy or self._offering.busy

    def _ask_whether(self) -> None:
        """Files wait for their record: nothing of them is kept."""
        self._soon = self._next_time = False
        count = len(self._offering.waiting)
        self.bar.say(
            ngettext(
                "What you added last waits above and was not sent. Quit without it?",
                "{n} files or folders wait above and were not sent. Quit without them?",
                count,
            ).format(n=count),
            [(_("Quit"), lambda: self._quit(cancel=False)), (_("Stay"), self.stay)],
        )
        self.bar.buttons[-1].setFocus()

    def _ask_how(self) -> None:
        self.bar.say(
            _("Something is still on its way. Quit how?"),
            [
                (_("When it is done"), self._finish),
                (_("Now, go on next time"), self._go_on_next_time),
                (_("Now, give everything up"), lambda: self._quit(cancel=True)),
                (_("Stay"), self.stay),
            ],
        )
        self.bar.buttons[0].setFocus()

    def _go_on_next_time(self) -> None:
        self._next_time = True
        if self._offering.busy:
            self.bar.say(_("One moment: what you added last is still being looked at."), [(_("Stay"), self.stay)])
        self.look()

    def _finish(self) -> None:
        self._soon = True
        self.bar.say(_("The window closes when everything is sent."), [(_("Stay"), self.stay)])
        self.look()

    def _quit(self, *, cancel: bool) -> None:
        self._soon = self._next_time = False
        self.bar.say(_("Closing: what is being attached is finished first."))
        self._window.setEnabled(False)
        self._desk.close(cancel=cancel)
