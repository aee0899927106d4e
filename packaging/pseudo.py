"""Sentences that are in no language: longer than English, and marked, so that what is cut off or untranslated shows."""

from __future__ import annotations

import gettext
import re

BEGIN, END = "[!!! ", " !!!]"
LONGER = 1.4
"""How much longer a sentence is: German and Finnish need a third more room than English (W3C, "Text size in
translation")."""

_KEPT = re.compile(r"\{[^{}]*\}|%(?:\([a-z_]+\))?[a-zA-Z]")
_SIGNS = str.maketrans("aeiouncsyAEIOUNCSY", "áéíóúñçšýÁÉÍÓÚÑÇŠÝ")


class Pseudo(gettext.NullTranslations):
    """A catalogue that has every sentence.

    Args:
        language: What it says of itself: "ar" makes the window run from right to left.
    """

    def __init__(self, language: str = "en_XA") -> None:
        super().__init__()
        self._language = language

    def info(self) -> dict[str, str]:
        """What the catalogue says of itself."""
        return {"language": self._language}

    def gettext(self, message: str) -> str:
        """A sentence, marked and longer; its fields stay."""
        parts = _KEPT.split(message)
        if not any(char.isalpha() for part in parts for char in part):
            return message  # a number with a sign
        fields = [*_KEPT.findall(message), ""]
        said = "".join(part.translate(_SIGNS) + field for part, field in zip(parts, fields, strict=True))
        more = round(len(message) * LONGER) - len(message) - len(BEGIN) - len(END)
        return f"{BEGIN}{said}{'·' * max(0, more)}{END}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The sentence that fits the number."""
        return self.gettext(msgid1 if n == 1 else msgid2)
