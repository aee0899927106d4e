"""Shaking: hundreds of files, whatever a person may press in whatever order, and then the window is opened again."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gui.driver import Driver, kept, practice_source
from uploader_gui.core.batch import ENDED_BATCHES, BatchState, UploadState
from uploader_gui.gui import deeds
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.rows import Group
from uploader_gui.practice import Fault, PracticeService

pytestmark = pytest.mark.slow
FILES = 240
BATCHES = 20
HARMLESS = [one for one in Deed if one not in {Deed.CHOOSE_FILE, Deed.OPEN_LINK, Deed.OPEN_RECORD, Deed.EDIT}]
SHAKEN = 4.0
LEADS = ["lead_globex", "lead_initech", "lead_acme", "lead_001", "lead_002", "lead_003"]


def press_something(driver: Driver, chance: random.Random) -> None:
    """Do one thing that a person could do now."""
    model = driver.window.model
    act = chance.randrange(12)
    if act == 0:
        driver.window.model.show_only(chance.choice([None, None, *Group]), chance.choice(["", "", "1"]))
    elif act == 1:
        (driver.desk.pause_all if chance.random() < 0.3 else driver.desk.resume_all)()
    elif act == 2 and driver.nodes:
        model.unfold(chance.choice(driver.nodes).batch.id, unfolded=chance.random() < 0.5)
    elif model.rowCount():
        row = driver.row(chance.randrange(model.rowCount()))
        driver.window.queue.choose(row.node.batch.id, row.upload.id if row.upload else None)
        if chance.random() < 0.3:
            driver.window.queue.details_wished.emit()
        possible = deeds.possible(row.node, row.upload, driver.desk.clock.utc())
        wished = [one for one in possible if one in HARMLESS]
        # Giving up is rarer than all the rest, else nothing would be left.
        wished = [one for one in wished if one not in {Deed.REMOVE, Deed.CLEAR} or chance.random() < 0.1]
        if wished:
            driver.window.doing.do(chance.choice(wished), [row])


def consistent() -> None:
    """What the ledger says of each batch fits together."""
    for batch, uploads in kept():
        states = {upload.state for upload in uploads}
        assert {upload.batch_id for upload in uploads} == {batch.id}
        assert batch.uploads == tuple(upload.id for upload in uploads)
        if batch.state is BatchState.ATTACHED:
            assert states <= {UploadState.STORED, UploadState.CANCELLED}
        if batch.state is BatchState.CANCELLED:
            assert states == {UploadState.CANCELLED}


@pytest.mark.parametrize("seed", [1, 2])
def test_shake(seed: int, open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """No crash, no thread left, a consistent ledger, and every batch attached at most once, whatever is pressed."""
    chance = random.Random(seed)
    for step, kind in (("transfer", "reset"), ("sign", "server_error"), ("transfer", "delay"), ("attach", "delay")):
        practice.misbehave(Fault(kind=kind, service="close", step=step, times=30, skip=5, seconds=0.05))
    driver = open_window(practice_source(practice))
    account = next(face for face in driver.desk.accounts if face.service.id == "close")
    for number in range(BATCHES):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        for file in range(FILES // BATCHES):
            (folder / f"{number}-{file}.bin").write_bytes(chance.randbytes(chance.randrange(1, 60_000)))
        assert driver.window.target.choose(account.key, "note")
        lead = chance.choice(LEADS)
        driver.window.target.fields.fill({"lead": lead}, {"lead": lead})
        driver.drop([folder])
        driver.rest(0.01)
    end = time.monotonic() + SHAKEN
    while time.monotonic() < end:
        press_something(driver, chance)
        driver.rest(chance.choice([0, 0.01, 0.05]))
    driver.close()
    consistent()

    practice.behave()
    again = open_window(practice_source(practice))
    again.rest(0.5)

    def settled() -> bool:
        for node in again.nodes:
            for deed in (Deed.RESUME, Deed.RETRY):
                if deed in deeds.possible(node, None, again.desk.clock.utc()):
                    again.window.doing.do(deed, [Row(node, None)])
            for upload in node.uploads if node.batch.state is BatchState.OPEN else ():
                if upload.state is UploadState.PAUSED:
                    again.desk.resume(node.batch.id, upload.id)
        again.rest(0.1)
        return all(node.batch.state in ENDED_BATCHES for node in again.nodes)

    again.until(settled, 90)
    again.close()
    consistent()
    ended = kept()
    assert {batch.state for batch, _uploads in ended} <= ENDED_BATCHES
    attached = [uploads for batch, uploads in ended if batch.state is BatchState.ATTACHED]
    sent = [sorted(one.name for one in uploads if one.state is UploadState.STORED) for uploads in attached]
    there = [sorted(file.name for file in one.files) for one in practice.world.attachments()]
    assert sorted(there) == sorted(sent)
