"""One drop on its way into the queue: gathered, introduced, begun, each in the thread that it may hold up."""

import uuid

from uploader_gui.core.cancel import CancelToken
from uploader_gui.engine import limits
from uploader_gui.engine.lookup import Whose
from uploader_gui.workers import gathering
from uploader_gui.workers.facts import Begun, Destination, NotYetError, Why
from uploader_gui.workers.gathering import Gathered
from uploader_gui.workers.works import Works


class Sending:
    """Files that are to become a batch, or one batch for each of them.

    Args:
        works: The engine room.
        where: Where they go.
        paths: As the person gave them.
        again: Also if the same files are on their way there already.
        alone: One batch for each file.
    """

    def __init__(self, works: Works, where: Destination, paths: tuple[str, ...], *, again: bool, alone: bool) -> None:
        self._works = works
        self._where = where
        self._paths = paths
        self._again = again
        self._alone = alone
        self._found = Gathered(uploads=())
        self._whose: Whose | None = None

    def gather(self, cancel: CancelToken) -> None:
        """Find the files. Raises NotYetError if there are none, or they do not go together."""
        self._works.known.account(self._where.account)
        flow = self._works.known.flows[self._where.service, self._where.target]
        self._found = found = gathering.gather(flow, str(uuid.uuid4()), self._paths, cancel=cancel)
        count = len(found.uploads)
        if not count:
            raise NotYetError(Why.NOTHING, place=", ".join(found.empty), left_out=found.hidden)
        if not self._alone and flow.max_files is not None and count > flow.max_files:
            raise NotYetError(Why.TOO_MANY, count=count, most=flow.max_files)
        if not self._alone and found.together:
            fitting = dict.fromkeys(one.given for one in limits.without_largest(flow, found.uploads))
            left_out = [one.name for one in found.uploads if one.given not in fitting]
            raise NotYetError(
                Why.PROBLEM, problem=found.together[0], count=count, fitting=tuple(fitting), left_out=left_out
            )

    def introduce(self, cancel: CancelToken) -> None:
        """Name the record, and learn whose the account is. Raises NotYetError if the record is not there."""
        self._where, self._whose = self._works.questions.introduced(self._where, cancel)

    def begin(self, _cancel: CancelToken) -> Begun:
        """Put them into the queue. Raises NotYetError and LedgerError."""
        portions = [self._found]
        if self._alone:
            portions = [Gathered(uploads=(one,)) for one in self._found.uploads]
        batches = self._works.beginning.begin(self._where, self._whose, portions, again=self._again)
        found = self._found
        return Begun(batches=batches, twice=found.twice, empty=found.empty, hidden=found.hidden)
