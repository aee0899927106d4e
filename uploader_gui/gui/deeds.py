"""What can be done about a row, best first: the one place that decides it, for buttons, menus and keys. Knows no Qt."""

from datetime import datetime
from enum import StrEnum, auto
from pathlib import Path

from uploader_gui.core.batch import ENDED_BATCHES, BatchState, Partly, Step, Upload, UploadState
from uploader_gui.core.problems import ACTIONS, Action, Problem
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import wording
from uploader_gui.gui.rows import Group, Node
from uploader_gui.workers.facts import Why

MOST_SHOWN = 20
"""So many files of a batch are shown in their folder at once."""
_RESTING = frozenset({BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION})
_PERHAPS = frozenset({BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN})
_NOT_LOSABLE = ENDED_BATCHES | _PERHAPS
_GOING = frozenset({UploadState.QUEUED, UploadState.RUNNING, UploadState.WAITING_NETWORK, UploadState.WAITING_RETRY})


class Deed(StrEnum):
    """One thing a person can do about a batch or a file."""

    SEND = auto()
    UNDO = auto()
    RETRY = auto()
    CHOOSE_FILE = auto()
    PART = auto()
    LEAVE_OUT = auto()
    CHANGE_ACCOUNT = auto()
    EDIT = auto()
    OPEN_RECORD = auto()
    IS_ATTACHED = auto()
    ATTACH_AGAIN = auto()
    TAKE_UP = auto()
    PAUSE = auto()
    RESUME = auto()
    OPEN_LINK = auto()
    COPY_LINK = auto()
    COPY_RECORD = auto()
    SHOW = auto()
    ELSEWHERE = auto()
    REMOVE = auto()
    CLEAR = auto()


IN_ROW = frozenset(Deed) - {Deed.OPEN_LINK, Deed.COPY_LINK, Deed.COPY_RECORD, Deed.ELSEWHERE, Deed.CLEAR}
"""What can stand as a button in a row: whatever solves something, and what undoes."""

_OF = {
    Action.RETRY: Deed.RETRY,
    Action.CHOOSE_FILE: Deed.CHOOSE_FILE,
    Action.LEAVE_OUT: Deed.LEAVE_OUT,
    Action.CHANGE_ACCOUNT: Deed.CHANGE_ACCOUNT,
    Action.CHANGE_TARGET: Deed.EDIT,
    Action.OPEN_RECORD: Deed.OPEN_RECORD,
    Action.REMOVE: Deed.REMOVE,
}


def label(deed: Deed) -> str:
    """What a button is called."""
    for action, its in _OF.items():
        if its is deed:
            return wording.action(action)
    return {
        Deed.SEND: _("Send"),
        Deed.UNDO: _("Undo"),
        Deed.PART: _("Attach the others"),
        Deed.IS_ATTACHED: _("It is attached"),
        Deed.ATTACH_AGAIN: _("It is not: attach again"),
        Deed.TAKE_UP: _("Try again"),
        Deed.PAUSE: _("Pause"),
        Deed.RESUME: _("Resume"),
        Deed.OPEN_LINK: _("Open the file's link"),
        Deed.COPY_LINK: _("Copy the file's link"),
        Deed.COPY_RECORD: _("Copy the record's link"),
        Deed.SHOW: _("Show in folder"),
        Deed.ELSEWHERE: _("Attach elsewhere…"),
        Deed.CLEAR: _("Clear from the list"),
    }[deed]


def label_for(deed: Deed, node: Node, upload: Upload | None) -> str:
    """What a button, or an entry of a menu, is called about this row: with what is not what one would expect."""
    if deed is Deed.PAUSE and _breaks_off(node, upload):
        return _("Pause (begins again from its start)")
    return label(deed)


def remark(deed: Deed, node: Node, upload: Upload | None) -> str:
    """What is worth knowing before it is done; "" if nothing is."""
    return wording.pausing() if deed is Deed.PAUSE and _breaks_off(node, upload) else ""


def _breaks_off(node: Node, upload: Upload | None) -> bool:
    """Whether pausing breaks off what is being sent."""
    if upload is None:
        return node.sending
    return upload.state is UploadState.RUNNING and upload.next_step is Step.TRANSFER


