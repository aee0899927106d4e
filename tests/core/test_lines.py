"""Free text as it may be written down: words stay, secrets and names of files go, and it is one line."""

import secrets
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.core.lines import MOST, told, visible

TOLD = {
    "a listener raised ValueError": "a listener raised ValueError",
    "3 of 20 files (7 %) in 3.5 s, try again": "3 of 20 files (7 %) in 3.5 s, try again",
    "GET https://a.example/files/x?sig=abcdefgh failed.": "GET https://a.example/files/x?sig=…8+ failed.",
    "state=open, key=AKIA92HF83KJSD7F": "state=open, key=…16+",
    "offer.pdf of ann@example.com in /home/ann": "…8+ of …8+ in …8+",
    "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIi": "Bearer …16+",
    "already struck …32+, and …": "already struck …32+, and …",
    "=x a= :: - “yes”": "… a= :: - “yes”",
}


@pytest.mark.parametrize("text", TOLD)
def test_told(text: str) -> None:
    """Golden: what is left of a line."""
    assert told(text) == TOLD[text]


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_token_in_any_text_goes(before: str, after: str) -> None:
    """Whatever words stand around it, with spaces between, a key does not show."""
    key = secrets.token_urlsafe(24)
    assert key not in told(f"{before} {key} {after}")


@given(st.text(max_size=300))
def test_one_line_in_which_nothing_hides(text: str) -> None:
    """No line end, no control, direction or half character is left; it can be written as UTF-8."""
    for line in (told(text), visible(text)):
        assert len(line.splitlines()) <= 1
        assert not {unicodedata.category(char) for char in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        line.encode()


def test_what_hides_is_shown() -> None:
    """Line ends and direction characters appear as Python writes them; letters of all languages stay."""
    assert visible("a\nb\u202ec\x1b[0mÄ日🦊\ud800") == "a\\nb\\u202ec\\x1b[0mÄ日🦊\\ud800"


def test_it_ends() -> None:
    """A line has at most MOST characters."""
    assert len(told("word " * 100_000)) <= MOST
    assert len(told("x" * 100_000)) <= MOST
