"""Which batches are meant: by their ids, or the beginnings of them."""

from collections.abc import Sequence

from uploader_gui.cli.exits import WrongUseError
from uploader_gui.cli.left import short
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, BatchState
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.ledger import Ledger

LEAST = 4
_ENDS = {
    BatchState.ATTACHED: N_("its files are attached"),
    BatchState.STORED: N_("its files are stored"),
    BatchState.CANCELLED: N_("it was given up"),
}


def choose(ledger: Ledger, given: Sequence[str]) -> list[Batch]:
    """Find open batches, each once, in the order they were given; all open ones if none is given.

    Raises:
        WrongUseError: One is not there, has ended, or could be several.
        StoreError: The ledger cannot be read.
    """
    if not given:
        return ledger.batches(ended=False)
    found = [_one(ledger, beginning) for beginning in given]
    return list({batch.id: batch for batch in found}.values())


def _one(ledger: Ledger, given: str) -> Batch:
    beginning, shown = given.strip().lower(), words.plain(given, 60)
    if len(beginning) < LEAST:
        raise WrongUseError(
            _(
                "“{shown}” is too short: give at least the first {n} characters of a batch's id "
                "(see: uploader-gui queue)."
            ).format(shown=shown, n=LEAST)
        )
    # The open ones first: among thousands that have ended, four characters are soon the beginning of several.
    found = ledger.batches(ended=False, like=beginning)
    if len(found) == 1:
        return found[0]
    if found:
        same = len({short(batch.id) for batch in found}) < len(found)
        ids = ", ".join(batch.id if same else short(batch.id) for batch in found)
        raise WrongUseError(
            _("“{shown}” is the beginning of several batches: {ids}. Give more of it.").format(shown=shown, ids=ids)
        )
    ended = ledger.batches(ended=True, like=beginning, newest=1)
    if ended:
        raise WrongUseError(
            _("batch {id} has ended: {ending} (see: uploader-gui history).").format(
                id=short(ended[0].id), ending=_(_ENDS[ended[0].state])
            )
        )
    raise WrongUseError(_("there is no batch “{shown}” (see: uploader-gui queue).").format(shown=shown))
