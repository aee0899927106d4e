"""Beside files: a record's address, a screenshot, a picture; and a clear word about what cannot be taken."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest

from tests.contract import cases
from tests.gui.driver import Driver, mime, practice_source
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.schema import Link, Service
from uploader_gui.workers.accounts import KnownAccount, Source
from uploader_gui.workers.trying import practice_account

pytestmark = pytest.mark.slow

# Close's file has addresses; to the others' files one is added, as a person could do.
ADDRESSES = {
    "close": ("https://app.close.com/lead/lead_initech/", "the note on Initech"),
    "kizen": ("https://kizen.example/client_client/rec_bo/documents", "the field Documents of Bo Nguyen"),
    "haufe": (f"https://haufe.example/threads/{SAMPLES['haufe']['thread']}", "the message in Parental leave"),
}
LINKS = {
    "kizen": Link(address="https://kizen.example/{object}/{record}/{field}", targets=("record_field",)),
    "haufe": Link(address="https://haufe.example/threads/{thread}", targets=("message",)),
}


def linked_source(practice: PracticeService) -> Source:
    """The practice service's accounts, whose service files all know addresses."""

    def linked(account: KnownAccount) -> KnownAccount:
        service: Service = account.service
        link = LINKS.get(service.id)
        if link is not None:
            service = service.model_copy(update={"links": (link,)})
        return KnownAccount(
            service=service, name=account.name, base=account.base, values=account.values, default=account.default
        )

    return lambda: [linked(account) for account in practice_source(practice)()]


def picture(colour: str = "red") -> QImage:
    """A small picture."""
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def pasted() -> list[Path]:
    """The pictures that are kept to be sent."""
    folder = Path(os.environ["UPLOADER_GUI_HOME"]) / "data" / "pasted"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("service", ADDRESSES)
def test_paste_address_drop(
    service: str, open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path
) -> None:
    """A pasted address chooses account, target and record, whatever was chosen before, and names the record."""
    driver = open_window(linked_source(practice))
    other = "circle" if service != "circle" else "close"
    driver.aim(other, "upload", {})
    address, place = ADDRESSES[service]
    QGuiApplication.clipboard().setText(address)
    driver.window.paste()
    driver.until(lambda: driver.window.target.place == place)
    assert not driver.window.notices.texts
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments(service)) == 1


def test_addresses_never_choose_what_sends() -> None:
    """No address of any service leads to a target that sends."""
    for service_id in catalogue.bundled():
        service = catalogue.find(service_id)
        assert not [one for link in service.links for one in link.targets if service.targets[one].sends]


def test_an_address_in_the_field(driver: Driver) -> None:
    """Pasted into the field itself an address fills it, and the kind of target that was chosen by hand stays."""
    driver.aim("close", "email_send", {})
    edit = driver.picker("lead").edit
    edit.setFocus()
    QGuiApplication.clipboard().setText("https://app.close.com/lead/lead_initech/activity/7")
    QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    driver.until(lambda: driver.picker("lead").name == "Initech")
    assert driver.window.target.kinds.currentData() == "email_send"


def test_an_address_of_another_account_in_the_field(driver: Driver) -> None:
    """An address of another service, pasted into a field, chooses its account and target: never one that sends."""
    driver.aim("kizen", "record_field", {})
    edit = driver.picker("object").edit
    edit.setFocus()
    edit.insert("https://app.close.com/lead/lead_initech/")
    driver.until(lambda: driver.window.target.place == "the note on Initech")


def test_an_unknown_address_in_the_field(driver: Driver) -> None:
    """An address that is no record's is explained below the field, and stays there to be corrected."""
    driver.aim("close", "note", {})
    edit = driver.picker("lead").edit
    edit.setFocus()
    edit.insert("https://app.close.com/settings/")
    found = driver.picker("lead")
    driver.until(lambda: found.found is not None and found.found.state.startswith("This is not the address"))
    assert edit.text() == "https://app.close.com/settings/"


def test_of_several_accounts_the_one_that_has_the_record(
    open_window: Callable[..., Driver], practice: PracticeService
) -> None:
    """Where several accounts of a service could be meant, one after the other is asked whether it has the record."""
    other = PracticeService()
    other.start()
    try:
        there = practice_account(practice, "close")
        empty = KnownAccount(
            service=there.service, name="Elsewhere", base=other.base("close"), values=other.account("close")
        )
        driver = open_window(lambda: [empty, there])
        # Neither has this one: both were asked, the second one last.
        driver.window.target.take_address("https://app.close.com/lead/lead_only_here/")
        driver.until(lambda: driver.window.target.about.startswith("Not found."))
        assert [any("lead_only_here" in one.path for one in each.world.requests) for each in (other, practice)] == [
            True,
            True,
        ]
        assert driver.window.target.account is not None
        assert driver.window.target.account.name == "Practice"
        driver.window.target.take_address("https://app.close.com/lead/lead_globex/")
        driver.until(lambda: driver.window.target.place == "the note on Globex Corporation")
    finally:
        driver.close()
        other.stop()


