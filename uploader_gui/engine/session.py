"""An account in use: how its requests are signed in, and where its credentials may go."""

import base64
import functools
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uploader_gui.core.accounts import PASSPHRASE, Certificate
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, UploadError
from uploader_gui.core.scrub import Scrubber
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.words import address_refused, plain
from uploader_gui.engine.asking import judge, request_for, unexpected
from uploader_gui.engine.expiry import seconds_left
from uploader_gui.engine.http import Client, system_trust
from uploader_gui.engine.origin import Origin, near, origin_of, safe
from uploader_gui.engine.trust import AuthorityError, trust_showing, trust_with
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.template import as_text

if TYPE_CHECKING:
    import ssl

SPARE_SECONDS = 30
CURLY_QUOTES = "\u201c\u201d\u2018\u2019\u201e"


class AccountError(Exception):
    """An account's fields cannot be used.

    Attributes:
        sentence: What is wrong and what to do, in words; never a secret.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Account:
    """One person's sign-in at a service.

    Attributes:
        service: The service.
        base: The address its credentials are for.
        values: Its filled fields, secrets included; the passphrase of its certificate as `PASSPHRASE`.
        ca_file: A certificate authority's file of its own, trusted beside the system's.
        certificate: What it shows to its own hosts.
        agreed: Those of the service's further hosts that its person agreed to; None: all of them.
    """

    service: schema.Service
    base: str
    values: Mapping[str, str] = field(repr=False)
    ca_file: Path | None = None
    certificate: Certificate | None = None
    agreed: frozenset[str] | None = None

    @property
    def way(self) -> schema.Way:
        """The way to sign in that has exactly the filled fields. Raises AccountError if there is none."""
        return way_of(self)

    @property
    def public(self) -> dict[str, str | None]:
        """Its fields without the secret ones: all that is known outside the sign-in."""
        return {one.id: self.values.get(one.id) for one in self.service.account.fields if not one.secret}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of its secret fields."""
        secret = self.service.account.secret
        return tuple(value for name, value in self.values.items() if name in secret and value)

    def trust(self, usual: "Callable[[], ssl.SSLContext]" = system_trust) -> "Callable[[], ssl.SSLContext]":
        """Which certificates are trusted, wherever it is talked to."""
        return usual if self.ca_file is None else functools.partial(trust_with, self.ca_file)

    def own_trust(self, usual: "Callable[[], ssl.SSLContext]" = system_trust) -> "Callable[[], ssl.SSLContext]":
        """The same for its own hosts, with what is shown to them."""
        if self.certificate is None:
            return self.trust(usual)
        return functools.partial(trust_showing, self.ca_file, self.certificate, self.values.get(PASSPHRASE, ""))

    @property
    def origins(self) -> frozenset[Origin]:
        """Where its credentials may go: its base, and the service's further hosts that were agreed to."""
        hosts = [f"https://{host}" for host in self.service.hosts if host not in self.unagreed]
        return frozenset(origin for url in (self.base, *hosts) if (origin := origin_of(url)) is not None)

    @property
    def at_home(self) -> bool:
        """Whether the service is on this very computer."""
        base = origin_of(self.base)
        return base is not None and near(base)

    def may_store(self, origin: Origin) -> bool:
        """Whether files may be stored there: not on this computer, unless the service itself is on it."""
        return self.at_home or not near(origin)

    @property
    def unagreed(self) -> tuple[str, ...]:
        """The service's further hosts that its person was not asked about: its credentials do not go there."""
        return () if self.agreed is None else tuple(host for host in self.service.hosts if host not in self.agreed)


def way_of(account: Account) -> schema.Way:
    """The way to sign in that has exactly the filled fields. Raises AccountError if there is none."""
    filled = {name for name, value in account.values.items() if value and name != PASSPHRASE}
    for way in account.service.account.ways:
        if set(way.fields) == filled:
            return way
    ways = _(" or ").join(_(" and ").join(way.fields) for way in account.service.account.ways)
    given = ", ".join(sorted(filled)) or _("nothing")
    said = _("{service} needs {ways}; given is {given}.")
    raise AccountError(said.format(service=account.service.name, ways=ways, given=given))


def check_account(account: Account) -> None:
    """Raise AccountError if the account's address, fields or certificate authority cannot be used."""
    origin = origin_of(account.base)
    if origin is None or not safe(origin):
        raise AccountError(address_refused())
    if account.service.account.base_help and origin == origin_of(account.service.account.base):
        wanted = plain(account.service.account.base_help, 1000)
        said = _("{service} has an address of its own for each customer: {wanted}")
        raise AccountError(said.format(service=account.service.name, wanted=wanted))
    labels = {one.id: one.label for one in account.service.account.fields}
    for name, value in account.values.items():
        if name == PASSPHRASE:
            continue
        if re.search(r"[\r\n\0]", value):
            said = _("The field “{field}” holds a line break. Copy it again, alone.")
            raise AccountError(said.format(field=labels.get(name, name)))
        if not value.isascii() or not value.isprintable():
            odd = next(char for char in value if not (char.isascii() and char.isprintable()))
            what = (
                _("a curly quote")
                if odd in CURLY_QUOTES
                else _("the sign “{sign}”").format(sign=odd)
                if odd.isprintable()
                else _("a hidden sign")
            )
            said = _("The field “{field}” holds {what}. Copy it again from its source.")
            raise AccountError(said.format(field=labels.get(name, name), what=what))
        if value != value.strip():
            said = _("The field “{field}” begins or ends with a space. Copy it again.")
            raise AccountError(said.format(field=labels.get(name, name)))
    way_of(account)
    if account.ca_file is not None or account.certificate is not None:
        try:
            account.own_trust()()
        except AuthorityError as error:
            raise AccountError(error.sentence) from None


