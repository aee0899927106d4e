"""Every misbehaviour at every step: it ends as it must, says what happened, and never attaches twice.

The table says how a batch ends. What may be repeated is repeated; what may not is told to a person.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.fixtures import Pace
from tests.cli.harness import CommandLine, Result, attached, print_of
from tests.contract.cases import Case
from uploader_gui.practice import Fault

NOTE = Case(service="close", target="note")
DRAFT = Case(service="close", target="email_draft_add")
FIELD = Case(service="kizen", target="record_field")
CONNECTOR = Case(service="kizen", target="connector_input")
THREAD = Case(service="haufe", target="new_thread")
CHAT = Case(service="circle", target="chat_message")

STEPS = {
    NOTE: ("lookup", "sign", "transfer", "attach"),
    DRAFT: ("prepare", "attach", "verify"),
    FIELD: ("sign", "transfer", "confirm", "prepare", "attach", "verify"),
    CONNECTOR: ("attach",),
    THREAD: ("sign", "transfer", "ready", "prepare", "attach"),
    CHAT: ("token", "sign", "transfer", "attach"),
}


@dataclass(frozen=True)
class End:
    """How a batch ends: its exit code and the kind of its problem."""

    code: int
    problem: str | None = None


FINE = End(0)
UNKNOWN = End(3, "attach_unknown")

# What may be asked again is asked again, so most of what passes by itself ends well.
PASSING = (
    "delay", "slow_answer", "stall", "rate_limit", "rate_limit_bare", "unavailable", "server_error", "reset",
    "server_error_after", "half_answer",
)  # fmt: skip
# Refused before anything was done: an attach, too, is simply asked again.
HARMLESS = {"delay", "slow_answer", "rate_limit", "rate_limit_bare"}
ARRIVES = {"server_error_after", "drop_after_attach"}
LOST = {"stall", "unavailable", "server_error", "reset", "server_error_after", "drop_after_attach"}


def expected(case: Case, step: str, kind: str) -> End:  # noqa: C901, PLR0912 - a table, read from top to bottom
    """How a batch ends that meets this once."""
    if kind in HARMLESS:
        return FINE
    if step == "attach":
        if kind in LOST | {"redirect"}:
            # The same file set twice is one file: that may be asked again. A redirect never helps.
            if case is CONNECTOR:
                return End(3, "redirected") if kind == "redirect" else FINE
            # The service is looked at: what is there is there, what is not is done again, but never where that sends.
            return UNKNOWN if case is CHAT and kind not in ARRIVES else FINE
        if kind == "early_413":
            return End(1, "refused")
        return FINE  # the status has come, and says that it is attached
    if step == "prepare" and case is THREAD:
        # A thread that was perhaps made is looked for, and is not made again.
        if kind == "redirect":
            return End(1, "redirected")
        if kind == "early_413":
            return End(1, "refused")
        if kind == "broken_json":
            return End(1, "unexpected_answer")
        return FINE
    if kind in PASSING:
        return FINE
    if step == "verify":
        return FINE  # it is looked at once more
    if kind == "redirect":
        return End(1, "redirected")
    if kind == "early_413" and step not in {"lookup", "token"}:
        return End(1, "file_too_large" if step == "transfer" else "refused")
    if kind == "broken_json":
        # Storage's answer is not read; a record's name, for which the token is fetched first, is a courtesy.
        return FINE if step in {"transfer", "lookup", "token"} else End(1, "unexpected_answer")
    return FINE


def kinds(case: Case, step: str) -> tuple[str, ...]:
    """The misbehaviours that make sense at a step."""
    found: tuple[str, ...] = (*PASSING, "redirect", "broken_json", "early_413")
    if case is not NOTE and step != "attach":
        # The same as others to the engine; once through all steps is enough.
        found = tuple(kind for kind in found if kind not in {"delay", "slow_answer", "rate_limit_bare", "server_error"})
    if step == "transfer":
        found += ("drop_after_store", "expired") + (("wrong_etag",) if case is not FIELD else ())
    if step == "attach":
        found += ("drop_after_attach",)
    return found


TABLE = [(case, step, kind) for case, steps in STEPS.items() for step in steps for kind in kinds(case, step)]


def fault(kind: str, step: str, case: Case, times: int = 1) -> Fault:
    """A misbehaviour that keeps no test waiting. Two targets read one address to name, to prepare and to verify."""
    seconds = {"delay": 0.02, "rate_limit": 90.0}.get(kind, 0.0)
    skip = {"prepare": 1, "verify": 2}.get(step, 0) if case in {DRAFT, FIELD} else 0
    return Fault(kind=kind, service=case.service, step=step, times=times, seconds=seconds, skip=skip)


def send(cli: CommandLine, case: Case, paths: list[Path]) -> Result:
    """Send files to a case's target."""
    cli.way = 1 if case is CHAT else 0
    return cli.send(case.service, *paths, target=case.target, inputs=case.inputs)


