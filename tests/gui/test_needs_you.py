"""What needs a person: its row says why, and its button solves it."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.cases import picture
from tests.gui.driver import Driver, practice_source
from uploader_gui.core.batch import Batch, BatchState, UploadState
from uploader_gui.engine.retry import Policy
from uploader_gui.gui import deeds
from uploader_gui.practice import SAMPLES, VIRUS, Fault, PracticeService
from uploader_gui.store.ledger import Ledger

pytestmark = pytest.mark.slow


def pdf(folder: Path, name: str, content: bytes = b"%PDF") -> Path:
    """A file."""
    path = folder / name
    path.write_bytes(content)
    return path


def test_wrong_type_is_said_at_the_drop(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What the service would refuse is told before a byte is sent; another file takes its place, and it is attached."""
    driver.aim("circle", "avatar", {})
    driver.drop([pdf(tmp_path, "me.pdf")])
    driver.agree()
    upload = driver.upload(UploadState.NEEDS_ATTENTION)
    assert driver.rows[1][2] == "Type of file is not taken"
    assert not practice.world.stored()
    driver.choose(driver.node, upload)
    driver.press("Choose another file…", driver.window.details)
    driver.dialog(pdf(tmp_path, "me.png", picture()))
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("circle")
    assert [(file.name, file.type) for file in attachment.files] == [("me.png", "image/png")]


def test_the_wrong_file_again(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Another file that would be refused as well is told as one, and nothing is sent."""
    driver.aim("circle", "avatar", {})
    driver.drop([pdf(tmp_path, "me.pdf")])
    driver.agree()
    upload = driver.upload(UploadState.NEEDS_ATTENTION)
    driver.choose(driver.node, upload)
    driver.press("Choose another file…", driver.window.details)
    driver.dialog(pdf(tmp_path, "you.pdf"))
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts[0].startswith("Type of file is not taken. Circle does not take you.pdf here")
    assert not practice.world.stored()


def test_missing_file_is_found_where_it_lies_now(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A file that is not there has a row too; chosen where it lies now it is attached with the others."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, "a.pdf"), tmp_path / "b.pdf"])
    upload = driver.upload(UploadState.NEEDS_ATTENTION, 1)
    driver.state(BatchState.NEEDS_ATTENTION)
    assert driver.rows[0][2] == "1 of 2 files needs you"
    assert not practice.world.attachments()
    (tmp_path / "moved").mkdir()
    driver.choose(driver.node, upload)
    driver.press("Choose another file…", driver.window.details)
    driver.dialog(pdf(tmp_path / "moved", "b.pdf", b"%PDF b"))
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf", "b.pdf"]


def test_leaving_it_out(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A file that cannot be sent is left out, and the others are attached without it."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, "a.pdf"), tmp_path / "b.pdf"])
    upload = driver.upload(UploadState.NEEDS_ATTENTION, 1)
    driver.choose(driver.node, upload)
    driver.press("Leave out", driver.window.details)
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf"]
    assert driver.rows[2][2] == "Left out"


def test_attaching_those_that_worked(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Those that worked are attached; the others are a batch of their own, which still needs a person."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, "a.pdf"), tmp_path / "b.pdf", pdf(tmp_path, "c.pdf", b"%PDF c")])
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.choose(driver.node)
    driver.press("Attach the others", driver.window.details)
    driver.until(lambda: len(driver.nodes) == 2)
    driver.state(BatchState.ATTACHED, 0)
    assert [one.name for one in driver.nodes[0].uploads] == ["a.pdf", "c.pdf"]
    assert [one.name for one in driver.nodes[1].uploads] == ["b.pdf"]
    assert driver.nodes[1].batch.state is BatchState.NEEDS_ATTENTION
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf", "c.pdf"]


def test_virus(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A file that the service rejects after it was sent is told with the service's words, and replaced."""
    driver.aim("haufe", "message", dict(SAMPLES["haufe"]))
    driver.drop([pdf(tmp_path, "bad.pdf", b"%PDF" + VIRUS)])
    upload = driver.upload(UploadState.NEEDS_ATTENTION)
    assert driver.rows[1][2] == "File was rejected"
    driver.choose(driver.node, upload)
    driver.press("Choose another file…", driver.window.details)
    driver.dialog(pdf(tmp_path, "good.pdf"))
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("haufe")) == 1


