"""One cell's own world: files, a practice service, a clock that is in a hurry, a command line, and the fault."""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
import trustme

from tests.cli.harness import CommandLine, FastClock, Result
from tests.matrix.cell import Cell
from tests.matrix.columns import Column
from tests.matrix.papers import APART, LARGE, PIECES, SMALL, Paper
from tests.matrix.wires import Front, Wires
from uploader_gui.cli import keeping, running
from uploader_gui.engine.events import Event
from uploader_gui.engine.http import Request, Timing
from uploader_gui.engine.retry import Policy
from uploader_gui.practice import Fault, PracticeService

PATIENCE = Timing(connect=5, stall=30, answer=10)
IMPATIENCE = Timing(connect=5, stall=0.25, answer=5)


class Clock(FastClock):
    """A clock that jumps over every wait, and whose wall clock can be set back."""

    def __init__(self) -> None:
        super().__init__()
        self.back = 0.0

    def utc(self) -> datetime:
        """Now, in UTC, as this computer has it; the practice service's own clock stays right."""
        return datetime.now(UTC) + timedelta(seconds=self.skipped - self.back)


class Scene:
    """One cell's world.

    Args:
        cell: What is tried; None: nothing happens, at any step of `column`.
        column: The step.
        folder: For its files.
        environment: Puts everything back afterwards.
        captured: What the commands write.

    Attributes:
        wires: Its network.
        clock: The program's clock, which the practice service goes by as long as nobody sets it back.
        papers: Its files.
        victim: The one that is hit.
        later: What happens once the first command has ended.
        damaged: Whether the ledger was damaged.
        hits: How many requests were hit.
        listeners: Told the engine's events as they come.
    """

    def __init__(
        self,
        cell: Cell | None,
        column: Column,
        folder: Path,
        environment: pytest.MonkeyPatch,
        captured: pytest.CaptureFixture[str],
    ) -> None:
        self._cell = cell
        self.column = column
        self.wires = Wires(environment)
        self.clock = Clock()
        self.later: Callable[[], None] | None = None
        self.damaged = False
        self.hits = 0
        self.listeners: list[Callable[[Event], None]] = []
        self.papers = self._papers(folder)
        self.victim = self.papers[1 if cell is not None and cell.second else 0]
        self._environment = environment
        self._captured = captured
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._asked = 0
        self._struck = False
        self._attach_lost = False

    @property
    def cell(self) -> Cell:
        """What is tried."""
        assert self._cell is not None
        return self._cell

    def _papers(self, folder: Path) -> list[Paper]:
        cell, column = self._cell, self.column
        sizes = [SMALL + APART * number for number in range(column.files)]
        if cell is not None and column.step == "transfer":
            usual = sizes[int(cell.second)]
            sizes[int(cell.second)] = LARGE if cell.row.large else PIECES if cell.row.pieces else usual
        seed = "" if cell is None else cell.id
        return [Paper(folder / f"Offer {number}.pdf", size, seed) for number, size in enumerate(sizes, 1)]

    # ------------------------------------------------------------------------------------------------ its life
    def __enter__(self) -> Self:
        """Start everything."""
        self.practice = self._started()
        self.practice.world.processing_seconds = 0
        make, timing = running.Engine, PATIENCE
        if self._cell is not None and self._cell.row.slow:
            timing = IMPATIENCE

        def engine(listener: Callable[[Event], None] = running.nobody, *rest: Any, **named: Any) -> running.Engine:
            def tell(event: Event) -> None:
                for listening in self.listeners:
                    listening(event)
                listener(event)

            policy = Policy(jitter=lambda: 1.0)
            made = functools.partial(make, clock=self.clock, policy=policy, timing=timing, trust=self.wires.trust)
            return made(tell, *rest, **named)

        self._environment.setattr(running, "Engine", engine)
        self._environment.setattr(keeping, "now", self.clock.utc)
        self.cli = CommandLine(
            practice=self.practice, clock=self.clock, environment=self._environment, captured=self._captured
        )
        self.cli.way = 1 if self.column.service == "circle" else 0
        self.wires.around = self._around
        return self

    def __exit__(self, *_: object) -> None:
        """End everything, and leave this process as it was."""
        if self._cell is not None and self._cell.row.lift is not None:
            self._cell.row.lift(self)
        self._stack.close()

    def _started(self) -> PracticeService:
        if self._cell is None or not self._cell.row.tls:
            return self._stack.enter_context(PracticeService(clock=self.clock.time))
        authority = self.wires.authority = _authority()
        front = Front(authority)
        self._environment.setattr(PracticeService, "origin", f"https://127.0.0.1:{front.port}")
        practice = self._stack.enter_context(PracticeService(clock=self.clock.time))
        # It answers to its own name, which is the front's: addresses are signed with it.
        front.behind, practice.port = practice.port, front.port
        self._stack.enter_context(front)
        return practice

    # ------------------------------------------------------------------------------------------------ commands
    def send(self) -> Result:
        """Send all files."""
        case, more = self.column.case, ("--yes", *self._form)
        # Bytes that are to be hit are alone on their way, else others might be hit instead; and so is what an
        # interruption meets, else others that are just being stored are broken off and sent again for it.
        if self._cell is not None and (self.column.step == "transfer" or self._cell.row.interrupts):
            more += ("--lanes", "1")
        files = [paper.path for paper in self.papers]
        return self.cli.send(case.service, *files, target=case.target, inputs=case.inputs, more=more)

    def go_on(self, *command: str) -> Result:
        """Go on with a batch."""
        return self.cli.signed_in(self.column.service, *command, "--yes", *self._form)

    @property
    def _form(self) -> tuple[str, ...]:
        return ("--json",) if self._cell is not None and self._cell.json else ()

    def first_ended(self) -> None:
        """The first command has ended: the service behaves again; what is the matter here still is."""
        self.wires.around = lambda _request: nullcontext()
        self.practice.behave()
        if self.later is not None:
            self.later()

    def lift(self) -> None:
        """A person takes the fault away, where it is on this computer."""
        if self.cell.row.lift is not None:
            self.cell.row.lift(self)

    # ------------------------------------------------------------------------------------------------ the fault
    def _around(self, request: Request) -> AbstractContextManager[None]:
        if self.column.step == "look" and request.step == "attach" and not self._attach_lost:
            self._attach_lost = True
            kind = "drop_after_attach" if self.column.arrived else "server_error"
            self.practice.misbehave(Fault(kind=kind, service=self.column.service, step="attach"))
            return nullcontext()
        if self._cell is None or not self._is_hit(request):
            return nullcontext()
        return self._hit(self._cell)

    @contextmanager
    def _hit(self, cell: Cell) -> Iterator[None]:
        with cell.row.strike(self):
            yield

    def _is_hit(self, request: Request) -> bool:
        column, cell = self.column, self.cell
        if request.step != column.asked or (column.step == "look" and not self._attach_lost):
            return False
        with self._lock:
            if self._struck and not cell.always:
                return False
            if column.step == "transfer":
                # As long as its bytes and the form around them.
                length = 0 if request.body is None or isinstance(request.body, bytes) else request.body.length
                if not self.victim.size <= length < self.victim.size + APART - 1:
                    return False
            else:
                self._asked += 1
                if self._asked <= cell.second:
                    return False
            self._struck = True
            self.hits += 1
            return True


@functools.cache
def _authority() -> trustme.CA:
    return trustme.CA()
