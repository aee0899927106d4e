"""People: the one at the program, who looks at what is really there and answers rightly, and their colleagues."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.simulation.process import Process
from tests.simulation.trace import Killed
from tests.simulation.truth import OTHERS, OURS, Who
from uploader_gui.core.batch import Batch, BatchState, UploadState
from uploader_gui.core.ports import LedgerError
from uploader_gui.engine.source import Source

if TYPE_CHECKING:
    from tests.simulation.world import World


_DOES = (
    *("pause", "pause one", "resume", "resume", "resume one", "retry", "retry", "found"),
    *("settle", "part", "leave out", "cancel", "stop"),
    *("hold back", "let go", "let go", "send in a while", "edit", "more", "network"),
)


# ------------------------------------------------------------------------------------------------- at the program
def person(world: "World", process: Process) -> None:
    """Do something at a process, at random."""
    batches = process.queue.batches()
    if not batches:
        return
    batch = world.chance.choice(batches)
    does = world.chance.choice(_DOES)
    if does in {"leave out", "cancel", "stop"} and world.chance.random() < 0.5:
        return
    _says(world, process, batch, does)


def end(world: "World", process: Process) -> bool:
    """Bring to its end what waits for a person; whether there was anything."""
    done = False
    for batch in process.queue.batches():
        if process.dead:
            break
        resting = any(one.state is UploadState.PAUSED for one in process.queue.uploads(batch.id))
        if process.queue._entries[batch.id].held_back and batch.state is BatchState.OPEN:
            done |= _says(world, process, batch, "let go")
        if batch.state is BatchState.PAUSED or (batch.state in {BatchState.OPEN, BatchState.HELD} and resting):
            done |= _says(world, process, batch, "resume")
        elif batch.state is BatchState.NEEDS_ATTENTION:
            done |= _says(world, process, batch, world.chance.choice(("found", "found", "part", "leave out", "cancel")))
        elif batch.state is BatchState.ATTACH_UNKNOWN and process.queue._entries[batch.id].look is None:
            done |= _says(world, process, batch, "settle")
    return done


def _says(world: "World", process: Process, batch: Batch, does: str) -> bool:
    try:
        done = _does(world, process, batch, does)
    except LedgerError:
        return False
    except Killed:
        process.die("")
        return True
    if done:
        process.over = process.over and process.queue.broken is not None
        world.note(process.name, "a person: %s %s", does, batch.id)
    return done


def _does(world: "World", process: Process, batch: Batch, does: str) -> bool:
    queue, upload_id = process.queue, world.chance.choice(batch.uploads)
    acts: dict[str, Callable[[], bool]] = {
        "pause": lambda: _pauses(world, process, batch, None),
        "pause one": lambda: _pauses(world, process, batch, upload_id),
        "resume": lambda: _resumes(world, process, batch, None),
        "resume one": lambda: _resumes(world, process, batch, upload_id),
        "retry": lambda: queue.retry(batch.id),
        "found": lambda: queue.retry(batch.id, _found(world, process, batch)),
        "leave out": lambda: queue.leave_out(batch.id, upload_id),
        "cancel": lambda: queue.cancel(batch.id),
        "part": lambda: _parts(world, process, batch),
        "settle": lambda: _settles(world, process, batch),
        "stop": process.stop,
        "hold back": lambda: queue.hold_back(batch.id),
        "let go": lambda: queue.let_go(batch.id),
        "send in a while": lambda: _sends_in_a_while(world, process, batch),
        "edit": lambda: _edits(world, process, batch),
        "more": lambda: _adds_more(world, process, batch),
        "network": lambda: _says_there_is_a_network(process),
    }
    return acts[does]()


def _pauses(world: "World", process: Process, batch: Batch, upload_id: str | None) -> bool:
    if process.confirms(batch.id) and not world.holes.resting:
        return False
    return process.queue.pause(batch.id, upload_id)


def _resumes(world: "World", process: Process, batch: Batch, upload_id: str | None) -> bool:
    if process.still_ending(batch.id) and not world.holes.stale:
        return False
    return process.queue.resume(batch.id, upload_id)


def _settles(world: "World", process: Process, batch: Batch) -> bool:
    if not world.holes.looking and process.looks_for(batch.id):
        return False
    attached = what_is_there(world, batch.id)
    return attached is not None and process.queue.settle(batch.id, attached=attached)


def _sends_in_a_while(world: "World", process: Process, batch: Batch) -> bool:
    if world.flows[batch.id].target.call is None and not world.holes.plain:
        return False
    return process.queue.let_go(batch.id, after=10)


def _says_there_is_a_network(process: Process) -> bool:
    process.queue.network(there=True)
    return True


def _edits(world: "World", process: Process, batch: Batch) -> bool:
    """Another record, or the same one again."""
    return process.queue.edit(batch.id, world.targets[batch.id].inputs(world.record()), batch.named)


def _adds_more(world: "World", process: Process, batch: Batch) -> bool:
    if world.flows[batch.id].max_files is not None or len(batch.uploads) > 3:
        return False
    upload = world.upload(batch.id, f"more{world.number()}")
    try:
        return process.queue.extend(batch.id, [upload])
    finally:
        if upload.id in world.shelf.uploads:
            world.rules.given.add(upload.id)


def _parts(world: "World", process: Process, batch: Batch) -> bool:
    before = set(world.shelf.batches)
    try:
        new_id = process.queue.part(batch.id)
    finally:
        # Whoever ends in the middle of it leaves two batches all the same.
        for one in set(world.shelf.batches) - before:
            world.parted(batch.id, one)
    if new_id is None:
        return False
    process.holds.add(new_id)
    return True


def what_is_there(world: "World", batch_id: str) -> bool | None:
    """What a person sees who looks for an attach: nobody answers while something may still come."""
    if world.truth.arrived[batch_id]:
        return True if world.truth.visible[batch_id] <= world.now else None
    on_its_way = any(one.work.batch.id == batch_id for one in world.rules.attaching.values())  # type: ignore[union-attr]
    return None if world.truth.coming[batch_id] or on_its_way else False


def _found(world: "World", process: Process, batch: Batch) -> dict[str, Source]:
    return {one.id: world.disk.source(one) for one in process.queue.uploads(batch.id)}


# ------------------------------------------------------------------------------------------------------ elsewhere
def colleague(world: "World") -> None:
    """Somebody else makes something, or edits what is there."""
    if not world.shelf.batches:
        return
    batch_id = world.chance.choice(sorted(world.shelf.batches))
    target = world.targets[batch_id]
    if target.list:
        if world.chance.random() < 0.6:
            _makes_a_thing(world, batch_id)
        else:
            _edits_a_thing(world)
    elif target.document:
        _edits_a_document(world, batch_id)


def _record(world: "World", batch_id: str) -> str:
    inputs = world.shelf.read(batch_id)[0].inputs
    return next(str(inputs[name]) for name in ("lead", "email", "room", "board", "record") if name in inputs)


def _makes_a_thing(world: "World", batch_id: str) -> None:
    """The same files, by another account; or by nobody knows whom."""
    target = world.targets[batch_id]
    uploads = world.shelf.read(batch_id)[1]
    files = [target.part(f"other_{world.number()}", one) for one in uploads]
    signed = world.chance.random() < 0.9
    record = target.list + _record(world, batch_id)
    lag = world.chance.choice((0.0, 0.0, 10.0))
    thing = world.truth.make(record, files, Who(author=OTHERS, lag=lag), signed=signed)
    world.note(
        "", "a colleague makes %s on %s with the files of %s%s", thing, record, batch_id, "" if signed else ", unsigned"
    )


def _edits_a_thing(world: "World") -> None:
    things = [one for one in world.truth.things if one.visible <= world.now and one.files]
    if not things:
        return
    thing = world.chance.choice(things)
    if world.chance.random() < 0.5:
        thing.files = [*thing.files, {"id": "other", "signed_id": "other", "filename": "other", "size": 1}]
        world.note("", "somebody adds a file to %s", thing.id)
        return
    ours = [one for one in thing.files if one.get("id") != "other" and one.get("signed_id") != "other"]
    added = [one for one in thing.files if one not in ours]
    gone = ours[:1] if len(ours) > 1 or world.holes.emptied else added[:1]
    thing.files = [one for one in thing.files if one not in gone]
    world.note("", "somebody takes %s files away from %s", len(gone), thing.id)


def _is_the_last_of_ours(world: "World", parts: list[Any], gone: Any) -> bool:
    """Whether a thing has no other file of the same batch."""
    found = OURS.search(json.dumps(gone))
    if found is None:
        return False
    batch_id = world.truth.addresses[found.group()].upload.split(".")[0]
    named = [world.truth.addresses[one].upload for one in OURS.findall(json.dumps(parts))]
    return sum(one.startswith(f"{batch_id}.") for one in named) < 2


def _edits_a_document(world: "World", batch_id: str) -> None:
    target, name = world.targets[batch_id], _record(world, batch_id)
    document = world.truth.documents.get(name)
    parts = [] if document is None else document.newest
    upload = world.chance.choice(world.shelf.read(batch_id)[1])
    if world.chance.random() < 0.7 or not parts:
        part = target.part(f"other_{world.number()}", upload)
        if isinstance(part, dict) and not world.holes.twins:
            part = {**part, "filename": "other"}
        parts = [*parts, part]
    else:
        gone = world.chance.choice(parts)
        if not world.holes.emptied and _is_the_last_of_ours(world, parts, gone):
            return
        parts = [one for one in parts if one != gone]
    world.truth.write(name, parts, Who(author=OTHERS))
    world.note("", "somebody changes %s: %s parts", name, len(parts))
