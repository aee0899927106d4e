"""The requests of a row in the details, the log and the traces of the window: nothing secret is in any of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from tests.canaries import leaks
from tests.contract.cases import Case
from tests.gui.driver import Driver, practice_source
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.gui.details_facts import Sent
from uploader_gui.gui.requests_view import RequestRow
from uploader_gui.practice import SERVICES, Fault, PracticeService
from uploader_gui.store.logs import log_files
from uploader_gui.store.paths import places
from uploader_gui.store.traces import Traces

pytestmark = pytest.mark.slow

CASES = [
    Case(service="close", target="note"),
    Case(service="kizen", target="record_field"),
    Case(service="haufe", target="message"),
    Case(service="circle", target="avatar"),
]


@pytest.fixture
def attached(driver: Driver, tmp_path: Path) -> Driver:
    """A window with one file attached."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    return driver


def unfolded(driver: Driver) -> list[RequestRow]:
    """The requests of the row whose details are shown, once they are there."""
    view = driver.window.details.requests
    view.fold.click()
    driver.until(lambda: view.rows)
    return view.rows


def test_of_a_file(attached: Driver, practice: PracticeService) -> None:
    """Unfolded, a file's own requests are there in order: what was asked, what came; on demand headers and curl."""
    attached.choose(attached.node, attached.node.uploads[0])
    assert not attached.window.details.requests.rows
    sign, transfer = unfolded(attached)
    host = f"127.0.0.1:{practice.port}"
    assert sign.asked == f"POST {host}/close/api/v1/files/upload/"
    assert transfer.asked.startswith(f"POST {host}/")
    assert sign.came.startswith("status 200 · ")
    assert " received · " in sign.came
    assert sign.fold.accessibleName() == f"{sign.asked}: {sign.came}"
    sign.fold.click()
    attached.rest()
    [facts] = sign.findChildren(QPlainTextEdit)
    assert "> Authorization: Basic …" in facts.toPlainText()
    assert "< json, " in facts.toPlainText() or "< body, " in facts.toPlainText()
    [copy] = sign.findChildren(QPushButton)
    copy.click()
    command = QGuiApplication.clipboard().text()
    assert command.startswith("# $UPLOADER_KEY: what signs the account in")
    assert f"--url http://{host}/close/api/v1/files/upload/" in command
    key = practice.account("close")["api_key"]
    assert not leaks(f"{facts.toPlainText()}\n{command}".encode(), [key])


def test_of_a_batch(attached: Driver) -> None:
    """A batch's requests are those of its files and its attach; another row has its own, and folded there are none."""
    attached.choose(attached.node)
    rows = unfolded(attached)
    assert [row.asked.split(" ")[0] for row in rows][:2] == ["POST", "POST"]
    assert len(rows) > 2
    attached.choose(attached.node, attached.node.uploads[0])
    attached.until(lambda: len(attached.window.details.requests.rows) == 2)
    attached.window.details.requests.fold.click()
    assert not attached.window.details.requests.rows


def test_what_the_service_said(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What a service says when it refuses is quoted as plain text, whatever it holds; its request tells the status."""
    practice.misbehave(Fault(kind="unavailable", service="close", step="sign", times=0))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.upload(UploadState.NEEDS_ATTENTION)
    driver.choose(driver.node, driver.node.uploads[0])
    quoted = [one for one in driver.window.details.findChildren(QLabel) if "Close says: “" in one.text()]
    assert quoted
    assert {one.textFormat().name for one in quoted} == {"PlainText"}
    assert "status 503" in unfolded(driver)[0].came


def test_nothing_secret_is_written(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path
) -> None:
    """After an attach at every service neither the log nor a trace, nor any other file, holds a key."""
    driver = open_window(practice_source(practice))
    for case in CASES:
        path = case.file(tmp_path, case.service)
        driver.aim(case.service, case.target, dict(case.inputs))
        driver.drop([path])
        driver.agree()
        driver.state(BatchState.ATTACHED)
        driver.until(lambda: driver.window.target.lacks or not driver.window.target.fields.values)
    ids = [node.batch.id for node in driver.nodes]
    driver.close()
    traces = Traces()
    assert all(traces.read(batch_id) for batch_id in ids)
    assert {trace.client for trace in traces.read(ids[0])} == {"account", "storage"}
    assert traces.read(""), "questions before there is a batch are traced as well"
    assert "the window has opened its queue" in log_files()[-1].read_text(encoding="utf-8")
    secrets = {
        value
        for service in SERVICES
        for name, value in practice.account(service).items()
        if "key" in name or "token" in name
    }
    assert len(secrets) > 2
    files = [path for path in places().data.parent.rglob("*") if path.is_file()]
    assert {places().logs, places().data} <= {path.parent for path in files}
    assert [found for path in files for found in leaks(path.read_bytes(), secrets)] == []


def test_how_much_has_gone_out(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """While a file is sent its details say how much of it has gone out, and go on saying it."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=200_000))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x" * 3_000_000)
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.running)
    driver.choose(driver.node, driver.node.uploads[0])
    driver.until(lambda: driver.window.details.findChildren(Sent))
    [running] = driver.node.running.values()
    running.meter.sent = 2_500_000
    driver.until(
        lambda: (
            [one.text() for one in driver.window.details.findChildren(Sent) if one.isVisible()] == ["2.5 MB of 3.0 MB"]
        )
    )
