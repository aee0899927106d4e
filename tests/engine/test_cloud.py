"""Files whose content is in a cloud only: told apart by what the system says of them, and never opened to find out."""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace
from typing import Any, cast

import pytest

from uploader_gui.core import words
from uploader_gui.core.batch import Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import ACTIONS, Action, Kind, UploadError
from uploader_gui.engine import source
from uploader_gui.engine.body import check_source, digests_of
from uploader_gui.engine.cloud import elsewhere, provider
from uploader_gui.engine.source import find, look

NORMAL = 0x80
OFFLINE, REPARSE_POINT, ON_OPEN, ON_ACCESS, PINNED = 0x1000, 0x400, 0x40000, 0x400000, 0x80000
DATALESS, HIDDEN = 0x40000000, 0x8000


def facts(**said: int) -> os.stat_result:
    """What the system says of a file of some bytes."""
    return cast(os.stat_result, SimpleNamespace(st_size=5000, **said))


@pytest.mark.parametrize(
    ("said", "away"),
    [
        ({}, False),
        ({"st_file_attributes": NORMAL}, False),
        ({"st_file_attributes": ON_ACCESS}, True),
        ({"st_file_attributes": ON_ACCESS | REPARSE_POINT | OFFLINE}, True),
        ({"st_file_attributes": OFFLINE}, True),
        ({"st_file_attributes": ON_OPEN | REPARSE_POINT}, True),
        ({"st_file_attributes": ON_OPEN}, False),
        ({"st_file_attributes": REPARSE_POINT | PINNED}, False),
        ({"st_flags": DATALESS}, True),
        ({"st_flags": HIDDEN}, False),
    ],
)
def test_what_windows_and_macos_say(said: dict[str, int], away: bool) -> None:
    """Any of the flags that say so; not the bit that also says that a file has extended attributes."""
    assert elsewhere(facts(**said), "contract.pdf") is away


@pytest.mark.parametrize(
    ("name", "size", "away"),
    [
        ("contract.pdf.nextcloud", 1, True),
        ("Contract.PDF.ownCloud", 1, True),
        ("contract.pdf.nextcloud", 2, False),
        ("contract.pdf", 1, False),
    ],
)
def test_what_nextcloud_puts_there(name: str, size: int, away: bool) -> None:
    """A file of one byte with the ending of its client stands for one that is not here; a real one has more in it."""
    assert elsewhere(cast(os.stat_result, SimpleNamespace(st_size=size)), name) is away


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        (PureWindowsPath(r"C:\Users\ann\OneDrive - Acme\contract.pdf"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\ann\OneDrive - Acme2\contract.pdf"), ""),
        (PureWindowsPath(r"C:\Users\ann\Documents\contract.pdf"), ""),
        (PurePosixPath("/Users/ann/Library/CloudStorage/OneDrive-Acme/contract.pdf"), "OneDrive"),
        (PurePosixPath("/Users/ann/Library/CloudStorage/GoogleDrive-ann@acme.example/My Drive/a.pdf"), "Google Drive"),
        (PurePosixPath("/Users/ann/Library/CloudStorage/Dropbox/a.pdf"), "Dropbox"),
        (PurePosixPath("/Users/ann/Library/CloudStorage/Sky-ann/a.pdf"), ""),
        (PurePosixPath("/Users/ann/Library/Mobile Documents/com~apple~CloudDocs/a.pdf"), "iCloud Drive"),
        (PurePosixPath("/home/ann/cloud/a.pdf.owncloud"), "ownCloud"),
        (PurePosixPath("/home/ann/CloudStorage"), ""),
    ],
)
def test_whose_cloud_it_is(path: Any, whose: str) -> None:
    """It is named where that is certain, and else not guessed."""
    variables = {"OneDriveCommercial": r"C:\Users\ann\OneDrive - Acme", "OneDrive": ""}
    assert provider(path, variables) == whose


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that the system says is not here; whoever opens it fails."""
    path = tmp_path / "contract.pdf"
    path.write_bytes(b"x" * 5000)
    monkeypatch.setattr(source, "elsewhere", lambda _facts, name: name == path.name)

    def opens(*given: Any, **_more: Any) -> int:
        raise AssertionError(f"{given} was opened")

    monkeypatch.setattr(os, "open", opens)
    monkeypatch.setattr(Path, "open", opens)
    return path


def test_it_is_told_before_it_is_opened(away: Path) -> None:
    """When it is added, by itself or in a folder: with its size, and the way out."""
    for given in (away, away.parent):
        with pytest.raises(UploadError) as caught:
            list(find(str(given)))
        problem = caught.value.problem
        assert (problem.kind, problem.name, problem.size) == (Kind.FILE_IN_CLOUD, "contract.pdf", 5000)
    sentence = words.describe(problem)
    assert "contract.pdf lies in a cloud, and its content is not on this computer" in sentence.text
    assert ACTIONS[Kind.FILE_IN_CLOUD] == (Action.RETRY, Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE)


def test_it_is_told_before_it_is_sent(away: Path) -> None:
    """Taken off this disk between being added and sent, or before its digests are taken: it is not fetched for that."""
    facts = away.stat()
    upload = Upload(
        id="u", batch_id="b", given=str(away), file=str(away), name=away.name, size=facts.st_size,
        modified=facts.st_mtime_ns, media_type="application/pdf",
    )  # fmt: skip
    with pytest.raises(UploadError) as caught:
        check_source(upload)
    assert caught.value.problem.kind is Kind.FILE_IN_CLOUD
    with pytest.raises(UploadError) as caught:
        digests_of(upload, {"sha256"}, CancelToken())
    assert caught.value.problem.kind is Kind.FILE_IN_CLOUD


def test_a_real_file_of_that_ending(tmp_path: Path) -> None:
    """What a person has called so by themselves is sent as any other; the stand-in is not."""
    path = tmp_path / "notes.nextcloud"
    path.write_bytes(b"two words")
    assert look(str(path), path).size == 9
    path.write_bytes(b" ")
    with pytest.raises(UploadError) as caught:
        look(str(path), path)
    assert (caught.value.problem.kind, caught.value.problem.detail) == (Kind.FILE_IN_CLOUD, "Nextcloud")
