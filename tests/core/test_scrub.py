"""Known secrets are struck out of any text, however they are written; everything else stays."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.canaries import forms, leaks
from uploader_gui.core.scrub import Scrubber, scrub

KEY = 'sk+/live "ü" 7&<x>'
WRITTEN = {
    "plain": KEY,
    "URL": quote(KEY, safe=""),
    "URL with small letters": "".join(f"%{byte:02x}" for byte in KEY.encode()),
    "URL twice": quote(quote(KEY, safe=""), safe=""),
    "form": quote_plus(KEY),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 of Basic": base64.b64encode(f"user:{KEY}".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"x{KEY}".encode()).decode(),
    "base64 in a URL": quote(base64.b64encode(f"xy{KEY}".encode()).decode(), safe=""),
    "hex": KEY.encode().hex(),
    "hex with capitals": KEY.encode().hex(":").upper(),
    "JSON": json.dumps(KEY),
    "JSON as it is": json.dumps(KEY, ensure_ascii=False),
    "HTML": html.escape(KEY),
    "HTML by numbers": "".join(f"&#{ord(char)};" for char in KEY),
    "Python": ascii(KEY),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_secret_is_found_however_it_is_written(way: str) -> None:
    """Each way of writing it is struck out, and what stands around it stays."""
    text = scrub(f"before {WRITTEN[way]} after", [KEY])
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert "…" in text
    assert not leaks(text.encode(), [KEY])


SECRETS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=6, max_size=40)


@given(SECRETS, st.text(max_size=30), st.text(max_size=30))
def test_no_form_of_any_secret_stays(secret: str, before: str, after: str) -> None:
    """Whatever a secret is made of, none of the forms the canaries are searched in is left of it."""
    for form in forms(secret):
        text = scrub(f"{before}\0{form.decode()}\0{after}", [secret])
        assert not leaks(text.partition("\0")[2].rpartition("\0")[0].encode("utf-8", "surrogatepass"), [secret])


@given(st.text("abcdefgh ", max_size=200))
def test_other_words_stay(text: str) -> None:
    """A text without the secret is given back as it is."""
    assert scrub(text, ["XYZ123"]) == text


def test_short_and_nested_secrets() -> None:
    """One that is part of another leaves nothing of the longer; those of three characters and fewer are left."""
    assert scrub("key-and-more key- abc", ["key-", "key-and-more", "abc", ""]) == "… … abc"


def test_more_secrets_later() -> None:
    """A token that is fetched while the program runs is struck out from then on."""
    found = Scrubber(["first-key"])
    assert found("first-key token-2") == "… token-2"
    found.add("token-2")
    assert found("first-key token-2") == "… …"
