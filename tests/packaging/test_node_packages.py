"""Rails' own client is fetched by npm once for each set of versions, whole or not at all, and stops nothing."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import node_packages


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout that names one package."""
    wanted = tmp_path / node_packages.WANTED
    wanted.parent.mkdir(parents=True)
    wanted.write_text('{"dependencies": {"a": "1.0.0"}}', encoding="utf-8")
    return tmp_path


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[list[str]]]:
    """Let npm end with a code, and give what it was called with."""

    def answer(code: int) -> list[list[str]]:
        calls: list[list[str]] = []

        def run(command: Sequence[str], *, env: object, cwd: Path) -> int:
            del env
            calls.append(list(command))
            (cwd / "node_modules").mkdir()
            return code

        monkeypatch.setattr("shutil.which", lambda name: name)
        monkeypatch.setattr(node_packages, "run", run)
        return calls

    return answer


def test_fetched_once(root: Path, npm: Callable[[int], list[list[str]]]) -> None:
    """The second time nothing is asked for; other versions get a folder of their own."""
    calls = npm(0)
    node_packages.ensure_if_possible(root)
    node_packages.ensure_if_possible(root)
    assert len(calls) == 1
    assert "--ignore-scripts" in calls[0]
    assert sorted(path.name for path in node_packages.folder(root).iterdir()) == ["node_modules", "package.json"]
    (root / node_packages.WANTED).write_text('{"dependencies": {"a": "1.0.1"}}', encoding="utf-8")
    node_packages.ensure_if_possible(root)
    assert len(calls) == 2


def test_without_a_network(
    root: Path, npm: Callable[[int], list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be fetched is not there by half, and what is not run for want of it is said."""
    npm(1)
    node_packages.ensure_if_possible(root)
    assert "Not run will be: tests with Rails' own upload client" in capsys.readouterr().out
    assert list((root / ".cache" / "node").iterdir()) == []


def test_without_node(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A computer without node is told so."""
    monkeypatch.setattr("shutil.which", lambda _name: None)
    node_packages.ensure_if_possible(root)
    assert "There is no node and npm here" in capsys.readouterr().out
