"""What must hold at every moment, whatever happens."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.simulation.replay import Played
from tests.simulation.shelf import ENDED, HOLDING, Kept, Line, Row, Shelf
from tests.simulation.trace import Wrong
from tests.simulation.truth import OURS, Truth
from uploader_gui.core.batch import (
    ATTACH_SENT,
    BATCH_TRANSITIONS,
    UPLOAD_TRANSITIONS,
    BatchState,
    Step,
    UploadState,
)
from uploader_gui.core.cancel import Cancelled
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine.events import Event, Finished, StepChanged, StepState, Stored, Troubled
from uploader_gui.engine.queue import NOT_TWICE, Queue
from uploader_gui.engine.work import AttachWork, UploadWork
from uploader_gui.services.flow import Flow
from uploader_gui.store import rows

_ATTACHED = BatchState.ATTACHED.value
# Whoever reads one of these believes that nothing is attached.
NOT_ATTACHED = frozenset(
    state.value
    for state in (
        BatchState.OPEN,
        BatchState.HELD,
        BatchState.PAUSED,
        BatchState.NEEDS_ATTENTION,
        BatchState.CANCELLED,
        BatchState.STORED,
    )
)
_BATCH_MOVES = {(before.value, after.value) for (before, _event), after in BATCH_TRANSITIONS.items()}
_UPLOAD_MOVES = {(before.value, after.value) for (before, _event), after in UPLOAD_TRANSITIONS.items()}
_TRANSFERRED = frozenset({Step.CONFIRM.value, Step.READY.value})
_SEND_AGAIN = frozenset(
    {Kind.CONFIRM_UNKNOWN, Kind.LINK_EXPIRED, Kind.STORAGE_REFUSED, Kind.FILE_CHANGED, Kind.FILE_CHANGING}
)
_EXPECTED_ERRORS = (Cancelled, LedgerError, UploadError)


class Rules:
    """What must hold. Raises Wrong where it does not.

    Args:
        shelf: The disk.
        truth: The services.
        flows: By batch.
        repeats: Whether what is harmless twice may not be called cancelled after a try of which nobody knows.
        confirmed: Whether a confirm that may not be repeated, and is done, is no reason to send a file again.
        retold: As `repeats`, where it is taken up again or was tried again meanwhile.
    """

    def __init__(
        self, shelf: Shelf, truth: Truth, flows: Mapping[str, Flow], *, repeats: bool, confirmed: bool, retold: bool
    ) -> None:
        self._confirmed = confirmed
        self._retold = retold
        self._repeats = repeats
        self._shelf = shelf
        self._truth = truth
        self._flows = flows
        self.sending: dict[str, Played] = {}
        self.attaching: dict[str, Played] = {}
        self.utc = datetime.min.replace(tzinfo=UTC)
        self.given: set[str] = set()
        self.seen: Counter[str] = Counter()

    # --------------------------------------------------------------------------------------------- the ledger
    def row(self, table: str, old: Row | None, new: Row, line: Line) -> None:
        """A row changes: along the tables, and no stored byte is given up without a reason."""
        if table == "batch":
            self._batch_row(old, new)
            return
        if old is None:
            return
        before, after = old["state"], new["state"]
        if before != after and (before, after) not in _UPLOAD_MOVES:
            raise Wrong(f"upload {new['id']} went from {before} to {after}: {line[2]}")
        was_sent = before == UploadState.STORED or old["next_step"] in _TRANSFERRED
        if was_sent and new["next_step"] in {Step.SIGN, Step.TRANSFER} and after != UploadState.CANCELLED:
            self.seen["sent again"] += 1
            if not self._may_send_again(old, new, line[2]):
                raise Wrong(f"{new['id']} is to be sent again, and nothing is wrong with what is stored: {line[2]}")

    def _batch_row(self, old: Row | None, new: Row) -> None:
        before, after = (old or new)["state"], new["state"]
        if before != after and (before, after) not in _BATCH_MOVES:
            raise Wrong(f"batch {new['id']} went from {before} to {after}")
        if before in ENDED:
            raise Wrong(f"batch {new['id']} had ended")
        if after in ENDED and (new["answers"] != "{}" or new["there"] is not None or new["ended"] is None):
            raise Wrong(f"batch {new['id']} has ended, and its answers are still there")

    def _may_send_again(self, old: Row, new: Row, happened: str) -> bool:
        confirm = self._flows[new["batch"]].confirm
        unsure = confirm is not None and not confirm.repeat and old["next_step"] == Step.CONFIRM
        if happened == "its link has expired":
            return bool(datetime.fromisoformat(old["good_until"]) <= self.utc + timedelta(seconds=60.001))
        if happened == "retried":
            return bool((old["size"], old["modified"]) != (new["size"], new["modified"]))
        if happened == "stopped" and not self._confirmed and confirm is not None and not confirm.repeat:
            return True
        if happened in {"taken up", "stopped", "paused"}:
            return unsure
        if happened.startswith("confirm failed: "):
            return True  # the service said that what is stored is not right
        return any(happened.endswith(f" failed: {kind}") for kind in _SEND_AGAIN)

    # ------------------------------------------------------------------------------------------------- lanes
    def transfer(self, played: Played) -> None:
        """Bytes go out: only of an upload that needs them, and by one lane."""
        assert isinstance(played.work, UploadWork)
        upload = played.work.upload
        row = _posted(played.queue, upload.id) or self._shelf.uploads[upload.id]
        if played.work.cancel.cancelled:
            return  # it is about to end; what it was told comes late
        if row["state"] != UploadState.RUNNING or row["next_step"] not in {Step.SIGN, Step.TRANSFER}:
            raise Wrong(f"{upload.id} is sent while the ledger says {row['state']}, {row['next_step']}")
        other = self.sending.get(upload.id)
        if other is not None and other is not played and not (other.ended or other.work.cancel.cancelled):
            raise Wrong(f"{upload.id} is sent by two lanes at once")
        self.sending[upload.id] = played
        self.seen["transfers"] += 1

    def attach(self, played: Played) -> None:
        """An attach goes out: noted on the disk itself, alone on its record, with the right files."""
        assert isinstance(played.work, AttachWork)
        batch_id = played.work.batch.id
        row = self._shelf.batches[batch_id]
        if row["state"] != BatchState.ATTACHING or self._shelf.last_line(batch_id) != ATTACH_SENT:
            raise Wrong(
                f"{batch_id} is attached while the ledger says {row['state']}, {self._shelf.last_line(batch_id)}"
            )
        for other, one in self._shelf.batches.items():
            if other != batch_id and one["record"] == row["record"] and one["state"] in HOLDING:
                raise Wrong(f"{batch_id} is attached while {other} has the record, {one['state']}")
        other_played = self.attaching.get(row["record"])
        if other_played is not None and other_played is not played:
            raise Wrong(f"{batch_id} and {other_played.name} are attached to one record at once")
        self.attaching[row["record"]] = played
        self._right_files(played.work, batch_id)
        self.seen["attaches"] += 1

    def _right_files(self, work: AttachWork, batch_id: str) -> None:
        """Every file of the batch is named, once, and is stored as it is now said to be."""
        question = self.attaching[self._shelf.batches[batch_id]["record"]].question
        assert question is not None
        assert question.request is not None
        rows_of_it = {one: self._shelf.uploads[one] for one in self._shelf.upload_ids(batch_id)}
        ids = [one for one, row in rows_of_it.items() if row["state"] != UploadState.CANCELLED]
        body = question.request.body
        assert isinstance(body, bytes)
        named = list(dict.fromkeys(OURS.findall(body.decode())))
        ours = [one for one in named if self._truth.addresses[one].upload in rows_of_it]
        if [self._truth.addresses[one].upload for one in ours] != ids:
            raise Wrong(f"{batch_id} has the files {ids}; attached are {ours}")
        for sid, upload_id in zip(ours, ids, strict=True):
            self._is_stored(sid, rows_of_it[upload_id], work)

    def _is_stored(self, sid: str, row: Row, work: AttachWork | None) -> None:
        address = self._truth.addresses[sid]
        if address.content is None or (self._flows[row["batch"]].confirm is not None and not address.confirmed):
            raise Wrong(f"{row['id']} is not stored as {sid}, for {work}")
        if str(len(address.content)) != str(row["size"]):
            raise Wrong(f"{row['id']} is stored as {sid} with another size")

    def connection_ended(self, played: Played) -> None:
        """What a lane had sent is answered, or its process has ended."""
        self.attaching = {record: one for record, one in self.attaching.items() if one is not played}

    def lane(self, played: Played) -> None:
        """A lane has run on: it met no error that is ours."""
        for error in played.errors:
            if not isinstance(error, _EXPECTED_ERRORS):
                raise Wrong(f"{played.name}: {error!r}") from error

    # ------------------------------------------------------------------------------------------------ events
    def heard(self, queue: Queue, event: Event) -> None:
        """Something is told: it is kept by then, and true."""
        entry = queue._entries[event.batch.id]
        if queue.broken is None:
            self.kept(queue, event)
        if isinstance(event, Finished):
            self.seen["finished"] += 1
            if event.attached and not self._truth.arrived[entry.batch.id]:
                raise Wrong(f"{entry.batch.id} is said to be attached, and is not")
        elif isinstance(event, Stored):
            self._good_until(event, queue)
        elif isinstance(event, Troubled) and event.problem.kind in {Kind.INTERNAL, Kind.UNEXPECTED_ANSWER}:
            raise Wrong(f"{entry.batch.id} needs attention: {event.problem}")

    def kept(self, queue: Queue, event: Event) -> None:
        """What the queue says of what it tells of is what the ledger says, or for a file on its way soon says."""
        entry = queue._entries[event.batch.id]
        upload = None if isinstance(event, Finished) else event.upload
        on_its_way = isinstance(event, Stored) or (
            isinstance(event, StepChanged)
            and (event.state is StepState.DONE or (event.state is StepState.STARTED and event.step not in NOT_TWICE))
        )
        told = entry.uploads.values() if upload is None else [entry.uploads[upload.id]]
        differing = _differing(self._shelf.batches.get(entry.batch.id), rows.of_batch(entry.batch))
        for one in told:
            posted = _posted(queue, one.id) if on_its_way else None
            differing += _differing(posted or self._shelf.uploads.get(one.id), rows.of_upload(one))
        if differing:
            raise Wrong(f"the ledger does not have what is told of {entry.batch.id}: {'; '.join(differing)}")

    def _good_until(self, event: Stored, queue: Queue) -> None:
        upload = queue._entries[event.batch.id].uploads[event.upload.id]
        lifetime = self._flows[event.batch.id].result.lifetime
        at = upload.stored_at
        # Other processes may have gone on for a moment between its being stored and its being kept.
        if at is None or not timedelta() <= self.utc - at < timedelta(minutes=3):
            raise Wrong(f"{upload.id} is said to be stored at {at}, and it is {self.utc}")
        if upload.good_until != (None if lifetime is None else at + timedelta(seconds=lifetime)):
            raise Wrong(f"{upload.id} is good until {upload.good_until}, and was stored at {at}")
        sids = OURS.findall(json.dumps(event.result))
        if not sids:
            raise Wrong(f"{upload.id} is good for nothing")
        for sid in sids:
            self._is_stored(sid, self._shelf.uploads[upload.id], None)

    # ------------------------------------------------------------------------------------------- all the time
    def always(self) -> None:
        """What the ledger says of the batches is true."""
        in_flight = {one.work.batch.id for one in self.attaching.values() if isinstance(one.work, AttachWork)}
        for batch_id, row in self._shelf.batches.items():
            state = row["state"]
            sent = self._truth.arrived[batch_id] + self._truth.coming[batch_id]
            harmless = bool(self._flows[batch_id].target.repeat)
            if sent > 1 and not harmless:
                raise Wrong(f"{batch_id} is attached {sent} times")
            if state in NOT_ATTACHED and (sent or batch_id in in_flight) and not self._may_hide(row, harmless=harmless):
                raise Wrong(f"{batch_id} is {state}, and is attached, or on its way")
            noted = state != BatchState.ATTACHING or self._shelf.last_line(batch_id) == ATTACH_SENT
            if (sent or batch_id in in_flight) and not noted and not harmless:
                raise Wrong(f"{batch_id} was sent, and the ledger does not say so")
            if state == _ATTACHED and not self._truth.arrived[batch_id]:
                raise Wrong(f"{batch_id} is {state}, and nothing is there")

    def _may_hide(self, row: Row, *, harmless: bool) -> bool:
        """Whether an attach that is harmless twice waits for its next try."""
        if not (harmless and self._repeats) or row["state"] != BatchState.CANCELLED:
            return harmless
        events = [event for _upload, event in self._shelf.lines[row["id"]]]
        again = events.count("attaching") > 1 or "taken up" in events or "again, as it is harmless twice" in events
        return again and not self._retold

    def at_rest(self) -> None:
        """Everything has ended: no file is lost, nothing that steps needed is left, results are there."""
        if set(self._shelf.uploads) != self.given:
            raise Wrong(f"files are lost or came from nowhere: {set(self._shelf.uploads) ^ self.given}")
        for row in self._shelf.uploads.values():
            batch = self._shelf.batches[row["batch"]]
            if batch["state"] not in ENDED or row["state"] not in {UploadState.STORED, UploadState.CANCELLED}:
                raise Wrong(f"{row['id']} is {row['state']} in {row['batch']}, which is {batch['state']}")
            if row["answers"] != "{}":
                raise Wrong(f"{row['id']} has ended, and its answers are still there")
            if row["state"] == UploadState.STORED:
                self._stored_row(row)

    def _stored_row(self, row: Row) -> None:
        sids = OURS.findall(row["result"])
        if row["receipt"] is None or not sids:
            raise Wrong(f"{row['id']} is stored without a receipt or a result")
        digests = json.loads(row["digests"])
        for sid in sids:
            self._is_stored(sid, row, None)
            content = self._truth.addresses[sid].content or b""
            for name, value in digests.items():
                if hashlib.new(name, content, usedforsecurity=False).hexdigest() != value:
                    raise Wrong(f"{row['id']} has a {name} that is not that of what is stored")


def _posted(queue: Queue, upload_id: str) -> Row | None:
    """What a process's ledger is about to keep of an upload."""
    ledger = queue._keeper._ledger
    assert isinstance(ledger, Kept)
    return ledger.posted(upload_id)


def _differing(kept: Row | None, told: Row) -> list[str]:
    if kept is None:
        return [f"{told['id']} is not there"]
    return [f"{name} of {told['id']}: {kept[name]} / {told[name]}" for name in told if kept[name] != told[name]]
