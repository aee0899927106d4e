"""Every sentence a person reads."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.core import words
from uploader_gui.core.problems import ACTIONS, PASSING, Action, Kind, Problem


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_words_and_buttons(kind: Kind) -> None:
    """Each problem has a title, a sentence that ends, no empty place in it, and at least one way out."""
    full = Problem(
        kind=kind,
        service="Close",
        step="sign",
        name="a.pdf",
        host="api.close.com",
        status=400,
        size=10,
        limit=5,
        detail="why",
    )
    sentence = words.describe(full)
    assert sentence.title
    assert not sentence.title.endswith(".")
    assert sentence.text.endswith((".", "why"))
    assert "{" not in sentence.whole
    assert ACTIONS[kind]
    assert set(ACTIONS[kind]) <= set(Action)


@pytest.mark.parametrize("kind", Kind)
def test_a_sentence_stands_with_few_facts(kind: Kind) -> None:
    """With nothing known but the kind the sentence still reads as one, without None or double spaces."""
    whole = words.describe(Problem(kind=kind)).whole
    assert "None" not in whole
    assert "  " not in whole


def test_what_a_service_says_is_a_quotation() -> None:
    """Strangers' words stand in quotation marks behind ours, and are not ours."""
    sentence = words.describe(Problem(kind=Kind.REFUSED, service="Close", said="lead_id: not found"))
    assert sentence.said == "Close says: “lead_id: not found”"
    assert "not found" not in sentence.text


@given(st.text(alphabet=st.characters(), max_size=2000))
def test_a_strangers_text_is_made_safe(text: str) -> None:
    """Whatever a service or a file name holds: one line, no control or direction signs, bounded length."""
    safe = words.plain(text)
    assert len(safe) <= words.MAX_QUOTATION
    assert not any(char in safe for char in "\n\r\t\x1b\u202e\u200b\u2066\x00")
    assert safe == safe.strip()


def test_braces_in_a_strangers_text_are_no_places() -> None:
    """A name with braces is shown as it is and cannot reach into our formatting."""
    sentence = words.describe(Problem(kind=Kind.FILE_MISSING, name="{service.__class__} {0}"))
    assert "{service.__class__} {0}" in sentence.text


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (4_100_000, "4.1 MB"),
        (999_949, "999.9 kB"),
        (999_951, "1.0 MB"),
        (5 * 2**30, "5.4 GB"),
        (2 * 10**15, "2000.0 TB"),
    ],
)
def test_sizes(count: int, said: str) -> None:
    """Sizes are said in decimal units and do not jump at the borders."""
    assert words.size(count) == said


def test_two_sizes_a_byte_apart_read_differently() -> None:
    """A file of 10.0 MB where up to 10.0 MB are taken would explain nothing."""
    assert words.exact_size(10_000_001) != words.exact_size(10_000_000)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-1, "0 s"), (0.4, "0 s"), (24, "24 s"), (60, "1 min"), (185, "3 min 5 s"), (3600, "1 h"), (7800, "2 h 10 min")],
)
def test_durations(seconds: float, said: str) -> None:
    """Durations are said in the two largest units."""
    assert words.duration(seconds) == said


def test_counts_have_their_plural() -> None:
    """One file, two files."""
    assert words.files_attached("Close", 1, "the note on Globex") == "Close: 1 file attached to the note on Globex"
    assert words.files_attached("Close", 3, "the note on Globex") == "Close: 3 files attached to the note on Globex"


def test_what_passes_by_itself_is_nobodys_fault() -> None:
    """Nothing that a person must mend is tried again by itself."""
    assert PASSING.isdisjoint({Kind.SIGNED_OUT, Kind.FILE_CHANGED, Kind.REFUSED, Kind.UNTRUSTED, Kind.ATTACH_UNKNOWN})


def test_every_place_in_a_sentence_is_a_known_fact() -> None:
    """A misspelt place would be a KeyError in the moment somebody needs the sentence."""
    known = {"service", "name", "host", "size", "limit", "number", "detail", "status", "step"}
    for title, text in words._SENTENCES.values():
        places = {place for _text, place, _spec, _conversion in string.Formatter().parse(title + text) if place}
        assert places <= known
