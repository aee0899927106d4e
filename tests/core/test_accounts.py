"""How accounts may be called, and what a person reads when one cannot be."""

import pytest

from uploader_gui.core.accounts import AccountsError, AccountTrouble, checked_name, folded
from uploader_gui.core.words import describe_account


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("", AccountTrouble.NAME_EMPTY),
        (" \u00a0\t", AccountTrouble.NAME_EMPTY),
        ("\u200b", AccountTrouble.NAME_EMPTY),
        ("a\nb", AccountTrouble.NAME_SIGNS),
        ("a\0", AccountTrouble.NAME_SIGNS),
        ("\u202egpj.exe", AccountTrouble.NAME_SIGNS),
        ("a\u2028b", AccountTrouble.NAME_SIGNS),
        ("\ud800", AccountTrouble.NAME_SIGNS),
        ("x" * 101, AccountTrouble.NAME_LONG),
    ],
)
def test_names_that_cannot_be(name: str, trouble: AccountTrouble) -> None:
    """Nothing, what cannot be seen, what turns the text around it, and what no list has room for."""
    with pytest.raises(AccountsError) as caught:
        checked_name(name)
    assert caught.value.trouble is trouble


@pytest.mark.parametrize("name", ["Acme", "Müller & Söhne", "株式会社", "\U0001f469\u200d\U0001f4bb", "-", "x" * 100])
def test_names_that_can_be(name: str) -> None:
    """In any script, as it was typed but for the blanks around it."""
    assert checked_name(f" {name} ") == name


@pytest.mark.parametrize(
    ("one", "other"), [("Acme", "ACME"), ("Straße", "STRASSE"), ("é", "e\u0301"), ("ﬁ", "fi"), (" Acme", "acme")]
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    """Case, and how a sign is put together, make no other name."""
    assert folded(one) == folded(other)


def test_every_trouble_has_its_sentence() -> None:
    """What happened and the way out; the name stands in it where it is the reason."""
    sentences = [describe_account(trouble, "Acme\n\u202e") for trouble in AccountTrouble]
    assert len(set(sentences)) == len(AccountTrouble)
    for sentence in sentences:
        assert sentence.endswith(".")
        assert "{" not in sentence
    assert "“Acme”" in describe_account(AccountTrouble.NAME_TAKEN, "Acme\n\u202e")
