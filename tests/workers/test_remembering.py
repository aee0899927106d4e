"""Remembered targets and the accounts there are now: called otherwise since, gone, of a practice that ended."""

import dataclasses
from datetime import UTC, datetime

import pytest

from uploader_gui.core.remembered import Remembered
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow
from uploader_gui.workers.accounts import KnownAccount
from uploader_gui.workers.facts import Destination
from uploader_gui.workers.remembering import recalled, record_inputs, remembered

CLOSE = catalogue.find("close")
NOTE = flow(CLOSE, "note")
FLOWS = {("close", "note"): NOTE}
BASE = "https://api.close.com/api/v1"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def account(key: str = "", name: str = "Acme", base: str = BASE) -> KnownAccount:
    """An account at Close."""
    return KnownAccount(service=CLOSE, name=name, base=base, values={"api_key": "x"}, id=key)


def kept(by: KnownAccount) -> Remembered:
    """A note on a lead, as it is remembered."""
    where = Destination(
        account=by.key,
        service="close",
        target="note",
        inputs={"lead": "lead_globex", "text": "Nobody else's business"},
        named={"lead": "Globex", "text": "Nobody else's business"},
    )
    return remembered(NOTE, by, where, "the note on Globex", NOW, pinned=False)


def test_texts_are_not_remembered() -> None:
    """Only what was picked is remembered: a text is nobody's business, and would be posted twice by accident."""
    assert record_inputs(NOTE, {"lead": "lead_globex", "text": "Hello"}) == {"lead": "lead_globex"}
    assert "business" not in repr(kept(account("1")))


@pytest.mark.parametrize(
    ("then", "now", "name"),
    [
        (account("1"), account("1", "Acme Sales"), "Acme Sales"),  # renamed
        (account("1"), account("2"), None),  # another one of the same name
        (account("1"), account("1", base="https://elsewhere.example"), None),  # its records lie at the former address
        (account("", ""), account("", ""), ""),  # the environment's
        (account("", ""), account("1"), None),
    ],
)
def test_whose_account(then: KnownAccount, now: KnownAccount, name: str | None) -> None:
    """A saved account is known by its id, whatever it is called now; without it the target is there, and says so."""
    [one] = recalled([kept(then)], [now], FLOWS)
    if name is None:
        assert one.where is None
        assert one.what == kept(then)
    else:
        assert one.where is not None
        assert one.where.account == now.key
        assert one.what.account_name == name


def test_a_practice_service_that_ended() -> None:
    """What was tried out is not offered once the practice service it was tried on is gone."""
    tried = account("", "Practice", "http://127.0.0.1:4711/close")
    assert len(recalled([kept(tried)], [tried], FLOWS)) == 1
    other = account("", "Practice", "http://127.0.0.1:4712/close")
    assert recalled([kept(tried)], [other], FLOWS) == []
    [pinned] = recalled([dataclasses.replace(kept(tried), pinned=True)], [other], FLOWS)
    assert pinned.where is None


def test_a_kind_of_target_that_is_gone() -> None:
    """Without its service file a target is shown and cannot be chosen."""
    [one] = recalled([kept(account("1"))], [account("1")], {})
    assert one.where is None
