"""What a service says of a person or a record is shown without the account's key, in whatever form it says it."""

from base64 import b64encode
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import pytest

from tests.canaries import leaks
from tests.engine.fakes import FakeClock
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.lookup import said
from uploader_gui.engine.session import Account, Session
from uploader_gui.services import catalogue

KEY = "api_canary/5tQ0zRk2+8hW1"


def _session() -> Session:
    service = catalogue.find("close")
    return Session(Account(service=service, base=service.account.base, values={"api_key": KEY}), FakeClock())


@pytest.mark.parametrize(
    "form",
    [KEY, quote(KEY, safe=""), KEY.encode().hex(), KEY.encode().hex().upper(), b64encode(f"{KEY}:".encode()).decode()],
    ids=["plain", "URL-encoded", "hex", "HEX", "base64"],
)
def test_struck_out(form: str) -> None:
    """In a problem's words and in a name, at any place in it."""
    session = _session()
    talk: Any = SimpleNamespace(session=session)
    for text in (session.scrubbed(f"Ann {form} Lee"), said(cast("Conversation", talk), f"Ann {form} Lee")):
        assert not leaks(text.encode(), [KEY])
        assert text.startswith("Ann ")
        assert text.endswith(" Lee")


def test_kept_apart_by_hidden_signs() -> None:
    """A key that is whole only once hidden signs are taken out is struck out as well."""
    talk: Any = SimpleNamespace(session=_session())
    hidden = "\u200b".join(KEY)
    assert not leaks(said(cast("Conversation", talk), f"Ann {hidden}").encode(), [KEY])


def test_cut_off() -> None:
    """Nor is the beginning of one left where a long name is cut off."""
    talk: Any = SimpleNamespace(session=_session())
    for before in range(150, 320):
        assert "api_can" not in said(cast("Conversation", talk), "x" * before + KEY)


def test_tokens() -> None:
    """Tokens are secrets like keys, once they are known."""
    session = _session()
    session._scrub.add("token-canary-9fK2mQ7x")
    assert "canary" not in session.scrubbed("it was token-canary-9fK2mQ7x")
