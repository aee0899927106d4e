"""A field in which records are found by typing: search as you type, a list below, and what is chosen as a chip."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import aloud, look
from uploader_gui.gui.chip import Chip
from uploader_gui.gui.field import Field
from uploader_gui.gui.finder import Finder
from uploader_gui.gui.flow_layout import FlowLayout
from uploader_gui.gui.found_list import ROWS, FoundList, Pick
from uploader_gui.gui.look import GRID
from uploader_gui.gui.search_edit import SearchEdit

if TYPE_CHECKING:
    from uploader_gui.services.schema import Input

SEARCH_AFTER = 250
"""Milliseconds after the last key after which it is searched."""
MOST = 50
"""As many records as one search gives: there may be more."""
_PARTS = re.compile("[,;\n\u2028\u2029]")


class Picker(Field):
    """Finds one record, or several.

    Args:
        one: What is asked for.
        finder: Finds; None where nothing can be searched: then ids are typed.
        parent: Its owner.
    """

    def __init__(self, one: "Input", finder: Finder | None = None, parent: QWidget | None = None) -> None:
        super().__init__(one, parent)
        self._finder = finder if one.lookup is not None else None
        self._picks: list[Pick] = []
        self._list: FoundList | None = None
        self._waits = ""
        self._searching = False
        self._first_wanted = False
        self.edit = SearchEdit(self)
        self.edit.setAccessibleName(one.label)
        if self._finder is not None:
            self.edit.show_glass()
        self._describe()
        self._chips = QWidget(self)
        self._flow = FlowLayout(self._chips, spacing=GRID // 2)
        self._chips.hide()
        self._box.addWidget(self._chips)
        self._box.addWidget(self.edit)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SEARCH_AFTER)
        self._soon.timeout.connect(self._search)
        self._length = 0
        self.edit.textChanged.connect(self._edited)
        self.edit.key.connect(self._key)
        self.edit.entered.connect(self._entered)
        self.edit.left.connect(self._left)

    # ---------------------------------------------------------------------------------------------------- value
    @property
    def value(self) -> Any:
        """The chosen record's id, a list of them where several can be, None for none."""
        if self.input.list:
            return [pick.value for pick in self._picks] or None
        return self._picks[0].value if self._picks else None

    @property
    def name(self) -> str:
        """What people call what is chosen; "" while that is not known."""
        if not self._picks or not all(pick.name for pick in self._picks):
            return ""
        return ", ".join(pick.name for pick in self._picks)

    @property
    def sure(self) -> bool:
        """Whether the service itself said so in this run."""
        return all(pick.sure for pick in self._picks)

    @property
    def chips(self) -> list[Chip]:
        """What is shown as chosen."""
        items = [self._flow.itemAt(number) for number in range(self._flow.count())]
        return [chip for item in items if item is not None and isinstance(chip := item.widget(), Chip)]

    @property
    def found(self) -> FoundList | None:
        """The list below it, once there was something to show."""
        return self._list

    @property
    def keyboard(self) -> QWidget:
        """The line; where that is hidden, the cross that brings it back."""
        return self.edit if self.input.list or not self._picks else self.chips[0].cross

    @property
    def buddy(self) -> QWidget:
        """The line, whatever is picked."""
        return self.edit

    @property
    def searching(self) -> bool:
        """Whether something is being searched for, or about to be."""
        return self._searching or self._soon.isActive()

    def fill(self, value: Any, name: str = "", *, sure: bool = True) -> None:
        """Choose something by its id, and say what people call it; what is chosen already keeps its name."""
        values = [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []
        known = {pick.value: pick for pick in self._picks}
        names = name.split(", ") if len(values) > 1 else [name]
        if len(names) != len(values):
            names = [""] * len(values)
        picks = [
            known[one] if one in known and not called else Pick(value=one, name=called, sure=sure or not called)
            for one, called in zip(values, names, strict=True)
        ]
        self._stop()
        self.edit.clear()
        self._choose(picks)

    def call(self, name: str) -> None:
        """Say what people call what is chosen."""
        names = [name] if len(self._picks) == 1 else name.split(", ")
        if len(names) == len(self._picks):
            self._picks = [Pick(value=pick.value, name=called) for pick, called in zip(self._picks, names, strict=True)]
            self._show_picks()

    def wait_for(self, labels: Sequence[str]) -> None:
        """Say what must be filled in before this can be searched."""
        self._waits = _(" and ").join(words.quoted(one) for one in labels)
        self.edit.setEnabled(not labels)
        self._describe()

    def _describe(self) -> None:
        one = self.input
        if self._waits:
            hint = _("Fill in {names} first").format(names=self._waits)
        elif self._finder is not None and self._finder.has_addresses(one):
            hint = _("Type to search, or paste the record's address")
        elif self._finder is not None:
            hint = _("Type to search")
        else:
            hint = _("One after the other, each with Enter") if one.list else _("Its id")
        if one.optional and not self._waits:
            hint = _("{hint} (optional)").format(hint=hint)
        self.edit.setPlaceholderText(hint)
        self.edit.setToolTip(look.tip(one.help))
        keys = _("The arrow keys walk through what is found, Enter takes it.") if self._finder is not None else ""
        self.edit.setAccessibleDescription(" ".join(part for part in (hint + ".", one.help, keys) if part))

    # -------------------------------------------------------------------------------------------------- choosing
    def _choose(self, picks: list[Pick]) -> None:
        before = self.value
        self._picks = picks
        self._show_picks()
        if self.value != before:
            self.changed.emit()

    def _take(self, pick: Pick) -> None:
        """The person chose this."""
        chosen = Pick(value=pick.value, name="" if pick.typed else pick.name)
        self._hide()
        self._quietly("")
        if self.input.list:
            others = [one for one in self._picks if one.value != chosen.value]
            self._choose([*others, chosen])
            self.edit.setFocus()
        else:
            self._choose([chosen])
            self.keyboard.setFocus()
        self._announce(_("{label}: {name}").format(label=self.input.label, name=words.plain(pick.name or pick.value)))
        self.settled.emit()
        if not self.input.list:
            self.picked.emit()

    def _remove(self, value: str) -> None:
        self._choose([pick for pick in self._picks if pick.value != value])
        self.edit.setFocus()
        self.settled.emit()

    def _show_picks(self) -> None:
        chips = self.chips
        for chip in chips[len(self._picks) :]:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for number, pick in enumerate(self._picks):
            chip = chips[number] if number < len(chips) else self._new_chip(number)
            chip.show_pick(pick.value, pick.name)
        self._chips.setVisible(bool(self._picks))
        self.edit.setVisible(self.input.list or not self._picks)
        self._chips.updateGeometry()

    def _new_chip(self, number: int) -> Chip:
        chip = Chip(self.input.label, self._chips)
        chip.removed.connect(lambda: self._remove(self._picks[number].value) if number < len(self._picks) else None)
        self._flow.addWidget(chip)
        chip.show()
        return chip

    # -------------------------------------------------------------------------------------------------- searching
    def _edited(self, text: str) -> None:
        pasted, self._length = len(text) - self._length > len("https://"), len(text)
        self._stop()
        self._first_wanted = False
        if _is_address(text):
            if pasted:
                self._soon.start(0)
        elif self._finder is not None and text.strip():
            self._soon.start(SEARCH_AFTER)
            if self._list is not None and self._list.isVisible():
                self._say(_("Searching…"))
        elif self._finder is None and self.input.list and len(parts := _PARTS.split(text)) > 1:
            self._take_parts(parts)
        else:
            self._hide()

    def _quietly(self, text: str) -> None:
        """Change what stands in the line without searching for it."""
        self.edit.blockSignals(True)
        self.edit.setText(text)
        self._length = len(text)
        self.edit.blockSignals(False)

    def _search(self) -> None:
        self._soon.stop()
        text = self.edit.text().strip()
        finder = self._finder
        if finder is None or not self.edit.isEnabled():
            return
        if _is_address(text):
            wrong = finder.take_address(self.input, text)
            if wrong:
                self._say(wrong)
                self._announce(wrong)
            return
        self._searching = True
        self._say(_("Searching…"))
        self._announce(_("Searching…"))
        finder.find(self.input, text, lambda found: self._found(text, found), self._failed)

    def _found(self, text: str, found: Sequence[Pick]) -> None:
        self._searching = False
        wanted, self._first_wanted = self._first_wanted, False
        exact = [pick for pick in found if text in {pick.value, pick.name}]
        if wanted and len(exact or found) == 1:
            self._take((exact or list(found))[0])
            return
        rows = list(found)
        if text and not exact and (self.input.free or _may_be_id(text, found)):
            rows.append(Pick(value=text, name=text, typed=True))
        count = len(found)
        if count >= MOST:
            state = _("The first {n}. Type more of the name to see others.").format(n=count)
        elif count:
            state = ""
        else:
            state = _("Nothing found for “{text}”.").format(text=words.plain(text)) if text else _("There is nothing.")
        self._say(state, rows)
        said = ngettext("{n} found.", "{n} found.", count).format(n=count) if count else state
        self._announce(" ".join([said, *(self._list.texts[:1] if self._list is not None else [])]))

    def _failed(self, why: str) -> None:
        self._searching = False
        self._first_wanted = False
        self._say(why, again=True)
        self._announce(why)

    def _say(self, state: str, picks: Sequence[Pick] = (), *, again: bool = False) -> None:
        if not self.edit.isVisible() or not self.edit.hasFocus():
            return
        shown = self._list_on(self.window())
        shown.say(state, picks, again=again)
        shown.show_below(self.edit)
        self.edit.listens = True

    def _list_on(self, window: QWidget) -> FoundList:
        if self._list is None or self._list.parentWidget() is not window:
            made = FoundList(self.input.label, window)
            made.chosen.connect(self._take)
            made.again.connect(self._search)
            self.destroyed.connect(made.deleteLater)
            self._list = made
        return self._list

    def _hide(self) -> None:
        self._stop()
        self.edit.listens = False
        if self._list is not None:
            self._list.hide()

    def _stop(self) -> None:
        self._soon.stop()
        self._searching = False
        if self._finder is not None:
            self._finder.give_up(self.input)

    def _announce(self, text: str) -> None:
        """Say something to whoever listens instead of looking."""
        aloud.say(self.edit, text)

    # ------------------------------------------------------------------------------------------- keys and mouse
    def _entered(self) -> None:
        """A click shows what there is; a list of ten thousand is as long as its first page."""
        if self._finder is not None and (self._list is None or not self._list.isVisible()):
            self._search()

    def _left(self) -> None:
        self._hide()
        text = self.edit.text().strip()
        if text and (self._finder is None or self.input.free):
            self._take_parts(_PARTS.split(text) if self.input.list else [text])
        self.settled.emit()

    def _take_parts(self, parts: Sequence[str]) -> None:
        """Take what was typed, as it is."""
        taken = [Pick(value=part.strip()) for part in parts if part.strip()]
        self._quietly("")
        if self.input.list:
            new = [pick for pick in taken if pick.value not in {one.value for one in self._picks}]
            self._choose([*self._picks, *new])
        elif taken:
            self._choose(taken[:1])

    def _key(self, event: QKeyEvent) -> None:
        key, shown = event.key(), self._list is not None and self._list.isVisible()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
            self._returned(shown=shown)
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp} and self._finder:
            event.accept()
            self._walk(key, shown=shown)
        elif key == Qt.Key.Key_Escape and shown:
            event.accept()
            self._hide()
        elif key == Qt.Key.Key_Backspace and not self.edit.text() and self._picks:
            event.accept()
            self._remove(self._picks[-1].value)

    def _returned(self, *, shown: bool) -> None:
        current = self._list.current if shown and self._list is not None else None
        if current is not None and not self._soon.isActive():
            self._take(current)
        elif self._finder is None and self.edit.text().strip():
            self._take_parts(_PARTS.split(self.edit.text()) if self.input.list else [self.edit.text()])
            self.settled.emit()
        elif self._finder is not None:
            self._first_wanted = bool(self.edit.text().strip())
            if not self._searching:
                self._search()

    def _walk(self, key: int, *, shown: bool) -> None:
        if not shown or self._list is None:
            self._search()
            return
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
        self._list.move_on(by[Qt.Key(key)])
        current = self._list.current
        if current is not None:
            row = self._list.view.currentIndex().row() + 1
            texts = self._list.texts
            place = _("{name}, {n} of {all}").format(name=texts[row - 1], n=row, all=len(texts))
            self._announce(place)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is searched for a field that is gone."""
        super().hideEvent(event)
        self._hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The list stays below the line."""
        super().resizeEvent(event)
        if self._list is not None and self._list.isVisible():
            self._list.show_below(self.edit)


def _may_be_id(text: str, found: Sequence[Pick]) -> bool:
    """Whether what was typed may be a record's id, and no part of its name."""
    return len(text.split()) == 1 and (not found or not text.isalpha())


def _is_address(text: str) -> bool:
    stripped = text.strip()
    return stripped.startswith("https://") and len(stripped.split()) == 1
