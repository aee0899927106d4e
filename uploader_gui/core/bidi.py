"""Foreign text inside a sentence: a name in letters that run the other way must not turn the words around it over.

Unicode's isolates (https://www.unicode.org/reports/tr9/, "Explicit Directional Isolates") hold such a text together.
"""

import unicodedata

from uploader_gui.core.translation import right_to_left

BEGIN, END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def isolated(text: str) -> str:
    """Hold a text together, where its letters and the sentence's may run in different directions."""
    if not text or text.startswith(BEGIN) or not _may_turn(text):
        return text
    return f"{BEGIN}{text}{END}"


def bare(text: str) -> str:
    """The text without what holds it together: to be copied, compared or typed."""
    return text.replace(BEGIN, "").replace(END, "")


def _may_turn(text: str) -> bool:
    if right_to_left():
        return True
    return not text.isascii() and any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)
