"""The engine room: the ledger, the queue and the accounts. Everything here is called in errands' threads."""

import collections
import contextlib
import dataclasses
import logging
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from uploader_gui import __version__
from uploader_gui.core import translation, words
from uploader_gui.core.batch import (
    ENDED_BATCHES,
    Batch,
    BatchEvent,
    BatchState,
    GoneError,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, LedgerError, SystemClock
from uploader_gui.core.problems import ACTIONS, PASSING, Action, Kind, Problem, UploadError
from uploader_gui.core.remembered import Remembered
from uploader_gui.core.settings import Settings
from uploader_gui.core.traces import Trace
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.entry import as_found, record_of
from uploader_gui.engine.http import Client, Timing
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.lookup import Found, Lookups, Whose, name_inputs, whose
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.source import Source
from uploader_gui.services import catalogue
from uploader_gui.services.flow import Flow, flow
from uploader_gui.services.language import in_language
from uploader_gui.store import pasted, remembered
from uploader_gui.store.clearing import forget, forgettable
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.logs import log_to_file
from uploader_gui.store.traces import Traces
from uploader_gui.workers import accounts as known_accounts
from uploader_gui.workers import gathering, remembering
from uploader_gui.workers.accounts import KnownAccount, same_person
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.facts import Asks, BadServiceFile, Begun, Destination, Gone, NotYetError, Why
from uploader_gui.workers.plan import complete, place
from uploader_gui.workers.remembering import Recalled
from uploader_gui.workers.saved import SavedAccounts

log = logging.getLogger(__name__)

# An account that may write need not be allowed to ask who it is.
_NOT_SAID = frozenset({Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.UNEXPECTED_ANSWER, Kind.REFUSED})
# A person has done something about the file itself: it is taken as it is now.
_ABOUT_THE_FILE = frozenset(
    {
        Kind.FILE_MISSING,
        Kind.FILE_UNREADABLE,
        Kind.FILE_CHANGED,
        Kind.FILE_CHANGING,
        Kind.FILE_LOCKED,
        Kind.FILE_IN_CLOUD,
        Kind.FILE_TOO_LARGE,
        Kind.FILE_TOO_SMALL,
        Kind.FILE_TYPE,
        Kind.FILE_NOT_IMAGE,
        Kind.PROCESSING_FAILED,
    }
)


class Works:
    """What the window's wishes come down to.

    Args:
        ledger: Keeps what happens.
        bridge: Told what happens, for the window.
        source: Which accounts there are.
        saved: Those that are saved, for whoever wants to change them.
        clock: Time.
        policy: When what failed is tried again.
        timing: How long answers are waited for.
        settings: As the person has them.
    """

    def __init__(
        self,
        ledger: Ledger,
        bridge: Bridge,
        source: known_accounts.Source,
        *,
        saved: SavedAccounts | None = None,
        clock: Clock | None = None,
        policy: Policy | None = None,
        timing: Timing | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.ledger = ledger
        self.settings = settings or Settings()
        self.clock = clock or SystemClock()
        self.flows: dict[tuple[str, str], Flow] = {}
        self.accounts: tuple[KnownAccount, ...] = ()
        self.saved = saved
        self._bridge = bridge
        self._source = source
        self._timing = timing
        self._sessions: dict[tuple[object, ...], Session] = {}
        self._whose: dict[Session, Whose | None] = {}
        self._mended: set[str] = set()
        self._clients: dict[Session, Client] = {}
        self.queue = Queue(
            clock=self.clock,
            listener=bridge.heard,
            policy=policy,
            idle_digests=frozenset({"sha256", "crc32c"}),
            ledger=ledger,
            looks=True,
            waits_for_network=True,
            changed=bridge.changed,
        )
        bridge.read_meters(self.queue.meter)
        self._log = log_to_file()
        log.info("the window has opened its queue, version %s", __version__)
        self.traces = Traces()

    def lane(self) -> Lane:
        """A new lane of the queue."""
        return Lane(
            self.queue, self.clock, timing=self._timing, traced=self.traces.note, route=lambda: self.settings.proxy
        )

    def close(self) -> None:
        """Close the ledger and what questions were asked through. The lanes have ended."""
        for client in self._clients.values():
            client.close()
        self.traces.close()
        self.ledger.close()

    # ------------------------------------------------------------------------------------------------ accounts
    def read_services(self) -> Mapping[tuple[str, str], Flow]:
        """Read all service files: what happens with files, by service and target. Those with mistakes are told."""
        found: dict[tuple[str, str], Flow] = {}
        for service_id in catalogue.known():
            try:
                service = in_language(catalogue.find(service_id), translation.language())
            except catalogue.ServiceFileError as error:
                self._bridge.tell(BadServiceFile(name=error.name, mistakes=tuple(map(str, error.mistakes))))
            except catalogue.UnknownServiceError:
                self._bridge.tell(BadServiceFile(name=f"{service_id}.toml"))
            else:
                found |= {(service_id, target): flow(service, target) for target in service.targets}
        self.flows = found
        return dict(found)

    def read_accounts(self) -> tuple[KnownAccount, ...]:
        """Ask anew which accounts there are; what was begun with one whose key is another now goes on with that."""
        self.accounts = tuple(self._source())
        for account in self.accounts:
            if account.id and account.ready:
                if account.id in self._mended:
                    self._whose.pop(self.session(account), None)  # it may be somebody else's now
                self._go_on_with(account)
                self._mended.discard(account.id)
        return self.accounts

    def mended(self, account_id: str) -> None:
        """A person has saved an account anew: once it is read, what needed that is tried again. In any thread."""
        self._mended.add(account_id)

    def _go_on_with(self, account: KnownAccount) -> None:
        mended = account.id in self._mended
        for batch in self.queue.batches():
            mine = batch.account == account.id and batch.state not in ENDED_BATCHES
            if not mine or not same_person(batch, account):
                continue
            with contextlib.suppress(GoneError):  # it was let go of meanwhile
                if batch.base == account.base:
                    solved = self.queue.sign_in(batch.id, self.session(account)) or mended
                else:
                    # Its record is not looked for at an address of which nobody knows whose it is.
                    known = batch.author is not None or batch.whose is not None
                    solved = mended and known and self.queue.move(batch.id, self.session(account))
                if solved:
                    self._retry_solved(batch, Action.CHANGE_ACCOUNT)

    def _retry_solved(self, batch: Batch, by: Action) -> None:
        """Try again what an action solves that a person has just taken."""
        uploads = self.queue.uploads(batch.id)
        stuck = {one.id for one in uploads if one.state is UploadState.NEEDS_ATTENTION and _solves(by, one.problem)}
        if stuck or (batch.state is BatchState.NEEDS_ATTENTION and _solves(by, batch.problem)):
            self.queue.retry(batch.id, only=stuck or None)

    def account(self, key: str) -> KnownAccount:
        """An account that can be used now, by its key. Raises NotYetError if it cannot, or is gone."""
        for one in self.accounts:
            if one.key == key and one.ready:
                return one
            if one.key == key:
                said = words.waiting_for_keychain() if one.trouble is None else one.trouble.sentence.whole
                raise NotYetError(Why.NO_KEY, said=said)
        raise NotYetError(Why.NO_ACCOUNT)

    def session(self, account: KnownAccount) -> Session:
        """The session of an account: one for all its batches, so that a token is fetched once for all of them."""
        values = frozenset(account.values.items())
        key = account.key, account.base, values, account.ca_file, account.certificate, account.agreed
        made = Account(
            service=account.service,
            base=account.base,
            values=account.values,
            ca_file=account.ca_file,
            certificate=account.certificate,
            agreed=account.agreed,
        )
        self.hide(made)
        return self._sessions.setdefault(key, Session(made, self.clock))

    def hide(self, account: Account) -> None:
        """Let the log never show an account's secrets, wherever they come from."""
        self._log.hide(*account.secrets)

    # ----------------------------------------------------------------------------------------------- questions
    @contextlib.contextmanager
    def _talk(self, account: KnownAccount, cancel: CancelToken) -> Iterator[Conversation]:
        session = self.session(account)
        if session not in self._clients:
            self._clients[session] = self.client(session.account)
        yield Conversation(session, self._clients[session], cancel)

    def client(self, account: Account) -> Client:
        """What talks to an account's own hosts, and to no others."""
        return Client(
            account.origins.__contains__,
            timing=self._timing,
            trust=account.own_trust(),
            proxy_trust=account.trust(),
            traced=self._note,
            route=lambda: self.settings.proxy,
        )

    def _note(self, trace: Trace) -> None:
        """Keep the trace of a question, which belongs to no batch."""
        self.traces.note(dataclasses.replace(trace, client="account"))

    def whose(self, account: KnownAccount, cancel: CancelToken) -> Whose | None:
        """Whose an account is; asked once. None if the service does not say. Raises UploadError."""
        session = self.session(account)
        if session not in self._whose:
            try:
                with self._talk(account, cancel) as talk:
                    self._whose[session] = whose(talk, self.clock.utc())
            except UploadError as error:
                if error.problem.kind not in _NOT_SAID:
                    raise
                self._whose[session] = None
        return self._whose[session]

    def search(self, where: Destination, lookup: str, text: str, cancel: CancelToken, most: int = 50) -> list[Found]:
        """Find records. Raises UploadError and NotYetError."""
        with self._talk(self.account(where.account), cancel) as talk:
            lookups = Lookups(self.flows[where.service, where.target], talk, self.clock.utc())
            found = []
            for one in lookups.search(lookup, text, where.inputs):
                found.append(one)
                if len(found) >= most:
                    break
            return found

    def named(self, where: Destination, cancel: CancelToken) -> Destination:
        """Name what is filled in and has no name yet. Raises UploadError if a record is not there."""
        found = self.flows[where.service, where.target]
        if all(one.id in where.named for one in found.target.inputs if one.id in where.inputs):
            return where
        with self._talk(self.account(where.account), cancel) as talk:
            names = name_inputs(Lookups(found, talk, self.clock.utc()), found, where.inputs)
        return dataclasses.replace(where, named={**names, **where.named})

    def introduced(self, where: Destination, cancel: CancelToken) -> tuple[Destination, Whose | None]:
        """Name the inputs, and learn whose the account is.

        Without a network, or with a key that is not accepted, files are taken all the same: their rows say so.

        Raises:
            NotYetError: A record is not there, or the account is gone.
        """
        account = self.account(where.account)
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

    # -------------------------------------------------------------------------------------------- new batches
    def begin(
        self,
        where: Destination,
        who: Whose | None,
        portions: Sequence[gathering.Gathered],
        *,
        again: bool = False,
    ) -> tuple[str, ...]:
        """Put gathered files into the queue, a batch each; gives their ids. Where a target sends, it waits for a word.

        Args:
            where: Where they go.
            who: Whose the account is, if that is known.
            portions: The files of each batch.
            again: Also if the same files are on their way there already.

        Raises:
            NotYetError: A person must say more first.
            LedgerError: It cannot be kept.
        """
        account, what = self.account(where.account), self.flows[where.service, where.target]
        session = self.session(account)
        made = [self._made(where, who, account, what, portion) for portion in portions]
        if not again:
            self._check_new(what, made, session.account)
        ids = [batch.id for batch, _uploads in made]
        try:
            for batch_id in ids:
                # Held before it is there to be seen: nobody else takes it up.
                self.ledger.hold(batch_id)
            self.queue.add_all(made, what, session, held_back=what.target.sends)
        except LedgerError:
            # None of them is there: a disk that is full leaves no half of a drop behind.
            self.ledger.release(*ids)
            raise
        with contextlib.suppress(LedgerError):  # a convenience: what it is about is in the queue
            self._remember(where, pinned=False)
        return tuple(ids)

    def _made(
        self, where: Destination, who: Whose | None, account: KnownAccount, what: Flow, found: gathering.Gathered
    ) -> tuple[Batch, tuple[Upload, ...]]:
        """A batch of gathered files, that nobody knows of yet. Raises NotYetError."""
        batch = Batch(
            id=found.batch_id or str(uuid.uuid4()),
            service=where.service,
            target=where.target,
            inputs={},
            named=dict(where.named),
            created=self.clock.utc(),
            attaches=what.target.call is not None,
            base=account.base,
            account=account.id,
            whose=None if who is None else who.shown,
            author=None if who is None else who.author,
            partly=self.settings.partly,
        )
        uploads = found.uploads
        if not found.batch_id:
            uploads = tuple(dataclasses.replace(one, batch_id=batch.id) for one in uploads)
        return complete(what, where.inputs, batch, uploads), uploads

    def _check_new(self, what: Flow, made: Sequence[tuple[Batch, tuple[Upload, ...]]], account: Account) -> None:
        """Raise NotYetError if one of these has the same files as one that is on its way to the same record."""
        wanted = [(batch, record_of(what, batch, account), uploads) for batch, uploads in made]
        records = {record for _batch, record, _uploads in wanted}
        for other in self.ledger.batches(ended=False):
            if other.record not in records:
                continue
            there = self.ledger.uploads(other.id)
            for batch, record, uploads in wanted:
                same = (other.service, other.target, other.record) == (batch.service, batch.target, record)
                if same and _same_files(there, uploads):
                    where = other.place or place(what, batch.named)
                    raise NotYetError(Why.SAME_FILES, count=len(uploads), place=where)

    def extend(self, batch_id: str, given: Sequence[str], cancel: CancelToken) -> Begun:
        """Add files to a batch. Raises NotYetError if it is too late, or they do not fit."""
        batch = self._batch(batch_id)
        what = self._flow(batch)
        beside = [one for one in self.queue.uploads(batch_id) if one.state is not UploadState.CANCELLED]
        found = gathering.gather(what, batch_id, given, beside=beside, cancel=cancel)
        if found.together:
            most = what.max_files
            raise NotYetError(Why.PROBLEM, problem=found.together[0], count=len(found.uploads), most=most)
        if found.uploads and not self.queue.extend(batch_id, found.uploads):
            raise NotYetError(Why.TOO_LATE, count=len(found.uploads))
        return Begun(batches=(batch_id,), twice=found.twice, empty=found.empty)

    # ---------------------------------------------------------------------------------------------- old batches
    def retry(self, batch_id: str, only: str | None = None) -> bool:
        """Try again what needs attention, with files as they are now. Raises NotYetError if none may go there."""
        batch = self._batch(batch_id)
        what = self._flow(batch)
        stuck = [
            one
            for one in self.queue.uploads(batch_id)
            if one.state is UploadState.NEEDS_ATTENTION and only in {None, one.id}
        ]
        if not stuck:
            return self.queue.retry(batch_id)
        found: dict[str, Source] = {}
        problems: list[Problem] = []
        for upload in stuck:
            about_it = upload.problem is not None and upload.problem.kind in _ABOUT_THE_FILE
            try:
                if about_it:
                    found[upload.id] = self._fitting(what, upload, upload.given, upload.path)
            except UploadError as error:
                problems.append(error.problem)
        fine = {one.id for one in stuck} - {one.id for one in stuck if _still(one, found)}
        if not fine:
            raise NotYetError(Why.PROBLEM, problem=next(iter(problems), None))
        return self.queue.retry(batch_id, found, only=fine)

    def replace(self, batch_id: str, upload_id: str, path: str) -> bool:
        """Take another file in the place of one that needs attention. Raises UploadError if it may not go there."""
        batch = self._batch(batch_id)
        what = self._flow(batch)
        upload = next((one for one in self.queue.uploads(batch_id) if one.id == upload_id), None)
        if upload is None:
            raise NotYetError(Why.TOO_LATE)
        source = self._fitting(what, upload, path, Path(path).absolute())
        return self.queue.retry(batch_id, {upload_id: source}, only={upload_id})

    def edit(self, batch_id: str, inputs: Mapping[str, Any], named: Mapping[str, str]) -> bool:
        """Change what is filled in; what was wrong with it is tried again. False if it is too late."""
        batch = self._batch(batch_id)
        if not self.queue.edit(batch_id, inputs, named):
            return False
        self._retry_solved(batch, Action.CHANGE_TARGET)
        return True

    def _fitting(self, what: Flow, upload: Upload, given: str, path: Path) -> Source:
        source = gathering.looked_at(what, given, path)
        now = as_found(upload, source)
        beside = [one for one in self.queue.uploads(upload.batch_id) if one.state is not UploadState.CANCELLED]
        problem = gathering.refused(what, now, [now if one.id == now.id else one for one in beside])
        if problem is not None:
            raise UploadError(problem)
        return source

    def part(self, batch_id: str) -> str | None:
        """Attach the files that worked; the others become a batch of their own. Gives its id."""
        new = str(uuid.uuid4())
        # Held before it is there to be seen: nobody else takes it up.
        self.ledger.hold(new)
        if self.queue.part(batch_id, new) is None:
            self.ledger.release(new)
            return None
        self.show(new)
        return new

    def show(self, batch_id: str) -> None:
        """Tell the window a batch as it is now, with all its files."""
        batch = self._batch(batch_id)
        self._bridge.changed(batch, None)
        for upload in self.queue.uploads(batch_id):
            self._bridge.changed(batch, upload)
        if batch.state is BatchState.ATTACH_UNKNOWN and not self.queue.looks_for(batch_id):
            self._bridge.tell(Asks(batch_id=batch_id))

    def every(self, wish: Callable[[str], bool]) -> None:
        """Wish something of every batch; one that is let go of meanwhile keeps it from none of the others."""
        for batch in self.queue.batches():
            with contextlib.suppress(GoneError):
                wish(batch.id)

    def _batch(self, batch_id: str) -> Batch:
        found = next((one for one in self.queue.batches() if one.id == batch_id), None)
        if found is None:
            raise NotYetError(Why.TOO_LATE)
        return found

    def _flow(self, batch: Batch) -> Flow:
        """What happens with a batch's files. Raises NotYetError if its service file was removed meanwhile."""
        found = self.flows.get((batch.service, batch.target))
        if found is None:
            raise NotYetError(Why.NO_SERVICE)
        return found

    # ------------------------------------------------------------------------------------------------- remembered
    def recalled(self) -> list[Recalled]:
        """The targets that are remembered, as they are now. Raises StoreError."""
        return remembering.recalled(remembered.remembered(self.ledger), self.accounts, self.flows)

    def pin(self, where: Destination, *, pinned: bool) -> None:
        """Pin a target, or take its pin back. Raises StoreError, and NotYetError if its account is gone."""
        if pinned:
            self._remember(where, pinned=True)
        else:
            remembered.unpin(self.ledger, self._remembered(where, pinned=False))

    def forget_target(self, what: Remembered) -> None:
        """Remember a target no longer. Raises StoreError."""
        remembered.forget(self.ledger, what)

    def tidy_pictures(self, waiting: Collection[Path] = ()) -> frozenset[Path]:
        """Delete pasted pictures whose batches have ended; gives those that are left. Raises StoreError.

        Args:
            waiting: Those that the window still has to be sent.
        """
        return pasted.tidy(self.ledger, self.clock.utc(), but=waiting)

    def discard_pictures(self, paths: Iterable[Path]) -> None:
        """Delete pasted pictures that are not sent after all. Raises StoreError."""
        pasted.discard(self.ledger, paths)

    def _remember(self, where: Destination, *, pinned: bool) -> None:
        remembered.remember(self.ledger, self._remembered(where, pinned=pinned))

    def _remembered(self, where: Destination, *, pinned: bool) -> Remembered:
        what = self.flows[where.service, where.target]
        said = place(what, {**where.remembered, **where.named})
        return remembering.remembered(what, self.account(where.account), where, said, self.clock.utc(), pinned=pinned)

    # -------------------------------------------------------------------------------------------------- history
    def journal(self, batch_id: str, upload_id: str | None) -> list[tuple[Any, str]]:
        """When what happened to an upload, or to a batch itself. Raises StoreError."""
        return [(at, event) for at, about, event in self.ledger.journal(batch_id) if about == upload_id]

    def history(self, search: str, newest: int) -> list[tuple[Batch, tuple[Upload, ...]]]:
        """The batches that have ended, newest first, with their files. Raises StoreError."""
        found = self.ledger.batches(ended=True, search=search, newest=newest)
        return [(batch, self.ledger.uploads(batch.id)) for batch in found]

    def forget_ended(self, older: timedelta) -> int:
        """Delete what ended longer ago than this, with its traces; gives the number of batches.

        What is shown in the queue goes from there as well.

        Raises:
            StoreError: It cannot be deleted.
            OSError: A trace cannot.
        """
        gone = [one for one in forgettable(self.ledger, self.clock.utc() - older) if self._forget(one)]
        forget(self.ledger, gone)
        for batch_id in gone:
            self._bridge.tell(Gone(batch_id=batch_id))
        self.traces.forget(gone)
        return len(gone)

    def forget_old(self) -> int:
        """Delete what is older than the settings want it kept. Raises StoreError and OSError."""
        days = self.settings.keep_days
        return 0 if days is None else self.forget_ended(timedelta(days=days))

    def _forget(self, batch_id: str) -> bool:
        try:
            return self.queue.forget(batch_id)
        except GoneError:
            return True

    def end_left(self, batch: Batch, uploads: tuple[Upload, ...], event: BatchEvent) -> bool:
        """End a batch that is not in the queue, by a person's word alone. Raises StoreError.

        Returns:
            False if it came into the queue a moment before: then the person's word is the queue's to follow.
        """
        if any(one.id == batch.id for one in self.queue.batches()):
            if event is BatchEvent.CANCELLED:
                self.queue.cancel(batch.id)
            else:
                self.queue.settle(batch.id, attached=True)
            return False
        now = self.clock.utc()
        ended = advance(batch, event, problem=None, due=None, ended=now, answers={}, there=None)
        changed = [dataclasses.replace(upload, answers={}) for upload in uploads]
        if event is BatchEvent.CANCELLED:
            changed = [
                one if one.state is UploadState.CANCELLED else advance(one, UploadEvent.CANCELLED) for one in changed
            ]
        self.ledger.save(ended, changed, now, (batch.id, None, f"{event}, says a person"), durable=True)
        self.ledger.release(batch.id)
        self.queue.settled_elsewhere()
        return True


def _still(upload: Upload, found: Mapping[str, Source]) -> bool:
    """Whether what is wrong with a file is as wrong as before."""
    return upload.problem is not None and upload.problem.kind in _ABOUT_THE_FILE and upload.id not in found


def _solves(action: Action, problem: Problem | None) -> bool:
    """Whether an action is a way out of a problem."""
    return problem is not None and action in ACTIONS[problem.kind]


def _same_files(some: Sequence[Upload], others: Sequence[Upload]) -> bool:
    # Where links lead asks the disk several times for each file: only where it may make a difference.
    return len(some) == len(others) and _paths(some) == _paths(others)


def _paths(uploads: Sequence[Upload]) -> collections.Counter[str]:
    return collections.Counter(str(upload.path.resolve()) for upload in uploads)
