"""Whom "too many requests" slows down: the host, or the account where the service counts by account; nobody else."""

import dataclasses

import pytest

from tests.engine.stage import CLOSE, LIMITED, Stage
from uploader_gui.core.batch import Step
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.verify import Looked, Sight
from uploader_gui.engine.work import VerifyWork

BASE = CLOSE.account.base
BY_HOST = CLOSE.model_copy(update={"account": CLOSE.account.model_copy(update={"rate_limit": "host"})})
STORAGE = dataclasses.replace(LIMITED, step=Step.TRANSFER, host="storage.example")
BUSY = Problem(kind=Kind.SERVICE_DOWN, service="Close", step="sign", host="api.close.com", status=503, wait=24)
FAILED = dataclasses.replace(BUSY, wait=None)


def _session(stage: Stage, key: str, base: str = BASE, *, by_host: bool = False) -> Session:
    account = Account(service=BY_HOST if by_host else CLOSE, base=base, values={"api_key": key})
    return Session(account, stage.clock)


@pytest.mark.parametrize(
    ("problem", "by_host", "key", "base", "waits"),
    [
        (LIMITED, False, "another key", BASE, False),
        (LIMITED, False, "key", BASE, True),
        (LIMITED, True, "another key", BASE, True),
        (LIMITED, True, "another key", f"{BASE}/v2", True),
        (LIMITED, True, "another key", "https://other.close.example/api/v1", False),
        (LIMITED, False, "key", "https://other.close.example/api/v1", False),
        (STORAGE, False, "another key", BASE, True),
        (STORAGE, False, "another key", "https://other.close.example/api/v1", False),
        (BUSY, False, "another key", BASE, True),
        (BUSY, False, "another key", "https://other.close.example/api/v1", False),
        (FAILED, True, "key", BASE, False),
    ],
)
def test_whom_it_slows_down(problem: Problem, by_host: bool, key: str, base: str, waits: bool) -> None:
    """One is told to wait; the other waits as well if it is the same host, or the same key where keys are counted."""
    stage = Stage()
    stage.add("b", 1, session=_session(stage, "key", by_host=by_host))
    stage.queue.failed(stage.upload_work(), problem)
    began = stage.clock.now
    stage.add("c", 1, session=_session(stage, key, base, by_host=by_host))
    first = stage.upload_work()
    assert first.upload.id == ("b1" if waits and stage.clock.now - began >= 24 else "c1")
    assert (stage.clock.now - began >= 24) is waits


def test_after_the_time_all_go_on() -> None:
    """What waited only because another was told to is not told of as failed, and uses up no tries."""
    stage = Stage()
    stage.add("b", 3, session=_session(stage, "key", by_host=True))
    stage.queue.failed(stage.upload_work(), LIMITED)
    began = stage.clock.now
    ids = {stage.upload_work().upload.id for _ in range(3)}
    assert ids == {"b1", "b2", "b3"}
    assert 24 <= stage.clock.now - began < 25
    assert [upload.limited for upload in stage.queue.uploads("b")] == [1, 0, 0]


def test_a_look_waits_as_well() -> None:
    """A service that wants to be left alone is not looked at either, and its saying so wears out no patience."""
    stage = Stage(looks=True)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.learned(dataclasses.replace(work.batch, there=("old",)))
    unknown = Problem(kind=Kind.ATTACH_UNKNOWN, service="Close", step="attach")
    stage.queue.attached(work, Attached(verdict=Verdict.UNKNOWN, batch=work.batch, problem=unknown))
    began = stage.clock.now
    for _ in range(8):
        look = stage.queue.take()
        assert isinstance(look, VerifyWork)
        stage.queue.looked(look, None, LIMITED)
    look = stage.queue.take()
    assert isinstance(look, VerifyWork)
    assert stage.clock.now - began >= 8 * 24
    stage.queue.looked(look, Looked(sight=Sight.FOUND, thing="acti_1"))
    assert not stage.heard.troubled
