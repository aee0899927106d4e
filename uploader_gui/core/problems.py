"""What can go wrong.

    Exception
      UploadError             carries one Problem; raised where a library's or the system's error is understood
    Cancelled (core.cancel)   not a problem: somebody wanted it so

A problem is a fact (kind, step, numbers); the sentence a person reads is made of it in `core.words`.
"""

from dataclasses import dataclass, field
from enum import StrEnum, auto


class Kind(StrEnum):
    """Every kind of problem a person can meet. `core.words` has a title and a sentence for each."""

    # the file
    FILE_MISSING = auto()
    FILE_UNREADABLE = auto()
    FILE_CHANGED = auto()
    FILE_CHANGING = auto()
    FILE_LOCKED = auto()
    FILE_IN_CLOUD = auto()
    FILE_TOO_LARGE = auto()
    FILE_TOO_SMALL = auto()
    FILE_TYPE = auto()
    FILE_NOT_IMAGE = auto()
    BATCH_TOO_LARGE = auto()
    TOO_MANY_FILES = auto()
    # the way there
    NO_NETWORK = auto()
    UNREACHABLE = auto()
    UNTRUSTED = auto()
    OUT_OF_DATE = auto()
    WRONG_HOST = auto()
    NO_ENCRYPTION = auto()
    CERTIFICATE_WANTED = auto()
    PROXY = auto()
    PROXY_SIGN_IN = auto()
    CONNECTION_LOST = auto()
    STALLED = auto()
    # the service
    SIGNED_OUT = auto()
    FORBIDDEN = auto()
    NOT_FOUND = auto()
    CONFLICT = auto()
    REFUSED = auto()
    RATE_LIMITED = auto()
    SERVICE_DOWN = auto()
    UNEXPECTED_ANSWER = auto()
    REDIRECTED = auto()
    ADDRESS_REFUSED = auto()
    # storage
    LINK_EXPIRED = auto()
    STORAGE_REFUSED = auto()
    DAMAGED = auto()
    # after the bytes
    CONFIRM_UNKNOWN = auto()
    PROCESSING_FAILED = auto()
    PROCESSING_SLOW = auto()
    # the attach
    ATTACH_UNKNOWN = auto()
    APPEND_INCOMPLETE = auto()
    RECORD_BUSY = auto()
    OTHER_ACCOUNT = auto()
    # this computer
    DISK_FULL = auto()
    INTERNAL = auto()