def check_no_harm(cli: CommandLine, case: Case, result: Result, paths: list[Path]) -> None:
    """Whatever happened: at most one attach, whole, and what the command says of it is true."""
    expect = Counter(map(print_of, paths))
    found = attached(cli.practice, case.service)
    done = result.done
    assert found in ([], [expect])
    assert done["files"] == len(paths)
    if result.code == 0:
        assert found == [expect]
        assert (done["attached"], done["unknown"], done["problems"]) == (len(paths), 0, 0)
        return
    assert done["attached"] == 0
    assert done["unknown"] == (len(paths) if result.code == 3 else 0)
    assert done["problems"] == len(result.problems) > 0
    if result.code == 1:
        assert found == []
    for line in result.events("problem"):
        assert line["title"]
        assert re.sub(r" [\w ]+ says: “.*”$", "", line["text"]).endswith("."), line["text"]
        assert not {"{", "}", "None"} & set(line["text"].replace(".", " ").split())
        assert "http" not in line["text"]


@pytest.mark.parametrize(
    ("case", "step", "kind"),
    [pytest.param(*row, id=f"{row[0].service}-{row[0].target}-{row[1]}-{row[2]}") for row in TABLE],
)
def test_once(case: Case, step: str, kind: str, cli: CommandLine, pace: Pace, tmp_path: Path) -> None:
    """A misbehaviour met once ends as the table says."""
    if kind == "stall":
        pace.stall, pace.answer = 0.3, 0.6
    paths = [case.file(tmp_path, f"Offer {number}") for number in range(1 if case.flow.max_files == 1 else 2)]
    cli.practice.misbehave(fault(kind, step, case))
    result = send(cli, case, paths)
    cli.practice.behave()
    assert not cli.practice.errors
    end = expected(case, step, kind)
    assert (result.code, result.problems) == (end.code, [end.problem] if end.problem else []), result.text
    check_no_harm(cli, case, result, paths)
    if kind == "rate_limit":
        # A look after an attach that went well waits half a minute at most.
        assert cli.clock.skipped >= (29 if step == "verify" else 89), "it must wait as long as it was told"
    assert not [path for path in cli.practice.world.requests if path.service == ""], "nothing else is ever asked"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "step", "kind"),
    [
        pytest.param(*row, id=f"{row[0].service}-{row[0].target}-{row[1]}-{row[2]}")
        for row in TABLE
        if row[2] not in {"delay", "slow_answer", "stall", "server_error"}
        and (row[0] is NOTE or row[2] != "rate_limit_bare")
    ],
)
def test_always(case: Case, step: str, kind: str, cli: CommandLine, tmp_path: Path) -> None:
    """A misbehaviour that does not stop ends too, with a sentence, and never attaches twice."""
    paths = [case.file(tmp_path, f"Offer {number}") for number in range(1 if case.flow.max_files == 1 else 2)]
    cli.practice.misbehave(fault(kind, step, case, times=0))
    result = send(cli, case, paths)
    check_no_harm(cli, case, result, paths)
    assert cli.asked(case.service, step) <= 2 * 30 + 2
