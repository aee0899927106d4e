"""Batches of earlier commands, gone on with: by `resume`, by `retry`, and by `settle --again`."""

import argparse
from collections.abc import Callable, Mapping, Sequence

from uploader_gui.cli import asking, choosing, exits, keeping, keychain, left, naming, outcome, output, person, running
from uploader_gui.cli.holding import LeftAsItIsError, hold
from uploader_gui.cli.signing import SigningIn
from uploader_gui.cli.taking import Taken, Taking
from uploader_gui.cli.working import Working, output_of
from uploader_gui.core.batch import Batch, BatchState, Upload
from uploader_gui.core.problems import UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.engine.queue import Queue
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.ledger import Ledger

Begin = Callable[[Queue, Taken], str | None]
"""What a command does with a batch once it is in the queue. It may give the id of a batch parted from it."""

UNKNOWN = frozenset({BatchState.ATTACH_UNKNOWN})
STUCK = frozenset({BatchState.NEEDS_ATTENTION})
RESTING = frozenset({BatchState.OPEN, BatchState.PAUSED, BatchState.HELD})


def where_it_was(queue: Queue, taken: Taken) -> None:
    """Let a batch go on where it was. Raises LedgerError."""
    queue.resume(taken.batch.id)


def attach_again(queue: Queue, taken: Taken) -> None:
    """Attach a batch that a person did not find attached. Raises LedgerError."""
    queue.settle(taken.batch.id, attached=False)


def go_on(
    options: argparse.Namespace,
    keys: Mapping[str, str],
    *,
    wanted: frozenset[BatchState],
    begin: Begin,
    fits: Callable[[Taken], None] = lambda _taken: None,
) -> int:
    """Go on with batches; gives the exit code.

    Args:
        options: The command's: `batches`, `lanes`, `yes` and `json`.
        keys: The fields of all accounts, from the environment.
        wanted: The states of batches that the command is for; the others are named with the command that is.
        begin: What it does with each once it is in the queue.
        fits: Raises LeftAsItIsError, or tells a problem by UploadError, if it cannot do that with one of them.

    Raises:
        WrongUseError: A batch is not there, has ended, or could be several.
        FailedError: The ledger cannot be used.
    """
    with keeping.opened(writes=True) as ledger:
        batches = choosing.choose(ledger, options.batches)
        working = Working(output_of(options), ledger, options)
        return _GoingOn(ledger, working, options, wanted, begin, fits).go(batches, keys)


