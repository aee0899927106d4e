"""What the engine tells whoever watches: the command line, the window, a test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any

from uploader_gui.core.batch import Batch, Receipt, Step, Upload
from uploader_gui.core.problems import Problem


class StepState(StrEnum):
    """How a step stands."""

    STARTED = auto()
    DONE = auto()
    WAITING = auto()
    FAILED = auto()


@dataclass(frozen=True, kw_only=True)
class StepChanged:
    """A step of an upload, or of the batch itself (`upload` is None), began, ended, or waits for its next try.

    Attributes:
        milliseconds: Since the step began this time; for WAITING, until it goes on.
        problem: Why it waits or failed, if that is a problem.
    """

    batch: Batch
    upload: Upload | None
    step: Step
    state: StepState
    milliseconds: int
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file is stored. `result` is what it is good for: its link, ids."""

    batch: Batch
    upload: Upload
    receipt: Receipt
    result: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A batch is attached, or stored where its target attaches nothing."""

    batch: Batch
    uploads: tuple[Upload, ...]
    attached: bool
    place: str
    link: str | None


@dataclass(frozen=True, kw_only=True)
class Troubled:
    """An upload or the batch itself needs a person."""

    batch: Batch
    upload: Upload | None
    problem: Problem


Event = StepChanged | Stored | Finished | Troubled
Listener = Callable[[Event], None]
