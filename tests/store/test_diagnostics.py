"""The diagnostics: what helps is in them, nothing secret is, and names only where they are wanted."""

import dataclasses
import logging
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.canaries import leaks
from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.traces import Trace
from uploader_gui.store.diagnostics import Known, diagnostics, write
from uploader_gui.store.logs import log_to_file
from uploader_gui.store.opening import ledger_path, open_ledger
from uploader_gui.store.paths import places
from uploader_gui.store.traces import Traces

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
BATCH = "0c9d1d4e-8a43-4f0c-9b6e-52a1f0b7c111"
SECRET = "9fK2mQ7xWcanary"
NAMES = ["Offer Globex.pdf", "Offer Globex", "Globex Corporation", "Ann Lee", "Hidden Name"]


def upload(number: int, name: str, state: UploadState, problem: Problem | None = None) -> Upload:
    """One upload of the batch, with secrets where an open batch has some."""
    return Upload(
        id=f"u{number}", batch_id=BATCH, given=f"/home/ann/{name}", file=f"/home/ann/{name}", name=name,
        size=1234, modified=0, media_type="application/pdf", state=state, problem=problem,
        answers={"sign": {"url": f"https://a.example/?sig={SECRET}"}},
    )  # fmt: skip


@pytest.fixture
def used() -> Iterator[None]:
    """Folders of a program that was used: a ledger, traces and a log."""
    refused = Problem(
        kind=Kind.REFUSED, service="Close", step="sign", name="Offer Globex.pdf", host="api.close.com",
        said=f"Hidden Name has no right, {SECRET}", status=422, detail=SECRET,
    )  # fmt: skip
    batch = Batch(
        id=BATCH, service="close", target="note", inputs={"lead": "lead_x", "text": SECRET},
        named={"lead": "Globex Corporation"}, created=NOW, account="Hidden Name", whose="Ann Lee",
        state=BatchState.NEEDS_ATTENTION, problem=refused, tries=2,
    )  # fmt: skip
    files = [
        upload(1, "Offer Globex.pdf", UploadState.NEEDS_ATTENTION, refused), upload(2, "b.pdf", UploadState.STORED)
    ]  # fmt: skip
    ledger = open_ledger(NOW).ledger
    ledger.add(batch, files, NOW)
    ledger.close()
    traces = Traces()
    traces.note(
        Trace(number=1, at=NOW, batch=BATCH, upload="u1", step="sign", method="POST",
              address="https://api.close.com/api/v1/files/upload/", status=422, spent=12)
    )  # fmt: skip
    traces.note(
        Trace(number=2, at=NOW, method="GET", step="lookup", address="https://a.example/Globex Corporation/…8+")
    )
    traces.close()
    log = log_to_file()
    logging.getLogger("uploader_gui.engine").warning("tried %d times for Globex Corporation", 3)
    yield
    log.close()


KNOWN = Known(settings={"lanes": 3, "dark": True, "folder": "/home/ann/x"}, accounts={"close": 2}, secrets=(SECRET,))


@pytest.mark.usefixtures("used")
def test_what_helps_is_in_them() -> None:
    """Versions, folders, services with checksums, accounts as counts, states, problems, requests and log lines."""
    text = diagnostics(NOW, KNOWN)
    for line in [
        "Uploader diagnostics, 2026-11-20T14:30:00+00:00",
        "lanes: 3",
        "dark: True",
        "close: 2",
        "batch: needs_attention 1",
        "upload: needs_attention 1, stored 1",
        "  records: Globex Corporation",
        "  account of: Ann Lee",
        "  problem: refused in sign, status 422, api.close.com",
        "  Offer Globex.pdf: 1234 bytes, needs_attention, next step sign, tries 0",
        "    problem: refused in sign, status 422, api.close.com",
        "batch 0c9d1d4e, upload u1",
    ]:
        assert line in text.splitlines(), line
    assert "PySide6-Essentials: 6." in text
    assert "close: bundled, sha256 " in text
    assert "sign: POST https://api.close.com/api/v1/files/upload/ -> 422 in 12 ms" in text
    assert "tried 3 times" in text
    assert not leaks(text.encode(), [SECRET, "/home/ann", "Hidden Name"])


@pytest.mark.usefixtures("used")
def test_without_names() -> None:
    """Names of files, records and people become numbers, the same ones everywhere; nothing else changes."""
    text = diagnostics(NOW, KNOWN, without_names=True)
    assert not [name for name in NAMES if name in text]
    assert "  records: record 1\n  account of: person 1\n" in text
    assert "  file 1: 1234 bytes, needs_attention" in text
    assert "  file 2: 1234 bytes, stored" in text
    assert "tried 3 times for record 1" in text
    assert "https://a.example/record 1/…8+" in text
    assert len(text.splitlines()) == len(diagnostics(NOW, KNOWN).splitlines())


@pytest.mark.usefixtures("used")
def test_the_same_name_has_the_same_number() -> None:
    """A file that is sent twice is one file to whoever helps."""
    ledger = open_ledger(NOW).ledger
    other = Batch(
        id="other", service="close", target="note", inputs={}, named={"lead": "Globex Corporation"}, created=NOW
    )
    one = upload(3, "Offer Globex.pdf", UploadState.QUEUED)
    ledger.add(other, [dataclasses.replace(one, batch_id="other")], NOW)
    ledger.close()
    text = diagnostics(NOW, without_names=True)
    assert text.count("file 1: 1234 bytes") == 2
    assert text.count("records: record 1") == 2


def test_of_a_program_that_was_never_used() -> None:
    """Nothing is there yet: that is said, and nothing is made."""
    text = diagnostics(NOW)
    assert "data: outside the home folder, not there yet" in text
    assert "the ledger cannot be read: OperationalError, SQLITE_CANTOPEN" in text
    assert not any(places().data.parent.iterdir())


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_of_a_damaged_ledger(content: bytes) -> None:
    """Diagnostics are needed most when something is broken: the rest is told all the same, and the file stays."""
    ledger_path().parent.mkdir(parents=True)
    ledger_path().write_bytes(content)
    text = diagnostics(NOW)
    assert "the ledger cannot be read: " in text
    assert "version: " in text
    assert ledger_path().read_bytes() == content


@pytest.mark.usefixtures("used")
def test_a_part_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be found out is said to be so, by its kind alone."""

    def fail(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("uploader_gui.store.diagnostics.last_lines", fail)
    text = diagnostics(NOW)
    assert "== Log\n(cannot be told: ValueError)" in text
    assert SECRET not in text


def test_below_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The home folder, and the person's name in it, is a ~."""
    home = Path(os.environ["UPLOADER_GUI_HOME"]).parent
    monkeypatch.setattr(Path, "home", lambda: home)
    assert "data: ~/" in diagnostics(NOW)
    assert str(home) not in diagnostics(NOW)


def test_own_services(tmp_path: Path) -> None:
    """A service file of the person's own is told by its id and checksum; one that has gone is told as well."""
    (tmp_path / "x.toml").write_text("secret")
    text = diagnostics(NOW, Known(own_services={"mine": tmp_path / "x.toml", "gone": tmp_path / "y.toml"}))
    assert "mine: own, sha256 2bb80d537b1da3e3" in text
    assert "gone: own, sha256 cannot be read (FileNotFoundError)" in text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_written_for_their_owner(tmp_path: Path) -> None:
    """The file is private, also where one that was not lay in its place; Unix line ends, UTF-8."""
    path = tmp_path / "diagnostics.txt"
    path.write_text("old")
    path.chmod(0o644)
    write(path, "ä\nb\n")
    assert path.read_bytes() == "ä\nb\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
