"""A keychain in memory that does what a test wants of it."""

import threading
from collections.abc import Callable

LIMIT = 2560
"""Bytes of UTF-16 that Windows takes for one entry."""


class error(Exception):  # noqa: N801, N818 - the name Windows' own has
    """As the Windows backend lets it through: no kind of keyring's."""


class Vault:
    """Looks like a backend of keyring's.

    Attributes:
        entries: What is in it, by service and user.
        before, after: Called with the operation's name and user before and after each; may raise, wait, count.
        threads: The threads it was called in.
    """

    priority = 5.0

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.before: Callable[[str, str], object] = lambda _what, _user: None
        self.after: Callable[[str, str], object] = lambda _what, _user: None
        self.threads: set[threading.Thread] = set()

    def get_password(self, service: str, username: str) -> str | None:
        """Give an entry."""
        self.threads.add(threading.current_thread())
        self.before("get", username)
        found = self.entries.get((service, username))
        self.after("get", username)
        return found

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry, no longer than Windows takes it."""
        self.threads.add(threading.current_thread())
        self.before("set", username)
        if len(password.encode("utf-16-le")) > LIMIT:
            raise error(1783, "CredWrite", password)
        self.entries[service, username] = password
        self.after("set", username)

    def delete_password(self, service: str, username: str) -> None:
        """Delete an entry."""
        self.threads.add(threading.current_thread())
        self.before("delete", username)
        if (service, username) not in self.entries:
            raise error(1168, "CredDelete")
        del self.entries[service, username]
        self.after("delete", username)
