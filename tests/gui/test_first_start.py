"""The first start: from an empty home to an attached file without an account, and on to the first account."""

import functools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from tests.store.vault import Vault
from uploader_gui import app
from uploader_gui.core.batch import BatchState
from uploader_gui.core.settings import Settings
from uploader_gui.gui.rows import Node
from uploader_gui.practice import PracticeService
from uploader_gui.store import settings
from uploader_gui.store.opening import ledger_path, open_ledger
from uploader_gui.workers.desk import State

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]
PATIENCE = 30.0


class Run:
    """The program, window after window."""

    def __init__(self) -> None:
        self.ended = False
        self.program = app.Program(list, ended=self._end)

    def _end(self) -> None:
        self.ended = True

    def until(self, condition: Callable[[], object]) -> None:
        """Let the program live until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "it did not come so far"
            QApplication.processEvents()
            time.sleep(0.002)

    def opened(self, *, practice: bool = False) -> None:
        """Wait until the window is of use."""
        self.until(lambda: self.program.desk.state is State.OPEN)
        self.until(lambda: (self.program.window.ways.playground is not None) == practice)
        self.until(self.program.window.empty.isVisible)

    def press(self, called: str) -> None:
        """Press the window's button of this name, once it is there."""

        def found() -> list[QPushButton]:
            buttons = self.program.window.findChildren(QPushButton)
            return [one for one in buttons if one.text() == called and one.isVisible() and one.isEnabled()]

        self.until(found)
        found()[0].click()

    @property
    def nodes(self) -> list[Node]:
        """The batches of the window."""
        return list(self.program.window.model.nodes)

    def has(self, count: int) -> bool:
        """Whether the window has so many batches."""
        return len(self.nodes) == count

    def attached(self, count: int) -> None:
        """Wait until so many batches are attached."""
        self.until(lambda: [node.batch.state for node in self.nodes] == [BatchState.ATTACHED] * count)

    @property
    def service(self) -> PracticeService:
        """The practice service inside the program."""
        trying = self.program._trying
        assert trying is not None
        assert trying.service is not None
        return trying.service

    def close(self) -> None:
        """Close the window, and wait until everything has ended."""
        if not self.ended:
            self.program.window.close()
            self.until(lambda: self.ended)
        self.program.window.deleteLater()
        self.program.desk.deleteLater()
        QApplication.processEvents()


@pytest.fixture
def run(vault: Vault) -> Iterator[Run]:
    """The program at its first start."""
    del vault
    made = Run()
    made.program.open()
    made.opened()
    yield made
    made.close()
    made.program.end()


def test_from_nothing_to_an_attached_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two presses; what was attached is a press away; it is said that nothing leaves this computer."""
    window = run.program.window
    assert window.empty.text.startswith("No account yet")
    assert "Nothing leaves this computer." in window.ways.first._about.text()
    run.press("Try it out")
    run.opened(practice=True)
    window = run.program.window
    assert "nothing leaves this computer" in window.ways.practice_bar.text
    assert {face.service.id for face in run.program.desk.accounts} == {"close", "kizen", "haufe", "circle"}
    run.press("Attach sample files")
    run.attached(1)
    [attachment] = run.service.world.attachments()
    assert [file.name for file in attachment.files] == ["report.pdf", "picture.png", "visitors.csv"]
    looked: list[str] = []
    monkeypatch.setattr(window.doing, "opens", lambda url: looked.append(url.toString()))
    run.press("See what was attached")
    assert looked == [run.service.page]
    monkeypatch.setattr(window.doing, "opens", lambda _url: False)  # as where there is no browser
    run.press("See what was attached")
    assert window.notices.texts == ["No browser could be opened. The address was copied instead."]
    assert QGuiApplication.clipboard().text() == run.service.page
    assert window.windowTitle().startswith("Trying it out"), "also after something was sent"
    assert not run.service.errors


def test_by_keyboard(run: Run) -> None:
    """The first buttons are where the keys go."""
    window = run.program.window
    assert window.focusWidget() is window.ways.first.add
    QTest.keyClick(window.ways.first.add, Qt.Key.Key_Tab)
    assert window.focusWidget() is window.ways.first.practice
    QTest.keyClick(window.ways.first.practice, Qt.Key.Key_Return)
    run.opened(practice=True)
    window = run.program.window
    assert window.focusWidget() is window.ways.first.samples
    QTest.keyClick(window.ways.first.samples, Qt.Key.Key_Return)
    run.attached(1)


def test_every_target_can_be_tried(run: Run) -> None:
    """Whatever is chosen above, sample files find a record there; what goes out, or strangers see, waits for a word."""
    run.press("Try it out")
    run.opened(practice=True)
    window, ends = run.program.window, {BatchState.ATTACHED, BatchState.STORED}

    def waits_or_ended() -> bool:
        node = run.nodes[-1]
        return node.batch.state in ends or (node.sends and node.all_stored)

    count = 0
    for face in run.program.desk.accounts:
        for target in face.service.targets:
            assert window.target.choose(face.key, target)
            window.ways.attach_samples()
            if window.offering.waiting:  # strangers would see it: that is shown here as well
                assert "will see it there." in window.offer.text
                window.offer.buttons[0].click()
            count += 1
            run.until(functools.partial(run.has, count))
            run.until(waits_or_ended)
    assert not run.service.errors


def test_nothing_of_it_comes_back(run: Run) -> None:
    """What was tried has a home of its own, which goes with it: the person's own queue never hears of it."""
    home = os.environ["UPLOADER_GUI_HOME"]
    run.press("Try it out")
    run.opened(practice=True)
    elsewhere = Path(os.environ["UPLOADER_GUI_HOME"])
    assert str(elsewhere) != home
    assert elsewhere.exists()
    window, desk = run.program.window, run.program.desk
    # It sends to people: so it is still open when the window goes.
    circle = next(face for face in desk.accounts if face.service.id == "circle")
    window.target.choose(circle.key, "chat_message")
    window.ways.attach_samples()
    run.until(lambda: run.nodes and run.nodes[0].all_stored)
    run.close()
    assert os.environ["UPLOADER_GUI_HOME"] == home
    assert not elsewhere.parent.exists()
    with open_ledger(desk.clock.utc()).ledger as ledger:
        assert not ledger.batches()
    assert str(ledger_path()).startswith(home)