class _GoingOn:
    """One command that goes on with batches."""

    def __init__(
        self,
        ledger: Ledger,
        working: Working,
        options: argparse.Namespace,
        wanted: frozenset[BatchState],
        begin: Begin,
        fits: Callable[[Taken], None],
    ) -> None:
        self._ledger = ledger
        self._working = working
        self._named = bool(options.batches)
        self._yes = options.yes
        self._wanted = wanted
        self._begin = begin
        self._fits = fits
        self._others: list[tuple[Batch, tuple[Upload, ...]]] = []
        self._busy = False
        self._codes: list[int] = []
        self._begun: list[tuple[Batch, Sequence[Upload]]] = []

    def go(self, batches: Sequence[Batch], keys: Mapping[str, str]) -> int:
        held = [found for batch in batches if (found := self._hold(batch)) is not None]
        self._tell_others(nothing=not held)
        with self._working.stopping():
            taken = self._take(held, keys)
        agreed = self._agreed(taken)
        with self._working.stopping():
            for one in agreed:
                self._put(one)
            self._working.work()
        return exits.overall([*self._codes, self._working.end(self._begun)])

    # ------------------------------------------------------------------------------------------------ choosing
    def _hold(self, batch: Batch) -> tuple[Batch, tuple[Upload, ...]] | None:
        """Hold a batch that the command is for; tell of one that it is not for."""
        try:
            stored, uploads = hold(self._ledger, batch.id)
        except LeftAsItIsError as error:
            # Who asks for all open batches means those that nobody works on.
            self._leave(batch, error, exits.NEEDS_ATTENTION if self._named else exits.DONE)
            self._busy = True
            return None
        now = left.as_left(self._ledger, stored)
        if now.state in self._wanted or (self._wanted == STUCK and outcome.stuck(now, uploads)):
            return stored, uploads
        self._ledger.release(stored.id)
        self._others.append((now, uploads))
        return None

    def _tell_others(self, *, nothing: bool) -> None:
        """Name the batches that the command is not for, with the one that is; or say that there is nothing to do."""
        retrying = self._wanted == STUCK
        if not self._named and retrying:
            self._others = []
        for batch, uploads in self._others:
            which = _("Batch {id} ({title})").format(id=left.short(batch.id), title=naming.title(batch, uploads))
            way_on = outcome.ways(batch, uploads)
            output.say(
                _("{batch} {state} and is left as it is. Go on with it: {ways}.").format(
                    batch=which, state=left.state(batch), ways=way_on
                )
            )
            self._codes.append(exits.UNKNOWN if batch.state in UNKNOWN else exits.NEEDS_ATTENTION)
        if len(self._others) > 1:
            count = len(self._others)
            said = ngettext("{n} batch is left as it is.", "{n} batches are left as they are.", count)
            output.say(said.format(n=count))
        if nothing and not self._named and not self._others and not self._busy:
            output.say(_("Nothing needs attention.") if retrying else _("Nothing waits to be sent."))

    def _leave(self, batch: Batch, error: LeftAsItIsError, code: int = exits.NEEDS_ATTENTION) -> None:
        self._ledger.release(batch.id)
        output.say(str(error))
        self._codes.append(code)

    # -------------------------------------------------------------------------------------------------- asking
    def _take(self, held: Sequence[tuple[Batch, tuple[Upload, ...]]], keys: Mapping[str, str]) -> list[Taken]:
        """Find what each batch needs to go on; what is missing is told, and the others go on."""
        signing = SigningIn(keys, Accounts(self._ledger, keychain.secrets()))
        taking = Taking(self._ledger, signing, asking.Accounts(self._working.engine))
        taken = []
        for stored, uploads in held:
            try:
                one = taking.take(stored, uploads)
                self._fits(one)
            except LeftAsItIsError as error:
                self._leave(stored, error)
            except UploadError as error:
                self._begin_none(left.as_left(self._ledger, stored), uploads)
                self._working.problem(stored, None, error.problem)
            except running.StoppedError:
                self._begin_none(left.as_left(self._ledger, stored), uploads)
            else:
                taken.append(one)
        return taken

    def _agreed(self, taken: Sequence[Taken]) -> list[Taken]:
        """Ask, once for all of them, before something goes out to other people."""
        if self._working.interrupted:
            for one in taken:
                self._begin_none(one.batch, one.uploads)
            return []
        asked = [] if self._yes else [one for one in taken if self._goes_out(one)]
        if not asked:
            return list(taken)
        lines = [asking.going_out(one.flow, len(one.uploads), asking.place(one.flow, one.batch.named)) for one in asked]
        if not person.can_ask():
            for one, line in zip(asked, lines, strict=True):
                why = _("Batch {id} is left as it is. {line}. Add --yes if that is what you want.").format(
                    id=left.short(one.batch.id), line=line
                )
                self._leave(one.batch, LeftAsItIsError(why))
            return [one for one in taken if one not in asked]
        answer = person.agrees(lines)
        self._working.interrupted = answer is None
        kept = [one for one in taken if answer or (answer is not None and one not in asked)]
        for one in taken:
            if one not in kept:
                self._begin_none(one.batch, one.uploads)
        return kept

    def _goes_out(self, one: Taken) -> bool:
        """Whether going on may send something to people. What is unknown is only looked at, unless it is settled."""
        looked_at = one.batch.state in UNKNOWN and self._wanted != UNKNOWN and not one.flow.target.repeat
        return one.flow.target.sends and not looked_at

    # -------------------------------------------------------------------------------------------------- sending
    def _begin_none(self, batch: Batch, uploads: tuple[Upload, ...]) -> None:
        """A batch that was taken up and does not go on: how it stands is told at the end."""
        self._working.taken_up(batch, uploads)
        self._begun.append((batch, uploads))
        self._ledger.release(batch.id)

    def _put(self, one: Taken) -> None:
        working = self._working

        def put(queue: Queue) -> None:
            one.restore(queue, working.engine.session(one.account))
            parted = self._begin(queue, one)
            if parted is not None:
                self._part(queue, parted)

        working.taken_up(one.batch, one.uploads)
        self._begun.append((one.batch, one.uploads))
        working.put(one.batch, put)

    def _part(self, queue: Queue, parted: str) -> None:
        batch = next(found for found in queue.batches() if found.id == parted)
        uploads = queue.uploads(parted)
        self._working.parted(batch, uploads)
        self._begun.append((batch, uploads))
