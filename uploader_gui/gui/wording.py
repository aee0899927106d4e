"""What the window says about batches and files. Facts come in, plain text goes out. Knows no Qt."""

from datetime import datetime
from enum import StrEnum, auto

from uploader_gui.core import bidi, notation, words
from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState, Proof, Step, Upload, UploadState
from uploader_gui.core.problems import Action, Kind, Problem
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui.rows import Group, Node, begins_again
from uploader_gui.workers.facts import Why


class Sign(StrEnum):
    """What stands beside the words; also the icon's name."""

    WAITING = auto()
    SENDING = auto()
    DONE = auto()
    PAUSE = auto()
    ATTENTION = auto()
    UNKNOWN = auto()
    CANCELLED = auto()


def sign(one: Sign | None) -> str:
    """What a sign in the timeline says to whoever hears it; None: it has not come so far."""
    if one is None:
        return _("not yet")
    return {
        Sign.WAITING: _("waits"),
        Sign.SENDING: _("under way"),
        Sign.DONE: _("done"),
        Sign.PAUSE: _("paused"),
        Sign.ATTENTION: _("needs you"),
        Sign.UNKNOWN: _("not known"),
        Sign.CANCELLED: _("given up"),
    }[one]


def countdown(seconds: float) -> str:
    """Say what is left, as a clock does: 0:24."""
    whole = max(0, round(seconds))
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
    return f"{whole // 60}:{whole % 60:02}"


def speed(rate: float) -> str:
    """Say a speed: 12.4 MB/s."""
    return _("{size}/s").format(size=words.size(round(rate)))


def seconds(count: float) -> str:
    """Say how long something took that takes a few seconds at most: 1.2 s."""
    return _("{n} s").format(n=notation.decimal(count))


def clock(at: datetime) -> str:
    """Say a time of day, where the person is."""
    return notation.clock(at.astimezone())


def moment(at: datetime, now: datetime) -> str:
    """Say a time, with its day if that is not today."""
    local, today = at.astimezone(), now.astimezone().date()
    return notation.clock(local) if local.date() == today else notation.day_and_time(local)


def files(count: int) -> str:
    """Say a number of files."""
    return ngettext("{n} file", "{n} files", count).format(n=count)


def title(batch: Batch) -> str:
    """What people call a batch: "Note on Globex Corporation"."""
    return titled(batch.place or "") or titled(batch.target)


def titled(place: str) -> str:
    """The same of a place: "the note on Globex Corporation" is called "Note on Globex Corporation"."""
    said = bidi.bare(words.plain(place))
    # Several where a language has several articles, parted by a stroke.
    for article in _("the").split("|"):
        said = said.removeprefix(f"{article} ")
    return bidi.isolated(said[:1].upper() + said[1:])


# ---------------------------------------------------------------------------------------------------------- uploads
def upload_sign(node: Node, upload: Upload) -> Sign:
    """The sign beside a file's words."""
    if node.left is not None and upload.state not in {UploadState.STORED, UploadState.NEEDS_ATTENTION}:
        return Sign.WAITING
    return {
        UploadState.RUNNING: Sign.SENDING,
        UploadState.STORED: Sign.DONE,
        UploadState.PAUSED: Sign.PAUSE,
        UploadState.NEEDS_ATTENTION: Sign.ATTENTION,
        UploadState.CANCELLED: Sign.CANCELLED,
    }.get(upload.state, Sign.PAUSE if node.batch.state is BatchState.PAUSED else Sign.WAITING)


def upload_now(node: Node, upload: Upload, now: float) -> str:
    """What happens with a file, in words.

    Args:
        node: Its batch.
        upload: The file.
        now: Monotonic seconds.
    """
    state = upload.state
    if state is UploadState.RUNNING:
        return _running(node, upload)
    if state is UploadState.STORED:
        return _("Attached") if node.batch.state is BatchState.ATTACHED else _("Stored")
    if state is UploadState.NEEDS_ATTENTION:
        return words.describe(upload.problem).title if upload.problem else _("Needs you")
    if state is UploadState.PAUSED:
        return _("Paused: begins again from its start") if begins_again(upload) else _("Paused")
    if state is UploadState.CANCELLED:
        return _("Given up") if node.batch.state is BatchState.CANCELLED else _("Left out")
    if state is UploadState.WAITING_NETWORK:
        return _("No connection: goes on when it is back")
    if state is UploadState.WAITING_RETRY:
        return _waiting(upload.problem, upload.due, now) or _("Being processed")
    return _("Paused") if node.batch.state is BatchState.PAUSED else _("Waiting")


