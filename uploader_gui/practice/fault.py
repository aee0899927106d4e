"""One way to misbehave, as tests and the switch say it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from uploader_gui.practice.s3_errors import S3_CODES

STEPS = ("sign", "transfer", "confirm", "ready", "prepare", "attach", "verify", "cleanup", "lookup", "check", "token")
"""The steps a route may be labelled with."""

KINDS = (
    "delay",
    "stall",
    "slow_answer",
    # instead of doing what was asked for
    "rate_limit",
    "rate_limit_bare",
    "unavailable",
    "server_error",
    "expired",
    "redirect",
    "early_413",
    "refuse",
    "s3_error",
    "reset",
    # answering with what was known `seconds` ago: what was made, changed or deleted since then does not show
    "lag",
    # after it was done
    "drop_after_store",
    "drop_after_attach",
    "server_error_after",
    "wrong_etag",
    "wrong_size",
    "broken_json",
    "half_answer",
    "unsafe_address",
)
"""What a fault can be."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way to misbehave.

    Only one fault hits a request: the one added first. So beside `Fault(kind="lag", times=0)`, with which every look at
    a record lags, another fault for the step "verify" has to be added before it. Reading an email or a record is one
    request for several steps: "lag" hits it where it prepares a batch as well.

    Attributes:
        kind: One of `KINDS`.
        service: Only requests to this service; None: to any.
        step: Only requests of this step; None: of any, or for kinds that belong to one step, of that one.
        times: How many requests it hits; 0: all, until told to behave.
        skip: How many requests that it would hit pass first.
        seconds: How long it delays, what it says in Retry-After, the pause between two bytes, or how far lists lag
            behind, by the practice service's clock.
        after: Bytes of the body that are read before it strikes.
        status: With what "refuse" answers.
        code: Which of S3's errors "s3_error" is, such as "BadDigest".
    """

    kind: str
    service: str | None = None
    step: str | None = None
    times: int = 1
    skip: int = 0
    seconds: float = 1.0
    after: int = 0
    status: int = 400
    code: str = "AccessDenied"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")
        if self.step not in (None, *STEPS):
            raise ValueError(f"There is no step {self.step!r}; there are {', '.join(STEPS)}.")
        if min(self.times, self.skip, self.seconds, self.after) < 0:
            raise ValueError("times, skip, seconds and after cannot be less than 0.")
        if not 400 <= self.status < 600:
            raise ValueError(f"Nothing is refused with {self.status}: from 400 to 599.")
        if self.code not in S3_CODES:
            raise ValueError(f"S3 has no error {self.code!r}; there are {', '.join(S3_CODES)}.")

    @classmethod
    def from_json(cls, body: Any) -> "Fault":
        """Read a fault as the switch takes it.

        Raises:
            ValueError: An unknown key, a value of the wrong type, or one out of range.
        """
        if not isinstance(body, dict) or "kind" not in body:
            raise ValueError("A fault is a JSON object with a kind.")
        for key, value in body.items():
            if key not in _TYPES:
                raise ValueError(f"A fault has no {key!r}.")
            if isinstance(value, bool) or not isinstance(value, _TYPES[key]):
                raise ValueError(f"{key} cannot be {value!r}.")  # noqa: TRY004 - all mistakes are one kind of error
        return cls(**body)

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return asdict(self)


_TYPES: Mapping[str, Any] = {
    each.name: (int, float) if each.type is float else each.type if isinstance(each.type, type) else get_args(each.type)
    for each in fields(Fault)
}
