"""What services are asked while a target is filled in: whose an account is, which records, what they are called."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator

from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, Kind, UploadError
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Client
from uploader_gui.engine.lookup import Found, Lookups, Whose, name_inputs, whose
from uploader_gui.engine.session import Account, Session
from uploader_gui.workers.accounts import KnownAccount
from uploader_gui.workers.facts import Destination, NotYetError, Why
from uploader_gui.workers.known import Known

# An account that may write need not be allowed to ask who it is.
_NOT_SAID = frozenset({Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.UNEXPECTED_ANSWER, Kind.REFUSED})


class Questions:
    """Asks, through one client for each session.

    Args:
        known: Services and accounts.
        clock: Time.
        client: Makes what talks to an account's own hosts.
    """

    def __init__(self, known: Known, clock: Clock, client: Callable[[Account], Client]) -> None:
        self._known = known
        self._clock = clock
        self._client = client
        self._clients: dict[Session, Client] = {}
        self._whose: dict[Session, Whose | None] = {}

    def close(self) -> None:
        """Close what was asked through."""
        for client in self._clients.values():
            client.close()

    def forget_whose(self, account: KnownAccount) -> None:
        """Ask anew whose an account is, when that is asked next."""
        self._whose.pop(self._known.session(account), None)

    @contextlib.contextmanager
    def _talk(self, account: KnownAccount, cancel: CancelToken) -> Iterator[Conversation]:
        session = self._known.session(account)
        if session not in self._clients:
            self._clients[session] = self._client(session.account)
        yield Conversation(session, self._clients[session], cancel)

    def whose(self, account: KnownAccount, cancel: CancelToken) -> Whose | None:
        """Whose an account is; asked once. None if the service does not say. Raises UploadError."""
        session = self._known.session(account)
        if session not in self._whose:
            try:
                with self._talk(account, cancel) as talk:
                    self._whose[session] = whose(talk, self._clock.utc())
            except UploadError as error:
                if error.problem.kind not in _NOT_SAID:
                    raise
                self._whose[session] = None
        return self._whose[session]

    def search(self, where: Destination, lookup: str, text: str, cancel: CancelToken, most: int = 50) -> list[Found]:
        """Find records. Raises UploadError and NotYetError."""
        with self._talk(self._known.account(where.account), cancel) as talk:
            lookups = Lookups(self._known.flows[where.service, where.target], talk, self._clock.utc())
            found = []
            for one in lookups.search(lookup, text, where.inputs):
                found.append(one)
                if len(found) >= most:
                    break
            return found

    def named(self, where: Destination, cancel: CancelToken) -> Destination:
        """Name what is filled in and has no name yet. Raises UploadError if a record is not there."""
        found = self._known.flows[where.service, where.target]
        if all(one.id in where.named for one in found.target.inputs if one.id in where.inputs):
            return where
        with self._talk(self._known.account(where.account), cancel) as talk:
            names = name_inputs(Lookups(found, talk, self._clock.utc()), found, where.inputs)
        return dataclasses.replace(where, named={**names, **where.named})

    def introduced(self, where: Destination, cancel: CancelToken) -> tuple[Destination, Whose | None]:
        """Name the inputs, and learn whose the account is.

        Without a network, or with a key that is not accepted, files are taken all the same: their rows say so.

        Raises:
            NotYetError: A record is not there, or the account is gone.
        """
        account = self._known.account(where.account)
        who = None
        if account.whose is not None:
            who = Whose(shown=account.whose, author=account.author)
        try:
            who = self.whose(account, cancel) or who
            return self.named(where, cancel), who
        except UploadError as error:
            if error.problem.kind in {*PASSING, Kind.SIGNED_OUT}:
                named = {key: str(value) for key, value in where.inputs.items() if isinstance(value, str)}
                return dataclasses.replace(where, named={**named, **where.remembered, **where.named}), who
            raise NotYetError(Why.PROBLEM, problem=error.problem) from None
