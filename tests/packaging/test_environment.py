"""When .venv is made anew, and what is said when it cannot be."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import environment
from locking import RunLock
from terminal import WRONG_USE, StopRun


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout's root with what .venv depends on."""
    (tmp_path / "requirements.lock").write_text("httpx==1 --hash=sha256:00\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


@pytest.fixture
def made(root: Path) -> Path:
    """The same with a .venv that passes for good: its Python is this one's."""
    folder = environment.folder(root)
    environment.python(root).parent.mkdir(parents=True)
    if os.name == "nt":
        pytest.skip("a venv's python.exe cannot be stood in for by a script")
    environment.python(root).write_text(f"#!/bin/sh\nshift\nexec '{sys.executable}' \"$@\"\n")
    environment.python(root).chmod(0o755)
    (folder / environment.STAMP).write_text(environment.fingerprint(root))
    return root


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[RunLock]:
    """The lock between runs."""
    with RunLock(tmp_path / ".cache/dev.lock", waiting=lambda: None) as held:
        yield held


def test_a_good_one_is_kept(made: Path) -> None:
    """A finished .venv whose stamp fits and whose Python finds the packages is not made again."""
    assert environment.why_make(made) is None


def test_a_missing_one_is_made(root: Path) -> None:
    """Without .venv the reason says so."""
    assert environment.why_make(root) == "there is none yet"


def test_a_half_made_one_is_made_again(made: Path) -> None:
    """The stamp is written last: a run killed before it leaves no stamp, and that is not good."""
    (environment.folder(made) / environment.STAMP).unlink()
    assert "not finished" in (environment.why_make(made) or "")


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_change_of_what_it_is_made_from_makes_it_stale(made: Path, name: str) -> None:
    """One changed byte of the lock or the project file is enough."""
    (made / name).write_text((made / name).read_text() + "#")
    assert "changed" in (environment.why_make(made) or "")


def test_another_python_makes_it_stale(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A .venv of another Python version is not used."""
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert "changed" in (environment.why_make(made) or "")


def test_a_moved_checkout_makes_it_stale(made: Path) -> None:
    """The scripts in .venv hold its place, so a moved or copied checkout needs a new one."""
    moved = made.with_name("moved")
    made.rename(moved)
    assert "changed" in (environment.why_make(moved) or "")


def test_a_broken_python_is_noticed(made: Path) -> None:
    """An interpreter that is gone (the system's Python was upgraded) or does not run is noticed despite the stamp."""
    environment.python(made).write_text("#!/nonexistent/python\n")
    assert environment.why_make(made) == "the one here does not start"
    environment.python(made).write_text("#!/bin/sh\nexit 1\n")
    assert environment.why_make(made) == "the one here is damaged"


def test_the_stamp_is_deleted_first(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deletion that is cut short leaves something that does not look finished."""

    def cut_short(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shutil.rmtree", cut_short)
    with pytest.raises(KeyboardInterrupt):
        environment.remove(environment.folder(made))
    assert environment.folder(made).is_dir()
    assert "not finished" in (environment.why_make(made) or "")


def test_a_link_is_deleted_but_not_what_it_leads_to(root: Path) -> None:
    """A .venv that is a link to elsewhere is replaced; the other folder stays."""
    (root / "elsewhere").mkdir()
    (root / "elsewhere/kept").touch()
    environment.folder(root).symlink_to(root / "elsewhere")
    environment.remove(environment.folder(root))
    assert not os.path.lexists(environment.folder(root))
    assert (root / "elsewhere/kept").exists()


def test_no_stamp_when_pip_fails(root: Path, lock: RunLock, monkeypatch: pytest.MonkeyPatch) -> None:
    """When pip fails, the run stops with a sentence and the next run starts over."""

    def failing(command: list[str | Path], **_: object) -> int:
        environment.folder(root).mkdir(exist_ok=True)
        return int("pip" in command)

    monkeypatch.setattr(environment, "run", failing)
    with pytest.raises(StopRun, match=r"requirements\.lock") as stop:
        environment.prepare(root, lock)
    assert stop.value.code == 1
    assert "not finished" in (environment.why_make(root) or "")


def test_pip_is_held_to_the_lock(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed is what the lock's hashes name, as wheels only, and the project without a build environment."""
    calls: list[list[str]] = []

    def noting(command: list[str | Path], **_: object) -> int:
        calls.append([str(word) for word in command])
        environment.folder(root).mkdir(exist_ok=True)
        return 0

    monkeypatch.setattr(environment, "run", noting)
    environment.make(root)
    assert calls[0][1:] == ["-m", "venv", str(environment.folder(root))]
    assert calls[1][-4:] == ["--require-hashes", "--only-binary=:all:", "-r", str(root / "requirements.lock")]
    assert calls[2][-4:] == ["--no-build-isolation", "--no-deps", "-e", str(root)]
    assert (environment.folder(root) / environment.STAMP).read_text() == environment.fingerprint(root)


@pytest.mark.parametrize(("is_root", "line"), [(True, "    apt-get install"), (False, "    sudo apt-get install")])
def test_a_missing_venv_module_is_said(is_root: bool, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's Python without python3-venv: one sentence with the line to type, and exit code 2."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    monkeypatch.setattr(environment, "running_as_root", lambda: is_root)
    with pytest.raises(StopRun) as stop:
        environment.check_venv_can_be_made()
    assert f"\n{line} -y python3-venv\n" in str(stop.value)
    assert stop.value.code == WRONG_USE


def test_the_persons_pip_settings_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pip looks is the person's business; where it installs and which Python it sees is ours."""
    monkeypatch.setenv("PIP_INDEX_URL", "kept")
    monkeypatch.setenv("https_proxy", "kept")
    monkeypatch.setenv("PIP_TARGET", "dropped")
    monkeypatch.setenv("PYTHONPATH", "dropped")
    env = environment.child_environment()
    assert env["PIP_INDEX_URL"] == env["https_proxy"] == "kept"
    assert "PIP_TARGET" not in env
    assert "PYTHONPATH" not in env
