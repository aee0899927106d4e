"""What the faults meet: six targets of the four services, and the steps of each that a request belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.contract.cases import Case

STEPS = ("ask", "sign", "transfer", "confirm", "ready", "prepare", "attach", "verify", "look")
"""All steps, in their order. `ask` comes before anything is kept: whose the account is, its token, the record's name.
`prepare` is the calls before an attach, or the look at what is there before it; `verify` is the read-back after one
that adds to a thing; `look` comes after an attach whose answer got lost."""

OF_FILES = frozenset({"sign", "transfer", "confirm", "ready"})
"""The steps that each file takes."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One step of one target.

    Attributes:
        case: The target.
        files: How many files are sent there.
        step: One of `STEPS`.
        asked: What a request of it says its step is.
        served: What the practice service calls it: there, what is on a record before and after is one question.
        usual: How many such requests there are when nothing happens.
        arrived: Whether the attach that is looked for had arrived when its answer got lost.
    """

    case: Case
    files: int
    step: str
    asked: str
    served: str
    usual: int
    arrived: bool = False

    @property
    def service(self) -> str:
        """The service's id."""
        return self.case.service

    @property
    def name(self) -> str:
        """The step, as the head of its column and in the names of tests."""
        return f"{self.step}_{'arrived' if self.arrived else 'lost'}" if self.step == "look" else self.step

    @property
    def id(self) -> str:
        """Its name among all of them: "close-note-sign"."""
        return f"{self.case.service}-{self.case.target}-{self.name}"


def _columns(
    case: Case, files: int, usual: Mapping[str, int], asked: str = "", prepare: str = "prepare"
) -> tuple[Column, ...]:
    """A target's columns, with how many requests each step usually takes; of a look there are two."""
    named = {"ask": asked, "look": "verify"}
    served = {**named, "prepare": prepare}
    return tuple(
        Column(
            case=case,
            files=files,
            step=step,
            asked=named.get(step, step),
            served=served.get(step, step),
            usual=count,
            arrived=arrived,
        )
        for step, count in usual.items()
        for arrived in ((False, True) if step == "look" else (False,))
    )


TARGETS = {
    "note": _columns(
        Case(service="close", target="note"),
        3,
        {"ask": 1, "sign": 3, "transfer": 3, "prepare": 1, "attach": 1, "look": 1},
        "lookup",
        "verify",
    ),
    "draft": _columns(
        Case(service="close", target="email_draft_add"),
        2,
        {"prepare": 1, "attach": 1, "verify": 1},
    ),
    "field": _columns(
        Case(service="kizen", target="record_field"),
        3,
        {"ask": 3, "sign": 3, "transfer": 3, "confirm": 3, "prepare": 1, "attach": 1, "verify": 1},
        "lookup",
    ),
    "thread": _columns(
        Case(service="haufe", target="new_thread"),
        1,
        # Before the thread is made, the threads that are there are noted.
        {"sign": 1, "transfer": 1, "ready": 1, "prepare": 2, "attach": 1, "look": 1},
    ),
    "upload": _columns(
        Case(service="haufe", target="upload"),
        3,
        {"ask": 1, "sign": 3, "transfer": 3, "ready": 3},
        "check",
    ),
    "chat": _columns(
        Case(service="circle", target="chat_message"),
        2,
        {"ask": 1, "sign": 2, "transfer": 2, "attach": 1, "look": 1},
        "token",
    ),
}
"""The columns of each target."""

COLUMNS = tuple(column for columns in TARGETS.values() for column in columns)
"""All columns."""