def _running(node: Node, upload: Upload) -> str:
    if upload.next_step is Step.SIGN:
        return _("Asking where to send it")
    if upload.next_step is Step.CONFIRM:
        return _("Confirming")
    if upload.next_step is Step.READY:
        return _("Being processed")
    running = node.running.get(upload.id)
    rate = None if running is None else running.speed.bytes_per_second
    if running is not None and upload.size and running.meter.sent >= upload.size:
        return _("Sent: waiting for the answer")
    # Of what goes out to people only the file is on its way: nothing is sent before a person says so.
    if running is None or not rate:
        return _("Uploading") if node.sends else _("Sending")
    left = words.duration((upload.size - running.meter.sent) / rate)
    if node.sends:
        return _("Uploading · {speed} · {time} left").format(speed=speed(rate), time=left)
    return _("Sending · {speed} · {time} left").format(speed=speed(rate), time=left)


def _waiting(problem: Problem | None, due: float | None, now: float) -> str:
    """Why something waits, and when it goes on."""
    if problem is None:
        return ""
    if problem.kind is Kind.FILE_CHANGING:
        return _("The file has changed: waits until it is saved")
    about = words.describe(problem).title
    if due is None or due <= now:
        return _("{problem}: tries again now").format(problem=about)
    if problem.kind is Kind.RATE_LIMITED:
        return _("{problem}: goes on in {time}").format(problem=about, time=countdown(due - now))
    return _("{problem}: tries again in {time}").format(problem=about, time=countdown(due - now))


def size(upload: Upload) -> str:
    """How large a file is; "" of one that was never seen, of which that is not known."""
    return "" if unseen(upload) else words.size(upload.size)


def unseen(upload: Upload) -> bool:
    """Whether a file was not there from the first."""
    return not upload.size and upload.problem is not None and upload.problem.kind is Kind.FILE_MISSING


def upload_sentence(node: Node, upload: Upload, now: float) -> str:
    """A file's row as one sentence, for whoever hears it."""
    parts = [words.plain(upload.name), size(upload), upload_now(node, upload, now)]
    running = node.running.get(upload.id)
    if running is not None and upload.next_step is Step.TRANSFER:
        parts.insert(2, percent(running.meter.per_mille))
    facts = ", ".join(part for part in parts if part)
    return _("{facts}; to {place}.").format(facts=facts, place=title(node.batch))


