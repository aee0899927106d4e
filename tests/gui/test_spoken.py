"""What is said to whoever listens: gathered, seldom, never twice; each batch with its sentence."""

import dataclasses

import pytest

from tests.gui.test_queue_model import batch as made
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.gui.rows import Node
from uploader_gui.gui.spoken import GAP, MOST, QUIET, TOGETHER, Spoken

pytestmark = pytest.mark.slow  # it shares what makes batches with tests that need Qt


class Listener:
    """Somebody who hears what is said, on a clock of the test's."""

    def __init__(self) -> None:
        self.now = 100.0
        self.spoken = Spoken(lambda: self.now)

    def hears(self) -> list[str]:
        """Wait until there is nothing more to say; gives what was said, one text for each announcement."""
        heard = []
        while (due := self.spoken.due) is not None:
            self.now += due
            if (said := self.spoken.take()) is not None:
                heard.append(said.text)
        return heard


@pytest.fixture
def listener() -> Listener:
    """Somebody who listens."""
    return Listener()


def node_of(number: int = 1, files: int = 1, *, sends: bool = False) -> Node:
    """A batch that waits, with its files."""
    whole, uploads = made(number, files)
    node = Node(whole, sends=sends)
    for upload in uploads:
        node.put(upload, None)
    return node


def files_are(node: Node, state: UploadState, problem: Problem | None = None, sent: int = 0) -> None:
    """All files of a batch are so."""
    for upload in list(node.uploads):
        meter = Meter(upload.size)
        meter.add(sent)
        node.put(dataclasses.replace(upload, state=state, problem=problem), meter)


def is_now(node: Node, state: BatchState) -> None:
    """The batch is so."""
    node.batch = dataclasses.replace(node.batch, state=state)


def test_a_batch(listener: Listener) -> None:
    """A batch of five hundred files is said when it begins and when it is done, whatever its files do meanwhile."""
    node = node_of(files=500)
    listener.spoken.look(node)
    assert listener.hears() == []
    for upload in list(node.uploads):
        node.put(dataclasses.replace(upload, state=UploadState.RUNNING), Meter(upload.size))
        listener.spoken.look(node)
    assert listener.hears() == ["Sending: Note on Customer 1, 500 files."]
    for state in (UploadState.QUEUED, UploadState.RUNNING, UploadState.STORED):
        for upload in list(node.uploads):
            node.put(dataclasses.replace(upload, state=state), Meter(upload.size))
            listener.spoken.look(node)
    assert listener.hears() == []
    is_now(node, BatchState.ATTACHED)
    listener.spoken.look(node)
    listener.spoken.look(node)
    assert listener.hears() == ["Attached: Note on Customer 1, 500 files."]


def test_only_the_last(listener: Listener) -> None:
    """What is over before there was time to say it is not said."""
    node = node_of()
    files_are(node, UploadState.RUNNING)
    listener.spoken.look(node)
    files_are(node, UploadState.STORED)
    is_now(node, BatchState.ATTACHED)
    listener.spoken.look(node)
    assert listener.hears() == ["Attached: Note on Customer 1, 1 file."]


def test_seldom(listener: Listener) -> None:
    """Between two announcements there is time to hear the first one out; what comes meanwhile is gathered."""
    for number in range(MOST + 1):
        node = node_of(number)
        is_now(node, BatchState.ATTACHED)
        listener.spoken.look(node)
        if number == 0:
            assert listener.spoken.due == pytest.approx(TOGETHER)
            listener.now += TOGETHER
            assert listener.spoken.take() is not None
    assert listener.spoken.due == pytest.approx(GAP)
    listener.now += GAP
    said = listener.spoken.take()
    assert said is not None
    assert said.text == " ".join(f"Attached: Note on Customer {number}, 1 file." for number in range(1, MOST + 1))


def test_many(listener: Listener) -> None:
    """Many batches at once are one sentence."""
    nodes = [node_of(number) for number in range(2 * MOST)]
    for node in nodes[:MOST]:
        is_now(node, BatchState.ATTACHED)
    for node in nodes[MOST:-1]:
        files_are(node, UploadState.NEEDS_ATTENTION, Problem(kind=Kind.FILE_MISSING, name="a.pdf"))
    files_are(nodes[-1], UploadState.RUNNING)
    for node in nodes:
        listener.spoken.look(node)
    assert listener.hears() == ["3 batches are done, 2 need you, 1 batch is being sent."]


def test_needs_you(listener: Listener) -> None:
    """What needs a person is said with the whole sentence; and again if it needs one again after something was done."""
    node = node_of()
    problem = Problem(kind=Kind.FILE_MISSING, name="a.pdf")
    files_are(node, UploadState.NEEDS_ATTENTION, problem)
    listener.spoken.look(node)
    (said,) = listener.hears()
    assert said.startswith("Needs you: Note on Customer 1. ")
    assert "a.pdf" in said
    assert said.count(". ") >= 2
    files_are(node, UploadState.QUEUED)
    listener.spoken.look(node)
    assert listener.hears() == []
    files_are(node, UploadState.NEEDS_ATTENTION, problem)
    listener.spoken.look(node)
    assert listener.hears() == [said]


def test_several_files_need_you(listener: Listener) -> None:
    """Of several files that need a person their number is said: each has its own sentence in its row."""
    node = node_of(files=3)
    files_are(node, UploadState.NEEDS_ATTENTION, Problem(kind=Kind.FILE_MISSING, name="a.pdf"))
    listener.spoken.look(node)
    assert listener.hears() == ["Needs you: Note on Customer 1. 3 of 3 files need you."]


