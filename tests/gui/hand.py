"""A person's hand on the accounts' window: opens it, fills it in, presses its buttons; and reads what it says."""

import time
from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from tests.gui.driver import PATIENCE, Driver
from uploader_gui.gui.account_form import AccountForm
from uploader_gui.gui.account_list import AccountList
from uploader_gui.gui.accounts_dialog import AccountsDialog
from uploader_gui.practice import PracticeService
from uploader_gui.workers.accounts import AccountFace


class Hand:
    """A hand on the accounts of one window.

    Args:
        driver: The window.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    @property
    def dialog(self) -> AccountsDialog:
        """The accounts' window."""
        return self.driver.window.ways.dialog

    @property
    def form(self) -> AccountForm:
        """Its form."""
        return self.dialog.form

    @property
    def page(self) -> AccountList:
        """Its list."""
        return self.dialog.list

    def open(self) -> "Hand":
        """Open the accounts by the window's button."""
        self.driver.window.ways.button.click()
        self.driver.until(self.dialog.isVisible)
        return self

    def new(self, service: str, values: Mapping[str, str], base: str, name: str = "") -> None:
        """Fill in a new account, wherever its window is."""
        if not self.dialog.isVisible():
            self.open()
        if self.page.isVisible():
            self.press("Add…")
        self.driver.until(self.form.isVisible)
        self.form.service.setCurrentIndex(self.form.service.findData(service))
        self.fill(values)
        if not self.form.more.base.isVisible():
            self.form.more.fold.click()
        self.form.more.base.setText(base)
        self.form.name.setText(name)

    def fill(self, values: Mapping[str, str]) -> None:
        """Fill in fields."""
        for field in self.form.fields.fields:
            if field.field.id in values:
                field.edit.setText(values[field.field.id])

    def add(self, practice: PracticeService, service: str = "close", name: str = "") -> AccountFace:
        """Add an account of a practice service, and wait until it is there."""
        self.new(service, practice.account(service), practice.base(service), name)
        before = {one.key for one in self.driver.desk.accounts}
        self.press("Add account")
        self.driver.until(lambda: self.page.isVisible() and self.fresh(before))
        face = self.fresh(before)
        assert face is not None
        return face

    def fresh(self, before: set[str]) -> AccountFace | None:
        """The account that was not there before, once it can be used."""
        new = [one for one in self.driver.desk.accounts if one.key not in before and one.ready]
        return new[0] if new else None

    def press(self, called: str) -> None:
        """Press the button of this name, once it is there."""
        self.driver.press(called, self.dialog)

    def said(self, text: str) -> None:
        """Wait until the form says this."""
        self.driver.until(lambda: text in self.form.said.text)

    def listed(self, text: str) -> None:
        """Wait until the list says this of how something went."""
        self.driver.until(lambda: text in self.page.said.text)

    @property
    def rows(self) -> list[str]:
        """What the list shows."""
        return [self.page.list.item(row).text() for row in range(self.page.list.count())]

    def shows(self, *rows: str) -> None:
        """Wait until the list shows just this."""
        end = time.monotonic() + PATIENCE
        while self.rows != list(rows) and time.monotonic() < end:
            self.driver.rest(0.01)
        assert self.rows == list(rows), self.rows

    def change(self) -> None:
        """Open the form for the chosen account."""
        self.press("Change…")
        self.driver.until(self.form.isVisible)

    def choose(self, number: int) -> None:
        """Choose an account in the list."""
        self.page.list.setCurrentRow(number)

    def buttons(self) -> list[str]:
        """The buttons that can be pressed."""
        found = self.dialog.findChildren(QPushButton)
        return [one.text() for one in found if one.isVisible() and one.isEnabled()]

    def keys(self, *keys: Qt.Key, widget: QWidget | None = None) -> None:
        """Press keys where the focus is."""
        for key in keys:
            QTest.keyClick(widget or self.dialog.focusWidget(), key)
            self.driver.rest(0.01)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        QTest.keyClicks(self.dialog.focusWidget(), text)
        self.driver.rest(0.01)
