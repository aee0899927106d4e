"""What of headers may be shown: every name that is a word, and the values of those that are known to be harmless.

A value must also look as its header's values look: a server may write anything into a Retry-After.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote, urlsplit

from uploader_gui.core.harmless import harmless
from uploader_gui.core.redaction import MOST_NAMES, address, mark, name, path

_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
# RFC 9110, 5.6.7: the one form of date that is still made.
_DATE = r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT"
_WAIT = re.compile(rf"\d{{1,9}}|{_DATE}")
_LIMIT = re.compile(r'"?[a-z]{0,16}"?(?:[;, ]*[a-z]{1,16}=\d{1,9})*|\d{1,12}')
_HASH = re.compile(r'(?:W/)?"?[0-9a-fA-F]{32}(?:-\d{1,5})?"?')
_SOME_ID = re.compile(r"[\w+/=.:@-]{1,100}", re.ASCII)
_SCHEMES = ("Basic", "Bearer", "Digest", "Negotiate", "NTLM", "Token")

Shower = Callable[[str], str]


def _matching(pattern: re.Pattern[str]) -> Shower:
    return lambda value: value if pattern.fullmatch(value) else mark(len(value))


def _words(value: str) -> str:
    return value if harmless(value, joints="/;,=.+*- ") else mark(len(value))


def media_type(value: str) -> str:
    """A media type (RFC 9110, 8.3.1) without its parameters, save for the charset."""
    # Parameters go: one of them is the boundary between the parts of a form.
    kind, _, more = value.partition(";")
    main, _, sub = kind.strip().partition("/")
    charset = re.search(r"charset=([\w-]{1,20})", more)
    shown = f"{name(main)}/{'.'.join(name(one) for one in sub.split('.'))}" if sub else name(main)
    return shown + (f"; charset={name(charset[1])}" if charset else "")


def _scheme(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    known = next((one for one in _SCHEMES if one.lower() == scheme.lower()), None)
    return mark(len(value)) if known is None or not rest else f"{known} {mark(len(rest))}"


def _location(value: str) -> str:
    return address(value) if "//" in value else path(urlsplit(value).path)


ASKED: Mapping[str, Shower] = {
    "accept": media_type,
    "accept-encoding": _words,
    "authorization": _scheme,
    "content-length": _matching(_NUMBER),
    "content-type": media_type,
    "date": _matching(_WAIT),
    "user-agent": _words,
}
ANSWERED: Mapping[str, Shower] = {
    "age": _matching(_NUMBER),
    "allow": _words,
    "cache-control": _words,
    "cf-ray": _matching(_SOME_ID),
    "connection": _words,
    "content-encoding": _words,
    "content-length": _matching(_NUMBER),
    "content-type": media_type,
    "date": _matching(_WAIT),
    "etag": _matching(_HASH),
    "last-modified": _matching(_WAIT),
    "location": _location,
    "retry-after": _matching(_WAIT),
    "server": _words,
    "transfer-encoding": _words,
    "www-authenticate": _scheme,
    "x-content-type-options": _words,
    **dict.fromkeys(
        (
            "ratelimit",
            *(f"{start}-{end}" for start in ("ratelimit", "x-ratelimit") for end in ("limit", "remaining", "reset")),
            "ratelimit-policy",
        ),
        _matching(_LIMIT),
    ),
    # What a service's support asks for.
    **dict.fromkeys(
        (
            "request-id",
            "x-amz-id-2",
            "x-amz-request-id",
            "x-amzn-requestid",
            "x-amzn-trace-id",
            "x-correlation-id",
            "x-request-id",
            "x-trace-id",
        ),
        _matching(_SOME_ID),
    ),
}

Headers = tuple[tuple[str, str], ...]


def headers(pairs: Iterable[tuple[str, str]], *, answered: bool = False, struck: Iterable[str] = ()) -> Headers:
    """Headers in their order: names, and values where it is known that they are harmless and look it.

    Args:
        pairs: Names and values.
        answered: Whether an answer's: there the ids of requests are shown, and more that only a server says.
        struck: Values that were struck out of the request: a server that repeats one does not make it harmless.
    """
    known = ANSWERED if answered else ASKED
    never = [form for value in struck if len(value) >= 4 for form in _forms(value)]
    shown = []
    for key, value in list(pairs)[:MOST_NAMES]:
        text = known[key.lower()](value.strip()) if key.lower() in known and value.strip() else mark(len(value))
        if any(one in text or one in text.lower() for one in never):
            text = mark(len(value))
        shown.append((name(key), text))
    return tuple(shown)


def struck_of(url: str, pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The values of a request that are struck out, for `headers` of its answer."""
    values = [value for key, value in pairs if key.lower() not in ASKED or key.lower() == "authorization"]
    words = [word for value in values for word in (value, *value.split()) if word not in _SCHEMES]
    asked = [pair.partition("=")[2] for pair in re.split("[&;]", urlsplit(url).query)]
    found = {one for raw in (*words, *asked) for one in (raw, unquote(raw), *_user_and_password(raw)) if one}
    return tuple(sorted(found))


def _user_and_password(text: str) -> list[str]:
    """What HTTP Basic (RFC 7617) made one word of; nothing if it is another word."""
    try:
        user, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return []
    return [user, password] if colon else []


def _forms(value: str) -> set[str]:
    """A value as it is, in hexadecimal, and what base64 makes of it at any place in a longer text."""
    raw = value.encode("utf-8", "surrogatepass")
    coded = {
        base64.b64encode(bytes(before) + raw).decode("ascii").rstrip("=")[2 * bool(before) : -2] for before in range(3)
    }
    return {value, raw.hex(), *(one for one in coded if len(one) >= 6)}
