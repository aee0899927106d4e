"""The files that are meant: found, each once, and held against what the service takes before a byte is sent."""

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from uploader_gui.core.batch import Upload, UploadEvent, advance
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Problem, UploadError
from uploader_gui.engine import limits
from uploader_gui.engine.image_size import image_size
from uploader_gui.engine.media_type import media_type
from uploader_gui.engine.source import Source, look, meant, readable, unicode_name, unreadable
from uploader_gui.services.flow import Flow


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What was found.

    Attributes:
        uploads: Each file once, in order; those that the service would refuse need attention already.
        twice: The names of files that were given more than once.
        empty: The names of folders in which there is nothing to send.
        hidden: The names of hidden files and folders in folders: they are left out.
        together: What is wrong with all of them together.
        batch_id: The batch they were gathered for; "" if each is for one of its own.
    """

    uploads: tuple[Upload, ...]
    twice: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
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
    hidden: list[str] = []
    seen = _Seen()
    for one in beside:
        seen.add(one.file)
    bounded = flow.needs_image_size or any(
        one.size is not None or one.total is not None or one.types for one in flow.limits
    )
    for root in given:
        found = False
        for path, whole in _inside(root, hidden.append):
            found = True
            if cancel is not None:
                cancel.check()
            facts, new = seen.add(whole)
            if not new:
                twice.append(unicode_name(os.path.basename(whole)))  # noqa: PTH119 - texts, see `_inside`
                continue
            uploads.append(_looked_at(flow, batch_id, path, whole, facts, bounded=bounded))
        if not found:
            empty.append(unicode_name(Path(root).name or root))
    together = tuple(limits.check_together(flow, [*beside, *uploads]))
    return Gathered(
        uploads=tuple(uploads),
        twice=tuple(twice),
        empty=tuple(empty),
        hidden=tuple(map(unicode_name, hidden)),
        together=together,
        batch_id=batch_id,
    )


def refused(flow: Flow, upload: Upload, together: Sequence[Upload] = ()) -> Problem | None:
    """What the service would refuse about one file by itself, or about all of them together, by what its file says."""
    return next(iter((*limits.check_alone(flow, upload), *limits.check_together(flow, together))), None)


def looked_at(flow: Flow, given: str, path: Path) -> Source:
    """Note what a file is now, with all that the flow needs to know of it.

    Raises:
        UploadError: It is not there or cannot be read.
    """
    source = look(given, path)
    width, height = _size_of(flow, path, source.name)
    return source if width is None else dataclasses.replace(source, width=width, height=height)


def _size_of(flow: Flow, path: Path | str, name: str) -> tuple[int, int] | tuple[None, None]:
    """A picture's width and height, where the flow needs to know. Raises UploadError if it cannot be read."""
    if not flow.needs_image_size:
        return None, None
    try:
        return image_size(Path(path)) or (None, None)
    except OSError as error:
        raise UploadError(unreadable(error, name, path)) from None


def _inside(given: str, told: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """This file, or all files of this folder, sorted; what cannot be opened is given as it is, to be told about.

    `told` is told of what is hidden.

    Both paths as texts, here and in what follows: a Path takes longer to make than a file to be looked at.
    """
    path = Path(given)
    whole = str(path)
    if not path.is_dir():
        yield given, whole
        return
    try:
        inside = list(meant(path, told))
    except OSError:
        yield given, whole
        return
    for entry in inside:
        below = f"{given.rstrip('/')}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _inside(below, told)
        else:
            yield below, entry.path


class _Seen:
    """Files that were found already, by whatever path they are given."""

    def __init__(self) -> None:
        # Numbers by disk: a pair for each of a hundred thousand files would take ten megabytes.
        self._numbers: dict[int, set[int]] = {}
        self._paths: set[str] = set()

    def add(self, path: str) -> tuple[os.stat_result | None, bool]:
        """Take one; gives what the system says of it (None: it is not there), and whether it is new."""
        try:
            facts = os.stat(path)  # noqa: PTH116 - as in `look`
        except OSError:
            return None, self._new(path)
        if not facts.st_ino:
            return facts, self._new(os.path.realpath(path))
        numbers = self._numbers.setdefault(facts.st_dev, set())
        before = len(numbers)
        numbers.add(facts.st_ino)
        return facts, len(numbers) > before

    def _new(self, path: str) -> bool:
        before = len(self._paths)
        self._paths.add(path)
        return len(self._paths) > before


def _looked_at(
    flow: Flow, batch_id: str, given: str, path: str, facts: os.stat_result | None, *, bounded: bool
) -> Upload:
    name = unicode_name(os.path.basename(path) or given)  # noqa: PTH119 - see `_inside`
    try:
        facts = readable(path, name, facts)
        width, height = _size_of(flow, path, name)
    except UploadError as error:
        return _missing(batch_id, given, error.problem)
    # Whoever goes on with it later may do so in another folder.
    file = path if os.path.isabs(path) else str(Path(path).absolute())  # noqa: PTH117 - see `_inside`
    upload = Upload(
        id=new_id(),
        batch_id=batch_id,
        given=given,
        file=given if file == given else file,  # mostly the same text: kept once
        name=name,
        size=facts.st_size,
        modified=facts.st_mtime_ns,
        media_type=media_type(name),
        width=width,
        height=height,
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
