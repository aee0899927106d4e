"""What one request was and what came of it, as it may be shown: nothing in a trace is secret."""

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from uploader_gui.core.redacted_headers import Headers


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One exchange. All texts are as `core.redaction` leaves them; times are in milliseconds.

    Attributes:
        number: Counts the requests of this run of the program.
        at: When it began, in UTC.
        client: "account" or "storage": which of the two clients sent it.
        service: The service's name.
        step: The step of the flow, or "lookup", "check", "token".
        batch: The id of the batch whose work it was; "" for questions of a person's before there is one.
        upload: The id of the upload; "" if it was the whole batch's.
        tries: How often in a row this work had failed before.
        method: Such as "POST".
        address: Where it went.
        headers: What was sent, without those that HTTP itself needs.
        kind: Of the body: "", "json", "form", "multipart", "file" or "bytes".
        shape: Of JSON its shape, of forms the names of the fields.
        sent: Bytes of the body.
        media_type: Of the file in a multipart body.
        fresh: Whether a new connection was asked for.
        connected: Whether a new connection was made; else one was used again, or none was reached.
        status: The answer's; None if none came.
        answered: The answer's headers.
        answer: The shape of the answer, where it is JSON.
        received: Bytes of the answer's body.
        first: Until the answer's status and headers were there; None if they never were.
        spent: For the whole.
        problem: The kind of problem it ended with, "cancelled", or "".
    """

    number: int
    at: datetime
    client: str = ""
    service: str = ""
    step: str = ""
    batch: str = ""
    upload: str = ""
    tries: int = 0
    method: str
    address: str
    headers: Headers = ()
    kind: str = ""
    shape: str = ""
    sent: int = 0
    media_type: str = ""
    fresh: bool = False
    connected: bool = False
    status: int | None = None
    answered: Headers = ()
    answer: str = ""
    received: int = 0
    first: int | None = None
    spent: int = 0
    problem: str = ""


_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("number", "tries", "sent", "received", "spent"), int),
    **dict.fromkeys(("status", "first"), (int, type(None))),
    **dict.fromkeys(("fresh", "connected"), bool),
}


def to_line(trace: Trace) -> str:
    """A trace as one line of JSON, without the line end."""
    # Its members are plain or tuples of texts: `asdict` would copy each of them, which costs more than writing them.
    facts = vars(trace) | {"at": trace.at.isoformat(timespec="milliseconds")}
    return json.dumps(facts, ensure_ascii=False)


def from_line(line: str) -> Trace:
    """A trace that `to_line` wrote. Raises ValueError if it is none."""
    facts: Any = json.loads(line)
    names = {field.name for field in dataclasses.fields(Trace)}
    if not isinstance(facts, dict) or not {"number", "at", "method", "address"} <= facts.keys() <= names:
        raise ValueError("no trace")
    for key, value in facts.items():
        if key in {"headers", "answered"}:
            facts[key] = tuple((str(one), str(shown)) for one, shown in value)
        elif not isinstance(value, _TYPES.get(key, str)):
            raise ValueError("no trace")
    return Trace(**{**facts, "at": datetime.fromisoformat(facts["at"]).astimezone(UTC)})


def as_text(trace: Trace) -> str:
    """A trace as a person reads it: one line of what happened, then what was sent (>) and what came (<)."""
    came = f"-> {trace.status}" if trace.status is not None else "-> no answer"
    if trace.problem:
        came += f" ({trace.problem})"
    first = "" if trace.first is None else f", first byte after {trace.first} ms"
    connection = "new connection" if trace.connected else "connection used again" if trace.status else "no connection"
    again = f", try {trace.tries + 1}" if trace.tries else ""
    at = trace.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    took = f"in {trace.spent} ms{first}; {connection}{again}"
    lines = [
        f"{at} #{trace.number} {trace.step}: {trace.method} {trace.address} {came} {took}",
        *(f"  > {name}: {value}" for name, value in trace.headers),
        *_body(">", trace.kind, trace.sent, trace.shape),
        *(f"  < {name}: {value}" for name, value in trace.answered),
        *_body("<", "body", trace.received, trace.answer),
    ]
    return "\n".join(lines)


def _body(arrow: str, kind: str, count: int, shape: str) -> list[str]:
    if not kind or not (count or shape):
        return []
    return [f"  {arrow} {kind}, {count} bytes" + (f": {shape}" if shape else "")]