class Session:
    """Signs requests in. Shared by all lanes; a token is fetched once and renewed when it runs out.

    Attributes:
        account: Whose sign-in it is.
        host: Where it signs in; None: nowhere that may be used.
        alone: What tells this account from every other one: the same key counts as the same account.
    """

    def __init__(self, account: Account, clock: Clock) -> None:
        self.account = account
        self.host = origin_of(account.base)
        self.alone = self.host, tuple(sorted(account.values.items()))
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._granted: Any = None
        self._until: float | None = None
        self._scrub = Scrubber(account.secrets)

    def scope(self) -> Scope:
        """What is known while signing in, secrets included."""
        values = {one.id: self.account.values.get(one.id) for one in self.account.service.account.fields}
        now = self._clock.utc().isoformat(timespec="seconds")
        return {"account": values, "constants": dict(self.account.service.constants), "now": now}

    def headers(self, client: Client, cancel: CancelToken) -> tuple[tuple[str, str], ...]:
        """The headers that sign a request in; gets a token first where the way needs one.

        Raises:
            UploadError: No token is to be had.
        """
        way, scope = self.account.way, self.scope()
        if way.token is not None:
            scope["token"] = self._current_token(way.token, client, cancel)
        headers = [(name, as_text(template.value(scope))) for name, template in way.headers.items()]
        if way.basic is not None:
            headers.append(basic(way.basic.user.text(scope), way.basic.password.text(scope)))
        return tuple(headers)

    def scrubbed(self, text: str) -> str:
        """A service's words without this account's secrets and tokens, should it have repeated them in any form."""
        return self._scrub(text)

    @property
    def renewable(self) -> bool:
        """Whether a refused token can be replaced."""
        return self.account.way.token is not None

    def forget_token(self, headers: tuple[tuple[str, str], ...]) -> None:
        """The service no longer accepts the token in these headers: get a new one for the next request."""
        with self._lock:
            if self._token and any(self._token in value for _name, value in headers):
                self._token = None

    def _current_token(self, exchange: schema.TokenExchange, client: Client, cancel: CancelToken) -> str:
        # Another lane may be fetching it: wait for that one, but not when told to stop.
        while not self._lock.acquire(timeout=0.1):
            cancel.check()
        try:
            if self._token is not None and (self._until is None or self._clock.monotonic() < self._until):
                return self._token
            if self._token is not None and exchange.refresh is not None and self._granted is not None:
                token = self._renewed(exchange.refresh, client, cancel)
                if token is not None:
                    return token
            self._granted = self._ask(exchange, self.scope(), client, cancel)
            assert self._token is not None  # noqa: S101 - _ask sets it or raises
            return self._token
        finally:
            self._lock.release()

    def _renewed(self, refresh: schema.TokenRefresh, client: Client, cancel: CancelToken) -> str | None:
        """A new token for the old one; None if the service does not give one any more."""
        try:
            renewed = self._ask(refresh, {**self.scope(), "granted": self._granted}, client, cancel)
        except UploadError as error:
            if error.problem.kind in PASSING:
                raise
            return None
        if isinstance(self._granted, dict) and isinstance(renewed, dict):
            # Many services give a new refresh token with each use.
            self._granted = {**self._granted, **renewed}
        return self._token

    def _ask(
        self, call: schema.TokenExchange | schema.TokenRefresh, scope: Scope, client: Client, cancel: CancelToken
    ) -> Any:
        service = self.account.service
        asked_at = self._clock.monotonic()
        request = request_for(call, scope, base=self.account.base, service=service.name, step="token", signed=())
        answer = client.send(request, cancel)
        problem = judge(answer, call, service, "token")
        if problem is not None:
            raise UploadError(problem)
        try:
            content = answer.json()
            answered = {**scope, "answer": content}
            token = call.value.text(answered)
            left = seconds_left(call.expires, answered, answer.headers)
        except (ValueError, ExpressionError):
            raise unexpected(service.name, "token", "there is no token in it") from None
        if not token or not token.isascii() or not token.isprintable() or token != token.strip():
            raise unexpected(service.name, "token", "the token holds signs that cannot be sent")
        self._scrub.add(token, *_granted(content))
        self._token = token
        self._until = None if left is None else asked_at + max(0.0, left - SPARE_SECONDS)
        return content


def _granted(content: Any) -> list[str]:
    """The tokens that came along with one: what renews it is as good as it."""
    facts = content.items() if isinstance(content, dict) else ()
    return [value for name, value in facts if isinstance(value, str) and "token" in name.lower()]


def basic(user: str, password: str) -> tuple[str, str]:
    """HTTP Basic (RFC 7617) as a header."""
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
