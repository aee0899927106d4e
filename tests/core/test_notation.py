"""Numbers and times as the language writes them; reasons inside sentences; names in letters of the other direction."""

import errno
import os
from datetime import UTC, datetime

import pytest

from uploader_gui.core import bidi, languages, notation, reasons, words
from uploader_gui.core.problems import Kind, Problem

AT = datetime(2026, 11, 28, 9, 5, tzinfo=UTC)
HEBREW = "הצעה (1).pdf"


def test_english() -> None:
    """Numbers and times as English has them."""
    assert (notation.decimal(4.06), notation.grouped(4100001)) == ("4.1", "4,100,001")
    assert (notation.day(AT), notation.day_and_time(AT), notation.clock(AT)) == (
        "2026-11-28",
        "2026-11-28 09:05",
        "09:05",
    )
    assert words.exact_size(4_100_001) == "4.1 MB (4,100,001 bytes)"


def test_german() -> None:
    """Numbers and times as German has them."""
    languages.speak("de")
    assert (notation.decimal(4.06), notation.grouped(4100001)) == ("4,1", "4.100.001")
    assert (notation.day(AT), notation.day_and_time(AT)) == ("28.11.2026", "28.11.2026 09:05")
    assert words.exact_size(4_100_001) == "4,1 MB (4.100.001 Bytes)"
    assert [words.size(count) for count in (0, 1, 2)] == ["0 Bytes", "1 Byte", "2 Bytes"]


def test_reasons_of_the_system() -> None:
    """What the system refuses is said in the language; what is not known stays as the system says it."""
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert reasons.of_system(full) == "no space left on device"
    assert reasons.of_system(OSError("odd")) == "unknown error"
    languages.speak("de")
    assert reasons.of_system(full) == "kein Platz mehr auf dem Datenträger"
    assert reasons.of_system(OSError(errno.EXDEV, "Invalid cross-device link")) == "invalid cross-device link"
    assert reasons.of_system(OSError("odd")) == "unbekannter Fehler"


def test_reasons_of_the_engine() -> None:
    """What the engine keeps in English is translated where it is shown, put together or not; a name never is."""
    languages.speak("de")
    assert reasons.in_words("no permission") == "keine Berechtigung"
    assert reasons.in_words("status 503") == "Status 503"
    assert reasons.in_words("the proxy proxy.example: no answer") == "der Proxy proxy.example: keine Antwort"
    assert reasons.in_words("Acme GmbH") == "Acme GmbH"
    assert reasons.in_words("") == ""
    said = words.describe(Problem(kind=Kind.UNREACHABLE, host="a.example", detail="refused")).text
    assert said.startswith("a.example nimmt keine Verbindungen an (abgelehnt).")


def test_held_together() -> None:
    """A name whose letters run against the sentence is held together; where nothing can turn over nothing is added."""
    assert words.plain("Offer (1).pdf") == "Offer (1).pdf"
    assert words.plain(HEBREW) == f"\u2068{HEBREW}\u2069"
    assert words.one_line(HEBREW) == HEBREW
    assert bidi.bare(words.plain(HEBREW)) == HEBREW
    assert bidi.isolated(words.plain(HEBREW)) == words.plain(HEBREW)
    assert bidi.isolated("") == ""


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u2069", "\u200f"])
def test_no_sign_of_its_own(sign: str) -> None:
    """A name cannot end what holds it together, nor turn anything over by itself."""
    assert words.plain(f"{sign}{HEBREW}{sign}") == f"\u2068{HEBREW}\u2069"
