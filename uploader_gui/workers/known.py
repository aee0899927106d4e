"""The services and accounts there are, as they were read last, and the one session of each account."""

from collections.abc import Callable, Mapping

from uploader_gui.core import translation, words
from uploader_gui.core.batch import Batch
from uploader_gui.core.ports import Clock
from uploader_gui.engine.session import Account, Session
from uploader_gui.services import catalogue
from uploader_gui.services.flow import Flow, flow
from uploader_gui.services.language import in_language
from uploader_gui.workers.accounts import KnownAccount, Source
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.facts import BadServiceFile, NotYetError, Why


class Known:
    """What is known of services and accounts.

    Args:
        source: Which accounts there are.
        bridge: Told of service files with mistakes.
        clock: Time.
        hide: Told each account whose secrets the log must not show.

    Attributes:
        flows: What happens with files, by service and target.
        accounts: The accounts.
    """

    def __init__(self, source: Source, bridge: Bridge, clock: Clock, hide: Callable[[Account], object]) -> None:
        self.flows: dict[tuple[str, str], Flow] = {}
        self.accounts: tuple[KnownAccount, ...] = ()
        self._source = source
        self._bridge = bridge
        self._clock = clock
        self._hide = hide
        self._sessions: dict[tuple[object, ...], Session] = {}

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
        """Ask the source anew which accounts there are."""
        self.accounts = tuple(self._source())
        return self.accounts

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
        made = account_of(account)
        self._hide(made)
        return self._sessions.setdefault(key, Session(made, self._clock))

    def flow_of(self, batch: Batch) -> Flow:
        """What happens with a batch's files. Raises NotYetError if its service file was removed meanwhile."""
        found = self.flows.get((batch.service, batch.target))
        if found is None:
            raise NotYetError(Why.NO_SERVICE)
        return found


def account_of(known: KnownAccount) -> Account:
    """What the engine signs in with, of an account that the window knows."""
    return Account(
        service=known.service,
        base=known.base,
        values=known.values,
        ca_file=known.ca_file,
        certificate=known.certificate,
        agreed=known.agreed,
    )
