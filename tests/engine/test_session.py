"""Signing in: headers, tokens that run out, and where credentials may go."""

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.fakes import FakeClock
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.http import Client
from uploader_gui.engine.lookup import whose
from uploader_gui.engine.session import Account, AccountError, Session, check_account
from uploader_gui.practice import PracticeService
from uploader_gui.services import catalogue

CLOCK = FakeClock()


def _account(service: str, practice: PracticeService, way: int = 0, **changes: str) -> Account:
    values = {**practice.account(service, way), **changes}
    return Account(service=catalogue.find(service), base=practice.base(service), values=values)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client that may go anywhere on this computer."""
    client = Client(lambda _origin: True)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("service", "way", "shows"),
    [
        ("close", 0, "Ann Lee, Acme Sales"),
        ("kizen", 0, "user "),
        ("haufe", 0, "user "),
        ("circle", 0, ""),
        ("circle", 1, ""),
        ("circle", 2, ""),
    ],
)
def test_every_way_signs_in(practice: PracticeService, client: Client, service: str, way: int, shows: str) -> None:
    """Each way of each service is accepted, and the check says whose account it is."""
    account = _account(service, practice, way)
    said = whose(Conversation(Session(account, CLOCK), client, CancelToken()), CLOCK.utc()).shown
    assert said.startswith(shows)
    assert said
    assert not any(value in said for name, value in account.values.items() if _secret(account, name))


def _secret(account: Account, name: str) -> bool:
    return any(field.id == name and field.secret for field in account.service.account.fields)


@pytest.mark.parametrize("service", ["close", "kizen", "haufe", "circle"])
def test_a_wrong_key_is_told_as_that(practice: PracticeService, client: Client, service: str) -> None:
    """Each service's own way to say so becomes the same problem, without the key in it."""
    secret = next(field.id for field in catalogue.find(service).account.fields if field.secret)
    account = _account(service, practice, 0, **{secret: "wrong-key-1234"})
    with pytest.raises(UploadError) as caught:
        whose(Conversation(Session(account, CLOCK), client, CancelToken()), CLOCK.utc())
    assert caught.value.problem.kind is Kind.SIGNED_OUT
    assert "wrong-key" not in repr(caught.value.problem) + str(caught.value) + caught.value.problem.said


def test_a_token_is_fetched_once_and_renewed_when_it_runs_out(client: Client) -> None:
    """Two requests share a token; after its hour a new one is got with the refresh token, without a failed request."""
    moment = [1_800_000_000.0]
    clock = FakeClock()
    with PracticeService(clock=lambda: moment[0]) as practice:
        session = Session(_account("circle", practice, 1), clock)
        talk = Conversation(session, client, CancelToken())
        for _ in range(2):
            whose(talk, clock.utc())
        moment[0] += 3600
        clock.now += 3600
        whose(talk, clock.utc())
        seen = [
            (request.method, request.path.rpartition("/")[2], request.status) for request in practice.world.requests
        ]
    assert [name for _method, name, _status in seen] == [
        "auth_token", "community_member", "community_member", "refresh", "community_member",
    ]  # fmt: skip
    assert all(status == 200 for _method, _name, status in seen)


def test_a_token_that_dies_early_is_replaced_once(client: Client) -> None:
    """The service says 401 before the time is up: one new token, and the request goes again."""
    moment = [1_800_000_000.0]
    with PracticeService(clock=lambda: moment[0]) as practice:
        talk = Conversation(Session(_account("circle", practice, 1), CLOCK), client, CancelToken())
        whose(talk, CLOCK.utc())
        moment[0] += 3600  # the service's clock only
        whose(talk, CLOCK.utc())
        statuses = [request.status for request in practice.world.requests]
    assert statuses == [200, 200, 401, 200, 200]


def test_the_token_goes_nowhere_else(practice: PracticeService, client: Client) -> None:
    """The token request carries the headless token only, the others the member's token only."""
    account = _account("circle", practice, 1)
    session = Session(account, CLOCK)
    [(name, value)] = session.headers(client, CancelToken())
    assert name == "Authorization"
    assert account.values["headless_token"] not in value
    assert account.values["headless_token"] not in repr(account)