def percent(per_mille: int) -> str:
    """Say a part of a whole: 62 %."""
    return _("{n} %").format(n=per_mille // 10)


# ---------------------------------------------------------------------------------------------------------- batches
def batch_sign(node: Node) -> Sign:
    """The sign beside a batch's words."""
    state = node.batch.state
    if state in {BatchState.ATTACHED, BatchState.STORED}:
        return Sign.DONE
    if state is BatchState.CANCELLED:
        return Sign.CANCELLED
    if node.held_back and node.all_stored:
        return Sign.WAITING
    if node.group is Group.NEEDS_YOU:
        return Sign.UNKNOWN if state is BatchState.ATTACH_UNKNOWN else Sign.ATTENTION
    if state is BatchState.PAUSED:
        return Sign.PAUSE
    if node.left is not None or state is BatchState.HELD:
        return Sign.WAITING
    if state is BatchState.ATTACHING or node.running:
        return Sign.SENDING
    return Sign.UNKNOWN if state is BatchState.ATTACH_UNKNOWN else Sign.WAITING


def batch_now(node: Node, now: float) -> str:
    """What happens with a batch, in words.

    Args:
        node: The batch.
        now: Monotonic seconds.
    """
    batch = node.batch
    if batch.state in ENDED_BATCHES:
        return _ended(node)
    if node.left is not None:
        return left(node)
    if batch.state is BatchState.ATTACHING:
        return _("Sending it") if node.sends else _("Attaching")
    if batch.state is BatchState.ATTACH_UNKNOWN:
        return _("Not known whether it was attached") if node.asks else _("Looking whether it was attached")
    if batch.state is BatchState.PAUSED:
        return _paused(node)
    if batch.state is BatchState.NEEDS_ATTENTION or node.stuck or node.busy is not None:
        return _needs(node)
    if batch.state is BatchState.HELD:
        return _held(node, now)
    if node.all_stored:
        return _ready(node, now)
    return _going(node, now)


def _ended(node: Node) -> str:
    batch = node.batch
    said = {
        BatchState.ATTACHED: _("Sent {time}") if node.sends else _("Attached {time}"),
        BatchState.STORED: _("Stored {time}"),
        BatchState.CANCELLED: _("Given up {time}"),
    }[batch.state]
    return said.format(time=clock(batch.ended or batch.created))


def left(node: Node) -> str:
    """Why a batch of an earlier run is not gone on with, in a few words."""
    if node.left is Why.NO_SERVICE:
        return _("Its service file is gone")
    if node.left is Why.NO_ACCOUNT:
        return _("Its account is not there")
    if node.left is Why.NO_KEY:
        return _("The key of its account cannot be had")
    if node.left is Why.KEY_WAITS:
        return _("Waiting for your keychain")
    if node.left is Why.OTHER_ADDRESS:
        return _("Its account has another address now")
    if node.problem is not None:
        about = words.describe(node.problem).title
        return _("{problem}: tries again by itself").format(problem=about) if node.left is Why.NOT_CHECKED else about
    return _("From an earlier time: being taken up")


def _needs(node: Node) -> str:
    if node.busy is not None:
        return words.describe(node.busy).title
    if node.batch.problem is not None and node.batch.state is BatchState.NEEDS_ATTENTION:
        return words.describe(node.batch.problem).title
    if node.stuck == node.count == 1:
        return _("Needs you")
    return ngettext("{n} of {all} files needs you", "{n} of {all} files need you", node.stuck).format(
        n=node.stuck, all=node.count
    )


def _held(node: Node, now: float) -> str:
    due = node.batch.due
    if due is not None and due > now:
        return _("Goes out in {time}").format(time=countdown(due - now))
    return _("Goes out now") if node.all_stored else _("Goes out when its files are stored")


def _ready(node: Node, now: float) -> str:
    if node.held_back:
        return _("Ready: not sent yet")
    waiting = _waiting(node.batch.problem, node.batch.due, now)
    return waiting or _("About to be attached")


def _so_far(node: Node) -> str:
    return ngettext("{n} of {all} stored", "{n} of {all} stored", node.count).format(
        n=node.counts[UploadState.STORED], all=node.count
    )


def _paused(node: Node) -> str:
    again = node.broken_off
    if not again:
        return _("Paused · {stored}").format(stored=_so_far(node))
    if node.count == 1:
        return _("Paused: begins again from its start")
    text = ngettext("Paused · {stored} · {n} begins again", "Paused · {stored} · {n} begin again", again)
    return text.format(stored=_so_far(node), n=again)


def _going(node: Node, now: float) -> str:
    if node.count == 1:
        only = next((one for one in node.uploads if one.state is not UploadState.CANCELLED), None)
        return _so_far(node) if only is None else upload_now(node, only, now)
    rate = node.speed
    if not rate or not node.running:
        return _so_far(node)
    time = words.duration(max(0, node.size - node.sent) / rate)
    return _("{stored} · {speed} · {time} left").format(stored=_so_far(node), speed=speed(rate), time=time)


def batch_sentence(node: Node, service: str, now: float) -> str:
    """A batch's row as one sentence, for whoever hears it."""
    return _("{place} at {service}: {files}, {size}. {now}.").format(
        place=title(node.batch),
        service=service,
        files=files(node.count),
        size=words.size(node.size),
        now=batch_now(node, now),
    )


# ---------------------------------------------------------------------------------------------------------- the rest
def step(one: Step, *, sends: bool = False) -> str:
    """What a step is called. What goes out to people is sent by its attach: of its files it is said otherwise."""
    return {
        Step.SIGN: _("Ask where to send it"),
        Step.TRANSFER: _("Upload") if sends else _("Send"),
        Step.CONFIRM: _("Confirm"),
        Step.READY: _("Wait until it is processed"),
        Step.PREPARE: _("Prepare"),
        Step.ATTACH: _("Send") if sends else _("Attach"),
        Step.VERIFY: _("Look whether it is attached"),
    }[one]


def proof(grade: Proof) -> str:
    """What is proven about a stored file."""
    return {
        Proof.CHECKED: _("The storage checked a checksum: what is there is what is here."),
        Proof.ETAG: _("The storage's own MD5 is that of the file."),
        Proof.SIZE: _("Only the size is known to be the same."),
        Proof.NONE: _("Nothing is proven yet."),
    }[grade]


def pausing() -> str:
    """What pausing does to what is being sent: said before anybody does it."""
    return _("What is being sent is broken off, and begins again from its start when it goes on.")


def action(one: Action) -> str:
    """What a button is called."""
    return {
        Action.RETRY: _("Try again"),
        Action.CHOOSE_FILE: _("Choose another file…"),
        Action.LEAVE_OUT: _("Leave out"),
        Action.CHANGE_ACCOUNT: _("Look at the account"),
        Action.CHANGE_TARGET: _("Change what is filled in…"),
        Action.OPEN_RECORD: _("Open the record"),
        Action.REMOVE: _("Give up"),
    }[one]
