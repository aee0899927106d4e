"""Own service files in the window: shown in plain words before they are added, replaced on purpose only, removed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from tests.cli.people import own_service
from tests.gui.driver import Driver, practice_source
from uploader_gui.core.batch import BatchState
from uploader_gui.core.places import resources
from uploader_gui.gui.services_dialog import ServicesDialog
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.store.paths import places
from uploader_gui.workers.accounts import KnownAccount
from uploader_gui.workers.facts import Why

pytestmark = pytest.mark.slow

HOSTS = ("docs    = [", 'hosts   = ["files.acme.example"]\ndocs    = [')


@pytest.fixture
def folder() -> Path:
    """Where the person's own service files lie."""
    return places().config / "services"


@pytest.fixture
def dialog(driver: Driver, folder: Path) -> ServicesDialog:
    """The service files' window, of somebody who has none."""
    assert not folder.exists()
    shown = driver.window.comforts.show_services()
    driver.until(lambda: rows(shown) == ["None of your own yet."])
    return shown


def rows(dialog: ServicesDialog) -> list[str]:
    """What the list says."""
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def said(dialog: ServicesDialog) -> list[str]:
    """What the review says."""
    assert dialog.review is not None
    return [label.text() for label in dialog.review.findChildren(QLabel) if label.isVisible()]


def review(driver: Driver, dialog: ServicesDialog, path: Path) -> None:
    """Choose a file, and wait until it is told what it would do."""
    before = dialog.review
    driver.press("Add…", dialog) if before is None else None
    driver.dialog(path) if before is None else None
    driver.until(lambda: dialog.review is not before and dialog.review is not None)


def test_add_and_send(
    driver: Driver, dialog: ServicesDialog, practice: PracticeService, folder: Path, tmp_path: Path
) -> None:
    """Reviewed in plain words, added, there at once: with an account files go there; removed, its batches say why."""
    review(driver, dialog, own_service(practice, tmp_path))
    texts = said(dialog)
    host = f"127.0.0.1:{practice.port}"
    assert texts[0] == "Add Acme (acme)?"
    assert texts[texts.index("Your key goes to") + 1] == host
    assert texts[texts.index("Your files go to") + 1] == "wherever the service says each time"
    assert "Send an email to a lead" in texts[texts.index("The customer sees") + 1]
    assert texts[texts.index("Goes out to people") + 1] == "Send an email to a lead"
    assert not folder.exists()
    driver.press("Do not add it", dialog)
    assert not folder.exists()
    review(driver, dialog, tmp_path / "acme.toml")
    driver.press("Add it", dialog)
    driver.until(lambda: rows(dialog) == ["Acme"])
    assert dialog.asks.text == "Acme was added. Add an account for it: “Accounts” in the menu."
    assert (folder / "acme.toml").read_bytes() == (tmp_path / "acme.toml").read_bytes()
    driver.until(lambda: ("acme", "note") in driver.desk.flows)


def test_mistakes(driver: Driver, dialog: ServicesDialog, practice: PracticeService, tmp_path: Path) -> None:
    """All mistakes are listed with their places, nothing is added; mended, it is checked again without choosing it."""
    path = own_service(practice, tmp_path, ('name    = "Acme"', 'name    = ""\ncolour  = 1'))
    review(driver, dialog, path)
    assert dialog.review is not None
    texts = said(dialog)
    assert texts[0] == "2 mistakes in acme.toml: it was not added"
    lines = dialog.review.findChildren(type(dialog.mistakes))[-1].toPlainText().split("\n")
    assert [line.partition(":")[0] for line in lines] == ["colour", "name"]
    own_service(practice, tmp_path)
    driver.press("Check it again", dialog)
    driver.until(lambda: dialog.review is not None and said(dialog)[0] == "Add Acme (acme)?")


def test_of_the_program(driver: Driver, dialog: ServicesDialog, folder: Path, tmp_path: Path) -> None:
    """A file with a bundled id takes its place on purpose only, and its new hosts are agreed to of their own."""
    content = (resources() / "services" / "close.toml").read_text(encoding="utf-8")
    path = tmp_path / "close.toml"
    path.write_text(content.replace(*HOSTS, 1), encoding="utf-8")
    review(driver, dialog, path)
    assert dialog.review is not None
    first, second = dialog.review.conditions
    assert first.text() == "Put it in the place of the program's own Close"
    assert second.text() == "Let the key also go where it does not go now:\nfiles.acme.example"
    assert not dialog.review.add.isEnabled()
    first.click()
    assert not dialog.review.add.isEnabled()
    second.click()
    driver.press("Add it", dialog)
    driver.until(lambda: rows(dialog) == ["Close, in place of the program's own"])
    driver.until(lambda: driver.desk.flows["close", "note"].service.hosts == ("files.acme.example",))
    driver.press("Remove…", dialog)
    assert dialog.asks.text == "Remove your Close? The program's own one is used again then."
    driver.press("Remove", dialog)
    driver.until(lambda: dialog.asks.text == "Close was removed; the program's own one is used again.")
    driver.until(lambda: driver.desk.flows["close", "note"].service.hosts == ())
    assert list(folder.iterdir()) == []