@pytest.mark.parametrize("before", ["system", "de"])
def test_the_language_stays(run: Run, before: str) -> None:
    """The language chosen meanwhile is the one spoken next time; all else is gone, and that is said beforehand."""
    if before != "system":
        settings.write(Settings(language=before, lanes=5))
    run.press("Try it out")
    run.opened(practice=True)
    dialog = run.program.window.comforts.show_settings()
    assert dialog.language.currentData() == before, "it comes along"
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert "What you choose while you try it out holds for this window; only the language stays." in said
    dialog.language.setCurrentIndex(dialog.language.findData("en"))
    dialog.lanes.setValue(7)
    dialog.save.click()
    run.until(lambda: settings.read().settings.lanes == 7)
    run.program.window.ways.practice_ended.emit(False)
    run.opened()
    assert settings.read().settings == Settings(language="en", lanes=3 if before == "system" else 5)
    dialog = run.program.window.comforts.show_settings()
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert not any("try it out" in one for one in said)


def test_on_to_the_first_account(run: Run, practice: PracticeService, vault: Vault) -> None:
    """Whoever has tried enough is asked for an account in the window that keeps it."""
    run.press("Try it out")
    run.opened(practice=True)
    run.press("Attach sample files")
    run.attached(1)
    run.press("Add your own account")
    run.until(lambda: run.program.window.ways.playground is None and run.program.desk.state is State.OPEN)
    dialog = run.program.window.ways.dialog
    run.until(dialog.form.isVisible)
    assert not run.nodes
    form = dialog.form
    form.service.setCurrentIndex(form.service.findData("close"))
    form.more.base.setText(practice.base("close"))
    form.fields.fields[0].edit.setText(practice.account("close")["api_key"])
    form.save.click()
    run.until(lambda: dialog.list.isVisible() and run.program.desk.accounts)
    assert len(vault.entries) == 1
    dialog.close()
    assert run.program.window.empty.text.startswith("Drop files here")


def test_the_accounts_while_trying(run: Run) -> None:
    """The way to the accounts leads nowhere meanwhile, and says so."""
    run.press("Try it out")
    run.opened(practice=True)
    run.program.window.ways.show()
    [said] = run.program.window.notices.texts
    assert said.startswith("Accounts are not kept while you try things out.")


def test_a_key_until_quit_outlives_trying(
    run: Run, practice: PracticeService, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Only until I quit” means until the program ends, not until another window takes this one's place."""
    monkeypatch.setattr(vault, "priority", 0.5)
    dialog = run.program.window.ways.dialog
    run.press("Add an account")
    run.until(dialog.form.isVisible)
    form = dialog.form
    form.service.setCurrentIndex(form.service.findData("close"))
    form.more.base.setText(practice.base("close"))
    form.fields.fields[0].edit.setText(practice.account("close")["api_key"])
    form.save.click()
    run.until(form.only_now.isVisible)
    form.only_now.click()
    run.until(lambda: run.program.desk.accounts)
    run.program.window.ways.practice_wished.emit()
    run.opened(practice=True)
    run.program.window.ways.practice_ended.emit(False)
    run.opened()
    run.until(lambda: [face.ready for face in run.program.desk.accounts] == [True])
