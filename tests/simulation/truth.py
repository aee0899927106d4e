"""Services as they really are: what they hold, what they were sent, and what their lists show of it by now."""

import dataclasses
import heapq
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulation.trace import Wrong
from uploader_gui.engine.http import Answer, Request

PAGE = 2
OTHERS = "user_9"
OURS = re.compile(r"sid_\d+")
Act = Callable[[], None]


@dataclass
class Address:
    """Where bytes may be sent, and what was sent there."""

    upload: str
    until: float
    content: bytes | None = None
    confirmed: bool = False
    polls: int = 0


@dataclass
class Thing:
    """What an attach made, or a person."""

    id: str
    record: str
    author: str | None
    batch: str | None
    files: list[dict[str, Any]]
    visible: float


@dataclass
class Box:
    """What a call before an attach makes, and whose card is in it."""

    id: str
    board: str
    visible: float
    batch: str | None = None


@dataclass
class Document:
    """A thing that files are added to: its versions, and from when each is seen."""

    versions: list[tuple[float, list[Any]]] = field(default_factory=lambda: [(0.0, [])])

    def seen(self, now: float) -> list[Any]:
        """What whoever reads it sees now."""
        return [parts for visible, parts in self.versions if visible <= now][-1]

    @property
    def newest(self) -> list[Any]:
        """What it really is."""
        return self.versions[-1][1]

    def write(self, parts: Iterable[Any], visible: float) -> None:
        """Change it; what is seen later than an older version takes the place of all before it."""
        self.versions.append((max(visible, self.versions[-1][0]), list(parts)))


