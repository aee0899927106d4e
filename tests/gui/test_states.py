"""No state is told by colour alone: each has an icon of its own shape and words, in the row and in its sentence."""

import dataclasses
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.gui.test_queue_model import batch
from uploader_gui.core.batch import BatchState, Upload, UploadState
from uploader_gui.core.places import resources
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.gui import wording
from uploader_gui.gui.rows import Node
from uploader_gui.gui.wording import Sign
from uploader_gui.workers.facts import Why

pytestmark = pytest.mark.slow  # it shares what makes batches with tests that need Qt
NOW = 100.0
ENDED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PROBLEM = Problem(kind=Kind.FILE_MISSING, name="file 0.pdf")


def node_of(state: BatchState, *, sends: bool = False, **marks: Any) -> Node:
    """A batch in this state with a file in each state."""
    whole, files = batch(1, len(UploadState))
    node = Node(dataclasses.replace(whole, state=state, ended=ENDED), sends=sends)
    for upload, its in zip(files, UploadState, strict=True):
        problem = PROBLEM if its is UploadState.NEEDS_ATTENTION else None
        node.put(dataclasses.replace(upload, state=its, problem=problem), Meter(upload.size))
    for name, mark in marks.items():
        setattr(node, name, mark)
    return node


NODES = [
    *(node_of(state, sends=sends) for state in BatchState for sends in (False, True)),
    *(node_of(BatchState.OPEN, left=why) for why in Why if why is not Why.NO_LEDGER),
    node_of(BatchState.ATTACH_UNKNOWN, asks=True),
    node_of(BatchState.OPEN, busy=Problem(kind=Kind.RECORD_BUSY, service="Close")),
]


@pytest.mark.parametrize("node", NODES, ids=lambda node: f"{node.batch.state} {node.left or ''} {node.asks}")
def test_every_batch_has_an_icon_and_words(node: Node) -> None:
    """A batch's row says how it stands by a picture and in words, and its sentence says the same words."""
    sign, words = wording.batch_sign(node), wording.batch_now(node, NOW)
    assert (resources() / "icons" / f"{sign}.svg").is_file()
    assert len(words) > 3
    assert words in wording.batch_sentence(node, "Close", NOW)


@pytest.mark.parametrize("node", NODES, ids=lambda node: f"{node.batch.state} {node.left or ''} {node.asks}")
def test_every_file_has_an_icon_and_words(node: Node) -> None:
    """So does a file's row, whatever its batch is about."""
    for upload in node.uploads:
        sign, words = wording.upload_sign(node, upload), wording.upload_now(node, upload, NOW)
        assert (resources() / "icons" / f"{sign}.svg").is_file()
        assert len(words) > 3
        assert words in wording.upload_sentence(node, upload, NOW)


def test_states_that_differ_are_told_apart() -> None:
    """Two files in different states never look and read the same, but for those that mean the same to a person."""
    node = node_of(BatchState.OPEN)

    def seen(upload: Upload) -> tuple[Sign, str]:
        return wording.upload_sign(node, upload), wording.upload_now(node, upload, NOW)

    for one, other in itertools.combinations(node.uploads, 2):
        assert seen(one) != seen(other), (one.state, other.state)
    signs = {upload.state: seen(upload)[0] for upload in node.uploads}
    apart = [UploadState.QUEUED, UploadState.RUNNING, UploadState.STORED, UploadState.PAUSED]
    apart += [UploadState.NEEDS_ATTENTION, UploadState.CANCELLED]
    assert len({signs[state] for state in apart}) == len(apart)


def test_every_sign_of_the_timeline_is_a_word() -> None:
    """A picture in the timeline is told as well, and no two of them by the same word."""
    said = [wording.sign(sign) for sign in (None, *Sign)]
    assert all(said)
    assert len(set(said)) == len(said)


def test_every_picture_is_another_shape() -> None:
    """Pictures of different signs are different drawings, all in the colour they are given."""
    drawings = {sign: (resources() / "icons" / f"{sign}.svg").read_text("utf-8") for sign in Sign}
    assert len(set(drawings.values())) == len(Sign)
    for drawing in drawings.values():
        assert "currentColor" in drawing
        assert "#" not in drawing
