"""Say where, drop, done: on every service, by every way in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from tests.contract.cases import Case
from tests.gui.driver import Driver, kept, mime, practice_source
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import deeds, history_view, notifying, spoken
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_model import Column
from uploader_gui.practice import SAMPLES, Fault, PracticeService

pytestmark = pytest.mark.slow

CASES = [
    Case(service="close", target="note"),
    Case(service="kizen", target="record_field"),
    Case(service="haufe", target="message"),
    Case(service="circle", target="avatar"),
    Case(service="close", target="upload"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.service}-{case.target}")
def test_drop_to_attached(case: Case, driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What is dropped on the window is attached to the chosen record, whole; the row and the ledger say so."""
    path = case.file(tmp_path)
    driver.aim(case.service, case.target, dict(case.inputs))
    driver.drop([path])
    driver.agree()
    driver.state(BatchState.ATTACHED if case.attaches else BatchState.STORED)
    if case.attaches:
        [attachment] = practice.world.attachments(case.service)
        assert [(file.name, file.size) for file in attachment.files] == [(path.name, path.stat().st_size)]
    else:
        assert [one.name for one in practice.world.stored(case.service)] == [path.name]
    assert driver.rows[0][2].startswith("Attached" if case.attaches else "Stored")
    driver.close()
    [(batch, uploads)] = kept()
    assert batch.state is (BatchState.ATTACHED if case.attaches else BatchState.STORED)
    assert [one.path for one in uploads] == [path]