def test_a_screenshot_is_attached(driver: Driver, practice: PracticeService) -> None:
    """A pasted screenshot is attached as a PNG with a name of its own, and is kept no longer than it is needed."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    QGuiApplication.clipboard().setImage(picture())
    driver.picker("lead").chips[0].cross.setFocus()
    QTest.keySequence(driver.window, QKeySequence(QKeySequence.StandardKey.Paste))
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    [file] = attachment.files
    assert file.name.startswith("Screenshot 20")
    assert file.name.endswith(".png")
    assert file.type == "image/png"
    # With its digests taken the picture is not needed any more.
    driver.until(lambda: not pasted())
    upload = driver.node.uploads[0]
    assert upload.digests["sha256"] == file.sha256


def test_a_png_is_taken_as_it_is(driver: Driver, practice: PracticeService) -> None:
    """What is copied as a PNG is attached byte for byte: nothing is drawn anew."""
    content = cases.picture(5, 4)
    driver.aim("close", "note", {"lead": "lead_globex"})
    data = QMimeData()
    data.setData("image/png", content)
    data.setImageData(picture())
    QGuiApplication.clipboard().setMimeData(data)
    driver.window.paste()
    driver.state(BatchState.ATTACHED)
    [file] = practice.world.attachments("close")[0].files
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_screenshots_wait_and_are_given_up(driver: Driver, practice: PracticeService) -> None:
    """Two screenshots of one second have names of their own; they wait for a record, and are deleted if given up."""
    driver.aim("close", "note", {})
    edit = driver.picker("lead").edit
    edit.setFocus()
    for colour in ("red", "blue"):
        QGuiApplication.clipboard().setImage(picture(colour))
        # The line could take a text; of a picture it takes nothing, so the window does.
        QTest.keySequence(edit, QKeySequence(QKeySequence.StandardKey.Paste))
    driver.until(lambda: driver.window.offer.text.startswith("2 files or folders are waiting."))
    kept = pasted()
    assert len(kept) == 2
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}) == 2
    driver.press("Don't send", driver.window.offer)
    driver.until(lambda: not pasted())
    assert not practice.world.stored()


def test_a_picture_waits_while_its_batch_does(driver: Driver, practice: PracticeService) -> None:
    """A picture whose batch is not done is still there after a restart's tidying; of a batch given up it is gone."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", times=0))
    driver.aim("close", "note", {"lead": "lead_globex"})
    data = QMimeData()
    data.setImageData(picture())
    driver.send_drop(data)
    driver.upload(UploadState.RUNNING)
    assert [path.name[:8] for path in pasted()] == ["Image 20"]
    driver.window.queue.choose(driver.node.batch.id)
    driver.key(Qt.Key.Key_Delete)
    driver.state(BatchState.CANCELLED)
    driver.until(lambda: not pasted())


def test_a_picture_on_a_row(driver: Driver, tmp_path: Path) -> None:
    """A picture that is dropped on an open batch's row is added to it; the row stays to be seen meanwhile."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    window, queue = driver.window, driver.window.queue
    data = QMimeData()
    data.setImageData(picture())
    area = queue.visualRect(window.model.index(0, 0))
    at = queue.viewport().mapTo(window, QPoint(area.center()))
    driver.send_drop(data, at)
    assert window.overlay.text == "Add to Email to Globex Corporation Files and all files in folders."
    assert window.overlay.around is not None
    assert window.overlay.around.contains(window.overlay.mapFrom(window, at))
    driver.until(lambda: len(driver.node.uploads) == 2 and driver.node.all_stored)


@pytest.mark.parametrize(
    ("formats", "said"),
    [
        ({"text/plain": b"hello"}, "A text alone is not attached. Save it as a file, or write it into a field above."),
        (
            {'application/x-qt-windows-mime;value="FileGroupDescriptorW"': b"x", "text/plain": b"mail"},
            "This is not a file yet: the other program would still have to make it. Save it there, then drop it.",
        ),
        (
            {"text/uri-list": b"ftp://example.com/a.pdf\r\n"},
            "This is not a file on this computer. Save it first, then drop the saved file.",
        ),
        ({"application/x-odd": b"x"}, "There are no files in what was dropped or copied."),
    ],
)
def test_what_cannot_be_taken_is_explained(formats: dict[str, bytes], said: str, driver: Driver) -> None:
    """Of everything else it is said, while it is dragged and when it is dropped, why not and what to do."""
    data = QMimeData()
    for name, content in formats.items():
        data.setData(name, content)
    driver.send_drop(data)
    assert driver.window.overlay.text == f"This cannot be attached {said}"
    assert driver.window.notices.texts == [said]


def test_a_picture_that_cannot_be_read(driver: Driver) -> None:
    """A picture that is none is explained, and nothing is kept of it."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    data = QMimeData()
    data.setImageData(QImage())
    assert data.hasImage()
    driver.send_drop(data)
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts == ["This could not be done: the picture cannot be read."]
    assert not pasted()


def test_copied_files_are_pasted_into_the_window_wherever_the_keyboard_is(
    driver: Driver, practice: PracticeService, tmp_path: Path
) -> None:
    """Files that were copied are taken though a line has the keyboard: their paths are no text for it."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "email_draft", {"lead": "lead_globex"})
    driver.window.target.fields.more.click()
    subject = driver.window.target.fields.field("subject")
    assert subject is not None
    subject.setFocus()
    data = mime([path])
    data.setText(str(path))
    QGuiApplication.clipboard().setMimeData(data)
    focus = driver.window.focusWidget()
    QTest.keySequence(focus, QKeySequence(QKeySequence.StandardKey.Paste))
    driver.state(BatchState.ATTACHED)
    assert subject.value is None
    assert len(practice.world.attachments("close")) == 1


def test_web_addresses_are_no_files(driver: Driver) -> None:
    """An address of a picture in the web is taken for an address, and explained."""
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/a.png")])
    driver.send_drop(data)
    assert driver.window.notices.texts[0].startswith("This is not the address of a record")
