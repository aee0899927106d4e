"""What can be done about what, in words: needs no Qt."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploader_gui.core.batch import Batch, BatchState, Proof, Step, Upload, UploadState
from uploader_gui.core.problems import ACTIONS, Action, Kind, Problem
from uploader_gui.gui import deeds, notices, wording
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.rows import Group, Node
from uploader_gui.workers.facts import NotYetError, Why

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def node(*uploads: Upload, state: BatchState = BatchState.OPEN, sends: bool = False) -> Node:
    """A batch with these files."""
    batch = Batch(
        id="b",
        service="close",
        target="note",
        inputs={},
        named={},
        created=NOW,
        place="the note on Globex",
        link="https://example.com/",
        state=state,
        uploads=tuple(one.id for one in uploads),
    )
    made = Node(batch, sends=sends)
    for one in uploads:
        made.put(one, None)
    return made


def upload(number: int = 0, state: UploadState = UploadState.QUEUED, problem: Problem | None = None) -> Upload:
    """A file."""
    return Upload(
        id=f"u{number}",
        batch_id="b",
        given="a.pdf",
        file="/a.pdf",
        name="a.pdf",
        size=1000,
        modified=1,
        media_type="application/pdf",
        state=state,
        problem=problem,
    )


def test_everything_has_words() -> None:
    """Each deed, action, step and grade of proof is called something, and nothing is called twice the same in a row."""
    assert all(deeds.label(deed) and deeds.short(deed) for deed in Deed)
    assert all(wording.action(action) for action in Action)
    assert all(wording.step(step) for step in Step)
    assert all(wording.proof(grade) for grade in Proof)


def test_another_file_is_called_so_in_both_places() -> None:
    """A row's button and the same one in the details do not go by two words."""
    assert deeds.short(Deed.CHOOSE_FILE).lower() in deeds.label(Deed.CHOOSE_FILE).lower()
    assert set(deeds.short(Deed.PART).split()) <= set(deeds.label(Deed.PART).split())


@pytest.mark.parametrize("kind", list(Kind))
def test_each_problem_of_a_file_can_be_solved(kind: Kind) -> None:
    """Whatever a file needs a person for, there are buttons, and they are those of the problem."""
    stuck = upload(0, UploadState.NEEDS_ATTENTION, Problem(kind=kind, name="a.pdf", service="Close"))
    alone = node(stuck, state=BatchState.NEEDS_ATTENTION)
    assert alone.group is Group.NEEDS_YOU
    assert deeds.solving(alone, None)
    assert deeds.primary(alone, None) is not None
    beside = node(stuck, upload(1, UploadState.STORED))
    found = deeds.solving(beside, stuck)
    assert (Deed.LEAVE_OUT in found) == (Action.LEAVE_OUT in ACTIONS[kind])
    assert Deed.REMOVE not in found
    assert Deed.LEAVE_OUT in deeds.possible(beside, stuck, NOW)
    assert Deed.PART in deeds.solving(beside, None)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_problem_of_an_attach_can_be_solved(kind: Kind) -> None:
    """Whatever an attach was refused for, there is a button and a sentence."""
    refused = node(upload(0, UploadState.STORED), state=BatchState.NEEDS_ATTENTION)
    refused.batch = dataclasses.replace(refused.batch, problem=Problem(kind=kind, service="Close"))
    assert deeds.solving(refused, None)
    assert wording.batch_now(refused, 0)


def test_nothing_is_given_up_while_it_is_attached() -> None:
    """While nobody can say that nothing is attached, giving up is not offered."""
    for state in (BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN):
        found = deeds.possible(node(upload(0, UploadState.STORED), state=state), None, NOW)
        assert Deed.REMOVE not in found


def test_what_sends_waits_for_a_person() -> None:
    """A batch that goes out to people is ready, and needs somebody who presses Send."""
    ready = node(upload(0, UploadState.STORED), sends=True)
    assert ready.group is Group.NEEDS_YOU
    assert deeds.solving(ready, None)[0] is Deed.SEND
    held = node(upload(0, UploadState.STORED), state=BatchState.HELD, sends=True)
    assert deeds.primary(held, None) is Deed.UNDO


def test_left_batches() -> None:
    """A batch that an earlier run left says why, and what can be done about it."""
    left = node(upload())
    left.left = Why.NO_ACCOUNT
    assert deeds.solving(left, None) == [Deed.CHANGE_ACCOUNT, Deed.TAKE_UP, Deed.REMOVE]
    assert deeds.primary(left, None) is Deed.CHANGE_ACCOUNT
    assert deeds.primary(left, left.uploads[0]) is None, "one button is enough, however many files there are"
    left.left = Why.NO_SERVICE
    assert deeds.solving(left, None) == [Deed.REMOVE]


def test_links_run_out() -> None:
    """A file's link can be copied while it is good, and no address is opened that is none."""
    stored = dataclasses.replace(
        upload(0, UploadState.STORED),
        result={"link": "https://x.example/"},
        good_until=datetime(2026, 11, 20, 13, tzinfo=UTC),
    )
    assert Deed.COPY_LINK in deeds.possible(node(stored), stored, NOW)
    late = datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert Deed.COPY_LINK not in deeds.possible(node(stored), stored, late)
    odd = dataclasses.replace(stored, result={"link": "javascript:alert(1)"})
    assert deeds.link_of(odd, NOW) is None


@pytest.mark.parametrize("why", list(Why))
def test_each_refusal_has_a_sentence(why: Why) -> None:
    """Whatever was not begun, a sentence says why."""
    assert notices.refusal(NotYetError(why, count=3, most=1, place="the note on Globex")).endswith(".")


@pytest.mark.parametrize(
    "trouble", ["newer", "locked", "full", "read_only", "unreachable", "damaged", "something else"]
)
def test_each_trouble_of_the_ledger_has_a_sentence(trouble: str) -> None:
    """Whatever is wrong with the ledger, it is named with its path."""
    assert "/home/ann/ledger.db" in notices.ledger(trouble, Path("/home/ann/ledger.db")).text


def test_numbers() -> None:
    """Countdowns and speeds read as people write them."""
    assert [wording.countdown(one) for one in (-1, 24, 185, 3725)] == ["0:00", "0:24", "3:05", "1:02:05"]
    assert wording.speed(12_400_000) == "12.4 MB/s"