def test_what_goes_out(listener: Listener) -> None:
    """Of what goes out to people the file is only on its way; it is never said to be sent before a person says so."""
    node = node_of(sends=True)
    files_are(node, UploadState.RUNNING)
    listener.spoken.look(node)
    assert listener.hears() == ["Uploading: Note on Customer 1, 1 file."]
    files_are(node, UploadState.STORED)
    listener.spoken.look(node)
    assert listener.hears() == ["Needs you: Note on Customer 1. Ready: not sent yet."]
    is_now(node, BatchState.HELD)
    listener.spoken.look(node)
    assert listener.hears() == []


def test_network(listener: Listener) -> None:
    """That the connection is gone is said once for all batches, and that it is back once something went out by it."""
    nodes = [node_of(1), node_of(2)]
    for node in nodes:
        files_are(node, UploadState.RUNNING)
        listener.spoken.look(node)
    listener.hears()
    for node in nodes:
        files_are(node, UploadState.WAITING_NETWORK)
        listener.spoken.look(node)
    assert listener.hears() == ["There is no connection. Everything goes on when it is back."]
    for state in (UploadState.RUNNING, UploadState.WAITING_NETWORK, UploadState.RUNNING):
        files_are(nodes[0], state)  # it is tried in vain
        listener.spoken.look(nodes[0])
        listener.spoken.tick(nodes)
    assert listener.hears() == []
    for node in nodes:
        files_are(node, UploadState.QUEUED)
        files_are(node, UploadState.RUNNING, sent=10_000)
        listener.spoken.tick(nodes)
    assert listener.hears() == ["The connection is back."]
    files_are(nodes[0], UploadState.WAITING_NETWORK)
    listener.spoken.look(nodes[0])
    assert listener.hears() == ["There is no connection. Everything goes on when it is back."]


def test_network_and_given_up(listener: Listener) -> None:
    """Nobody is told that the connection is back because what waited for it was given up."""
    node = node_of()
    files_are(node, UploadState.WAITING_NETWORK)
    listener.spoken.look(node)
    listener.hears()
    is_now(node, BatchState.CANCELLED)
    files_are(node, UploadState.CANCELLED)
    listener.spoken.look(node)
    listener.spoken.gone(node.batch.id)
    assert listener.hears() == []


def test_a_short_break(listener: Listener) -> None:
    """A connection that is back before anything was said of it is not worth a word."""
    node = node_of()
    files_are(node, UploadState.WAITING_NETWORK)
    listener.spoken.look(node)
    files_are(node, UploadState.STORED)
    listener.spoken.look(node)
    assert listener.hears() == []


def test_progress(listener: Listener) -> None:
    """Each quarter of the only batch's way is said once, if nothing else was said for a while; never each percent."""
    node, heard = node_of(), []
    files_are(node, UploadState.RUNNING)
    listener.spoken.look(node)
    heard += listener.hears()
    for percent in range(1, 100):
        listener.now += QUIET / 5
        (upload,) = node.uploads
        node.running[upload.id].meter.add(10_000)
        listener.spoken.tick([node])
        heard += listener.hears()
        assert node.per_mille == percent * 10
    places = [f"{percent} % of Note on Customer 1." for percent in (25, 50, 75)]
    assert heard == ["Sending: Note on Customer 1, 1 file.", *places]


def test_no_progress_of_several(listener: Listener) -> None:
    """Of several batches, or right after something else was said, it is only told to who asks: the row says it."""
    nodes = [node_of(1), node_of(2)]
    for node in nodes:
        files_are(node, UploadState.RUNNING, sent=600_000)
        listener.spoken.look(node)
    listener.hears()
    listener.now += 2 * QUIET
    listener.spoken.tick(nodes)
    assert listener.hears() == []
    listener.spoken.tell("a bar", "Something else.")
    assert listener.hears() == ["Something else."]
    listener.spoken.tick(nodes[:1])
    assert listener.hears() == []


def test_bars(listener: Listener) -> None:
    """What a bar says is said once, however often it is set; again if it was put away and comes back."""
    for _time in range(3):
        listener.spoken.tell("bar", "Fill in the lead.")
    assert listener.hears() == ["Fill in the lead."]
    listener.spoken.tell("bar", "Fill in the lead.")
    assert listener.hears() == []
    listener.spoken.tell("bar", "Fill in the contact.")
    listener.spoken.tell("bar", "Fill in the lead.")
    assert listener.hears() == []
    listener.spoken.forget("bar")
    listener.spoken.tell("bar", "Fill in the lead.")
    listener.spoken.tell("other", "It is too late.", urgent=True)
    assert listener.hears() == ["Fill in the lead. It is too late."]
    listener.spoken.tell("bar", "Fill in the contact.")
    listener.spoken.forget("bar")
    assert listener.hears() == []


def test_urgent(listener: Listener) -> None:
    """What is urgent breaks off what is being read out; it does not come more often for that."""
    listener.spoken.tell("undo", "It goes out soon.", urgent=True)
    listener.now += TOGETHER
    said = listener.spoken.take()
    assert said is not None
    assert said.urgent
    listener.spoken.tell("undo", "Another one goes out soon.", urgent=True)
    assert listener.spoken.due == pytest.approx(GAP)
    node = node_of()
    is_now(node, BatchState.ATTACHED)
    calm = Listener()
    calm.spoken.look(node)
    calm.now += TOGETHER
    told = calm.spoken.take()
    assert told is not None
    assert not told.urgent
