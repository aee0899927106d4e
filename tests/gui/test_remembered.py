"""Targets that files went to are one click away, also after a restart; a pinned one stays for the next files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.contract.cases import Case
from tests.gui.driver import Driver, practice_source
from uploader_gui.core.batch import BatchState
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.workers.facts import Destination

pytestmark = pytest.mark.slow

PLACES = {
    "close-note": "Note on Globex Corporation — Close · Practice",
    "kizen-record_field": "Field Documents of Ann Lee — Kizen · Practice",
    "haufe-new_thread": "New thread with HR and payroll — Haufe Copilot · Practice",
    "circle-chat_message": "Message in General — Circle · Practice",
}


def send(driver: Driver, path: Path) -> None:
    """Drop a file, and press Send where that is needed."""
    before = len(driver.nodes)
    driver.drop([path])
    driver.until(lambda: len(driver.nodes) > before)
    if driver.node.sends:
        driver.until(lambda: driver.node.all_stored)
        driver.choose(driver.node)
        driver.press("Send", driver.window.details)
    driver.state(BatchState.ATTACHED)


@pytest.mark.parametrize("which", PLACES)
def test_recent_drop(which: str, open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """After a restart the last target is in the list by name and account; chosen there, files go to it again."""
    case = Case(service=which.split("-", maxsplit=1)[0], target=which.split("-")[1])
    driver = open_window(practice_source(practice))
    driver.desk.undo_seconds = 0.05
    driver.aim(case.service, case.target, {**case.inputs, "text": "Only this once"})
    send(driver, case.file(tmp_path, "first"))
    driver.close()
    driver = open_window(practice_source(practice))
    driver.desk.undo_seconds = 0.05
    target = driver.window.target
    driver.until(lambda: PLACES[which] in target.recent.texts)
    driver.aim("close", "upload", {})
    target.recent.action(PLACES[which]).trigger()
    driver.until(lambda: not target.lacks and not target.fields.remembered)
    assert "text" not in target.fields.values
    send(driver, case.file(tmp_path, "second"))
    first, second = practice.world.attachments(case.service)
    assert first.kind == second.kind
    assert first.record == second.record or case.target == "new_thread"


def test_again(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """After a batch the record is gone from its field, and one press brings it back, without the text."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_acme", "text": "Hello"})
    send(driver, path)
    target = driver.window.target
    assert target.lacks == ["Lead"]
    assert target.again.isVisible()
    assert target.again.accessibleName() == "Note on Acme GmbH & Co. KG again"
    target.again.click()
    driver.until(lambda: target.place == "the note on Acme GmbH & Co. KG")
    assert target.fields.values == {"lead": "lead_acme"}
    assert not target.again.isVisible()
    path.write_bytes(b"%PDF again")
    send(driver, path)
    assert [one.record for one in practice.world.attachments("close")] == ["lead_acme"] * 2


