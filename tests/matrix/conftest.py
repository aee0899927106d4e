"""What the cells of the matrix share: a scene each, and the table they fill."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.matrix.cell import Cell
from tests.matrix.columns import Column
from tests.matrix.scene import Scene
from tests.matrix.table import Table

_TABLE = pytest.StashKey[Table]()
Stage = Callable[[Cell | None, Column], AbstractContextManager[Scene]]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stage:
    """Make a cell's world."""

    @contextmanager
    def make(cell: Cell | None, column: Column) -> Iterator[Scene]:
        with monkeypatch.context() as environment, Scene(cell, column, tmp_path, environment, capsys) as scene:
            yield scene
        assert not scene.practice.errors

    return make


@pytest.fixture
def table(pytestconfig: pytest.Config) -> Table:
    """The table of this run."""
    return pytestconfig.stash.setdefault(_TABLE, Table())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the matrix into pytest's cache; print it where only the matrix was asked for, else say where it is."""
    table = config.stash.get(_TABLE, None)
    if not table:
        return
    lines = table.lines()
    terminalreporter.section(f"fault matrix, {len(table)} cells")
    cache = getattr(config, "cache", None)
    if cache is not None:
        written = cache.mkdir("matrix") / "matrix.txt"
        written.write_text("\n".join(lines) + "\n", encoding="utf-8")
        terminalreporter.write_line(f"written to {written}")
    if all("matrix" in argument for argument in config.args):
        for line in lines:
            terminalreporter.write_line(line)
