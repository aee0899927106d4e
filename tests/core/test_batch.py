"""What may follow what, for uploads and batches."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.core.batch import (
    BATCH_TRANSITIONS,
    ENDED_BATCHES,
    ENDED_UPLOADS,
    UPLOAD_TRANSITIONS,
    Batch,
    BatchEvent,
    BatchState,
    ImpossibleTransitionError,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)


def _upload(state: UploadState = UploadState.QUEUED) -> Upload:
    return Upload(
        id="u", batch_id="b", given="a.txt", file="a.txt", name="a.txt", size=1, modified=0,
        media_type="text/plain", state=state,
    )  # fmt: skip


def _batch(state: BatchState = BatchState.OPEN) -> Batch:
    return Batch(
        id="b",
        service="close",
        target="note",
        inputs={},
        named={},
        created=datetime(2026, 11, 20, tzinfo=UTC),
        state=state,
    )


@given(st.lists(st.sampled_from(UploadEvent)))
def test_an_upload_goes_only_where_the_table_says(events: list[UploadEvent]) -> None:
    """Any sequence of events either follows the table or raises, and never leaves the upload elsewhere."""
    upload = _upload()
    for event in events:
        wanted = UPLOAD_TRANSITIONS.get((upload.state, event))
        if wanted is None:
            with pytest.raises(ImpossibleTransitionError):
                advance(upload, event)
        else:
            upload = advance(upload, event)
            assert upload.state is wanted


@given(st.lists(st.sampled_from(BatchEvent)))
def test_a_batch_is_attached_only_after_an_attach(events: list[BatchEvent]) -> None:
    """Whatever happens, `attached` is reached only from an attach that was begun, and is never left again."""
    batch, begun = _batch(), False
    for event in events:
        try:
            after = advance(batch, event)
        except ImpossibleTransitionError:
            continue
        begun = begun or after.state is BatchState.ATTACHING
        assert batch.state is not BatchState.ATTACHED
        assert begun or after.state is not BatchState.ATTACHED
        batch = after


def test_what_is_unknown_or_under_way_cannot_be_cancelled() -> None:
    """Nobody can say then that nothing is attached, so nobody may pretend it."""
    for state in (BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN):
        with pytest.raises(ImpossibleTransitionError):
            advance(_batch(state), BatchEvent.CANCELLED)


def test_an_unknown_attach_is_never_simply_begun_again() -> None:
    """From unknown the ways are the two answers of a look; and a repeat, an event that is for nothing else."""
    ways = {event for (state, event) in BATCH_TRANSITIONS if state is BatchState.ATTACH_UNKNOWN}
    assert ways == {BatchEvent.FOUND_ATTACHED, BatchEvent.FOUND_ABSENT, BatchEvent.REPEATED}
    repeats = [state for (state, event) in BATCH_TRANSITIONS if event is BatchEvent.REPEATED]
    assert repeats == [BatchState.ATTACH_UNKNOWN]


@pytest.mark.parametrize("state", UploadState)
def test_no_upload_is_stuck(state: UploadState) -> None:
    """From every state that is not an end there is a way to `stored`."""
    seen, todo = {state}, [state]
    while todo:
        here = todo.pop()
        for (begin, _event), end in UPLOAD_TRANSITIONS.items():
            if begin is here and end not in seen:
                seen.add(end)
                todo.append(end)
    assert UploadState.STORED in seen or state in ENDED_UPLOADS


@pytest.mark.parametrize("state", BatchState)
def test_no_batch_is_stuck(state: BatchState) -> None:
    """From every state that is not an end there is a way to `attached`."""
    seen, todo = {state}, [state]
    while todo:
        here = todo.pop()
        for (begin, _event), end in BATCH_TRANSITIONS.items():
            if begin is here and end not in seen:
                seen.add(end)
                todo.append(end)
    assert BatchState.ATTACHED in seen or state in ENDED_BATCHES


def test_every_state_can_be_reached() -> None:
    """No state stands in the code that nothing leads to."""
    assert {UploadState.QUEUED, *UPLOAD_TRANSITIONS.values()} == set(UploadState)
    assert {BatchState.OPEN, *BATCH_TRANSITIONS.values()} == set(BatchState)
    assert {event for _state, event in UPLOAD_TRANSITIONS} == set(UploadEvent)
    assert {event for _state, event in BATCH_TRANSITIONS} == set(BatchEvent)


def test_answers_are_not_printed() -> None:
    """Signed addresses and policies are in the answers, and a printed upload must not give them away."""
    upload = advance(_upload(), UploadEvent.STARTED, answers={"sign": {"url": "https://signed.example/secret"}})
    assert "secret" not in repr(upload)