def test_several_files_and_a_folder(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Files and a folder become one batch in one attach; what nobody means is left out; the same file is sent once."""
    folder = tmp_path / "Offer"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.pdf", "deep/b.pdf", ".DS_Store", "~$a.docx"):
        (folder / name).write_bytes(b"%PDF" + name.encode())
    single = tmp_path / "c.pdf"
    single.write_bytes(b"%PDF c")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([folder, single, folder / "a.pdf"])
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf", "b.pdf", "c.pdf"]
    assert driver.window.notices.texts == ["a.pdf is there twice and is sent once."]


def test_what_is_hidden_stays_out(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What file managers do not show is not sent with its folder, and named, also where nothing else is there."""
    folder = tmp_path / "Offer"
    (folder / ".keys").mkdir(parents=True)
    for name in ("a.pdf", ".env", ".keys/id", ".x", ".y"):
        (folder / name).write_bytes(b"%PDF" + name.encode())
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([folder])
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf"]
    (said,) = driver.window.notices.texts
    assert said == "Hidden files were left out: .env, .keys, .x and 1 more. To send one, choose it by itself."
    (folder / "a.pdf").unlink()
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([folder])
    driver.until(lambda: "There is no file to send in Offer. Hidden files" in " ".join(driver.window.notices.texts))


def test_file_dialog(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Choosing files does the same as dropping them."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.press("Choose files…")
    driver.dialog(path)
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1


def test_paste(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A pasted address chooses the record and names it; pasted files go there."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("https://app.close.com/lead/lead_initech/")
    driver.window.paste()
    driver.until(lambda: driver.window.target.place == "the note on Initech")
    clipboard.setMimeData(mime([path]))
    driver.window.paste()
    driver.state(BatchState.ATTACHED)
    assert [one.record for one in practice.world.attachments("close")] == ["lead_initech"]


def test_dropped_address(driver: Driver) -> None:
    """An address that is dropped chooses the record as well; a foreign one is explained."""
    data = QMimeData()
    data.setUrls([QUrl("https://app.close.com/lead/lead_globex/")])
    driver.send_drop(data)
    driver.until(lambda: driver.window.target.place == "the note on Globex Corporation")
    data.setUrls([QUrl("https://example.com/")])
    driver.send_drop(data)
    assert driver.window.notices.texts == [
        "This is not the address of a record of any of your accounts. Find the record by typing its name."
    ]


def test_drop_before_the_record_is_said(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Files wait, and say what for, until the record is filled in; nothing of them goes before a person says so."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    assert driver.window.offer.text == "a.pdf is waiting. Fill in “Lead” above."
    driver.window.target.fields.fill({"lead": "lead_globex"}, {})
    driver.until(lambda: "Globex" in driver.window.offer.text)
    assert driver.window.offer.text == "a.pdf is waiting. It goes to the note on Globex Corporation."
    assert not practice.world.stored()
    driver.press("Attach")
    driver.state(BatchState.ATTACHED)
    assert not driver.window.offer.isVisible()


def test_record_is_cleared_unless_pinned(driver: Driver, tmp_path: Path) -> None:
    """The next file cannot land on the last customer by accident; a pinned record stays."""
    for number, pinned in enumerate([True, False]):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(b"%PDF")
        driver.aim("close", "note", {"lead": "lead_globex", "text": "Hello"})
        driver.window.target.pin.setChecked(pinned)
        driver.drop([path])
        driver.rest()
        driver.state(BatchState.ATTACHED, number)
        assert driver.window.target.fields.values.get("lead") == ("lead_globex" if pinned else None)
        assert driver.window.target.fields.values.get("text") == ("Hello" if pinned else None)


def test_what_says_nothing_of_the_record_stays(driver: Driver, tmp_path: Path) -> None:
    """Whoever puts files into one field of many records chooses the field once; only the record is asked for again."""
    case = Case(service="kizen", target="record_field")
    driver.aim("kizen", "record_field", dict(case.inputs))
    fields = driver.window.target.fields
    before = fields.values
    driver.drop([case.file(tmp_path, "first")])
    driver.state(BatchState.ATTACHED)
    driver.until(lambda: "record" not in fields.values)
    assert {**fields.values, "record": before["record"]} == before
    kind = fields.field("object")
    assert kind is not None
    kind.fill("another_kind")
    kind.changed.emit()
    assert "field" not in fields.values, "it belongs to the object"


def test_record_that_is_not_there(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A record that is not there is told before a byte is sent, and the files wait."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.window.target.fields.fill({"lead": "lead_nobody"}, {})
    driver.drop([path])
    driver.until(lambda: driver.window.offer.text.startswith("Not found."))
    assert not practice.world.stored()
    assert not driver.nodes


def test_too_many_files(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Where a target takes one file, one batch a file is offered."""
    paths = [tmp_path / f"{number}.pdf" for number in range(3)]
    for path in paths:
        path.write_bytes(b"%PDF")
    driver.aim("kizen", "connector_input", dict(SAMPLES["kizen"]))
    driver.drop(paths)
    driver.until(lambda: driver.window.offer.isVisible() and driver.window.offer.text)
    assert driver.window.offer.text == "This target takes 1 file at once; here are 3."
    driver.press("One batch for each file (3)")
    driver.until(lambda: [one.batch.state for one in driver.nodes] == [BatchState.ATTACHED] * 3)
    assert len(practice.world.attachments("kizen")) == 3


def test_same_files_again_one_by_one(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """One batch a file is no way around that: they are sent twice only if a person says so, and one a file then too."""
    paths = [tmp_path / f"{number}.pdf" for number in range(2)]
    for path in paths:
        path.write_bytes(b"%PDF" * 100_000)
    practice.misbehave(Fault(kind="stall", service="kizen", step="transfer", times=0))
    driver.aim("kizen", "connector_input", dict(SAMPLES["kizen"]))
    driver.window.target.pin.setChecked(True)
    driver.drop(paths)
    driver.press("One batch for each file (2)")
    driver.until(lambda: len(driver.nodes) == 2)
    driver.drop(paths)
    driver.press("One batch for each file (2)")
    driver.until(lambda: driver.window.offer.text.startswith("The same files are on their way to "))
    driver.rest(0.2)
    assert len(driver.nodes) == 2
    driver.press("Send them once more")
    driver.until(lambda: len(driver.nodes) == 4)


def test_same_files_again(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Files that are on their way to a record already are not sent there twice by accident."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.window.target.pin.setChecked(True)
    driver.drop([path])
    driver.until(lambda: len(driver.nodes) == 1)
    driver.drop([path])
    driver.until(
        lambda: (
            driver.window.offer.text == "The same files are on their way to the email to Globex Corporation already."
        )
    )
    driver.press("Don't send")
    assert not driver.window.offer.isVisible()
    driver.rest(0.2)
    assert len(driver.nodes) == 1
    assert not practice.world.attachments("close")


def test_drop_on_a_batch_adds_to_it(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Files dropped on the row of a batch that is not attached yet become files of it."""
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in (first, second):
        path.write_bytes(b"%PDF" + path.name.encode())
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.drop([first])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    queue, window = driver.window.queue, driver.window
    row = queue.visualRect(window.model.index(0, 0)).center()
    driver.drop([second], queue.viewport().mapTo(window, QPoint(row)))
    driver.until(lambda: len(driver.node.uploads) == 2 and driver.node.all_stored)
    driver.desk.undo_seconds = 0.1
    driver.choose(driver.node)
    driver.press("Send", window.details)
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf", "b.pdf"]


def test_what_sends_can_be_undone(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A target that sends goes out only after Send, and not if that is undone in time."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.until(lambda: driver.rows[0][2] == "Ready: not sent yet")
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    driver.until(driver.window.undo.isVisible)
    assert driver.window.undo.text.startswith("Email to Globex Corporation: Goes out in 0:")
    driver.press("Undo", driver.window.undo)
    driver.until(lambda: driver.rows[0][2] == "Ready: not sent yet")
    driver.until(lambda: not driver.window.undo.isVisible())
    assert not practice.world.attachments("close")
    driver.desk.undo_seconds = 0.2
    driver.press("Send", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1


def test_what_went_out_is_called_sent(driver: Driver, tmp_path: Path) -> None:
    """An email that went out is "sent" wherever it is told of, as its button was called; its files were uploaded."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.desk.undo_seconds = 0.1
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert driver.rows[0][2].startswith("Sent ")
    assert spoken.about(driver.node, 0.0) == "Sent: Email to Globex Corporation, 1 file."
    assert notifying.about(driver.node, 0.0).title == "Sent: Email to Globex Corporation"
    driver.choose(driver.node, driver.node.uploads[0])
    driver.rest(0.4)
    texts = [one.text() for one in driver.window.details.findChildren(QLabel) if one.isVisible()]
    assert texts.index("Ask where to send it") < texts.index("Upload") < texts.index("Send")
    driver.window.filters.choose(None, history=True)
    history = driver.window.history.model
    driver.until(lambda: history.rowCount() == 1)
    assert history.data(history.index(0, history_view.Column.STATE)) == "Sent"


def test_who_listens_has_longer_to_undo(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a screen reader what goes out is held three times as long, and the bar says so beforehand."""
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    assert driver.window.target.about == (
        "This goes out: the customer sees it. The files are stored first; it is sent when you press Send in its row, "
        "and for 30 s after that it can be undone."
    )
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    driver.state(BatchState.HELD)
    due = driver.node.batch.due
    assert due is not None
    assert 20 < due - driver.desk.clock.monotonic() <= 30
    driver.press("Undo", driver.window.undo)
    driver.until(lambda: driver.rows[0][2] == "Ready: not sent yet")


def test_the_button_in_the_row_sends(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What goes out has one Send button, in its row, once its files are stored; until then they are uploaded."""
    practice.misbehave(Fault(kind="delay", service="close", step="transfer", seconds=0.5))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.running)
    assert deeds.primary(driver.node, None) is None
    driver.until(lambda: driver.rows[0][2] == "Ready: not sent yet")
    assert deeds.primary(driver.node, None) is Deed.SEND
    driver.desk.undo_seconds = 0.05
    queue, model = driver.window.queue, driver.window.model
    area = queue.visualRect(model.index(0, Column.PROGRESS))
    at = QPoint(area.left() + 3 * GRID, area.center().y())
    QTest.mouseClick(queue.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1


def test_text_is_changed_before_it_is_attached(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path
) -> None:
    """While what is filled in is being changed nothing is attached; then it is attached with what it is now."""
    driver = open_window(practice_source(practice))
    practice.misbehave(Fault(kind="delay", service="close", step="transfer", seconds=1))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.uploads)
    driver.choose(driver.node)
    driver.press("Change what is filled in…", driver.window.details)
    driver.until(lambda: driver.window.details.form is not None)
    driver.until(lambda: driver.node.all_stored)
    driver.rest(0.2)
    assert not practice.world.attachments("close")
    form = driver.window.details.form
    assert form is not None
    form.fill({"text": "Signed on Monday"}, {})
    driver.press("Save", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert [one.text for one in practice.world.attachments("close")] == ["Signed on Monday"]
