"""One lane: a thread's loop that takes work from the queue and does it, one thing at a time.

Plain threads run it on the command line, QThreads in the window.
"""

import contextlib
import dataclasses
import functools
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.accounts import PASSPHRASE
from uploader_gui.core.batch import Batch, Step
from uploader_gui.core.cancel import Cancelled
from uploader_gui.core.ports import Clock, LedgerError
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.settings import SYSTEM
from uploader_gui.core.traces import Trace
from uploader_gui.engine import attach, cleaning, scope, upload
from uploader_gui.engine import verify as verify_engine
from uploader_gui.engine.body import digests_of
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Client, Timing, system_trust
from uploader_gui.engine.origin import Origin
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account
from uploader_gui.engine.trace import Told
from uploader_gui.engine.work import AttachWork, CleanupWork, DigestWork, UploadWork, VerifyWork, Work

if TYPE_CHECKING:
    import ssl

log = logging.getLogger(__name__)


class Lane:
    """Does the queue's work in the thread that calls `run`.

    Args:
        queue: Where the work comes from.
        clock: Time.
        digests: Digests taken while sending, beside MD5.
        timing: How long answers are waited for.
        trust: Which certificates are trusted.
        traced: Told of every request, with whose work it was, in the thread that sent it: it must not block.
        route: How the network is reached, as `engine.http.Client` takes it.
    """

    def __init__(
        self,
        queue: Queue,
        clock: Clock,
        *,
        digests: frozenset[str] = frozenset(),
        timing: Timing | None = None,
        trust: Callable[[], "ssl.SSLContext"] = system_trust,
        traced: Told | None = None,
        route: Callable[[], str] = lambda: SYSTEM,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._digests = digests
        self._timing = timing
        self._trust = trust
        self._traced = traced
        self._route = route
        self._work: Work | None = None
        self._clients: dict[tuple[str, object, Path | None], Client] = {}

    def run(self) -> None:
        """Work until the queue says that it is over."""
        try:
            while (work := self._queue.take()) is not None:
                self._work = work
                if isinstance(work, UploadWork):
                    self._upload(work)
                elif isinstance(work, AttachWork):
                    self._attach(work)
                elif isinstance(work, VerifyWork):
                    self._verify(work)
                elif isinstance(work, CleanupWork):
                    self._clean(work)
                else:
                    self._digest(work)
                self._work = None
        except LedgerError:
            # What cannot be kept is not done; the queue has it as `broken`, and has stopped everything.
            pass
        except Exception as mistake:
            # Whoever runs the lane is told of it; what it was at must not look as if somebody were still at it.
            if self._work is not None:
                with contextlib.suppress(LedgerError):
                    self._queue.fell(self._work, _internal(mistake, _service(self._work)))
            raise
        finally:
            self._work = None
            for client in self._clients.values():
                client.close()

    def _upload(self, work: UploadWork) -> None:
        try:
            tools = upload.UploadTools(
                flow=work.flow,
                conversation=Conversation(work.session, self.account_client(work.session.account), work.cancel),
                storage=self.storage_client(work.session.account),
                clock=self._clock,
                cancel=work.cancel,
                meter=work.meter,
                digests=self._digests,
                step_began=lambda one, step: self._queue.began(work.batch, one, step),
                step_done=lambda one, step: self._queue.step_done(work.batch, one, step),
                unsettled=work.unsettled,
            )
            done = upload.run(work.upload, work.batch, tools)
        except UploadError as error:
            self._queue.failed(work, error.problem)
        except upload.Changing as changing:
            self._queue.changed(work, changing.found, sending=changing.sending, why=changing.why)
        except upload.PollLater as poll:
            self._queue.later(work, poll.upload, poll.seconds)
        except (Cancelled, LedgerError):
            self._queue.stopped(work)
        except Exception as error:  # noqa: BLE001 - an error of ours must not end the lane, and is told as one
            self._queue.failed(work, _internal(error, work.flow.service.name))
        else:
            self._queue.stored(work, done)

    def _attach(self, work: AttachWork) -> None:
        sent, known = False, work.batch

        def learned(batch: Batch) -> None:
            nonlocal known
            self._queue.learned(batch)
            known = batch

        def began(batch: Batch, step: Step) -> None:
            nonlocal sent
            # In this order: an attach that the ledger could not note is not sent.
            self._queue.began(batch, None, step)
            sent = sent or step is Step.ATTACH

        try:
            tools = attach.AttachTools(
                flow=work.flow,
                conversation=Conversation(work.session, self.account_client(work.session.account), work.cancel),
                clock=self._clock,
                began=began,
                learned=learned,
                done=self._queue.batch_step_done,
                pause=self._pause,
                looks=work.looks,
                claimed=lambda call: self._queue.made_by_others(work.batch, call),
                claim=lambda call, thing: self._queue.made(work.batch, call, thing),
            )
            ended = attach.run(work.batch, work.uploads, tools)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - likewise; once the attach was begun nobody can say what became of it
            problem = _internal(error, work.flow.service.name)
            if sent:
                problem = dataclasses.replace(problem, kind=Kind.ATTACH_UNKNOWN)
            verdict = attach.Verdict.UNKNOWN if sent else attach.Verdict.REFUSED
            ended = attach.Attached(verdict=verdict, batch=known, problem=problem)
        self._queue.attached(work, ended)

    def _verify(self, work: VerifyWork) -> None:
        verify = work.flow.target.verify
        assert verify is not None  # noqa: S101 - only batches of such targets are looked for
        self._queue.began(work.batch, None, Step.VERIFY)
        talk = Conversation(work.session, self.account_client(work.session.account), work.cancel)
        account = work.session.account.public
        known = scope.of_batch(work.flow, account, work.batch, work.uploads, self._clock.utc())
        try:
            seen = verify_engine.look(
                verify,
                talk,
                known,
                there=work.batch.there or (),
                claimed=work.claimed,
                author=work.batch.author,
                certain=work.flow.same_is_certain,
            )
        except UploadError as error:
            self._queue.looked(work, None, error.problem)
        except Exception as error:  # noqa: BLE001 - an error of ours is no answer either
            self._queue.looked(work, None, _internal(error, work.flow.service.name))
        else:
            self._queue.looked(work, seen)

    def _clean(self, work: CleanupWork) -> None:
        talk = Conversation(work.session, self.account_client(work.session.account), work.cancel)
        self._queue.cleaned(work, cleaning.run(work, talk, self._clock.utc()))

    def _pause(self, seconds: float) -> None:
        nobody_tells = threading.Condition()
        with nobody_tells:
            self._clock.wait(nobody_tells, seconds)

    def _digest(self, work: DigestWork) -> None:
        try:
            digests = digests_of(work.upload, work.wanted, work.cancel)
        except (UploadError, Cancelled):
            self._queue.digested(work, None)
        else:
            self._queue.digested(work, digests)

    def account_client(self, account: Account) -> Client:
        """The client that may talk to this account's hosts, and to no others."""
        origins = account.origins
        shown = (account.certificate, account.values.get(PASSPHRASE)) if account.certificate is not None else None
        return self._client("account", (origins, shown), origins.__contains__, account)

    def storage_client(self, account: Account) -> Client:
        """The client for storage: any safe address; this computer only where the service itself is on it."""
        return self._client("storage", account.at_home, account.may_store, account)

    def trust(self, account: Account) -> "Callable[[], ssl.SSLContext]":
        """Which certificates are trusted for an account's own hosts, and what is shown to them."""
        return account.own_trust(self._trust)

    def _client(self, kind: str, where: object, may: Callable[[Origin], bool], account: Account) -> Client:
        key = kind, where, account.ca_file
        if key not in self._clients:
            traced = None if self._traced is None else functools.partial(self._tell, self._traced, kind)
            plain = account.trust(self._trust)
            self._clients[key] = Client(
                may,
                timing=self._timing,
                trust=account.own_trust(self._trust) if kind == "account" else plain,
                proxy_trust=plain,
                traced=traced,
                route=self._route,
            )
        return self._clients[key]

    def _tell(self, traced: Told, kind: str, trace: Trace) -> None:
        work = self._work
        upload = work.upload if isinstance(work, UploadWork) else None
        batch = work.batch if isinstance(work, UploadWork | AttachWork | VerifyWork | CleanupWork) else None
        traced(
            dataclasses.replace(
                trace,
                client=kind,
                batch="" if batch is None else batch.id,
                upload="" if upload is None else upload.id,
                tries=upload.tries if upload is not None else 0 if batch is None else batch.tries,
            )
        )


def _service(work: Work) -> str:
    return "" if isinstance(work, DigestWork) else work.flow.service.name


def _internal(error: Exception, service: str) -> Problem:
    # Only the kind of error: its text may hold anything.
    log.error("unexpected %s", type(error).__name__)
    return Problem(kind=Kind.INTERNAL, service=service, detail=type(error).__name__)


def run_lanes(lanes: list[Lane]) -> list[threading.Thread]:
    """Start a thread for each lane; they end by themselves."""
    threads = [threading.Thread(target=lane.run, name=f"lane {number}") for number, lane in enumerate(lanes, 1)]
    for thread in threads:
        thread.start()
    return threads
