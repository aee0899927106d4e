"""Every window beside the main one, in each of its states: what it says to whoever hears it.

Nothing on it is without a name, out of the Tab key's reach, or called the same as what does something else.

When a screen is meant to say something else: GOLDEN=write pytest tests/gui/test_windows.py, and read the difference.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from tests.cli.people import own_service
from tests.gui import screen_text
from tests.gui.driver import Driver, practice_source
from tests.gui.hand import Hand
from tests.gui.test_account_keychain import locked
from tests.gui.test_golden import GOLDEN, hold
from tests.store.vault import Vault
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import look, tab_order
from uploader_gui.gui.notices import Notice
from uploader_gui.practice import PracticeService
from uploader_gui.store import worker
from uploader_gui.workers.trying import Trying

pytestmark = [
    pytest.mark.slow,
    # keyring leaves the connection of a call that failed to be collected, which closes it.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
Open = Callable[..., Driver]
SAME = frozenset({"OK", "Accounts…", "Attach sample files"})
"""Buttons that may be there twice: they do the same, or put away the bar they stand in."""
FIELDS = (QLineEdit, QComboBox, QPlainTextEdit, QAbstractSpinBox)


def holds(window: QWidget, scene: str) -> None:
    """Hold what a window says against its text; and see that everything on it can be told and reached."""
    names(window)
    fields(window)
    reached(window)
    hold(screen_text.text_of(window), GOLDEN / f"{scene}.txt")


def shown(window: QWidget) -> list[QWidget]:
    """What can be seen and used in a window, and is no part of a field."""
    found = [one for one in window.findChildren(QWidget) if one.isVisible() and one.isEnabled()]
    return [one for one in found if one.window() is window and not isinstance(one.parent(), FIELDS)]


def names(window: QWidget) -> None:
    """Whatever can have the keyboard has a name; no two buttons that do different things have the same one."""
    there = list(screen_text.everything(screen_text.accessible(window)))
    nameless = [one.object() for one in there if one.state().focusable and not screen_text.name(one)]
    assert nameless == []
    buttons = [one for one in shown(window) if isinstance(one, QAbstractButton)]
    called = Counter(screen_text.name(screen_text.accessible(one)) for one in buttons)
    assert [name for name, count in called.items() if count > 1 and name not in SAME] == []


def fields(window: QWidget) -> None:
    """Every field is named by a label that belongs to it, or names itself."""
    # There may be none, whatever its type says.
    labelled = {cast("QWidget | None", label.buddy()) for label in window.findChildren(QLabel)}
    for one in shown(window):
        if isinstance(one, FIELDS):
            proxies = {one, *(widget for widget in labelled if widget is not None and widget.focusProxy() is one)}
            assert one.accessibleName() or proxies & labelled, one


def reached(window: QWidget) -> None:
    """The Tab key comes to everything that takes the keyboard."""
    root = getattr(window, "inside", window)
    stops = set(tab_order.tab_stops(root))
    for one in shown(root if root is window else window):
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None:
            within = one.parentWidget()
            while within is not None and within not in stops:
                within = within.parentWidget()
            group = isinstance(one, QAbstractButton) and one.group() is not None  # the arrow keys go on there
            assert one in stops or within is not None or group, (one, one.accessibleName())


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keychain takes its time after a moment."""
    monkeypatch.setattr(worker, "WAITING_SECONDS", 0.02)


def test_the_main_window(driver: Driver, tmp_path: Path) -> None:
    """The main window with a done batch, its details, a notice and files that wait."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    path = tmp_path / "contract.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    driver.choose(driver.node, driver.node.uploads[0])
    driver.window.notices.tell(Notice(text="A notice."))
    driver.drop([path])
    driver.until(driver.window.offer.isVisible)
    names(driver.window)
    fields(driver.window)
    reached(driver.window)


def test_picker(driver: Driver) -> None:
    """The list of what is found is open below its field."""
    driver.aim("close", "note", {})
    found = driver.type_in("lead", "glo")
    driver.until(lambda: found.texts)
    names(driver.window)
    fields(driver.window)
    hold(screen_text.text_of(driver.window), GOLDEN / "picker.txt")


def test_trying(open_window: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is tried out: what it is, and what there is to do."""
    trying = Trying()
    monkeypatch.setenv("UPLOADER_GUI_HOME", str(trying.home))
    try:
        driver = open_window(trying.accounts)
        assert trying.playground is not None
        driver.window.ways.show_practice(trying.playground)
        driver.until(lambda: driver.window.target.place == "the note on Globex Corporation")
        driver.until(driver.window.target.pin.isEnabled)
        driver.rest(0.3)
        holds(driver.window, "trying")
        driver.close()
    finally:
        trying.end()


