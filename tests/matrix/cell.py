"""What a fault is, and a cell of the matrix: one fault at one step of one target."""

import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.matrix.columns import OF_FILES, STEPS, Column

if TYPE_CHECKING:
    from tests.matrix.scene import Scene

Strike = Callable[["Scene"], AbstractContextManager[None]]
"""What happens around a request that is hit."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault.

    Attributes:
        id: In the names of tests.
        name: In the matrix.
        strike: What it does to a request.
        steps: Those at which it makes sense.
        lift: How a person takes it away, where it is something on this computer.
        early: Whether that person, where it hits always, first tries in vain to go on while it still lasts.
        large: Whether it needs a body that is still under way when it strikes.
        pieces: Whether it hits a file while that is being read.
        store: Whether it hits the ledger, so that what was done may be forgotten.
        tls: Whether the service must be reached by https.
        slow: Whether it takes real time.
        interrupts: Whether the first command is interrupted.
    """

    id: str
    name: str
    strike: Strike
    steps: frozenset[str] = frozenset(STEPS)
    lift: Callable[["Scene"], None] | None = None
    early: bool = False
    large: bool = False
    pieces: bool = False
    store: bool = False
    tls: bool = False
    slow: bool = False
    interrupts: bool = False


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One fault at one step of one target.

    Attributes:
        row: The fault.
        column: The step.
        always: Whether it lasts until the person does something about it; else it hits one request.
    """

    row: Row
    column: Column
    always: bool

    @property
    def id(self) -> str:
        """Its name as a test."""
        return f"{self.column.id}-{self.row.id}-{'always' if self.always else 'once'}"

    @property
    def chance(self) -> int:
        """A number that looks like chance and is always the same."""
        return zlib.crc32(self.id.encode())

    @property
    def second(self) -> bool:
        """Whether it hits the second file, where there are several; else the first."""
        return self.column.files > 1 and self.column.step in OF_FILES and self.chance & 1 == 1

    @property
    def json(self) -> bool:
        """Whether the commands write JSON; else what a person reads."""
        return self.chance & 2 == 2
