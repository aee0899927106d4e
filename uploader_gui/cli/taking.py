"""Taking up a batch that an earlier command left: held, read again, with its service file, its key and its account."""

from dataclasses import dataclass

from uploader_gui.cli import left, naming
from uploader_gui.cli.asking import Accounts
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.cli.holding import LeftAsItIsError
from uploader_gui.cli.left import short
from uploader_gui.cli.signing import SigningIn
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account, Session
from uploader_gui.services.flow import Flow
from uploader_gui.store.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A batch that this process holds, with all it takes to go on.

    Attributes:
        stored: As it is in the ledger.
        batch: As it will be gone on with.
        uploads: In order.
        flow: What happens with it.
        account: In whose name.
        attach_sent: Whether an attach that was begun may have gone out.
    """

    stored: Batch
    batch: Batch
    uploads: tuple[Upload, ...]
    flow: Flow
    account: Account
    attach_sent: bool

    def restore(self, queue: Queue, session: Session) -> None:
        """Put it into the queue. Raises LedgerError."""
        queue.restore(self.stored, self.uploads, self.flow, session, attach_sent=self.attach_sent)


class Taking:
    """Takes batches up.

    Args:
        ledger: Where they lie.
        signing: Signs in.
        accounts: Whose the accounts are.
    """

    def __init__(self, ledger: Ledger, signing: SigningIn, accounts: Accounts) -> None:
        self._ledger = ledger
        self._signing = signing
        self._accounts = accounts

    def take(self, stored: Batch, uploads: tuple[Upload, ...]) -> Taken:
        """Take up a batch that is held.

        Raises:
            LeftAsItIsError: Its service file is gone, or its key cannot be had.
            UploadError: The key is another account's or does not work, or the service cannot be asked.
            StoppedError: It was interrupted.
            StoreError: The ledger cannot be read.
        """
        flow = naming.flow_of(stored.service, stored.target)
        if flow is None:
            raise LeftAsItIsError(
                _(
                    "Batch {id} is for the target “{target}” of the service “{service}”, and its service "
                    "file is gone or has mistakes. Put it right, or give the batch up: uploader-gui "
                    "cancel {id}."
                ).format(id=short(stored.id), target=stored.target, service=stored.service)
            )
        try:
            account = self._signing.again(flow.service, stored).account
        except (WrongUseError, FailedError) as error:
            why = str(error)
            raise LeftAsItIsError(
                _("Batch {id} is left as it is: {why}").format(id=short(stored.id), why=why)
            ) from None
        self._accounts.check(stored, account)
        return Taken(
            stored=stored,
            batch=left.as_left(self._ledger, stored),
            uploads=uploads,
            flow=flow,
            account=account,
            attach_sent=left.attach_sent(self._ledger, stored),
        )
