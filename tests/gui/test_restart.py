"""What an earlier run left is taken up again, by whoever it was begun by; what cannot be says why."""

import dataclasses
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.gui.driver import Driver, kept, practice_source
from uploader_gui.cli.left import as_left
from uploader_gui.core.batch import BatchState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.store.opening import ledger_path, open_ledger
from uploader_gui.workers.accounts import KnownAccount
from uploader_gui.workers.desk import State
from uploader_gui.workers.facts import Destination, Left, Why

pytestmark = pytest.mark.slow


@pytest.fixture
def left(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> Path:
    """A file whose batch an earlier run has left on its way."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer"))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x" * 300_000)
    driver = open_window(practice_source(practice))
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.running)
    driver.close()
    practice.behave()
    return path


def test_it_goes_on(left: Path, open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """The next start attaches what the last one left, once."""
    driver = open_window(practice_source(practice))
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments()
    assert [file.name for file in attachment.files] == [left.name]


@pytest.mark.usefixtures("left")
def test_account_is_gone(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """Without its account it waits and says so; once the account is back, it goes on."""
    there: list[KnownAccount] = []
    driver = open_window(lambda: there)
    driver.until(lambda: driver.nodes and driver.node.left is Why.NO_ACCOUNT)
    assert driver.rows[0][2] == "Its account is not there"
    assert not practice.world.attachments()
    there += practice_source(practice)()
    driver.choose(driver.node)
    driver.press("Try again", driver.window.details)
    driver.state(BatchState.ATTACHED)


@pytest.mark.usefixtures("left")
def test_another_person_is_signed_in(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """It is not gone on with by somebody else's key; it can be given up."""
    opened = open_ledger(kept()[0][0].created)
    with opened.ledger as ledger:
        [batch] = ledger.batches()
        other = dataclasses.replace(batch, author="user_Nobody", whose="Nobody, Nowhere")
        ledger.save(other, (), batch.created, (batch.id, None, "changed by a test"))
    driver = open_window(practice_source(practice))
    driver.until(lambda: driver.nodes and driver.node.left is Why.PROBLEM)
    assert driver.rows[0][2] == "Key of another account"
    driver.choose(driver.node)
    driver.press("Give up", driver.window.details)
    driver.until(lambda: not driver.nodes)
    driver.close()
    [(now, _uploads)] = kept()
    assert now.state is BatchState.CANCELLED
    assert not practice.world.attachments()


@pytest.mark.usefixtures("left")
def test_another_process_works_on_it(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """A batch that another process holds is left to that."""
    [(batch, _uploads)] = kept()
    with open_ledger(batch.created).ledger as elsewhere:
        assert elsewhere.hold(batch.id)
        driver = open_window(practice_source(practice))
        driver.rest(1.0)
        assert not driver.nodes
    assert not practice.world.attachments()


def test_what_sends_asks_again(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """What was to be sent, and was not when the window closed, is not sent by itself at the next start."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver = open_window(practice_source(practice))
    driver.aim("close", "email_send", {"lead": "lead_globex", "sender": SAMPLES["close"]["sender"]})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.desk.batch_desk.let_go(driver.node.batch.id)
    driver.state(BatchState.HELD)
    driver.close()
    again = open_window(practice_source(practice))
    again.until(lambda: again.rows and again.rows[0][2] == "Ready: not sent yet")
    again.rest(0.3)
    assert not practice.world.attachments()
    again.desk.undo_seconds = 0.05
    again.choose(again.node)
    again.press("Send", again.window.details)
    again.state(BatchState.ATTACHED)
    assert len(practice.world.attachments()) == 1


def test_damaged_ledger(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """A damaged ledger is set aside and told in a bar; the window works."""
    ledger_path().parent.mkdir(parents=True)
    ledger_path().write_bytes(b"not a database" * 1000)
    driver = open_window(practice_source(practice))
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts[0].startswith("The queue was damaged. It was set aside as ")
    assert driver.desk.state is State.OPEN


def test_newer_ledger(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """A ledger that cannot be used is told in a bar: nothing is sent, nothing crashes, and it can be tried again."""
    open_ledger(datetime.now(UTC)).ledger.close()
    connection = sqlite3.connect(ledger_path())
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    driver = open_window(practice_source(practice))
    driver.until(lambda: driver.window.notices.texts)
    assert "written by a newer version" in driver.window.notices.texts[0]
    driver.drop([tmp_path])
    connection = sqlite3.connect(ledger_path())
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    driver.press("Try again")
    driver.until(lambda: driver.desk.state is State.OPEN)
    assert driver.window.target.accounts.count() == 4


def test_given_up_the_moment_it_goes_on(
    left: Path, open_window: Callable[..., Driver], practice: PracticeService
) -> None:
    """Who gives a batch up just as it is taken up again has given it up: nothing of it goes on out of sight."""
    del left
    there: list[KnownAccount] = []
    driver = open_window(lambda: there)
    driver.until(lambda: driver.nodes and driver.node.left is Why.NO_ACCOUNT)
    [(batch, uploads)] = kept()
    as_it_was = Left(batch=batch, uploads=uploads, why=Why.NO_ACCOUNT)
    practice.misbehave(Fault(kind="stall", service="close", step="transfer"))
    there += practice_source(practice)()
    driver.desk.read_accounts()
    driver.until(lambda: driver.node.running)
    driver.desk.end_left(as_it_was, attached=False)
    driver.state(BatchState.CANCELLED)
    practice.behave()
    driver.close()
    [(now, _uploads)] = kept()
    assert now.state is BatchState.CANCELLED
    assert not practice.world.attachments()


@pytest.mark.usefixtures("left")
def test_second_try_may_be_the_second(open_window: Callable[..., Driver]) -> None:
    """An attach that was to be tried once more when the program died may have worked before: it is not given up."""
    opened = open_ledger(kept()[0][0].created)
    with opened.ledger as ledger:
        [batch] = ledger.batches()
        problem = Problem(kind=Kind.CONNECTION_LOST, service="Close", step="attach")
        trying = dataclasses.replace(batch, state=BatchState.ATTACHING, problem=problem)
        ledger.save(trying, (), batch.created, (batch.id, None, "attaching"))
        assert as_left(ledger, trying).state is BatchState.ATTACH_UNKNOWN
    driver = open_window(list)
    driver.until(lambda: driver.nodes and driver.node.left is Why.NO_ACCOUNT)
    assert driver.node.batch.state is BatchState.ATTACH_UNKNOWN


@pytest.mark.usefixtures("left")
def test_given_up_while_it_is_checked(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """What is found out about a batch after a person gave it up changes nothing: its row does not come back."""
    practice.misbehave(Fault(kind="stall", service="close", step="check"))
    driver = open_window(practice_source(practice), stall=1.0)
    driver.until(lambda: driver.nodes and driver.node.left is not None)
    [(batch, uploads)] = kept()
    driver.desk.end_left(Left(batch=batch, uploads=uploads, why=Why.NOT_CHECKED), attached=False)
    driver.until(lambda: not driver.nodes)
    told: list[object] = []
    driver.desk.target_desk.search(_anywhere(driver), "lead", "", told.append, told.append)
    driver.until(lambda: told)  # asked after the check: that has been answered as well
    driver.rest()
    assert not driver.nodes
    assert kept()[0][0].state is BatchState.CANCELLED


def _anywhere(driver: Driver) -> Destination:
    face = next(one for one in driver.desk.accounts if one.service.id == "close")
    return Destination(account=face.key, service="close", target="note", inputs={})
