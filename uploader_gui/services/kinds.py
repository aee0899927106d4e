"""The kinds of values that a service file's keys take, each with the sentence that says what it must be."""

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, Strict, StringConstraints, WithJsonSchema

from uploader_gui.services.template import Template, UnreadableError, compile_body

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HIDDEN = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})

_UNITS = {
    "s": 1,
    "min": 60,
    "h": 3600,
    "d": 86400,
}
_SIZES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}


def _quantity(value: Any, units: Mapping[str, int], example: str, bare: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15:
        return value
    if isinstance(value, str) and (found := re.fullmatch(r"([0-9]{1,15}) ?([A-Za-z]{1,3})", value)):
        count, unit = found.groups()
        if unit in units:
            return int(count) * units[unit]
    *others, last = units
    raise ValueError(
        f'must be a whole number of {bare}, or a text such as "{example}"; the units are {", ".join(others)} and {last}'
    )


def _seconds(value: Any) -> int:
    return _quantity(value, _UNITS, "60 s", "seconds")


def _bytes(value: Any) -> int:
    return _quantity(value, _SIZES, "25 MB", "bytes")


def _expiry(value: Any) -> Any:
    if isinstance(value, str) and "${" in value:
        return compile_body(value)
    return _seconds(value)


def _media_type(value: str) -> str:
    if not re.fullmatch(r"[a-z]+/(\*|[a-z0-9.+-]+)", value):
        raise ValueError('must be a media type in small letters, such as "application/pdf", or a family, "image/*"')
    return value


def _page(value: str) -> str:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?", value):
        raise ValueError('must be the address of a page, such as "https://developer.example.com/files"')
    return value


def _https(value: str) -> str:
    found = re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[::1\])(:[0-9]{1,5})?(/[!-~]*)?", value)
    near = urlsplit(value).hostname in LOOPBACK if found else False
    if not found or re.search(r"[?#\\]", value) or not (near or value.startswith("https://")):
        raise ValueError('must begin with "https://" and hold no "?", such as "https://api.example.com/v1"')
    return value.rstrip("/")


def _host(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", value):
        raise ValueError('must be a host in small letters, without https:// and path, such as "files.example.com"')
    return value


def _service_id(value: str) -> str:
    # A file is named by it, which Windows takes for a device; and so is a variable for the key: UPLOADER_GUI_HOME.
    if re.fullmatch("con|prn|aux|nul|gui|(com|lpt)[0-9]", value):
        raise ValueError("is a name that the system or this program has a use of its own for: choose another")
    return value


def _label(value: str) -> str:
    # Labels are shown in lists and questions: none may be a line of its own, or turn the text around it.
    if any(unicodedata.category(char) in _HIDDEN or unicodedata.bidirectional(char) in _TURNING for char in value):
        raise ValueError("must be one line of text, without hidden signs")
    return value


def _body(value: Any) -> Any:
    if not isinstance(value, dict | list | str):
        raise ValueError('must be a table, a list or one text such as "${sign.fields}"')  # noqa: TRY004 - as pydantic
    return compile_body(value)


def _values(value: Any, *, lists: bool) -> Any:
    """Read a table of what is written as name and value: nothing in it may be a table of its own."""
    if not isinstance(value, dict):
        raise ValueError("must be a table")  # noqa: TRY004 - as pydantic has it
    wanted = "a text, a number or a list of texts" if lists else "a text or a number"
    nested = [
        (f".{name}", "", f"must be {wanted}: anything with more inside cannot be sent here")
        for name, one in value.items()
        if isinstance(one, dict)
        or (isinstance(one, list) and (not lists or any(isinstance(each, dict | list) for each in one)))
    ]
    if nested:
        raise UnreadableError(nested)
    return compile_body(value)


def _pairs(value: Any) -> Any:
    return _values(value, lists=True)


# What frames a request or says whom it is for (RFC 9110, RFC 9112).
OUR_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def _header_names(value: Any) -> Any:
    names = value if isinstance(value, dict) else {}
    odd = [name for name in names if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name)]
    if odd:
        raise UnreadableError([("", "", f"“{name}” cannot be a header's name") for name in odd])
    ours = [name for name in names if name.lower() in OUR_HEADERS]
    if ours:
        raise UnreadableError(
            [(f".{name}", "", "is not a file's to set: the program sends it itself") for name in ours]
        )
    broken = [name for name, one in names.items() if isinstance(one, str) and re.search(r"[\x00-\x1f\x7f]", one)]
    if broken:
        raise UnreadableError([(f".{name}", "", "must be one line, without hidden signs") for name in broken])
    return value


def _headers(value: Any) -> Any:
    return _values(_header_names(value), lists=False)


def _scalar(value: Any) -> Any:
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("must be a text in quotes, a number, true or false")
    return value


_QUANTITY = {"type": ["integer", "string"]}
_SCALAR = {"type": ["string", "number", "boolean"]}

Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=1)]
Status = Annotated[int, Strict(), Field(ge=100, le=599)]
Seconds = Annotated[int, PlainValidator(_seconds), WithJsonSchema(_QUANTITY)]
Bytes = Annotated[int, PlainValidator(_bytes), WithJsonSchema(_QUANTITY)]
Expiry = Annotated[int | Template, PlainValidator(_expiry), WithJsonSchema(_QUANTITY)]
Body = Annotated[Any, PlainValidator(_body), WithJsonSchema({"type": ["object", "array", "string"]})]
Pairs = Annotated[dict[str, Any], PlainValidator(_pairs), WithJsonSchema({"type": "object"})]
Headers = Annotated[
    dict[str, Any], PlainValidator(_headers), WithJsonSchema({"type": "object", "additionalProperties": _SCALAR})
]
Credentials = Annotated[dict[str, Template], BeforeValidator(_header_names)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ServiceId = Annotated[Identifier, AfterValidator(_service_id)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_label)]
MediaType = Annotated[str, AfterValidator(_media_type)]
HttpsUrl = Annotated[str, AfterValidator(_https)]
PageUrl = Annotated[str, AfterValidator(_page)]
Host = Annotated[str, AfterValidator(_host)]
Scalar = Annotated[str | int | float | bool, PlainValidator(_scalar), WithJsonSchema(_SCALAR)]
