"""One account's entries in a keychain: values of any length in parts, and changes that are made whole or not at all.

A short value is one entry, named by its field. A longer one is a head in that entry's place, which names the parts:
the parts are written first, so that the head switches from the old value to the new one at once.
"""

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

# Windows takes 2,560 bytes an entry: 1,280 units of UTF-16.
PART_UNITS = 1000
HEAD = "uploader-gui parts "


class Backend(Protocol):
    """A keychain as keyring has it: an entry is a text under the name of a service and a user."""

    def get_password(self, service: str, username: str) -> str | None:
        """Give an entry; None if there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry."""

    def delete_password(self, service: str, username: str) -> None:
        """Delete an entry; an error if there is none."""


class EntryGoneError(Exception):
    """An entry, or a part of it, is not in the keychain."""


class NotWantedError(Exception):
    """Nobody waits for the change any more; what had been done of it is undone."""


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """A change that was made.

    Attributes:
        before: What was there, by field: the entry's text, None if there was none. Holds secrets: never shown.
        written: The parts that are new.
        left: The parts of what was there before: of no use any more.
    """

    before: Mapping[str, str | None]
    written: tuple[str, ...]
    left: tuple[str, ...]

    def __repr__(self) -> str:
        return "Exchanged()"


class Entries:
    """The entries of one account.

    All methods raise whatever the keychain raises.

    Args:
        backend: The keychain.
        account_id: Whose entries; one service name for each account.
    """

    def __init__(self, backend: Backend, account_id: str) -> None:
        self._backend = backend
        self._service = f"uploader-gui {account_id}"

    def get(self, field: str) -> str:
        """A field's value. Raises EntryGoneError if it, or a part of it, is not there."""
        head = self._get(field)
        if not head.startswith(HEAD):
            return head
        names = _parts_of(field, head)
        if not names:
            raise EntryGoneError  # somebody else wrote over it
        return "".join(self._get(name) for name in names)

    def exchange(self, values: Mapping[str, str | None], wanted: Callable[[], bool]) -> Exchanged:
        """Put values in the place of what is there; None removes. All of it or, if it fails, nothing.

        Args:
            values: By field.
            wanted: Whether to go on; asked between any two calls of the keychain.

        Raises:
            NotWantedError: Not to go on.
        """
        before = {field: self._backend.get_password(self._service, field) for field in values}
        written: list[str] = []
        changed: list[str] = []
        try:
            heads = {field: self._with_parts(field, value, written, wanted) for field, value in values.items()}
            for field, head in heads.items():
                _go_on(wanted)
                changed.append(field)
                self._write(field, head, there=before[field] is not None)
        except BaseException:
            # What is as it was needs no putting back: a keychain that is locked would ask the person again.
            self.undo(Exchanged(before={field: before[field] for field in changed}, written=tuple(written), left=()))
            raise
        left = [name for field, head in before.items() for name in _parts_of(field, head)]
        return Exchanged(before=before, written=tuple(written), left=tuple(left))

    def undo(self, exchanged: Exchanged) -> None:
        """Put back what was there before, as far as the keychain lets it. Raises nothing."""
        for field, head in exchanged.before.items():
            with contextlib.suppress(Exception):
                self._write(field, head, there=True)
        self.forget(exchanged.written)

    def forget(self, names: Iterable[str]) -> None:
        """Delete parts of no use, as far as the keychain lets it. Raises nothing."""
        for name in names:
            with contextlib.suppress(Exception):
                self._write(name, None, there=True)

    def _get(self, name: str) -> str:
        text = self._backend.get_password(self._service, name)
        if text is None:
            raise EntryGoneError
        return text

    def _with_parts(self, field: str, value: str | None, written: list[str], wanted: Callable[[], bool]) -> str | None:
        """Write the parts of a value, if it needs any; give what its own entry is to hold."""
        if value is None or (_units(value) <= PART_UNITS and not value.startswith(HEAD)):
            return value
        parts = list(_split(value))
        # New names each time: the parts of the old value stay whole until the head is switched.
        head = f"{HEAD}{uuid.uuid4().hex[:8]} {len(parts)}"
        for name, part in zip(_parts_of(field, head), parts, strict=True):
            _go_on(wanted)
            written.append(name)
            self._backend.set_password(self._service, name, part)
        return head

    def _write(self, name: str, text: str | None, *, there: bool) -> None:
        if text is not None:
            self._backend.set_password(self._service, name, text)
        elif there:
            try:
                self._backend.delete_password(self._service, name)
            except Exception:
                # Each backend says in its own way that there is nothing to delete, and some say so when refused.
                if self._backend.get_password(self._service, name) is not None:
                    raise


def _go_on(wanted: Callable[[], bool]) -> None:
    if not wanted():
        raise NotWantedError


def _parts_of(field: str, head: str | None) -> tuple[str, ...]:
    """The names of the parts that an entry's text speaks of; none if it is a value itself, or no head of ours."""
    if head is None or not head.startswith(HEAD):
        return ()
    tag, _, count = head.removeprefix(HEAD).partition(" ")
    if not tag.isalnum() or not count.isdecimal() or len(count) > 6:
        return ()
    return tuple(f"{field}.{tag}.{number}" for number in range(1, int(count) + 1))


def _units(text: str) -> int:
    """The length in units of UTF-16: signs beyond the first 65,536, such as emoji, take two."""
    return len(text) + sum(char > "\uffff" for char in text)


def _split(text: str) -> Iterator[str]:
    """Parts that each fit into an entry; no sign is torn in two."""
    begin, units = 0, 0
    for at, char in enumerate(text):
        wide = _units(char)
        if units + wide > PART_UNITS:
            yield text[begin:at]
            begin, units = at, 0
        units += wide
    yield text[begin:]