def test_basic_is_basic(practice: PracticeService, client: Client) -> None:
    """Close: the key as user, an empty password."""
    account = _account("close", practice)
    [(name, value)] = Session(account, CLOCK).headers(client, CancelToken())
    key = account.values["api_key"]
    assert (name, base64.b64decode(value.removeprefix("Basic ")).decode()) == ("Authorization", f"{key}:")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"api_key": "api_\u201cx\u201d"}, "holds a curly quote"),
        ({"api_key": "api_x\nX-Other: y"}, "holds a line break"),
        ({"api_key": "api_x "}, "begins or ends with a space"),
        ({"api_key": "api_\u200bx"}, "holds a hidden sign"),
        ({"api_key": "schlüssel"}, "holds the sign “ü”"),
        ({}, "needs api_key"),
    ],
)
def test_a_key_that_cannot_be_sent_is_refused_early(values: dict[str, str], says: str) -> None:
    """What went wrong while copying is said before anything is sent, without showing the key."""
    account = Account(service=catalogue.find("close"), base="https://api.close.com/api/v1", values=values)
    with pytest.raises(AccountError) as caught:
        check_account(account)
    assert says in caught.value.sentence
    assert "api_" not in caught.value.sentence.replace("api_key", "")


@pytest.mark.parametrize("base", ["http://api.close.com", "ftp://x", "close.com", "https://key:x@api.close.com/", ""])
def test_an_address_that_is_not_safe_is_refused(base: str) -> None:
    """Keys go out encrypted or stay on this computer."""
    account = Account(service=catalogue.find("close"), base=base, values={"api_key": "x"})
    with pytest.raises(AccountError, match="https://"):
        check_account(account)


def test_half_a_way_is_none() -> None:
    """Fields of two ways at once, or half of one, are told with what is needed."""
    circle = catalogue.find("circle")
    for values in ({"headless_token": "x"}, {"access_token": "x", "email": "a@b.example"}):
        with pytest.raises(AccountError, match="headless_token and email"):
            check_account(Account(service=circle, base=circle.account.base, values=values))


def test_credentials_have_their_hosts() -> None:
    """The base's host and the file's `hosts`, with scheme and port, and nothing like them."""
    service = catalogue.find("close").model_copy(update={"hosts": ("files.close.example",)})
    account = Account(service=service, base="https://api.close.com/api/v1", values={"api_key": "x"})
    assert account.origins == {("https", "api.close.com", 443), ("https", "files.close.example", 443)}
    assert dataclasses.replace(account, base="http://127.0.0.1:8000/close").origins >= {("http", "127.0.0.1", 8000)}


def test_secrets_are_not_among_what_is_known(practice: PracticeService) -> None:
    """Outside the sign-in not even `account` as a whole holds them."""
    account = _account("kizen", practice)
    assert set(account.public) == {"business_id", "user_id"}
    assert "api_key" not in account.public


def test_credentials_go_to_agreed_hosts_only() -> None:
    """Of the file's hosts those that were agreed to, and none that was agreed to but is not the file's any more."""
    service = catalogue.find("close").model_copy(update={"hosts": ("old.close.example", "new.close.example")})
    agreed = frozenset({"old.close.example", "gone.close.example"})
    account = Account(service=service, base="https://api.close.com/api/v1", values={"api_key": "x"}, agreed=agreed)
    assert account.origins == {("https", "api.close.com", 443), ("https", "old.close.example", 443)}
    assert account.unagreed == ("new.close.example",)
    nothing = dataclasses.replace(account, agreed=frozenset())
    assert nothing.origins == {("https", "api.close.com", 443)}
    everything = dataclasses.replace(account, agreed=None)
    assert len(everything.origins) == 3
    assert everything.unagreed == ()


def test_a_certificate_authority_is_looked_at_early(tmp_path: Path) -> None:
    """A file that is no such thing is told before anything is sent."""
    base = "https://api.close.com/api/v1"
    account = Account(service=catalogue.find("close"), base=base, values={"api_key": "x"}, ca_file=tmp_path / "no.pem")
    with pytest.raises(AccountError, match="is not there"):
        check_account(account)