class Action(StrEnum):
    """What a person can do about a problem; a button each."""

    RETRY = auto()
    CHOOSE_FILE = auto()
    LEAVE_OUT = auto()
    CHANGE_ACCOUNT = auto()
    CHANGE_TARGET = auto()
    OPEN_RECORD = auto()
    REMOVE = auto()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem, as facts.

    Attributes:
        kind: What it is.
        service: The service's name as people know it, if one is involved.
        step: The step it happened in ("sign", "attach", …), if any.
        name: The file's or record's name, if one is concerned.
        host: The host that was talked to, without path or query.
        said: What the service said, in its own words: untrusted, shown as a quotation.
        status: The HTTP status, if there was an answer, a proxy's own included.
        size: The size that was found, in bytes.
        limit: The limit that applies, in bytes (or a number of files).
        detail: A plain fact of ours (an allowed list, an errno's text, a missing path); never a secret.
        wait: Seconds after which it is worth trying again; None where that is not known.
        sent: False if it is certain that nothing of the request reached the other side.
        proxied: Whether a proxy is on the way, behind which a network that is not there looks like a host that is not.
    """

    kind: Kind
    service: str = ""
    step: str = ""
    name: str = ""
    host: str = ""
    said: str = field(default="", repr=False)
    status: int | None = None
    size: int | None = None
    limit: int | None = None
    detail: str = ""
    wait: float | None = None
    sent: bool = True
    proxied: bool = False


class UploadError(Exception):
    """Something went wrong that a person can be told about."""

    def __init__(self, problem: Problem) -> None:
        # The text is for logs: the kind only, as what a service says may be anything.
        super().__init__(problem.kind.value)
        self.problem = problem


# What goes away by itself: the next try may find it gone.
PASSING = frozenset(
    {
        Kind.NO_NETWORK,
        Kind.UNREACHABLE,
        Kind.CONNECTION_LOST,
        Kind.STALLED,
        Kind.RATE_LIMITED,
        Kind.SERVICE_DOWN,
    }
)

# About one file, and for good: sent once more as it is, it would fail once more.
FOR_GOOD = frozenset(
    {
        Kind.FILE_MISSING,
        Kind.FILE_UNREADABLE,
        Kind.FILE_CHANGED,
        Kind.FILE_TOO_LARGE,
        Kind.FILE_TOO_SMALL,
        Kind.FILE_TYPE,
        Kind.FILE_NOT_IMAGE,
        Kind.BATCH_TOO_LARGE,
        Kind.TOO_MANY_FILES,
        Kind.REFUSED,
        Kind.STORAGE_REFUSED,
        Kind.DAMAGED,
        Kind.PROCESSING_FAILED,
    }
)

ACTIONS: dict[Kind, tuple[Action, ...]] = {
    Kind.FILE_MISSING: (Action.CHOOSE_FILE, Action.RETRY, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_UNREADABLE: (Action.RETRY, Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_CHANGED: (Action.RETRY, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_CHANGING: (Action.RETRY, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_LOCKED: (Action.RETRY, Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_IN_CLOUD: (Action.RETRY, Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_TOO_LARGE: (Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_TOO_SMALL: (Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_TYPE: (Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.FILE_NOT_IMAGE: (Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.BATCH_TOO_LARGE: (Action.LEAVE_OUT, Action.REMOVE),
    Kind.TOO_MANY_FILES: (Action.LEAVE_OUT, Action.REMOVE),
    Kind.NO_NETWORK: (Action.RETRY, Action.REMOVE),
    Kind.UNREACHABLE: (Action.RETRY, Action.REMOVE),
    Kind.UNTRUSTED: (Action.RETRY, Action.CHANGE_ACCOUNT, Action.REMOVE),
    Kind.OUT_OF_DATE: (Action.RETRY, Action.CHANGE_ACCOUNT, Action.REMOVE),
    Kind.WRONG_HOST: (Action.RETRY, Action.CHANGE_ACCOUNT, Action.REMOVE),
    Kind.NO_ENCRYPTION: (Action.RETRY, Action.CHANGE_ACCOUNT, Action.REMOVE),
    Kind.CERTIFICATE_WANTED: (Action.CHANGE_ACCOUNT, Action.RETRY, Action.REMOVE),
    Kind.PROXY: (Action.RETRY, Action.REMOVE),
    Kind.PROXY_SIGN_IN: (Action.RETRY, Action.REMOVE),
    Kind.CONNECTION_LOST: (Action.RETRY, Action.REMOVE),
    Kind.STALLED: (Action.RETRY, Action.REMOVE),
    Kind.SIGNED_OUT: (Action.CHANGE_ACCOUNT, Action.RETRY, Action.REMOVE),
    Kind.FORBIDDEN: (Action.CHANGE_ACCOUNT, Action.RETRY, Action.CHANGE_TARGET, Action.REMOVE),
    Kind.NOT_FOUND: (Action.CHANGE_TARGET, Action.RETRY, Action.REMOVE),
    Kind.CONFLICT: (Action.RETRY, Action.CHANGE_TARGET, Action.REMOVE),
    Kind.REFUSED: (Action.CHANGE_TARGET, Action.RETRY, Action.REMOVE),
    Kind.RATE_LIMITED: (Action.RETRY, Action.REMOVE),
    Kind.SERVICE_DOWN: (Action.RETRY, Action.REMOVE),
    Kind.UNEXPECTED_ANSWER: (Action.RETRY, Action.REMOVE),
    Kind.REDIRECTED: (Action.CHANGE_ACCOUNT, Action.RETRY, Action.REMOVE),
    Kind.ADDRESS_REFUSED: (Action.RETRY, Action.CHANGE_ACCOUNT, Action.REMOVE),
    Kind.LINK_EXPIRED: (Action.RETRY, Action.REMOVE),
    Kind.STORAGE_REFUSED: (Action.RETRY, Action.LEAVE_OUT, Action.REMOVE),
    Kind.DAMAGED: (Action.RETRY, Action.LEAVE_OUT, Action.REMOVE),
    Kind.CONFIRM_UNKNOWN: (Action.RETRY, Action.LEAVE_OUT, Action.REMOVE),
    Kind.PROCESSING_FAILED: (Action.CHOOSE_FILE, Action.LEAVE_OUT, Action.REMOVE),
    Kind.PROCESSING_SLOW: (Action.RETRY, Action.LEAVE_OUT, Action.REMOVE),
    Kind.ATTACH_UNKNOWN: (Action.OPEN_RECORD, Action.RETRY, Action.REMOVE),
    Kind.APPEND_INCOMPLETE: (Action.OPEN_RECORD, Action.REMOVE),
    Kind.RECORD_BUSY: (Action.OPEN_RECORD, Action.RETRY, Action.REMOVE),
    Kind.OTHER_ACCOUNT: (Action.CHANGE_ACCOUNT, Action.REMOVE),
    Kind.DISK_FULL: (Action.RETRY, Action.REMOVE),
    Kind.INTERNAL: (Action.RETRY, Action.REMOVE),
}
