"""All cells of the matrix, and the few of them in which all pairs of what matters meet."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.matrix.cell import Cell
from tests.matrix.columns import COLUMNS
from tests.matrix.faults import ROWS


def full() -> list[Cell]:
    """All cells that make sense."""
    return [
        Cell(row=row, column=column, always=always)
        for row, column, always in itertools.product(ROWS, COLUMNS, (False, True))
        if column.step in row.steps
    ]


def pairwise() -> list[Cell]:
    """Cells in which each fault meets each step, each service, and both ways to last; and each step each service."""
    cells = full()
    missing = {pair for cell in cells for pair in _pairs(cell)}
    where = defaultdict[tuple[str, str], list[Cell]](list)
    for cell in cells:
        for pair in _pairs(cell):
            where[pair].append(cell)
    chosen = list[Cell]()
    # Fault and step first: there are most of these, and one cell for each of them brings most of the others along.
    for pair in sorted(missing, key=lambda pair: (pair[0][0] != "f" or pair[1][0] != "s", pair)):
        if pair in missing:
            best = max(where[pair], key=lambda cell: (len(missing & set(_pairs(cell))), -_cost(cell), cell.chance))
            chosen.append(best)
            missing -= set(_pairs(best))
    return sorted(chosen, key=cells.index)


def _pairs(cell: Cell) -> Iterator[tuple[str, str]]:
    fault, step = f"fault {cell.row.id}", f"step {cell.column.step}"
    service, often = f"in {cell.column.service}", f"always {cell.always}"
    yield fault, step
    yield fault, service
    yield fault, often
    yield step, service


def _cost(cell: Cell) -> int:
    """What takes longer: tries that really wait, or many of them."""
    return cell.always * (2 if cell.row.slow else cell.row.id.startswith("429"))


def pairs_of(cells: Iterable[Cell]) -> set[tuple[str, str]]:
    """All pairs in these cells."""
    return {pair for cell in cells for pair in _pairs(cell)}
