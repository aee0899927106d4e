"""Without a network everything waits for one, however long that takes, and goes on by itself; on a clock of its own."""

import dataclasses

import pytest

from tests.engine.stage import Stage
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.problems import ACTIONS, Action, Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.verify import Looked, Sight
from uploader_gui.engine.work import AttachWork, VerifyWork

NOT_FOUND = Problem(kind=Kind.NO_NETWORK, service="Close", sent=False)
PROXY = Problem(kind=Kind.UNREACHABLE, service="Close", host="api.close.com", sent=False, proxied=True)
ANSWERED = dataclasses.replace(PROXY, status=503, detail="the proxy px.acme.example: status 503")
NOWHERE = Problem(kind=Kind.UNREACHABLE, service="Close", host="api.close.com", sent=False)
HERE = dataclasses.replace(NOWHERE, host="127.0.0.1")
LOST = Problem(kind=Kind.CONNECTION_LOST, service="Close", host="api.close.com")
UNKNOWN = Problem(kind=Kind.ATTACH_UNKNOWN, service="Close", step="attach")
MANY = 40


def _unknown(stage: Stage) -> None:
    """A batch whose attach got lost, and which can be looked for."""
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.learned(dataclasses.replace(work.batch, there=("old",)))
    stage.queue.attached(work, Attached(verdict=Verdict.UNKNOWN, batch=work.batch, problem=UNKNOWN))


def _look(stage: Stage) -> VerifyWork:
    work = stage.queue.take()
    assert isinstance(work, VerifyWork), "an attach is looked for, never sent again meanwhile"
    return work


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("problem", [NOT_FOUND, PROXY])
def test_a_look_waits_for_the_network(problem: Problem, told: bool) -> None:
    """However long that takes: a person could not look either. It goes on when told, or by trying now and then."""
    stage = Stage(looks=True, waits_for_network=True)
    _unknown(stage)
    began = stage.clock.now
    for _ in range(MANY):
        stage.queue.looked(_look(stage), None, problem)
    assert 14 * MANY <= stage.clock.now - began <= 61 * MANY, "seldom, but not too seldom"
    assert not stage.heard.troubled
    began = stage.clock.now
    if told:
        stage.queue.network(there=True)
    look = _look(stage)
    assert (stage.clock.now - began < 1) is told
    stage.queue.looked(look, Looked(sight=Sight.FOUND, thing="acti_1"))
    assert stage.state("b") is BatchState.ATTACHED


def test_time_without_a_network_counts_for_nothing() -> None:
    """Two looks say that it is absent, the second when the server has come to rest; those in between said nothing."""
    stage = Stage(looks=True, waits_for_network=True)
    _unknown(stage)
    for _ in range(MANY):
        stage.queue.looked(_look(stage), None, NOT_FOUND)
    stage.queue.looked(_look(stage), Looked(sight=Sight.ABSENT))
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN, "one look is not enough, however late"
    for _ in range(MANY):
        stage.queue.looked(_look(stage), None, NOT_FOUND)
    stage.queue.looked(_look(stage), Looked(sight=Sight.ABSENT))
    assert stage.attach_work().batch.id == "b"


def test_a_look_that_fails_otherwise_still_ends() -> None:
    """A server that breaks off again and again is a person's, network or not."""
    stage = Stage(looks=True, waits_for_network=True)
    _unknown(stage)
    for _ in range(5):
        stage.queue.looked(_look(stage), None, LOST)
    assert [event.problem for event in stage.heard.troubled] == [UNKNOWN]


@pytest.mark.parametrize("problem", [NOT_FOUND, PROXY])
def test_files_and_attaches_wait_behind_a_proxy_as_well(problem: Problem) -> None:
    """Behind a proxy nobody can tell a network that is not there from a host that is not: no tries are used up."""
    stage = Stage(waits_for_network=True)
    stage.add("b", 1)
    for _ in range(MANY):
        stage.queue.failed(stage.upload_work(), problem)
        assert stage.states("b") == [UploadState.WAITING_NETWORK]
    stage.store(stage.upload_work())
    for _ in range(MANY):
        work = stage.attach_work()
        stage.queue.attached(work, Attached(verdict=Verdict.NOT_SENT, batch=work.batch, problem=problem))
        assert stage.state("b") is BatchState.OPEN
    assert not stage.heard.troubled
    began = stage.clock.now
    stage.queue.network(there=True)
    assert isinstance(stage.queue.take(), AttachWork)
    assert stage.clock.now - began < 1


@pytest.mark.parametrize("files", [1, 40])
def test_a_proxy_that_answers_is_believed_in_the_end(files: int) -> None:
    """Where it says for ten minutes that the host cannot be reached, that is told of each file, with Try again."""
    stage = Stage(waits_for_network=True)
    stage.add("b", files)
    began = stage.clock.now
    while stage.state("b") is BatchState.OPEN and stage.clock.now - began < 7200:
        stage.queue.failed(stage.upload_work(), ANSWERED)
        if not stage.heard.troubled:
            told = stage.clock.now - began
    assert 600 <= told <= 660
    assert stage.states("b") == [UploadState.NEEDS_ATTENTION] * files
    assert [event.problem for event in stage.heard.troubled[:files]] == [ANSWERED] * files
    assert Action.RETRY in ACTIONS[ANSWERED.kind]
    stage.clock.now += 3600
    assert stage.queue.retry("b")
    stage.queue.failed(stage.upload_work(), ANSWERED)
    assert UploadState.WAITING_NETWORK in stage.states("b"), "an hour later it may be the network once more"


