"""The matrix as text: what the person saw, what was tried again, and in whose words."""

from tests.matrix.cell import Cell
from tests.matrix.columns import TARGETS, Column
from tests.matrix.faults import ROWS
from tests.matrix.person import Outcome

NOT_RUN = "·"
NO_SENSE = "-"

FAILS = "FAILS"

HOW_TO_READ = (
    "A cell: hit once; hit always (one word where both are the same).",
    "ok: it went well by itself. ok 2×: at the second try. looked: the program looked for the lost attach by itself.",  # noqa: RUF001
    "Else: what the person did, and what the person had read. resume, retry: that command. settle: found it at the",
    "record, and said so. again: did not find it there, said so, and it was attached then. send: nothing was kept, and",
    "it was sent again. In the end each file was there exactly once, and whole.",
    "look: at what became of an attach whose answer was lost; it had arrived, or was lost itself.",
    f"{FAILS}: not so. {NO_SENSE}: makes no sense. {NOT_RUN}: not run this time.",
)


class Table:
    """Collects how cells ended."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, str, bool], str] = {}
        self._sentences: dict[str, str] = {}

    def __len__(self) -> int:
        """How many cells were run."""
        return len(self._cells)

    def begin(self, cell: Cell) -> None:
        """Take a cell that has not ended well yet."""
        self._cells[cell.row.id, cell.column.id, cell.always] = FAILS

    def add(self, cell: Cell, outcome: Outcome) -> None:
        """Take how a cell ended."""
        self._cells[cell.row.id, cell.column.id, cell.always] = str(outcome)
        for kind, sentence in outcome.sentences.items():
            self._sentences.setdefault(kind, sentence)

    def lines(self) -> list[str]:
        """The whole of it: a block for each target, one line a fault, one column a step; then the sentences."""
        lines = list(HOW_TO_READ)
        for columns in TARGETS.values():
            lines += ["", *self._block(columns)]
        lines += ["", "What is read:"]
        lines += [f"  {kind}: {sentence}" for kind, sentence in sorted(self._sentences.items())]
        return lines

    def _block(self, columns: tuple[Column, ...]) -> list[str]:
        texts = {row.id: [self._text(row.id, row.steps, column) for column in columns] for row in ROWS}
        title = f"{columns[0].service}·{columns[0].case.target}"
        heads = [column.name for column in columns]
        first = max(len(title), *(len(row.name) for row in ROWS))
        widths = [max(map(len, cells)) for cells in zip(heads, *texts.values(), strict=True)]
        rows = [(title, heads), *((row.name, texts[row.id]) for row in ROWS)]
        return [
            f"{name:<{first}}  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
            for name, cells in rows
        ]

    def _text(self, row: str, steps: frozenset[str], column: Column) -> str:
        if column.step not in steps:
            return NO_SENSE
        once, always = (self._cells.get((row, column.id, often)) for often in (False, True))
        if once is None and always is None:
            return NOT_RUN
        if once == always:
            return str(once)
        return f"{once or NOT_RUN}; {always or NOT_RUN}"