def test_again_is_called_by_name(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Who pastes an address and drops at once is offered the record by its name as well, not by its id."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.window.target.take_address("https://app.close.com/lead/lead_globex/")
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    driver.until(lambda: driver.window.target.again.accessibleName() == "Note on Globex Corporation again")
    assert len(practice.world.attachments("close")) == 1


def test_a_record_chosen_meanwhile_stays(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Who chooses the next record while the last drop is still being looked at does not lose it."""
    practice.misbehave(Fault(kind="delay", service="close", step="check", seconds=0.5))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.window.target.fields.fill({"lead": "lead_initech"}, {"lead": "Initech"})
    driver.state(BatchState.ATTACHED)
    assert [one.record for one in practice.world.attachments("close")] == ["lead_globex"]
    assert driver.window.target.fields.values == {"lead": "lead_initech"}


def test_pinned_stays(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """A pinned target keeps its record after each batch, is lit whenever it is chosen, and survives a restart."""
    driver = open_window(practice_source(practice))
    target = driver.window.target
    assert not target.pin.isEnabled()
    driver.aim("close", "note", {"lead": "lead_globex"})
    assert target.pin.isEnabled()
    driver.key(Qt.Key.Key_Space, target.pin)
    assert target.pin.accessibleName() == "Pinned: stays for the next files"
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    send(driver, path)
    assert target.place == "the note on Globex Corporation"
    driver.aim("close", "note", {"lead": "lead_initech"})
    assert not target.pin.isChecked()
    driver.close()
    driver = open_window(practice_source(practice))
    target = driver.window.target
    place = PLACES["close-note"]
    driver.until(lambda: place in target.recent.texts)
    assert target.recent.texts[:2] == ["Pinned", place]
    target.recent.action(place).trigger()
    driver.until(target.pin.isChecked)
    driver.key(Qt.Key.Key_Space, target.pin)
    driver.until(lambda: target.recent.texts[:2] == ["Recent", place])
    assert not target.pin.isChecked()


def test_the_last_ten(driver: Driver, tmp_path: Path) -> None:
    """The last ten are remembered, the newest first, each once."""
    for number in [*range(1, 12), 5]:
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(f"%PDF {number}".encode())
        driver.aim("close", "note", {"lead": f"lead_{number:03}"})
        send(driver, path)
    driver.until(lambda: driver.window.target.recent.texts[1].startswith("Note on Ember Logistics"))
    assert len(driver.window.target.recent.texts) == 11


def test_a_remembered_record_that_is_gone(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A remembered record is asked for before a byte is sent; that it is gone is said, and the files wait."""
    target = driver.window.target
    face = next(one for one in driver.desk.accounts if one.service.id == "close")
    gone = Destination(
        account=face.key,
        service="close",
        target="note",
        inputs={"lead": "lead_gone"},
        remembered={"lead": "Gone & Co."},
    )
    target.recent.chosen.emit(gone)
    assert target.place == "the note on Gone & Co."
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.drop([path])
    driver.until(lambda: target.about.startswith("Not found.") and driver.window.offer.isVisible())
    assert driver.window.offer.text.startswith("Not found.")
    assert not driver.nodes
    assert not practice.world.stored()


def test_without_a_network_the_name_of_then_is_shown(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path
) -> None:
    """Where the service cannot be asked a remembered record is called as it was: its row does not say an id."""
    driver = open_window(practice_source(practice))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    send(driver, path)
    driver.close()
    source = practice_source(practice)()
    practice.stop()
    driver = open_window(lambda: source)
    recent = driver.window.target.recent
    driver.until(lambda: PLACES["close-note"] in recent.texts)
    recent.action(PLACES["close-note"]).trigger()
    path.write_bytes(b"%PDF more")
    driver.drop([path])
    driver.until(lambda: driver.nodes)
    assert driver.rows[0][0] == "Note on Globex Corporation"
    driver.window.queue.choose(driver.node.batch.id)
    driver.key(Qt.Key.Key_Delete)
    driver.state(BatchState.CANCELLED)


def test_account_is_gone(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """A target whose account is gone says so, and is forgotten by a click; the others stay."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver = open_window(practice_source(practice))
    for service, target, inputs in (
        ("close", "note", {"lead": "lead_globex"}),
        ("haufe", "new_thread", {"assistant": SAMPLES["haufe"]["assistant"]}),
    ):
        driver.aim(service, target, dict(inputs))
        driver.window.target.pin.click()
        send(driver, path)
    driver.close()
    driver = open_window(lambda: [one for one in practice_source(practice)() if one.service.id != "close"])
    recent = driver.window.target.recent
    gone = f"{PLACES['close-note']} (account is gone: click to forget it)"
    driver.until(lambda: gone in recent.texts)
    recent.action(gone).trigger()
    driver.until(lambda: recent.texts == ["Pinned", PLACES["haufe-new_thread"]])