def test_attaches_and_looks_behind_a_proxy_that_answers() -> None:
    """The same for them: in the end a person is asked."""
    stage = Stage(waits_for_network=True, looks=True)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    while stage.state("b") is not BatchState.NEEDS_ATTENTION:
        work = stage.attach_work()
        assert stage.clock.now < 1700
        stage.queue.attached(work, Attached(verdict=Verdict.NOT_SENT, batch=work.batch, problem=ANSWERED))
    assert stage.queue.cancel("b")
    assert stage.queue.forget("b")
    stage.clock.now += 3600
    _unknown(stage)
    stage.heard.events.clear()
    while not stage.heard.troubled:
        assert stage.clock.now < 6000
        stage.queue.looked(_look(stage), None, ANSWERED)


def test_a_proxy_that_answers_while_there_is_no_network() -> None:
    """One on this computer says the same of every host then: it is waited for the network, however long that takes."""
    stage = Stage(waits_for_network=True)
    stage.queue.network(there=False)
    stage.add("b", 1)
    for _ in range(2 * MANY):
        stage.queue.failed(stage.upload_work(), ANSWERED)
    stage.queue.network(there=True)
    stage.queue.failed(stage.upload_work(), ANSWERED)
    assert stage.states("b") == [UploadState.WAITING_NETWORK], "its patience begins anew"


def test_harmless_twice_goes_on_when_the_network_is_back() -> None:
    """An earlier try may have worked: it stays unknown while it waits, and goes on at once when the network is back."""
    stage = Stage(waits_for_network=True)
    stage.add("b", 1, harmless=True)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.attached(work, Attached(verdict=Verdict.REPEATABLE, batch=work.batch, problem=LOST))
    work = stage.attach_work()
    stage.queue.attached(work, Attached(verdict=Verdict.NOT_SENT, batch=work.batch, problem=NOT_FOUND))
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN
    began = stage.clock.now
    stage.queue.network(there=True)
    assert stage.attach_work().batch.id == "b"
    assert stage.clock.now - began < 1


def test_what_is_unknown_is_not_sent_by_a_network_that_comes_back() -> None:
    """An attach of which nobody knows stays a person's, whatever the network does."""
    stage = Stage(waits_for_network=True)
    _unknown(stage)
    stage.queue.network(there=False)
    stage.queue.network(there=True)
    stage.queue.drain()
    assert stage.queue.take() is None
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN


@pytest.mark.parametrize(
    ("there", "problem", "waits"),
    [(True, NOWHERE, False), (False, NOWHERE, True), (False, HERE, False), (False, LOST, False)],
)
def test_the_systems_word(there: bool, problem: Problem, waits: bool) -> None:
    """A host that cannot be reached while the system says there is no network waits for one; not what is right here."""
    stage = Stage(waits_for_network=True)
    stage.queue.network(there=there)
    stage.add("b", 1)
    for _ in range(5):
        stage.queue.failed(stage.upload_work(), problem)
    assert stage.states("b") == [UploadState.WAITING_NETWORK if waits else UploadState.NEEDS_ATTENTION]


def test_one_look_is_enough() -> None:
    """A thousand files do not each find out that there is no network; all go on at once when it is back."""
    stage = Stage(waits_for_network=True)
    stage.add("b", 1000)
    began = stage.clock.now
    for _ in range(10):
        stage.queue.failed(stage.upload_work(), NOT_FOUND)
    assert stage.clock.now - began >= 9 * 14
    began = stage.clock.now
    stage.queue.network(there=True)
    assert len({stage.upload_work().upload.id for _ in range(1000)}) == 1000
    assert stage.clock.now - began < 1


def test_storage_that_is_not_found_holds_up_nobody_else() -> None:
    """One upload address that leads nowhere is that file's alone: the service itself was reached."""
    stage = Stage(waits_for_network=True)
    stage.add("b", 2)
    began = stage.clock.now
    stage.queue.failed(stage.upload_work(), dataclasses.replace(NOT_FOUND, host="storage.example"))
    assert stage.upload_work().upload.id == "b2"
    assert stage.clock.now - began < 1


def test_where_nobody_waits_it_ends() -> None:
    """On the command line somebody waits for the end: after some tries a person is asked, as for anything else."""
    stage = Stage()
    stage.queue.network(there=False)
    stage.add("b", 1)
    for _ in range(5):
        stage.queue.failed(stage.upload_work(), NOT_FOUND)
    assert stage.states("b") == [UploadState.NEEDS_ATTENTION]
