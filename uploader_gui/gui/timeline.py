"""The steps of a batch or a file with their times, made of what it is now and of its journal. Knows no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from uploader_gui.core.batch import CLEANED, NOT_CLEANED, UPLOAD_STEPS, BatchState, Step, Upload, UploadState
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import wording
from uploader_gui.gui.rows import Node
from uploader_gui.gui.wording import Sign

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow

Journal = Sequence[tuple[datetime, str]]
_ATTACHED = frozenset({BatchState.ATTACHED})
_AT_ATTACH = frozenset({BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class Point:
    """One line of the timeline.

    Attributes:
        sign: How it stands; None: not yet.
        text: What it is.
        at: When it ended; None where that is not known, or it has not.
    """

    sign: Sign | None
    text: str
    at: datetime | None = None


def of_upload(node: Node, upload: Upload, flow: "Flow | None", journal: Journal) -> list[Point]:
    """A file's steps."""
    steps = [step for step in UPLOAD_STEPS if flow is None or flow.has(step.value)]
    order = {step: place for place, step in enumerate(UPLOAD_STEPS)}
    points = [Point(sign=Sign.DONE, text=_("Added"), at=node.batch.created)]
    for step in steps:
        if upload.state is UploadState.STORED or order[step] < order[upload.next_step]:
            at = _last(journal, f"{step} done")
            if at is None and step is steps[-1]:
                at = upload.stored_at
            points.append(Point(sign=Sign.DONE, text=wording.step(step, sends=node.sends), at=at))
        elif step is upload.next_step:
            points.append(_current(node, upload, step, journal))
        else:
            points.append(Point(sign=None, text=wording.step(step, sends=node.sends)))
    if node.batch.attaches:
        points.append(_attach(node, _last(journal, "attached") or node.batch.ended))
    return points + _cleaned(journal)


def _cleaned(journal: Journal) -> list[Point]:
    """Whether what a file that was given up had left at the service was deleted there, if that was tried."""
    for at, event in reversed(journal):
        if event == CLEANED:
            return [Point(sign=Sign.DONE, text=_("Delete what was sent"), at=at)]
        if event.startswith(NOT_CLEANED):
            return [Point(sign=Sign.ATTENTION, text=_("Delete what was sent: it stays at the service"), at=at)]
    return []


def _current(node: Node, upload: Upload, step: Step, journal: Journal) -> Point:
    if upload.state is UploadState.NEEDS_ATTENTION:
        at = next((at for at, event in reversed(journal) if event.startswith(f"{step} failed")), None)
        return Point(sign=Sign.ATTENTION, text=wording.step(step, sends=node.sends), at=at)
    if upload.state in {UploadState.QUEUED, UploadState.CANCELLED}:
        return Point(sign=None, text=wording.step(step, sends=node.sends))
    return Point(sign=wording.upload_sign(node, upload), text=wording.step(step, sends=node.sends))


def of_batch(node: Node, flow: "Flow | None", journal: Journal) -> list[Point]:
    """A batch's steps: its files, then what is done with all of them."""
    batch = node.batch
    stored = Sign.DONE if node.all_stored else Sign.SENDING if node.running else None
    ended = batch.state in {BatchState.ATTACHED, BatchState.STORED}
    points = [
        Point(sign=Sign.DONE, text=_("Added"), at=batch.created),
        Point(sign=Sign.DONE if ended else stored, text=_("Store the files"), at=_stored_at(node)),
    ]
    if flow is not None and flow.target.prepare:
        done = batch.state in {*_ATTACHED, *_AT_ATTACH}
        at = _last(journal, "prepared")
        points.append(Point(sign=Sign.DONE if done else None, text=wording.step(Step.PREPARE, sends=node.sends), at=at))
    if batch.attaches:
        points.append(_attach(node, batch.ended))
    if batch.state is BatchState.ATTACH_UNKNOWN:
        sign = Sign.UNKNOWN if node.asks else Sign.SENDING
        points.append(Point(sign=sign, text=wording.step(Step.VERIFY), at=_last(journal, "attach unknown")))
    if batch.state is BatchState.CANCELLED:
        points.append(Point(sign=Sign.CANCELLED, text=_("Given up"), at=batch.ended))
    return points


def _attach(node: Node, at: datetime | None) -> Point:
    state = node.batch.state
    if state is BatchState.ATTACHED:
        return Point(sign=Sign.DONE, text=wording.step(Step.ATTACH, sends=node.sends), at=at)
    if state is BatchState.ATTACHING:
        return Point(sign=Sign.SENDING, text=wording.step(Step.ATTACH, sends=node.sends))
    if state is BatchState.ATTACH_UNKNOWN:
        return Point(sign=Sign.UNKNOWN, text=wording.step(Step.ATTACH, sends=node.sends))
    failed = state is BatchState.NEEDS_ATTENTION and node.batch.problem is not None
    return Point(sign=Sign.ATTENTION if failed else None, text=wording.step(Step.ATTACH, sends=node.sends))


def _stored_at(node: Node) -> datetime | None:
    times = [one.stored_at for one in node.uploads if one.stored_at is not None]
    return max(times) if times and (node.all_stored or node.batch.ended) else None


def _last(journal: Journal, event: str) -> datetime | None:
    return next((at for at, told in reversed(journal) if told == event), None)
