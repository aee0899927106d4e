"""How a batch ended: its counts, its exit code, and how it is gone on with. The one place that decides these."""

from collections.abc import Sequence
from dataclasses import dataclass

from uploader_gui.cli import exits
from uploader_gui.cli.left import short
from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState, Partly, Upload, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many files there were, and what became of them."""

    files: int = 0
    stored: int = 0
    attached: int = 0
    problems: int = 0
    unknown: int = 0


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A batch when a command is done with it.

    Attributes:
        batch: As it is now.
        uploads: Likewise, in order.
        problems: Those that were told, in order.
        interrupted: Whether the command was.
        begun: Whether anything was done with it at all.
        kept: Whether it is in the ledger, to be gone on with.
        parted: Whether it was parted from another one by this command.
    """

    batch: Batch
    uploads: Sequence[Upload]
    problems: Sequence[Problem] = ()
    interrupted: bool = False
    begun: bool = False
    kept: bool = True
    parted: bool = False

    @property
    def counts(self) -> Counts:
        """How many files there were, and what became of them."""
        count = len(self.uploads)
        return Counts(
            files=count,
            stored=sum(upload.state is UploadState.STORED for upload in self.uploads),
            attached=count if self.batch.state is BatchState.ATTACHED else 0,
            problems=len(self.problems),
            unknown=count if self.batch.state is BatchState.ATTACH_UNKNOWN else 0,
        )

    @property
    def code(self) -> int:
        """The exit code, if it were the only batch."""
        if self.batch.state in ENDED_BATCHES:
            return exits.DONE
        if self.batch.state is BatchState.ATTACH_UNKNOWN:
            return exits.UNKNOWN
        if self.interrupted and self.batch.state is not BatchState.NEEDS_ATTENTION:
            return exits.INTERRUPTED
        return exits.NEEDS_ATTENTION

    @property
    def way_on(self) -> str:
        """How to go on with it, in a sentence; "" if it has ended or is not kept."""
        if not self.kept or self.batch.state in ENDED_BATCHES:
            return ""
        if self.parted:
            said = ngettext(
                "{n} file became a batch of its own: {ways}",
                "{n} files became a batch of their own: {ways}",
                len(self.uploads),
            )
            return said.format(n=len(self.uploads), ways=ways(self.batch, self.uploads))
        told = {problem.kind for problem in self.problems}
        if Kind.RECORD_BUSY in told:
            return _("It is kept; once that one is settled: {command}").format(command=command("resume", self.batch))
        if Kind.OTHER_ACCOUNT in told:
            again = command(next_command(self.batch, self.uploads), self.batch)
            return _("It is kept; with the key of its account: {again}").format(again=again)
        return _("It is kept: {ways}").format(ways=ways(self.batch, self.uploads))


def stuck(batch: Batch, uploads: Sequence[Upload]) -> bool:
    """Whether a batch needs a person: as a whole, or, where it was interrupted, for one of its files already."""
    if batch.state is BatchState.NEEDS_ATTENTION:
        return True
    some = any(upload.state is UploadState.NEEDS_ATTENTION for upload in uploads)
    return some and batch.state is BatchState.OPEN


def next_command(batch: Batch, uploads: Sequence[Upload]) -> str:
    """The command that goes on with all of a batch."""
    return "retry" if stuck(batch, uploads) else "resume"


def command(name: str, batch: Batch) -> str:
    """A command for one batch, as it is typed."""
    return f"uploader-gui {name} {short(batch.id)}"


def ways(batch: Batch, uploads: Sequence[Upload]) -> str:
    """The commands that go on with a batch: how they are typed, and which to take."""
    if batch.state is BatchState.ATTACH_UNKNOWN:
        settle = _("{command} --attached (or --again, if the files are not there)").format(
            command=command("settle", batch)
        )
        if _can_be_looked_for(batch):
            return _("{command} looks for it again; once you have looked yourself, {settle}").format(
                command=command("resume", batch), settle=settle
            )
        return _("look at the record, then {settle}").format(settle=settle)
    again = command(next_command(batch, uploads), batch)
    failed = sum(upload.state is UploadState.NEEDS_ATTENTION for upload in uploads)
    split = batch.state is BatchState.NEEDS_ATTENTION and batch.attaches and batch.partly is not Partly.NOTHING
    if split and 0 < failed < len(uploads):
        return _("{again} (with --split, the files that are stored are attached without the others)").format(
            again=again
        )
    return again


def _can_be_looked_for(batch: Batch) -> bool:
    """Whether the service can be asked what became of an attach."""
    from uploader_gui.cli import naming  # noqa: PLC0415 - reads service files; an empty queue needs none

    flow = naming.flow_of(batch.service, batch.target)
    verify = None if flow is None else flow.target.verify
    if flow is None or verify is None:
        return False
    return verify.items is None or flow.same_is_certain or batch.there is not None