def test_trying_again(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What did not pass by itself is tried again by Ctrl+R, and by the button in the row."""
    for number in range(2):
        practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=2))
        driver.aim("close", "note", {"lead": "lead_globex"})
        driver.drop([pdf(tmp_path, f"{number}.pdf")])
        driver.upload(UploadState.NEEDS_ATTENTION)
        assert driver.rows[1][2] == "Service is in trouble"
        if number == 0:
            driver.window.queue.choose(driver.node.batch.id)
            driver.window.all_at_once.try_again()
        else:
            row = driver.row(1)
            assert deeds.primary(row.node, row.upload) is deeds.Deed.RETRY
            driver.window.queue._press(1, deeds.Deed.RETRY)
        driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 2


def test_lost_attach(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """An attach that may have been done is looked for; what is sent to people is never simply sent again."""
    driver.aim("circle", "chat_message", {"room": SAMPLES["circle"]["room"]})
    driver.drop([pdf(tmp_path, "a.pdf")])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.desk.undo_seconds = 0.05
    practice.misbehave(Fault(kind="unavailable", service="circle", step="attach", times=1))
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    # Whether it was done is not known: it is looked for, and found absent only after a while.
    driver.until(lambda: driver.node.batch.state in {BatchState.ATTACH_UNKNOWN, BatchState.ATTACHED})


@pytest.mark.parametrize("there", [True, False])
def test_nobody_knows_whether_it_was_attached(
    there: bool,
    driver: Driver,
    practice: PracticeService,
    tmp_path: Path,
) -> None:
    """Where the service cannot be asked, a person says what is there: attached, or attach again."""
    kind = "drop_after_attach" if there else "reset"
    driver.aim("circle", "image_post", {"space": SAMPLES["circle"]["image_space"], "title": "Us"})
    driver.drop([pdf(tmp_path, "us.png", picture())])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    practice.misbehave(Fault(kind=kind, service="circle", step="attach"))
    driver.desk.undo_seconds = 0.05
    driver.choose(driver.node)
    driver.press("Send", driver.window.details)
    driver.until(lambda: driver.node.asks)
    assert driver.rows[0][2] == "Not known whether it was attached"
    driver.press("It is attached" if there else "It is not: attach again", driver.window.details)
    if not there:
        driver.until(lambda: driver.node.batch.state in {BatchState.OPEN, BatchState.ATTACHED})
        if driver.node.held_back:
            driver.press("Send", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("circle")) == 1


def test_rate_limit_counts_down(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """What waits says for what, and how long still; it goes on by itself."""
    driver = open_window(practice_source(practice), policy=Policy(tries=2, first=0.02))
    practice.misbehave(Fault(kind="rate_limit", service="close", step="sign", seconds=2))
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, "a.pdf")])
    driver.until(lambda: len(driver.rows) > 1 and driver.rows[1][2].startswith("Too many requests: goes on in 0:0"))
    driver.state(BatchState.ATTACHED)


def test_wrong_key(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """A key that is not accepted does not lose the drop: its row says so."""
    good = practice_source(practice)

    def wrong() -> list[object]:
        return [dataclasses.replace(one, values={**one.values, "api_key": "api_wrong"}) for one in good()[:1]]

    driver = open_window(wrong)
    driver.window.target.fields.fill({"lead": "lead_globex"}, {})
    driver.drop([pdf(tmp_path, "a.pdf")])
    driver.upload(UploadState.NEEDS_ATTENTION)
    assert driver.rows[1][2] == "Key is not accepted"
    row = driver.row(1)
    assert deeds.solving(row.node, row.upload)[0] is deeds.Deed.CHANGE_ACCOUNT


def test_service_is_gone(driver: Driver, tmp_path: Path) -> None:
    """Where the service file was removed meanwhile, trying again says so, and where it can be added."""
    driver.aim("circle", "avatar", {})
    driver.drop([pdf(tmp_path, "me.pdf")])
    driver.agree()
    driver.upload(UploadState.NEEDS_ATTENTION)
    works = driver.desk._works
    assert works is not None
    works.known.flows = {}
    driver.desk.batch_desk.retry(driver.node.batch.id)
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts[0].startswith("The service file of this batch is not there any more.")


def test_parted_is_held_at_once(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other process can take up what is parted off: it is held before it is in the ledger; if nothing is, not."""
    works = driver.desk._works
    assert works is not None
    part, held = works.ledger.part, list[bool]()

    def parted(kept: Batch, new: Batch, *more: Any) -> None:
        with Ledger(works.ledger.path) as other:
            held.append(other.held_elsewhere(new.id))
        part(kept, new, *more)

    monkeypatch.setattr(works.ledger, "part", parted)
    driver.aim("close", "note", {"lead": "lead_globex"})
    missing = tmp_path / "gone.pdf"
    driver.window.take_files([str(pdf(tmp_path, "a.pdf")), str(missing)])
    driver.until(lambda: driver.nodes and driver.node.batch.state is BatchState.NEEDS_ATTENTION)
    driver.desk.batch_desk.part(driver.node.batch.id)
    driver.until(lambda: len(driver.nodes) == 2)
    assert held == [True]
    before = {path.name for path in (works.ledger.path.parent / "locks").iterdir()}
    driver.desk.batch_desk.part(driver.nodes[0].batch.id)
    driver.desk.batch_desk.pause_all()
    driver.until(lambda: driver.desk._wishes.idle)
    assert {path.name for path in (works.ledger.path.parent / "locks").iterdir()} == before


@pytest.mark.logs_errors
def test_a_mistake_of_ours_ends_no_sending(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the program's in a lane's thread is told, and another lane goes on: not all stands still, unseen."""
    driver = open_window(practice_source(practice), lanes=1)
    works = driver.desk._works
    assert works is not None
    digested, fell = works.queue.digested, list[object]()

    def fall(*given: Any) -> None:
        if not fell:
            fell.append(given)
            raise KeyError("a secret")
        digested(*given)

    monkeypatch.setattr(works.queue, "digested", fall)
    for name in ("a.pdf", "b.pdf"):
        driver.aim("close", "note", {"lead": "lead_globex"})
        driver.drop([pdf(tmp_path, name, name.encode())])
        driver.state(BatchState.ATTACHED)
        driver.until(lambda: fell)
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts[0].startswith("Something went wrong in the program itself.")
    assert driver.desk.lanes == 1
    driver.close()
