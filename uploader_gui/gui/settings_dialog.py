"""The settings."""

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from uploader_gui.core import reasons
from uploader_gui.core.languages import LANGUAGES
from uploader_gui.core.settings import LANES, NONE, SYSTEM, UNDO_SECONDS, Settings, is_proxy
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import look, notices, pieces
from uploader_gui.gui.look import GRID
from uploader_gui.gui.partly_box import PartlyBox
from uploader_gui.gui.sheet import Sheet
from uploader_gui.workers.accounts import Origin
from uploader_gui.workers.beside import Beside
from uploader_gui.workers.desk import Desk

_DAYS = (None, 7, 30, 90, 365)
_ADDRESS = "address"


class SettingsDialog(Sheet):
    """Shows the settings, and keeps those that are chosen.

    Args:
        desk: Has them.
        parent: Its owner.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Settings"), parent)
        self._desk = desk
        self._beside = Beside(desk)
        now = desk.settings
        self.lanes = _number(LANES, now.lanes, _("Uploads at once"))
        self.undo = _number(UNDO_SECONDS, now.undo_seconds, _("Time to undo what goes out"))
        self.undo.setSuffix(" " + _("seconds"))
        self.keep = QComboBox(self)
        self.keep.setAccessibleName(_("How long the history is kept"))
        for days in sorted({*_DAYS, now.keep_days}, key=lambda one: one or 0):
            self.keep.addItem(_kept(days), days)
        self.keep.setCurrentIndex(self.keep.findData(now.keep_days))
        self.clear = QPushButton(_("Clear now…"), self)
        self.clear.setToolTip(_("Delete everything that has ended from the history"))
        self.clear.setAutoDefault(False)
        self.clear.clicked.connect(self._ask_to_clear)
        self.partly = PartlyBox(now.partly, self)
        self.notifies = QCheckBox(_("When a batch is done, or needs me"), self)
        self.notifies.setChecked(now.notifies)
        self.language = QComboBox(self)
        self.language.setAccessibleName(_("Language"))
        # Each as it calls itself: whoever looks for theirs may not read the others.
        for called, data in ((_("The system's"), SYSTEM), *((name, code) for code, name in LANGUAGES.items())):
            self.language.addItem(called, data)
        self.language.setCurrentIndex(self.language.findData(now.language))
        self.proxy = QComboBox(self)
        self.proxy.setAccessibleName(_("Proxy"))
        for called, data in (
            (_("As the system says"), SYSTEM),
            (_("None"), NONE),
            (_("This one:"), _ADDRESS),
        ):
            self.proxy.addItem(called, data)
        own = now.proxy not in {SYSTEM, NONE}
        self.proxy.setCurrentIndex(self.proxy.findData(_ADDRESS if own else now.proxy))
        self.address = QLineEdit(now.proxy if own else "", self)
        self.address.setPlaceholderText("http://proxy.example.com:8080")
        self.address.setAccessibleName(_("The proxy's address"))
        if any(one.origin is Origin.PRACTICE for one in desk.accounts):
            self.rows.addWidget(
                pieces.quiet(_("What you choose while you try it out holds for this window; only the language stays."))
            )
        self._lay_out()
        self.save = self.add_button(_("Save"))
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        self.add_button(_("Cancel")).clicked.connect(self.close)
        self.lanes.valueChanged.connect(self._check)
        self.undo.valueChanged.connect(self._check)
        self.keep.currentIndexChanged.connect(self._check)
        self.language.currentIndexChanged.connect(self._check)
        self.proxy.currentIndexChanged.connect(self._check)
        self.address.textChanged.connect(self._check)
        self._check()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        self._about_lanes, self._about_keep, self._about_proxy = (pieces.quiet("") for _one in range(3))
        self._about_language = pieces.quiet("")
        history = QHBoxLayout()
        history.setSpacing(GRID)
        history.addWidget(self.keep, 1)
        history.addWidget(self.clear)
        left = Qt.AlignmentFlag.AlignLeading
        for called, field in (
            (_("Uploads at once"), self.lanes),
            ("", self._about_lanes),
            (_("Time to undo what goes out"), self.undo),
            (_("Keep the history"), history),
            ("", self._about_keep),
            (_("If a file cannot be sent"), self.partly),
            ("", pieces.quiet(_("For new batches of several files; the details of each say it for that one."))),
            (_("Notify me"), self.notifies),
            ("", pieces.quiet(_("Only while the window is not in front."))),
            (_("Language"), self.language),
            ("", self._about_language),
            (_("Proxy"), self.proxy),
            ("", self.address),
            ("", self._about_proxy),
        ):
            line = grid.rowCount()
            if called:
                label = look.label(called, self)
                label.setBuddy(self.keep if isinstance(field, QHBoxLayout) else field)
                grid.addWidget(label, line, 0)
            if isinstance(field, QHBoxLayout):
                grid.addLayout(field, line, 1)
            elif isinstance(field, QSpinBox):
                grid.addWidget(field, line, 1, left)
            else:
                grid.addWidget(field, line, 1)
        self.rows.addLayout(grid)
        self.rows.addStretch(1)
        self.setMinimumWidth(62 * GRID)

    @property
    def chosen(self) -> Settings:
        """What is chosen."""
        kind = self.proxy.currentData()
        return dataclasses.replace(
            self._desk.settings,
            lanes=self.lanes.value(),
            undo_seconds=self.undo.value(),
            keep_days=self.keep.currentData(),
            partly=self.partly.chosen,
            notifies=self.notifies.isChecked(),
            language=self.language.currentData(),
            proxy=self.address.text().strip() if kind == _ADDRESS else kind,
        )

    # -------------------------------------------------------------------------------------------------- checking
    def _check(self) -> None:
        chosen = self.chosen
        own = self.proxy.currentData() == _ADDRESS
        self.address.setVisible(own)
        good = not own or is_proxy(chosen.proxy)
        self.save.setEnabled(good)
        _tell(self._about_lanes, self._lanes_remark(chosen.lanes))
        _tell(self._about_keep, self._keep_remark(chosen.keep_days))
        other = chosen.language != self._desk.settings.language
        _tell(self._about_language, _("From the next start on.") if other else "")
        _tell(self._about_proxy, "" if good else _proxy_remark(chosen.proxy))
        self.fit()

    def _lanes_remark(self, lanes: int) -> str:
        if self._desk.lanes_are_given:
            said = _("The program was started with --lanes {n}: this holds from the next start without it.")
            return said.format(n=self._desk.lanes)
        return _("Fewer than now: from the next start on.") if lanes < self._desk.lanes else ""

    def _keep_remark(self, days: int | None) -> str:
        before = self._desk.settings.keep_days
        shorter = days is not None and (before is None or days < before)
        return _("What ended longer ago is deleted when you save. What is attached stays attached.") if shorter else ""

    # --------------------------------------------------------------------------------------------------- saving
    def _save(self) -> None:
        if not self._beside.save(self.chosen, self.close, self._not_saved):
            self.say(_("The settings cannot be kept while the queue is not open."), urgent=True)

    def _not_saved(self, error: Exception) -> None:
        reason = reasons.of_system(error) if isinstance(error, OSError) else _("unknown error")
        said = _("These settings hold until you quit; they could not be written: {reason}.")
        self.say(said.format(reason=reason), urgent=True)

    def _ask_to_clear(self) -> None:
        text = _("Delete everything that has ended from the history? What is attached stays attached.")
        self.say(text, [(_("Delete"), self._clear), (_("Keep"), lambda: self.say(""))])
        self.asks.buttons[-1].setFocus()

    def _clear(self) -> None:
        self.say(_("Deleting…"))
        if not self._beside.clear_history(self._cleared):
            self.say(notices.not_open())

    def _cleared(self, count: int) -> None:
        said = ngettext("{n} batch was deleted from the history.", "{n} batches were deleted from the history.", count)
        self.say(said.format(n=count))


def _number(allowed: range, value: int, name: str) -> QSpinBox:
    made = QSpinBox()
    made.setRange(allowed[0], allowed[-1])
    made.setValue(value)
    made.setAccessibleName(name)
    return made


def _tell(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _kept(days: int | None) -> str:
    if days is None:
        return _("For ever")
    if days == 365:
        return _("For a year")
    return ngettext("For {n} day", "For {n} days", days).format(n=days)


def _proxy_remark(address: str) -> str:
    if "@" in address:
        return _("An address with a name or a password in it cannot be kept here: choose “As the system says”.")
    return _("An address that begins with http:// or https://, with a host and mostly a port.")
