"""Looking at what is attached, when nobody knows whether an attach went through.

The service file names a call, the things in its answer, each thing's id, its files and who made it. The engine
compares: found is exactly one thing that was not there before, that no other batch has claimed, whose files are ours,
one to one, and that is certainly ours: because its files carry the ids that the service gave to ours, or because this
account made it. What may be ours and may not is a person's to say. Never by text or time: people edit texts, and
clocks differ.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from uploader_gui.core.problems import UploadError
from uploader_gui.engine.asking import holds, truthy, unexpected
from uploader_gui.engine.conversation import Conversation
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.template import Template, as_text

MAX_PAGES = 100


class Sight(Enum):
    """What a look shows."""

    FOUND = auto()  # attached, certainly
    ABSENT = auto()  # not there, this time
    UNCLEAR = auto()  # more than one, or only part of it: a person decides


@dataclass(frozen=True, kw_only=True)
class Looked:
    """The outcome of one look. `thing` is the id of what the attach made, where it made something."""

    sight: Sight
    thing: str | None = None


def first_page() -> dict[str, Any]:
    """The page a list begins with."""
    return {"number": 1, "skip": 0, "cursor": None}


def things_there(verify: schema.Verify, conversation: Conversation, known: Scope) -> tuple[str, ...]:
    """The ids of all things on the record now; empty for targets that add to a thing.

    Raises:
        UploadError: They cannot be read, all of them.
        Cancelled: It was told to stop.
    """
    if verify.items is None:
        return ()
    items = _items(verify, conversation, known, step="prepare")
    return tuple(_text(verify, conversation, {**known, "item": item}) for item in items)


def listed(found: schema.Found, conversation: Conversation, known: Scope, step: str) -> Iterator[tuple[str, Any]]:
    """All things of a list, each with its id. Raises UploadError and Cancelled, as it goes."""
    for item in _items(found, conversation, known, step=step):
        yield _text(found, conversation, {**known, "item": item}), item


def look(
    verify: schema.Verify,
    conversation: Conversation,
    known: Scope,
    *,
    there: Collection[str],
    claimed: Collection[str],
    author: str | None,
    certain: bool,
) -> Looked:
    """Look once.

    Args:
        verify: The target's.
        conversation: With the service, in the account's name.
        known: What the batch's calls know.
        there: The ids that were there before the attach.
        claimed: The ids that other batches' attaches made.
        author: The account's id, as what it makes carries it; None if it is not known.
        certain: Whether `same` compares what no other file can have: an id that the service gave to ours.

    Raises:
        UploadError: The service cannot be asked now, or not all of its answer can be read.
        Cancelled: It was told to stop.
    """
    if verify.items is None:
        return _look_at_parts(verify, conversation, known)
    mine: set[str] = set()  # a thing may stand on two pages
    doubtful = False
    for item in _items(verify, conversation, known):
        thing = _text(verify, conversation, {**known, "item": item})
        if thing in there or thing in claimed:
            continue
        by = _author(verify, {**known, "item": item})
        if None not in {by, author} and by != author:
            continue  # a colleague's, whatever is on it
        parts = _list(verify.parts, conversation, {**known, "item": item}, missing_is_empty=True)
        alone = unmatched(verify, known, parts)
        if not alone and len(parts) == len(known["files"]) and (certain or (by is not None and by == author)):
            mine.add(thing)
            if certain:
                break
        elif len(alone) < len(known["files"]) or (not parts and not certain and by is not None):
            # Some of our files, or all of them beside others, or none any more, or nobody knows by whom: perhaps ours,
            # edited meanwhile.
            doubtful = True
    if len(mine) == 1 and (certain or not doubtful):
        return Looked(sight=Sight.FOUND, thing=mine.pop())
    return Looked(sight=Sight.UNCLEAR if mine or doubtful else Sight.ABSENT)


def _author(verify: schema.Verify, known: Scope) -> str | None:
    """Who made a thing; None if it does not say."""
    if verify.by is None:
        return None
    try:
        by = verify.by.value(known)
    except ExpressionError:
        return None
    return None if by is None or isinstance(by, dict | list) else as_text(by)


def _look_at_parts(verify: schema.Verify, conversation: Conversation, known: Scope) -> Looked:
    lost, missing = parts_missing(verify, conversation, known)
    if not lost and not missing:
        return Looked(sight=Sight.FOUND)
    absent = not lost and missing == len(known["files"])
    return Looked(sight=Sight.ABSENT if absent else Sight.UNCLEAR)


def parts_missing(verify: schema.Verify, conversation: Conversation, known: Scope) -> tuple[int, int]:
    """For a target that adds to a thing: how many of its old parts are gone, and how many of our files are not there.

    Raises:
        UploadError: It cannot be read.
        Cancelled: It was told to stop.
    """
    assert verify.before is not None  # noqa: S101 - only called for such targets
    _answer, content = conversation.read(verify, {**known, "page": first_page()}, "verify")
    before = _list(verify.before, conversation, known, missing_is_empty=True)
    parts = _list(verify.parts, conversation, {**known, "answer": content}, missing_is_empty=True)
    old = [_text(verify, conversation, {**known, "part": part}) for part in before]
    ids = [_text(verify, conversation, {**known, "part": part}) for part in parts]
    fresh = [part for part, one in zip(parts, ids, strict=True) if one not in old]
    return len(_without(old, ids)), len(unmatched(verify, known, fresh))


def unmatched(verify: schema.Verify, known: Scope, parts: Sequence[Any]) -> list[Any]:
    """Match files to parts one to one; give the files that have none."""
    left, alone = list(parts), []
    for file in known["files"]:
        match = next((part for part in left if holds(verify.same, {**known, **file, "part": part})), None)
        if match is None:
            alone.append(file)
        else:
            left.remove(match)
    return alone


def _items(
    verify: schema.Verify | schema.Found, conversation: Conversation, known: Scope, *, step: str = "verify"
) -> Iterator[Any]:
    """All items of all pages."""
    assert verify.items is not None  # noqa: S101 - only called for such targets
    page = first_page()
    for _ in range(MAX_PAGES):
        _answer, content = conversation.read(verify, {**known, "page": page}, step)
        answered = {**known, "page": page, "answer": content}
        items = _list(verify.items, conversation, answered)
        yield from items
        try:
            more = verify.more is not None and truthy(verify.more.value(answered))
            cursor = verify.next.value(answered) if verify.next else None
        except ExpressionError:
            raise _odd(conversation, "it does not say whether there is more") from None
        if not more and not cursor:
            return
        page = {"number": page["number"] + 1, "skip": page["skip"] + len(items), "cursor": cursor}
    raise _odd(conversation, "it goes on and on")


def _list(template: Template, conversation: Conversation, known: Scope, *, missing_is_empty: bool = False) -> list[Any]:
    try:
        value = template.value(known)
    except ExpressionError:
        raise _odd(conversation, "there is no list in it") from None
    if value is None and missing_is_empty:
        return []
    if not isinstance(value, list):
        raise _odd(conversation, "there is no list in it")
    return value


def _text(verify: schema.Verify | schema.Found, conversation: Conversation, known: Scope) -> str:
    try:
        return as_text(verify.id.value(known))
    except ExpressionError:
        raise _odd(conversation, "its parts cannot be told apart") from None


def _odd(conversation: Conversation, detail: str) -> UploadError:
    return unexpected(conversation.service.name, "verify", detail)


def _without(wanted: Sequence[str], there: Sequence[str]) -> list[str]:
    left, missing = list(there), []
    for one in wanted:
        if one in left:
            left.remove(one)
        else:
            missing.append(one)
    return missing
