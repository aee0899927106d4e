"""Striking known secrets out of a text that is not ours: what a service said, a line of a log.

The net below `core.redaction`: a key that looks like a word is found by its value, however somebody has written it.
"""

import base64
import re
from collections.abc import Iterable

SHORTEST = 4
_SHORTEST_CODED = 6


class Scrubber:
    """Strikes out secrets, in every way they may be written.

    Plain, percent-encoded (up to three times over), base64 at any place in what was encoded, hexadecimal, escaped as
    JSON, Python or HTML.

    Args:
        secrets: What must not show. Those shorter than SHORTEST characters are left: they would take every text apart.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._patterns: dict[str, re.Pattern[str]] = {}
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Strike these out as well."""
        for secret in secrets:
            if len(secret) >= SHORTEST and secret not in self._patterns:
                self._patterns = {**self._patterns, secret: re.compile("|".join(_forms(secret)))}

    def __call__(self, text: str) -> str:
        """Give the text with `…` in place of every secret."""
        # The longest first: one may be part of another.
        for _secret, pattern in sorted(self._patterns.items(), key=lambda pair: -len(pair[0])):
            text = pattern.sub("…", text)
        return text


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Give a text with `…` in place of every secret, in whatever way it is written."""
    return Scrubber(secrets)(text)


def _forms(secret: str) -> list[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    forms = ["".join(_character(char) for char in secret)]
    if len(raw) >= _SHORTEST_CODED:
        forms += [_base64(raw, before) for before in range(3)]
    forms.append(r"(?:[\s:]|\\x|0x|%)*".join(f"(?i:{byte:02x})" for byte in raw))
    return forms


def _character(char: str) -> str:
    """One character, however it is escaped."""
    code = ord(char)
    percent = "".join(f"%(?:25){{0,2}}(?i:{byte:02x})" for byte in char.encode("utf-8", "surrogatepass"))
    ways = [re.escape(char), percent, rf"\\u(?i:{code:04x})", rf"\\x(?i:{code:02x})", f"&#0*{code};"]
    ways.append(f"&#[xX]0*(?i:{code:x});")
    if char == " ":
        ways.append(re.escape("+"))
    if char in '"\\/':
        ways.append(re.escape("\\" + char))
    named = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
    if char in named:
        ways.append(named[char])
    # What begins alike goes longest first.
    return f"(?:{'|'.join(sorted(ways, key=len, reverse=True))})"


def _base64(raw: bytes, before: int) -> str:
    """The characters of base64 (RFC 4648, both alphabets) that depend on nothing but `raw`, `before` bytes in."""
    coded = base64.b64encode(bytes(before) + raw).decode("ascii").rstrip("=")
    # Three bytes are four characters; the first and last ones of a part also hold bits of what stands beside it.
    first = (before * 8 + 5) // 6
    last = (before + len(raw)) * 8 // 6
    escapes = {"+": "(?:[+-]|%2[bB])", "/": r"(?:\\?/|_|%2[fF])"}
    return "".join(escapes.get(char, re.escape(char)) for char in coded[first:last])