def test_changed_hosts(driver: Driver, dialog: ServicesDialog, practice: PracticeService, tmp_path: Path) -> None:
    """A newer version of an own file is added without more ado, unless the key would go to another host than before."""
    review(driver, dialog, own_service(practice, tmp_path))
    driver.press("Add it", dialog)
    driver.until(lambda: rows(dialog) == ["Acme"])
    review(driver, dialog, tmp_path / "acme.toml")
    assert dialog.review is not None
    assert not dialog.review.conditions
    assert "It takes the place of your service Acme." in said(dialog)
    driver.press("Do not add it", dialog)
    review(driver, dialog, own_service(practice, tmp_path, HOSTS))
    assert dialog.review is not None
    assert [box.text() for box in dialog.review.conditions] == [
        "Let the key also go where it does not go now:\nfiles.acme.example"
    ]
    assert not dialog.review.add.isEnabled()


def test_what_was_shown_is_added(
    driver: Driver, dialog: ServicesDialog, practice: PracticeService, folder: Path, tmp_path: Path
) -> None:
    """A file that is changed while it is being read through is added as it was shown."""
    path = own_service(practice, tmp_path)
    shown = path.read_bytes()
    review(driver, dialog, path)
    own_service(practice, tmp_path, HOSTS)
    driver.press("Add it", dialog)
    driver.until(lambda: rows(dialog) == ["Acme"])
    assert (folder / "acme.toml").read_bytes() == shown


def test_shared_key(driver: Driver, dialog: ServicesDialog, practice: PracticeService, tmp_path: Path) -> None:
    """A file whose key would be called as another service's is cannot be added."""
    path = own_service(practice, tmp_path, ('id      = "acme"', 'id      = "close_api"'), ('"api_key"', '"key"'))
    path = path.rename(tmp_path / "close_api.toml")
    text = path.read_text(encoding="utf-8").replace("api_key", "key")
    path.write_text(text, encoding="utf-8")
    review(driver, dialog, path)
    assert said(dialog)[0] == "Acme cannot be added under this id"
    assert "UPLOADER_CLOSE_API_KEY" in said(dialog)[1]


def test_at_the_start(open_window: Callable[..., Driver], practice: PracticeService, folder: Path) -> None:
    """A file that has mistakes, or is not named as its id says, is told at the start and left out; others are there."""
    folder.mkdir(parents=True)
    (folder / "broken.toml").write_text("id = ", encoding="utf-8")
    own_service(practice, folder).rename(folder / "other.toml")
    driver = open_window(practice_source(practice))
    driver.until(lambda: len(driver.window.notices.texts) == 2)
    assert driver.window.notices.texts[0] == (
        "The service file broken.toml has 1 mistake and is left out: see “Service files”."
    )
    assert driver.window.notices.texts[1].startswith("The service file other.toml is not named as its id says")
    assert {service for service, _target in driver.desk.flows} == set(catalogue.bundled())
    dialog = driver.window.comforts.show_services()
    driver.until(lambda: len(rows(dialog)) == 2)
    assert rows(dialog)[0] == "broken.toml has 1 mistake and is left out"
    dialog.list.setCurrentRow(0)
    assert dialog.mistakes.isVisible()
    assert dialog.mistakes.toPlainText()
    driver.press("Remove…", dialog)
    driver.press("Remove", dialog)
    driver.until(lambda: len(rows(dialog)) == 1)


def test_its_batches_wait(
    open_window: Callable[..., Driver], practice: PracticeService, folder: Path, tmp_path: Path
) -> None:
    """With an own service files are attached; a batch that was left without its file says so and goes on with it."""
    folder.mkdir(parents=True)
    file = own_service(practice, folder)

    def accounts() -> list[KnownAccount]:
        try:
            service = catalogue.find("acme")
        except catalogue.UnknownServiceError:
            return []
        values = practice.account("close")
        return [KnownAccount(service=service, name="Mine", base=service.account.base.rstrip("/"), values=values)]

    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver = open_window(accounts)
    driver.aim("acme", "note", {"lead": SAMPLES["close"]["lead"]})
    practice.misbehave(Fault(kind="stall", service="close", step="transfer"))
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.running)
    driver.desk.batch_desk.pause(driver.node.batch.id)
    driver.state(BatchState.PAUSED)
    driver.close()
    practice.behave()
    content = file.read_bytes()
    file.unlink()
    again = open_window(accounts)
    again.until(lambda: again.nodes and again.node.left is Why.NO_SERVICE)
    (tmp_path / "acme.toml").write_bytes(content)
    dialog = again.window.comforts.show_services()
    review(again, dialog, tmp_path / "acme.toml")
    again.press("Add it", dialog)
    again.until(lambda: again.node.left is None)
    again.desk.batch_desk.resume(again.node.batch.id)
    again.state(BatchState.ATTACHED)
