"""What of a request, an answer or a line of text may be shown to anybody. The one place that decides it.

It keeps what is known to be harmless and strikes out everything else: what nobody thought of is struck out as well. In
place of what is struck out stands a mark with the class of its length: `…32+` had 32 to 63 characters, `…` fewer than
one can tell. A mark is the only thing that holds the sign `…`, so whoever reads the result can find the gaps.
"""

import ipaddress
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from uploader_gui.core.harmless import harmless

MARK = re.compile(r"…(?:\d+\+)?")
MOST_ADDRESS = 16_384
MOST_SEGMENTS = 24
MOST_NAMES = 24
MOST_DEPTH = 4
MOST_SHAPE = 600
MOST_JSON = 256 * 1024

# Query values that only say how much is asked for. They are shown where they are numbers or yes and no.
_COUNTS = frozenset(
    {"limit", "_limit", "_skip", "skip", "offset", "page", "per_page", "page_size", "pagesize", "x-amz-expires"}
)
# When a signature was made and when it ends: a clock that is wrong shows here.
_TIMES = frozenset({"x-amz-date", "expires"})
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_COUNT = re.compile(r"\d{1,9}|true|false", re.ASCII)
_TIME = re.compile(r"\d{8}T\d{6}Z|\d{10}", re.ASCII)


def mark(length: int) -> str:
    """What stands for something that is struck out: its length as a power of two, down to 4."""
    return f"…{1 << (length.bit_length() - 1)}+" if length >= 4 else "…"


def name(text: str) -> str:
    """A name of a header, a form field, a query value or a JSON key: as it is where harmless, else its mark."""
    return text if harmless(text, joints="._-:") else mark(len(text))


# ----------------------------------------------------------------------------------------------------- addresses
def address(url: str) -> str:
    """An address: scheme, host, port and the harmless part of its path; of its query the names.

    User, password and fragment go without a mark. What is no address becomes a mark as a whole.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return mark(len(url))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return mark(len(url))
    shown = f"{parts.scheme}://{_host(parts.hostname)}" + ("" if port is None else f":{port}")
    return shown + path(parts.path) + (f"?{query(parts.query)}" if parts.query else "")


def path(text: str) -> str:
    """A path, segment by segment. Names of files never show: the upload is known, and its name is a person's."""
    if len(text) > MOST_ADDRESS:
        return mark(len(text))
    first, *rest = text.split("/")
    shown = [_segment(one) for one in (first, *rest)]
    return "/".join(shown if len(shown) <= MOST_SEGMENTS else [*shown[:MOST_SEGMENTS], mark(len(text))])


def query(text: str) -> str:
    """A query: every name, decoded and in small letters; values only where they are counts."""
    if len(text) > MOST_ADDRESS:
        return mark(len(text))
    pairs = re.split("[&;]", text)
    shown = [_pair(pair) for pair in pairs[:MOST_NAMES]]
    return "&".join(shown if len(pairs) <= MOST_NAMES else [*shown, mark(len(text))])


def _pair(pair: str) -> str:
    key, equals, value = pair.partition("=")
    key = _decoded(key).strip().lower()
    if not equals:  # it may as well be a value without a name
        return mark(len(pair)) if pair else ""
    known = _COUNT if key in _COUNTS else _TIME if key in _TIMES else None
    shows = not value or (known is not None and known.fullmatch(value))
    return f"{name(key)}={value if shows else mark(len(value))}"


def _host(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ".".join(label if harmless(label, joints="-") else mark(len(label)) for label in text.lower().split("."))
    return f"[{found}]" if found.version == 6 else str(found)


def _segment(text: str) -> str:
    decoded = _decoded(text)
    if not decoded:
        return mark(len(text)) if text else ""
    ending = re.search(r"\.([A-Za-z][A-Za-z0-9]{0,4})$", decoded)
    if ending:
        return mark(len(decoded)) + (f".{ending[1]}" if harmless(ending[1]) else "")
    if harmless(decoded):
        return decoded
    # "lead_4xM…": what kind of thing an id names is worth knowing.
    kind = re.match(r"([a-z]{2,12})_(?=.{6})", decoded)
    return f"{kind[0]}{mark(len(decoded) - kind.end())}" if kind and harmless(kind[1]) else mark(len(decoded))


def _decoded(text: str) -> str:
    """Percent-decoded until nothing changes: what is encoded twice is no other thing."""
    for _ in range(4):
        decoded = unquote(text)
        if decoded == text:
            break
        text = decoded
    return text


# -------------------------------------------------------------------------------------------------------- bodies
def fields(names: Iterable[str]) -> str:
    """A form: the names of its fields in their order."""
    all_names = list(names)
    shown = [name(one) for one in all_names[:MOST_NAMES]]
    return ", ".join(shown if len(all_names) <= MOST_NAMES else [*shown, mark(len(all_names))])


def shape(value: Any) -> str:
    """Of JSON what it is made of: "{id: text 16+, sizes: [3 of number]}". Names and lengths, and never a value."""
    text = _shape(value, MOST_DEPTH)
    return text if len(text) <= MOST_SHAPE else f"{text[:MOST_SHAPE].rpartition(',')[0]}, …"


def shape_of(body: bytes) -> str:
    """The shape of a body that may be JSON; "" where it is none, or too much to be read for this."""
    if not body or len(body) > MOST_JSON:
        return ""
    try:
        return shape(json.loads(body))
    except (ValueError, RecursionError):
        return ""


def _shape(value: Any, depth: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return f"text {mark(len(value)).lstrip('…')}".rstrip() if value else "no text"
    if depth == 0:
        return "more"
    if isinstance(value, list):
        return f"[{len(value)} of {_shape(value[0], depth - 1)}]" if value else "[]"
    if isinstance(value, dict):
        pairs = [f"{name(str(key))}: {_shape(one, depth - 1)}" for key, one in list(value.items())[:MOST_NAMES]]
        return "{" + ", ".join([*pairs, "…"] if len(value) > MOST_NAMES else pairs) + "}"
    return "more"
