"""What a service gives for the transfer: form fields and headers, sent as they are."""

import re
from typing import Any
from urllib.parse import urlsplit

# What HTTP itself needs is ours to say.
OWN_HEADERS = frozenset({"transfer-encoding", "connection", "expect", "te", "upgrade", "accept-encoding", "keep-alive"})


def usable_headers(headers: list[tuple[str, str]], url: str, *, form: bool) -> list[tuple[str, str]]:
    """Take the headers that go out with the bytes: as they are, without those that HTTP itself decides about.

    Raises:
        ValueError: One holds what no header may hold, or names another host than the address.
    """
    usable = []
    for name, value in headers:
        low = name.lower()
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or re.search(r"[\r\n\0]", value):
            raise ValueError("no header")
        value.encode()
        if low == "host" and value.lower() != urlsplit(url).netloc.lower():
            raise ValueError("another host")
        if low in OWN_HEADERS or low in {"host", "content-length"} or (form and low == "content-type"):
            continue
        usable.append((name, value.strip()))
    return usable


def pairs(values: Any) -> list[tuple[str, str]]:
    """Read form fields or headers: an object, a list of name (or key) and value, or a list of lists of these.

    Raises:
        ValueError: It is none of these, or a value is no text or number, or holds a line break in a name.
    """
    found: list[tuple[Any, Any]] = []
    for one in [values] if isinstance(values, dict) else values or []:
        if isinstance(one, list):
            found += pairs(one)
        elif isinstance(one, dict) and "value" in one and ("name" in one or "key" in one):
            found.append((one.get("name", one.get("key")), one["value"]))
        elif isinstance(one, dict):
            found += one.items()
        else:
            raise ValueError("no object")
    read = []
    for name, value in found:
        if not isinstance(name, str) or not isinstance(value, str | int | float) or any(c in name for c in "\r\n\0"):
            raise ValueError("no text")
        read.append(
            (name, value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value))
        )
    return read