def short(deed: Deed) -> str:
    """What the button in a row is called, where there is little room."""
    return {
        Deed.CHOOSE_FILE: _("Other file…"),
        Deed.CHANGE_ACCOUNT: _("Account…"),
        Deed.EDIT: _("Change…"),
        Deed.OPEN_RECORD: _("Look at it"),
        Deed.PART: _("Attach others"),
        Deed.IS_ATTACHED: _("Is attached"),
        Deed.ATTACH_AGAIN: _("Attach again"),
    }.get(deed) or label(deed)


def solving(node: Node, upload: Upload | None) -> list[Deed]:
    """What solves what is wrong; nothing if nothing is."""
    if node.batch.state in ENDED_BATCHES:
        return []
    if node.left is not None:
        return _of_left(node)
    if upload is not None:
        return _of_upload(node, upload)
    return _of_batch(node)


def primary(node: Node, upload: Upload | None) -> Deed | None:
    """What stands as a button in the row itself."""
    if upload is None and node.group is not Group.NEEDS_YOU:
        return Deed.UNDO if node.batch.state is BatchState.HELD else None
    if upload is not None and node.left is not None:
        return None  # its files wait for what their batch waits for, and there is one button for that
    found = solving(node, upload)
    return found[0] if found else None


def again(node: Node) -> Deed | None:
    """How a batch that needs a person is tried again; None if it needs none, or that is no use."""
    if node.group is not Group.NEEDS_YOU:
        return None
    found = solving(node, None)
    return next((one for one in (Deed.RETRY, Deed.TAKE_UP) if one in found), None)


def is_attaching(node: Node) -> bool:
    """Whether a batch is being attached, or may be attached."""
    return node.batch.state in _PERHAPS


def can_be_given_up(node: Node) -> bool:
    """Whether it is certain that nothing of a batch is attached, and it has not ended."""
    return node.batch.state not in _NOT_LOSABLE


def possible(node: Node, upload: Upload | None, now: datetime) -> list[Deed]:
    """Everything that can be done, what solves a problem first.

    Args:
        node: The batch.
        upload: The file; None for the batch itself.
        now: The time, in UTC: links run out.
    """
    found = solving(node, upload)
    found += _resting(node, upload)
    if upload is not None and _link(upload, now):
        found += [Deed.OPEN_LINK, Deed.COPY_LINK]
    if upload is None and node.batch.link:
        found += [Deed.OPEN_RECORD, Deed.COPY_RECORD]
    if paths_of(node, upload):
        found.append(Deed.SHOW)
    found += _ending(node, upload)
    return list(dict.fromkeys(found))


def paths_of(node: Node, upload: Upload | None) -> list[Path]:
    """Where the file of a row lies, or the first files of a batch; without those that were left out."""
    return [one.path for one in _meant(node, upload, MOST_SHOWN)]


def files_of(node: Node, upload: Upload | None) -> list[str]:
    """The file of a row, or all files of a batch, as texts; without those that were left out."""
    return [one.file for one in _meant(node, upload, None)]


def _meant(node: Node, upload: Upload | None, most: int | None) -> list[Upload]:
    if upload is not None:
        return [upload]
    left_out = node.batch.state is not BatchState.CANCELLED
    return [one for one in node.uploads[:most] if not (left_out and one.state is UploadState.CANCELLED)]


def link_of(upload: Upload, now: datetime) -> str | None:
    """A stored file's link, while it is good."""
    return _link(upload, now)


def problem_of(node: Node, upload: Upload | None) -> Problem | None:
    """What is wrong with a row, if something is."""
    if upload is not None:
        return upload.problem
    return node.problem or node.busy or node.batch.problem


