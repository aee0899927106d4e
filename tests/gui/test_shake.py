"""Shaking: hundreds of files, whatever a person may press in whatever order, the window closed and opened between."""

import random
import time
from collections import Counter
from collections.abc import Callable, Collection
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
FILES = 500
BATCHES = 25
ROUNDS = 3
SHAKEN = 2.5
"""Seconds of each round, at least."""
ELSEWHERE = {Deed.CHOOSE_FILE, Deed.OPEN_LINK, Deed.OPEN_RECORD, Deed.EDIT, Deed.SHOW}
HARMLESS = [one for one in Deed if one not in ELSEWHERE]
FINAL = {Deed.REMOVE, Deed.CLEAR, Deed.LEAVE_OUT}
MUST = {Deed.PAUSE, Deed.RESUME, Deed.RETRY, Deed.REMOVE, Deed.LEAVE_OUT}
LEADS = ["lead_globex", "lead_initech", "lead_acme", "lead_001", "lead_002", "lead_003"]


class Shaker:
    """Does what a person could do, at random.

    Attributes:
        done: What was done how often.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.done: Counter[Deed] = Counter()

    def press(self, driver: Driver, wanted: Collection[Deed] = HARMLESS) -> None:
        """Do one thing that a person could do now, of those that are wanted."""
        model, chance = driver.window.model, self.chance
        act = chance.randrange(12)
        if act == 0:
            driver.window.model.show_only(chance.choice([None, None, *Group]), chance.choice(["", "", "1"]))
        elif act == 1:
            (driver.desk.batch_desk.pause_all if chance.random() < 0.3 else driver.desk.batch_desk.resume_all)()
        elif act == 2 and driver.nodes:
            model.unfold(chance.choice(driver.nodes).batch.id, unfolded=chance.random() < 0.5)
        elif model.rowCount():
            row = driver.row(chance.randrange(model.rowCount()))
            if chance.random() < 0.3:
                row = Row(row.node, None)
            driver.window.queue.choose(row.node.batch.id, row.upload.id if row.upload else None)
            if chance.random() < 0.3:
                driver.window.queue.details_wished.emit()
            possible = deeds.possible(row.node, row.upload, driver.desk.clock.utc())
            # Giving up is rarer than all the rest, else nothing would be left.
            rare = FINAL if wanted is HARMLESS else set()
            wished = [one for one in possible if one in wanted and (one not in rare or chance.random() < 0.1)]
            if wished:
                deed = chance.choice(wished)
                self.done[deed] += 1
                driver.window.doing.do(deed, [row])

    def shake(self, driver: Driver, *, everything: bool) -> None:
        """Do many things, quickly; until everything that must be done was."""
        end = time.monotonic() + SHAKEN
        while time.monotonic() < end:
            self.press(driver)
            driver.rest(self.chance.choice([0, 0.01, 0.03]))
        while everything and (lacking := MUST - set(self.done)) and time.monotonic() < end + 60:
            # What chance has left out so far: what can be done about it comes and goes.
            self.press(driver, lacking)
            driver.rest(0.01)

    def drop(self, driver: Driver, folder: Path, files: int) -> None:
        """Drop a folder of files, all of them different."""
        folder.mkdir()
        for file in range(files):
            content = self.chance.randbytes(self.chance.randrange(1, 60_000))
            (folder / f"{folder.name}-{file}.bin").write_bytes(content)
        account = next(face for face in driver.desk.accounts if face.service.id == "close")
        assert driver.window.target.choose(account.key, "note")
        lead = self.chance.choice(LEADS)
        driver.window.target.fields.fill({"lead": lead}, {"lead": lead})
        driver.drop([folder])
        driver.rest(0.01)


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


def misbehave(practice: PracticeService) -> None:
    """Let some of everything go wrong, and some take its time, so that there is something to press."""
    for step, kind in (("transfer", "reset"), ("sign", "server_error"), ("transfer", "delay"), ("attach", "delay")):
        practice.misbehave(Fault(kind=kind, service="close", step=step, times=40, skip=5, seconds=0.05))


def all_ended(driver: Driver) -> bool:
    """Let everything go on; whether it has all ended."""
    for node in driver.nodes:
        for deed in (Deed.RESUME, Deed.RETRY):
            if deed in deeds.possible(node, None, driver.desk.clock.utc()):
                driver.window.doing.do(deed, [Row(node, None)])
        for upload in node.uploads if node.batch.state is BatchState.OPEN else ():
            if upload.state is UploadState.PAUSED:
                driver.desk.batch_desk.resume(node.batch.id, upload.id)
    driver.rest(0.1)
    return all(node.batch.state in ENDED_BATCHES for node in driver.nodes)


@pytest.mark.parametrize("seed", [1, 2])
def test_shake(seed: int, open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """Five hundred files; paused, gone on with, given up, tried again, cleared away, closed and opened, at random.

    No crash, no thread left, after each closing a ledger in which all fits together; and in the end every batch is
    attached once or was given up, with just the files that the ledger says.
    """
    shaker = Shaker(seed)
    for turn in range(ROUNDS):
        misbehave(practice)
        driver = open_window(practice_source(practice))
        for number in range(BATCHES):
            if number % ROUNDS == turn:
                shaker.drop(driver, tmp_path / f"folder {number}", FILES // BATCHES)
        shaker.shake(driver, everything=turn == ROUNDS - 1)
        driver.close()
        consistent()
    assert sum(len(uploads) for _batch, uploads in kept()) == FILES
    assert set(shaker.done) >= MUST, shaker.done

    practice.behave()
    last = open_window(practice_source(practice))
    last.rest(0.5)
    last.until(lambda: all_ended(last), 90)
    last.close()
    consistent()
    ended = kept()
    assert {batch.state for batch, _uploads in ended} <= ENDED_BATCHES
    attached = [uploads for batch, uploads in ended if batch.state is BatchState.ATTACHED]
    assert len(attached) > BATCHES // 10  # chance gives most of them up; some must be there for this to prove anything
    sent = [sorted(one.name for one in uploads if one.state is UploadState.STORED) for uploads in attached]
    there = [sorted(file.name for file in one.files) for one in practice.world.attachments()]
    assert sorted(there) == sorted(sent)
