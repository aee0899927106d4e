"""Every fault at every step of every service: what the person sees, what is tried again, and nothing lost or doubled.

Each cell sends two or three files (one, where the target takes one) over real sockets and is hit by one fault, once or
always. Then a person does what the program says until nothing is open. After each command it is seen that nothing it
said was false; in the end each file is there exactly once, whole, and no bytes were sent twice for nothing.
"""

import sys
from collections.abc import Callable, Sequence
from types import ModuleType

import pytest
from _pytest.mark.structures import ParameterSet

if sys.platform == "win32":
    pytest.skip("Windows has no such limits and signals", allow_module_level=True)

from tests.matrix.cell import Cell
from tests.matrix.columns import COLUMNS, TARGETS
from tests.matrix.conftest import Stage
from tests.matrix.faults import ROWS
from tests.matrix.pairs import full, pairs_of, pairwise
from tests.matrix.person import Person
from tests.matrix.table import Table
from tests.matrix.truth import Truth
from uploader_gui.core.problems import Kind
from uploader_gui.engine import body, queue, verify
from uploader_gui.engine.verify import Looked, Sight

FULL, PAIRWISE = full(), pairwise()


def _run(cell: Cell, stage: Stage, table: Table) -> None:
    table.begin(cell)
    with stage(cell, cell.column) as scene:
        outcome = Person(scene).work()
    assert scene.hits, "the fault hit nothing"
    table.add(cell, outcome)


def _tests(cells: Sequence[Cell]) -> list[ParameterSet]:
    return [pytest.param(cell, id=cell.id) for cell in cells]


@pytest.mark.slow
@pytest.mark.parametrize("cell", _tests(PAIRWISE))
def test_pairs(cell: Cell, stage: Stage, table: Table) -> None:
    """The cell ends well, whatever the person has to do, and no command says anything that is not so."""
    _run(cell, stage, table)


@pytest.mark.long
@pytest.mark.parametrize("cell", _tests(FULL))
def test_all(cell: Cell, stage: Stage, table: Table) -> None:
    """The same, for each fault at each step of each target."""
    _run(cell, stage, table)


def test_all_pairs() -> None:
    """In the cells of the normal tests all pairs meet that meet anywhere."""
    assert pairs_of(PAIRWISE) == pairs_of(FULL)
    assert len(ROWS) >= 20
    assert {column.service for column in COLUMNS} == {"close", "kizen", "haufe", "circle"}


@pytest.mark.parametrize("target", TARGETS)
def test_undisturbed(target: str, stage: Stage) -> None:
    """Without a fault it goes well at once, and each step is asked for as often as the matrix reckons with."""
    columns = [column for column in TARGETS[target] if column.step != "look"]
    with stage(None, columns[0]) as scene:
        result = scene.send()
        there = Truth(scene).there
    assert (result.code, there) == (0, True), result.err
    counted = {column.asked: column.usual for column in columns}
    assert {step: scene.wires.sent[step] for step in counted} == counted


def _sees(sight: Sight) -> Callable[..., Looked]:
    return lambda *_arguments, **_named: Looked(sight=sight)


@pytest.mark.parametrize(
    ("name", "module", "part", "wrong", "complaint"),
    [
        ("close-note-attach-503-once", verify, "look", _sees(Sight.FOUND), "it says attached while there is not all"),
        ("close-note-attach-lost_after_attaching-once", verify, "look", _sees(Sight.ABSENT), "attached 2 times"),
        ("kizen-record_field-confirm-redirect-once", queue, "BEGIN_ANEW", frozenset(Kind), "2 times for nothing"),
        ("close-note-transfer-changed-once", body, "unchanged", lambda *_arguments: True, "not all of it"),
    ],
    ids=["always found", "never found", "always sent anew", "change unnoticed"],
)
def test_it_can_fail(
    name: str,
    module: ModuleType,
    part: str,
    wrong: object,
    complaint: str,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If the program did this wrong, the matrix would notice."""
    cell = next(cell for cell in FULL if cell.id == name)
    monkeypatch.setattr(module, part, wrong)
    with stage(cell, cell.column) as scene, pytest.raises(AssertionError, match=complaint):
        Person(scene).work()