def test_account_saved(open_window: Open, vault: Vault, practice: PracticeService) -> None:
    """An account was just saved: the list says as whom it signs in."""
    del vault
    hand = Hand(open_window(list))
    hand.add(practice, name="Work")
    hand.listed("is saved.")
    hand.driver.rest(0.05)
    holds(hand.dialog, "account-saved")


def test_account_locked(open_window: Open, vault: Vault, practice: PracticeService) -> None:
    """The keychain is locked: the list, the window's bar, and the form of a new account say so and what to do."""
    hand = Hand(open_window(list))
    hand.add(practice, name="Work")
    hand.driver.close()
    vault.before = locked
    driver = open_window(list)
    driver.until(driver.window.ways.bar.isVisible)
    driver.rest(0.1)
    names(driver.window)
    hold(screen_text.text_of(driver.window), GOLDEN / "keychain-locked.txt")
    hand = Hand(driver).open()
    driver.rest(0.1)
    holds(hand.dialog, "account-locked")
    hand.new("kizen", practice.account("kizen"), practice.base("kizen"))
    hand.press("Add account")
    hand.said("You can also keep the key only until you quit")
    driver.rest(0.05)
    holds(hand.dialog, "account-not-saved")


def test_settings(driver: Driver) -> None:
    """The settings, with a proxy that cannot be used."""
    dialog = driver.window.comforts.show_settings()
    dialog.proxy.setCurrentIndex(2)
    dialog.address.setText("http://ann:secret@proxy.example.com")
    driver.rest(0.05)
    holds(dialog, "settings")


def test_services(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """The service files, and what one of them would do, before it is trusted."""
    dialog = driver.window.comforts.show_services()
    driver.until(lambda: dialog.list.count() == 1)
    driver.rest(0.05)
    holds(dialog, "services")
    dialog.look_at(own_service(practice, tmp_path))
    driver.until(lambda: dialog.review is not None)
    driver.rest(0.05)
    holds(dialog, "service-review")


def test_keys(driver: Driver) -> None:
    """The list of keys."""
    dialog = driver.window.comforts.show_keys()
    driver.rest(0.05)
    holds(dialog, "keys")


def test_about(driver: Driver) -> None:
    """What this program is, and where its things lie."""
    dialog = driver.window.comforts.show_about()
    driver.until(lambda: len(dialog.findChildren(look.Button)) == 4)
    driver.rest(0.05)
    holds(dialog, "about")


def test_diagnostics(driver: Driver) -> None:
    """The text to send when something is wrong: what it says is another one on each computer."""
    dialog = driver.window.comforts.show_diagnostics()
    driver.until(lambda: "==" in dialog.facts.toPlainText())
    names(dialog)
    fields(dialog)
    reached(dialog)


def test_the_form_is_whole(open_window: Open, vault: Vault, practice: PracticeService) -> None:
    """However long the form becomes the window shows all of it, as long as the screen has room."""
    del vault
    hand = Hand(open_window(list))
    hand.new("kizen", practice.account("kizen"), practice.base("kizen"))
    hand.press("Test")
    hand.said("Signed in as")
    bar = hand.dialog._form_page.verticalScrollBar()
    hand.driver.until(lambda: bar.maximum() == 0)
    assert hand.dialog.height() <= hand.dialog.screen().availableGeometry().height()
    hand.dialog.resize(hand.dialog.width(), 300)
    hand.driver.rest(0.05)
    assert hand.dialog.height() == 300


def test_history_is_whole(open_window: Open, practice: PracticeService, tmp_path: Path) -> None:
    """All columns of the history have room from the first look on, not only once the window was made larger."""
    driver = open_window(practice_source(practice))
    driver.aim("close", "note", {"lead": "lead_globex"})
    path = tmp_path / "contract.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    driver.window.filters.choose(None, history=True)
    table = driver.window.history.table
    driver.until(lambda: driver.window.history.model.rowCount() == 1)
    driver.rest(0.05)
    widths = [table.columnWidth(column) for column in range(driver.window.history.model.columnCount())]
    assert min(widths) > 50
    assert sum(widths) == table.viewport().width()