@dataclass(frozen=True)
class Who:
    """In whose name a request comes: known to the simulation, not to the service.

    Attributes:
        batch: The batch whose attach it is.
        upload: The upload whose step it is.
        author: The account.
        lag: Seconds until lists show what it makes.
    """

    author: str
    batch: str | None = None
    upload: str | None = None
    lag: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request, taken apart."""

    path: str
    query: dict[str, str]
    content: Any
    who: Who


Route = Callable[["Truth", Asked, "re.Match[str]"], tuple[int, Any]]


class Truth:
    """All services.

    Args:
        oldest_first: In which order lists are given.
    """

    def __init__(self, *, oldest_first: bool) -> None:
        self.now = 0.0
        self.addresses: dict[str, Address] = {}
        self.things: list[Thing] = []
        self.documents: dict[str, Document] = {}
        self.deleted: set[str] = set()
        self.boxes: dict[str, Box] = {}
        self.arrived: Counter[str] = Counter()
        self.coming: Counter[str] = Counter()
        self.visible: dict[str, float] = {}
        self.all_is_kept = True
        self._oldest_first = oldest_first
        self._late: list[tuple[float, int, Act]] = []
        self._numbers = 0

    # ------------------------------------------------------------------------------------------------- time
    def later(self, at: float, act: Act) -> None:
        """Let something happen later."""
        heapq.heappush(self._late, (at, self.number(), act))

    def advance(self, now: float) -> None:
        """Let happen what is due."""
        while self._late and self._late[0][0] <= now:
            at, _number, act = heapq.heappop(self._late)
            self.now = max(self.now, at)
            act()
        self.now = max(self.now, now)

    def number(self) -> int:
        """A number nobody had before."""
        self._numbers += 1
        return self._numbers

    # --------------------------------------------------------------------------------------------- requests
    def take(self, request: Request, who: Who) -> Answer:
        """Do what a request asks for, and answer it."""
        parts = urlsplit(request.url)
        path = f"{parts.hostname}{parts.path}"
        body = request.body if isinstance(request.body, bytes) else b""
        asked = Asked(path, dict(parse_qsl(parts.query)), _content(body), who)
        for method, pattern, route in _ROUTES:
            match = pattern.fullmatch(path) if method == request.method else None
            if match is not None:
                status, content = route(self, asked, match)
                return self.answer(status, content)
        raise AssertionError(f"nobody knows {request.method} {path}")

    def answer(self, status: int, content: Any) -> Answer:
        """An answer."""
        headers = {"date": formatdate(1_800_000_000 + self.now, usegmt=True)}
        return Answer(status=status, headers=headers, body=json.dumps(content).encode(), host="service.example")

    def store(self, request: Request, content: bytes) -> Answer:
        """Take bytes."""
        found = OURS.search(request.url)
        assert found is not None
        address = self.addresses[found.group()]
        if self.now > address.until:
            return self.answer(403, "Request has expired")
        address.content = content
        return self.answer(201 if "close" in request.url else 200, {})

    # ------------------------------------------------------------------------------------------ what is held
    def sign(self, who: Who, seconds: float) -> str:
        """Give an address."""
        sid = f"sid_{self.number()}"
        assert who.upload is not None
        self.addresses[sid] = Address(who.upload, self.now + seconds)
        return sid

    def make(self, record: str, files: list[dict[str, Any]], who: Who, *, signed: bool = True) -> str:
        """Make a thing on a record."""
        visible = self.now + who.lag
        thing = Thing(f"thing_{self.number()}", record, who.author if signed else None, who.batch, files, visible)
        self.things.append(thing)
        self._count(who, visible)
        return thing.id

    def write(self, name: str, parts: list[Any], who: Who) -> None:
        """Write a document."""
        document = self.documents.setdefault(name, Document())
        document.write(parts, self.now + who.lag)
        self._count(who, document.versions[-1][0])

    def listed(self, record: str, skip: int) -> tuple[list[Thing], bool]:
        """A page of what a list shows now, and whether there is more."""
        things = [one for one in self.things if one.record == record and one.visible <= self.now]
        if not self._oldest_first:
            things.reverse()
        return things[skip : skip + PAGE], len(things) > skip + PAGE

    def _count(self, who: Who, visible: float) -> None:
        if who.batch is not None:
            self.arrived[who.batch] += 1
            self.visible[who.batch] = visible


def _content(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return dict(parse_qsl(body.decode()))


# --------------------------------------------------------------------------------------------------------- Close
def _close_sign(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    sid = truth.sign(asked.who, 60)
    upload = {"url": f"https://storage.close.example/{sid}", "fields": {"key": sid}}
    return 200, {"upload": upload, "download": {"url": f"https://app.close.com/go/file/{sid}/"}}


def _close_make(truth: Truth, asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    record = f"{match[1]} {asked.content['lead_id']}"
    return 200, {"id": truth.make(record, asked.content["attachments"], asked.who)}


def _close_list(truth: Truth, asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    things, more = truth.listed(f"{match[1]} {asked.query['lead_id']}", int(asked.query["_skip"]))
    return 200, {
        "data": [{"id": one.id, "attachments": one.files, "created_by": one.author} for one in things],
        "has_more": more,
    }


def _close_draft(truth: Truth, _asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    parts = truth.documents.setdefault(match[1], Document()).seen(truth.now)
    return 200, {"id": match[1], "status": "draft", "attachments": parts}


def _close_add(truth: Truth, asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    truth.write(match[1], asked.content["attachments"], asked.who)
    return 200, {"id": match[1]}


# -------------------------------------------------------------------------------------------------------- Circle
def _circle_sign(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    sid = truth.sign(asked.who, 300)
    upload = {"url": f"https://storage.circle.example/{sid}", "headers": {"Content-Type": "image/png"}}
    return 200, {"direct_upload": upload, "signed_id": sid, "attachable_sgid": f"sg{sid[4:]}"}


def _circle_say(truth: Truth, asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    files = [{"signed_id": one} for one in asked.content["rich_text_body"]["attachments"]]
    truth.make(f"room {match[1]}", files, asked.who)
    return 202, {"creation_uuid": "x"}


def _circle_list(truth: Truth, asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    """A window: the newest, or those just before one of them."""
    shown = [one for one in truth.things if one.record == f"room {match[1]}" and one.visible <= truth.now]
    cursor = asked.query.get("id")
    if cursor is not None:
        shown = shown[: next(number for number, one in enumerate(shown) if one.id == cursor)]
    records = [
        {"id": one.id, "rich_text_body": {"attachments": one.files}, "sender": {"community_member_id": one.author}}
        for one in shown[-PAGE:]
    ]
    first = records[0]["id"] if records else None
    return 200, {"records": records, "has_previous_page": len(shown) > PAGE, "first_id": first}


def _circle_avatar(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    truth.write("avatar", [asked.content["community_member"]["avatar"]], asked.who)
    return 200, {}


# --------------------------------------------------------------------------------------------------------- Kizen
def _kizen_sign(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    sid = truth.sign(asked.who, 300)
    url = f"https://storage.kizen.example/{sid}"
    return 200, {"url": url, "fields": {"key": f"k/{sid}"}, "s3object_id": sid, "expires_at": 300, "max_file_size": 999}


def _kizen_confirm(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    sid = asked.content["uuid"]
    if truth.addresses[sid].content is None:
        return 400, {"detail": "there is no such object"}
    truth.addresses[sid].confirmed = True
    return 200, {"id": sid, "url": f"https://files.kizen.example/{sid}"}


def _kizen_delete(truth: Truth, _asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    sid = match[1]
    held = [name for name, document in truth.documents.items() if sid in document.newest]
    if held:
        raise Wrong(f"{sid} is deleted, and is attached to {held[0]}")
    if not truth.addresses[sid].confirmed:
        return 404, {"detail": "there is no such file"}
    truth.addresses[sid] = dataclasses.replace(truth.addresses[sid], content=None, confirmed=False)
    truth.deleted.add(sid)
    return 204, {}


def _kizen_entity(truth: Truth, _asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    parts = truth.documents.setdefault(match[1], Document()).seen(truth.now)
    return 200, {"fields": [{"name": "files", "value": parts}]}


def _kizen_add(truth: Truth, asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    gone = truth.deleted.intersection(asked.content["fields"][0]["value"])
    if gone:
        raise Wrong(f"{min(gone)} was deleted, and is attached now")
    truth.write(match[1], asked.content["fields"][0]["value"], asked.who)
    return 200, {}


def _kizen_connector(truth: Truth, asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    if asked.content["source_file_id"] in truth.deleted:
        raise Wrong(f"{asked.content['source_file_id']} was deleted, and is attached now")
    truth.write(f"connector {match[1]}", [asked.content["source_file_id"]], asked.who)
    return 200, {}


# ---------------------------------------------------------------------------------------------------------- Slow
def _slow_sign(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    sid = truth.sign(asked.who, 120)
    return 200, {"id": sid, "url": f"https://storage.slow.example/{sid}"}


def _slow_confirm(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    address = truth.addresses[asked.content["id"]]
    if address.content is None:
        return 400, {"error": "there is no such object"}
    if address.confirmed and truth.all_is_kept:
        raise Wrong(f"{asked.content['id']} is confirmed a second time, which it may not be")
    address.confirmed = True
    return 200, {"id": asked.content["id"]}


def _slow_ready(truth: Truth, _asked: Asked, match: re.Match[str]) -> tuple[int, Any]:
    address = truth.addresses[match[1]]
    address.polls += 1
    if address.polls < 3:
        return 200, {"state": "busy"}
    return 200, {"state": "done", "link": f"https://slow.example/{match[1]}"}


def _slow_box(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    box = Box(f"box_{truth.number()}", asked.content["board"], truth.now + asked.who.lag)
    truth.boxes[box.id] = box
    return 200, {"id": box.id}


def _slow_boxes(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    shown = [one for one in truth.boxes.values() if one.board == asked.query["board"] and one.visible <= truth.now]
    begin = (int(asked.query["page"]) - 1) * PAGE
    boxes = [{"id": one.id, "board": one.board} for one in shown[begin : begin + PAGE]]
    return 200, {"boxes": boxes, "more": len(shown) > begin + PAGE}


def _slow_make(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    box = truth.boxes[asked.content["box"]]
    if box.batch not in {None, asked.who.batch} and truth.all_is_kept:
        raise Wrong(f"{box.id} is {box.batch}'s, and {asked.who.batch} puts its card there")
    box.batch = asked.who.batch
    return 200, {"id": truth.make(f"board {asked.content['board']}", asked.content["files"], asked.who)}


def _slow_list(truth: Truth, asked: Asked, _match: re.Match[str]) -> tuple[int, Any]:
    things, more = truth.listed(f"board {asked.query['board']}", (int(asked.query["page"]) - 1) * PAGE)
    return 200, {"cards": [{"id": one.id, "files": one.files} for one in things], "more": more}


_CLOSE, _CIRCLE, _KIZEN, _SLOW = "api.close.com/api/v1", "app.circle.so", "app.go.kizen.com", "api.slow.example"
_ROUTES: tuple[tuple[str, re.Pattern[str], Route], ...] = tuple(
    (method, re.compile(pattern), route)
    for method, pattern, route in (
        ("POST", f"{_CLOSE}/files/upload/", _close_sign),
        ("POST", f"{_CLOSE}/activity/(note|email)/", _close_make),
        ("GET", f"{_CLOSE}/activity/(note|email)/", _close_list),
        ("GET", f"{_CLOSE}/activity/email/(.+)/", _close_draft),
        ("PUT", f"{_CLOSE}/activity/email/(.+)/", _close_add),
        ("POST", f"{_CIRCLE}/api/headless/v1/direct_uploads", _circle_sign),
        ("POST", f"{_CIRCLE}/api/headless/v1/messages/(.+)/chat_room_messages", _circle_say),
        ("GET", f"{_CIRCLE}/api/headless/v1/messages/(.+)/chat_room_messages", _circle_list),
        ("PUT", f"{_CIRCLE}/api/headless/v1/profile", _circle_avatar),
        ("GET", f"{_KIZEN}/api/s3/presigned-post", _kizen_sign),
        ("POST", f"{_KIZEN}/api/s3/success", _kizen_confirm),
        ("DELETE", f"{_KIZEN}/api/files/(.+)", _kizen_delete),
        ("GET", f"{_KIZEN}/api/records/thing/(.+)", _kizen_entity),
        ("PATCH", f"{_KIZEN}/api/records/thing/(.+)", _kizen_add),
        ("PATCH", f"{_KIZEN}/api/smart-connectors/(.+)", _kizen_connector),
        ("POST", f"{_SLOW}/sign", _slow_sign),
        ("POST", f"{_SLOW}/confirm", _slow_confirm),
        ("GET", f"{_SLOW}/files/(.+)", _slow_ready),
        ("POST", f"{_SLOW}/boxes", _slow_box),
        ("GET", f"{_SLOW}/boxes", _slow_boxes),
        ("POST", f"{_SLOW}/cards", _slow_make),
        ("GET", f"{_SLOW}/cards", _slow_list),
    )
)


def with_lag(who: Who, lag: float) -> Who:
    """The same, seen so much later."""
    return dataclasses.replace(who, lag=lag)