def _of_left(node: Node) -> list[Deed]:
    found = [] if node.left is Why.NO_SERVICE else [Deed.TAKE_UP]
    if node.left in {Why.NO_ACCOUNT, Why.NO_KEY, Why.OTHER_ADDRESS}:
        found = [Deed.CHANGE_ACCOUNT, *found]
    if node.problem is not None:
        found += [_OF[one] for one in ACTIONS[node.problem.kind] if one is Action.CHANGE_ACCOUNT]
    if node.batch.state is BatchState.ATTACH_UNKNOWN:
        return [*found, *([Deed.OPEN_RECORD] if node.batch.link else []), Deed.IS_ATTACHED]
    return [*found, Deed.REMOVE]


def _of_upload(node: Node, upload: Upload) -> list[Deed]:
    if upload.state is not UploadState.NEEDS_ATTENTION or upload.problem is None:
        return []
    found = [_OF[one] for one in ACTIONS[upload.problem.kind]]
    others = node.count > 1
    found = [one for one in found if one is not Deed.LEAVE_OUT or others]
    # Of one file's row "give up" would take the whole batch along.
    return [one for one in found if one is not Deed.REMOVE or not others]


def _of_batch(node: Node) -> list[Deed]:
    batch = node.batch
    if batch.state is BatchState.ATTACH_UNKNOWN:
        record = [Deed.OPEN_RECORD] if batch.link else []
        return [*record, Deed.IS_ATTACHED, Deed.ATTACH_AGAIN] if node.asks else []
    if node.busy is not None:
        return [*([Deed.OPEN_RECORD] if batch.link else []), Deed.RETRY, Deed.REMOVE]
    if batch.state is BatchState.HELD:
        return [Deed.UNDO]
    if batch.state is BatchState.NEEDS_ATTENTION and batch.problem is not None:
        return [deed for one in ACTIONS[batch.problem.kind] if (deed := _OF[one]) is not Deed.OPEN_RECORD or batch.link]
    if node.stuck:
        return _of_stuck(node)
    if node.held_back and batch.state is BatchState.OPEN:
        return [Deed.SEND, Deed.EDIT]
    return []


def _of_stuck(node: Node) -> list[Deed]:
    """Some of a batch's files need a person."""
    found = [Deed.RETRY] if node.retriable else []
    some = node.counts[UploadState.STORED] or node.counts[UploadState.RUNNING] or node.waiting
    if some and node.batch.partly is not Partly.NOTHING:
        found.append(Deed.PART)
    if node.count == 1:
        stuck = (one.problem for one in node.uploads if one.state is UploadState.NEEDS_ATTENTION and one.problem)
        problem = next(stuck, None)
        if problem is not None:
            found = [_OF[one] for one in ACTIONS[problem.kind] if one is not Action.LEAVE_OUT]
    return [*found, Deed.REMOVE]


def _resting(node: Node, upload: Upload | None) -> list[Deed]:
    if node.left is not None:
        return []
    state = node.batch.state
    if upload is not None:
        if upload.state is UploadState.PAUSED and state is not BatchState.PAUSED:
            return [Deed.RESUME]
        return [Deed.PAUSE] if upload.state in _GOING and state is BatchState.OPEN else []
    if state is BatchState.PAUSED:
        return [Deed.RESUME]
    if state is BatchState.OPEN and node.counts[UploadState.PAUSED] and not node.waiting and not node.running:
        return [Deed.RESUME]
    return [Deed.PAUSE] if state in {BatchState.OPEN, BatchState.HELD} and not node.held_back else []


def _ending(node: Node, upload: Upload | None) -> list[Deed]:
    state = node.batch.state
    if state in ENDED_BATCHES:
        return [Deed.ELSEWHERE, *([Deed.CLEAR] if upload is None else [])]
    if upload is not None:
        out = state in _RESTING and upload.state is not UploadState.CANCELLED and node.left is None
        return [Deed.LEAVE_OUT] if out and node.count > 1 else []
    edits = state in _RESTING and node.left is None
    gives_up = state not in _PERHAPS
    return [*([Deed.EDIT] if edits else []), *([Deed.REMOVE] if gives_up else [])]


def _link(upload: Upload, now: datetime) -> str | None:
    link = upload.result.get("link")
    good = upload.good_until is None or upload.good_until > now
    return link if isinstance(link, str) and link.startswith(("https://", "http://")) and good else None
