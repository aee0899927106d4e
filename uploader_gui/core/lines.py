"""A line of free text as it may be written down: one line, nothing hidden in it, no secret."""

import re
import unicodedata

from uploader_gui.core.harmless import harmless
from uploader_gui.core.redaction import MARK, address, mark

MOST = 2000
_OPENING = re.compile("[(\\[{<\"'\u201c\u2018,;:.!?]*")
_CLOSING = re.compile("[)\\]}>\"'\u201d\u2019,;:.!?]*$")
_DECIMAL = re.compile(r"\d{1,9}[.,]\d{1,9}", re.ASCII)


def told(text: str) -> str:
    """Redact a text, word by word: words and numbers stay, of addresses what `redaction.address` leaves; at most MOST.

    What looks like a secret, a path or a name of a file becomes a mark.
    """
    return " ".join(_word(one) for one in visible(text[: MOST * 2]).split(" "))[:MOST]


def _word(word: str) -> str:
    opening = _OPENING.match(word)
    closing = _CLOSING.search(word)
    assert opening is not None  # noqa: S101 - both match at least nothing
    assert closing is not None  # noqa: S101
    if opening.end() >= len(word):
        return word
    core = word[opening.end() : closing.start()]
    return f"{opening[0]}{_core(core)}{closing[0]}"


def _core(core: str) -> str:
    if core.startswith(("https://", "http://")):
        return address(core)
    key, equals, value = core.partition("=")
    if equals and harmless(key, joints="_-"):
        return f"{key}={_core(value)}" if value else core
    # The point is no joint here: "offer.pdf" is the name of a file.
    plain = harmless(core, joints="_-:+%'") or _DECIMAL.fullmatch(core) or MARK.fullmatch(core)
    return core if plain or not core else mark(len(core))


def visible(text: str) -> str:
    r"""Make one line in which nothing hides: line ends, control and direction characters become `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _shows(char) else char.encode("unicode_escape").decode("ascii") for char in text)


def _shows(char: str) -> bool:
    # Cs: half a character, as file names of some systems hold; it cannot be written as UTF-8.
    return char == " " or unicodedata.category(char) not in {"Cc", "Cf", "Zl", "Zp", "Zs", "Cs", "Co", "Cn"}
