"""Files that another program keeps to itself, as Windows says it; no other system does."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from uploader_gui.core import words
from uploader_gui.core.problems import ACTIONS, Action, Kind, UploadError
from uploader_gui.engine import locked
from uploader_gui.engine.locked import is_locked
from uploader_gui.engine.source import look, unreadable

DENIED = PermissionError(errno.EACCES, "Permission denied")


def said_by_windows(code: int) -> OSError:
    """An error with a code of Windows'."""
    error = PermissionError(errno.EACCES, "it says no")
    error.winerror = code  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(("code", "kind"), [(32, Kind.FILE_LOCKED), (33, Kind.FILE_LOCKED), (5, Kind.FILE_UNREADABLE)])
def test_what_windows_says(code: int, kind: Kind) -> None:
    """Open elsewhere, or locked in part, is not the same as no permission: another thing is to be done about it."""
    problem = unreadable(said_by_windows(code), "report.xlsx", Path("report.xlsx"))
    assert (problem.kind, problem.name) == (kind, "report.xlsx")
    said = words.describe(problem).text
    assert ("is open in another program" in said) is (kind is Kind.FILE_LOCKED)


@pytest.mark.parametrize(("code", "kind"), [(32, Kind.FILE_LOCKED), (33, Kind.FILE_LOCKED), (5, Kind.FILE_UNREADABLE)])
def test_what_python_does_not_pass_on(code: int, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """`open` and `read` only say that it is not permitted: the system is asked why."""
    asked = list[str]()

    def ask(path: str) -> int:
        asked.append(path)
        return code

    monkeypatch.setattr(locked, "_asked", ask)
    assert unreadable(DENIED, "report.xlsx", Path("/files/report.xlsx")).kind is kind
    assert asked == [str(Path("/files/report.xlsx"))]


@pytest.mark.skipif(os.name == "nt", reason="there it is asked")
def test_elsewhere_nobody_is_asked() -> None:
    """Where there are no such locks, no permission is no permission."""
    assert not is_locked(DENIED, "/files/report.xlsx")
    assert not is_locked(FileNotFoundError(errno.ENOENT, "gone"), "/files/report.xlsx")


def test_it_is_looked_at_anew_when_a_person_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first button is to try again: once it was closed there it is read."""
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"x")
    really = os.open

    def refuses(*_given: Any, **_more: Any) -> int:
        raise said_by_windows(32)

    monkeypatch.setattr(os, "open", refuses)
    with pytest.raises(UploadError) as caught:
        look(str(path), path)
    assert caught.value.problem.kind is Kind.FILE_LOCKED
    assert ACTIONS[Kind.FILE_LOCKED][0] is Action.RETRY
    monkeypatch.setattr(os, "open", really)
    assert look(str(path), path).size == 1
