"""The files that are meant: found, each once, and held against what the service takes before a byte is sent."""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from uploader_gui.core.batch import Upload, UploadEvent, advance
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Problem, UploadError
from uploader_gui.engine import limits
from uploader_gui.engine.image_size import image_size
from uploader_gui.engine.media_type import media_type
from uploader_gui.engine.source import IGNORED_FOLDERS, Source, ignored, look, unicode_name, unreadable
from uploader_gui.services.flow import Flow


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What was found.

    Attributes:
        uploads: Each file once, in order; those that the service would refuse need attention already.
        twice: The names of files that were given more than once.
        empty: The names of folders in which there is nothing to send.
        together: What is wrong with all of them together.
        batch_id: The batch they were gathered for; "" if each is for one of its own.
    """

    uploads: tuple[Upload, ...]
    twice: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    together: tuple[Problem, ...] = ()
    batch_id: str = ""


def gather(
    flow: Flow, batch_id: str, given: Iterable[str], *, beside: Sequence[Upload] = (), cancel: CancelToken | None = None
) -> Gathered:
    """Find files, and all files of folders.

    Args:
        flow: What happens with them.
        batch_id: The batch they are for.
        given: Paths, as the person gave them.
        beside: The files the batch has already.
        cancel: Ends it.

    Raises:
        Cancelled: It was told to stop.
    """
    uploads: list[Upload] = []
    twice: list[str] = []
    empty: list[str] = []
    seen = {_file(one.path) for one in beside}
    bounded = any(one.size is not None or one.types for one in flow.limits) or flow.needs_image_size
    for root in given:
        found = False
        for path, whole in _inside(root):
            found = True
            if cancel is not None:
                cancel.check()
            file = _file(whole)
            if file in seen:
                twice.append(unicode_name(whole.name))
                continue
            seen.add(file)
            uploads.append(_looked_at(flow, batch_id, path, whole, bounded=bounded))
        if not found:
            empty.append(unicode_name(Path(root).name or root))
    together = _together(flow, [*beside, *uploads])
    return Gathered(
        uploads=tuple(uploads), twice=tuple(twice), empty=tuple(empty), together=together, batch_id=batch_id
    )


def refused(flow: Flow, upload: Upload, together: Sequence[Upload] = ()) -> Problem | None:
    """What the service would refuse about one file by itself, or about all of them together, by what its file says."""
    alone = (problem for problem in limits.check_files(flow, [upload]) if problem.name)
    return next(iter((*alone, *_together(flow, together))), None)


def looked_at(flow: Flow, given: str, path: Path) -> Source:
    """Note what a file is now, with all that the flow needs to know of it.

    Raises:
        UploadError: It is not there or cannot be read.
    """
    source = look(given, path)
    if not flow.needs_image_size:
        return source
    try:
        size = image_size(path)
    except OSError as error:
        raise UploadError(unreadable(error, source.name, path)) from None
    return source if size is None else dataclasses.replace(source, width=size[0], height=size[1])


def _together(flow: Flow, uploads: Sequence[Upload]) -> tuple[Problem, ...]:
    return tuple(problem for problem in limits.check_files(flow, uploads) if not problem.name)


def _inside(given: str) -> Iterator[tuple[str, Path]]:
    """This file, or all files of this folder, sorted; what cannot be opened is given as it is, to be told about."""
    path = Path(given)
    if not path.is_dir():
        yield given, path
        return
    try:
        with os.scandir(path) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        yield given, path
        return
    for entry in inside:
        below = f"{given.rstrip('/')}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if entry.name.lower() not in IGNORED_FOLDERS:
                yield from _inside(below)
        elif entry.is_file(follow_symlinks=False) and not ignored(entry.name):
            yield below, Path(entry.path)


def _file(path: Path) -> object:
    """What tells a file from all others, by whatever path it is given; its path where it is not there."""
    try:
        facts = path.stat()
    except OSError:
        return path
    return (facts.st_dev, facts.st_ino) if facts.st_ino else path.resolve()


def _looked_at(flow: Flow, batch_id: str, given: str, path: Path, *, bounded: bool) -> Upload:
    try:
        source = looked_at(flow, given, path)
    except UploadError as error:
        return _missing(batch_id, given, error.problem)
    # Whoever goes on with it later may do so in another folder.
    file = str(source.path.absolute())
    upload = Upload(
        id=new_id(),
        batch_id=batch_id,
        given=source.given,
        file=source.given if file == source.given else file,  # mostly the same text: kept once
        name=source.name,
        size=source.size,
        modified=source.modified,
        media_type=media_type(source.name),
        width=source.width,
        height=source.height,
    )
    problem = refused(flow, upload) if bounded else None
    return upload if problem is None else advance(upload, UploadEvent.FAILED, problem=problem)


def new_id() -> str:
    """A random UUID (RFC 9562, version 4), as text: that of the library takes ten times as long."""
    random = bytearray(os.urandom(16))
    random[6] = random[6] & 0x0F | 0x40
    random[8] = random[8] & 0x3F | 0x80
    text = random.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _missing(batch_id: str, given: str, problem: Problem) -> Upload:
    """A file that cannot be read has a row as well: that is where the person can do something about it."""
    path = Path(given)
    upload = Upload(
        id=new_id(),
        batch_id=batch_id,
        given=given,
        file=str(path.absolute()),
        name=problem.name or path.name or given,
        size=problem.size or 0,
        modified=0,
        media_type=media_type(path.name),
    )
    return advance(upload, UploadEvent.FAILED, problem=problem)
