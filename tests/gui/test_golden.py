"""What each screen says to whoever hears it, held against a text; and that nothing on it is without a name.

When a screen is meant to say something else: GOLDEN=write pytest tests/gui/test_golden.py, and read the difference.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QAccessible, QGuiApplication

from tests.contract.cases import picture
from tests.gui import screen_text
from tests.gui.driver import Driver
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.progress import ALL_SENT
from uploader_gui.gui.rows import Group
from uploader_gui.practice import SAMPLES, Fault, PracticeService

pytestmark = pytest.mark.slow
GOLDEN = Path(__file__).parent / "golden"
EMAIL = {"lead": "lead_globex", "contact": "cont_globex_hank", "sender": SAMPLES["close"]["sender"]}


def holds(driver: Driver, scene: str) -> None:
    """Hold what the window says against the scene's text."""
    driver.rest(0.02)
    check_names(driver)
    hold(screen_text.text_of(driver.window), GOLDEN / f"{scene}.txt")


def hold(said: str, file: Path) -> None:
    """Hold what is said against a text; or write the text."""
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def check_names(driver: Driver) -> None:
    """Whatever can have the keyboard, and every picture that says something, has a name; every row is a sentence."""
    there = list(screen_text.everything(screen_text.accessible(driver.window)))
    assert len(there) > 20
    nameless = [one for one in there if one.state().focusable and not screen_text.name(one)]
    assert [one.object() for one in nameless] == []
    for table in (one for one in there if one.role() is QAccessible.Role.Table):
        for sentence in screen_text.sentences(table):
            check_sentence(sentence)


def check_sentence(sentence: str) -> None:
    """A row's words are one sentence that can be spoken: it ends, and nothing in it is empty."""
    assert sentence.endswith(".")
    assert not [one for one in (", ,", "  ", " ;", " .", "\n", "None") if one in sentence]
    assert len(sentence.split()) > 4


def file(folder: Path, name: str, size: int = 1000) -> Path:
    """A file that is the same each time."""
    path = folder / name
    path.write_bytes(b"%PDF-1.7\n".ljust(size, b"."))
    return path


def _sent(driver: Driver) -> None:
    """Wait until the one file of the newest batch has gone out, and its answer is waited for."""
    driver.until(
        lambda: driver.nodes and [one for one in driver.node.running.values() if one.meter.per_mille == ALL_SENT]
    )


def test_no_account(open_window: Callable[..., Driver]) -> None:
    """The very first look: nothing is set up."""
    holds(open_window(list), "no-account")


def test_empty(driver: Driver) -> None:
    """There are accounts, and nothing else yet."""
    holds(driver, "empty")


def test_offer(driver: Driver, tmp_path: Path) -> None:
    """Files were dropped before it was said where they go."""
    driver.aim("close", "note", {})
    driver.drop([file(tmp_path, "Offer.pdf")])
    holds(driver, "offer")


def test_foreign(driver: Driver) -> None:
    """Something was pasted that is no file."""
    data = QMimeData()
    data.setText("just words")
    QGuiApplication.clipboard().setMimeData(data)
    driver.window.paste()
    holds(driver, "foreign")


def test_sending(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """One file of a batch is stored, one on its way, and one waits for its turn."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1_000_000, times=0))
    driver.aim("close", "note", {"lead": "lead_globex"})
    names = ["a contract.pdf", "b plan.pdf", "c prices.pdf", "d notes.pdf"]
    driver.drop([file(tmp_path, "0 small.pdf", 5000), *(file(tmp_path, name, 20_000_000) for name in names)])
    driver.upload(UploadState.STORED)
    driver.until(lambda: len(driver.node.running) == 3)
    driver.until(lambda: all(one.meter.sent > 1_000_000 for one in driver.node.running.values()))
    driver.choose(driver.node, driver.node.uploads[1])
    driver.rest(0.4)
    holds(driver, "sending")


def test_paused(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A batch rests."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([file(tmp_path, "a.pdf")])
    _sent(driver)
    driver.desk.batch_desk.pause_all()
    driver.state(BatchState.PAUSED)
    driver.until(lambda: not driver.node.running)
    holds(driver, "paused")


def test_needs_you(driver: Driver, tmp_path: Path) -> None:
    """A file is not there: the row says so, and the details say what solves it."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([file(tmp_path, "a.pdf"), tmp_path / "gone.pdf"])
    upload = driver.upload(UploadState.NEEDS_ATTENTION, 1)
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.choose(driver.node, upload)
    driver.rest(0.4)
    holds(driver, "needs-you")


def test_unknown(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Nobody knows whether it was attached: a person is asked."""
    driver.aim("circle", "image_post", {"space": SAMPLES["circle"]["image_space"], "title": "Us"})
    path = tmp_path / "us.png"
    path.write_bytes(picture())
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    practice.misbehave(Fault(kind="drop_after_attach", service="circle", step="attach"))
    driver.desk.undo_seconds = 0.05
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    driver.until(lambda: driver.node.asks)
    driver.rest(0.4)
    holds(driver, "unknown")


def test_done(driver: Driver, tmp_path: Path) -> None:
    """A file is attached: its steps, digests, proof and links."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([file(tmp_path, "contract.pdf"), file(tmp_path, "photo.jpg", 2000)])
    driver.state(BatchState.ATTACHED)
    driver.until(lambda: all("sha256" in one.digests for one in driver.node.uploads))
    driver.choose(driver.node, driver.node.uploads[0])
    driver.rest(0.4)
    holds(driver, "done")
    driver.choose(driver.node)
    driver.rest(0.4)
    holds(driver, "done-batch")


def test_history(driver: Driver, tmp_path: Path) -> None:
    """What has ended."""
    for number, lead in enumerate(("lead_globex", "lead_initech")):
        driver.aim("close", "note", {"lead": lead})
        driver.drop([file(tmp_path, "a.pdf"), file(tmp_path, "b.pdf")])
        driver.state(BatchState.ATTACHED, number)
    driver.window.filters.choose(None, history=True)
    driver.until(lambda: driver.window.history.model.rowCount() == 2)
    driver.window.history.table.selectRow(0)
    holds(driver, "history")


def test_held(driver: Driver, tmp_path: Path) -> None:
    """An email is ready, is about to go out, and can be undone."""
    driver.aim("close", "email_send", dict(EMAIL))
    driver.drop([file(tmp_path, "Offer.pdf")])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.choose(driver.node)
    driver.rest(0.4)
    holds(driver, "ready-to-send")
    driver.press("Send", driver.window.details)
    driver.until(driver.window.undo.isVisible)
    driver.rest(0.4)
    holds(driver, "held")
    driver.press("Undo", driver.window.undo)
    driver.state(BatchState.OPEN)


def test_editing(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What is filled in is changed while a file is on its way."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([file(tmp_path, "a.pdf")])
    _sent(driver)
    driver.choose(driver.node)
    driver.press("Change what is filled in…", driver.window.details)
    driver.until(lambda: driver.window.details.form is not None)
    driver.rest(0.4)
    holds(driver, "editing")


def test_quitting(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """The window is closed while something is being sent."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([file(tmp_path, "a.pdf")])
    _sent(driver)
    driver.window.close()
    holds(driver, "quitting")


def test_nothing_found(driver: Driver, tmp_path: Path) -> None:
    """There are batches, but none of those that are looked for."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([file(tmp_path, "a.pdf")])
    driver.state(BatchState.ATTACHED)
    driver.window.filters.choose(Group.NEEDS_YOU)
    holds(driver, "nothing-found")
